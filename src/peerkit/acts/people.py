"""Welcoming people, and what must be known of those who serve."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from peerkit.acts.act import Act, Judged, Left, Makes, Moves, free_id, once_each
from peerkit.model import (
    SUPERVISING,
    Count,
    LivedExperience,
    Noun,
    Participant,
    ParticipantStatus,
    Peer,
    PeerStatus,
    Person,
    Role,
    Tie,
    TieKind,
    TieStatus,
)
from peerkit.model.fields import PRIVATE, a, an_id, but, exactly, maybe, maybe_id, private, several
from peerkit.model.people import other_roles

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = [
    "ChangeParticipation",
    "ChangeRoles",
    "ChangeService",
    "DiscloseTie",
    "WelcomeParticipant",
    "WelcomePeer",
]


def _person(view: View, id_: str, experiences: tuple[LivedExperience, ...]) -> tuple[Person, ...]:
    """The person behind a role. What they say now of an experience stands over what they said.

    Who keeps an experience to themself keeps its details too, unless they say otherwise of one.
    """
    known = view.get(Person, id_)
    if known is None:
        return (Person(id=id_, experiences=experiences),)
    kept_back = {each.of for each in experiences if each.detail is None and not each.offered}
    before = (
        attrs.evolve(each, offered=False) if each.of in kept_back else each
        for each in known.experiences
    )
    told = {(each.of, each.detail): each for each in (*before, *experiences)}
    now = tuple(told.values())
    return () if now == known.experiences else (attrs.evolve(known, experiences=now),)


@attrs.frozen(kw_only=True)
class WelcomeParticipant(Makes):
    """Welcome a person who takes part. ``id`` is their pseudonym, never a name."""

    kind: ClassVar[str] = "participant.welcomed"
    makes: ClassVar[type[Noun]] = Participant
    stands_on: ClassVar[tuple[str, ...]] = ("the_id",)
    private_to: ClassVar[str] = "the_id"
    experiences: tuple[LivedExperience, ...] = private(several(LivedExperience))

    def leaves(self, view: View, judged: Judged) -> Left:
        """A participant, and the person if they were not known."""
        person = _person(view, self.the_id, self.experiences)
        return Left(nouns=(*person, Participant(id=self.the_id)))


@attrs.frozen(kw_only=True)
class WelcomePeer(Makes):
    """Welcome a person with lived experience into a supporting role.

    ``supervisor`` is the id of whoever they can turn to: nobody serves alone.
    ``supervised`` is the day of their last supervision: the day they began,
    if that included one. ``also`` are roles they have beside the first.
    """

    kind: ClassVar[str] = "peer.welcomed"
    makes: ClassVar[type[Noun]] = Peer
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "supervisor", "by")
    private_to: ClassVar[str] = "the_id"
    role: Role = attrs.field(validator=exactly(Role))
    supervisor: str = attrs.field(validator=an_id)
    since: date = attrs.field(validator=exactly(date))
    supervised: date | None = maybe(date)
    experiences: tuple[LivedExperience, ...] = private(several(LivedExperience, least=1))
    also: tuple[Role, ...] = other_roles()

    def leaves(self, view: View, judged: Judged) -> Left:
        """A peer, and the person if they were not known; the supervisor has one more."""
        peer = Peer(
            id=self.the_id,
            role=self.role,
            supervisor=self.supervisor,
            since=self.since,
            supervised=self.supervised,
            also=self.also,
        )
        return Left(
            nouns=(*_person(view, self.the_id, self.experiences), peer),
            counts=(Count(self.supervisor, SUPERVISING, 1),),
        )


@attrs.frozen(kw_only=True)
class ChangeService(Moves):
    """A peer steps back, returns, or leaves. Stepping back needs no reason and has no penalty.

    ``supervisor`` is who supervises them from now on: said when somebody who had left comes
    back, or when it is another one than before. What falls due while a peer is away begins
    anew on the day they return.
    """

    kind: ClassVar[str] = "peer.changed"
    moves: ClassVar[type[Noun]] = Peer
    status: PeerStatus = attrs.field(validator=[exactly(PeerStatus), but(PeerStatus.FORGOTTEN)])
    supervisor: str | None = maybe_id()

    @property
    def about(self) -> tuple[str, ...]:
        """The peer, and the supervisor where one is named, with whoever names them."""
        named = () if self.supervisor is None else (self.supervisor, self.by)
        return once_each(self.id, *named)

    def to(self, noun: Peer) -> PeerStatus:
        """The status that was asked for."""
        return self.status

    def leaves(self, view: View, judged: Judged) -> Left:
        """The peer as they now serve; who has left is supervised no more."""
        before = view.get(Peer, self.id)
        peer: Peer = self.moved(view)
        if self.supervisor is not None:
            peer = attrs.evolve(peer, supervisor=self.supervisor)
        away = before is not None and before.status is not PeerStatus.SERVING
        if away and peer.status is PeerStatus.SERVING:
            peer = attrs.evolve(peer, returned=judged.day)
        fewer = () if before is None else _supervised(before, -1)
        counts = (*fewer, *_supervised(peer, 1))
        same = len(counts) > 1 and counts[0].of == counts[1].of
        return Left(nouns=(peer,), counts=() if same else counts)


def _supervised(peer: Peer, by: int) -> tuple[Count, ...]:
    """What a peer adds to their supervisor's tally: nothing once they have left."""
    left = peer.status is PeerStatus.LEFT
    return () if left else (Count(peer.supervisor, SUPERVISING, by),)


