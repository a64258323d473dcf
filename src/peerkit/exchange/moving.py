"""Moves a whole program from one store into another, through a file of lines.

What arrives is what left: the same entries with the same hashes, the same head, and everything
that follows from them, so that ``verify`` finds the same in both. The form of the file is told
in :mod:`peerkit.exchange.program_file`.

**The file holds everybody's words**, in plain text, unless the store they come from keeps them
sealed: restrict it, encrypt it, and throw it away when the move is done.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.errors import BadInput, Moved, StoreError, must_be
from peerkit.exchange.program_file import (
    Exported,
    Lines,
    entry_line,
    first_line,
    last_line,
    waiting_lines,
)
from peerkit.program import Program
from peerkit.stores import GENESIS, Restores
from peerkit.stores.anchors import Anchor
from peerkit.stores.finishing import finished, must_be_new
from peerkit.stores.remaking import remade

if TYPE_CHECKING:
    from typing import BinaryIO

    from peerkit.stores import Change, Entry, Store

__all__ = ["Exported", "check_export", "export_program", "import_program"]

#: How many entries are kept in one transaction.
BATCH: Final = 500
#: Views that nobody decides upon are read for this moment.
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_FILE: Final = "give the name of a file"
_EXPECTS: Final = "give an Anchor of the program, or leave it out"


def _unwatched(done: int, of: int) -> None:
    """Nobody watches."""


# -- out


def export_program(
    program: Program,
    path: str | os.PathLike[str],
    *,
    words: bool = True,
    progress: Callable[[int, int], object] = _unwatched,
) -> Exported:
    """Write a whole program into a new file. It can be in use meanwhile.

    Until it is whole, the file is called ``….partial``; where that is there already, because
    an export was stopped, it is gone on with. ``words`` false leaves out every text that lies
    apart: such a file can be read and checked, and no program can be made of it.
    ``progress`` is called with the number of finished entries, and of all. Raises
    :class:`~peerkit.errors.StoreError`, also where the journal does not hold together.
    """
    must_be(Program, program, "program", "give a Program; Program(store) makes one of a store")
    must_be(str | os.PathLike, path, "path", _FILE)
    path = os.fspath(path)
    must_be_new(path)
    partial = f"{path}.partial"
    try:
        with os.fdopen(os.open(partial, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            exported = _written(program.store, file, partial, words, progress)
            file.flush()
            os.fsync(file.fileno())
        finished(partial, path)
    except BadInput as error:
        failed = f"{error}. Its verify() says more."
    except (OSError, UnicodeError) as error:
        failed = f"{getattr(error, 'strerror', '') or type(error).__name__}."
    else:
        return exported
    raise StoreError(f"The program could not be exported to {path}: {failed}")


def _written(
    store: Store,
    file: BinaryIO,
    name: str,
    words: bool,  # noqa: FBT001 - it is handed on
    progress: Callable[[int, int], object],
) -> Exported:
    """Write all lines that are not there yet."""
    lines = _begun(store, file, name, words=words)
    total = _last(store)

    def write(entry: Entry) -> None:
        line = entry_line(entry, words=words)
        lines.at += 1
        lines.follow(line)  # what is written is what can be read
        file.write(line)

    for entry in store.journal(lines.number):
        write(entry)
        if lines.number % BATCH == 0:
            progress(lines.number, max(total, lines.number))
    with store.together():  # what came meanwhile, and nobody writes while the end is written
        for entry in store.journal(lines.number):
            write(entry)
        for line in waiting_lines(store.waiting()):
            lines.add(line)
            file.write(line)
    end = last_line(lines)
    file.write(end)
    progress(lines.number, lines.number)
    return lines.end(end, words=words)


def _begun(store: Store, file: BinaryIO, name: str, *, words: bool) -> Lines:
    """What is written already, up to the last whole entry. A new file gets its first line."""
    lines = Lines(name)
    if not file.read(1):
        first = first_line(words=words)
        file.write(first)
        lines.at = 1
        lines.add(first)
        return lines
    file.seek(0)
    if lines.begin(file) is not words:
        raise StoreError(f"{name} was begun with another choice of words. Take it away first.")
    whole = file.tell()
    try:
        while True:
            lines.follow(lines.next(file))
            whole = file.tell()
    except BadInput:  # the line that was being written, or the last ones, which are written anew
        lines.at -= 1
    file.seek(whole)
    file.truncate()
    if _hash_of(store, lines.number) != lines.head:
        raise StoreError(f"{name} was begun for another program. Take it away first.")
    return lines


def _last(store: Store) -> int:
    """The number of the last entry."""
    return store.view((), date.min, _NEVER).view.seen


def _hash_of(store: Store, number: int) -> str:
    """The hash of this entry; empty when there is none."""
    if number == 0:
        return GENESIS
    return next((entry.hash for entry in store.journal(number - 1)), "")


# -- in


def check_export(path: str | os.PathLike[str], *, expects: Anchor | None = None) -> Exported:
    """Read a file from end to end, and say what is in it if it is whole.

    It is whole when no line was cut, changed, doubled, left out or moved. A file that somebody
    wrote anew from end to end looks whole too: only ``expects`` shows that, an anchor of the
    program that was kept elsewhere. Raises :class:`~peerkit.errors.BadInput`.
    """
    must_be(Anchor | None, expects, "expects", _EXPECTS)
    with _opened(path) as file:
        return _checked(file, expects, 0).exported


def import_program(
    path: str | os.PathLike[str],
    program: Program,
    *,
    expects: Anchor | None = None,
    progress: Callable[[int, int], object] = _unwatched,
) -> Exported:
    """Make the program of a file in a new, empty one, so that ``verify`` finds the same there.

    The whole file is checked before anything is kept: see :func:`check_export`. What is kept
    comes from the entries alone: nouns, tallies, messages and keys are worked out from them.
    An import that was stopped is gone on with when it is called again. Nobody else may write
    meanwhile. ``progress`` is called with the number of finished entries, and of all.
    Raises :class:`~peerkit.errors.BadInput` for the file, and
    :class:`~peerkit.errors.StoreError` for the place it should go to.
    """
    must_be(Program, program, "program", "give a Program that is new and empty")
    must_be(Anchor | None, expects, "expects", _EXPECTS)
    store = program.store
    there = _last(store)
    with _opened(path) as file, _opened(path) as end:
        found = _checked(end, expects, there)
        if not found.exported.words:
            raise BadInput(_name(end), "was exported without words: it can be read, not moved in")
        if found.hashes.get(there) != _hash_of(store, there):
            raise StoreError(
                f"This program has {there} entries, which are not the first ones of the file. "
                "Import into a new one."
            )
        end.seek(found.place)
        _kept(store, file, _Waiting(_keys(end)), there, found.exported.entries, progress)
    return found.exported


@contextmanager
def _opened(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """The file, to be read. What the system says of it becomes ours."""
    must_be(str | os.PathLike, path, "path", _FILE)
    try:
        with Path(path).open("rb") as file:
            yield file
            return
    except OSError as error:
        failed = error.strerror or type(error).__name__
    raise BadInput(Path(path).name, f"cannot be read: {failed}")


def _name(file: BinaryIO) -> str:
    """What the file is called, without its folders."""
    return Path(file.name).name


@attrs.frozen
class _Checked:
    """What a whole file holds, the hashes that were asked for, and where what waits begins."""

    exported: Exported
    hashes: dict[int, str]
    place: int


def _checked(file: BinaryIO, expects: Anchor | None, also: int) -> _Checked:
    """Read all lines. The hash of the entry ``also`` is wanted too."""
    number, hash_ = (0, GENESIS) if expects is None else (expects.number, expects.hash)
    lines = Lines(_name(file))
    words = lines.begin(file)
    hashes = {0: GENESIS}
    line = lines.next(file)
    while line.startswith(b'{"hash":'):
        entry = lines.follow(line)
        if entry.number in (number, also):
            hashes[entry.number] = entry.hash
        line = lines.next(file)
    place, last = lines.place, (0, 0)
    while keys := lines.waiting(line):
        for key in keys:
            last = lines.later(key, last)
        line = lines.next(file)
    exported = lines.end(line, words=words)
    if lines.next(file):
        raise lines.refused("stands behind the last line")
    if hashes.get(number) != hash_:
        raise BadInput(
            lines.name,
            f"does not hold the entry {number} that was expected. Its journal was cut or written "
            "anew, or it is another program or an older copy",
        )
    return _Checked(exported, hashes, place)


def _keys(file: BinaryIO) -> Iterator[str]:
    """The keys of the messages that wait, from where the file stands."""
    lines = Lines(_name(file))
    while keys := lines.waiting(lines.next(file)):
        yield from keys


class _Waiting:
    """The keys of the messages that wait, gone through in step with the entries."""

    def __init__(self, keys: Iterator[str]) -> None:
        self._keys = keys
        self._next = next(keys, "")

    @property
    def left(self) -> bool:
        """Whether there is a key that no entry had."""
        return bool(self._next)

    def told(self, number: int, messages: int) -> Iterator[str]:
        """The keys of those messages of an entry that do not wait."""
        for position in range(messages):
            key = f"{number}/{position}"
            if key == self._next:
                self._next = next(self._keys, "")
            else:
                yield key


def _kept(
    store: Store,
    file: BinaryIO,
    waiting: _Waiting,
    there: int,
    total: int,
    progress: Callable[[int, int], object],
) -> None:
    """Keep every entry that is not there yet, and note what has been told."""
    lines = Lines(_name(file))
    lines.begin(file)
    while lines.number < total:
        size = min(BATCH, total - lines.number)
        told: list[str] = []
        changes = _changes(lines, file, waiting, told, size)
        with store.together():
            _take(store, lines, islice(changes, max(there - lines.number, 0), None))
            if lines.number == total and waiting.left:
                raise BadInput(lines.name, "names a message that waits and is not in it")
            store.told(tuple(told), datetime.now(UTC))
        progress(lines.number, total)


def _changes(
    lines: Lines, file: BinaryIO, waiting: _Waiting, told: list[str], size: int
) -> Iterator[Change]:
    """The changes in the next lines. What of them has been told is noted."""
    for _ in range(size):
        entry = lines.follow(lines.next(file))
        change = _change(lines, entry)
        told += waiting.told(entry.number, len(change.messages))
        yield change


def _change(lines: Lines, entry: Entry) -> Change:
    """The change in a line."""
    try:
        return remade(entry)
    except BadInput as error:
        what = error.what
    raise lines.refused(what)


def _take(store: Store, lines: Lines, changes: Iterator[Change]) -> None:
    """Keep changes that were decided elsewhere. Their entries must be the very same again.

    Each is linked to the one before, so if the last one is the same, all are.
    """
    first = next(changes, None)
    if first is None:
        return
    kept = ""
    with suppress(Moved):
        kept = _kept_by(store, chain((first,), changes))
    if kept != lines.head:
        raise StoreError(
            f"Entry {lines.number} could not be kept as it was. Nobody else may write to this "
            "program while it moves in; import again."
        )


def _kept_by(store: Store, changes: Iterator[Change]) -> str:
    """The hash of the last of these, once they are kept: at once, where the store can."""
    if isinstance(store, Restores):
        return store.restore(changes).hash
    hash_ = ""
    for change in changes:
        stood = store.view(change.about, change.day, _NEVER)
        there = {(each.kind, each.id) for each in stood.view.nouns}  # but for what was forgotten
        removes = tuple(each for each in change.removes if each in there)
        hash_ = store.keep(attrs.evolve(change, stood=stood, removes=removes)).hash
    return hash_
