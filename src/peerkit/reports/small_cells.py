"""Counts of people that may be shown: small ones hidden, and whatever would give them away.

From one up to one below ``least``, a count is hidden; a zero may be shown (CMS,
counts below 11, from memory: see the limit ``small-cell``). A hidden count can
be worked out from its row or column and their totals exactly when, in the graph
whose corners are rows and columns and whose edges are the hidden counts, its
edge is a bridge. So more is hidden until no edge is one, and until the hidden
counts of a line do not add up to a small one either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from peerkit.errors import BadInput, must_be

if TYPE_CHECKING:
    from peerkit.handbook import Book

__all__ = ["TOTAL", "Masked", "least_shown", "masked"]

#: The name of the row and the column of totals.
TOTAL: Final = "total"

#: The row and the column of a count.
Cell: TypeAlias = tuple[str, str]


@attrs.frozen(kw_only=True)
class Masked:
    """A table of counts with its totals; None is a hidden one.

    ``cells`` holds every row and column, those called ``total`` among them.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[Cell, int | None]

    def __getitem__(self, cell: Cell) -> int | None:
        return self.cells[cell]

    @property
    def hidden(self) -> int:
        """How many counts are hidden, totals among them."""
        return sum(each is None for each in self.cells.values())


def least_shown(book: Book) -> int | None:
    """The smallest count above zero that the book lets be shown; None where it sets none."""
    return book.clause("small-cell").value


def masked(table: Mapping[Cell, int], least: int | None) -> Masked:
    """A table with its totals, and without what would say how few people somebody is among.

    ``table`` is counts by row and column; what is not named is 0. ``least`` is the
    smallest count above zero that may be shown; None hides nothing.
    """
    must_be(int | None, least, "least", "give a whole number, or None")
    if any(type(each) is not int or each < 0 for each in table.values()):
        raise BadInput("table", "give whole numbers of 0 or more")
    rows = tuple(dict.fromkeys(row for row, _ in table))
    columns = tuple(dict.fromkeys(column for _, column in table))
    if TOTAL in {*rows, *columns}:
        raise BadInput("table", f"call no row or column {TOTAL!r}; totals are made here")
    whole = _with_totals(table, rows, columns)
    hidden = {cell for cell, count in whole.items() if least and 0 < count < least}
    while hidden and (more := _gives_away(whole, hidden, least or 0)):
        hidden |= more
    cells = {cell: None if cell in hidden else count for cell, count in whole.items()}
    return Masked(rows=rows, columns=columns, cells=MappingProxyType(cells))


def _with_totals(
    table: Mapping[Cell, int], rows: tuple[str, ...], columns: tuple[str, ...]
) -> dict[Cell, int]:
    whole = {(row, column): table.get((row, column), 0) for row in rows for column in columns}
    whole |= {(row, TOTAL): sum(whole[row, each] for each in columns) for row in rows}
    for column in (*columns, TOTAL) if whole else ():
        whole[TOTAL, column] = sum(whole[each, column] for each in rows)
    return whole


def _gives_away(whole: Mapping[Cell, int], hidden: set[Cell], least: int) -> set[Cell]:
    """What more is to be hidden, so that a hidden count is not given away; nothing: all is well."""
    for cell in sorted(hidden):
        if _is_bridge(cell, hidden):
            return _round(whole, hidden, cell)
    for line in _lines(whole):
        inside = [each for each in line[:-1] if each in hidden]
        if inside and line[-1] not in hidden and sum(whole[each] for each in inside) < least:
            return {min(line, key=lambda each: _cost(whole, hidden, each, again=True))}
    return set()


def _lines(whole: Mapping[Cell, int]) -> Iterator[list[Cell]]:
    """Every row and every column, its total last."""
    rows, columns = (dict.fromkeys(each) for each in zip(*whole, strict=True))
    for row in rows:
        yield [(row, each) for each in columns]
    for column in columns:
        yield [(each, column) for each in rows]


def _cost(
    whole: Mapping[Cell, int], hidden: set[Cell], cell: Cell, *, again: bool = False
) -> tuple[int, int, int, int]:
    """How much is lost when this is hidden too: rather a small count than a total or a zero."""
    if cell in hidden:
        return (int(again), 0, 0, 0)
    return (0, whole[cell] == 0, TOTAL in cell, whole[cell])


def _round(whole: Mapping[Cell, int], hidden: set[Cell], cell: Cell) -> set[Cell]:
    """The three counts that close a circle with this one at the least loss."""
    row, column = cell
    circles: list[tuple[Cell, ...]] = [
        ((row, other), (below, other), (below, column))
        for below, other in whole
        if below != row and other != column
    ]

    def loss(circle: tuple[Cell, ...]) -> tuple[list[int], tuple[Cell, ...]]:
        costs = [_cost(whole, hidden, each) for each in circle]
        return [sum(each) for each in zip(*costs, strict=True)], circle

    return {*min(circles, key=loss)} - hidden


def _is_bridge(cell: Cell, hidden: set[Cell]) -> bool:
    """Whether nothing but this hidden count joins its row with its column."""
    row, column = cell
    reached, waiting = {("row", row)}, [("row", row)]
    while waiting:
        for each in _next_to(waiting.pop(), hidden - {cell}):
            if each == ("column", column):
                return False
            if each not in reached:
                reached.add(each)
                waiting.append(each)
    return True


def _next_to(corner: tuple[str, str], edges: set[Cell]) -> Iterator[tuple[str, str]]:
    kind, name = corner
    for row, column in edges:
        if kind == "row" and row == name:
            yield "column", column
        elif kind == "column" and column == name:
            yield "row", row
