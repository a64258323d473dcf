"""The kits are tested too: each broken store and notifier is caught by the test named beside it."""

from __future__ import annotations

import io
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from datetime import date, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from itertools import chain
from pathlib import Path
from typing import Any, Final, TypeVar

import attrs
import pytest

from peerkit.errors import MissingExtra, Moved, PeerkitError, StoreError
from peerkit.model import Count, Message, Noun, View
from peerkit.notifiers import CouldNotTell
from peerkit.stores import Change, Entry, KeptWords, Standing, Store
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sqlite import SQLiteStore
from peerkit.testing import NotifierConformance, StoreConformance, kit

pytest_plugins = ("pytester",)

N = TypeVar("N", bound=Noun)

# -- stores that are broken on purpose


class Shapeless(MemoryStore):
    """Has no outbox."""

    outbox: Any = None


class Prefilled(MemoryStore):
    """Comes with an entry that nobody asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._tallies["ana", ""] = {"walking": 1}


class HidesClosed(MemoryStore):
    """Does not show a closed noun even to those who name it."""

    def view(
        self, about: tuple[str, ...], day: date, now: datetime, key: str | None = None
    ) -> Standing:
        """Only what is open."""
        return only(super().view(about, day, now, key), lambda each: each.open)


class ShowsAll(MemoryStore):
    """Shows whatever touches an id, as if it weighed there."""

    def _put_noun(self, number: int, noun: Noun, view: View) -> None:
        super()._put_noun(number, noun, view)
        for each in noun.touches:
            self._weighing[each][noun.kind, noun.id] = None


class ForgetsToLift(MemoryStore):
    """What has closed goes on weighing."""

    def _refile(self, table: Any, noun: Noun, was: Any, now: Any) -> None:
        super()._refile(table, noun, (), (*noun.touches, *noun.weighs_on)[:1] and now)


class ShowsTwice(MemoryStore):
    """Shows a noun once for each way to it."""

    def view(
        self, about: tuple[str, ...], day: date, now: datetime, key: str | None = None
    ) -> Standing:
        """Every noun twice."""
        found = super().view(about, day, now, key)
        return seen_as(found, nouns=found.view.nouns * 2)


class MixesDays(MemoryStore):
    """Keeps all days in one tally."""

    def _put(self, entry: Entry, change: Change) -> None:
        counts = tuple(attrs.evolve(each, day="") for each in change.counts)
        super()._put(entry, attrs.evolve(change, counts=counts))
