"""Reads CSV strictly, line by line: a bad row costs itself and nothing else.

Memory never holds more than a line, or the few lines of one record. No error
quotes a cell.
"""

from __future__ import annotations

import codecs
import csv
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import attrs

__all__ = ["Header", "Record", "header_of", "records"]

_LINE = 1 << 17  # bytes in a line; the csv module's own limit for one cell
_SPAN = 32  # further lines that a row with quoted line breaks may run on


@attrs.frozen(repr=False)
class _Line:
    """A physical line, with its ending; no text when it has a fault."""

    number: int
    text: str
    fault: str = ""

    @property
    def opens_or_closes(self) -> bool:
        """Whether a quoted cell begins here and goes on, or went on and ends here."""
        return self.text.count('"') % 2 == 1

    def cells(self, *more: _Line) -> list[str] | None:
        """The cells of the record in these lines; none in an empty line; ``None``: not CSV."""
        text = self.text + "".join(line.text for line in more)
        with suppress(csv.Error):
            return next(csv.reader((text,), strict=True))
        return None


def _lines(path: Path) -> Iterator[_Line]:
    """The file, never more than `_LINE` bytes of it at a time.

    What is not UTF-8 is replaced, not refused: it is usually somebody's name, which is
    dropped anyway. In a column that is kept it is no id, day or code, and refused as such.
    """
    with path.open("rb") as file:
        for number, raw in enumerate(iter(partial(file.readline, _LINE), b""), 1):
            rest = raw
            while len(rest) == _LINE and not rest.endswith(b"\n"):
                rest = file.readline(_LINE)
            if rest is not raw:
                yield _Line(number, "", "is longer than 128 KiB")
            elif b"\0" in raw:
                yield _Line(number, "", "holds a NUL byte")
            else:
                plain = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
                yield _Line(number, plain.decode("utf-8", "replace"))


@attrs.define(repr=False)
class _Lines:
    """The lines of a file, a few of which may be put back."""

    source: Iterator[_Line]
    ahead: deque[_Line] = attrs.Factory(deque[_Line])

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> _Line:
        return self.ahead.popleft() if self.ahead else next(self.source)

    def back(self, lines: list[_Line]) -> None:
        self.ahead.extendleft(reversed(lines))


@attrs.frozen(repr=False)
class Record:
    """The cells of one row under the columns that are read, or the fault that it has."""

    line: int
    fault: str
    cells: Mapping[str, str]


@attrs.frozen
class Header:
    """Where the columns stand that we read and that are named once, among ``width``.

    Nothing else of the first line: in a file without a header, it is somebody's row.
    """

    places: Mapping[str, int]
    width: int
    _named: frozenset[str] = attrs.field(repr=False)

    def which(self, marks: frozenset[str]) -> frozenset[str]:
        """Which of these columns are there too."""
        return marks & self._named


def header_of(path: Path, columns: Iterable[str]) -> Header:
    """Where these columns stand in the first line."""
    names = next(_lines(path), _Line(1, "")).cells() or []
    places = {name: names.index(name) for name in columns if names.count(name) == 1}
    return Header(places, len(names), frozenset(names))


def records(path: Path, header: Header) -> Iterator[Record]:
    """The rows after the header; one that cannot be parsed costs its first line only."""
    lines = _Lines(_lines(path))
    next(lines, None)
    for line in lines:
        cells, fault = line.cells(), line.fault
        if cells is None:
            cells = _continued(line, lines, header.width)
        if cells is None:
            fault = "is not CSV: a quote is out of place or never closed"
        elif cells and len(cells) != header.width:
            fault = f"has {len(cells)} cells under {header.width} columns"
        if fault:
            yield Record(line.number, fault, {})
        elif cells:  # an empty line is no row
            kept = {name: cells[place].strip() for name, place in header.places.items()}
            yield Record(line.number, "", kept)


def _continued(first: _Line, lines: _Lines, width: int) -> list[str] | None:
    """A quoted cell may hold line breaks: the whole record, or ``None`` and no line is taken.

    A line that is a whole row by itself ends the search: the quote was never closed.
    """
    taken: list[_Line] = []
    while first.opens_or_closes and len(taken) < _SPAN and (line := next(lines, None)):
        taken.append(line)
        if line.fault or len(line.cells() or ()) == width:
            break
        if line.opens_or_closes:
            cells = first.cells(*taken)
            if cells is not None and len(cells) == width:
                return cells
            break
    lines.back(taken)
    return None
