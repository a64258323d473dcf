"""Whatever fails, at whichever call or step: nothing is half done, and the next thing works."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from contextvars import ContextVar
from ctypes import c_ulong, py_object, pythonapi
from datetime import timedelta
from dis import opname
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from threading import Thread, get_ident
from types import FrameType
from typing import Any, Final

import attrs
import pytest

import peerkit as pk
from peerkit.errors import StoreError
from peerkit.model import Count, Match, MatchStatus
from peerkit.stores import Delivery, Settled, Store, Wanted, memory, tasks
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sqlite import SQLiteStore
from peerkit.stores.sqlite import file as sqlite_file
from peerkit.stores.sqlite.reading import SQLiteReader
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
    settled,
    words,
)
from tests.ordinary import activity, opened, report

pytestmark = pytest.mark.once


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
        keep(store, "x", messages=[message(4, to="ben")])
        first, *_ = store.take(3, NOW, SOON, "t-1")
        store.settle((settled(first),), NOW, "t-1")
    return path


HOUR: Final = timedelta(hours=1)
#: What becomes of the two that were leased.
SETTLED: Final = (
    Settled(key="2/1", delivery=Delivery.TOLD, attempts=1),
    Settled(key="2/2", delivery=Delivery.WAITING, due=SOON, attempts=1, way="email"),
)


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
    "take": lambda store: store.take(10, NOW + HOUR, NOW + 2 * HOUR, "t-2"),
    "settle": lambda store: store.settle(SETTLED, NOW, "t-1"),
    "posted": lambda store: list(store.posted()),
    "find": lambda store: store.find(Wanted(Match, about="ana")),
    "count": lambda store: store.count(Wanted(Match)),
    "journal": lambda store: list(store.journal()),
    "history": lambda store: list(store.journal(about="m-1")),
    "books": lambda store: list(store.books()),
    "apart": lambda store: store.apart("goal/g-1"),
    "newest": lambda store: store.newest(),
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
            SQLiteStore(path, durability="normal").close()
        except fault.raised:
            failed += 1
        with fault.held_back(), closing(SQLiteStore(path, durability="normal")) as store:
            assert keep(store, "ana").number == 1

    assert failed > 20, "The tables alone are more statements than that."


# -- Ctrl-C at any step

#: Where a step may leave something behind: all else only thinks.
WRITING: Final = ("peerkit/stores/", "peerkit/program.py", "peerkit/kept.py", "contextlib.py")
#: The steps at which the interpreter looks whether somebody pressed it.
LOOKS: Final = ("CALL", "RESUME", "JUMP_BACKWARD")
STEPS: Final = int(os.environ.get("PEERKIT_INTERRUPTIONS", "60"))
#: Has a thread interrupted at its next look, as a signal would have the first thread.
interrupt: Final = pythonapi.PyThreadState_SetAsyncExc


@attrs.define
class Interruption:
    """Presses Ctrl-C before one step of the interpreter, in the code that writes.

    The interpreter looks for it after a call, on its way into a function and on
    its way back to the start of a loop, and nowhere else.
    """

    at: int = 0
    steps: int = 0

    def __call__(self, frame: FrameType, event: str, _: object) -> Interruption | None:
        """Look at a step; none of those of code that only thinks."""
        if not any(each in frame.f_code.co_filename for each in WRITING):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode" and opname[frame.f_code.co_code[frame.f_lasti]].startswith(LOOKS):
            self.steps += 1
            if 0 < self.at <= self.steps:
                self.at = 0
                sys.settrace(None)  # it would be met in here, the next time that we look
                thread = (c_ulong(get_ident()),)
                # Taken out of a map without a call, for the same reason.
                (_,) = map(interrupt, thread, (py_object(KeyboardInterrupt),))
        return self

    def during(self, work: Callable[[], object]) -> None:
        """Do this, and press Ctrl-C when it is time."""
        before = sys.gettrace()
        sys.settrace(self)
        try:
            work()
        finally:
            sys.settrace(before)


def session(number: int) -> pk.Act:
    """A session that crosses a boundary: it leaves nouns, tallies, words and a message."""
    crossed = (activity("therapy"),)
    return report(id=f"s-{number}", key=f"k-{number}", activities=crossed, note=pk.Words("Alone."))


@pytest.mark.parametrize("kept_in", ["memory", "sqlite"])
@pytest.mark.parametrize("several", [False, True], ids=["one", "a batch"])
def test_ctrl_c_at_any_step_leaves_all_or_nothing(
    tmp_path: Path, kept_in: str, *, several: bool
) -> None:
    """Wherever an act is interrupted, it is there whole or not at all, and its key tells which.

    In a thread that ends with it: interrupted while it leaves an except clause, the interpreter
    keeps that error at hand as long as the thread lives, as the context of whatever comes later.
    """
    with ThreadPoolExecutor(1) as alone:
        alone.submit(interrupt_often, tmp_path / "program.db", kept_in, several=several).result()


def interrupt_often(path: Path, kept_in: str, *, several: bool) -> None:
    """Press Ctrl-C in one act after the other, or one batch, and look at what came of it."""
    store: Store = MemoryStore() if kept_in == "memory" else SQLiteStore(path, durability="normal")
    chance = Random(kept_in)
    with opened(store) as program:
        counted = Interruption()
        counted.during(partial(do_each, program, [session(0), session(1)][: 1 + several]))
        kept = 0
        for number in range(2, 2 + 2 * STEPS, 2):
            acts = [session(number), session(number + 1)][: 1 + several]
            before = len(tuple(program.journal()))
            pressed = Interruption(chance.randint(1, counted.steps))
            with suppress(KeyboardInterrupt):
                pressed.during(partial(do_each, program, acts))
            kept += is_over(program, acts, before)

        assert program.verify().faults == ()
        assert {len(program.words(f"session/s-{each}")) for each in range(2, 2 + STEPS)} <= {0, 1}
        assert kept < STEPS / 2, "Nearly every act was over before it was interrupted."


def do_each(program: pk.Program, acts: list[pk.Act]) -> None:
    """One alone, or several as one."""
    if acts[1:]:
        list(program.do_all(acts))
    else:
        program.do(acts[0])


def is_over(program: pk.Program, acts: list[pk.Act], before: int) -> bool:
    """Whether they were kept, all or none; afterwards they are, once."""
    after = len(tuple(program.journal()))
    assert after in (before, before + len(acts))
    assert program.verify().faults == ()
    again = [program.do(each).again for each in acts]
    assert again == [after > before] * len(acts)
    return after > before


@pytest.mark.parametrize("step", ["_file", "_take_out"])
def test_what_was_not_yet_done_is_not_taken_back(
    monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """In memory each step is noted before it is done: taken back too early, it does no harm."""
    done = getattr(memory, step)
    presses = iter([KeyboardInterrupt])

    def interrupted(*args: object) -> None:
        for press in presses:
            raise press
        done(*args)

    with closing(MemoryStore()) as store:
        keep(store, "m-1", nouns=[match()])
        before = everything(store)
        monkeypatch.setattr(memory, step, interrupted)
        with pytest.raises(KeyboardInterrupt):
            keep(store, "m-1", nouns=[match(peer="ben", status=MatchStatus.WITHDRAWN)])

        assert everything(store) == before
        keep(store, "m-1", nouns=[match(peer="ben")])


def test_whoever_is_interrupted_on_the_way_into_a_batch_keeps_nobody_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before a batch is noted as theirs it is not open, so the thread goes on as it was."""
    known: ContextVar[tuple[object, ...]] = ContextVar("known", default=())
    presses = iter([KeyboardInterrupt])

    class Interrupted:
        """Notes what it is given, but for the first time."""

        get = staticmethod(known.get)

        def set(self, batches: tuple[object, ...]) -> None:
            for press in presses:
                raise press
            known.set(batches)

    monkeypatch.setattr(tasks, "_HERE", Interrupted())
    with closing(MemoryStore()) as store:
        with pytest.raises(KeyboardInterrupt), store.together():
            pass

        assert keep(store, "ana") == tuple(store.journal())[-1]


