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

from peerkit.acts import (
    ACTS,
    Act,
    AskForStay,
    ExtendStay,
    PlanSeries,
    PlanSession,
    RecordSupervision,
    ReportSession,
)
from peerkit.acts.shifts import LONGEST_SHIFT
from peerkit.errors import MissingExtra
from peerkit.handbook.instruments import instruments, known_instrument
from peerkit.model import (
    DETAILS,
    NOUNS,
    Activity,
    Answer,
    Capital,
    ConsentForm,
    Experience,
    Formalities,
    Frequency,
    Handover,
    Hours,
    LivedExperience,
    MapEntry,
    MapKind,
    MissingDay,
    MovedOccurrence,
    NewPeerReads,
    Nights,
    Noun,
    OldPeerReads,
    Place,
    PlanKind,
    Pull,
    Recurrence,
    Role,
    Session,
    SessionForm,
    Supervision,
    SupervisionForm,
    Terms,
    Timetable,
    TopicHours,
    TrainingTopic,
    Weekday,
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
_AN_HOUR: Final = 60
_A_DAY: Final = 24 * _AN_HOUR
#: Languages with and without script, region and variant.
_LANGUAGES: Final = ("en", "es", "es-MX", "zh-Hant", "zh-Hant-TW", "es-419", "de-1996", "ase")

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
    """A field whose values depend on the fields before it, or on whose field it is."""
    depends = _DEPENDING.get(name)
    return None if depends is None else depends(kind, values)


def _ends(kind: type[Any], values: Mapping[str, Any]) -> SearchStrategy[Any]:
    lasts = st.timedeltas(timedelta(minutes=1), LONGEST_SHIFT)
    return lasts.map(lambda each: values["starts"] + each)


def _until(kind: type[Any], values: Mapping[str, Any]) -> SearchStrategy[Any] | None:
    if "guardian" in values:
        return st.none() | days().map(lambda each: each.replace(day=1))
    begins = {"since", "first"}.intersection(values)
    return _later_than(values[begins.pop()]) if begins else _first(kind, values)


def _first(kind: type[Any], values: Mapping[str, Any]) -> SearchStrategy[Any] | None:
    """Nights have a window around them."""
    asked = kind in {AskForStay, ExtendStay}
    return st.dates(date(3, 1, 1), date(9980, 12, 31)) if asked else None


def _last(kind: type[Any], values: Mapping[str, Any]) -> SearchStrategy[Any] | None:
    return _from_on(values["first"]) if "first" in values else None


def _form(kind: type[Any], values: Mapping[str, Any]) -> SearchStrategy[Any] | None:
    """What a session with so many participants may be."""
    if kind not in {*_SESSIONS, *_PLANS}:
        return None
    if len(values.get("participants", ("anybody",))) != 1:
        return st.just(SessionForm.GROUP)
    return st.sampled_from(
        [each for each in SessionForm if kind not in _PLANS or each is not SessionForm.AD_HOC]
    )


_SESSIONS: Final = frozenset({PlanSession, ReportSession, Session})
_PLANS: Final = frozenset({PlanSession, PlanSeries})


def _of_group(
    alone: Any, drawn: Callable[[Mapping[str, Any]], SearchStrategy[Any] | None]
) -> Callable[[type[Any], Mapping[str, Any]], SearchStrategy[Any] | None]:
    """A field that only the session of a group has; any other has ``alone``."""

    def depends(kind: type[Any], values: Mapping[str, Any]) -> SearchStrategy[Any] | None:
        if kind not in _SESSIONS:
            return None
        return drawn(values) if values["form"] is SessionForm.GROUP else st.just(alone)

    return depends


def _not_there(values: Mapping[str, Any]) -> SearchStrategy[tuple[str, ...]]:
    return _others((*values["participants"], *values.get("excused", ())))


def _of_a_series(series: str | None) -> SearchStrategy[Any]:
    """A day where there is a series."""
    return st.none() if series is None else days()


def _others(named: tuple[str, ...]) -> SearchStrategy[tuple[str, ...]]:
    """Up to three different ids that are none of these."""
    return st.lists(ids(), max_size=3, unique=True).map(
        lambda drawn: tuple(each for each in drawn if each not in named)
    )


def _answering(instrument: str) -> SearchStrategy[tuple[Answer, ...]]:
    """Answers that fit an instrument, some left out; any where it is none of ours."""
    known = known_instrument(instrument)
    items = codes() if known is None else st.sampled_from(known.items)
    points = st.integers(0, 9) if known is None else st.integers(known.least, known.most)
    answer = st.builds(Answer, item=items, points=points)
    return st.lists(answer, max_size=9, unique_by=lambda each: each.item).map(tuple)


def _other_roles(role: Role) -> SearchStrategy[Any]:
    others = [each for each in Role if each is not role]
    return st.lists(st.sampled_from(others), max_size=3, unique=True).map(tuple)


def _of_a_directive(other: SearchStrategy[Any], of: PlanKind) -> SearchStrategy[Any]:
    return st.none() | other if of is PlanKind.ADVANCE_DIRECTIVE else st.none()


def _later_than(since: date) -> SearchStrategy[Any]:
    later = st.timedeltas(timedelta(days=1), timedelta(days=365)).map(lambda each: since + each)
    return later | st.none() if isinstance(since, datetime) else later


def _from_on(first: date) -> SearchStrategy[date]:
    return st.timedeltas(timedelta(0), timedelta(days=60)).map(lambda each: first + each)


def _topic_hours() -> SearchStrategy[TopicHours]:
    amounts = st.integers(0, 100 * _AN_HOUR)
    return st.builds(
        TopicHours,
        topic=st.sampled_from(TrainingTopic),
        minutes=amounts,
        before=st.lists(amounts, max_size=3).map(tuple),
    )


@st.composite
def _sharing(draw: DrawFn, minutes: int) -> tuple[Activity, ...]:
    """Some activities that take no more than these minutes together."""
    found: list[Activity] = []
    for _ in range(draw(st.integers(1, 3))):
        found.append(draw(activities(most=minutes)))
        minutes -= found[-1].minutes
    return tuple(found)


def _handover(until: date | None, new: NewPeerReads) -> Handover:
    """With a last day where there is one."""
    if until is None:
        return Handover(old=OldPeerReads.OWN_NOTES, new=new)
    return Handover(old=OldPeerReads.OWN_NOTES_UNTIL, until=until, new=new)


@st.composite
def _hours(draw: DrawFn) -> Hours:
    """A stretch of some days that ends after it begins."""
    opens = draw(st.integers(0, _A_DAY - 1))
    clocks = [f"{each // 60:02}:{each % 60:02}" for each in (opens, draw(_after_minute(opens)))]
    days = tuple(draw(st.lists(st.sampled_from(Weekday), min_size=1, max_size=3, unique=True)))
    return Hours(days=days, opens=clocks[0], closes=clocks[1])


def _after_minute(minute: int) -> SearchStrategy[int]:
    return st.integers(minute + 1, _A_DAY)


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


def _lived(of: Experience) -> SearchStrategy[LivedExperience]:
    """An experience, with a detail of its own or none."""
    details = [None, *sorted(DETAILS.get(of, ()))]
    return st.builds(
        LivedExperience, of=st.just(of), offered=st.booleans(), detail=st.sampled_from(details)
    )


def _a_week() -> SearchStrategy[int | None]:
    return st.none() | st.integers(0, 7 * _A_DAY)


#: Fields whose values depend on others: each is asked with its class and the values before it.
_DEPENDING: Final[
    Mapping[str, Callable[[type[Any], Mapping[str, Any]], SearchStrategy[Any] | None]]
] = {
    "ends": _ends,
    "until": _until,
    "first": _first,
    "last": _last,
    "form": _form,
    "participants": lambda kind, values: _others(()) if kind in _SESSIONS else None,
    "with_peers": lambda kind, values: _others((values["peer"],)),
    "group": _of_group(None, lambda values: None),
    "anonymous": _of_group(0, lambda values: st.integers(0 if values["participants"] else 1, 3)),
    "excused": _of_group((), _not_there),
    "absent": _of_group((), _not_there),
    "minutes": lambda kind, values: (
        st.integers(0, _A_DAY) if kind in {RecordSupervision, Supervision} else None
    ),
    "others": lambda kind, values: st.lists(
        ids(), max_size=3 if values["form"] is SupervisionForm.GROUP else 0, unique=True
    ).map(tuple),
    "hours": lambda kind, values: st.lists(
        _topic_hours(), max_size=3, unique_by=lambda each: each.topic
    ).map(tuple),
    "occurrence": lambda kind, values: _of_a_series(values["series"]),
    "activities": lambda kind, values: _sharing(values["minutes"]),
    "answers": lambda kind, values: _answering(values["instrument"]),
    "also": lambda kind, values: _other_roles(values["role"]),
    "agent": lambda kind, values: _of_a_directive(ids(), values["of"]),
    "formalities": lambda kind, values: _of_a_directive(st.sampled_from(Formalities), values["of"]),
}


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
    Nights: lambda: _built(Nights, {}),
    LivedExperience: lambda: st.sampled_from(Experience).flatmap(_lived),
    MapEntry: lambda: st.builds(
        MapEntry,
        id=ids(),
        of=st.sampled_from(MapKind),
        pull=st.sampled_from(Pull),
        capital=st.none() | st.sampled_from(Capital),
    ),
    Place: lambda: st.builds(Place, east=st.integers(-500, 500), north=st.integers(-500, 500)),
    Handover: lambda: st.builds(_handover, st.none() | days(), st.sampled_from(NewPeerReads)),
    # -- confidentiality
    Hours: _hours,
    Terms: lambda: _built(Terms, {}),
    ConsentForm: lambda: _built(ConsentForm, {}),
}
#: Fields whose annotation says less than their name.
_PLAIN: Final = (str, str | None, tuple[str, ...], int, int | None)
_BY_NAME: Final[Mapping[str, Callable[[], SearchStrategy[Any]]]] = {
    "key": lambda: st.none() | keys(),
    "clause": codes,
    "instrument": lambda: st.sampled_from([each.id for each in instruments()]) | codes(),
    "funding": codes,
    "cents": lambda: st.integers(0, 10**15),
    "currency": lambda: st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3),
    "clauses": lambda: st.lists(codes(), min_size=1, max_size=3).map(tuple),
    "zone": lambda: st.sampled_from(_ZONES),
    "minutes": lambda: st.integers(1, _A_DAY),
    "counted": lambda: st.integers(0, _A_DAY),
    "hourly": lambda: st.integers(0, 100_000),
    "renewals": lambda: st.integers(0, 9),
    "service": lambda: st.none() | st.integers(0, 10_000),
    "setting": codes,
    "supervision": lambda: st.none() | st.integers(0, 10_000),
    "anonymous": lambda: st.integers(0, 3),
    "seats": lambda: st.none() | st.integers(1, 200),
    "receives": _a_week,
    "gives": _a_week,
    "languages": lambda: st.lists(st.sampled_from(_LANGUAGES), max_size=3, unique=True).map(tuple),
    "tells": lambda: st.lists(codes(), max_size=3).map(tuple),
    "prefers": lambda: st.lists(codes(), max_size=3).map(tuple),
    "not_with": lambda: st.lists(ids(), max_size=3, unique=True).map(tuple),
    "offers": lambda: st.integers(0, 2_400),
    "wants": lambda: st.integers(0, 600),
    "tries": lambda: st.integers(0, 1_000),
    "channel": codes,
    # -- confidentiality
    "items": lambda: st.lists(codes(), max_size=3, unique=True).map(tuple),
}
