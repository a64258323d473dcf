"""Runs that cost nothing: numbers from the luck of a run, and failures where they are wanted.

They stand in a module so that worker processes find them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

from peerkit.errors import BadInput, MissingExtra
from peerkit.simulation.lives.luck import Luck
from peerkit.simulation.record import Engine
from peerkit.simulation.scenarios.scenario import Scenario

#: Scenarios of this name fail in run 3, each in a way of its own.
OURS, THEIRS, ABSENT, LOST = "ours", "theirs", "absent", "lost"


def numbers(
    scenario: Scenario, *, seed: int, run: int, engine: Engine = Engine.FAST
) -> dict[str, float]:
    """A wait that falls with peers, on the luck of the run; and a number every second run has."""
    if run == 3:
        _fail(scenario.name)
    luck = Luck(seed, run)
    drawn = float(luck.chance("wait"))
    found = {
        "wait": 100 / scenario.peers.count + drawn,
        "noise": float(luck.normal("noise", scenario.days)) / 1000,
        "rare": drawn if run % 2 else float("nan"),
        "busy": 100 / scenario.peers.count + 5 * scenario.sessions.no_show,
        "no_show": scenario.sessions.no_show + drawn / 100,
    }
    return found | ({"refused.caseload": 2.0} if run % 2 else {})


def _fail(name: str) -> None:
    if name == OURS:
        raise BadInput("Scenario.limits", "say how many")
    if name == THEIRS:
        raise KeyError("the word of a program")
    if name == ABSENT:
        raise MissingExtra("numpy", "simulation")
    if name == LOST:
        os._exit(1)


def slow_numbers(scenario: Scenario, **how: Any) -> dict[str, float]:
    """The same, and it takes a while."""
    time.sleep(0.03)
    return numbers(scenario, **how)


def endless(scenario: Scenario, **how: Any) -> dict[str, float]:
    """A measure that no file can hold."""
    return {"wait": float("inf")}


def as_it_is(run: Any) -> Mapping[str, float]:
    """What stands for a run here is its measures."""
    found: Mapping[str, float] = run
    return found


def so_many_times(run: Any, times: int) -> Mapping[str, float]:
    """A way to measure that has a number of its own."""
    return {"wait": run["wait"] * times}


def half_as_many(run: Any) -> Mapping[str, float]:
    """Another way to measure."""
    return {"wait": run["wait"] / 2}
