"""What several runs say together: known answers, and answers that no order of addition changes."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import peerkit as pk
from peerkit.simulation.statistics.designs import latin_hypercube, one_at_a_time, rank_correlations
from peerkit.simulation.statistics.intervals import (
    Estimate,
    Interval,
    interval,
    odds_ratio,
    paired,
    quantiles,
    risk_ratio,
    survival,
    wilson,
)
from peerkit.simulation.statistics.precision import Precision, replications_for
from peerkit.simulation.statistics.warm_up import Truncation, mser5, suggest_warm_up, welch

by_scipy = pytest.mark.skipif(find_spec("scipy") is None, reason='needs the extra "simulation"')
FIGURES = st.floats(-1e100, 1e100)
USUAL = st.floats(-1e6, 1e6)
LEVELS = st.floats(0, 1, exclude_min=True, exclude_max=True)


def normals(seed: int, count: int, mean: float = 0, sd: float = 1) -> list[float]:
    """Draws from a normal distribution, the same each time."""
    luck = random.Random(seed)
    return [luck.gauss(mean, sd) for _ in range(count)]


def bounds(found: Interval | Estimate) -> tuple[float, float]:
    """Both bounds of what has them."""
    assert found.low is not None
    assert found.high is not None
    return found.low, found.high


@by_scipy
class TestTheIntervalOfAMean:
    """Student's t."""

    def test_five_values_have_the_interval_of_the_tables(self) -> None:
        """The mean of 1 to 5 is 3 ± 2.776445 × 1.581139 / √5."""
        found = interval([1, 2, 3, 4, 5])

        assert (found.mean, found.n, found.level) == (3, 5, 0.95)
        assert found.sd == pytest.approx(1.5811388300841898)
        assert bounds(found) == pytest.approx((1.0367568385224, 4.9632431614776))
        assert found.half == pytest.approx(1.9632431614776)

    @pytest.mark.parametrize(
        ("count", "level", "factor"),
        [
            (2, 0.95, 12.7062047361747),
            (3, 0.9, 2.91998558035373),
            (11, 0.99, 3.16927267261695),
            (31, 0.95, 2.04227245630124),
            (1001, 0.95, 1.96233908082641),
        ],
    )
    def test_it_is_as_wide_as_the_tables_say(self, count: int, level: float, factor: float) -> None:
        """To twelve digits, on each release of scipy."""
        found = interval(normals(1, count), level)

        assert found.half is not None
        assert found.sd is not None
        assert found.half * math.sqrt(count) / found.sd == pytest.approx(factor, rel=1e-11)

    def test_one_value_has_no_bounds(self) -> None:
        """It says where the mean is, and nothing of how sure that is."""
        found = interval([7.5])

        assert found == Interval(mean=7.5, low=None, high=None, level=0.95, n=1, sd=None)
        assert found.half is None

    def test_values_that_are_all_the_same_have_no_width(self) -> None:
        """Three times 0.1 is 0.30000000000000004 to a computer; their mean is 0.1."""
        assert interval([0.1, 0.1, 0.1]) == Interval(
            mean=0.1, low=0.1, high=0.1, level=0.95, n=3, sd=0
        )

    @given(st.lists(FIGURES, min_size=1, max_size=12), LEVELS, st.randoms())
    def test_the_order_of_addition_changes_no_digit(
        self, values: list[float], level: float, luck: random.Random
    ) -> None:
        """Whoever was first to finish."""
        mixed = luck.sample(values, len(values))

        assert interval(mixed, level) == interval(values, level)

    @given(st.lists(FIGURES, min_size=2, max_size=12), LEVELS)
    def test_the_mean_lies_among_the_values_and_inside_its_bounds(
        self, values: list[float], level: float
    ) -> None:
        """Also where sums are rounded."""
        found = interval(values, level)
        low, high = bounds(found)

        assert min(values) <= found.mean <= max(values)
        assert low <= found.mean <= high

    @given(st.lists(USUAL, min_size=2, max_size=12, unique=True))
    def test_who_wants_to_be_surer_gets_a_wider_interval(self, values: list[float]) -> None:
        """And never a narrower one."""
        widths = [interval(values, level).half or 0 for level in (0.5, 0.9, 0.95, 0.999)]

        assert widths == sorted(widths)

    def test_it_holds_the_truth_as_often_as_it_says(self) -> None:
        """Over 2,000 samples of 8: 90 of 100 such intervals, give or take 4 standard errors."""
        samples = (normals(seed, 8, mean=3, sd=2) for seed in range(2000))
        held = sum(low <= 3 <= high for low, high in (bounds(interval(s, 0.9)) for s in samples))

        assert 0.9 - 4 * 0.0068 < held / 2000 < 0.9 + 4 * 0.0068

    def test_numbers_of_numpy_are_numbers(self) -> None:
        """Whole ones and halves, one by one or in an array."""
        np = pytest.importorskip("numpy", reason='needs the extra "simulation"')
        found = interval(np.array([1, 2, 3]))

        assert found == interval(np.array([1.0, 2.0, 3.0], np.float32)) == interval([1, 2, 3])
        assert {type(each) for each in attrs.astuple(found)} <= {float, int}


