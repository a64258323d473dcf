"""Peer respite: a house opens, somebody asks to stay, comes, and leaves when they like."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Final

import attrs

from peerkit.acts.act import Act, Judged, Left, Makes, Moves, saying
from peerkit.acts.shifts import called_off
from peerkit.errors import BadInput
from peerkit.model import (
    Guest,
    House,
    HouseStatus,
    HouseTopic,
    LogKind,
    Message,
    Nights,
    Noun,
    Shift,
    ShiftStatus,
    Stay,
    StayStatus,
    Words,
    bed_is_free,
)
from peerkit.model.fields import (
    a_zone,
    an_id,
    as_tuple,
    day_of,
    exactly,
    later_than,
    maybe,
    maybe_moment,
    several,
    some_ids,
)

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = [
    "AskForStay",
    "CheckIn",
    "CloseHouse",
    "DeclineStay",
    "ExtendStay",
    "LeaveRespite",
    "OfferStay",
    "OpenHouse",
    "WriteHouseLog",
]


_A_NIGHT: Final = timedelta(days=1)
#: What every guest agreement holds that we have read.
_ASKED: Final = (
    HouseTopic.COOKING,
    HouseTopic.CLEANING,
    HouseTopic.OWN_MEDICINES,
    HouseTopic.HYGIENE,
)


def _in_our_time(act: Act, field: str) -> None:
    """So that there is a window of nights before it and after it."""
    if not 2 < getattr(act, field).year < 9990:  # noqa: PLR2004 - the ends of the calendar
        raise BadInput(f"{type(act).__name__}.{field}", "must lie in the years 3 to 9989")


@attrs.frozen(kw_only=True)
class OpenHouse(Makes):
    """Open a peer respite: its beds, what guests agree to, and the zone its nights are counted in.

    ``agreement`` is cooking, cleaning, one's own medicines and hygiene when it
    is not said (WAC 246-341-0725).
    """

    kind: ClassVar[str] = "house.opened"
    makes: ClassVar[type[Noun]] = House
    stands_on: ClassVar[tuple[str, ...]] = ("the_id",)
    rooms: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_ids)
    agreement: tuple[HouseTopic, ...] = several(HouseTopic)
    zone: str = a_zone()

    def leaves(self, view: View, judged: Judged) -> Left:
        """An open house."""
        house = House(
            id=self.the_id, rooms=self.rooms, agreement=self.agreement or _ASKED, zone=self.zone
        )
        return Left(nouns=(house,))


@attrs.frozen(kw_only=True)
class CloseHouse(Moves):
    """Close a house."""

    kind: ClassVar[str] = "house.closed"
    moves: ClassVar[type[Noun]] = House

    def to(self, noun: House) -> HouseStatus:
        """Closed."""
        return HouseStatus.CLOSED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The closed house; who still waits for a bed, or was to be on duty, is told."""
        waiting = [each for each in _stays(view, self.id) if each.waits]
        shifts = [
            each
            for each in view.all(Shift)
            if each.house == self.id and each.open and each.starts > view.now
        ]
        return Left(
            nouns=(
                self.moved(view),
                *(attrs.evolve(each, status=StayStatus.LAPSED) for each in waiting),
                *(attrs.evolve(each, status=ShiftStatus.CANCELLED) for each in shifts),
            ),
            messages=(
                *(
                    Message(
                        to=each.participant,
                        kind=self.kind,
                        about=each.id,
                        inside=f"Stay {each.id} cannot be offered.",
                    )
                    for each in waiting
                ),
                *(called_off(self.kind, each.id, each.peer) for each in shifts),
            ),
        )


