"""The report of a study: all that follows from it is written, and the rest is a visible blank."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any

import attrs
import pytest

from peerkit.errors import BadInput
from peerkit.simulation.door.desk import SUPERVISION
from peerkit.simulation.record import Engine
from peerkit.simulation.reporting.logic import ALGORITHMS, ASSUMPTIONS, DAY, LIMITS, LUCK, PARTS
from peerkit.simulation.reporting.study_report import BLANK, report
from peerkit.simulation.scenarios.evidence import NOT_FINDINGS
from peerkit.simulation.scenarios.given import parameters
from peerkit.simulation.scenarios.scenario import (
    Arrivals,
    Beds,
    Choosing,
    Groups,
    Leaving,
    Matching,
    Peers,
    Scenario,
)
from peerkit.simulation.studies.experiment import Experiment, Within
from peerkit.simulation.studies.manifest import manifest_of
from peerkit.simulation.studies.running import Failure, Replication
from peerkit.simulation.studies.study import Study

pytestmark = pytest.mark.once

#: The items of STRESS-DES, as its authors number them; 2.5 has its parts inside.
ITEMS = (
    ("1", ("1.1", "1.2", "1.3")),
    ("2", ("2.1", "2.2", "2.3", "2.4", "2.5")),
    ("3", ("3.1", "3.2", "3.3", "3.4")),
    ("4", ("4.1", "4.2", "4.3")),
    ("5", ("5.1", "5.2", "5.3", "5.4")),
    ("6", ("6.1",)),
)
BASE = Scenario(
    name="now",
    days=60,
    limits={"caseload": 5},
    arrivals=Arrivals(per_week=2.5),
    peers=Peers(count=3, leaving=(Leaving(on=date(2026, 2, 2)),)),
    sources={"arrivals.per_week": "our *records* | 2025"},
)
FEWER = BASE.but({"limits.caseload": 3, "arrivals.per_week": 3}, "smaller")


def made(*values: tuple[float | None, float | None], **changes: Any) -> Study:
    """A study whose numbers are these: of each run, those of both scenarios."""
    done = tuple(
        Replication(name, run, {"wait_mean": each[at], "refused.caseload": 1.0})
        for at, name in enumerate(("now", "smaller"))
        for run, each in enumerate(values)
    )
    study = Study((BASE, FEWER), 7, Engine.FAST, len(values), done, ())
    return attrs.evolve(study, **changes)


@pytest.fixture(scope="module")
def study() -> Study:
    """A real study."""
    return Experiment((BASE, FEWER), replications=2).run()


@pytest.fixture(scope="module")
def text(study: Study) -> str:
    """Its report, as nobody has added anything."""
    return report(study)


def below(text: str, heading: str) -> str:
    """What stands below a heading, up to the next one of its kind or above."""
    level = heading.partition(" ")[0]
    _, _, rest = text.partition(f"\n{heading}\n")
    assert rest, heading
    return re.split(rf"\n#{{2,{len(level)}}} ", rest)[0]


def item(text: str, number: str) -> str:
    """What stands below an item."""
    (heading,) = re.findall(rf"^### {re.escape(number)} .*$", text, re.MULTILINE)
    return below(text, heading)


def rows(text: str) -> list[list[str]]:
    """The rows of the tables in it, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    heads = {at - 1 for at, line in enumerate(lines) if line.startswith("| ---")}
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for at, line in enumerate(lines)
        if at not in heads and not line.startswith("| ---")
    ]


class TestItems:
    """Every item of the guideline is there, filled or blank."""

    def test_in_their_order(self, text: str) -> None:
        """All sections with all items, and the results behind them."""
        found = re.findall(r"^##(#?) ([0-9.]+|Results)", text, re.MULTILINE)
        expected = [
            pair
            for section, items in ITEMS
            for pair in (("", f"{section}."), *(("#", each) for each in items))
        ]
        assert found == [*expected, ("", "Results")]

    def test_none_is_empty(self, text: str) -> None:
        """Each says something, or asks the author to."""
        for _, items in ITEMS:
            for each in items:
                assert item(text, each).strip()
        assert f"> **{BLANK}** Why was this study made" in item(text, "1.1")
        assert item(text, "3.2").strip().startswith(f"> **{BLANK}** ")

    def test_an_author_fills_a_blank(self, study: Study, text: str) -> None:
        """With Markdown of their own; the others stay."""
        found = report(study, title="Our *study*", author={"1.1": "We **ask**.\n", "2.1": "More."})
        assert found.startswith("# Our &#42;study&#42;\n")
        assert item(found, "1.1").strip() == "We **ask**."
        assert item(found, "2.1").strip().endswith("\nMore.")
        assert found.count(BLANK) == text.count(BLANK) - 1

    @pytest.mark.parametrize(
        ("asked", "said"),
        [
            ({"author": {"1.11": ""}}, "author: '1.11' is not in this study; did you mean '1.1'?"),
            ({"measures": ["wait_men"]}, "measures: 'wait_men' is not in this study; did you mean"),
            ({"against": "zzz"}, "against: 'zzz' is not in this study; there are now, smaller"),
        ],
    )
    def test_what_is_not_there_is_refused(
        self, study: Study, asked: dict[str, Any], said: str
    ) -> None:
        """It is named, with what is there."""
        with pytest.raises(BadInput, match=re.escape(said)):
            report(study, **asked)


