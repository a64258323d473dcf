"""Reads clauses and limits, and lays those of a layer over those below."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from peerkit.handbook.book import BadHandbook
from peerkit.handbook.cited import leads_to, passage, passages, sentences, spoken
from peerkit.handbook.written import Value, Written, looser

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from peerkit.handbook.book import Source
    from peerkit.handbook.table import Table

__all__ = ["clause", "limit", "over"]


def clause(table: Table, sources: Mapping[str, Source], layer: str) -> Written:
    """A boundary without a number. It rests on at least one passage."""
    found = _written(table, sources, layer)
    if not found.passages:
        raise table.wrong("rests_on", "is missing; a clause cites at least one passage")
    table.done()
    return found


def limit(table: Table, sources: Mapping[str, Source], layer: str, group: str) -> Written:
    """A boundary with a number. Where nobody has set one it has none, and a layer may give it."""
    one, many = _unit(table)
    found = attrs.evolve(
        _written(table, sources, layer),
        values=_values(table, sources, layer),
        unit=many,
        unit_of_one=one,
        tighter=_tighter(table),
        group=group,
    )
    if not found.sentences:
        raise table.wrong("allowed", "is missing; a limit says when it is kept and when it is not")
    table.done()
    return found


def over(
    table: Table,
    below: Written,
    sources: Mapping[str, Source],
    layer: str,
    beside: Collection[str],
) -> Written:
    """A layer gives a limit other numbers, or a clause further passages.

    ``beside`` are layers that this one was not written over. Where they and
    this one speak on the same day, both bind, so the tighter number speaks.
    """
    values, own = _values(table, sources, layer), passages(table, sources, layer)
    loosens = table.take("loosens", bool, "true or false", default=False)
    table.done()
    for value in values if not loosens else ():
        for under in below.values:
            both = under.passage.layer not in beside and _at_once(value, under)
            if both and looser(value.number, under.number, below.tighter):
                number = "no number" if value.number is None else value.number
                raise BadHandbook(
                    table.place,
                    f"is looser than the layer below ({number} against {under.number} "
                    f"{below.unit}); a layer tightens, or says loosens = true",
                )
    own_values = (attrs.evolve(each, beside=frozenset(beside)) for each in values)
    return attrs.evolve(
        below, values=(*own_values, *below.values), passages=(*own, *below.passages)
    )


def _written(table: Table, sources: Mapping[str, Source], layer: str) -> Written:
    """What clauses and limits have in common."""
    return Written(
        id=table.code("id"),
        says=spoken(table, "says", table.text("says")),
        sentences=MappingProxyType(sentences(table)),
        passages=passages(table, sources, layer),
        values=(),
        instead=table.text("instead"),
        hand_to=table.text("hand_to"),
        leads_to=leads_to(table),
        time_counts=table.take("time_counts", bool, "true or false", default=False),
        of_the_record=table.take("of_the_record", bool, "true or false", default=False),
        unit="",
        unit_of_one="",
        tighter="",
        group="",
    )


def _values(table: Table, sources: Mapping[str, Source], layer: str) -> tuple[Value, ...]:
    """The dated numbers of a limit, in order of time; each ends where the next begins."""
    found = []
    for each in table.tables("value", named=None):
        number = each.take("is", int, "a whole number", None)
        if number is not None and number < 0:
            raise each.wrong("is", "must be 0 or more")
        found.append(Value(number=number, passage=passage(each, sources, layer)))
        each.done()
    found.sort(key=lambda each: each.passage.since or date.min)
    for one, after in pairwise(found):
        begins = after.passage.since or date.min
        ends = one.passage.until
        if (one.passage.since or date.min) == begins or (ends is not None and ends > begins):
            raise BadHandbook(table.place, f"has two values in force on {begins.isoformat()}")
    return _closed(found)


def _closed(values: list[Value]) -> tuple[Value, ...]:
    """Each value ends where the next begins, unless it says an earlier end itself."""
    ends = [*(each.passage.since for each in values[1:]), None][: len(values)]
    return tuple(
        attrs.evolve(each, passage=attrs.evolve(each.passage, until=each.passage.until or end))
        for each, end in zip(values, ends, strict=True)
    )


def _unit(table: Table) -> tuple[str, str]:
    """The unit of one and of more: ``month|months``, or one word for both."""
    one, two, many = (each.strip() for each in table.text("unit").partition("|"))
    if two and not (one and many and "|" not in many):
        raise table.wrong("unit", 'must be one text, or one for 1 and one for more: "cup|cups"')
    return (one, many) if two else ("", one)


def _tighter(table: Table) -> str:
    which: str = table.text("tighter")
    if which not in {"lower", "higher"}:
        raise table.wrong("tighter", "must be 'lower' or 'higher'")
    return which


def _at_once(one: Value, other: Value) -> bool:
    """Whether there is a day on which both are in force."""
    first, second = one.passage, other.passage
    return (first.since or date.min) < (second.until or date.max) and (second.since or date.min) < (
        first.until or date.max
    )
