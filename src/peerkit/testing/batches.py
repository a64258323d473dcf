"""Many changes as one: what is read inside a batch, and what is left when something fails in it."""

from __future__ import annotations

from typing import Any

from peerkit.errors import Moved, StoreError
from peerkit.model import MINUTES_GIVEN, WALKING, Count, Match, MatchStatus, Message
from peerkit.stores import Apart, Store, Wanted
from peerkit.testing.kit import Conformance, pytest
from peerkit.testing.pieces import (
    DAY,
    NOW,
    PAIR,
    SOON,
    change,
    everything,
    keep,
    look,
    match,
    message,
    unwritable,
    words,
)

__all__ = ["Batches"]


class Batches(Conformance, kit=True):
    """All changes of a batch or none, and whoever reads inside meets what was kept before."""

    def test_a_batch_is_kept_whole(self, store: Store) -> None:
        """Every change of a batch is there afterwards, each with its own number."""
        with store.together():
            for number in range(1, 4):
                entry = keep(store, f"m-{number}", nouns=[match(f"m-{number}")])
                assert entry.number == number

        assert [each.number for each in store.journal()] == [1, 2, 3]
        assert [each.id for each in store.find(Wanted(Match))] == ["m-1", "m-2", "m-3"]

    def test_a_batch_that_raises_leaves_nothing(self, store: Store) -> None:
        """When a batch raises, none of its changes is there, nor anything they brought."""
        keep(store, "m-0", nouns=[match("m-0")], said=[words("First.")], messages=[message()])
        before, stood = everything(store), look(store, "m-0", "m-1", "ana", PAIR, key="k")

        with pytest.raises(ZeroDivisionError), store.together():
            keep(store, "m-0", nouns=[match("m-0", MatchStatus.WITHDRAWN)])
            keep(store, "m-1", nouns=[match()], counts=[Count("ana", WALKING, 1)], key="k")
            keep(store, "ana", messages=[message()], said=[words("Second.")])
            _ = 1 / 0

        assert everything(store) == before
        assert look(store, "m-0", "m-1", "ana", PAIR, key="k") == stood
        assert tuple(store.journal(about="m-1")) == ()

    def test_a_batch_sees_itself(self, store: Store) -> None:
        """Inside a batch a view shows what has been kept in it."""
        with store.together():
            number = keep(store, "m-1", nouns=[match()], counts=[Count("ana", WALKING, 1)]).number
            stood = look(store, PAIR, "ana")

        assert stood.view.nouns == (match(),)
        assert stood.view.tally("ana", WALKING) == 1
        assert stood.view.seen == number

    def test_a_batch_holds_no_other(self, store: Store) -> None:
        """A batch inside a batch is refused, and the outer one is kept."""
        with store.together():
            keep(store, "ana")
            with pytest.raises(StoreError), store.together():
                pass

        assert len(tuple(store.journal())) == 1

    def test_a_fault_inside_a_batch_leaves_no_half(self, store: Store) -> None:
        """When a change of a batch cannot be kept and the batch goes on, no half of it stays."""
        good = [match("m-2")]
        try:
            with store.together():
                keep(store, "m-1", nouns=[match()])
                with pytest.raises((StoreError, AttributeError)):
                    keep(store, "m-2", nouns=good, messages=[message(), unwritable(Message)])
                keep(store, "m-3", nouns=[match("m-3")])
        except StoreError:
            pass  # to give the whole batch up is right as well

        kept = [each.read()["about"] for each in store.journal()]
        assert kept in ([], [["m-1"], ["m-3"]])
        assert [[each.id] for each in store.find(Wanted(Match))] == kept
        assert store.outbox() == (0, 0)

    def test_a_batch_sees_what_it_looked_at_before(self, store: Store) -> None:
        """What a view has shown in a batch is shown as it is now, once that batch has moved it."""
        first = DAY.replace(day=1)
        walks, gave = Count("ana", WALKING, 1), Count("ana", MINUTES_GIVEN, 5, first.isoformat())

        def stood() -> tuple[Any, ...]:
            """What weighs on a pair; and what is named, with the tallies of today and the first."""
            views = (look(store, "m-1", "m-2", PAIR, "ana", day=day).view for day in (DAY, first))
            return (look(store, PAIR).view.nouns, *[(each.nouns, each.tallies) for each in views])

        keep(store, "m-1", nouns=[match()], counts=[walks])
        accepted, other = match(status=MatchStatus.ACCEPTED), match("m-2", peer="ben")
        gone = match(status=MatchStatus.WITHDRAWN)
        one, two = {("ana", WALKING): 1}, {("ana", WALKING): 2}
        with store.together():
            assert stood() == ((match(),), ((match(),), one), ((match(),), one))

            keep(store, "m-1", nouns=[accepted, other], counts=[walks, gave])
            both = (accepted, other)
            with_minutes = {**two, ("ana", MINUTES_GIVEN): 5}
            assert stood() == ((accepted,), (both, two), (both, with_minutes))

            keep(store, "m-1", "m-2", nouns=[gone], removes=[("match", "m-2")])
            assert stood() == ((), ((gone,), two), ((gone,), with_minutes))

    def test_a_batch_gives_a_key_once(self, store: Store) -> None:
        """A key that was taken in a batch is taken for that batch too, and answered in it."""
        with store.together():
            old = look(store, "ana", key="k")
            entry = keep(store, "ana", said=[words("Once.")], key="k")
            assert look(store, "ben", key="k").earlier == entry
            for who, stale in (
                ("ana", old),
                ("ana", look(store, "ana")),
                ("ben", look(store, "ben")),
            ):
                with pytest.raises(Moved):
                    store.keep(change((who,), stale, key="k"))

        assert tuple(store.journal()) == (entry,)

    def test_whoever_reads_in_a_batch_meets_what_it_kept(self, store: Store) -> None:
        """Nouns, entries, messages, tallies and words are found there in the batch already."""
        keep(store, "m-0", nouns=[match("m-0")], said=[words("Before.", owner="p-2")])
        with store.together():
            keep(store, "m-1", nouns=[match()], messages=[message(to="ben")])
            told = {"said": [words("Then.")], "counts": [Count("ana", WALKING, 1)]}
            entry = keep(store, "m-1", forgets=["p-2"], messages=[message()], **told)
            found = everything(store)

            assert store.count(Wanted(Match)) == len(store.find(Wanted(Match, about="ana")))
            assert [each.id for each in store.find(Wanted(Match))] == ["m-0", "m-1"]
            assert [each.number for each in store.journal(1, about="m-1")] == [2, entry.number]
            assert [each.text for each in store.apart("goal/g-1")] == ["Then."]
            assert store.outbox() == (2, 2)
            assert Count("ana", WALKING, 1) in store.books()
            assert [each.key for each in store.take(1, NOW, SOON, "t-1")] == ["2/0"]
            keep(store, "m-1", nouns=[match(status=MatchStatus.ACCEPTED)])
            assert store.count(Wanted(Match, statuses=frozenset({MatchStatus.ACCEPTED}))) == 1

        assert [each.text for each in found["books"] if isinstance(each, Apart)] == ["Then."]
        assert found["journal"] == tuple(store.journal())[:3]

    def test_a_batch_goes_on_after_moved(self, store: Store) -> None:
        """Moved leaves nothing behind: who reads again inside the batch can keep then."""
        with store.together():
            old = look(store, "ana", PAIR)
            first = keep(store, "m-1", nouns=[match()], counts=[Count("ana", WALKING, 1)])
            before = everything(store)
            with pytest.raises(Moved):
                store.keep(change(("ana", PAIR), old, nouns=[match("m-2")], messages=[message()]))
            assert everything(store) == before
            last = keep(store, "ana", PAIR, nouns=[match("m-3", participant="p-3")])

        assert tuple(store.journal()) == (first, last)
        assert [each.id for each in store.find(Wanted(Match))] == ["m-1", "m-3"]
