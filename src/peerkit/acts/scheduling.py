"""When people meet again: series of sessions, and sessions at another time."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar, Final

import attrs

from peerkit.acts.act import Act, Judged, Left, Makes, Moves, once_each
from peerkit.acts.sessions import in_a_group
from peerkit.errors import BadInput
from peerkit.model import (
    Message,
    MovedOccurrence,
    Noun,
    Occurrence,
    Series,
    SeriesStatus,
    Session,
    SessionForm,
    SessionStatus,
    Timetable,
    pair,
)
from peerkit.model.fields import (
    MOST_MINUTES,
    a,
    a_moment,
    a_zone,
    an_id,
    any_ids,
    as_tuple,
    day_of,
    exactly,
    how_many,
    in_utc,
    maybe,
    maybe_id,
    maybe_ids,
    some_minutes,
)
from peerkit.model.scheduling import ahead_of, run_out, session_of
from peerkit.model.timetable import Span, busy_on, span_of

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = [
    "CancelOccurrence",
    "EndSeries",
    "MoveOccurrence",
    "MoveSession",
    "PlanSeries",
]

#: For how many days from its first one a new series is compared with sessions that are planned.
LOOK_AHEAD_DAYS: Final = 56


def _everyone(act: Act, noun: Session | Series, inside: str) -> tuple[Message, ...]:
    """The same to everyone in it."""
    return tuple(
        Message(to=who, kind=act.kind, about=noun.id, inside=inside)
        for who in dict.fromkeys((*noun.participants, *noun.peers))
    )


@attrs.frozen(kw_only=True)
class PlanSeries(Makes):
    """Plan a session that comes back: one to one, or a group.

    It says when people mean to meet. Each session of it is planned and reported in its
    own right (``PlanSession`` with ``series`` and ``occurrence``), under the limits of
    its day. ``agreed_by`` are those who said that these times are fine with them.
    """

    kind: ClassVar[str] = "series.planned"
    makes: ClassVar[type[Noun]] = Series
    peer: str = attrs.field(validator=an_id)
    participants: tuple[str, ...] = attrs.field(converter=as_tuple, validator=any_ids)
    form: SessionForm = a(SessionForm, SessionForm.ONE_TO_ONE)
    room: str | None = maybe_id()
    when: Timetable = attrs.field(validator=exactly(Timetable))
    agreed_by: tuple[str, ...] = maybe_ids()
    with_peers: tuple[str, ...] = maybe_ids()
    group: str | None = maybe_id()
    anonymous: int = how_many()

    def __attrs_post_init__(self) -> None:
        in_a_group(self)
        if self.form is not SessionForm.GROUP and len(self.participants) != 1:
            raise BadInput(
                "PlanSeries.participants",
                f"a session with {len(self.participants)} participants is a group; say form=GROUP",
            )
        if self.form is SessionForm.AD_HOC:
            raise BadInput("PlanSeries.form", "what is planned is not ad hoc")

    @property
    def peers_named(self) -> tuple[str, ...]:
        """Whoever leads it, and those who lead it with them."""
        return (self.peer, *self.with_peers)

    @property
    def size(self) -> int:
        """How many people it is for, with those who give no name."""
        return len(self.participants) + self.anonymous

    @property
    def ahead(self) -> tuple[Occurrence, ...]:
        """Its times in the first eight weeks: those that are compared with planned sessions."""
        return tuple(
            each
            for each in self.when.occurrences
            if (each.day - self.when.first).days < LOOK_AHEAD_DAYS
        )

    @property
    def about(self) -> tuple[str, ...]:
        """The series, everyone in it, each pair, room and group, their days in the first weeks."""
        room = () if self.room is None else (self.room,)
        group = () if self.group is None else (self.group,)
        there = (*self.peers_named, *self.participants, *room)
        pairs = (pair(each, who) for each in self.peers_named for who in self.participants)
        days = busy_on(there, (each.span for each in self.ahead))
        return once_each(self.the_id, *there, *group, *pairs, *days)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The series; those that have run out are put away; everyone in it is told."""
        series = Series(
            id=self.the_id,
            peer=self.peer,
            participants=self.participants,
            form=self.form,
            room=self.room,
            when=self.when,
            with_peers=self.with_peers,
            group=self.group,
            anonymous=self.anonymous,
        )
        return Left(
            nouns=(series, *run_out(view, but=self.the_id)),
            messages=_everyone(self, series, f"Series {self.id} is planned."),
        )


@attrs.frozen(kw_only=True)
class _OfSeries(Moves):
    """What acts on one series share: who takes part may, and others say that one of them did."""

    moves: ClassVar[type[Noun]] = Series
    said_so: bool | None = maybe(bool)

    def to(self, noun: Series) -> SeriesStatus:
        """It goes on."""
        return SeriesStatus.RUNNING


class _OtherTime:
    """What moving one session and one day of a series share: the people are named again."""

    __slots__ = ()

    id: str
    peer: str
    participants: tuple[str, ...]
    with_peers: tuple[str, ...]
    room: str | None
    starts: datetime

    def __attrs_post_init__(self) -> None:
        if not 1 < self.starts.year < 9999:  # noqa: PLR2004 - so that every zone has a day for it
            raise BadInput(f"{type(self).__name__}.starts", "must lie in the years 2 to 9998")

    @property
    def peers_named(self) -> tuple[str, ...]:
        """Whoever leads it, and those who lead it with them."""
        return (self.peer, *self.with_peers)

    def _about(self, minutes: int) -> tuple[str, ...]:
        """What is moved, everyone in it, each pair, its room, and their days."""
        room = () if self.room is None else (self.room,)
        there = (*self.peers_named, *self.participants, *room)
        pairs = (pair(each, who) for each in self.peers_named for who in self.participants)
        return once_each(self.id, *there, *pairs, *busy_on(there, (span_of(self.starts, minutes),)))


