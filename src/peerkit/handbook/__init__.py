"""The handbook: the dated, cited, layered book of activities, limits and clauses."""

from __future__ import annotations

from peerkit.handbook.asking import Permission
from peerkit.handbook.book import (
    ActivityEntry,
    BadHandbook,
    Book,
    Case,
    Circumstance,
    Clause,
    LeadsTo,
    Passage,
    Reminder,
    ReminderValue,
    Source,
    Verdict,
)
from peerkit.handbook.differences import Difference, diff
from peerkit.handbook.handbook import Handbook
from peerkit.handbook.languages import ENGLISH, Language, language, languages
from peerkit.handbook.layers import LayerSummary, layers
from peerkit.handbook.written import Layer, Value, Written

__all__ = [
    "ENGLISH",
    "ActivityEntry",
    "BadHandbook",
    "Book",
    "Case",
    "Circumstance",
    "Clause",
    "Difference",
    "Handbook",
    "Language",
    "Layer",
    "LayerSummary",
    "LeadsTo",
    "Passage",
    "Permission",
    "Reminder",
    "ReminderValue",
    "Source",
    "Value",
    "Verdict",
    "Written",
    "diff",
    "language",
    "languages",
    "layers",
]
