"""Small pieces of Markdown."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from peerkit.handbook import Verdict

__all__ = [
    "CROSS_REFERENCE",
    "drawn",
    "esc",
    "first",
    "folded",
    "inside",
    "sentence",
    "table",
    "told",
    "verdict",
]

#: A cross-reference in a docstring, in the notation that editors understand.
CROSS_REFERENCE: Final = re.compile(
    r":\w+:(?:`|<code>)(?:~?(?:\w+\.)*(\w+)|([\w.]+) (?:<|&lt;)[^`<]*)(?:`|</code>)"
)
#: What Markdown would take for its own.
_SIGNS: Final = re.compile(r"([\\`*_{}\[\]<>|#])")
_FACT: Final = re.compile(r"\{(\w+)\}")


def esc(text: object) -> str:
    """Plain text, with every sign of Markdown made harmless."""
    return _SIGNS.sub(lambda found: f"&#{ord(found[1])};", str(text)).replace("\n", " ")


def sentence(text: str) -> str:
    """A sentence of the handbook; the facts that are put into it stand out."""
    return "".join(
        f"<var>{esc(part)}</var>" if odd % 2 else esc(part)
        for odd, part in enumerate(_FACT.split(text))
    )


def verdict(which: Verdict | str, said: str = "") -> str:
    """A verdict in its colour, by its name or in a shorter word."""
    name = str(which)
    return f'<span class="verdict {name.replace(" ", "-")}">{said or name}</span>'


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    headings = list(headings)
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(each) + " |" for each in lines)


def told(thing: object) -> str:
    """The docstring, its cross-references reduced to the names they show."""
    doc = re.sub(r"``([^`]*)``", r"`\1`", inspect.getdoc(thing) or "")
    return CROSS_REFERENCE.sub(lambda found: f"`{found[1] or found[2]}`", doc)


def first(thing: object) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join(told(thing).partition("\n\n")[0].split())


def inside(lines: Iterable[str]) -> str:
    """Lines that belong to a folded part."""
    return "\n".join(f"    {each}" for each in lines)


def folded(kind: str, title: str, lines: Iterable[str]) -> str:
    """A part that opens when somebody asks for it."""
    return f'??? {kind} "{title}"\n{inside(lines)}'


def drawn(title: str, *parts: str, hide: str = "") -> str:
    """A page. ``hide="toc"`` gives a wide table the room that the table of contents takes."""
    head = [f"---\nhide: [{hide}]\n---"] if hide else []
    return "\n\n".join([*head, f"# {title}", *(each for each in parts if each)]) + "\n"
