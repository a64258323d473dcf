"""Sessions as calendars read them: invitations, cancellations, and a feed for one person.

**What is told.** When, for how long, one neutral word, and that it is confidential. No place, no
description, no alarm, no name, no id of yours, nobody else who comes. What an event is called is
made with a secret, for each person another. Only what is still theirs: who no longer walk with
each other have no session alone, and a peer who has left has none.

**What calendars show** is what stands here: a session is a moment; a series is exactly its
``occurrences``, by the clock on the wall there, across every change of it.

RFC 5545 (the form), RFC 5546 (invitations), RFC 7986 (a feed). Needs icalendar
(``pip install 'peerkit[calendar]'``).
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Final

import attrs

from peerkit.acts import (
    CancelOccurrence,
    CancelSession,
    EndSeries,
    MoveOccurrence,
    MoveSession,
    PlanSeries,
    PlanSession,
)
from peerkit.errors import BadInput, must_be
from peerkit.exchange.calendar_cover import (
    AN_ADDRESS,
    LEAST_SECRET,
    SUMMARIES,
    Cover,
    is_address,
)
from peerkit.exchange.calendar_events import (
    Shown,
    event_of_session,
    events_of_series,
    feed_file,
    invitation,
    uid_of,
)
from peerkit.model import (
    ContactPreferences,
    ContactStatus,
    NoticeChannel,
    Noun,
    Series,
    SeriesStatus,
    Session,
    SessionStatus,
)
from peerkit.model.fields import MOST_ID, in_utc
from peerkit.program import Program
from peerkit.telling.grounds import is_theirs, pairs_of
from peerkit.telling.ways import Invite

__all__ = [
    "SUMMARIES",
    "Cover",
    "cancellation",
    "feed",
    "feed_of",
    "invite",
    "invites",
    "sequence_of",
    "uid_of",
]

#: How far ahead `feed_of` looks, in days, and the most it may.
AHEAD: Final = 366
MOST_AHEAD: Final = 1_830
#: What changes when, or whether, something takes place. What else is said of it changes nothing
#: in a calendar; were it counted, whoever has said yes would be asked again.
_CHANGES: Final = frozenset(
    each.kind
    for each in (
        PlanSession,
        MoveSession,
        CancelSession,
        PlanSeries,
        MoveOccurrence,
        CancelOccurrence,
        EndSeries,
    )
)
_LOG: Final = logging.getLogger("peerkit.exchange.calendar")
#: The largest number that a calendar takes (RFC 5545, 3.3.8).
_MOST_CHANGES: Final = 2**31 - 1
#: A session that began so long ago may still last.
_LONGEST: Final = timedelta(days=1)


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
    answer (METHOD:REQUEST), unless they have confirmed: that answer stands in it. Otherwise it
    names nobody and asks nothing (METHOD:PUBLISH).
    """
    must_be(Session, session, "session", "give a Session")
    if session.status is not SessionStatus.PLANNED:
        raise BadInput("session", "is not planned; one that is cancelled takes a cancellation")
    organizer, asked = _asked(cover, address)
    method = "PUBLISH" if asked is None else "REQUEST"
    shown = _shown(to, cover, now, sequence)
    event = event_of_session(_with(session, to), shown)
    return invitation(method, event, organizer, asked, comes=to in session.confirmed)


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

    Only what is still theirs: time alone with somebody whose match is over is not in it, and
    the feed of whoever has left or is away is empty. Reads what this person is in, page by
    page, and the history of each.
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
    found: tuple[Session | Series, ...] = (*sessions, *series)
    view = program.view(*_once(person, *(pair for each in found for pair in pairs_of(each))))
    return feed(
        (each for each in found if is_theirs(each, person, view)),
        person,
        cover,
        now=now,
        sequence=lambda each: sequence_of(program, each),
    )


