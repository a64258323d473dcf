"""What the calendar asks to be told: each step once, and only to those whose it is now."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

import peerkit as pk
from peerkit.program import Reminded
from peerkit.stores.memory import MemoryStore
from tests.ordinary import FIRST_ACTS, HANDBOOK, NOW, opened, plan

WANTED: Final = pk.Words("I want to swim.")
#: Everything of a year that is dated: what is told of it stands in `A_YEAR`.
OPEN: Final[tuple[pk.Act, ...]] = (
    pk.RecordCredential(
        by="coordinator",
        id="cr-1",
        peer="ana",
        since=date(2026, 3, 1),
        until=date(2027, 3, 1),
    ),
    pk.RecordConsent(
        by="p-7",
        id="c-1",
        participant="p-7",
        scopes=(pk.ConsentScope.ATTENDANCE,),
        to=("housing-office",),
        since=NOW,
        until=datetime(2027, 6, 30, 12, tzinfo=UTC),
    ),
    pk.SetGoal(by="p-7", id="g-1", participant="p-7", words=WANTED, review=date(2027, 1, 15)),
    pk.PlanEnding(
        by="p-7",
        id="m-1",
        peer="ana",
        participant="p-7",
        on=date(2027, 9, 30),
        why=pk.EndingReason.GOALS_REACHED,
    ),
    plan(starts=datetime(2026, 11, 12, 15, tzinfo=UTC)),
    pk.ConsultSupervisor(
        by="ana", id="co-1", peer="ana", participant="p-7", clause="dual-relationship"
    ),
    pk.RaiseConcern(by="p-7", id="cn-1", peer="ana", people=("p-7",), clauses=("gifts",)),
    pk.JoinWaitingList(by="p-8", id="w-1", participant="p-8"),
)
BOTH: Final = ("p-7", "ana")
THEIRS: Final = ("ana", "sam")
#: On which day what is told of which noun, and to whom.
A_YEAR: Final = [
    ("2026-11-04", "concern.waiting", "cn-1", ("sam",)),
    ("2026-11-04", "consultation.waiting", "co-1", ("sam",)),
    ("2026-11-09", "concern.waiting", "cn-1", ("sam",)),
    ("2026-11-09", "consultation.waiting", "co-1", ("sam",)),
    ("2026-11-11", "session.tomorrow", "s-1", BOTH),
    ("2026-11-13", "session.unreported", "s-1", ("ana",)),
    ("2026-11-15", "session.unreported", "s-1", ("ana",)),
    ("2026-11-16", "concern.waiting", "cn-1", ("sam",)),
    ("2026-11-19", "match.quiet", "m-1", THEIRS),
    ("2026-11-21", "supervision.overdue", "ana", THEIRS),
    ("2026-11-28", "supervision.overdue", "ana", THEIRS),
    ("2026-12-03", "match.quiet", "m-1", THEIRS),
    ("2026-12-03", "waiting.quiet", "w-1", ("coordinator",)),
    ("2026-12-05", "supervision.overdue", "ana", THEIRS),
    ("2026-12-17", "waiting.quiet", "w-1", ("coordinator",)),
    ("2026-12-31", "credential.ending", "cr-1", THEIRS),
    ("2027-01-08", "goal.review", "g-1", BOTH),
    ("2027-01-15", "goal.review", "g-1", BOTH),
    ("2027-01-30", "credential.ending", "cr-1", THEIRS),
    ("2027-02-22", "credential.ending", "cr-1", THEIRS),
    ("2027-05-01", "consent.ending", "c-1", BOTH),
    ("2027-05-31", "consent.ending", "c-1", BOTH),
    ("2027-06-23", "consent.ending", "c-1", BOTH),
    ("2027-08-31", "match.ending", "m-1", BOTH),
    ("2027-09-23", "match.ending", "m-1", BOTH),
]


class Clock:
    """Shows what it is set to."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The moment it is set to."""
        return self.now


def at(day: str, hour: int = 10) -> datetime:
    """An hour of a day, in UTC."""
    return datetime.combine(date.fromisoformat(day), time(hour), UTC)


