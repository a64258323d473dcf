"""What an SQLite file shows of its faults."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import lru_cache
from typing import Any, Final, TypeAlias

from peerkit.stores.sqlite.file import laid_out

__all__ = ["Ask", "faults", "guards", "guards_mended"]

#: Asks the file: a statement and its values.
Ask: TypeAlias = Callable[[str, tuple[Any, ...]], list[Any]]

#: How many damaged places are named.
_NAMED: Final = 20
#: What is ours in a file: tables, indexes and triggers, with the text that made them.
_SCHEMA: Final = (
    "SELECT type, name, sql FROM sqlite_schema "
    "WHERE sql IS NOT NULL AND (name LIKE 'peerkit%' OR tbl_name LIKE 'peerkit%')"
)


@lru_cache(maxsize=1)
def _expected() -> dict[tuple[str, str], str]:
    """The same as it is when a file is new.

    It is asked for after the store itself was: a forked process is refused there, and would wait
    here for ever if another thread was at work in SQLite when it was forked.
    """
    with closing(sqlite3.connect(":memory:")) as db:
        for each in laid_out():
            db.execute(each)
        return {(kind, name): sql for kind, name, sql in db.execute(_SCHEMA)}


def faults(ask: Ask, program: int) -> Iterator[str]:
    """Damage to the file, guards that are gone or altered, and a head row that does not fit."""
    for (said,) in ask(f"PRAGMA integrity_check({_NAMED})", ()):
        if said != "ok":
            yield f"The file is damaged: {said.splitlines()[0]}."
    yield from guards(ask)
    head = (
        "SELECT program.writing, program.hash IS NOT coalesce(entry.hash, program.hash) "
        "FROM peerkit_program AS program LEFT JOIN peerkit_entry AS entry "
        "ON entry.place = program.id << 32 | program.n WHERE program.id = ?"
    )
    for writing, other in ask(head, (program,)):
        if writing:
            yield "The guard against changes without an entry stands open."
        if other:
            yield "The last entry has another hash than is kept of it."


def _there(ask: Ask) -> dict[tuple[str, str], str]:
    return {(kind, name): sql for kind, name, sql in ask(_SCHEMA, ())}


def guards(ask: Ask) -> Iterator[str]:
    """Tables, indexes and guards that are missing, altered, or not ours."""
    there, expected = _there(ask), _expected()
    for kind, name in sorted(expected.keys() | there.keys()):
        wanted, found = expected.get((kind, name)), there.get((kind, name))
        if found is None:
            yield f"The {kind} {name} is missing."
        elif wanted is None:
            yield f"The {kind} {name} is not ours."
        elif wanted != found:
            yield f"The {kind} {name} was altered."


def guards_mended(ask: Ask, program: int) -> tuple[str, ...]:
    """Put triggers and indexes back as they were made, and say which; see the store's method."""
    there, expected = _there(ask), _expected()
    mended = []
    for (kind, name), wanted in sorted(expected.items()):
        if kind == "table" or there.get((kind, name)) == wanted:
            continue
        if (kind, name) in there:
            ask(f"DROP {kind} {name}", ())
        ask(wanted, ())
        mended.append(f"The {kind} {name} was put back.")
    shut = "UPDATE peerkit_program SET writing = 0 WHERE id = ? AND writing <> 0 RETURNING id"
    if ask(shut, (program,)):
        mended.append("The guard against changes without an entry was closed.")
    return tuple(mended)
