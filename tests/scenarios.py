"""Any scenario there can be, drawn from what its fields say of themselves."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

import attrs
from hypothesis import reject
from hypothesis import strategies as st

from peerkit.errors import BadInput
from peerkit.rules.limits import COUNTED
from peerkit.simulation.scenarios.files import hints_of
from peerkit.simulation.scenarios.given import Given, Shares, known_of, parameters
from peerkit.simulation.scenarios.scenario import Need, Scenario

__all__ = ["scenarios"]

LINES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8)
NAMED: dict[str, st.SearchStrategy[Any]] = {"language": st.sampled_from(("en", "es-MX", "zh-Hant"))}
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: LINES,
    bool: st.booleans(),
    date: st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    tuple[str, ...]: st.lists(LINES, max_size=2),
    tuple[tuple[str, int], ...]: st.dictionaries(
        st.sampled_from(COUNTED), st.integers(0, 10**4), max_size=3
    ),
}


def _number(known: Given, *, whole: bool) -> st.SearchStrategy[Any]:
    """A number within its bounds; where fractions may be, now and then a whole one."""
    least, most = known.least or 0, known.most or 0
    among = st.integers(int(least), int(most))
    return among if whole else among | st.floats(least, most)


@st.composite
def _mixes(draw: st.DrawFn, known: Given) -> Shares:
    values = draw(st.lists(_number(known, whole=True), min_size=1, max_size=4, unique=True))
    parts = draw(st.lists(st.integers(1, 99), min_size=len(values), max_size=len(values)))
    return Shares(values, [each / sum(parts) for each in parts])


@st.composite
def _parts(draw: st.DrawFn, kind: Any) -> Any:
    """One of a kind; a field is left out, or drawn from what is known of it."""
    values: dict[str, Any] = {}
    fields: Any = attrs.fields(kind)
    for field in fields:
        if field.name in {"sources", "needs"} or (
            field.default is not attrs.NOTHING and draw(st.booleans())
        ):
            continue
        named = field.name in NAMED
        values[field.name] = draw(
            NAMED[field.name] if named else _of(field, hints_of(kind)[field.name])
        )
    try:
        return kind(**values)
    except BadInput:  # two numbers that do not go together
        reject()


def _of(field: Any, hint: Any) -> st.SearchStrategy[Any]:
    known = known_of(field)
    if known is not None and hint is Shares:
        return _mixes(known)
    if known is not None:
        one = _number(known, whole=hint is int)
        several = field.default if isinstance(field.default, tuple) else None
        return one if several is None else st.tuples(*[one] * len(several))
    if hint in PLAIN:
        return PLAIN[hint]
    kinds = [each for each in getattr(hint, "__args__", (hint,)) if each not in {type(None), ...}]
    (kind,) = kinds
    if issubclass(kind, StrEnum):
        return st.sampled_from(kind)
    if kind is hint:
        return _parts(kind)
    return st.lists(_parts(kind), max_size=3)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Any scenario, with sources for some of its numbers."""
    scenario: Scenario = draw(_parts(Scenario))
    kinds = draw(st.lists(_parts(Need), min_size=1, max_size=3))
    needs = tuple(attrs.evolve(each, share=1 / len(kinds)) for each in kinds)
    arrivals = attrs.evolve(scenario.arrivals, needs=needs)
    scenario = attrs.evolve(scenario, arrivals=arrivals)
    paths = [each.path for each in parameters(scenario)]
    paths += [f"limits.{name}" for name, _ in scenario.limits]
    told = draw(st.dictionaries(st.sampled_from(paths), LINES, max_size=4))
    return attrs.evolve(scenario, sources=told)
