"""Keeps programs in an SQLite file: write-ahead log, durable by default."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from threading import RLock
from typing import TYPE_CHECKING, Any, Final, TypeVar

from peerkit.errors import Moved, StoreError
from peerkit.model import Count, Message, Noun, View, periods
from peerkit.stores import (
    Apart,
    Change,
    Delivery,
    Entry,
    Order,
    Posted,
    Settled,
    Standing,
    Wanted,
    seal,
)
from peerkit.stores.bare import carrying_nothing
from peerkit.stores.blocks import LOST, within
from peerkit.stores.inspected import Card, cards
from peerkit.stores.sqlite.backup import backed_up
from peerkit.stores.sqlite.examined import advised
from peerkit.stores.sqlite.file import FAILURES, emptied, has_a_log, opened, why
from peerkit.stores.sqlite.held import hold, let_go
from peerkit.stores.sqlite.inspected import faults, guards_mended
from peerkit.stores.sqlite.outbox import (
    COUNTED,
    POSTED,
    message,
    posting,
    read,
    settling,
    taken,
)
from peerkit.stores.sqlite.restoring import Gathered
from peerkit.stores.sqlite.statements import HEAD, ITSELF, LAST, WRITTEN, counting, finding
from peerkit.stores.sqlite.statements import standing as standing_said
from peerkit.stores.sqlite.writing import remove, write, write_noun
from peerkit.stores.tasks import OneTask
from peerkit.stores.writing.rows import FEW, MANY, NounsRead, standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from peerkit.stores.advice import Advice

__all__ = ["SQLiteStore"]

N = TypeVar("N", bound=Noun)

#: What SQLite takes for a place that is gone when it is closed.
_NO_FILE: Final = frozenset({"", ":memory:"})
#: How durable an acknowledged change is: SQLite's own words.
_DURABILITY: Final = {"full": "FULL", "normal": "NORMAL"}

_NUMBER: Final = itemgetter(0)
#: Nobody decides on what changes of another house stood on.
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
#: Our columns that hold whole numbers; all others hold text.
_INTEGERS: Final = {"n", "position", "value"}


class SQLiteStore:
    """One program in an SQLite file that may hold many. Threads and processes may share it.

    ``durability`` is ``"full"`` (an acknowledged change survives a power cut
    where the disk keeps its word) or ``"normal"`` (it survives the death of
    the process; a power cut may take the last ones). With ``must_exist`` neither
    file nor program is made.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        program: str = "main",
        durability: str = "full",
        must_exist: bool = False,
    ) -> None:
        if durability not in _DURABILITY:
            raise StoreError(f"durability is one of {', '.join(_DURABILITY)}.")
        self.path: str = os.fspath(path)
        if self.path in _NO_FILE:
            raise StoreError("Name a file. What has none would be gone when it is closed.")
        self._pid = os.getpid()
        self._lock = RLock()
        self._task = OneTask()
        self._writing = False
        self._batch = False
        self._closed = False
        # Whoever left a log behind may have forgotten somebody, and died before it was emptied.
        self._forgot = has_a_log(self.path)
        self._nouns = NounsRead(self.path)
        self._db, self._program = self._opened(
            program, _DURABILITY[durability], make=not must_exist
        )
        self._held = hold(self, self._db, self.path)

    def _opened(
        self, program: str, synchronous: str, *, make: bool
    ) -> tuple[sqlite3.Connection, int]:
        return opened(self.path, program, synchronous, make=make)

    def _ready(self) -> None:
        if os.getpid() != self._pid:
            raise StoreError(
                "This store was opened in another process, from which this one was forked. "
                "Start processes with spawn, or open a program after the fork only."
            )
        if self._closed:
            raise StoreError("This program is closed. Open it again.")
        self._task.must_be_mine()

    def _ask(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        """All rows of one statement; what SQLite raises becomes ours."""
        self._ready()
        try:
            with self._lock:
                if not self._writing:
                    self._clean(self._held.whole)
                return self._db.execute(sql, values).fetchall()
        except FAILURES as error:
            failed = why(error)
        raise StoreError(f"{self.path} could not be read: {failed}.")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All that is written in here, or nothing. Inside a batch it is the batch's transaction.

        What fails in a batch takes the whole batch with it. Only after ``Moved``
        may it go on: nothing was written then.
        """
        self._ready()
        with self._lock:
            alone = not self._batch
            try:
                self._begin()
                yield
                if alone:
                    self._ready()  # or it would be committed by whoever forked in here
                    self._must_stand()
                    self._db.execute("COMMIT")
            except FAILURES as error:
                self._roll_back()
                failed = why(error)
            except BaseException as error:
                if alone or not isinstance(error, Moved):
                    self._roll_back()
                raise
            else:
                if alone:
                    self._empty_the_log()
                    self._must_have_gone_there()
                return
            finally:
                if alone:
                    self._batch = self._writing = False
        raise StoreError(f"{self.path} could not be written: {failed}. Nothing was stored.")

    def _must_have_gone_there(self) -> None:
        """What was committed while somebody took the file away may be nowhere any more."""
        if not self._held.whole():
            raise StoreError(
                f"{self.path} or its log was taken away or replaced while this was written, so it "
                "is not known whether it was stored. Close this, put the file back, open it again, "
                "and do it again with the same key: if it was stored, that gives the first answer."
            )

    def _empty_the_log(self) -> None:
        """After something was forgotten: what was, is still in the log until it is emptied."""
        if self._forgot:
            self._nouns.known.clear()
            self._forgot = not emptied(self._db)  # while somebody reads: after the next change

    def _begin(self) -> None:
        if not self._batch:
            self._clean(self._held.whole)
            self._writing = True
            self._db.execute("BEGIN IMMEDIATE")
        else:
            self._must_stand()

    def _must_stand(self) -> None:
        """Whoever caught the error of a change in a batch may not know that all of it is gone."""
        if not self._db.in_transaction:
            raise StoreError(LOST)

    def _clean(self, there: Callable[[], bool]) -> None:
        """Whoever was interrupted may have left a transaction, and the file may be gone."""
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        if not there():
            raise StoreError(
                f"{self.path} or its log was taken away or replaced while it was open. "
                "Put it back, or close this and open it again."
            )

    def _roll_back(self) -> None:
        """Take back what was written; in a process that was forked it is not ours to take back."""
        if os.getpid() != self._pid:
            return
        with suppress(sqlite3.Error):  # SQLite may have done it by itself
            self._db.execute("ROLLBACK")

    def view(
        self, about: tuple[str, ...], day: date, now: datetime, key: str | None = None
    ) -> Standing:
        """How things stand about these ids: one statement, so one moment."""
        mine = self._program
        keyed = () if key is None else (mine, key)
        values = (*about, mine, mine, mine, mine, *periods(day), *keyed)
        rows = self._ask(standing_said(len(about), keyed=key is not None), values)
        return standing(rows, now, self._nouns, self._entry)

    @carrying_nothing
    def keep(self, change: Change) -> Entry:
        """Keep all of a change, or nothing."""
        return within(self._transaction(), lambda: self._put(change))

    def _put(self, change: Change) -> Entry:
        number, previous = self._db.execute(HEAD, (self._program,)).fetchone()
        stood = change.stood.view
        if number != stood.seen:
            now = self.view(change.about, change.day, stood.now, change.key)
            if now.earlier is not None or not now.same_as(change.stood):
                raise Moved(change.about, stood.seen)
        entry = seal(number + 1, previous, change)
        write(self._db, self._program, entry, change)
        self._forgot = self._forgot or bool(change.forgets)
        self._nouns.written(change.nouns)
        return entry

    @carrying_nothing
    def restore(self, changes: Iterable[Change]) -> Entry:
        """Keep these one after the other, each table written once; the last entry."""
        with self._transaction():
            mine = self._program
            gathered = Gathered(changes, mine, *self._db.execute(HEAD, (mine,)).fetchone())
            sql = (
                "SELECT kind, id, n, body FROM peerkit_noun "
                "WHERE program = ? AND id IN (SELECT value FROM json_each(?))"
            )
            rows = self._db.execute(sql, (mine, json.dumps(gathered.ids))).fetchall()
            before = {row[:2]: self._nouns.of(row[0], row[1], row[3]) for row in rows}
            view = View(_NEVER, tuple(before.values()), {}, gathered.last.number)
            gathered.write(self._db, before)
            for name in before.keys() & gathered.nouns.keys():
                write_noun(self._db, mine, *gathered.nouns[name], view)
            for kind, id_ in gathered.gone & before.keys():
                remove(self._db, mine, kind, id_, view)
            self._forgot = self._forgot or bool(gathered.forgotten)
            self._db.execute(WRITTEN, (mine,))
            return gathered.last

    @contextmanager
    def together(self) -> Iterator[None]:
        """Keep every change inside the block, or none."""
        self._ready()  # in a process that was forked, nobody lets go of the lock
        with self._lock:
            if self._batch:
                raise StoreError("One batch is open already; finish it before the next.")
            with self._transaction():
                self._batch = True
                with self._task.batch():
                    yield

    def journal(self, after: int = 0, about: str | None = None) -> Iterator[Entry]:
        """The entries after this number, in order, read a few at a time."""
        if about is None:
            sql = (
                "SELECT n, hash, body FROM peerkit_entry "
                "WHERE place <= ? AND place > ? | ? ORDER BY place LIMIT ?"
            )
            # Reckoned here: SQLite would leave out what is too large, and find another program.
            first = self._program << 32
            fixed: tuple[Any, ...] = (first | LAST, first)
        else:
            sql = (
                "SELECT e.n, e.hash, e.body FROM peerkit_touched AS t JOIN peerkit_entry AS e "
                "ON e.place = t.program << 32 | t.n AND e.n = t.n "
                "WHERE t.program = ? AND t.about = ? AND t.n > ? ORDER BY t.n LIMIT ?"
            )
            fixed = (self._program, about)
        after = min(max(after, 0), LAST)  # or the place would be one of another program
        limit = FEW  # often only the next one is wanted
        while rows := self._ask(sql, (*fixed, after, limit)):
            self._must_lead_on(rows, [int, str, str], (after,))
            apart = self._apart_of([row[0] for row in rows])
            for n, hash_, body in rows:
                yield Entry(n, hash_, body, apart.get(n, ()))
            after, limit = rows[-1][0], MANY

    def _entry(self, n: int, hash_: str, body: str) -> Entry:
        return Entry(n, hash_, body, self._apart_of([n]).get(n, ()))

    def _apart_of(self, numbers: list[int]) -> dict[int, tuple[Apart, ...]]:
        """The texts that lie apart from these entries, in their order."""
        sql = (
            "SELECT n, about, owner, salt, text FROM peerkit_apart "
            "WHERE program = ? AND n IN (SELECT value FROM json_each(?)) ORDER BY n, position"
        )
        rows = self._ask(sql, (self._program, json.dumps(numbers)))
        return {n: tuple(Apart(*each[1:]) for each in group) for n, group in groupby(rows, _NUMBER)}

    def find(self, wanted: Wanted[N], *, after: str = "", limit: int = 100) -> tuple[N, ...]:
        """The nouns that are asked for, behind this place."""
        rows = self._ask(*finding(self._program, wanted, after, limit))
        found = [self._nouns.of(row[0], row[1], row[3]) for row in rows]
        if rows and rows[-1][4]:
            found = self._with_itself(wanted, after, found)[:limit]
        if found and after:
            places = [after, wanted.place_of(found[-1])]
            if places != sorted({*places}, reverse=wanted.order is Order.NEWEST):
                raise StoreError(f"{self.path} is damaged: its rows are not in their order.")
        return tuple(found)  # type: ignore[arg-type]  # they are of this kind

    def _with_itself(self, wanted: Wanted[N], after: str, found: list[Noun]) -> list[Noun]:
        """The last one has the id that is asked about: where it belongs, and only once."""
        itself = found.pop()
        newest, place = wanted.order is Order.NEWEST, wanted.place_of(itself)
        behind = not after or (place < after if newest else place > after)
        if itself in found or not behind or not wanted.takes(itself):
            return found
        return sorted((*found, itself), key=wanted.place_of, reverse=newest)

    def count(self, wanted: Wanted[N]) -> int:
        """How many nouns are asked for."""
        ((number,),) = self._ask(*counting(self._program, wanted))
        if wanted.about is None:
            return int(number)
        rows = self._ask(ITSELF, (self._program, wanted.about, wanted.kind.kind))
        alone = [self._nouns.of(row[0], row[1], row[3]) for row in rows]
        return int(number) + sum(
            each.id not in each.touches and wanted.takes(each) for each in alone
        )

    def books(self) -> Iterator[Count | Message | Apart]:
        """Everything kept beside the nouns, some hundreds at a time."""
        for of, when, what, value in self._paged("tally", "of, period, what", "value"):
            yield Count(of, what, value, when)
        rest = "recipient, kind, about, inside, outside"
        for row in self._paged("message", "n, position", rest):
            yield message(*row)
        for _, _, *apart in self._paged("apart", "n, position", "about, owner, salt, text"):
            yield Apart(*apart)

    def _paged(self, table: str, key: str, rest: str) -> Iterator[tuple[Any, ...]]:
        """All rows of a table of ours in the order of its key, read a few at a time."""
        width = key.count(",") + 1
        marks = ",".join("?" * width)
        columns = f"{key}, {rest}" if rest else key
        first = f"SELECT {columns} FROM peerkit_{table} WHERE program = ?"  # noqa: S608 - our own names
        order = f"ORDER BY {key} LIMIT 500"
        kinds: list[type] = [int if each in _INTEGERS else str for each in columns.split(", ")]
        after: tuple[Any, ...] = ()
        rows = self._ask(f"{first} {order}", (self._program,))
        while rows:
            self._must_lead_on(rows, kinds, after)
            yield from rows
            after = rows[-1][:width]
            rows = self._ask(f"{first} AND ({key}) > ({marks}) {order}", (self._program, *after))

    def _must_lead_on(self, rows: list[Any], kinds: list[Any], after: tuple[Any, ...]) -> None:
        """Refuse rows that a sound file cannot hold, or that lead back to where we have been.

        STRICT looks at who writes, and nobody at the order in which a damaged file has its rows.
        """
        if any([*map(type, row)] != kinds for row in rows) or (
            after and rows[-1][: len(after)] <= after
        ):
            raise StoreError(f"{self.path} is damaged: its rows are not what was written.")

    def faults(self) -> Iterator[str]:
        """Damage to the file, guards that are gone or altered, and a head row that does not fit."""
        return faults(self._ask, self._program)

    def mend_guards(self) -> tuple[str, ...]:
        """Put back the file's guards that are gone, altered or open; what was done, in sentences.

        Nothing that they let through is mended. It is never done by itself: look with
        ``verify`` first, or what happened meanwhile is not noticed. What is not ours
        is left alone, and tables too: for those there is a backup.
        """
        return within(self._transaction(), lambda: guards_mended(self._ask, self._program))

    def advice(self) -> Iterator[Advice]:
        """What to know of this file and the place where it is."""
        return advised(self._held.name, self._ask, self._program)

    def cards(self) -> Iterator[Card]:
        """Everything by which this file finds what it keeps."""
        filed = self._paged("filed", "under, kind, day, id", "")
        return cards(self._paged, ((*name, id_, day) for *name, day, id_ in filed))

    def apart(self, about: str) -> tuple[Apart, ...]:
        """The texts kept about this, oldest first."""
        rows = self._ask(
            "SELECT about, owner, salt, text FROM peerkit_apart INDEXED BY peerkit_apart_about "
            "WHERE program = ? AND about = ? ORDER BY n, position",
            (self._program, about),
        )
        return tuple(Apart(*row) for row in rows)

    def newest(self) -> Apart | None:
        """The text that was kept last."""
        rows = self._ask(
            "SELECT about, owner, salt, text FROM peerkit_apart "
            "WHERE program = ? ORDER BY n DESC, position DESC LIMIT 1",
            (self._program,),
        )
        return Apart(*rows[0]) if rows else None

    @carrying_nothing
    def reseal(self, pairs: tuple[tuple[Apart, Apart], ...]) -> None:
        """Put other texts in the place of those that stand there."""
        within(self._transaction(), lambda: self._resealed(pairs))

    def _resealed(self, pairs: tuple[tuple[Apart, Apart], ...]) -> None:
        mine = self._program
        writing = "UPDATE peerkit_program SET writing = ? WHERE id = ?"
        self._db.execute(writing, (1, mine))
        self._db.executemany(
            "UPDATE peerkit_apart INDEXED BY peerkit_apart_owned SET salt = ?, text = ? "
            "WHERE program = ? AND about = ? AND owner = ? AND salt = ? AND text = ?",
            [
                (now.salt, now.text, mine, was.about, was.owner, was.salt, was.text)
                for was, now in pairs
            ],
        )
        self._db.execute(writing, (0, mine))
        self._forgot = True

    @carrying_nothing
    def take(self, limit: int, now: datetime, lease: datetime, token: str) -> tuple[Posted, ...]:
        """Messages that are to be told now, leased to the caller."""
        asked = (limit, now, lease, token)
        return within(
            self._transaction(),
            lambda: tuple(read(self.path, row) for row in taken(self._db, self._program, *asked)),
        )

    @carrying_nothing
    def settle(
        self, settled: tuple[Settled, ...], now: datetime, token: str = ""
    ) -> tuple[str, ...]:
        """Write what became of messages that this token took."""
        return within(
            self._transaction(),
            lambda: tuple(settling(self._db, self._program, settled, now, token)),
        )

    def posted(self, *delivery: Delivery) -> Iterator[Posted]:
        """Every message of which one of these became, some hundreds at a time."""
        after = (0, 0)
        while rows := self._ask(*posting(self._program, delivery, after)):
            self._must_lead_on(rows, POSTED, after)
            yield from (read(self.path, row) for row in rows)
            after = rows[-1][:2]

    def outbox(self) -> tuple[int, int]:
        """How many messages there are, and how many of them wait."""
        total, waiting = self._ask(COUNTED, (self._program,))[0]
        return total, waiting

    def backup(self, path: str, progress: Callable[[int, int], object]) -> tuple[int, str]:
        """A whole copy of the file, with every program in it, while others write."""
        self._ready()
        return backed_up(
            self._held.file,
            self._program,
            path,
            progress,
            lambda: self._ask(HEAD, (self._program,)),
        )

    def close(self) -> None:
        """Let go of the file. In a process that was forked it is the other's, and stays open."""
        if os.getpid() != self._pid:
            return
        try:
            with self._lock:
                self._closed = True
                let_go(self)
                self._db.close()
        except sqlite3.Error as error:
            failed = why(error)
        else:
            return
        raise StoreError(f"{self.path} could not be closed: {failed}.")
