"""What comes back: the rules, their text, the days they name, and the moments these become."""

from __future__ import annotations

import os
import subprocess
import sys
from calendar import monthrange
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from types import FrameType
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peerkit as pk
from peerkit.model.recurrence import MOST_OCCURRENCES, horizon
from peerkit.model.timetable import clash, covered, placed, utc_days
from peerkit.testing.strategies import recurrences, timetables

#: Summer time in the north and the south, of half an hour, backwards, gone, and a skipped day.
ZONES: Final = (
    "America/New_York",
    "Europe/Dublin",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
)
DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def rule(text: str, **how: Any) -> pk.Recurrence:
    """The rule of this text, with exceptions."""
    return attrs.evolve(pk.Recurrence.parse(text), **how)


def days(text: str, first: str, most: int = 6, **how: Any) -> list[str]:
    """The first days of a rule, as they are written."""
    found = rule(text, **how).days(date.fromisoformat(first))
    return [each.isoformat() for each in found[:most]]


def table(text: str, first: str, at: str, zone: str, minutes: int = 60) -> pk.Timetable:
    """A rule at a time and a place."""
    return pk.Timetable(
        repeats=rule(text),
        first=date.fromisoformat(first),
        at=time.fromisoformat(at),
        zone=zone,
        minutes=minutes,
    )


#: Calls inside dateutil for one rule; looking until the year 9999 takes thousands.
MOST_ASKED: Final = 100


@contextmanager
def dateutil_asked() -> Iterator[list[str]]:
    """The functions of dateutil that are called meanwhile: work counted, not timed."""
    asked: list[str] = []

    def note(frame: FrameType, event: str, arg: object) -> None:
        if event == "call" and "dateutil" in frame.f_code.co_filename:
            asked.append(frame.f_code.co_name)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield asked
    finally:
        sys.setprofile(before)


