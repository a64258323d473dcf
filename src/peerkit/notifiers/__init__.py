"""Who is told: the shape of a notifier. One kind per file."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from peerkit.errors import PeerkitError
from peerkit.model import Message

__all__ = ["CouldNotTell", "Message", "Notifier"]


class CouldNotTell(PeerkitError):
    """A message could not be delivered now; it stays in the outbox for the next time."""


@runtime_checkable
class Notifier(Protocol):
    """Delivers one message to one person.

    Promises:

    * When :meth:`notify` returns, the message has been handed over.
    * When it could not be, :class:`CouldNotTell` is raised, and nothing else.
    * The same :attr:`Message.key <peerkit.model.Message>` twice is the same
      message: deliver it once, or hand the key on so that the receiver can.
    * The outside of a message is all that may show where others can see it:
      a lock screen, a subject line, a sender's name. The inside is shown only
      on a channel the person marked safe.
    """

    def notify(self, message: Message) -> None:
        """Deliver this message. Raises :class:`CouldNotTell`."""
        ...
