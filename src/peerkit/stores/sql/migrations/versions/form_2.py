"""The outbox counts tries, holds leases by token, and knows what became of each message."""

from __future__ import annotations

from alembic import op

from peerkit.stores.sql.migrations.names import names
from peerkit.stores.sql.tables import made, unmade

revision: str = "peerkit_form_2"
down_revision: str | None = "peerkit_form_1"
branch_labels: tuple[str, ...] | None = None
depends_on: tuple[str, ...] | None = None


def upgrade() -> None:
    """Do what opening a store would do."""
    for each in made(names(), 2):
        op.execute(each)


def downgrade() -> None:
    """Back to messages that wait, or do not: what was cancelled is told, the dead wait again."""
    for each in unmade(names(), 2):
        op.execute(each)
