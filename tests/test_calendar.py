"""Sessions in a calendar: what others read is what stands here, and it gives nothing away."""

from __future__ import annotations

import io
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

import attrs
import icalendar
import pytest
from dateutil import tz
from dateutil.rrule import rruleset, rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

import peerkit as pk
from peerkit.exchange import calendar
from peerkit.exchange.calendar import Cover
from peerkit.testing.strategies import timetables
from tests.ordinary import NOW, empty, opened, plan
from tests.reading_by_hand import read_by_hand

pytestmark = pytest.mark.once

#: The other readers, whose types say less, or more, than what is in a file.
OTHERS: Final[Any] = SimpleNamespace(
    read=icalendar.Calendar.from_ical, vobject=import_module("vobject"), tz=tz
)
HOUSE: Final = "what-makes-the-names"
COVER: Final = Cover(secret=HOUSE, organizer="team@example.org")
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


# -- three readers that are not ours --------------------------------------------------------------

#: When it starts, and how long it lasts.
Shown = tuple[datetime, timedelta]


def read_with_icalendar(data: bytes) -> list[Shown]:
    """Every time in a file: read by icalendar, repeated by dateutil on the wall of that zone."""
    events = list(OTHERS.read(data).walk("VEVENT"))
    moved = {(str(each["UID"]), each["RECURRENCE-ID"].dt) for each in events if _over(each)}
    found = []
    for event in events:
        begins, lasts = event["DTSTART"].dt, event["DURATION"].dt
        starts = [begins, *_listed(event.get("RDATE"))]
        if "RRULE" in event:
            zone = begins.tzinfo
            times: Any = rruleset()
            rule, _, until = event["RRULE"].to_ical().decode().partition("UNTIL=")
            until, _, rest = until.partition(";")
            last = datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).astimezone(zone)
            last_text = last.replace(tzinfo=None).isoformat().replace("-", "").replace(":", "")
            text = f"{rule}UNTIL={last_text};{rest}".rstrip(";")
            times.rrule(rrulestr(text, dtstart=begins.replace(tzinfo=None)))
            for each in _listed(event.get("EXDATE")):
                times.exdate(each.replace(tzinfo=None))
            starts = [each.replace(tzinfo=zone) for each in times]
        if not _over(event):
            starts = [each for each in starts if (str(event["UID"]), each) not in moved]
        found += [(each.astimezone(UTC), lasts) for each in starts]
    return sorted(found)


def _over(event: Any) -> bool:
    return "RECURRENCE-ID" in event


def _listed(dates: Any) -> list[datetime]:
    return [] if dates is None else [each.dt for each in dates.dts]


def read_with_vobject(data: bytes) -> list[Shown]:
    """Every time in a file: read and repeated by vobject, by the zone tables in the file."""
    # Its list of zones outlives a file; what is read here is what this file says.
    zones = OTHERS.vobject.icalendar.__dict__["__tzidMap"]
    for each in {*zones} - {"UTC"}:
        del zones[each]
    (whole,) = OTHERS.vobject.readComponents(data.decode())
    events = whole.contents.get("vevent", [])
    moved = {
        (each.uid.value, each.recurrence_id.value.astimezone(UTC))
        for each in events
        if "recurrence-id" in each.contents
    }
    found = []
    for event in events:
        lasts = event.duration.value
        if {"rrule", "rdate"} & event.contents.keys():
            times = event.getrruleset(addRDate="rdate" in event.contents)
            starts = [each.astimezone(UTC) for each in times]
            starts = [each for each in starts if (event.uid.value, each) not in moved]
        else:
            starts = [event.dtstart.value.astimezone(UTC)]
            if "recurrence-id" not in event.contents:
                starts = [each for each in starts if (event.uid.value, each) not in moved]
        found += [(each, lasts) for each in starts]
    return sorted(found)


READERS: Final = (read_with_icalendar, read_with_vobject, read_by_hand)


