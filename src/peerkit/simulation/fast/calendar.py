"""From matches to appointments: on which days they are, and which of somebody's course each is.

Somebody's appointments in a match are on its first day and then every so many days. Where the
peer is kept from one, it is on a day, but it uses nothing of the course up.
"""

from __future__ import annotations

from array import array
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import attrs

from peerkit.simulation.arrays import numpy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from peerkit.simulation.fast.serving import Roster
    from peerkit.simulation.lives.people import People

__all__ = [
    "BEGAN",
    "ENDED",
    "FIRST",
    "GENERATION",
    "PERSON",
    "ROW",
    "SEAT",
    "Calendar",
    "Slots",
    "Told",
]


#: What is known of a match, as its place in a row: who walks with whom, the day it was agreed, the
#: day of the first appointment, and the day it ended, -1 while it goes on.
PERSON, SEAT, GENERATION, BEGAN, FIRST, ENDED = range(6)
#: How many numbers one match takes.
ROW: Final = 6


@attrs.frozen(eq=False)
class Told:
    """What is told beside the matches.

    ``matches`` has all matches as they were made, row after row: a match is known by where its
    row begins. ``left`` are those whose peer left; after one, somebody waits ``again`` or it is
    ``over``. These and who ``gave_up`` are a person and a day; ``refused`` are the day, the
    person, the peer's seat and generation, and the clause as the reading writes it.
    """

    matches: array[int] = attrs.field(factory=lambda: array("i"))
    left: list[int] = attrs.field(factory=list)
    again: list[tuple[int, int]] = attrs.field(factory=list)
    over: list[tuple[int, int]] = attrs.field(factory=list)
    gave_up: list[tuple[int, int]] = attrs.field(factory=list)
    refused: list[tuple[int, int, int, int, int]] = attrs.field(factory=list)


@attrs.frozen(eq=False)
class Slots:
    """Days on which somebody was to meet their peer, match by match.

    ``kept_from`` is 0 where they did, and then ``nth`` is the number of the appointment.
    """

    match: NDArray[Any]
    day: NDArray[Any]
    kept_from: NDArray[Any]
    nth: NDArray[Any]


@attrs.define(eq=False, slots=False)
class Calendar:
    """The matches of a run in order of their first day, then of the person.

    ``row`` is the peer's in ``kept_from``; ``left`` is true where it ended because the peer left.
    """

    people: People
    kept_from: NDArray[Any]
    person: NDArray[Any]
    row: NDArray[Any]
    began: NDArray[Any]
    first: NDArray[Any]
    ended: NDArray[Any]
    left: NDArray[Any]

    @classmethod
    def of(cls, people: People, told: Told, roster: Roster) -> Calendar:
        """Of matches as they were made."""
        np = numpy()
        rows = np.array(told.matches, np.int32).reshape(-1, ROW).T
        left = np.zeros(len(rows[PERSON]), bool)
        left[np.array(told.left, np.int64) // ROW] = True
        order = np.lexsort((rows[PERSON], rows[BEGAN]))
        row = roster.first[rows[SEAT]] + rows[GENERATION]
        columns = (rows[PERSON], row, rows[BEGAN], rows[FIRST], rows[ENDED], left)
        return cls(people, roster.kept_from, *(each[order] for each in columns))

    @cached_property
    def every(self) -> NDArray[Any]:
        """Days from one appointment to the next."""
        found: NDArray[Any] = self.people.every[self.person]
        return found

    @cached_property
    def count(self) -> NDArray[Any]:
        """How many appointments each match has a day for."""
        np = numpy()
        last = np.where(self.ended < 0, self.kept_from.shape[1] - 1, self.ended - self.left)
        found: NDArray[Any] = np.maximum((last - self.first) // self.every + 1, 0)
        return found

    @cached_property
    def used(self) -> NDArray[Any]:
        """How many of them the peer could keep."""
        np = numpy()
        some: Any = self.kept_from.any(axis=1)
        ever = np.flatnonzero(some[self.row])
        found: NDArray[Any] = self.count
        if len(ever):
            match, _, shut = self._slots(ever)
            found = found - np.bincount(match[shut > 0], minlength=len(found))
        return found

    @cached_property
    def at(self) -> NDArray[Any]:
        """The number of each match's first appointment, among all that this person keeps."""
        np = numpy()
        order = np.argsort(self.person, kind="stable")
        person, used = self.person[order], self.used[order]
        before = np.cumsum(used) - used
        _, starts, again = np.unique(person, return_index=True, return_inverse=True)
        at = np.empty_like(before)
        at[order] = before - before[starts][again]
        return at  # type: ignore[no-any-return]

    @cached_property
    def slots(self) -> Slots:
        """Every day on which there was to be an appointment, by person, then by day."""
        np = numpy()
        match, day, kept_from = self._slots(np.argsort(self.person, kind="stable"))
        open_ = kept_from == 0
        # How many there were before it, less those before the first one of its match.
        before = np.cumsum(open_) - open_
        starts = np.flatnonzero(np.diff(match, prepend=-1))
        since = np.repeat(before[starts], np.diff(starts, append=len(match)))
        return Slots(match, day, kept_from, self.at[match] + before - since)

    def _slots(self, matches: Any) -> tuple[Any, Any, Any]:
        """The match, the day, and what keeps the peer from it, for each slot of these."""
        np = numpy()
        count = self.count[matches]
        match = np.repeat(matches.astype(np.int32), count)
        turn = np.arange(len(match), dtype=np.int32) - np.repeat(np.cumsum(count) - count, count)
        day = (self.first[match] + self.every[match] * turn).astype(np.int32)
        return match, day, self.kept_from[self.row[match], day]
