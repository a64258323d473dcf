"""Which SQLite files this process has open: whether they are still there, and what a fork does.

SQLite knows a file by what the system knows it by. It does not look whether the name
still leads there, and it does not notice that its process was forked; both lose what
is written afterwards (sqlite.org/howtocorrupt.html, 2.6 and 4.4).
"""

from __future__ import annotations

import os
import sqlite3
from typing import Final
from weakref import WeakKeyDictionary

import attrs

__all__ = ["Held", "hold", "let_go", "was_open_before_the_fork"]


def _mark(place: str) -> tuple[int, int] | None:
    """What the system knows the file of this name by; None when there is none."""
    try:
        found = os.stat(place)  # noqa: PTH116 - before each statement, and a Path takes twice as long
    except OSError:
        return None
    return found.st_ino, found.st_dev


@attrs.frozen
class Held:
    """A file and what is beside it, as they were when they were opened."""

    db: sqlite3.Connection
    name: str
    file: str
    mark: tuple[int, int] | None
    #: Its log, and the index of that, by which processes know of each other.
    beside: tuple[tuple[str, tuple[int, int] | None], ...]

    @classmethod
    def of(cls, db: sqlite3.Connection, path: str) -> Held:
        """What has just been opened. A link leads to the file beside whose name the log is."""
        # A name counts from where we are now, and the process may go to another folder.
        name, file = os.path.abspath(path), os.path.realpath(path)  # noqa: PTH100 - a text is kept
        beside = tuple((each, _mark(each)) for each in (f"{file}-wal", f"{file}-shm"))
        return cls(db, name, file, _mark(file), beside)

    def there(self) -> bool:
        """Whether the name of the file still leads to what is open."""
        return _mark(self.file) == self.mark

    def whole(self) -> bool:
        """Whether every name does. What is newest is in the log.

        Without its index two processes write over each other's changes in it.
        """
        return self.there() and all(_mark(each) == mark for each, mark in self.beside)


#: What is open in this process, and by whom.
_HELD: Final[WeakKeyDictionary[object, Held]] = WeakKeyDictionary()
#: The files that were open in the process from which this one was forked.
_BEFORE: Final[set[tuple[int, int] | None]] = set()


def hold(who: object, db: sqlite3.Connection, path: str) -> Held:
    """Remember what has just been opened."""
    held = _HELD[who] = Held.of(db, path)
    return held


def let_go(who: object) -> None:
    """It is closed."""
    _HELD.pop(who, None)


def was_open_before_the_fork(found: os.stat_result) -> bool:
    """Whether SQLite takes this file for one that it has open, though another process has."""
    return (found.st_ino, found.st_dev) in _BEFORE


def _forked() -> None:
    """In a new process: what was open belongs to the other one, and is never closed here.

    Python closes what nobody holds, when it ends at the latest; in the middle of a
    transaction that would spoil the log of the other process. So it is held once more.
    """
    from ctypes import py_object, pythonapi  # few fork, and it takes time to load

    for held in _HELD.values():
        pythonapi.Py_IncRef(py_object(held.db))
        _BEFORE.add(held.mark)


# Not every system can fork.
getattr(os, "register_at_fork", lambda **_: None)(after_in_child=_forked)
