"""Small pieces of Markdown for what a study says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from peerkit.simulation.scenarios.given import Shares

__all__ = ["bullets", "code", "plainly", "said", "short", "table"]

#: What Markdown would take for its own.
_SIGNS: Final = re.compile(r"([\\`*_{}\[\]<>|#&])")
#: What ends a piece of code, the cell of a table it stands in, or the line.
_ENDS: Final = re.compile(r"[`|\r\n]")
#: From here on a number is written in whole ones.
_MANY: Final = 1000
#: Shown where there is nothing.
NOTHING: Final = "none"


def plainly(text: object) -> str:
    """A text with every sign of Markdown made harmless."""
    line = " ".join(str(text).splitlines())
    return _SIGNS.sub(lambda found: f"&#{ord(found[1])};", line)


def code(name: str) -> str:
    """A name that the reader can type; one that would end the code or its cell, as plain text."""
    return plainly(name) if _ENDS.search(name) else f"`{name}`"


def said(value: Any) -> str:
    """A value of a scenario as a reader writes it down."""
    if isinstance(value, Shares):
        value = dict(zip(value.values, value.shares, strict=True))
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {said(each)}" for key, each in value.items()) or NOTHING
    if isinstance(value, list | tuple):
        return ", ".join(map(said, value)) or NOTHING
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: NOTHING}[value]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{value:,}" if isinstance(value, int) else plainly(value)


def short(value: float) -> str:
    """A number that was estimated, with as many digits as anybody needs; a large one in full."""
    return f"{value:,.0f}" if abs(value) >= _MANY else f"{value:.4g}"


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table; its cells are Markdown already."""
    headings = list(headings)
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(each) + " |" for each in lines)


def bullets(of: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {each}" for each in of)
