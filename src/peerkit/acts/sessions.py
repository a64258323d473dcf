"""Sessions: planned, cancelled, missed, reported."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from peerkit.acts.act import Judged, Left, Makes, Moves, Saying, free_id, once_each, to_each
from peerkit.acts.concerns import new_concern, told_of
from peerkit.acts.counting import counted, counted_missed
from peerkit.errors import BadInput
from peerkit.model import (
    Activity,
    Concern,
    Message,
    Noun,
    Series,
    Session,
    SessionForm,
    SessionStatus,
    Words,
    pair,
)
from peerkit.model.fields import (
    a,
    a_moment,
    a_zone,
    an_id,
    any_ids,
    as_tuple,
    day_of,
    how_many,
    in_utc,
    made_of,
    maybe,
    maybe_id,
    maybe_ids,
    several,
    some_minutes,
)
from peerkit.model.scheduling import after_all, ahead_of, run_out, session_of
from peerkit.model.timetable import busy_on, span_of

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = [
    "CancelSession",
    "PlanSession",
    "ReportMissedSession",
    "ReportSession",
]


def in_a_group(act: Any) -> None:
    """Who comes without a name, and whoever stays away, does so in a group."""
    name = type(act).__name__
    if act.peer in act.with_peers:
        raise BadInput(f"{name}.with_peers", "names the peer of the session again")
    if not act.participants and not act.anonymous:
        raise BadInput(
            f"{name}.participants",
            "name 1 to 200 ids, or say how many come without one (anonymous)",
        )
    if act.form is SessionForm.GROUP:
        return
    for field in ("group", "anonymous", "excused", "absent"):
        if getattr(act, field, None):
            raise BadInput(f"{name}.{field}", "is said of a group; say form=GROUP")


@attrs.frozen(kw_only=True)
class _InSession(Makes):
    """What planning and reporting a session share."""

    makes: ClassVar[type[Noun]] = Session
    peer: str = attrs.field(validator=an_id)
    participants: tuple[str, ...] = attrs.field(converter=as_tuple, validator=any_ids)
    form: SessionForm = a(SessionForm, SessionForm.ONE_TO_ONE)
    starts: datetime = attrs.field(converter=in_utc, validator=a_moment)
    zone: str = a_zone()
    minutes: int = attrs.field(validator=some_minutes)
    activities: tuple[Activity, ...] = several(Activity, least=1)
    with_peers: tuple[str, ...] = maybe_ids()
    group: str | None = maybe_id()
    anonymous: int = how_many()
    room: str | None = maybe_id()
    series: str | None = maybe_id()
    occurrence: date | None = maybe(date)

    def __attrs_post_init__(self) -> None:
        in_a_group(self)
        if (self.series is None) is not (self.occurrence is None):
            raise BadInput(
                f"{type(self).__name__}.occurrence", "name the series and the day of its rule"
            )
        if self.form is not SessionForm.GROUP and len(self.participants) != 1:
            raise BadInput(
                f"{type(self).__name__}.participants",
                f"a session with {len(self.participants)} participants is a group; say form=GROUP",
            )
        if not 1 < self.starts.year < 9999:  # noqa: PLR2004 - so that every zone has a day for it
            raise BadInput(f"{type(self).__name__}.starts", "must lie in the years 2 to 9998")
        if sum(each.minutes for each in self.activities) > self.minutes:
            raise BadInput(
                f"{type(self).__name__}.activities", "take more minutes than the session has"
            )

    @property
    def about(self) -> tuple[str, ...]:
        """The session, everyone in it, each pair, its group, and whoever a story belongs to."""
        others = {each.of for each in self.activities if each.of is not None}
        pairs = tuple(pair(each, who) for each in self.peers_named for who in self.participants)
        group = () if self.group is None else (self.group,)
        named = once_each(self.the_id, *self.peers_named, *self.participants, *pairs, *group)
        return (*named, *sorted(others.difference(named))) if others else named

    @property
    def peers_named(self) -> tuple[str, ...]:
        """Whoever leads it, and those who lead it with them."""
        return (self.peer, *self.with_peers)

    @property
    def participants_named(self) -> tuple[str, ...]:
        """Whoever comes and gives a name."""
        return self.participants

    @property
    def size(self) -> int:
        """How many people it is for, with those who give no name."""
        return len(self.participants) + self.anonymous

    @property
    def activities_named(self) -> tuple[Activity, ...]:
        """What is done in it."""
        return self.activities

    @property
    def day(self) -> date:
        """The day it starts on, where it takes place."""
        return day_of(self.starts, self.zone)

    def counts_on(self, day: date) -> date:
        """The day it starts on."""
        return self.day

    def _same(self) -> dict[str, Any]:
        """What a plan, its session and its report have in common."""
        return {each: getattr(self, each) for each in _SHARED}

    def _session(self, **how: Any) -> Session:
        return Session(id=self.the_id, **self._same(), **how)


#: The fields of a session, which come after those of every act that makes something.
_SHARED: Final = tuple(each.name for each in attrs.fields(_InSession)[len(attrs.fields(Makes)) :])


@attrs.frozen(kw_only=True)
class PlanSession(_InSession):
    """Plan time together: one to one, or a group.

    ``agreed_by`` are those in it, beside whoever asks, who said that this time is fine
    with them. One that is an ``occurrence`` of a ``series`` is called after both,
    and is planned again under the same id when it was cancelled.
    """

    kind: ClassVar[str] = "session.planned"
    agreed_by: tuple[str, ...] = maybe_ids()

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.form is SessionForm.AD_HOC:
            raise BadInput("PlanSession.form", "an ad hoc session is reported, not planned")
        if self.id is None and self.series is not None and self.occurrence is not None:
            object.__setattr__(self, "id", session_of(self.series, self.occurrence))

    @property
    def about(self) -> tuple[str, ...]:
        """What every session is about, its room and series, and everyone's days in UTC."""
        room = () if self.room is None else (self.room,)
        series = () if self.series is None else (self.series,)
        there = (*self.peers_named, *self.participants, *room)
        days = busy_on(there, (span_of(self.starts, self.minutes),))
        return once_each(*super().about, *room, *series, *days)

    def goes_on(self, before: Session) -> bool:
        """With the same day of the same series, where its session was cancelled."""
        return (
            before.status is SessionStatus.CANCELLED
            and self.series is not None
            and (before.series, before.occurrence) == (self.series, self.occurrence)
        )

    def held(self, *, by: str, key: str | None = None, note: Words | None = None) -> ReportSession:
        """The report that it took place as it was planned. The plan must have its id."""
        return ReportSession(by=by, key=key, id=self.the_id, note=note, **self._same())

    def leaves(self, view: View, judged: Judged) -> Left:
        """A planned session, which speaks for its day of a series; everyone in it is told.

        What has run out is put away.
        """
        series = None if self.series is None else view.get(Series, self.series)
        day = self.occurrence
        rest = (
            () if series is None or day is None else (ahead_of(after_all(series, day), view.now),)
        )
        return Left(
            nouns=(self._session(), *rest, *run_out(view, but=self.series)),
            messages=tuple(
                Message(
                    to=who,
                    kind=self.kind,
                    about=self.the_id,
                    inside=f"Session {self.id} is planned.",
                )
                for who in (*self.participants, *self.peers_named)
            ),
        )


