"""Goals: set and changed by the participant, or on their word."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

import attrs

from peerkit.acts.act import Judged, Left, Makes, Moves, Saying, once_each
from peerkit.model import Goal, GoalStatus, Noun, Words
from peerkit.model.fields import an_id, exactly, maybe

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = ["ChangeGoal", "SetGoal"]


@attrs.frozen(kw_only=True)
class SetGoal(Makes):
    """Write down a goal in the participant's own words.

    When somebody else writes it, ``said_so`` says that the participant said
    it: true or false. ``review`` is the day they want to look at it again.
    """

    kind: ClassVar[str] = "goal.set"
    makes: ClassVar[type[Noun]] = Goal
    participant: str = attrs.field(validator=an_id)
    words: Words = attrs.field(validator=exactly(Words))
    review: date | None = maybe(date)
    said_so: bool | None = maybe(bool)

    @property
    def about(self) -> tuple[str, ...]:
        """The goal and the participant."""
        return once_each(self.the_id, self.participant)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The goal, and its words apart."""
        goal = Goal(id=self.the_id, participant=self.participant, review=self.review)
        return Left(nouns=(goal,), words=(Saying(f"goal/{goal.id}", self.participant, self.words),))


@attrs.frozen(kw_only=True)
class ChangeGoal(Moves):
    """The participant puts a goal on hold, takes it up again, completes or drops it."""

    kind: ClassVar[str] = "goal.changed"
    moves: ClassVar[type[Noun]] = Goal
    participant: str = attrs.field(validator=an_id)
    status: GoalStatus = attrs.field(validator=exactly(GoalStatus))
    said_so: bool | None = maybe(bool)

    @property
    def about(self) -> tuple[str, ...]:
        """The goal and the participant."""
        return once_each(self.id, self.participant)

    def to(self, noun: Goal) -> GoalStatus:
        """The status that was asked for."""
        return self.status

    def leaves(self, view: View, judged: Judged) -> Left:
        """The goal as it now stands."""
        return Left(nouns=(self.moved(view),))
