"""The handbook: every clause and activity with its dates, layer upon layer."""

from __future__ import annotations

import os
from bisect import bisect_right
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.errors import must_be
from peerkit.handbook.asking import permissions
from peerkit.handbook.book import Book
from peerkit.handbook.differences import diff
from peerkit.handbook.files import base, files_of
from peerkit.handbook.loader import bind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peerkit.handbook.asking import Permission
    from peerkit.handbook.book import ActivityEntry, Circumstance, Clause, Reminder, Source
    from peerkit.handbook.differences import Difference
    from peerkit.handbook.files import Files
    from peerkit.handbook.written import Layer, Written

__all__ = ["Handbook"]

_NAMED: Final = 'give each by itself: Handbook.load("us/wa", "house.toml"); none: the base'


@attrs.frozen(kw_only=True, eq=False)
class Handbook:
    """Every layer read together. Ask :meth:`on` for the book of a day.

    ``heads`` are the layers in the order they were laid; ``edition`` is the
    SHA-256 of all their files, in hexadecimal; ``groups`` the titles of the
    groups in which activities and limits are found; ``turns`` the days on
    which the book changes, in order.
    """

    heads: tuple[Layer, ...]
    edition: str
    sources: Mapping[str, Source]
    clauses: Mapping[str, Written]
    activities: Mapping[str, ActivityEntry]
    circumstances: Mapping[str, Circumstance]
    reminders: Mapping[str, Reminder]
    groups: Mapping[str, str]
    turns: tuple[date, ...]

    @classmethod
    def load(cls, *layers: str | os.PathLike[str]) -> Handbook:
        """Read the base and these layers over it: ``Handbook.load("us/wa", "house.toml")``.

        A name without ``.toml`` is a layer that peerkit ships; anything else is
        a file of yours. A layer brings those it is laid over: ``us/wa`` brings
        ``us/federal``. Reading the same layers again costs nothing unless a
        file of yours has changed. Raises :class:`BadHandbook`.
        """
        for each in layers:
            must_be(str | os.PathLike, each, "layer", _NAMED)
        return _read(files_of([os.fspath(each) for each in layers]))

    @property
    def layers(self) -> tuple[str, ...]:
        """The ids of the layers, in the order they were laid."""
        return tuple(each.id for each in self.heads)

    def on(self, day: date) -> Book:
        """The book as it stands on this day."""
        return _on(self, day)

    def diff(self, before: date, after: date) -> tuple[Difference, ...]:
        """What changed from one day to the other. For editions and layers: :func:`diff`."""
        return diff(self.on(before), self.on(after))

    def permissions(self) -> tuple[Permission, ...]:
        """The table of activities by role, under every combination of circumstances."""
        return permissions(self.activities, self.circumstances)


@lru_cache(maxsize=512)
def _on(handbook: Handbook, day: date) -> Book:
    must_be(date, day, "day", "give a date, such as date(2026, 11, 2)")
    turn = bisect_right(handbook.turns, day)
    since = handbook.turns[turn - 1] if turn else date.min
    clauses, reminders = _stretch(handbook, since)
    return Book(
        day, handbook.edition, clauses, handbook.activities, handbook.circumstances, reminders
    )


@lru_cache(maxsize=64)
def _stretch(
    handbook: Handbook, since: date
) -> tuple[Mapping[str, Clause], Mapping[str, Reminder]]:
    """Clauses and reminders as they stand from this day until the next on which the book turns."""
    told = {id_: each.on(since) for id_, each in handbook.reminders.items()}
    return (
        MappingProxyType({id_: each.on(since) for id_, each in handbook.clauses.items()}),
        MappingProxyType({id_: each for id_, each in told.items() if each is not None}),
    )


@lru_cache(maxsize=64)
def _read(over: Files) -> Handbook:
    draft = bind(_base(), over)
    every = {day for each in draft.clauses.values() for day in each.dates()}
    every |= {day for each in draft.reminders.values() for day in each.dates()}
    return Handbook(
        heads=tuple(draft.layers.values()),
        edition=draft.edition(),
        sources=MappingProxyType(draft.sources),
        clauses=MappingProxyType(draft.clauses),
        activities=MappingProxyType(draft.activities),
        circumstances=MappingProxyType(draft.circumstances),
        reminders=MappingProxyType(draft.reminders),
        groups=MappingProxyType(draft.groups),
        turns=tuple(sorted(every)),
    )


@lru_cache(maxsize=1)
def _base() -> Files:
    return base()
