"""The questionnaires that programs measure with, by their numbers alone: no wording of an item."""

from __future__ import annotations

from difflib import get_close_matches
from enum import StrEnum
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

import attrs

from peerkit.errors import BadInput
from peerkit.handbook.book import Passage
from peerkit.handbook.cited import passage, passages
from peerkit.handbook.files import here
from peerkit.handbook.handbook import Handbook
from peerkit.handbook.table import Table, parsed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peerkit.handbook.book import Source

__all__ = [
    "Band",
    "Better",
    "Instrument",
    "Licence",
    "Meaningful",
    "Part",
    "Published",
    "instrument",
    "instruments",
    "known_instrument",
    "reliable_from",
]

E = TypeVar("E", bound=StrEnum)


class Better(StrEnum):
    """Which way is better: of hope more, of anxiety less."""

    HIGHER = "higher"
    LOWER = "lower"


@attrs.frozen(kw_only=True)
class Band:
    """What a clinician calls a stretch of scores. ``past`` is the limit that it does not keep."""

    id: str
    past: str | None


@attrs.frozen(kw_only=True)
class Part:
    """A part of an instrument with a score of its own, and how many items belong to it.

    Which items they are stands in the manual of whoever holds the form.
    """

    id: str
    items: int
    passage: Passage


@attrs.frozen(kw_only=True)
class Published:
    """How steady a scale is, as somebody published it: ``kind`` is test-retest or alpha."""

    kind: str
    number: float
    people: int | None
    passage: Passage


@attrs.frozen(kw_only=True)
class Meaningful:
    """The change in points that is usually treated as meaningful."""

    points: int
    passage: Passage


@attrs.frozen(kw_only=True)
class Licence:
    """What its owner asks of whoever uses the form."""

    says: str
    passage: Passage


@attrs.frozen(kw_only=True)
class Instrument:
    """A questionnaire by its numbers.

    ``items`` are the ids of its items, in the order of the form; each takes
    ``least`` to ``most``. ``reversed`` items are turned round before they are
    added up, and the sum is multiplied by ``times``. ``safety`` names items
    whose answer goes to somebody at once from a number on, whatever the total.
    """

    id: str
    name: str
    of: str
    items: tuple[str, ...]
    least: int
    most: int
    times: int
    reversed: tuple[str, ...]
    better: Better
    safety: Mapping[str, int]
    bands: tuple[Band, ...]
    parts: tuple[Part, ...]
    licence: Licence
    published: tuple[Published, ...]
    meaningful: Meaningful | None
    loinc: Mapping[str, str]
    passages: tuple[Passage, ...]

    @property
    def lowest(self) -> int:
        """The lowest score there is."""
        return len(self.items) * self.least * self.times

    @property
    def highest(self) -> int:
        """The highest score there is."""
        return len(self.items) * self.most * self.times

    def turned(self, item: str, answer: int) -> int:
        """What an answer counts: a reversed item is turned round."""
        return self.least + self.most - answer if item in self.reversed else answer


def instruments() -> tuple[Instrument, ...]:
    """Every instrument that peerkit knows, in the order of the file."""
    return tuple(_shipped()[0].values())


