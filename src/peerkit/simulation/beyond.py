"""What participants ask of a peer that is no peer's work, and how often a peer gives in."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from peerkit.simulation.scenario import Sessions

__all__ = ["BEYOND", "gives_in"]

#: Activities of the catalogue that somebody in need may well ask of whoever is there.
BEYOND: Final = (
    "case-management",
    "give-own-number",
    "legal-advice",
    "lend-money",
    "speak-in-court",
    "therapy",
)


def gives_in(sessions: Sessions, load: int, places: int) -> float:
    """The probability that a peer with so many people gives in: more likely with a full caseload.

    ``drift`` is that with half a caseload; ``drift_load`` moves its log odds.
    """
    if sessions.drift in {0, 1}:
        return sessions.drift
    odds = math.log(sessions.drift / (1 - sessions.drift))
    odds += sessions.drift_load * (load / places - 0.5)
    return 1 / (1 + math.exp(-odds))
