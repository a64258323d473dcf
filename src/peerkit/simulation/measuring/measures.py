"""What is kept of a run: numbers with a name, a meaning and a unit, the same for every study.

What is counted is what happened on the first day after the warm-up or later, whoever it happened
to: somebody who came during the warm-up and was matched after it counts among the matched, and
so does their whole wait. Who walked or waited on the very first day did not come, and
who walked then was not matched. A whole walk is seen of those who began it later, and for whom it
was over on a day that is counted. A number that has no value, as the mean wait of nobody, is NaN.

Sums are whole numbers, and there is one division at the end: so a measure is the same on every
machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.errors import BadInput
from peerkit.simulation.measuring.costs import KINDS
from peerkit.simulation.measuring.counting import (
    bed_use,
    came,
    cost,
    cost_in_all,
    counted,
    dose,
    dose_reached,
    ended,
    followed_up,
    from_then,
    group_came,
    hours,
    hours_of_a_peer,
    mean_of_days,
    mean_wait,
    outcome,
    refused,
    rows,
    sessions,
    share_beyond,
    turned_away,
    utilisation,
    wait_of,
    waits,
)
from peerkit.simulation.record import STATUSES

if TYPE_CHECKING:
    from peerkit.simulation.record import Run

__all__ = ["MEASURES", "PUT_IN", "REFUSED", "Measure", "measure", "measured_in", "unit_of"]

#: Refusals by rule are measures named by their clause: ``refused.caseload``. Where a run has
#: none under a clause, it was refused 0 times under it.
REFUSED: Final = "refused."
#: What a number of refusals must not be taken for.
_TIMES: Final = "not people: a full peer is asked once a day while somebody waits"
_MATCHED: Final = "those who gave up are not in it"
#: Measures that hang on effects which a scenario puts in: beside them, a run's caution is shown.
PUT_IN: Final = frozenset(
    {"readmitted", "housed", "recovery", "hope", "cost_of_readmissions", "cost"}
)


@attrs.frozen
class Measure:
    """A number that each run has: what it says, in which unit, and how it is worked out."""

    name: str
    says: str
    unit: str
    of: Callable[[Run], float] = attrs.field(repr=False)


def measure(name: str) -> Measure:
    """The measure of that name: of :data:`MEASURES`, or ``refused.`` and a clause.

    Raises :class:`~peerkit.errors.BadInput` for another name.
    """
    if name in MEASURES:
        return MEASURES[name]
    clause = name.removeprefix(REFUSED)
    if clause in {name, ""}:
        raise BadInput("measure", f"is no measure; there are {', '.join(MEASURES)}, {REFUSED}…")

    def times(run: Run) -> float:
        return float(refused(run).get(clause, 0))

    return Measure(
        name, f"times that something was refused under {clause}, {_TIMES}", unit_of(name), times
    )


def unit_of(name: str) -> str:
    """The unit of a measure. One that is somebody's own has none that we know of."""
    if name.startswith(REFUSED):
        return "refusals"
    return MEASURES[name].unit if name in MEASURES else ""


def measured_in(run: Run) -> dict[str, float]:
    """Every measure of a run, by name: those of :data:`MEASURES`, then refusals by rule."""
    found = {name: each.of(run) for name, each in MEASURES.items()}
    return found | {REFUSED + clause: float(n) for clause, n in refused(run).items()}


_ALL: Final = (
    Measure(
        "came",
        "people who came",
        "people",
        counted(came),
    ),
    Measure(
        "matched",
        "people who began to walk with a peer, their first",
        "people",
        lambda run: float(len(waits(run))),
    ),
    Measure(
        "wait_mean",
        f"days from coming to the first match, on average of those matched; {_MATCHED}",
        "days",
        mean_wait,
    ),
    Measure(
        "wait_median",
        f"days after which half of those matched were matched; {_MATCHED}",
        "days",
        wait_of((1, 2)),
    ),
    Measure(
        "wait_90",
        f"days after which 90 % of those matched were matched; {_MATCHED}",
        "days",
        wait_of((9, 10)),
    ),
    Measure("waiting", "people on the waiting list, on average", "people", mean_of_days("waiting")),
    Measure(
        "waiting_at_end",
        "people on the waiting list at the end of the last day",
        "people",
        lambda run: float(run.table("days")["waiting"][-1]),
    ),
    Measure(
        "gave_up",
        "people who left the waiting list without a peer",
        "people",
        ended("gave up"),
    ),
    Measure("left", "people who left after an appointment", "people", ended("left")),
    Measure(
        "finished", "people who had as many sessions as they wanted", "people", ended("finished")
    ),
    Measure(
        "lost_peer",
        "people who left because their peer did",
        "people",
        ended("lost peer"),
    ),
    *(
        Measure(f"sessions_{status}", f"appointments {status}", "appointments", sessions(status))
        for status in STATUSES
    ),
    Measure(
        "dose",
        "sessions held with somebody whose whole walk was seen, on average",
        "sessions",
        dose,
    ),
    Measure(
        "dose_reached",
        "of those whose whole walk was seen had as many sessions as they wanted",
        "share",
        dose_reached,
    ),
    Measure("hours", "hours of sessions", "hours", hours("minutes")),
    Measure("hours_beyond", "hours spent on what is no peer's work", "hours", hours("beyond")),
    Measure(
        "share_beyond", "of the hours were spent on what is no peer's work", "share", share_beyond
    ),
    Measure(
        "walking", "people who walk with a peer, on average", "people", mean_of_days("walking")
    ),
    Measure("utilisation", "of the places that are planned were taken", "share", utilisation),
    Measure("serving", "peers in service, on average", "peers", mean_of_days("serving")),
    Measure(
        "hours_of_a_peer",
        "hours a week that a peer in service spends with people, also in groups",
        "hours a week",
        hours_of_a_peer,
    ),
    Measure(
        "peers_left",
        "peers whose last day it was",
        "peers",
        from_then("peers", "ended"),
    ),
    Measure(
        "refusals",
        f"times that the handbook stood against something, {_TIMES}",
        "refusals",
        rows("refusals"),
    ),
    Measure(
        "group_meetings",
        "times that a group met",
        "meetings",
        rows("groups"),
    ),
    Measure("group_came", "people who came to a meeting, on average", "people", group_came),
    Measure(
        "stays",
        "stays in the respite house that began",
        "stays",
        from_then("stays", "began"),
    ),
    Measure(
        "turned_away",
        "people who asked for a bed and had none in the end",
        "people",
        counted(turned_away),
    ),
    Measure("bed_use", "of the nights in the respite house were slept in", "share", bed_use),
    Measure(
        "followed_up",
        "people whose follow-up lies within the days simulated; who was there on the first day is "
        "followed from then",
        "people",
        counted(followed_up),
    ),
    Measure(
        "readmitted",
        "of those followed up were readmitted until then",
        "share",
        outcome("readmitted"),
    ),
    Measure("housed", "of those followed up were housed then", "share", outcome("housed")),
    Measure(
        "recovery",
        "recovery of those followed up, on average",
        "sd",
        outcome("recovery", 1000),
    ),
    Measure("hope", "hope of those followed up, on average", "sd", outcome("hope", 1000)),
    *(
        Measure(name, f"what it cost: {kind}", "cents", cost(kind))
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
        cost_in_all,
    ),
)
#: What is kept of every run, by name.
MEASURES: Final[Mapping[str, Measure]] = {each.name: each for each in _ALL}
