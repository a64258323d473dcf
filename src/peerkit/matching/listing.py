"""Suggestions for one person, and for a whole waiting list at once. Never decisions."""

from __future__ import annotations

from collections import Counter
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import attrs

from peerkit.errors import BadInput
from peerkit.matching.pairs import Offering, Pairing, Seeking, Weights, load_of, pairing, waited
from peerkit.matching.scoring import NO, plain_scores, scores
from peerkit.matching.solving import least, least_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Assignment", "assign", "suggest"]

#: Up to so many seats for so many people are given in plain Python: quicker than loading scipy.
MOST_PLAIN: Final = 2_500
#: Whole numbers up to here are exact in the arithmetic that scipy uses.
_EXACT: Final = 2**51
_DEFAULT: Final = Weights()


def suggest(
    seeking: Seeking,
    offerings: Iterable[Offering],
    *,
    weights: Weights = _DEFAULT,
    on: date | None = None,
) -> tuple[Pairing, ...]:
    """The peers who could walk with this person, the best first; they choose.

    Of equal scores the earlier peer comes first, then who walks with fewer
    people, then the id, so that the answer is the same every time.
    """
    found = (pairing(seeking, each, weights, on=on) for each in offerings)
    return tuple(sorted((each for each in found if each.possible), key=_best_first))


def _best_first(found: Pairing) -> tuple[int, bool, int, str]:
    return (-found.score, not found.earlier, found.walking, found.peer)


def waiting_longer(seeking: Seeking) -> tuple[date, int, str]:
    """The order of a waiting list: who waits longer, who has fewer free parts of the week, id."""
    return (seeking.since or date.max, len(seeking.times) or 22, seeking.id)


@attrs.frozen(kw_only=True)
class Assignment:
    """A whole waiting list and its peers, put together as well as can be. Still suggestions.

    ``pairs`` are participant and peer, who waits longest first; ``left`` are
    those for whom there was nobody. ``total`` is what the pairs come to;
    ``proven`` is true where no other way could be better.
    """

    pairs: Mapping[str, str]
    left: tuple[str, ...]
    total: int
    proven: bool
    on: date | None
    weights: Weights
    seekings: Mapping[str, Seeking] = attrs.field(repr=False)
    offerings: Mapping[str, Offering] = attrs.field(repr=False)

    def explain(self, participant: str, peer: str) -> Pairing:
        """Any pair afterwards, suggested or not: how they would fit, or why they would not."""
        if participant not in self.seekings or peer not in self.offerings:
            raise BadInput("Assignment.explain", "give a participant and a peer of this list")
        return pairing(self.seekings[participant], self.offerings[peer], self.weights, on=self.on)

    def choices(self, participant: str, most: int = 3) -> tuple[Pairing, ...]:
        """Up to so many peers to choose from: the suggested one first, then the best others.

        The others may be suggested to somebody else as well: who asks first
        walks with them, as long as they have a place.
        """
        seeking = self.seekings.get(participant)
        if seeking is None:
            raise BadInput("Assignment.choices", "give a participant of this list")
        mine = self.pairs.get(participant)
        found = suggest(seeking, self.offerings.values(), weights=self.weights, on=self.on)
        return tuple(sorted(found, key=lambda each: each.peer != mine)[:most])

    def why(self, participant: str) -> str:
        """Why this peer and no other, or why nobody: plain sentences with numbers."""
        found = {each: self.explain(participant, each) for each in self.offerings}
        peer = self.pairs.get(participant)
        if peer is None:
            return self._why_nobody(participant, found)
        better = sum(each.possible and each.score > found[peer].score for each in found.values())
        told = found[peer].why()
        if not better:
            return f"{told} Nobody fits better."
        return (
            f"{told} {better} peer(s) would score higher with {participant} alone. Their places "
            "are suggested to others, because all together come to more that way."
        )

    def _why_nobody(self, participant: str, found: Mapping[str, Pairing]) -> str:
        could = sum(each.possible for each in found.values())
        if could:
            return (
                f"{could} peer(s) could walk with {participant}, and all their places are "
                "suggested to others, so that as many people as possible have somebody."
            )
        bars = Counter(each.bars[0] for each in found.values())
        counted = ", ".join(f"{bar} {number}" for bar, number in sorted(bars.items()))
        return f"None of {len(found)} peer(s) could walk with {participant}: {counted or 'none'}."


def assign(
    seekings: Iterable[Seeking],
    offerings: Iterable[Offering],
    *,
    weights: Weights = _DEFAULT,
    on: date | None = None,
) -> Assignment:
    """Put a whole waiting list together with its peers.

    First, as many people as possible have somebody; then the scores come to the
    most; then who waits longer, an earlier peer, who has fewer free parts of
    the week, and the id decide. The same people in another order get the same.
    Long lists need the extra "matching", and all of them the places of each
    peer: ``most`` or ``minutes``. Where people want different minutes, filling the
    hours in the best way can be too much to compute: where the first try does
    not fit, it is mended step by step, and ``proven`` is false.
    """
    ours = _by_id("seekings", sorted(seekings, key=waiting_longer))
    theirs = _by_id("offerings", sorted(offerings, key=lambda each: each.id))
    found = _Rounds([*ours.values()], [*theirs.values()], weights, on)
    proven = found.run()
    peers = [*theirs]
    pairs = {each: peers[found.given[row]] for row, each in enumerate(ours) if row in found.given}
    return Assignment(
        pairs=MappingProxyType(pairs),
        left=tuple(each for each in ours if each not in pairs),
        total=found.total,
        proven=proven,
        on=on,
        weights=weights,
        seekings=ours,
        offerings=theirs,
    )


