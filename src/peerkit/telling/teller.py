"""The loop that tells: takes what is due, asks whether and how, hands it over, writes it down."""

from __future__ import annotations

import logging
import secrets
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.acts import CancelNotice, PassOnNotice
from peerkit.errors import KeyReused
from peerkit.model import ContactPreferences, ContactStatus, NoticeChannel, WhyNotTold
from peerkit.notifiers import CouldNotTell, Notifier
from peerkit.stores import DIGEST, HOLDS, Delivery, Posted, Settled, Store
from peerkit.telling.grounds import useless_from
from peerkit.telling.looking import TO_ANOTHER, LastLook, Seen
from peerkit.telling.making import Ready, made, may_invite
from peerkit.telling.retrying import MOST_WAIT, TRIES, after_failure
from peerkit.telling.times import next_digest, next_moment
from peerkit.telling.ways import AT_ONCE, Routes, Way, ways_of

if TYPE_CHECKING:
    from threading import Event

    from peerkit.acts import Act

__all__ = ["AGAIN", "TELLER", "Teller", "Told"]

_LOG: Final = logging.getLogger("peerkit.telling")
#: Who reports that a message was cancelled or passed on.
TELLER: Final = "teller"
#: How many messages are taken at a time.
BATCH: Final = 50
#: After so many tries of which nothing is known, a message is told alone.
_SUSPECT: Final = 2
#: The way of a message that was given up, and that somebody let wait again.
AGAIN: Final = "again"
#: For these reasons somebody else has to hear of it; for the others nobody has.
_PASSED_ON: Final = frozenset(
    {
        WhyNotTold.ADVERSE,
        WhyNotTold.GIVEN_UP,
        WhyNotTold.MISSING,
        WhyNotTold.NO_CHANNEL,
        WhyNotTold.REACHABLE,
        WhyNotTold.STOPPED,
    }
)


@attrs.frozen
class Told:
    """What became of messages: told, cancelled, given up; and how many wait, these or others."""

    told: int
    waiting: int
    cancelled: int = 0
    given_up: int = 0


