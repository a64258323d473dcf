"""A full disk, a file that somebody else holds, and a process that splits in two."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from traceback import format_exception

import pytest

import peerkit as pk
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.stores.sqlite import SQLiteStore
from peerkit.stores.sqlite import file as sqlite_file
from peerkit.stores.sqlite import held as sqlite_held
from tests.ordinary import opened

pytestmark = pytest.mark.once


# -- a full disk


def welcome(number: int) -> pk.Act:
    """Somebody else takes part."""
    return pk.WelcomeParticipant(by="coordinator", id=f"p-{number}-{'x' * 30}", key=f"k-{number}")


@contextmanager
def full_by_pages(program: pk.Program) -> Iterator[None]:
    """The file may grow by one page more."""
    store = program.store
    assert isinstance(store, SQLiteStore)
    (pages,) = store._db.execute("PRAGMA page_count").fetchone()
    store._db.execute(f"PRAGMA max_page_count = {pages + 1}")
    yield
    store._db.execute("PRAGMA max_page_count = 1000000")


@contextmanager
def full_by_size(program: pk.Program) -> Iterator[None]:
    """No file of this process may grow beyond what the log is now, and a little."""
    store = program.store
    assert isinstance(store, SQLiteStore)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = Path(f"{store.path}-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def several(start: int, batch: int) -> Iterator[pk.Act]:
    """So many people."""
    return map(welcome, range(start, start + batch))


def fill(program: pk.Program, batch: int) -> str:
    """Do all that there is room for; what is said then."""
    for start in range(0, 3000, batch):
        before = program.verify()
        try:
            list(program.do_all(several(start, batch)))
        except pk.StoreError as error:
            assert program.verify() == before
            return "".join(format_exception(error))
    return "There was room for everything."


@pytest.mark.parametrize("full", [full_by_pages, full_by_size], ids=lambda each: each.__name__)
@pytest.mark.parametrize("batch", [1, 3])
def test_a_full_disk_stores_nothing_half(
    tmp_path: Path, full: Callable[[pk.Program], AbstractContextManager[None]], batch: int
) -> None:
    """When the disk is full it is an error of ours; with room again, all goes on where it was."""
    path = tmp_path / "program.db"
    with opened(SQLiteStore(path)) as program:
        with full(program):
            said = fill(program, batch)
            assert program.view("p-7").nouns, "It cannot even be read."
        assert "could not be written" in said
        assert "Nothing was stored" in said

        before = program.verify().entries
        decisions = list(program.do_all(several(3000, batch)))
        assert [each.number for each in decisions] == [before + 1 + each for each in range(batch)]
        found = program.verify()
        assert found.whole
    with pk.Program.open(str(path)) as again:
        assert again.verify() == found


# -- a file that somebody else holds

HOLD = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.readline()
db.execute("COMMIT")
db.close()
"""


@contextmanager
def held(path: Path) -> Iterator[Callable[[], None]]:
    """Another process writes to the file all the while; gives what makes it stop."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def stop() -> None:
        process.communicate("\n", timeout=60)

    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    try:
        yield stop
    finally:
        process.kill()
        process.wait()


def test_a_file_that_somebody_holds_is_waited_for(tmp_path: Path) -> None:
    """Who finds the file held waits, and goes on when it is free; reading needs no waiting."""
    path = tmp_path / "program.db"
    with opened(SQLiteStore(path)) as program, held(path) as stop:
        assert program.view("ana").nouns
        timer = threading.Timer(0.2, stop)
        timer.start()
        decision = program.do(welcome(1))
        timer.join()
        assert decision.allowed
        assert program.verify().whole


def test_a_file_that_is_held_too_long_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a while it is an error of ours: try again. Nothing is stored, and then it works."""
    path = tmp_path / "program.db"
    monkeypatch.setattr(sqlite_file, "_PATIENCE", 0.1)
    with opened(SQLiteStore(path)) as program:
        before = program.verify()
        with held(path) as stop:
            for what in (
                lambda: program.do(welcome(1)),
                lambda: list(program.do_all([welcome(1), welcome(2)])),
                lambda: program.tell(MemoryNotifier()),
                lambda: pk.Program.open(str(path)),
            ):
                with pytest.raises(pk.StoreError, match="somebody else has been writing"):
                    what()
            assert program.view("ana").nouns, "To read needs no waiting."
            stop()
        assert (program.verify().entries, program.verify().head) == (before.entries, before.head)
        assert [each.allowed for each in program.do_all([welcome(1), welcome(2)])] == [True, True]


# -- a process that splits in two


def test_a_fork_takes_nothing_along(tmp_path: Path) -> None:
    """A process forks while it writes: the child is refused, however it ends; the parent goes on.

    SQLite cannot be used on both sides of a fork, nor closed there, nor opened
    there again: each of them loses what the parent or the child has written.
    """
    script = Path(__file__).with_name("splitter.py")
    root, before = str(script.parent.parent), os.environ.get("PYTHONPATH")
    done = subprocess.run(
        [sys.executable, script, tmp_path / "program.db"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [root, before]))},
    )

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert int(done.stdout.split()[0]) > 700


def test_what_was_open_before_a_fork_is_not_opened_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same file under whatever name; another file, or one that was closed before, may be."""
    monkeypatch.setattr(sqlite_held, "_BEFORE", set())
    path, closed, other = (tmp_path / f"{each}.db" for each in ("open", "closed", "other"))
    (link := tmp_path / "link.db").symlink_to(path)
    SQLiteStore(closed).close()
    with closing(SQLiteStore(path)):
        sqlite_held._forked()
        for each in (path, link):
            with pytest.raises(pk.StoreError, match="Start processes with spawn, or open it after"):
                SQLiteStore(each)
        for each in (closed, other):
            SQLiteStore(each).close()


def test_a_batch_is_neither_kept_nor_taken_back_after_a_fork(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever was forked inside a batch leaves it as it is: it belongs to the other process."""
    with opened(SQLiteStore(tmp_path / "program.db")) as program:
        before = program.verify()
        with pytest.raises(pk.StoreError, match="from which this one was forked"):
            halved(program, monkeypatch)
        program.close()
        monkeypatch.undo()

        assert program.verify() == before, "What a process leaves behind is taken back at last."


def halved(program: pk.Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch, in the middle of which this becomes another process."""
    with program.store.together():
        program.do(welcome(1))
        monkeypatch.setattr(os, "getpid", lambda: 1)
