"""One model of a program's year, written for each of the other tools as their users write it.

A program of 50 peers with 20 places each, 95 % full on the first day; 20 people come a week and
wait in one line. Somebody meets their peer every seventh day, from one to seven days after they
begin: 20 % do not come; a score moves by a normal step, up a little when they met and down when
not; then they leave with a small probability that falls with the score. Larger programs are the
same in proportion. No rules, no handbook, one stream of luck, and a few numbers at the end.
"""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Callable, Generator, Mapping
from typing import Any, Final, TypeAlias

import attrs

__all__ = ["DAYS", "EXPECTED", "YEARS", "Size", "Year", "agrees"]

DAYS: Final = 365
PLACES: Final = 20
NO_SHOW, HAZARD, SLOPE = 0.2, 0.017, 0.1
UP, DOWN, SD = 0.03, -0.03, 0.25


@attrs.frozen
class Size:
    """So many times the program of 50 peers."""

    times: float

    @property
    def peers(self) -> int:
        """How many peers serve."""
        return round(50 * self.times)

    @property
    def places(self) -> int:
        """How many people can walk with them at once."""
        return self.peers * PLACES

    @property
    def walking(self) -> int:
        """How many do so on the first day."""
        return round(0.95 * self.places)

    @property
    def a_day(self) -> float:
        """How many come in a day."""
        return 20 * self.times / 7


@attrs.frozen
class Year:
    """What a year came to.

    ``wait`` is the mean, in days, of those who came and were matched; ``waiting`` how many wait
    at the end; ``used`` the share of all days of places; ``score`` the mean at the end.
    """

    matched: int
    held: int
    missed: int
    left: int
    waiting: int
    wait: float
    used: float
    score: float


def _mean(found: list[float]) -> float:
    return sum(found) / len(found) if found else 0.0


#: A year of this size, with this luck.
Simulated: TypeAlias = Callable[[Size, int], Year]
#: The means of 300 years at size 1, by an event loop in continuous time, and how far a mean of
#: several years may be off.
EXPECTED: Final = {
    "matched": (908.1, 0.05),
    "held": (41697, 0.02),
    "missed": (10423, 0.03),
    "left": (858.1, 0.05),
    "wait": (15.42, 0.6),
    "used": (0.9914, 0.015),
    "score": (0.772, 0.25),
}


def agrees(year: Simulated, years: int = 8) -> None:
    """Fail unless some years of size 1 come to what is expected."""
    found = [year(Size(1), 1000 + each) for each in range(years)]
    for name, (mean, off) in EXPECTED.items():
        now = sum(getattr(each, name) for each in found) / years
        assert abs(now - mean) <= off * mean, f"{name}: {now} and not {mean}"


def in_simpy(size: Size, seed: int) -> Year:
    """SimPy: a process for each person, a store of places."""
    import simpy

    luck = random.Random(seed)
    env = simpy.Environment()
    places = simpy.Store(env)
    places.items.extend(each % size.peers for each in range(size.places))
    count = dict.fromkeys(("matched", "held", "missed", "left"), 0)
    line: dict[int, float] = {}
    began: dict[int, float] = {}
    scores: dict[int, float] = {}
    waits: list[float] = []
    used = 0.0

    def person(number: int) -> Generator[Any, Any, None]:
        nonlocal used
        line[number] = env.now
        place = yield places.get()
        wait = env.now - line.pop(number)
        if number >= size.walking:
            count["matched"] += 1
            waits.append(wait)
        began[number] = env.now
        scores[number] = luck.gauss(0, 1)
        yield env.timeout(7 * luck.random())
        while True:
            if luck.random() < NO_SHOW:
                count["missed"] += 1
                scores[number] += luck.gauss(DOWN, SD)
            else:
                count["held"] += 1
                scores[number] += luck.gauss(UP, SD)
            if luck.random() < HAZARD * math.exp(-SLOPE * scores[number]):
                break
            yield env.timeout(7)
        count["left"] += 1
        used += env.now - began.pop(number)
        del scores[number]
        places.put(place)

    def comes() -> Generator[Any, Any, None]:
        number = size.walking
        while True:
            yield env.timeout(luck.expovariate(size.a_day))
            env.process(person(number))
            number += 1

    for each in range(size.walking):
        env.process(person(each))
    env.process(comes())
    env.run(until=DAYS)
    used += sum(DAYS - since for since in began.values())
    share, score = used / (size.places * DAYS), _mean(list(scores.values()))
    return Year(**count, waiting=len(line), wait=_mean(waits), used=share, score=score)