class TestDays:
    """Which days a rule names."""

    @pytest.mark.parametrize(
        ("text", "first", "found"),
        [
            ("FREQ=DAILY;COUNT=3", "2026-02-27", "2026-02-27 2026-02-28 2026-03-01"),
            ("FREQ=DAILY;INTERVAL=99;COUNT=2", "2026-01-01", "2026-01-01 2026-04-10"),
            ("FREQ=WEEKLY;COUNT=2", "2026-12-28", "2026-12-28 2027-01-04"),
            (
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=4",
                "2026-11-04",
                "2026-11-06 2026-11-16 2026-11-20 2026-11-30",
            ),
            ("FREQ=WEEKLY;BYMONTH=1;BYDAY=MO;COUNT=2", "2026-11-02", "2027-01-04 2027-01-11"),
            ("FREQ=MONTHLY;COUNT=3", "2026-01-31", "2026-01-31 2026-03-31 2026-05-31"),
            ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=2", "2028-02-01", "2028-02-29 2028-03-31"),
            ("FREQ=MONTHLY;BYMONTHDAY=15,1;COUNT=2", "2026-11-02", "2026-11-15 2026-12-01"),
            ("FREQ=MONTHLY;BYDAY=2TU;COUNT=2", "2026-11-02", "2026-11-10 2026-12-08"),
            ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", "2026-11-02", "2026-11-27 2026-12-25"),
            ("FREQ=MONTHLY;BYDAY=5MO;COUNT=2", "2026-11-02", "2026-11-30 2027-03-29"),
            ("FREQ=MONTHLY;BYDAY=TU,1MO;COUNT=3", "2026-11-01", "2026-11-02 2026-11-03 2026-11-10"),
            ("FREQ=YEARLY;COUNT=2", "2024-02-29", "2024-02-29 2028-02-29"),
            ("FREQ=YEARLY;BYMONTH=5;BYDAY=2SU;COUNT=2", "2026-11-02", "2027-05-09 2028-05-14"),
            ("FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=4;COUNT=2", "2026-02-01", "2026-07-04 2027-01-04"),
            ("FREQ=DAILY;UNTIL=20261103", "2026-11-02", "2026-11-02 2026-11-03"),
            ("FREQ=DAILY;UNTIL=20261101", "2026-11-02", ""),
            # Week 53 of 2026 and the first of 2027 are 7 days apart like any others.
            ("FREQ=WEEKLY;BYDAY=TH;COUNT=3", "2026-12-24", "2026-12-24 2026-12-31 2027-01-07"),
            # The first day counts only where it fits the rule.
            ("FREQ=WEEKLY;BYDAY=TU;COUNT=1", "2026-11-02", "2026-11-03"),
        ],
    )  # fmt: skip
    def test_a_rule_names_these_days(self, text: str, first: str, found: str) -> None:
        """Written out by hand, from a calendar."""
        assert days(text, first) == found.split()

    @pytest.mark.parametrize(
        ("text", "first", "skip", "last"),
        [
            (
                "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3",
                "2026-01-31",
                "2026-01-31 2026-03-31 2026-05-31",
                "2026-01-31 2026-02-28 2026-03-31",
            ),
            (
                "FREQ=MONTHLY;BYMONTHDAY=30,31;COUNT=3",
                "2028-02-01",
                "2028-03-30 2028-03-31 2028-04-30",
                "2028-02-29 2028-03-30 2028-03-31",
            ),
            ("FREQ=YEARLY;COUNT=2", "2024-02-29", "2024-02-29 2028-02-29", "2024-02-29 2025-02-28"),
        ],
    )
    def test_a_day_that_a_month_does_not_have_is_skipped_or_the_last(
        self, text: str, first: str, skip: str, last: str
    ) -> None:
        """Skipped unless the rule says otherwise; where two of its days meet, it is one."""
        assert days(text, first) == skip.split()
        assert days(text, first, missing=pk.MissingDay.LAST_DAY) == last.split()

    def test_exceptions_are_taken_out_after_counting(self) -> None:
        """As RFC 5545 does: what is left out is not made up for."""
        gone = (date(2026, 11, 3),)

        assert days("FREQ=DAILY;COUNT=3", "2026-11-02", exceptions=gone) == [
            "2026-11-02",
            "2026-11-04",
        ]

    def test_a_rule_ends_after_a_thousand_days_or_five_years(self) -> None:
        """Also one that says no end."""
        daily = rule("FREQ=DAILY").days(date(2026, 11, 2))
        weekly = rule("FREQ=WEEKLY").days(date(2026, 11, 2))

        assert len(daily) == MOST_OCCURRENCES == 1000
        assert weekly[-1] == date(2031, 10, 27)
        assert horizon(date(2024, 2, 29)) == date(2029, 2, 28)

    @pytest.mark.parametrize("year", [1, 9991])
    def test_a_first_day_at_the_edge_of_the_calendar_is_refused(self, year: int) -> None:
        """Its five years, and every zone's day, must lie in it."""
        with pytest.raises(pk.BadInput, match="years 2 to 9990"):
            rule("FREQ=DAILY").days(date(year, 1, 1))


def slowly(it: pk.Recurrence, first: date) -> list[date]:
    """A second reading: every day of five years is looked at, one after the other."""
    found: list[date] = []
    day = first
    while day < horizon(first) and len(found) < (it.count or 1000):
        if (it.until is None or day <= it.until) and fits(it, first, day):
            found.append(day)
        day += timedelta(days=1)
    return [each for each in found if each not in it.exceptions]


