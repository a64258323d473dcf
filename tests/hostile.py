"""Values that readers bend, choke on, or take for something else: by the format they are in."""

from __future__ import annotations

import json
from typing import Final

#: Somebody's word, planted in every document: no error may say it. It is no id.
CANARY: Final = "Zebrafinch & friends"

#: Texts that readers bend, cut, choke on, or take for something else.
TEXTS: Final = (
    *(
        "",
        " ",
        CANARY,
        "p-7",
        "ana\n",
        f"{CANARY}\x00",
        "../../etc/passwd",
        "$.by",
        "{0.__class__}",
    ),
    *("\u202egnp.exe", "\u2066hid\u2069", "אבג", "a\u0301\u0301\u0301", "\u200d", "\ufeff", "😀"),
    *(
        "Z" * 97,
        CANARY * 1100,
        "١٢",
        "½",
        "true",
        "null",
        "NaN",
        "Infinity",
        "-0",
        "1e999",
        "1_000",
    ),
    *("0001-01-01", "0000-01-01", "9999-12-31", "10000-01-01", "2026-02-30", "2026-02-29"),
    *("2026-W45-1", "20261102", "2026-11-02T09:00:00", "2026-11-02T09:00:60Z"),
    *("0001-01-01T00:00:00Z", "0001-01-02T00:00:00Z", "9999-12-31T23:59:59Z"),
    *("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-11-02T24:00:00Z"),
    *("2026-11-02T09:00:00.1234567Z", "2016-12-31T23:59:60Z", "24:00", "25:61", "Mars/X"),
    *("FREQ=SECONDLY", "FREQ=DAILY;INTERVAL=0", "FREQ=YEARLY;COUNT=999999999"),
    *("FREQ=WEEKLY;UNTIL=99991231", "FREQ=MONTHLY;BYDAY=5MO", "FREQ=DAILY;FREQ=DAILY"),
    *("=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2", "\t=1", "'", '"', '""', "a,b", "\r", "\r\n"),
)
#: What is no text, as JSON; some of it is no JSON at all.
FRAGMENTS: Final = (
    *("null", "true", "false", "0", "-1", "1.5", "60.0", "1e3", "1e999", "-1e999", "1e-999"),
    *("NaN", "-Infinity", "9" * 18, "9" * 5000, "007", "[]", "{}", "[[]]", '{"":""}', '[{"a":[]}]'),
    *("[" * 13 + "]" * 13, "[" * 50_000, '{"a":' * 20, '{"a":1,"a":2}', '["p-7","p-7"]'),
    *(json.dumps({CANARY: CANARY}), json.dumps([CANARY] * 201), json.dumps([[CANARY]])),
    *(r'"\ud800"', r'"\udfff\ud800"', r'"\u0000"', r'"\x"', '"\x01"', "'a'", "", "undefined"),
    json.dumps({f"{CANARY}{each}": each for each in range(300)}),
)
#: The same for a cell of CSV, as bytes: quotes out of place, line breaks, and what is no UTF-8.
CELLS: Final = (
    *(b'"', b'"open', b'a"b', b'"a"b', b"a,b", b",", b"\n", b"\r", b"\r\n", b"\x00", b"\xff\xfe"),
    *(b"\xe9", b"\xed\xa0\x80", b"x" * 131_072, b'"' + b"x\n" * 40 + b'"', b'"' + b"\n" * 20),
)
#: The same for a value of TOML.
VALUES: Final = (
    *('""', '" "', f'"{CANARY}"', f"'''{CANARY}'''", '"unclosed', "true", "0", "-1", "1.5", "nan"),
    *("inf", "-inf", "1e999", "9" * 30, "9" * 5000, "0x" + "f" * 5000, "0o8", "1_000", "01", "+1"),
    *("2026-02-30", "2026-11-02", "0000-01-01", "9999-12-31", "0001-01-01", "2026-11-02T09:00:00"),
    *("09:00:00", "2026-11-02T09:00:60Z", "[]", "{}", "[[]]", "[1, 'a']", "{a = 1, a = 2}"),
    *("[" * 5000, "[" * 50 + "]" * 50, "{a=" * 5000, '"\\ud800"', '"\\U00110000"', '"\x00"', ""),
    *('"\u202e"', '["' + CANARY + '"]', '{"' + CANARY + '" = "x"}', '"' + "x" * 70_000 + '"'),
)
