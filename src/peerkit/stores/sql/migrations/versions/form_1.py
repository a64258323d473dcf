"""The tables of a program on a server, in their first form."""

from __future__ import annotations

from typing import Final

from alembic import context, op

from peerkit.stores.sql.migrations.names import names
from peerkit.stores.sql.tables import made, unmade

revision: str = "peerkit_form_1"
down_revision: str | None = None
branch_labels: tuple[str, ...] = ("peerkit",)
depends_on: tuple[str, ...] | None = None

#: ``alembic downgrade base`` is often meant for the tables of the host, and takes ours along.
_NOTHING_KEPT: Final = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM {entry}) THEN
        RAISE EXCEPTION 'peerkit keeps a journal here, which would be gone for good. Export its '
            'programs first; then say peerkit_take_away = yes in the settings of Alembic. '
            'Or go back with your own branch alone.';
    END IF;
END $$"""


def upgrade() -> None:
    """Make what opening a store would make."""
    where = names()
    op.execute(where.into("CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
    for each in made(where, 1):
        op.execute(each)


def downgrade() -> None:
    """Take everything away. What was kept goes only where the settings say so."""
    where = names()
    if context.config.get_main_option("peerkit_take_away") != "yes":
        op.execute(where.into(_NOTHING_KEPT))
    for each in unmade(where, 1):
        op.execute(each)
