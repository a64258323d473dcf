"""A store in an LMDB file: a worked example of how to keep programs in an engine of your own.

LMDB keeps sorted keys in one file. It has one writer at a time among all threads and processes,
and every reader sees one moment. Each table of ours is a named database of its own; its rows are:

    entry     number                hash, body      key      digest of a key   number
    touched   id, number                            tally    of, period, what  value
    noun      id, kind              number, body    message  number, position  its texts
    named     under, kind, id                       became   number, position  what became of it
    dated     under, kind, day, id                  waiting  number, position
    weighing  under, kind, id                       tried    to, number, position
    apart     number, position      its parts       said     about, number, position
                                                    owned    owner, number, position

Register it in your package, and ``Program.open("lmdb:///srv/program.lmdb")`` finds it::

    [project.entry-points."peerkit.stores"]
    lmdb = "lmdb_store.store:LMDBStore.at"
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from threading import get_ident
from typing import Final, TypeVar

import lmdb

from peerkit.errors import Moved, StoreError
from peerkit.model import Count, Message, Noun
from peerkit.stores import (
    Apart,
    Change,
    Delivery,
    Entry,
    Posted,
    Settled,
    Standing,
    Wanted,
    seal,
)
from peerkit.stores.tasks import OneTask

from .outbox import lying, message_of, settle, take
from .reading import apart_of, entry_of, head, matching, standing
from .rows import END, File, Rows, key, number, span
from .writing import write

N = TypeVar("N", bound=Noun)

TABLES: Final = (
    *("entry", "touched", "noun", "named", "dated", "weighing"),
    *("key", "tally", "message", "became", "waiting", "tried", "apart", "said", "owned"),
)
#: What LMDB raises, and what a text raises that is not Unicode.
FAILURES: Final = (lmdb.Error, UnicodeError, OverflowError)
#: How many rows are read at a time where there may be many.
PAGE: Final = 500


class LMDBStore:
    """One program in an LMDB file that may hold many. Threads and processes may share it.

    ``durability`` is ``"full"``, or ``"normal"``: then a power cut may take the last change.
    What is forgotten is gone from the tables, but LMDB does not wipe the pages it lay on until
    it uses them again. Where that matters, open the program with ``keys``.
    """

    def __init__(self, path: str, *, program: str = "main", durability: str = "full") -> None:
        if durability not in {"full", "normal"}:
            raise StoreError("durability is one of full, normal.")
        self._closed = False
        self._task = OneTask()
        #: The thread that has a batch open here, and what it sees.
        self._batch: tuple[int, Rows] | None = None
        with _ours("opened"):
            self._file = File.at(path, durability=durability)
        self.path = self._file.path
        try:
            self._ready()
            with self._file.lock, _ours("opened"):
                self._alone()
                self._tables = {
                    each: self._file.environment.open_db(f"{program}/{each}".encode())
                    for each in TABLES
                }
        except BaseException:
            self.close()
            raise

    @classmethod
    def at(cls, where: str, *, program: str, durability: str = "full") -> LMDBStore:
        """The store of an address: ``lmdb:///srv/program.lmdb``."""
        return cls(where.removeprefix("lmdb://"), program=program, durability=durability)

    # -- transactions

    def _ready(self) -> None:
        if self._file.process != os.getpid():
            raise StoreError("This store was opened before a fork. Start processes with spawn.")
        if self._closed:
            raise StoreError("This program is closed. Open it again.")
        self._task.must_be_mine()

    def _alone(self) -> None:
        """LMDB has one writer, and would wait for ever where this thread is it already."""
        if self._file.batch is not None:
            raise StoreError("This thread has a batch open in the same file; finish it first.")

    @contextmanager
    def _reading(self) -> Iterator[Rows]:
        """What stands at one moment; in a batch of this thread, what stands in the batch."""
        self._ready()
        batch = self._batch
        if batch is not None and batch[0] == get_ident():
            yield batch[1]
            return
        with _ours("read"), self._file.environment.begin() as transaction:
            yield Rows(transaction, self._tables)

    @contextmanager
    def _writing(self) -> Iterator[Rows]:
        """All that is written in here, or nothing. Inside a batch, it is a part of the batch."""
        self._ready()
        with self._file.lock, _ours("written"):
            self._ready()  # somebody may have closed it while we waited
            if self._batch is None:
                self._alone()
            parent = None if self._batch is None else self._batch[1].transaction
            with self._file.environment.begin(write=True, parent=parent) as transaction:
                yield Rows(transaction, self._tables)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Keep every change inside the block, or none. The one writer is us, from the beginning."""
        with self._writing() as rows:
            self._alone()
            self._batch, self._file.batch = (get_ident(), rows), rows
            try:
                with self._task.batch():
                    yield
            finally:
                self._batch = self._file.batch = None

    # -- what stands

    def view(
        self, about: tuple[str, ...], day: date, now: datetime, key: str | None = None
    ) -> Standing:
        """How things stand about these ids."""
        with self._reading() as rows:
            return standing(rows, about, day, now, key)

    def journal(self, after: int = 0, about: str | None = None) -> Iterator[Entry]:
        """The entries after this number, in order, some hundreds at a time."""
        table, begin, end = ("entry", b"", END) if about is None else ("touched", *span(about))
        while True:
            with self._reading() as rows:
                names = islice(rows.scan(table, begin + key(max(after, 0)), end), PAGE)
                found = [entry_of(rows, number(name)) for name, _ in names]
            yield from found
            if not found:
                return
            after = found[-1].number

    def find(self, wanted: Wanted[N], *, after: str = "", limit: int = 100) -> tuple[N, ...]:
        """The nouns that are asked for, behind this place."""
        with self._reading() as rows:
            return tuple(islice(matching(rows, wanted, after), limit))

    def count(self, wanted: Wanted[N]) -> int:
        """How many nouns are asked for."""
        with self._reading() as rows:
            return sum(1 for _ in matching(rows, wanted, ""))

    def books(self) -> Iterator[Count | Message | Apart]:
        """Everything kept beside the nouns: tallies, messages, texts apart."""
        for name, value in self._paged("tally"):
            of, period, what, _ = name.decode().split("\0")
            yield Count(of, what, int(value), period)
        for name, value in self._paged("message"):
            yield message_of(name, value)
        for _, value in self._paged("apart"):
            yield Apart(*json.loads(value))

    def apart(self, about: str) -> tuple[Apart, ...]:
        """The texts kept about this, oldest first."""
        with self._reading() as rows:
            return tuple(apart_of(rows, name[-16:]) for name, _ in rows.scan("said", *span(about)))

    def newest(self) -> Apart | None:
        """The text that was kept last."""
        with self._reading() as rows:
            last = rows.scan("apart", b"", END, back=True)
            return next((Apart(*json.loads(value)) for _, value in last), None)

    def _paged(self, table: str) -> Iterator[tuple[bytes, bytes]]:
        """All rows of a table, some hundreds at a time: who reads keeps pages from being freed."""
        found = [(b"", b"")]
        while found:
            with self._reading() as rows:
                found = list(islice(rows.scan(table, found[-1][0], END), PAGE))
            yield from found

    # -- what is kept

    def keep(self, change: Change) -> Entry:
        """Keep all of a change, or nothing."""
        with self._writing() as rows:
            stood = change.stood
            last, previous = head(rows)
            now = standing(rows, change.about, change.day, stood.view.now, change.key)
            if now.earlier is not None or not (last == stood.view.seen or now.same_as(stood)):
                raise Moved(change.about, stood.view.seen)
            entry = seal(last + 1, previous, change)
            write(rows, entry, change)
            return entry

    # -- messages

    def take(self, limit: int, now: datetime, lease: datetime, token: str) -> tuple[Posted, ...]:
        """Messages that are to be told now, leased to the caller."""
        with self._writing() as rows:
            return tuple(take(rows, limit, now, lease, token))

    def settle(
        self, settled: tuple[Settled, ...], now: datetime, token: str = ""
    ) -> tuple[str, ...]:
        """Write what became of messages that this token took."""
        with self._writing() as rows:
            return tuple(settle(rows, settled, now, token))

    def posted(self, *delivery: Delivery) -> Iterator[Posted]:
        """Every message of which one of these became, or every one, some hundreds at a time."""
        names = [b""]
        while names:
            with self._reading() as rows:
                names = [name for name, _ in islice(rows.scan("became", names[-1], END), PAGE)]
                found = [lying(rows, name).posted for name in names]
            yield from (each for each in found if not delivery or each.delivery in delivery)

    def outbox(self) -> tuple[int, int]:
        """How many messages there are, and how many of them wait."""
        with self._reading() as rows:
            return rows.count("message"), rows.count("waiting")

    def close(self) -> None:
        """Let go of the file. In a process that was forked it is the other's, and stays open."""
        if not self._closed and self._file.process == os.getpid():
            with self._file.lock, _ours("closed"):
                self._closed = True
                self._file.let_go()


@contextmanager
def _ours(what: str) -> Iterator[None]:
    """What LMDB raises becomes ours, and says nothing of what was in it."""
    try:
        yield
    except FAILURES as error:
        failed = type(error).__name__
    else:
        return
    raise StoreError(f"The file could not be {what}: {failed}. Nothing was stored.") from None
