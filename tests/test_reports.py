"""What the records show: numbers that add up, on a screen that names nobody."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from rich.console import Console

import peerkit as pk
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.reports import Summary, summary
from peerkit.reports.show import Screen
from tests.ordinary import NOW, activity, asking, empty, group, opened, plan, report

CANARY = "Zebrafinch"
GIFT = activity("give-gift", value="significant")


@pytest.fixture
def program() -> Iterator[pk.Program]:
    """A program with sessions of every status, refusals, crossings, goals and messages."""
    with opened() as made:
        for number in range(3):
            made.do(report(id=f"held-{number}", minutes=30 + number)).or_raise()
        crossed = (activity("listen", 20), activity("lend-money", 10))
        made.do(report(id="crossed", activities=crossed, note=pk.Words(CANARY)))
        made.do(report(id="crossed-2", activities=(GIFT, activity("lend-money"))))
        for hours, name in enumerate(("planned", "missed", "cancelled"), 1):
            made.do(plan(id=name, starts=NOW - timedelta(hours=hours))).or_raise()
        made.do(plan(id="group", starts=NOW, **group(2))).or_raise()
        made.do(pk.ReportMissedSession(by="ana", id="missed")).or_raise()
        made.do(pk.CancelSession(by="p-7", id="cancelled")).or_raise()
        for name in ("g-1", "g-2"):
            words = pk.Words(f"{CANARY} {name}")
            made.do(pk.SetGoal(by="p-7", id=name, participant="p-7", words=words)).or_raise()
        made.do(pk.WelcomeParticipant(by="c", id="ana")).or_raise()
        made.do(asking(activity("therapy")))
        made.do(asking(activity("therapy")))
        later = NOW + timedelta(hours=2)
        therapy = (activity("therapy"),)
        made.do(plan(id="no", participants=("p-8",), activities=therapy, starts=later))
        made.do(asking(activity("tell-anothers-story", of="p-8")))
        made.tell(MemoryNotifier(), limit=2)
        yield made


def independent(program: pk.Program) -> dict[str, Any]:
    """The same numbers, counted from the journal's text alone."""
    latest: dict[tuple[str, str], dict[str, Any]] = {}
    refused: Counter[str] = Counter()
    crossed: Counter[str] = Counter()
    entries = messages = 0
    reports = {"session.reported", "session.missed", "concern.raised"} | {
        "supervision.recorded",
        "tie.disclosed",
    }
    for entry in program.journal():
        body = json.loads(entry.body)
        entries += 1
        messages += len(body["messages"])
        for noun in body["nouns"]:
            latest[noun["noun"], noun["id"]] = noun
        if body["verdict"] != "ALLOWED":
            against = {each[0] for each in body["findings"] if each[1] == body["verdict"]}
            for clause in against:
                (crossed if body["act"]["act"] in reports else refused)[clause] += 1
    of: dict[str, list[dict[str, Any]]] = {}
    for (kind, _), noun in latest.items():
        of.setdefault(kind, []).append(noun)
    held = [each for each in of["session"] if each["status"] == "held"]
    peers, participants = ({each["id"] for each in of[kind]} for kind in ("peer", "participant"))
    return {
        "peers": len(peers),
        "participants": len(participants),
        "both": len(peers & participants),
        "matches": Counter(each["status"] for each in of["match"]),
        "sessions": Counter((each["form"], each["status"]) for each in of["session"]),
        "minutes": sum(each["minutes"] for each in held),
        "counted": sum(each["counted"] for each in held),
        "goals": len(of["goal"]),
        "concerns": sum(each["status"] == "open" for each in of["concern"]),
        "refused": refused,
        "crossed": crossed,
        "entries": entries,
        "messages": messages,
    }


