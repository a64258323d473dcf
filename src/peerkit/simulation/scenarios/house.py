"""The handbook of a pretend program: that of production, with the scenario's own numbers."""

from __future__ import annotations

import json
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from peerkit.errors import BadInput
from peerkit.handbook import Handbook
from peerkit.rules.limits import COUNTED

if TYPE_CHECKING:
    from peerkit.simulation.scenarios.scenario import Scenario

__all__ = ["handbook_of"]

_HEAD: Final = """[layer]
id = "scenario"
title = "The scenario's own numbers"
over = {over}

[[source]]
id = "SCENARIO"
title = "A pretend program"
publisher = "whoever wrote the scenario"
year = 2026
"""
_LIMIT: Final = """
[[limit]]
id = "{id}"
value = [{{ is = {value}, source = "SCENARIO", at = "limits", looked = 2026-11-23 }}]
loosens = true
"""


def handbook_of(scenario: Scenario) -> Handbook:
    """The handbook under which a scenario is lived: its layers, and its own numbers over them.

    Raises :class:`~peerkit.errors.BadInput` for a limit that no book has.
    """
    return _handbook(scenario.layers, scenario.limits, tuple(map(_written, scenario.layers)))


def _written(layer: str) -> bytes | None:
    """What stands in a layer of one's own now: who has changed it must not get the old one."""
    try:
        return Path(layer).read_bytes() if layer.endswith(".toml") else None
    except OSError:
        return None  # it is said when the handbook is loaded


@lru_cache(maxsize=64)
def _handbook(
    layers: tuple[str, ...], limits: tuple[tuple[str, int], ...], written: tuple[bytes | None, ...]
) -> Handbook:
    if not limits:
        return Handbook.load(*layers)
    for name, _ in limits:
        if name not in COUNTED:
            raise BadInput("Scenario.limits", f"{name!r} is no limit that a rule asks")
    with tempfile.TemporaryDirectory() as folder:
        house = Path(folder) / "scenario.toml"
        tables = [_LIMIT.format(id=name, value=value) for name, value in limits]
        head = _HEAD.format(over=json.dumps(layers))
        house.write_text(head + "".join(tables), encoding="utf-8")
        return Handbook.load(*layers, house)
