"""Reads over a note and points at words worth a second look. It points and never decides.

A cue is weak evidence, and no more. "You should know that I must report this"
is an honest limit, not direction, and no list of phrases knows who is speaking.
So a pointer is a question to whoever wrote the note, before they keep it. It is
never a verdict and never a finding, and nothing here may be counted against
anybody. A note without a pointer may still cross a line.

A note is private. A pointer holds places in it, and none of its words.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from peerkit.errors import BadInput
from peerkit.handbook.book import Passage
from peerkit.handbook.cues import Cue, CueKind
from peerkit.handbook.cues import cues as shipped_or_yours
from peerkit.handbook.wording import GAP, MOST_IN_A_GAP, stretches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from peerkit.handbook.wording import Stretch, Wording

__all__ = ["CueKind", "Pointer", "review"]

#: The longest text that is read, in characters.
MOST: Final = 1_000_000

#: A cue by its number, and whether the phrase stands under its ``unless``.
_Spoken: TypeAlias = tuple[int, bool]


@attrs.frozen(kw_only=True)
class Pointer:
    """A place in a note that is worth a second look: ``note[start:end]``.

    ``cue`` is the id of the cue and ``kind`` what it may be a sign of. ``why``
    says so in a sentence, ``instead`` gives another way, and ``passages`` are
    what both rest on. It is weak evidence and no verdict. It holds no word of
    the note, and shows only ids and places.
    """

    start: int
    end: int
    cue: str
    kind: CueKind
    why: str = attrs.field(repr=False)
    instead: str = attrs.field(repr=False)
    passages: tuple[Passage, ...] = attrs.field(repr=False)


@attrs.define(eq=False)
class _Step:
    """How far some phrases have been read: what may come next, and which end here."""

    after: dict[str, _Step] = attrs.field(factory=dict)
    ends: list[_Spoken] = attrs.field(factory=list)


def review(text: str, cues: Iterable[Cue] | None = None) -> tuple[Pointer, ...]:
    """Point at the cues in a note, in the order of the text; no two overlap.

    This is weak evidence only: it points, it never decides, and it gives no
    verdict. ``cues`` are those that peerkit ships unless you give others. Where
    two overlap, the one with more words stands. Nothing of the text is kept.
    Raises :class:`BadInput` for what is not text or is longer than a million
    characters.
    """
    if not isinstance(text, str):
        raise BadInput("text", "must be a text")
    if len(text) > MOST:
        raise BadInput("text", f"is longer than {MOST:,} characters; review it in parts")
    chosen = shipped_or_yours() if cues is None else tuple(cues)
    if not all(isinstance(each, Cue) for each in chosen):
        raise BadInput("cues", "must be cues; read a file of yours with cues('house-cues.toml')")
    first = _first_step(chosen)
    return tuple(
        Pointer(
            start=stretch.starts[begins],
            end=stretch.end(ends - 1),
            cue=cue.id,
            kind=cue.kind,
            why=cue.why,
            instead=cue.instead,
            passages=cue.passages,
        )
        for stretch in stretches(text)
        for begins, ends, cue in _standing(stretch, first, chosen)
    )


@lru_cache(maxsize=16)
def _first_step(cues: tuple[Cue, ...]) -> _Step:
    """All phrases of all cues as one tree, so that a text is walked once for all of them."""
    first = _Step()
    for number, cue in enumerate(cues):
        for phrase in cue.says:
            _last_step(first, phrase).ends.append((number, False))
        for phrase in cue.unless:
            _last_step(first, phrase).ends.append((number, True))
    return first


def _last_step(step: _Step, phrase: Wording) -> _Step:
    for part in phrase:
        step = step.after.setdefault(part, _Step())
    return step


def _standing(
    stretch: Stretch, first: _Step, cues: tuple[Cue, ...]
) -> Iterator[tuple[int, int, Cue]]:
    """What is found in a stretch, without false alarms: from word, to word, cue."""
    found: list[tuple[int, int, int]] = []
    excused: set[tuple[int, int]] = set()
    for begins, word in enumerate(stretch.words):
        if word not in first.after:
            continue
        for ends, (cue, is_unless) in _spoken(stretch.words, begins, first):
            if is_unless:
                excused.update((cue, each) for each in range(begins, ends))
            else:
                found.append((begins, ends, cue))
    found = [
        (begins, ends, cue)
        for begins, ends, cue in found
        if excused.isdisjoint((cue, each) for each in range(begins, ends))
    ]
    found.sort(key=lambda each: each[0] - each[1])  # most words first; of equals, the first
    taken: set[int] = set()
    standing = []
    for each in found:
        if taken.isdisjoint(range(*each[:2])):
            taken.update(range(*each[:2]))
            standing.append(each)
    return ((begins, ends, cues[cue]) for begins, ends, cue in sorted(standing))


def _spoken(words: tuple[str, ...], at: int, step: _Step) -> Iterator[tuple[int, _Spoken]]:
    """Every phrase that is spoken from this word on, with the word after its last."""
    for each in step.ends:
        yield at, each
    if at < len(words) and words[at] in step.after:
        yield from _spoken(words, at + 1, step.after[words[at]])
    if GAP in step.after:
        for beyond in range(at, min(at + MOST_IN_A_GAP, len(words) - 1) + 1):
            yield from _spoken(words, beyond, step.after[GAP])
