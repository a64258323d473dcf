"""Agreements, consents, disclosures, concerns and consultations."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

import attrs

from peerkit.acts.act import (
    Act,
    Judged,
    Left,
    Makes,
    Moves,
    Saying,
    free_id,
    once_each,
    saying,
    to_the_supervisor,
)
from peerkit.model import (
    Activity,
    AgreementStatus,
    Basis,
    BoundaryAgreement,
    Concern,
    ConcernStatus,
    Consent,
    ConsentScope,
    ConsentStatus,
    Consultation,
    ConsultationStatus,
    DisclosureStatus,
    Message,
    Noun,
    Peer,
    SafetyDisclosure,
    SuppliedFacts,
    Topic,
    Words,
    pair,
)
from peerkit.model.fields import (
    a_code,
    a_moment,
    an_id,
    as_tuple,
    exactly,
    in_utc,
    later_than,
    maybe,
    maybe_moment,
    several,
    some_codes,
    some_ids,
)

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = [
    "AgreeBoundaries",
    "CloseConcern",
    "ConsultSupervisor",
    "DiscloseForSafety",
    "GiveAdvice",
    "RaiseConcern",
    "RecordConsent",
    "ReviewDisclosure",
    "RevokeConsent",
    "ShareInformation",
    "SupplyFacts",
]


@attrs.frozen(kw_only=True)
class AgreeBoundaries(Makes):
    """Record what a peer and a participant agreed, topic by topic. A new one amends the old."""

    kind: ClassVar[str] = "boundaries.agreed"
    makes: ClassVar[type[Noun]] = BoundaryAgreement
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    topics: tuple[Topic, ...] = several(Topic, least=1)
    said_so: bool | None = maybe(bool)

    @property
    def about(self) -> tuple[str, ...]:
        """The agreement, both people and the pair."""
        both = pair(self.peer, self.participant)
        return once_each(self.the_id, self.peer, self.participant, both)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The agreement in force; the one before it is amended."""
        before = tuple(
            attrs.evolve(each, status=AgreementStatus.AMENDED)
            for each in view.all(BoundaryAgreement)
            if each.binds(self.peer, self.participant)
        )
        new = BoundaryAgreement(
            id=self.the_id, peer=self.peer, participant=self.participant, topics=self.topics
        )
        return Left(nouns=(new, *before))


@attrs.frozen(kw_only=True)
class RecordConsent(Makes):
    """Record that a participant agrees to some information going to somebody, for a while.

    In force at the moments ``since`` ≤ moment < ``until``; no end when left out.
    """

    kind: ClassVar[str] = "consent.recorded"
    makes: ClassVar[type[Noun]] = Consent
    participant: str = attrs.field(validator=an_id)
    scopes: tuple[ConsentScope, ...] = several(ConsentScope, least=1)
    to: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_ids)
    since: datetime = attrs.field(converter=in_utc, validator=a_moment)
    until: datetime | None = maybe_moment()
    said_so: bool | None = maybe(bool)

    def __attrs_post_init__(self) -> None:
        later_than("since")(self, attrs.fields(RecordConsent).until, self.until)

    @property
    def about(self) -> tuple[str, ...]:
        """The consent and the participant."""
        return once_each(self.the_id, self.participant)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The consent."""
        return Left(
            nouns=(
                Consent(
                    id=self.the_id,
                    participant=self.participant,
                    scopes=self.scopes,
                    to=self.to,
                    since=self.since,
                    until=self.until,
                ),
            )
        )


@attrs.frozen(kw_only=True)
class RevokeConsent(Moves):
    """The participant takes a consent back. It ends at once."""

    kind: ClassVar[str] = "consent.revoked"
    moves: ClassVar[type[Noun]] = Consent
    participant: str = attrs.field(validator=an_id)
    said_so: bool | None = maybe(bool)

    @property
    def about(self) -> tuple[str, ...]:
        """The consent and the participant."""
        return once_each(self.id, self.participant)

    def to(self, noun: Consent) -> ConsentStatus:
        """Revoked."""
        return ConsentStatus.REVOKED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The revoked consent."""
        return Left(nouns=(self.moved(view),))


