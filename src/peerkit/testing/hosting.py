"""What a store on a server promises besides: a host's transaction, and connections that are cut."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from threading import Event, Thread
from typing import Any, TypeAlias

from peerkit.errors import Moved, StoreError
from peerkit.model import WALKING, Count, Match, MatchStatus, Message
from peerkit.stores import Store, Wanted
from peerkit.testing.kit import Conformance, needs, pytest
from peerkit.testing.pieces import change, everything, keep, look, match, message, unwritable, words

__all__ = ["Hosting"]

#: The store in a host's transaction, and what writes a row of the host's in it.
Joined: TypeAlias = tuple[Store, Callable[[str], object]]


class Hosting(Conformance, kit=True):
    """A host's rows and ours are there together, or neither is; what is cut leaves no half."""

    def hosting(self, store: Any) -> AbstractContextManager[Joined]:
        """A transaction of the host's, committed at the end of the block unless that raises.

        It gives the store joined to the transaction, and a callable that writes a row of the
        host's, named by a text, in the same.
        """
        raise NotImplementedError("Define hosting(store): a transaction of the host's.")

    def hosted(self, store: Any) -> list[str]:
        """The rows of the host's that are there, in order."""
        raise NotImplementedError("Define hosted(store): the rows of the host's, in order.")

    def neighbour(self, store: Any) -> AbstractContextManager[Store]:
        """Another program in the same database."""
        raise NotImplementedError("Define neighbour(store): another program in that database.")

    def cut(self, store: Any) -> None:
        """End every connection to the server, as the server or the network would."""
        raise NotImplementedError("Define cut(store): end every connection to the server.")

    # -- for those who claim "host-transaction"

    @needs("host-transaction")
    def test_the_host_commits_both(self, store: Store) -> None:
        """What the host wrote and what we kept are there after the host's commit, not before."""
        with self.hosting(store) as (joined, write):
            write("v-1")
            keep(joined, "m-1", nouns=[match()], messages=[message()], said=[words("Yes.")])
            keep(joined, "m-1", nouns=[match(status=MatchStatus.ACCEPTED)])
            inside = everything(joined)
            assert [each.number for each in inside["journal"]] == [1, 2]
            assert tuple(store.journal()) == (), "Others saw what was not committed."

        assert everything(store) == inside
        assert self.hosted(store) == ["v-1"]

    @needs("host-transaction")
    def test_the_host_rolls_back_both(self, store: Store) -> None:
        """When the host takes its transaction back, nothing of it is there, batches included."""
        keep(store, "m-1", nouns=[match()], counts=[Count("ana", WALKING, 1)])
        before, stood = everything(store), look(store, "m-1", "ana")

        with pytest.raises(ZeroDivisionError), self.hosting(store) as (joined, write):
            write("v-1")
            keep(joined, "m-1", nouns=[match(status=MatchStatus.ACCEPTED)])
            with joined.together():
                keep(joined, "ana", counts=[Count("ana", WALKING, 1)], messages=[message()])
            _ = 1 / 0

        assert everything(store) == before
        assert look(store, "m-1", "ana") == stood
        assert self.hosted(store) == []
        assert [keep(store, "ana").number, *self.hosted(store)] == [
            before["journal"][-1].number + 1
        ]

    @needs("host-transaction")
    def test_an_error_of_ours_leaves_the_host_its_transaction(self, store: Store) -> None:
        """After ``Moved``, a fault and a batch that failed, the host goes on, and commits."""
        old = look(store, "ana")
        keep(store, "ana", counts=[Count("ana", WALKING, 1)])
        with self.hosting(store) as (joined, write):
            write("v-1")
            with pytest.raises(Moved):
                joined.keep(change(("ana",), old, counts=[Count("ana", WALKING, 1)]))
            with pytest.raises((StoreError, AttributeError)):
                keep(joined, "m-2", nouns=[match("m-2")], messages=[unwritable(Message)])
            with pytest.raises(ZeroDivisionError), joined.together():
                keep(joined, "ben")
                _ = 1 / 0
            write("v-2")
            keep(joined, "cleo")
            joined.close()
            write("v-3")

        assert self.hosted(store) == ["v-1", "v-2", "v-3"]
        assert [each.read()["about"] for each in store.journal()] == [["ana"], ["cleo"]]
        assert store.find(Wanted(Match)) == ()

    # -- for those who claim "server"

    @needs("server")
    def test_what_is_cut_leaves_no_half(self, store: Store) -> None:
        """When connections are cut, in a batch or between changes, what was acknowledged is all."""
        kept = [keep(store, "m-1", nouns=[match()])]
        with pytest.raises(StoreError), store.together():
            keep(store, "m-2", nouns=[match("m-2")], messages=[message()])
            self.cut(store)
            keep(store, "m-3", nouns=[match("m-3")])
        self.cut(store)
        with suppress(StoreError):  # it may say so, or connect again
            kept.append(keep(store, "ana"))

        assert tuple(store.journal()) == tuple(kept)
        assert store.find(Wanted(Match)) == (match(),)
        assert store.outbox() == (0, 0)

    @needs("server")
    def test_a_store_that_was_cut_works_again(self, store: Store) -> None:
        """After an error of ours at most, the same store connects again."""
        self.cut(store)
        with suppress(StoreError):
            look(store, "ana")

        assert keep(store, "ana").number == 1

    @needs("server")
    def test_programs_do_not_wait_for_each_other(self, store: Store) -> None:
        """While one program is in the middle of a batch, another in its database is written."""
        kept: list[int] = []
        over = Event()

        def other() -> None:
            try:
                with self.neighbour(store) as beside:
                    kept.append(keep(beside, "ana").number)
            finally:
                over.set()

        thread = Thread(target=other, daemon=True)
        with store.together():
            keep(store, "ana")
            thread.start()
            over.wait(30)
            assert kept == [1], "Another program waited for the batch of this one."
        thread.join(60)

        assert len(tuple(store.journal())) == 1
