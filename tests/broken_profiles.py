"""Stores that break what they claim besides, each in one way, and the tests that catch them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

import attrs

from peerkit.errors import Moved, StoreError
from peerkit.stores import Apart, Change, Entry, Store
from peerkit.stores.memory import MemoryStore
from peerkit.testing.hosting import Joined
from peerkit.testing.pieces import keep

# -- in a transaction of a host's


class CommitsByItself(MemoryStore):
    """Takes no part in the transaction of the host."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[str] = []

    @contextmanager
    def hosting(self) -> Iterator[Joined]:
        """Only the host's rows are taken back."""
        before = list(self.rows)
        try:
            yield self, self.write
        except BaseException:
            self.rows = before
            raise

    def write(self, row: str) -> None:
        """A row of the host's."""
        self.rows.append(row)

    def hosted(self) -> list[str]:
        """All of them."""
        return self.rows

    def close(self) -> None:
        """What is joined is the store itself, so it stays open."""


class KeepsElsewhere(CommitsByItself):
    """What was kept with the host's rows is not there after the commit."""

    @contextmanager
    def hosting(self) -> Iterator[Joined]:
        """Another store altogether."""
        yield MemoryStore(), self.write


class SpoilsTheHost(CommitsByItself):
    """After an error of ours the host's transaction takes nothing more."""

    spoilt = False

    def keep(self, change: Change) -> Entry:
        """And note that it failed."""
        try:
            return super().keep(change)
        except BaseException:
            self.spoilt = True
            raise

    def write(self, row: str) -> None:
        """What a server says then."""
        if self.spoilt:
            raise StoreError("The transaction is aborted.")
        super().write(row)


class ClosesTheHost(SpoilsTheHost):
    """Closing our store ends the transaction of the host."""

    def keep(self, change: Change) -> Entry:
        """As it should be."""
        return CommitsByItself.keep(self, change)

    def close(self) -> None:
        """And the host's as well."""
        self.spoilt = True


# -- restoring


class Restored(MemoryStore):
    """Restores as it should."""

    def restore(self, changes: Iterable[Change]) -> Entry:
        """One by one, all or none."""
        with self.together():
            return self.each(changes)

    def each(self, changes: Iterable[Change]) -> Entry:
        """One by one."""
        return [self.one(each) for each in changes][-1]

    def one(self, change: Change) -> Entry:
        """What follows the last entry, but for what is gone."""
        if change.stood.view.seen != len(self._entries):
            raise Moved(change.about, change.stood.view.seen)
        there = tuple(each for each in change.removes if each in self._nouns)
        return self.keep(attrs.evolve(change, removes=there))


class LosesKeys(Restored):
    """What was answered to a key elsewhere is not known here."""

    def one(self, change: Change) -> Entry:
        """Without its key."""
        return super().one(attrs.evolve(change, key=None))


class StopsAtWhatIsGone(Restored):
    """Wants to take away only what is there."""

    def one(self, change: Change) -> Entry:
        """As any change."""
        return self.keep(change)


class RestoresAnywhere(Restored):
    """Puts changes behind whatever is there."""

    def one(self, change: Change) -> Entry:
        """As if it had seen the last entry."""
        view = attrs.evolve(change.stood.view, seen=len(self._entries))
        return super().one(attrs.evolve(change, stood=attrs.evolve(change.stood, view=view)))


class RestoresHalf(Restored):
    """Keeps what came before a fault."""

    def restore(self, changes: Iterable[Change]) -> Entry:
        """Not together."""
        return self.each(changes)


# -- when its guards are mended


class Guarded(MemoryStore):
    """Mends its guard as it should."""

    gone = False

    def unguard(self) -> str:
        """It has one."""
        self.gone = True
        return "watchman"

    def faults(self) -> Iterator[str]:
        """Whether it is there."""
        if self.gone:
            yield "The watchman is missing."

    def cards(self) -> Iterator[Any]:
        """None."""
        return iter(())

    def mend_guards(self) -> tuple[str, ...]:
        """Put it back, and say so."""
        if not self.gone:
            return ()
        self.gone = False
        return ("The watchman was put back.",)


class MissesNoGuard(Guarded):
    """Does not see that it is gone."""

    def faults(self) -> Iterator[str]:
        """Nothing, ever."""
        return iter(())


class SaysItMended(Guarded):
    """Says so, and does nothing."""

    def mend_guards(self) -> tuple[str, ...]:
        """Only words."""
        return ("The watchman was put back.",) if self.gone else ()


class MendsInSilence(Guarded):
    """Does it, and says nothing."""

    def mend_guards(self) -> tuple[str, ...]:
        """No words."""
        super().mend_guards()
        return ()


class MendsByItself(Guarded):
    """Whoever keeps something puts it back, and nobody learns that it was gone."""

    def keep(self, change: Change) -> Entry:
        """And mend."""
        self.mend_guards()
        return super().keep(change)


class MendsByEmptying(Guarded):
    """Begins anew, with a guard."""

    def mend_guards(self) -> tuple[str, ...]:
        """Nothing is left of what was kept."""
        said = super().mend_guards()
        vars(self).update(vars(type(self)()))
        return said


# -- on a server


class KeepsWhatWasCut(MemoryStore):
    """The first half of a batch whose connection was cut stays."""

    lost = False

    def cut(self) -> None:
        """What was written is committed."""
        self._undo.clear()
        self.lost = True

    def keep(self, change: Change) -> Entry:
        """Once it says that the connection is lost."""
        if self.lost:
            self.lost = False
            raise StoreError("The connection is lost.")
        return super().keep(change)


