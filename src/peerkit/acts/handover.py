"""How a match ends or passes to another peer, and who may read what was kept."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

import attrs

from peerkit.acts.act import Act, Judged, Left, once_each, to_each
from peerkit.acts.matches import ProposeMatch, settled, told_of_series
from peerkit.model import (
    WALKING,
    Count,
    EndingReason,
    Handover,
    Match,
    MatchStatus,
    RecordPart,
    pair,
)
from peerkit.model.fields import PRIVATE, a, an_id, exactly, maybe, maybe_id

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = ["PlanEnding", "ReadRecord", "ReassignMatch"]


@attrs.frozen(kw_only=True)
class PlanEnding(Act):
    """Plan the last day of a match, so that both can say goodbye. Either may, at any time.

    ``handover`` says what stays readable then. Planning again says how it stands now.
    The match goes on until somebody ends it.
    """

    kind: ClassVar[str] = "match.ending-planned"
    stands_on: ClassVar[tuple[str, ...]] = ("id", "peer", "participant", "peer+participant")
    private_to: ClassVar[str] = "peer+participant"
    id: str = attrs.field(validator=an_id)
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    on: date = attrs.field(validator=exactly(date))
    why: EndingReason = attrs.field(validator=exactly(EndingReason), repr=False, metadata=PRIVATE)
    handover: Handover = a(Handover, Handover())

    def leaves(self, view: View, judged: Judged) -> Left:
        """The match with its last day; both are told."""
        match = view.get(Match, self.id)
        if match is None:
            return Left()
        inside = f"Match {self.id} has a planned last day."
        return Left(
            nouns=(attrs.evolve(match, ends=self.on, why=self.why, handover=self.handover),),
            messages=to_each(self, self.id, inside, self.participant, self.peer),
        )


@attrs.frozen(kw_only=True)
class ReassignMatch(ProposeMatch):
    """End a match and propose another peer, in one act: nobody is without a peer in between.

    ``earlier`` is the match that ends, with ``earlier_peer``; ``peer`` the one
    who may come. The participant asks for it (``said_so``), and still says yes or no to
    the new peer. ``handover`` says what stays readable for whom.
    """

    kind: ClassVar[str] = "match.reassigned"
    private_to: ClassVar[str] = "peer+participant"
    earlier: str = attrs.field(validator=an_id)
    earlier_peer: str = attrs.field(validator=an_id)
    why: EndingReason = attrs.field(validator=exactly(EndingReason), repr=False, metadata=PRIVATE)
    handover: Handover = a(Handover, Handover())
    said_so: bool | None = maybe(bool)

    @property
    def about(self) -> tuple[str, ...]:
        """Both matches, all three people, and both pairs."""
        before = pair(self.earlier_peer, self.participant)
        return once_each(*super().about, self.earlier, self.earlier_peer, before)

    def leaves(self, view: View, judged: Judged) -> Left:
        """A proposed match and the one before it, which is over; each hears of their own."""
        new = super().leaves(view, judged)
        proposed = tuple(
            attrs.evolve(each, after=self.earlier, gains=self.handover.new)
            if isinstance(each, Match)
            else each
            for each in new.nouns
        )
        old = view.get(Match, self.earlier)
        if old is None:
            return Left()
        walked = old.status is MatchStatus.ACCEPTED
        over = attrs.evolve(
            old,
            status=MatchStatus.ENDED if walked else MatchStatus.WITHDRAWN,
            ended=view.now if walked else None,
            why=self.why,
            handover=self.handover,
        )
        rest = settled(view, self.earlier_peer, self.participant)
        inside = f"Match {old.id} is over."
        told = to_each(self, old.id, inside, self.participant, self.earlier_peer)
        return Left(
            nouns=(*proposed, over, *rest),
            counts=(Count(self.earlier_peer, WALKING, -1),) if walked else (),
            messages=(*new.messages, *told, *told_of_series(rest, view.now)),
        )


@attrs.frozen(kw_only=True)
class ReadRecord(Act):
    """Ask to read a part of what is kept about a participant. Each asking is in the journal.

    ``peer`` is whose notes or attendance it is about; whoever asks, when left out.
    What may not be read and what is not there have the same answer.
    """

    kind: ClassVar[str] = "record.read"
    participant: str = attrs.field(validator=an_id)
    what: RecordPart = attrs.field(validator=exactly(RecordPart))
    peer: str | None = maybe_id()

    @property
    def about(self) -> tuple[str, ...]:
        """The participant, the reader and the peer, and the pairs they make."""
        others = once_each(self.by, self.of)
        pairs = (pair(each, self.participant) for each in others if each != self.participant)
        return once_each(self.participant, *others, *pairs)

    @property
    def of(self) -> str:
        """The peer whose part it is."""
        return self.by if self.peer is None else self.peer

    @property
    def peer_named(self) -> str | None:
        """Nobody is looked for: what is not there must not show."""
        return None

    @property
    def participants_named(self) -> tuple[str, ...]:
        """The same."""
        return ()

    def leaves(self, view: View, judged: Judged) -> Left:
        """Nothing but the journal's entry, which is the list of who read what."""
        return Left()