class TestShares:
    """Wilson's interval of a share."""

    @pytest.mark.parametrize(
        ("k", "n", "low", "high"),
        [(46, 47, 0.889, 0.996), (21, 25, 0.653, 0.936), (0, 5, 0, 0.434), (5, 5, 0.566, 1)],
    )
    def test_the_shares_of_the_sources_have_their_intervals(
        self, k: int, n: int, low: float, high: float
    ) -> None:
        """Bean 2013: 46 of 47 housed; 21 of 25 interviews; and nobody, and everybody."""
        found = wilson(k, n)

        assert bounds(found) == pytest.approx((low, high), abs=0.0005)
        assert (found.mean, found.n) == (k / n, n)

    @by_scipy
    def test_its_spread_is_that_of_noughts_and_ones(self) -> None:
        """As if each person were a value."""
        assert wilson(3, 10).sd == pytest.approx(interval([1] * 3 + [0] * 7).sd)
        assert wilson(1, 1).sd is None

    @given(st.integers(1, 10**12).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
    def test_it_never_leaves_what_a_share_can_be(self, counts: tuple[int, int]) -> None:
        """However few or many."""
        found = wilson(*counts)
        low, high = bounds(found)

        assert 0 <= low <= found.mean <= high <= 1


class TestRatios:
    """Two groups, crude."""

    @pytest.mark.parametrize(
        ("ratio", "counts", "value", "low", "high"),
        [
            (odds_ratio, (64, 218, 83, 216), 0.666, 0.446, 0.994),
            (risk_ratio, (64, 218, 83, 216), 0.764, 0.585, 0.997),
            (odds_ratio, (136, 271, 146, 294), 1.021, 0.734, 1.421),
            (risk_ratio, (136, 271, 146, 294), 1.011, 0.857, 1.192),
        ],
    )
    def test_the_two_trials_have_their_ratios(
        self,
        ratio: Callable[..., Estimate],
        counts: tuple[int, int, int, int],
        value: float,
        low: float,
        high: float,
    ) -> None:
        """Johnson 2018, and ENRICH beside it: never one alone."""
        found = ratio(*counts)

        assert (found.value, *bounds(found)) == pytest.approx((value, low, high), abs=0.0005)
        assert found.n == counts[1] + counts[3]

    @pytest.mark.parametrize(
        ("ratio", "counts", "value"),
        [
            (odds_ratio, (0, 5, 3, 5), 0),
            (odds_ratio, (3, 5, 0, 5), None),
            (odds_ratio, (5, 5, 3, 5), None),
            (risk_ratio, (0, 5, 3, 5), 0),
            (risk_ratio, (3, 5, 0, 5), None),
            (risk_ratio, (5, 5, 4, 4), 1),
        ],
    )
    def test_where_a_method_says_nothing_there_are_no_bounds(
        self, ratio: Callable[..., Estimate], counts: tuple[int, ...], value: float | None
    ) -> None:
        """Nobody or everybody of a group: no invented half of a person."""
        found = ratio(*counts)

        assert (found.value, found.low, found.high) == (value, None, None)

    def test_a_share_that_is_whole_in_one_group_has_a_risk_ratio(self) -> None:
        """Katz's interval asks only that somebody of each group was counted."""
        found = risk_ratio(5, 5, 3, 6)

        assert found.value == 2
        assert bounds(found) == pytest.approx((0.8986, 4.4513), abs=0.0005)


@by_scipy
class TestTheSameLuck:
    """Two policies, run by run."""

    def test_differences_are_taken_run_by_run(self) -> None:
        """The first less the second; what both have in common falls out."""
        found = paired([12, 15, 11, 18], [10, 12, 10, 14])

        assert found.difference == interval([2, 3, 1, 4])
        assert found.correlation == pytest.approx(0.9908674)
        # The variances are 10 and 3.667; that of the difference is 1.667.
        assert found.saved == pytest.approx(1 - 1.6666667 / 13.6666667)

    def test_luck_that_pulls_apart_is_shown(self) -> None:
        """Below 0: independent runs would have been better."""
        found = paired([1, 2, 3], [3, 2, 1])

        assert found.correlation == pytest.approx(-1)
        assert found.saved == pytest.approx(-1)

    @pytest.mark.parametrize(("a", "b"), [([1], [2]), ([1, 1], [2, 2])])
    def test_what_never_changes_goes_with_nothing(self, a: list[float], b: list[float]) -> None:
        """One pair, or the same in each."""
        found = paired(a, b)

        assert found.difference.mean == -1
        assert (found.correlation, found.saved) == (None, None)

    def test_one_that_never_changes_saves_nothing(self) -> None:
        """And has no correlation."""
        found = paired([1, 2, 3], [5, 5, 5])

        assert (found.correlation, found.saved) == (None, 0)

    @given(st.lists(st.tuples(FIGURES, FIGURES), min_size=1, max_size=10), st.randoms())
    def test_the_order_of_the_runs_changes_no_digit(
        self, pairs: list[tuple[float, float]], luck: random.Random
    ) -> None:
        """As long as each stays with its partner; and nothing leaves -1 to 1."""
        mixed = luck.sample(pairs, len(pairs))
        found = paired([a for a, _ in pairs], [b for _, b in pairs])

        assert paired([a for a, _ in mixed], [b for _, b in mixed]) == found
        assert found.correlation is None or -1 <= found.correlation <= 1


@by_scipy
class TestHowManyRuns:
    """Enough, and no more."""

    def test_more_are_asked_for_until_the_interval_is_narrow_enough(self) -> None:
        """With this spread 15 runs reach ± 0.6, and 14 do not."""
        values = [9.0, 10.0, 11.0, 9.0, 10.0, 11.0, 10.0, 9.0, 11.0, 12.0]
        sd = interval(values).sd

        assert sd == pytest.approx(1.0327955589886446)
        # t is 2.160369 for 13 degrees of freedom, and 2.144787 for 14.
        assert 2.144787 * 1.0327956 / math.sqrt(15) < 0.573 < 2.160369 * 1.0327956 / math.sqrt(14)
        assert replications_for(values, 0.573) == 5
        assert replications_for(values, 0.0573 / 1.02, relative=True) == 5

    @given(st.lists(USUAL, min_size=2, max_size=8), st.floats(1e-3, 1e9))
    def test_none_are_asked_for_where_these_are_enough(
        self, values: list[float], within: float
    ) -> None:
        """And some where they are not, however they scatter."""
        half = interval(values).half
        assert half is not None

        try:
            more = replications_for(values, within)
        except pk.BadInput:
            more = 10**9

        if not math.isclose(half, within, rel_tol=1e-9):
            assert (more == 0) == (half < within)

    def test_what_no_number_of_runs_would_do_says_so(self) -> None:
        """A share of a mean of 0 is 0."""
        with pytest.raises(pk.BadInput, match="within: allow more: 1000000000 runs would not do"):
            replications_for([-1, 1], 0.05, relative=True)

    def test_a_mean_that_is_near_once_is_looked_at_for_longer(self) -> None:
        """Three that agree by chance are not enough when the fifth is far off."""
        asked = Precision(within=1)
        said = []
        for value in [10, 10, 10, 10, 16, *[10, 12] * 30]:
            asked = asked.after(value)
            said.append(asked.since)
            if asked.done:
                break

        assert said[:6] == [None, None, 3, 3, None, None]
        assert asked.enough is not None
        assert asked.since == asked.enough
        assert len(asked.values) == asked.enough + 5
        assert asked.interval is not None
        assert asked.interval.half is not None
        assert asked.interval.half <= 1
        before = interval(asked.values[: asked.enough - 1]).half
        assert before is not None
        assert before > 1

    def test_beyond_a_hundred_runs_it_looks_ahead_for_longer(self) -> None:
        """Five of each hundred, rounded up."""
        asked = Precision(within=0.15)
        for value in normals(4, 1000):
            asked = asked.after(value)
        assert asked.enough is not None
        assert 100 < asked.enough < 300

        assert len(asked.values) == asked.enough + math.ceil(asked.enough / 20)

    def test_how_many_are_made_at_a_time_changes_nothing(self) -> None:
        """What comes when it is done is not looked at."""
        asked = Precision(within=0.05, relative=True)
        states = [asked := asked.after(value) for value in normals(2, 200, mean=10)]
        done = next(at for at, each in enumerate(states) if each.done)

        assert states[done].enough is not None
        assert states[-1] is states[done]

    def test_before_the_first_run_it_knows_nothing(self) -> None:
        """And says so."""
        asked = Precision(within=2)

        assert (asked.done, asked.interval) == (False, None)
        assert asked.explain() == (
            "No run has such a number: nothing tells how many are enough for ± 2."
        )

    def test_a_sentence_begins_with_what_the_mean_is_of(self) -> None:
        """Where it is said; also after a run more."""
        asked = Precision(within=2, of="few: wait").after(3)

        assert asked.explain() == (
            "few: wait: After 1 runs it is not sure yet that they are enough for ± 2."
        )

    @pytest.mark.parametrize(
        ("how", "values", "said"),
        [
            (
                {"within": 0.1, "relative": True, "look_ahead": 0},
                [100, 101, 99],
                "3 runs are enough for ± 0.1 of the mean; it stayed so up to run 3.",
            ),
            (
                {"within": 0.5, "most": 6},
                [10, 10, 10, 10, 10, 10],
                (
                    "6 runs, the most allowed, may be enough for ± 0.5, and have been since run 3. "
                    "To be sure, allow 8."
                ),
            ),
            (
                {"within": 0.573, "most": 10},
                [9, 10, 11, 9, 10, 11, 10, 9, 11, 12],
                (
                    "10 runs, the most allowed, are not enough for ± 0.573. "
                    "It may take 15: allow more."
                ),
            ),
            (
                {"within": 0.1, "most": 4, "relative": True},
                [-1, 1, -1, 1],
                (
                    "4 runs, the most allowed, are not enough for ± 0.1 of the mean. "
                    "No number of runs would do: allow more."
                ),
            ),
        ],
    )
    def test_the_end_is_told_in_a_sentence(
        self, how: dict[str, Any], values: list[float], said: str
    ) -> None:
        """Reached, nearly reached, not reached, and out of reach."""
        asked = Precision(**how)
        for value in values:
            assert not asked.done
            asked = asked.after(value)

        assert asked.done
        assert asked.explain() == said

    def test_a_value_that_is_none_is_named_by_its_place(self) -> None:
        """The second run."""
        with pytest.raises(pk.BadInput, match=r"values\[1\]: write a number"):
            Precision(within=1).after(1).after(math.nan)


def ramp(seed: int, days: int = 365, rises: int = 60) -> list[float]:
    """A program that fills up for sixty days and then goes up and down around 10."""
    luck = random.Random(seed)
    return [min(1, day / rises) * 10 + luck.gauss(0, 1) for day in range(days)]


class TestWarmUp:
    """What to leave out of the beginning."""

    def test_a_known_ramp_is_left_out(self) -> None:
        """It fills for 60 days, and the cut comes at the end of that."""
        cuts = sorted(mser5(ramp(seed)).at for seed in range(20))

        assert cuts[0] >= 50
        assert cuts[10] <= 65
        assert cuts[17] <= 90  # of single runs, one or two are known to be cut far too late

    def test_a_clean_step_is_cut_where_it_is(self) -> None:
        """Forty days at 0, then at 5 without any noise."""
        assert mser5([0] * 40 + [5] * 60) == Truncation(at=40, settled=True)

    @given(st.integers(50, 200), USUAL)
    def test_what_never_changes_needs_no_warm_up(self, days: int, value: float) -> None:
        """Not a day."""
        assert mser5([value] * days) == Truncation(at=0, settled=True)

    @pytest.mark.parametrize("days", [50, 100, 203])
    def test_what_always_rises_never_settles(self, days: int) -> None:
        """Half of it is cut, no more, and it says so."""
        assert mser5(range(days)) == Truncation(at=days // 10 * 5, settled=False)

    @given(st.lists(USUAL, min_size=50, max_size=120))
    def test_never_more_than_half_is_left_out(self, series: list[float]) -> None:
        """Whatever comes."""
        assert 0 <= mser5(series).at <= len(series) / 2

    def test_welch_smooths_the_mean_over_the_runs(self) -> None:
        """At the beginning over fewer days; the last days have no value."""
        runs = [[0, 2, 4, 6, 8, 10, 12, 14], [2, 4, 6, 8, 10, 12, 14, 0]]
        # The mean of both is 1, 3, 5, 7, 9, 11, 13, 7.

        assert welch(runs, 2) == (1, 3, 5, 7, 9, 10 - 0.6)
        assert welch(runs, 0) == (1, 3, 5, 7, 9, 11, 13, 7)

    @by_scipy
    def test_a_suggestion_says_how_sure_it_is(self) -> None:
        """Twenty programs that fill for sixty days."""
        found = suggest_warm_up([ramp(seed) for seed in range(20)])

        assert found.settled
        assert 55 <= found.days <= 80
        assert found.steady
        assert found.drift.n == 20
        assert found.explain().startswith(f"Leave out the first {found.days} days. No drift is")

    @by_scipy
    def test_one_run_cannot_tell(self) -> None:
        """It has a cut, and no bounds."""
        found = suggest_warm_up([ramp(1)])

        assert found.settled
        assert found.steady is None
        assert found.explain().endswith("One run cannot tell how sure that is: bring more.")

    @by_scipy
    def test_a_drift_that_is_left_is_told(self) -> None:
        """The beginning is over after 50 days; under the ups and downs it still rises slowly."""
        runs = [
            [
                min(day, 50) + (day // 10 % 2) + 0.005 * day + noise
                for day, noise in enumerate(normals(seed, 210))
            ]
            for seed in range(30)
        ]
        found = suggest_warm_up(runs)

        assert found.settled
        assert found.steady is False
        assert 0.2 < found.drift.mean < 0.6
        assert found.explain().endswith("after them: make longer runs.")

    @by_scipy
    def test_what_does_not_settle_is_told(self) -> None:
        """With what can be done."""
        found = suggest_warm_up([range(200), range(200)])

        assert found.steady is False
        assert found.explain() == (
            "It does not settle in the first half, 100 days. "
            "Make longer runs, or start the program as it stands today."
        )

    @by_scipy
    def test_the_order_of_the_runs_changes_no_digit(self) -> None:
        """Neither of the suggestion nor of the picture."""
        runs = [ramp(seed, days=100) for seed in range(7)]

        assert suggest_warm_up(runs[::-1]) == suggest_warm_up(runs)
        assert welch(runs[::-1], 20) == welch(runs, 20)


@by_scipy
class TestBands:
    """Curves over time, over the runs."""

    def test_a_band_is_made_day_by_day(self) -> None:
        """Between two runs it goes straight."""
        found = quantiles([[1, 20], [3, 40], [5, 60]], (0, 0.25, 0.5, 1))

        assert found == {0: (1, 20), 0.25: (2, 30), 0.5: (3, 40), 1: (5, 60)}
        assert list(quantiles([[7], [9]])) == [0.05, 0.5, 0.95]

    @given(
        st.integers(1, 4).flatmap(
            lambda days: st.lists(st.lists(USUAL, min_size=days, max_size=days), min_size=1)
        ),
        st.randoms(),
    )
    def test_the_order_of_the_runs_changes_nothing(
        self, runs: list[list[float]], luck: random.Random
    ) -> None:
        """And a lower share never lies above a higher one."""
        found = quantiles(luck.sample(runs, len(runs)))

        assert found == quantiles(runs)
        assert all(a <= b <= c for a, b, c in zip(*found.values(), strict=True))


@by_scipy
class TestSurvival:
    """Kaplan and Meier."""

    def test_the_example_can_be_followed_by_hand(self) -> None:
        """Six people; of one is known only that nothing happened by 3, of another by 9."""
        found = survival([1, 2, 2, 5, 3, 9], [True, True, True, True, False, False])

        assert [(each.time, each.at_risk) for each in found] == [
            (1, 6),
            (2, 5),
            (3, 3),
            (5, 2),
            (9, 1),
        ]
        assert [each.share for each in found] == pytest.approx(
            [5 / 6, 5 / 6 * 3 / 5, 0.5, 0.25, 0.25]
        )
        # By hand: log(-log(1/2)) ± 1.959964 × √(1/30 + 2/15) / log(1/2).
        assert found[1].low == pytest.approx(0.1109, abs=0.0005)
        assert found[1].high == pytest.approx(0.8037, abs=0.0005)

    def test_where_the_bounds_say_nothing_there_are_none(self) -> None:
        """Before the first event, and when nobody is left."""
        assert [each.low for each in survival([3, 4], [False, False])] == [None, None]
        assert [each.share for each in survival([3, 4], [False, False])] == [1, 1]
        last = survival([3, 4], [True, True])[-1]
        assert (last.share, last.low, last.high) == (0, None, None)

    def test_a_known_hazard_comes_back(self) -> None:
        """One of a hundred a day, watched for at most 120 days: half are left after 69."""
        luck = random.Random(5)
        times = [luck.expovariate(0.01) for _ in range(3000)]
        found = survival([min(120, each) for each in times], [each < 120 for each in times])
        at = [each for each in found if each.time <= 69.3][-1]

        assert at.share == pytest.approx(0.5, abs=0.03)
        assert at.low is not None
        assert at.high is not None
        assert at.low < 0.5 < at.high

    def test_answers_of_numpy_are_answers(self) -> None:
        """An array of times and one of answers."""
        np = pytest.importorskip("numpy", reason='needs the extra "simulation"')

        assert survival(np.array([1, 2]), np.array([1, 0]) == 1) == survival([1, 2], [True, False])


@by_scipy
class TestDesigns:
    """Which numbers to try, and what hangs on them."""

    @given(st.integers(1, 40), st.integers(-(2**63), 2**63))
    def test_each_part_of_each_range_is_met_once(self, count: int, seed: int) -> None:
        """However many rows."""
        rows = latin_hypercube({"caseload": (8, 20), "no_show": (0, 0.3)}, count, seed)
        shares = (
            sorted((row["caseload"] - 8) / 12 for row in rows),
            sorted(row["no_show"] / 0.3 for row in rows),
        )

        assert len(rows) == count
        assert all(8 <= row["caseload"] <= 20 and 0 <= row["no_show"] <= 0.3 for row in rows)
        for column in shares:
            for part, found in enumerate(column):
                assert part - 1e-9 <= found * count <= part + 1 + 1e-9

    def test_the_same_seed_gives_the_same_rows(self) -> None:
        """Another seed others; and a name more changes no other column."""
        few = latin_hypercube({"a": (0, 1), "b": (0, 1)}, 10, 7)
        more = latin_hypercube({"c": (0, 1), "b": (0, 1), "a": (0, 1)}, 10, 7)

        assert latin_hypercube({"a": (0, 1), "b": (0, 1)}, 10, 7) == few
        assert latin_hypercube({"a": (0, 1), "b": (0, 1)}, 10, 8) != few
        assert [(row["a"], row["b"]) for row in more] == [(row["a"], row["b"]) for row in few]
        assert [row["a"] for row in few] != [row["b"] for row in few]

    def test_one_at_a_time_leaves_the_rest_at_the_base(self) -> None:
        """And whole numbers whole."""
        rows = one_at_a_time(
            {"caseload": 12, "no_show": 0.1, "peers": 5},
            {"caseload": (8, 20), "no_show": (0.1, 0.3)},
        )

        assert rows == (
            {"caseload": 12, "no_show": 0.1, "peers": 5},
            {"caseload": 8, "no_show": 0.1, "peers": 5},
            {"caseload": 20, "no_show": 0.1, "peers": 5},
            {"caseload": 12, "no_show": 0.1, "peers": 5},
            {"caseload": 12, "no_show": 0.3, "peers": 5},
        )
        assert all(isinstance(row["caseload"], int) for row in rows)

    def test_of_a_single_input_it_is_spearmans(self) -> None:
        """1 - 6 × (0 + 1 + 1 + 1 + 1 + 0) / (6 × 35), and Fisher's bounds for six."""
        found = rank_correlations(
            [{"a": each} for each in (1, 2, 3, 4, 5, 6)], [10, 30, 20, 50, 40, 60]
        )

        assert found["a"].value == pytest.approx(1 - 24 / 210)
        assert bounds(found["a"]) == pytest.approx((0.2637, 0.9875), abs=0.0005)
        assert found["a"].n == 6

    def test_a_perfect_rise_and_a_perfect_fall_have_bounds(self) -> None:
        """A cube is no straight line, and rises."""
        for sign in (1, -1):
            found = rank_correlations(
                [{"a": each} for each in range(8)], [sign * each**3 for each in range(8)]
            )["a"]

            assert found.value == pytest.approx(sign)
            assert -1 <= bounds(found)[0] <= bounds(found)[1] <= 1

    def test_it_tells_what_a_result_hangs_on(self) -> None:
        """Rises with a, falls with b, and c does nothing; nor does the sum stand in the way."""
        rows = latin_hypercube({"a": (0, 1), "b": (10, 20), "c": (0, 1)}, 200, 3)
        noise = normals(1, 200, sd=0.5)
        result = [math.exp(3 * r["a"]) - r["b"] + n for r, n in zip(rows, noise, strict=True)]
        found = rank_correlations(rows, result)

        assert bounds(found["a"])[0] > 0.8
        assert bounds(found["b"])[1] < -0.6
        low, high = bounds(found["c"])
        assert low < 0 < high

    def test_the_others_are_held_where_they_are(self) -> None:
        """Partial: two inputs that rise together, and only one that matters."""
        rows = [{"a": a, "b": a + n} for a, n in zip(range(60), normals(2, 60, sd=6), strict=True)]
        result = [row["a"] + n for row, n in zip(rows, normals(3, 60, sd=3), strict=True)]
        alone = rank_correlations([{"b": row["b"]} for row in rows], result)["b"]
        beside = rank_correlations(rows, result)["b"]

        assert bounds(alone)[0] > 0.8
        assert bounds(beside)[0] < 0 < bounds(beside)[1]

    @pytest.mark.parametrize(
        "rows",
        [
            [{"a": 1, "b": each} for each in (3, 1, 2, 6, 5, 4)],
            [{"a": 2 * each, "b": each} for each in (3, 1, 2, 6, 5, 4)],
        ],
    )
    def test_where_nothing_is_left_to_compare_there_is_nothing(
        self, rows: list[dict[str, float]]
    ) -> None:
        """An input that never changes, and two that say the same."""
        found = rank_correlations(rows, [1, 2, 4, 3, 6, 5])["a"]

        assert (found.value, found.low, found.high) == (None, None, None)


@by_scipy
class TestToTheLastDigit:
    """A study that is run again says the same, also with other releases of numpy and scipy."""

    def test_the_digits_are_the_same_on_every_machine(self) -> None:
        """Written down here once: an interval, a design, a step and a correlation."""
        inputs = [{"a": a, "b": b} for a, b in enumerate((3, 1, 4, 6, 5, 9, 2))]
        hangs = rank_correlations(inputs, [2, 7, 1, 8, 3, 5, 9])["a"]
        step = survival([1, 2, 2, 5], [True, True, False, False])[1]
        rows = latin_hypercube({"a": (0, 1)}, 3, 1)

        assert bounds(interval([1, 2, 4, 8, 16.5])) == (-1.5234685742438412, 14.12346857424384)
        assert [row["a"] for row in rows] == [
            0.08308427616806295,
            0.5090125379830663,
            0.949076879670848,
        ]
        assert (step.low, step.high) == (0.057847082995, 0.84486128119)
        assert (hangs.value, hangs.low) == (0.634671754427, -0.3647770924252389)


def said(what: str, ask: Callable[[], object]) -> Any:
    """One thing that is refused, and how it is told."""
    return pytest.param(ask, what, id=what)


NUMBER = "write a number, not larger than 1e+100 either way"
COUNT = "write a whole number from"
ROWS: Any = [{"a": each} for each in range(5)]
ANY: Any = None  # what somebody hands over who does not look at types
THREE: Any = (1, 2, 3)
TEXT: Any = ("x", 2)


@by_scipy
class TestRubbish:
    """An error of ours, that names the place and never the value."""

    @pytest.mark.parametrize(
        ("ask", "what"),
        [
            said(f"values[1]: {NUMBER}", lambda: interval([1, math.nan])),
            said(f"values[0]: {NUMBER}", lambda: interval([math.inf])),
            said(f"values[2]: {NUMBER}", lambda: interval([1, 2, 2e100])),
            said(f"values[3]: {NUMBER}", lambda: interval([1, 2, 3, ANY])),
            said(f"values[4]: {NUMBER}", lambda: interval([1, 2, 3, 4, True])),
            said(f"values[5]: {NUMBER}", lambda: interval([1, 2, 3, 4, 5, 10**400])),
            said("values: bring 1 or more numbers; here are 0", lambda: interval([])),
            said("values: bring numbers, one after the other", lambda: interval(ANY)),
            said("level: write a share above 0 and below 1", lambda: interval([1], 95)),
            said("level: write a share above 0", lambda: wilson(1, 2, 0)),
            said(f"level: {NUMBER}", lambda: odds_ratio(1, 2, 1, 2, ANY)),
            said(f"k: {COUNT} 0 to 3", lambda: wilson(4, 3)),
            said(f"n: {COUNT} 1 to 1000000000000", lambda: wilson(0, 0)),
            said(f"a: {COUNT} 0 to 2", lambda: odds_ratio(-1, 2, 1, 2)),
            said(f"n2: {COUNT} 1", lambda: risk_ratio(1, 2, 1, ANY)),
            said("b: bring 2 values, run by run, as in a", lambda: paired([1, 2], [1])),
            said(f"b[0]: {NUMBER}", lambda: paired([1], [math.nan])),
            said("values: bring 2 or more numbers; here", lambda: replications_for([1], 1)),
            said("within: write a number above 0", lambda: replications_for([1, 2], 0)),
            said("within: write a number above", lambda: Precision(within=-1)),
            said(f"within: {NUMBER}", lambda: Precision(within=ANY)),
            said(f"most: {COUNT} 2 to 1000000000", lambda: Precision(within=1, most=1)),
            said(f"least: {COUNT} 2 to 9", lambda: Precision(within=1, least=10, most=9)),
            said(f"look_ahead: {COUNT} 0", lambda: Precision(within=1, look_ahead=-1)),
            said("level: write a share", lambda: Precision(within=1, level=1)),
            said("series: bring 50 or more numbers; here are 49", lambda: mser5([1] * 49)),
            said(f"series[49]: {NUMBER}", lambda: mser5([1] * 49 + [math.nan])),
            said(
                "replications: bring series of 50 or more days",
                lambda: suggest_warm_up([[1] * 49]),
            ),
            said(
                "replications[1]: bring curves of the same length: here are 2 values, and 3 in",
                lambda: quantiles([[1, 2, 3], [1, 2]]),
            ),
            said("replications: bring one replication or more", lambda: quantiles([])),
            said("replications: bring a curve for each", lambda: quantiles(ANY)),
            said("replications[1]: bring numbers, one", lambda: quantiles([[1], ANY])),
            said(f"replications[1][0]: {NUMBER}", lambda: quantiles([[1], [math.nan]])),
            said("shares[1]: write a share from 0 to 1", lambda: quantiles([[1]], (0, 1.1))),
            said(f"window: {COUNT} 0 to 2", lambda: welch([[1] * 8], 3)),
            said("times[1]: write a time of 0 or more", lambda: survival([1, -1], [True, True])),
            said("happened: bring 2 answers, one for each", lambda: survival([1, 2], [True])),
            said("happened: bring True or False", lambda: survival([1], ANY)),
            said("happened[1]: write whether", lambda: survival([1, 2], [True, ANY])),
            said("bounds: bring a name with its", lambda: latin_hypercube(ANY, 1, 1)),
            said("bounds.a: write two numbers, the", lambda: latin_hypercube({"a": (1, 1)}, 1, 1)),
            said("bounds.b: write two", lambda: latin_hypercube({"b": ANY}, 1, 1)),
            said("bounds.c: write two numbers", lambda: latin_hypercube({"c": THREE}, 1, 1)),
            said(f"bounds.d[0]: {NUMBER}", lambda: latin_hypercube({"d": TEXT}, 1, 1)),
            said(f"count: {COUNT} 1", lambda: latin_hypercube({"a": (1, 2)}, 0, 1)),
            said(f"seed: {COUNT} -", lambda: latin_hypercube({"a": (1, 2)}, 1, ANY)),
            said(f"base.a: {NUMBER}", lambda: one_at_a_time({"a": ANY}, {})),
            said("base: bring a value for each name", lambda: one_at_a_time(ANY, {})),
            said("ends: bring a lowest and a", lambda: one_at_a_time({}, ANY)),
            said("ends.b: take a name that stands", lambda: one_at_a_time({}, {"b": (1, 2)})),
            said("ends.a: put the value of", lambda: one_at_a_time({"a": 3}, {"a": (1, 2)})),
            said("ends.a: write two", lambda: one_at_a_time({"a": 3}, {"a": (4, 2)})),
            said("inputs: bring a row of numbers", lambda: rank_correlations(ANY, [1])),
            said("inputs[0]: bring numbers by name", lambda: rank_correlations([ANY], [1])),
            said(
                "inputs[1]: give the same names as in the first row",
                lambda: rank_correlations([{"a": 1}, {"b": 1}], [1, 2]),
            ),
            said("inputs: bring 1 rows, one for each", lambda: rank_correlations(ROWS, [1])),
            said("inputs: bring 4 or more rows", lambda: rank_correlations(ROWS[:3], [1, 2, 3])),
            said(
                f"inputs[5].a: {NUMBER}",
                lambda: rank_correlations([*ROWS, {"a": math.nan}], range(6)),
            ),
        ],
    )
    def test_the_place_is_named(self, ask: Callable[[], object], what: str) -> None:
        """And what to do."""
        with pytest.raises(pk.BadInput) as caught:
            ask()

        assert str(caught.value).startswith(what)
        assert caught.value.__context__ is None


class TestWithoutTheExtra:
    """Nothing of numpy or scipy is imported before it is needed."""

    def test_importing_takes_neither(self) -> None:
        """In a process of its own; what the standard library can do, it does."""
        code = (
            "import sys\n"
            "from peerkit.simulation.statistics.designs import one_at_a_time\n"
            "from peerkit.simulation.statistics.precision import Precision\n"
            "from peerkit.simulation.statistics.intervals import odds_ratio, wilson\n"
            "from peerkit.simulation.statistics.warm_up import mser5, welch\n"
            "wilson(1, 2), odds_ratio(1, 2, 1, 2), mser5(range(50)), welch([[1] * 9], 2)\n"
            "Precision(within=1).after(1).after(2), one_at_a_time({}, {})\n"
            "print({'numpy', 'scipy'} & set(sys.modules))\n"
        )
        told = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, text=True
        )

        assert told.stdout.strip() == "set()"

    @pytest.mark.parametrize(
        ("gone", "ask"),
        [
            ("scipy.special", lambda: interval([1, 2])),
            ("scipy.stats", lambda: latin_hypercube({"a": (0, 1)}, 2, 1)),
            ("numpy", lambda: quantiles([[1]])),
        ],
    )
    def test_the_extra_is_named(
        self, monkeypatch: pytest.MonkeyPatch, gone: str, ask: Callable[[], object]
    ) -> None:
        """With what to install."""
        monkeypatch.setitem(sys.modules, gone, None)

        with pytest.raises(pk.MissingExtra, match=r"peerkit\[simulation\]") as caught:
            ask()

        assert caught.value.package == gone.partition(".")[0]
        assert caught.value.__context__ is None
