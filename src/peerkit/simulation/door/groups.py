"""The groups of one day through the door: planned, met and written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from peerkit.acts import AgreeGroundRules, PlanSession, ReportMissedSession, StartGroup
from peerkit.model import Activity, GroundRule, GroupKind, SessionForm
from peerkit.simulation.arrays import numpy
from peerkit.simulation.door.answering import Refusal
from peerkit.simulation.door.desk import COORDINATOR, PLANNING, Desk
from peerkit.simulation.lives.groups import Circle
from peerkit.simulation.scenarios.scenario import Planning

if TYPE_CHECKING:
    from peerkit.simulation.door.standing import Comer, InPost
    from peerkit.simulation.lives.luck import Luck
    from peerkit.simulation.scenarios.scenario import Scenario

__all__ = ["Gathering", "Gatherings"]

_SIZE: Final = "group-size"
_RULES: Final = (GroundRule.CONFIDENTIALITY_LIMITS, GroundRule.ONE_AT_A_TIME)
#: Groups are planned at this minute of the day, and meet at that.
_MORNING: Final = 7 * 60
_MEETS: Final = 8 * 60
_LEADING: Final = (("purpose", "peer-support"),)


@attrs.frozen
class Gathering:
    """What becomes of a group on its day; ``plan`` is None where there was none to be had."""

    group: int
    leader: InPost
    expected: tuple[int, ...]
    plan: PlanSession | None
    refusals: tuple[Refusal, ...] = ()


@attrs.define
class Gatherings:
    """The groups of a program, as they meet at this desk."""

    scenario: Scenario
    luck: Luck
    desk: Desk
    circles: tuple[Circle, ...]
    people: list[Comer]
    started: set[int] = attrs.field(factory=set)
    ruled: set[int] = attrs.field(factory=set)

    def of(self, day: int, leaders: dict[int, InPost], walking: Any) -> list[tuple[Gathering, int]]:
        """The groups that meet on this day, or were refused, and how many came to each."""
        found: list[tuple[Gathering, int]] = []
        waits: dict[int, tuple[Gathering, Circle]] = {}
        self.desk.at(day, _MORNING)
        for circle in self.circles:
            leader = leaders.get(circle.seat)
            if not circle.meets(day) or leader is None or leader.away[day]:
                continue
            expected = circle.expected(walking, self.scenario.groups.size)
            if not len(expected):
                continue
            if circle.seat in waits:  # nobody leads two at once
                found += self._meet(waits, day)
            waits[circle.seat] = self._planned(circle, leader, expected.tolist(), day), circle
        found += self._meet(waits, day)
        return sorted(found, key=lambda each: each[0].group)

    def _planned(self, circle: Circle, leader: InPost, expected: list[int], day: int) -> Gathering:
        """A meeting as it can be planned: with fewer people where they are too many."""
        plan = self._plan(circle, leader, expected, day)
        if self.scenario.sessions.planning is Planning.NONE:
            return Gathering(circle.number, leader, tuple(expected), plan)
        refusals: list[Refusal] = []
        while True:
            decision = self.desk.ask_for(plan, PLANNING | {_SIZE})
            if decision.allowed:
                return Gathering(circle.number, leader, tuple(expected), plan, tuple(refusals))
            refusals.append(Refusal.of(decision))
            limits = [
                int(str(each.facts["limit"]))
                for each in decision.findings
                if each.clause.id == _SIZE and not each.allowed
            ]
            expected = expected[: limits[0]] if limits else []
            if not expected:
                return Gathering(circle.number, leader, (), None, tuple(refusals))
            plan = self._plan(circle, leader, expected, day)

    def _plan(self, circle: Circle, leader: InPost, expected: list[int], day: int) -> PlanSession:
        id_, minutes = f"group-{circle.number + 1}", self.scenario.groups.minutes
        if circle.number not in self.started:
            self.started.add(circle.number)
            self.desk.ask(
                StartGroup(
                    by=COORDINATOR, id=id_, of=GroupKind.MUTUAL_AID, facilitators=(leader.name,)
                )
            )
        return PlanSession(
            by=leader.name,
            id=f"session/{id_}/{self.scenario.date_of(day)}",
            peer=leader.name,
            participants=tuple(self.people[each].name for each in expected),
            form=SessionForm.GROUP,
            group=id_,
            starts=self.desk.moment(day, _MEETS),
            minutes=minutes,
            activities=(Activity(id="lead-group", circumstances=_LEADING, minutes=minutes),),
        )

    def _meet(
        self, waits: dict[int, tuple[Gathering, Circle]], day: int
    ) -> list[tuple[Gathering, int]]:
        """What was planned takes place, and is written down when it is over."""
        if waits:
            self.desk.at(day, _MEETS + self.scenario.groups.minutes)
        found = [(each, self._came(each, circle, day)) for each, circle in waits.values()]
        waits.clear()
        return found

    def _came(self, it: Gathering, circle: Circle, day: int) -> int:
        if it.plan is None:
            return 0
        rows = it.expected
        come = circle.come(self.luck, self.scenario.groups.comes, _array(rows), day).tolist()
        leader = it.leader.name
        if come:
            there = tuple(self.people[each].name for each in come)
            absent = tuple(each for each in it.plan.participants if each not in there)
            report = attrs.evolve(it.plan.held(by=leader), participants=there, absent=absent)
            # Where nothing is planned, nobody has asked whether they are too many.
            self.desk.ask(report, frozenset({_SIZE}))
            self._agree_on_rules(circle, leader)
        elif self.scenario.sessions.planning is Planning.EACH:
            self.desk.ask(ReportMissedSession(by=leader, id=it.plan.the_id))
        return len(come)

    def _agree_on_rules(self, circle: Circle, leader: str) -> None:
        """The first time they meet, they agree on rules of their own."""
        if circle.number not in self.ruled:
            self.ruled.add(circle.number)
            id_ = f"group-{circle.number + 1}"
            self.desk.ask(AgreeGroundRules(by=leader, id=id_, rules=_RULES, with_the_group=True))


def _array(rows: tuple[int, ...]) -> Any:
    return numpy().array(rows, "int32")
