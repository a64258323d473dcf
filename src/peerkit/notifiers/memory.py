"""Keeps notices in a list: for tests and notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from peerkit.notifiers import Notice

__all__ = ["MemoryNotifier"]


class MemoryNotifier:
    """Remembers every notice it was given, once for each key."""

    def __init__(self) -> None:
        self._by_key: dict[str, Notice] = {}

    @property
    def told(self) -> tuple[Notice, ...]:
        """What was told, in order."""
        return tuple(self._by_key.values())

    def notify(self, notice: Notice) -> None:
        """Remember this notice."""
        self._by_key.setdefault(notice.key, notice)
