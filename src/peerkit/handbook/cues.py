"""The cues for whoever reads over a note: phrases that are worth a second look, as data."""

from __future__ import annotations

import os
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.handbook.book import BadHandbook, Passage, Source
from peerkit.handbook.cited import passages, source
from peerkit.handbook.files import here
from peerkit.handbook.handbook import Handbook
from peerkit.handbook.table import parsed
from peerkit.handbook.wording import Wording, phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peerkit.handbook.table import Table

__all__ = ["Cue", "CueKind", "cues"]


class CueKind(StrEnum):
    """What a cue may be a sign of."""

    DIRECTIVE = "directive"
    CLINICAL = "clinical"
    ANOTHERS_STORY = "anothers-story"
    PROMISE = "promise"


_KINDS: Final = {str(each): each for each in CueKind}


@attrs.frozen(kw_only=True, cache_hash=True)
class Cue:
    """Phrases that are worth a second look, and the passages that say why.

    ``says`` are the phrases; one of ``unless`` that shares a word with what was
    found makes it a false alarm. ``instead`` is another way to say or do it.
    """

    id: str
    kind: CueKind
    says: tuple[Wording, ...]
    unless: tuple[Wording, ...]
    why: str
    instead: str
    passages: tuple[Passage, ...]


def cues(file: str | os.PathLike[str] | None = None) -> tuple[Cue, ...]:
    """The cues that peerkit ships, or those of a file of yours: ``cues("house-cues.toml")``.

    Add the two to use both: ``cues() + cues("house-cues.toml")``. Reading the
    same again costs nothing. Raises :class:`BadHandbook`.
    """
    if file is None:
        return _shipped()
    name = os.fspath(file)
    if not Path(name).is_file():
        raise BadHandbook(name, "is not there; give the path of a TOML file")
    return _read(name, Path(name).read_bytes())


@cache
def _shipped() -> tuple[Cue, ...]:
    return _read("cues.toml", (here() / "cues.toml").read_bytes())


@lru_cache(maxsize=16)
def _read(name: str, raw: bytes) -> tuple[Cue, ...]:
    file = parsed(name, raw)
    sources = dict(Handbook.load().sources)
    for each in file.tables("source"):
        own = source(each, sources)
        sources[own.id] = own
    found = tuple(_cue(each, sources) for each in file.tables("cue"))
    file.done()
    if not found:
        raise file.wrong("cue", "is missing; write at least one [[cue]]")
    return found


def _cue(table: Table, sources: Mapping[str, Source]) -> Cue:
    id_ = table.text("id")
    kind = table.text("kind")
    if kind not in _KINDS:
        raise table.wrong("kind", "must be one of " + ", ".join(_KINDS))
    says = _phrases(table, "says")
    if not says:
        raise table.wrong("says", "is missing; give at least one phrase")
    cited = passages(table, sources, "base")
    if not cited:
        raise table.wrong("rests_on", "is missing; a cue cites at least one passage")
    cue = Cue(
        id=id_,
        kind=_KINDS[kind],
        says=says,
        unless=_phrases(table, "unless"),
        why=table.text("why"),
        instead=table.text("instead"),
        passages=cited,
    )
    table.done()
    return cue


def _phrases(table: Table, key: str) -> tuple[Wording, ...]:
    found: dict[Wording, None] = {}
    for each in table.texts(key):
        try:
            read = phrase(each)
        except ValueError as error:
            raise table.wrong(key, f"{error}: {each!r}") from None
        if read in found:
            raise table.wrong(key, f"names a phrase twice: {each!r}; keep one")
        found[read] = None
    return tuple(found)
