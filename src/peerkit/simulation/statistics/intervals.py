"""Statistics of results: what several runs say together, and how sure that is.

Everything here is a function of numbers and knows nothing of a program. A sum is never taken in
the order in which results came in (:func:`math.fsum`), so it does not matter which worker was
first. No interval says that one thing causes another.
"""

from __future__ import annotations

import math
import warnings
from bisect import bisect_left
from collections.abc import Iterable
from statistics import NormalDist
from typing import Final

import attrs

from peerkit.errors import BadInput, must_be
from peerkit.simulation.arrays import numpy, scipy_special, scipy_stats
from peerkit.simulation.statistics.figures import curves, mean, numbers, spread, tail, whole

__all__ = [
    "Estimate",
    "Interval",
    "Paired",
    "Step",
    "half_width",
    "interval",
    "normal",
    "odds_ratio",
    "paired",
    "quantiles",
    "risk_ratio",
    "survival",
    "wilson",
]

#: As many people as one count may hold.
_MOST: Final = 10**12


@attrs.frozen(kw_only=True)
class Interval:
    """A mean, or a share, and where it probably lies. All but ``level`` and ``n`` in its own unit.

    ``low`` and ``high`` are None where nothing can be said: one value does not scatter. ``sd`` is
    the standard deviation of the single values (for n - 1), not of their mean.
    """

    mean: float
    low: float | None
    high: float | None
    level: float
    n: int
    sd: float | None

    @property
    def half(self) -> float | None:
        """Half the way from bound to bound: of a mean, what stands behind "±"."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2


@attrs.frozen(kw_only=True)
class Estimate:
    """A ratio or a correlation from ``n`` people or runs, and where it probably lies. No unit.

    ``value`` is None where it cannot be reckoned, the bounds also where their method says nothing.
    """

    value: float | None
    low: float | None
    high: float | None
    level: float
    n: int


@attrs.frozen(kw_only=True)
class Paired:
    """Two policies on the same luck.

    ``difference`` is that of the first less the second, run by run. ``correlation`` is None where
    one of them never changes. ``saved`` is the share of the variance of the difference that the
    same luck took away, against runs with a luck of their own: 0.9 means that independent runs
    would have to be ten times as many; below 0 the same luck did harm.
    """

    difference: Interval
    correlation: float | None
    saved: float | None


@attrs.frozen(kw_only=True)
class Step:
    """From ``time`` on, ``share`` of all have not yet seen the event; ``at_risk`` came that far."""

    time: float
    share: float
    low: float | None
    high: float | None
    at_risk: int


def half_width(n: int, sd: float, level: float) -> float:
    """Half of the t interval for the mean of ``n`` values, two or more, in their unit."""
    return _student(n - 1, tail(level)) * sd / math.sqrt(n)


def _student(degrees: int, beyond: float) -> float:
    """How many standard errors a bound lies from the mean, to twelve digits.

    Releases of scipy find the quantile to eight to fifteen digits. One step of Newton's method
    brings all of them to the same twelve, so a study says the same on each.
    """
    special = scipy_special()
    first = -float(special.stdtrit(degrees, beyond))
    density = math.exp(
        math.lgamma((degrees + 1) / 2)
        - math.lgamma(degrees / 2)
        - math.log(degrees * math.pi) / 2
        - math.log1p(first * first / degrees) * (degrees + 1) / 2
    )
    found = first + (float(special.stdtr(degrees, -first)) - beyond) / density
    return max(0.0, float(f"{found:.12g}"))


def interval(values: Iterable[float], level: float = 0.95) -> Interval:
    """The mean of independent values, such as one for each run, with its t interval.

    In the unit of the values. One value gives an interval without bounds. The order of the values
    changes no digit. Raises :class:`~peerkit.errors.BadInput` without a value, and names the
    place of what is no number. Needs the extra "simulation". Student, "The probable error of a
    mean", Biometrika 6 (1908) 1-25.
    """
    return _interval(numbers(values, "values"), level)


def _interval(taken: tuple[float, ...], level: float) -> Interval:
    tail(level)
    middle, n = mean(taken), len(taken)
    if n == 1:
        return Interval(mean=middle, low=None, high=None, level=level, n=1, sd=None)
    sd = spread(taken, middle)
    half = half_width(n, sd, level)
    return Interval(mean=middle, low=middle - half, high=middle + half, level=level, n=n, sd=sd)


def normal(level: float) -> float:
    """How many standard errors a bound lies from the middle, where chance is normal: 1.96."""
    return -NormalDist().inv_cdf(tail(level))


def wilson(k: int, n: int, level: float = 0.95) -> Interval:
    """The share of ``n`` people of whom ``k`` did, with the score interval.

    It holds where few or nearly all did, and never leaves 0 to 1. Wilson, "Probable inference,
    the law of succession, and statistical inference", J Am Stat Assoc 22 (1927) 209-212.
    """
    n = whole(n, "n", 1, _MOST)
    k = whole(k, "k", 0, n)
    share, z = k / n, normal(level)
    shrunk = 1 + z * z / n
    middle = (share + z * z / (2 * n)) / shrunk
    half = z / shrunk * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Interval(
        mean=share,
        low=middle - half if k else 0.0,
        high=middle + half if k < n else 1.0,
        level=level,
        n=n,
        sd=math.sqrt(k * (n - k) / n / (n - 1)) if n > 1 else None,
    )


def odds_ratio(a: int, n1: int, b: int, n2: int, level: float = 0.95) -> Estimate:
    """The odds of ``a`` of ``n1`` against those of ``b`` of ``n2``, crude: adjusted for nothing.

    The interval is that of Woolf, "On estimating the relation between blood group and disease",
    Ann Hum Genet 19 (1955) 251-253. Where one of the four counts is 0 it has no bounds, and the
    ratio is None where it would be divided by 0.
    """
    a, n1, b, n2 = _two_groups(a, n1, b, n2)
    cells = (a, n1 - a, b, n2 - b)
    down = cells[1] * b
    ratio = a * cells[3] / down if down else None
    variance = math.fsum(1 / each for each in cells) if all(cells) else 0.0
    return _around(ratio, variance, level, n1 + n2)


def risk_ratio(a: int, n1: int, b: int, n2: int, level: float = 0.95) -> Estimate:
    """The share ``a`` of ``n1`` against the share ``b`` of ``n2``, crude: adjusted for nothing.

    The interval is that of Katz, Baptista, Azen and Pike, "Obtaining confidence intervals for the
    risk ratio in cohort studies", Biometrics 34 (1978) 469-474. Without bounds where ``a`` or
    ``b`` is 0, or where everybody of both groups is counted; None where ``b`` is 0.
    """
    a, n1, b, n2 = _two_groups(a, n1, b, n2)
    ratio = a * n2 / (n1 * b) if b else None
    variance = (n1 - a) / (a * n1) + (n2 - b) / (b * n2) if a and b else 0.0
    return _around(ratio, variance, level, n1 + n2)


def _two_groups(a: int, n1: int, b: int, n2: int) -> tuple[int, int, int, int]:
    n1, n2 = whole(n1, "n1", 1, _MOST), whole(n2, "n2", 1, _MOST)
    return whole(a, "a", 0, n1), n1, whole(b, "b", 0, n2), n2


def _around(ratio: float | None, variance: float, level: float, n: int) -> Estimate:
    """The ratio with bounds that lie evenly around its logarithm; without where nothing varies."""
    z = normal(level)
    if ratio is None or not variance:
        return Estimate(value=ratio, low=None, high=None, level=level, n=n)
    times = math.exp(z * math.sqrt(variance))
    return Estimate(value=ratio, low=ratio / times, high=ratio * times, level=level, n=n)


def paired(a: Iterable[float], b: Iterable[float], level: float = 0.95) -> Paired:
    """Two policies compared run by run, each pair of runs on the same luck.

    The differences are independent where the runs are, whatever the pairs have in common, so
    their t interval holds (common random numbers: Law, "Simulation modeling and analysis",
    section 11.2). In the unit of the values. Raises :class:`~peerkit.errors.BadInput` where there
    are not as many of both. Needs the extra "simulation".
    """
    first, second = numbers(a, "a"), numbers(b, "b")
    if len(first) != len(second):
        raise BadInput("b", f"bring {len(first)} values, run by run, as in a")
    difference = _interval(tuple(x - y for x, y in zip(first, second, strict=True)), level)
    if difference.sd is None:
        return Paired(difference=difference, correlation=None, saved=None)
    middles = mean(first), mean(second)
    sds = spread(first, middles[0]), spread(second, middles[1])
    together = math.fsum(
        (x - middles[0]) * (y - middles[1]) for x, y in zip(first, second, strict=True)
    ) / (len(first) - 1)
    apart, scale = sds[0] ** 2 + sds[1] ** 2, sds[0] * sds[1]
    return Paired(
        difference=difference,
        correlation=min(1.0, max(-1.0, together / scale)) if scale else None,
        saved=1 - difference.sd**2 / apart if apart else None,
    )


def quantiles(
    replications: Iterable[Iterable[float]], shares: Iterable[float] = (0.05, 0.5, 0.95)
) -> dict[float, tuple[float, ...]]:
    """For each share a curve over time below which that share of the replications lies.

    Each replication is one curve, such as a value for each day; the answer is in its unit. This is
    a band of what single runs do, not an interval of their mean. Between two runs it goes
    straight (type 7 of Hyndman and Fan, Am Stat 50, 1996). Raises
    :class:`~peerkit.errors.BadInput` where curves are not of the same length. Needs the extra
    "simulation".
    """
    taken, wanted = curves(replications, "replications"), numbers(shares, "shares")
    for at, each in enumerate(wanted):
        if not 0 <= each <= 1:
            raise BadInput(f"shares[{at}]", "write a share from 0 to 1, such as 0.5 for the middle")
    found = numpy().quantile(taken, wanted, axis=0)
    return dict(zip(wanted, map(tuple, found.tolist()), strict=True))


def survival(
    times: Iterable[float], happened: Iterable[bool], level: float = 0.95
) -> tuple[Step, ...]:
    """How many have not yet seen an event, over time, when some were not watched to the end.

    For each person a time (in any one unit, 0 or more) and whether the event happened then; if
    not, they were watched until then. One step for each time that is told. Kaplan and Meier,
    "Nonparametric estimation from incomplete observations", J Am Stat Assoc 53 (1958) 457-481;
    the bounds are Greenwood's on the scale log(-log), and None where that says nothing: before
    the first event, and where nobody is left. They hold for each time by itself, not for the
    whole curve. Needs the extra "simulation".
    """
    must_be(Iterable, happened, "happened", "bring True or False, one for each time")
    taken, seen = numbers(times, "times"), tuple(happened)
    if min(taken) < 0:
        raise BadInput(f"times[{taken.index(min(taken))}]", "write a time of 0 or more")
    if len(seen) != len(taken):
        raise BadInput("happened", f"bring {len(taken)} answers, one for each time")
    for at, each in enumerate(seen):
        if not isinstance(each, (bool, numpy().bool_)):
            raise BadInput(f"happened[{at}]", "write whether it happened: True or False")
    tail(level)
    watched = zip(taken, seen, strict=True)
    by_answer: dict[bool, list[float]] = {True: [], False: []}
    for time, did in watched:
        by_answer[bool(did)].append(time)
    stats = scipy_stats()
    found = stats.ecdf(stats.CensoredData(by_answer[True], right=by_answer[False])).sf
    with warnings.catch_warnings():
        # It warns of each time at which the bounds say nothing; we say None.
        warnings.simplefilter("ignore", RuntimeWarning)
        bounds = found.confidence_interval(level, method="log-log")
    ordered = sorted(taken)
    return tuple(
        Step(
            time=time,
            share=share,
            low=_told(low),
            high=_told(high),
            at_risk=len(ordered) - bisect_left(ordered, time),
        )
        for time, share, low, high in zip(
            found.quantiles.tolist(),
            found.probabilities.tolist(),
            bounds.low.probabilities.tolist(),
            bounds.high.probabilities.tolist(),
            strict=True,
        )
    )


def _told(bound: float) -> float | None:
    """A bound to twelve places, which releases of numpy agree on; None where there is none."""
    return None if math.isnan(bound) else round(bound, 12)
