"""Looking for a peer: what a person says of themself, and the waiting list."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

import attrs

from peerkit.acts.act import Act, Judged, Left, Makes, Moves
from peerkit.model import MatchProfile, Noun, PartOfWeek, Waiting, WaitingStatus, Whereabouts
from peerkit.model.fields import a_code, an_id, exactly, maybe, maybe_moment, private, several
from peerkit.model.matching import languages, maybe_place, minutes_a_week, not_with, own_codes

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = ["DescribeForMatching", "JoinWaitingList", "LeaveWaitingList", "TryToReach"]


@attrs.frozen(kw_only=True)
class DescribeForMatching(Act):
    """A person says of themself what a good match needs. It stands until they say it anew.

    Everything is their own choice, and all of it may be left out. ``said_so``:
    the person said it to whoever writes it down.
    """

    kind: ClassVar[str] = "match-profile.described"
    stands_on: ClassVar[tuple[str, ...]] = ("person",)
    private_to: ClassVar[str] = "person"
    person: str = attrs.field(validator=an_id)
    languages: tuple[str, ...] = private(languages())
    times: tuple[PartOfWeek, ...] = private(several(PartOfWeek))
    place: Whereabouts | None = private(maybe_place())
    tells: tuple[str, ...] = private(own_codes())
    prefers: tuple[str, ...] = private(own_codes())
    not_with: tuple[str, ...] = private(not_with())
    offers: int = minutes_a_week()
    wants: int = minutes_a_week()
    said_so: bool | None = maybe(bool)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The description as it now stands, in place of an earlier one."""
        profile = MatchProfile(
            id=self.person,
            languages=self.languages,
            times=self.times,
            place=self.place,
            tells=self.tells,
            prefers=self.prefers,
            not_with=self.not_with,
            offers=self.offers,
            wants=self.wants,
        )
        return Left(nouns=(profile,))


@attrs.frozen(kw_only=True)
class JoinWaitingList(Makes):
    """A participant would like a peer and waits for one. ``when`` they said so, if before now.

    ``said_so``: the participant said it to whoever writes it down.
    """

    kind: ClassVar[str] = "waiting.joined"
    makes: ClassVar[type[Noun]] = Waiting
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "participant")
    participant: str = attrs.field(validator=an_id)
    when: datetime | None = maybe_moment()
    said_so: bool | None = maybe(bool)

    def leaves(self, view: View, judged: Judged) -> Left:
        """A place on the list."""
        since = self.when or view.now
        return Left(nouns=(Waiting(id=self.the_id, participant=self.participant, since=since),))


@attrs.frozen(kw_only=True)
class TryToReach(Act):
    """Report that somebody tried to reach a participant, on which channel, and whether they did.

    ``channel`` is a code of the program's own, such as phone or visit.
    """

    kind: ClassVar[str] = "participant.tried"
    already: ClassVar[bool] = True
    stands_on: ClassVar[tuple[str, ...]] = ("participant",)
    participant: str = attrs.field(validator=an_id)
    reached: bool = attrs.field(validator=exactly(bool))
    channel: str = attrs.field(validator=a_code)
    when: datetime | None = maybe_moment()

    def leaves(self, view: View, judged: Judged) -> Left:
        """Their place on the list, with one more try; without one, only the journal's entry."""
        if not judged.allowed:
            return Left()
        when = self.when or view.now
        return Left(
            nouns=tuple(
                attrs.evolve(
                    each,
                    tries=each.tries + 1,
                    tried=_later(each.tried, when),
                    reached=_later(each.reached, when) if self.reached else each.reached,
                )
                for each in waits(view, self.participant)
            )
        )


@attrs.frozen(kw_only=True)
class LeaveWaitingList(Moves):
    """The participant no longer wants to wait. No reason is asked.

    ``said_so``: the participant said it to whoever writes it down.
    """

    kind: ClassVar[str] = "waiting.left"
    moves: ClassVar[type[Noun]] = Waiting
    stands_on: ClassVar[tuple[str, ...]] = ("id", "participant")
    participant: str = attrs.field(validator=an_id)
    said_so: bool | None = maybe(bool)

    def to(self, noun: Waiting) -> WaitingStatus:
        """Left."""
        return WaitingStatus.LEFT


def waits(view: View, participant: str) -> tuple[Waiting, ...]:
    """The places on the waiting list that this participant holds now."""
    return tuple(
        each for each in view.all(Waiting) if each.open and each.participant == participant
    )


def _later(before: datetime | None, when: datetime) -> datetime:
    return when if before is None else max(before, when)
