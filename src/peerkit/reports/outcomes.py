"""What came of it, row by row: questionnaires, milestones, days housed, and counts of people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from peerkit.errors import BadInput, must_be
from peerkit.handbook.instruments import instrument
from peerkit.handbook.scoring import score
from peerkit.model import (
    Area,
    Measure,
    MeasureStatus,
    Milestone,
    MilestoneKind,
    MilestoneStatus,
    ToldBy,
)
from peerkit.reports.housing import days_housed, returns, stays_of
from peerkit.reports.small_cells import Masked, least_shown, masked

if TYPE_CHECKING:
    from peerkit.program import Program

__all__ = ["HousedRow", "MeasureRow", "MilestoneRow", "Outcomes", "outcomes", "unseen"]


@attrs.frozen(kw_only=True)
class MeasureRow:
    """One questionnaire of one participant.

    ``scaled`` is None while ``missing`` items have no answer; ``change`` is the
    difference to ``before``, the participant's last score with this instrument.
    """

    participant: str
    instrument: str = attrs.field(repr=False)
    on: date
    total: int | None = attrs.field(repr=False)
    scaled: int | None = attrs.field(repr=False)
    missing: int
    alike: bool
    before: int | None = attrs.field(repr=False)
    change: int | None = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class MilestoneRow:
    """One day on which something changed for one participant."""

    participant: str
    area: Area = attrs.field(repr=False)
    of: MilestoneKind = attrs.field(repr=False)
    on: date
    told: ToldBy


@attrs.frozen(kw_only=True)
class HousedRow:
    """How many days of the period one participant had a home, of those that anybody knows of."""

    participant: str
    housed: int
    known: int


@attrs.frozen(kw_only=True)
class Outcomes:
    """What came of it in the days ``since`` ≤ day < ``until``.

    The rows name participants by their pseudonyms: they are for the program
    itself. ``people`` (by milestone and month) and ``returns`` (by bucket of
    days) are counts of people with small ones hidden; they may be shown, where
    the book sets the limit ``small-cell``.
    """

    since: date
    until: date
    measures: tuple[MeasureRow, ...]
    milestones: tuple[MilestoneRow, ...]
    housed: tuple[HousedRow, ...]
    people: Masked
    returns: Masked


def outcomes(program: Program, since: date, until: date, *, least: int | None = None) -> Outcomes:
    """What the records of these days say. What was doubted when it was told is not in it.

    ``least`` is the smallest count above zero that is shown; without it, the
    book of the last day says so (the limit ``small-cell``), if it does.
    """
    must_be(date, since, "since", "give a date")
    must_be(date, until, "until", "give a date")
    if until <= since:
        raise BadInput("until", "must be later than since")
    told = [each for each in program.every(Milestone) if _counts(each)]
    kept = [each for each in program.every(Measure) if _counts(each)]
    last = until - timedelta(days=1)
    smallest = least_shown(program.handbook.on(last)) if least is None else least
    within = [each for each in told if since <= each.on < until]
    back = returns(stays_of(told), since, last)
    buckets = {(name, "people"): count for name, count in back.counts.items()}
    return Outcomes(
        since=since,
        until=until,
        measures=tuple(each for each in _measured(kept) if since <= each.on < until),
        milestones=tuple(
            MilestoneRow(
                participant=each.participant,
                area=each.of.area,
                of=each.of,
                on=each.on,
                told=each.told,
            )
            for each in sorted(within, key=lambda each: (each.on, each.participant, each.id))
        ),
        housed=tuple(_housed(told, since, until)),
        people=masked(_people(within), smallest),
        returns=masked(buckets, smallest),
    )


def unseen(program: Program) -> tuple[str, ...]:
    """The ids of measures with a sign of danger that nobody has looked at yet."""
    return tuple(each.id for each in program.every(Measure, status=MeasureStatus.UNSEEN))


def _counts(each: Measure | Milestone) -> bool:
    """Whether it is in reports: what was taken back is not, nor what was left open."""
    gone = {MeasureStatus.WITHDRAWN, MilestoneStatus.WITHDRAWN}
    return each.counted and each.status not in gone


def _measured(kept: Iterable[Measure]) -> Iterable[MeasureRow]:
    """A row for each measure, in order of time, beside the score before it."""
    last: dict[tuple[str, str], int] = {}
    for each in sorted(kept, key=lambda each: (each.on, each.participant, each.id)):
        found = score(instrument(each.instrument), each.points)
        who = each.participant, each.instrument
        before, now = last.get(who), found.scaled
        yield MeasureRow(
            participant=each.participant,
            instrument=each.instrument,
            on=each.on,
            total=found.total,
            scaled=now,
            missing=len(found.missing),
            alike=found.alike,
            before=before,
            change=None if before is None or now is None else now - before,
        )
        if now is not None:
            last[who] = now


def _housed(told: Iterable[Milestone], since: date, until: date) -> Iterable[HousedRow]:
    each_person: dict[str, list[Milestone]] = defaultdict(list)
    for each in told:
        each_person[each.participant].append(each)
    for who, theirs in sorted(each_person.items()):
        housed, known = days_housed(theirs, since, until)
        if known:
            yield HousedRow(participant=who, housed=housed, known=known)


def _people(within: Iterable[Milestone]) -> Mapping[tuple[str, str], int]:
    """How many people each milestone came to in each month."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in sorted(within, key=lambda each: (each.on, each.of)):
        found[str(each.of), f"{each.on:%Y-%m}"].add(each.participant)
    return MappingProxyType({cell: len(people) for cell, people in found.items()})
