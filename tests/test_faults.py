"""Whatever fails, at whichever call or step: nothing is half done, and the next thing works."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from peerkit.errors import StoreError
from peerkit.model import Count, Match, MatchStatus
from peerkit.stores import Store, Wanted, sqlite_file
from peerkit.stores.sqlite import SQLiteStore
from peerkit.testing.pieces import (
    NOW,
    PAIR,
    SOON,
    change,
    everything,
    keep,
    look,
    match,
    message,
    words,
)

# -- a fault at call N of the storage port


@attrs.define
class Fault:
    """Fails at one call, or at that and all that follow; before it is done, or after."""

    error: Callable[[], BaseException]
    raised: type[BaseException]
    sticky: bool = False
    after: bool = False
    at: int = 0
    calls: int = 0
    fired: bool = False

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """In here all goes well, and nothing counts."""
        at, self.at = self.at, 0
        yield
        self.at, self.calls = at, 0

    def call(self, what: Callable[..., Any], *args: Any) -> Any:
        """Do it, or fail."""
        self.calls += 1
        due = 0 < self.at <= self.calls if self.sticky else self.at == self.calls
        self.fired |= due
        if due and not self.after:
            raise self.error()
        done = what(*args)
        if due:
            raise self.error()
        return done


class Port(sqlite3.Connection):
    """The calls through which a store reaches its file. Some fail."""

    fault = Fault(MemoryError, MemoryError)

    def execute(self, *args: Any) -> sqlite3.Cursor:
        """Execute, or fail."""
        done: sqlite3.Cursor = self.fault.call(super().execute, *args)
        return done

    def executemany(self, *args: Any) -> sqlite3.Cursor:
        """Execute, or fail."""
        done: sqlite3.Cursor = self.fault.call(super().executemany, *args)
        return done

    def close(self) -> None:
        """Close, and perhaps fail all the same: SQLite always lets go."""
        super().close()
        self.fault.call(lambda: None)


def io_error() -> sqlite3.Error:
    """The disk fails."""
    return sqlite3.OperationalError("disk I/O error")


def disk_full() -> sqlite3.Error:
    """There is no more room."""
    return sqlite3.OperationalError("database or disk is full")


FAULTS: Final = {
    "I/O error": Fault(io_error, StoreError),
    "I/O error for long": Fault(io_error, StoreError, sticky=True),
    "disk full": Fault(disk_full, StoreError),
    "disk full for long": Fault(disk_full, StoreError, sticky=True),
    "no memory": Fault(MemoryError, MemoryError),
    "no memory for long": Fault(MemoryError, MemoryError, sticky=True),
    "no memory afterwards": Fault(MemoryError, MemoryError, after=True),
    "Ctrl-C": Fault(KeyboardInterrupt, KeyboardInterrupt),
    "Ctrl-C again and again": Fault(KeyboardInterrupt, KeyboardInterrupt, sticky=True),
    "Ctrl-C afterwards": Fault(KeyboardInterrupt, KeyboardInterrupt, after=True),
}


@pytest.fixture(params=FAULTS, ids=lambda each: each.replace(" ", "-").replace("/", ""))
def fault(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Fault:
    """Every connection of ours goes through the port, and fails so."""
    fault = attrs.evolve(FAULTS[request.param])
    monkeypatch.setattr(Port, "fault", fault)
    monkeypatch.setattr(sqlite_file, "_PATIENCE", 1.0)
    connect = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda *args, **how: connect(*args, **how, factory=Port)
    )
    return fault


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with nouns, words and messages, of which one is told and one is leased."""
    path = tmp_path_factory.mktemp("faults") / "prepared.db"
    with closing(SQLiteStore(path)) as store:
        keep(store, "m-1", nouns=[match(), match("m-2")], key="k-1")
        keep(store, "x", messages=[message(1), message(2), message(3)], said=[words("One.")])
        first, _ = store.untold(2, NOW, SOON)
        store.told((first.key,), NOW)
    return path


