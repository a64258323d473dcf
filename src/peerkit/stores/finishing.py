"""A file gets its name when it is whole: until then it has another one."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from peerkit.errors import StoreError

__all__ = ["finished", "must_be_new"]


def must_be_new(path: str) -> None:
    """Refuse a name that something has already: nothing is written over."""
    if os.path.lexists(path):
        raise StoreError(f"{path} is there already. Give a new name, or take that one away first.")


def finished(partial: str, path: str) -> None:
    """Give a file that is whole, and on the disk, the name it was made for."""
    must_be_new(path)
    Path(partial).rename(path)
    with suppress(OSError):  # not every system lets a folder be opened; there the name is kept too
        folder = os.open(Path(path).parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
