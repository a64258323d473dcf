"""Community: what somebody wants to reach, who is around them, and who goes along."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

import attrs

from peerkit.model.fields import PRIVATE, a, an_id, exactly, maybe
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun

__all__ = [
    "Connection",
    "ConnectionStatus",
    "Profession",
    "Spoke",
    "SpokenFor",
    "SpokenForStatus",
    "TeamMember",
    "TeamMemberStatus",
    "Visit",
    "VisitSetting",
    "VisitStatus",
    "WayEnded",
    "WhoIsAsked",
]


class ConnectionStatus(StrEnum):
    """How far somebody is on the way to a service, in the order it may go. Only they end it."""

    WANTED = "wanted"
    INTRODUCED = "introduced"
    GONE_ALONG = "gone-along"
    HANDED_OVER = "handed-over"
    USED = "used"
    NOT_FOR_ME = "not-for-me"
    LET_GO = "let-go"


#: What a peer does on the way, as often as it is wanted, and how it may end.
_ON_THE_WAY: Final = frozenset(
    {ConnectionStatus.INTRODUCED, ConnectionStatus.GONE_ALONG, ConnectionStatus.HANDED_OVER}
)
_ENDS: Final = frozenset(
    {ConnectionStatus.USED, ConnectionStatus.NOT_FOR_ME, ConnectionStatus.LET_GO}
)
CONNECTION: Final = Lifecycle(
    begins=frozenset({ConnectionStatus.WANTED}),
    steps={
        **dict.fromkeys((ConnectionStatus.WANTED, *sorted(_ON_THE_WAY)), _ON_THE_WAY | _ENDS),
        **dict.fromkeys(sorted(_ENDS), frozenset()),
    },
    closed=_ENDS,
)


@attrs.frozen(kw_only=True)
class Connection(Noun):
    """A service that a participant wants to reach. It is their wish, and nobody's file on them.

    ``service`` is the id of a service in the host's directory. It is not shown: what
    somebody needs says much of them. There is no field for who may have it, who pays
    or whether they went: that is a case manager's work.
    """

    kind: ClassVar[str] = "connection"
    lifecycle: ClassVar[Lifecycle[ConnectionStatus]] = CONNECTION
    found_with: ClassVar[tuple[str, ...]] = ("participant",)
    private_to: ClassVar[str] = "participant"
    status: ConnectionStatus = a(ConnectionStatus, ConnectionStatus.WANTED)
    participant: str = attrs.field(validator=an_id)
    service: str = attrs.field(validator=an_id, repr=False, metadata=PRIVATE)


class Profession(StrEnum):
    """What somebody around a participant works as. Peer support replaces none of them (S1)."""

    THERAPIST = "therapist"
    CASE_MANAGER = "case-manager"
    DOCTOR = "doctor"
    NURSE = "nurse"
    SOCIAL_WORKER = "social-worker"
    HOUSING_WORKER = "housing-worker"
    PROBATION_OFFICER = "probation-officer"
    LAWYER = "lawyer"
    TEACHER = "teacher"
    OTHER = "other"


class TeamMemberStatus(StrEnum):
    """Somebody is of a team as long as the participant names them so."""

    CURRENT = "current"
    FORMER = "former"


TEAM_MEMBER: Final = Lifecycle(
    begins=frozenset({TeamMemberStatus.CURRENT}),
    steps={
        TeamMemberStatus.CURRENT: frozenset({TeamMemberStatus.FORMER}),
        TeamMemberStatus.FORMER: frozenset(),
    },
    closed=frozenset({TeamMemberStatus.FORMER}),
)


@attrs.frozen(kw_only=True)
class TeamMember(Noun):
    """A professional around a participant, named by the participant.

    ``id`` is a pseudonym in this one team; consents and wishes name it.
    ``profession`` is not shown: it can say what somebody lives with.
    """

    kind: ClassVar[str] = "team-member"
    lifecycle: ClassVar[Lifecycle[TeamMemberStatus]] = TEAM_MEMBER
    found_with: ClassVar[tuple[str, ...]] = ("participant",)
    private_to: ClassVar[str] = "participant"
    status: TeamMemberStatus = a(TeamMemberStatus, TeamMemberStatus.CURRENT)
    participant: str = attrs.field(validator=an_id)
    profession: Profession = attrs.field(
        validator=exactly(Profession), repr=False, metadata=PRIVATE
    )


class VisitSetting(StrEnum):
    """Where a clinic sees somebody: they stay there, or they come and go (S4)."""

    INPATIENT = "inpatient"
    OUTPATIENT = "outpatient"


class VisitStatus(StrEnum):
    """A visit is asked for, planned, and made; or it is not wanted after all."""

    ASKED = "asked"
    PLANNED = "planned"
    MADE = "made"
    NOT_WANTED = "not-wanted"


VISIT: Final = Lifecycle(
    begins=frozenset({VisitStatus.ASKED}),
    steps={
        VisitStatus.ASKED: frozenset(
            {VisitStatus.PLANNED, VisitStatus.MADE, VisitStatus.NOT_WANTED}
        ),
        VisitStatus.PLANNED: frozenset({VisitStatus.MADE, VisitStatus.NOT_WANTED}),
        VisitStatus.MADE: frozenset(),
        VisitStatus.NOT_WANTED: frozenset(),
    },
    closed=frozenset({VisitStatus.MADE, VisitStatus.NOT_WANTED}),
)


@attrs.frozen(kw_only=True)
class Visit(Noun):
    """A peer comes to see a participant in a clinic, or goes along to one, because they asked.

    ``on`` is the day it is planned for, or was made on.
    """

    kind: ClassVar[str] = "visit"
    lifecycle: ClassVar[Lifecycle[VisitStatus]] = VISIT
    found_with: ClassVar[tuple[str, ...]] = ("peer", "participant")
    private_to: ClassVar[str] = "participant"
    dated: ClassVar[str] = "on"
    status: VisitStatus = a(VisitStatus, VisitStatus.ASKED)
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    setting: VisitSetting = attrs.field(
        validator=exactly(VisitSetting), repr=False, metadata=PRIVATE
    )
    on: date | None = maybe(date)


class SpokenForStatus(StrEnum):
    """Something is asked to be said, then said or not; or the person takes it back."""

    TO_SAY = "to-say"
    SAID = "said"
    NOT_SAID = "not-said"
    TAKEN_BACK = "taken-back"


SPOKEN_FOR: Final = Lifecycle(
    begins=frozenset({SpokenForStatus.TO_SAY}),
    steps={
        SpokenForStatus.TO_SAY: frozenset(
            {SpokenForStatus.SAID, SpokenForStatus.NOT_SAID, SpokenForStatus.TAKEN_BACK}
        ),
        SpokenForStatus.SAID: frozenset(),
        SpokenForStatus.NOT_SAID: frozenset(),
        SpokenForStatus.TAKEN_BACK: frozenset(),
    },
    closed=frozenset({SpokenForStatus.SAID, SpokenForStatus.NOT_SAID, SpokenForStatus.TAKEN_BACK}),
)


@attrs.frozen(kw_only=True)
class SpokenFor(Noun):
    """Something a participant asks a peer to say to somebody of their team: once, and no more.

    ``to`` is the id of the team member. The words are kept apart, under
    ``spoken-for/<id>``, so that what was asked can be laid beside what was said.
    """

    kind: ClassVar[str] = "spoken-for"
    lifecycle: ClassVar[Lifecycle[SpokenForStatus]] = SPOKEN_FOR
    found_with: ClassVar[tuple[str, ...]] = ("peer", "participant")
    status: SpokenForStatus = a(SpokenForStatus, SpokenForStatus.TO_SAY)
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    to: str = attrs.field(validator=an_id)


class WayEnded(StrEnum):
    """How a way to a service ended, as the participant tells it. None is better than another."""

    USED = "used"
    NOT_FOR_ME = "not-for-me"
    LET_GO = "let-go"


class WhoIsAsked(StrEnum):
    """Who is asked how it went: the person, or the service."""

    PARTICIPANT = "participant"
    SERVICE = "service"


class Spoke(StrEnum):
    """What was said in the person's name: what they asked, more, or one's own view (R-CORE XI)."""

    ONLY_WHAT_WAS_ASKED = "only-what-was-asked"
    MORE = "more"
    OWN_VIEW = "own-view"
    NOTHING = "nothing"
