"""What two people settle with each other: both have a say in it, and what they plan keeps to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peerkit.acts import (
    AgreeBoundaries,
    AnswerBoundaries,
    MoveOccurrence,
    MoveSession,
    PlanSession,
    ProposeBoundaries,
)
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.model import BoundaryAgreement
from peerkit.rules.support import AGREEING
from peerkit.rules.together import Planned, as_planned, is_group

if TYPE_CHECKING:
    from peerkit.handbook import Book
    from peerkit.model import View


def both_agree(
    act: AgreeBoundaries | ProposeBoundaries | AnswerBoundaries, view: View, book: Book
) -> Findings:
    """An agreement is of both: one proposes, the other answers, or both say yes at once."""
    clause = book.clause("both-agree")
    facts = {"peer": act.peer, "participant": act.participant, "by": act.by, "other": act.peer}
    verdict = Verdict.ALLOWED
    if isinstance(act, AgreeBoundaries):
        if act.by != act.peer and not act.peer_said_so:
            verdict = Verdict.NEEDS_CONSENT
    elif isinstance(act, ProposeBoundaries):
        if act.by not in {act.peer, act.participant}:
            verdict = Verdict.NOT_ALLOWED
    else:
        proposal = view.get(BoundaryAgreement, act.id)
        if proposal is None or proposal.waits_for is None:
            return ()
        facts["other"] = proposal.waits_for
        theirs = proposal.waits_for == act.participant
        if act.by != proposal.waits_for and not (theirs and act.said_so):
            asked = theirs and act.said_so is None
            verdict = Verdict.NEEDS_FACTS if asked else Verdict.NOT_ALLOWED
    return (Finding(clause, verdict, facts),)


def agreed_hours(act: Planned, view: View, book: Book) -> Findings:
    """Where two people agreed on hours, a session outside them is agreed on first."""
    it = as_planned(act, view)
    if it is None or is_group(it, view):
        return ()
    clause, participant = book.clause("agreed-hours"), act.participants[0]
    facts = {"peer": act.peer, "participant": participant}
    for each in view.all(BoundaryAgreement):
        if each.binds(act.peer, participant) and each.terms is not None and each.terms.hours:
            kept = each.terms.keep_hours(it.starts, it.minutes, it.zone)
            fine = kept or any(one.id == AGREEING for one in it.activities)
            return (Finding(clause, Verdict.ALLOWED if fine else Verdict.NEEDS_CONSENT, facts),)
    return ()


#: The rules of this subject.
RULES: Final = (
    Rule("both-agree", (AgreeBoundaries, ProposeBoundaries, AnswerBoundaries), both_agree),
    Rule("agreed-hours", (PlanSession, MoveSession, MoveOccurrence), agreed_hours),
)
