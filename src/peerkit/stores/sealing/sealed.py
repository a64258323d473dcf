"""A store around a store: the texts that lie apart are encrypted, with a key for each owner."""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from hashlib import sha256
from itertools import islice
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
    Delivery,
    Entry,
    Posted,
    Reseals,
    Settled,
    Standing,
    Store,
    Wanted,
)
from peerkit.stores.bare import carrying_nothing
from peerkit.stores.sealing.boxes import Boxes, broken, key_of
from peerkit.stores.sealing.keys import Keys, Looked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date, datetime

__all__ = ["SealedStore", "holds_sealed"]

N = TypeVar("N", bound=Noun)

#: How many texts are sealed anew while others wait.
_BATCH: Final = 100
#: How many entries show whether a program was sealed once, at its beginning.
_SHOW: Final = 100


def holds_sealed(store: Store) -> bool:
    """Whether what people say is sealed here, as the text says that was kept last.

    Behind a sealed text nobody keeps one in clear who opened the program at its address.
    Somebody may have done it otherwise: so the first entries are looked at as well.
    One that cannot be read says nothing.
    """
    with suppress(StoreError):
        newest = store.newest()
        first = (each for entry in islice(store.journal(), _SHOW) for each in entry.apart)
        return newest is not None and (newest.sealed or any(each.sealed for each in first))
    return False


