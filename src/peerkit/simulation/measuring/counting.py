"""How each measure of a run is counted: whole sums, and one division at the end."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from peerkit.simulation.arrays import numpy
from peerkit.simulation.measuring.costs import KINDS, costs
from peerkit.simulation.measuring.outcomes import outcomes
from peerkit.simulation.record import ENDS, STATUSES

if TYPE_CHECKING:
    from peerkit.simulation.record import Run, Table

__all__ = [
    "bed_use",
    "came",
    "cost",
    "cost_in_all",
    "counted",
    "dose",
    "dose_reached",
    "ended",
    "followed_up",
    "from_then",
    "group_came",
    "hours",
    "hours_of_a_peer",
    "mean_of_days",
    "mean_wait",
    "outcome",
    "refused",
    "rows",
    "sessions",
    "share_beyond",
    "turned_away",
    "utilisation",
    "wait_of",
    "waits",
]

#: How somebody began, as in :data:`~peerkit.simulation.record.COLUMNS`.
_CAME, _WALKING = 0, 1
_AN_HOUR: Final = 60
_A_WEEK: Final = 7


def waits(run: Run) -> Any:
    """Days from coming to the first match, of everybody matched after the warm-up, in order."""
    people = run.table("people")
    matched = people["matched"]
    # Those who walked on the first day have no wait: they were matched before it.
    new = (matched >= _first_day(run)) & (people["began"] != _WALKING)
    return numpy().sort(matched[new] - people["came"][new])


def _first_day(run: Run) -> int:
    """The first day that is counted."""
    return run.scenario.warm_up


def _since(run: Run, name: str, column: str = "day") -> Any:
    """What a table says of counted days. It is sorted by day, so that is its end."""
    table = run.table(name)
    return table[column][numpy().searchsorted(table["day"], _first_day(run)) :]


def _total(values: Any) -> int:
    """The sum, whole."""
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


def counted(select: Callable[[Run], Any]) -> Callable[[Run], float]:
    """How many rows are selected."""
    return lambda run: float(numpy().count_nonzero(select(run)))


def came(run: Run) -> Any:
    """Who came on a counted day."""
    people = run.table("people")
    return (people["began"] == _CAME) & (people["came"] >= _first_day(run))


def mean_wait(run: Run) -> float:
    """The mean of the waits."""
    found = waits(run)
    return _over(_total(found), len(found))


def wait_of(share: tuple[int, int]) -> Callable[[Run], float]:
    """The days after which so large a share of those matched were matched."""
    return lambda run: _quantile(waits(run), share)


def ended(why: str) -> Callable[[Run], float]:
    """For how many people it was over, and how."""
    code = ENDS.index(why)
    return counted(
        lambda run: (
            (run.table("people")["why"] == code) & (run.table("people")["ended"] >= _first_day(run))
        )
    )


def _walks_ended(run: Run) -> Any:
    """Whose walk was seen from its beginning to its end, and ended when it is counted."""
    people = run.table("people")
    new = (people["matched"] >= 0) & (people["began"] != _WALKING)
    return new & (people["ended"] >= _first_day(run))


def dose(run: Run) -> float:
    """Sessions held with somebody whose walk ended."""
    over_now = _walks_ended(run)
    return _over(_total(run.table("people")["held"][over_now]), _total(over_now))


def dose_reached(run: Run) -> float:
    """Of those whose walk ended, who had as many sessions as they wanted."""
    over_now = _walks_ended(run)
    wanted = run.table("people")["why"] == ENDS.index("finished")
    return _over(_total(over_now & wanted), _total(over_now))


def sessions(status: str) -> Callable[[Run], float]:
    """How many appointments came out so."""
    code = STATUSES.index(status)
    return counted(lambda run: _since(run, "sessions", "status") == code)


def mean_of_days(column: str) -> Callable[[Run], float]:
    """A column of the days, on average."""

    def mean(run: Run) -> float:
        days = _since(run, "days", column)
        return _over(_total(days), len(days))

    return mean


def hours(column: str) -> Callable[[Run], float]:
    """Hours of the sessions, by a column of minutes."""
    return lambda run: _total(_since(run, "sessions", column)) / _AN_HOUR


def share_beyond(run: Run) -> float:
    """The part of the hours that went beyond the role."""
    beyond, minutes = (_since(run, "sessions", each) for each in ("beyond", "minutes"))
    return _over(_total(beyond), _total(minutes))


def utilisation(run: Run) -> float:
    """The part of the planned places that was taken."""
    walking, serving = (_total(_since(run, "days", each)) for each in ("walking", "serving"))
    return _over(walking, serving * run.scenario.peers.places)


def hours_of_a_peer(run: Run) -> float:
    """Hours a week with people, for each peer in service."""
    minutes = sum(_total(_since(run, each, "minutes")) for each in ("sessions", "groups"))
    return _over(minutes * _A_WEEK, _total(_since(run, "days", "serving")) * _AN_HOUR)


def bed_use(run: Run) -> float:
    """The part of the nights that somebody slept there."""
    scenario = run.scenario
    return _over(
        int(_worked_out(run, costs)["amount"][KINDS.index("respite nights")]),
        scenario.beds.count * (scenario.days - _first_day(run)),
    )


def group_came(run: Run) -> float:
    """People who came to a meeting, on average."""
    people = _since(run, "groups", "came")
    return _over(_total(people), len(people))


#: What was worked out from a run once, as long as there is the run.
_WORKED_OUT: Final[WeakKeyDictionary[Run, dict[Any, Table]]] = WeakKeyDictionary()


def _worked_out(run: Run, how: Callable[[Run], Table]) -> Table:
    found = _WORKED_OUT.setdefault(run, {})
    if how not in found:
        found[how] = how(run)
    return found[how]


def followed_up(run: Run) -> Any:
    """Whose outcomes are counted: of those who came on a counted day, whoever has any."""
    return _worked_out(run, outcomes)["came"] >= _first_day(run)


def outcome(column: str, by: int = 1) -> Callable[[Run], float]:
    """The mean of a column of the outcomes."""

    def mean(run: Run) -> float:
        counted = followed_up(run)
        return _over(_total(_worked_out(run, outcomes)[column][counted]), _total(counted) * by)

    return mean


def cost(kind: str) -> Callable[[Run], float]:
    """What one kind of cost came to, in cents."""
    row = KINDS.index(kind)
    return lambda run: float(_worked_out(run, costs)["cents"][row])


def cost_in_all(run: Run) -> float:
    """What everything cost, in cents."""
    return float(_total(_worked_out(run, costs)["cents"]))


def rows(name: str) -> Callable[[Run], float]:
    """How many rows of a table by days are counted."""
    return lambda run: float(len(_since(run, name)))


def from_then(name: str, column: str) -> Callable[[Run], float]:
    """How many rows of a table have a day that is counted in this column."""
    return counted(lambda run: run.table(name)[column] >= _first_day(run))


def turned_away(run: Run) -> Any:
    """Who asked for a bed on a counted day, and had none in the end."""
    stays = run.table("stays")
    return (stays["began"] < 0) & (stays["asked"] >= _first_day(run))


def refused(run: Run) -> dict[str, int]:
    """How often something was refused under each clause that stood against something."""
    clauses = run.words.get("clause", ())
    counts = numpy().bincount(_since(run, "refusals", "clause"), minlength=len(clauses))
    return {clause: int(n) for clause, n in zip(clauses, counts, strict=True)}
