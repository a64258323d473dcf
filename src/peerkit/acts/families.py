"""Young people: who their guardian is, and what that guardian permits beside their own yes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

import attrs

from peerkit.acts.act import Judged, Left, Makes, Moves, to_each
from peerkit.acts.disclosures import long_over
from peerkit.model import (
    Consent,
    ConsentStatus,
    Guardian,
    GuardianPermission,
    GuardianStatus,
    Message,
    Noun,
    PermissionStatus,
)
from peerkit.model.families import until_a_month
from peerkit.model.fields import an_id, maybe, private

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = ["EndGuardianship", "GivePermission", "NameGuardian", "WithdrawPermission"]


@attrs.frozen(kw_only=True)
class NameGuardian(Makes):
    """Say who answers for a young person, until the first day of which month if that is known."""

    kind: ClassVar[str] = "guardian.named"
    makes: ClassVar[type[Noun]] = Guardian
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "participant", "by+participant")
    private_to: ClassVar[str] = "participant"
    participant: str = attrs.field(validator=an_id)
    guardian: str = attrs.field(validator=an_id)
    until: date | None = private(until_a_month())

    def leaves(self, view: View, judged: Judged) -> Left:
        """The guardianship; the same guardian's earlier one is over. The participant is told."""
        before = tuple(
            attrs.evolve(each, status=GuardianStatus.ENDED)
            for each in view.all(Guardian)
            if each.status is GuardianStatus.IN_FORCE
            and (each.participant, each.guardian) == (self.participant, self.guardian)
        )
        new = Guardian(
            id=self.the_id, participant=self.participant, guardian=self.guardian, until=self.until
        )
        inside = f"Guardianship {new.id} is on record."
        told = Message(to=self.participant, kind=self.kind, about=new.id, inside=inside)
        return Left(nouns=(new, *before), messages=(told,))


@attrs.frozen(kw_only=True)
class EndGuardianship(Moves):
    """A guardianship is over: nobody asks this guardian any more. Both are told."""

    kind: ClassVar[str] = "guardianship.ended"
    moves: ClassVar[type[Noun]] = Guardian
    stands_on: ClassVar[tuple[str, ...]] = ("id", "participant", "by+participant")
    participant: str = attrs.field(validator=an_id)

    def to(self, noun: Guardian) -> GuardianStatus:
        """Ended."""
        return GuardianStatus.ENDED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The ended guardianship."""
        over = self.moved(view)
        inside = f"Guardianship {self.id} is over."
        return Left(
            nouns=(over,),
            messages=to_each(self, self.id, inside, over.participant, over.guardian),
        )


@attrs.frozen(kw_only=True)
class GivePermission(Makes):
    """A guardian permits one match or one consent; ``permits`` is its id.

    A guardian gives it in person or to whoever writes it down; ``guardian`` is
    who gave it. The young person's own yes is needed beside it.
    """

    kind: ClassVar[str] = "permission.given"
    makes: ClassVar[type[Noun]] = GuardianPermission
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "participant", "permits")
    participant: str = attrs.field(validator=an_id)
    guardian: str = attrs.field(validator=an_id)
    permits: str = attrs.field(validator=an_id)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The permission."""
        given = GuardianPermission(
            id=self.the_id,
            participant=self.participant,
            guardian=self.guardian,
            permits=self.permits,
        )
        return Left(nouns=(given,))


@attrs.frozen(kw_only=True)
class WithdrawPermission(Moves):
    """A guardian takes a permission back. A consent that stood on it ends with it.

    A match goes on until somebody ends it: an ending is a talk and not a letter.
    ``said_so`` says, where somebody else writes it down, whether the guardian
    said it. The participant is told.
    """

    kind: ClassVar[str] = "permission.withdrawn"
    moves: ClassVar[type[Noun]] = GuardianPermission
    stands_on: ClassVar[tuple[str, ...]] = ("id", "participant")
    participant: str = attrs.field(validator=an_id)
    said_so: bool | None = maybe(bool)

    def to(self, noun: GuardianPermission) -> PermissionStatus:
        """Withdrawn."""
        return PermissionStatus.WITHDRAWN

    def leaves(self, view: View, judged: Judged) -> Left:
        """The withdrawn permission, and the consent it was for; those long over are put away."""
        gone = self.moved(view)
        revoked = tuple(
            attrs.evolve(each, status=ConsentStatus.REVOKED, ended=view.now)
            for each in view.all(Consent)
            if each.id == gone.permits
            and each.participant == gone.participant
            and each.status is ConsentStatus.GIVEN
        )
        inside = f"Permission {self.id} is withdrawn."
        told = Message(to=self.participant, kind=self.kind, about=self.id, inside=inside)
        over = long_over(view, self.participant, gone.permits)
        return Left(nouns=(gone, *revoked, *over), messages=(told,))
