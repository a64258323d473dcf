"""An SQLite file of ours: what is in it, and how it is opened."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from peerkit.errors import StoreError
from peerkit.stores import GENESIS, NotAStore
from peerkit.stores.sqlite.held import was_open_before_the_fork

__all__ = [
    "FAILURES",
    "NO_SUCH_PROGRAM",
    "emptied",
    "has_a_log",
    "is_ours",
    "laid_out",
    "must_be_there",
    "opened",
    "spare_other_files",
    "why",
]

#: Written into the file so that we know our own: "peer" in ASCII.
_OURS: Final = 0x70656572
#: No SQLite file is shorter, in bytes, unless it is empty.
_SHORTEST: Final = 512
#: What is said of a file in which a program was looked for.
NO_SUCH_PROGRAM: Final = "holds no program of this name."
#: The form of the tables. A file with a higher one was written by a newer peerkit.
_FORM: Final = 6
#: How the tables of a form become those of the next: a script for each form that was released.
#: Whoever opens an older file to write brings it up to date, in one transaction.
_STEPS: Final[Mapping[int, str]] = {}
#: Seconds to wait for another writer before giving up.
_PATIENCE: Final = 30.0
#: How many pages the log takes before they are moved to the file, and how much of the file is
#: held in memory, in KiB: measured, so that a long journal costs little more than a short one.
_CHECKPOINT: Final = 4000
_CACHE: Final = 32 * 1024
#: What a statement may raise: SQLite's own, and texts and numbers that it cannot hold.
FAILURES: Final = (sqlite3.Error, UnicodeError, OverflowError)

#: An entry is in one tree, by program and number in one: what came last is at its end. What is
#: filed is in one tree too, by day; whoever wants it by id puts it in that order. Guards that each
#: act passes look when the row is there: an upsert passes one of them then, not two.
_TABLES: Final = """
CREATE TABLE peerkit_program (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    n INTEGER NOT NULL DEFAULT 0,
    hash TEXT NOT NULL DEFAULT '0000000000000000000000000000000000000000000000000000000000000000',
    writing INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE peerkit_entry (
    place INTEGER PRIMARY KEY,
    hash TEXT NOT NULL,
    body TEXT NOT NULL,
    program INTEGER NOT NULL AS (place >> 32),
    n INTEGER NOT NULL AS (place & 4294967295)
) STRICT;
CREATE TABLE peerkit_key (
    program INTEGER NOT NULL,
    key TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (program, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE peerkit_touched (
    program INTEGER NOT NULL,
    about TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (program, about, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE peerkit_noun (
    program INTEGER NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    n INTEGER NOT NULL,
    status TEXT NOT NULL,
    day TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (program, id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX peerkit_noun_of_kind ON peerkit_noun (program, kind, id);
CREATE INDEX peerkit_noun_of_day ON peerkit_noun (program, kind, day, id) WHERE day <> '';
CREATE TABLE peerkit_filed (
    program INTEGER NOT NULL,
    under TEXT NOT NULL,
    kind TEXT NOT NULL,
    day TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (program, under, kind, day, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE peerkit_weighing (
    program INTEGER NOT NULL,
    under TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (program, under, kind, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE peerkit_tally (
    program INTEGER NOT NULL,
    of TEXT NOT NULL,
    period TEXT NOT NULL,
    what TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (program, of, period, what)
) STRICT, WITHOUT ROWID;
CREATE TABLE peerkit_message (
    program INTEGER NOT NULL,
    n INTEGER NOT NULL,
    position INTEGER NOT NULL,
    recipient TEXT NOT NULL,
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    inside TEXT NOT NULL,
    outside TEXT NOT NULL,
    delivery TEXT NOT NULL DEFAULT 'waiting',
    due TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    way TEXT NOT NULL DEFAULT '',
    lease TEXT,
    token TEXT NOT NULL DEFAULT '',
    settled TEXT,
    PRIMARY KEY (program, n, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX peerkit_not_told
ON peerkit_message (program, delivery, n, position, due, recipient) WHERE delivery <> 'told';
CREATE INDEX peerkit_tried
ON peerkit_message (program, delivery, recipient, due, n, position, attempts)
WHERE delivery = 'waiting' AND attempts > 0;
CREATE INDEX peerkit_leased ON peerkit_message (program, lease, recipient) WHERE lease IS NOT NULL;
CREATE TABLE peerkit_apart (
    program INTEGER NOT NULL,
    n INTEGER NOT NULL,
    position INTEGER NOT NULL,
    about TEXT NOT NULL,
    owner TEXT NOT NULL,
    salt TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (program, n, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX peerkit_apart_about ON peerkit_apart (program, about);
CREATE INDEX peerkit_apart_owned ON peerkit_apart (program, owner);
CREATE TRIGGER peerkit_entry_stays BEFORE UPDATE ON peerkit_entry
BEGIN SELECT RAISE(ABORT, 'the journal is never edited'); END;
CREATE TRIGGER peerkit_entry_remains BEFORE DELETE ON peerkit_entry
BEGIN SELECT RAISE(ABORT, 'the journal is never cut'); END;
CREATE TRIGGER peerkit_entry_follows AFTER INSERT ON peerkit_entry
WHEN NOT EXISTS (
    SELECT 1 FROM peerkit_program WHERE id = NEW.program AND n = NEW.n AND hash = NEW.hash
    AND writing = 1
)
BEGIN SELECT RAISE(ROLLBACK, 'an entry follows the last one'); END;
CREATE TRIGGER peerkit_program_counts AFTER UPDATE OF n, hash, name, id ON peerkit_program
WHEN NEW.n IS NOT OLD.n + 1 OR NEW.name IS NOT OLD.name OR NEW.id IS NOT OLD.id
BEGIN SELECT RAISE(ROLLBACK, 'a program counts its entries one by one'); END;
CREATE TRIGGER peerkit_program_remains BEFORE DELETE ON peerkit_program
BEGIN SELECT RAISE(ABORT, 'a program is never taken away'); END;
"""

#: A row that takes the place of another one (``REPLACE``) is no change and no deletion to SQLite.
_BEGINS: Final = f"""
CREATE TRIGGER peerkit_program_begins BEFORE INSERT ON peerkit_program
WHEN NEW.n IS NOT 0 OR NEW.hash IS NOT '{GENESIS}' OR NEW.writing IS NOT 0
OR EXISTS (SELECT 1 FROM peerkit_program WHERE id = NEW.id OR name = NEW.name)
BEGIN SELECT RAISE(ABORT, 'a program begins at 0, and once'); END;
"""  # noqa: S608 - our own text

#: What nobody may do to a table outside a change, and which row says of which program it is.
#: What becomes of a message moves without an entry; the rows that find things again are compared
#: by `verify`.
_GUARDED: Final = (
    ("noun", "INSERT", "NEW"),
    ("noun", "UPDATE", "NEW"),
    ("noun", "DELETE", "OLD"),
    ("tally", "INSERT", "NEW"),
    ("tally", "UPDATE", "NEW"),
    ("tally", "DELETE", "OLD"),
    ("message", "INSERT", "NEW"),
    ("message", "UPDATE OF program, n, position, recipient, kind, about, inside, outside", "NEW"),
    ("message", "DELETE", "OLD"),
    ("apart", "INSERT", "NEW"),
    ("apart", "UPDATE", "NEW"),
    ("apart", "DELETE", "OLD"),
    ("key", "INSERT", "NEW"),
    ("key", "UPDATE", "NEW"),
    ("key", "DELETE", "OLD"),
)


def laid_out() -> Iterator[str]:
    """The statements that make the tables, and the triggers that guard them."""
    yield from _statements(_TABLES + _BEGINS)
    for table, event, row in _GUARDED:
        name = f"peerkit_{table}_{event.split()[0].lower()}_with_entry"
        writing = f"SELECT writing FROM peerkit_program WHERE id = {row}.program"  # noqa: S608 - our own names
        yield (
            f"CREATE TRIGGER {name} AFTER {event} ON peerkit_{table} "
            f"WHEN ({writing}) IS NOT 1 "
            "BEGIN SELECT RAISE(ROLLBACK, 'nothing changes without an entry'); END"
        )


def emptied(db: sqlite3.Connection) -> bool:
    """Empty the log, if nobody reads just now; whether it is empty. Nobody is waited for."""
    try:
        db.execute("PRAGMA busy_timeout = 0")
        try:
            (busy, *_) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            db.execute(f"PRAGMA busy_timeout = {_PATIENCE * 1000:.0f}")
    except sqlite3.Error:
        return False
    return not busy


def has_a_log(path: str) -> bool:
    """Whether anything lies in the log of this file."""
    with suppress(OSError, ValueError):
        return Path(f"{os.path.realpath(path)}-wal").stat().st_size > 0
    return False


def why(error: Exception) -> str:
    """What failed. Only SQLite's own sentences are known to hold nobody's words."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
        return "somebody else has been writing to it all the while; try again"
    return str(error) if isinstance(error, sqlite3.Error) else type(error).__name__


def opened(
    path: str, program: str, synchronous: str, *, make: bool
) -> tuple[sqlite3.Connection, int]:
    """The file, made if it is new, and the number of this program in it. Raises StoreError."""
    spare_other_files(path)
    if not make:
        must_be_there(path)
    try:
        # The name as a whole: SQLite may take one that begins with "file:" for an address, in
        # which it can be told to keep nothing.
        db = sqlite3.connect(
            os.path.realpath(path),
            timeout=_PATIENCE,
            isolation_level=None,
            check_same_thread=False,
        )
    except (sqlite3.Error, OSError, ValueError) as error:
        failed = type(error).__name__
    else:
        try:
            return db, _prepared(db, path, program, synchronous, make=make)
        except BaseException:
            with suppress(sqlite3.Error):  # what went wrong first is told
                db.close()
            raise
    raise StoreError(f"{path} cannot be opened ({failed}). Is the folder there?")


def must_be_there(path: str) -> None:
    """Refuse a name that no file has, before SQLite makes one."""
    if not Path(path).is_file():
        raise StoreError(f"There is no file {path}, and none is made. Is the name right?")


def _prepared(
    db: sqlite3.Connection, path: str, program: str, synchronous: str, *, make: bool
) -> int:
    """The number of this program in the file, once the file is known to be ours."""
    try:
        if not is_ours(db, path) and not make:
            raise NotAStore(f"{path} {NO_SUCH_PROGRAM}")
        _write_ahead(db)
        db.execute(f"PRAGMA synchronous = {synchronous}")
        db.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT}")
        db.execute(f"PRAGMA cache_size = {-_CACHE}")
        db.execute("PRAGMA secure_delete = ON")  # what is forgotten is no more in a free page
        number = _entered(db, program, make=make)
    except FAILURES as error:
        failed, name = why(error), getattr(error, "sqlite_errorname", "")
    else:
        if number is None:
            raise NotAStore(f"{path} {NO_SUCH_PROGRAM}")
        return number
    if name == "SQLITE_NOTADB":
        raise NotAStore(f"{path} is not an SQLite file.")
    raise StoreError(f"{path} cannot be used: {failed}.")


def is_ours(db: sqlite3.Connection, path: str, *, to_read: bool = False) -> bool:
    """Whether the file holds programs already; it may be empty, and nothing else."""
    # Tables and mark appear together, so the mark is read after the tables.
    (tables,) = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    (ours,) = db.execute("PRAGMA application_id").fetchone()
    (form,) = db.execute("PRAGMA user_version").fetchone()
    if ours != _OURS and (tables or ours):
        raise NotAStore(f"{path} holds another application's database.")
    if ours == _OURS and form > _FORM:
        raise NotAStore(f"{path} was written by a newer peerkit; install that one.")
    if ours == _OURS and form < _FORM and not _STEPS.keys() >= {*range(form, _FORM)}:
        raise NotAStore(
            f"{path} was written by a peerkit before its first release, in a form that is no "
            "longer read; begin a new file."
        )
    if ours == _OURS and form < _FORM and to_read:
        raise NotAStore(
            f"{path} was written by an older peerkit. Open it once to write: that brings it up to "
            "date."
        )
    return bool(ours)


def spare_other_files(path: str) -> None:
    """Refuse what no store can be made of, and leave it as it is.

    SQLite takes one byte for an empty database. Of a file with two names each
    name would get a log of its own. The file is not opened to look at it: closing
    it would let go of every lock that this process has on it
    (sqlite.org/howtocorrupt.html, 2.2 and 2.5).
    """
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return
    if was_open_before_the_fork(found):
        raise StoreError(
            f"{path} was open in the process from which this one was forked, and SQLite would "
            "lose what is written here. Start processes with spawn, or open it after the fork only."
        )
    if not stat.S_ISREG(found.st_mode):
        raise NotAStore(f"{path} is a folder or a device. Name a file.")
    if 0 < found.st_size < _SHORTEST:
        raise NotAStore(f"{path} is not an SQLite file.")
    if found.st_nlink > 1:
        raise StoreError(
            f"{path} has a second name, a hard link, and the two would be written to separately. "
            "Take one of them away."
        )


def _write_ahead(db: sqlite3.Connection) -> None:
    """Switch to the write-ahead log. This one statement ignores the busy timeout, so we wait."""
    patience = time.monotonic() + _PATIENCE
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > patience:
                raise
            time.sleep(0.02)
        else:
            return


def _entered(db: sqlite3.Connection, program: str, *, make: bool) -> int | None:
    """The number of this program, making what is missing. Several processes may try at once.

    None: it is not there, and is not to be made.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        if db.execute("PRAGMA application_id").fetchone()[0] != _OURS:
            for statement in laid_out():
                db.execute(statement)
            db.execute(f"PRAGMA application_id = {_OURS}")
            db.execute(f"PRAGMA user_version = {_FORM}")
        (form,) = db.execute("PRAGMA user_version").fetchone()
        for older in range(form, _FORM):
            for statement in _statements(_STEPS[older]):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {older + 1}")
        which = "SELECT id FROM peerkit_program WHERE name = :name"
        if make:  # a file that cannot be written is found out here, also where the program is there
            new = f"INSERT INTO peerkit_program (name) SELECT :name WHERE NOT EXISTS ({which})"
            db.execute(new, {"name": program})
        found = db.execute(which, {"name": program}).fetchone()
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # SQLite may have done it by itself
            db.execute("ROLLBACK")
        raise
    return None if found is None else int(found[0])


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one: ``executescript`` would commit on its own."""
    so_far = ""
    for line in script.splitlines(keepends=True):
        so_far += line
        if sqlite3.complete_statement(so_far):
            yield so_far
            so_far = ""