def meant(*items: pk.Session | pk.Series) -> list[Shown]:
    """What should be there."""
    spans = [
        (each.starts, timedelta(minutes=each.minutes))
        for item in items
        for each in ((item,) if isinstance(item, pk.Session) else item.occurrences)
    ]
    return sorted(spans)


#: Days that months do not have, and times that clocks leave out or show twice.
ODD_RULES: Final = (
    *("FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=SU"),
    "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;BYMONTHDAY=31;COUNT=9",
    "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=BACKWARD;BYMONTH=2;BYMONTHDAY=30",
)
ODD_TIMES: Final = (time(0, 30), time(1, 15), time(1, 45), time(2), time(2, 20), time(2, 30))


@st.composite
def many_series(draw: st.DrawFn) -> pk.Series:
    """Times that come back, of which some are cancelled, planned, moved or over."""
    when = draw(timetables())
    if draw(st.booleans()):  # a rule that meets what RFC 5545 cannot say, more often than by chance
        when = attrs.evolve(
            when,
            repeats=pk.Recurrence.parse(draw(st.sampled_from(ODD_RULES))),
            at=draw(st.sampled_from(ODD_TIMES)),
        )
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
    """Readers that know nothing of us show exactly the times that stand here."""

    @settings(deadline=None, max_examples=80)
    @given(many_series())
    def test_a_series_is_read_as_it_stands(self, one: pk.Series) -> None:
        """Whatever its rule, its zone, and what became of its days."""
        data = fed(one)

        for read in READERS:
            assert read(data) == meant(one)

    @pytest.mark.parametrize(
        ("text", "first", "at", "zone", "shown"),
        [
            # Five in the evening there, on both sides of the change of its clocks.
            (
                "FREQ=WEEKLY;BYDAY=MO;COUNT=3",
                *("2026-10-26", "17:00", "America/Chicago"),
                "2026-10-26T22:00 2026-11-02T23:00 2026-11-09T23:00",
            ),
            (
                "FREQ=DAILY;COUNT=3",
                *("2026-10-03", "10:00", "Australia/Lord_Howe"),
                "2026-10-02T23:30 2026-10-03T23:00 2026-10-04T23:00",
            ),
            # The 8th has no 02:30: as much later as the clocks went.
            (
                "FREQ=DAILY;COUNT=3",
                *("2026-03-07", "02:30", "America/Chicago"),
                "2026-03-07T08:30 2026-03-08T08:30 2026-03-09T07:30",
            ),
            # The 1st has 01:30 twice: the first of the two.
            (
                "FREQ=DAILY;COUNT=3",
                *("2026-10-31", "01:30", "America/Chicago"),
                "2026-10-31T06:30 2026-11-01T06:30 2026-11-02T07:30",
            ),
            # Samoa had no 30 December.
            (
                "FREQ=DAILY;COUNT=3",
                *("2011-12-29", "12:00", "Pacific/Apia"),
                "2011-12-29T22:00 2011-12-30T22:00",
            ),
            (
                "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;COUNT=3",
                *("2027-01-31", "12:00", "UTC"),
                "2027-01-31T12:00 2027-02-28T12:00 2027-03-31T12:00",
            ),
            (
                "FREQ=MONTHLY;COUNT=3",
                *("2027-01-31", "12:00", "UTC"),
                "2027-01-31T12:00 2027-03-31T12:00 2027-05-31T12:00",
            ),
        ],
    )  # fmt: skip
    def test_each_trap_of_the_calendar_is_read_as_the_policy_says(
        self, text: str, first: str, at: str, zone: str, shown: str
    ) -> None:
        """Written out by hand; the days that RFC 5545 cannot say stand there one by one."""
        data = fed(series(table(text, first, at, zone)))

        for read in READERS:
            assert [f"{each:%Y-%m-%dT%H:%M}" for each, _ in read(data)] == shown.split()

    def test_one_rule_says_what_a_rule_can_say(self) -> None:
        """One event with the days left out, and one for the day at another time."""
        when = table("FREQ=WEEKLY;BYDAY=MO;COUNT=10", "2026-11-09", "17:00")
        later = datetime(2026, 11, 24, 20, tzinfo=UTC)
        one = series(
            when,
            cancelled=(date(2026, 11, 16),),
            planned=(date(2026, 11, 30),),
            moved=(pk.MovedOccurrence(day=date(2026, 11, 23), starts=later),),
        )
        data = fed(one)

        assert Counter(lines(data))["BEGIN:VEVENT"] == 2
        assert "DTSTART;TZID=America/Chicago:20261109T170000" in lines(data)
        assert the("RRULE", data) == "RRULE:FREQ=WEEKLY;UNTIL=20270111T230000Z;BYDAY=MO"
        assert the("EXDATE", data) == (
            "EXDATE;TZID=America/Chicago:20261116T170000,20261130T170000"
        )
        assert the("RECURRENCE-ID", data) == ("RECURRENCE-ID;TZID=America/Chicago:20261123T170000")
        assert "DTSTART:20261124T200000Z" in lines(data)
        assert len({each for each in lines(data) if each.startswith("UID")}) == 1

    def test_what_no_rule_says_is_said_time_by_time(self) -> None:
        """Each is called as its session will be, so that planning it changes nothing."""
        one = series(table("FREQ=DAILY;COUNT=4", "2026-03-06", "02:30"))
        data = fed(one)
        session_ = session(id="r-1/2026-03-08", starts=one.occurrences[2].starts)

        assert Counter(lines(data))["BEGIN:VEVENT"] == 4
        assert not [each for each in lines(data) if each.startswith("RRULE")]
        assert the("UID", fed(session_)) in lines(data)

    def test_a_session_is_a_moment(self) -> None:
        """In UTC, with as many minutes as it has: a day of 25 hours makes it no longer."""
        whole = session(starts=datetime(2026, 11, 1, 5, tzinfo=UTC), minutes=1440)
        data = fed(whole)

        assert the("DTSTART", data) == "DTSTART:20261101T050000Z"
        assert the("DURATION", data) == "DURATION:PT1440M"
        for read in READERS:
            assert read(data) == [(whole.starts, timedelta(hours=24))]

    def test_a_feed_of_many_is_all_of_them(self) -> None:
        """Sessions and series of several zones, each by its own clock."""
        items = (
            session(),
            series(table("FREQ=WEEKLY;COUNT=30", "2026-11-09", "17:00")),
            series(table("FREQ=DAILY;COUNT=300", "2026-03-09", "09:00", "Europe/Dublin"), id="r-2"),
            series(table("FREQ=MONTHLY;BYDAY=-1FR", "2031-01-01", "17:00"), id="r-3"),
        )
        data = fed(*items)

        for read in READERS:
            assert read(data) == meant(*items)
        assert Counter(lines(data))["BEGIN:VTIMEZONE"] == 2

    @pytest.mark.parametrize(("year", "each"), [(1971, 9), (2011, 9), (2026, 3)])
    def test_the_clocks_of_the_places_are_told_as_they_go(self, year: int, each: int) -> None:
        """The table of a zone, read by dateutil, says what zoneinfo says, five years long."""
        for zone in sorted(available_timezones() - {"UTC", "localtime"})[::each]:
            when = table("FREQ=MONTHLY", f"{year}-01-01", "12:00", zone)
            _, inside, _ = fed(series(when)).decode().split("VTIMEZONE")
            told = OTHERS.tz.tzical(io.StringIO(f"BEGIN:VTIMEZONE{inside}VTIMEZONE")).get(zone)
            for day in when.occurrences:
                assert told.utcoffset(day.wall) == ZoneInfo(zone).utcoffset(day.wall), zone


