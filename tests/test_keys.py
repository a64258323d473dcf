"""Keys are kept apart from what they open, and what is destroyed is gone."""

from __future__ import annotations

import os
import secrets
import sqlite3
import stat
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("cryptography", reason='needs the extra "encryption"')

from peerkit.errors import BadInput, StoreError
from peerkit.stores import NotAStore
from peerkit.stores.sealing.key_file import KeyFile, MasterKey, Wrapping
from peerkit.stores.sealing.keys import Keys, KeysInMemory, Looked
from peerkit.testing import KeysConformance

MASTER = bytes(range(32))


class TestKeysInMemory(KeysConformance):
    """In memory there is nothing to open again."""

    @pytest.fixture
    def keys(self) -> KeysInMemory:
        """New ones."""
        return KeysInMemory()


class TestKeyFile(KeysConformance):
    """A file, wrapped by a master key."""

    claims = frozenset({"persistent"})

    @pytest.fixture
    def keys(self, tmp_path: Path) -> Iterator[KeyFile]:
        """A new file."""
        with closing(KeyFile(tmp_path / "keys.db", MASTER)) as keys:
            yield keys

    def reopen(self, keys: Any) -> Keys:
        """The same file."""
        return KeyFile(keys.path, MASTER)


def current_at(path: str) -> str:
    """The name of somebody's key, asked for in a process of its own."""
    with closing(KeyFile(path, MASTER)) as keys:
        return keys.current("p-1").name


class Service:
    """A key service of the host's: it wraps, and may be out of reach."""

    def __init__(self) -> None:
        self.asked = 0
        self.down = False

    def wrap(self, secret: bytes, about: bytes) -> bytes:
        """A poor way to wrap, but one that can be seen through."""
        return about + bytes(each ^ 255 for each in secret)

    def unwrap(self, wrapped: bytes, about: bytes) -> bytes:
        """What was wrapped about the same."""
        self.asked += 1
        if self.down or not wrapped.startswith(about):
            raise ConnectionError("Grebe-4711")
        return bytes(each ^ 255 for each in wrapped[len(about) :])


#: Forks in the middle of a change, and lets go of everything there.
FORKING = """
import os, sys
from pathlib import Path
from peerkit.stores.sealing.key_file import KeyFile
keys = KeyFile(sys.argv[1], bytes(range(32)))
journal = Path(sys.argv[1] + "-journal")
with keys._transaction() as db:
    db.execute("UPDATE peerkit_data_key SET retired = 1")
    print(journal.exists(), flush=True)
    child = os.fork()
    if not child:
        keys.close()
        sys.exit(0)
    print(os.waitpid(child, 0)[1])
    print(journal.exists())
keys.close()
"""


