"""Agreements: what two people settle with each other, proposed by one and agreed by both."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from peerkit.acts.act import (
    Judged,
    Left,
    Makes,
    Moves,
    saying,
)
from peerkit.model import (
    AgreementStatus,
    BoundaryAgreement,
    Message,
    Noun,
    Terms,
    Topic,
    Words,
)
from peerkit.model.fields import a, an_id, exactly, maybe, private, several

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = [
    "AgreeBoundaries",
    "AnswerBoundaries",
    "ProposeBoundaries",
]


@attrs.frozen(kw_only=True)
class _Settles(Makes):
    """What a proposal and an agreement share: the two people, the topics, codes and words."""

    makes: ClassVar[type[Noun]] = BoundaryAgreement
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "peer", "participant", "peer+participant")
    private_to: ClassVar[str] = "peer+participant"
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    topics: tuple[Topic, ...] = several(Topic, least=1)
    terms: Terms | None = private(maybe(Terms))
    words: Words | None = maybe(Words)

    def _left(self, view: View, new: BoundaryAgreement, *messages: Message) -> Left:
        """What is new, with its words; it takes the place of what was there before."""
        told = saying(f"agreement/{self.id}", self.participant, self.words)
        return Left(nouns=(new, *_replaced(view, new)), messages=messages, words=told)

    def _made(self, status: AgreementStatus, waits_for: str | None) -> BoundaryAgreement:
        spoken = () if self.terms is None else self.terms.topics
        return BoundaryAgreement(
            id=self.the_id,
            status=status,
            peer=self.peer,
            participant=self.participant,
            topics=tuple(dict.fromkeys((*self.topics, *spoken))),
            terms=self.terms,
            waits_for=waits_for,
        )


def _replaced(view: View, new: BoundaryAgreement) -> tuple[BoundaryAgreement, ...]:
    """The agreements of this pair whose place a new one takes: one stands, and one waits."""
    becomes = {AgreementStatus.PROPOSED: AgreementStatus.WITHDRAWN}
    if new.status is AgreementStatus.IN_FORCE:
        becomes[AgreementStatus.IN_FORCE] = AgreementStatus.AMENDED
    return tuple(
        attrs.evolve(each, status=becomes[each.status], waits_for=None)
        for each in view.all(BoundaryAgreement)
        if each.status in becomes
        and each.id != new.id
        and (each.peer, each.participant) == (new.peer, new.participant)
    )


@attrs.frozen(kw_only=True)
class AgreeBoundaries(_Settles):
    """Record what a peer and a participant agreed, topic by topic. A new one amends the old.

    Both have said yes: the participant as ``said_so`` has it, the peer as
    ``peer_said_so`` has it. ``terms`` says it in codes, ``words`` says the
    rest, kept apart. Where one has still to answer, it is ProposeBoundaries.
    """

    kind: ClassVar[str] = "boundaries.agreed"
    said_so: bool | None = maybe(bool)
    peer_said_so: bool = a(bool, default=True)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The agreement in force; the one before it is amended."""
        return self._left(view, self._made(AgreementStatus.IN_FORCE, None))


@attrs.frozen(kw_only=True)
class ProposeBoundaries(_Settles):
    """One of the two proposes an agreement, or a change of it. It waits for the other's answer.

    Until then what they had agreed stays as it is. A newer proposal takes its place.
    """

    kind: ClassVar[str] = "boundaries.proposed"

    def leaves(self, view: View, judged: Judged) -> Left:
        """The proposal; the other is told."""
        other = self.participant if self.by == self.peer else self.peer
        told = Message(
            to=other,
            kind=self.kind,
            about=self.the_id,
            inside=f"Agreement {self.the_id} waits for you.",
        )
        return self._left(view, self._made(AgreementStatus.PROPOSED, other), told)


@attrs.frozen(kw_only=True)
class AnswerBoundaries(Moves):
    """The other of the two says yes or no to a proposal. A yes amends what they had agreed."""

    kind: ClassVar[str] = "boundaries.answered"
    moves: ClassVar[type[Noun]] = BoundaryAgreement
    stands_on: ClassVar[tuple[str, ...]] = ("id", "peer", "participant", "peer+participant")
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    agreed: bool = attrs.field(validator=exactly(bool))
    said_so: bool | None = maybe(bool)

    def to(self, noun: BoundaryAgreement) -> AgreementStatus:
        """In force or declined."""
        return AgreementStatus.IN_FORCE if self.agreed else AgreementStatus.DECLINED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The answered proposal; whoever proposed it is told."""
        noun: BoundaryAgreement = self.moved(view)
        answered = attrs.evolve(noun, waits_for=None)
        other = self.peer if noun.waits_for == self.participant else self.participant
        told = Message(
            to=other,
            kind=self.kind,
            about=self.id,
            inside=f"Agreement {self.id} is answered.",
        )
        replaced = _replaced(view, answered) if self.agreed else ()
        return Left(nouns=(answered, *replaced), messages=(told,))
