"""What is kept of a run is counted right, and only after the warm-up."""

from __future__ import annotations

import math
from statistics import fmean
from typing import Any

import pytest

from peerkit.errors import BadInput
from peerkit.simulation.measuring.counting import waits
from peerkit.simulation.measuring.measures import MEASURES, measure, measured_in
from peerkit.simulation.measuring.outcomes import outcomes
from peerkit.simulation.record import Run
from peerkit.simulation.scenarios.scenario import Beds, Costs, Outcomes, Peers, Scenario
from tests.made_runs import run_of

WORDS = {
    "act": ("DoActivity", "PlanSession", "ProposeMatch"),
    "activity": ("lend-money", "therapy"),
    "clause": ("caseload", "no-medication-advice", "supervision"),
    "verdict": ("needs consultation", "not allowed"),
}


def ten_days(warm_up: int = 0) -> Run:
    """Ten days of two peers with four places each, of which the first so many do not count."""
    return run_of(
        Scenario(
            days=10,
            warm_up=warm_up,
            peers=Peers(count=2, places=4),
            beds=Beds(count=1),
            # Everybody is readmitted and nobody housed, so that it can be counted.
            outcomes=Outcomes(readmitted=1.0, housed=0.0, follow_up=3),
            costs=Costs(supervision_hour=0, respite_night=1000, readmission=7),
        ),
        words=WORDS,
        people=[
            {"person": 0, "began": "walking", "matched": 0, "ended": 6, "why": "left", "held": 9},
            {"person": 1, "began": "waiting", "matched": 4},
            {"person": 2, "came": 1, "matched": 1, "ended": 2, "why": "finished", "held": 1},
            {"person": 3, "came": 2, "matched": 8, "ended": 9, "why": "left", "held": 2},
            {"person": 4, "came": 3, "ended": 7, "why": "gave up"},
            {"person": 5, "came": 6, "matched": 7, "ended": 8, "why": "finished", "held": 3},
            {"person": 6, "came": 7, "matched": 7, "ended": 9, "why": "lost peer"},
            {"person": 7, "came": 9},
        ],
        sessions=[
            {"day": 1, "status": "held", "minutes": 45, "beyond": 15, "asked": 0},
            {"day": 3, "status": "away"},
            {"day": 5, "status": "held", "minutes": 30, "beyond": 15, "asked": 1},
            {"day": 5, "status": "missed"},
            {"day": 8, "status": "held", "minutes": 60},
            {"day": 8, "status": "cancelled"},
            {"day": 9, "status": "refused"},
        ],
        refusals=[{"day": 2, "clause": 2}, {"day": 6, "clause": 0}, {"day": 9, "clause": 2}],
        peers=[
            {"seat": 0, "began": -365, "ended": 3},
            {"seat": 0, "generation": 1, "began": 6, "ended": 8},
            {"seat": 1, "began": -365},
        ],
        groups=[{"day": 4, "minutes": 90, "came": 3}, {"day": 6, "minutes": 90, "came": 6}],
        stays=[
            {"asked": 0, "began": 0, "nights": 3},
            {"asked": 3, "began": -1},
            {"asked": 4, "began": 6, "nights": 2},
            {"asked": 5, "began": -1},
        ],
        days=[
            {"day": day, "waiting": day % 3, "walking": 2 + day % 2, "serving": serving}
            for day, serving in enumerate((2, 2, 2, 2, 1, 1, 2, 2, 2, 1))
        ],
    )


def scores(warm_up: int) -> dict[str, Any]:
    """The means of the scores of whoever came after the warm-up, from the table of outcomes."""
    found = outcomes(ten_days())
    return {
        name: pytest.approx(
            fmean(
                score / 1000
                for score, came in zip(found[name], found["came"], strict=True)
                if came >= warm_up
            )
        )
        for name in ("recovery", "hope")
    }


def test_everything_is_counted() -> None:
    """Each measure of ten days, counted by hand."""
    assert measured_in(ten_days()) == {
        "came": 6,
        "matched": 5,
        # 0, 0, 1, 4 and 6 days; the first who walked did not wait.
        "wait_mean": 11 / 5,
        "wait_median": 1,
        "wait_90": 6,
        "waiting": 0.9,
        "waiting_at_end": 0,
        "gave_up": 1,
        "left": 2,
        "finished": 2,
        "lost_peer": 1,
        "sessions_held": 3,
        "sessions_missed": 1,
        "sessions_cancelled": 1,
        "sessions_away": 1,
        "sessions_refused": 1,
        # One, two, three and none: not the nine of who walked on the first day.
        "dose": 6 / 4,
        "dose_reached": 0.5,
        "hours": 135 / 60,
        "hours_beyond": 0.5,
        "share_beyond": 30 / 135,
        "walking": 2.5,
        "utilisation": 25 / (17 * 4),
        "serving": 1.7,
        "hours_of_a_peer": (135 + 180) * 7 / (17 * 60),
        "peers_left": 2,
        "refusals": 3,
        "group_meetings": 2,
        "group_came": 4.5,
        "stays": 2,
        "turned_away": 2,
        "bed_use": 0.5,
        # All but the last, who came three days too late.
        "followed_up": 7,
        "readmitted": 1,
        "housed": 0,
        **scores(0),
        # 17 days of 20 hours a week are 2914 minutes.
        "cost_of_peers": 121417,
        "cost_of_supervision": 0,
        "cost_of_respite": 5000,
        "cost_of_readmissions": 49,
        "cost": 126466,
        "refused.caseload": 1,
        "refused.no-medication-advice": 0,
        "refused.supervision": 2,
    }


