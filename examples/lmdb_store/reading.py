"""What is read of a program in LMDB, in one transaction: so all of it is of one moment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256
from typing import TypeVar

from peerkit.errors import BadInput, StoreError
from peerkit.model import Noun, View, periods
from peerkit.stores import GENESIS, Apart, Entry, Order, Standing, Wanted
from peerkit.stores.writing.codec import read_noun

from .rows import END, Rows, key, number, span

N = TypeVar("N", bound=Noun)


def head(rows: Rows) -> tuple[int, str]:
    """The number and the hash of the last entry."""
    for name, value in rows.scan("entry", b"", END, back=True):
        return number(name), value[:64].decode()
    return 0, GENESIS


def standing(
    rows: Rows, about: tuple[str, ...], day: date, now: datetime, keyed: str | None
) -> Standing:
    """What a view shows. It asks for ids, never for the past, so it does not grow with it."""
    named = {name for each in about for name, _ in rows.scan("noun", *span(each))}
    for each in about:
        for name, _ in rows.scan("weighing", *span(each)):
            _, kind, id_, _ = name.split(b"\0")
            named.add(id_ + b"\0" + kind + b"\0")
    nouns = {}
    for name in named:
        version, noun = noun_of(rows, name)
        nouns[noun.kind, noun.id, version] = noun
    tallies = {
        (each, name.split(b"\0")[2].decode()): int(value)
        for each in about
        for period in periods(day)
        for name, value in rows.scan("tally", *span(each, period))
    }
    earlier = b"" if keyed is None else rows.get("key", digest(keyed))
    return Standing(
        view=View(now, tuple(nouns[each] for each in sorted(nouns)), tallies, head(rows)[0]),
        versions=frozenset(nouns),
        earlier=entry_of(rows, number(earlier)) if earlier else None,
    )


def digest(keyed: str) -> bytes:
    """A key of LMDB has at most 511 bytes, and one of ours may be longer."""
    return sha256(keyed.encode()).digest()


def entry_of(rows: Rows, n: int) -> Entry:
    """An entry with the texts that are still beside it."""
    value = rows.get("entry", key(n))
    apart = tuple(Apart(*json.loads(each)) for _, each in rows.scan("apart", *span(n)))
    return Entry(n, value[:64].decode(), value[64:].decode(), apart)


def noun_of(rows: Rows, name: bytes) -> tuple[int, Noun]:
    """The number of the entry that wrote a noun, and the noun."""
    value = rows.get("noun", name)
    try:
        return number(value[:8]), read_noun(value[8:])
    except BadInput as error:
        place = error.place
    # Outside the except block, so that no other error hangs on to this one.
    raise StoreError(f"The file holds a noun that does not fit: {place}.")


def matching(rows: Rows, wanted: Wanted[N], after: str) -> Iterator[N]:
    """The nouns that are asked for, in their order."""
    by_id, back = wanted.order is Order.ID, wanted.order is Order.NEWEST
    filed = (wanted.about or "", wanted.kind.kind)
    low, high = span(*filed)
    if not by_id and wanted.since is not None:
        low = key(*filed, wanted.since)
    if not by_id and wanted.until is not None:
        high = key(*filed, wanted.until)
    if after:
        place = key(*filed, *([after] if by_id else after.split(" ", 1)))
        low, high = (low, min(high, place)) if back else (max(low, place), high)
    for name, _ in rows.scan("named" if by_id else "dated", low, high, back=back):
        _, noun = noun_of(rows, name.split(b"\0")[-2] + b"\0" + key(wanted.kind.kind))
        if isinstance(noun, wanted.kind) and wanted.takes(noun):
            yield noun


def apart_of(rows: Rows, name: bytes) -> Apart:
    """The text of this number and position."""
    return Apart(*json.loads(rows.get("apart", name)))
