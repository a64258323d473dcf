"""Reads a program in an SQLite file, and never writes to it: for reports and auditors."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from peerkit.errors import StoreError
from peerkit.stores import NotAStore
from peerkit.stores.sqlite.file import (
    FAILURES,
    NO_SUCH_PROGRAM,
    is_ours,
    must_be_there,
    spare_other_files,
    why,
)
from peerkit.stores.sqlite.held import hold
from peerkit.stores.sqlite.store import SQLiteStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["SQLiteReader", "sqlite_at"]

#: What a file at rest is known by: its size and when it was last written.
_Still: TypeAlias = tuple[int, int]
#: What stands before the path of a file in an address.
_ADDRESS: Final = "sqlite:///"
#: Seconds to wait for a writer who mends the log.
_PATIENCE: Final = 30.0


class SQLiteReader(SQLiteStore):
    """One program in an SQLite file, to be read only. Nothing is made, and nothing changed.

    Others may write to the file meanwhile. While nobody does, it is read as it lies there, so
    that no log has to be made beside it; when somebody begins, it is read together
    with their log.
    """

    def _opened(
        self, program: str, synchronous: str, *, make: bool
    ) -> tuple[sqlite3.Connection, int]:
        self._name = program
        return self._look_at(self.path)

    def _look_at(self, file: str) -> tuple[sqlite3.Connection, int]:
        spare_other_files(file)
        must_be_there(file)
        self._still = _still(file)
        return _looked_at(file, self._name, still=self._still is not None)

    def _ask(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        """All rows of one statement. What was read while somebody began to write is read again."""
        with self._lock:
            while True:
                rows, failed = [], None
                try:
                    rows = super()._ask(sql, values)
                except StoreError as error:
                    failed = error
                if not self._was_overtaken():
                    break
                self._look_again()
        if failed is not None:
            raise failed
        return rows

    def _was_overtaken(self) -> bool:
        """Whether somebody began to write to a file that was read as one at rest."""
        same = self._still is None or self._still == _still(self._held.file)
        return not (same or self._closed) and self._held.there()

    def _look_again(self) -> None:
        if self._batch:
            raise StoreError(f"Somebody began to write to {self.path} meanwhile. Begin again.")
        self._db.close()
        # The same file, wherever its name leads by now and whatever folder we are in.
        self._db, self._program = self._look_at(self._held.file)
        self._held = hold(self, self._db, self._held.file)

    def _transaction(self) -> NoReturn:
        """Refused: whatever would write comes through here."""
        self._ready()
        raise StoreError(f"{self.path} was opened to be read only. Nothing was stored.")

    def backup(self, path: str, progress: Callable[[int, int], object]) -> NoReturn:
        """Refused: a copy is made of the file and its log, and here no log is made."""
        self._ready()
        raise StoreError(f"{self.path} was opened to be read only. Back up from one that writes.")

    @contextmanager
    def together(self) -> Iterator[None]:
        """Nothing can be kept inside the block; all that is read in it is of one moment."""
        self._ready()
        with self._lock:
            if self._batch:
                raise StoreError("One batch is open already; finish it before the next.")
            try:
                self._db.execute("BEGIN")
                self._batch = self._writing = True
                with self._task.batch():
                    yield
            finally:
                self._batch = self._writing = False
                with suppress(sqlite3.Error):  # it may have been closed inside
                    self._db.execute("ROLLBACK")


def sqlite_at(
    where: str,
    *,
    program: str,
    durability: str = "full",
    read_only: bool = False,
    must_exist: bool = False,
) -> SQLiteStore:
    """The file of this path, or of an address: ``sqlite:///program.db`` here, ``sqlite:////…`` not.

    An address is read as SQLAlchemy reads it: what stands behind three strokes is the path.
    """
    path = where.removeprefix(_ADDRESS)
    if path.startswith("sqlite://"):
        raise StoreError(
            "Write sqlite:/// before the path of a file, so four strokes in all "
            "before one that begins with a stroke; or give the path alone."
        )
    kind = SQLiteReader if read_only else SQLiteStore
    return kind(path, program=program, durability=durability, must_exist=must_exist)


def _still(path: str) -> _Still | None:
    """What the file is known by while it is at rest; None while a log is beside it, or no file."""
    file = os.path.realpath(path)
    if any(os.path.exists(f"{file}-{log}") for log in ("wal", "journal")):  # noqa: PTH110 - before each statement
        return None
    try:
        found = os.stat(file)  # noqa: PTH116 - before each statement, and a Path takes twice as long
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _looked_at(path: str, program: str, *, still: bool) -> tuple[sqlite3.Connection, int]:
    """The file, opened to be read only, and the number of this program in it."""
    # SQLite makes a log and its index to read what was last written; of a file at rest it need not.
    where = Path(path).absolute().as_uri() + ("?mode=ro&immutable=1" if still else "?mode=ro")
    try:
        db = sqlite3.connect(
            where, timeout=_PATIENCE, isolation_level=None, check_same_thread=False, uri=True
        )
    except FAILURES as error:
        failed = why(error)
    else:
        try:
            return db, _number_in(db, path, program)
        except BaseException:
            db.close()
            raise
    raise StoreError(f"{path} cannot be opened to be read: {failed}.")


def _number_in(db: sqlite3.Connection, path: str, program: str) -> int:
    """The number of a program that there is."""
    found, failed, name = None, "", ""
    try:
        if is_ours(db, path, to_read=True):
            which = "SELECT id FROM peerkit_program WHERE name = ?"
            found = db.execute(which, (program,)).fetchone()
    except FAILURES as error:
        failed, name = why(error), getattr(error, "sqlite_errorname", "")
    if found is not None:
        number: int = found[0]
        return number
    if not failed:
        raise NotAStore(f"{path} {NO_SUCH_PROGRAM}")
    if name == "SQLITE_NOTADB":
        raise NotAStore(f"{path} is not an SQLite file.")
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
        failed += ". Its log must be mended first: let somebody open it who may write there"
    raise StoreError(f"{path} cannot be read: {failed}.")
