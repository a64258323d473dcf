"""numpy and scipy, fetched when somebody simulates; and what else an extra brings."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from peerkit.errors import MissingExtra

__all__ = ["fetched", "numpy", "scipy_optimize", "scipy_special", "scipy_stats"]


def fetched(name: str, extra: str = "simulation") -> Any:
    """A module that an extra brings. Raises :class:`~peerkit.errors.MissingExtra` without it."""
    try:
        return import_module(name)
    except ImportError:
        package = name.partition(".")[0]
    raise MissingExtra(package, extra)


def numpy() -> Any:
    """The module numpy. Raises :class:`~peerkit.errors.MissingExtra` without it."""
    return fetched("numpy")


def scipy_optimize() -> Any:
    """The module scipy.optimize."""
    return fetched("scipy.optimize")


def scipy_special() -> Any:
    """The module scipy.special."""
    return fetched("scipy.special")


def scipy_stats() -> Any:
    """The module scipy.stats."""
    return fetched("scipy.stats")
