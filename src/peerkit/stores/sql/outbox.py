"""The outbox on a server: who tells which message, and what became of it.

Takes of one program go one by one, so that each sees whom the one before gave away. They hold a
lock of their own for that: whoever keeps something does not wait for them, nor they for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import attrs

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
)
from peerkit.stores.sql.server import BEGIN, Server, run
from peerkit.stores.sql.tables import Names

if TYPE_CHECKING:
    import psycopg

__all__ = ["TEXTS", "Outbox", "message"]

#: The parts of a message that never change.
TEXTS: Final = "recipient, kind, about, inside, outside"
_REST: Final = f"{TEXTS}, delivery, due, attempts, way"
_KEY: Final = re.compile(r"([1-9][0-9]{0,17})/(0|[1-9][0-9]{0,8})\Z")
#: How many messages are read at a time.
_PAGE: Final = 500

#: Takes of one program wait for each other here, until the transaction ends.
_ONE_BY_ONE: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))"
#: Who is telling late, and just now says what became of it, is waited for: the next statement
#: sees what it was.
_LATE: Final = """
SELECT FROM {message} WHERE program = %s AND lease IS NOT NULL
AND (lease <= %s OR lease > %s) ORDER BY n, position FOR UPDATE
"""
#: The oldest that are due, and free: nobody tells this person something just now, and nothing
#: that came earlier is to be tried again first. Whom somebody is just cancelling is passed over.
_TAKE: Final = f"""
WITH free AS (
    SELECT n, position FROM {{message}} AS message
    WHERE program = %(program)s AND delivery = 'waiting'
    AND (coalesce(due, '-infinity') <= %(now)s OR (attempts > 0 AND due > %(paused)s))
    AND NOT EXISTS (
        SELECT FROM {{message}} AS tried
        WHERE tried.program = %(program)s AND tried.recipient = message.recipient
        AND tried.delivery = 'waiting' AND tried.attempts > 0 AND (
            (tried.lease > %(now)s AND tried.lease <= %(longest)s)
            OR (tried.attempts <= {HOLDS}
                AND tried.due > %(now)s AND tried.due <= %(paused)s
                AND (tried.n, tried.position) < (message.n, message.position))
        ) OFFSET 0
    )
    ORDER BY n, position LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE {{message}} AS message
SET lease = %(lease)s, token = %(token)s, attempts = message.attempts + 1
FROM free
WHERE message.program = %(program)s
AND message.n = free.n AND message.position = free.position
RETURNING message.n, message.position, {_REST}
"""
#: What is told in one digest with what was taken, though it was not asked for. Nobody else is
#: given anything of these people meanwhile.
_ALONG: Final = f"""
WITH free AS (
    SELECT n, position FROM {{message}} AS message
    WHERE program = %(program)s AND delivery = 'waiting' AND due <= %(now)s
    AND recipient = ANY(%(people)s) AND starts_with(way, '{DIGEST}') AND token <> %(token)s
    AND NOT EXISTS (
        SELECT FROM {{message}} AS tried
        WHERE tried.program = %(program)s AND tried.recipient = message.recipient
        AND tried.delivery = 'waiting' AND tried.attempts > 0 AND tried.attempts <= {HOLDS}
        AND tried.due > %(now)s AND tried.due <= %(paused)s
        AND (tried.n, tried.position) < (message.n, message.position) OFFSET 0
    )
    ORDER BY n, position FOR UPDATE SKIP LOCKED
), along AS (
    SELECT free.n, free.position, row_number() OVER (
        PARTITION BY recipient ORDER BY free.n, free.position
    ) AS nth FROM free JOIN {{message}} AS message ON message.program = %(program)s
    AND message.n = free.n AND message.position = free.position
)
UPDATE {{message}} AS message
SET lease = %(lease)s, token = %(token)s, attempts = message.attempts + 1
FROM along
WHERE along.nth <= {MOST_TOGETHER} AND message.program = %(program)s
AND message.n = along.n AND message.position = along.position
RETURNING message.n, message.position, {_REST}
"""
#: One token opens it, once: what was taken by another since, or is told or cancelled, stays so.
#: Numbers and positions are named twice: a server that has not counted the rows yet would read all
#: that the program has, or all of an act that told many.
_SETTLE: Final = """
UPDATE {message} AS message
SET delivery = became.delivery, due = became.due, attempts = became.attempts, way = became.way,
    lease = NULL, token = '',
    settled = CASE WHEN became.delivery IN ('told', 'cancelled') THEN %s::timestamptz END
FROM unnest(
    %s::bigint[], %s::integer[], %s::text[], %s::timestamptz[], %s::integer[], %s::text[]
) AS became (n, position, delivery, due, attempts, way)
WHERE message.program = %s AND message.n = ANY(%s::bigint[])
AND message.position = ANY(%s::integer[])
AND message.n = became.n AND message.position = became.position
AND message.token = %s AND message.settled IS NULL
RETURNING message.n, message.position
"""
#: The same of one: most are told alone, and a list of one costs both sides more than its row.
_SETTLE_ONE: Final = """
UPDATE {message}
SET delivery = %s, due = %s, attempts = %s, way = %s, lease = NULL, token = '', settled = %s
WHERE program = %s AND n = %s AND position = %s AND token = %s AND settled IS NULL
RETURNING n, position
"""


def message(n: int, at: int, *texts: str) -> Message:
    """A message of these rows: its key, and its five texts."""
    to, kind, about, inside, outside = texts
    return Message(key=f"{n}/{at}", to=to, kind=kind, about=about, inside=inside, outside=outside)


def _posted(row: tuple[Any, ...]) -> Posted:
    """A message as it lies there."""
    *texts, delivery, due, attempts, way = row
    return Posted(
        message=message(*texts),
        delivery=Delivery(delivery),
        due=None if due is None else due.astimezone(UTC),
        attempts=attempts,
        way=way,
    )


@attrs.frozen(slots=False)
class Outbox:
    """The messages of one program. ``names`` says where the tables are."""

    server: Server
    names: Names
    program: int

    def take(self, limit: int, now: datetime, lease: datetime, token: str) -> tuple[Posted, ...]:
        """Messages that are to be told now, leased to the caller. One way there and back."""
        if self.server.joined:
            raise StoreError(
                "What is tried is counted at once, and a transaction of yours may be taken back. "
                "Take messages outside of it."
            )
        rows = self.server.change(lambda db: self._take(db, limit, now, lease, token))
        people = [row[2] for row in rows if row[-1].startswith(DIGEST)]
        if people:
            values = {
                "program": self.program,
                "now": now,
                "paused": now + LONGEST_PAUSE,
                "people": people,
                "lease": lease,
                "token": token,
            }
            rows += self.server.change(lambda db: run(db, self._along, values).fetchall())
        return tuple(map(_posted, sorted(rows)))

    def _take(
        self, db: psycopg.Connection[Any], limit: int, now: datetime, lease: datetime, token: str
    ) -> list[tuple[Any, ...]]:
        longest, paused = now + LONGEST_LEASE, now + LONGEST_PAUSE
        values = {"program": self.program, "now": now, "longest": longest, "paused": paused}
        with db.pipeline():
            if self.server.alone:
                run(db, BEGIN)
            run(db, _ONE_BY_ONE, (self._lock, self.program))
            run(db, self._late, (self.program, now, longest))
            found = run(
                db, self._taking, {**values, "limit": limit, "lease": lease, "token": token}
            )
            if self.server.alone:
                run(db, "COMMIT")
        return found.fetchall()

    @cached_property
    def _lock(self) -> str:
        """The lock of takes is known by the table."""
        return self.names.into("peerkit take {message}")

    @cached_property
    def _late(self) -> str:
        return self.names.into(_LATE)

    @cached_property
    def _taking(self) -> str:
        return self.names.into(_TAKE)

    @cached_property
    def _along(self) -> str:
        return self.names.into(_ALONG)

    def settle(self, settled: tuple[Settled, ...], now: datetime, token: str) -> tuple[str, ...]:
        """Write what became of messages that this token took, in one statement."""
        became: dict[tuple[int, int], Settled] = {}
        for each in settled:
            if found := _KEY.match(each.key):
                became.setdefault((int(found[1]), int(found[2])), each)
        say = self._settle_one if len(became) == 1 else self._settle_all
        done = self.server.change(lambda db: run(db, *say(became, now, token)).fetchall())
        keys = {f"{n}/{at}" for n, at in done}
        return tuple(dict.fromkeys(each.key for each in settled if each.key in keys))

    def _settle_one(
        self, became: dict[tuple[int, int], Settled], now: datetime, token: str
    ) -> tuple[str, tuple[Any, ...]]:
        ((name, each),) = became.items()
        over = now if each.delivery.final else None
        what = (each.delivery.value, each.due, each.attempts, each.way, over)
        return self._settling_one, (*what, self.program, *name, token)

    def _settle_all(
        self, became: dict[tuple[int, int], Settled], now: datetime, token: str
    ) -> tuple[str, tuple[Any, ...]]:
        names = sorted(became)  # whoever settles and whoever takes meet the rows in one order
        rows = [(*name, became[name]) for name in names]
        values = (
            now,
            [n for n, _, _ in rows],
            [at for _, at, _ in rows],
            [each.delivery.value for _, _, each in rows],
            [each.due for _, _, each in rows],
            [each.attempts for _, _, each in rows],
            [each.way for _, _, each in rows],
            self.program,
            [n for n, _, _ in rows],
            [at for _, at, _ in rows],
            token,
        )
        return self._settling, values

    @cached_property
    def _settling_one(self) -> str:
        return self.names.into(_SETTLE_ONE)

    @cached_property
    def _settling(self) -> str:
        return self.names.into(_SETTLE)

    def posted(self, delivery: tuple[Delivery, ...]) -> Iterator[Posted]:
        """Every message of which one of these became, or every one."""
        # What is looked for stands in the text, so that the server knows which index has it.
        became = ", ".join([f"'{each.value}'" for each in delivery])
        those = f"AND delivery IN ({became})" if delivery else ""
        sql = self.names.into(
            f"SELECT n, position, {_REST} FROM {{message}} WHERE program = %s {those} "
            f"AND (n, position) > (%s, %s) ORDER BY n, position LIMIT {_PAGE}"
        )
        after = (0, 0)
        while rows := self.server.ask(sql, (self.program, *after)):
            yield from map(_posted, rows)
            after = rows[-1][:2]

    def count(self) -> tuple[int, int]:
        """How many messages there are, and how many of them wait."""
        mine = "(SELECT count(*) FROM {message} WHERE program = %s"
        sql = self.names.into(f"SELECT {mine}), {mine} AND delivery = 'waiting')")
        ((total, waiting),) = self.server.ask(sql, (self.program, self.program))
        return total, waiting
