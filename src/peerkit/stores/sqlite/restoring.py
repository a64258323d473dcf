"""Many changes that were decided elsewhere, gathered so that each table is written once."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import Any, TypeAlias

from peerkit.errors import Moved
from peerkit.model import Noun
from peerkit.stores import Change, Entry, seal
from peerkit.stores.sqlite.outbox import LAID, laid
from peerkit.stores.sqlite.statements import (
    APART,
    APART_FORGOTTEN,
    ENTRY,
    FILED,
    KEY,
    NEW_NOUN,
    STEP,
    TALLY,
    TOUCHED,
    WEIGHING,
)
from peerkit.stores.sqlite.writing import filed, weighing

__all__ = ["Gathered"]

#: A noun by its kind and id.
_Name: TypeAlias = tuple[str, str]


class Gathered:
    """What several changes come to, one after the other: of each noun only its last form.

    No change is held on to, only rows of it: they are many.
    """

    def __init__(self, changes: Iterable[Change], mine: int, number: int, head: str) -> None:
        self.nouns: dict[_Name, tuple[int, Noun, str]] = {}
        self.gone: set[_Name] = set()
        self.forgotten: dict[str, None] = {}
        self._mine = mine
        self._entries: list[tuple[Any, ...]] = []
        self._keys: list[tuple[Any, ...]] = []
        self._touched: list[tuple[Any, ...]] = []
        self._messages: list[tuple[Any, ...]] = []
        self._apart: list[tuple[Any, ...]] = []
        self._tallies: defaultdict[tuple[str, str, str], int] = defaultdict(int)
        for change in changes:
            if change.stood.view.seen != number:
                raise Moved(change.about, change.stood.view.seen)
            self.last: Entry = seal(number + 1, head, change)
            number, head = self.last.number, self.last.hash
            self._entries.append((mine, number, head, self.last.body))
            self._take(number, change)

    def _take(self, n: int, change: Change) -> None:
        mine = self._mine
        if change.key is not None:
            self._keys.append((mine, change.key, n))
        self._touched += [(mine, id_, n) for id_ in change.about]
        for noun, body in change.nouns:
            self.nouns[noun.kind, noun.id] = (n, noun, body)
            self.gone.discard((noun.kind, noun.id))
        for name in change.removes:
            self.nouns.pop(name, None)
            self.gone.add(name)
        for each in change.counts:
            self._tallies[each.of, each.period, each.what] += each.by
        self._messages += laid(mine, n, change.messages)
        for owner in change.forgets:
            self.forgotten[owner] = None
            self._apart = [row for row in self._apart if row[4] != owner]
        self._apart += [
            (mine, n, at, each.about, each.owner, each.salt, each.text)
            for at, each in enumerate(change.apart)
        ]

    @property
    def ids(self) -> list[str]:
        """Under which ids there may be nouns that are written over, or taken away."""
        return [id_ for _, id_ in (*self.nouns, *self.gone)]

    def write(self, db: sqlite3.Connection, known: Collection[_Name]) -> None:
        """Write everything but the nouns that are ``known``, and what is gone."""
        mine = self._mine
        for row in self._entries:
            db.execute(STEP, (row[1], row[2], mine))
            db.execute(ENTRY, row)
        for owner in self.forgotten:
            db.execute(APART_FORGOTTEN, (mine, owner))
        new = [self.nouns[name] for name in sorted(self.nouns) if name not in known]
        for sql, rows in (
            (KEY, self._keys),
            (TOUCHED, sorted(self._touched)),
            (NEW_NOUN, self._new(new)),
            (FILED[0], sorted(chain.from_iterable(filed(mine, noun) for _, noun, _ in new))),
            (WEIGHING[0], sorted(chain.from_iterable(weighing(mine, noun) for _, noun, _ in new))),
            (TALLY, ((mine, *name, by) for name, by in sorted(self._tallies.items()))),
            (LAID, self._messages),
            (APART, self._apart),
        ):
            db.executemany(sql, rows)

    def _new(self, nouns: list[tuple[int, Noun, str]]) -> Iterator[tuple[Any, ...]]:
        for n, noun, body in nouns:
            yield n, noun.status, noun.dates, body, self._mine, noun.id, noun.kind
