"""What a result hangs on, and which numbers bring it to a published figure."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import attrs
import pytest

from peerkit.errors import BadInput
from peerkit.simulation.record import Engine
from peerkit.simulation.scenarios.scenario import Scenario
from peerkit.simulation.studies.calibration import Calibration, Fit, Target, calibrate
from peerkit.simulation.studies.experiment import Experiment
from peerkit.simulation.studies.running import Replication
from peerkit.simulation.studies.sensitivity import Design, Input, vary_each, vary_together
from peerkit.simulation.studies.study import Study
from tests import pretend_runs
from tests.pretend_runs import as_it_is, numbers

base = Scenario(name="base").but({"peers.count": 10})
BOUNDS = {"peers.count": (8, 20), "sessions.no_show": (0.05, 0.25)}
pretend: Callable[..., Experiment] = partial(Experiment, measures=as_it_is, simulate=numbers)

# -- one at a time


def test_one_number_at_a_time_is_another_and_all_else_as_it_was() -> None:
    """The base, then each range's low and high end, named by what is other in them."""
    design = vary_each(base, BOUNDS)
    assert [each.name for each in design.scenarios] == [
        "base",
        "peers.count=8",
        "peers.count=20",
        "sessions.no_show=0.05",
        "sessions.no_show=0.25",
    ]
    assert design.scenarios[2] == base.but({"peers.count": 20}, "peers.count=20")
    assert [*design.rows()][:4] == [
        Input("base", "peers.count", 10),
        Input("base", "sessions.no_show", base.sessions.no_show),
        Input("peers.count=8", "peers.count", 8),
        Input("peers.count=8", "sessions.no_show", base.sessions.no_show),
    ]


def test_a_move_is_the_difference_from_the_base_on_the_same_luck() -> None:
    """100 by peers: 12.5 with 8 and 5 with 20, where the base has 10."""
    design = vary_each(base, BOUNDS)
    study = pretend(design.scenarios, replications=5).run()
    moves = design.moves(study, "wait")
    assert [(each.path, each.value) for each in moves] == [
        ("peers.count", 8),
        ("peers.count", 20),
        ("sessions.no_show", 0.05),
        ("sessions.no_show", 0.25),
    ]
    assert [each.difference.difference.mean for each in moves] == pytest.approx([2.5, -5, 0, 0])
    assert moves[0].explain().startswith("peers.count=8 less base: wait differs by 2.5")


def test_an_end_that_is_the_base_itself_moves_nothing() -> None:
    """It is made all the same, and keeps its path."""
    design = vary_each(base, {"peers.count": (10, 20)})
    study = pretend(design.scenarios, replications=2).run()
    assert [(each.path, each.value) for each in design.moves(study, "wait")] == [
        ("peers.count", 10),
        ("peers.count", 20),
    ]


def test_a_limit_that_the_scenario_leaves_to_the_handbook_begins_at_the_handbooks() -> None:
    """The base has what its handbook says, so nothing has to be written twice."""
    design = vary_each(base, {"limits.caseload": (5, 60)})
    assert design.numbers[0]["limits.caseload"] == 20
    assert design.scenarios[1].limits == (("caseload", 5),)
    assert design.scenarios[0].limits == ()


@pytest.mark.parametrize("path", ["name", "arrivals.needs[0]", "limits.joy"])
def test_what_is_no_number_cannot_be_varied(path: str) -> None:
    """The error names the path."""
    with pytest.raises(BadInput, match="leads to no number"):
        vary_each(base, {path: (1, 2)})


# -- all together


def test_numbers_are_spread_evenly_over_their_bounds_and_whole_where_they_must_be() -> None:
    """Each of ten parts of a range is met once; peers are counted, shares are not."""
    design = vary_together(base, BOUNDS, 10, seed=3)
    shares = sorted(each.sessions.no_show for each in design.scenarios)
    assert [math.floor((each - 0.05) / 0.02) for each in shares] == [*range(10)]
    assert all(type(each.peers.count) is int for each in design.scenarios)
    assert len({each.name for each in design.scenarios}) == 10
    assert design == vary_together(base, BOUNDS, 10, seed=3)
    assert design != vary_together(base, BOUNDS, 10, seed=4)


def test_a_result_is_linked_with_what_moves_it() -> None:
    """It falls with peers, and rises a little with people who do not come."""
    design = vary_together(base, BOUNDS, 40)
    study = pretend(design.scenarios, replications=3).run()
    links = design.links(study, "busy")
    peers, others = links.of["peers.count"], links.of["sessions.no_show"]
    assert peers.value is not None
    assert others.value is not None
    assert -1 < peers.value < -0.95
    assert 0.2 < others.value < 0.95
    lines = links.explain().splitlines()
    assert lines[0] == "busy, rank correlations over 3 of 3 runs:"
    assert lines[1].startswith("peers.count: -0.9")
    assert design.links(study, "rare").runs == 1, "only run 1 has it"
    with pytest.raises(BadInput, match="ask a design that vary_each made"):
        design.moves(study, "wait")


