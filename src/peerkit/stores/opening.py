"""Which store an address means: memory, a file, or what somebody has registered."""

from __future__ import annotations

from inspect import signature
from pkgutil import resolve_name
from typing import Any, Final

from peerkit.errors import StoreError
from peerkit.stores import Store
from peerkit.stores.sealing.keys import Keys
from peerkit.stores.sealing.sealed import SealedStore, holds_sealed

__all__ = ["store_at"]

#: The stores that come with peerkit, each imported by whoever asks for it.
_OURS: Final = {
    "memory": "peerkit.stores.memory:MemoryStore.at",
    "sqlite": "peerkit.stores.sqlite.reading:sqlite_at",
    "postgres": "peerkit.stores.sql.reading:sql_at",
    "postgresql": "peerkit.stores.sql.reading:sql_at",
    "postgresql+psycopg": "peerkit.stores.sql.reading:sql_at",
}


def store_at(where: str, program: str, *, keys: Keys | None = None, **how: Any) -> Store:
    """The store at an address: ``":memory:"``, a file, or ``scheme://…``; sealed with ``keys``.

    Third parties register a callable ``(where, *, program, **how) -> Store``
    under their scheme in the entry point group ``peerkit.stores``. ``how`` holds
    what the caller asked for, and nothing else: ``durability``, ``read_only``,
    ``must_exist``. A program whose words are sealed is opened without keys to be read only.
    """
    scheme, found, _ = where.partition("://")
    if not found:
        scheme = "memory" if where == ":memory:" else "sqlite"
    opener = _opener(scheme)
    if opener is None:
        raise StoreError(f"No store is registered for {scheme}://. Install the one that brings it.")
    try:
        signature(opener).bind(where, program=program, **how)
    except TypeError:
        asked = ", ".join(how)
    else:
        store: Store = opener(where, program=program, **how)
        return _checked(store, keys, read_only=bool(how.get("read_only")))
    raise StoreError(f"The store of {scheme}:// cannot be opened with {asked}. Leave that out.")


def _checked(store: Store, keys: Keys | None, *, read_only: bool) -> Store:
    """The store, sealed where there are keys. What is sealed is not written to without them."""
    try:
        if keys is not None:
            return SealedStore(store, keys, read_only=read_only)
        refused = not read_only and holds_sealed(store)
    except BaseException:
        store.close()
        raise
    if not refused:
        return store
    store.close()
    raise StoreError(
        "This program's words are sealed. Open it with its keys, or with read_only=True."
    )


def _opener(scheme: str) -> Any:
    if scheme in _OURS:
        return resolve_name(_OURS[scheme])
    from importlib.metadata import entry_points  # it loads much, and few need it

    return next((each.load() for each in entry_points(group="peerkit.stores", name=scheme)), None)
