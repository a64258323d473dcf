"""What a notice may say of what it is about: an id, a day, a time, and how many days are left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.model import (
    Concern,
    Consent,
    Credential,
    Goal,
    Match,
    Message,
    Noun,
    Occurrence,
    Series,
    Session,
    Shift,
    Stay,
    Visit,
    WhyNotTold,
)
from peerkit.model.fields import day_of, zone_named
from peerkit.model.timetable import last_of_day

if TYPE_CHECKING:
    from peerkit.model import ContactPreferences
    from peerkit.telling.origins import Call

__all__ = [
    "ALWAYS",
    "MAY",
    "NAMES",
    "NOT_TOLD",
    "WHEN",
    "WHY",
    "Facts",
    "facts_of",
    "names_of",
    "with_call",
]

#: What every kind may name: the id of what it is about.
ALWAYS: Final = frozenset({"id"})
_MEETING: Final = frozenset({"day", "time", "minutes"})
_SHIFT: Final = frozenset({"day", "time"})
_RUNS_OUT: Final = frozenset({"day", "days"})
_ON_A_DAY: Final = frozenset({"day"})

#: What a kind of ours may name beside that.
NAMES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "call.needed": frozenset({"who", "why", "may"}),
        "concern.due": _ON_A_DAY,
        "consent.ending": _RUNS_OUT,
        "credential.ending": _RUNS_OUT,
        "goal.review": _ON_A_DAY,
        "match.ending": _RUNS_OUT,
        "match.ending-planned": _RUNS_OUT,
        "note.overdue": _MEETING,
        "series.tomorrow": _MEETING,
        "session.cancelled": _MEETING,
        "session.confirmed": _MEETING,
        "session.missed": _MEETING,
        "session.moved": _MEETING,
        "session.planned": _MEETING,
        "session.tomorrow": _MEETING,
        "session.unreported": _MEETING,
        "shift.cancelled": _SHIFT,
        "shift.planned": _SHIFT,
        "stay.declined": _ON_A_DAY,
        "stay.offered": _ON_A_DAY,
        "visit.planned": _ON_A_DAY,
    }
)
#: All of them, and the message's own inside: what a kind that is a house's own may name.
_EVERY: Final = frozenset({"says"}).union(ALWAYS, *NAMES.values())
#: What may be said of why somebody is to be called, and of what they said about it.
WHY: Final = (WhyNotTold.NO_CHANNEL, WhyNotTold.GIVEN_UP, WhyNotTold.STOPPED)
NOT_TOLD: Final = "not-told"
MAY: Final = ("may-not", "may-without-message", "may")

#: Which field of a noun says when it is, or until when.
WHEN: Final[Mapping[type[Noun | Occurrence], str]] = MappingProxyType(
    {
        Concern: "due",
        Consent: "until",
        Credential: "until",
        Goal: "review",
        Match: "ends",
        Occurrence: "starts",
        Session: "starts",
        Shift: "starts",
        Stay: "first",
        Visit: "on",
    }
)


@attrs.frozen(kw_only=True)
class Facts:
    """What can be put into the words of one notice. What is None is not known.

    ``says`` is the message's own inside, which is told where a template does not fit.
    ``at`` is the wall time where the person is. ``who`` is to be called, ``why`` and ``may`` name
    the sentences of a language that say why, and what they said about it.
    """

    id: str
    says: str = attrs.field(repr=False)
    day: date | None = None
    at: datetime | None = None
    minutes: int | None = None
    days: int | None = None
    who: str | None = None
    why: str | None = None
    may: str | None = None


def names_of(kind: str, *, ours: bool) -> frozenset[str]:
    """Which names the words of this kind may hold; any of them where the kind is not of ours."""
    return ALWAYS | NAMES.get(kind, frozenset()) if ours else _EVERY


def facts_of(
    message: Message,
    noun: Noun | Occurrence | None,
    now: datetime,
    zone: str,
    given: datetime | None = None,
) -> Facts:
    """The facts of a message, as they are now, by the clock in this zone.

    ``noun`` is what the message is about, where it is still kept. Of a series it is its next time:
    of another day than the one on which the reminder was ``given``.
    """
    if isinstance(noun, Series):
        noun = noun.next_after(now if given is None else last_of_day(given, noun.zone))
    when = None if noun is None else getattr(noun, WHEN.get(type(noun), ""), None)
    at: datetime | None = None
    day: date | None = when
    if isinstance(when, datetime):
        at = when.astimezone(zone_named(zone))
        day = at.date()
    left = None if day is None else (day - day_of(now, zone)) // timedelta(days=1)
    return Facts(
        id=message.about,
        says=message.inside,
        day=day,
        at=at,
        minutes=getattr(noun, "minutes", None) or None,
        days=left if left is not None and left >= 0 else None,
    )


def with_call(facts: Facts, call: Call, chosen: ContactPreferences | None) -> Facts:
    """The facts, with whom to call, why, and what they say by now about being called."""
    may = 0 if chosen is None or not chosen.may_call else 1 + chosen.may_leave_message
    why = call.why.value if call.why in WHY else NOT_TOLD
    return attrs.evolve(facts, who=call.message.to, why=why, may=MAY[may])
