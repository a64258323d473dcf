"""What may be told to whom: consents, and the account of what was told under them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

import attrs

from peerkit.model.fields import (
    a,
    a_moment,
    an_id,
    as_tuple,
    in_utc,
    later_than,
    maybe,
    maybe_codes,
    maybe_id,
    maybe_ids,
    maybe_moment,
    private,
    several,
    some_ids,
)
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun

__all__ = [
    "Consent",
    "ConsentForm",
    "ConsentScope",
    "ConsentStatus",
    "Ending",
    "HowMuch",
    "Paper",
    "Purpose",
    "Recipients",
    "RevokeHow",
    "Sharing",
    "SharingStatus",
    "Signature",
]


class ConsentScope(StrEnum):
    """What a participant may agree to have shared. Narrow on purpose.

    ``presence`` is that somebody sees the peer with them, or speaking for
    them; ``counselling-notes`` are those on substance use (42 CFR 2.31).
    """

    ATTENDANCE = "attendance"
    CONTACT_DETAILS = "contact-details"
    GOALS = "goals"
    SESSION_NOTES = "session-notes"
    STORY = "story"
    PUBLICITY = "publicity"
    SCREENING_RESULTS = "screening-results"
    PRESENCE = "presence"
    COUNSELLING_NOTES = "counselling-notes"


class Recipients(StrEnum):
    """Who may hear it, by class (42 CFR 2.31: for treatment, payment and operations)."""

    TREATING_PROVIDERS = "treating-providers"
    PLANS = "plans"
    PAYERS = "payers"
    PROGRAM_HELPERS = "program-helpers"


class Purpose(StrEnum):
    """What something is told for (42 CFR 2.31). The last is always a consent of its own.

    The purposes that the rule does not name are ours.
    """

    TREATMENT_PAYMENT_OPERATIONS = "treatment-payment-operations"
    TREATMENT = "treatment"
    PAYMENT = "payment"
    OPERATIONS = "operations"
    OWN_REQUEST = "own-request"
    HOUSING = "housing"
    BENEFITS = "benefits"
    WORK = "work"
    PUBLICITY = "publicity"
    RESEARCH = "research"
    LEGAL_PROCEEDINGS = "legal-proceedings"


#: Purposes that a wider one holds: one consent may do for all three (42 CFR 2.31).
_HOLDS: Final = {
    Purpose.TREATMENT_PAYMENT_OPERATIONS: frozenset(
        {Purpose.TREATMENT, Purpose.PAYMENT, Purpose.OPERATIONS}
    )
}
#: For these a class of recipients is enough, and an end is not asked for.
FOR_CARE: Final = frozenset({*_HOLDS, *_HOLDS[Purpose.TREATMENT_PAYMENT_OPERATIONS]})


class RevokeHow(StrEnum):
    """How the person was told that a consent can be taken back. The list is ours."""

    TELL_ANYBODY = "tell-anybody"
    IN_WRITING = "in-writing"
    ON_FORM = "on-form"


class Ending(StrEnum):
    """The event with which a consent ends. ``none`` is taken for care only (42 CFR 2.31)."""

    SUPPORT_ENDS = "support-ends"
    LEAVES_PROGRAM = "leaves-program"
    TREATMENT_ENDS = "treatment-ends"
    MATTER_CLOSED = "matter-closed"
    TOLD_ONCE = "told-once"
    NONE = "none"


class Signature(StrEnum):
    """How a consent was signed: spoken only where the law permits it."""

    ON_PAPER = "on-paper"
    ELECTRONIC = "electronic"
    SPOKEN = "spoken"


@attrs.frozen(kw_only=True)
class ConsentForm:
    """What else a written consent says, beside what, to whom, what for and until when.

    ``tellers`` are who may tell it, ``revoke_how`` how it can be taken back,
    ``ends_with`` the event that ends it; then how, by whom and on which day it
    was signed. (42 CFR 2.31(a).)
    """

    tellers: tuple[str, ...] = maybe_ids()
    revoke_how: RevokeHow | None = maybe(RevokeHow)
    ends_with: Ending | None = maybe(Ending)
    signed: Signature | None = maybe(Signature)
    signed_by: str | None = maybe_id()
    signed_on: date | None = maybe(date)


class ConsentStatus(StrEnum):
    """A consent is given until it is taken back or its event comes; long over, nobody reads it."""

    GIVEN = "given"
    REVOKED = "revoked"
    ENDED = "ended"
    OVER = "over"


CONSENT: Final = Lifecycle(
    begins=frozenset({ConsentStatus.GIVEN}),
    steps={
        ConsentStatus.GIVEN: frozenset(
            {ConsentStatus.REVOKED, ConsentStatus.ENDED, ConsentStatus.OVER}
        ),
        ConsentStatus.REVOKED: frozenset({ConsentStatus.OVER}),
        ConsentStatus.ENDED: frozenset({ConsentStatus.OVER}),
        ConsentStatus.OVER: frozenset(),
    },
    closed=frozenset({ConsentStatus.OVER}),
)


def named_or_of_a_class(instance: Any, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes one or more ids, or none where ``classes`` says who else may hear it."""
    if value != () or not instance.classes:
        some_ids(instance, attribute, value)


