"""The stores that peerkit brings keep what a store promises, and SQLite a little more."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, nullcontext
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from traceback import format_exception
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from peerkit.errors import Moved, StoreError
from peerkit.model import Count, Goal, Match, MatchStatus
from peerkit.stores import (
    HOLDS,
    LONGEST_PAUSE,
    Change,
    Delivery,
    Entry,
    NotAStore,
    Settled,
    Standing,
    Store,
    Wanted,
)
from peerkit.stores.memory import MemoryStore
from peerkit.stores.opening import store_at
from peerkit.stores.sqlite import SQLiteStore
from peerkit.stores.sqlite import file as sqlite_file
from peerkit.stores.sqlite.reading import SQLiteReader
from peerkit.stores.writing import rows
from peerkit.testing import StoreConformance
from peerkit.testing.pieces import (
    NOW,
    PAIR,
    SOON,
    change,
    everything,
    goal,
    keep,
    look,
    match,
    message,
    words,
)

CANARY = "Grebe-4711"
#: What somebody says who goes round the door on purpose.
UNGUARDED = "UPDATE peerkit_program SET writing = 1"


class TestMemoryStore(StoreConformance):
    """In memory there is nothing to open again, and nothing for another process."""

    claims = frozenset({"reseals"})

    @pytest.fixture
    def store(self) -> Iterator[MemoryStore]:
        """A new store."""
        with closing(MemoryStore()) as store:
            yield store


class OnSQLite(StoreConformance):
    """What the two durabilities share."""

    __test__ = False

    claims = frozenset(
        {
            *("persistent", "processes", "read-only", "backs-up"),
            *("reseals", "restores", "mends-guards"),
        }
    )

    def reopen(self, store: SQLiteStore) -> Store:
        """The same file."""
        return SQLiteStore(store.path)

    def reader(self, store: SQLiteStore) -> closing[SQLiteReader]:
        """The same file, to be read only."""
        return closing(SQLiteReader(store.path))

    def copy(self, store: SQLiteStore, path: str) -> closing[SQLiteStore]:
        """A copy is a file like any other."""
        return closing(SQLiteStore(path))

    def address(self, store: SQLiteStore) -> str:
        """A path is an address."""
        return store.path

    def unguard(self, store: SQLiteStore) -> str:
        """Whoever may write the file may drop a trigger."""
        raw(Path(store.path), "DROP TRIGGER peerkit_entry_stays")
        return "peerkit_entry_stays"


class TestSQLiteStore(OnSQLite):
    """The default: an acknowledged change is on the disk."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[SQLiteStore]:
        """A new file."""
        with closing(SQLiteStore(tmp_path / "program.db")) as store:
            yield store


class TestSQLiteStoreNormal(OnSQLite):
    """Faster, and it survives the death of the process all the same."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[SQLiteStore]:
        """A new file."""
        with closing(SQLiteStore(tmp_path / "program.db", durability="normal")) as store:
            yield store


# -- what SQLite does besides


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a new file may be."""
    return tmp_path / "program.db"


def raw(path: Path, *statements: str) -> None:
    """Go round the door."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for each in statements:
            db.execute(each)


def test_a_file_holds_many_programs(path: Path) -> None:
    """Two programs in one file have journals of their own and know nothing of each other."""
    with closing(SQLiteStore(path, program="north")) as north:
        with closing(SQLiteStore(path, program="south")) as south:
            kept = keep(north, "m-1", nouns=[match()], messages=[message()], key="k")

            assert south.take(1, NOW, SOON, "t-1") == ()
            assert tuple(south.posted()) == ()
            assert look(south, "m-1", key="k").earlier is None
            assert keep(south, "m-1", nouns=[match()], key="k").number == 1
        with closing(SQLiteStore(path, program="north")) as again:
            assert tuple(again.journal()) == (kept,)


@pytest.mark.parametrize("after", [-(2**32), -1, 0, 2**32, 2**33, 2**63])
def test_no_number_leads_into_another_program(path: Path, after: int) -> None:
    """Whatever number the journal is read on from, and whatever is filed: it is one program's."""
    stores = [SQLiteStore(path, program=each) for each in ("north", "south", "west")]
    kept = [keep(store, "ana", key="k") for store in stores]
    for at, store in enumerate(stores):
        assert tuple(store.journal(after)) == ((kept[at],) if after <= 0 else ())
    strayed = "VALUES (1, 'ben', 2 << 32 | 1), (3, 'ben', -1 << 32 | 1)"
    raw(path, f"INSERT INTO peerkit_touched {strayed}")
    for store in stores:
        assert tuple(store.journal(about="ben")) == ()
        store.close()


