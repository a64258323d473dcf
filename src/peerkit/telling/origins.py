"""What a message came of, by its key: the entry that it was laid down with says it for good."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import attrs

from peerkit.acts.notices import CALL_NEEDED, PassOnNotice
from peerkit.model import Message, WhyNotTold

if TYPE_CHECKING:
    from peerkit.stores import Store

__all__ = ["Call", "Origin", "call_of", "origin_of"]

#: A key of a message, and what a notice's key has before and behind it: a digest's mark, a way.
_KEY: Final = re.compile(r"(?:digest/)?([1-9][0-9]{0,17})/(0|[1-9][0-9]{0,8})(?:/.*)?")


@attrs.frozen
class Origin:
    """The act that left a message, in which entry and when; and whom the message was for."""

    number: int
    at: datetime
    act: Mapping[str, Any]
    to: str


def origin_of(store: Store, key: str) -> Origin | None:
    """What the message or notice of this key came of; None where there is no such message.

    Of a digest it is what the first message in it came of.
    """
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    number, position = int(found[1]), int(found[2])
    entry = next(iter(store.journal(after=number - 1)), None)
    if entry is None:
        return None
    body = entry.read()
    if entry.number != number or position >= len(body["messages"]):
        return None
    return Origin(number, entry.at, body["act"], body["messages"][position][0])


@attrs.frozen
class Call:
    """What somebody is to call about: the message that could not be told, to whom, and why."""

    message: Message
    why: WhyNotTold

    @property
    def had_no_way(self) -> bool:
        """Whether nothing was tried: there was no channel, or they had stopped notices."""
        return self.why in (WhyNotTold.NO_CHANNEL, WhyNotTold.STOPPED)


def call_of(store: Store, message: Message) -> Call | None:
    """What a message asks to call about; None where it asks for no call, or nobody passed it on.

    A call that could not be told is about what the first one was about.
    """
    call, before = None, None
    while message.kind == CALL_NEEDED:
        origin = origin_of(store, message.key)
        if origin is None or origin.act["act"] != PassOnNotice.kind:
            break
        if before is not None and origin.number >= before:  # a key that somebody wrote by hand
            break
        before, act = origin.number, origin.act
        message = Message(
            to=act["to"],
            kind=act["of"],
            about=act["noun"],
            inside=message.inside,
            key=act["notice"],
        )
        call = Call(message, WhyNotTold(act["why"]))
    return call
