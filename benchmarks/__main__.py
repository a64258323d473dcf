"""Measures peerkit beside the same work done without it, and prints one table for each question.

Every case runs in a fresh process on one processor. A figure is a ratio of medians of the same run;
no time is ever asserted, only that both sides give the same answers.
"""

from __future__ import annotations

import argparse
import json
import platform
import sqlite3
import subprocess
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import monotonic
from typing import Final

import attrs

from benchmarks.measuring import Case, Effort, Figure, Skipped, pin
from benchmarks.table import drawn

#: The questions in their order: the module that answers each, and its heading.
QUESTIONS: Final = {
    "decision": ("decision", "One explained decision, all findings kept"),
    "reading": ("reading", "An act read from JSON, strictly"),
    "storing": ("storing", "An act done and kept on SQLite, by raw sqlite3 writing three rows"),
    "moving": (
        "moving",
        "A whole program out of a file and into another, by the same rows by hand",
    ),
    "server": ("server", "An act done and kept on PostgreSQL, and several writers"),
    "import": ("importing", "Importing, in a fresh interpreter"),
    "demo": ("demo", "The demo"),
    "loading": ("loading", "Loading the book, nothing cached"),
    "remembering": ("remembering", "Somebody after ten years, by somebody new"),
    "matching": ("matching", "A whole waiting list put together with its peers"),
    "directory": ("directory", "A resource directory: read, and searched"),
    "finding": ("finding", "A participant's month and a view, by plain sqlite3"),
    "telling": ("telling", "Everything that waits, told by four processes"),
    "rehearsing": ("rehearsing", "A pretend program's year"),
}
_COMPARED: Final = (
    "attrs",
    "cattrs",
    "vakt",
    "cedarpy",
    "pycasbin",
    "numpy",
    "scipy",
    "psycopg",
    "eventsourcing",
    "simpy",
    "mesa",
)
_ROOT: Final = Path(__file__).parent.parent


def _cases(question: str) -> dict[str, Case]:
    cases: dict[str, Case] = import_module(f"benchmarks.{QUESTIONS[question][0]}").CASES
    return cases


def _alone(question: str, case: str, effort: Effort) -> None:
    """Run one case in this process and print its figures as JSON."""
    pin()
    try:
        figures = _cases(question)[case](effort)
    except Skipped as why:
        print(json.dumps(str(why)))
    except ModuleNotFoundError as missing:
        print(json.dumps(f"{missing.name} is not installed here; see requirements/bench.txt."))
    else:
        print(json.dumps([attrs.asdict(each) for each in figures]))


def _apart(question: str, case: str, effort: Effort) -> list[Figure] | str | None:
    """Run one case in a process of its own: its figures, why there are none, or None: it failed."""
    told = json.dumps(attrs.asdict(effort))
    command = [sys.executable, "-m", "benchmarks", "--case", question, case, told]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=_ROOT, check=False)  # noqa: S603 - this very program
    if ran.returncode:
        return None
    found = json.loads(ran.stdout.splitlines()[-1])
    return found if isinstance(found, str) else [Figure(**each) for each in found]


def _answered(question: str, effort: Effort) -> bool:
    """Print one question's table. False when a case failed."""
    place = list(QUESTIONS).index(question) + 1
    print(f"\n{place}. {QUESTIONS[question][1]}\n", flush=True)
    figures: list[Figure] = []
    notes: list[str] = []
    failed = False
    for case in _cases_named(question):
        found = _apart(question, case, effort)
        if found is None:
            failed = True
            notes.append(f"{case}: FAILED, see above.")
        elif isinstance(found, str):
            notes.append(f"{case}: skipped, {found}")
        else:
            figures += found
    if figures:
        print(drawn(figures))
    print("\n".join(notes), end="\n" if notes else "", flush=True)
    return not failed


def _cases_named(question: str) -> list[str]:
    """The cases of a question, asked of a process of its own, so that this one stays small."""
    code = (
        f"import json, benchmarks.{QUESTIONS[question][0]} as it; print(json.dumps(list(it.CASES)))"
    )
    ran = subprocess.run(  # noqa: S603 - our own text
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=_ROOT, check=True
    )
    named: list[str] = json.loads(ran.stdout)
    return named


def _versions() -> str:
    found = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    for each in _COMPARED:
        try:
            found.append(f"{each} {version(each)}")
        except PackageNotFoundError:
            found.append(f"no {each}")
    return ", ".join(found)


def main() -> int:
    """Read what was asked for, and answer it."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    ask.add_argument("--only", nargs="+", choices=QUESTIONS, help="some of the questions")
    ask.add_argument(
        "--quick", action="store_true", help="see that it runs; the figures are coarse"
    )
    ask.add_argument("--runs", type=int, default=11, help="runs of each side (11)")
    ask.add_argument("--folder", type=Path, help="make files here instead of the temporary folder")
    ask.add_argument("--hmis", type=Path, help="an HMIS CSV export for the demo to read")
    ask.add_argument("--hsds", type=Path, help="an HSDS directory to read; else one is invented")
    ask.add_argument("--case", nargs=3, help=argparse.SUPPRESS)
    told = ask.parse_args()
    if told.case:
        question, case, effort = told.case
        _alone(question, case, Effort(**json.loads(effort)))
        return 0
    effort = Effort(
        runs=3 if told.quick else told.runs,
        seconds=0.02 if told.quick else 0.1,
        quick=told.quick,
        folder=None if told.folder is None else str(told.folder.resolve()),
        export=None if told.hmis is None else str(told.hmis.resolve()),
        directory=None if told.hsds is None else str(told.hsds.resolve()),
    )
    started = monotonic()
    print(_versions())
    whole = [_answered(each, effort) for each in told.only or QUESTIONS]
    print(f"\nTook {monotonic() - started:.0f} s. What the figures mean: benchmarks/README.md.")
    return 0 if all(whole) else 1


if __name__ == "__main__":
    sys.exit(main())
