"""The tables of a fast run, made of whole columns at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import attrs

from peerkit.simulation.arrays import numpy
from peerkit.simulation.beyond import BEYOND, asked, gives_in
from peerkit.simulation.calendar import Calendar, Matches, Told
from peerkit.simulation.people import HELD, MISSED
from peerkit.simulation.reading import AWAY
from peerkit.simulation.record import COLUMNS, ENDS, STATUSES, Engine, Run

if TYPE_CHECKING:
    from peerkit.simulation.luck import Luck
    from peerkit.simulation.people import People
    from peerkit.simulation.reading import Reading, Refusal
    from peerkit.simulation.record import Table
    from peerkit.simulation.scenario import Scenario
    from peerkit.simulation.serving import Serving

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
    matches: Matches
    told: Told


class _Tables(Mapping[str, "Table"]):
    """Tables by name; one that is long is made when it is first read."""

    def __init__(self, made: dict[str, Table], later: dict[str, Callable[[], Table]]) -> None:
        self._made, self._later = made, later

    def __getitem__(self, name: str) -> Table:
        if name in self._later:
            self._made[name] = self._later.pop(name)()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COLUMNS)

    def __len__(self) -> int:
        return len(COLUMNS)


def as_run(found: Found) -> Run:
    """The run, with its tables."""
    making = _Making(found)
    refusals, words = making.refusals()
    made = {
        "people": making.people(),
        "matches": making.matches(),
        "refusals": refusals,
        "peers": making.peers(),
        "days": making.days(),
        "groups": _table("groups"),
        "stays": _table("stays"),
    }
    activities = words["activity"]
    return Run(
        scenario=found.scenario,
        seed=found.luck.seed,
        number=found.luck.run,
        engine=Engine.FAST,
        edition=found.reading.edition,
        tables=_Tables(made, {"sessions": partial(making.sessions, activities)}),
        words=words,
    )


def _table(name: str, **columns: Any) -> Table:
    """A table with all its columns, each of its own kind; none given: without a row."""
    np = numpy()
    return {each.name: np.asarray(columns.get(each.name, ()), each.dtype) for each in COLUMNS[name]}


def _sum(of: Any, by: Any, length: int) -> Any:
    """Whole numbers, added up by whose they are."""
    return numpy().bincount(by, weights=of, minlength=length).astype("int64")


class _Making:
    """The tables of one run, and what several of them are made of."""

    def __init__(self, found: Found) -> None:
        np = numpy()
        self.found, self.scenario, self.of_people = found, found.scenario, found.people
        self.roster = roster = found.serving.roster()
        self.calendar = cal = Calendar.of(
            found.people, found.matches, found.told, roster.first, roster.kept_from
        )
        # Where the appointments of each match lie among those of everybody.
        self.begin = found.people.start[cal.person] + cal.at
        self.end = self.begin + cal.used
        self.held, self.missed = self._counted(HELD), self._counted(MISSED)
        self.minutes = self.held * found.people.minutes[cal.person]
        ends = found.people.why[cal.person]
        self.why = np.where(cal.ended < 0, 0, np.where(cal.left, _PEER_LEFT, ends))
        self.asks = _Asks.of(found, cal) if self.scenario.sessions.asked_beyond else None

    def _counted(self, status: int) -> Any:
        """How many appointments of each match came to this."""
        np = numpy()
        before = np.zeros(len(self.of_people.status) + 1, np.int32)
        np.cumsum(self.of_people.status == status, out=before[1:])
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
        score = np.append(people.score, 0)[people.start + used - 1].astype(np.int32)
        return _table(
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
            score=np.where(used > 0, score, people.before),
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
        return _table(
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
        beyond = 0 * roster.seat
        if self.asks is not None:
            beyond = _sum(self.asks.minutes, self.calendar.row[self.asks.match], count)
        return _table(
            "peers",
            seat=roster.seat,
            generation=roster.generation,
            began=roster.began,
            ended=roster.ended,
            talks=(roster.talks & served).sum(axis=1),
            away=(roster.away & served).sum(axis=1),
            overdue=((roster.overdue > 0) & served).sum(axis=1),
            minutes=_sum(self.minutes, self.calendar.row, count),
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
        return _table(
            "days",
            day=np.arange(days),
            waiting=until(self.of_people.came, again) - until(cal.began, gave_up),
            walking=until(cal.began) - until(cal.ended[cal.ended >= 0]),
            serving=self.roster.served().sum(axis=0),
        )

    def refusals(self) -> tuple[Table, dict[str, tuple[str, ...]]]:
        """What was refused, in the order of asking, and the words its numbers stand for."""
        np = numpy()
        reading, cal, roster = self.found.reading, self.calendar, self.roster
        rows: list[tuple[int, int, int, int, int, int]] = []
        words: list[Refusal] = []
        for at, (day, person, seat, generation, written) in enumerate(self.found.told.refused):
            rows.append((day, 0, at, person, seat, generation))
            words.append(reading.at_match(written))
        if (roster.kept_from > AWAY).any():
            slots = cal.slots
            for at in np.flatnonzero(slots.kept_from > AWAY).tolist():
                match = slots.match[at]
                person, row = cal.person[match], cal.row[match]
                rows.append(
                    (slots.day[at], 1, person, person, roster.seat[row], roster.generation[row])
                )
                words.append(reading.at_session(int(slots.kept_from[at])))
        if self.asks is not None:
            for match, day, refusal in self.asks.refused():
                person, row = cal.person[match], cal.row[match]
                rows.append((day, 1, person, person, roster.seat[row], roster.generation[row]))
                words.append(refusal)
        names = ("act", "clause", "verdict")
        of_each = list(zip(*words, strict=True)) or [()] * 3
        known = {name: tuple(sorted(set(of))) for name, of in zip(names, of_each, strict=True)}
        numbered = {
            name: np.array([known[name].index(each) for each in of], np.int16)
            for name, of in zip(names, of_each, strict=True)
        }
        day, phase, order, person, seat, generation = np.array(rows, np.int64).reshape(-1, 6).T
        by = np.lexsort((order, phase, day))
        columns = {**numbered, "day": day, "person": person, "seat": seat, "generation": generation}
        table = _table("refusals", **{name: each[by] for name, each in columns.items()})
        activities = () if self.asks is None else self.asks.words()
        return table, {**known, "activity": activities}

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
        return _table(
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


@attrs.frozen(eq=False)
class _Asks:
    """What was asked for beyond the role: at which slot, in which match, on which day.

    ``what`` is an index of :data:`~peerkit.simulation.beyond.BEYOND`, ``book`` one of the turns of
    the reading, and ``minutes`` those spent on it all the same.
    """

    reading: Reading
    slot: Any
    match: Any
    day: Any
    what: Any
    book: Any
    minutes: Any

    @classmethod
    def of(cls, found: Found, cal: Calendar) -> _Asks:
        """What is asked for at sessions that were held."""
        np = numpy()
        people, scenario, slots = found.people, found.scenario, cal.slots
        slot = np.flatnonzero(slots.kept_from == 0)
        person = cal.person[slots.match[slot]]
        held = people.status[people.start[person] + slots.nth[slot]] == HELD
        slot, person = slot[held], person[held]
        who, nth = people.who[person], slots.nth[slot]
        what = asked(scenario, found.luck, who, nth)
        some = what >= 0
        slot, person, who, nth, what = (each[some] for each in (slot, person, who, nth, what))
        match, day = slots.match[slot], slots.day[slot]
        book = np.searchsorted(found.reading.turns, day, side="right") - 1
        refused = np.array([[each is not None for each in said] for said in found.reading.beyond])[
            book, what
        ]
        load = _load(cal, cal.row[match], day)
        gives = refused & gives_in(scenario, found.luck, who, nth, load)
        most = np.minimum(scenario.sessions.beyond_minutes, people.minutes[person])
        return cls(found.reading, slot, match, day, what, book, np.where(gives, most, 0))

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
