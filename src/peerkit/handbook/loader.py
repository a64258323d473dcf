"""Reads the book from its TOML files. Every mistake is one error that names file and key."""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from peerkit.handbook.book import (
    ActivityEntry,
    BadHandbook,
    Case,
    Circumstance,
    Passage,
    Source,
    Verdict,
    sealed,
)
from peerkit.handbook.table import Table, parsed
from peerkit.handbook.written import Value, Written
from peerkit.model import ConsentScope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.resources.abc import Traversable

__all__ = ["Files", "bind", "layers", "shipped_and_yours"]

_BASE: Final = ("sources.toml", "clauses.toml", "limits.toml", "activities.toml")
_VERDICTS: Final = {each.name.lower(): each for each in Verdict}
#: The facts a sentence may name. A rule gives those its clause speaks of.
_FACTS: Final = frozenset(
    {"activity", "by", "days", "error", "id", "limit", "missing", "near", "now", "other"}
    | {"participant", "peer", "scope", "status", "to", "unit", "until"}
)
#: What the engine itself must be able to say.
_ALWAYS: Final = ("silence", "unchecked")

#: Files to read: the name of each and its bytes.
Files: TypeAlias = tuple[tuple[str, bytes], ...]


@attrs.define
class Draft:
    """What has been read so far, layer by layer."""

    sources: dict[str, Source] = attrs.field(factory=dict)
    clauses: dict[str, Written] = attrs.field(factory=dict)
    activities: dict[str, ActivityEntry] = attrs.field(factory=dict)
    circumstances: dict[str, Circumstance] = attrs.field(factory=dict)
    layers: list[str] = attrs.field(factory=list)
    _hash: Any = attrs.field(factory=sha256)

    def edition(self) -> str:
        """The SHA-256 of every file read so far, in hexadecimal."""
        digest: str = self._hash.hexdigest()
        return digest

    def read(self, name: str, raw: bytes, *, over: bool) -> None:
        """Take in one file. ``over`` true: a layer, which may only tighten or say so."""
        self._hash.update(f"{len(raw)}\n".encode())
        self._hash.update(raw)
        file = parsed(name, raw)
        if over:
            self.layers.append(_layer_id(file))
        for each in file.tables("source"):
            self._source(each)
        for each in file.tables("clause"):
            self._clause(each, over=over, numbered=False)
        for each in file.tables("limit"):
            self._clause(each, over=over, numbered=True)
        for each in file.tables("circumstance"):
            self._circumstance(each)
        for each in file.tables("activity"):
            self._activity(each, over=over)
        file.done()

    def _source(self, table: Table) -> None:
        id_ = table.text("id")
        source = Source(
            id=id_,
            title=table.text("title"),
            publisher=table.text("publisher"),
            year=table.take("year", int, "a year such as 2023", None),
            link=table.text("link", None),
        )
        table.done()
        if self.sources.get(id_, source) != source:
            raise BadHandbook(table.place, "is described differently in a file below; keep one")
        self.sources[id_] = source

    def _passage(self, table: Table) -> Passage:
        name = table.text("source")
        if name not in self.sources:
            raise table.wrong("source", f"names {name!r}, which no [[source]] describes")
        since, until = table.day("since"), table.day("until")
        if since and until and until <= since:
            raise table.wrong("until", "must be later than 'since'")
        looked = table.day("looked")
        if looked is None:
            raise table.wrong("looked", "is missing; give the day somebody last checked it")
        return Passage(
            source=self.sources[name],
            at=table.text("at"),
            since=since,
            until=until,
            looked=looked,
            verified=table.take("verified", bool, "true or false", default=True),
        )

    def _values(self, table: Table) -> tuple[Value, ...]:
        found = []
        for each in table.tables("value", named=None):
            number = each.take("is", int, "a whole number", None)
            if number is not None and number < 0:
                raise each.wrong("is", "must be 0 or more")
            found.append(Value(number=number, passage=self._passage(each)))
            each.done()
        found.sort(key=lambda each: each.passage.since or date.min)
        for one, after in pairwise(found):
            begins = after.passage.since or date.min
            ends = one.passage.until
            if (one.passage.since or date.min) == begins or (ends is not None and ends > begins):
                raise BadHandbook(table.place, f"has two values in force on {begins.isoformat()}")
        return _closed(found)

    def _clause(self, table: Table, *, over: bool, numbered: bool) -> None:
        id_ = table.text("id")
        if over and (numbered or id_ in self.clauses):
            self._over_clause(table, id_)
            return
        if id_ in self.clauses:
            raise BadHandbook(table.place, "is written twice; keep one")
        values = self._values(table) if numbered else ()
        if numbered and not values:
            raise table.wrong("value", "is missing; a limit has at least one [[limit.value]]")
        passages = self._passages(table)
        if not passages and not numbered:
            raise table.wrong("rests_on", "is missing; a clause cites at least one passage")
        self.clauses[id_] = Written(
            id=id_,
            says=_spoken(table, "says", table.text("says")),
            sentences=_sentences(table),
            passages=passages,
            values=values,
            instead=table.text("instead"),
            hand_to=table.text("hand_to"),
            unit=table.text("unit") if numbered else "",
            tighter=_tighter(table) if numbered else "",
        )
        table.done()

    def _passages(self, table: Table) -> tuple[Passage, ...]:
        found = []
        for each in table.tables("rests_on", named=None):
            found.append(self._passage(each))
            each.done()
        return tuple(found)

    def _over_clause(self, table: Table, id_: str) -> None:
        """A layer gives a limit other numbers, or a clause further passages."""
        below = self.clauses.get(id_)
        if below is None:
            raise BadHandbook(table.place, f"is not in the layers below{_near(id_, self.clauses)}")
        values, passages = self._values(table), self._passages(table)
        loosens = table.take("loosens", bool, "true or false", default=False)
        table.done()
        for value in values if not loosens else ():
            for under in below.values:
                if _at_once(value, under) and _looser(value.number, under.number, below.tighter):
                    number = "no number" if value.number is None else value.number
                    raise BadHandbook(
                        table.place,
                        f"is looser than the layer below ({number} against {under.number} "
                        f"{below.unit}); a layer tightens, or says loosens = true",
                    )
        self.clauses[id_] = attrs.evolve(
            below,
            values=_laid_over(values, below.values),
            passages=(*passages, *below.passages),
        )

    def _circumstance(self, table: Table) -> None:
        id_ = table.text("id")
        if id_ in self.circumstances:
            raise BadHandbook(table.place, "is written twice; keep one")
        answers = table.table("answers")
        if len(answers) < 2:  # noqa: PLR2004 - a question needs two answers
            raise table.wrong("answers", "must give at least two answers")
        self.circumstances[id_] = Circumstance(
            id=id_, asks=table.text("asks"), answers=sealed(answers)
        )
        table.done()

    def _activity(self, table: Table, *, over: bool) -> None:
        id_ = table.text("id")
        below = self.activities.get(id_)
        if over and below is not None:
            self.activities[id_] = self._over_activity(table, below)
            return
        if below is not None:
            raise BadHandbook(table.place, "is written twice; keep one")
        if over and "name" not in table.keys:
            raise BadHandbook(
                table.place, f"is not in the layers below{_near(id_, self.activities)}"
            )
        clause = table.text("clause")
        asks = table.texts("asks")
        for each in asks:
            if each not in self.circumstances:
                raise table.wrong("asks", f"names {each!r}, which no [[circumstance]] describes")
        self.activities[id_] = ActivityEntry(
            id=id_,
            name=table.text("name"),
            looks_like=table.text("looks_like"),
            verdict=_verdict(table),
            clause=self._known_clause(table, clause),
            asks=asks,
            cases=self._cases(table, clause, asks),
            consent=_consent(table),
            advice_opens=table.take("advice_opens", bool, "true or false", default=True),
        )
        table.done()

    def _over_activity(self, table: Table, below: ActivityEntry) -> ActivityEntry:
        """A layer's verdict is a floor for the activity; its cases come on top."""
        verdict = _verdict(table) if "verdict" in table.keys else below.verdict
        loosens = table.take("loosens", bool, "true or false", default=False)
        clause = self._known_clause(table, table.text("clause", below.clause))
        own = self._cases(table, clause, below.asks)
        passages = self._passages(table)
        table.done()
        if loosens and not passages:
            raise table.wrong("rests_on", "is missing; what loosens cites a passage")
        if not loosens:
            _not_looser(table.place, verdict, below.verdict)
            for number, case in enumerate(own, 1):
                if not any(each.when.items() <= case.when.items() for each in below.cases):
                    _not_looser(f"{table.place}: case {number}", case.verdict, below.verdict)
        cited = self.clauses[clause]
        self.clauses[clause] = attrs.evolve(cited, passages=(*passages, *cited.passages))
        closes = verdict > below.verdict
        raised = tuple(
            attrs.evolve(each, verdict=verdict, clause=clause)
            if closes and each.verdict < verdict
            else each
            for each in below.cases
        )
        return attrs.evolve(below, verdict=verdict, clause=clause, cases=(*own, *raised))

    def _cases(self, table: Table, clause: str, asks: tuple[str, ...]) -> tuple[Case, ...]:
        found = []
        for each in table.tables("case", named=None):
            when = each.table("when")
            if not when:
                raise each.wrong("when", "is missing; say which circumstances make the case")
            for name, answer in when.items():
                if name not in asks:
                    raise each.wrong("when", f"speaks of {name!r}, which 'asks' does not list")
                if answer not in self.circumstances[name].answers:
                    raise each.wrong(
                        "when", f"answers {name!r} with {answer!r}, which is no answer"
                    )
            case_clause = self._known_clause(each, each.text("clause", clause))
            found.append(Case(when=sealed(when), verdict=_verdict(each), clause=case_clause))
            each.done()
        return tuple(found)

    def _known_clause(self, table: Table, id_: str) -> str:
        if id_ not in self.clauses:
            raise table.wrong("clause", f"names {id_!r}, which no [[clause]] describes")
        return id_


