"""Which numbers make a scenario come out as published figures did, and how near it comes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Final

import attrs

from peerkit.errors import BadInput, must_be
from peerkit.simulation.arrays import scipy_optimize
from peerkit.simulation.scenarios.scenario import Scenario
from peerkit.simulation.statistics.figures import number, numbers, whole
from peerkit.simulation.studies.experiment import Experiment
from peerkit.simulation.studies.running import unwatched
from peerkit.simulation.studies.sensitivity import fitting, number_at
from peerkit.simulation.studies.study import Found, Study, told

__all__ = ["Calibration", "Fit", "Target", "calibrate"]

#: Further away than any fit; where a replication failed, or a measure has no value.
_NOWHERE: Final = 1e30
#: As near to a bound as this, as a share of the range, is on it.
_EDGE: Final = 0.01
_MOST: Final = 10**5
_SOURCE: Final = "say where the figure is from"


@attrs.frozen
class Target:
    """A published figure for a measure, its interval, and where it is from."""

    measure: str
    value: float
    low: float
    high: float
    source: str

    def __attrs_post_init__(self) -> None:
        value, low, high = (
            number(getattr(self, each), f"Target.{each}") for each in ("value", "low", "high")
        )
        if not low <= value <= high or low == high:
            raise BadInput("Target", "the value lies from low to high, and low is below high")
        must_be(str, self.source, "Target.source", _SOURCE)
        if not self.source.strip():
            raise BadInput("Target.source", _SOURCE)

    def apart(self, mean: float) -> float:
        """How far a mean lies from the figure, in halves of its interval: 1 is about its end."""
        return 2 * (mean - self.value) / (self.high - self.low)


@attrs.frozen
class Fit:
    """What came out for a target, on luck that the search never saw."""

    target: Target
    found: Found

    @property
    def apart(self) -> float:
        """How far the mean lies from the figure, in halves of its interval; NaN without a mean."""
        return self.target.apart(self.found.mean)

    @property
    def inside(self) -> bool:
        """Whether the mean lies in the interval of the figure."""
        return self.target.low <= self.found.mean <= self.target.high

    @property
    def sure(self) -> bool:
        """Whether all of where the mean probably lies is in the interval of the figure."""
        low, high = self.found.low, self.found.high
        if low is None or high is None:
            return False
        return self.target.low <= low and high <= self.target.high

    def explain(self) -> str:
        """What came out, what was published, and whether it is inside."""
        is_ = self.target
        inside = "inside" if self.sure else "perhaps inside"
        value, low, high = told(is_.measure, (is_.value, is_.low, is_.high))
        return (
            f"{inside if self.inside else 'OUTSIDE'}: {self.found.explain()} Published: {value} "
            f"({low} to {high}, {is_.source}); {abs(self.apart):.1f} times half "
            "of that interval lie between them."
        )


@attrs.frozen(kw_only=True)
class Calibration:
    """The scenario that came nearest, and how near that is.

    ``values`` are the numbers found, ``edges`` those of them that lie on a bound of the search: a
    better one may lie beyond. ``tried`` is how many scenarios were tried, of which in ``failed`` a
    replication failed or had no such number.
    """

    scenario: Scenario
    values: Mapping[str, float]
    fits: tuple[Fit, ...]
    edges: tuple[str, ...]
    tried: int
    failed: int

    @property
    def inside(self) -> bool:
        """Whether every figure is met within its interval."""
        return all(each.inside for each in self.fits)

    def explain(self) -> str:
        """How it fits, figure by figure, and what to doubt."""
        lines = [self._fit()]
        lines += [f"{path} = {value:.6g}" for path, value in self.values.items()]
        lines += [each.explain() for each in self.fits]
        if len(self.values) >= len(self.fits):
            lines.append(
                f"There are no more figures ({len(self.fits)}) than numbers "
                f"({len(self.values)}): others may fit as well."
            )
        lines += [f"{path} lies on a bound of the search." for path in self.edges]
        if self.failed:
            lines.append(f"{self.failed} of {self.tried} scenarios tried could not be judged.")
        return "\n".join(lines)

    def _fit(self) -> str:
        of = len(self.fits)
        missed = sum(not each.inside for each in self.fits)
        if missed:
            return f"It does NOT fit: {missed} of {of} figures are missed."
        unsure = sum(not each.sure for each in self.fits)
        if unsure:
            return (
                f"It may fit: every mean lies within the interval of its figure, but {unsure} of "
                f"{of} may lie outside by chance. Bring more replications to be sure."
            )
        return "It fits: every figure is met within its interval."


def calibrate(
    of: Scenario | Experiment,
    bounds: Mapping[str, tuple[float, float]],
    targets: Sequence[Target],
    *,
    tries: int = 100,
    executor: Executor | None = None,
    progress: Callable[[int, int], object] = unwatched,
) -> Calibration:
    """Search the numbers at these paths, within their bounds, for what comes nearest to figures.

    Every try has the same luck, so a difference between two of them is one of the scenario. The
    search is DIRECT (Jones, Perttunen and Stuckman, "Lipschitzian optimization without the
    Lipschitz constant", J Optim Theory Appl 79 (1993) 157-181; locally biased by Gablonsky and
    Kelley, 2001): it needs no slopes, and divides the whole range. It brings the sum of the squares
    of :meth:`Target.apart` down in about ``tries`` tries. What came out is then made again on
    another luck, and only that is reported.

    Bring an experiment with one scenario to say how many replications each try has, which seed and
    which engine. Raises :class:`~peerkit.errors.BadInput` where no try could be judged.
    """
    base = of if isinstance(of, Experiment) else Experiment((of,))
    if len(base.scenarios) != 1:
        raise BadInput("of", "bring one scenario, or an experiment with one")
    if not targets or not bounds:
        raise BadInput("targets", "bring one figure or more, and a range for one number or more")
    scenario, ends = base.scenarios[0], {path: _ends(bounds[path], path) for path in bounds}
    whole(tries, "tries", 1, _MOST)
    tried: dict[tuple[float, ...], float] = {}
    reason = ""

    def distance(row: Sequence[float]) -> float:
        nonlocal reason
        values = fitting(scenario, dict(zip(ends, map(float, row), strict=True)))
        at = tuple(values.values())
        if at not in tried:
            again = attrs.evolve(base, scenarios=(scenario.but(values),))
            study = again.run(executor)
            reason = study.failures[0].says if study.failures else reason
            tried[at] = _apart(study, targets)
            progress(len(tried), max(tries, len(tried)))
        return tried[at]

    start = [number_at(scenario, path) for path in ends]
    if all(low <= each <= high for each, (low, high) in zip(start, ends.values(), strict=True)):
        distance(start)
    scipy_optimize().direct(distance, list(ends.values()), maxfun=tries, maxiter=tries)
    best = min(tried, key=tried.__getitem__)
    if tried[best] >= _NOWHERE:
        raise BadInput("of", f"no try could be judged. {reason}".strip())
    values = dict(zip(ends, best, strict=True))
    fitted = scenario.but(values)
    study = attrs.evolve(base, scenarios=(fitted,), seed=base.seed ^ 1).run(executor)
    return Calibration(
        scenario=fitted,
        values=values,
        fits=tuple(Fit(each, study.interval(each.measure)[fitted.name]) for each in targets),
        edges=tuple(
            path
            for path, (low, high) in ends.items()
            if min(values[path] - low, high - values[path]) <= _EDGE * (high - low)
        ),
        tried=len(tried),
        failed=sum(each >= _NOWHERE for each in tried.values()),
    )


def _ends(ends: Sequence[float], path: str) -> tuple[float, float]:
    match numbers(ends, f"bounds.{path}"):
        case (low, high) if low < high:
            return low, high
    raise BadInput(f"bounds.{path}", "write two numbers, the lower one first")


def _apart(study: Study, targets: Sequence[Target]) -> float:
    """The sum of the squares, from whole studies only: a run less would be another luck."""
    if study.failures:
        return _NOWHERE
    name = study.names[0]
    means = [study.interval(each.measure)[name].mean for each in targets]
    far = math.fsum(each.apart(mean) ** 2 for each, mean in zip(targets, means, strict=True))
    return _NOWHERE if math.isnan(far) else far
