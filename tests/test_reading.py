"""A program that is opened to be read: nothing is made, nothing changed, and all can be read."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

import peerkit as pk
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.stores import Delivery, NotAStore, Settled, Store
from peerkit.stores.memory import MemoryStore
from peerkit.stores.opening import store_at
from peerkit.stores.sqlite import SQLiteStore
from peerkit.stores.sqlite.reading import SQLiteReader
from tests.ordinary import FIRST_ACTS, HANDBOOK, NOW, empty, opened, report

READ_ONLY = r"was opened to be read only\."


def read(path: Path) -> pk.Program:
    """The program in this file, to be read only."""
    return pk.Program.open(path, read_only=True, handbook=HANDBOOK, clock=lambda: NOW)


def welcome(id_: str) -> pk.WelcomeParticipant:
    """Somebody new."""
    return pk.WelcomeParticipant(by="c", id=id_)


def lying(folder: Path) -> dict[str, str]:
    """What lies in a folder."""
    return {each.name: sha256(each.read_bytes()).hexdigest() for each in folder.iterdir()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that nobody has open, in which ana walks with p-7 and met them."""
    path = tmp_path / "folder" / "program.db"
    path.parent.mkdir()
    with opened(SQLiteStore(path)) as program:
        program.do(report()).or_raise()
    return path


def test_everything_can_be_read_and_nothing_is_made(path: Path) -> None:
    """Nouns, history, views of now and then, decisions, verify; and the folder is as it was."""
    before = lying(path.parent)

    with read(path) as program, opened_to_write(path) as writer:
        assert isinstance(program.store, SQLiteReader)
        assert [each.id for each in program.every(pk.Session, about="p-7")] == ["s-1"]
        assert len([*program.history("p-7")]) == 5
        assert program.view("ana", "p-7").tally("p-7", "minutes-received") == 60
        assert program.view("p-7", as_of=2).seen == 2
        assert program.decide(welcome("p-9")).allowed
        assert program.verify() == writer.verify()
        assert program.store.outbox() == (3, 3)

    assert lying(path.parent) == before
    assert [*before] == ["program.db"]


def opened_to_write(path: Path) -> pk.Program:
    """The same file, opened in another folder, so that its own stays as it is."""
    copy = path.parent.parent / "copy.db"
    shutil.copy(path, copy)
    return empty(SQLiteStore(copy))


@pytest.mark.parametrize(
    "write",
    [
        lambda program: program.do(welcome("p-9")),
        lambda program: list(program.do_all([welcome("p-9")])),
        lambda program: program.tell(MemoryNotifier()),
        lambda program: program.store.settle((Settled(key="1/0", delivery=Delivery.TOLD),), NOW),
        lambda program: program.store.take(1, NOW, NOW, "t-1"),
        lambda program: program.backup(Path(program.store.path).with_name("copy.db")),
    ],
)
def test_whatever_writes_is_refused(path: Path, write: Callable[[pk.Program], object]) -> None:
    """Doing, telling and noting say that this was opened to be read; nothing is stored."""
    before = lying(path.parent)

    with read(path) as program:
        with pytest.raises(pk.StoreError, match=READ_ONLY):
            write(program)
        assert program.view().seen == len(FIRST_ACTS) + 1

    assert lying(path.parent) == before


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """Reading makes no file, no folder, and no program in a file that is there."""
    with pytest.raises(pk.StoreError, match=r"There is no file .*missing\.db, and none is made"):
        read(tmp_path / "missing.db")
    for odd in ("no/folder.db", "a\0b.db"):
        with pytest.raises(pk.StoreError, match="There is no file"):
            pk.Program.open(f"{tmp_path}/{odd}", read_only=True)
    assert [*tmp_path.iterdir()] == []

    SQLiteStore(tmp_path / "there.db").close()
    before = lying(tmp_path)
    with pytest.raises(NotAStore, match="holds no program of this name"):
        pk.Program.open(tmp_path / "there.db", program="other", read_only=True)
    assert lying(tmp_path) == before


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "holds no program of this name"),
        (b"short", "is not an SQLite file"),
        (b"not a database " * 100, "is not an SQLite file"),
    ],
)
def test_another_file_is_refused_and_left_alone(tmp_path: Path, content: bytes, told: str) -> None:
    """An empty file, a short one, and one of another kind."""
    (tmp_path / "other.db").write_bytes(content)

    with pytest.raises(NotAStore, match=told):
        read(tmp_path / "other.db")
    assert (tmp_path / "other.db").read_bytes() == content
    assert len([*tmp_path.iterdir()]) == 1


