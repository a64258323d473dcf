"""Reads a journal from end to end and compares everything kept with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import attrs

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
    faults: list[str] = []
    number, head = 0, GENESIS
    nouns: dict[tuple[str, str], str] = {}
    tallies: dict[tuple[str, str, str], int] = {}
    messages = 0
    for entry in store.journal():
        number += 1
        if entry.number != number:
            faults.append(f"Entry {number} is missing; the next one there is {entry.number}.")
            number = entry.number
        if sha256(entry.body.encode()).hexdigest() != entry.hash:
            faults.append(f"Entry {entry.number} does not match its hash: it was edited.")
        body = _body(entry)
        if body is None or body["n"] != entry.number or body["prev"] != head:
            faults.append(f"Entry {entry.number} is not linked to the one before it.")
        head = entry.hash
        if body is None:
            continue
        for noun in body["nouns"]:
            nouns[noun["noun"], noun["id"]] = text(noun)
        for of, what, by, day in body["counts"]:
            tallies[of, what, day] = tallies.get((of, what, day), 0) + by
        messages += len(body["messages"])
    faults += _noun_faults(store, nouns)
    faults += _tally_faults(store, tallies)
    if store.outbox()[0] != messages:
        faults.append(f"The outbox holds {store.outbox()[0]} messages; the journal {messages}.")
    return Verified(number, head, tuple(faults))


def _body(entry: Entry) -> dict[str, Any] | None:
    try:
        found = json.loads(entry.body)
    except ValueError:
        return None
    needed = {"n", "prev", "nouns", "counts", "messages"}
    return found if type(found) is dict and needed <= set(found) else None


def _noun_faults(store: Store, nouns: dict[tuple[str, str], str]) -> Iterator[str]:
    """Nouns that are not as the journal left them."""
    for kind in NOUNS:
        after: str | None = ""
        while after is not None:
            items = store.find(kind, after=after, limit=_PAGE)
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
