"""What the calendar asks to be told: looks for what is due, and says to whom."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs

from peerkit.acts import Remind
from peerkit.handbook.reminding import STANDING
from peerkit.model import (
    Credential,
    CredentialStage,
    Match,
    Noun,
    Peer,
    Series,
    Session,
    SessionStatus,
)
from peerkit.model.fields import day_of
from peerkit.model.timetable import last_of_day, placed
from peerkit.stores import Order, Wanted
from peerkit.telling.business_days import counted
from peerkit.telling.recipients import every, recipients

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping

    from peerkit.handbook import Book, Reminder, ReminderValue
    from peerkit.stores import Store

__all__ = ["due", "step_due", "still_due"]

#: Who asks for it.
CALENDAR: Final = "calendar"
#: What a day of one place may differ from that of another, and a session from its end.
_AROUND: Final = timedelta(days=2)


@attrs.frozen(kw_only=True)
class _Looking:
    """Where and when somebody looks, by which book and which calendar.

    Of what was ``given`` already, when that was: it is of the time that was next then.
    """

    store: Store
    book: Book
    now: datetime
    zone: str
    holidays: Container[date]
    given: datetime | None = None

    def zone_of(self, noun: Noun) -> str:
        """Where its days begin and end: where it takes place, or where the program is."""
        return getattr(noun, "zone", self.zone)


def due(
    store: Store,
    book: Book,
    now: datetime,
    zone: str,
    *,
    coordinator: str | None = None,
    holidays: Container[date] = (),
) -> Iterator[Remind]:
    """What is to be told by now and was not given yet, reminder by reminder.

    ``book`` is that of the day, ``zone`` where the program's days begin and end; a session has
    its own. ``coordinator`` is told where nobody else is left, ``holidays`` are any container of
    dates. A step is told once: the key names the reminder, the noun, the date it counts from and
    the step, so what was moved is told of anew, and what is given already is passed over. Of
    several steps that have come, only the latest is told.

    It reads the nouns in the statuses of each reminder: of planned sessions those whose day
    may be one of its steps, of all else what is open. For each that is due it asks for the key,
    and if that is new for the people; for each match that runs it looks for the last meeting,
    and for each open question and concern it reads the entries about it.
    """
    look = _Looking(store=store, book=book, now=now, zone=zone, holidays=holidays)
    for reminder in book.reminders.values():
        if reminder.limits and all(book.clause(each).value is None for each in reminder.limits):
            continue
        for noun in every(store, _wanted(look, reminder)):
            found = _found(look, reminder, noun)
            if found is None:
                continue
            key, told = found
            day = day_of(now, zone)
            if store.view((), day, now, key).earlier is not None:
                continue
            to = recipients(store, noun, reminder.to, now=now, day=day, coordinator=coordinator)
            if to:
                yield Remind(by=CALENDAR, of=reminder.id, noun=noun.id, to=to, due=told, key=key)


def still_due(
    store: Store,
    book: Book,
    now: datetime,
    zone: str,
    reminder: Reminder,
    noun: Noun,
    given: datetime | None = None,
) -> bool:
    """Whether a reminder that was given may still be told of this noun.

    Its date may have moved since, or have passed: a session is on another day, a supervision was
    held, a consent has run out. How late it is told is not asked: that depends on whom it is for.
    Days that were no business days when it was ``given`` are not known here.
    """
    look = _Looking(store=store, book=book, now=now, zone=zone, holidays=(), given=given)
    dated, place = _date(look, reminder, noun), look.zone_of(noun)
    counts_from = None if dated is None else _counts_from(look, reminder, noun, _day(dated, place))
    if dated is None or counts_from is None:
        return False
    today, value = _day(now, place), reminder.value
    if not value.after and (now >= dated if isinstance(dated, datetime) else today > dated):
        return False
    unit = "business day" if value.business else "day"
    unknown = value.business and bool(value.before)
    return unknown or counted(counts_from, value.steps[0], unit) <= today


def step_due(
    value: ReminderValue, counts_from: date, today: date, holidays: Container[date] = ()
) -> tuple[int, date] | None:
    """The latest step that has come, and its day; None where none has, or it is too late for it.

    A step before the date is told until the next one, the last until the date itself. One
    after it is told until the next one, the last as long as it stands, or ``late`` days.
    """
    unit = "business day" if value.business else "day"
    days = [(each, counted(counts_from, each, unit, holidays)) for each in value.steps]
    come = [(step, day) for step, day in days if day <= today]
    if not come:
        return None
    step, day = come[-1]
    if step < 0:
        return (step, day) if today < counts_from else None
    last = step == value.steps[-1] and value.late is not None
    return None if last and (today - day).days > (value.late or 0) else (step, day)


def _found(look: _Looking, reminder: Reminder, noun: Noun) -> tuple[str, datetime] | None:
    """The key of the step that is due of a noun, and from when it is told."""
    dated = _date(look, reminder, noun)
    if dated is None:
        return None
    zone = look.zone_of(noun)
    counts_from = _counts_from(look, reminder, noun, _day(dated, zone))
    if counts_from is None:
        return None
    found = step_due(reminder.value, counts_from, _day(look.now, zone), look.holidays)
    if found is None:
        return None
    step, day = found
    key = f"remind/{reminder.id}/{noun.kind}/{noun.id}/{_written(dated)}/{step:+}"
    return key, placed(day, time.fromisoformat(reminder.hour), zone)


def _written(dated: date) -> str:
    """A day, or a moment in UTC, as short as it goes."""
    moment = dated.astimezone(UTC).replace(tzinfo=None) if isinstance(dated, datetime) else dated
    return moment.isoformat().replace("-", "").replace(":", "")


def _day(dated: date, zone: str) -> date:
    """The day of a date there; of a moment at the end of the calendar its day in UTC."""
    if not isinstance(dated, datetime):
        return dated
    try:
        return day_of(dated, zone)
    except OverflowError:
        return dated.date()


def _counts_from(look: _Looking, reminder: Reminder, noun: Noun, day: date) -> date | None:
    """The day itself, or the earliest on which one of the limits is reached; None: none has any."""
    if not reminder.limits:
        return day
    limits = [look.book.clause(each) for each in reminder.limits]
    reached = [
        counted(day, each.value, each.unit_of_one or each.unit, look.holidays)
        for each in limits
        if each.value is not None and _ONLY_FOR.get(each.id, _anybody)(look, noun)
    ]
    return min(reached, default=None)


def _anybody(look: _Looking, noun: Noun) -> bool:
    return True


def _is_new(look: _Looking, noun: Noun) -> bool:
    """Whether a peer's first certification lasts."""
    held = every(look.store, Wanted(Credential, about=noun.id))
    today = _day(look.now, look.zone)
    return any(
        each.peer == noun.id and each.stage is CredentialStage.INITIAL and each.holds(today)
        for each in held
    )


