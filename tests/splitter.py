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

FORKS = 9


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
    program.close()
    if way % 3 == 0:
        os._exit(not well)
    if way % 3 == 1:
        del program
        gc.collect()
    sys.exit(not well)


def main(path: str) -> None:
    """Record in a thread and fork in another; then say how many are kept, and are they."""
    warnings.simplefilter("ignore", DeprecationWarning)  # to fork with threads is what is tried
    over, kept = Event(), list[str]()
    program = pk.Program(SQLiteStore(path), handbook=HANDBOOK, clock=lambda: NOW)
    list(program.do_all(FIRST))

    def record() -> None:
        for group in count(2, 3):
            acts = sessions("parent", group)
            kept.extend(str(each.id) for each in acts)
            list(program.do_all(acts))
            if over.is_set():
                return

    thread = Thread(target=record)
    thread.start()
    ended = []
    for way in range(FORKS):
        already = len(kept)
        while len(kept) < already + 5:
            over.wait(0.001)
        if not (process := os.fork()):
            child(program, path, way)
        ended.append(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
    over.set()
    thread.join()
    assert ended == [0] * FORKS, ended
    assert program.verify().whole
    program.close()
    with pk.Program.open(path) as again:
        assert again.verify().whole
        assert {each.id for each in again.every(pk.Session)} == {*kept}
    sys.stdout.write(f"{len(kept)} sessions\n")


if __name__ == "__main__":
    main(sys.argv[1])