def test_a_damaged_file_is_an_error(path: Path) -> None:
    """A file of ours whose first page is spoiled says what SQLite says."""
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + bytes(3996) + whole[4096:])

    with pytest.raises(pk.StoreError, match="cannot be read: database disk image is malformed"):
        read(path)


def test_names_that_an_address_would_misread(tmp_path: Path) -> None:
    """Marks that mean something in an address are letters in the name of a file."""
    path = tmp_path / "a?mode=rwc#b%20c.db"
    opened(SQLiteStore(path)).close()

    with read(path) as program:
        assert program.view().seen == len(FIRST_ACTS)


# -- while others write


def test_what_others_keep_is_read(path: Path) -> None:
    """Somebody writes before, while and after it is read: each time it is read as it stands."""
    with read(path) as reader:
        seen = [reader.view().seen]
        with empty(SQLiteStore(path)) as writer:
            for number in range(3):
                writer.do(welcome(f"p-1{number}"))
                seen.append(reader.view().seen)
                assert reader.find(pk.Participant, about=f"p-1{number}").items
        seen.append(reader.view().seen)
        assert reader.verify().whole
    with read(path) as again:
        seen.append(again.view().seen)

    first = len(FIRST_ACTS) + 1
    assert seen == [first, first + 1, first + 2, first + 3, first + 3, first + 3]


def test_a_file_that_was_at_rest_is_read_again_once_it_changes(path: Path) -> None:
    """Somebody comes, writes, tidies up and goes between two questions: the second one sees it."""
    with read(path) as reader:
        assert reader.view("p-9").get(pk.Participant, "p-9") is None
        with empty(SQLiteStore(path)) as writer:
            writer.do(welcome("p-9")).or_raise()
        assert [each.name for each in path.parent.iterdir()] == ["program.db"]

        assert reader.view("p-9").get(pk.Participant, "p-9") is not None
        assert [each.name for each in path.parent.iterdir()] == ["program.db"]


def test_a_block_is_one_moment(path: Path) -> None:
    """What others keep meanwhile is not seen inside a block, and nobody is made to wait."""
    with empty(SQLiteStore(path)) as writer, read(path) as reader:
        with reader.store.together():
            before = reader.view("p-9")
            writer.do(welcome("p-9")).or_raise()
            assert reader.view("p-9") == before
            with pytest.raises(pk.StoreError, match="finish it before the next"):
                reader.store.together().__enter__()
        assert reader.view("p-9").seen == before.seen + 1


def test_a_block_over_a_file_at_rest_says_when_it_was_not(path: Path) -> None:
    """A file that was read as one at rest, and is written to inside a block, is no one moment."""
    with read(path) as reader:
        with reader.store.together(), empty(SQLiteStore(path)) as writer:
            writer.do(welcome("p-9")).or_raise()
            with pytest.raises(pk.StoreError, match=r"Somebody began to write to .* Begin again"):
                reader.view()
        assert reader.view("p-9").get(pk.Participant, "p-9") is not None


def test_verify_while_somebody_writes(path: Path) -> None:
    """A journal that grows all the time is whole each time, and the writer is never stopped."""
    begin = Barrier(2)

    def write() -> None:
        with empty(SQLiteStore(path, durability="normal")) as writer:
            begin.wait()
            for number in range(200):
                writer.do(welcome(f"p-{number + 100}"))

    thread = Thread(target=write)
    thread.start()
    found = []
    with read(path) as reader:
        begin.wait()
        while thread.is_alive():
            found.append(reader.verify())
    thread.join()

    assert found
    assert {each.faults for each in found} == {()}


def test_a_reader_that_is_closed_says_so(path: Path) -> None:
    """Closed twice, it is closed; and a question then is answered as by any store."""
    reader = read(path)
    reader.close()
    reader.close()
    for ask in (reader.view, lambda: reader.do(welcome("p-9")), reader.verify):
        with pytest.raises(pk.StoreError, match="This program is closed"):
            ask()


