"""The handbook: every clause and activity with its dates, layer upon layer."""

from __future__ import annotations

import os
from bisect import bisect_right
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from peerkit.handbook.book import Book
from peerkit.handbook.loader import bind, shipped_and_yours

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peerkit.handbook.book import ActivityEntry, Circumstance, Clause, Source
    from peerkit.handbook.loader import Files
    from peerkit.handbook.written import Written

__all__ = ["Handbook"]


@attrs.frozen(kw_only=True, eq=False)
class Handbook:
    """Every layer read together. Ask :meth:`on` for the book of a day.

    ``layers`` are the ids in the order they were laid; ``edition`` is the
    SHA-256 of all their files, in hexadecimal; ``turns`` are the days on which
    the book changes, in order.
    """

    layers: tuple[str, ...]
    edition: str
    sources: Mapping[str, Source]
    clauses: Mapping[str, Written]
    activities: Mapping[str, ActivityEntry]
    circumstances: Mapping[str, Circumstance]
    turns: tuple[date, ...]

    @classmethod
    def load(cls, *layers: str | os.PathLike[str]) -> Handbook:
        """Read the base and these layers over it: ``Handbook.load("us/nc", "house.toml")``.

        A name without ``.toml`` is a layer that peerkit ships; anything else is
        a file of yours. Reading the same layers again costs nothing unless a
        file of yours has changed. Raises :class:`BadHandbook`.
        """
        return _read(*shipped_and_yours(tuple(os.fspath(each) for each in layers)))

    def on(self, day: date) -> Book:
        """The book as it stands on this day."""
        return _on(self, day)


@lru_cache(maxsize=512)
def _on(handbook: Handbook, day: date) -> Book:
    turn = bisect_right(handbook.turns, day)
    since = handbook.turns[turn - 1] if turn else date.min
    clauses = _stretch(handbook, since)
    return Book(day, handbook.edition, clauses, handbook.activities, handbook.circumstances)


@lru_cache(maxsize=64)
def _stretch(handbook: Handbook, since: date) -> Mapping[str, Clause]:
    """The clauses as they stand from this day until the next one on which the book changes."""
    return MappingProxyType({id_: each.on(since) for id_, each in handbook.clauses.items()})


@lru_cache(maxsize=16)
def _read(base: Files, over: Files) -> Handbook:
    draft = bind(base, over)
    every = {day for each in draft.clauses.values() for day in each.dates()}
    return Handbook(
        layers=tuple(draft.layers),
        edition=draft.edition(),
        sources=MappingProxyType(draft.sources),
        clauses=MappingProxyType(draft.clauses),
        activities=MappingProxyType(draft.activities),
        circumstances=MappingProxyType(draft.circumstances),
        turns=tuple(sorted(every)),
    )
