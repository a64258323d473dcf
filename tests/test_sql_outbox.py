"""Several tell from one server: no person is told by two, nothing is skipped, nobody waits."""

from __future__ import annotations

import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from threading import Thread
from typing import Any

import attrs
import psycopg
import pytest

from peerkit.errors import StoreError
from peerkit.model import Message
from peerkit.stores import LONGEST_LEASE, LONGEST_PAUSE, Delivery, NotAStore, Posted, Settled
from peerkit.stores.sql import SQLStore
from peerkit.stores.sql import server as sql_server
from peerkit.stores.sql.outbox import _TAKE
from peerkit.stores.sql.reading import SQLReader
from peerkit.stores.sql.tables import Names, made
from peerkit.testing.pieces import LATER, NOW, SOON, keep, message
from tests.postgres import Postgres

pytestmark = pytest.mark.server

#: How many messages each of these people gets, and by how many processes they are told.
PEOPLE, EACH, TELLERS = 12, 12, 3


@pytest.fixture
def where(server: Postgres) -> str:
    """An address at which there is nothing yet."""
    return server.new()


@pytest.fixture
def store(where: str) -> Iterator[SQLStore]:
    """A new program there."""
    with closing(SQLStore(where)) as opened:
        yield opened


def to(person: str, due: datetime | None = None) -> Message:
    """A message to somebody."""
    return attrs.evolve(message(), to=person, due=due)


def keys(posted: tuple[Posted, ...]) -> list[str]:
    """Which they are."""
    return [each.key for each in posted]


# -- several at once


def tell_at(where: str, address: str) -> int:
    """Two threads of one process tell until nothing waits; how many they told."""
    with closing(SQLStore(where)) as store, ThreadPoolExecutor(2) as pool:
        return sum(pool.map(lambda _: tell(store, address), range(2)))


def tell(store: SQLStore, address: str) -> int:
    """Tell until nothing waits. Who fails in it stops the others too: what they share is gone."""
    with psycopg.connect(address, autocommit=True) as db:
        try:
            return sum(iter(lambda: one_round(store, db), -1))
        except BaseException:
            db.execute("DROP TABLE IF EXISTS beside")
            raise


def one_round(store: SQLStore, db: psycopg.Connection[Any]) -> int:
    """Take some, stand beside each person alone, and settle: a few fail once, or twice.

    How many were told, or -1 when nothing waits any more.
    """
    now, token = datetime.now(UTC), secrets.token_hex(8)
    taken = store.take(5, now, now + timedelta(minutes=5), token)
    people = sorted({each.message.to for each in taken})
    db.cursor().executemany("INSERT INTO beside VALUES (%s)", [(each,) for each in people])
    became: list[Settled] = []
    failed: set[str] = set()
    for each in taken:
        (n, at), who = map(int, each.key.split("/")), each.message.to
        again = Settled(key=each.key, delivery=Delivery.WAITING, due=now + timedelta(seconds=0.02))
        if n % 3 == 0 and each.attempts <= 1 + n % 2:
            became.append(attrs.evolve(again, attempts=each.attempts))
            failed.add(who)
        elif who in failed:
            became.append(attrs.evolve(again, due=each.due, attempts=each.attempts - 1))
        else:
            became.append(Settled(key=each.key, delivery=Delivery.TOLD, attempts=each.attempts))
            put = "INSERT INTO heard (person, n, position) VALUES (%s, %s, %s)"
            db.execute(put, (who, n, at))
    db.execute("DELETE FROM beside WHERE person = ANY(%s)", (people,))
    assert len(store.settle(tuple(became), now, token)) == len(taken)
    if not taken:
        time.sleep(0.02)
        return 0 if store.outbox()[1] else -1
    return sum(each.delivery is Delivery.TOLD for each in became)


