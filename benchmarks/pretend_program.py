"""An ordinary program for measuring: peers, the people they walk with, and their sessions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Final, TypeAlias

import attrs

import peerkit as pk

__all__ = ["BEGINNING", "NOW", "PAIRS", "Clock", "Pairs", "begin", "goal", "planned", "reported"]

#: When everybody began, and the moment at which the rest is asked.
BEGINNING: Final = datetime(2025, 10, 6, 9, tzinfo=UTC)
NOW: Final = datetime(2026, 11, 20, 18, tzinfo=UTC)
PEERS: Final = 10
PEOPLE_EACH: Final = 10
#: Who walks with whom.
Pairs: TypeAlias = tuple[tuple[str, str], ...]
PAIRS: Final[Pairs] = tuple(
    (f"peer-{peer:02}", f"person-{peer:02}-{person:02}")
    for peer in range(PEERS)
    for person in range(PEOPLE_EACH)
)
_LISTENING: Final = (pk.Activity(id="listen"),)
#: Every plan has a time of its own: nobody is in two places at once.
_FREE: Final = count(1)


@attrs.define
class Clock:
    """A clock that stands where it is put."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """The moment it is put to."""
        return self.now


def begin(program: pk.Program, clock: Clock, pairs: Pairs = PAIRS) -> int:
    """Welcome and match everybody, long ago; supervision was lately. How many acts that took."""
    clock.now = BEGINNING
    done = list(program.do_all(_beginnings(pairs)))
    clock.now = NOW
    lately = NOW.date() - timedelta(days=4)
    peers = sorted({peer for peer, _ in pairs})
    told = (pk.RecordSupervision(by="supervisor", peer=each, on=lately) for each in peers)
    done += program.do_all(told)
    for each in done:
        assert each.allowed, each.explain()
    return len(done)


def _beginnings(pairs: Pairs) -> Iterator[pk.Act]:
    by = "coordinator"
    homelessness = pk.LivedExperience(of=pk.Experience.HOMELESSNESS)
    for peer in sorted({peer for peer, _ in pairs}):
        yield pk.WelcomePeer(
            by=by,
            id=peer,
            role=pk.Role.WORKER,
            supervisor="supervisor",
            since=date(2025, 1, 6),
            supervised=BEGINNING.date(),
            experiences=(homelessness,),
        )
    for peer, person in pairs:
        match = f"match-{person}"
        yield pk.WelcomeParticipant(by=by, id=person)
        yield pk.ProposeMatch(by=by, id=match, peer=peer, participant=person)
        yield pk.AcceptMatch(by=person, id=match, peer=peer, participant=person)
        yield pk.AgreeBoundaries(
            by=person,
            id=f"agreement-{person}",
            peer=peer,
            participant=person,
            topics=(pk.Topic.CONFIDENTIALITY_LIMITS,),
        )


def reported(
    chance: random.Random, ago: timedelta = timedelta(), pairs: Pairs = PAIRS
) -> pk.ReportSession:
    """An ordinary session in the week before: one to one, one activity, no note."""
    peer, person = chance.choice(pairs)
    before = timedelta(minutes=15 * chance.randrange(4 * 24 * 7))
    return pk.ReportSession(
        by=peer,
        peer=peer,
        participants=(person,),
        starts=NOW - timedelta(hours=2) - before - ago,
        minutes=60,
        activities=_LISTENING,
    )


def planned(chance: random.Random) -> pk.PlanSession:
    """A session to come, at a time when everybody is free; both are told."""
    peer, person = chance.choice(PAIRS)
    return pk.PlanSession(
        by=peer,
        peer=peer,
        participants=(person,),
        starts=NOW + timedelta(hours=5 * next(_FREE)),
        minutes=60,
        activities=_LISTENING,
    )


def goal(chance: random.Random) -> pk.SetGoal:
    """A goal in a participant's own words."""
    _, person = chance.choice(PAIRS)
    return pk.SetGoal(by=person, participant=person, words=pk.Words("Ring my sister once a week."))
