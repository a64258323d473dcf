"""Goals and plans: the participant's own, in the participant's own words."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from peerkit.errors import BadInput
from peerkit.model.fields import (
    PRIVATE,
    a,
    an_id,
    exactly,
    maybe,
    maybe_id,
    maybe_ids,
    private,
    several,
)
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "MOST_READERS",
    "SECTIONS",
    "Achievement",
    "Formalities",
    "Goal",
    "GoalStatus",
    "Plan",
    "PlanKind",
    "PlanStatus",
    "Section",
    "Step",
    "StepStatus",
]


class GoalStatus(StrEnum):
    """Where a goal stands: the words of FHIR R4 ``Goal.lifecycleStatus``."""

    PROPOSED = "proposed"
    PLANNED = "planned"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered-in-error"
    REJECTED = "rejected"


_MISTAKE: Final = GoalStatus.ENTERED_IN_ERROR
GOAL: Final = Lifecycle(
    begins=frozenset({GoalStatus.PROPOSED, GoalStatus.ACTIVE}),
    steps={
        GoalStatus.PROPOSED: frozenset(
            {
                GoalStatus.PLANNED,
                GoalStatus.ACCEPTED,
                GoalStatus.ACTIVE,
                GoalStatus.REJECTED,
                _MISTAKE,
            }
        ),
        GoalStatus.PLANNED: frozenset(
            {
                GoalStatus.ACCEPTED,
                GoalStatus.ACTIVE,
                GoalStatus.ON_HOLD,
                GoalStatus.CANCELLED,
                GoalStatus.REJECTED,
                _MISTAKE,
            }
        ),
        GoalStatus.ACCEPTED: frozenset(
            {GoalStatus.ACTIVE, GoalStatus.ON_HOLD, GoalStatus.CANCELLED, _MISTAKE}
        ),
        GoalStatus.ACTIVE: frozenset(
            {GoalStatus.ON_HOLD, GoalStatus.COMPLETED, GoalStatus.CANCELLED, _MISTAKE}
        ),
        GoalStatus.ON_HOLD: frozenset({GoalStatus.ACTIVE, GoalStatus.CANCELLED, _MISTAKE}),
        GoalStatus.COMPLETED: frozenset(),
        GoalStatus.CANCELLED: frozenset(),
        GoalStatus.REJECTED: frozenset(),
        GoalStatus.ENTERED_IN_ERROR: frozenset(),
    },
    closed=frozenset({GoalStatus.COMPLETED, GoalStatus.CANCELLED, GoalStatus.REJECTED, _MISTAKE}),
)


class Achievement(StrEnum):
    """How it goes, as the participant sees it: FHIR R4 ``Goal.achievementStatus``."""

    IN_PROGRESS = "in-progress"
    IMPROVING = "improving"
    WORSENING = "worsening"
    NO_CHANGE = "no-change"
    ACHIEVED = "achieved"
    SUSTAINING = "sustaining"
    NOT_ACHIEVED = "not-achieved"
    NO_PROGRESS = "no-progress"
    NOT_ATTAINABLE = "not-attainable"


@attrs.frozen(kw_only=True)
class Goal(Noun):
    """Something a participant wants. The words are kept apart, under ``goal/<id>``.

    ``review`` is the day the participant wants to look at it again. ``stated_by``
    is whose goal it is: the participant, or whoever suggested it, until the
    participant takes it up. ``changed_by`` wrote down the last change;
    ``achievement`` is how the participant says it goes.
    """

    kind: ClassVar[str] = "goal"
    lifecycle: ClassVar[Lifecycle[GoalStatus]] = GOAL
    found_with: ClassVar[tuple[str, ...]] = ("participant",)
    private_to: ClassVar[str] = "participant"
    status: GoalStatus = a(GoalStatus, GoalStatus.ACTIVE)
    participant: str = attrs.field(validator=an_id)
    review: date | None = maybe(date)
    achievement: Achievement | None = private(maybe(Achievement))
    stated_by: str | None = maybe_id()
    changed_by: str | None = maybe_id()


class StepStatus(StrEnum):
    """A step is to be done, done, or dropped. None of these is a fault."""

    TO_DO = "to-do"
    DONE = "done"
    DROPPED = "dropped"


STEP: Final = Lifecycle(
    begins=frozenset({StepStatus.TO_DO}),
    steps={
        StepStatus.TO_DO: frozenset({StepStatus.DONE, StepStatus.DROPPED}),
        StepStatus.DONE: frozenset({StepStatus.TO_DO}),
        StepStatus.DROPPED: frozenset({StepStatus.TO_DO}),
    },
    closed=frozenset({StepStatus.DONE, StepStatus.DROPPED}),
)


@attrs.frozen(kw_only=True)
class Step(Noun):
    """One step towards a goal. The words are kept apart, under ``step/<id>``."""

    kind: ClassVar[str] = "step"
    lifecycle: ClassVar[Lifecycle[StepStatus]] = STEP
    found_with: ClassVar[tuple[str, ...]] = ("participant", "goal")
    status: StepStatus = a(StepStatus, StepStatus.TO_DO)
    participant: str = attrs.field(validator=an_id)
    goal: str = attrs.field(validator=an_id)


class PlanKind(StrEnum):
    """What somebody plans for: their wellness, a crisis, a time when they cannot speak."""

    WELLNESS = "wellness"
    CRISIS = "crisis"
    ADVANCE_DIRECTIVE = "advance-directive"


class Section(StrEnum):
    """The parts of a plan, named in general words. No published worksheet is reproduced."""

    WHAT_KEEPS_ME_WELL = "what-keeps-me-well"
    EVERY_DAY = "every-day"
    WHAT_UPSETS_ME = "what-upsets-me"
    EARLY_SIGNS = "early-signs"
    WHEN_IT_GETS_HARD = "when-it-gets-hard"
    WHEN_OTHERS_STEP_IN = "when-others-step-in"
    WHO_I_WANT = "who-i-want"
    WHO_STAYS_AWAY = "who-stays-away"
    WHAT_HELPS = "what-helps"
    WHAT_DOES_NOT_HELP = "what-does-not-help"
    WHERE_I_WANT_TO_BE = "where-i-want-to-be"
    WHO_AND_WHAT_I_CARE_FOR = "who-and-what-i-care-for"
    WHEN_IT_IS_OVER = "when-it-is-over"
    WHERE_IT_IS_KEPT = "where-it-is-kept"


#: The parts that each kind of plan often has. A person may write any part into any plan.
SECTIONS: Final[Mapping[PlanKind, tuple[Section, ...]]] = {
    PlanKind.WELLNESS: (
        Section.WHAT_KEEPS_ME_WELL,
        Section.EVERY_DAY,
        Section.WHAT_UPSETS_ME,
        Section.EARLY_SIGNS,
        Section.WHEN_IT_GETS_HARD,
    ),
    PlanKind.CRISIS: (
        Section.WHEN_OTHERS_STEP_IN,
        Section.WHO_I_WANT,
        Section.WHO_STAYS_AWAY,
        Section.WHAT_HELPS,
        Section.WHAT_DOES_NOT_HELP,
        Section.WHERE_I_WANT_TO_BE,
        Section.WHO_AND_WHAT_I_CARE_FOR,
        Section.WHEN_IT_IS_OVER,
    ),
    PlanKind.ADVANCE_DIRECTIVE: (Section.WHERE_IT_IS_KEPT,),
}


class Formalities(StrEnum):
    """Whether an advance directive has what the law of its place asks for (R-PAD)."""

    NOT_YET = "not-yet"
    EXECUTED = "executed"
    NO_STATUTE = "no-statute"


#: To how many people a plan can be shown: it is read whole whenever it changes.
MOST_READERS: Final = 60


class PlanStatus(StrEnum):
    """A plan is in use until its author sets it aside, and may be taken up again."""

    IN_USE = "in-use"
    SET_ASIDE = "set-aside"


PLAN: Final = Lifecycle(
    begins=frozenset({PlanStatus.IN_USE}),
    steps={
        PlanStatus.IN_USE: frozenset({PlanStatus.SET_ASIDE}),
        PlanStatus.SET_ASIDE: frozenset({PlanStatus.IN_USE}),
    },
    closed=frozenset({PlanStatus.SET_ASIDE}),
)


def for_a_directive(instance: Any) -> None:
    """Refuse an agent or formalities on any plan but an advance directive."""
    if instance.of is PlanKind.ADVANCE_DIRECTIVE:
        return
    for name in ("agent", "formalities"):
        if getattr(instance, name) is not None:
            raise BadInput(
                f"{type(instance).__name__}.{name}",
                "belongs to an advance directive alone; leave it out, or say of=ADVANCE_DIRECTIVE",
            )


@attrs.frozen(kw_only=True)
class Plan(Noun):
    """A plan that a participant writes for themself. Its author is always the participant.

    Its words are kept apart, section by section, under ``plan/<id>/<section>``;
    ``sections`` are those that have any. ``shared_with`` are the people to whom
    the author has shown it: nobody, unless they say so. Of an advance directive
    only the record is here: where it is, who the agent is, whether it is executed.
    """

    kind: ClassVar[str] = "plan"
    lifecycle: ClassVar[Lifecycle[PlanStatus]] = PLAN
    found_with: ClassVar[tuple[str, ...]] = ("participant",)
    private_to: ClassVar[str] = "participant"
    status: PlanStatus = a(PlanStatus, PlanStatus.IN_USE)
    participant: str = attrs.field(validator=an_id)
    of: PlanKind = attrs.field(validator=exactly(PlanKind), repr=False, metadata=PRIVATE)
    sections: tuple[Section, ...] = private(several(Section))
    shared_with: tuple[str, ...] = maybe_ids(most=MOST_READERS)
    agent: str | None = maybe_id()
    formalities: Formalities | None = private(maybe(Formalities))

    def __attrs_post_init__(self) -> None:
        for_a_directive(self)

    def open_to(self, who: str) -> bool:
        """Whether this person may read it: its author, or somebody it is shared with."""
        return who == self.participant or who in self.shared_with
