"""The year in ``examples/a_year.py``: it happens as it is told, and leaves no noun out."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from examples.a_year import Year

import peerkit as pk
from peerkit.model import NOUNS
from peerkit.reports import UnitRule, accounting, billing, outcomes, summary

EXAMPLES = Path(__file__).parents[1] / "examples"


def told() -> Year:
    """A year, told from beginning to end."""
    year = Year()
    year.tell()
    return year


@pytest.fixture(scope="module")
def year() -> Year:
    """One year, for all that only looks at it."""
    return told()


class TestTheStory:
    """Each act has the answer that the story gives it."""

    def test_every_act_has_the_answer_that_the_story_expects(self, year: Year) -> None:
        """What is meant to be allowed was, and what is meant to be refused was."""
        unlike = [
            (decision.act.kind, str(decision.verdict), expected)
            for decision, expected in year.answers
            if str(decision.verdict) != expected
        ]
        assert unlike == []

    def test_these_and_no_others_are_not_allowed(self, year: Year) -> None:
        """Where a peer, or somebody around them, would have drifted; two of them are reports."""
        found = [
            (each.act.by, each.act.kind, str(each.verdict), each.heaviest_first()[0].clause.id)
            for each, _ in year.answers
            if not each.allowed
        ]
        assert found == [
            ("coordinator", "match.proposed", "not allowed", "housing"),
            ("young-9", "match.accepted", "needs consent", "guardian-permissions"),
            ("ana", "activity.asked", "not allowed", "case-management"),
            ("ana", "activity.asked", "needs facts", "missing-facts"),
            ("cy", "activity.asked", "not allowed", "therapy"),
            ("ana", "goal.set", "not allowed", "own-voice"),
            ("ana", "information.shared", "needs consent", "consent"),
            ("ana", "activity.asked", "needs consultation", "gifts"),
            ("ana", "connection.asked-after", "not allowed", "how-it-went"),
            ("sam", "self-care-plan.asked", "not allowed", "own-plan-is-theirs"),
            ("ana", "measure.recorded", "needs consultation", "safety-route"),
            ("ana", "session.reported", "not allowed", "money"),
        ]

    def test_what_waited_for_somebody_goes_on_when_they_have_spoken(self, year: Year) -> None:
        """A permission, facts, a consent and advice each open what had stopped before them."""
        asked = [
            (each.act.kind, str(each.verdict))
            for each, _ in year.answers
            if each.act.kind in {"match.accepted", "activity.asked", "information.shared"}
        ]
        for kind, stopped in (
            ("match.accepted", "needs consent"),
            ("activity.asked", "needs facts"),
            ("activity.asked", "needs consultation"),
            ("information.shared", "needs consent"),
        ):
            at = asked.index((kind, stopped))
            later = [verdict for name, verdict in asked[at + 1 :] if name == kind]
            assert later[0] == "allowed"

    def test_the_clock_goes_through_the_year(self, year: Year) -> None:
        """From January to December, and never back."""
        moments = [each.read()["at"] for each in year.program.journal()]
        assert (moments[0][:10], moments[-1][:10]) == ("2026-01-05", "2026-12-21")
        assert moments == sorted(moments)
        assert {each[5:7] for each in moments} == {f"{month:02}" for month in range(1, 13)}


class TestWhatStandsAtItsEnd:
    """Everything that the model knows is there, and it holds."""

    @pytest.mark.parametrize("noun", NOUNS, ids=lambda each: each.kind)
    def test_every_noun_of_the_model_is_in_it(self, year: Year, noun: type[pk.Noun]) -> None:
        """At least one of each kind."""
        assert next(year.program.every(noun), None) is not None

    def test_one_person_is_both(self, year: Year) -> None:
        """Bo is a peer of somebody, and takes part beside another peer."""
        matches = {(each.peer, each.participant) for each in year.program.every(pk.Match)}
        assert {("bo", "young-9"), ("cy", "bo")} <= matches
        assert summary(year.program).both == 1

    def test_what_is_asked_for_is_settled(self, year: Year) -> None:
        """No concern is open, the wish has an outcome, and the goal is reached."""
        program = year.program
        assert summary(program).concerns == 0
        assert [each.status for each in program.every(pk.Connection)] == [pk.ConnectionStatus.USED]
        assert [each.status for each in program.every(pk.Goal)] == [pk.GoalStatus.COMPLETED]
        assert [each.status for each in program.every(pk.Measure)] == [pk.MeasureStatus.SEEN]
        ended = {each.id for each in program.every(pk.Match) if each.status is pk.MatchStatus.ENDED}
        assert ended == {"m-1", "m-4"}

    def test_the_series_has_a_moved_and_a_cancelled_day(self, year: Year) -> None:
        """One Monday became a Tuesday, and one was left out."""
        (series,) = year.program.every(pk.Series)
        assert [each.day.isoformat() for each in series.moved] == ["2026-03-16"]
        assert [each.isoformat() for each in series.cancelled] == ["2026-03-23"]

    def test_the_reports_say_what_happened(self, year: Year) -> None:
        """Minutes, tellings, days in a home, and what is billed."""
        stood = summary(year.program)
        assert (stood.minutes, stood.counted) == (285, 280)
        assert [each.to for each in accounting(year.program, "p-7")] == [
            ("housing-office",),
            ("crisis-team",),
        ]
        (home,) = outcomes(year.program, date(2026, 1, 1), date(2027, 1, 1)).housed
        assert (home.participant, home.housed, home.known) == ("p-7", 81, 81)
        rule = UnitRule.FLOOR_PER_CODE
        claim = billing(year.program, "medicaid-va", date(2026, 11, 1), rule=rule)
        assert claim.units == 6
        assert [each.minutes for each in claim.not_billed] == [5]

    def test_the_journal_is_whole_and_the_same_each_time(self, year: Year) -> None:
        """Nothing in it is left to chance: two years end with the same hash."""
        found = year.program.verify()
        assert (found.whole, found.faults) == (True, ())
        assert told().program.verify() == found


class TestTheFile:
    """It is short, and it runs as somebody would run it."""

    @pytest.mark.parametrize("name", ["a_year.py", "a_year.toml"])
    def test_it_has_fewer_than_150_lines(self, name: str) -> None:
        """Blank lines and docstrings too; what it tells is no longer than how it is told."""
        assert len((EXAMPLES / name).read_text("utf-8").splitlines()) < 150

    def test_it_runs_from_any_folder_and_leaves_nothing_there(self, tmp_path: Path) -> None:
        """It tells month by month, explains three answers in full, and verifies at the end."""
        ran = subprocess.run(
            [sys.executable, str(EXAMPLES / "a_year.py")],
            cwd=tmp_path,
            capture_output=True,
            check=False,
            encoding="utf-8",
            env=os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONWARNINGS": "error"},
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        titles = [each.partition(":")[0] for each in ran.stdout.splitlines() if each[:1].isupper()]
        assert titles[0::11] == ["January", "December"]
        assert titles[12:] == ["What the year comes to"]
        assert ran.stdout.count("Instead: ") == 3
        assert "125 entries, whole: " in ran.stdout.splitlines()[-1]
        assert list(tmp_path.iterdir()) == []
