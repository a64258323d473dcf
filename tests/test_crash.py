"""What was acknowledged is there, once and whole, at whatever moment the process was killed."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import IO

import attrs
import pytest

import peerkit as pk
from tests.recorder import NOTE, NOW, sessions

ROUNDS = int(os.environ.get("PEERKIT_CRASH_ROUNDS", "100"))
#: Two at a time: while one is killed and looked at, the other starts.
LANES = 2
#: Every row of these names the entry it came with.
BELONGING = ("key", "touched", "noun", "message", "apart")


@attrs.define
class Recorder:
    """A child process that records sessions, and what it has acknowledged."""

    name: str
    process: subprocess.Popen[str]
    acknowledged: dict[str, int] = attrs.field(factory=dict)

    @classmethod
    def started(cls, name: str) -> Recorder:
        """A new one, which waits to be told where to record."""
        script = Path(__file__).with_name("recorder.py")
        process = subprocess.Popen(
            [sys.executable, script, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return cls(name, process)

    def record_in(self, path: Path) -> None:
        """Tell it where, once it has loaded everything."""
        assert self._pipe(self.process.stdout).readline() == "ready\n"
        stdin = self._pipe(self.process.stdin)
        stdin.write(f"{path}\n")
        stdin.flush()

    def read(self, lines: int) -> None:
        """Wait for so many acknowledgements."""
        for _ in range(lines):
            self._note(self._pipe(self.process.stdout).readline())

    def kill(self) -> None:
        """SIGKILL; then read what it had still said. It must not have died by itself."""
        assert self.process.poll() is None, self._pipe(self.process.stderr).read()
        self.process.kill()
        for line in self._pipe(self.process.stdout):
            self._note(line)
        self.process.communicate()

    def _note(self, line: str) -> None:
        number, _, id_ = line.strip().partition(" ")
        self.acknowledged[id_] = int(number)

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe


@contextmanager
def recorders(*names: str) -> Iterator[list[Recorder]]:
    """Some recorders, none of which is left behind."""
    started = [Recorder.started(each) for each in names]
    try:
        yield started
    finally:
        for each in started:
            each.process.kill()
            each.process.communicate()


@attrs.define
class Lane:
    """Some rounds one after another, now in the same file and now in a new one."""

    folder: Path
    number: int
    path: Path = Path()
    acknowledged: dict[str, int] = attrs.field(factory=dict)
    names: list[str] = attrs.field(factory=list)

    def run(self) -> int:
        """All rounds of this lane; gives how many sessions were acknowledged."""
        return sum(self.round(each) for each in range(self.number, ROUNDS, LANES))

    def round(self, number: int) -> int:
        """One or two recorders in one file, each killed at a moment of its own; then look."""
        chance = Random(number)
        fresh = not self.acknowledged or chance.random() < 0.5
        if fresh:
            self.path, self.acknowledged, self.names = self.folder / f"{number}.db", {}, []
        names = (f"r{number}a", f"r{number}b")[: chance.choice((1, 1, 2))]
        with recorders(*names) as several:
            for each in several:
                each.record_in(self.path)
            for each in several:
                if chance.random() < 0.5:
                    each.read(chance.randint(1, 8))
                time.sleep(chance.uniform(0, 0.03))
                each.kill()
                self.acknowledged |= each.acknowledged
                self.names.append(each.name)
        self.look(number)
        return sum(len(each.acknowledged) for each in several)

    def look(self, number: int) -> None:
        """Open the file, and compare everything in it with what was acknowledged."""
        where = f"round {number}, {self.path.name}"
        with pk.Program.open(str(self.path), clock=lambda: NOW) as program:
            assert program.verify().faults == (), where
            kept = reported(program)
            for id_, entry in self.acknowledged.items():
                assert kept.get(id_) == [entry], f"{where}: {id_}"
            assert all(len(each) == 1 for each in kept.values()), where
            assert {each.id for each in program.every(pk.Session)} == kept.keys(), where
            assert {program.words(f"session/{each}") for each in kept} <= {(NOTE,)}, where
            concerns = len(tuple(program.every(pk.Concern)))
            assert program.store.outbox() == (concerns, concerns), where
        for name in self.names:
            assert_whole_batches(name, kept.keys(), self.acknowledged.keys(), where)
        assert_no_strays(self.path, where)


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
    """Every row belongs to an entry."""
    with closing(sqlite3.connect(path)) as db:
        entries = set(db.execute("SELECT program, n FROM peerkit_entry"))
        for table in BELONGING:
            rows = set(db.execute(f"SELECT program, n FROM peerkit_{table}"))  # noqa: S608 - ours
            assert rows <= entries, f"{where}: peerkit_{table}"


@pytest.mark.crash
def test_what_was_acknowledged_outlives_the_process(tmp_path: Path) -> None:
    """Sessions are there once, with all they brought, however often their recorders are killed."""
    lanes = [Lane(tmp_path, number) for number in range(LANES)]
    with ThreadPoolExecutor(LANES) as pool:
        acknowledged = sum(pool.map(Lane.run, lanes))

    assert acknowledged > ROUNDS, "The recorders were killed before they could say anything."