@attrs.frozen(kw_only=True)
class CancelSession(Moves):
    """Cancel a planned session. No reason is asked.

    Those who take part may; anybody else says that one of them wants it (``said_so``).
    """

    kind: ClassVar[str] = "session.cancelled"
    moves: ClassVar[type[Noun]] = Session
    said_so: bool | None = maybe(bool)

    def to(self, noun: Session) -> SessionStatus:
        """Cancelled."""
        return SessionStatus.CANCELLED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The cancelled session; everyone in it is told."""
        session = self.moved(view)
        return Left(
            nouns=(session,),
            messages=to_each(
                self,
                self.id,
                f"Session {self.id} is cancelled.",
                *session.participants,
                *session.peers,
            ),
        )


@attrs.frozen(kw_only=True)
class ReportMissedSession(Moves):
    """Report that a planned session did not happen because somebody did not come.

    ``who`` did not come, and ``excused`` whether they had told. Both may be left out.
    Nothing is decided by it: staying away is held against nobody.
    """

    kind: ClassVar[str] = "session.missed"
    already: ClassVar[bool] = True
    moves: ClassVar[type[Noun]] = Session
    who: str | None = maybe_id()
    excused: bool | None = maybe(bool)

    def to(self, noun: Session) -> SessionStatus:
        """Missed."""
        return SessionStatus.MISSED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The missed session, counted of who missed it; if it was not planned, only the entry.

        The others in it are told, so that a new time can be planned, and not who stayed away.
        """
        if not judged.allowed:
            return Left()
        session = attrs.evolve(self.moved(view), no_show=self.who, no_show_excused=self.excused)
        counts = counted_missed(session, self.who, excused=self.excused)
        others = (each for each in (*session.participants, *session.peers) if each != self.by)
        inside = f"Session {self.id} did not take place. A new time can be planned."
        return Left(
            nouns=(session,), counts=counts, messages=to_each(self, self.id, inside, *others)
        )


