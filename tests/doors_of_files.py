"""Doors for files: folders of CSV, and layers of a handbook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import attrs
from examples.make_hsds_sample import make

from peerkit.directory import Search
from peerkit.exchange import hmis, hsds
from peerkit.handbook import BadHandbook, Handbook
from peerkit.stores.writing.codec import read_act, write_act
from tests import mutating
from tests.hostile import CANARY
from tests.mutating import Family
from tests.ordinary import NOW
from tests.refused import BIRD, Reader, clean, untied

SAMPLE: Final = Path(__file__).parents[1] / "examples" / "hmis"


# -- folders of CSV ----------------------------------------------------------------------


@cache
def export() -> dict[str, bytes]:
    """The shipped export, shorter, with a word for everybody's first name."""
    found = {}
    for file, most in zip(hmis.COLUMNS, (9, 9, 9, 7), strict=True):
        lines = (SAMPLE / file).read_bytes().splitlines(keepends=True)[:most]
        found[file] = b"".join(lines).replace(b"Example", CANARY.encode())
    return found


@cache
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


@cache
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


@cache
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
