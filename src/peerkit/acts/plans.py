"""Goals: set and changed by the participant, or on their word."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from peerkit.acts.act import Act, Judged, Left, Makes, Moves, Saying, saying
from peerkit.model import (
    Achievement,
    Goal,
    GoalStatus,
    Message,
    Noun,
    Step,
    StepStatus,
    Words,
)
from peerkit.model.fields import PRIVATE, an_id, exactly, maybe

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = ["AddStep", "ChangeGoal", "ChangeStep", "NoteProgress", "SetGoal", "SuggestGoal"]

#: The participant has not taken it up yet.
_NOT_THEIRS_YET: Final = frozenset({GoalStatus.PROPOSED, GoalStatus.PLANNED})
#: What makes a goal the participant's own.
_TAKEN_UP: Final = frozenset({GoalStatus.ACCEPTED, GoalStatus.ACTIVE})


@attrs.frozen(kw_only=True)
class Changes(Act):
    """An act that changes something of a participant's, which keeps its status."""

    changes: ClassVar[type[Noun]]
    stands_on: ClassVar[tuple[str, ...]] = ("id", "participant")

    id: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)

    def before(self, view: View) -> Any:
        """The thing as it stands."""
        return view.get(self.changes, self.id)


@attrs.frozen(kw_only=True)
class SetGoal(Makes):
    """Write down a goal in the participant's own words.

    When somebody else writes it, ``said_so`` says that the participant said
    it: true or false. ``review`` is the day they want to look at it again.
    ``why`` it matters, the ``first_step``, the ``strengths`` they bring and the
    ``support`` they want are theirs to say or to leave out; they are kept under
    ``goal/<id>/why``, ``…/first-step``, ``…/strengths`` and ``…/support``.
    """

    kind: ClassVar[str] = "goal.set"
    makes: ClassVar[type[Noun]] = Goal
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "participant")
    participant: str = attrs.field(validator=an_id)
    words: Words = attrs.field(validator=exactly(Words))
    review: date | None = maybe(date)
    said_so: bool | None = maybe(bool)
    why: Words | None = maybe(Words)
    first_step: Words | None = maybe(Words)
    strengths: Words | None = maybe(Words)
    support: Words | None = maybe(Words)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The goal, and its words apart."""
        goal = Goal(
            id=self.the_id,
            participant=self.participant,
            review=self.review,
            stated_by=self.participant,
            changed_by=self.by,
        )
        place, owner = f"goal/{goal.id}", self.participant
        return Left(
            nouns=(goal,),
            words=(
                Saying(place, owner, self.words),
                *saying(f"{place}/why", owner, self.why),
                *saying(f"{place}/first-step", owner, self.first_step),
                *saying(f"{place}/strengths", owner, self.strengths),
                *saying(f"{place}/support", owner, self.support),
            ),
        )


@attrs.frozen(kw_only=True)
class SuggestGoal(Makes):
    """Suggest a goal to a participant who has said that they want to hear an idea.

    It stays a proposal until the participant takes it up or rejects it.
    ``asked_first``: whether they were asked before whether they want to hear it.
    """

    kind: ClassVar[str] = "goal.suggested"
    makes: ClassVar[type[Noun]] = Goal
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "participant")
    participant: str = attrs.field(validator=an_id)
    words: Words = attrs.field(validator=exactly(Words))
    asked_first: bool | None = maybe(bool)

    def leaves(self, view: View, judged: Judged) -> Left:
        """A proposed goal; the participant is told, and decides."""
        goal = Goal(
            id=self.the_id,
            participant=self.participant,
            status=GoalStatus.PROPOSED,
            stated_by=self.by,
            changed_by=self.by,
        )
        inside = f"Goal {goal.id} is suggested. You decide."
        told = Message(to=self.participant, kind=self.kind, about=goal.id, inside=inside)
        words = (Saying(f"goal/{goal.id}", self.participant, self.words),)
        return Left(nouns=(goal,), messages=(told,), words=words)


@attrs.frozen(kw_only=True)
class ChangeGoal(Moves):
    """The participant takes a goal up, puts it on hold, takes it up again, completes or drops it.

    ``words``, when given, say the goal anew, in the participant's own words.
    """

    kind: ClassVar[str] = "goal.changed"
    moves: ClassVar[type[Noun]] = Goal
    stands_on: ClassVar[tuple[str, ...]] = ("id", "participant")
    participant: str = attrs.field(validator=an_id)
    status: GoalStatus = attrs.field(validator=exactly(GoalStatus))
    said_so: bool | None = maybe(bool)
    words: Words | None = maybe(Words)

    def to(self, noun: Goal) -> GoalStatus:
        """The status that was asked for."""
        return self.status

    def leaves(self, view: View, judged: Judged) -> Left:
        """The goal as it now stands. One that was suggested becomes theirs when they take it up."""
        before: Any = view.get(Goal, self.id)
        theirs = before.status in _NOT_THEIRS_YET and self.status in _TAKEN_UP
        goal = attrs.evolve(
            self.moved(view),
            changed_by=self.by,
            stated_by=self.participant if theirs else before.stated_by,
        )
        said = saying(f"goal/{self.id}", self.participant, self.words)
        return Left(nouns=(goal,), words=said)


@attrs.frozen(kw_only=True)
class NoteProgress(Changes):
    """Note how it goes with a goal, as the participant sees it, and when to look again.

    ``words``, when given, are kept under ``goal/<id>/progress``.
    """

    kind: ClassVar[str] = "progress.noted"
    private_to: ClassVar[str] = "participant"
    changes: ClassVar[type[Noun]] = Goal
    achievement: Achievement = attrs.field(
        validator=exactly(Achievement), repr=False, metadata=PRIVATE
    )
    review: date | None = maybe(date)
    said_so: bool | None = maybe(bool)
    words: Words | None = maybe(Words)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The goal with its progress; the day to look again stays where none is given."""
        before = self.before(view)
        goal = attrs.evolve(
            before,
            achievement=self.achievement,
            review=self.review or before.review,
            changed_by=self.by,
        )
        said = saying(f"goal/{self.id}/progress", self.participant, self.words)
        return Left(nouns=(goal,), words=said)


@attrs.frozen(kw_only=True)
class AddStep(Makes):
    """Add a step towards a goal, in the participant's own words."""

    kind: ClassVar[str] = "step.added"
    makes: ClassVar[type[Noun]] = Step
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "goal", "participant")
    participant: str = attrs.field(validator=an_id)
    goal: str = attrs.field(validator=an_id)
    words: Words = attrs.field(validator=exactly(Words))
    said_so: bool | None = maybe(bool)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The step, and its words apart."""
        step = Step(id=self.the_id, participant=self.participant, goal=self.goal)
        return Left(nouns=(step,), words=(Saying(f"step/{step.id}", self.participant, self.words),))


@attrs.frozen(kw_only=True)
class ChangeStep(Moves):
    """The participant has done a step, drops it, or takes it up again. No reason is asked."""

    kind: ClassVar[str] = "step.changed"
    moves: ClassVar[type[Noun]] = Step
    stands_on: ClassVar[tuple[str, ...]] = ("id", "participant")
    participant: str = attrs.field(validator=an_id)
    status: StepStatus = attrs.field(validator=exactly(StepStatus))
    said_so: bool | None = maybe(bool)

    def to(self, noun: Step) -> StepStatus:
        """The status that was asked for."""
        return self.status
