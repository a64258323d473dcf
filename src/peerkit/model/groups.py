"""Groups that peers lead, and who belongs to one that is closed."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Final

import attrs

from peerkit.model.fields import (
    a,
    an_id,
    as_tuple,
    exactly,
    maybe_seats,
    several,
    some_ids,
)
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun

__all__ = [
    "GroundRule",
    "Group",
    "GroupKind",
    "GroupStatus",
    "Membership",
    "MembershipStatus",
    "Openness",
]


class GroupKind(StrEnum):
    """What a group is for: helping each other, learning, recovery (seeds 000 and 001)."""

    MUTUAL_AID = "mutual-aid"
    EDUCATIONAL = "educational"
    RECOVERY = "recovery"


class Openness(StrEnum):
    """Whoever comes is welcome, or people are invited and join."""

    OPEN = "open"
    CLOSED = "closed"


class GroundRule(StrEnum):
    """What the ground rules of a group speak of. A list of our own (HOUSE)."""

    CONFIDENTIALITY_LIMITS = "confidentiality-limits"
    NOBODY_HAS_TO_SPEAK = "nobody-has-to-speak"
    ONE_AT_A_TIME = "one-at-a-time"
    OWN_EXPERIENCE = "own-experience"
    NO_ADVICE_UNASKED = "no-advice-unasked"
    COMING_AND_GOING = "coming-and-going"
    NAMES = "names"
    PHONES_AND_PICTURES = "phones-and-pictures"
    CONTACT_OUTSIDE = "contact-outside"


class GroupStatus(StrEnum):
    """A group forms, meets once its ground rules are agreed, and ends."""

    FORMING = "forming"
    MEETING = "meeting"
    ENDED = "ended"


GROUP: Final = Lifecycle(
    begins=frozenset({GroupStatus.FORMING}),
    steps={
        GroupStatus.FORMING: frozenset(
            {GroupStatus.FORMING, GroupStatus.MEETING, GroupStatus.ENDED}
        ),
        GroupStatus.MEETING: frozenset({GroupStatus.MEETING, GroupStatus.ENDED}),
        GroupStatus.ENDED: frozenset(),
    },
    closed=frozenset({GroupStatus.ENDED}),
)


@attrs.frozen(kw_only=True)
class Group(Noun):
    """People who meet, and the peers who lead it: mutual aid, learning or recovery, never therapy.

    ``facilitators`` are peers, who lead it together. ``seats`` is how many
    the room and the group have place for, beside what the handbook says of the
    size of a group. ``rules`` are the topics of the ground rules that the group
    has agreed on; their words are kept apart, under ``group/<id>``.
    """

    kind: ClassVar[str] = "group"
    lifecycle: ClassVar[Lifecycle[GroupStatus]] = GROUP
    found_with: ClassVar[tuple[str, ...]] = ("facilitators",)
    status: GroupStatus = a(GroupStatus, GroupStatus.FORMING)
    of: GroupKind = attrs.field(validator=exactly(GroupKind), repr=False)
    openness: Openness = a(Openness, Openness.OPEN)
    facilitators: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_ids)
    seats: int | None = maybe_seats()
    rules: tuple[GroundRule, ...] = several(GroundRule)


class MembershipStatus(StrEnum):
    """Somebody is invited to a closed group, joins if they want to, and leaves when they like."""

    INVITED = "invited"
    MEMBER = "member"
    LEFT = "left"


MEMBERSHIP: Final = Lifecycle(
    begins=frozenset({MembershipStatus.INVITED}),
    steps={
        MembershipStatus.INVITED: frozenset({MembershipStatus.MEMBER, MembershipStatus.LEFT}),
        MembershipStatus.MEMBER: frozenset({MembershipStatus.LEFT}),
        MembershipStatus.LEFT: frozenset(),
    },
    closed=frozenset({MembershipStatus.LEFT}),
)


@attrs.frozen(kw_only=True)
class Membership(Noun):
    """Somebody's place in a group, offered or taken. Nobody has to say why they leave it.

    While it is open it is read with its group and with whoever it belongs to:
    as many as the group has seats, however many have come and gone.
    """

    kind: ClassVar[str] = "membership"
    lifecycle: ClassVar[Lifecycle[MembershipStatus]] = MEMBERSHIP
    read_with: ClassVar[tuple[str, ...]] = ("group", "participant")
    found_with: ClassVar[tuple[str, ...]] = ("group", "participant")
    status: MembershipStatus = a(MembershipStatus, MembershipStatus.INVITED)
    group: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
