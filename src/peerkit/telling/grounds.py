"""Whether what a message tells of still holds, and for this person: asked when it is to be told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from peerkit.acts.concerns import who_looks
from peerkit.model import (
    AgreementStatus,
    BiasReport,
    BiasStatus,
    BoundaryAgreement,
    Concern,
    ConcernStatus,
    Consultation,
    ConsultationStatus,
    ContactPreferences,
    ContactStatus,
    Debrief,
    DebriefStatus,
    DisclosureStatus,
    Drift,
    DriftStatus,
    Goal,
    GoalStatus,
    Group,
    GroupStatus,
    Guardian,
    GuardianPermission,
    GuardianStatus,
    Match,
    MatchStatus,
    Measure,
    MeasureStatus,
    Membership,
    MembershipStatus,
    Noun,
    Participant,
    ParticipantStatus,
    Peer,
    PermissionStatus,
    Person,
    PersonStatus,
    Plan,
    PlanStatus,
    SafetyDisclosure,
    Series,
    SeriesStatus,
    Session,
    SessionStatus,
    Shift,
    ShiftStatus,
    SpokenFor,
    SpokenForStatus,
    Stay,
    StayStatus,
    View,
    Visit,
    VisitStatus,
    WhyNotTold,
)
from peerkit.stores import bases
from peerkit.telling.theirs import has_left, is_theirs, pairs_of

if TYPE_CHECKING:
    from datetime import datetime

    from peerkit.handbook import Reminder
    from peerkit.model import Message

__all__ = [
    "GROUNDS",
    "SUPERVISED",
    "ids_beside",
    "is_in",
    "noun_of",
    "useless_from",
    "who_hears",
    "why_not",
]

#: A kind of noun, and the statuses in which a message about it still tells the truth.
Ground: TypeAlias = tuple[type[Noun], frozenset[Any]]


def _is(kind: type[Noun], *status: Any) -> Ground:
    return kind, frozenset(status)


#: What must still be so when a message is told, by its kind. What the calendar asked for is a
#: reminder of the book, which says it there. Of a kind that is in neither only the person it
#: goes to is looked at: a house's own, and ours that are about one thing and another.
GROUNDS: Final[Mapping[str, Ground]] = {
    "advice.given": _is(Consultation, ConsultationStatus.AGREED, ConsultationStatus.NOT_AGREED),
    "bias.reported": _is(BiasReport, BiasStatus.OPEN),
    "boundaries.answered": _is(
        BoundaryAgreement, AgreementStatus.IN_FORCE, AgreementStatus.DECLINED
    ),
    "boundaries.proposed": _is(BoundaryAgreement, AgreementStatus.PROPOSED),
    "concern.opened": _is(Concern, ConcernStatus.OPEN),
    "concern.raised": _is(Concern, ConcernStatus.OPEN),
    "concern.reopened": _is(Concern, ConcernStatus.OPEN),
    "contact-preferences.set": _is(ContactPreferences, ContactStatus.WELCOME),
    "debrief.asked": _is(Debrief, DebriefStatus.ASKED),
    "drift.reported": _is(Drift, DriftStatus.OPEN),
    "goal.suggested": _is(Goal, GoalStatus.PROPOSED),
    "group.ended": _is(Group, GroupStatus.ENDED),
    "group.invited": _is(Membership, MembershipStatus.INVITED),
    "group.joined": _is(Membership, MembershipStatus.MEMBER),
    "group.started": _is(Group, GroupStatus.FORMING, GroupStatus.MEETING),
    "guardian.named": _is(Guardian, GuardianStatus.IN_FORCE),
    "guardianship.ended": _is(Guardian, GuardianStatus.ENDED),
    "match.accepted": _is(Match, MatchStatus.ACCEPTED),
    "match.ended": _is(Match, MatchStatus.ENDED, MatchStatus.WITHDRAWN),
    "match.ending-planned": _is(Match, MatchStatus.ACCEPTED, MatchStatus.PROPOSED),
    "match.proposed": _is(Match, MatchStatus.PROPOSED),
    "match.reassigned": _is(Match, MatchStatus.PROPOSED, MatchStatus.ENDED, MatchStatus.WITHDRAWN),
    "measure.unseen": _is(Measure, MeasureStatus.UNSEEN),
    "permission.withdrawn": _is(GuardianPermission, PermissionStatus.WITHDRAWN),
    "plan.shared": _is(Plan, PlanStatus.IN_USE),
    "safety.disclosed": _is(SafetyDisclosure, DisclosureStatus.MADE),
    "series.ended": _is(Series, SeriesStatus.ENDED),
    "series.occurrence-cancelled": _is(Series, SeriesStatus.RUNNING),
    "series.occurrence-moved": _is(Series, SeriesStatus.RUNNING),
    "series.planned": _is(Series, SeriesStatus.RUNNING),
    "session.cancelled": _is(Session, SessionStatus.CANCELLED),
    "session.confirmed": _is(Session, SessionStatus.PLANNED),
    "session.missed": _is(Session, SessionStatus.MISSED),
    "session.moved": _is(Session, SessionStatus.PLANNED),
    "session.planned": _is(Session, SessionStatus.PLANNED),
    "shift.cancelled": _is(Shift, ShiftStatus.CANCELLED),
    "shift.planned": _is(Shift, ShiftStatus.PLANNED),
    "stay.declined": _is(Stay, StayStatus.DECLINED),
    "stay.offered": _is(Stay, StayStatus.EXPECTED),
    "supervisor.consulted": _is(Consultation, ConsultationStatus.ASKED),
    "visit.asked": _is(Visit, VisitStatus.ASKED),
    "visit.called-off": _is(Visit, VisitStatus.NOT_WANTED),
    "visit.planned": _is(Visit, VisitStatus.PLANNED),
    "words.asked-to-say": _is(SpokenFor, SpokenForStatus.TO_SAY),
    "words.said": _is(SpokenFor, SpokenForStatus.SAID, SpokenForStatus.NOT_SAID),
    "words.taken-back": _is(SpokenFor, SpokenForStatus.TAKEN_BACK),
}
#: For how long somebody hears that they missed each other. What a session is planned or called off
#: for is news until it is over.
_MISSED_IS_NEWS: Final = timedelta(days=14)
#: What goes to whoever supervises the peer that it is about, whoever that is by then.
SUPERVISED: Final = frozenset(
    {
        "concern.opened",
        "concern.raised",
        "concern.reopened",
        "debrief.asked",
        "measure.unseen",
        "safety.disclosed",
        "supervisor.consulted",
    }
)
#: What somebody was named to look at; where they have left, the coordinator does.
_REPORTED: Final = frozenset({"bias.reported", "drift.reported"})
#: What somebody hears whom the noun does not name: people of a group, readers of a plan.
_TO_OTHERS: Final = frozenset({"group.ended", "group.joined", "plan.shared"})


def why_not(
    message: Message, noun: Noun | None, view: View, hears: str | None, coordinator: str | None
) -> WhyNotTold | None:
    """Why this message is not to be told to this person any more; None when it is.

    The ``view`` is about the recipient and what the message is about, which is ``noun``;
    ``hears`` is who is to hear of it by now. What was passed on to the ``coordinator`` is
    theirs, whatever it is about, unless they are in it.
    """
    over = _is_over(message, noun, view)
    if over is not None:
        return over
    if message.kind in SUPERVISED and is_in(noun, message.to):
        return WhyNotTold.ADVERSE
    if message.to == coordinator:
        return None
    if hears is None:
        return WhyNotTold.ADVERSE
    if message.kind in SUPERVISED:
        gone = hears != message.to or _is_gone(message.to, view)
        return WhyNotTold.MISSING if gone else None
    return _not_theirs(message, noun, view)


def is_in(noun: Noun | None, who: str) -> bool:
    """Whether somebody is in what is to be looked at, so that somebody else has to look."""
    named = {getattr(noun, each, None) for each in ("peer", "participant")}
    return who in named or who in getattr(noun, "people", ())


def _is_over(message: Message, noun: Noun | None, view: View) -> WhyNotTold | None:
    """Whether it is true no more, whoever it is for, or they were forgotten."""
    if _is_forgotten(message.to, view) and message.kind not in SUPERVISED:
        return WhyNotTold.FORGOTTEN
    if message.kind not in GROUNDS:
        return None
    if noun is None:
        return WhyNotTold.FORGOTTEN
    if isinstance(noun, Plan) and not noun.open_to(message.to):
        return WhyNotTold.NO_CONSENT
    past = isinstance(noun, Session) and _news_until(noun) <= view.now
    return WhyNotTold.OVER if past or noun.status not in GROUNDS[message.kind][1] else None


def _news_until(session: Session) -> datetime:
    ends = session.span[1]
    return ends + _MISSED_IS_NEWS if session.status is SessionStatus.MISSED else ends


def who_hears(message: Message, noun: Noun | None, view: View) -> str | None:
    """Who is to hear of this by now; None where whoever would is in it themself.

    What goes to a supervisor goes to whoever supervises the peer by now, whom the ``view``
    shows. Everything else goes where it was meant to go.
    """
    if message.kind not in SUPERVISED or noun is None:
        return message.to
    peer = view.get(Peer, getattr(noun, "peer", None) or "")
    if isinstance(noun, Concern):
        known = peer is not None or noun.looked_at_by is not None
        return who_looks(view, noun) if known else message.to
    if peer is None:
        return message.to
    in_it = (peer.id, getattr(noun, "participant", None))
    return None if peer.supervisor in in_it else peer.supervisor


def useless_from(noun: Noun | None, now: datetime) -> datetime | None:
    """The moment from which a message about this helps nobody: what lies ahead has begun."""
    if isinstance(noun, Session | Shift) and noun.starts > now:
        return noun.starts
    return None


def noun_of(message: Message, view: View, reminder: Reminder | None) -> Noun | None:
    """What a message is about, where its kind says what that is, and it is there."""
    ground = GROUNDS.get(message.kind)
    kind = reminder.noun if reminder else ground[0] if ground else None
    return None if kind is None else view.get(kind, message.about)


def ids_beside(message: Message, noun: Noun | None) -> tuple[str, ...]:
    """The ids that have to be looked at as well, beside the noun and whom the message is for."""
    if message.kind in SUPERVISED:
        peer = getattr(noun, "peer", None)
        return () if peer is None else (peer,)
    if isinstance(noun, Session | Series):
        return pairs_of(noun)
    return ()


def _not_theirs(message: Message, noun: Noun | None, view: View) -> WhyNotTold | None:
    if has_left(message.to, view):
        return WhyNotTold.MISSING if message.kind in _REPORTED else WhyNotTold.NOT_ASSIGNED
    if noun is None:
        return None
    if isinstance(noun, Session | Series):
        return None if is_theirs(noun, message.to, view) else WhyNotTold.NOT_ASSIGNED
    if noun.open and _is_away(message.to, view):
        return WhyNotTold.NOT_ASSIGNED
    if message.kind not in _TO_OTHERS and message.to not in _people(noun):
        return WhyNotTold.NOT_ASSIGNED
    return None


def _is_forgotten(who: str, view: View) -> bool:
    person = view.get(Person, who)
    return person is not None and person.status is PersonStatus.FORGOTTEN


def _is_gone(who: str, view: View) -> bool:
    """Whether somebody can look at nothing any more."""
    return _is_forgotten(who, view) or has_left(who, view)


def _is_away(who: str, view: View) -> bool:
    """Whether somebody takes part no more, and serves as no peer."""
    participant, peer = view.get(Participant, who), view.get(Peer, who)
    away = participant is not None and participant.status is not ParticipantStatus.TAKING_PART
    return away and (peer is None or not peer.open)


def _people(noun: Noun) -> set[str]:
    """The ids that a noun names."""
    return {each for id_ in (noun.id, *noun.touches, *noun.weighs_on) for each in bases(id_)}
