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

__all__ = ["remove", "write", "write_noun"]

_NOUN_AGAIN: Final = (
    "UPDATE peerkit_noun SET n = ?, status = ?, day = ?, body = ? "
    "WHERE program = ? AND id = ? AND kind = ?"
)
_FILED_AGAIN: Final = (
    "UPDATE peerkit_filed SET day = ? WHERE program = ? AND kind = ? AND id = ? AND under = ?"
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
    if before is not None and before.dates != noun.dates:
        moved = (noun.dates, mine, noun.kind, noun.id)
        for each in before.touches:
            db.execute(_FILED_AGAIN, (*moved, each))
    touched = () if before is None else before.touches
    weighed = before.weighs_on if before is not None and before.open else ()
    _refile(db, FILED, (mine, noun.kind, noun.id), touched, noun.touches, noun.dates)
    weighs = noun.weighs_on if noun.open else ()
    _refile(db, WEIGHING, (mine, noun.kind, noun.id), weighed, weighs)


def remove(db: sqlite3.Connection, mine: int, kind: str, id_: str, view: View) -> None:
    """A noun is taken away. Nothing is taken away unseen."""
    noun = next((each for each in view.nouns if (each.kind, each.id) == (kind, id_)), None)
    if noun is None:
        raise StoreError(f"The {kind} {id_} was not read before. Nothing was stored.")
    _refile(db, FILED, (mine, kind, id_), noun.touches, ())
    _refile(db, WEIGHING, (mine, kind, id_), noun.weighs_on if noun.open else (), ())
    gone = "DELETE FROM peerkit_noun WHERE program = ? AND id = ? AND kind = ?"
    db.execute(gone, (mine, id_, kind))


def _refile(
    db: sqlite3.Connection,
    sql: tuple[str, str],
    name: tuple[int, str, str],
    was: tuple[str, ...],
    now: tuple[str, ...],
    *more: str,
) -> None:
    """A noun leaves the ids it was filed under and is filed under those of now."""
    if was == now:
        return
    put, take = sql
    if came := {*now}.difference(was):
        db.executemany(put, [(*name, each, *more) for each in came])
    if went := {*was}.difference(now):
        db.executemany(take, [(*name, each) for each in went])
