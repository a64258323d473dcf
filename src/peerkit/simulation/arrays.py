"""numpy and scipy, fetched when somebody simulates."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from peerkit.errors import MissingExtra

__all__ = ["numpy", "scipy_optimize", "scipy_special", "scipy_stats"]


def _fetched(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        package = name.partition(".")[0]
    raise MissingExtra(package, "simulation")


def numpy() -> Any:
    """The module numpy. Raises :class:`~peerkit.errors.MissingExtra` without it."""
    return _fetched("numpy")


def scipy_optimize() -> Any:
    """The module scipy.optimize."""
    return _fetched("scipy.optimize")


def scipy_special() -> Any:
    """The module scipy.special."""
    return _fetched("scipy.special")


def scipy_stats() -> Any:
    """The module scipy.stats."""
    return _fetched("scipy.stats")
