"""How many runs are enough."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import Final

import attrs

from peerkit.errors import BadInput
from peerkit.simulation.statistics.figures import mean, number, numbers, spread, tail, whole
from peerkit.simulation.statistics.intervals import Interval, half_width, interval

__all__ = ["Precision", "replications_for"]

#: Nobody makes more runs than this.
_MOST: Final = 10**9


def replications_for(
    values: Iterable[float], within: float, *, relative: bool = False, level: float = 0.95
) -> int:
    """How many runs are needed beyond these, so that the mean is known to ± ``within``.

    ``within`` is half the width of the interval: in the unit of the values, or, when
    ``relative``, a share of their mean. It takes for granted that later runs scatter as these do,
    so ask again when they are there (Law, "Simulation modeling and analysis", chapter 9).
    Raises :class:`~peerkit.errors.BadInput` where a thousand million runs would not do. Needs the
    extra "simulation".
    """
    taken = numbers(values, "values", least=2)
    tail(level)
    needed = _needed(taken, _target(taken, _width(within), relative=relative), level)
    if needed is None:
        raise BadInput("within", f"allow more: {_MOST} runs would not do")
    return needed - len(taken)


def _width(within: object) -> float:
    """How far a mean may be off."""
    width = number(within, "within")
    if width <= 0:
        raise BadInput("within", "write a number above 0")
    return width


def _target(taken: tuple[float, ...], within: float, *, relative: bool) -> float:
    return within * abs(mean(taken)) if relative else within


def _half(taken: tuple[float, ...], level: float) -> float:
    return half_width(len(taken), spread(taken, mean(taken)), level)


def _needed(taken: tuple[float, ...], target: float, level: float) -> int | None:
    """The fewest runs, no fewer than there are, whose interval would be narrow enough."""
    sd = spread(taken, mean(taken))
    counts = range(len(taken), _MOST + 1)
    found = bisect_left(counts, -target, key=lambda n: -half_width(n, sd, level))
    return counts[found] if found < len(counts) else None


@attrs.frozen(kw_only=True)
class Precision:
    """Whether the runs so far are enough, asked after each of them.

    Hand each value to :meth:`after`, in the order of the runs, and go on with what it gives back
    until it is ``done``. The mean is near when its interval reaches no further than ``within`` to
    either side (in the unit of the values, or, when ``relative``, as a share of the mean). That is
    *enough* when it stays near for ``look_ahead`` runs more, or as many per hundred where there
    are more than a hundred: an interval that is narrow once may be so by chance. Hoad, Robinson
    and Davies, "Automated selection of the number of replications for a discrete-event
    simulation", J Oper Res Soc 61 (2010) 1632-1644, who look ahead by 5.

    ``least`` runs are made before anything is said, and never more than ``most``. Where something
    is rare, the first few runs may all say 0 and look sure: ask for more at ``least``. Values that
    come when it is done change nothing, so the answer is the same however many runs are made at a
    time. Needs the extra "simulation".

    ``of`` says what the mean is of; a sentence begins with it. :meth:`after` keeps the rest: the
    ``values`` so far, ``since`` how many of them the mean is near, and how many were ``enough``.
    Begin without them.
    """

    within: float = attrs.field(converter=_width)
    relative: bool = False
    level: float = 0.95
    look_ahead: int = 5
    least: int = 3
    most: int = 1000
    of: str = ""
    values: tuple[float, ...] = ()
    since: int | None = None
    enough: int | None = None

    def __attrs_post_init__(self) -> None:
        tail(self.level)
        whole(self.most, "most", 2, _MOST)
        whole(self.least, "least", 2, self.most)
        whole(self.look_ahead, "look_ahead", 0, _MOST)

    def after(self, value: float) -> Precision:
        """The same with one value more."""
        if self.done:
            return self
        values = (*self.values, number(value, f"values[{len(self.values)}]"))
        runs = len(values)
        near = runs >= self.least and _half(values, self.level) <= self._target(values)
        since = (self.since or runs) if near else None
        enough = since if since and runs - since >= self._ahead(since) else None
        return attrs.evolve(self, values=values, since=since, enough=enough)

    def _target(self, values: tuple[float, ...]) -> float:
        return _target(values, self.within, relative=self.relative)

    def _ahead(self, since: int) -> int:
        """How many runs are looked at beyond this one, rounded up."""
        return -(-self.look_ahead * max(since, 100) // 100)

    @property
    def done(self) -> bool:
        """Whether no further run is asked for: these are enough, or as many as there may be."""
        return self.enough is not None or len(self.values) >= self.most

    @property
    def interval(self) -> Interval | None:
        """The mean of all values so far; None before the first."""
        return interval(self.values, self.level) if self.values else None

    def explain(self) -> str:
        """What stands so far, and what can be done."""
        return f"{self.of}: {self._judgement()}" if self.of else self._judgement()

    def _judgement(self) -> str:
        runs = len(self.values)
        wanted = f"± {self.within:g}" + (" of the mean" if self.relative else "")
        if self.enough is not None:
            return f"{self.enough} runs are enough for {wanted}; it stayed so up to run {runs}."
        if not runs:
            return f"No run has such a number: nothing tells how many are enough for {wanted}."
        if not self.done:
            return f"After {runs} runs it is not sure yet that they are enough for {wanted}."
        if self.since is not None:
            asked = self.since + self._ahead(self.since)
            return (
                f"{runs} runs, the most allowed, may be enough for {wanted}, and have been since "
                f"run {self.since}. To be sure, allow {asked}."
            )
        needed = _needed(self.values, self._target(self.values), self.level)
        say = "No number of runs would do" if needed is None else f"It may take {needed}"
        return f"{runs} runs, the most allowed, are not enough for {wanted}. {say}: allow more."
