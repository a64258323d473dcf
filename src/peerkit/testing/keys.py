"""Whether keys are kept as ``peerkit.stores.sealing.keys.Keys`` promises: inherit these tests."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from peerkit.stores.sealing.keys import SECRET, Keys, Looked
from peerkit.testing.kit import Conformance, needs
from peerkit.testing.sharing import at_once

__all__ = ["KeysConformance"]


class KeysConformance(Conformance, kit=True):
    """Every promise of :class:`~peerkit.stores.sealing.keys.Keys`.

    Give a fixture ``keys``: new and empty.

    ``claims`` may name ``"persistent"`` (what was kept is there when the place is opened
    again; define :meth:`reopen`).
    """

    claimable: ClassVar[Mapping[str, str]] = MappingProxyType({"persistent": "reopen"})

    def reopen(self, keys: Any) -> Keys:
        """Open the place of these keys once more, whether or not they are still open."""
        raise NotImplementedError("Define reopen(keys): their place, opened once more.")

    def test_a_key_stays_until_it_is_retired(self, keys: Keys) -> None:
        """All who ask for the key of an owner get the same one, and then all get the next."""
        first = keys.current("p-1")

        assert isinstance(keys, Keys)
        assert keys.current("p-1") == keys.named("p-1", first.name) == first
        keys.retire(["p-1", "nobody"])
        second = keys.current("p-1")
        assert second == keys.current("p-1")
        assert second.name != first.name
        assert second.secret != first.secret

    def test_a_key_is_long_and_has_a_plain_name(self, keys: Keys) -> None:
        """Its name stands in a line of words, and it shows nowhere."""
        key = keys.current("p-1")

        assert len(key.secret) == SECRET
        assert key.name.split() == [key.name]
        assert repr(key.secret) not in repr(key)

    def test_nobody_has_the_key_of_another(self, keys: Keys) -> None:
        """Each owner has one, a pair as well, and a name finds it under its owner only."""
        owners = ("p-1", "p-2", "p-1+p-2", "")
        found = [keys.current(each) for each in owners]

        assert len({each.secret for each in found}) == len(owners)
        assert keys.named("p-2", found[0].name) is None

    def test_a_retired_key_is_there_until_it_is_destroyed(self, keys: Keys) -> None:
        """What was sealed with it opens until then, and nothing after."""
        first, other = keys.current("p-1"), keys.current("p-2")
        keys.retire(["p-1"])
        second = keys.current("p-1")
        keys.retire(["p-1"])

        assert keys.retired() == {("p-1", first.name), ("p-1", second.name)}
        assert keys.named("p-1", first.name) == first
        keys.destroy([("p-1", first.name), ("p-2", first.name)])
        assert keys.named("p-1", first.name) is None
        assert keys.named("p-1", second.name) == second
        assert keys.retired() == {("p-1", second.name)}
        assert keys.named("p-2", other.name) == other

    def test_a_current_key_is_not_destroyed(self, keys: Keys) -> None:
        """It must be retired first; what is gone is gone, and may be destroyed again."""
        key = keys.current("p-1")
        keys.destroy([("p-1", key.name)])
        assert keys.current("p-1") == key

        for _ in range(2):
            keys.retire(["p-1"])
            keys.destroy([("p-1", key.name)])
        assert keys.named("p-1", key.name) is None

    def test_keys_are_of_the_first_journal(self, keys: Keys) -> None:
        """The first journal they are asked about is theirs for good."""
        assert keys.belong("")
        assert keys.belong("one")
        assert keys.belong("one")
        assert not keys.belong("two")
        assert not keys.belong("")

    def test_what_was_met_is_never_forgotten(self, keys: Keys) -> None:
        """How far a journal was read is what was noted last; what was met there is all of it."""
        assert keys.looked() == Looked()
        keys.look(Looked(7, "seven", frozenset({"a", "b"})))
        keys.look(Looked(met=frozenset({"c"})))
        assert keys.looked() == Looked(7, "seven", frozenset("abc"))
        keys.look(Looked(3, "three"))
        assert keys.looked() == Looked(3, "three", frozenset("abc"))

    def test_threads_get_the_same_key(self, keys: Keys) -> None:
        """Whoever is first makes it."""
        assert len(set(at_once(lambda _: keys.current("p-1").secret))) == 1

    @needs("persistent")
    def test_what_was_kept_is_there_again(self, keys: Keys) -> None:
        """Keys, which of them are retired, which are gone, whose they are, and what was noted."""
        noted = Looked(7, "seven", frozenset({"a"}))
        keys.look(noted)
        gone = keys.current("p-1")
        keys.retire(["p-1"])
        keys.destroy([("p-1", gone.name)])
        old = keys.current("p-1")
        keys.retire(["p-1"])
        key = keys.current("p-1")
        keys.belong("one")

        for close in (False, True):
            if close:
                keys.close()
                keys.close()
            again = self.reopen(keys)
            assert again.current("p-1") == key
            assert again.named("p-1", old.name) == old
            assert again.named("p-1", gone.name) is None
            assert again.retired() == {("p-1", old.name)}
            assert again.looked() == noted
            assert not again.belong("two")
            again.close()
