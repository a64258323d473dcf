"""Sessions as calendars read them: invitations, cancellations, and a feed for one person.

**What is told.** When, for how long, one neutral word, and that it is confidential. No place, no
description, no alarm, no name, no id of yours, nobody else who comes. What an event is called is
made with a secret, for each person another.

**What calendars show** is what stands here: a session is a moment; a series is exactly its
``occurrences``, by the clock on the wall there, across every change of it.

RFC 5545 (the form), RFC 5546 (invitations), RFC 7986 (a feed). Needs icalendar
(``pip install 'peerkit[calendar]'``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final, Self

import attrs

from peerkit.errors import BadInput, must_be
from peerkit.exchange.calendar_events import (
    Shown,
    event_of_session,
    events_of_series,
    feed_file,
    invitation,
    uid_of,
)
from peerkit.model import Series, SeriesStatus, Session, SessionStatus
from peerkit.model.fields import MOST_ID, in_utc
from peerkit.program import Program

__all__ = [
    "SUMMARIES",
    "Cover",
    "cancellation",
    "feed",
    "feed_of",
    "invite",
    "sequence_of",
    "uid_of",
]

#: The neutral word, by language.
SUMMARIES: Final = {"en": "Appointment", "es": "Cita"}
#: How far ahead `feed_of` looks, in days, and the most it may.
AHEAD: Final = 366
MOST_AHEAD: Final = 1_830
#: The largest number that a calendar takes (RFC 5545, 3.3.8).
_MOST_CHANGES: Final = 2**31 - 1
_MOST_SUMMARY: Final = 100
_LEAST_SECRET: Final = 16
#: A session that began so long ago may still last.
_LONGEST: Final = timedelta(days=1)
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}\Z")
_AN_ADDRESS: Final = "one mail address, such as team@example.org"


def _is_address(value: object) -> bool:
    return type(value) is str and _ADDRESS.match(value) is not None


def _a_secret(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if type(value) is not str or len(value) < _LEAST_SECRET or not value.isascii():
        raise BadInput("Cover.secret", f"{_LEAST_SECRET} or more plain characters, kept for good")


def _a_summary(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if (
        type(value) is not str
        or not value.strip()
        or not value.isprintable()
        or len(value) > _MOST_SUMMARY
    ):
        raise BadInput("Cover.summary", f"one line of at most {_MOST_SUMMARY} characters")


def _maybe_an_address(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and not _is_address(value):
        raise BadInput("Cover.organizer", _AN_ADDRESS)


@attrs.frozen(kw_only=True)
class Cover:
    """What stands on the outside of every event.

    ``summary`` is all that a calendar shows beside the time: words that anybody may read.
    ``organizer`` is the mail address that answers go to; it is shown, so it should say nothing
    either. ``secret`` makes what events are called. Keep it: with another one, a calendar
    takes the same session for a new one.
    """

    secret: str = attrs.field(validator=_a_secret, repr=False)
    summary: str = attrs.field(default=SUMMARIES["en"], validator=_a_summary, repr=False)
    organizer: str | None = attrs.field(default=None, validator=_maybe_an_address, repr=False)

    @classmethod
    def of(
        cls, program: Program, *, summary: str = SUMMARIES["en"], organizer: str | None = None
    ) -> Self:
        """The cover of a program. Its secret is the hash of its first entry, which stays."""
        must_be(Program, program, "program", "give a Program")
        first = next(program.journal(), None)
        if first is None:
            raise BadInput("program", "keeps nothing yet, so nobody is in anything")
        return cls(secret=first.hash, summary=summary, organizer=organizer)


def invite(
    session: Session,
    to: str,
    cover: Cover,
    *,
    now: datetime,
    sequence: int,
    address: str | None = None,
) -> bytes:
    """Invites one person, by id, to one planned session; after it moved, again.

    ``sequence`` is higher then (:func:`sequence_of`), and a calendar moves the event that it
    has. With an organizer on the cover, and the person's mail ``address``, it asks for an
    answer (METHOD:REQUEST). Otherwise it names nobody and asks nothing (METHOD:PUBLISH).
    """
    must_be(Session, session, "session", "give a Session")
    if session.status is not SessionStatus.PLANNED:
        raise BadInput("session", "is not planned; one that is cancelled takes a cancellation")
    organizer, asked = _asked(cover, address)
    method = "PUBLISH" if asked is None else "REQUEST"
    shown = _shown(to, cover, now, sequence)
    return invitation(method, event_of_session(_with(session, to), shown), organizer, asked)


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
    organizer, asked = _asked(cover, address)
    shown = attrs.evolve(_shown(to, cover, now, sequence), status="CANCELLED")
    return invitation("CANCEL", event_of_session(_with(session, to), shown), organizer, asked)


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
    return feed_file(cover.summary, events, timetables)


def feed_of(program: Program, person: str, cover: Cover, *, days: int = AHEAD) -> bytes:
    """The feed of one person as the program stands now: sessions of the next ``days``, all series.

    Reads what this person is in, page by page, and the history of each.
    """
    must_be(Program, program, "program", "give a Program")
    must_be(int, days, "days", f"1 to {MOST_AHEAD}")
    if not 1 <= days <= MOST_AHEAD:
        raise BadInput("days", f"1 to {MOST_AHEAD}")
    now = program.view().now
    sessions = program.every(
        Session,
        about=_person(person),
        status=SessionStatus.PLANNED,
        since=now - _LONGEST,
        until=now + timedelta(days=days),
    )
    series = program.every(Series, about=person, status=SeriesStatus.RUNNING)
    return feed(
        chain(sessions, series),
        person,
        cover,
        now=now,
        sequence=lambda each: sequence_of(program, each),
    )


def sequence_of(program: Program, of: Session | Series) -> int:
    """How often this was changed since it was planned, counted in its history.

    The same whenever it is counted, until it changes again; so nothing has to be kept.
    """
    must_be(Program, program, "program", "give a Program")
    must_be(Session | Series, of, "of", "give a Session or a Series")
    named = (of.kind, of.id)
    kept = sum(
        any((noun["noun"], noun["id"]) == named for noun in each.read()["nouns"])
        for each in program.history(of.id)
    )
    return max(kept - 1, 0)


# -- what is given -------------------------------------------------------------------------------


def _shown(person: str, cover: Cover, now: datetime, sequence: int) -> Shown:
    must_be(Cover, cover, "cover", "give a Cover: Cover.of(program)")
    moment = in_utc(now) if isinstance(now, datetime) else now
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise BadInput("now", "give a datetime with its time zone")
    return Shown(
        person=_person(person),
        secret=cover.secret,
        summary=cover.summary,
        now=moment,
        sequence=_changes(sequence),
    )


def _person(person: object) -> str:
    if type(person) is not str or not 1 <= len(person) <= MOST_ID:
        raise BadInput("person", "give the id of the person whose calendar it is")
    return person


def _changes(sequence: object) -> int:
    if type(sequence) is not int or not 0 <= sequence <= _MOST_CHANGES:
        raise BadInput("sequence", "give how often it was changed: sequence_of(program, session)")
    return sequence


def _asked(cover: Cover, address: object) -> tuple[str | None, str | None]:
    """Who asks for an answer, and who is asked; nobody where either is not known."""
    must_be(Cover, cover, "cover", "give a Cover: Cover.of(program)")
    if address is not None and not _is_address(address):
        raise BadInput("address", _AN_ADDRESS)
    if cover.organizer is None or address is None:
        return None, None
    return cover.organizer, str(address)


def _is_in(item: Session | Series, person: str) -> bool:
    return person in {*item.peers, *item.participants}


def _with(session: Session, person: str) -> Session:
    """The session, where this person is in it."""
    if not _is_in(session, person):
        raise BadInput("to", "is not in this session; invite its peers and participants")
    return session


def _ahead(item: Session | Series, shown: Shown) -> bool:
    """Whether it belongs into this person's feed."""
    must_be(Session | Series, item, "items", "each is a Session or a Series")
    if not _is_in(item, shown.person):
        return False
    if isinstance(item, Session):
        return item.status is SessionStatus.PLANNED and item.span[1] > shown.now
    return item.status is SeriesStatus.RUNNING and not item.over(shown.now)
