"""A program on a PostgreSQL server, beside plain psycopg and the `eventsourcing` library.

All sides write to the same server in the same run, by the network of this machine; the server has
the other processors. Plain psycopg sends BEGIN, three INSERTs of ready-made texts and COMMIT: five
ways there and back. `eventsourcing` saves one event. Neither decides, reads or chains anything.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import count
from multiprocessing import get_context
from time import perf_counter
from typing import Final

from tests.postgres import Postgres, postgres

import peerkit as pk
from benchmarks import pretend_program as pretend
from benchmarks.measuring import Effort, Figure, Sample, compared, in_turn, unpin
from benchmarks.one_event import saved

__all__ = ["CASES", "server_beside"]

#: How many acts one run does, and how many before the clock starts.
ACTS: Final = 300
WARM: Final = 60
#: How many programs lie beside the one that is measured.
PROGRAMS: Final = 1_000
WRITERS: Final = (1, 2, 4, 8)
_NUMBERS: Final = count(1)

_TABLES: Final = (
    "CREATE TABLE entry (n bigint PRIMARY KEY, hash text NOT NULL, body text NOT NULL)",
    "CREATE TABLE noun (id text PRIMARY KEY, participant text, starts text, body text)",
    "CREATE INDEX noun_of_participant ON noun (participant, starts)",
    "CREATE TABLE message (n bigint PRIMARY KEY, who text, kind text, about text, inside text)",
)


@contextmanager
def server_beside() -> Iterator[Postgres]:
    """A server that waits for its disk, on the processors that this process leaves to it."""
    mine = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else set()
    rest = set(range(os.cpu_count() or 1)) - mine
    if mine and rest:
        os.sched_setaffinity(0, rest)
    with postgres({"shared_buffers": "256MB"}) as started:
        if mine:
            os.sched_setaffinity(0, mine)
        yield started


def _begun(where: str, program: str = "main") -> pk.Program:
    clock = pretend.Clock()
    opened = pk.Program.open(where, program=program, clock=clock)
    pretend.begin(opened, clock)
    return opened


def _acts(effort: Effort) -> int:
    return 30 if effort.quick else ACTS


def _ours(program: pk.Program, number: int) -> Sample:
    chance = random.Random(1)

    def sample() -> float:
        acts = [pretend.reported(chance) for _ in range(number)]
        started = perf_counter()
        decisions = [program.do(each) for each in acts]
        took = perf_counter() - started
        assert all(each.allowed for each in decisions)
        return took / number

    return sample


def _plain(server: Postgres, body: str, noun: str, number: int) -> Sample:
    """Five ways there and back: each statement is prepared, and its texts are ready-made."""
    db = server.connect(prepare_threshold=0)
    for each in _TABLES:
        db.execute(each.encode(), prepare=False)

    def sample() -> float:
        numbers = [next(_NUMBERS) for _ in range(number)]
        started = perf_counter()
        for n in numbers:
            id_, who = f"session-{n:016x}", f"person-{n % 100:02}"
            with db.transaction():
                db.execute("INSERT INTO entry VALUES (%s, %s, %s)", (n, "0" * 64, body))
                row = (id_, who, f"{n:020}", noun)
                db.execute("INSERT INTO noun VALUES (%s, %s, %s, %s)", row)
                told = (n, who, "session.reported", id_, "It is reported.")
                db.execute("INSERT INTO message VALUES (%s, %s, %s, %s, %s)", told)
        return (perf_counter() - started) / number

    return sample


def _eventsourcing(server: Postgres) -> dict[str, str]:
    """Where the `eventsourcing` library keeps its events."""
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": "postgres",
        "POSTGRES_HOST": "127.0.0.1",
        "POSTGRES_PORT": str(server.port),
        "POSTGRES_USER": "postgres",
        "POSTGRES_PASSWORD": "",
    }


def _beside(effort: Effort) -> list[Figure]:
    """One writer, one act after the other."""
    acts = _acts(effort)
    with server_beside() as server, _begun(server.new()) as program:
        warm = [program.do(pretend.reported(random.Random(0))) for _ in range(WARM)]
        entry = next(program.journal(after=(warm[-1].number or 1) - 1))
        body = entry.body
        noun = str(entry.read()["nouns"][0])
        ours, plain, theirs = in_turn(
            effort,
            _ours(program, acts),
            _plain(server, body, noun, acts),
            saved(_eventsourcing(server), body, acts),
        )
        assert program.verify().whole
    return [
        compared("by psycopg: BEGIN, 3 INSERTs, COMMIT", ours, plain, most=1.0),
        compared("by eventsourcing: one event saved", ours, theirs, most=1.0),
    ]


# -- several writers


def _write(where: str, program: str, number: int, seed: int) -> list[float]:
    """How long each act of one writer took, in a process of its own."""
    chance = random.Random(seed)
    took = []
    with pk.Program.open(where, program=program, clock=pretend.Clock()) as opened:
        for each in range(WARM // 3 + number):
            act = pretend.reported(chance)
            started = perf_counter()
            assert opened.do(act).allowed
            if each >= WARM // 3:
                took.append(perf_counter() - started)
    return took


def _writing(where: str, programs: list[str], acts: int) -> tuple[float, float]:
    """Acts a second of all writers together, and the p99 of one act in seconds."""
    writers = len(programs)
    with ProcessPoolExecutor(writers, mp_context=get_context("spawn")) as pool:
        list(pool.map(abs, range(writers * 4)))
        jobs = [pool.submit(_write, where, each, acts, seed) for seed, each in enumerate(programs)]
        took = [each.result() for each in jobs]
    every = sorted(each for one in took for each in one)
    rate = sum(len(one) / sum(one) for one in took)
    return rate, every[int(len(every) * 0.99)]


def _writers(effort: Effort) -> list[Figure]:
    """1, 2, 4 and 8 writers, each in a program of its own, and all in one."""
    unpin()
    acts = _acts(effort)
    figures = []
    with server_beside() as server:
        where = server.new()
        for each in range(max(WRITERS)):
            _begun(where, f"program-{each}").close()
        for title, same in (("in programs of their own", False), ("in one program", True)):
            alone = 0.0
            for writers in WRITERS:
                names = [f"program-{0 if same else each}" for each in range(writers)]
                rate, p99 = _writing(where, names, acts)
                alone = alone or rate
                name = f"{writers} writers {title}: acts a second, by one writer's"
                figures += [
                    Figure(name=name, unit="/s", ours=rate, theirs=alone),
                    Figure(name="    p99 of one act", unit="ms", ours=p99 * 1e3, theirs=None),
                ]
    return figures


# -- many programs


def _programs(effort: Effort) -> list[Figure]:
    """One program alone in its database, and one among a thousand."""
    many = 50 if effort.quick else PROGRAMS
    with server_beside() as server:
        crowd, lonely = server.new(), server.new()
        for each in range(many - 1):
            with pk.Program.open(crowd, program=f"p-{each}", clock=pretend.Clock()) as other:
                other.do(pk.WelcomeParticipant(by="coordinator", id="person"))
        with _begun(crowd, "ours") as among, _begun(lonely, "ours") as alone:
            ours, theirs = in_turn(effort, *(_ours(each, _acts(effort)) for each in (among, alone)))
    name = f"among {many:,} programs, by alone"
    return [compared(name, ours, theirs, least=0.85, most=1.15)]


CASES: Final = {"beside": _beside, "writers": _writers, "programs": _programs}
