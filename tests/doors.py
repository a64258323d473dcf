"""Where documents come in: what each format is made of, what reads it, and what must hold after."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias

import attrs
from examples.make_hsds_sample import make

import peerkit as pk
from peerkit.directory import Search
from peerkit.exchange import hmis, hsds
from peerkit.handbook import BadHandbook, Handbook
from peerkit.model import NOUNS
from peerkit.stores.codec import read_act, read_noun, write_act, write_noun
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sqlite import SQLiteStore
from tests import mutating
from tests.hostile import CANARY
from tests.mutating import Family
from tests.ordinary import NOW, opened
from tests.test_canaries import whole_life

SAMPLE: Final = Path(__file__).parents[1] / "examples" / "hmis"
#: A bird that sings in every document, whatever else was said there.
BIRD: Final = "Zebrafinch"
PLACE: Final = re.compile(r"\$(\.[a-z_]+|\[[0-9]+\])*")

#: Reads one wrong document, checks what came of it, and says what that was.
Reader: TypeAlias = Callable[[int, bytes], str]


def untied(error: pk.BadInput) -> str:
    """The kind of error; it says where and what, and ties no other error to itself."""
    assert error.place
    assert error.what
    assert (error.__cause__, error.__context__) == (None, None)
    assert not getattr(error, "__notes__", [])
    return type(error).__name__


def clean(error: pk.BadInput, is_place: Callable[[str], object]) -> str:
    """The kind of error; its place is one of ours, and it shows no word of the document."""
    assert is_place(error.place), "the place is none"
    assert BIRD not in f"{error!s}{error!r}{error.args}{vars(error)}"
    return untied(error)


def biggest(documents: list[bytes]) -> list[tuple[int, bytes]]:
    """The longest of each kind, each with its number."""
    found: dict[str, tuple[int, bytes]] = {}
    for number, raw in enumerate(documents):
        kind = next(iter(json.loads(raw).values()))
        if kind not in found or len(raw) > len(found[kind][1]):
            found[kind] = number, raw
    return list(found.values())


# -- acts, through a program -------------------------------------------------------------


@cache
def life() -> list[bytes]:
    """A whole life of a program: acts of every kind."""
    return [write_act(each).encode() for each in whole_life()]


def acts(name: str) -> Family:
    """Acts in JSON."""
    return Family(
        name=name,
        sound=life(),
        sweep=[*mutating.json_sweep(biggest(life()))],
        crossed=mutating.json_crossed(life()),
    )


class _Back(Exception):
    """Takes back what was done."""


def kept(program: pk.Program) -> tuple[list[str], list[Any]]:
    """All that a program keeps, but for what follows from its journal."""
    return [each.hash for each in program.journal()], list(program.store.books())


@contextmanager
def in_program(store: pk.Store, zone: str) -> Iterator[Reader]:
    """Each wrong act is asked of a program in which the sound one would be next."""
    sound = list(whole_life())
    with opened(store, zone=zone) as program:
        done, before = 0, kept(program)

        def read(which: int, raw: bytes) -> str:
            nonlocal done, before
            if done < which:
                for act in sound[done:which]:
                    program.do(act)
                done, before = which, kept(program)
            try:
                asked = read_act(raw)
            except pk.BadInput as error:
                return clean(error, PLACE.fullmatch)
            assert read_act(write_act(asked).encode()) == asked
            said = "nothing"
            with suppress(_Back), program.store.together():
                try:
                    said = program.do(asked).verdict.name
                except pk.PeerkitError as error:
                    said = type(error).__name__
                    assert kept(program) == before
                raise _Back
            assert kept(program) == before
            return said

        yield read
        assert program.verify().whole


def in_memory(_: Path) -> AbstractContextManager[Reader]:
    """Where the day begins first."""
    return in_program(MemoryStore(), "Pacific/Kiritimati")


def on_sqlite(folder: Path) -> AbstractContextManager[Reader]:
    """Where the day begins last."""
    return in_program(SQLiteStore(folder / "bad.db", durability="normal"), "Pacific/Pago_Pago")


# -- acts, line by line ------------------------------------------------------------------

BATCH: Final = 3


def lines() -> Family:
    """Acts in JSON Lines: a life in pieces of nine."""
    sound = [b"\n".join((*life()[at : at + 9], b"")) for at in range(0, len(life()), 9)]
    return Family(
        name="lines",
        sound=sound,
        sweep=[*mutating.json_lines_sweep([(0, sound[0])])],
        crossed=mutating.json_lines_crossed(sound),
    )


@contextmanager
def as_lines(_: Path) -> Iterator[Reader]:
    """A host that asks three acts at a time: the threes before a fault are kept, and no part."""

    def read(_: int, raw: bytes) -> str:
        found, program = "read", opened()
        numbers = {each.number for each in program.journal()}
        asked = (read_act(each) for each in raw.split(b"\n") if each)
        decided: list[pk.Decision] = []
        try:
            decided.extend(program.do_all(asked, batch=BATCH))
        except pk.BadInput as error:
            found = clean(error, PLACE.fullmatch)
        except pk.PeerkitError as error:
            found = type(error).__name__
        assert found == "read" or len(decided) % BATCH == 0
        numbers.update(each.number for each in decided if each.number is not None)
        assert numbers == {each.number for each in program.journal()}
        assert program.verify().whole
        return found

    yield read


# -- nouns -------------------------------------------------------------------------------


def nouns() -> Family:
    """Nouns in JSON, as stores keep them."""
    with opened() as program:
        for act in whole_life():
            program.do(act)
        sound = [write_noun(each).encode() for kind in NOUNS for each in program.every(kind)]
    return Family(
        name="nouns",
        sound=sound,
        sweep=[*mutating.json_sweep(biggest(sound))],
        crossed=mutating.json_crossed(sound),
    )


@contextmanager
def as_nouns(_: Path) -> Iterator[Reader]:
    """A noun, or one error."""

    def read(_: int, raw: bytes) -> str:
        try:
            noun = read_noun(raw)
        except pk.BadInput as error:
            return clean(error, PLACE.fullmatch)
        assert read_noun(write_noun(noun).encode()) == noun
        return "read"

    yield read


# -- folders of CSV ----------------------------------------------------------------------


@cache
def export() -> dict[str, bytes]:
    """The shipped export, shorter, with a word for everybody's first name."""
    found = {}
    for file, most in zip(hmis.COLUMNS, (9, 9, 9, 7), strict=True):
        lines = (SAMPLE / file).read_bytes().splitlines(keepends=True)[:most]
        found[file] = b"".join(lines).replace(b"Example", CANARY.encode())
    return found


