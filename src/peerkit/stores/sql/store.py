"""Keeps programs on a PostgreSQL server: many writers, and a host's own transaction around ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from peerkit.errors import Moved, StoreError
from peerkit.model import Count, Message, Noun
from peerkit.stores import (
    Apart,
    Change,
    Delivery,
    Entry,
    Posted,
    Settled,
    Standing,
    Wanted,
    seal,
)
from peerkit.stores.bare import carrying_nothing
from peerkit.stores.inspected import Card, cards
from peerkit.stores.sql.examined import advised
from peerkit.stores.sql.inspected import faults, guards_mended
from peerkit.stores.sql.opening import found, opened
from peerkit.stores.sql.outbox import TEXTS, Outbox, message
from peerkit.stores.sql.server import BEGIN, Host, Server, engine_at, read_address, run
from peerkit.stores.sql.statements import Statements
from peerkit.stores.sql.tables import Names
from peerkit.stores.writing.rows import FEW, MANY, NounsRead, standing

if TYPE_CHECKING:
    import psycopg
    import sqlalchemy

    from peerkit.stores.advice import Advice

__all__ = ["SQLStore"]

N = TypeVar("N", bound=Noun)

#: The head of a program that was not read yet: no change stands on it.
_UNREAD: Final = (-1, "")


class SQLStore:
    """One program in a database that may hold many. Threads and processes may share it.

    Give an address, or with ``engine`` an engine of your own. Our tables are
    in ``schema``, by default the one that the connection makes tables in, and
    each name of ours begins with ``prefix``. ``durability`` is ``"full"``, or
    ``"normal"``: an acknowledged change survives the death of our process, and
    a crash of the server may take the last ones. With an engine of yours it is
    what your connections say. With ``must_exist`` neither tables nor program are made.
    """

    def __init__(
        self,
        where: str = "",
        *,
        engine: sqlalchemy.Engine | None = None,
        program: str = "main",
        schema: str | None = None,
        prefix: str | None = None,
        durability: str | None = None,
        must_exist: bool = False,
    ) -> None:
        if type(where) is not str:
            raise StoreError("Give an address, which is a text, or an engine as engine=….")
        if (engine is None) is (not where):
            raise StoreError("Give an address, or an engine of your own: one of the two.")
        told = {"schema": schema, "prefix": prefix}
        if engine is None:
            url, said = read_address(where)
            told = {**said, **{name: each for name, each in told.items() if each is not None}}
            self._server = Server(engine_at(url, durability or "full"), ours=True)
        elif durability is not None:
            raise StoreError("How durable an engine of yours is, its own settings say.")
        else:
            self._server = Server(engine, ours=False)
        try:
            schema, prefix = told.get("schema"), told.get("prefix") or "peerkit_"
            look = found if must_exist else opened
            names, number = look(self._server, program, schema, prefix)
        except BaseException:
            self._server.close()
            raise
        self._over(names, number)

    def _over(self, names: Names, number: int) -> None:
        self._say = Statements(names, number)
        self._outbox = Outbox(self._server, names, number)
        self._nouns = NounsRead("The server")
        self._head: tuple[int, str] = _UNREAD

    def within(self, connection: Host) -> SQLStore:
        """The same program through a connection of yours, in the transaction it is in.

        What you write there and what is kept here is committed together by you, or is
        not there at all. Each change has a savepoint, so that after an error of ours
        your transaction goes on.
        """
        other = object.__new__(type(self))
        other._server = self._server.within(connection)
        other._say = self._say
        other._outbox = attrs.evolve(self._outbox, server=other._server)
        other._nouns = self._nouns
        other._head = _UNREAD
        return other

    @property
    def joined(self) -> bool:
        """Whether what is kept here stands in a host's transaction, which may be taken back."""
        return self._server.joined

    def view(
        self, about: tuple[str, ...], day: date, now: datetime, key: str | None = None
    ) -> Standing:
        """How things stand about these ids: one statement, so one moment."""
        return self._standing(self._server.ask(*self._say.standing(about, day, key)), now)

    def _standing(self, rows: list[tuple[Any, ...]], now: datetime) -> Standing:
        for _, head, number, _ in (row for row in rows if row[0] == "head"):
            self._head = (number, head)
        return standing(rows, now, self._nouns, lambda n, *_: next(self.journal(n - 1)))

    @carrying_nothing
    def keep(self, change: Change) -> Entry:
        """Keep all of a change, or nothing."""
        moved = Moved(change.about, change.stood.view.seen)
        entry = self._server.change(
            lambda db: self._at_once(db, change) or self._after_looking(db, change),
            settles=self._server.alone,
            crossed=moved,
        )
        if entry is None:
            raise moved
        if change.forgets:
            self._nouns.known.clear()
        self._nouns.written(change.nouns)
        return entry

    def _at_once(self, db: psycopg.Connection[Any], change: Change) -> Entry | None:
        """Keep it if the head is where it was when this was read: one way there and back."""
        seen, previous = self._head
        # What it takes away may be gone: that is Moved.
        if seen != change.stood.view.seen or change.removes:
            return None
        entry = seal(seen + 1, previous, change)
        said = self._say.writing(entry, previous, change)
        return entry if run(db, *said).fetchone() else None

    def _after_looking(self, db: psycopg.Connection[Any], change: Change) -> Entry | None:
        """Lock the head, look again, and keep it if nothing that it stood on has moved.

        Two ways there and back: to begin, lock and look; to write and commit.
        """
        stood = change.stood
        with db.pipeline():
            if self._server.alone:
                run(db, BEGIN)
            head = run(db, self._say.head, (self._say.program,))
            again = run(db, *self._say.standing(change.about, change.day, change.key))
        ((number, previous),) = head.fetchall()
        now = self._standing(again.fetchall(), stood.view.now)
        if now.earlier is not None or not (number == stood.view.seen or now.same_as(stood)):
            return None
        entry = seal(number + 1, previous, change)
        with db.pipeline():
            run(db, *self._say.writing(entry, previous, change))
            if self._server.alone:
                run(db, "COMMIT")
        return entry

    def together(self) -> AbstractContextManager[None]:
        """Keep every change inside the block, or none."""
        return self._server.together(lambda db: run(db, self._say.head, (self._say.program,)))

    def journal(self, after: int = 0, about: str | None = None) -> Iterator[Entry]:
        """The entries after this number, in order, read a few at a time."""
        limit = FEW  # often only the next one is wanted
        while rows := self._server.ask(*self._say.entries(after, about, limit)):
            for number, hash_, body, apart in rows:
                yield Entry(number, hash_, body, tuple(Apart(*each) for each in apart or ()))
            after, limit = rows[-1][0], MANY

    def find(self, wanted: Wanted[N], *, after: str = "", limit: int = 100) -> tuple[N, ...]:
        """The nouns that are asked for, behind this place."""
        rows = self._server.ask(*self._say.finding(wanted, after, limit))
        return tuple(self._nouns.of(row[0], row[1], row[3]) for row in rows)  # type: ignore[misc]  # they are of this kind

    def count(self, wanted: Wanted[N]) -> int:
        """How many nouns are asked for."""
        ((number,),) = self._server.ask(*self._say.counting(wanted))
        return int(number)

    def books(self) -> Iterator[Count | Message | Apart]:
        """Everything kept beside the nouns, some hundreds at a time."""
        for of, when, what, value in self._paged("tally", "of, period, what", "value"):
            yield Count(of, what, value, when)
        for row in self._paged("message", "n, position", TEXTS):
            yield message(*row)
        for _, _, *apart in self._paged("apart", "n, position", "about, owner, salt, text"):
            yield Apart(*apart)

    def _paged(self, table: str, key: str, rest: str) -> Iterator[tuple[Any, ...]]:
        after: tuple[Any, ...] = ()
        while rows := self._server.ask(*self._say.page(table, key, rest, after)):
            yield from rows
            after = rows[-1][: key.count(",") + 1]

    def apart(self, about: str) -> tuple[Apart, ...]:
        """The texts kept about this, oldest first."""
        return tuple(Apart(*row) for row in self._server.ask(*self._say.apart(about)))

    def newest(self) -> Apart | None:
        """The text that was kept last."""
        rows = self._server.ask(*self._say.newest())
        return Apart(*rows[0]) if rows else None

    @carrying_nothing
    def reseal(self, pairs: tuple[tuple[Apart, Apart], ...]) -> None:
        """Put other texts in the place of those that stand there."""
        if pairs:
            self._server.change(lambda db: run(db, *self._say.resealing(pairs)))

    @carrying_nothing
    def take(self, limit: int, now: datetime, lease: datetime, token: str) -> tuple[Posted, ...]:
        """Messages that are to be told now, leased to the caller."""
        return self._outbox.take(limit, now, lease, token)

    @carrying_nothing
    def settle(
        self, settled: tuple[Settled, ...], now: datetime, token: str = ""
    ) -> tuple[str, ...]:
        """Write what became of messages that this token took."""
        return self._outbox.settle(settled, now, token)

    def posted(self, *delivery: Delivery) -> Iterator[Posted]:
        """Every message of which one of these became, or every one, some hundreds at a time."""
        return self._outbox.posted(delivery)

    def outbox(self) -> tuple[int, int]:
        """How many messages there are, and how many of them wait."""
        return self._outbox.count()

    def advice(self) -> Iterator[Advice]:
        """What to know of this server and of who we are there."""
        return advised(self._server.ask, self._say.names)

    def faults(self) -> Iterator[str]:
        """Guards that are gone, altered or switched off, and a head row that does not fit."""
        return faults(self._server.ask, self._say.names, self._say.program)

    @carrying_nothing
    def mend_guards(self) -> tuple[str, ...]:
        """Put back guards that are gone, altered or switched off; what was done, in sentences.

        Nothing that they let through is mended. It is never done by itself: look with
        ``verify`` first, or what happened meanwhile is not noticed. What is not ours
        is left alone, and tables too: for those there is a backup. Let the role do it
        that owns the tables.
        """
        return self._server.change(lambda db: guards_mended(db, self._say.names))

    def cards(self) -> Iterator[Card]:
        """Everything by which this database finds what it keeps."""
        return cards(self._paged, self._paged("filed", "under, kind, id", "day"))

    def close(self) -> None:
        """Let go of the server."""
        self._server.close()
