"""Who serves in which post, day by day: peers begin, give notice and leave."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import attrs

from peerkit.simulation.arrays import numpy
from peerkit.simulation.fast.offers import Offers
from peerkit.simulation.fast.reading import AWAY, Reading
from peerkit.simulation.lives.peers import BEFORE, REVIEW, Posts, gives_notice, posts
from peerkit.simulation.scenarios.scenario import Planning

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from peerkit.simulation.lives.luck import Luck
    from peerkit.simulation.scenarios.scenario import Scenario

__all__ = ["Began", "Roster", "Serving"]


@attrs.frozen(eq=False)
class Began:
    """Some peers who began on one day: ``overdue`` and ``kept_from`` have a row for each.

    ``kept_from[peer, day]`` is 0 where an appointment can be, else what keeps the peer from it.
    """

    posts: Posts
    overdue: NDArray[Any]
    kept_from: NDArray[Any]


@attrs.frozen(eq=False, kw_only=True)
class Roster:
    """All peers of a run, a row for each; those of a seat stand from ``first[seat]`` on.

    ``away``, ``talks``, ``overdue`` and ``kept_from`` have a column for each day.
    """

    seat: NDArray[Any]
    generation: NDArray[Any]
    began: NDArray[Any]
    ended: NDArray[Any]
    first: NDArray[Any]
    away: NDArray[Any]
    talks: NDArray[Any]
    overdue: NDArray[Any]
    kept_from: NDArray[Any]

    def served(self) -> Any:
        """Whether each serves on each day."""
        np = numpy()
        days = np.arange(self.away.shape[1])
        until = np.where(self.ended < 0, len(days), self.ended)
        return (days >= self.began[:, None]) & (days <= until[:, None])


class Serving:
    """The posts of a run. Its lists have an entry for each post, about who holds it now.

    ``stands`` says for each day how the peer stands to a new match, ``kept_from`` whether an
    appointment can be: None where one always can. ``ended`` has the last day of who is gone.
    """

    def __init__(self, scenario: Scenario, luck: Luck, reading: Reading, offers: Offers) -> None:
        count = scenario.peers.count
        self._scenario, self._luck, self._reading, self._offers = scenario, luck, reading, offers
        self.began: list[Began] = []
        self.ended: dict[tuple[int, int], int] = {}
        self.generation: list[int] = [0] * count
        self.stands: list[bytes] = [b""] * count
        self.kept_from: list[bytes | None] = [None] * count
        self._here = [False] * count
        self._noticed = [False] * count
        self._always = bytes(scenario.days)
        self._overdue: list[Any] = [None] * count
        self._last: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        self._vacant: defaultdict[int, list[int]] = defaultdict(list)
        self._leaving: defaultdict[int, int] = defaultdict(int)
        for each in scenario.peers.leaving:
            self._leaving[(each.on - scenario.begins).days] += each.peers
        self._begin(range(count), 0, BEFORE)

    def changes(self, day: int) -> list[int]:
        """The posts whose peers are gone from this day on; who follows others begins."""
        gone = self._gone(day)
        for generation, seats in self._following(day).items():
            self._begin(seats, generation, day)
        if self._scenario.peers.turnover and day and day % REVIEW == 0:
            self._review(day)
        return gone

    def _gone(self, day: int) -> list[int]:
        last = self._last.pop(day, ())
        # Who has left before their last day, and may have been followed, is gone already.
        gone = [seat for seat, generation in last if (seat, generation) not in self.ended]
        for seat in gone:
            self._here[seat] = False
        if most := self._leaving.pop(day, 0):
            present = [seat for seat, here in enumerate(self._here) if here]
            gone += present[-most:]
        for seat in gone:
            self._here[seat] = False
            self._offers.closes(seat)
            self.ended[seat, self.generation[seat]] = day - 1
            self._vacant[day + self._scenario.peers.vacancy].append(seat)
        return gone

    def _following(self, day: int) -> dict[int, list[int]]:
        """The posts that are filled again, by how many served there before."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        for seat in sorted(self._vacant.pop(day, ())):
            found[self.generation[seat] + 1].append(seat)
        return found

    def _begin(self, seats: Any, generation: int, day: int) -> None:
        new = posts(self._scenario, self._luck, list(seats), generation, day)
        overdue = self._reading.overdue(new)
        stands: Any = numpy().where(new.away, numpy().uint8(AWAY), overdue)
        planned = self._scenario.sessions.planning is Planning.EACH
        kept_from: Any = stands if planned else new.away.astype("uint8")
        self.began.append(Began(new, overdue, kept_from))
        any_stands, any_kept = (each.any(axis=1).tolist() for each in (stands, kept_from))
        for row, seat in enumerate(seats):
            self.generation[seat] = generation
            self._here[seat], self._noticed[seat] = True, False
            self._overdue[seat] = overdue[row]
            self.stands[seat] = stands[row].tobytes() if any_stands[row] else self._always
            self.kept_from[seat] = (kept_from[row] > 0).tobytes() if any_kept[row] else None
            self._offers.begins(seat, tuple(new.serves[row].nonzero()[0].tolist()), day)

    def _review(self, day: int) -> None:
        """Each who serves and has not given notice may do so."""
        seats = [seat for seat, here in enumerate(self._here) if here and not self._noticed[seat]]
        load = [self._offers.load[seat] for seat in seats]
        generation = [self.generation[seat] for seat in seats]
        overdue = [self._overdue[seat][day] > 0 for seat in seats]
        peers = self._scenario.peers
        leaves = gives_notice(peers, self._luck, seats, generation, day, load, overdue=overdue)
        for seat in (seat for seat, going in zip(seats, leaves.tolist(), strict=True) if going):
            self._noticed[seat] = True
            self._offers.closes(seat)
            self._last[day + max(peers.notice, 1)].append((seat, self.generation[seat]))

    def roster(self) -> Roster:
        """Everybody who served, by seat and then by generation."""
        np = numpy()
        seat = np.concatenate([each.posts.seats for each in self.began])
        each_has = [len(each.posts.seats) for each in self.began]
        generation = np.repeat([each.posts.generation for each in self.began], each_has)
        order = np.lexsort((generation, seat))
        seat, generation = seat[order], generation[order]
        names = zip(seat.tolist(), generation.tolist(), strict=True)

        def joined(of: Callable[[Began], Any]) -> Any:
            return np.concatenate([of(each) for each in self.began])[order]

        return Roster(
            seat=seat,
            generation=generation,
            began=np.repeat([each.posts.began for each in self.began], each_has)[order],
            ended=np.array([self.ended.get(each, -1) for each in names], np.int32),
            first=np.searchsorted(seat, np.arange(len(self.generation))),
            away=joined(lambda each: each.posts.away),
            talks=joined(lambda each: each.posts.talks),
            overdue=joined(lambda each: each.overdue),
            kept_from=joined(lambda each: each.kept_from),
        )