class TestInvitations:
    """One session, one person."""

    def test_an_invitation_says_when_and_who_answers_whom(self) -> None:
        """Every line of it, and nothing else."""
        said = lines(invited(session()))
        uid = calendar.uid_of(pk.Session, "s-1", person="p-7", secret=COVER.secret)

        assert sorted(said) == sorted(
            [
                *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Calendar//Calendar 1.0//EN"),
                *("METHOD:REQUEST", "BEGIN:VEVENT", "SUMMARY:Appointment"),
                *("DTSTART:20261109T230000Z", "DURATION:PT60M", "DTSTAMP:20261102T120000Z"),
                *(f"UID:{uid}", "SEQUENCE:0", "CLASS:CONFIDENTIAL", "STATUS:CONFIRMED"),
                *("TRANSP:OPAQUE", "ORGANIZER:mailto:team@example.org"),
                "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:me@example.org",
                *("END:VEVENT", "END:VCALENDAR", ""),
            ]
        )

    @pytest.mark.parametrize(
        ("organizer", "address"), [(None, "me@example.org"), ("team@example.org", None)]
    )
    def test_without_both_addresses_nobody_is_named_and_nothing_asked(
        self, organizer: str | None, address: str | None
    ) -> None:
        """It is for the person to keep."""
        cover = attrs.evolve(COVER, organizer=organizer)
        data = calendar.invite(session(), "p-7", cover, now=NOW, sequence=0, address=address)

        assert the("METHOD", data) == "METHOD:PUBLISH"
        assert b"@" not in data
        assert b"ATTENDEE" not in data

    def test_a_session_keeps_its_name_for_one_person_and_has_another_for_each(self) -> None:
        """So that a calendar moves it, and two calendars side by side tell nothing."""
        moved = session(starts=datetime(2026, 11, 10, 23, tzinfo=UTC))
        off = attrs.evolve(moved, status=pk.SessionStatus.CANCELLED)
        first, second = invited(session()), invited(moved, sequence=1)
        third = calendar.cancellation(off, "p-7", COVER, now=NOW, sequence=2)
        ana = calendar.invite(session(), "ana", COVER, now=NOW, sequence=0)
        elsewhere = calendar.invite(
            session(), "p-7", Cover(secret=HOUSE[::-1]), now=NOW, sequence=0
        )

        assert the("UID", first) == the("UID", second) == the("UID", third)
        assert len({the("UID", each) for each in (first, ana, elsewhere)}) == 3
        assert [the("SEQUENCE", each) for each in (first, second, third)] == [
            *("SEQUENCE:0", "SEQUENCE:1", "SEQUENCE:2")
        ]

    def test_a_cancellation_takes_it_away(self) -> None:
        """With the word that calendars look for, twice."""
        off = session(status=pk.SessionStatus.CANCELLED)
        data = calendar.cancellation(
            off, "p-7", COVER, now=NOW, sequence=1, address="me@example.org"
        )

        assert the("METHOD", data) == "METHOD:CANCEL"
        assert the("STATUS", data) == "STATUS:CANCELLED"
        assert "ORGANIZER:mailto:team@example.org" in lines(data)

    @pytest.mark.parametrize(
        ("what", "place"),
        [
            ({"status": pk.SessionStatus.HELD}, "session"),
            ({"status": pk.SessionStatus.CANCELLED}, "session"),
            ({"participants": ("p-8",)}, "to"),
            ({"now": datetime(2026, 11, 2)}, "now"),  # noqa: DTZ001 - that is what is wrong
            ({"now": "soon"}, "now"),
            ({"sequence": -1}, "sequence"),
            ({"sequence": True}, "sequence"),
            ({"address": f"{CANARY}, no address"}, "address"),
            ({"address": f"{CANARY}@example.org\r\nX: y"}, "address"),
        ],
    )
    def test_what_is_no_invitation_is_refused_without_its_value(
        self, what: dict[str, Any], place: str
    ) -> None:
        """Nobody is invited to what they are not in, nor to what is not planned."""
        known = {"status", "participants"}
        one = session(**{name: what[name] for name in known & {*what}})
        told = {name: what[name] for name in {*what} - known}
        with pytest.raises(pk.BadInput) as caught:
            invited(one, **told)

        assert caught.value.place == place
        assert CANARY not in str(caught.value)

    def test_who_is_not_in_it_cannot_be_told_that_it_is_cancelled(self) -> None:
        """And what is planned is not taken away."""
        off = session(status=pk.SessionStatus.CANCELLED)
        for one, to, place in ((session(), "p-7", "session"), (off, "p-9", "to")):
            with pytest.raises(pk.BadInput) as caught:
                calendar.cancellation(one, to, COVER, now=NOW, sequence=1)
            assert caught.value.place == place

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            *(("secret", ""), ("secret", "short"), ("secret", "é" * 20), ("secret", None)),
            *(("summary", ""), ("summary", " "), ("summary", "a\nb"), ("summary", "a" * 101)),
            *(("organizer", "nobody"), ("organizer", "a@b\r\nX: y"), ("organizer", 7)),
        ],
    )
    def test_a_cover_is_refused_by_the_name_of_its_field(self, field: str, value: Any) -> None:
        """Never with what stood in it."""
        told: dict[str, Any] = {"secret": COVER.secret, field: value}
        with pytest.raises(pk.BadInput, match=rf"Cover\.{field}"):
            Cover(**told)


