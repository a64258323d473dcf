"""Whose turn it is: the free peers of each need, in the order in which they are proposed.

Each peer who can be proposed has one key, a whole number: the least is proposed first. Every need
has a queue of the keys of those who serve it. A key that is no longer its peer's is left
there, and passed over when it comes up; so nobody is looked for among all peers.
"""

from __future__ import annotations

from collections import deque
from heapq import heappush
from typing import Final

from peerkit.simulation.scenarios.scenario import Choosing

__all__ = ["CLOSED", "Offers"]

#: The key of who cannot be proposed.
CLOSED: Final = -1
#: Days count from before the first, so that keys are positive.
_SHIFT: Final = 1 << 12


class Offers:
    """The posts, and which of them come up next. Its lists are read by whoever matches.

    ``key`` is each post's; ``queues`` has one for each need, kept as a heap; ``seats`` is how
    many posts there are: ``key % seats`` is the post. ``load`` is how many people each walks with,
    ``needs`` whose needs they serve.
    """

    def __init__(self, choosing: Choosing, places: int, seats: int, needs: int) -> None:
        self.longest: bool = choosing is Choosing.LONGEST_FREE
        self.places = places
        self.seats = seats
        self.load: list[int] = [0] * seats
        self.key: list[int] = [CLOSED] * seats
        self.queues: list[list[int]] = [[] for _ in range(needs)]
        self.needs: list[tuple[int, ...]] = [()] * seats
        self._free: list[deque[int]] = [deque() for _ in range(seats)]

    def begins(self, seat: int, needs: tuple[int, ...], day: int) -> None:
        """Somebody begins to serve in a post: all their places are free."""
        self.load[seat] = 0
        self.needs[seat] = needs
        if self.longest:
            first = (day + _SHIFT) * self.places
            self._free[seat] = deque(
                (first + place) * self.seats + seat for place in range(self.places)
            )
        self._comes_up(seat)

    def closes(self, seat: int) -> None:
        """The peer in a post is proposed no more."""
        self.key[seat] = CLOSED
        self.needs[seat] = ()

    def taken(self, seat: int) -> None:
        """A place is taken: the one that has been free longest."""
        self.load[seat] += 1
        if self.longest:
            self._free[seat].popleft()
        self._comes_up(seat)

    def freed(self, seat: int, day: int) -> None:
        """A place is free again, at the end of this day."""
        self.load[seat] -= 1
        if not self.longest:
            self._comes_up(seat)
            return
        free = self._free[seat]
        free.append((day + _SHIFT) * self.places * self.seats + seat)
        if len(free) == 1:
            self._comes_up(seat)

    def _comes_up(self, seat: int) -> None:
        """Put the post where its key now belongs, in each queue."""
        if not self.needs[seat] or self.load[seat] >= self.places:
            self.key[seat] = CLOSED
            return
        key = self._free[seat][0] if self.longest else self.load[seat] * self.seats + seat
        self.key[seat] = key
        for need in self.needs[seat]:
            heappush(self.queues[need], key)
