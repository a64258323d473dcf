"""3. Storing: ``program.do`` on SQLite against raw ``sqlite3``, at the same durability.

peerkit's side reads how things stand, decides, makes the entry and keeps it; its acts are made
before the clock starts. The raw side writes three ready-made rows. Both start each run on a
freshly opened file and do some acts before the clock starts. The small file is a fresh copy each
time, so it stays small; the large one grows only by what is measured.
"""

from __future__ import annotations

import os
import random
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter
from typing import Final

import attrs

import peerkit as pk
from benchmarks import pretend_program as pretend
from benchmarks.measuring import Effort, Figure, Sample, compared, in_turn
from benchmarks.one_event import saved
from benchmarks.raw_sqlite import Raw, Written, written

__all__ = ["CASES"]

#: How many journal entries the two files hold.
SMALL: Final = 1_000
LARGE: Final = 200_000
BATCH: Final = 500
#: How many acts one run does one by one, and how many it does before the clock starts.
ACTS: Final = 400
WARM: Final = 30
#: How far back the files begin; they are filled in the order in which it happened.
_HISTORY: Final = timedelta(days=365)
#: As fast as raw times this, by durability and whether it is a batch; and the large file within
#: this share of the small one.
MOST: Final = {("FULL", False): 1.6, ("NORMAL", False): 2.0, ("FULL", True): 2.5}
DRIFT: Final = 0.15


@attrs.frozen
class _Place:
    """Where the files of one run are, and the texts that the raw side writes."""

    folder: Path
    texts: tuple[Written, ...]
    mixed: tuple[Written, ...]
    large: int

    def peerkit(self, size: str) -> Path:
        return self.folder / f"peerkit-{size}.db"

    def raw(self, size: str) -> Path:
        return self.folder / f"raw-{size}.db"


def _program(path: Path, durability: str) -> pk.Program:
    return pk.Program.open(str(path), clock=pretend.Clock(), durability=durability)


def _all_allowed(decisions: Iterator[pk.Decision] | Sequence[pk.Decision]) -> None:
    for each in decisions:
        assert each.allowed, each.explain()


def _mixed(chance: random.Random) -> pk.Act:
    make: Callable[[random.Random], pk.Act] = chance.choice(
        (pretend.reported, pretend.planned, pretend.goal)
    )
    return make(chance)


def _texts(make: Callable[[random.Random], pk.Act]) -> tuple[Written, ...]:
    """What peerkit writes of a thousand such acts."""
    clock = pretend.Clock()
    with pk.Program.open(":memory:", clock=clock) as program:
        before = pretend.begin(program, clock)
        _all_allowed(program.do_all(make(random.Random(seed)) for seed in range(1_000)))
        return tuple(written(program, before))


