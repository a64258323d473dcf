"""What some stores can do besides: be read only, copy themselves, and write their texts anew."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import attrs

from peerkit.errors import StoreError
from peerkit.model import Match, MatchStatus
from peerkit.stores import Apart, BacksUp, Delivery, Reseals, Settled, Store, Wanted
from peerkit.stores.inspected import Mends
from peerkit.testing.kit import Conformance, needs, pytest
from peerkit.testing.pieces import NOW, PAIR, SOON, everything, keep, look, match, message, words

__all__ = ["Copying"]


class Copying(Conformance, kit=True):
    """Who only reads changes nothing; a copy is one moment; a text changes in its place alone."""

    def reader(self, store: Any) -> AbstractContextManager[Store]:
        """The place of this store, opened to be read only."""
        raise NotImplementedError("Define reader(store): its place, opened to be read only.")

    def copy(self, store: Any, path: str) -> AbstractContextManager[Store]:
        """The program in the copy at this path, opened."""
        raise NotImplementedError("Define copy(store, path): the program in that copy, opened.")

    # -- for those who claim "read-only"

    @needs("read-only")
    def test_a_reader_reads_what_is_kept(self, store: Store) -> None:
        """Whatever is kept is read, what came before the opening and what came after it."""
        keep(store, "m-1", nouns=[match()], messages=[message()], said=[words("Yes.")], key="k")
        with self.reader(store) as reader:
            assert everything(reader) == everything(store)
            keep(store, "m-1", nouns=[match(status=MatchStatus.ACCEPTED)])

            assert everything(reader) == everything(store)
            assert look(reader, "m-1", PAIR, key="k") == look(store, "m-1", PAIR, key="k")
            assert reader.count(Wanted(Match)) == 1
            assert [each.key for each in reader.posted(Delivery.WAITING)] == ["1/0"]

    @needs("read-only")
    def test_a_reader_writes_nothing(self, store: Store) -> None:
        """Whatever would change something is refused, and nothing is changed."""
        keep(store, "m-1", nouns=[match()], messages=[message()])
        before = everything(store)
        told = Settled(key="1/0", delivery=Delivery.TOLD)
        with self.reader(store) as reader:
            refused: dict[str, Callable[[], object]] = {
                "keep": lambda: keep(reader, "ana"),
                "take": lambda: reader.take(1, NOW, SOON, "t-1"),
                "settle": lambda: reader.settle((told,), NOW),
            }
            if isinstance(reader, Mends):
                refused["mend_guards"] = reader.mend_guards
            for name, ask in refused.items():
                try:
                    ask()
                except StoreError:
                    continue
                pytest.fail(f"{name} of a store that is read only did not raise StoreError.")

        assert everything(store) == before
        assert [each.key for each in store.take(1, NOW, SOON, "t-1")] == ["1/0"]

    # -- for those who claim "backs-up"

    @needs("backs-up")
    def test_a_copy_is_one_moment(self, store: Store, tmp_path: Path) -> None:
        """What is kept while it is copied is in the copy whole or not at all, and goes on here."""
        keep(store, "m-1", nouns=[match()], messages=[message()], said=[words("Yes.")])
        told: list[tuple[int, int]] = []

        def progress(done: int, of: int) -> None:
            if not told:
                keep(store, "m-2", nouns=[match("m-2")], messages=[message()])
            told.append((done, of))

        assert isinstance(store, BacksUp)
        head = store.backup(str(tmp_path / "copy"), progress)

        with self.copy(store, str(tmp_path / "copy")) as copy:
            journal = tuple(copy.journal())
            assert (len(journal), journal[-1].hash) == head
            assert [each.id for each in copy.find(Wanted(Match))] == ["m-1", "m-2"][: head[0]]
            assert copy.outbox() == (head[0], head[0])
            assert journal == tuple(store.journal())[: head[0]]
        assert [done for done, _ in told] == sorted(done for done, _ in told)
        assert told[-1][0] == told[-1][1]
        assert [each.number for each in store.journal()] == [1, 2]

    @needs("backs-up")
    def test_a_copy_takes_no_other_name(self, store: Store, tmp_path: Path) -> None:
        """Nothing is written over, and what fails leaves nothing of its name."""
        keep(store, "ana")
        taken, new = tmp_path / "taken", tmp_path / "new"
        taken.write_text("Somebody's.")

        def stop(done: int, of: int) -> None:
            raise ZeroDivisionError

        assert isinstance(store, BacksUp)
        with pytest.raises(StoreError):
            store.backup(str(taken), lambda *_: None)
        with pytest.raises(ZeroDivisionError):
            store.backup(str(new), stop)

        assert taken.read_text() == "Somebody's."
        assert not new.exists()
        assert store.backup(str(new), lambda *_: None)[0] == 1

    # -- for those who claim "reseals"

    @needs("reseals")
    def test_texts_are_replaced_where_they_stand(self, store: Store) -> None:
        """Each text takes the place of the one before it, and nothing else moves."""
        said = [words("One."), words("Two."), words("One."), words("Other.", owner="p-2")]
        keep(store, "x", said=said[:2], key="k")
        keep(store, "x", said=said[2:])
        before = everything(store)
        one, two = _anew(said[0]), _anew(said[1])

        assert isinstance(store, Reseals)
        store.reseal(((said[0], one), (said[1], two)))

        assert store.apart("goal/g-1") == (one, two, one, said[3])
        assert [each.apart for each in store.journal()] == [(one, two), (one, said[3])]
        assert [attrs.evolve(each, apart=()) for each in store.journal()] == [
            attrs.evolve(each, apart=()) for each in before["journal"]
        ]
        earlier = look(store, key="k").earlier
        assert earlier is not None
        assert earlier.apart == (one, two)

    @needs("reseals")
    def test_a_text_that_is_no_more_as_it_was_is_left_alone(self, store: Store) -> None:
        """What was forgotten, or written anew by somebody else, is not what the pair says."""
        said = [words("One."), words("Two.")]
        keep(store, "x", said=said)
        keep(store, "p-1", forgets=["p-1"], said=[words("Three.", owner="sam")])
        before = everything(store)

        assert isinstance(store, Reseals)
        store.reseal(tuple((each, _anew(each)) for each in said))

        assert everything(store) == before

    @needs("reseals")
    def test_a_batch_that_raises_takes_texts_back(self, store: Store) -> None:
        """In a batch, texts are replaced with the batch, and taken back with it."""
        keep(store, "x", said=[words("One.")])
        before = everything(store)

        assert isinstance(store, Reseals)
        with pytest.raises(ZeroDivisionError), store.together():
            keep(store, "x", said=[words("Two.")])
            store.reseal(((words("One."), _anew(words("One."))),))
            assert store.apart("goal/g-1")[0] == _anew(words("One."))
            _ = 1 / 0

        assert everything(store) == before


def _anew(text: Apart) -> Apart:
    """Another text in the place of this one."""
    return attrs.evolve(text, salt="other", text=f"{text.text} Anew.")
