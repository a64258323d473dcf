"""What was told: concerns, and dangers that did not wait."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

import attrs

from peerkit.model.fields import (
    PRIVATE,
    a,
    an_id,
    any_ids,
    as_tuple,
    exactly,
    maybe,
    maybe_id,
    some_codes,
    some_ids,
)
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun

__all__ = [
    "Basis",
    "Concern",
    "ConcernStatus",
    "DisclosureStatus",
    "FollowUp",
    "SafetyDisclosure",
]


class ConcernStatus(StrEnum):
    """A concern is looked at, followed up and closed. Closed, it may be opened again."""

    OPEN = "open"
    LOOKED_AT = "looked-at"
    FOLLOWED_UP = "followed-up"
    CLOSED = "closed"


CONCERN: Final = Lifecycle(
    begins=frozenset({ConcernStatus.OPEN}),
    steps={
        ConcernStatus.OPEN: frozenset(
            {ConcernStatus.LOOKED_AT, ConcernStatus.FOLLOWED_UP, ConcernStatus.CLOSED}
        ),
        ConcernStatus.LOOKED_AT: frozenset({ConcernStatus.FOLLOWED_UP, ConcernStatus.CLOSED}),
        ConcernStatus.FOLLOWED_UP: frozenset({ConcernStatus.FOLLOWED_UP, ConcernStatus.CLOSED}),
        ConcernStatus.CLOSED: frozenset({ConcernStatus.OPEN}),
    },
    closed=frozenset({ConcernStatus.CLOSED}),
)


class FollowUp(StrEnum):
    """What was done about a concern. The list is ours."""

    LOOKED_AT = "looked-at"
    TALKED_WITH_PEER = "talked-with-peer"
    TALKED_WITH_PARTICIPANT = "talked-with-participant"
    TRAINING = "training"
    AGREEMENT_AMENDED = "agreement-amended"
    PEER_CHANGED = "peer-changed"
    REPORTED_OUTSIDE = "reported-outside"
    NOTHING_NEEDED = "nothing-needed"


@attrs.frozen(kw_only=True)
class Concern(Noun):
    """A boundary that may have been crossed, for a supervisor to look at.

    ``clauses`` are the codes of the handbook it is about, ``people`` everyone
    it concerns. ``looked_at_by`` is who looks at it where that is not the
    peer's supervisor; ``step`` what was done about it last, and ``due`` the
    day by which somebody comes back to it.
    """

    kind: ClassVar[str] = "concern"
    lifecycle: ClassVar[Lifecycle[ConcernStatus]] = CONCERN
    found_with: ClassVar[tuple[str, ...]] = ("peer", "people", "looked_at_by")
    status: ConcernStatus = a(ConcernStatus, ConcernStatus.OPEN)
    peer: str = attrs.field(validator=an_id)
    people: tuple[str, ...] = attrs.field(converter=as_tuple, validator=any_ids)
    clauses: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_codes, repr=False)
    looked_at_by: str | None = maybe_id()
    step: FollowUp | None = maybe(FollowUp, repr=False)
    due: date | None = maybe(date)

    def is_about(self, who: str) -> bool:
        """Whether this person is in it, so that somebody else must look at it."""
        return who == self.peer or who in self.people


class Basis(StrEnum):
    """Why something was told without consent (42 CFR 2.12(c), 2.51; 45 CFR 164.512(j))."""

    DANGER_TO_SELF = "danger-to-self"
    DANGER_TO_OTHERS = "danger-to-others"
    HARM_TO_A_CHILD = "harm-to-a-child"
    HARM_TO_AN_ADULT = "harm-to-an-adult"
    MEDICAL_EMERGENCY = "medical-emergency"
    CRIME_HERE = "crime-here"
    LAW_REQUIRES = "law-requires"


class DisclosureStatus(StrEnum):
    """Something was told for safety's sake; a supervisor looks at it afterwards."""

    MADE = "made"
    REVIEWED = "reviewed"


DISCLOSURE: Final = Lifecycle(
    begins=frozenset({DisclosureStatus.MADE}),
    steps={
        DisclosureStatus.MADE: frozenset({DisclosureStatus.REVIEWED}),
        DisclosureStatus.REVIEWED: frozenset(),
    },
    closed=frozenset({DisclosureStatus.REVIEWED}),
)


@attrs.frozen(kw_only=True)
class SafetyDisclosure(Noun):
    """Something about a participant was told without consent, because somebody was in danger.

    ``to`` names who was told, ``basis`` why. The words are kept apart, under
    ``disclosure/<id>``.
    """

    kind: ClassVar[str] = "disclosure"
    lifecycle: ClassVar[Lifecycle[DisclosureStatus]] = DISCLOSURE
    found_with: ClassVar[tuple[str, ...]] = ("peer", "participant")
    private_to: ClassVar[str] = "participant"
    status: DisclosureStatus = a(DisclosureStatus, DisclosureStatus.MADE)
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    to: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_ids)
    basis: Basis = attrs.field(validator=exactly(Basis), repr=False, metadata=PRIVATE)
