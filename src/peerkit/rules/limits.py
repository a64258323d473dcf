"""The numbers of the book, each asked in the same way: does this amount keep the limit."""

from __future__ import annotations

from difflib import get_close_matches
from math import inf
from string import Formatter
from typing import TYPE_CHECKING, Final

from peerkit.acts import (
    ChangeService,
    MoveSession,
    PlanSession,
    ProposeMatch,
    ReportSession,
    WelcomePeer,
)
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.errors import BadInput, must_be
from peerkit.handbook import Book
from peerkit.model import (
    MINUTES_GIVEN_A_MONTH,
    MINUTES_GIVEN_A_WEEK,
    MINUTES_RECEIVED,
    MINUTES_RECEIVED_A_YEAR,
    SUPERVISING,
    SUPERVISION_MINUTES,
    SUPERVISION_TALKS,
    Peer,
    PeerStatus,
    Phrase,
    Session,
    SessionStatus,
)
from peerkit.model.fields import day_of
from peerkit.rules.together import each_peer, goes_on

if TYPE_CHECKING:
    from datetime import date

    from peerkit.handbook import Clause
    from peerkit.model import View

__all__ = [
    "COUNTED",
    "RULES",
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
    "debrief-days",
    "consent-elements",
    "group-size",
    "guardian-permissions",
    "minutes-a-day",
    "minutes-a-week",
    "minutes-a-year",
    "note-within-business-days",
    "note-within-days",
    "papers-with-what-is-told",
    "peers-for-one-supervisor",
    "supervision",
    "supervision-minutes-a-month",
    "supervision-sessions-a-month",
    "supervision-weeks",
    "supervision-weeks-first",
    "work-hours-for-each-supervision-hour",
    # -- respite
    "respite-hours-with-a-peer",
    "respite-nights",
    # -- forgetting
    "keep-policies-years",
    "keep-billing-years",
    "keep-accounting-years",
    "erase-unused-years",
)
#: What is paid for is counted for each person, over a day and over a year.
_PAID_FOR_EACH: Final = (
    ("minutes-a-day", MINUTES_RECEIVED),
    ("minutes-a-year", MINUTES_RECEIVED_A_YEAR),
)
#: What boards ask of supervision in a month.
_A_MONTH: Final = (
    "supervision-sessions-a-month",
    "supervision-minutes-a-month",
    "work-hours-for-each-supervision-hour",
)
#: The facts that every finding on a limit has by itself.
_GIVEN: Final = ("now", "limit", "unit")
_AMOUNT: Final = "give a number of 0 or more, in the limit's own unit"
_ALLOWED: Final = Verdict.ALLOWED
_AN_HOUR: Final = 60
_A_WEEK: Final = 7
_WORKING_DAYS: Final = 5


def measured(book: Book, limit: str, now: float, **facts: object) -> Findings:
    """What the book says of an amount under one of its limits; nothing where it has no number.

    ``limit`` is an id of the page "limits"; ``now`` the amount, in the limit's
    own unit; ``facts`` what else its sentence names (peer, participant, by …).
    Raises :class:`~peerkit.errors.BadInput` for what is not a limit, for an
    amount that is no number of 0 or more, and when a fact is missing.
    """
    must_be(Book, book, "book", "give the book of a day: handbook.on(day)")
    must_be(str, limit, "limit", "give the id of a limit; see the page 'limits'")
    must_be(int | float, now, "now", _AMOUNT)
    if not 0 <= now < inf:  # nor what is no number at all
        raise BadInput("now", _AMOUNT)
    clause = book.clauses.get(limit)
    if clause is None or not clause.unit:
        raise BadInput("limit", f"{limit!r} is no limit of this book;{_near(limit, book)}")
    found = _measured(clause, now, facts)
    missing = _facts_of(clause).difference(facts, _GIVEN) if found else ()
    if missing:
        asked = ", ".join(sorted(missing))
        raise BadInput("facts", f"the limit {limit!r} speaks of {asked}; give that too")
    return found


def _near(limit: str, book: Book) -> str:
    """The limit that may have been meant, and where all of them stand."""
    limits = [each.id for each in book.clauses.values() if each.unit]
    near = get_close_matches(limit, limits, 1)
    return f" did you mean {near[0]!r}? See the page 'limits'" if near else " see the page 'limits'"


def _facts_of(clause: Clause) -> set[str]:
    """The facts that its sentences name, whatever the verdict."""
    parts = [each for text in clause.sentences.values() for each in Formatter().parse(text)]
    return {name for _, name, _, _ in parts if name is not None}


def _measured(clause: Clause, now: float, facts: dict[str, object]) -> Findings:
    """The finding on an amount, which is put beside the facts."""
    if clause.value is None:
        return ()
    facts["now"], facts["limit"] = now, clause.value
    return (Finding(clause, _ALLOWED if clause.keeps(now) else clause.past, facts),)