def fits(it: pk.Recurrence, first: date, day: date) -> bool:
    """Whether a rule names this day."""
    last = monthrange(day.year, day.month)[1]
    months = (day.year - first.year) * 12 + day.month - first.month
    weeks = (day - timedelta(day.weekday()) - first + timedelta(first.weekday())).days // 7
    rounds = {
        "daily": (day - first).days,
        "weekly": weeks,
        "monthly": months,
        "yearly": day.year - first.year,
    }[it.frequency]
    own_months = it.months or ((first.month,) if it.frequency == "yearly" else range(1, 13))
    if rounds % it.interval or day.month not in own_months:
        return False
    if it.frequency == "daily":
        return True
    if it.weekdays or it.frequency == "weekly":
        nth, back = (day.day - 1) // 7 + 1, -((last - day.day) // 7 + 1)
        name = DAYS[day.weekday()]
        names = {name, f"{nth}{name}", f"{back}{name}"}
        return not names.isdisjoint(it.weekdays or (DAYS[first.weekday()],))
    for named in it.month_days or (first.day,):
        if named in (day.day, day.day - last - 1):
            return True
        if named > last and day.day == last and it.missing == "last-day":
            return True
    return False


class TestAgainstASlowReading:
    """Property: the expansion agrees with one that looks at every single day."""

    @settings(max_examples=150, deadline=None)
    @given(it=recurrences(), first=st.dates(date(1999, 1, 1), date(2040, 12, 31)))
    def test_the_days_are_those_of_the_slow_reading(self, it: pk.Recurrence, first: date) -> None:
        """For any rule there can be."""
        assert list(it.days(first)) == slowly(it, first)

    @settings(max_examples=120, deadline=None)
    @given(it=recurrences())
    def test_the_text_of_a_rule_is_read_back(self, it: pk.Recurrence) -> None:
        """All but its exceptions, which are no part of the text."""
        assert attrs.evolve(it, exceptions=()) == pk.Recurrence.parse(it.text)

    @settings(max_examples=60, deadline=None)
    @given(it=timetables(), zone=st.sampled_from(ZONES))
    def test_the_moments_are_those_of_the_slow_reading(self, it: pk.Timetable, zone: str) -> None:
        """In six zones: every wall time is found by trying the moments around it."""
        it = attrs.evolve(it, zone=zone, first=it.first.replace(year=2008 + it.first.year % 25))
        few = attrs.evolve(it, repeats=attrs.evolve(it.repeats, count=8, until=None))
        found = {each.day: each.starts for each in few.occurrences}
        named = slowly(few.repeats, few.first)

        assert set(named) - set(found) <= {date(2011, 12, 30)}
        for day, starts in found.items():
            assert starts == slow_moment(day, few.at, zone)


def slow_moment(day: date, at: time, zone: str) -> datetime:
    """The first moment whose wall shows this; where there is none, that of the gap before it."""
    wall = datetime.combine(day, at)
    near = datetime.combine(day, at, UTC)
    for minutes in range(-15 * 60, 15 * 60 + 1, 15):
        moment = near + timedelta(minutes=minutes)
        if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall:
            return moment
    before = slow_moment(day - timedelta(days=1), at, zone)
    return before + timedelta(days=1)


