"""Proof: conformance kits for stores, keys and notifiers, and situations. Ships with the package.

The kits need pytest (``pip install 'peerkit[testing]'``); situations need nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peerkit.testing.keys import KeysConformance
    from peerkit.testing.notifiers import NotifierConformance
    from peerkit.testing.stores import StoreConformance

__all__ = ["KeysConformance", "NotifierConformance", "StoreConformance"]

#: Where each kit is, and the files its tests are in.
_KITS = {
    "KeysConformance": ("keys", "sharing", "pieces"),
    "NotifierConformance": ("notifiers",),
    "StoreConformance": (
        *("stores", "copying", "finding", "hosting", "keeping", "outbox", "pieces"),
        *("reading", "sealing", "sharing"),
    ),
}


def __getattr__(name: str) -> Any:
    """A kit, imported when somebody asks for it: situations work without pytest."""
    if name not in _KITS:
        raise AttributeError(f"peerkit.testing has no {name}; it has {', '.join(__all__)}")
    modules = [f"{__name__}.{each}" for each in _KITS[name]]
    new = [each for each in modules if each not in sys.modules]
    # Before the import, so that a failing assert of the kit shows both sides.
    import_module(f"{__name__}.kit").pytest.register_assert_rewrite(*new)
    return getattr(import_module(modules[0]), name)
