"""What people look for: by status, by day, in an order, page by page, and how many there are."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import islice
from pathlib import Path
from typing import Any

import attrs
import pytest

import peerkit as pk
from peerkit.model import NOUNS
from peerkit.stores import Change
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sqlite import SQLiteStore
from peerkit.stores.writing.codec import text, write_noun
from tests.ordinary import NOW, TODAY, opened

#: How many sessions are streamed; a million takes some minutes.
MANY = int(os.environ.get("PEERKIT_STREAM_ROWS", "20000"))
#: How many may be in memory: a page, and as many as a store remembers to have read.
AT_ONCE = 5_000
CLINIC = pk.VisitSetting.OUTPATIENT
CHICAGO = "America/Chicago"
#: 2 November 2026 begins in Chicago at six in UTC.
MONDAY = datetime(2026, 11, 2, 6, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def session(number: int, starts: datetime, status: str = "planned", **how: Any) -> pk.Session:
    """A session of ana with p-7."""
    told: dict[str, Any] = {
        "id": f"s-{number:07}",
        "status": pk.SessionStatus(status),
        "form": pk.SessionForm.ONE_TO_ONE,
        "peer": "ana",
        "participants": ("p-7",),
        "starts": starts,
        "minutes": 30,
    }
    return pk.Session(**told | how)


def put(store: pk.Store, *nouns: pk.Noun) -> None:
    """Keep nouns that nobody asked for: a year of them is too long a story."""
    change = Change(
        about=(),
        day=TODAY,
        stood=store.view((), TODAY, NOW),
        key=None,
        entry=text({"at": NOW.isoformat(), "act": {"act": "by.hand"}, "nouns": []}),
        nouns=tuple((each, write_noun(each)) for each in nouns),
    )
    store.keep(change)


@pytest.fixture(params=["memory", "file"])
def program(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[pk.Program]:
    """Ana walks with p-7 in Chicago, and has met them around one midnight there."""
    memory = request.param == "memory"
    store = MemoryStore() if memory else SQLiteStore(tmp_path / "program.db")
    with opened(store, zone=CHICAGO) as program:
        put(
            store,
            session(1, MONDAY - SECOND, "held"),
            session(2, MONDAY, "held"),
            session(3, MONDAY + timedelta(days=1) - SECOND, "missed"),
            session(4, MONDAY + timedelta(days=1), peer="bo", participants=("p-8",)),
        )
        yield program


def numbers(found: pk.Page[pk.Session] | Iterator[pk.Session]) -> list[int]:
    """Which of the sessions."""
    return [int(each.id[2:]) for each in found]


# -- by day


def test_a_day_is_the_programs(program: pk.Program) -> None:
    """A session of 23:59:59 belongs to its day in the program's zone, whatever UTC says."""
    monday, tuesday = date(2026, 11, 2), date(2026, 11, 3)

    assert numbers(program.find(pk.Session, since=monday, until=tuesday)) == [2, 3]
    assert numbers(program.find(pk.Session, until=monday)) == [1]
    assert numbers(program.find(pk.Session, since=tuesday)) == [4]
    assert numbers(program.find(pk.Session, since=monday, until=monday)) == []


def test_a_day_of_25_hours_is_whole() -> None:
    """On the day the clocks go back, the last of its 25 hours belongs to it."""
    store = MemoryStore()
    program = pk.Program(store, zone=CHICAGO)
    sunday = datetime(2026, 11, 1, 5, tzinfo=UTC)
    put(store, *(session(hour, sunday + timedelta(hours=hour)) for hour in range(-1, 26)))

    day = program.every(pk.Session, since=date(2026, 11, 1), until=date(2026, 11, 2))
    assert numbers(day) == [*range(25)]


def test_a_moment_has_its_own_zone(program: pk.Program) -> None:
    """Moments are compared as moments, and the end is left out."""
    there = timezone(timedelta(hours=9))
    since, until = MONDAY.astimezone(there), (MONDAY + timedelta(days=1)).astimezone(there)

    assert numbers(program.find(pk.Session, since=since, until=until)) == [2, 3]
    assert numbers(program.find(pk.Session, since=since + SECOND, until=until - SECOND)) == []


