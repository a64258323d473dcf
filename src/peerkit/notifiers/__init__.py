"""Who is told: the shape of a notice, and of a notifier. One kind of notifier per file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

import attrs

from peerkit.errors import PeerkitError
from peerkit.model import NoticeChannel

if TYPE_CHECKING:
    from datetime import timedelta

__all__ = ["CouldNotTell", "Notice", "Notifier"]


class CouldNotTell(PeerkitError):
    """A notice could not be delivered.

    It is tried again, after ``wait`` where the receiver asked for that. ``for_good`` says that
    trying again at this address is in vain: there is nobody, or they refuse.
    """

    def __init__(
        self, message: str, *, for_good: bool = False, wait: timedelta | None = None
    ) -> None:
        super().__init__(message)
        self.for_good: bool = for_good
        self.wait: timedelta | None = wait


@attrs.frozen(kw_only=True)
class Notice:
    """A message on its way to one person over one channel.

    ``key`` is the same each time this message is told over this channel: the receiver's
    means to know a repeat. ``outside`` may stand on a lock screen, in a subject line and in a
    sender's place; ``inside`` is there only where the person marked the channel safe, and None
    elsewhere. ``address`` is the person's own, empty where the host's app is the channel.
    ``invite`` is an iCalendar object for this person's calendar, as discreet as the outside.
    """

    key: str
    to: str
    kind: str
    about: str
    outside: str
    inside: str | None = attrs.field(default=None, repr=False)
    channel: NoticeChannel = NoticeChannel.APP
    address: str = attrs.field(default="", repr=False)
    language: str = "en"
    invite: bytes | None = attrs.field(default=None, repr=False)


@runtime_checkable
class Notifier(Protocol):
    """Delivers one notice to one person.

    Promises:

    * When :meth:`notify` returns, the notice has been handed over.
    * When it could not be, :class:`CouldNotTell` is raised, and nothing else; ``for_good``
      where trying again is in vain, ``wait`` where the receiver asked to be left alone so long.
    * The same :attr:`Notice.key` twice is the same notice: deliver it once, or hand the key
      on so that the receiver can.
    * The outside is all that may show where others can see it: a lock screen, a
      subject line, a sender's name. The kind, what it is about and the inside are
      shown only in a body that nobody but the person reads.
    * No error, log or ``repr`` holds an address or a text.
    """

    def notify(self, notice: Notice) -> None:
        """Deliver this notice. Raises :class:`CouldNotTell`."""
        ...
