"""What some stores can do besides: keep many changes of another house at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from peerkit.errors import Moved, StoreError
from peerkit.model import MET, WALKING, Count, MatchStatus, Message
from peerkit.stores import Change, Restores, Store
from peerkit.stores.memory import MemoryStore
from peerkit.testing.kit import Conformance, needs, pytest
from peerkit.testing.pieces import (
    PAIR,
    change,
    everything,
    keep,
    look,
    match,
    message,
    unwritable,
    words,
)

__all__ = ["Restoring"]

#: What happens in the other house, one change after the other.
_LIFE: tuple[dict[str, Any], ...] = (
    {"nouns": [match("m-1"), match("m-2", peer="ben")], "said": [words("Yes.")], "key": "k-1"},
    {"nouns": [match("m-1", status=MatchStatus.ACCEPTED)], "counts": [Count("ana", WALKING, 1)]},
    {"counts": [Count("ana", WALKING, 1), Count("ben", MET, 2)], "messages": [message()]},
    {"removes": [("match", "m-2"), ("match", "m-0")], "forgets": ["p-1"], "key": "k-2"},
    {"nouns": [match("m-2", peer="cleo")], "said": [words("And no.")]},
)


class Restoring(Conformance, kit=True):
    """Many changes at once come to what they come to one by one; all of them, or none."""

    # -- for those who claim "restores"

    @needs("restores")
    def test_what_is_restored_is_what_would_have_been_kept(self, store: Any) -> None:
        """Entries, nouns, tallies, messages, texts and keys are those of keeping each."""
        reference = MemoryStore()
        for each in (reference, store):
            keep(each, "m-0", "ana", nouns=[match("m-0")], said=[words("Before.")])
        last = _restores(store).restore(_lived(reference))

        assert last == tuple(store.journal())[-1]
        assert everything(store) == everything(reference)
        for key in ("k-1", "k-2", None):
            named = ("m-0", "m-1", "m-2", "ana", "ben", PAIR)
            assert look(store, *named, key=key) == look(reference, *named, key=key)
        assert tuple(store.journal(about="m-2")) == tuple(reference.journal(about="m-2"))

    @needs("restores")
    def test_what_is_gone_already_is_passed_over(self, store: Any) -> None:
        """A noun that is to be taken away, and is not there, is no error."""
        gone = change(("m-9",), look(store, "m-9"), removes=[("match", "m-9")])

        assert _restores(store).restore(iter([gone])).number == 1
        assert [each.number for each in store.journal()] == [1]

    @needs("restores")
    def test_what_does_not_follow_is_not_restored(self, store: Any) -> None:
        """Changes that do not follow the last entry here are Moved, though nothing they read is."""
        old = change(("ana",), look(store, "ana"))
        keep(store, "ben")
        next_ = change(("ana",), look(store, "ana"))
        before = everything(store)

        for changes in ([old], [next_, next_]):
            with pytest.raises(Moved):
                _restores(store).restore(iter(changes))
            assert everything(store) == before

    @needs("restores")
    def test_a_fault_restores_nothing(self, store: Any) -> None:
        """When one of them cannot be written, none is there."""
        *whole, last = _lived(MemoryStore(), _LIFE[:3])
        before = everything(store)

        with pytest.raises((StoreError, AttributeError)):
            _restores(store).restore(
                iter([*whole, attrs.evolve(last, messages=(unwritable(Message),))])
            )
        assert everything(store) == before


def _restores(store: Store) -> Restores:
    assert isinstance(store, Restores), "It claims to restore, and has no restore()."
    return store


def _lived(store: MemoryStore, life: tuple[dict[str, Any], ...] = _LIFE) -> Iterator[Change]:
    """What is kept in this store, each about every id that it touches."""
    for each in life:
        ids = ("m-0", "m-1", "m-2", "ana", "ben")
        made = change(ids, look(store, *ids, key=each.get("key")), **each)
        made = attrs.evolve(made, about=made.touched)
        store.keep(made)
        yield made