def _by_id(place: str, people: Sequence[Any]) -> dict[str, Any]:
    found = {each.id: each for each in people}
    if len(found) != len(people):
        raise BadInput(place, "the same id is there twice")
    return found


class _Rounds:
    """Solves, keeps what fits into the hours, and solves again for those who are left."""

    def __init__(
        self,
        seekings: list[Seeking],
        offerings: list[Offering],
        weights: Weights,
        on: date | None,
    ) -> None:
        self.seekings, self.offerings = seekings, offerings
        self.aged = [weights.aging * min(waited(each, on), weights.patience) for each in seekings]
        self.left = [each.left for each in offerings]
        shortest = min((each.minutes for each in seekings), default=0)
        self.loads = [self._load(each, weights, shortest) for each in offerings]
        self.taken = [0] * len(offerings)
        self.given: dict[int, int] = {}
        self.total = 0
        seats = sum(map(len, self.loads))
        self.plain = len(seekings) * seats <= MOST_PLAIN
        self.table: Any = (
            plain_scores(seekings, offerings, weights, on)
            if self.plain
            else scores(seekings, offerings, weights)
        )

    def _load(self, offering: Offering, weights: Weights, shortest: int) -> list[int]:
        """What is taken off for the first, second, third … person of a peer."""
        places = offering.places(shortest)
        if places is None:
            raise BadInput(
                "offerings", "give most or minutes of each peer: how many there is room for"
            )
        return [
            load_of(weights, offering.walking, places, taken)
            for taken in range(min(places, len(self.seekings)))
        ]

    def run(self) -> bool:
        """Until nobody is left who could still have somebody. Whether the first try fitted."""
        left = [*range(len(self.seekings))]
        proven = True
        while left and (found := self._solved(left)):
            kept = self._keep(found)
            if len(kept) == len(found):
                break
            proven = False
            left = [each for each in left if each not in self.given]
        return proven

    def _keep(self, found: dict[int, int]) -> list[int]:
        """Of those whom a peer would get, as many as their hours hold, the best first."""
        kept = []
        for row, column in sorted(found.items(), key=lambda each: (-self._score(*each), each)):
            left, minutes = self.left[column], self.seekings[row].minutes
            if left is not None and left < minutes:
                continue
            if left is not None:
                self.left[column] = left - minutes
            self.total += self._score(row, column) + self.aged[row]
            self.total -= self.loads[column][self.taken[column]]
            self.taken[column] += 1
            self.given[row] = column
            kept.append(row)
        return kept

    def _score(self, row: int, column: int) -> int:
        return int(self.table[row][column])

    def _slots(self, left: list[int]) -> list[list[int]]:
        """What the seats of each peer cost that are still free for these people."""
        shortest = min(self.seekings[each].minutes for each in left)
        return [
            loads[taken:] if minutes is None else loads[taken : taken + minutes // shortest]
            for loads, taken, minutes in zip(self.loads, self.taken, self.left, strict=True)
        ]

    def _solved(self, left: list[int]) -> dict[int, int]:
        """The best peer for each of these people who gets one, were the hours all alike."""
        slots = self._slots(left)
        seats, size = sum(map(len, slots)), len(left)
        if not seats:
            return {}
        highest = max(map(max, self.table)) if self.plain else int(self.table.max())
        dearest = highest + 2 + max(map(max, filter(None, slots))) + max(self.aged)
        # Having nobody costs more than all that scores could ever save: people come first.
        nobody = dearest * (min(size, seats) + 1)
        # Ties are decided below the smallest difference of two scores. Among some nine thousand
        # people there is no room left for the order of waiting there, and it is left out.
        room = size * (size + 2)
        scale = max(1, min(room, _EXACT // nobody))
        rank = range(size, 0, -1) if scale == room else [0] * size
        alone = [
            scale * (nobody + self.aged[row]) + behind
            for row, behind in zip(left, rank, strict=True)
        ]
        costs = (self._listed if self.plain else self._arrayed)(left, highest + 1, scale)
        priced = [[scale * each for each in some] for some in slots]
        found = (least_plain if self.plain else least)(costs, priced, alone)
        return {row: each for row, each in zip(left, found, strict=True) if each is not None}

    def _short(self, row: int, column: int) -> bool:
        left = self.left[column]
        return left is not None and left < self.seekings[row].minutes

    def _listed(self, left: list[int], top: int, scale: int) -> list[list[int]]:
        return [
            [
                NO
                if score == NO or self._short(row, column)
                else scale * (top - score)
                + (self.offerings[column].id not in self.seekings[row].earlier)
                for column, score in enumerate(self.table[row])
            ]
            for row in left
        ]

    def _arrayed(self, left: list[int], top: int, scale: int) -> Any:
        import numpy as np

        table = self.table if len(left) == len(self.table) else self.table[left]
        costs = (top - table) * scale + 1
        costs[table == NO] = NO
        columns = {each.id: column for column, each in enumerate(self.offerings)}
        for place, row in enumerate(left):
            for each in self.seekings[row].earlier & columns.keys():
                costs[place, columns[each]] -= costs[place, columns[each]] > 0
        if len(left) < len(self.table):  # a later round: hours have been given
            minutes = np.array([self.seekings[each].minutes for each in left])
            free = np.array([np.inf if each is None else each for each in self.left])
            costs[minutes[:, None] > free] = NO
        return costs