class TestHonesty:
    """What the numbers are not is said where they are."""

    def test_both_trials_stand_at_the_top(self, text: str) -> None:
        """Before anything else: made-up people, inputs, and neither trial alone."""
        top = text[: text.index("## 1.")]
        assert "**Made-up people.** Effects are inputs of this scenario, not findings." in top
        assert "Johnson 2018: readmitted to acute care within a year: odds ratio 0.66" in top
        assert "ENRICH 2022: readmitted within a year: odds ratio 1.02" in top
        assert "These numbers are synthetic" in below(text, "## Results")

    def test_whoever_names_one_trial_names_the_other(self, text: str) -> None:
        """In every paragraph and every row but those of publications."""
        for line in text.splitlines():
            if "Johnson 2018" in line:
                assert "ENRICH" in line

    def test_outcomes_are_said_to_be_put_in(self, text: str) -> None:
        """Below each of them, and below no other."""
        for name in ("readmitted", "housed", "recovery", "hope", "cost"):
            assert NOT_FINDINGS in below(text, f"### `{name}`")
        assert NOT_FINDINGS not in below(text, "### `wait_mean`")


class TestModel:
    """The description is the one that engines are written from."""

    def test_the_day_in_its_order(self, text: str) -> None:
        """Every step, numbered."""
        said = re.findall(r"^(\d+)\. \*\*(.*?)\.\*\*", item(text, "2.2"), re.MULTILINE)
        assert said == [(str(at), each.name) for at, each in enumerate(DAY, 1)]

    def test_nothing_that_is_told_of_the_model_is_left_out(self, text: str) -> None:
        """Algorithms, components, assumptions, chance."""
        told = [each.says for each in (*DAY, *ALGORITHMS)]
        told += [one.says for each in PARTS.values() for one in each]
        for each in (*told, *ASSUMPTIONS, *LUCK):
            assert each in text

    def test_paths_in_the_description_lead_somewhere(self) -> None:
        """A number that is named there is a number of the scenario."""
        known = {each.path for each in parameters(BASE)}
        for each in (*DAY, *ALGORITHMS, *(one for of in PARTS.values() for one in of)):
            for path in re.findall(r"`([a-z]+\.[a-z_]+)`", each.says):
                assert path in known | {"matching.shared"}

    def test_limits_with_where_they_are_written(self, text: str) -> None:
        """The author's number is the author's; the others cite the book."""
        found = {each[0]: each for each in rows(item(text, "2.2")) if len(each) == 4}
        assert found["`caseload`"][1] == "5 people (the handbook: 20 people)"
        assert found["`caseload`"][3] == "this scenario: no source given"
        assert "1 TAC 354.3103: monthly" in found["`supervision`"][3]
        told = BASE.but({"limits.caseload": 4})
        told = attrs.evolve(told, sources={"limits.caseload": "the board"})
        (row,) = (
            each
            for each in rows(item(report(made((1.0, 2.0), scenarios=(told, FEWER))), "2.2"))
            if each[:2] == ["`caseload`", "4 people (the handbook: 20 people)"]
        )
        assert row[3] == "this scenario: the board"

    def test_limits_of_other_scenarios(self, text: str) -> None:
        """Those that have another number, each with whose it is; and none where none has."""
        _, other, more = item(text, "2.2").partition("Where other scenarios differ from it:")
        assert rows(more)[0] == [
            "smaller",
            "`caseload`",
            "3 people (the handbook: 20 people)",
            "this scenario: no source given",
        ]
        layered = attrs.evolve(BASE, name="smaller", layers=("us/wa",))
        found = item(report(made((1.0, 2.0), scenarios=(BASE, layered))), "2.2").partition(other)[2]
        assert [each[1] for each in rows(found) if each[0] == "smaller"]
        assert "`caseload`" not in [each[1] for each in rows(found)]
        alike = made((1.0, 2.0), scenarios=(BASE, attrs.evolve(BASE, name="smaller")))
        assert other not in report(alike)

    def test_a_number_looser_than_the_handbook_is_seen(self) -> None:
        """Its own layers' number stands beside it; also where another scenario has the same."""
        here = attrs.evolve(BASE, layers=("us/nc",)).but(
            {"limits.caseload": 20, "limits.supervision-weeks": 6, "limits.debrief-days": 30}
        )
        usual = attrs.evolve(BASE, name="smaller", limits={})
        of = item(report(made((1.0, 2.0), scenarios=(here, usual))), "2.2")
        numbers = {each[0]: each[1] for each in rows(of) if len(each) == 4}
        assert numbers["`caseload`"] == "20 people (**looser than the handbook**: 15 people)"
        assert numbers["`supervision-weeks`"] == "6 weeks (the handbook: no number)"
        assert "looser than the handbook" in numbers["`debrief-days`"]
        _, _, others = of.partition("Where other scenarios differ from it:")
        assert [each[:3] for each in rows(others) if each[1] == "`caseload`"] == [
            ["smaller", "`caseload`", "20 people"]
        ]

    def test_every_limit_of_supervision_is_among_them(self) -> None:
        """Those that the door knows."""
        assert SUPERVISION | {"caseload"} <= set(LIMITS)

    def test_refusals_with_their_clauses(self, text: str) -> None:
        """Each clause that stood against something, once; and nothing where none did."""
        found = item(text, "2.2").partition("Clauses under which something was refused")[2]
        assert "`caseload`" in [each[0] for each in rows(found)]
        (done,) = made((1.0, 2.0)).done[:1]
        done = attrs.evolve(done, values={"refused.no-such": 1.0})
        assert ["`no-such`", "none", "none"] in rows(
            item(report(made((1.0, 2.0), done=(done,))), "2.2")
        )
        never = made((1.0, 2.0), done=(Replication("now", 0, {"wait_mean": 1.0}),))
        assert "Nothing was refused under it in any run." in item(report(never), "2.2")

    def test_a_book_that_changes_meanwhile(self) -> None:
        """The days on which it does are named."""
        changes = attrs.evolve(BASE, layers=("us/wa",))
        found = item(report(made((1.0, 2.0), scenarios=(changes, FEWER))), "2.2")
        assert "layers: us/wa" in found
        assert "The handbook changes during the simulated days: 2026-02-16." in found
        assert "The handbook changes" not in item(report(made((1.0, 2.0))), "2.2")

    def test_what_is_not_simulated_is_not_told(self, text: str) -> None:
        """Groups and beds are in the overview where there are some."""
        both = attrs.evolve(BASE, groups=Groups(count=1), beds=Beds(count=1))
        found = item(report(made((1.0, 2.0), scenarios=(both, FEWER))), "2.1")
        for each in ("Groups meet beside", "The respite house has"):
            assert each in found
            assert each not in item(text, "2.1")


