"""What a store that encrypts promises: nothing in clear, a key for each, and no key left over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import attrs

from peerkit.errors import Moved, StoreError
from peerkit.stores import Apart, Entry, Reseals, Store
from peerkit.stores.sealing.boxes import key_of
from peerkit.stores.sealing.keys import Keys, KeysInMemory, Looked
from peerkit.testing.kit import Conformance, needs, pytest
from peerkit.testing.pieces import change, everything, keep, look, words
from peerkit.testing.sharing import at_once

__all__ = ["Sealing"]

CANARY: Final = "Grebe-4711 swims"


def texts(store: Store) -> list[str]:
    """What can be read of the texts apart, in order."""
    return [each.text for each in store.books() if isinstance(each, Apart) and not each.sealed]


def boxes(store: Store) -> list[Apart]:
    """What a store holds of the texts apart, in order."""
    return [each for each in store.books() if isinstance(each, Apart)]


class Sealing(Conformance, kit=True):
    """For a store around a store, such as :class:`~peerkit.stores.sealing.sealed.SealedStore`."""

    def inside(self, store: Any) -> tuple[Reseals, Keys]:
        """The store that is inside, and the keys."""
        raise NotImplementedError("Define inside(store): the store that is inside, and the keys.")

    def again(self, store: Any) -> Any:
        """The same around the same, as a program that is opened again would have it."""
        return type(store)(*self.inside(store))

    # -- what is held

    @needs("encryption")
    def test_nothing_is_held_in_clear(self, store: Store) -> None:
        """Neither a text nor its salt is in anything that the inner store shows."""
        inner, _ = self.inside(store)
        said = Apart("goal/g-1", "p-1", "Salt-4711", CANARY)
        keep(store, "x", said=[said], key="k")
        with store.together():
            keep(store, "x", said=[attrs.evolve(said, owner="p-2")])

        earlier = look(inner, key="k").earlier
        shown = [*inner.apart("goal/g-1"), *boxes(inner), *_of(inner.journal()), *_of([earlier])]
        for each in shown:
            assert each.sealed
            assert "4711" not in each.salt + each.text
        assert not any("4711" in each.body for each in inner.journal())

    @needs("encryption")
    def test_everything_is_read_in_clear(self, store: Store) -> None:
        """Whichever way a text is read, it is the one that was kept."""
        said = words(CANARY)
        kept = keep(store, "x", said=[said], key="k")

        assert kept.apart == (said,)
        assert tuple(store.journal()) == tuple(store.journal(about="x")) == (kept,)
        assert store.apart(said.about) == (said,)
        assert boxes(store) == [said]
        assert look(store, key="k").earlier == kept
        assert store.newest() == said

    @needs("encryption")
    def test_equal_texts_are_sealed_differently(self, store: Store) -> None:
        """Who sees the boxes cannot tell which of them hold the same."""
        keep(store, "x", said=[words(CANARY), words(CANARY)])
        keep(store, "x", said=[words(CANARY)])
        inner, _ = self.inside(store)

        held = [each.text.rpartition(" ")[2] for each in inner.apart("goal/g-1")]
        assert len({each[:16] for each in held}) == len({each[16:] for each in held}) == len(held)

    @needs("encryption")
    def test_a_text_of_before_is_read(self, store: Store) -> None:
        """What was kept before anything was encrypted is read as it is."""
        inner, _ = self.inside(store)
        kept = keep(inner, "x", said=[words(CANARY)])

        assert store.apart("goal/g-1") == (words(CANARY),)
        assert tuple(store.journal()) == (kept,)

    # -- what does not open

    @needs("encryption")
    def test_a_text_that_was_moved_is_refused(self, store: Store) -> None:
        """A box in another's row, about something else or with another digest opens nowhere."""
        keep(store, "x", said=[words(CANARY)])
        keep(store, "x", said=[words("Hers.", "goal/g-2", "p-2")])
        inner, keys = self.inside(store)
        (box,) = inner.apart("goal/g-1")
        named = f"{key_of(box)}"
        moved = {
            "goal/moved": attrs.evolve(box, about="goal/moved"),
            "goal/theirs": attrs.evolve(box, about="goal/theirs", owner="p-2"),
            "goal/renamed": attrs.evolve(
                box,
                about="goal/renamed",
                owner="p-2",
                text=box.text.replace(named, keys.current("p-2").name),
            ),
            "goal/edited": attrs.evolve(box, about="goal/edited", text=box.text[:-8] + "AAAAAAA="),
        }
        digest = attrs.evolve(box, text=box.text.replace(box.digest, "0" * 64))
        keep(inner, "x", said=[*moved.values()])
        inner.reseal(((box, digest),))

        for about in ("goal/g-1", "goal/moved", "goal/renamed", "goal/edited"):
            with pytest.raises(StoreError, match=about):
                store.apart(about)
        assert all(each.sealed for each in store.apart("goal/theirs"))
        found = [each for entry in store.journal() for each in entry.apart]
        assert [each.text for each in found if not each.sealed] == ["Hers."]
        assert texts(store) == ["Hers."]

    @needs("encryption")
    def test_a_key_that_is_gone_leaves_the_rest(self, store: Store) -> None:
        """Without somebody's key their texts are sealed, nobody else's are, and nothing fails."""
        keep(store, "x", said=[words(CANARY), words("Hers.", owner="p-2")], key="k")
        keep(store, "x", said=[words("Theirs.", owner="p-1+p-2")])
        bodies = [each.body for each in store.journal()]
        _, keys = self.inside(store)
        keys.retire(["p-1"])
        keys.destroy(keys.retired())

        mine, hers, theirs = store.apart("goal/g-1")
        assert (hers.text, theirs.text) == ("Hers.", "Theirs.")
        assert mine.sealed
        assert CANARY not in mine.text
        assert mine.digest == words(CANARY).digest
        assert texts(store) == ["Hers.", "Theirs."]
        assert [each.body for each in store.journal()] == bodies
        assert [each.sealed for each in _of(store.journal())] == [True, False, False]
        assert [each.sealed for each in _of([look(store, key="k").earlier])] == [True, False]

    # -- what is forgotten

    @needs("encryption")
    def test_who_is_forgotten_has_no_key(self, store: Store) -> None:
        """With the texts goes their key, so that no copy of the store holds them any more."""
        keep(store, "x", said=[words(CANARY), words("Hers.", owner="p-2")])
        inner, keys = self.inside(store)
        copy = boxes(inner)
        keep(store, "p-1", forgets=["p-1"], said=[words("After.", "p-1")])

        old = [keys.named(each.owner, f"{key_of(each)}") is not None for each in copy]
        assert old == [False, True]
        assert texts(store) == ["Hers.", "After."]
        assert not keys.retired()

    @needs("encryption")
    def test_what_is_forgotten_in_vain_has_its_key(self, store: Store) -> None:
        """A key goes when the change is kept and not before: a batch that fails destroys none."""
        keep(store, "x", said=[words(CANARY)])
        stale = change(("x",), look(store, "x"), forgets=["p-1"], key="k")
        keep(store, "x", key="k")

        with pytest.raises(ZeroDivisionError), store.together():
            keep(store, "p-1", forgets=["p-1"])
            _ = 1 / 0
        assert texts(store) == [CANARY]
        with store.together():
            with pytest.raises(Moved):
                store.keep(stale)
            keep(store, "x", said=[words("More.")])
        assert texts(store) == [CANARY, "More."]

    @needs("encryption")
    def test_a_batch_that_forgets_destroys_at_its_end(self, store: Store) -> None:
        """Inside a batch nothing is destroyed yet; when it is kept, what was forgotten is."""
        keep(store, "x", said=[words(CANARY)])
        inner, keys = self.inside(store)
        ((owner, name),) = [(each.owner, f"{key_of(each)}") for each in boxes(inner)]

        with store.together():
            keep(store, "p-1", forgets=["p-1"])
            assert keys.named(owner, name) is not None
            keep(store, "p-1", said=[words("After.")])
        assert keys.named(owner, name) is None
        assert texts(store) == ["After."]

    @needs("encryption")
    def test_what_a_crash_left_is_done_at_the_next_opening(self, store: Store) -> None:
        """A key that should have gone goes when the store is opened; what is needed stays."""
        keep(store, "x", said=[words(CANARY), words("Hers.", owner="p-2")])
        inner, keys = self.inside(store)
        old = [(each.owner, f"{key_of(each)}") for each in boxes(inner)]
        keys.retire(["p-1", "p-2"])
        keep(inner, "p-1", forgets=["p-1"])  # and here the lights went out

        opened = self.again(store)

        assert [keys.named(*each) is not None for each in old] == [False, True]
        assert texts(opened) == ["Hers."]

    @needs("encryption")
    def test_keys_are_of_one_journal(self, store: Store) -> None:
        """Keys of another journal are refused: one would destroy what the other needs."""
        keep(store, "x", said=[words(CANARY)])
        _, keys = self.inside(store)

        assert not keys.belong("")
        assert not keys.belong("0" * 64)
        assert keys.belong(next(store.journal()).hash)

    @needs("encryption")
    def test_who_was_forgotten_without_keys_has_none(self, store: Store) -> None:
        """At the next opening all their keys go; what they said since is sealed with another."""
        keep(store, "x", said=[words(CANARY), words("Hers.", owner="p-2")])
        inner, keys = self.inside(store)
        store.rotate()  # type: ignore[attr-defined]  # what it is asked for
        old = [keys.current(each) for each in ("p-1", "p-2")]
        keep(inner, "p-1", forgets=["p-1"])
        keep(store, "x", said=[words("Back.")])

        opened = self.again(store)

        assert keys.named("p-1", old[0].name) is None
        assert keys.named("p-2", old[1].name) == keys.current("p-2") == old[1]
        assert {owner for owner, _ in keys.retired()} == {"p-2"}
        assert texts(opened) == ["Hers.", "Back."]

    @needs("encryption")
    def test_who_was_forgotten_once_may_come_back(self, store: Store) -> None:
        """What was met is met once: no opening takes a key of somebody who came back."""
        keep(store, "x", said=[words(CANARY)])
        inner, keys = self.inside(store)
        keep(store, "p-1", forgets=["p-1"])
        keep(inner, "p-1", forgets=["p-1"])
        opened = self.again(store)
        keep(opened, "x", said=[words("Back.")])
        key = keys.current("p-1")
        opened.rotate()
        keys.look(Looked(1, "0" * 64))  # a copy that went on otherwise

        again = self.again(opened)

        assert keys.named("p-1", key.name) == key
        assert keys.looked().number == len(list(again.journal()))

    @needs("encryption")
    def test_keys_that_open_nothing_are_refused(self, store: Store) -> None:
        """A path that was mistyped is a new file of keys: it is not taken, unless that is meant."""
        keep(store, "x", said=[words(CANARY)])
        inner, _ = self.inside(store)

        with pytest.raises(StoreError, match="these keys are new"):
            type(store)(inner, KeysInMemory())  # type: ignore[call-arg]  # as one around a store
        new: Any = type(store)(inner, KeysInMemory(), anew=True)  # type: ignore[call-arg]
        assert [each.sealed for each in new.apart("goal/g-1")] == [True]
        assert self.again(store).apart("goal/g-1") == (words(CANARY),)

    # -- new keys

    @needs("encryption")
    def test_new_keys_change_nothing_that_is_read(self, store: Store) -> None:
        """Afterwards every text is in another box, under another key, and reads as before."""
        inner, keys = self.inside(store)
        keep(inner, "x", said=[words("Of before.")])
        for number in range(3):
            keep(store, "x", said=[words(f"Mine {number}."), words("Hers.", owner="p-2")])
        before, held = everything(store), boxes(inner)

        assert store.rotate() == len(held)  # type: ignore[attr-defined]  # what it is asked for

        assert everything(store) == before
        now = boxes(inner)
        assert all(each.sealed for each in now)
        assert not {each.text for each in held} & {each.text for each in now}
        used = {(each.owner, f"{key_of(each)}") for each in now}
        assert used == {(each, keys.current(each).name) for each in ("p-1", "p-2")}

    @needs("encryption")
    def test_old_keys_stay_for_copies(self, store: Store) -> None:
        """A copy that was made before new keys came is read with the old ones."""
        keep(store, "x", said=[words(CANARY), words("Hers.", owner="p-2")])
        inner, keys = self.inside(store)
        copy = boxes(inner)

        store.rotate()  # type: ignore[attr-defined]  # what it is asked for
        self.again(store)

        old = {(each.owner, f"{key_of(each)}") for each in copy}
        assert keys.retired() == old
        assert None not in {keys.named(*each) for each in old}
        keep(store, "p-1", forgets=["p-1"])
        assert {owner for owner, _ in keys.retired()} == {"p-2"}, "Who is forgotten is, in copies."

    @needs("encryption")
    def test_old_keys_go_when_that_is_asked_for(self, store: Store) -> None:
        """Then no copy of before is read any more, and all that is here is."""
        keep(store, "x", said=[words(CANARY), words("Hers.", owner="p-2")])
        _, keys = self.inside(store)

        store.rotate(destroy_old=True)  # type: ignore[attr-defined]  # what it is asked for

        assert not keys.retired()
        assert texts(store) == [CANARY, "Hers."]

    @needs("encryption")
    def test_what_does_not_open_is_left_alone(self, store: Store) -> None:
        """New keys come to what can be read; what cannot is neither lost nor in the way."""
        keep(store, "x", said=[words(CANARY), words("Hers.", owner="p-2")])
        inner, keys = self.inside(store)
        keys.retire(["p-1"])
        keys.destroy(keys.retired())
        lost, _ = boxes(inner)

        assert store.rotate() == 1  # type: ignore[attr-defined]  # what it is asked for
        assert boxes(inner)[0] == lost
        assert texts(store) == ["Hers."]

    @needs("encryption")
    def test_new_keys_come_while_others_write(self, store: Store) -> None:
        """Threads that write and read while keys change lose no text and see none sealed."""

        def work(number: int) -> None:
            for each in range(5):
                keep(store, f"t-{number}", said=[words(f"{number}/{each}", owner=f"p-{each}")])
                if number == 0:
                    store.rotate()  # type: ignore[attr-defined]  # what it is asked for
                assert not any(box.sealed for box in store.apart("goal/g-1"))
                assert not any(box.sealed for box in _of(store.journal()))

        at_once(work, 4)

        said = sorted(f"{number}/{each}" for number in range(4) for each in range(5))
        assert sorted(texts(store)) == said
        assert texts(self.again(store)) == texts(store)

    @needs("encryption")
    def test_a_text_is_written_anew_where_it_stands(self, store: Store) -> None:
        """The inner store puts texts in the place of others: all or none, and nothing else."""
        inner, _ = self.inside(store)
        a, b, c = words("A."), words("B.", owner="p-2"), words("C.", "session/s-1")
        keep(inner, "x", said=[a, b], key="k")
        keep(inner, "x", said=[c])
        before = everything(inner)
        a2, c2 = attrs.evolve(a, salt="", text="A2"), attrs.evolve(c, salt="", text="C2")

        with pytest.raises(ZeroDivisionError), inner.together():
            inner.reseal(((a, a2), (c, c2)))
            _ = 1 / 0
        assert everything(inner) == before
        inner.reseal(((a, a2), (words("Gone."), words("Never.")), (c, c2)))
        inner.reseal(((a, words("Late.")),))

        assert boxes(inner) == [a2, b, c2]
        assert [each.apart for each in inner.journal()] == [(a2, b), (c2,)]
        assert inner.apart("goal/g-1") == (a2, b)
        assert [each.apart for each in (look(inner, key="k").earlier,) if each] == [(a2, b)]
        bodies = [(each.number, each.hash, each.body) for each in inner.journal()]
        assert bodies == [(each.number, each.hash, each.body) for each in before["journal"]]
        assert keep(inner, "x").number == len(bodies) + 1


def _of(entries: Any) -> Iterator[Apart]:
    """The texts of these entries."""
    for entry in entries:
        assert isinstance(entry, Entry)
        yield from entry.apart
