"""Support itself: the match, the session, and what is done in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

import attrs

from peerkit.errors import BadInput
from peerkit.model.fields import (
    a,
    a_code,
    a_moment,
    a_zone,
    an_id,
    any_ids,
    as_tuple,
    day_of,
    exactly,
    how_many,
    in_utc,
    is_code,
    maybe,
    maybe_id,
    maybe_ids,
    maybe_moment,
    newer,
    private,
    several,
    some_minutes,
    whole_minutes,
)
from peerkit.model.handover import EndingReason, Handover, NewPeerReads
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun
from peerkit.model.timetable import Span, busy_on, span_of

__all__ = [
    "Activity",
    "Match",
    "MatchStatus",
    "Session",
    "SessionForm",
    "SessionStatus",
]


class MatchStatus(StrEnum):
    """A match is proposed; the participant accepts or declines; it ends."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


MATCH: Final = Lifecycle(
    begins=frozenset({MatchStatus.PROPOSED}),
    steps={
        MatchStatus.PROPOSED: frozenset(
            {MatchStatus.ACCEPTED, MatchStatus.DECLINED, MatchStatus.WITHDRAWN}
        ),
        MatchStatus.ACCEPTED: frozenset({MatchStatus.ENDED}),
        MatchStatus.DECLINED: frozenset(),
        MatchStatus.WITHDRAWN: frozenset(),
        MatchStatus.ENDED: frozenset(),
    },
    closed=frozenset({MatchStatus.WITHDRAWN}),
)


@attrs.frozen(kw_only=True)
class Match(Noun):
    """A peer and a participant who may walk together, if the participant wants to.

    ``since`` is the moment the participant said yes, ``ended`` the moment it was
    over, or declined. Ended and declined matches are still read with their pair: what
    happened in between was right, also when it is reported late.

    ``ends`` is the planned last day and ``why`` its reason; ``handover`` says what
    stays readable when it is over. ``after`` is the match it was handed over from, and
    ``gains`` what its peer may read of that one. A no that only says again what stands
    already is ``repeated``: it is kept, and no decision reads it.
    """

    kind: ClassVar[str] = "match"
    lifecycle: ClassVar[Lifecycle[MatchStatus]] = MATCH
    read_with: ClassVar[tuple[str, ...]] = ("peer+participant",)
    found_with: ClassVar[tuple[str, ...]] = ("peer", "participant")
    private_to: ClassVar[str] = "peer+participant"
    dated: ClassVar[str] = "since"
    status: MatchStatus = a(MatchStatus, MatchStatus.PROPOSED)
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    since: datetime | None = maybe_moment()
    ended: datetime | None = maybe_moment()
    ends: date | None = maybe(date)
    why: EndingReason | None = private(maybe(EndingReason))
    handover: Handover = a(Handover, Handover())
    after: str | None = maybe_id()
    gains: NewPeerReads | None = maybe(NewPeerReads)
    repeated: bool = a(bool, default=False)

    @property
    def weighs_on(self) -> tuple[str, ...]:
        """It is read with the pair, unless it says again what stands already."""
        return () if self.repeated else super().weighs_on

    def lasted(self, moment: datetime) -> bool:
        """Whether the pair had agreed to walk together and had not ended it by this moment."""
        if self.since is not None and moment < self.since:
            return False
        return self.status is MatchStatus.ACCEPTED or (
            self.status is MatchStatus.ENDED and self.ended is not None and moment < self.ended
        )


#: The most circumstances one activity may answer.
MOST_ANSWERS: Final = 20


def _pairs(value: Any) -> Any:
    """A table as pairs, in one order, so that the same answers are the same activity."""
    if isinstance(value, Mapping):
        value = tuple(value.items())
    try:
        return tuple(sorted(value)) if type(value) is tuple and len(value) > 1 else value
    except TypeError:
        return value


