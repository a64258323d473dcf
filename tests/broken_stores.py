"""Stores that are broken on purpose, each in one way, and the tests that must catch them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final

import attrs

from peerkit.errors import Moved, StoreError
from peerkit.model import Count, Message, Noun, View
from peerkit.stores import (
    GENESIS,
    Apart,
    Change,
    Entry,
    Posted,
    Standing,
    Store,
    Wanted,
    seal,
)
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sqlite import SQLiteStore


def seen_as(standing: Standing, **how: Any) -> Standing:
    """The standing, with another view."""
    return attrs.evolve(standing, view=attrs.evolve(standing.view, **how))


# -- what they show


class Shapeless(MemoryStore):
    """Has no outbox."""

    outbox: Any = None


class Prefilled(MemoryStore):
    """Comes with a tally that nobody counted."""

    def __init__(self) -> None:
        super().__init__()
        self._tallies["ana"][""] = {"walking": 1}


class HidesClosed(MemoryStore):
    """Does not show a closed noun even to those who name it."""

    def view(self, *args: Any, **how: Any) -> Standing:
        """Only what is open."""
        found = super().view(*args, **how)
        return seen_as(found, nouns=tuple(each for each in found.view.nouns if each.open))


class ShowsWhatTouches(MemoryStore):
    """Shows whatever touches an id, as if it weighed there."""

    def _put_noun(self, number: int, noun: Noun, view: View) -> None:
        super()._put_noun(number, noun, view)
        for each in noun.touches:
            self._weighing[each].append((noun.kind, noun.id))


class ForgetsToLift(MemoryStore):
    """What has closed goes on weighing, and what is gone is still found."""

    def _refile(self, filed: Any, name: Any, was: Any, now: Any) -> None:
        super()._refile(filed, name, (), now)


class ShowsTwice(MemoryStore):
    """Shows a noun once for each way to it."""

    def view(self, *args: Any, **how: Any) -> Standing:
        """Every noun twice."""
        found = super().view(*args, **how)
        return seen_as(found, nouns=found.view.nouns * 2)


class MixesDays(MemoryStore):
    """Keeps all days in one tally."""

    def _put(self, entry: Entry, change: Change) -> None:
        counts = tuple(attrs.evolve(each, period="") for each in change.counts)
        super()._put(entry, attrs.evolve(change, counts=counts))


class KnowsOnlyTheDay(MemoryStore):
    """Forgets the week, the month and the year."""

    def view(self, about: Any, day: date, *rest: Any, **how: Any) -> Standing:
        """What is standing and what is of the day."""
        found = super().view(about, day, *rest, **how)
        shown = {
            (of, what): by
            for (of, what), by in found.view.tallies.items()
            if any(what in self._tallies[of].get(when, {}) for when in ("", day.isoformat()))
        }
        return seen_as(found, tallies=shown)


class CountsThisMonth(MemoryStore):
    """Shows the month that has not ended yet beside the one before."""

    def view(self, about: Any, day: date, *rest: Any, **how: Any) -> Standing:
        """What this month has come to so far as well."""
        found = super().view(about, day, *rest, **how)
        so_far = {
            (of, what): by
            for of in about
            for what, by in self._tallies[of].get(f"{day:%Y-%m}", {}).items()
        }
        return seen_as(found, tallies={**found.view.tallies, **so_far})


class CountsItsOwn(MemoryStore):
    """Takes the last entry about the ids for the last of all."""

    def view(self, *args: Any, **how: Any) -> Standing:
        """The number of the last entry about the ids."""
        found = super().view(*args, **how)
        touching = [self._touching[each][-1:] for each in args[0]]
        return seen_as(found, seen=max(max(touching, default=[]), default=0))


class LiveTallies(MemoryStore):
    """Hands out tallies that go on counting."""

    def __init__(self) -> None:
        super().__init__()
        self._out: list[Any] = []

    def view(self, *args: Any, **how: Any) -> Standing:
        """Tallies that change under the reader."""
        found = super().view(*args, **how)
        self._out.append(dict(found.view.tallies))
        return seen_as(found, tallies=self._out[-1])

    def _put(self, entry: Entry, change: Change) -> None:
        super()._put(entry, change)
        for each in change.counts:
            for tallies in self._out:
                tallies[each.of, each.what] = tallies.get((each.of, each.what), 0) + each.by


class ReadsInTwoGoes(MemoryStore):
    """Reads the nouns first and the rest a little later."""

    def view(self, *args: Any, **how: Any) -> Standing:
        """Two moments in one."""
        first = super().view(*args, **how)
        time.sleep(0.001)
        return seen_as(super().view(*args, **how), nouns=first.view.nouns)


class ReadsTheKeyFirst(MemoryStore):
    """Looks for the key first and reads the rest a little later."""

    def view(self, *args: Any, **how: Any) -> Standing:
        """Two moments in one."""
        first = super().view(*args, **how)
        time.sleep(0.001)
        return attrs.evolve(super().view(*args, **how), earlier=first.earlier)


class Backwards(MemoryStore):
    """Gives the newest first, of everything that has an order."""

    def journal(self, *args: Any, **how: Any) -> Iterator[Entry]:
        """Newest first."""
        return reversed(list(super().journal(*args, **how)))

    def apart(self, *args: Any, **how: Any) -> tuple[Apart, ...]:
        """Newest first."""
        return super().apart(*args, **how)[::-1]

    def take(self, *args: Any, **how: Any) -> tuple[Posted, ...]:
        """Newest first."""
        return super().take(*args, **how)[::-1]

    def find(self, *args: Any, **how: Any) -> tuple[Any, ...]:
        """Last id first."""
        return super().find(*args, **how)[::-1]


class StartsAgain(MemoryStore):
    """Always begins at the beginning."""

    def journal(self, after: int = 0, about: str | None = None) -> Iterator[Entry]:
        """From the first entry."""
        return super().journal(0, about)

    def find(self, *args: Any, **how: Any) -> tuple[Any, ...]:
        """From the first id."""
        return super().find(*args, **{**how, "after": ""})


class GivesEverybodys(MemoryStore):
    """Does not ask about whom."""

    def journal(self, after: int = 0, about: str | None = None) -> Iterator[Entry]:
        """Of everybody."""
        return super().journal(after)

    def find(self, *args: Any, **how: Any) -> tuple[Any, ...]:
        """Of everybody."""
        return super().find(attrs.evolve(args[0], about=None), **how)


class FirstPageOnly(MemoryStore):
    """Reads five hundred entries and thinks that is all."""

    def journal(self, *args: Any, **how: Any) -> Iterator[Entry]:
        """The first page."""
        return islice(super().journal(*args, **how), 500)


class FindsOnlyOpen(MemoryStore):
    """Finds nothing that is closed."""

    def find(self, *args: Any, **how: Any) -> tuple[Any, ...]:
        """Only what is open."""
        return tuple(each for each in super().find(*args, **how) if each.open)


class OverlooksItself(MemoryStore):
    """Finds what touches an id, but not the thing of that id."""

    def find(self, *args: Any, **how: Any) -> tuple[Any, ...]:
        """Only the others."""
        return tuple(each for each in super().find(*args, **how) if each.id != args[0].about)


class AsTheyCame(MemoryStore):
    """Shows nouns in the order in which it happens to find them."""

    def view(self, *args: Any, **how: Any) -> Standing:
        """As they came."""
        found = super().view(*args, **how)
        numbers = {(kind, id_): number for kind, id_, number in found.versions}
        by_age = sorted(found.view.nouns, key=lambda each: numbers[each.kind, each.id])
        return seen_as(found, nouns=tuple(by_age))


class HistoryOfTheActOnly(MemoryStore):
    """Files an entry under what the act is about, and not under whom its nouns touch."""

    def _put(self, entry: Entry, change: Change) -> None:
        super()._put(entry, change)
        for each in {*change.touched}.difference(change.about):
            self._touching[each].remove(entry.number)


class ForgetsWhoseWords(MemoryStore):
    """Keeps words without their owner."""

    def _put(self, entry: Entry, change: Change) -> None:
        said = tuple(attrs.evolve(each, owner="somebody") for each in change.apart)
        super()._put(entry, attrs.evolve(change, apart=said))


class StrikesOutTold(MemoryStore):
    """Leaves told messages out of the books."""

    def books(self) -> Iterator[Count | Message | Apart]:
        """Only what waits."""
        told = {key for key, each in self._outbox.items() if each.settled is not None}
        return (each for each in super().books() if getattr(each, "key", "") not in told)


class LastCountWins(MemoryStore):
    """Writes a count over the tally instead of adding it."""

    def _put(self, entry: Entry, change: Change) -> None:
        for each in change.counts:
            self._tallies[each.of].pop(each.period, None)
        super()._put(entry, change)


class KeepsOneOfAKind(MemoryStore):
    """Keeps the same words about a thing only once."""

    def apart(self, *args: Any, **how: Any) -> tuple[Apart, ...]:
        """No words twice."""
        return tuple(dict.fromkeys(super().apart(*args, **how)))


class KnowsNoDays(MemoryStore):
    """Finds by id only, whatever order or time was asked for."""

    def find(self, wanted: Wanted[Any], **how: Any) -> tuple[Any, ...]:
        """By id, all of them."""
        return super().find(Wanted(wanted.kind, about=wanted.about), **how)


class CountsAPage(MemoryStore):
    """Counts what stands on the first page of everything."""

    def count(self, wanted: Wanted[Any]) -> int:
        """As many as there are of that kind."""
        return len(super().find(Wanted(wanted.kind)))


class FilesOnTheOldDay(SQLiteStore):
    """Leaves a noun on the day it was first filed under."""

    def _put(self, change: Change) -> Entry:
        entry = super()._put(change)
        for noun, _ in change.nouns:
            before = change.stood.view.get(type(noun), noun.id)
            if before is not None:
                self._db.execute("UPDATE peerkit_filed SET day = ?", (before.dates,))
        return entry


class ForgetsTheShelfOnly(MemoryStore):
    """Takes forgotten texts from the shelf and leaves them with their entries."""

    def _forget(self, owner: str) -> None:
        for about, kept in self._apart.items():
            self._set(self._apart, about, [each for each in kept if each.owner != owner])


class SaysWhatCameFirst(MemoryStore):
    """Takes the first text for the last."""

    def newest(self) -> Apart | None:
        """The oldest."""
        return next((each.apart[0] for each in self._entries if each.apart), None)


class ForgetsForGoodTooSoon(MemoryStore):
    """Cannot take back what it has forgotten."""

    def _forget(self, owner: str) -> None:
        super()._forget(owner)
        self._undo.clear()


class RemovesTheRowOnly(SQLiteStore):
    """Takes a noun away and leaves it filed."""

    def _put(self, change: Change) -> Entry:
        filed = self._db.execute("SELECT * FROM peerkit_filed").fetchall()
        entry = super()._put(change)
        if change.removes:
            self._db.executemany("INSERT OR IGNORE INTO peerkit_filed VALUES (?,?,?,?,?)", filed)
        return entry


class RemovesUnseen(MemoryStore):
    """Takes away what nobody has looked at."""

    def _remove(self, name: tuple[str, str], view: View) -> None:
        seen = attrs.evolve(view, nouns=(self._nouns[name][1],))
        super()._remove(name, seen)


class Gossip(MemoryStore):
    """Writes people's words into the journal."""

    def _put(self, entry: Entry, change: Change) -> None:
        said = "".join(each.text for each in change.apart)
        super()._put(attrs.evolve(entry, body=entry.body + said), change)


