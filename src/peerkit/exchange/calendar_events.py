"""What stands in a calendar for one session, and for a series: times, and nothing that tells.

A session is a moment: its event is in UTC. A series is a time on a wall: one event with a rule,
the days that are left out, and those at another time. Where a rule of RFC 5545 cannot say what
was meant, each time is an event of its own: calendars differ in what they make of a time that
the clocks left out or showed twice, and they know no last day in place of a missing one.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs

from peerkit.errors import BadInput, MissingExtra
from peerkit.model import MissingDay, Noun, Occurrence, Recurrence, Series, Session
from peerkit.model.fields import zone_named
from peerkit.model.recurrence import horizon
from peerkit.model.scheduling import session_of
from peerkit.model.timetable import Timetable, placed

try:
    from icalendar import (
        Calendar,
        Event,
        Timezone,
        TimezoneDaylight,
        TimezoneStandard,
        vCalAddress,
        vDuration,
        vRecur,
    )
except ImportError:
    raise MissingExtra("icalendar", "calendar") from None

__all__ = ["Shown", "event_of_session", "events_of_series", "feed_file", "invitation", "uid_of"]

#: Who made the file. A calendar must say it; this says nothing.
PRODID: Final = "-//Calendar//Calendar 1.0//EN"
#: How often a calendar asks for a feed again.
REFRESH: Final = timedelta(hours=6)
#: The zone that needs no table.
_UTC: Final = "UTC"
#: Around the times of a series, so that the first and the last lie inside its zone's table.
_MARGIN: Final = timedelta(days=2)
#: The clocks of no place change twice in less.
_STEP: Final = timedelta(days=1)
#: A change of the clocks: on the wall when, from which offset to which, to summer time, its name.
Change: TypeAlias = "tuple[datetime, timedelta, timedelta, bool, str]"


@attrs.frozen(kw_only=True)
class Shown:
    """What every event of one person about one noun shares."""

    person: str
    secret: str = attrs.field(repr=False)
    summary: str = attrs.field(repr=False)
    now: datetime
    sequence: int
    status: str = "CONFIRMED"

    def uid(self, kind: type[Noun], id: str) -> str:  # noqa: A002 - the noun's own word
        """What it is called."""
        return uid_of(kind, id, person=self.person, secret=self.secret)


def uid_of(kind: type[Noun], id: str, *, person: str, secret: str) -> str:  # noqa: A002 - the noun's own word
    """What this noun is called in this person's calendar: the same whenever it is asked.

    Without the secret nobody can tell whose, or of what, it is, nor that two people
    have the same session.
    """
    of = f"{kind.kind}\n{id}\n{person}"
    digest = hmac.digest(secret.encode(), of.encode(), "sha256")
    return str(UUID(bytes=digest[:16], version=4))


def invitation(
    method: str, event: Event, organizer: str | None, address: str | None, *, comes: bool = False
) -> bytes:
    """The file of one event. Who asks and who is asked stand in it, and nobody else.

    Whoever ``comes`` has answered, and is not asked again.
    """
    if organizer is not None and address is not None:
        event.add("organizer", vCalAddress(f"mailto:{organizer}"))
        asked = {"partstat": "ACCEPTED"} if comes else {"partstat": "NEEDS-ACTION", "rsvp": "TRUE"}
        event.add("attendee", vCalAddress(f"mailto:{address}"), parameters=asked)
    return _written(_calendar(method), [event])


def feed_file(name: str, events: list[Event], timetables: list[Timetable]) -> bytes:
    """The file of a feed. It has a name, so that no calendar shows its address in place of one."""
    calendar = _calendar("PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    for each in _zones(timetables):
        calendar.add_component(each)
    return _written(calendar, events)


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def _written(calendar: Calendar, events: list[Event]) -> bytes:
    for each in events:
        calendar.add_component(each)
    return bytes(calendar.to_ical())


def event_of_session(session: Session, shown: Shown) -> Event:
    """The event of one session."""
    return _event(shown, shown.uid(Session, session.id), session.starts, session.minutes)


def events_of_series(series: Series, shown: Shown) -> Iterator[Event]:
    """The events of exactly the times that the series has."""
    when, stand = series.when, series.occurrences
    days = _days_of_a_rule(when, stand)
    if not days:
        for each in stand:
            uid = shown.uid(Session, session_of(series.id, each.day))
            yield _event(shown, uid, each.starts, each.minutes)
        return
    uid = shown.uid(Series, series.id)
    there = {} if when.zone == _UTC else {"tzid": when.zone}
    whole = _event(shown, uid, _on_the_wall(when, days[0]), when.minutes, there)
    until = _basic(placed(days[-1], when.at, when.zone))
    whole.add("rrule", vRecur.from_ical(f"{_bare(when.repeats).text};UNTIL={until}"))
    standing = {each.day for each in stand}
    gone = [_on_the_wall(when, each) for each in days if each not in standing]
    if gone:
        whole.add("exdate", gone, parameters=there)
    yield whole
    for each in stand:
        if each.starts != placed(each.day, when.at, when.zone):
            moved = _event(shown, uid, each.starts, each.minutes)
            moved.add("recurrence-id", _on_the_wall(when, each.day), parameters=there)
            yield moved


def _event(
    shown: Shown, uid: str, starts: datetime, minutes: int, there: dict[str, str] | None = None
) -> Event:
    """One event; ``there`` names the zone of a start that is a time on a wall."""
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", shown.now.replace(microsecond=0))
    event.add("dtstart", starts, parameters=there or {})
    # In minutes, never as a day: a day has 23 hours when the clocks change, and a session has not.
    event["DURATION"] = _Minutes(timedelta(minutes=minutes))
    event.add("summary", shown.summary)
    event.add("sequence", shown.sequence)
    event.add("status", shown.status)
    event.add("class", "CONFIDENTIAL")
    event.add("transp", "OPAQUE")
    return event


class _Minutes(vDuration):
    """A duration that is written in minutes."""

    def to_ical(self) -> bytes:
        return f"PT{self.td // timedelta(minutes=1)}M".encode()


def _basic(moment: datetime) -> str:
    """A moment in UTC as a rule has it, such as ``20261103T160000Z``; strftime writes no zeros."""
    return moment.replace(tzinfo=None).isoformat().replace("-", "").replace(":", "") + "Z"


def _on_the_wall(when: Timetable, day: date) -> datetime:
    """Its time of this day, as a calendar writes it beside the name of the zone."""
    return datetime.combine(day, when.at, UTC if when.zone == _UTC else None)


def _bare(rule: Recurrence) -> Recurrence:
    """The rule without its end and its exceptions, as every calendar reads it."""
    return attrs.evolve(rule, count=None, until=None, exceptions=(), missing=MissingDay.SKIP)


def _days_of_a_rule(when: Timetable, stand: tuple[Occurrence, ...]) -> tuple[date, ...]:
    """The days that a rule names from the first of these times to the last.

    None of them where the rule does not name them all, or a day is not plain.
    """
    if not stand:
        return ()
    first, last = stand[0].day, stand[-1].day
    days: tuple[date, ...] = ()
    with suppress(BadInput):  # only a last day in place of a missing one makes it a rule
        named = _bare(when.repeats).days(when.first)
        days = tuple(each for each in named if first <= each <= last)
    fits = {each.day for each in stand} <= {*days}
    return days if fits and all(_plain(when, each) for each in days) else ()


def _plain(when: Timetable, day: date) -> bool:
    """Whether the clock there shows this time on this day, and once (PEP 495)."""
    wall = datetime.combine(day, when.at, zone_named(when.zone))
    return wall.utcoffset() == wall.replace(fold=1).utcoffset()


# -- what the clocks do --------------------------------------------------------------------------


def _zones(timetables: Iterable[Timetable]) -> Iterator[Timezone]:
    """A table of each zone, for as long as these last: every change of its clocks, one by one.

    A change that is said on its own is read alike everywhere; a list of them is not.
    """
    windows: dict[str, set[date]] = {}
    for each in timetables:
        if each.zone != _UTC:
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
