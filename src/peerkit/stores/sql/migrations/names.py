"""Where Alembic is to find our tables.

``peerkit_schema`` and ``peerkit_prefix`` in its settings say so; without them they are where
opening a store would make them.
"""

from __future__ import annotations

from alembic import context, op

from peerkit.stores.sql.tables import Names

__all__ = ["names"]


def names() -> Names:
    """The schema and the prefix of our tables."""
    schema = context.config.get_main_option("peerkit_schema")
    if schema is None and not context.is_offline_mode():
        schema = op.get_bind().exec_driver_sql("SELECT current_schema()").scalar_one()
    return Names(schema or "public", context.config.get_main_option("peerkit_prefix", "peerkit_"))
