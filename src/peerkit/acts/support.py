"""Matches, sessions and activities."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from peerkit.acts.act import Act, Judged, Left, Makes, Moves, Saying, once_each
from peerkit.errors import BadInput
from peerkit.model import (
    MET,
    MINUTES,
    WALKING,
    Activity,
    AgreementStatus,
    BoundaryAgreement,
    Concern,
    Consultation,
    ConsultationStatus,
    Count,
    Match,
    MatchStatus,
    Message,
    Noun,
    Peer,
    Session,
    SessionForm,
    SessionStatus,
    Words,
    pair,
)
from peerkit.model.fields import (
    a,
    a_moment,
    a_zone,
    an_id,
    made_of,
    maybe,
    minutes,
    several,
    some_ids,
    zone_named,
)

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = [
    "AcceptMatch",
    "CancelSession",
    "DeclineMatch",
    "DoActivity",
    "EndMatch",
    "PlanSession",
    "ProposeMatch",
    "ReportMissedSession",
    "ReportSession",
]


@attrs.frozen(kw_only=True)
class ProposeMatch(Makes):
    """Propose that a peer and a participant walk together. The participant decides."""

    kind: ClassVar[str] = "match.proposed"
    makes: ClassVar[type[Noun]] = Match
    peer: str = an_id()
    participant: str = an_id()

    @property
    def about(self) -> tuple[str, ...]:
        """Both people, the pair, and the match."""
        both = pair(self.peer, self.participant)
        return once_each(self.the_id, self.peer, self.participant, both)

    def leaves(self, view: View, judged: Judged) -> Left:
        """A proposed match; both are told."""
        match = Match(id=self.the_id, peer=self.peer, participant=self.participant)
        return Left(
            nouns=(match, *_used(view, judged)),
            messages=tuple(
                Message(
                    to=who, kind=self.kind, about=match.id, inside=f"Match {match.id} is proposed."
                )
                for who in (self.participant, self.peer)
            ),
        )


@attrs.frozen(kw_only=True)
class _AnswerMatch(Moves):
    """What answering a match shares. ``said_so``: the participant said it to whoever writes it."""

    moves: ClassVar[type[Noun]] = Match
    peer: str = an_id()
    participant: str = an_id()
    said_so: bool | None = maybe(bool)

    @property
    def about(self) -> tuple[str, ...]:
        """The match, both people and the pair."""
        both = pair(self.peer, self.participant)
        return once_each(self.id, self.peer, self.participant, both)


@attrs.frozen(kw_only=True)
class AcceptMatch(_AnswerMatch):
    """The participant wants to walk with this peer."""

    kind: ClassVar[str] = "match.accepted"

    def to(self, noun: Match) -> MatchStatus:
        """Accepted."""
        return MatchStatus.ACCEPTED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The accepted match; the peer walks with one more, and is told."""
        told = Message(
            to=self.peer, kind=self.kind, about=self.id, inside=f"Match {self.id} is accepted."
        )
        return Left(
            nouns=(self.moved(view),), counts=(Count(self.peer, WALKING, 1),), messages=(told,)
        )


@attrs.frozen(kw_only=True)
class DeclineMatch(_AnswerMatch):
    """The participant does not want this match. No reason is asked."""

    kind: ClassVar[str] = "match.declined"

    def to(self, noun: Match) -> MatchStatus:
        """Declined."""
        return MatchStatus.DECLINED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The declined match."""
        return Left(nouns=(self.moved(view),))


@attrs.frozen(kw_only=True)
class EndMatch(_AnswerMatch):
    """End a match that was accepted, or withdraw one that is only proposed."""

    kind: ClassVar[str] = "match.ended"

    def to(self, noun: Match) -> MatchStatus:
        """Ended, or withdrawn when nobody had accepted it."""
        return MatchStatus.WITHDRAWN if noun.status is MatchStatus.PROPOSED else MatchStatus.ENDED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The match and its agreement are over; the peer has a place again; both are told."""
        match = attrs.evolve(self.moved(view), ended=view.now)
        over = tuple(
            attrs.evolve(each, status=AgreementStatus.ENDED)
            for each in view.all(BoundaryAgreement)
            if each.binds(self.peer, self.participant)
        )
        ended = match.status is MatchStatus.ENDED
        return Left(
            nouns=(match, *(over if ended else ())),
            counts=(Count(self.peer, WALKING, -1),) if ended else (),
            messages=tuple(
                Message(to=who, kind=self.kind, about=self.id, inside=f"Match {self.id} is over.")
                for who in (self.participant, self.peer)
            ),
        )


