"""The way to a PostgreSQL server: its address, its connections, and what its errors mean to us."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from threading import local
from typing import Any, Final, TypeVar

from peerkit.errors import MissingExtra, Moved, StoreError
from peerkit.stores.blocks import LOST
from peerkit.stores.tasks import OneTask

try:
    import psycopg
    import sqlalchemy.event
    import sqlalchemy.exc
    from psycopg.pq import TransactionStatus
    from psycopg.rows import tuple_row
except ImportError:
    raise MissingExtra("SQLAlchemy and psycopg", "sql") from None

__all__ = ["BEGIN", "Host", "Server", "engine_at", "read_address", "run"]

T = TypeVar("T")

#: A connection in whose transaction the host writes: SQLAlchemy's, or psycopg's own.
Host = sqlalchemy.Connection | psycopg.Connection[Any]

#: What a call to the server may raise: its own, and texts and numbers that it cannot hold.
FAILURES: Final = (psycopg.Error, sqlalchemy.exc.SQLAlchemyError, UnicodeError, OverflowError)
#: Others were in the way: a deadlock, or the stricter isolation of a host's transaction.
_CROSSED: Final = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)
#: What every connection of ours is told. A writer waits for another as long as it would for a
#: file, and nobody waits longer for one that stands still in the middle of a change. Rows are read
#: along an index, which remembers those that are dead; a bitmap would look at each of them again.
_SETTINGS: Final = {
    "lock_timeout": "30s",
    "idle_in_transaction_session_timeout": "30s",
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}
#: Each statement sees what was committed before it: after the head is locked, that is the truth.
BEGIN: Final = "BEGIN ISOLATION LEVEL READ COMMITTED"
#: How durable an acknowledged change is, and the server's word for it.
_DURABILITY: Final = {"full": "on", "normal": "off"}
_SUPPORTED: Final = "PostgreSQL is the server that is supported: postgresql://…, through psycopg 3."


def engine_at(url: sqlalchemy.URL, durability: str, **more: str) -> sqlalchemy.Engine:
    """An engine of ours for this address. It never shows what was asked in an error.

    ``more`` is what each of its connections is told besides.
    """
    if durability not in _DURABILITY:
        raise StoreError(f"durability is one of {', '.join(_DURABILITY)}.")
    settings = {**_SETTINGS, "synchronous_commit": _DURABILITY[durability], **more}

    def tell(db: psycopg.Connection[Any], _: object) -> None:
        named = (each for pair in settings.items() for each in pair)
        run(db, "SELECT " + ", ".join(["set_config(%s, %s, false)"] * len(settings)), (*named,))

    engine = sqlalchemy.create_engine(
        url.set(drivername="postgresql+psycopg"),
        isolation_level="AUTOCOMMIT",
        connect_args={"autocommit": True},
        hide_parameters=True,
        pool_reset_on_return=None,
        pool_use_lifo=True,
    )
    sqlalchemy.event.listen(engine, "connect", tell)
    return engine


def read_address(where: str) -> tuple[sqlalchemy.URL, dict[str, str]]:
    """The address for the driver, and what it says to us: ``schema`` and ``prefix``."""
    try:
        url = sqlalchemy.make_url(where)
    except (sqlalchemy.exc.ArgumentError, ValueError):
        url = None
    if url is None:
        raise StoreError("That is no address. Give postgresql://user@host:port/database.")
    if url.drivername not in ("postgresql", "postgresql+psycopg", "postgres"):
        raise StoreError(_SUPPORTED)
    ours = {each: str(url.query[each]) for each in ("schema", "prefix") if each in url.query}
    return url.difference_update_query(ours), ours


def run(
    db: psycopg.Connection[Any],
    sql: str,
    values: tuple[Any, ...] | dict[str, Any] | None = None,
) -> psycopg.Cursor[tuple[Any, ...]]:
    """Run a statement of ours: plain rows come, whatever a host has told its connection."""
    return db.cursor(row_factory=tuple_row).execute(sql.encode(), values)


def _why(error: BaseException) -> str:
    """What failed, by the name the server has for it: its sentences may hold somebody's words."""
    cause = getattr(error, "orig", None) or error
    state = getattr(cause, "sqlstate", None)
    return type(cause).__name__ + (f" ({state})" if state else "")


