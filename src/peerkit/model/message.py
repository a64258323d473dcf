"""A message to one person: a discreet outside and an inside."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

import attrs

from peerkit.model.fields import maybe_moment

__all__ = ["OUTSIDE", "Message", "WhyNotTold"]

#: What everyone may see: it names neither the program, nor a person, nor a condition.
OUTSIDE: Final = "You have a new message."


class WhyNotTold(StrEnum):
    """Why a message was not told.

    Whoever it is for has nothing to do with it any more, or never had; what it told of is no
    longer so; they stopped notices; nothing reaches them safely; it was tried until there was no
    sense in it; they have left, or nobody here knows them; it is about them; they were
    forgotten; the consent it stood on is gone; or whoever was to be called can be told by now.
    """

    NOT_ASSIGNED = "not-assigned"
    OVER = "over"
    STOPPED = "stopped"
    NO_CHANNEL = "no-channel"
    GIVEN_UP = "given-up"
    MISSING = "missing"
    ADVERSE = "adverse"
    FORGOTTEN = "forgotten"
    NO_CONSENT = "no-consent"
    REACHABLE = "reachable"


@attrs.frozen(kw_only=True)
class Message:
    """Something one person should be told.

    ``kind`` is the act it came from (``match.proposed``), ``about`` the id to
    look at. The ``inside`` is one sentence with ids, shown only on a channel
    the person marked safe; the ``outside`` gives nothing away. ``key`` is
    given by the store: the same key is the same message. It is told at once, or
    not before ``due``.
    """

    to: str
    kind: str
    about: str
    inside: str = attrs.field(repr=False)
    outside: str = OUTSIDE
    key: str = ""
    due: datetime | None = maybe_moment()
