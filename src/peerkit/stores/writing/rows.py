"""Rows of a database made into nouns and views: the same for whichever database gives them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final, TypeAlias

from peerkit.errors import BadInput, StoreError
from peerkit.model import Noun, View
from peerkit.stores import Entry, Standing
from peerkit.stores.writing.codec import read_noun

__all__ = ["FEW", "MANY", "NounsRead", "Row", "standing"]

#: What a row says: ``head``, ``earlier``, ``tally`` or the kind of a noun; then the id, a number
#: and a text. Of a head the number of the last entry; of a noun that of the one that wrote it.
Row: TypeAlias = tuple[str, str, int, str]

#: How many entries are read at first, and how many at a time from then on.
FEW: Final = 16
MANY: Final = 500
#: How many nouns are remembered as read, so as not to read them again.
REMEMBERED: Final = 4096


class NounsRead:
    """Nouns as they are written, each text read once. ``where`` is named if one does not fit."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.known: dict[str, Noun] = {}

    def of(self, kind: str, id_: str, body: str) -> Noun:
        """The noun that stands there under this kind and id."""
        noun = self.known.get(body)
        place = "$.id"  # where it lies under another's name
        if noun is None:
            try:
                noun = read_noun(body)
            except BadInput as error:
                place = error.place
            else:
                self.remember(body, noun)
        if noun is not None and (noun.kind, noun.id) == (kind, id_):
            return noun
        raise StoreError(f"{self.where} holds a {kind} {id_} that does not fit: {place}.")

    def remember(self, body: str, noun: Noun) -> None:
        """What this text reads as."""
        if len(self.known) >= REMEMBERED:
            self.known.clear()
        self.known[body] = noun

    def written(self, nouns: Iterable[tuple[Noun, str]]) -> None:
        """Remember what was just kept; what is closed is seldom read again."""
        for noun, body in nouns:
            if noun.open:
                self.remember(body, noun)


def standing(
    rows: Iterable[Row], now: datetime, nouns: NounsRead, earlier: Callable[[int, str, str], Entry]
) -> Standing:
    """How things stand, by these rows; ``earlier`` makes the entry that already has the key."""
    found: dict[tuple[str, str, int], Noun] = {}
    tallies: dict[tuple[str, str], int] = {}
    answered = None
    seen = 0
    for kind, id_, number, body in rows:
        if kind == "head":
            seen = number
        elif kind == "earlier":
            answered = earlier(number, id_, body)
        elif kind == "tally":
            tallies[id_, body] = number
        else:
            found[kind, id_, number] = nouns.of(kind, id_, body)
    return Standing(
        view=View(now, tuple(found[name] for name in sorted(found)), tallies, seen),
        versions=frozenset(found),
        earlier=answered,
    )