@contextmanager
def _made(effort: Effort, *, large: bool) -> Iterator[_Place]:
    """The files, filled; gone afterwards."""
    with tempfile.TemporaryDirectory(dir=effort.folder, ignore_cleanup_errors=True) as folder:
        entries = (LARGE // 50 if effort.quick else LARGE) if large else 0
        place = _Place(Path(folder), _texts(pretend.reported), _texts(_mixed), entries)
        for size, number in (("small", SMALL), ("large", entries)):
            if number:
                _fill(place, size, number)
        yield place


def _fill(place: _Place, size: str, entries: int) -> None:
    chance = random.Random(size)
    clock = pretend.Clock()
    path = str(place.peerkit(size))
    with pk.Program.open(path, clock=clock, durability="normal") as program:
        rest = entries - pretend.begin(program, clock)
        agos = (_HISTORY * (1 - number / rest) for number in range(rest))
        _all_allowed(program.do_all(pretend.reported(chance, each) for each in agos))
    with closing(Raw(place.raw(size), "NORMAL")) as raw:
        texts = cycle(place.texts)
        for _ in range(entries // BATCH):
            raw.together(islice(texts, BATCH))
        assert raw.whole()


@contextmanager
def _fresh(path: Path) -> Iterator[Path]:
    """A copy of the file that is on the disk already, gone afterwards."""
    copy = path.with_name(f"{secrets.token_hex(4)}.db")
    shutil.copy(path, copy)
    with copy.open("rb") as file:
        os.fsync(file.fileno())
    try:
        yield copy
    finally:
        for each in path.parent.glob(f"{copy.name}*"):
            each.unlink()


def _opened(path: Path, size: str) -> AbstractContextManager[Path]:
    """The large file itself: what one run adds to it does not count. Of the small one a copy."""
    return nullcontext(path) if size == "large" else _fresh(path)


def _ours(
    place: _Place,
    size: str,
    durability: str,
    *,
    batch: bool = False,
    make: Callable[[random.Random], pk.Act] = pretend.reported,
) -> Sample:
    chance = random.Random(f"{size} {durability} {batch}")
    number = BATCH if batch else ACTS

    def sample() -> float:
        warm, acts = ([make(chance) for _ in range(each)] for each in (WARM, number))
        with (
            _opened(place.peerkit(size), size) as file,
            _program(file, durability.lower()) as program,
        ):
            _all_allowed([program.do(each) for each in warm])
            started = perf_counter()
            doing = program.do_all(acts) if batch else map(program.do, acts)
            decisions = list(doing)
            took = perf_counter() - started
            _all_allowed(decisions)
            assert len(decisions) == number
        return took / number

    return sample


def _theirs(
    place: _Place, size: str, durability: str, texts: tuple[Written, ...], *, batch: bool = False
) -> Sample:
    endless = cycle(texts)
    number = BATCH if batch else ACTS

    def sample() -> float:
        acts = list(islice(endless, number))
        with _opened(place.raw(size), size) as file, closing(Raw(file, durability)) as raw:
            raw.one_by_one(list(islice(endless, WARM)))
            started = perf_counter()
            (raw.together if batch else raw.one_by_one)(acts)
            return (perf_counter() - started) / number

    return sample


def _one_size(effort: Effort) -> list[Figure]:
    """One thousand entries: the ordinary session, and other acts to be read beside it."""
    figures = []
    with _made(effort, large=False) as place:
        for durability in ("FULL", "NORMAL"):
            ours, theirs = in_turn(
                effort,
                _ours(place, "small", durability, make=_mixed),
                _theirs(place, "small", durability, place.mixed),
            )
            name = f"sessions, plans and goals mixed, one by one, {durability}"
            figures.append(compared(name, ours, theirs))
    return figures


def _library(effort: Effort) -> list[Figure]:
    """Beside a library that keeps one event and nothing more, as durable as it is by itself."""
    with _made(effort, large=False) as place:
        where = {
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "SQLITE_DBNAME": str(place.folder / "events.db"),
        }
        ours, theirs = in_turn(
            effort, _ours(place, "small", "FULL"), saved(where, place.texts[0].entry, ACTS)
        )
    return [compared("one by one, FULL, by eventsourcing: one event saved", ours, theirs, most=1.0)]


def _two_sizes(effort: Effort) -> list[Figure]:
    """A session reported at one thousand and at two hundred thousand entries."""
    figures = []
    with _made(effort, large=True) as place:
        named = {"small": f"{SMALL:,} entries", "large": f"{place.large:,} entries"}
        for durability, batch in (("FULL", False), ("NORMAL", False), ("FULL", True)):
            sides = [
                side
                for size in ("small", "large")
                for side in (
                    _ours(place, size, durability, batch=batch),
                    _theirs(place, size, durability, place.texts, batch=batch),
                )
            ]
            small, raw_small, large, raw_large = in_turn(effort, *sides)
            how = f"{f'batches of {BATCH}' if batch else 'one by one'}, {durability}"
            most = MOST[durability, batch]
            figures += [
                compared(
                    f"{how}, {named['small']}", small, raw_small, most=MOST[durability, batch]
                ),
                compared(
                    f"{how}, {named['large']}", large, raw_large, most=MOST[durability, batch]
                ),
                compared(
                    f"{how}, large file by small file",
                    large,
                    small,
                    least=1 - DRIFT,
                    most=1 + DRIFT,
                ),
                compared("    (the same for raw sqlite3)", raw_large, raw_small),
            ]
        with _program(place.peerkit("large"), "full") as program:
            found = program.verify()
            assert found.whole, found.faults[:3]
    return figures


#: What is run, each in a process of its own.
CASES: Final = {"mixed": _one_size, "library": _library, "sessions": _two_sizes}
