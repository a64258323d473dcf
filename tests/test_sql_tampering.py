"""What somebody may do to a program on a server, past its guards: verify finds it, and says where.

Each column of each table is edited, and rows are taken away, with every trigger switched off for
whoever does it. What it does not find stands in `NOT_SEEN`, and on the page of what we promise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any, Final

import pytest

import peerkit as pk
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.stores.sql.store import SQLStore
from tests.ordinary import HANDBOOK, NOW, opened, plan, report, welcome
from tests.postgres import Postgres

pytestmark = pytest.mark.server

#: What tellers write, and the server's own note of who wrote last.
TELLERS: Final = ("delivery", "due", "attempts", "way", "lease", "token", "settled", "writer")
NUMBERS: Final = ("id", "program", "n", "position", "value")
#: The tables, the columns of them that are edited, and of which row.
TABLES: Final = {
    "program": ("n", "hash"),
    "entry": ("program", "n", "hash", "body"),
    "key": ("program", "key", "n"),
    "touched": ("program", "about", "n"),
    "noun": ("program", "id", "kind", "n", "status", "day", "body"),
    "filed": ("program", "under", "kind", "id", "day"),
    "weighing": ("program", "under", "kind", "id"),
    "tally": ("program", "of", "period", "what", "value"),
    "message": ("program", "n", "recipient", "kind", "about", "inside", "outside"),
    "apart": ("program", "n", "about", "owner", "salt", "text"),
}
ROWS: Final = {
    "entry": "n = 3",
    "noun": "id = 'm-1'",
    "filed": "id = 'm-1' AND under = 'p-7'",
    "weighing": "id = 'm-1' AND under = 'ana+p-7'",
    "tally": "of = 'ana' AND what = 'walking'",
    "touched": "about = 'm-1' AND n = 4",
    "apart": "about = 'goal/g-1'",
}
#: What a fault must name.
NAMED: Final = {
    "program": "kept as the last|than is kept of it",
    "entry": "Entry 3 |entry 3 |3 is missing",
    "key": "key",
    "touched": "m-1",
    "noun": "m-1",
    "filed": "m-1",
    "weighing": "m-1",
    "tally": "walking of ana",
    "message": "Message ",
    "apart": "goal/g-1",
}
PLACES: Final = [
    *((table, column) for table, columns in TABLES.items() for column in columns),
    *((table, "") for table in TABLES if table != "program"),
]


@pytest.fixture(scope="module")
def where(server: Postgres) -> str:
    """A program in which there is something of everything."""
    address = server.new()
    with opened(SQLStore(address)) as program:
        program.do(welcome(key="k-1")).or_raise()
        words = pk.Words("I want to swim.")
        program.do(pk.SetGoal(by="p-7", id="g-1", participant="p-7", words=words)).or_raise()
        program.do(report(id="s-0", starts=NOW - timedelta(hours=3), minutes=15))
        program.do(plan(id="s-1", starts=NOW + timedelta(days=2))).or_raise()
        program.tell(MemoryNotifier(), limit=1)
        assert program.verify().faults == ()
    return address


@pytest.fixture
def store(where: str) -> Iterator[SQLStore]:
    """The program, opened anew."""
    with closing(SQLStore(where)) as opened_anew:
        yield opened_anew


def faults(store: SQLStore, server: Postgres, *statements: str) -> tuple[str, ...]:
    """What verify finds once this was done with no trigger in the way; then it is taken back."""
    with server.connect(autocommit=False) as db:
        db.execute("SET LOCAL session_replication_role = replica")
        for each in statements:
            done = db.execute(store._say.names.into(each).encode())
            assert done.rowcount, "Nothing was done."
        program: Any = pk.Program(store.within(db), handbook=HANDBOOK, clock=lambda: NOW)
        found: tuple[str, ...] = program.verify().faults
        db.rollback()
    return found


@pytest.mark.parametrize("place", PLACES, ids=lambda each: " ".join(each).strip())
def test_verify_names_what_was_changed(
    store: SQLStore, server: Postgres, place: tuple[str, str]
) -> None:
    """An edit of any column, and a row that is gone, is found by the name of what it was."""
    table, column = place
    of_main = "id = {0}" if table == "program" else "program = {0} AND ({1})"
    which = of_main.format(store._say.program, ROWS.get(table, "true"))
    if column:
        other = f"{column} + 1000" if column in NUMBERS and column != "id" else f"{column} || ' '"
        if place == ("noun", "body"):
            other = "replace(body, '\"p-7\"', '\"p-8\"')"
        statement = f"UPDATE {{{table}}} SET {column} = {other} WHERE {which}"
    else:
        statement = f"DELETE FROM {{{table}}} WHERE {which}"

    found = faults(store, server, statement)

    assert any(re.search(NAMED[table], each) for each in found), found


def test_every_column_is_among_them(store: SQLStore, server: Postgres) -> None:
    """But for what tellers write, for names and numbers of programs, and for places in a row."""
    rows = server.ask(
        "SELECT table_name, column_name FROM information_schema.columns "
        f"WHERE table_schema = '{store._say.names.schema}'"
    )
    there = {(table.removeprefix("peerkit_"), column) for table, column in rows}
    spared = {("program", "id"), ("program", "name"), ("form", "form"), ("form", "one")}
    spared |= {(each, "position") for each in ("message", "apart")}
    spared |= {(table, column) for table, column in there if column in TELLERS}

    assert {*PLACES} - {(table, "") for table in TABLES} == there - spared


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        (
            'DROP TRIGGER "{PREFIX}entry_update" ON {entry}',
            "trigger peerkit_entry_update is missing",
        ),
        (
            "ALTER TABLE {noun} DISABLE TRIGGER ALL",
            "trigger peerkit_noun_insert is switched off",
        ),
        (
            (
                'DROP TRIGGER "{PREFIX}entry_delete" ON {entry}; '
                'CREATE TRIGGER "{PREFIX}entry_delete" '
                "BEFORE DELETE ON {entry} FOR EACH STATEMENT WHEN (false) "
                "EXECUTE FUNCTION {refused}('x')"
            ),
            "trigger peerkit_entry_delete was altered",
        ),
        (
            (
                "CREATE OR REPLACE FUNCTION {refused}() RETURNS trigger LANGUAGE plpgsql "
                "AS $$ BEGIN RETURN NULL; END $$"
            ),
            "function peerkit_refused was altered",
        ),
        (
            (
                "CREATE TRIGGER sly AFTER UPDATE ON {filed} FOR EACH STATEMENT "
                "EXECUTE FUNCTION {refused}('x')"
            ),
            "trigger sly is not ours",
        ),
        ('ALTER TABLE {entry} DROP CONSTRAINT "{PREFIX}entry_pkey"', "entry has lost its key"),
        ("CREATE RULE sly AS ON DELETE TO {filed} DO INSTEAD NOTHING", "rule sly is not ours"),
        ("ALTER TABLE {noun} ENABLE ROW LEVEL SECURITY", "noun shows some of its rows only"),
    ],
)
def test_a_guard_that_is_gone_or_another_is_missed(
    where: str, server: Postgres, statement: str, fault: str
) -> None:
    """By its name, also when nothing else was done; and the doctor says so."""
    with closing(SQLStore(where)) as store, server.connect(autocommit=False) as db:
        db.execute(store._say.names.into(statement).encode())
        program = pk.Program(store.within(db), handbook=HANDBOOK, clock=lambda: NOW)

        assert any(fault in each for each in program.verify().faults)
        assert any(fault in each.what for each in program.doctor())
        db.rollback()


def test_a_place_of_another_name_is_looked_into_as_well(server: Postgres) -> None:
    """Guards are compared whatever the schema and the prefix, and in whatever search path."""
    for how in ({"prefix": "pk_"}, {"schema": "public"}, {"schema": "select", "prefix": "end_"}):
        schema = {"schema": f"other_{len(how)}"} | how
        with closing(SQLStore(server.address(**schema))) as store:
            assert [*store.faults()] == []
