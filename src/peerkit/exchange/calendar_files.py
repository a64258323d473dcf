"""The files of one person: an invitation, a cancellation, a whole series, a feed.

Nothing is read here: each is made of what it is given, which is looked at before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final, TypeVar

import attrs

from peerkit.errors import BadInput, MissingExtra, must_be
from peerkit.exchange.calendar_cover import AN_ADDRESS, Cover, is_address, is_place
from peerkit.exchange.calendar_events import (
    Shown,
    Taking,
    event_of_session,
    events_of_series,
    over_of_series,
    whole_series,
)
from peerkit.exchange.calendar_zones import zones_of
from peerkit.model import Series, SeriesStatus, Session, SessionStatus, Timetable
from peerkit.model.fields import MOST_ID, in_utc

try:
    from icalendar import Calendar, Event, vDuration
except ImportError:
    raise MissingExtra("icalendar", "calendar") from None

__all__ = ["cancellation", "feed", "invite", "invite_to_series", "nowhere", "person_id"]

N = TypeVar("N", Session, Series)

#: Who made the file. A calendar must say it; this says nothing.
PRODID: Final = "-//Calendar//Calendar 1.0//EN"
#: How often a calendar asks for a feed again.
REFRESH: Final = timedelta(hours=6)
#: What stands of a series: what is ahead, and what was there, however it went. A report is no
#: change; were the day taken out by it, whoever has said yes to the series would be asked again.
STANDS: Final = frozenset({SessionStatus.PLANNED, SessionStatus.HELD, SessionStatus.MISSED})
#: The largest number that a calendar takes (RFC 5545, 3.3.8).
_MOST_CHANGES: Final = 2**31 - 1


def nowhere(item: Session | Series) -> str | None:
    """No place is said."""


def invite(
    session: Session,
    to: str,
    cover: Cover,
    *,
    now: datetime,
    sequence: int,
    address: str | None = None,
    place: str | None = None,
) -> bytes:
    """Invites one person, by id, to one planned session; after it moved, again.

    ``sequence`` is higher then (:func:`sequence_of`), and a calendar moves the event that it
    has. With an organizer on the cover, and the person's mail ``address``, it asks for an
    answer (METHOD:REQUEST), unless they have confirmed: that answer stands in it. Otherwise it
    names nobody and asks nothing (METHOD:PUBLISH). ``place`` stands in it for whoever opens that
    calendar: give it only where the person said that nobody else does.
    """
    must_be(Session, session, "session", "give a Session")
    if session.status is not SessionStatus.PLANNED:
        raise BadInput("session", "is not planned; one that is cancelled takes a cancellation")
    shown = _asking(_shown(to, cover, now, sequence, place), cover, address)
    shown = attrs.evolve(shown, comes=to in session.confirmed)
    return _file(_method(shown), [event_of_session(_with(session, to), shown)])


def cancellation(
    session: Session,
    to: str,
    cover: Cover,
    *,
    now: datetime,
    sequence: int,
    address: str | None = None,
) -> bytes:
    """Takes one cancelled session out of this person's calendar (METHOD:CANCEL).

    ``address`` as in the invitation, so that the calendar knows whose answer it takes back.
    """
    must_be(Session, session, "session", "give a Session")
    if session.status is not SessionStatus.CANCELLED:
        raise BadInput("session", "is not cancelled; one that is planned takes an invitation")
    shown = _asking(_shown(to, cover, now, sequence), cover, address)
    shown = attrs.evolve(shown, status="CANCELLED")
    return _file("CANCEL", [event_of_session(_with(session, to), shown)])


def invite_to_series(  # noqa: PLR0913 - what an invitation says, each by its name
    series: Series,
    to: str,
    cover: Cover,
    *,
    now: datetime,
    sequence: int,
    sessions: Iterable[Session] = (),
    address: str | None = None,
    place: Callable[[Session | Series], str | None] = nowhere,
) -> bytes:
    """Invites one person, by id, to a series and its ``sessions``, as they stand; again, anew.

    The file is always the whole of it: its rule, the days left out, the days at another time,
    and the days that have a session of their own, all by one UID. So whichever file a calendar
    has missed, the next one puts it right. A session that was held or missed stays where it was,
    as long as the series keeps its day. Where the series was ended and nothing of it is ahead,
    or no day of it is left, the file takes it away (METHOD:CANCEL). Sessions that were
    cancelled, or are not of this series, or not theirs are left out. ``place`` says where it, or
    one of the sessions, takes place.
    """
    must_be(Series, series, "series", "give a Series")
    must_be(Iterable, sessions, "sessions", "give the sessions of this series")
    if not callable(place):
        raise BadInput("place", "give the function that says where something takes place")
    shown = _asking(_shown(to, cover, now, sequence), cover, address)
    series = _with(series, to)
    own = [each for each in sessions if _stands(each, series, to)]
    running = series.status is SeriesStatus.RUNNING
    stand = {each.day: Taking(each) for each in (series.occurrences if running else ())}
    for each in own:
        comes = to in each.confirmed or each.status is SessionStatus.HELD
        taking = Taking.of(each, comes=comes, place=_place(place(each)))
        stand[taking.time.day] = taking
    if not stand or not (running or any(_is_ahead(each, shown.now) for each in own)):
        off = attrs.evolve(shown, status="CANCELLED")
        return _file("CANCEL", [over_of_series(series, off)])
    shown = attrs.evolve(shown, place=_place(place(series)))
    events, timetables = whole_series(series, [stand[day] for day in sorted(stand)], shown)
    return _file(_method(shown), events, timetables)


def _stands(session: Session, series: Series, to: str) -> bool:
    """Whether this is a session of the series that stands in the calendar of one person.

    What was reported stands as long as the series keeps its day: so a file changes with an act
    on the series, which is counted.
    """
    must_be(Session, session, "sessions", "each is a Session")
    day, status = session.occurrence, session.status
    if session.series != series.id or day is None or status not in STANDS:
        return False
    kept = series.behind is None or day >= series.behind or status is SessionStatus.PLANNED
    return kept and _is_in(session, to)


def feed(
    items: Iterable[Session | Series],
    person: str,
    cover: Cover,
    *,
    now: datetime,
    sequence: Callable[[Session | Series], int],
) -> bytes:
    """What is ahead of one person, by id, as a calendar that is asked for again and again.

    Planned sessions and running series that they are in, until these are over; everything else
    among the ``items`` is left out. ``sequence`` says how often each was changed. It is made in
    memory: some 300 bytes for a session, and at most 1,000 times of a series.
    """
    must_be(Iterable, items, "items", "give sessions and series")
    if not callable(sequence):
        raise BadInput("sequence", "give the function that says how often each was changed")
    known = _shown(person, cover, now, 0)
    events, timetables = [], []
    for each in items:
        if not _ahead(each, known):
            continue
        shown = attrs.evolve(known, sequence=_changes(sequence(each)))
        if isinstance(each, Session):
            events.append(event_of_session(each, shown))
        else:
            events.extend(events_of_series(each, shown))
            timetables.append(each.when)
    return _file("PUBLISH", events, timetables, name=cover.summary)


# -- the file ------------------------------------------------------------------------------------


def _file(
    method: str,
    events: Iterable[Event],
    timetables: Iterable[Timetable] = (),
    *,
    name: str | None = None,
) -> bytes:
    """The bytes of a file. That of a feed has a name, so that no calendar shows its address."""
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    if name is not None:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", vDuration(REFRESH), parameters={"value": "DURATION"})
        calendar.add("x-published-ttl", vDuration(REFRESH))
    for each in (*zones_of(timetables), *events):
        calendar.add_component(each)
    return bytes(calendar.to_ical())


# -- what is given -------------------------------------------------------------------------------


def _shown(
    person: str, cover: Cover, now: datetime, sequence: int, place: str | None = None
) -> Shown:
    must_be(Cover, cover, "cover", "give a Cover: Cover.of(program)")
    moment = in_utc(now) if isinstance(now, datetime) else now
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise BadInput("now", "give a datetime with its time zone")
    return Shown(
        person=person_id(person),
        secret=cover.secret,
        summary=cover.summary,
        now=moment,
        sequence=_changes(sequence),
        place=_place(place),
    )


def person_id(person: object) -> str:
    """The id of somebody whose calendar it is."""
    if type(person) is not str or not 1 <= len(person) <= MOST_ID:
        raise BadInput("person", "give the id of the person whose calendar it is")
    return person


def _place(place: object) -> str | None:
    if place is not None and not is_place(place):
        raise BadInput("place", "one line of at most 200 visible characters, or None")
    return None if place is None else str(place)


def _changes(sequence: object) -> int:
    if type(sequence) is not int or not 0 <= sequence <= _MOST_CHANGES:
        raise BadInput("sequence", "give how often it was changed: sequence_of(program, session)")
    return sequence


def _asking(shown: Shown, cover: Cover, address: object) -> Shown:
    """With who asks for an answer, and who is asked; nobody where either is not known."""
    if address is not None and not is_address(address):
        raise BadInput("address", AN_ADDRESS)
    if cover.organizer is None or address is None:
        return shown
    return attrs.evolve(shown, organizer=cover.organizer, address=str(address))


def _method(shown: Shown) -> str:
    """Whether it asks for an answer."""
    return "PUBLISH" if shown.address is None else "REQUEST"


def _is_in(item: Session | Series, person: str) -> bool:
    return person in {*item.peers, *item.participants}


def _with(item: N, person: str) -> N:
    """The session or series, where this person is in it."""
    if not _is_in(item, person):
        raise BadInput("to", f"is not in this {item.kind}; invite its peers and participants")
    return item


def _ahead(item: Session | Series, shown: Shown) -> bool:
    """Whether it belongs into this person's feed."""
    must_be(Session | Series, item, "items", "each is a Session or a Series")
    if not _is_in(item, shown.person):
        return False
    if isinstance(item, Session):
        return _is_ahead(item, shown.now)
    return item.status is SeriesStatus.RUNNING and not item.over(shown.now)


def _is_ahead(session: Session, now: datetime) -> bool:
    """Whether it is planned, and not over."""
    return session.status is SessionStatus.PLANNED and session.span[1] > now
