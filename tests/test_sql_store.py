"""A program on a PostgreSQL server keeps what a store promises, and a little more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from peerkit.stores import Store
from peerkit.stores.sql import SQLStore
from peerkit.testing import StoreConformance
from tests.postgres import Postgres


class TestSQLStore(StoreConformance):
    """What every store promises, on a server."""

    claims = frozenset({"persistent", "processes"})

    @pytest.fixture(autouse=True)
    def _server(self, server: Postgres) -> None:
        """An address of its own for each test."""
        self.where = server.new()

    @pytest.fixture
    def store(self) -> Iterator[SQLStore]:
        """A new schema."""
        with closing(SQLStore(self.where)) as store:
            yield store

    def reopen(self, store: SQLStore) -> Store:
        """The same schema."""
        return SQLStore(self.where)

    def address(self, store: SQLStore) -> str:
        """Where it is."""
        return self.where
