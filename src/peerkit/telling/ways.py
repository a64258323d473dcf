"""Over which channels a person is told: what leaves the house, and what they said about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import attrs

from peerkit.errors import BadInput, must_be
from peerkit.model import ContactPoint, ContactPreferences, ContactStatus, NoticeChannel, Noun
from peerkit.notifiers import Notifier
from peerkit.telling.wording import Wording

__all__ = ["AT_ONCE", "Invite", "Routes", "Way", "nobody_invited", "ways_of"]

#: What does not wait for a digest: the day would be over. It does wait for the end of quiet hours.
AT_ONCE: Final = frozenset(
    {
        "call.needed",
        "concern.opened",
        "concern.raised",
        "concern.reopened",
        "contact-preferences.set",
        "house.closed",
        "measure.unseen",
        "notice.returned",
        "safety.disclosed",
        "series.occurrence-cancelled",
        "series.occurrence-moved",
        "series.tomorrow",
        "session.cancelled",
        "session.moved",
        "session.tomorrow",
        "shift.cancelled",
        "visit.called-off",
        "words.taken-back",
    }
)
#: Makes an iCalendar object of what a message is about, for this person; None where there is none.
Invite: TypeAlias = Callable[[Noun, str], bytes | None]


def nobody_invited(noun: Noun, to: str) -> bytes | None:
    """Nobody's calendar is written to."""


def _notifiers(value: Mapping[NoticeChannel, Notifier]) -> Mapping[NoticeChannel, Notifier]:
    what = "give a notifier for each channel, such as {NoticeChannel.EMAIL: EmailNotifier(…)}"
    must_be(Mapping, value, "Routes.notifiers", what)
    found = dict(value)
    fits = [
        isinstance(channel, NoticeChannel)
        and isinstance(notifier, Notifier)
        and not isinstance(notifier, type)
        for channel, notifier in found.items()
    ]
    if not fits or not all(fits):
        raise BadInput("Routes.notifiers", what)
    return MappingProxyType(found)


def _some_wording(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    must_be(Wording, value, "Routes.wording", "give Wording.load(…), or leave it out")


@attrs.frozen
class Routes:
    """What leaves the house: a notifier for each channel, and the words that go with it.

    A person is told over the first of their own channels that has a notifier here, and over
    the next one when that fails for good. Who has none is not told; the coordinator is.
    """

    notifiers: Mapping[NoticeChannel, Notifier] = attrs.field(converter=_notifiers)
    wording: Wording = attrs.field(factory=Wording.load, validator=_some_wording, kw_only=True)
    invite: Invite = attrs.field(default=nobody_invited, kw_only=True)


@attrs.frozen
class Way:
    """One way to a person: its name, the same as long as they do not change it, and the point.

    What is said there is in their ``language``, and by the clock in their ``zone``.
    """

    name: str
    point: ContactPoint
    language: str
    zone: str


def ways_of(preferences: ContactPreferences | None, routes: Routes) -> tuple[Way, ...]:
    """The ways over which this person may be told, in the order that they are tried."""
    if preferences is None or preferences.status is not ContactStatus.WELCOME:
        return ()
    return tuple(
        Way(each.name, each, preferences.language, preferences.zone)
        for each in preferences.points
        if not each.failed and each.channel in routes.notifiers
    )
