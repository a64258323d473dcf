"""8. Matching a whole waiting list: 2,000 participants to 500 peers with five places each.

The other side scores the same people with numpy, written for these fields alone, and gives them
to scipy's sparse matching: no reasons, no ties, no explanation. Both must come to the same total,
which is known, and peerkit must be able to explain a pair afterwards.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Any, Final

import attrs
import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from benchmarks.measuring import Effort, Figure, compared, in_turn, per_call
from peerkit.matching import Offering, Seeking, Weights, assign, suggest

__all__ = ["CASES"]

MOST: Final = 1.5
PARTICIPANTS, PEERS, PLACES, SEED = 2_000, 500, 5, 4
LIVED, LANGUAGES, TIMES = 12, 6, 21
FARTHEST, SPAN = 30.0, 40.0
#: The best total there is for these people; four solvers have found it.
BEST: Final = 3_021_914
#: Only what this workload knows: no earlier peers, no waiting, and no load.
WEIGHTS: Final = Weights(own_times=False, earlier=0, load=0, aging=0)
_IN_MS: Final = ("ms", 1e3)


@attrs.frozen
class Someone:
    """One made-up person, for both sides."""

    id: int
    lived: frozenset[int]
    languages: tuple[int, ...]
    times: frozenset[int]
    gender: str
    prefers: str
    x: float
    y: float


def _people(number: int, seed: int, *, choosing: bool) -> list[Someone]:
    """The same people for the same seed, drawn in the order of the original workload."""
    luck = random.Random(seed)
    found = []
    for id_ in range(number):
        languages = [0] if luck.random() < 0.8 else []
        languages += [each for each in range(1, LANGUAGES) if luck.random() < 0.12]
        luck.shuffle(languages)
        lived = frozenset(luck.sample(range(LIVED), luck.randint(1, 4)))
        spoken = tuple(languages or [luck.randrange(LANGUAGES)])
        times = frozenset(luck.sample(range(TIMES), luck.randint(3, 9)))
        gender = luck.choices("fmx", (48, 47, 5))[0]
        prefers = luck.choices(("any", "f", "m", "x"), (65, 20, 12, 3))[0] if choosing else "any"
        here = luck.random() * SPAN, luck.random() * SPAN
        found.append(Someone(id_, lived, spoken, times, gender, prefers, *here))
    return found


def _told(one: Someone, side: str) -> dict[str, Any]:
    return {
        "id": f"{side}-{one.id:04}",
        "lived": frozenset(f"e{each}" for each in one.lived),
        "languages": tuple(f"l{each}" for each in one.languages),
        "times": frozenset(f"t{each}" for each in one.times),
        "place": (one.x, one.y),
        "tells": frozenset((one.gender,)),
        "prefers": frozenset(() if one.prefers == "any" else (one.prefers,)),
    }


def _marked(people: list[Someone], get: Callable[[Someone], Iterable[int]], width: int) -> Any:
    table = np.zeros((len(people), width), np.float32)
    for row, each in enumerate(people):
        table[row, list(get(each))] = 1
    return table


def _scored(ours: list[Someone], theirs: list[Someone]) -> Any:
    """The same scores, written for these fields alone; below 0 where two could not walk."""
    lived, others = (_marked(each, lambda one: one.lived, LIVED) for each in (ours, theirs))
    shared = (lived @ others.T).astype(float)
    mine, other = lived.sum(1)[:, None], others.sum(1)[None, :]
    tongues, spoken = (
        _marked(each, lambda one: one.languages, LANGUAGES) for each in (ours, theirs)
    )
    first = (_marked(ours, lambda one: one.languages[:1], LANGUAGES) @ spoken.T) > 0
    free, there = (_marked(each, lambda one: one.times, TIMES) for each in (ours, theirs))
    parts = free @ there.T
    code = {"f": 0, "m": 1, "x": 2, "any": 3}
    prefers = np.array([code[each.prefers] for each in ours])[:, None]
    gender = np.array([code[each.gender] for each in theirs])[None, :]
    (x, y), (u, v) = (np.array([(each.x, each.y) for each in side]).T for side in (ours, theirs))
    km = np.sqrt((x[:, None] - u) ** 2 + (y[:, None] - v) ** 2)
    possible = ((tongues @ spoken.T) > 0) & (parts > 0) & (km <= FARTHEST)
    possible &= (prefers == 3) | (prefers == gender)
    near, fits = 1 - km / SPAN, np.minimum(1.0, parts.astype(float) / 4)
    one = np.round(500 * shared / mine + 200.0 * first + 200 * fits + 100 * near)
    two = np.round(400 * near + 400 * fits + 200 * shared / (mine + other - shared))
    return np.where(possible, one + two, -1).astype(np.int32)


def _matched(ours: list[Someone], theirs: list[Someone]) -> int:
    """Scored and matched with scipy: every place a column, and a costly one for staying alone."""
    scores = _scored(ours, theirs)
    size, peers = scores.shape
    one, two = np.nonzero(scores >= 0)
    rows = np.repeat(one, PLACES)
    columns = (two[:, None] * PLACES + np.arange(PLACES)).ravel()
    costs = np.repeat(2001 - scores[one, two], PLACES).astype(float)
    alone = np.arange(size)
    graph = sparse.csr_matrix(
        (
            np.concatenate((costs, np.full(size, 100_000.0))),
            (np.concatenate((rows, alone)), np.concatenate((columns, peers * PLACES + alone))),
        )
    )
    row, column = min_weight_full_bipartite_matching(graph)
    there = column < peers * PLACES
    return int(scores[row[there], column[there] // PLACES].sum())


def _whole_list(effort: Effort) -> list[Figure]:
    size, peers = (200, 50) if effort.quick else (PARTICIPANTS, PEERS)
    ours = _people(size, SEED, choosing=True)
    theirs = _people(peers, SEED + 1, choosing=False)
    seekings = [Seeking(**_told(each, "p")) for each in ours]
    offerings = [Offering(**_told(each, "q"), most=PLACES) for each in theirs]
    found = assign(seekings, offerings, weights=WEIGHTS)
    assert found.total == _matched(ours, theirs)
    assert found.proven
    assert effort.quick or found.total == BEST
    pair = next(iter(found.pairs.items()))
    assert found.explain(*pair).score > 0
    told = per_call(assign, [(seekings, offerings)], effort)
    plain = per_call(lambda: assign(seekings, offerings, weights=WEIGHTS), [()], effort)
    beside = per_call(_matched, [(ours, theirs)], effort)
    one = per_call(suggest, [(seekings[0], offerings)], effort)
    explained = per_call(found.explain, [pair], effort)
    mine, other, default, first, why = in_turn(effort, plain, beside, told, one, explained)
    name = f"{size:,} participants to {peers:,} peers, by numpy and scipy's sparse matching"
    return [
        compared(name, mine, other, scale=_IN_MS, most=MOST),
        compared("the same, with load, earlier peers and aging", default, other, scale=_IN_MS),
        _alone(f"the best of {peers:,} peers for one participant", first, 1e3, "ms"),
        _alone("one pair explained afterwards", why, 1e6, "µs"),
    ]


def _alone(name: str, samples: list[float], scale: float, unit: str) -> Figure:
    middle = sorted(samples)[len(samples) // 2]
    return Figure(name=name, unit=unit, ours=middle * scale, theirs=None)


#: What is run, each in a process of its own.
CASES: Final = {"whole list": _whole_list}
