"""Draws the lifecycles: a picture of each, and its table."""

from __future__ import annotations

from typing import Any

from scripts.drawn.markdown import drawn, first, inside, table

from peerkit.model import NOUNS

__all__ = ["lifecycles"]

_WIDE, _HIGH, _GAP, _MIDDLE = 118, 34, 34, 120


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
            first(type(next(iter(cycle.steps)))),
            _picture(cycle),
            table(("status", "may become", "for decisions"), rows),
            '??? abstract "As Mermaid text"\n'
            + inside(["```text", *cycle.mermaid().splitlines(), "```"]),
        ]
    return drawn(
        "Lifecycles",
        "What may follow what. Each picture is drawn from the table that the rules read. A box "
        "with a thick edge is where a thing may begin; a box with a dashed edge is *closed*: it "
        "is kept, and decisions read it only when an act names it.",
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
    spread = max(
        (abs(order.index(a) - order.index(b)) for a in order for b in cycle.steps[a]), default=0
    )
    top = 14 + 22 * max(spread - 1, 0)
    back = any(order.index(b) < order.index(a) for a in order for b in cycle.steps[a])
    width = len(order) * (_WIDE + _GAP) - _GAP + 4
    height = top + _HIGH + (22 + 12 * spread if back else 4)
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


def _arrow(begin: int, end: int, top: int) -> str:
    """The path of one step."""
    at = [2 + place * (_WIDE + _GAP) for place in (begin, end)]
    if end == begin + 1:
        return f"M{at[0] + _WIDE} {top + _HIGH // 2} L{at[1]} {top + _HIGH // 2}"
    ahead = end > begin
    x0 = at[0] + _WIDE * (2 if ahead else 1) // 3
    x1 = at[1] + _WIDE * (1 if ahead else 2) // 3
    edge = top if ahead else top + _HIGH
    bend = 24 * abs(end - begin) * (-1 if ahead else 1)
    return f"M{x0} {edge} C{x0} {edge + bend} {x1} {edge + bend} {x1} {edge}"
