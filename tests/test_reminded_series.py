"""The day before, of what comes back: each time of a series that has no session of its own."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any, Final

import pytest

import peerkit as pk
from peerkit.notifiers.memory import MemoryNotifier
from tests.ordinary import opened, plan
from tests.test_reminders import BOTH, Clock, at, days_from, given, sweep

PAIR: Final[dict[str, Any]] = {"peer": "ana", "participants": ("p-7",)}


def meeting(rule: str, at_: time = time(17), **how: Any) -> pk.PlanSeries:
    """Ana and p-7 meet in Chicago from the 9th of November on, which is a Monday."""
    when = pk.Timetable(
        repeats=pk.Recurrence.parse(rule),
        first=date(2026, 11, 9),
        at=at_,
        zone="America/Chicago",
        minutes=60,
    )
    told: dict[str, Any] = {"by": "ana", "id": "r-1", **PAIR, "when": when}
    return pk.PlanSeries(**told | how)


@pytest.fixture
def clock() -> Clock:
    """A clock that stands until it is set."""
    return Clock()


@pytest.fixture
def program(clock: Clock) -> pk.Program:
    """Ana walks with p-7; both read text, p-7 in Spanish."""
    made = opened(clock=clock, coordinator="coordinator", zone="America/Chicago")
    for who, language in (("ana", "en"), ("p-7", "es")):
        text = pk.ContactPoint(channel=pk.NoticeChannel.TEXT, address="x", safe=True)
        made.do(
            pk.SetContactPreferences(
                by=who, person=who, points=(text,), zone="America/Chicago", language=language
            )
        ).or_raise()
    return made


def did(program: pk.Program, *acts: pk.Act) -> None:
    """Each of them happens."""
    for act in acts:
        program.do(act).or_raise()


def remembered(program: pk.Program) -> list[tuple[str, tuple[str, ...]]]:
    """The days from which a time of the series is told, and to whom."""
    return [(day, to) for day, of, _, to in given(program) if of == "series.tomorrow"]


def heard(program: pk.Program, clock: Clock, moment: datetime) -> list[str]:
    """What is told at this moment of the day before, in words."""
    clock.now, texts = moment, MemoryNotifier()
    program.tell(pk.Routes({pk.NoticeChannel.TEXT: texts}))
    return [f"{each.inside}" for each in texts.told if each.kind == "series.tomorrow"]


def test_each_time_is_told_the_day_before_as_it_stands(program: pk.Program, clock: Clock) -> None:
    """Moved, it is told before the new day; called off or planned by itself, not at all."""
    did(
        program,
        meeting("FREQ=WEEKLY;BYDAY=MO;COUNT=5"),
        pk.CancelOccurrence(by="p-7", id="r-1", occurrence=date(2026, 11, 16)),
        pk.MoveOccurrence(
            by="ana",
            id="r-1",
            **PAIR,
            occurrence=date(2026, 11, 23),
            starts=datetime(2026, 11, 25, 23, tzinfo=UTC),
        ),
        plan(
            id=None,
            series="r-1",
            occurrence=date(2026, 11, 30),
            starts=datetime(2026, 11, 30, 23, tzinfo=UTC),
        ),
    )
    sweep(program, clock, *days_from("2026-11-02", 50))

    assert remembered(program) == [
        ("2026-11-08", BOTH),
        ("2026-11-24", BOTH),
        ("2026-12-06", BOTH),
    ]
    planned = [(day, noun) for day, of, noun, _ in given(program) if of == "session.tomorrow"]
    assert planned == [("2026-11-29", "r-1/2026-11-30")]


def test_both_hear_of_it_in_their_language_at_the_hour_there(
    program: pk.Program, clock: Clock
) -> None:
    """At nine in the morning of the Sunday, and with the time it has."""
    did(program, meeting("FREQ=WEEKLY;COUNT=2"))
    program.tell(MemoryNotifier())
    sweep(program, clock, "2026-11-08")

    assert heard(program, clock, datetime(2026, 11, 8, 14, 59, tzinfo=UTC)) == []
    assert heard(program, clock, datetime(2026, 11, 8, 15, tzinfo=UTC)) == [
        "La serie r-1 sigue el lunes 9 de noviembre. Hora: 5:00 pm.",
        "Series r-1 goes on: Monday, November 9 at 5:00 pm.",
    ]


@pytest.mark.parametrize("hour", [3, 16, 23])
def test_of_every_day_each_is_told_once_and_by_its_own_day(
    program: pk.Program, clock: Clock, hour: int
) -> None:
    """Also where today's lies ahead still when somebody looks, and where it has begun."""
    did(program, meeting("FREQ=DAILY;COUNT=4"))
    program.tell(MemoryNotifier())
    told = []
    for day in days_from("2026-11-07", 8):
        clock.now = at(day, hour)
        program.remind()
        told += heard(program, clock, clock.now)[1:]

    days = ["Monday, November 9", "Tuesday, November 10", "Wednesday, November 11"]
    days += ["Thursday, November 12"]
    assert told == [f"Series r-1 goes on: {each} at 5:00 pm." for each in days]


