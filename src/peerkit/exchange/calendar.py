"""Sessions as calendars read them: invitations, cancellations, and a feed for one person.

**What is told.** When, for how long, one neutral word, and that it is confidential. No
description, no alarm, no name, no id of yours, nobody else who comes; a place only where you give
one and the person said that nobody else sees what arrives. What an event is called is
made with a secret, for each person another. Only what is still theirs: who no longer walk with
each other have no session alone, and a peer who has left has none.

**What calendars show** is what stands here: a session is a moment; a series is exactly its
``occurrences``, by the clock on the wall there, across every change of it.

**Where it is made.** Here a program is asked what is somebody's. ``calendar_files`` makes a file
of what it is given, ``calendar_events`` the events in it, ``calendar_zones`` the clocks they go
by, and ``calendar_cover`` is what everybody sees of an event.

RFC 5545 (the form), RFC 5546 (invitations), RFC 7986 (a feed). Needs icalendar
(``pip install 'peerkit[calendar]'``).
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import attrs

from peerkit.acts import (
    CancelOccurrence,
    CancelSession,
    EndMatch,
    EndSeries,
    MoveOccurrence,
    MoveSession,
    PlanSeries,
    PlanSession,
    ReassignMatch,
)
from peerkit.errors import BadInput, must_be
from peerkit.exchange.calendar_cover import LEAST_SECRET, SUMMARIES, Cover, is_address
from peerkit.exchange.calendar_events import uid_of
from peerkit.exchange.calendar_files import (
    STANDS,
    cancellation,
    feed,
    invite,
    invite_to_series,
    nowhere,
    person_id,
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
from peerkit.program import Program
from peerkit.telling.theirs import is_theirs, pairs_of
from peerkit.telling.ways import Invite

__all__ = [
    "SUMMARIES",
    "Cover",
    "cancellation",
    "feed",
    "feed_of",
    "invite",
    "invite_to_series",
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
        EndMatch,
        ReassignMatch,
    )
)
_LOG: Final = logging.getLogger("peerkit.exchange.calendar")
#: A session that began so long ago may still last.
_LONGEST: Final = timedelta(days=1)


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
        about=person_id(person),
        status=SessionStatus.PLANNED,
        since=now - _LONGEST,
        until=now + timedelta(days=days),
    )
    series = program.every(Series, about=person, status=SeriesStatus.RUNNING)
    found: tuple[Session | Series, ...] = (*sessions, *series)
    view = program.view(*_once(person, *_pairs_of(found)))
    return feed(
        (each for each in found if is_theirs(each, person, view)),
        person,
        cover,
        now=now,
        sequence=lambda each: sequence_of(program, each),
    )


def sequence_of(program: Program, of: Session | Series) -> int:
    """How often it was changed when, or whether, this takes place, counted in its history.

    A confirmation or a report changes neither. A series is changed by what becomes of its
    sessions too. The same whenever it is counted, until it changes again; so nothing has to be
    kept.
    """
    must_be(Program, program, "program", "give a Program")
    must_be(Session | Series, of, "of", "give a Session or a Series")
    kept = sum(
        any(_is_of(noun, of) for noun in each.read()["nouns"])
        for each in program.history(of.id)
        if each.act in _CHANGES
    )
    return max(kept - 1, 0)


def _is_of(noun: Mapping[str, object], of: Session | Series) -> bool:
    """Whether what an entry left is this, or one of its sessions."""
    if (noun["noun"], noun["id"]) == (of.kind, of.id):
        return True
    return isinstance(of, Series) and noun["noun"] == Session.kind and noun["series"] == of.id


def invites(
    program: Program,
    *,
    organizer: str | None = None,
    summaries: Mapping[str, str] = SUMMARIES,
    secret: str | None = None,
    place: Callable[[Session | Series], str | None] | None = None,
) -> Invite:
    """What ``Routes(invite=…)`` takes: the file for whatever a message is about, and a person.

    An invitation for a planned session, a cancellation for a cancelled one, as they stand
    when it is asked; of a series, and of a session that belongs to one, always the whole series,
    for those who are in it: who steps in for a day has the session of that day alone;
    None for everything else, for what lies behind, for people who are not in it any more, and for
    those who want no notices. ``summaries`` are neutral words by language, laid over ours.
    Give ``organizer`` and the person is asked for an answer at the one address by which mail
    may go to them. Where there are several, nobody is named: whoever reads one mailbox need
    not know the other. ``place`` says where something takes place; it is asked for people who
    said of every one of their channels that nobody else sees what arrives there.

    It never raises: without its file a notice is told all the same. What went wrong is logged.
    """
    must_be(Program, program, "program", "give a Program")
    what = "give a word by language, such as {'en': '…'}"
    must_be(Mapping, summaries, "summaries", what)
    for each in summaries:
        must_be(str, each, "summaries", what)
    if place is not None and not callable(place):
        raise BadInput("place", "give the function that says where something takes place")
    # All that is given is looked at now; the secret of an empty program comes with its first entry.
    any_secret = "-" * LEAST_SECRET if secret is None else secret
    covers = {
        language.lower(): Cover(secret=any_secret, summary=summary, organizer=organizer)
        for language, summary in {**SUMMARIES, **summaries}.items()
    }

    inviting = _Inviting(
        program, covers, cache(lambda: Cover.of(program, secret=secret).secret), place
    )

    def invite_or_none(noun: Noun, to: str) -> bytes | None:
        try:
            return inviting.file_of(noun, to)
        except Exception as error:  # noqa: BLE001 - whatever it is, the notice is to be told
            # Its own words may hold an address. Where it happened says enough to mend it.
            where = traceback.extract_tb(error.__traceback__)[-1]
            says = f"{type(error).__name__} at {where.filename}:{where.lineno}"
        _LOG.warning("A notice goes without its calendar file: %s", says)
        return None

    return invite_or_none


@attrs.frozen
class _Inviting:
    """What makes the file for one notice, of how things stand when it is asked."""

    program: Program
    covers: Mapping[str, Cover]
    secret: Callable[[], str]
    place: Callable[[Session | Series], str | None] | None

    def file_of(self, noun: Noun, to: str) -> bytes | None:
        """The file about this for this person, if there is to be one."""
        if not isinstance(noun, Session | Series):
            return None
        item = _whole_of(self.program, noun, to)
        # Counted before it is read: an old time under a new number would stay in a calendar.
        sequence = sequence_of(self.program, item)
        within = tuple(self._sessions_of(item))
        view = self.program.view(*_once(item.id, to, *_pairs_of((item, *within))))
        stands, person = view.get(type(item), item.id), view.get(ContactPreferences, to)
        if stands is None or not is_theirs(stands, to, view):
            return None
        if person is None or person.status is not ContactStatus.WELCOME:
            return None
        sessions = [each for each in within if is_theirs(each, to, view)]
        if isinstance(stands, Series) and _lies_behind(stands, (*sessions, noun), view.now):
            return None
        return self._file(stands, sessions, person, sequence, view.now)

    def _sessions_of(self, item: Session | Series) -> Iterator[Session]:
        """Of a series the sessions that stand in it."""
        if isinstance(item, Series):
            yield from self.program.every(Session, about=item.id, status=STANDS, since=item.behind)

    def _file(
        self,
        item: Session | Series,
        sessions: Iterable[Session],
        person: ContactPreferences,
        sequence: int,
        now: datetime,
    ) -> bytes | None:
        """The file of what is theirs, as it stands."""
        to, place = person.id, self._place_for(person)
        how: dict[str, Any] = {
            "cover": attrs.evolve(_cover_of(person, self.covers), secret=self.secret()),
            "now": now,
            "sequence": sequence,
            "address": _mailbox_of(person),
        }
        if isinstance(item, Series):
            return invite_to_series(item, to, sessions=sessions, place=place, **how)
        if item.status is SessionStatus.CANCELLED:
            return cancellation(item, to, **how)
        if item.status is SessionStatus.PLANNED:
            return invite(item, to, place=place(item), **how)
        return None

    def _place_for(self, person: ContactPreferences) -> Callable[[Session | Series], str | None]:
        """What says where something is, where they said that nobody else sees what they get."""
        safe = {each.safe for each in person.points if not each.failed} == {True}
        return self.place if self.place is not None and safe else nowhere


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


def _cover_of(person: ContactPreferences, covers: Mapping[str, Cover]) -> Cover:
    """The cover in the nearest language."""
    language = person.language.lower()
    return covers.get(language) or covers.get(language.partition("-")[0]) or covers["en"]


def _whole_of(program: Program, item: Session | Series, person: str) -> Session | Series:
    """The series that a session belongs to, for those who are in it; else the item itself.

    Whoever steps in for a day has that day alone.
    """
    if isinstance(item, Series) or item.series is None:
        return item
    series = program.view(item.series).get(Series, item.series)
    return item if series is None or person not in {*series.peers, *series.participants} else series


def _lies_behind(series: Series, beside: Iterable[Session | Series], now: datetime) -> bool:
    """Whether a series is over, with the sessions beside it: nothing changes in a calendar then."""
    ends = (each.span[1] for each in beside if isinstance(each, Session))
    return series.over(now) and all(each <= now for each in ends)


def _pairs_of(items: Iterable[Session | Series]) -> Iterator[str]:
    """The pairs of all of them: another peer may step in for a day."""
    return (pair for each in items for pair in pairs_of(each))
