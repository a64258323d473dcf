"""Asks a store, and whoever keeps its keys, what an operator should know of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from peerkit.stores import Store
from peerkit.stores.advice import Advice, Examined, looked_at, others_may
from peerkit.stores.sealing.sealed import SealedStore

__all__ = ["examined"]


def examined(store: Store) -> tuple[Advice, ...]:
    """What is to be known of where a store keeps its program, and of where its keys are."""
    inner = store.inner if isinstance(store, SealedStore) else store
    if isinstance(inner, Examined):
        found = [*inner.advice()]
    else:
        kind = type(inner).__name__
        found = [
            Advice(
                f"A {kind} does not say anything of its place.",
                "What could be wrong there is not looked at.",
                "Look at what it rests on with the tools that belong to that.",
            )
        ]
    if isinstance(store, SealedStore):
        keys, path = getattr(store.keys, "path", ""), getattr(inner, "path", "")
        found += looked_at({"the file of keys": lambda: _of_keys(keys, path)})
    return tuple(found)


def _of_keys(keys: str, database: str) -> Iterator[Advice]:
    """Whether keys in a file are apart from the database, and nobody else's to read."""
    if not keys:
        return
    if database and Path(keys).resolve().parent == Path(database).resolve().parent:
        yield Advice(
            "The file of keys is in the folder of the database.",
            "Whoever copies the folder has both.",
            "Keep it in another place, with a backup of its own.",
        )
    if others_may(keys, 0o077):
        yield Advice(
            "Others than its owner may open the file of keys.",
            "With the master key they could read what people said.",
            "chmod 600 it.",
        )
