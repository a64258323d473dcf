"""Stores that seal, and keepers of keys, that are broken on purpose, and who must catch them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import attrs

from peerkit.errors import StoreError
from peerkit.stores import Apart, Change, Entry, Reseals, Standing
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sealing.boxes import Boxes, key_of
from peerkit.stores.sealing.keys import Key, Keys, KeysInMemory, Looked, new_key
from peerkit.stores.sealing.sealed import SealedStore
from peerkit.stores.sealing.sealed import _forgets as forgets


class Sealing(SealedStore):
    """A sound one, around a store in memory."""

    Box: Any = Boxes
    Inner: Any = MemoryStore

    def __init__(self, inner: Any = None, keys: Keys | None = None, **how: Any) -> None:
        super().__init__(inner or self.Inner(), keys or KeysInMemory(), **how)
        self._boxes = self.Box()


# -- what is held


class InClear(Sealing):
    """Seals nothing."""

    class Box(Boxes):
        """No box at all."""

        def close(self, clear: Apart, key: Key) -> Apart:
            """As it is."""
            return clear


class ClearInBatches(Sealing):
    """Takes a batch for something that is sealed already."""

    def keep(self, change: Change) -> Entry:
        """Seals single changes."""
        if self._doomed is not None:
            return self.inner.keep(change)
        with self.together():
            return self._kept(change, set())


class SaltInClear(Sealing):
    """Keeps the salt beside the box: with the digest of the journal, short words can be guessed."""

    class Box(Boxes):
        """A box with a salt."""

        def close(self, clear: Apart, key: Key) -> Apart:
            """Half in clear."""
            return attrs.evolve(super().close(clear, key), salt=clear.salt)


class ClosedBooks(Sealing):
    """Does not open what it gives to those who verify."""

    def books(self) -> Any:
        """As they are."""
        return self.inner.books()


class ClosedEarlier(Sealing):
    """Does not open what an earlier key gave."""

    def view(self, *args: Any, **how: Any) -> Standing:
        """As it is."""
        return self.inner.view(*args, **how)


class ClosedJournal(Sealing):
    """Does not open what is in the journal."""

    def journal(self, after: int = 0, about: str | None = None) -> Any:
        """As it is."""
        return self.inner.journal(after, about)


class ClosedNewest(Sealing):
    """Does not open what was kept last."""

    def newest(self) -> Any:
        """As it is."""
        return self.inner.newest()


class GivesBoxes(Sealing):
    """Gives another entry than the journal does later."""

    def keep(self, change: Change) -> Entry:
        """With boxes."""
        entry = super().keep(change)
        return attrs.evolve(entry, apart=next(self.inner.journal(entry.number - 1)).apart)


class StaticNonce(Sealing):
    """Begins each box with the same bytes, and so the boxes of equal texts are equal."""

    class Box(Boxes):
        """Boxes that repeat themselves."""

        def close(self, clear: Apart, key: Key) -> Apart:
            """The same again."""
            known = vars(self).setdefault("known", {})
            return known.setdefault((clear, key), super().close(clear, key))  # type: ignore[no-any-return]  # it is what was put in


class OnlyBoxes(Sealing):
    """Takes what is in clear for damaged."""

    def _opened(self, kept: Apart) -> Apart:
        return super()._opened(kept) if key_of(kept) else attrs.evolve(kept, text="")


# -- what does not open


class TiesNothing(Sealing):
    """Its boxes open anywhere."""

    class Box(Boxes):
        """Tied to nothing."""

        def tie(self, key: str, digest: str, about: str, owner: str) -> bytes:
            """Nothing."""
            return b""


class TiesNoAbout(Sealing):
    """Its boxes open beside something else of the same owner."""

    class Box(Boxes):
        """Tied to the owner only."""

        def tie(self, key: str, digest: str, about: str, owner: str) -> bytes:
            """Too little."""
            return super().tie(key, digest, "", owner)


class TiesNoDigest(Sealing):
    """Its boxes may say that something else is in them."""

    class Box(Boxes):
        """Tied to place and owner."""

        def tie(self, key: str, digest: str, about: str, owner: str) -> bytes:
            """Too little."""
            return super().tie(key, "", about, owner)


class LooksAway(Sealing):
    """Gives what does not open as if it were a text."""

    def apart(self, about: str) -> tuple[Apart, ...]:
        """Without a look."""
        return tuple(map(self._opened, self.inner.apart(about)))


class FailsAltogether(Sealing):
    """Cannot go on where one key is gone."""

    def _opened(self, kept: Apart) -> Apart:
        found = super()._opened(kept)
        if found.sealed:
            raise StoreError("A key is gone.")
        return found


class OneKeyForAll(Sealing):
    """Seals everybody's texts with one key."""

    def __init__(self, inner: Any = None, keys: Keys | None = None) -> None:
        super().__init__(inner, keys or OneForAll())


