"""Experiments: several scenarios, each lived through many times on the same luck."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from contextlib import closing
from functools import partial
from importlib.metadata import version
from itertools import product
from numbers import Integral, Real
from typing import Any, Final

import attrs

from peerkit.errors import BadInput, must_be
from peerkit.simulation.engines import simulate
from peerkit.simulation.measuring.measures import measured_in
from peerkit.simulation.record import Engine, Run
from peerkit.simulation.scenarios.files import hash_of
from peerkit.simulation.scenarios.house import handbook_of
from peerkit.simulation.scenarios.scenario import Scenario
from peerkit.simulation.statistics.figures import whole
from peerkit.simulation.statistics.precision import Precision
from peerkit.simulation.statistics.warm_up import WarmUp, suggest_warm_up
from peerkit.simulation.studies.checkpoints import checkpoint_at
from peerkit.simulation.studies.running import Failure, Maker, Replication, finished, unwatched
from peerkit.simulation.studies.study import Study

__all__ = ["Experiment", "Within", "sweep"]

#: More replications than anybody makes.
_MOST: Final = 10**6
_SCENARIOS: Final = "bring one scenario or more"
_VALUES: Final = "bring several values for each path, as {'peers.count': (8, 10)}"
_EXECUTOR: Final = "bring one of concurrent.futures, or client.get_executor() of a Dask client"
#: Numbers of a run come from these; those of another version may differ.
_VERSIONS: Final = ("peerkit", "numpy", "scipy")


def sweep(base: Scenario, values: Mapping[str, Iterable[Any]]) -> tuple[Scenario, ...]:
    """A scenario for each combination of values, by their paths, named by them.

    ``sweep(base, {"peers.count": (8, 10), "limits.caseload": (12, 20)})`` makes four, from
    ``peers.count=8 limits.caseload=12`` on. Raises :class:`~peerkit.errors.BadInput` for a path
    that leads nowhere.
    """
    must_be(Mapping, values, "values", _VALUES)
    if not values:
        raise BadInput("values", _VALUES)
    several = [_several(each, f"values.{path}") for path, each in values.items()]
    return tuple(
        base.but(
            dict(zip(values, each, strict=True)),
            " ".join(f"{path}={value}" for path, value in zip(values, each, strict=True)),
        )
        for each in product(*several)
    )


def _several(values: Any, place: str) -> tuple[Any, ...]:
    """One value or more. A text or a mapping is one value, though it could be gone through."""
    if isinstance(values, Iterable) and not isinstance(values, str | bytes | Mapping):
        found = tuple(_own(each) for each in values)
        if found:
            return found
    raise BadInput(place, _VALUES)


def _own(value: Any) -> Any:
    """A number of numpy as one of Python; what a scenario holds is written to files."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return value
    return int(value) if isinstance(value, Integral) else float(value)


