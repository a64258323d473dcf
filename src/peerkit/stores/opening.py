"""Which store an address means: memory, a file, or what somebody has registered."""

from __future__ import annotations

from inspect import signature
from pkgutil import resolve_name
from typing import Any, Final

from peerkit.errors import StoreError
from peerkit.stores import Store
from peerkit.stores.keys import Keys
from peerkit.stores.sealed import SealedStore

__all__ = ["store_at"]

#: The stores that come with peerkit, each imported by whoever asks for it.
_OURS: Final = {
    "memory": "peerkit.stores.memory:MemoryStore.at",
    "sqlite": "peerkit.stores.sqlite_reading:sqlite_at",
    "postgres": "peerkit.stores.sql_reading:sql_at",
    "postgresql": "peerkit.stores.sql_reading:sql_at",
    "postgresql+psycopg": "peerkit.stores.sql_reading:sql_at",
}


def store_at(where: str, program: str, *, keys: Keys | None = None, **how: Any) -> Store:
    """The store at an address: ``":memory:"``, a file, or ``scheme://…``; sealed with ``keys``.

    Third parties register a callable ``(where, *, program, **how) -> Store``
    under their scheme in the entry point group ``peerkit.stores``. ``how`` holds
    what the caller asked for, and nothing else: ``durability``, ``read_only``,
    ``must_exist``.
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
        return store if keys is None else _sealed(store, keys)
    raise StoreError(f"The store of {scheme}:// cannot be opened with {asked}. Leave that out.")


def _sealed(store: Store, keys: Keys) -> Store:
    try:
        return SealedStore(store, keys)
    except BaseException:
        store.close()
        raise


def _opener(scheme: str) -> Any:
    if scheme in _OURS:
        return resolve_name(_OURS[scheme])
    from importlib.metadata import entry_points  # it loads much, and few need it

    return next((each.load() for each in entry_points(group="peerkit.stores", name=scheme)), None)
