"""Matches: a peer and a participant are proposed, and the participant decides."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

import attrs

from peerkit.acts.act import Judged, Left, Makes, Moves, to_each
from peerkit.acts.scheduling import EndSeries
from peerkit.acts.waiting import waits
from peerkit.model import (
    WALKING,
    AgreementStatus,
    BoundaryAgreement,
    Count,
    Match,
    MatchStatus,
    Message,
    Noun,
    Series,
    SeriesStatus,
    SessionForm,
    WaitingStatus,
)
from peerkit.model.fields import an_id, maybe, maybe_moment

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = ["AcceptMatch", "DeclineMatch", "EndMatch", "ProposeMatch"]


@attrs.frozen(kw_only=True)
class ProposeMatch(Makes):
    """Propose that a peer and a participant walk together. The participant decides."""

    kind: ClassVar[str] = "match.proposed"
    makes: ClassVar[type[Noun]] = Match
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "peer", "participant", "peer+participant")
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)

    def leaves(self, view: View, judged: Judged) -> Left:
        """A proposed match; both are told."""
        match = Match(id=self.the_id, peer=self.peer, participant=self.participant)
        return Left(
            nouns=(match,),
            messages=to_each(
                self, match.id, f"Match {match.id} is proposed.", self.participant, self.peer
            ),
        )


@attrs.frozen(kw_only=True)
class _AnswerMatch(Moves):
    """What answering a match shares. ``when`` it was said, if that was before now."""

    moves: ClassVar[type[Noun]] = Match
    stands_on: ClassVar[tuple[str, ...]] = ("id", "peer", "participant", "peer+participant")
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    when: datetime | None = maybe_moment()


@attrs.frozen(kw_only=True)
class AcceptMatch(_AnswerMatch):
    """The participant wants to walk with this peer.

    ``said_so``: the participant said it to whoever writes it down.
    """

    kind: ClassVar[str] = "match.accepted"
    said_so: bool | None = maybe(bool)

    def to(self, noun: Match) -> MatchStatus:
        """Accepted."""
        return MatchStatus.ACCEPTED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The accepted match; the peer walks with one more, and is told; the waiting is over."""
        told = Message(
            to=self.peer, kind=self.kind, about=self.id, inside=f"Match {self.id} is accepted."
        )
        match = attrs.evolve(self.moved(view), since=self.when or view.now)
        waited = tuple(
            attrs.evolve(each, status=WaitingStatus.MATCHED)
            for each in waits(view, self.participant)
        )
        return Left(
            nouns=(match, *waited), counts=(Count(self.peer, WALKING, 1),), messages=(told,)
        )


@attrs.frozen(kw_only=True)
class DeclineMatch(_AnswerMatch):
    """The participant does not want this match. No reason is asked.

    ``said_so``: the participant said it to whoever writes it down.
    """

    kind: ClassVar[str] = "match.declined"
    said_so: bool | None = maybe(bool)

    def to(self, noun: Match) -> MatchStatus:
        """Declined."""
        return MatchStatus.DECLINED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The declined match. Of several times no without a yes between, the first is read."""
        said = attrs.evolve(self.moved(view), ended=self.when or view.now)
        before = [
            each
            for each in view.all(Match)
            if each.id != said.id and each.peer == said.peer
            if each.participant == said.participant
        ]
        noes = [said, *(each for each in before if each.status is MatchStatus.DECLINED)]
        yeses = [each.since for each in before if each.since is not None]
        again = [each for each in noes if any(_says_again(each, it, yeses) for it in noes)]
        rest = (attrs.evolve(each, repeated=True) for each in again if each is not said)
        return Left(nouns=(attrs.evolve(said, repeated=said in again), *rest))


def _says_again(no: Match, earlier: Match, yeses: list[datetime]) -> bool:
    """Whether this no says what an earlier one says, and nobody said yes between them."""
    if no.ended is None or earlier.ended is None or no is earlier:
        return False
    if (earlier.ended, earlier.id) >= (no.ended, no.id):
        return False
    return not any(earlier.ended <= each <= no.ended for each in yeses)


def settled(view: View, peer: str, participant: str) -> tuple[Noun, ...]:
    """What is over with the match of a pair: their agreement, and what they planned to come back.

    A group that both are in goes on.
    """
    agreements = (
        attrs.evolve(each, status=AgreementStatus.ENDED)
        for each in view.all(BoundaryAgreement)
        if each.binds(peer, participant)
    )
    series = (
        attrs.evolve(each, status=SeriesStatus.ENDED)
        for each in view.all(Series)
        if each.status is SeriesStatus.RUNNING
        and each.form is SessionForm.ONE_TO_ONE
        and (each.peer, each.participants) == (peer, (participant,))
    )
    return (*agreements, *series)


def told_of_series(over: tuple[Noun, ...], now: datetime) -> tuple[Message, ...]:
    """What would have come back is over: whoever would come hears of it, as of any series."""
    return tuple(
        Message(to=who, kind=EndSeries.kind, about=each.id, inside=f"Series {each.id} is over.")
        for each in over
        if isinstance(each, Series) and not each.over(now)
        for who in dict.fromkeys((*each.participants, *each.peers))
    )


@attrs.frozen(kw_only=True)
class EndMatch(_AnswerMatch):
    """End a match that was accepted, or withdraw one that is only proposed."""

    kind: ClassVar[str] = "match.ended"

    def to(self, noun: Match) -> MatchStatus:
        """Ended, or withdrawn when nobody had accepted it."""
        return MatchStatus.WITHDRAWN if noun.status is MatchStatus.PROPOSED else MatchStatus.ENDED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The match, its agreement and the pair's series are over; both are told.

        The peer has a place again. A session that is planned stays planned, until somebody
        cancels it.
        """
        match = self.moved(view)
        ended = match.status is MatchStatus.ENDED
        if ended:
            match = attrs.evolve(match, ended=self.when or view.now)
        over = settled(view, self.peer, self.participant) if ended else ()
        return Left(
            nouns=(match, *over),
            counts=(Count(self.peer, WALKING, -1),) if ended else (),
            messages=(
                *to_each(self, self.id, f"Match {self.id} is over.", self.participant, self.peer),
                *told_of_series(over, view.now),
            ),
        )
