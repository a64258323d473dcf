"""Situations: named cases, written as data. They are test, documentation and lesson at once."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import attrs

from peerkit.acts import Act, Makes
from peerkit.decisions import Decision, decide
from peerkit.errors import BadInput
from peerkit.handbook import Book, Handbook, Verdict
from peerkit.model import Noun, View
from peerkit.rules import ROLE_LIMITS
from peerkit.stores.writing.codec import read_act, read_noun

__all__ = [
    "Situation",
    "decided_differently",
    "disagreements",
    "is_ordinary",
    "ordinary",
    "situations",
]

#: An ordinary pair: supervised, matched, boundaries agreed. Most situations start here.
_ORDINARY: Final = """
{"noun": "person", "id": "ana", "experiences": [{"of": "homelessness"}]}
{"noun": "person", "id": "p-7"}
{"noun": "person", "id": "p-8"}
{"noun": "peer", "id": "ana", "role": "peer-worker", "supervisor": "sam",
 "since": "2026-01-05", "supervised": "2026-10-20"}
{"noun": "participant", "id": "p-7"}
{"noun": "participant", "id": "p-8"}
{"noun": "match", "id": "m-1", "peer": "ana", "participant": "p-7", "status": "accepted"}
{"noun": "agreement", "id": "ag-1", "peer": "ana", "participant": "p-7",
 "topics": ["confidentiality-limits"]}
"""
_ORDINARY_TALLIES: Final = MappingProxyType(
    {
        ("ana", "walking"): 1,
        ("ana+p-7", "met"): 1,
        ("ana", "supervision-talks-a-month"): 4,
        ("ana", "supervision-minutes-a-month"): 240,
    }
)


@attrs.frozen(kw_only=True)
class Situation:
    """Given, ask, verdict, because.

    ``clauses`` are the codes that carry the heaviest verdict, or, when it is
    allowed, codes that must be among the findings; ``because`` is the exact
    sentence of one of them. ``vignette`` names the published case it is made of.
    """

    name: str
    file: str
    on: date
    layers: tuple[str, ...]
    nouns: tuple[Noun, ...]
    tallies: Mapping[tuple[str, str], int]
    ask: Act
    verdict: str
    clauses: tuple[str, ...]
    because: str | None
    vignette: str | None = None

    @property
    def view(self) -> View:
        """What stands."""
        return View(datetime.combine(self.on, time(12), UTC), self.nouns, self.tallies)

    @property
    def book(self) -> Book:
        """The book it is asked under."""
        return Handbook.load(*self.layers).on(self.on)

    def decision(self, book: Book | None = None) -> Decision:
        """What the rules say of it, under its own book or another."""
        return decide(self.ask, self.view, self.book if book is None else book, ROLE_LIMITS)


def disagreements(situation: Situation) -> Iterator[str]:
    """What differs between the situation and what the rules say of it: nothing, if all is well."""
    decision = situation.decision()
    if str(decision.verdict) != situation.verdict:
        yield f"expected {situation.verdict}, and the rules say:\n{decision.explain()}"
        return
    deciding = [each for each in decision.findings if each.verdict is decision.verdict]
    codes = {each.clause.id for each in deciding}
    wanted = set(situation.clauses)
    if decision.allowed:
        if not wanted <= codes:
            yield f"expected findings of {sorted(wanted - codes)}"
    elif codes != wanted:
        yield f"expected it to rest on {sorted(wanted)}, and it rests on {sorted(codes)}"
    sentences = [each.sentence for each in deciding]
    if situation.because is not None and situation.because not in sentences:
        yield f"expected the sentence {situation.because!r} among {sentences}"


def decided_differently(
    before: Book, after: Book, among: Iterable[Situation] | None = None
) -> Iterator[tuple[Situation, Verdict, Verdict]]:
    """The situations that two books decide differently, with both verdicts.

    Those that ``among`` names, or all that peerkit ships and that name no layer
    of their own. Each is asked under both books.
    """
    plain = (each for each in situations() if not each.layers)
    for each in plain if among is None else among:
        was, now = each.decision(before).verdict, each.decision(after).verdict
        if was is not now:
            yield each, was, now


def ordinary() -> tuple[Noun, ...]:
    """The pair from which most situations start: supervised, matched, boundaries agreed."""
    return tuple(noun for _, noun in _ordinary())


def is_ordinary(situation: Situation) -> bool:
    """Whether it starts from the ordinary pair, with no count that is another."""
    there = {(each.kind, each.id) for each in situation.nouns}
    return situation.tallies == _ORDINARY_TALLIES and all(name in there for name, _ in _ordinary())


@lru_cache(maxsize=16)
def situations(folder: Path | None = None) -> tuple[Situation, ...]:
    """Every situation that peerkit ships, or those in a folder of yours, file by file."""
    where = files("peerkit.handbook") / "situations" if folder is None else folder
    found: list[Situation] = []
    for file in sorted(where.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".toml"):
            tables = tomllib.loads(file.read_text("utf-8-sig")).pop("situation")
            found += [_situation(file.name, each) for each in tables]
    names = [each.name for each in found]
    twice = sorted({each for each in names if names.count(each) > 1})
    if twice:
        raise BadInput("situations", f"these names are given twice: {', '.join(twice)}")
    return tuple(found)


def _situation(file: str, table: dict[str, Any]) -> Situation:
    name = table.pop("name")
    place = f"{file}: situation {name!r}"
    start = table.pop("start", "ordinary")
    if start not in {"ordinary", "empty"}:
        raise BadInput(place, "start is 'ordinary' or 'empty'")
    nouns = {} if start == "empty" else dict(_ordinary())
    tallies = {} if start == "empty" else dict(_ORDINARY_TALLIES)
    try:
        for each in table.pop("given", []):
            noun = read_noun(_json(each))
            nouns[noun.kind, noun.id] = noun
        for each in table.pop("counts", []):
            tallies[each["of"], each["what"]] = each["is"]
        ask = read_act(_json(table.pop("ask")))
    except BadInput as error:
        place, what = f"{place}: {error.place}", error.what
    else:
        found = Situation(
            name=name,
            file=file,
            on=table.pop("on"),
            layers=tuple(table.pop("layers", ())),
            nouns=tuple(nouns.values()),
            tallies=MappingProxyType(tallies),
            ask=attrs.evolve(ask, id="new") if isinstance(ask, Makes) and ask.id is None else ask,
            verdict=table.pop("verdict"),
            clauses=tuple(table.pop("clauses", ())),
            because=table.pop("because", None),
            vignette=table.pop("vignette", None),
        )
        if table:
            raise BadInput(place, f"does not know the keys {sorted(table)}")
        return found
    raise BadInput(place, what)


@lru_cache(maxsize=1)
def _ordinary() -> tuple[tuple[tuple[str, str], Noun], ...]:
    documents = _ORDINARY.strip().replace("\n ", " ").splitlines()
    nouns = [read_noun(each) for each in documents]
    return tuple(((each.kind, each.id), each) for each in nouns)


def _json(table: dict[str, Any]) -> str:
    """A TOML table as JSON: dates become their texts."""
    return json.dumps(table, default=lambda value: value.isoformat())