@pytest.mark.once
def test_several_processes_tell_each_person_one_by_one_and_in_order(
    where: str, store: SQLStore, server: Postgres
) -> None:
    """Two tellers beside one person would break a key; told is everything, once, in its order."""
    server.ask("CREATE TABLE beside (person text PRIMARY KEY)")
    server.ask("CREATE TABLE heard (at serial, person text, n bigint, position integer)")
    try:
        for _ in range(EACH // 2):
            keep(store, "ana", messages=[to(f"p-{each}") for each in range(PEOPLE)] * 2)
        spawn = get_context("spawn")
        with ProcessPoolExecutor(TELLERS, mp_context=spawn) as pool:
            tellers = [pool.submit(tell_at, where, server.address()) for _ in range(TELLERS)]
            told = [each.result(120) for each in tellers]
        heard = server.ask("SELECT person, n, position FROM heard ORDER BY at")
    finally:
        server.ask("DROP TABLE IF EXISTS beside, heard")

    assert sum(told) == len(heard) == len(set(heard)) == PEOPLE * EACH
    for person in {each[0] for each in heard}:
        mine = [(n, at) for who, n, at in heard if who == person]
        assert mine == sorted(mine)
    assert store.outbox() == (PEOPLE * EACH, 0)


def test_takes_wait_for_each_other_and_nobody_else_waits(
    where: str, store: SQLStore, server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one program is being looked through, it is written to, and others are taken from."""
    keep(store, "ana", messages=[to("ana")])
    monkeypatch.setitem(sql_server._SETTINGS, "lock_timeout", "50ms")
    with closing(SQLStore(where)) as second, closing(SQLStore(where, program="other")) as other:
        keep(other, "ana", messages=[to("ana")])
        with server.connect() as db, db.transaction():
            lock = (second._outbox._lock, second._outbox.program)
            db.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", lock)
            with pytest.raises(StoreError, match="LockNotAvailable"):
                second.take(1, NOW, SOON, "t")
            assert keep(second, "ana", messages=[to("ben")]).number == 2
            assert keys(other.take(1, NOW, SOON, "t")) == ["1/0"]
            assert second.outbox() == (2, 2)
        assert keys(second.take(9, NOW, SOON, "t")) == ["1/0", "2/0"]


def test_who_is_just_settling_late_is_waited_for(store: SQLStore, server: Postgres) -> None:
    """What they say of the message holds for what comes behind it, as if they had been faster."""
    keep(store, "ana", messages=[to("ana"), to("ana")])
    assert keys(store.take(1, NOW, SOON, "late")) == ["1/0"]
    again = Settled(
        key="1/0", delivery=Delivery.WAITING, due=LATER + timedelta(hours=1), attempts=1
    )
    taken: list[tuple[Posted, ...]] = []
    until = LATER + timedelta(minutes=5)
    thread = Thread(target=lambda: taken.append(store.take(9, LATER, until, "next")), daemon=True)
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with server.connect() as db, db.transaction():
        assert store.within(db).settle((again,), LATER, "late") == ("1/0",)
        thread.start()
        for _ in range(1000):
            if server.ask(waits) != [(0,)]:
                break
            time.sleep(0.01)
    thread.join(60)

    assert taken == [()]


def test_whom_somebody_is_just_cancelling_is_passed_over(store: SQLStore, server: Postgres) -> None:
    """A host that settles in a long transaction of its own keeps no teller from the others."""
    keep(store, "ana", messages=[to("ana"), to("ben")])
    cancels = (Settled(key="1/0", delivery=Delivery.CANCELLED),)
    with server.connect() as db, db.transaction():
        assert store.within(db).settle(cancels, NOW) == ("1/0",)
        assert keys(store.take(9, NOW, SOON, "t")) == ["1/1"]
    assert [each.key for each in store.posted(Delivery.CANCELLED)] == ["1/0"]


def test_nobody_takes_in_a_transaction_that_may_be_taken_back(
    store: SQLStore, server: Postgres
) -> None:
    """A try is counted before anything is told; so it must not vanish with somebody's rollback."""
    keep(store, "ana", messages=[to("ana")])
    said = "Take messages outside of it"
    with server.connect() as db, db.transaction(), pytest.raises(StoreError, match=said):
        store.within(db).take(1, NOW, SOON, "t")
    (posted,) = store.take(1, NOW, SOON, "t")
    assert posted.attempts == 1


def test_what_is_taken_in_a_batch_is_taken_back_with_it(store: SQLStore) -> None:
    """A batch of ours is one transaction: what was tried in it counts when all of it does."""
    keep(store, "ana", messages=[to("ana")])
    with pytest.raises(ZeroDivisionError), store.together():  # noqa: PT012 - the whole batch
        assert [each.attempts for each in store.take(1, NOW, SOON, "t")] == [1]
        _ = 1 / 0
    with store.together():
        assert [each.attempts for each in store.take(1, NOW, SOON, "t")] == [1]
    assert store.take(1, NOW, SOON, "t") == ()


# -- those who die


HANGS = """
import sys, time
from datetime import datetime
from peerkit.stores.sql import SQLStore
store = SQLStore(sys.argv[1])
def take():
    now, lease = map(datetime.fromisoformat, sys.argv[3:5])
    print(*(each.key for each in store.take(2, now, lease, "killed")), flush=True)
    time.sleep(600)
if sys.argv[2] == "told of":
    take()
with store.together():
    take()
"""


@pytest.mark.parametrize("died", ["told of", "in between"])
def test_what_a_killed_teller_took_comes_back(where: str, store: SQLStore, died: str) -> None:
    """Killed behind its take, it holds its people until the lease ends; in the middle, nobody."""
    keep(store, "ana", messages=[to("ana"), to("ben"), to("ana"), to("cleo")])
    asked = [sys.executable, "-c", HANGS, where, died, NOW.isoformat(), SOON.isoformat()]
    with subprocess.Popen(asked, stdout=subprocess.PIPE, text=True) as teller:
        assert teller.stdout is not None
        assert teller.stdout.readline().split() == ["1/0", "1/1"]
        teller.send_signal(signal.SIGKILL)
    at_once = keys(store.take(9, NOW, SOON, "other"))
    back = store.take(9, LATER, LATER + timedelta(minutes=5), "third")

    assert at_once == (["1/3"] if died == "told of" else ["1/0", "1/1", "1/2", "1/3"])
    assert keys(back) == ["1/0", "1/1", "1/2", "1/3"]
    assert [each.attempts for each in back] == ([2, 2, 1, 2] if died == "told of" else [2] * 4)
    late = Settled(key="1/0", delivery=Delivery.TOLD)
    assert store.settle((late,), LATER, "killed") == ()


# -- what is said and read


def test_what_was_settled_is_named_once_and_in_the_order_asked(store: SQLStore) -> None:
    """A key that is none, of nobody, or there twice does no harm."""
    keep(store, "ana", messages=[to("ana"), to("ben")])
    store.take(9, NOW, SOON, "t")
    odd = ("1/1", "x", "1/0", "01/0", "1/1", "9/9", "1/0 ", "1/٠", f"{10**30}/0")
    settled = tuple(Settled(key=each, delivery=Delivery.TOLD, way="app") for each in odd)

    assert store.settle(settled, NOW, "t") == ("1/1", "1/0")
    assert store.settle(settled, NOW, "t") == ()
    assert store.settle((), NOW, "t") == ()
    assert {each.way for each in store.posted(Delivery.TOLD)} == {"app"}


def test_many_are_read_some_at_a_time_and_in_order(store: SQLStore) -> None:
    """What lies there comes in its order over all pages, whatever one asks for."""
    for _ in range(3):
        keep(store, "ana", messages=[to(f"p-{each % 7}") for each in range(400)])
    taken = store.take(200, NOW, SOON, "t")
    what = (Delivery.TOLD, Delivery.CANCELLED, Delivery.GIVEN_UP, Delivery.WAITING)
    settled = tuple(Settled(key=each.key, delivery=what[at % 4]) for at, each in enumerate(taken))
    store.settle(settled, NOW, "t")
    every = list(store.posted())

    assert [each.key for each in every] == [f"{n}/{at}" for n in (1, 2, 3) for at in range(400)]
    for some in (what[:1], what[1:], what):
        assert list(store.posted(*some)) == [each for each in every if each.delivery in some]
    assert store.outbox() == (1200, 1050)


def test_the_server_finds_them_by_its_indices(store: SQLStore) -> None:
    """However many wait, who are due and whom somebody tells is looked up, and nothing sorted."""
    for _ in range(4):
        keep(store, "ana", messages=[to(f"p-{each}") for each in range(500)])
    values = {
        "program": store._outbox.program,
        "now": NOW,
        "longest": NOW + LONGEST_LEASE,
        "paused": NOW + LONGEST_PAUSE,
        "limit": 100,
        "lease": SOON,
        "token": "t",
    }
    with store._server.lent() as db:
        sql = store._outbox.names.into(f"EXPLAIN {_TAKE}").encode()
        plan = "\n".join(line for (line,) in db.execute(sql, values))

    assert "Index Scan using peerkit_outbox" in plan
    assert "Index Cond: ((program = '1'::smallint) AND (recipient = message_1.recipient))" in plan
    assert "Seq Scan" not in plan
    assert "Sort" not in plan
    late = store._outbox._late.encode()
    with store._server.lent() as db:
        asked = (store._outbox.program, NOW, NOW + LONGEST_LEASE)
        plan = "\n".join(line for (line,) in db.execute(b"EXPLAIN " + late, asked))
    assert "Index Scan using peerkit_leased" in plan
    assert "Bitmap" not in plan  # it would look at every lease that is over, until a VACUUM


def test_the_server_finds_what_is_settled_by_its_name(store: SQLStore) -> None:
    """Also where it has not counted the rows yet: it does not read all that the program has."""
    for _ in range(4):
        keep(store, "ana", messages=[to(f"p-{each}") for each in range(500)])
    became = ([3], [7], ["told"], [None], [1], [""])
    values = (NOW, *became, store._outbox.program, [3], [7], "t")
    with store._server.lent() as db:
        asked = b"EXPLAIN " + store._outbox._settling.encode()
        plan = "\n".join(line for (line,) in db.execute(asked, values))

    name = "(n = ANY ('{3}'::bigint[])) AND (\"position\" = ANY ('{7}'::integer[]))"
    assert f"Index Cond: ((program = '1'::smallint) AND {name})" in plan


@pytest.mark.parametrize(
    "edit",
    ["delivery = 'sent'", "lease = now()", "delivery = 'told', lease = now(), attempts = 1"],
)
def test_the_database_refuses_what_no_message_can_be(
    store: SQLStore, server: Postgres, edit: str
) -> None:
    """A message is told or not, and only one that waits and was tried is somebody's."""
    keep(store, "ana", messages=[to("ana")])
    with pytest.raises(psycopg.errors.CheckViolation):
        server.ask(store._say.names.into(f"UPDATE {{message}} SET {edit}"))


# -- what an older peerkit wrote


def test_an_older_form_is_brought_up_to_date(server: Postgres) -> None:
    """What was told is told, what waits waits, a lease goes on; a reader says what to do first."""
    names = Names("older", "peerkit_")
    server.ask("CREATE SCHEMA older")
    for each in made(names, 1):
        server.ask(each)
    with server.connect() as db, db.transaction():
        db.execute("SET session_replication_role = replica")
        db.execute(names.into("INSERT INTO {program} (name, n) VALUES ('main', 1)").encode())
        put = "INSERT INTO {message} VALUES (1, 1, %s, 'ana', 'k', 'm-1', 'In', 'Out', %s, %s)"
        for row in ((0, SOON, NOW), (1, SOON, None), (2, None, None)):
            db.execute(names.into(put).encode(), row)
    where = server.address("older")
    with pytest.raises(NotAStore, match=r"written by an older peerkit\. Open it once to write"):
        SQLReader(where)
    with closing(SQLStore(where)) as store, closing(SQLStore(where)) as again:
        lies = [(each.key, each.delivery, each.attempts) for each in again.posted()]
        assert lies == [
            ("1/0", Delivery.TOLD, 0),
            ("1/1", Delivery.WAITING, 1),
            ("1/2", Delivery.WAITING, 0),
        ]
        assert store.take(9, NOW, SOON, "t") == ()
        assert keys(store.take(9, LATER, LATER, "t")) == ["1/1", "1/2"]
