"""What a store keeps, and when it keeps nothing."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import attrs

from peerkit.errors import Moved, StoreError
from peerkit.model import MET, MINUTES_GIVEN, WALKING, Count, Goal, Match, MatchStatus, Message
from peerkit.stores import GENESIS, Apart, Change, Store, Wanted
from peerkit.testing.kit import Conformance, pytest
from peerkit.testing.pieces import (
    PAIR,
    change,
    everything,
    keep,
    look,
    match,
    message,
    moved,
    tallies,
    unwritable,
    words,
)

__all__ = ["Keeping"]


class Keeping(Conformance, kit=True):
    """All of a change or nothing, and nothing when what was read has moved."""

    # -- what is kept, and when it is not

    def test_a_change_is_kept_whole(self, store: Store) -> None:
        """Entry, nouns, tallies, messages and words of a change are all there afterwards."""
        entry = keep(
            store,
            "m-1",
            nouns=[match()],
            counts=[Count("ana", WALKING, 1)],
            messages=[message()],
            said=[words("I want to swim.")],
        )

        assert tuple(store.journal()) == (entry,)
        assert store.find(Wanted(Match)) == (match(),)
        assert tallies(store) == {("ana", WALKING, ""): 1}
        assert store.outbox() == (1, 1)
        assert [each.text for each in store.apart("goal/g-1")] == ["I want to swim."]

    def test_numbers_have_no_gap(self, store: Store) -> None:
        """Entries are numbered from 1 without a gap, also after changes that were not kept."""
        old = look(store, "m-1")
        keep(store, "m-1", nouns=[match()])
        with pytest.raises(Moved):
            store.keep(change(("m-1",), old, nouns=[match()]))
        with pytest.raises((StoreError, AttributeError)):
            keep(store, "m-2", messages=[unwritable(Message)])
        with pytest.raises(ZeroDivisionError), store.together():
            keep(store, "m-3")
            _ = 1 / 0
        keep(store, "m-4")

        assert [each.number for each in store.journal()] == [1, 2]

    def test_entries_are_linked(self, store: Store) -> None:
        """Each entry names its number and the hash before it, and its hash is that of its body."""
        for _ in range(3):
            keep(store, "ana")
        before = GENESIS
        for number, entry in enumerate(store.journal(), 1):
            body = entry.read()
            assert (body["n"], body["prev"]) == (number, before)
            assert entry.hash == sha256(entry.body.encode()).hexdigest()
            before = entry.hash

    def test_moved_when_a_noun_changed(self, store: Store) -> None:
        """A decision does not stand when a noun it read has changed since."""
        keep(store, "m-1", nouns=[match()])
        old = look(store, "m-1")
        keep(store, "m-1", nouns=[match(status=MatchStatus.ACCEPTED)])

        moved(store, change(("m-1",), old, nouns=[match(status=MatchStatus.WITHDRAWN)]))

    def test_moved_when_a_noun_came(self, store: Store) -> None:
        """A decision does not stand when a noun that weighs on an id it read has come since."""
        old = look(store, PAIR)
        keep(store, "m-1", nouns=[match()])

        moved(store, change((PAIR,), old, counts=[Count("ana", WALKING, 1)]))

    def test_moved_when_a_noun_closed(self, store: Store) -> None:
        """A decision does not stand when a noun that weighed on an id it read has closed since."""
        keep(store, "m-1", nouns=[match()])
        old = look(store, PAIR)
        keep(store, "m-1", nouns=[match(status=MatchStatus.WITHDRAWN)])

        moved(store, change((PAIR,), old, counts=[Count("ana", WALKING, 1)]))

    def test_moved_when_a_tally_changed(self, store: Store) -> None:
        """A decision does not stand when a tally it read, standing or of the day, has moved."""
        for count in (Count("ana", WALKING, 1), Count("ana", MINUTES_GIVEN, 5, "2026-11-02")):
            old = look(store, "ana")
            keep(store, "ana", counts=[count])

            moved(store, change(("ana",), old, counts=[count]))

    def test_what_stands_alone_is_moved_by_any_entry(self, store: Store) -> None:
        """Forgetting reaches further than a view: a stranger's entry may be about them too."""
        old = attrs.evolve(look(store, "ana"), alone=True)
        keep(store, "ben")

        moved(store, change(("ana",), old))
        assert store.keep(change(("ana",), attrs.evolve(look(store, "ana"), alone=True))).number

    def test_moved_when_the_key_was_taken(self, store: Store) -> None:
        """A key is given once, also to a change that had not looked for it."""
        old = look(store, "ana", key="k")
        keep(store, "ben", key="k")

        moved(store, change(("ana",), old, key="k"))
        moved(store, change(("ana",), look(store, "ana"), key="k"))

    def test_a_key_gives_its_entry(self, store: Store) -> None:
        """Whoever looks with a key sees the entry that has it; others see none."""
        keep(store, "ana", key="other")
        entry = keep(store, "ana", key="k")
        keep(store, "ana")

        assert look(store, "ben", key="k").earlier == entry
        assert look(store, "ana").earlier is None
        assert look(store, "ana", key="K").earlier is None

    def test_strangers_do_not_disturb(self, store: Store) -> None:
        """What happens to others, and on other days, moves nothing that was read."""
        keep(store, "m-1", nouns=[match()])
        old = look(store, "m-1", "ana", PAIR, key="k")
        keep(store, "m-2", "ben", nouns=[match("m-2", peer="ben")], counts=[Count("ben", MET, 1)])
        keep(store, "ana", counts=[Count("ana", MINUTES_GIVEN, 5, "2026-11-03")], key="other")

        accepted = match(status=MatchStatus.ACCEPTED)
        entry = store.keep(change(("m-1", "ana", PAIR), old, nouns=[accepted], key="k"))

        assert tuple(store.journal(3)) == (entry,)
        assert store.find(Wanted(Match, about="p-1"), limit=1) == (accepted,)

    def test_an_entry_that_moved_nothing_disturbs_nobody(self, store: Store) -> None:
        """A refusal is journalled and moves nothing, so a decision about the same ids stands."""
        old = look(store, "ana", PAIR)
        refused = keep(store, "ana", PAIR)

        entry = store.keep(change(("ana", PAIR), old, nouns=[match()]))

        assert tuple(store.journal()) == (refused, entry)

    def test_a_fault_leaves_nothing(self, store: Store) -> None:
        """When a part cannot be written, nothing is, whichever part it is; the store goes on."""
        keep(store, "m-0", nouns=[match("m-0")], counts=[Count("ana", WALKING, 1)])
        before = everything(store)
        good: dict[str, Any] = {
            "nouns": [match("m-1"), match("m-0", MatchStatus.WITHDRAWN)],
            "counts": [Count("ana", WALKING, 1), Count("ana", MINUTES_GIVEN, 5, "2026-11-02")],
            "messages": [message()],
            "said": [words("I want to swim.")],
            "key": "k",
        }
        named = ("m-1", "m-0", "ana", PAIR)
        whole = change(named, look(store, *named, key="k"), **good)

        for part in ("nouns", "counts", "messages", "apart"):
            with pytest.raises((StoreError, AttributeError)):
                store.keep(_spoilt(whole, part))
            assert everything(store) == before, f"A fault in the {part} left something behind."
            assert look(store, *named, key="k") == whole.stood
            assert store.find(Wanted(Match, about="ana")) == (match("m-0"),)

        entry = store.keep(whole)
        assert tuple(store.journal(1)) == (entry,)

    def test_nothing_is_overwritten_unseen(self, store: Store) -> None:
        """A noun that exists and was not read is not written over."""
        keep(store, "m-1", nouns=[match(status=MatchStatus.WITHDRAWN)])
        before = everything(store)

        with pytest.raises(StoreError):
            keep(store, "ana", nouns=[match()])

        assert everything(store) == before

    def test_what_is_named_twice_counts_once(self, store: Store) -> None:
        """An act and a noun may name the same id twice: someone on both sides of a match."""
        both = match(participant="ana")
        entry = keep(store, "m-1", "ana", "ana", nouns=[both])

        assert tuple(store.journal(about="ana")) == (entry,)
        assert store.find(Wanted(Match, about="ana")) == (both,)

    # -- what is taken away

    def test_what_is_forgotten_is_gone(self, store: Store) -> None:
        """Every text of an owner goes with the change, those of others stay, and entries stand."""
        keep(store, "x", said=[words("Mine."), words("Hers.", owner="p-2")])
        keep(store, "x", said=[words("Mine too.", about="session/s-1")])
        bodies = [each.body for each in store.journal()]
        keep(store, "p-1", forgets=["p-1"], said=[words("Why.", about="p-1", owner="sam")])

        left = [words("Hers.", owner="p-2"), words("Why.", about="p-1", owner="sam")]
        assert [each for each in store.books() if isinstance(each, Apart)] == left
        assert store.apart("goal/g-1") == tuple(left[:1])
        assert [each.apart for each in store.journal()] == [(left[0],), (), (left[1],)]
        assert [each.body for each in store.journal()][:2] == bodies

    def test_what_is_forgotten_in_vain_is_there(self, store: Store) -> None:
        """When forgetting fails, nothing is forgotten."""
        keep(store, "m-1", nouns=[match()], said=[words("Mine.")])
        before = everything(store)

        with pytest.raises(ZeroDivisionError), store.together():
            keep(store, "m-1", forgets=["p-1"], removes=[("match", "m-1")])
            _ = 1 / 0

        assert everything(store) == before
        assert store.find(Wanted(Match, about="ana")) == (match(),)

    def test_what_is_removed_is_met_nowhere(self, store: Store) -> None:
        """A noun that is taken away weighs no more, is not found, and may come again."""
        keep(store, "m-1", nouns=[match(), match("m-2", participant="p-2")])
        entry = keep(store, "m-1", removes=[("match", "m-1")])

        assert look(store, "m-1", PAIR).view.nouns == ()
        assert store.find(Wanted(Match)) == (match("m-2", participant="p-2"),)
        assert store.find(Wanted(Match, about="p-1")) == ()
        assert tuple(store.journal(1)) == (entry,)
        keep(store, "m-1", nouns=[match()])
        assert look(store, PAIR).view.nouns == (match(),)

    def test_nothing_is_removed_unseen(self, store: Store) -> None:
        """A noun that was not read is not taken away."""
        keep(store, "m-1", nouns=[match()])
        before = everything(store)

        with pytest.raises(StoreError):
            keep(store, "ana", removes=[("match", "m-1")])

        assert everything(store) == before


def _spoilt(whole: Change, part: str) -> Change:
    """The change, with something at the end of one part that cannot be written."""
    last: dict[str, Any] = {
        "nouns": (unwritable(Goal), "{}"),
        "counts": unwritable(Count),
        "messages": unwritable(Message),
        "apart": unwritable(Apart),
    }
    parts = {name: getattr(whole, name) for name in last}
    parts[part] = (*parts[part], last[part])
    return Change(
        about=whole.about,
        day=whole.day,
        stood=whole.stood,
        key=whole.key,
        entry=whole.entry,
        **parts,
    )
