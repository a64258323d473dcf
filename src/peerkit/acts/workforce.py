"""What carries those who carry others: supervision, debriefs, drift from the role, bias."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

import attrs

from peerkit.acts.act import (
    Act,
    Judged,
    Left,
    Makes,
    Moves,
    Saying,
    free_id,
    once_each,
    saying,
)
from peerkit.errors import BadInput
from peerkit.model import (
    SUPERVISION_MINUTES,
    SUPERVISION_TALKS,
    BiasFrom,
    BiasKind,
    BiasReport,
    BiasStatus,
    Count,
    Debrief,
    DebriefStatus,
    Drift,
    DriftCause,
    DriftStatus,
    Message,
    Noun,
    Peer,
    Supervision,
    SupervisionForm,
    Words,
    period,
)
from peerkit.model.fields import (
    PRIVATE,
    a,
    a_code,
    an_id,
    digest_of,
    exactly,
    maybe,
    maybe_id,
    maybe_ids,
    some_minutes,
    whole_minutes,
)

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = [
    "AnswerBias",
    "AskForDebrief",
    "LookAtDrift",
    "RecordSupervision",
    "ReportBias",
    "ReportDebrief",
    "ReportDrift",
]


@attrs.frozen(kw_only=True)
class RecordSupervision(Act):
    """Report that a peer has had supervision, and when. ``minutes`` is 0 when nobody counted.

    ``supervisor`` is who held it, when that was not the peer's own; ``others`` the peers who
    sat in beside ``peer``, in a group. What several people tell of one talk counts once: a
    peer has one talk of each form with one supervisor on one day, as long as the longest
    telling of it.
    """

    kind: ClassVar[str] = "supervision.recorded"
    already: ClassVar[bool] = True
    peer: str = attrs.field(validator=an_id)
    on: date = attrs.field(validator=exactly(date))
    minutes: int = whole_minutes()
    form: SupervisionForm = a(SupervisionForm, SupervisionForm.INDIVIDUAL)
    supervisor: str | None = maybe_id()
    others: tuple[str, ...] = maybe_ids()

    def __attrs_post_init__(self) -> None:
        if self.others and self.form is not SupervisionForm.GROUP:
            raise BadInput(
                "RecordSupervision.others", "a talk with several peers is a group; say form=GROUP"
            )

    @property
    def peers(self) -> tuple[str, ...]:
        """Everyone who was supervised."""
        return once_each(self.peer, *self.others)

    @property
    def about(self) -> tuple[str, ...]:
        """The peers, and the talk of each as it may be known already."""
        held_by = once_each("", self.supervisor or "")
        talks = (self._talk(each, by) for each in self.peers for by in held_by)
        return once_each(*self.peers, *talks)

    def leaves(self, view: View, judged: Judged) -> Left:
        """One talk of each known peer, counted in its month; the peer with the day, if news."""
        nouns: list[Noun] = []
        counts: list[Count] = []
        for each in self.peers:
            peer = view.get(Peer, each)
            if peer is None:
                continue
            talk = self._held(peer)
            before = view.get(Supervision, talk.id)
            more = talk.minutes - (0 if before is None else before.minutes)
            if before is None or more > 0:
                nouns.append(talk)
            had = ((SUPERVISION_TALKS, int(before is None)), (SUPERVISION_MINUTES, max(more, 0)))
            counts += (
                Count(peer.id, what, much, period(self.on, what)) for what, much in had if much
            )
            if peer.supervised is None or peer.supervised < self.on:
                nouns.append(attrs.evolve(peer, supervised=self.on))
        return Left(nouns=tuple(nouns), counts=tuple(counts))

    def _talk(self, peer: str, by: str) -> str:
        """The id of a talk: the same for whoever tells of it. ``by`` is empty for their own."""
        return digest_of(f"supervision#{peer}#{by}#{self.on.isoformat()}#{self.form}")

    def _held(self, peer: Peer) -> Supervision:
        by = self.supervisor or peer.supervisor
        return Supervision(
            id=self._talk(peer.id, "" if by == peer.supervisor else by),
            peer=peer.id,
            supervisor=by,
            form=self.form,
            on=self.on,
            minutes=self.minutes,
        )


@attrs.frozen(kw_only=True)
class AskForDebrief(Makes):
    """A peer asks to talk something over soon, after a session or after anything else.

    ``hard`` says that it was a hard one: only the peer says so, and nothing infers it.
    """

    kind: ClassVar[str] = "debrief.asked"
    makes: ClassVar[type[Noun]] = Debrief
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "peer")
    private_to: ClassVar[str] = "peer"
    peer: str = attrs.field(validator=an_id)
    hard: bool = attrs.field(default=False, validator=exactly(bool), repr=False, metadata=PRIVATE)
    session: str | None = maybe_id()

    def leaves(self, view: View, judged: Judged) -> Left:
        """A debrief that waits; the supervisor is told."""
        asked = Debrief(
            id=self.the_id,
            peer=self.peer,
            asked=judged.day,
            hard=self.hard,
            session=self.session,
        )
        inside = f"Debrief {asked.id} is asked for."
        to = _supervisor_of(view, self.peer)
        return Left(
            nouns=(asked,),
            messages=(Message(to=to or self.by, kind=self.kind, about=asked.id, inside=inside),),
        )


@attrs.frozen(kw_only=True)
class ReportDebrief(Moves):
    """Report that a debrief took place, or that the peer does not want it any more."""

    kind: ClassVar[str] = "debrief.reported"
    already: ClassVar[bool] = True
    moves: ClassVar[type[Noun]] = Debrief
    stands_on: ClassVar[tuple[str, ...]] = ("id", "peer")
    peer: str = attrs.field(validator=an_id)
    on: date = attrs.field(validator=exactly(date))
    held: bool = a(bool, default=True)

    def to(self, noun: Debrief) -> DebriefStatus:
        """Held, or not wanted any more."""
        return DebriefStatus.HELD if self.held else DebriefStatus.NOT_WANTED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The debrief as it went, also a late one; otherwise only the journal's entry."""
        asked = view.get(Debrief, self.id)
        waits = asked is not None and asked.open and asked.peer == self.peer
        own_word = self.held or self.by == self.peer
        if not waits or not own_word:
            return Left()
        held = self.on if self.held else None
        return Left(nouns=(attrs.evolve(self.moved(view), held=held),))


