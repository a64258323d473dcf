"""How any verdict is reached, and how it is told. This room knows no rule."""

from __future__ import annotations

from peerkit.decisions.deciding import Rule, Rules, decide
from peerkit.decisions.decision import Decision, Refused
from peerkit.decisions.explaining import as_html, as_markdown, as_text
from peerkit.decisions.finding import Finding, Findings
from peerkit.decisions.tracing import TRACE_VERSION
from peerkit.handbook import Verdict

__all__ = [
    "TRACE_VERSION",
    "Decision",
    "Finding",
    "Findings",
    "Refused",
    "Rule",
    "Rules",
    "Verdict",
    "as_html",
    "as_markdown",
    "as_text",
    "decide",
]