@attrs.frozen(kw_only=True)
class AskForStay(Makes):
    """Ask for a bed in the nights ``first`` ≤ night < ``until``. Only the guest asks for it.

    Nothing else is asked: no diagnosis, and no reason. ``said_so`` says, where
    somebody else writes it down, whether the guest said it.
    """

    kind: ClassVar[str] = "stay.asked"
    makes: ClassVar[type[Noun]] = Stay
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "participant", "house")
    participant: str = attrs.field(validator=an_id)
    house: str = attrs.field(validator=an_id)
    first: date = attrs.field(validator=exactly(date))
    until: date = attrs.field(validator=[exactly(date), later_than("first")])
    said_so: bool | None = maybe(bool)

    def __attrs_post_init__(self) -> None:
        _in_our_time(self, "first")
        _in_our_time(self, "until")

    def leaves(self, view: View, judged: Judged) -> Left:
        """A stay that is asked for, or waits where no bed is free; old ones lapse."""
        house = view.get(House, self.house)
        zone, rooms = ("UTC", ()) if house is None else (house.zone, house.rooms)
        stay = Stay(
            id=self.the_id,
            participant=self.participant,
            house=self.house,
            first=self.first,
            until=self.until,
            zone=zone,
            asked=view.now,
        )
        full = not any(bed_is_free(view.all(Stay), stay, room, view.now) for room in rooms)
        made = attrs.evolve(stay, status=StayStatus.WAITING) if full else stay
        today = day_of(view.now, zone)
        over = tuple(
            attrs.evolve(each, status=StayStatus.LAPSED)
            for each in _stays(view, self.house)
            if each.status is not StayStatus.HERE and each.until <= today
        )
        return Left(nouns=(made, *over))


def _stays(view: View, house: str) -> list[Stay]:
    """The open stays in a house."""
    return [each for each in view.all(Stay) if each.house == house and each.open]


@attrs.frozen(kw_only=True)
class _OfStay(Moves):
    """What moves a stay: whose it is, and in which house."""

    moves: ClassVar[type[Noun]] = Stay
    stands_on: ClassVar[tuple[str, ...]] = ("id", "participant", "house")
    participant: str = attrs.field(validator=an_id)
    house: str = attrs.field(validator=an_id)


@attrs.frozen(kw_only=True)
class OfferStay(_OfStay):
    """Keep a bed for somebody who asked for one."""

    kind: ClassVar[str] = "stay.offered"
    room: str = attrs.field(validator=an_id)

    def to(self, noun: Stay) -> StayStatus:
        """Expected."""
        return StayStatus.EXPECTED

    def planned(self, stay: Stay, now: datetime) -> Stay:
        """The stay as it would be."""
        return attrs.evolve(stay, status=StayStatus.EXPECTED, room=self.room)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The stay with its bed; the guest is told."""
        stay = self.planned(self.moved(view), view.now)
        inside = f"Stay {stay.id} is offered."
        told = Message(to=stay.participant, kind=self.kind, about=stay.id, inside=inside)
        return Left(nouns=(stay,), messages=(told,))


@attrs.frozen(kw_only=True)
class DeclineStay(_OfStay):
    """The house cannot offer a bed. Nobody says this alone: ``peer`` asks their supervisor."""

    kind: ClassVar[str] = "stay.declined"
    stands_on: ClassVar[tuple[str, ...]] = (
        "id",
        "participant",
        "house",
        "peer",
        "peer+participant",
    )
    peer: str = attrs.field(validator=an_id)

    def to(self, noun: Stay) -> StayStatus:
        """Declined."""
        return StayStatus.DECLINED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The declined stay; whoever asked for it is told, and advice is used up."""
        told = Message(
            to=self.participant,
            kind=self.kind,
            about=self.id,
            inside=f"Stay {self.id} cannot be offered.",
        )
        return Left(nouns=(self.moved(view),), messages=(told,))


