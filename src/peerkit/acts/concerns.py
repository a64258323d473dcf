"""What must be told: concerns, and dangers that do not wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from peerkit.acts.act import (
    Judged,
    Left,
    Makes,
    Moves,
    Saying,
    free_id,
    once_each,
    saying,
    to_the_supervisor,
)
from peerkit.model import (
    Basis,
    Concern,
    ConcernStatus,
    DisclosureStatus,
    Noun,
    SafetyDisclosure,
    Words,
)
from peerkit.model.fields import (
    an_id,
    as_tuple,
    exactly,
    maybe,
    some_codes,
    some_ids,
)

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = [
    "CloseConcern",
    "DiscloseForSafety",
    "RaiseConcern",
    "ReviewDisclosure",
]


@attrs.frozen(kw_only=True)
class RaiseConcern(Makes):
    """Report that a boundary may have been crossed. Anyone may, and it is never refused.

    ``clauses`` are codes of the handbook; ``what`` says it in words, kept apart.
    """

    kind: ClassVar[str] = "concern.raised"
    already: ClassVar[bool] = True
    makes: ClassVar[type[Noun]] = Concern
    peer: str = attrs.field(validator=an_id)
    people: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_ids)
    clauses: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_codes)
    what: Words | None = maybe(Words)

    @property
    def about(self) -> tuple[str, ...]:
        """The concern, the peer, and whoever raises it."""
        return once_each(self.the_id, self.peer, self.by)

    def leaves(self, view: View, judged: Judged) -> Left:
        """An open concern; the supervisor is told. Told twice, it is there once."""
        before = view.get(Concern, self.the_id)
        if before is not None and self.goes_on(before):
            return Left(words=self._said(before.id))
        concern = Concern(
            id=free_id(view, Concern, self.the_id),
            peer=self.peer,
            people=self.people,
            clauses=self.clauses,
        )
        inside = f"Concern {concern.id} is open."
        told = to_the_supervisor(view, self, self.peer, concern.id, inside)
        return Left(nouns=(concern,), messages=(told,), words=self._said(concern.id))

    def goes_on(self, before: Concern) -> bool:
        """With the same concern, while it is open."""
        same = (before.peer, before.people, before.clauses)
        return before.open and same == (self.peer, self.people, self.clauses)

    def _said(self, concern: str) -> tuple[Saying, ...]:
        return saying(f"concern/{concern}", self.by, self.what)


@attrs.frozen(kw_only=True)
class CloseConcern(Moves):
    """The peer's supervisor has looked at a concern and closes it."""

    kind: ClassVar[str] = "concern.closed"
    moves: ClassVar[type[Noun]] = Concern
    peer: str = attrs.field(validator=an_id)
    outcome: Words | None = maybe(Words)

    @property
    def about(self) -> tuple[str, ...]:
        """The concern and the peer."""
        return once_each(self.id, self.peer)

    def to(self, noun: Concern) -> ConcernStatus:
        """Closed."""
        return ConcernStatus.CLOSED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The closed concern."""
        said = saying(f"concern/{self.id}", self.by, self.outcome)
        return Left(nouns=(self.moved(view),), words=said)


@attrs.frozen(kw_only=True)
class DiscloseForSafety(Makes):
    """Tell somebody something without consent because there is danger, or the law asks for it.

    It is allowed at once, kept with its ``basis``, and the supervisor looks at
    it afterwards. ``to`` names who is told: an office, a service, a person.
    ``what`` says it in words, kept apart. Tell no more than is needed.
    """

    kind: ClassVar[str] = "safety.disclosed"
    already: ClassVar[bool] = True
    makes: ClassVar[type[Noun]] = SafetyDisclosure
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    to: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_ids)
    basis: Basis = attrs.field(validator=exactly(Basis), repr=False)
    what: Words | None = maybe(Words)

    @property
    def about(self) -> tuple[str, ...]:
        """The disclosure, both people, and whoever tells it."""
        return once_each(self.the_id, self.peer, self.participant, self.by)

    def goes_on(self, before: SafetyDisclosure) -> bool:
        """With the same disclosure, told again before anybody has looked at it."""
        told = (before.peer, before.participant, before.to, before.basis)
        return before.open and told == (self.peer, self.participant, self.to, self.basis)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The disclosure, for the supervisor to review. Told twice, it is there once."""
        before = view.get(SafetyDisclosure, self.the_id)
        if before is not None and self.goes_on(before):
            return Left(words=self._said(before.id))
        made = SafetyDisclosure(
            id=free_id(view, SafetyDisclosure, self.the_id),
            peer=self.peer,
            participant=self.participant,
            to=self.to,
            basis=self.basis,
        )
        inside = f"Disclosure {made.id} waits for a review."
        told = to_the_supervisor(view, self, self.peer, made.id, inside)
        return Left(nouns=(made,), messages=(told,), words=self._said(made.id))

    def _said(self, disclosure: str) -> tuple[Saying, ...]:
        return saying(f"disclosure/{disclosure}", self.participant, self.what)


@attrs.frozen(kw_only=True)
class ReviewDisclosure(Moves):
    """The peer's supervisor has looked at what was told for safety's sake."""

    kind: ClassVar[str] = "disclosure.reviewed"
    moves: ClassVar[type[Noun]] = SafetyDisclosure
    peer: str = attrs.field(validator=an_id)
    outcome: Words | None = maybe(Words)

    @property
    def about(self) -> tuple[str, ...]:
        """The disclosure and the peer."""
        return once_each(self.id, self.peer)

    def to(self, noun: SafetyDisclosure) -> DisclosureStatus:
        """Reviewed."""
        return DisclosureStatus.REVIEWED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The reviewed disclosure."""
        said = saying(f"disclosure/{self.id}", self.by, self.outcome)
        return Left(nouns=(self.moved(view),), words=said)
