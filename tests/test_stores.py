"""The stores that peerkit brings keep what a store promises, and SQLite a little more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from peerkit.stores import Store
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sqlite import SQLiteStore
from peerkit.testing import StoreConformance


class TestMemoryStore(StoreConformance):
    """In memory there is nothing to open again, and nothing for another process."""

    @pytest.fixture
    def store(self) -> Iterator[MemoryStore]:
        """A new store."""
        with closing(MemoryStore()) as store:
            yield store


class OnSQLite(StoreConformance):
    """What the two durabilities share."""

    __test__ = False

    claims = frozenset({"persistent", "processes"})

    def reopen(self, store: SQLiteStore) -> Store:
        """The same file."""
        return SQLiteStore(store.path)

    def address(self, store: SQLiteStore) -> str:
        """A path is an address."""
        return store.path


class TestSQLiteStore(OnSQLite):
    """The default: an acknowledged change is on the disk."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[SQLiteStore]:
        """A new file."""
        with closing(SQLiteStore(tmp_path / "program.db")) as store:
            yield store


class TestSQLiteStoreNormal(OnSQLite):
    """Faster, and it survives the death of the process all the same."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[SQLiteStore]:
        """A new file."""
        with closing(SQLiteStore(tmp_path / "program.db", durability="normal")) as store:
            yield store
