"""The report of a study, by the items of STRESS-DES: what follows from it, and what is left to say.

What a model, a scenario and an experiment say of themselves is written out. What only the author
knows is a visible blank, until they say it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.errors import BadInput
from peerkit.handbook.table import parsed
from peerkit.simulation.markdown import bullets, code, plainly, table
from peerkit.simulation.reporting.logic import (
    ALGORITHMS,
    ASSUMPTIONS,
    DAY,
    EXECUTION,
    FLOW,
    LUCK,
    PARTS,
)
from peerkit.simulation.reporting.report_tables import (
    cited,
    failed,
    limits,
    numbers,
    refused,
    results,
    scenarios,
    settings,
    unsourced,
)
from peerkit.simulation.reporting.report_tables import measured as measures_of
from peerkit.simulation.scenarios.evidence import caution
from peerkit.simulation.scenarios.house import handbook_of
from peerkit.simulation.studies.manifest import manifest_of

if TYPE_CHECKING:
    from peerkit.simulation.scenarios.scenario import Scenario
    from peerkit.simulation.studies.manifest import Manifest
    from peerkit.simulation.studies.study import Study

__all__ = ["BLANK", "report"]

#: Stands before what only the author can say.
BLANK: Final = "To be written by the author:"
_GUIDELINE: Final = (
    "This report follows STRESS-DES (Monks et al. 2019, doi 10.1080/17477778.2018.1442155). What "
    "is written out follows from the model, the scenarios and the experiment."
)
_RERUN: Final = """\
```python
from peerkit.simulation import read_manifest, rerun

study = rerun(read_manifest("manifest.json"))
```"""


@attrs.frozen(kw_only=True)
class _Item:
    """One item of the guideline. ``asks`` is what only the author knows."""

    id: str
    title: str
    asks: str | None
    section: str


@attrs.frozen(kw_only=True)
class _Facts:
    """What a report is written from."""

    study: Study
    manifest: Manifest
    measures: tuple[str, ...]
    against: str
    level: float

    @property
    def base(self) -> Scenario:
        """The scenario that the others are compared with."""
        return next(each for each in self.study.scenarios if each.name == self.against)


def report(
    study: Study,
    *,
    title: str = "Study report",
    author: Mapping[str, str] | None = None,
    pictures: Mapping[str, str] | None = None,
    measures: Iterable[str] | None = None,
    against: str | None = None,
    level: float = 0.95,
) -> str:
    """The report of a study in Markdown, by the items of STRESS-DES, with its results at the end.

    ``author`` fills blanks by the number of the item, as ``{"1.1": "We ask…"}``; it is Markdown.
    ``pictures`` are addresses by what they show. ``measures`` are those to report, all of them
    if not said; ``against`` is the scenario that others are compared with, the first if not said.
    Raises :class:`~peerkit.errors.BadInput` for an item, a measure or a scenario that there is
    not.
    """
    told = dict(author or {})
    facts = _Facts(
        study=study,
        manifest=manifest_of(study),
        measures=_known(measures, study.measures, "measures"),
        against=_known([against or study.names[0]], study.names, "against")[0],
        level=level,
    )
    _known(told, [each.id for each in _items()], "author")
    parts = [f"# {plainly(title)}", f"> **Made-up people.** {caution()}", _GUIDELINE]
    section = ""
    for item in _items():
        if item.section != section:
            section = item.section
            parts.append(f"## {section}")
        parts += [f"### {item.id} {item.title}", *_WRITTEN.get(item.id, _nothing)(facts)]
        if item.id in told:
            parts.append(told[item.id].strip())
        elif item.asks:
            parts.append(f"> **{BLANK}** {item.asks}")
    parts += ["## Results", *_results(facts, pictures or {})]
    return "\n\n".join(parts) + "\n"


def _known(asked: Iterable[str] | None, among: Iterable[str], place: str) -> tuple[str, ...]:
    """Those asked for, all of which there are; without any, all there are."""
    there = tuple(among)
    if asked is None:
        return there
    found = tuple(asked)
    for each in found:
        if each not in there:
            near = get_close_matches(each, there, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(there)}"
            raise BadInput(place, f"{each!r} is not in this study; {hint}")
    return found


@cache
def _items() -> tuple[_Item, ...]:
    """The items of the guideline, in order."""
    name = "stress.toml"
    file = parsed(name, (files("peerkit.simulation.reporting") / name).read_bytes())
    found = []
    for section in file.tables("section"):
        title = f"{section.text('id')}. {section.text('title')}"
        for each in section.tables("item"):
            found.append(
                _Item(
                    id=each.text("id"),
                    title=each.text("title"),
                    asks=each.text("asks", None),
                    section=title,
                )
            )
            each.done()
        section.done()
    file.done()
    return tuple(found)


def _nothing(_: _Facts) -> Iterator[str]:
    """An item that is the author's alone."""
    yield from ()


def _outputs(of: _Facts) -> Iterator[str]:
    yield measures_of(of.measures)
    left_out = of.base.warm_up
    since = (
        f"from day {left_out:,} on (the first is day 0)" if left_out else "from the first day on"
    )
    yield (
        f"Each is worked out once for each run, at its end, from what happened {since}. A number "
        "that a run does not have, as the mean wait of nobody, is left out, and it is said how "
        "many runs have it."
    )
    yield (
        f"Reported are the mean over runs and Student's t interval of {of.level:.0%}: mean ± t × s "
        "/ √n. Scenarios are compared run by run, on the same luck: the interval is that of the "
        "mean of the differences."
    )


