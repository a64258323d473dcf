"""What an operator should know of the place where a program is kept."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

import peerkit as pk
from peerkit.stores.advice import Advice
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sqlite import SQLiteStore
from peerkit.stores.sqlite.examined import advised
from tests.ordinary import empty, opened
from tests.postgres import Postgres

NEWER = (3, 51, 3)
GOAL = pk.SetGoal(by="p-7", id="g-1", participant="p-7", words=pk.Words("I want to swim."))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where nothing is wrong yet: a folder of one's own."""
    folder = tmp_path / "own"
    folder.mkdir(mode=0o700)
    (folder / "program.db").touch(mode=0o600)
    return folder / "program.db"


def found(path: Path, **how: Any) -> list[str]:
    """What is to be known of a file, with an SQLite that has no fault."""
    with closing(SQLiteStore(path)) as store:
        told: dict[str, Any] = {"version": NEWER} | how
        return [each.what for each in advised(store.path, store._ask, store._program, **told)]


def test_of_a_file_of_ones_own_there_is_nothing_to_know(path: Path, tmp_path: Path) -> None:
    """On a disk, in a folder that nobody else may open."""
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/sda1 / ext4 rw 0 0\n")
    assert found(path, mounts=str(mounts)) == []


@pytest.mark.parametrize(
    ("version", "says"),
    [
        ((3, 6, 23), []),
        ((3, 7, 0), ["SQLite is 3.7.0."]),
        ((3, 40, 1), ["SQLite is 3.40.1."]),
        ((3, 51, 2), ["SQLite is 3.51.2."]),
        ((3, 51, 3), []),
        ((3, 53, 0), []),
    ],
)
def test_a_version_with_the_known_fault_is_named(
    path: Path, tmp_path: Path, version: tuple[int, ...], says: list[str]
) -> None:
    """From the one that brought the log, to the one before it was mended."""
    assert found(path, version=version, mounts=str(tmp_path / "none")) == says


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "9p"])
def test_a_network_file_system_is_named(path: Path, tmp_path: Path, kind: str) -> None:
    """The innermost place decides, also where its name has a space."""
    mounts = tmp_path / "mounts"
    folder = str(path.parent.resolve()).replace(" ", "\\040")
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nhost:/home {folder} {kind} rw 0 0\nbroken\n")
    assert found(path, mounts=str(mounts)) == [f"The file is on a network file system ({kind})."]


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="the system has no such folder")  # noqa: S108 - it is what this is about
def test_a_file_in_memory_is_named() -> None:
    """It looks like a file, and goes with the machine."""
    with TemporaryDirectory(dir="/dev/shm") as folder:
        path = Path(folder) / "program.db"
        path.touch(mode=0o600)
        assert "The file is in memory (tmpfs)." in found(path)


def test_links_are_named(path: Path, tmp_path: Path) -> None:
    """Another name for the file, of either kind."""
    link = tmp_path / "link.db"
    link.symlink_to(path)
    mounts = str(tmp_path / "none")
    assert found(link, mounts=mounts) == ["The name leads to the file by a symbolic link."]
    with closing(SQLiteStore(path)) as store:
        (tmp_path / "second.db").hardlink_to(path)
        says = advised(store.path, store._ask, 1, version=NEWER, mounts=mounts)
        assert [each.what for each in says] == ["The file has a second name, a hard link."]


@pytest.mark.skipif(os.name != "posix", reason="the system has no modes")
def test_what_others_may_open_is_named(path: Path, tmp_path: Path) -> None:
    """The file, and the folder."""
    path.chmod(0o644)
    path.parent.chmod(0o777)
    assert found(path, mounts=str(tmp_path / "none")) == [
        "Others than its owner may read or write the file or its log.",
        "Others may write to the folder of the file.",
    ]


def test_a_full_disk_and_one_that_is_only_read_are_named(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the system tells it."""
    usage = shutil.disk_usage(path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=2**20))
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert found(path, mounts=str(tmp_path / "none")) == [
        "The file can only be read here.",
        "1 MiB are left on the disk.",
    ]


def test_what_is_in_clear_and_not_durable_and_unguarded_is_named(path: Path) -> None:
    """All that the file itself says."""
    with opened(SQLiteStore(path, durability="normal")) as program:
        program.do(GOAL).or_raise()
        with closing(sqlite3.connect(path)) as db:
            db.execute("DROP TRIGGER peerkit_entry_stays")
        says = {each.what for each in program.doctor()}
    assert says >= {
        "It was opened with a durability below full.",
        "What people said is in clear, in peerkit_apart.text.",
        "What is private of nouns is in clear, in peerkit_noun.body.",
        "The trigger peerkit_entry_stays is missing.",
    }


def test_keys_beside_the_database_are_named(path: Path, tmp_path: Path) -> None:
    """And those that others may open; with keys, no words are in clear."""
    pytest.importorskip("cryptography", reason='needs the extra "encryption"')
    from peerkit.stores.sealing.key_file import KeyFile
    from peerkit.stores.sealing.keys import KeysInMemory
    from peerkit.stores.sealing.sealed import SealedStore

    beside = {
        "The file of keys is in the folder of the database.",
        "Others than its owner may open the file of keys.",
    }
    keys = path.with_name("keys.db")
    with opened(SealedStore(SQLiteStore(path), KeyFile(keys, bytes(32)))) as program:
        program.do(GOAL).or_raise()
        keys.chmod(0o640)
        says = {each.what for each in program.doctor()}
        assert says >= beside
        assert "What people said is in clear, in peerkit_apart.text." not in says
    for other in (KeyFile(tmp_path / "keys.db", bytes(32)), KeysInMemory()):
        with empty(SealedStore(MemoryStore(), other)) as program:
            assert not beside & {each.what for each in program.doctor()}


def test_a_store_that_says_nothing_is_named() -> None:
    """Whoever asks is told that nobody looked."""
    with empty() as program:
        (advice,) = program.doctor()
    assert advice == Advice(
        "A MemoryStore does not say anything of its place.",
        "What could be wrong there is not looked at.",
        "Look at what it rests on with the tools that belong to that.",
    )
    assert str(advice) == f"{advice.what} {advice.why} {advice.do}"


def test_it_never_fails(path: Path) -> None:
    """What cannot be looked at is part of the answer."""
    program = empty(SQLiteStore(path))
    program.close()
    shutil.rmtree(path.parent)
    says = [each.what for each in program.doctor()]
    assert says[-7:] == [
        "Nobody could look at the file system.",
        "Nobody could look at the names of the file.",
        "Nobody could look at who may open the file.",
        "Nobody could look at the room on the disk.",
        "Nobody could look at how durable it is.",
        "Nobody could look at what is in clear.",
        "Nobody could look at the guards.",
    ]


@pytest.mark.server
def test_a_server_says_what_is_to_be_known(server: Postgres) -> None:
    """That of the tests does not wait for the disk, is a superuser's, and is not encrypted."""
    with pk.Program.open(server.new(), durability="normal") as program:
        assert [each.what for each in program.doctor()] == [
            "The server runs with fsync off.",
            "The server runs with full_page_writes off.",
            "Commits do not wait for the disk (synchronous_commit is off).",
            "The role is a superuser.",
            "The connection is not encrypted (no TLS).",
        ]
