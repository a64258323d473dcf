"""4. Importing: ``import peerkit`` against ``import attrs, cattrs``, in fresh interpreters.

``import peerkit`` fetches a name from its room only when it is used, so by itself it says little.
What a service pays in the end is the second figure: every name fetched, and the SQLite store. Both
are held to the same target. The time is taken inside the child around the import, with bytecode
written and files warm; starting Python itself is not counted.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Final

import attrs

from benchmarks.measuring import Effort, Figure, Sample, compared, in_turn

__all__ = ["CASES"]

MOST: Final = 1.5
#: An import is one operation and cannot be repeated in a process, so we take more runs of it.
RUNS: Final = 3
_TIMED: Final = """
from time import perf_counter
started = perf_counter()
{statement}
print(perf_counter() - started)
"""
_EVERYTHING: Final = "from peerkit import *; import peerkit.stores.sqlite.store"
_BENEATH: Final = "import attrs, cattrs"
_ALL_BENEATH: Final = f"{_BENEATH}, dateutil.relativedelta, json, sqlite3, tomllib, zoneinfo"


def _running(statement: str) -> Sample:
    command = [sys.executable, "-c", _TIMED.format(statement=statement)]

    def sample() -> float:
        ran = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own text
        return float(ran.stdout)

    sample()
    return sample


def _import(effort: Effort) -> list[Figure]:
    door, everything, beneath, all_beneath = in_turn(
        attrs.evolve(effort, runs=RUNS * effort.runs),
        *map(_running, ("import peerkit", _EVERYTHING, _BENEATH, _ALL_BENEATH)),
    )
    scale = ("ms", 1e3)
    return [
        compared("import peerkit", door, beneath, scale=scale, most=MOST),
        compared("every name of it, and SQLite", everything, beneath, scale=scale, most=MOST),
        compared(
            "the same by all it needs: attrs, cattrs, dateutil, sqlite3 …",
            everything,
            all_beneath,
            scale=scale,
        ),
    ]


#: What is run, each in a process of its own.
CASES: Final = {"import": _import}
