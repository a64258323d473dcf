"""Times that people offer, and rooms: when somebody likes to be asked, and where to meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from peerkit.acts.act import Judged, Left, Makes, Moves
from peerkit.model import (
    Availability,
    AvailabilityStatus,
    Noun,
    Room,
    RoomStatus,
    Timetable,
)
from peerkit.model.fields import an_id, exactly, maybe
from peerkit.model.scheduling import maybe_seats, run_out

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = ["AddRoom", "CloseRoom", "OfferAvailability", "WithdrawAvailability"]


@attrs.frozen(kw_only=True)
class OfferAvailability(Makes):
    """Offer times: whoever plans with this person sees when they want to be asked."""

    kind: ClassVar[str] = "availability.offered"
    makes: ClassVar[type[Noun]] = Availability
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "person")
    person: str = attrs.field(validator=an_id)
    when: Timetable = attrs.field(validator=exactly(Timetable))
    said_so: bool | None = maybe(bool)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The times; those that have run out are put away."""
        offered = Availability(id=self.the_id, person=self.person, when=self.when)
        return Left(nouns=(offered, *run_out(view, but=self.the_id)))


@attrs.frozen(kw_only=True)
class WithdrawAvailability(Moves):
    """Take offered times back. What is planned in them stays planned."""

    kind: ClassVar[str] = "availability.withdrawn"
    moves: ClassVar[type[Noun]] = Availability
    stands_on: ClassVar[tuple[str, ...]] = ("id", "person")
    person: str = attrs.field(validator=an_id)
    said_so: bool | None = maybe(bool)

    def to(self, noun: Availability) -> AvailabilityStatus:
        """Withdrawn."""
        return AvailabilityStatus.WITHDRAWN

    def leaves(self, view: View, judged: Judged) -> Left:
        """The withdrawn times."""
        return Left(nouns=(self.moved(view),))


@attrs.frozen(kw_only=True)
class AddRoom(Makes):
    """Add a room that can be booked, and how many people it takes."""

    kind: ClassVar[str] = "room.added"
    makes: ClassVar[type[Noun]] = Room
    stands_on: ClassVar[tuple[str, ...]] = ("the_id",)
    seats: int | None = maybe_seats()

    def leaves(self, view: View, judged: Judged) -> Left:
        """The room, in use."""
        return Left(nouns=(Room(id=self.the_id, seats=self.seats),))


@attrs.frozen(kw_only=True)
class CloseRoom(Moves):
    """Close a room. What is planned in it stays planned, until somebody moves it."""

    kind: ClassVar[str] = "room.closed"
    moves: ClassVar[type[Noun]] = Room

    def to(self, noun: Room) -> RoomStatus:
        """Closed."""
        return RoomStatus.CLOSED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The closed room."""
        return Left(nouns=(self.moved(view),))
