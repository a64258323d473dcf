"""Where a program is kept may be no place for one, or may change under its hands."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
import pytest

import peerkit as pk
from peerkit.stores import NotAStore
from peerkit.stores.sqlite import SQLiteStore
from tests.ordinary import NOW, empty, opened

pytestmark = pytest.mark.once


#: Somebody who may do nothing in particular.
NOBODY = 65534


@pytest.fixture
def path() -> Iterator[Path]:
    """Where a new file may be, and where somebody without rights can get to."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder) / "program.db"


@contextmanager
def without_rights() -> Iterator[None]:
    """As a user who is not the administrator: to that one nothing is read-only."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


def store(path: Path) -> Path:
    """A program with some entries, closed."""
    with opened(pk.Program.open(str(path)).store):
        pass
    return path


@attrs.frozen
class Place:
    """What somebody names instead of a file of ours, how it is made, and what they are told."""

    name: str
    make: Callable[[Path], object]
    told: str
    error: type[pk.StoreError] = pk.StoreError


def second_name(path: Path) -> None:
    """Give a program a second name."""
    store(path)
    os.link(path, path.with_name("second.db"))


def read_only(path: Path) -> None:
    """A program that may be read only."""
    store(path).chmod(0o444)


def in_a_locked_folder(path: Path) -> None:
    """A program that may be written, in a folder where no log can be made."""
    store(path).chmod(0o666)
    path.parent.chmod(0o555)


def unreadable(path: Path) -> None:
    """A program that somebody else keeps to themself."""
    store(path).chmod(0o600 if os.geteuid() == 0 else 0o000)


def looping(path: Path) -> None:
    """A link that leads to itself."""
    path.symlink_to(path)


PLACES = (
    Place("a folder", Path.mkdir, "is a folder or a device. Name a file", NotAStore),
    Place("a pipe", os.mkfifo, "is a folder or a device. Name a file", NotAStore),
    Place("a device", lambda path: path.symlink_to("/dev/null"), "or a device", NotAStore),
    Place("a link to itself", looping, "cannot be opened"),
    Place("a folder that is missing", lambda path: path.symlink_to("/no/where"), "Is the folder"),
    Place(
        "a page of a book",
        lambda path: path.write_text("Dear diary. " * 99),
        "is not an SQLite",
        NotAStore,
    ),
    Place("a second name", second_name, "has a second name, a hard link"),
    Place("a file to read only", read_only, "attempt to write a readonly database"),
    Place("a folder to read only", in_a_locked_folder, "cannot be used: "),
    Place("a file of somebody else", unreadable, "cannot be opened"),
)


def around(path: Path) -> dict[str, tuple[int, bytes | None]]:
    """Every file there: what it is, and what is in it. An empty log says nothing, nor its index."""
    found = {}
    for each in sorted(path.parent.iterdir()):
        mode = each.lstat().st_mode
        plain = stat.S_ISREG(mode)
        if not (
            each.name.endswith("-shm") or (each.name.endswith("-wal") and not each.stat().st_size)
        ):
            found[each.name] = (mode, each.read_bytes() if plain else None)
    return found


@pytest.mark.parametrize("place", PLACES, ids=lambda each: each.name.replace(" ", "-"))
def test_what_is_no_place_for_a_program_says_so(path: Path, place: Place) -> None:
    """Each is an error of ours that says what is wrong, and nothing there is touched."""
    place.make(path)
    before = around(path)

    with without_rights(), pytest.raises(place.error, match=place.told):
        SQLiteStore(path)

    assert around(path) == before


@pytest.mark.parametrize("name", ["a\0b.db", "\ud800.db", "x" * 300])
def test_a_name_that_no_file_can_have_says_so(path: Path, name: str) -> None:
    """Half a character, a nought, or too much of one: an error of ours."""
    with pytest.raises(pk.StoreError, match="cannot be opened"):
        pk.Program.open(str(path.with_name(name)))


def test_an_empty_file_becomes_a_program(path: Path) -> None:
    """A file with nothing in it holds nothing that could be lost."""
    path.touch()

    assert opened(pk.Program.open(str(path)).store).verify().faults == ()


@pytest.mark.parametrize("there", [True, False], ids=["there", "not yet there"])
def test_a_link_leads_to_its_file(path: Path, *, there: bool) -> None:
    """Whoever opens a file by a link, and whoever opens it by its name, share one log."""
    link = path.with_name("link.db")
    link.symlink_to(path)
    if there:
        store(path)
    with empty(pk.Program.open(str(link)).store) as by_link:
        with empty(pk.Program.open(str(path)).store) as by_name:
            by_name.do(pk.WelcomeParticipant(by="coordinator", id="p-1")).or_raise()
            by_link.do(pk.WelcomeParticipant(by="coordinator", id="p-2")).or_raise()
            assert by_name.verify() == by_link.verify()
            assert by_name.verify().whole
        assert {each.name for each in path.parent.glob("*-wal")} == {"program.db-wal"}


def moved_away(path: Path) -> None:
    """Give it another name."""
    path.rename(path.with_name("elsewhere.db"))


def replaced(path: Path) -> None:
    """Put another program in its place."""
    other = path.with_name("other.db")
    store(other).rename(path)


def without_its_log(path: Path) -> None:
    """Take away the log only."""
    path.with_name("program.db-wal").unlink()


def with_another_log(path: Path) -> None:
    """Put another log in its place."""
    shutil.copy(log := path.with_name("program.db-wal"), other := path.with_name("other"))
    other.rename(log)


def without_its_index(path: Path) -> None:
    """Take away what leads into the log, and by which processes know of each other."""
    path.with_name("program.db-shm").unlink()


TAKEN = (
    *(Path.unlink, moved_away, replaced),
    *(without_its_log, with_another_log, without_its_index),
)


@pytest.mark.parametrize("take", TAKEN, ids=lambda each: each.__name__.replace("_", "-"))
def test_a_file_that_is_taken_away_is_noticed(path: Path, take: Callable[[Path], object]) -> None:
    """Nothing is written to a file that nobody will ever find again, and its heir is untouched."""
    act = pk.WelcomeParticipant(by="coordinator", id="p-late")
    with opened(pk.Program.open(str(path)).store) as program:
        take(path)
        before = around(path)
        for what in (lambda: program.do(act), lambda: list(program.do_all([act]))):
            with pytest.raises(pk.StoreError, match="taken away or replaced while it was open"):
                what()

        assert around(path) == before


@pytest.mark.parametrize("take", TAKEN, ids=lambda each: each.__name__.replace("_", "-"))
def test_a_file_that_is_taken_away_is_not_read_on(
    path: Path, take: Callable[[Path], object]
) -> None:
    """What it held may be old by now: nobody is answered from it in silence."""
    with opened(pk.Program.open(str(path)).store) as program:
        take(path)
        for what in (lambda: program.view("ana"), lambda: program.find(pk.Peer)):
            with pytest.raises(pk.StoreError, match="Put it back, or close this and open it again"):
                what()


def test_a_file_that_is_put_back_goes_on(path: Path) -> None:
    """Whoever moved it away by mistake loses nothing."""
    elsewhere = path.with_name("elsewhere.db")
    with opened(pk.Program.open(str(path)).store) as program:
        path.rename(elsewhere)
        with pytest.raises(pk.StoreError, match="taken away"):
            program.do(pk.WelcomeParticipant(by="coordinator", id="p-9"))
        elsewhere.rename(path)
        assert program.do(pk.WelcomeParticipant(by="coordinator", id="p-9")).allowed
        assert program.verify().whole


def test_a_log_that_is_missing_is_an_older_state(path: Path) -> None:
    """Without its log a file is what it was before: whole, and told from today by its head."""
    copy = path.with_name("copy.db")
    with opened(pk.Program.open(str(path)).store) as program:
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        then = program.verify()
        program.do(pk.WelcomeParticipant(by="coordinator", id="p-9")).or_raise()
        now = program.verify()
        shutil.copy(path, copy)

    with pk.Program.open(str(copy), clock=lambda: NOW) as older:
        found = older.verify()

    assert found == then
    assert (found.entries, found.whole) == (now.entries - 1, True)
    assert found.head != now.head
