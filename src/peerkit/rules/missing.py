"""What somebody named and the program does not know, said in one way by every rule."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from peerkit.decisions import Finding, Verdict
from peerkit.model import Phrase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from peerkit.handbook import Book

__all__ = ["near", "unknown"]


def unknown(book: Book, missing: Phrase, *, clause: str = "known-thing") -> Finding:
    """Nothing of this name is known: it is asked for, and nobody is refused."""
    return Finding(book.clause(clause), Verdict.NEEDS_FACTS, {"missing": missing})


def near(told: Phrase, id_: str, names: Iterable[str]) -> Phrase:
    """What is missing, and what may have been meant where something is written like it."""
    found = get_close_matches(id_, list(names), 1)
    return Phrase("{told} (did you mean {near}?)", told=told, near=found[0]) if found else told
