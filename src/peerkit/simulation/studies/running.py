"""Many runs, one after the other or by workers: what is found is the same, and so is its order."""

from __future__ import annotations

import math
import traceback
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from peerkit.errors import BadInput, MissingExtra, PeerkitError

if TYPE_CHECKING:
    from peerkit.simulation.record import Engine
    from peerkit.simulation.scenarios.scenario import Scenario

    #: One replication that is asked for: a scenario, and the number of the run.
    Task: TypeAlias = tuple[Scenario, int]

__all__ = ["Failure", "Maker", "Replication", "WorkersLost", "finished", "unwatched"]

#: Seconds of work that are not worth sending elsewhere: a worker that has to fetch all it needs
#: takes about as long to begin.
_WORTH: Final = 2.0
#: Seconds of work in one parcel. Sending one takes a thousandth of a second or so.
_LEAST, _MOST = 0.05, 1.0
#: There are as many parcels as this where there is work enough, so that no worker waits long for
#: the last of another.
_PARTS: Final = 64
_MEASURE: Final = "a measure is a number, or NaN"
#: So much is kept of what an error says that is not ours.
_LINE: Final = 300
#: Seconds after which what replications cost is known well enough.
_TRIAL: Final = 0.2


def unwatched(done: int, of: int) -> None:
    """Progress that nobody watches."""


@attrs.frozen
class Replication:
    """One run of one scenario, and what was measured in it. None is a number that has no value."""

    scenario: str
    run: int
    values: Mapping[str, float | None]


@attrs.frozen
class Failure:
    """One run of one scenario that failed: the class of the error, and what it says.

    The same run fails again when it is made by itself, with the same scenario and seed, and
    measured by the same measures.
    """

    scenario: str
    run: int
    error: str
    says: str


class WorkersLost(PeerkitError):
    """Those who did the work are gone, or could not take it. ``done`` says how much is finished."""

    def __init__(self, error: str, done: int, of: int) -> None:
        self.error: str = error
        self.done: int = done
        self.of: int = of
        super().__init__(
            f"The workers gave up ({error}) when {done} of {of} replications were finished. "
            "Where they are other processes, what they are asked to call must stand in a module, "
            "and a script begins its work below: if __name__ == '__main__'. With a checkpoint, "
            "what is finished is kept."
        )

    def __reduce__(self) -> tuple[type[WorkersLost], tuple[str, int, int]]:
        return type(self), (self.error, self.done, self.of)


@attrs.frozen
class Maker:
    """How one replication is made. It travels to the workers, with what they are to make."""

    simulate: Callable[..., Any]
    measures: Callable[[Any], Mapping[str, float]]
    seed: int
    engine: Engine

    def make(self, task: Task) -> Replication | Failure:
        """One replication, or why there is none. What is not installed is nobody's failure."""
        scenario, number = task
        try:
            run = self.simulate(scenario, seed=self.seed, run=number, engine=self.engine)
            values = _kept(self.measures(run))
        except MissingExtra:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is kept, and told
            return Failure(scenario.name, number, type(error).__name__, _said(error))
        return Replication(scenario.name, number, values)

    def make_all(self, tasks: Sequence[Task]) -> tuple[Replication | Failure, ...]:
        """A parcel of work."""
        return tuple(map(self.make, tasks))


def _kept(measured: Any) -> dict[str, float | None]:
    if not isinstance(measured, Mapping) or not all(isinstance(each, str) for each in measured):
        raise BadInput("measures", "give back a number for each name, as {'wait': 3.5}")
    return {name: _number(name, each) for name, each in measured.items()}


def _number(name: str, value: Any) -> float | None:
    place = f"measures.{name}"
    # Some texts could be read as a number, and nobody meant one.
    found = None if isinstance(value, str | bytes) else _float(value)
    if found is None:
        raise BadInput(place, f"is of the type {type(value).__name__}; {_MEASURE}")
    if math.isinf(found):
        raise BadInput(place, f"is without end; {_MEASURE}")
    return None if math.isnan(found) else found


def _float(value: Any) -> float | None:
    """As a number; numpy has several kinds of them."""
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _said(error: Exception) -> str:
    """What an error says; of one that is not ours also where it was. Nobody here is a person."""
    if isinstance(error, PeerkitError):
        return str(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"It stopped in {Path(last.filename).name}, line {last.lineno}, in {last.name}"
    # An error whose text cannot be made is told as such.
    lines = str(traceback.TracebackException.from_exception(error)).strip().splitlines()
    line = " ".join(lines[0].split()) if lines else ""
    line = "".join(each for each in line if each.isprintable())[:_LINE]
    return f"{place}: {line}" if line else f"{place}."


def finished(
    maker: Maker,
    tasks: Sequence[Task],
    executor: Executor | None = None,
    clock: Callable[[], float] = perf_counter,
) -> Generator[tuple[Replication | Failure, ...]]:
    """What is asked for, some at a time, as it is finished.

    Without an executor everything is made here. With one, the first few are made here to see what
    they cost. If little is left then, it is made here too; the rest is sent in parcels. Raises
    :class:`WorkersLost` where the executor fails, rather than a replication.
    """
    left = iter(tasks)
    if executor is not None and tasks:
        tried, cost = _tried(maker, left, clock)
        yield tried
        rest = len(tasks) - len(tried)
        if rest * cost > _WORTH:
            seconds = min(_MOST, max(_LEAST, rest * cost / _PARTS))
            size = max(1, round(seconds / cost))
            yield from _sent(maker, list(left), size, executor, (len(tried), len(tasks)))
    yield from _here(maker, left, clock)


def _tried(
    maker: Maker, tasks: Iterator[Task], clock: Callable[[], float]
) -> tuple[tuple[Replication | Failure, ...], float]:
    """The first few, and what one costs in seconds.

    The very first also fetches what is needed, so it does not count where there are others.
    """
    made, ends = [], [clock()]
    for task in tasks:
        made.append(maker.make(task))
        ends.append(clock())
        spent = ends[-1] - ends[0]
        if spent >= _MOST or (len(made) > 1 and spent >= _TRIAL):
            break
    first = 1 if len(made) > 1 else 0
    return tuple(made), (ends[-1] - ends[first]) / (len(made) - first)


def _here(
    maker: Maker, tasks: Iterator[Task], clock: Callable[[], float]
) -> Generator[tuple[Replication | Failure, ...]]:
    """One after the other. They are handed on a few times in a second, not each by itself."""
    made, since = [], clock()
    for task in tasks:
        made.append(maker.make(task))
        if clock() - since >= _TRIAL:
            yield tuple(made)
            made, since = [], clock()
    if made:
        yield tuple(made)


def _sent(
    maker: Maker, tasks: Sequence[Task], size: int, executor: Executor, so_far: tuple[int, int]
) -> Generator[tuple[Replication | Failure, ...]]:
    """What workers make. They are asked for all of it at once, and each takes the next parcel."""
    done, of = so_far
    lost = ""
    futures = []
    try:
        waiting = iter(tasks)
        while parcel := tuple(islice(waiting, size)):
            futures.append(executor.submit(maker.make_all, parcel))
        for future in as_completed(futures):
            made = future.result()
            done += len(made)
            yield made
    except PeerkitError:
        raise
    except Exception as error:  # noqa: BLE001 - each executor has errors of its own
        lost = type(error).__name__
    finally:
        for future in futures:
            future.cancel()
    if lost:
        raise WorkersLost(lost, done, of)
