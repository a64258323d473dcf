"""Forgetting: what becomes of a noun when somebody is forgotten, and what stands against it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Final

import attrs

from peerkit.model.community import SpokenFor, Visit
from peerkit.model.concerns import Concern, SafetyDisclosure
from peerkit.model.families import Guardian
from peerkit.model.fields import a, an_id, exactly, owner_of, private_fields
from peerkit.model.groups import Group, Membership
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun
from peerkit.model.outcomes import Measure, MeasureStatus
from peerkit.model.people import (
    Participant,
    ParticipantStatus,
    Peer,
    PeerStatus,
    Person,
    PersonStatus,
)
from peerkit.model.reaching import ContactPreferences, ContactStatus
from peerkit.model.respite import Shift, Stay
from peerkit.model.scheduling import Availability, Series
from peerkit.model.support import Match, MatchStatus, Session
from peerkit.model.waiting import Waiting
from peerkit.model.workforce import BiasReport

__all__ = [
    "UNFINISHED",
    "HoldStatus",
    "LegalHold",
    "WhyForgotten",
    "after_forgetting",
    "belongs_to",
    "unfinished",
]


class WhyForgotten(StrEnum):
    """Why somebody is forgotten: they asked, or the time for which it is kept is over."""

    ASKED = "asked"
    TIME_OVER = "time-over"


class HoldStatus(StrEnum):
    """A legal hold is in force until it is lifted."""

    IN_FORCE = "in-force"
    LIFTED = "lifted"


HOLD: Final = Lifecycle(
    begins=frozenset({HoldStatus.IN_FORCE}),
    steps={
        HoldStatus.IN_FORCE: frozenset({HoldStatus.LIFTED}),
        HoldStatus.LIFTED: frozenset(),
    },
    closed=frozenset({HoldStatus.LIFTED}),
)


@attrs.frozen(kw_only=True)
class LegalHold(Noun):
    """What is kept about somebody must stay, whatever else is asked: a court, say, may want it.

    ``since`` is the day it was placed. It holds no reason: what a proceeding is about is private.
    """

    kind: ClassVar[str] = "legal-hold"
    lifecycle: ClassVar[Lifecycle[HoldStatus]] = HOLD
    read_with: ClassVar[tuple[str, ...]] = ("person",)
    found_with: ClassVar[tuple[str, ...]] = ("person",)
    status: HoldStatus = a(HoldStatus, HoldStatus.IN_FORCE)
    person: str = attrs.field(validator=an_id)
    since: date = attrs.field(validator=exactly(date))


#: The nouns of one human being, of which nothing but the id and the days stays.
_ONESELF: Final[Mapping[type[Noun], StrEnum]] = {
    Person: PersonStatus.FORGOTTEN,
    Peer: PeerStatus.FORGOTTEN,
    Participant: ParticipantStatus.FORGOTTEN,
    ContactPreferences: ContactStatus.FORGOTTEN,
}


def belongs_to(noun: Noun, person: str) -> bool:
    """Whether what is private in this noun is this person's, or theirs and somebody else's."""
    return bool(noun.private_to) and person in owner_of(noun).split("+")


def after_forgetting(noun: Noun, person: str) -> Noun | None:
    """The noun once this person is forgotten; None where it cannot be without what was private."""
    changes: dict[str, Any] = {}
    if type(noun) in _ONESELF and noun.id == person:
        changes["status"] = _ONESELF[type(noun)]
    if belongs_to(noun, person):
        changes |= {each.name: each.default for each in private_fields(type(noun))}
    if attrs.NOTHING in changes.values():
        return None
    return attrs.evolve(noun, **changes) if changes else noun


#: What is not finished while it has one of these statuses. Somebody else reckons with it, so it is
#: ended before anybody in it is forgotten.
UNFINISHED: Final[Mapping[type[Noun], frozenset[StrEnum]]] = {
    Peer: frozenset({PeerStatus.SERVING, PeerStatus.STEPPED_BACK}),
    Match: frozenset({MatchStatus.PROPOSED, MatchStatus.ACCEPTED}),
    **{
        kind: frozenset(kind.lifecycle.steps) - kind.lifecycle.closed
        for kind in (
            Session,
            Series,
            Availability,
            Waiting,
            Guardian,
            Group,
            Membership,
            Stay,
            Shift,
            Visit,
            SpokenFor,
            Concern,
            SafetyDisclosure,
            BiasReport,
        )
    },
    Measure: frozenset({MeasureStatus.UNSEEN}),
}


def unfinished(noun: Noun, person: str) -> bool:
    """Whether this is something with this person that is not finished."""
    waits = noun.status in UNFINISHED.get(type(noun), ())
    return waits and person in {noun.id, *noun.touches}
