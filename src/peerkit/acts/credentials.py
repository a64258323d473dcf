"""What a peer is certified for, learns, and renews."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

import attrs

from peerkit.acts.act import LATEST_REPORT, Judged, Left, Makes, free_id
from peerkit.model import (
    Credential,
    CredentialStage,
    CredentialStatus,
    Noun,
    Training,
    TrainingTopic,
)
from peerkit.model.fields import (
    a,
    an_amount,
    an_id,
    exactly,
    later_than,
    maybe_id,
    some_minutes,
)

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = ["RecordCredential", "RecordTraining", "RenewCredential"]


def _replaced(view: View, peer: str, today: date) -> tuple[Credential, ...]:
    """The credentials of a peer that were over long ago: nothing asks for them any more."""
    long_ago = today - LATEST_REPORT
    return tuple(
        attrs.evolve(each, status=CredentialStatus.REPLACED)
        for each in view.all(Credential)
        if each.status is CredentialStatus.HELD and each.peer == peer and each.until < long_ago
    )


@attrs.frozen(kw_only=True)
class RecordCredential(Makes):
    """Record a certification: in force on the days ``since`` ≤ day < ``until``.

    ``stage`` says whether it is a first certification that is still new, ``body`` who
    certifies: the id of a layer of the handbook, where there is one.
    """

    kind: ClassVar[str] = "credential.recorded"
    makes: ClassVar[type[Noun]] = Credential
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "peer")
    peer: str = attrs.field(validator=an_id)
    since: date = attrs.field(validator=exactly(date))
    until: date = attrs.field(validator=exactly(date))
    stage: CredentialStage = a(CredentialStage, CredentialStage.FULL)
    body: str | None = maybe_id()

    def __attrs_post_init__(self) -> None:
        later_than("since")(self, attrs.fields(RecordCredential).until, self.until)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The new credential; those that were over long ago are replaced."""
        new = Credential(
            id=self.the_id,
            peer=self.peer,
            since=self.since,
            until=self.until,
            stage=self.stage,
            body=self.body,
        )
        return Left(nouns=(new, *_replaced(view, self.peer, judged.day)))


@attrs.frozen(kw_only=True)
class RenewCredential(Makes):
    """Ask whether everything is there to renew a credential, and renew it if so.

    ``of`` is the credential that is renewed. ``service`` and ``supervision`` are the minutes
    served and supervised in its interval, for the boards that ask for them:
    :func:`peerkit.reports.in_interval` adds them up. What a board has renewed already is
    recorded with :class:`RecordCredential`, whatever is missing here.
    """

    kind: ClassVar[str] = "credential.renewed"
    makes: ClassVar[type[Noun]] = Credential
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "of", "peer")
    peer: str = attrs.field(validator=an_id)
    of: str = attrs.field(validator=an_id)
    since: date = attrs.field(validator=exactly(date))
    until: date = attrs.field(validator=exactly(date))
    service: int | None = attrs.field(default=None, validator=attrs.validators.optional(an_amount))
    supervision: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(an_amount)
    )

    def __attrs_post_init__(self) -> None:
        later_than("since")(self, attrs.fields(RenewCredential).until, self.until)

    def renewed(self, view: View) -> Credential | None:
        """The credential of this peer that is renewed, or None."""
        old = view.get(Credential, self.of)
        return None if old is None or old.peer != self.peer else old

    def leaves(self, view: View, judged: Judged) -> Left:
        """The credential that follows. The old one holds until its own end."""
        old = self.renewed(view)
        new = Credential(
            id=self.the_id,
            peer=self.peer,
            since=self.since,
            until=self.until,
            body=None if old is None else old.body,
            renews=self.of,
            renewals=1 if old is None else old.renewals + 1,
            hours=() if old is None else old.hours_before(),
        )
        return Left(nouns=(new, *_replaced(view, self.peer, judged.day)))


@attrs.frozen(kw_only=True)
class RecordTraining(Makes):
    """Report that a peer learned something: one topic, one day. A course on two topics is two.

    ``id`` may be the number on the certificate: told twice, it counts once, as the longest
    that was told. It counts for the credential in whose interval the day lies.
    """

    kind: ClassVar[str] = "training.recorded"
    already: ClassVar[bool] = True
    makes: ClassVar[type[Noun]] = Training
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "peer")
    peer: str = attrs.field(validator=an_id)
    topic: TrainingTopic = attrs.field(validator=exactly(TrainingTopic))
    minutes: int = attrs.field(validator=some_minutes)
    on: date = attrs.field(validator=exactly(date))

    def goes_on(self, before: Training) -> bool:
        """With the same training, told again."""
        told = (before.peer, before.topic, before.on)
        return told == (self.peer, self.topic, self.on)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The training, and the credential with its minutes."""
        before = view.get(Training, self.the_id)
        again = before if before is not None and self.goes_on(before) else None
        more = self.minutes if again is None else self.minutes - again.minutes
        if more <= 0:
            return Left()
        taken = Training(
            id=free_id(view, Training, self.the_id) if again is None else self.the_id,
            peer=self.peer,
            topic=self.topic,
            minutes=self.minutes,
            on=self.on,
        )
        moved = (
            each.with_minutes(self.topic, more)
            for each in view.all(Credential)
            if each.peer == self.peer and each.holds(self.on)
        )
        return Left(nouns=(taken, *moved))
