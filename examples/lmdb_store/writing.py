"""What is written of a change, in one transaction: all of it or nothing."""

from __future__ import annotations

import json

from peerkit.errors import StoreError
from peerkit.model import Noun
from peerkit.stores import Change, Entry, Posted

from .outbox import Lying, lay
from .reading import apart_of, digest
from .rows import Rows, key, span


def value_of(parts: list[str]) -> bytes:
    """Several texts as one value."""
    return json.dumps(parts).encode()


def write(rows: Rows, entry: Entry, change: Change) -> None:
    """Everything of a change, in the one transaction."""
    n = entry.number
    for owner in change.forgets:
        _forget(rows, owner)
    rows.put("entry", key(n), entry.hash.encode() + entry.body.encode())
    if change.key is not None:
        rows.put("key", digest(change.key), key(n))
    for each in change.touched:
        rows.put("touched", key(each, n))
    _write_nouns(rows, n, change)
    for count in change.counts:
        name = key(count.of, count.period, count.what)
        value = str(int(rows.get("tally", name) or 0) + count.by).encode()
        rows.put("tally", name, value)
    for at, message in enumerate(change.messages):
        parts = [message.to, message.kind, message.about, message.inside, message.outside]
        rows.put("message", key(n, at), value_of(parts))
        lay(rows, key(n, at), Lying(posted=Posted(message=message, due=message.due)))
    for at, text in enumerate(change.apart):
        rows.put("apart", key(n, at), value_of([text.about, text.owner, text.salt, text.text]))
        rows.put("said", key(text.about, n, at))
        rows.put("owned", key(text.owner, n, at))


def _write_nouns(rows: Rows, n: int, change: Change) -> None:
    """The nouns as they now are. Nothing is written over, or taken away, that was not read."""
    view = change.stood.view
    for noun, body in change.nouns:
        before = view.get(type(noun), noun.id)
        name, value = key(noun.id, noun.kind), key(n) + body.encode()
        if not rows.put("noun", name, value, new=before is None):
            raise StoreError(f"There is a {noun.kind} {noun.id} already. Nothing was stored.")
        _file(rows, set() if before is None else places(before), places(noun))
    for kind, id_ in change.removes:
        gone = next((each for each in view.nouns if (each.kind, each.id) == (kind, id_)), None)
        if gone is None:
            raise StoreError(f"The {kind} {id_} was not read before. Nothing was stored.")
        rows.delete("noun", key(id_, kind))
        _file(rows, places(gone), set())


def places(noun: Noun) -> set[tuple[str, bytes]]:
    """Everywhere a noun is filed: by what it is found, and what it weighs on while it is open."""
    found = set()
    for under in {"", noun.id, *noun.touches}:
        found.add(("named", key(under, noun.kind, noun.id)))
        if noun.dates:
            found.add(("dated", key(under, noun.kind, noun.dates, noun.id)))
    if noun.open:
        found |= {("weighing", key(under, noun.kind, noun.id)) for under in noun.weighs_on}
    return found


def _file(rows: Rows, was: set[tuple[str, bytes]], now: set[tuple[str, bytes]]) -> None:
    """A noun leaves the places where it was filed and is filed in those of now."""
    for table, name in was - now:
        rows.delete(table, name)
    for table, name in now - was:
        rows.put(table, name)


def _forget(rows: Rows, owner: str) -> None:
    """Every text of this owner goes, from wherever it is read."""
    for name, _ in list(rows.scan("owned", *span(owner))):
        where = name[-16:]
        rows.delete("said", key(apart_of(rows, where).about) + where)
        rows.delete("apart", where)
        rows.delete("owned", name)
