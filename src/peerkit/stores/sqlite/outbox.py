"""The outbox in an SQLite file: how messages come to lie in it, are taken, settled and read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from peerkit.errors import StoreError
from peerkit.model import Message
from peerkit.stores import (
    DIGEST,
    HOLDS,
    LONGEST_LEASE,
    LONGEST_PAUSE,
    MOST_TOGETHER,
    Delivery,
    Posted,
    Settled,
    once_each,
)

__all__ = ["COUNTED", "LAID", "POSTED", "laid", "message", "posting", "read", "settling", "taken"]

#: A message is laid in the outbox, with the moment before which it is not told.
LAID: Final = (
    "INSERT OR ROLLBACK INTO peerkit_message (program, n, position, recipient, kind, about, "
    "inside, outside, due) VALUES (?,?,?,?,?,?,?,?,?)"
)
#: How many there are, and how many wait.
COUNTED: Final = (
    "SELECT count(*), count(*) FILTER (WHERE delivery = 'waiting') "
    "FROM peerkit_message WHERE program = ?"
)
#: What is read of each. There is no due moment in an empty text.
_ROW: Final = (
    "n, position, recipient, kind, about, inside, outside, delivery, coalesce(due, ''), attempts, "
    "way"
)
#: Of which type each of these is.
POSTED: Final[list[type]] = [int, int, *[str] * 7, int, str]

#: Who is being told is left out by a list, which is short; whether somebody is held back is looked
#: up for each. Until its turn has come a message is not read: the indices have what is asked.
_TAKE: Final = f"""
UPDATE peerkit_message SET lease = :lease, token = :token, attempts = attempts + 1
WHERE program = :program AND (n, position) IN (
    SELECT n, position FROM peerkit_message AS message INDEXED BY peerkit_not_told
    WHERE program = :program AND delivery = 'waiting' AND delivery <> 'told'
    AND (due IS NULL OR due <= :now OR (due > :paused AND EXISTS (
        SELECT 1 FROM peerkit_message AS itself INDEXED BY peerkit_tried
        WHERE itself.program = :program AND itself.recipient = message.recipient
        AND itself.delivery = 'waiting' AND itself.attempts > 0 AND itself.due = message.due
        AND itself.n = message.n AND itself.position = message.position
    )))
    AND recipient NOT IN (
        SELECT recipient FROM peerkit_message INDEXED BY peerkit_leased
        WHERE program = :program AND lease > :now AND lease <= :longest
    )
    AND NOT EXISTS (
        SELECT 1 FROM peerkit_message AS earlier INDEXED BY peerkit_tried
        WHERE earlier.program = :program AND earlier.recipient = message.recipient
        AND earlier.delivery = 'waiting' AND earlier.due > :now AND earlier.due <= :paused
        AND earlier.attempts > 0 AND earlier.attempts <= :holds
        AND (earlier.n, earlier.position) < (message.n, message.position)
    )
    ORDER BY n, position LIMIT :limit
)
RETURNING {_ROW}
"""  # noqa: S608 - our own names
#: What is told in one digest with what was taken, though it was not asked for.
_ALONG: Final = f"""
UPDATE peerkit_message SET lease = :lease, token = :token, attempts = attempts + 1
WHERE program = :program AND (n, position) IN (
    SELECT n, position FROM (
        SELECT n, position, row_number() OVER (PARTITION BY recipient ORDER BY n, position) AS nth
        FROM peerkit_message AS message INDEXED BY peerkit_not_told
        WHERE program = :program AND delivery = 'waiting' AND delivery <> 'told'
        AND due <= :now AND recipient IN (SELECT value FROM json_each(:people))
        AND substr(way, 1, {len(DIGEST)}) = '{DIGEST}' AND token <> :token
        AND NOT EXISTS (
            SELECT 1 FROM peerkit_message AS earlier INDEXED BY peerkit_tried
            WHERE earlier.program = :program AND earlier.recipient = message.recipient
            AND earlier.delivery = 'waiting' AND earlier.due > :now AND earlier.due <= :paused
            AND earlier.attempts > 0 AND earlier.attempts <= :holds
            AND (earlier.n, earlier.position) < (message.n, message.position)
        )
    ) WHERE nth <= {MOST_TOGETHER}
)
RETURNING {_ROW}
"""  # noqa: S608 - our own names
#: A key is compared as it is written: "01/0" is none.
_SETTLE: Final = (
    "UPDATE peerkit_message SET delivery = ?, due = ?, attempts = ?, way = ?, settled = ?, "
    "lease = NULL, token = '' "
    "WHERE program = ? AND n = ? AND position = ? AND n || '/' || position = ? "
    "AND token = ? AND settled IS NULL"
)


def _moment(moment: datetime) -> str:
    """A moment in UTC: these texts sort as the moments do."""
    return moment.astimezone(UTC).isoformat()


def _maybe(moment: datetime | None) -> str | None:
    return None if moment is None else _moment(moment)


def laid(program: int, n: int, messages: Iterable[Message]) -> Iterator[tuple[Any, ...]]:
    """The rows of the messages of an entry."""
    for at, each in enumerate(messages):
        texts = (each.to, each.kind, each.about, each.inside, each.outside)
        yield program, n, at, *texts, _maybe(each.due)


def taken(
    db: sqlite3.Connection,
    program: int,
    limit: int,
    now: datetime,
    lease: datetime,
    token: str,
) -> list[Any]:
    """The messages that are to be told now, leased and counted as tried; oldest first."""
    values = {
        "program": program,
        "limit": limit,
        "now": _moment(now),
        "lease": _moment(lease),
        "longest": _moment(now + LONGEST_LEASE),
        "paused": _moment(now + LONGEST_PAUSE),
        "token": token,
        "holds": HOLDS,
    }
    rows = db.execute(_TAKE, values).fetchall()
    people = {row[2] for row in rows if row[-1].startswith(DIGEST)}
    if people:
        rows += db.execute(_ALONG, {**values, "people": json.dumps([*people])}).fetchall()
    return sorted(rows)


def settling(
    db: sqlite3.Connection, program: int, found: Iterable[Settled], now: datetime, token: str
) -> Iterator[str]:
    """Write what became of messages, and say of which."""
    for each in once_each(found):
        over = _moment(now) if each.delivery.final else None
        became = (each.delivery, _maybe(each.due), each.attempts, each.way, over)
        n, _, at = each.key.partition("/")
        if db.execute(_SETTLE, (*became, program, n, at, each.key, token)).rowcount:
            yield each.key


def posting(
    program: int, delivery: tuple[Delivery, ...], after: tuple[int, int]
) -> tuple[str, tuple[Any, ...]]:
    """Messages in their order, behind one of them: the statement and its values."""
    values: tuple[Any, ...] = (program, *after, *delivery)
    table, which = "peerkit_message", ""
    if len(delivery) == 1 and Delivery.TOLD not in delivery:  # most were told: there is no index
        table += " INDEXED BY peerkit_not_told"
        which = "AND delivery = ? AND delivery <> 'told'"
    elif delivery:  # with a plus, it is read in order and not found and sorted
        which = f"AND +delivery IN ({','.join('?' * len(delivery))})"
    sql = (
        f"SELECT {_ROW} FROM {table} "  # noqa: S608 - our own names
        f"WHERE program = ? AND (n, position) > (?, ?) {which} ORDER BY n, position LIMIT 500"
    )
    return sql, values


def message(n: int, at: int, to: str, kind: str, about: str, inside: str, outside: str) -> Message:
    """A message by its row."""
    key = f"{n}/{at}"
    return Message(key=key, to=to, kind=kind, about=about, inside=inside, outside=outside)


def read(path: str, row: tuple[Any, ...]) -> Posted:
    """A message as it lies there. Raises StoreError where a sound file cannot have such a row."""
    *texts, delivery, due, attempts, way = row
    told = message(*texts)
    try:
        return Posted(
            message=told,
            delivery=Delivery(delivery),
            due=datetime.fromisoformat(due) if due else None,
            attempts=attempts,
            way=way,
        )
    except ValueError:
        pass
    raise StoreError(f"{path} is damaged: message {told.key} is not as it was written.")
