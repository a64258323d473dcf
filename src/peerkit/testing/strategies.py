"""Hypothesis strategies for nouns and acts: everything that may be, and nothing that is refused.

Each value is built to fit, field by field, so nothing is drawn and thrown away::

    @given(acts(pk.ProposeMatch, pk.AcceptMatch))
    def test_mine(act: pk.Act) -> None: ...

Needs hypothesis (``pip install 'peerkit[testing]'``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import Enum
from functools import lru_cache
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, get_args
from zoneinfo import ZoneInfo

import attrs

from peerkit.acts import ACTS, Act, PlanSeries, PlanSession, RecordSupervision
from peerkit.errors import MissingExtra
from peerkit.model import (
    NOUNS,
    Activity,
    Experience,
    Frequency,
    LivedExperience,
    MissingDay,
    MovedOccurrence,
    Noun,
    Recurrence,
    SessionForm,
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
    "activities",
    "acts",
    "codes",
    "days",
    "ids",
    "keys",
    "moments",
    "nouns",
    "recurrences",
    "times",
    "timetables",
    "words",
]

T = TypeVar("T")
A = TypeVar("A", bound=Act)
N = TypeVar("N", bound=Noun)

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_DIGITS: Final = "0123456789"
#: Zones with whole, half and quarter hours, with and without summer time, east and west.
_ZONES: Final = (
    "UTC",
    "America/Chicago",
    "Europe/Dublin",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
)
_A_DAY: Final = 24 * 60
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
        timezones=st.sampled_from([*zones, *map(ZoneInfo, _ZONES)]),
    )


def activities(book: Book | None = None, *, most: int = _A_DAY) -> SearchStrategy[Activity]:
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
        zone=st.sampled_from(_ZONES),
        minutes=st.integers(1, _A_DAY),
    )


def acts(*kinds: type[A], **fields: SearchStrategy[Any]) -> SearchStrategy[A]:
    """Acts of these kinds, or of any. ``fields`` say where a field's value comes from."""
    return _one_of(kinds or cast("tuple[type[A], ...]", ACTS), fields)


def nouns(*kinds: type[N], **fields: SearchStrategy[Any]) -> SearchStrategy[N]:
    """Nouns of these kinds, or of any. ``fields`` say where a field's value comes from."""
    return _one_of(kinds or cast("tuple[type[N], ...]", NOUNS), fields)


def _one_of(
    kinds: tuple[type[T], ...], fields: Mapping[str, SearchStrategy[Any]]
) -> SearchStrategy[T]:
    return st.sampled_from(kinds).flatmap(lambda kind: _built(kind, fields))


def _joined(*parts: SearchStrategy[str]) -> SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


@st.composite
def _built(draw: DrawFn, kind: type[Any], given: Mapping[str, SearchStrategy[Any]]) -> Any:
    """Draws one field after the other: a later one may depend on those before it."""
    values: dict[str, Any] = {}
    for name, hint in _hints(cast("Any", kind)):
        if name in given:
            where = given[name]
        else:
            depends = _after(kind, name, values)
            where = _for(kind, name, hint) if depends is None else depends
        values[name] = draw(where)
    return kind(**values)


@lru_cache(maxsize=256)
def _hints(kind: type[Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((each.name, each.type) for each in attrs.fields(attrs.resolve_types(kind)))


def _after(kind: type[Any], name: str, values: Mapping[str, Any]) -> SearchStrategy[Any] | None:
    """A field whose values depend on a field before it."""
    if name == "until" and "since" in values:
        return _later_than(values["since"])
    if name == "form" and len(values.get("participants", ())) > 1:
        return st.just(SessionForm.GROUP)
    if name == "form" and kind in {PlanSession, PlanSeries}:
        return st.sampled_from([each for each in SessionForm if each is not SessionForm.AD_HOC])
    if name == "minutes" and kind is RecordSupervision:
        return st.integers(0, _A_DAY)
    if name == "activities" and "minutes" in values:
        return _sharing(values["minutes"])
    one = name == "occurrence" and "series" in values
    return _of_a_series(values["series"]) if one else None


def _of_a_series(series: str | None) -> SearchStrategy[Any]:
    """A day where there is a series."""
    return st.none() if series is None else days()


def _later_than(since: date) -> SearchStrategy[Any]:
    later = st.timedeltas(timedelta(days=1), timedelta(days=365)).map(lambda each: since + each)
    return later | st.none() if isinstance(since, datetime) else later


@st.composite
def _sharing(draw: DrawFn, minutes: int) -> tuple[Activity, ...]:
    """Some activities that take no more than these minutes together."""
    found: list[Activity] = []
    for _ in range(draw(st.integers(1, 3))):
        found.append(draw(activities(most=minutes)))
        minutes -= found[-1].minutes
    return tuple(found)


def _for(kind: type[Any], name: str, hint: Any) -> SearchStrategy[Any]:
    if name == "status" and issubclass(kind, Noun):
        return st.sampled_from(sorted(kind.lifecycle.steps))
    named = _BY_NAME.get(name) if hint in _PLAIN else None
    return _of_type(hint) if named is None else named()


@lru_cache(maxsize=256)
def _of_type(hint: Any) -> SearchStrategy[Any]:
    """What fits an annotation."""
    inner = get_args(hint)
    if NoneType in inner:
        (other,) = [each for each in inner if each is not NoneType]
        return st.none() | _of_type(other)
    if inner:
        return st.lists(_of_type(inner[0]), min_size=1, max_size=3, unique=True).map(tuple)
    if issubclass(hint, Enum):
        return st.sampled_from(hint)
    return _OF_TYPE[hint]()


_OF_TYPE: Final[Mapping[type[Any], Callable[[], SearchStrategy[Any]]]] = {
    str: ids,
    bool: st.booleans,
    date: days,
    datetime: moments,
    Words: words,
    Activity: activities,
    time: times,
    Recurrence: recurrences,
    Timetable: timetables,
    MovedOccurrence: lambda: st.builds(MovedOccurrence, day=days(), starts=moments()),
    LivedExperience: lambda: st.builds(
        LivedExperience, of=st.sampled_from(Experience), offered=st.booleans()
    ),
}
#: Fields whose annotation says less than their name.
_PLAIN: Final = (str, str | None, tuple[str, ...], int, int | None)
_BY_NAME: Final[Mapping[str, Callable[[], SearchStrategy[Any]]]] = {
    "key": lambda: st.none() | keys(),
    "clause": codes,
    "clauses": lambda: st.lists(codes(), min_size=1, max_size=3).map(tuple),
    "zone": lambda: st.sampled_from(_ZONES),
    "minutes": lambda: st.integers(1, _A_DAY),
    "counted": lambda: st.integers(0, _A_DAY),
    "seats": lambda: st.none() | st.integers(1, 200),
}