def test_a_file_that_is_taken_away_is_missed(path: Path) -> None:
    """A file that is gone, or another of its name, is not read as if it were the same."""
    other = path.with_name("other.db")
    opened(SQLiteStore(other)).close()
    with read(path) as reader:
        path.rename(path.with_name("elsewhere.db"))
        with pytest.raises(pk.StoreError, match="taken away or replaced while it was open"):
            reader.view()
        other.rename(path)
        with pytest.raises(pk.StoreError, match="taken away or replaced while it was open"):
            reader.view()


# -- where nothing may be written


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Root may write everywhere. So it is somebody else for a while."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.fixture
def shut() -> Iterator[Path]:
    """A file in a folder, neither of which may be written to by somebody else."""
    folder = Path(tempfile.mkdtemp())
    opened(SQLiteStore(folder / "program.db")).close()
    (folder / "program.db").chmod(0o444)
    folder.chmod(0o555)
    yield folder / "program.db"
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="a folder there is shut by other means")
def test_a_folder_without_permission_to_write_can_be_read(shut: Path) -> None:
    """A file that lies still is read where nothing may be made beside it."""
    with as_somebody_else():
        with pytest.raises(OSError, match="Permission denied"):
            (shut.parent / "x").touch()
        with read(shut) as reader:
            assert reader.verify().entries == len(FIRST_ACTS)


@pytest.mark.skipif(sys.platform == "win32", reason="a folder there is shut by other means")
def test_a_file_that_may_not_be_read_says_so(shut: Path) -> None:
    """Without permission to read there is an error of ours."""
    shut.chmod(0)

    with as_somebody_else(), pytest.raises(pk.StoreError, match="cannot be opened to be read: "):
        read(shut)


@pytest.mark.skipif(sys.platform == "win32", reason="a folder there is shut by other means")
def test_a_shut_folder_is_read_while_its_owner_writes(shut: Path) -> None:
    """The log that the owner has made is read too, before and after somebody else opened it."""
    shut.parent.chmod(0o755)
    shut.chmod(0o644)
    with as_somebody_else():
        still = read(shut)
    with empty(SQLiteStore(shut)) as owner:
        owner.do(welcome("p-9")).or_raise()
        with as_somebody_else(), read(shut) as reader:
            for each in (still, reader):
                assert each.view("p-9").seen == len(FIRST_ACTS) + 1
    still.close()


@pytest.mark.skipif(sys.platform == "win32", reason="a folder there is shut by other means")
def test_a_log_without_its_index_says_what_to_do(shut: Path) -> None:
    """What a killed writer left is mended by whoever may write; until then it is not guessed at."""
    shut.parent.chmod(0o755)
    shut.chmod(0o644)
    with empty(SQLiteStore(shut)) as owner:
        owner.do(welcome("p-9")).or_raise()
        left = shut.with_name("left.db")
        shutil.copy(shut, left)
        shutil.copy(f"{shut}-wal", f"{left}-wal")
    for each in shut.parent.iterdir():
        each.chmod(0o444)
    shut.parent.chmod(0o555)

    with (
        as_somebody_else(),
        pytest.raises(pk.StoreError, match="let somebody open it who may write there"),
    ):
        read(left)


# -- other places


def test_memory_has_nothing_to_read() -> None:
    """A store that begins empty is refused to be opened for reading."""
    with pytest.raises(pk.StoreError, match="begins empty"):
        pk.Program.open(":memory:", read_only=True)


def test_only_true_is_read_only(path: Path) -> None:
    """What is nearly true is a mistake that would open the file for writing."""
    with pytest.raises(pk.BadInput, match="read_only: true, or left out"):
        pk.Program.open(path, read_only=1)  # type: ignore[arg-type]  # the point


def test_an_opener_is_handed_what_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third party's opener is told to open for reading; one that cannot is not opened at all."""
    asked: list[dict[str, Any]] = []

    def theirs(where: str, *, program: str, **how: Any) -> Store:
        asked.append(how)
        return MemoryStore()

    def older(where: str, *, program: str) -> Store:
        raise AssertionError

    for opener in (theirs, older):
        monkeypatch.setattr("peerkit.stores.opening._opener", lambda scheme, it=opener: it)
        if opener is theirs:
            pk.Program.open("theirs://x", read_only=True)
            pk.Program.open("theirs://x")
        else:
            with pytest.raises(pk.StoreError, match="cannot be opened with read_only"):
                store_at("theirs://x", "main", read_only=True)
    assert asked == [{"read_only": True}, {}]
