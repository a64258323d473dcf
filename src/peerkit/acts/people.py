"""Welcoming people, and what must be known of those who serve."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from peerkit.acts.act import Act, Judged, Left, Makes, Moves, free_id, once_each
from peerkit.model import (
    SUPERVISING,
    SUPERVISION_MINUTES,
    SUPERVISION_TALKS,
    Count,
    Credential,
    CredentialStatus,
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
    pair,
    period,
)
from peerkit.model.fields import a, an_id, exactly, later_than, maybe, several, whole_minutes
from peerkit.model.people import other_roles

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = [
    "ChangeParticipation",
    "ChangeRoles",
    "ChangeService",
    "DiscloseTie",
    "RecordCredential",
    "RecordSupervision",
    "WelcomeParticipant",
    "WelcomePeer",
]


#: How long a credential that is over is still read, so that a late report of a session is
#: judged by what was in force on its day.
LATEST_REPORT: Final = timedelta(days=366)


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
    experiences: tuple[LivedExperience, ...] = several(LivedExperience)

    @property
    def about(self) -> tuple[str, ...]:
        """The person."""
        return (self.the_id,)

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
    role: Role = attrs.field(validator=exactly(Role))
    supervisor: str = attrs.field(validator=an_id)
    since: date = attrs.field(validator=exactly(date))
    supervised: date | None = maybe(date)
    experiences: tuple[LivedExperience, ...] = several(LivedExperience, least=1)
    also: tuple[Role, ...] = other_roles()

    @property
    def about(self) -> tuple[str, ...]:
        """The person and their supervisor."""
        return once_each(self.the_id, self.supervisor)

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
    """A peer steps back, returns, or leaves. Stepping back needs no reason and has no penalty."""

    kind: ClassVar[str] = "peer.changed"
    moves: ClassVar[type[Noun]] = Peer
    status: PeerStatus = attrs.field(validator=exactly(PeerStatus))

    def to(self, noun: Peer) -> PeerStatus:
        """The status that was asked for."""
        return self.status

    def leaves(self, view: View, judged: Judged) -> Left:
        """The peer as they now serve; who has left is supervised no more."""
        peer = self.moved(view)
        before = view.get(Peer, self.id)
        left = PeerStatus.LEFT
        by = (before is not None and before.status is left) - (peer.status is left)
        return Left(nouns=(peer,), counts=(Count(peer.supervisor, SUPERVISING, by),) if by else ())


@attrs.frozen(kw_only=True)
class ChangeRoles(Act):
    """A peer takes on further roles, or lays some down: these are the roles they have from now on.

    A further role is given by somebody else; anybody may lay down their own.
    """

    kind: ClassVar[str] = "roles.changed"
    peer: str = attrs.field(validator=an_id)
    role: Role = attrs.field(validator=exactly(Role))
    also: tuple[Role, ...] = other_roles()

    @property
    def about(self) -> tuple[str, ...]:
        """The peer."""
        return (self.peer,)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The peer with these roles."""
        peer: Any = view.get(Peer, self.peer)
        return Left(nouns=(attrs.evolve(peer, role=self.role, also=self.also),))


@attrs.frozen(kw_only=True)
class ChangeParticipation(Moves):
    """A participant goes away for a while, or comes back."""

    kind: ClassVar[str] = "participant.changed"
    moves: ClassVar[type[Noun]] = Participant
    status: ParticipantStatus = attrs.field(validator=exactly(ParticipantStatus))

    def to(self, noun: Participant) -> ParticipantStatus:
        """The status that was asked for."""
        return self.status

    def leaves(self, view: View, judged: Judged) -> Left:
        """The participant as they now take part."""
        return Left(nouns=(self.moved(view),))


@attrs.frozen(kw_only=True)
class RecordCredential(Makes):
    """Record a certification: in force on the days ``since`` ≤ day < ``until``."""

    kind: ClassVar[str] = "credential.recorded"
    makes: ClassVar[type[Noun]] = Credential
    peer: str = attrs.field(validator=an_id)
    since: date = attrs.field(validator=exactly(date))
    until: date = attrs.field(validator=exactly(date))

    def __attrs_post_init__(self) -> None:
        later_than("since")(self, attrs.fields(RecordCredential).until, self.until)

    @property
    def about(self) -> tuple[str, ...]:
        """The credential and its peer."""
        return once_each(self.the_id, self.peer)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The new credential; those that were over long ago are replaced."""
        new = Credential(id=self.the_id, peer=self.peer, since=self.since, until=self.until)
        long_ago = view.now.date() - LATEST_REPORT
        old = tuple(
            attrs.evolve(each, status=CredentialStatus.REPLACED)
            for each in view.all(Credential)
            if each.status is CredentialStatus.HELD
            and each.peer == self.peer
            and each.until < long_ago
        )
        return Left(nouns=(new, *old))


@attrs.frozen(kw_only=True)
class RecordSupervision(Act):
    """Report that a peer has had supervision, and when. ``minutes`` is 0 when nobody counted.

    Each report counts as a talk of its own: give it a ``key`` (the day and the
    two ids, say), and what two people tell of one talk is counted once.
    """

    kind: ClassVar[str] = "supervision.recorded"
    already: ClassVar[bool] = True
    peer: str = attrs.field(validator=an_id)
    on: date = attrs.field(validator=exactly(date))
    minutes: int = whole_minutes()

    @property
    def about(self) -> tuple[str, ...]:
        """The peer."""
        return (self.peer,)

    def leaves(self, view: View, judged: Judged) -> Left:
        """One more talk of its month; the peer with the day, when it is later than the last."""
        peer = view.get(Peer, self.peer)
        if peer is None or not judged.allowed:
            return Left()
        had = ((SUPERVISION_TALKS, 1), (SUPERVISION_MINUTES, self.minutes))
        counts = tuple(
            Count(self.peer, what, much, period(self.on, what)) for what, much in had if much
        )
        later = peer.supervised is None or peer.supervised < self.on
        return Left(nouns=(attrs.evolve(peer, supervised=self.on),) if later else (), counts=counts)


@attrs.frozen(kw_only=True)
class DiscloseTie(Makes):
    """Tell of a relationship outside peer support, current or past. Telling is never a fault.

    Two people have one tie of each kind: telling of it again says how it stands now.
    """

    kind: ClassVar[str] = "tie.disclosed"
    already: ClassVar[bool] = True
    makes: ClassVar[type[Noun]] = Tie
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    of: TieKind = attrs.field(validator=exactly(TieKind), repr=False)
    current: bool = a(bool, default=True)

    @property
    def about(self) -> tuple[str, ...]:
        """The two people, the pair and the tie."""
        both = pair(self.peer, self.participant)
        return once_each(self.the_id, self.peer, self.participant, both)

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
