"""A host that changes its database with Alembic has our tables as a branch of their own."""

from __future__ import annotations

from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import DBAPIError

import peerkit as pk
from peerkit.stores import NotAStore
from peerkit.stores.sql import SQLStore
from peerkit.testing.pieces import keep
from tests.postgres import Postgres

pytestmark = pytest.mark.server


ENVIRONMENT = """
from alembic import context
if context.is_offline_mode():
    context.configure(dialect_name="postgresql", literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    with context.config.attributes["engine"].begin() as connection:
        context.configure(connection=connection)
        context.run_migrations()
"""
THEIRS = """
from alembic import op
revision = "theirs"
down_revision = None
def upgrade(): op.execute("CREATE TABLE IF NOT EXISTS theirs (id text)")
def downgrade(): op.execute("DROP TABLE theirs")
"""
#: Everything that is in a schema, by what the server says of it. ``@`` is its name.
CATALOG = (
    """
SELECT table_name, column_name, ordinal_position, data_type, collation_name, is_nullable,
    column_default, is_identity
FROM information_schema.columns WHERE table_schema = '@'""",
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = '@'",
    """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = '@'::regnamespace""",
    """
SELECT tgname, pg_get_triggerdef(pg_trigger.oid)
FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE NOT tgisinternal AND relnamespace = '@'::regnamespace""",
    "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = '@'::regnamespace",
    "SELECT relname, reloptions::text FROM pg_class WHERE relnamespace = '@'::regnamespace",
)


def catalog(server: Postgres, schema: str) -> list[list[tuple[Any, ...]]]:
    """What is in a schema, whatever its name is."""
    return [
        sorted(
            tuple(str(each).replace(schema, "@") for each in row)
            for row in server.ask(asks.replace("@", schema))
        )
        for asks in CATALOG
    ]


@pytest.fixture
def host(tmp_path: Path, server: Postgres) -> Config:
    """A host with a migration of its own, which lists our folder beside its own."""
    (tmp_path / "versions").mkdir()
    (tmp_path / "env.py").write_text(ENVIRONMENT)
    (tmp_path / "versions" / "theirs.py").write_text(THEIRS)
    config = Config()
    config.set_main_option("script_location", str(tmp_path))
    config.set_main_option("path_separator", "newline")
    ours = "peerkit:stores/sql/migrations/versions"
    config.set_main_option("version_locations", f"{tmp_path / 'versions'}\n{ours}")
    address = server.address().replace("postgresql:", "postgresql+psycopg:")
    config.attributes["engine"] = sqlalchemy.create_engine(
        address, poolclass=sqlalchemy.pool.NullPool
    )
    return config


def test_migrating_comes_to_the_same_as_opening(host: Config, server: Postgres) -> None:
    """The branch makes exactly what opening makes, a store opens on it, and it goes again."""
    with closing(SQLStore(server.address("opened"))):
        opened = catalog(server, "opened")
    host.set_main_option("peerkit_schema", "migrated")
    command.upgrade(host, "heads")

    assert catalog(server, "migrated") == opened
    with pk.Program.open(server.address("migrated")) as program:
        program.do(pk.WelcomeParticipant(by="sam", id="p-1"))
        assert program.verify().whole

    command.downgrade(host, "peerkit_form_1")
    with pytest.raises(NotAStore, match="or run its migrations"):
        pk.Program.open(server.address("migrated"), read_only=True)
    command.upgrade(host, "peerkit@head")
    with pk.Program.open(server.address("migrated"), read_only=True) as again:
        assert again.verify().whole

    host.set_main_option("peerkit_take_away", "yes")
    command.downgrade(host, "peerkit@base")
    assert catalog(server, "migrated") == [[]] * len(CATALOG)
    command.downgrade(host, "base")


def test_the_names_of_a_host_are_respected(host: Config, server: Postgres) -> None:
    """Schema and prefix come from the settings, and without them from the connection."""
    host.set_main_option("peerkit_take_away", "yes")
    host.set_main_option("peerkit_schema", "named")
    host.set_main_option("peerkit_prefix", "ours_")
    command.upgrade(host, "peerkit@head")
    with closing(SQLStore(server.address("named"), prefix="ours_")) as store:
        assert keep(store, "ana").number == 1
    command.downgrade(host, "peerkit@base")

    host.remove_main_option("peerkit_schema")
    command.upgrade(host, "peerkit@head")
    assert server.ask("SELECT to_regclass('public.ours_noun') IS NOT NULL") == [(True,)]
    command.downgrade(host, "peerkit@base")


@pytest.mark.parametrize("where", ["base", "peerkit@base"])
def test_what_is_kept_is_not_taken_away_in_passing(
    host: Config, server: Postgres, where: str
) -> None:
    """Whoever goes back with all branches keeps the journal, unless the settings say otherwise."""
    host.set_main_option("peerkit_schema", "in_passing")
    command.upgrade(host, "heads")
    command.downgrade(host, where)  # nothing is kept yet
    command.upgrade(host, "heads")
    with pk.Program.open(server.address("in_passing")) as program:
        program.do(pk.WelcomeParticipant(by="sam", id="p-1"))

    for said in ("", "no"):
        host.set_main_option("peerkit_take_away", said)
        with pytest.raises(DBAPIError, match="peerkit keeps a journal here"):
            command.downgrade(host, where)
        with pk.Program.open(server.address("in_passing")) as program:
            assert (program.verify().entries, program.verify().faults) == (1, ())

    host.set_main_option("peerkit_take_away", "yes")
    command.downgrade(host, "peerkit@base")
    assert server.ask("SELECT to_regclass('in_passing.peerkit_entry')") == [(None,)]
    command.downgrade(host, "base")


def test_the_steps_can_be_read_before_they_are_taken(host: Config) -> None:
    """Alembic can print what it would do, for a person who does it by hand."""
    host.output_buffer = printed = StringIO()
    command.upgrade(host, "peerkit@head", sql=True)

    assert 'CREATE TABLE "public"."peerkit_entry"' in printed.getvalue()