@attrs.frozen(kw_only=True)
class ShareInformation(Act):
    """Ask to pass something about a participant on to somebody else."""

    kind: ClassVar[str] = "information.shared"
    participant: str = attrs.field(validator=an_id)
    scopes: tuple[ConsentScope, ...] = several(ConsentScope, least=1)
    to: str = attrs.field(validator=an_id)

    @property
    def about(self) -> tuple[str, ...]:
        """The participant."""
        return (self.participant,)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The journal's entry is the account of it."""
        return Left()


@attrs.frozen(kw_only=True)
class RaiseConcern(Makes):
    """Report that a boundary may have been crossed. Anyone may, and it is never refused.

    ``clauses`` are codes of the handbook; ``what`` says it in words, kept apart.
    """

    kind: ClassVar[str] = "concern.raised"
    already: ClassVar[bool] = True
    makes: ClassVar[type[Noun]] = Concern
    peer: str = attrs.field(validator=an_id)
    people: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_ids)
    clauses: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_codes)
    what: Words | None = maybe(Words)

    @property
    def about(self) -> tuple[str, ...]:
        """The concern, the peer, and whoever raises it."""
        return once_each(self.the_id, self.peer, self.by)

    def leaves(self, view: View, judged: Judged) -> Left:
        """An open concern; the supervisor is told. Told twice, it is there once."""
        before = view.get(Concern, self.the_id)
        if before is not None and self.goes_on(before):
            return Left(words=self._said(before.id))
        concern = Concern(
            id=free_id(view, Concern, self.the_id),
            peer=self.peer,
            people=self.people,
            clauses=self.clauses,
        )
        inside = f"Concern {concern.id} is open."
        told = to_the_supervisor(view, self, self.peer, concern.id, inside)
        return Left(nouns=(concern,), messages=(told,), words=self._said(concern.id))

    def goes_on(self, before: Concern) -> bool:
        """With the same concern, while it is open."""
        same = (before.peer, before.people, before.clauses)
        return before.open and same == (self.peer, self.people, self.clauses)

    def _said(self, concern: str) -> tuple[Saying, ...]:
        return saying(f"concern/{concern}", self.by, self.what)


@attrs.frozen(kw_only=True)
class CloseConcern(Moves):
    """The peer's supervisor has looked at a concern and closes it."""

    kind: ClassVar[str] = "concern.closed"
    moves: ClassVar[type[Noun]] = Concern
    peer: str = attrs.field(validator=an_id)
    outcome: Words | None = maybe(Words)

    @property
    def about(self) -> tuple[str, ...]:
        """The concern and the peer."""
        return once_each(self.id, self.peer)

    def to(self, noun: Concern) -> ConcernStatus:
        """Closed."""
        return ConcernStatus.CLOSED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The closed concern."""
        said = saying(f"concern/{self.id}", self.by, self.outcome)
        return Left(nouns=(self.moved(view),), words=said)


@attrs.frozen(kw_only=True)
class ConsultSupervisor(Makes):
    """A peer takes something to their supervisor before doing it. Asking is always right.

    ``clause`` is the code of the clause that asked for it.
    """

    kind: ClassVar[str] = "supervisor.consulted"
    makes: ClassVar[type[Noun]] = Consultation
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    clause: str = attrs.field(validator=a_code)
    question: Words | None = maybe(Words)

    @property
    def about(self) -> tuple[str, ...]:
        """The consultation, both people and the pair."""
        both = pair(self.peer, self.participant)
        return once_each(self.the_id, self.peer, self.participant, both)

    def leaves(self, view: View, judged: Judged) -> Left:
        """An open consultation; the supervisor is told."""
        asked = Consultation(
            id=self.the_id, peer=self.peer, participant=self.participant, clause=self.clause
        )
        said = saying(f"consultation/{self.id}", self.peer, self.question)
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
    peer: str = attrs.field(validator=an_id)
    agreed: bool = attrs.field(validator=exactly(bool))
    advice: Words | None = maybe(Words)

    @property
    def about(self) -> tuple[str, ...]:
        """The consultation and the peer."""
        return once_each(self.id, self.peer)

    def to(self, noun: Consultation) -> ConsultationStatus:
        """Agreed or not agreed."""
        return ConsultationStatus.AGREED if self.agreed else ConsultationStatus.NOT_AGREED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The answered consultation; the peer is told."""
        said = saying(f"consultation/{self.id}", self.peer, self.advice)
        told = Message(
            to=self.peer,
            kind=self.kind,
            about=self.id,
            inside=f"Consultation {self.id} is answered.",
        )
        return Left(nouns=(self.moved(view),), messages=(told,), words=said)