@attrs.frozen(kw_only=True)
class Teller:
    """Tells what waits in a store. ``do`` and ``clock`` are the program's own."""

    store: Store
    look: LastLook
    do: Callable[[Act], object]
    clock: Callable[[], datetime]
    routes: Routes | Notifier
    lease: timedelta

    def tell(self, limit: int) -> Told:
        """Tell at most so many messages of those that are due."""
        became: Counter[Delivery] = Counter()
        while limit > 0 and (taken := self._batch(min(limit, BATCH), became)):
            limit -= taken
        return self._told(became)

    def keep_telling(self, stop: Event, pause: timedelta) -> Told:
        """Tell until ``stop`` is set; look again after a pause where nothing moved on."""
        became: Counter[Delivery] = Counter()
        while True:
            before = became.total()
            self._batch(BATCH, became)
            idle = became.total() == before
            if stop.is_set() or (idle and stop.wait(pause.total_seconds())):
                return self._told(became)

    def _batch(self, limit: int, became: Counter[Delivery]) -> int:
        """Take so many and settle them; count what moved on, if only to a later hour."""
        now, token = self.clock(), secrets.token_hex(16)
        taken = self.store.take(limit, now, now + self.lease, token)
        told, later = _by_person(taken)
        # Before anything is handed over, so that it costs those no try which are not told now.
        self.store.settle(tuple(_untried(each, each.due) for each in later), now, token)
        for mine in told:
            for settled in self._one_person(mine, now + self.lease):
                written = {*self.store.settle(settled, self.clock(), token)}
                became.update(
                    each.delivery
                    for each in settled
                    if each.key in written and not _is_due(each, now)
                )
        return len(taken) - len(later)

    def _told(self, became: Counter[Delivery]) -> Told:
        """What became of them, and how many wait: that is counted once, as it takes a while."""
        waiting = self.store.outbox()[1]
        told, cancelled, given_up = (
            became[each] for each in (Delivery.TOLD, Delivery.CANCELLED, Delivery.GIVEN_UP)
        )
        return Told(told, waiting, cancelled, given_up)

    def _one_person(self, mine: list[Posted], until: datetime) -> Iterator[tuple[Settled, ...]]:
        """What became of each message to one person, in order, each before the next is told.

        What was told as one is one: a teller that dies has written down all of it or nothing.

        Once one of them could not be told, those behind it go back as they were: the store
        says how long it holds them.
        """
        bundles: dict[tuple[str, datetime | None], list[Ready]] = {}
        held = False
        for posted in mine:
            if held or self._is_over(until):
                yield (_untried(posted, posted.due),)
                continue
            found = self._looked_at(posted, deadly=posted is mine[0] and posted.attempts > TRIES)
            if isinstance(found, Settled):
                yield (found,)
            elif self._is_bundled(found):
                bundles.setdefault(_bundle_of(found), []).append(found)
            else:
                settled = self._handed_over([found])
                yield settled
                held = _holds(settled[0])
        for bundle in bundles.values():
            quiet = _quiet_until(bundle[0], self.clock())
            if held or quiet is not None or self._is_over(until):
                yield tuple(_untried(each.posted, quiet or each.posted.due) for each in bundle)
            else:
                yield self._handed_over(bundle)

    def _is_bundled(self, ready: Ready) -> bool:
        """Whether a message goes together with others: but for one with something for a calendar.

        One that was taken again and again and of which nothing is known may kill its tellers.
        """
        together = ready.posted.way.startswith(DIGEST) and not _is_suspect(ready.posted)
        return bool(ready.ways) and together and not may_invite(ready, self.routes)

    def _is_over(self, until: datetime) -> bool:
        """Whether another teller may have taken the messages by now."""
        return bool(self.lease) and self.clock() >= until

    def _looked_at(self, posted: Posted, *, deadly: bool) -> Settled | Ready:
        """Whether a message is to be told, by now and in this way; or what becomes of it.

        One is ``deadly`` when nobody who took it has lived to say what became of it.
        """
        message, now = posted.message, self.clock()
        seen = self._reached_by_now(self.look.at(message, now))
        why = seen.why
        if why is not None and (why not in TO_ANOTHER or seen.other is not None):
            return self._not_told(posted, why, seen)
        if deadly:
            return self._not_told(posted, WhyNotTold.GIVEN_UP, seen)
        if not isinstance(self.routes, Routes):
            return Ready(posted, seen)
        preferences = seen.view.get(ContactPreferences, message.to)
        ways = ways_of(preferences, self.routes)
        if preferences is None or not ways:
            stopped = preferences is not None and preferences.status is ContactStatus.STOPPED
            why = WhyNotTold.STOPPED if stopped else WhyNotTold.NO_CHANNEL
            return self._not_told(posted, why, seen)
        wait = _later(posted, preferences, now, useless_from(seen.noun, now))
        ready = Ready(posted, seen, preferences, _from(ways, posted.way))
        if wait is None:
            return _anew(ready)
        return _looked_at_daily(self._in_time(posted, seen, wait), now)

    def _in_time(self, posted: Posted, seen: Seen, wait: Settled) -> Settled:
        """A message that waits; one that would come too late is given up while one can call."""
        until = useless_from(seen.noun, self.clock())
        if until is None or wait.due is None or wait.due < until:
            return wait
        return self._not_told(posted, WhyNotTold.GIVEN_UP, seen)

    def _reached_by_now(self, seen: Seen) -> Seen:
        """What was seen; whoever was to be called and has a way by now hears it themself."""
        call, routes = seen.call, self.routes
        if call is None or not call.had_no_way or not isinstance(routes, Routes):
            return seen
        message = call.message
        chosen = seen.view.get(ContactPreferences, message.to)
        if seen.why is not None or not ways_of(chosen, routes):
            return seen
        return attrs.evolve(seen, message=message, why=WhyNotTold.REACHABLE, other=message.to)

    def _not_told(self, posted: Posted, why: WhyNotTold, seen: Seen) -> Settled:
        """A message that is not told: journalled, and passed on where somebody has to hear."""
        message, other = seen.message, seen.other
        # Once, whichever teller looks; and once more for what somebody let wait again.
        key = f"not-told/{posted.key}"
        if posted.way.startswith(AGAIN):
            key += f"/{AGAIN}"
        # Nobody is passed what they have.
        same = message.key == posted.key and message.to == other
        passed_on = why in _PASSED_ON and other is not None and not same
        act: Act
        if passed_on:
            act = PassOnNotice(
                by=TELLER,
                key=key,
                notice=posted.key,
                to=message.to,
                of=message.kind,
                noun=message.about,
                coordinator=f"{other}",
                why=why,
            )
        else:
            act = CancelNotice(
                by=TELLER,
                key=key,
                notice=posted.key,
                to=message.to,
                of=message.kind,
                why=why,
            )
        # Where another teller has written it down for another reason, that one stands.
        with suppress(KeyReused):
            self.do(act)
        lost = why is WhyNotTold.GIVEN_UP or (why is WhyNotTold.NO_CHANNEL and not passed_on)
        return Settled(
            key=posted.key,
            delivery=Delivery.GIVEN_UP if lost else Delivery.CANCELLED,
            attempts=posted.attempts,
            way=posted.way,
        )

    def _handed_over(self, ready: list[Ready]) -> tuple[Settled, ...]:
        """What became of these messages to one person, told as one notice."""
        failure = self._failure(ready)
        if failure is None:
            return tuple(_told(each) for each in ready)
        first = ready[0]
        names = tuple(each.name for each in first.ways) or (NoticeChannel.APP.value,)
        # What becomes of a digest becomes of each in it, so that it is tried again as it was.
        settled = after_failure(first.posted, names, failure, self.clock())
        return tuple(self._failed(each, settled) for each in ready)

    def _failure(self, ready: list[Ready]) -> CouldNotTell | None:
        """Hand it over. What goes wrong is logged, and an error that no notifier may raise too."""
        key = ready[0].posted.key
        try:
            notifier, notice = made(ready, self.routes, self.clock())
            key = notice.key
            notifier.notify(notice)
        except CouldNotTell as error:
            failed, says = error, str(error)
        except Exception as error:  # noqa: BLE001 - one notifier's mistake keeps nobody else waiting
            # Its own words may hold an address. Where it happened says enough to mend it.
            where = traceback.extract_tb(error.__traceback__)[-1]
            says = f"{type(error).__name__} at {where.filename}:{where.lineno}"
            failed = CouldNotTell("The notifier raised an error of its own.")
        else:
            return None
        _LOG.warning("Notice %s could not be told: %s", key, says)
        return failed

    def _failed(self, ready: Ready, failed: Settled) -> Settled:
        """What becomes of a message that could not be told, by itself or with others."""
        posted = ready.posted
        settled = attrs.evolve(failed, key=posted.key)
        if settled.delivery is Delivery.GIVEN_UP:
            self._not_told(posted, WhyNotTold.GIVEN_UP, ready.seen)
        elif settled.attempts:
            settled = self._in_time(posted, ready.seen, settled)
        for mark in (DIGEST, AGAIN):
            if posted.way.startswith(mark):
                return attrs.evolve(settled, way=f"{mark}/{settled.way}")
        return settled


