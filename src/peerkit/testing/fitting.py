"""What fits each field of a noun or an act, so that nothing is drawn and thrown away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, cast, get_args

import attrs

from peerkit.acts import (
    AskForStay,
    CancelNotice,
    ExtendStay,
    PassOnNotice,
    PlanSeries,
    PlanSession,
    RecordSupervision,
    Remind,
    ReportSession,
)
from peerkit.acts.shifts import LONGEST_SHIFT
from peerkit.errors import MissingExtra
from peerkit.handbook.instruments import instruments, known_instrument
from peerkit.model import (
    DETAILS,
    Activity,
    AgreedHours,
    Answer,
    Capital,
    ConsentForm,
    ContactPoint,
    Experience,
    Formalities,
    Handover,
    LivedExperience,
    MapEntry,
    MapKind,
    MovedOccurrence,
    NewPeerReads,
    Nights,
    NoticeChannel,
    Noun,
    OldPeerReads,
    ParticipantStatus,
    PeerStatus,
    PlanKind,
    Pull,
    Recurrence,
    Role,
    Series,
    Session,
    SessionForm,
    SupervisionForm,
    Terms,
    Timetable,
    TopicHours,
    TrainingTopic,
    Weekday,
    Whereabouts,
    Words,
)
from peerkit.testing.drawing import (
    A_DAY,
    AN_HOUR,
    ZONES,
    activities,
    codes,
    days,
    ids,
    keys,
    moments,
    recurrences,
    times,
    timetables,
    words,
)

try:
    from hypothesis import strategies as st
except ImportError:
    raise MissingExtra("hypothesis", "testing") from None

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy


__all__ = ["built"]

#: Languages with and without script, region and variant.
_LANGUAGES: Final = ("en", "es", "es-MX", "zh-Hant", "zh-Hant-TW", "es-419", "de-1996", "ase")


@st.composite
def built(draw: DrawFn, kind: type[Any], given: Mapping[str, SearchStrategy[Any]]) -> Any:
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
    before, fits = _DEPENDING.get(name, ("", _nothing))
    return fits(kind, values) if before in {"", *values} else None


def _nothing(kind: type[Any], values: Mapping[str, Any]) -> None:
    """Nothing depends on it."""


def _asked_for(kind: type[Any], values: Mapping[str, Any]) -> SearchStrategy[Any] | None:
    """A status that an act can ask for: somebody is forgotten by an act of its own."""
    asked = {"ChangeService": PeerStatus, "ChangeParticipation": ParticipantStatus}
    if kind.__name__ not in asked:
        return None
    return st.sampled_from([each for each in asked[kind.__name__] if each.value != "forgotten"])


def _ends(kind: type[Any], values: Mapping[str, Any]) -> SearchStrategy[Any]:
    lasts = st.timedeltas(timedelta(minutes=1), LONGEST_SHIFT)
    return lasts.map(lambda each: values["starts"].astimezone(UTC) + each)


def _until(kind: type[Any], values: Mapping[str, Any]) -> SearchStrategy[Any] | None:
    if "guardian" in values:
        return st.none() | days().map(lambda each: each.replace(day=1))
    begins = {"since", "first"}.intersection(values)
    return _later_than(values[begins.pop()]) if begins else _first(kind, values)


def _first(kind: type[Any], values: Mapping[str, Any]) -> SearchStrategy[Any] | None:
    """Nights have a window around them."""
    asked = kind in {AskForStay, ExtendStay}
    return st.dates(date(3, 1, 1), date(9980, 12, 31)) if asked else None


def _form(kind: type[Any], values: Mapping[str, Any]) -> SearchStrategy[Any] | None:
    """What a session with so many participants may be."""
    if kind not in _SESSIONS:
        return None
    if len(values.get("participants", ("anybody",))) != 1:
        return st.just(SessionForm.GROUP)
    return st.sampled_from(
        [each for each in SessionForm if kind not in _PLANS or each is not SessionForm.AD_HOC]
    )


_SESSIONS: Final = frozenset({PlanSession, ReportSession, Session, PlanSeries, Series})
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


def _beside(form: SupervisionForm) -> SearchStrategy[tuple[str, ...]]:
    """Others sit in at a talk in a group, and at no other."""
    group = form is SupervisionForm.GROUP
    return st.lists(ids(), max_size=3 * group, unique=True).map(tuple)


def _each_once(kind: type[Any]) -> SearchStrategy[tuple[Any, ...]]:
    """A few of these, no two of which are called the same."""
    some = st.lists(_OF_TYPE[kind](), max_size=3, unique_by=lambda each: each.id)
    return some.map(tuple)


def _all_topics() -> SearchStrategy[tuple[TopicHours, ...]]:
    """Hours on some topics, each topic once."""
    return st.lists(_topic_hours(), max_size=3, unique_by=lambda each: each.topic).map(tuple)


def _topic_hours() -> SearchStrategy[TopicHours]:
    amounts = st.integers(0, 100 * AN_HOUR)
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
def _hours(draw: DrawFn, on: Sequence[Weekday] = tuple(Weekday)) -> AgreedHours:
    """A stretch of some of these days that ends after it begins."""
    opens = draw(st.integers(0, A_DAY - 1))
    clocks = [_clock(each) for each in (opens, draw(_after_minute(opens)))]
    days = tuple(draw(st.lists(st.sampled_from(on), min_size=1, max_size=3, unique=True)))
    return AgreedHours(days=days, opens=clocks[0], closes=clocks[1])


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _wall_time() -> SearchStrategy[str | None]:
    return st.none() | st.integers(0, A_DAY - 1).map(_clock)


def _some_hours(on: Sequence[Weekday]) -> SearchStrategy[tuple[AgreedHours, ...]]:
    """Up to two stretches of these days: six days at most."""
    return st.lists(_hours(on), max_size=2).map(tuple)


def _only(quiet: tuple[AgreedHours, ...]) -> SearchStrategy[tuple[AgreedHours, ...]]:
    """Hours on days that have no quiet ones, so that some time is left."""
    kept = {day for each in quiet for day in each.days}
    return _some_hours([each for each in Weekday if each not in kept])


@st.composite
def _contact_point(draw: DrawFn) -> ContactPoint:
    """A way to a person; only the app needs no address."""
    channel = draw(st.sampled_from(NoticeChannel))
    return ContactPoint(
        channel=channel,
        address="" if channel is NoticeChannel.APP else draw(ids()),
        safe=draw(st.booleans()),
        failed=draw(st.booleans()),
        nth=draw(st.integers(1, 9)),
    )


def _told(kind: type[Any], values: Mapping[str, Any]) -> SearchStrategy[str] | None:
    """The kind of a message, which an act names that tells of one."""
    if kind not in {CancelNotice, PassOnNotice, Remind}:
        return None
    return st.sampled_from(["match.proposed", "session.tomorrow", "call.needed", "a.b-1.c"])


def _after_minute(minute: int) -> SearchStrategy[int]:
    return st.integers(minute + 1, A_DAY)


def _digests() -> SearchStrategy[str]:
    return st.text("0123456789abcdef", min_size=64, max_size=64)


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
    return st.none() | st.integers(0, 7 * A_DAY)


#: Fields whose values depend on others: on which, and what then fits, by class and values so far.
_DEPENDING: Final[
    Mapping[str, tuple[str, Callable[[type[Any], Mapping[str, Any]], SearchStrategy[Any] | None]]]
] = {
    "status": ("", _asked_for),
    "ends": ("starts", _ends),
    "until": ("", _until),
    "first": ("", _first),
    "last": ("first", lambda kind, values: _from_on(values["first"])),
    "form": ("participants", _form),
    "participants": ("peer", lambda kind, values: _others(()) if kind in _SESSIONS else None),
    "with_peers": ("peer", lambda kind, values: _others((values["peer"],))),
    "group": ("form", _of_group(None, lambda values: None)),
    "anonymous": (
        "form",
        _of_group(0, lambda values: st.integers(0 if values["participants"] else 1, 3)),
    ),
    "excused": ("form", _of_group((), _not_there)),
    "absent": ("form", _of_group((), _not_there)),
    "minutes": (
        "by",
        lambda kind, values: st.integers(0, A_DAY) if kind is RecordSupervision else None,
    ),
    "others": ("form", lambda kind, values: _beside(values["form"])),
    "hours": ("until", lambda kind, values: _all_topics()),
    "occurrence": ("series", lambda kind, values: _of_a_series(values["series"])),
    "activities": ("minutes", lambda kind, values: _sharing(values["minutes"])),
    "answers": ("instrument", lambda kind, values: _answering(values["instrument"])),
    "also": ("role", lambda kind, values: _other_roles(values["role"])),
    "agent": ("of", lambda kind, values: _of_a_directive(ids(), values["of"])),
    "of": ("by", _told),
    "quiet": ("", lambda kind, values: _some_hours(tuple(Weekday))),
    "only": ("quiet", lambda kind, values: _only(values["quiet"])),
    "entries": ("id", lambda kind, values: _each_once(MapEntry)),
    "formalities": (
        "of",
        lambda kind, values: _of_a_directive(st.sampled_from(Formalities), values["of"]),
    ),
}


_OF_TYPE: Final[Mapping[type[Any], Callable[[], SearchStrategy[Any]]]] = {
    str: ids,
    int: lambda: st.integers(0, 9),
    bool: st.booleans,
    date: days,
    datetime: moments,
    Words: words,
    Activity: activities,
    time: times,
    Recurrence: recurrences,
    Timetable: timetables,
    MovedOccurrence: lambda: st.builds(MovedOccurrence, day=days(), starts=moments()),
    Nights: lambda: built(Nights, {}),
    LivedExperience: lambda: st.sampled_from(Experience).flatmap(_lived),
    MapEntry: lambda: st.builds(
        MapEntry,
        id=ids(),
        of=st.sampled_from(MapKind),
        pull=st.sampled_from(Pull),
        capital=st.none() | st.sampled_from(Capital),
    ),
    Whereabouts: lambda: st.builds(
        Whereabouts, east=st.integers(-500, 500), north=st.integers(-500, 500)
    ),
    Handover: lambda: st.builds(_handover, st.none() | days(), st.sampled_from(NewPeerReads)),
    # -- confidentiality
    AgreedHours: _hours,
    Terms: lambda: built(Terms, {}),
    ConsentForm: lambda: built(ConsentForm, {}),
    # -- notices
    ContactPoint: _contact_point,
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
    "zone": lambda: st.sampled_from(ZONES),
    "minutes": lambda: st.integers(1, A_DAY),
    "gone": lambda: st.integers(0, 3),
    "counted": lambda: st.integers(0, A_DAY),
    "setting": codes,
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
    # -- breaks of the journal
    "found": lambda: st.lists(_digests(), min_size=1, max_size=3).map(tuple),
    # -- notices
    "language": lambda: st.sampled_from(_LANGUAGES),
    "digest": _wall_time,
}