@attrs.frozen(kw_only=True)
class Consent(Noun):
    """A participant's say-so that some information may go to somebody, for a while.

    In force at the moments ``since`` ≤ moment < ``until`` (no end when left
    out), until revoked. ``to`` names the recipients, ``classes`` says them by
    class; ``items`` narrow the scopes down; ``ended`` is the moment at which it
    was taken back or its event came. (42 CFR 2.31(a).)
    """

    kind: ClassVar[str] = "consent"
    lifecycle: ClassVar[Lifecycle[ConsentStatus]] = CONSENT
    read_with: ClassVar[tuple[str, ...]] = ("participant",)
    found_with: ClassVar[tuple[str, ...]] = ("participant",)
    private_to: ClassVar[str] = "participant"
    dated: ClassVar[str] = "since"
    status: ConsentStatus = a(ConsentStatus, ConsentStatus.GIVEN)
    participant: str = attrs.field(validator=an_id)
    scopes: tuple[ConsentScope, ...] = private(several(ConsentScope, least=1))
    to: tuple[str, ...] = attrs.field(default=(), converter=as_tuple, validator=named_or_of_a_class)
    since: datetime = attrs.field(converter=in_utc, validator=a_moment)
    until: datetime | None = maybe_moment()
    classes: tuple[Recipients, ...] = private(several(Recipients))
    items: tuple[str, ...] = private(maybe_codes())
    purpose: Purpose | None = private(maybe(Purpose))
    form: ConsentForm | None = private(maybe(ConsentForm))
    ended: datetime | None = maybe_moment()

    def __attrs_post_init__(self) -> None:
        later_than("since")(self, attrs.fields(Consent).until, self.until)

    def covers(self, scope: ConsentScope, to: str, moment: datetime, *, late: bool = False) -> bool:
        """Whether this consent lets ``scope`` go to ``to`` at this moment, whatever for.

        ``late`` is for a report of what was told at that moment: a consent
        that was taken back since then was still in force.
        """
        return (
            self.in_force(moment, late=late)
            and self.reaches(to)
            and self.holds(scope)
            and self.serves(None)
        )

    def in_force(self, moment: datetime, *, late: bool = False) -> bool:
        """Whether it stands at this moment; ``late``, or stood then.

        What was taken back stands no more for anything new, whatever the clock says.
        """
        stood = late and self.ended is not None and moment < self.ended
        return (
            (self.status is ConsentStatus.GIVEN or stood)
            and self.since <= moment
            and (self.until is None or moment < self.until)
        )

    def reaches(self, to: str, as_a: Recipients | None = None) -> bool:
        """Whether this recipient is named, or is one of a class that is."""
        return to in self.to or as_a in self.classes

    def holds(self, scope: ConsentScope, items: tuple[str, ...] = ()) -> bool:
        """Whether the scope is agreed; where it is narrowed down, what is told must say so."""
        narrow = not self.items or (items != () and set(items) <= set(self.items))
        return scope in self.scopes and narrow

    def serves(self, purpose: Purpose | None) -> bool:
        """Whether it was given for this; who names no purpose is at no court."""
        if Purpose.LEGAL_PROCEEDINGS in {self.purpose, purpose}:
            return self.purpose is purpose
        return (
            self.purpose is None
            or purpose is None
            or purpose is self.purpose
            or purpose in _HOLDS.get(self.purpose, ())
        )

    @property
    def over_since(self) -> datetime | None:
        """When it ended or ends; None where no end is known."""
        return min((each for each in (self.until, self.ended) if each is not None), default=None)


class HowMuch(StrEnum):
    """How much is told, as the catalogue asks it (``how-much``)."""

    NEEDED = "needed"
    MORE = "more"


class Paper(StrEnum):
    """What goes along with what is told: a notice, and the consent or what it covers (2.32)."""

    NOTICE_LONG = "notice-long"
    NOTICE_SHORT = "notice-short"
    CONSENT_COPY = "consent-copy"
    SCOPE_EXPLAINED = "scope-explained"


class SharingStatus(StrEnum):
    """What was shared was shared: nothing follows."""

    MADE = "made"


SHARING: Final = Lifecycle(
    begins=frozenset({SharingStatus.MADE}),
    steps={SharingStatus.MADE: frozenset()},
    closed=frozenset({SharingStatus.MADE}),
)


@attrs.frozen(kw_only=True)
class Sharing(Noun):
    """The account of something that was shared: what, with whom, when, what for, by whose leave.

    ``consents`` are the ids of those that covered it at that moment. It is
    for the participant to read, and no decision reads it.
    """

    kind: ClassVar[str] = "sharing"
    lifecycle: ClassVar[Lifecycle[SharingStatus]] = SHARING
    found_with: ClassVar[tuple[str, ...]] = ("participant",)
    private_to: ClassVar[str] = "participant"
    dated: ClassVar[str] = "at"
    status: SharingStatus = a(SharingStatus, SharingStatus.MADE)
    participant: str = attrs.field(validator=an_id)
    teller: str = attrs.field(validator=an_id)
    to: str = attrs.field(validator=an_id)
    as_a: Recipients | None = maybe(Recipients)
    scopes: tuple[ConsentScope, ...] = private(several(ConsentScope, least=1))
    items: tuple[str, ...] = private(maybe_codes())
    purpose: Purpose | None = private(maybe(Purpose))
    at: datetime = attrs.field(converter=in_utc, validator=a_moment)
    consents: tuple[str, ...] = maybe_ids()
    how_much: HowMuch | None = maybe(HowMuch)
    papers: tuple[Paper, ...] = several(Paper)