class TestDiscreet:
    """Who looks over somebody's shoulder reads a time and a neutral word."""

    def test_no_byte_of_it_is_a_name_an_id_or_a_code(self) -> None:
        """A canary in every field that a session and a series have, and every file searched."""
        where: dict[str, Any] = {
            "id": f"{CANARY}-id",
            "form": pk.SessionForm.GROUP,
            "peer": f"{CANARY}-peer",
            "participants": (f"{CANARY}-one", f"{CANARY}-two"),
            "with_peers": (f"{CANARY}-other",),
            "group": f"{CANARY}-group",
            "room": f"{CANARY}-room",
        }
        told = pk.Activity(id="zebrafinch-code", of=f"{CANARY}-of", to=f"{CANARY}-to")
        one = session(
            **where,
            activities=(told,),
            series=f"{CANARY}-series",
            occurrence=date(2026, 11, 9),
            excused=(f"{CANARY}-excused",),
            no_show=f"{CANARY}-gone",
        )
        off = attrs.evolve(one, status=pk.SessionStatus.CANCELLED)
        weekly = series(table("FREQ=WEEKLY", "2026-11-09", "17:00"), **where)
        nightly = series(table("FREQ=DAILY", "2026-03-01", "02:30"), **where)
        to = f"{CANARY}-one"
        how: dict[str, Any] = {"now": NOW, "sequence": 1, "address": "me@example.org"}
        files = (
            calendar.invite(one, to, COVER, **how),
            calendar.cancellation(off, to, COVER, **how),
            calendar.feed((one, weekly, nightly), to, COVER, now=LONG_AGO, sequence=lambda _: 1),
        )

        for each in files:
            assert b"BEGIN:VEVENT" in each
            assert CANARY.lower() not in each.decode().lower()
            assert COVER.secret not in each.decode()
            assert not [word for word in TELLING if word in each.decode().lower()]
            for left_out in ("LOCATION", "DESCRIPTION", "VALARM", "CN=", "COMMENT", "URL"):
                assert left_out not in each.decode()

    def test_two_of_a_group_are_not_shown_to_each_other(self) -> None:
        """Each has a file of their own, with one address in it beside the organizer's."""
        data = invited(session(form=pk.SessionForm.GROUP, participants=("p-7", "p-8")))

        assert data.count(b"mailto:") == 2
        assert data.count(b"ATTENDEE") == 1

    def test_what_makes_the_names_does_not_show_itself(self) -> None:
        """Nor does the address that answers go to."""
        assert repr(COVER) == "Cover()"


