"""Groups: started, given ground rules, joined, left and ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from peerkit.acts.act import Judged, Left, Makes, Moves, once_each, saying
from peerkit.model import (
    GroundRule,
    Group,
    GroupKind,
    GroupStatus,
    Membership,
    MembershipStatus,
    Message,
    Noun,
    Openness,
    Words,
)
from peerkit.model.fields import a, an_id, as_tuple, exactly, maybe, maybe_seats, several, some_ids

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = [
    "AgreeGroundRules",
    "ChangeFacilitators",
    "EndGroup",
    "InviteToGroup",
    "JoinGroup",
    "LeaveGroup",
    "StartGroup",
]


@attrs.frozen(kw_only=True)
class StartGroup(Makes):
    """Start a group that peers lead. ``facilitators`` lead it together; one is enough."""

    kind: ClassVar[str] = "group.started"
    makes: ClassVar[type[Noun]] = Group
    of: GroupKind = attrs.field(validator=exactly(GroupKind), repr=False)
    openness: Openness = a(Openness, Openness.OPEN)
    facilitators: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_ids)
    seats: int | None = maybe_seats()

    @property
    def about(self) -> tuple[str, ...]:
        """The group, and those who will lead it."""
        return once_each(self.the_id, *self.facilitators)

    @property
    def peers_named(self) -> tuple[str, ...]:
        """Those who will lead it."""
        return self.facilitators

    def leaves(self, view: View, judged: Judged) -> Left:
        """A group that forms; those who lead it are told."""
        group = Group(
            id=self.the_id,
            of=self.of,
            openness=self.openness,
            facilitators=self.facilitators,
            seats=self.seats,
        )
        inside = f"Group {group.id} is started."
        return Left(
            nouns=(group,),
            messages=tuple(
                Message(to=each, kind=self.kind, about=group.id, inside=inside)
                for each in self.facilitators
            ),
        )


@attrs.frozen(kw_only=True)
class AgreeGroundRules(Moves):
    """Write down the ground rules that a group has agreed on, and their words, kept apart.

    ``with_the_group`` says whether the group agreed on them, or somebody wrote
    them for it. They may be agreed again whenever the group likes.
    """

    kind: ClassVar[str] = "group.ground-rules"
    moves: ClassVar[type[Noun]] = Group
    rules: tuple[GroundRule, ...] = several(GroundRule, least=1)
    with_the_group: bool | None = maybe(bool)
    words: Words | None = maybe(Words)

    def to(self, noun: Group) -> GroupStatus:
        """Meeting."""
        return GroupStatus.MEETING

    def leaves(self, view: View, judged: Judged) -> Left:
        """The group with its ground rules."""
        group = attrs.evolve(self.moved(view), rules=self.rules)
        return Left(nouns=(group,), words=saying(f"group/{self.id}", self.by, self.words))


@attrs.frozen(kw_only=True)
class ChangeFacilitators(Moves):
    """Say who leads a group from now on."""

    kind: ClassVar[str] = "group.facilitators"
    moves: ClassVar[type[Noun]] = Group
    facilitators: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_ids)

    @property
    def about(self) -> tuple[str, ...]:
        """The group, and those who will lead it."""
        return once_each(self.id, *self.facilitators)

    @property
    def peers_named(self) -> tuple[str, ...]:
        """Those who will lead it."""
        return self.facilitators

    def to(self, noun: Group) -> GroupStatus:
        """As it was; a group that has ended has nobody to lead it."""
        return noun.status

    def leaves(self, view: View, judged: Judged) -> Left:
        """The group as it is led now."""
        return Left(nouns=(attrs.evolve(self.moved(view), facilitators=self.facilitators),))


@attrs.frozen(kw_only=True)
class EndGroup(Moves):
    """End a group. Who belonged to it may go on meeting: that is theirs to decide."""

    kind: ClassVar[str] = "group.ended"
    moves: ClassVar[type[Noun]] = Group

    def to(self, noun: Group) -> GroupStatus:
        """Ended."""
        return GroupStatus.ENDED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The ended group; nobody belongs to it any more, and those who did are told."""
        group = self.moved(view)
        places = [each for each in view.all(Membership) if each.group == self.id and each.open]
        inside = f"Group {self.id} has ended."
        told = once_each(*group.facilitators, *(each.participant for each in places))
        return Left(
            nouns=(
                group,
                *(attrs.evolve(each, status=MembershipStatus.LEFT) for each in places),
            ),
            messages=tuple(
                Message(to=each, kind=self.kind, about=self.id, inside=inside) for each in told
            ),
        )


@attrs.frozen(kw_only=True)
class InviteToGroup(Makes):
    """Offer somebody a place in a group, once. Whoever likes comes to an open one uninvited."""

    kind: ClassVar[str] = "group.invited"
    makes: ClassVar[type[Noun]] = Membership
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "group", "participant")
    group: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)

    def leaves(self, view: View, judged: Judged) -> Left:
        """A place that waits for an answer; whoever is invited is told."""
        place = Membership(id=self.the_id, group=self.group, participant=self.participant)
        inside = f"Invitation {place.id} is open."
        told = Message(to=self.participant, kind=self.kind, about=place.id, inside=inside)
        return Left(nouns=(place,), messages=(told,))


@attrs.frozen(kw_only=True)
class JoinGroup(Moves):
    """Take the place one was invited to. Only whoever was invited says yes.

    ``said_so`` says, where somebody else writes it down, whether they said it.
    """

    kind: ClassVar[str] = "group.joined"
    moves: ClassVar[type[Noun]] = Membership
    stands_on: ClassVar[tuple[str, ...]] = ("id", "group", "participant")
    group: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    said_so: bool | None = maybe(bool)

    def to(self, noun: Membership) -> MembershipStatus:
        """Member."""
        return MembershipStatus.MEMBER

    def leaves(self, view: View, judged: Judged) -> Left:
        """The place, taken; those who lead the group are told."""
        group = view.get(Group, self.group)
        inside = f"Invitation {self.id} is accepted."
        return Left(
            nouns=(self.moved(view),),
            messages=tuple(
                Message(to=each, kind=self.kind, about=self.id, inside=inside)
                for each in (() if group is None else group.facilitators)
            ),
        )


@attrs.frozen(kw_only=True)
class LeaveGroup(Moves):
    """Report that somebody has left a group, or does not take the place. No reason is asked.

    It is never refused, and nobody is told: leaving is nobody else's business.
    """

    kind: ClassVar[str] = "group.left"
    already: ClassVar[bool] = True
    moves: ClassVar[type[Noun]] = Membership
    stands_on: ClassVar[tuple[str, ...]] = ("id", "participant")
    participant: str = attrs.field(validator=an_id)

    def to(self, noun: Membership) -> MembershipStatus:
        """Left."""
        return MembershipStatus.LEFT

    def leaves(self, view: View, judged: Judged) -> Left:
        """The place, free again, and any other of theirs in that group.

        Nothing where it was not theirs, or was left before.
        """
        if not judged.allowed:
            return Left()
        place = self.moved(view)
        more = (
            attrs.evolve(each, status=MembershipStatus.LEFT)
            for each in view.all(Membership)
            if each.open
            and each.id != self.id
            and (each.group, each.participant) == (place.group, place.participant)
        )
        return Left(nouns=(place, *more))
