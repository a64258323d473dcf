"""4. Importing: ``import peerkit`` against ``import attrs, cattrs``, in fresh interpreters.

The time is taken inside the child around the import, with bytecode written and files warm; starting
Python itself is not counted.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Final

from benchmarks.measuring import Effort, Figure, Sample, compared, in_turn

__all__ = ["CASES"]

MOST: Final = 1.5
#: An import is one operation and cannot be repeated in a process, so we take more runs of it.
RUNS: Final = 3
_TIMED: Final = """
from time import perf_counter
started = perf_counter()
import {names}
print(perf_counter() - started)
"""


def _import_of(names: str) -> Sample:
    command = [sys.executable, "-c", _TIMED.format(names=names)]

    def sample() -> float:
        ran = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own text
        return float(ran.stdout)

    sample()
    return sample


def _import(effort: Effort) -> list[Figure]:
    more = Effort(runs=RUNS * effort.runs, seconds=effort.seconds)
    ours, both, theirs = in_turn(
        more,
        _import_of("peerkit"),
        _import_of("attrs, cattrs"),
        _import_of("attrs, cattrs, dateutil.relativedelta, sqlite3, tomllib, zoneinfo"),
    )
    scale = ("ms", 1e3)
    return [
        compared("import attrs, cattrs", ours, both, scale=scale, most=MOST),
        compared("the same, dateutil and the standard library we use", ours, theirs, scale=scale),
    ]


#: What is run, each in a process of its own.
CASES: Final = {"import": _import}
