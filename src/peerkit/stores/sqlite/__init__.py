"""Programs in an SQLite file: on a laptop, or beside a service on one machine."""

from __future__ import annotations

from peerkit.stores.sqlite.store import SQLiteStore

__all__ = ["SQLiteStore"]
