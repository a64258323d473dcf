"""What several have of one store: threads, tellers, processes, and whoever opens it again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from threading import Barrier, Event, Thread
from typing import Any, Final, TypeVar

from peerkit.errors import Moved, StoreError
from peerkit.model import WALKING, Count, Match, MatchStatus, Message
from peerkit.stores import Delivery, Entry, Settled, Store, Wanted
from peerkit.stores.opening import store_at
from peerkit.testing.kit import Conformance, needs, pytest
from peerkit.testing.pieces import (
    LATER,
    NOW,
    PAIR,
    SOON,
    change,
    everything,
    keep,
    look,
    match,
    message,
    moved,
    settled,
    tallies,
    unwritable,
    words,
)

__all__ = ["Sharing"]

T = TypeVar("T")

THREADS: Final = 8


def at_once(work: Callable[[int], T], many: int = THREADS) -> list[T]:
    """What this gives in several threads that start together."""
    start = Barrier(many)

    def run(number: int) -> T:
        start.wait(30)
        return work(number)

    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(run, range(many)))


def take_a_place(store: Store, number: int) -> bool:
    """Walk with one more where nobody walks yet: look, decide, keep, and again if it moved."""
    for _ in range(100):
        stood = look(store, "ana", f"m-{number}")
        if stood.view.tally("ana", WALKING) >= 1:
            return False
        nouns, counts = [match(f"m-{number}")], [Count("ana", WALKING, 1)]
        try:
            store.keep(change(("ana", f"m-{number}"), stood, nouns=nouns, counts=counts))
        except Moved:
            continue
        return True
    return False


def take_a_place_at(address: str, number: int) -> bool:
    """The same in a process of its own."""
    store = store_at(address, "main")
    try:
        return take_a_place(store, number)
    finally:
        store.close()


def keep_at(address: str, about: str) -> Entry:
    """Open, keep one entry and close, in a process of its own."""
    store = store_at(address, "main")
    try:
        return keep(store, about)
    finally:
        store.close()


class Sharing(Conformance, kit=True):
    """One place goes to one, one message to one teller, and nothing is lost between them."""

    def reopen(self, store: Any) -> Store:
        """Open the place of this store once more, whether or not the store is still open."""
        raise NotImplementedError("Define reopen(store): its place, opened once more.")

    def address(self, store: Any) -> str:
        """What another process gives to ``Program.open`` to get at the same place."""
        raise NotImplementedError("Define address(store): what another process opens.")

    # -- several at once

    def test_threads_lose_nothing(self, store: Store) -> None:
        """What several threads keep at the same time is all there, in one row of numbers."""

        def work(number: int) -> list[int]:
            return [keep(store, f"t-{number}").number for _ in range(10)]

        numbers = sorted(number for found in at_once(work) for number in found)

        assert numbers == list(range(1, 10 * THREADS + 1))
        assert [each.number for each in store.journal()] == numbers

    def test_the_last_place_goes_to_one_thread(self, store: Store) -> None:
        """Of several threads that read one free place, one gets it."""
        took = at_once(lambda number: take_a_place(store, number))

        assert sum(took) == 1
        assert tallies(store) == {("ana", WALKING, ""): 1}
        assert len(store.find(Wanted(Match))) == 1

    def test_a_batch_belongs_to_its_thread(self, store: Store) -> None:
        """A change of another thread is not kept, lost or shown with somebody's batch."""
        started, over = Event(), Event()
        seen: list[int] = []
        kept: list[Entry] = []

        def other() -> None:
            started.set()
            seen.append(len(look(store, "m-1").view.nouns))
            kept.append(keep(store, "ben"))
            over.set()

        thread = Thread(target=other, daemon=True)
        with pytest.raises(ZeroDivisionError), store.together():
            keep(store, "m-1", nouns=[match()])
            thread.start()
            started.wait(30)
            over.wait(0.1)  # a store may let the other one wait for us
            _ = 1 / 0
        thread.join(60)

        assert seen == [0], "Another thread saw what was never kept."
        assert tuple(store.journal()) == tuple(kept), "What was acknowledged is not what is kept."
        assert len(kept) == 1

    def test_nobody_writes_beside_a_batch(self, store: Store) -> None:
        """From the beginning of a batch to its end, others wait with what they keep."""
        started, over = Event(), Event()

        def other() -> None:
            started.set()
            keep(store, "ben")
            over.set()

        thread = Thread(target=other, daemon=True)
        with store.together():
            thread.start()
            started.wait(30)
            assert not over.wait(0.1), "Another thread wrote beside a batch that had begun."
            assert keep(store, "ana").number == 1
        thread.join(60)

        assert [each.number for each in store.journal()] == [1, 2]

    def test_a_batch_belongs_to_its_task(self, store: Store) -> None:
        """Another task of the same thread is refused while it is open, and no part of it."""
        stood = change(("ben",), look(store, "ben"))
        refused: list[str] = []
        asks: dict[str, Callable[[], object]] = {
            "keep": lambda: store.keep(stood),
            "view": lambda: look(store, "ana"),
            "together": lambda: store.together().__enter__(),
        }

        async def ours(opened: asyncio.Event, asked: asyncio.Event) -> None:
            with store.together():
                keep(store, "ana")
                opened.set()
                await asked.wait()
                keep(store, "cleo")

        async def other(opened: asyncio.Event, asked: asyncio.Event) -> None:
            await opened.wait()
            for name, ask in asks.items():
                try:
                    ask()
                except StoreError:
                    refused.append(name)
            asked.set()

        async def both() -> None:
            opened, asked = asyncio.Event(), asyncio.Event()
            await asyncio.gather(ours(opened, asked), other(opened, asked))

        asyncio.run(both())

        assert refused == ["keep", "view", "together"]
        assert tuple(store.journal(about="ben")) == ()
        assert keep(store, "ben") == tuple(store.journal())[-1]

    # -- messages

    def test_threads_never_get_one_message_twice(self, store: Store) -> None:
        """Several threads that ask for messages share them: each goes to one."""
        sent = [message(number, to=f"p-{number}") for number in range(40)]
        keep(store, "x", messages=sent)

        def ask(teller: int) -> list[str]:
            asked = range(20)
            return [each.key for _ in asked for each in store.take(3, NOW, SOON, f"t-{teller}")]

        given = [key for keys in at_once(ask) for key in keys]

        assert len(given) == len(set(given)) == len(sent)

    def test_threads_never_share_a_person(self, store: Store) -> None:
        """Of several threads, what waits for one person goes to one."""
        people = [f"p-{number}" for number in range(10)]
        keep(store, "x", messages=[message(n, to=each) for each in people for n in range(3)])

        def ask(teller: int) -> set[str]:
            return {each.message.to for each in store.take(2, NOW, SOON, f"t-{teller}")}

        given = [to for people in at_once(ask) for to in people]

        assert given
        assert len(given) == len(set(given)), "Two tellers have messages to one person."

    # -- the end

    def test_closing_twice_is_harmless(self, store: Store) -> None:
        """A store can be closed again."""
        store.close()
        store.close()

    def test_a_closed_store_says_so(self, store: Store) -> None:
        """Whatever is asked of a closed store, the answer is a StoreError."""
        kept = change(("ana",), look(store, "ana"))
        store.close()

        asked: dict[str, Callable[[], object]] = {
            "view": lambda: look(store, "ana"),
            "keep": lambda: store.keep(kept),
            "together": lambda: store.together().__enter__(),
            "journal": lambda: list(store.journal()),
            "find": lambda: store.find(Wanted(Match)),
            "books": lambda: list(store.books()),
            "words": lambda: store.apart("goal/g-1"),
            "newest": store.newest,
            "take": lambda: store.take(1, NOW, SOON, "t-1"),
            "settle": lambda: store.settle((Settled(key="1/0", delivery=Delivery.TOLD),), NOW),
            "posted": lambda: list(store.posted()),
            "outbox": store.outbox,
        }
        for name, ask in asked.items():
            try:
                ask()
            except StoreError:
                continue
            pytest.fail(f"{name} of a closed store did not raise StoreError.")

    # -- for those who claim "persistent"

    @needs("persistent")
    def test_what_was_kept_is_there_again(self, store: Store) -> None:
        """Whatever was kept is there when the place is opened again."""
        keep(store, "m-1", "ana", nouns=[match()], counts=[Count("ana", WALKING, 1)], key="k")
        keep(store, "m-1", messages=[message()], said=[words("I want to swim.")])
        before, stood = everything(store), look(store, "m-1", "ana", PAIR, key="k")
        store.close()

        again = self.reopen(store)
        try:
            assert everything(again) == before
            assert look(again, "m-1", "ana", PAIR, key="k") == stood
            entry = keep(again, "m-1")
            assert tuple(again.journal()) == (*before["journal"], entry)
        finally:
            again.close()

    @needs("persistent")
    def test_leases_and_tellings_are_there_again(self, store: Store) -> None:
        """Who has what, how often it was tried and what became of it holds at the next opening."""
        people = ("ana", "ben", "cleo")
        keep(store, "x", messages=[message(n, to=each) for n, each in enumerate(people)])
        first, second = store.take(2, NOW, SOON, "t-1")
        store.settle((settled(first),), NOW, "t-1")
        before = tuple(store.posted())
        store.close()

        again = self.reopen(store)
        try:
            assert tuple(again.posted()) == before
            assert [each.message.to for each in again.take(10, NOW, SOON, "t-2")] == ["cleo"]
            assert again.settle((settled(second),), NOW) == ()
            assert again.settle((settled(second),), NOW, "t-1") == (second.key,)
            assert [each.message.to for each in again.take(10, LATER, LATER, "t-3")] == ["cleo"]
        finally:
            again.close()

    # -- for those who claim "processes"

    @needs("processes")
    def test_two_openers_share_one_program(self, store: Store) -> None:
        """What one opener keeps the other sees, and a decision of the other moves for it."""
        other = store_at(self.address(store), "main")
        try:
            stood = look(other, "m-1", "ana")
            keep(store, "m-1", nouns=[match()], counts=[Count("ana", WALKING, 1)])

            assert everything(other) == everything(store)
            moved(other, change(("m-1", "ana"), stood, nouns=[match()]))
        finally:
            other.close()

    @needs("processes")
    def test_a_fault_of_one_opener_misleads_nobody(self, store: Store) -> None:
        """What one opener failed to keep is forgotten; the other may keep something else there."""
        keep(store, "m-1", nouns=[match()])
        accepted, declined = match(status=MatchStatus.ACCEPTED), match(status=MatchStatus.DECLINED)
        with pytest.raises((StoreError, AttributeError)):
            keep(store, "m-1", nouns=[accepted], messages=[unwritable(Message)])
        with pytest.raises(ZeroDivisionError), store.together():
            keep(store, "m-1", nouns=[accepted])
            _ = 1 / 0

        other = store_at(self.address(store), "main")
        try:
            keep(other, "m-1", nouns=[declined])
        finally:
            other.close()

        assert look(store, "m-1").view.nouns == (declined,)
        assert store.find(Wanted(Match)) == (declined,)

    @needs("processes")
    def test_two_openers_never_get_one_message_twice(self, store: Store) -> None:
        """A message that is leased to one opener is not given to another, nor settled by it."""
        keep(store, "x", messages=[message(number, to=f"p-{number}") for number in range(3)])
        other = store_at(self.address(store), "main")
        try:
            first, second = store.take(2, NOW, SOON, "t-1"), other.take(2, NOW, SOON, "t-2")
            assert other.settle(tuple(map(settled, (*first, *second))), NOW, "t-2") == ("1/2",)
        finally:
            other.close()

        assert [each.key for each in (*first, *second)] == ["1/0", "1/1", "1/2"]
        assert [each.key for each in store.posted(Delivery.WAITING)] == ["1/0", "1/1"]

    @needs("processes")
    def test_openers_that_come_and_go_take_nothing_along(self, store: Store) -> None:
        """Whoever else opens and closes the place, what all of them kept is there afterwards."""
        address = self.address(store)
        kept = [keep(store, "ana"), keep_at(address, "ben")]
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            for _ in range(2):
                kept.append(pool.submit(keep_at, address, "cleo").result(60))
                kept.append(keep(store, "ana"))
        store.close()

        again = store_at(address, "main")
        try:
            assert list(again.journal()) == kept
        finally:
            again.close()

    @needs("processes")
    def test_the_last_place_goes_to_one_process(self, store: Store) -> None:
        """Of several processes that read one free place, one gets it."""
        address = self.address(store)
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            others = [pool.submit(take_a_place_at, address, number) for number in (1, 2)]
            took = [take_a_place_at(address, 3), *(each.result(60) for each in others)]

        assert sum(took) == 1
        assert tallies(store) == {("ana", WALKING, ""): 1}
        assert [each.number for each in store.journal()] == [1]
