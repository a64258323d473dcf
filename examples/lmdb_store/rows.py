"""A file of LMDB, and the rows in it: sorted keys, in named tables, in one transaction."""

from __future__ import annotations

import os
from collections.abc import Iterator
from threading import Lock, RLock
from typing import Any, ClassVar, Final

import attrs
import lmdb

#: How large a file may grow. It is address space, and no disk until it is used.
LARGEST: Final = 16 << 30
#: Behind every key: no text of UTF-8 has this byte, and no number of ours begins with it.
END: Final = b"\xff"


def key(*parts: str | int) -> bytes:
    """A key whose bytes sort as its parts do: texts end with a zero, numbers have eight bytes."""
    return b"".join(
        each.to_bytes(8, "big") if isinstance(each, int) else each.encode() + b"\0"
        for each in parts
    )


def span(*parts: str | int) -> tuple[bytes, bytes]:
    """Between which keys all those lie that begin with these parts."""
    begin = key(*parts)
    return begin, begin + END


def number(name: bytes) -> int:
    """The number at the end of a key, or in a value."""
    return int.from_bytes(name[-8:], "big")


@attrs.frozen
class Rows:
    """The rows of one program in one transaction, so at one moment."""

    transaction: lmdb.Transaction[bytes]
    tables: dict[str, Any]

    def get(self, table: str, name: bytes) -> bytes:
        """The value of this key; empty where there is none."""
        return self.transaction.get(name, b"", db=self.tables[table])

    def put(self, table: str, name: bytes, value: bytes = b"", *, new: bool = False) -> bool:
        """Write a row; when it must be ``new`` and is not, false, and nothing is written."""
        return self.transaction.put(name, value, overwrite=not new, db=self.tables[table])

    def delete(self, table: str, name: bytes) -> bool:
        """Take a row away; whether it was there."""
        return self.transaction.delete(name, db=self.tables[table])

    def count(self, table: str) -> int:
        """How many rows there are."""
        found: int = self.transaction.stat(self.tables[table])["entries"]
        return found

    def scan(
        self, table: str, low: bytes, high: bytes, *, back: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        """The rows between two keys, both left out; with ``back``, the last one first."""
        cursor = self.transaction.cursor(self.tables[table])
        there = cursor.set_range(high if back else low)
        if back:
            found = cursor.iterprev()  # from the end, where nothing lies behind ``high``
        elif there:
            found = cursor.iternext()
        else:
            return
        for name, value in found:
            if (name <= low) if back else (name >= high):
                return
            if low < name < high:
                yield name, value


@attrs.define(eq=False)
class File:
    """A file that is open in this process: once, as LMDB asks, however many share it."""

    path: str
    environment: lmdb.Environment
    process: int = attrs.field(factory=os.getpid)
    #: Held by the thread that writes, and for a whole batch.
    lock: RLock = attrs.field(factory=RLock)
    #: The batch under way, while the lock is held for one.
    batch: Rows | None = None
    users: int = 0

    _open: ClassVar[dict[str, File]] = {}
    _opening: ClassVar[Lock] = Lock()

    @classmethod
    def at(cls, path: str, *, durability: str) -> File:
        """The file at this path, to be given back with :meth:`let_go`.

        Who opens it first in a process says how durable it is.
        """
        path = os.path.realpath(path)
        with cls._opening:
            file = cls._open.get(path)
            if file is None:
                every = durability == "full"
                how: dict[str, Any] = {"map_size": LARGEST, "max_dbs": 1024, "metasync": every}
                file = cls._open[path] = cls(path, lmdb.open(path, subdir=False, **how))
            file.users += 1
            return file

    def let_go(self) -> None:
        """One fewer shares it; the last one closes it."""
        with self.lock, self._opening:
            self.users -= 1
            if not self.users:
                del self._open[self.path]
                self.environment.close()