@pytest.mark.parametrize("number", [-1, 2**31 - 1, 2**31, 2**32 + 1])
def test_a_program_of_an_odd_number_is_not_taken_for_another(path: Path, number: int) -> None:
    """Somebody who goes round the door may give one: it has its own journal, or none."""
    with closing(SQLiteStore(path, program="north")) as store:
        kept = keep(store, "ana")
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("INSERT INTO peerkit_program (id, name) VALUES (?, 'odd')", (number,))
    fits = number < 2**31
    with closing(SQLiteStore(path, program="odd")) as store:
        with nullcontext() if fits else pytest.raises(StoreError):
            keep(store, "ben")
        with nullcontext() if fits else pytest.raises(StoreError):
            assert [each.number for each in store.journal()] == [1]
            assert kept not in store.journal()


def open_each(paths: list[Path]) -> list[int]:
    """Open every file, and keep one entry in it."""
    numbers = []
    for each in paths:
        with closing(SQLiteStore(each)) as store:
            numbers.append(keep(store, "ana").number)
    return numbers


def test_a_new_file_may_be_opened_by_several_at_once(tmp_path: Path) -> None:
    """When two processes open the same new file, one makes it and both can use it."""
    paths = [tmp_path / f"{number}.db" for number in range(40)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        first, second = [pool.submit(open_each, paths) for _ in range(2)]
        numbers = zip(first.result(60), second.result(60), strict=True)

        assert {tuple(sorted(each)) for each in numbers} == {(1, 2)}


class Failing(sqlite3.Connection):
    """A connection that fails once, before the statement whose turn it is."""

    turn = 0
    error: BaseException = sqlite3.OperationalError("disk I/O error")

    def execute(self, *args: Any) -> sqlite3.Cursor:
        """Execute, or fail."""
        self._count()
        return super().execute(*args)

    def executemany(self, *args: Any) -> sqlite3.Cursor:
        """Execute, or fail."""
        self._count()
        return super().executemany(*args)

    def _count(self) -> None:
        type(self).turn -= 1
        if self.turn == 0:
            raise self.error


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> type[Failing]:
    """Every connection of ours fails when ``turn`` comes to 0."""
    monkeypatch.setattr(Failing, "turn", 0)
    connect = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda *args, **how: connect(*args, **how, factory=Failing)
    )
    return Failing


def test_a_fault_inside_a_batch_ends_the_batch(path: Path, failing: type[Failing]) -> None:
    """After a failure nothing more can be kept in a batch, so nobody takes half of it for all."""
    with closing(SQLiteStore(path)) as store:
        said = "Nothing was stored; begin the batch again"
        with pytest.raises(StoreError, match=said), store.together():  # noqa: PT012 - the whole batch
            keep(store, "ana")
            failing.turn = 4
            with pytest.raises(StoreError, match="disk I/O error"):
                keep(store, "ben")
            with pytest.raises(StoreError, match="failed, and the whole batch with it"):
                keep(store, "cleo")

        assert tuple(store.journal()) == ()