def _circumstances(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if type(value) is not tuple or len(value) > MOST_ANSWERS:
        raise BadInput("Activity.circumstances", "give a table of circumstance and answer")
    for each in value:
        if type(each) is not tuple or len(each) != 2 or not all(map(is_code, each)):  # noqa: PLR2004 - a pair is two
            raise BadInput(
                "Activity.circumstances", "each circumstance and answer is a code of the handbook"
            )
    if len(dict(value)) != len(value):
        raise BadInput("Activity.circumstances", "the same circumstance is answered twice")


@attrs.frozen(kw_only=True)
class Activity:
    """Something a peer does, by its code in the handbook, and the circumstances that decide it.

    ``circumstances`` answers the questions the handbook asks of this activity,
    for example ``{"voice": "first-person"}``. ``of`` names the person whose
    story or information it is; ``to`` who will see or hear it, when that is
    nobody who takes part. ``minutes`` is the time it took or will take; 0 when
    nobody counted.
    """

    id: str = attrs.field(validator=a_code)
    circumstances: tuple[tuple[str, str], ...] = attrs.field(
        default=(), converter=_pairs, validator=_circumstances, repr=False
    )
    of: str | None = maybe_id()
    to: str | None = maybe_id()
    minutes: int = whole_minutes()

    def answer(self, circumstance: str) -> str | None:
        """What was said of this circumstance, or None."""
        for name, answer in self.circumstances:
            if name == circumstance:
                return answer
        return None


class SessionForm(StrEnum):
    """One to one, a group, or an ad hoc meeting that nobody had planned."""

    ONE_TO_ONE = "one-to-one"
    GROUP = "group"
    AD_HOC = "ad-hoc"


class SessionStatus(StrEnum):
    """A session is planned, then held, missed or cancelled."""

    PLANNED = "planned"
    HELD = "held"
    MISSED = "missed"
    CANCELLED = "cancelled"


SESSION: Final = Lifecycle(
    begins=frozenset({SessionStatus.PLANNED, SessionStatus.HELD}),
    steps={
        SessionStatus.PLANNED: frozenset(
            {
                SessionStatus.PLANNED,  # moved to another time
                SessionStatus.HELD,
                SessionStatus.MISSED,
                SessionStatus.CANCELLED,
            }
        ),
        SessionStatus.HELD: frozenset(),
        SessionStatus.MISSED: frozenset(),
        SessionStatus.CANCELLED: frozenset({SessionStatus.PLANNED}),  # a day of a series, again
    },
    closed=frozenset({SessionStatus.HELD, SessionStatus.MISSED, SessionStatus.CANCELLED}),
)


@attrs.frozen(kw_only=True)
class Session(Noun):
    """Time that a peer and one or more participants plan or spend together.

    ``starts`` is in UTC and ``zone`` the place it was meant in; ``minutes`` is
    how long it lasts; ``counted`` how many of them were peer support (0 until
    held: time outside the role never counts). ``with_peers`` lead it together
    with ``peer``; their time counts too. Of a group, ``participants`` are those
    who came and gave an id, ``anonymous`` how many came without one, ``excused``
    and ``absent`` those who were expected and did not come. One that is an
    occurrence of a series names it and the day of its rule. ``no_show`` is who did
    not come, and ``no_show_excused`` whether they had said so: None where nobody told.
    ``confirmed`` are those in it who said that they will come.
    """

    kind: ClassVar[str] = "session"
    lifecycle: ClassVar[Lifecycle[SessionStatus]] = SESSION
    found_with: ClassVar[tuple[str, ...]] = (
        "peers",
        "participants",
        "excused",
        "absent",
        "group",
        "room",
        "series",
    )
    dated: ClassVar[str] = "starts"
    status: SessionStatus = a(SessionStatus, SessionStatus.PLANNED)
    form: SessionForm = attrs.field(validator=exactly(SessionForm))
    peer: str = attrs.field(validator=an_id)
    participants: tuple[str, ...] = attrs.field(converter=as_tuple, validator=any_ids)
    starts: datetime = attrs.field(converter=in_utc, validator=a_moment)
    zone: str = a_zone()
    minutes: int = attrs.field(validator=some_minutes)
    counted: int = a(int, 0)
    activities: tuple[Activity, ...] = several(Activity)
    with_peers: tuple[str, ...] = maybe_ids()
    group: str | None = maybe_id()
    anonymous: int = how_many()
    excused: tuple[str, ...] = maybe_ids()
    absent: tuple[str, ...] = maybe_ids()
    room: str | None = maybe_id()
    series: str | None = maybe_id()
    occurrence: date | None = maybe(date)
    no_show: str | None = maybe_id()
    no_show_excused: bool | None = maybe(bool)
    confirmed: tuple[str, ...] = newer(maybe_ids())

    @property
    def day(self) -> date:
        """The day it starts on, where it takes place."""
        return day_of(self.starts, self.zone)

    @property
    def peers(self) -> tuple[str, ...]:
        """Every peer whose time it is: whoever leads it, and those who lead it with them."""
        return (self.peer, *self.with_peers)

    @property
    def span(self) -> Span:
        """The time it takes, in UTC."""
        return span_of(self.starts, self.minutes)

    @property
    def weighs_on(self) -> tuple[str, ...]:
        """While it is planned it is read with everyone in it and its room, on its days."""
        room = () if self.room is None else (self.room,)
        return busy_on((*self.peers, *self.participants, *room), (self.span,))
