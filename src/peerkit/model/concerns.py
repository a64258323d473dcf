"""What was told: concerns, and dangers that did not wait."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Final

import attrs

from peerkit.model.fields import (
    a,
    an_id,
    any_ids,
    as_tuple,
    exactly,
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
    "SafetyDisclosure",
]


class ConcernStatus(StrEnum):
    """A concern is open until a supervisor has closed it."""

    OPEN = "open"
    CLOSED = "closed"


CONCERN: Final = Lifecycle(
    begins=frozenset({ConcernStatus.OPEN}),
    steps={
        ConcernStatus.OPEN: frozenset({ConcernStatus.CLOSED}),
        ConcernStatus.CLOSED: frozenset(),
    },
    closed=frozenset({ConcernStatus.CLOSED}),
)


@attrs.frozen(kw_only=True)
class Concern(Noun):
    """A boundary that may have been crossed, for a supervisor to look at.

    ``clauses`` are the codes of the handbook it is about, ``people`` everyone
    it concerns.
    """

    kind: ClassVar[str] = "concern"
    lifecycle: ClassVar[Lifecycle[ConcernStatus]] = CONCERN
    status: ConcernStatus = a(ConcernStatus, ConcernStatus.OPEN)
    peer: str = attrs.field(validator=an_id)
    people: tuple[str, ...] = attrs.field(converter=as_tuple, validator=any_ids)
    clauses: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_codes, repr=False)

    @property
    def touches(self) -> tuple[str, ...]:
        """It is found with the peer and everyone it is about."""
        return (self.peer, *(each for each in self.people if each != self.peer))


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
    status: DisclosureStatus = a(DisclosureStatus, DisclosureStatus.MADE)
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    to: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_ids)
    basis: Basis = attrs.field(validator=exactly(Basis), repr=False)

    @property
    def touches(self) -> tuple[str, ...]:
        """It is found with the participant and the peer."""
        return (self.peer, self.participant)
