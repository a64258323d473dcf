"""How a program stands: counts, minutes, refusals. No person is named in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.acts import ACTS
from peerkit.model import (
    Concern,
    Goal,
    Match,
    Participant,
    ParticipantStatus,
    Peer,
    PeerStatus,
    Session,
    SessionStatus,
)

if TYPE_CHECKING:
    from peerkit.program import Program

__all__ = ["Summary", "summary"]


#: The kinds of act that report something: what they tell is kept whatever the verdict.
_REPORTS: Final = frozenset(each.kind for each in ACTS if each.already)


@attrs.frozen(kw_only=True)
class Summary:
    """Counts by status, minutes of peer support and outside it, and what was refused.

    ``minutes`` are those of sessions held, ``counted`` how many of them were
    peer support. ``refused`` counts, by clause of the handbook, the requests
    that were not allowed; ``crossed`` the reports in which it was not kept to.
    """

    peers: int
    participants: int
    both: int
    matches: Mapping[str, int]
    sessions: Mapping[tuple[str, str], int]
    minutes: int
    counted: int
    goals: int
    concerns: int
    refused: Mapping[str, int]
    crossed: Mapping[str, int]
    entries: int
    messages: int
    waiting: int


def summary(program: Program) -> Summary:
    """How this program stands now. Memory grows with its people, not with their sessions."""
    peers = {each.id for each in program.every(Peer, status=PeerStatus.SERVING)}
    taking_part = program.every(Participant, status=ParticipantStatus.TAKING_PART)
    participants = {each.id for each in taking_part}
    sessions: Counter[tuple[str, str]] = Counter()
    minutes = counted = 0
    for each in program.every(Session):
        sessions[str(each.form), str(each.status)] += 1
        if each.status is SessionStatus.HELD:
            minutes += each.minutes
            counted += each.counted
    refused: Counter[str] = Counter()
    crossed: Counter[str] = Counter()
    entries = 0
    for entry in program.journal():
        entries += 1
        body = entry.read()
        if body["verdict"] != "ALLOWED":
            heaviest = {
                clause for clause, verdict, *_ in body["findings"] if verdict == body["verdict"]
            }
            (crossed if body["act"]["act"] in _REPORTS else refused).update(heaviest)
    messages, waiting = program.store.outbox()
    return Summary(
        peers=len(peers),
        participants=len(participants),
        both=len(peers & participants),
        matches=MappingProxyType(Counter(str(each.status) for each in program.every(Match))),
        sessions=MappingProxyType(sessions),
        minutes=minutes,
        counted=counted,
        goals=program.count(Goal),
        concerns=program.count(Concern, open=True),
        refused=MappingProxyType(refused),
        crossed=MappingProxyType(crossed),
        entries=entries,
        messages=messages,
        waiting=waiting,
    )
