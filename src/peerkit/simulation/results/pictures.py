"""Pictures of what happened: waits, the list and the caseloads over time, who stays, differences.

Each takes runs, of one scenario or of several told apart by their names, and gives a
:class:`~peerkit.simulation.results.drawing.Picture`. A band holds 90 % of the runs: it says how
differently the same program can fare, not how well a mean is known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import timedelta
from textwrap import wrap
from typing import Any, Final, TypeVar

from peerkit.errors import BadInput
from peerkit.simulation.arrays import fetched, numpy
from peerkit.simulation.measuring.counting import waits
from peerkit.simulation.measuring.measures import PUT_IN, measure, unit_of
from peerkit.simulation.record import ENDS, Run
from peerkit.simulation.results.drawing import (
    GREY,
    Look,
    Picture,
    as_label,
    as_text,
    blank,
    finished,
    looks,
)
from peerkit.simulation.results.tidy import runs_in
from peerkit.simulation.scenarios.evidence import caution
from peerkit.simulation.statistics.intervals import Interval, Step, quantiles, survival
from peerkit.simulation.studies.study import Study

__all__ = [
    "DROPPED_OUT",
    "picture_of_differences",
    "picture_of_staying",
    "picture_of_time",
    "picture_of_waits",
]

T = TypeVar("T")
#: How somebody's walk ends before they had what they wanted.
DROPPED_OUT: Final = ("left", "gave up", "lost peer")
_WALKING: Final = 1
_BAND: Final = (0.05, 0.5, 0.95)
_ALPHA: Final = 0.18
#: Waits are counted in days, weeks or four weeks, whichever gives some twenty bars at most.
_BARS: Final = ((1, "day"), (7, "week"), (28, "four weeks"))
_MOST_BARS: Final = 26
_SHARE: Final = 0.9
#: Shares are drawn as per cent.
_FACTORS: Final = {"share": 100}
#: Characters on a line of the names and titles of differences.
_A_NAME: Final = 24
_A_TITLE: Final = 80


def _by_scenario(of: Run | Iterable[Run], what: Callable[[Run], T]) -> dict[str, list[T]]:
    """What is drawn of each run, by scenario; the runs themselves are not kept."""
    found: dict[str, list[T]] = {}
    for run in runs_in(of):
        found.setdefault(run.scenario.name, []).append(what(run))
    return found


def picture_of_waits(of: Run | Iterable[Run]) -> Picture:
    """How long people waited for a peer: how many so long, and how many at most so long.

    Of everybody matched after the warm-up. Raises :class:`~peerkit.errors.BadInput` where nobody
    was.
    """
    found = {
        name: [each for each in several if len(each)]
        for name, several in _by_scenario(of, waits).items()
    }
    if not all(found.values()):
        raise BadInput("runs", "nobody was matched after the warm-up; there is no wait to draw")
    np = numpy()
    longest = int(max(each[-1] for several in found.values() for each in several))
    width, named = next(
        each for each in _BARS if longest // each[0] < _MOST_BARS or each == _BARS[-1]
    )
    days = np.arange(longest + 1)
    edges = np.arange(0, longest + width + 1, width)
    figure, ((often, within),) = blank(1, 2, (8.5, 4.2))
    says = []
    for name, look in looks(found).items():
        several = found[name]
        counts, _ = np.histogram(np.concatenate(several), edges)
        often.stairs(
            100 * counts / counts.sum(),
            edges,
            color=look.colour,
            linestyle=look.dashes,
            label=as_label(name),
        )
        curves = [np.searchsorted(each, days, side="right") / len(each) for each in several]
        middle = _band(within, days, [100 * each for each in curves], look, name, step=True)
        half, most = (_first_over(middle, 100 * share) for share in (0.5, _SHARE))
        says.append(
            f"{name}: half of those matched were matched within {half} days, 90 % within {most}"
            f"{_of_runs(several)}."
        )
    within.axhline(100 * _SHARE, color=GREY, linewidth=0.8, linestyle=":")
    often.set(xlabel="wait (days)", ylabel=f"matched in each {named} (%)", ylim=(0, None))
    within.set(xlabel="wait (days)", ylabel="matched within that time (%)", ylim=(0, 101))
    within.annotate(
        "90 %", (longest, 100 * _SHARE), ha="right", va="bottom", color=GREY, fontsize=8
    )
    return finished(
        figure, "How long people wait for a peer", says, _notes(found, "Matched after the warm-up.")
    )


def picture_of_time(of: Run | Iterable[Run]) -> Picture:
    """The waiting list and the caseloads, day by day."""
    np = numpy()
    scenarios = {}

    def days(run: Run) -> Any:
        scenarios[run.scenario.name] = run.scenario
        table = run.table("days")
        # Where nobody serves, nobody walks with anybody.
        return table["waiting"], table["walking"] / np.maximum(table["serving"], 1)

    found = _by_scenario(of, days)
    figure, ((waiting,), (load,)) = blank(2, 1, (8.5, 5.6), sharex=True)
    says = []
    for name, look in looks(found).items():
        scenario, several = scenarios[name], found[name]
        on = np.datetime64(scenario.begins) + np.arange(scenario.days)
        listed = _band(waiting, on, [each[0] for each in several], look, name)
        loads = _band(load, on, [each[1] for each in several], look, name)
        load.plot(
            on[[0, -1]],
            [scenario.peers.places] * 2,
            color=look.colour,
            linewidth=0.9,
            linestyle=":",
        )
        says.append(
            f"{name}: at the end {listed[-1]:.0f} people wait, and a peer walks with "
            f"{loads[-1]:.1f} of {scenario.peers.places} planned{_of_runs(several)}."
        )
    notes = ["Dotted: the places planned for a peer."]
    warm = max(each.begins + timedelta(days=each.warm_up) for each in scenarios.values())
    begins = min(each.begins for each in scenarios.values())
    if any(each.warm_up for each in scenarios.values()):
        for panel in (waiting, load):
            panel.axvspan(np.datetime64(begins), np.datetime64(warm), color="#eeeeee", zorder=0)
        notes.append("Grey: the warm-up, which is not counted.")
    waiting.set(ylabel="people waiting", ylim=(0, None))
    load.set(ylabel="people with one peer", ylim=(0, None), xlabel="day")
    for panel in (waiting, load):
        panel.yaxis.get_major_locator().set_params(integer=True)
    _dates(load)
    return finished(figure, "The waiting list and the caseloads", says, _notes(found, *notes))


def picture_of_staying(of: Run | Iterable[Run], ended: Collection[str] = DROPPED_OUT) -> Picture:
    """How many stay, by the days since their first match (Kaplan and Meier).

    ``ended`` says which ends count, of :data:`~peerkit.simulation.record.ENDS`; whoever finished,
    or still walks on the last day, is watched until then. Of one run the band is the interval of
    95 %; of several, it holds 90 % of the runs, as far as each of them goes.
    """
    codes = [ENDS.index(each) for each in ended if each in ENDS[1:]]
    if len(codes) < len(ended) or not codes:
        raise BadInput("ended", f"take some of {', '.join(ENDS[1:])}")
    np = numpy()

    def stays(run: Run) -> tuple[Step, ...]:
        people, scenario = run.table("people"), run.scenario
        new = (people["matched"] >= scenario.warm_up) & (people["began"] != _WALKING)
        until = np.where(people["ended"] < 0, scenario.days - 1, people["ended"])
        times = (until - people["matched"])[new]
        return survival(times.tolist(), np.isin(people["why"], codes)[new]) if len(times) else ()

    found = {
        name: [each for each in several if each]
        for name, several in _by_scenario(of, stays).items()
    }
    if not all(found.values()):
        raise BadInput("runs", "nobody was matched after the warm-up; there is nobody to watch")
    figure, ((panel,),) = blank(1, 1, (7, 4.4))
    says = []
    for name, look in looks(found).items():
        several = found[name]
        days = np.arange(int(min(each[-1].time for each in several)) + 1)
        middle = _band(
            panel, days, [100 * _at(each, days) for each in several], look, name, step=True
        )
        if len(several) == 1:
            _bounds(panel, several[0], look)
        says.append(
            f"{name}: after {days[-1]} days {middle[-1]:.0f} % are still there{_of_runs(several)}."
        )
    panel.set(xlabel="days since the first match", ylabel="still there (%)", ylim=(0, 101))
    panel.set_xlim(0, None)
    gone = f"Counted as gone: {', '.join(ended)}; all others are watched as long as they walk."
    notes = _notes(found, gone, single="Band: 95 % interval for each day by itself.")
    return finished(figure, "How long people stay", says, notes)


def picture_of_differences(
    study: Study, against: str, measures: Sequence[str], level: float = 0.95
) -> Picture:
    """How each scenario of a study differs from one of them, measure by measure, on the same luck.

    A bar is the interval of the mean difference. Beside outcomes that a scenario's own effects
    move stands what those effects rest on.
    """
    others = [name for name in study.names if name != against]
    if against not in study.names or not others:
        raise BadInput("against", f"take one of several scenarios: {', '.join(study.names)}")
    if not measures:
        raise BadInput("measures", "name one or more")
    look = looks(study.names)
    figure, panels = blank(len(measures), 1, (8, 1.3 + len(measures) * (0.55 + 0.35 * len(others))))
    says = []
    for (panel,), name in zip(panels, measures, strict=True):
        for at, other in enumerate(others):
            found = study.difference(other, against, name, level)
            says.append(found.explain())
            _difference(panel, at, found.difference, look[other], _FACTORS.get(unit_of(name), 1))
        panel.axvline(0, color=GREY, linewidth=1)
        panel.set_yticks(range(len(others)), [as_text(_short(each)) for each in others], fontsize=8)
        panel.set_ylim(len(others) - 0.4, -0.7)
        panel.grid(visible=False, axis="y")
        panel.margins(x=0.25)
        panel.locator_params(axis="x", nbins=6)
        panel.tick_params(axis="x", labelsize=8)
        panel.xaxis.set_major_formatter("{x:,.10g}")
        panel.set_title(as_text("\n".join(wrap(_says(name), _A_TITLE))), loc="left", fontsize=9)
        panel.set_xlabel(as_text(f"more or less than {against} ({_unit(name)})"), fontsize=8)
    failed, pairs = study.failed(*study.names), study.replications
    notes = [
        f"Bars: {100 * level:g} % intervals over {pairs} pairs of runs on the same luck.",
        *([f"{failed} of them failed in some scenario and are left out."] if failed else []),
        *([caution()] if PUT_IN & set(measures) else []),
    ]
    return finished(figure, f"What differs from {against}", says, notes)


def _says(name: str) -> str:
    """What a measure says; of somebody's own, its name."""
    return f"{name}: {measure(name).says}" if unit_of(name) else name