class SealedStore:
    """Any store, and keys: what people say is sealed on the way in and opened on the way out.

    Ids, codes, days, numbers and messages are kept as ``inner`` keeps them. A text is sealed
    while nobody else writes, with the key that is current then; so no text is ever written
    with a retired key, and a retired key that no text needs can be destroyed at any time.
    It is destroyed when somebody is forgotten, with all keys they ever had, once the change is
    kept; or when it is asked for (:meth:`sweep`), and else never: a copy may need it. What was
    forgotten without the keys, or what a crash left undone, is done at the next opening.
    Closing it closes the store and the keys.

    Keys that are new are refused where texts are sealed already, for they open none of them.
    Where the old ones are lost, ``anew`` takes new ones, and what is sealed stays so. With
    ``read_only`` nothing is kept here, and of the keys none is made, retired or destroyed.

    Where ``inner`` keeps inside a transaction of the host's (its ``joined`` is true), nothing
    is destroyed here, for the host may still take it back: call :meth:`sweep` of the program's
    own store after you commit, or open it again.
    """

    def __init__(
        self, inner: Store, keys: Keys, *, anew: bool = False, read_only: bool = False
    ) -> None:
        self.inner: Store = inner
        self.keys: Keys = keys
        self._boxes = Boxes()
        self._mine = local()
        self._joined = getattr(inner, "joined", False) is True
        self._read_only = read_only
        self._known = False
        if not (anew or self._joined) and keys.belong("") and holds_sealed(inner):
            raise StoreError(
                "This program's words are sealed, and these keys are new: they open none of them. "
                "Give the keys that it was kept with; is the path of the key file right?"
            )
        self._belong("")
        if not read_only:
            self.sweep()

    def _belong(self, empty: str | None = None) -> None:
        """Refuse the keys of another journal: one would destroy what the other needs."""
        if not self._known and not self._joined:
            first = next(self.inner.journal(), None)
            journal = empty if first is None else first.hash
            if journal is not None and not self._are_of(journal):
                raise StoreError(
                    "These keys belong to another program's journal. Give each program keys of "
                    "its own."
                )
            self._known = bool(journal)

    def _are_of(self, journal: str) -> bool:
        """Whether the keys may be used here. Whoever only reads leaves those of nobody so."""
        return (self._read_only and self.keys.belong("")) or self.keys.belong(journal)

    def _must_write(self) -> None:
        if self._read_only:
            raise StoreError("The program was opened to be read only. Nothing was stored.")

    # -- on the way in

    @carrying_nothing
    def keep(self, change: Change) -> Entry:
        """Keep all of a change, or nothing."""
        self._must_write()
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
        if change.forgets:  # only now: what is not kept dooms nothing
            doomed |= gone
            self._mine.met.add(entry.hash)
        return attrs.evolve(entry, apart=change.apart)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Keep every change inside the block, or none."""
        doomed: set[tuple[str, str]] = set()
        met: set[str] = set()
        with self.inner.together():
            self._mine.doomed, self._mine.met = doomed, met
            try:
                yield
            finally:
                self._mine.doomed = None
        self._belong()
        if met and not self._joined:
            self.keys.destroy(doomed)
            self.keys.look(Looked(met=frozenset(met)))

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

    def newest(self) -> Apart | None:
        """The text that was kept last."""
        found = self.inner.newest()
        return None if found is None else self._opened(found)

    # -- as it is

    def find(self, wanted: Wanted[N], *, after: str = "", limit: int = 100) -> tuple[N, ...]:
        """The nouns that are asked for, behind this place."""
        return self.inner.find(wanted, after=after, limit=limit)

    def count(self, wanted: Wanted[N]) -> int:
        """How many nouns are asked for."""
        return self.inner.count(wanted)

    def take(self, limit: int, now: datetime, lease: datetime, token: str) -> tuple[Posted, ...]:
        """Messages that are to be told now, leased to the caller."""
        return self.inner.take(limit, now, lease, token)

    def settle(
        self, settled: tuple[Settled, ...], now: datetime, token: str = ""
    ) -> tuple[str, ...]:
        """Write what became of messages that this token took."""
        return self.inner.settle(settled, now, token)

    def posted(self, *delivery: Delivery) -> Iterator[Posted]:
        """Every message of which one of these became, or every one."""
        return self.inner.posted(*delivery)

    def outbox(self) -> tuple[int, int]:
        """How many messages there are, and how many of them wait."""
        return self.inner.outbox()

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

    def rotate(self, *, destroy_old: bool = False) -> int:
        """Give every owner a new key and seal their texts with it, while others work on.

        What was kept in clear is sealed as well. Whenever it stops, every text opens with the
        old key or the new one, and it can be begun again. Gives how many texts were sealed.
        The old keys stay, for copies that were made before; for ``destroy_old`` see :meth:`sweep`.
        """
        self._must_write()
        inner = self.inner
        if not isinstance(inner, Reseals) or self._joined:
            raise StoreError("This store cannot write its texts anew, which new keys would need.")
        renewed: dict[str, str] = {}
        sealed = 0
        # What others kept while it was read is met in the next round; a round without is the last.
        while found := sum(self._renew(inner, each, renewed) for each in self._stale(renewed)):
            sealed += found
        if destroy_old:
            self.sweep(destroy_old=True)
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
            self.keys.retire({each.owner for each in texts} - renewed.keys())
            return self._anew(inner, texts, renewed)

    def _anew(self, inner: Reseals, texts: Iterable[Apart], renewed: dict[str, str]) -> int:
        opened = [(each, self._opened(each)) for each in texts]
        newest = {owner: self.keys.current(owner) for owner in {each.owner for each, _ in opened}}
        renewed |= {owner: key.name for owner, key in newest.items()}
        pairs = tuple(
            (was, self._boxes.close(text, newest[was.owner]))
            for was, text in opened
            if not text.sealed
        )
        inner.reseal(pairs)
        return len(pairs)

    def sweep(self, *, destroy_old: bool = False) -> None:
        """Destroy the keys of those whom the journal forgot since this was done last.

        Each forgetting is met once, and what was said since is sealed anew first; where the store
        cannot write texts anew, the key of what was said since stays. With
        ``destroy_old`` every retired key goes that no text here needs: backups made before cannot
        be read any more, nor copies that use these keys.
        """
        self._must_write()
        if self._joined:
            return
        owners, looked = self._forgotten()
        if owners or destroy_old:
            with self.inner.together():  # nobody seals meanwhile
                self.keys.retire(owners)
                if isinstance(self.inner, Reseals):
                    late = tuple(each for each in self._texts() if each.owner in owners)
                    self._anew(self.inner, late, {})
                needed = {(each.owner, key_of(each)) for each in self._texts()}
                retired = self.keys.retired()
            old = {each for each in retired if destroy_old or each[0] in owners}
            self.keys.destroy(old - needed)
        self.keys.look(looked)

    def _texts(self) -> Iterator[Apart]:
        return (each for each in self.inner.books() if isinstance(each, Apart))

    def _forgotten(self) -> tuple[set[str], Looked]:
        """Whom the journal forgot where nobody has met it, and how far it was read.

        Another copy of it may have gone on otherwise than the one that was read last; then it
        is read from its beginning. What was met there is known by its hash.
        """
        looked = self.keys.looked()
        number, last, met, owners = looked.number, looked.hash, set[str](), set[str]()
        with suppress(StoreError):  # what cannot be read is for those who verify
            known = next(self.inner.journal(number - 1), None) if number else None
            if known is None or known.hash != last:
                number = 0
            for entry in self.inner.journal(number):
                number, last = entry.number, entry.hash
                if entry.hash not in looked.met and (found := _forgets(entry)):
                    owners.update(found)
                    met.add(entry.hash)
        return owners, Looked(number, last, frozenset(met))


def _forgets(entry: Entry) -> list[str]:
    """Whom an entry forgot. One that is not as it was kept forgets nobody."""
    if '"forgets":["' not in entry.body or entry.hash != sha256(entry.body.encode()).hexdigest():
        return []
    found: list[str] = json.loads(entry.body)["forgets"]
    return found
