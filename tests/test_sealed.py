"""What people say is sealed, whatever the store, with a key for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

pytest.importorskip("cryptography", reason='needs the extra "encryption"')

from peerkit.stores import Reseals, Store
from peerkit.stores.key_file import KeyFile
from peerkit.stores.keys import Keys, KeysInMemory
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sealed import SealedStore
from peerkit.stores.sqlite import SQLiteStore
from peerkit.testing import StoreConformance

MASTER = bytes(range(32))


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
