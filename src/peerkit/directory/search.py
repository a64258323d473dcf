"""What is asked of a directory, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import attrs

from peerkit.directory.indexing import FARTHEST
from peerkit.directory.services import Service
from peerkit.directory.words import folded
from peerkit.errors import BadInput
from peerkit.model.fields import maybe_moment

__all__ = ["Found", "Reason", "Results", "Search", "Why"]

#: The longest text, the most results on a page, and the oldest age that a search names.
_MOST_TEXT: Final = 200
_MOST_RESULTS: Final = 200
_MOST_AGE: Final = 130


def _a_text() -> Any:
    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if value is not None and not (
            type(value) is str and len(value) <= _MOST_TEXT and folded(value)
        ):
            raise BadInput(
                f"Search.{attribute.name}",
                f"give a word with letters or digits, at most {_MOST_TEXT} characters",
            )

    return attrs.field(default=None, validator=check)


def _a_number(least: float, most: float, default: Any = None, kinds: tuple[type, ...] = ()) -> Any:
    def check(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
        fits = type(value) in (kinds or (int, float)) and least <= value <= most
        if not fits and (value is not None or default is not None):
            raise BadInput(f"Search.{attribute.name}", f"give a number from {least:g} to {most:g}")

    return attrs.field(default=default, validator=check)


def _near(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    if value is None:
        return
    if (
        type(value) is not tuple
        or [type(each) in (int, float) for each in value] != [True, True]
        or not (abs(value[0]) <= 90 and abs(value[1]) <= 180)  # noqa: PLR2004 - degrees of the earth
    ):
        raise BadInput("Search.near", "give latitude and longitude in degrees, such as (25.7, -80)")


@attrs.frozen(kw_only=True)
class Search:
    """What somebody looks for. What is left out does not matter to them.

    ``need`` is the id of a kind of help, or words of its name or of the service's;
    ``place`` a postal code or a town; ``near`` latitude and longitude, nearest
    first, ``within`` so many kilometres; ``eligibility`` words of what the
    directory says of who may come; ``open_at`` a moment. ``age`` leaves nobody out:
    services that state other ages come last. ``skip`` and ``most`` turn the pages.
    """

    need: str | None = _a_text()
    place: str | None = _a_text()
    near: tuple[float, float] | None = attrs.field(default=None, validator=_near)
    within: float | None = _a_number(0, FARTHEST)
    language: str | None = _a_text()
    eligibility: str | None = _a_text()
    age: float | None = _a_number(0, _MOST_AGE)
    open_at: datetime | None = maybe_moment()
    skip: int = _a_number(0, 10_000_000, 0, (int,))
    most: int = _a_number(1, _MOST_RESULTS, 20, (int,))

    def __attrs_post_init__(self) -> None:
        if self.within is not None and self.near is None:
            raise BadInput("Search.near", "say from where, when you say within how far")


class Reason(StrEnum):
    """What of a search a service answers to."""

    NEED = "need"
    NAME = "name"
    PLACE = "place"
    DISTANCE = "distance"
    LANGUAGE = "language"
    ELIGIBILITY = "eligibility"
    AGE = "age"
    OPEN = "open"


@attrs.frozen
class Why:
    """One reason why a service was found, and the directory's own words for it."""

    reason: Reason
    shown: str

    def __str__(self) -> str:
        return f"{self.reason}: {self.shown}"


@attrs.frozen(kw_only=True)
class Found:
    """A service that was found, why, and how far it is, where that was asked and is known."""

    service: Service
    why: tuple[Why, ...]
    km: float | None = None


@attrs.frozen(kw_only=True)
class Results:
    """A page of what was found, best first; the same question gives the same order.

    ``total`` counts all pages; ``next`` is the ``skip`` of the next one, None on the
    last. ``unknown`` counts, for each thing asked, the services that fit in all
    else and of which the directory does not say: they are not among the found.
    """

    found: tuple[Found, ...]
    total: int
    next: int | None
    unknown: Mapping[Reason, int]
