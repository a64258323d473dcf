"""A program on a PostgreSQL server keeps what a store promises, and a little more."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from contextvars import Context
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from traceback import format_exception
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
import sqlalchemy

import peerkit as pk
from peerkit.errors import MissingExtra, Moved, StoreError
from peerkit.model import Count, Goal, Match, MatchStatus
from peerkit.stores import NotAStore, Store, Wanted
from peerkit.stores.sql import SQLStore
from peerkit.stores.sql import opening as sql_opening
from peerkit.stores.sql import server as sql_server
from peerkit.stores.sql.reading import SQLReader, sql_at
from peerkit.stores.sql.server import run
from peerkit.stores.sqlite import SQLiteStore
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
from tests.postgres import Postgres

pytestmark = pytest.mark.server


CANARY = "Grebe-4711"


class TestSQLStore(StoreConformance):
    """What every store promises, on a server."""

    claims = frozenset(
        {
            *("persistent", "processes", "server", "host-transaction"),
            *("read-only", "reseals", "mends-guards"),
        }
    )

    @pytest.fixture(autouse=True)
    def _server(self, server: Postgres) -> None:
        """An address of its own for each test."""
        self.server = server
        self.where = server.new()

    @pytest.fixture
    def store(self) -> Iterator[SQLStore]:
        """A new schema."""
        with closing(SQLStore(self.where)) as store:
            yield store

    def reopen(self, store: SQLStore) -> Store:
        """The same schema."""
        return SQLStore(self.where)

    def address(self, store: SQLStore) -> str:
        """Where it is."""
        return self.where

    def reader(self, store: SQLStore) -> closing[SQLReader]:
        """The same schema, to be read only."""
        return closing(SQLReader(self.where))

    def unguard(self, store: SQLStore) -> str:
        """Whoever owns a table may drop a trigger."""
        table = f'"{schema_of(self.where)}".peerkit_entry'
        self.server.ask(f"DROP TRIGGER peerkit_entry_update ON {table}")
        return "peerkit_entry_update"

    def neighbour(self, store: SQLStore) -> closing[SQLStore]:
        """Another program in the same schema."""
        return closing(SQLStore(self.where, program="other"))

    def cut(self, store: SQLStore) -> None:
        """By the server itself."""
        self.server.cut()

    @property
    def visit(self) -> str:
        """A table of the host's, in the same schema."""
        table = f'"{schema_of(self.where)}".visit'
        self.server.ask(f"CREATE TABLE IF NOT EXISTS {table} (id text)")
        return table

    @contextmanager
    def hosting(self, store: SQLStore) -> Iterator[tuple[Store, Callable[[str], object]]]:
        """A transaction of the host's, through psycopg."""
        row = f"INSERT INTO {self.visit} VALUES (%s)".encode()
        with self.server.connect() as db, db.transaction():
            yield store.within(db), lambda id_: db.execute(row, (id_,))

    def hosted(self, store: SQLStore) -> list[str]:
        """The rows of that table."""
        return [id_ for (id_,) in self.server.ask(f"SELECT id FROM {self.visit} ORDER BY id")]


# -- what a server does besides


@pytest.fixture
def where(server: Postgres) -> str:
    """An address at which there is nothing yet."""
    return server.new()


@pytest.fixture
def store(where: str) -> Iterator[SQLStore]:
    """A new program there."""
    with closing(SQLStore(where)) as opened:
        yield opened


def schema_of(where: str) -> str:
    """The schema that an address names."""
    return parse_qs(urlsplit(where).query)["schema"][0]


def test_a_program_is_opened_by_its_address(where: str) -> None:
    """The door opens a server like a file, by either way to write its address."""
    with pk.Program.open(where) as program:
        program.do(pk.WelcomeParticipant(by="sam", id="p-1"))
    with pk.Program.open(where.replace("postgresql:", "postgresql+psycopg:")) as again:
        assert again.view("p-1").nouns
        assert again.verify().whole


