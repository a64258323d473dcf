"""Pictures show what was counted, say it in words too, and say that nobody in them is real."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from peerkit.errors import BadInput, MissingExtra
from peerkit.simulation.record import Engine, Run
from peerkit.simulation.results.pictures import (
    picture_of_differences,
    picture_of_staying,
    picture_of_time,
    picture_of_waits,
)
from peerkit.simulation.scenarios.evidence import NOT_FINDINGS
from peerkit.simulation.scenarios.scenario import Peers, Scenario
from peerkit.simulation.studies.running import Failure, Replication
from peerkit.simulation.studies.study import Study
from tests.made_runs import run_of

pytestmark = pytest.mark.once

SYNTHETIC = "Synthetic: simulated people, not data about anybody."


def lived(name: str, number: int, waits: list[int], warm_up: int = 0) -> Run:
    """Twenty days in which people came on day 2 and waited so long; the third of them left."""
    return run_of(
        Scenario(name=name, days=20, warm_up=warm_up, peers=Peers(count=2, places=3)),
        number=number,
        people=[
            {"person": 0, "began": "walking", "matched": 0, "ended": 1, "why": "left"},
            *(
                {
                    "person": at + 1,
                    "came": 2,
                    "matched": 2 + wait,
                    **({"ended": 12, "why": "left"} if at == 2 else {}),
                }
                for at, wait in enumerate(waits)
            ),
        ],
        days=[
            {"day": day, "waiting": number + day, "walking": 4, "serving": 2 * (day > 0)}
            for day in range(20)
        ],
    )


ONE = lived("twelve", 0, [1, 2, 3, 5])
SEVERAL = [lived("twelve", at, [1, 2, 3, 5 + at]) for at in range(3)] + [
    lived("twenty", at, [0, 0, 1, 1], warm_up=2) for at in range(3)
]


def lines(picture: Any, panel: int = 0) -> dict[str, list[float]]:
    """The lines of a panel by their names, as heights."""
    return {
        line.get_label(): [round(float(each), 9) for each in line.get_ydata()]
        for line in picture.figure.axes[panel].get_lines()
    }


def bands(picture: Any, panel: int = 0) -> int:
    """How many bands a panel has."""
    return len(picture.figure.axes[panel].collections)


def notes(picture: Any) -> str:
    """What stands below a picture, in one line."""
    return str(picture.figure.get_supxlabel()).replace("\n", " ")


DRAWN: dict[str, Callable[[], Any]] = {
    "waits": lambda: picture_of_waits(SEVERAL),
    "time": lambda: picture_of_time(SEVERAL),
    "staying": lambda: picture_of_staying(SEVERAL),
    "differences": lambda: picture_of_differences(study(), "base", ["matched"]),
}


def study() -> Study:
    """Three scenarios, three runs of each on the same luck, of which one failed."""
    values = {"base": (10.0, 12.0), "long name of a policy": (13.0, 14.0), "less": (9.5, 11.5)}
    return Study(
        scenarios=tuple(Scenario(name=name) for name in values),
        seed=1,
        engine=Engine.FAST,
        replications=3,
        done=tuple(
            Replication(
                name,
                run,
                {"matched": value, "utilisation": value / 100, "readmitted": 0.5, "our own": value},
            )
            for name, both in values.items()
            for run, value in enumerate(both)
        ),
        failures=(Failure("less", 2, "KeyError", "it fell over"),),
    )


@pytest.mark.parametrize("name", DRAWN)
def test_each_says_what_it_is(name: str) -> None:
    """Axes have labels with units, and the note and the description say that it is synthetic."""
    picture = DRAWN[name]()
    assert picture.title in picture.figure.get_suptitle()
    assert SYNTHETIC in notes(picture)
    assert picture.description.endswith(SYNTHETIC)
    lowest = picture.figure.axes[-1]
    assert lowest.get_xlabel()
    if name != "differences":
        assert all(panel.get_ylabel() for panel in picture.figure.axes)
    picture.figure.draw_without_rendering()


def test_pyplot_never_hears_of_it() -> None:
    """Nothing is drawn on the figures that pyplot keeps for the whole program."""
    pyplot = pytest.importorskip("matplotlib.pyplot")
    picture_of_waits(ONE)
    assert pyplot.get_fignums() == []


def test_waits_are_those_of_the_matched() -> None:
    """Of four people, one is matched within a day, three within three, all within five."""
    picture = picture_of_waits(ONE)
    assert lines(picture, 1)["twelve"] == [0, 25, 50, 75, 75, 100]
    values, edges, _ = picture.figure.axes[0].patches[0].get_data()
    assert dict(zip(edges.tolist(), values.tolist(), strict=False)) == {
        0: 0,
        1: 25,
        2: 25,
        3: 25,
        4: 0,
        5: 25,
    }
    assert picture.description == (
        "twelve: half of those matched were matched within 2 days, 90 % within 5. "
        f"twelve: 1 run. Matched after the warm-up. {SYNTHETIC}"
    )
    assert bands(picture, 1) == 0


def test_of_several_runs_the_middle_is_drawn_with_a_band() -> None:
    """The line is the middle of the runs, and the band is there for each scenario."""
    picture = picture_of_waits(SEVERAL)
    assert bands(picture, 1) == 2
    assert lines(picture, 1)["twelve"] == [0, 25, 50, 75, 75, 75, 100, 100]
    assert "Runs of each scenario: 3." in notes(picture)
    assert "within 6 (the middle of 3 runs)" in picture.description
    (legend,) = picture.figure.legends
    assert [each.get_text() for each in legend.get_texts()] == ["twelve", "twenty"]


@pytest.mark.parametrize(("longest", "says"), [(25, "day"), (181, "week"), (900, "four weeks")])
def test_long_waits_are_counted_in_longer_steps(longest: int, says: str) -> None:
    """There are never many more bars than somebody can read."""
    run = run_of(
        Scenario(days=1000), people=[{"matched": 0}, {"person": 1, "matched": longest}], days=[{}]
    )
    panel = picture_of_waits(run).figure.axes[0]
    assert panel.get_ylabel() == f"matched in each {says} (%)"
    values, edges, _ = panel.patches[0].get_data()
    assert len(edges) <= 34
    assert values.sum() == 100
    assert edges[-1] > longest


def test_the_list_and_the_caseloads_have_their_days() -> None:
    """People waiting and people with one peer, day by day, by dates; where nobody serves, 4."""
    picture = picture_of_time(SEVERAL)
    assert lines(picture, 0)["twelve"] == [day + 1.0 for day in range(20)]
    assert lines(picture, 1)["twelve"] == [4.0] + [2.0] * 19
    days = picture.figure.axes[1].get_lines()[0].get_xdata()
    assert days[0] == np.datetime64(date(2026, 1, 5))
    assert "Grey: the warm-up, which is not counted." in notes(picture)
    assert "at the end 20 people wait, and a peer walks with 2.0 of 3 planned" in (
        picture.description
    )
    assert "Grey" not in notes(picture_of_time(ONE))


def test_who_stays_is_the_estimate_of_kaplan_and_meier() -> None:
    """Of four, one leaves after seven days, and two of the others were watched for longer."""
    picture = picture_of_staying(ONE)
    # They were watched for 16, 15, 7 (and left) and 12 days.
    assert lines(picture)["twelve"] == [100] * 7 + [75] * 10
    assert bands(picture) == 1
    assert "Band: 95 % interval" in notes(picture)
    assert "twelve: after 16 days 75 % are still there." in picture.description
    several = picture_of_staying(SEVERAL)
    assert bands(several) == 2
    assert "Band: 95 % interval" not in notes(several)


def test_which_ends_count_is_said() -> None:
    """Where only other ends count, nobody is gone; an end that there is not is refused."""
    picture = picture_of_staying(ONE, ended=("finished",))
    assert set(lines(picture)["twelve"]) == {100}
    assert "Counted as gone: finished;" in notes(picture)
    for wrong in (("gone",), (), ("",)):
        with pytest.raises(BadInput, match="left, finished"):
            picture_of_staying(ONE, ended=wrong)


def test_differences_are_told_in_figures() -> None:
    """Each difference with its interval: shares in points of a hundred; what failed is said."""
    picture = picture_of_differences(study(), "base", ["matched", "utilisation", "our own"])
    first, second, third = picture.figure.axes
    told = [each.get_text() for each in first.texts]
    # 3 and 2 more; 0.5 less in both.
    assert told == ["+2.5 (−3.9 to +8.9)", "−0.50 (−0.50 to −0.50)"]
    assert second.get_xlabel() == "more or less than base (percentage points)"
    assert second.texts[0].get_text() == "+2.5 (−3.9 to +8.9)"
    assert third.get_xlabel() == "more or less than base (no unit)"
    assert third.get_title(loc="left") == "our own"
    assert "matched: people who began" in first.get_title(loc="left")
    assert "1 of them failed in some scenario" in notes(picture)
    assert NOT_FINDINGS not in notes(picture)
    assert picture.description.startswith("long name of a policy less base: matched differs by 2.5")


def test_beside_outcomes_stands_what_they_rest_on() -> None:
    """Whoever draws readmissions gets both trials beside them, and one pair has no interval."""
    whole = study()
    one = Study(
        scenarios=whole.scenarios,
        seed=1,
        engine=Engine.FAST,
        replications=1,
        done=tuple(each for each in whole.done if each.run == 0),
        failures=(),
    )
    picture = picture_of_differences(one, "base", ["readmitted", "matched"])
    assert NOT_FINDINGS in notes(picture)
    assert "Johnson 2018" in notes(picture)
    assert "ENRICH 2022" in notes(picture)
    assert "failed" not in notes(picture)
    assert [each.get_text() for each in picture.figure.axes[1].texts] == ["+3.00", "−0.50"]


def test_a_name_is_written_out_whatever_matplotlib_takes_it_for(tmp_path: Path) -> None:
    """Two dollars are no formula, and a name that begins with "_" is not left out."""
    names = (r"$\x$ an hour", "_second")
    picture = picture_of_waits([lived(each, 0, [1, 2, 3, 5]) for each in names])
    picture.save(tmp_path / "waits.png")
    shown = [each.get_text() for each in picture.figure.legends[0].get_texts()]
    assert shown == [r"\$\x\$ an hour", " _second"]
    assert r"$\x$ an hour: half of those matched" in picture.description


def test_a_picture_is_kept_with_its_description(tmp_path: Path) -> None:
    """PNG, SVG and PDF carry the title and the description; a notebook shows it with them."""
    picture = picture_of_waits(ONE)
    for ending in ("png", "svg", "pdf"):
        path = tmp_path / f"waits.{ending}"
        picture.save(path)
        kept = path.read_bytes()
        assert b"How long people wait for a peer" in kept
        if ending != "pdf":
            assert b"half of those matched were matched within 2 days" in kept
    with pytest.raises(BadInput, match=r"\.png, \.svg, \.pdf"):
        picture.save(tmp_path / "waits.doc")
    html = picture._repr_html_()
    assert 'alt="How long people wait for a peer. twelve: half of' in html
    assert "data:image/png;base64," in html


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        (lambda: picture_of_waits(lived("none", 0, [])), "nobody was matched"),
        (lambda: picture_of_staying(lived("none", 0, [])), "nobody was matched"),
        (lambda: picture_of_time([]), "one run or more"),
        (lambda: picture_of_time([lived(str(at), 0, [1]) for at in range(7)]), "up to 6"),
        (lambda: picture_of_differences(study(), "nobody", ["matched"]), "take one of several"),
        (lambda: picture_of_differences(study(), "base", []), "one or more"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw: Callable[[], Any], says: str) -> None:
    """Nothing to draw, or too much for one picture: it says what to do."""
    with pytest.raises(BadInput, match=says):
        draw()


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the library, the error names the extra that brings it."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtra, match=r"matplotlib.*peerkit\[pictures\]"):
        picture_of_waits(ONE)
