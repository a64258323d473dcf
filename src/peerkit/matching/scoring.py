"""Scores of everybody with everybody: in plain Python, or with numpy where it is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from peerkit.errors import MissingExtra
from peerkit.matching.pairs import pairing
from peerkit.matching.solving import NO

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from peerkit.matching.pairs import Offering, Seeking, Weights

__all__ = ["NO", "plain_scores", "scores"]

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
    of = _Codes(np, seekings, offerings)
    shared = of.both("lived").astype(np.float64)
    lived, others = of.sizes(seekings, "lived"), of.sizes(offerings, "lived").T
    parts, times = of.both("times"), of.sizes(seekings, "times")
    # Where somebody told nothing, or where a place is not known, nobody is kept apart.
    possible = (of.both("languages") > 0) | ~of.told("languages")
    possible &= (parts > 0) | ~of.told("times")
    possible &= of.preferences()
    east, north = of.apart()
    km = np.sqrt(east * east + north * north)
    possible &= ~(km > weights.farthest)
    near = np.nan_to_num(np.maximum(0.0, 1 - km / weights.span))
    need = np.minimum(times, weights.enough) if weights.own_times else weights.enough
    fits = np.minimum(1.0, parts.astype(np.float64) / np.maximum(need, 1))
    found = np.round(
        weights.shared * shared / np.maximum(lived, 1)
        + float(weights.language) * of.both("languages", first=True)
        + weights.times * fits
        + weights.near * near
    )
    found += np.round(
        weights.peer_near * near
        + weights.peer_times * fits
        + weights.peer_shared * shared / np.maximum(lived + others - shared, 1)
    )
    _one_by_one(found, possible, seekings, offerings, weights)
    return np.where(possible, found, NO).astype(np.int64)


class _Codes:
    """What both sides tell, as tables of noughts and ones."""

    def __init__(self, np: Any, seekings: Sequence[Seeking], offerings: Sequence[Offering]) -> None:
        self.np, self.seekings, self.offerings = np, seekings, offerings

    def _marked(self, told: Sequence[Collection[str]], codes: dict[str, int]) -> Table:
        """One row for each person, 1 where they have the code."""
        counts = [len(each) for each in told]
        where = [codes.setdefault(code, len(codes)) for some in told for code in some]
        table = self.np.zeros((len(told), max(len(codes), 1)), self.np.float32)
        table[self.np.repeat(self.np.arange(len(told)), counts), where] = 1
        return table

    def _common(self, ours: list[Collection[str]], theirs: list[Collection[str]]) -> Table:
        codes: dict[str, int] = {}
        mine = self._marked(ours, codes)
        other = self._marked(theirs, codes)[:, : mine.shape[1]]  # nobody here has the rest
        return mine @ other.T

    def both(self, name: str, *, first: bool = False) -> Table:
        """How many codes each participant and each peer have in common."""
        ours = [getattr(each, name) for each in self.seekings]
        theirs = [getattr(each, name) for each in self.offerings]
        return self._common([each[:1] for each in ours] if first else ours, theirs)

    def sizes(self, people: Sequence[Any], name: str) -> Table:
        """How many codes each of these people has, as a column."""
        counted = (len(getattr(each, name)) for each in people)
        return self.np.fromiter(counted, self.np.float64, len(people))[:, None]

    def told(self, name: str) -> Table:
        """Where both told something."""
        return (self.sizes(self.seekings, name) > 0) & (self.sizes(self.offerings, name) > 0).T

    def preferences(self) -> Table:
        """Where what each prefers is met by the other."""
        return self._met(self.seekings, self.offerings) & self._met(self.offerings, self.seekings).T

    def _met(self, wants: Sequence[Any], tells: Sequence[Any]) -> Table:
        some = self.sizes(wants, "prefers") > 0
        if not some.any():
            return ~some
        common = self._common([each.prefers for each in wants], [each.tells for each in tells])
        return (common > 0) | ~some

    def apart(self) -> tuple[Table, Table]:
        """How far everybody is from everybody, to the east and to the north."""
        ours, theirs = self._places(self.seekings), self._places(self.offerings)
        return ours[:, :1] - theirs[:, 0], ours[:, 1:] - theirs[:, 1]

    def _places(self, people: Sequence[Any]) -> Table:
        nowhere = (self.np.nan, self.np.nan)
        known = [nowhere if each.place is None else each.place for each in people]
        return self.np.array(known, self.np.float64).reshape(-1, 2)


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