@attrs.frozen(kw_only=True)
class ChangeRoles(Act):
    """A peer takes on further roles, or lays some down: these are the roles they have from now on.

    A further role is given by somebody else; anybody may lay down their own.
    """

    kind: ClassVar[str] = "roles.changed"
    stands_on: ClassVar[tuple[str, ...]] = ("peer",)
    peer: str = attrs.field(validator=an_id)
    role: Role = attrs.field(validator=exactly(Role))
    also: tuple[Role, ...] = other_roles()

    def leaves(self, view: View, judged: Judged) -> Left:
        """The peer with these roles."""
        peer: Any = view.get(Peer, self.peer)
        return Left(nouns=(attrs.evolve(peer, role=self.role, also=self.also),))


@attrs.frozen(kw_only=True)
class ChangeParticipation(Moves):
    """A participant goes away for a while, or comes back."""

    kind: ClassVar[str] = "participant.changed"
    moves: ClassVar[type[Noun]] = Participant
    status: ParticipantStatus = attrs.field(
        validator=[exactly(ParticipantStatus), but(ParticipantStatus.FORGOTTEN)]
    )

    def to(self, noun: Participant) -> ParticipantStatus:
        """The status that was asked for."""
        return self.status


@attrs.frozen(kw_only=True)
class DiscloseTie(Makes):
    """Tell of a relationship outside peer support, current or past. Telling is never a fault.

    Two people have one tie of each kind: telling of it again says how it stands now.
    """

    kind: ClassVar[str] = "tie.disclosed"
    already: ClassVar[bool] = True
    makes: ClassVar[type[Noun]] = Tie
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "peer", "participant", "peer+participant")
    private_to: ClassVar[str] = "peer+participant"
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    of: TieKind = attrs.field(validator=exactly(TieKind), repr=False, metadata=PRIVATE)
    current: bool = a(bool, default=True)

    def goes_on(self, before: Tie) -> bool:
        """With the same tie of the same people."""
        return before.of is self.of and {before.one, before.other} == {self.peer, self.participant}

    def leaves(self, view: View, judged: Judged) -> Left:
        """The tie as it stands; nobody has one with themself."""
        if self.peer == self.participant:
            return Left()
        status = TieStatus.CURRENT if self.current else TieStatus.PAST
        known = next((each for each in view.all(Tie) if self.goes_on(each)), None)
        if known is not None:
            return Left(nouns=(attrs.evolve(known, status=status),))
        id_ = free_id(view, Tie, self.the_id)
        tie = Tie(id=id_, of=self.of, one=self.peer, other=self.participant, status=status)
        return Left(nouns=(tie,))
