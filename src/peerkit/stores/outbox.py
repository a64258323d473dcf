"""What lies in the outbox: a message, how often it was tried, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import attrs

from peerkit.model import Message

__all__ = [
    "DIGEST",
    "HOLDS",
    "LONGEST_LEASE",
    "LONGEST_PAUSE",
    "MOST_TOGETHER",
    "Delivery",
    "Posted",
    "Settled",
    "laid",
    "once_each",
    "runs",
]

#: For how long a message may belong to the teller who took it.
LONGEST_LEASE: Final = timedelta(days=1)
#: For how long a message that was tried may wait to be tried again. No teller of ours lets it
#: wait for more than a day.
LONGEST_PAUSE: Final = timedelta(days=2)
#: For how many failures in a row a message holds back the later ones to the same person; then
#: it steps aside, so that what follows is not kept waiting for days.
HOLDS: Final = 3
#: The way of a message that waits for a digest, and how that of one begins that has been in one.
DIGEST: Final = "digest"
#: How many messages to one person a digest brings along, at most.
MOST_TOGETHER: Final = 500


class Delivery(StrEnum):
    """What became of a message: it waits, or it was told, cancelled, or given up (a dead letter).

    A dead letter may wait again; what was told or cancelled stays so.
    """

    WAITING = "waiting"
    TOLD = "told"
    CANCELLED = "cancelled"
    GIVEN_UP = "given-up"

    @property
    def final(self) -> bool:
        """Whether it stays so."""
        return self in (Delivery.TOLD, Delivery.CANCELLED)


@attrs.frozen(kw_only=True)
class Posted:
    """A message as it lies in the outbox.

    ``due`` is the moment before which it is not told, and None where it may be told at once.
    ``attempts`` counts every time a teller took it, the present one too; ``way`` names the
    channel it is on, and is empty while it is on none; before it a teller may put a mark of its
    own, such as ``digest``.
    """

    message: Message
    delivery: Delivery = Delivery.WAITING
    due: datetime | None = None
    attempts: int = 0
    way: str = ""

    @property
    def key(self) -> str:
        """The key of the message."""
        return self.message.key

    def is_due(self, now: datetime) -> bool:
        """Whether it may be told at this moment, or waits longer than any retry may."""
        if self.due is None or self.due <= now:
            return True
        return self.attempts > 0 and self.due > now + LONGEST_PAUSE


def laid(message: Message, key: str) -> Posted:
    """A message as it is laid down under its key; when it is due is said beside it."""
    named = Message(
        to=message.to,
        kind=message.kind,
        about=message.about,
        inside=message.inside,
        outside=message.outside,
        key=key,
    )
    return Posted(message=named, due=message.due)


@attrs.frozen(kw_only=True)
class Settled:
    """What a message is to be from now on, by its key: all of what :class:`Posted` says of it."""

    key: str
    delivery: Delivery
    due: datetime | None = None
    attempts: int = 0
    way: str = ""


def once_each(settled: Iterable[Settled]) -> Iterable[Settled]:
    """Each key once, in order: what is said of it first is what counts."""
    first: dict[str, Settled] = {}
    for each in settled:
        first.setdefault(each.key, each)
    return first.values()


def runs(lease: datetime | None, now: datetime) -> bool:
    """Whether a lease runs at this moment: it ends later, and not later than any lease may."""
    return lease is not None and now < lease <= now + LONGEST_LEASE