@attrs.frozen(kw_only=True)
class CheckIn(_OfStay):
    """The guest comes in, because they want to, and has agreed to how the house is lived in.

    ``agreed`` are the topics of the guest agreement that were talked through.
    ``said_so`` says, where somebody else writes it down, whether the guest said yes.
    """

    kind: ClassVar[str] = "stay.began"
    agreed: tuple[HouseTopic, ...] = several(HouseTopic)
    said_so: bool | None = maybe(bool)

    def to(self, noun: Stay) -> StayStatus:
        """Here."""
        return StayStatus.HERE

    def planned(self, stay: Stay, now: datetime) -> Stay:
        """The stay as it would be: it begins today, where the house is, and lasts a night."""
        today = day_of(now, stay.zone)
        until = max(stay.until, today + _A_NIGHT)
        return attrs.evolve(stay, status=StayStatus.HERE, came=now, first=today, until=until)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The guest is here, and known as a guest from the first time on."""
        stay = self.planned(self.moved(view), view.now)
        known = view.get(Guest, self.participant) is not None
        return Left(nouns=(stay,) if known else (stay, Guest(id=self.participant)))


@attrs.frozen(kw_only=True)
class ExtendStay(_OfStay):
    """Stay some nights longer, because the guest wants to."""

    kind: ClassVar[str] = "stay.extended"
    until: date = attrs.field(validator=exactly(date))
    said_so: bool | None = maybe(bool)

    def __attrs_post_init__(self) -> None:
        _in_our_time(self, "until")

    def to(self, noun: Stay) -> StayStatus:
        """As it was: expected or here."""
        return noun.status

    def planned(self, stay: Stay, now: datetime) -> Stay:
        """The stay as it would be; an earlier day changes nothing: a guest just leaves."""
        return attrs.evolve(stay, until=max(stay.until, self.until))

    def leaves(self, view: View, judged: Judged) -> Left:
        """The longer stay."""
        return Left(nouns=(self.planned(self.moved(view), view.now),))


@attrs.frozen(kw_only=True)
class LeaveRespite(Moves):
    """Report that a guest has left, or will not come. It is never refused, and no reason is asked.

    ``when`` is the moment they left, where that was not now. Anybody may write
    it down: nobody has to wait for a form before they go.
    """

    kind: ClassVar[str] = "stay.ended"
    already: ClassVar[bool] = True
    moves: ClassVar[type[Noun]] = Stay
    stands_on: ClassVar[tuple[str, ...]] = ("id", "participant")
    participant: str = attrs.field(validator=an_id)
    when: datetime | None = maybe_moment()

    def to(self, noun: Stay) -> StayStatus:
        """Left, or withdrawn where the guest had not come yet."""
        return StayStatus.LEFT if noun.came is not None else StayStatus.WITHDRAWN

    def leaves(self, view: View, judged: Judged) -> Left:
        """The stay, over; the nights that were spent are written down with the guest."""
        stay = view.get(Stay, self.id)
        if stay is None or not stay.open or stay.participant != self.participant:
            return Left()
        over = attrs.evolve(stay, status=self.to(stay))
        if stay.came is None:
            return Left(nouns=(over,))
        went = min(max(self.when or view.now, stay.came), view.now)
        until = day_of(went, stay.zone)
        if until <= stay.first:
            return Left(nouns=(over,))
        guest = view.get(Guest, self.participant) or Guest(id=self.participant)
        spent = Nights(first=stay.first, until=until)
        return Left(nouns=(attrs.evolve(over, until=until), guest.stayed(spent)))


@attrs.frozen(kw_only=True)
class WriteHouseLog(Act):
    """Write something into the book of the house: the day's news, and nothing clinical.

    ``about_what`` is one of a closed list, none of which is about anybody's
    health; ``note`` is kept apart from the journal, under ``house/<id>``.
    """

    kind: ClassVar[str] = "house.noted"
    already: ClassVar[bool] = True
    stands_on: ClassVar[tuple[str, ...]] = ("house",)
    house: str = attrs.field(validator=an_id)
    about_what: LogKind = attrs.field(validator=exactly(LogKind))
    note: Words | None = maybe(Words)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The note, for the next shift to read."""
        return Left(words=saying(f"house/{self.house}", self.by, self.note))
