"""When a message is tried again, over which way, and when it is given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.stores import HOLDS, Delivery, Posted, Settled

if TYPE_CHECKING:
    from peerkit.notifiers import CouldNotTell

__all__ = ["DELAYS", "MOST_WAIT", "TRIES", "after_failure", "delay"]

#: How long after a failure the next try comes: first soon, since most failures pass in minutes.
DELAYS: Final = (
    *(timedelta(minutes=3**each) for each in range(6)),
    *(timedelta(hours=12) for _ in range(6)),
)
#: How often a message is tried on its last way. There is no wait after the last try.
TRIES: Final = len(DELAYS) + 1
#: The longest wait that a receiver can ask for.
MOST_WAIT: Final = timedelta(days=1)
#: The longest that is waited for on a way, where there is another.
_MOST_PATIENCE: Final = timedelta(hours=1)
#: The part of a delay that may come on top, so that what failed together is not tried together.
_MOST_JITTER: Final = 0.25


def delay(key: str, attempts: int) -> timedelta:
    """How long to wait after this many tries of the message with this key.

    The same message waits as long each time it is asked, and different ones wait differently:
    up to a quarter longer, never shorter.
    """
    told = sha256(f"{key}/{attempts}".encode()).digest()
    chance = int.from_bytes(told[:4]) / (1 << 32)
    return DELAYS[min(max(attempts, 1), len(DELAYS)) - 1] * (1 + _MOST_JITTER * chance)


def after_failure(
    posted: Posted, ways: tuple[str, ...], failure: CouldNotTell, now: datetime
) -> Settled:
    """What becomes of a message that could not be told now.

    ``ways`` names the channels it can go by from here on: the first is the one that failed. A
    failure for good goes on to the next way at once. A passing one is tried again on this way:
    :data:`~peerkit.stores.HOLDS` times where there is a way to go on to, unless the receiver asks
    for more than an hour, and as long as the schedule lasts where there is none. Then it is
    given up, on the way it was on.
    """
    here, beyond = (ways[0], ways[1:]) if ways else (posted.way, ())
    tries = HOLDS if beyond else TRIES
    settled = Settled(
        key=posted.key, delivery=Delivery.GIVEN_UP, attempts=posted.attempts, way=here
    )
    asked = min(failure.wait or timedelta(), MOST_WAIT)
    patient = not beyond or asked <= _MOST_PATIENCE
    if ways and patient and not failure.for_good and posted.attempts < tries:
        due = now + max(delay(posted.key, posted.attempts), asked)
        return attrs.evolve(settled, delivery=Delivery.WAITING, due=due)
    if beyond:
        return attrs.evolve(settled, delivery=Delivery.WAITING, attempts=0, way=beyond[0])
    return settled
