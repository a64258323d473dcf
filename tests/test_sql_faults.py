"""Whatever happens to a server or on the way to it, what was acknowledged stays; work goes on."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from itertools import count
from threading import Barrier, Thread
from traceback import format_exception
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import rule, run_state_machine_as_test

import peerkit as pk
from peerkit.errors import Moved, StoreError
from peerkit.model import Count, MatchStatus
from peerkit.stores import Entry
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sql import SQLStore
from peerkit.stores.sql import server as sql_server
from peerkit.testing.pieces import PAIR, change, everything, keep, look, match, message, words
from tests.postgres import Postgres, postgres
from tests.test_stores import TwoStores

pytestmark = [
    pytest.mark.server,
    # An older driver takes a connection that the server has cut for an open one, until it is used.
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. .function BaseConnection.__del__:"
        "pytest.PytestUnraisableExceptionWarning"
    ),
]


CANARY = "Grebe-4711"
LOST = "it is not known whether this was stored"


@pytest.fixture
def where(server: Postgres) -> str:
    """An address at which there is nothing yet."""
    return server.new()


# -- a fault at every statement


class Failing:
    """Statements fail when ``turn`` comes to 0: that one, or from then on all of them."""

    def __init__(self) -> None:
        self.turn = 0
        self.sticky = False
        self.error: BaseException = psycopg.OperationalError(CANARY)

    def check(self) -> None:
        """One statement more."""
        self.turn -= 1
        if self.turn == 0 or (self.sticky and self.turn < 0):
            raise self.error


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Failing:
    """Every statement, whoever runs it, counts."""
    found = Failing()
    execute = psycopg.Cursor.execute

    def fails(self: Any, *args: Any, **how: Any) -> Any:
        found.check()
        return execute(self, *args, **how)

    monkeypatch.setattr(psycopg.Cursor, "execute", fails)
    return found


def turns(failing: Failing, step: int = 1) -> Iterator[int]:
    """First the first statement fails, then the second, and so on, until none does."""
    for turn in count(1, step):
        failing.turn = turn
        yield turn
        if failing.turn > 0:
            return


@contextmanager
def sound(failing: Failing) -> Iterator[None]:
    """Nothing fails meanwhile."""
    turn, sticky, failing.turn, failing.sticky = failing.turn, failing.sticky, 0, False
    yield
    failing.turn, failing.sticky = turn, sticky


@pytest.mark.parametrize("sticky", [False, True])
@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (psycopg.OperationalError(CANARY), StoreError),
        (psycopg.errors.CheckViolation(CANARY), StoreError),
        (psycopg.errors.DeadlockDetected(CANARY), Moved),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (MemoryError(), MemoryError),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_fault_at_any_statement_leaves_nothing(
    where: str, failing: Failing, error: BaseException, raised: type[BaseException], *, sticky: bool
) -> None:
    """Whichever statement of a change fails, and how, nothing stays; then it can be kept."""
    with closing(SQLStore(where)) as store:
        keep(store, "m-1", nouns=[match(), match("m-2")])
        before, stood = everything(store), look(store, "m-1", PAIR)
        whole = change(
            ("m-1", PAIR),
            stood,
            key="k",
            nouns=[match(status=MatchStatus.WITHDRAWN), match("m-3")],
            counts=[Count("ana", "walking", 1)],
            messages=[message()],
            said=[words("I want to swim.")],
        )
        failing.error, failing.sticky = error, sticky
        said: list[str] = []
        entry: Entry | None = None
        for _ in turns(failing):
            store._head = (-1, "")  # so that it has to lock, look again, write and commit
            try:
                entry = store.keep(whole)
            except raised as caught:
                said.append("".join(format_exception(caught)))
                with sound(failing):
                    assert everything(store) == before
                    assert look(store, "m-1", PAIR) == stood

        failing.turn, failing.sticky = 0, False
        assert len(said) == 5
        assert CANARY not in "".join(said)
        assert tuple(store.journal(1)) == (entry,)


def test_a_fault_at_any_statement_of_the_opening_does_no_harm(
    server: Postgres, failing: Failing
) -> None:
    """Whichever statement fails while tables are made, all are there when it is opened again.

    Every seventh is tried, or as PEERKIT_FAULT_STEP says.
    """
    failed = 0
    step = int(os.environ.get("PEERKIT_FAULT_STEP", "7"))
    for _ in turns(failing, step):
        where = server.new()
        try:
            SQLStore(where).close()
        except StoreError:
            failed += 1
            with sound(failing), closing(SQLStore(where)) as store:
                assert keep(store, "ana").number == 1

    assert failed > 40 // step, "The tables and triggers alone are more statements than that."


# -- connections that are lost


def test_an_idle_connection_that_was_cut_is_made_again(where: str, server: Postgres) -> None:
    """Whoever reads after the connections were cut does not notice."""
    with closing(SQLStore(where)) as store:
        with ThreadPoolExecutor(4) as pool:  # so that several are in the pool
            together = Barrier(4)
            list(pool.map(lambda _: (together.wait(30), look(store, "ana")), range(4)))
        kept = keep(store, "ana")
        server.cut()

        assert look(store, "ana").view.seen == 1
        assert tuple(store.journal()) == (kept,)
        assert keep(store, "ana").number == 2


def test_a_connection_that_is_cut_in_a_batch_ends_the_batch(where: str, server: Postgres) -> None:
    """Nothing of a batch is there when its connection was cut in the middle; work goes on."""
    with closing(SQLStore(where)) as store:
        # Older drivers may see the connection gone before they have read why.
        why = "AdminShutdown|OperationalError"
        with pytest.raises(StoreError, match=why), store.together():  # noqa: PT012 - the whole batch
            keep(store, "ana")
            server.cut()
            keep(store, "ben")
        with pytest.raises(StoreError, match=LOST), store.together():  # noqa: PT012 - the whole batch
            keep(store, "ana")
            server.cut()

        assert tuple(store.journal()) == ()
        assert keep(store, "ana").number == 1


def test_a_connection_that_is_cut_before_a_change_says_what_to_do(
    where: str, server: Postgres
) -> None:
    """Cut between reading and keeping, it is not known what was stored; a key settles it."""
    with closing(SQLStore(where)) as store:
        stood = look(store, "ana", key="k")
        server.cut()
        with pytest.raises(StoreError, match=LOST) as caught:
            store.keep(change(("ana",), stood, key="k", said=[words(CANARY)]))

        assert CANARY not in "".join(format_exception(caught.value))
        assert caught.value.__context__ is None
        assert keep(store, "ana", key="k").number == 1


class Relay:
    """A way to the server that can be cut: before a statement comes there, or before its answer."""

    def __init__(self, port: int) -> None:
        self.listens = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listens.getsockname()[1]
        self.server = port
        self.cuts: str | None = None
        Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        """Pass everything on."""
        with suppress(OSError):
            while True:
                near, _ = self.listens.accept()
                far = socket.create_connection(("127.0.0.1", self.server))
                for one, other, cut_at in ((near, far, "asked"), (far, near, "answered")):
                    Thread(target=self.passes, args=(one, other, cut_at), daemon=True).start()

    def passes(self, one: socket.socket, other: socket.socket, cut_at: str) -> None:
        """Pass what one side says on to the other, until it is cut here."""
        with suppress(OSError), one, other:
            while said := one.recv(65536):
                if self.cuts == cut_at:
                    self.cuts = None
                    for each in (one, other):
                        each.shutdown(socket.SHUT_RDWR)
                    return
                other.sendall(said)


@pytest.fixture
def relay(server: Postgres) -> Iterator[Relay]:
    """A way to the server."""
    made = Relay(server.port)
    yield made
    made.listens.close()


@pytest.mark.parametrize("cut_at", ["asked", "answered"])
def test_a_change_in_doubt_is_settled_by_its_key(where: str, relay: Relay, cut_at: str) -> None:
    """Cut on the way there or back, the act is there once after it was done again with its key."""
    parts = urlsplit(where)
    way = urlunsplit(parts._replace(netloc=f"postgres@127.0.0.1:{relay.port}"))
    with pk.Program.open(way) as program:
        act = pk.WelcomeParticipant(by="sam", id="p-1", key="once")
        keeps = program.store.keep

        def kept(change: Any) -> Entry:
            relay.cuts = cut_at
            return keeps(change)

        program.store.keep = kept  # type: ignore[method-assign]
        with pytest.raises(StoreError, match=LOST):
            program.do(act)
        program.store.keep = keeps  # type: ignore[method-assign]
        again = program.do(act)

        assert again.again is (cut_at == "answered")
        assert [each.number for each in program.journal()] == [1]
        assert program.verify().whole


def test_a_server_that_crashes_loses_nothing_acknowledged() -> None:
    """Stopped at once in the middle of a batch and started again, it has what was acknowledged."""
    with postgres() as server, closing(SQLStore(server.new())) as store:
        kept = [keep(store, "ana"), keep(store, "m-1", nouns=[match()], messages=[message()])]
        with pytest.raises(StoreError), store.together():  # noqa: PT012 - the whole batch
            keep(store, "ben")
            server.stop("immediate")
            keep(store, "cleo")
        begin = store.together().__enter__
        for ask in (store.outbox, lambda: look(store, "ana"), lambda: keep(store, "ana"), begin):
            with pytest.raises(StoreError, match="OperationalError"):
                ask()
        server.start()

        assert list(store.journal()) == kept
        assert keep(store, "ana").number == 3


# -- others in the way


def test_nobody_waits_for_ever(
    where: str, server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A head that somebody else holds is an error of ours after a while; then work goes on."""
    monkeypatch.setitem(sql_server._SETTINGS, "lock_timeout", "50ms")
    with closing(SQLStore(where)) as store:
        hold = store._say.names.into("SELECT FROM {program} FOR UPDATE").encode()
        with server.connect() as other, other.transaction():
            other.execute(hold)
            with pytest.raises(StoreError, match="LockNotAvailable"):
                keep(store, "ana")

        assert keep(store, "ana").number == 1