def test_a_store_does_not_go_through_a_fork(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that was made in another process is not used: that would harm the file."""
    with closing(SQLiteStore(path)) as store:
        whole = change(("ana",), look(store, "ana"))
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(os, "getpid", lambda: 1)
            for use in (store.outbox, lambda: store.keep(whole)):
                with pytest.raises(StoreError, match="opened in another process"):
                    use()


def test_what_was_forgotten_leaves_the_log_once_nobody_reads(path: Path) -> None:
    """Somebody who reads keeps the log; nobody waits for them, and the next change empties it."""
    said = CANARY.encode()

    def in_the_log() -> bool:
        return said in path.with_name(f"{path.name}-wal").read_bytes()

    with closing(SQLiteStore(path)) as store:
        keep(store, "p-1", said=[words(CANARY)])
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM peerkit_apart").fetchone()
            keep(store, "p-1", forgets=["p-1"])
            assert in_the_log()
        keep(store, "ana")

        assert not in_the_log()
        assert said not in path.read_bytes()


def test_durability_is_full_unless_one_says_otherwise(path: Path) -> None:
    """SQLite waits for the disk unless the caller chose not to; there is no third way."""
    each: tuple[tuple[dict[str, Any], int], ...] = (
        ({}, 2),
        ({"durability": "full"}, 2),
        ({"durability": "normal"}, 1),
    )
    for how, mode in each:
        with closing(SQLiteStore(path, **how)) as store:
            assert store._db.execute("PRAGMA synchronous").fetchone() == (mode,)
            assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    with pytest.raises(StoreError, match="durability is one of full, normal"):
        SQLiteStore(path, durability="off")


def test_the_database_itself_guards_the_journal(path: Path) -> None:
    """Who goes round the door can neither edit an entry nor take one away."""
    with closing(SQLiteStore(path)) as store:
        keep(store, "ana")
    for statement, why in (
        ("UPDATE peerkit_entry SET body = '{}'", "never edited"),
        ("DELETE FROM peerkit_entry", "never cut"),
    ):
        with pytest.raises(sqlite3.IntegrityError, match=why):
            raw(path, statement)


@pytest.mark.parametrize(
    "round_the_door",
    [
        "UPDATE peerkit_noun SET status = 'ended'",
        "INSERT OR REPLACE INTO peerkit_key VALUES (1, 'monday', 2)",
        "INSERT OR IGNORE INTO peerkit_key VALUES (1, 'tuesday', 1)",
        "INSERT INTO peerkit_entry VALUES (1 << 32 | 2, 'hash', '{}')",
    ],
)
def test_who_goes_round_the_door_loses_the_whole_transaction(
    path: Path, round_the_door: str
) -> None:
    """A guard looks when the row is there, so nothing that was written with it may stay."""
    with closing(SQLiteStore(path)) as store:
        keep(store, "m-1", key="monday", nouns=[match("m-1")])
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        before = [*db.iterdump()]
        db.execute("BEGIN")
        db.execute("DELETE FROM peerkit_touched")
        with pytest.raises(sqlite3.IntegrityError, match=r"without an entry|follows the last"):
            db.execute(round_the_door)
        assert not db.in_transaction
        assert [*db.iterdump()] == before


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (["CREATE TABLE theirs (x)"], "another application's database"),
        (["PRAGMA application_id = 7"], "another application's database"),
        (["PRAGMA application_id = 1885693298", "PRAGMA user_version = 7"], "a newer peerkit"),
        (
            ["PRAGMA application_id = 1885693298", "PRAGMA user_version = 1"],
            "in a form that is no longer read; begin a new file",
        ),
    ],
)
def test_another_database_is_left_alone(path: Path, made: list[str], why: str) -> None:
    """One of somebody else, of a newer peerkit or of the first form is refused and not touched."""
    raw(path, *made)
    before = path.read_bytes()

    with pytest.raises(NotAStore, match=why):
        SQLiteStore(path)

    assert path.read_bytes() == before


@pytest.mark.parametrize("length", [1, 11, 511, 512, 10_000])
def test_a_file_that_is_no_database_is_left_alone(path: Path, length: int) -> None:
    """Any other file is refused and not touched, however short it is."""
    diary = ("Dear diary, " * 1000)[:length]
    path.write_text(diary)

    with pytest.raises(NotAStore, match="is not an SQLite file"):
        SQLiteStore(path)

    assert path.read_text() == diary


def test_a_damaged_file_says_so(path: Path) -> None:
    """A file whose first page is damaged is an error, and not taken for a new one."""
    SQLiteStore(path).close()
    damaged = bytearray(path.read_bytes())
    damaged[100:120] = bytes(20)
    path.write_bytes(damaged)

    with pytest.raises(StoreError, match="cannot be used: database disk image is malformed"):
        SQLiteStore(path)


@pytest.mark.parametrize("where", ["missing/program.db"])
def test_a_place_that_cannot_be_opened_says_so(tmp_path: Path, where: str) -> None:
    """A folder that is missing, or that is given for a file, is an error with a hint."""
    with pytest.raises(StoreError, match=r"cannot be opened .* Is the folder there"):
        SQLiteStore(tmp_path / where)


@pytest.mark.parametrize("where", ["", ":memory:"])
def test_a_file_needs_a_name(where: str) -> None:
    """SQLite takes these for a place that is gone when it is closed; we do not."""
    with pytest.raises(StoreError, match="Name a file"):
        SQLiteStore(where)
    with pytest.raises(StoreError, match="Name a file"):
        store_at(f"sqlite:///{where}", "main")


def test_a_name_is_no_address_to_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some builds of SQLite read such a name as a place in memory: then all would be gone."""
    monkeypatch.chdir(tmp_path)
    name = "file:program.db?mode=memory&cache=shared"
    with closing(SQLiteStore(name)) as store:
        keep(store, "ana")
    with closing(SQLiteStore(name, must_exist=True)) as again:
        assert len(tuple(again.journal())) == 1


def test_a_folder_that_is_gone_is_no_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stands nowhere is told so."""
    (nowhere := tmp_path / "nowhere").mkdir()
    monkeypatch.chdir(nowhere)
    nowhere.rmdir()
    with pytest.raises(StoreError, match="Is the folder there"):
        SQLiteStore("program.db")


@pytest.mark.parametrize("read_only", [False, True])
def test_a_name_counts_from_where_it_was_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, read_only: bool
) -> None:
    """The process may go to another folder, in which another program has that name."""
    for each in ("ana", "ben"):
        (tmp_path / each).mkdir()
        with closing(SQLiteStore(tmp_path / each / "program.db")) as store:
            keep(store, each)
    monkeypatch.chdir(tmp_path / "ana")
    how: dict[str, Any] = {"read_only": True} if read_only else {}
    with closing(store_at("program.db", "main", **how)) as store:
        monkeypatch.chdir(tmp_path / "ben")
        with closing(SQLiteStore(tmp_path / "ana" / "program.db")) as other:
            keep(other, "cleo")
        assert [each.read()["about"] for each in store.journal()] == [["ana"], ["cleo"]]


def test_a_link_that_leads_elsewhere_by_now_misleads_no_reader(tmp_path: Path) -> None:
    """Whoever reads goes on in the file that was opened."""
    link = tmp_path / "link.db"
    for each in ("ana", "ben"):
        with closing(SQLiteStore(tmp_path / f"{each}.db")) as store:
            keep(store, each)
    link.symlink_to("ana.db")
    with closing(store_at(str(link), "main", read_only=True)) as reader:
        link.unlink()
        link.symlink_to("ben.db")
        assert [each.read()["about"] for each in reader.journal()] == [["ana"]]


@pytest.mark.parametrize("gone", ["program.db", "program.db-wal"])
def test_what_goes_to_a_file_that_was_taken_away_meanwhile_is_not_acknowledged(
    path: Path, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    """Between the look at the file and the commit it may go: then nobody knows, and it says so."""
    with closing(SQLiteStore(path)) as store:
        keep(store, "ana")
        put = store._put

        def taken_away(change: Change) -> Entry:
            path.with_name(gone).rename(path.with_name("elsewhere"))
            return put(change)

        monkeypatch.setattr(store, "_put", taken_away)
        with pytest.raises(StoreError, match="not known whether it was stored"):
            keep(store, "ben")
        monkeypatch.undo()
        with pytest.raises(StoreError, match="taken away or replaced while it was open"):
            keep(store, "cleo")
        path.with_name("elsewhere").rename(path.with_name(gone))
        assert [each.read()["about"] for each in store.journal()] == [["ana"], ["ben"]]


@pytest.mark.parametrize(
    "statement",
    [
        "REPLACE INTO peerkit_program (name) VALUES ('main')",
        "REPLACE INTO peerkit_program SELECT id, 'other', n, hash, 0 FROM peerkit_program",
        "INSERT INTO peerkit_program (name, n) VALUES ('other', 7)",
        "INSERT INTO peerkit_program (name, hash) VALUES ('other', 'x')",
        "INSERT INTO peerkit_program (name, writing) VALUES ('other', 1)",
    ],
)
def test_no_program_takes_the_place_of_another(path: Path, statement: str) -> None:
    """To SQLite a row that is replaced is neither changed nor taken away; so it is guarded too."""
    with closing(SQLiteStore(path)) as store:
        keep(store, "ana")
        with pytest.raises(sqlite3.IntegrityError, match="a program begins at 0, and once"):
            raw(path, statement)
        assert len(tuple(store.journal())) == 1


def test_a_file_that_cannot_be_written_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program on a read-only disk is an error when it is opened, not a day later."""
    SQLiteStore(path).close()
    connect = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda path, **how: connect(f"file:{path}?mode=ro", uri=True, **how)
    )

    with pytest.raises(StoreError, match="cannot be used: attempt to write a readonly database"):
        SQLiteStore(path)


