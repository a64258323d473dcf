"""A store that knows its place, and what an operator should know of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

import attrs

from peerkit.errors import StoreError
from peerkit.stores import Store
from peerkit.stores.sealed import SealedStore

__all__ = ["Advice", "Examined", "Looked", "examined", "looked_at", "others_may"]

#: Looks at one thing, and says what is to be known of it.
Looked = Callable[[], Iterable["Advice"]]
#: What the system may say where something cannot be looked at.
_CLOSED: Final = (StoreError, OSError, ValueError)


@attrs.frozen
class Advice:
    """Something to know of the place where a program is kept: what, why it matters, what to do."""

    what: str
    why: str
    do: str

    def __str__(self) -> str:
        return f"{self.what} {self.why} {self.do}"


@runtime_checkable
class Examined(Protocol):
    """A store that can say what is to be known of its place. It need not be."""

    def advice(self) -> Iterator[Advice]:
        """What to know, one thing after the other. Whatever cannot be looked at is said too."""
        ...


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


def looked_at(looks: dict[str, Looked]) -> Iterator[Advice]:
    """What each of these says. One that cannot be done is said, and the others go on."""
    for what, look in looks.items():
        found: list[Advice] = []
        failed = False
        try:
            found += look()
        except _CLOSED:
            failed = True
        yield from found
        if failed:
            yield Advice(
                f"Nobody could look at {what}.",
                "Something may be wrong with it.",
                "Open the program anew as somebody who may read there, and ask again.",
            )


def others_may(path: str, bits: int) -> bool:
    """Whether somebody else than its owner may do this; where a system has no modes, nobody."""
    return os.name == "posix" and bool(Path(path).stat().st_mode & bits)


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
