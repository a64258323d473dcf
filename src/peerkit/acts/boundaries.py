"""Agreements and consents: what two people settle, and what may be told to whom."""

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
    once_each,
)
from peerkit.model import (
    AgreementStatus,
    BoundaryAgreement,
    Consent,
    ConsentScope,
    ConsentStatus,
    Noun,
    Topic,
    pair,
)
from peerkit.model.fields import (
    a_moment,
    an_id,
    as_tuple,
    in_utc,
    later_than,
    maybe,
    maybe_moment,
    several,
    some_ids,
)

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = [
    "AgreeBoundaries",
    "RecordConsent",
    "RevokeConsent",
    "ShareInformation",
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
