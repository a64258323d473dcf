"""Reads the files of the book, layer upon layer. Every mistake is one error that names it."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import attrs

from peerkit.handbook import catalogue, clauses, reminding
from peerkit.handbook.book import (
    ActivityEntry,
    BadHandbook,
    Circumstance,
    LeadsTo,
    Source,
    Verdict,
)
from peerkit.handbook.cited import source
from peerkit.handbook.files import bytes_of, head, laid_over, shipped
from peerkit.handbook.table import Table, parsed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from peerkit.handbook.book import Reminder
    from peerkit.handbook.files import Files
    from peerkit.handbook.written import Layer, Written

__all__ = ["Draft", "bind"]

#: What the engine itself must be able to say.
_ALWAYS: Final = ("silence", "unchecked")

#: What leads on where a layer has closed everything else.
_ASK: Final = (LeadsTo(act="supervisor.consulted"),)


@attrs.frozen
class _Origin:
    """Where what is being read comes from: its layer and group, and the layers beside it."""

    layer: str
    group: str
    beside: frozenset[str]

    @property
    def over(self) -> bool:
        """Whether it is laid over something."""
        return self.layer != "base"


@attrs.define
class Draft:
    """What has been read so far, layer by layer."""

    sources: dict[str, Source] = attrs.field(factory=dict)
    clauses: dict[str, Written] = attrs.field(factory=dict)
    activities: dict[str, ActivityEntry] = attrs.field(factory=dict)
    circumstances: dict[str, Circumstance] = attrs.field(factory=dict)
    reminders: dict[str, Reminder] = attrs.field(factory=dict)
    groups: dict[str, str] = attrs.field(factory=dict)
    layers: dict[str, Layer] = attrs.field(factory=dict)
    below: dict[str, tuple[str, ...]] = attrs.field(factory=dict)
    leading: dict[tuple[str, str], str] = attrs.field(factory=dict)
    laid: dict[str, bytes] = attrs.field(factory=dict)
    digest: Any = attrs.field(factory=sha256)

    def copy(self) -> Draft:
        """A draft of its own, so that layers are laid over this one without changing it."""
        return Draft(
            sources=dict(self.sources),
            clauses=dict(self.clauses),
            activities=dict(self.activities),
            circumstances=dict(self.circumstances),
            reminders=dict(self.reminders),
            groups=dict(self.groups),
            layers=dict(self.layers),
            below=dict(self.below),
            leading=dict(self.leading),
            laid=dict(self.laid),
            digest=self.digest.copy(),
        )

    def edition(self) -> str:
        """The SHA-256 of every file read so far, in hexadecimal."""
        edition: str = self.digest.hexdigest()
        return edition

    def lay(self, name: str, raw: bytes, above: tuple[str, ...] = ()) -> str:
        """Take in one layer, after those it says it is laid over, and give its id."""
        file = parsed(name, raw)
        layer = head(file)
        if layer.id in above:
            raise BadHandbook(name, f"is laid over itself: {' over '.join((*above, layer.id))}")
        if name.endswith(".toml") and layer.id in {"base", *shipped()}:
            raise BadHandbook(
                f"{name}: layer: key 'id'",
                f"is {layer.id!r}, which is peerkit's own; give your layer another",
            )
        below = tuple(
            under
            if under in self.layers
            else self.lay(under, bytes_of(under, name), (*above, layer.id))
            for under in laid_over(name, layer)
        )
        if self.laid.setdefault(layer.id, raw) != raw:
            raise BadHandbook(
                f"{name}: layer: key 'id'",
                f"is {layer.id!r}, which another layer has; give each an id of its own",
            )
        if layer.id not in self.layers:
            self.layers[layer.id] = layer
            self.below[layer.id] = below
            self._read(file, raw, layer=layer.id, beside=self._beside(layer))
        return layer.id

    def _beside(self, head: Layer) -> frozenset[str]:
        """The layers that this one was not written over. Yours is, over all that it comes after."""
        if head.of == "house":
            return frozenset()
        below, found = [head.id], {"base"}
        while below:
            found.add(below[-1])
            below += self.below[below.pop()]
        return frozenset(self.layers) - found

    def read(self, name: str, raw: bytes) -> None:
        """Take in one file of the base."""
        self._read(parsed(name, raw), raw, layer="base", beside=frozenset())

    def _read(self, file: Table, raw: bytes, *, layer: str, beside: frozenset[str]) -> None:
        self.digest.update(f"{len(raw)}\n".encode())
        self.digest.update(raw)
        origin = _Origin(layer, self._group(file) if "group" in file.keys else layer, beside)
        for table in file.tables("source"):
            found = source(table, self.sources)
            self.sources[found.id] = found
        for table in file.tables("clause"):
            self._clause(table, origin, numbered=False)
        for table in file.tables("limit"):
            self._clause(table, origin, numbered=True)
        for table in file.tables("circumstance"):
            _new(table, self.circumstances)
            asked = catalogue.circumstance(table)
            self.circumstances[asked.id] = asked
        for table in file.tables("activity"):
            self._activity(table, origin)
        for table in file.tables("reminder"):
            self._reminder(table, origin)
        file.done()

    def _group(self, file: Table) -> str:
        """Read the ``[group]`` table: the group of all that the file describes."""
        head = Table(f"{file.place}: group", file.take("group", dict, "a [group] table"))
        id_: str = head.text("id")
        self.groups[id_] = head.text("title")
        head.done()
        return id_

    def _clause(self, table: Table, origin: _Origin, *, numbered: bool) -> None:
        id_ = table.text("id")
        below = self.clauses.get(id_)
        if origin.over and below is not None and numbered != bool(below.unit):
            is_, is_not = ("clause", "limit") if numbered else ("limit", "clause")
            raise BadHandbook(table.place, f"is a {is_} in the layers below, and no {is_not}")
        if origin.over and below is not None:
            self.clauses[id_] = clauses.over(
                table, below, self.sources, origin.layer, origin.beside
            )
            return
        if origin.over and numbered and "says" not in table.keys:
            raise BadHandbook(table.place, f"is not in the layers below{_near(id_, self.clauses)}")
        _new(table, self.clauses)
        self.leading["clause", id_] = table.place
        self.clauses[id_] = (
            clauses.limit(table, self.sources, origin.layer, origin.group)
            if numbered
            else clauses.clause(table, self.sources, origin.layer)
        )

    def _activity(self, table: Table, origin: _Origin) -> None:
        known = catalogue.Known(self.sources, self.clauses, self.circumstances)
        id_ = table.text("id")
        below = self.activities.get(id_)
        if below is None or "leads_to" in table.keys:
            self.leading["activity", id_] = table.place
        if origin.over and below is not None:
            self.activities[id_] = catalogue.over(
                table, below, known, origin.layer, beside=bool(origin.beside)
            )
            return
        if origin.over and "name" not in table.keys:
            raise BadHandbook(
                table.place, f"is not in the layers below{_near(id_, self.activities)}"
            )
        _new(table, self.activities)
        self.activities[id_] = catalogue.activity(table, known, origin.layer, origin.group)

    def _reminder(self, table: Table, origin: _Origin) -> None:
        id_ = table.text("id")
        below = self.reminders.get(id_)
        if origin.over and below is not None:
            self.reminders[id_] = reminding.over(table, below, self.sources, origin.layer)
            return
        if origin.over and "says" not in table.keys:
            raise BadHandbook(
                table.place, f"is not in the layers below{_near(id_, self.reminders)}"
            )
        _new(table, self.reminders)
        self.reminders[id_] = reminding.reminder(table, self.sources, self.clauses, origin.layer)

    def whole(self) -> Draft:
        """The draft, when nothing it needs is missing."""
        for needed in _ALWAYS:
            if needed not in self.clauses:
                raise BadHandbook("clauses", f"clause {needed!r} is missing; the engine speaks it")
        for id_, clause in self.clauses.items():
            leads = self._leading("clause", id_, clause.leads_to)
            if leads != clause.leads_to:
                self.clauses[id_] = attrs.evolve(clause, leads_to=leads)
        for id_, read in self.activities.items():
            entry = self.activities[id_] = catalogue.settled(read) if self.layers else read
            leads = self._leading("activity", id_, entry.leads_to)
            if leads != entry.leads_to:
                self.activities[id_] = attrs.evolve(entry, leads_to=leads)
        return self

    def _leading(self, kind: str, id_: str, leads: tuple[LeadsTo, ...]) -> tuple[LeadsTo, ...]:
        """Those of these ways that the layers have left open; to ask is always one."""
        if self.layers and leads:
            leads = tuple(each for each in leads if self._open(each)) or _ASK
        for each in leads:
            self._check(self.leading.get((kind, id_), f"{kind} {id_!r}"), each)
        return leads

    def _open(self, lead: LeadsTo) -> bool:
        entry = self.activities.get(lead.activity or "")
        return entry is None or max(entry.outcomes(dict(lead.when)))[0] is Verdict.ALLOWED

    def _check(self, place: str, lead: LeadsTo) -> None:
        """What an entry leads to is in the catalogue, with each of its questions answered."""
        if lead.activity is None:
            return
        entry = self.activities.get(lead.activity)
        if entry is None:
            near = _near(lead.activity, self.activities)
            raise BadHandbook(place, f"leads to {lead.activity!r}, which is no activity{near}")
        answers = dict(lead.when)
        if answers.keys() != set(entry.asks):
            asked = ", ".join(entry.asks) or "nothing"
            raise BadHandbook(
                place, f"leads to {lead.activity!r} and must answer what it asks: {asked}"
            )
        for name, answer in answers.items():
            if answer not in self.circumstances[name].answers:
                raise BadHandbook(
                    place,
                    f"leads to {lead.activity!r} and answers {name!r} with {answer!r}, "
                    "which is no answer",
                )


def _new(table: Table, known: Iterable[str]) -> None:
    if table.text("id") in known:
        raise BadHandbook(table.place, "is written twice; keep one")


def _near(id_: str, known: Iterable[str]) -> str:
    near = get_close_matches(id_, known, 1)
    return f"; did you mean {near[0]!r}?" if near else "; a layer changes what is there"


@lru_cache(maxsize=1)
def _read(base: Files) -> Draft:
    draft = Draft()
    for name, raw in base:
        draft.read(name, raw)
    return draft


def bind(base: Files, over: Files) -> Draft:
    """Read these files, base first. Raises :class:`BadHandbook`.

    The same base is read once, however many layers are laid over it.
    """
    draft = _read(base).copy()
    for name, raw in over:
        draft.lay(name, raw)
    return draft.whole()