#: Limits that are not for everybody, and for whom they are.
_ONLY_FOR: Final[Mapping[str, Callable[[_Looking, Noun], bool]]] = {
    "supervision-weeks-first": _is_new,
}


def _date(look: _Looking, reminder: Reminder, noun: Any) -> date | None:
    """The day or moment that a reminder counts from."""
    worked_out = _WORKED_OUT.get((noun.kind, reminder.dated))
    if worked_out is not None:
        return worked_out(look, noun)
    if reminder.dated == STANDING:
        return _standing(look, noun)
    found: date | None = getattr(noun, reminder.dated)
    return found


def _standing(look: _Looking, noun: Noun) -> datetime | None:
    """When a noun came to the status it has, as the journal tells."""
    status, since = "", None
    for entry in look.store.journal(about=noun.id):
        for each in entry.read()["nouns"]:
            if (each["noun"], each["id"]) == (noun.kind, noun.id) and each["status"] != status:
                status, since = each["status"], entry.at
    return since


def _supervised(look: _Looking, peer: Peer) -> date:
    """The last supervision, or the day from which they serve: what the rule counts from."""
    return max(peer.serves_since, peer.supervised or peer.since)


def _met(look: _Looking, match: Match) -> datetime | None:
    """The end of the last meeting of a pair, or the yes where they have not met since."""
    held = frozenset({SessionStatus.HELD.value})
    wanted = Wanted(Session, about=match.participant, statuses=held, order=Order.NEWEST)
    for each in every(look.store, wanted):
        if match.since is not None and each.starts < match.since:
            break
        if match.peer in each.peers and match.participant in each.participants:
            return each.span[1]
    return match.since


def _next(look: _Looking, series: Series) -> datetime | None:
    """The next time of a series that has no session of its own: of another day than today."""
    found = series.next_after(last_of_day(look.given or look.now, series.zone))
    return None if found is None else found.starts


#: How the dates are found that are no field, or another than the field says.
_WORKED_OUT: Final[Mapping[tuple[str, str], Callable[[_Looking, Any], date | None]]] = {
    ("session", "ends"): lambda _, session: session.span[1],
    ("match", "met"): _met,
    ("series", "next"): _next,
    ("peer", "supervised"): _supervised,
    ("waiting", "heard"): lambda _, waiting: waiting.heard,
}


def _wanted(look: _Looking, reminder: Reminder) -> Wanted[Any]:
    """The nouns that may be due: in its statuses and, where their own day counts, near a step."""
    noun, value = reminder.noun, reminder.value
    since = until = None
    counts = "starts" if (noun, reminder.dated) == (Session, "ends") else reminder.dated
    if counts == noun.dated:
        today, unit = _day(look.now, look.zone), "business day" if value.business else "day"
        first, last = value.steps[0], value.steps[-1]
        until = _far(counted(today, -first, unit, look.holidays), +1)
        if last < 0 and not reminder.limits:
            since = _far(today, -1)
        elif value.late is not None and not reminder.limits:
            oldest = counted(today, -value.late, "day")
            since = _far(counted(oldest, -last, unit, look.holidays), -1)
    return Wanted(noun, statuses=reminder.statuses, since=since, until=until)


def _far(day: date, way: int) -> str:
    """A day that no place on Earth nor the end of a session lies beyond."""
    return counted(day, way * _AROUND.days, "day").isoformat()
