"""Messages that wait, told by four processes, by the same loop over a table of its own.

The loop by hand takes fifty rows with a lease, hands each to nobody, and marks it as told, in a
transaction of its own: as many commits as ours. It does not ask whether and how somebody is to be
told, keeps no order, and knows no time at which a message is due. ``PEERKIT_TELLING_MESSAGES``
says how many messages the longest row has; there is one of a tenth of that too.
"""

from __future__ import annotations

import os
import resource
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from threading import Event
from time import time
from typing import Any, Final, TypeAlias

import attrs

import peerkit as pk
from benchmarks import pretend_program as pretend
from benchmarks.measuring import Effort, Figure, unpin
from benchmarks.server import server_beside
from peerkit.notifiers import Notice
from peerkit.telling.ways import Routes

__all__ = ["CASES"]

MESSAGES: Final = int(os.environ.get("PEERKIT_TELLING_MESSAGES", "100000"))
QUICK: Final = 2_000
TELLERS: Final = 4
PEOPLE: Final = 1_000
#: How many are taken at a time, here and there.
BATCH: Final = 50
#: To how many people one act brings a message.
TOGETHER: Final = 200
_EMAIL: Final = pk.NoticeChannel.EMAIL
#: Its beginning and its end, how many messages one process told, and how its memory grew, in KiB.
Drained: TypeAlias = tuple[float, float, int, int]


_together: list[Barrier] = []


def _begin(together: Barrier) -> None:
    """In each process: remember where to wait for the others."""
    _together.append(together)


@attrs.frozen
class Nobody:
    """Takes everything, and does nothing with it."""

    def notify(self, notice: Notice) -> None:
        """It is handed over."""