@attrs.frozen(kw_only=True)
class ReportDrift(Makes):
    """Report minutes that a peer worked outside the role. Anyone may; it is never a fault.

    ``asked_by`` is who asked for that work, if anybody did. The supervisor looks at it, or
    whoever is named in ``to``; what the supervisor asked for is looked at by somebody else.
    """

    kind: ClassVar[str] = "drift.reported"
    already: ClassVar[bool] = True
    makes: ClassVar[type[Noun]] = Drift
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "peer", "by")
    peer: str = attrs.field(validator=an_id)
    cause: DriftCause = attrs.field(validator=exactly(DriftCause))
    minutes: int = attrs.field(validator=some_minutes)
    on: date = attrs.field(validator=exactly(date))
    asked_by: str | None = maybe_id()
    to: str | None = maybe_id()
    what: Words | None = maybe(Words)

    def goes_on(self, before: Drift) -> bool:
        """With the same work, told again while nobody has looked at it."""
        told = (before.peer, before.cause, before.minutes, before.on, before.asked_by)
        now = (self.peer, self.cause, self.minutes, self.on, self.asked_by)
        return before.open and told == now

    def needs_another(self, view: View) -> bool:
        """Whether the supervisor asked for it, and nobody else is named to look at it."""
        asked_by = self.asked_by
        return (
            self.to is None and asked_by is not None and asked_by == _supervisor_of(view, self.peer)
        )

    def leaves(self, view: View, judged: Judged) -> Left:
        """The report, for somebody to look at. Told twice, it is there once."""
        supervisor = _supervisor_of(view, self.peer) or _supervisor_of(view, self.by)
        own = None if self.needs_another(view) else supervisor
        drift = Drift(
            id=self.the_id,
            peer=self.peer,
            cause=self.cause,
            asked_by=self.asked_by,
            minutes=self.minutes,
            on=self.on,
            to=self.to or own or self.by,
        )
        before = view.get(Drift, drift.id)
        known = before if before is not None and self.goes_on(before) else None
        return _told_to(self, view, drift, known)