def test_a_noun_that_does_not_fit_is_named_and_not_shown(path: Path) -> None:
    """A row that was damaged is an error that names the noun and the place, and no value."""
    with closing(SQLiteStore(path)) as store:
        keep(store, "m-1", nouns=[match()])
    raw(path, UNGUARDED, "UPDATE peerkit_noun SET body = replace(body, 'proposed', 'Grebe-4711')")

    with closing(SQLiteStore(path)) as store:
        with pytest.raises(StoreError, match=r"a match m-1 that does not fit: \$.status") as caught:
            store.find(Wanted(Match))
        assert CANARY not in "".join(format_exception(caught.value))
        with pytest.raises(StoreError, match="does not fit"):
            look(store, "m-1")


@pytest.mark.parametrize("edit", ["delivery = 'Grebe-4711'", "due = 'Grebe-4711'"])
def test_a_message_that_does_not_fit_is_named_and_not_shown(path: Path, edit: str) -> None:
    """A row of the outbox that was damaged is an error that names the message, and no value."""
    with closing(SQLiteStore(path)) as store:
        keep(store, "x", messages=[message()])
    raw(path, f"UPDATE peerkit_message SET {edit}")  # noqa: S608 - our own columns

    with closing(SQLiteStore(path)) as store:
        with pytest.raises(StoreError, match="message 1/0 is not as it was written") as caught:
            list(store.posted())
        assert CANARY not in "".join(format_exception(caught.value))