def test_whoever_is_interrupted_before_a_moment_is_read_can_read_the_next(tmp_path: Path) -> None:
    """A file that is only read is let go of, also when Ctrl-C comes as its moment begins."""
    path = tmp_path / "program.db"
    with closing(SQLiteStore(path, durability="normal")) as store:
        kept = keep(store, "ana")
    with closing(SQLiteReader(path)) as reader:
        db, presses = reader._db, iter([KeyboardInterrupt])

        class Interrupted:
            """Does the first statement, and is interrupted then."""

            in_transaction = property(lambda _: db.in_transaction)
            close = staticmethod(db.close)

            def execute(self, *asked: Any) -> sqlite3.Cursor:
                done = db.execute(*asked)
                for press in presses:
                    raise press
                return done

        reader._db = Interrupted()  # type: ignore[assignment]
        with pytest.raises(KeyboardInterrupt), reader.together():
            pass
        with reader.together():
            assert tuple(reader.journal()) == (kept,)


# -- Ctrl-C at any step, and somebody looks at the error while others go on

#: What is interrupted: each alone, for whoever opens a batch holds what comes after it.
ALONE: Final[dict[str, Callable[[Store], object]]] = {
    "keep": lambda store: keep(store, "m-1", said=[words("I want to swim.")]),
    "take": lambda store: store.take(10, NOW + HOUR, NOW + 2 * HOUR, "t-2"),
    "settle": lambda store: store.settle(SETTLED, NOW, "t-1"),
}


@pytest.mark.parametrize("kept_in", ["memory", "sqlite"])
@pytest.mark.parametrize("name", ALONE)
def test_whoever_looks_at_an_interruption_holds_nothing(
    tmp_path: Path, kept_in: str, name: str
) -> None:
    """Wherever it came: others keep on meanwhile, and letting go of the error changes nothing.

    The error holds every frame that it went through, and what these hold with it.
    """
    path = tmp_path / "program.db"
    store = MemoryStore() if kept_in == "memory" else SQLiteStore(path, durability="normal")
    step = 0
    with closing(store):
        for step in count(1):
            pressed = Interruption(step)
            try:
                pressed.during(partial(ALONE[name], store))
            except KeyboardInterrupt as error:
                looked_at = [error]
            else:
                break
            other = Thread(target=keep, args=(store, f"x-{step}"), daemon=True)
            other.start()
            other.join(10)
            assert not other.is_alive(), f"After step {step} somebody else waits."
            with store.together():
                kept = keep(store, f"y-{step}")
                looked_at.clear()
            assert tuple(store.journal())[-1] == kept
    assert step > 20, "It is more steps than that."