class TestTheFile:
    """What a file of keys is beyond what any keys are."""

    def test_no_secret_is_in_it(self, tmp_path: Path) -> None:
        """Keys are wrapped, and those that are destroyed lie in no page of the file."""
        path = tmp_path / "keys.db"
        with closing(KeyFile(path, MASTER)) as keys:
            key = keys.current("p-1")
            held = sqlite3.connect(path)
            ((wrapped,),) = held.execute("SELECT wrapped FROM peerkit_data_key")
            held.close()
            assert wrapped in path.read_bytes()
            keys.retire(["p-1"])
            keys.destroy([("p-1", key.name)])

            everything = b"".join(each.read_bytes() for each in tmp_path.iterdir())
        assert key.secret not in everything
        assert MASTER not in everything
        assert wrapped not in everything
        assert key.name.encode() not in everything

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
    def test_only_its_owner_reads_it(self, tmp_path: Path) -> None:
        """Whatever the habit of the machine is."""
        before = os.umask(0)
        try:
            KeyFile(tmp_path / "keys.db", MASTER).close()
        finally:
            os.umask(before)

        assert stat.S_IMODE((tmp_path / "keys.db").stat().st_mode) == 0o600

    def test_another_master_key_opens_nothing(self, tmp_path: Path) -> None:
        """It is said at once, and not at the first text that cannot be read."""
        KeyFile(tmp_path / "keys.db", MASTER).close()

        with pytest.raises(StoreError, match="Is this the master key of that file") as caught:
            KeyFile(tmp_path / "keys.db", bytes(32))
        assert caught.value.__context__ is None

    def test_a_row_that_was_moved_opens_nothing(self, tmp_path: Path) -> None:
        """A key that was given to somebody else in the file is no key of theirs, nor in the way."""
        with closing(KeyFile(tmp_path / "keys.db", MASTER)) as keys:
            name = keys.current("p-1").name
            theirs = keys.current("p-3")
        db = sqlite3.connect(tmp_path / "keys.db")
        with db:
            db.execute("UPDATE peerkit_data_key SET owner = 'p-2' WHERE owner = 'p-1'")
        db.close()

        with closing(KeyFile(tmp_path / "keys.db", MASTER)) as keys:
            assert keys.named("p-2", name) is keys.named("p-1", name) is None
            keys.wrap_again(bytes(32))
            assert keys.current("p-3") == theirs
            new = keys.current("p-2")
            assert new.name != name
            assert keys.current("p-2") == new
            assert keys.retired() == {("p-2", name)}

    def test_programs_share_a_file_and_no_key(self, tmp_path: Path) -> None:
        """Each by its name, as in a database; each belongs to a journal of its own."""
        path = tmp_path / "keys.db"
        with (
            closing(KeyFile(path, MASTER)) as one,
            closing(KeyFile(path, MASTER, program="north")) as other,
        ):
            key = one.current("p-1")
            assert other.named("p-1", key.name) is None
            assert other.current("p-1") != key
            assert one.belong("one")
            assert other.belong("two")
            other.retire(["p-1"])
            assert one.current("p-1") == key
            assert not one.retired()

    def test_processes_get_the_same_key(self, tmp_path: Path) -> None:
        """Whichever of them is first."""
        path = str(tmp_path / "keys.db")
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            names = set(pool.map(current_at, [path] * 6))

        assert len(names) == 1

    def test_the_master_key_may_be_a_service(self, tmp_path: Path) -> None:
        """It is asked once for each key; where it cannot be asked, the error is ours."""
        service = Service()
        assert isinstance(service, Wrapping)
        with closing(KeyFile(tmp_path / "keys.db", service)) as keys:
            key = keys.current("p-1")
            service.asked = 0
            for _ in range(3):
                assert keys.current("p-1") == keys.named("p-1", key.name) == key
            assert service.asked == 0
        with closing(KeyFile(tmp_path / "keys.db", service)) as keys:
            service.down = True
            with pytest.raises(StoreError, match=r"keys.db .*\(ConnectionError\)") as caught:
                keys.current("p-1")
            assert "Grebe-4711" not in str(caught.value)
            assert caught.value.__context__ is None

    def test_the_master_key_can_be_changed(self, tmp_path: Path) -> None:
        """Every key of every program is wrapped again, and the old master key opens nothing."""
        path = tmp_path / "keys.db"
        with (
            closing(KeyFile(path, MASTER)) as one,
            closing(KeyFile(path, MASTER, program="north")) as other,
        ):
            found = [one.current("p-1"), other.current("p-1")]
            one.wrap_again(bytes(32))
            assert one.current("p-1") == found[0]
        with pytest.raises(StoreError, match="master key"):
            KeyFile(path, MASTER)
        with closing(KeyFile(path, bytes(32), program="north")) as other:
            assert other.current("p-1") == found[1]

    def test_who_holds_the_old_master_key_writes_nothing(self, tmp_path: Path) -> None:
        """A handle of before is told to open the file again, whatever it wants of it."""
        path = tmp_path / "keys.db"
        with closing(KeyFile(path, MASTER)) as one, closing(KeyFile(path, MASTER)) as other:
            key = other.current("p-1")
            one.wrap_again(bytes(32))
            before = path.read_bytes()
            asked: dict[str, Callable[[], object]] = {
                "current": lambda: other.current("p-1"),
                "new": lambda: other.current("p-2"),
                "named": lambda: other.named("p-1", key.name),
                "retire": lambda: other.retire(["p-1"]),
                "retired": other.retired,
                "destroy": lambda: other.destroy([("p-1", key.name)]),
                "belong": lambda: other.belong("one"),
                "looked": other.looked,
                "look": lambda: other.look(Looked(1, "one")),
                "wrap_again": lambda: other.wrap_again(bytes(range(32, 64))),
            }
            for each in asked.values():
                with pytest.raises(StoreError, match="wrapped anew with another master key"):
                    each()
            assert path.read_bytes() == before
            assert one.current("p-1") == key
            one.wrap_again(MASTER)
            with pytest.raises(StoreError, match="Open it again"):
                other.current("p-1")

    def test_no_key_is_made_under_a_master_key_of_before(self, tmp_path: Path) -> None:
        """Not even when it is changed while a service wraps the new one."""
        path = tmp_path / "keys.db"

        class Slow(MasterKey):
            """Meanwhile somebody else is faster."""

            def wrap(self, secret: bytes, about: bytes) -> bytes:
                """After the others."""
                if b"p-1" in about:
                    with closing(KeyFile(path, MASTER)) as others:
                        others.wrap_again(bytes(32))
                return super().wrap(secret, about)

        with (
            closing(KeyFile(path, Slow(MASTER))) as keys,
            pytest.raises(StoreError, match="wrapped anew with another master key"),
        ):
            keys.current("p-1")
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("SELECT count(*) FROM peerkit_data_key").fetchone() == (0,)

    def test_a_service_that_does_not_open_what_it_wraps_is_refused(self, tmp_path: Path) -> None:
        """No word is sealed with a key that nobody will have."""

        class Lossy(Service):
            """Loses everything but the proof."""

            def wrap(self, secret: bytes, about: bytes) -> bytes:
                """Half of it."""
                return super().wrap(secret, about) if about == b"peerkit master" else b""

        with (
            closing(KeyFile(tmp_path / "keys.db", Lossy())) as keys,
            pytest.raises(StoreError, match="does not open what it has wrapped"),
        ):
            keys.current("p-1")

    def test_the_master_key_is_long_enough(self) -> None:
        """Neither a word nor half of it will do."""
        for short in (b"secret", "x" * 32):
            with pytest.raises(BadInput, match="master: give 32 random bytes"):
                MasterKey(short)  # type: ignore[arg-type]  # that it does not fit is the point

    def test_the_master_key_may_stand_in_the_environment(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """In base64, under a name that the host chooses."""
        secret = secrets.token_bytes(32)
        monkeypatch.setenv("OUR_KEY", b64encode(secret).decode())
        with closing(KeyFile(tmp_path / "keys.db", secret)) as keys:
            key = keys.current("p-1")
        with closing(KeyFile(tmp_path / "keys.db", MasterKey.from_environment("OUR_KEY"))) as keys:
            assert keys.current("p-1") == key

        for wrong in ("", "not base64!", "c2hvcnQ="):
            monkeypatch.setenv("OUR_KEY", wrong)
            with pytest.raises(BadInput, match="OUR_KEY: set this variable"):
                MasterKey.from_environment("OUR_KEY")

    def test_keys_are_forgotten_before_there_are_too_many(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Of a great many keys only some are held in memory, and all are found."""
        monkeypatch.setattr("peerkit.stores.sealing.key_file._REMEMBERED", 2)
        with closing(KeyFile(tmp_path / "keys.db", MASTER)) as keys:
            found = {each: keys.current(each) for each in ("p-1", "p-2", "p-3")}
            assert {each: keys.current(each) for each in found} == found

    def test_other_files_are_refused(self, tmp_path: Path) -> None:
        """A database of somebody else's, one of a newer peerkit, no database, no folder."""
        other, newer, text = (tmp_path / each for each in ("other.db", "newer.db", "notes.txt"))
        db = sqlite3.connect(other)
        db.execute("CREATE TABLE x (y)")
        db.close()
        KeyFile(newer, MASTER).close()
        db = sqlite3.connect(newer)
        db.execute("PRAGMA user_version = 99")
        db.close()
        text.write_text("Shopping list. " * 100)

        with pytest.raises(NotAStore, match=r"other\.db is no file of keys"):
            KeyFile(other, MASTER)
        with pytest.raises(NotAStore, match="newer peerkit"):
            KeyFile(newer, MASTER)
        with pytest.raises(StoreError, match=r"notes\.txt .*not a database"):
            KeyFile(text, MASTER)
        with pytest.raises(StoreError, match="Is the path right"):
            KeyFile(tmp_path / "none" / "keys.db", MASTER)

    @pytest.mark.parametrize("name", ["a b?mode=memory#c%41.db", "file:keys.db"])
    def test_a_name_is_no_address(self, tmp_path: Path, name: str) -> None:
        """However it is spelled, the file has that name, and keeps what it is given."""
        with closing(KeyFile(tmp_path / name, MASTER)) as keys:
            key = keys.current("p-1")
        with closing(KeyFile(tmp_path / name, MASTER)) as keys:
            assert keys.current("p-1") == key
        assert [each.name for each in tmp_path.iterdir()] == [name]

    def test_what_is_only_read_is_not_written(self, tmp_path: Path) -> None:
        """Keys are found there, and whatever would write is refused; no file is made."""
        path = tmp_path / "keys.db"
        with closing(KeyFile(path, MASTER)) as keys:
            key = keys.current("p-1")
            assert keys.belong("one")
        before = path.read_bytes()
        with closing(KeyFile(path, MASTER, read_only=True)) as keys:
            assert keys.current("p-1") == keys.named("p-1", key.name) == key
            assert keys.belong("one")
            assert not keys.belong("two")
            asked: list[Callable[[], object]] = [
                lambda: keys.current("p-2"),
                lambda: keys.retire(["p-1"]),
                lambda: keys.destroy([("p-1", key.name)]),
                lambda: keys.look(Looked(1, "x")),
                lambda: keys.wrap_again(bytes(32)),
            ]
            for each in asked:
                with pytest.raises(StoreError, match="to be read only"):
                    each()
        assert path.read_bytes() == before
        with pytest.raises(StoreError, match=r"none\.db cannot be opened"):
            KeyFile(tmp_path / "none.db", MASTER, read_only=True)
        (tmp_path / "empty.db").touch()
        with pytest.raises(NotAStore, match=r"empty\.db is no file of keys"):
            KeyFile(tmp_path / "empty.db", MASTER, read_only=True)
        assert [each.name for each in sorted(tmp_path.iterdir())] == ["empty.db", "keys.db"]

    def test_opening_what_is_there_asks_nobody_to_wait(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Somebody may be writing to it meanwhile: opening it writes nothing."""
        monkeypatch.setattr("peerkit.stores.sealing.key_file._PATIENCE", 0.0)
        path = tmp_path / "keys.db"
        KeyFile(path, MASTER).close()
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            with closing(KeyFile(path, MASTER)) as keys:
                assert keys.retired() == frozenset()

    def test_a_file_that_another_process_lays_out_first_is_taken(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It was empty when this one looked, and is not when it writes."""
        path, make = tmp_path / "keys.db", KeyFile._make

        def overtaken(self: KeyFile) -> None:
            monkeypatch.setattr(KeyFile, "_make", make)
            with closing(KeyFile(path, MASTER)) as faster:
                faster.current("p-1")
            make(self)

        monkeypatch.setattr(KeyFile, "_make", overtaken)
        with closing(KeyFile(path, MASTER)) as keys:
            keys.retire(["p-1"])
            assert len(keys.retired()) == 1

    def test_what_is_closed_gives_nothing(self, tmp_path: Path) -> None:
        """Nor does a child process that brought it along."""
        keys = KeyFile(tmp_path / "keys.db", MASTER)
        keys.current("p-1")
        keys._pid += 1
        with pytest.raises(StoreError, match="another process"):
            keys.current("p-1")
        keys.close()
        keys._pid -= 1
        assert keys.retired() == frozenset()
        keys.close()
        with pytest.raises(StoreError, match="closed"):
            keys.current("p-1")
        with pytest.raises(StoreError, match="closed"):
            keys.retire(["p-1"])

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
    def test_a_forked_process_ends_no_change_of_ours(self, tmp_path: Path) -> None:
        """It would take back what we are writing, and with it what saves the file from a crash."""
        path = tmp_path / "keys.db"
        with closing(KeyFile(path, MASTER)) as keys:
            key = keys.current("p-1")
        done = subprocess.run(
            [sys.executable, "-c", FORKING, str(path)], check=True, capture_output=True, text=True
        )

        assert done.stdout.split() == ["True", "0", "True"]
        with closing(KeyFile(path, MASTER)) as keys:
            assert keys.retired() == {("p-1", key.name)}

    def test_what_cannot_be_written_says_so(self, tmp_path: Path) -> None:
        """And nothing of it was."""
        with closing(KeyFile(tmp_path / "keys.db", MASTER)) as keys:
            key = keys.current("p-1")
            db = sqlite3.connect(tmp_path / "keys.db")
            db.execute(
                "CREATE TRIGGER no BEFORE UPDATE ON peerkit_data_key "
                "BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
            db.close()
            with pytest.raises(StoreError, match=r"keys\.db could not be written: no\."):
                keys.retire(["p-1"])
            assert keys.current("p-1") == key
            db = sqlite3.connect(tmp_path / "keys.db")
            db.execute("DROP TABLE peerkit_journal")
            db.close()
            with pytest.raises(StoreError, match=r"keys\.db could not be read"):
                keys.belong("one")
