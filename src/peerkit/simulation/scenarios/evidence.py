"""What was published, with its design, its interval and its caution: what a scenario rests on.

Two trials asked whether people with a peer are readmitted less. One found so, the other found no
difference. Nothing here gives one of them without the other.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from peerkit.handbook import Handbook
from peerkit.handbook.cited import passage
from peerkit.handbook.table import Table, parsed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peerkit.handbook.book import Passage, Source

    #: So many of so many people.
    Count: TypeAlias = tuple[int, int]

__all__ = [
    "NOT_FINDINGS",
    "READMITTED",
    "PublishedFigure",
    "PublishedStudy",
    "caution",
    "published",
    "trials",
]

#: Said wherever an outcome of a rehearsal is shown.
NOT_FINDINGS: Final = (
    "Effects are inputs of this scenario, not findings. These people are made up: nothing here is "
    "evidence of what peers do, and it must not be cited as such."
)
#: The id of the figure that both trials give.
READMITTED: Final = "readmitted"
#: The one that found fewer readmissions, and the one that found no difference.
_BOTH: Final = ("johnson-2018", "enrich-2022")


@attrs.frozen(kw_only=True)
class PublishedFigure:
    """One number that was published, with its interval, and where it stands.

    ``count`` is how many of how many people, ``without`` the same of those without peers.
    ``log_sd`` is how widely the logarithm of a ratio is drawn, where a scenario draws it.
    """

    id: str
    says: str
    unit: str
    value: float
    low: float | None
    high: float | None
    log_sd: float
    count: Count | None
    without: Count | None
    passage: Passage

    def __str__(self) -> str:
        between = "" if self.low is None else f" ({self.low:g} to {self.high:g})"
        counted = "" if self.count is None else "; {} of {} people".format(*self.count)
        if self.without is not None:
            counted += " with peers, {} of {} without".format(*self.without)
        doubt = "" if self.passage.verified else " [unverified: from memory]"
        return f"{self.says}: {self.unit} {self.value:g}{between}{counted}{doubt}"


@attrs.frozen(kw_only=True)
class PublishedStudy:
    """A study: how it was made, with how many people, what it found and what it cannot bear."""

    id: str
    name: str
    design: str
    n: int | None
    caution: str
    figures: tuple[PublishedFigure, ...]

    def figure(self, id_: str) -> PublishedFigure:
        """One of its figures, by id."""
        return next(each for each in self.figures if each.id == id_)

    def __str__(self) -> str:
        people = "" if self.n is None else f", {self.n:,} people"
        found = "; ".join(str(each) for each in self.figures)
        return f"{self.name} ({self.design}{people}): {found}. {self.caution}"


def trials() -> tuple[PublishedStudy, PublishedStudy]:
    """Both trials of readmission: Johnson 2018 and ENRICH. Neither is quoted alone."""
    by_id = {each.id: each for each in published()}
    positive, null = _BOTH
    return by_id[positive], by_id[null]


def caution() -> str:
    """What stands beside every outcome that is shown: these are inputs, and both trials."""
    found = (f"{each.name}: {each.figure(READMITTED)}. {each.caution}" for each in trials())
    return " ".join((NOT_FINDINGS, *found))


@cache
def published() -> tuple[PublishedStudy, ...]:
    """Every study that a scenario or the checks of this room use."""
    name = "evidence.toml"
    file = parsed(name, (files("peerkit.simulation.scenarios") / name).read_bytes())
    sources = Handbook.load().sources
    found = tuple(_study(each, sources) for each in file.tables("study"))
    file.done()
    return found


def _study(table: Table, sources: Mapping[str, Source]) -> PublishedStudy:
    study = PublishedStudy(
        id=table.code("id"),
        name=table.text("name"),
        design=table.text("design"),
        n=table.take("n", int, "how many people", None),
        caution=table.text("caution"),
        figures=tuple(_figure(each, sources) for each in table.tables("figure")),
    )
    table.done()
    return study


def _figure(table: Table, sources: Mapping[str, Source]) -> PublishedFigure:
    number = "a number with a point, such as 0.66"
    figure = PublishedFigure(
        id=table.code("id"),
        says=table.text("says"),
        unit=table.text("unit"),
        value=table.take("value", float, number),
        low=table.take("low", float, number, None),
        high=table.take("high", float, number, None),
        log_sd=table.take("log_sd", float, number, 0.0),
        count=_count(table, "count"),
        without=_count(table, "without"),
        passage=passage(table, sources, "base"),
    )
    table.done()
    return figure


def _count(table: Table, key: str) -> Count | None:
    pair: list[int] | None = table.take(key, list, "two whole numbers", None)
    if pair is None:
        return None
    many, of = pair
    return many, of
