"""Experiments: what is found does not hang on how, where, or in how many pieces it is run."""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from typing import Any

import attrs
import numpy as np
import pytest

from peerkit.errors import BadInput, MissingExtra
from peerkit.simulation.record import Engine
from peerkit.simulation.scenarios.scenario import Scenario
from peerkit.simulation.studies import running
from peerkit.simulation.studies.experiment import Experiment, Within, sweep
from peerkit.simulation.studies.running import Failure, Maker, Replication, WorkersLost, finished
from peerkit.simulation.studies.study import Row, Study
from tests import pretend_runs
from tests.made_runs import run_of
from tests.pretend_runs import as_it_is, numbers

few = Scenario(name="few").but({"peers.count": 10})
many = few.but({"peers.count": 20}, "many")
pretend: Callable[..., Experiment] = partial(Experiment, measures=as_it_is, simulate=numbers)


class Written(Executor):
    """Does everything at once, in the order of its own, and writes down what it was asked for."""

    def __init__(self) -> None:
        self.parcels: list[int] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """What the standard library asks of an executor."""
        self.parcels.append(len(args[0]))
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - as a pool does it
            future.set_exception(error)
        return future


def clock_of(*costs: float) -> Callable[[], float]:
    """A clock by which the n-th look comes after the n-th cost; the last one goes on."""
    left, now = list(costs), 0.0

    def look() -> float:
        nonlocal now
        now += left.pop(0) if len(left) > 1 else left[0]
        return now

    return look


# -- scenarios


def test_a_sweep_has_a_scenario_for_each_combination_named_by_its_values() -> None:
    """Every combination is there once, in order, and its name says what is in it."""
    made = sweep(few, {"peers.count": (8, 10), "limits.caseload": (12, 20)})
    assert [each.name for each in made] == [
        "peers.count=8 limits.caseload=12",
        "peers.count=8 limits.caseload=20",
        "peers.count=10 limits.caseload=12",
        "peers.count=10 limits.caseload=20",
    ]
    assert [each.peers.count for each in made] == [8, 8, 10, 10]
    assert [each.limits for each in made[:2]] == [(("caseload", 12),), (("caseload", 20),)]


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({}, "values"),
        (None, "values"),
        ({"peers.count": 3}, "values.peers.count"),
        ({"peers.count": ()}, "values.peers.count"),
        ({"name": "twelve"}, "values.name"),
        ({"limits.caseload": {"is": 3}}, "values.limits.caseload"),
    ],
)
def test_a_sweep_says_what_to_bring(values: Any, place: str) -> None:
    """One value where several belong, and none at all, are named by their path."""
    with pytest.raises(BadInput, match="bring several values for each path, as ") as raised:
        sweep(few, values)
    assert raised.value.place == place


def test_a_sweep_takes_the_numbers_of_numpy() -> None:
    """They become numbers of Python, so that a scenario is the same as one written by hand."""
    counts = np.arange(8, 10)
    made = sweep(few, {"peers.count": counts, "sessions.no_show": np.array([0.25], "float32")})
    assert made[0].name == "peers.count=8 sessions.no_show=0.25"
    assert [type(each.peers.count) for each in made] == [int, int]
    assert [type(each.sessions.no_show) for each in made] == [float, float]
    (walking,) = sweep(few, {"days": iter([90])})
    assert walking.days == 90
    (layers,) = sweep(few, {"layers": [("us/ga",)]})
    assert layers.layers == ("us/ga",)