# -- what is forgotten


class DestroysNothing(Sealing):
    """Deletes the texts and keeps the key: every backup goes on speaking."""

    @contextmanager
    def together(self) -> Iterator[None]:
        """And nothing after it."""
        with self.inner.together():
            self._mine.doomed, self._mine.met = set(), set()
            yield
            self._mine.doomed = None
        self._belong()


class DestroysFirst(Sealing):
    """Destroys before it is known whether the change is kept."""

    def _kept(self, change: Change, doomed: set[tuple[str, str]]) -> Entry:
        self.keys.retire(change.forgets)
        self.keys.destroy([each for each in self.keys.retired() if each[0] in change.forgets])
        return super()._kept(change, doomed)


class DestroysInside(Sealing):
    """Destroys when the change is kept, although the batch it is in may yet fail."""

    def _kept(self, change: Change, doomed: set[tuple[str, str]]) -> Entry:
        entry = super()._kept(change, doomed)
        self.keys.destroy(doomed)
        return entry


class DoomsTooEarly(Sealing):
    """Remembers what to destroy although the change was refused."""

    def _kept(self, change: Change, doomed: set[tuple[str, str]]) -> Entry:
        self.keys.retire(change.forgets)
        doomed |= {each for each in self.keys.retired() if each[0] in change.forgets}
        self._mine.met.add("")
        return super()._kept(change, doomed)


class NeverSweeps(Sealing):
    """Leaves what a crash has left."""

    def sweep(self, *, destroy_old: bool = False) -> None:
        """Not here."""


class SweepsAll(Sealing):
    """Destroys every retired key, needed or not."""

    def sweep(self, *, destroy_old: bool = False) -> None:
        """Without a look."""
        self.keys.destroy(self.keys.retired())


class SweepsTheOld(Sealing):
    """Destroys what no text here needs, although a copy may."""

    def sweep(self, *, destroy_old: bool = False) -> None:
        """Whoever asks, and for whatever."""
        super().sweep(destroy_old=True)


class MeetsEachTime(Sealing):
    """Destroys the keys of somebody who was forgotten once and came back."""

    def _forgotten(self) -> tuple[set[str], Looked]:
        return {owner for each in self.inner.journal() for owner in forgets(each)}, Looked()


class SealsNothingLate(Sealing):
    """Leaves what was said after a forgetting under the key of before."""

    def _anew(self, inner: Reseals, texts: Iterable[Apart], renewed: dict[str, str]) -> int:
        return super()._anew(inner, texts, renewed) if renewed else 0


class TakesNewKeys(Sealing):
    """Takes keys that open nothing of what is there."""

    def __init__(self, inner: Any = None, keys: Keys | None = None, **how: Any) -> None:
        super().__init__(inner, keys, anew=True)


class RotationDestroys(Sealing):
    """Destroys old keys with every rotation."""

    def rotate(self, *, destroy_old: bool = False) -> int:
        """And every backup with them."""
        return super().rotate(destroy_old=True)


class AnybodysKeys(Sealing):
    """Does not ask whose keys they are."""

    def _belong(self, empty: str | None = None) -> None:
        pass


# -- new keys


class LeavesClear(Sealing):
    """New keys come to boxes only."""

    def _stale(self, renewed: dict[str, str]) -> Iterator[tuple[Apart, ...]]:
        for found in super()._stale(renewed):
            yield tuple(each for each in found if each.sealed)


class DestroysTheOld(Sealing):
    """Destroys the old keys before every text has a new one."""

    def _renew(self, inner: Reseals, texts: tuple[Apart, ...], renewed: dict[str, str]) -> int:
        self.keys.retire({each.owner for each in texts} - renewed.keys())
        self.keys.destroy(self.keys.retired())
        return super()._renew(inner, texts, renewed)


class BoxesInBoxes(Sealing):
    """Seals what it cannot open once more."""

    def _renew(self, inner: Reseals, texts: tuple[Apart, ...], renewed: dict[str, str]) -> int:
        for each in texts:
            if each.sealed and self._opened(each).sealed:
                inner.reseal(((each, self._boxes.close(each, self.keys.current(each.owner))),))
        return super()._renew(inner, texts, renewed)


