"""What a field of a scenario that is no number may hold: each says what to give instead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any, Final

import attrs

from peerkit.errors import BadInput, must_be
from peerkit.model import Experience
from peerkit.model.matching import is_language
from peerkit.rules.limits import COUNTED
from peerkit.rules.people import DUE_EVERY
from peerkit.simulation.scenarios.given import place, whole

__all__ = [
    "YEARS",
    "a_day",
    "a_language",
    "a_line",
    "an_experience",
    "meant",
    "named",
    "numbers",
    "texts",
    "told",
]

#: The first day and the last lie in these years: what is counted from them is a date, too.
YEARS: Final = range(3, 9001)
#: No limit of a handbook is larger; and what is due is due while there are dates.
_MOST: Final = 10**6
_LATEST: Final = dict.fromkeys((name for name, _ in DUE_EVERY), 10**4)


def a_line(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """It stands in headings, tables and files: one line that can be read."""
    if not (isinstance(value, str) and value.strip() and value.isprintable()):
        raise BadInput(place(instance, attribute), "give one line of text")


def texts(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Several lines; one alone is not several."""
    if not isinstance(value, tuple):
        raise BadInput(place(instance, attribute), "give several, such as ('us/tx',)")
    for each in value:
        a_line(instance, attribute, each)


def a_day(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """A date, and no moment of it."""
    what = "give a day without a time, such as date(2026, 1, 5)"
    must_be(date, value, place(instance, attribute), what)


def an_experience(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """One of those that the model has; a text is none."""
    if not isinstance(value, Experience):
        near = get_close_matches(value, Experience, 1) if isinstance(value, str) else []
        hint = f"did you mean Experience.{Experience(near[0]).name}?" if near else _EXPERIENCES
        raise BadInput(place(instance, attribute), f"give an Experience; {hint}")


_EXPERIENCES: Final = f"there are {', '.join(each.name for each in Experience)}"


def a_language(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """A tag, as people give it for matching."""
    if not is_language(value):
        raise BadInput(place(instance, attribute), "give a code such as en, es-MX or zh-Hant")


def named(value: Any) -> Any:
    """Names and what belongs to each, sorted; None where it is something else."""
    try:
        pairs = value.items() if isinstance(value, Mapping) else value
        return tuple(sorted((str(name), whole(what)) for name, what in pairs))
    except (TypeError, ValueError):
        return None


def numbers(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Limits of the handbook by their names, each a whole number."""
    told(instance, attribute, value)
    for name, number in value:
        if name not in COUNTED:
            what = f"{name!r} is no limit that a rule asks; {meant(name)}"
            raise BadInput(place(instance, attribute), what)
        most = _LATEST.get(name, _MOST)
        if isinstance(number, bool) or not (isinstance(number, int) and 0 <= number <= most):
            what = f"give a whole number for {name!r}, from 0 to {most}"
            raise BadInput(place(instance, attribute), what)


def told(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    """Names, each once, and what belongs to each."""
    if value is None or len(dict(value)) < len(value):
        raise BadInput(place(instance, attribute), "give each name once, as in {name: value}")


def meant(name: str) -> str:
    """The limit that may have been meant, or all there are."""
    near = get_close_matches(name, COUNTED, 1)
    return f"did you mean {near[0]!r}?" if near else f"there are {', '.join(COUNTED)}"
