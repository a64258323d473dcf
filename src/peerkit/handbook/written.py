"""The book as it is written: every clause with all its dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from peerkit.handbook.book import Clause

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from peerkit.handbook.book import LeadsTo, Passage, Verdict

__all__ = ["Layer", "Value", "Written", "looser"]


@attrs.frozen(kw_only=True)
class Value:
    """A number and the passage it comes from. ``number`` None: no longer in force.

    ``beside`` are layers that its own was not written over: where they speak on
    the same day, both bind.
    """

    number: int | None
    passage: Passage
    beside: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class Layer:
    """The head of a layer: what it is, and what it is laid over.

    ``of`` says what kind of thing it is: a country, a state, a payer, a board,
    a house. ``unread`` says what nobody has read for it yet; None when it does
    not say.
    """

    id: str
    title: str
    of: str
    over: tuple[str, ...]
    unread: str | None


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
    leads_to: tuple[LeadsTo, ...]
    time_counts: bool
    of_the_record: bool
    unit: str
    unit_of_one: str
    tighter: str
    group: str

    def on(self, day: date) -> Clause:
        """The clause as it stands on a day."""
        value = self._speaking(day)
        passages = tuple(each for each in self.passages if each.in_force(day))
        return Clause(
            id=self.id,
            says=self.says,
            sentences=self.sentences,
            passages=passages if value is None else (value.passage, *passages),
            instead=self.instead,
            hand_to=self.hand_to,
            leads_to=self.leads_to,
            time_counts=self.time_counts,
            of_the_record=self.of_the_record,
            value=None if value is None else value.number,
            unit=self.unit,
            unit_of_one=self.unit_of_one,
            tighter=self.tighter,
            group=self.group,
        )

    def _speaking(self, day: date) -> Value | None:
        """The value that speaks: the tightest of those that no other was written over."""
        binding: list[Value] = []
        for each in self.values:  # the latest layer first
            beside = all(each.passage.layer in above.beside for above in binding)
            if beside and each.passage.in_force(day):
                binding.append(each)
        speaking: Value | None = None
        for each in binding:
            if speaking is None or looser(speaking.number, each.number, self.tighter):
                speaking = each
        return speaking

    def every_passage(self) -> tuple[Passage, ...]:
        """Every passage it rests on, on whatever day: those of its numbers first."""
        return (*(each.passage for each in self.values), *self.passages)

    def dates(self) -> set[date]:
        """Every day on which this clause begins or ceases to say something."""
        every = self.every_passage()
        return {day for each in every for day in (each.since, each.until) if day is not None}


def looser(new: int | None, old: int | None, tighter: str) -> bool:
    """Whether ``new`` allows more than ``old``, where lower or higher is tighter; None: all."""
    if new is None or old is None:
        return old is not None
    return new > old if tighter == "lower" else new < old