def _by_person(taken: tuple[Posted, ...]) -> tuple[list[list[Posted]], list[Posted]]:
    """What was taken, by whom it is for, each person's in order; and what is not told this time.

    Where tellers died over a message, those who were taken with it were not told either. So who
    comes first is mixed, and of people with a message of which nothing is known after
    several tries, one is told at a time, after all the others: it takes nobody along.
    """
    mine: dict[str, list[Posted]] = {}
    for each in taken:
        mine.setdefault(each.message.to, []).append(each)
    tries = max((each.attempts for each in taken), default=1)
    if tries == 1:
        return [*mine.values()], []
    mixed = sorted(mine, key=lambda to: sha256(f"{tries}/{to}".encode()).digest())
    suspects = [to for to in mixed if any(map(_is_suspect, mine[to]))]
    told = [mine[to] for to in mixed if to not in suspects]
    return [*told, *(mine[to] for to in suspects[:1])], [
        each for to in suspects[1:] for each in mine[to]
    ]


def _bundle_of(ready: Ready) -> tuple[str, datetime | None]:
    """What is told together: what goes one way; what was tried before, with what it was tried with.

    So a digest that is told again after a crash has the same messages, and the same key.
    """
    posted = ready.posted
    return ready.ways[0].name, posted.due if posted.attempts > 1 else None