def _unit(name: str) -> str:
    """The unit of a difference. That of two shares is told in points of a hundred."""
    unit = unit_of(name)
    return "percentage points" if unit in _FACTORS else unit or "no unit"


def _short(name: str) -> str:
    return "\n".join(wrap(name, _A_NAME))


def _difference(panel: Any, at: int, found: Interval, look: Look, factor: int) -> None:
    """One difference with its interval, if it has one, and in figures."""
    mean = factor * found.mean
    low, high = (mean if each is None else factor * each for each in (found.low, found.high))
    panel.errorbar(
        mean,
        at,
        xerr=[[mean - low], [high - mean]],
        color=look.colour,
        marker=look.marker,
        capsize=3,
        linestyle="none",
    )
    # As many digits as the interval bears: two of its half.
    digits = max(0, 1 - math.floor(math.log10(high - mean))) if high > mean else 2
    told = f"{mean:+,.{digits}f}"
    if found.low is not None:
        told += f" ({low:+,.{digits}f} to {high:+,.{digits}f})"
    panel.annotate(
        told.replace("-", "\N{MINUS SIGN}"),
        (mean, at),
        (0, 6),
        textcoords="offset points",
        ha="center",
        fontsize=7.5,
    )


def _band(
    panel: Any, x: Any, curves: Sequence[Any], look: Look, name: str, *, step: bool = False
) -> Sequence[float]:
    """The middle of the curves, and where 90 % of them lie. One curve has no band."""
    low, middle, high = quantiles((each.tolist() for each in curves), _BAND).values()
    kept = {"step": "post"} if step else {}
    if len(curves) > 1:
        panel.fill_between(x, low, high, color=look.colour, alpha=_ALPHA, linewidth=0, **kept)
    panel.plot(
        x,
        middle,
        color=look.colour,
        linestyle=look.dashes,
        label=as_label(name),
        drawstyle="steps-post" if step else "default",
    )
    return middle


