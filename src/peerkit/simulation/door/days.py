"""A scenario, one day after another: everybody there is, and what becomes of each.

Each step is written down at a desk, in the order of the day. It is plain rather than fast: what
it says is what the rules say, and the other engine is held to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from peerkit.simulation.arrays import numpy
from peerkit.simulation.door.answering import Refusal
from peerkit.simulation.door.beds import RespiteHouse
from peerkit.simulation.door.desk import Desk
from peerkit.simulation.door.groups import Gatherings
from peerkit.simulation.door.meeting import Meeting, Meetings
from peerkit.simulation.door.rows import row_of_peer, row_of_person
from peerkit.simulation.door.standing import Comer, InPost
from peerkit.simulation.lives.groups import circles
from peerkit.simulation.lives.luck import Luck
from peerkit.simulation.lives.peers import BEFORE, REVIEW, gives_notice, name_of, posts, told_by
from peerkit.simulation.lives.people import People, id_of
from peerkit.simulation.record import ENDS
from peerkit.simulation.scenarios.scenario import Choosing

if TYPE_CHECKING:
    from peerkit.simulation.scenarios.scenario import Scenario

__all__ = ["Days"]

#: What of a day comes before anybody meets is done at this minute.
_MORNING: Final = 6 * 60


class Days:
    """Everybody there is, and one day after another."""

    def __init__(self, scenario: Scenario, luck: Luck, desk: Desk) -> None:
        self.scenario = scenario
        self.luck = luck
        self.desk = desk
        self.everybody: People = People.of(scenario, luck)
        self.people: list[Comer] = [
            Comer(id_of(row), row, int(came), int(before))
            for row, (came, before) in enumerate(
                zip(self.everybody.came, self.everybody.before, strict=True)
            )
        ]
        found = circles(scenario, luck, self.everybody)
        self.gatherings: Gatherings = Gatherings(scenario, luck, desk, found, self.people)
        self.house: RespiteHouse = RespiteHouse(scenario, luck, desk)
        self.waiting: list[Comer] = []
        self.serving: list[InPost] = []
        self.everyone: list[InPost] = []
        self.vacant: dict[int, tuple[int, int]] = {}
        self.happened: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)

    def live(self, day: int) -> None:
        """One day, in its order."""
        self.desk.at(day, _MORNING)
        self.house.morning(day)
        self._peers_go(day)
        self._peers_come(day)
        for peer in self.serving:
            self._serves(peer, day)
        self._review(day)
        self._people_come(day)
        self._people_give_up(day)
        self._match(day)
        self._gather(day)
        self._meet(day)
        for refusal in self.house.evening(day):
            self._refused(day, refusal, -1, (-1, 0))
        self.desk.end_of_day()
        walking = sum(len(each.people) for each in self.serving)
        self.happened["days"].append((day, len(self.waiting), walking, len(self.serving)))

    # -- 1. peers

    def _peers_go(self, day: int) -> None:
        """Whose notice is over, and the last of those who are left on a day of leaving."""
        if day == 0:  # who is counted serves from the first day on
            self._begin(range(self.scenario.peers.count), 0, BEFORE)
            return
        for peer in [each for each in self.serving if each.last is not None and each.last < day]:
            self._goes(peer, day)
        for leaving in self.scenario.peers.leaving:
            if leaving.on == self.scenario.date_of(day):
                for peer in self.serving[-leaving.peers :]:
                    self._goes(peer, day)

    def _goes(self, peer: InPost, day: int) -> None:
        share = self.scenario.matching.stays_after_loss
        for person in sorted(peer.people.values(), key=_by_row):
            self._ends(person, peer, day, "peer left")
            stays = self.everybody.stays(self.luck, share, person.row, person.losses)
            person.losses += 1
            if stays:
                self._waits(person, day)
            else:
                self._is_over(person, day, "lost peer")
        self.desk.peer_goes(peer.name)
        peer.ended = day - 1
        self.serving.remove(peer)
        self.vacant[peer.seat] = day, peer.generation

    def _peers_come(self, day: int) -> None:
        """Posts that were vacant long enough are held by somebody new."""
        for seat, (since, generation) in sorted(self.vacant.items()):
            if day == since + self.scenario.peers.vacancy:
                del self.vacant[seat]
                self._begin([seat], generation + 1, day)

    def _begin(self, seats: Iterable[int], generation: int, began: int) -> None:
        begin = posts(self.scenario, self.luck, list(seats), generation, began)
        for at, seat in enumerate(begin.seats.tolist()):
            peer = InPost(
                name_of(seat, generation),
                seat,
                generation,
                began,
                begin.serves[at],
                begin.away[at],
                begin.talks[at],
                [(began, place) for place in range(self.scenario.peers.places)],
            )
            since, supervised = map(self.scenario.date_of, (began, int(begin.before[at])))
            lived, languages = told_by(self.scenario, self.luck, seat, generation)
            self.desk.peer_comes(peer.name, seat, since, supervised, lived)
            self.desk.speaks(peer.name, languages)
            self.serving.append(peer)
            self.everyone.append(peer)
        self.serving.sort(key=_by_seat)

    def _serves(self, peer: InPost, day: int) -> None:
        """A day of service: the talk, the days off, and whether supervision is in force."""
        if peer.away[day]:
            peer.counts["away"] += 1
            if day in {0, peer.began} or not peer.away[day - 1]:
                back = next((at for at in range(day, len(peer.away)) if not peer.away[at]), None)
                last = len(peer.away) - 1 if back is None else back - 1
                self.desk.away(peer.name, self.scenario.date_of(last))
        if peer.talks[day]:
            peer.counts["talks"] += 1
            self.desk.talk(peer.name)
        peer.overdue = self.desk.is_overdue(peer.name)
        peer.counts["overdue"] += peer.overdue

    def _review(self, day: int) -> None:
        if day == 0 or day % REVIEW:
            return
        settings = self.scenario.peers
        for peer in self.serving:
            load, overdue = len(peer.people), peer.overdue
            if peer.last is None and gives_notice(
                settings, self.luck, *peer.who, day, load, overdue=overdue
            ):
                # It is looked at after the day has begun: nobody goes on the day itself.
                peer.last = day + max(settings.notice, 1) - 1

    # -- 2. and 3. people

    def _people_come(self, day: int) -> None:
        for person in self.people:
            if person.came == day:
                need = self.scenario.arrivals.needs[self.everybody.need[person.row]]
                self.desk.person_comes(person.name, need)
                self.desk.speaks(person.name, (need.language,))
                self._waits(person, day)

    def _waits(self, person: Comer, day: int) -> None:
        person.since = day
        self.desk.waits(person.name, person.waits)
        person.waits += 1
        self.waiting.append(person)
        self.waiting.sort(key=lambda each: (each.since, each.row))

    def _waits_no_more(self, person: Comer, day: int) -> None:
        person.waited += day - person.since
        self.waiting.remove(person)

    def _people_give_up(self, day: int) -> None:
        mean = self.scenario.matching.patience
        for person in [*self.waiting]:
            patience = self.everybody.patience(self.luck, mean, person.row, person.waits - 1)
            if day - person.since >= patience:
                self.desk.gives_up(person.name, person.waits - 1)
                self._waits_no_more(person, day)
                self._is_over(person, day, "gave up")

    def _is_over(self, person: Comer, day: int, why: str) -> None:
        person.ended, person.why = day, why

    # -- 4. matching

    def _match(self, day: int) -> None:
        """Whoever waits is asked in order; who was refused today is not asked again."""
        refused: set[tuple[int, int]] = set()
        for person in [*self.waiting]:
            for peer in self._free_for(person, refused, day):
                person.asked += 1
                person.match = f"match/{person.name}/{person.asked}"
                refusal = self.desk.propose(person.match, peer.name, person.name)
                if refusal is None:
                    self._answers(person, peer, day)
                    break
                refused.add(peer.who)
                self._refused(day, refusal, person.row, peer.who)

    def _free_for(self, person: Comer, refused: set[tuple[int, int]], day: int) -> Iterator[InPost]:
        """The peers who can be proposed to somebody, the first choice first."""
        need = self.everybody.need[person.row]
        able = [
            each
            for each in self.serving
            if each.serves[need] and not each.away[day] and each.last is None
            if each.places and each.who not in refused and each.who not in person.declined
        ]
        if self.scenario.matching.choosing is Choosing.LONGEST_FREE:
            yield from sorted(able, key=lambda each: (*min(each.places), each.seat))
        else:
            yield from sorted(able, key=lambda each: (len(each.people), each.seat))

    def _answers(self, person: Comer, peer: InPost, day: int) -> None:
        """The participant says no, or they walk together."""
        walked_in = self.everybody.began[person.row] == 1 and person.matches == 0
        share = self.scenario.matching.declined
        declines = self.everybody.declines(self.luck, share, person.row, person.proposals)
        person.proposals += 1
        if declines and not walked_in:
            person.declined.add(peer.who)
            self.desk.decline(person.match, peer.name, person.name)
            return
        self.desk.accept(person.match, peer.name, person.name)
        self._waits_no_more(person, day)
        peer.places.remove(min(peer.places))
        peer.people[person.row] = person
        person.peer, person.began = peer, day
        person.next = day + int(self.everybody.first_in(self.luck, person.row, person.matches))
        person.first = day if person.matches == 0 else person.first
        person.matches += 1

    def _ends(self, person: Comer, peer: InPost, day: int, why: str) -> None:
        """A match is over; the place is free from the next matching on."""
        self.desk.end(person.match, peer.name, person.name)
        self.happened["matches"].append((person.row, *peer.who, person.began, day, why))
        del peer.people[person.row]
        peer.places.append((day, 0))
        person.peer = None

    def _refused(self, day: int, it: Refusal, person: int, peer: tuple[int, int]) -> None:
        self.happened["refusals"].append((day, it.act, it.clause, it.verdict, person, *peer))

    # -- 5. groups and appointments

    def _gather(self, day: int) -> None:
        """The groups of the day, before anybody else meets."""
        walking = numpy().array([each.peer is not None for each in self.people], bool)
        leaders = {each.seat: each for each in self.serving}
        for it, came in self.gatherings.of(day, leaders, walking):
            for each in it.refusals:
                self._refused(day, each, -1, it.leader.who)
            if it.plan is not None:
                minutes = self.scenario.groups.minutes if came else 0
                it.leader.counts["minutes"] += minutes
                self.happened["groups"].append(
                    (day, it.group, *it.leader.who, len(it.expected), came, minutes)
                )

    def _meet(self, day: int) -> None:
        """Everybody whose appointment is today meets their peer, or does not."""
        due = []
        for person in self.people:
            if person.peer is not None and person.next == day:
                due.append((person, person.peer))
                person.next += int(self.everybody.every[person.row])
        meetings = Meetings(self.scenario, self.luck, self.desk, self.everybody, day)
        for each in meetings.of(due):
            self._met(each, day)

    def _met(self, it: Meeting, day: int) -> None:
        person, peer = it.person, it.peer
        self.happened["sessions"].append(
            (person.row, *peer.who, day, it.status, it.minutes, it.asked, it.beyond)
        )
        if it.refusal is not None:
            self._refused(day, it.refusal, person.row, peer.who)
        person.counts[it.status] += 1
        for each in (person, peer):
            each.counts["minutes"] += it.minutes
        peer.counts["beyond"] += it.beyond
        if it.status in {"away", "refused"}:
            return
        everybody, row = self.everybody, person.row
        person.score = int(everybody.score[everybody.start[row] + person.nth])
        if person.nth == everybody.last[row]:
            why = ENDS[everybody.why[row]]
            self._ends(person, peer, day, why)
            self._is_over(person, day, why)
        person.nth += 1

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """What happened, in the order of the tables."""
        going_on = [
            (each.row, *each.peer.who, each.began, -1, "")
            for each in self.people
            if each.peer is not None
        ]
        matches = sorted((*self.happened["matches"], *going_on), key=lambda it: (it[3], it[0]))
        everybody, last = self.everybody, self.scenario.days
        waits = {each.row: last - each.since for each in self.waiting}
        return {
            **self.happened,
            "matches": matches,
            "people": [row_of_person(each, everybody, waits) for each in self.people],
            "peers": [row_of_peer(each) for each in sorted(self.everyone, key=lambda it: it.who)],
            "stays": [(each.request.asked, each.began, each.nights) for each in self.house.stays],
        }


def _by_row(person: Comer) -> int:
    return person.row


def _by_seat(peer: InPost) -> int:
    return peer.seat
