"""Who comes, and what each would do: theirs alone, whatever the program does about it.

Somebody's course is numbered by their own appointments, not by days. A peer who is away or a rule
that stands against an appointment delays it; it does not use it up. So everything here is known
before anybody is matched, and the same in every scenario that asks the same of them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import attrs

from peerkit.simulation.arrays import numpy
from peerkit.simulation.lives.luck import Luck, counts, steps

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from peerkit.simulation.scenarios.scenario import Scenario, Shares

__all__ = [
    "CANCELLED",
    "FINISHED",
    "GOES_ON",
    "HELD",
    "LEFT",
    "MISSED",
    "People",
    "id_of",
    "named",
    "pick",
]

HELD, MISSED, CANCELLED = 0, 1, 2
#: How a course ends, as in :data:`~peerkit.simulation.record.ENDS`.
GOES_ON, LEFT, FINISHED = 0, 1, 2
#: A person is known by the day they came and their number on that day; those who are there
#: already by their number alone. So somebody who comes is the same person however many come.
_A_DAY: Final = 1 << 24
_WEEK: Final = 7
#: How many people's courses are worked out together: as many as fit near the processor.
_TOGETHER: Final = 512
#: The parts of one appointment's 64 bits: 20 whether it is held, 28 whether somebody leaves
#: after it, 16 how the score moves.
_SHOWS: Final = 1 << 20
_LEAVES: Final = 1 << 28
#: More appointments, and more days, than there are in any scenario.
_MOST: Final = 1 << 30
#: Scores are kept within this many thousandths.
_FAR: Final = 30_000


@attrs.frozen(eq=False)
class People:
    """Everybody who comes, in order; each field has one entry for each person.

    ``who`` names them to their luck; ``came`` is a day, ``began`` 0 for those who come, 1 for
    who walks with a peer on the first day and 2 for who waits then; ``need`` an index;
    ``every`` and ``minutes`` the rhythm they chose. ``last`` is the number of the
    appointment that ends their course, from 0, and ``why`` how (:data:`GOES_ON` where
    it outlasts the scenario). ``status`` and ``score`` hold every appointment of
    everybody one after another; those of person ``i`` begin at ``start[i]``, ``room[i]`` of them;
    ``before`` is the score somebody came with.
    """

    who: NDArray[np.uint64]
    came: NDArray[np.int32]
    began: NDArray[np.int8]
    need: NDArray[np.int16]
    every: NDArray[np.int32]
    minutes: NDArray[np.int32]
    last: NDArray[np.int32]
    why: NDArray[np.int8]
    start: NDArray[np.int64]
    room: NDArray[np.int32]
    status: NDArray[np.uint8]
    score: NDArray[np.int16]
    before: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.who)

    @classmethod
    def of(cls, scenario: Scenario, luck: Luck) -> People:
        """Everybody who comes in this run, and what they would do."""
        who, came, began = _comers(scenario, luck)
        needs = scenario.arrivals.needs
        need = _choice(luck.chance("need", who), [each.share for each in needs])
        every = pick(scenario.sessions.every, luck.chance("every", who))
        minutes = pick(scenario.sessions.minutes, luck.chance("minutes", who))
        # The first score is a normal draw of one standard deviation.
        first = luck.normal("score", who)
        last, why, start, room, status, score = _courses(scenario, luck, who, came, first)
        return cls(
            who=who,
            came=came,
            began=began,
            need=need,
            every=every,
            minutes=minutes,
            last=last,
            why=why,
            start=start,
            room=room,
            status=status,
            score=score,
            before=first,
        )

    def first_in(self, luck: Luck, person: Any, nth: Any = 0) -> Any:
        """Days from somebody's n-th match to their first appointment: 1 to 7."""
        np = numpy()
        drawn = luck.bits("first", self.who[person], nth) % np.uint64(_WEEK)
        return 1 + drawn.astype(np.int32)

    def patience(self, luck: Luck, mean: int, person: Any, nth: Any = 0) -> Any:
        """Days that somebody waits the n-th time before they give up: 1 or more, exponential."""
        np = numpy()
        if mean == 0:
            return np.full(np.shape(person), _MOST, np.int32)
        u = luck.chance("patience", self.who[person], nth)
        return np.minimum(1 + (-mean * np.log1p(-u)), _MOST).astype(np.int32)

    def declines(self, luck: Luck, share: float, person: Any, nth: Any) -> Any:
        """Whether somebody declines the n-th peer who is proposed to them."""
        return luck.chance("declines", self.who[person], nth) < share

    def stays(self, luck: Luck, share: float, person: Any, nth: Any) -> Any:
        """Whether somebody whose n-th peer leaves waits for another."""
        return luck.chance("stays", self.who[person], nth) < share


def named(came: Any, began: Any) -> NDArray[np.uint64]:
    """What names people to their luck, by the day they came and how they began, in order."""
    np = numpy()
    came = np.asarray(came, np.int64)
    already = int(np.count_nonzero(began))
    days = came[already:]
    within = np.arange(len(days)) - np.searchsorted(days, days)
    who = np.concatenate([np.arange(already), (days + 1) * _A_DAY + within])
    return who.astype(np.uint64)  # type: ignore[no-any-return]


