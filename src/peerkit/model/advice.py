"""What leads on, once: a supervisor's advice, and facts that were supplied."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final, Self

import attrs

from peerkit.model.fields import (
    a,
    a_code,
    an_id,
    exactly,
    maybe_id,
    maybe_moment,
    pair,
)
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun
from peerkit.model.support import Activity

__all__ = [
    "Consultation",
    "ConsultationStatus",
    "FactsStatus",
    "SuppliedFacts",
]


class ConsultationStatus(StrEnum):
    """A question to a supervisor: asked, agreed or not; then used once, and told of once."""

    ASKED = "asked"
    AGREED = "agreed"
    NOT_AGREED = "not-agreed"
    USED = "used"
    DONE = "done"


CONSULTATION: Final = Lifecycle(
    begins=frozenset({ConsultationStatus.ASKED}),
    steps={
        ConsultationStatus.ASKED: frozenset(
            {ConsultationStatus.AGREED, ConsultationStatus.NOT_AGREED}
        ),
        ConsultationStatus.AGREED: frozenset({ConsultationStatus.USED, ConsultationStatus.DONE}),
        ConsultationStatus.NOT_AGREED: frozenset(),
        ConsultationStatus.USED: frozenset({ConsultationStatus.DONE}),
        ConsultationStatus.DONE: frozenset(),
    },
    closed=frozenset({ConsultationStatus.NOT_AGREED}),
)


@attrs.frozen(kw_only=True)
class Consultation(Noun):
    """A peer asks their supervisor about one thing with one participant.

    ``clause`` is the code of the handbook's clause that asked for it. Agreed
    advice lets exactly one such request through, and the report of it.
    ``used_for`` is the id of what it was used for; where that was a question, which has
    no id, ``used`` is the moment, and it waits for the report of the pair's next meeting.
    """

    kind: ClassVar[str] = "consultation"
    lifecycle: ClassVar[Lifecycle[ConsultationStatus]] = CONSULTATION
    found_with: ClassVar[tuple[str, ...]] = ("peer", "participant")
    status: ConsultationStatus = a(ConsultationStatus, ConsultationStatus.ASKED)
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    clause: str = attrs.field(validator=a_code)
    used_for: str | None = maybe_id()
    used: datetime | None = maybe_moment()

    @property
    def weighs_on(self) -> tuple[str, ...]:
        """It is read with the pair, and once it is used for something, with that alone.

        Done with, it is still read with a session it was used for: that may be put right.
        """
        if self.status is ConsultationStatus.DONE and self.used_for is None:
            return ()
        return (self.used_for or pair(self.peer, self.participant),)

    @property
    def opens(self) -> tuple[str, ...]:
        """What it leads on to, and for whom."""
        return (self.kind, self.clause, self.peer, self.participant)

    @property
    def waits_for_a_report(self) -> bool:
        """Whether a question used it: its report is not known by an id."""
        return self.status is ConsultationStatus.USED and self.used_for is None

    def taken(self, *, over: bool, used_for: str | None, used: datetime | None) -> Self:
        """As it is once it is used; ``over`` when nothing is left that it can be used for."""
        status = ConsultationStatus.DONE if over else ConsultationStatus.USED
        return attrs.evolve(self, status=status, used_for=used_for, used=used)


class FactsStatus(StrEnum):
    """Facts are supplied; then used by one request, and by the report of it."""

    SUPPLIED = "supplied"
    USED = "used"
    DONE = "done"


FACTS: Final = Lifecycle(
    begins=frozenset({FactsStatus.SUPPLIED}),
    steps={
        FactsStatus.SUPPLIED: frozenset({FactsStatus.USED, FactsStatus.DONE}),
        FactsStatus.USED: frozenset({FactsStatus.DONE}),
        FactsStatus.DONE: frozenset(),
    },
    closed=frozenset({FactsStatus.DONE}),
)


@attrs.frozen(kw_only=True)
class SuppliedFacts(Noun):
    """Somebody answered what the handbook asked of one activity of a pair.

    It answers exactly one such request, and the report of it: whether a person
    agreed to a hug today says nothing about tomorrow. ``used_for`` and
    ``used`` are what it was used for, or when, as with advice.
    """

    kind: ClassVar[str] = "facts"
    lifecycle: ClassVar[Lifecycle[FactsStatus]] = FACTS
    found_with: ClassVar[tuple[str, ...]] = ("peer", "participant")
    status: FactsStatus = a(FactsStatus, FactsStatus.SUPPLIED)
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    activity: Activity = attrs.field(validator=exactly(Activity))
    used_for: str | None = maybe_id()
    used: datetime | None = maybe_moment()

    @property
    def weighs_on(self) -> tuple[str, ...]:
        """It is read with the pair, and once it is used for something, with that alone."""
        return (self.used_for or pair(self.peer, self.participant),)

    @property
    def opens(self) -> tuple[str, ...]:
        """What it leads on to, and for whom."""
        return (self.kind, self.activity.id, self.peer, self.participant)

    @property
    def waits_for_a_report(self) -> bool:
        """Whether a question used it: its report is not known by an id."""
        return self.status is FactsStatus.USED and self.used_for is None

    def taken(self, *, over: bool, used_for: str | None, used: datetime | None) -> Self:
        """As it is once it is used; ``over`` when nothing is left that it can be used for."""
        status = FactsStatus.DONE if over else FactsStatus.USED
        return attrs.evolve(self, status=status, used_for=used_for, used=used)
