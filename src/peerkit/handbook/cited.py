"""Reads what every entry of the book has in common: sources, passages, and what it leads to."""

from __future__ import annotations

import re
from string import Formatter
from typing import TYPE_CHECKING, Final

from peerkit.handbook.book import BadHandbook, LeadsTo, Passage, Source, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peerkit.handbook.table import Table

__all__ = ["leads_to", "passage", "passages", "sentences", "source", "spoken", "verdict"]

#: Without spaces, quotes or brackets, so that it stays what it is wherever it is shown.
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"'`\\]+")
_VERDICTS: Final = {each.name.lower(): each for each in Verdict}
#: The facts a sentence may name. A rule gives those its clause speaks of.
_FACTS: Final = frozenset(
    {"activity", "by", "days", "error", "id", "limit", "missing", "near", "now", "other"}
    | {"participant", "peer", "role", "scope", "status", "to", "unit", "until"}
)


def source(table: Table, known: Mapping[str, Source]) -> Source:
    """A publication. The same one may be described again, but not otherwise."""
    id_ = table.text("id")
    found = Source(
        id=id_,
        title=table.text("title"),
        publisher=table.text("publisher"),
        year=table.take("year", int, "a year such as 2023", None),
        link=_link(table),
    )
    table.done()
    if known.get(id_, found) != found:
        raise BadHandbook(table.place, "is described differently in a file below; keep one")
    return found


def _link(table: Table) -> str | None:
    """An address of the web that can be shown as a link; anything else might run or break out."""
    link: str | None = table.text("link", None)
    if link is not None and not _ADDRESS.fullmatch(link):
        raise table.wrong("link", "must be an address that begins with https:// or http://")
    return link


def passage(table: Table, sources: Mapping[str, Source], layer: str) -> Passage:
    """The place in a source that an entry rests on. The caller says when the table is done."""
    name = table.text("source")
    if name not in sources:
        raise table.wrong("source", f"names {name!r}, which no [[source]] describes")
    since, until = table.day("since"), table.day("until")
    if since and until and until <= since:
        raise table.wrong("until", "must be later than 'since'")
    looked = table.day("looked")
    if looked is None:
        raise table.wrong("looked", "is missing; give the day somebody last checked it")
    return Passage(
        source=sources[name],
        at=table.text("at"),
        since=since,
        until=until,
        looked=looked,
        verified=table.take("verified", bool, "true or false", default=True),
        layer=layer,
    )


def passages(table: Table, sources: Mapping[str, Source], layer: str) -> tuple[Passage, ...]:
    """The ``rests_on`` of an entry."""
    found = []
    for each in table.tables("rests_on", named=None):
        found.append(passage(each, sources, layer))
        each.done()
    return tuple(found)


def leads_to(table: Table) -> tuple[LeadsTo, ...]:
    """What an entry leads to: activities under circumstances, and acts."""
    found = []
    for each in table.tables("leads_to", named=None):
        activity, act = each.text("activity", None), each.text("act", None)
        if (activity is None) == (act is None):
            raise BadHandbook(each.place, "must name an activity or an act, and not both")
        when = tuple(sorted(each.table("when").items()))
        each.done()
        found.append(LeadsTo(activity=activity, when=when, act=act))
    return tuple(found)


def verdict(table: Table) -> Verdict:
    """The ``verdict`` of an entry."""
    name = table.text("verdict")
    if name not in _VERDICTS:
        raise table.wrong("verdict", "must be one of " + ", ".join(_VERDICTS))
    return _VERDICTS[name]


def sentences(table: Table) -> dict[Verdict, str]:
    """What an entry says under each verdict that it has words for."""
    said = {}
    for name, each in _VERDICTS.items():
        text = table.text(name, None)
        if text is not None:
            said[each] = spoken(table, name, text)
    return said


def spoken(table: Table, key: str, text: str) -> str:
    """A text whose ``{names}`` are all facts that rules give, without formats."""
    try:
        parts = tuple(Formatter().parse(text))
    except ValueError:
        parts = None
    if parts is None:
        raise table.wrong(key, "has a brace without its partner")
    for _, fact, form, conversion in parts:
        if fact is not None and fact not in _FACTS:
            raise table.wrong(key, f"names the fact {fact!r}, which no rule gives")
        if form or conversion:
            raise table.wrong(key, f"gives the fact {fact!r} a format; write {{{fact}}}")
    return text
