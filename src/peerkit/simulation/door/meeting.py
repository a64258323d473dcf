"""The appointments of one day through the door: planned, held or not, and written down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.simulation.door.answering import Refusal
from peerkit.simulation.door.desk import Desk, Visit
from peerkit.simulation.door.standing import Comer, InPost
from peerkit.simulation.lives.beyond import BEYOND, asked, gives_in
from peerkit.simulation.lives.people import HELD, People
from peerkit.simulation.record import STATUSES
from peerkit.simulation.scenarios.scenario import Planning

if TYPE_CHECKING:
    from peerkit.simulation.lives.luck import Luck
    from peerkit.simulation.scenarios.scenario import Scenario

__all__ = ["Meeting", "Meetings"]

#: People meet between these minutes of the day, and it is written down after the last.
_OPENS: Final = 8 * 60
_CLOSES: Final = 22 * 60
#: Where groups last longer than this, what comes after them is planned for the whole day.
_LATE: Final = 14 * 60


@attrs.frozen
class Meeting:
    """What became of one appointment. ``refusal`` is what stood against it, or against the ask."""

    person: Comer
    peer: InPost
    status: str
    minutes: int = 0
    asked: str = ""
    beyond: int = 0
    refusal: Refusal | None = None


@attrs.frozen
class Meetings:
    """The appointments of one day."""

    scenario: Scenario
    luck: Luck
    desk: Desk
    everybody: People
    day: int

    def of(self, due: Iterable[tuple[Comer, InPost]]) -> list[Meeting]:
        """What becomes of the appointments of these people with their peers, by person."""
        due = sorted(due, key=lambda each: each[0].row)
        loads = {peer.who: len(peer.people) for _, peer in due}
        met = [Meeting(who, peer, "away") for who, peer in due if peer.away[self.day]]
        for together in self._rounds([each for each in due if not each[1].away[self.day]]):
            met += self._round(together, loads)
        return sorted(met, key=lambda each: each.person.row)

    def _rounds(
        self, due: list[tuple[Comer, InPost]]
    ) -> Iterator[list[tuple[Comer, InPost, Visit]]]:
        """The appointments with their hours, one after another for each peer.

        What a day has no hours for is planned once the first are over, at the same hours: the
        rules let no peer plan two at once, and nothing in the model keeps anybody from more.
        """
        opens = self.desk.minute if _OPENS < self.desk.minute <= _LATE else _OPENS
        while due:
            until: dict[tuple[int, int], int] = {}
            now, later = [], []
            for person, peer in due:
                minutes = int(self.everybody.minutes[person.row])
                starts = until.get(peer.who, opens)
                if starts > opens and starts + minutes > _CLOSES:
                    later.append((person, peer))
                else:
                    until[peer.who] = starts + minutes
                    now.append((person, peer, self._visit(person, peer, starts, minutes)))
            yield now
            due = later

    def _visit(self, person: Comer, peer: InPost, starts: int, minutes: int) -> Visit:
        return Visit(
            id=f"session/{person.name}/{person.nth + 1}",
            peer=peer.name,
            person=person.name,
            starts=self.desk.moment(self.day, starts),
            minutes=minutes,
        )

    def _round(
        self, together: list[tuple[Comer, InPost, Visit]], loads: dict[tuple[int, int], int]
    ) -> Iterator[Meeting]:
        takes_place = []
        for person, peer, visit in together:
            refusal = self._plan(visit)
            if refusal is None:
                takes_place.append((person, peer, visit))
            else:
                yield Meeting(person, peer, "refused", refusal=refusal)
        self.desk.at(self.day, _CLOSES)
        for person, peer, visit in takes_place:
            yield self._happens(person, peer, visit, loads[peer.who])

    def _plan(self, visit: Visit) -> Refusal | None:
        if self.scenario.sessions.planning is Planning.NONE:
            return None
        return self.desk.plan(visit)

    def _happens(self, person: Comer, peer: InPost, visit: Visit, load: int) -> Meeting:
        """It is held, missed or cancelled, as it is theirs."""
        status = int(self.everybody.status[self.everybody.start[person.row] + person.nth])
        if status == HELD:
            return self._held(person, peer, visit, load)
        if self.scenario.sessions.planning is Planning.EACH:
            {"missed": self.desk.missed, "cancelled": self.desk.cancelled}[STATUSES[status]](visit)
        return Meeting(person, peer, STATUSES[status])

    def _held(self, person: Comer, peer: InPost, visit: Visit, load: int) -> Meeting:
        """A held session; what was asked beyond the role is asked of the program, too."""
        who = self.everybody.who[person.row]
        what = int(asked(self.scenario, self.luck, who, person.nth))
        refusal = None
        if what >= 0:
            visit = attrs.evolve(visit, asked=BEYOND[what])
            refusal = self.desk.beyond(visit)
        if refusal is not None and gives_in(self.scenario, self.luck, who, person.nth, load):
            beyond = min(self.scenario.sessions.beyond_minutes, visit.minutes)
            visit = attrs.evolve(visit, beyond=beyond)
        self.desk.held(visit)
        return Meeting(
            person, peer, STATUSES[HELD], visit.minutes, visit.asked, visit.beyond, refusal
        )