def _size() -> int:
    """The most memory that this process has had, in KiB.

    Where there is /proc it is asked: the other figure has in it what the parent had.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


# -- ours


def _filled(where: str, messages: int) -> None:
    """People who said how they are reached, and messages that wait for them."""
    people = tuple(f"person-{each:04}" for each in range(PEOPLE))
    mailbox = pk.ContactPoint(channel=_EMAIL, address="somebody@here.example", safe=True)
    with pk.Program.open(where, clock=pretend.Clock()) as program:
        for act in program.do_all(
            pk.SetContactPreferences(by=each, person=each, points=(mailbox,), zone="UTC")
            for each in people
        ):
            assert act.allowed
        news = (
            pk.Remind(
                by="coordinator",
                of="house.news",
                noun=f"news-{number}",
                to=people[number % PEOPLE : number % PEOPLE + min(TOGETHER, messages - number)],
            )
            for number in range(0, messages, TOGETHER)
        )
        for act in program.do_all(news):
            assert act.allowed
        assert program.store.outbox() == (messages, messages)


class FirstPause(Event):
    """Puts an end to it as soon as nothing is left."""

    def wait(self, timeout: float | None = None) -> bool:
        """It is set."""
        return True


def _tell(where: str) -> Drained:
    """What one of ours told: two batches, which bring in what a process needs, and the rest."""
    with pk.Program.open(where, clock=pretend.Clock(), coordinator="coordinator") as program:
        routes = Routes({_EMAIL: Nobody()})
        _together[0].wait()
        started = time()
        told = program.tell(routes, limit=2 * BATCH).told
        size = _size()
        told += program.keep_telling(routes, stop=FirstPause()).told
        return started, time(), told, _size() - size


# -- by hand

_TABLE: Final = (
    """CREATE TABLE message (
        n {integer} PRIMARY KEY, recipient text, kind text, about text, inside text,
        lease text, token text, attempts integer NOT NULL DEFAULT 0, told text
    )""",
    "CREATE INDEX waiting ON message (n) WHERE told IS NULL",
)
_TAKEN: Final = (
    "UPDATE message SET lease = {lease}, token = {token}, attempts = attempts + 1 WHERE n IN ("
    "SELECT n FROM message WHERE told IS NULL AND (lease IS NULL OR lease <= {now}) "
    "ORDER BY n LIMIT {limit} {skip}) RETURNING n, recipient, kind, about, inside"
)
_MARKED: Final = "UPDATE message SET told = {now}, token = '' WHERE n = {n} AND token = {token}"


def _rows(messages: int) -> Iterator[tuple[object, ...]]:
    for n in range(1, messages + 1):
        about = f"news-{n // TOGETHER}"
        yield n, f"person-{n % PEOPLE:04}", "house.news", about, f"Please look at {about}."


def _sqlite_filled(where: str, messages: int) -> None:
    with closing(sqlite3.connect(where)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        for each in _TABLE:
            db.execute(each.format(integer="integer"))
        db.executemany(
            "INSERT INTO message (n, recipient, kind, about, inside) VALUES (?,?,?,?,?)",
            _rows(messages),
        )
        db.commit()


def _by_hand(run: Callable[[str, dict[str, object]], Any], skip: str, mark: str) -> Drained:
    """Take, hand over, mark: until nothing is left."""
    now = pretend.NOW.isoformat()
    lease = (pretend.NOW + timedelta(minutes=5)).isoformat()
    token = os.urandom(16).hex()
    names = {each: mark.format(each) for each in ("lease", "token", "now", "limit", "n")}
    take, mark_told = _TAKEN.format(skip=skip, **names), _MARKED.format(**names)
    nobody, told, size = Nobody(), 0, 0
    _together[0].wait()
    started = time()
    taking = {"lease": lease, "token": token, "now": now, "limit": BATCH}
    while rows := run(take, taking):
        for n, *texts in rows:
            to, kind, about, inside = texts
            nobody.notify(Notice(key=f"{n}", to=to, kind=kind, about=about, outside=inside))
            run(mark_told, {"now": now, "n": n, "token": token})
        told += len(rows)
        size = size or _size()
    return started, time(), told, _size() - size


def _sqlite_told(where: str) -> Drained:
    with closing(sqlite3.connect(where, timeout=60, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = FULL")

        def run(sql: str, values: dict[str, object]) -> list[Any]:
            db.execute("BEGIN IMMEDIATE")
            found = db.execute(sql, values).fetchall()
            db.execute("COMMIT")
            return found

        return _by_hand(run, "", ":{}")


def _server_filled(where: str, messages: int) -> None:
    import psycopg

    with psycopg.connect(where, autocommit=True) as db:
        db.execute("DROP TABLE IF EXISTS message")
        for each in _TABLE:
            db.execute(each.format(integer="bigint").encode())
        sql = b"COPY message (n, recipient, kind, about, inside) FROM STDIN"
        with db.cursor() as cursor, cursor.copy(sql) as copy:
            for row in _rows(messages):
                copy.write_row(row)
        db.execute("ANALYZE message")


def _server_told(where: str) -> Drained:
    import psycopg

    with psycopg.connect(where, autocommit=True, prepare_threshold=0) as db:

        def run(sql: str, values: dict[str, object]) -> list[Any]:
            found = db.execute(sql.encode(), values)
            return found.fetchall() if found.description else []

        return _by_hand(run, "FOR UPDATE SKIP LOCKED", "%({})s")


# -- both


def _drained(tell: Callable[[str], Drained], where: str, messages: int) -> tuple[float, float]:
    """Messages a second of all tellers together, and by how many MiB the largest of them grew."""
    unpin()
    spawn = get_context("spawn")
    barrier = spawn.Barrier(TELLERS)
    with ProcessPoolExecutor(TELLERS, spawn, initializer=_begin, initargs=(barrier,)) as pool:
        found = list(pool.map(tell, [where] * TELLERS))
    assert sum(told for _, _, told, _ in found) == messages, "Not each of them was told once."
    took = max(end for _, end, _, _ in found) - min(start for start, _, _, _ in found)
    return messages / took, max(grown for *_, grown in found) / 1024


def _compared(effort: Effort, drained: Callable[[int], tuple[float, float, float]]) -> list[Figure]:
    """A tenth of the messages, and all of them: the rate may not fall, nor memory grow."""
    most = QUICK if effort.quick else MESSAGES
    sizes = (most // 10, most)
    found = [drained(each) for each in sizes]
    (few, *_), (many, _, grown) = found
    name = "{:,} messages: told a second, by hand"
    rates = [
        Figure(name=name.format(messages), unit="/s", ours=ours, theirs=theirs)
        for messages, (ours, theirs, _) in zip(sizes, found, strict=True)
    ]
    name = "    ten times as many, by a tenth of them"
    linear = Figure(name=name, unit="/s", ours=many, theirs=few, least=0.8)
    name = "    what a teller grew by meanwhile"
    return [*rates, linear, Figure(name=name, unit="MiB", ours=grown, theirs=None, most=16)]


def _sqlite(effort: Effort) -> list[Figure]:
    """In a file, each commit of which waits for the disk."""

    def drained(messages: int) -> tuple[float, float, float]:
        with tempfile.TemporaryDirectory(dir=effort.folder) as folder:
            ours, theirs = str(Path(folder) / "ours.db"), str(Path(folder) / "theirs.db")
            _filled(ours, messages)
            _sqlite_filled(theirs, messages)
            rate, grown = _drained(_tell, ours, messages)
            return rate, _drained(_sqlite_told, theirs, messages)[0], grown

    return _compared(effort, drained)


def _server(effort: Effort) -> list[Figure]:
    """On a server, which waits for its disk as well."""
    with server_beside() as server:

        def drained(messages: int) -> tuple[float, float, float]:
            ours, theirs = server.new(), server.address()
            _filled(ours, messages)
            _server_filled(theirs, messages)
            rate, grown = _drained(_tell, ours, messages)
            return rate, _drained(_server_told, theirs, messages)[0], grown

        return _compared(effort, drained)


CASES: Final = {"sqlite": _sqlite, "server": _server}
