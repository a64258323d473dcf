"""Draws the rehearsal: what the model does, every number of a scenario, and what comes out."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import attrs
from scripts.drawn.citing import SOURCES, source
from scripts.drawn.fields import fields
from scripts.drawn.markdown import drawn, esc, first, table

from peerkit.simulation.markdown import bullets, said
from peerkit.simulation.measuring.measures import MEASURES, REFUSED
from peerkit.simulation.record import COLUMNS
from peerkit.simulation.reporting.logic import (
    ALGORITHMS,
    ASSUMPTIONS,
    DAY,
    EXECUTION,
    FLOW,
    LUCK,
    PARTS,
)
from peerkit.simulation.scenarios.files import source_of
from peerkit.simulation.scenarios.given import known_of, parameters
from peerkit.simulation.scenarios.scenario import Leaving, Lived, Need, Scenario, Speaks

if TYPE_CHECKING:
    from peerkit.simulation.scenarios.given import Given, Parameter

__all__ = ["model", "parameters_of_a_scenario"]

#: Parts that a scenario may have several of, by the table of a scenario file.
_SEVERAL = {
    "arrivals.needs": Need,
    "peers.experiences": Lived,
    "peers.languages": Speaks,
    "peers.leaving": Leaving,
}


def model() -> str:
    """Draw what the rehearsal does, and the tables and measures that come out."""
    return drawn(
        "The rehearsal",
        "What `peerkit.simulation` does with a [scenario](/reference/scenario.md). Both engines "
        "are written from this text, and every study report prints it.",
        "## How people go through it",
        f"```text\n{FLOW}```",
        "## One day",
        "\n".join(f"{at}. **{each.name}.** {each.says}" for at, each in enumerate(DAY, 1)),
        "## How choices are made",
        bullets(f"**{each.name}.** {each.says}" for each in ALGORITHMS),
        "## Components",
        *(
            f"**{name.capitalize()}**\n\n"
            + bullets(f"**{one.name}**: {one.says}" for one in several)
            for name, several in PARTS.items()
        ),
        "## What is taken for granted",
        bullets(ASSUMPTIONS),
        "## Luck",
        bullets(LUCK),
        "## Engines",
        bullets(f"`{engine}`: {says}" for engine, says in EXECUTION.items()),
        "## Measures",
        "What is kept of every run of an experiment. Beside these there is one for each clause "
        f"under which something was refused: `{REFUSED}` and the id of the clause.",
        table(
            ("measure", "what it says", "unit"),
            [(f"`{each.name}`", esc(each.says), esc(each.unit)) for each in MEASURES.values()],
        ),
        "## Tables of a run",
        "Days count from 0, the first day of the scenario; -1 is never.",
        *(f"### {name} {{#{name}}}\n\n{_columns(name)}" for name in COLUMNS),
    )


def _columns(name: str) -> str:
    return table(
        ("column", "what it says", "unit", "stands for"),
        [
            (
                f"`{each.name}`",
                esc(each.says),
                esc(each.unit),
                ", ".join(f"{at}: {word or 'it goes on'}" for at, word in enumerate(each.words)),
            )
            for each in COLUMNS[name]
        ],
    )


def parameters_of_a_scenario() -> str:
    """Draw every number and setting of a scenario, with its default and what is known of it."""
    base = Scenario()
    parts = []
    for part, several in groupby(_outside(base), _part):
        kind: Any = getattr(base, part) if part else base
        title = f"## {part.capitalize()} {{#{part}}}" if part else "## The scenario"
        parts += [title, first(type(kind)), _numbers(base, several)]
        parts += _settings(type(kind), part)
    parts.append("## What there may be several of {#several}")
    for path, kind in _SEVERAL.items():
        parts += [f"### {path} {{#{path.replace('.', '-')}}}", first(kind), fields(kind)]
    return drawn(
        "A scenario",
        "Every number of a scenario: its path, its default, how far it may go, and where it is "
        "from. In a scenario file a path `peers.count` is the key `count` of the table `[peers]`; "
        "numbers of the handbook stand in `[limits]`, and where numbers of yours are from in "
        "`[sources]` ([how to](/how-to/write-a-study-report.md)). What the model does with them "
        "stands on [its own page](/reference/rehearsal.md).",
        "An assumption is a number that nobody measured, as far as we know. Give your own.",
        *parts,
        hide="toc",
    )


def _outside(of: Scenario) -> list[Parameter]:
    """The numbers that are there once: those of parts that may be several stand with them."""
    return [each for each in parameters(of) if "[" not in each.path]


def _part(number: Parameter) -> str:
    part, dot, _ = number.path.partition(".")
    return part if dot else ""


def _numbers(base: Scenario, several: Any) -> str:
    return table(
        ("path", "default", "unit", "bounds", "what it says", "source", "caution"),
        [
            (
                f"`{each.path}`",
                said(each.value),
                esc(each.given.unit),
                _bounds(each.given),
                f"… {esc(each.given.says)}",
                _source(source_of(base, each)),
                esc(each.given.caution),
            )
            for each in several
        ],
    )


def _bounds(known: Given) -> str:
    least, most = (said(each) for each in (known.least, known.most))
    return f"{least} to {most}"


def _source(name: str) -> str:
    return source(name) if name in SOURCES else name


def _settings(kind: type[Any], part: str) -> list[str]:
    """What is set there and is no number."""
    every: Any = attrs.fields(kind)
    rows = [
        (f"`{part}.{each.name}`" if part else f"`{each.name}`", said(each.default))
        for each in every
        if known_of(each) is None and not isinstance(each.default, attrs.Factory)  # type: ignore[arg-type]
    ]
    plain = [row for row in rows if row[0].strip("`") not in {*_SEVERAL, "sources"}]
    return [table(("setting", "default"), plain)] if plain else []