# -- what they keep


class LosesMessages(MemoryStore):
    """Keeps everything but the messages."""

    def _put(self, entry: Entry, change: Change) -> None:
        super()._put(entry, attrs.evolve(change, messages=()))


class BurnsNumbers(MemoryStore):
    """Takes a number, and does not give it back when nothing is kept."""

    def __init__(self) -> None:
        super().__init__()
        self._burnt = 0
        self._shift: dict[int, int] = {}

    def keep(self, change: Change) -> Entry:
        """A number is gone with each failure."""
        try:
            entry = super().keep(change)
        except BaseException:
            self._burnt += 1
            raise
        self._shift[entry.number] = self._burnt
        return entry

    def journal(self, *args: Any, **how: Any) -> Iterator[Entry]:
        """With the numbers that were burnt left out."""
        for each in super().journal(*args, **how):
            yield attrs.evolve(each, number=each.number + self._shift[each.number])


class Unlinked(MemoryStore):
    """Links every entry to the beginning."""

    def _put(self, entry: Entry, change: Change) -> None:
        super()._put(seal(entry.number, GENESIS, change), change)


class NeverMoved(MemoryStore):
    """Keeps what has moved, as long as :meth:`overlooks` takes it for the same: always."""

    def overlooks(self, then: Standing, now: Standing) -> bool:
        """Whether it takes these two for the same."""
        return True

    def keep(self, change: Change) -> Entry:
        """Compare less than was promised."""
        now = self.view(change.about, change.day, change.stood.view.now)
        stood = now if self.overlooks(change.stood, now) else change.stood
        return super().keep(attrs.evolve(change, stood=stood))