#: How many fields every act that makes something has: those of a session come after them.
_OWN: Final = len(attrs.fields(Makes))


@attrs.frozen(kw_only=True)
class _InSession(Makes):
    """What planning and reporting a session share."""

    makes: ClassVar[type[Noun]] = Session
    peer: str = an_id()
    participants: tuple[str, ...] = some_ids()
    form: SessionForm = a(SessionForm, SessionForm.ONE_TO_ONE)
    starts: datetime = a_moment()
    zone: str = a_zone()
    minutes: int = minutes()
    activities: tuple[Activity, ...] = several(Activity, least=1)

    def __attrs_post_init__(self) -> None:
        if self.form is not SessionForm.GROUP and len(self.participants) != 1:
            raise BadInput(
                f"{type(self).__name__}.participants",
                f"a session with {len(self.participants)} participants is a group; say form=GROUP",
            )
        if not 1 < self.starts.year < 9999:  # noqa: PLR2004 - so that every zone has a day for it
            raise BadInput(f"{type(self).__name__}.starts", "must lie in the years 2 to 9998")
        if sum(each.minutes for each in self.activities) > self.minutes:
            raise BadInput(
                f"{type(self).__name__}.activities", "take more minutes than the session has"
            )

    @property
    def about(self) -> tuple[str, ...]:
        """The session, everyone in it, each pair, and whoever a story belongs to."""
        others = {each.of for each in self.activities if each.of is not None}
        pairs = tuple(pair(self.peer, each) for each in self.participants)
        named = once_each(self.the_id, self.peer, *self.participants, *pairs)
        return (*named, *sorted(others.difference(named))) if others else named

    @property
    def activities_named(self) -> tuple[Activity, ...]:
        """What is done in it."""
        return self.activities

    @property
    def day(self) -> date:
        """The day it starts on, where it takes place."""
        return self.starts.astimezone(zone_named(self.zone)).date()

    def counts_on(self, day: date) -> date:
        """The day it starts on."""
        return self.day

    def _same(self) -> dict[str, Any]:
        """What a plan, its session and its report have in common."""
        return {each.name: getattr(self, each.name) for each in attrs.fields(_InSession)[_OWN:]}

    def _session(self, **how: Any) -> Session:
        return Session(id=self.the_id, **self._same(), **how)


@attrs.frozen(kw_only=True)
class PlanSession(_InSession):
    """Plan time together: one to one, or a group."""

    kind: ClassVar[str] = "session.planned"

    def held(self, *, by: str, key: str | None = None, note: Words | None = None) -> ReportSession:
        """The report that it took place as it was planned."""
        return ReportSession(by=by, key=key, id=self.id, note=note, **self._same())

    def leaves(self, view: View, judged: Judged) -> Left:
        """A planned session; everyone in it is told."""
        return Left(
            nouns=(self._session(), *_used(view, judged)),
            messages=tuple(
                Message(
                    to=who,
                    kind=self.kind,
                    about=self.the_id,
                    inside=f"Session {self.id} is planned.",
                )
                for who in (*self.participants, self.peer)
            ),
        )


@attrs.frozen(kw_only=True)
class CancelSession(Moves):
    """Cancel a planned session. No reason is asked."""

    kind: ClassVar[str] = "session.cancelled"
    moves: ClassVar[type[Noun]] = Session

    def to(self, noun: Session) -> SessionStatus:
        """Cancelled."""
        return SessionStatus.CANCELLED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The cancelled session; everyone in it is told."""
        session = self.moved(view)
        return Left(
            nouns=(session,),
            messages=tuple(
                Message(
                    to=who, kind=self.kind, about=self.id, inside=f"Session {self.id} is cancelled."
                )
                for who in (*session.participants, session.peer)
            ),
        )


@attrs.frozen(kw_only=True)
class ReportMissedSession(Moves):
    """Report that a planned session did not happen because somebody did not come."""

    kind: ClassVar[str] = "session.missed"
    already: ClassVar[bool] = True
    moves: ClassVar[type[Noun]] = Session

    def to(self, noun: Session) -> SessionStatus:
        """Missed."""
        return SessionStatus.MISSED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The missed session, if it was planned; otherwise only the journal's entry."""
        return Left(nouns=(self.moved(view),) if judged.allowed else ())


