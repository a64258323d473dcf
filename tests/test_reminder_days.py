"""The days of a reminder: steps, business days, limits of the book, the ends of the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import holidays
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import peerkit as pk
from peerkit.handbook import Handbook, ReminderValue
from peerkit.stores import Wanted
from peerkit.stores.memory import MemoryStore
from peerkit.telling.business_days import business_day, counted
from peerkit.telling.reminders import due, step_due
from tests.ordinary import NOW, opened, plan, report, welcome
from tests.test_reminders import Clock, at, sweep
from tests.test_reminders import given as reminded

PASSAGE: Final = Handbook.load().reminders["goal.review"].value.passage
WASHINGTON: Final = holidays.country_holidays("US", subdiv="WA")
DAYS: Final = st.dates(date(2024, 1, 1), date(2028, 12, 31))


def value(
    *, before: Any = (), after: Any = (), business: bool = False, late: int | None = None
) -> ReminderValue:
    """The days of a reminder, in the order in which the book keeps them."""
    return ReminderValue(
        before=tuple(sorted(before, reverse=True)),
        after=tuple(sorted(after)),
        business=business,
        late=late,
        passage=PASSAGE,
    )


class TestBusinessDays:
    """Mondays to Fridays that are no holidays."""

    @pytest.mark.parametrize(
        ("day", "number", "expected"),
        [
            ("2026-11-23", 0, "2026-11-23"),  # Monday
            ("2026-11-23", 1, "2026-11-24"),
            ("2026-11-20", 1, "2026-11-23"),  # over a weekend
            ("2026-11-21", 1, "2026-11-23"),  # from within one
            ("2026-11-22", 0, "2026-11-22"),
            ("2026-11-24", 2, "2026-11-30"),  # over Thanksgiving and the day after, in Washington
            ("2026-11-30", -1, "2026-11-25"),
            ("2026-11-22", -1, "2026-11-20"),
            ("2026-12-24", 1, "2026-12-28"),  # over Christmas, a Friday
        ],
    )
    def test_over_weekends_and_holidays(self, day: str, number: int, expected: str) -> None:
        """With the days of a library that knows those of many countries."""
        start = date.fromisoformat(day)

        assert business_day(start, number, WASHINGTON).isoformat() == expected

    def test_without_holidays_only_weekends_are_free(self) -> None:
        """Who gives none has none."""
        assert business_day(date(2026, 11, 24), 2) == date(2026, 11, 26)

    @given(day=DAYS, number=st.integers(-60, 60), free=st.frozensets(DAYS, max_size=40))
    def test_against_a_list_of_all_days(
        self, day: date, number: int, free: frozenset[date]
    ) -> None:
        """Every day written down, the free ones crossed out, and counted off."""
        around = [day + timedelta(days=each) for each in range(-500, 501)]
        working = [each for each in around if each.strftime("%a") not in ("Sat", "Sun")]
        working = [each for each in working if each not in free]
        after = [each for each in working if each > day]
        before = [each for each in working if each < day][::-1]
        expected = day if not number else (after if number > 0 else before)[abs(number) - 1]

        assert business_day(day, number, free) == expected

    def test_a_calendar_without_business_days_is_refused(self) -> None:
        """Nobody counts for ever."""

        class Always:
            def __contains__(self, day: object) -> bool:
                return True

        with pytest.raises(pk.BadInput) as caught:
            business_day(date(2026, 11, 23), 1, Always())
        assert str(caught.value) == (
            "holidays: leave some business days: there is none in a whole year"
        )
        with pytest.raises(pk.BadInput, match="leave some business days"):
            counted(date(2026, 11, 23), 1, "business day", Always())

    @pytest.mark.parametrize(
        ("day", "number", "unit", "expected"),
        [
            (date(2026, 1, 31), 1, "month", date(2026, 2, 28)),
            (date(2024, 1, 31), 1, "month", date(2024, 2, 29)),
            (date(2026, 11, 23), 2, "week", date(2026, 12, 7)),
            (date(2026, 11, 23), -23, "day", date(2026, 10, 31)),
            (date.max, 1, "day", date.max),
            (date.max, 1, "month", date.max),
            (date.max, 3, "business day", date.max),
            (date.min, -1, "week", date.min),
        ],
    )
    def test_the_units_of_limits(self, day: date, number: int, unit: str, expected: date) -> None:
        """On the calendar, and never beyond its ends."""
        assert counted(day, number, unit) == expected


def told_on(
    value: ReminderValue, counts_from: date, first: date, days: int
) -> dict[int, list[date]]:
    """On which days each step is the one to be told, looked at every day."""
    found: dict[int, list[date]] = {}
    for each in range(days):
        today = first + timedelta(days=each)
        step = step_due(value, counts_from, today)
        if step is not None:
            found.setdefault(step[0], []).append(today)
    return found


class TestSteps:
    """Which step has come."""

    @pytest.mark.parametrize(
        ("today", "expected"),
        [
            ("2026-12-30", None),
            ("2026-12-31", (-60, "2026-12-31")),
            ("2027-01-29", (-60, "2026-12-31")),
            ("2027-01-30", (-30, "2027-01-30")),
            ("2027-02-21", (-30, "2027-01-30")),
            ("2027-02-22", (-7, "2027-02-22")),
            ("2027-02-28", (-7, "2027-02-22")),
            ("2027-03-01", None),
            ("2027-03-02", None),
        ],
    )
    def test_before_a_date(self, today: str, expected: Any) -> None:
        """Each until the next one comes, the last until the date itself."""
        found = step_due(value(before=(60, 30, 7)), date(2027, 3, 1), date.fromisoformat(today))

        assert (found and (found[0], found[1].isoformat())) == expected

    @pytest.mark.parametrize(
        ("late", "today", "expected"),
        [
            (None, "2026-11-23", None),
            (None, "2026-11-24", 1),
            (None, "2026-11-25", 1),
            (None, "2026-11-26", 3),
            (None, "2036-01-01", 3),
            (5, "2026-12-01", 3),
            (5, "2026-12-02", None),
            (0, "2026-11-25", 1),
            (0, "2026-11-26", 3),
            (0, "2026-11-27", None),
        ],
    )
    def test_after_a_date(self, late: int | None, today: str, expected: int | None) -> None:
        """Each until the next one comes, the last as long as it stands or may be late."""
        found = step_due(
            value(after=(1, 3), late=late), date(2026, 11, 23), date.fromisoformat(today)
        )

        assert (found and found[0]) == expected

    def test_before_and_after(self) -> None:
        """The last before ends with the date, whatever comes after it."""
        found = told_on(
            value(before=(2,), after=(1,), late=1), date(2026, 11, 10), date(2026, 11, 1), 30
        )

        assert found == {
            -2: [date(2026, 11, 8), date(2026, 11, 9)],
            1: [date(2026, 11, 11), date(2026, 11, 12)],
        }

    @given(
        before=st.frozensets(st.integers(1, 80), max_size=4),
        after=st.frozensets(st.integers(0, 80), max_size=4),
        late=st.none() | st.integers(0, 40),
        counts_from=DAYS,
        away=st.integers(-120, 200),
    )
    @example(before=frozenset({1}), after=frozenset({0}), late=None, counts_from=NOW.date(), away=0)
    def test_against_intervals_of_whole_numbers(
        self,
        before: frozenset[int],
        after: frozenset[int],
        late: int | None,
        counts_from: date,
        away: int,
    ) -> None:
        """Every step has its own stretch of days, and no two of them meet."""
        stretches = {}
        for step in before:
            sooner = [each for each in before if each < step]
            stretches[-step] = range(-step, -max(sooner, default=0))
        for step in after:
            later = [each for each in after if each > step]
            ends = 10**6 if late is None else step + late + 1
            stretches[step] = range(step, min(later, default=ends))
        expected = [step for step, days in stretches.items() if away in days]
        lateness = late if after else None
        found = step_due(
            value(before=before, after=after, late=lateness),
            counts_from,
            counts_from + timedelta(days=away),
        )

        assert len(expected) <= 1
        assert ([] if found is None else [found[0]]) == expected
        if found is not None:
            assert found[1] == counts_from + timedelta(days=found[0])

    @given(
        number=st.integers(1, 30),
        way=st.sampled_from(("before", "after")),
        counts_from=DAYS,
        away=st.integers(-60, 60),
        free=st.frozensets(DAYS, max_size=20),
    )
    def test_business_days_are_counted_as_the_calendar_counts_them(
        self, number: int, way: str, counts_from: date, away: int, free: frozenset[date]
    ) -> None:
        """So many working days lie between the day it is told and the date."""
        today = counts_from + timedelta(days=away)
        days = value(
            before=(number,) if way == "before" else (),
            after=(number,) if way == "after" else (),
            business=True,
        )
        found = step_due(days, counts_from, today, free)
        if found is None:
            return
        _, day = found
        low, high = sorted((day, counts_from))
        # Of the two ends, the date itself is not counted.
        span = [low + timedelta(days=each) for each in range((high - low).days + 1)]
        working = [
            each
            for each in span
            if each.isoweekday() < 6 and each not in free and each != counts_from
        ]
        assert len(working) == number
        assert day <= today


@pytest.fixture
def clock() -> Clock:
    """A clock that stands until it is set."""
    return Clock()


class TestLimitsOfTheBook:
    """Where a limit says when something is due, the reminder counts from there."""

    def told(self, program: pk.Program, clock: Clock, kind: str, *days: str, **how: Any) -> Any:
        """On which days something was told."""
        sweep(program, clock, *days, **how)
        return [(day, noun) for day, of, noun, _ in reminded(program) if of == kind]

    def test_a_note_that_is_due_within_business_days(self, clock: Clock) -> None:
        """Texas asks for it within two of them: told on the day after, holidays left out."""
        handbook = Handbook.load("us/tx")
        starts = datetime(2026, 11, 25, 15, tzinfo=UTC)  # the day before Thanksgiving
        days = [f"2026-11-{each}" for each in range(24, 31)]
        days += [f"2026-12-0{each}" for each in range(1, 5)]
        for known, expected in (
            (holidays.country_holidays("US"), "2026-12-01"),
            ((), "2026-11-28"),
        ):
            clock.now = NOW
            program = opened(handbook=handbook, clock=clock)
            program.do(plan(starts=starts)).or_raise()

            found = self.told(program, clock, "note.overdue", *days, holidays=known)
            assert found == [(expected, "s-1")]

    def test_without_a_number_in_the_book_nothing_is_looked_for(self, clock: Clock) -> None:
        """The base asks for no note within so many days, and reads nothing for it."""
        read: list[Wanted[Any]] = []

        class Counting(MemoryStore):
            def find(self, wanted: Wanted[Any], **how: Any) -> Any:
                read.append(wanted)
                return super().find(wanted, **how)

        reads = []
        for layers in ((), ("us/tx",)):
            clock.now = NOW
            program = opened(Counting(), clock=clock, handbook=Handbook.load(*layers))
            read.clear()
            sweep(program, clock, "2026-11-23")
            reads.append(sum(each.kind is pk.Session for each in read))

        assert reads[1] == reads[0] + 1

    def test_supervision_while_a_certification_is_new(self, clock: Clock) -> None:
        """In Texas it is due every week, for those who have a first one, and for nobody else."""
        program = opened(handbook=Handbook.load("us/tx"), clock=clock)
        first = pk.RecordCredential(
            by="coordinator",
            id="cr-1",
            peer="ana",
            since=date(2026, 10, 1),
            until=date(2028, 10, 1),
            stage=pk.CredentialStage.INITIAL,
        )
        days = [f"2026-11-{each:02}" for each in range(2, 20)]
        assert self.told(program, clock, "supervision.overdue", *days) == []
        program.do(first).or_raise()

        # The last was on 20 October: due by the 27th, told on the 28th, 4 and 11 November.
        assert self.told(program, clock, "supervision.overdue", "2026-11-03", "2026-11-12") == [
            ("2026-10-28", "ana"),
            ("2026-11-11", "ana"),
        ]

    def test_who_was_reached_is_asked_after_later(self, clock: Clock) -> None:
        """Thirty days count from the last word with somebody who waits."""
        program = opened(clock=clock, coordinator="coordinator")
        program.do(pk.JoinWaitingList(by="p-8", id="w-1", participant="p-8")).or_raise()
        clock.now = at("2026-11-20")
        reached = pk.TryToReach(by="ana", participant="p-8", reached=True, channel="phone")
        program.do(reached)
        days = [f"2026-12-{each:02}" for each in range(1, 32)]

        assert self.told(program, clock, "waiting.quiet", *days) == [("2026-12-21", "w-1")]

    def test_a_meeting_in_a_group_counts_for_a_pair(self, clock: Clock) -> None:
        """Who else was there changes nothing; what each met with others does not count."""
        program = opened(clock=clock)
        program.do(welcome()).or_raise()
        clock.now = at("2026-11-12", 20)
        for id_, peer, people, day in (
            ("s-1", "ana", ("p-7", "p-8"), "2026-11-10"),
            ("s-2", "bo", ("p-7", "p-8"), "2026-11-11"),
            ("s-3", "ana", ("p-8",), "2026-11-12"),
        ):
            program.do(
                pk.ReportSession(
                    by=peer,
                    id=id_,
                    peer=peer,
                    participants=people,
                    form=pk.SessionForm.GROUP,
                    starts=at(day, 15),
                    minutes=60,
                    activities=(pk.Activity(id="listen"),),
                )
            )
        days = [f"2026-12-{each:02}" for each in range(1, 20)]

        assert self.told(program, clock, "match.quiet", *days) == [("2026-12-11", "m-1")]

    def test_what_was_before_the_yes_does_not_count(self, clock: Clock) -> None:
        """A late report of a group of October says nothing of the pair: the yes is what counts."""
        program = opened(clock=clock)
        early = {"participants": ("p-7", "p-8"), "form": pk.SessionForm.GROUP}
        program.do(report(starts=at("2026-10-12", 9), **early))
        days = [f"2026-11-{each:02}" for each in range(2, 25)]

        assert self.told(program, clock, "match.quiet", *days) == [("2026-11-19", "m-1")]

    def test_a_limit_that_is_not_for_somebody_is_no_limit_of_theirs(
        self, clock: Clock, tmp_path: Path
    ) -> None:
        """Where only those with a first certification have one, nobody else is asked after."""
        house = tmp_path / "house.toml"
        house.write_text(
            '[layer]\nid = "house"\ntitle = "Ours"\nover = ["us/tx"]\n'
            '[[reminder]]\nid = "supervision.new"\nsays = "While it is new."\nnoun = "peer"\n'
            'status = ["serving"]\ndated = "supervised"\nlimits = ["supervision-weeks-first"]\n'
            'to = ["peers"]\nhour = "09:00"\n[[reminder.value]]\nafter = [1]\n'
            'source = "HOUSE"\nat = "ours"\nlooked = 2026-11-23\n',
            encoding="utf-8",
        )
        program = opened(clock=clock, handbook=Handbook.load(str(house)))

        assert self.told(program, clock, "supervision.new", "2026-11-23") == []


class TestEdges:
    """Dates at the ends of the calendar, and what is no calendar at all."""

    def test_a_consent_without_an_end_is_not_asked_after(self, clock: Clock) -> None:
        """Nor one that ends on the last day there is, in a zone where that is already over."""
        program = opened(clock=clock, zone="Pacific/Auckland")
        for id_, until in (("c-1", None), ("c-2", datetime.max.replace(tzinfo=UTC))):
            program.do(
                pk.RecordConsent(
                    by="p-7",
                    id=id_,
                    participant="p-7",
                    scopes=(pk.ConsentScope.ATTENDANCE,),
                    to=("housing-office",),
                    since=NOW,
                    until=until,
                )
            )
        assert len(program.find(pk.Consent)) == 2
        sweep(program, clock, "2026-11-23")

        assert {noun for _, _, noun, _ in reminded(program)} == {"m-1", "ana"}

    def test_a_goal_that_is_looked_at_on_the_last_day_there_is(self, clock: Clock) -> None:
        """Its steps lie within the calendar, and far away."""
        program = opened(clock=clock)
        program.do(
            pk.SetGoal(
                by="p-7", id="g-1", participant="p-7", words=pk.Words("Swim."), review=date.max
            )
        ).or_raise()
        sweep(program, clock, "2026-11-23")

        assert "g-1" not in {noun for _, _, noun, _ in reminded(program)}

    def test_nothing_is_kept_of_a_look_that_finds_nothing(self, clock: Clock) -> None:
        """Looking leaves no entry."""
        program = opened(clock=clock)
        before = len([*program.journal()])

        assert not [*due(program.store, program.handbook.on(NOW.date()), NOW, "UTC")]
        assert program.remind() == program.remind()
        assert len([*program.journal()]) == before

    @pytest.mark.parametrize("wrong", ["US", 5, None])
    def test_holidays_are_dates(self, clock: Clock, wrong: Any) -> None:
        """A country's name is no calendar: a library has those."""
        with pytest.raises(pk.BadInput) as caught:
            opened(clock=clock).remind(holidays=wrong)
        assert str(caught.value) == "holidays: give a container of dates, or leave it out"

    def test_the_hour_is_the_clock_s_where_it_takes_place(self, clock: Clock) -> None:
        """Nine in the morning, in summer and in winter."""
        program = opened(clock=clock, zone="America/Chicago")
        for id_, review in (("g-1", date(2026, 11, 10)), ("g-2", date(2027, 7, 7))):
            program.do(
                pk.SetGoal(
                    by="p-7", id=id_, participant="p-7", words=pk.Words("Swim."), review=review
                )
            ).or_raise()
        sweep(program, clock, "2026-11-10", "2027-07-07")
        dues = {
            act["noun"]: datetime.fromisoformat(act["due"]).time()
            for act in (each.read()["act"] for each in program.journal())
            if act["act"] == pk.Remind.kind
        }

        assert (dues["g-1"], dues["g-2"]) == (time(15), time(14))


def test_only_what_may_be_due_is_read(clock: Clock) -> None:
    """Of many planned sessions, those whose day is near."""
    given_: list[str] = []

    class Counting(MemoryStore):
        def find(self, wanted: Wanted[Any], **how: Any) -> Any:
            found = super().find(wanted, **how)
            if wanted.kind is pk.Session:
                given_.extend(each.id for each in found)
            return found

    program = opened(Counting(), clock=clock)
    for each in range(18):
        day = datetime(2026, 11, 3, 15, tzinfo=UTC) + timedelta(days=each)
        program.do(plan(id=f"s-{each}", starts=day)).or_raise()
    given_.clear()
    clock.now = at("2026-11-05")
    program.remind()

    # For tomorrow: from two days before to two after; for what was not reported: up to two after.
    assert len(given_) <= 12
    assert {"s-3", "s-1", "s-0"} <= {*given_}
