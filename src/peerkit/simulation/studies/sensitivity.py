"""How much a result hangs on numbers that nobody knows well: one at a time, or all together.

A design makes scenarios, an experiment lives them through, and the design then says what moved.
All of it is about the pretend program: how far a number moves a result there, and nothing of what
causes what in the world.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import attrs

from peerkit.errors import BadInput
from peerkit.simulation.scenarios.changing import value_at
from peerkit.simulation.scenarios.house import handbook_of
from peerkit.simulation.scenarios.scenario import Scenario
from peerkit.simulation.statistics.designs import latin_hypercube, one_at_a_time, rank_correlations
from peerkit.simulation.statistics.figures import mean
from peerkit.simulation.statistics.intervals import Estimate
from peerkit.simulation.studies.study import Difference, Study

__all__ = ["Design", "Input", "Links", "Move", "fitting", "number_at", "vary_each", "vary_together"]


class Input(NamedTuple):
    """A number that a scenario of a design has at a path."""

    scenario: str
    path: str
    value: float


@attrs.frozen
class Move:
    """With ``value`` at ``path``, and all else as it was, a result differs so much."""

    path: str
    value: float
    difference: Difference

    def explain(self) -> str:
        """The difference, where it probably lies, and on how many pairs of runs that rests."""
        return self.difference.explain()


@attrs.frozen
class Links:
    """How closely a measure rises or falls with each number of a design, from -1 to 1.

    ``of`` has a partial rank correlation for each path. They rest on the mean of each scenario over
    the ``runs`` that all scenarios have, of ``asked``.
    """

    measure: str
    of: Mapping[str, Estimate]
    runs: int
    asked: int

    def explain(self) -> str:
        """A line for each path, and on how many runs it rests."""
        lines = [f"{self.measure}, rank correlations over {self.runs} of {self.asked} runs:"]
        for path, each in self.of.items():
            said = "unknown" if each.value is None else f"{each.value:+.2f}"
            if each.low is not None:
                said = f"{said} ({each.low:+.2f} to {each.high:+.2f}, {each.level:.0%})"
            lines.append(f"{path}: {said}")
        return "\n".join(lines)


@attrs.frozen
class Design:
    """Scenarios, and which numbers each of them has: the n-th row belongs to the n-th."""

    scenarios: tuple[Scenario, ...]
    numbers: tuple[Mapping[str, float], ...]

    def rows(self) -> Iterator[Input]:
        """Every number of every scenario, one a row: they join ``study.rows()`` by the scenario."""
        for scenario, numbers in zip(self.scenarios, self.numbers, strict=True):
            for path, value in numbers.items():
                yield Input(scenario.name, path, value)

    def moves(self, study: Study, measure: str) -> tuple[Move, ...]:
        """How far each other scenario lies from the first, for :func:`vary_each`.

        Raises :class:`~peerkit.errors.BadInput` where more than one number is another.
        """
        first, found = self.scenarios[0].name, []
        for scenario, numbers in zip(self.scenarios[1:], self.numbers[1:], strict=True):
            other = [path for path in numbers if numbers[path] != self.numbers[0][path]]
            if len(other) > 1:
                raise BadInput("design", "ask a design that vary_each made: one number at a time")
            # The end of a range may be what the first scenario has: then the name says the path.
            path = other[0] if other else scenario.name.partition("=")[0]
            difference = study.difference(scenario.name, first, measure)
            found.append(Move(path, numbers[path], difference))
        return tuple(found)

    def links(self, study: Study, measure: str, level: float = 0.95) -> Links:
        """How closely a measure goes with each number, for :func:`vary_together`.

        Raises :class:`~peerkit.errors.BadInput` where no run has the measure in all scenarios, or
        there are too few scenarios for so many numbers.
        """
        values = [study.values(each.name, measure) for each in self.scenarios]
        runs = [run for run in values[0] if all(run in each for each in values)]
        if not runs:
            raise BadInput("measure", "no run has such a number in all scenarios; see failures")
        means = [mean(tuple(each[run] for run in runs)) for each in values]
        of = rank_correlations(self.numbers, means, level)
        return Links(measure, of, len(runs), study.replications)


def vary_each(base: Scenario, bounds: Mapping[str, tuple[float, float]]) -> Design:
    """The base, and then for each path the base with its low and with its high value."""
    rows = one_at_a_time({path: number_at(base, path) for path in bounds}, bounds)
    numbers = [fitting(base, row) for row in rows]
    paths = [path for path in bounds for _ in ("low", "high")]
    others = [
        base.but({path: row[path]}, f"{path}={row[path]}")
        for path, row in zip(paths, numbers[1:], strict=True)
    ]
    return Design((base, *others), tuple(numbers))


def vary_together(
    base: Scenario, bounds: Mapping[str, tuple[float, float]], count: int, seed: int = 1
) -> Design:
    """``count`` scenarios that spread all these numbers evenly over their bounds at once.

    It is a Latin hypercube; numbers that must be whole are rounded. The same seed gives the same.
    """
    rows = tuple(fitting(base, row) for row in latin_hypercube(bounds, count, seed))
    return Design(tuple(base.but(row, f"try {at}") for at, row in enumerate(rows, start=1)), rows)


def number_at(scenario: Scenario, path: str) -> int | float:
    """The number at a path; a limit that the scenario does not set is the handbook's.

    Raises :class:`~peerkit.errors.BadInput` where there is no number.
    """
    found = value_at(scenario, path)
    if found is None and path.startswith("limits."):
        clauses = handbook_of(scenario).on(scenario.begins).clauses
        found = clauses[id_].value if (id_ := path.removeprefix("limits.")) in clauses else None
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise BadInput("path", f"{path!r} leads to no number in this scenario")
    return found


def fitting(scenario: Scenario, numbers: Mapping[str, float]) -> dict[str, float]:
    """These numbers by their paths; rounded where a scenario takes whole ones only."""
    return {
        path: round(value) if isinstance(number_at(scenario, path), int) else value
        for path, value in numbers.items()
    }