@attrs.frozen
class Within:
    """Go on until a measure is known to ± ``width`` in each scenario.

    ``width`` is in its unit, or a share of its mean when ``relative``. With ``against``, the
    name of a scenario, it is the difference from that one which is wanted, on the same luck.
    ``most`` replications are made of each, and no more where no run has the number.
    """

    measure: str
    width: float
    relative: bool = False
    against: str | None = None
    level: float = 0.95
    most: int = 1000

    def __attrs_post_init__(self) -> None:
        self._precision()

    def _precision(self, of: str = "") -> Precision:
        return Precision(
            within=self.width, relative=self.relative, level=self.level, most=self.most, of=of
        )

    def explained(self, study: Study) -> tuple[str, ...]:
        """What was asked for, and of each scenario whether its runs are enough, in sentences."""
        of = f"the difference of {self.measure} from {self.against}"
        width = f"{self.width:g}" + (" of its mean" if self.relative else "")
        asked = (
            f"Runs were made until {of if self.against else self.measure} was known to ± {width} "
            f"in each scenario ({self.level:.0%} intervals), {self.most:,} of each at most."
        )
        return (asked, *self.explain(study).splitlines())

    def asked(self, study: Study) -> dict[str, Precision]:
        """For each scenario whether its runs are enough: ``explain()`` says it in a sentence."""
        return {name: self._judged(study, name) for name in study.names if name != self.against}

    def explain(self, study: Study) -> str:
        """A sentence for each scenario: whether its runs are enough."""
        return "\n".join(each.explain() for each in self.asked(study).values())

    def over(self, study: Study) -> bool:
        """Whether no further run is asked for.

        These are enough, or the most, or all failed, or none has such a number.
        """
        return (
            study.replications >= self.most
            or not study.done
            or all(each.done or not each.values for each in self.asked(study).values())
        )

    def next(self, count: int) -> int:
        """How many runs of each scenario after so many: a quarter more, or five."""
        return min(self.most, count + max(5, count // 4))

    def _judged(self, study: Study, name: str) -> Precision:
        less = "" if self.against is None else f" less {self.against}"
        judged = self._precision(f"{name}{less}: {self.measure}")
        values = study.values(name, self.measure)
        if self.against is not None:
            base = study.values(self.against, self.measure)
            values = {run: each - base[run] for run, each in values.items() if run in base}
        for each in values.values():
            judged = judged.after(each)
        return judged


def _scenarios(value: Scenario | Iterable[Scenario]) -> tuple[Scenario, ...]:
    if isinstance(value, Scenario):
        return (value,)
    must_be(Iterable, value, "Experiment.scenarios", _SCENARIOS)
    return tuple(value)


@attrs.frozen
class Experiment:
    """What is to be found out: scenarios, and how often each is lived through.

    Run 7 of each scenario has the same luck, named by ``seed`` and 7. With ``until``, there are as
    many ``replications`` at least, and more until it is satisfied. ``measures`` says what is
    kept of a run, and ``simulate`` makes one.

    >>> experiment = Experiment(sweep(Scenario(), {"peers.count": (8, 12)}), replications=20)
    >>> [each.name for each in experiment.scenarios]
    ['peers.count=8', 'peers.count=12']
    """

    scenarios: tuple[Scenario, ...] = attrs.field(converter=_scenarios)
    replications: int = 20
    seed: int = 1
    engine: Engine = attrs.field(default=Engine.FAST, converter=Engine)
    until: Within | None = None
    measures: Callable[[Any], Mapping[str, float]] = measured_in
    simulate: Callable[..., Any] = simulate

    def __attrs_post_init__(self) -> None:
        for each in self.scenarios:
            must_be(Scenario, each, "Experiment.scenarios", _SCENARIOS)
        if not self.scenarios:
            raise BadInput("Experiment.scenarios", _SCENARIOS)
        names = Counter(each.name for each in self.scenarios)
        name, many = names.most_common(1)[0]
        if many > 1:
            raise BadInput(
                "Experiment.scenarios",
                f"{many} are called {name!r}; name each: base.but({{...}}, 'twelve')",
            )
        whole(self.replications, "Experiment.replications", 1, _MOST)
        whole(self.seed, "Experiment.seed", 0, 2**63)
        if self.until is not None:
            must_be(Within, self.until, "Experiment.until", "bring a Within, or None")
        if self.until and self.until.against not in {None, *names}:
            raise BadInput("Within.against", f"take one of {', '.join(sorted(names))}")

    def run(
        self,
        executor: Executor | None = None,
        *,
        progress: Callable[[int, int], object] = unwatched,
        checkpoint: str | os.PathLike[str] | None = None,
    ) -> Study:
        """Make every replication, and say what was found. However it is run, that is the same.

        ``executor`` is any of ``concurrent.futures``, or Dask's ``client.get_executor()``; without
        one, everything is made here. ``progress`` is called with the number of finished
        replications, and of all. ``checkpoint`` names a file that keeps what is finished: the
        same study goes on from there. Raises :class:`~peerkit.errors.BadInput` for the file of
        another study and for a handbook that is not there, and
        :class:`~peerkit.simulation.studies.running.WorkersLost`.
        """
        if executor is not None:
            must_be(Executor, executor, "executor", _EXECUTOR)
        for each in self.scenarios:
            handbook_of(each)  # What is wrong with it is one error, not one for each run.
        maker = Maker(self.simulate, self.measures, self.seed, self.engine)
        with checkpoint_at(checkpoint, self.identity() if checkpoint is not None else {}) as file:
            found = {(each.scenario, each.run): each for each in file.found}

            def made(count: int) -> Study:
                asked = [(each, run) for run in range(count) for each in self.scenarios]
                left = [each for each in asked if (each[0].name, each[1]) not in found]
                done = len(asked) - len(left)
                with closing(finished(maker, left, executor)) as parcels:
                    for parcel in parcels:
                        file.keep(parcel)
                        found.update(((each.scenario, each.run), each) for each in parcel)
                        done += len(parcel)
                        progress(done, len(asked))
                return self._study(found, count)

            study = made(self.replications)
            while self.until is not None and not self.until.over(study):
                study = made(self.until.next(study.replications))
        if self.until is None or not study.done:
            return study
        return attrs.evolve(study, chosen=self.until.explained(study))

    def _study(self, found: Mapping[tuple[str, int], Replication | Failure], count: int) -> Study:
        """In their order, whoever made them when; what a file holds beyond them is left out."""
        asked = [found[each.name, run] for each in self.scenarios for run in range(count)]
        return Study(
            scenarios=self.scenarios,
            seed=self.seed,
            engine=self.engine,
            replications=count,
            done=tuple(each for each in asked if isinstance(each, Replication)),
            failures=tuple(each for each in asked if isinstance(each, Failure)),
        )

    def identity(self) -> dict[str, Any]:
        """What its numbers hang on: the same identity gives the same numbers."""
        return {
            "seed": self.seed,
            "engine": self.engine.value,
            "scenarios": {each.name: hash_of(each) for each in self.scenarios},
            "editions": {each.name: handbook_of(each).edition for each in self.scenarios},
            "measures": _named(self.measures),
            "simulate": _named(self.simulate),
            "versions": {name: version(name) for name in _VERSIONS},
        }

    def warm_up(
        self, column: str = "walking", executor: Executor | None = None
    ) -> dict[str, WarmUp]:
        """How many days to leave out at the beginning of each scenario: a suggestion.

        It looks at a column of the table ``days``: ``walking``, ``waiting`` or ``serving``. Raises
        :class:`~peerkit.errors.BadInput` where a replication fails.
        """
        study = attrs.evolve(self, measures=_Daily(column), until=None).run(executor)
        if study.failures:
            raise BadInput("warm_up", f"a replication failed: {study.failures[0].says}")
        series: dict[str, list[list[float]]] = {name: [] for name in study.names}
        for each in study.done:
            series[each.scenario].append([value or 0.0 for value in each.values.values()])
        return {name: suggest_warm_up(each) for name, each in series.items()}


def _named(function: Any) -> str:
    """Where a function stands; of what can be called otherwise, its class and what it holds.

    Raises :class:`~peerkit.errors.BadInput` where two functions could have the same name.
    """
    if isinstance(function, partial):
        # With another value it is another function.
        given = (*map(repr, function.args), *(f"{k}={v!r}" for k, v in function.keywords.items()))
        return f"{_named(function.func)}({', '.join(given)})"
    if attrs.has(type(function)):
        return repr(function)
    of = function if hasattr(function, "__qualname__") else type(function)
    if "<" in of.__qualname__:  # two lambdas, or two functions within one, have the same name
        raise BadInput("checkpoint", "needs functions by name: write them with def in a module")
    return f"{of.__module__}.{of.__qualname__}"


@attrs.frozen
class _Daily:
    """What a column of the table ``days`` says on each day."""

    column: str

    def __call__(self, run: Run) -> dict[str, float]:
        days = run.table("days")
        if self.column not in days:
            raise BadInput("column", f"take one of {', '.join(days)}")
        return {str(day): float(value) for day, value in enumerate(days[self.column])}