def test_the_texts_of_a_message_stay(path: Path) -> None:
    """Who goes round the door can edit neither the texts of a message nor its key."""
    with closing(SQLiteStore(path)) as store:
        keep(store, "x", messages=[message()])
    for column in ("n", "position", "recipient", "kind", "about", "inside", "outside"):
        with pytest.raises(sqlite3.IntegrityError, match="nothing changes without an entry"):
            raw(path, f"UPDATE peerkit_message SET {column} = 7")  # noqa: S608 - our own columns


def test_what_no_database_can_hold_is_an_error_without_the_text(path: Path) -> None:
    """Half a character and a number without end are errors of ours that show no text."""
    with closing(SQLiteStore(path)) as store:
        with pytest.raises(StoreError, match="could not be read: UnicodeEncodeError") as caught:
            store.apart(f"{CANARY} \ud800")
        assert CANARY not in "".join(format_exception(caught.value))
        with pytest.raises(StoreError, match="written: UnicodeEncodeError") as written:
            keep(store, "ana", said=[words(f"{CANARY} \ud800")])
        assert written.value.__context__ is None, "It carries the text that was not written."
        with pytest.raises(StoreError, match="could not be written: OverflowError"):
            keep(store, "ana", counts=[Count("ana", "walking", 2**63)])
        with pytest.raises(StoreError, match="could not be written"):
            keep(store, "ana", counts=[Count("ana", "walking", 2**62)] * 2)

        assert tuple(store.journal()) == ()


