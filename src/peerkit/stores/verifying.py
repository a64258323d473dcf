"""Reads a journal from end to end and compares everything kept with it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import attrs

from peerkit.errors import BadInput, StoreError
from peerkit.model import NOUNS, Count, Message, Noun
from peerkit.stores import GENESIS, Wanted
from peerkit.stores.codec import read_noun, text, write_noun

if TYPE_CHECKING:
    from peerkit.stores import Entry, Store

__all__ = ["Verified", "verified"]

#: How many nouns are read at a time.
_PAGE: Final = 500
#: Views that nobody decides upon are read for this moment.
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@attrs.frozen
class Verified:
    """What was found when the journal was read from end to end.

    ``entries`` were read; ``head`` is the hash of the last one: keep it
    elsewhere, for without it a cut tail cannot be seen. ``faults`` name what
    does not fit, the first one first.
    """

    entries: int
    head: str
    faults: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether everything fits."""
        return not self.faults


def verified(store: Store) -> Verified:
    """What does not fit: see :meth:`peerkit.program.Program.verify`."""
    found = _Found()
    for entry in store.journal():
        found.take(entry)
    with store.together():  # what came meanwhile, and nobody writes while the rest is compared
        for entry in store.journal(found.number):
            found.take(entry)
        found.faults += _noun_faults(store, found)
        found.faults += _book_faults(store, found)
        found.faults += _reading_faults(store, found)
    return Verified(found.number, found.head, tuple(found.faults))


@attrs.define
class _Found:
    """What the journal says, as far as it was read."""

    number: int = 0
    head: str = GENESIS
    nouns: dict[tuple[str, str], str] = attrs.field(factory=dict)
    tallies: Counter[tuple[str, str, str]] = attrs.field(factory=Counter)
    messages: dict[str, tuple[str, ...]] = attrs.field(factory=dict)
    apart: Counter[tuple[str, str, str]] = attrs.field(factory=Counter)
    touched: Counter[str] = attrs.field(factory=Counter)
    keys: dict[str, int] = attrs.field(factory=dict)
    sealed: set[str] = attrs.field(factory=set)
    faults: list[str] = attrs.field(factory=list)

    def take(self, entry: Entry) -> None:
        """Read on by one entry."""
        self.number += 1
        if entry.number != self.number:
            self.faults.append(f"Entry {self.number} is missing; the next is {entry.number}.")
            self.number = entry.number
        if sha256(entry.body.encode()).hexdigest() != entry.hash:
            self.faults.append(f"Entry {entry.number} does not match its hash: it was edited.")
        try:
            body = entry.read()
            self.sealed |= {each.about for each in entry.apart if each.sealed}
            linked = body["n"] == entry.number and body["prev"] == self.head
            self._add(body)
        except (ValueError, TypeError, LookupError, RecursionError):
            self.faults.append(f"Entry {entry.number} cannot be read.")
        else:
            if not linked:
                self.faults.append(f"Entry {entry.number} is not linked to the one before it.")
        self.head = entry.hash

    def _add(self, body: dict[str, Any]) -> None:
        for noun in body["nouns"]:
            self.nouns[noun["noun"], noun["id"]] = text(noun)
        for of, what, by, when in body["counts"]:
            self.tallies[of, what, when] += by
        for position, message in enumerate(body["messages"]):
            self.messages[f"{body['n']}/{position}"] = tuple(message)
        for owner in body["forgets"]:
            for name in [each for each in self.apart if each[1] == owner]:
                del self.apart[name]
        for kind, id_ in body["removes"]:
            self.nouns.pop((kind, id_), None)
        self.apart.update(map(tuple, body["apart"]))
        self.touched.update(body["touched"])
        key = body["act"]["key"]
        if key is not None:
            self.keys[key] = body["n"]


def _noun_faults(store: Store, found: _Found) -> Iterator[str]:
    """Nouns that are not as the journal left them, or that nobody would find."""
    nouns = found.nouns
    for kind in NOUNS:
        after: str | None = ""
        while after is not None:
            try:
                items = store.find(Wanted(kind), after=after, limit=_PAGE)
            except StoreError as error:
                yield f"No {kind.kind} after {after!r} can be read. {error}"
                return
            for each in items:
                left = nouns.pop((each.kind, each.id), None)
                if f"@{each.kind}/{each.id}" in found.sealed:
                    left = _opened(left, each)
                if not _left_so(left, each):
                    yield f"{each.kind} {each.id} is not as the journal left it."
                yield from _filing_faults(store, each)
            after = items[-1].id if len(items) == _PAGE else None
    for name, id_ in nouns:
        yield f"{name} {id_} is in the journal and nowhere else."


def _left_so(left: str | None, noun: Noun) -> bool:
    """Whether the journal left a noun so. What was written before it had a field lacks that one."""
    written = write_noun(noun)
    if left is None or left == written:
        return left is not None
    with suppress(BadInput):
        return write_noun(read_noun(left)) == written
    return False


def _opened(left: str | None, noun: Noun) -> str | None:
    """What the journal left of a noun, with the private part that no key opens as it is now."""
    return None if left is None else text(json.loads(write_noun(noun)) | json.loads(left))


def _filing_faults(store: Store, noun: Noun) -> Iterator[str]:
    """Where a noun should be met by a rule or found by a reader, and is not."""
    for under in noun.weighs_on if noun.open else ():
        if noun not in store.view((under,), date.min, _NEVER).view.nouns:
            yield f"{noun.kind} {noun.id} does not weigh on {under} any more."
    before = f"{noun.id[:-1]}{chr(ord(noun.id[-1]) - 1)}\x7f"
    for about in noun.touches:
        if noun not in store.find(Wanted(type(noun), about=about), after=before, limit=1):
            yield f"{noun.kind} {noun.id} is not found with {about} any more."


def _book_faults(store: Store, found: _Found) -> Iterator[str]:
    """Tallies, messages and words that are not what the journal says."""
    for each in store.books():
        if isinstance(each, Count):
            if found.tallies.pop((each.of, each.what, each.period), 0) != each.by:
                yield f"The tally {each.what} of {each.of} is not what the journal adds up to."
        elif isinstance(each, Message):
            told = (each.to, each.kind, each.about, each.inside, each.outside)
            if found.messages.pop(each.key, None) != told:
                yield f"Message {each.key} is not as the journal left it."
        else:
            name = (each.about, each.owner, each.digest)
            if found.apart[name] < 1:
                yield f"Words about {each.about} are not those that were kept."
            found.apart[name] -= 1
    yield from _missing(found)


def _missing(found: _Found) -> Iterator[str]:
    """What the journal says and nobody has kept."""
    for (of, what, _), value in found.tallies.items():
        if value:
            yield f"The tally {what} of {of} is missing."
    for key in found.messages:
        yield f"Message {key} is missing."
    for (about, _, _), count in found.apart.items():
        if count > 0:
            yield f"Words about {about} are missing."


def _reading_faults(store: Store, found: _Found) -> Iterator[str]:
    """Histories that lack an entry, and keys that would be answered wrongly."""
    for about, count in found.touched.items():
        if sum(1 for _ in store.journal(about=about)) != count:
            yield f"The history of {about} is not what the journal holds."
    for key, number in found.keys.items():
        earlier = store.view((), date.min, _NEVER, key).earlier
        if earlier is None or earlier.number != number:
            yield f"The key of entry {number} does not lead to it."
