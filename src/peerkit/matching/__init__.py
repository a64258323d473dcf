"""Who could walk with whom, and why: suggestions, never decisions. The participant chooses."""

from __future__ import annotations

from peerkit.matching.listing import Assignment, assign, suggest
from peerkit.matching.lists import ending, in_order, unmet, unreached
from peerkit.matching.pairs import Bar, Offering, Pairing, Seeking, Weights, pairing

__all__ = [
    "Assignment",
    "Bar",
    "Offering",
    "Pairing",
    "Seeking",
    "Weights",
    "assign",
    "ending",
    "in_order",
    "pairing",
    "suggest",
    "unmet",
    "unreached",
]