def sequence_of(program: Program, of: Session | Series) -> int:
    """How often it was changed when, or whether, this takes place, counted in its history.

    A confirmation or a report changes neither. The same whenever it is counted, until it
    changes again; so nothing has to be kept.
    """
    must_be(Program, program, "program", "give a Program")
    must_be(Session | Series, of, "of", "give a Session or a Series")
    named = (of.kind, of.id)
    kept = sum(
        any((noun["noun"], noun["id"]) == named for noun in each.read()["nouns"])
        for each in program.history(of.id)
        if each.act in _CHANGES
    )
    return max(kept - 1, 0)


def invites(
    program: Program,
    *,
    organizer: str | None = None,
    summaries: Mapping[str, str] = SUMMARIES,
    secret: str | None = None,
) -> Invite:
    """What ``Routes(invite=…)`` takes: the file for whatever a message is about, and a person.

    An invitation for a planned session, a cancellation for a cancelled one, as they stand
    when it is asked; None for everything else, for people who are not in it any more, and for
    those who want no notices. ``summaries`` are neutral words by language, laid over ours.
    Give ``organizer`` and the person is asked for an answer at the one address by which mail
    may go to them. Where there are several, nobody is named: whoever reads one mailbox need
    not know the other.

    It never raises: without its file a notice is told all the same. What went wrong is logged.
    """
    must_be(Program, program, "program", "give a Program")
    what = "give a word by language, such as {'en': '…'}"
    must_be(Mapping, summaries, "summaries", what)
    for each in summaries:
        must_be(str, each, "summaries", what)
    # All that is given is looked at now; the secret of an empty program comes with its first entry.
    any_secret = "-" * LEAST_SECRET if secret is None else secret
    covers = {
        language.lower(): Cover(secret=any_secret, summary=summary, organizer=organizer)
        for language, summary in {**SUMMARIES, **summaries}.items()
    }

    @cache
    def the_secret() -> str:
        return Cover.of(program, secret=secret).secret

    def made(noun: Noun, to: str) -> bytes | None:
        if not isinstance(noun, Session):
            return None
        # Counted before it is read: an old time under a new number would stay in a calendar.
        sequence = sequence_of(program, noun)
        view = program.view(*_once(noun.id, to, *pairs_of(noun)))
        session, person = view.get(Session, noun.id), view.get(ContactPreferences, to)
        makes = None if session is None else _MAKES.get(session.status)
        if session is None or makes is None or not is_theirs(session, to, view):
            return None
        if person is None or person.status is not ContactStatus.WELCOME:
            return None
        language = person.language.lower()
        cover = covers.get(language) or covers.get(language.partition("-")[0])
        return makes(
            session,
            to,
            attrs.evolve(cover or covers["en"], secret=the_secret()),
            now=view.now,
            sequence=sequence,
            address=_mailbox_of(person),
        )

    def invite_or_none(noun: Noun, to: str) -> bytes | None:
        try:
            return made(noun, to)
        except Exception as error:  # noqa: BLE001 - whatever it is, the notice is to be told
            # Its own words may hold an address. Where it happened says enough to mend it.
            where = traceback.extract_tb(error.__traceback__)[-1]
            says = f"{type(error).__name__} at {where.filename}:{where.lineno}"
        _LOG.warning("A notice goes without its calendar file: %s", says)
        return None

    return invite_or_none


#: What is written about a session, by how it stands.
_MAKES: Final = {SessionStatus.PLANNED: invite, SessionStatus.CANCELLED: cancellation}


# -- what is given -------------------------------------------------------------------------------


def _once(*ids: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


def _mailbox_of(person: ContactPreferences) -> str | None:
    """The one address that a letter to this person can go to; None where it is not one alone."""
    found = {
        each.address
        for each in person.points
        if each.channel is NoticeChannel.EMAIL and not each.failed
    }
    address = found.pop() if len(found) == 1 else None
    return address if is_address(address) else None


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
    if address is not None and not is_address(address):
        raise BadInput("address", AN_ADDRESS)
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