def _aims(of: _Facts) -> Iterator[str]:
    names = ", ".join(plainly(each) for each in of.study.names)
    yield (
        f"Scenarios: {names}. What differs between them stands in 2.3. Each was run "
        f"{of.study.replications:,} times. Nothing was optimised."
    )


def _overview(of: _Facts) -> Iterator[str]:
    yield f"```text\n{FLOW}```"
    if of.base.groups.count:
        yield "Groups meet beside the appointments, for those who walk with a peer."
    if of.base.beds.count:
        yield "The respite house has guests and a queue of its own."


def _logic(of: _Facts) -> Iterator[str]:
    yield "Each day goes in this order:"
    yield "\n".join(f"{at}. **{each.name}.** {each.says}" for at, each in enumerate(DAY, 1))
    book = handbook_of(of.base)
    layers = ", ".join(map(plainly, of.base.layers)) or "none over the base"
    yield (
        "What peers may do, and how much of it, is said by the same handbook that governs a real "
        f"program (layers: {layers}; edition `{book.edition}`). Its limits on the first day:"
    )
    yield from limits(of.study.scenarios, of.base)
    turns = [day for day in book.turns if of.base.begins < day <= of.base.date_of(of.base.days - 1)]
    if turns:
        days = ", ".join(each.isoformat() for each in turns)
        yield f"The handbook changes during the simulated days: {days}."
    yield from refused(of.study, of.base)


def _differ(of: _Facts) -> Iterator[str]:
    yield scenarios(of.study.scenarios, of.base)


def _algorithms(of: _Facts) -> Iterator[str]:
    yield bullets(f"**{each.name}.** {each.says}" for each in ALGORITHMS)
    yield f"In this study peers are chosen by `{of.base.matching.choosing}`."


def _components(_: _Facts) -> Iterator[str]:
    for name, each in PARTS.items():
        yield f"#### {name.capitalize()}"
        yield bullets(f"**{one.name}**: {one.says}" for one in each)


def _sources(of: _Facts) -> Iterator[str]:
    yield from cited(of.study.scenarios)


def _parameters(of: _Facts) -> Iterator[str]:
    name = plainly(of.base.name)
    yield f"The numbers of the scenario {name}; what differs in others stands in 2.3."
    yield from numbers(of.base)
    yield "What else is set:"
    yield settings(of.base)


def _assumptions(of: _Facts) -> Iterator[str]:
    yield "The model takes for granted:"
    yield bullets(ASSUMPTIONS)
    yield from unsourced(of.study.scenarios)


def _initialisation(of: _Facts) -> Iterator[str]:
    base, arrivals = of.base, of.base.arrivals
    yield (
        f"On the first day, {base.begins.isoformat()}, {base.peers.count:,} peers are in service, "
        f"{arrivals.walking:,} people walk with one already, and {arrivals.waiting:,} wait."
    )
    yield (
        f"The first {base.warm_up:,} days are a warm-up and are not counted."
        if base.warm_up
        else "There is no warm-up: every day is counted."
    )


def _length(of: _Facts) -> Iterator[str]:
    base = of.base
    last = base.date_of(base.days - 1)
    yield f"{base.days:,} days, from {base.begins.isoformat()} to {last.isoformat()}, day by day."


def _estimation(of: _Facts) -> Iterator[str]:
    study = of.study
    yield (
        f"The model is stochastic. Each scenario was run {study.replications:,} times; run k has "
        f"the same luck in each. {failed(study)}"
    )
    if study.chosen:
        yield bullets(map(plainly, study.chosen))


def _software(of: _Facts) -> Iterator[str]:
    yield bullets(f"{name} {each}" for name, each in of.manifest.versions.items())


def _sampling(of: _Facts) -> Iterator[str]:
    yield f"The seed of the study is {of.study.seed}."
    yield bullets(LUCK)


def _execution(of: _Facts) -> Iterator[str]:
    yield EXECUTION[of.study.engine]
    yield (
        "Time goes in steps of one day, in the order of 2.2. Both engines give the same tables, "
        "row by row. Runs are made one after another or by workers; the numbers are the same."
    )


def _system(of: _Facts) -> Iterator[str]:
    yield f"{of.manifest.system}."


def _access(of: _Facts) -> Iterator[str]:
    yield (
        "The model is part of peerkit, which is free software (MIT). The manifest of this study "
        "holds every scenario in full. From it every number is made again:"
    )
    yield _RERUN
    yield f"The digest of the results is `{of.manifest.digest}`."
    yield table(
        ("scenario", "hash", "edition of its handbook"),
        [
            (plainly(each.scenario.name), code(each.hash), code(each.edition))
            for each in of.manifest.parts
        ],
    )


def _results(of: _Facts, pictures: Mapping[str, str]) -> Iterator[str]:
    yield "These numbers are synthetic, and effects of peers are inputs (see the top)."
    yield failed(of.study)
    for caption, address in pictures.items():
        yield f"![{plainly(caption)}](<{address}>)"
    yield from results(of.study, of.measures, of.against, of.level)


#: What is written below each item.
_WRITTEN: Final[Mapping[str, Callable[[_Facts], Iterator[str]]]] = {
    "1.2": _outputs,
    "1.3": _aims,
    "2.1": _overview,
    "2.2": _logic,
    "2.3": _differ,
    "2.4": _algorithms,
    "2.5": _components,
    "3.1": _sources,
    "3.3": _parameters,
    "3.4": _assumptions,
    "4.1": _initialisation,
    "4.2": _length,
    "4.3": _estimation,
    "5.1": _software,
    "5.2": _sampling,
    "5.3": _execution,
    "5.4": _system,
    "6.1": _access,
}
