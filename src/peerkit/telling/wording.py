"""What a notice says: plain files, one for each language, and those of a house laid over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from peerkit.acts.notices import CALL_NEEDED
from peerkit.handbook.book import BadHandbook
from peerkit.handbook.table import Table, parsed
from peerkit.telling.facts import MAY, NOT_TOLD, WHY, Facts, names_of

if TYPE_CHECKING:
    import os

__all__ = ["Said", "Wording"]

#: What is said where a language, or a house's file, does not say it.
_ENGLISH: Final = "en"
#: The longest outside, in characters: it fits into one text message.
_MOST_OUTSIDE: Final = 160
#: The longest inside, without its facts.
_MOST_INSIDE: Final = 1_000
#: A kind that is as near as this to one of ours is a slip of the pen, and none of a house's own.
_A_SLIP: Final = 0.9
_NONE: Final[frozenset[str]] = frozenset()
_COUNT: Final = frozenset({"count"})
#: The sentences of a call: why it is needed, and what was said about it.
_OF_A_CALL: Final = (*(each.value for each in WHY), NOT_TOLD, *MAY)
#: The parts of a day and of a time that a language puts in order.
_OF_A_DAY: Final = frozenset({"weekday", "number", "month", "year"})
_OF_A_TIME: Final = frozenset({"hour", "hour12", "minute", "half"})

#: The words of a language: by section and key, such as ``inside`` and ``match.proposed``.
_Words: TypeAlias = Mapping[tuple[str, str], Any]
#: The bytes of some files, by their name.
_Files: TypeAlias = tuple[tuple[str, bytes], ...]


@attrs.frozen(kw_only=True)
class Said:
    """The two parts of a notice, in words."""

    outside: str
    inside: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Wording:
    """The words of every kind of notice, in every language there is a file for."""

    words: Mapping[str, _Words] = attrs.field(repr=False)

    @classmethod
    def load(cls, *folders: str | os.PathLike[str]) -> Wording:
        """Our words, and those of a house's folders over them, the later over the earlier.

        A file of a house may say one thing of ours anew, or all of a language that we do not
        have. Raises :class:`~peerkit.handbook.BadHandbook`, which names the file and the key.
        """
        ours = _ours()
        kinds = frozenset(kind for part, kind in ours[_ENGLISH] if part == "inside")
        words = {language: dict(each) for language, each in ours.items()}
        for name, raw in (each for folder in folders for each in _files(Path(folder))):
            language, read = _read(name, raw, kinds)
            words.setdefault(language, {}).update(read)
        for language in words:
            _whole(language, words)
        return cls(words=MappingProxyType({each: MappingProxyType(words[each]) for each in words}))

    def said(self, kind: str, language: str, facts: Facts) -> Said:
        """A notice in words: of this language, else of the one it is a form of, else English.

        Where no template fits, it is the message's own inside.
        """
        _, outside = self._find(language, ("outside", kind), ("outside", ""))
        return Said(outside=outside, inside=self._inside(kind, language, facts))

    def digest(self, language: str, insides: Iterable[str]) -> Said:
        """Several notices as one: how many there are, and then each on a line of its own."""
        lines = tuple(insides)
        key = "one" if len(lines) == 1 else "many"
        _, words = self._find(language, ("digest", key))
        outside = words.format(count=len(lines))
        return Said(outside=outside, inside="\n".join((outside, *(f"- {each}" for each in lines))))

    def _inside(self, kind: str, language: str, facts: Facts) -> str:
        found, template = self._find(language, ("inside", kind))
        known = self._known(found, facts)
        return str(template).format(**known) if _named(template) <= known.keys() else facts.says

    def _known(self, language: str, facts: Facts) -> dict[str, str]:
        """The facts there are, as this language writes them."""
        known: dict[str, str] = {"id": facts.id, "says": facts.says}
        known |= {
            name: str(number)
            for name, number in (("minutes", facts.minutes), ("days", facts.days))
            if number is not None
        }
        if facts.day is not None:
            known["day"] = self._written(language, "day").format(
                weekday=self._written(language, "weekdays")[facts.day.weekday()],
                month=self._written(language, "months")[facts.day.month - 1],
                number=facts.day.day,
                year=facts.day.year,
            )
        if facts.at is not None:
            known["time"] = self._written(language, "time").format(
                hour=f"{facts.at.hour:02}",
                hour12=(facts.at.hour + 11) % 12 + 1,
                minute=f"{facts.at.minute:02}",
                half=self._written(language, "halves")[facts.at.hour // 12],
            )
        known |= {
            name: self._find(language, ("call", key))[1]
            for name, key in (("why", facts.why), ("may", facts.may))
            if key is not None
        }
        if facts.who is not None:
            known["who"] = facts.who
        return known

    def _written(self, language: str, key: str) -> Any:
        return self._find(language, ("times", key))[1]

    def _find(self, language: str, *keys: tuple[str, str]) -> tuple[str, Any]:
        """The nearest language that has one of these, and what it says; the first key first."""
        for each in _chain(language):
            for key in keys:
                found = self.words.get(each, {}).get(key)
                if found is not None:
                    return each, found
        return _ENGLISH, "{says}"


def _chain(language: str) -> Iterator[str]:
    """``es-mx``, ``es``, ``en``: whose words are taken, the nearest first."""
    parts = language.lower().split("-")
    for length in range(len(parts), 0, -1):
        yield "-".join(parts[:length])
    yield _ENGLISH


@lru_cache(maxsize=1)
def _ours() -> Mapping[str, _Words]:
    """The words that peerkit ships. English is read first: what it says, the others may."""
    from importlib.resources import files  # it loads much, and only telling needs it

    folder = files("peerkit.telling") / "templates"
    read: dict[str, _Words] = {}
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        language, words = _read(f"templates/{file.name}", file.read_bytes(), None)
        read[language] = words
    return read


def _files(folder: Path) -> _Files:
    """The files of a house, in the order of their names."""
    found = tuple(sorted(each for each in folder.glob("*.toml") if each.is_file()))
    if not found:
        raise BadHandbook(str(folder), "holds no file that ends in .toml; give the folder of yours")
    return tuple((str(each), each.read_bytes()) for each in found)


def _read(name: str, raw: bytes, ours: frozenset[str] | None) -> tuple[str, _Words]:
    """The words of one file. ``ours`` are the kinds we know; None where the file is ours."""
    file = parsed(name, raw)
    head = _section(file, "language")
    language: str = head.text("id")
    if not language.replace("-", "").isalnum() or not language.isascii():
        raise head.wrong("id", "must be the tag of a language, such as es or es-mx")
    head.text("name")
    head.done()
    words: dict[tuple[str, str], Any] = {}
    words |= _default(_section(file, "default"))
    words |= _times(_section(file, "times"))
    words |= _digest(_section(file, "digest"))
    words |= _call(_section(file, "call"))
    for each in file.tables("message", named="kind"):
        words |= _message(each, ours)
    file.done()
    return language.lower(), words


def _section(file: Table, key: str) -> Table:
    return Table(f"{file.place}: {key}", file.take(key, dict, f"a [{key}] table", {}))


def _default(table: Table) -> _Words:
    outside = _text(table, "outside", _NONE, _MOST_OUTSIDE)
    table.done()
    return {} if outside is None else {("outside", ""): outside}


def _times(table: Table) -> _Words:
    read = {
        "day": _text(table, "day", _OF_A_DAY, _MOST_OUTSIDE),
        "time": _text(table, "time", _OF_A_TIME, _MOST_OUTSIDE),
        "weekdays": _list(table, "weekdays", 7),
        "months": _list(table, "months", 12),
        "halves": _list(table, "halves", 2),
    }
    table.done()
    return {("times", key): each for key, each in read.items() if each is not None}


def _digest(table: Table) -> _Words:
    read = {
        "one": _text(table, "one", _NONE, _MOST_OUTSIDE),
        "many": _text(table, "many", _COUNT, _MOST_OUTSIDE),
    }
    table.done()
    return {("digest", key): each for key, each in read.items() if each is not None}


def _call(table: Table) -> _Words:
    read = {key: _text(table, key, _NONE, _MOST_OUTSIDE) for key in _OF_A_CALL}
    table.done()
    return {("call", key): each for key, each in read.items() if each is not None}


def _message(table: Table, ours: frozenset[str] | None) -> _Words:
    kind: str = table.text("kind")
    meant = get_close_matches(kind, ours or (), 1, _A_SLIP)
    if meant and kind not in meant:
        raise table.wrong("kind", f"is no kind of ours; did you mean {meant[0]!r}?")
    names = names_of(kind, ours=ours is None or kind in ours)
    read = {
        "outside": _text(table, "outside", _NONE, _MOST_OUTSIDE),
        "inside": _text(table, "inside", names, _MOST_INSIDE),
    }
    table.done()
    if read["inside"] is None and (ours is None or read["outside"] is None or kind not in ours):
        raise table.wrong("inside", "is missing; write what only the person reads")
    return {(part, kind): each for part, each in read.items() if each is not None}


def _list(table: Table, key: str, length: int) -> tuple[str, ...] | None:
    found = table.texts(key)
    if key in table.keys and (len(found) != length or not all(map(str.strip, found))):
        raise table.wrong(key, f"must be {length} texts")
    return found or None


def _text(table: Table, key: str, names: frozenset[str], most: int) -> str | None:
    """A text of one line in which nothing stands in braces but these names."""
    text: str | None = table.text(key, None)
    if text is None:
        return None
    if len(text) > most or not text.isprintable():
        raise table.wrong(key, f"must be one line of at most {most} visible characters")
    try:
        parts = tuple(Formatter().parse(text))
    except ValueError:
        parts = None
    if parts is None:
        raise table.wrong(key, "has a brace without its partner")
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if name not in names:
            know = ", ".join(f"{{{each}}}" for each in sorted(names)) or "none"
            raise table.wrong(key, f"names {{{name}}}; what may stand here in braces: {know}")
        if form or conversion:
            raise table.wrong(key, f"gives {{{name}}} a format; write the name alone")
    return text


def _named(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


#: What a language needs as a whole, in itself or in the one it is a form of.
_PARTS: Final = (
    ("default", ("outside", "")),
    *(("digest", ("digest", each)) for each in ("one", "many")),
    *(("times", ("times", each)) for each in ("day", "time", "weekdays", "months", "halves")),
)


#: And what it needs as soon as it says in its own words that somebody is to be called.
_OF_CALLS: Final = tuple(("call", ("call", each)) for each in _OF_A_CALL)


def _whole(language: str, words: Mapping[str, _Words]) -> None:
    """A new language says all that is not of one kind, so that no notice mixes two."""
    known = [words[each] for each in _chain(language) if each in words]
    own = known if language.partition("-")[0] == _ENGLISH else known[:-1]
    calls = any(("inside", CALL_NEEDED) in each for each in own)
    for section, key in (*_PARTS, *(_OF_CALLS if calls else ())):
        if not any(key in each for each in own):
            what = key[1] or "outside"
            raise BadHandbook(
                f"language {language!r}: {section}: key {what!r}",
                "is missing; a language of your own says it",
            )
