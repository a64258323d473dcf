"""A store around a store: the texts that lie apart are encrypted, with a key for each owner."""

from __future__ import annotations

from contextlib import contextmanager
from threading import local
from typing import TYPE_CHECKING, Final, TypeVar

import attrs

from peerkit.errors import StoreError
from peerkit.model import Count, Message, Noun
from peerkit.stores import (
    NOT_FROM_HERE,
    Apart,
    BacksUp,
    Change,
    Entry,
    Reseals,
    Standing,
    Store,
    Wanted,
)
from peerkit.stores.boxes import Boxes, broken, key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date, datetime

    from peerkit.stores.keys import Keys

__all__ = ["SealedStore"]

N = TypeVar("N", bound=Noun)

#: How many texts are sealed anew while others wait.
_BATCH: Final = 100


class SealedStore:
    """Any store, and keys: what people say is sealed on the way in and opened on the way out.

    Ids, codes, days, numbers and messages are kept as ``inner`` keeps them. A text is sealed
    while nobody else writes, with the key that is current then; so no text is ever written
    with a retired key, and a retired key that no text needs can be destroyed at any time.
    When somebody is forgotten, their keys are, once the change is kept; what a crash left
    undone is done at the next opening. Closing it closes the store and the keys.

    Where ``inner`` keeps inside a transaction of the host's (its ``joined`` is true), nothing
    is destroyed here, for the host may still take it back: call :meth:`sweep` of the program's
    own store after you commit, or open it again.
    """

    def __init__(self, inner: Store, keys: Keys) -> None:
        self.inner: Store = inner
        self.keys: Keys = keys
        self._boxes = Boxes()
        self._mine = local()
        self._joined = getattr(inner, "joined", False) is True
        self._known = False
        self._belong("")
        self.sweep()

    def _belong(self, empty: str | None = None) -> None:
        """Refuse the keys of another journal: one would destroy what the other needs."""
        if not self._known and not self._joined:
            first = next(self.inner.journal(), None)
            journal = empty if first is None else first.hash
            if journal is not None and not self.keys.belong(journal):
                raise StoreError(
                    "These keys belong to another program's journal. Give each program keys of "
                    "its own."
                )
            self._known = bool(journal)

    # -- on the way in

    def keep(self, change: Change) -> Entry:
        """Keep all of a change, or nothing."""
        if not change.apart and not change.forgets:
            return self.inner.keep(change)
        if self._doomed is not None:
            return self._kept(change, self._doomed)
        with self.together():
            return self.keep(change)

    @property
    def _doomed(self) -> set[tuple[str, str]] | None:
        """The keys that go with this thread's batch; None when it has none open."""
        found: set[tuple[str, str]] | None = getattr(self._mine, "doomed", None)
        return found

    def _kept(self, change: Change, doomed: set[tuple[str, str]]) -> Entry:
        gone: set[tuple[str, str]] = set()
        if change.forgets:
            self.keys.retire(change.forgets)
            gone = {each for each in self.keys.retired() if each[0] in change.forgets}
        sealed = tuple(  # what moves in from another house may be in its box already
            each if each.sealed else self._boxes.close(each, self.keys.current(each.owner))
            for each in change.apart
        )
        entry = self.inner.keep(attrs.evolve(change, apart=sealed))
        doomed |= gone  # only now: what is not kept dooms nothing
        return attrs.evolve(entry, apart=change.apart)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Keep every change inside the block, or none."""
        doomed: set[tuple[str, str]] = set()
        with self.inner.together():
            self._mine.doomed = doomed
            try:
                yield
            finally:
                self._mine.doomed = None
        self._belong()
        if doomed and not self._joined:
            self.keys.destroy(doomed)

    # -- on the way out

    def _opened(self, kept: Apart) -> Apart:
        """The text in clear; sealed as it is when its key is gone; broken when it does not open.

        Who reads while keys change may hold a text whose key was destroyed since: it is there
        again under a newer one.
        """
        while (name := key_of(kept)) is not None:
            key = self.keys.named(kept.owner, name)
            if key is not None:
                return self._boxes.open(kept, key)
            same = (kept.owner, kept.digest)
            now = [
                each for each in self.inner.apart(kept.about) if (each.owner, each.digest) == same
            ]
            if not now or kept in now:
                return kept
            kept = now[0]
        return kept

    def _entry(self, entry: Entry) -> Entry:
        if not entry.apart:
            return entry
        return attrs.evolve(entry, apart=tuple(map(self._opened, entry.apart)))

    def view(
        self, about: tuple[str, ...], day: date, now: datetime, key: str | None = None
    ) -> Standing:
        """How things stand about these ids."""
        found = self.inner.view(about, day, now, key)
        if found.earlier is None:
            return found
        return attrs.evolve(found, earlier=self._entry(found.earlier))

    def journal(self, after: int = 0, about: str | None = None) -> Iterator[Entry]:
        """The entries after this number, in order, each with what opens of its texts."""
        return map(self._entry, self.inner.journal(after, about))

    def books(self) -> Iterator[Count | Message | Apart]:
        """Everything kept beside the nouns: tallies, messages, texts apart."""
        for each in self.inner.books():
            yield self._opened(each) if isinstance(each, Apart) else each

    def apart(self, about: str) -> tuple[Apart, ...]:
        """The texts kept about this, oldest first. One that was moved or changed is refused."""
        found = tuple(map(self._opened, self.inner.apart(about)))
        if any(map(broken, found)):
            raise StoreError(
                f"What is kept about {about} does not open with its key: it was changed, moved "
                "here, or sealed by a newer peerkit. Verify the program."
            )
        return found

    # -- as it is

    def find(self, wanted: Wanted[N], *, after: str = "", limit: int = 100) -> tuple[N, ...]:
        """The nouns that are asked for, behind this place."""
        return self.inner.find(wanted, after=after, limit=limit)

    def count(self, wanted: Wanted[N]) -> int:
        """How many nouns are asked for."""
        return self.inner.count(wanted)

    def untold(self, limit: int, now: datetime, lease: datetime) -> tuple[Message, ...]:
        """Messages that wait, leased to the caller."""
        return self.inner.untold(limit, now, lease)

    def told(self, keys: tuple[str, ...], now: datetime) -> None:
        """These messages have been told."""
        self.inner.told(keys, now)

    def outbox(self) -> tuple[int, int]:
        """How many messages there are, and how many of them wait."""
        return self.inner.outbox()

    def waiting(self) -> Iterator[str]:
        """The keys of the messages that wait."""
        return self.inner.waiting()

    def backup(self, path: str, progress: Callable[[int, int], object]) -> tuple[int, str]:
        """A copy of what ``inner`` keeps, sealed as it is. The keys are not in it."""
        if not isinstance(self.inner, BacksUp):
            raise StoreError(NOT_FROM_HERE)
        return self.inner.backup(path, progress)

    def close(self) -> None:
        """Let go of the store and of the keys."""
        self.inner.close()
        self.keys.close()

    # -- keys

    def rotate(self) -> int:
        """Give every owner a new key and seal their texts with it, while others work on.

        What was kept in clear is sealed as well. Whenever it stops, every text opens with the
        old key or the new one, and it can be begun again; the old keys are destroyed at the
        end, when no text needs them. Gives how many texts were sealed.
        """
        inner = self.inner
        if not isinstance(inner, Reseals) or self._joined:
            raise StoreError("This store cannot write its texts anew, which new keys would need.")
        renewed: dict[str, str] = {}
        sealed = 0
        # What others kept while it was read is met in the next round; a round without is the last.
        while found := sum(self._renew(inner, each, renewed) for each in self._stale(renewed)):
            sealed += found
        self.sweep()
        return sealed

    def _stale(self, renewed: dict[str, str]) -> Iterator[tuple[Apart, ...]]:
        """The texts that are not sealed with the newest key of their owner, some at a time."""
        found: list[Apart] = []
        for each in self.inner.books():
            if isinstance(each, Apart) and key_of(each) != renewed.get(each.owner, ""):
                found.append(each)
                if len(found) == _BATCH:
                    yield tuple(found)
                    found = []
        yield tuple(found)

    def _renew(self, inner: Reseals, texts: tuple[Apart, ...], renewed: dict[str, str]) -> int:
        """Seal these with newer keys. What does not open is left as it is."""
        with self.together():
            owners = {each.owner for each in texts}
            self.keys.retire(owners - renewed.keys())
            newest = {each: self.keys.current(each) for each in owners}
            renewed |= {owner: key.name for owner, key in newest.items()}
            opened = ((each, self._opened(each)) for each in texts)
            pairs = tuple(
                (was, self._boxes.close(text, newest[was.owner]))
                for was, text in opened
                if not text.sealed
            )
            inner.reseal(pairs)
        return len(pairs)

    def sweep(self) -> None:
        """Destroy every retired key that no text needs: what was forgotten, or sealed anew."""
        retired = frozenset() if self._joined else self.keys.retired()
        if retired:
            needed = {
                (each.owner, key_of(each)) for each in self.inner.books() if isinstance(each, Apart)
            }
            self.keys.destroy(retired - needed)