class TestData:
    """Every number stands there with its source."""

    def test_every_number(self, text: str) -> None:
        """In its order, with its value, unit, source and caution."""
        found = {each[0]: each[1:] for each in rows(item(text, "3.3")) if len(each) > 2}
        assert [*found] == [f"`{each.path}`" for each in parameters(BASE)]
        assert found["`arrivals.per_week`"] == [
            *("2.5", "people a week", "… people come in a week"),
            *("our &#42;records&#42; &#124; 2025", ""),
        ]
        assert found["`peers.count`"][3] == "no source given"
        assert found["`costs.hour`"][0] == "2,500"
        assert found["`sessions.every`"][0] == "7: 0.8, 14: 0.2"
        assert found["`outcomes.johnson`"][3:] == [
            "assumption",
            "A setting, not a finding: the two trials disagree.",
        ]

    def test_settings(self, text: str) -> None:
        """What is chosen and is no number; who a scenario is, is none."""
        found = {each[0]: each[1] for each in rows(item(text, "3.3")) if len(each) == 2}
        assert found["`matching.choosing`"] == "longest-free"
        assert found["`matching.shared`"] == "yes"
        assert found["`layers`"] == "none"
        assert found["`peers.leaving[0].on`"] == "2026-02-02"
        assert not [each for each in found if each.startswith(("`name", "`sources"))]

    def test_sources(self, text: str) -> None:
        """Publications are cited in full, those that a caution names too; then the author's."""
        found = item(text, "3.1")
        assert (
            "- R-J18: Peer-supported self-management after a crisis team (Johnson et al." in found
        )
        assert "- R-UPS: " in found
        assert "<https://doi.org/10.1176/appi.ps.202100138>" in found
        assert "- `arrivals.per_week`: our &#42;records&#42; &#124; 2025" in found
        assert "Said by the author" not in item(
            report(made((1.0, 2.0), scenarios=(attrs.evolve(BASE, sources={}), FEWER))), "3.1"
        )

    def test_what_has_no_source(self, text: str) -> None:
        """Assumptions of ours, and numbers of the author's, apart."""
        ours, theirs = (
            line for line in item(text, "3.4").splitlines() if line.startswith("Numbers")
        )
        assert "`sessions.no_show`" in ours
        assert "`peers.count`" in theirs
        assert "`limits.caseload`" in theirs
        assert "`peers.leaving[0].peers`" not in theirs  # one is the default
        assert "`arrivals.per_week`" in theirs  # of the other scenario
        nobody = made((1.0, 2.0), scenarios=(Scenario(name="now"), Scenario(name="smaller")))
        assert "Numbers of the author's" not in item(report(nobody), "3.4")

    def test_what_differs_between_scenarios(self, study: Study, text: str) -> None:
        """A column for each path that differs in any of them."""
        assert rows(item(text, "2.3")) == [["now", "5", "2.5"], ["smaller", "3", "3"]]
        assert "| scenario | `limits.caseload` | `arrivals.per_week` |" in text
        more = attrs.evolve(
            FEWER,
            name="a|b",
            peers=Peers(count=3),
            matching=Matching(choosing=Choosing.LEAST_LOADED),
        )
        found = item(report(attrs.evolve(study, scenarios=(BASE, FEWER, more))), "2.3")
        assert rows(found)[2] == ["a&#124;b", "3", "3", "none", "none", "least-loaded"]
        alone = tuple(each for each in study.done if each.scenario == "now")
        one = report(attrs.evolve(study, scenarios=(BASE,), done=alone))
        assert "the scenarios do not differ" in item(one, "2.3")


