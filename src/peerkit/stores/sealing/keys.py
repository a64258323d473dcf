"""The keys that texts apart are sealed with: the shape of whoever keeps them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from threading import Lock
from typing import Final, Protocol, runtime_checkable

import attrs

__all__ = ["SECRET", "Key", "Keys", "KeysInMemory", "Looked", "new_key"]

#: How long a key is, in bytes: AES-256.
SECRET: Final = 32


@attrs.frozen
class Key:
    """What somebody's texts are sealed with. Its name stands beside each of them, in clear."""

    name: str
    secret: bytes = attrs.field(repr=False)


@attrs.frozen
class Looked:
    """How far a journal was read for those whom it forgot: to the entry of this number and hash.

    ``met`` are the hashes of the entries that forgot somebody whose keys were then destroyed.
    """

    number: int = 0
    hash: str = ""
    met: frozenset[str] = frozenset()


def new_key() -> Key:
    """A key that nobody can guess."""
    return Key(secrets.token_hex(8), secrets.token_bytes(SECRET))


@runtime_checkable
class Keys(Protocol):
    """Keeps the keys of one program, and of each owner of texts a few: one is current.

    The promises are tested by ``peerkit.testing.KeysConformance``. Every method is safe to
    call from several threads; a failure is a :class:`~peerkit.errors.StoreError`. What is
    written is durable before the method returns.
    """

    def current(self, owner: str) -> Key:
        """The key that this owner's texts are sealed with now, made where there is none.

        Promises: of 32 bytes, from a source for secrets; its name has no space in it; it
        is nobody else's; all who ask get the same one until it is retired.
        """
        ...

    def named(self, owner: str, name: str) -> Key | None:
        """The key of this name, current or retired; None once it is destroyed."""
        ...

    def retire(self, owners: Iterable[str]) -> None:
        """No text of these is sealed any more with the key that was current."""
        ...

    def retired(self) -> frozenset[tuple[str, str]]:
        """The owner and name of every key that is retired and not destroyed."""
        ...

    def destroy(self, names: Iterable[tuple[str, str]]) -> None:
        """These keys, by owner and name, are gone for good. Only a retired one goes."""
        ...

    def belong(self, journal: str) -> bool:
        """Whether these are the keys of the journal whose first entry has this hash.

        The first journal they are asked about is theirs for good: keys that two had in common
        would be destroyed by one of them. An empty text asks whether they are nobody's yet.
        """
        ...

    def looked(self) -> Looked:
        """What was noted last, and every forgetting that was ever met."""
        ...

    def look(self, looked: Looked) -> None:
        """Note the entry, where it is one (its number is not 0), and what was met besides."""
        ...

    def close(self) -> None:
        """Let go of everything. Closing twice is harmless."""
        ...


class KeysInMemory:
    """Keys in this process, gone when it ends: for tests, and for a program in memory."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._current: dict[str, Key] = {}
        self._retired: dict[tuple[str, str], Key] = {}
        self._journal = ""
        self._looked = Looked()

    def current(self, owner: str) -> Key:
        """The key of this owner, made where there is none."""
        with self._lock:
            if owner not in self._current:
                self._current[owner] = new_key()
            return self._current[owner]

    def named(self, owner: str, name: str) -> Key | None:
        """The key of this name, while it is there."""
        with self._lock:
            key = self._current.get(owner)
            return key if key and key.name == name else self._retired.get((owner, name))

    def retire(self, owners: Iterable[str]) -> None:
        """The current keys of these are current no more."""
        with self._lock:
            for owner in owners:
                if key := self._current.pop(owner, None):
                    self._retired[owner, key.name] = key

    def retired(self) -> frozenset[tuple[str, str]]:
        """Those that are retired and not destroyed."""
        with self._lock:
            return frozenset(self._retired)

    def destroy(self, names: Iterable[tuple[str, str]]) -> None:
        """These are gone."""
        with self._lock:
            for each in names:
                self._retired.pop(each, None)

    def belong(self, journal: str) -> bool:
        """Whether they are this journal's; the first one's they are."""
        with self._lock:
            self._journal = self._journal or journal
            return self._journal == journal

    def looked(self) -> Looked:
        """What was noted."""
        with self._lock:
            return self._looked

    def look(self, looked: Looked) -> None:
        """Take note."""
        with self._lock:
            met = self._looked.met | looked.met
            self._looked = attrs.evolve(looked if looked.number else self._looked, met=met)

    def close(self) -> None:
        """Nothing to let go of: the same keys may open the program again."""
