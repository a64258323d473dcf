"""What the clocks of a zone do while a series lasts, told in the calendar change by change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from peerkit.errors import MissingExtra
from peerkit.model.recurrence import horizon
from peerkit.model.timetable import Timetable

try:
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard
except ImportError:
    raise MissingExtra("icalendar", "calendar") from None

__all__ = ["NO_TABLE", "zones_of"]

#: The zone that needs no table.
NO_TABLE: Final = "UTC"
#: Around the times of a series, so that the first and the last lie inside its zone's table.
_MARGIN: Final = timedelta(days=2)
#: The clocks of no place change twice in less.
_STEP: Final = timedelta(days=1)
#: A change of the clocks: on the wall when, from which offset to which, to summer time, its name.
Change: TypeAlias = "tuple[datetime, timedelta, timedelta, bool, str]"


def zones_of(timetables: Iterable[Timetable]) -> Iterator[Timezone]:
    """A table of each zone, for as long as these last: every change of its clocks, one by one.

    A change that is said on its own is read alike everywhere; a list of them is not.
    """
    windows: dict[str, set[date]] = {}
    for each in timetables:
        if each.zone != NO_TABLE:
            windows.setdefault(each.zone, set()).add(each.first)
    for zone, firsts in windows.items():
        table = Timezone()
        table.add("tzid", zone)
        changes = sorted({change for first in firsts for change in _changes(zone, first)})
        for onset, was, becomes, summer, name in changes:
            part = TimezoneDaylight() if summer else TimezoneStandard()
            part.add("dtstart", onset)
            part.add("tzoffsetfrom", was)
            part.add("tzoffsetto", becomes)
            part.add("tzname", name)
            table.add_component(part)
        yield table


@lru_cache(maxsize=128)
def _changes(zone: str, first: date) -> tuple[Change, ...]:
    """How the clocks there stand before this day, and every change until its rule has ended."""
    there = ZoneInfo(zone)
    at = datetime.combine(first - _MARGIN, time.min, UTC)
    end = datetime.combine(horizon(first) + _MARGIN, time.min, UTC)
    found = [_change(at, at, there)]
    while at < end:
        later = at + _STEP
        if _offset(at, there) != _offset(later, there):
            found.append(_change(at, later, there))
        at = later
    return tuple(found)


def _change(before: datetime, after: datetime, there: ZoneInfo) -> Change:
    """The change between two moments, as the clock that is still the old one shows it."""
    was = _offset(before, there)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        before, after = (middle, after) if _offset(middle, there) == was else (before, middle)
    new = after.replace(microsecond=0).astimezone(there)
    onset = after.replace(microsecond=0, tzinfo=None) + was
    return onset, was, _offset(after, there), bool(new.dst()), new.tzname() or "-"


def _offset(moment: datetime, there: ZoneInfo) -> timedelta:
    return moment.astimezone(there).utcoffset() or timedelta(0)
