"""10. Finding: a participant's month, and a view, by the same rows asked of plain ``sqlite3``.

Two thousand pairs have met for a year. The raw side holds the same texts, in one table with the
index that the question asks for, and reads the rows. peerkit gives nouns. Where a
text was read before, peerkit remembers the noun; so a month is asked twice: with all of it
remembered, against the rows alone, and with nothing remembered, against the rows and making
the same sessions of them with a plain cattrs converter.
"""

from __future__ import annotations

import json
import random
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import attrs
from cattrs import Converter

import peerkit as pk
from benchmarks import pretend_program as pretend
from benchmarks.measuring import Effort, Figure, Sample, compared, in_turn
from peerkit.model import NOUNS, periods
from peerkit.stores.sqlite import SQLiteStore
from peerkit.stores.writing.codec import write_noun

__all__ = ["CASES"]

ENTRIES: Final = 200_000
#: Each peer walks with twenty people.
PAIRS: Final = tuple(
    (f"peer-{peer:03}", f"person-{peer:03}-{person:02}")
    for peer in range(100)
    for person in range(20)
)
#: The months that are asked for.
MONTHS: Final = tuple((date(2026, month, 1), date(2026, month + 1, 1)) for month in range(1, 11))
#: How many questions one run asks: fewer than there are months to be asked for.
ASKED: Final = 400
#: By the raw query, and by raw gets.
MOST_FIND: Final = 2.0
MOST_VIEW: Final = 3.0
_TABLES: Final = """
CREATE TABLE noun (id TEXT PRIMARY KEY, participant TEXT, starts TEXT, body TEXT NOT NULL);
CREATE INDEX noun_of_participant ON noun (participant, starts);
CREATE TABLE got (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE tally (
    of TEXT, period TEXT, what TEXT, value INTEGER, PRIMARY KEY (of, period, what)
) WITHOUT ROWID;
"""
_NOUN: Final = "SELECT body FROM got WHERE id = ?"
_TALLIES: Final = "SELECT of, what, value FROM tally WHERE of = ? AND period IN (?,?,?,?,?)"
_MONTH: Final = "SELECT body FROM noun WHERE participant = ? AND starts >= ? AND starts < ?"


@attrs.frozen
class _Side:
    """The program, and the same rows in plain tables."""

    program: pk.Program
    raw: sqlite3.Connection

    @property
    def store(self) -> SQLiteStore:
        store = self.program.store
        assert isinstance(store, SQLiteStore)
        return store


