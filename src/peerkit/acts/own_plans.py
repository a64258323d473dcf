"""Wellness plans, crisis plans and advance directives: written and shown by their author alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from peerkit.acts.act import Judged, Left, Makes, Moves, Saying
from peerkit.acts.plans import Changes
from peerkit.model import Formalities, Message, Noun, Plan, PlanKind, PlanStatus, Section, Words
from peerkit.model.fields import PRIVATE, an_id, exactly, maybe, maybe_id, private
from peerkit.model.plans import for_a_directive

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = [
    "ChangePlan",
    "ReadPlan",
    "RecordDirective",
    "SetPlanAside",
    "SharePlan",
    "StopSharing",
    "WritePlan",
]


@attrs.frozen(kw_only=True)
class WritePlan(Makes):
    """Begin a plan of one's own, still empty and shown to nobody.

    A peer may hold the pen: then ``said_so`` says that the participant asked
    for it. ``agent`` and ``formalities`` belong to an advance directive.
    """

    kind: ClassVar[str] = "plan.begun"
    makes: ClassVar[type[Noun]] = Plan
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "participant")
    private_to: ClassVar[str] = "participant"
    participant: str = attrs.field(validator=an_id)
    of: PlanKind = attrs.field(validator=exactly(PlanKind), repr=False, metadata=PRIVATE)
    agent: str | None = maybe_id()
    formalities: Formalities | None = private(maybe(Formalities))
    said_so: bool | None = maybe(bool)

    def __attrs_post_init__(self) -> None:
        for_a_directive(self)

    def leaves(self, view: View, judged: Judged) -> Left:
        """An empty plan."""
        plan = Plan(
            id=self.the_id,
            participant=self.participant,
            of=self.of,
            agent=self.agent,
            formalities=self.formalities,
        )
        return Left(nouns=(plan,))


@attrs.frozen(kw_only=True)
class ChangePlan(Changes):
    """Write one section of a plan, or write it anew, in the author's own words.

    The words are kept under ``plan/<id>/<section>``; the newest stand.
    """

    kind: ClassVar[str] = "plan.changed"
    private_to: ClassVar[str] = "participant"
    changes: ClassVar[type[Noun]] = Plan
    section: Section = attrs.field(validator=exactly(Section), repr=False, metadata=PRIVATE)
    words: Words = attrs.field(validator=exactly(Words))
    said_so: bool | None = maybe(bool)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The plan with this section, and its words apart."""
        plan = self.before(view)
        sections = tuple(dict.fromkeys((*plan.sections, self.section)))
        return Left(
            nouns=(attrs.evolve(plan, sections=sections),),
            words=(Saying(f"plan/{self.id}/{self.section}", self.participant, self.words),),
        )


@attrs.frozen(kw_only=True)
class RecordDirective(Changes):
    """Record how an advance directive stands: who the agent is, and whether it is executed.

    The directive itself is a paper of its own. ``agent`` left out is no agent.
    """

    kind: ClassVar[str] = "directive.recorded"
    private_to: ClassVar[str] = "participant"
    changes: ClassVar[type[Noun]] = Plan
    formalities: Formalities = attrs.field(
        validator=exactly(Formalities), repr=False, metadata=PRIVATE
    )
    agent: str | None = maybe_id()
    said_so: bool | None = maybe(bool)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The plan as it stands."""
        plan = self.before(view)
        return Left(nouns=(attrs.evolve(plan, agent=self.agent, formalities=self.formalities),))


@attrs.frozen(kw_only=True)
class SharePlan(Changes):
    """The author shows a plan to somebody, who is told that they may read it."""

    kind: ClassVar[str] = "plan.shared"
    changes: ClassVar[type[Noun]] = Plan
    to: str = attrs.field(validator=an_id)
    said_so: bool | None = maybe(bool)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The plan, open to one more."""
        plan = self.before(view)
        shared = tuple(dict.fromkeys((*plan.shared_with, self.to)))
        inside = f"You may read {self.id}."
        told = Message(to=self.to, kind=self.kind, about=self.id, inside=inside)
        return Left(nouns=(attrs.evolve(plan, shared_with=shared),), messages=(told,))


@attrs.frozen(kw_only=True)
class StopSharing(Changes):
    """The author shows a plan to somebody no longer. No reason is asked, and nobody is told."""

    kind: ClassVar[str] = "plan.closed-to"
    changes: ClassVar[type[Noun]] = Plan
    to: str = attrs.field(validator=an_id)
    said_so: bool | None = maybe(bool)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The plan, open to one fewer."""
        plan = self.before(view)
        shared = tuple(each for each in plan.shared_with if each != self.to)
        return Left(nouns=(attrs.evolve(plan, shared_with=shared),))


@attrs.frozen(kw_only=True)
class ReadPlan(Changes):
    """Ask to read a plan. The journal is the account of who read it."""

    kind: ClassVar[str] = "plan.read"
    changes: ClassVar[type[Noun]] = Plan

    def leaves(self, view: View, judged: Judged) -> Left:
        """Nothing but the journal's entry; the host shows the words of an allowed one."""
        return Left()


@attrs.frozen(kw_only=True)
class SetPlanAside(Moves):
    """The author sets a plan aside, or with ``again`` takes it up again."""

    kind: ClassVar[str] = "plan.set-aside"
    moves: ClassVar[type[Noun]] = Plan
    stands_on: ClassVar[tuple[str, ...]] = ("id", "participant")
    participant: str = attrs.field(validator=an_id)
    again: bool = attrs.field(default=False, validator=exactly(bool))
    said_so: bool | None = maybe(bool)

    def to(self, noun: Plan) -> PlanStatus:
        """Set aside, or in use again."""
        return PlanStatus.IN_USE if self.again else PlanStatus.SET_ASIDE
