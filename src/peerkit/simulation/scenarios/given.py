"""A number of a scenario: what it means, its unit and bounds, and where it is from."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator
from typing import Any, Final

import attrs

from peerkit.errors import BadInput

__all__ = [
    "ASSUMED",
    "Given",
    "Parameter",
    "Shares",
    "add_up",
    "bounds",
    "chosen",
    "given",
    "known_of",
    "mix",
    "parameters",
    "part",
    "parts",
    "place",
    "share",
    "together",
    "whole",
]

#: Said instead of a source where nobody measured it.
ASSUMED: Final = "assumption"
_KEY: Final = "peerkit.given"
#: Shares that were rounded add up to 1 as nearly as this.
_NEARLY: Final = 1e-9


@attrs.frozen
class Given:
    """What is known of a number.

    ``source`` is an id of the handbook's sources, or :data:`ASSUMED`; ``caution`` says what the
    number cannot bear.
    """

    says: str
    unit: str
    source: str = ASSUMED
    caution: str = ""
    least: float | None = None
    most: float | None = None

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the most it may be; infinite where nothing is said."""
        least = -float("inf") if self.least is None else self.least
        return least, float("inf") if self.most is None else self.most


@attrs.frozen
class Parameter:
    """One number of one scenario, with what is known of it. ``path`` is ``sessions.no_show``.

    A number that is not the default is the author's: its source is theirs to give.
    """

    path: str
    value: Any
    given: Given
    is_default: bool


def whole(value: Any) -> Any:
    """A whole number of any kind as a plain one; what is none is left for the check."""
    try:
        return value if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return value


def together(values: Any) -> Any:
    """Several as a tuple; what is one alone is left for the check that says so."""
    return tuple(values) if isinstance(values, Iterable) and not isinstance(values, str) else values


def _several(values: Any) -> Any:
    found = together(values)
    return tuple(map(whole, found)) if isinstance(found, tuple) else found


def _whole(values: Iterable[int]) -> tuple[int, ...]:
    found: tuple[int, ...] = _several(values)
    return found


def _listed(values: Iterable[float]) -> tuple[float, ...]:
    found: tuple[float, ...] = _several(values)
    return found


@attrs.frozen
class Shares:
    """Several values, and how often each is chosen: the shares add up to 1.

    ``Shares((45, 60), (0.8, 0.2))``. Values are whole numbers.
    """

    values: tuple[int, ...] = attrs.field(converter=_whole)
    shares: tuple[float, ...] = attrs.field(converter=_listed)

    def __attrs_post_init__(self) -> None:
        if not (isinstance(self.values, tuple) and isinstance(self.shares, tuple)):
            raise BadInput("Shares", "give several values and their shares: Shares((7,), (1.0,))")
        if not self.values or len(self.values) != len(self.shares):
            raise BadInput("Shares.shares", "give one share for each value")
        if any(isinstance(each, bool) or not isinstance(each, int) for each in self.values):
            raise BadInput("Shares.values", "give whole numbers")
        if len(set(self.values)) < len(self.values):
            raise BadInput("Shares.values", "give each value once")
        if any(isinstance(each, bool) or not isinstance(each, int | float) for each in self.shares):
            raise BadInput("Shares.shares", "give numbers")
        if not (min(self.shares) >= 0 and add_up(self.shares)):
            raise BadInput("Shares.shares", "must be 0 or more each, and add up to 1")


def add_up(shares: Iterable[float]) -> bool:
    """Whether shares add up to 1, as nearly as shares that were rounded do."""
    return abs(sum(shares) - 1) <= _NEARLY


def known_of(field: Any) -> Given | None:
    """What is known of a field, where it is a number."""
    known: Given | None = field.metadata.get(_KEY)
    return known


def given(
    default: Any,
    says: str,
    unit: str,
    *,
    source: str = ASSUMED,
    caution: str = "",
    least: float | None = 0,
    most: float | None = None,
) -> Any:
    """A field of a scenario that is a number, with its default and what is known of it."""
    known = Given(says, unit, source, caution, least, most)
    return attrs.field(
        default=default,
        converter=_several if isinstance(default, tuple) else whole,
        validator=_fits,
        metadata={_KEY: known},
    )


