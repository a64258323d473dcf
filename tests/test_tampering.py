"""What somebody may do to the file of a program, and whether it is refused or found.

For each column of each table: edited, swapped with that of another row; for each table: a row
deleted, inserted, put back as it was, and its end cut off. Done plainly, the database refuses it or
leaves it to `verify`; done with the guards taken away, `verify` finds it and names the row. What
it does not find stands in `NOT_SEEN`, with the reason, and on the page of what we promise.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

import peerkit as pk
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.stores import Delivery
from peerkit.stores.sqlite import SQLiteStore
from peerkit.testing.pieces import settled
from tests.ordinary import NOW, opened, plan, report, welcome

pytestmark = pytest.mark.once


#: What tellers write.
TELLERS: Final = ("delivery", "due", "attempts", "way", "lease", "token", "settled")
#: The tables, their keys, and their other columns.
TABLES: Final = {
    "program": (("id",), ("name", "n", "hash", "writing")),
    "entry": (("place",), ("hash", "body")),
    "key": (("program", "key"), ("n",)),
    "touched": (("program", "about", "n"), ()),
    "noun": (("program", "id", "kind"), ("n", "status", "day", "body")),
    "filed": (("program", "under", "kind", "day", "id"), ()),
    "weighing": (("program", "under", "kind", "id"), ()),
    "tally": (("program", "of", "period", "what"), ("value",)),
    "message": (
        ("program", "n", "position"),
        ("recipient", "kind", "about", "inside", "outside", *TELLERS),
    ),
    "apart": (("program", "n", "position"), ("about", "owner", "salt", "text")),
}
#: The rows that are attacked, and the tables that the database itself leaves to `verify`.
ROWS: Final = {
    "entry": "n = 3",
    "noun": "id = 'm-1'",
    "filed": "id = 'm-1' AND under = 'p-7'",
    "weighing": "id = 'm-1' AND under = 'ana+p-7'",
    "tally": "of = 'ana' AND what = 'walking'",
    "touched": "about = 'm-1' AND n = 4",
    "message": "n = 4 AND position = 0",
    "apart": "about = 'goal/g-1'",
}
NOT_GUARDED: Final[dict[tuple[str, str | None], str]] = {
    ("program", "writing"): "it is the guard itself; verify sees that it stands open",
    **{
        ("message", column): "tellers lease messages, and say what became of them, without an entry"
        for column in TELLERS
    },
    **{
        (table, None): "by this things are found; guarding it would cost each change"
        for table in ("touched", "filed", "weighing")
    },
}
#: What verify does not see, with and without an anchor, and why.
NOT_SEEN: Final = {
    **{
        ("message", column): "nothing in the journal says what was told: it may be twice or never"
        for column in TELLERS
    },
    ("apart", "position"): "the order of the texts is the same as before",
    ("program", "insert"): "it is another program",
}
#: What verify sees with an anchor only.
WITH_ANCHOR: Final = {
    ("program", "name"): "the program seems to be a new one, or another one",
    ("program", "delete"): "the program seems to be a new one",
}

#: What a trigger does that does nothing.
SILENT: Final = "BEGIN SELECT 1; END"

Row: TypeAlias = dict[str, Any]
Place: TypeAlias = tuple[str, str, str | None]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, pk.Anchor]:
    """A file in which there is something of everything, as it was before, and its anchor."""
    folder = tmp_path_factory.mktemp("tampering")
    path, before = folder / "now.db", folder / "before.db"
    salts = (f"salt-{each}" for each in count(1))
    with opened(SQLiteStore(path), salt=salts.__next__) as program:
        program.do(welcome(key="k-1")).or_raise()
        words = (pk.Words("I want to swim."), pk.Words("I want to sing."))
        for number, each in enumerate(words, 1):
            goal = pk.SetGoal(by="p-7", id=f"g-{number}", participant="p-7", words=each)
            program.do(goal).or_raise()
        program.do(report(id="s-0", starts=NOW - timedelta(hours=3), minutes=15))
        program.do(plan(id="s-1", starts=NOW + timedelta(days=2))).or_raise()
        program.tell(MemoryNotifier(), limit=1)
        first, *_ = program.store.take(2, NOW, NOW + timedelta(minutes=5), "t-1")
        later = settled(first, Delivery.WAITING, due=NOW + timedelta(hours=1), way="email")
        program.store.settle((later,), NOW, "t-1")
    with opened(SQLiteStore(path, program="other")) as other:
        other.do(welcome(key="k-0")).or_raise()
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(before)) as target:
        source.backup(target)
    with pk.Program.open(path, clock=lambda: NOW + timedelta(hours=1)) as program:
        program.do(plan(id="s-3", starts=NOW + timedelta(days=3))).or_raise()
        over = pk.GoalStatus.COMPLETED
        program.do(pk.ChangeGoal(by="p-7", id="g-1", participant="p-7", status=over)).or_raise()
        program.do(report(id="s-2", key="k-2"))
        assert program.verify().whole
        return path, before, program.anchor()


def rows(db: sqlite3.Connection, table: str) -> list[Row]:
    """The rows of a table, that which is attacked first."""
    db.row_factory = sqlite3.Row
    found = db.execute(
        f"SELECT * FROM peerkit_{table} ORDER BY ({ROWS.get(table, '1')}) DESC, 1, 2, 3"  # noqa: S608 - ours
        if table != "program"
        else "SELECT * FROM peerkit_program ORDER BY name"
    )
    mine = [dict(each) for each in found]
    (main,) = db.execute("SELECT id FROM peerkit_program WHERE name = 'main'").fetchone()
    return [each for each in mine if table == "program" or each["program"] == main]


def where(table: str, row: Row) -> tuple[str, tuple[Any, ...]]:
    """What names a row: its key."""
    key, _ = TABLES[table]
    return " AND ".join(f"{each} = ?" for each in key), tuple(row[each] for each in key)


def put(db: sqlite3.Connection, table: str, row: Row, column: str, value: Any) -> Row:
    """Change one column of one row; the row as it is then."""
    named, values = where(table, row)
    sql = f"UPDATE peerkit_{table} SET {column} = ? WHERE {named}"  # noqa: S608 - our own names
    assert db.execute(sql, (value, *values)).rowcount == 1
    return row | {column: value}


def edit(db: sqlite3.Connection, table: str, column: str | None) -> Row:
    """Another value in one column."""
    assert column is not None
    row = rows(db, table)[0]
    was = row[column]
    if (table, column) == ("noun", "body"):
        was = was.replace('"p-7"', '"p-8"')  # a space more would be the same noun
    other = was + 1000 if isinstance(was, int) else "2999-01-01" if was is None else f"{was} "
    put(db, table, row, column, 1 if column == "writing" else other)
    return row


def swap(db: sqlite3.Connection, table: str, column: str | None) -> Row:
    """The value of one column, of another row, and the other way round."""
    assert column is not None
    first, *others = rows(db, table)
    a = first[column]
    for other in reversed([each for each in others if each[column] != a]):
        db.execute("SAVEPOINT here")
        try:
            between = put(db, table, first, column, -1 if isinstance(a, int) else "~")
            put(db, table, other, column, a)
            put(db, table, between, column, other[column])
        except sqlite3.IntegrityError as error:
            if "UNIQUE" not in str(error):  # then another row is found for it
                raise
            db.execute("ROLLBACK TO here")
            db.execute("RELEASE here")
        else:
            db.execute("RELEASE here")
            return first
    raise AssertionError(f"No two rows of {table} can change their {column}.")


def delete(db: sqlite3.Connection, table: str, _: str | None) -> Row:
    """A row is taken away."""
    row = rows(db, table)[0]
    named, values = where(table, row)
    db.execute(f"DELETE FROM peerkit_{table} WHERE {named}", values)  # noqa: S608 - our own names
    return row


def insert(db: sqlite3.Connection, table: str, _: str | None) -> Row:
    """A row that nobody decided upon, like another one."""
    row = rows(db, table)[0]
    key, others = TABLES[table]
    also = {"program": ("name",), "entry": ("n",)}.get(table, ())
    new = row | {
        each: row[each] + 1000 if isinstance(row[each], int) else f"{row[each]}-2"
        for each in (*key, *also)
        if each != "program"
    }
    written = (*key, *others)
    db.execute(
        f"INSERT INTO peerkit_{table} ({','.join(written)}) "  # noqa: S608 - our own names
        f"VALUES ({','.join('?' * len(written))})",
        tuple(new[each] for each in written),
    )
    return new


def cut(db: sqlite3.Connection, table: str, _: str | None) -> Row:
    """Everything that the last entry left in a table."""
    last = max(rows(db, table), key=lambda row: row["n"])
    sql = f"DELETE FROM peerkit_{table} WHERE n = ? AND program = ?"  # noqa: S608 - our own names
    db.execute(sql, (last["n"], last["program"]))
    return last


def replay(db: sqlite3.Connection, table: str, _: str | None) -> Row:
    """A row is put back as it was before."""
    for row in rows(db, table):
        named, values = where(table, row)
        older = db.execute(f"SELECT * FROM before.peerkit_{table} WHERE {named}", values).fetchone()  # noqa: S608 - our own names
        if older is not None and dict(older) != row:
            for column in TABLES[table][1]:
                put(db, table, row, column, older[column])
            return row
    raise AssertionError(f"No row of {table} was another before.")


ATTACKS: Final = {
    "edit": edit,
    "swap": swap,
    "delete": delete,
    "insert": insert,
    "cut": cut,
    "replay": replay,
}
#: The tables in which rows change.
CHANGING: Final = {"program", "noun", "tally"}


def places() -> Iterator[Place]:
    """Every attack on every table, and every column where it is one column."""
    for table, (key, rest) in TABLES.items():
        for column in (*key, *rest):
            yield table, "edit", column
            # The same in every row; and positions begin at 0, so that two have no free place.
            alike = {"program", "lease", "outside", "writing"}
            if column not in alike and (table, column) != ("apart", "position"):
                yield table, "swap", column
        yield table, "delete", None
        yield table, "insert", None
        if "n" in (*key, *rest) and table not in {"program", "noun"}:
            yield table, "cut", None
        if table in CHANGING:
            yield table, "replay", None


PLACES: Final = [*places()]


def known(table: dict[Any, str], place: Place) -> bool:
    """Whether a place, or its attack, or its whole table, is in one of the tables above."""
    where_, attack, column = place
    return bool({(where_, column), (where_, attack), (where_, None)} & {*table})


def named(table: str, row: Row) -> str:
    """What a fault must name, so that the row is found."""
    what = {
        "program": "",
        "key": "entry {n}",
        "touched": "{about}",
        "noun": "{kind} {id}",
        "filed": "{kind} {id}",
        "weighing": "{kind} {id}",
        "tally": "The tally {what} of {of}",
        "message": "Message {n}/{position}",
        "apart": "Words about {about}",
    }
    return what[table].format(**row)


def tampered(path: Path, copy: Path, place: Place, *, plainly: bool) -> Row:
    """A copy of the file, on which this was done. The guards stand again afterwards."""
    table, attack, column = place
    shutil.copy(path, copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as db:
        guards = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in () if plainly else guards:
            db.execute(f"DROP TRIGGER {name}")
        db.execute("ATTACH ? AS before", (str(path.parent / "before.db"),))
        row = ATTACKS[attack](db, table, column)
        for _, sql in () if plainly else guards:
            db.execute(sql)
    return row


def dumped(path: Path) -> list[str]:
    """Everything that is in a file."""
    with closing(sqlite3.connect(path)) as db:
        return [*db.iterdump()]


@pytest.mark.parametrize("place", PLACES, ids=lambda each: " ".join(filter(None, each)))
class TestEveryPlace:
    """Each column of each table, and each table."""

    def test_the_database_refuses_it_or_leaves_it_to_verify(
        self, files: tuple[Path, Path, pk.Anchor], tmp_path: Path, place: Place
    ) -> None:
        """Whoever does not take the guards away changes nothing that an entry says."""
        path, *_ = files
        if known(NOT_GUARDED, place):
            tampered(path, tmp_path / "copy.db", place, plainly=True)
        else:
            with pytest.raises(sqlite3.IntegrityError):
                tampered(path, tmp_path / "copy.db", place, plainly=True)
            assert dumped(tmp_path / "copy.db") == dumped(path)

    def test_verify_names_the_row(
        self, files: tuple[Path, Path, pk.Anchor], tmp_path: Path, place: Place
    ) -> None:
        """Whoever takes them away is found, but for what is written down as not seen."""
        path, _, anchor = files
        table = place[0]
        row = tampered(path, tmp_path / "copy.db", place, plainly=False)
        with pk.Program.open(tmp_path / "copy.db") as program:
            alone, anchored = program.verify(), program.verify(anchor)

        if known(NOT_SEEN, place):
            assert alone.faults == anchored.faults == ()
        elif known(WITH_ANCHOR, place):
            assert alone.faults == ()
            assert anchored.first is not None
        elif table == "entry":
            assert alone.first == min(row["n"], anchor.number + 1)
        else:
            assert any(named(table, row) in each for each in alone.faults), alone.faults


class TestEveryGuard:
    """A trigger that is gone, and one that was altered."""

    def test_is_missed(self, files: tuple[Path, Path, pk.Anchor], tmp_path: Path) -> None:
        """Each of them by its name, also when nothing else was done."""
        path, *_ = files
        with closing(sqlite3.connect(path)) as db:
            guards = db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        assert len(guards) >= 20
        for number, (name,) in enumerate(guards):
            copy = tmp_path / f"{number}.db"
            shutil.copy(path, copy)
            with closing(sqlite3.connect(copy)) as db:
                db.execute(f"DROP TRIGGER {name}")
            with pk.Program.open(copy) as program:
                assert program.verify().faults == (f"The trigger {name} is missing.",)

    @pytest.mark.parametrize(
        ("statements", "fault"),
        [
            (
                (
                    "DROP TRIGGER peerkit_entry_stays",
                    f"CREATE TRIGGER peerkit_entry_stays BEFORE UPDATE ON peerkit_entry {SILENT}",
                ),
                "The trigger peerkit_entry_stays was altered.",
            ),
            (
                (f"CREATE TRIGGER quiet AFTER INSERT ON peerkit_entry {SILENT}",),
                "The trigger quiet is not ours.",
            ),
            (("DROP INDEX peerkit_apart_about",), "The index peerkit_apart_about is missing."),
        ],
    )
    def test_is_ours(
        self,
        files: tuple[Path, Path, pk.Anchor],
        tmp_path: Path,
        statements: tuple[str, ...],
        fault: str,
    ) -> None:
        """Another one under its name, one of somebody else's, and an index."""
        shutil.copy(files[0], tmp_path / "copy.db")
        with closing(sqlite3.connect(tmp_path / "copy.db")) as db:
            for each in statements:
                db.execute(each)
        with pk.Program.open(tmp_path / "copy.db") as program:
            assert program.verify().faults == (fault,)