class TestText:
    """Rules are read strictly, and refused by the name of the part that is wrong."""

    def test_a_rule_is_read_and_written(self) -> None:
        """In RFC 5545's words, whatever their case."""
        told = "rrule:freq=monthly;byday=+2tu,-1fr;interval=2;wkst=mo;until=20271231"
        found = pk.Recurrence.parse(told)

        assert found == pk.Recurrence(
            frequency=pk.Frequency.MONTHLY,
            weekdays=("2TU", "-1FR"),
            interval=2,
            until=date(2027, 12, 31),
        )
        assert found.text == "FREQ=MONTHLY;INTERVAL=2;BYDAY=2TU,-1FR;UNTIL=20271231"

    def test_the_missing_day_is_written_as_rfc_7529_does(self) -> None:
        """RSCALE first, then SKIP."""
        text = "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;BYMONTHDAY=31"

        assert pk.Recurrence.parse(text).missing is pk.MissingDay.LAST_DAY
        assert pk.Recurrence.parse(text).text == text
        assert rule("FREQ=MONTHLY;RSCALE=GREGORIAN;SKIP=OMIT").missing is pk.MissingDay.SKIP

    @pytest.mark.parametrize(
        ("text", "place"),
        [
            ("FREQ=SECONDLY", "RRULE FREQ"),
            ("FREQ=MINUTELY;INTERVAL=1", "RRULE FREQ"),
            ("FREQ=HOURLY", "RRULE FREQ"),
            ("FREQ=DAILY;INTERVAL=0", "RRULE INTERVAL"),
            ("FREQ=DAILY;INTERVAL=-1", "RRULE INTERVAL"),
            ("FREQ=DAILY;INTERVAL=100", "RRULE INTERVAL"),
            ("FREQ=DAILY;INTERVAL=1e3", "RRULE INTERVAL"),
            ("FREQ=DAILY;INTERVAL=" + "9" * 400, "RRULE INTERVAL"),
            ("FREQ=DAILY;COUNT=1000000000", "RRULE COUNT"),
            ("FREQ=DAILY;COUNT=1001", "RRULE COUNT"),
            ("FREQ=DAILY;COUNT=0", "RRULE COUNT"),
            ("FREQ=DAILY;COUNT=", "RRULE COUNT"),
            ("FREQ=DAILY;COUNT=١", "RRULE"),
            ("FREQ=DAILY;COUNT=2;UNTIL=20271231", "RRULE UNTIL"),
            ("FREQ=DAILY;UNTIL=20271331", "RRULE UNTIL"),
            ("FREQ=DAILY;UNTIL=20271231T000000Z", "RRULE UNTIL"),
            ("FREQ=DAILY;COUNT=2;COUNT=2", "RRULE COUNT"),
            ("FREQ=DAILY;BYHOUR=0,1,2,3", "RRULE"),
            ("FREQ=DAILY;BYSECOND=0,1,2,3,4,5", "RRULE"),
            ("FREQ=YEARLY;BYWEEKNO=53", "RRULE"),
            ("FREQ=YEARLY;BYYEARDAY=366", "RRULE"),
            ("FREQ=MONTHLY;BYSETPOS=-1;BYDAY=MO", "RRULE"),
            ("FREQ=DAILY;BYEASTER=0", "RRULE"),
            ("FREQ=DAILY;X-CANARY=1", "RRULE"),
            ("FREQ=DAILY;BYDAY=MO", "RRULE BYDAY"),
            ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", "RRULE BYDAY"),
            ("FREQ=WEEKLY;BYDAY=1MO", "RRULE BYDAY"),
            ("FREQ=WEEKLY;BYDAY=XX", "RRULE BYDAY"),
            ("FREQ=WEEKLY;BYDAY=MO,MO", "RRULE BYDAY"),
            ("FREQ=MONTHLY;BYDAY=6MO", "RRULE BYDAY"),
            ("FREQ=MONTHLY;BYDAY=53MO", "RRULE BYDAY"),
            ("FREQ=WEEKLY;BYMONTHDAY=1", "RRULE BYMONTHDAY"),
            ("FREQ=MONTHLY;BYMONTHDAY=0", "RRULE BYMONTHDAY"),
            ("FREQ=MONTHLY;BYMONTHDAY=32", "RRULE BYMONTHDAY"),
            ("FREQ=MONTHLY;BYMONTHDAY=-29", "RRULE BYMONTHDAY"),
            ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", "RRULE BYMONTHDAY"),
            ("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30,31", "RRULE BYMONTHDAY"),
            ("FREQ=MONTHLY;BYMONTH=0", "RRULE BYMONTH"),
            ("FREQ=MONTHLY;BYMONTH=13", "RRULE BYMONTH"),
            ("FREQ=YEARLY;BYMONTHDAY=1", "RRULE BYMONTH"),
            ("FREQ=YEARLY;BYDAY=20MO", "RRULE BYDAY"),
            ("FREQ=DAILY;WKST=SU", "RRULE WKST"),
            ("FREQ=DAILY;SKIP=BACKWARD", "RRULE SKIP"),
            ("FREQ=DAILY;RSCALE=GREGORIAN;SKIP=FORWARD", "RRULE SKIP"),
            ("FREQ=DAILY;RSCALE=HEBREW", "RRULE RSCALE"),
            ("INTERVAL=2", "RRULE FREQ"),
            ("", "RRULE"),
            ("FREQ", "RRULE FREQ"),
            ("FREQ=DAILY;", "RRULE"),
            ("FREQ=DAILY\nFREQ=DAILY", "RRULE FREQ"),
            ("FREQ=DAILY;" + "COUNT=1;" * 100, "RRULE"),
            ("FREQ=YEARLY;BYMONTH=" + ",".join(["1"] * 99), "RRULE BYMONTH"),
        ],
    )
    def test_a_hostile_rule_is_refused_at_once_and_by_name(self, text: str, place: str) -> None:
        """Before dateutil is asked, and without a word of what it said."""
        with dateutil_asked() as asked, pytest.raises(pk.BadInput) as caught:
            pk.Recurrence.parse(text)

        assert caught.value.place == place
        assert not asked
        assert "CANARY" not in str(caught.value)

    @pytest.mark.parametrize("text", [None, 7, b"FREQ=DAILY", ["FREQ=DAILY"]])
    def test_what_is_no_text_is_refused(self, text: Any) -> None:
        """Like everything that is not what it should be."""
        with pytest.raises(pk.BadInput, match="RRULE"):
            pk.Recurrence.parse(text)

    @pytest.mark.parametrize(
        ("how", "field"),
        [
            ({"interval": True}, "interval"),
            ({"interval": "2"}, "interval"),
            ({"count": 2.0}, "count"),
            ({"weekdays": "MO"}, "weekdays"),
            ({"weekdays": (1,)}, "weekdays"),
            ({"month_days": (True,)}, "month_days"),
            ({"months": {1}}, "months"),
            ({"exceptions": (datetime(2026, 11, 2, tzinfo=UTC),)}, "exceptions"),
            ({"exceptions": (date(2026, 11, 2),) * 1001}, "exceptions"),
            ({"until": "20271231"}, "until"),
            ({"missing": "skip"}, "missing"),
        ],
    )
    def test_a_field_takes_nothing_for_anything_else(self, how: Any, field: str) -> None:
        """Also where no text was read."""
        with pytest.raises(pk.BadInput) as caught:
            pk.Recurrence(frequency=pk.Frequency.WEEKLY, **how)

        assert caught.value.place == f"Recurrence.{field}"

    @pytest.mark.parametrize(
        "text",
        [
            "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2",
            "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31",
            "FREQ=MONTHLY;INTERVAL=99;BYDAY=-5MO;BYMONTH=2",
            "FREQ=YEARLY;INTERVAL=99;BYMONTH=2;BYDAY=5MO",
            "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
            "FREQ=WEEKLY;INTERVAL=52;BYMONTH=2",
            "FREQ=DAILY;INTERVAL=99;BYMONTH=2",
            "FREQ=YEARLY;INTERVAL=99;UNTIL=20200101",
        ],
    )
    def test_a_rule_that_hardly_ever_comes_ends_soon(self, text: str) -> None:
        """Nobody looks for its days until the year 9999."""
        with dateutil_asked() as asked:
            rule(text).days(date(2026, 11, 17))

        assert 0 < len(asked) < MOST_ASKED


