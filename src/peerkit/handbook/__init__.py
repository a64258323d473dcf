"""The handbook: the dated, cited, layered book of activities, limits and clauses."""

from __future__ import annotations

from peerkit.handbook.book import (
    ActivityEntry,
    BadHandbook,
    Book,
    Case,
    Circumstance,
    Clause,
    Passage,
    Source,
    Verdict,
)
from peerkit.handbook.handbook import Handbook
from peerkit.handbook.loader import layers
from peerkit.handbook.written import Value, Written

__all__ = [
    "ActivityEntry",
    "BadHandbook",
    "Book",
    "Case",
    "Circumstance",
    "Clause",
    "Handbook",
    "Passage",
    "Source",
    "Value",
    "Verdict",
    "Written",
    "layers",
]
