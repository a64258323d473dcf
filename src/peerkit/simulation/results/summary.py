"""A run or a study on half a page, as text and for a notebook: what it is, and its main numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

import attrs

from peerkit.simulation.measuring.measures import MEASURES, REFUSED, measure, measured_in, unit_of
from peerkit.simulation.record import Run
from peerkit.simulation.scenarios.evidence import NOT_FINDINGS
from peerkit.simulation.statistics.intervals import Interval
from peerkit.simulation.studies.study import Study

__all__ = ["Page", "page_of"]

#: What a run shows, of all that is measured; and a study, where it has these.
_OF_A_RUN: Final = (
    "came",
    "matched",
    "wait_median",
    "wait_90",
    "waiting_at_end",
    "gave_up",
    "sessions_held",
    "dose",
    "share_beyond",
    "utilisation",
    "peers_left",
    "refusals",
)
_OF_A_STUDY: Final = ("matched", "wait_median", "wait_90", "gave_up", "share_beyond", "utilisation")
#: So many clauses, scenarios and measures of somebody's own are shown.
_CLAUSES: Final = 3
_SCENARIOS: Final = 12
_MEASURES: Final = 6
#: So much of the edition of a handbook tells it from others.
_EDITION: Final = 12
_NO_VALUE: Final = "no value"


@attrs.frozen
class Page:
    """A table with its title, and what must be said beside it. A row begins with its name."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]

    def text(self) -> str:
        """As plain text, in columns."""
        lines = (self.head, *self.rows)
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        told = (
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        )
        return "\n".join((self.title, "", *told, "", *self.notes))

    def html(self) -> str:
        """As a table of HTML that a screen reader can walk through: no style, no script."""
        head = "".join(f'<th scope="col">{escape(each)}</th>' for each in self.head)
        rows = "".join(
            f'<tr><th scope="row">{escape(row[0])}</th>'
            + "".join(f"<td>{escape(each)}</td>" for each in row[1:])
            + "</tr>"
            for row in self.rows
        )
        notes = "".join(f"<p><small>{escape(each)}</small></p>" for each in self.notes)
        return (
            f"<table><caption>{escape(self.title)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{notes}"
        )


def page_of(what: Run | Study) -> Page:
    """The half page of a run or of a study."""
    return _of_a_run(what) if isinstance(what, Run) else _of_a_study(what)


def _of_a_run(run: Run) -> Page:
    scenario, found = run.scenario, measured_in(run)
    clauses = sorted(
        (name for name in found if name.startswith(REFUSED)), key=lambda name: -found[name]
    )
    rows = (
        (name, _said(found[name], unit_of(name)), measure(name).says)
        for name in (*_OF_A_RUN, *clauses[:_CLAUSES])
    )
    days = f"{scenario.days} days from {scenario.begins}"
    if scenario.warm_up:
        days += f", of which the first {scenario.warm_up} are not counted"
    return Page(
        f"{scenario.name}: run {run.number}, seed {run.seed}, engine {run.engine}; {days}",
        ("measure", "value", "what it says"),
        tuple(rows),
        (f"Handbook: {run.edition[:_EDITION]}. measured_in(run) has every measure.", NOT_FINDINGS),
    )


def _of_a_study(study: Study) -> Page:
    known = [name for name in study.measures if name in _OF_A_STUDY]
    shown = known or list(study.measures[:_MEASURES])
    columns = [study.interval(name) for name in shown]
    rows = (
        (name, *(_mean(found[name], each) for found, each in zip(columns, shown, strict=True)))
        for name in study.names[:_SCENARIOS]
    )
    return Page(
        f"Means over {study.replications} runs of each scenario, with 95 % intervals; "
        f"seed {study.seed}, engine {study.engine}",
        ("scenario", *(f"{name} ({_unit(name)})" for name in shown)),
        tuple(rows),
        (*_left_out(study), f"{_explained(shown)} study.rows() has every number.", NOT_FINDINGS),
    )


def _left_out(study: Study) -> Iterable[str]:
    """What is not in the table, so that nobody misses it."""
    if study.failures:
        asked = len(study.names) * study.replications
        yield f"{len(study.failures)} of {asked} runs failed and are not counted: study.failures."
    if len(study.names) > _SCENARIOS:
        yield f"The first {_SCENARIOS} of {len(study.names)} scenarios."


def _explained(names: Sequence[str]) -> str:
    return " ".join(f"{name}: {measure(name).says}." for name in names if name in MEASURES)


def _unit(name: str) -> str:
    unit = unit_of(name)
    return "%" if unit == "share" else unit or "no unit"


def _said(value: float, unit: str) -> str:
    """A number as somebody reads it, with its unit."""
    if math.isnan(value):
        return _NO_VALUE
    return f"{_number(value, unit)} {'%' if unit == 'share' else unit}"


def _mean(found: Interval, name: str) -> str:
    """A mean and where it probably lies, without the unit, which stands above."""
    if not found.n:
        return _NO_VALUE
    unit = unit_of(name)
    told = _number(found.mean, unit)
    if found.low is None or found.high is None:
        return told
    return f"{told} ({_number(found.low, unit)} to {_number(found.high, unit)})"


def _number(value: float, unit: str) -> str:
    if unit == "share":
        # A zero has no sign.
        return f"{round(100 * value, 1) + 0.0:.1f}"
    return f"{value:,.0f}" if value == round(value) or abs(value) >= _MANY else f"{value:.3g}"


#: From here on nobody reads what stands behind the point.
_MANY: Final = 1000
