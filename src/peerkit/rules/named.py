"""Who is named: somebody the program knows, and nobody on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peerkit.acts import (
    AcceptMatch,
    AgreeBoundaries,
    AskForStay,
    AskForVisit,
    AskHowItWent,
    AskToSpeak,
    ChangeFacilitators,
    ChangeRoles,
    CheckIn,
    ChooseMutuality,
    ConsultSupervisor,
    DeclineStay,
    DiscloseTie,
    DoActivity,
    GoAlong,
    Introduce,
    InviteToGroup,
    JoinGroup,
    JoinWaitingList,
    NameGuardian,
    NameTeamMember,
    OfferStay,
    PlanSeries,
    PlanSession,
    PlanShift,
    ProposeBoundaries,
    ProposeMatch,
    PutOnMap,
    RecordConsent,
    RecordCredential,
    RecordMeasure,
    RecordMilestone,
    RecordSupervision,
    ReportSession,
    SetGoal,
    ShareInformation,
    StartGroup,
    SuggestGoal,
    SupplyFacts,
    TryToReach,
    WantConnection,
    WarmHandOver,
    WritePlan,
)
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.model import (
    Participant,
    ParticipantStatus,
    Peer,
    PeerStatus,
    Phrase,
)
from peerkit.model.phrase import listed
from peerkit.rules.activities import whatever_stands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peerkit.acts import (
        Act,
    )
    from peerkit.handbook import Book
    from peerkit.model import View

#: Requests about a participant who is away too: somebody in a clinic may ask for company there.
_ALSO_AWAY: Final = (DoActivity, AskForVisit, AskToSpeak)


def known(act: Act, view: View, book: Book) -> Findings:
    """Nobody acts for, with or about people the program does not know.

    A request needs them here now. A report may come after they have gone, and
    so may a question about a participant who is away, and a wish of theirs.
    """
    if whatever_stands(act, book):
        return ()
    clause = book.clause("known")
    strangers = []
    for each in act.participants_named:
        one = view.get(Participant, each)
        if one is None:
            strangers.append(Phrase("{id} as a participant", id=each))
        elif one.status is not ParticipantStatus.TAKING_PART and not (
            act.already or isinstance(act, _ALSO_AWAY)
        ):
            strangers.append(Phrase("{id} as a participant who is here and not away", id=each))
    strangers += [
        Phrase("{id} as a participant", id=each)
        for each in act.others_named
        if view.get(Participant, each) is None
    ]
    strangers += _strange_peers(act, view)
    if strangers:
        return (Finding(clause, Verdict.NEEDS_FACTS, {"missing": listed("and", *strangers)}),)
    return (Finding(clause, Verdict.ALLOWED),)


def _strange_peers(act: Act, view: View) -> Iterator[Phrase]:
    """The peers it names whom the program does not know as such, or not on that day."""
    for each in act.peers_named:
        peer = view.get(Peer, each)
        if peer is None or not (act.already or peer.status is PeerStatus.SERVING):
            yield Phrase("{id} as a serving peer", id=each)
        elif isinstance(act, ReportSession) and act.day < peer.since:
            yield Phrase("{id} as a peer on {day}", id=each, day=act.day.isoformat())


def two_people(act: Act, view: View, book: Book) -> Findings:
    """Support takes two: nobody is their own peer."""
    clause = book.clause("two-people")
    for each in act.peers_named:
        if each in act.participants_named:
            return (Finding(clause, Verdict.NOT_ALLOWED, {"peer": each}),)
    return (Finding(clause, Verdict.ALLOWED, {"peer": act.peer_named}),)


#: The rules of this subject.
RULES: Final = (
    Rule(
        "known",
        (
            ProposeMatch,
            AcceptMatch,
            PlanSession,
            ReportSession,
            DoActivity,
            SetGoal,
            AgreeBoundaries,
            RecordConsent,
            ShareInformation,
            RecordCredential,
            RecordSupervision,
            ConsultSupervisor,
            SupplyFacts,
            StartGroup,
            ChangeFacilitators,
            InviteToGroup,
            JoinGroup,
            AskForStay,
            OfferStay,
            DeclineStay,
            CheckIn,
            PlanShift,
            RecordMeasure,
            RecordMilestone,
            ChangeRoles,
            ChooseMutuality,
            NameGuardian,
            SuggestGoal,
            WritePlan,
            PutOnMap,
            JoinWaitingList,
            TryToReach,
            ProposeBoundaries,
            WantConnection,
            Introduce,
            GoAlong,
            WarmHandOver,
            AskHowItWent,
            NameTeamMember,
            AskForVisit,
            AskToSpeak,
            PlanSeries,
        ),
        known,
    ),
    Rule(
        "two-people",
        (
            ProposeMatch,
            PlanSession,
            ReportSession,
            DoActivity,
            AgreeBoundaries,
            DiscloseTie,
            ProposeBoundaries,
            Introduce,
            GoAlong,
            WarmHandOver,
            AskHowItWent,
            AskForVisit,
            AskToSpeak,
            PlanSeries,
        ),
        two_people,
    ),
)
