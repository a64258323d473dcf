"""peerkit: peer support programs, and the limits of the role as decisions that explain themselves.

Names are fetched from their rooms when they are first used, so that importing
peerkit costs a service nothing until it needs it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from peerkit.acts import (
        AcceptMatch,
        Act,
        AgreeBoundaries,
        CancelSession,
        ChangeGoal,
        ChangeParticipation,
        ChangeService,
        CloseConcern,
        ConsultSupervisor,
        DeclineMatch,
        DiscloseForSafety,
        DiscloseTie,
        DoActivity,
        EndMatch,
        GiveAdvice,
        PlanSession,
        ProposeMatch,
        RaiseConcern,
        RecordConsent,
        RecordCredential,
        RecordSupervision,
        ReportMissedSession,
        ReportSession,
        ReviewDisclosure,
        RevokeConsent,
        SetGoal,
        ShareInformation,
        SupplyFacts,
        WelcomeParticipant,
        WelcomePeer,
    )
    from peerkit.decisions import (
        Decision,
        Finding,
        Refused,
        Rule,
        Rules,
        decide,
    )
    from peerkit.errors import (
        BadInput,
        KeyReused,
        MissingExtra,
        Moved,
        PeerkitError,
        StoreError,
    )
    from peerkit.handbook import (
        BadHandbook,
        Book,
        Handbook,
        Verdict,
    )
    from peerkit.model import (
        Activity,
        AgreementStatus,
        Basis,
        BoundaryAgreement,
        Concern,
        ConcernStatus,
        Consent,
        ConsentScope,
        ConsentStatus,
        Consultation,
        ConsultationStatus,
        Count,
        Credential,
        CredentialStatus,
        DisclosureStatus,
        Experience,
        FactsStatus,
        Goal,
        GoalStatus,
        LivedExperience,
        Match,
        MatchStatus,
        Message,
        Noun,
        Participant,
        ParticipantStatus,
        Peer,
        PeerStatus,
        Person,
        PersonStatus,
        Phrase,
        Role,
        SafetyDisclosure,
        Session,
        SessionForm,
        SessionStatus,
        SuppliedFacts,
        Tie,
        TieKind,
        TieStatus,
        Topic,
        View,
        Words,
        pair,
    )
    from peerkit.notifiers import (
        CouldNotTell,
        Notifier,
    )
    from peerkit.program import (
        Page,
        Program,
        Told,
        Verified,
    )
    from peerkit.reviewing import (
        CueKind,
        Pointer,
        review,
    )
    from peerkit.rules import (
        ROLE_LIMITS,
        measured,
    )
    from peerkit.stores import (
        Entry,
        NotAStore,
        Store,
    )
    from peerkit.stores.codec import (
        read_act,
        write_act,
    )

__all__ = [
    "ROLE_LIMITS",
    "AcceptMatch",
    "Act",
    "Activity",
    "AgreeBoundaries",
    "AgreementStatus",
    "BadHandbook",
    "BadInput",
    "Basis",
    "Book",
    "BoundaryAgreement",
    "CancelSession",
    "ChangeGoal",
    "ChangeParticipation",
    "ChangeService",
    "CloseConcern",
    "Concern",
    "ConcernStatus",
    "Consent",
    "ConsentScope",
    "ConsentStatus",
    "ConsultSupervisor",
    "Consultation",
    "ConsultationStatus",
    "CouldNotTell",
    "Count",
    "Credential",
    "CredentialStatus",
    "CueKind",
    "Decision",
    "DeclineMatch",
    "DiscloseForSafety",
    "DiscloseTie",
    "DisclosureStatus",
    "DoActivity",
    "EndMatch",
    "Entry",
    "Experience",
    "FactsStatus",
    "Finding",
    "GiveAdvice",
    "Goal",
    "GoalStatus",
    "Handbook",
    "KeyReused",
    "LivedExperience",
    "Match",
    "MatchStatus",
    "Message",
    "MissingExtra",
    "Moved",
    "NotAStore",
    "Notifier",
    "Noun",
    "Page",
    "Participant",
    "ParticipantStatus",
    "Peer",
    "PeerStatus",
    "PeerkitError",
    "Person",
    "PersonStatus",
    "Phrase",
    "PlanSession",
    "Pointer",
    "Program",
    "ProposeMatch",
    "RaiseConcern",
    "RecordConsent",
    "RecordCredential",
    "RecordSupervision",
    "Refused",
    "ReportMissedSession",
    "ReportSession",
    "ReviewDisclosure",
    "RevokeConsent",
    "Role",
    "Rule",
    "Rules",
    "SafetyDisclosure",
    "Session",
    "SessionForm",
    "SessionStatus",
    "SetGoal",
    "ShareInformation",
    "Store",
    "StoreError",
    "SuppliedFacts",
    "SupplyFacts",
    "Tie",
    "TieKind",
    "TieStatus",
    "Told",
    "Topic",
    "Verdict",
    "Verified",
    "View",
    "WelcomeParticipant",
    "WelcomePeer",
    "Words",
    "decide",
    "measured",
    "pair",
    "read_act",
    "review",
    "write_act",
]

#: Where the names live, lowest room first: reading a noun loads no store.
_ROOMS: Final = (
    "errors",
    "model",
    "handbook",
    "reviewing",
    "acts",
    "decisions",
    "rules",
    "notifiers",
    "stores",
    "stores.codec",
    "program",
)


def __getattr__(name: str) -> object:
    """Fetch a name of ``__all__`` from its room, once."""
    for room in _ROOMS if name in __all__ else ():
        module = import_module(f"peerkit.{room}")
        if name in module.__all__:
            value: object = getattr(module, name)
            globals()[name] = value
            return value
    raise AttributeError(f"peerkit has no {name!r}")


def __dir__() -> list[str]:
    return __all__