def given(program: pk.Program) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Every reminder in the journal: the day from which it is told, its kind, of what, to whom."""
    acts = [each.read()["act"] for each in program.journal() if each.act == pk.Remind.kind]
    return sorted((each["due"][:10], each["of"], each["noun"], tuple(each["to"])) for each in acts)


def kinds(program: pk.Program) -> list[tuple[str, tuple[str, ...]]]:
    """What was told, and to whom."""
    return [(of, to) for _, of, _, to in given(program)]


@pytest.fixture
def clock() -> Clock:
    """A clock that stands until it is set."""
    return Clock()


@pytest.fixture
def program(clock: Clock) -> pk.Program:
    """Ana walks with p-7; the clock is ours."""
    return opened(clock=clock, coordinator="coordinator")


def filled(program: pk.Program) -> pk.Program:
    """With everything in it that a year brings."""
    for act in OPEN:
        program.do(act).or_raise()
    return program


def sweep(program: pk.Program, clock: Clock, *days: str, **how: Any) -> list[Reminded]:
    """Look on each of these days."""
    found = []
    for day in days:
        clock.now = at(day)
        found.append(program.remind(**how))
    return found


def days_from(first: str, count: int) -> list[str]:
    """So many days in a row."""
    begin = date.fromisoformat(first)
    return [(begin + timedelta(days=each)).isoformat() for each in range(count)]


class TestAYear:
    """Each step of a year is told once, on its day."""

    def test_looked_at_every_day(self, program: pk.Program, clock: Clock) -> None:
        """What is told stands in the table, day by day."""
        found = sweep(filled(program), clock, *days_from("2026-11-02", 366))

        assert given(program) == A_YEAR
        assert sum(each.given for each in found) == len(A_YEAR)
        assert not any(each.again for each in found)

    def test_looked_at_twice_a_day(self, program: pk.Program, clock: Clock) -> None:
        """The second look of a day finds nothing new."""
        filled(program)
        for day in days_from("2026-11-02", 366):
            sweep(program, clock, day)
            assert sweep(program, clock, day) == [Reminded(0, 0)]

        assert given(program) == A_YEAR

    def test_after_an_outage_of_a_week(self, program: pk.Program, clock: Clock) -> None:
        """What fell into it is told once, on the day it is over; of several steps the latest."""
        week = days_from("2026-11-09", 7)
        days = [each for each in days_from("2026-11-02", 366) if each not in week]
        sweep(filled(program), clock, *days)
        told = given(program)
        # The day before the session is over, and so is the first day it was not reported.
        missed = [
            ("2026-11-11", "session.tomorrow", "s-1", BOTH),
            ("2026-11-13", "session.unreported", "s-1", ("ana",)),
            ("2026-11-09", "concern.waiting", "cn-1", ("sam",)),
        ]

        assert told == [each for each in A_YEAR if each not in missed]

    def test_a_step_is_not_made_up_for_when_the_next_has_come(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """At 20 days to go nobody hears that there are 60: they hear the step of 30."""
        filled(program)

        assert sweep(program, clock, "2027-02-09")[0].given > 0
        assert [each for each in given(program) if each[2] == "cr-1"] == [
            ("2027-01-30", "credential.ending", "cr-1", THEIRS)
        ]

    def test_a_clock_that_goes_back_tells_nothing_again(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Nor does one that went ahead and came back."""
        filled(program)
        days = days_from("2026-11-02", 60)
        sweep(program, clock, *days)
        before = given(program)

        assert sweep(program, clock, *reversed(days), *days) == [Reminded(0, 0)] * 120
        assert given(program) == before

    def test_another_program_of_the_same_place_is_left_alone(
        self, tmp_path: Path, clock: Clock
    ) -> None:
        """Casa #5597, #5511: the mail of a supervisor listed people of another organisation."""
        where = tmp_path / "programs.db"
        how: dict[str, Any] = {"clock": clock, "handbook": HANDBOOK, "coordinator": "coordinator"}
        with (
            pk.Program.open(where, program="north", **how) as north,
            pk.Program.open(where, program="south", **how) as south,
        ):
            for act in (*FIRST_ACTS, *OPEN):
                north.do(act).or_raise()
            for act in FIRST_ACTS[:1]:
                south.do(act).or_raise()
            sweep(south, clock, *days_from("2026-11-02", 19))
            assert given(south) == []
            sweep(north, clock, *days_from("2026-11-02", 5))
            assert given(north) == A_YEAR[:2]


def _sweeps(where: str, days: list[str]) -> tuple[int, int]:
    """Look on each of these days, in a process of its own."""
    clock, given_, again = Clock(), 0, 0
    how: dict[str, Any] = {"handbook": HANDBOOK, "coordinator": "coordinator"}
    with pk.Program.open(where, clock=clock, durability="normal", **how) as program:
        for found in sweep(program, clock, *days):
            given_, again = given_ + found.given, again + found.again
    return given_, again


class TestTogether:
    """Several who look at once."""

    @pytest.mark.once
    def test_two_processes_tell_each_step_once(self, tmp_path: Path, clock: Clock) -> None:
        """On one file, day by day, both on the same days: nothing twice, nothing left out."""
        where, days = str(tmp_path / "program.db"), days_from("2026-11-02", 100)
        with pk.Program.open(where, clock=clock, handbook=HANDBOOK) as program:
            for act in (*FIRST_ACTS, *OPEN):
                program.do(act).or_raise()
        with multiprocessing.get_context("spawn").Pool(2) as pool:
            found = pool.starmap(_sweeps, [(where, days)] * 2)

        expected = [each for each in A_YEAR if each[0] <= days[-1]]
        with pk.Program.open(where, read_only=True) as program:
            assert given(program) == expected
            messages = Counter(
                (each.message.to, each.message.kind, each.message.about, each.due)
                for each in program.store.posted()
                if each.message.kind in HANDBOOK.reminders
            )
        assert sum(one for one, _ in found) == len(expected)
        assert sum(messages.values()) == sum(len(to) for *_, to in expected)
        assert set(messages.values()) == {1}

    def test_who_was_faster_is_counted(self, clock: Clock) -> None:
        """What another gave between looking and giving is given again by nobody."""
        store = MemoryStore()
        program, other = opened(store, clock=clock), pk.Program(store, clock=clock)
        filled(program)
        clock.now = at("2026-11-04")
        looked = program.do

        def slower(act: pk.Act) -> pk.Decision:
            other.do(act)
            return looked(act)

        program.do = slower  # type: ignore[method-assign]
        assert program.remind() == Reminded(0, 2)

    def test_who_was_faster_may_have_found_other_people(self, clock: Clock) -> None:
        """The key is taken: what the other gave stands."""
        store = MemoryStore()
        program, other = opened(store, clock=clock), pk.Program(store, clock=clock)
        filled(program)
        clock.now = at("2026-11-04")
        looked = program.do

        def slower(act: Any) -> pk.Decision:
            other.do(pk.Remind(by=act.by, of=act.of, noun=act.noun, to=("eve",), key=act.key))
            return looked(act)

        program.do = slower  # type: ignore[method-assign]
        assert program.remind() == Reminded(0, 2)
