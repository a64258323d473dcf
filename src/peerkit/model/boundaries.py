"""What keeps everybody safe: agreements, consents, concerns, consultations."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final

import attrs

from peerkit.model.fields import (
    a,
    a_code,
    a_moment,
    an_id,
    as_tuple,
    exactly,
    in_utc,
    later_than,
    maybe_moment,
    pair,
    several,
    some_codes,
    some_ids,
)
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun
from peerkit.model.support import Activity

__all__ = [
    "AgreementStatus",
    "Basis",
    "BoundaryAgreement",
    "Concern",
    "ConcernStatus",
    "Consent",
    "ConsentScope",
    "ConsentStatus",
    "Consultation",
    "ConsultationStatus",
    "DisclosureStatus",
    "FactsStatus",
    "SafetyDisclosure",
    "SuppliedFacts",
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


class ConcernStatus(StrEnum):
    """A concern is open until a supervisor has closed it."""

    OPEN = "open"
    CLOSED = "closed"


CONCERN: Final = Lifecycle(
    begins=frozenset({ConcernStatus.OPEN}),
    steps={
        ConcernStatus.OPEN: frozenset({ConcernStatus.CLOSED}),
        ConcernStatus.CLOSED: frozenset(),
    },
    closed=frozenset({ConcernStatus.CLOSED}),
)


@attrs.frozen(kw_only=True)
class Concern(Noun):
    """A boundary that may have been crossed, for a supervisor to look at.

    ``clauses`` are the codes of the handbook it is about, ``people`` everyone
    it concerns.
    """

    kind: ClassVar[str] = "concern"
    lifecycle: ClassVar[Lifecycle[ConcernStatus]] = CONCERN
    status: ConcernStatus = a(ConcernStatus, ConcernStatus.OPEN)
    peer: str = attrs.field(validator=an_id)
    people: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_ids)
    clauses: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_codes, repr=False)

    @property
    def touches(self) -> tuple[str, ...]:
        """It is found with the peer and everyone it is about."""
        return (self.peer, *(each for each in self.people if each != self.peer))


class ConsultationStatus(StrEnum):
    """A question to a supervisor: asked, agreed or not; then used once, and told of once."""

    ASKED = "asked"
    AGREED = "agreed"
    NOT_AGREED = "not-agreed"
    USED = "used"
    DONE = "done"


CONSULTATION: Final = Lifecycle(
    begins=frozenset({ConsultationStatus.ASKED}),
    steps={
        ConsultationStatus.ASKED: frozenset(
            {ConsultationStatus.AGREED, ConsultationStatus.NOT_AGREED}
        ),
        ConsultationStatus.AGREED: frozenset({ConsultationStatus.USED, ConsultationStatus.DONE}),
        ConsultationStatus.NOT_AGREED: frozenset(),
        ConsultationStatus.USED: frozenset({ConsultationStatus.DONE}),
        ConsultationStatus.DONE: frozenset(),
    },
    closed=frozenset({ConsultationStatus.NOT_AGREED}),
)


@attrs.frozen(kw_only=True)
class Consultation(Noun):
    """A peer asks their supervisor about one thing with one participant.

    ``clause`` is the code of the handbook's clause that asked for it. Agreed
    advice lets exactly one such request through, and the report of it.
    """

    kind: ClassVar[str] = "consultation"
    lifecycle: ClassVar[Lifecycle[ConsultationStatus]] = CONSULTATION
    status: ConsultationStatus = a(ConsultationStatus, ConsultationStatus.ASKED)
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    clause: str = attrs.field(validator=a_code)

    @property
    def weighs_on(self) -> tuple[str, ...]:
        """It is read with the pair."""
        return (pair(self.peer, self.participant),)

    @property
    def touches(self) -> tuple[str, ...]:
        """It is found with either."""
        return (self.peer, self.participant)


class FactsStatus(StrEnum):
    """Facts are supplied; then used by one request, and by the report of it."""

    SUPPLIED = "supplied"
    USED = "used"
    DONE = "done"


FACTS: Final = Lifecycle(
    begins=frozenset({FactsStatus.SUPPLIED}),
    steps={
        FactsStatus.SUPPLIED: frozenset({FactsStatus.USED, FactsStatus.DONE}),
        FactsStatus.USED: frozenset({FactsStatus.DONE}),
        FactsStatus.DONE: frozenset(),
    },
)


@attrs.frozen(kw_only=True)
class SuppliedFacts(Noun):
    """Somebody answered what the handbook asked of one activity of a pair.

    It answers exactly one such request, and the report of it: whether a person
    agreed to a hug today says nothing about tomorrow.
    """

    kind: ClassVar[str] = "facts"
    lifecycle: ClassVar[Lifecycle[FactsStatus]] = FACTS
    status: FactsStatus = a(FactsStatus, FactsStatus.SUPPLIED)
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    activity: Activity = attrs.field(validator=exactly(Activity))

    @property
    def weighs_on(self) -> tuple[str, ...]:
        """It is read with the pair."""
        return (pair(self.peer, self.participant),)

    @property
    def touches(self) -> tuple[str, ...]:
        """It is found with either."""
        return (self.peer, self.participant)


class Basis(StrEnum):
    """Why something was told without consent (42 CFR 2.12(c), 2.51; 45 CFR 164.512(j))."""

    DANGER_TO_SELF = "danger-to-self"
    DANGER_TO_OTHERS = "danger-to-others"
    HARM_TO_A_CHILD = "harm-to-a-child"
    HARM_TO_AN_ADULT = "harm-to-an-adult"
    MEDICAL_EMERGENCY = "medical-emergency"
    CRIME_HERE = "crime-here"
    LAW_REQUIRES = "law-requires"


class DisclosureStatus(StrEnum):
    """Something was told for safety's sake; a supervisor looks at it afterwards."""

    MADE = "made"
    REVIEWED = "reviewed"


DISCLOSURE: Final = Lifecycle(
    begins=frozenset({DisclosureStatus.MADE}),
    steps={
        DisclosureStatus.MADE: frozenset({DisclosureStatus.REVIEWED}),
        DisclosureStatus.REVIEWED: frozenset(),
    },
    closed=frozenset({DisclosureStatus.REVIEWED}),
)


@attrs.frozen(kw_only=True)
class SafetyDisclosure(Noun):
    """Something about a participant was told without consent, because somebody was in danger.

    ``to`` names who was told, ``basis`` why. The words are kept apart, under
    ``disclosure/<id>``.
    """

    kind: ClassVar[str] = "disclosure"
    lifecycle: ClassVar[Lifecycle[DisclosureStatus]] = DISCLOSURE
    status: DisclosureStatus = a(DisclosureStatus, DisclosureStatus.MADE)
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    to: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_ids)
    basis: Basis = attrs.field(validator=exactly(Basis), repr=False)

    @property
    def touches(self) -> tuple[str, ...]:
        """It is found with the participant and the peer."""
        return (self.peer, self.participant)