def test_a_database_holds_many_programs(where: str) -> None:
    """Two programs in one schema have journals of their own and know nothing of each other."""
    with pytest.raises(NotAStore, match="holds no peerkit store, and none is made"):
        SQLStore(where, program="north", must_exist=True)
    with closing(SQLStore(where, program="north")) as north:
        with pytest.raises(NotAStore, match="no program of this name"):
            SQLStore(where, program="south", must_exist=True)
        with closing(SQLStore(where, program="north", must_exist=True)):
            pass
        with closing(SQLStore(where, program="south")) as south:
            kept = keep(north, "m-1", nouns=[match()], messages=[message()], key="k")

            assert south.take(1, NOW, SOON, "t") == ()
            assert look(south, "m-1", key="k").earlier is None
            assert keep(south, "m-1", nouns=[match()], key="k").number == 1
        with closing(SQLStore(where, program="north")) as again:
            assert tuple(again.journal()) == (kept,)


def test_writers_of_different_programs_do_not_wait(where: str) -> None:
    """While one program is in the middle of a batch, another one keeps what it likes."""
    with (
        closing(SQLStore(where, program="north")) as north,
        closing(SQLStore(where, program="south")) as south,
    ):
        with north.together():
            keep(north, "ana")
            assert keep(south, "ana").number == 1
        assert [each.number for each in north.journal()] == [1]


def test_the_chain_is_that_of_a_file(store: SQLStore, tmp_path: Path) -> None:
    """The same acts come to the same hashes on a server as in a file."""
    with closing(SQLiteStore(tmp_path / "program.db")) as file:
        for each in (store, file):
            keep(each, "m-1", PAIR, nouns=[match()], said=[words("Ring my sister. Grüße ☎")])
            keep(each, "m-1", nouns=[match(status=MatchStatus.ACCEPTED)], messages=[message()])
            keep(each, "ana", counts=[Count("ana", "walking", 1)], key="k")

        assert tuple(store.journal()) == tuple(file.journal())
        assert everything(store) == everything(file)


def test_names_are_ours_to_choose(server: Postgres) -> None:
    """Two prefixes in one schema are two stores; the host's tables beside them are left alone."""
    schema = schema_of(server.new())
    server.ask(f'CREATE SCHEMA "{schema}"')
    server.ask(f'CREATE TABLE "{schema}".noun (theirs text)')
    for prefix in ("one_", "two_"):
        with closing(SQLStore(server.address(schema), prefix=prefix)) as store:
            assert keep(store, "ana").number == 1
    tables = f"SELECT tablename FROM pg_tables WHERE schemaname = '{schema}'"
    names = {name for (name,) in server.ask(tables)}

    assert "noun" in names
    assert all(name.startswith(("one_", "two_")) for name in names - {"noun"})


def test_without_a_schema_they_are_where_the_connection_makes_tables(server: Postgres) -> None:
    """The first schema of the search path is taken, and the place is found again from others."""
    server.ask("CREATE SCHEMA first")
    path = {"options": "-csearch_path%3Dfirst,public"}
    with closing(SQLStore(server.address(**path))) as store:
        keep(store, "ana")
    later = {"options": "-csearch_path%3Dpublic,first"}
    with closing(SQLStore(server.address(**later))) as store:
        assert len(tuple(store.journal())) == 1


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"schema": 'x"; DROP'}, "schema is a name of small letters"),
        ({"prefix": "Peer"}, "prefix is a name of small letters"),
        ({"durability": "off"}, "durability is one of full, normal"),
    ],
)
def test_a_wrong_name_is_refused_before_anything_is_asked(how: dict[str, str], why: str) -> None:
    """What cannot be a name of ours never comes into a statement."""
    with pytest.raises(StoreError, match=why):
        SQLStore("postgresql://nobody@127.0.0.1:1/nowhere", **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("mysql://localhost/x", "PostgreSQL is the server that is supported"),
        ("postgresql+asyncpg://localhost/x", "PostgreSQL is the server that is supported"),
        ("postgresql://secret@host:port/x", "That is no address"),
        ("", "Give an address, or an engine of your own"),
        ("postgresql://secret@127.0.0.1:1/nowhere", "could not be reached, or refused us"),
        ("postgres://secret@127.0.0.1:1/nowhere", "could not be reached, or refused us"),
        ("postgresql://secret@127.0.0.1:1/nowhere?shcema=x", "an option that is not known"),
    ],
)
def test_a_wrong_address_says_so(where: str, why: str) -> None:
    """What is no server of ours, or not there, is an error that does not repeat the address."""
    with pytest.raises(StoreError, match=why) as caught:
        SQLStore(where)
    assert "secret" not in "".join(format_exception(caught.value))


