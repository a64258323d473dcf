"""Goals: the participant's own, in the participant's own words."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

import attrs

from peerkit.model.fields import a, an_id, maybe
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun

__all__ = ["Goal", "GoalStatus"]


class GoalStatus(StrEnum):
    """Where a goal stands: the words of FHIR R4 ``Goal.lifecycleStatus``."""

    ACTIVE = "active"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


GOAL: Final = Lifecycle(
    begins=frozenset({GoalStatus.ACTIVE}),
    steps={
        GoalStatus.ACTIVE: frozenset(
            {GoalStatus.ON_HOLD, GoalStatus.COMPLETED, GoalStatus.CANCELLED}
        ),
        GoalStatus.ON_HOLD: frozenset({GoalStatus.ACTIVE, GoalStatus.CANCELLED}),
        GoalStatus.COMPLETED: frozenset(),
        GoalStatus.CANCELLED: frozenset(),
    },
    closed=frozenset({GoalStatus.COMPLETED, GoalStatus.CANCELLED}),
)


@attrs.frozen(kw_only=True)
class Goal(Noun):
    """Something a participant wants. The words are kept apart, under ``goal/<id>``.

    ``review`` is the day the participant wants to look at it again.
    """

    kind: ClassVar[str] = "goal"
    lifecycle: ClassVar[Lifecycle[GoalStatus]] = GOAL
    status: GoalStatus = a(GoalStatus, GoalStatus.ACTIVE)
    participant: str = attrs.field(validator=an_id)
    review: date | None = maybe(date)

    @property
    def touches(self) -> tuple[str, ...]:
        """It is found with its participant."""
        return (self.participant,)
