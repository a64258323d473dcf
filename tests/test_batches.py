"""Changes in any order, some of them in batches: a file shows at each step what memory shows."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)

from peerkit.errors import Moved
from peerkit.model import MINUTES_GIVEN, MINUTES_GIVEN_A_WEEK, WALKING, Count, MatchStatus, period
from peerkit.stores import Change, Entry, Standing, Store
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sqlite import SQLiteStore
from peerkit.testing.pieces import (
    DAY,
    NOW,
    PAIR,
    change,
    everything,
    look,
    match,
    message,
    settled,
    words,
)
from tests.broken_stores import (
    BlindInABatch,
    GivesABatchUp,
    LooksForKeysOutside,
    RemembersItsViews,
    WritesAtTheEnd,
)

pytestmark = pytest.mark.once

#: Two matches of one pair, and one of each of two others.
MATCHES: Final = {
    "m-1": {"peer": "ana", "participant": "p-1"},
    "m-2": {"peer": "ana", "participant": "p-1"},
    "m-3": {"peer": "ana", "participant": "p-2"},
    "m-4": {"peer": "ben", "participant": "ana"},
}
#: Under what they weigh, and two of whom nothing is ever known.
IDS: Final = (*MATCHES, "ana", "ben", PAIR, "ana+p-2", "m-9", "nobody")
DAYS: Final = (DAY, DAY - timedelta(days=1), DAY - timedelta(days=40))
ABOUT: Final = st.lists(st.sampled_from(IDS), min_size=1, max_size=4).map(tuple)
KEYS: Final = st.none() | st.sampled_from(["k-1", "k-2", "k-3"])
COUNTS: Final = st.builds(
    lambda of, what, by, day: Count(of, what, by, period(day, what)),
    st.sampled_from(["ana", "ben", PAIR]),
    st.sampled_from([WALKING, MINUTES_GIVEN, MINUTES_GIVEN_A_WEEK]),
    st.integers(-2, 5),
    st.sampled_from(DAYS),
)
OWNERS: Final = st.sampled_from(["p-1", "p-2"])
SAID: Final = st.builds(lambda owner, at: words(f"Word {at}.", owner=owner), OWNERS, st.integers())
SENT: Final = st.builds(message, st.integers(1, 9), st.sampled_from(["ana", "ben"]))


def few(one: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """None of them, or up to two."""
    return st.lists(one, max_size=2)


class TwoStores(RuleBasedStateMachine):
    """A store in memory and another one: what is kept in both is shown alike, batch or not."""

    other: ClassVar[Callable[[Path], Store]]

    def __init__(self) -> None:
        super().__init__()
        self.held = ExitStack()
        folder = self.held.enter_context(tempfile.TemporaryDirectory())
        self.stores = (MemoryStore(), type(self).other(Path(folder) / "program.db"))
        for each in self.stores:
            self.held.callback(each.close)
        self.batch: ExitStack | None = None
        self.old: list[tuple[tuple[str, ...], str | None, tuple[Standing, Standing]]] = []

    def teardown(self) -> None:
        """Let go of what is open."""
        if self.batch is not None:
            self.batch.close()
        self.held.close()

    def stood(self, about: tuple[str, ...], day: date, key: str | None) -> tuple[Standing, Any]:
        """How things stand in both, which is the same."""
        one, other = (look(each, *about, day=day, key=key) for each in self.stores)
        assert one == other
        return one, other

    def kept(self, made: list[Change]) -> Entry | None:
        """What both make of this: the same entry, or none where it has moved."""
        entries: list[Entry | None] = []
        for store, each in zip(self.stores, made, strict=True):
            try:
                entries.append(store.keep(each))
            except Moved:
                entries.append(None)
        assert entries[0] == entries[1]
        return entries[0]

    @precondition(lambda self: self.batch is None)
    @rule()
    def begin(self) -> None:
        """A batch begins."""
        self.batch = ExitStack()
        for each in self.stores:
            self.batch.enter_context(each.together())

    @precondition(lambda self: self.batch is not None)
    @rule(fails=st.booleans())
    def end(self, *, fails: bool) -> None:
        """It ends well, or all of it is taken back."""
        batch, self.batch = self.batch, None
        assert batch is not None
        if fails:
            self.old.clear()  # what was kept after them never was
            with pytest.raises(ZeroDivisionError), batch:
                _ = 1 / 0
        else:
            batch.close()
        self.read()
        self.all_ids_stand_alike()

    @rule(about=ABOUT, day=st.sampled_from(DAYS), key=KEYS)
    def look(self, about: tuple[str, ...], day: date, key: str | None) -> None:
        """Somebody looks, and may keep something on it later."""
        self.old.append((about, key, self.stood(about, day, key)))

    @rule(
        beside=ABOUT,
        ids=st.lists(st.sampled_from([*MATCHES]), unique=True, max_size=3),
        status=st.sampled_from([*MatchStatus, None]),
        key=KEYS,
        counts=few(COUNTS),
        messages=few(SENT),
        said=few(SAID),
        forgets=few(OWNERS),
    )
    def keep(
        self, *, beside: tuple[str, ...], ids: list[str], status: MatchStatus | None, **how: Any
    ) -> None:
        """A change of nouns that it has looked at; without a status, the last of them goes."""
        about = (*ids, *beside)
        one, other = self.stood(about, DAY, how["key"])
        there = {each.id for each in one.view.nouns}
        gone = ids[-1:] if status is None else []
        left = MatchStatus.PROPOSED if status is None else status
        how["nouns"] = [match(each, left, **MATCHES[each]) for each in ids if each not in gone]
        how["removes"] = [("match", each) for each in gone if each in there]
        entry = self.kept([change(about, each, **how) for each in (one, other)])

        assert (entry is None) == (one.earlier is not None)

    @precondition(lambda self: self.old)
    @rule(at=st.integers(0, 99), counts=few(COUNTS), keyed=st.booleans())
    def keep_on_what_stood(self, *, at: int, counts: list[Count], keyed: bool) -> None:
        """Both know whether what somebody looked at is still so."""
        about, key, stood = self.old[at % len(self.old)]
        how: dict[str, Any] = {"counts": counts, "key": key if keyed else None}
        self.kept([change(about, each, **how) for each in stood])

    @rule(limit=st.integers(1, 3), told=st.booleans())
    def take(self, *, limit: int, told: bool) -> None:
        """The same messages are taken, and told."""
        later = NOW + timedelta(minutes=5 if told else 0)
        one, other = (each.take(limit, NOW, later, "t") for each in self.stores)
        assert one == other
        done = [each.settle(tuple(map(settled, one)), NOW, "t") for each in self.stores if told]
        assert done[:1] == done[1:]

    @rule()
    def read(self) -> None:
        """Everything that can be read of both is the same."""
        one, other = self.stores
        assert everything(one) == everything(other)
        for about in ("m-1", "ana"):
            assert tuple(one.journal(about=about)) == tuple(other.journal(about=about))
        assert one.apart("goal/g-1") == other.apart("goal/g-1")

    @rule()
    def all_ids_stand_alike(self) -> None:
        """About all ids together: every noun, and the tallies of each of the days."""
        for day in DAYS:
            self.stood(IDS, day, None)


def run(other: Callable[[Path], Store], **how: Any) -> None:
    """Try many orders on a store of this kind."""
    machine = type("TwoStoresOfThese", (TwoStores,), {"other": staticmethod(other)})
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    chosen = settings(stateful_step_count=40, suppress_health_check=slow, **how)
    run_state_machine_as_test(machine, settings=chosen)


def test_a_file_shows_what_memory_shows_inside_a_batch_and_outside() -> None:
    """Whatever is kept, taken away, forgotten or has moved, in whatever order."""
    run(lambda path: SQLiteStore(path, durability="normal"), max_examples=20)


@pytest.mark.parametrize(
    "broken",
    [BlindInABatch, RemembersItsViews, LooksForKeysOutside, WritesAtTheEnd, GivesABatchUp],
    ids=lambda each: each.__name__,
)
def test_the_machine_notices_a_store_that_is_not_alike(broken: type[MemoryStore]) -> None:
    """A store that is broken in its batches is found out, so the test above says something."""
    with pytest.raises(AssertionError):
        run(lambda _: broken(), max_examples=200, derandomize=True, phases=[Phase.generate])