class WritesOver(Sealing):
    """The store inside puts a text where there is another by now."""

    class Inner(MemoryStore):
        """Looks at what it is about only."""

        def reseal(self, pairs: tuple[tuple[Apart, Apart], ...]) -> None:
            """Whatever stands there."""
            for was, now in pairs:
                held = self._apart[was.about][:1] or [was]
                super().reseal(((held[0], now),))


class WritesHalf(Sealing):
    """The store inside writes texts outside the batch."""

    class Inner(MemoryStore):
        """Cannot take it back."""

        def reseal(self, pairs: tuple[tuple[Apart, Apart], ...]) -> None:
            """And nothing notes what was there."""
            super().reseal(pairs)
            self._undo.clear()


class WritesBesideTheJournal(Sealing):
    """The store inside shows the old text in its entries."""

    class Inner(MemoryStore):
        """Keeps texts twice."""

        def reseal(self, pairs: tuple[tuple[Apart, Apart], ...]) -> None:
            """In one place."""
            before = list(self._entries)
            super().reseal(pairs)
            self._entries = before


#: Which tests must catch which store.
SEALERS: Final[Mapping[type, tuple[str, ...]]] = {
    InClear: ("test_nothing_is_held_in_clear",),
    ClearInBatches: ("test_nothing_is_held_in_clear",),
    SaltInClear: ("test_nothing_is_held_in_clear",),
    ClosedBooks: ("test_everything_is_read_in_clear",),
    ClosedEarlier: ("test_everything_is_read_in_clear",),
    ClosedNewest: ("test_everything_is_read_in_clear",),
    ClosedJournal: ("test_everything_is_read_in_clear",),
    GivesBoxes: ("test_everything_is_read_in_clear",),
    StaticNonce: ("test_equal_texts_are_sealed_differently",),
    OnlyBoxes: ("test_a_text_of_before_is_read",),
    TiesNothing: ("test_a_text_that_was_moved_is_refused",),
    TiesNoAbout: ("test_a_text_that_was_moved_is_refused",),
    TiesNoDigest: ("test_a_text_that_was_moved_is_refused",),
    LooksAway: ("test_a_text_that_was_moved_is_refused",),
    FailsAltogether: ("test_a_key_that_is_gone_leaves_the_rest",),
    OneKeyForAll: ("test_a_key_that_is_gone_leaves_the_rest",),
    DestroysNothing: (
        "test_who_is_forgotten_has_no_key",
        "test_a_batch_that_forgets_destroys_at_its_end",
    ),
    DestroysFirst: (
        "test_what_is_forgotten_in_vain_has_its_key",
        "test_a_batch_that_forgets_destroys_at_its_end",
    ),
    DestroysInside: ("test_what_is_forgotten_in_vain_has_its_key",),
    DoomsTooEarly: ("test_what_is_forgotten_in_vain_has_its_key",),
    NeverSweeps: (
        "test_what_a_crash_left_is_done_at_the_next_opening",
        "test_old_keys_go_when_that_is_asked_for",
        "test_who_was_forgotten_without_keys_has_none",
    ),
    SweepsAll: ("test_what_a_crash_left_is_done_at_the_next_opening",),
    SweepsTheOld: ("test_old_keys_stay_for_copies",),
    RotationDestroys: ("test_old_keys_stay_for_copies",),
    MeetsEachTime: ("test_who_was_forgotten_once_may_come_back",),
    SealsNothingLate: ("test_who_was_forgotten_without_keys_has_none",),
    TakesNewKeys: ("test_keys_that_open_nothing_are_refused",),
    AnybodysKeys: ("test_keys_are_of_one_journal",),
    LeavesClear: ("test_new_keys_change_nothing_that_is_read",),
    DestroysTheOld: (
        "test_new_keys_change_nothing_that_is_read",
        "test_old_keys_stay_for_copies",
        "test_new_keys_come_while_others_write",
    ),
    BoxesInBoxes: ("test_what_does_not_open_is_left_alone",),
    WritesOver: ("test_a_text_is_written_anew_where_it_stands",),
    WritesHalf: ("test_a_text_is_written_anew_where_it_stands",),
    WritesBesideTheJournal: ("test_a_text_is_written_anew_where_it_stands",),
}


