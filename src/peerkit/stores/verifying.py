"""Reads a journal from end to end and compares everything kept with it."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import attrs

from peerkit.errors import StoreError
from peerkit.model import NOUNS
from peerkit.stores import GENESIS
from peerkit.stores.codec import text, write_noun

if TYPE_CHECKING:
    from peerkit.stores import Entry, Store

__all__ = ["Verified", "verified"]

#: How many nouns are read at a time.
_PAGE = 500


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
        found.faults += _noun_faults(store, found.nouns)
        found.faults += _tally_faults(store, found.tallies)
        messages, _ = store.outbox()
    if messages != found.messages:
        found.faults.append(f"The outbox holds {messages} messages; the journal {found.messages}.")
    return Verified(found.number, found.head, tuple(found.faults))


@attrs.define
class _Found:
    """What the journal says, as far as it was read."""

    number: int = 0
    head: str = GENESIS
    nouns: dict[tuple[str, str], str] = attrs.field(factory=dict)
    tallies: dict[tuple[str, str, str], int] = attrs.field(factory=dict)
    messages: int = 0
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
        for of, what, by, day in body["counts"]:
            self.tallies[of, what, day] = self.tallies.get((of, what, day), 0) + by
        self.messages += len(body["messages"])


def _noun_faults(store: Store, nouns: dict[tuple[str, str], str]) -> Iterator[str]:
    """Nouns that are not as the journal left them."""
    for kind in NOUNS:
        after: str | None = ""
        while after is not None:
            try:
                items = store.find(kind, after=after, limit=_PAGE)
            except StoreError as error:
                yield f"No {kind.kind} after {after!r} can be read. {error}"
                return
            for each in items:
                if nouns.pop((each.kind, each.id), None) != write_noun(each):
                    yield f"{each.kind} {each.id} is not as the journal left it."
            after = items[-1].id if len(items) == _PAGE else None
    for name, id_ in nouns:
        yield f"{name} {id_} is in the journal and nowhere else."


def _tally_faults(store: Store, tallies: dict[tuple[str, str, str], int]) -> Iterator[str]:
    for chunk in store.tallies():
        for each in chunk:
            if tallies.pop((each.of, each.what, each.day), 0) != each.by:
                yield f"The tally {each.what} of {each.of} is not what the journal adds up to."
    for (of, what, _), value in tallies.items():
        if value:
            yield f"The tally {what} of {of} is missing."