@attrs.frozen(kw_only=True)
class MoveOccurrence(_OtherTime, _OfSeries):
    """Move one day of a series to another moment. The people and the room are named again."""

    kind: ClassVar[str] = "series.occurrence-moved"
    peer: str = attrs.field(validator=an_id)
    participants: tuple[str, ...] = attrs.field(converter=as_tuple, validator=any_ids)
    room: str | None = maybe_id()
    occurrence: date = attrs.field(validator=exactly(date))
    starts: datetime = attrs.field(converter=in_utc, validator=a_moment)
    agreed_by: tuple[str, ...] = maybe_ids()
    with_peers: tuple[str, ...] = maybe_ids()

    @property
    def about(self) -> tuple[str, ...]:
        """The series, everyone in it, their days: how long it takes is read."""
        return self._about(MOST_MINUTES)

    def spans(self, series: Series) -> tuple[Span, ...]:
        """The time it would take."""
        return (span_of(self.starts, series.when.minutes),)

    def session(self, view: View) -> Session | None:
        """The session that this day would have."""
        series = view.get(Series, self.id)
        if series is None:
            return None
        return Session(
            id=session_of(self.id, self.occurrence),
            form=series.form,
            peer=self.peer,
            participants=self.participants,
            starts=self.starts,
            zone=series.when.zone,
            minutes=series.when.minutes,
            with_peers=self.with_peers,
            group=series.group,
            anonymous=series.anonymous,
            room=self.room,
        )

    def moved(self, view: View) -> Series:
        """The series, with this day at another moment."""
        series: Series = super().moved(view)
        rest = (each for each in series.moved if each.day != self.occurrence)
        new = MovedOccurrence(day=self.occurrence, starts=self.starts)
        moved = tuple(sorted((*rest, new), key=lambda each: each.day))
        return ahead_of(attrs.evolve(series, moved=moved), view.now)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The series; everyone in it is told."""
        series = self.moved(view)
        inside = f"Series {self.id} has one session at another time."
        return Left(nouns=(series,), messages=_everyone(self, series, inside))


@attrs.frozen(kw_only=True)
class CancelOccurrence(_OfSeries):
    """Cancel one day of a series. No reason is asked."""

    kind: ClassVar[str] = "series.occurrence-cancelled"
    occurrence: date = attrs.field(validator=exactly(date))

    def leaves(self, view: View, judged: Judged) -> Left:
        """The series without this day; everyone in it is told."""
        series: Series = self.moved(view)
        rest = tuple(each for each in series.moved if each.day != self.occurrence)
        gone = tuple(sorted({*series.cancelled, self.occurrence}))
        series = ahead_of(attrs.evolve(series, moved=rest, cancelled=gone), view.now)
        inside = f"One session of series {self.id} is cancelled."
        return Left(nouns=(series,), messages=_everyone(self, series, inside))


@attrs.frozen(kw_only=True)
class EndSeries(_OfSeries):
    """End a series. Sessions of it that are planned already stay planned."""

    kind: ClassVar[str] = "series.ended"

    def to(self, noun: Series) -> SeriesStatus:
        """Ended."""
        return SeriesStatus.ENDED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The ended series; everyone in it is told."""
        series: Series = self.moved(view)
        return Left(nouns=(series,), messages=_everyone(self, series, f"Series {self.id} is over."))


# -- one session at another time -----------------------------------------------------------------


@attrs.frozen(kw_only=True)
class MoveSession(_OtherTime, Moves):
    """Move a planned session to another time. The people are named again, and the new room.

    Whoever had confirmed it did so for the time before, and is asked anew.
    """

    kind: ClassVar[str] = "session.moved"
    moves: ClassVar[type[Noun]] = Session
    peer: str = attrs.field(validator=an_id)
    participants: tuple[str, ...] = attrs.field(converter=as_tuple, validator=any_ids)
    starts: datetime = attrs.field(converter=in_utc, validator=a_moment)
    zone: str = a_zone()
    minutes: int = attrs.field(validator=some_minutes)
    room: str | None = maybe_id()
    said_so: bool | None = maybe(bool)
    agreed_by: tuple[str, ...] = maybe_ids()
    with_peers: tuple[str, ...] = maybe_ids()

    @property
    def about(self) -> tuple[str, ...]:
        """The session, everyone in it, each pair, the room, and their days."""
        return self._about(self.minutes)

    @property
    def day(self) -> date:
        """The day it would start on, where it takes place."""
        return day_of(self.starts, self.zone)

    def counts_on(self, day: date) -> date:
        """The day it would start on."""
        return self.day

    def session(self, view: View) -> Session | None:
        """The session as it would be."""
        before = view.get(Session, self.id)
        if before is None:
            return None
        return attrs.evolve(
            before,
            starts=self.starts,
            zone=self.zone,
            minutes=self.minutes,
            room=self.room,
            confirmed=(),
        )

    def to(self, noun: Session) -> SessionStatus:
        """As before: what is planned stays planned, and nothing else is moved."""
        return noun.status

    def leaves(self, view: View, judged: Judged) -> Left:
        """The session at its new time; everyone in it is told."""
        session = self.session(view)
        if session is None:
            return Left()
        return Left(
            nouns=(session,),
            messages=_everyone(self, session, f"Session {self.id} is at another time."),
        )
