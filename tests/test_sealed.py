"""What people say is sealed, whatever the store, with a key for each of them."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from random import Random

import attrs
import pytest

pytest.importorskip("cryptography", reason='needs the extra "encryption"')

import peerkit as pk
from peerkit.errors import StoreError
from peerkit.stores import Apart, Entry, Reseals, Store
from peerkit.stores.memory import MemoryStore
from peerkit.stores.opening import store_at
from peerkit.stores.sealing.boxes import key_of
from peerkit.stores.sealing.key_file import KeyFile
from peerkit.stores.sealing.keys import Keys, KeysInMemory
from peerkit.stores.sealing.sealed import SealedStore, holds_sealed
from peerkit.stores.sql import SQLStore
from peerkit.stores.sqlite import SQLiteStore
from peerkit.stores.writing.codec import text
from peerkit.testing import StoreConformance
from peerkit.testing.pieces import change, keep, look, words
from peerkit.testing.sealing import boxes
from tests.postgres import Postgres
from tests.sealer import MASTER, OWNERS, opened

CANARY = "Grebe-4711"
ROUNDS = int(os.environ.get("PEERKIT_ROTATION_ROUNDS", "3"))


class Sealed(StoreConformance):
    """A store around a store keeps what the one inside promises, and seals what people say."""

    __test__ = False

    claims = frozenset({"encryption"})

    def inside(self, store: SealedStore) -> tuple[Reseals, Keys]:
        """What it is made of."""
        assert isinstance(store.inner, Reseals)
        return store.inner, store.keys


class TestSealedMemory(Sealed):
    """Around the reference."""

    @pytest.fixture
    def store(self) -> Iterator[SealedStore]:
        """A new one."""
        with closing(SealedStore(MemoryStore(), KeysInMemory())) as store:
            yield store


class TestSealedFile(Sealed):
    """Around a file, with a file of keys."""

    claims = frozenset({"encryption", "persistent", "processes"})

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[SealedStore]:
        """New files."""
        keys = KeyFile(tmp_path / "keys.db", MASTER)
        with closing(SealedStore(SQLiteStore(tmp_path / "program.db"), keys)) as store:
            yield store

    def address(self, store: SealedStore) -> str:
        """The file inside: others find all of it there but what is sealed."""
        assert isinstance(store.inner, SQLiteStore)
        return store.inner.path

    def reopen(self, store: SealedStore) -> Store:
        """The same files again."""
        assert isinstance(store.keys, KeyFile)
        return SealedStore(SQLiteStore(self.address(store)), KeyFile(store.keys.path, MASTER))


class TestSealedServer(Sealed):
    """Around a server."""

    claims = frozenset({"encryption", "persistent", "processes"})

    @pytest.fixture(autouse=True)
    def _server(self, server: Postgres, tmp_path: Path) -> None:
        """An address of its own for each test, and keys beside it."""
        self.where = server.new()
        self.keys = tmp_path / "keys.db"

    @pytest.fixture
    def store(self) -> Iterator[SealedStore]:
        """A new schema."""
        with closing(SealedStore(SQLStore(self.where), KeyFile(self.keys, MASTER))) as store:
            yield store

    def address(self, store: SealedStore) -> str:
        """The schema inside."""
        return self.where

    def reopen(self, store: SealedStore) -> Store:
        """The same schema and keys."""
        return SealedStore(SQLStore(self.where), KeyFile(self.keys, MASTER))


def keyed(path: Path, name: str = "keys.db") -> KeyFile:
    """The keys in this folder."""
    return KeyFile(path / name, MASTER)


def said_by(participant: str, id_: str, words: str = CANARY) -> pk.SetGoal:
    """A goal, in the words of whoever it is."""
    return pk.SetGoal(by=participant, id=id_, participant=participant, words=pk.Words(words))


def welcomed(program: pk.Program, *ids: str) -> pk.Program:
    """Participants who may say something."""
    for each in ids:
        program.do(pk.WelcomeParticipant(by="coordinator", id=each)).or_raise()
    return program


def bytes_in(folder: Path) -> bytes:
    """Everything in every file of a folder, beside one another."""
    return b"\n".join(each.read_bytes() for each in sorted(folder.iterdir()))


class TestAProgram:
    """A program that is opened with keys is the same program."""

    def test_no_file_holds_a_word(self, tmp_path: Path) -> None:
        """Neither database, log nor keys; and a second opening reads them all."""
        with pk.Program.open(tmp_path / "program.db", keys=keyed(tmp_path)) as program:
            welcomed(program, "p-7").do(said_by("p-7", "g-1")).or_raise()
            assert program.words("goal/g-1") == (CANARY,)
            assert CANARY.encode() not in bytes_in(tmp_path)
        with pk.Program.open(tmp_path / "program.db", keys=keyed(tmp_path)) as program:
            assert program.words("goal/g-1") == (CANARY,)
            assert program.verify().whole
        assert CANARY.encode() not in bytes_in(tmp_path)

    def test_a_repeated_act_gives_its_first_answer(self, tmp_path: Path) -> None:
        """Words are compared in clear; those that no key opens cannot be."""
        act = attrs.evolve(said_by("p-7", "g-1"), key="k")
        keys = KeysInMemory()
        with pk.Program.open(":memory:", keys=keys) as program:
            welcomed(program, "p-7")
            first = program.do(act).or_raise()
            assert program.do(act).again
            with pytest.raises(pk.KeyReused):
                program.do(attrs.evolve(said_by("p-7", "g-1", "Another."), key="k"))
            keys.retire(["p-7"])
            keys.destroy(keys.retired())
            assert program.do(act).number == first.number

    def test_words_without_a_key_say_so(self, tmp_path: Path) -> None:
        """A page of somebody's goals is shown, with a sentence in the place of what is gone."""
        with pk.Program.open(tmp_path / "program.db", keys=keyed(tmp_path)) as program:
            welcomed(program, "p-7").do(said_by("p-7", "g-1")).or_raise()
        with pk.Program.open(tmp_path / "program.db", read_only=True) as program:
            (shown,) = program.words("goal/g-1")
            assert shown == "(These words are sealed, and no key here opens them.)"
            assert program.verify().whole, "What is sealed was not tampered with."
            assert [each.number for each in program.journal()] == [1, 2]
            with pytest.raises(StoreError, match="Open the program with keys"):
                program.rotate_keys()

    def test_what_was_taken_away_is_found_without_keys(self, tmp_path: Path) -> None:
        """A box that is gone, or stands elsewhere, is missed by whoever verifies."""
        with pk.Program.open(tmp_path / "program.db", keys=keyed(tmp_path)) as program:
            welcomed(program, "p-7").do(said_by("p-7", "g-1")).or_raise()
        with closing(sqlite3.connect(tmp_path / "program.db")) as db:
            db.execute("UPDATE peerkit_program SET writing = 1")
            db.execute("UPDATE peerkit_apart SET about = 'goal/g-2'")
            db.commit()

        with pk.Program.open(tmp_path / "program.db", read_only=True) as program:
            assert not program.verify().whole
        with pk.Program.open(tmp_path / "program.db", keys=keyed(tmp_path)) as program:
            assert not program.verify().whole
            with pytest.raises(StoreError, match="goal/g-2 does not open with its key"):
                program.words("goal/g-2")

    def test_a_private_part_without_a_key_is_left_out(self) -> None:
        """An entry is read without what no key opens, as if it were forgotten."""
        part = Apart("@act", "p-7", "salt", text({"why": CANARY}))
        named = [[part.about, part.owner, part.digest]]
        body = text({"act": {"act": "x"}, "apart": named, "nouns": []})
        with closing(SealedStore(MemoryStore(), KeysInMemory())) as store:
            look_at = change(("x",), look(store, "x"), said=[part])
            entry = store.keep(attrs.evolve(look_at, entry=body))
            assert entry.read()["act"] == {"act": "x", "why": CANARY}
            (closed,) = store.inner.journal()
            assert closed.read()["act"] == {"act": "x"}

    def test_a_private_part_that_is_sealed_was_not_tampered_with(self, tmp_path: Path) -> None:
        """Without keys the rest of a noun is compared with the journal, and only the rest."""
        lived = pk.LivedExperience(of=pk.Experience.HOMELESSNESS)
        welcome = pk.WelcomePeer(
            by="coordinator",
            id="ana",
            key="k",
            role=pk.Role.WORKER,
            supervisor="sam",
            since=date(2026, 11, 2),
            experiences=(lived,),
        )
        with pk.Program.open(tmp_path / "program.db", keys=keyed(tmp_path)) as program:
            program.do(welcome).or_raise()
            assert "homelessness" not in next(program.journal()).body
            assert "homelessness" in str(next(program.journal()).read())
            assert program.verify().whole
        with pk.Program(SQLiteStore(tmp_path / "program.db")) as program:
            assert program.do(welcome).again
            assert program.verify().whole
        with closing(sqlite3.connect(tmp_path / "program.db")) as db:
            db.execute("UPDATE peerkit_program SET writing = 1")
            db.execute("UPDATE peerkit_noun SET body = replace(body, 'sam', 'eva')")
            db.commit()
        with pk.Program.open(tmp_path / "program.db", read_only=True) as program:
            assert "peer ana is not as the journal left it." in program.verify().faults

    def test_an_old_backup_says_nothing_of_who_was_forgotten(self, tmp_path: Path) -> None:
        """It is opened with the keys of today, and those of the forgotten are gone."""
        path = tmp_path / "program.db"
        with closing(SealedStore(SQLiteStore(path), keyed(tmp_path))) as store:
            keep(store, "x", said=[words(CANARY), words("Hers.", owner="p-2")])
        shutil.copy(path, tmp_path / "backup.db")
        with closing(SealedStore(SQLiteStore(path), keyed(tmp_path))) as store:
            keep(store, "p-1", forgets=["p-1"])

        with closing(SealedStore(SQLiteStore(tmp_path / "backup.db"), keyed(tmp_path))) as store:
            mine, hers = store.apart("goal/g-1")
            assert mine.sealed
            assert hers == words("Hers.", owner="p-2")
            assert len(list(store.journal())) == 1
        assert CANARY.encode() not in bytes_in(tmp_path)

    def test_a_backup_is_sealed_as_well(self, tmp_path: Path) -> None:
        """It holds no word, and opens with the same keys."""
        with pk.Program.open(tmp_path / "program.db", keys=keyed(tmp_path)) as program:
            welcomed(program, "p-7").do(said_by("p-7", "g-1")).or_raise()
            program.backup(tmp_path / "backup.db")
        assert CANARY.encode() not in bytes_in(tmp_path)
        with pk.Program.open(tmp_path / "backup.db", keys=keyed(tmp_path)) as program:
            assert program.words("goal/g-1") == (CANARY,)

    def test_new_keys_leave_backups_and_copies_readable(self, tmp_path: Path) -> None:
        """Whichever of the two gets new keys, the other is read as before, until it is asked for.

        A copy on the same keys forgets with the original, and an old backup too.
        """
        live, copy = tmp_path / "program.db", tmp_path / "backup.db"
        with pk.Program.open(live, keys=keyed(tmp_path)) as program:
            welcomed(program, "p-7", "p-8").do(said_by("p-7", "g-1")).or_raise()
            program.do(said_by("p-8", "g-2")).or_raise()
            program.backup(copy)
        for each in (copy, live, copy):
            with pk.Program.open(each, keys=keyed(tmp_path)) as program:
                assert program.rotate_keys() == 2
        for each in (copy, live):
            with pk.Program.open(each, keys=keyed(tmp_path)) as program:
                assert program.words("goal/g-1") == program.words("goal/g-2") == (CANARY,)
                assert program.verify().whole
        with pk.Program.open(live, keys=keyed(tmp_path)) as program:
            with pytest.raises(pk.BadInput, match="destroy_old: true, or left out"):
                program.rotate_keys(destroy_old=1)  # type: ignore[arg-type]  # that is the point
            program.rotate_keys(destroy_old=True)
            assert program.words("goal/g-1") == (CANARY,)
        with pk.Program.open(copy, keys=keyed(tmp_path)) as program:
            assert program.words("goal/g-1")[0].startswith("(These words are sealed")

    def test_sealed_words_are_not_joined_by_words_in_clear(self, tmp_path: Path) -> None:
        """Without keys, or with new ones, a program is opened to be read only or not at all."""
        path = tmp_path / "program.db"
        with pk.Program.open(path, keys=keyed(tmp_path)) as program:
            welcomed(program, *(f"p-{each}" for each in range(150)))
            program.do(said_by("p-7", "g-1")).or_raise()
        with pytest.raises(
            StoreError, match=r"are sealed\. Open it with its keys, or with read_only"
        ):
            pk.Program.open(path)
        for read_only in (False, True):
            with (
                closing(keyed(tmp_path, "mistyped.db")) as keys,
                pytest.raises(StoreError, match="these keys are new: they open none of them"),
            ):
                pk.Program.open(path, keys=keys, read_only=read_only)
        with pk.Program.open(path, read_only=True) as program:
            assert "1 texts that are sealed" in program.verify().proves
        with pk.Program.open(path, keys=keyed(tmp_path), read_only=True) as program:
            assert program.words("goal/g-1") == (CANARY,)
            assert "sealed" not in program.verify().proves

    @pytest.mark.parametrize("texts", ["first", "last"])
    def test_one_sealed_text_among_many_entries_is_enough(self, tmp_path: Path, texts: str) -> None:
        """Far from the first entry and from the last: by the text that was kept last it is seen.

        So it is by the first ones, where somebody went round the opening and kept one in clear.
        """
        path = tmp_path / "program.db"
        with closing(SealedStore(SQLiteStore(path), keyed(tmp_path))) as store, store.together():
            for number in range(250):
                said = [words(CANARY)] if number == (125 if texts == "last" else 25) else []
                keep(store, "x", said=said)
        if texts == "first":
            with closing(SQLiteStore(path)) as inner:
                keep(inner, "x", said=[words("In clear.")])
        with pytest.raises(StoreError, match=r"are sealed\. Open it with its keys"):
            store_at(str(path), "main")
        with (
            closing(keyed(tmp_path, "mistyped.db")) as keys,
            pytest.raises(StoreError, match="these keys are new"),
        ):
            store_at(str(path), "main", keys=keys)

    def test_what_cannot_be_read_says_nothing(self, tmp_path: Path) -> None:
        """Whether it is sealed is for those who verify then."""
        path = tmp_path / "program.db"
        with closing(SealedStore(SQLiteStore(path), keyed(tmp_path))) as store:
            keep(store, "x", said=[words(CANARY)])
            assert holds_sealed(store.inner)
        assert not holds_sealed(store.inner)

    def test_who_only_reads_leaves_the_keys_as_they_are(self, tmp_path: Path) -> None:
        """None is made, retired or destroyed, and those of nobody stay nobody's."""
        path, kept = tmp_path / "program.db", tmp_path / "keys.db"
        with closing(SealedStore(SQLiteStore(path), keyed(tmp_path))) as store:
            keep(store, "x", said=[words(CANARY)])
        before = kept.read_bytes()
        keys = KeyFile(kept, MASTER, read_only=True)
        with closing(store_at(str(path), "main", keys=keys, read_only=True)) as reader:
            assert isinstance(reader, SealedStore)
            assert reader.newest() == words(CANARY)
            for ask in (
                lambda: keep(reader, "x", said=[words("More.", owner="p-9")]),
                lambda: keep(reader, "p-1", forgets=["p-1"]),
                reader.rotate,
                reader.sweep,
            ):
                with pytest.raises(StoreError, match="to be read only"):
                    ask()
        keys = keyed(tmp_path)
        with (
            closing(store_at(str(path), "main", keys=keys, read_only=True)) as reader,
            pytest.raises(StoreError, match="to be read only"),
            reader.together(),
        ):
            keep(reader, "p-1", forgets=["p-1"])
        assert kept.read_bytes() == before

        clear = tmp_path / "clear.db"
        with closing(SQLiteStore(clear)) as inner:
            keep(inner, "x")
        keys = keyed(tmp_path, "new.db")
        with closing(store_at(str(clear), "main", keys=keys, read_only=True)):
            assert keys.belong("")

    def test_who_only_reads_destroys_no_key(self, tmp_path: Path) -> None:
        """What is to be destroyed waits for somebody who writes."""
        path = tmp_path / "program.db"
        with closing(SealedStore(SQLiteStore(path), keyed(tmp_path))) as store:
            keep(store, "x", said=[words(CANARY)])
            key = store.keys.current("p-1")
            keep(store.inner, "p-1", forgets=["p-1"])
        with closing(store_at(str(path), "main", keys=keyed(tmp_path), read_only=True)) as reader:
            assert isinstance(reader, SealedStore)
            assert reader.keys.named("p-1", key.name) == key
        with closing(store_at(str(path), "main", keys=keyed(tmp_path))) as store:
            assert isinstance(store, SealedStore)
            assert store.keys.named("p-1", key.name) is None

    def test_a_damaged_program_opens_to_be_verified(self, tmp_path: Path) -> None:
        """A forgetting that was written into an entry destroys no key."""
        path = tmp_path / "program.db"
        with closing(SealedStore(SQLiteStore(path), keyed(tmp_path))) as store:
            keep(store, "x", said=[words(CANARY)])
            keep(store, "y")
        with closing(sqlite3.connect(path)) as db:
            for (name,) in db.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
            ).fetchall():
                db.execute(f"DROP TRIGGER {name}")
            db.execute(
                "UPDATE peerkit_entry SET body = replace(body, '\"nouns\"', "
                '\'"forgets":["p-1"],"nouns"\') WHERE n = 2'
            )
            db.commit()
        with closing(SealedStore(SQLiteStore(path), keyed(tmp_path))) as store:
            assert store.apart("goal/g-1") == (words(CANARY),)

    def test_what_cannot_be_read_keeps_nobody_out(self) -> None:
        """How far the journal was read is noted; the rest of it is for those who verify."""

        class Torn(MemoryStore):
            """Nothing can be read behind the first entry, nor how many there are."""

            torn = False

            def journal(self, after: int = 0, about: str | None = None) -> Iterator[Entry]:
                """One entry."""
                for each in super().journal(after, about):
                    if each.number > 1 and self.torn:
                        raise StoreError("It cannot be read.")
                    yield each

        inner, keys = Torn(), KeysInMemory()
        with closing(SealedStore(inner, keys)) as store:
            keep(store, "x", said=[words("Hers.", owner="p-2")])
            keep(inner, "p-2", forgets=["p-2"])
            inner.torn = True
            key = keys.current("p-2")
            for found in (1, 1, 2):
                inner.torn = found == 1
                store.sweep()
                assert keys.looked().number == found
                assert (keys.named("p-2", key.name) == key) is inner.torn
            inner.torn = True
            assert not holds_sealed(inner)

    def test_a_host_that_rolls_back_loses_no_word(self, server: Postgres, tmp_path: Path) -> None:
        """Whoever is forgotten in a host's transaction has their key until the host commits."""
        where = server.new()
        with closing(SealedStore(SQLStore(where), keyed(tmp_path))) as store:
            keep(store, "x", said=[words(CANARY)])
            inner = store.inner
            assert isinstance(inner, SQLStore)
            with closing(server.connect(autocommit=False)) as host:
                for commit in (False, True):
                    within = SealedStore(inner.within(host), store.keys)
                    keep(within, "p-1", forgets=["p-1"])
                    (host.commit if commit else host.rollback)()
                    store.sweep()
                    assert boxes(store) == ([] if commit else [words(CANARY)])
            assert not store.keys.retired()

    def test_a_program_of_before_is_sealed_by_new_keys(self, tmp_path: Path) -> None:
        """What was kept in clear is read, then sealed, and then lies in clear in no file."""
        path = tmp_path / "program.db"
        with pk.Program.open(path) as program:
            welcomed(program, "p-7").do(said_by("p-7", "g-1")).or_raise()
        with pk.Program.open(path, keys=keyed(tmp_path)) as program:
            assert program.words("goal/g-1") == (CANARY,)
            assert program.rotate_keys() == 1
            assert program.words("goal/g-1") == (CANARY,)
            assert program.verify().whole
            assert CANARY.encode() not in bytes_in(tmp_path)

    def test_keys_of_another_program_are_refused(self, tmp_path: Path) -> None:
        """At once where there is a journal, and where there is none yet as well."""
        with pk.Program.open(tmp_path / "program.db", keys=keyed(tmp_path)) as program:
            welcomed(program, "p-7").do(said_by("p-7", "g-1")).or_raise()
        with pk.Program.open(tmp_path / "full.db") as program:
            welcomed(program, "p-8")
        for other in ("full.db", "empty.db"):
            with (
                closing(keyed(tmp_path)) as keys,
                pytest.raises(StoreError, match="belong to another program"),
            ):
                pk.Program.open(tmp_path / other, keys=keys)

    def test_what_is_no_keeper_of_keys_is_refused(self) -> None:
        """Before a place is made."""
        with pytest.raises(pk.BadInput, match="keys: give keys, such as KeyFile"):
            pk.Program.open(":memory:", keys=MASTER)  # type: ignore[arg-type]  # that is the point

    def test_without_the_extra_it_says_what_to_install(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The error names it, and nothing is left open."""
        monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers.aead", None)
        with pytest.raises(pk.MissingExtra, match=r"peerkit\[encryption\]") as caught:
            pk.Program.open(":memory:", keys=KeysInMemory())
        assert caught.value.extra == "encryption"


class TestASealedStore:
    """What lies at the edges."""

    def test_what_cannot_be_written_is_refused_without_it(self) -> None:
        """Half a character is no text, and the error does not hold what was said."""
        with closing(SealedStore(MemoryStore(), KeysInMemory())) as store:
            with pytest.raises(StoreError, match="said about goal/g-1 cannot be written") as caught:
                keep(store, "x", said=[words(f"{CANARY} \ud800")])
            assert caught.value.__context__ is None
            assert list(store.journal()) == []

    def test_new_keys_need_a_store_that_writes_anew(self) -> None:
        """And one that a host's transaction does not hold open."""
        without = type("Fixed", (MemoryStore,), {"reseal": None})
        joined = type("Joined", (MemoryStore,), {"joined": True})
        for kind in (without, joined):
            with (
                closing(SealedStore(kind(), KeysInMemory())) as store,
                pytest.raises(StoreError, match="cannot write its texts anew"),
            ):
                store.rotate()

    def test_what_is_not_written_anew_keeps_its_key(self) -> None:
        """Of somebody who was forgotten without keys only what they said since is read."""
        inner, keys = type("Fixed", (MemoryStore,), {"reseal": None})(), KeysInMemory()
        with closing(SealedStore(inner, keys)) as store:
            keep(store, "x", said=[words(CANARY)])
            gone = keys.current("p-1")
            keys.retire(["p-1"])
            keep(inner, "p-1", forgets=["p-1"])
            keep(store, "x", said=[words("Back.")])
            again = SealedStore(inner, keys)
            assert keys.named("p-1", gone.name) is None
            assert again.apart("goal/g-1") == (words("Back."),)

    def test_new_keys_come_a_few_texts_at_a_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Others need not wait until everything is sealed anew; each text is sealed once."""
        monkeypatch.setattr("peerkit.stores.sealing.sealed._BATCH", 2)
        with closing(SealedStore(MemoryStore(), KeysInMemory())) as store:
            keep(store, "x", said=[words(f"{each}") for each in range(5)])
            assert store.rotate() == 5
            assert [each.text for each in store.apart("goal/g-1")] == ["0", "1", "2", "3", "4"]

    def test_a_host_that_may_take_it_back_loses_no_key(self) -> None:
        """In a host's transaction keys are retired; they are destroyed after its commit."""
        inner, keys = MemoryStore(), KeysInMemory()
        with closing(SealedStore(inner, keys)) as store:
            keep(store, "x", said=[words(CANARY)])
            ((owner, name),) = [(each.owner, f"{key_of(each)}") for each in boxes(inner)]
            vars(inner)["joined"] = True
            within = SealedStore(inner, keys)
            keep(within, "p-1", forgets=["p-1"])
            assert keys.retired() == {(owner, name)}
            store.sweep()
            assert keys.named(owner, name) is None

    def test_whoever_reads_while_keys_change_reads_the_newer_box(self) -> None:
        """A box that was read before its key was destroyed is looked for again."""
        inner, keys = MemoryStore(), KeysInMemory()
        with closing(SealedStore(inner, keys)) as store:
            keep(store, "x", said=[words(CANARY), words("Hers.", owner="p-2")])
            reading = store.books()
            journal = iter(list(inner.journal()))
            store.rotate(destroy_old=True)
            assert [each.text for each in reading if isinstance(each, Apart)] == [CANARY, "Hers."]
            stale = attrs.evolve(next(journal))
            assert [each.text for each in store._entry(stale).apart] == [CANARY, "Hers."]
            keep(store, "p-1", forgets=["p-1"])
            assert [each.sealed for each in store._entry(stale).apart] == [True, False]

    def test_the_first_of_two_that_begin_at_once_has_the_keys(self) -> None:
        """Two empty stores with the same keys: the second to keep something is told."""
        keys = KeysInMemory()
        one, other = SealedStore(MemoryStore(), keys), SealedStore(MemoryStore(), keys)
        keep(one, "x", said=[words("Mine.")])
        with pytest.raises(StoreError, match="belong to another program"):
            keep(other, "y", said=[words("Theirs.")])


@contextmanager
def children(folder: Path, *whats: str) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that rotate or write, killed at the end."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.sealer", str(folder), each],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parent.parent,
        )
        for each in whats
    ]
    try:
        yield processes
    finally:
        for each in processes:
            each.kill()
            each.communicate()