@attrs.frozen(kw_only=True)
class ReportSession(_InSession):
    """Report a session that happened, planned or ad hoc. It is never refused.

    Minutes outside the role do not count as peer support. Where a boundary was
    crossed, a concern is opened and the supervisor is told. ``note`` is kept
    apart, where it can be erased.
    """

    kind: ClassVar[str] = "session.reported"
    already: ClassVar[bool] = True
    note: Words | None = maybe(Words)

    @property
    def about(self) -> tuple[str, ...]:
        """What every session is about, and the concern that may come of it."""
        return once_each(*super().about, self._concern_id)

    def moment(self, now: datetime) -> datetime:
        """The handbook of the day it happened judges it."""
        return min(self.starts, now)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The held session, its minutes, the note, and a concern where there must be one.

        Told twice, a session is there once. Another one under an id that is
        taken is kept under an id of its own.
        """
        counted = self._counted(judged)
        held = self._session(status=SessionStatus.HELD, counted=counted)
        before = view.get(Session, self.the_id)
        if before is not None and before.status is not SessionStatus.PLANNED:
            if before == attrs.evolve(held, counted=before.counted):
                return Left(words=self._said(before.id))
            held = attrs.evolve(held, id=made_of(self.the_id, str(view.seen + 1)))
        said = self._said(held.id)
        concern = None if judged.allowed else self._concern(view, judged)
        return Left(
            nouns=(held, *_used(view, judged), *(() if concern is None else (concern,))),
            counts=self._counts(counted),
            messages=() if concern is None else self._told(view, concern),
            words=said,
        )

    @property
    def _concern_id(self) -> str:
        return made_of(self.the_id, "concern")

    def _said(self, session: str) -> tuple[Saying, ...]:
        if self.note is None:
            return ()
        owner = self.peer if self.form is SessionForm.GROUP else self.participants[0]
        return (Saying(f"session/{session}", owner, self.note),)

    def _counted(self, judged: Judged) -> int:
        """The minutes that were peer support: an uncounted activity outside it spoils them all."""
        outside = [self.activities[each].minutes for each in judged.outside]
        return 0 if judged.whole or 0 in outside else self.minutes - sum(outside)

    def _counts(self, counted: int) -> tuple[Count, ...]:
        day = self.day.isoformat()
        people = (self.peer, *self.participants)
        met = tuple(Count(pair(self.peer, each), MET, 1) for each in self.participants)
        return met + (tuple(Count(who, MINUTES, counted, day) for who in people) if counted else ())

    def _concern(self, view: View, judged: Judged) -> Concern:
        taken = view.get(Concern, self._concern_id) is not None
        return Concern(
            id=made_of(self._concern_id, str(view.seen + 1)) if taken else self._concern_id,
            peer=self.peer,
            people=self.participants,
            clauses=judged.clauses,
        )

    def _told(self, view: View, concern: Concern) -> tuple[Message, ...]:
        peer = view.get(Peer, self.peer)
        to = self.by if peer is None else peer.supervisor
        inside = f"Concern {concern.id} is open: {', '.join(concern.clauses)}."
        return (Message(to=to, kind="concern.opened", about=concern.id, inside=inside),)


@attrs.frozen(kw_only=True)
class DoActivity(Act):
    """Ask to do one thing with, for or about a participant: "is this my role?"."""

    kind: ClassVar[str] = "activity.asked"
    peer: str = an_id()
    participant: str = an_id()
    activity: Activity = a(Activity)

    @property
    def about(self) -> tuple[str, ...]:
        """Both people, the pair, and whoever a story belongs to."""
        of = self.activity.of or self.participant
        return once_each(self.peer, self.participant, pair(self.peer, self.participant), of)

    @property
    def activities_named(self) -> tuple[Activity, ...]:
        """The one thing that is asked."""
        return (self.activity,)

    def leaves(self, view: View, judged: Judged) -> Left:
        """Nothing but the journal's entry, and advice that is used up."""
        return Left(nouns=_used(view, judged))


def _used(view: View, judged: Judged) -> tuple[Noun, ...]:
    """The consultations whose advice this act uses up."""
    return tuple(
        attrs.evolve(each, status=ConsultationStatus.USED)
        for each in view.all(Consultation)
        if each.id in judged.used
    )
