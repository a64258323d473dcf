"""Outboxes that are broken on purpose, each in one way, and the tests that must catch them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

import attrs

from peerkit.stores import (
    HOLDS,
    LONGEST_LEASE,
    LONGEST_PAUSE,
    Change,
    Delivery,
    Entry,
    Posted,
    Settled,
    Store,
    runs,
)
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sqlite import SQLiteStore

# -- whom they give a message


class LosesMessageKeys(MemoryStore):
    """Gives messages without their keys."""

    def take(self, *args: Any, **how: Any) -> tuple[Posted, ...]:
        """No keys."""
        given = super().take(*args, **how)
        return tuple(
            attrs.evolve(each, message=attrs.evolve(each.message, key="")) for each in given
        )


class CutsDigests(MemoryStore):
    """Gives so many messages and no more, whatever waits to be told together."""

    def take(self, limit: int, now: datetime, lease: datetime, token: str) -> tuple[Posted, ...]:
        """What comes along is put back."""
        given = super().take(limit, now, lease, token)
        back = [
            Settled(key=each.key, delivery=each.delivery, due=each.due, way=each.way)
            for each in given[limit:]
        ]
        self.settle(tuple(back), now, token)
        return given[:limit]


class SlowToLease(MemoryStore):
    """Finds messages first, and leases them a little later."""

    def take(self, limit: int, now: datetime, lease: datetime, token: str) -> tuple[Posted, ...]:
        """With time in between."""
        free = [each for each in self._outbox.values() if each.lease is None][:limit]
        time.sleep(0.001)
        for each in free:
            each.lease = lease
        return tuple(each.posted for each in free)


class LosesAppointments(MemoryStore):
    """Keeps a message without the moment it is left for."""

    def _put(self, entry: Entry, change: Change) -> None:
        now = tuple(attrs.evolve(each, due=None) for each in change.messages)
        super()._put(entry, attrs.evolve(change, messages=now))


class KnowsNoLease(MemoryStore):
    """Gives a message to whoever asks next."""

    def take(self, limit: int, now: datetime, lease: datetime, token: str) -> tuple[Posted, ...]:
        """Leased until now."""
        return super().take(limit, now, now, token)


class ComparesTexts(MemoryStore):
    """Takes the hands of a clock for the moment they show, wherever that clock hangs."""

    def take(self, limit: int, now: datetime, lease: datetime, token: str) -> tuple[Posted, ...]:
        """Without the zone."""
        return super().take(limit, now.replace(tzinfo=UTC), lease.replace(tzinfo=UTC), token)


class BelievesEveryLease(MemoryStore):
    """Waits for the end of a lease, though it be years away."""

    def take(self, limit: int, now: datetime, lease: datetime, token: str) -> tuple[Posted, ...]:
        """Not what is leased, for however long."""
        held = {key: each.lease for key, each in self._outbox.items() if each.lease is not None}
        for key, until in held.items():
            self._outbox[key].lease = min(until, now + LONGEST_LEASE)
        found = super().take(limit, now, lease, token)
        for key, until in held.items():
            if key not in {each.key for each in found}:
                self._outbox[key].lease = until
        return found


class LeasesForLong(MemoryStore):
    """Gives a message to nobody else for a day, whatever was agreed."""

    def take(self, limit: int, now: datetime, lease: datetime, token: str) -> tuple[Posted, ...]:
        """As long as can be."""
        return super().take(limit, now, now + LONGEST_LEASE, token)


class CountsAtTheEnd(MemoryStore):
    """Says that it counted a taking, and waits with it until something became of the message."""

    def take(self, *args: Any, **how: Any) -> tuple[Posted, ...]:
        """Counted in what is given alone."""
        given = super().take(*args, **how)
        for each in given:
            self._outbox[each.key].posted = attrs.evolve(each, attempts=each.attempts - 1)
        return given


class Pretends(MemoryStore):
    """While messages are taken, each is to it what :meth:`pretended` says: what it is."""

    def pretended(self, posted: Posted, lease: datetime | None, now: datetime) -> Posted:
        """What it takes a message for."""
        return posted

    def take(self, limit: int, now: datetime, lease: datetime, token: str) -> tuple[Posted, ...]:
        """What would be given if it were so."""
        with self._lock:
            was = {key: each.posted for key, each in self._outbox.items()}
            now_it_is = {
                key: self.pretended(each.posted, each.lease, now)
                for key, each in self._outbox.items()
            }
            for key, each in now_it_is.items():
                self._outbox[key].posted = each
            given = super().take(limit, now, lease, token)
            for key, each in was.items():
                self._outbox[key].posted = each
            return tuple(self._counted(was[each.message.key]) for each in given)

    def _counted(self, posted: Posted) -> Posted:
        tried = attrs.evolve(posted, attempts=posted.attempts + 1)
        self._outbox[posted.key].posted = tried
        return tried


class KnowsNoLater(Pretends):
    """Tells at once what was left for later."""

    def pretended(self, posted: Posted, lease: datetime | None, now: datetime) -> Posted:
        """Due."""
        return attrs.evolve(posted, due=None)


class LeasesOneByOne(Pretends):
    """Leases a message, and not the person it is for."""

    def pretended(self, posted: Posted, lease: datetime | None, now: datetime) -> Posted:
        """What is leased is for nobody else."""
        to = posted.key if runs(lease, now) else posted.message.to
        return attrs.evolve(posted, message=attrs.evolve(posted.message, to=to))


class OneForAll(Pretends):
    """Takes everybody for one person."""

    def pretended(self, posted: Posted, lease: datetime | None, now: datetime) -> Posted:
        """For everybody."""
        return attrs.evolve(posted, message=attrs.evolve(posted.message, to="everybody"))


class HoldsNothingBack(Pretends):
    """Tells what came later while what came before is still to be tried again."""

    def pretended(self, posted: Posted, lease: datetime | None, now: datetime) -> Posted:
        """Never tried."""
        return attrs.evolve(posted, attempts=0)


class HoldsBackOneTryLess(Pretends):
    """Lets a message step aside one try too early."""

    def pretended(self, posted: Posted, lease: datetime | None, now: datetime) -> Posted:
        """Tried once more."""
        return attrs.evolve(posted, attempts=posted.attempts and posted.attempts + 1)


class HoldsBackForEver(Pretends):
    """Keeps everything waiting behind one message, for days."""

    def pretended(self, posted: Posted, lease: datetime | None, now: datetime) -> Posted:
        """Tried a few times."""
        return attrs.evolve(posted, attempts=min(posted.attempts, HOLDS))


class HoldsBackForLater(Pretends):
    """Keeps everything waiting behind what is left for later."""

    def pretended(self, posted: Posted, lease: datetime | None, now: datetime) -> Posted:
        """Tried once at least."""
        return attrs.evolve(posted, attempts=posted.attempts or 1)


class HoldsBackWhatWasBefore(Pretends):
    """Gives nothing to a person of whom anything is to be tried again."""

    def pretended(self, posted: Posted, lease: datetime | None, now: datetime) -> Posted:
        """Due when the others of that person are."""
        to = posted.message.to
        others = [each.posted for each in self._outbox.values() if each.posted.message.to == to]
        due = [each.due for each in (posted, *others) if each.due is not None and each.attempts]
        return attrs.evolve(posted, due=max(due, default=posted.due))


class BelievesEveryRetry(Pretends):
    """Waits for the hour of a retry, though it be years away."""

    def pretended(self, posted: Posted, lease: datetime | None, now: datetime) -> Posted:
        """Tried again as late as can be."""
        if posted.due is None or not posted.attempts:
            return posted
        return attrs.evolve(posted, due=min(posted.due, now + LONGEST_PAUSE))


class HoldsBackForYears(Pretends):
    """Gives a message that a wrong clock put off, and nothing of what came behind it."""

    def pretended(self, posted: Posted, lease: datetime | None, now: datetime) -> Posted:
        """Due when that one would have been."""
        others = (each.posted for each in self._outbox.values())
        odd = [
            each.due
            for each in others
            if each.due is not None and each.attempts and each.due > now + LONGEST_PAUSE
        ]
        return posted if posted.attempts else attrs.evolve(posted, due=max(odd, default=posted.due))


class HurriesRetries(Pretends):
    """Takes the longest wait for a mistake."""

    def pretended(self, posted: Posted, lease: datetime | None, now: datetime) -> Posted:
        """Due, where it is as late as can be."""
        late = posted.attempts and posted.due is not None and posted.due >= now + LONGEST_PAUSE
        return attrs.evolve(posted, due=None) if late else posted


class HurriesAppointments(Pretends):
    """Takes whatever is far away for a mistake."""

    def pretended(self, posted: Posted, lease: datetime | None, now: datetime) -> Posted:
        """Due, tried or not."""
        far = posted.due is not None and posted.due > now + LONGEST_PAUSE
        return attrs.evolve(posted, due=None) if far else posted


class GivesDeadLetters(Pretends):
    """Takes what was given up for what waits."""

    def pretended(self, posted: Posted, lease: datetime | None, now: datetime) -> Posted:
        """Waiting."""
        dead = posted.delivery is Delivery.GIVEN_UP
        return attrs.evolve(posted, delivery=Delivery.WAITING) if dead else posted


# -- what they make of it


class TellsNothing(MemoryStore):
    """Does not note what became of a message."""

    def settle(self, settled: tuple[Settled, ...], *rest: Any, **how: Any) -> tuple[str, ...]:
        """Nothing."""
        return tuple(each.key for each in settled)


class TellsAll(MemoryStore):
    """Takes one told message for all of them."""

    def settle(self, settled: tuple[Settled, ...], *rest: Any, **how: Any) -> tuple[str, ...]:
        """All."""
        every = [attrs.evolve(each, key=key) for each in settled[:1] for key in self._outbox]
        return super().settle(tuple(every), *rest, **how)


class SaysAllWasSettled(MemoryStore):
    """Says of every message that it was settled, also of one that another has."""

    def settle(self, settled: tuple[Settled, ...], *rest: Any, **how: Any) -> tuple[str, ...]:
        """All that was asked for."""
        super().settle(settled, *rest, **how)
        return tuple(each.key for each in settled)


class KnowsNoToken(MemoryStore):
    """Believes whoever says what became of a message."""

    def settle(
        self, settled: tuple[Settled, ...], now: datetime, token: str = ""
    ) -> tuple[str, ...]:
        """With the token that it takes."""
        for each in settled:
            if each.key in self._outbox:
                self._outbox[each.key].token = token
        return super().settle(settled, now, token)


class OpensWithoutAToken(MemoryStore):
    """Believes whoever comes without a token."""

    def settle(
        self, settled: tuple[Settled, ...], now: datetime, token: str = ""
    ) -> tuple[str, ...]:
        """Open to those."""
        for each in settled:
            if not token and each.key in self._outbox:
                self._outbox[each.key].token = ""
        return super().settle(settled, now, token)


class DeafToTheLate(MemoryStore):
    """Does not hear a teller whose lease is over, though nobody else has the message."""

    def settle(
        self, settled: tuple[Settled, ...], now: datetime, token: str = ""
    ) -> tuple[str, ...]:
        """Only in time."""
        lying = self._outbox
        late = {key for key, each in lying.items() if each.lease and not runs(each.lease, now)}
        return super().settle(tuple(each for each in settled if each.key not in late), now, token)


class KeepsTheLease(MemoryStore):
    """Writes what became of a message, and lets its lease run on."""

    def settle(self, settled: tuple[Settled, ...], *rest: Any, **how: Any) -> tuple[str, ...]:
        """Leased as before."""
        leases = {key: each.lease for key, each in self._outbox.items()}
        done = super().settle(settled, *rest, **how)
        for key in done:
            self._outbox[key].lease = leases[key]
        return done


class KeepsTheToken(MemoryStore):
    """Opens again to a token that was used."""

    def settle(
        self, settled: tuple[Settled, ...], now: datetime, token: str = ""
    ) -> tuple[str, ...]:
        """With the token as before."""
        done = super().settle(settled, now, token)
        for key in done:
            self._outbox[key].token = token
        return done


class SettlesTwice(MemoryStore):
    """Takes what is said last of a message, where it was named twice."""

    def settle(
        self, settled: tuple[Settled, ...], now: datetime, token: str = ""
    ) -> tuple[str, ...]:
        """One by one."""
        done: list[str] = []
        for each in settled:
            done += super().settle((each,), now, token)
        return tuple(done)


class LosesTheWay(MemoryStore):
    """Forgets on which channel a message is."""

    def settle(self, settled: tuple[Settled, ...], *rest: Any, **how: Any) -> tuple[str, ...]:
        """On none."""
        lost = tuple(attrs.evolve(each, way="") for each in settled)
        return super().settle(lost, *rest, **how)


class DigsUp(MemoryStore):
    """Lets what was told be told again."""

    def settle(self, settled: tuple[Settled, ...], *rest: Any, **how: Any) -> tuple[str, ...]:
        """Nothing is for ever."""
        for each in self._outbox.values():
            each.settled = None
        return super().settle(settled, *rest, **how)


class BuriesTheDead(MemoryStore):
    """Lets nobody put back what was given up."""

    def settle(
        self, settled: tuple[Settled, ...], now: datetime, token: str = ""
    ) -> tuple[str, ...]:
        """For ever."""
        done = super().settle(settled, now, token)
        for key in done:
            if self._outbox[key].posted.delivery is Delivery.GIVEN_UP:
                self._outbox[key].settled = now
        return done


class ReadsNumbers(MemoryStore):
    """Takes two keys for one, where their numbers are the same."""

    def settle(self, settled: tuple[Settled, ...], *rest: Any, **how: Any) -> tuple[str, ...]:
        """By number."""
        read = []
        for each in settled:
            with suppress(ValueError):
                n, at = each.key.split("/")
                read.append(attrs.evolve(each, key=f"{int(n)}/{int(at)}"))
        return super().settle(tuple(read), *rest, **how)


# -- how they show it


class CountsLeasedAsTold(MemoryStore):
    """Counts only the messages that nobody has taken."""

    def outbox(self) -> tuple[int, int]:
        """Without the leased ones."""
        return len(self._outbox), sum(each.lease is None for each in self._outbox.values())


class ShowsEverything(MemoryStore):
    """Shows all messages, whatever was asked for."""

    def posted(self, *delivery: Delivery) -> Iterator[Posted]:
        """All of them."""
        return super().posted()


class ShowsOneAfterTheOther(MemoryStore):
    """Shows what became of messages kind by kind, where several kinds were asked for."""

    def posted(self, *delivery: Delivery) -> Iterator[Posted]:
        """First the first kind."""
        shown = list(super().posted(*delivery))
        return iter(sorted(shown, key=lambda each: each.delivery))


class LeasesWhatItShows(MemoryStore):
    """Whoever looks at the outbox has taken what is in it."""

    def posted(self, *delivery: Delivery) -> Iterator[Posted]:
        """Taken."""
        shown = list(super().posted(*delivery))
        for each in shown:
            self._outbox[each.key].posted = attrs.evolve(each, due=datetime.max.replace(tzinfo=UTC))
        return iter(shown)


# -- how they are shared


class LosesLeases(SQLiteStore):
    """Forgets who has which message when it is closed."""

    def close(self) -> None:
        """Without leases."""
        with suppress(Exception):
            self._db.execute("UPDATE peerkit_message SET lease = NULL, token = ''")
        super().close()


class LosesTellings(SQLiteStore):
    """Forgets what became of messages when it is closed."""

    def close(self) -> None:
        """All of them wait."""
        with suppress(Exception):
            self._db.execute("UPDATE peerkit_message SET delivery = 'waiting', settled = NULL")
        super().close()


class LeasesInItsHead(SQLiteStore):
    """Remembers by itself whom it gave a message, and tells no other process."""

    def __init__(self, path: Any) -> None:
        super().__init__(path)
        self._mine: set[str] = set()

    def take(self, limit: int, now: datetime, lease: datetime, token: str) -> tuple[Posted, ...]:
        """Known only here."""
        free = [each for each in super().take(99, now, now, token) if each.key not in self._mine]
        self._mine.update(each.key for each in free[:limit])
        return tuple(free[:limit])


#: Each broken store, and the tests of the kit that must catch it.
OUTBOXES: Final[Mapping[type[Store], tuple[str, ...]]] = {
    LosesMessageKeys: ("test_messages_come_oldest_first",),
    CutsDigests: ("test_a_digest_is_given_whole",),
    SlowToLease: (
        "test_threads_never_get_one_message_twice",
        "test_threads_never_share_a_person",
    ),
    LosesAppointments: ("test_a_message_is_not_given_before_it_is_due",),
    KnowsNoLease: ("test_a_message_is_given_once_while_its_lease_runs",),
    ComparesTexts: (
        "test_a_message_is_given_once_while_its_lease_runs",
        "test_a_message_is_not_given_before_it_is_due",
    ),
    BelievesEveryLease: ("test_a_lease_of_a_wrong_clock_ends",),
    LeasesForLong: ("test_a_message_is_given_once_while_its_lease_runs",),
    CountsAtTheEnd: ("test_each_taking_is_counted",),
    KnowsNoLater: ("test_a_message_is_not_given_before_it_is_due",),
    LeasesOneByOne: (
        "test_one_person_is_told_by_one_teller",
        "test_threads_never_share_a_person",
    ),
    OneForAll: (
        "test_one_person_is_told_by_one_teller",
        "test_a_failed_message_holds_back_later_ones",
    ),
    HoldsNothingBack: ("test_a_failed_message_holds_back_later_ones",),
    HoldsBackOneTryLess: ("test_a_failed_message_holds_back_later_ones",),
    HoldsBackForEver: ("test_a_message_that_failed_often_steps_aside",),
    HoldsBackForLater: ("test_a_message_is_not_given_before_it_is_due",),
    HoldsBackWhatWasBefore: ("test_a_failed_message_holds_back_no_earlier_one",),
    BelievesEveryRetry: ("test_a_retry_of_a_wrong_clock_is_due",),
    HoldsBackForYears: ("test_a_retry_of_a_wrong_clock_is_due",),
    HurriesRetries: ("test_a_retry_of_a_wrong_clock_is_due",),
    HurriesAppointments: ("test_a_message_that_was_not_tried_waits_however_long",),
    GivesDeadLetters: ("test_a_dead_letter_may_wait_again",),
    TellsNothing: ("test_a_message_is_as_it_was_settled", "test_the_outbox_counts"),
    TellsAll: ("test_what_is_told_or_cancelled_stays_so", "test_the_outbox_counts"),
    SaysAllWasSettled: (
        "test_a_stalled_teller_settles_nothing",
        "test_a_key_that_is_none_is_passed_over",
    ),
    KnowsNoToken: ("test_a_stalled_teller_settles_nothing",),
    OpensWithoutAToken: ("test_what_nobody_holds_is_settled_without_a_token",),
    DeafToTheLate: ("test_a_stalled_teller_settles_nothing",),
    KeepsTheLease: ("test_a_message_is_as_it_was_settled",),
    KeepsTheToken: ("test_a_stalled_teller_settles_nothing",),
    SettlesTwice: ("test_what_is_said_first_of_a_message_counts",),
    LosesTheWay: ("test_a_message_is_as_it_was_settled",),
    DigsUp: ("test_what_is_told_or_cancelled_stays_so",),
    BuriesTheDead: ("test_a_dead_letter_may_wait_again",),
    ReadsNumbers: ("test_a_key_that_is_none_is_passed_over",),
    CountsLeasedAsTold: ("test_the_outbox_counts",),
    ShowsEverything: ("test_the_outbox_is_read_by_what_became_of_it",),
    ShowsOneAfterTheOther: ("test_the_outbox_is_read_by_what_became_of_it",),
    LeasesWhatItShows: ("test_the_outbox_is_read_by_what_became_of_it",),
    LosesLeases: ("test_leases_and_tellings_are_there_again",),
    LosesTellings: ("test_leases_and_tellings_are_there_again",),
    LeasesInItsHead: ("test_two_openers_never_get_one_message_twice",),
}