def hmis_files() -> Family:
    """The files of an HMIS export."""
    sound = list(export().values())
    return Family(
        name="hmis",
        sound=sound,
        sweep=[*mutating.csv_sweep(sound)],
        crossed=mutating.csv_crossed(sound),
    )


def one_changed(folder: Path, sound: dict[str, bytes]) -> Callable[[int, bytes], None]:
    """What puts one wrong file among the sound ones."""
    names = list(sound)
    for name, raw in sound.items():
        (folder / name).write_bytes(raw)
    last = names[0]

    def change(which: int, raw: bytes) -> None:
        nonlocal last
        (folder / last).write_bytes(sound[last])
        last = names[which]
        (folder / last).write_bytes(raw)

    return change


@contextmanager
def as_hmis(folder: Path) -> Iterator[Reader]:
    """An export that adds up and can be welcomed, or one error."""
    change = one_changed(folder, export())

    def read(which: int, raw: bytes) -> str:
        change(which, raw)
        try:
            found = hmis.read(folder)
        except hmis.NotHmis as error:
            return clean(error, hmis.COLUMNS.__contains__)
        assert BIRD not in str(found.rejects)
        assert CANARY not in str(attrs.asdict(found))
        assert all(each.column in ("", *hmis.COLUMNS[each.file]) for each in found.rejects)
        assert all(read_act(write_act(each)) == each for each in hmis.welcomes(found, "c"))
        return "read, with rejects" if found.rejects else "read"

    yield read


