"""When and where: nobody in two places, rooms that are free, and whose time it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from peerkit.acts import (
    Act,
    CancelOccurrence,
    CancelSession,
    EndSeries,
    MoveOccurrence,
    MoveSession,
    OfferAvailability,
    PlanSeries,
    PlanSession,
    ReportMissedSession,
    WithdrawAvailability,
)
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.model import (
    Availability,
    Participant,
    Peer,
    Phrase,
    Room,
    RoomStatus,
    Series,
    SeriesStatus,
    Session,
    SessionStatus,
)
from peerkit.model.fields import MOST_MINUTES
from peerkit.model.timetable import Span, clash, covered, span_of
from peerkit.rules.missing import unknown
from peerkit.rules.together import each_peer

if TYPE_CHECKING:
    from datetime import date

    from peerkit.handbook import Book
    from peerkit.model import View

__all__ = [
    "PLANNING",
    "RULES",
    "double_booking",
    "occurrence",
    "offered_hours",
    "own_time",
    "room_free",
    "takes_part",
    "who_missed",
]

_Planned: TypeAlias = PlanSession | MoveSession | PlanSeries | MoveOccurrence

#: What began earlier than this is over: nothing takes longer.
_LONGEST: Final = timedelta(minutes=MOST_MINUTES)


def _of_session(act: PlanSession | MoveSession, view: View) -> tuple[Span, ...]:
    return (span_of(act.starts, act.minutes),)


def _of_occurrence(act: MoveOccurrence, view: View) -> tuple[Span, ...]:
    series = view.get(Series, act.id)
    return () if series is None else act.spans(series)


#: The time that each act would take of those it names.
_SPANS: Final[Mapping[type[Act], Callable[[Any, View], tuple[Span, ...]]]] = {
    PlanSession: _of_session,
    MoveSession: _of_session,
    PlanSeries: lambda act, view: tuple(each.span for each in act.when.occurrences),
    MoveOccurrence: _of_occurrence,
}
#: The acts that take time of people and rooms.
PLANNING: Final = tuple(_SPANS)


def _spans(act: Any, view: View) -> tuple[Span, ...]:
    return _SPANS[type(act)](act, view)


def _taken(act: _Planned, view: View) -> Iterator[tuple[Session | Series, list[Span]]]:
    """What is planned already and is not what the act speaks of, with the time it takes.

    Of a series it is what may take the same time: a year of it is seldom asked about.
    """
    for session in view.all(Session):
        itself = act.id == session.id and not isinstance(act, (PlanSeries, MoveOccurrence))
        if session.status is SessionStatus.PLANNED and not itself:
            yield session, [session.span]
    new = act.id if isinstance(act, PlanSeries) else None
    running = [each for each in view.all(Series) if each.status is SeriesStatus.RUNNING]
    series = [each for each in running if each.id != new]
    spans = _spans(act, view) if series else ()
    if not spans:
        return
    since, until = min(spans)[0] - _LONGEST, max(ends for _, ends in spans)
    own = _named(act) if isinstance(act, (PlanSession, MoveOccurrence)) else None
    for each in series:
        near = [one for one in each.occurrences if since < one.starts < until]
        yield each, [one.span for one in near if (each.id, one.day) != own]


def double_booking(act: _Planned, view: View, book: Book) -> Findings:
    """Nobody walks with two people in two places: a peer not at all, others if they say so.

    What else somebody has is theirs: only what the peer does as a peer is named.
    """
    clause = book.clause("double-booking")
    taken = tuple(_taken(act, view))
    if not taken:
        return (Finding(clause, Verdict.ALLOWED, {"peer": act.peer}),)
    spans = _spans(act, view)
    there = dict.fromkeys((*act.peers_named, *act.participants))
    found: list[Finding] = []
    asked: dict[str, None] = {}
    for each, times in taken:
        both = [who for who in there if who in {*each.peers, *each.participants}]
        if not (both and clash(spans, times)):
            continue
        leading = [who for who in both if who in act.peers_named and who in each.peers]
        found += [
            Finding(clause, Verdict.NOT_ALLOWED, {"peer": who, "id": each.id}) for who in leading
        ]
        asked.update(dict.fromkeys(() if leading else both))
    found += [
        Finding(clause, Verdict.NEEDS_CONSENT, {"participant": who})
        for who in asked
        if not _is_fine(who, act)
    ]
    return tuple(found) or (Finding(clause, Verdict.ALLOWED, {"peer": act.peer}),)


def _is_fine(who: str, act: _Planned) -> bool:
    """Whether somebody asks for it, or is said to agree."""
    return who == act.by or who in act.agreed_by


def room_free(act: _Planned, view: View, book: Book) -> Findings:
    """A room is known, in use, large enough, and taken once at a time."""
    if act.room is None:
        return ()
    room = view.get(Room, act.room)
    if room is None:
        missing = Phrase("{id} as a {kind}", id=act.room, kind=Phrase(Room.kind))
        return (unknown(book, missing),)
    clause = book.clause("room-free")
    found = [
        Finding(clause, Verdict.NOT_ALLOWED, {"other": room.id, "near": why})
        for why in _against(room, act, view)
    ]
    return tuple(found) or (Finding(clause, Verdict.ALLOWED, {"other": room.id}),)


def _against(room: Room, act: _Planned, view: View) -> Iterator[Phrase]:
    """Why a room cannot be had."""
    people = len(act.peers_named) + len(act.participants) + getattr(act, "anonymous", 0)
    if room.status is RoomStatus.CLOSED:
        yield Phrase("It is closed.")
    if room.seats is not None and people > room.seats:
        yield Phrase(
            "It has places for {limit}, and {now} would come.", limit=room.seats, now=people
        )
    spans = _spans(act, view)
    for each, times in _taken(act, view):
        if each.room == room.id and clash(spans, times):
            yield Phrase("{id} is in it.", id=each.id)


def offered_hours(act: _Planned, view: View, book: Book) -> Findings:
    """Where a peer has offered times, whoever plans outside them asks the peer first."""
    times = [each for each in view.all(Availability) if each.open]
    if not times:
        return ()
    if isinstance(act, PlanSeries):
        spans = tuple(each.span for each in act.ahead)
    else:
        spans = _spans(act, view)
    clause = book.clause("offered-hours")

    def found(peer: str) -> Findings:
        offered = [
            one.span for each in times if each.person == peer for one in each.when.occurrences
        ]
        if not offered:
            return ()
        fine = _is_fine(peer, act) or all(covered(each, offered) for each in spans)
        verdict = Verdict.ALLOWED if fine else Verdict.NEEDS_CONSENT
        return (Finding(clause, verdict, {"peer": peer, "by": act.by}),)

    return each_peer(act, found)


def takes_part(
    act: CancelSession | MoveSession | MoveOccurrence | CancelOccurrence | EndSeries,
    view: View,
    book: Book,
) -> Findings:
    """Those who take part cancel and move; anybody else says that one of them wants it."""
    noun: Any = view.get(act.moves, act.id)
    if noun is None:
        return ()
    clause = book.clause("takes-part")
    facts = {"by": act.by, "id": act.id}
    if act.said_so or act.by in {*noun.peers, *noun.participants}:
        return (Finding(clause, Verdict.ALLOWED, facts),)
    asked = Verdict.NEEDS_FACTS if act.said_so is None else Verdict.NEEDS_CONSENT
    return (Finding(clause, asked, facts),)


def occurrence(
    act: PlanSession | MoveOccurrence | CancelOccurrence, view: View, book: Book
) -> Findings:
    """A series has one session on each day of its rule, and on no other day."""
    named, day = _named(act)
    if named is None or day is None:
        return ()
    series = view.get(Series, named)
    if series is None and not isinstance(act, PlanSession):
        return ()  # the rule of its steps says so
    if series is None or not _theirs(series, act):
        about = "{id} as a {kind} of the people and the room named"
        missing = Phrase(about, id=named, kind=Phrase(Series.kind))
        return (unknown(book, missing),)
    free = series.on(day) is not None or _given_back(act, view)
    there = series.status is SeriesStatus.RUNNING and free
    verdict = Verdict.ALLOWED if there else Verdict.NOT_ALLOWED
    facts = {"id": series.id, "until": day.isoformat()}
    return (Finding(book.clause("occurrence"), verdict, facts),)


def _given_back(act: PlanSession | MoveOccurrence | CancelOccurrence, view: View) -> bool:
    """Whether this day had a session of its own, which was cancelled."""
    before = view.get(Session, act.the_id) if isinstance(act, PlanSession) else None
    return before is not None and isinstance(act, PlanSession) and act.goes_on(before)


def _named(
    act: PlanSession | MoveOccurrence | CancelOccurrence,
) -> tuple[str | None, date | None]:
    """The series and the day of its rule that the act names."""
    return (act.series if isinstance(act, PlanSession) else act.id), act.occurrence


def _theirs(series: Series, act: PlanSession | MoveOccurrence | CancelOccurrence) -> bool:
    """Whether it is theirs: another peer may step in for a day, and some may be missing."""
    if isinstance(act, PlanSession):
        shared = {*act.participants}.intersection(series.participants)
        return act.peer == series.peer or bool(shared)
    return isinstance(act, CancelOccurrence) or act.room == series.room


def own_time(act: OfferAvailability | WithdrawAvailability, view: View, book: Book) -> Findings:
    """Somebody's time is their own: they offer it, or are said to."""
    if view.get(Peer, act.person) is None and view.get(Participant, act.person) is None:
        missing = Phrase("{id} as a peer or a participant", id=act.person)
        return (Finding(book.clause("known"), Verdict.NEEDS_FACTS, {"missing": missing}),)
    clause = book.clause("own-time")
    facts = {"participant": act.person, "by": act.by}
    if act.by == act.person or act.said_so:
        return (Finding(clause, Verdict.ALLOWED, facts),)
    asked = Verdict.NEEDS_FACTS if act.said_so is None else Verdict.NOT_ALLOWED
    return (Finding(clause, asked, facts),)


def who_missed(act: ReportMissedSession, view: View, book: Book) -> Findings:
    """Who did not come is somebody who was expected."""
    session = view.get(Session, act.id)
    if act.who is None or session is None:
        return ()
    expected = act.who in {*session.peers, *session.participants}
    verdict = Verdict.ALLOWED if expected else Verdict.NEEDS_FACTS
    facts = {"other": act.who, "id": act.id}
    return (Finding(book.clause("who-missed"), verdict, facts),)


#: The rules of this subject.
RULES: Final = (
    Rule("double-booking", PLANNING, double_booking),
    Rule("room-free", PLANNING, room_free),
    Rule("offered-hours", PLANNING, offered_hours),
    Rule(
        "takes-part",
        (CancelSession, MoveSession, MoveOccurrence, CancelOccurrence, EndSeries),
        takes_part,
    ),
    Rule("occurrence", (PlanSession, MoveOccurrence, CancelOccurrence), occurrence),
    Rule("own-time", (OfferAvailability, WithdrawAvailability), own_time),
    Rule("who-missed", (ReportMissedSession,), who_missed),
)
