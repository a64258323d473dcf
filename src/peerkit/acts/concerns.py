"""What must be told: concerns, and dangers that do not wait."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

import attrs

from peerkit.acts.act import (
    Act,
    Judged,
    Left,
    Makes,
    Moves,
    Saying,
    free_id,
    saying,
    to_the_supervisor,
)
from peerkit.model import (
    Basis,
    Concern,
    ConcernStatus,
    DisclosureStatus,
    FollowUp,
    Message,
    Noun,
    Peer,
    SafetyDisclosure,
    Words,
)
from peerkit.model.fields import (
    PRIVATE,
    an_id,
    as_tuple,
    exactly,
    made_of,
    maybe,
    maybe_id,
    some_codes,
    some_ids,
)

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = [
    "CloseConcern",
    "DiscloseForSafety",
    "FollowUpConcern",
    "RaiseConcern",
    "ReopenConcern",
    "ReviewDisclosure",
    "new_concern",
    "opened",
    "told_of",
    "who_looks",
]


def who_looks(view: View, concern: Concern) -> str | None:
    """Who looks at a concern: whoever was named, or the peer's supervisor; nobody who is in it."""
    peer = view.get(Peer, concern.peer)
    who = concern.looked_at_by or (None if peer is None else peer.supervisor)
    return None if who is None or concern.is_about(who) else who


def new_concern(
    view: View, of: str, peer: str, people: tuple[str, ...], clauses: tuple[str, ...]
) -> Concern:
    """The concern that comes of what was reported under the id ``of``."""
    id_ = free_id(view, Concern, made_of(of, "concern"))
    return Concern(id=id_, peer=peer, people=people, clauses=clauses)


def opened(
    view: View, of: str, peer: str, people: tuple[str, ...], clauses: tuple[str, ...]
) -> tuple[Concern, ...]:
    """A new concern; none where the same was told before and is still open, looked at or not."""
    before = view.get(Concern, made_of(of, "concern"))
    return (
        ()
        if before is not None and _same(before, peer, people, clauses)
        else (new_concern(view, of, peer, people, clauses),)
    )


def told_of(view: View, act: Act, concern: Concern) -> Message:
    """The supervisor hears that a concern is open; without one, whoever told of it."""
    peer = view.get(Peer, concern.peer)
    to = act.by if peer is None else peer.supervisor
    inside = f"Concern {concern.id} is open."
    return Message(to=to, kind="concern.opened", about=concern.id, inside=inside)


def _same(before: Concern, peer: str, people: tuple[str, ...], clauses: tuple[str, ...]) -> bool:
    """Whether this is about the same, and still open."""
    return before.open and (before.peer, before.people, before.clauses) == (peer, people, clauses)


def _told(view: View, act: RaiseConcern | ReopenConcern, concern: Concern) -> Message:
    """A message to whoever looks at it; where nobody does, to whoever tells it."""
    inside = f"Concern {concern.id} is open."
    who = who_looks(view, concern)
    if who is None:
        if view.get(Peer, concern.peer) is None and concern.looked_at_by is None:
            return to_the_supervisor(view, act, concern.peer, concern.id, inside)
        who, inside = act.by, f"Concern {concern.id} waits for somebody to look at it."
    return Message(to=who, kind=act.kind, about=concern.id, inside=inside)


@attrs.frozen(kw_only=True)
class RaiseConcern(Makes):
    """Report that a boundary may have been crossed. Anyone may, and it is never refused.

    ``clauses`` are codes of the handbook; ``what`` says it in words, kept apart.
    ``looked_at_by`` names who looks at it instead of the peer's supervisor, who
    may be in it themself. Nobody looks at a concern that they are in.
    """

    kind: ClassVar[str] = "concern.raised"
    already: ClassVar[bool] = True
    makes: ClassVar[type[Noun]] = Concern
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "peer", "by")
    peer: str = attrs.field(validator=an_id)
    people: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_ids)
    clauses: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_codes)
    what: Words | None = maybe(Words)
    looked_at_by: str | None = maybe_id()

    def concern(self, view: View) -> Concern:
        """The concern as it stands when this is told: a new one, or the one told before.

        Who looks at it is named later only where nobody does yet.
        """
        before = view.get(Concern, self.the_id)
        if before is not None and self.goes_on(before):
            named = before.looked_at_by
            if who_looks(view, before) is None:
                named = self.looked_at_by or named
            return attrs.evolve(before, looked_at_by=named)
        return Concern(
            id=free_id(view, Concern, self.the_id),
            peer=self.peer,
            people=self.people,
            clauses=self.clauses,
            looked_at_by=self.looked_at_by,
        )

    def leaves(self, view: View, judged: Judged) -> Left:
        """An open concern; whoever looks at it is told. Told twice, it is there once."""
        concern = self.concern(view)
        words = saying(f"concern/{concern.id}", self.by, self.what)
        if view.get(Concern, concern.id) == concern:
            return Left(words=words)
        return Left(nouns=(concern,), messages=(_told(view, self, concern),), words=words)

    def goes_on(self, before: Concern) -> bool:
        """With the same concern, while it is open."""
        return _same(before, self.peer, self.people, self.clauses)


