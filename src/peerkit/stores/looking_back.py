"""What was known then: a view built again from the journal, without any write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from peerkit.errors import BadInput, StoreError
from peerkit.model import NOUNS, Noun, View, periods
from peerkit.model.fields import day_of
from peerkit.stores import bases
from peerkit.stores.writing.codec import is_forgotten, read_noun, text

if TYPE_CHECKING:
    from peerkit.stores import Entry, Store

__all__ = ["view_then"]

T = TypeVar("T")

_NAMED: Final = {each.kind: each for each in NOUNS}
#: What reading a damaged entry may raise.
_DAMAGED: Final = (ValueError, TypeError, LookupError, RecursionError)


def view_then(store: Store, about: tuple[str, ...], as_of: int | datetime, zone: str) -> View:
    """How things stood about these ids: see :meth:`peerkit.program.Program.view`."""
    number, now = _last_known(store, as_of)
    past = _Past(store, number)
    for id_ in _whose(about):
        past.take(id_)
    nouns = sorted(past.standing(frozenset(about)), key=lambda each: (each.kind, each.id))
    tallies = past.counted(frozenset(about), frozenset(periods(day_of(now, zone))))
    return View(now, tuple(nouns), tallies, number)


def _last_known(store: Store, as_of: int | datetime) -> tuple[int, datetime]:
    """The number of the last entry that was known then, and the moment of it; 0: there was none.

    By a moment, it is the one before the first that was kept later, in the order of
    the journal: what comes behind that one was not known, whatever its clock said.
    """
    if isinstance(as_of, int):
        entry = next(store.journal(as_of - 1), None) if as_of > 0 else None
        if entry is None or entry.number != as_of:
            raise BadInput("as_of", "no entry has this number")
        return as_of, _read(entry, _when)
    number = 0
    for entry in store.journal():
        if _read(entry, _when) > as_of:
            break
        number = entry.number
    return number, as_of


def _when(entry: Entry) -> datetime:
    return entry.at


def _read(entry: Entry, how: Callable[[Entry], T]) -> T:
    """Read something of an entry, which may have been damaged or edited."""
    if sha256(entry.body.encode(errors="replace")).hexdigest() != entry.hash:
        raise StoreError(
            f"Entry {entry.number} does not match its hash, so what was known then is not known. "
            "What is wrong says verify()."
        )
    with suppress(*_DAMAGED):
        return how(entry)
    raise StoreError(f"Entry {entry.number} cannot be read. What is wrong says verify().")


def _whose(about: tuple[str, ...]) -> tuple[str, ...]:
    """Whose entries must be read. What is known of a pair is in those of either of them."""
    found = dict.fromkeys(each for each in about if bases(each) == (each,))
    for each in about:
        if found.keys().isdisjoint(bases(each)):
            found[bases(each)[0]] = None
    return tuple(found)


@attrs.define
class _Past:
    """What the entries up to a number say, as far as they were read."""

    store: Store
    number: int
    #: Each noun as it was written last, and by which entry; None once it was taken away.
    left: dict[tuple[str, str], tuple[int, Any]] = attrs.field(factory=dict)
    tallies: dict[tuple[str, str, str], int] = attrs.field(factory=dict)
    seen: set[int] = attrs.field(factory=set)

    def take(self, id_: str) -> None:
        """Read the entries of this id."""
        for entry in self._entries(id_):
            if entry.number not in self.seen:
                self.seen.add(entry.number)
                _read(entry, self._add)

    def _entries(self, id_: str) -> Iterator[Entry]:
        entries = self.store.journal(about=id_)
        return takewhile(lambda each: each.number <= self.number, entries)

    def _add(self, entry: Entry) -> None:
        body = entry.read()
        for name, table in _written(body).items():
            if self.left.get(name, (0, None))[0] <= entry.number:
                self.left[name] = (entry.number, table)
        for of, what, by, when in body["counts"]:
            tally = (of, what, when)
            self.tallies[tally] = self.tallies.get(tally, 0) + by

    def standing(self, about: frozenset[str]) -> Iterator[Noun]:
        """The nouns of these ids, whatever their status, and the open ones that weighed on them."""
        for (kind, id_), (_, table) in self.left.items():
            if id_ in about:
                if table is not None and not is_forgotten(table):
                    yield _noun(table)
            elif _weighs(table, about):
                # An entry that has nothing to do with these ids may have changed it since.
                last = self._left_last(kind, id_)
                if _weighs(last, about):
                    yield _noun(last)

    def _left_last(self, kind: str, id_: str) -> Any:
        """What was left of this noun in the end."""
        found = None
        for entry in self._entries(id_):
            found = _read(entry, _written_there).get((kind, id_), found)
        return found

    def counted(self, of: frozenset[str], when: frozenset[str]) -> dict[tuple[str, str], int]:
        """The tallies of these ids in these stretches of time."""
        return {
            (whose, what): value
            for (whose, what, stretch), value in self.tallies.items()
            if whose in of and stretch in when
        }


def _written_there(entry: Entry) -> dict[tuple[str, str], Any]:
    return _written(entry.read())


def _written(body: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """The nouns that an entry left, by kind and id; None for those it took away."""
    left = {(each["noun"], each["id"]): each for each in body["nouns"]}
    return left | dict.fromkeys(map(tuple, body["removes"]))


def _weighs(table: Any, about: frozenset[str]) -> bool:
    """Whether a noun that was written so is open and weighs on one of these ids."""
    # Most of a long past is closed: that is seen without making a noun of it.
    if table is None or not _NAMED[table["noun"]].lifecycle.is_open(table["status"]):
        return False
    if is_forgotten(table):
        return False
    return not about.isdisjoint(_noun(table).weighs_on)


def _noun(table: dict[str, Any]) -> Noun:
    try:
        return read_noun(text(table))
    except BadInput as error:
        place = error.place
    named = f"{table['noun']} {table['id']}"
    raise StoreError(f"The journal holds a {named} that does not fit: {place}.")