def paid_time(act: PlanSession | MoveSession, view: View, book: Book) -> Findings:
    """Beyond the time that is paid for, a plan is talked over first; support itself has no cap.

    A plan that stays on its day and takes no more time is not talked over again.
    """
    if goes_on(act, view):
        return ()
    minutes, clauses = act.minutes, book.clauses
    found: Findings = ()
    for peer in act.peers_named:
        given = view.tally(peer, MINUTES_GIVEN_A_WEEK) + minutes
        found += _measured(clauses["minutes-a-week"], given, {"peer": peer})
    for limit, what in _PAID_FOR_EACH:
        clause = clauses[limit]
        if clause.value is not None:
            for each in act.participants:
                # Whose time it is, is the other one, for whom advice is asked.
                facts: dict[str, object] = {"participant": each, "other": each}
                found += _measured(clause, view.tally(each, what) + minutes, facts)
    return found


def enough_supervision(act: ProposeMatch | PlanSession, view: View, book: Book) -> Findings:
    """Where a board asks for so much supervision a month, the last whole month is looked at.

    What is planned for a month to come waits: the month before it has not ended yet.
    """
    if all(book.clauses[each].value is None for each in _A_MONTH):
        return ()
    day = act.counts_on(book.day)
    if (day.year, day.month) > (book.day.year, book.day.month):
        return ()
    return each_peer(act, lambda peer: _had_enough(peer, day, view, book))


def _had_enough(id_: str, day: date, view: View, book: Book) -> Findings:
    """What is found of the supervision that one peer had in the month before this day."""
    peer = view.get(Peer, id_)
    if peer is None or not _served_last_month(peer, day):
        return ()
    talks = view.tally(id_, SUPERVISION_TALKS)
    minutes = view.tally(id_, SUPERVISION_MINUTES)
    found: Findings = ()
    for limit, now in (
        ("supervision-sessions-a-month", talks),
        ("supervision-minutes-a-month", minutes),
    ):
        found += _measured(book.clauses[limit], now, {"peer": id_})
    ratio = book.clauses["work-hours-for-each-supervision-hour"]
    if ratio.value is not None:
        # Begun hours to an hour of supervision; the first is due once the limit is worked.
        worked = view.tally(id_, MINUTES_GIVEN_A_MONTH)
        due = minutes and worked > ratio.value * _AN_HOUR
        hours = -(-worked // (minutes if due else _AN_HOUR))
        found += _measured(ratio, hours, {"peer": id_})
    return found


def _served_last_month(peer: Peer, day: date) -> bool:
    """Whether the peer served the whole of the month before this one, without a time away."""
    since = peer.serves_since
    this_month = day.year * 12 + day.month
    began = since.year * 12 + since.month
    return began < this_month - 1 or (began == this_month - 1 and since.day == 1)


def room_with_supervisor(act: WelcomePeer | ChangeService, view: View, book: Book) -> Findings:
    """A supervisor looks after few enough peers, those who come back among them."""
    clause = book.clauses["peers-for-one-supervisor"]
    id_, supervisor = act.id or "", act.supervisor
    if clause.value is None or (isinstance(act, ChangeService) and not _comes_to(act, view)):
        return ()
    if supervisor is None:
        missing = Phrase("who supervises {id} from now on (supervisor)", id=id_)
        return (Finding(book.clause("known"), Verdict.NEEDS_FACTS, {"missing": missing}),)
    now = view.tally(supervisor, SUPERVISING) + 1
    return _measured(clause, now, {"peer": id_, "by": supervisor})


def _comes_to(act: ChangeService, view: View) -> bool:
    """Whether a supervisor has one more by it: somebody comes back, or comes from another."""
    before = view.get(Peer, act.id)
    if before is None or act.status is PeerStatus.LEFT:
        return False
    other = act.supervisor not in {None, before.supervisor}
    return other or before.status is PeerStatus.LEFT


def note_on_time(act: ReportSession, view: View, book: Book) -> Findings:
    """A session is written down soon; what is kept already may be put right whenever it must."""
    before = view.get(Session, act.the_id)
    if before is not None and before.status is SessionStatus.HELD:
        return ()
    business, calendar = book.clauses["note-within-business-days"], book.clauses["note-within-days"]
    if business.value is None and calendar.value is None:
        return ()
    ended, written = day_of(act.ends, act.zone), day_of(view.now, act.zone)
    return (
        *_measured(business, business_days(ended, written), {"peer": act.peer}),
        *_measured(calendar, max((written - ended).days, 0), {"peer": act.peer}),
    )


def business_days(first: date, last: date) -> int:
    """How many Mondays to Fridays come after ``first`` and up to ``last``, holidays among them."""
    weeks, rest = divmod(max((last - first).days, 0), _A_WEEK)
    begun = sum((first.weekday() + each) % _A_WEEK < _WORKING_DAYS for each in range(1, rest + 1))
    return weeks * _WORKING_DAYS + begun


#: The rules of this subject.
RULES: Final = (
    Rule("enough-supervision", (ProposeMatch, PlanSession), enough_supervision),
    Rule("room-with-supervisor", (WelcomePeer, ChangeService), room_with_supervisor),
    Rule("paid-time", (PlanSession, MoveSession), paid_time),
    Rule("note-on-time", (ReportSession,), note_on_time),
)