# -- keepers of keys


class NewEachTime(KeysInMemory):
    """Gives another key to each who asks."""

    def current(self, owner: str) -> Key:
        """A new one."""
        self.retire([owner])
        return super().current(owner)


class NeverNew(KeysInMemory):
    """Retires nothing."""

    def retire(self, owners: Iterable[str]) -> None:
        """As if it were done."""


class ShortKeys(KeysInMemory):
    """Its keys are half as long."""

    def current(self, owner: str) -> Key:
        """Half a key."""
        key = super().current(owner)
        return attrs.evolve(key, secret=key.secret[:16])


class NamesWithSpaces(KeysInMemory):
    """Names that break the line they stand in."""

    def current(self, owner: str) -> Key:
        """A name of two words."""
        return attrs.evolve(super().current(owner), name="my key")


class OneForAll(KeysInMemory):
    """One key, whoever asks."""

    def current(self, owner: str) -> Key:
        """The same."""
        return super().current("all")

    def named(self, owner: str, name: str) -> Key | None:
        """The same."""
        return super().named("all", name)


class FindsByName(KeysInMemory):
    """Gives a key to whoever knows its name."""

    def named(self, owner: str, name: str) -> Key | None:
        """Anybody's."""
        keys = (*self._current.values(), *self._retired.values())
        return next((each for each in keys if each.name == name), None)


class LosesTheRetired(KeysInMemory):
    """Destroys what is retired."""

    def retire(self, owners: Iterable[str]) -> None:
        """And gone."""
        super().retire(owners)
        self._retired.clear()


class DestroysOfAll(KeysInMemory):
    """Destroys every retired key of an owner when asked for one."""

    def destroy(self, names: Iterable[tuple[str, str]]) -> None:
        """More than was asked."""
        owners = {owner for owner, _ in names}
        super().destroy([each for each in self._retired if each[0] in owners])


class KeepsThemAll(KeysInMemory):
    """Destroys nothing."""

    def destroy(self, names: Iterable[tuple[str, str]]) -> None:
        """As if it were done."""


class DestroysTheCurrent(KeysInMemory):
    """Destroys what texts are sealed with at this moment."""

    def destroy(self, names: Iterable[tuple[str, str]]) -> None:
        """Without a look."""
        for owner, name in [*names]:
            if self.named(owner, name) is not None:
                self._current.pop(owner, None)
                super().destroy([(owner, name)])


class TheLastJournals(KeysInMemory):
    """Belongs to whoever asked last."""

    def belong(self, journal: str) -> bool:
        """Anybody's."""
        self._journal = ""
        return super().belong(journal)


class Racing(KeysInMemory):
    """Looks and makes without a lock."""

    def current(self, owner: str) -> Key:
        """Whoever is last wins."""
        if owner not in self._current:
            key = new_key()
            time.sleep(0.05)
            self._current[owner] = key
            return key
        return self._current[owner]


class ForgetsWhatItMet(KeysInMemory):
    """Knows the last thing it was told only."""

    def look(self, looked: Looked) -> None:
        """In the place of what was."""
        self._looked = looked


class GoneWhenItEnds(KeysInMemory):
    """Says that it is persistent."""


#: Which tests must catch which keeper of keys.
KEEPERS: Final[Mapping[type, tuple[str, ...]]] = {
    NewEachTime: ("test_a_key_stays_until_it_is_retired",),
    NeverNew: ("test_a_key_stays_until_it_is_retired",),
    ShortKeys: ("test_a_key_is_long_and_has_a_plain_name",),
    NamesWithSpaces: ("test_a_key_is_long_and_has_a_plain_name",),
    OneForAll: ("test_nobody_has_the_key_of_another",),
    FindsByName: ("test_nobody_has_the_key_of_another",),
    LosesTheRetired: ("test_a_retired_key_is_there_until_it_is_destroyed",),
    DestroysOfAll: ("test_a_retired_key_is_there_until_it_is_destroyed",),
    KeepsThemAll: ("test_a_retired_key_is_there_until_it_is_destroyed",),
    DestroysTheCurrent: ("test_a_current_key_is_not_destroyed",),
    TheLastJournals: ("test_keys_are_of_the_first_journal",),
    Racing: ("test_threads_get_the_same_key",),
    ForgetsWhatItMet: ("test_what_was_met_is_never_forgotten",),
    GoneWhenItEnds: ("test_what_was_kept_is_there_again",),
}
