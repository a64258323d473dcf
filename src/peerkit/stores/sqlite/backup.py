"""Copies an SQLite file while it is in use: one moment of it, checked before it gets its name."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING, Any, Final

from peerkit.errors import StoreError
from peerkit.stores.finishing import finished, must_be_new
from peerkit.stores.sqlite.file import FAILURES, why

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["backed_up"]

#: How many pages are copied between two reports of how far it is.
_PAGES: Final = 1000
#: Every program in the file with its head, and the last entry that is there.
_HEADS: Final = """
SELECT program.id, program.n, program.hash, entry.n, entry.hash
FROM peerkit_program AS program
LEFT JOIN peerkit_entry AS entry ON entry.place = program.id << 32 | program.n
ORDER BY program.id
"""


def backed_up(
    source: str,
    program: int,
    path: str,
    progress: Callable[[int, int], object],
    still_there: Callable[[], object],
) -> tuple[int, str]:
    """Copy a file that others write to; the number and hash of this program's last entry in it.

    ``still_there`` raises where the name leads to another file by now than the one in use.

    The copy is one moment: whoever writes meanwhile does not disturb it and is not held up.
    It is written beside its place, under a name that ends in ``.partial``.
    """
    must_be_new(path)
    try:
        partial = _beside(path)
        try:
            head = _copied(source, program, partial, progress, still_there)
            finished(partial, path)
        finally:
            for tail in ("", "-journal"):
                Path(partial + tail).unlink(missing_ok=True)
    except (*FAILURES, OSError) as error:
        failed = (error.strerror if isinstance(error, OSError) else None) or why(error)
    else:
        return head
    raise StoreError(f"{path} could not be written: {failed}. There is no backup of that name.")


def _beside(path: str) -> str:
    """A new, empty file in the same folder that only its owner can read."""
    folder, name = os.path.split(path)
    handle, partial = mkstemp(".partial", f"{name}.", folder or os.curdir)
    os.close(handle)
    return partial


def _copied(
    source: str,
    program: int,
    partial: str,
    progress: Callable[[int, int], object],
    still_there: Callable[[], object],
) -> tuple[int, str]:
    """The head of this program, once everything is in the copy and was looked at there."""
    place = f"{Path(source).as_uri()}?mode=ro"  # a source that is gone is not made again
    with (
        closing(sqlite3.connect(place, uri=True, isolation_level=None)) as original,
        closing(sqlite3.connect(partial, isolation_level=None)) as copy,
    ):
        original.execute("BEGIN")
        heads = original.execute(_HEADS).fetchall()  # this read is the moment that is copied
        original.backup(copy, pages=_PAGES, progress=lambda _, left, of: progress(of - left, of))
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, with no log beside it
        if not _whole(copy, heads):
            raise StoreError("The copy is not whole. Look at the file itself with verify.")
    still_there()
    return next((n, hash_) for id_, n, hash_, *_ in heads if id_ == program)


def _whole(copy: sqlite3.Connection, heads: list[Any]) -> bool:
    """Whether the pages fit together, and each program has the last entry that it had."""
    return (
        copy.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        and copy.execute(_HEADS).fetchall() == heads
        and all([n, hash_] == last or n == 0 for _, n, hash_, *last in heads)
    )
