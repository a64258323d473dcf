"""What people ask to do or report having done: what it is about, and what it leaves behind."""

from __future__ import annotations

from typing import Final

from peerkit.acts.act import Act, Judged, Left, Makes, Moves, Saying
from peerkit.acts.advice import (
    ConsultSupervisor,
    GiveAdvice,
    SupplyFacts,
)
from peerkit.acts.boundaries import (
    AgreeBoundaries,
    RecordConsent,
    RevokeConsent,
    ShareInformation,
)
from peerkit.acts.concerns import (
    CloseConcern,
    DiscloseForSafety,
    RaiseConcern,
    ReviewDisclosure,
)
from peerkit.acts.handover import PlanEnding, ReadRecord, ReassignMatch
from peerkit.acts.matches import AcceptMatch, DeclineMatch, EndMatch, ProposeMatch
from peerkit.acts.people import (
    ChangeParticipation,
    ChangeService,
    DiscloseTie,
    RecordCredential,
    RecordSupervision,
    WelcomeParticipant,
    WelcomePeer,
)
from peerkit.acts.plans import ChangeGoal, SetGoal
from peerkit.acts.sessions import (
    CancelSession,
    DoActivity,
    PlanSession,
    ReportMissedSession,
    ReportSession,
)
from peerkit.acts.waiting import (
    DescribeForMatching,
    JoinWaitingList,
    LeaveWaitingList,
    TryToReach,
)

__all__ = [
    "ACTS",
    "AcceptMatch",
    "Act",
    "AgreeBoundaries",
    "CancelSession",
    "ChangeGoal",
    "ChangeParticipation",
    "ChangeService",
    "CloseConcern",
    "ConsultSupervisor",
    "DeclineMatch",
    "DescribeForMatching",
    "DiscloseForSafety",
    "DiscloseTie",
    "DoActivity",
    "EndMatch",
    "GiveAdvice",
    "JoinWaitingList",
    "Judged",
    "LeaveWaitingList",
    "Left",
    "Makes",
    "Moves",
    "PlanEnding",
    "PlanSession",
    "ProposeMatch",
    "RaiseConcern",
    "ReadRecord",
    "ReassignMatch",
    "RecordConsent",
    "RecordCredential",
    "RecordSupervision",
    "ReportMissedSession",
    "ReportSession",
    "ReviewDisclosure",
    "RevokeConsent",
    "Saying",
    "SetGoal",
    "ShareInformation",
    "SupplyFacts",
    "TryToReach",
    "WelcomeParticipant",
    "WelcomePeer",
]

#: Every act, in the order of a program's life.
ACTS: Final[tuple[type[Act], ...]] = (
    WelcomePeer,
    WelcomeParticipant,
    ChangeService,
    ChangeParticipation,
    RecordCredential,
    RecordSupervision,
    DiscloseTie,
    ProposeMatch,
    AcceptMatch,
    DeclineMatch,
    EndMatch,
    AgreeBoundaries,
    SetGoal,
    ChangeGoal,
    PlanSession,
    CancelSession,
    ReportSession,
    ReportMissedSession,
    DoActivity,
    RecordConsent,
    RevokeConsent,
    ShareInformation,
    ConsultSupervisor,
    GiveAdvice,
    SupplyFacts,
    RaiseConcern,
    CloseConcern,
    DiscloseForSafety,
    ReviewDisclosure,
    # -- matching
    DescribeForMatching,
    JoinWaitingList,
    TryToReach,
    LeaveWaitingList,
    PlanEnding,
    ReassignMatch,
    ReadRecord,
)
