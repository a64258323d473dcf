"""What is kept: the shape of a store, and the one value that is stored."""

from __future__ import annotations

import json
import re
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar, runtime_checkable

import attrs

from peerkit.errors import StoreError
from peerkit.handbook import Verdict
from peerkit.model import Count, Message, Noun, View
from peerkit.stores.upcasting import lifted_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = [
    "GENESIS",
    "LONGEST_LEASE",
    "NOT_FROM_HERE",
    "SEALED",
    "SEALING",
    "Apart",
    "BacksUp",
    "Change",
    "Entry",
    "NotAStore",
    "Order",
    "Reseals",
    "Restores",
    "Standing",
    "Store",
    "Wanted",
    "bases",
    "runs",
    "seal",
    "touched",
]

N = TypeVar("N", bound=Noun)

#: What the first entry is linked to.
GENESIS: Final = "0" * 64
#: How a sealed text begins, and all of it: the form, the name of its key, the digest of what
#: is in it, and the box. Its salt is in the box as well.
SEALING: Final = "peerkit-sealed "
SEALED: Final = re.compile(SEALING + r"1 (?P<key>\S+) (?P<digest>[0-9a-f]{64}) (?P<box>\S+)")
#: What is said where a store cannot copy itself.
NOT_FROM_HERE: Final = (
    "This store is not backed up from here. Use what its engine brings (pg_dump, for PostgreSQL), "
    "or peerkit.exchange.moving.export_program."
)
#: For how long a message may belong to the teller who took it.
LONGEST_LEASE: Final = timedelta(days=1)


class NotAStore(StoreError):
    """A file or address that holds no peerkit store, or one of a newer peerkit."""


@attrs.frozen
class Apart:
    """A text that lies beside the journal: about what, whose, and the salt of its digest.

    It is what somebody said (``goal/g-1``), or as JSON the private part of an act (``@act``), of
    a noun (``@goal/g-1``), or the facts of the findings on such an act (``@findings``).
    ``owner`` is an id, or a pair of them. The journal holds its digest only, so that the text
    can be forgotten and the chain still be followed. Where it is encrypted
    (:mod:`peerkit.stores.sealed`) and no key opens it, it is :attr:`sealed`.
    """

    about: str
    owner: str
    salt: str = attrs.field(repr=False)
    text: str = attrs.field(repr=False)

    @property
    def sealed(self) -> bool:
        """Whether the text is a box that is closed here: not to be shown, read or compared."""
        return not self.salt and self.text.startswith(SEALING)

    @property
    def digest(self) -> str:
        """What the journal holds in place of the text. Without the salt it says nothing.

        A sealed text says it of itself; whether that is true can only be seen with its key.
        """
        found = SEALED.fullmatch(self.text) if self.sealed else None
        if found:
            return found["digest"]
        return sha256(f"{self.salt}\n{self.text}".encode()).hexdigest()


@attrs.frozen
class Entry:
    """One line of the journal, as it was stored.

    ``body`` is the canonical JSON text; ``hash`` the SHA-256 of its bytes in
    hexadecimal. The body names its own number and the hash before it, and the
    digest of each text in ``apart``: those that nobody has asked to forget.
    """

    number: int
    hash: str
    body: str = attrs.field(repr=False)
    apart: tuple[Apart, ...] = attrs.field(default=(), repr=False)

    @property
    def at(self) -> datetime:
        """When it was kept, by the clock of then. The order of a journal is that of its numbers."""
        # Whoever looks for a moment reads many entries, and it stands near the beginning of each.
        found: str = self.body.split('"at":"', 1)[1].partition('"')[0]
        return datetime.fromisoformat(found)

    @property
    def day(self) -> date:
        """The day whose handbook judged it."""
        return date.fromisoformat(self.read()["day"])

    @property
    def edition(self) -> str:
        """The edition of that handbook."""
        found: str = self.read()["edition"]
        return found

    @property
    def verdict(self) -> Verdict:
        """What came of it."""
        return Verdict[self.read()["verdict"]]

    @property
    def act(self) -> str:
        """What was asked or reported, by its kind: ``match.proposed``."""
        found: str = self.read()["act"]["act"]
        return found

    @property
    def by(self) -> str:
        """Who asked or reported."""
        found: str = self.read()["act"]["by"]
        return found

    def read(self) -> dict[str, Any]:
        """The body as plain values of today's form, and what is private where it is still known.

        A text that is not the one whose digest the journal holds is none of it, nor is one
        that no key opens.
        """
        found: dict[str, Any] = json.loads(self.body)
        private = [each for each in self.apart if each.about.startswith("@") and not each.sealed]
        if private:
            whole = {f"@{each['noun']}/{each['id']}": each for each in found["nouns"]}
            whole["@act"] = found["act"]
            kept = {(about, digest) for about, _, digest in found["apart"]}
            for each in private:
                if (each.about, each.digest) not in kept:
                    continue
                told = json.loads(each.text)
                if each.about == "@findings":
                    for finding, facts in zip(found["findings"], told, strict=True):
                        finding[2] = facts
                else:
                    whole[each.about] |= told
        return lifted_entry(found)