def test_days_find_what_has_a_day(program: pk.Program) -> None:
    """Nouns dated by a day are found by days; one that has no day yet is between none."""
    put(
        program.store,
        pk.Visit(id="v-1", peer="ana", participant="p-7", setting=CLINIC),
        pk.Visit(id="v-2", peer="ana", participant="p-7", setting=CLINIC, on=TODAY),
    )

    assert [each.id for each in program.find(pk.Visit)] == ["v-1", "v-2"]
    assert [each.id for each in program.find(pk.Visit, order=pk.Order.OLDEST)] == ["v-2"]
    assert [each.id for each in program.find(pk.Visit, since=TODAY)] == ["v-2"]
    assert program.count(pk.Visit, until=TODAY) == 0


def test_which_field_dates_which_noun() -> None:
    """A noun is dated by the day it happens, begins or was asked for; never by its end."""
    assert {kind.__name__: kind.dated for kind in NOUNS if kind.dated} == {
        "Peer": "since",
        "Credential": "since",
        "Match": "since",
        "Session": "starts",
        "Consent": "since",
        "Supervision": "on",
        "Training": "on",
        "Debrief": "asked",
        "Drift": "on",
        "PayRecord": "since",
        "Leave": "first",
        "Stay": "first",
        "Shift": "starts",
        "Measure": "on",
        "Milestone": "on",
        "Grant": "since",
        "Waiting": "since",
        "Sharing": "at",
        "Visit": "on",
    }
    for kind in NOUNS:
        fields = {each.name: str(each.type) for each in attrs.fields(attrs.resolve_types(kind))}
        assert not kind.dated or "datetime.date" in fields[kind.dated]


# -- by status


def test_one_status_or_several(program: pk.Program) -> None:
    """A status, several of them, what is open, and both together."""
    held, missed = pk.SessionStatus.HELD, pk.SessionStatus.MISSED

    assert numbers(program.find(pk.Session, status=held)) == [1, 2]
    assert numbers(program.find(pk.Session, status=[held, missed])) == [1, 2, 3]
    assert numbers(program.find(pk.Session, status={missed})) == [3]
    assert numbers(program.find(pk.Session, open=True)) == [4]
    assert numbers(program.find(pk.Session, open=False)) == [1, 2, 3]
    assert numbers(program.find(pk.Session, status=held, open=True)) == []
    assert numbers(program.find(pk.Session, status=pk.SessionStatus, open=False)) == [1, 2, 3]
    assert program.find(pk.Match, open=True).items[0].id == "m-1"


def test_filters_narrow_each_other(program: pk.Program) -> None:
    """Whose, in which status and when: all of it must fit, and as many are counted."""
    monday = date(2026, 11, 2)
    asked: list[tuple[dict[str, Any], list[int]]] = [
        ({"about": "p-7"}, [1, 2, 3]),
        ({"about": "bo"}, [4]),
        ({"about": "p-7", "since": monday}, [2, 3]),
        ({"about": "p-7", "status": pk.SessionStatus.HELD, "since": monday}, [2]),
        ({"about": "p-8", "until": monday}, []),
        ({"about": "p-7", "open": False, "until": monday}, [1]),
        ({}, [1, 2, 3, 4]),
    ]
    for how, found in asked:
        assert numbers(program.find(pk.Session, **how)) == found
        assert numbers(program.every(pk.Session, **how)) == found
        assert program.count(pk.Session, **how) == len(found)


# -- in an order, page by page


def test_pages_in_every_order(program: pk.Program) -> None:
    """Pages of each size give, one after the other, the same as all at once."""
    for order, found in (
        (None, [1, 2, 3, 4]),
        (pk.Order.ID, [1, 2, 3, 4]),
        (pk.Order.OLDEST, [1, 2, 3, 4]),
        (pk.Order.NEWEST, [4, 3, 2, 1]),
    ):
        for limit in range(1, 6):
            pages, after = [], ""
            while True:
                page = program.find(pk.Session, order=order, after=after, limit=limit)
                pages += numbers(page)
                if page.after is None:
                    break
                after = page.after
            assert pages == found
        assert numbers(program.every(pk.Session, order=order)) == found


def test_what_is_asked_by_day_comes_oldest_first(program: pk.Program) -> None:
    """Where days are asked for and no order is, ids do not decide it; by id they do."""
    put(program.store, session(0, MONDAY + timedelta(hours=3)))
    monday = date(2026, 11, 2)

    assert numbers(program.find(pk.Session, since=monday)) == [2, 0, 3, 4]
    assert numbers(program.find(pk.Session, since=monday, order=pk.Order.ID)) == [0, 2, 3, 4]
    assert numbers(program.find(pk.Session)) == [0, 1, 2, 3, 4]


