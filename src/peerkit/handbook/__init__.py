"""The handbook: the dated, cited, layered book of activities, limits and clauses."""

from __future__ import annotations

from peerkit.handbook.book import (
    ActivityEntry,
    BadHandbook,
    Book,
    Case,
    Circumstance,
    Clause,
    LeadsTo,
    Passage,
    Source,
    Verdict,
)
from peerkit.handbook.handbook import Handbook
from peerkit.handbook.layers import LayerSummary, layers
from peerkit.handbook.written import Layer, Value, Written

__all__ = [
    "ActivityEntry",
    "BadHandbook",
    "Book",
    "Case",
    "Circumstance",
    "Clause",
    "Handbook",
    "Layer",
    "LayerSummary",
    "LeadsTo",
    "Passage",
    "Source",
    "Value",
    "Verdict",
    "Written",
    "layers",
]
