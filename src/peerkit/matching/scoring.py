"""Scores of everybody with everybody: in plain Python, or with numpy where it is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from peerkit.errors import MissingExtra
from peerkit.matching.pairs import pairing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from peerkit.matching.pairs import Offering, Seeking, Weights

__all__ = ["NO", "plain_scores", "scores"]

#: Stands where two people could not walk together. Any other score is 0 or more.
NO: Final = -1
#: A table of whole numbers, one row for each participant, one column for each peer.
Table: TypeAlias = Any


def plain_scores(
    seekings: Sequence[Seeking], offerings: Sequence[Offering], weights: Weights, on: date | None
) -> list[list[int]]:
    """The two views of each pair, and an earlier match, without load and waiting."""
    rows = []
    for one in seekings:
        row = []
        for other in offerings:
            found = pairing(one, other, weights, on=on)
            kept = weights.earlier if found.earlier else 0
            row.append(found.for_participant + found.for_peer + kept if found.possible else NO)
        rows.append(row)
    return rows


def scores(seekings: Sequence[Seeking], offerings: Sequence[Offering], weights: Weights) -> Table:
    """The same numbers as an array of numpy, all pairs at once. Needs the extra "matching"."""
    try:
        import numpy as np
    except ImportError:
        raise MissingExtra("numpy", "matching") from None

    def marked(
        people: Sequence[Any], get: Callable[[Any], Iterable[str]], codes: dict[str, int]
    ) -> Any:
        """One row for each person, 1 where they have the code."""
        found = [get(each) for each in people]
        counts = [len(each) for each in found]  # type: ignore[arg-type]
        where = [codes.setdefault(code, len(codes)) for some in found for code in some]
        table = np.zeros((len(people), max(len(codes), 1)), np.float32)
        table[np.repeat(np.arange(len(people)), counts), where] = 1
        return table

    def both(get: Callable[[Any], Iterable[str]], other: Callable[[Any], Iterable[str]]) -> Any:
        """How many codes each participant and each peer have in common."""
        codes: dict[str, int] = {}
        ours = marked(seekings, get, codes)
        theirs = marked(offerings, other, codes)
        return np.pad(ours, ((0, 0), (0, theirs.shape[1] - ours.shape[1]))) @ theirs.T

    def sizes(people: Sequence[Any], name: str) -> Any:
        return np.fromiter((len(getattr(each, name)) for each in people), np.float64, len(people))

    def places(people: Sequence[Any]) -> Any:
        known = ((np.nan, np.nan) if each.place is None else each.place for each in people)
        return np.array(list(known), np.float64).reshape(-1, 2)

    def meets(wants: Sequence[Any], tells: Sequence[Any]) -> Any:
        """Whether what each prefers is met; None where nobody prefers anything."""
        if not any(each.prefers for each in wants):
            return None
        codes: dict[str, int] = {}
        preferred = marked(wants, lambda each: each.prefers, codes)
        told = marked(tells, lambda each: each.tells, codes)[:, : preferred.shape[1]]
        return (preferred @ told.T > 0) | (preferred.sum(1) == 0)[:, None]

    possible = np.ones((len(seekings), len(offerings)), bool)
    shared = both(lambda each: each.lived, lambda each: each.lived).astype(np.float64)
    lived, others = sizes(seekings, "lived")[:, None], sizes(offerings, "lived")[None, :]
    tongues = both(lambda each: each.languages, lambda each: each.languages) > 0
    first = both(lambda each: each.languages[:1], lambda each: each.languages)
    told = (sizes(seekings, "languages") > 0)[:, None] & (sizes(offerings, "languages") > 0)
    possible &= tongues | ~told
    parts = both(lambda each: each.times, lambda each: each.times)
    times = sizes(seekings, "times")
    told = (times > 0)[:, None] & (sizes(offerings, "times") > 0)
    possible &= (parts > 0) | ~told
    need = (
        np.minimum(times, weights.enough)
        if weights.own_times
        else np.full(len(times), weights.enough)
    )
    fits = np.minimum(1.0, parts.astype(np.float64) / np.maximum(need, 1)[:, None])
    here, there = places(seekings), places(offerings)
    east = here[:, :1] - there[:, 0]
    north = here[:, 1:] - there[:, 1]
    km = np.sqrt(east * east + north * north)
    possible &= ~(km > weights.farthest)  # where a place is not known, nothing is too far
    near = np.nan_to_num(np.maximum(0.0, 1 - km / weights.span))
    found = np.round(
        weights.shared * shared / np.maximum(lived, 1)
        + float(weights.language) * first
        + weights.times * fits
        + weights.near * near
    )
    found += np.round(
        weights.peer_near * near
        + weights.peer_times * fits
        + weights.peer_shared * shared / np.maximum(lived + others - shared, 1)
    )
    ours, theirs = meets(seekings, offerings), meets(offerings, seekings)
    possible &= True if ours is None else ours
    possible &= True if theirs is None else theirs.T
    _one_by_one(found, possible, seekings, offerings, weights)
    return np.where(possible, found, NO).astype(np.int64)


def _one_by_one(
    found: Table,
    possible: Table,
    seekings: Sequence[Seeking],
    offerings: Sequence[Offering],
    weights: Weights,
) -> None:
    """What is said of single people: oneself, exclusions, earlier peers, hours and places."""
    peers = {each.id: column for column, each in enumerate(offerings)}
    rows = {each.id: row for row, each in enumerate(seekings)}
    for row, one in enumerate(seekings):
        for each in peers.keys() & {one.id, *one.not_with}:
            possible[row, peers[each]] = False
        for each in peers.keys() & one.earlier:
            found[row, peers[each]] += weights.earlier
    lengths: dict[int, list[int]] = {}
    for row, one in enumerate(seekings):
        lengths.setdefault(one.minutes, []).append(row)
    for column, other in enumerate(offerings):
        for each in rows.keys() & other.not_with:
            possible[rows[each], column] = False
        if not other.serving or (other.most is not None and other.walking >= other.most):
            possible[:, column] = False
        for minutes, some in lengths.items():
            if other.left is not None and other.left < minutes:
                possible[some, column] = False
