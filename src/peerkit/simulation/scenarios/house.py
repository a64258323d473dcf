"""The handbook of a pretend program: that of production, with the scenario's own numbers."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from peerkit.errors import BadInput
from peerkit.handbook import BadHandbook, Handbook

if TYPE_CHECKING:
    from peerkit.simulation.scenarios.scenario import Scenario

__all__ = ["handbook_of"]

#: Laid last, it is over all that comes before. It names none of them, as a file may lie anywhere.
_HEAD: Final = """[layer]
id = "scenario"
title = "The scenario's own numbers"

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

    A layer of your own that has changed is read anew. Raises
    :class:`~peerkit.handbook.BadHandbook` for a layer, and :class:`~peerkit.errors.BadInput` for a
    number that does not fit over them.
    """
    below = Handbook.load(*scenario.layers)
    if not scenario.limits:
        return below
    return _with(below.edition, _from_anywhere(scenario.layers), scenario.limits)


def _from_anywhere(layers: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(Path(each).absolute()) if each.endswith(".toml") else each for each in layers)


@lru_cache(maxsize=64)
def _with(_: str, layers: tuple[str, ...], limits: tuple[tuple[str, int], ...]) -> Handbook:
    """These numbers over these layers, once for each edition of them."""
    with tempfile.TemporaryDirectory() as folder:
        house = Path(folder) / "scenario.toml"
        written = [_LIMIT.format(id=name, value=value) for name, value in limits]
        house.write_text(_HEAD + "".join(written), encoding="utf-8")
        try:
            return Handbook.load(*layers, house)
        except BadHandbook as error:
            # The layers below were read before: what does not fit is here.
            what = error.what
            where = error.place.removeprefix(f"{house}: ")
    raise BadInput("Scenario.limits", f"{where}: {what}")
