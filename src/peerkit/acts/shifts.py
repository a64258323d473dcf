"""Who is on duty in a peer respite, round the clock: planned and reported."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Final

import attrs

from peerkit.acts.act import Judged, Left, Makes, Moves
from peerkit.errors import BadInput
from peerkit.model import Message, Noun, Shift, ShiftStatus
from peerkit.model.fields import a, a_moment, an_id, in_utc, later_than
from peerkit.model.respite import SHIFT_WAITS

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = ["CancelShift", "PlanShift", "ReportShift"]

#: The longest shift we take: more is a mistake in the date.
LONGEST_SHIFT: Final = timedelta(days=3)


@attrs.frozen(kw_only=True)
class PlanShift(Makes):
    """Plan when a peer is on duty in a house: ``starts`` ≤ moment < ``ends``."""

    kind: ClassVar[str] = "shift.planned"
    makes: ClassVar[type[Noun]] = Shift
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "peer", "house")
    peer: str = attrs.field(validator=an_id)
    house: str = attrs.field(validator=an_id)
    starts: datetime = attrs.field(converter=in_utc, validator=a_moment)
    ends: datetime = attrs.field(converter=in_utc, validator=[a_moment, later_than("starts")])

    def __attrs_post_init__(self) -> None:
        if self.ends - self.starts > LONGEST_SHIFT:
            raise BadInput("PlanShift.ends", f"a shift lasts at most {LONGEST_SHIFT.days} days")

    def counts_on(self, day: date) -> date:
        """The day it starts on."""
        return self.starts.date()

    def leaves(self, view: View, judged: Judged) -> Left:
        """The planned shift, of which the peer is told; those that nobody reported lapse."""
        shift = Shift(
            id=self.the_id, peer=self.peer, house=self.house, starts=self.starts, ends=self.ends
        )
        lapsed = tuple(
            attrs.evolve(each, status=ShiftStatus.LAPSED)
            for each in view.all(Shift)
            if each.open and each.ends + SHIFT_WAITS <= view.now
        )
        inside = f"Shift {shift.id} is planned."
        told = Message(to=self.peer, kind=self.kind, about=shift.id, inside=inside)
        return Left(nouns=(shift, *lapsed), messages=(told,))


@attrs.frozen(kw_only=True)
class CancelShift(Moves):
    """A planned shift does not take place, or somebody else takes it. No reason is asked."""

    kind: ClassVar[str] = "shift.cancelled"
    moves: ClassVar[type[Noun]] = Shift
    stands_on: ClassVar[tuple[str, ...]] = ("id", "peer")
    peer: str = attrs.field(validator=an_id)

    def to(self, noun: Shift) -> ShiftStatus:
        """Cancelled."""
        return ShiftStatus.CANCELLED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The cancelled shift, of which the peer is told."""
        return Left(
            nouns=(self.moved(view),), messages=(called_off(self.kind, self.id, self.peer),)
        )


def called_off(kind: str, shift: str, peer: str) -> Message:
    """What the peer is told of a shift that does not take place."""
    return Message(to=peer, kind=kind, about=shift, inside=f"Shift {shift} is cancelled.")


@attrs.frozen(kw_only=True)
class ReportShift(Moves):
    """Report that a peer was on duty, or could not be. No reason is asked."""

    kind: ClassVar[str] = "shift.reported"
    already: ClassVar[bool] = True
    moves: ClassVar[type[Noun]] = Shift
    stands_on: ClassVar[tuple[str, ...]] = ("id", "peer")
    peer: str = attrs.field(validator=an_id)
    was_there: bool = a(bool, default=True)

    def to(self, noun: Shift) -> ShiftStatus:
        """Worked, or missed."""
        return ShiftStatus.WORKED if self.was_there else ShiftStatus.MISSED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The shift as it was, if it was planned; otherwise only the journal's entry."""
        return Left(nouns=(self.moved(view),) if judged.allowed else ())
