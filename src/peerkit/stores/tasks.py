"""Whose batch it is, where several tasks share a thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import local
from typing import Final

from peerkit.errors import StoreError

__all__ = ["OneTask"]

#: The batches that are open here. A task has its own, and those of who began it.
_HERE: Final[ContextVar[tuple[object, ...]]] = ContextVar("peerkit_batches", default=())


class _OfThread(local):
    """The batch that is open in this thread, if one is."""

    open: object | None = None


class OneTask:
    """Knows which task has a batch open in a store, and refuses others of its thread meanwhile.

    Other threads are held back by the store's own lock, and pass here.
    """

    def __init__(self) -> None:
        self._of_thread = _OfThread()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """A batch of whoever comes in here. In a thread there is one at a time."""
        mine = object()
        try:  # whoever is interrupted on the way in has no batch, and keeps nobody out
            _HERE.set((*_HERE.get(), mine))
            self._of_thread.open = mine
            yield
        finally:
            self._of_thread.open = None
            _HERE.set(tuple(each for each in _HERE.get() if each is not mine))

    def must_be_mine(self) -> None:
        """Refuse a task that would take part in the batch of another one."""
        found = self._of_thread.open
        if found is not None and found not in _HERE.get():
            raise StoreError(
                "Another task of this thread has a batch open here, and what is done now would go "
                "with it. Await nothing inside a batch."
            )
