"""Keeps messages in a list: for tests and notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from peerkit.notifiers import Message

__all__ = ["MemoryNotifier"]


class MemoryNotifier:
    """Remembers every message it was given, once for each key."""

    def __init__(self) -> None:
        self._by_key: dict[str, Message] = {}

    @property
    def told(self) -> tuple[Message, ...]:
        """What was told, in order."""
        return tuple(self._by_key.values())

    def notify(self, message: Message) -> None:
        """Remember this message."""
        self._by_key.setdefault(message.key, message)
