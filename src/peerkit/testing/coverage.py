"""What no situation visits, and so nobody has checked: of rules, clauses, limits, layers, dates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

import attrs

from peerkit.decisions import Finding
from peerkit.handbook import Handbook, Verdict, layers
from peerkit.rules import COUNTED, ROLE_LIMITS
from peerkit.testing.situations import Situation, situations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peerkit.handbook import Passage

__all__ = ["Unvisited", "coverage"]

_A_DAY = timedelta(days=1)


@attrs.frozen(kw_only=True)
class Unvisited:
    """What no situation visits, each part sorted. All empty: everything is visited.

    ``rules`` are rules that no situation finds content, or discontent; ``clauses``
    clauses under a verdict they have words for; ``activities`` entries of the
    catalogue, ``cases`` their cases; ``limits`` numbers of a layer that rules
    count and no situation meets; ``dates`` days on which such a number or a
    passage begins or ends, without a situation on the day and on the day
    before; ``layers`` layers under which no situation cites what they say.
    """

    rules: tuple[str, ...]
    clauses: tuple[str, ...]
    activities: tuple[str, ...]
    cases: tuple[str, ...]
    limits: tuple[str, ...]
    dates: tuple[str, ...]
    layers: tuple[str, ...]

    def __bool__(self) -> bool:
        return any(attrs.astuple(self))


def coverage(among: Iterable[Situation] | None = None) -> Unvisited:
    """What these situations, or all that peerkit ships, leave unvisited in the shipped book."""
    asked = [
        _Visit(each, each.decision().findings)
        for each in (situations() if among is None else among)
    ]
    base = Handbook.load()
    numbered = _numbered(base)
    met = {(one.clause.id, one.verdict) for each in asked for one in each.findings}
    named = [one for each in asked for one in each.situation.ask.activities_named]
    cited = {passage.layer for each in asked for one in each.findings for passage in one.passages}
    return Unvisited(
        rules=_left(_rules(asked)),
        clauses=_left(
            f"{id_}: {verdict}"
            for id_, written in base.clauses.items()
            if (not written.unit or id_ in numbered) and id_ not in _OF_THE_ENGINE
            for verdict in written.sentences
            if (id_, verdict) not in met
        ),
        activities=_left(set(base.activities) - {each.id for each in named}),
        cases=_left(
            f"{entry.id}: {', '.join(f'{name} = {answer}' for name, answer in case.when)}"
            for entry in base.activities.values()
            for case in entry.cases
            if not any(
                each.id == entry.id and set(case.when) <= set(each.circumstances) for each in named
            )
        ),
        limits=_left(_limits(asked)),
        dates=_left(_dates(asked)),
        layers=_left(
            each.id
            for each in layers()
            if each.id not in cited
            and (each.activities or each.clauses or numbered & set(each.limits))
        ),
    )


#: What the engine itself says; no situation under all role limits can come to it.
_OF_THE_ENGINE = frozenset({"silence", "unchecked"})


@attrs.frozen
class _Visit:
    situation: Situation
    findings: tuple[Finding, ...]


def _left(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(found)))


def _rules(asked: list[_Visit]) -> Iterator[str]:
    """Rules that are never content, and those that could say more and never do."""
    content, other = set(), set()
    for each in asked:
        view, book = each.situation.view, each.situation.book
        for rule in ROLE_LIMITS.speaking_of(type(each.situation.ask)):
            verdicts = {one.verdict for one in rule.check(each.situation.ask, view, book)}
            if Verdict.ALLOWED in verdicts:
                content.add(rule.id)
            if verdicts - {Verdict.ALLOWED}:
                other.add(rule.id)
    for rule in ROLE_LIMITS.rules:
        if rule.id not in content and rule.id not in _NEVER_CONTENT:
            yield f"{rule.id}: allowed"
        if rule.id not in other and rule.id not in _ALWAYS_CONTENT:
            yield f"{rule.id}: not allowed"


def _numbered(base: Handbook) -> set[str]:
    """The limits that rules count and to which the base or some layer gives a number."""
    given = {id_ for id_ in COUNTED if base.clauses[id_].values}
    return given | {id_ for each in layers() for id_ in each.limits if id_ in COUNTED}


#: Rules that say nothing when all is well, and rules by which something is always right.
_NEVER_CONTENT = frozenset({"known-clauses", "known-house", "forgotten"})
_ALWAYS_CONTENT = frozenset({"anyone-may-tell", "connecting", "reminder", "safety-first", "stops"})


def _limits(asked: list[_Visit]) -> Iterator[str]:
    """Numbers of layers that rules count, which no situation meets on both sides."""
    for layer in layers():
        for id_ in set(layer.limits) & set(COUNTED):
            kept = {
                one.allowed
                for each in asked
                for one in each.findings
                if one.clause.id == id_ and _of(layer.id, one.passages[:1])
            }
            for side, said in ((True, "kept"), (False, "not kept")):
                if side not in kept:
                    yield f"{layer.id}: {id_} {said}"


def _of(layer: str, passages: tuple[Passage, ...]) -> bool:
    return any(each.layer == layer for each in passages)


def _dates(asked: list[_Visit]) -> Iterator[str]:
    """Days on which something begins or ends, without a situation on the day and the day before."""
    met = {
        (layer, one.clause.id, each.situation.on)
        for each in asked
        for layer in ("base", *Handbook.load(*each.situation.layers).layers)
        for one in each.findings
    }
    for name in ("base", *(each.id for each in layers())):
        handbook = Handbook.load() if name == "base" else Handbook.load(name)
        for id_, written in handbook.clauses.items():
            if written.unit and id_ not in COUNTED:
                continue
            for passage in written.every_passage():
                for day in (passage.since, passage.until):
                    if day is None or passage.layer != name:
                        continue
                    for each in (day - _A_DAY, day):
                        if (name, id_, each) not in met:
                            yield f"{name}: {id_} on {each.isoformat()}"
