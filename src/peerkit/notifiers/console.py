"""Writes notices to a text stream: for a first look."""

from __future__ import annotations

import sys
from threading import Lock
from typing import TYPE_CHECKING, TextIO

from peerkit.notifiers import CouldNotTell

if TYPE_CHECKING:
    from peerkit.notifiers import Notice

__all__ = ["ConsoleNotifier"]


class ConsoleNotifier:
    """Writes one line for each notice: to whom, and the outside.

    ``safe`` true says that only people who may read it see this stream; then
    the inside is written too. ``stream`` is standard output when left out.
    """

    def __init__(self, stream: TextIO | None = None, *, safe: bool = False) -> None:
        self._stream = stream
        self._safe = safe
        self._told: set[str] = set()
        self._one = Lock()

    def notify(self, notice: Notice) -> None:
        """Write this notice, once for each key."""
        stream = sys.stdout if self._stream is None else self._stream
        text = notice.inside if self._safe and notice.inside is not None else notice.outside
        failed = ""
        with self._one:
            if notice.key in self._told:
                return
            try:
                stream.write(f"To {notice.to}: {text}\n")
                stream.flush()
                self._told.add(notice.key)
            except (OSError, ValueError) as error:
                failed = type(error).__name__
        if failed:
            raise CouldNotTell(f"The stream did not take notice {notice.key} ({failed}).")
