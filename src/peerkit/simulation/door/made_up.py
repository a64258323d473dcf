"""A program that is plainly made up, in any store: with the flaws that real records have.

For those who build services on peerkit and want something to test them with. Nobody in it has a
name, no word in it was ever said, and where each flaw lies is told.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.acts import ReportSession
from peerkit.model import Words
from peerkit.simulation.door.answering import Refusal
from peerkit.simulation.door.desk import PLANNING, Desk, Visit
from peerkit.simulation.door.year import live
from peerkit.simulation.lives.luck import Luck
from peerkit.simulation.scenarios.given import given, share

if TYPE_CHECKING:
    from peerkit.acts import Act
    from peerkit.decisions import Decision
    from peerkit.simulation.record import Run
    from peerkit.simulation.scenarios.scenario import Scenario
    from peerkit.stores import Store

__all__ = ["Flaw", "FlawKind", "Flaws", "Pretended", "pretend"]

#: What is written where a note is: nobody could take it for somebody's words.
_NOTE: Final = Words("Made up: nobody said or did this.")
#: What may stand against a plan at an hour that is taken, and against a note that comes late.
_TAKEN: Final = PLANNING | {"double-booking"}
_LATE: Final = frozenset({"note-within-business-days", "note-within-days"})
_HALF: Final = 0.5


class FlawKind(StrEnum):
    """What is wrong: sent twice, never written down, written down late, or two at one time."""

    DUPLICATE = "duplicate"
    GAP = "gap"
    LATE_NOTE = "late-note"
    OVERLAP = "overlap"


@attrs.frozen(kw_only=True)
class Flaws:
    """How much is wrong: shares, each drawn apart. Nothing is, unless it is asked for.

    Of the duplicates half are sent with the key of the first, and half without one.
    """

    duplicates: float = share(0.0, "of the acts are sent a second time")
    gaps: float = share(0.0, "of the sessions held are never written down")
    late_notes: float = share(0.0, "of the others are written down some days later")
    days_late: int = given(10, "days later at most", "days", least=1, most=300)
    overlaps: float = share(0.0, "of the sessions are at the hour of another of that peer")
    notes: float = share(0.2, "of the sessions have a note, made up like the rest")


@attrs.frozen(kw_only=True)
class Flaw:
    """One flaw and where it lies: ``about`` is the session, or what was sent twice.

    ``verdict``, ``clauses`` and ``again`` are what the program answered; of a gap it heard
    nothing. ``key`` is the one with which the act was sent.
    """

    kind: FlawKind
    day: date
    act: str
    about: str
    key: str | None = None
    verdict: str = ""
    clauses: tuple[str, ...] = ()
    again: bool = False


@attrs.frozen(kw_only=True)
class Pretended:
    """What was done: how many acts were sent, what happened, and every flaw in order.

    ``run`` tells what happened, also where it was never written down.
    """

    run: Run
    acts: int
    flaws: tuple[Flaw, ...]

    def of(self, kind: FlawKind) -> tuple[Flaw, ...]:
        """The flaws of one kind."""
        return tuple(each for each in self.flaws if each.kind is kind)


def pretend(
    scenario: Scenario, store: Store, *, seed: int = 1, flaws: Flaws | None = None
) -> Pretended:
    """Fill an empty program with what happens in a scenario, and with these flaws.

    The same scenario, seed and flaws give the same acts. Raises
    :class:`~peerkit.errors.BadInput` for a store that is not empty.
    """
    luck = Luck(seed)
    desk = _Careless(scenario, store, luck, Flaws() if flaws is None else flaws)
    run = live(scenario, luck, desk)
    return Pretended(run=run, acts=desk.sent, flaws=tuple(desk.found))


class _Careless(Desk):
    """A desk at which things go wrong, as often as it was asked for."""

    def __init__(self, scenario: Scenario, store: Store, luck: Luck, flaws: Flaws) -> None:
        super().__init__(scenario, store)
        self._luck = luck
        self._flaws = flaws
        self._times: Counter[str] = Counter()
        self.sent = 0
        self.found: list[Flaw] = []
        #: What is still to be written down, and from which day on.
        self._later: list[tuple[date, Visit, ReportSession]] = []
        #: Each peer's last plan and when it was asked for, and the last session they held.
        self._planned: dict[str, tuple[datetime, Visit]] = {}
        self._held: dict[str, Visit] = {}

    def do(self, act: Act) -> Decision:
        """One act with a key of its own, and perhaps once more."""
        self.sent += 1
        act = attrs.evolve(act, key=f"pretend/{self.sent}")
        decision = super().do(act)
        if self._happens("duplicate", self._flaws.duplicates):
            if self._happens("without a key", _HALF):
                act = attrs.evolve(act, key=None)
            self.sent += 1
            self._answered(FlawKind.DUPLICATE, super().do(act))
        return decision

    def plan(self, visit: Visit) -> Refusal | None:
        """A plan; some are asked first for an hour at which the peer sees somebody else."""
        now, other = self._planned.get(visit.peer, (None, visit))
        if now == self.now and self._happens("overlap of plans", self._flaws.overlaps):
            there = attrs.evolve(visit, id=f"{visit.id}/at-once", starts=other.starts)
            self._answered(FlawKind.OVERLAP, self.ask_for(self.plan_of(there), _TAKEN))
        refusal = super().plan(visit)
        if refusal is None:
            self._planned[visit.peer] = self.now, visit
        return refusal

    def held(self, visit: Visit) -> None:
        """A session is written down today, some day, or never."""
        if self._happens("gap", self._flaws.gaps):
            gap = Flaw(kind=FlawKind.GAP, day=self.today, act=ReportSession.kind, about=visit.id)
            self.found.append(gap)
            return
        other = self._held.get(visit.peer, visit)
        overlaps = other is not visit and other.starts.date() == self.today
        overlaps = overlaps and self._happens("overlap", self._flaws.overlaps)
        if overlaps:
            visit = attrs.evolve(visit, starts=other.starts)
        self._held[visit.peer] = visit
        report = self.report_of(visit)
        if self._happens("note", self._flaws.notes):
            report = attrs.evolve(report, note=_NOTE)
        if overlaps:
            self._answered(FlawKind.OVERLAP, self.report(report, visit))
        elif self._happens("late note", self._flaws.late_notes):
            nth = self._times["late note"]
            late = 1 + int(self._luck.bits("days late", nth)) % self._flaws.days_late
            self._later.append((self.today + timedelta(days=late), visit, report))
        else:
            self.report(report, visit)

    def end_of_day(self) -> None:
        """What was put off until today is written down; on the last day, all of it."""
        last = self.today == self.scenario.date_of(self.scenario.days - 1)
        due = [each for each in self._later if last or each[0] <= self.today]
        self._later = [each for each in self._later if not last and each[0] > self.today]
        for _, visit, report in due:
            decision = self.report(report, visit, _LATE)
            if report.starts.date() < self.today:
                self._answered(FlawKind.LATE_NOTE, decision)

    def _happens(self, purpose: str, share: float) -> bool:
        """Whether it does this time; each purpose has a stream of its own."""
        self._times[purpose] += 1
        return bool(share and self._luck.chance(purpose, self._times[purpose]) < share)

    def _answered(self, kind: FlawKind, decision: Decision) -> None:
        act = decision.act
        against = (each.clause.id for each in decision.findings if not each.allowed)
        self.found.append(
            Flaw(
                kind=kind,
                day=self.today,
                act=act.kind,
                about=getattr(act, "id", None) or act.about[0],
                key=act.key,
                verdict=decision.verdict.name.lower(),
                clauses=tuple(dict.fromkeys(against)),
                again=decision.again,
            )
        )
