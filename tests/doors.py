"""Where documents come in: what each format is made of, what reads it, and what must hold after."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

import attrs

import peerkit as pk
from peerkit.model import NOUNS
from peerkit.reports import summary
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sqlite import SQLiteStore
from peerkit.stores.writing.codec import read_act, read_noun, write_act, write_noun
from tests import mutating
from tests.doors_of_files import as_hmis, as_hsds, as_layers, hmis_files, hsds_files, layers
from tests.doors_of_moving import as_begun, as_program, begun, moved
from tests.mutating import Family
from tests.ordinary import opened
from tests.refused import PLACE, Reader, clean
from tests.test_canaries import whole_life


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


@cache
def swept() -> list[Callable[[], mutating.Wrong]]:
    """Each kind of act once: there are very many places."""
    return [*mutating.json_sweep(biggest(life()))]


def acts(name: str) -> Family:
    """Acts in JSON."""
    return Family(
        name=name,
        sound=life(),
        sweep=swept(),
        crossed=mutating.json_crossed(life()),
    )


class _Back(Exception):
    """Takes back what was done."""


def kept(program: pk.Program) -> tuple[list[str], list[Any]]:
    """All that a program keeps, but for what follows from its journal."""
    return [each.hash for each in program.journal()], list(program.store.books())


@contextmanager
def in_program(store: pk.Store, zone: str) -> Iterator[Reader]:
    """Each wrong act is asked of a program in which the sound one would be next, and shown."""
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
                    decision = program.do(asked)
                    said = decision.verdict.name
                    assert decision.explain("html")
                    assert decision.trace()
                    if decision.kept:
                        summary(program)
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


@cache
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
        numbers.update(each.number for each in decided)
        assert numbers == {each.number for each in program.journal()}
        assert program.verify().whole
        return found

    yield read


# -- nouns -------------------------------------------------------------------------------


@cache
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
    "nouns": Door(nouns, as_nouns, 11, "BadInput"),
    "moved": Door(moved, as_program, 3, "BadInput"),
    "begun": Door(begun, as_begun, 1, "StoreError"),
    "hmis": Door(hmis_files, as_hmis, 13, "NotHmis"),
    "hsds": Door(hsds_files, as_hsds, 13, "NotHsds"),
    "layers": Door(layers, as_layers, 4, "BadHandbook"),
}
