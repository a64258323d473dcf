"""The least a program can do to keep a record: three rows in one transaction of plain sqlite3.

The texts are ready-made: the very journal entries and nouns that peerkit wrote for the same acts.
Nothing is decided, read, checked or turned into JSON here. The chain is there: each entry's hash
is taken over the one before it. Ids and moments come in rising order, which is what an index likes
best.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import attrs

import peerkit as pk

__all__ = ["Raw", "Written", "written"]

_TABLES: Final = """
CREATE TABLE entry (n INTEGER PRIMARY KEY, hash TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE noun (
    id TEXT PRIMARY KEY, participant TEXT NOT NULL, starts TEXT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX noun_of_participant ON noun (participant, starts);
CREATE TABLE message (
    n INTEGER PRIMARY KEY, recipient TEXT NOT NULL, kind TEXT NOT NULL, about TEXT NOT NULL,
    inside TEXT NOT NULL, told TEXT
);
"""
_ENTRY: Final = "INSERT INTO entry VALUES (?, ?, ?)"
_NOUN: Final = "INSERT INTO noun VALUES (?, ?, ?, ?)"
_MESSAGE: Final = "INSERT INTO message (n, recipient, kind, about, inside) VALUES (?, ?, ?, ?, ?)"
_GENESIS: Final = "0" * 64


@attrs.frozen
class Written:
    """What is kept of one act: the journal's text, the noun's, and one sentence to somebody."""

    entry: str
    noun: str
    participant: str


def written(program: pk.Program, after: int) -> list[Written]:
    """What peerkit wrote after this entry, noun by noun, for :class:`Raw` to write again."""
    found = []
    for entry in program.journal(after=after):
        noun = entry.read()["nouns"][0]
        text = json.dumps(noun, ensure_ascii=False, separators=(",", ":"))
        person = noun.get("participants", [noun.get("participant")])[0]
        found.append(Written(entry.body, text, person))
    return found


class Raw:
    """A file with three tables and the standard library's sqlite3."""

    def __init__(self, path: Path, durability: str) -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute(f"PRAGMA synchronous = {durability}")
        if not self.db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            self.db.executescript(_TABLES)
        last = self.db.execute("SELECT n, hash FROM entry ORDER BY n DESC LIMIT 1").fetchone()
        self.number: int = last[0] if last else 0
        self.head: str = last[1] if last else _GENESIS

    def close(self) -> None:
        """Let go of the file."""
        self.db.close()

    def _rows(self, each: Written) -> tuple[tuple[object, ...], ...]:
        self.number += 1
        self.head = sha256((self.head + each.entry).encode()).hexdigest()
        id_ = f"session-{self.number:016x}"
        inside = f"Session {id_} is reported."
        return (
            (self.number, self.head, each.entry),
            (id_, each.participant, f"{self.number:020}", each.noun),
            (self.number, each.participant, "session.reported", id_, inside),
        )

    def one_by_one(self, acts: Sequence[Written]) -> None:
        """Each act in a transaction of its own."""
        run = self.db.execute
        for each in acts:
            entry, noun, message = self._rows(each)
            run("BEGIN IMMEDIATE")
            run(_ENTRY, entry)
            run(_NOUN, noun)
            run(_MESSAGE, message)
            run("COMMIT")

    def together(self, acts: Iterable[Written]) -> None:
        """All of them in one transaction."""
        rows = list(map(self._rows, acts))
        self.db.execute("BEGIN IMMEDIATE")
        self.db.executemany(_ENTRY, [each[0] for each in rows])
        self.db.executemany(_NOUN, [each[1] for each in rows])
        self.db.executemany(_MESSAGE, [each[2] for each in rows])
        self.db.execute("COMMIT")

    def whole(self) -> bool:
        """Whether the chain holds and each entry has its noun and its message."""
        head = _GENESIS
        for hash_, body in self.db.execute("SELECT hash, body FROM entry ORDER BY n"):
            head = sha256((head + body).encode()).hexdigest()
            if head != hash_:
                return False
        counts = [
            self.db.execute(f"SELECT count(*) FROM {each}").fetchone()[0]  # noqa: S608 - three fixed names
            for each in ("entry", "noun", "message")
        ]
        return counts == [self.number] * 3
