"""Draws the numbers, by the group they are found in."""

from __future__ import annotations

from scripts.drawn.citing import BASE, clause, numbers
from scripts.drawn.markdown import drawn, esc

__all__ = ["limits"]


def limits() -> str:
    """Draw every number, with every layer that peerkit ships."""
    parts = []
    for group, title in BASE.groups.items():
        inside = [each for each in BASE.clauses.values() if each.unit and each.group == group]
        if inside:
            parts.append(f"## {esc(title)} {{#{group}}}")
        for each in inside:
            parts += [
                f"### {each.id} {{#{each.id}}}",
                (
                    f"{esc(each.says)} A {each.tighter} number is tighter. Unit: {esc(each.unit)}. "
                    f"Clause: {clause(each.id)}."
                ),
                numbers(each),
            ]
    return drawn(
        "Limits",
        "The numbers a program is run by. Each value carries its source, its place there and the "
        "day somebody last checked it. Where a date is missing, the copy that was read names "
        "none, and the number holds on every day. Which value speaks is decided by the day "
        "([the law of the day](/explanation/decisions/0010-the-law-of-the-day.md)).",
        "Some limits have no number in the base: only a [layer](/reference/layers/index.md) sets "
        "one, and without that layer nothing is limited.",
        *parts,
    )