def test_an_experiment_refuses_what_it_could_not_tell_apart() -> None:
    """Names stand for scenarios, so each has one; and there is something to do."""
    with pytest.raises(BadInput, match=r"scenarios: 2 are called 'few'; name each: base\.but\("):
        Experiment((few, few.but({"peers.count": 12})))
    with pytest.raises(BadInput, match=r"Experiment\.scenarios: bring one scenario or more"):
        Experiment(())
    for wrong in (("few",), 5):
        with pytest.raises(BadInput, match=r"Experiment\.scenarios: bring one scenario or more"):
            Experiment(wrong)  # type: ignore[arg-type]  # what a script may hand over
    with pytest.raises(BadInput, match=r"Experiment\.seed: write a whole number from 0 to"):
        Experiment((Scenario(),), seed=-1)
    with pytest.raises(BadInput, match=r"Experiment\.replications: write a whole number from 1"):
        Experiment(few, replications=0)
    with pytest.raises(BadInput, match=r"Within\.against: take one of few, many"):
        Experiment((few, many), until=Within("wait", 1.0, against="none"))
    with pytest.raises(BadInput, match=r"within: write a number above 0"):
        Within("wait", 0.0)
    with pytest.raises(BadInput, match=r"Experiment\.until: bring a Within, or None"):
        Experiment(few, until=0.5)  # type: ignore[arg-type]  # what a script may hand over
    assert Experiment(few).scenarios == (few,)


# -- the same, however it is run


def test_all_scenarios_have_the_same_luck_and_each_run_its_own() -> None:
    """The difference of two scenarios on the same luck has nothing of chance left in it."""
    study = pretend((few, many), replications=20, seed=7).run()
    assert len(set(study.values("few", "wait").values())) == 20
    found = study.difference("few", "many", "wait")
    assert found.difference.mean == pytest.approx(5.0)
    assert found.difference.sd == pytest.approx(0.0, abs=1e-12)
    other = pretend((few, many), replications=20, seed=8).run()
    assert not {*study.values("few", "wait").values()} & {*other.values("few", "wait").values()}
    # The luck of a run is its own, not that of its place among others.
    assert pretend((many, few), replications=3, seed=7).run().values("few", "wait") == {
        run: value for run, value in study.values("few", "wait").items() if run < 3
    }


PAIR = (few, many.but({}, pretend_runs.OURS))
LONG = pretend(PAIR, replications=12, simulate=pretend_runs.slow_numbers)


