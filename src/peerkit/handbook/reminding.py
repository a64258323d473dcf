"""Reads what the calendar asks to be told, and lays what a layer says of it over that below."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Final, get_args

import attrs

from peerkit.handbook.book import Reminder, ReminderValue
from peerkit.handbook.cited import passage
from peerkit.model import NOUNS

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from peerkit.handbook.book import Source
    from peerkit.handbook.table import Table
    from peerkit.handbook.written import Written
    from peerkit.model import Noun

__all__ = [
    "STANDING",
    "WORKED_OUT",
    "over",
    "reminder",
]

#: The date on which a noun came to the status it has, as the journal tells it. Every noun has it.
STANDING: Final = "standing"
#: Dates that are no field of their noun, and are worked out from it.
WORKED_OUT: Final[Mapping[str, tuple[str, ...]]] = {
    "session": ("ends",),
    "match": ("met",),
    "series": ("next",),
    "waiting": ("heard",),
}
#: Two codes with a dot between them, as the kinds of acts are; short enough to be part of a key.
_ID: Final = re.compile(r"(?=.{3,40}\Z)[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*\Z")
#: The furthest that a step may lie from its day: ten years.
_MOST_DAYS: Final = 3_650
#: The units in which a limit can be counted on a calendar.
COUNTED_IN: Final = ("day", "business day", "week", "month")
_PEOPLE: Final = ("participants", "peers", "supervisor", "coordinator")
_KINDS: Final = {each.kind: each for each in NOUNS}


def reminder(
    table: Table, sources: Mapping[str, Source], clauses: Mapping[str, Written], layer: str
) -> Reminder:
    """A reminder, as the lowest layer that knows it describes it."""
    id_ = table.text("id")
    if not _ID.match(id_):
        raise table.wrong("id", "must be two codes with a dot between them, such as session.soon")
    noun = _KINDS.get(table.text("noun"))
    if noun is None:
        raise table.wrong("noun", "must be a kind of noun; the page 'lifecycles' has them all")
    found = Reminder(
        id=id_,
        says=table.text("says"),
        noun=noun,
        statuses=_statuses(table, noun),
        dated=_dated(table, noun),
        limits=_limits(table, clauses),
        to=_to(table, noun),
        hour=_hour(table, None),
        values=_values(table, sources, layer),
    )
    if not found.values:
        raise table.wrong("value", "is missing; say on which days it is told")
    table.done()
    return found


def over(table: Table, below: Reminder, sources: Mapping[str, Source], layer: str) -> Reminder:
    """A layer's own days, recipients and hour, in the place of those below."""
    table.text("id")
    found = attrs.evolve(
        below,
        to=_to(table, below.noun) if "to" in table.keys else below.to,
        hour=_hour(table, below.hour),
        values=(*_values(table, sources, layer), *below.values),
    )
    table.done()
    return found


def _values(table: Table, sources: Mapping[str, Source], layer: str) -> tuple[ReminderValue, ...]:
    """The dated values of a reminder, the latest first: the first in force is the one meant."""
    found = [_value(each, sources, layer) for each in table.tables("value", named=None)]
    begins = [each.passage.since or date.min for each in found]
    if len(set(begins)) < len(begins):
        raise table.wrong("value", "has two values that begin on the same day")
    found.sort(key=lambda each: each.passage.since or date.min, reverse=True)
    return tuple(found)


def _value(table: Table, sources: Mapping[str, Source], layer: str) -> ReminderValue:
    off = table.take("off", bool, "true or false", default=False)
    found = ReminderValue(
        before=tuple(sorted(_days(table, "before", least=1), reverse=True)),
        after=tuple(sorted(_days(table, "after", least=0))),
        business=table.take("business", bool, "true or false", default=False),
        late=table.take("late", int, "a whole number of days", None),
        passage=passage(table, sources, layer),
    )
    if off is bool(found.steps):
        raise table.wrong("off", "must be true, or give days in 'before' or 'after': one of both")
    if found.late is not None and not (found.after and 0 <= found.late <= _MOST_DAYS):
        raise table.wrong("late", f"must be 0 to {_MOST_DAYS} days, and goes with 'after'")
    table.done()
    return found


def _days(table: Table, key: str, *, least: int) -> list[int]:
    """Different whole days."""
    found: list[int] = table.take(key, list, "a list of whole days", [])
    fits = all(type(each) is int and least <= each <= _MOST_DAYS for each in found)
    if not fits or len(set(found)) < len(found):
        raise table.wrong(key, f"must be different whole days, {least} to {_MOST_DAYS}")
    return found


def _statuses(table: Table, noun: type[Noun]) -> frozenset[str]:
    found = frozenset(table.texts("status"))
    known = [str(each) for each in noun.lifecycle.steps]
    if not found or not found <= set(known):
        raise table.wrong("status", "must be one or more of " + ", ".join(known))
    return found


def _dated(table: Table, noun: type[Noun]) -> str:
    name: str = table.text("dated")
    known = [*_dates_of(noun), *WORKED_OUT.get(noun.kind, ()), STANDING]
    if name not in known:
        raise table.wrong("dated", "must be one of " + ", ".join(known))
    return name


def _dates_of(noun: type[Noun]) -> tuple[str, ...]:
    """The fields of a noun that hold a day or a moment."""
    fields = attrs.fields(attrs.resolve_types(noun))
    return tuple(
        each.name for each in fields if {each.type, *get_args(each.type)} & {date, datetime}
    )


def _limits(table: Table, clauses: Mapping[str, Written]) -> tuple[str, ...]:
    found = table.texts("limits")
    for each in found:
        limit = clauses.get(each)
        if limit is None or (limit.unit_of_one or limit.unit) not in COUNTED_IN:
            counted = ", ".join(COUNTED_IN)
            raise table.wrong("limits", f"names {each!r}, which is no limit counted in {counted}")
    return found


def _to(table: Table, noun: type[Noun]) -> tuple[str, ...]:
    found = table.texts("to")
    known = [each for each in _PEOPLE if _has(noun, each)]
    if not found or not set(found) <= set(known):
        raise table.wrong("to", f"must be one or more of {', '.join(known)}")
    return found


def _has(noun: type[Noun], role: str) -> bool:
    """Whether a noun of this kind leads to them; who takes part leads to who walks with them."""
    named: Container[str] = {noun.kind, *attrs.fields_dict(noun)}
    takes_part = "participant" in named or "participants" in named
    return {
        "participants": takes_part,
        "peers": takes_part or "peer" in named,
        "supervisor": takes_part or "peer" in named,
        "coordinator": True,
    }[role]


def _hour(table: Table, default: str | None) -> str:
    hour: str = table.text("hour", *(() if default is None else (default,)))
    try:
        read = time.fromisoformat(hour).strftime("%H:%M")
    except ValueError:
        read = ""
    if read != hour:
        raise table.wrong("hour", "must be a time of day, 00:00 to 23:59")
    return hour
