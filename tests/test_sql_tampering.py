"""What somebody may do to a program on a server, past its guards: verify finds it, and says where.

Each column of each table is edited, and rows are taken away, with every trigger switched off for
whoever does it. What it does not find stands in `NOT_SEEN`, and on the page of what we promise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from typing import Any, Final

import psycopg
import pytest

import peerkit as pk
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.stores import Entry
from peerkit.stores.sql.store import SQLStore
from peerkit.testing.pieces import keep
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


def execute(db: psycopg.Connection[Any], store: SQLStore, statement: str) -> None:
    """Run this where the store has its tables."""
    names = store._say.names
    db.execute(names.into(statement.replace("{PLACE}", names.schema)).encode())


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
        (
            "ALTER FUNCTION {guarded}() SET search_path = evil, pg_catalog",
            "function peerkit_guarded was altered",
        ),
        (
            "CREATE FUNCTION {refused}(one integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
            "function peerkit_refused(1) is not ours",
        ),
        (
            (
                'CREATE TRIGGER "{PREFIX}entry_update" BEFORE UPDATE ON {filed} '
                "FOR EACH STATEMENT EXECUTE FUNCTION {refused}('x')"
            ),
            "trigger peerkit_entry_update is not ours",
        ),
        (
            (
                'CREATE SCHEMA "{PLACE}.{PLACE}"; '
                'CREATE FUNCTION "{PLACE}.{PLACE}".peerkit_refused() '
                "RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; "
                'DROP TRIGGER "{PREFIX}entry_delete" ON {entry}; '
                'CREATE TRIGGER "{PREFIX}entry_delete" BEFORE DELETE ON {entry} FOR EACH '
                'STATEMENT EXECUTE FUNCTION "{PLACE}.{PLACE}".peerkit_refused('
                "'the journal is never cut')"
            ),
            "trigger peerkit_entry_delete was altered",
        ),
        ('ALTER TABLE {entry} DROP CONSTRAINT "{PREFIX}entry_pkey"', "entry has lost its key"),
        ("CREATE RULE sly AS ON DELETE TO {filed} DO INSTEAD NOTHING", "rule sly is not ours"),
        ("ALTER TABLE {noun} ENABLE ROW LEVEL SECURITY", "noun shows some of its rows only"),
        (
            'CREATE TABLE "{PLACE}" () INHERITS ({tally})',
            "tally shows the rows of another one too",
        ),
    ],
)
def test_a_guard_that_is_gone_or_another_is_missed(
    where: str, server: Postgres, statement: str, fault: str
) -> None:
    """By its name, also when nothing else was done; and the doctor says so."""
    with closing(SQLStore(where)) as store, server.connect(autocommit=False) as db:
        execute(db, store, statement)
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


# -- putting guards back

#: Two triggers, on the first table that a change writes and on the last.
GONE: Final = ('program_delete" ON {program}', 'message_delete" ON {message}')


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ('DROP TRIGGER "{PREFIX}entry_update" ON {entry}', ["trigger entry_update was put back"]),
        (
            "ALTER TABLE {filed} ENABLE TRIGGER ALL; ALTER TABLE {key} DISABLE TRIGGER USER",
            [f"trigger key_{each} was switched on" for each in ("delete", "insert", "truncate")]
            + ["trigger key_update was switched on"],
        ),
        (
            'ALTER TABLE {entry} ENABLE REPLICA TRIGGER "{PREFIX}entry_insert"',
            ["trigger entry_insert was switched on"],
        ),
        (
            (
                "CREATE OR REPLACE FUNCTION {follows}() RETURNS trigger LANGUAGE plpgsql "
                "SET search_path = evil AS 'BEGIN RETURN NEW; END'; "
                'DROP TRIGGER "{PREFIX}entry_insert" ON {entry}; '
                'CREATE TRIGGER "{PREFIX}entry_insert" AFTER INSERT ON {entry} '
                "FOR EACH ROW EXECUTE FUNCTION {follows}()"
            ),
            ["function follows was put back", "trigger entry_insert was put back"],
        ),
        (
            "DROP FUNCTION {steps}(), {begins}() CASCADE",
            [
                *("function begins was put back", "function steps was put back"),
                *("trigger program_insert was put back", "trigger program_update was put back"),
            ],
        ),
    ],
)
def test_a_guard_is_put_back(where: str, server: Postgres, statement: str, said: list[str]) -> None:
    """Whatever was done to it; each is said once, and then nothing is missed."""
    with closing(SQLStore(where)) as store, server.connect(autocommit=False) as db:
        execute(db, store, statement)
        joined = store.within(db)
        assert [*joined.faults()] != []

        assert joined.mend_guards() == tuple(
            "The " + each.replace(" ", " peerkit_", 1) + "." for each in said
        )
        assert [*joined.faults()] == []
        assert joined.mend_guards() == ()
        db.rollback()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE RULE sly AS ON DELETE TO {filed} DO INSTEAD NOTHING",
        'ALTER TABLE {entry} DROP CONSTRAINT "{PREFIX}entry_pkey"',
        (
            'CREATE TRIGGER "{PREFIX}sly" AFTER UPDATE ON {filed} '
            "FOR EACH STATEMENT EXECUTE FUNCTION {refused}('x')"
        ),
    ],
)
def test_what_is_not_ours_is_left_alone(where: str, server: Postgres, statement: str) -> None:
    """So are tables; it is missed as before."""
    with closing(SQLStore(where)) as store, server.connect(autocommit=False) as db:
        execute(db, store, statement)
        joined = store.within(db)
        before = [*joined.faults()]

        assert joined.mend_guards() == ()
        assert [*joined.faults()] == before != []
        db.rollback()


def test_a_guard_that_was_put_back_refuses(server: Postgres) -> None:
    """What it let through meanwhile stays a fault, and is found; the next is refused."""
    store = SQLStore(server.new(prefix="pk_"))
    with opened(store) as program:
        program.do(welcome()).or_raise()
        execute_alone = server.connect()
        execute(execute_alone, store, "DROP FUNCTION {refused}() CASCADE")
        edit = "UPDATE {entry} SET body = body || ' ' WHERE n = 2"
        execute(execute_alone, store, edit)
        said = store.mend_guards()

        assert said[0] == "The function pk_refused was put back."
        assert "The trigger pk_entry_update was put back." in said
        with pytest.raises(psycopg.errors.RestrictViolation, match="never edited"):
            execute(execute_alone, store, edit)
        execute_alone.close()
        verified = program.verify()
        assert verified.to_mend == ()
        assert verified.first == 2
        assert program.do(report(id="s-9")).allowed


def test_whoever_does_not_own_the_tables_mends_nothing(where: str, server: Postgres) -> None:
    """And is told why, without a word of the server's own."""
    with closing(SQLStore(where)) as store, server.connect(autocommit=False) as db:
        execute(db, store, 'DROP TRIGGER "{PREFIX}entry_update" ON {entry}')
        execute(db, store, "CREATE ROLE mere; GRANT USAGE ON SCHEMA {SCHEMA} TO mere")
        execute(
            db,
            store,
            "GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA {SCHEMA} TO mere; SET ROLE mere",
        )
        with pytest.raises(pk.StoreError, match=r"InsufficientPrivilege \(42501\)") as refused:
            store.within(db).mend_guards()
        assert refused.value.__context__ is None
        db.rollback()


def keep_twenty(store: SQLStore) -> list[Entry]:
    """Twenty changes, one after the other."""
    return [keep(store, f"p-{number}") for number in range(20)]


def test_guards_are_put_back_while_others_write(server: Postgres) -> None:
    """Whoever mends waits for them, and they for whoever mends; nobody is in another's way."""
    where = server.new()
    with closing(SQLStore(where)) as store, closing(SQLStore(where, program="other")) as other:
        with ThreadPoolExecutor(2) as pool:
            written = [pool.submit(keep_twenty, each) for each in (store, other)]
            for number in range(5):
                with server.connect() as db:
                    execute(db, store, f'DROP TRIGGER "{{PREFIX}}{GONE[number % 2]}')
                store.mend_guards()
            assert [len(each.result()) for each in written] == [20, 20]
        assert [*store.faults()] == []