@pytest.fixture
def all_is_worth_sending(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a test need not take long to need workers."""
    monkeypatch.setattr(running, "_WORTH", 0.0)


@pytest.mark.usefixtures("all_is_worth_sending")
@pytest.mark.once
def test_two_processes_find_what_one_finds_to_the_digit() -> None:
    """The same rows in the same order, and the same failure."""
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        study = LONG.run(pool)
    alone = pretend(PAIR, replications=12).run()
    assert study == alone
    assert list(study.rows()) == list(alone.rows())
    assert [each.run for each in study.failures] == [3]
    assert pickle.loads(pickle.dumps(study)) == alone  # noqa: S301 - our own


@pytest.mark.usefixtures("all_is_worth_sending")
@pytest.mark.once
def test_two_dask_workers_find_what_one_finds_to_the_digit() -> None:
    """A cluster is one more executor; its workers are processes."""
    distributed = pytest.importorskip("distributed", reason="Dask comes with the tools for tests")
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            # Without a page to look at it still listens, and any port will do.
            scheduler_kwargs={"dashboard_address": ":0"},
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        study = LONG.run(client.get_executor())
    alone = pretend(PAIR, replications=12).run()
    assert study == alone
    assert list(study.rows()) == list(alone.rows())


@pytest.mark.usefixtures("all_is_worth_sending")
def test_threads_do_too() -> None:
    """Any executor of the standard library will do, also one that needs nothing to travel."""
    experiment = pretend(few, replications=60, simulate=pretend_runs.slow_numbers)
    with ThreadPoolExecutor(8) as pool:
        assert experiment.run(pool) == pretend(few, replications=60).run()


def test_the_fast_engine_is_what_an_experiment_runs() -> None:
    """Nothing has to be said for it: half a year with two peers, and with eight."""
    scenarios = sweep(Scenario(days=180), {"peers.count": (2, 8)})
    study = Experiment(scenarios, replications=3).run()
    assert study.failures == ()
    assert set(study.measures) >= {"came", "wait_mean", "hours"}
    came = study.difference("peers.count=2", "peers.count=8", "came").difference
    assert (came.mean, came.sd) == (0, 0), "the same people come, whoever is there for them"
    waits = study.interval("wait_mean")
    assert waits["peers.count=2"].mean > waits["peers.count=8"].mean
    assert waits["peers.count=2"].explain().endswith("from 3 of 3 runs.")


# -- how much at a time

TASKS = [(few, run) for run in range(1000)]
MAKER = Maker(numbers, as_it_is, 1, Engine.FAST)


def runs_of(parcels: Iterator[tuple[Replication | Failure, ...]]) -> list[int]:
    """Which runs were made, in the order in which they were handed on."""
    return [each.run for parcel in parcels for each in parcel]


def test_little_work_stays_here() -> None:
    """A thousand replications of a fifth of a millisecond are made before a worker has begun."""
    executor = Written()
    assert runs_of(finished(MAKER, TASKS, executor, clock_of(0.0002))) == [*range(1000)]
    assert executor.parcels == []


def test_work_is_sent_in_parcels_by_what_it_costs() -> None:
    """Parcels take between a twentieth of a second and a second, and there are 64 or more."""
    executor = Written()
    made = runs_of(finished(MAKER, TASKS, executor, clock_of(0.01)))
    assert sorted(made) == [*range(1000)]
    # 10 ms each: about 0.15 s in a parcel, so that there are 64.
    assert set(executor.parcels[:-1]) == {15}
    executor = Written()
    list(finished(MAKER, TASKS, executor, clock_of(0.003)))
    assert set(executor.parcels[:-1]) == {17}, "3 ms each: no less than 0.05 s"
    executor = Written()
    list(finished(MAKER, TASKS, executor, clock_of(0.4)))
    assert set(executor.parcels[:-1]) == {2}, "0.4 s each: no more than a second"
    executor = Written()
    list(finished(MAKER, TASKS[:9], executor, clock_of(5.0)))
    assert executor.parcels == [1] * 8, "5 s each: one tells, and each goes by itself"


def test_the_first_replication_does_not_count_because_it_fetches_what_is_needed() -> None:
    """The first takes half a second, the others 10 ms: parcels go by the others."""
    executor = Written()
    list(finished(MAKER, TASKS, executor, clock_of(0.0, 0.5, 0.01)))
    assert set(executor.parcels[:-1]) == {16}


@pytest.mark.parametrize("wrong", ["two", 2, 0, True])
def test_what_is_no_executor_is_refused_before_anything_is_made(wrong: Any) -> None:
    """Also where there is so little to do that none would be asked."""
    with pytest.raises(BadInput, match=r"executor: bring one of concurrent\.futures, or client"):
        pretend(few).run(wrong)


def test_nothing_to_do_is_done_at_once() -> None:
    """An executor is not asked for nothing."""
    assert runs_of(finished(MAKER, [], Written())) == []


# -- progress


def test_progress_counts_finished_work_and_never_goes_back() -> None:
    """The last it hears is all of all."""
    seen: list[tuple[int, int]] = []
    pretend((few, many), replications=30).run(progress=lambda done, of: seen.append((done, of)))
    assert seen == sorted(seen)
    assert seen[-1] == (60, 60)


@pytest.mark.usefixtures("all_is_worth_sending")
def test_whoever_stops_watching_stops_the_work() -> None:
    """An interruption goes through, and what was not begun is called off."""

    class Slow(Executor):
        def __init__(self) -> None:
            self.futures: list[Future[Any]] = []

        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            self.futures.append(Future())
            if len(self.futures) == 1:
                self.futures[0].set_result(fn(*args, **kwargs))
            return self.futures[-1]

    executor = Slow()

    def stop(done: int, of: int) -> None:
        if executor.futures:
            raise KeyboardInterrupt

    experiment = pretend(few, replications=100, simulate=pretend_runs.slow_numbers)
    with pytest.raises(KeyboardInterrupt):
        experiment.run(executor, progress=stop)
    assert len(executor.futures) > 10
    assert all(each.cancelled() for each in executor.futures[1:])


# -- what fails


def test_a_failure_is_kept_with_its_scenario_its_run_and_what_to_do() -> None:
    """An error of ours is told as it is; of another also where it was."""
    names = (pretend_runs.OURS, pretend_runs.THEIRS)
    study = pretend((few, *(few.but({}, name) for name in names)), replications=6).run()
    ours, theirs = study.failures
    assert ours == Failure("ours", 3, "BadInput", "Scenario.limits: say how many")
    assert (theirs.scenario, theirs.run, theirs.error) == ("theirs", 3, "KeyError")
    assert theirs.says.startswith("It stopped in pretend_runs.py, line ")
    assert theirs.says.endswith(", in _fail: 'the word of a program'")
    assert repr(study) == (
        "<Study of 3 scenarios, 6 replications each, seed 1, engine fast: 2 of 18 failed>"
    )
    assert study.interval("wait")["ours"].explain().endswith("from 5 of 6 runs (1 failed).")
    assert "from 6 of 6 runs." in study.interval("wait")["few"].explain()
    assert (study.failed("ours"), study.failed("ours", "theirs"), study.failed("few")) == (1, 1, 0)


class Untold(Exception):
    """An error that cannot say what it is."""

    def __str__(self) -> str:
        raise ValueError


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("no \x07beds\tin March\nsecond line"), ": no beds in March"),
        (ValueError("\n  first \n"), ": first"),
        (ValueError("x" * 400), ": " + "x" * 300),
        (ValueError(), "in fails."),
        (Untold(), ": <exception str() failed>"),
    ],
)
def test_of_an_error_that_is_not_ours_the_first_line_is_kept(error: Exception, said: str) -> None:
    """Beside its place; what cannot be shown in a line is left out, and there is an end to it."""

    def fails(scenario: Scenario, **how: Any) -> Any:
        raise error

    (failure,) = pretend(few, replications=1, simulate=fails).run().failures
    assert failure.error == type(error).__name__
    assert failure.says.startswith("It stopped in test_experiments.py, line ")
    assert failure.says.endswith(said)


@pytest.mark.parametrize(
    ("measured", "says"),
    [
        ({"mine": "12"}, "measures.mine: is of the type str; a measure is a number, or NaN"),
        ({"mine": [1, 2]}, "measures.mine: is of the type list; a measure is a number, or NaN"),
        ({"mine": None}, "measures.mine: is of the type NoneType; a measure is a number, or NaN"),
        ({"mine": 10**400}, "measures.mine: is of the type int; a measure is a number, or NaN"),
        ([1, 2], "measures: give back a number for each name, as {'wait': 3.5}"),
        ({1: 2.0}, "measures: give back a number for each name, as {'wait': 3.5}"),
    ],
)
def test_a_measure_that_is_no_number_is_named(measured: Any, says: str) -> None:
    """What the author's own function gave back is said, and not where our own code stopped."""
    study = pretend(few, replications=1, measures=lambda run: measured).run()
    assert study.failures == (Failure("few", 0, "BadInput", says),)


def test_every_kind_of_number_is_a_measure() -> None:
    """Those of numpy too, and whether something is so."""
    found = {"a": np.float32(0.5), "b": np.int64(3), "c": True, "d": np.bool_(False)}  # noqa: FBT003
    study = pretend(few, replications=1, measures=lambda run: found).run()
    assert study.done[0].values == {"a": 0.5, "b": 3.0, "c": 1.0, "d": 0.0}


def test_a_layer_that_is_not_there_is_one_error() -> None:
    """And not a failure for each run; nothing is made before it is said."""
    seen: list[object] = []
    wrong = attrs.evolve(few, layers=("us/nowhere",))
    experiment = pretend((many, wrong), simulate=lambda *each, **how: seen.append(each))
    with pytest.raises(BadInput, match="layer 'us/nowhere': is not one that peerkit ships"):
        experiment.run()
    assert seen == []


def test_a_measure_without_end_is_a_failure() -> None:
    """What statistics could not take is not kept."""
    study = pretend(few, replications=1, simulate=pretend_runs.endless).run()
    assert study.failures == (
        Failure(
            "few", 0, "BadInput", "measures.wait: is without end; a measure is a number, or NaN"
        ),
    )
    with pytest.raises(BadInput, match="none, as every replication failed"):
        study.interval("wait")


def test_what_is_not_installed_is_said_at_once() -> None:
    """A missing package is not a thousand failed replications."""
    absent = pretend(few.but({}, pretend_runs.ABSENT), replications=60)
    with pytest.raises(MissingExtra):
        absent.run()
    tasks = [(few.but({}, pretend_runs.ABSENT), run) for run in (0, 3)]
    with pytest.raises(MissingExtra):
        list(finished(MAKER, tasks, Written(), clock_of(5.0)))


@pytest.mark.once
def test_workers_that_are_gone_are_an_error_that_says_how_far_it_came() -> None:
    """A killed process is no replication that failed: nothing is made up, and it can go on."""
    context = multiprocessing.get_context("spawn")
    tasks = [(few.but({}, pretend_runs.LOST), run) for run in (0, 1, 3, 4)]
    with ProcessPoolExecutor(1, context) as pool:
        parcels = finished(MAKER, tasks, pool, clock_of(2.0))
        assert runs_of(iter([next(parcels)])) == [0]
        with pytest.raises(WorkersLost, match=r"gave up \(BrokenProcessPool\) when") as lost:
            list(parcels)
    assert lost.value.of == 4
    assert lost.value.__context__ is None
    assert str(pickle.loads(pickle.dumps(lost.value))) == str(lost.value)  # noqa: S301 - our own


def test_what_cannot_travel_is_said() -> None:
    """A function that no other process finds is named as what may be wrong."""

    class Refusing(Executor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            raise AttributeError

    with pytest.raises(WorkersLost, match="must stand in a module") as lost:
        list(finished(MAKER, TASKS, Refusing(), clock_of(0.1)))
    assert (lost.value.done, lost.value.of) == (2, 1000)


# -- what a study says


def test_rows_are_tidy_and_what_has_no_value_has_none() -> None:
    """Every measure of every replication has a row; refusals not met under a clause are 0."""
    study = pretend((few, many), replications=2).run()
    assert study.measures == ("wait", "noise", "rare", "busy", "no_show", "refused.caseload")
    rows = list(study.rows())
    assert len(rows) == 2 * 2 * 6
    assert rows[0] == Row("few", 0, "wait", study.values("few", "wait")[0])
    assert rows[2] == Row("few", 0, "rare", None)
    assert rows[5] == Row("few", 0, "refused.caseload", 0.0)
    assert rows[11] == Row("few", 1, "refused.caseload", 2.0)
    table = study.table()
    assert list(table) == ["scenario", "run", "measure", "value"]
    assert table["run"] == [row.run for row in rows]
    assert study.values("few", "refused.group-size") == {0: 0.0, 1: 0.0}


def test_a_study_without_a_number_has_empty_columns() -> None:
    """A data frame takes it all the same."""
    study = pretend(few, replications=1, simulate=pretend_runs.endless).run()
    assert study.table() == {"scenario": [], "run": [], "measure": [], "value": []}


def test_an_interval_says_on_how_many_runs_it_rests() -> None:
    """Runs without such a number are counted and told, not left out in silence."""
    study = pretend((few, many), replications=6).run()
    rare = study.interval("rare")["few"]
    assert (rare.n, rare.runs, rare.failed) == (3, 6, 0)
    assert rare.explain().endswith("from 3 of 6 runs (3 without such a number).")
    once = pretend(few, replications=2).run().interval("rare")["few"]
    assert once.explain().endswith(", no interval, from 1 of 2 runs (1 without such a number).")
    none = pretend(few, replications=1).run().interval("rare")["few"]
    assert none.mean != none.mean, "NaN: there is no mean"
    assert none.explain() == ("few: rare is unknown, from 0 of 1 runs (1 without such a number).")


def test_a_mean_and_its_interval_are_those_of_the_values() -> None:
    """Worked by hand: 10 and 14 have the mean 12, and t(1) = 12.706 at 95 %."""
    both = (Replication("few", 0, {"hours": 10.0}), Replication("few", 1, {"hours": 14.0}))
    study = Study((few,), 1, Engine.FAST, 2, both, ())
    found = study.interval("hours")["few"]
    assert (found.mean, found.n) == (12.0, 2)
    assert found.low == pytest.approx(12 - 12.7062 * 2, abs=1e-3)
    assert found.explain() == "few: hours is 12 hours (-13.41 to 37.41, 95%), from 2 of 2 runs."
    named = attrs.evolve(found, scenario="<few>")
    assert named._repr_html_().startswith("<p>&lt;few&gt;: hours is 12 hours")


def test_a_year_to_be_ready_for_is_that_of_single_runs() -> None:
    """Nine of ten runs lie at or below it; it is no interval of their mean."""
    values = [{"hours": float(each), "refused.caseload": 1.0} for each in range(11)]
    runs = tuple(Replication("few", run, found) for run, found in enumerate(values))
    study = Study((few, many), 1, Engine.FAST, 11, runs, ())

    assert study.quantile("hours", 0.9) == {"few": 9.0, many.name: None}
    assert study.refused == ("refused.caseload",)
    with pytest.raises(BadInput, match="write a share from 0 to 1"):
        study.quantile("hours", 90)


def test_a_share_is_told_in_hundredths() -> None:
    """And what lies between two shares in percentage points: 50 % is 0.4 of them below 50.4 %."""
    shares = {"few": (0.5, 0.25), "many": (0.504, 0.252)}
    done = tuple(
        Replication(name, run, {"utilisation": each})
        for name, found in shares.items()
        for run, each in enumerate(found)
    )
    study = Study((few, many), 1, Engine.FAST, 2, done, ())
    found = study.interval("utilisation", 0.5)["few"].explain()
    assert found == "few: utilisation is 37.5 % (25 to 50, 50%), from 2 of 2 runs."
    found = study.difference("few", "many", "utilisation", 0.5).explain()
    assert found == (
        "few less many: utilisation differs by -0.3 percentage points (-0.4 to -0.2, 50%), "
        "from 2 of 2 runs."
    )


def test_a_large_number_is_said_in_full() -> None:
    """A year costs 15,540,000 cents, and nobody says 1.554e+07."""
    both = (Replication("few", 0, {"cost": 15_540_000.0}), Replication("few", 1, {"cost": 999.96}))
    study = Study((few,), 1, Engine.FAST, 2, both[:1], ())
    assert study.interval("cost")["few"].explain().startswith("few: cost is 15,540,000 cents, no")
    small = Study((few,), 1, Engine.FAST, 2, both[1:], ())
    assert small.interval("cost")["few"].explain().startswith("few: cost is 1000 cents, no")


def test_a_difference_takes_only_runs_that_both_have() -> None:
    """A run that failed in one of them is left out of both, and told."""
    study = pretend((few, many.but({}, pretend_runs.OURS)), replications=6).run()
    found = study.difference("few", "ours", "wait")
    assert (found.difference.n, found.runs, found.failed) == (5, 6, 1)
    assert found.difference.mean == pytest.approx(5.0)
    assert found.explain().startswith("few less ours: wait differs by 5 (5 to 5, 95%)")
    assert found._repr_html_() == f"<p>{found.explain()}</p>"
    assert found.explain().endswith("from 5 of 6 runs (1 failed).")
    alone = pretend((few, many), replications=1).run()
    with pytest.raises(BadInput, match="no run has such a number in both"):
        alone.difference("few", "many", "rare")
    with pytest.raises(BadInput, match="scenario: take one of this study: few, many"):
        alone.difference("few", "most", "wait")
    with pytest.raises(BadInput, match="measure: take one of this study: wait, noise"):
        alone.interval("joy")


# -- enough


def test_replications_go_on_until_the_mean_is_known_well_enough() -> None:
    """All scenarios have as many: as many as the one that needs most, however it is run."""
    few_days = few.but({"days": 400}, "other noise")
    until = Within("noise", 0.25, most=400)
    experiment = pretend((few, few_days), replications=5, until=until)
    study = experiment.run()
    # The noise has a standard deviation of 1: 1.96 / sqrt(n) is 0.25 at 62.
    assert 40 < study.replications < 150
    assert all(
        each.half is not None and each.half <= 0.27 for each in study.interval("noise").values()
    )
    assert all("are enough" in each.explain() for each in until.asked(study).values())
    with ThreadPoolExecutor(2) as pool:
        assert experiment.run(pool) == study


def test_nothing_is_asked_for_again_where_everything_failed() -> None:
    """A precision that no replication can serve does not hide why."""
    experiment = pretend(few, until=Within("wait", 1.0), simulate=pretend_runs.endless)
    assert len(experiment.run().failures) == 20


def test_what_no_run_has_a_number_for_is_not_asked_for_again() -> None:
    """Nobody comes to a house without beds, however often it is made; it says so."""
    seldom = pretend((few, many), replications=1, until=Within("rare", 1.0))
    study = seldom.run()
    assert study.replications == 1
    assert seldom.until is not None
    said = "rare: No run has such a number: nothing tells how many are enough for ± 1."
    assert seldom.until.explain(study) == f"few: {said}\nmany: {said}"


def test_a_difference_can_be_what_must_be_known() -> None:
    """On the same luck it takes far fewer replications, as chance falls out of it."""
    until = Within("wait", 0.01, against="few", most=300)
    study = pretend((few, many), replications=5, until=until).run()
    assert study.replications == 10
    assert list(until.asked(study)) == ["many"]
    alone = pretend((few, many), replications=5, until=Within("wait", 0.01, most=300)).run()
    assert alone.replications == 300
    asked = Within("wait", 0.01, most=300).asked(alone)["few"]
    assert asked.explain().startswith("few: wait: 300 runs, the most allowed, are not")
    assert until.explain(study) == (
        "many less few: wait: 3 runs are enough for ± 0.01; it stayed so up to run 8."
    )


# -- warm-up


def filling(scenario: Scenario, *, seed: int, run: int, engine: Engine) -> Any:
    """A program that fills up within some 30 days."""
    days = [{"day": day, "walking": min(day, 30) * 10 + (day * 7 + run) % 3} for day in range(200)]
    return run_of(scenario, number=run, days=days)


def test_a_pilot_suggests_how_many_days_to_leave_out() -> None:
    """The beginning, while it fills up, is left out; a column that stands still needs nothing."""
    found = Experiment((few, many), replications=5, simulate=filling).warm_up()
    assert list(found) == ["few", "many"]
    assert 25 <= found["few"].days <= 40
    assert found["few"].settled
    assert Experiment(few, replications=2, simulate=filling).warm_up("serving")["few"].days == 0
    with pytest.raises(BadInput, match="a replication failed: column: take one of day, waiting"):
        Experiment(few, replications=2, simulate=filling).warm_up("joy")
