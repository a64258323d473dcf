"""The tables of a fast run, made of whole columns at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import attrs

from peerkit.acts import OfferStay
from peerkit.simulation.arrays import numpy
from peerkit.simulation.fast.asks import Asks
from peerkit.simulation.fast.calendar import Calendar, Told
from peerkit.simulation.fast.gathering import gatherings
from peerkit.simulation.fast.reading import AWAY
from peerkit.simulation.fast.refusals import BEDS, GROUPS, MATCHING, MEETINGS, Refusals
from peerkit.simulation.lives.beds import Stayed, requests, stays
from peerkit.simulation.lives.beyond import BEYOND
from peerkit.simulation.lives.people import HELD, MISSED
from peerkit.simulation.record import COLUMNS, ENDS, STATUSES, Engine, Run, as_table

if TYPE_CHECKING:
    from peerkit.simulation.fast.reading import Reading, Refusal
    from peerkit.simulation.fast.serving import Serving
    from peerkit.simulation.lives.luck import Luck
    from peerkit.simulation.lives.people import People
    from peerkit.simulation.record import Table
    from peerkit.simulation.scenarios.scenario import Scenario

__all__ = ["Found", "as_run"]

_GAVE_UP: Final = ENDS.index("gave up")
_PEER_LEFT: Final = ENDS.index("peer left")
_LOST_PEER: Final = ENDS.index("lost peer")
_AWAY: Final = STATUSES.index("away")
_REFUSED: Final = STATUSES.index("refused")


@attrs.frozen(eq=False)
class Found:
    """What the days of a run leave: all that its tables are made of."""

    scenario: Scenario
    luck: Luck
    reading: Reading
    people: People
    serving: Serving
    told: Told


class _Tables(Mapping[str, "Table"]):
    """Tables by name; one that is long is made when it is first read."""

    def __init__(self, made: dict[str, Table], later: dict[str, Callable[[], Table]]) -> None:
        self._made, self._later = made, later

    def __getitem__(self, name: str) -> Table:
        if name in self._later:
            self._made[name] = self._later.pop(name)()
        return self._made[name]

    def __reduce__(self) -> tuple[type[dict[str, Table]], tuple[dict[str, Table]]]:
        # What the last table would be made of is no luggage for another process.
        return dict, ({name: self[name] for name in self},)

    def __iter__(self) -> Iterator[str]:
        return iter(COLUMNS)

    def __len__(self) -> int:
        return len(COLUMNS)


def as_run(found: Found) -> Run:
    """The run, with its tables."""
    making = _Making(found)
    refusals, words = making.refusals().told()
    asked_for = () if making.asks is None else making.asks.words()
    made = {
        "people": making.people(),
        "matches": making.matches(),
        "refusals": refusals,
        "peers": making.peers(),
        "days": making.days(),
        "groups": making.groups(),
        "stays": making.stays(),
    }
    return Run(
        scenario=found.scenario,
        seed=found.luck.seed,
        number=found.luck.run,
        engine=Engine.FAST,
        edition=found.reading.books[0].edition,
        tables=_Tables(made, {"sessions": partial(making.sessions, asked_for)}),
        words={**words, "activity": asked_for},
    )


def _sum(of: Any, by: Any, length: int) -> Any:
    """Whole numbers, added up by whose they are."""
    return numpy().bincount(by, weights=of, minlength=length).astype("int64")


class _Making:
    """The tables of one run, and what several of them are made of."""

    def __init__(self, found: Found) -> None:
        np = numpy()
        self.found, self.scenario, self.of_people = found, found.scenario, found.people
        self.roster = roster = found.serving.roster()
        self.calendar = cal = Calendar.of(found.people, found.told, roster)
        # Where the appointments of each match lie among those of everybody.
        self.begin = found.people.start[cal.person] + cal.at
        self.end = self.begin + cal.used
        self.held, self.missed = self._counted(HELD), self._counted(MISSED)
        self.minutes = self.held * found.people.minutes[cal.person]
        ends = found.people.why[cal.person]
        self.why = np.where(cal.ended < 0, 0, np.where(cal.left, _PEER_LEFT, ends))
        asked = self.scenario.sessions.asked_beyond > 0
        self.asks = Asks.of(found.scenario, found.luck, found.reading, cal) if asked else None
        self.gatherings = gatherings(found.scenario, found.luck, found.reading, cal, roster)
        self.stayed = self._stayed() if self.scenario.beds.per_week else ()

    def _stayed(self) -> tuple[Stayed, ...]:
        most = partial(self.found.reading.most, "respite-nights")
        return stays(self.scenario, requests(self.scenario, self.found.luck), most)

    def _counted(self, status: int) -> Any:
        """How many appointments of each match came to this."""
        np = numpy()
        before = np.zeros(len(self.of_people.status) + 1, np.int32)
        np.cumsum(self.of_people.status == status, dtype=np.int32, out=before[1:])
        return before[self.end] - before[self.begin]

    def people(self) -> Table:
        """What became of everybody."""
        np = numpy()
        people, cal, told = self.of_people, self.calendar, self.found.told
        count = len(people)
        held, missed, used, minutes = (
            _sum(each, cal.person, count)
            for each in (self.held, self.missed, cal.used, self.minutes)
        )
        matched = np.full(count, -1)
        matched[cal.person[::-1]] = cal.began[::-1]
        ended, why = np.full(count, -1), np.zeros(count, np.int8)
        over = (cal.ended >= 0) & ~cal.left
        ended[cal.person[over]], why[cal.person[over]] = cal.ended[over], self.why[over]
        # Days at whose end they waited: up to each match, to giving up or the end, from each
        # time they came to the list.
        waited = _sum(cal.began, cal.person, count) - people.came
        spells = np.bincount(cal.person, minlength=count) - 1
        for whom, because in ((told.gave_up, _GAVE_UP), (told.over, _LOST_PEER)):
            person, day = _pairs(whom)
            ended[person], why[person] = day, because
            if because == _GAVE_UP:
                waited[person] += day
                spells[person] += 1
        person, day = _pairs(told.again)
        np.subtract.at(waited, person, day)
        np.subtract.at(spells, person, 1)
        waited[spells < 0] += self.scenario.days
        went = used > 0
        score = people.before.copy()
        score[went] = people.score[people.start[went] + used[went] - 1]
        return as_table(
            "people",
            person=np.arange(count),
            came=people.came,
            began=people.began,
            need=people.need,
            matched=matched,
            ended=ended,
            why=why,
            waited=waited,
            held=held,
            missed=missed,
            cancelled=used - held - missed,
            away=self._kept_from(count, lambda shut: shut == AWAY),
            refused=self._kept_from(count, lambda shut: shut > AWAY),
            minutes=minutes,
            score=score,
        )

    def _kept_from(self, count: int, of: Callable[[Any], Any]) -> Any:
        """How often each person's peer was kept from an appointment."""
        np = numpy()
        if not self.roster.kept_from.any():
            return np.zeros(count, np.int32)
        slots = self.calendar.slots
        return np.bincount(self.calendar.person[slots.match[of(slots.kept_from)]], minlength=count)

    def matches(self) -> Table:
        """Who walked with whom."""
        cal, roster = self.calendar, self.roster
        return as_table(
            "matches",
            person=cal.person,
            seat=roster.seat[cal.row],
            generation=roster.generation[cal.row],
            began=cal.began,
            ended=cal.ended,
            why=self.why,
        )

    def peers(self) -> Table:
        """Who served."""
        roster, served = self.roster, self.roster.served()
        count = len(roster.seat)
        led = [each.row for each in self.gatherings]
        groups = _sum([each.minutes for each in self.gatherings], led, count) if led else 0
        beyond = 0 * roster.seat
        if self.asks is not None:
            beyond = _sum(self.asks.minutes, self.calendar.row[self.asks.match], count)
        return as_table(
            "peers",
            seat=roster.seat,
            generation=roster.generation,
            began=roster.began,
            ended=roster.ended,
            talks=(roster.talks & served).sum(axis=1),
            away=(roster.away & served).sum(axis=1),
            overdue=((roster.overdue > 0) & served).sum(axis=1),
            minutes=_sum(self.minutes, self.calendar.row, count) + groups,
            beyond=beyond,
        )

    def days(self) -> Table:
        """How many wait, walk and serve at the end of each day."""
        np = numpy()
        cal, told, days = self.calendar, self.found.told, self.scenario.days

        def until(*each: Any) -> Any:
            """How many of these days lie on or before each day."""
            return np.cumsum(np.bincount(np.concatenate(each), minlength=days))

        again, gave_up = _pairs(told.again)[1], _pairs(told.gave_up)[1]
        return as_table(
            "days",
            day=np.arange(days),
            waiting=until(self.of_people.came, again) - until(cal.began, gave_up),
            walking=until(cal.began) - until(cal.ended[cal.ended >= 0]),
            serving=self.roster.served().sum(axis=0),
        )

    def refusals(self) -> Refusals:
        """Everything that was refused."""
        reading, cal, told = self.found.reading, self.calendar, Refusals()
        for day, person, seat, generation, written in self.found.told.refused:
            told.add(reading.at_match(written), day, MATCHING, person, (seat, generation))
        for each in self.gatherings:
            for refusal in each.refusals:
                told.add(refusal, each.day, GROUPS, -1, self._peer(each.row))
        if (cal.kept_from > AWAY).any():
            slots = cal.slots
            for at in (slots.kept_from > AWAY).nonzero()[0].tolist():
                refusal = reading.at_session(int(slots.kept_from[at]))
                self._at_meeting(told, refusal, slots.match[at], slots.day[at])
        if self.asks is not None:
            for match, day, refusal in self.asks.refused():
                self._at_meeting(told, refusal, match, day)
        for stayed in self.stayed:
            if stayed.refused:
                refusal = reading.past(OfferStay, "respite-nights")
                told.add(refusal, stayed.offered, BEDS, -1, (-1, 0))
        return told

    def _at_meeting(self, told: Refusals, refusal: Refusal, match: int, day: int) -> None:
        cal = self.calendar
        told.add(refusal, day, MEETINGS, cal.person[match], self._peer(cal.row[match]))

    def _peer(self, row: int) -> tuple[int, int]:
        return self.roster.seat[row], self.roster.generation[row]

    def groups(self) -> Table:
        """The groups that met, or were to meet."""
        met = [each for each in self.gatherings if each.expected]
        row = [each.row for each in met]
        return as_table(
            "groups",
            day=[each.day for each in met],
            group=[each.group for each in met],
            seat=self.roster.seat[row],
            generation=self.roster.generation[row],
            expected=[each.expected for each in met],
            came=[each.came for each in met],
            minutes=[each.minutes for each in met],
        )

    def stays(self) -> Table:
        """Who asked for a bed, and whether they got one."""
        return as_table(
            "stays",
            asked=[each.request.asked for each in self.stayed],
            began=[each.began for each in self.stayed],
            nights=[each.nights for each in self.stayed],
        )

    def sessions(self, activities: tuple[str, ...]) -> Table:
        """Every appointment, by day and then by person."""
        np = numpy()
        cal, people, roster, slots = (
            self.calendar,
            self.of_people,
            self.roster,
            self.calendar.slots,
        )
        by = np.argsort(slots.day.astype(np.uint16), kind="stable")
        match, kept_from = slots.match[by], slots.kept_from[by]
        person, row = cal.person[match], cal.row[match]
        there = people.start[person] + slots.nth[by]
        status = np.where(
            kept_from > 0,
            np.where(kept_from == AWAY, _AWAY, _REFUSED),
            people.status[np.minimum(there, len(people.status) - 1)],
        )
        asked_for = np.full(len(by), -1, np.int16)
        beyond = np.zeros(len(by), np.int32)
        if self.asks is not None:
            numbers = np.array(
                [activities.index(each) if each in activities else -1 for each in BEYOND]
            )
            asked_for[self.asks.slot] = numbers[self.asks.what]
            beyond[self.asks.slot] = self.asks.minutes
            asked_for, beyond = asked_for[by], beyond[by]
        return as_table(
            "sessions",
            person=person,
            seat=roster.seat[row],
            generation=roster.generation[row],
            day=slots.day[by],
            status=status,
            minutes=np.where(status == HELD, people.minutes[person], 0),
            asked=asked_for,
            beyond=beyond,
        )


def _pairs(told: list[tuple[int, int]]) -> Any:
    """People and days, apart."""
    return numpy().array(told, "int64").reshape(-1, 2).T