class TestSummary:
    """How a program stands."""

    def test_every_number_equals_an_independent_count(self, program: pk.Program) -> None:
        """Counted from the journal's text alone, with nothing of the report's own code."""
        found = summary(program)
        expected = independent(program)

        assert {name: getattr(found, name) for name in expected} == expected

    def test_the_numbers_are_these(self, program: pk.Program) -> None:
        """Written out once, so that two wrong counts cannot agree."""
        found = summary(program)

        assert (found.peers, found.participants, found.both) == (1, 3, 1)
        assert found.matches == {"accepted": 1}
        assert found.sessions == {
            ("one-to-one", "held"): 5,
            ("one-to-one", "planned"): 1,
            ("one-to-one", "missed"): 1,
            ("one-to-one", "cancelled"): 1,
            ("group", "planned"): 1,
        }
        assert (found.minutes, found.counted) == (30 + 31 + 32 + 60 + 60, 30 + 31 + 32 + 50)
        assert (found.goals, found.concerns) == (2, 2)
        assert found.refused == {"therapy": 3, "consent": 1}
        assert found.crossed == {"money": 2, "gifts": 1}
        assert found.messages - found.waiting == 2

    def test_an_empty_program_has_nothing_to_show(self) -> None:
        """Every number is 0, and nothing is missing."""
        found = summary(empty())

        assert (found.peers, found.entries, found.minutes, found.waiting) == (0, 0, 0, 0)
        tables: list[Mapping[Any, int]] = [found.matches, found.sessions, found.refused]
        assert [*tables, found.crossed] == [{}, {}, {}, {}]

    def test_a_concern_that_was_closed_is_no_longer_open(self, program: pk.Program) -> None:
        """The supervisor has looked at it."""
        close = pk.CloseConcern(by="sam", id="crossed/concern", peer="ana")
        program.do(close).or_raise()

        assert summary(program).concerns == 1

    def test_a_summary_cannot_be_changed(self, program: pk.Program) -> None:
        """Neither its numbers nor its tables."""
        found = summary(program)
        for table in (found.matches, found.sessions, found.refused, found.crossed):
            with pytest.raises(TypeError):
                table["x"] = 1  # type: ignore[index]
        with pytest.raises(AttributeError):
            found.peers = 7  # type: ignore[misc]

    def test_it_names_nobody(self, program: pk.Program) -> None:
        """No id, no word, no condition."""
        told = repr(summary(program))

        assert CANARY not in told
        assert "p-7" not in told
        assert "'ana'" not in told


def screen() -> tuple[Screen, io.StringIO]:
    """A screen that writes to a text of ours, 100 columns wide."""
    stream = io.StringIO()
    return Screen(Console(file=stream, width=100, color_system=None)), stream