@attrs.frozen(kw_only=True)
class FollowUpConcern(Moves):
    """Whoever looks at a concern says what was done about it, and when they come back to it.

    ``words`` says more, kept apart with the concern.
    """

    kind: ClassVar[str] = "concern.followed-up"
    moves: ClassVar[type[Noun]] = Concern
    stands_on: ClassVar[tuple[str, ...]] = ("id", "peer")
    peer: str = attrs.field(validator=an_id)
    step: FollowUp = attrs.field(validator=exactly(FollowUp), repr=False)
    due: date | None = maybe(date)
    words: Words | None = maybe(Words)

    def to(self, noun: Concern) -> ConcernStatus:
        """Looked at, or followed up."""
        seen = self.step is FollowUp.LOOKED_AT
        return ConcernStatus.LOOKED_AT if seen else ConcernStatus.FOLLOWED_UP

    def leaves(self, view: View, judged: Judged) -> Left:
        """The concern with the step and the day."""
        concern = attrs.evolve(self.moved(view), step=self.step, due=self.due)
        return Left(nouns=(concern,), words=saying(f"concern/{self.id}", self.by, self.words))


@attrs.frozen(kw_only=True)
class ReopenConcern(Moves):
    """Somebody says that a closed concern is not over. Anyone may, and need not say why."""

    kind: ClassVar[str] = "concern.reopened"
    moves: ClassVar[type[Noun]] = Concern
    stands_on: ClassVar[tuple[str, ...]] = ("id", "peer")
    peer: str = attrs.field(validator=an_id)
    why: Words | None = maybe(Words)

    def to(self, noun: Concern) -> ConcernStatus:
        """Open again."""
        return ConcernStatus.OPEN

    def leaves(self, view: View, judged: Judged) -> Left:
        """The open concern; whoever looks at it is told."""
        concern: Concern = self.moved(view)
        words = saying(f"concern/{self.id}", self.by, self.why)
        return Left(nouns=(concern,), messages=(_told(view, self, concern),), words=words)


@attrs.frozen(kw_only=True)
class CloseConcern(Moves):
    """The peer's supervisor, or whoever else was asked, has looked at a concern and closes it."""

    kind: ClassVar[str] = "concern.closed"
    moves: ClassVar[type[Noun]] = Concern
    stands_on: ClassVar[tuple[str, ...]] = ("id", "peer")
    peer: str = attrs.field(validator=an_id)
    outcome: Words | None = maybe(Words)

    def to(self, noun: Concern) -> ConcernStatus:
        """Closed."""
        return ConcernStatus.CLOSED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The closed concern, to which nobody comes back by a day."""
        said = saying(f"concern/{self.id}", self.by, self.outcome)
        return Left(nouns=(attrs.evolve(self.moved(view), due=None),), words=said)


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
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "peer", "participant", "by")
    private_to: ClassVar[str] = "participant"
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    to: tuple[str, ...] = attrs.field(converter=as_tuple, validator=some_ids)
    basis: Basis = attrs.field(validator=exactly(Basis), repr=False, metadata=PRIVATE)
    what: Words | None = maybe(Words)

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
    stands_on: ClassVar[tuple[str, ...]] = ("id", "peer")
    peer: str = attrs.field(validator=an_id)
    outcome: Words | None = maybe(Words)

    def to(self, noun: SafetyDisclosure) -> DisclosureStatus:
        """Reviewed."""
        return DisclosureStatus.REVIEWED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The reviewed disclosure."""
        reviewed: SafetyDisclosure = self.moved(view)
        said = saying(f"disclosure/{self.id}", reviewed.participant, self.outcome)
        return Left(nouns=(reviewed,), words=said)
