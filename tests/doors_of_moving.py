"""Doors for a whole program: a file of lines that is imported, and one that was begun."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from hashlib import sha256
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final

import peerkit as pk
from peerkit.exchange.moving import check_export, export_program, import_program
from peerkit.model import NOUNS
from peerkit.reports import summary
from peerkit.stores import GENESIS
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sqlite import SQLiteStore
from tests import mutating
from tests.mutating import Family, Wrong
from tests.ordinary import empty, opened
from tests.refused import BIRD, Reader, clean
from tests.test_canaries import whole_life

PLACE: Final = re.compile(r"bad\.jsonl( line [0-9]+)?")
_BODY: Final = b'"entry":'
#: An entry in its line: its texts apart, and its body behind the number and the link.
_ENTRY: Final = re.compile(
    rb'\{"hash":"[0-9a-f]*",("apart":.*,)?"entry":\{"n":[0-9]+,"prev":"[0-9a-f]*",(.*)\}', re.DOTALL
)


@cache
def programs() -> tuple[bytes, ...]:
    """What is exported of a life, in pieces of nine acts."""
    life = whole_life()
    with TemporaryDirectory() as folder:
        for at in range(0, len(life), 9):
            with opened() as program:
                for act in life[at : at + 9]:
                    program.do(act)
                export_program(program, Path(folder) / f"{at:03}")
        return tuple(each.read_bytes() for each in sorted(Path(folder).iterdir()))


def resealed(which: int, lines: Sequence[bytes]) -> Wrong:
    """The file as somebody writes it who knows how: numbers, links, hashes and checksum fit."""
    written, head, number = [lines[0]], GENESIS, 0
    for line in lines[1:-1]:
        found = _ENTRY.fullmatch(line)
        if found is None:
            written.append(line)
            continue
        number += 1
        body = b'{"n":%d,"prev":"%s",%s' % (number, head.encode(), found[2])
        head = sha256(body).hexdigest()
        written.append(b'{"hash":"%s",%s"entry":%s}' % (head.encode(), found[1] or b"", body))
    above = b"".join(each + b"\n" for each in written)
    end = {"entries": number, "head": head, "sha256": sha256(above).hexdigest()}
    return which, above + json.dumps(end, separators=(",", ":")).encode() + b"\n"


def _bodies(which: int) -> Iterator[tuple[int, bytes]]:
    """The entries of a file, each with the number of its line."""
    for at, line in enumerate(programs()[which].splitlines()):
        if (found := line.find(_BODY)) > 0:
            yield at, line[found + len(_BODY) : -1]


def _with_body(which: int, at: int, body: bytes) -> Wrong:
    """A file with one entry that is another, sealed again."""
    lines = programs()[which].splitlines()
    start = lines[at].index(_BODY) + len(_BODY)
    lines[at] = lines[at][:start] + body + b"}"
    return resealed(which, lines)


def _outbox(which: int) -> Iterator[tuple[int, bytes]]:
    """What became of the messages of a file, each line with its number."""
    for at, line in enumerate(programs()[which].splitlines()):
        if line.startswith(b'{"outbox":'):
            yield at, line


def _with_line(which: int, at: int, wrong: Callable[[], Wrong]) -> Wrong:
    """A file with one line that is another, sealed again."""
    lines = programs()[which].splitlines()
    lines[at] = wrong()[1]
    return resealed(which, lines)


def _swept(which: int, at: int, wrong: Callable[[], Wrong]) -> Wrong:
    return _with_body(which, at, wrong()[1])


def _sweep(which: int) -> Iterator[Callable[[], Wrong]]:
    """Every place of every entry and message, sealed again; and what can be done to lines."""
    for at, body in _bodies(which):
        for wrong in mutating.json_sweep([(which, body)]):
            yield partial(_swept, which, at, wrong)
    for at, line in _outbox(which):
        for wrong in mutating.json_sweep([(which, line)]):
            yield partial(_with_line, which, at, wrong)
    for wrong in mutating.line_sweep(which, programs()[which]):
        yield wrong
        yield partial(_sealed, wrong)


def _sealed(wrong: Callable[[], Wrong]) -> Wrong:
    which, raw = wrong()
    lines = raw.splitlines()
    return resealed(which, lines) if len(lines) > 1 else (which, raw)


@cache
def _donors() -> list[Any]:
    return [
        each
        for which in range(len(programs()))
        for _, body in _bodies(which)
        for each in mutating.inside(json.loads(body))
    ]


def _crossed(random: Random) -> Wrong:
    """Values of an entry come from elsewhere, or lines come from other files; sealed again."""
    which = random.randrange(len(programs()))
    if random.random() < 0.7:
        at, body = random.choice([*_bodies(which)])
        return _with_body(which, at, mutating.exchanged(random, json.loads(body), _donors()))
    lines = programs()[which].splitlines()
    other = random.choice(programs()).splitlines()[1:-1]
    for _ in range(random.choice((1, 2, 3))):
        lines[random.randrange(1, len(lines) - 1)] = random.choice(other)
    return resealed(which, lines)


@cache
def moved() -> Family:
    """Exported programs."""
    return Family(name="moved", sound=programs(), sweep=[*_sweep(0), *_sweep(6)], crossed=_crossed)


@cache
def begun() -> Family:
    """The first of them, as far as an export got."""
    sound = [programs()[0][: len(programs()[0]) // part] for part in (1, 2, 3, 50)]
    sweep = [each for which, raw in enumerate(sound) for each in mutating.line_sweep(which, raw)]
    return Family(name="begun", sound=sound, sweep=sweep, crossed=_crossed)


def untold(error: pk.StoreError) -> str:
    """The kind of error; it shows no word and ties no other error to itself."""
    assert BIRD not in f"{error}"
    assert (error.__cause__, error.__context__) == (None, None)
    return type(error).__name__


def nothing_in(program: pk.Program) -> bool:
    """Whether nothing at all is kept."""
    nouns = any(len(program.find(kind)) for kind in NOUNS)
    return not nouns and not [*program.journal()] and not [*program.store.books()]


@contextmanager
def as_program(folder: Path) -> Iterator[Reader]:
    """A program that verifies, or one error and a store with nothing in it: in turn on both."""
    file, numbers = folder / "bad.jsonl", count()

    def new(number: int) -> pk.Store:
        return (
            SQLiteStore(folder / f"{number}.db", durability="normal")
            if number % 8 == 0
            else MemoryStore()
        )

    def read(_: int, raw: bytes) -> str:
        file.write_bytes(raw)
        with empty(new(next(numbers))) as program:
            try:
                import_program(file, program)
            except pk.BadInput as error:
                assert nothing_in(program)
                return clean(error, PLACE.fullmatch)
            except pk.StoreError as error:
                assert nothing_in(program)
                return untold(error)
            whole = program.verify().whole
            summary(program)
            return "read" if whole else "read, with faults"

    yield read


@contextmanager
def as_begun(folder: Path) -> Iterator[Reader]:
    """An export that goes on from what is there, or is refused: what is written is always whole."""
    with opened() as program:
        for act in whole_life()[:9]:
            program.do(act)
        yield partial(_gone_on, folder, program)


def _gone_on(folder: Path, program: pk.Program, _: int, raw: bytes) -> str:
    path = folder / "bad.jsonl"
    begun = folder / "bad.jsonl.partial"
    begun.write_bytes(raw)
    try:
        exported = export_program(program, path)
    except pk.StoreError as error:
        assert not path.exists()
        return untold(error)
    assert check_export(path) == exported
    path.unlink()
    return "read"