class TestScreen:
    """What people see at a terminal."""

    def test_a_bar_counts_what_it_is_told_is_finished(self) -> None:
        """It knows no total before somebody tells it."""
        shown, stream = screen()
        with shown.progress("Replications") as told:
            told(3, 20)
            told(20, 20)

        assert "Replications" in stream.getvalue()
        assert "20/20" in stream.getvalue()

    def test_a_summary_is_five_tables(self, program: pk.Program) -> None:
        """With every number in it, those of refusals from the most frequent down."""
        shown, stream = screen()
        shown.summary(summary(program))
        told = stream.getvalue()

        for title in (
            "The program",
            "Matches",
            "Sessions",
            "Asked and not done, by clause",
            "Reported and outside the role, by clause",
        ):
            assert title in told
        rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in told.splitlines()]
        assert ["people who serve as peers", "1"] in rows
        assert ["minutes of sessions held", "213"] in rows
        assert ["of them, minutes that count as peer support", "143"] in rows
        assert ["group", "planned", "1"] in rows
        assert rows.index(["therapy", "3"]) < rows.index(["consent", "1"])
        assert rows.index(["money", "2"]) < rows.index(["gifts", "1"])
        assert CANARY not in told
        assert "p-7" not in told

    def test_numbers_stand_to_the_right_and_are_grouped(self) -> None:
        """Text stands to the left; a table may have no rows."""
        shown, stream = screen()
        shown.table("Title", ("name", "count"), [("long enough", 1_234_567), ("b", 2)])
        shown.table("Nothing", ("name", "count"), [])
        lines = stream.getvalue().splitlines()

        assert any("│ long enough │ 1,234,567 │" in line for line in lines)
        assert any("│ b           │         2 │" in line for line in lines)
        assert "Nothing" in stream.getvalue()

    def test_markup_in_a_text_is_shown_and_not_obeyed(self) -> None:
        """What came from a file must not colour or hide anything."""
        shown, stream = screen()
        shown.say("[bold]a[/bold]")
        shown.title("[red]b")
        shown.table("c", ("[i]d",), [("[link]e",)])

        for text in ("[bold]a[/bold]", "[red]b", "[link]e"):
            assert text in stream.getvalue()

    def test_counting_goes_through_all_and_says_how_many(self) -> None:
        """With a known number, an unknown one, and none at all."""
        for total in (None, 3):
            shown, stream = screen()
            items = iter(range(3))

            assert shown.count("people", items, total) == 3
            assert list(items) == []
            assert "people" in stream.getvalue()
            assert "3/3" in stream.getvalue()
        assert screen()[0].count("nobody", []) == 0

    def test_what_fails_while_counting_is_not_hidden(self) -> None:
        """The bar does not swallow an error."""

        def items() -> Iterator[int]:
            yield 1
            raise pk.StoreError("The disk is full.")

        with pytest.raises(pk.StoreError, match="full"):
            screen()[0].count("people", items())

    @pytest.mark.parametrize(
        ("asked", "verdict", "shown_", "hidden"),
        [
            (activity("lend-money"), "not allowed", "money", None),
            (activity("medication-talk"), "needs facts", "missing-facts", "medication-advice"),
        ],
    )
    def test_a_decision_shows_what_deserves_to_be_read(
        self, asked: pk.Activity, verdict: str, shown_: str, hidden: str | None
    ) -> None:
        """The heaviest findings in full, with instead, hand-over and every source; not the rest."""
        shown, stream = screen()
        decision = opened().decide(asking(asked))
        shown.decision(decision)
        told = " ".join(stream.getvalue().split())

        assert told.startswith(f"activity.asked: {verdict}")
        for each in decision.findings:
            if each.clause.id == shown_:
                assert " ".join(each.sentence.split()) in told
                assert f"Instead: {each.clause.instead}" in told
                assert f"Hand to: {each.clause.hand_to}" in told
                assert all(f"Source: {one}"[:60] in told for one in each.clause.passages)
            if each.clause.id == hidden:
                assert each.sentence not in told

    def test_a_yes_is_shown_as_well(self) -> None:
        """With what it rests on, and without a way out of it."""
        shown, stream = screen()
        shown.decision(opened().decide(asking(activity("listen"))))
        told = stream.getvalue()

        assert told.lstrip().startswith("activity.asked: allowed")
        assert "Source: " in told
        assert "Instead: " not in told

    def test_without_a_console_it_writes_to_the_terminal(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Standard output, where nothing else was said."""
        Screen().say("Hello.")

        assert capsys.readouterr().out == "Hello.\n"

    def test_without_rich_it_says_what_to_install(self) -> None:
        """Counting works without it; only showing needs it."""
        code = (
            "import sys; sys.modules['rich'] = None; sys.modules['rich.console'] = None\n"
            "import peerkit.reports\n"
            "try:\n"
            "    import peerkit.reports.show\n"
            "except peerkit.MissingExtra as error:\n"
            "    print(error)\n"
        )
        told = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, text=True
        )

        assert told.stdout == (
            "This needs rich. Install it with: pip install 'peerkit[progress]'\n"
        )

    def test_a_summary_may_be_made_by_hand(self) -> None:
        """It is a plain value; whoever has other numbers can show them."""
        shown, stream = screen()
        zero: dict[str, Any] = dict.fromkeys(
            (
                *("peers", "participants", "both", "minutes", "counted", "goals", "concerns"),
                *("entries", "messages", "waiting"),
            ),
            0,
        )
        tables: dict[str, Any] = {"matches": {}, "sessions": {}, "refused": {}, "crossed": {}}
        shown.summary(Summary(**zero | tables))

        assert stream.getvalue().count(" 0 ") >= 10
