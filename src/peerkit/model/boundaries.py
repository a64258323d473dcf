"""Agreements: what a peer and a participant settled with each other, topic by topic."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final

import attrs

from peerkit.errors import BadInput
from peerkit.model.fields import (
    a,
    a_wall_time,
    an_id,
    maybe,
    maybe_id,
    private,
    several,
    zone_named,
)
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun

__all__ = [
    "AgreedHours",
    "AgreementStatus",
    "BoundaryAgreement",
    "Channel",
    "Gifts",
    "SocialMedia",
    "StorySharing",
    "Terms",
    "Topic",
    "Touch",
    "Transport",
    "Weekday",
]


class Topic(StrEnum):
    """What a boundary agreement speaks of."""

    CONFIDENTIALITY_LIMITS = "confidentiality-limits"
    HOURS = "hours"
    CHANNELS = "channels"
    GIFTS = "gifts"
    TOUCH = "touch"
    SOCIAL_MEDIA = "social-media"
    TRANSPORT = "transport"
    STORY_SHARING = "story-sharing"


class Weekday(StrEnum):
    """The days of a week, Monday first (ISO 8601)."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Channel(StrEnum):
    """Over which line two people reach each other. The list is ours."""

    IN_PERSON = "in-person"
    PHONE = "phone"
    TEXT = "text"
    VIDEO = "video"
    EMAIL = "email"
    LETTER = "letter"


class Gifts(StrEnum):
    """What may pass between two people as a gift, as the catalogue has it (``give-gift``)."""

    NONE = "none"
    TOKEN = "token"  # noqa: S105 - a small gift, as the catalogue calls it


class Touch(StrEnum):
    """Touch is asked for first, or left out (fact sheet, A44)."""

    NONE = "none"
    HANDSHAKE = "handshake"
    ASK_FIRST = "ask-first"


class SocialMedia(StrEnum):
    """No friending: nothing at all, or the page of the program (fact sheet, A22)."""

    NONE = "none"
    PROGRAM_PAGE = "program-page"


class Transport(StrEnum):
    """How two people get somewhere together. The list is ours."""

    NONE = "none"
    PUBLIC = "public"
    BY_POLICY = "by-policy"


class StorySharing(StrEnum):
    """Whose story is told elsewhere: nobody's, or with leave each time (fact sheet, A26)."""

    STAYS_HERE = "stays-here"
    WITH_LEAVE = "with-leave"


def _since_midnight(clock: str) -> timedelta:
    hours, minutes = clock.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


@attrs.frozen(kw_only=True)
class AgreedHours:
    """A stretch of some days of the week: from ``opens`` to ``closes``, such as 09:00 and 17:30.

    Both are what the clock shows where a session takes place; 24:00 is the end
    of the day.
    """

    days: tuple[Weekday, ...] = several(Weekday, least=1)
    opens: str = attrs.field(validator=a_wall_time)
    closes: str = attrs.field(validator=a_wall_time)

    def __attrs_post_init__(self) -> None:
        if self.closes <= self.opens:
            raise BadInput(
                "AgreedHours.closes", "must be later than opens; a night is two stretches"
            )

    def hold(self, starts: datetime, minutes: int, zone: str) -> bool:
        """Whether these minutes lie in it, by the clock of this place."""
        there = zone_named(zone)
        begins = starts.astimezone(there).replace(tzinfo=None)
        ends = (starts + timedelta(minutes=minutes)).astimezone(there).replace(tzinfo=None)
        midnight = begins.replace(hour=0, minute=0, second=0, microsecond=0)
        return (
            list(Weekday)[begins.weekday()] in self.days
            and _since_midnight(self.opens) <= begins - midnight
            and ends - midnight <= _since_midnight(self.closes)
        )


@attrs.frozen(kw_only=True)
class Terms:
    """What two people agreed, in codes, where there are codes for it. What is left out is open."""

    hours: tuple[AgreedHours, ...] = several(AgreedHours)
    channels: tuple[Channel, ...] = several(Channel)
    gifts: Gifts | None = maybe(Gifts)
    touch: Touch | None = maybe(Touch)
    social_media: SocialMedia | None = maybe(SocialMedia)
    transport: Transport | None = maybe(Transport)
    story_sharing: StorySharing | None = maybe(StorySharing)

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The topics that these codes speak of."""
        told = attrs.asdict(self, recurse=False)
        return tuple(each for each in Topic if told.get(each.replace("-", "_")) not in {None, ()})

    def keep_hours(self, starts: datetime, minutes: int, zone: str) -> bool:
        """Whether these minutes lie in the agreed hours; where none were agreed, any do."""
        return not self.hours or any(each.hold(starts, minutes, zone) for each in self.hours)


class AgreementStatus(StrEnum):
    """An agreement is proposed by one, agreed by both, and in force until a new one amends it."""

    PROPOSED = "proposed"
    IN_FORCE = "in-force"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    AMENDED = "amended"
    ENDED = "ended"


_OVER: Final = (
    AgreementStatus.DECLINED,
    AgreementStatus.WITHDRAWN,
    AgreementStatus.AMENDED,
    AgreementStatus.ENDED,
)
AGREEMENT: Final = Lifecycle(
    begins=frozenset({AgreementStatus.PROPOSED, AgreementStatus.IN_FORCE}),
    steps={
        AgreementStatus.PROPOSED: frozenset(
            {AgreementStatus.IN_FORCE, AgreementStatus.DECLINED, AgreementStatus.WITHDRAWN}
        ),
        AgreementStatus.IN_FORCE: frozenset({AgreementStatus.AMENDED, AgreementStatus.ENDED}),
        **{each: frozenset[AgreementStatus]() for each in _OVER},
    },
    closed=frozenset(_OVER),
)


@attrs.frozen(kw_only=True)
class BoundaryAgreement(Noun):
    """What a peer and a participant agreed at the start, topic by topic.

    ``terms`` says it in codes; what else they said is kept apart, under
    ``agreement/<id>``. ``waits_for`` is who has still to answer a proposal.
    """

    kind: ClassVar[str] = "agreement"
    lifecycle: ClassVar[Lifecycle[AgreementStatus]] = AGREEMENT
    read_with: ClassVar[tuple[str, ...]] = ("peer+participant",)
    found_with: ClassVar[tuple[str, ...]] = ("peer", "participant")
    private_to: ClassVar[str] = "peer+participant"
    status: AgreementStatus = a(AgreementStatus, AgreementStatus.IN_FORCE)
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    topics: tuple[Topic, ...] = several(Topic, least=1)
    terms: Terms | None = private(maybe(Terms))
    waits_for: str | None = maybe_id()

    def binds(self, peer: str, participant: str) -> bool:
        """Whether it is in force between these two."""
        return (
            self.status is AgreementStatus.IN_FORCE
            and self.peer == peer
            and self.participant == participant
        )
