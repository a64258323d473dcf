"""Sessions in a calendar: what others read is what stands here, and it gives nothing away."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs
import icalendar
import pytest
import vobject
from dateutil.rrule import rruleset, rrulestr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import peerkit as pk
from peerkit.exchange import calendar
from peerkit.exchange.calendar import Cover
from peerkit.testing.strategies import timetables
from tests.ordinary import NOW, empty, group, opened, plan

COVER: Final = Cover(secret="a-secret-of-this-house", organizer="team@example.org")
#: A moment before everything, so that nothing is over.
LONG_AGO: Final = datetime(1, 1, 2, tzinfo=UTC)
CANARY: Final = "Zebrafinch"
#: What would say that it is peer support, or where the words come from.
TELLING: Final = ("peer", "support", "recovery", "program", "session", "series")


def session(**how: Any) -> pk.Session:
    """An hour of ana with p-7, planned for Monday evening in Chicago."""
    told: dict[str, Any] = {
        "id": "s-1",
        "form": pk.SessionForm.ONE_TO_ONE,
        "peer": "ana",
        "participants": ("p-7",),
        "starts": datetime(2026, 11, 9, 23, tzinfo=UTC),
        "zone": "America/Chicago",
        "minutes": 60,
    }
    return pk.Session(**told | how)


def series(when: pk.Timetable, **how: Any) -> pk.Series:
    """Ana and p-7 at these times."""
    told: dict[str, Any] = {"id": "r-1", "form": pk.SessionForm.ONE_TO_ONE, "peer": "ana"}
    return pk.Series(**told | {"participants": ("p-7",), "when": when} | how)


def table(text: str, first: str, at: str, zone: str = "America/Chicago") -> pk.Timetable:
    """A rule, at a time and a place, for an hour."""
    return pk.Timetable(
        repeats=pk.Recurrence.parse(text),
        first=date.fromisoformat(first),
        at=time.fromisoformat(at),
        zone=zone,
        minutes=60,
    )


def fed(*items: pk.Session | pk.Series, cover: Cover = COVER, now: datetime = LONG_AGO) -> bytes:
    """The feed of p-7."""
    return calendar.feed(items, "p-7", cover, now=now, sequence=lambda each: 3)


def invited(what: pk.Session, **how: Any) -> bytes:
    """The invitation of p-7."""
    told: dict[str, Any] = {"now": NOW, "sequence": 0, "address": "me@example.org"}
    return calendar.invite(what, "p-7", COVER, **told | how)


def lines(data: bytes) -> list[str]:
    """Its lines as they were before they were folded."""
    return data.decode().replace("\r\n ", "").split("\r\n")


def the(name: str, data: bytes) -> str:
    """The one line that begins so."""
    (found,) = (each for each in lines(data) if each.startswith(name))
    return found


# -- two readers that are not ours ---------------------------------------------------------------

#: When it starts, and how long it lasts.
Shown = tuple[datetime, timedelta]


def read_with_icalendar(data: bytes) -> list[Shown]:
    """Every time in a file: read by icalendar, repeated by dateutil on the wall of that zone."""
    events = list(icalendar.Calendar.from_ical(data).walk("VEVENT"))
    moved = {(str(each["UID"]), each["RECURRENCE-ID"].dt) for each in events if _over(each)}
    found = []
    for event in events:
        begins, lasts = event["DTSTART"].dt, event["DURATION"].dt
        starts = [begins]
        if "RRULE" in event:
            zone = begins.tzinfo
            times = rruleset()
            rule, _, until = event["RRULE"].to_ical().decode().partition("UNTIL=")
            until, _, rest = until.partition(";")
            last = datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).astimezone(zone)
            last_text = last.replace(tzinfo=None).isoformat().replace("-", "").replace(":", "")
            text = f"{rule}UNTIL={last_text};{rest}".rstrip(";")
            times.rrule(rrulestr(text, dtstart=begins.replace(tzinfo=None)))
            for each in _listed(event.get("EXDATE")):
                times.exdate(each.replace(tzinfo=None))
            starts = [each.replace(tzinfo=zone) for each in times]
            starts = [each for each in starts if (str(event["UID"]), each) not in moved]
        found += [(each.astimezone(UTC), lasts) for each in starts]
    return sorted(found)


def _over(event: icalendar.Event) -> bool:
    return "RECURRENCE-ID" in event


def _listed(dates: Any) -> list[datetime]:
    return [] if dates is None else [each.dt for each in dates.dts]


def read_with_vobject(data: bytes) -> list[Shown]:
    """Every time in a file: read and repeated by vobject, by the zone tables in the file."""
    # Its list of zones outlives a file; what is read here is what this file says.
    vobject.icalendar.__dict__["__tzidMap"].clear()
    (whole,) = vobject.readComponents(data.decode())
    events = whole.contents.get("vevent", [])
    moved = {
        (each.uid.value, each.recurrence_id.value.astimezone(UTC))
        for each in events
        if "recurrence-id" in each.contents
    }
    found = []
    for event in events:
        lasts = event.duration.value
        if "rrule" in event.contents:
            starts = [each.astimezone(UTC) for each in event.getrruleset()]
            starts = [each for each in starts if (event.uid.value, each) not in moved]
        else:
            starts = [event.dtstart.value.astimezone(UTC)]
        found += [(each, lasts) for each in starts]
    return sorted(found)


READERS: Final = (read_with_icalendar, read_with_vobject)


def meant(*items: pk.Session | pk.Series) -> list[Shown]:
    """What should be there."""
    spans = [
        (each.starts, timedelta(minutes=each.minutes))
        for item in items
        for each in ((item,) if isinstance(item, pk.Session) else item.occurrences)
    ]
    return sorted(spans)


@st.composite
def many_series(draw: st.DrawFn) -> pk.Series:
    """Times that come back, of which some are cancelled, planned, moved or over."""
    when = draw(timetables())
    days = [each.day for each in when.occurrences]
    some = st.lists(st.sampled_from(days), max_size=4, unique=True) if days else st.just([])
    moves = st.integers(-3_000, 3_000).map(lambda each: timedelta(minutes=each))
    starts = {each.day: each.starts for each in when.occurrences}
    return series(
        when,
        cancelled=draw(some),
        planned=draw(some),
        moved=[
            pk.MovedOccurrence(day=each, starts=starts[each] + draw(moves)) for each in draw(some)
        ],
        behind=draw(st.none() | st.sampled_from(days)) if days else None,
    )


class TestWhatOthersRead:
    """Two readers that know nothing of us show exactly the times that stand here."""

    @settings(deadline=None, max_examples=60)
    @given(many_series())
    def test_a_series_is_read_as_it_stands(self, one: pk.Series) -> None:
        """Whatever its rule, its zone, and what became of its days."""
        data = fed(one)

        for read in READERS:
            assert read(data) == meant(one)