@cache
def town() -> dict[str, bytes]:
    """A town of three services, without the blemishes at the end of its files."""
    last = {"taxonomy": 1, "languages": 1, "services_taxonomy": 1, "regular_schedules": 4}
    found = {}
    with TemporaryDirectory() as folder:
        make(Path(folder), 3)
        for file in sorted(Path(folder).iterdir()):
            lines = file.read_bytes().splitlines(keepends=True)
            found[file.name] = b"".join(lines[: len(lines) - last.get(file.stem, 0)])
    return found


def hsds_files() -> Family:
    """The files of an HSDS directory."""
    sound = list(town().values())
    return Family(
        name="hsds",
        sound=sound,
        sweep=[*mutating.csv_sweep(sound)],
        crossed=mutating.csv_crossed(sound),
    )


@contextmanager
def as_hsds(folder: Path) -> Iterator[Reader]:
    """A directory that can be searched, or one error."""
    change = one_changed(folder, town())
    searches = (
        Search(need="kitchen", place="Exampleton"),
        Search(need="BD-1000", near=(25.0, -80.0), within=50.0, open_at=NOW),
        Search(language="es", eligibility="young", age=17),
    )

    def read(which: int, raw: bytes) -> str:
        change(which, raw)
        try:
            found = hsds.read(folder, zone="America/New_York")
        except hsds.NotHsds as error:
            return clean(error, {each.file for each in hsds.TABLES}.__contains__)
        assert BIRD not in str(found.rejects)
        for each in searches:
            found.directory.search(each)
        return "read, with rejects" if found.rejects else "read"

    yield read


# -- the handbook ------------------------------------------------------------------------

LAYER: Final = """\
[layer]
id = "house"
title = "The house"
of = "house"
over = ["us/wa"]

[[limit]]
id = "caseload"

[[limit.value]]
is = 2
since = 2026-01-01
source = "R-NC"
at = "our own reading"
looked = 2026-11-22

[[activity]]
id = "knit"
name = "knitting together"
looks_like = "A scarf for the winter."
verdict = "allowed"
clause = "peer-work"

[[activity]]
id = "give-gift"

[[activity.case]]
when = { value = "token" }
verdict = "needs_consultation"
"""


def layers() -> Family:
    """A layer of a program's own."""
    sound = [LAYER.encode()]
    return Family(
        name="layers",
        sound=sound,
        sweep=[*mutating.toml_sweep(sound)],
        crossed=mutating.toml_crossed(sound),
    )


@contextmanager
def as_layers(folder: Path) -> Iterator[Reader]:
    """A handbook that has a book for every day, or one error: it is the program's own text."""
    file = folder / "house.toml"

    def read(_: int, raw: bytes) -> str:
        file.write_bytes(raw)
        try:
            found = Handbook.load(file)
        except BadHandbook as error:
            return untied(error)
        for day in (date.min, NOW.date(), date.max):
            found.on(day)
        return "read"

    yield read


# -- all of them -------------------------------------------------------------------------


@attrs.frozen
class Door:
    """Where documents come in: what they are, what reads them, how many of a hundred, the error."""

    family: Callable[[], Family]
    opened: Callable[[Path], AbstractContextManager[Reader]]
    share: int
    refused: str


#: A new format has its line here: its sound documents, and what reads one and says what came of it.
DOORS: Final = {
    "acts in memory": Door(lambda: acts("acts in memory"), in_memory, 35, "BadInput"),
    "acts on SQLite": Door(lambda: acts("acts on SQLite"), on_sqlite, 15, "BadInput"),
    "lines": Door(lines, as_lines, 5, "BadInput"),
    "nouns": Door(nouns, as_nouns, 15, "BadInput"),
    "hmis": Door(hmis_files, as_hmis, 13, "NotHmis"),
    "hsds": Door(hsds_files, as_hsds, 13, "NotHsds"),
    "layers": Door(layers, as_layers, 4, "BadHandbook"),
}
