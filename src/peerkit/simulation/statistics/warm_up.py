"""How much of the beginning to leave out.

A pretend program often begins empty, and an empty program is not what is asked about. Everything
here is about series with one value for each day (or another step of the same length), and about
programs that settle. What goes up and down with the seasons never does: bring whole years of it,
or leave nothing out and start the program as it stands today.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs

from peerkit.errors import BadInput
from peerkit.simulation.statistics.figures import curves, mean, numbers, whole
from peerkit.simulation.statistics.intervals import Interval, paired

__all__ = ["Truncation", "WarmUp", "mser5", "suggest_warm_up", "welch"]

#: MSER-5 looks at the means of five values each. Five of them at least are left: fewer may lie
#: together by chance.
_BATCH: Final = 5
_LEFT: Final = 5
_FEWEST: Final = 2 * _LEFT * _BATCH


@attrs.frozen(kw_only=True)
class Truncation:
    """How many of the first values to leave out, and whether the series settles after them."""

    at: int
    settled: bool


@attrs.frozen(kw_only=True)
class WarmUp:
    """How many of the first ``days`` to leave out, and how sure that is.

    ``settled`` says whether the mean over the runs settles in the first half. ``drift`` is what
    is left of a rise or a fall: of the days that are kept, the mean of the later half less that of
    the earlier half, run by run, in the unit of the series.
    """

    days: int
    settled: bool
    drift: Interval

    @property
    def steady(self) -> bool | None:
        """Whether it settles and no drift is seen; None where one run alone cannot tell."""
        if self.drift.low is None or self.drift.high is None:
            return None
        return self.settled and self.drift.low <= 0 <= self.drift.high

    def explain(self) -> str:
        """What was found, and what can be done."""
        if not self.settled:
            return (
                f"It does not settle in the first half, {self.days} days. "
                "Make longer runs, or start the program as it stands today."
            )
        said = f"Leave out the first {self.days} days. "
        if self.steady is None:
            return said + "One run cannot tell how sure that is: bring more."
        moved = f"{self.drift.mean:.3g} ({self.drift.low:.3g} to {self.drift.high:.3g})"
        if self.steady:
            return said + f"No drift is seen after them: the mean moves by {moved}."
        return said + f"The mean still moves by {moved} after them: make longer runs."


def mser5(series: Iterable[float]) -> Truncation:
    """Where to cut one series so that the mean of the rest is as sure as can be.

    The cut is where the marginal standard error is smallest: the squares around the mean of what
    is left, divided by how many are left, squared. White, "An effective truncation heuristic for
    bias reduction in simulation output", Simulation 69 (1997) 323-334; on the means of five
    values each, Spratt (1998) and White, Cobb and Spratt, "A comparison of five steady-state
    truncation heuristics for simulation", Winter Simulation Conference (2000) 755-760.

    Never more than half is cut. Where the best cut lies there or later, the series has not
    settled: ``at`` is half of it then. Values at the end that fill no batch are not looked at.
    Raises :class:`~peerkit.errors.BadInput` for fewer than 50 values.
    """
    return _mser5(numbers(series, "series", _FEWEST))


def _mser5(taken: tuple[float, ...]) -> Truncation:
    count = len(taken) // _BATCH
    means = [mean(taken[at * _BATCH : (at + 1) * _BATCH]) for at in range(count)]
    # From the end to the beginning: each mean and sum of squares from the one after it (Welford,
    # "Note on a method for calculating corrected sums of squares and products", 1962).
    middle, squares, best, least = 0.0, 0.0, 0, float("inf")
    for left, each in enumerate(reversed(means), start=1):
        apart = each - middle
        middle += apart / left
        squares += apart * (each - middle)
        error = squares / left**2
        if left >= _LEFT and error <= least:
            best, least = count - left, error
    half = count // 2
    return Truncation(at=min(best, half) * _BATCH, settled=best < half)


def welch(replications: Iterable[Iterable[float]], window: int) -> tuple[float, ...]:
    """The mean over the runs, smoothed by a moving average: where it becomes flat, it has settled.

    For looking at, in the unit of the series. Each value is the mean of as many as ``window``
    days to either side; near the beginning of as many as there are. The last ``window`` days have
    no value. Welch, "The statistical analysis of simulation results", in Lavenberg (ed.),
    "Computer performance modeling handbook" (1983), with Law's bound of a quarter of the days.
    """
    taken = curves(replications, "replications")
    window = whole(window, "window", 0, len(taken[0]) // 4)
    middle = _over_runs(taken)
    return tuple(
        mean(middle[at - reach : at + reach + 1])
        for at in range(len(middle) - window)
        for reach in [min(at, window)]
    )


def _over_runs(taken: tuple[tuple[float, ...], ...]) -> tuple[float, ...]:
    return tuple(map(mean, zip(*taken, strict=True)))


def suggest_warm_up(replications: Iterable[Iterable[float]], level: float = 0.95) -> WarmUp:
    """How many days to leave out, and how sure that is, from one series for each run.

    MSER-5 on the mean over the runs: Hoad, Robinson and Davies, "Automating warm-up length
    estimation", J Oper Res Soc 61 (2010) 1389-1403. Five runs or more make that mean smoother.
    Whether a drift is left is asked of each run by itself, so the t interval holds. Look at
    :func:`welch` as well. Raises :class:`~peerkit.errors.BadInput` for
    fewer than 50 days, or series of different length. Needs the extra "simulation".
    """
    taken = curves(replications, "replications")
    if len(taken[0]) < _FEWEST:
        raise BadInput("replications", f"bring series of {_FEWEST} or more days")
    cut = _mser5(_over_runs(taken))
    half = (len(taken[0]) - cut.at) // 2
    later = [mean(each[-half:]) for each in taken]
    earlier = [mean(each[cut.at : cut.at + half]) for each in taken]
    drift = paired(later, earlier, level).difference
    return WarmUp(days=cut.at, settled=cut.settled, drift=drift)
