"""The nouns: everything a peer support program knows, by subject. Frozen, and blind to storage."""

from __future__ import annotations

from typing import Final

from peerkit.model.advice import (
    Consultation,
    ConsultationStatus,
    FactsStatus,
    SuppliedFacts,
)
from peerkit.model.boundaries import (
    AgreementStatus,
    BoundaryAgreement,
    Consent,
    ConsentScope,
    ConsentStatus,
    Topic,
)
from peerkit.model.concerns import (
    Basis,
    Concern,
    ConcernStatus,
    DisclosureStatus,
    SafetyDisclosure,
)
from peerkit.model.fields import Words, pair
from peerkit.model.handover import (
    EndingReason,
    Handover,
    NewPeerReads,
    OldPeerReads,
    RecordPart,
)
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.matching import (
    MatchProfile,
    PartOfWeek,
    Place,
    ProfileStatus,
)
from peerkit.model.message import Message
from peerkit.model.noun import Noun
from peerkit.model.people import (
    Credential,
    CredentialStatus,
    Experience,
    LivedExperience,
    Participant,
    ParticipantStatus,
    Peer,
    PeerStatus,
    Person,
    PersonStatus,
    Role,
    Tie,
    TieKind,
    TieStatus,
)
from peerkit.model.phrase import Phrase
from peerkit.model.plans import Goal, GoalStatus
from peerkit.model.support import (
    Activity,
    Match,
    MatchStatus,
    Session,
    SessionForm,
    SessionStatus,
)
from peerkit.model.view import (
    MET,
    MINUTES_GIVEN,
    MINUTES_GIVEN_A_MONTH,
    MINUTES_GIVEN_A_WEEK,
    MINUTES_RECEIVED,
    MINUTES_RECEIVED_A_YEAR,
    SUPERVISING,
    SUPERVISION_MINUTES,
    SUPERVISION_TALKS,
    WALKING,
    Count,
    View,
    period,
    periods,
)
from peerkit.model.waiting import Waiting, WaitingStatus

__all__ = [
    "MET",
    "MINUTES_GIVEN",
    "MINUTES_GIVEN_A_MONTH",
    "MINUTES_GIVEN_A_WEEK",
    "MINUTES_RECEIVED",
    "MINUTES_RECEIVED_A_YEAR",
    "NOUNS",
    "SUPERVISING",
    "SUPERVISION_MINUTES",
    "SUPERVISION_TALKS",
    "WALKING",
    "Activity",
    "AgreementStatus",
    "Basis",
    "BoundaryAgreement",
    "Concern",
    "ConcernStatus",
    "Consent",
    "ConsentScope",
    "ConsentStatus",
    "Consultation",
    "ConsultationStatus",
    "Count",
    "Credential",
    "CredentialStatus",
    "DisclosureStatus",
    "EndingReason",
    "Experience",
    "FactsStatus",
    "Goal",
    "GoalStatus",
    "Handover",
    "Lifecycle",
    "LivedExperience",
    "Match",
    "MatchProfile",
    "MatchStatus",
    "Message",
    "NewPeerReads",
    "Noun",
    "OldPeerReads",
    "PartOfWeek",
    "Participant",
    "ParticipantStatus",
    "Peer",
    "PeerStatus",
    "Person",
    "PersonStatus",
    "Phrase",
    "Place",
    "ProfileStatus",
    "RecordPart",
    "Role",
    "SafetyDisclosure",
    "Session",
    "SessionForm",
    "SessionStatus",
    "SuppliedFacts",
    "Tie",
    "TieKind",
    "TieStatus",
    "Topic",
    "View",
    "Waiting",
    "WaitingStatus",
    "Words",
    "pair",
    "period",
    "periods",
]

#: Every kind of noun, in the order people meet them.
NOUNS: Final[tuple[type[Noun], ...]] = (
    Person,
    Peer,
    Participant,
    Credential,
    Tie,
    Match,
    Session,
    Goal,
    BoundaryAgreement,
    Consent,
    Concern,
    Consultation,
    SuppliedFacts,
    SafetyDisclosure,
    # -- matching
    MatchProfile,
    Waiting,
)
