"""The role limits: one small function each, listed in one table."""

from __future__ import annotations

from typing import Final

from peerkit.acts import (
    AcceptMatch,
    AgreeBoundaries,
    ChangeGoal,
    CloseConcern,
    ConsultSupervisor,
    DeclineMatch,
    DescribeForMatching,
    DiscloseForSafety,
    DiscloseTie,
    DoActivity,
    EndMatch,
    GiveAdvice,
    JoinWaitingList,
    LeaveWaitingList,
    Makes,
    Moves,
    PlanEnding,
    PlanSession,
    ProposeMatch,
    RaiseConcern,
    ReadRecord,
    ReassignMatch,
    RecordConsent,
    RecordCredential,
    RecordSupervision,
    ReportSession,
    ReviewDisclosure,
    RevokeConsent,
    SetGoal,
    ShareInformation,
    SupplyFacts,
    TryToReach,
    WelcomePeer,
)
from peerkit.decisions import Rule, Rules
from peerkit.rules import activities, advice, limits, matching, people, records, support
from peerkit.rules.limits import COUNTED, measured

__all__ = ["COUNTED", "ROLE_LIMITS", "measured"]

#: Every role limit. Their order changes nothing.
ROLE_LIMITS: Final = Rules(
    Rule("in-role", (DoActivity, PlanSession, ReportSession), activities.in_role),
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
            JoinWaitingList,
            TryToReach,
        ),
        people.known,
    ),
    Rule(
        "two-people",
        (ProposeMatch, PlanSession, ReportSession, DoActivity, AgreeBoundaries, DiscloseTie),
        people.two_people,
    ),
    Rule("own-supervisor", (WelcomePeer, ProposeMatch), people.own_supervisor),
    Rule("caseload", (ProposeMatch, AcceptMatch), people.caseload),
    Rule("credential", (ProposeMatch, PlanSession, ReportSession), people.credential),
    Rule("supervision", (ProposeMatch, PlanSession), people.supervision),
    Rule("enough-supervision", (ProposeMatch, PlanSession), limits.enough_supervision),
    Rule("room-with-supervisor", (WelcomePeer,), limits.room_with_supervisor),
    Rule("paid-time", (PlanSession,), limits.paid_time),
    Rule("note-on-time", (ReportSession,), limits.note_on_time),
    Rule(
        "dual-relationship",
        (ProposeMatch, AcceptMatch, PlanSession, ReportSession, DoActivity),
        people.dual_relationship,
    ),
    Rule("group-size", (PlanSession, ReportSession), support.group_size),
    Rule("voluntary", (PlanSession, ReportSession), support.voluntary),
    Rule("limits-explained", (PlanSession,), support.limits_explained),
    Rule("consent", (ShareInformation,), support.consent),
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
            JoinWaitingList,
            LeaveWaitingList,
            ReassignMatch,
        ),
        support.own_voice,
    ),
    Rule(
        "supervisor-answers",
        (CloseConcern, GiveAdvice, ReviewDisclosure),
        people.supervisor_answers,
    ),
    Rule("safety-first", (DiscloseForSafety,), support.safety_first),
    Rule("once", (Makes,), records.once),
    Rule("one-match", (ProposeMatch,), records.one_match),
    Rule("asked-of-it", (SupplyFacts,), activities.asked_of_it),
    Rule("known-clauses", (ConsultSupervisor, RaiseConcern), records.known_clauses),
    Rule("steps", (Moves,), records.steps),
    Rule("already-happened", records.TELLING, records.happened),
    Rule(
        "anyone-may-tell",
        (RecordSupervision, DiscloseTie, RaiseConcern, EndMatch, TryToReach),
        records.told,
    ),
    # -- matching
    Rule("own-description", (DescribeForMatching,), matching.own_description),
    Rule("waits-once", (JoinWaitingList,), matching.waits_once),
    Rule("planned-ending", (PlanEnding,), matching.planned_ending),
    Rule("reassigned", (ReassignMatch,), matching.reassigned),
    Rule("assigned", (ReadRecord,), matching.assigned),
    heeded=advice.heeded,
)
