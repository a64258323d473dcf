"""5. The demo: what ``examples/first_program.py`` takes, from export to report.

Processor seconds of the whole process, starting Python included, and its largest memory. Each run
begins with no file.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.measuring import Effort, Figure, Skipped, spread

__all__ = ["CASES"]

MOST_SECONDS: Final = 10.0
MOST_MEGABYTES: Final = 150.0
RUNS: Final = 3
_PROGRAM: Final = Path(__file__).parent.parent / "examples" / "first_program.py"


def _ran(export: str | None, folder: str) -> tuple[float, float]:
    """Processor seconds and megabytes of one run."""
    command = [sys.executable, str(_PROGRAM), "--file", str(Path(folder) / "demo.db")]
    if export is not None:
        command += ["--hmis", export]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program
    _, status, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    assert running.returncode == 0, f"the demo ended with {running.returncode}"
    to_mb = 2**20 if sys.platform == "darwin" else 2**10
    return used.ru_utime + used.ru_stime, used.ru_maxrss / to_mb


def _demo(effort: Effort) -> list[Figure]:
    if not _PROGRAM.exists():
        raise Skipped("examples/first_program.py is not there.")
    if not hasattr(os, "wait4"):
        raise Skipped("this system does not say what a process used.")
    seconds, megabytes = [], []
    for _ in range(1 if effort.quick else RUNS):
        with tempfile.TemporaryDirectory(dir=effort.folder) as folder:
            took, used = _ran(effort.export, folder)
        seconds.append(took)
        megabytes.append(used)
    on = "its own small export" if effort.export is None else "the export given"
    return [
        Figure(
            name=f"processor time, on {on}",
            unit="s",
            ours=statistics.median(seconds),
            theirs=None,
            most=MOST_SECONDS,
            spread=spread(seconds),
        ),
        Figure(
            name="largest memory",
            unit="MB",
            ours=max(megabytes),
            theirs=None,
            most=MOST_MEGABYTES,
            spread=spread(megabytes),
        ),
    ]


#: What is run, each in a process of its own.
CASES: Final = {"demo": _demo}
