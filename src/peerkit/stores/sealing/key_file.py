"""Keeps keys in a file of their own, apart from the database, wrapped by a key of the host's."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any, Final, Protocol, runtime_checkable

from peerkit.errors import BadInput, StoreError, must_be
from peerkit.stores import NotAStore
from peerkit.stores.sealing.boxes import aead
from peerkit.stores.sealing.keys import SECRET, Key, Looked, new_key
from peerkit.stores.sqlite.file import why
from peerkit.stores.sqlite.held import hold, let_go

__all__ = ["KeyFile", "MasterKey", "Wrapping"]

#: Written into the file so that we know our own: "pkey" in ASCII.
_OURS: Final = 0x706B6579
_FORM: Final = 1
#: Seconds to wait for another process.
_PATIENCE: Final = 30.0
#: How many keys we remember unwrapped.
_REMEMBERED: Final = 4096
_NONCE: Final = 12
#: What the proof is tied to: random bytes that are wrapped anew with every master key, so that
#: the wrong one is noticed at once, and so is a newer one.
_MASTER: Final = b"peerkit master"

_TABLES: Final = (
    "CREATE TABLE peerkit_master (wrapped BLOB NOT NULL) STRICT",
    "CREATE TABLE peerkit_journal (program TEXT PRIMARY KEY, hash TEXT NOT NULL) STRICT",
    """CREATE TABLE peerkit_looked (
        program TEXT PRIMARY KEY, number INTEGER NOT NULL, hash TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE peerkit_met (
        program TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (program, hash)
    ) STRICT""",
    """CREATE TABLE peerkit_data_key (
        program TEXT NOT NULL, owner TEXT NOT NULL, name TEXT NOT NULL, wrapped BLOB NOT NULL,
        retired INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (program, owner, name)
    ) STRICT""",
    "CREATE UNIQUE INDEX peerkit_current ON peerkit_data_key (program, owner) WHERE retired = 0",
    f"PRAGMA application_id = {_OURS}",
    f"PRAGMA user_version = {_FORM}",
)


@runtime_checkable
class Wrapping(Protocol):
    """Seals keys with a master key that it need not show, such as that of a key service."""

    def wrap(self, secret: bytes, about: bytes) -> bytes:
        """The secret, so that only :meth:`unwrap` can read it, and only with the same ``about``."""
        ...

    def unwrap(self, wrapped: bytes, about: bytes) -> bytes:
        """The secret again. Raises any exception when it is not for this key, or not about this."""
        ...


class MasterKey:
    """A master key of 32 bytes that the host keeps, apart from the database and the key file."""

    def __init__(self, secret: bytes) -> None:
        must_be(bytes, secret, "master", f"give {SECRET} random bytes, or a Wrapping")
        if len(secret) != SECRET:
            raise BadInput("master", f"give {SECRET} random bytes, or a Wrapping")
        self._aead = aead()(secret)

    @classmethod
    def from_environment(cls, name: str) -> MasterKey:
        """The key that an environment variable holds in base64."""
        try:
            secret = b64decode(os.environ.get(name, ""), validate=True)
        except ValueError:
            secret = b""
        if len(secret) != SECRET:
            raise BadInput(name, f"set this variable to {SECRET} random bytes in base64")
        return cls(secret)

    def wrap(self, secret: bytes, about: bytes) -> bytes:
        """The secret, sealed."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + bytes(self._aead.encrypt(nonce, secret, about))

    def unwrap(self, wrapped: bytes, about: bytes) -> bytes:
        """The secret again."""
        return bytes(self._aead.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], about))