def test_what_is_remembered_as_read_has_an_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many nouns are read, few are held in memory, and they come all the same."""
    with closing(SQLiteStore(path)) as store:
        keep(store, "x", nouns=map(goal, range(10)))
    monkeypatch.setattr(rows, "REMEMBERED", 3)
    with closing(SQLiteStore(path)) as store:
        assert store.find(Wanted(Goal)) == tuple(map(goal, range(10)))
        assert len(store._nouns.known) <= 3


class Busy:
    """A database that somebody else holds for so many tries."""

    def __init__(self, tries: int, why: str = "database is locked") -> None:
        self.tries, self.why = tries, why

    def execute(self, _: str) -> None:
        """Busy, and then not."""
        self.tries -= 1
        if self.tries >= 0:
            raise sqlite3.OperationalError(self.why)


def test_opening_waits_for_whoever_else_is_opening(monkeypatch: pytest.MonkeyPatch) -> None:
    """Switching to the write-ahead log is tried again while it is locked, and not for ever."""
    busy: Any = Busy(3)
    sqlite_file._write_ahead(busy)
    assert busy.tries == -1

    monkeypatch.setattr(sqlite_file, "_PATIENCE", 0.0)
    for refused in (Busy(1_000), Busy(1, "disk I/O error")):
        stubborn: Any = refused
        with pytest.raises(sqlite3.OperationalError, match=refused.why):
            sqlite_file._write_ahead(stubborn)


# -- two stores are one


NAMES = st.sampled_from(("m-1", "m-2", "m-3"))
MATCHES = st.builds(
    match,
    NAMES,
    st.sampled_from(MatchStatus),
    peer=st.sampled_from(("ana", "ben")),
    participant=st.sampled_from(("p-1", "ana")),
)
IDS = st.sampled_from(("ana", "ben", "p-1", PAIR, "m-1", "m-2", "m-3"))
COUNTS = st.builds(
    Count,
    st.sampled_from(("ana", "ben")),
    st.sampled_from(("walking", "met")),
    st.integers(-2, 2),
    st.sampled_from(("", "2026-11-02", "2026-11-03")),
)
PEOPLE = st.sampled_from(("ana", "ben"))
SECONDS = st.integers(0, 9)
MOMENTS = SECONDS.map(lambda seconds: NOW + timedelta(seconds=seconds))
#: Some of them just as far ahead as a retry may wait, and a little farther.
DUE = st.none() | MOMENTS | MOMENTS.map(lambda moment: moment + LONGEST_PAUSE)
TOKENS = st.sampled_from(("", "t-1", "t-2"))
SETTLED = st.builds(
    Settled,
    key=st.sampled_from(("1/0", "1/1", "2/0", "2/1", "12/0", "nonsense", "1/0/1", "01/0")),
    delivery=st.sampled_from(Delivery),
    due=DUE,
    attempts=st.integers(0, HOLDS + 1),
    way=st.sampled_from(("", "email")),
)
WHAT = st.fixed_dictionaries(
    {
        "nouns": st.lists(MATCHES, max_size=2, unique_by=lambda each: each.id),
        "counts": st.lists(COUNTS, max_size=2),
        "messages": st.lists(st.builds(message, st.integers(1, 9), PEOPLE, DUE), max_size=2),
        "said": st.lists(
            st.builds(
                words, st.sampled_from(("One.", "Two.")), owner=st.sampled_from(("ana", "p-1"))
            ),
            max_size=2,
        ),
        "forgets": st.lists(st.sampled_from(("ana", "p-1")), max_size=1),
        "removes": st.lists(st.sampled_from([("match", "m-1"), ("match", "m-3")]), max_size=1),
        "key": st.none() | st.sampled_from(("k-1", "k-2")),
    }
)
ABOUT = st.lists(IDS, max_size=4).map(tuple)
ENDS = st.sampled_from(("well", "badly"))


def about_one(id_: str, store: Store) -> object:
    """What can be read about one id."""
    return tuple(store.journal(1, about=id_)), store.find(Wanted(Match, about=id_), limit=2)


class TwoStores(RuleBasedStateMachine):
    """The same is asked of both stores; what the file answers must be what memory answers."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "program.db"
        self.memory = MemoryStore()
        self.file = SQLiteStore(self.path, durability="normal")
        self.stale: tuple[tuple[str, ...], Standing, Standing] | None = None

    def both(self, ask: Callable[[Store], object]) -> list[object]:
        """What each answers; an error is an answer by its class."""
        answers: list[object] = []
        for store in (self.memory, self.file):
            try:
                answers.append(ask(store))
            except (Moved, StoreError) as error:
                answers.append(type(error))
        assert answers[0] == answers[1]
        return answers

    @rule(about=ABOUT, what=WHAT)
    def keep(self, about: tuple[str, ...], what: dict[str, Any]) -> None:
        """Look, and keep at once."""
        self.both(lambda store: keep(store, *about, **what))

    @rule(about=ABOUT)
    def look(self, about: tuple[str, ...]) -> None:
        """Look, and think about it."""
        self.stale = (about, look(self.memory, *about), look(self.file, *about))

    @precondition(lambda self: self.stale is not None)
    @rule(what=WHAT)
    def keep_what_was_thought_about(self, what: dict[str, Any]) -> None:
        """Keep what may have moved meanwhile."""
        assert self.stale is not None
        about, memory, file = self.stale
        stood = {id(self.memory): memory, id(self.file): file}
        self.both(lambda store: store.keep(change(about, stood[id(store)], **what)))

    @rule(batch=st.lists(st.tuples(ABOUT, WHAT), min_size=1, max_size=3), ends=ENDS)
    def together(self, batch: list[tuple[tuple[str, ...], dict[str, Any]]], ends: str) -> None:
        """Keep several, and perhaps think better of it."""

        def all_of_them(store: Store) -> list[Entry]:
            with store.together():
                kept = [keep(store, *about, **what) for about, what in batch]
                if ends == "badly":
                    raise StoreError("On second thoughts.")
            return kept

        self.both(all_of_them)

    @rule(limit=st.integers(0, 3), after=SECONDS, lease=SECONDS, token=TOKENS)
    def take(self, limit: int, after: int, lease: int, token: str) -> None:
        """Take some messages for a while."""
        now = NOW + timedelta(seconds=after)
        self.both(lambda store: store.take(limit, now, now + timedelta(seconds=lease), token))

    @rule(settled=st.lists(SETTLED, max_size=3).map(tuple), token=TOKENS)
    def settle(self, settled: tuple[Settled, ...], token: str) -> None:
        """Something became of some messages; nobody minds a key that is none."""
        self.both(lambda store: store.settle(settled, NOW, token))

    @rule(delivery=st.lists(st.sampled_from(Delivery), max_size=2))
    def read_the_outbox(self, delivery: list[Delivery]) -> None:
        """Look at what became of messages."""
        self.both(lambda store: tuple(store.posted(*delivery)))

    @rule()
    def open_again(self) -> None:
        """Close the file and open it again."""
        self.file.close()
        self.file = SQLiteStore(self.path, durability="normal")

    @invariant()
    def they_are_the_same(self) -> None:
        """Whatever can be read is the same in both."""
        self.both(everything)
        for about in (("ana", PAIR), ("m-1", "p-1"), ("ben", "m-2", "ana+ben")):
            memory, file = look(self.memory, *about), look(self.file, *about)
            assert memory.same_as(file)
            assert set(memory.view.nouns) == set(file.view.nouns)
            self.both(partial(about_one, about[0]))

    def teardown(self) -> None:
        """Take the folder away."""
        self.file.close()
        self.folder.cleanup()


TestTwoStores = TwoStores.TestCase
TestTwoStores.settings = settings(max_examples=40, stateful_step_count=25)