@attrs.frozen(kw_only=True)
class SupplyFacts(Makes):
    """Answer what the handbook asked of one activity. It counts for one request and its report.

    ``activity`` names the activity and carries the answers, for example
    ``Activity(id="drive", circumstances={"agency-policy": "yes"})``.
    """

    kind: ClassVar[str] = "facts.supplied"
    makes: ClassVar[type[Noun]] = SuppliedFacts
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    activity: Activity = attrs.field(validator=exactly(Activity))

    @property
    def about(self) -> tuple[str, ...]:
        """What is made, both people and the pair."""
        both = pair(self.peer, self.participant)
        return once_each(self.the_id, self.peer, self.participant, both)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The facts, to be used once."""
        facts = SuppliedFacts(
            id=self.the_id, peer=self.peer, participant=self.participant, activity=self.activity
        )
        return Left(nouns=(facts,))


@attrs.frozen(kw_only=True)
class DiscloseForSafety(Makes):
    """Tell somebody something without consent because there is danger, or the law asks for it.

    It is allowed at once, kept with its ``basis``, and the supervisor looks at
    it afterwards. ``to`` names who is told: an office, a service, a person.
    ``what`` says it in words, kept apart. Tell no more than is needed.
    """

    kind: ClassVar[str] = "safety.disclosed"
    already: ClassVar[bool] = True
    makes: ClassVar[type[Noun]] = SafetyDisclosure
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    to: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_ids)
    basis: Basis = attrs.field(validator=exactly(Basis), repr=False)
    what: Words | None = maybe(Words)

    @property
    def about(self) -> tuple[str, ...]:
        """The disclosure, both people, and whoever tells it."""
        return once_each(self.the_id, self.peer, self.participant, self.by)

    def goes_on(self, before: SafetyDisclosure) -> bool:
        """With the same disclosure, told again before anybody has looked at it."""
        told = (before.peer, before.participant, before.to, before.basis)
        return before.open and told == (self.peer, self.participant, self.to, self.basis)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The disclosure, for the supervisor to review. Told twice, it is there once."""
        before = view.get(SafetyDisclosure, self.the_id)
        if before is not None and self.goes_on(before):
            return Left(words=self._said(before.id))
        made = SafetyDisclosure(
            id=free_id(view, SafetyDisclosure, self.the_id),
            peer=self.peer,
            participant=self.participant,
            to=self.to,
            basis=self.basis,
        )
        inside = f"Disclosure {made.id} waits for a review."
        told = to_the_supervisor(view, self, self.peer, made.id, inside)
        return Left(nouns=(made,), messages=(told,), words=self._said(made.id))

    def _said(self, disclosure: str) -> tuple[Saying, ...]:
        return saying(f"disclosure/{disclosure}", self.participant, self.what)


@attrs.frozen(kw_only=True)
class ReviewDisclosure(Moves):
    """The peer's supervisor has looked at what was told for safety's sake."""

    kind: ClassVar[str] = "disclosure.reviewed"
    moves: ClassVar[type[Noun]] = SafetyDisclosure
    peer: str = attrs.field(validator=an_id)
    outcome: Words | None = maybe(Words)

    @property
    def about(self) -> tuple[str, ...]:
        """The disclosure and the peer."""
        return once_each(self.id, self.peer)

    def to(self, noun: SafetyDisclosure) -> DisclosureStatus:
        """Reviewed."""
        return DisclosureStatus.REVIEWED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The reviewed disclosure."""
        said = saying(f"disclosure/{self.id}", self.by, self.outcome)
        return Left(nouns=(self.moved(view),), words=said)