def instrument(id: str) -> Instrument:  # noqa: A002 - the instrument's own word
    """The instrument of this id. Raises :class:`~peerkit.errors.BadInput`."""
    known = _shipped()[0]
    if id in known:
        return known[id]
    near = get_close_matches(str(id), known, 1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise BadInput("instrument", f"{hint}peerkit knows {', '.join(known)}")


def known_instrument(id: str) -> Instrument | None:  # noqa: A002 - the same
    """The instrument of this id, or None."""
    return _shipped()[0].get(id)


def reliable_from() -> float:
    """The index from which a change is more than the noise of a scale."""
    return _shipped()[1]


@cache
def _shipped() -> tuple[Mapping[str, Instrument], float]:
    return _read("instruments.toml", (here() / "instruments.toml").read_bytes())


@lru_cache(maxsize=4)
def _read(name: str, raw: bytes) -> tuple[Mapping[str, Instrument], float]:
    file = parsed(name, raw)
    book = Handbook.load()
    index = _reliable(file, book.sources)
    found = {}
    for each in file.tables("instrument"):
        one = _instrument(each, book)
        found[one.id] = one
    file.done()
    return MappingProxyType(found), index


def _reliable(file: Table, sources: Mapping[str, Source]) -> float:
    """The index from which a change is reliable, with its source."""
    head = _inside(file, "reliable_change")
    index = head.take("from", float, "a number such as 1.96")
    passage(head, sources, "base")
    head.done()
    if index <= 0:
        raise head.wrong("from", "must be more than 0")
    return index


def _instrument(table: Table, book: Handbook) -> Instrument:
    sources = book.sources
    many = table.take("items", int, "how many items it has")
    if many < 1:
        raise table.wrong("items", "must be 1 or more")
    items = tuple(f"item-{number}" for number in range(1, many + 1))
    found = Instrument(
        id=table.code("id"),
        name=table.text("name"),
        of=table.text("of"),
        items=items,
        least=table.take("least", int, "the least an item takes"),
        most=table.take("most", int, "the most an item takes"),
        times=table.take("times", int, "a whole number", 1),
        reversed=table.texts("reversed"),
        better=_one_of(table, "better", Better),
        safety=MappingProxyType(
            dict(_safety(each) for each in table.tables("safety", named="item"))
        ),
        bands=tuple(_band(each, book) for each in table.tables("band")),
        parts=tuple(_part(each, sources) for each in table.tables("part")),
        licence=_licence(_inside(table, "licence"), sources),
        published=tuple(
            _published(each, sources) for each in table.tables("published", named=None)
        ),
        meaningful=_meaningful(table, sources),
        loinc=MappingProxyType(table.table("loinc")),
        passages=passages(table, sources, "base"),
    )
    table.done()
    _check(table, found)
    return found


def _inside(table: Table, key: str) -> Table:
    """A table inside this one."""
    return Table(f"{table.place}: {key}", table.take(key, dict, f"a table called {key}"))


def _check(table: Table, found: Instrument) -> None:
    """Refuse what cannot be so."""
    if found.most <= found.least:
        raise table.wrong("most", "must be more than 'least'")
    if found.times < 1:
        raise table.wrong("times", "must be 1 or more")
    if not found.passages:
        raise table.wrong("rests_on", "is missing; an instrument cites at least one passage")
    for key, named in (("reversed", found.reversed), ("safety", tuple(found.safety))):
        if not set(named) <= set(found.items):
            raise table.wrong(key, f"names an item that is not there; they are {_span(found)}")
    if not set(found.loinc) <= {"panel", "total", *found.items}:
        raise table.wrong("loinc", f"names what is not there; give panel, total and {_span(found)}")
    if found.parts and sum(each.items for each in found.parts) != len(found.items):
        raise table.wrong("part", f"must have {len(found.items)} items together")


def _span(found: Instrument) -> str:
    return f"{found.items[0]} to {found.items[-1]}"


def _one_of(table: Table, key: str, kind: type[E]) -> E:
    value = table.text(key)
    if value not in {str(each) for each in kind}:
        raise table.wrong(key, "must be one of " + ", ".join(kind))
    return kind(value)


def _safety(table: Table) -> tuple[str, int]:
    found = table.text("item"), table.take("from", int, "the answer from which it is one")
    table.done()
    return found


def _band(table: Table, book: Handbook) -> Band:
    past = table.text("past", None)
    if past is not None and (past not in book.clauses or not book.clauses[past].unit):
        raise table.wrong("past", f"names {past!r}, which is no limit of the book")
    found = Band(id=table.code("id"), past=past)
    table.done()
    return found


def _part(table: Table, sources: Mapping[str, Source]) -> Part:
    found = Part(
        id=table.code("id"),
        items=table.take("items", int, "how many items it has"),
        passage=passage(table, sources, "base"),
    )
    table.done()
    return found


def _licence(table: Table, sources: Mapping[str, Source]) -> Licence:
    found = Licence(says=table.text("says"), passage=passage(table, sources, "base"))
    table.done()
    return found


def _published(table: Table, sources: Mapping[str, Source]) -> Published:
    found = Published(
        kind=table.code("kind"),
        number=table.take("is", float, "a number such as 0.91"),
        people=table.take("people", int, "a whole number", None),
        passage=passage(table, sources, "base"),
    )
    table.done()
    if not 0 <= found.number < 1:
        raise table.wrong("is", "must be 0 or more, and less than 1")
    return found


def _meaningful(table: Table, sources: Mapping[str, Source]) -> Meaningful | None:
    if "meaningful" not in table.keys:
        return None
    inside = _inside(table, "meaningful")
    points = inside.take("is", int, "a whole number of points")
    found = Meaningful(points=points, passage=passage(inside, sources, "base"))
    inside.done()
    return found
