"""What was acknowledged is there, once and whole, at whatever moment the process was killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random

import attrs
import pytest

import peerkit as pk
from peerkit.stores import Delivery
from tests.nursery import Nursery, nursery
from tests.recorder import NOTE, NOW, sessions

ROUNDS = int(os.environ.get("PEERKIT_CRASH_ROUNDS", "40"))
#: Two at a time: while one is killed and looked at, the other starts.
LANES = 2
WRITERS, TELLERS = 3, 2
#: Later than any lease.
LATER = NOW + timedelta(days=3650)


@attrs.define
class Worker:
    """A child that records or tells, and what it has said."""

    what: str
    name: str
    said: Path
    process: int = 0

    def lines(self) -> list[str]:
        """What it said, line by line. A line is written as a whole."""
        return self.said.read_text().splitlines() if self.said.exists() else []


def wait_for(enough: int, workers: list[Worker]) -> None:
    """Let them say so much. Whoever died by themself is found when they are to be killed."""
    for _ in range(10_000):
        if sum(len(each.lines()) for each in workers) >= enough:
            return
        time.sleep(0.005)


@attrs.define
class Kept:
    """One file, and what was said about it so far."""

    path: Path
    durability: str = "full"
    acknowledged: dict[str, int] = attrs.field(factory=dict)
    writers: list[str] = attrs.field(factory=list)
    delivered: Counter[str] = attrs.field(factory=Counter)
    tellers_killed: int = 0


@attrs.define
class Lane:
    """Some rounds one after another, now in the same file and now in a new one."""

    folder: Path
    number: int
    file: Kept = attrs.field(factory=lambda: Kept(Path()))
    acknowledged: int = 0
    delivered: int = 0
    repeated: int = 0

    def run(self) -> Lane:
        """All rounds of this lane."""
        with nursery() as children:
            for each in range(self.number, ROUNDS, LANES):
                self.round(each, children)
        self.finish()
        return self

    def round(self, number: int, children: Nursery) -> None:
        """Writers and tellers in one file, each killed at a moment of its own; then look."""
        chance = Random(number)
        if not self.file.acknowledged or chance.random() < 0.3:
            self.finish()
            durability = chance.choice(("full", "normal"))
            self.file = Kept(self.folder / f"{number}.db", durability)
        whats = ["record"] * WRITERS + ["tell"] * TELLERS
        workers = [
            Worker(what, f"r{number}{letter}", self.folder / f"{number}{letter}.said")
            for what, letter in zip(whats, "abcde", strict=True)
        ]
        chance.shuffle(workers)
        for each in workers:
            where = (self.file.path, self.file.durability)
            each.process = children.ask("start", each.what, each.name, *where, each.said, number)
        chance.shuffle(workers)
        # Some rounds end while the file is being made, others after some sessions.
        wait_for(chance.choice((0, 0, 1, 3, 6)), workers)
        for each in workers:
            time.sleep(chance.uniform(0, 0.01))
            assert children.ask("kill", each.process) == -signal.SIGKILL, "It died by itself."
        self.hear(workers)
        look(self.file, f"round {number}, {self.file.path.name}")

    def hear(self, workers: list[Worker]) -> None:
        """Add what they said. In one round the clock stands, so no lease ended in it."""
        told: Counter[str] = Counter()
        for each in workers:
            if each.what == "tell":
                told.update(each.lines())
                self.file.tellers_killed += 1
                continue
            self.file.writers.append(each.name)
            for line in each.lines():
                number, _, id_ = line.partition(" ")
                self.file.acknowledged[id_] = int(number)
                self.acknowledged += 1
        assert all(times == 1 for times in told.values()), "Told twice while a lease was running."
        self.file.delivered += told

    def finish(self) -> None:
        """Tell what is left in a file: then everybody has heard everything."""
        if not self.file.writers:
            return
        heard: Counter[str] = self.file.delivered
        with pk.Program.open(str(self.file.path), clock=lambda: LATER) as program:
            program.tell(Heard(heard), limit=1_000_000)
            assert program.store.outbox()[1] == 0
            assert heard.keys() == messages(program)
        repeated = heard.total() - len(heard)
        assert repeated <= self.file.tellers_killed, "More was repeated than tellers were killed."
        self.delivered += len(heard)
        self.repeated += repeated


@attrs.frozen
class Heard:
    """Counts how often each message is delivered."""

    times: Counter[str]

    def notify(self, notice: pk.Notice) -> None:
        """Deliver it."""
        self.times[notice.key] += 1


def look(file: Kept, where: str) -> None:
    """Open the file, and compare everything in it with what was said."""
    with pk.Program.open(str(file.path), clock=lambda: NOW) as program:
        assert program.verify().faults == (), where
        kept = reported(program)
        for id_, entry in file.acknowledged.items():
            assert kept.get(id_) == [entry], f"{where}: {id_}"
        assert all(len(each) == 1 for each in kept.values()), where
        assert {each.id for each in program.every(pk.Session)} == kept.keys(), where
        assert {program.words(f"session/{each}") for each in kept} <= {(NOTE,)}, where
        told = messages(program)
        assert len(told) == len(tuple(program.every(pk.Concern))), where
        waiting = {each.key for each in program.store.posted(Delivery.WAITING)}
        assert file.delivered.keys() <= told, f"{where}: a message was invented"
        assert told - waiting <= file.delivered.keys(), f"{where}: a message was never told"
    for name in file.writers:
        assert_whole_batches(name, kept.keys(), file.acknowledged.keys(), where)
    assert_no_strays(file.path, where)


def messages(program: pk.Program) -> set[str]:
    """The keys of all messages there are."""
    return {each.key for each in program.store.books() if isinstance(each, pk.Message)}


def reported(program: pk.Program) -> dict[str, list[int]]:
    """Every session in the journal, with the numbers of the entries that reported it."""
    kept: dict[str, list[int]] = defaultdict(list)
    for entry in program.journal():
        act = entry.read()["act"]
        if act["act"] == "session.reported":
            kept[act["id"]].append(entry.number)
    return kept


def assert_whole_batches(
    name: str, kept: Collection[str], acknowledged: Collection[str], where: str
) -> None:
    """A recorder left whole batches, without a hole, and at most one more than it said."""
    mine = {each for each in kept if each.startswith(f"{name}.")}
    said = there = 0
    whole: set[str] = set()
    while mine - whole:
        batch = {str(each.id) for each in sessions(name, there)}
        assert batch <= mine, f"{where}: half a batch of {name}, or a hole before the next"
        said += not batch.isdisjoint(acknowledged)
        there += 1
        whole |= batch
    assert there - 1 <= said, f"{where}: {name} said {said} batches, and {there} are there"


def assert_no_strays(path: Path, where: str) -> None:
    """Every row that names an entry belongs to one that is there."""
    with closing(sqlite3.connect(path)) as db:
        entries = set(db.execute("SELECT program, n FROM peerkit_entry"))
        tables = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        belonging = 0
        for (table,) in tables:
            columns = {row[1] for row in db.execute(f"PRAGMA table_info({table})")}
            if {"program", "n"} <= columns:
                rows = set(db.execute(f"SELECT program, n FROM {table} WHERE n > 0"))  # noqa: S608 - ours
                assert rows <= entries, f"{where}: {table}"
                belonging += 1
        assert belonging > 4, where


@pytest.mark.crash
def test_what_was_acknowledged_outlives_the_process(tmp_path: Path) -> None:
    """Sessions are there once, with all they brought, however often their writers are killed.

    And whatever a session gave to be told is told, and never invented; at most
    one message is repeated for each teller that was killed.
    """
    lanes = [Lane(tmp_path, number) for number in range(LANES)]
    with ThreadPoolExecutor(LANES) as pool:
        done = list(pool.map(Lane.run, lanes))

    acknowledged, delivered = (
        sum(getattr(each, what) for each in done) for what in ("acknowledged", "delivered")
    )
    repeated = sum(each.repeated for each in done)
    print(f"{ROUNDS} rounds: {acknowledged=}, {delivered=}, {repeated=}")  # noqa: T201 - with -s
    assert acknowledged > ROUNDS / 2, "The writers were killed before they could say anything."
    assert delivered > ROUNDS / 10, "The tellers were killed before they could tell anything."
