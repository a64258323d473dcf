"""9. A resource directory: read from its files, and searched.

Beside reading stands the standard library's ``csv.DictReader`` on the same files, which keeps
nothing and checks nothing. Beside each search stands a loop over every service that asks the same.
"""

from __future__ import annotations

import csv
import math
import statistics
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Final
from zoneinfo import ZoneInfo

from examples.make_hsds_sample import make

from benchmarks.measuring import Effort, Figure, Sample, compared, in_turn, per_call
from peerkit.directory import Directory, Search, Service
from peerkit.exchange import hsds

__all__ = ["CASES"]

MOST_SECONDS: Final = 2.0
MOST_MILLISECONDS: Final = 5.0
_SERVICES: Final = 4_089
_ZONE: Final = "America/New_York"
_IN_MS: Final = ("ms", 1e3)
#: A Monday, ten in the morning there.
_MORNING: Final = datetime(2026, 11, 23, 15, tzinfo=UTC)


def _folder(effort: Effort, made: str) -> Path:
    """The directory that was named, or an invented one as large as a county's."""
    if effort.directory is not None:
        return Path(effort.directory)
    make(Path(made), 200 if effort.quick else _SERVICES)
    return Path(made)


def _reading(effort: Effort) -> list[Figure]:
    with TemporaryDirectory(dir=effort.folder) as made:
        folder = _folder(effort, made)
        files = [folder / each.file for each in hsds.TABLES if (folder / each.file).is_file()]

        def parse() -> None:
            for each in files:
                with each.open(encoding="utf-8", errors="replace", newline="") as file:
                    for _ in csv.DictReader(file):
                        pass

        read = hsds.read(folder, zone=_ZONE)
        with (folder / "services.csv").open(encoding="utf-8", newline="") as file:
            rows = sum(1 for _ in csv.DictReader(file))
        refused = sum(it.file == "services.csv" and not it.kept for it in read.rejects)
        assert len(read.directory) + refused + read.gone == rows
        ours, theirs = in_turn(
            effort,
            _of_the_processor(lambda: hsds.read(folder, zone=_ZONE)),
            _of_the_processor(parse),
        )
    called = f"{len(read.directory):,} services read"
    return [
        compared(f"{called}, by csv.DictReader alone", ours, theirs, scale=_IN_MS),
        Figure(
            name=f"{called}, processor",
            unit="s",
            ours=statistics.median(ours),
            theirs=None,
            most=MOST_SECONDS,
        ),
    ]


def _of_the_processor(work: Callable[[], object]) -> Sample:
    def sample() -> float:
        started = process_time()
        work()
        return process_time() - started

    return sample


def _searching(effort: Effort) -> list[Figure]:
    with TemporaryDirectory(dir=effort.folder) as made:
        directory = hsds.read(_folder(effort, made), zone=_ZONE).directory
    wall = _MORNING.astimezone(ZoneInfo(_ZONE))
    somewhere = next(
        (it.latitude, it.longitude)
        for each in directory.services
        for it in each.places
        if it.latitude is not None and it.longitude is not None
    )
    town = next(it.city for each in directory.services for it in each.places if it.city)
    figures: list[Figure] = []
    for called, search, loop in (
        ("a word of a need", Search(need="shelter"), _loop(directory, _named("shelter"))),
        (
            "a town and a language",
            Search(place=town, language="Spanish"),
            _loop(directory, _in(town, "spanish")),
        ),
        (
            "open on a morning",
            Search(open_at=_MORNING),
            _loop(directory, lambda each: each.open_at(wall) is not None),
        ),
        (
            "within 5 km",
            Search(near=somewhere, within=5),
            _loop(directory, lambda each: _far(each, somewhere) <= 5),
        ),
        (
            "everything, the nearest first",
            Search(near=somewhere),
            lambda: sorted(directory.services, key=lambda each: _far(each, somewhere)),
        ),
    ):
        assert directory.search(search).total == len(loop()), called
        ours, theirs = in_turn(
            effort,
            per_call(directory.search, [(search,)], effort),
            per_call(loop, [()], effort),
        )
        figures.append(compared(f"{called}, by a loop", ours, theirs, scale=_IN_MS, faster=True))
        figures.append(
            Figure(
                name=f"{called}, in all",
                unit="ms",
                ours=statistics.median(ours) * 1e3,
                theirs=None,
                most=MOST_MILLISECONDS,
            )
        )
    return figures


def _loop(directory: Directory, fits: Callable[[Service], bool]) -> Callable[[], list[Service]]:
    return lambda: [each for each in directory.services if fits(each)]


def _named(word: str) -> Callable[[Service], bool]:
    def fits(each: Service) -> bool:
        texts = (each.name, each.also_called, each.organization, *(it.name for it in each.needs))
        return any(part.startswith(word) for text in texts for part in _words(text))

    return fits


def _words(text: str) -> list[str]:
    return "".join(it if it.isalnum() else " " for it in text.lower()).split()


def _in(town: str, language: str) -> Callable[[Service], bool]:
    return lambda each: (
        any(it.city.lower() == town.lower() for it in each.places)
        and any(part.startswith(language) for it in each.languages for part in _words(it))
    )


def _far(service: Service, near: tuple[float, float]) -> float:
    """Kilometres to the nearest of its places, by the haversine formula."""
    one, east = math.radians(near[0]), math.radians(near[1])
    found = math.inf
    for it in service.places:
        if it.latitude is not None and it.longitude is not None:
            other, beside = math.radians(it.latitude), math.radians(it.longitude)
            half = (
                math.sin((other - one) / 2) ** 2
                + math.cos(one) * math.cos(other) * math.sin((beside - east) / 2) ** 2
            )
            found = min(found, 2 * 6371.0088 * math.asin(math.sqrt(half)))
    return found


#: What is run, each in a process of its own.
CASES: Final = {"reading": _reading, "searching": _searching}
