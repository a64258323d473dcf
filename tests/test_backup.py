"""A backup is one moment of a file in use: whole under its name, or not there."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import peerkit as pk
from peerkit.errors import BadInput, StoreError
from peerkit.stores import GENESIS
from peerkit.stores.checking.anchors import Anchor
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sealing.keys import KeysInMemory
from peerkit.stores.sealing.sealed import SealedStore
from peerkit.stores.sqlite import SQLiteStore
from peerkit.stores.sqlite import backup as sqlite_backup
from peerkit.testing.pieces import everything

WELCOMED = 20


def welcome(program: pk.Program, *numbers: int) -> None:
    """These people are welcomed."""
    for number in numbers:
        assert program.do(pk.WelcomeParticipant(by="sam", id=f"p-{number}")).allowed


@pytest.fixture
def program(tmp_path: Path) -> Iterator[pk.Program]:
    """A file in which some people were welcomed."""
    with pk.Program.open(tmp_path / "program.db") as program:
        welcome(program, *range(WELCOMED))
        program.do(
            pk.SetGoal(by="p-1", id="g-1", participant="p-1", words=pk.Words("Ring my sister."))
        )
        yield program


def beside(path: Path) -> set[str]:
    """The names in the folder, but for the file that is in use."""
    return {each.name for each in path.iterdir() if not each.name.startswith("program.db")}


def of(anchor: Anchor) -> tuple[int, str]:
    """The last entry's number and hash."""
    return anchor.number, anchor.hash


# -- what it is


def test_a_backup_is_the_program(program: pk.Program, tmp_path: Path) -> None:
    """What is opened from a backup is what was in the file, and it verifies whole."""
    before = everything(program.store)

    head = of(program.backup(tmp_path / "copy.db"))

    found = program.verify()
    assert head == (found.entries, found.head) == (WELCOMED + 1, found.head)
    with pk.Program.open(tmp_path / "copy.db") as copy:
        assert everything(copy.store) == before
        assert copy.verify() == found
        assert copy.verify().whole
        welcome(copy, 100)
    assert everything(program.store) == before


def test_a_backup_is_one_file_that_only_its_owner_reads(
    program: pk.Program, tmp_path: Path
) -> None:
    """Nothing lies beside it, and it holds everybody's words: others may not read it."""
    program.backup(tmp_path / "copy.db")

    assert beside(tmp_path) == {"copy.db"}
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "copy.db").read_bytes()[18:20] == b"\x01\x01"  # no log is written ahead


def test_a_backup_holds_every_program_of_the_file(program: pk.Program, tmp_path: Path) -> None:
    """A file may hold several programs; the copy has them all, and the head is the asker's."""
    with pk.Program.open(tmp_path / "program.db", program="other") as other:
        assert of(other.backup(tmp_path / "first.db")) == (0, GENESIS)
        welcome(other, 1)
        head = of(other.backup(str(tmp_path / "second.db")))
        assert head == (1, other.verify().head)

    with pk.Program.open(tmp_path / "second.db", program="other") as copy:
        assert copy.verify().whole
        assert copy.verify().entries == 1
    with pk.Program.open(tmp_path / "second.db") as copy:
        assert copy.verify() == program.verify()