@attrs.frozen(kw_only=True)
class ReportSession(_InSession):
    """Report a session that happened, planned or ad hoc. It is never refused.

    Minutes outside the role do not count as peer support. Where a boundary was
    crossed, a concern is opened and the supervisor is told; a mistake in the record
    itself (a day to come, an id that is taken) opens none. ``note`` is kept
    apart from the journal. ``corrects`` true puts right what was reported
    under this id before: its minutes are taken back, and these counted. A
    concern that it had opened stays open until the supervisor has looked at it.

    Of a group, ``participants`` are those who came and gave an id, ``anonymous``
    is how many came without one, ``excused`` and ``absent`` are those who were
    expected and did not come. Nobody has to say why.
    """

    kind: ClassVar[str] = "session.reported"
    already: ClassVar[bool] = True
    note: Words | None = maybe(Words)
    corrects: bool = a(bool, default=False)
    excused: tuple[str, ...] = maybe_ids()
    absent: tuple[str, ...] = maybe_ids()

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        for one, other in combinations(("participants", "excused", "absent"), 2):
            if not {*getattr(self, one)}.isdisjoint(getattr(self, other)):
                raise BadInput(
                    f"ReportSession.{other}", f"names somebody who is named in {one} as well"
                )

    @property
    def about(self) -> tuple[str, ...]:
        """What every session is about, who did not come, and the concern that may come of it."""
        return once_each(*super().about, *self.others_named, made_of(self.the_id, "concern"))

    @property
    def others_named(self) -> tuple[str, ...]:
        """Those who were expected and did not come."""
        return (*self.excused, *self.absent)

    @property
    def ends(self) -> datetime:
        """The moment it was over."""
        return self.starts + timedelta(minutes=self.minutes)

    def moment(self, now: datetime) -> datetime:
        """The handbook of the day it happened judges it."""
        return min(self.starts, now)

    def goes_on(self, before: Session) -> bool:
        """With the plan of these people, or with the report it corrects."""
        if before.peer != self.peer:
            return False
        if before.status is SessionStatus.HELD:
            return self.corrects or self._told_before(before)
        if before.status is not SessionStatus.PLANNED:
            return False
        return self.form is SessionForm.GROUP or before.participants == self.participants

    def leaves(self, view: View, judged: Judged) -> Left:
        """The held session, its minutes, the note, and a concern where there must be one.

        Told twice, a session is there once. Another one under an id that is
        taken is kept under an id of its own.
        """
        held = self._held(self._counted(judged))
        counts = counted(held, 1)
        before = view.get(Session, self.the_id)
        if before is not None and not self.corrects and self._told_before(before):
            return Left(words=self._said(before.id))
        if before is not None and not self.goes_on(before):
            held = attrs.evolve(held, id=free_id(view, Session, self.the_id))
        elif before is not None and before.status is SessionStatus.HELD:
            counts = (*counted(before, -1), *counts)
        concerns = (self._concern(view, judged, held.id),) if judged.crossed else ()
        return Left(
            nouns=(held, *concerns),
            counts=counts,
            messages=tuple(told_of(view, self, each) for each in concerns),
            words=self._said(held.id),
        )

    def uses_up(self, view: View, judged: Judged) -> tuple[Noun, ...]:
        """Told twice, it uses up nothing again."""
        before = view.get(Session, self.the_id)
        twice = before is not None and not self.corrects and self._told_before(before)
        return () if twice else super().uses_up(view, judged)

    def _told_before(self, before: Session) -> bool:
        """Whether this very session is kept already."""
        return before == self._held(before.counted)

    def _held(self, counted: int) -> Session:
        """The session as it was."""
        return self._session(
            status=SessionStatus.HELD, counted=counted, excused=self.excused, absent=self.absent
        )

    def _said(self, session: str) -> tuple[Saying, ...]:
        if self.note is None:
            return ()
        owner = self.peer if self.form is SessionForm.GROUP else self.participants[0]
        return (Saying(f"session/{session}", owner, self.note),)

    def _counted(self, judged: Judged) -> int:
        """The minutes that were peer support: an uncounted activity outside it spoils them all."""
        outside = [self.activities[each].minutes for each in judged.outside]
        return 0 if judged.whole or 0 in outside else self.minutes - sum(outside)

    def _concern(self, view: View, judged: Judged, session: str) -> Concern:
        return new_concern(view, session, self.peer, self.participants, judged.crossed)
