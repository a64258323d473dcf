"""The events of one session, and of a series: times, and nothing that tells.

A session is a moment: its event is in UTC. A series is a time on a wall: one event with a rule,
the days that are left out, and those at another time. Where a rule of RFC 5545 cannot say what
was meant, each time is said by itself: calendars differ in what they make of a time that
the clocks left out or showed twice, and they know no last day in place of a missing one.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import attrs

from peerkit.errors import BadInput, MissingExtra
from peerkit.exchange.calendar_zones import NO_TABLE
from peerkit.model import MissingDay, Noun, Occurrence, Recurrence, Series, Session
from peerkit.model.fields import zone_named
from peerkit.model.scheduling import session_of
from peerkit.model.timetable import Timetable, placed

try:
    from icalendar import Event, vCalAddress, vDuration, vRecur
except ImportError:
    raise MissingExtra("icalendar", "calendar") from None

__all__ = [
    "Shown",
    "Taking",
    "event_of_session",
    "events_of_series",
    "over_of_series",
    "uid_of",
    "whole_series",
]


@attrs.frozen(kw_only=True)
class Shown:
    """What every event of one person about one noun shares.

    Who asks, the ``organizer``, and who is asked, at their ``address``, stand in it where both
    are there, and nobody else. Whoever ``comes`` has answered, and is not asked again.
    """

    person: str
    secret: str = attrs.field(repr=False)
    summary: str = attrs.field(repr=False)
    now: datetime
    sequence: int
    status: str = "CONFIRMED"
    place: str | None = attrs.field(default=None, repr=False)
    organizer: str | None = attrs.field(default=None, repr=False)
    address: str | None = attrs.field(default=None, repr=False)
    comes: bool = False

    def uid(self, kind: type[Noun], id: str) -> str:  # noqa: A002 - the noun's own word
        """What it is called."""
        return uid_of(kind, id, person=self.person, secret=self.secret)


@attrs.frozen
class Taking:
    """A time of a series as it is told to one person; ``own``: a session of its own has it."""

    time: Occurrence
    own: bool = False
    comes: bool = False
    place: str | None = attrs.field(default=None, repr=False)

    @classmethod
    def of(cls, session: Session, *, comes: bool, place: str | None) -> Taking:
        """The time of a session that speaks for its day of a series."""
        day = session.occurrence or session.day
        time_ = Occurrence(
            day=day, starts=session.starts, minutes=session.minutes, zone=session.zone
        )
        return cls(time_, own=True, comes=comes, place=place)


def uid_of(kind: type[Noun], id: str, *, person: str, secret: str) -> str:  # noqa: A002 - the noun's own word
    """What this noun is called in this person's calendar: the same whenever it is asked.

    Without the secret nobody can tell whose, or of what, it is, nor that two people
    have the same session.
    """
    of = f"{kind.kind}\n{id}\n{person}"
    digest = hmac.digest(secret.encode(), of.encode(), "sha256")
    return str(UUID(bytes=digest[:16], version=4))


def event_of_session(session: Session, shown: Shown) -> Event:
    """The event of one session."""
    return _event(shown, shown.uid(Session, session.id), session.starts, session.minutes)


def events_of_series(series: Series, shown: Shown) -> Iterator[Event]:
    """The events of exactly the times that the series has."""
    stand = series.occurrences
    days = _days_of_a_rule(series.when, stand)
    if days:
        yield from _by_rule(series, [Taking(each) for each in stand], days, shown)
        return
    for each in stand:
        uid = shown.uid(Session, session_of(series.id, each.day))
        yield _event(shown, uid, each.starts, each.minutes)


def whole_series(
    series: Series, stand: Sequence[Taking], shown: Shown
) -> tuple[list[Event], tuple[Timetable, ...]]:
    """The events of exactly these times, all by one UID, and the zones that they are told in.

    They are in the order of their days. What no rule can say is told as a list of moments.
    """
    days = _days_of_a_rule(series.when, [each.time for each in stand])
    if days:
        return [*_by_rule(series, stand, days, shown)], (series.when,)
    return [*_by_list(series, stand, shown)], ()


def over_of_series(series: Series, shown: Shown) -> Event:
    """The event that takes a series away: as a whole, by its UID."""
    when = series.when
    starts = placed(when.first, when.at, when.zone)
    return _event(shown, shown.uid(Series, series.id), starts, when.minutes)


def _by_rule(
    series: Series, stand: Sequence[Taking], days: tuple[date, ...], shown: Shown
) -> Iterator[Event]:
    """One event with a rule, the days that are left out, and those that are not as it says."""
    when, uid = series.when, shown.uid(Series, series.id)
    there = {} if when.zone == NO_TABLE else {"tzid": when.zone}
    whole = _event(shown, uid, _on_the_wall(when, days[0]), when.minutes, there)
    until = _basic(placed(days[-1], when.at, when.zone))
    whole.add("rrule", vRecur.from_ical(f"{_bare(when.repeats).text};UNTIL={until}"))
    standing = {each.time.day for each in stand}
    # A day that was moved back is said too: a calendar may know it at the other time still.
    said = {each.day for each in series.moved}
    gone = [_on_the_wall(when, each) for each in days if each not in standing]
    if gone:
        whole.add("exdate", gone, parameters=there)
    yield whole
    for each in stand:
        if each.own or each.time.day in said:
            by_itself = _by_itself(each, uid, shown)
            day = _on_the_wall(when, each.time.day)
            by_itself.add("recurrence-id", day, parameters=there)
            yield by_itself


def _by_list(series: Series, stand: Sequence[Taking], shown: Shown) -> Iterator[Event]:
    """One event with a list of moments, and those that are longer, shorter or answered."""
    uid = shown.uid(Series, series.id)
    at_once = {each.time.starts: each for each in reversed(stand)}  # nobody is in it twice
    first, *rest = sorted(at_once)
    whole = _event(shown, uid, first, series.when.minutes)
    if rest:
        whole.add("rdate", rest)
    yield whole
    for starts in (first, *rest):
        if at_once[starts].own:
            by_itself = _by_itself(at_once[starts], uid, shown)
            by_itself.add("recurrence-id", starts)
            yield by_itself


def _by_itself(each: Taking, uid: str, shown: Shown) -> Event:
    """The event of one time that is not as the others are."""
    if each.own:
        shown = attrs.evolve(shown, comes=each.comes, place=each.place)
    return _event(shown, uid, each.time.starts, each.time.minutes)


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
    if shown.place is not None:
        event.add("location", shown.place)
    if shown.organizer is not None and shown.address is not None:
        off = shown.status == "CANCELLED"  # what takes something away asks for no answer
        asked = {"partstat": "NEEDS-ACTION"} | ({} if off else {"rsvp": "TRUE"})
        asked = {"partstat": "ACCEPTED"} if shown.comes else asked
        event.add("organizer", vCalAddress(f"mailto:{shown.organizer}"))
        event.add("attendee", vCalAddress(f"mailto:{shown.address}"), parameters=asked)
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
    return datetime.combine(day, when.at, UTC if when.zone == NO_TABLE else None)


def _bare(rule: Recurrence) -> Recurrence:
    """The rule without its end and its exceptions, as every calendar reads it."""
    return attrs.evolve(rule, count=None, until=None, exceptions=(), missing=MissingDay.SKIP)


def _days_of_a_rule(when: Timetable, stand: Sequence[Occurrence]) -> tuple[date, ...]:
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
