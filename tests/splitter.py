"""Forks while it records, in the middle of whatever it is doing: what the test of forks starts."""

from __future__ import annotations

import gc
import os
import signal
import sys
import warnings
from collections.abc import Callable
from itertools import count
from threading import Event, Thread

import peerkit as pk
from peerkit.stores.sqlite import SQLiteStore
from tests.recorder import FIRST, HANDBOOK, NOW, sessions

FORKS = 6


def refused(what: Callable[[], object]) -> bool:
    """Whether it is an error of ours that says what to do."""
    try:
        what()
    except pk.StoreError as error:
        return "Start processes with spawn" in str(error)
    return False


def child(program: pk.Program, path: str, way: int) -> None:
    """Try whatever a forked process might, and end in one of several ways."""
    signal.alarm(60)  # whoever waits for a lock that nobody holds is ended
    acts = sessions("child", 2)
    tried = (
        lambda: program.do(acts[0]),
        lambda: list(program.do_all(acts)),
        lambda: program.view("ana"),
        lambda: program.find(pk.Session),
        lambda: list(program.journal()),
        program.verify,
        lambda: pk.Program.open(path),
    )
    well = all(map(refused, tried))
    program.doctor()  # it is no error, and must not wait for ever
    program.close()
    if way % 3 == 0:
        os._exit(not well)
    if way % 3 == 1:
        del program
        gc.collect()
    sys.exit(not well)


def must_end_well(process: int, which: str) -> None:
    """Wait for a child; how it ended is said when it did not end well."""
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert code == 0, f"{which} ended with {code}"


def fork_while_writing(program: pk.Program, path: str) -> list[str]:
    """Record in a thread and fork in another, at any moment."""
    over, kept = Event(), list[str]()

    def record() -> None:
        for group in count(2, 3):
            acts = sessions("parent", group)
            kept.extend(str(each.id) for each in acts)
            list(program.do_all(acts))
            if over.is_set():
                return

    thread = Thread(target=record)
    thread.start()
    try:
        for way in range(FORKS):
            already = len(kept)
            while len(kept) < already + 5:
                over.wait(0.001)
            if not (process := os.fork()):
                child(program, path, way)
            must_end_well(process, f"child {way}")
    finally:
        over.set()
        thread.join()
    return kept


def fork_in_a_batch(program: pk.Program, name: str, leave: Callable[[], object]) -> list[str]:
    """Fork between the two halves of one batch; the child leaves it in this way."""
    store = program.store
    assert isinstance(store, SQLiteStore)
    store._db.execute("PRAGMA cache_size = 5")  # so that the first half is in the log by then
    halves = [
        [each for group in range(2, 122, 3) for each in sessions(f"{name}{half}", group)]
        for half in "ab"
    ]
    process = -1
    try:
        with store.together():
            for each in halves[0]:
                program.do(each)
            if not (process := os.fork()):
                leave()
            else:
                must_end_well(process, name)
                for each in halves[1]:
                    program.do(each)
    except pk.StoreError as error:  # the child's, who went on to the end of the block
        if process:
            raise
        os._exit("Start processes with spawn" not in str(error))
    return [str(each.id) for half in halves for each in half]


def main(path: str) -> None:
    """Fork in many ways, and see whether all is kept that was done here."""
    warnings.simplefilter("ignore", DeprecationWarning)  # to fork with threads is what is tried
    program = pk.Program(SQLiteStore(path), handbook=HANDBOOK, clock=lambda: NOW)
    list(program.do_all(FIRST))
    kept = fork_while_writing(program, path)
    for name, leave in (("raises", sys.exit), ("ends", lambda: os._exit(0)), ("continues", bool)):
        kept += fork_in_a_batch(program, name, leave)
        assert program.verify().whole, name
    program.close()
    with pk.Program.open(path) as again:
        assert again.verify().whole
        assert {each.id for each in again.every(pk.Session)} == {*kept}
    sys.stdout.write(f"{len(kept)} sessions\n")


if __name__ == "__main__":
    main(sys.argv[1])
