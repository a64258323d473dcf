"""What people say is sealed on a server as it is in a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from peerkit.stores import Reseals
from peerkit.stores.sealing.keys import Keys, KeysInMemory
from peerkit.stores.sealing.sealed import SealedStore
from peerkit.stores.sql import SQLStore
from peerkit.testing import StoreConformance
from peerkit.testing.pieces import keep, words
from tests.postgres import Postgres

pytestmark = pytest.mark.server


class TestSealedServer(StoreConformance):
    """A sealed store around a server keeps what both promise."""

    claims = frozenset({"encryption"})

    @pytest.fixture
    def store(self, server: Postgres) -> Iterator[SealedStore]:
        """A new one."""
        with closing(SealedStore(SQLStore(server.new()), KeysInMemory())) as store:
            yield store

    def inside(self, store: SealedStore) -> tuple[Reseals, Keys]:
        """What it is made of."""
        assert isinstance(store.inner, Reseals)
        return store.inner, store.keys


def test_nothing_is_written_anew_where_there_is_nothing(server: Postgres) -> None:
    """No pair is no change, and one whose first is not there changes nothing."""
    with closing(SQLStore(server.new())) as store:
        keep(store, "x", said=[words("Mine.")])
        store.reseal(())
        store.reseal(((words("Hers."), words("Never.")),))

        assert store.apart("goal/g-1") == (words("Mine."),)
