"""What came of it: questionnaires that were filled in, and days on which life changed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

import attrs

from peerkit.acts.act import Judged, Left, Makes, Moves, free_id, once_each, saying
from peerkit.handbook.instruments import known_instrument
from peerkit.handbook.scoring import must_fit, score
from peerkit.model import (
    Answer,
    FilledIn,
    Measure,
    MeasureStatus,
    Message,
    Milestone,
    MilestoneKind,
    MilestoneStatus,
    Noun,
    Peer,
    ToldBy,
    Words,
)
from peerkit.model.fields import PRIVATE, a, a_code, an_id, exactly, maybe, maybe_id
from peerkit.model.outcomes import as_answers, some_answers

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = [
    "LookAtMeasure",
    "RecordMeasure",
    "RecordMilestone",
    "WithdrawMeasure",
    "WithdrawMilestone",
]

#: What is said beside a record and does not keep it out of reports.
_BESIDE = frozenset({"safety-route", "safety-route-alone"})


def _counts(judged: Judged) -> bool:
    """Whether what was told enters reports: nothing about it was left open."""
    return judged.allowed or _BESIDE.issuperset(judged.clauses)


@attrs.frozen(kw_only=True)
class RecordMeasure(Makes):
    """Report that a participant filled in a questionnaire. It is never refused.

    ``answers`` are numbers by the ids of the items, as
    ``{"item-1": 3, "item-2": 0}``; what was left out is left out. ``peer`` is
    who helped, or was told; none where the participant was alone with it. When
    somebody else writes it down, ``said_so`` says that these are the
    participant's answers. An answer that is a sign of danger is told to the
    peer's supervisor, whatever the total is.
    """

    kind: ClassVar[str] = "measure.recorded"
    already: ClassVar[bool] = True
    makes: ClassVar[type[Noun]] = Measure
    private_to: ClassVar[str] = "participant"
    participant: str = attrs.field(validator=an_id)
    peer: str | None = maybe_id()
    instrument: str = attrs.field(validator=a_code, repr=False, metadata=PRIVATE)
    answers: tuple[Answer, ...] = attrs.field(
        converter=as_answers, validator=some_answers, repr=False, metadata=PRIVATE
    )
    on: date = attrs.field(validator=exactly(date))
    filled: FilledIn = attrs.field(validator=exactly(FilledIn))
    said_so: bool | None = maybe(bool)

    def __attrs_post_init__(self) -> None:
        known = known_instrument(self.instrument)
        if known is not None:
            must_fit(known, self._points, "RecordMeasure.answers")

    @property
    def about(self) -> tuple[str, ...]:
        """The measure, the participant, the peer, and whoever tells it."""
        people = (self.participant, self.peer, self.by)
        return once_each(self.the_id, *(each for each in people if each is not None))

    @property
    def danger(self) -> tuple[str, ...]:
        """The items whose answer goes to somebody at once."""
        known = known_instrument(self.instrument)
        return () if known is None else score(known, self._points).safety

    def goes_on(self, before: Measure) -> bool:
        """With the same measure, told again."""
        told = (before.participant, before.instrument, before.on, before.filled, before.answers)
        mine = (self.participant, self.instrument, self.on, self.filled, self.answers)
        return before.status is not MeasureStatus.WITHDRAWN and told == mine

    def who_hears(self, view: View) -> str | None:
        """The supervisor of the peer who is named or tells it; None where nobody is known.

        Whoever tells of their own answers is a participant here, also when they
        serve as a peer elsewhere: those who supervise their work do not hear of it.
        """
        for each in (self.peer, self.by):
            peer = None if each in {None, self.participant} else view.get(Peer, str(each))
            if peer is not None and peer.supervisor != self.participant:
                return peer.supervisor
        return None

    def leaves(self, view: View, judged: Judged) -> Left:
        """The measure, and a message where an answer is a sign of danger.

        Told twice, it is there once. Told again with the participant's word for
        it, it counts from then on; told again with the peer named, their
        supervisor hears of it.
        """
        counted = _counts(judged)
        before = view.get(Measure, self.the_id)
        if before is not None and self.goes_on(before):
            return self._again(view, before, counted=counted)
        danger = bool(self.danger)
        measure = Measure(
            id=free_id(view, Measure, self.the_id),
            status=MeasureStatus.UNSEEN if danger else MeasureStatus.KEPT,
            participant=self.participant,
            peer=self.peer,
            instrument=self.instrument,
            answers=self.answers,
            on=self.on,
            filled=self.filled,
            counted=counted,
        )
        return Left(nouns=(measure,), messages=(self._told(view, measure),) if danger else ())

    def _again(self, view: View, before: Measure, *, counted: bool) -> Left:
        """What telling it once more changes."""
        peer = self.peer if before.peer is None else before.peer
        after = attrs.evolve(before, peer=peer, counted=before.counted or counted)
        if after == before:
            return Left()
        late = before.peer != peer and before.status is MeasureStatus.UNSEEN
        return Left(nouns=(after,), messages=(self._told(view, after),) if late else ())

    def _told(self, view: View, measure: Measure) -> Message:
        """Somebody is to look at it now; without a supervisor, whoever told it has to ask one."""
        return Message(
            to=self.who_hears(view) or self.by,
            kind="measure.unseen",
            about=measure.id,
            inside=f"Measure {measure.id} waits for you.",
        )

    @property
    def _points(self) -> dict[str, int]:
        return {each.item: each.points for each in self.answers}


@attrs.frozen(kw_only=True)
class LookAtMeasure(Moves):
    """A supervisor or clinician has looked at a measure with a sign of danger in it.

    ``peer`` is who helped with it or was told, if anybody. ``outcome`` says in
    words what came of it, kept apart.
    """

    kind: ClassVar[str] = "measure.seen"
    moves: ClassVar[type[Noun]] = Measure
    participant: str = attrs.field(validator=an_id)
    peer: str | None = maybe_id()
    outcome: Words | None = maybe(Words)

    @property
    def about(self) -> tuple[str, ...]:
        """The measure, the participant, the peer, and whoever looked."""
        people = (self.participant, self.peer, self.by)
        return once_each(self.id, *(each for each in people if each is not None))

    def to(self, noun: Measure) -> MeasureStatus:
        """Seen."""
        return MeasureStatus.SEEN

    def leaves(self, view: View, judged: Judged) -> Left:
        """The measure, seen."""
        said = saying(f"measure/{self.id}", self.participant, self.outcome)
        return Left(nouns=(self.moved(view),), words=said)


@attrs.frozen(kw_only=True)
class WithdrawMeasure(Moves):
    """The participant takes a measure back, or it was written down wrongly.

    Its answers leave the program; what was told lies apart until the person is forgotten.
    """

    kind: ClassVar[str] = "measure.withdrawn"
    moves: ClassVar[type[Noun]] = Measure
    stands_on: ClassVar[tuple[str, ...]] = ("id", "participant")
    participant: str = attrs.field(validator=an_id)
    said_so: bool | None = maybe(bool)

    def to(self, noun: Measure) -> MeasureStatus:
        """Withdrawn."""
        return MeasureStatus.WITHDRAWN

    def leaves(self, view: View, judged: Judged) -> Left:
        """The measure without its answers."""
        return Left(nouns=(attrs.evolve(self.moved(view), answers=(), counted=False),))


@attrs.frozen(kw_only=True)
class RecordMilestone(Makes):
    """Report a day on which something changed in a participant's life. It is never refused.

    ``told`` says where it is known from: the participant, or a record such as
    a lease. When somebody else writes down what the participant told,
    ``said_so`` says so. Belonging and hope only the participant can tell of.
    """

    kind: ClassVar[str] = "milestone.recorded"
    already: ClassVar[bool] = True
    makes: ClassVar[type[Noun]] = Milestone
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "participant")
    private_to: ClassVar[str] = "participant"
    participant: str = attrs.field(validator=an_id)
    of: MilestoneKind = attrs.field(validator=exactly(MilestoneKind), repr=False, metadata=PRIVATE)
    on: date = attrs.field(validator=exactly(date))
    told: ToldBy = a(ToldBy, ToldBy.PARTICIPANT)
    said_so: bool | None = maybe(bool)

    def goes_on(self, before: Milestone) -> bool:
        """With the same milestone, told again."""
        told = (before.participant, before.of, before.on, before.told)
        mine = (self.participant, self.of, self.on, self.told)
        return before.status is MilestoneStatus.KEPT and told == mine

    def leaves(self, view: View, judged: Judged) -> Left:
        """The milestone. Told twice, it is there once; with their word for it, it counts."""
        counted = _counts(judged)
        before = view.get(Milestone, self.the_id)
        if before is not None and self.goes_on(before):
            news = counted and not before.counted
            return Left(nouns=(attrs.evolve(before, counted=True),) if news else ())
        milestone = Milestone(
            id=free_id(view, Milestone, self.the_id),
            participant=self.participant,
            of=self.of,
            on=self.on,
            told=self.told,
            counted=counted,
        )
        return Left(nouns=(milestone,))


@attrs.frozen(kw_only=True)
class WithdrawMilestone(Moves):
    """Take a milestone back: it was not so. The right one is recorded under an id of its own."""

    kind: ClassVar[str] = "milestone.withdrawn"
    moves: ClassVar[type[Noun]] = Milestone
    stands_on: ClassVar[tuple[str, ...]] = ("id", "participant")
    participant: str = attrs.field(validator=an_id)
    said_so: bool | None = maybe(bool)

    def to(self, noun: Milestone) -> MilestoneStatus:
        """Withdrawn."""
        return MilestoneStatus.WITHDRAWN

    def leaves(self, view: View, judged: Judged) -> Left:
        """The milestone, which counts no more."""
        return Left(nouns=(attrs.evolve(self.moved(view), counted=False),))
