"""What may be told to whom: consents are given and taken back, and something is shared."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

import attrs

from peerkit.acts.act import LATEST_REPORT, Judged, Left, Makes, Moves
from peerkit.model import (
    Consent,
    ConsentForm,
    ConsentScope,
    ConsentStatus,
    HowMuch,
    Noun,
    Paper,
    Purpose,
    Recipients,
    Sharing,
)
from peerkit.model.disclosures import named_or_of_a_class
from peerkit.model.fields import (
    a_moment,
    an_id,
    as_tuple,
    in_utc,
    later_than,
    maybe,
    maybe_codes,
    maybe_moment,
    private,
    several,
)

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = [
    "EndConsent",
    "RecordConsent",
    "RevokeConsent",
    "ShareInformation",
]


def long_over(view: View, participant: str, but: str) -> tuple[Consent, ...]:
    """Consents that no late report can speak of any more: decisions need not read them."""
    long_ago = view.now - LATEST_REPORT
    return tuple(
        attrs.evolve(each, status=ConsentStatus.OVER)
        for each in view.all(Consent)
        if each.open
        and each.participant == participant
        and each.id != but
        and each.over_since is not None
        and each.over_since < long_ago
    )


@attrs.frozen(kw_only=True)
class RecordConsent(Makes):
    """Record that a participant agrees to some information going to somebody, for a while.

    In force at the moments ``since`` ≤ moment < ``until``; no end when left
    out. ``to`` names who may hear it, ``classes`` says it by class; ``items``
    narrow the scopes down; ``form`` is what else a written consent says.
    """

    kind: ClassVar[str] = "consent.recorded"
    makes: ClassVar[type[Noun]] = Consent
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "participant")
    private_to: ClassVar[str] = "participant"
    participant: str = attrs.field(validator=an_id)
    scopes: tuple[ConsentScope, ...] = private(several(ConsentScope, least=1))
    to: tuple[str, ...] = attrs.field(default=(), converter=as_tuple, validator=named_or_of_a_class)
    since: datetime = attrs.field(converter=in_utc, validator=a_moment)
    until: datetime | None = maybe_moment()
    said_so: bool | None = maybe(bool)
    classes: tuple[Recipients, ...] = private(several(Recipients))
    items: tuple[str, ...] = private(maybe_codes())
    purpose: Purpose | None = private(maybe(Purpose))
    form: ConsentForm | None = private(maybe(ConsentForm))

    def __attrs_post_init__(self) -> None:
        later_than("since")(self, attrs.fields(RecordConsent).until, self.until)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The consent; those that were over long ago are put away."""
        new = Consent(
            id=self.the_id,
            participant=self.participant,
            scopes=self.scopes,
            to=self.to,
            since=self.since,
            until=self.until,
            classes=self.classes,
            items=self.items,
            purpose=self.purpose,
            form=self.form,
        )
        return Left(nouns=(new, *long_over(view, self.participant, new.id)))


@attrs.frozen(kw_only=True)
class _Stops(Moves):
    """What ends a consent: from this moment on it stands for nothing new."""

    moves: ClassVar[type[Noun]] = Consent
    stands_on: ClassVar[tuple[str, ...]] = ("id", "participant")
    participant: str = attrs.field(validator=an_id)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The consent with the moment at which it ended; those long over are put away."""
        ended = attrs.evolve(self.moved(view), ended=view.now)
        return Left(nouns=(ended, *long_over(view, self.participant, self.id)))


@attrs.frozen(kw_only=True)
class RevokeConsent(_Stops):
    """The participant takes a consent back. It ends at once."""

    kind: ClassVar[str] = "consent.revoked"
    said_so: bool | None = maybe(bool)

    def to(self, noun: Consent) -> ConsentStatus:
        """Revoked."""
        return ConsentStatus.REVOKED


@attrs.frozen(kw_only=True)
class EndConsent(_Stops):
    """Tell that the event has come with which a consent was to end: ``form.ends_with``."""

    kind: ClassVar[str] = "consent.ended"

    def to(self, noun: Consent) -> ConsentStatus:
        """Ended."""
        return ConsentStatus.ENDED


@attrs.frozen(kw_only=True)
class ShareInformation(Makes):
    """Ask to pass something about a participant on to somebody else. What is shared is kept.

    ``as_a`` says of which class the recipient is, where a consent names a
    class; ``purpose`` what it is for, ``how_much`` whether it is no more than
    that needs, ``papers`` what goes along with it.
    """

    kind: ClassVar[str] = "information.shared"
    makes: ClassVar[type[Noun]] = Sharing
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "participant")
    private_to: ClassVar[str] = "participant"
    participant: str = attrs.field(validator=an_id)
    scopes: tuple[ConsentScope, ...] = private(several(ConsentScope, least=1))
    to: str = attrs.field(validator=an_id)
    as_a: Recipients | None = maybe(Recipients)
    items: tuple[str, ...] = private(maybe_codes())
    purpose: Purpose | None = private(maybe(Purpose))
    how_much: HowMuch | None = maybe(HowMuch)
    papers: tuple[Paper, ...] = several(Paper)

    def covering(self, view: View) -> tuple[Consent, ...]:
        """The consents that let any of it go to this recipient now, for this purpose."""
        return tuple(
            each
            for each in view.all(Consent)
            if each.participant == self.participant
            and each.in_force(view.now)
            and each.reaches(self.to, self.as_a)
            and each.serves(self.purpose)
            and any(each.holds(scope, self.items) for scope in self.scopes)
        )

    def leaves(self, view: View, judged: Judged) -> Left:
        """The account of it, which the participant can read."""
        made = Sharing(
            id=self.the_id,
            participant=self.participant,
            teller=self.by,
            to=self.to,
            as_a=self.as_a,
            scopes=self.scopes,
            items=self.items,
            purpose=self.purpose,
            at=view.now,
            consents=tuple(each.id for each in self.covering(view)),
            how_much=self.how_much,
            papers=self.papers,
        )
        return Left(nouns=(made,))
