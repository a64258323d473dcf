"""The handbook as it stands on each day of a run: what it asks before a match and a session.

The fast engine asks it here, in numbers, for all peers at once. What it does not follow is refused
before a run begins.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from math import inf
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from peerkit.acts import Act, DoActivity, PlanSession, ProposeMatch
from peerkit.decisions import decide
from peerkit.errors import BadInput
from peerkit.model import Activity, Match, MatchStatus, Participant, Peer, View
from peerkit.rules import ROLE_LIMITS
from peerkit.rules.people import DUE_EVERY
from peerkit.simulation.arrays import numpy
from peerkit.simulation.lives.beyond import BEYOND
from peerkit.simulation.scenarios.house import handbook_of
from peerkit.simulation.scenarios.scenario import Planning

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from peerkit.handbook import Book, Handbook
    from peerkit.simulation.lives.peers import Posts
    from peerkit.simulation.scenarios.scenario import Scenario

__all__ = ["AWAY", "Reading", "Refusal", "reading"]

#: What was asked, the clause that stood against it, and the verdict.
Refusal: TypeAlias = tuple[str, str, str]

#: How a peer stands on a day: 0 can be asked, 1 is away, and from 2 on the clause against it.
AWAY: Final = 1
#: More people than anybody walks with: the limit where there is none.
_NO_LIMIT: Final = 1 << 30
#: What the fast engine does not count: limits of any act, and those of a plan.
_NOT_FOLLOWED: Final = (
    "supervision-sessions-a-month",
    "supervision-minutes-a-month",
    "work-hours-for-each-supervision-hour",
)
_OF_A_PLAN: Final = ("minutes-a-day", "minutes-a-week", "minutes-a-year")
#: The most days and weeks in a year.
_DAYS: Final = 366
_WEEKS: Final = 53
_STANDS: Final = ("caseload", *(limit for limit, _ in DUE_EVERY))


@attrs.frozen(eq=False)
class Reading:
    """What the handbook of a scenario comes to, day by day.

    ``caseload`` is the most people a peer may walk with, for each day. ``clauses`` are those that
    can stand against a peer, each with its verdict, the heaviest first: clause ``i`` is written
    ``AWAY + 1 + i``; ``full`` is that of the caseload. ``turns`` are the days on which another
    of the ``books`` begins to speak, the first among them; ``beyond`` has, for each, what it says
    of each of :data:`~peerkit.simulation.lives.beyond.BEYOND`: None where a peer may do it.
    """

    scenario: Scenario
    caseload: tuple[int, ...]
    clauses: tuple[tuple[str, str], ...]
    full: int
    turns: tuple[int, ...]
    books: tuple[Book, ...]
    limits: tuple[tuple[tuple[int, str, int], ...], ...]
    beyond: tuple[tuple[Refusal | None, ...], ...]

    def overdue(self, peers: Posts) -> NDArray[Any]:
        """How each peer's supervision stands on each day: 0 is in force, else what is written."""
        np = numpy()
        last = peers.last_talk()
        days = np.arange(self.scenario.days, dtype=np.int32)
        found = np.zeros(last.shape, np.uint8)
        before = self.scenario.peers.supervision_every
        for at, until, limits in zip(
            self.turns, (*self.turns[1:], len(days)), self.limits, strict=True
        ):
            for written, limit, value in limits:
                due = _due(self.scenario.begins, before, len(days), limit, value)
                late = days[at:until] > np.array(due, np.int32)[last[:, at:until] + before]
                found[:, at:until][late] = written
        return found  # type: ignore[no-any-return]

    def most(self, limit: str, day: int) -> int | None:
        """The number of a limit on a day; None where it has none."""
        return self.books[bisect_right(self.turns, day) - 1].clause(limit).value

    def past(self, act: type[Act], limit: str) -> Refusal:
        """What stands against an act that does not keep a limit."""
        clause = self.books[0].clause(limit)
        return act.kind, clause.id, clause.past.name.lower()

    def at_match(self, written: int) -> Refusal:
        """What stands against a match with a peer, where so much is written."""
        return (ProposeMatch.kind, *self.clauses[written - AWAY - 1])

    def at_session(self, written: int) -> Refusal:
        """What stands against planning a session with a peer."""
        return (PlanSession.kind, *self.clauses[written - AWAY - 1])


