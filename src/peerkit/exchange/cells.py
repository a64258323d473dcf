"""One record read column by column: what does not fit costs its row, or its cell alone."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import Final, TypeVar

import attrs

from peerkit.exchange.mending import mended
from peerkit.exchange.records import Record

__all__ = ["Refused", "Row"]

_T = TypeVar("_T")

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/-]{0,95}")
#: The longest name of an organization or a town, in characters.
_MOST_SHORT: Final = 200
_NO_ID: Final = "is not an id: 1 to 96 letters, digits or . _ : @ / -"
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,4}(\.[0-9]{1,20})?")


class Refused(Exception):
    """A row is left out: for the sake of which column, and why. No reader lets it out."""

    def __init__(self, column: str, why: str) -> None:
        self.column: str = column
        self.why: str = why


@attrs.frozen(repr=False)
class Row:
    """One record, read column by column. Asking for what does not fit refuses the row.

    A column that the file does not have is as good as blank.
    """

    cells: Mapping[str, str]
    doubts: list[tuple[str, str]] = attrs.Factory(list)

    def whole(self, record: Record) -> None:
        """Refuses a record that could not be parsed."""
        if record.fault:
            raise Refused("", record.fault)

    def text(self, *columns: str) -> str:
        """The text of the first of these columns that has any."""
        return next((mended(self.cells[it]) for it in columns if self.cells.get(it)), "")

    def filled(self, *columns: str) -> str:
        """The text of one of these columns, which must have some."""
        found = self.text(*columns)
        if not found:
            raise Refused(columns[0], "is blank")
        return found

    def short(self, *columns: str) -> str:
        """The text of a name that many share; a long one is left out, and its row is kept."""
        found = self.text(*columns)
        if len(found) <= _MOST_SHORT:
            return found
        self.doubts.append((columns[0], f"is longer than {_MOST_SHORT} characters"))
        return ""

    def new(self, column: str, taken: Container[str]) -> str:
        """An id that no earlier row has."""
        cell = self.cells[column]
        if not cell:
            raise Refused(column, "is blank")
        if not _ID.fullmatch(cell):
            raise Refused(column, _NO_ID)
        if cell in taken:
            raise Refused(column, "is the id of an earlier row")
        return cell

    def id(self, column: str) -> str:
        """The id in a cell; one that is none is left out, and its row is kept."""
        cell = self.cells.get(column, "")
        if not cell or _ID.fullmatch(cell):
            return cell
        self.doubts.append((column, _NO_ID))
        return ""

    def of(self, column: str, rows: Mapping[str, _T]) -> _T:
        """The thing that a column names, which must be there."""
        cell = self.cells.get(column, "")
        if not cell:
            raise Refused(column, "is blank, so nobody can say whose it is")
        if cell not in rows:
            raise Refused(column, "is not the id of a row that was kept")
        return rows[cell]

    def number(self, column: str, least: float, most: float) -> float | None:
        """The number in a cell; one that does not fit is left out, and its row is kept."""
        cell = self.cells.get(column, "")
        if not cell:
            return None
        if _NUMBER.fullmatch(cell) and least <= float(cell) <= most:
            return float(cell)
        self.doubts.append((column, f"is not a number from {least:g} to {most:g}"))
        return None
