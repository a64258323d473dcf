"""How the peers themselves are carried: hours, drift from the role, pay, and who waits.

These name peers by their ids: they are for those who look after them, and not for publication.
A stretch of time is half-open: the days ``since`` ≤ day < ``until``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.errors import must_be
from peerkit.model import (
    MINUTES_GIVEN_A_WEEK,
    Credential,
    Debrief,
    DebriefStatus,
    Drift,
    DriftCause,
    Match,
    MatchStatus,
    PayRecord,
    Peer,
    PeerStatus,
    Session,
    SessionStatus,
    Supervision,
    SupervisionForm,
    Training,
    TrainingTopic,
    period,
)

if TYPE_CHECKING:
    from peerkit.program import Program

__all__ = [
    "InInterval",
    "RoleDrift",
    "Talks",
    "ToHandOver",
    "debriefs_overdue",
    "in_interval",
    "minutes_a_week",
    "percent_of_living_wage",
    "role_drift",
    "talks",
    "to_hand_over",
]

_OPEN_MATCHES: Final = frozenset({MatchStatus.PROPOSED, MatchStatus.ACCEPTED})


@attrs.frozen(kw_only=True)
class InInterval:
    """Minutes in the interval of a credential: of service, of supervision, of training by topic."""

    service: int
    supervision: int
    training: Mapping[TrainingTopic, int]


def in_interval(program: Program, credential: Credential) -> InInterval:
    """What the records show of a credential's interval. Supervision is no service."""
    must_be(Credential, credential, "credential", "give a Credential")
    peer, since, until = credential.peer, credential.since, credential.until
    training: Counter[TrainingTopic] = Counter()
    for each in program.every(Training, about=peer):
        if each.peer == peer and since <= each.on < until:
            training[each.topic] += each.minutes
    held = talks(program, peer, since, until).values()
    return InInterval(
        service=sum(each.counted for each in _held(program, peer, since, until)),
        supervision=sum(each.minutes for each in held),
        training=MappingProxyType(training),
    )


def _held(program: Program, peer: str | None, since: date, until: date) -> Iterator[Session]:
    """The sessions that a peer, or anybody, held in a stretch of time."""
    for each in program.every(Session, about=peer):
        theirs = peer is None or peer in each.peers
        if theirs and each.status is SessionStatus.HELD and since <= each.day < until:
            yield each


def minutes_a_week(program: Program, peer: str, since: date, until: date) -> Mapping[str, int]:
    """A peer's minutes of peer support by ISO week (``2026-W45``): a caseload in hours."""
    found: Counter[str] = Counter()
    for each in _held(program, peer, since, until):
        found[period(each.day, MINUTES_GIVEN_A_WEEK)] += each.counted
    return MappingProxyType(found)


@attrs.frozen(kw_only=True)
class Talks:
    """How many talks there were, and how many minutes of them were counted."""

    times: int
    minutes: int


def talks(program: Program, peer: str, since: date, until: date) -> Mapping[SupervisionForm, Talks]:
    """A peer's supervision by its form: individual, group, reflective."""
    times: Counter[SupervisionForm] = Counter()
    minutes: Counter[SupervisionForm] = Counter()
    for each in program.every(Supervision, about=peer):
        if each.peer == peer and since <= each.on < until:
            times[each.form] += 1
            minutes[each.form] += each.minutes
    return MappingProxyType(
        {form: Talks(times=times[form], minutes=minutes[form]) for form in times}
    )


@attrs.frozen(kw_only=True)
class RoleDrift:
    """Minutes outside the role: told of by cause, and those of sessions that did not count."""

    by_cause: Mapping[DriftCause, int]
    in_sessions: int


def role_drift(program: Program, since: date, until: date) -> RoleDrift:
    """Minutes that peers worked outside their role, everybody's together: nobody is named."""
    found: Counter[DriftCause] = Counter()
    for each in program.every(Drift):
        if since <= each.on < until:
            found[each.cause] += each.minutes
    lost = sum(
        (each.minutes - each.counted) * len(each.peers)
        for each in _held(program, None, since, until)
    )
    return RoleDrift(by_cause=MappingProxyType(found), in_sessions=lost)


def percent_of_living_wage(program: Program, day: date, currency: str) -> Mapping[str, int]:
    """What each peer is paid on a day, in whole percent of the living wage, rounded down.

    The living wage is the number of the limit ``living-wage``, which a layer of the house gives
    in the smallest coin of ``currency``. Without that number nothing is said of anybody.
    """
    wage = program.handbook.on(day).clause("living-wage").value
    if not wage:
        return MappingProxyType({})
    return MappingProxyType(
        {
            each.peer: each.hourly * 100 // wage
            for each in program.every(PayRecord)
            if each.currency == currency
            and each.since <= day
            and (each.until is None or day < each.until)
        }
    )


@attrs.frozen(kw_only=True)
class ToHandOver:
    """What a peer who is away leaves open: the ids of matches and of planned sessions."""

    peer: str
    matches: tuple[str, ...]
    sessions: tuple[str, ...]


def to_hand_over(program: Program) -> tuple[ToHandOver, ...]:
    """Who has stepped back or left, and what of theirs is still open. It is nobody's fault."""
    found = []
    for peer in program.every(Peer):
        if peer.status is PeerStatus.SERVING:
            continue
        matches = tuple(
            each.id
            for each in program.every(Match, about=peer.id)
            if each.peer == peer.id and each.status in _OPEN_MATCHES
        )
        sessions = tuple(
            each.id
            for each in program.every(Session, about=peer.id)
            if peer.id in each.peers and each.status is SessionStatus.PLANNED
        )
        if matches or sessions:
            found.append(ToHandOver(peer=peer.id, matches=matches, sessions=sessions))
    return tuple(found)


def debriefs_overdue(program: Program, day: date) -> tuple[Debrief, ...]:
    """Debriefs that were asked for longer ago than the book has days for, and are not held yet."""
    clause = program.handbook.on(day).clause("debrief-days")
    return tuple(
        each
        for each in program.every(Debrief)
        if each.status is DebriefStatus.ASKED and not clause.keeps((day - each.asked).days)
    )
