"""How chance is used in every test, never against the clock; and the server that tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.postgres import Postgres, postgres

settings.register_profile("peerkit", deadline=None)
settings.load_profile("peerkit")


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A PostgreSQL, started for the first test that asks for it. Each test takes a new schema."""
    with postgres() as started:
        yield started
