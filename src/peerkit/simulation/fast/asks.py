"""What is asked beyond the role in a run by arrays, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import attrs

from peerkit.simulation.arrays import numpy
from peerkit.simulation.lives.beyond import BEYOND, asked, gives_in
from peerkit.simulation.lives.people import HELD

if TYPE_CHECKING:
    from peerkit.simulation.fast.calendar import Calendar
    from peerkit.simulation.fast.reading import Reading, Refusal
    from peerkit.simulation.lives.luck import Luck
    from peerkit.simulation.scenarios.scenario import Scenario

__all__ = ["Asks"]


@attrs.frozen(eq=False)
class Asks:
    """What was asked for beyond the role: at which slot, in which match, on which day.

    ``what`` is an index of :data:`~peerkit.simulation.lives.beyond.BEYOND`, ``book`` one of the
    turns of the reading, and ``minutes`` those spent on it all the same.
    """

    reading: Reading
    slot: Any
    match: Any
    day: Any
    what: Any
    book: Any
    minutes: Any

    @classmethod
    def of(cls, scenario: Scenario, luck: Luck, reading: Reading, cal: Calendar) -> Asks:
        """What is asked for at sessions that were held."""
        np = numpy()
        people, slots = cal.people, cal.slots
        slot = np.flatnonzero(slots.kept_from == 0)
        person = cal.person[slots.match[slot]]
        held = people.status[people.start[person] + slots.nth[slot]] == HELD
        slot, person = slot[held], person[held]
        who, nth = people.who[person], slots.nth[slot]
        what = asked(scenario, luck, who, nth)
        some = what >= 0
        slot, person, who, nth, what = (each[some] for each in (slot, person, who, nth, what))
        match, day = slots.match[slot], slots.day[slot]
        book = np.searchsorted(reading.turns, day, side="right") - 1
        refused = np.array([[each is not None for each in said] for said in reading.beyond])[
            book, what
        ]
        load = _load(cal, cal.row[match], day)
        gives = refused & gives_in(scenario, luck, who, nth, load)
        most = np.minimum(scenario.sessions.beyond_minutes, people.minutes[person])
        return cls(reading, slot, match, day, what, book, np.where(gives, most, 0))

    def words(self) -> tuple[str, ...]:
        """What was asked for, each once."""
        return tuple(sorted({BEYOND[each] for each in self.what.tolist()}))

    def refused(self) -> Iterator[tuple[int, int, Refusal]]:
        """The match, the day and what stood against it, for what is no peer's work."""
        columns = (each.tolist() for each in (self.match, self.day, self.what, self.book))
        for match, day, what, book in zip(*columns, strict=True):
            refusal = self.reading.beyond[book][what]
            if refusal is not None:
                yield match, day, refusal


def _load(cal: Calendar, row: Any, day: Any) -> Any:
    """With how many people these peers walked on these days, before that day's appointments."""
    np = numpy()
    far = cal.kept_from.shape[1] + 1
    began = np.sort(cal.row.astype(np.int64) * far + cal.began)
    over = cal.ended >= 0
    ended = np.sort(cal.row[over].astype(np.int64) * far + cal.ended[over])
    here = row.astype(np.int64) * far
    begun = np.searchsorted(began, here + day, side="right") - np.searchsorted(began, here)
    gone = np.searchsorted(ended, here + day) - np.searchsorted(ended, here)
    return begun - gone