class OverlooksTallies(NeverMoved):
    """Compares only nouns."""

    def overlooks(self, then: Standing, now: Standing) -> bool:
        """Whether the nouns are the same."""
        return then.versions == now.versions


class OverlooksNewcomers(NeverMoved):
    """Compares only the nouns that were there before."""

    def overlooks(self, then: Standing, now: Standing) -> bool:
        """Whether what was there still is."""
        return then.versions <= now.versions and then.view.tallies == now.view.tallies


class OverlooksLeavers(NeverMoved):
    """Compares only the nouns that are there now."""

    def overlooks(self, then: Standing, now: Standing) -> bool:
        """Whether what is there was there before."""
        return then.versions >= now.versions and then.view.tallies == now.view.tallies


class SaysMovedAndKeeps(NeverMoved):
    """Says that a change has moved, and keeps it all the same."""

    def keep(self, change: Change) -> Entry:
        """Both."""
        fresh = self.view(change.about, change.day, change.stood.view.now)
        moved = not fresh.same_as(change.stood)
        entry = super().keep(change)
        if moved:
            raise Moved(change.about, change.stood.view.seen)
        return entry


class NeverAlone(MemoryStore):
    """Compares what was read, also where somebody is forgotten and more was looked for."""

    def keep(self, change: Change) -> Entry:
        """Too lax."""
        return super().keep(attrs.evolve(change, stood=attrs.evolve(change.stood, alone=False)))