class TestExperiment:
    """How it was run, with what, and how it is run again."""

    def test_first_days(self, text: str) -> None:
        """Who is there, and what is not counted."""
        found = item(text, "4.1")
        assert "On the first day, 2026-01-05, 3 peers are in service, 0 people walk" in found
        assert "There is no warm-up: every day is counted." in found
        later = attrs.evolve(BASE, warm_up=28)
        found = report(made((1.0, 2.0), scenarios=(later, FEWER)))
        assert "The first 28 days are a warm-up and are not counted." in item(found, "4.1")
        assert "from day 28 on (the first is day 0)" in item(found, "1.2")

    def test_length_and_seed(self, text: str) -> None:
        """Days and dates, replications, seed."""
        assert item(text, "4.2").strip() == "60 days, from 2026-01-05 to 2026-03-05, day by day."
        assert "Each scenario was run 2 times" in item(text, "4.3")
        assert "The seed of the study is 1." in item(text, "5.2")

    @pytest.mark.parametrize(
        ("engine", "said"),
        [(Engine.FAST, "The fast engine: "), (Engine.DOOR, "Through the door: ")],
    )
    def test_the_engine(self, engine: Engine, said: str) -> None:
        """The one that was used is described."""
        assert item(report(made((1.0, 2.0), engine=engine)), "5.3").strip().startswith(said)

    def test_the_manifest_is_that_of_the_study(self, study: Study, text: str) -> None:
        """Versions, the digest, and the hash and edition of each scenario."""
        manifest = manifest_of(study)
        for name, version in manifest.versions.items():
            assert f"- {name} {version}\n" in item(text, "5.1")
        found = item(text, "6.1")
        assert f"The digest of the results is `{manifest.digest}`." in found
        assert rows(found) == [
            [each.scenario.name, f"`{each.hash}`", f"`{each.edition}`"] for each in manifest.parts
        ]


class TestHowMany:
    """Who reads how many runs there were reads also what chose their number."""

    def test_what_chose_the_number_of_runs_is_said(self) -> None:
        """The width that was wanted, and for each scenario whether it was reached."""
        until = Within("wait_mean", 0.5, against="now", most=6)
        found = unescape(item(report(Experiment((BASE, FEWER), 4, until=until).run()), "4.3"))
        assert (
            "Runs were made until the difference of wait_mean from now was known to ± 0.5 in "
            "each scenario (95% intervals), 6 of each at most." in found
        )
        assert "- smaller less now: wait_mean: 6 runs, the most allowed, are not" in found
        assert "- now" not in found
        share = Within("wait_mean", 0.1, relative=True, most=5)
        found = unescape(item(report(Experiment(BASE, 5, until=share).run()), "4.3"))
        assert "until wait_mean was known to ± 0.1 of its mean in" in found
        assert "- now: wait_mean:" in found

    def test_nothing_is_said_of_what_nothing_chose(self, text: str) -> None:
        """A number that the author gave is the author's; nor is any said where all failed."""
        assert "Runs were made until" not in text
        none = Experiment(BASE, 5, until=Within("wait_mean", 1.0), measures=_fails).run()
        assert len(none.failures) == 5
        assert "Runs were made until" not in report(none)