def id_of(person: int) -> str:
    """The id of a person, by their place in the order of coming: ``person-00012``."""
    return f"person-{person:05}"


def pick(among: Shares, u: Any) -> Any:
    """The value that each chance falls on."""
    np = numpy()
    return np.asarray(among.values, np.int32)[_choice(u, among.shares)]


def _choice(u: Any, shares: Any) -> Any:
    np = numpy()
    bounds = np.cumsum(shares)[:-1]
    return np.searchsorted(bounds, u, side="right").astype(np.int16)


def _comers(scenario: Scenario, luck: Luck) -> tuple[Any, Any, Any]:
    """Those who are there already, then those who come, day by day."""
    np = numpy()
    arrivals = scenario.arrivals
    days = np.arange(scenario.days)
    rates = arrivals.per_week / _WEEK * np.asarray(arrivals.months)[_months(scenario)]
    # Each day by a chance of its own: with a higher rate the same people come, and some more.
    come = counts(luck.chance("arrivals", days), rates)
    already = arrivals.walking + arrivals.waiting
    came = np.concatenate([np.zeros(already, np.int64), np.repeat(days, come)])
    began = np.zeros(len(came), np.int8)
    began[: arrivals.walking] = 1
    began[arrivals.walking : already] = 2
    return named(came, began), came.astype(np.int32), began


def _months(scenario: Scenario) -> Any:
    """The month of each day, from 0."""
    np = numpy()
    first = np.datetime64(scenario.begins)
    return (first + np.arange(scenario.days)).astype("datetime64[M]").astype(int) % 12


def _courses(scenario: Scenario, luck: Luck, who: Any, came: Any, first: Any) -> tuple[Any, ...]:
    """Everybody's course: when it ends and how, and each appointment up to the last day."""
    np = numpy()
    course, sessions = scenario.course, scenario.sessions
    wishes = _doses(scenario, luck, who)
    shortest = min(sessions.every.values)
    # Nobody has more appointments than fit between coming and the last day.
    room = np.maximum((scenario.days - 1 - came) // shortest + 1, 1).astype(np.int32)
    missed = round(sessions.no_show * _SHOWS)
    away = missed + round(sessions.cancelled * _SHOWS)
    held_step, missed_step = (
        steps(course.drift_held, course.sd),
        steps(course.drift_missed, course.sd),
    )
    leaves = _leaving(course.hazard, course.slope)
    last = np.full(len(who), _MOST, np.int32)
    why = np.zeros(len(who), np.int8)
    start = np.empty(len(who), np.int64)
    statuses, scores = [], []
    at = 0
    for lo in range(0, len(who), _TOGETHER):
        hi = min(lo + _TOGETHER, len(who))
        k = int(room[lo:hi].max())
        bits = luck.bits("appointment", who[lo:hi, None], np.arange(k))
        shows = (bits & np.uint64(_SHOWS - 1)).astype(np.int32)
        held = shows >= away
        moves = (bits >> np.uint64(48)).astype(np.int32)
        step = np.where(held, held_step[moves], missed_step[moves])
        score = np.clip(first[lo:hi, None] + np.cumsum(step, axis=1), -_FAR, _FAR)
        gone = ((bits >> np.uint64(20)) & np.uint64(_LEAVES - 1)).astype(np.int32)
        over = gone < leaves[score + _FAR]
        done = None
        if wishes is not None:
            done = np.cumsum(held, axis=1) >= wishes[lo:hi, None]
            over |= done
        ends = over.argmax(axis=1)
        rows = np.arange(hi - lo)
        ended = over[rows, ends]
        last[lo:hi] = np.where(ended, ends, last[lo:hi])
        finished = ended if done is None else ended & done[rows, ends]
        why[lo:hi] = np.where(ended, LEFT, GOES_ON)
        if done is not None:
            why[lo:hi][finished] = FINISHED
        start[lo:hi] = at + rows * k
        at += (hi - lo) * k
        statuses.append(
            ((shows < missed) * MISSED + ((shows >= missed) & ~held) * CANCELLED)
            .astype(np.uint8)
            .ravel()
        )
        scores.append(score.astype(np.int16).ravel())
        room[lo:hi] = k
    return last, why, start, room, _joined(statuses, np.uint8), _joined(scores, np.int16)


def _joined(found: list[Any], dtype: Any) -> Any:
    np = numpy()
    return np.concatenate(found) if found else np.empty(0, dtype)


def _doses(scenario: Scenario, luck: Luck, who: Any) -> Any:
    """How many sessions each wants: whole numbers, 1 or more; None where it just goes on."""
    np = numpy()
    course = scenario.course
    if course.dose == 0:
        return None
    z = luck.normal("dose", who) / 1000
    wishes = np.rint(course.dose * np.exp(course.dose_spread * z))
    return np.clip(wishes, 1, _MOST).astype(np.int32)


@lru_cache(maxsize=16)
def _leaving(hazard: float, slope: float) -> Any:
    """Of 2**28 chances, those that mean leaving, by the score."""
    np = numpy()
    score = np.arange(-_FAR, _FAR + 1) / 1000
    return np.minimum(np.rint(hazard * np.exp(-slope * score) * _LEAVES), _LEAVES).astype(np.int32)