class TestZones:
    """One stated policy each: the gap, the overlap, the day a place left out."""

    @pytest.mark.parametrize(
        ("zone", "day", "at", "utc", "wall"),
        [
            # The clocks go forward: as much later as they went.
            ("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:30", "03:30"),
            ("America/New_York", "2026-03-08", "01:59", "2026-03-08T06:59", "01:59"),
            ("America/New_York", "2026-03-08", "03:00", "2026-03-08T07:00", "03:00"),
            ("Europe/Dublin", "2026-03-29", "01:30", "2026-03-29T01:30", "02:30"),
            ("Australia/Sydney", "2026-10-04", "02:30", "2026-10-03T16:30", "03:30"),
            ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:45", "02:45"),
            ("Africa/Casablanca", "2026-03-22", "02:30", "2026-03-22T02:30", "03:30"),
            ("Pacific/Apia", "2012-09-30", "03:30", "2012-09-29T14:30", "04:30"),
            ("America/Havana", "2026-03-08", "00:30", "2026-03-08T05:30", "01:30"),
            # The clocks go back: the first of the two.
            ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30", "01:30"),
            ("America/New_York", "2026-11-01", "02:00", "2026-11-01T07:00", "02:00"),
            ("Europe/Dublin", "2026-10-25", "01:30", "2026-10-25T00:30", "01:30"),
            ("Australia/Sydney", "2026-04-05", "02:30", "2026-04-04T15:30", "02:30"),
            ("Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45", "01:45"),
            ("Africa/Casablanca", "2026-02-15", "02:30", "2026-02-15T01:30", "02:30"),
            ("Pacific/Apia", "2012-04-01", "03:30", "2012-03-31T13:30", "03:30"),
            # Nothing changes, at the end of a year and on a leap day.
            ("Asia/Kathmandu", "2026-12-31", "23:59", "2026-12-31T18:14", "23:59"),
            ("Asia/Kathmandu", "2027-01-01", "00:00", "2026-12-31T18:15", "00:00"),
            ("America/New_York", "2028-02-29", "23:30", "2028-03-01T04:30", "23:30"),
            ("Pacific/Kiritimati", "2027-01-01", "09:00", "2026-12-31T19:00", "09:00"),
        ],
    )
    def test_a_wall_time_becomes_this_moment(
        self, zone: str, day: str, at: str, utc: str, wall: str
    ) -> None:
        """Written out by hand, from the changes of each zone."""
        (one,) = table("FREQ=DAILY;COUNT=1", day, at, zone).occurrences

        assert one.starts == datetime.fromisoformat(f"{utc}+00:00")
        assert one.wall == datetime.fromisoformat(f"{day}T{wall}")
        assert one.starts.tzinfo is UTC

    def test_a_day_that_a_place_left_out_is_left_out(self) -> None:
        """Samoa had no 30 December 2011: nobody met twice on the day after."""
        found = table("FREQ=DAILY;COUNT=4", "2011-12-28", "09:00", "Pacific/Apia").occurrences

        assert [each.day.day for each in found] == [28, 29, 31]
        assert [each.starts.isoformat() for each in found] == [
            "2011-12-28T19:00:00+00:00",
            "2011-12-29T19:00:00+00:00",
            "2011-12-30T19:00:00+00:00",
        ]

    def test_an_hour_lasts_an_hour_in_the_night_of_the_change(self) -> None:
        """What ends is counted in UTC, whatever the wall shows."""
        (one,) = table("FREQ=DAILY;COUNT=1", "2026-11-01", "01:30", "America/New_York").occurrences
        over = one.ends.astimezone(ZoneInfo("America/New_York"))

        assert one.ends - one.starts == timedelta(hours=1)
        assert (over.hour, over.minute) == (1, 30)

    def test_the_wall_time_stays_when_the_clocks_change(self) -> None:
        """Five o'clock is five o'clock, in October and in November."""
        weekly = table("FREQ=WEEKLY;COUNT=2", "2026-10-26", "17:00", "America/Chicago")

        assert [each.starts.hour for each in weekly.occurrences] == [22, 23]
        assert {each.wall.hour for each in weekly.occurrences} == {17}

    @pytest.mark.parametrize("there", ["UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"])
    def test_the_zone_of_the_machine_changes_nothing(self, there: str) -> None:
        """What TZ says is not asked."""
        asked = (
            "import peerkit as pk; from datetime import date, time;"
            "print([each.starts.isoformat() for each in pk.Timetable("
            "repeats=pk.Recurrence.parse('FREQ=DAILY;COUNT=3'), first=date(2026, 3, 28),"
            "at=time(1, 30), zone='Europe/Dublin', minutes=60).occurrences])"
        )
        found = subprocess.run(
            [sys.executable, "-c", asked],
            env={**os.environ, "TZ": there},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

        assert found.strip() == (
            "['2026-03-28T01:30:00+00:00', '2026-03-29T01:30:00+00:00', "
            "'2026-03-30T00:30:00+00:00']"
        )

    @pytest.mark.parametrize(
        ("how", "place"),
        [
            ({"at": time(9, 0, 1)}, "Timetable.at"),
            ({"at": time(9, tzinfo=UTC)}, "Timetable.at"),
            ({"at": "09:00"}, "Timetable.at"),
            ({"first": datetime(2026, 11, 2, tzinfo=UTC)}, "Timetable.first"),
            ({"first": date(9991, 1, 1)}, "Timetable.first"),
            ({"zone": "EST5EDT4"}, "Timetable.zone"),
            ({"minutes": 0}, "Timetable.minutes"),
            ({"repeats": "FREQ=DAILY"}, "Timetable.repeats"),
        ],
    )
    def test_a_timetable_takes_nothing_for_anything_else(self, how: Any, place: str) -> None:
        """No seconds, no offset in place of a zone, no day outside the calendar."""
        told: dict[str, Any] = {
            "repeats": rule("FREQ=DAILY"),
            "first": date(2026, 11, 2),
            "at": time(9),
            "minutes": 60,
        }
        with pytest.raises(pk.BadInput) as caught:
            pk.Timetable(**told | how)

        assert caught.value.place == place


def at(hour: float, hours: float = 1) -> tuple[datetime, datetime]:
    """A time on one day."""
    starts = datetime(2026, 11, 2, tzinfo=UTC) + timedelta(hours=hour)
    return starts, starts + timedelta(hours=hours)


def spans() -> st.SearchStrategy[list[tuple[datetime, datetime]]]:
    """Some times of a few hours."""
    one = st.builds(at, st.integers(0, 12), st.integers(1, 4))
    return st.lists(one, max_size=5)


def hours(of: list[tuple[datetime, datetime]]) -> Iterator[datetime]:
    """Every begun hour of these times."""
    for starts, ends in of:
        yield from (
            starts + timedelta(hours=each) for each in range((ends - starts).seconds // 3600)
        )


class TestSpans:
    """Times are half-open: what ends when another begins does not meet it."""

    @given(ones=spans(), others=spans())
    def test_two_clash_when_they_share_an_hour(
        self,
        ones: list[tuple[datetime, datetime]],
        others: list[tuple[datetime, datetime]],
    ) -> None:
        """And cover one another when no hour is left."""
        assert clash(ones, others) is not {*hours(ones)}.isdisjoint(hours(others))
        for one in ones:
            assert covered(one, others) is ({*hours([one])} <= {*hours(others)})

    def test_a_time_lies_on_its_days_in_utc(self) -> None:
        """Up to midnight on one, across it on two."""
        assert utc_days(at(23)) == (date(2026, 11, 2),)
        assert utc_days(at(23.5)) == (date(2026, 11, 2), date(2026, 11, 3))

    def test_a_gap_at_midnight_stays_on_its_day(self) -> None:
        """Toronto went from half past eleven to half past twelve in 1919."""
        assert placed(date(1919, 3, 31), time(0, 15), "America/Toronto").isoformat() == (
            "1919-03-31T05:15:00+00:00"
        )
