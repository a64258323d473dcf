"""14. A program's year: the same model as users of SimPy, Mesa and NumPy write it.

The other sides check no rules, draw from one stream and keep a few numbers. Ours reads its limits
from the handbook, draws for each person apart, and keeps tables of people, matches, refusals,
peers and days.
"""

from __future__ import annotations

import resource
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import count
from multiprocessing import get_context
from statistics import median
from time import perf_counter, process_time
from typing import Final

from benchmarks.measuring import Case, Effort, Figure, Sample, Skipped, compared, in_turn, unpin
from benchmarks.program_years import YEARS, Size, Year, agrees
from peerkit.simulation import (
    Arrivals,
    Course,
    Engine,
    Experiment,
    Matching,
    Peers,
    Planning,
    Run,
    Scenario,
    Sessions,
    Shares,
    simulate,
)

__all__ = ["CASES"]

#: How much faster than each other side we are to be; how much slower, than the loop by hand.
FASTER: Final = {1: {"SimPy": 15, "Mesa": 10}, 20: {"SimPy": 60, "Mesa": 40}}
MOST_BY_HAND: Final = 3
MOST_MIB: Final = 1000
MOST_THROUGH_THE_DOOR: Final = 8
REPLICATIONS: Final = 1000
_MS: Final = ("ms", 1e3)


def scenario(times: int) -> Scenario:
    """The program of the other sides, in our words."""
    return Scenario(
        name=f"{times}×",
        arrivals=Arrivals(per_week=20.0 * times, walking=Size(times).walking),
        peers=Peers(count=Size(times).peers, places=20),
        matching=Matching(declined=0.0, patience=0),
        sessions=Sessions(
            every=Shares((7,), (1.0,)),
            cancelled=0.0,
            asked_beyond=0.0,
            planning=Planning.NONE,
        ),
        course=Course(dose=0.0),
    )


def year_of(run: Run) -> Year:
    """What one of our years came to, in the words of the other sides."""
    people, days = run.table("people"), run.table("days")
    came = people["began"] == 0
    matched = came & (people["matched"] >= 0)
    walking = (people["matched"] >= 0) & (people["ended"] < 0)
    places = run.scenario.peers.count * run.scenario.peers.places
    return Year(
        matched=int(matched.sum()),
        held=int(people["held"].sum()),
        missed=int(people["missed"].sum()),
        left=int((people["why"] == 1).sum()),
        waiting=int(days["waiting"][-1]),
        wait=float(people["waited"][matched].mean()),
        used=float(days["walking"].sum()) / (places * len(days["day"])),
        score=float(people["score"][walking].mean()) / 1000,
    )


def _ours(times: int) -> Callable[[int], Run]:
    year = scenario(times)
    return lambda run: simulate(year, run=run)


def _taking(work: Callable[[int], object]) -> Sample:
    numbers = count()

    def sample() -> float:
        started = perf_counter()
        work(next(numbers))
        return perf_counter() - started

    return sample


def _beside(times: int, effort: Effort) -> list[Figure]:
    ours = _ours(times)
    agrees(lambda size, seed: year_of(simulate(scenario(round(size.times)), run=seed)))
    for year in YEARS.values():
        agrees(year)
    sides = [_taking(ours), *(_taking(partial(year, Size(times))) for year in YEARS.values())]
    mine, *others = in_turn(effort, *sides)
    figures = []
    for name, theirs in zip(YEARS, others, strict=True):
        least = FASTER[times].get(name)
        bounds = {"most": MOST_BY_HAND} if least is None else {"least": least, "faster": True}
        figures.append(
            compared(f"a year at {times}×, by {name}", mine, theirs, scale=_MS, **bounds)
        )
    return figures


def _once(effort: Effort) -> list[Figure]:
    return _beside(1, effort)


def _twenty(effort: Effort) -> list[Figure]:
    return _beside(20, _with(effort, 3 if effort.quick else 7))


def _with(effort: Effort, runs: int) -> Effort:
    """As much trouble, but so many runs."""
    return Effort(runs, effort.seconds, effort.quick, effort.folder)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _four_hundred(effort: Effort) -> list[Figure]:
    """The largest: how much memory, and whether it is twenty times the time of twenty times."""
    if effort.quick:
        raise Skipped("it takes a minute")
    small, large = _ours(20), _ours(400)
    small(0)
    before, twenty = _peak(), [_timed(small, run) for run in range(5)]
    first = _timed(large, 0)
    peak = _peak()
    more = [first, *(_timed(large, run) for run in (1, 2))]
    return [
        Figure(name="peak memory at 400×", unit="MiB", ours=peak, theirs=None, most=MOST_MIB),
        Figure(
            name="memory for a person at 400×, by 20×",
            unit="MiB",
            ours=peak - before,
            theirs=None,
        ),
        Figure(
            name="a year at 400×, by 20 years at 20×",
            unit="s",
            ours=median(more),
            theirs=20 * median(twenty),
            most=1.3,
        ),
    ]


def _timed(work: Callable[[int], object], run: int) -> float:
    started = perf_counter()
    work(run)
    return perf_counter() - started


def _replications(effort: Effort) -> list[Figure]:
    """A thousand years at 1×, with every measure of each: seconds of the processor."""
    many = 20 if effort.quick else REPLICATIONS
    started = process_time()
    study = Experiment(scenario(1), replications=many).run()
    assert not study.failures
    spent = (process_time() - started) * REPLICATIONS / many
    return [
        Figure(name="1,000 years at 1×, processor", unit="s", ours=spent, theirs=None, most=60.0)
    ]


def _two_processes(effort: Effort) -> list[Figure]:
    """The same study by two processes and by none: how much faster, for long and short ones."""
    unpin()
    figures = []
    spawn = get_context("spawn")
    for name, times, many, least in (("long", 20, 40, 1.7), ("short", 1, 20, 1.0)):
        experiment = Experiment(scenario(times), replications=many // (10 if effort.quick else 1))
        with ProcessPoolExecutor(2, mp_context=spawn) as pool:
            experiment.run(executor=pool)

            def alone(asked: Experiment = experiment) -> float:
                return _timed(lambda _: asked.run(), 0)

            def shared(asked: Experiment = experiment, by: ProcessPoolExecutor = pool) -> float:
                return _timed(lambda _: asked.run(executor=by), 0)

            two, one = in_turn(_with(effort, 3), shared, alone)
        told = f"a {name} study by two processes"
        figures.append(compared(told, two, one, scale=("s", 1.0), faster=True, least=least))
    return figures


def _door(effort: Effort) -> list[Figure]:
    """A year through the door, in memory, every rule and the journal on, by SimPy's."""
    year = scenario(1)
    if effort.quick:
        raise Skipped("it takes a minute")

    def ours(run: int) -> Run:
        return simulate(year, run=run, engine=Engine.DOOR)

    lived, simpy = in_turn(
        _with(effort, 1 if effort.quick else 3),
        _taking(ours),
        _taking(partial(YEARS["SimPy"], Size(1))),
    )
    return [
        compared(
            "a year at 1× through the door, by SimPy",
            lived,
            simpy,
            scale=("s", 1.0),
            most=MOST_THROUGH_THE_DOOR,
        )
    ]


CASES: Final[dict[str, Case]] = {
    "1×": _once,
    "20×": _twenty,
    "400×": _four_hundred,
    "replications": _replications,
    "two processes": _two_processes,
    "door": _door,
}
