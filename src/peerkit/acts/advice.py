"""What leads on: a supervisor is asked and answers, and facts are supplied."""

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
    Activity,
    Consultation,
    ConsultationStatus,
    Message,
    Noun,
    Peer,
    SuppliedFacts,
    Words,
)
from peerkit.model.fields import (
    a_code,
    an_id,
    exactly,
    maybe,
    pair,
)

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = [
    "ConsultSupervisor",
    "GiveAdvice",
    "SupplyFacts",
]


@attrs.frozen(kw_only=True)
class ConsultSupervisor(Makes):
    """A peer takes something to their supervisor before doing it. Asking is always right.

    ``clause`` is the code of the clause that asked for it.
    """

    kind: ClassVar[str] = "supervisor.consulted"
    makes: ClassVar[type[Noun]] = Consultation
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "peer", "participant", "peer+participant")
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    clause: str = attrs.field(validator=a_code)
    question: Words | None = maybe(Words)

    def leaves(self, view: View, judged: Judged) -> Left:
        """An open consultation; the supervisor is told."""
        asked = Consultation(
            id=self.the_id, peer=self.peer, participant=self.participant, clause=self.clause
        )
        both = pair(self.peer, self.participant)
        said = saying(f"consultation/{self.id}", both, self.question)
        peer = view.get(Peer, self.peer)
        told = (
            ()
            if peer is None
            else (
                Message(
                    to=peer.supervisor,
                    kind=self.kind,
                    about=asked.id,
                    inside=f"Consultation {asked.id} waits for you.",
                ),
            )
        )
        return Left(nouns=(asked,), messages=told, words=said)


@attrs.frozen(kw_only=True)
class GiveAdvice(Moves):
    """The supervisor answers a consultation. Agreed advice lets one act through."""

    kind: ClassVar[str] = "advice.given"
    moves: ClassVar[type[Noun]] = Consultation
    stands_on: ClassVar[tuple[str, ...]] = ("id", "peer")
    peer: str = attrs.field(validator=an_id)
    agreed: bool = attrs.field(validator=exactly(bool))
    advice: Words | None = maybe(Words)

    def to(self, noun: Consultation) -> ConsultationStatus:
        """Agreed or not agreed."""
        return ConsultationStatus.AGREED if self.agreed else ConsultationStatus.NOT_AGREED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The answered consultation; the peer is told."""
        answered: Consultation = self.moved(view)
        both = pair(answered.peer, answered.participant)
        said = saying(f"consultation/{self.id}", both, self.advice)
        told = Message(
            to=self.peer,
            kind=self.kind,
            about=self.id,
            inside=f"Consultation {self.id} is answered.",
        )
        return Left(nouns=(answered,), messages=(told,), words=said)


@attrs.frozen(kw_only=True)
class SupplyFacts(Makes):
    """Answer what the handbook asked of one activity. It counts for one request and its report.

    ``activity`` names the activity and carries the answers, for example
    ``Activity(id="drive", circumstances={"agency-policy": "yes"})``.
    """

    kind: ClassVar[str] = "facts.supplied"
    makes: ClassVar[type[Noun]] = SuppliedFacts
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "peer", "participant", "peer+participant")
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    activity: Activity = attrs.field(validator=exactly(Activity))

    def leaves(self, view: View, judged: Judged) -> Left:
        """The facts, to be used once."""
        facts = SuppliedFacts(
            id=self.the_id, peer=self.peer, participant=self.participant, activity=self.activity
        )
        return Left(nouns=(facts,))
