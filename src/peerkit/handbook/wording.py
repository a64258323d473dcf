"""What a word is, and what a phrase: a text and the book's own phrases are read alike."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias
from unicodedata import category

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["GAP", "MOST_IN_A_GAP", "Stretch", "Wording", "phrase", "stretches"]

#: Stands in a phrase for a few words, or none.
GAP: Final = "…"
MOST_IN_A_GAP: Final = 3
#: Each gap can end in four places, so a phrase of many gaps could be tried in very many ways.
_MOST_GAPS: Final = 2

#: A phrase of the book: words as they are compared, and gaps.
Wording: TypeAlias = tuple[str, ...]

#: What every other mark becomes: no phrase reaches across it.
_STOP: Final = "."
_ONE_FOR_ALL: Final = {**dict.fromkeys("'’‘ʼ", "'"), **dict.fromkeys("-‐‑_", "-")}
#: An apostrophe or hyphen that does not stand between two letters is a mark like any other.
_LOOSE: Final = re.compile(r"(?<![^ .'-])['-]|['-](?![^ .'-])")
_STRETCH: Final = re.compile(r"[^.]+")
_WORD: Final = re.compile(r"[^ .]+")


@attrs.frozen
class Stretch:
    """Words with nothing but white space between them, and where each begins in the text."""

    words: tuple[str, ...] = attrs.field(repr=False)
    starts: tuple[int, ...]

    def end(self, word: int) -> int:
        """Where this word ends in the text."""
        return self.starts[word] + len(self.words[word])


def stretches(text: str) -> Iterator[Stretch]:
    """Cut a text into stretches, in order. Its time grows with the text and no faster.

    A word is a run of letters, accents and digits, with apostrophes and
    hyphens inside it. Upper and lower case, and all kinds of white space,
    count as the same.
    """
    folded = text.translate({ord(each): _fold(each) for each in set(text)})
    folded = _LOOSE.sub(_STOP, folded)
    for run in _STRETCH.finditer(folded):
        words = tuple(_WORD.finditer(folded, *run.span()))
        if words:
            yield Stretch(tuple(each[0] for each in words), tuple(each.start() for each in words))


def _fold(char: str) -> str:
    """One character for one, so that a place in the folded text is that place in the text."""
    if char in _ONE_FOR_ALL:
        return _ONE_FOR_ALL[char]
    kind = category(char)
    if char.isspace() or kind == "Cf":  # what has no width, such as a mark of direction
        return " "
    if kind[0] not in "LMN":
        return _STOP
    low = char.casefold()
    return low if len(low) == 1 else char


def phrase(text: str) -> Wording:
    """Read one phrase of the book. Raises a ValueError that says what to write instead."""
    parts: list[str] = []
    for each in text.split():
        words = [] if each == GAP else [word for part in stretches(each) for word in part.words]
        if each != GAP and [len(word) for word in words] != [len(each)]:
            raise ValueError("has more than words in it; write words with spaces, and … for a gap")
        parts += words or [GAP]
    if not parts:
        raise ValueError("has a phrase without a word; write it or take it out")
    if GAP in {parts[0], parts[-1]} or (GAP, GAP) in pairwise(parts):
        raise ValueError("has a … that does not stand between two words; put it there")
    if parts.count(GAP) > _MOST_GAPS:
        raise ValueError(f"has a phrase with more than {_MOST_GAPS} of …; write two phrases")
    return tuple(parts)