@attrs.frozen(kw_only=True)
class LookAtDrift(Moves):
    """Whoever work outside the role was told to has looked at it."""

    kind: ClassVar[str] = "drift.looked-at"
    moves: ClassVar[type[Noun]] = Drift
    stands_on: ClassVar[tuple[str, ...]] = ("id", "peer")
    peer: str = attrs.field(validator=an_id)
    outcome: Words | None = maybe(Words)

    def to(self, noun: Drift) -> DriftStatus:
        """Looked at."""
        return DriftStatus.LOOKED_AT

    def leaves(self, view: View, judged: Judged) -> Left:
        """The report as it now stands."""
        said = saying(f"drift/{self.id}", self.by, self.outcome)
        return Left(nouns=(self.moved(view),), words=said)


@attrs.frozen(kw_only=True)
class ReportBias(Makes):
    """Report that somebody was treated as less for being a peer. Anyone may; never refused.

    ``setting`` is a code of the house's own, ``whose`` a role and never a person. The
    supervisor of whoever tells it looks at it, or whoever is named in ``to``.
    """

    kind: ClassVar[str] = "bias.reported"
    already: ClassVar[bool] = True
    makes: ClassVar[type[Noun]] = BiasReport
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "by")
    private_to: ClassVar[str] = "by"
    of: BiasKind = attrs.field(validator=exactly(BiasKind), repr=False, metadata=PRIVATE)
    setting: str = attrs.field(validator=a_code, repr=False, metadata=PRIVATE)
    whose: BiasFrom = attrs.field(validator=exactly(BiasFrom), repr=False, metadata=PRIVATE)
    to: str | None = maybe_id()
    what: Words | None = maybe(Words)

    def goes_on(self, before: BiasReport) -> bool:
        """With the same report, told again by the same person."""
        told = (before.told_by, before.of, before.setting, before.whose)
        return before.open and told == (self.by, self.of, self.setting, self.whose)

    def needs_another(self, view: View) -> bool:
        """Whether it came from a supervisor, and nobody is named to look at it."""
        return self.to is None and self.whose is BiasFrom.SUPERVISOR

    def leaves(self, view: View, judged: Judged) -> Left:
        """The report, for somebody to look at. Told twice, it is there once."""
        own = None if self.needs_another(view) else _supervisor_of(view, self.by)
        report = BiasReport(
            id=self.the_id,
            of=self.of,
            setting=self.setting,
            whose=self.whose,
            told_by=self.by,
            to=self.to or own or self.by,
        )
        before = view.get(BiasReport, report.id)
        known = before if before is not None and self.goes_on(before) else None
        return _told_to(self, view, report, known)


@attrs.frozen(kw_only=True)
class AnswerBias(Moves):
    """Whoever a report of bias was told to looks at it, or closes it."""

    kind: ClassVar[str] = "bias.answered"
    moves: ClassVar[type[Noun]] = BiasReport
    status: BiasStatus = attrs.field(validator=exactly(BiasStatus))
    outcome: Words | None = maybe(Words)

    def to(self, noun: BiasReport) -> BiasStatus:
        """The status that was asked for."""
        return self.status

    def leaves(self, view: View, judged: Judged) -> Left:
        """The report as it now stands."""
        said = saying(f"bias-report/{self.id}", self.by, self.outcome)
        return Left(nouns=(self.moved(view),), words=said)


def _supervisor_of(view: View, who: str) -> str | None:
    """The supervisor of a peer, or None for whoever is none."""
    peer = view.get(Peer, who)
    return None if peer is None else peer.supervisor


def _told_to(
    act: ReportDrift | ReportBias,
    view: View,
    made: Drift | BiasReport,
    known: Drift | BiasReport | None,
) -> Left:
    """What a report leaves: itself, a message to whoever looks at it, and the words.

    What is known already stays as it is; only whoever it was told to hands it on.
    """
    if known is None:
        made = attrs.evolve(made, id=free_id(view, type(made), made.id))
    elif act.by != known.to or act.to in {None, known.to}:
        return Left(words=_said(act, known))
    else:
        made = attrs.evolve(known, to=made.to)
    told = Message(to=made.to, kind=act.kind, about=made.id, inside=f"Report {made.id} is open.")
    return Left(nouns=(made,), messages=(told,), words=_said(act, made))


def _said(act: ReportDrift | ReportBias, noun: Drift | BiasReport) -> tuple[Saying, ...]:
    """The words of whoever tells it."""
    return saying(f"{noun.kind}/{noun.id}", act.by, act.what)
