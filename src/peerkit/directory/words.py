"""Words as people type them: without case, accents or plurals, from their first letters on."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Final
from unicodedata import combining, normalize

__all__ = ["Texts", "bits", "folded", "words_of"]

_WORD: Final = re.compile(r"[^\W_]+")
#: Words that everything has; they count only where a search has no other.
_SMALL: Final = frozenset(
    {"a", "an", "and", "at", "for", "in", "of", "on", "or", "the", "to", "with"}
    | {"con", "de", "del", "el", "en", "la", "las", "los", "para", "por", "y"}
)
#: From so many letters on, a word stands for every longer one that begins with it.
_BEGINS: Final = 3


def folded(text: str) -> str:
    """The text without case and accents, one space between its words."""
    return " ".join(_WORD.findall(_plain(text)))


def _plain(text: str) -> str:
    if text.isascii():
        return text.lower()
    return "".join(each for each in normalize("NFKD", text.casefold()) if not combining(each))


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, each once, plain; a plural is its singular."""
    return tuple(dict.fromkeys(map(_one, _WORD.findall(_plain(text)))))


def _one(word: str) -> str:
    """``shelters`` is ``shelter``; ``bus`` and ``homeless`` stay what they are."""
    plural = len(word) > _BEGINS and word.endswith("s") and not word.endswith("ss")
    return word[:-1] if plural else word


def asked(text: str) -> tuple[str, ...]:
    """The words of a search that tell one text from another."""
    words = words_of(text)
    return tuple(each for each in words if each not in _SMALL) or words


def bits(mask: int) -> Iterator[int]:
    """The places of the ones in a number, lowest first."""
    digits = f"{mask:b}"[::-1]
    place = digits.find("1")
    while place >= 0:
        yield place
        place = digits.find("1", place + 1)


class Texts:
    """Texts that things are known by, each thing a bit of a number, found by the words in them.

    Sets of things are whole numbers: what takes long with sets takes a moment with bits.
    """

    __slots__ = ("_begin", "_texts", "_theirs", "_words")

    def __init__(self, said: Iterable[tuple[str, int]]) -> None:
        theirs: dict[str, int] = {}
        for text, thing in said:
            theirs[text] = theirs.get(text, 0) | 1 << thing
        words: dict[str, int] = {}
        for place, text in enumerate(theirs):
            for word in words_of(text):
                words[word] = words.get(word, 0) | 1 << place
        self._texts: Final = tuple(theirs)
        self._theirs: Final = tuple(theirs.values())
        self._words: Final = words
        self._begin: Final = sorted(words)

    def having(self, words: Iterable[str]) -> int:
        """The things of which one text has all these words."""
        found = -1
        for word in words:
            found &= self._having(word)
        return self._things(found)

    @property
    def everything(self) -> int:
        """The things of which there is any text."""
        return self._things(-1)

    def _having(self, word: str) -> int:
        """The texts that have this word, or a longer one that begins with it."""
        if len(word) < _BEGINS:
            return self._words.get(word, 0)
        found = 0
        for each in self._begin[bisect_left(self._begin, word) :]:
            if not each.startswith(word):
                break
            found |= self._words[each]
        return found

    def _things(self, texts: int) -> int:
        if texts < 0:
            texts = (1 << len(self._texts)) - 1
        found = 0
        for each in bits(texts):
            found |= self._theirs[each]
        return found


def has_all(text: str, words: Iterable[str]) -> bool:
    """Whether a text has all these words, as a search would find them."""
    there = words_of(text)
    return all(
        any(each == word or (len(word) >= _BEGINS and each.startswith(word)) for each in there)
        for word in words
    )
