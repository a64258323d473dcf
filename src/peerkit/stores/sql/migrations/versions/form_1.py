"""The tables of a program on a server, in their first form."""

from __future__ import annotations

from alembic import op

from peerkit.stores.sql.migrations.names import names
from peerkit.stores.sql.tables import made, unmade

revision: str = "peerkit_form_1"
down_revision: str | None = None
branch_labels: tuple[str, ...] = ("peerkit",)
depends_on: tuple[str, ...] | None = None


def upgrade() -> None:
    """Make what opening a store would make."""
    where = names()
    op.execute(where.into("CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
    for each in made(where, 1):
        op.execute(each)


def downgrade() -> None:
    """Take everything away, with all that was kept."""
    for each in unmade(names(), 1):
        op.execute(each)
