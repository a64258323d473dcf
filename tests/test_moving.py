"""A program moves house: what arrives is what left, and what is not whole does not get in."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import rule, run_state_machine_as_test

import peerkit as pk
from peerkit.errors import BadInput, PeerkitError, StoreError
from peerkit.exchange import moving, program_file
from peerkit.exchange.moving import Exported, check_export, export_program, import_program
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.stores import GENESIS, Apart, Change, Store
from peerkit.stores.codec import text, write_noun
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sqlite import SQLiteStore
from peerkit.testing.pieces import NOW, SOON, everything, goal, look, match, message, tallies
from tests.ordinary import ORDINARY, empty
from tests.test_state_machine import TwoStores

CANARY = "Zebrafinch"
ROUNDS = int(os.environ.get("PEERKIT_MOVING_ROUNDS", "15"))


def same(one: pk.Program, other: pk.Program) -> None:
    """Everything that can be read is the same, and both verify whole."""
    assert everything(one.store) == everything(other.store)
    assert list(one.store.waiting()) == list(other.store.waiting())
    assert tallies(one.store) == tallies(other.store)
    assert one.verify() == other.verify()
    assert one.verify().whole


def welcome(program: pk.Program, *numbers: int) -> None:
    """These people are welcomed, and each has a goal in words."""
    for number in numbers:
        who = f"p-{number}"
        assert program.do(pk.WelcomeParticipant(by="sam", id=who, key=f"k-{number}")).allowed
        words = pk.Words(f"{CANARY} {number}\n\u2028{chr(0x1F426)}")
        goal = pk.SetGoal(by=who, id=f"g-{number}", participant=who, words=words)
        assert program.do(goal).allowed


@pytest.fixture
def program() -> pk.Program:
    """A program in memory with some entries, words, keys, and messages told and not told."""
    program = empty(MemoryStore(), clock=lambda: NOW)
    welcome(program, 1, 2, 3)
    peer = pk.WelcomePeer(
        by="sam", id="ana", role=pk.Role.WORKER, supervisor="sam", since=NOW.date()
    )
    assert program.do(peer).allowed
    for number in (1, 2):
        proposed = pk.ProposeMatch(
            by="sam", id=f"m-{number}", peer="ana", participant=f"p-{number}"
        )
        program.do(proposed)
    assert program.store.outbox()[0] > 2
    assert program.tell(MemoryNotifier(), limit=2).told == 2
    program.store.untold(1, NOW, SOON)
    return program


@pytest.fixture
def file(program: pk.Program, tmp_path: Path) -> Path:
    """The program as a file."""
    path = tmp_path / "moved.jsonl"
    export_program(program, path)
    return path


def lines_of(path: Path) -> list[bytes]:
    """The lines of a file, with their ends."""
    return path.read_bytes().splitlines(keepends=True)


def sealed(lines: list[bytes]) -> list[bytes]:
    """These lines, and a last one that fits them: what somebody who knows the form can write."""
    entries = [json.loads(each) for each in lines if each.startswith(b'{"hash":')]
    last = {
        "entries": len(entries),
        "head": entries[-1]["hash"] if entries else GENESIS,
        "sha256": sha256(b"".join(lines)).hexdigest(),
    }
    return [*lines, f"{text(last)}\n".encode()]


def written_anew(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """A forged file: each entry changed, and everything hashed and linked again."""
    first, *rest = lines_of(path)
    forged, head = [first], GENESIS
    for line in rest[:-1]:
        found = json.loads(line)
        if "entry" in found:
            change(found)
            body = text({**found["entry"], "prev": head})
            head = sha256(body.encode()).hexdigest()
            apart = f'"apart":{text(found["apart"])},' if "apart" in found else ""
            line = f'{{"hash":"{head}",{apart}"entry":{body}}}\n'.encode()
        forged.append(line)
    path.write_bytes(b"".join(sealed(forged)))


# -- what arrives is what left


class Movers(TwoStores):
    """The same two programs, which move now and then: each goes on where it arrived."""

    moves = 0

    @rule()
    def move(self) -> None:
        """What was in memory goes on in a file, and what was in a file goes on in memory."""
        self.moves += 1
        folder = Path(self.folder.name)
        out, back = (folder / f"{name}-{self.moves}.jsonl" for name in ("out", "back"))
        assert export_program(self.memory, out).entries == export_program(self.file, back).entries
        self.path = folder / f"program-{self.moves}.db"
        arrived = self.program("memory", SQLiteStore(self.path, durability="normal"))
        returned = self.program("file", MemoryStore())
        for path, before, after in (
            (out, self.memory, arrived),
            (back, self.file, returned),
        ):
            import_program(path, after)
            same(before, after)
            before.close()
        again = folder / f"again-{self.moves}.jsonl"
        export_program(arrived, again)
        assert again.read_bytes() == out.read_bytes()
        third = self.program("memory", MemoryStore())
        import_program(again, third)
        same(arrived, third)
        arrived.close()
        self.memory = third
        self.file.close()
        self.file = self.program("file", SQLiteStore(self.path, durability="normal"))


def test_any_program_moves_and_goes_on() -> None:
    """From memory to a file to memory, at any moment: all is the same, and answers stay alike."""
    chosen = settings(
        max_examples=ROUNDS,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(Movers, settings=chosen)