@attrs.frozen(kw_only=True)
class Change:
    """Everything that must be kept together, and what must not have moved.

    ``about`` are the ids the decision stood on and ``stood`` the versions it
    saw; ``entry`` is the journal's text but for its number and link; ``nouns``
    are the nouns as they now stand, each with its written form; ``removes``
    names, by kind and id, nouns of the view that are there no more; of what
    belongs to the owners in ``forgets``, every text apart goes with it.
    """

    about: tuple[str, ...]
    day: date
    stood: Standing
    key: str | None
    entry: str = attrs.field(repr=False)
    nouns: tuple[tuple[Noun, str], ...] = ()
    counts: tuple[Count, ...] = ()
    messages: tuple[Message, ...] = ()
    apart: tuple[Apart, ...] = ()
    forgets: tuple[str, ...] = ()
    removes: tuple[tuple[str, str], ...] = ()

    def __attrs_post_init__(self) -> None:
        if self.removes and not {(noun.kind, noun.id) for noun, _ in self.nouns}.isdisjoint(
            self.removes
        ):
            raise StoreError("A change cannot write a noun and take it away. Nothing was stored.")

    @property
    def touched(self) -> tuple[str, ...]:
        """The ids whose history this is part of."""
        return touched(self.about, self.nouns, self.counts, self.removes)


@attrs.frozen(kw_only=True)
class Standing:
    """What a store answers when asked how things stand.

    ``versions`` names each noun of the view with the number of the entry that
    last wrote it; ``earlier`` is the entry that already has the key that was
    asked for. What stands ``alone`` stands only until anything else is kept:
    forgetting somebody reaches further than a view.
    """

    view: View
    versions: frozenset[tuple[str, str, int]] = frozenset()
    earlier: Entry | None = None
    alone: bool = False

    def same_as(self, other: Standing) -> bool:
        """Whether nothing that a decision reads differs."""
        alone = self.alone or other.alone
        return (
            self.versions == other.versions
            and self.view.tallies == other.view.tallies
            and not (alone and self.view.seen != other.view.seen)
        )


class Order(StrEnum):
    """The order in which nouns are found: by id, or by their day. Undated ones have only ids."""

    ID = "id"
    OLDEST = "oldest"
    NEWEST = "newest"


@attrs.frozen
class Wanted(Generic[N]):
    """Which nouns are asked for: all of one kind, or fewer.

    With ``about``, those that touch this id, and the one that has it; with
    ``statuses``, those in one of them; with ``since`` and ``until``, those whose
    day (the ISO text of :attr:`~peerkit.model.Noun.dates`) lies between, the end
    left out.
    """

    kind: type[N]
    about: str | None = attrs.field(default=None, kw_only=True)
    statuses: frozenset[str] | None = attrs.field(default=None, kw_only=True)
    since: str | None = attrs.field(default=None, kw_only=True)
    until: str | None = attrs.field(default=None, kw_only=True)
    order: Order = attrs.field(default=Order.ID, kw_only=True)

    @property
    def dated(self) -> bool:
        """Whether only nouns with a day are asked for."""
        return not (self.since is self.until is None and self.order is Order.ID)

    def takes(self, noun: Noun) -> bool:
        """Whether this noun, which is of the kind and touches the id, is one of them."""
        day = noun.dates
        return (
            (self.statuses is None or noun.status in self.statuses)
            and (not self.dated or bool(day))
            and (self.since is None or day >= self.since)
            and (self.until is None or day < self.until)
        )

    def place_of(self, noun: Noun) -> str:
        """Where this noun stands in the order: what the next page comes ``after``."""
        return noun.id if self.order is Order.ID else f"{noun.dates} {noun.id}"


def runs(lease: datetime | None, now: datetime) -> bool:
    """Whether a lease runs at this moment: it ends later, and not later than any lease may."""
    return lease is not None and now < lease <= now + LONGEST_LEASE


def bases(id_: str) -> tuple[str, ...]:
    """The ids that an id is made of: two of a pair, one of somebody on a day, or itself."""
    return tuple(id_.partition("#")[0].split("+"))


def touched(
    about: tuple[str, ...],
    nouns: tuple[tuple[Noun, str], ...],
    counts: tuple[Count, ...] = (),
    removes: tuple[tuple[str, str], ...] = (),
) -> tuple[str, ...]:
    """The ids an entry belongs to: no pairs or days, but those that these are made of.

    Those it is about; each noun it leaves, with what the noun touches and weighs on; whose
    tallies it moves, and what it takes away. So what is known about an id follows
    from the entries that belong to it.
    """
    plain = [each for each in about if "+" not in each and "#" not in each]
    left = [(noun.id, *noun.touches) for noun, _ in nouns]
    weighed = [bases(each) for noun, _ in nouns if noun.open for each in noun.weighs_on]
    counted = [bases(each.of) for each in counts]
    taken = [id_ for _, id_ in removes]
    return tuple(dict.fromkeys(chain(plain, *left, *weighed, *counted, taken)))


def seal(number: int, previous: str, change: Change) -> Entry:
    """The entry of this number, linked to the hash before it. Every store calls this."""
    body = f'{{"n":{number},"prev":"{previous}",{change.entry[1:]}'
    return Entry(number, sha256(body.encode()).hexdigest(), body, change.apart)


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

        Inside the block, views show what has been kept in it; changes of other
        threads are no part of it. From its beginning to its end nobody else keeps
        anything in this program. A block inside a block is refused.
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

    def untold(self, limit: int, now: datetime, lease: datetime) -> tuple[Message, ...]:
        """Messages that wait, oldest first, leased to the caller until ``lease``.

        Promises: no message is given to two callers while a lease runs. A lease
        that would run longer than :data:`LONGEST_LEASE` from ``now`` was given
        by a clock that was wrong, and has ended.
        """
        ...

    def told(self, keys: tuple[str, ...], now: datetime) -> None:
        """These messages have been told; they never wait again. The first telling is noted."""
        ...

    def outbox(self) -> tuple[int, int]:
        """How many messages there are, and how many of them wait."""
        ...

    def waiting(self) -> Iterator[str]:
        """The keys of the messages that wait, leased ones too, oldest first. Leases nothing."""
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
        of all; what was there before is in no page and no log of the store afterwards.
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
