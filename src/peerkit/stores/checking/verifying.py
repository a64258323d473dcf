"""Verifies a store: its journal from end to end, and everything that is kept beside it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from datetime import UTC, date, datetime
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, Final

import attrs

from peerkit.errors import BadInput, StoreError
from peerkit.model import NOUNS, Count, Message, Noun
from peerkit.model.fields import private_fields
from peerkit.stores import Entry, Store, Wanted
from peerkit.stores.checking.anchors import Anchor
from peerkit.stores.checking.following import Following, digest
from peerkit.stores.checking.scales import Break, Scales, digest_of
from peerkit.stores.inspected import Card, Inspected
from peerkit.stores.sealing.sealed import SealedStore
from peerkit.stores.writing.codec import read_noun, text, write_noun

__all__ = ["Verified", "verified"]

#: Whether texts hash as nobody can foresee, so that no two are made to weigh the same.
_CHANCE: Final = os.environ.get("PYTHONHASHSEED", "random") == "random"
#: How many nouns are read at a time.
_PAGE: Final = 500
#: Views that nobody decides upon are read for this moment.
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@attrs.frozen
class Verified:
    """What was found when a journal was read and everything was compared with it.

    ``entries`` is the number of the last entry and ``head`` its hash. ``breaks``
    are what does not fit: at most a thousand, and ``more`` says how many there
    are besides; those that nobody has explained come first. ``anchored`` is the
    number of the last anchor that was found in its place, before the first entry
    that does not fit, ``since`` that of the entry after which was read. ``sealed`` are
    the texts that no key here opens.
    """

    entries: int
    head: str
    breaks: tuple[Break, ...] = ()
    more: int = 0
    anchored: int = 0
    since: int = 0
    sealed: int = 0

    @property
    def faults(self) -> tuple[str, ...]:
        """What does not fit and was not explained, the first one first."""
        return tuple(each.says for each in self.breaks if each.explained is None)

    @property
    def explained(self) -> tuple[str, ...]:
        """What does not fit, and which entry explains it."""
        return tuple(
            f"{each.says} Entry {each.explained} explains it."
            for each in self.breaks
            if each.explained is not None
        )

    @property
    def first(self) -> int | None:
        """The number of the first bad entry that nobody has explained; None: the journal fits."""
        bad = (each.number for each in self.breaks if each.number and each.explained is None)
        return min(bad, default=None)

    @property
    def to_explain(self) -> tuple[Break, ...]:
        """What only an explanation can settle: hand their ``found`` to ``ExplainBreak``."""
        return tuple(each for each in self.breaks if each.found and each.explained is None)

    @property
    def to_mend(self) -> tuple[Break, ...]:
        """What cannot be explained: the place itself, whose faults would hide the next break."""
        return tuple(each for each in self.breaks if not each.found)

    @property
    def whole(self) -> bool:
        """Whether everything fits, but for what was explained: see ``explained``."""
        return not self.faults

    @property
    def proves(self) -> str:
        """What follows from it and what does not."""
        said = []
        if self.since:
            said.append(
                f"What lies before entry {self.since} was not read, nor were tallies, messages "
                "and nouns that nothing has changed since."
            )
        if self.anchored:
            said.append(
                f"Up to entry {self.anchored} the journal is the one that was anchored: nothing "
                "of it was cut, put back or written anew."
            )
        if self.anchored < self.entries or not self.entries:
            after = f"after entry {self.anchored}" if self.anchored else "anywhere"
            said.append(
                f"Nothing is proved {after}: an anchor that comes behind an entry that does not "
                "fit does not vouch for what lies before it."
                if self.more or any(each.number for each in self.breaks)
                else f"A tail that was cut, an older copy, or a journal written anew {after} "
                "would not be seen: no anchor was given for it."
            )
        if self.sealed:
            said.append(
                f"Of {self.sealed} texts that are sealed without a key here, it was seen that they "
                "are there, and not what is in them."
            )
        return " ".join(said)


def verified(store: Store, anchors: Iterable[Anchor] = (), since: Anchor | None = None) -> Verified:
    """What does not fit: see :meth:`peerkit.program.Program.verify`."""
    known = (*anchors, *(() if since is None else (since,)))
    if since is not None and any(each.number < since.number for each in known):
        raise BadInput("anchor", "lies before since, where nothing is read; leave one of them out")
    # The store first, and then a place to weigh in: a forked process is refused here, where it
    # would wait for ever there, if another thread was at work in SQLite when it was forked.
    next(store.journal(), None)
    return _on_scales(store, known, since, rough=_CHANCE)


def _on_scales(
    store: Store, known: tuple[Anchor, ...], since: Anchor | None, *, rough: bool
) -> Verified:
    """Roughly first, which is fast; then, where something does not fit, to the letter."""
    with closing(Scales(rough)) as scales:
        found = _weighed(store, Following.of(scales, known, _good(store, since)))
    return found or _on_scales(store, known, since, rough=False)


def _good(store: Store, since: Anchor | None) -> Entry | None:
    """The entry that was anchored, where it still is what it was; else everything is read."""
    if since is None or not since.number:
        return None
    entry = next(store.journal(since.number - 1), None)
    if entry is None or (entry.number, entry.hash) != (since.number, since.hash):
        return None
    return entry if digest(entry.body) == entry.hash else None


def _weighed(store: Store, following: Following) -> Verified | None:
    """Put everything on the scales, and say what does not weigh the same.

    Nothing, when that is so and the scales are too rough to say where.
    """
    scales = following.scales
    inner = store.inner if isinstance(store, SealedStore) else store
    shown = inner if isinstance(inner, Inspected) else None
    for entry in store.journal(following.number):
        following.take(entry)
    if shown is not None:
        scales.broken(map(Break, shown.faults()))
    with store.together():  # what came meanwhile, and nobody writes while the rest is compared
        for entry in store.journal(following.number):
            following.take(entry)
        scales.broken(following.end(store.view((), date.min, _NEVER).view.seen))
        if following.since:
            scales.broken(_changed(store, scales))
            scales.put(_read(store, scales, following.since))
        else:
            scales.broken(_kept(store, scales, shown))
            scales.put(_books(store))
            scales.put(_read(store, scales, 0) if shown is None else _shown(shown))
        scales.broken(_doubts(store, scales))
    if scales.rough and not scales.level:
        return None
    scales.broken(scales.differences())
    breaks, more = scales.breaks()
    return Verified(
        following.number,
        following.head,
        breaks,
        more,
        following.anchored,
        following.since,
        following.sealed,
    )


def _kept(store: Store, scales: Scales, shown: Inspected | None) -> Iterator[Break]:
    """Nouns that are not as the journal left them, or that nobody would find."""
    unread = set()
    for kind in NOUNS:
        try:
            for items in _pages(store, kind):
                left = scales.left(kind.kind, [each.id for each in items])
                for each in items:
                    yield from _compared(scales, each, *left.get(each.id, (0, "")))
                yield from _filed(store, scales, shown, items, left)
        except StoreError:
            unread.add(kind.kind)
    for name, id_ in scales.still_left():
        if name in unread:
            yield from _alone(store, scales, shown, name, id_)
        else:
            yield _gone(name, id_)


def _pages(store: Store, kind: type[Noun]) -> Iterator[tuple[Noun, ...]]:
    """All nouns of a kind, some hundreds at a time."""
    wanted, after = Wanted(kind), ""
    while items := store.find(wanted, after=after, limit=_PAGE):
        if items[-1].id <= after:
            raise StoreError("What lies under another's id would be read for ever.")
        yield items
        after = items[-1].id


def _changed(store: Store, scales: Scales) -> Iterator[Break]:
    """The same of the nouns that were left since an anchor."""
    for kind, id_ in scales.still_left():
        yield from _alone(store, scales, None, kind, id_)


def _alone(
    store: Store, scales: Scales, shown: Inspected | None, kind: str, id_: str
) -> Iterator[Break]:
    """The same of one noun, which is looked for by its id."""
    try:
        nouns = store.view((id_,), date.min, _NEVER).view.nouns
    except StoreError as error:
        yield Break(f"{kind} {id_} cannot be read. {error}")
        return
    noun = next((each for each in nouns if (each.kind, each.id) == (kind, id_)), None)
    if noun is None:
        yield _gone(kind, id_)
        return
    left = scales.left(kind, [id_])
    yield from _compared(scales, noun, *left[id_])
    yield from _filed(store, scales, shown, (noun,), left)


def _gone(kind: str, id_: str) -> Break:
    says = f"{kind} {id_} is in the journal and nowhere else."
    return Break(says, found=digest_of("noun", kind, id_))


def _altered(kind: str, id_: str, was: str, now: str) -> Break:
    says = f"{kind} {id_} is not as the journal left it."
    return Break(says, found=digest_of("noun", kind, id_, was, now))


def _compared(scales: Scales, noun: Noun, n: int, was: str) -> Iterator[Break]:
    """Whether an entry left it so. What was written before it had a field lacks that one."""
    now = digest(write_noun(noun))
    if not n:
        yield _altered(noun.kind, noun.id, was, now)
    elif now != was:
        scales.doubt(noun.kind, noun.id, n, now, was)


def _doubts(store: Store, scales: Scales) -> Iterator[Break]:
    """Nouns that are not written as the journal has them, read from there once more."""
    entries: Iterator[Entry] = iter(())
    entry = None
    for n, group in groupby(scales.doubts(), itemgetter(0)):
        if entry is None or entry.number + _PAGE < n:
            entries = store.journal(n - 1)
            entry = next(entries)
        while entry.number < n:
            entry = next(entries)
        nouns = {(each["noun"], each["id"]): each for each in entry.read()["nouns"]}
        for _, kind, id_, now, was in group:
            again = None
            with suppress(BadInput):
                again = digest(write_noun(read_noun(text(nouns[kind, id_]))))
            if again != now and not _same_in_public(store, id_, nouns[kind, id_]):
                yield _altered(kind, id_, was, now)


def _same_in_public(store: Store, id_: str, left: dict[str, Any]) -> bool:
    """Whether a noun is as it was left but for what is private: that is compared where it lies."""
    return any(
        _public(noun, left)
        for noun in store.view((id_,), date.min, _NEVER).view.nouns
        if (noun.kind, noun.id) == (left["noun"], id_)
    )


def _public(noun: Noun, left: dict[str, Any]) -> bool:
    now = json.loads(write_noun(noun))
    private = {each.name for each in private_fields(type(noun))}
    return bool(now | left == now) and private.issuperset(now.keys() - left.keys())


def _filed(
    store: Store,
    scales: Scales,
    shown: Inspected | None,
    nouns: tuple[Noun, ...],
    left: dict[str, tuple[int, str]],
) -> Iterator[Break]:
    """Whether these nouns are found: a store that shows by what has it put on the scales."""
    if shown is None:
        yield from chain.from_iterable(_unfiled(store, each) for each in nouns)
    else:
        scales.put(_filing(nouns, left))


def _filing(nouns: Iterable[Noun], left: dict[str, tuple[int, str]]) -> Iterator[tuple[Card, int]]:
    """Where a store that shows by what it finds things must have these nouns."""
    for noun in nouns:
        name, day = f"{noun.kind} {noun.id}", noun.dates
        n, _ = left.get(noun.id, (0, ""))
        yield ("noun", noun.kind, f"{noun.id}\t{n} {noun.status} {day}"), 1
        for under in noun.touches:
            yield ("filed", under, f"{name}\t{day}"), 1
        for under in noun.weighs_on if noun.open else ():
            yield ("weighing", under, name), 1


def _unfiled(store: Store, noun: Noun) -> Iterator[Break]:
    """Where a noun should be met by a rule or found by a reader, and is not."""
    name = f"{noun.kind} {noun.id}"
    for under in noun.weighs_on if noun.open else ():
        if noun not in store.view((under,), date.min, _NEVER).view.nouns:
            says = f"{name} does not weigh on {under} any more."
            yield Break(says, found=digest_of("weighing", under, name))
    before = f"{noun.id[:-1]}{chr(ord(noun.id[-1]) - 1)}\x7f"
    for about in noun.touches:
        if noun not in store.find(Wanted(type(noun), about=about), after=before, limit=1):
            says = f"{name} is not found with {about} any more."
            yield Break(says, found=digest_of("filed", about, name))


def _books(store: Store) -> Iterator[tuple[Card, int]]:
    """Tallies, messages and texts apart, as they are kept."""
    for each in store.books():
        if isinstance(each, Count):
            yield ("tally", each.of, f"{each.what}\t{each.period}"), -each.by
        elif isinstance(each, Message):
            told = (each.to, each.kind, each.about, each.inside, each.outside)
            yield ("message", "", f"{each.key}\t{digest(repr(told))}"), -1
        else:
            yield ("apart", each.owner, f"{each.about}\t{each.digest}"), -1


def _shown(store: Inspected) -> Iterator[tuple[Card, int]]:
    """By what a store finds things, as it shows it."""
    return ((card, -1) for card in store.cards())


def _read(store: Store, scales: Scales, since: int) -> Iterator[tuple[Card, int]]:
    """By what a store finds things, as it answers when it is asked for each of them."""
    for about, _ in groupby(scales.names("history"), itemgetter(0)):
        for entry in store.journal(since, about):
            yield ("history", about, f"\t{entry.number}"), -1
    for key, _ in scales.names("key"):
        earlier = store.view((), date.min, _NEVER, key).earlier
        if earlier is not None:
            yield ("key", key, f"{earlier.number}"), -1
