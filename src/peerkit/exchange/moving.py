"""Moves a whole program from one store into another, through a file of lines.

What arrives is what left: the same entries with the same hashes, the same head, and everything
that follows from them, so that ``verify`` finds the same in both. The form of the file is told
in :mod:`peerkit.exchange.program_file`.

**The file holds everybody's words**, in plain text: restrict it, encrypt it, and throw it away
when the move is done. A program that has the keys of a sealed store reads it, and so writes plain
text; only what no key opens leaves sealed, and nothing private may be among it.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.acts import ExplainBreak
from peerkit.errors import BadInput, Moved, StoreError, must_be
from peerkit.exchange.program_file import (
    FILE,
    Became,
    Exported,
    Lines,
    checked,
    entry_line,
    first_line,
    last_line,
    named,
    opened,
    outbox_lines,
)
from peerkit.exchange.program_outbox import FORM
from peerkit.program import Program
from peerkit.stores import GENESIS, Restores
from peerkit.stores.checking.anchors import Anchor
from peerkit.stores.finishing import finished, must_be_new
from peerkit.stores.writing.codec import text
from peerkit.stores.writing.remaking import remade

if TYPE_CHECKING:
    from typing import BinaryIO

    from peerkit.stores import Change, Entry, Settled, Store

__all__ = ["Exported", "check_export", "export_program", "import_program"]

#: How many entries are kept in one transaction. The more, the less often a page is written anew.
BATCH: Final = 2_000
#: Views that nobody decides upon are read for this moment.
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
#: What stands in an entry that explains a break.
_EXPLAINS: Final = f'"act":{{"act":"{ExplainBreak.kind}"'.encode()
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
    an export was stopped, it is gone on with, or begun anew if a text in it was forgotten since.
    ``words`` false leaves out every text that lies apart: such a file can be read and checked,
    and no program can be made of it. ``progress`` is called with the number of finished entries,
    and of all. Raises :class:`~peerkit.errors.StoreError`, also where an entry or a text
    does not fit, explained or not, or is private and sealed: an import would refuse the file.
    """
    must_be(Program, program, "program", "give a Program; Program(store) makes one of a store")
    must_be(str | os.PathLike, path, "path", FILE)
    path = os.fspath(path)
    must_be_new(path)
    partial = f"{path}.partial"
    try:
        with os.fdopen(os.open(partial, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            exported = None
            while exported is None:
                exported = _written(program.store, file, partial, words, progress)
            file.flush()
            os.fsync(file.fileno())
        _must_arrive(partial)
        finished(partial, path)
    except BadInput as error:
        failed, unfit = f"{error}.", True
    except (OSError, UnicodeError) as error:
        failed, unfit = f"{getattr(error, 'strerror', '') or type(error).__name__}.", False
    else:
        return exported
    if unfit:
        failed = f"{failed} {_advice(program)}"
    raise StoreError(f"The program could not be exported to {path}: {failed}")


def _advice(program: Program) -> str:
    """What to do about something that no import would take."""
    found = program.verify()
    if not found.whole:
        return "Its verify() says more."
    if found.explained:
        return (
            f"What was explained cannot be kept anew elsewhere: {' '.join(found.explained[:3])} "
            "Move its file, or a backup, instead. If only texts do not fit, words=False "
            "leaves them out."
        )
    return "Or leave the texts out with words=False; no program can be made of that."


def _written(
    store: Store,
    file: BinaryIO,
    name: str,
    words: bool,  # noqa: FBT001 - it is handed on
    progress: Callable[[int, int], object],
) -> Exported | None:
    """Write all lines that are not there yet. Nothing: somebody was forgotten meanwhile."""
    total = _last(store)
    lines = _begun(store, file, name, words=words)
    forgets = False

    def write(entry: Entry) -> None:
        nonlocal forgets
        line = entry_line(entry, words=words)
        lines.at += 1
        written = lines.follow(line)  # what is written is what can be read
        if _doubtful(written):
            _change(lines, written)
        forgets |= words and lines.number > total and '"forgets":[]' not in entry.body
        file.write(line)

    for entry in store.journal(lines.number):
        write(entry)
        if lines.number % BATCH == 0:
            progress(lines.number, max(total, lines.number))
    with store.together():  # what came meanwhile, and nobody writes while the end is written
        for entry in store.journal(lines.number):
            write(entry)
        for line in outbox_lines(store.posted()):
            lines.at += 1
            lines.became(line)  # what is written is what can be read
            file.write(line)
    if forgets:
        return None
    end = last_line(lines)
    file.write(end)
    progress(lines.number, lines.number)
    return lines.end(end, words=words)


def _begun(store: Store, file: BinaryIO, name: str, *, words: bool) -> Lines:
    """What is written already, up to the last whole entry.

    A new file gets its first line, and so does one with a text that is gone since, or of an
    older form.
    """
    lines = Lines(name)
    file.seek(0)
    if not file.read(1):
        first = first_line(words=words)
        file.write(first)
        lines.at = 1
        lines.add(first)
        return lines
    file.seek(0)
    _must_be_ours(lines, file, words=words)
    if lines.form != FORM:
        file.truncate(0)
        return _begun(store, file, name, words=words)
    whole, journal = file.tell(), store.journal(0)
    for written in _entries(lines, file):
        whole, now = file.tell(), next(journal, None)
        if now is None or now.hash != written.hash:
            raise StoreError(f"{name} was begun for another program. Take it away first.")
        if words and now.apart != written.apart:
            file.truncate(0)
            return _begun(store, file, name, words=words)
    lines.at -= 1
    file.seek(whole)
    file.truncate()
    return lines


def _must_be_ours(lines: Lines, file: BinaryIO, *, words: bool) -> None:
    """Refuse to go on with a file that was begun as something else."""
    try:
        failed = (
            ""
            if lines.begin(file) is words
            else f"{lines.name} was begun with another choice of words"
        )
    except BadInput as error:
        failed = str(error)
    if failed:
        raise StoreError(f"{failed}. Take it away first.")


def _entries(lines: Lines, file: BinaryIO) -> Iterator[Entry]:
    """The entries up to a line that is none: the one that was being written, or the last ones."""
    with suppress(BadInput):
        while True:
            yield lines.follow(lines.next(file))


def _doubtful(entry: Entry) -> bool:
    """Whether a text is not one that the entry names next, or is private and sealed."""
    place = 0
    for each in entry.apart:
        place = entry.body.find(text([each.about, each.owner, each.digest]), place) + 1
        if not place or (each.sealed and each.about.startswith("@")):
            return True
    return False


def _must_arrive(path: str) -> None:
    """Read a file as an import does, where something in it was explained: that may not fit."""
    with opened(path) as file, opened(path) as end:
        if not any(_EXPLAINS in line for line in file):
            return
        file.seek(0)
        found = checked(end, None, 0)
        became, lines = Became(end, found), Lines(named(file))
        lines.begin(file)
        deque(_changes(lines, file, became, [], found.exported.entries), 0)
        became.end()


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
    with opened(path) as file:
        return checked(file, expects, 0).exported


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
    An import that was stopped is gone on with when it is called again: what is there already is
    passed over, and ``came`` says how many entries were not. Nobody else may write meanwhile.
    ``progress`` is called with the number of finished entries, and of all. The program's clock says
    when messages were settled here: in the file is only that they were.
    Raises :class:`~peerkit.errors.BadInput` for the file, and
    :class:`~peerkit.errors.StoreError` for the place it should go to.
    """
    must_be(Program, program, "program", "give a Program that is new and empty")
    must_be(Anchor | None, expects, "expects", _EXPECTS)
    store = program.store
    there = _last(store)
    with opened(path) as file, opened(path) as end:
        found = checked(end, expects, there)
        if not found.exported.words:
            raise BadInput(named(end), "was exported without words: it can be read, not moved in")
        if found.hashes.get(there) != _hash_of(store, there):
            raise StoreError(
                f"This program has {there} entries, which are not the first ones of the file. "
                "Import into a new one."
            )
        became = Became(end, found)
        _kept(program, file, became, there, found.exported, progress)
    return attrs.evolve(found.exported, came=found.exported.entries - there)


def _kept(
    program: Program,
    file: BinaryIO,
    became: Became,
    there: int,
    found: Exported,
    progress: Callable[[int, int], object],
) -> None:
    """Keep every entry that is not there yet, and note what became of its messages."""
    store, lines = program.store, Lines(named(file))
    lines.begin(file)
    while lines.number < found.entries:
        size = min(BATCH, found.entries - lines.number)
        begins, failed = lines.at + 1, ""
        settled: list[Settled] = []
        changes = _changes(lines, file, became, settled, size)
        try:
            with store.together():
                _take(store, lines, islice(changes, max(there - lines.number, 0), None))
                if lines.number == found.entries:
                    became.end()
                    _must_be_the_same(lines, found)
                store.settle(tuple(settled), program.view().now)
        except StoreError as error:
            failed = str(error)
        if failed:
            raise StoreError(
                f"{lines.name} lines {begins} to {lines.at} could not be kept. {failed}"
            )
        progress(lines.number, found.entries)


def _must_be_the_same(lines: Lines, found: Exported) -> None:
    """Refuse a file in which other entries stand by now than when it was checked."""
    if lines.head != found.head:
        raise BadInput(lines.name, "was changed while it was read; import again")


def _changes(
    lines: Lines, file: BinaryIO, became: Became, settled: list[Settled], size: int
) -> Iterator[Change]:
    """The changes in the next lines. What became of their messages is noted."""
    for _ in range(size):
        entry = lines.again(lines.next(file))
        change = _change(lines, entry)
        settled += became.of(entry.number, len(change.messages))
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