class TestForm:
    """What RFC 5545 asks of the bytes."""

    @pytest.mark.parametrize(
        "summary",
        [
            "Cita",
            "Rendez-vous; à 17 h, chez le médecin \\ " * 2,
            "約束" * 40,
            "\U0001f9c1" * 60,
            'a "quoted", word: and; more',
        ],
        ids=["plain", "escaped", "three-octets", "four-octets", "quoted"],
    )
    def test_a_word_arrives_as_it_was_written(self, summary: str) -> None:
        """Escaped and folded at 75 octets, never inside a letter, each line ended by CRLF."""
        data = fed(session(), cover=attrs.evolve(COVER, summary=summary))
        (read,) = OTHERS.read(data).walk("VEVENT")
        (too,) = OTHERS.vobject.readComponents(data.decode())

        assert read["SUMMARY"] == summary
        assert too.vevent.summary.value == summary
        assert data.endswith(b"END:VCALENDAR\r\n")
        assert data.count(b"\n") == data.count(b"\r") == data.count(b"\r\n")
        for each in data.split(b"\r\n"):
            assert len(each) <= 75
            assert isinstance(each.decode(), str)

    def test_a_feed_says_what_it_is_called_and_when_to_ask_again(self) -> None:
        """So that no calendar shows its address, and none asks every minute."""
        said = lines(fed(cover=attrs.evolve(COVER, summary=calendar.SUMMARIES["es"])))

        assert {"METHOD:PUBLISH", "NAME:Cita", "X-WR-CALNAME:Cita"} <= {*said}
        assert {"REFRESH-INTERVAL;VALUE=DURATION:PT6H", "X-PUBLISHED-TTL:PT6H"} <= {*said}

    def test_the_same_is_written_the_same(self) -> None:
        """Twice at one moment: the same bytes."""
        items = (session(), series(table("FREQ=WEEKLY", "2026-11-09", "17:00")))

        assert fed(*items) == fed(*items)


