"""Luck: every question has a stream of its own, named by what is asked, of whom, and how often.

A draw is a number worked out from names, not the next one of a sequence. So it does not matter in
which order questions are asked, or whether others are asked beside them; and two scenarios that
ask the same question of the same person in the same run get the same answer.
"""

from __future__ import annotations

from functools import cache, lru_cache
from hashlib import blake2b
from numbers import Integral
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from peerkit.errors import must_be
from peerkit.simulation.arrays import numpy, scipy_special

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    #: 64 random bits for each of whom a question is asked.
    Bits: TypeAlias = NDArray[np.uint64]
    Whole: TypeAlias = NDArray[np.int32]
    Chances: TypeAlias = NDArray[np.float64]

__all__ = ["NORMALS", "Luck", "chances", "counts", "normals", "steps"]

#: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014): the
#: golden gamma and the mixing of SplitMix64 (Stafford's variant 13). The second gamma is another
#: odd number without a pattern; it keeps the n-th question apart from the next person.
_GAMMA: Final = 0x9E3779B97F4A7C15
_GAMMA_N: Final = 0xD1B54A32D192ED03
_MIX_1: Final = 0xBF58476D1CE4E5B9
_MIX_2: Final = 0x94D049BB133111EB
#: How many different normal draws there are: more than anybody will see in a chart.
NORMALS: Final = 1 << 16


@attrs.frozen
class Luck:
    """The luck of one run. ``seed`` is the study's, ``run`` the number of the replication.

    Raises :class:`~peerkit.errors.BadInput` for what is no whole number: 1.0 is written otherwise
    than 1, and would name another luck.
    """

    seed: int
    run: int = 0

    def __attrs_post_init__(self) -> None:
        must_be(Integral, self.seed, "seed", "give a whole number")
        must_be(Integral, self.run, "run", "give a whole number")

    def bits(self, purpose: str, who: Any = 0, nth: Any = 0) -> Bits:
        """64 bits for each of ``who`` (whole numbers), and each ``nth`` time of asking.

        Arrays are combined as numpy combines them: a column of people and a row of times
        give a table.
        """
        np = numpy()
        key = np.uint64(_key(self.seed, self.run, purpose))
        with np.errstate(over="ignore"):
            x = np.asarray(who, np.uint64) * np.uint64(_GAMMA) + key
            x = x + np.asarray(nth, np.uint64) * np.uint64(_GAMMA_N)
            x ^= x >> np.uint64(30)
            x *= np.uint64(_MIX_1)
            x ^= x >> np.uint64(27)
            x *= np.uint64(_MIX_2)
            x ^= x >> np.uint64(31)
        return x  # type: ignore[no-any-return]

    def chance(self, purpose: str, who: Any = 0, nth: Any = 0) -> Chances:
        """A number from 0 to 1, without 1, for each."""
        return chances(self.bits(purpose, who, nth))

    def normal(self, purpose: str, who: Any = 0, nth: Any = 0) -> Whole:
        """A normal draw in thousandths of a standard deviation, for each: a whole number."""
        drawn: Whole = normals()[self.bits(purpose, who, nth) >> numpy().uint64(48)]
        return drawn


@lru_cache(maxsize=1024)
def _key(seed: int, run: int, purpose: str) -> int:
    named = f"{seed}/{run}/{purpose}".encode()
    return int.from_bytes(blake2b(named, digest_size=8).digest(), "big")


def chances(bits: Bits) -> Chances:
    """Numbers from 0 to 1, without 1, exact: the upper 53 bits."""
    np = numpy()
    found: Chances = (bits >> np.uint64(11)) * 2.0**-53
    return found


def counts(u: Any, rates: Any) -> Any:
    """How many come, for each chance: Poisson draws of these rates.

    With a higher rate the same chance never gives fewer.
    """
    np = numpy()
    found = np.zeros(len(u), np.int64)
    for rate in np.unique(rates).tolist():
        these = rates == rate
        found[these] = np.searchsorted(_at_most(rate), u[these])
    return found


@lru_cache(maxsize=64)
def _at_most(rate: float) -> Any:
    """How likely at most 0, 1, 2 … come, until it is as good as certain."""
    far = int(rate + 40 * rate**0.5) + 60
    return scipy_special().pdtr(numpy().arange(far), rate)


@cache
def normals() -> Whole:
    """The normal draws there are, in thousandths: quantiles, evenly spread.

    They are whole numbers, so that what is added up comes to the same on every machine.
    """
    np = numpy()
    middle = (np.arange(NORMALS) + 0.5) / NORMALS
    found: Whole = np.rint(1000 * scipy_special().ndtri(middle)).astype(np.int32)
    return found


@lru_cache(maxsize=16)
def steps(drift: float, sd: float) -> Whole:
    """Normal steps of this mean and standard deviation, in thousandths, by the upper 16 bits."""
    np = numpy()
    found: Whole = np.rint(1000 * drift + sd * normals()).astype(np.int32)
    return found