class MovedByStrangers(MemoryStore):
    """Takes any entry for a move: two coordinators are always in each other's way."""

    def keep(self, change: Change) -> Entry:
        """Too strict."""
        if change.stood.view.seen != len(self._entries):
            raise Moved(change.about, change.stood.view.seen)
        return super().keep(change)


class MovedByAnyEntry(MemoryStore):
    """Takes any entry about the same ids for a move, also one that moved nothing."""

    def keep(self, change: Change) -> Entry:
        """Too strict."""
        seen = change.stood.view.seen
        if any(tuple(self.journal(seen, each)) for each in change.about):
            raise Moved(change.about, seen)
        return super().keep(change)


class ForgetsKeys(MemoryStore):
    """Does not remember a key."""

    def _put(self, entry: Entry, change: Change) -> None:
        super()._put(entry, attrs.evolve(change, key=None))


class ReadsKeysLoosely(MemoryStore):
    """Takes a key in capitals for the same key."""

    def view(self, *args: Any, **how: Any) -> Standing:
        """Every key in small letters."""
        about, day, now, *key = args
        return super().view(about, day, now, *(each and each.lower() for each in key), **how)


class ForgetsToLookForTheKey(MemoryStore):
    """Looks for a taken key only when the head has moved, and writes over it otherwise."""

    def keep(self, change: Change) -> Entry:
        """Without the key, when nobody else has been here."""
        if change.stood.view.seen == len(self._entries) and change.key is not None:
            self._by_key.pop(change.key, None)
        return super().keep(change)


class KeepsHalf(MemoryStore):
    """Takes nothing back when something fails."""

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        yield


