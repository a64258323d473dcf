"""What lies in the outbox: who is given a message, and when, and what becomes of it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Final

import attrs

from peerkit.stores import (
    HOLDS,
    LONGEST_LEASE,
    LONGEST_PAUSE,
    Delivery,
    Posted,
    Settled,
    Store,
)
from peerkit.testing.kit import Conformance
from peerkit.testing.pieces import LATER, NOW, SOON, keep, message, settled

__all__ = ["Outbox"]

A_LITTLE: Final = timedelta(microseconds=1)
#: Another clock: it shows other hands at the same moment.
FAR_AWAY: Final = timezone(timedelta(hours=-6))
#: What nobody could mean by a key of ours.
NO_KEYS: Final = ("", "nonsense", "1", "1/0/1", "01/0", " 1/0", "1/00", "9/9")


def sent(store: Store, *to: str) -> None:
    """One message to each of these, in one entry: the first is 1/0 in a new store."""
    keep(store, "x", messages=[message(number, to=each) for number, each in enumerate(to)])


def keys(posted: tuple[Posted, ...]) -> list[str]:
    """Which these are."""
    return [each.key for each in posted]


def failed(store: Store, attempts: int, due: datetime = SOON) -> None:
    """The oldest message was taken, and is to be tried again, in some minutes or then."""
    first, *_ = store.take(1, NOW, SOON, "t-0")
    again = settled(first, Delivery.WAITING, due=due, attempts=attempts)
    assert store.settle((again,), NOW, "t-0") == (first.key,)


class Outbox(Conformance, kit=True):
    """A message goes to one teller, in time, in order, and what was told is told no more."""

    # -- which are given

    def test_messages_come_oldest_first(self, store: Store) -> None:
        """Waiting messages come in the order they were kept, unchanged, each with a key."""
        told = [message(number) for number in range(12)]
        keep(store, "x", messages=told[:1])
        keep(store, "x", messages=told[1:11])
        keep(store, "x", messages=told[11:])

        given = store.take(100, NOW, SOON, "t-1")

        assert keys(given) == ["1/0", *(f"2/{at}" for at in range(10)), "3/0"]
        assert [attrs.evolve(each.message, key="") for each in given] == told
        assert {(each.delivery, each.due, each.attempts, each.way) for each in given} == {
            (Delivery.WAITING, None, 1, "")
        }

    def test_messages_come_at_most_so_many(self, store: Store) -> None:
        """Nobody is given more messages than they asked for; the others wait."""
        sent(store, "ana", "ben", "cleo", "dan", "eve")

        assert store.take(0, NOW, SOON, "t-0") == ()
        assert keys(store.take(2, NOW, SOON, "t-1")) == ["1/0", "1/1"]
        assert keys(store.take(10, NOW, SOON, "t-2")) == ["1/2", "1/3", "1/4"]

    def test_a_digest_is_given_whole(self, store: Store) -> None:
        """What waits for one digest comes together, beyond the number that was asked for.

        What is on another way, is not due, or is somebody else's does not come along.
        """
        sent(store, *("ana", "ben", "ana", "ana", "ana", "ben", "ana"))
        ways = ("digest", "digest", "digest/email", "email", "digest", "digest", "digest")
        last = {"1/4": LATER}
        rest = tuple(
            Settled(key=f"1/{at}", delivery=Delivery.WAITING, due=last.get(f"1/{at}", NOW), way=way)
            for at, way in enumerate(ways)
        )
        store.take(100, NOW, SOON, "t-1")
        store.settle(rest, NOW, "t-1")

        given = store.take(1, NOW, SOON, "t-2")

        assert keys(given) == ["1/0", "1/2", "1/6"]
        assert {each.attempts for each in given} == {1}
        assert keys(store.take(100, NOW, SOON, "t-3")) == ["1/1", "1/5"]
        told = tuple(Settled(key=each.key, delivery=Delivery.TOLD) for each in given)
        assert len(store.settle(told, NOW, "t-2")) == len(given), "One token opens all of it."

    def test_a_message_is_not_given_before_it_is_due(self, store: Store) -> None:
        """What is left for later comes at that moment, by whatever clock, and not a little before.

        Until then it keeps nobody waiting.
        """
        keep(store, "x", messages=[message(1, due=SOON), message(2)])

        assert [(each.key, each.due, each.attempts) for each in store.posted()] == [
            ("1/0", SOON, 0),
            ("1/1", None, 0),
        ]
        assert keys(store.take(10, NOW, NOW, "t-1")) == ["1/1"]
        store.settle((Settled(key="1/1", delivery=Delivery.TOLD),), NOW, "t-1")
        assert store.take(10, SOON - A_LITTLE, LATER, "t-2") == ()
        given = store.take(10, SOON.astimezone(FAR_AWAY), LATER, "t-3")
        assert [each.message for each in given] == [attrs.evolve(message(1), key="1/0")]

    def test_a_message_is_given_once_while_its_lease_runs(self, store: Store) -> None:
        """A leased message is given to nobody else before the lease is over; then again."""
        sent(store, "ana")

        assert keys(store.take(10, NOW, SOON, "t-1")) == ["1/0"]
        assert store.take(10, SOON - A_LITTLE, LATER, "t-2") == ()
        there, then = SOON.astimezone(FAR_AWAY), LATER.astimezone(FAR_AWAY)
        assert keys(store.take(10, there, then, "t-3")) == ["1/0"]
        assert store.take(10, LATER - A_LITTLE, LATER, "t-4") == ()

    def test_a_lease_of_a_wrong_clock_ends(self, store: Store) -> None:
        """A lease that runs longer than any may was given by a clock that was wrong: it is over."""
        sent(store, "ana", "ana")
        ahead = NOW + 2 * LONGEST_LEASE

        assert keys(store.take(1, ahead, ahead + timedelta(minutes=5), "t-1")) == ["1/0"]
        assert keys(store.take(10, NOW, NOW + LONGEST_LEASE, "t-2")) == ["1/0", "1/1"]
        assert store.take(10, NOW, NOW + LONGEST_LEASE, "t-3") == ()

    def test_one_person_is_told_by_one_teller(self, store: Store) -> None:
        """While a message to somebody is leased, none of theirs goes to another teller."""
        sent(store, "ana", "ben", "ana")
        assert keys(store.take(1, NOW, SOON, "t-1")) == ["1/0"]
        keep(store, "x", messages=[message(4)])

        assert keys(store.take(10, NOW, SOON, "t-2")) == ["1/1"]
        assert store.settle((Settled(key="1/0", delivery=Delivery.TOLD),), NOW, "t-1")
        assert keys(store.take(10, NOW, SOON, "t-3")) == ["1/2", "2/0"]

    def test_each_taking_is_counted(self, store: Store) -> None:
        """Whoever took a message and was not heard of again has tried it too."""
        sent(store, "ana", "ben")

        for attempts in (1, 2, 3):
            given = store.take(1, NOW, NOW, f"t-{attempts}")
            assert [(each.key, each.attempts) for each in given] == [("1/0", attempts)]
        assert [each.attempts for each in store.posted()] == [3, 0]

    # -- what is held back

    def test_a_failed_message_holds_back_later_ones(self, store: Store) -> None:
        """What is to be tried again goes before what came later, for one person alone."""
        for attempts in (1, HOLDS):
            sent(store, "ana", "ben", "ana")
            failed(store, attempts)

            other = store.take(10, NOW, SOON, "t-1")
            assert [each.message.to for each in other] == ["ben"]
            store.settle(tuple(map(settled, other)), NOW, "t-1")
            both = store.take(10, SOON, LATER, "t-2")
            assert [each.attempts for each in both] == [attempts + 1, 1]
            store.settle(tuple(map(settled, both)), SOON, "t-2")

    def test_a_failed_message_holds_back_no_earlier_one(self, store: Store) -> None:
        """What came before a message that failed is given while that one waits."""
        keep(store, "x", messages=[message(1, due=SOON), message(2), message(3)])
        failed(store, 1)

        assert keys(store.take(10, NOW, NOW, "t-1")) == []
        assert keys(store.take(1, SOON, SOON, "t-2")) == ["1/0"]
        first = Settled(key="1/1", delivery=Delivery.WAITING, due=LATER, attempts=1)
        store.settle((first,), SOON)
        assert keys(store.take(10, SOON, SOON, "t-3")) == ["1/0"]

    def test_a_message_that_failed_often_steps_aside(self, store: Store) -> None:
        """After so many tries, what came later is kept waiting no more."""
        sent(store, "ana", "ana")
        failed(store, HOLDS + 1)

        assert keys(store.take(10, NOW, NOW, "t-1")) == ["1/1"]
        assert keys(store.take(10, SOON, SOON, "t-2")) == ["1/0", "1/1"]

    def test_a_retry_of_a_wrong_clock_is_due(self, store: Store) -> None:
        """What was tried, and would wait longer than any may, comes now and holds nothing back."""
        longest = (NOW + LONGEST_PAUSE).astimezone(FAR_AWAY)
        for attempts in (1, HOLDS + 1):
            sent(store, "ana", "ana")
            failed(store, attempts, due=longest + A_LITTLE)

            both = store.take(10, NOW, LATER, "t-1")
            assert [each.attempts for each in both] == [attempts + 1, 1]
            store.settle(tuple(map(settled, both)), NOW, "t-1")

        sent(store, "ana", "ana")
        failed(store, 1, due=longest)
        assert store.take(10, NOW, LATER, "t-2") == ()

    def test_a_message_that_was_not_tried_waits_however_long(self, store: Store) -> None:
        """What is left for next year, or for somebody's own time, is no mistake of a clock."""
        year = NOW + timedelta(days=365)
        keep(store, "x", messages=[message(1, due=year), message(2), message(3)])
        failed(store, 0, due=year)

        assert keys(store.take(10, NOW, NOW, "t-1")) == ["1/2"]
        assert keys(store.take(10, year, year, "t-2")) == ["1/0", "1/1", "1/2"]

    # -- what becomes of them

    def test_a_message_is_as_it_was_settled(self, store: Store) -> None:
        """All that is said of a message is kept, its lease is over, and the key is given back."""
        sent(store, "ana", "ben")
        first, second = store.take(10, NOW, SOON, "t-1")
        again = settled(first, Delivery.WAITING, due=NOW.astimezone(FAR_AWAY), way="email")

        assert store.settle((again,), NOW, "t-1") == ("1/0",)

        was = attrs.evolve(first, due=NOW, way="email")
        assert tuple(store.posted()) == (was, second)
        assert store.take(10, NOW, SOON, "t-2") == (attrs.evolve(was, attempts=2),)

    def test_a_stalled_teller_settles_nothing(self, store: Store) -> None:
        """What another took since is the other's, and what was settled once is open no more.

        A teller who is late, and was not missed, is heard.
        """
        sent(store, "ana", "ben")
        first, second = store.take(10, NOW, SOON, "t-1")
        (again,) = store.take(1, LATER, LATER + LONGEST_LEASE, "t-2")

        assert store.settle((settled(first), settled(second)), LATER, "t-1") == ("1/1",)
        assert [each.delivery for each in store.posted()] == [Delivery.WAITING, Delivery.TOLD]
        over = settled(again, Delivery.WAITING)
        assert store.settle((over, over), LATER, "t-2") == ("1/0",)
        assert store.settle((settled(again),), LATER, "t-2") == ()

    def test_what_nobody_holds_is_settled_without_a_token(self, store: Store) -> None:
        """A message that nobody took is opened by no token, and one that is leased not by none."""
        sent(store, "ana", "ben", "cleo")
        store.take(1, NOW, SOON, "t-1")
        each = [Settled(key=f"1/{at}", delivery=Delivery.CANCELLED) for at in range(3)]

        assert store.settle(tuple(each[1:]), NOW, "t-1") == ()
        assert store.settle(tuple(each[:2]), NOW) == ("1/1",)
        assert keys(tuple(store.posted(Delivery.WAITING))) == ["1/0", "1/2"]

    def test_what_is_said_first_of_a_message_counts(self, store: Store) -> None:
        """A key that is named twice is settled once, though what waits again is open to all."""
        sent(store, "ana")
        waits = Settled(key="1/0", delivery=Delivery.WAITING, attempts=2, way="email")

        assert store.settle((waits, Settled(key="1/0", delivery=Delivery.TOLD)), NOW) == ("1/0",)
        (lies,) = store.posted()
        assert (lies.delivery, lies.attempts, lies.way) == (Delivery.WAITING, 2, "email")

    def test_what_is_told_or_cancelled_stays_so(self, store: Store) -> None:
        """It is never given again, and nobody makes anything else of it."""
        sent(store, "ana", "ben", "cleo")
        first, second, third = store.take(10, NOW, SOON, "t-1")
        over = (settled(first), settled(third, Delivery.CANCELLED))
        assert store.settle(over, NOW, "t-1") == ("1/0", "1/2")
        before = tuple(store.posted())

        for token in ("t-1", ""):
            for delivery in Delivery:
                wanted = (settled(first, delivery), settled(third, delivery))
                assert store.settle(wanted, LATER, token) == ()
        assert tuple(store.posted()) == before
        assert keys(store.take(10, LATER, LATER, "t-2")) == [second.key]

    def test_a_dead_letter_may_wait_again(self, store: Store) -> None:
        """What was given up is not given, keeps nobody waiting, and may be put back."""
        sent(store, "ana", "ana")
        (first, _) = store.take(10, NOW, NOW, "t-1")
        store.settle((settled(first, Delivery.GIVEN_UP, due=SOON, way="email"),), NOW, "t-1")
        assert keys(store.take(10, NOW, NOW, "t-2")) == ["1/1"]
        assert keys(store.take(10, LATER, LATER, "t-2")) == ["1/1"]

        again = Settled(key="1/0", delivery=Delivery.WAITING)
        assert store.settle((again,), LATER) == ("1/0",)
        assert [each.attempts for each in store.take(1, LATER, LATER, "t-3")] == [1]

    def test_a_key_that_is_none_is_passed_over(self, store: Store) -> None:
        """What names no message settles none, and what stands beside it is settled."""
        sent(store, "ana")
        wanted = [Settled(key=each, delivery=Delivery.TOLD) for each in (*NO_KEYS, "1/0")]

        assert store.settle(tuple(wanted[:-1]), NOW) == ()
        assert store.outbox() == (1, 1)
        assert store.settle(tuple(wanted), NOW) == ("1/0",)

    # -- how it is read

    def test_the_outbox_counts(self, store: Store) -> None:
        """The outbox tells how many messages there are and how many wait, leased ones too."""
        sent(store, "ana", "ben", "cleo")
        first, second, _ = store.take(3, NOW, SOON, "t-1")
        assert store.outbox() == (3, 3)
        store.settle((settled(first), settled(second, Delivery.GIVEN_UP)), NOW, "t-1")

        assert store.outbox() == (3, 1)

    def test_the_outbox_is_read_by_what_became_of_it(self, store: Store) -> None:
        """Messages are read oldest first, those of one kind or of several; nothing is leased."""
        sent(store, "ana", "ben", "cleo", "dan")
        sent(store, "eve", "fay")
        became = dict(zip(("1/0", "1/1", "2/0", "2/1"), reversed(Delivery), strict=True))
        store.take(10, NOW, NOW, "t-1")
        store.settle(
            tuple(Settled(key=key, delivery=each) for key, each in became.items()), NOW, "t-1"
        )

        def read(*delivery: Delivery) -> list[str]:
            return keys(tuple(store.posted(*delivery)))

        assert read() == ["1/0", "1/1", "1/2", "1/3", "2/0", "2/1"]
        assert read(Delivery.WAITING) == ["1/2", "1/3", "2/1"]
        assert read(Delivery.TOLD) == ["2/0"]
        assert read(Delivery.CANCELLED) == ["1/1"]
        assert read(Delivery.GIVEN_UP) == ["1/0"]
        assert read(Delivery.TOLD, Delivery.GIVEN_UP) == ["1/0", "2/0"]
        assert read(Delivery.CANCELLED, Delivery.WAITING) == ["1/1", "1/2", "1/3", "2/1"]
        assert keys(store.take(10, NOW, NOW, "t-2")) == ["1/2", "1/3", "2/1"]
