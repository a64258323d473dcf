"""Young people: their own yes always, and a guardian's permission beside it where there is one."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.acts import (
    ACTS,
    AcceptMatch,
    AnswerBoundaries,
    CallOffVisit,
    CancelOccurrence,
    CancelSession,
    DeclineMatch,
    EndGuardianship,
    EndSeries,
    GivePermission,
    LeaveWaitingList,
    MoveOccurrence,
    MoveSession,
    NameGuardian,
    RecordConsent,
    RecordMilestone,
    RemoveTeamMember,
    RevokeConsent,
    TakeBackWords,
    WithdrawAvailability,
    WithdrawMeasure,
    WithdrawMilestone,
    WithdrawPermission,
)
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.model import Guardian, GuardianPermission, Match, PermissionStatus
from peerkit.rules.outcomes import from_a_record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from peerkit.acts import (
        Act,
    )
    from peerkit.handbook import Book
    from peerkit.model import View

__all__ = [
    "BESIDE_OWN_YES",
    "RULES",
    "guardian_checked",
    "guardian_gives",
    "guardian_named",
    "guardian_permits",
    "guardian_takes_back",
    "own_yes",
]

_A_NO: Final = "a no, and what is taken back, is heard from whoever brings it"
_SHARED: Final = "several people share it: said_so tells that one of them wants it"
#: The acts with a ``said_so`` in which a guardian may bring the word, and why.
BESIDE_OWN_YES: Final[Mapping[type[Act], str]] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                DeclineMatch,
                RevokeConsent,
                WithdrawMeasure,
                WithdrawMilestone,
                LeaveWaitingList,
                RemoveTeamMember,
                CallOffVisit,
                TakeBackWords,
                WithdrawAvailability,
            ),
            _A_NO,
        ),
        **dict.fromkeys(
            (CancelSession, CancelOccurrence, EndSeries, MoveOccurrence, MoveSession), _SHARED
        ),
        WithdrawPermission: "it is the guardian's word and not the young person's",
    }
)


def _guardians(view: View, participant: str, day: date) -> frozenset[str]:
    """Who answers for this participant on this day."""
    return frozenset(
        each.guardian for each in view.all(Guardian) if each.answers_for(participant, day)
    )


def guardian_permits(act: AcceptMatch | RecordConsent, view: View, book: Book) -> Findings:
    """Where a guardian is on record, a match or a consent waits for their permission too.

    The limit says how many guardians are asked; where there are fewer, all of them.
    """
    guardians = _guardians(view, act.participant, book.day)
    clause = book.clauses["guardian-permissions"]
    if not guardians or clause.value is None:
        return ()
    given = {
        each.guardian
        for each in view.all(GuardianPermission)
        if each.status is PermissionStatus.GIVEN
        and (each.participant, each.permits) == (act.participant, act.id)
        and each.guardian in guardians
    }
    needed = min(clause.value, len(guardians))
    verdict = Verdict.ALLOWED if len(given) >= needed else clause.past
    facts = {"participant": act.participant, "now": len(given), "limit": needed}
    return (Finding(clause, verdict, facts),)


def _whose(act: Act) -> str:
    """Whose word the act waits for: acts on times and descriptions call them the person."""
    return str(getattr(act, "person", None) or getattr(act, "participant"))  # noqa: B009


def own_yes(act: Act, view: View, book: Book) -> Findings:
    """A guardian permits, and never speaks in the young person's place."""
    if (isinstance(act, AnswerBoundaries) and not act.agreed) or (
        isinstance(act, RecordMilestone) and from_a_record(act)
    ):
        return ()  # a no is heard, and a record is nobody's voice
    participant = _whose(act)
    guardians = _guardians(view, participant, book.day)
    if not guardians or act.by == participant:
        return ()
    verdict = Verdict.NEEDS_CONSENT if act.by in guardians else Verdict.ALLOWED
    facts = {"participant": participant, "by": act.by}
    return (Finding(book.clause("assent"), verdict, facts),)


def guardian_named(act: NameGuardian, view: View, book: Book) -> Findings:
    """A guardian is somebody else."""
    verdict = Verdict.NOT_ALLOWED if act.guardian == act.participant else Verdict.ALLOWED
    facts = {"participant": act.participant, "other": act.guardian}
    return (Finding(book.clause("guardian-named"), verdict, facts),)


def guardian_checked(act: NameGuardian | EndGuardianship, view: View, book: Book) -> Findings:
    """Neither the young person, nor the guardian, nor their peer settles it alone."""
    if isinstance(act, NameGuardian):
        guardian: str | None = act.guardian
    else:
        known = view.get(Guardian, act.id)
        guardian = None if known is None else known.guardian
    walks = any(
        each.open and (each.peer, each.participant) == (act.by, act.participant)
        for each in view.all(Match)
    )
    close = walks or act.by in {act.participant, guardian}
    verdict = Verdict.NEEDS_CONSULTATION if close else Verdict.ALLOWED
    facts = {"participant": act.participant, "by": act.by}
    return (Finding(book.clause("guardian-checked"), verdict, facts),)


def guardian_gives(act: GivePermission, view: View, book: Book) -> Findings:
    """Only a guardian on record permits, and the young person is not the one who says so."""
    facts = {"participant": act.participant, "other": act.guardian}
    if act.guardian not in _guardians(view, act.participant, book.day):
        verdict = Verdict.NEEDS_FACTS
    elif act.by == act.participant:
        verdict = Verdict.NEEDS_CONSENT
    else:
        verdict = Verdict.ALLOWED
    return (Finding(book.clause("guardian-gives"), verdict, facts),)


def guardian_takes_back(act: WithdrawPermission, view: View, book: Book) -> Findings:
    """A permission is taken back by the guardian who gave it, or on their word."""
    given = view.get(GuardianPermission, act.id)
    if given is None:
        return ()  # what is not there is the rule steps' to say
    if act.by == given.guardian or act.said_so is True:
        verdict = Verdict.ALLOWED
    else:
        verdict = Verdict.NEEDS_FACTS if act.said_so is None else Verdict.NEEDS_CONSENT
    facts = {"participant": act.participant, "by": act.by, "other": given.guardian}
    return (Finding(book.clause("guardian-takes-back"), verdict, facts),)


#: The rules of this subject.
RULES: Final = (
    Rule("guardian-permits", (AcceptMatch, RecordConsent), guardian_permits),
    Rule("guardian-named", (NameGuardian,), guardian_named),
    Rule("guardian-checked", (NameGuardian, EndGuardianship), guardian_checked),
    Rule("guardian-gives", (GivePermission,), guardian_gives),
    Rule("guardian-takes-back", (WithdrawPermission,), guardian_takes_back),
    Rule(
        "own-yes",
        tuple(
            each
            for each in ACTS
            if "said_so" in attrs.fields_dict(each) and each not in BESIDE_OWN_YES
        ),
        own_yes,
    ),
)
