"""A program on a server, opened to be read only: for reports and auditors."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Final, NoReturn

from peerkit.errors import StoreError
from peerkit.stores import Apart, Change, Posted, Settled
from peerkit.stores.sql.opening import found
from peerkit.stores.sql.server import Server, engine_at, read_address, run
from peerkit.stores.sql.store import SQLStore

__all__ = ["SQLReader", "sql_at"]

#: What is read inside a block is one moment.
_ONE_MOMENT: Final = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"


def sql_at(
    where: str,
    *,
    program: str,
    durability: str | None = None,
    read_only: bool = False,
    must_exist: bool = False,
) -> SQLStore:
    """The database of this address: ``postgresql://user@host/name?schema=…&prefix=…``."""
    if not read_only:
        return SQLStore(where, program=program, durability=durability, must_exist=must_exist)
    if durability is not None:
        raise StoreError("What is only read is not made durable. Leave durability out.")
    return SQLReader(where, program=program)


class SQLReader(SQLStore):
    """One program in a database, to be read only. Nothing is made, and nothing changed."""

    def __init__(self, where: str, *, program: str = "main") -> None:
        url, said = read_address(where)
        engine = engine_at(url, "full", default_transaction_read_only="on")
        self._server = Server(engine, ours=True)
        try:
            names, number = found(
                self._server, program, said.get("schema"), said.get("prefix") or "peerkit_"
            )
        except BaseException:
            self._server.close()
            raise
        self._over(names, number)

    def keep(self, change: Change) -> NoReturn:
        """Nothing is kept here."""
        self._refuse()

    def take(self, limit: int, now: datetime, lease: datetime, token: str) -> tuple[Posted, ...]:
        """Whoever leases a message writes."""
        self._refuse()

    def settle(
        self, settled: tuple[Settled, ...], now: datetime, token: str = ""
    ) -> tuple[str, ...]:
        """Nobody tells from here."""
        self._refuse()

    def reseal(self, pairs: tuple[tuple[Apart, Apart], ...]) -> None:
        """No text is written anew here."""
        self._refuse()

    def mend_guards(self) -> tuple[str, ...]:
        """Whoever mends writes."""
        self._refuse()

    def together(self) -> AbstractContextManager[None]:
        """One moment for everything that is read inside the block."""
        return self._server.together(lambda db: run(db, _ONE_MOMENT))

    def _refuse(self) -> NoReturn:
        self._server.ready()
        raise StoreError("The program was opened to be read only. Nothing was stored.")
