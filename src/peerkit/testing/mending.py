"""What some stores can do besides: put back the guards of their place."""

from __future__ import annotations

from typing import Any

from peerkit.stores import Store
from peerkit.stores.inspected import Mends
from peerkit.testing.kit import Conformance, needs
from peerkit.testing.pieces import everything, keep, match, message, words

__all__ = ["Mending"]


class Mending(Conformance, kit=True):
    """A guard that is gone is missed, and comes back when somebody asks for it, and only then."""

    def unguard(self, store: Any) -> str:
        """Take a guard of this place away, as nobody can through the door; what it is called."""
        raise NotImplementedError("Define unguard(store): take a guard away, and give its name.")

    # -- for those who claim "mends-guards"

    @needs("mends-guards")
    def test_a_guard_comes_back_when_that_is_asked_for(self, store: Any) -> None:
        """It is missed until then, and said by its name; there is nothing to mend afterwards."""
        mends = _mends(store)
        assert [*mends.faults()] == []
        assert mends.mend_guards() == ()
        name = self.unguard(store)
        keep(store, "ana")
        assert [name in each for each in mends.faults()] == [True]

        assert [name in each for each in mends.mend_guards()] == [True]
        assert [*mends.faults()] == []
        assert mends.mend_guards() == ()

    @needs("mends-guards")
    def test_mending_changes_nothing_that_is_kept(self, store: Any) -> None:
        """What is kept stands as it stood, and more can be kept."""
        keep(store, "m-1", nouns=[match()], messages=[message()], said=[words("Yes.")], key="k")
        before = everything(store)
        self.unguard(store)
        _mends(store).mend_guards()

        assert everything(store) == before
        entry = keep(store, "ana")
        assert tuple(store.journal())[1:] == (entry,)


def _mends(store: Store) -> Mends:
    assert isinstance(store, Mends), "It claims to mend its guards, and has no mend_guards()."
    return store
