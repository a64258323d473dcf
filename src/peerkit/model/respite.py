"""Peer respite: the house, who asks to stay, who is there, and which peer is on duty."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final

import attrs

from peerkit.model.fields import (
    a,
    a_moment,
    a_zone,
    an_id,
    as_tuple,
    day_of,
    exactly,
    in_utc,
    later_than,
    maybe_id,
    maybe_moment,
    private,
    several,
    some_ids,
)
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun

__all__ = [
    "Guest",
    "GuestStatus",
    "House",
    "HouseStatus",
    "HouseTopic",
    "LogKind",
    "Nights",
    "Shift",
    "ShiftStatus",
    "Stay",
    "StayStatus",
    "bed_is_free",
    "gaps",
    "in_line",
    "most_nights",
]

#: How far back the nights of a guest are kept: longer than the window of any rule that was read.
NIGHTS_KEPT: Final = timedelta(days=366)
#: How long a planned shift waits to be reported before it is read no more.
SHIFT_WAITS: Final = timedelta(days=14)
_A_NIGHT: Final = timedelta(days=1)


class HouseTopic(StrEnum):
    """What a guest agreement speaks of (WAC 246-341-0725), and the house's own hours and visitors.

    None of them is about health: medicines are the guest's own.
    """

    COOKING = "cooking"
    CLEANING = "cleaning"
    OWN_MEDICINES = "own-medicines"
    HYGIENE = "hygiene"
    COMING_AND_GOING = "coming-and-going"
    QUIET_HOURS = "quiet-hours"
    VISITORS = "visitors"


class LogKind(StrEnum):
    """What a note in the book of a house is about. A list of our own (HOUSE), nothing clinical."""

    HANDOVER = "handover"
    HOUSEHOLD = "household"
    REPAIRS = "repairs"
    VISITORS = "visitors"
    DOING_TOGETHER = "doing-together"
    NEIGHBOURS = "neighbours"


class HouseStatus(StrEnum):
    """A house is open, or closed."""

    OPEN = "open"
    CLOSED = "closed"


HOUSE: Final = Lifecycle(
    begins=frozenset({HouseStatus.OPEN}),
    steps={
        HouseStatus.OPEN: frozenset({HouseStatus.CLOSED}),
        HouseStatus.CLOSED: frozenset(),
    },
    closed=frozenset({HouseStatus.CLOSED}),
)


@attrs.frozen(kw_only=True)
class House(Noun):
    """A peer respite: a short, voluntary stay in a house that peers run.

    ``rooms`` name the beds, one guest each. ``agreement`` is what every guest
    agrees to before they come. ``zone`` is where its nights are counted.
    """

    kind: ClassVar[str] = "house"
    lifecycle: ClassVar[Lifecycle[HouseStatus]] = HOUSE
    status: HouseStatus = a(HouseStatus, HouseStatus.OPEN)
    rooms: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_ids)
    agreement: tuple[HouseTopic, ...] = several(HouseTopic, least=1)
    zone: str = a_zone()


class StayStatus(StrEnum):
    """A stay is asked for, waits or is expected; the guest is here, and leaves when they like."""

    ASKED = "asked"
    WAITING = "waiting"
    EXPECTED = "expected"
    HERE = "here"
    LEFT = "left"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    LAPSED = "lapsed"


_GONE: Final = frozenset(
    {StayStatus.LEFT, StayStatus.WITHDRAWN, StayStatus.DECLINED, StayStatus.LAPSED}
)
_BEFORE: Final = frozenset(
    {StayStatus.EXPECTED, StayStatus.WITHDRAWN, StayStatus.DECLINED, StayStatus.LAPSED}
)
STAY: Final = Lifecycle(
    begins=frozenset({StayStatus.ASKED, StayStatus.WAITING}),
    steps={
        StayStatus.ASKED: _BEFORE,
        StayStatus.WAITING: _BEFORE,
        StayStatus.EXPECTED: _BEFORE | {StayStatus.HERE},
        StayStatus.HERE: frozenset({StayStatus.HERE, StayStatus.LEFT}),
        **{each: frozenset() for each in sorted(_GONE)},
    },
    closed=_GONE,
)


@attrs.frozen(kw_only=True)
class Nights:
    """Nights in a row: ``first`` is the date of the evening, ``until`` the day of going home."""

    first: date = attrs.field(validator=exactly(date))
    until: date = attrs.field(validator=[exactly(date), later_than("first")])

    def within(self, first: date, until: date) -> int:
        """How many of them lie in ``first`` ≤ night < ``until``."""
        return max((min(self.until, until) - max(self.first, first)).days, 0)


def most_nights(nights: Iterable[Nights], days: int, around: Nights) -> int:
    """The most nights in any ``days`` days in a row that hold a night of ``around``.

    A night is the date of the evening. Nights that are named twice count once.
    """
    window = timedelta(days=days)
    alone = _apart((*nights, around))
    # The fullest window can be moved until it ends with the last night of some stretch, or with
    # the last night of a window that begins with the first night of one.
    ends = {each.until for each in alone} | {each.first + window for each in alone}
    ends |= {around.first + _A_NIGHT, around.until + window - _A_NIGHT}
    first, last = around.first + _A_NIGHT, around.until + window - _A_NIGHT
    return max(
        sum(each.within(end - window, end) for each in alone)
        for end in {min(max(each, first), last) for each in ends}
    )


def _apart(nights: Iterable[Nights]) -> list[Nights]:
    """The same nights in stretches that do not touch, in order."""
    found: list[Nights] = []
    for each in sorted(nights, key=lambda one: one.first):
        if found and each.first <= found[-1].until:
            both = attrs.evolve(found[-1], until=max(found[-1].until, each.until))
            found[-1] = both
        else:
            found.append(each)
    return found


@attrs.frozen(kw_only=True)
class Stay(Noun):
    """A guest's stay, asked for by the guest: the nights ``first`` ≤ night < ``until``.

    ``asked`` is when it was asked for: who waits, waits in that order. ``room``
    is the bed, once there is one; ``came`` the moment the guest came.
    """

    kind: ClassVar[str] = "stay"
    lifecycle: ClassVar[Lifecycle[StayStatus]] = STAY
    read_with: ClassVar[tuple[str, ...]] = ("house", "participant")
    found_with: ClassVar[tuple[str, ...]] = ("house", "participant")
    dated: ClassVar[str] = "first"
    status: StayStatus = a(StayStatus, StayStatus.ASKED)
    participant: str = attrs.field(validator=an_id)
    house: str = attrs.field(validator=an_id)
    first: date = attrs.field(validator=exactly(date))
    until: date = attrs.field(validator=[exactly(date), later_than("first")])
    zone: str = a_zone()
    asked: datetime = attrs.field(converter=in_utc, validator=a_moment)
    room: str | None = maybe_id()
    came: datetime | None = maybe_moment()

    @property
    def in_a_bed(self) -> bool:
        """Whether a bed is kept for it, or lain in."""
        return self.status in {StayStatus.EXPECTED, StayStatus.HERE}

    @property
    def waits(self) -> bool:
        """Whether there is no bed for it yet."""
        return self.status in {StayStatus.ASKED, StayStatus.WAITING}

    def nights(self, now: datetime) -> Nights:
        """Its nights: those that are planned, and this one while the guest is still here."""
        today = day_of(now, self.zone) + _A_NIGHT if self.status is StayStatus.HERE else self.until
        return Nights(first=self.first, until=max(self.until, today))


def bed_is_free(stays: Iterable[Stay], stay: Stay, room: str, now: datetime) -> bool:
    """Whether nobody else among these stays has this bed in the nights of ``stay``."""
    nights = stay.nights(now)
    return not any(
        each.id != stay.id
        and (each.house, each.room) == (stay.house, room)
        and each.in_a_bed
        and each.nights(now).within(nights.first, nights.until)
        for each in stays
    )


def in_line(stays: Iterable[Stay]) -> tuple[Stay, ...]:
    """Those of these stays that wait for a bed: whoever asked first is first."""
    waiting = [each for each in stays if each.waits]
    return tuple(sorted(waiting, key=lambda each: (each.asked, each.id)))


class GuestStatus(StrEnum):
    """Somebody has stayed in a peer respite."""

    KNOWN = "known"


GUEST: Final = Lifecycle(
    begins=frozenset({GuestStatus.KNOWN}),
    steps={GuestStatus.KNOWN: frozenset()},
)


@attrs.frozen(kw_only=True)
class Guest(Noun):
    """The nights somebody has spent in any house of the program. ``id`` is the participant's id.

    Older nights than a rule can ask about are taken away when the next are
    written down, so that it stays as small as a year.
    """

    kind: ClassVar[str] = "guest"
    lifecycle: ClassVar[Lifecycle[GuestStatus]] = GUEST
    private_to: ClassVar[str] = "id"
    status: GuestStatus = a(GuestStatus, GuestStatus.KNOWN)
    nights: tuple[Nights, ...] = private(several(Nights))

    def stayed(self, nights: Nights) -> Guest:
        """The same guest after these nights as well."""
        edge = nights.until - NIGHTS_KEPT
        kept = (
            attrs.evolve(each, first=max(each.first, edge))
            for each in _apart((*self.nights, nights))
            if each.until > edge
        )
        return attrs.evolve(self, nights=tuple(kept))


class ShiftStatus(StrEnum):
    """A shift is planned or cancelled; then the peer was there, or was not.

    What nobody reports lapses.
    """

    PLANNED = "planned"
    WORKED = "worked"
    MISSED = "missed"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"


_SHIFT_OVER: Final = frozenset(
    {ShiftStatus.WORKED, ShiftStatus.MISSED, ShiftStatus.LAPSED, ShiftStatus.CANCELLED}
)
SHIFT: Final = Lifecycle(
    begins=frozenset({ShiftStatus.PLANNED}),
    steps={
        ShiftStatus.PLANNED: _SHIFT_OVER,
        **{each: frozenset() for each in sorted(_SHIFT_OVER)},
    },
    closed=_SHIFT_OVER,
)


@attrs.frozen(kw_only=True)
class Shift(Noun):
    """A peer is on duty in a house at the moments ``starts`` ≤ moment < ``ends``, in UTC.

    Time on duty is not a session: it counts nowhere as minutes of peer support.
    """

    kind: ClassVar[str] = "shift"
    lifecycle: ClassVar[Lifecycle[ShiftStatus]] = SHIFT
    read_with: ClassVar[tuple[str, ...]] = ("house", "peer")
    found_with: ClassVar[tuple[str, ...]] = ("house", "peer")
    dated: ClassVar[str] = "starts"
    status: ShiftStatus = a(ShiftStatus, ShiftStatus.PLANNED)
    peer: str = attrs.field(validator=an_id)
    house: str = attrs.field(validator=an_id)
    starts: datetime = attrs.field(converter=in_utc, validator=a_moment)
    ends: datetime = attrs.field(converter=in_utc, validator=[a_moment, later_than("starts")])


def gaps(
    shifts: Iterable[Shift], since: datetime, until: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    """The stretches of ``since`` ≤ moment < ``until`` in which none of these shifts runs.

    Everything is compared in UTC, so a clock that is put back or forward in
    between makes no gap and hides none.
    """
    found: list[tuple[datetime, datetime]] = []
    for shift in sorted(shifts, key=lambda each: each.starts):
        if since >= until:
            break
        if shift.starts > since:
            found.append((since, min(shift.starts, until)))
        since = max(since, shift.ends)
    if since < until:
        found.append((since, until))
    return tuple(found)
