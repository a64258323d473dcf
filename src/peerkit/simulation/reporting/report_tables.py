"""The tables of a study report: numbers with their sources, rules with theirs, and results."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from peerkit.errors import BadInput
from peerkit.handbook import Handbook
from peerkit.simulation.markdown import NOTHING, bullets, code, plainly, said, short, table
from peerkit.simulation.measuring.measures import PUT_IN, REFUSED, measure
from peerkit.simulation.reporting.logic import LIMITS
from peerkit.simulation.scenarios.evidence import NOT_FINDINGS
from peerkit.simulation.scenarios.files import NO_SOURCE, plain, source_of
from peerkit.simulation.scenarios.given import ASSUMED, Parameter, parameters
from peerkit.simulation.scenarios.house import handbook_of

if TYPE_CHECKING:
    from peerkit.handbook.book import Clause, Passage, Source
    from peerkit.simulation.scenarios.scenario import Scenario
    from peerkit.simulation.statistics.intervals import Interval
    from peerkit.simulation.studies.study import Study

__all__ = [
    "cited",
    "failed",
    "limits",
    "measured",
    "numbers",
    "refused",
    "results",
    "scenarios",
    "settings",
    "unsourced",
]

#: These say who a scenario is, not what it does.
_ITS_OWN: Final = ("name", "sources")
#: The id of a publication, where a caution names it.
_SOURCE: Final = re.compile(r"\bR-[A-Z0-9]+(?:-[A-Z0-9]+)*")


def measured(names: Iterable[str]) -> str:
    """What was measured: what each number says, and its unit."""
    return table(
        ("measure", "what it says", "unit"), [(code(each), *_about(each)) for each in names]
    )


def _about(name: str) -> tuple[str, str]:
    """What a measure says and its unit; one of the author's own says it by its name."""
    try:
        known = measure(name)
    except BadInput:
        return "a measure of the author's", ""
    return plainly(known.says), plainly(known.unit)


def scenarios(every: Iterable[Scenario], base: Scenario) -> str:
    """What differs between scenarios, a row for each."""
    written = {each.name: _there(each) for each in every}
    paths = {path: None for each in written.values() for path in each if not _is_its_own(path)}
    first = written[base.name]
    differ = [
        path
        for path in paths
        if any(each.get(path) != first.get(path) for each in written.values())
    ]
    if not differ:
        return "There is one way of doing things here: the scenarios do not differ."
    return table(
        ("scenario", *map(code, differ)),
        [
            (plainly(name), *(said(each.get(path)) for path in differ))
            for name, each in written.items()
        ],
    )


def _there(of: Scenario) -> dict[str, Any]:
    """Everything that is there in a scenario, by its path."""
    return {path: value for path, value in _flat(plain(of), "") if value != []}


