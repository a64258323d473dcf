"""Rehearsal: a program that does not exist yet, under the same handbook.

Names are fetched from their files when they are first used: most of them need numpy and scipy
(the extra ``simulation``), and a pretend week does not.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

# Its file has its name: fetched later, the file would stand in its place.
from peerkit.simulation.chance import chance

if TYPE_CHECKING:
    from peerkit.simulation.answering import NotInTheModel
    from peerkit.simulation.calibration import Calibration, Target, calibrate
    from peerkit.simulation.door import run_through_the_door
    from peerkit.simulation.drawing import Picture
    from peerkit.simulation.engines import simulate
    from peerkit.simulation.evidence import caution, trials
    from peerkit.simulation.experiment import Experiment, Within, sweep
    from peerkit.simulation.files import read_scenario, write_scenario
    from peerkit.simulation.frames import to_pandas, to_parquet, to_polars
    from peerkit.simulation.from_hmis import arrivals_of
    from peerkit.simulation.given import ASSUMED, Parameter, parameters
    from peerkit.simulation.house import handbook_of
    from peerkit.simulation.luck import Luck
    from peerkit.simulation.made_up import Flaw, FlawKind, Flaws, Pretended, pretend
    from peerkit.simulation.manifest import (
        Manifest,
        NotTheSame,
        manifest_of,
        read_manifest,
        rerun,
        write_manifest,
    )
    from peerkit.simulation.measures import MEASURES, measured_in
    from peerkit.simulation.pictures import (
        picture_of_differences,
        picture_of_staying,
        picture_of_time,
        picture_of_waits,
    )
    from peerkit.simulation.precision import Precision
    from peerkit.simulation.record import Engine, Run
    from peerkit.simulation.running import Failure, WorkersLost
    from peerkit.simulation.scenario import (
        Arrivals,
        Beds,
        Choosing,
        Costs,
        Course,
        Groups,
        Leaving,
        Lived,
        Matching,
        Need,
        Outcomes,
        Peers,
        Planning,
        Scenario,
        Sessions,
        Shares,
        Speaks,
    )
    from peerkit.simulation.sensitivity import vary_each, vary_together
    from peerkit.simulation.statistics import (
        Interval,
        interval,
        odds_ratio,
        paired,
        risk_ratio,
        survival,
        wilson,
    )
    from peerkit.simulation.study import Study
    from peerkit.simulation.study_report import report
    from peerkit.simulation.warm_up import suggest_warm_up
    from peerkit.simulation.week import PretendWeek

__all__ = [
    "ASSUMED",
    "MEASURES",
    "Arrivals",
    "Beds",
    "Calibration",
    "Choosing",
    "Costs",
    "Course",
    "Engine",
    "Experiment",
    "Failure",
    "Flaw",
    "FlawKind",
    "Flaws",
    "Groups",
    "Interval",
    "Leaving",
    "Lived",
    "Luck",
    "Manifest",
    "Matching",
    "Need",
    "NotInTheModel",
    "NotTheSame",
    "Outcomes",
    "Parameter",
    "Peers",
    "Picture",
    "Planning",
    "Precision",
    "PretendWeek",
    "Pretended",
    "Run",
    "Scenario",
    "Sessions",
    "Shares",
    "Speaks",
    "Study",
    "Target",
    "Within",
    "WorkersLost",
    "arrivals_of",
    "calibrate",
    "caution",
    "chance",
    "handbook_of",
    "interval",
    "manifest_of",
    "measured_in",
    "odds_ratio",
    "paired",
    "parameters",
    "picture_of_differences",
    "picture_of_staying",
    "picture_of_time",
    "picture_of_waits",
    "pretend",
    "read_manifest",
    "read_scenario",
    "report",
    "rerun",
    "risk_ratio",
    "run_through_the_door",
    "simulate",
    "suggest_warm_up",
    "survival",
    "sweep",
    "to_pandas",
    "to_parquet",
    "to_polars",
    "trials",
    "vary_each",
    "vary_together",
    "wilson",
    "write_manifest",
    "write_scenario",
]

#: Where the names stand.
_FILES: Final = (
    "week",
    "scenario",
    "given",
    "files",
    "luck",
    "record",
    "engines",
    "answering",
    "door",
    "made_up",
    "measures",
    "frames",
    "drawing",
    "pictures",
    "statistics",
    "precision",
    "warm_up",
    "running",
    "study",
    "experiment",
    "sensitivity",
    "calibration",
    "manifest",
    "study_report",
    "evidence",
    "house",
    "from_hmis",
)


def __getattr__(name: str) -> object:
    """Fetch a name of ``__all__`` from its file, once."""
    for file in _FILES if name in __all__ else ():
        module = import_module(f"{__name__}.{file}")
        if name in module.__all__:
            value: object = getattr(module, name)
            globals()[name] = value
            return value
    raise AttributeError(f"{__name__} has no {name!r}")


def __dir__() -> list[str]:
    return __all__
