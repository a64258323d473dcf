"""How support is given: freely, in small groups, and in the person's own voice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from peerkit.acts import (
    AcceptMatch,
    AddStep,
    AgreeBoundaries,
    AskForStay,
    AskForVisit,
    AskToSpeak,
    CallOffVisit,
    ChangeGoal,
    ChangeStep,
    CheckIn,
    ChooseMutuality,
    DeclineMatch,
    DiscloseForSafety,
    ExtendStay,
    JoinGroup,
    JoinWaitingList,
    LeaveWaitingList,
    MoveSession,
    NameTeamMember,
    NoteProgress,
    PlanSeries,
    PlanSession,
    PlanVisit,
    PutOnMap,
    ReassignMatch,
    RecordConsent,
    RecordMeasure,
    RemoveTeamMember,
    ReportSession,
    RevokeConsent,
    SetGoal,
    ShareInformation,
    TakeBackWords,
    TakeOffMap,
    TellOutcome,
    WantConnection,
    WithdrawMeasure,
)
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.model import (
    MET,
    BoundaryAgreement,
    Match,
    MatchStatus,
    Peer,
    Phrase,
    SessionForm,
    Topic,
    pair,
)
from peerkit.rules.together import is_group

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from peerkit.handbook import Book
    from peerkit.model import View

#: The activity in which boundaries are agreed: it may come before the agreement.
AGREEING = "agree-boundaries"


def group_size(act: PlanSession | ReportSession, view: View, book: Book) -> Findings:
    """A group stays small enough for everybody to be heard."""
    if act.form is not SessionForm.GROUP:
        return ()
    clause = book.clause("group-size")
    if clause.value is None:
        return ()
    now = act.size
    verdict = Verdict.ALLOWED if now <= clause.value else Verdict.NOT_ALLOWED
    return (Finding(clause, verdict, {"peer": act.peer, "now": now, "limit": clause.value}),)


def voluntary(
    act: PlanSession | ReportSession | PlanSeries | MoveSession, view: View, book: Book
) -> Findings:
    """One-to-one support begins when the participant has accepted the match.

    Groups and meetings that nobody planned need none: coming is a choice
    already. Who has said no to this peer is not met by chance again and again,
    until they say yes: the latest answer stands.
    """
    it = act.session(view) if isinstance(act, MoveSession) else act
    if it is None or is_group(it, view):
        return ()
    clause = book.clause("voluntary")
    participant, when = act.participants[0], act.moment(view.now)
    facts = {"peer": act.peer, "participant": participant}
    theirs = [
        each
        for each in view.all(Match)
        if each.peer == act.peer and each.participant == participant
    ]
    free = any(each.lasted(when) for each in theirs) or (
        it.form is SessionForm.AD_HOC and not _said_no(theirs, when)
    )
    return (Finding(clause, Verdict.ALLOWED if free else Verdict.NEEDS_CONSENT, facts),)


def _said_no(matches: Sequence[Match], when: datetime) -> bool:
    """Whether the latest answer that the participant had given by then was a no.

    A no without its moment is older than any yes.
    """
    noes = [
        each.ended
        for each in matches
        if each.status is MatchStatus.DECLINED and (each.ended is None or each.ended <= when)
    ]
    yeses = [each.since for each in matches if each.since is not None and each.since <= when]
    last = max((each for each in noes if each is not None), default=None)
    if not noes or (yeses and last is None):
        return False
    return not yeses or last is None or max(yeses) < last


def limits_explained(act: PlanSession, view: View, book: Book) -> Findings:
    """By their second meeting a pair has agreed on boundaries and the limits of confidentiality."""
    if is_group(act, view):
        return ()
    clause = book.clause("limits-explained")
    participant = act.participants[0]
    met = view.tally(pair(act.peer, participant), MET)
    facts = {"peer": act.peer, "participant": participant, "now": met}
    if (
        met == 0
        or any(
            each.binds(act.peer, participant) and Topic.CONFIDENTIALITY_LIMITS in each.topics
            for each in view.all(BoundaryAgreement)
        )
        or any(each.id == AGREEING for each in act.activities)
    ):
        return (Finding(clause, Verdict.ALLOWED, facts),)
    return (Finding(clause, Verdict.NEEDS_FACTS, facts),)


def consent(act: ShareInformation, view: View, book: Book) -> Findings:
    """What a participant has told stays here unless they agreed, in time and scope, to this."""
    clause = book.clause("consent")
    found = []
    consents = act.covering(view)
    for scope in act.scopes:
        facts = {"participant": act.participant, "scope": Phrase(scope), "to": act.to}
        covered = act.to == act.participant or any(
            each.holds(scope, act.items) for each in consents
        )
        verdict = Verdict.ALLOWED if covered else Verdict.NEEDS_CONSENT
        found.append(Finding(clause, verdict, facts))
    return tuple(found)


def safety_first(act: DiscloseForSafety, view: View, book: Book) -> Findings:
    """Danger is told at once, without asking first; it is kept, and looked at afterwards."""
    known = view.get(Peer, act.peer) or view.get(Peer, act.by)
    clause = book.clause("break-glass" if known is not None else "break-glass-alone")
    facts = {"by": act.by, "to": ", ".join(act.to), "peer": act.peer}
    return (Finding(clause, Verdict.ALLOWED, facts),)


class _Spoken(Protocol):
    """An act that only the participant decides, or somebody on their word."""

    @property
    def by(self) -> str: ...
    @property
    def participant(self) -> str: ...
    @property
    def said_so(self) -> bool | None: ...


def own_voice(act: _Spoken, view: View, book: Book) -> Findings:
    """Only the participant speaks for the participant; others may write down what they said."""
    clause = book.clause("own-voice")
    facts = {"participant": act.participant, "by": act.by}
    if act.by == act.participant or act.said_so is True:
        return (Finding(clause, Verdict.ALLOWED, facts),)
    if act.said_so is None:
        return (Finding(clause, Verdict.NEEDS_FACTS, facts),)
    return (Finding(clause, Verdict.NOT_ALLOWED, facts),)


#: The rules of this subject.
RULES: Final = (
    Rule("group-size", (PlanSession, ReportSession, PlanSeries), group_size),
    Rule("voluntary", (PlanSession, ReportSession, PlanSeries, MoveSession), voluntary),
    Rule("limits-explained", (PlanSession,), limits_explained),
    Rule("consent", (ShareInformation,), consent),
    Rule(
        "own-voice",
        (
            AcceptMatch,
            DeclineMatch,
            SetGoal,
            ChangeGoal,
            AgreeBoundaries,
            RecordConsent,
            RevokeConsent,
            JoinGroup,
            AskForStay,
            CheckIn,
            ExtendStay,
            RecordMeasure,
            WithdrawMeasure,
            ChooseMutuality,
            NoteProgress,
            AddStep,
            ChangeStep,
            PutOnMap,
            TakeOffMap,
            JoinWaitingList,
            LeaveWaitingList,
            ReassignMatch,
            WantConnection,
            TellOutcome,
            NameTeamMember,
            RemoveTeamMember,
            AskForVisit,
            PlanVisit,
            CallOffVisit,
            AskToSpeak,
            TakeBackWords,
        ),
        own_voice,
    ),
    Rule("safety-first", (DiscloseForSafety,), safety_first),
)