class TestFeed:
    """What is ahead of one person."""

    @pytest.mark.parametrize(
        ("what", "there"),
        [
            (session(), True),
            (session(starts=NOW - timedelta(minutes=59)), True),
            (session(starts=NOW - timedelta(minutes=60)), False),
            (session(status=pk.SessionStatus.CANCELLED), False),
            (session(status=pk.SessionStatus.HELD), False),
            (session(participants=("p-8",)), False),
            (session(participants=("p-8",), excused=("p-7",)), False),
            (session(peer="p-7", participants=("p-8",)), True),
            (session(with_peers=("p-7",), participants=("p-8",)), True),
            (series(table("FREQ=WEEKLY", "2026-01-05", "17:00")), True),
            (series(table("FREQ=WEEKLY;COUNT=2", "2026-01-05", "17:00")), False),
            (
                series(
                    table("FREQ=WEEKLY", "2026-01-05", "17:00"), status=pk.SeriesStatus.ENDED
                ),
                False,
            ),
            (series(table("FREQ=WEEKLY;COUNT=1", "2026-11-09", "17:00"),
                    cancelled=(date(2026, 11, 9),)), False),
        ],
    )  # fmt: skip
    def test_it_has_what_is_ahead_of_them_and_nothing_else(
        self, what: pk.Session | pk.Series, *, there: bool
    ) -> None:
        """Theirs, planned, and not over."""
        assert (b"BEGIN:VEVENT" in fed(what, now=NOW)) is there

    def test_a_program_gives_the_feed_of_a_person(self) -> None:
        """Read where it is kept, as it stands; what others have is not in it."""
        with opened() as program:
            cover = Cover.of(program)
            late = NOW + timedelta(days=3)
            for act in (
                plan(starts=late),
                plan(id="s-2", starts=NOW + timedelta(days=40)),
                pk.MoveSession(
                    by="ana", id="s-1", peer="ana", participants=("p-7",), minutes=30,
                    starts=late + timedelta(hours=2),
                ),
                pk.PlanSeries(
                    by="ana", id="r-1", peer="ana", participants=("p-7",),
                    when=table("FREQ=WEEKLY;COUNT=4", "2026-11-09", "17:00"),
                ),
            ):  # fmt: skip
                program.do(act).or_raise()
            (one,) = program.find(pk.Session, about="s-1")
            (two,) = program.find(pk.Session, about="s-2")
            (weekly,) = program.find(pk.Series)
            data = calendar.feed_of(program, "p-7", cover)
            near = calendar.feed_of(program, "p-7", cover, days=30)

            assert calendar.feed_of(program, "p-8", cover).count(b"VEVENT") == 0
        for read in READERS:
            assert read(data) == meant(one, two, weekly)
            assert read(near) == meant(one, weekly)
        assert sorted(each for each in lines(data) if each.startswith("SEQUENCE")) == [
            *("SEQUENCE:0", "SEQUENCE:0", "SEQUENCE:1")
        ]

    def test_changes_are_counted_in_the_journal(self) -> None:
        """A refusal is no change, nor is what only names it; each change is one more."""
        with opened() as program:
            counted = []
            moves: dict[str, Any] = {"peer": "ana", "participants": ("p-7",), "minutes": 60}
            for act in (
                plan(starts=NOW + timedelta(days=3)),
                plan(starts=NOW + timedelta(days=4)),  # the id is taken
                pk.MoveSession(by="ana", id="s-1", starts=NOW + timedelta(days=4), **moves),
                pk.MoveSession(by="ana", id="s-1", starts=NOW + timedelta(days=5), **moves),
                pk.CancelSession(by="p-7", id="s-1"),
            ):
                program.do(act)
                (one,) = program.find(pk.Session)
                counted.append(calendar.sequence_of(program, one))
                assert calendar.sequence_of(program, one) == counted[-1]

        assert counted == [0, 0, 1, 2, 3]

    def test_the_secret_of_a_program_stays(self) -> None:
        """It is that of its first entry; a program without any has none, and says so."""
        with empty() as program, pytest.raises(pk.BadInput, match="keeps nothing yet"):
            Cover.of(program)
        with opened() as program:
            before = Cover.of(program, summary="Cita")
            program.do(plan(starts=NOW + timedelta(days=3))).or_raise()

            assert Cover.of(program, summary="Cita") == before
            assert before.secret == next(program.journal()).hash

    @pytest.mark.parametrize(
        ("how", "place"),
        [
            *(({"days": 0}, "days"), ({"days": 1831}, "days"), ({"days": "7"}, "days")),
            *(({"person": ""}, "person"), ({"person": None}, "person")),
            *(({"cover": None}, "cover"), ({"program": None}, "program")),
        ],
    )
    def test_a_feed_is_refused_by_the_name_of_what_is_wrong(
        self, how: dict[str, Any], place: str
    ) -> None:
        """Before anything is read."""
        with opened() as program:
            told: dict[str, Any] = {"program": program, "person": "p-7", "cover": COVER}
            with pytest.raises(pk.BadInput) as caught:
                calendar.feed_of(**told | how)

        assert caught.value.place == place

    @pytest.mark.parametrize(
        ("items", "sequence", "place"),
        [
            (7, lambda _: 0, "items"),
            (["s-1"], lambda _: 0, "items"),
            ([session()], 0, "sequence"),
            ([session()], lambda _: -1, "sequence"),
        ],
    )
    def test_what_a_feed_is_made_of_is_looked_at(
        self, items: Any, sequence: Any, place: str
    ) -> None:
        """Sessions, series, and a function that counts."""
        with pytest.raises(pk.BadInput) as caught:
            calendar.feed(items, "p-7", COVER, now=LONG_AGO, sequence=sequence)

        assert caught.value.place == place


def test_without_its_package_it_says_what_to_install() -> None:
    """One sentence, and nothing half imported."""
    asked = "import sys; sys.modules['icalendar'] = None; import peerkit.exchange.calendar"
    run = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=False)

    assert run.returncode == 1
    assert "pip install 'peerkit[calendar]'" in run.stderr.splitlines()[-1]
