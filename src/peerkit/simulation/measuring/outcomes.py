"""What becomes of people: drawn from effects that a scenario puts in, never found out.

The effects are drawn once for each run, because nobody knows them better than that. What a person
would come to without peers is theirs and the same in every scenario, so that scenarios can be
compared on the same luck.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import attrs

from peerkit.simulation.arrays import numpy, scipy_special
from peerkit.simulation.lives.luck import Luck
from peerkit.simulation.lives.people import HELD, named
from peerkit.simulation.record import Column
from peerkit.simulation.scenarios.evidence import READMITTED, trials
from peerkit.simulation.scenarios.given import bounds

if TYPE_CHECKING:
    from peerkit.simulation.record import Run, Table
    from peerkit.simulation.scenarios.inputs import Outcomes

__all__ = ["OUTCOMES", "Effects", "effects", "outcomes"]

_THOUSAND: Final = 1000
#: The columns of the table that :func:`outcomes` gives.
OUTCOMES: Final = (
    Column("person", "int32", "the person, by the order in which they came, from 0"),
    Column("came", "int32", "the day they came", "day"),
    Column("sessions", "int32", "sessions held until the follow-up", "sessions"),
    Column("readmitted", "int8", "readmitted until the follow-up", words=("no", "yes")),
    Column("housed", "int8", "housed at the follow-up", words=("no", "yes")),
    Column("recovery", "int32", "recovery at the follow-up", "thousandths of a sd"),
    Column("hope", "int32", "hope at the follow-up", "thousandths of a sd"),
)


@attrs.frozen(kw_only=True)
class Effects:
    """What peers move in one run, in full, in thousandths: put in, not found.

    ``trial`` is the id of the study that the effect on readmission is drawn from; it and
    the effect on housing are log odds ratios, the scores are standard deviations.
    """

    trial: str
    readmitted: int
    housed: int
    recovery: int
    hope: int


def effects(given: Outcomes, luck: Luck) -> Effects:
    """The effects of one run: from one trial or the other, and as uncertain as they are."""
    positive, null = trials()
    chosen = positive if float(luck.chance("trial")) < given.johnson else null
    figure = chosen.figure(READMITTED)
    z = int(luck.normal("effect on readmission"))
    return Effects(
        trial=chosen.id,
        readmitted=round(_THOUSAND * math.log(figure.value) + figure.log_sd * z),
        housed=round(_THOUSAND * given.housed_effect),
        recovery=_score(given, luck, "recovery", given.recovery_se),
        hope=_score(given, luck, "hope", given.hope_se),
    )


def _score(given: Outcomes, luck: Luck, name: str, se: float) -> int:
    """A normal draw within the bounds of the number, in thousandths."""
    mean: float = getattr(given, name)
    if se == 0:
        return round(_THOUSAND * mean)
    normal = scipy_special()
    low, high = (normal.ndtr((bound - mean) / se) for bound in bounds(given, name))
    u = float(luck.chance(f"effect on {name}"))
    return round(_THOUSAND * (mean + se * float(normal.ndtri(low + u * (high - low)))))


def outcomes(run: Run) -> Table:
    """The outcomes of everybody whose follow-up lies within the run, a row for each.

    Who came so late that it lies beyond the last day has no row: nothing is guessed. The
    table has the columns of :data:`OUTCOMES`.
    """
    np = numpy()
    given = run.scenario.outcomes
    people, luck = run.table("people"), Luck(run.seed, run.number)
    came = people["came"]
    person = np.flatnonzero(came + given.follow_up <= run.scenario.days)
    who = named(came, people["began"])[person]
    sessions = _held(run)[person]
    dose = np.minimum(sessions, given.full_dose)
    moved = effects(given, luck)
    full = given.full_dose
    found = {
        "person": person,
        "came": came[person],
        "sessions": sessions,
        "readmitted": luck.chance("readmitted", who)
        < _chances(given.readmitted, moved.readmitted, full)[dose],
        "housed": luck.chance("housed", who) < _chances(given.housed, moved.housed, full)[dose],
        "recovery": luck.normal("recovery", who) + _part(moved.recovery, dose, full),
        "hope": luck.normal("hope", who) + _part(moved.hope, dose, full),
    }
    return {each.name: found[each.name].astype(each.dtype) for each in OUTCOMES}


def _part(effect: int, dose: Any, full: int) -> Any:
    """A share of an effect, to the nearest thousandth, in whole numbers."""
    return (2 * effect * dose + full) // (2 * full)


def _held(run: Run) -> Any:
    """Of everybody, the sessions held before their follow-up."""
    np = numpy()
    came, sessions = run.table("people")["came"], run.table("sessions")
    person = sessions["person"]
    counts = sessions["status"] == HELD
    counts &= sessions["day"] < came[person] + run.scenario.outcomes.follow_up
    return np.bincount(person[counts], minlength=len(came))


def _chances(without: float, effect: int, full: int) -> Any:
    """How likely it is after each number of sessions: the odds move with the dose."""
    ratios = (math.exp(effect / _THOUSAND * dose / full) for dose in range(full + 1))
    return numpy().array([without * r / (1 - without + without * r) for r in ratios])
