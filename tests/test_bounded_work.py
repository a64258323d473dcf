"""The work that a document makes grows with its length and no faster, whatever stands in it.

Calls and bytes are counted. Nothing is timed.
"""

from __future__ import annotations

import ast
import json
import pkgutil
import re
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest

import peerkit
import peerkit as pk
from peerkit.exchange import hsds
from peerkit.stores.writing.codec import read_act
from tests.doors import DOORS
from tests.refused import PLACE, clean
from tests.test_bad_documents import DOCUMENTS

pytestmark = pytest.mark.once


def effort(work: Callable[[], object]) -> tuple[int, int]:
    """How many calls this takes, of Python and of C, and the most memory that it holds, in bytes.

    Counted one after the other, since each disturbs the other.
    """
    calls = 0

    def count(frame: object, event: str, arg: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    tracemalloc.start()
    try:
        work()
        return calls, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def bounded(work: Callable[[], object], size: int) -> None:
    """Both grow with the document, and no faster."""
    work()  # what is made once is made
    calls, memory = effort(work)

    assert calls < 100_000 + 60 * size
    assert memory < 4_000_000 + 60 * size


@pytest.mark.parametrize("name", DOORS)
def test_a_wrong_document_takes_no_more_work_than_its_length(name: str, tmp_path: Path) -> None:
    """A small sample of all: counted in calls and in bytes, never in seconds."""
    family = DOORS[name].family()
    with DOORS[name].opened(tmp_path) as read:
        for each in sorted(family.names(DOCUMENTS // 125), key=lambda each: family.made(each)[0]):
            which, raw = family.made(each)
            bounded(partial(read, which, raw), len(raw))


REPORT: Final = json.dumps(
    {"act": "session.reported", "by": "ana", "peer": "ana", "participants": ["p-7"]}
    | {"starts": "2026-11-02T09:00:00Z", "minutes": 60, "activities": []}
)
#: What is read, or looked at and refused, as long as anybody would send it.
LARGE: Final[dict[str, str | bytes]] = {
    "a text": '{"a":"' + "x" * 3_000_000,
    "bytes": b"\xc3\xa9" * 1_500_000,
    "open brackets": "[" * 3_000_000,
    "digits": REPORT.replace("60", "9" * 250_000),
    "numbers for ids": REPORT.replace('"p-7"', "1," * 100_000 + "1"),
    "the same id": REPORT.replace('"p-7"', '"p-7",' * 40_000 + '"p-7"'),
    "numbers for activities": REPORT.replace("[]", f"[{'1,' * 100_000}1]"),
    "activities of nothing": REPORT.replace("[]", f"[{'{},' * 80_000}1]"),
    "fields": REPORT[:-1] + "".join(f',"k{each}":1' for each in range(20_000)) + "}",
    "long fields": REPORT[:-1] + "".join(f',"{each * 60_000}":1' for each in "kmn") + "}",
    "circumstances": REPORT.replace(
        "[]",
        '[{"id":"a","circumstances":{'
        + ",".join(f'"k{each}":"v"' for each in range(18_000))
        + "}}]",
    ),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_large_act_takes_no_more_work_than_its_length(name: str) -> None:
    """One error for 100,000 faults, and none of them a copy of the others."""

    def work() -> None:
        with pytest.raises(pk.BadInput) as caught:
            read_act(LARGE[name])
        clean(caught.value, PLACE.fullmatch)

    bounded(work, len(LARGE[name]))


def _table(columns: str, *rows: str) -> str:
    return "\n".join((columns, *rows, ""))


MANY: Final = range(1500)
_SERVICES: Final = _table("id,name", *(f"s{each},Soup" for each in MANY))
_AT_ONE_PLACE: Final = {
    "services.csv": _SERVICES,
    "locations.csv": _table("id", "l"),
    "services_at_location.csv": _table("service_id,location_id", *(f"s{each},l" for each in MANY)),
}
#: Directories of a few rows, or a few hundred, that would be read into many.
GROWING: Final = {
    "one parent of many parts": {
        "services.csv": _table("id,name", "s,Soup"),
        "taxonomy.csv": _table("id,name,parent_id", f"n,Food,{'a-' * 60_000}"),
        "services_taxonomy.csv": _table("service_id,taxonomy_id", "s,n"),
    },
    "parents below parents": {
        "services.csv": _table("id,name", "s,Soup"),
        "taxonomy.csv": _table("id,name,parent_id", *(f"n{it},Food,n{it - 1}" for it in MANY)),
        "services_taxonomy.csv": _table("service_id,taxonomy_id", *(f"s,n{it}" for it in MANY)),
    },
    "phones of a place": _AT_ONE_PLACE
    | {"phones.csv": _table("number,location_id", *(f"{each},l" for each in MANY))},
}


@pytest.mark.parametrize("name", GROWING)
def test_a_few_rows_do_not_grow_to_many(name: str, tmp_path: Path) -> None:
    """What is said of a place, or of a wider kind of help, is said of many; it stays bounded."""
    size = 0
    for file, text in GROWING[name].items():
        size += (tmp_path / file).write_text(text, encoding="utf-8")

    bounded(lambda: hsds.read(tmp_path), size)


def calls_of_re() -> Iterator[tuple[str, ast.Call]]:
    """Every call of the module of regular expressions, by its place."""
    for file in Path(peerkit.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
                yield f"{file.name}:{node.lineno}", node


def compiled() -> dict[str, re.Pattern[Any]]:
    """Every regular expression of peerkit, by its module and name, or by its place."""
    found = {}
    for module in pkgutil.walk_packages(peerkit.__path__, "peerkit."):
        for name, value in vars(import_module(module.name)).items():
            if isinstance(value, re.Pattern):
                found[f"{module.name}.{name}"] = value
    for place, call in calls_of_re():
        if ast.unparse(call.func) != "re.compile":
            found[place] = re.compile(ast.literal_eval(call.args[0]))
    return found


def pumped(pattern: str) -> Iterator[str]:
    """Long texts of the signs that a pattern speaks of: one, or two that follow each other."""
    signs = sorted({*pattern, *"a0A .-\n"})
    for unit in (*signs, *map("".join, pairwise(pattern)), *(f"{each}\n" for each in signs)):
        for end in ("", "\x00"):
            yield unit * (PUMPED // len(unit)) + end


def try_them_all() -> None:
    """Run by a process of its own: says which pattern is next, before it is tried."""
    for name, pattern in compiled().items():
        print(name, flush=True)  # noqa: T201 - the last one is told when time is up
        raw = isinstance(pattern.pattern, bytes)
        for text in pumped(pattern.pattern.decode("latin-1") if raw else pattern.pattern):
            read = text.encode("latin-1") if raw else text
            pattern.fullmatch(read)
            sum(1 for _ in pattern.finditer(read))


#: So long that a pattern which looks twice at each sign for every sign never ends.
PUMPED: Final = 20_000


def test_no_pattern_looks_again_and_again() -> None:
    """Every regular expression gets through long texts made for it, in a process that is ended.

    The limit is far from what it takes: one that goes back and forth would take hours.
    """
    program = "from tests.test_bounded_work import try_them_all; try_them_all()"
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=False,
        cwd=Path(__file__).parents[1],
        text=True,
        timeout=120,
    )

    assert run.returncode == 0, run.stderr
    assert set(run.stdout.split()) == compiled().keys()


def test_every_pattern_is_among_them() -> None:
    """One that is compiled has a name in its module; another stands in full in its call."""
    assert sum(1 for _ in calls_of_re()) == len({id(each) for each in compiled().values()})
