"""What is kept of a run: numbers with a name, a meaning and a unit, the same for every study.

What is counted is what happened on the first day after the warm-up or later, whoever it happened
to: somebody who came during the warm-up and was matched after it counts among the matched, and
so does their whole wait. Who walked or waited on the very first day did not come, and
who walked then was not matched. A number that has no value, as the mean wait of nobody, is NaN.

Sums are whole numbers, and there is one division at the end: so a measure is the same on every
machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import attrs

from peerkit.errors import BadInput
from peerkit.simulation.arrays import numpy
from peerkit.simulation.costs import KINDS, costs
from peerkit.simulation.outcomes import outcomes
from peerkit.simulation.record import ENDS, STATUSES

if TYPE_CHECKING:
    from peerkit.simulation.record import Run, Table

__all__ = ["MEASURES", "REFUSED", "Measure", "measure", "measured_in", "waits"]

#: Refusals by rule are measures named by their clause: ``refused.caseload``. Where a run has
#: none under a clause, it was refused 0 times under it.
REFUSED: Final = "refused."
#: How somebody began, as in :data:`~peerkit.simulation.record.COLUMNS`.
_CAME, _WALKING = 0, 1
_AN_HOUR: Final = 60
_A_WEEK: Final = 7
_THOUSAND: Final = 1000
_HALF: Final = (1, 2)
_MOST: Final = (9, 10)


@attrs.frozen
class Measure:
    """A number that each run has: what it says, in which unit, and how it is worked out."""

    name: str
    says: str
    unit: str
    of: Callable[[Run], float] = attrs.field(repr=False)


def waits(run: Run) -> Any:
    """Days from coming to the first match, of everybody matched after the warm-up, in order."""
    people = run.table("people")
    matched = people["matched"]
    # Those who walked on the first day have no wait: they were matched before it.
    new = (matched >= _first(run)) & (people["began"] != _WALKING)
    return numpy().sort(matched[new] - people["came"][new])


def measure(name: str) -> Measure:
    """The measure of that name: of :data:`MEASURES`, or ``refused.`` and a clause.

    Raises :class:`~peerkit.errors.BadInput` for another name.
    """
    if name in MEASURES:
        return MEASURES[name]
    clause = name.removeprefix(REFUSED)
    if clause in {name, ""}:
        raise BadInput("measure", f"is no measure; there are {', '.join(MEASURES)}, {REFUSED}…")

    def refused(run: Run) -> float:
        return float(_refused(run).get(clause, 0))

    return Measure(name, f"times that something was refused under {clause}", "refusals", refused)


def measured_in(run: Run) -> dict[str, float]:
    """Every measure of a run, by name: those of :data:`MEASURES`, then refusals by rule."""
    found = {name: each.of(run) for name, each in MEASURES.items()}
    return found | {REFUSED + clause: float(n) for clause, n in _refused(run).items()}


def _first(run: Run) -> int:
    """The first day that is counted."""
    return run.scenario.warm_up


def _since(run: Run, name: str) -> Table:
    """The rows of a table that are counted. It is sorted by day, so they are its end."""
    table = run.table(name)
    at = int(numpy().searchsorted(table["day"], _first(run)))
    return {column: values[at:] for column, values in table.items()}


def _sum(values: Any) -> int:
    return int(values.sum(dtype="int64"))


def _over(many: int, by: int) -> float:
    """The one division. By nothing there is no value."""
    return many / by if by else math.nan


def _quantile(ordered: Any, share: tuple[int, int]) -> float:
    """The least of these values that so large a share of them does not exceed."""
    if not len(ordered):
        return math.nan
    of, whole = share
    return float(ordered[-(-len(ordered) * of // whole) - 1])


def _counted(select: Callable[[Run], Any]) -> Callable[[Run], float]:
    """How many rows are selected."""
    return lambda run: float(numpy().count_nonzero(select(run)))


def _ended(why: str) -> Callable[[Run], float]:
    """For how many people it was over, and how."""
    code = ENDS.index(why)
    return _counted(
        lambda run: (
            (run.table("people")["why"] == code) & (run.table("people")["ended"] >= _first(run))
        )
    )


def _walks_ended(run: Run) -> Any:
    """Whose walk was seen from its beginning to its end, and ended when it is counted."""
    people = run.table("people")
    new = (people["matched"] >= 0) & (people["began"] != _WALKING)
    return new & (people["ended"] >= _first(run))


def _dose(run: Run) -> float:
    ended = _walks_ended(run)
    return _over(_sum(run.table("people")["held"][ended]), _sum(ended))


def _finished(run: Run) -> float:
    ended = _walks_ended(run)
    finished = run.table("people")["why"] == ENDS.index("finished")
    return _over(_sum(ended & finished), _sum(ended))


def _sessions(status: str) -> Callable[[Run], float]:
    code = STATUSES.index(status)
    return _counted(lambda run: _since(run, "sessions")["status"] == code)


def _mean_of_days(column: str) -> Callable[[Run], float]:
    def mean(run: Run) -> float:
        days = _since(run, "days")
        return _over(_sum(days[column]), len(days["day"]))

    return mean


def _hours(column: str) -> Callable[[Run], float]:
    return lambda run: _sum(_since(run, "sessions")[column]) / _AN_HOUR


def _share_beyond(run: Run) -> float:
    sessions = _since(run, "sessions")
    return _over(_sum(sessions["beyond"]), _sum(sessions["minutes"]))


def _utilisation(run: Run) -> float:
    days = _since(run, "days")
    return _over(_sum(days["walking"]), _sum(days["serving"]) * run.scenario.peers.places)


def _hours_of_a_peer(run: Run) -> float:
    minutes = sum(_sum(_since(run, each)["minutes"]) for each in ("sessions", "groups"))
    return _over(minutes * _A_WEEK, _sum(_since(run, "days")["serving"]) * _AN_HOUR)


def _bed_use(run: Run) -> float:
    scenario = run.scenario
    return _over(
        int(_worked_out(run, costs)["amount"][KINDS.index("respite nights")]),
        scenario.beds.count * (scenario.days - _first(run)),
    )


def _group_came(run: Run) -> float:
    groups = _since(run, "groups")
    return _over(_sum(groups["came"]), len(groups["day"]))


#: What was worked out from a run once, as long as there is the run.
_WORKED_OUT: Final[WeakKeyDictionary[Run, dict[Any, Table]]] = WeakKeyDictionary()


def _worked_out(run: Run, how: Callable[[Run], Table]) -> Table:
    found = _WORKED_OUT.setdefault(run, {})
    if how not in found:
        found[how] = how(run)
    return found[how]


def _followed_up(run: Run) -> Any:
    """Whose outcomes are counted: of those who came on a counted day, whoever has any."""
    return _worked_out(run, outcomes)["came"] >= _first(run)


def _outcome(column: str, by: int = 1) -> Callable[[Run], float]:
    def mean(run: Run) -> float:
        counted = _followed_up(run)
        return _over(_sum(_worked_out(run, outcomes)[column][counted]), _sum(counted) * by)

    return mean


def _cost(kind: str) -> Callable[[Run], float]:
    row = KINDS.index(kind)
    return lambda run: float(_worked_out(run, costs)["cents"][row])


def _refused(run: Run) -> dict[str, int]:
    """How often something was refused under each clause that stood against something."""
    clauses = run.words.get("clause", ())
    counts = numpy().bincount(_since(run, "refusals")["clause"], minlength=len(clauses))
    return {clause: int(n) for clause, n in zip(clauses, counts, strict=True)}


_ALL: Final = (
    Measure(
        "came",
        "people who came",
        "people",
        _counted(
            lambda run: (
                (run.table("people")["began"] == _CAME)
                & (run.table("people")["came"] >= _first(run))
            )
        ),
    ),
    Measure(
        "matched",
        "people who began to walk with a peer, their first",
        "people",
        lambda run: float(len(waits(run))),
    ),
    Measure(
        "wait_mean",
        "days from coming to the first match, on average",
        "days",
        lambda run: _over(_sum(waits(run)), len(waits(run))),
    ),
    Measure(
        "wait_median",
        "days after which half of those matched were matched",
        "days",
        lambda run: _quantile(waits(run), _HALF),
    ),
    Measure(
        "wait_90",
        "days after which 90 % of those matched were matched",
        "days",
        lambda run: _quantile(waits(run), _MOST),
    ),
    Measure(
        "waiting", "people on the waiting list, on average", "people", _mean_of_days("waiting")
    ),
    Measure(
        "waiting_at_end",
        "people on the waiting list at the end of the last day",
        "people",
        lambda run: float(run.table("days")["waiting"][-1]),
    ),
    Measure(
        "gave_up",
        "people who left the waiting list without having found a peer, or another",
        "people",
        _ended("gave up"),
    ),
    Measure("left", "people who left after an appointment", "people", _ended("left")),
    Measure(
        "finished", "people who had as many sessions as they wanted", "people", _ended("finished")
    ),
    Measure(
        "lost_peer",
        "people who left because their peer did",
        "people",
        _ended("lost peer"),
    ),
    *(
        Measure(f"sessions_{status}", f"appointments {status}", "appointments", _sessions(status))
        for status in STATUSES
    ),
    Measure(
        "dose",
        "sessions held with somebody whose walk ended, on average; without those who walked "
        "on the first day",
        "sessions",
        _dose,
    ),
    Measure(
        "dose_reached",
        "of those whose walk ended had as many sessions as they wanted; without those who walked "
        "on the first day",
        "share",
        _finished,
    ),
    Measure("hours", "hours of sessions", "hours", _hours("minutes")),
    Measure("hours_beyond", "hours spent on what is no peer's work", "hours", _hours("beyond")),
    Measure("share_beyond", "of the hours were spent on it", "share", _share_beyond),
    Measure(
        "walking", "people who walk with a peer, on average", "people", _mean_of_days("walking")
    ),
    Measure("utilisation", "of the places that are planned were taken", "share", _utilisation),
    Measure("serving", "peers in service, on average", "peers", _mean_of_days("serving")),
    Measure(
        "hours_of_a_peer",
        "hours a week that a peer in service spends with people, also in groups",
        "hours a week",
        _hours_of_a_peer,
    ),
    Measure(
        "peers_left",
        "peers whose last day it was",
        "peers",
        _counted(lambda run: run.table("peers")["ended"] >= _first(run)),
    ),
    Measure(
        "refusals",
        "times that the handbook stood against something",
        "refusals",
        _counted(lambda run: _since(run, "refusals")["day"] >= 0),
    ),
    Measure(
        "group_meetings",
        "times that a group met",
        "meetings",
        _counted(lambda run: _since(run, "groups")["day"] >= 0),
    ),
    Measure("group_came", "people who came to a meeting, on average", "people", _group_came),
    Measure(
        "stays",
        "stays in the respite house that began",
        "stays",
        _counted(lambda run: run.table("stays")["began"] >= _first(run)),
    ),
    Measure(
        "turned_away",
        "people who asked for a bed and had none in the end",
        "people",
        _counted(
            lambda run: (
                (run.table("stays")["began"] < 0) & (run.table("stays")["asked"] >= _first(run))
            )
        ),
    ),
    Measure("bed_use", "of the nights in the respite house were slept in", "share", _bed_use),
    Measure(
        "followed_up",
        "people whose follow-up lies within the days simulated; who was there on the first day is "
        "followed from then",
        "people",
        _counted(_followed_up),
    ),
    Measure("readmitted", "of them were readmitted until then", "share", _outcome("readmitted")),
    Measure("housed", "of them were housed then", "share", _outcome("housed")),
    Measure("recovery", "their recovery then, on average", "sd", _outcome("recovery", _THOUSAND)),
    Measure("hope", "their hope then, on average", "sd", _outcome("hope", _THOUSAND)),
    *(
        Measure(name, f"what it cost: {kind}", "cents", _cost(kind))
        for name, kind in zip(
            ("cost_of_peers", "cost_of_supervision", "cost_of_respite", "cost_of_readmissions"),
            KINDS,
            strict=True,
        )
    ),
    Measure(
        "cost",
        "what it cost in all",
        "cents",
        lambda run: float(_sum(_worked_out(run, costs)["cents"])),
    ),
)
#: What is kept of every run, by name.
MEASURES: Final[Mapping[str, Measure]] = {each.name: each for each in _ALL}