def keep_all(store: Store) -> object:
    """A change of everything that a change may be made of."""
    stood = look(store, "m-1", PAIR, key="k-2")
    whole = change(
        ("m-1", PAIR),
        stood,
        key="k-2",
        nouns=[match(status=MatchStatus.WITHDRAWN), match("m-3")],
        counts=[Count("ana", "walking", 1)],
        messages=[message(4), message(5)],
        said=[words("I want to swim.")],
    )
    return store.keep(attrs.evolve(whole, removes=(("match", "m-2"),), forgets=("nobody",)))


def keep_together(store: Store) -> object:
    """Two changes as one."""
    with store.together():
        keep(store, "ana", counts=[Count("ana", "walking", 1)])
        return keep(store, "m-4", nouns=[match("m-4")])


USES: Final[dict[str, Callable[[Store], object]]] = {
    "view": lambda store: look(store, "m-1", PAIR, key="k-1"),
    "keep": keep_all,
    "together": keep_together,
    "untold": lambda store: store.untold(10, NOW + timedelta(hours=1), NOW + timedelta(hours=2)),
    "told": lambda store: store.told(("2/1", "2/2"), NOW),
    "find": lambda store: store.find(Wanted(Match, about="ana")),
    "count": lambda store: store.count(Wanted(Match)),
    "journal": lambda store: list(store.journal()),
    "history": lambda store: list(store.journal(about="m-1")),
    "books": lambda store: list(store.books()),
    "apart": lambda store: store.apart("goal/g-1"),
    "outbox": lambda store: store.outbox(),
    "close": lambda store: store.close(),
}
#: What is not there when a store is closed is not compared.
Everything = dict[str, Any]


def done_well(use: Callable[[Store], object], path: Path) -> Everything:
    """All there is when nothing failed."""
    with closing(SQLiteStore(path)) as store:
        use(store)
    with closing(SQLiteStore(path)) as store:
        return everything(store)


@pytest.mark.parametrize("name", USES)
def test_a_fault_at_any_call_leaves_all_or_nothing(
    prepared: Path, tmp_path: Path, fault: Fault, name: str
) -> None:
    """Whichever call fails, and how: all is there or nothing, and the store can be used on."""
    use = USES[name]
    with closing(SQLiteStore(prepared)) as store:
        before = everything(store)
    after = done_well(use, Path(shutil.copy(prepared, tmp_path / "well.db")))
    for number in numbers(fault):
        path = Path(shutil.copy(prepared, tmp_path / f"{number}.db"))
        with fault.held_back():
            store = SQLiteStore(path, durability="normal")
        states: tuple[Everything, ...] = (before, after)
        try:
            use(store)
        except fault.raised as error:
            if "Nothing was stored" in str(error):
                states = (before,)
        else:
            states = (after,)
        with fault.held_back():
            look_at(store, path, states, closed=name == "close")


def numbers(fault: Fault) -> Iterator[int]:
    """The first call fails, then the second, and so on, until there are no more."""
    for number in count(1):
        fault.at, fault.calls, fault.fired = number, 0, False
        yield number
        if not fault.fired:
            return


def look_at(
    store: SQLiteStore, path: Path, states: tuple[Everything, ...], *, closed: bool
) -> None:
    """All or nothing is there, for this store and for another, and both can keep more."""
    found = None if closed else everything(store)
    with closing(SQLiteStore(path, durability="normal")) as other:
        assert everything(other) in states
        if not closed:
            assert everything(other) == found
            with store.together():
                entry = keep(store, "next")
            assert tuple(other.journal())[-1] == entry
        store.close()
        with pytest.raises(StoreError, match="is closed"):
            store.outbox()
        assert keep(other, "last").number == len(tuple(other.journal()))


def test_a_fault_at_any_call_of_the_opening_does_no_harm(tmp_path: Path, fault: Fault) -> None:
    """Whichever call fails while a file is made, it is whole when it is opened again."""
    failed = 0
    for number in numbers(fault):
        path = tmp_path / f"{number}.db"
        try:
            SQLiteStore(path).close()
        except fault.raised:
            failed += 1
        with fault.held_back(), closing(SQLiteStore(path)) as store:
            assert keep(store, "ana").number == 1

    assert failed > 20, "The tables alone are more statements than that."
