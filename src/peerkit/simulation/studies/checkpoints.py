"""A file that keeps what is finished of a study, so that a stopped one is gone on with.

It holds JSON Lines: first what the study is, then a line for each replication. They are on the
disk before the study goes on. A last line that was cut off is dropped; that replication is made
again. One study writes into one file, and only one process at a time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO, Final

import attrs

from peerkit.errors import BadInput, StoreError, must_be
from peerkit.simulation.studies.running import Failure, Replication

__all__ = ["Checkpoint", "checkpoint_at"]

#: What kind of file it is, and the edition of its shape.
_KIND: Final = {"peerkit": "study", "format": 1}
_PLACE: Final = "checkpoint"


@attrs.frozen
class Checkpoint:
    """What was ``found`` in the file, and how to ``keep`` more."""

    found: tuple[Replication | Failure, ...]
    keep: Callable[[Iterable[Replication | Failure]], None]


@contextmanager
def checkpoint_at(
    path: str | os.PathLike[str] | None, study: Mapping[str, Any]
) -> Iterator[Checkpoint]:
    """The checkpoint of a study, made anew where there is no such file. None keeps nothing.

    Raises :class:`~peerkit.errors.BadInput` for the file of another study, or one that is
    damaged, and :class:`~peerkit.errors.StoreError` where it cannot be read or written.
    """
    if path is None:
        yield Checkpoint((), _nowhere)
        return
    must_be(str | os.PathLike, path, _PLACE, "give the path of a file")
    head = {**_KIND, **study}
    with _opened(path) as file:
        found = _begun(file, head)

        def keep(made: Iterable[Replication | Failure]) -> None:
            _append(file, map(attrs.asdict, made))

        yield Checkpoint(found, keep)


def _nowhere(made: Iterable[Replication | Failure]) -> None:
    """Nothing is kept."""


def _opened(path: str | os.PathLike[str]) -> BinaryIO:
    try:
        return open(path, "a+b", buffering=0)  # noqa: PTH123 - the caller closes it
    except OSError as error:
        failed = error.strerror
    raise StoreError(f"The checkpoint could not be opened: {failed}.")


def _begun(file: BinaryIO, head: Mapping[str, Any]) -> tuple[Replication | Failure, ...]:
    """What stands in the file. A new one is begun, and what was cut off is taken away."""
    file.seek(0)
    *lines, cut_off = file.read().split(b"\n")
    if lines:
        _must_be_this(lines[0], head)
    elif not _line(head).startswith(cut_off):
        raise BadInput(_PLACE, "this file is no checkpoint; name another")
    if cut_off:
        file.truncate(file.tell() - len(cut_off))
    if not lines:
        _append(file, (head,))
    return tuple(_read(line, at) for at, line in enumerate(lines[1:], start=2))


def _must_be_this(line: bytes, head: Mapping[str, Any]) -> None:
    there = _parsed(line)
    if not isinstance(there, dict) or any(there.get(key) != _KIND[key] for key in _KIND):
        raise BadInput(_PLACE, "this file is no checkpoint of this edition; name another")
    other = sorted(key for key in head.keys() | there.keys() if head.get(key) != there.get(key))
    if other:
        raise BadInput(
            _PLACE,
            f"this file belongs to another study, which differs in {', '.join(other)}. "
            "Name another file, or make that study as it was.",
        )


def _read(line: bytes, at: int) -> Replication | Failure:
    match _parsed(line):
        case {"scenario": str(scenario), "run": int(run), "values": dict(values)} if _kept(values):
            return Replication(scenario, run, values)
        case {"scenario": str(scenario), "run": int(run), "error": str(error), "says": str(says)}:
            return Failure(scenario, run, error, says)
        case _:
            pass
    raise BadInput(f"{_PLACE} line {at}", "is damaged. Take the line away: it is made again.")


def _kept(values: Mapping[str, Any]) -> bool:
    """Whether these are numbers, or None for one that has no value, as they were written."""
    return all(each is None or type(each) in {int, float} for each in values.values())


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None


def _no_number(_: str) -> None:
    raise ValueError


def _line(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, allow_nan=False).encode() + b"\n"


def _append(file: BinaryIO, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write lines, and come back when they are on the disk."""
    left = b"".join(map(_line, rows))
    try:
        while left:
            left = left[file.write(left) :]
        os.fsync(file.fileno())
    except OSError as error:
        failed = error.strerror
    else:
        return
    raise StoreError(
        f"The checkpoint could not be written: {failed}. What it holds already is kept."
    )
