"""The first program, as a newcomer runs it: twice, broken off, and on what is no export."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import attrs
import pytest

import peerkit as pk
from peerkit.model import NOUNS
from peerkit.reports import summary
from peerkit.stores import Delivery
from peerkit.stores.writing.codec import write_noun

pytestmark = pytest.mark.once

REPO = Path(__file__).parents[1]
FIRST_PROGRAM = REPO / "examples" / "first_program.py"
SAMPLE = REPO / "examples" / "hmis"
REAL = REPO.parent / "shared" / "data"


def start(folder: Path, *arguments: str | Path) -> subprocess.Popen[str]:
    """The first program, running in this folder."""
    told = [sys.executable, str(FIRST_PROGRAM), "--file", "program.db", *map(str, arguments)]
    return subprocess.Popen(
        told,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"COLUMNS": "120", "PYTHONHASHSEED": "random", "PYTHONWARNINGS": "error"},
    )


def run(folder: Path, *arguments: str | Path) -> str:
    """What it says, once it has come to its end."""
    process = start(folder, *arguments)
    said, faults = process.communicate()
    assert (process.returncode, faults) == (0, ""), faults
    return said


def opened(folder: Path, export: Path = SAMPLE) -> pk.Program:
    """The program that was kept for this export: each has one of its own."""
    return pk.Program.open(str(folder / "program.db"), program=str(export.resolve()))


def kept(folder: Path) -> dict[str, Any]:
    """All that stands in the file: nouns, tallies, words, and how much was written and sent."""
    with opened(folder) as program:
        found = program.verify()
        assert found.whole, found.faults
        every = [each for kind in NOUNS for each in program.every(kind)]
        return {
            "nouns": sorted(map(write_noun, every)),
            "tallies": {
                attrs.astuple(each) for each in program.store.books() if isinstance(each, pk.Count)
            },
            "words": [program.words(f"goal/{each.id}") for each in program.every(pk.Goal)]
            + [program.words("session/session/crossing")],
            "entries": found.entries,
            "kinds": Counter(entry.read()["act"]["act"] for entry in program.journal()),
            "messages": program.store.outbox(),
            "told": sum(1 for _ in program.store.posted(Delivery.TOLD)),
        }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, dict[str, Any]]:
    """One run from beginning to end: its folder, what it said, and what it kept."""
    folder = tmp_path_factory.mktemp("whole")
    said = run(folder)
    return folder, said, kept(folder)


class TestTheWholeRun:
    """What a newcomer sees."""

    def test_it_shows_a_week_and_what_a_peer_may_not_do(self, whole: tuple[Path, str, Any]) -> None:
        """Tables, refusals with their sources, the crossing, and where the file is."""
        folder, said, _ = whole
        flat = " ".join(said.split())

        for words in (
            "activity.asked: not allowed",
            "A peer is not a therapist",
            "needs consent",
            "match.proposed: not allowed",
            "of at most 20 people",
            "session.reported: not allowed",
            "Instead: ",
            "Hand to: ",
            "Source: ",
            "people who serve as peers",
            "whole",
        ):
            assert words in flat
        assert str(folder / "program.db") in "".join(said.split())

    def test_it_keeps_what_it_shows(self, whole: tuple[Path, str, Any]) -> None:
        """Thirty peers, everyone of the export, one concern, and time outside the role apart."""
        folder, _, _ = whole
        with opened(folder) as program:
            found = summary(program)
            crossing = next(
                each for each in program.every(pk.Session) if each.id == "session/crossing"
            )

        assert found.peers == 30
        assert found.both == 4
        assert found.participants > 20
        assert found.concerns == 1
        assert set(found.crossed) == {"medication-advice"}
        assert set(found.refused) == {
            *("case-management", "therapy", "consent", "own-voice", "caseload"),
        }
        assert (crossing.minutes, crossing.counted) == (60, 40)
        assert found.minutes - found.counted == 20
        assert found.waiting == 0

    def test_the_notices_give_nothing_away(self, whole: tuple[Path, str, Any]) -> None:
        """One line each, with the discreet outside only."""
        folder, _, stood = whole
        lines = (folder / "program.notices.txt").read_text("utf-8").splitlines()

        assert len(lines) == stood["told"] > 50
        assert all(line.endswith(": You have a new message.") for line in lines)

    def test_twice_it_doubles_nothing_and_tells_nothing_twice(
        self, whole: tuple[Path, str, Any]
    ) -> None:
        """The same nouns, tallies, words and entries, and no notice more."""
        folder, _, stood = whole
        notices = folder / "program.notices.txt"
        told = notices.read_bytes()
        said = run(folder)

        assert kept(folder) == stood
        assert notices.read_bytes() == told
        assert "\n0 notices told, 0 wait, none was out of date." in said


class TestBrokenOff:
    """Killed anywhere and run again, it ends in the same state."""

    @pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
    @pytest.mark.parametrize("seed", range(6))
    def test_it_goes_on_where_it_was_killed(
        self, seed: int, tmp_path: Path, whole: tuple[Path, str, Any]
    ) -> None:
        """At a moment nobody chose; what had been kept stays, the rest is done."""
        process = start(tmp_path)
        luck = random.Random(seed)
        awaited = luck.randrange(6)
        while process.poll() is None and stage(tmp_path) < awaited:
            time.sleep(0.005)
        time.sleep(luck.random() * 0.05)
        process.kill()
        process.communicate()
        if (tmp_path / "program.db").exists():
            with opened(tmp_path) as program:
                assert program.verify().whole
        run(tmp_path)

        assert kept(tmp_path) == whole[2]
        notices = (tmp_path / "program.notices.txt").read_text("utf-8").splitlines()
        assert len(notices) >= len(
            whole[0].joinpath("program.notices.txt").read_text().splitlines()
        )


def stage(folder: Path) -> int:
    """How far a running program has come, by what lies in its folder: 0 to 5."""
    log = folder / "program.db-wal"
    size = log.stat().st_size if log.exists() else 0
    told = folder / "program.notices.txt"
    if told.exists():
        return 5 if told.stat().st_size else 4
    return (folder / "program.db").exists() + (size > 100_000) + (size > 300_000)


class TestWhatIsNoExport:
    """One clear line, an exit code, and nothing stored."""

    @pytest.mark.parametrize("what", ["nowhere", "empty", "file", "other"])
    def test_a_folder_that_is_no_export_is_one_error(self, what: str, tmp_path: Path) -> None:
        """It says that nothing was stored, and leaves no file behind."""
        export = tmp_path / "export"
        if what == "file":
            export.write_text("PersonalID\n", "utf-8")
        elif what != "nowhere":
            export.mkdir()
        if what == "other":
            (export / "Client.csv").write_text("Name,Age\nZebrafinch,7\n", "utf-8")
        process = start(tmp_path, "--hmis", export)
        said, faults = process.communicate()

        assert process.returncode == 1
        assert len(faults.splitlines()) == 1
        assert faults.startswith("Nothing was stored. ")
        assert said == ""
        assert "Zebrafinch" not in faults
        assert sorted(each.name for each in tmp_path.iterdir()) == (
            [] if what == "nowhere" else ["export"]
        )

    @pytest.mark.skipif(not REAL.exists(), reason="the real exports are not on this machine")
    @pytest.mark.parametrize("year", ["hmis-fy2024", "hmis-fy2026"])
    def test_a_real_export_runs_to_its_end(self, year: str, tmp_path: Path) -> None:
        """All 514 people of it are welcomed beside the pretend peers who take part."""
        said = run(tmp_path, "--hmis", REAL / year)
        with opened(tmp_path, REAL / year) as program:
            found = summary(program)

        assert found.participants == 514 + 4
        assert found.peers == 30
        assert set(found.crossed) == {"medication-advice"}
        assert "whole" in said
