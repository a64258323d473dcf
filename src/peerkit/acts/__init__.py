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
from peerkit.acts.conditions import (
    AskForLeave,
    ChangeLeave,
    PutAwaySelfCarePlan,
    RecordPay,
    SeeSelfCarePlan,
    ShareSelfCarePlan,
    WriteSelfCarePlan,
)
from peerkit.acts.credentials import RecordCredential, RecordTraining, RenewCredential
from peerkit.acts.matches import AcceptMatch, DeclineMatch, EndMatch, ProposeMatch
from peerkit.acts.people import (
    ChangeParticipation,
    ChangeService,
    DiscloseTie,
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
from peerkit.acts.workforce import (
    AnswerBias,
    AskForDebrief,
    LookAtDrift,
    RecordSupervision,
    ReportBias,
    ReportDebrief,
    ReportDrift,
)

__all__ = [
    "ACTS",
    "AcceptMatch",
    "Act",
    "AgreeBoundaries",
    "AnswerBias",
    "AskForDebrief",
    "AskForLeave",
    "CancelSession",
    "ChangeGoal",
    "ChangeLeave",
    "ChangeParticipation",
    "ChangeService",
    "CloseConcern",
    "ConsultSupervisor",
    "DeclineMatch",
    "DiscloseForSafety",
    "DiscloseTie",
    "DoActivity",
    "EndMatch",
    "GiveAdvice",
    "Judged",
    "Left",
    "LookAtDrift",
    "Makes",
    "Moves",
    "PlanSession",
    "ProposeMatch",
    "PutAwaySelfCarePlan",
    "RaiseConcern",
    "RecordConsent",
    "RecordCredential",
    "RecordPay",
    "RecordSupervision",
    "RecordTraining",
    "RenewCredential",
    "ReportBias",
    "ReportDebrief",
    "ReportDrift",
    "ReportMissedSession",
    "ReportSession",
    "ReviewDisclosure",
    "RevokeConsent",
    "Saying",
    "SeeSelfCarePlan",
    "SetGoal",
    "ShareInformation",
    "ShareSelfCarePlan",
    "SupplyFacts",
    "WelcomeParticipant",
    "WelcomePeer",
    "WriteSelfCarePlan",
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
    # -- workforce
    RecordTraining,
    RenewCredential,
    AskForDebrief,
    ReportDebrief,
    ReportDrift,
    LookAtDrift,
    ReportBias,
    AnswerBias,
    RecordPay,
    AskForLeave,
    ChangeLeave,
    WriteSelfCarePlan,
    ShareSelfCarePlan,
    SeeSelfCarePlan,
    PutAwaySelfCarePlan,
)