@pytest.mark.parametrize(("hour", "times"), [(22, 2), (23, 0)])
def test_what_is_told_late_is_told_until_it_begins(
    program: pk.Program, clock: Clock, hour: int, times: int
) -> None:
    """Who hears nothing on Sundays hears of it on Monday, and not after five in the evening."""
    did(program, meeting("FREQ=WEEKLY;COUNT=2"))
    program.tell(MemoryNotifier())
    sweep(program, clock, "2026-11-08")
    found = heard(program, clock, at("2026-11-09", hour))

    assert len(found) == times
    assert all("9" in each for each in found)


def test_a_time_at_midnight_is_of_its_own_day(program: pk.Program, clock: Clock) -> None:
    """The first minute of Monday is told on Sunday."""
    did(program, meeting("FREQ=WEEKLY;COUNT=1", time(0)))
    sweep(program, clock, *days_from("2026-11-05", 6))

    assert remembered(program) == [("2026-11-08", BOTH)]


def test_who_no_longer_walks_together_hears_nothing(program: pk.Program, clock: Clock) -> None:
    """The series ends with the match; what was given and not yet told is taken back."""
    did(program, meeting("FREQ=WEEKLY;COUNT=4"))
    sweep(program, clock, "2026-11-08")
    did(program, pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7"))
    found = heard(program, clock, at("2026-11-08", 16))
    sweep(program, clock, *days_from("2026-11-09", 20))

    assert found == []
    assert remembered(program) == [("2026-11-08", BOTH)]


def test_a_group_hears_of_it_whoever_walks_with_whom(program: pk.Program, clock: Clock) -> None:
    """No match is asked for; who went away is left out."""
    everybody: dict[str, Any] = {"participants": ("p-7", "p-8"), "form": pk.SessionForm.GROUP}
    did(program, meeting("FREQ=WEEKLY;COUNT=4", **everybody))
    did(
        program,
        pk.ChangeParticipation(by="p-7", id="p-7", status=pk.ParticipantStatus.AWAY),
    )
    sweep(program, clock, "2026-11-08")

    assert remembered(program) == [("2026-11-08", ("p-8", "ana"))]


@pytest.mark.parametrize(("hour", "days"), [(21, ["lunes 9", "Monday, November 9"]), (23, [])])
def test_of_every_day_what_is_told_late_is_of_the_day_it_was_given_for(
    program: pk.Program, clock: Clock, hour: int, days: list[str]
) -> None:
    """Given on Sunday and told on Monday: of Monday until that has begun, and never of Tuesday."""
    did(program, meeting("FREQ=DAILY;COUNT=4"))
    program.tell(MemoryNotifier())
    sweep(program, clock, "2026-11-08")
    told = heard(program, clock, at("2026-11-09", hour))

    assert len(told) == len(days)
    assert all(day in each for each, day in zip(told, days, strict=True))
