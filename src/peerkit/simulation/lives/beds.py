"""A pretend respite house: who asks for a bed, and who gets one; first come, first served.

Guests are people of their own: nobody asks who they are. Each day those whose nights are over
leave, then people ask, then those who have waited too long go elsewhere, then the free beds are
offered in the order of asking. A stay longer than the handbook allows is refused and offered anew
for as many nights as it does allow.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from peerkit.simulation.arrays import numpy
from peerkit.simulation.lives.luck import counts
from peerkit.simulation.lives.people import named, pick

if TYPE_CHECKING:
    from peerkit.simulation.lives.luck import Luck
    from peerkit.simulation.scenarios.scenario import Scenario

__all__ = ["Request", "Stayed", "requests", "stays"]

_WEEK = 7


@attrs.frozen
class Request:
    """Somebody asks for a bed on a day, for so many nights. They are numbered in their order."""

    number: int
    asked: int
    nights: int


@attrs.frozen
class Stayed:
    """What became of a request: ``began`` is -1 where there was no stay.

    ``offered`` is the day a bed was free for them, -1 where none was; ``refused`` says that the
    nights asked for were too many.
    """

    request: Request
    began: int = -1
    nights: int = 0
    refused: bool = False
    offered: int = -1


def requests(scenario: Scenario, luck: Luck) -> tuple[Request, ...]:
    """Everybody who asks for a bed, in order."""
    np = numpy()
    days = np.arange(scenario.days)
    rates = np.full(scenario.days, scenario.beds.per_week / _WEEK)
    come = counts(luck.chance("asks for a bed", days), rates)
    asked = np.repeat(days, come)
    # A guest is known as who comes is: by the day, and their number on it.
    who = named(asked, np.zeros_like(asked))
    nights = pick(scenario.beds.nights, luck.chance("nights", who))
    pairs = zip(asked.tolist(), nights.tolist(), strict=True)
    return tuple(Request(number, day, many) for number, (day, many) in enumerate(pairs))


def stays(
    scenario: Scenario, asked: tuple[Request, ...], most: Callable[[int], int | None]
) -> tuple[Stayed, ...]:
    """What becomes of each request. ``most`` is the limit of nights on a day, None without one."""
    free, beds = scenario.beds.count, scenario.beds
    leaves = [0] * (scenario.days + 1)
    found = [Stayed(each) for each in asked]
    coming, line = deque(asked), deque[Request]()
    for day in range(scenario.days):
        free += leaves[day]
        while coming and coming[0].asked == day:
            line.append(coming.popleft())
        while line and day - line[0].asked > beds.patience:
            line.popleft()
        while free and line:
            one, limit = line.popleft(), most(day)
            refused = limit is not None and one.nights > limit
            nights = limit if refused and limit is not None else one.nights
            if nights:
                free -= 1
                leaves[min(day + nights, scenario.days)] += 1
            found[one.number] = Stayed(one, day if nights else -1, nights, refused, day)
    return tuple(found)
