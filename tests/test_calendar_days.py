"""Single days of a series in a calendar: the clocks change, somebody steps in, it was held."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib import import_module
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peerkit as pk
from peerkit.exchange import calendar
from peerkit.exchange.calendar import invites
from peerkit.model import NoticeChannel
from tests.ordinary import NOW, opened, plan, welcome
from tests.reading_by_hand import read_by_hand, tree
from tests.test_calendar import fed, lines, meant, read_with_icalendar, series, table, the
from tests.test_calendar_of_a_program import HOUSE, MAIL, OTHER, PAIR, did, prefers
from tests.test_calendar_series import MONDAYS, own, shown, told
from tests.test_teller import Post

pytestmark = pytest.mark.once

#: Clocks that go by an hour or half of one, at midnight, in a fasting month, and backwards.
PLACES: Final = (
    *("America/Chicago", "America/Havana", "America/Santiago", "America/St_Johns"),
    *("Africa/Cairo", "Africa/Casablanca", "Asia/Beirut", "Atlantic/Azores"),
    *("Australia/Lord_Howe", "Europe/Dublin", "Pacific/Auckland", "Pacific/Chatham"),
)
#: Those that show UTC in winter. vobject takes them for UTC: it compares the years up to 2020.
AT_UTC_IN_WINTER: Final = ("Europe/London", "Atlantic/Madeira", "Antarctica/Troll")


@lru_cache
def changes(zone: str) -> tuple[date, ...]:
    """The days of 2026 and 2027 on which the clocks of a place change."""
    there, first = ZoneInfo(zone), datetime(2026, 1, 1, 12, tzinfo=UTC)
    noons = [first + timedelta(days=each) for each in range(730)]
    offsets = [each.astimezone(there).utcoffset() for each in noons]
    return tuple(
        noon.astimezone(there).date()
        for noon, was, is_ in zip(noons[1:], offsets, offsets[1:], strict=False)
        if was != is_
    )


@st.composite
def around_a_change(draw: st.DrawFn) -> tuple[pk.Series, tuple[pk.Session, ...]]:
    """A series across a change of the clocks; a day of it may be moved, gone, or by itself."""
    zone = draw(st.sampled_from(PLACES))
    changed = draw(st.sampled_from(changes(zone)))
    text = draw(st.sampled_from(("FREQ=DAILY;COUNT=8", "FREQ=WEEKLY;COUNT=5")))
    step = 1 if "DAILY" in text else 7
    first = changed - timedelta(days=step * draw(st.integers(0, 3)))
    at = draw(
        st.builds(time, st.integers(0, 4), st.sampled_from((0, 15, 30, 45))) | st.just(time(17))
    )
    when = table(text, first.isoformat(), at.isoformat(), zone)
    days = [each.day for each in when.occurrences]
    some = st.lists(st.sampled_from(days), max_size=2, unique=True)
    starts = {each.day: each.starts for each in when.occurrences}
    later = st.integers(-30, 30).map(lambda each: timedelta(minutes=10 * each))
    moved = [pk.MovedOccurrence(day=each, starts=starts[each] + draw(later)) for each in draw(some)]
    of = series(when, cancelled=draw(some), planned=draw(some), moved=moved)
    sessions = tuple(own(of, each, starts[each] + draw(later)) for each in of.planned)
    return of, sessions


class TestTheClocks:
    """Whichever way they go, what three readers expand is what the program has."""

    @settings(deadline=None, max_examples=60)
    @given(around_a_change())
    def test_they_show_what_clock_and_calendar_there_show(
        self, both: tuple[pk.Series, tuple[pk.Session, ...]]
    ) -> None:
        """In the feed and in the whole; as plain times are, at the hour that was agreed."""
        of, sessions = both
        whole, feed = told(of, *sessions), fed(of, *sessions)
        expected = {*meant(of, *sessions)}

        assert shown(feed) == expected
        if expected:
            assert shown(whole) == expected
        there, when = ZoneInfo(of.zone), of.when
        special = {*of.cancelled, *of.planned, *(each.day for each in of.moved)}
        walls = [each.astimezone(there).replace(tzinfo=None, fold=0) for each, _ in shown(feed)]
        for each in when.occurrences:
            wall = datetime.combine(each.day, when.at)
            exists = wall.replace(tzinfo=there).astimezone(UTC).astimezone(there)
            if exists.replace(tzinfo=None) == wall and each.day not in special:
                assert wall in walls

    @pytest.mark.parametrize("zone", AT_UTC_IN_WINTER)
    @pytest.mark.parametrize("first", ["2027-03-14", "2027-10-17"])
    def test_a_zone_at_utc_in_winter_is_no_utc(self, zone: str, first: str) -> None:
        """Five in the afternoon there, in winter and in summer."""
        of = series(table("FREQ=WEEKLY;COUNT=4", first, "17:00", zone))
        there = ZoneInfo(zone)

        for read in (read_with_icalendar, read_by_hand):
            for data in (told(of), fed(of)):
                found = [each.astimezone(there) for each, _ in read(data)]
                assert [each.hour for each in found] == [17] * 4
                assert len({each.utcoffset() for each in found}) == 2


class TestADay:
    """What is told of one day stays true in a calendar that knew another."""

    def test_a_day_that_is_moved_back_is_said_still(self) -> None:
        """A calendar that has it at the other time is told where it is."""
        day = date(2026, 11, 16)
        back = pk.MovedOccurrence(day=day, starts=datetime(2026, 11, 16, 23, tzinfo=UTC))
        data = told(series(MONDAYS, moved=(back,)))

        assert the("RECURRENCE-ID", data) == "RECURRENCE-ID;TZID=America/Chicago:20261116T170000"
        assert "DTSTART:20261116T230000Z" in lines(data)
        assert shown(data) == {*meant(series(MONDAYS))}

    @pytest.mark.parametrize("status", [pk.SessionStatus.HELD, pk.SessionStatus.MISSED])
    def test_what_was_reported_stays_where_it_was(self, status: pk.SessionStatus) -> None:
        """A report is no change, so the start of the whole does not wander with it."""
        of = series(MONDAYS, planned=(date(2026, 11, 9),))
        planned = own(of, date(2026, 11, 9), datetime(2026, 11, 9, 22, tzinfo=UTC))
        before, after = told(of, planned), told(of, attrs.evolve(planned, status=status))

        assert shown(after) == shown(before)
        assert [each for each in lines(after) if "ATTENDEE" not in each] == [
            each for each in lines(before) if "ATTENDEE" not in each
        ]
        assert (b"PARTSTAT=ACCEPTED" in after) is (status is pk.SessionStatus.HELD)

    def test_of_days_that_a_series_does_not_keep_nothing_stays(self) -> None:
        """But what is planned still."""
        of = series(MONDAYS, planned=[each.day for each in MONDAYS.occurrences[:2]])
        of = attrs.evolve(of, behind=date(2026, 11, 23))
        held, late = (
            own(of, each.day, each.starts, status=status)
            for each, status in zip(
                MONDAYS.occurrences,
                (pk.SessionStatus.HELD, pk.SessionStatus.PLANNED),
                strict=False,
            )
        )

        assert shown(told(of, held, late)) == {*meant(of, late)}

    def test_an_ended_one_with_nothing_ahead_is_taken_away(self) -> None:
        """What was held, and what nobody has reported yet, does not hold it there."""
        of = series(MONDAYS, planned=(date(2026, 11, 9),), status=pk.SeriesStatus.ENDED)
        held = own(of, date(2026, 11, 9), NOW - timedelta(days=2), status=pk.SessionStatus.HELD)
        late = own(of, date(2026, 11, 9), NOW - timedelta(hours=1))

        for each in (held, late):
            off = told(of, each)
            assert the("METHOD", off) == "METHOD:CANCEL"
            assert off.count(b"BEGIN:VEVENT") == 1
            assert "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:me@example.org" in lines(off)


@pytest.fixture
def clock() -> list[datetime]:
    """What the clock shows; it stands until it is set."""
    return [NOW]


@pytest.fixture
def program(clock: list[datetime]) -> Iterator[pk.Program]:
    """Ana meets p-7 on four Mondays; bo walks with p-7 too. All of them read mail."""
    with opened(coordinator="c", clock=lambda: clock[0]) as made:
        both: dict[str, Any] = {"peer": "bo", "participant": "p-7"}
        did(
            made,
            welcome(),
            prefers(MAIL),
            prefers(OTHER, who="bo"),
            prefers("ana@post.example", who="ana"),
            pk.ProposeMatch(by="c", id="m-2", **both),
            pk.AcceptMatch(by="p-7", id="m-2", **both),
            pk.PlanSeries(by="ana", id="r-1", **PAIR, when=MONDAYS),
        )
        yield made


def monday(day: int = 9, *, peer: str = "ana", **how: Any) -> pk.PlanSession:
    """The session of a Monday."""
    starts = datetime(2026, 11, day, 23, tzinfo=UTC)
    told_ = {"series": "r-1", "occurrence": date(2026, 11, day), "starts": starts}
    return plan(id=None, by=peer, peer=peer, **told_ | how)


def files(program: pk.Program) -> dict[tuple[str, str], bytes | None]:
    """What goes out with each notice that waits, by its kind and who it is for."""
    post = Post()
    routes = pk.Routes({NoticeChannel.EMAIL: post}, invite=invites(program, organizer=HOUSE))
    program.tell(routes)
    return {(each.kind, each.to): each.invite for each in post.took}


def days(data: bytes | None) -> list[int]:
    """The days of the month that a file shows."""
    assert data is not None
    return sorted(each.day for each, _ in shown(data))


class TestWhoIsIn:
    """Who comes on one day need not be who comes on all."""

    def test_who_steps_in_for_a_day_is_invited_to_that_day(self, program: pk.Program) -> None:
        """By a name of its own; moved and called off by it. The others keep the whole."""
        program.tell(Post())
        did(program, monday(peer="bo"))
        told_ = files(program)
        bo, rain = told_["session.planned", "bo"], told_["session.planned", "p-7"]
        (one,) = program.find(pk.Session, about="r-1")
        ana = invites(program, organizer=HOUSE)(one, "ana")

        assert (days(bo), days(rain), days(ana)) == ([9], [9, 16, 23, 30], [16, 23, 30])
        assert bo is not None
        secret = calendar.Cover.of(program).secret
        assert the("UID", bo)[4:] == calendar.uid_of(pk.Session, one.id, person="bo", secret=secret)
        did(program, pk.CancelSession(by="bo", id=one.id))
        off = files(program)["session.cancelled", "bo"]
        assert off is not None
        assert (the("METHOD", off), the("UID", off)) == ("METHOD:CANCEL", the("UID", bo))

    def test_who_comes_for_one_day_of_a_group_has_that_day(self, program: pk.Program) -> None:
        """Whoever joins later too: they are in the sessions that are planned from then on."""
        group: dict[str, Any] = {"form": pk.SessionForm.GROUP}
        later = attrs.evolve(MONDAYS, at=time(9))
        did(
            program,
            pk.ProposeMatch(by="c", id="m-3", peer="ana", participant="p-8"),
            pk.AcceptMatch(by="p-8", id="m-3", peer="ana", participant="p-8"),
            pk.PlanSeries(by="ana", id="r-2", **PAIR | group, when=later),
            prefers("new@post.example", who="p-8"),
            monday(
                series="r-2",
                starts=datetime(2026, 11, 9, 15, tzinfo=UTC),
                participants=("p-8",),
                **group,
            ),
        )
        told_ = files(program)

        assert days(told_["session.planned", "p-8"]) == [9]
        assert days(told_["series.planned", "p-7"]) == [16, 23, 30]

    def test_time_alone_with_who_steps_in_ends_with_their_match(self, program: pk.Program) -> None:
        """The day of that peer goes, and the rest stays."""
        did(program, monday(peer="bo"))
        did(program, pk.EndMatch(by="p-7", id="m-2", peer="bo", participant="p-7"))
        (weekly,) = program.find(pk.Series)

        assert days(invites(program, organizer=HOUSE)(weekly, "p-7")) == [16, 23, 30]


class TestWhatLiesBehind:
    """What is over changes in nobody's calendar."""

    def test_a_report_within_changes_nothing(
        self, program: pk.Program, clock: list[datetime]
    ) -> None:
        """The same file before and after, but for the moment at which it was made."""
        did(program, monday())
        clock[0] = datetime(2026, 11, 10, 12, tzinfo=UTC)
        (weekly,) = program.find(pk.Series)
        made = [invites(program)(weekly, "p-7")]
        did(program, pk.ReportMissedSession(by="ana", id="r-1/2026-11-09", who="p-7"))
        made.append(invites(program)(weekly, "p-7"))

        assert made[0] == made[1]
        assert days(made[0]) == [9, 16, 23, 30]

    def test_a_series_that_is_over_has_no_file(
        self, program: pk.Program, clock: list[datetime]
    ) -> None:
        """Nothing was called off, so nothing is; what is called off late still is."""
        later = datetime(2026, 12, 8, 20, tzinfo=UTC)
        did(
            program,
            monday(23),
            monday(30),
            pk.MoveSession(by="ana", id="r-1/2026-11-30", **PAIR, starts=later, minutes=60),
        )
        assert days(files(program)["session.moved", "p-7"]) == [8, 9, 16, 23]
        clock[0] = datetime(2026, 12, 2, 12, tzinfo=UTC)
        did(program, pk.ReportMissedSession(by="ana", id="r-1/2026-11-23", who="p-7"))
        assert days(files(program)["session.missed", "p-7"]) == [8, 9, 16, 23]
        did(program, pk.CancelSession(by="p-7", id="r-1/2026-11-30"))
        assert days(files(program)["session.cancelled", "p-7"]) == [9, 16, 23]
        (weekly,) = program.find(pk.Series)
        assert invites(program, organizer=HOUSE)(weekly, "p-7") is None

    def test_of_a_series_that_is_over_nobody_hears_when_the_match_ends(
        self, program: pk.Program, clock: list[datetime]
    ) -> None:
        """There is nothing that will not take place."""
        program.tell(Post())
        clock[0] = datetime(2026, 12, 2, 12, tzinfo=UTC)
        did(program, pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7"))

        assert {kind for kind, _ in files(program)} == {"match.ended"}


def test_over_no_way_at_all_no_place_is_said(program: pk.Program) -> None:
    """Nobody has said that nobody else sees what arrives where nothing does."""
    (weekly,) = program.find(pk.Series)
    safe = invites(program, place=lambda _: "Blue door")(weekly, "p-7")
    did(program, pk.StopNotices(by="p-7", person="p-7", channel=NoticeChannel.EMAIL))
    stopped = invites(program, place=lambda _: "Blue door")(weekly, "p-7")

    assert safe is not None
    assert b"LOCATION:Blue door" in safe
    assert stopped is not None
    assert b"LOCATION" not in stopped
    assert b"mailto" not in stopped


def test_an_event_has_what_it_is_to_have_and_nothing_more(program: pk.Program) -> None:
    """Read by hand: who asks and who is asked, in every event of a file."""
    did(program, monday())
    (weekly,) = program.find(pk.Series)
    data = invites(program, organizer=HOUSE)(weekly, "p-7")
    assert data is not None
    events = [each for each in tree(data).inside if each.name == "VEVENT"]

    assert len(events) == 2
    for each in events:
        assert each.one("ORGANIZER").value == f"mailto:{HOUSE}"
        assert each.one("ATTENDEE").value == f"mailto:{MAIL}"


@pytest.mark.parametrize("name", ["events", "files", "zones"])
def test_each_part_says_which_package_it_needs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever is read first."""
    monkeypatch.setitem(sys.modules, "icalendar", None)
    monkeypatch.delitem(sys.modules, f"peerkit.exchange.calendar_{name}")
    with pytest.raises(pk.MissingExtra, match=r"peerkit\[calendar\]"):
        import_module(f"peerkit.exchange.calendar_{name}")
