"""A whole program moved out of a file and into a new one, by the same rows moved by hand.

By hand is ``sqlite3`` and ``orjson``: every row of every table becomes a line, and every line a
row again, in tables with the same indexes, committed as often. Nothing is hashed, checked or worked
out there, and a line that was changed becomes a row. ``PEERKIT_MOVING_ENTRIES`` says how many
entries are moved.
"""

from __future__ import annotations

import os
import random
import resource
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import attrs
import orjson

import peerkit as pk
from benchmarks import pretend_program as pretend
from benchmarks.measuring import Effort, Figure, Sample, compared, in_turn
from peerkit.exchange.moving import export_program, import_program
from peerkit.stores.checking.verifying import verified

__all__ = ["CASES"]

#: How many entries are moved, and how many when it is only to be seen that it runs.
ENTRIES: Final = int(os.environ.get("PEERKIT_MOVING_ENTRIES", "20000"))
QUICK: Final = 2_000
#: How many rows by hand are one transaction: as many as 2,000 entries have.
ROWS: Final = 24_000
#: What is to be reached: so many times the time by hand; so many MiB more for ten times as much.
MOST: Final = 2.0
MOST_MEMORY: Final = 32.0


def _done(chance: random.Random, entries: int) -> Iterator[pk.Act]:
    """Sessions reported over a year, plans and goals."""
    make: tuple[Callable[..., pk.Act], ...] = (pretend.reported, pretend.planned, pretend.goal)
    for number in range(entries):
        which = chance.choices(make, (8, 1, 1))[0]
        ago = (timedelta(days=365) * (1 - number / entries),) if which is make[0] else ()
        yield which(chance, *ago)


@contextmanager
def _made(effort: Effort, entries: int) -> Iterator[Path]:
    """A folder with a filled file; gone afterwards."""
    with tempfile.TemporaryDirectory(dir=effort.folder, ignore_cleanup_errors=True) as folder:
        clock = pretend.Clock()
        path = Path(folder) / "program.db"
        with pk.Program.open(path, clock=clock, durability="normal") as program:
            rest = entries - pretend.begin(program, clock)
            for each in program.do_all(_done(random.Random(entries), rest)):
                assert each.allowed, each.explain()
        yield Path(folder)


# -- ours


def _out(folder: Path) -> float:
    target = folder / "ours.jsonl"
    target.unlink(missing_ok=True)
    with pk.Program.open(folder / "program.db") as program:
        started = perf_counter()
        export_program(program, target)
        return perf_counter() - started


def _in(folder: Path) -> float:
    path = folder / "ours.db"
    for each in folder.glob("ours.db*"):
        each.unlink()
    with pk.Program.open(path) as program:
        started = perf_counter()
        import_program(folder / "ours.jsonl", program)
        return perf_counter() - started


# -- by hand


def _tables(db: sqlite3.Connection, kind: str) -> list[tuple[str, str]]:
    found = "SELECT name, sql FROM sqlite_schema WHERE type = ? AND name LIKE 'peerkit%'"
    return db.execute(found, (kind,)).fetchall()


def _columns(db: sqlite3.Connection, table: str) -> str:
    """The columns of a table that are written; others follow from them."""
    return ", ".join(row[1] for row in db.execute(f"PRAGMA table_info({table})"))


def _out_by_hand(folder: Path) -> float:
    with (
        closing(sqlite3.connect(folder / "program.db")) as db,
        (folder / "hand.jsonl").open("wb") as file,
    ):
        started = perf_counter()
        for name, _ in _tables(db, "table"):
            columns = _columns(db, name)
            for row in db.execute(f"SELECT {columns} FROM {name}"):  # noqa: S608 - names of the file
                file.write(orjson.dumps([name, row]))
                file.write(b"\n")
        file.flush()
        os.fsync(file.fileno())
        return perf_counter() - started


def _in_by_hand(folder: Path) -> float:
    for each in folder.glob("hand.db*"):
        each.unlink()
    with closing(sqlite3.connect(folder / "program.db")) as made:
        tables = _tables(made, "table")
        shape = [sql for _, sql in (*tables, *_tables(made, "index")) if sql]
        columns = {name: _columns(made, name) for name, _ in tables}
    with closing(sqlite3.connect(folder / "hand.db", isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute(f"PRAGMA cache_size = {-32 * 1024}")
        for sql in shape:
            db.execute(sql)
        into = {
            name: f"INSERT INTO {name} ({each}) VALUES ({','.join('?' * (each.count(',') + 1))})"  # noqa: S608
            for name, each in columns.items()
        }
        started = perf_counter()
        with (folder / "hand.jsonl").open("rb") as file:
            while lines := [orjson.loads(line) for line in islice(file, ROWS)]:
                db.execute("BEGIN IMMEDIATE")
                for name, sql in into.items():
                    rows = [row for of, row in lines if of == name]
                    if rows:
                        db.executemany(sql, rows)
                db.execute("COMMIT")
        return perf_counter() - started


def _count(path: Path, table: str) -> Any:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(f"SELECT count(*) FROM peerkit_{table}").fetchone()[0]  # noqa: S608


def _per_entry(move: Callable[[Path], float], folder: Path, entries: int) -> Sample:
    return lambda: move(folder) / entries


def _moved(effort: Effort) -> list[Figure]:
    """Out, in, and both together."""
    entries = QUICK if effort.quick else ENTRIES
    runs = attrs.evolve(effort, runs=min(effort.runs, 5 if entries <= 50_000 else 1))
    with _made(effort, entries) as folder:
        moves = (_out, _out_by_hand, _in, _in_by_hand)
        sides = in_turn(runs, *(_per_entry(move, folder, entries) for move in moves))
        with (
            pk.Program.open(folder / "program.db") as before,
            pk.Program.open(folder / "ours.db") as after,
        ):
            assert verified(before.store) == verified(after.store)
            assert verified(after.store).whole
        for table in ("entry", "noun", "tally", "touched", "message", "apart"):
            counts = {_count(folder / f"{name}.db", table) for name in ("program", "ours", "hand")}
            assert len(counts) == 1, table
    out, out_by_hand, in_, in_by_hand = sides
    both = [sum(each) for each in zip(out, in_, strict=True)]
    by_hand = [sum(each) for each in zip(out_by_hand, in_by_hand, strict=True)]
    figure = partial(compared, scale=("µs an entry", 1e6))
    return [
        figure(f"out, {entries:,} entries", out, out_by_hand, most=MOST),
        figure("in", in_, in_by_hand, most=MOST),
        figure("out and in", both, by_hand, most=MOST),
    ]


def _peak(folder: Path) -> float:
    """The most memory that this process has held, in MiB, once the program was moved."""
    _out(folder)
    _in(folder)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _memory(effort: Effort) -> list[Figure]:
    """How much more memory ten times as many entries take, out and in, at their peak."""
    entries = QUICK if effort.quick else ENTRIES
    with (
        _made(effort, entries // 10) as small,
        _made(effort, entries) as large,
        # Filling takes memory too, so each is moved by a process that has done nothing else.
        ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool,
    ):
        peaks = list(pool.map(_peak, (small, large)))
    more = Figure(
        name=f"memory at its peak, {entries:,} entries more than {entries // 10:,}",
        unit="MiB",
        ours=peaks[1] - peaks[0],
        theirs=None,
        most=MOST_MEMORY,
    )
    return [more]


#: What is run, each in a process of its own.
CASES: Final = {"moved": _moved, "memory": _memory}