class KeyFile:
    """The keys of a program in a file that may hold those of several, each by its name.

    The file is an SQLite file that only its owner may read. Threads and processes may share it.
    Each key is wrapped by ``master``: 32 bytes, or a :class:`Wrapping`. Whoever has this file
    and the master key can read what anybody said; keep the three apart, and do not keep a copy
    of this file with a backup of the database: it would bring back who was forgotten.
    With ``read_only`` the file must be there, and nothing is written to it.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        master: bytes | Wrapping,
        *,
        program: str = "main",
        read_only: bool = False,
    ) -> None:
        self.path: str = os.fspath(path)
        self._master = _wrapping(master)
        self._program = program
        self._read_only = read_only
        self._pid = os.getpid()
        self._lock = RLock()
        self._known: dict[bytes, Key] = {}
        self._proof: bytes | None = None
        self._db: sqlite3.Connection | None = None
        self._open()

    def _open(self) -> None:
        try:
            # The name as a whole: SQLite may take one that begins with "file:" for an address.
            where = Path(self.path).absolute().as_uri()
            if self._read_only:
                where += "?mode=ro"
            else:
                with suppress(FileExistsError):  # only its owner reads it, from the first byte on
                    os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            self._db = sqlite3.connect(
                where, timeout=_PATIENCE, isolation_level=None, check_same_thread=False, uri=True
            )
        except (OSError, ValueError, sqlite3.Error) as error:
            failed = type(error).__name__
        else:
            try:
                self._prepare()
            except BaseException:
                self.close()
                raise
            hold(self, self._db, self.path)  # a process that is forked never closes it
            return
        raise StoreError(f"{self.path} cannot be opened ({failed}). Is the path right?")

    def _prepare(self) -> None:
        """Make what is missing, and see whether the master key is the one of this file."""
        failed = ""
        try:  # a key that is gone lies in no free page, and what is written is on the disk
            self._ready().executescript("PRAGMA secure_delete = ON; PRAGMA synchronous = EXTRA")
        except sqlite3.Error as error:
            failed = why(error)
        if failed:
            raise StoreError(f"{self.path} could not be read: {failed}.")
        with self._transaction("BEGIN") as db:  # what is there already is not written to
            there = self._is_ours(db)
        if not there:
            self._make()
        ((wrapped,),) = self._ask("SELECT wrapped FROM peerkit_master")
        self._asked(self._master.unwrap, wrapped, _MASTER)
        self._proof = wrapped

    def _is_ours(self, db: sqlite3.Connection) -> bool:
        """Whether keys can be in it already; it may be empty, and nothing else."""
        (ours,) = db.execute("PRAGMA application_id").fetchone()
        (form,) = db.execute("PRAGMA user_version").fetchone()
        (tables,) = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if ours == 0 == tables and not self._read_only:
            return False
        if ours != _OURS:
            raise NotAStore(f"{self.path} is no file of keys.")
        if form > _FORM:
            raise NotAStore(f"{self.path} was written by a newer peerkit; install that one.")
        return True

    def _make(self) -> None:
        """Lay out a file that was empty just now. Another process may be faster."""
        with self._transaction() as db:
            if not self._is_ours(db):
                for statement in _TABLES:
                    db.execute(statement)
                wrapped = self._new_proof(self._master)
                db.execute("INSERT INTO peerkit_master VALUES (?)", (wrapped,))

    def _new_proof(self, master: Wrapping) -> bytes:
        return self._asked(master.wrap, secrets.token_bytes(SECRET), _MASTER)

    def _asked(self, how: Callable[[bytes, bytes], bytes], secret: bytes, about: bytes) -> bytes:
        """What the master key makes of it; whatever it raises becomes ours."""
        try:
            return how(secret, about)
        except Exception as error:  # noqa: BLE001 - a key service of the host's may raise anything
            failed = type(error).__name__
        raise StoreError(
            f"A key in {self.path} cannot be wrapped or opened ({failed}). "
            "Is this the master key of that file?"
        )

    @contextmanager
    def _transaction(self, begin: str = "BEGIN IMMEDIATE") -> Iterator[sqlite3.Connection]:
        """All that is written in here, on the disk when it ends, or nothing.

        Whoever holds a master key that is this file's no more is told, and writes nothing.
        """
        with self._lock:
            db = self._ready()
            if self._read_only and begin != "BEGIN":
                raise StoreError(f"{self.path} was opened to be read only. Nothing was written.")
            try:
                db.execute(begin)
                if self._proof is not None:
                    self._still_ours(db)
                yield db
                self._ready()  # or it would be ended by whoever forked in here
                db.execute("COMMIT")
            except sqlite3.Error as error:
                failed = why(error)
            else:
                return
            finally:
                if db.in_transaction and os.getpid() == self._pid:
                    db.execute("ROLLBACK")
        done = "read" if begin == "BEGIN" else "written"
        raise StoreError(f"{self.path} could not be {done}: {failed}.")

    def _still_ours(self, db: sqlite3.Connection) -> None:
        if db.execute("SELECT wrapped FROM peerkit_master").fetchone() != (self._proof,):
            raise StoreError(
                f"{self.path} was wrapped anew with another master key. Open it again with it."
            )

    def _ready(self) -> sqlite3.Connection:
        if os.getpid() != self._pid:
            raise StoreError("These keys were opened in another process. Open them in this one.")
        if self._db is None:
            raise StoreError("These keys are closed. Open them again.")
        return self._db

    def _ask(self, sql: str, *values: str) -> list[Any]:
        with self._transaction("BEGIN") as db:
            return db.execute(sql, values).fetchall()

    def _opened(self, wrapped: bytes, about: bytes) -> bytes | None:
        """What is wrapped; None when the master key is this file's and does not open the row.

        It is asked twice: where a key service fails once, no row is taken for a bad one.
        """
        for _ in range(2):
            with suppress(StoreError):
                return self._asked(self._master.unwrap, wrapped, about)
            self._asked(self._master.unwrap, self._proof or b"", _MASTER)
        return None

    def _unwrapped(self, owner: str, name: str, wrapped: bytes) -> Key | None:
        """The key of a row. What was unwrapped before is not unwrapped again."""
        with self._lock:
            key = self._known.get(wrapped)
        if key is None:
            secret = self._opened(wrapped, _about(self._program, owner, name))
            if secret is None:
                return None
            key = Key(name, secret)
            with self._lock:
                if len(self._known) >= _REMEMBERED:
                    self._known.clear()
                self._known[wrapped] = key
        return key

    def current(self, owner: str) -> Key:
        """The key of this owner, made where there is none, or none that opens."""
        sql = (
            "SELECT name, wrapped FROM peerkit_data_key "
            "WHERE program = ? AND owner = ? AND retired = 0"
        )
        rows = self._ask(sql, self._program, owner)
        key = self._unwrapped(owner, *rows[0]) if rows else None
        if key is None:
            new = new_key()
            about = _about(self._program, owner, new.name)
            wrapped = self._asked(self._master.wrap, new.secret, about)
            with self._transaction() as db:
                db.executemany(
                    "UPDATE peerkit_data_key SET retired = 1 "
                    "WHERE program = ? AND owner = ? AND name = ?",
                    [(self._program, owner, name) for name, _ in rows],
                )
                # Another process may have been faster; then theirs is everybody's.
                db.execute(
                    "INSERT INTO peerkit_data_key (program, owner, name, wrapped) "
                    "VALUES (?,?,?,?) ON CONFLICT DO NOTHING",
                    (self._program, owner, new.name, wrapped),
                )
                rows = db.execute(sql, (self._program, owner)).fetchall()
            key = self._unwrapped(owner, *rows[0])
        if key is None:
            raise StoreError(f"The master key of {self.path} does not open what it has wrapped.")
        return key

    def named(self, owner: str, name: str) -> Key | None:
        """The key of this name, while it is there."""
        rows = self._ask(
            "SELECT wrapped FROM peerkit_data_key WHERE program = ? AND owner = ? AND name = ?",
            self._program,
            owner,
            name,
        )
        return self._unwrapped(owner, name, rows[0][0]) if rows else None

    def retire(self, owners: Iterable[str]) -> None:
        """The current keys of these are current no more."""
        with self._transaction() as db:
            db.executemany(
                "UPDATE peerkit_data_key SET retired = 1 WHERE program = ? AND owner = ?",
                [(self._program, each) for each in owners],
            )

    def retired(self) -> frozenset[tuple[str, str]]:
        """Those that are retired and not destroyed."""
        sql = "SELECT owner, name FROM peerkit_data_key WHERE program = ? AND retired = 1"
        return frozenset(self._ask(sql, self._program))

    def destroy(self, names: Iterable[tuple[str, str]]) -> None:
        """These are gone: from the file, and from what is remembered here."""
        with self._transaction() as db:
            db.executemany(
                "DELETE FROM peerkit_data_key "
                "WHERE program = ? AND owner = ? AND name = ? AND retired = 1",
                [(self._program, *each) for each in names],
            )
            self._known.clear()

    def belong(self, journal: str) -> bool:
        """Whether they are this journal's; the first one's they are."""
        sql = "SELECT hash FROM peerkit_journal WHERE program = ?"
        rows = self._ask(sql, self._program)
        if not rows and journal:
            with self._transaction() as db:
                db.execute(
                    "INSERT INTO peerkit_journal VALUES (?,?) ON CONFLICT DO NOTHING",
                    (self._program, journal),
                )
            rows = self._ask(sql, self._program)
        return not rows or rows[0][0] == journal

    def looked(self) -> Looked:
        """How far the journal was read for those whom it forgot."""
        found = self._ask(
            "SELECT number, hash FROM peerkit_looked WHERE program = ?", self._program
        )
        met = self._ask("SELECT hash FROM peerkit_met WHERE program = ?", self._program)
        number, last = found[0] if found else (0, "")
        return Looked(number, last, frozenset(each for (each,) in met))

    def look(self, looked: Looked) -> None:
        """Note how far it was read, and which forgettings were met."""
        with self._transaction() as db:
            if looked.number:
                db.execute(
                    "INSERT OR REPLACE INTO peerkit_looked VALUES (?,?,?)",
                    (self._program, looked.number, looked.hash),
                )
            db.executemany(
                "INSERT OR IGNORE INTO peerkit_met VALUES (?,?)",
                [(self._program, each) for each in looked.met],
            )

    def wrap_again(self, master: bytes | Wrapping) -> None:
        """Wrap every key of the file, of each program in it, with another master key.

        All of them or none; a row that did not open before is left as it is. Others who have
        the file open are told to open it again, and write nothing into it.
        """
        new = _wrapping(master)
        with self._transaction() as db:
            rows = db.execute("SELECT program, owner, name, wrapped FROM peerkit_data_key")
            for program, owner, name, wrapped in rows.fetchall():
                about = _about(program, owner, name)
                secret = self._opened(wrapped, about)
                if secret is not None:
                    db.execute(
                        "UPDATE peerkit_data_key SET wrapped = ? "
                        "WHERE program = ? AND owner = ? AND name = ?",
                        (self._asked(new.wrap, secret, about), program, owner, name),
                    )
            proof = self._new_proof(new)
            db.execute("UPDATE peerkit_master SET wrapped = ?", (proof,))
            self._known.clear()
        self._master, self._proof = new, proof

    def close(self) -> None:
        """Let go of the file, and of every key in memory. In a forked process it stays open."""
        if os.getpid() != self._pid:
            return
        with self._lock:
            self._known.clear()
            let_go(self)
            if self._db is not None:
                self._db.close()
                self._db = None


def _wrapping(master: bytes | Wrapping) -> Wrapping:
    return master if isinstance(master, Wrapping) else MasterKey(master)


def _about(*named: str) -> bytes:
    """What a wrapped key is tied to, so that it is no good in another row."""
    return json.dumps(named).encode()
