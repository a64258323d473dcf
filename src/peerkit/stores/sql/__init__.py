"""Programs on a PostgreSQL server: many writers, and a host's own transaction around ours."""

from __future__ import annotations

from peerkit.stores.sql.store import SQLStore

__all__ = ["SQLStore"]
