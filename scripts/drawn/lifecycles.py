"""Draws the lifecycles: a picture of each, and its table."""

from __future__ import annotations

from typing import Any

from scripts.drawn.fields import fields
from scripts.drawn.markdown import drawn, first, folded, table, told

from peerkit.model import NOUNS

__all__ = ["lifecycles"]

_WIDE, _HIGH, _GAP, _BEND = 104, 34, 30, 24


def lifecycles() -> str:
    """Draw every lifecycle: a picture, the table, and the table as Mermaid text."""
    parts = []
    for noun in NOUNS:
        cycle = noun.lifecycle
        rows = [
            (
                f"`{status}`" + (", begins here" if status in cycle.begins else ""),
                ", ".join(f"`{each}`" for each in steps_of(cycle, status)) or "nothing else",
                "open" if cycle.is_open(status) else "closed",
            )
            for status in cycle.steps
        ]
        parts += [
            f"## {noun.__name__} {{#{noun.kind}}}",
            told(noun),
            fields(noun),
            f"**Its day:** {f'`{noun.dated}`' if noun.dated else 'none'}",
            f"**Lifecycle:** {first(type(next(iter(cycle.steps))))}",
            _picture(cycle),
            table(("status", "may become", "for decisions"), rows),
            folded(
                "abstract", "As Mermaid text", ["```text", *cycle.mermaid().splitlines(), "```"]
            ),
        ]
    return drawn(
        "Nouns and their lifecycles",
        "What a program knows, and what may follow what. Each picture is drawn from the table that "
        "the rules read. A box with a thick edge is where a thing may begin; a box with a dashed "
        "edge is *closed*: it is kept, and decisions read it only when an act names it.",
        "*Its day* is the field by which `find` looks for a noun between days: when it happened, "
        "began or was asked for, and never when it ends.",
        "The same tables stand below as Mermaid text. They are not drawn in your browser, because "
        "it would have to fetch a program from another site first.",
        *parts,
    )


def steps_of(cycle: Any, status: Any) -> list[Any]:
    """Where a status may go, in the order of the table."""
    return [each for each in cycle.steps if each in cycle.steps[status]]


def _picture(cycle: Any) -> str:
    """A row of boxes; steps ahead go over them, steps back go under them."""
    order = list(cycle.steps)
    leaps = [order.index(to) - order.index(each) for each in order for to in cycle.steps[each]]
    over, under = max([1, *leaps]), max([0, *(-each for each in leaps)])
    top = 4 if over == 1 else 4 + _rise(over)
    width = len(order) * (_WIDE + _GAP) - _GAP + 4
    height = top + _HIGH + 4 + _rise(under)
    boxes, arrows = [], []
    for place, status in enumerate(order):
        left = 2 + place * (_WIDE + _GAP)
        style = "begins" if status in cycle.begins else ""
        style += " closed" if status in cycle.closed else ""
        boxes.append(
            f'<rect class="{style}" x="{left}" y="{top}" width="{_WIDE}" height="{_HIGH}" rx="6"/>'
            f'<text x="{left + _WIDE // 2}" y="{top + 22}">{status}</text>'
        )
        arrows += [
            f'<path d="{_arrow(place, order.index(to), top)}"/>' for to in steps_of(cycle, status)
        ]
    mark = (
        '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto-start-reverse"><path d="M0 0 8 4 0 8z"/></marker>'
    )
    said = "; ".join(
        f"{each} to {', '.join(map(str, steps_of(cycle, each)))}"
        for each in order
        if cycle.steps[each]
    )
    return (
        f'<div class="lifecycle"><svg viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{said or "one status"}"><defs>{mark}</defs>'
        f"{''.join(boxes)}{''.join(arrows)}</svg></div>"
    )


def _rise(leap: int) -> int:
    """How far from the boxes an arrow over so many of them goes: three quarters of its bend."""
    return _BEND * leap * 3 // 4


def _arrow(begin: int, end: int, top: int) -> str:
    """The path of one step."""
    at = [2 + place * (_WIDE + _GAP) for place in (begin, end)]
    if end == begin + 1:
        return f"M{at[0] + _WIDE} {top + _HIGH // 2} L{at[1]} {top + _HIGH // 2}"
    ahead = end > begin
    x0 = at[0] + _WIDE * (2 if ahead else 1) // 3
    x1 = at[1] + _WIDE * (1 if ahead else 2) // 3
    edge = top if ahead else top + _HIGH
    bend = _BEND * abs(end - begin) * (-1 if ahead else 1)
    return f"M{x0} {edge} C{x0} {edge + bend} {x1} {edge + bend} {x1} {edge}"