def in_mesa(size: Size, seed: int) -> Year:  # noqa: C901 - a whole model, as its users write it
    """Mesa: an agent for each person, asked every day."""
    import mesa

    class Person(mesa.Agent):  # type: ignore[misc]
        """Somebody who waits, and then meets a peer every seventh day."""

        first, score, came, began = DAYS + 1, 0.0, 0, -1

        def begin(self) -> None:
            self.began = self.model.day
            self.first = self.model.day + self.model.random.randint(1, 7)
            self.score = self.model.random.gauss(0, 1)

        def step(self) -> None:
            model = self.model
            if model.day < self.first or (model.day - self.first) % 7:
                return
            missed = model.random.random() < NO_SHOW
            model.count["missed" if missed else "held"] += 1
            self.score += model.random.gauss(DOWN if missed else UP, SD)
            if model.random.random() < HAZARD * math.exp(-SLOPE * self.score):
                model.count["left"] += 1
                model.used += model.day - self.began
                model.free += 1
                self.remove()

    class Program(mesa.Model):  # type: ignore[misc]
        """The program, and its line of people."""

        def __init__(self) -> None:
            super().__init__(seed=seed)
            self.day, self.free, self.used = 0, size.places, 0
            self.waits: list[float] = []
            self.line: deque[Person] = deque()
            self.count = dict.fromkeys(("matched", "held", "missed", "left"), 0)
            self.next = self.random.expovariate(size.a_day)
            for _ in range(size.walking):
                Person(self).begin()
                self.free -= 1

        def step(self) -> None:
            self.day += 1
            while self.next < self.day:
                self.line.append(Person(self))
                self.line[-1].came = self.day
                self.next += self.random.expovariate(size.a_day)
            while self.free and self.line:
                person = self.line.popleft()
                person.begin()
                self.waits.append(self.day - person.came)
                self.free -= 1
                self.count["matched"] += 1
            self.agents.do("step")

    program = Program()
    for _ in range(DAYS):
        program.step()
    walking = [each for each in program.agents if each.began >= 0]
    used = program.used + sum(DAYS - each.began for each in walking)
    return Year(
        **program.count,
        waiting=len(program.line),
        wait=_mean(program.waits),
        used=used / (size.places * DAYS),
        score=_mean([each.score for each in walking]),
    )


def in_numpy(size: Size, seed: int) -> Year:
    """A loop over days by hand, everybody who meets that day at once: no rules, one stream."""
    import numpy as np

    luck = np.random.default_rng(seed)
    score = luck.normal(size=size.places)
    weekday = np.full(size.places, -1, np.int8)
    first = np.zeros(size.places, np.int32)
    weekday[: size.walking] = luck.integers(0, 7, size.walking)
    first[: size.walking] = 1
    began = np.zeros(size.places, np.int32)
    free = deque(range(size.walking, size.places))
    line = np.empty(0, np.int32)
    waits: list[Any] = []
    matched = held = missed = left = used = 0
    for day in range(1, DAYS + 1):
        line = np.concatenate((line, np.full(luck.poisson(size.a_day), day, np.int32)))
        begin = min(len(line), len(free))
        if begin:
            taken = np.array([free.popleft() for _ in range(begin)])
            waits.append(day - line[:begin])
            line = line[begin:]
            matched += begin
            began[taken] = day
            first[taken] = day + luck.integers(1, 8, begin)
            weekday[taken] = first[taken] % 7
            score[taken] = luck.normal(size=begin)
        due = np.flatnonzero((weekday == day % 7) & (first <= day))
        away = luck.random(len(due)) < NO_SHOW
        missed += int(away.sum())
        held += len(due) - int(away.sum())
        now = score[due] + luck.normal(0, SD, len(due)) + np.where(away, DOWN, UP)
        score[due] = now
        gone = due[luck.random(len(due)) < HAZARD * np.exp(-SLOPE * now)]
        left += len(gone)
        used += int((day - began[gone]).sum())
        weekday[gone] = -1
        free.extend(gone.tolist())
    walking = weekday >= 0
    used += int((DAYS - began[walking]).sum())
    return Year(
        matched=matched,
        held=held,
        missed=missed,
        left=left,
        waiting=len(line),
        wait=float(np.concatenate(waits).mean()) if waits else 0.0,
        used=used / (size.places * DAYS),
        score=float(score[walking].mean()),
    )


#: The other tools.
YEARS: Final[Mapping[str, Simulated]] = {
    "SimPy": in_simpy,
    "Mesa": in_mesa,
    "NumPy by hand": in_numpy,
}
