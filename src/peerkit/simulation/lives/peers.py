"""The peers of a pretend program: what is theirs, and on which days they can be asked.

A post is held by one peer after another. What each has lived through, when they are away and when
they talk with their supervisor is known once they begin; when they leave is not.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import attrs

from peerkit.model import Experience
from peerkit.simulation.arrays import numpy
from peerkit.simulation.lives.people import pick

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from peerkit.simulation.lives.luck import Luck
    from peerkit.simulation.scenarios.scenario import Peers, Scenario

__all__ = ["BEFORE", "REVIEW", "Posts", "gives_notice", "name_of", "posts", "served_by", "told_by"]

#: Those who serve on the first day began a year before it.
BEFORE: Final = -365
#: Every so many days it is looked at who will leave.
REVIEW: Final = 28
_A_YEAR: Final = 365
_A_GENERATION: Final = 1 << 32


def name_of(seat: int, generation: int) -> str:
    """The id of a peer: ``peer-007`` and, who follows them, ``peer-007.1``."""
    return f"peer-{seat:03}" + (f".{generation}" if generation else "")


@attrs.frozen(eq=False)
class Posts:
    """Peers who begin on one day, a row for each: in which post, whom they can walk with, and when.

    ``serves[peer, need]``, ``away[peer, day]`` and ``talks[peer, day]``; days are those
    of the scenario. ``before`` is the day of the last talk before the first day: for
    who begins later, their first day, because it counts from there.
    """

    seats: NDArray[np.int32]
    generation: int
    began: int
    serves: NDArray[np.bool_]
    away: NDArray[np.bool_]
    talks: NDArray[np.bool_]
    before: NDArray[np.int32]

    def last_talk(self) -> NDArray[np.int32]:
        """The day of the last talk on or before each day, for each peer."""
        np = numpy()
        days = np.arange(self.talks.shape[1], dtype=np.int32)
        on = np.where(self.talks, days, self.before[:, None]).astype(np.int32)
        return np.maximum.accumulate(on, axis=1)  # type: ignore[no-any-return]


def posts(
    scenario: Scenario, luck: Luck, seats: Any, generation: int = 0, began: int = BEFORE
) -> Posts:
    """Who begins in these posts on this day."""
    np = numpy()
    seats = np.asarray(seats, np.int32)
    who = seats.astype(np.uint64) + np.uint64(generation * _A_GENERATION)
    days = np.arange(scenario.days)
    away = _away(scenario.peers, luck, who, days)
    every = scenario.peers.supervision_every
    phase = (luck.bits("talks begin", who) % np.uint64(every)).astype(np.int64)
    first = max(began, 0)
    turn = (days - first)[None, :] - phase[:, None]
    talks = (turn >= 0) & (turn % every == 0) & ~away
    if scenario.peers.supervision_missed:
        missed = luck.chance("talk missed", who[:, None], days)
        talks &= missed >= scenario.peers.supervision_missed
    before = phase - every if began < 0 else np.full(len(seats), began)
    return Posts(
        seats, generation, began, _serves(scenario, luck, who), away, talks, before.astype(np.int32)
    )


def _away(peers: Peers, luck: Luck, who: Any, days: Any) -> Any:
    np = numpy()
    away = np.zeros((len(who), len(days)), bool)
    if peers.leave_per_year:
        goes = luck.chance("leave", who[:, None], days) < peers.leave_per_year / _A_YEAR
        for row, day in zip(*np.nonzero(goes), strict=True):
            long = int(pick(peers.leave_days, luck.chance("leave days", who[row], day)))
            away[row, day : day + long] = True
    return away


def told_by(
    scenario: Scenario, luck: Luck, seat: int, generation: int
) -> tuple[tuple[Experience, ...], tuple[str, ...]]:
    """What a peer has lived through, one or more, and which of the languages listed they speak.

    Who has none of the experiences that are listed has lived through something else.
    """
    np = numpy()
    who = np.array([seat + generation * _A_GENERATION], np.uint64)
    lived = _lived(scenario.peers, luck, who) or {}
    speaks = _speaks(scenario.peers, luck, who) or {}
    return (
        tuple(each for each, has in lived.items() if has[0]) or _else(scenario),
        tuple(each for each, has in speaks.items() if has[0]),
    )


def _else(scenario: Scenario) -> tuple[Experience, ...]:
    """What somebody has lived through who has nothing of the list: all, where there is none."""
    asked = {each.experience: None for each in scenario.arrivals.needs if each.experience}
    if not scenario.peers.experiences:
        return tuple(asked) or (Experience.HOMELESSNESS,)
    spoken_of = {*asked, *(each.experience for each in scenario.peers.experiences)}
    left = (each for each in Experience if each not in spoken_of)
    return (next(left, Experience.HOMELESSNESS),)


def served_by(scenario: Scenario, luck: Luck, seats: Any, generations: Any) -> Any:
    """Which needs each of these peers can walk with, as :attr:`Posts.serves` has it."""
    np = numpy()
    who = np.asarray(generations, np.uint64) * np.uint64(_A_GENERATION)
    return _serves(scenario, luck, np.asarray(seats, np.uint64) + who)


def _lived(peers: Peers, luck: Luck, who: Any) -> Any:
    return _drawn(luck, "lived", who, [(each.experience, each.share) for each in peers.experiences])


def _speaks(peers: Peers, luck: Luck, who: Any) -> Any:
    return _drawn(luck, "speaks", who, [(each.language, each.share) for each in peers.languages])


def _serves(scenario: Scenario, luck: Luck, who: Any) -> Any:
    """Which needs each can walk with: a common language, and the experience where it counts."""
    np = numpy()
    peers = scenario.peers
    lived, speaks = _lived(peers, luck, who), _speaks(peers, luck, who)
    serves = np.ones((len(who), len(scenario.arrivals.needs)), bool)
    for at, need in enumerate(scenario.arrivals.needs):
        if speaks is not None:
            serves[:, at] &= speaks.get(need.language, False)
        if scenario.matching.shared and need.experience is not None and lived is not None:
            serves[:, at] &= lived.get(need.experience, False)
    return serves


def _drawn(luck: Luck, purpose: str, who: Any, among: list[tuple[Any, float]]) -> Any:
    """Who has each of these, and perhaps none. None where nothing is listed: they have all."""
    has = {thing: luck.chance(f"{purpose} {thing}", who) < share for thing, share in among}
    return has or None


def gives_notice(
    peers: Peers, luck: Luck, seat: Any, generation: Any, day: int, load: Any, *, overdue: Any
) -> Any:
    """Whether a peer gives notice when it is looked at: more likely with a high load, and alone.

    The yearly share of :attr:`~peerkit.simulation.scenarios.scenario.Peers.turnover` is a
    hazard that the load and overdue supervision multiply (a proportional hazard: an assumption
    of the model).
    """
    np = numpy()
    who = np.asarray(seat, np.uint64) + np.asarray(generation, np.uint64) * np.uint64(_A_GENERATION)
    likely = np.array(_likely(peers))[np.asarray(overdue, np.intp), load]
    return luck.chance("notice", who, day) < likely


@lru_cache(maxsize=16)
def _likely(peers: Peers) -> tuple[tuple[float, ...], ...]:
    """How likely notice is, by whether supervision is overdue, and by how many they walk with."""
    hazard = -math.log1p(-min(peers.turnover, 1 - 1e-12)) * REVIEW / _A_YEAR
    planned = max(peers.places, 1)
    return tuple(
        tuple(
            -math.expm1(
                -hazard
                * math.exp(
                    peers.turnover_load * (load / planned - 1)
                    + peers.turnover_unsupervised * overdue
                )
            )
            for load in range(peers.places + 1)
        )
        for overdue in (0, 1)
    )
