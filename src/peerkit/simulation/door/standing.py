"""Where each peer and each person stands while a scenario is lived day by day."""

from __future__ import annotations

from collections import Counter
from typing import Any

import attrs

__all__ = ["Comer", "InPost"]


@attrs.define(eq=False)
class InPost:
    """A peer in a post. ``places`` are those that are free: since which day, and which.

    ``last`` is the last day of service, once notice was given. ``serves``, ``away`` and ``talks``
    are theirs as :class:`~peerkit.simulation.lives.peers.Posts` has them.
    """

    name: str
    seat: int
    generation: int
    began: int
    serves: Any
    away: Any
    talks: Any
    places: list[tuple[int, int]]
    people: dict[int, Comer] = attrs.field(factory=dict)
    last: int | None = None
    ended: int = -1
    overdue: bool = False
    counts: Counter[str] = attrs.field(factory=Counter)

    @property
    def who(self) -> tuple[int, int]:
        """The post, and how many served in it before."""
        return self.seat, self.generation


@attrs.define(eq=False)
class Comer:
    """Somebody who came, where they stand, and how often each thing has happened to them.

    ``since`` is the day they went on the waiting list, ``nth`` the number of their next
    appointment, which is on the day ``next`` while they walk with a ``peer``.
    """

    name: str
    row: int
    came: int
    score: int
    since: int = 0
    waits: int = 0
    asked: int = 0
    proposals: int = 0
    matches: int = 0
    losses: int = 0
    declined: set[tuple[int, int]] = attrs.field(factory=set)
    peer: InPost | None = None
    match: str = ""
    began: int = 0
    nth: int = 0
    next: int = 0
    waited: int = 0
    first: int = -1
    ended: int = -1
    why: str = ""
    counts: Counter[str] = attrs.field(factory=Counter)
