"""What is asked of an SQLite file goes through an index: a month is never a scan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import peerkit as pk
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.stores import Apart, Delivery, Order, Wanted
from peerkit.stores.sqlite import SQLiteStore
from peerkit.stores.sqlite import outbox as sqlite_outbox
from peerkit.stores.sqlite.statements import counting, finding
from peerkit.testing.pieces import keep
from tests.ordinary import NOW, TODAY, opened, report
from tests.ordinary import plan as planned

HELD = frozenset({"held"})
MONTH = {"since": "2026-11-01T00:00:00+00:00", "until": "2026-12-01"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SQLiteStore]:
    """An empty file: its plans must not depend on what is counted in it."""
    store = SQLiteStore(tmp_path / "program.db")
    yield store
    store.close()


def plan(store: SQLiteStore, sql: str, values: tuple[Any, ...]) -> list[str]:
    """How SQLite would go about it."""
    return [row[3] for row in store._db.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


def steps(store: SQLiteStore, sql: str, values: tuple[Any, ...]) -> list[str]:
    """What it reads and sorts, without how it puts the two parts of a statement together."""
    parts = ("SEARCH", "SCAN peerkit", "SCAN noun", "SCAN filed", "USE TEMP")
    return [each for each in plan(store, sql, values) if each.startswith(parts)]


@pytest.mark.parametrize("about", [None, "p-7"])
@pytest.mark.parametrize("days", [{}, MONTH, {"since": "2026-11-01"}, {"until": "2026-12-01"}])
@pytest.mark.parametrize("statuses", [None, HELD])
@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("after", ["", "2026-11-05 s-1"])
def test_what_is_found_goes_through_an_index(
    store: SQLiteStore,
    about: str | None,
    days: dict[str, Any],
    statuses: frozenset[str] | None,
    order: Order,
    after: str,
) -> None:
    """Every filter in every order; a page begins at its place, and only by id is it sorted.

    What is filed under somebody has its days in its key: a month is a part of it, and its ids
    are put in their order.
    """
    wanted = Wanted(pk.Session, about=about, statuses=statuses, order=order, **days)
    first, *rest = steps(store, *finding(1, wanted, after, 100))

    # What was found among what is filed, one by one.
    assert [each for each in rest if each.startswith("SCAN")] == (["SCAN filed"] if about else [])
    assert first.startswith("SEARCH")
    assert "kind=?" in first
    assert ("_of_day" in first) is (wanted.dated and about is None)
    assert ("day>?" in first) is (bool(wanted.since) and not (after and order is Order.OLDEST))
    assert ("day<?" in first) is (bool(wanted.until) and not (after and order is Order.NEWEST))
    if after:
        place = {Order.ID: "id>?", Order.OLDEST: "(day,id)>(?,?)", Order.NEWEST: "(day,id)<(?,?)"}
        assert (place[order] in first) is (order is not Order.ID or not (days or about))
    sorts = "USE TEMP B-TREE FOR ORDER BY" in rest
    assert sorts is (order is Order.ID and bool(days or about))


@pytest.mark.parametrize("about", [None, "p-7"])
@pytest.mark.parametrize("days", [{}, MONTH])
@pytest.mark.parametrize("statuses", [None, HELD])
def test_what_is_counted_goes_through_an_index(
    store: SQLiteStore,
    about: str | None,
    days: dict[str, Any],
    statuses: frozenset[str] | None,
) -> None:
    """A month is counted in the index of days, or in the part of it that is filed."""
    wanted = Wanted(pk.Session, about=about, statuses=statuses, **days)
    first, *rest = steps(store, *counting(1, wanted))

    assert first.startswith("SEARCH")
    assert "kind=?" in first
    assert ("_of_day" in first) is (bool(days) and about is None)
    assert ("day>? AND day<?" in first) is bool(days)
    assert len(rest) == (1 if about and statuses else 0)


def test_a_teller_finds_what_waits_in_the_indices(store: SQLiteStore) -> None:
    """Whoever takes looks at one index in its order, and at who is held or told just now."""
    values: dict[str, str | int] = dict.fromkeys(("program", "limit", "holds"), 1)
    values |= dict.fromkeys(("now", "lease", "longest", "paused", "token"), "")
    asked = store._db.execute(f"EXPLAIN QUERY PLAN {sqlite_outbox._TAKE}", values)
    steps = [row[3] for row in asked if row[3].startswith(("SEARCH", "SCAN", "USE"))]

    tried = "COVERING INDEX peerkit_tried (program=? AND delivery=? AND recipient=? AND"
    assert [each.split(" USING ")[1] for each in steps] == [
        "PRIMARY KEY (program=? AND n=? AND position=?)",
        "COVERING INDEX peerkit_not_told (program=? AND delivery=?)",
        "COVERING INDEX peerkit_leased (program=? AND lease>? AND lease<?)",
        f"{tried} due=? AND n=? AND position=? AND attempts>?)",
        f"{tried} due>? AND due<?)",
    ]


@pytest.mark.parametrize(
    ("delivery", "index"),
    [
        ((), "PRIMARY KEY (program=? AND (n,position)>(?,?))"),
        ((Delivery.TOLD,), "PRIMARY KEY (program=? AND (n,position)>(?,?))"),
        ((Delivery.TOLD, Delivery.WAITING), "PRIMARY KEY (program=? AND (n,position)>(?,?))"),
        *(
            ((each,), "INDEX peerkit_not_told (program=? AND delivery=? AND (n,position)>(?,?))")
            for each in Delivery
            if each is not Delivery.TOLD
        ),
    ],
)
def test_the_outbox_is_read_in_its_order(
    store: SQLiteStore, delivery: tuple[Delivery, ...], index: str
) -> None:
    """A page begins at its place and nothing is sorted; the few that were not told are found."""
    found = plan(store, *sqlite_outbox.posting(1, delivery, (7, 0)))

    assert found == [f"SEARCH peerkit_message USING {index}"]


#: What is small or made up: the ids that are asked about, a list of numbers, the names of tables.
SMALL = ("about", "CONSTANT ROW", "json_each", "SCAN (subquery", "sqlite_schema")


def test_no_statement_reads_a_whole_table(tmp_path: Path) -> None:
    """Whatever a program asks of its file, nothing in it is read from end to end."""
    store = SQLiteStore(tmp_path / "program.db")
    asked: set[str] = set()
    store._db.set_trace_callback(asked.add)
    with opened(store) as program:
        program.do(planned(starts=NOW + timedelta(days=1))).or_raise()
        program.do(report(id="s-2", key="k-1")).or_raise()
        program.do(report(id="s-2", key="k-1")).or_raise()
        program.do(report(id="s-2", corrects=True, participants=("p-8",)))
        goal = pk.SetGoal(by="p-7", participant="p-7", words=pk.Words("I want to swim."))
        list(program.do_all([goal, goal]))
        program.tell(MemoryNotifier())
        program.view("ana", "p-7", "ana+p-7", as_of=5)
        program.words("goal/g-1")
        assert program.verify().whole
        said = next(each for each in store.books() if isinstance(each, Apart))
        store.reseal(((said, said),))
        keep(store, "p-7", forgets=["p-7"])
        store._db.set_trace_callback(None)

        for sql in asked:
            if sql.startswith(("SELECT", "WITH", "\nWITH", "INSERT", "UPDATE", "DELETE")):
                for step in plan(store, sql, ()):
                    small = any(each in step for each in SMALL)
                    assert small or not step.startswith("SCAN"), (sql, step)
                    # How many messages there ever were is counted one by one, and not read.
                    counted = "LIMIT" in sql or "count(*)," in sql
                    whole = step.endswith("(program=?)") and not counted
                    assert not whole, (sql, step)
        assert len(asked) > 100


def test_a_place_behind_an_edge_is_still_within_it(tmp_path: Path) -> None:
    """A place that is handed in from elsewhere leads to nothing beyond the days asked for."""
    with opened(SQLiteStore(tmp_path / "program.db")) as program:
        program.do(report()).or_raise()
        early, late = "oldest 2000-01-01 x", "newest 2999-01-01 x"
        days = {"since": TODAY + timedelta(days=1), "until": TODAY + timedelta(days=2)}

        for order, after in ((pk.Order.OLDEST, early), (pk.Order.NEWEST, late)):
            found = program.find(pk.Session, order=order, after=after, **days)  # type: ignore[arg-type]  # two dates
            assert found.items == ()