class TestTheWholeFile:
    """What fits in itself is seen with an anchor only."""

    def test_an_older_copy(self, files: tuple[Path, Path, pk.Anchor]) -> None:
        """The first entry that is not there is named."""
        _, before, anchor = files
        with pk.Program.open(before) as program:
            assert program.verify().whole
            assert program.verify(anchor).first == anchor.number - 2

    @pytest.mark.parametrize("start", [1, 3, 11])
    def test_a_journal_written_anew(
        self, files: tuple[Path, Path, pk.Anchor], tmp_path: Path, start: int
    ) -> None:
        """From some entry on, with every hash as it should be, and the head row with it."""
        path, _, anchor = files
        shutil.copy(path, tmp_path / "copy.db")
        with closing(sqlite3.connect(tmp_path / "copy.db", isolation_level=None)) as db:
            guards = db.execute(
                "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
            ).fetchall()
            for name, _ in guards:
                db.execute(f"DROP TRIGGER {name}")
            (main,) = db.execute("SELECT id FROM peerkit_program WHERE name = 'main'").fetchone()
            entries = db.execute(
                "SELECT n, hash, body FROM peerkit_entry WHERE program = ? ORDER BY n", (main,)
            ).fetchall()
            was = now = "0" * 64
            for n, hash_, body in entries:
                anew = body.replace(was, now)
                if n >= start:
                    anew = anew.replace('"edition":"', '"edition":"0', 1)
                was, now = hash_, sha256(anew.encode()).hexdigest()
                db.execute(
                    "UPDATE peerkit_entry SET hash = ?, body = ? WHERE program = ? AND n = ?",
                    (now, anew, main, n),
                )
            db.execute("UPDATE peerkit_program SET hash = ? WHERE id = ?", (now, main))
            for _, sql in guards:
                db.execute(sql)
        with pk.Program.open(tmp_path / "copy.db") as program:
            assert program.verify().whole
            assert program.verify(anchor).first == anchor.number


def test_what_is_not_seen_is_written_down() -> None:
    """On the page of what we promise."""
    page = (Path(__file__).parents[1] / "docs/explanation/what-we-promise.md").read_text("utf-8")
    assert len(PLACES) * 2 > 200
    for what in ("marked as told", "leases it", "the order of the texts", "renames or removes"):
        assert what in " ".join(page.split())