def reading(scenario: Scenario) -> Reading:
    """What the handbook of a scenario comes to.

    Raises :class:`~peerkit.errors.BadInput` for a limit that the fast engine does not follow.
    """
    return _reading(scenario, handbook_of(scenario))


@lru_cache(maxsize=16)
def _reading(scenario: Scenario, handbook: Handbook) -> Reading:
    """What this handbook comes to. A layer that has changed makes another one."""
    changes = ((day - scenario.begins).days for day in handbook.turns)
    turns = (0, *(day for day in changes if 0 < day < scenario.days))
    books = tuple(handbook.on(scenario.date_of(day)) for day in turns)
    for book in books:
        _follows(scenario, book)
    ranked = sorted((books[0].clause(each) for each in _STANDS), key=lambda each: -each.past)
    written = {each.id: AWAY + 1 + at for at, each in enumerate(ranked)}
    caseload: list[int] = []
    for at, until, book in zip(turns, (*turns[1:], scenario.days), books, strict=True):
        most = book.clause("caseload").value
        caseload += [_NO_LIMIT if most is None else most] * (until - at)
    return Reading(
        scenario,
        tuple(caseload),
        tuple((each.id, each.past.name.lower()) for each in ranked),
        written["caseload"],
        turns,
        books,
        tuple(_limits(book, written) for book in books),
        tuple(tuple(_said(book, scenario, each) for each in BEYOND) for book in books),
    )


def _follows(scenario: Scenario, book: Book) -> None:
    """Raise for what is set, may be reached, and would not be counted."""
    planned = scenario.sessions.planning is Planning.EACH
    reached = {
        "minutes-a-day": _a_day(scenario),
        "minutes-a-year": _a_year(scenario),
    }
    for limit in (*_NOT_FOLLOWED, *(_OF_A_PLAN if planned else ())):
        value = book.clause(limit).value
        if value is not None and reached.get(limit, inf) > value:
            raise BadInput(
                "engine", f"the limit {limit!r} is not followed here; give engine=Engine.DOOR"
            )


def _a_day(scenario: Scenario) -> int:
    """The most minutes that anybody can have in a day: one appointment, and a group."""
    groups = scenario.groups.minutes if scenario.groups.count else 0
    return max(scenario.sessions.minutes.values) + groups


def _a_year(scenario: Scenario) -> int:
    """The most minutes that anybody can have in a year."""
    groups = scenario.groups.minutes if scenario.groups.count else 0
    return _DAYS * max(scenario.sessions.minutes.values) + _WEEKS * groups


def _limits(book: Book, written: dict[str, int]) -> tuple[tuple[int, str, int], ...]:
    """The numbers of supervision, the lightest first: the heaviest is written last."""
    found = ((written[each], each, book.clause(each).value) for each, _ in DUE_EVERY)
    return tuple(
        (code, each, value)
        for code, each, value in sorted(found, reverse=True)
        if value is not None
    )


@lru_cache(maxsize=64)
def _due(begins: date, before: int, days: int, limit: str, value: int) -> tuple[int, ...]:
    """The last day on which a talk still counts, for each day it may have been on."""
    counted = dict(DUE_EVERY)[limit]
    last = (begins + timedelta(days=day) for day in range(-before, days))
    try:
        return tuple((counted(day, value) - begins).days for day in last)
    except (OverflowError, ValueError):
        pass
    raise BadInput("Scenario.layers", f"{limit!r} reaches beyond the last date there is")


def _said(book: Book, scenario: Scenario, activity: str) -> Refusal | None:
    """What the rules say when a peer is asked for it by somebody they walk with."""
    peer = Peer(id="peer", role=scenario.peers.role, supervisor="supervisor", since=book.day)
    person = Participant(id="person")
    match = Match(id="match", peer=peer.id, participant=person.id, status=MatchStatus.ACCEPTED)
    view = View(datetime.combine(book.day, time(12), UTC), (peer, person, match))
    asked = DoActivity(
        by=peer.id, peer=peer.id, participant=person.id, activity=Activity(id=activity)
    )
    decision = decide(asked, view, book, ROLE_LIMITS)
    if decision.allowed:
        return None
    first = next(each for each in decision.findings if each.verdict is decision.verdict)
    return DoActivity.kind, first.clause.id, decision.verdict.name.lower()
