"""Notifiers that are broken on purpose, each in one way, and the tests that must catch them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from peerkit.model import Message
from peerkit.notifiers import CouldNotTell


class Pager:
    """A sound notifier: one line for each key, and the channel may be down."""

    def __init__(self) -> None:
        self.left: list[str] = []
        self.down = False
        self.keys: set[str] = set()

    def notify(self, message: Message) -> None:
        """Once for each key."""
        if message.key not in self.keys:
            self.send(message)
            self.keys.add(message.key)

    def send(self, message: Message) -> None:
        """Every time."""
        if self.down:
            raise CouldNotTell("The pager is down.")
        self.left.append(self.line(message))

    def line(self, message: Message) -> str:
        """What leaves."""
        return f"{message.to}: {message.outside}"


class SafePager(Pager):
    """One that shows the inside, to those who may read it."""

    def line(self, message: Message) -> str:
        """What leaves."""
        return f"{message.to}: {message.inside}"


class NoNotifier(Pager):
    """Has no notify."""

    notify: Any = None


class Silent(Pager):
    """Delivers nothing."""

    def send(self, message: Message) -> None:
        """Nothing."""


class Late(Pager):
    """Delivers a message when the next one comes."""

    waiting: Message | None = None

    def send(self, message: Message) -> None:
        """The one before."""
        if self.waiting is not None:
            super().send(self.waiting)
        self.waiting = message


class Tired(Pager):
    """Takes no more than a hundred."""

    def send(self, message: Message) -> None:
        """Until it is full."""
        if len(self.left) < 100:
            super().send(message)


class Repeats(Pager):
    """Delivers whatever it is given, and keeps the key to itself."""

    def notify(self, message: Message) -> None:
        """Every time."""
        self.send(message)


class KnowsOnlyTheLast(Pager):
    """Knows a message again only when it comes twice in a row."""

    def notify(self, message: Message) -> None:
        """Once in a row."""
        self.keys &= {message.key}
        super().notify(message)


class TakesTextForKey(Pager):
    """Takes two messages with one text for the same."""

    def notify(self, message: Message) -> None:
        """Once for each text."""
        super().notify(attrs.evolve(message, key=message.outside))


class ShowsInside(SafePager):
    """Shows the inside where others can see it."""


class ShowsKind(Pager):
    """Shows what it is about to whoever looks on: concern.opened, concern c-1."""

    def line(self, message: Message) -> str:
        """With kind and id."""
        return f"{message.to} [{message.kind} {message.about}]: {message.outside}"


class HidesInside(Pager):
    """Shows only the outside, although the person marked the channel safe."""


class RaisesItsOwn(Pager):
    """Lets the error of its channel out."""

    def send(self, message: Message) -> None:
        """Or OSError."""
        if self.down:
            raise OSError
        super().send(message)


class Hopeful(Pager):
    """Returns as if all were well."""

    def send(self, message: Message) -> None:
        """Or nothing."""
        if not self.down:
            super().send(message)


class TellsInTheError(Pager):
    """Writes the inside into the error."""

    def send(self, message: Message) -> None:
        """Or too much."""
        if self.down:
            raise CouldNotTell(f"Could not tell {message.inside!r}.")
        super().send(message)


class TellsInTheCause(Pager):
    """Hands on what its channel said, and that repeats the message."""

    def send(self, message: Message) -> None:
        """Or too much."""
        if self.down:
            raise CouldNotTell("The pager is down.") from OSError(message.inside)
        super().send(message)


class TicksOffTooEarly(Pager):
    """Notes a message as told before it is."""

    def notify(self, message: Message) -> None:
        """Noted first."""
        new = message.key not in self.keys
        self.keys.add(message.key)
        if new:
            self.send(message)


#: Each broken notifier, and the tests of the kit that must catch it.
NOTIFIERS: Final[Mapping[type[Pager], tuple[str, ...]]] = {
    NoNotifier: ("test_it_has_the_shape_of_a_notifier",),
    Silent: ("test_a_message_is_handed_over_when_notify_returns",),
    Late: ("test_a_message_is_handed_over_when_notify_returns",),
    Tired: ("test_many_messages_are_all_handed_over",),
    Repeats: ("test_the_same_key_is_one_message",),
    KnowsOnlyTheLast: ("test_the_same_key_is_one_message",),
    TakesTextForKey: ("test_another_key_is_another_message",),
    ShowsInside: ("test_only_the_outside_shows",),
    ShowsKind: ("test_only_the_outside_shows",),
    HidesInside: ("test_the_inside_shows_on_a_safe_channel",),
    RaisesItsOwn: ("test_a_failure_is_could_not_tell",),
    Hopeful: ("test_a_failure_is_could_not_tell",),
    TellsInTheError: ("test_a_failure_shows_nothing_of_the_message",),
    TellsInTheCause: ("test_a_failure_shows_nothing_of_the_message",),
    TicksOffTooEarly: ("test_what_failed_can_be_told_again",),
}
