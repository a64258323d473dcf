"""The book as it is written: every clause with all its dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from peerkit.handbook.book import Clause

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from peerkit.handbook.book import Passage, Verdict

__all__ = ["Value", "Written"]


@attrs.frozen(kw_only=True)
class Value:
    """A number and the passage it comes from. ``number`` None: no longer in force."""

    number: int | None
    passage: Passage


@attrs.frozen(kw_only=True)
class Written:
    """A clause as it is written, with every date: what :class:`Clause` is cut from."""

    id: str
    says: str
    sentences: Mapping[Verdict, str]
    passages: tuple[Passage, ...]
    values: tuple[Value, ...]
    instead: str
    hand_to: str
    unit: str
    tighter: str

    def on(self, day: date) -> Clause:
        """The clause as it stands on a day."""
        value = next((each for each in self.values if each.passage.in_force(day)), None)
        passages = tuple(each for each in self.passages if each.in_force(day))
        return Clause(
            id=self.id,
            says=self.says,
            sentences=self.sentences,
            passages=passages if value is None else (value.passage, *passages),
            instead=self.instead,
            hand_to=self.hand_to,
            value=None if value is None else value.number,
            unit=self.unit,
        )

    def dates(self) -> set[date]:
        """Every day on which this clause begins or ceases to say something."""
        every = [*self.passages, *(each.passage for each in self.values)]
        return {day for each in every for day in (each.since, each.until) if day is not None}