class WritesOver(MemoryStore):
    """Writes over a noun that the change has not seen."""

    def _put_noun(self, number: int, noun: Noun, view: View) -> None:
        super()._put_noun(number, noun, attrs.evolve(view, nouns=(noun,)))


class StumblesOverTwins(MemoryStore):
    """Cannot keep a change that names an id twice."""

    def keep(self, change: Change) -> Entry:
        """As a database does with a key that is too strict."""
        if len(set(change.about)) < len(change.about):
            raise StoreError("Duplicate.")
        return super().keep(change)


class ForgetsBatches(MemoryStore):
    """Takes back every batch."""

    @contextmanager
    def together(self) -> Iterator[None]:
        """Nothing stays."""
        with suppress(LookupError), super().together():
            yield
            raise LookupError


class BlindInABatch(MemoryStore):
    """Shows inside a batch what stood before it."""

    def __init__(self) -> None:
        super().__init__()
        self._before: MemoryStore | None = None

    def view(self, *args: Any, **how: Any) -> Standing:
        """As it stood before."""
        found = super().view(*args, **how)
        return seen_as(found, nouns=(), tallies={}) if self._batch else found


class RemembersItsViews(MemoryStore):
    """Answers in a batch what it answered before, when it is asked the same."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[Any, Standing] = {}

    def view(self, about: tuple[str, ...], day: date, *rest: Any, **how: Any) -> Standing:
        """As it stood when this was asked first, but for the number."""
        found = super().view(about, day, *rest, **how)
        first = self._said.setdefault((about, day, rest), found) if self._batch else found
        return attrs.evolve(first, view=attrs.evolve(first.view, seen=found.view.seen))


class LooksForKeysOutside(MemoryStore):
    """Knows in a batch only the keys that were taken before it."""

    def view(self, *args: Any, **how: Any) -> Standing:
        """The earlier entry, if it is none of this batch."""
        found = super().view(*args, **how)
        return attrs.evolve(found, earlier=None) if self._batch else found


class WritesAtTheEnd(MemoryStore):
    """Gathers what a batch keeps: views know of it, and whoever else reads does not yet."""

    def __init__(self) -> None:
        super().__init__()
        self._written = 0

    @contextmanager
    def together(self) -> Iterator[None]:
        """So many are written."""
        self._written = len(self._entries)
        with super().together():
            yield

    def journal(self, *args: Any, **how: Any) -> Iterator[Entry]:
        """What is written."""
        found = super().journal(*args, **how)
        return (each for each in found if not self._batch or each.number <= self._written)


class GivesABatchUp(MemoryStore):
    """Takes back all of a batch when one of its changes has moved."""

    def keep(self, change: Change) -> Entry:
        """Or nothing is left."""
        try:
            return super().keep(change)
        except Moved:
            while self._batch and self._undo:
                step, *what = self._undo.pop()
                step(*what)
            raise


class NestsBatches(MemoryStore):
    """Takes a batch inside a batch for a part of it."""

    @contextmanager
    def together(self) -> Iterator[None]:
        """Part of the outer one."""
        with nullcontext() if self._batch else super().together():
            yield


# -- how they are shared


class OpenBatch(MemoryStore):
    """Begins a batch when something is kept in it, and others may be faster."""

    @contextmanager
    def together(self) -> Iterator[None]:
        """Not yet."""
        yield


class TakesAnyTask(MemoryStore):
    """Takes what another task keeps for a part of the batch."""

    def __init__(self) -> None:
        super().__init__()
        self._task.must_be_mine = lambda: None  # type: ignore[method-assign]  # that is the point


class Unlocked(MemoryStore):
    """Lets everybody in at once, and is slow in between."""

    def __init__(self) -> None:
        super().__init__()
        self._lock: Any = nullcontext()

    def _put(self, entry: Entry, change: Change) -> None:
        time.sleep(0.02)
        super()._put(entry, change)


class GivesAll(MemoryStore):
    """Gives all there is, however many were asked for."""

    def take(self, limit: int, *rest: Any, **how: Any) -> tuple[Posted, ...]:
        """All of them."""
        return super().take(1_000_000, *rest, **how)

    def find(self, *args: Any, **how: Any) -> tuple[Any, ...]:
        """All of them."""
        return super().find(*args, **{**how, "limit": 1_000_000})


class ClosesOnce(MemoryStore):
    """Cannot be closed twice."""

    def close(self) -> None:
        """Once."""
        self._ready()
        super().close()


class NeverCloses(MemoryStore):
    """Answers on after it was closed."""

    def close(self) -> None:
        """Nothing."""


class Fleeting(MemoryStore):
    """Says that it is persistent, and is gone when it is closed."""


class Elsewhere(SQLiteStore):
    """Gives others the address of another place."""

    def __init__(self, path: Any) -> None:
        super().__init__(path)
        self.path += "-elsewhere"


class RemembersWhatFailed(SQLiteStore):
    """Still knows what it wrote under a number, when the number has come to be another's."""

    def __init__(self, path: Any) -> None:
        super().__init__(path)
        self._known: dict[tuple[str, str, int], Noun] = {}

    def view(self, *asked: Any, **how: Any) -> Standing:
        """What was written under these numbers at first."""
        stands = super().view(*asked, **how)
        numbers = {(kind, id_): n for kind, id_, n in stands.versions}
        names = [(each.kind, each.id, numbers[each.kind, each.id]) for each in stands.view.nouns]
        known = [self._known.get(*pair) for pair in zip(names, stands.view.nouns, strict=True)]
        return attrs.evolve(stands, view=attrs.evolve(stands.view, nouns=tuple(known)))

    def _put(self, change: Change) -> Entry:
        entry = super()._put(change)
        for noun, _ in change.nouns:
            self._known[noun.kind, noun.id, entry.number] = noun
        return entry


