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
from peerkit.model.funding import Grant, GrantStatus
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.message import Message
from peerkit.model.noun import Noun
from peerkit.model.outcomes import (
    Answer,
    Area,
    FilledIn,
    Measure,
    MeasureStatus,
    Milestone,
    MilestoneKind,
    MilestoneStatus,
    ToldBy,
)
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
    "Answer",
    "Area",
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
    "Experience",
    "FactsStatus",
    "FilledIn",
    "Goal",
    "GoalStatus",
    "Grant",
    "GrantStatus",
    "Lifecycle",
    "LivedExperience",
    "Match",
    "MatchStatus",
    "Measure",
    "MeasureStatus",
    "Message",
    "Milestone",
    "MilestoneKind",
    "MilestoneStatus",
    "Noun",
    "Participant",
    "ParticipantStatus",
    "Peer",
    "PeerStatus",
    "Person",
    "PersonStatus",
    "Phrase",
    "Role",
    "SafetyDisclosure",
    "Session",
    "SessionForm",
    "SessionStatus",
    "SuppliedFacts",
    "Tie",
    "TieKind",
    "TieStatus",
    "ToldBy",
    "Topic",
    "View",
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
    # -- outcomes and money
    Measure,
    Milestone,
    Grant,
)
