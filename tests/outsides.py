"""All bytes of the outside: what others can see of what arrived, and whether it tells anything."""

from __future__ import annotations

import html
import json
import quopri
import re
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Callable, Iterable, Iterator
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import Final
from urllib.parse import unquote

from peerkit.acts import ACTS
from peerkit.model import NOUNS
from tests.ordinary import BOOK
from tests.test_canaries import HIDDEN
from tests.test_wording import GIVEAWAYS, OURS

#: Stands in every id there is, and nowhere else.
MARK: Final = "wren4711"
#: How much of a text a mail program or a telephone shows before anybody opens it.
PREVIEW: Final = 300
#: What an act, a message or a noun is called: with a dot or a stroke it is no plain word.
KINDS: Final = {
    *(each.kind for each in ACTS),
    *(kind for part, kind in OURS.words["en"] if part == "inside" and kind),
    *(each.kind for each in NOUNS if "-" in each.kind),
}
_HIDDEN: Final = re.compile(
    "|".join(map(re.escape, (MARK, "peerkit", *HIDDEN, *sorted(KINDS)))), re.IGNORECASE
)
_CLAUSES: Final = re.compile(
    rf"(?<![\w-])(?:{'|'.join(re.escape(each.id) for each in BOOK.clauses.values())})(?![\w-])"
)
_ENCODED_WORD: Final = re.compile(r"=\?[^?\s]+\?[bq]\?[^?]*\?=", re.IGNORECASE)
#: So long that what reads as text did not come about by chance.
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{11,}(?:\r?\n[A-Za-z0-9+/_-]+)*={0,2}")

_NO_TEXT: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")


def _percent(text: str) -> Iterator[str]:
    yield unquote(text)


def _quoted_printable(text: str) -> Iterator[str]:
    yield quopri.decodestring(text.encode()).decode("utf-8", "replace")


def _base64(text: str) -> Iterator[str]:
    for found in _BASE64.findall(text):
        run = re.sub(r"\s|=", "", found)
        decode = urlsafe_b64decode if set(run) & {"-", "_"} else b64decode
        try:
            read = decode(run + "=" * (-len(run) % 4)).decode()
        except ValueError:
            continue
        if not _NO_TEXT.search(read):
            yield read


def _encoded_words(text: str) -> Iterator[str]:
    together = re.sub(r"\?=\s+=\?", "?==?", text)
    yield _ENCODED_WORD.sub(lambda each: str(make_header(decode_header(each[0]))), together)


def _json_escapes(text: str) -> Iterator[str]:
    yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda each: chr(int(each[1], 16)), text)


def _entities(text: str) -> Iterator[str]:
    yield html.unescape(text)


def _unfolded(text: str) -> Iterator[str]:
    yield re.sub(r"\r?\n[ \t]", "", text)


#: Every way in which a text is written down so that it can travel.
READINGS: Final[tuple[Callable[[str], Iterator[str]], ...]] = (
    *(_percent, _quoted_printable, _base64, _encoded_words),
    *(_json_escapes, _entities, _unfolded),
)


def readings(raw: bytes) -> Iterator[str]:
    """The bytes as text, and whatever that text reads as, one way inside the other."""
    left = [(raw.decode("utf-8", "replace"), 0)]
    seen: set[str] = set()
    while left:
        text, depth = left.pop()
        if text in seen:
            continue
        seen.add(text)
        yield text
        if depth < len(READINGS):
            left += [(each, depth + 1) for reading in READINGS for each in reading(text)]


def told_by(*raw: bytes) -> set[str]:
    """Everything that gives something away: an id, a kind, a clause, a canary, a telling word."""
    return {
        found.lower()
        for each in raw
        for text in readings(each)
        for pattern in (GIVEAWAYS, _HIDDEN, _CLAUSES)
        for found in _texts(pattern, text)
    }


def canaries_in(*raw: bytes) -> set[str]:
    """Words that somebody said, conditions, and who made this: those stand on no inside either."""
    return {
        hidden
        for each in raw
        for text in readings(each)
        for hidden in (*HIDDEN, "peerkit")
        if hidden.lower() in text.lower()
    }


def _texts(pattern: re.Pattern[str], text: str) -> Iterable[str]:
    return (each[0] for each in pattern.finditer(text))


# -- what others see of what is for one person alone


def letter_outside(raw: bytes) -> bytes:
    """Every header of every part, whatever is attached, and as much of a text as is shown."""
    letter = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
    found = [raw.partition(b"\r\n\r\n")[0]]
    for part in letter.walk():
        found += [f"{name}: {value}".encode() for name, value in part.items()]
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            whole = part.get_content_type() == "text/calendar"
            found.append(payload if whole else payload.decode()[:PREVIEW].encode())
    return b"\n".join(found)


def request_outside(raw: bytes) -> bytes:
    """The line and the headers, and the title of a body that has one."""
    head, _, body = raw.partition(b"\r\n\r\n")
    return head + b"\n" + str(json.loads(body).get("title", "")).encode()


def console_outside(raw: bytes) -> bytes:
    """Nothing: whoever says that a console is safe shows it to nobody else."""
    return b""
