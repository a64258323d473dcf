"""Known journals, and a verifier that shares no code with peerkit."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import attrs
import pytest

import peerkit as pk
from peerkit.exchange.moving import export_program
from peerkit.stores import Entry
from peerkit.stores.checking.following import Following
from peerkit.stores.checking.scales import Scales
from peerkit.stores.sqlite import SQLiteStore
from tests.ordinary import NOW, opened
from tests.vectors import FOLDER, GOAL, expected, lines, written

SCRIPT = Path(__file__).parents[1] / "scripts" / "verify_journal.py"
KNOWN = expected()
MATCH = pk.Anchor(4, KNOWN["04-a-match"]["head"].split()[1], NOW)


def follow(file: Path, *more: str) -> tuple[int, list[str]]:
    """What the script says of a file: its exit code and its lines."""
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(file), *more],
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


class TestTheVectors:
    """Small journals whose heads are known."""

    @pytest.mark.parametrize("name", KNOWN)
    def test_are_written_the_same_everywhere(self, name: str) -> None:
        """On every Python the same acts leave the same bytes, and the same heads."""
        kept = (FOLDER / f"{name}.jsonl").read_text("utf-8")

        assert lines(written()[name]) == kept

    def test_are_all_there(self) -> None:
        """Every file is known, and nothing is known that is no file."""
        assert {each.stem for each in FOLDER.glob("*.jsonl")} == KNOWN.keys()
        assert len(KNOWN) >= 20

    @pytest.mark.parametrize("name", KNOWN)
    def test_are_followed_by_us(self, name: str) -> None:
        """Verifying finds the same first bad entry, and the same head."""
        with closing(Scales(rough=False)) as scales:
            following = Following.of(scales, (), None)
            for each in written()[name]:
                following.take(Entry(each["n"], each["hash"], each["body"]))
            breaks, _ = scales.breaks()

        bad = re.findall(r"[0-9]+", KNOWN[name]["bad"])
        assert [each.number for each in breaks][:1] == [int(each) for each in bad]
        assert f"{following.number} {following.head}" == KNOWN[name]["head"]


class TestTheScript:
    """`scripts/verify_journal.py` needs Python and nothing else."""

    @pytest.mark.parametrize("name", KNOWN)
    def test_follows_every_vector(self, name: str) -> None:
        """It names the first bad entry and the last number and hash."""
        bad, head = KNOWN[name]["bad"], KNOWN[name]["head"]

        assert follow(FOLDER / f"{name}.jsonl") == (
            1 if bad else 0,
            [f"bad: {bad}" if bad else "whole", f"head: {head}"],
        )

    @pytest.mark.parametrize(
        ("name", "bad"),
        [
            ("20-a-cut-tail", "entry 4 is missing"),
            ("21-written-anew", "entry 4 is not the one that was anchored"),
        ],
    )
    def test_sees_with_an_anchor_what_a_journal_alone_cannot_show(
        self, name: str, bad: str
    ) -> None:
        """The same line that a program gives."""
        code, (said, _) = follow(FOLDER / f"{name}.jsonl", "--anchor", str(MATCH))

        assert (code, said) == (1, f"bad: {bad}")
        assert follow(FOLDER / "04-a-match.jsonl", "--anchor", str(MATCH))[0] == 0

    def test_follows_a_file_of_a_program(self, tmp_path: Path) -> None:
        """Of the program that is named; `main` where none is."""
        file = tmp_path / "program.db"
        with opened(SQLiteStore(file, program="south")) as program:
            anchor = program.anchor()
            whole = ["whole", f"head: {anchor.number} {anchor.hash}"]
            assert follow(file, "--program", "south", "--anchor", str(anchor)) == (0, whole)
        assert follow(file) == (0, ["whole", f"head: 0 {'0' * 64}"])

    def test_follows_an_exported_program(self, tmp_path: Path) -> None:
        """With words and without; and one letter that was changed is named by its entry."""
        with opened() as program:
            program.do(attrs.evolve(GOAL, words=pk.Words('"entry":{"n":1 and 漢')))
            anchor = program.anchor()
            for words in (True, False):
                file = tmp_path / f"{words}.jsonl"
                export_program(program, file, words=words)
                whole = ["whole", f"head: {anchor.number} {anchor.hash}"]
                assert follow(file, "--anchor", str(anchor)) == (0, whole)

                lines = file.read_bytes().splitlines(keepends=True)
                for spoiled, bad in (
                    ([lines[0], lines[1].replace(b"ALLOWED", b"NEEDED", 1)], "1 was edited"),
                    ([lines[0], lines[1].replace(b'"n":1', b'"n":\xff', 1)], "1 was edited"),
                    ([lines[0], lines[1][:-99]], "1 was edited"),
                    ([lines[0], lines[2]], "1 is not linked"),
                ):
                    file.write_bytes(b"".join(spoiled))
                    code, (said, _) = follow(file)
                    assert (code, said) == (1, f"bad: entry {bad}")

    @pytest.mark.parametrize("text", [None, "Dear diary", "[1]", '{"body": 7}', '{"id": 7}'])
    def test_says_when_there_is_nothing_to_read(self, tmp_path: Path, text: str | None) -> None:
        """A sentence and an exit code, and no traceback."""
        file = tmp_path / "journal"
        if text is not None:
            file.write_text(text)
        code, (said,) = follow(file)

        assert code == 2
        assert said.startswith("no journal can be read: ")

    def test_shares_no_code_with_us(self) -> None:
        """It is short enough to be read whole, and imports what Python brings."""
        written_out = SCRIPT.read_text("utf-8")
        imported = {
            name.partition(".")[0]
            for each in ast.walk(ast.parse(written_out))
            for name in (
                [it.name for it in each.names]
                if isinstance(each, ast.Import)
                else [each.module or ""]
                if isinstance(each, ast.ImportFrom)
                else []
            )
        }

        assert len(written_out.splitlines()) < 80
        assert imported <= sys.stdlib_module_names
        assert "import_module" not in written_out
