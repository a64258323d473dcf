"""What is asked of a peer that is no peer's work, and whether they give in."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from peerkit.simulation.arrays import numpy

if TYPE_CHECKING:
    from peerkit.simulation.lives.luck import Luck
    from peerkit.simulation.scenarios.scenario import Scenario, Sessions

__all__ = ["BEYOND", "asked", "gives_in"]

#: What people ask of peers that the base of the handbook leaves to somebody else.
BEYOND: Final = ("case-management", "give-own-number", "legal-advice", "lend-money", "therapy")


def asked(scenario: Scenario, luck: Luck, who: Any, nth: Any) -> Any:
    """Which of :data:`BEYOND` somebody asks for at their n-th appointment; -1 is none."""
    np = numpy()
    asks = luck.chance("asks beyond", who, nth) < scenario.sessions.asked_beyond
    what = luck.bits("what beyond", who, nth) % np.uint64(len(BEYOND))
    return np.where(asks, what.astype(np.int16), np.int16(-1))


def gives_in(scenario: Scenario, luck: Luck, who: Any, nth: Any, load: Any) -> Any:
    """Whether a peer with so many people gives in to what is asked at that appointment."""
    likely = numpy().array(_likely(scenario.sessions, scenario.peers.places))
    return luck.chance("gives in", who, nth) < likely[load]


@lru_cache(maxsize=16)
def _likely(sessions: Sessions, places: int) -> tuple[float, ...]:
    """How likely a peer gives in, by how many people they walk with."""
    drift = sessions.drift
    if drift in {0, 1}:
        return (float(drift),) * (places + 1)
    half = math.log(drift / (1 - drift))
    loads = (load / max(places, 1) - 0.5 for load in range(places + 1))
    return tuple(1 / (1 + math.exp(-half - sessions.drift_load * load)) for load in loads)
