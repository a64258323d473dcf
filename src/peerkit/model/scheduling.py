"""When and where people meet again and again: offered times, rooms, and series of sessions."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from peerkit.model.fields import (
    MOST_NAMED,
    a,
    a_moment,
    an_id,
    any_ids,
    as_tuple,
    exactly,
    how_many,
    in_utc,
    made_of,
    maybe,
    maybe_id,
    maybe_ids,
    several,
)
from peerkit.model.fields import maybe_seats as seats
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun
from peerkit.model.recurrence import MOST_OCCURRENCES
from peerkit.model.support import SessionForm
from peerkit.model.timetable import Occurrence, Timetable

if TYPE_CHECKING:
    from peerkit.model.view import View

__all__ = [
    "Availability",
    "AvailabilityStatus",
    "MovedOccurrence",
    "Room",
    "RoomStatus",
    "Series",
    "SeriesStatus",
]


#: For how long a series keeps what became of a day that lies behind.
KEPT_BEHIND: Final = timedelta(days=31)


class AvailabilityStatus(StrEnum):
    """Times are offered until they are withdrawn."""

    OFFERED = "offered"
    WITHDRAWN = "withdrawn"


AVAILABILITY: Final = Lifecycle(
    begins=frozenset({AvailabilityStatus.OFFERED}),
    steps={
        AvailabilityStatus.OFFERED: frozenset({AvailabilityStatus.WITHDRAWN}),
        AvailabilityStatus.WITHDRAWN: frozenset(),
    },
    closed=frozenset({AvailabilityStatus.WITHDRAWN}),
)


@attrs.frozen(kw_only=True)
class Availability(Noun):
    """Times that somebody offers, such as Mondays from nine to noon. They are their own."""

    kind: ClassVar[str] = "availability"
    lifecycle: ClassVar[Lifecycle[AvailabilityStatus]] = AVAILABILITY
    read_with: ClassVar[tuple[str, ...]] = ("person",)
    found_with: ClassVar[tuple[str, ...]] = ("person",)
    status: AvailabilityStatus = a(AvailabilityStatus, AvailabilityStatus.OFFERED)
    person: str = attrs.field(validator=an_id)
    when: Timetable = attrs.field(validator=exactly(Timetable))


class RoomStatus(StrEnum):
    """A room is in use until it is closed."""

    IN_USE = "in-use"
    CLOSED = "closed"


ROOM: Final = Lifecycle(
    begins=frozenset({RoomStatus.IN_USE}),
    steps={
        RoomStatus.IN_USE: frozenset({RoomStatus.CLOSED}),
        RoomStatus.CLOSED: frozenset(),
    },
    closed=frozenset({RoomStatus.CLOSED}),
)


def maybe_seats() -> Any:
    """How many people a room takes, the peer among them, or None."""
    return seats(most=MOST_NAMED + 1)


@attrs.frozen(kw_only=True)
class Room(Noun):
    """A place that is booked for a session. ``seats`` is how many people it takes, if anybody says.

    It is read when it is named: nothing of it weighs on anybody.
    """

    kind: ClassVar[str] = "room"
    lifecycle: ClassVar[Lifecycle[RoomStatus]] = ROOM
    status: RoomStatus = a(RoomStatus, RoomStatus.IN_USE)
    seats: int | None = maybe_seats()


class SeriesStatus(StrEnum):
    """A series runs until it is ended."""

    RUNNING = "running"
    ENDED = "ended"


SERIES: Final = Lifecycle(
    begins=frozenset({SeriesStatus.RUNNING}),
    steps={
        # One of its days was moved or cancelled, and the rest goes on.
        SeriesStatus.RUNNING: frozenset({SeriesStatus.RUNNING, SeriesStatus.ENDED}),
        SeriesStatus.ENDED: frozenset(),
    },
    closed=frozenset({SeriesStatus.ENDED}),
)


@attrs.frozen(kw_only=True)
class MovedOccurrence:
    """A day of a series whose session begins at another moment than its rule says."""

    day: date = attrs.field(validator=exactly(date))
    starts: datetime = attrs.field(converter=in_utc, validator=a_moment)


@attrs.frozen(kw_only=True)
class Series(Noun):
    """A session that comes back: with whom, where, and when.

    ``cancelled`` are days of its rule on which it does not take place, ``moved`` those
    at another time, ``planned`` those that have a session of their own, which speaks for
    them from then on; there are at most as many of each as the rule has days. Days before
    ``behind`` are over and nothing of them is kept; what was moved from them may be ahead.
    ``with_peers``, ``group`` and ``anonymous`` are as in a session.
    """

    kind: ClassVar[str] = "series"
    lifecycle: ClassVar[Lifecycle[SeriesStatus]] = SERIES
    read_with: ClassVar[tuple[str, ...]] = ("peers", "participants", "group", "room")
    found_with: ClassVar[tuple[str, ...]] = ("peers", "participants", "group", "room")
    status: SeriesStatus = a(SeriesStatus, SeriesStatus.RUNNING)
    form: SessionForm = attrs.field(validator=exactly(SessionForm))
    peer: str = attrs.field(validator=an_id)
    participants: tuple[str, ...] = attrs.field(converter=as_tuple, validator=any_ids)
    room: str | None = maybe_id()
    when: Timetable = attrs.field(validator=exactly(Timetable))
    moved: tuple[MovedOccurrence, ...] = several(MovedOccurrence, most=MOST_OCCURRENCES)
    cancelled: tuple[date, ...] = several(date, most=MOST_OCCURRENCES)
    planned: tuple[date, ...] = several(date, most=MOST_OCCURRENCES)
    with_peers: tuple[str, ...] = maybe_ids()
    group: str | None = maybe_id()
    anonymous: int = how_many()
    behind: date | None = maybe(date)

    @property
    def peers(self) -> tuple[str, ...]:
        """Every peer whose time it is: whoever leads it, and those who lead it with them."""
        return (self.peer, *self.with_peers)

    @property
    def occurrences(self) -> tuple[Occurrence, ...]:
        """Its times as they stand, by the days of the rule: moved ones where they were moved."""
        return _standing(self.when, self.moved, self.cancelled, self.planned, self.behind)

    @property
    def zone(self) -> str:
        """The place whose clock it goes by."""
        return self.when.zone

    def next_after(self, moment: datetime) -> Occurrence | None:
        """The first of its times that begins after this moment, or None."""
        ahead = (each for each in self.occurrences if each.starts > moment)
        return min(ahead, key=lambda each: each.starts, default=None)

    def on(self, day: date) -> Occurrence | None:
        """What it has on this day of its rule, or None."""
        return next((each for each in self.occurrences if each.day == day), None)

    def over(self, moment: datetime) -> bool:
        """Whether all of it lies behind this moment, the days that have a session of their own too.

        One of those may be cancelled, and the day is the series' again.
        """
        return self.when.over(moment) and all(each.ends <= moment for each in self.occurrences)


@lru_cache(maxsize=128)
def _standing(
    when: Timetable,
    moved: tuple[MovedOccurrence, ...],
    cancelled: tuple[date, ...],
    planned: tuple[date, ...],
    behind: date | None,
) -> tuple[Occurrence, ...]:
    elsewhere = {each.day: each.starts for each in moved}
    gone = {*cancelled, *planned}
    return tuple(
        attrs.evolve(each, starts=elsewhere[each.day]) if each.day in elsewhere else each
        for each in when.occurrences
        if each.day not in gone and (behind is None or each.day >= behind or each.day in elsewhere)
    )


def after_all(series: Series, day: date) -> Series:
    """The series, with a session of its own on this day."""
    return attrs.evolve(series, planned=tuple(sorted({*series.planned, day})))


def ahead_of(series: Series, moment: datetime) -> Series:
    """The series without what is kept of days that lie far behind: it is written whole each time.

    Where nothing of that kind is kept it is the same, and a day that was missed stays.
    """
    since = moment - KEPT_BEHIND
    day = since.date()
    planned = tuple(each for each in series.planned if each >= day)
    cancelled = tuple(each for each in series.cancelled if each >= day)
    done = {*series.planned, *series.cancelled}
    moved = tuple(
        each
        for each in series.moved
        if each.day >= day or (each.starts >= since and each.day not in done)
    )
    if (planned, cancelled, moved) == (series.planned, series.cancelled, series.moved):
        return series
    return attrs.evolve(series, planned=planned, cancelled=cancelled, moved=moved, behind=day)


def run_out(view: View, *, but: str | None) -> tuple[Noun, ...]:
    """What has run out and weighs on somebody still is put away, so that it is read no more."""
    series = (
        attrs.evolve(each, status=SeriesStatus.ENDED)
        for each in view.all(Series)
        if each.open and each.id != but and each.over(view.now)
    )
    times = (
        attrs.evolve(each, status=AvailabilityStatus.WITHDRAWN)
        for each in view.all(Availability)
        if each.open and each.id != but and each.when.over(view.now)
    )
    return (*series, *times)


def session_of(series: str, day: date) -> str:
    """The id of the session that a series has on a day of its rule: always the same."""
    return made_of(series, day.isoformat())
