"""What is reckoned with: numbers that are there, and their mean and spread to the last digit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any, Final

from peerkit.errors import BadInput, must_be

__all__ = ["LARGEST", "curves", "mean", "number", "numbers", "spread", "tail", "whole"]

#: No number may be larger, either way: its square can still be added up. Nothing that is counted
#: or timed in a program comes near it.
LARGEST: Final = 1e100


def number(value: Any, place: str) -> float:
    """One number. True, a text, nothing, and what is infinite or no number are refused."""
    what = f"write a number, not larger than {LARGEST:g} either way"
    must_be(Real, value, place, what)
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not -LARGEST <= found <= LARGEST:
        raise BadInput(place, what)
    return found


def whole(value: Any, place: str, least: int, most: int) -> int:
    """One whole number within these bounds."""
    what = f"write a whole number from {least} to {most}"
    must_be(Integral, value, place, what)
    if not least <= value <= most:
        raise BadInput(place, what)
    return int(value)


def numbers(values: Iterable[float], place: str, least: int = 1) -> tuple[float, ...]:
    """These numbers, in their order. The error names which of them is none."""
    must_be(Iterable, values, place, "bring numbers, one after the other")
    taken = tuple(
        float(each)
        if isinstance(each, float) and -LARGEST <= each <= LARGEST
        else number(each, f"{place}[{at}]")
        for at, each in enumerate(values)
    )
    if len(taken) < least:
        raise BadInput(place, f"bring {least} or more numbers; here are {len(taken)}")
    return taken


def curves(replications: Iterable[Iterable[float]], place: str) -> tuple[tuple[float, ...], ...]:
    """One curve for each replication, all of the same length: none is padded."""
    must_be(Iterable, replications, place, "bring a curve for each replication")
    taken = tuple(numbers(each, f"{place}[{at}]") for at, each in enumerate(replications))
    if not taken:
        raise BadInput(place, "bring one replication or more")
    for at, each in enumerate(taken):
        if len(each) != len(taken[0]):
            raise BadInput(
                f"{place}[{at}]",
                f"bring curves of the same length: here are {len(each)} values, "
                f"and {len(taken[0])} in the first",
            )
    return taken


def tail(level: float) -> float:
    """What lies beyond one bound of an interval: 0.025 where ``level`` is 0.95."""
    level = number(level, "level")
    if not 0 < level < 1:
        raise BadInput("level", "write a share above 0 and below 1, such as 0.95")
    return (1 - level) / 2


def mean(taken: tuple[float, ...]) -> float:
    """The mean. The order of the numbers changes no digit, and it never lies outside of them.

    What rounding left over the first time is shared out a second time, so the mean of numbers
    that are all the same is that number.
    """
    first = math.fsum(taken) / len(taken)
    return first + math.fsum(each - first for each in taken) / len(taken)


def spread(taken: tuple[float, ...], middle: float) -> float:
    """The standard deviation of two or more numbers around their mean, for n - 1."""
    squares = math.fsum((each - middle) ** 2 for each in taken)
    return math.sqrt(squares / (len(taken) - 1))
