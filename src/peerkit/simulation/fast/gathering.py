"""The groups of a run by arrays: when each meets, who is expected, and how many come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from peerkit.acts import PlanSession
from peerkit.simulation.arrays import numpy
from peerkit.simulation.lives.groups import circles
from peerkit.simulation.scenarios.scenario import Planning

if TYPE_CHECKING:
    from peerkit.simulation.fast.calendar import Calendar
    from peerkit.simulation.fast.reading import Reading, Refusal
    from peerkit.simulation.fast.serving import Roster
    from peerkit.simulation.lives.luck import Luck
    from peerkit.simulation.scenarios.scenario import Scenario

__all__ = ["Gathering", "gatherings"]


@attrs.frozen
class Gathering:
    """What becomes of a group on its day; ``row`` is its leader's.

    ``expected`` are those planned at last: 0 where it does not meet.
    """

    day: int
    group: int
    row: int
    expected: int
    came: int
    minutes: int
    refusals: tuple[Refusal, ...]


def gatherings(
    scenario: Scenario, luck: Luck, reading: Reading, calendar: Calendar, roster: Roster
) -> tuple[Gathering, ...]:
    """Every day of every group on which somebody was expected."""
    np = numpy()
    people, cal = calendar.people, calendar
    every = circles(scenario, luck, people)
    groups = [(each, _leaders(roster, each.seat)) for each in every]
    if not groups:
        return ()
    walking = np.zeros(len(people), bool)
    # Who walks is counted after the matches of the day, and before its appointments.
    begin = np.searchsorted(cal.began, np.arange(scenario.days + 1))
    last = np.where(cal.ended < 0, scenario.days, cal.ended - cal.left)
    ending = cal.person[np.argsort(last, kind="stable")]
    end = np.searchsorted(np.sort(last), np.arange(scenario.days + 1))
    found: list[Gathering] = []
    for day in range(scenario.days):
        walking[cal.person[begin[day] : begin[day + 1]]] = True
        for circle, leaders in groups:
            row = int(leaders[day])
            if circle.meets(day) and row >= 0 and not roster.away[row, day]:
                expected = circle.expected(walking, scenario.groups.size)
                if not len(expected):
                    continue
                many: int = len(expected)
                refusals: tuple[Refusal, ...] = ()
                if scenario.sessions.planning is Planning.EACH:
                    many, refusals = _planned(reading, many, int(roster.overdue[row, day]), day)
                come = circle.come(luck, scenario.groups.comes, expected[:many], day)
                minutes = scenario.groups.minutes if len(come) else 0
                found.append(Gathering(day, circle.number, row, many, len(come), minutes, refusals))
        walking[ending[end[day] : end[day + 1]]] = False
    return tuple(found)


def _leaders(roster: Roster, seat: int) -> Any:
    """The row of whoever serves in a post on each day, or -1."""
    np = numpy()
    theirs = np.flatnonzero(roster.seat == seat)
    served = roster.served()[theirs]
    return np.where(served.any(axis=0), theirs[served.argmax(axis=0)], -1)


def _planned(
    reading: Reading, many: int, overdue: int, day: int
) -> tuple[int, tuple[Refusal, ...]]:
    """For how many people a group can be planned, and what stood against more."""
    refusals = []
    most = reading.most("group-size", day)
    if most is not None and many > most:
        refusals.append(reading.past(PlanSession, "group-size"))
        many = most
    if many and overdue:
        refusals.append(reading.at_session(overdue))
        many = 0
    return many, tuple(refusals)
