"""When something takes place, again and again: days of a rule, a wall time and a zone.

What was meant is kept: the days, the time on the wall and the place. The moments in UTC are
worked out when they are read, so that a zone whose rules change moves them too.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, TypeAlias

import attrs

from peerkit.errors import BadInput
from peerkit.model.fields import (
    a_zone,
    day_of,
    exactly,
    some_minutes,
    zone_named,
)
from peerkit.model.recurrence import FIRST_YEARS, Recurrence

__all__ = [
    "Occurrence",
    "Span",
    "Timetable",
    "busy_on",
    "clash",
    "covered",
    "last_of_day",
    "placed",
    "span_of",
    "utc_days",
]

#: From which moment, and up to which: half-open, in UTC.
Span: TypeAlias = "tuple[datetime, datetime]"


def span_of(starts: datetime, minutes: int) -> Span:
    """The time that something takes."""
    return starts, starts + timedelta(minutes=minutes)


def utc_days(span: Span) -> tuple[date, ...]:
    """The days in UTC on which it takes some time."""
    first, last = span[0].date(), (span[1] - timedelta.resolution).date()
    if first == last:
        return (first,)
    return tuple(first + timedelta(days=each) for each in range((last - first).days + 1))


def clash(ones: Iterable[Span], others: Iterable[Span]) -> bool:
    """Whether some time of the ones is some time of the others.

    What ends when the other begins is no clash.
    """
    theirs = sorted(others)
    at = 0
    for starts, ends in sorted(ones):
        while at < len(theirs) and theirs[at][1] <= starts:
            at += 1
        if at < len(theirs) and theirs[at][0] < ends:
            return True
    return False


def covered(span: Span, by: Iterable[Span]) -> bool:
    """Whether all of this time is some time of the others, put together."""
    until, end = span
    for starts, ends in sorted(by):
        if starts > until:
            break
        until = max(until, ends)
    return until >= end


def busy_on(who: Iterable[str], spans: Iterable[Span]) -> tuple[str, ...]:
    """The ids of these people and things on the UTC days of these times: ``"ana#2026-11-02"``."""
    days = dict.fromkeys([each.isoformat() for span in spans for each in utc_days(span)])
    return tuple([f"{each}#{day}" for each in dict.fromkeys(who) for day in days])


def placed(day: date, at: time, zone: str) -> datetime:
    """The moment at which a clock on the wall there shows this time of this day.

    A time that the clocks left out is moved forward by as much as they were; of a
    time that came twice, it is the first.
    """
    return datetime.combine(day, at, zone_named(zone)).astimezone(UTC)


def last_of_day(moment: datetime, zone: str) -> datetime:
    """The last instant of the day that it is there at this moment."""
    return placed(day_of(moment, zone) + timedelta(days=1), time.min, zone) - timedelta.resolution


def _there_is(day: date, zone: str) -> bool:
    """Whether a place has lived this day: Samoa had no 30 December 2011."""
    return any(day_of(placed(day, at, zone), zone) == day for at in (time.min, time.max))


@attrs.frozen(kw_only=True)
class Occurrence:
    """One time of something that comes back.

    ``day`` is the day of the rule, also where it was moved to another; ``starts``
    is in UTC, ``zone`` the place it was meant in.
    """

    day: date
    starts: datetime
    minutes: int
    zone: str

    @property
    def ends(self) -> datetime:
        """The moment it is over. An hour lasts an hour, also when the clocks change in it."""
        return self.span[1]

    @property
    def span(self) -> Span:
        """The time it takes."""
        return span_of(self.starts, self.minutes)

    @property
    def wall(self) -> datetime:
        """What calendar and clock show there when it starts, without a zone."""
        return self.starts.astimezone(zone_named(self.zone)).replace(tzinfo=None)


def _a_first_day(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if type(value) is not date or not FIRST_YEARS[0] <= value.year <= FIRST_YEARS[1]:
        raise BadInput("Timetable.first", "a date of the years {} to {}".format(*FIRST_YEARS))


def _a_wall_time(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if type(value) is not time or value.tzinfo is not None or value.second or value.microsecond:
        raise BadInput(
            "Timetable.at", "the hour and minute on the wall there; the place is the zone"
        )


@attrs.frozen(kw_only=True)
class Timetable:
    """Days that come back from ``first`` on, a wall time, the place, and for how many minutes.

    One rule for each trap of the calendar. The time does not exist that day, because
    the clocks went forward: as much later as they went. It comes twice: the first.
    The place left out the whole day: so is the occurrence. A month has no such day:
    as the rule says in ``missing``.
    """

    repeats: Recurrence = attrs.field(validator=exactly(Recurrence))
    first: date = attrs.field(validator=_a_first_day)
    at: time = attrs.field(validator=_a_wall_time)
    zone: str = a_zone()
    minutes: int = attrs.field(validator=some_minutes)

    @property
    def occurrences(self) -> tuple[Occurrence, ...]:
        """Every time of it, in order: at most 1,000, within five years."""
        return _occurrences(self)

    def over(self, moment: datetime) -> bool:
        """Whether all of it lies behind this moment."""
        return not self.occurrences or self.occurrences[-1].ends <= moment


# A plan reads every series of its people: with fewer places than series all are worked out anew.
@lru_cache(maxsize=1024)
def _occurrences(timetable: Timetable) -> tuple[Occurrence, ...]:
    zone, at = timetable.zone, timetable.at
    return tuple(
        Occurrence(day=day, starts=placed(day, at, zone), minutes=timetable.minutes, zone=zone)
        for day in timetable.repeats.days(timetable.first)
        if _there_is(day, zone)
    )
