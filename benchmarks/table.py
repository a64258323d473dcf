"""The figures of one question as a table to read."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.measuring import Figure

__all__ = ["drawn"]

_HEADS = ("", "peerkit", "the other", "ratio", "target", "met", "spread")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _target(figure: Figure) -> str:
    unit = f" {figure.unit}" if figure.theirs is None else "×"
    if figure.least is not None and figure.most is not None:
        return f"{figure.least:g} to {figure.most:g}{unit}"
    if figure.least is not None:
        return f"at least {figure.least:g}{unit}"
    return "" if figure.most is None else f"at most {figure.most:g}{unit}"


def _row(figure: Figure) -> tuple[str, ...]:
    theirs = "" if figure.theirs is None else f"{_number(figure.theirs)} {figure.unit}"
    ratio = "" if figure.ratio is None else f"{figure.ratio:.3g}×"
    return (
        figure.name,
        f"{_number(figure.ours)} {figure.unit}",
        theirs,
        ratio + (" faster" if figure.faster else ""),
        _target(figure),
        {True: "yes", False: "NO", None: ""}[figure.met],
        f"{figure.spread:.0%}",
    )


def drawn(figures: Sequence[Figure]) -> str:
    """Lines of text: one for each figure, columns under their heads."""
    rows = [_HEADS, *map(_row, figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        first, *others = zip(row, widths, strict=True)
        cells = [f"{first[0]:<{first[1]}}", *(f"{cell:>{width}}" for cell, width in others)]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines)
