"""Who tells which message, and what became of it, in one transaction: LMDB has one writer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

import attrs

from peerkit.model import Message
from peerkit.stores import (
    DIGEST,
    HOLDS,
    MOST_TOGETHER,
    Delivery,
    Posted,
    Settled,
    once_each,
    runs,
)

from .rows import END, Rows, key, number, span


@attrs.frozen(kw_only=True)
class Lying:
    """A message as it lies there, and who is telling it just now."""

    posted: Posted
    lease: datetime | None = None
    token: str = ""
    settled: datetime | None = None


def key_of(name: bytes) -> str:
    """What a message is known by: the number of its entry, and its place in it."""
    return f"{number(name[:8])}/{number(name)}"


def name_of(keyed: str) -> bytes:
    """The name of its row; empty where it is no key of a message."""
    n, _, at = keyed.partition("/")
    named = n.isdecimal() and at.isdecimal() and max(len(n), len(at)) <= 18
    name = key(int(n), int(at)) if named else b""
    return name if named and key_of(name) == keyed else b""


def message_of(name: bytes, value: bytes) -> Message:
    """A message: its texts never change."""
    to, kind, about, inside, outside = json.loads(value)
    return Message(key=key_of(name), to=to, kind=kind, about=about, inside=inside, outside=outside)


def lying(rows: Rows, name: bytes) -> Lying:
    """A message with what became of it."""
    delivery, due, attempts, way, lease, token, settled = json.loads(rows.get("became", name))
    posted = Posted(
        message=message_of(name, rows.get("message", name)),
        delivery=Delivery(delivery),
        due=_read(due),
        attempts=attempts,
        way=way,
    )
    return Lying(posted=posted, lease=_read(lease), token=token, settled=_read(settled))


def lay(rows: Rows, name: bytes, lies: Lying) -> None:
    """Write what became of a message, and file it: what waits, and of whom it was tried."""
    posted = lies.posted
    became = [posted.delivery, _text(posted.due), posted.attempts, posted.way]
    value = json.dumps([*became, _text(lies.lease), lies.token, _text(lies.settled)])
    rows.put("became", name, value.encode())
    waits = posted.delivery is Delivery.WAITING
    for table, place, filed in (
        ("waiting", name, waits),
        ("tried", key(posted.message.to) + name, waits and posted.attempts > 0),
    ):
        if filed:
            rows.put(table, place)
        else:
            rows.delete(table, place)


def chosen(free: Iterator[tuple[bytes, str, bool]], limit: int) -> Iterator[bytes]:
    """So many of them, and what else goes into a digest that was begun with one of these."""
    taken = 0
    left: Counter[str] = Counter()  # how many more the digest of a person may bring along
    for name, to, together in free:
        if taken < limit:
            taken += 1
            left[to] = MOST_TOGETHER if together else left[to]
        elif not left.total():
            return
        elif together and left[to]:
            left[to] -= 1
        else:
            continue
        yield name


def take(rows: Rows, limit: int, now: datetime, lease: datetime, token: str) -> Iterator[Posted]:
    """Messages that are to be told now, oldest first.

    Passed over are people whom somebody is telling, and those to whom an earlier message is to
    be tried again before this one. Both are seen in the few messages that were tried.
    """

    @cache
    def holds(to: str) -> bytes:
        """From which message on this person waits: from the first one, where they are told now."""
        first = END
        for name, _ in rows.scan("tried", *span(to)):
            lies = lying(rows, name[-16:])
            if runs(lies.lease, now):
                return b""
            if lies.posted.attempts <= HOLDS and not lies.posted.is_due(now):
                first = min(first, name[-16:])
        return first

    free = (
        (name, posted.message.to, posted.way.startswith(DIGEST))
        for name, posted in (
            (name, lying(rows, name).posted) for name, _ in rows.scan("waiting", b"", END)
        )
        if posted.is_due(now) and name < holds(posted.message.to)
    )
    for name in tuple(chosen(free, limit)):
        posted = lying(rows, name).posted
        posted = attrs.evolve(posted, attempts=posted.attempts + 1)
        lay(rows, name, Lying(posted=posted, lease=lease, token=token))
        yield posted


def settle(rows: Rows, settled: tuple[Settled, ...], now: datetime, token: str) -> Iterator[str]:
    """Write what became of messages that this token took; the keys of those."""
    for each in once_each(settled):
        name = name_of(each.key)
        if not (name and rows.get("became", name)):
            continue
        lies = lying(rows, name)
        if lies.token != token or lies.settled is not None:
            continue
        posted = attrs.evolve(
            lies.posted,
            delivery=each.delivery,
            due=each.due,
            attempts=each.attempts,
            way=each.way,
        )
        ended = each.delivery in (Delivery.TOLD, Delivery.CANCELLED)
        lay(rows, name, Lying(posted=posted, settled=now if ended else None))
        yield each.key


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
