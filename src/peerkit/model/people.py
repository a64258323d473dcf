"""People, and the two roles a person can have: peer and participant. Often both."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from peerkit.errors import BadInput
from peerkit.model.fields import PRIVATE, a, an_id, as_tuple, exactly, maybe, private, several
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "DETAILS",
    "Detail",
    "Experience",
    "LivedExperience",
    "Participant",
    "ParticipantStatus",
    "Peer",
    "PeerStatus",
    "Person",
    "PersonStatus",
    "Role",
    "Tie",
    "TieKind",
    "TieStatus",
]


class Experience(StrEnum):
    """What a person has lived through. From the founding documents (seeds 000 and 004)."""

    HOMELESSNESS = "homelessness"
    SUBSTANCE_USE = "substance-use"
    MENTAL_HEALTH = "mental-health"
    ISOLATION = "isolation"
    ILLNESS = "illness"
    INJURY = "injury"
    RE_ENTRY = "re-entry"
    MILITARY_SERVICE = "military-service"
    BEREAVEMENT = "bereavement"
    CAREGIVING = "caregiving"


class Detail(StrEnum):
    """What it was more closely, for whoever wants to say so (seeds 000 and 004)."""

    ALCOHOL = "alcohol"
    DRUGS = "drugs"
    TOBACCO = "tobacco"
    DEPRESSION = "depression"
    CRISIS = "mental-health-crisis"
    TUBERCULOSIS = "tuberculosis"
    HIV_AIDS = "hiv-aids"
    HEPATITIS_A = "hepatitis-a"
    HEPATITIS_B = "hepatitis-b"
    HEPATITIS_C = "hepatitis-c"
    CANCER = "cancer"
    INCARCERATION = "incarceration"


#: Which details belong to which experience. One that is not here has none.
DETAILS: Final[Mapping[Experience, frozenset[Detail]]] = {
    Experience.SUBSTANCE_USE: frozenset({Detail.ALCOHOL, Detail.DRUGS, Detail.TOBACCO}),
    Experience.MENTAL_HEALTH: frozenset({Detail.DEPRESSION, Detail.CRISIS}),
    Experience.ILLNESS: frozenset(
        {
            Detail.TUBERCULOSIS,
            Detail.HIV_AIDS,
            Detail.HEPATITIS_A,
            Detail.HEPATITIS_B,
            Detail.HEPATITIS_C,
            Detail.CANCER,
        }
    ),
    Experience.RE_ENTRY: frozenset({Detail.INCARCERATION}),
}


@attrs.frozen(kw_only=True)
class LivedExperience:
    """One thing a person has lived through, and whether they offer it to others.

    ``offered`` is the person's own choice: only what is offered is used to
    suggest a match. ``detail`` says more, for whoever wants to say more. Neither
    shows itself: it may be a condition.
    """

    of: Experience = attrs.field(validator=exactly(Experience), repr=False)
    offered: bool = a(bool, default=True)
    detail: Detail | None = maybe(Detail, repr=False)

    def __attrs_post_init__(self) -> None:
        if self.detail is not None and self.detail not in DETAILS.get(self.of, frozenset()):
            raise BadInput(
                "LivedExperience.detail",
                "belongs to another experience; the table DETAILS says which, or leave it out",
            )


class Role(StrEnum):
    """The kinds of peer supporter (seed 000), and what the role may widen to (seed 001)."""

    WORKER = "peer-worker"
    MENTOR = "peer-mentor"
    ADVOCATE = "peer-advocate"
    RESEARCHER = "peer-researcher"
    SPECIALIST = "peer-specialist"
    SUPERVISOR = "supervisor"
    TRAINER = "trainer"
    ADMINISTRATOR = "administrator"
    EDUCATOR = "educator"
    FACILITATOR = "group-facilitator"
    COMPANION = "respite-companion"
    VOLUNTEER = "volunteer"


def _none_twice(instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    every = (instance.role, *value) if type(value) is tuple else ()
    if not every or not all(type(each) is Role for each in every):
        raise BadInput(f"{type(instance).__name__}.also", "give further roles, each a Role")
    if len(set(every)) != len(every):
        raise BadInput(f"{type(instance).__name__}.also", "the same role is named twice")


def other_roles() -> Any:
    """A field for the roles a peer has beside ``role``: none of them twice."""
    return attrs.field(default=(), converter=as_tuple, validator=_none_twice)


class PersonStatus(StrEnum):
    """A person is known to the program, until they are forgotten."""

    KNOWN = "known"
    FORGOTTEN = "forgotten"


PERSON: Final = Lifecycle(
    begins=frozenset({PersonStatus.KNOWN}),
    steps={
        PersonStatus.KNOWN: frozenset({PersonStatus.FORGOTTEN}),
        # Forgotten once more: of what was told since, nothing stays either.
        PersonStatus.FORGOTTEN: frozenset({PersonStatus.FORGOTTEN}),
    },
    closed=frozenset({PersonStatus.FORGOTTEN}),
)


@attrs.frozen(kw_only=True)
class Person(Noun):
    """A human being. What they lived through belongs to them, not to a role."""

    kind: ClassVar[str] = "person"
    lifecycle: ClassVar[Lifecycle[PersonStatus]] = PERSON
    private_to: ClassVar[str] = "id"
    status: PersonStatus = a(PersonStatus, PersonStatus.KNOWN)
    experiences: tuple[LivedExperience, ...] = private(several(LivedExperience))

    def offers(self) -> frozenset[Experience]:
        """The experiences this person offers to share."""
        return frozenset(each.of for each in self.experiences if each.offered)


class PeerStatus(StrEnum):
    """A peer serves, has stepped back for a while (never a fault), has left, or is forgotten."""

    SERVING = "serving"
    STEPPED_BACK = "stepped-back"
    LEFT = "left"
    FORGOTTEN = "forgotten"


PEER: Final = Lifecycle(
    begins=frozenset({PeerStatus.SERVING}),
    steps={
        PeerStatus.SERVING: frozenset({PeerStatus.STEPPED_BACK, PeerStatus.LEFT}),
        PeerStatus.STEPPED_BACK: frozenset({PeerStatus.SERVING, PeerStatus.LEFT}),
        PeerStatus.LEFT: frozenset({PeerStatus.SERVING, PeerStatus.FORGOTTEN}),
        PeerStatus.FORGOTTEN: frozenset(),
    },
    closed=frozenset({PeerStatus.LEFT, PeerStatus.FORGOTTEN}),
)


@attrs.frozen(kw_only=True)
class Peer(Noun):
    """A person with lived experience in a supporting role. ``id`` is the person's id.

    ``supervisor`` is the id of whoever is told of concerns and gives advice;
    ``since`` the day the peer began; ``supervised`` the day of the last
    supervision; ``also`` are the roles they have beside the first; ``returned``
    the day they last came back from a time away.
    """

    kind: ClassVar[str] = "peer"
    lifecycle: ClassVar[Lifecycle[PeerStatus]] = PEER
    found_with: ClassVar[tuple[str, ...]] = ("supervisor",)
    dated: ClassVar[str] = "since"
    status: PeerStatus = a(PeerStatus, PeerStatus.SERVING)
    role: Role = attrs.field(validator=exactly(Role))
    supervisor: str = attrs.field(validator=an_id)
    since: date = attrs.field(validator=exactly(date))
    supervised: date | None = maybe(date)
    returned: date | None = maybe(date)
    also: tuple[Role, ...] = other_roles()

    @property
    def serves_since(self) -> date:
        """The day from which they serve without a break: what was due before is not made up for."""
        return self.since if self.returned is None else max(self.since, self.returned)

    @property
    def roles(self) -> tuple[Role, ...]:
        """Every role they have, the first one first."""
        return (self.role, *self.also)


class ParticipantStatus(StrEnum):
    """A participant takes part, has left and may come back, or is forgotten."""

    TAKING_PART = "taking-part"
    AWAY = "away"
    FORGOTTEN = "forgotten"


PARTICIPANT: Final = Lifecycle(
    begins=frozenset({ParticipantStatus.TAKING_PART}),
    steps={
        ParticipantStatus.TAKING_PART: frozenset(
            {ParticipantStatus.AWAY, ParticipantStatus.FORGOTTEN}
        ),
        ParticipantStatus.AWAY: frozenset(
            {ParticipantStatus.TAKING_PART, ParticipantStatus.FORGOTTEN}
        ),
        ParticipantStatus.FORGOTTEN: frozenset(),
    },
    closed=frozenset({ParticipantStatus.FORGOTTEN}),
)


@attrs.frozen(kw_only=True)
class Participant(Noun):
    """A person the program walks with. ``id`` is the person's id."""

    kind: ClassVar[str] = "participant"
    lifecycle: ClassVar[Lifecycle[ParticipantStatus]] = PARTICIPANT
    status: ParticipantStatus = a(ParticipantStatus, ParticipantStatus.TAKING_PART)


