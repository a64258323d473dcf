"""What happened, as tidy rows: dates for days, words for codes, ids for people and peers.

A row is one person, one session, one refusal; ``scenario`` and ``run`` say of which run it is.
They are still columns of numpy here: :mod:`~peerkit.simulation.results.frames` makes data frames
and files of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from operator import methodcaller
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from peerkit.errors import BadInput
from peerkit.simulation.arrays import numpy
from peerkit.simulation.lives.luck import Luck
from peerkit.simulation.lives.peers import name_of, served_by
from peerkit.simulation.lives.people import id_of
from peerkit.simulation.measuring.costs import COSTS, costs
from peerkit.simulation.measuring.measures import REFUSED, measured_in, unit_of
from peerkit.simulation.measuring.outcomes import OUTCOMES, outcomes
from peerkit.simulation.record import COLUMNS, Column, Run
from peerkit.simulation.studies.study import Study

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from peerkit.simulation.record import Table

    #: Of one run: the scenario's name, the run's number, and what was measured.
    _Kept: TypeAlias = tuple[str, int, Mapping[str, float | None]]

__all__ = [
    "FAILED",
    "MEASURED",
    "NOTHING",
    "ROWS",
    "Kind",
    "Tidy",
    "joined",
    "runs_in",
    "tables_in",
]

#: The table of everything that is kept of each run: a row for each run and measure.
MEASURED: Final = "measures"
#: The table of the runs of a study that failed, and why.
FAILED: Final = "failures"

#: What stands for nothing in a column of words or names, and for "never" in one of days.
NOTHING: Final = -1
_SCENARIO: Final = "the scenario's name"
_NOBODY: Final = "nobody"
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


def tables_in(
    of: Run | Iterable[Run] | Study, name: str, seen: Callable[[Run], None] = lambda run: None
) -> Iterator[tuple[Tidy, ...]]:
    """One of the tables, a part for each run as it comes; ``seen`` is told of each run.

    A study has kept its measures and failures only. Raises :class:`~peerkit.errors.BadInput` for a
    table that is not there.
    """
    if isinstance(of, Study):
        if name not in _OF_A_STUDY:
            kept = " and ".join(_OF_A_STUDY)
            raise BadInput("table", f"a study keeps its {kept}; of the others give runs")
        yield _OF_A_STUDY[name](of)
        return
    if name not in {*ROWS, MEASURED}:
        raise BadInput("table", f"is no table; there are {', '.join(ROWS)}, {MEASURED}")
    found: list[_Kept] = []
    for run in runs_in(of):
        seen(run)
        if name == MEASURED:
            found.append((run.scenario.name, run.number, measured_in(run)))
        else:
            yield _tidied(run, name)
    # A run without refusals under a clause has 0 of them, which is known when all are seen.
    if name == MEASURED:
        yield _measured(found)


def _tidied(run: Run, name: str) -> tuple[Tidy, ...]:
    columns = tuple(ROWS[name](run))
    np, rows = numpy(), len(columns[0].values)
    return (
        Tidy("scenario", Kind.WORD, np.zeros(rows, np.int32), _SCENARIO, "", (run.scenario.name,)),
        Tidy("run", Kind.NUMBER, np.full(rows, run.number, np.int32), _RUN),
        *columns,
    )


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


def _of(
    columns: tuple[Column, ...], table_in: Callable[[Run], Table]
) -> Callable[[Run], Iterator[Tidy]]:
    """A table, column by column; post and generation become the peer's id."""

    def tidy(run: Run) -> Iterator[Tidy]:
        table = table_in(run)
        for column in columns:
            if column.name == "seat":
                yield _peer(table["seat"], table["generation"])
            elif column.name != "generation":
                yield _column(run, column, table[column.name])

    return tidy


def _column(run: Run, column: Column, values: Any) -> Tidy:
    np = numpy()
    says, unit = column.says, column.unit
    if column.name == "person":
        names = tuple(map(id_of, range(int(values.max(initial=NOTHING)) + 1)))
        return Tidy(column.name, Kind.NAME, values, says, words=names)
    if unit == "day":
        dates = np.datetime64(run.scenario.begins, "D") + values
        never = np.datetime64("NaT", "D")
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


def _peers(run: Run) -> Iterator[Tidy]:
    """Who served, and whom they can walk with: which that is was drawn when they began."""
    yield from _of(COLUMNS["peers"], methodcaller("table", "peers"))(run)
    needs, table = _needs(run), run.table("peers")
    luck = Luck(run.seed, run.number)
    serves = served_by(run.scenario, luck, table["seat"], table["generation"])
    told = [
        "; ".join(need for need, can in zip(needs, each, strict=True) if can) or _NOBODY
        for each in serves
    ]
    yield _written("serves", told, "the needs that they can walk with")


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


def _measured(found: Sequence[_Kept]) -> tuple[Tidy, ...]:
    """What was kept of several runs, a row for each run and measure."""
    np = numpy()
    names = tuple(dict.fromkeys(name for _, _, values in found for name in values))
    rows = [
        (scenario, run, name, values.get(name, 0.0 if name.startswith(REFUSED) else None))
        for scenario, run, values in found
        for name in names
    ]
    return (
        _written("scenario", [each[0] for each in rows], _SCENARIO),
        Tidy("run", Kind.NUMBER, np.array([each[1] for each in rows], np.int32), _RUN),
        _written("measure", [each[2] for each in rows], "what was measured"),
        Tidy(
            "value",
            Kind.NUMBER,
            np.array([each[3] for each in rows], np.float64),
            "what was measured, in the unit beside it",
        ),
        _written("unit", [unit_of(each[2]) for each in rows], "the unit of the value"),
    )


def _measured_in(study: Study) -> tuple[Tidy, ...]:
    """What was kept of the runs of a study."""
    return _measured([(each.scenario, each.run, each.values) for each in study.done])


def _failed_in(study: Study) -> tuple[Tidy, ...]:
    """Which runs of a study failed, and why: a row for each."""
    failed = study.failures
    return (
        _written("scenario", [each.scenario for each in failed], _SCENARIO),
        Tidy("run", Kind.NUMBER, numpy().array([each.run for each in failed], "int32"), _RUN),
        _written("error", [each.error for each in failed], "the kind of error"),
        _written("says", [each.says for each in failed], "what it says"),
    )


_OF_A_STUDY: Final[Mapping[str, Callable[[Study], tuple[Tidy, ...]]]] = {
    MEASURED: _measured_in,
    FAILED: _failed_in,
}


def _written(name: str, written: Sequence[str], says: str) -> Tidy:
    words = tuple(dict.fromkeys(written))
    places = {word: at for at, word in enumerate(words)}
    codes = numpy().array([places[each] for each in written], "int32")
    return Tidy(name, Kind.WORD, codes, says, words=words)


#: The tables of a run in tidy rows, and how each is made.
ROWS: Final[Mapping[str, Callable[[Run], Iterable[Tidy]]]] = {
    **{name: _of(columns, methodcaller("table", name)) for name, columns in COLUMNS.items()},
    "peers": _peers,
    "outcomes": _of(OUTCOMES, outcomes),
    "costs": _of(COSTS, costs),
}
