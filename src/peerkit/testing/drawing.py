"""What every value is drawn from: ids, words, days, times that come back, activities."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final, TypeVar
from zoneinfo import ZoneInfo

from peerkit.errors import MissingExtra
from peerkit.model import (
    Activity,
    Frequency,
    MissingDay,
    Recurrence,
    Timetable,
    Words,
)

try:
    from hypothesis import strategies as st
except ImportError:
    raise MissingExtra("hypothesis", "testing") from None

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

    from peerkit.handbook import Book

__all__ = [
    "AN_HOUR",
    "A_DAY",
    "ZONES",
    "activities",
    "codes",
    "days",
    "ids",
    "keys",
    "moments",
    "recurrences",
    "times",
    "timetables",
    "words",
]

T = TypeVar("T")

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_DIGITS: Final = "0123456789"
#: Zones with whole, half and quarter hours, with and without summer time, east and west.
ZONES: Final = (
    "UTC",
    "America/Chicago",
    "Europe/Dublin",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
)
AN_HOUR: Final = 60
A_DAY: Final = 24 * AN_HOUR

_MOST_MONTH_DAY: Final = 31
_LEAST_MONTH: Final = 28
_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NTH: Final = (1, 2, 3, 4, 5, -1, -2, -5)
#: Which days each kind of rule may name, if it names any.
_BY: Final[Mapping[Frequency, tuple[str | None, ...]]] = {
    Frequency.DAILY: (None,),
    Frequency.WEEKLY: (None, "weekdays"),
    Frequency.MONTHLY: (None, "weekdays", "nth", "month_days"),
    Frequency.YEARLY: (None, "weekdays", "nth", "month_days"),
}


def _joined(*parts: SearchStrategy[str]) -> SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


def ids() -> SearchStrategy[str]:
    """Ids: pseudonyms of 1 to 96 plain characters."""
    first = _LETTERS + _LETTERS.upper() + _DIGITS
    return _joined(st.sampled_from(first), st.text(first + "._:@/-", max_size=95))


def codes() -> SearchStrategy[str]:
    """Codes such as a handbook has, nearly none of which is in one."""
    return _joined(st.sampled_from(_LETTERS), st.text(_LETTERS + _DIGITS + "-", max_size=63))


def keys() -> SearchStrategy[str]:
    """Idempotency keys."""
    visible = "".join(map(chr, range(0x21, 0x7F)))
    return st.text(visible, min_size=1, max_size=200)


def words(most: int = 200) -> SearchStrategy[Words]:
    """What somebody said: any text with at least one character that shows, ``most`` beside it."""
    any_text = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=most // 2)
    shows = st.characters(categories=("L", "N", "P"))
    return st.builds("{}{}{}".format, any_text, shows, any_text).map(Words)


def days() -> SearchStrategy[date]:
    """Days of the years 1 to 9998."""
    return st.dates(max_value=date(9998, 12, 31))


def moments() -> SearchStrategy[datetime]:
    """Moments of the years 2 to 9997 with a time zone, of which some are not UTC."""
    zones: list[Any] = [*(UTC, UTC, UTC), timezone(timedelta(hours=-11, minutes=-30))]
    return st.datetimes(
        datetime(2, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
        datetime(9997, 12, 30),  # noqa: DTZ001 - the same
        timezones=st.sampled_from([*zones, *map(ZoneInfo, ZONES)]),
    )


def activities(book: Book | None = None, *, most: int = A_DAY) -> SearchStrategy[Activity]:
    """Activities that take at most so many minutes.

    With a ``book``, those of its catalogue, each of its questions answered in
    one of the ways the book knows, or left open; without one, any code.
    """
    minutes = st.integers(0, most)
    somebody = st.none() | ids()
    if book is None:
        told = st.dictionaries(codes(), codes(), max_size=3)
        return st.builds(
            Activity, id=codes(), circumstances=told, of=somebody, to=somebody, minutes=minutes
        )
    return st.one_of(
        [
            st.builds(
                Activity,
                id=st.just(entry.id),
                circumstances=st.fixed_dictionaries(
                    {},
                    optional={
                        each: st.sampled_from(sorted(book.circumstances[each].answers))
                        for each in entry.asks
                    },
                ),
                of=somebody,
                to=somebody,
                minutes=minutes,
            )
            for entry in book.activities.values()
        ]
    )


def times() -> SearchStrategy[time]:
    """Times on the wall: hours and minutes."""
    return st.builds(time, st.integers(0, 23), st.integers(0, 59))


@st.composite
def recurrences(draw: DrawFn) -> Recurrence:
    """Rules that come back: every kind there is, within the bounds."""
    frequency = draw(st.sampled_from(Frequency))
    by = draw(st.sampled_from(_BY[frequency]))
    numbers = st.integers(1, _MOST_MONTH_DAY) | st.integers(-_LEAST_MONTH, -1)
    named = {
        "weekdays": _some(st.sampled_from(_WEEKDAYS)),
        "nth": _some(st.builds("{}{}".format, st.sampled_from(_NTH), st.sampled_from(_WEEKDAYS))),
        "month_days": _some(numbers | st.just(1)).map(lambda each: tuple({*each, 1})),
    }
    how: dict[str, Any] = {} if by is None else {"weekdays" if by == "nth" else by: draw(named[by])}
    if (by is not None and frequency is Frequency.YEARLY) or draw(st.booleans()):
        how["months"] = draw(_some(st.integers(1, 12)))
    ends = draw(st.sampled_from(("count", "until", "never")))
    if ends != "never":
        how[ends] = draw(st.integers(1, 1_000) if ends == "count" else days())
    return Recurrence(
        frequency=frequency,
        interval=draw(st.integers(1, 99)),
        missing=draw(st.sampled_from(MissingDay)),
        exceptions=draw(st.lists(days(), max_size=2).map(tuple)),
        **how,
    )


def _some(each: SearchStrategy[T]) -> SearchStrategy[tuple[T, ...]]:
    return st.lists(each, min_size=1, max_size=4, unique=True).map(tuple)


def timetables() -> SearchStrategy[Timetable]:
    """Times that come back, in any of the zones."""
    return st.builds(
        Timetable,
        repeats=recurrences(),
        first=st.dates(date(2, 1, 1), date(9_990, 12, 31)),
        at=times(),
        zone=st.sampled_from(ZONES),
        minutes=st.integers(1, A_DAY),
    )