def _bounds(panel: Any, steps: Sequence[Step], look: Look) -> None:
    """The interval at each time at which there is one."""
    known = [each for each in steps if each.low is not None and each.high is not None]
    panel.fill_between(
        [each.time for each in known],
        [100 * (each.low or 0) for each in known],
        [100 * (each.high or 0) for each in known],
        color=look.colour,
        alpha=_ALPHA,
        linewidth=0,
        step="post",
    )


def _at(steps: Sequence[Step], days: Any) -> Any:
    """The share that stays on each day: that of the last step until then, and all before."""
    np = numpy()
    times = np.array([each.time for each in steps])
    shares = np.array([1.0, *(each.share for each in steps)])
    return shares[np.searchsorted(times, days, side="right")]


def _first_over(curve: Sequence[float], share: float) -> int:
    """The first day on which a curve has come so far."""
    return next(day for day, each in enumerate(curve) if each >= share)


def _dates(panel: Any) -> None:
    dates = fetched("matplotlib.dates", "pictures")
    found = dates.AutoDateLocator()
    panel.xaxis.set_major_locator(found)
    panel.xaxis.set_major_formatter(dates.ConciseDateFormatter(found))


def _of_runs(several: Sequence[Any]) -> str:
    """Of how many runs a figure is the middle."""
    return f" (the middle of {len(several)} runs)" if len(several) > 1 else ""


def _notes(found: dict[str, list[Any]], *notes: str, single: str = "") -> list[str]:
    """How many runs are drawn, and what line and band are; ``single`` says it of one run."""
    runs = {name: len(several) for name, several in found.items()}
    counted = [f"{name}: {n} {'run' if n == 1 else 'runs'}." for name, n in runs.items()]
    if len(runs) > 1 and len(set(runs.values())) == 1:
        counted = [f"Runs of each scenario: {min(runs.values())}."]
    if max(runs.values()) > 1:
        counted.append("Line: the middle run of each day; band: 90 % of the runs.")
    if single and min(runs.values()) == 1:
        counted.append(single)
    return [*counted, *notes]
