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
    from peerkit.simulation.door.answering import NotInTheModel
    from peerkit.simulation.door.made_up import Flaw, FlawKind, Flaws, Pretended, pretend
    from peerkit.simulation.door.year import run_through_the_door
    from peerkit.simulation.engines import simulate
    from peerkit.simulation.lives.luck import Luck
    from peerkit.simulation.measuring.measures import MEASURES, measured_in
    from peerkit.simulation.record import Engine, Run
    from peerkit.simulation.reporting.study_report import report
    from peerkit.simulation.results.drawing import Picture
    from peerkit.simulation.results.frames import to_pandas, to_parquet, to_polars
    from peerkit.simulation.results.pictures import (
        picture_of_differences,
        picture_of_staying,
        picture_of_time,
        picture_of_waits,
    )
    from peerkit.simulation.scenarios.evidence import caution, trials
    from peerkit.simulation.scenarios.files import read_scenario, write_scenario
    from peerkit.simulation.scenarios.from_hmis import arrivals_of
    from peerkit.simulation.scenarios.given import ASSUMED, Parameter, parameters
    from peerkit.simulation.scenarios.house import handbook_of
    from peerkit.simulation.scenarios.scenario import (
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
    from peerkit.simulation.statistics.intervals import (
        Interval,
        interval,
        odds_ratio,
        paired,
        risk_ratio,
        survival,
        wilson,
    )
    from peerkit.simulation.statistics.precision import Precision
    from peerkit.simulation.statistics.warm_up import suggest_warm_up
    from peerkit.simulation.studies.calibration import Calibration, Target, calibrate
    from peerkit.simulation.studies.experiment import Experiment, Within, sweep
    from peerkit.simulation.studies.manifest import (
        Manifest,
        NotTheSame,
        manifest_of,
        read_manifest,
        rerun,
        write_manifest,
    )
    from peerkit.simulation.studies.running import Failure, WorkersLost
    from peerkit.simulation.studies.sensitivity import vary_each, vary_together
    from peerkit.simulation.studies.study import Study
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
    "scenarios.scenario",
    "scenarios.given",
    "scenarios.files",
    "lives.luck",
    "record",
    "engines",
    "door.answering",
    "door.year",
    "door.made_up",
    "measuring.measures",
    "results.frames",
    "results.drawing",
    "results.pictures",
    "statistics.intervals",
    "statistics.precision",
    "statistics.warm_up",
    "studies.running",
    "studies.study",
    "studies.experiment",
    "studies.sensitivity",
    "studies.calibration",
    "studies.manifest",
    "reporting.study_report",
    "scenarios.evidence",
    "scenarios.house",
    "scenarios.from_hmis",
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
