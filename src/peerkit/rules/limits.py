"""The numbers of the book, each asked in the same way: does this amount keep the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peerkit.acts import PlanSession, WelcomePeer
from peerkit.decisions import Finding, Findings, Verdict
from peerkit.errors import BadInput
from peerkit.model import (
    MINUTES_GIVEN_A_MONTH,
    MINUTES_GIVEN_A_WEEK,
    MINUTES_RECEIVED,
    MINUTES_RECEIVED_A_YEAR,
    SUPERVISING,
    SUPERVISION_MINUTES,
    SUPERVISION_TALKS,
    Peer,
)
from peerkit.model.fields import day_of

if TYPE_CHECKING:
    from datetime import date

    from peerkit.acts import ProposeMatch, ReportSession
    from peerkit.handbook import Book
    from peerkit.model import View

__all__ = [
    "COUNTED",
    "business_days",
    "enough_supervision",
    "measured",
    "note_on_time",
    "paid_time",
    "room_with_supervisor",
]

#: The limits that rules ask by themselves; any other number is asked with :func:`measured`.
COUNTED: Final = (
    "caseload",
    "group-size",
    "minutes-a-day",
    "minutes-a-week",
    "minutes-a-year",
    "note-within-business-days",
    "note-within-days",
    "peers-for-one-supervisor",
    "supervision",
    "supervision-minutes-a-month",
    "supervision-sessions-a-month",
    "supervision-weeks",
    "work-hours-for-each-supervision-hour",
)
_AN_HOUR: Final = 60
_A_WEEK: Final = 7
_WORKING_DAYS: Final = 5


def measured(book: Book, limit: str, now: float, **facts: object) -> Findings:
    """What the book says of an amount under one of its limits; nothing where it has no number.

    ``limit`` is an id of the page "limits"; ``now`` the amount, in the limit's
    own unit; ``facts`` what else its sentence names (peer, participant, by …).
    Raises :class:`~peerkit.errors.BadInput` for what is not a limit.
    """
    clause = book.clauses.get(limit)
    if clause is None or not clause.unit:
        raise BadInput("limit", f"{limit!r} is no limit of this book; see the page 'limits'")
    if clause.value is None:
        return ()
    verdict = Verdict.ALLOWED if clause.keeps(now) else clause.past
    return (Finding(clause, verdict, {**facts, "now": now, "limit": clause.value}),)


def paid_time(act: PlanSession, view: View, book: Book) -> Findings:
    """Beyond the time that is paid for, a plan is talked over first; support itself has no cap."""
    found = measured(
        book,
        "minutes-a-week",
        view.tally(act.peer, MINUTES_GIVEN_A_WEEK) + act.minutes,
        peer=act.peer,
    )
    for each in act.participants:
        for limit, what in (
            ("minutes-a-day", MINUTES_RECEIVED),
            ("minutes-a-year", MINUTES_RECEIVED_A_YEAR),
        ):
            had = view.tally(each, what) + act.minutes
            # The person whose time it is is the other one, for whom advice is asked.
            found += measured(book, limit, had, participant=each, other=each)
    return found


def enough_supervision(act: ProposeMatch | PlanSession, view: View, book: Book) -> Findings:
    """Where a board asks for so much supervision a month, the last whole month is looked at."""
    peer = view.get(Peer, act.peer)
    if peer is None or not _served_last_month(peer, book.day):
        return ()
    minutes = view.tally(act.peer, SUPERVISION_MINUTES)
    facts = {"peer": act.peer}
    found = (
        *measured(
            book, "supervision-sessions-a-month", view.tally(act.peer, SUPERVISION_TALKS), **facts
        ),
        *measured(book, "supervision-minutes-a-month", minutes, **facts),
    )
    worked = view.tally(act.peer, MINUTES_GIVEN_A_MONTH)
    hours = -(-worked // max(minutes, _AN_HOUR))
    return found + measured(book, "work-hours-for-each-supervision-hour", hours, **facts)


def _served_last_month(peer: Peer, day: date) -> bool:
    """Whether the peer served the whole of the month before this one."""
    this_month = day.year * 12 + day.month
    began = peer.since.year * 12 + peer.since.month
    return began < this_month - 1 or (began == this_month - 1 and peer.since.day == 1)


def room_with_supervisor(act: WelcomePeer, view: View, book: Book) -> Findings:
    """A supervisor looks after few enough peers."""
    now = view.tally(act.supervisor, SUPERVISING) + 1
    return measured(book, "peers-for-one-supervisor", now, peer=act.the_id, by=act.supervisor)


def note_on_time(act: ReportSession, view: View, book: Book) -> Findings:
    """A session is written down soon; a correction may come whenever it must."""
    if act.corrects:
        return ()
    ended, written = day_of(act.ends, act.zone), day_of(view.now, act.zone)
    facts = {"peer": act.peer}
    return (
        *measured(book, "note-within-business-days", business_days(ended, written), **facts),
        *measured(book, "note-within-days", max((written - ended).days, 0), **facts),
    )


def business_days(first: date, last: date) -> int:
    """How many Mondays to Fridays come after ``first`` and up to ``last``, holidays among them."""
    weeks, rest = divmod(max((last - first).days, 0), _A_WEEK)
    begun = sum((first.weekday() + each) % _A_WEEK < _WORKING_DAYS for each in range(1, rest + 1))
    return weeks * _WORKING_DAYS + begun
