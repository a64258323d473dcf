"""What happened, as tidy rows: dates for days, words for codes, ids for people and peers.

A row is one person, one session, one refusal; ``scenario`` and ``run`` say of which run it is.
They are still columns of numpy here: :mod:`~peerkit.simulation.frames` makes data frames and
files of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import attrs

from peerkit.errors import BadInput
from peerkit.simulation.arrays import numpy
from peerkit.simulation.measures import measure, measured_in
from peerkit.simulation.peers import name_of
from peerkit.simulation.record import COLUMNS, Column, Run

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NOTHING", "ROWS", "Kind", "Tidy", "joined", "person_id", "rows_of", "runs_in", "tidied"]

#: What stands for nothing in a column of words or names, and for "never" in one of days.
NOTHING: Final = -1
_SCENARIO: Final = "the scenario's name"
_RUN: Final = "the number of the replication"


class Kind(StrEnum):
    """What a column holds. Words are few and come again; names are the ids of people and peers."""

    DATE = "date"
    NUMBER = "number"
    WORD = "word"
    NAME = "name"


@attrs.frozen(eq=False)
class Tidy:
    """A column of tidy rows. ``values`` are dates, numbers, or places in ``words``; -1 is none."""

    name: str
    kind: Kind
    values: NDArray[Any]
    says: str = ""
    unit: str = ""
    words: tuple[str, ...] = ()


def runs_in(of: Run | Iterable[Run]) -> Iterator[Run]:
    """One run after the other, told apart by the name of the scenario and the number of the run.

    Raises :class:`~peerkit.errors.BadInput` where two cannot be told apart, and where there is
    none.
    """
    scenarios: dict[str, Any] = {}
    seen: set[tuple[str, int]] = set()
    for run in [of] if isinstance(of, Run) else of:
        if not isinstance(run, Run):
            raise BadInput("runs", "give runs, as simulate makes them")
        name = run.scenario.name
        if scenarios.setdefault(name, run.scenario) != run.scenario:
            raise BadInput("runs", "two scenarios have one name; give each its own with but")
        if (name, run.number) in seen:
            raise BadInput("runs", "a scenario has two runs of one number; give each run once")
        seen.add((name, run.number))
        yield run
    if not seen:
        raise BadInput("runs", "give one run or more")


def tidied(run: Run, name: str) -> tuple[Tidy, ...]:
    """One of :data:`ROWS` of one run. Raises :class:`~peerkit.errors.BadInput` for another."""
    if name not in ROWS:
        raise BadInput("table", f"is no table; there are {', '.join(ROWS)}")
    np = numpy()
    columns = tuple(ROWS[name](run, name))
    rows = len(columns[0].values)
    return (
        Tidy("scenario", Kind.WORD, np.zeros(rows, np.int32), _SCENARIO, "", (run.scenario.name,)),
        Tidy("run", Kind.NUMBER, np.full(rows, run.number, np.int32), _RUN),
        *columns,
    )


def rows_of(of: Run | Iterable[Run], name: str) -> tuple[Tidy, ...]:
    """One of :data:`ROWS` of several runs, one below the other."""
    return joined([tidied(run, name) for run in runs_in(of)])


def joined(tables: Sequence[Sequence[Tidy]]) -> tuple[Tidy, ...]:
    """Tables of the same columns as one. Words that differ from table to table are put together."""
    np = numpy()
    found = []
    for parts in zip(*tables, strict=True):
        words = parts[0].words
        values = [part.values for part in parts]
        if any(part.words != words for part in parts):
            words = tuple(sorted({word for part in parts for word in part.words}))
            values = [_recoded(part.values, part.words, words) for part in parts]
        found.append(attrs.evolve(parts[0], values=np.concatenate(values), words=words))
    return tuple(found)


def _recoded(codes: Any, words: Sequence[str], among: Sequence[str]) -> Any:
    """The same words by their places among others. A word that is not among them is nothing."""
    np = numpy()
    places = {word: at for at, word in enumerate(among)}
    # A code of -1 falls on the last entry.
    moved = [places.get(word, NOTHING) for word in words]
    return np.array([*moved, NOTHING], np.int32)[codes]


def _recorded(run: Run, name: str) -> Iterator[Tidy]:
    """A table of the record, column by column; post and generation become the peer's id."""
    table = run.table(name)
    for column in COLUMNS[name]:
        if column.name == "seat":
            yield _peer(table["seat"], table["generation"])
        elif column.name != "generation":
            yield _column(run, column, table[column.name])


