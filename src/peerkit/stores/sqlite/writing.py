"""How a change is written to an SQLite file: row by row, in the transaction that is open."""

from __future__ import annotations

import sqlite3
from typing import Final

from peerkit.errors import Moved, StoreError
from peerkit.model import Noun, View
from peerkit.stores import Change, Entry
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
    WRITTEN,
)

__all__ = ["filed", "remove", "weighing", "write", "write_noun"]

_NOUN_AGAIN: Final = (
    "UPDATE OR ROLLBACK peerkit_noun SET n = ?, status = ?, day = ?, body = ? "
    "WHERE program = ? AND id = ? AND kind = ?"
)


def write(db: sqlite3.Connection, mine: int, entry: Entry, change: Change) -> None:
    """An entry, and everything that is kept with it."""
    n = entry.number
    if change.key is not None:
        # Looked at before anything is written, so that Moved leaves nothing behind.
        taken = "SELECT 1 FROM peerkit_key WHERE program = ? AND key = ?"
        if db.execute(taken, (mine, change.key)).fetchone():
            raise Moved(change.about, change.stood.view.seen)
    db.execute(STEP, (n, entry.hash, mine))
    db.execute(ENTRY, (mine, n, entry.hash, entry.body))
    if change.key is not None:
        db.execute(KEY, (mine, change.key, n))
    db.executemany(TOUCHED, [(mine, each, n) for each in change.touched])
    for noun, body in change.nouns:
        write_noun(db, mine, n, noun, body, change.stood.view)
    for kind, id_ in change.removes:
        remove(db, mine, kind, id_, change.stood.view)
    if change.counts:
        db.executemany(
            TALLY, [(mine, each.of, each.period, each.what, each.by) for each in change.counts]
        )
    if change.messages:
        db.executemany(LAID, laid(mine, n, change.messages))
    for owner in change.forgets:
        db.execute(APART_FORGOTTEN, (mine, owner))
    for at, each in enumerate(change.apart):
        db.execute(APART, (mine, n, at, each.about, each.owner, each.salt, each.text))
    db.execute(WRITTEN, (mine,))


def write_noun(
    db: sqlite3.Connection, mine: int, n: int, noun: Noun, body: str, view: View
) -> None:
    """A noun that the change has not read must be new: nothing is overwritten unseen."""
    before = view.get(type(noun), noun.id)
    row = (n, noun.status, noun.dates, body, mine, noun.id, noun.kind)
    db.execute(NEW_NOUN if before is None else _NOUN_AGAIN, row)
    _refile(db, mine, before, noun)


def remove(db: sqlite3.Connection, mine: int, kind: str, id_: str, view: View) -> None:
    """A noun is taken away. Nothing is taken away unseen."""
    noun = next((each for each in view.nouns if (each.kind, each.id) == (kind, id_)), None)
    if noun is None:
        raise StoreError(f"The {kind} {id_} was not read before. Nothing was stored.")
    _refile(db, mine, noun, None)
    gone = "DELETE FROM peerkit_noun WHERE program = ? AND id = ? AND kind = ?"
    db.execute(gone, (mine, id_, kind))


def filed(mine: int, noun: Noun) -> set[tuple[int, str, str, str, str]]:
    """The rows by which a noun is found with what it touches."""
    kind, day, id_ = noun.kind, noun.dates, noun.id
    return {(mine, under, kind, day, id_) for under in noun.touches}


def weighing(mine: int, noun: Noun) -> set[tuple[int, str, str, str]]:
    """The rows by which a noun is read where it weighs."""
    kind, id_ = noun.kind, noun.id
    return {(mine, under, kind, id_) for under in noun.weighs_on} if noun.open else set()


def _refile(db: sqlite3.Connection, mine: int, before: Noun | None, after: Noun | None) -> None:
    """A noun leaves the ids it stood under, and comes to stand under those of now."""
    for (put, take), rows in ((FILED, filed), (WEIGHING, weighing)):
        was = set() if before is None else rows(mine, before)
        now = set() if after is None else rows(mine, after)
        if went := was - now:
            db.executemany(take, went)
        if came := now - was:
            db.executemany(put, came)
