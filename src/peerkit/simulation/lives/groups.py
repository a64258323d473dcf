"""Pretend support groups: who would come to which, and whether they do.

Every group meets once a week, on a day of its own, before the appointments of that day. It is led
by whoever serves in its post; where nobody does, or they are away, it does not meet. Those who
walk with a peer and want to come are expected, the earliest first, as many as it is
planned for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from peerkit.simulation.arrays import numpy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from peerkit.simulation.lives.luck import Luck
    from peerkit.simulation.lives.people import People
    from peerkit.simulation.scenarios.scenario import Scenario

__all__ = ["Circle", "circles"]

_WEEK = 7


@attrs.frozen(eq=False)
class Circle:
    """One group: its number, the post that leads it, and those who would come, in order."""

    number: int
    seat: int
    people: NDArray[np.int32]
    who: NDArray[np.uint64]

    def meets(self, day: int) -> bool:
        """Whether this is its day of the week."""
        return day % _WEEK == self.number % _WEEK

    def expected(self, walking: Any, size: int) -> NDArray[np.int32]:
        """Whoever is expected: of those who walk with a peer (a truth for each person)."""
        found: NDArray[np.int32] = self.people[walking[self.people]][:size]
        return found

    def come(self, luck: Luck, share: float, expected: Any, day: int) -> Any:
        """Those of the people expected who come on a day."""
        np = numpy()
        who = self.who[np.searchsorted(self.people, expected)]
        found: Any = expected[luck.chance("comes to group", who, day) < share]
        return found


def circles(scenario: Scenario, luck: Luck, people: People) -> tuple[Circle, ...]:
    """Every group, with those who would come to it: each to one."""
    np = numpy()
    groups = scenario.groups
    if not groups.count:
        return ()
    wants = luck.chance("joins group", people.who) < groups.joins
    which = luck.bits("which group", people.who) % np.uint64(groups.count)
    found = []
    for number in range(groups.count):
        theirs = np.flatnonzero(wants & (which == number)).astype(np.int32)
        found.append(Circle(number, number % scenario.peers.count, theirs, people.who[theirs]))
    return tuple(found)
