"""Forgetting somebody: what was kept about them is taken away. And what holds that up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from peerkit.acts.act import Judged, Left, Makes, Moves
from peerkit.model import HoldStatus, LegalHold, Noun, Person, PersonStatus, WhyForgotten
from peerkit.model.fields import an_id, exactly, maybe
from peerkit.model.forgetting import after_forgetting

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = ["ForgetPerson", "LiftLegalHold", "PlaceLegalHold"]


@attrs.frozen(kw_only=True)
class PlaceLegalHold(Makes):
    """What is kept about somebody must stay for now. No reason is asked, and none is kept."""

    kind: ClassVar[str] = "hold.placed"
    makes: ClassVar[type[Noun]] = LegalHold
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "person", "by")
    person: str = attrs.field(validator=an_id)

    @property
    def participant(self) -> str:
        """Whose record it is."""
        return self.person

    def leaves(self, view: View, judged: Judged) -> Left:
        """The hold."""
        return Left(nouns=(LegalHold(id=self.the_id, person=self.person, since=judged.day),))


@attrs.frozen(kw_only=True)
class LiftLegalHold(Moves):
    """What was held need not stay any more."""

    kind: ClassVar[str] = "hold.lifted"
    moves: ClassVar[type[Noun]] = LegalHold
    stands_on: ClassVar[tuple[str, ...]] = ("id", "person", "by")
    person: str = attrs.field(validator=an_id)

    @property
    def participant(self) -> str:
        """Whose record it is."""
        return self.person

    def to(self, noun: LegalHold) -> HoldStatus:
        """Lifted."""
        return HoldStatus.LIFTED


@attrs.frozen(kw_only=True)
class ForgetPerson(Moves):
    """Forget a person: their words, and whatever says something of their life, are taken away.

    ``id`` is the person, whatever roles they had. ``why`` says whether they asked for it
    (``said_so``, where somebody else writes it down) or its time is over. ``checked`` says that
    whoever answers for the records has looked at what a law still asks to keep, and that nothing
    stands against it. Ids, days, minutes and totals stay; so does what others told of themselves.
    """

    kind: ClassVar[str] = "person.forgotten"
    moves: ClassVar[type[Noun]] = Person
    stands_on: ClassVar[tuple[str, ...]] = ("id", "by")
    why: WhyForgotten = attrs.field(validator=exactly(WhyForgotten))
    said_so: bool | None = maybe(bool)
    checked: bool | None = maybe(bool)

    @property
    def participant(self) -> str:
        """Whose word it is, and whose record."""
        return self.id

    def to(self, noun: Any) -> PersonStatus:
        """Forgotten."""
        return PersonStatus.FORGOTTEN

    def leaves(self, view: View, judged: Judged) -> Left:
        """What is left of them, and which nouns are taken away: those that are only about them."""
        after = [(each, after_forgetting(each, self.id)) for each in view.nouns]
        return Left(
            nouns=tuple(now for before, now in after if now is not None and now != before),
            removes=tuple((each.kind, each.id) for each, now in after if now is None),
        )
