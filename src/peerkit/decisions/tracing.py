"""A decision as data, in a form that is versioned and kept stable for other programs."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from peerkit.decisions.finding import Finding
    from peerkit.handbook import Language, LeadsTo, Passage

__all__ = ["TRACE_VERSION", "traced"]

#: Raised by one when a key changes its meaning or goes; a new key does not raise it.
TRACE_VERSION: Final = 1


def traced(findings: Iterable[Finding], language: Language) -> list[dict[str, Any]]:
    """Every finding, in the order given, as plain data: texts, numbers, lists and tables."""
    return [
        {
            "clause": each.clause.id,
            "verdict": each.verdict.name.lower(),
            "sentence": each.say(language),
            "facts": {name: _plain(fact) for name, fact in each.facts.items()},
            "limit": each.clause.value,
            "unit": each.clause.unit or None,
            "activity": each.activity if each.activity >= 0 else None,
            "instead": None if each.allowed else language(each.instead),
            "hand_to": None if each.allowed else language(each.hand_to),
            "leads_to": [] if each.allowed else [_lead(one) for one in each.leads_to],
            "sources": [_source(one) for one in each.passages],
        }
        for each in findings
    ]


def _plain(fact: object) -> object:
    if isinstance(fact, tuple):
        return list(fact)
    return str(fact) if isinstance(fact, str) else fact


def _lead(lead: LeadsTo) -> dict[str, Any]:
    if lead.act is not None:
        return {"act": lead.act}
    return {"activity": lead.activity, "when": dict(lead.when)}


def _source(passage: Passage) -> dict[str, Any]:
    return {
        "id": passage.source.id,
        "title": passage.source.title,
        "publisher": passage.source.publisher,
        "year": passage.source.year,
        "link": passage.source.link,
        "at": passage.at,
        "since": None if passage.since is None else passage.since.isoformat(),
        "until": None if passage.until is None else passage.until.isoformat(),
        "looked": passage.looked.isoformat(),
        "verified": passage.verified,
        "layer": passage.layer,
    }


@lru_cache(maxsize=1)
def engine() -> str:
    """The version of peerkit that decides; "unknown" where it is run without being installed."""
    from importlib.metadata import PackageNotFoundError, version  # it loads much, sockets too

    try:
        return version("peerkit")
    except PackageNotFoundError:
        return "unknown"