def _fails(run: Any) -> dict[str, float]:
    """A measure that nobody can take."""
    raise KeyError


class TestResults:
    """What came out, with intervals and differences on the same luck."""

    def test_means_and_differences(self) -> None:
        """Worked out by hand: 1, 2, 3 and 2, 4, 6, of which the pairs differ by 1, 2, 3."""
        found = below(report(made((1.0, 2.0), (2.0, 4.0), (3.0, 6.0))), "### `wait_mean`")
        assert "of those matched; those who gave up are not in it (days)" in found
        assert rows(found) == [
            ["now", "2", "-0.4841 to 4.484", "3 of 3", "", ""],
            ["smaller", "4", "-0.9683 to 8.968", "3 of 3", "2", "-0.4841 to 4.484"],
        ]

    def test_against_another_scenario_at_another_level(self) -> None:
        """The one that is asked for."""
        asked: dict[str, Any] = {"against": "smaller", "level": 0.9, "measures": ["wait_mean"]}
        found = report(made((1.0, 2.0), (2.0, 4.0), (3.0, 6.0)), **asked)
        assert "| scenario | mean | 90% interval | runs | less smaller | its interval |" in found
        (first, second) = rows(below(found, "### `wait_mean`"))
        assert first[4:] == ["-2", "-3.686 to -0.3141"]
        assert second[4:] == ["", ""]
        assert "### `refused.caseload`" not in found
        assert "`refused.caseload`" not in item(found, "1.2")

    def test_numbers_that_are_not_there(self) -> None:
        """One value has no interval; no value has no mean; without pairs there is no difference."""
        found = rows(below(report(made((1.0, None))), "### `wait_mean`"))
        assert found == [
            ["now", "1", "none", "1 of 1", "", ""],
            ["smaller", "none", "none", "0 of 1", "none", "none"],
        ]

    def test_one_scenario_is_compared_with_nothing(self) -> None:
        """There are no columns for it."""
        found = report(
            made(
                (1.0, 2.0),
                (2.0, 3.0),
                scenarios=(BASE,),
                done=made((1.0, 2.0), (2.0, 3.0)).done[:2],
            )
        )
        assert "| scenario | mean | 95% interval | runs |\n" in found
        assert rows(below(found, "### `wait_mean`"))[0][1] == "1.5"

    def test_failures_are_told(self) -> None:
        """How many of how many, which, and why."""
        fails = Failure("smaller", 1, "ValueError", "It stopped in x.py, line 3, in a_b.")
        whole = made((1.0, 2.0), (2.0, 4.0))
        found = report(attrs.evolve(whole, done=whole.done[:3], failures=(fails,)))
        for each in (item(found, "4.3"), below(found, "## Results")):
            assert "1 of the 4 runs failed, and their numbers are missing." in each
            assert rows(each)[0] == [
                "smaller",
                "1",
                "ValueError",
                "It stopped in x.py, line 3, in a&#95;b.",
            ]
        assert rows(below(found, "### `wait_mean`"))[1][3] == "1 of 2"
        assert "None of the 4 runs failed." in report(whole)

    def test_pictures_and_measures_of_ones_own(self) -> None:
        """A picture is linked by what it shows; a measure nobody else knows is its author's."""
        done = (Replication("now", 0, {"my_own": 2.0}), Replication("smaller", 0, {"my_own": 3.0}))
        found = report(made((1.0, 2.0), done=done), pictures={"Waits [days]": "waits 1.png"})
        assert "![Waits &#91;days&#93;](<waits 1.png>)" in below(found, "## Results")
        assert rows(item(found, "1.2")) == [["`my_own`", "a measure of the author's", ""]]
        assert "a measure of the author's\n" in below(found, "### `my_own`")

    def test_a_name_of_ones_own_breaks_no_table(self) -> None:
        """What would end the cell, the code or the line is made harmless."""
        name = "ours|`x`\rtwo"
        done = tuple(Replication(each, 0, {name: 2.0}) for each in ("now", "smaller"))
        found = report(made((1.0, 2.0), done=done), title="One\r# Two")
        assert rows(item(found, "1.2"))[0][0] == "ours&#124;&#96;x&#96; two"
        assert found.startswith("# One &#35; Two\n")
