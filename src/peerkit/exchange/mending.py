"""Mends text that went through programs that did not understand it, where we can be sure of it."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["mended"]

#: What stands in text where a program lost a line break, and what it was.
_ESCAPED: Final = {"n": "\n", "t": " ", "r": "", "\\": "\\"}
_ESCAPE: Final = re.compile(r"\\([ntr\\])")
#: Marks such as ``###MON###``, which publishers leave for their own programs.
_MARK: Final = re.compile(r"###[A-Z]{2,8}###")
#: UTF-8 that was read as an old code page once, and written like that ever since.
_MANGLED: Final = {
    "GÇÖ": "’",
    "GÇÿ": "‘",
    "GÇ£": "“",
    "GÇ¥": "”",
    "GÇô": "–",
    "GÇö": "—",
    "GÇª": "…",
    "GÇæ": "-",
    "GÇï": "",
}


def mended(cell: str) -> str:
    """A text as it was meant, where we can be sure of it."""
    if "\\" in cell:
        cell = _ESCAPE.sub(lambda found: _ESCAPED[found[1]], cell)
    if "###" in cell:
        cell = _MARK.sub("", cell)
    if "GÇ" in cell:
        for wrong, right in _MANGLED.items():
            cell = cell.replace(wrong, right)
    return cell.strip()