class NeverConnectsAgain(MemoryStore):
    """Cut once, it is cut for good."""

    def cut(self) -> None:
        """As if it were closed."""
        self._closed = True


class SharesNumbers(MemoryStore):
    """The programs of one database are numbered in one row."""

    @contextmanager
    def neighbour(self) -> Iterator[Store]:
        """It has an entry that is not its own."""
        other = MemoryStore()
        keep(other, "ana")
        yield other


# -- to be read only


class ReadsNothing(MemoryStore):
    """Whoever opens it to be read sees nothing."""

    def reader(self) -> Any:
        """Another store altogether."""
        return nullcontext(MemoryStore())


class ReadsAndWrites(MemoryStore):
    """Whoever opens it to be read may write."""

    def reader(self) -> Any:
        """The store itself."""
        return nullcontext(self)


class LeasesToReaders(MemoryStore):
    """Whoever reads keeps nothing, and takes messages all the same."""

    read_only = False

    @contextmanager
    def reader(self) -> Iterator[Store]:
        """The store itself, which now keeps nothing."""
        self.read_only = True
        yield self
        self.read_only = False

    def keep(self, change: Change) -> Entry:
        """Refused."""
        if self.read_only:
            raise StoreError("It is read only.")
        return super().keep(change)


# -- when it copies itself


class CopiesTwoMoments(MemoryStore):
    """What is kept meanwhile comes into the copy, and the head is that of before."""

    def backup(self, path: str, progress: Callable[[int, int], object]) -> tuple[int, str]:
        """The copy is the store itself."""
        head = (len(self._entries), self._entries[-1].hash)
        self._write(path, progress)
        return head

    def copy(self, path: str) -> Any:
        """What was copied: everything, whenever it came."""
        return nullcontext(self)

    def _write(self, path: str, progress: Callable[[int, int], object]) -> None:
        if Path(path).exists():
            raise StoreError("There is a file of that name.")
        progress(1, 1)
        Path(path).touch()


class CopiesOver(CopiesTwoMoments):
    """Writes over what is there."""

    def _write(self, path: str, progress: Callable[[int, int], object]) -> None:
        progress(1, 1)
        Path(path).touch()


class LeavesHalfACopy(CopiesTwoMoments):
    """What fails leaves a file that looks like a copy."""

    def _write(self, path: str, progress: Callable[[int, int], object]) -> None:
        if Path(path).exists():
            raise StoreError("There is a file of that name.")
        Path(path).touch()
        progress(1, 1)


# -- when texts are written anew

Pairs = tuple[tuple[Apart, Apart], ...]


class ResealsTheShelfOnly(MemoryStore):
    """In the entries the old texts stay."""

    def reseal(self, pairs: Pairs) -> None:
        """Only where texts are found by what they are about."""
        now = dict(pairs)
        for kept in self._apart.values():
            kept[:] = [now.get(each, each) for each in kept]


class ResealsTheForgotten(MemoryStore):
    """What was forgotten comes back in its new form."""

    def reseal(self, pairs: Pairs) -> None:
        """Whether or not the old one is there."""
        for _, new in pairs:
            self._apart[new.about].append(new)


class ResealsAtOnce(MemoryStore):
    """What is written anew in a batch stays when the batch is taken back."""

    def reseal(self, pairs: Pairs) -> None:
        """And nothing knows how to take it back."""
        super().reseal(pairs)
        self._undo.clear()


#: Each broken store, and the tests of the kit that must catch it.
PROFILES: Final[Mapping[type[Store], tuple[str, ...]]] = {
    CommitsByItself: ("test_the_host_commits_both", "test_the_host_rolls_back_both"),
    KeepsElsewhere: ("test_the_host_commits_both",),
    SpoilsTheHost: ("test_an_error_of_ours_leaves_the_host_its_transaction",),
    ClosesTheHost: ("test_an_error_of_ours_leaves_the_host_its_transaction",),
    KeepsWhatWasCut: ("test_what_is_cut_leaves_no_half",),
    NeverConnectsAgain: ("test_a_store_that_was_cut_works_again",),
    SharesNumbers: ("test_programs_do_not_wait_for_each_other",),
    LosesKeys: ("test_what_is_restored_is_what_would_have_been_kept",),
    StopsAtWhatIsGone: ("test_what_is_gone_already_is_passed_over",),
    RestoresAnywhere: ("test_what_does_not_follow_is_not_restored",),
    RestoresHalf: ("test_a_fault_restores_nothing",),
    MissesNoGuard: ("test_a_guard_comes_back_when_that_is_asked_for",),
    SaysItMended: ("test_a_guard_comes_back_when_that_is_asked_for",),
    MendsInSilence: ("test_a_guard_comes_back_when_that_is_asked_for",),
    MendsByItself: ("test_a_guard_comes_back_when_that_is_asked_for",),
    MendsByEmptying: ("test_mending_changes_nothing_that_is_kept",),
    ReadsNothing: ("test_a_reader_reads_what_is_kept",),
    ReadsAndWrites: ("test_a_reader_writes_nothing",),
    LeasesToReaders: ("test_a_reader_writes_nothing",),
    CopiesTwoMoments: ("test_a_copy_is_one_moment",),
    CopiesOver: ("test_a_copy_takes_no_other_name",),
    LeavesHalfACopy: ("test_a_copy_takes_no_other_name",),
    ResealsTheShelfOnly: ("test_texts_are_replaced_where_they_stand",),
    ResealsTheForgotten: ("test_a_text_that_is_no_more_as_it_was_is_left_alone",),
    ResealsAtOnce: ("test_a_batch_that_raises_takes_texts_back",),
}
