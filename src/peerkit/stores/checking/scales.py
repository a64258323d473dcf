"""Weighs what a journal says against what is kept, in a temporary place instead of in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import attrs

from peerkit.errors import StoreError
from peerkit.stores.inspected import Card

if TYPE_CHECKING:
    import sqlite3

__all__ = ["Break", "Scales", "digest_of"]

#: How many cards and nouns are held in memory before they are put away.
_HELD: Final = 20_000
#: How many breaks are listed at most, and how many names are fetched at a time.
_LISTED: Final = 1000

#: Sums are kept modulo this prime, so that they fit: a sum below zero is a large one.
_PRIME: Final = 2305843009213693951

_TABLES: Final = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA cache_size = -16384",
    """CREATE TABLE card (what TEXT, name TEXT, rest TEXT, weight INTEGER,
    PRIMARY KEY (what, name, rest)) WITHOUT ROWID""",
    """CREATE TABLE noun (kind TEXT, id TEXT, n INTEGER, digest TEXT,
    PRIMARY KEY (kind, id)) WITHOUT ROWID""",
    "CREATE TABLE doubt (n INTEGER, kind TEXT, id TEXT, digest TEXT, was TEXT)",
    "CREATE TABLE break (at INTEGER PRIMARY KEY, says TEXT, number INTEGER, found TEXT)",
    "CREATE TABLE explained (found TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID",
    "BEGIN",
)
#: What is said of a sort of card when it is missing, and when another one is there.
_SAYS: Final = {
    "apart": (
        "Words about {place} are missing.",
        "Words about {place} are not those that were kept.",
    ),
    "filed": (
        "{place} is not found with {name} any more.",
        "{place} is found with {name}, which does not follow from the journal.",
    ),
    "history": ("The history of {name} is not what the journal holds.",) * 2,
    "key": (
        "The key of entry {place} does not lead to it.",
        "A key leads to entry {place}, which is not its own.",
    ),
    "message": ("Message {place} is missing.", "Message {place} is not as the journal left it."),
    "noun": ("{name} {place} is not found by its entry, status and day.",) * 2,
    "tally": ("The tally {place} of {name} is not what the journal adds up to.",) * 2,
    "weighing": (
        "{place} does not weigh on {name} any more.",
        "{place} weighs on {name}, which does not follow from the journal.",
    ),
}


def digest_of(*what: object) -> str:
    """The SHA-256 of these values: no two lists of values have the same text."""
    return sha256(json.dumps(what).encode()).hexdigest()


@attrs.frozen
class Break:
    """Something that does not fit, and where.

    ``number`` is that of the entry, where it is the journal that does not fit, and 0
    where it lies beside the journal. ``found`` is the digest of exactly what was found,
    by which it can be explained; it is empty where there is nothing to explain, only
    to mend: see :attr:`peerkit.program.Verified.to_mend`. ``explained`` is the number
    of the entry that explains it.
    """

    says: str
    number: int = 0
    found: str = ""
    explained: int | None = None


@attrs.define
class Scales:
    """Two sides that must weigh the same, how each noun was left, and what does not fit.

    Only ids, keys, numbers and digests are put here, never somebody's words: it
    may lie on the disk for as long as it is needed. ``rough`` scales add up the
    hashes of everything under one name: much faster, and they tell only whether
    all is well.
    """

    rough: bool
    _db: sqlite3.Connection = attrs.field(init=False)
    _failures: type[Exception] = attrs.field(init=False)
    _cards: dict[Card, int] = attrs.field(factory=dict, init=False)
    _nouns: dict[tuple[str, str], tuple[int, str] | None] = attrs.field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        import sqlite3  # only who verifies needs it

        self._failures = sqlite3.Error
        self._db = sqlite3.connect("", isolation_level=None)
        for each in _TABLES:
            list(self._ask(each))

    def _ask(self, sql: str, values: tuple[Any, ...] = ()) -> Iterator[Any]:
        try:
            yield from self._db.execute(sql, values)
        except self._failures as error:
            failed = type(error).__name__
        else:
            return
        raise _no_place(failed)

    def _many(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        try:
            self._db.executemany(sql, rows)
        except self._failures as error:
            failed = type(error).__name__
        else:
            return
        raise _no_place(failed)

    def close(self) -> None:
        """Let go of the temporary place."""
        self._db.close()

    def put(self, cards: Iterable[tuple[Card, int]]) -> None:
        """What the journal says weighs more than nothing, what is kept less."""
        held = self._cards
        for card, weight in cards:
            if self.rough:
                what, name, rest = card
                card, weight = (what, name, ""), weight * hash(rest)  # noqa: PLW2901 - the same, roughly
            held[card] = held.get(card, 0) + weight
            if len(held) > _HELD:
                self._put_away()

    def forget(self, owner: str) -> None:
        """What this owner's texts weigh is taken off."""
        self._put_away()
        self._many("DELETE FROM card WHERE what = 'apart' AND name = ?", [(owner,)])

    def leave(self, n: int, kind: str, id_: str, digest: str) -> None:
        """The entry of this number left a noun so."""
        self._nouns[kind, id_] = n, digest
        if len(self._nouns) > _HELD:
            self._put_away()

    def remove(self, kind: str, id_: str) -> None:
        """A noun is there no more."""
        self._nouns[kind, id_] = None

    def _put_away(self) -> None:
        put = (
            "INSERT INTO card VALUES (?,?,?,?) "
            "ON CONFLICT DO UPDATE SET weight = (weight + excluded.weight) % 2305843009213693951"
        )
        rows = [(*card, by % _PRIME) for card, by in sorted(self._cards.items())]
        self._many(put, rows)
        self._cards.clear()
        put = "REPLACE INTO noun VALUES (?,?,?,?)"
        left = [(*name, *noun) for name, noun in self._nouns.items() if noun is not None]
        self._many(put, sorted(left))
        gone = [name for name, noun in self._nouns.items() if noun is None]
        self._many("DELETE FROM noun WHERE kind = ? AND id = ?", gone)
        self._nouns.clear()

    def left(self, kind: str, ids: list[str]) -> dict[str, tuple[int, str]]:
        """Which entry left each of these nouns, and how. They are taken off."""
        self._put_away()
        named = "kind = ? AND id IN (SELECT value FROM json_each(?))"
        values = kind, json.dumps(ids)
        found = [*self._ask(f"SELECT id, n, digest FROM noun WHERE {named}", values)]  # noqa: S608 - our own text
        self._many(f"DELETE FROM noun WHERE {named}", [values])  # noqa: S608 - our own text
        return {id_: (n, digest) for id_, n, digest in found}

    def still_left(self) -> Iterator[tuple[str, str]]:
        """The nouns that nobody has taken off: kind and id."""
        self._put_away()
        yield from self._paged("SELECT kind, id FROM noun WHERE (kind, id) > (?, ?)", ("", ""))

    def names(self, what: str) -> Iterator[tuple[str, str]]:
        """All cards of one sort, in order, while others are put on: the name and the rest."""
        self._put_away()
        asked = f"SELECT name, rest FROM card WHERE what = '{what}' AND (name, rest) > (?, ?)"  # noqa: S608 - our own text
        yield from self._paged(asked, ("", ""))

    def _paged(self, asked: str, after: tuple[str, str]) -> Iterator[Any]:
        """The rows behind this place, a few at a time; the place is their first two columns."""
        while rows := [*self._ask(f"{asked} ORDER BY 1, 2 LIMIT {_LISTED}", after)]:
            yield from rows
            after = rows[-1][:2]

    def doubt(self, kind: str, id_: str, n: int, digest: str, was: str) -> None:
        """A noun is now as one digest says, and was left by an entry as another says."""
        self._many("INSERT INTO doubt VALUES (?,?,?,?,?)", [(n, kind, id_, digest, was)])

    def doubts(self) -> Iterator[tuple[int, str, str, str, str]]:
        """The nouns in doubt, in the order of the entries that left them."""
        return self._ask("SELECT n, kind, id, digest, was FROM doubt ORDER BY 1, 2, 3")

    @property
    def level(self) -> bool:
        """Whether both sides weigh the same."""
        self._put_away()
        return not [*self._ask("SELECT 1 FROM card WHERE weight != 0 LIMIT 1")]

    def differences(self) -> Iterator[Break]:
        """What does not weigh the same on both sides, once for each place."""
        self._put_away()
        rows = self._ask(
            "SELECT what, name, rest, weight FROM card WHERE weight != 0 ORDER BY 1, 2, 3"
        )
        for (what, name, place), group in groupby(rows, _place):
            found = [(rest, weight) for _, _, rest, weight in group]
            missing, other = _SAYS[what]
            says = missing if all(weight < _PRIME // 2 for _, weight in found) else other
            evidence = digest_of(what, name, place, found)
            yield Break(says.format(name=name, place=place), found=evidence)

    def broken(self, breaks: Iterable[Break]) -> None:
        """Something that does not fit."""
        self._many(
            "INSERT INTO break (says, number, found) VALUES (?,?,?)",
            [(each.says, each.number, each.found) for each in breaks],
        )

    def explain(self, found: Iterable[str], number: int) -> None:
        """The entry of this number explains what has these digests."""
        self._many(
            "INSERT OR IGNORE INTO explained VALUES (?,?)", [(each, number) for each in found]
        )

    def breaks(self) -> tuple[tuple[Break, ...], int]:
        """What does not fit, first come first: those without explanation, then the others.

        And how many there are besides.
        """
        asked = (
            "SELECT says, number, found, n FROM break LEFT JOIN explained USING (found) "
            "ORDER BY n IS NOT NULL, at LIMIT ?"
        )
        rows = [*self._ask(asked, (_LISTED,))]
        ((every,),) = self._ask("SELECT count(*) FROM break")
        return tuple(Break(*row) for row in rows), every - len(rows)


def _no_place(failed: str) -> StoreError:
    return StoreError(f"What is compared has no place here ({failed}). Make room on the disk.")


def _place(row: tuple[str, str, str, int]) -> tuple[str, str, str]:
    what, name, rest, _ = row
    return what, name, rest.partition("\t")[0]
