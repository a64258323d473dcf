"""After a run, `--peerkit-report` tells which promises were kept, and which were not."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytest_plugins = ("pytester",)

CASES = """
import pytest
from peerkit.stores.memory import MemoryStore
from peerkit.testing import NotifierConformance, StoreConformance

class Lossy(MemoryStore):
    def outbox(self):
        return 0, 0

    def apart(self, about):
        return ()

class TestLossy(StoreConformance):
    claims = frozenset({"reseals"})
    gaps = {"test_the_outbox_counts": "Ours cannot count."}
    @pytest.fixture
    def store(self):
        return Lossy()

class TestNobody(NotifierConformance):
    @pytest.fixture
    def notifier(self):
        pytest.skip("There is no post today.")

class TestOther:
    def test_beside(self):
        pass
"""
CHOSEN = "outbox_counts or words_come or starts_empty or was_kept_is_there or test_beside"


def run(pytester: pytest.Pytester, *args: str) -> pytest.RunResult:
    """What pytest says of these cases, with the report."""
    pytester.makepyfile(CASES)
    return pytester.runpytest("-p", "no:cacheprovider", "-p", "pytest_peerkit", *args)


def test_the_terminal_tells_what_needs_eyes(pytester: pytest.Pytester) -> None:
    """Each class is named with what it tests, claims, breaks, declares and does not claim."""
    result = run(pytester, "--peerkit-report", "-k", CHOSEN)

    result.stdout.fnmatch_lines(
        [
            "*= what was promised =*",
            "Lossy (TestLossy, StoreConformance): 1 kept, 1 broken",
            "  claims: reseals",
            "  broken: test_words_come_oldest_first: *assert*",
            "  declared gap: test_the_outbox_counts: Ours cannot count.",
            "  not claimed: persistent (1)",
        ]
    )
    result.stdout.no_fnmatch_line("*test_beside*")


def test_a_file_has_every_promise_in_its_own_sentence(pytester: pytest.Pytester) -> None:
    """The page is Markdown: a heading for each class, and a row for each promise."""
    result = run(pytester, "--peerkit-report=told.md", "-k", CHOSEN)

    result.stdout.fnmatch_lines(["Written to told.md."])
    page = (pytester.path / "told.md").read_text("utf-8")
    assert "## Lossy (TestLossy, StoreConformance)\n" in page
    assert "Claims: reseals. Not claimed: persistent (1).\n" in page
    assert "- kept: 1\n- broken: 1\n- declared gap: 1\n- not claimed: 1\n" in page
    assert "|  | broken: " in page
    assert "| A new store holds nothing, and its last number is 0. |  | kept |\n" in page
    assert "|  | declared gap: Ours cannot count. |\n" in page


def test_what_was_not_run_says_why(pytester: pytest.Pytester) -> None:
    """A promise whose test was skipped for another reason is neither kept nor left unclaimed."""
    result = run(pytester, "--peerkit-report", "-k", "TestNobody")

    result.stdout.fnmatch_lines(
        [
            "unknown (TestNobody, NotifierConformance): 0 kept, 0 broken",
            "  claims: nothing besides",
            "  not run: test_*: There is no post today.",
        ]
    )


def test_without_the_option_nothing_is_told(pytester: pytest.Pytester) -> None:
    """Nobody who did not ask hears of it, and where no kit was run it says so."""
    silent = run(pytester, "-k", "test_beside")
    silent.assert_outcomes(passed=1)
    silent.stdout.no_fnmatch_line("*promised*")

    empty = run(pytester, "--peerkit-report", "-k", "test_beside")
    empty.stdout.fnmatch_lines(["No test of a kit was run."])


def test_a_file_of_another_kind_is_not_written_over(pytester: pytest.Pytester) -> None:
    """A test file behind the option would be taken for the report: that is refused."""
    result = run(pytester, "--peerkit-report", "test_cases.py")

    result.stderr.fnmatch_lines(["*name a file that ends with .md*"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_pytest_finds_it_by_itself() -> None:
    """The entry point has the name of the module, so naming it with ``-p`` loads it once."""
    told = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8"))

    assert told["project"]["entry-points"]["pytest11"] == {"pytest_peerkit": "pytest_peerkit"}


def test_the_plugin_imports_nothing_of_ours(tmp_path: Path) -> None:
    """Every run of pytest imports it, so it costs nothing until it is asked for."""
    asked = "import sys, pytest_peerkit; print([e for e in sys.modules if e.startswith('peerkit')])"
    ran = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, check=True, encoding="utf-8"
    )

    assert ran.stdout == "[]\n"
