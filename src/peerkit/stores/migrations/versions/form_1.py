"""The tables of a program on a server, in their first form.

``peerkit_schema`` and ``peerkit_prefix`` in the settings of Alembic say where
they are; without them they are where opening a store would make them.
"""

from __future__ import annotations

from alembic import context, op

from peerkit.stores.sql_tables import Names, made, unmade

revision: str = "peerkit_form_1"
down_revision: str | None = None
branch_labels: tuple[str, ...] = ("peerkit",)
depends_on: tuple[str, ...] | None = None


def _names() -> Names:
    schema = context.config.get_main_option("peerkit_schema")
    if schema is None and not context.is_offline_mode():
        schema = op.get_bind().exec_driver_sql("SELECT current_schema()").scalar_one()
    return Names(schema or "public", context.config.get_main_option("peerkit_prefix", "peerkit_"))


def upgrade() -> None:
    """Make what opening a store would make."""
    names = _names()
    op.execute(names.into("CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
    for each in made(names):
        op.execute(each)


def downgrade() -> None:
    """Take everything away, with all that was kept."""
    for each in unmade(_names()):
        op.execute(each)
