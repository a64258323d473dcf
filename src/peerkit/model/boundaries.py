"""Agreements and consents: what two people settled, and what may be told to whom."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final

import attrs

from peerkit.model.fields import (
    a,
    a_moment,
    an_id,
    as_tuple,
    in_utc,
    later_than,
    maybe_moment,
    pair,
    several,
    some_ids,
)
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun

__all__ = [
    "AgreementStatus",
    "BoundaryAgreement",
    "Consent",
    "ConsentScope",
    "ConsentStatus",
    "Topic",
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


class AgreementStatus(StrEnum):
    """An agreement is in force until a new one amends it or it ends."""

    IN_FORCE = "in-force"
    AMENDED = "amended"
    ENDED = "ended"


AGREEMENT: Final = Lifecycle(
    begins=frozenset({AgreementStatus.IN_FORCE}),
    steps={
        AgreementStatus.IN_FORCE: frozenset({AgreementStatus.AMENDED, AgreementStatus.ENDED}),
        AgreementStatus.AMENDED: frozenset(),
        AgreementStatus.ENDED: frozenset(),
    },
    closed=frozenset({AgreementStatus.AMENDED, AgreementStatus.ENDED}),
)


@attrs.frozen(kw_only=True)
class BoundaryAgreement(Noun):
    """What a peer and a participant agreed at the start, topic by topic."""

    kind: ClassVar[str] = "agreement"
    lifecycle: ClassVar[Lifecycle[AgreementStatus]] = AGREEMENT
    status: AgreementStatus = a(AgreementStatus, AgreementStatus.IN_FORCE)
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    topics: tuple[Topic, ...] = several(Topic, least=1)

    def binds(self, peer: str, participant: str) -> bool:
        """Whether it is in force between these two."""
        return (
            self.status is AgreementStatus.IN_FORCE
            and self.peer == peer
            and self.participant == participant
        )

    @property
    def weighs_on(self) -> tuple[str, ...]:
        """It is read with the pair."""
        return (pair(self.peer, self.participant),)

    @property
    def touches(self) -> tuple[str, ...]:
        """It is found with either."""
        return (self.peer, self.participant)


class ConsentScope(StrEnum):
    """What a participant may agree to have shared. Narrow on purpose.

    ``presence`` is that somebody sees the peer with them, or speaking for them.
    """

    ATTENDANCE = "attendance"
    CONTACT_DETAILS = "contact-details"
    GOALS = "goals"
    SESSION_NOTES = "session-notes"
    STORY = "story"
    PUBLICITY = "publicity"
    SCREENING_RESULTS = "screening-results"
    PRESENCE = "presence"


class ConsentStatus(StrEnum):
    """A consent is given until it is revoked; its dates say when it is in force."""

    GIVEN = "given"
    REVOKED = "revoked"


CONSENT: Final = Lifecycle(
    begins=frozenset({ConsentStatus.GIVEN}),
    steps={
        ConsentStatus.GIVEN: frozenset({ConsentStatus.REVOKED}),
        ConsentStatus.REVOKED: frozenset(),
    },
    closed=frozenset({ConsentStatus.REVOKED}),
)


@attrs.frozen(kw_only=True)
class Consent(Noun):
    """A participant's say-so that some information may go to somebody, for a while.

    In force at the moments ``since`` ≤ moment < ``until`` (no end when left
    out), until revoked. ``to`` names the recipients. (42 CFR 2.31(a).)
    """

    kind: ClassVar[str] = "consent"
    lifecycle: ClassVar[Lifecycle[ConsentStatus]] = CONSENT
    status: ConsentStatus = a(ConsentStatus, ConsentStatus.GIVEN)
    participant: str = attrs.field(validator=an_id)
    scopes: tuple[ConsentScope, ...] = several(ConsentScope, least=1)
    to: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_ids)
    since: datetime = attrs.field(converter=in_utc, validator=a_moment)
    until: datetime | None = maybe_moment()

    def __attrs_post_init__(self) -> None:
        later_than("since")(self, attrs.fields(Consent).until, self.until)

    def covers(self, scope: ConsentScope, to: str, moment: datetime) -> bool:
        """Whether this consent lets ``scope`` go to ``to`` at this moment."""
        return (
            self.status is ConsentStatus.GIVEN
            and scope in self.scopes
            and to in self.to
            and self.since <= moment
            and (self.until is None or moment < self.until)
        )

    @property
    def weighs_on(self) -> tuple[str, ...]:
        """It is read with the participant."""
        return (self.participant,)

    @property
    def touches(self) -> tuple[str, ...]:
        """It is found with the participant."""
        return (self.participant,)