def test_a_link_rests_on_runs_that_all_scenarios_have() -> None:
    """A run that failed in one of them is left out of all, and told; without any, it says so."""
    design = vary_together(base, {"peers.count": (8, 20)}, 6)
    first = attrs.evolve(design.scenarios[0], name=pretend_runs.OURS)
    design = Design((first, *design.scenarios[1:]), design.numbers)
    study = pretend(design.scenarios, replications=5).run()
    links = design.links(study, "wait")
    assert (links.runs, links.asked) == (4, 5)
    apart = Study(
        study.scenarios,
        1,
        Engine.FAST,
        5,
        tuple(each for at, each in enumerate(study.done) if at not in range(4)),
        study.failures,
    )
    with pytest.raises(BadInput, match="no run has such a number in all scenarios"):
        design.links(apart, "wait")


def test_a_result_that_never_moves_has_no_link() -> None:
    """There is nothing to compare, and it says unknown."""
    design = vary_together(base, {"peers.count": (8, 20)}, 6)
    done = tuple(Replication(each.name, 0, {"hours": 1.0}) for each in design.scenarios)
    links = design.links(Study(design.scenarios, 1, Engine.FAST, 1, done, ()), "hours")
    assert links.of["peers.count"].value is None
    assert links.explain().endswith("peers.count: unknown")


# -- calibration


def target(measure: str, value: float, around: float) -> Target:
    """A figure with an interval that lies evenly around it."""
    return Target(measure, value, value - around, value + around, "Made up 2026")


def test_a_number_is_found_that_brings_the_measure_to_the_figure() -> None:
    """Its luck adds half of a hundredth, so the share comes out a little below the figure."""
    seen: list[tuple[int, int]] = []
    found = calibrate(
        pretend(base, replications=10),
        {"sessions.no_show": (0.0, 0.6)},
        [target("no_show", 0.38, 0.05)],
        tries=60,
        progress=lambda *each: seen.append(each),
    )
    assert found.values["sessions.no_show"] == pytest.approx(0.375, abs=0.004)
    assert found.scenario == base.but(found.values)
    assert found.inside
    assert found.edges == ()
    assert seen[-1][0] == found.tried
    said = found.explain()
    assert said.startswith("It fits: every figure is met within its interval.\n")
    assert "Published: 0.38 (0.33 to 0.43, Made up 2026)" in said
    assert "There are no more figures (1) than numbers (1): others may fit as well." in said


def test_what_is_reported_was_made_on_a_luck_that_the_search_never_saw() -> None:
    """The mean of the report is that of the other seed, not the one that was fitted."""
    experiment = pretend(base, replications=4)
    found = calibrate(
        experiment, {"sessions.no_show": (0.0, 0.6)}, [target("no_show", 0.38, 0.05)], tries=30
    )
    fitted = attrs.evolve(experiment, scenarios=(found.scenario,))
    again = attrs.evolve(fitted, seed=0).run().interval("no_show")["base"]
    assert found.fits[0].found == again
    assert found.fits[0].found != fitted.run().interval("no_show")["base"]


def test_two_numbers_and_two_figures() -> None:
    """Whole numbers stay whole; a scenario is tried once for each of them."""
    found = calibrate(
        pretend(base, replications=4),
        {"peers.count": (2, 40), "sessions.no_show": (0.0, 0.6)},
        [target("wait", 5.5, 0.6), target("no_show", 0.2, 0.02), target("wait", 5.6, 0.6)],
        tries=200,
    )
    assert found.inside
    assert found.scenario.peers.count in {19, 20, 21}
    assert type(found.values["peers.count"]) is int
    assert "others may fit as well" not in found.explain()


def test_a_bad_fit_is_never_hidden() -> None:
    """No share is above 0.6 here, and the figure is 0.9: it says so in capitals, and why."""
    found = calibrate(
        pretend(base, replications=4),
        {"sessions.no_show": (0.1, 0.6)},
        [target("no_show", 0.9, 0.05), target("wait", 10.5, 1)],
        tries=40,
    )
    assert not found.inside
    assert [each.inside for each in found.fits] == [False, True]
    assert found.fits[0].apart == pytest.approx(-6, abs=0.3)
    assert found.edges == ("sessions.no_show",)
    said = found.explain()
    assert said.startswith("It does NOT fit: 1 of 2 figures are missed.\n")
    assert "OUTSIDE: base: no_show is 0.6" in said
    assert "sessions.no_show lies on a bound of the search." in said