def _flat(of: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Everything a scenario says, by its path."""
    if isinstance(of, list) and any(isinstance(each, dict) for each in of):
        for at, each in enumerate(of):
            yield from _flat(each, f"{path}[{at}]")
    elif type(of) is dict:
        for key, each in of.items():
            yield from _flat(each, f"{path}.{key}" if path else key)
    else:
        yield path, of


def _is_its_own(path: str) -> bool:
    return path.partition(".")[0] in _ITS_OWN


def numbers(of: Scenario) -> Iterator[str]:
    """Every number of a scenario by its parts: its value, unit, meaning, source and caution."""
    for part, several in groupby(parameters(of), _part_of):
        if part:
            yield f"#### {part.capitalize()}"
        yield table(
            ("number", "value", "unit", "what it says", "source", "caution"),
            [_row(of, number) for number in several],
        )


def _part_of(number: Parameter) -> str:
    """The part of a scenario that a number stands in; nothing for the scenario's own."""
    part, dot, _ = number.path.partition(".")
    return part if dot else ""


def _row(of: Scenario, number: Parameter) -> tuple[str, ...]:
    known = number.given
    return (
        code(number.path),
        said(number.value),
        plainly(known.unit),
        f"… {plainly(known.says)}",
        plainly(source_of(of, number)),
        plainly(known.caution),
    )


def settings(of: Scenario) -> str:
    """What a scenario sets that is no number."""
    known = {each.path for each in parameters(of)}
    return table(
        ("setting", "value"),
        [
            (code(path), said(value))
            for path, value in _flat(plain(of), "")
            if path not in known and not _is_its_own(path)
        ],
    )


def unsourced(every: Iterable[Scenario]) -> Iterator[str]:
    """Which numbers are assumptions, and of which nobody says where they are from."""
    found: dict[str, dict[str, None]] = {ASSUMED: {}, NO_SOURCE: {}}
    for each in every:
        for number in parameters(each):
            found.get(source_of(each, number), {})[number.path] = None
        for name, _ in each.limits:
            if f"limits.{name}" not in dict(each.sources):
                found[NO_SOURCE][f"limits.{name}"] = None
    for says, paths in (
        ("Numbers that are an assumption of peerkit's", found[ASSUMED]),
        ("Numbers of the author's, with no source given", found[NO_SOURCE]),
    ):
        if paths:
            yield f"{says}: {', '.join(map(code, paths))}."


def cited(every: Iterable[Scenario]) -> Iterator[str]:
    """The publications and other sources that numbers are from."""
    several = tuple(every)
    known = Handbook.load().sources
    named = {
        name
        for each in several
        for number in parameters(each)
        for name in (source_of(each, number), *_SOURCE.findall(number.given.caution))
    }
    yield bullets(
        f"{plainly(name)}: {plainly(known[name])}{_link(known[name])}"
        for name in sorted(named & known.keys())
    )
    theirs = {pair: None for each in several for pair in each.sources}
    if theirs:
        yield "Said by the author:"
        yield bullets(f"{code(path)}: {plainly(text)}" for path, text in theirs)


def limits(every: Iterable[Scenario], base: Scenario) -> Iterator[str]:
    """The limits of the handbook on the first day, with where each is written.

    Those of the other scenarios follow, where they are others. Beside a number of a scenario's
    own stands that of its handbook, and whether the scenario allows more.
    """
    known = _in_force(base)
    yield table(
        ("limit", "number", "what it says", "where it is written"),
        [
            (code(own.id), _number(own, under), plainly(own.says), _where(base, own))
            for own, under in known
        ],
    )
    first = {own.id: _stands(own, under) for own, under in known}
    others = [
        (plainly(of.name), code(own.id), _number(own, under), _where(of, own))
        for of in every
        for own, under in _in_force(of)
        if _stands(own, under) != first.get(own.id)
    ]
    if others:
        yield "Where other scenarios differ from it:"
        yield table(("scenario", "limit", "number", "where it is written"), others)


def _in_force(of: Scenario) -> list[tuple[Clause, Clause | None]]:
    """The limits that have a number on the first day, and what the handbook has in its place.

    That is there for a number of the scenario's own.
    """
    theirs = [name for name, _ in of.limits]
    shown = (*LIMITS, *(name for name in theirs if name not in LIMITS))
    book = handbook_of(of).on(of.begins)
    bare = handbook_of(of.but({f"limits.{name}": None for name in theirs})).on(of.begins)
    return [
        (own, bare.clause(own.id) if own.id in theirs else None)
        for own in map(book.clause, shown)
        if own.value is not None
    ]


def _stands(own: Clause, under: Clause | None) -> tuple[int | None, bool]:
    """What a limit allows, and whether that is more than its handbook does."""
    return own.value, _looser(own, under)


def _looser(own: Clause, under: Clause | None) -> bool:
    return bool(under and own.value is not None and not under.keeps(own.value))


def _number(own: Clause, under: Clause | None) -> str:
    """The number of a limit; of a scenario's own, that of the handbook beside it."""
    if under is None:
        return _amount(own)
    said = "no number" if under.value is None else _amount(under)
    how = "**looser than the handbook**" if _looser(own, under) else "the handbook"
    return f"{_amount(own)} ({how}: {said})"


def _amount(limit: Clause) -> str:
    return f"{limit.value:,} {plainly(limit.unit_for(limit.value))}"


def _where(of: Scenario, clause: Clause) -> str:
    """Where a clause is written. A number of the scenario's own is the author's."""
    name = f"limits.{clause.id}"
    if clause.id in dict(of.limits):
        return f"this scenario: {plainly(dict(of.sources).get(name, NO_SOURCE))}"
    return "; ".join(_passage(each) for each in clause.passages)


def _passage(each: Passage) -> str:
    since = f", in force since {each.since.isoformat()}" if each.since else ""
    doubt = "" if each.verified else " (unverified: from memory)"
    return f"{plainly(each.source)}, {plainly(each.at)}{since}{doubt}{_link(each.source)}"


def _link(source: Source) -> str:
    return f", <{source.link}>" if source.link else ""


def refused(study: Study, base: Scenario) -> Iterator[str]:
    """The clauses under which something was refused in some run, with where each is written."""
    names = [each.removeprefix(REFUSED) for each in study.measures if each.startswith(REFUSED)]
    if not names:
        yield "Nothing was refused under it in any run."
        return
    yield "Clauses under which something was refused, in some run of some scenario:"
    books = [(of, handbook_of(of).on(of.begins)) for of in (base, *study.scenarios)]
    rows = []
    for name in sorted(names):
        known = [(of, book.clauses[name]) for of, book in books if name in book.clauses][:1]
        told = [(plainly(each.says), _where(of, each)) for of, each in known]
        rows.append((code(name), *(told[0] if told else (NOTHING, NOTHING))))
    yield table(("clause", "what it says", "where it is written"), rows)


def failed(study: Study) -> str:
    """How many runs failed, and why each did."""
    asked = len(study.scenarios) * study.replications
    if not study.failures:
        return f"None of the {asked:,} runs failed."
    rows = [
        (plainly(each.scenario), f"{each.run}", plainly(each.error), plainly(each.says))
        for each in study.failures
    ]
    told = f"{len(rows):,} of the {asked:,} runs failed, and their numbers are missing."
    return f"{told}\n\n{table(('scenario', 'run', 'error', 'what it says'), rows)}"


def results(study: Study, measures: Iterable[str], against: str, level: float) -> Iterator[str]:
    """For each measure the mean of each scenario, and how far it lies from another's."""
    compared = len(study.names) > 1
    more = (f"less {plainly(against)}", "its interval") if compared else ()
    for name in measures:
        says, unit = _about(name)
        yield f"### {code(name)}"
        yield f"{says}{f' ({unit})' if unit else ''}"
        if name in PUT_IN:
            yield NOT_FINDINGS
        rows = []
        for scenario, found in study.interval(name, level).items():
            row = [plainly(scenario), *_estimate(found), f"{found.n:,} of {found.runs:,}"]
            if compared:
                row += (
                    ["", ""]
                    if scenario == against
                    else _less(study, scenario, against, name, level)
                )
            rows.append(row)
        yield table(("scenario", "mean", f"{level:.0%} interval", "runs", *more), rows)


def _less(study: Study, a: str, b: str, measure: str, level: float) -> list[str]:
    try:
        return _estimate(study.difference(a, b, measure, level).difference)
    except BadInput:  # no run has it in both
        return [NOTHING, NOTHING]


def _estimate(found: Interval) -> list[str]:
    if not found.n:
        return [NOTHING, NOTHING]
    if found.low is None or found.high is None:
        return [short(found.mean), NOTHING]
    return [short(found.mean), f"{short(found.low)} to {short(found.high)}"]