@contextmanager
def _made(effort: Effort) -> Iterator[_Side]:
    """Both, filled; gone afterwards."""
    with tempfile.TemporaryDirectory(dir=effort.folder, ignore_cleanup_errors=True) as folder:
        clock = pretend.Clock()
        where = Path(folder)
        with (
            pk.Program.open(where / "peerkit.db", clock=clock, durability="normal") as program,
            closing(sqlite3.connect(where / "raw.db", isolation_level=None)) as raw,
        ):
            _fill(program, clock, ENTRIES // 10 if effort.quick else ENTRIES)
            _copy(program, raw)
            yield _Side(program, raw)


def _fill(program: pk.Program, clock: pretend.Clock, entries: int) -> None:
    chance = random.Random("find")
    rest = entries - pretend.begin(program, clock, PAIRS)
    agos = (timedelta(days=365) * (1 - number / rest) for number in range(rest))
    for each in program.do_all(pretend.reported(chance, ago, PAIRS) for ago in agos):
        assert each.allowed, each.explain()


def _copy(program: pk.Program, raw: sqlite3.Connection) -> None:
    """The sessions, the nouns of people and pairs, and the tallies, as texts."""
    raw.executescript(_TABLES)
    raw.execute("PRAGMA cache_size = -32768")
    raw.execute("BEGIN")
    raw.executemany(
        "INSERT INTO noun VALUES (?,?,?,?)",
        (
            (each.id, each.participants[0], each.dates, write_noun(each))
            for each in program.every(pk.Session)
        ),
    )
    for kind in NOUNS:
        if kind is not pk.Session:
            rows = ((f"{each.kind}/{each.id}", write_noun(each)) for each in program.every(kind))
            raw.executemany("INSERT INTO got VALUES (?,?)", rows)
    counts = (each for each in program.store.books() if isinstance(each, pk.Count))
    raw.executemany(
        "INSERT INTO tally VALUES (?,?,?,?)",
        ((each.of, each.period, each.what, each.by) for each in counts),
    )
    raw.execute("COMMIT")


# -- a participant's month


def _months(asked: int) -> list[tuple[str, date, date]]:
    chance = random.Random("months")
    return [(chance.choice(PAIRS)[1], *chance.choice(MONTHS)) for _ in range(asked)]


def _found(program: pk.Program, who: str, since: date, until: date) -> tuple[pk.Session, ...]:
    return program.find(pk.Session, about=who, since=since, until=until, limit=1000).items


def _rows(raw: sqlite3.Connection, who: str, since: date, until: date) -> list[Any]:
    return raw.execute(_MONTH, (who, since.isoformat(), until.isoformat())).fetchall()


def _plain() -> Callable[[str], pk.Session]:
    """Makes a session of a text and checks nothing but what the class does."""
    converter = Converter(detailed_validation=False)
    converter.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
    converter.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
    converter.register_structure_hook_func(
        lambda kind: kind == tuple[tuple[str, str], ...],
        lambda value, _: tuple(sorted(value.items())),
    )
    loads = json.loads
    return lambda body: converter.structure(loads(body), pk.Session)


def _over(asked: list[Any], ask: Callable[..., object], *, again: bool = False) -> Sample:
    """The time of one question, of these in a row; ``again``: once they have all been asked."""

    def sample() -> float:
        for each in asked if again else ():
            ask(*each)
        started = perf_counter()
        for each in asked:
            ask(*each)
        return (perf_counter() - started) / len(asked)

    return sample


def _month(effort: Effort, side: _Side) -> list[Figure]:
    made = _plain()
    asked = _months(ASKED // 10 if effort.quick else ASKED)
    for each in asked:
        texts = [body for (body,) in _rows(side.raw, *each)]
        assert [*map(made, texts)] == [*_found(side.program, *each)]
    number = sum(len(_rows(side.raw, *each)) for each in asked) / len(asked)

    def forgetful(*each: Any) -> object:
        side.store._nouns.known.clear()  # noqa: SLF001 - so that each text is read anew
        return _found(side.program, *each)

    ours, rows, anew, nouns = in_turn(
        effort,
        _over(asked, lambda *each: _found(side.program, *each), again=True),
        _over(asked, lambda *each: _rows(side.raw, *each)),
        _over(asked, forgetful),
        _over(asked, lambda *each: [made(row[0]) for row in _rows(side.raw, *each)]),
    )
    name = f"a month of {number:.0f} sessions"
    return [
        compared(f"{name}, remembered, by the rows", ours, rows, most=MOST_FIND),
        compared(f"{name}, read anew, by rows and cattrs", anew, nouns, most=MOST_FIND),
    ]


# -- a view


def _view(effort: Effort, side: _Side) -> list[Figure]:
    chance = random.Random("views")
    pairs = [chance.choice(PAIRS) for _ in range(ASKED)]
    asked = [(peer, who, pk.pair(peer, who)) for peer, who in pairs]
    named = {
        about: [f"{each.kind}/{each.id}" for each in side.program.view(*about).nouns]
        for about in asked
    }
    stretches = periods(pretend.NOW.date())

    def gets(*about: str) -> tuple[list[Any], list[Any]]:
        """Each noun of the view by its id, and the tallies of each id: nothing is joined."""
        run = side.raw.execute
        nouns = [run(_NOUN, (name,)).fetchone() for name in named[about]]  # type: ignore[index]  # three ids
        counted = [run(_TALLIES, (each, *stretches)).fetchall() for each in about]
        return nouns, counted

    for about in asked[:20]:
        view, (nouns, counted) = side.program.view(*about), gets(*about)
        assert [row[0] for row in nouns] == [*map(write_noun, view.nouns)]
        assert {(of, what): value for row in counted for of, what, value in row} == view.tallies
    last = side.program.view().seen
    ours, theirs = in_turn(effort, _over(asked, side.program.view), _over(asked, gets))
    now, then = in_turn(
        attrs.evolve(effort, runs=3),
        _over(asked[:20], side.program.view),
        _over(asked[:20], lambda *about: side.program.view(*about, as_of=last)),
    )
    return [
        compared("a pair's view, by raw gets", ours, theirs, most=MOST_VIEW),
        compared("the same as of an entry, by the view now", then, now),
    ]


def _both(effort: Effort) -> list[Figure]:
    with _made(effort) as side:
        return [*_month(effort, side), *_view(effort, side)]


#: What is run, in one process: filling a file takes long.
CASES: Final = {"finding": _both}
