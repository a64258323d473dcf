"""What a run costs, by kind, in the smallest coins: whole numbers, so that sums are exact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from peerkit.simulation.arrays import numpy
from peerkit.simulation.lives.luck import Luck
from peerkit.simulation.lives.peers import posts
from peerkit.simulation.measuring.outcomes import outcomes
from peerkit.simulation.record import Column

if TYPE_CHECKING:
    from peerkit.simulation.record import Run, Table

__all__ = ["COSTS", "KINDS", "costs"]

#: What is paid for, in the order of the rows.
KINDS: Final = ("peers' paid minutes", "minutes of supervision", "respite nights", "readmissions")
#: The columns of the table that :func:`costs` gives.
COSTS: Final = (
    Column("kind", "int8", "what is paid for", words=KINDS),
    Column("amount", "int64", "how much of it"),
    Column("cents", "int64", "what it costs", "cents"),
)
_HOUR: Final = 60
_WEEK: Final = 7


def costs(run: Run) -> Table:
    """What the days after the warm-up cost, a row for each of :data:`KINDS`.

    A peer is paid for every day of service, also when they are away. Readmissions are those of
    people whose follow-up lies within the run; nothing is added for the others. The table has the
    columns of :data:`COSTS`.
    """
    given = run.scenario.costs
    # A peer's week is paid in whole minutes; a part of a week is rounded once, in all.
    paid = _rounded(_service(run) * round(given.hours_a_week * _HOUR), _WEEK)
    supervised = _talks(run) * given.supervision_minutes
    nights, again = _nights(run), _readmissions(run)
    amounts = (paid, supervised, nights, again)
    cents = (
        _rounded(paid * given.hour, _HOUR),
        _rounded(supervised * given.supervision_hour, _HOUR),
        nights * given.respite_night,
        again * given.readmission,
    )
    found = (range(len(KINDS)), amounts, cents)
    np = numpy()
    return {
        each.name: np.array(column, each.dtype) for each, column in zip(COSTS, found, strict=True)
    }


def _rounded(number: int, by: int) -> int:
    return (2 * number + by) // (2 * by)


def _span(run: Run) -> tuple[Any, Any]:
    """The first and the last counted day of service of each peer."""
    np = numpy()
    peers = run.table("peers")
    last = np.where(peers["ended"] < 0, run.scenario.days - 1, peers["ended"])
    return np.maximum(peers["began"], run.scenario.warm_up), last


def _service(run: Run) -> int:
    first, last = _span(run)
    return int(numpy().maximum(last - first + 1, 0).sum())


def _talks(run: Run) -> int:
    """Talks with the supervisor on counted days: those of the table, or asked of luck again."""
    np = numpy()
    peers, scenario = run.table("peers"), run.scenario
    if not scenario.warm_up:
        return int(peers["talks"].sum())
    first, last = _span(run)
    days, luck, found = np.arange(scenario.days), Luck(run.seed, run.number), 0
    began_together = np.stack([peers["generation"], peers["began"]], axis=1)
    for generation, began in np.unique(began_together, axis=0):
        rows = (began_together == (generation, began)).all(axis=1)
        theirs = posts(scenario, luck, peers["seat"][rows], int(generation), int(began))
        counted = (days >= first[rows, None]) & (days <= last[rows, None])
        found += int((theirs.talks & counted).sum())
    return found


def _nights(run: Run) -> int:
    np = numpy()
    stays, scenario = run.table("stays"), run.scenario
    began = stays["began"]
    first = np.maximum(began, scenario.warm_up)
    after = np.minimum(began + stays["nights"], scenario.days)
    return int(np.where(began < 0, 0, np.maximum(after - first, 0)).sum())


def _readmissions(run: Run) -> int:
    found = outcomes(run)
    return int(found["readmitted"][found["came"] >= run.scenario.warm_up].sum())