def test_a_backup_says_how_far_it_is(
    program: pk.Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever watches is told of each part that is done, up to all of it."""
    monkeypatch.setattr(sqlite_backup, "_PAGES", 10)
    told: list[tuple[int, int]] = []

    program.backup(tmp_path / "copy.db", progress=lambda done, of: told.append((done, of)))

    assert len(told) > 2
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert told[-1][0] == told[-1][1]
    assert len({of for _, of in told}) == 1


def test_a_backup_of_a_sealed_program_is_sealed(tmp_path: Path) -> None:
    """The copy holds no word in clear and no key; the keys that are kept elsewhere open it."""
    keys = KeysInMemory()
    program = pk.Program(SealedStore(SQLiteStore(tmp_path / "program.db"), keys))
    welcome(program, 1)
    said = pk.SetGoal(by="p-1", id="g-1", participant="p-1", words=pk.Words("Zebrafinch."))
    program.do(said)

    head = of(program.backup(tmp_path / "copy.db"))

    assert b"Zebrafinch" not in (tmp_path / "copy.db").read_bytes()
    with pk.Program(SealedStore(SQLiteStore(tmp_path / "copy.db"), keys)) as copy:
        assert copy.words("goal/g-1") == ("Zebrafinch.",)
        assert (copy.verify().entries, copy.verify().head) == head
    program.close()


def test_a_backup_that_is_put_back_is_noticed(program: pk.Program, tmp_path: Path) -> None:
    """An older copy is whole, and an anchor that was kept since shows that it is older."""
    early = program.backup(tmp_path / "copy.db")
    welcome(program, 100)
    late = program.anchor()

    with pk.Program.open(tmp_path / "copy.db") as copy:
        assert copy.verify().whole
        assert copy.verify(anchor=early).whole
        assert not copy.verify(anchor=late).whole


# -- while others write


def test_writers_go_on_while_a_backup_is_made(
    program: pk.Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two threads write between any two parts of the copy: it shows the moment it began."""
    monkeypatch.setattr(sqlite_backup, "_PAGES", 10)
    before = everything(program.store)
    written = 0

    def write(_done: int, _of: int) -> None:
        nonlocal written
        numbers = range(1000 + 2 * written, 1002 + 2 * written)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda number: welcome(program, number), numbers))
        written += 1

    head = of(program.backup(tmp_path / "copy.db", progress=write))

    assert written > 2
    assert head[0] == WELCOMED + 1
    with pk.Program.open(tmp_path / "copy.db") as copy:
        assert everything(copy.store) == before
    assert program.verify().entries == WELCOMED + 1 + 2 * written


WRITER = """
import sys
import peerkit as pk

with pk.Program.open(sys.argv[1]) as program:
    number = 0
    while True:
        number += 1
        program.do(pk.WelcomeParticipant(by="sam", id=f"q-{number}"))
        print(number, flush=True)
"""