def test_without_its_packages_a_server_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever has not installed the extra is told its name."""
    spec = spec_from_file_location("again", str(sql_server.__file__))
    assert spec is not None
    assert spec.loader is not None
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)

    with pytest.raises(MissingExtra, match=r"peerkit\[sql\]"):
        spec.loader.exec_module(module_from_spec(spec))


def test_an_engine_of_another_kind_is_refused(where: str) -> None:
    """Of engines too, only PostgreSQL through psycopg will do, and only one place is named."""
    lite = sqlalchemy.create_engine("sqlite://")
    with pytest.raises(StoreError, match="PostgreSQL is the server that is supported"):
        SQLStore(engine=lite)
    with pytest.raises(StoreError, match="one of the two"):
        SQLStore(where, engine=lite)
    with pytest.raises(StoreError, match="an engine as engine=…"):
        SQLStore(lite)  # type: ignore[arg-type]  # what people try first
    with pytest.raises(StoreError, match="its own settings say"):
        SQLStore(engine=lite, durability="full")


def open_and_keep(where: str) -> int:
    """Open, keep one entry and close, in a process of its own."""
    with closing(SQLStore(where)) as store:
        return keep(store, "ana").number


def test_a_new_schema_may_be_opened_by_several_at_once(server: Postgres) -> None:
    """When several open the same new place, one makes it and all can use it."""
    places = [server.new() for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(open_and_keep, [each for each in places for _ in range(2)]))

    assert sorted(numbers) == [1, 1, 1, 1, 2, 2, 2, 2]


def test_a_program_is_only_read(where: str, server: Postgres) -> None:
    """Who opens it to read makes nothing, changes nothing, sees what others keep, and verifies."""
    with pytest.raises(NotAStore, match="holds no peerkit store"):
        pk.Program.open(where, read_only=True)
    with pk.Program.open(where) as program:
        program.do(pk.WelcomeParticipant(by="coordinator", id="p-7")).or_raise()
        with pytest.raises(NotAStore, match="no program of this name"):
            pk.Program.open(where, program="nobodys", read_only=True)
        with pytest.raises(StoreError, match="not made durable"):
            pk.Program.open(where, read_only=True, durability="full")

        with pk.Program.open(where, read_only=True) as reader:
            assert [each.id for each in reader.every(pk.Participant)] == ["p-7"]
            program.do(pk.WelcomeParticipant(by="coordinator", id="p-8")).or_raise()
            with reader.store.together():
                seen = reader.count(pk.Participant)
                program.do(pk.WelcomeParticipant(by="coordinator", id="p-9")).or_raise()
                assert reader.count(pk.Participant) == seen == 2
            assert reader.verify().whole
            assert isinstance(reader.store, SQLReader)
            for write in (
                partial(reader.do, pk.WelcomeParticipant(by="coordinator", id="p-1")),
                partial(reader.store.take, 1, NOW, SOON, "t"),
                partial(reader.store.settle, (), NOW),
                partial(reader.store.reseal, ()),
            ):
                with pytest.raises(StoreError, match="opened to be read only"):
                    write()
        assert program.count(pk.Participant) == 3


def test_a_newer_form_is_left_alone(where: str, server: Postgres) -> None:
    """What a newer peerkit has written is refused, and not touched."""
    SQLStore(where).close()
    server.ask(f'UPDATE "{schema_of(where)}".peerkit_form SET form = 3')
    with pytest.raises(NotAStore, match="written by a newer peerkit"):
        SQLStore(where)


def test_a_database_that_cannot_hold_every_text_is_refused(server: Postgres) -> None:
    """A database whose texts are not Unicode would keep some words and lose others."""
    server.ask("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(NotAStore, match="as LATIN1"):
        SQLStore(server.address().removesuffix("postgres") + "latin")


def test_a_server_that_is_too_old_is_refused(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that lacks what we rest on is refused before anything is made."""
    monkeypatch.setattr(sql_opening, "_OLDEST", 990_000)
    with pytest.raises(NotAStore, match="too old"):
        SQLStore(where)


