"""A scenario like another, but for some numbers, each named by its path: ``peers.count``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias, TypeVar

import attrs

from peerkit.errors import BadInput

__all__ = ["changed", "value_at"]

T = TypeVar("T")
#: A scenario. Its file asks for this one, so this one knows nothing of its class.
S = TypeVar("S", bound=Any)
#: The numbers over the handbook are named in the same way: ``limits.caseload``.
_LIMITS: Final = "limits."
#: The steps that are still to go, the value, and the whole path.
_Asked: TypeAlias = tuple[list[str], Any, str]
_STEP: Final = re.compile(r"([a-z_]+)(?:\[([0-9]+)\])?")


def changed(scenario: S, values: Mapping[str, Any], name: str | None = None) -> S:
    """The scenario with these values, by their paths, and perhaps another name.

    Where a limit is None, it is the handbook's again. The source of a number does not hold for
    another one: it goes when the number does. Raises :class:`~peerkit.errors.BadInput` for a
    path that leads nowhere, and for a value that does not fit there.
    """
    kept = [pair for pair in scenario.sources if not any(_within(pair[0], of) for of in values)]
    scenario = attrs.evolve(scenario, sources=kept)
    limits: dict[str, Any] = dict(scenario.limits)
    asked: list[_Asked] = []
    for path, value in values.items():
        if path.startswith(_LIMITS):
            limits[path.removeprefix(_LIMITS)] = value
        else:
            asked.append((path.split("."), value, path))
    # All at once: of two values that fit together, one alone might not fit.
    left = {limit: each for limit, each in limits.items() if each is not None}
    put = attrs.evolve(_put(scenario, asked), limits=left)
    return put if name is None else attrs.evolve(put, name=name)


def value_at(scenario: Any, path: str) -> Any:
    """What stands at a path. Raises :class:`~peerkit.errors.BadInput` where it leads nowhere."""
    if path.startswith(_LIMITS):
        return dict(scenario.limits).get(path.removeprefix(_LIMITS))
    found: Any = scenario
    for step in path.split("."):
        found = _at(found, step, path)
    return found


def _within(path: str, of: str) -> bool:
    return path == of or path.startswith((f"{of}.", f"{of}["))


def _put(of: T, asked: list[_Asked]) -> T:
    """With all of these; what leads into the same part is put there together."""
    into: dict[str, list[_Asked]] = {}
    for (step, *further), value, path in asked:
        into.setdefault(step, []).append((further, value, path))
    changes: dict[str, Any] = {}
    for step, theirs in into.items():
        path = theirs[0][2]
        there = next((value for further, value, _ in theirs if not further), _at(of, step, path))
        deeper = [each for each in theirs if each[0]]
        value = _put(there, deeper) if deeper else there
        name, at = _named(step, path)
        if at is not None:
            several = list(changes.get(name, getattr(of, name)))
            several[at] = value
            value = tuple(several)
        changes[name] = value
    return attrs.evolve(of, **changes)  # type: ignore[misc]


def _at(of: Any, step: str, path: str) -> Any:
    name, at = _named(step, path)
    known = {each.name for each in attrs.fields(type(of))} if attrs.has(type(of)) else set()
    if name not in known:
        raise BadInput("path", f"{path!r} leads nowhere in a scenario")
    found = getattr(of, name)
    if at is None:
        return found
    if not isinstance(found, tuple) or at >= len(found):
        raise BadInput("path", f"{path!r} leads nowhere in this scenario")
    return found[at]


def _named(step: str, path: str) -> tuple[str, int | None]:
    match = _STEP.fullmatch(step)
    if match is None:
        raise BadInput("path", f"{path!r} is no path, such as peers.count")
    return match[1], None if match[2] is None else int(match[2])
