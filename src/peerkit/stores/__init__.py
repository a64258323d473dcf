"""What is kept: the shape of a store, and the one value that is stored."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, Protocol, TypeVar, runtime_checkable

from peerkit.errors import StoreError
from peerkit.model import Count, Message, Noun
from peerkit.stores.entries import (
    GENESIS,
    SEALED,
    SEALING,
    Apart,
    Change,
    Entry,
    Standing,
    bases,
    seal,
    touched,
)
from peerkit.stores.outbox import (
    DIGEST,
    HOLDS,
    LONGEST_LEASE,
    LONGEST_PAUSE,
    MOST_TOGETHER,
    Delivery,
    Posted,
    Settled,
    once_each,
    runs,
)
from peerkit.stores.wanted import Order, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = [
    "DIGEST",
    "GENESIS",
    "HOLDS",
    "LONGEST_LEASE",
    "LONGEST_PAUSE",
    "MOST_TOGETHER",
    "NOT_FROM_HERE",
    "SEALED",
    "SEALING",
    "Apart",
    "BacksUp",
    "Change",
    "Delivery",
    "Entry",
    "NotAStore",
    "Order",
    "Posted",
    "Reseals",
    "Restores",
    "Settled",
    "Standing",
    "Store",
    "Wanted",
    "bases",
    "once_each",
    "runs",
    "seal",
    "touched",
]

N = TypeVar("N", bound=Noun)

#: What is said where a store cannot copy itself.
NOT_FROM_HERE: Final = (
    "This store is not backed up from here. Use what its engine brings (pg_dump, for PostgreSQL), "
    "or peerkit.exchange.moving.export_program."
)


class NotAStore(StoreError):
    """A file or address that holds no peerkit store, or one of a newer peerkit."""


@runtime_checkable
class Store(Protocol):
    """Keeps one program. What it promises is tested by ``peerkit.testing.StoreConformance``.

    Every method is safe to call from several threads. A failure is a
    :class:`~peerkit.errors.StoreError` and leaves everything as it was.
    """

    def view(
        self, about: tuple[str, ...], day: date, now: datetime, key: str | None = None
    ) -> Standing:
        """How things stand about these ids: one consistent moment.

        Promises: every noun whose own id is named, whatever its status; every
        open noun that weighs on one of the ids; the tallies of the ids in each
        of the :func:`~peerkit.model.periods` of ``day``; the number of the last
        entry; nouns by kind and id. Its cost does not grow with the length of the journal.
        """
        ...

    def keep(self, change: Change) -> Entry:
        """Keep all of a change, or nothing, and number it.

        Promises: durable when it returns; numbers without a gap, from 1; each
        entry linked to the one before; :class:`~peerkit.errors.Moved` when
        what the change stood on is no longer so or its key has been taken,
        and then nothing is stored; changes about other ids, and entries that
        moved nothing, do not disturb it, unless it stands alone; no noun is written
        over, or taken away, that the change has not read; what is forgotten is gone for good.
        """
        ...

    def together(self) -> AbstractContextManager[None]:
        """Keep every change inside the ``with`` block, or, if it raises, none.

        Inside the block, whatever is read shows what has been kept in it, and after ``Moved``
        it goes on; changes of other threads are no part of it. Another task of the same thread is
        refused meanwhile, whatever it asks, unless it was begun inside: await nothing there. From
        its beginning to its end nobody else keeps anything in this program. A block inside a
        block is refused.
        """
        ...

    def journal(self, after: int = 0, about: str | None = None) -> Iterator[Entry]:
        """The entries after this number, in order; with ``about``, those that touch this id.

        Each with its texts apart, but for those that were forgotten.
        """
        ...

    def find(self, wanted: Wanted[N], *, after: str = "", limit: int = 100) -> tuple[N, ...]:
        """The nouns that are asked for, in their order, behind the place ``after``.

        A place is what :meth:`Wanted.place_of` gives; where several have one day,
        the id decides.
        """
        ...

    def count(self, wanted: Wanted[N]) -> int:
        """How many nouns are asked for."""
        ...

    def books(self) -> Iterator[Count | Message | Apart]:
        """Everything kept beside the nouns, as it stands: tallies, messages, texts apart.

        Read a few at a time, for an audit: see :meth:`peerkit.program.Program.verify`.
        """
        ...

    def apart(self, about: str) -> tuple[Apart, ...]:
        """The texts kept about this, oldest first; empty when there are none."""
        ...

    def newest(self) -> Apart | None:
        """The text that was kept last, of those that are there; None when there is none.

        Its cost does not grow with the journal, nor with the number of texts. Whoever opens a
        program sees by it whether what people say is sealed.
        """
        ...

    def take(self, limit: int, now: datetime, lease: datetime, token: str) -> tuple[Posted, ...]:
        """Messages that are to be told now, oldest first, leased to the caller until ``lease``.

        Promises: each waits, and is due. None is given while a lease on a message to the same
        person runs, so that one person is told by one teller, in order; a lease
        that would run longer than :data:`LONGEST_LEASE` from ``now`` was given
        by a clock that was wrong, and has ended. Nor is one given while an earlier message
        to the same person, tried 1 to :data:`HOLDS` times, waits to be due again. One that was
        tried, and would be due later than :data:`LONGEST_PAUSE` from ``now``, was put off
        by a clock that was wrong, and is due. One on a way that begins with :data:`DIGEST`
        brings along what else is due to the same person on such a way, beyond the ``limit``,
        up to :data:`MOST_TOGETHER`. Each is counted as tried, durably, before this returns.
        ``token`` is the caller's, and no other's: it opens :meth:`settle`.
        """
        ...

    def settle(
        self, settled: tuple[Settled, ...], now: datetime, token: str = ""
    ) -> tuple[str, ...]:
        """Write what became of messages that this token took; the keys of those.

        Promises: one that was taken by another since, or has been told or cancelled, is left
        alone; the lease is over, and the next token is empty: what nobody holds, a
        dead letter too, is settled with none. What is said first of a key counts. Durable when
        it returns; ``now`` is noted with those that were told or cancelled.
        """
        ...

    def posted(self, *delivery: Delivery) -> Iterator[Posted]:
        """Every message of which one of these became, or every one; oldest first, none leased."""
        ...

    def outbox(self) -> tuple[int, int]:
        """How many messages there are, and how many of them wait."""
        ...

    def close(self) -> None:
        """Let go of everything. Closing twice is harmless; all else is then a StoreError."""
        ...


@runtime_checkable
class Reseals(Store, Protocol):
    """A store whose texts apart can be written anew: what changing keys needs, and no more."""

    def reseal(self, pairs: tuple[tuple[Apart, Apart], ...]) -> None:
        """Put the second of each pair in the place of the first, wherever that one stands now.

        Promises: all of them or none, in a batch with the batch; a text that is no more as
        the first says is left alone; nothing else changes, the journal and its order least
        of all. What was there before is not read again; when its bytes are gone, the engine
        decides: of a file, once nobody reads an older state; of a server, once it has
        written the table anew.
        """
        ...


@runtime_checkable
class Restores(Protocol):
    """A store that can keep many changes at once, faster than one by one."""

    def restore(self, changes: Iterable[Change]) -> Entry:
        """Keep these one after the other, as they were kept elsewhere; the last entry.

        Promises: what stands afterwards is what :meth:`Store.keep` of each would have left; a
        noun that is to be taken away and is not there is passed over. There is at least one.
        Each is about every id that it touches. They follow the last entry here, which is what
        ``stood`` of the first has seen, or are :class:`~peerkit.errors.Moved`; nothing else of
        what they stood on is compared.
        """
        ...


@runtime_checkable
class BacksUp(Protocol):
    """A store that can copy itself while it is in use. Others are copied by what they rest on."""

    def backup(self, path: str, progress: Callable[[int, int], object]) -> tuple[int, str]:
        """A whole copy in a new file; the number and hash of the last entry in it.

        Promises: one moment, checked before it has its name; nothing is written over, and
        what fails leaves no file of that name. ``progress`` is told how much is done, of how much.
        """
        ...
