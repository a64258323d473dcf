"""A run by arrays: only who is matched with whom, and when it ends, is worked out day by day.

What people would do is known before (:class:`~peerkit.simulation.lives.people.People`). So a match
needs no more than its first day and its last: the appointments between are put on days
afterwards (:mod:`~peerkit.simulation.fast.calendar`).
"""

from __future__ import annotations

from collections import defaultdict, deque
from functools import cache
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final

from peerkit.simulation.arrays import numpy
from peerkit.simulation.fast.calendar import ENDED, FIRST, PERSON, SEAT, Told
from peerkit.simulation.fast.offers import Offers
from peerkit.simulation.fast.reading import AWAY, reading
from peerkit.simulation.fast.serving import Serving
from peerkit.simulation.fast.tables import Found, as_run
from peerkit.simulation.lives.luck import Luck
from peerkit.simulation.lives.people import People

if TYPE_CHECKING:
    from peerkit.simulation.record import Run
    from peerkit.simulation.scenarios.scenario import Matching, Scenario

__all__ = ["run_fast"]

_NOT_WAITING: Final = -1


def run_fast(scenario: Scenario, seed: int = 1, run: int = 0) -> Run:
    """One replication of a scenario.

    Raises :class:`~peerkit.errors.BadInput` for a limit of its handbook that is not followed here.
    """
    days = _Days(scenario, Luck(seed, run))
    for day in range(scenario.days):
        days.live(day)
    return as_run(days.found())