class Server:
    """Connections, each lent for a moment: of a pool, of a batch, or of a host's transaction.

    Several threads may share one. Outside a change none is in a transaction.
    """

    def __init__(self, engine: sqlalchemy.Engine, *, ours: bool) -> None:
        if (engine.dialect.name, engine.dialect.driver) != ("postgresql", "psycopg"):
            raise StoreError(_SUPPORTED)
        self._engine = engine
        self._ours = ours
        self._pid = os.getpid()
        self._closed = False
        self._host: Host | None = None
        self._here = local()
        self._task = OneTask()

    def within(self, host: Host) -> Server:
        """The same server, through the connection of a host and in its transaction."""
        self.ready()
        _must_hold_a_transaction(host)
        other = Server(self._engine, ours=False)
        other._host = host
        return other

    def reach(self) -> None:
        """See whether the server answers: what is wrong with an address is said here."""
        try:
            with self.lent() as db:
                run(db, "SELECT 1")
        except (psycopg.ProgrammingError, sqlalchemy.exc.ProgrammingError):
            said = "The address has an option that is not known; ours are schema and prefix."
        except FAILURES as error:
            said = (
                f"The server could not be reached, or refused us ({_why(error)}). Is it running, "
                "does the database exist, and are user and password right?"
            )
        else:
            return
        raise StoreError(said)

    def close(self) -> None:
        """Let go of every connection of ours."""
        self._closed = True
        if self._ours and os.getpid() == self._pid:
            self._engine.dispose()

    def ready(self) -> None:
        """Refuse what was closed, or came through a fork: two processes would share a socket."""
        if os.getpid() != self._pid:
            raise StoreError("This store was opened in another process. Open it again in this one.")
        if self._closed:
            raise StoreError("This program is closed. Open it again.")
        self._task.must_be_mine()

    @property
    def _batch(self) -> psycopg.Connection[Any] | None:
        """The connection on which this thread keeps many changes as one."""
        return getattr(self._here, "batch", None)

    @property
    def joined(self) -> bool:
        """Whether this is inside a host's transaction."""
        return self._host is not None

    @property
    def alone(self) -> bool:
        """Whether each change is a transaction of its own."""
        return self._batch is None and self._host is None

    @contextmanager
    def lent(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection, for a moment. What is begun on it and not ended is taken back."""
        self.ready()
        if self._batch is not None:
            if self._batch.info.transaction_status == TransactionStatus.INERROR:
                raise StoreError(LOST)
            yield self._batch
        elif self._host is None:
            with self._pooled() as db:
                yield db
        else:
            _must_hold_a_transaction(self._host)  # the host may have ended it since
            with self._nested(self._host) as db:
                yield db

    @contextmanager
    def _nested(self, host: Host) -> Iterator[psycopg.Connection[Any]]:
        """The connection of a host, in a savepoint of its transaction."""
        if isinstance(host, psycopg.Connection):
            with _begun(host).transaction():
                yield host
        else:
            with host.begin_nested():
                yield host.connection.driver_connection  # type: ignore[misc]

    @contextmanager
    def _pooled(self) -> Iterator[psycopg.Connection[Any]]:
        fairy = self._engine.raw_connection()
        db: psycopg.Connection[Any] = fairy.driver_connection  # type: ignore[assignment]
        host = not db.autocommit
        try:
            if host:
                db.autocommit = True
            yield db
        finally:
            if not db.closed and db.info.transaction_status != TransactionStatus.IDLE:
                with suppress(psycopg.Error):
                    db.rollback()
            if db.closed:
                fairy.invalidate()
            elif host:
                db.autocommit = False
            fairy.close()

    def ask(self, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """All rows of one statement that changes nothing. A lost connection is made once more."""
        found, failed, lost = self._asked(sql, values)
        if lost:
            self._mend()
            found, failed, _ = self._asked(sql, values)
        if found is None:
            raise StoreError(f"The server could not be read: {failed}.")
        return found

    def _asked(
        self, sql: str, values: tuple[Any, ...]
    ) -> tuple[list[tuple[Any, ...]] | None, str, bool]:
        """The rows; or why there are none, and whether another connection may give them."""
        db = None
        try:
            with self.lent() as db:
                return run(db, sql, values).fetchall(), "", False
        except FAILURES as error:
            return None, _why(error), self.alone and (db is None or db.closed)

    def _mend(self) -> None:
        """Where one connection is dead, others of the pool may be: the engine finds that out."""
        with suppress(sqlalchemy.exc.SQLAlchemyError), self._engine.connect() as probe:
            probe.exec_driver_sql("SELECT 1")

    def change(
        self,
        work: Callable[[psycopg.Connection[Any]], T],
        *,
        settles: bool = False,
        crossed: Moved | None = None,
    ) -> T:
        """Do this on a connection: all of it, or nothing. What the server raises becomes ours.

        Where others were in the way it is ``crossed``, when there is one: then asking again helps.

        With ``settles``, the server may have stored it before a connection was lost. Nothing
        is raised while an error of the server is at hand: it would be carried along, and it
        may hold somebody's words.
        """
        db = None
        try:
            with self.lent() as db:
                return work(db)
        except FAILURES as error:
            failed = _why(error)
            in_the_way = isinstance(error, _CROSSED) and self._batch is None
        if settles and db is not None and db.closed:
            raise StoreError(
                "The connection was lost before the server answered, so it is not known whether "
                f"this was stored ({failed}). Do it again with the same key: if it was stored, "
                "that gives the first answer."
            )
        if in_the_way and crossed is not None:
            raise crossed
        raise StoreError(f"The server could not be written: {failed}. Nothing was stored.")

    @contextmanager
    def together(self, *first: Callable[[psycopg.Connection[Any]], object]) -> Iterator[None]:
        """Every change of this thread inside the block, or none.

        What is done first keeps others out, or says that only one moment is seen.
        """
        self.ready()
        if self._batch is not None:
            raise StoreError("One batch is open already; finish it before the next.")
        with self._task.batch(), ExitStack() as held:
            self._here.batch = self._held(held)
            try:
                if self._host is None:
                    self.change(lambda db: run(db, BEGIN))
                for each in first:
                    self.change(each)
                yield
                if self._host is None:
                    self.change(lambda db: run(db, "COMMIT"), settles=True)
            finally:
                self._here.batch = None

    def _held(self, held: ExitStack) -> psycopg.Connection[Any]:
        """A connection that stays ours until this is closed."""
        try:
            return held.enter_context(self.lent())
        except FAILURES as error:
            failed = _why(error)
        raise StoreError(f"The server could not be written: {failed}. Nothing was stored.")


def _must_hold_a_transaction(host: Host) -> None:
    """Refuse what is no connection, and one that commits each statement by itself."""
    if not isinstance(host, sqlalchemy.Connection | psycopg.Connection) or host.closed:
        raise StoreError(
            "Give a connection that is open: one of SQLAlchemy's engine.begin(), or psycopg's own."
        )
    held = host.connection.dbapi_connection if isinstance(host, sqlalchemy.Connection) else host
    if isinstance(held, psycopg.Connection) and held.autocommit:
        in_one = held.info.transaction_status == TransactionStatus.INTRANS
        if isinstance(host, sqlalchemy.Connection) or not in_one:
            raise StoreError(
                "This connection commits each statement by itself, so nothing could be taken back "
                "with it. Give one that is in a transaction: with engine.begin() as connection."
            )


def _begun(db: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """A connection of a host that has begun its transaction, where it means to have one."""
    if not db.autocommit and db.info.transaction_status == TransactionStatus.IDLE:
        run(db, "SELECT")
    return db
