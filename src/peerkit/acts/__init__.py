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
from peerkit.acts.scheduling import (
    AddRoom,
    CancelOccurrence,
    CloseRoom,
    EndSeries,
    MoveOccurrence,
    MoveSession,
    OfferAvailability,
    PlanSeries,
    WithdrawAvailability,
)
from peerkit.acts.sessions import (
    CancelSession,
    DoActivity,
    PlanSession,
    ReportMissedSession,
    ReportSession,
)

__all__ = [
    "ACTS",
    "AcceptMatch",
    "Act",
    "AddRoom",
    "AgreeBoundaries",
    "CancelOccurrence",
    "CancelSession",
    "ChangeGoal",
    "ChangeParticipation",
    "ChangeService",
    "CloseConcern",
    "CloseRoom",
    "ConsultSupervisor",
    "DeclineMatch",
    "DiscloseForSafety",
    "DiscloseTie",
    "DoActivity",
    "EndMatch",
    "EndSeries",
    "GiveAdvice",
    "Judged",
    "Left",
    "Makes",
    "MoveOccurrence",
    "MoveSession",
    "Moves",
    "OfferAvailability",
    "PlanSeries",
    "PlanSession",
    "ProposeMatch",
    "RaiseConcern",
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
    "WelcomeParticipant",
    "WelcomePeer",
    "WithdrawAvailability",
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
    # -- time
    OfferAvailability,
    WithdrawAvailability,
    AddRoom,
    CloseRoom,
    PlanSeries,
    MoveOccurrence,
    CancelOccurrence,
    EndSeries,
    MoveSession,
)
