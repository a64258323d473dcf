"""Asks the rules, so that a page shows what they answer and not what a file says they should."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from peerkit.acts import DoActivity
from peerkit.decisions import Rules, decide
from peerkit.handbook.asking import combinations
from peerkit.model import Activity, Participant, Peer, Role, View
from peerkit.rules import ROLE_LIMITS
from peerkit.testing.situations import situations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from peerkit.decisions import Finding
    from peerkit.handbook import Handbook
    from peerkit.testing.situations import Situation

__all__ = ["DAY", "clauses_of_rules", "outcomes", "visits_of_clauses", "visits_of_rules"]

#: The day of the pages.
DAY: Final = date(2026, 11, 2)
_IN_ROLE: Final = Rules(*(each for each in ROLE_LIMITS.rules if each.id == "in-role"))


def outcomes(id_: str, handbook: Handbook) -> Iterator[tuple[dict[str, str], Finding]]:
    """What the catalogue answers for every combination of circumstances, heaviest finding each.

    The peer has a role whose work it is, and who ought to agree has agreed to nothing yet; that
    consent is a question of its own and is not among the answers.
    """
    entry = handbook.activities[id_]
    role = Role(entry.roles[0]) if entry.roles else Role.WORKER
    people = (Peer(id="ana", role=role, supervisor="sam", since=DAY), Participant(id="p-7"))
    view = View(datetime.combine(DAY, time(12), UTC), people)
    book = handbook.on(DAY)
    for when in combinations(entry, handbook.circumstances):
        asked = Activity(id=id_, circumstances=dict(when), of="p-7", to="p-7")
        act = DoActivity(by="ana", peer="ana", participant="p-7", activity=asked)
        yield dict(when), decide(act, view, book, _IN_ROLE).heaviest_first()[0]


@lru_cache(maxsize=1)
def _heard() -> tuple[tuple[Situation, Mapping[str, tuple[Finding, ...]]], ...]:
    """Every situation, with the findings of each rule that has something to say of it."""
    heard = []
    for each in situations():
        found = {
            rule.id: tuple(rule.check(each.ask, each.view, each.book))
            for rule in ROLE_LIMITS.speaking_of(type(each.ask))
        }
        heard.append((each, found))
    return tuple(heard)


@lru_cache(maxsize=1)
def clauses_of_rules() -> Mapping[str, frozenset[str]]:
    """Which clauses each rule was heard to speak in."""
    spoken: dict[str, set[str]] = defaultdict(set)
    for _, found in _heard():
        for rule, findings in found.items():
            spoken[rule] |= {each.clause.id for each in findings}
    return {rule: frozenset(clauses) for rule, clauses in spoken.items()}


@lru_cache(maxsize=1)
def visits_of_rules() -> Mapping[str, tuple[Situation, ...]]:
    """The situations that each rule decides: it speaks in a clause that carries the verdict."""
    visits: dict[str, list[Situation]] = defaultdict(list)
    for situation, found in _heard():
        for rule, findings in found.items():
            if any(each.clause.id in situation.clauses for each in findings):
                visits[rule].append(situation)
    return {rule: tuple(decided) for rule, decided in visits.items()}


@lru_cache(maxsize=1)
def visits_of_clauses() -> Mapping[str, tuple[Situation, ...]]:
    """The situations that rest on each clause."""
    visits: dict[str, list[Situation]] = defaultdict(list)
    for each in situations():
        for id_ in each.clauses:
            visits[id_].append(each)
    return {id_: tuple(resting) for id_, resting in visits.items()}
