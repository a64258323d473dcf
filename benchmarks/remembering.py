"""7. Remembering: an act about somebody after ten years, by the same act about somebody new.

One file and two pairs: one walks together since ten years and 5,000 sessions, with all that was
set, agreed, shared, measured, wanted and ended in between; one since last week. The acts are made
before the clock starts; the two pairs take turns.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
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
OLD, NEW = "person-old", "person-new"
#: Who walks with each of them.
PEERS: Final = {OLD: "peer-old", NEW: "peer-new"}
COMPANION, HOUSE, SUPERVISOR = "companion", "house", "s"
_LISTENING: Final = (pk.Activity(id="listen"),)
_NUMBER: Final = (pk.Activity(id="give-own-number"),)
_BY_PHONE: Final = pk.Activity(id="phone-or-text", circumstances={"channel": "work"})
_GOAL: Final = pk.Words("Ring my sister once a week.")
_TWICE: Final = pk.Recurrence(frequency=pk.Frequency.WEEKLY, count=2)
_AGREED: Final = (
    pk.HouseTopic.COOKING,
    pk.HouseTopic.CLEANING,
    pk.HouseTopic.OWN_MEDICINES,
    pk.HouseTopic.HYGIENE,
)
_CALM: Final = {f"item-{number}": 3 for number in range(1, 6)}

#: Makes what is done about a person, one after the other; no two of a kind have the same number.
Make = Callable[[str, int], tuple[pk.Act, ...]]


def _ago(number: int) -> timedelta:
    return timedelta(minutes=90 * number) % timedelta(days=6)


def _session(person: str, starts: datetime, activities: tuple[pk.Activity, ...]) -> pk.Act:
    return pk.ReportSession(
        by=PEERS[person],
        peer=PEERS[person],
        participants=(person,),
        starts=starts,
        minutes=60,
        activities=activities,
    )


def _reported(person: str, number: int) -> tuple[pk.Act, ...]:
    return (_session(person, NOW - timedelta(hours=2) - _ago(number), _LISTENING),)


def _planned(person: str, number: int) -> tuple[pk.Act, ...]:
    return (
        pk.PlanSession(
            by=PEERS[person],
            peer=PEERS[person],
            participants=(person,),
            starts=NOW + timedelta(hours=2 * number + 2),
            minutes=60,
            activities=_LISTENING,
        ),
    )


def _goal(person: str, number: int) -> tuple[pk.Act, ...]:
    return (pk.SetGoal(by=person, participant=person, words=_GOAL),)


def _asked(person: str, number: int) -> tuple[pk.Act, ...]:
    peer = PEERS[person]
    return (pk.DoActivity(by=peer, peer=peer, participant=person, activity=_LISTENING[0]),)


def _consent(person: str, number: int) -> tuple[pk.Act, ...]:
    """A consent of long ago, so that those that are timed do not pile up themselves."""
    return (_given(person, NOW - timedelta(days=800), None, days=1),)


def _given(person: str, since: datetime, id_: str | None, days: int) -> pk.Act:
    return pk.RecordConsent(
        by=person,
        id=id_,
        participant=person,
        scopes=(pk.ConsentScope.ATTENDANCE,),
        to=("office",),
        since=since,
        until=since + timedelta(days=days),
    )


def _measured(person: str, number: int) -> tuple[pk.Act, ...]:
    return (
        pk.RecordMeasure(
            by=person,
            participant=person,
            instrument="who-5",
            answers=_CALM,
            on=NOW.date(),
            filled=pk.FilledIn.ALONE,
        ),
    )


def _wanted(person: str, number: int) -> tuple[pk.Act, ...]:
    return (pk.WantConnection(by=person, participant=person, service="service-1"),)


def _stayed(person: str, number: int) -> tuple[pk.Act, ...]:
    return tuple(_stay(person, f"stay-{person}-{number}", NOW.date()))


def _stay(person: str, id_: str, today: date) -> Iterator[pk.Act]:
    """A stay, from asking for it to leaving."""
    night: dict[str, Any] = {"id": id_, "participant": person, "house": HOUSE}
    yield pk.AskForStay(by=person, **night, first=today, until=today + timedelta(days=1))
    yield pk.OfferStay(by=COMPANION, **night, room=f"bed-{person}")
    yield pk.CheckIn(by=person, **night, agreed=_AGREED)
    yield pk.LeaveRespite(by=person, id=id_, participant=person)


def _read(person: str, number: int) -> tuple[pk.Act, ...]:
    return (
        pk.ReadRecord(
            by=PEERS[person], participant=person, what=pk.RecordPart.NOTES, peer=PEERS[person]
        ),
    )


#: What is timed of both people.
TIMED: Final[dict[str, Make]] = {
    "a session reported": _reported,
    "a session planned": _planned,
    "a goal set": _goal,
    "an activity asked": _asked,
    "a consent recorded": _consent,
    "a measure recorded": _measured,
    "a connection wanted": _wanted,
    "a stay, asked for to left": _stayed,
    "a record read": _read,
}


def _life(clock: Clock, sessions: int) -> Iterator[pk.Act]:
    """Ten years of a peer with one person, and a week of another peer with another."""
    clock.now = NOW - timedelta(days=365 * YEARS + 30)
    yield from _begins(OLD, clock)
    yield pk.OpenHouse(by="c", id=HOUSE, rooms=tuple(f"bed-{each}" for each in PEERS))
    yield _welcome(COMPANION, clock)
    for number in range(sessions):
        clock.now = NOW - timedelta(days=365 * YEARS * (1 - number / sessions) + 8)
        yield _session(OLD, clock.now - timedelta(hours=2), _LISTENING)
        if number % 10 == 0:
            yield _supervised(PEERS[OLD], clock)
        if number % 25 == 0:
            yield from _now_and_then(clock, f"{number:05}")
        if number % 250 == 0:
            yield from _seldom(clock, f"{number:05}")
    clock.now = NOW - timedelta(days=7)
    yield _supervised(PEERS[OLD], clock)
    yield from _begins(NEW, clock)
    yield _supervised(PEERS[NEW], clock)
    clock.now = NOW
    yield _on_duty(clock, "shift-now")


def _begins(person: str, clock: Clock) -> Iterator[pk.Act]:
    yield _welcome(PEERS[person], clock)
    yield pk.WelcomeParticipant(by="c", id=person)
    pair: dict[str, Any] = {"peer": PEERS[person], "participant": person}
    yield pk.ProposeMatch(by="c", id=f"m-{person}", **pair)
    yield pk.AcceptMatch(by=person, id=f"m-{person}", **pair)
    yield _bounds(person)
    yield pk.ChooseMutuality(by=person, participant=person)


def _welcome(peer: str, clock: Clock) -> pk.Act:
    lived = (pk.LivedExperience(of=pk.Experience.HOMELESSNESS),)
    return pk.WelcomePeer(
        by="c",
        id=peer,
        role=pk.Role.WORKER,
        supervisor=SUPERVISOR,
        since=clock.now.date(),
        experiences=lived,
    )


def _bounds(person: str) -> pk.Act:
    """What they agree on, in place of what they had agreed."""
    return pk.AgreeBoundaries(
        by=person,
        peer=PEERS[person],
        participant=person,
        topics=(pk.Topic.CONFIDENTIALITY_LIMITS,),
        peer_said_so=True,
    )


def _now_and_then(clock: Clock, n: str) -> Iterator[pk.Act]:
    """What comes and goes in some weeks: by the end of it nothing of it is open."""
    mine: dict[str, Any] = {"by": OLD, "participant": OLD}
    peer = PEERS[OLD]
    pair: dict[str, Any] = {"peer": peer, "participant": OLD}
    today = clock.now.date()
    yield pk.SetGoal(**mine, id=f"g-{n}", words=_GOAL)
    yield pk.AddStep(**mine, id=f"st-{n}", goal=f"g-{n}", words=_GOAL)
    yield pk.ChangeStep(**mine, id=f"st-{n}", status=pk.StepStatus.DONE)
    yield pk.ChangeGoal(**mine, id=f"g-{n}", status=pk.GoalStatus.COMPLETED)
    yield pk.RecordMeasure(
        **mine, instrument="who-5", answers=_CALM, on=today, filled=pk.FilledIn.ALONE
    )
    yield pk.RecordMilestone(**mine, of=pk.MilestoneKind.BELONGS, on=today)
    yield pk.WantConnection(**mine, id=f"w-{n}", service="service-1")
    yield pk.TellOutcome(**mine, id=f"w-{n}", outcome=pk.WayEnded.USED)
    yield pk.WritePlan(**mine, id=f"p-{n}", of=pk.PlanKind.WELLNESS)
    yield pk.SetPlanAside(**mine, id=f"p-{n}")
    yield pk.JoinWaitingList(**mine, id=f"q-{n}")
    yield pk.TryToReach(by="c", participant=OLD, reached=True, channel="phone")
    yield pk.LeaveWaitingList(**mine, id=f"q-{n}")
    yield pk.ChooseMutuality(**mine)
    yield _bounds(OLD)
    yield pk.SupplyFacts(by=OLD, **pair, id=f"f-{n}", activity=_BY_PHONE)
    yield _session(OLD, clock.now - timedelta(hours=3), (pk.Activity(id="phone-or-text"),))
    yield pk.ConsultSupervisor(by=peer, **pair, id=f"c-{n}", clause="contact-hours")
    yield pk.GiveAdvice(by=SUPERVISOR, id=f"c-{n}", peer=peer, agreed=True)
    yield _session(OLD, clock.now - timedelta(hours=4), _NUMBER)
    yield pk.RecordTraining(by=peer, peer=peer, topic=pk.TrainingTopic.ETHICS, minutes=60, on=today)


def _seldom(clock: Clock, n: str) -> Iterator[pk.Act]:
    """What comes and goes about twice a year."""
    peer = PEERS[OLD]
    today = clock.now.date()
    yield _given(OLD, clock.now, f"k-{n}", days=365)
    yield pk.ShareInformation(
        by=peer, participant=OLD, scopes=(pk.ConsentScope.ATTENDANCE,), to="office"
    )
    yield pk.RevokeConsent(by=OLD, id=f"k-{n}", participant=OLD)
    again = pk.Timetable(repeats=_TWICE, first=today, at=time(9), zone="UTC", minutes=60)
    yield pk.PlanSeries(by=peer, id=f"s-{n}", peer=peer, participants=(OLD,), when=again)
    yield pk.EndSeries(by=peer, id=f"s-{n}")
    yield pk.OfferAvailability(by=peer, id=f"t-{n}", person=peer, when=again)
    yield pk.WithdrawAvailability(by=peer, id=f"t-{n}", person=peer)
    yield pk.StartGroup(by=peer, id=f"group-{n}", of=pk.GroupKind.MUTUAL_AID, facilitators=(peer,))
    yield pk.InviteToGroup(by=peer, id=f"i-{n}", group=f"group-{n}", participant=OLD)
    yield pk.JoinGroup(by=OLD, id=f"i-{n}", group=f"group-{n}", participant=OLD)
    yield pk.LeaveGroup(by=OLD, id=f"i-{n}", participant=OLD)
    yield pk.EndGroup(by=peer, id=f"group-{n}")
    yield _on_duty(clock, f"shift-{n}")
    yield from _stay(OLD, f"stay-{n}", today)
    yield pk.AskForLeave(by=peer, id=f"l-{n}", peer=peer, first=today, last=today)
    yield pk.ChangeLeave(by=SUPERVISOR, id=f"l-{n}", peer=peer, status=pk.LeaveStatus.GRANTED)
    yield pk.ChangeLeave(by=SUPERVISOR, id=f"l-{n}", peer=peer, status=pk.LeaveStatus.TAKEN)
    yield _welcome(f"peer-{n}", clock)
    before: dict[str, Any] = {"id": f"m-{n}", "peer": f"peer-{n}", "participant": OLD}
    yield pk.ProposeMatch(by="c", **before)
    yield pk.AcceptMatch(by=OLD, **before)
    yield pk.EndMatch(by=OLD, **before)


def _on_duty(clock: Clock, id_: str) -> pk.Act:
    """Somebody is in the house for the day and night to come."""
    ends = clock.now + timedelta(hours=24)
    return pk.PlanShift(by="c", id=id_, peer=COMPANION, house=HOUSE, starts=clock.now, ends=ends)


def _supervised(peer: str, clock: Clock) -> pk.Act:
    return pk.RecordSupervision(by=SUPERVISOR, peer=peer, on=clock.now.date(), minutes=60)


def _filled(file: Path, effort: Effort) -> pk.Program:
    clock = Clock()
    program = pk.Program.open(str(file), clock=clock, durability="normal")
    sessions = SESSIONS // 50 if effort.quick else SESSIONS
    for act in _life(clock, sessions):
        decision = program.do(act)
        assert decision.allowed, decision.explain()
    return program


def _about(program: pk.Program, person: str, make: Make) -> Sample:
    numbers = count()

    def sample() -> float:
        acts = [act for _ in range(ACTS) for act in make(person, next(numbers))]
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
