"""How a person wants to be reached: over which channels, when, and how much may be shown."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar, Final

import attrs

from peerkit.errors import BadInput
from peerkit.model.boundaries import AgreedHours, Weekday
from peerkit.model.fields import a, a_wall_time, a_zone, exactly, newer, private, several
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun

__all__ = [
    "ContactPoint",
    "ContactPreferences",
    "ContactStatus",
    "NoticeChannel",
    "counted",
    "without",
]

#: The longest address we take, in characters: an e-mail address has at most 254 (RFC 5321).
MOST_ADDRESS: Final = 500
#: The most addresses of one channel that are counted of one person.
MOST_GIVEN: Final = 1_000_000
#: The longest name of a language we take, such as ``en`` or ``pt-BR`` (RFC 5646).
MOST_LANGUAGE: Final = 35
#: Every minute of a week: bit n is the minute n after Monday 00:00.
_ALL_WEEK: Final = (1 << len(Weekday) * 24 * 60) - 1


class NoticeChannel(StrEnum):
    """Over which line a notice reaches a person. ``APP`` is the host's own, behind its login."""

    APP = "app"
    EMAIL = "email"
    TEXT = "text"
    CHAT = "chat"
    PUSH = "push"
    WEBHOOK = "webhook"


def _an_address(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if (
        type(value) is not str
        or len(value) > MOST_ADDRESS
        or value != value.strip()
        or not value.isprintable()
    ):
        raise BadInput(
            "ContactPoint.address",
            f"at most {MOST_ADDRESS} visible characters, as the channel writes its addresses",
        )


@attrs.frozen(kw_only=True)
class ContactPoint:
    """One way to a person: a channel and the address there, as that channel writes it.

    ``safe`` is what the person said: only they see what arrives here, so the inside of a
    notice may be shown. ``failed`` is what the channel said: nothing arrives here. ``nth`` is
    its number: another one than any address of this channel had that they gave before. The
    program sets both.
    """

    channel: NoticeChannel = attrs.field(validator=exactly(NoticeChannel))
    address: str = attrs.field(default="", repr=False, validator=_an_address)
    safe: bool = a(bool, default=False)
    failed: bool = a(bool, default=False)
    nth: int = a(int, default=1)

    @property
    def name(self) -> str:
        """What this way is called where its address must not stand: ``email``, ``email.2``."""
        return str(self.channel) if self.nth == 1 else f"{self.channel}.{self.nth}"

    def __attrs_post_init__(self) -> None:
        if not self.address and self.channel is not NoticeChannel.APP:
            raise BadInput("ContactPoint.address", "give the address; only the app needs none")
        if not 1 <= self.nth <= MOST_GIVEN:
            raise BadInput("ContactPoint.nth", f"1 to {MOST_GIVEN:,}; the program counts them")


class ContactStatus(StrEnum):
    """Notices are welcome, stopped by the person, or of somebody who was forgotten."""

    WELCOME = "welcome"
    STOPPED = "stopped"
    FORGOTTEN = "forgotten"


CONTACT: Final = Lifecycle(
    begins=frozenset({ContactStatus.WELCOME, ContactStatus.STOPPED}),
    steps={
        ContactStatus.WELCOME: frozenset(
            {ContactStatus.WELCOME, ContactStatus.STOPPED, ContactStatus.FORGOTTEN}
        ),
        ContactStatus.STOPPED: frozenset(
            {ContactStatus.WELCOME, ContactStatus.STOPPED, ContactStatus.FORGOTTEN}
        ),
        ContactStatus.FORGOTTEN: frozenset(),
    },
    closed=frozenset({ContactStatus.FORGOTTEN}),
)


def maybe_wall_time() -> Any:
    """What a clock on the wall shows, or None."""
    return attrs.field(default=None, validator=attrs.validators.optional(a_wall_time))


def a_language() -> Any:
    """The tag of a language; English when not said."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if (
            type(value) is not str
            or not 0 < len(value) <= MOST_LANGUAGE
            or not value.replace("-", "").isalnum()
            or not value.isascii()
        ):
            place = f"{type(instance).__name__}.{attribute.name}"
            raise BadInput(place, "give its tag, such as en or es")

    return attrs.field(default="en", validator=check)


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _of_the_week(stretches: tuple[AgreedHours, ...]) -> int:
    """The minutes that lie in one of these stretches, each from ``opens`` up to ``closes``."""
    found = 0
    for each in stretches:
        opens, closes = _minutes(each.opens), _minutes(each.closes)
        for day, name in enumerate(Weekday):
            if name in each.days:
                found |= ((1 << closes - opens) - 1) << day * 24 * 60 + opens
    return found


@attrs.frozen(kw_only=True)
class ContactPreferences(Noun):
    """What one person said about being reached. ``id`` is the person's id.

    ``points`` in the order they are tried. Notices travel never in ``quiet`` hours, and where
    ``only`` is given, only in those; both are by the clock in ``zone``. With ``digest``, a time
    of day there, they travel together once a day. ``may_call`` and ``may_leave_message`` are
    for people who telephone: peerkit does not. ``gone`` is the highest number that an address
    had which is there no more; the program counts.
    """

    kind: ClassVar[str] = "contact-preferences"
    lifecycle: ClassVar[Lifecycle[ContactStatus]] = CONTACT
    private_to: ClassVar[str] = "id"
    status: ContactStatus = a(ContactStatus, ContactStatus.WELCOME)
    points: tuple[ContactPoint, ...] = private(several(ContactPoint))
    quiet: tuple[AgreedHours, ...] = private(several(AgreedHours))
    only: tuple[AgreedHours, ...] = private(several(AgreedHours))
    zone: str = private(a_zone())
    language: str = private(a_language())
    digest: str | None = private(maybe_wall_time())
    may_call: bool = private(a(bool, default=False))
    may_leave_message: bool = private(a(bool, default=False))
    gone: int = private(newer(a(int, default=0)))

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.gone <= MOST_GIVEN:
            raise BadInput("ContactPreferences.gone", f"0 to {MOST_GIVEN:,}; the program counts")
        if not self.free:
            raise BadInput(
                "ContactPreferences.quiet",
                "leaves no free time in a week; shorten the quiet hours, or widen `only`. "
                "Somebody who wants no notices at all stops them",
            )

    @property
    def free(self) -> int:
        """The minutes of a week in which notices may travel: bit n is n after Monday 00:00."""
        only = _of_the_week(self.only) if self.only else _ALL_WEEK
        return only & ~_of_the_week(self.quiet)


def without(before: ContactPreferences, channel: NoticeChannel) -> ContactPreferences:
    """These preferences, with nothing that goes over this channel."""
    return _with(
        before, tuple(each for each in before.points if each.channel is not channel), before
    )


def counted(now: ContactPreferences, before: ContactPreferences) -> ContactPreferences:
    """These preferences as they are said anew: an address that was there keeps its number."""
    known = {(each.channel, each.address): each.nth for each in before.points}
    last = dict.fromkeys(NoticeChannel, before.gone)
    for each in before.points:
        last[each.channel] = max(last[each.channel], each.nth)
    found = []
    for each in now.points:
        nth = known.pop((each.channel, each.address), None)
        if nth is None:
            nth = last[each.channel] = last[each.channel] + 1
        found.append(attrs.evolve(each, failed=False, nth=nth))
    return _with(now, tuple(found), before)


def _with(
    preferences: ContactPreferences, points: tuple[ContactPoint, ...], before: ContactPreferences
) -> ContactPreferences:
    """These preferences with these points, and with the highest number of those that are gone.

    So a number means one address for good, and what is heard late of an address that was given
    up is never taken for word of the one that came later.
    """
    there = {(each.channel, each.nth) for each in points}
    lost = (each.nth for each in before.points if (each.channel, each.nth) not in there)
    return attrs.evolve(preferences, points=points, gone=max((before.gone, *lost)))