class LetsGo(SQLiteStore):
    """Looks at its own file, and lets go of its locks when it closes it again."""

    def keep(self, change: Change) -> Entry:
        """And look whether it is there."""
        entry = super().keep(change)
        Path(self.path).read_bytes()
        return entry


#: Each broken store, and the tests of the kit that must catch it.
STORES: Final[Mapping[type[Store], tuple[str, ...]]] = {
    Shapeless: ("test_it_has_the_shape_of_a_store",),
    Prefilled: ("test_it_starts_empty",),
    HidesClosed: ("test_a_view_names_what_was_asked_for",),
    ShowsWhatTouches: ("test_a_view_shows_open_nouns_that_weigh",),
    ForgetsToLift: (
        "test_a_view_leaves_out_what_has_closed",
        "test_a_view_does_not_grow_with_the_past",
        "test_find_follows_whom_a_noun_touches_now",
    ),
    ShowsTwice: ("test_a_view_shows_each_noun_once_as_it_is_now",),
    MixesDays: ("test_a_view_shows_the_tallies_of_the_day", "test_tallies_add_up"),
    KnowsOnlyTheDay: ("test_a_view_shows_the_tallies_of_each_period",),
    CountsThisMonth: ("test_a_view_shows_the_tallies_of_each_period",),
    CountsItsOwn: ("test_a_view_knows_the_last_number_and_its_moment",),
    LiveTallies: ("test_a_view_stays_as_it_was",),
    ReadsInTwoGoes: ("test_a_view_is_one_moment",),
    ReadsTheKeyFirst: ("test_a_view_is_one_moment",),
    Backwards: (
        "test_the_journal_is_in_order",
        "test_words_come_oldest_first",
        "test_messages_come_oldest_first",
        "test_find_gives_one_kind_by_id",
    ),
    StartsAgain: ("test_the_journal_begins_after_a_number", "test_find_gives_pages"),
    GivesEverybodys: ("test_the_journal_of_one_id", "test_find_about_an_id"),
    FirstPageOnly: ("test_long_lists_are_complete",),
    FindsOnlyOpen: ("test_find_gives_open_and_closed",),
    OverlooksItself: ("test_find_about_an_id",),
    AsTheyCame: ("test_a_view_is_in_order",),
    HistoryOfTheActOnly: ("test_the_journal_of_an_id_follows_what_nouns_touch",),
    ForgetsWhoseWords: ("test_words_come_oldest_first", "test_the_books_hold_everything"),
    StrikesOutTold: ("test_the_books_hold_everything",),
    LastCountWins: ("test_tallies_add_up",),
    KeepsOneOfAKind: ("test_words_come_oldest_first",),
    KnowsNoDays: (
        "test_find_in_the_order_of_days",
        "test_find_between_days",
        "test_find_in_a_status",
    ),
    CountsAPage: ("test_find_counts",),
    FilesOnTheOldDay: ("test_find_follows_the_day_of_a_noun",),
    ForgetsTheShelfOnly: ("test_what_is_forgotten_is_gone",),
    SaysWhatCameFirst: ("test_the_newest_words_are_known",),
    ForgetsForGoodTooSoon: ("test_what_is_forgotten_in_vain_is_there",),
    RemovesTheRowOnly: ("test_what_is_removed_is_met_nowhere",),
    RemovesUnseen: ("test_nothing_is_removed_unseen",),
    Gossip: ("test_words_stay_out_of_the_journal",),
    LosesMessages: ("test_a_change_is_kept_whole",),
    BurnsNumbers: ("test_numbers_have_no_gap",),
    Unlinked: ("test_entries_are_linked",),
    NeverMoved: ("test_moved_when_a_noun_changed", "test_moved_when_a_noun_came"),
    OverlooksTallies: ("test_moved_when_a_tally_changed",),
    OverlooksNewcomers: ("test_moved_when_a_noun_came",),
    OverlooksLeavers: ("test_moved_when_a_noun_closed",),
    SaysMovedAndKeeps: ("test_moved_when_a_noun_changed", "test_moved_when_a_tally_changed"),
    NeverAlone: ("test_what_stands_alone_is_moved_by_any_entry",),
    MovedByStrangers: ("test_strangers_do_not_disturb",),
    MovedByAnyEntry: ("test_an_entry_that_moved_nothing_disturbs_nobody",),
    ForgetsKeys: ("test_a_key_gives_its_entry", "test_moved_when_the_key_was_taken"),
    ReadsKeysLoosely: ("test_a_key_gives_its_entry",),
    ForgetsToLookForTheKey: ("test_moved_when_the_key_was_taken",),
    KeepsHalf: (
        "test_a_fault_leaves_nothing",
        "test_a_batch_that_raises_leaves_nothing",
        "test_a_fault_inside_a_batch_leaves_no_half",
    ),
    WritesOver: ("test_nothing_is_overwritten_unseen",),
    StumblesOverTwins: ("test_what_is_named_twice_counts_once",),
    ForgetsBatches: ("test_a_batch_is_kept_whole",),
    BlindInABatch: ("test_a_batch_sees_itself",),
    RemembersItsViews: ("test_a_batch_sees_what_it_looked_at_before",),
    LooksForKeysOutside: ("test_a_batch_gives_a_key_once",),
    WritesAtTheEnd: ("test_whoever_reads_in_a_batch_meets_what_it_kept",),
    GivesABatchUp: ("test_a_batch_goes_on_after_moved",),
    NestsBatches: ("test_a_batch_holds_no_other",),
    OpenBatch: ("test_nobody_writes_beside_a_batch",),
    TakesAnyTask: ("test_a_batch_belongs_to_its_task",),
    Unlocked: (
        "test_threads_lose_nothing",
        "test_the_last_place_goes_to_one_thread",
        "test_a_batch_belongs_to_its_thread",
    ),
    GivesAll: ("test_messages_come_at_most_so_many", "test_find_gives_pages"),
    ClosesOnce: ("test_closing_twice_is_harmless",),
    NeverCloses: ("test_a_closed_store_says_so",),
    Fleeting: ("test_what_was_kept_is_there_again",),
    Elsewhere: ("test_two_openers_share_one_program", "test_the_last_place_goes_to_one_process"),
    LetsGo: ("test_openers_that_come_and_go_take_nothing_along",),
    RemembersWhatFailed: ("test_a_fault_of_one_opener_misleads_nobody",),
}
