"""Rows of what happened, one by one, made into the tables of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from peerkit.simulation.arrays import numpy
from peerkit.simulation.record import COLUMNS, STATUSES, Column

if TYPE_CHECKING:
    from peerkit.simulation.door.standing import Comer, InPost
    from peerkit.simulation.lives.people import People
    from peerkit.simulation.record import Table

__all__ = ["row_of_peer", "row_of_person", "tables_of"]

#: How people begin, as :class:`~peerkit.simulation.lives.people.People` numbers it.
_BEGAN: Final = ("came", "walking", "waiting")

#: The columns whose words are a run's own, and under which name the run has them.
_OWN: Final = {
    ("refusals", "act"): "act",
    ("refusals", "clause"): "clause",
    ("refusals", "verdict"): "verdict",
    ("sessions", "asked"): "activity",
}


def row_of_person(person: Comer, everybody: People, waits: Mapping[int, int]) -> tuple[Any, ...]:
    """What became of somebody. ``waits`` has the days of those who still wait."""
    return (
        person.row,
        person.came,
        _BEGAN[everybody.began[person.row]],
        everybody.need[person.row],
        person.first,
        person.ended,
        person.why,
        person.waited + waits.get(person.row, 0),
        *(person.counts[each] for each in STATUSES),
        person.counts["minutes"],
        person.score,
    )


def row_of_peer(peer: InPost) -> tuple[Any, ...]:
    """What became of a peer."""
    counted = ("talks", "away", "overdue", "minutes", "beyond")
    return (*peer.who, peer.began, peer.ended, *(peer.counts[each] for each in counted))


def tables_of(
    rows: dict[str, list[tuple[Any, ...]]],
) -> tuple[dict[str, Table], dict[str, tuple[str, ...]]]:
    """Every table with these rows, and the words of the run.

    A row has a value for each column, in order. Where numbers stand for words, it has the word.
    """
    tables: dict[str, Table] = {}
    own: dict[str, tuple[str, ...]] = {}
    for name, columns in COLUMNS.items():
        values = zip(*rows[name], strict=True) if rows.get(name) else ((),) * len(columns)
        table = {}
        for column, given in zip(columns, values, strict=True):
            words = column.words or None
            if (name, column.name) in _OWN:
                words = own[_OWN[name, column.name]] = tuple(sorted({*given} - {""}))
            table[column.name] = _array(column, given, words)
        tables[name] = table
    return tables, own


def _array(column: Column, values: Sequence[Any], words: tuple[str, ...] | None) -> Any:
    """The values as numbers. A word is the number of its place; where none is said it is -1."""
    if words is not None:
        number = {"": -1, **{word: at for at, word in enumerate(words)}}
        values = [number[each] for each in values]
    return numpy().array(values, column.dtype)
