"""The two ways to live a scenario: by arrays, or every act through the door of a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peerkit.errors import BadInput
from peerkit.simulation.fast.year import run_fast
from peerkit.simulation.record import Engine, Run
from peerkit.simulation.statistics.figures import whole

if TYPE_CHECKING:
    from peerkit.simulation.scenarios.scenario import Scenario

__all__ = ["simulate"]

_MOST: Final = 2**63


def simulate(
    scenario: Scenario, *, seed: int = 1, run: int = 0, engine: Engine = Engine.FAST
) -> Run:
    """One replication of a scenario: the same tables whichever engine makes them.

    ``seed`` is the study's, ``run`` the number of the replication. Raises
    :class:`~peerkit.errors.BadInput` for a limit of the handbook that the fast engine does not
    follow; :data:`Engine.DOOR <peerkit.simulation.record.Engine>` follows every one.
    """
    seed, run = whole(seed, "seed", 0, _MOST), whole(run, "run", 0, _MOST)
    if engine is Engine.FAST:
        return run_fast(scenario, seed, run)
    if engine is not Engine.DOOR:
        raise BadInput("engine", "give Engine.FAST or Engine.DOOR")
    from peerkit.simulation.door.year import run_through_the_door

    return run_through_the_door(scenario, seed, run)
