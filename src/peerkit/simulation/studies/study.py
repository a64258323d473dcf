"""What an experiment found: every number of every replication, and what they say together.

A number that rests on fewer replications than were asked for says so. Nothing here ranks
scenarios, and no difference says that one thing causes another: what a scenario puts in about
peers is its author's, and comes out again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs

from peerkit.errors import BadInput
from peerkit.simulation.markdown import short
from peerkit.simulation.measuring.measures import REFUSED, unit_of
from peerkit.simulation.statistics.intervals import Interval, Paired, interval, paired, quantiles

if TYPE_CHECKING:
    from peerkit.simulation.record import Engine
    from peerkit.simulation.scenarios.scenario import Scenario
    from peerkit.simulation.studies.running import Failure, Replication

__all__ = ["Difference", "Found", "Row", "Study", "told"]

_LEVEL: Final = 0.95


class Row(NamedTuple):
    """One number of one replication. None where there is none, as the mean wait of nobody."""

    scenario: str
    run: int
    measure: str
    value: float | None


@attrs.frozen(kw_only=True)
class Found(Interval):
    """A mean over runs with its interval, and what it rests on: ``n`` of ``runs``.

    ``failed`` of the others failed; the rest have no such number. The mean is NaN where no run
    has one.
    """

    scenario: str
    measure: str
    runs: int
    failed: int

    def explain(self) -> str:
        """The mean, where it probably lies, and on how many runs that rests."""
        return (
            f"{self.scenario}: {self.measure} is {_said(self, self.measure, '%')}, "
            f"from {_rest(self.n, self.runs, self.failed)}."
        )


@attrs.frozen(kw_only=True)
class Difference(Paired):
    """Scenario ``a`` less scenario ``b``, run by run on the same luck, and what it rests on."""

    a: str
    b: str
    measure: str
    runs: int
    failed: int

    def explain(self) -> str:
        """The difference, where it probably lies, and on how many pairs of runs that rests."""
        said = _said(self.difference, self.measure, "percentage points")
        rest = _rest(self.difference.n, self.runs, self.failed)
        return f"{self.a} less {self.b}: {self.measure} differs by {said}, from {rest}."


def told(measure: str, values: Iterable[float], share: str = "%") -> tuple[str, ...]:
    """Values of a measure as somebody reads them, the first with its unit.

    A share is told in hundredths, and ``share`` is what they are called.
    """
    unit = unit_of(measure)
    times, called = (100, share) if unit == "share" else (1, unit)
    first, *rest = (short(times * each) for each in values)
    return f"{first} {called}".rstrip(), *rest


def _said(found: Interval, measure: str, share: str) -> str:
    if not found.n:
        return "unknown"
    if found.low is None or found.high is None:
        return f"{told(measure, (found.mean,), share)[0]}, no interval"
    mean, low, high = told(measure, (found.mean, found.low, found.high), share)
    return f"{mean} ({low} to {high}, {found.level:.0%})"


def _rest(n: int, runs: int, failed: int) -> str:
    without = [f"{failed} failed"] if failed else []
    if runs - failed - n:
        without.append(f"{runs - failed - n} without such a number")
    return f"{n} of {runs} runs" + (f" ({', '.join(without)})" if without else "")


@attrs.frozen(slots=False, repr=False)
class Study:
    """Every replication of every scenario, in the order of scenarios, then of runs.

    Run 7 of each scenario had the same luck. ``replications`` is how many were asked for of each
    scenario, ``done`` what was measured, and ``failures`` which of them failed, and why.
    """

    scenarios: tuple[Scenario, ...]
    seed: int
    engine: Engine
    replications: int
    done: tuple[Replication, ...]
    failures: tuple[Failure, ...]

    def __repr__(self) -> str:
        asked = len(self.scenarios) * self.replications
        return (
            f"<Study of {len(self.scenarios)} scenarios, {self.replications} replications each, "
            f"seed {self.seed}, engine {self.engine}: {len(self.failures)} of {asked} failed>"
        )

    def __str__(self) -> str:
        # What shows a study needs to know what a study is; so it is asked when it is asked for.
        return str(import_module("peerkit.simulation.results.summary").page_of(self).text())

    def _repr_html_(self) -> str:
        """As a notebook shows it: the same half page."""
        return str(import_module("peerkit.simulation.results.summary").page_of(self).html())

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the scenarios."""
        return tuple(each.name for each in self.scenarios)

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """What was measured, in the order in which it was met first."""
        return tuple(dict.fromkeys(name for each in self.done for name in each.values))

    @cached_property
    def _runs(self) -> dict[str, dict[int, Replication]]:
        found: dict[str, dict[int, Replication]] = {name: {} for name in self.names}
        for each in self.done:
            found[each.scenario][each.run] = each
        return found

    def rows(self) -> Iterator[Row]:
        """Every number, one a row. Give it to a data frame: ``pandas.DataFrame(study.rows())``.

        A replication that failed has no rows; it stands in ``failures``.
        """
        for each in self.done:
            for measure in self.measures:
                yield Row(each.scenario, each.run, measure, _value(each, measure))

    def table(self) -> dict[str, list[str | int | float | None]]:
        """The same by columns, as every kind of data frame takes it."""
        columns = zip(*self.rows(), strict=True) if self.done and self.measures else ((),) * 4
        return {name: list(each) for name, each in zip(Row._fields, columns, strict=True)}

    def values(self, scenario: str, measure: str) -> dict[int, float]:
        """The numbers of one scenario that there are, by the number of the run."""
        if scenario not in self._runs:
            raise BadInput("scenario", f"take one of this study: {', '.join(self.names)}")
        if measure not in self.measures and not measure.startswith(REFUSED):
            there = ", ".join(self.measures) or "none, as every replication failed"
            raise BadInput("measure", f"take one of this study: {there}")
        found = {run: _value(each, measure) for run, each in self._runs[scenario].items()}
        return {run: value for run, value in found.items() if value is not None}

    def failed(self, *scenarios: str) -> int:
        """How many runs failed in one of these scenarios, or in several of them."""
        return len({each.run for each in self.failures if each.scenario in scenarios})

    def interval(self, measure: str, level: float = _LEVEL) -> dict[str, Found]:
        """The mean of a measure in each scenario, by its name, with its t interval."""
        return {name: self._found(name, measure, level) for name in self.names}

    def _found(self, scenario: str, measure: str, level: float) -> Found:
        values = tuple(self.values(scenario, measure).values())
        mean = (
            interval(values, level)
            if values
            else Interval(mean=math.nan, low=None, high=None, level=level, n=0, sd=None)
        )
        return Found(
            **attrs.asdict(mean),
            scenario=scenario,
            measure=measure,
            runs=self.replications,
            failed=self.failed(scenario),
        )

    def quantile(self, measure: str, share: float) -> dict[str, float | None]:
        """What this share of the runs of each scenario stay at or below: a year to be ready for.

        ``quantile("wait_90", 0.9)``: in nine years of ten it is no more. None where no run has
        such a number. Raises :class:`~peerkit.errors.BadInput` for no share.
        """
        found = {name: tuple(self.values(name, measure).values()) for name in self.names}
        return {
            name: quantiles([(each,) for each in values], (share,))[share][0] if values else None
            for name, values in found.items()
        }

    @property
    def refused(self) -> tuple[str, ...]:
        """The measures that count refusals under a clause, as ``refused.caseload``."""
        return tuple(each for each in self.measures if each.startswith(REFUSED))

    def difference(self, a: str, b: str, measure: str, level: float = _LEVEL) -> Difference:
        """How much more there is of a measure in ``a`` than in ``b``, run by run on the same luck.

        Raises :class:`~peerkit.errors.BadInput` where no run has the number in both.
        """
        first, second = self.values(a, measure), self.values(b, measure)
        both = [run for run in first if run in second]
        if not both:
            raise BadInput("measure", "no run has such a number in both scenarios; see failures")
        found = paired((first[run] for run in both), (second[run] for run in both), level)
        return Difference(
            difference=found.difference,
            correlation=found.correlation,
            saved=found.saved,
            a=a,
            b=b,
            measure=measure,
            runs=self.replications,
            failed=self.failed(a, b),
        )


def _value(replication: Replication, measure: str) -> float | None:
    """A number that was not met in this replication: no refusals under a clause, or none at all."""
    return replication.values.get(measure, 0.0 if measure.startswith(REFUSED) else None)
