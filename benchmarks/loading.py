"""6. Loading the book: from its files to a book that can be asked, nothing cached.

Beside it stands the time that the standard library's TOML parser takes for the same files, which is
the least that any reader built on it can take.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Final

import peerkit as pk
from benchmarks.measuring import Effort, Figure, compared, in_turn, per_call
from peerkit.handbook import files, handbook, layers, loader

__all__ = ["CASES"]

MOST_MILLISECONDS: Final = 60.0
_IN_MS: Final = ("ms", 1e3)


def _forgotten() -> None:
    """Let go of everything that was read."""
    for cached in (handbook._read, handbook._base, handbook._on, handbook._stretch, loader._read):  # noqa: SLF001 - a cold start is what is measured
        cached.cache_clear()


def _load(*names: str) -> Callable[[], object]:
    def load() -> object:
        _forgotten()
        return pk.Handbook.load(*names)

    return load


def _parsed(names: tuple[str, ...]) -> Callable[[], object]:
    read = [*files.base(), *((name, files.file_of(name).read_bytes()) for name in names)]
    texts = [raw.decode() for _, raw in read]
    return lambda: [tomllib.loads(text) for text in texts]


def _loading(effort: Effort) -> list[Figure]:
    figures = []
    everything = tuple(each.id for each in layers())
    for called, names in (("the base", ()), ("the base and every layer", everything)):
        ours, theirs = in_turn(
            effort,
            per_call(_load(*names), [()], effort),
            per_call(_parsed(names), [()], effort),
        )
        figures.append(compared(f"{called}, by parsing its TOML", ours, theirs, scale=_IN_MS))
        figures.append(
            Figure(
                name=f"{called}, in all",
                unit="ms",
                ours=sorted(ours)[len(ours) // 2] * 1e3,
                theirs=None,
                most=MOST_MILLISECONDS,
            )
        )
    again = in_turn(effort, per_call(pk.Handbook.load, [()], effort))
    figures.append(
        Figure(
            name="the base, again",
            unit="ms",
            ours=sorted(again[0])[len(again[0]) // 2] * 1e3,
            theirs=None,
        )
    )
    return figures


#: What is run, each in a process of its own.
CASES: Final = {"loading": _loading}