def test_another_process_writes_while_backups_are_made(program: pk.Program, tmp_path: Path) -> None:
    """Each copy holds everything that was acknowledged before it began, and verifies whole."""
    copied: list[tuple[int, str]] = []
    command = [sys.executable, "-c", WRITER, str(tmp_path / "program.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        try:
            for number in range(3):
                acknowledged = int(writer.stdout.readline())
                entries, head = of(program.backup(tmp_path / f"copy-{number}.db"))
                assert entries >= WELCOMED + 1 + acknowledged
                with pk.Program.open(tmp_path / f"copy-{number}.db") as copy:
                    found = copy.verify()
                assert (found.entries, found.head, found.faults) == (entries, head, ())
                copied.append((entries, head))
        finally:
            writer.kill()
    heads = {entry.number: entry.hash for entry in program.journal()}
    assert [heads[number] for number, _ in copied] == [head for _, head in copied]


# -- what is refused, and what is left then


def test_nothing_is_written_over(program: pk.Program, tmp_path: Path) -> None:
    """A name that is taken is refused, be it a file, a folder or a link to nowhere."""
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    names = beside(tmp_path)

    for name in ("file", "folder", "link", "program.db"):
        with pytest.raises(StoreError, match=rf"{name} is there already\. Give a new name"):
            program.backup(tmp_path / name)

    assert (tmp_path / "file").read_text() == "mine"
    assert beside(tmp_path) == names


def test_a_name_that_is_taken_meanwhile_stays_theirs(program: pk.Program, tmp_path: Path) -> None:
    """Whoever takes the name while the copy is made keeps it."""
    path = tmp_path / "copy.db"

    with pytest.raises(StoreError, match="is there already"):
        program.backup(path, progress=lambda _done, _of: path.write_text("mine"))

    assert path.read_text() == "mine"
    assert beside(tmp_path) == {"copy.db"}


def test_a_disk_that_is_full_leaves_nothing(
    program: pk.Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the copy cannot be written to its end, there is no file, and the program goes on."""
    monkeypatch.setattr(sqlite_backup, "sqlite3", SmallDisk)

    with pytest.raises(StoreError, match=r"copy\.db could not be written: .* is full\.") as raised:
        program.backup(tmp_path / "copy.db")

    assert raised.value.__context__ is None
    assert beside(tmp_path) == set()
    welcome(program, 100)
    monkeypatch.undo()
    assert program.backup(tmp_path / "copy.db").number == WELCOMED + 2


class SmallDisk:
    """SQLite on a disk with room for some pages."""

    @staticmethod
    def connect(path: str, **how: Any) -> sqlite3.Connection:
        """A file that cannot grow."""
        db: sqlite3.Connection = sqlite3.connect(path, **how)
        if path.endswith(".partial"):
            db.execute("PRAGMA max_page_count = 5")
        return db


def test_a_copy_that_is_stopped_leaves_nothing(program: pk.Program, tmp_path: Path) -> None:
    """Whoever stops it in the middle gets their own error back, and no file."""

    def stop(_done: int, _of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        program.backup(tmp_path / "copy.db", progress=stop)

    assert beside(tmp_path) == set()
    welcome(program, 100)


def test_a_folder_that_is_not_there(program: pk.Program, tmp_path: Path) -> None:
    """A folder that is missing is named; it is not made."""
    with pytest.raises(StoreError, match="could not be written: No such file or directory"):
        program.backup(tmp_path / "missing" / "copy.db")

    assert beside(tmp_path) == set()


def test_a_file_that_is_damaged_gives_no_backup(program: pk.Program, tmp_path: Path) -> None:
    """A journal without its last entry is no backup: what is not whole gets no name."""
    with closing(sqlite3.connect(tmp_path / "program.db")) as db, db:
        db.execute("DROP TRIGGER peerkit_entry_remains")
        db.execute("DELETE FROM peerkit_entry WHERE n = 21")

    with pytest.raises(StoreError, match="is not whole"):
        program.backup(tmp_path / "copy.db")

    assert beside(tmp_path) == set()


def test_pages_that_do_not_fit_give_no_backup(program: pk.Program, tmp_path: Path) -> None:
    """A page that was wiped in the file is wiped in the copy too: it gets no name."""
    program.close()
    with (tmp_path / "program.db").open("r+b") as file:
        file.seek(-4096, os.SEEK_END)
        file.write(bytes(4096))

    with pk.Program.open(tmp_path / "program.db") as opened, pytest.raises(StoreError):
        opened.backup(tmp_path / "copy.db")

    assert beside(tmp_path) == set()


def test_another_file_in_the_place_of_ours_is_no_backup(
    program: pk.Program, tmp_path: Path
) -> None:
    """Somebody put another program where ours was: that one is not taken for ours."""
    with pk.Program.open(tmp_path / "other.db") as other:
        welcome(other, *range(WELCOMED + 5))
    for each in tmp_path.glob("program.db*"):
        each.rename(tmp_path / f"away-{each.name}")
    (tmp_path / "other.db").rename(tmp_path / "program.db")
    names = beside(tmp_path)

    with pytest.raises(StoreError, match="was taken away or replaced"):
        program.backup(tmp_path / "copy.db")

    (tmp_path / "program.db").unlink()
    with pytest.raises(StoreError, match=r"taken away|unable to open database file"):
        program.backup(tmp_path / "copy.db")
    assert beside(tmp_path) == names


def test_a_program_that_is_closed_gives_no_backup(program: pk.Program, tmp_path: Path) -> None:
    """After closing, asking for a backup is a StoreError like all else."""
    program.close()

    with pytest.raises(StoreError, match="closed"):
        program.backup(tmp_path / "copy.db")


def test_a_store_that_cannot_says_what_can(tmp_path: Path) -> None:
    """What is kept in memory has no file to copy: the error names the ways there are."""
    program = pk.Program(MemoryStore())

    for store in (program.store, SealedStore(program.store, KeysInMemory())):
        with pytest.raises(StoreError, match=r"pg_dump.*export_program"):
            pk.Program(store).backup(tmp_path / "copy.db")
    with pytest.raises(BadInput, match="path: give the name of a new file"):
        program.backup(7)  # type: ignore[arg-type]

    assert beside(tmp_path) == set()
