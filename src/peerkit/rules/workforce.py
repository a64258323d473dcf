"""What carries peers: their own plan, leave without a reason, and somebody else to tell."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from peerkit.acts import (
    AnswerBias,
    AskForDebrief,
    AskForLeave,
    ChangeLeave,
    LookAtDrift,
    MoveOccurrence,
    MoveSession,
    PlanSession,
    PlanShift,
    PutAwaySelfCarePlan,
    RecordPay,
    RecordSupervision,
    RecordTraining,
    RenewCredential,
    ReportBias,
    ReportDebrief,
    ReportDrift,
    SeeSelfCarePlan,
    ShareSelfCarePlan,
    WriteSelfCarePlan,
)
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.model import (
    Debrief,
    House,
    Leave,
    LeaveStatus,
    Peer,
    Phrase,
    SelfCarePlan,
)
from peerkit.model.fields import day_of
from peerkit.model.phrase import listed
from peerkit.rules.limits import measured
from peerkit.rules.missing import unknown
from peerkit.rules.together import Planned, as_planned, each_peer

if TYPE_CHECKING:
    from datetime import date

    from peerkit.acts import (
        Act,
    )
    from peerkit.handbook import Book
    from peerkit.model import View

#: A shift that ends at midnight does not touch the day after.
_A_MOMENT: Final = timedelta(microseconds=1)


def known_peer(act: Act, view: View, book: Book) -> Findings:
    """A peer is known here, whether they serve now, have stepped back or have left."""
    peer = act.peer_named
    if peer is None or view.get(Peer, peer) is None:
        missing = Phrase("{id} as a peer", id=peer)
        return (Finding(book.clause("known"), Verdict.NEEDS_FACTS, {"missing": missing}),)
    return (Finding(book.clause("known"), Verdict.ALLOWED),)


def known_together(act: RecordSupervision, view: View, book: Book) -> Findings:
    """Whoever sat in at a talk in a group is known here."""
    strangers = [
        Phrase("{id} as a peer", id=each) for each in act.others if view.get(Peer, each) is None
    ]
    if not act.others:
        return ()
    verdict = Verdict.NEEDS_FACTS if strangers else Verdict.ALLOWED
    missing = listed("and", *strangers)
    return (Finding(book.clause("known"), verdict, {"missing": missing} if missing else {}),)


def on_leave(act: Planned | PlanShift, view: View, book: Book) -> Findings:
    """Nobody plans over leave that was granted, nor moves there; only the peer takes it back."""
    granted = [each for each in view.all(Leave) if each.status is LeaveStatus.GRANTED]
    days = _days(act, view) if granted else None
    if days is None:
        return ()
    clause, (first, until) = book.clause("on-leave"), days

    def found(peer: str) -> Findings:
        theirs = [each for each in granted if each.peer == peer]
        if not theirs:
            return ()
        over = (each.last for each in theirs if each.first <= until and first <= each.last)
        last = max(over, default=None)
        if last is None:
            return (Finding(clause, Verdict.ALLOWED, {"peer": peer}),)
        facts = {"peer": peer, "until": last.isoformat()}
        return (Finding(clause, Verdict.NEEDS_FACTS, facts),)

    return each_peer(act, found)


def _days(act: Planned | PlanShift, view: View) -> tuple[date, date] | None:
    """The first and the last day of what is planned; those of a shift where its house is."""
    if not isinstance(act, PlanShift):
        it = as_planned(act, view)
        return None if it is None else (it.day, it.day)
    house = view.get(House, act.house)
    zone = "UTC" if house is None else house.zone
    return day_of(act.starts, zone), day_of(act.ends - _A_MOMENT, zone)


def own_leave(act: AskForLeave | ChangeLeave, view: View, book: Book) -> Findings:
    """Leave is asked for without a reason. Others grant it, and only the peer takes it back."""
    facts = {"peer": act.peer, "by": act.by}
    theirs = act.by == act.peer
    if isinstance(act, AskForLeave):
        verdict = Verdict.ALLOWED if theirs else Verdict.NEEDS_CONSENT
        return (Finding(book.clause("own-leave"), verdict, facts),)
    granted = act.status is LeaveStatus.GRANTED
    wrong = theirs if granted else act.status is LeaveStatus.CANCELLED and not theirs
    verdict = Verdict.NOT_ALLOWED if wrong else Verdict.ALLOWED
    leave = view.get(Leave, act.id)
    if act.status is LeaveStatus.TAKEN and leave is not None and book.day < leave.first:
        # Or anybody would undo leave that was granted by saying that it is over.
        verdict = Verdict.NEEDS_FACTS
        facts["until"] = leave.first.isoformat()
    clause = book.clause("leave-is-granted" if granted else "own-leave")
    return (Finding(clause, verdict, facts),)


def own_plan_is_theirs(
    act: WriteSelfCarePlan | ShareSelfCarePlan | SeeSelfCarePlan | PutAwaySelfCarePlan,
    view: View,
    book: Book,
) -> Findings:
    """A peer's own plan is theirs: whoever it was not shown to learns not even that it exists."""
    clause, plan = book.clause("own-plan-is-theirs"), view.get(SelfCarePlan, act.id or "")
    facts = {"peer": act.peer, "by": act.by}
    theirs = plan is not None and plan.peer == act.peer
    shown = isinstance(act, SeeSelfCarePlan) and plan is not None and act.by in plan.shown_to
    if act.by != act.peer and not (theirs and shown):
        return (Finding(clause, Verdict.NOT_ALLOWED, facts),)
    if isinstance(act, SeeSelfCarePlan | ShareSelfCarePlan) and not theirs:
        missing = Phrase("{id} as a {kind}", id=act.id, kind=Phrase(SelfCarePlan.kind))
        return (unknown(book, missing),)
    return (Finding(clause, Verdict.ALLOWED, facts),)


