"""How a figure is taken: two sides in turn, in one pinned process, and the medians compared."""

from __future__ import annotations

import gc
import os
import statistics
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any, TypeAlias

import attrs

__all__ = [
    "Case",
    "Effort",
    "Figure",
    "Sample",
    "Skipped",
    "compared",
    "in_turn",
    "per_call",
    "pin",
    "spread",
    "unpin",
]

#: Does some work once and gives the seconds that one operation took.
Sample: TypeAlias = Callable[[], float]


class Skipped(Exception):
    """A figure that cannot be taken here, and why."""


@attrs.frozen
class Effort:
    """How much trouble is taken: ``runs`` of each side, each about ``seconds`` long.

    ``quick`` shrinks what is built for a figure too: the numbers then only
    show that everything runs. ``folder`` is where files are made, ``export`` the
    HMIS export for the demo and ``directory`` the HSDS directory to be read, where
    the caller named them.
    """

    runs: int
    seconds: float
    quick: bool = False
    folder: str | None = None
    export: str | None = None
    directory: str | None = None


@attrs.frozen(kw_only=True)
class Figure:
    """Two medians in one unit, and what their ratio must reach.

    ``ratio`` is ``ours`` by ``theirs``, or the other way round where ``faster``
    is set: "so many times faster". ``least`` and ``most`` bound it, or bound
    ``ours`` where there is nothing to compare with; a figure without bounds is
    there to be read. ``spread`` is that of the worse side.
    """

    name: str
    unit: str
    ours: float
    theirs: float | None
    faster: bool = False
    least: float | None = None
    most: float | None = None
    spread: float = 0.0

    @property
    def ratio(self) -> float | None:
        """What the two sides come to; None where there is nothing to compare with."""
        if self.theirs is None:
            return None
        return self.theirs / self.ours if self.faster else self.ours / self.theirs

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None where there is none."""
        if self.least is None and self.most is None:
            return None
        value = self.ours if self.ratio is None else self.ratio
        return (self.least is None or value >= self.least) and (
            self.most is None or value <= self.most
        )


#: What is run in a process of its own.
Case: TypeAlias = Callable[[Effort], list[Figure]]


def pin() -> None:
    """Stay on one processor, where the system lets us."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def unpin() -> None:
    """Use every processor again: for several processes, which would share one otherwise."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(os.cpu_count() or 1))


def per_call(
    function: Callable[..., object], asked: Sequence[tuple[Any, ...]], effort: Effort
) -> Sample:
    """A sample of ``function`` asked each of these over and over, for about ``effort.seconds``."""
    rounds = 1
    for _ in range(3):  # the first rounds also warm caches and the interpreter's own shortcuts
        started = perf_counter()
        for each in asked:
            function(*each)
        rounds = max(1, round(effort.seconds / max(perf_counter() - started, 1e-9)))

    def sample() -> float:
        started = perf_counter()
        for _ in range(rounds):
            for each in asked:
                function(*each)
        return (perf_counter() - started) / (rounds * len(asked))

    return sample


def in_turn(effort: Effort, *sides: Sample) -> list[list[float]]:
    """The samples of each side, taken in turn, so that a slow moment of the machine hits all."""
    for side in sides:
        side()
    taken: list[list[float]] = [[] for _ in sides]
    for _ in range(effort.runs):
        for side, samples in zip(sides, taken, strict=True):
            gc.collect()
            samples.append(side())
    return taken


def compared(
    name: str,
    ours: list[float],
    theirs: list[float],
    *,
    scale: tuple[str, float] = ("µs", 1e6),
    **bounds: Any,
) -> Figure:
    """The figure two lists of samples come to."""
    unit, factor = scale
    return Figure(
        name=name,
        unit=unit,
        ours=statistics.median(ours) * factor,
        theirs=statistics.median(theirs) * factor,
        spread=max(spread(ours), spread(theirs)),
        **bounds,
    )


def spread(samples: Sequence[float]) -> float:
    """The distance of the slowest run from the fastest, by the median."""
    return (max(samples) - min(samples)) / statistics.median(samples)