class TieKind(StrEnum):
    """What else two people are to each other (1 TAC 354.3003; Minnesota MCB 2.1-3.1)."""

    ROMANTIC = "romantic"
    FAMILY = "family"
    FRIEND = "friend"
    HOUSEHOLD = "household"
    LANDLORD = "landlord"
    EMPLOYER = "employer"
    BUSINESS = "business"
    COWORKER = "coworker"
    SPONSOR = "sponsor"
    DISTANT = "distant"


class TieStatus(StrEnum):
    """A tie is current or past. A past tie is still read: it can still matter."""

    CURRENT = "current"
    PAST = "past"


TIE: Final = Lifecycle(
    begins=frozenset({TieStatus.CURRENT, TieStatus.PAST}),
    steps={
        TieStatus.CURRENT: frozenset({TieStatus.PAST}),
        TieStatus.PAST: frozenset({TieStatus.CURRENT}),
    },
)


@attrs.frozen(kw_only=True)
class Tie(Noun):
    """A relationship of two people outside peer support, told by one of them.

    Two people can have several ties, one of each kind.
    """

    kind: ClassVar[str] = "tie"
    lifecycle: ClassVar[Lifecycle[TieStatus]] = TIE
    read_with: ClassVar[tuple[str, ...]] = ("one+other",)
    found_with: ClassVar[tuple[str, ...]] = ("one", "other")
    private_to: ClassVar[str] = "one+other"
    status: TieStatus = a(TieStatus, TieStatus.CURRENT)
    of: TieKind = attrs.field(validator=exactly(TieKind), repr=False, metadata=PRIVATE)
    one: str = attrs.field(validator=an_id)
    other: str = attrs.field(validator=an_id)