def test_the_warm_up_does_not_count() -> None:
    """What happened on a day of the warm-up is not counted; a wait that ends after it is, whole."""
    assert measured_in(ten_days(warm_up=5)) == {
        "came": 3,
        "matched": 3,
        "wait_mean": 7 / 3,
        "wait_median": 1,
        "wait_90": 6,
        "waiting": 5 / 5,
        "waiting_at_end": 0,
        "gave_up": 1,
        "left": 2,
        "finished": 1,
        "lost_peer": 1,
        "sessions_held": 2,
        "sessions_missed": 1,
        "sessions_cancelled": 1,
        "sessions_away": 0,
        "sessions_refused": 1,
        "dose": 5 / 3,
        "dose_reached": 1 / 3,
        "hours": 1.5,
        "hours_beyond": 0.25,
        "share_beyond": 15 / 90,
        "walking": 13 / 5,
        "utilisation": 13 / (8 * 4),
        "serving": 8 / 5,
        "hours_of_a_peer": (90 + 90) * 7 / (8 * 60),
        "peers_left": 1,
        "refusals": 2,
        "group_meetings": 1,
        "group_came": 6,
        "stays": 1,
        "turned_away": 1,
        "bed_use": 0.4,
        "followed_up": 2,
        "readmitted": 1,
        "housed": 0,
        **scores(5),
        "cost_of_peers": 57125,
        "cost_of_supervision": 0,
        "cost_of_respite": 2000,
        "cost_of_readmissions": 14,
        "cost": 59139,
        "refused.caseload": 1,
        "refused.no-medication-advice": 0,
        "refused.supervision": 1,
    }


def test_the_mean_of_nobody_has_no_value() -> None:
    """Where nobody came, counts are 0 and means are NaN: a wait of 0 days would be praise."""
    found = measured_in(run_of(days=[{"day": 0}]))
    no_value = {name for name, value in found.items() if math.isnan(value)}
    assert no_value == {
        "wait_mean",
        "wait_median",
        "wait_90",
        "dose",
        "dose_reached",
        "share_beyond",
        "utilisation",
        "hours_of_a_peer",
        "group_came",
        "bed_use",
        "readmitted",
        "housed",
        "recovery",
        "hope",
    }
    assert {value for name, value in found.items() if name not in no_value} == {0}


@pytest.mark.parametrize(
    ("days", "median", "most"),
    [
        ([7], 7, 7),
        ([1, 2], 1, 2),
        (range(1, 11), 5, 9),
        (range(1, 12), 6, 10),
    ],
)
def test_quantiles_are_days_that_somebody_waited(
    days: list[int], median: float, most: float
) -> None:
    """The least wait that the share does not exceed: no days are invented between two."""
    run = run_of(
        people=[{"person": i, "matched": wait} for i, wait in enumerate(days)], days=[{"day": 0}]
    )
    assert waits(run).tolist() == list(days)
    found = measured_in(run)
    assert (found["wait_median"], found["wait_90"]) == (median, most)


def test_a_clause_is_a_measure_too() -> None:
    """Refusals under a clause have a measure, which is 0 in a run that knows no such clause."""
    refused = measure("refused.supervision")
    assert (refused.of(ten_days()), refused.of(run_of())) == (2, 0)
    assert refused.unit == "refusals"
    assert "supervision" in refused.says


def test_a_measure_is_known_by_its_name() -> None:
    """Every measure is found by its name; another name is answered with those there are."""
    assert all(measure(name) is each for name, each in MEASURES.items())
    for name in ("waits", "refused.", ""):
        with pytest.raises(BadInput, match="wait_median, wait_90"):
            measure(name)


def test_a_walk_that_ends_on_the_first_counted_day_is_counted() -> None:
    """Three ended on day 8 or 9, with 2, 3 and no sessions."""
    assert measured_in(ten_days(warm_up=8))["dose"] == 5 / 3
    assert measured_in(ten_days(warm_up=9))["dose"] == 2 / 2