class _Days:
    """The days of a run, one after another: who waits, who walks with whom.

    Who waits stands in a queue for their need, as ``since * len(people) + person``, which is the
    order of all queues together. ``_turn`` has what somebody waits under now.
    """

    def __init__(self, scenario: Scenario, luck: Luck) -> None:
        np = numpy()
        self._scenario, self._luck, self._days = scenario, luck, scenario.days
        self._may_decline = scenario.matching.declined > 0
        self._reading = reading(scenario)
        self._people = people = People.of(scenario, luck)
        seats, needs = scenario.peers.count, len(scenario.arrivals.needs)
        self._offers = Offers(scenario.matching.choosing, scenario.peers.places, seats, needs)
        self._serving = Serving(scenario, luck, self._reading, self._offers)
        self._draw_when_asked(scenario.matching)
        self._came = np.cumsum(np.bincount(people.came, minlength=scenario.days)).tolist()
        self._need, self._every = people.need.tolist(), people.every.tolist()
        self._last, self._walking = people.last.tolist(), people.began.tobytes()
        # -- what has become of people up to now
        self._turn = [_NOT_WAITING] * len(people)
        self._lost = [0] * len(people)
        self._used = [0] * len(people)
        self._proposed: defaultdict[int, int] = defaultdict(int)
        self._declined: defaultdict[int, set[tuple[int, int]]] = defaultdict(set)
        # -- what is to come
        self._queues: list[deque[int]] = [deque() for _ in range(needs)]
        self._gives_up: defaultdict[int, list[int]] = defaultdict(list)
        self._ends: defaultdict[int, list[int]] = defaultdict(list)
        # -- matches: all of them, and those of each post
        self._told = Told()
        self._matches = self._told.matches
        self._theirs: list[list[int]] = [[] for _ in range(seats)]
        # -- peers who are not asked again today, and where their keys belong tomorrow
        self._refused_today: set[int] = set()
        self._aside: list[tuple[int, int]] = []

    def _draw_when_asked(self, matching: Matching) -> None:
        """What people answer, for everybody at once; each is drawn when the first is asked."""
        people, luck, everybody = self._people, self._luck, slice(None)

        @cache
        def first_in(nth: int) -> list[int]:
            return people.first_in(luck, everybody, nth).tolist()  # type: ignore[no-any-return]

        @cache
        def patience(nth: int) -> list[int]:
            found = people.patience(luck, matching.patience, everybody, nth)
            return found.tolist()  # type: ignore[no-any-return]

        @cache
        def declines(nth: int) -> bytes:
            found = people.declines(luck, matching.declined, everybody, nth)
            return found.tobytes()  # type: ignore[no-any-return]

        @cache
        def stays(nth: int) -> bytes:
            found = people.stays(luck, matching.stays_after_loss, everybody, nth)
            return found.tobytes()  # type: ignore[no-any-return]

        self._first_in, self._patience = first_in, patience
        self._declines, self._stays = declines, stays

    def live(self, day: int) -> None:
        """One day, in its order."""
        gone = self._serving.changes(day)
        if gone:
            self._lose(gone, day)
        self._come(self._came[day - 1] if day else 0, self._came[day], day)
        for turn in self._gives_up.pop(day, ()):
            self._gives_up_waiting(turn, day)
        self._match(day)
        self._end(day)

    def found(self) -> Found:
        """What became of everybody, after the last day."""
        return Found(
            self._scenario, self._luck, self._reading, self._people, self._serving, self._told
        )

    def _lose(self, gone: list[int], day: int) -> None:
        """The people of these peers wait for another, or it is over for them."""
        matches, lost = self._matches, []
        for seat in gone:
            kept_from = self._serving.kept_from[seat]
            for match in self._theirs[seat]:
                if matches[match + ENDED] < 0:
                    matches[match + ENDED] = day
                    self._told.left.append(match)
                    person, first = matches[match + PERSON], matches[match + FIRST]
                    every = self._every[person]
                    shut = 0 if kept_from is None else kept_from[first:day:every].count(1)
                    self._used[person] += len(range(first, day, every)) - shut
                    lost.append(person)
            self._theirs[seat].clear()
        for person in sorted(lost):
            nth = self._lost[person]
            self._lost[person] += 1
            if self._stays(nth)[person]:
                self._told.again.append((person, day))
                self._waits(person, day)
            else:
                self._told.over.append((person, day))

    def _come(self, first: int, until: int, day: int) -> None:
        """Those who come today wait, in their order."""
        turns = [*range(day * len(self._turn) + first, day * len(self._turn) + until)]
        self._turn[first:until] = turns
        if len(self._queues) == 1:
            self._queues[0].extend(turns)
        else:
            for turn, need in zip(turns, self._need[first:until], strict=True):
                self._queues[need].append(turn)
        if self._scenario.matching.patience:
            for turn, patience in zip(turns, self._patience(0)[first:until], strict=True):
                self._gives_up[day + patience].append(turn)

    def _waits(self, person: int, day: int) -> None:
        """Somebody who came before waits once more."""
        turn = self._turn[person] = day * len(self._turn) + person
        self._queues[self._need[person]].append(turn)
        if self._scenario.matching.patience:
            patience = self._patience(self._lost[person])[person]
            self._gives_up[day + patience].append(turn)

    def _gives_up_waiting(self, turn: int, day: int) -> None:
        person = turn % len(self._turn)
        if self._turn[person] == turn:
            self._turn[person] = _NOT_WAITING
            self._told.gave_up.append((person, day))

    def _match(self, day: int) -> None:
        """Go through all who wait, once, as long as there is a peer for them."""
        queues, peers, turns = self._queues, self._offers.queues, self._turn
        going = [need for need, queue in enumerate(queues) if queue and peers[need]]
        stay: defaultdict[int, list[int]] = defaultdict(list)
        while going:
            need = going[0] if len(going) == 1 else min(going, key=lambda each: queues[each][0])
            turn = queues[need].popleft()
            person = turn % len(turns)
            # Who gave up is passed over here.
            if turns[person] == turn:
                seat = self._finds(person, need, day)
                if seat is None:
                    stay[need].append(turn)
                else:
                    turns[person] = _NOT_WAITING
                    self._begin(person, seat, day)
            if not queues[need] or not peers[need]:
                going.remove(need)
        for need, stayed in stay.items():
            queues[need].extendleft(reversed(stayed))
        for need, key in self._aside:
            heappush(peers[need], key)
        self._aside.clear()
        self._refused_today.clear()

    def _finds(self, person: int, need: int, day: int) -> int | None:
        """Propose one peer after another: the post of the one they walk with, or None today."""
        offers, stands = self._offers, self._serving.stands
        queue, seats = offers.queues[need], offers.seats
        keys, needs = offers.key, offers.needs
        passed, found = [], None
        while queue:
            key = queue[0]
            seat = key % seats
            # Somebody who served before in the same post may have had the same key.
            if keys[seat] != key or need not in needs[seat]:
                heappop(queue)
                continue
            written = stands[seat][day]
            if written == AWAY or seat in self._refused_today:
                self._aside.append((need, heappop(queue)))
                continue
            if person in self._declined and self._peer(seat) in self._declined[person]:
                passed.append(heappop(queue))
                continue
            if offers.load[seat] >= self._reading.caseload[day]:
                full = self._reading.full
                written = min(written, full) if written else full
            if written:
                self._refused_today.add(seat)
                self._told.refused.append((day, person, *self._peer(seat), written))
                continue
            if self._may_decline and self._declines_it(person):
                self._declined[person].add(self._peer(seat))
            else:
                heappop(queue)
                found = seat
            break
        for key in passed:
            heappush(queue, key)
        return found

    def _peer(self, seat: int) -> tuple[int, int]:
        """Whoever holds a post now."""
        return seat, self._serving.generation[seat]

    def _declines_it(self, person: int) -> bool:
        nth = self._proposed[person]
        self._proposed[person] += 1
        first = self._walking[person] == 1 and not self._lost[person]
        return not first and bool(self._declines(nth)[person])

    def _begin(self, person: int, seat: int, day: int) -> None:
        """They walk together; when their course ends is known from now on."""
        self._offers.taken(seat)
        every, first = self._every[person], day + self._first_in(self._lost[person])[person]
        match = len(self._matches)
        self._matches.extend((person, seat, self._serving.generation[seat], day, first, -1))
        self._theirs[seat].append(match)
        left = self._last[person] - self._used[person]
        kept_from = self._serving.kept_from[seat]
        if kept_from is not None:
            left = _nth_open(kept_from[first::every], left)
        end = first + every * left
        if end < self._days:
            self._ends[end].append(match)

    def _end(self, day: int) -> None:
        """Whose course ends today walks no more, unless their peer left before."""
        matches = self._matches
        for match in self._ends.pop(day, ()):
            if matches[match + ENDED] < 0:
                matches[match + ENDED] = day
                self._offers.freed(matches[match + SEAT], day)


def _nth_open(shut: bytes, nth: int) -> int:
    """The place of the n-th 0 among these; beyond them where there are too few."""
    at = nth
    while (further := nth + shut.count(1, 0, at + 1)) != at:
        at = further
    return at