def own_word(act: AskForDebrief | ReportDebrief, view: View, book: Book) -> Findings:
    """Only the peer asks for their debrief, says that it was hard, or wants it no more."""
    asks = isinstance(act, AskForDebrief) or not act.held
    verdict = Verdict.NEEDS_CONSENT if asks and act.by != act.peer else Verdict.ALLOWED
    facts = {"peer": act.peer, "by": act.by}
    return (Finding(book.clause("debrief"), verdict, facts),)


def debrief_soon(act: ReportDebrief, view: View, book: Book) -> Findings:
    """Who asks for a debrief gets it within a few days."""
    asked = view.get(Debrief, act.id)
    if asked is None or asked.peer != act.peer or not act.held:
        return ()
    days = max((act.on - asked.asked).days, 0)
    return measured(book, "debrief-days", days, peer=act.peer)


def told_to_another(act: ReportDrift | ReportBias, view: View, book: Book) -> Findings:
    """What a supervisor had a part in is looked at by somebody else, whom the teller names."""
    verdict = Verdict.NEEDS_FACTS if act.needs_another(view) else Verdict.ALLOWED
    return (Finding(book.clause("told-to-another"), verdict, {"by": act.by}),)


def named_person_answers(act: LookAtDrift | AnswerBias, view: View, book: Book) -> Findings:
    """Whoever a report was told to answers it, and nobody else closes it."""
    noun = view.get(act.moves, act.id)
    if noun is None:
        return ()
    verdict = Verdict.ALLOWED if act.by == getattr(noun, "to", None) else Verdict.NOT_ALLOWED
    facts = {"id": act.id, "by": act.by}
    return (Finding(book.clause("named-person-answers"), verdict, facts),)


#: The rules of this subject.
RULES: Final = (
    Rule(
        "known-peer",
        (
            RecordTraining,
            RenewCredential,
            RecordPay,
            AskForLeave,
            AskForDebrief,
            WriteSelfCarePlan,
        ),
        known_peer,
    ),
    Rule("known-together", (RecordSupervision,), known_together),
    Rule("on-leave", (PlanSession, MoveSession, MoveOccurrence, PlanShift), on_leave),
    Rule("own-leave", (AskForLeave, ChangeLeave), own_leave),
    Rule(
        "own-plan-is-theirs",
        (WriteSelfCarePlan, ShareSelfCarePlan, SeeSelfCarePlan, PutAwaySelfCarePlan),
        own_plan_is_theirs,
    ),
    Rule("own-word", (AskForDebrief, ReportDebrief), own_word),
    Rule("debrief-soon", (ReportDebrief,), debrief_soon),
    Rule("told-to-another", (ReportDrift, ReportBias), told_to_another),
    Rule("named-person-answers", (LookAtDrift, AnswerBias), named_person_answers),
)
