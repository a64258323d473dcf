"""Who could walk with whom, and why: suggestions, never decisions. The participant chooses."""

from __future__ import annotations

from peerkit.matching.listing import Assignment, assign, suggest
from peerkit.matching.lists import (
    declined,
    earlier,
    ending,
    in_order,
    promised,
    unmet,
    unreached,
)
from peerkit.matching.pairs import Bar, Offering, Pairing, Seeking, Weights, pairing

__all__ = [
    "Assignment",
    "Bar",
    "Offering",
    "Pairing",
    "Seeking",
    "Weights",
    "assign",
    "declined",
    "earlier",
    "ending",
    "in_order",
    "pairing",
    "promised",
    "suggest",
    "unmet",
    "unreached",
]