def share(default: float, says: str, *, source: str = ASSUMED, caution: str = "") -> Any:
    """A field that is a share: from 0 to 1."""
    return given(default, says, "share", source=source, caution=caution, most=1)


def mix(
    default: Shares,
    says: str,
    unit: str,
    *,
    source: str = ASSUMED,
    caution: str = "",
    least: int = 1,
    most: int,
) -> Any:
    """A field that is :class:`Shares`: one number with one source. The bounds hold for each."""
    known = Given(says, unit, source, caution, least, most)

    def check(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
        _must_be(Shares, instance, attribute, value)
        if not all(_between(known, each) for each in value.values):
            raise BadInput(place(instance, attribute), f"each must lie {_bounds(known)}")

    return attrs.field(default=default, validator=check, metadata={_KEY: known})


def chosen(kind: type[Any], default: Any = attrs.NOTHING) -> Any:
    """A field that is no number, but one of a kind, such as a role; or what stands there first."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if value is not default:
            _must_be(kind, instance, attribute, value)

    return attrs.field(default=default, validator=check)


def part(kind: type[Any]) -> Any:
    """A field that is a part of a scenario, with numbers of its own."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        _must_be(kind, instance, attribute, value)

    return attrs.field(default=attrs.Factory(kind), validator=check)


def parts(kind: type[Any], default: tuple[Any, ...] = (), *, least: int = 0) -> Any:
    """A field that is several parts of one kind."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
        if not isinstance(value, tuple):
            raise BadInput(
                place(instance, attribute), f"give several, such as [{kind.__name__}(…)]"
            )
        for each in value:
            _must_be(kind, instance, attribute, each)
        if len(value) < least:
            raise BadInput(place(instance, attribute), f"give {least} or more")

    return attrs.field(default=default, converter=together, validator=check)


def parameters(of: Any, path: str = "") -> Iterator[Parameter]:
    """Every number of a scenario or of a part, each with what is known of it, in order."""
    for field in attrs.fields(type(of)):
        value = getattr(of, field.name)
        where = f"{path}{field.name}"
        if _KEY in field.metadata:
            yield Parameter(where, value, field.metadata[_KEY], value == field.default)
        elif attrs.has(type(value)):
            yield from parameters(value, f"{where}.")
        elif isinstance(value, tuple):
            for at, each in enumerate(value):
                if attrs.has(type(each)):
                    yield from parameters(each, f"{where}[{at}].")


def bounds(of: Any, name: str) -> tuple[float, float]:
    """The least and the most that a number of a part may be."""
    known: Given = getattr(attrs.fields(type(of)), name).metadata[_KEY]
    return known.bounds


def _fits(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Each number lies where it may; several are asked one by one."""
    known: Given = attribute.metadata[_KEY]
    listed = isinstance(attribute.default, tuple)
    if listed and not isinstance(value, tuple):
        raise BadInput(place(instance, attribute), f"give several numbers ({known.unit})")
    several: Any = value if listed else (value,)
    for each in several:
        whole = isinstance(attribute.default, int) and not isinstance(attribute.default, bool)
        kind: Any = int if whole else (int, float)
        if isinstance(each, bool) or not isinstance(each, kind):
            asked = f"a whole number of {known.unit}" if whole else f"a number ({known.unit})"
            raise BadInput(place(instance, attribute), f"give {asked}")
        if not _between(known, each):
            raise BadInput(place(instance, attribute), f"must lie {_bounds(known)}")


def _between(known: Given, value: float) -> bool:
    least, most = known.bounds
    return least <= value <= most and abs(value) != float("inf")


def _bounds(known: Given) -> str:
    least = "anywhere" if known.least is None else f"from {known.least:g}"
    return least if known.most is None else f"{least} to {known.most:g}"


def _must_be(
    kind: type[Any], instance: object, attribute: attrs.Attribute[Any], value: object
) -> None:
    if not isinstance(value, kind):
        raise BadInput(place(instance, attribute), f"give a {kind.__name__}")


def place(instance: object, attribute: attrs.Attribute[Any]) -> str:
    """How an error names a field: ``Peers.count``."""
    return f"{type(instance).__name__}.{attribute.name}"