# -- what does not fit


@pytest.mark.parametrize(
    ("kind", "how", "told"),
    [
        (str, {}, "kind: give a class of noun, such as Match or Session"),
        (pk.Session, {"about": ""}, "about: give an id, which is a text; leave it out for all"),
        (pk.Session, {"status": ()}, "status: name one at least, or leave it out for all"),
        (pk.Session, {"since": NOW, "until": NOW - SECOND}, "until: lies before since; swap"),
        (pk.Measure, {"since": TODAY, "until": date(2026, 1, 1)}, "until: lies before since"),
        (pk.Session, {"about": 7}, "about: give an id, which is a text"),
        (
            pk.Session,
            {"status": "held"},
            "status: give members of SessionStatus: planned, held, missed, cancelled",
        ),
        (pk.Session, {"status": pk.MatchStatus.ENDED}, "status: give members of SessionStatus:"),
        (pk.Session, {"status": [None]}, "status: give members of SessionStatus: planned"),
        (pk.Session, {"status": 5}, "status: give members of SessionStatus: planned"),
        (pk.Session, {"open": 1}, "open: true, false, or left out"),
        (pk.Session, {"open": "yes"}, "open: true, false, or left out"),
        (pk.Session, {"since": "2026-11-02"}, "since: give a date, or a datetime with its time"),
        (pk.Session, {"until": NOW.replace(tzinfo=None)}, "until: give a date, or a datetime"),
        (pk.Session, {"until": datetime.max.replace(tzinfo=timezone(-SECOND))}, "until: give a"),
        (pk.Measure, {"since": NOW}, "since: a Measure has a day and no hour; give a date"),
        (pk.Measure, {"since": 20261102}, "since: give a date, or a datetime with its time zone"),
        (pk.Goal, {"since": TODAY}, "since: no Goal has a day; leave it out"),
        (pk.Person, {"until": NOW}, "until: no Person has a day; leave it out"),
        (pk.Room, {"order": pk.Order.NEWEST}, "order: no Room has a day; leave the order out"),
        (pk.Session, {"order": "newest"}, "order: give an Order, such as Order.NEWEST"),
    ],
)
def test_what_does_not_fit_names_the_argument(
    program: pk.Program, kind: Any, how: dict[str, Any], told: str
) -> None:
    """A filter of the wrong kind is answered with what to give: at once, wherever it is asked."""
    asked: list[Callable[..., object]] = [program.find, program.every]
    if "order" not in how:
        asked.append(program.count)
    for ask in asked:
        with pytest.raises(pk.BadInput) as caught:
            ask(kind, **how)
        assert str(caught.value).startswith(told)


def test_a_place_belongs_to_its_order(program: pk.Program) -> None:
    """The place of a page is refused by a question in another order, which would misread it."""
    by_id = program.find(pk.Session, limit=1).after
    by_day = program.find(pk.Session, limit=1, since=TODAY).after
    assert by_id is not None
    assert by_day is not None

    newest: dict[str, Any] = {"order": pk.Order.NEWEST}
    backwards = program.find(pk.Session, limit=1, **newest).after
    assert backwards is not None
    asked: tuple[tuple[Any, dict[str, Any]], ...] = (
        (by_id, {"since": TODAY}),
        (by_day, {}),
        (by_day, newest),
        (backwards, {"since": TODAY}),
        ("newest ", newest),
        ("newest s-1", newest),
    )
    for after, how in asked:
        with pytest.raises(pk.BadInput, match="after: give the after of a page in the same"):
            program.find(pk.Session, after=after, **how)


# -- however many there are


def test_every_streams_in_constant_memory(tmp_path: Path) -> None:
    """A long list is read a page at a time: its end needs no more memory than its beginning."""
    with opened(SQLiteStore(tmp_path / "many.db", durability="normal")) as program:
        for first in range(0, MANY, 500):
            batch = range(first, min(first + 500, MANY))
            put(program.store, *(session(each, NOW + each * SECOND, "held") for each in batch))

        for how in ({}, {"about": "p-7", "order": pk.Order.NEWEST}):
            found = program.every(pk.Session, **how)  # type: ignore[arg-type]  # some orders
            count = 0
            while chunk := sum(1 for _ in islice(found, 4_900)):
                count += chunk
                alive = sum(isinstance(each, pk.Session) for each in gc.get_objects())
                assert alive < AT_ONCE
            assert count == MANY == program.count(pk.Session)