def _near(id_: str, known: Iterable[str]) -> str:
    near = get_close_matches(id_, known, 1)
    return f"; did you mean {near[0]!r}?" if near else "; a layer changes what is there"


def _verdict(table: Table) -> Verdict:
    name = table.text("verdict")
    if name not in _VERDICTS:
        raise table.wrong("verdict", "must be one of " + ", ".join(_VERDICTS))
    return _VERDICTS[name]


def _not_looser(place: str, verdict: Verdict, below: Verdict) -> None:
    if verdict < below:
        raise BadHandbook(
            place,
            f"is looser than the layer below ({verdict} against {below}); "
            "a layer tightens, or says loosens = true",
        )


def _consent(table: Table) -> str | None:
    scope: str | None = table.text("consent", None)
    scopes = [str(each) for each in ConsentScope]
    if scope is not None and scope not in scopes:
        raise table.wrong("consent", "must be one of " + ", ".join(scopes))
    return scope


def _tighter(table: Table) -> str:
    which: str = table.text("tighter")
    if which not in {"lower", "higher"}:
        raise table.wrong("tighter", "must be 'lower' or 'higher'")
    return which


def _at_once(one: Value, other: Value) -> bool:
    """Whether there is a day on which both are in force."""
    first, second = one.passage, other.passage
    return (first.since or date.min) < (second.until or date.max) and (second.since or date.min) < (
        first.until or date.max
    )