def fails_above(scenario: Scenario, *, seed: int, run: int, engine: Engine) -> Any:
    """Fails where more than 30 % do not come; has no share where fewer than 10 % do not."""
    share = scenario.sessions.no_show
    if share > 0.3:
        raise BadInput("Sessions.no_show", "too many")
    return {"no_show": share if share > 0.1 else math.nan}


def test_tries_that_fail_are_left_out_and_counted() -> None:
    """A scenario of which a replication failed is no fit, and neither is one without the number."""
    experiment = Experiment(base, replications=2, measures=as_it_is, simulate=fails_above)
    found = calibrate(
        experiment, {"sessions.no_show": (0.0, 0.6)}, [target("no_show", 0.2, 0.02)], tries=60
    )
    assert found.inside
    assert 0 < found.failed < found.tried
    assert found.explain().endswith(
        f"{found.failed} of {found.tried} scenarios tried could not be judged."
    )
    with pytest.raises(BadInput, match=r"no try could be judged\. Sessions\.no_show: too many"):
        calibrate(
            experiment, {"sessions.no_show": (0.4, 0.6)}, [target("no_show", 0.2, 0.02)], tries=5
        )
    with pytest.raises(BadInput, match=r"no try could be judged\.$"):
        calibrate(
            experiment, {"sessions.no_show": (0.0, 0.1)}, [target("no_show", 0.2, 0.02)], tries=5
        )


def test_a_calibration_refuses_what_it_cannot_search() -> None:
    """Each error says what to bring."""
    aim, range_ = [target("no_show", 0.2, 0.02)], {"sessions.no_show": (0.0, 0.6)}
    with pytest.raises(BadInput, match="of: bring one scenario"):
        calibrate(Experiment((base, base.but({}, "other"))), range_, aim)
    with pytest.raises(BadInput, match="targets: bring one figure or more"):
        calibrate(base, range_, [])
    with pytest.raises(BadInput, match=r"bounds\.sessions\.no_show: write two numbers, the lower"):
        calibrate(base, {"sessions.no_show": (0.6, 0.1)}, aim)
    with pytest.raises(BadInput, match="leads to no number"):
        calibrate(base, {"name": (0, 1)}, aim)
    with pytest.raises(BadInput, match="Target: the value lies from low to high"):
        Target("wait", 3, 1, 2, "nobody")
    with pytest.raises(BadInput, match="Target: the value lies from low to high"):
        Target("wait", 1, 1, 1, "nobody")
    with pytest.raises(BadInput, match=r"Target\.source: say where"):
        Target("wait", 1, 0, 2, None)  # type: ignore[arg-type]  # what a script may hand over
    with pytest.raises(BadInput, match=r"Target\.source: say where"):
        Target("wait", 1, 0, 2, " ")


def test_a_fit_that_few_runs_leave_open_says_perhaps() -> None:
    """The mean is inside, and where it probably lies is not; one run says nothing of that."""
    fit = CALIBRATED.fits[0]
    assert fit.sure
    wide, one = (
        attrs.evolve(fit, found=attrs.evolve(fit.found, low=low, high=high))
        for low, high in ((0.1, 0.35), (None, None))
    )
    assert [(each.inside, each.sure) for each in (wide, one)] == [(True, False)] * 2
    assert wide.explain().startswith("perhaps inside: base: no_show is ")
    said = attrs.evolve(CALIBRATED, fits=(fit, wide, one)).explain()
    assert said.startswith(
        "It may fit: every mean lies within the interval of its figure, but 2 of 3 may lie outside "
        "by chance. Bring more replications to be sure.\n"
    )


def test_a_figure_is_told_in_the_unit_of_what_was_found() -> None:
    """A share is one of a hundred in both, so that they can be compared."""
    fit = CALIBRATED.fits[0]
    share = Fit(
        Target("utilisation", 0.3, 0.2, 0.4, "Made up 2026"),
        attrs.evolve(fit.found, measure="utilisation", mean=0.35, low=0.31, high=0.39),
    )
    assert share.explain() == (
        "inside: base: utilisation is 35 % (31 to 39, 95%), from 2 of 2 runs. "
        "Published: 30 % (20 to 40, Made up 2026); 0.5 times half of that interval lie "
        "between them."
    )


def test_a_fit_without_a_mean_is_outside() -> None:
    """Where the other luck has no such number at all, nothing is claimed."""
    found = pretend(base, replications=1).run().interval("rare")["base"]
    missed = attrs.evolve(CALIBRATED, fits=(attrs.evolve(CALIBRATED.fits[0], found=found),))
    assert not missed.inside
    assert "rare is unknown" in missed.explain()


CALIBRATED: Calibration = calibrate(
    pretend(base, replications=2),
    {"sessions.no_show": (0.0, 0.6)},
    [target("no_show", 0.3, 0.1)],
    tries=5,
)