def _is_due(settled: Settled, now: datetime) -> bool:
    """Whether a message waits, and could be taken again at once."""
    return settled.delivery is Delivery.WAITING and (settled.due or now) <= now


def _is_suspect(posted: Posted) -> bool:
    """Whether nobody has said what became of a message: a failure would have named its way."""
    return posted.attempts > _SUSPECT and posted.way in ("", DIGEST)


def _holds(settled: Settled) -> bool:
    """Whether what is behind a message waits for it: three times, and while it changes its way."""
    return settled.delivery is Delivery.WAITING and settled.attempts <= HOLDS


def _quiet_until(ready: Ready, now: datetime) -> datetime | None:
    """When a quiet hour ends that has begun since somebody looked; None where none has."""
    moment = now if ready.preferences is None else next_moment(ready.preferences, now)
    return moment if moment > now else None


def _anew(ready: Ready) -> Ready:
    """A message whose way is gone begins anew on the one that it goes now."""
    way = _name_of(ready.posted.way)
    if not way or way == ready.ways[0].name:
        return ready
    return attrs.evolve(ready, posted=attrs.evolve(ready.posted, attempts=1))


def _later(
    posted: Posted, preferences: ContactPreferences, now: datetime, until: datetime | None
) -> Settled | None:
    """A message that has to wait for the person's own time; None where that is now.

    It waits for no digest that would come too late.
    """
    moment = next_moment(preferences, now)
    if not posted.way and preferences.digest is not None and posted.message.kind not in AT_ONCE:
        digest = next_digest(preferences, now)
        if until is None or digest < until:
            return _untried(attrs.evolve(posted, way=DIGEST), digest)
    return None if moment <= now else _untried(posted, moment)


def _looked_at_daily(settled: Settled, now: datetime) -> Settled:
    """A message that waits for somebody's own time; one that failed before, for a day at most.

    A store takes a later moment for that of a clock which was wrong.
    """
    if settled.due is None or not settled.attempts:
        return settled
    return attrs.evolve(settled, due=min(settled.due, now + MOST_WAIT))


def _from(ways: tuple[Way, ...], name: str) -> tuple[Way, ...]:
    """The ways from the one of this name on; all of them where the person has it no more."""
    at = next((at for at, each in enumerate(ways) if each.name == _name_of(name)), 0)
    return ways[at:]


def _name_of(way: str) -> str:
    """The name of a way, without the mark of what is more to know of the message on it."""
    return way.removeprefix(DIGEST).removeprefix(AGAIN).removeprefix("/")


def _untried(posted: Posted, due: datetime | None) -> Settled:
    """A message that goes back untried, and does not count as tried."""
    return attrs.evolve(_settled(posted, Delivery.WAITING, posted.attempts - 1), due=due)


def _told(ready: Ready) -> Settled:
    """A message that was handed over, and on which way."""
    told = _settled(ready.posted, Delivery.TOLD, ready.posted.attempts)
    return attrs.evolve(told, way=ready.ways[0].name) if ready.ways else told


def _settled(posted: Posted, delivery: Delivery, attempts: int) -> Settled:
    return Settled(key=posted.key, delivery=delivery, attempts=attempts, way=posted.way)
