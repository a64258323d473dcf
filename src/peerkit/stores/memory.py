"""Keeps a program in memory: the reference that every other store is compared with."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from contextlib import contextmanager
from itertools import islice
from operator import itemgetter
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import attrs

from peerkit.errors import Moved, StoreError
from peerkit.model import Count, Noun, View, periods
from peerkit.stores import (
    DIGEST,
    GENESIS,
    HOLDS,
    MOST_TOGETHER,
    Apart,
    Change,
    Delivery,
    Entry,
    Order,
    Posted,
    Settled,
    Standing,
    Wanted,
    once_each,
    runs,
    seal,
)
from peerkit.stores.blocks import within
from peerkit.stores.outbox import laid
from peerkit.stores.tasks import OneTask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date, datetime

    from peerkit.model import Message

__all__ = ["MemoryStore"]

N = TypeVar("N", bound=Noun)


#: The kind and the id of a noun.
_Name: TypeAlias = tuple[str, str]
#: A noun, and what names this version of it: its kind, its id, and the entry that wrote it.
_Kept: TypeAlias = tuple[tuple[str, str, int], Noun]
#: Nouns by kind and id, in order, under the ids they belong to. None is where all of them are.
_Filed: TypeAlias = defaultdict[str | None, list[_Name]]
#: What is counted of an id, in each period.
_Tallies: TypeAlias = defaultdict[str, defaultdict[str, dict[str, int]]]

_version: Callable[[_Kept], tuple[str, str, int]] = itemgetter(0)


@attrs.define
class _Lying:
    posted: Posted
    lease: datetime | None = None
    token: str = ""
    settled: datetime | None = None


class MemoryStore:
    """A program in this process, gone when it ends. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._task = OneTask()
        self._entries: list[Entry] = []
        self._by_key: dict[str, int] = {}
        self._touching: defaultdict[str, list[int]] = defaultdict(list)
        self._nouns: dict[_Name, _Kept] = {}
        self._weighing: _Filed = defaultdict(list)
        self._found: _Filed = defaultdict(list)
        self._tallies: _Tallies = defaultdict(lambda: defaultdict(dict))
        self._outbox: dict[str, _Lying] = {}
        self._apart: defaultdict[str, list[Apart]] = defaultdict(list)
        self._with_texts: list[int] = []  # which entries came with texts
        self._undo: list[tuple[Callable[..., Any], *tuple[Any, ...]]] = []
        self._batch = False
        self._closed = False

    @classmethod
    def at(
        cls,
        where: str,
        *,
        program: str,
        durability: str | None = None,
        read_only: bool = False,
        must_exist: bool = False,
    ) -> MemoryStore:
        """A new one: nothing in memory has a name that another could open."""
        if must_exist:
            raise StoreError("What is kept in memory begins empty: nothing exists. Name a file.")
        if read_only:
            raise StoreError("What is kept in memory begins empty: nothing to read. Name a file.")
        if durability is not None:
            raise StoreError("What is kept in memory is not durable. Name a file, or leave it out.")
        return cls()

    def _ready(self) -> None:
        if self._closed:
            raise StoreError("This program is closed. Open it again.")
        self._task.must_be_mine()

    def view(
        self, about: tuple[str, ...], day: date, now: datetime, key: str | None = None
    ) -> Standing:
        """How things stand about these ids."""
        with self._lock:
            self._ready()
            return self._standing(about, day, now, key)

    def _standing(
        self, about: tuple[str, ...], day: date, now: datetime, key: str | None
    ) -> Standing:
        found: dict[_Name, _Kept] = {}
        tallies: dict[tuple[str, str], int] = {}
        now_counted = periods(day)
        for each in about:
            for name in self._weighing.get(each, ()):
                found[name] = self._nouns[name]
            if counted := self._tallies.get(each):
                for when in now_counted:
                    for what, value in counted.get(when, {}).items():
                        tallies[each, what] = value
        kept = sorted(found.values(), key=_version)
        earlier = None if key is None else self._by_key.get(key)
        return Standing(
            view=View(now, tuple([noun for _, noun in kept]), tallies, len(self._entries)),
            versions=frozenset([version for version, _ in kept]),
            earlier=None if earlier is None else self._entries[earlier - 1],
        )

    def keep(self, change: Change) -> Entry:
        """Keep all of a change, or nothing."""
        with self._lock:
            self._ready()
            stood = change.stood.view
            if change.key in self._by_key:
                raise Moved(change.about, stood.seen)
            if len(self._entries) != stood.seen:
                now = self._standing(change.about, change.day, stood.now, None)
                if not now.same_as(change.stood):
                    raise Moved(change.about, stood.seen)
            previous = self._entries[-1].hash if self._entries else GENESIS
            entry = seal(len(self._entries) + 1, previous, change)
            within(self._all_or_nothing(), lambda: self._put(entry, change))
            return entry

    def _set(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        """Put a value into a table.

        How to take it back is noted first, here and below, and does no harm where nothing was
        done yet: whoever is interrupted between the two leaves nothing.
        """
        if key in table:
            self._undo.append((table.__setitem__, key, table[key]))
        else:
            self._undo.append((table.pop, key, None))
        table[key] = value

    def _add(self, items: list[Any], value: Any) -> None:
        self._undo.append((_shorten, items, len(items)))
        items.append(value)

    def _put(self, entry: Entry, change: Change) -> None:
        for owner in change.forgets:
            self._forget(owner)
        self._add(self._entries, entry)
        if change.key is not None:
            self._set(self._by_key, change.key, entry.number)
        for each in change.touched:
            self._add(self._touching[each], entry.number)
        for noun, _ in change.nouns:
            self._put_noun(entry.number, noun, change.stood.view)
        for kind, id_ in change.removes:
            self._remove((kind, id_), change.stood.view)
        for count in change.counts:
            table = self._tallies[count.of][count.period]
            self._set(table, count.what, table.get(count.what, 0) + count.by)
        for position, message in enumerate(change.messages):
            key = f"{entry.number}/{position}"
            self._set(self._outbox, key, _Lying(laid(message, key)))
        for kept in change.apart:
            self._add(self._apart[kept.about], kept)
        if change.apart:
            self._add(self._with_texts, entry.number)

    def _put_noun(self, number: int, noun: Noun, view: View) -> None:
        """A noun that the change has not read must be new: nothing is overwritten unseen."""
        name = (noun.kind, noun.id)
        before = self._nouns[name][1] if name in self._nouns else None
        if before is not None and view.get(type(noun), noun.id) is None:
            raise StoreError(f"There is a {noun.kind} {noun.id} already. Nothing was stored.")
        self._refile(self._found, name, _under(before), _under(noun))
        self._refile(self._weighing, name, _weighs(before), _weighs(noun))
        self._set(self._nouns, name, ((*name, number), noun))

    def _remove(self, name: _Name, view: View) -> None:
        """A noun is taken away. Nothing is taken away unseen."""
        noun = self._nouns[name][1] if name in self._nouns else None
        if noun is None or noun not in view.nouns:
            kind, id_ = name
            raise StoreError(f"The {kind} {id_} was not read before. Nothing was stored.")
        self._refile(self._found, name, _under(noun), ())
        self._refile(self._weighing, name, _weighs(noun), ())
        self._undo.append((self._nouns.__setitem__, name, self._nouns[name]))
        del self._nouns[name]

    def _forget(self, owner: str) -> None:
        """Every text of this owner goes, from beside the nouns and from the entries."""
        for about, kept in self._apart.items():
            self._set(self._apart, about, [each for each in kept if each.owner != owner])
        for at, entry in enumerate(self._entries):
            if any(each.owner == owner for each in entry.apart):
                left = tuple(each for each in entry.apart if each.owner != owner)
                self._undo.append((self._entries.__setitem__, at, entry))
                self._entries[at] = attrs.evolve(entry, apart=left)

    def reseal(self, pairs: tuple[tuple[Apart, Apart], ...]) -> None:
        """Put other texts in the place of those that stand there."""
        with self._lock:
            self._ready()
            within(self._all_or_nothing(), lambda: self._resealed(dict(pairs)))

    def _resealed(self, now: dict[Apart, Apart]) -> None:
        for about in {old.about for old in now}:
            kept = [now.get(each, each) for each in self._apart.get(about, ())]
            self._set(self._apart, about, kept)
        for at, entry in enumerate(self._entries):
            if not now.keys().isdisjoint(entry.apart):
                apart = tuple(now.get(each, each) for each in entry.apart)
                self._undo.append((self._entries.__setitem__, at, entry))
                self._entries[at] = attrs.evolve(entry, apart=apart)

    def _refile(
        self,
        filed: _Filed,
        name: _Name,
        was: tuple[str | None, ...],
        now: tuple[str | None, ...],
    ) -> None:
        """A noun leaves the ids it was filed under and is filed under those of now."""
        if was == now:
            return
        for each in was:
            if each not in now:
                self._undo.append((_file, filed, each, name))
                _take_out(filed, each, name)
        for each in now:
            if each not in was:
                self._undo.append((_take_out, filed, each, name))
                _file(filed, each, name)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Keep every change inside the block, or none."""
        with self._lock:
            self._ready()
            if self._batch:
                raise StoreError("One batch is open already; finish it before the next.")
            try:
                self._batch = True
                with self._all_or_nothing(), self._task.batch():
                    yield
            finally:
                self._batch = False
                self._undo.clear()

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """What fails in here is taken back, step by step, to where it began."""
        began = len(self._undo)
        try:
            yield
        except BaseException:
            while len(self._undo) > began:
                step, *what = self._undo.pop()
                step(*what)
            raise
        if not self._batch:
            self._undo.clear()

    def journal(self, after: int = 0, about: str | None = None) -> Iterator[Entry]:
        """The entries after this number, in order."""
        with self._lock:
            self._ready()
            if about is None:
                numbers: Any = range(max(after, 0) + 1, len(self._entries) + 1)
            else:
                numbers = [each for each in self._touching.get(about, ()) if each > after]
            found = [self._entries[each - 1] for each in numbers]
        return iter(found)

    def find(self, wanted: Wanted[N], *, after: str = "", limit: int = 100) -> tuple[N, ...]:
        """The nouns that are asked for, behind this place."""
        with self._lock:
            self._ready()
            return tuple(islice(self._matching(wanted, after), limit))

    def count(self, wanted: Wanted[N]) -> int:
        """How many nouns are asked for."""
        with self._lock:
            self._ready()
            return sum(1 for _ in self._matching(wanted, ""))

    def _matching(self, wanted: Wanted[N], after: str) -> Iterator[N]:
        """The nouns that are asked for, in their order."""
        if wanted.order is Order.ID:
            return self._by_id(wanted, after)
        newest = wanted.order is Order.NEWEST
        found = sorted(self._by_id(wanted, ""), key=wanted.place_of, reverse=newest)
        if not after:
            return iter(found)
        start = bisect_right(found, after, key=wanted.place_of)
        if newest:
            start = len(found) - bisect_left(found[::-1], after, key=wanted.place_of)
        return iter(found[start:])

    def _by_id(self, wanted: Wanted[N], after: str) -> Iterator[N]:
        """The nouns that are asked for, by id: those filed under what they are about, and it."""
        kind, itself = wanted.kind.kind, wanted.about
        filed = self._found.get(itself, [])
        if itself is not None and (kind, itself) in self._nouns:
            filed = sorted({*filed, (kind, itself)})
        for at in range(bisect_right(filed, (kind, after)), len(filed)):
            name = filed[at]
            if name[0] != kind:
                return
            noun = self._nouns[name][1]
            if wanted.takes(noun):
                yield noun  # type: ignore[misc]  # it is filed under its kind

    def books(self) -> Iterator[Count | Message | Apart]:
        """Everything kept beside the nouns: tallies, messages, texts apart."""
        with self._lock:
            self._ready()
            tallies = [
                Count(of, what, by, when)
                for of, counted in self._tallies.items()
                for when, table in counted.items()
                for what, by in table.items()
            ]
            messages = [each.posted.message for each in self._outbox.values()]
            apart = [each for kept in self._apart.values() for each in kept]
        return iter((*tallies, *messages, *apart))

    def apart(self, about: str) -> tuple[Apart, ...]:
        """The texts kept about this, oldest first."""
        with self._lock:
            self._ready()
            return tuple(self._apart.get(about, ()))

    def newest(self) -> Apart | None:
        """The text that was kept last."""
        with self._lock:
            self._ready()
            found = (self._entries[each - 1].apart for each in reversed(self._with_texts))
            return next((apart[-1] for apart in found if apart), None)

    def take(self, limit: int, now: datetime, lease: datetime, token: str) -> tuple[Posted, ...]:
        """Messages that are to be told now, leased to the caller."""
        with self._lock:
            self._ready()
            lying = [each for each in self._outbox.values() if _waits(each.posted)]
            leased = {each.posted.message.to for each in lying if runs(each.lease, now)}
            held: set[str] = set()
            free: list[Posted] = []
            for each in lying:
                to = each.posted.message.to
                if to in leased or to in held:
                    continue
                if each.posted.is_due(now):
                    free.append(each.posted)
                elif 1 <= each.posted.attempts <= HOLDS:
                    held.add(to)
            found = (*free[:limit], *_along(free[:limit], free[limit:]))
            given = [attrs.evolve(each, attempts=each.attempts + 1) for each in found]
            within(self._all_or_nothing(), lambda: self._lease(given, lease, token))
            return tuple(sorted(given, key=lambda each: tuple(map(int, each.key.split("/")))))

    def _lease(self, given: list[Posted], lease: datetime, token: str) -> None:
        for posted in given:
            self._set(self._outbox, posted.key, _Lying(posted, lease, token))

    def settle(
        self, settled: tuple[Settled, ...], now: datetime, token: str = ""
    ) -> tuple[str, ...]:
        """Write what became of messages that this token took."""
        with self._lock:
            self._ready()
            return within(
                self._all_or_nothing(), lambda: tuple(self._settling(settled, now, token))
            )

    def _settling(self, settled: tuple[Settled, ...], now: datetime, token: str) -> Iterator[str]:
        for each in once_each(settled):
            lies = self._outbox.get(each.key)
            if lies is None or lies.token != token or lies.settled is not None:
                continue
            posted = Posted(
                message=lies.posted.message,
                delivery=each.delivery,
                due=each.due,
                attempts=each.attempts,
                way=each.way,
            )
            over = now if each.delivery.final else None
            self._set(self._outbox, each.key, _Lying(posted, settled=over))
            yield each.key

    def posted(self, *delivery: Delivery) -> Iterator[Posted]:
        """Every message of which one of these became, or every one."""
        with self._lock:
            self._ready()
            lying = [each.posted for each in self._outbox.values()]
            return iter([each for each in lying if not delivery or each.delivery in delivery])

    def outbox(self) -> tuple[int, int]:
        """How many messages there are, and how many of them wait."""
        with self._lock:
            self._ready()
            return len(self._outbox), sum(_waits(each.posted) for each in self._outbox.values())

    def close(self) -> None:
        """Let go of everything."""
        self._closed = True


def _waits(posted: Posted) -> bool:
    return posted.delivery is Delivery.WAITING


def _under(noun: Noun | None) -> tuple[str | None, ...]:
    """Where it is looked for: among all of them, and under what it touches."""
    return () if noun is None else (None, *noun.touches)


def _weighs(noun: Noun | None) -> tuple[str, ...]:
    """Under what decisions read it: its own id, and while it is open what it weighs on."""
    if noun is None:
        return ()
    return (noun.id, *noun.weighs_on) if noun.open else (noun.id,)


def _shorten(items: list[Any], length: int) -> None:
    del items[length:]


def _file(filed: _Filed, under: str | None, name: _Name) -> None:
    """Put a name in its place, once."""
    names = filed[under]
    at = bisect_left(names, name)
    if names[at : at + 1] != [name]:
        names.insert(at, name)


def _along(found: list[Posted], rest: list[Posted]) -> Iterator[Posted]:
    """What is told in one digest with what was found, though it was not asked for."""
    left = {each.message.to: MOST_TOGETHER for each in found if each.way.startswith(DIGEST)}
    for each in rest:
        if each.way.startswith(DIGEST) and left.get(each.message.to):
            left[each.message.to] -= 1
            yield each


def _take_out(filed: _Filed, under: str | None, name: _Name) -> None:
    """Take a name out, if it is there. Of a day that is over nothing is left."""
    names = filed[under]
    at = bisect_left(names, name)
    if names[at : at + 1] == [name]:
        del names[at]
    if not names:
        del filed[under]