def _column(run: Run, column: Column, values: Any) -> Tidy:
    np = numpy()
    says, unit = column.says, column.unit
    if column.name == "person":
        names = tuple(map(person_id, range(int(values.max(initial=NOTHING)) + 1)))
        return Tidy(column.name, Kind.NAME, values, says, words=names)
    if unit == "day":
        dates = np.datetime64(run.scenario.begins, "D") + values
        never = np.datetime64("NaT")
        return Tidy(column.name, Kind.DATE, np.where(values == NOTHING, never, dates), says)
    words = column.words or _OWN.get(column.name, _none)(run)
    if words or column.name in _OWN:
        kept = tuple(dict.fromkeys(filter(None, words)))
        return Tidy(column.name, Kind.WORD, _recoded(values, words, kept), says, words=kept)
    return Tidy(column.name, Kind.NUMBER, values, says, unit)


def _peer(seats: Any, generations: Any) -> Tidy:
    """Who served, by id; a seat of -1 is nobody."""
    np = numpy()
    # One number for both, so that each peer is named once.
    both = seats.astype(np.int64) << 16 | generations
    found, codes = np.unique(both, return_inverse=True)
    names = [name_of(int(each) >> 16, int(each) & 0xFFFF) for each in found]
    codes = np.where(seats == NOTHING, NOTHING, codes.astype(np.int32))
    return Tidy("peer", Kind.NAME, codes, "the peer", words=tuple(names))


def person_id(person: int) -> str:
    """The id of a person: ``person-00012``."""
    return f"person-{person:05}"


def _needs(run: Run) -> tuple[str, ...]:
    """What each kind of person has lived through, and their language."""
    needs = run.scenario.arrivals.needs
    return tuple(f"{each.experience or 'any'}, {each.language}" for each in needs)


def _none(run: Run) -> tuple[str, ...]:
    return ()


def _said(kind: str) -> Callable[[Run], tuple[str, ...]]:
    """The words of a run's own."""
    return lambda run: run.words.get(kind, ())


#: The words of the columns that a run or its scenario has words of its own for.
_OWN: Final[Mapping[str, Callable[[Run], tuple[str, ...]]]] = {
    "need": _needs,
    "act": _said("act"),
    "clause": _said("clause"),
    "verdict": _said("verdict"),
    "asked": _said("activity"),
}


def _measured(run: Run, name: str) -> tuple[Tidy, ...]:
    """What is kept of a run, a row for each measure."""
    found = measured_in(run)
    units = [measure(each).unit for each in found]
    values = numpy().array(list(found.values()), "float64")
    return (
        _written("measure", list(found), "what was measured"),
        Tidy("value", Kind.NUMBER, values, "what was measured, in the unit beside it"),
        _written("unit", units, "the unit of the value"),
    )


def _written(name: str, written: Sequence[str], says: str) -> Tidy:
    words = tuple(dict.fromkeys(written))
    places = {word: at for at, word in enumerate(words)}
    codes = numpy().array([places[each] for each in written], "int32")
    return Tidy(name, Kind.WORD, codes, says, words=words)


#: Every table there is in tidy rows, and how it is made.
ROWS: Final[Mapping[str, Callable[[Run, str], Iterable[Tidy]]]] = {
    **dict.fromkeys(COLUMNS, _recorded),
    "measures": _measured,
}
