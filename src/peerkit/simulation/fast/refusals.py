"""What was refused in a run by arrays, in the order of asking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from peerkit.simulation.arrays import numpy
from peerkit.simulation.record import as_table

if TYPE_CHECKING:
    from peerkit.simulation.fast.reading import Refusal
    from peerkit.simulation.record import Table

__all__ = ["BEDS", "GROUPS", "MATCHING", "MEETINGS", "Refusals"]

#: The parts of a day in which something is asked, in order.
MATCHING, GROUPS, MEETINGS, BEDS = range(4)
_NAMES: Final = ("act", "clause", "verdict")


class Refusals:
    """Refusals, gathered part by part."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, ...]] = []
        self._words: list[Refusal] = []

    def add(
        self, refusal: Refusal, day: int, part: int, person: int, peer: tuple[int, int]
    ) -> None:
        """One more. Of a day and a part, meetings are told by person, others as they were asked."""
        order = person if part == MEETINGS else len(self._rows)
        self._rows.append((day, part, order, person, *peer))
        self._words.append(refusal)

    def told(self) -> tuple[Table, dict[str, tuple[str, ...]]]:
        """The table, and the words that its numbers stand for."""
        np = numpy()
        columns: dict[str, Any] = {}
        words: dict[str, tuple[str, ...]] = {}
        for at, name in enumerate(_NAMES):
            words[name] = tuple(sorted({each[at] for each in self._words}))
            number = {word: at for at, word in enumerate(words[name])}
            columns[name] = np.array([number[each[at]] for each in self._words], np.int64)
        rows = np.array(self._rows, np.int64).reshape(-1, 6).T
        day, part, order, columns["person"], columns["seat"], columns["generation"] = rows
        columns["day"] = day
        by = np.lexsort((order, part, day))
        return as_table("refusals", **{name: each[by] for name, each in columns.items()}), words