def test_a_writer_that_stands_still_is_not_waited_for(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who stops in the middle of a batch is cut off, and others keep what they like."""
    with closing(SQLStore(where)) as store:
        monkeypatch.setitem(sql_server._SETTINGS, "idle_in_transaction_session_timeout", "50ms")
        with closing(SQLStore(where)) as slow, pytest.raises(StoreError), slow.together():  # noqa: PT012 - the whole batch
            keep(slow, "ana")
            assert keep(store, "ben").number == 1  # it waits until the other one is cut off

        assert [each.read()["about"] for each in store.journal()] == [["ben"]]


def test_two_hosts_that_cross_do_not_wait_for_ever(where: str, server: Postgres) -> None:
    """Two transactions that keep in two programs, each in its order: one is told to do it again."""
    with (
        closing(SQLStore(where, program="north")) as north,
        closing(SQLStore(where, program="south")) as south,
    ):
        both = Barrier(2)

        def crosses(first: SQLStore, then: SQLStore) -> bool:
            with server.connect() as db, db.transaction():
                keep(first.within(db), "ana")
                both.wait(30)
                try:
                    keep(then.within(db), "ana")
                except Moved:
                    return False
            return True

        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(crosses, (north, south), (south, north)))

        assert sorted(done) == [False, True]
        assert len(tuple(north.journal())) + len(tuple(south.journal())) == 3


# -- the same as in memory


def test_any_changes_in_any_order_come_to_the_same(server: Postgres) -> None:
    """Whatever is asked of memory and of the server, in whatever order, both answer alike."""

    class MemoryAndServer(TwoStores):
        """The file is a server."""

        def __init__(self) -> None:
            super().__init__()
            self.file.close()
            self.where = server.new()
            self.memory, self.file = MemoryStore(), SQLStore(self.where)  # type: ignore[assignment]

        @rule()
        def open_again(self) -> None:
            """Close it and open it again."""
            self.file.close()
            self.file = SQLStore(self.where)  # type: ignore[assignment]

    chosen = settings(max_examples=8, stateful_step_count=20, phases=[Phase.generate])
    run_state_machine_as_test(MemoryAndServer, settings=chosen)