def test_a_place_that_can_only_be_read_can_be_read(where: str, server: Postgres) -> None:
    """A copy that takes no change opens and answers; what would change it is an error of ours."""
    with closing(SQLStore(where)) as store:
        kept = keep(store, "m-1", nouns=[match()])
    only = server.address(schema_of(where), options="-cdefault_transaction_read_only%3Don")
    with closing(SQLStore(only)) as copy:
        assert tuple(copy.journal()) == (kept,)
        with pytest.raises(StoreError, match="ReadOnlySqlTransaction"):
            keep(copy, "ana")


def test_durability_is_full_unless_one_says_otherwise(where: str) -> None:
    """The server waits for its disk unless the caller chose not to."""
    for how, said in (
        ({}, "on"),
        ({"durability": "full"}, "on"),
        ({"durability": "normal"}, "off"),
    ):
        with closing(sql_at(where, program="main", durability=how.get("durability"))) as store:
            assert store._server.ask("SHOW synchronous_commit", ()) == [(said,)]


def test_nothing_stays_open_between_two_changes(store: SQLStore, server: Postgres) -> None:
    """After a change, a refusal and a fault no connection is left in a transaction."""
    old = look(store, "ana")
    keep(store, "ana", counts=[Count("ana", "walking", 1)])
    with pytest.raises(Moved):
        store.keep(change(("ana",), old, counts=[Count("ana", "walking", 1)]))
    with pytest.raises(StoreError, match="NumericValueOutOfRange"):
        keep(store, "ana", counts=[Count("ana", "walking", 2**63)])
    open_ones = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"

    assert server.ask(open_ones) == [(0,)]


