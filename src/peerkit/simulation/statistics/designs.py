"""Which numbers to try, and which of them a result hangs on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from peerkit.errors import BadInput, must_be
from peerkit.simulation.arrays import numpy, scipy_stats
from peerkit.simulation.chance import chance
from peerkit.simulation.statistics.figures import number, numbers, whole
from peerkit.simulation.statistics.intervals import Estimate, normal

__all__ = ["latin_hypercube", "one_at_a_time", "rank_correlations"]

#: More rows than anybody tries.
_MOST: Final = 10**6
#: What rounding leaves of ranks, as a share of their squares, where nothing should be left.
_NOTHING: Final = 1e-9
_NEARLY_1: Final = math.nextafter(1.0, 0.0)


def latin_hypercube(
    bounds: Mapping[str, tuple[float, float]], count: int, seed: int
) -> tuple[dict[str, float], ...]:
    """``count`` rows of a number for each name, spread evenly over its bounds.

    Each range is cut into ``count`` parts of the same length, and every part is met once, in an
    order of chance. What must be whole is yours to round. The same seed gives the same rows, and
    each name has a luck of its own: a name more changes no other column. McKay, Beckman and
    Conover, "A comparison of three methods for selecting values of input variables in the
    analysis of output from a computer code", Technometrics 21 (1979) 239-245. Needs the extra
    "simulation".
    """
    must_be(Mapping, bounds, "bounds", "bring a name with its lowest and highest value, or more")
    count, seed = whole(count, "count", 1, _MOST), whole(seed, "seed", -(2**63), 2**63)
    columns = {}
    for name, ends in bounds.items():
        low, high = _ends(ends, f"bounds.{name}")
        luck = chance(seed, "latin hypercube", name).getrandbits(64)
        sampler = scipy_stats().qmc.LatinHypercube(d=1, seed=numpy().random.default_rng(luck))
        columns[name] = [
            min(high, low + (high - low) * part) for (part,) in sampler.random(count).tolist()
        ]
    return tuple({name: column[row] for name, column in columns.items()} for row in range(count))


def one_at_a_time(
    base: Mapping[str, float], ends: Mapping[str, tuple[float, float]]
) -> tuple[dict[str, float], ...]:
    """The base, and then for each name of ``ends`` the base with its low and with its high value.

    1 + 2 rows for each name, in their order. It shows how far each number moves a result by
    itself, and nothing of what two of them do together.
    """
    must_be(Mapping, base, "base", "bring a value for each name")
    must_be(Mapping, ends, "ends", "bring a lowest and a highest value for each name to be tried")
    middle = {name: number(value, f"base.{name}") for name, value in base.items()}
    rows = [dict(base)]
    for name, pair in ends.items():
        low, high = _ends(pair, f"ends.{name}")
        if name not in middle:
            raise BadInput(f"ends.{name}", "take a name that stands in base")
        if not low <= middle[name] <= high:
            raise BadInput(f"ends.{name}", "put the value of base between lowest and highest")
        rows += [{**base, name: each} for each in pair]
    return tuple(rows)


def _ends(ends: Any, place: str) -> tuple[float, float]:
    what = "write two numbers, the lower one first"
    must_be(Sequence, ends, place, what)
    match numbers(ends, place):
        case (low, high) if low < high:
            return low, high
    raise BadInput(place, what)


def rank_correlations(
    inputs: Iterable[Mapping[str, float]], output: Iterable[float], level: float = 0.95
) -> dict[str, Estimate]:
    """How closely a result rises or falls with each input when the others stay where they are.

    From -1 to 1, without unit: partial correlations of ranks, which ask for no straight line, and
    for nothing but a rise or a fall. Of a single input it is Spearman's. Marino, Hogue, Ray and
    Kirschner, "A methodology for performing global uncertainty and sensitivity analysis in
    systems biology", J Theor Biol 254 (2008) 178-196; the interval is Fisher's (Metron 3, 1924),
    with one degree of freedom less for each other input, and an approximation for ranks. It says
    how sure a link is in this model, not how strong an effect is in the world.

    None where nothing is left to compare: an input or a result that never changes, or that others
    already say in full. Raises :class:`~peerkit.errors.BadInput` where rows do not have the same
    names, or are not as many as results. Needs the extra "simulation".
    """
    must_be(Iterable, inputs, "inputs", "bring a row of numbers by name for each result")
    rows, results = list(inputs), numbers(output, "output")
    if len(rows) != len(results):
        raise BadInput("inputs", f"bring {len(results)} rows, one for each result")
    for at, row in enumerate(rows):
        must_be(Mapping, row, f"inputs[{at}]", "bring numbers by name")
        if row.keys() != rows[0].keys():
            raise BadInput(f"inputs[{at}]", "give the same names as in the first row")
    names, far = list(rows[0]), normal(level)
    degrees = len(rows) - len(names) - 2
    if degrees < 1:
        raise BadInput("inputs", f"bring {len(names) + 3} or more rows for {len(names)} names")
    columns = {
        name: _ranks(number(row[name], f"inputs[{at}].{name}") for at, row in enumerate(rows))
        for name in names
    }
    last, found = _ranks(results), {}
    for name in names:
        others = [columns[each] for each in names if each != name]
        value = _partial(columns[name], last, others)
        # At 1 and -1 the scale of Fisher has no number; this is as near as a float comes.
        middle = None if value is None else math.atanh(max(-_NEARLY_1, min(_NEARLY_1, value)))
        half = far / math.sqrt(degrees)
        found[name] = Estimate(
            value=value,
            low=None if middle is None else math.tanh(middle - half),
            high=None if middle is None else math.tanh(middle + half),
            level=level,
            n=len(rows),
        )
    return found


def _ranks(values: Iterable[float]) -> Any:
    """The ranks of these numbers, around 0."""
    ranks = scipy_stats().rankdata(list(values))
    return ranks - ranks.mean()


def _partial(one: Any, other: Any, rest: list[Any]) -> float | None:
    """How two columns go together when what the rest says of them is taken away.

    To twelve places: beyond them, what solves the equations differs from machine to machine.
    """
    np = numpy()
    pair = np.column_stack([one, other])
    left = pair
    if rest:
        table = np.column_stack(rest)
        left = pair - table @ np.linalg.lstsq(table, pair, rcond=None)[0]
    before, after = (pair * pair).sum(axis=0), (left * left).sum(axis=0)
    if (after <= _NOTHING * before).any():
        return None
    value = (left[:, 0] * left[:, 1]).sum() / math.sqrt(after[0] * after[1])
    return round(float(value), 12)
