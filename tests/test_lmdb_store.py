"""The worked example of a store keeps what a store promises, in several processes too."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from examples.a_year import Year
from examples.lmdb_store import rows
from examples.lmdb_store.store import LMDBStore

import peerkit as pk
from peerkit.errors import StoreError
from peerkit.stores import Store
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sealing.keys import KeysInMemory
from peerkit.testing import StoreConformance
from peerkit.testing.pieces import everything, keep, look, words

CANARY = "Grebe-4711"


@pytest.fixture(autouse=True)
def _registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry point that the example tells of, as an installed package would bring it."""
    installed = tmp_path / "packages" / "peerkit_lmdb-1.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Name: peerkit-lmdb\nVersion: 1\n")
    (installed / "entry_points.txt").write_text(
        "[peerkit.stores]\nlmdb = examples.lmdb_store.store:LMDBStore.at\n"
    )
    monkeypatch.syspath_prepend(installed.parent)


class TestLMDBStore(StoreConformance):
    """What every store promises, in a file of LMDB."""

    claims = frozenset({"persistent", "processes"})

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[LMDBStore]:
        """A new file."""
        with closing(LMDBStore(str(tmp_path / "program.lmdb"))) as store:
            yield store

    def reopen(self, store: LMDBStore) -> Store:
        """The same file."""
        return LMDBStore(store.path)

    def address(self, store: LMDBStore) -> str:
        """Its address, found by the entry point."""
        return f"lmdb://{store.path}"


def test_the_door_opens_it_by_its_address(tmp_path: Path) -> None:
    """A program is opened through the entry point, keeps, is sealed with keys, and verifies."""
    where = f"lmdb://{tmp_path / 'program.lmdb'}"
    keys = KeysInMemory()
    goal = pk.SetGoal(by="p-1", id="g-1", participant="p-1", words=pk.Words(CANARY))
    with pk.Program.open(where, keys=keys) as program:
        program.do(pk.WelcomeParticipant(by="sam", id="p-1"))
        program.do(goal)
    assert CANARY.encode() not in (tmp_path / "program.lmdb").read_bytes()
    with pk.Program.open(where, durability="normal", keys=keys) as again:
        assert again.verify().whole
        assert again.words("goal/g-1") == (CANARY,)


def test_a_year_is_the_same_in_it_as_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The year of the examples ends in both with the same journal, nouns, books and words."""
    with closing(LMDBStore(str(tmp_path / "program.lmdb"))) as store:
        ended = []
        for each in (store, MemoryStore()):
            monkeypatch.setattr(
                pk.Program, "open", lambda _, each=each, **how: pk.Program(each, **how)
            )
            year = Year()
            year.tell()
            ended.append((everything(each), year.program.verify()))

        assert ended[0] == ended[1]
        assert ended[0][1].whole
        assert ended[0][1].entries > 100


def test_a_file_holds_many_programs(tmp_path: Path) -> None:
    """Programs in one file know nothing of each other, and a batch of one refuses another's."""
    path = str(tmp_path / "program.lmdb")
    with closing(LMDBStore(path, program="north")) as north:
        keep(north, "ana")
        with closing(LMDBStore(path, program="south")) as south:
            assert tuple(south.journal()) == ()
            with north.together(), pytest.raises(StoreError, match="finish it first"):
                keep(south, "ana")
            with north.together(), pytest.raises(StoreError, match="finish it first"):
                LMDBStore(path, program="west")
        assert [each.number for each in north.journal()] == [1]


def test_what_lmdb_raises_is_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place that is no file, a full one and one that holds another thing are errors of ours."""
    with pytest.raises(StoreError, match="could not be opened"):
        LMDBStore(str(tmp_path))
    with pytest.raises(StoreError, match="durability is one of full, normal"):
        LMDBStore(str(tmp_path / "program.lmdb"), durability="none")
    monkeypatch.setattr(rows, "LARGEST", 1 << 18)
    with closing(LMDBStore(str(tmp_path / "small.lmdb"))) as store:
        keep(store, "ana")
        with pytest.raises(StoreError, match="could not be written: MapFullError"):
            keep(store, "ana", said=[words("x" * (1 << 20))])
        assert keep(store, "ana").number == 2
        with store._writing() as written:
            written.put("noun", rows.key("m-1", "match"), rows.key(2) + b"{}")
        with pytest.raises(StoreError, match="a noun that does not fit"):
            look(store, "m-1")


def test_it_does_not_go_through_a_fork(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process that was forked nothing is read, kept or closed; where it was opened, all is."""
    path = str(tmp_path / "program.lmdb")
    with closing(LMDBStore(path)) as store:
        with monkeypatch.context() as forked:
            forked.setattr(os, "getpid", lambda: 0)
            asked: tuple[Callable[[], object], ...] = (
                lambda: look(store, "ana"),
                store.outbox,
                lambda: LMDBStore(path),
            )
            for ask in asked:
                with pytest.raises(StoreError, match="before a fork"):
                    ask()
            store.close()

        assert keep(store, "ana").number == 1
