"""Many changes that were decided elsewhere, gathered so that each table is written once."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, TypeAlias

from peerkit.errors import Moved
from peerkit.model import Noun
from peerkit.stores import Apart, Change, Entry, seal
from peerkit.stores.sqlite_sql import FILED, WEIGHING

__all__ = ["Gathered"]

#: A noun by its kind and id.
_Name: TypeAlias = tuple[str, str]

_STEP: Final = "UPDATE peerkit_program SET n = ?, hash = ?, writing = 1 WHERE id = ?"
_NOUN: Final = (
    "INSERT INTO peerkit_noun (n, status, day, body, program, id, kind) VALUES (?,?,?,?,?,?,?)"
)
_TALLY: Final = (
    "INSERT INTO peerkit_tally VALUES (?,?,?,?,?) "
    "ON CONFLICT DO UPDATE SET value = value + excluded.value"
)


class Gathered:
    """What several changes come to, one after the other: of each noun only its last form."""

    def __init__(self, changes: Sequence[Change], number: int, head: str) -> None:
        first = changes[0]
        if first.stood.view.seen != number:
            raise Moved(first.about, first.stood.view.seen)
        self.entries: list[Entry] = []
        self.nouns: dict[_Name, tuple[int, Noun, str]] = {}
        self.gone: set[_Name] = set()
        self.forgotten: dict[str, None] = {}
        self._apart: list[tuple[int, int, Apart]] = []
        self._tallies: Counter[tuple[str, str, str]] = Counter()
        self._changes = changes
        for change in changes:
            entry = seal(number + 1, head, change)
            number, head = entry.number, entry.hash
            self.entries.append(entry)
            self._take(number, change)

    def _take(self, number: int, change: Change) -> None:
        for owner in change.forgets:
            self.forgotten[owner] = None
            self._apart = [each for each in self._apart if each[2].owner != owner]
        self._apart += ((number, at, each) for at, each in enumerate(change.apart))
        for noun, body in change.nouns:
            self.nouns[noun.kind, noun.id] = (number, noun, body)
            self.gone.discard((noun.kind, noun.id))
        for name in change.removes:
            self.nouns.pop(name, None)
            self.gone.add(name)
        for each in change.counts:
            self._tallies[each.of, each.period, each.what] += each.by

    @property
    def ids(self) -> list[str]:
        """Under which ids there may be nouns that are written over, or taken away."""
        return [id_ for _, id_ in (*self.nouns, *self.gone)]

    def write(self, db: sqlite3.Connection, mine: int, known: Collection[_Name]) -> None:
        """Write everything but the nouns that are ``known``, and what is gone."""
        for entry in self.entries:
            db.execute(_STEP, (entry.number, entry.hash, mine))
            row = (mine, entry.number, entry.hash, entry.body)
            db.execute("INSERT INTO peerkit_entry VALUES (?,?,?,?)", row)
        for owner in self.forgotten:
            db.execute("DELETE FROM peerkit_apart WHERE program = ? AND owner = ?", (mine, owner))
        for sql, rows in (
            ("INSERT INTO peerkit_key VALUES (?,?,?)", self._keys(mine)),
            ("INSERT INTO peerkit_touched VALUES (?,?,?)", self._touched(mine)),
            (_NOUN, self._new(mine, known)),
            (FILED[0], self._filed(mine, known)),
            (WEIGHING[0], self._weighing(mine, known)),
            (_TALLY, self._counted(mine)),
            ("INSERT INTO peerkit_message VALUES (?,?,?,?,?,?,?,?,NULL,NULL)", self._told(mine)),
            ("INSERT INTO peerkit_apart VALUES (?,?,?,?,?,?,?)", self._texts(mine)),
        ):
            db.executemany(sql, rows)

    def _each(self) -> Iterator[tuple[int, Change]]:
        for entry, change in zip(self.entries, self._changes, strict=True):
            yield entry.number, change

    def _keys(self, mine: int) -> Iterator[tuple[Any, ...]]:
        return ((mine, each.key, n) for n, each in self._each() if each.key is not None)

    def _touched(self, mine: int) -> list[tuple[Any, ...]]:
        return sorted((mine, id_, n) for n, each in self._each() for id_ in each.about)

    def _unknown(self, known: Collection[_Name]) -> list[tuple[int, Noun, str]]:
        return [self.nouns[name] for name in sorted(self.nouns) if name not in known]

    def _new(self, mine: int, known: Collection[_Name]) -> Iterator[tuple[Any, ...]]:
        for n, noun, body in self._unknown(known):
            yield n, noun.status, noun.dates, body, mine, noun.id, noun.kind

    def _filed(self, mine: int, known: Collection[_Name]) -> Iterator[tuple[Any, ...]]:
        for _, noun, _ in self._unknown(known):
            for under in dict.fromkeys(noun.touches):
                yield mine, noun.kind, noun.id, under, noun.dates

    def _weighing(self, mine: int, known: Collection[_Name]) -> Iterator[tuple[Any, ...]]:
        for _, noun, _ in self._unknown(known):
            for under in dict.fromkeys(noun.weighs_on if noun.open else ()):
                yield mine, noun.kind, noun.id, under

    def _counted(self, mine: int) -> Iterator[tuple[Any, ...]]:
        for name in sorted(self._tallies):
            yield mine, *name, self._tallies[name]

    def _told(self, mine: int) -> Iterator[tuple[Any, ...]]:
        for n, change in self._each():
            for at, each in enumerate(change.messages):
                yield mine, n, at, each.to, each.kind, each.about, each.inside, each.outside

    def _texts(self, mine: int) -> Iterator[tuple[Any, ...]]:
        for n, at, each in self._apart:
            yield mine, n, at, each.about, each.owner, each.salt, each.text