def said(process: subprocess.Popen[str]) -> str:
    """The next line of what a process says."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.crash
def test_whoever_changes_keys_may_be_killed(tmp_path: Path) -> None:
    """Whatever the moment, every text opens, and in the end no old key is needed or left."""
    kept: dict[str, str] = {}
    with closing(opened(str(tmp_path))) as store:
        for owner in OWNERS:
            keep(store, "x", said=[words(f"first/{owner}", "goal/first", owner)])
            kept[f"first/{owner}"] = owner
    chance = Random(5)
    for number in range(ROUNDS):
        with children(tmp_path, "rotate", f"w{number}") as (rotating, writing):
            assert said(rotating) == said(writing) == "ready"
            for _ in range(chance.randint(1, 12)):
                one = said(writing)
                kept[one] = OWNERS[int(one.rpartition("/")[2]) % len(OWNERS)]
            time.sleep(chance.uniform(0, 0.05))
            assert rotating.poll() is None
            rotating.kill()
        with closing(opened(str(tmp_path))) as store:
            found = [each for each in store.books() if isinstance(each, Apart)]
            assert not [each.about for each in found if each.sealed], f"round {number}"
            there = {each.text for each in found}
            stay = {each for each, owner in kept.items() if owner != "p-0"}
            assert stay <= there, f"round {number}"
    with closing(opened(str(tmp_path))) as store:
        store.rotate(destroy_old=True)
        assert not store.keys.retired()
        assert not [each for each in boxes(store) if each.sealed]