def test_a_store_does_not_go_through_a_fork(
    store: SQLStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that was made in another process is not used, nor closed."""
    whole = change(("ana",), look(store, "ana"))
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(os, "getpid", lambda: 1)
        for use in (store.outbox, lambda: store.keep(whole), store.together().__enter__):
            with pytest.raises(StoreError, match="opened in another process"):
                use()


def test_what_no_server_can_hold_is_an_error_without_the_text(store: SQLStore) -> None:
    """Half a character, a NUL and a number without end are errors of ours that carry no text."""
    said = f"{CANARY} \ud800", f"{CANARY} \0"
    asks: list[Callable[[], object]] = [
        *(partial(store.apart, each) for each in said),
        *(partial(look, store, each) for each in said),
        *(partial(keep, store, "x", key=each) for each in said),
        *(partial(keep, store, "x", said=[words(each)]) for each in said),
        partial(keep, store, "x", nouns=[goal(1), goal(1)], said=[words(CANARY)]),
        partial(keep, store, "x", counts=[Count("ana", CANARY, 2**62)] * 2),
    ]
    for ask in asks:
        with pytest.raises(StoreError) as caught:
            ask()
        assert CANARY not in "".join(format_exception(caught.value))
        assert caught.value.__context__ is None

    assert tuple(store.journal()) == ()


def test_texts_come_back_as_they_went(store: SQLStore) -> None:
    """Quotes, braces, backslashes and all other signs are kept as they are."""
    odd = ['{"a","b"}', "\\", '\\"', "NULL", "", "'; --", "%s %(x)s", "{noun}", "שלום", "a\nb\tc"]
    keep(store, *odd[3:5], said=[words(each, about=each) for each in odd], nouns=[goal(1)])

    for each in odd:
        assert store.apart(each)[0].text == each
    assert tuple(store.journal(about="NULL")) == tuple(store.journal())


def test_a_noun_that_does_not_fit_is_named_and_not_shown(where: str, server: Postgres) -> None:
    """A row that was damaged is an error that names the noun and the place, and no value."""
    with closing(SQLStore(where)) as store:
        keep(store, "m-1", nouns=[match()])
    noun = f'"{schema_of(where)}".peerkit_noun'
    server.ask(f"ALTER TABLE {noun} DISABLE TRIGGER ALL")
    server.ask(f"UPDATE {noun} SET body = replace(body, 'proposed', '{CANARY}')")

    with closing(SQLStore(where)) as store:
        with pytest.raises(StoreError, match=r"a match m-1 that does not fit: \$.status") as caught:
            store.find(Wanted(Match))
        assert CANARY not in "".join(format_exception(caught.value))


def test_what_is_remembered_as_read_has_an_end(
    store: SQLStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many nouns are read, few are held in memory, and they come all the same."""
    keep(store, "x", nouns=map(goal, range(10)))
    store._nouns.known.clear()
    monkeypatch.setattr(rows, "REMEMBERED", 3)

    assert store.find(Wanted(Goal)) == tuple(map(goal, range(10)))
    assert len(store._nouns.known) <= 3


def test_what_is_forgotten_is_not_remembered(store: SQLStore) -> None:
    """When somebody is forgotten, no noun that was read before is held in memory."""
    keep(store, "m-1", nouns=[match()])
    assert store._nouns.known
    keep(store, "p-1", forgets=["p-1"])

    assert not store._nouns.known


def test_another_task_is_told_whose_batch_it_is(store: SQLStore) -> None:
    """Also when it would open one of its own: that it has one open already would be wrong."""
    with store.together(), pytest.raises(StoreError, match="Another task of this thread"):
        Context().run(store.together().__enter__)


def test_a_fault_inside_a_batch_ends_the_batch(store: SQLStore) -> None:
    """After a failure nothing more can be kept in a batch, so nobody takes half of it for all."""
    with pytest.raises(StoreError, match="failed, and the whole batch with it"), store.together():  # noqa: PT012 - the whole batch
        keep(store, "ana")
        with pytest.raises(StoreError, match="NumericValueOutOfRange"):
            keep(store, "ben", counts=[Count("ben", "walking", 2**63)])
        with pytest.raises(StoreError, match="failed, and the whole batch with it"):
            keep(store, "cleo")

    assert tuple(store.journal()) == ()


# -- the database guards itself

GUARDED = {
    "noun": (
        "kind = kind",
        "program, id, kind, n, status, day, body",
        "1, 'x', 'x', 1, '', '', ''",
    ),
    "tally": ("value = 7", "program, of, period, what, value", "1, 'x', '', 'x', 1"),
    "apart": ("text = ''", "program, n, position, about, owner, salt, text", "1,1,9,'','','',''"),
    "key": ("n = 1", "program, key, n", "1, 'x', 1"),
    "message": (
        "inside = ''",
        "program, n, position, recipient, kind, about, inside, outside",
        "1, 1, 9, '', '', '', '', ''",
    ),
    "entry": ("body = '{}'", "program, n, hash, body", "1, 2, '', '{}'"),
    "program": ("n = 7", "name, n", "'x', 7"),
}


@pytest.mark.parametrize("table", GUARDED)
def test_the_database_itself_guards_what_is_kept(where: str, server: Postgres, table: str) -> None:
    """Who goes round the door can neither edit, add, take away nor empty anything."""
    with closing(SQLStore(where)) as store:
        whole = {"counts": [Count("ana", "walking", 1)], "messages": [message()], "key": "k"}
        keep(store, "m-1", nouns=[match()], said=[words("Mine.")], **whole)
        before = everything(store)
        edit, columns, values = GUARDED[table]
        name = f'"{schema_of(where)}".peerkit_{table}'
        for statement in (
            f"UPDATE {name} SET {edit}",
            f"INSERT INTO {name} ({columns}) VALUES ({values})",
            f"DELETE FROM {name}",
            f"TRUNCATE {name}",
        ):
            with pytest.raises(psycopg.errors.RestrictViolation):
                server.ask(statement)

        assert everything(store) == before


def test_a_change_does_not_open_the_door_for_others(store: SQLStore, server: Postgres) -> None:
    """In a transaction of a host, what is kept by us lets nobody change it by hand."""
    name = store._say.names.into("{noun}")
    with server.connect(autocommit=False) as db:
        keep(store.within(db), "m-1", nouns=[match()])
        with pytest.raises(psycopg.errors.RestrictViolation):
            db.execute(f"UPDATE {name} SET kind = kind".encode())


def test_the_head_moves_one_step_and_takes_an_entry_along(store: SQLStore) -> None:
    """By hand the head can only go on by one, and an entry can only be the one it names."""
    program, entry = (store._say.names.into(each) for each in ("{program}", "{entry}"))
    step = f"UPDATE {program} SET n = n + 1"
    other = "SELECT id, n, 'another hash', '' FROM head"
    keep(store, "ana")
    server = store._server
    for statement in (
        f"UPDATE {program} SET n = n + 2",
        f"UPDATE {program} SET name = 'other', n = n + 1",
        f"INSERT INTO {entry} SELECT id, n, hash, '' FROM {program}",
        f"WITH head AS ({step} RETURNING id, n) INSERT INTO {entry} {other}",
    ):
        with pytest.raises(StoreError, match=r"RestrictViolation|UniqueViolation"):
            server.change(lambda db, said=statement: run(db, said))  # type: ignore[misc]

    assert keep(store, "ana").number == 2


# -- a host's own transaction


@pytest.fixture
def engine(server: Postgres) -> Iterator[sqlalchemy.Engine]:
    """An engine of the host, with a table of its own."""
    address = server.address().replace("postgresql:", "postgresql+psycopg:")
    made = sqlalchemy.create_engine(address)
    with made.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS visit")
        connection.exec_driver_sql("CREATE TABLE visit (id text PRIMARY KEY)")
    yield made
    made.dispose()


@pytest.fixture
def hosted(engine: sqlalchemy.Engine, where: str) -> Iterator[SQLStore]:
    """A store through the engine of the host."""
    with closing(SQLStore(engine=engine, schema=schema_of(where))) as opened:
        yield opened


def visits(engine: sqlalchemy.Engine) -> list[str]:
    """The rows of the host."""
    with engine.connect() as connection:
        return [id_ for (id_,) in connection.exec_driver_sql("SELECT id FROM visit ORDER BY id")]


@pytest.mark.parametrize("ends", ["commit", "rollback"])
@pytest.mark.parametrize("way", ["sqlalchemy", "psycopg", "autocommit"])
def test_the_host_and_we_are_kept_together(
    hosted: SQLStore, engine: sqlalchemy.Engine, server: Postgres, ends: str, way: str
) -> None:
    """The rows of the host and ours are there after its commit, and not after its rollback."""

    def both(db: Any, store: SQLStore) -> None:
        getattr(db, "exec_driver_sql", db.execute)("INSERT INTO visit VALUES ('v-1')")
        keep(store, "m-1", nouns=[match()])
        keep(store, "m-1", nouns=[match(status=MatchStatus.ACCEPTED)])
        assert len(tuple(store.journal())) == 2
        assert tuple(hosted.journal()) == (), "Others saw what was not committed."
        if ends == "rollback":
            raise ZeroDivisionError

    with suppress(ZeroDivisionError):
        if way == "sqlalchemy":
            with engine.begin() as connection:
                both(connection, hosted.within(connection))
        else:
            with server.connect(autocommit=way == "autocommit") as db, db.transaction():
                both(db, hosted.within(db))

    assert visits(engine) == (["v-1"] if ends == "commit" else [])
    assert [each.number for each in hosted.journal()] == ([1, 2] if ends == "commit" else [])


def test_we_may_be_the_first_in_a_transaction(hosted: SQLStore, server: Postgres) -> None:
    """Nothing of ours is committed before the host says so, also when it has said nothing yet."""
    with server.connect(autocommit=False) as db:
        keep(hosted.within(db), "ana")
        db.rollback()
        assert tuple(hosted.journal()) == ()
        keep(hosted.within(db), "ana")
        db.commit()

    assert len(tuple(hosted.journal())) == 1


def test_an_error_of_ours_leaves_the_host_its_transaction(
    hosted: SQLStore, engine: sqlalchemy.Engine
) -> None:
    """After Moved, a fault and a batch that failed, the host goes on and commits."""
    old = look(hosted, "ana")
    keep(hosted, "ana", counts=[Count("ana", "walking", 1)])
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO visit VALUES ('v-1')")
        store = hosted.within(connection)
        with pytest.raises(Moved):
            store.keep(change(("ana",), old, counts=[Count("ana", "walking", 1)]))
        with pytest.raises(StoreError, match="NumericValueOutOfRange"):
            keep(store, "ana", counts=[Count("ana", "walking", 2**63)])
        with pytest.raises(ZeroDivisionError), store.together():  # noqa: PT012 - the whole batch
            keep(store, "ben")
            _ = 1 / 0
        with store.together():
            keep(store, "cleo")
        store.close()
        connection.exec_driver_sql("INSERT INTO visit VALUES ('v-2')")

    assert visits(engine) == ["v-1", "v-2"]
    assert [each.read()["about"] for each in hosted.journal()] == [["ana"], ["cleo"]]


def test_a_host_gives_a_connection_that_is_in_a_transaction(
    hosted: SQLStore, engine: sqlalchemy.Engine, server: Postgres
) -> None:
    """What is none, and what commits by itself, is refused before anything is written."""
    for none in (None, engine, "a connection"):
        with pytest.raises(StoreError, match="Give a connection"):
            hosted.within(none)  # type: ignore[arg-type]  # an unset variable, the wrong thing
    with server.connect() as db:
        db.autocommit = True
        with pytest.raises(StoreError, match="commits each statement by itself"):
            hosted.within(db)
        with db.transaction():
            keep(hosted.within(db), "ana")
            here = hosted.within(db)
        with pytest.raises(StoreError, match="commits each statement by itself"):
            keep(here, "ben")  # the transaction has ended
    closed = engine.connect()
    closed.close()
    for ended in (db, closed):
        with pytest.raises(StoreError, match="Give a connection that is open"):
            hosted.within(ended)
    with pytest.raises(StoreError, match="Give a connection that is open"):
        keep(here, "ben")
    with (
        engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        pytest.raises(StoreError, match="commits each statement by itself"),
    ):
        hosted.within(connection)

    assert [each.number for each in hosted.journal()] == [1]


def test_a_stricter_host_is_told_that_others_were_faster(
    hosted: SQLStore, server: Postgres
) -> None:
    """In a transaction that sees one moment only, what others kept since is Moved."""
    with server.connect() as db, db.transaction():
        db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        store = hosted.within(db)
        stood = look(store, "ana")
        keep(hosted, "ben")
        with pytest.raises(Moved):
            store.keep(change(("ana",), stood))


def test_the_engine_of_a_host_stays_open_and_as_it_was(
    engine: sqlalchemy.Engine, where: str
) -> None:
    """When our store is closed, the host still has its engine, in its own way of committing."""
    with closing(SQLStore(engine=engine, schema=schema_of(where))) as store:
        keep(store, "ana")
    with engine.connect() as connection:
        connection.exec_driver_sql("INSERT INTO visit VALUES ('v-1')")

    assert visits(engine) == []


def test_an_entry_about_nobody_is_kept(where: str) -> None:
    """It belongs to no id, and has its number."""
    with closing(SQLStore(where)) as store:
        assert keep(store).number == 1
        assert [each.number for each in store.journal()] == [1]
