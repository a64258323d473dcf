"""7. Remembering: an act about somebody after ten years, by the same act about somebody new.

One file, one peer, two people who walk with her: one since ten years and 5,000 sessions, with
all that was set, agreed, shared and measured in between; one since last week. The acts are made
before the clock starts; the two people take turns.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import peerkit as pk
from benchmarks.measuring import Effort, Figure, Sample, compared, in_turn
from benchmarks.pretend_program import Clock

__all__ = ["CASES"]

YEARS: Final = 10
SESSIONS: Final = 5_000
#: How many acts one run does of each kind.
ACTS: Final = 200
#: An act after ten years costs what it costs for somebody new, within this share.
DRIFT: Final = 0.15
NOW: Final = datetime(2026, 11, 20, 18, tzinfo=UTC)
PEER: Final = "peer"
OLD, NEW = "person-old", "person-new"
_LISTENING: Final = (pk.Activity(id="listen"),)
_GOAL: Final = pk.Words("Ring my sister once a week.")

#: Makes an act about a person, when it is so long ago.
Make = Callable[[str, timedelta], pk.Act]


def _reported(person: str, ago: timedelta) -> pk.Act:
    return pk.ReportSession(
        by=PEER,
        peer=PEER,
        participants=(person,),
        starts=NOW - timedelta(hours=2) - ago,
        minutes=60,
        activities=_LISTENING,
    )


def _goal(person: str, ago: timedelta) -> pk.Act:
    return pk.SetGoal(by=person, participant=person, words=_GOAL)


def _consent(person: str, ago: timedelta) -> pk.Act:
    since = NOW - ago
    return pk.RecordConsent(
        by=person,
        participant=person,
        scopes=(pk.ConsentScope.ATTENDANCE,),
        to=("office",),
        since=since,
        until=since + timedelta(days=1),
    )


def _asked(person: str, ago: timedelta) -> pk.Act:
    return pk.DoActivity(by=PEER, peer=PEER, participant=person, activity=_LISTENING[0])


#: What is timed of both people.
TIMED: Final[dict[str, Make]] = {
    "a session reported": _reported,
    "a goal set": _goal,
    "an activity asked": _asked,
}


def _life(clock: Clock, sessions: int) -> Iterator[pk.Act]:
    """Ten years of the peer with one person, and a week with the other, as they happened."""
    clock.now = NOW - timedelta(days=365 * YEARS + 30)
    lived = (pk.LivedExperience(of=pk.Experience.HOMELESSNESS),)
    day: date = clock.now.date()
    yield pk.WelcomePeer(
        by="c", id=PEER, role=pk.Role.WORKER, supervisor="s", since=day, experiences=lived
    )
    yield from _walks_with(OLD)
    for number in range(sessions):
        ago = timedelta(days=365 * YEARS * (1 - number / sessions) + 8)
        clock.now = NOW - ago
        yield _reported(OLD, ago)
        if number % 25 == 0:
            yield _goal(OLD, ago)
            yield _consent(OLD, ago)
        if number % 10 == 0:
            yield _supervised(clock)
    clock.now = NOW - timedelta(days=7)
    yield _supervised(clock)
    yield from _walks_with(NEW)


def _walks_with(person: str) -> Iterator[pk.Act]:
    pair: dict[str, Any] = {"peer": PEER, "participant": person}
    yield pk.WelcomeParticipant(by="c", id=person)
    yield pk.ProposeMatch(by="c", id=f"m-{person}", **pair)
    yield pk.AcceptMatch(by=person, id=f"m-{person}", **pair)
    topics = (pk.Topic.CONFIDENTIALITY_LIMITS,)
    yield pk.AgreeBoundaries(by=person, id=f"a-{person}", **pair, topics=topics)


def _supervised(clock: Clock) -> pk.Act:
    return pk.RecordSupervision(by="s", peer=PEER, on=clock.now.date(), minutes=60)


def _filled(file: Path, effort: Effort) -> pk.Program:
    clock = Clock()
    program = pk.Program.open(str(file), clock=clock, durability="normal")
    sessions = SESSIONS // 50 if effort.quick else SESSIONS
    for act in _life(clock, sessions):
        decision = program.do(act)
        assert decision.allowed, decision.explain()
    clock.now = NOW
    return program


def _about(program: pk.Program, person: str, make: Make) -> Sample:
    ago = (timedelta(minutes=90 * number) for number in count())

    def sample() -> float:
        acts = [make(person, next(ago) % timedelta(days=6)) for _ in range(ACTS)]
        started = perf_counter()
        decisions = [program.do(each) for each in acts]
        took = perf_counter() - started
        for each in decisions:
            assert each.allowed, each.explain()
        return took / ACTS

    return sample


def _old_by_new(effort: Effort) -> list[Figure]:
    figures = []
    with (
        tempfile.TemporaryDirectory(dir=effort.folder, ignore_cleanup_errors=True) as folder,
        _filled(Path(folder) / "ten-years.db", effort) as program,
    ):
        for name, make in TIMED.items():
            sides = (_about(program, OLD, make), _about(program, NEW, make))
            old, new = in_turn(effort, *sides)
            told = f"{name}, after {YEARS} years by new"
            figures.append(compared(told, old, new, least=1 - DRIFT, most=1 + DRIFT))
    return figures


#: What is run, each in a process of its own.
CASES: Final = {"ten years": _old_by_new}
