"""The sentences of the book in other languages."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.handbook.book import BadHandbook
from peerkit.handbook.files import here, tomls
from peerkit.handbook.table import Table, parsed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

    from peerkit.handbook.handbook import Handbook

__all__ = ["ENGLISH", "Language", "language", "languages", "texts"]


@attrs.frozen(kw_only=True)
class Language:
    """A language and its words: English to this. What it lacks is said in English."""

    id: str
    name: str
    words: Mapping[str, str]

    def __call__(self, english: str) -> str:
        """A text of ours in this language."""
        return self.words.get(english, english)


#: The language the book is written in.
ENGLISH: Final = Language(id="en", name="English", words=MappingProxyType({}))


def language(id: str, *files: str | Path) -> Language:  # noqa: A002 - the language's own word
    """A language that peerkit ships, with the words of your own files laid over it.

    A file is TOML: a ``[language]`` table with ``id`` and ``name``, and
    ``[[say]]`` tables with ``en`` and ``as``. A language that peerkit does not
    ship needs at least one file. Raises :class:`BadHandbook`.
    """
    if id == ENGLISH.id and not files:
        return ENGLISH
    return _language(id, tuple((str(each), _bytes(Path(each))) for each in files))


def texts(handbook: Handbook) -> tuple[str, ...]:
    """Every text of this handbook that an explanation may say, each once: what to translate."""
    found: dict[str, None] = {}
    for written in handbook.clauses.values():
        found |= dict.fromkeys((*written.sentences.values(), written.instead, written.hand_to))
        found |= dict.fromkeys((written.unit_of_one, written.unit))
    for entry in handbook.activities.values():
        found |= dict.fromkeys((str(entry.name), entry.instead or "", entry.hand_to or ""))
    for asked in handbook.circumstances.values():
        found |= dict.fromkeys((asked.asks, *asked.answers.values()))
    return tuple(each for each in found if each)


def languages() -> tuple[str, ...]:
    """The ids of the languages that peerkit ships, sorted, English among them."""
    return tuple(sorted({ENGLISH.id, *(each.partition("/")[0] for each in _shipped())}))


@lru_cache(maxsize=8)
def _language(id_: str, files: tuple[tuple[str, bytes], ...]) -> Language:
    own = tuple(
        (f"languages/{name}.toml", file.read_bytes())
        for name, file in _shipped().items()
        if name.partition("/")[0] == id_
    )
    if not own and not files:
        known = ", ".join(languages())
        raise BadHandbook(
            f"language {id_!r}", f"is not one that peerkit ships ({known}); give a file of yours"
        )
    name = id_
    words: dict[str, str] = {}
    for place, raw in (*own, *files):
        file = parsed(place, raw)
        head = Table(f"{place}: language", file.take("language", dict, "a [language] table"))
        if head.text("id") != id_:
            raise head.wrong("id", f"must be {id_!r}")
        name = head.text("name")
        head.done()
        words |= dict(_said(each) for each in file.tables("say", named="en"))
        file.done()
    return Language(id=id_, name=name, words=MappingProxyType(words))


def _said(table: Table) -> tuple[str, str]:
    """An English text and how it is said, with the same facts in both."""
    english, other = table.text("en"), table.text("as")
    table.done()
    missing = _facts(table, "en", english) ^ _facts(table, "as", other)
    if missing:
        raise table.wrong("as", "must name the same {facts} as 'en': " + ", ".join(sorted(missing)))
    return english, other


def _facts(table: Table, key: str, text: str) -> set[str]:
    try:
        parts = [each[1:] for each in Formatter().parse(text) if each[1] is not None]
    except ValueError:
        parts = None
    if parts is None:
        raise table.wrong(key, "has a brace without its partner")
    for name, form, conversion in parts:
        if form or conversion:
            raise table.wrong(key, f"gives the fact {name!r} a format; write {{{name}}}")
    return {str(name) for name, _, _ in parts}


def _shipped() -> Mapping[str, Traversable]:
    """The files of the languages that peerkit ships, by their paths: ``es/clauses``."""
    return dict(tomls(here() / "languages", ""))


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise BadHandbook(str(path), "is not there; give the path of a TOML file")
    return path.read_bytes()