def _looser(new: int | None, old: int | None, tighter: str) -> bool:
    if new is None or old is None:
        return old is not None
    return new > old if tighter == "lower" else new < old


def _sentences(table: Table) -> Mapping[Verdict, str]:
    said = {}
    for name, verdict in _VERDICTS.items():
        text = table.text(name, None)
        if text is None:
            continue
        said[verdict] = _spoken(table, name, text)
    return MappingProxyType(said)


def _spoken(table: Table, key: str, text: str) -> str:
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


def _closed(values: list[Value]) -> tuple[Value, ...]:
    """Each value ends where the next begins, unless it says an earlier end itself."""
    ends = [*(each.passage.since for each in values[1:]), None][: len(values)]
    return tuple(
        attrs.evolve(each, passage=attrs.evolve(each.passage, until=each.passage.until or end))
        for each, end in zip(values, ends, strict=True)
    )


def _laid_over(values: tuple[Value, ...], below: tuple[Value, ...]) -> tuple[Value, ...]:
    """A layer's values speak first; what lies below speaks on the other days."""
    return (*values, *below)


def _here() -> Traversable:
    from importlib.resources import files  # it loads much, and only reading a book needs it

    return files("peerkit.handbook")


def layers() -> tuple[str, ...]:
    """The ids of the layers that peerkit ships, sorted: each goes into ``Handbook.load``."""
    return tuple(sorted(_shipped(_here() / "layers", "")))


def _shipped(folder: Traversable, under: str) -> Iterable[str]:
    for each in folder.iterdir():
        if each.is_dir():
            yield from _shipped(each, f"{under}{each.name}/")
        elif each.name.endswith(".toml"):
            yield under + each.name.removesuffix(".toml")


def _layer_file(name: str) -> Traversable | Path:
    if name.endswith(".toml"):
        path = Path(name)
        if not path.is_file():
            raise BadHandbook(name, "is not there; give the path of a TOML file")
        return path
    if name not in layers():
        raise BadHandbook(
            f"layer {name!r}",
            f"is not one that peerkit ships ({', '.join(layers())}); a file of yours ends in .toml",
        )
    return _here() / "layers" / f"{name}.toml"


def shipped_and_yours(names: tuple[str, ...]) -> tuple[Files, Files]:
    """The files of the base, and of these layers over it, each with its name."""
    base = tuple((name, (_here() / name).read_bytes()) for name in _BASE)
    return base, tuple((name, _layer_file(name).read_bytes()) for name in names)


def bind(base: Files, over: Files) -> Draft:
    """Read these files, base first. Raises :class:`BadHandbook`."""
    draft = Draft()
    for name, raw in base:
        draft.read(name, raw, over=False)
    for name, raw in over:
        draft.read(name, raw, over=True)
    for needed in _ALWAYS:
        if needed not in draft.clauses:
            raise BadHandbook("clauses.toml", f"clause {needed!r} is missing; the engine speaks it")
    return draft


def _layer_id(file: Table) -> str:
    """Read the ``[layer]`` table that every layer opens with."""
    head = Table(f"{file.place}: layer", file.take("layer", dict, "a [layer] table"))
    id_: str = head.text("id")
    head.text("title")
    head.done()
    return id_
