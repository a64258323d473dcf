"""A run and a study show themselves on half a page, in text and in a notebook."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import ClassVar

import attrs
import pytest

from peerkit.simulation.record import Engine
from peerkit.simulation.scenarios.evidence import NOT_FINDINGS
from peerkit.simulation.scenarios.scenario import Scenario
from peerkit.simulation.studies.running import Failure, Replication
from peerkit.simulation.studies.study import Study
from tests.made_runs import run_of

BASE = Scenario(name="<b>twelve</b>", days=30, warm_up=10)
RUN = run_of(
    BASE,
    number=3,
    words={"clause": ("alone", "caseload", "hours", "supervision")},
    people=[
        {"person": 0, "came": 10, "matched": 12},
        {"person": 1, "came": 11, "matched": 15},
    ],
    sessions=[{"day": 20, "status": "held", "minutes": 60, "beyond": 15}],
    refusals=[{"day": 20, "clause": clause} for clause in (1, 1, 1, 3, 3, 0)],
    days=[{"day": day, "walking": 6, "serving": 1} for day in range(30)],
)
TEXT = """\
<b>twelve</b>: run 3, seed 1, engine fast; 30 days from 2026-01-05, of which the first 10 are not counted

measure              value           what it says
came                 2 people        people who came
matched              2 people        people who began to walk with a peer, their first
wait_median          2 days          days after which half of those matched were matched; those who gave up are not in it
wait_90              4 days          days after which 90 % of those matched were matched; those who gave up are not in it
waiting_at_end       0 people        people on the waiting list at the end of the last day
gave_up              0 people        people who left the waiting list without a peer
sessions_held        1 appointments  appointments held
dose                 no value        sessions held with somebody whose whole walk was seen, on average
share_beyond         25.0 %          of the hours were spent on what is no peer's work
utilisation          50.0 %          of the places that are planned were taken
peers_left           0 peers         peers whose last day it was
refusals             6 refusals      times that the handbook stood against something, not people: a full peer is asked once a day while somebody waits
refused.caseload     3 refusals      times that something was refused under caseload, not people: a full peer is asked once a day while somebody waits
refused.supervision  2 refusals      times that something was refused under supervision, not people: a full peer is asked once a day while somebody waits
refused.alone        1 refusals      times that something was refused under alone, not people: a full peer is asked once a day while somebody waits

Handbook: by hand. measured_in(run) has every measure.
"""  # noqa: E501 - as it is printed


def study_of(*values: dict[str, float | None], names: tuple[str, ...] = ("twelve",)) -> Study:
    """A study whose scenarios all had these values, and whose last run failed in the first."""
    runs = len(values) + 1
    return Study(
        scenarios=tuple(Scenario(name=name) for name in names),
        seed=7,
        engine=Engine.FAST,
        replications=runs,
        done=tuple(
            Replication(name, run, each) for name in names for run, each in enumerate(values)
        ),
        failures=(Failure(names[0], runs - 1, "KeyError", "it fell over"),),
    )


class Cells(HTMLParser):
    """The cells of a table, and every tag that was met."""

    allowed: ClassVar = {"table", "caption", "thead", "tbody", "tr", "th", "td", "p", "small"}

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.cells: list[str] = []
        self.scopes: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag is met."""
        self.tags.add(tag)
        self.scopes += [value or "" for name, value in attrs if name == "scope"]

    def handle_data(self, data: str) -> None:
        """Text is met."""
        self.cells.append(data)


def test_a_run_says_what_it_is() -> None:
    """Printed, a run says what it is, its main numbers, and that they are no findings."""
    assert str(RUN) == f"{TEXT}{NOT_FINDINGS}"
    assert repr(RUN).startswith("Run(scenario='<b>twelve</b>', seed=1, number=3")


def test_a_notebook_shows_the_same() -> None:
    """The same cells in a table that a screen reader can walk through; a name is no markup."""
    found = Cells(RUN._repr_html_())
    assert found.tags == Cells.allowed
    assert set(found.scopes) == {"col", "row"}
    for cell in ("people who came", "25.0 %", "no value", NOT_FINDINGS):
        assert cell in found.cells
    assert "&lt;b&gt;twelve" in RUN._repr_html_()


def test_a_run_without_a_warm_up_speaks_of_none() -> None:
    """Where nothing is left out, nothing is said of it."""
    run = run_of(days=[{"day": 0}])
    assert str(run).startswith("by hand: run 0, seed 1, engine fast; 4 days from 2026-01-05\n")


def test_a_study_says_what_its_scenarios_have_in_the_middle() -> None:
    """A row for each scenario, with intervals where there are any; what failed is said."""
    study = study_of(
        {"wait_90": 30.0, "matched": 1900.0, "utilisation": 0.75, "gave_up": None},
        {"wait_90": 32.0, "matched": 2101.0, "utilisation": 0.75, "gave_up": None},
    )
    head, row = str(study).splitlines()[2:4]
    assert head.split("  ")[0] == "scenario"
    assert [each.strip() for each in row.split("  ") if each] == [
        "twelve",
        "31 (18.3 to 43.7)",
        "2,000 (724 to 3,277)",
        "75.0 (75.0 to 75.0)",
        "no value",
    ]
    assert "wait_90 (days)" in head
    assert "utilisation (%)" in head
    told = str(study)
    assert told.startswith("Means over 3 runs of each scenario, with 95 % intervals; seed 7")
    assert "1 of 3 runs failed and are not counted: study.failures." in told
    assert told.endswith(NOT_FINDINGS)
    assert "31 (18.3 to 43.7)" in Cells(study._repr_html_()).cells


def test_one_run_has_no_interval() -> None:
    """Of one run, the number stands alone; where none failed, nothing is said of it."""
    study = attrs.evolve(study_of({"wait_90": 30.0}), failures=())
    assert "twelve    30\n" in str(study)
    assert "failed" not in str(study)


def test_a_zero_has_no_sign() -> None:
    """A bound that lies a hair below zero is shown as zero."""
    assert "0.0 (0.0 to 0.0)" in str(study_of({"utilisation": -1e-9}, {"utilisation": 1e-9}))


def test_a_study_with_measures_of_its_own_shows_those() -> None:
    """Where none of ours is there, the first of somebody's own are shown."""
    told = str(study_of({f"own {at}": 0.123456 for at in range(9)}))
    assert "own 0 (no unit)" in told
    assert "0.123" in told
    assert "own 6" not in told


@pytest.mark.parametrize(("count", "said"), [(12, False), (13, True)])
def test_many_scenarios_are_not_all_shown(count: int, said: bool) -> None:  # noqa: FBT001 - a case
    """Of many scenarios the first are shown, and it is said that there are more."""
    names = tuple(f"scenario {at:02}" for at in range(count))
    told = str(study_of({"wait_90": 1.0}, names=names))
    assert "scenario 11" in told
    assert ("The first 12 of 13 scenarios." in told) is said
    assert "scenario 12" not in told
