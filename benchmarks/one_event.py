"""One event saved with the `eventsourcing` library, which decides and chains nothing."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Any

from benchmarks.measuring import Sample, Skipped

__all__ = ["saved"]


def saved(where: Mapping[str, str], body: str, number: int) -> Sample:
    """Save so many events of this text, one after the other, where its settings say."""
    try:
        from eventsourcing.application import Application
        from eventsourcing.domain import Aggregate, event
    except ModuleNotFoundError:
        raise Skipped("eventsourcing is not installed here; see requirements/bench.txt.") from None

    class Reported(Aggregate):
        @event("Reported")
        def __init__(self, participant: str, body: str) -> None:
            self.participant, self.body = participant, body

    app: Application[Any] = Application({**where})

    def sample() -> float:
        made = [Reported(f"person-{each % 100:02}", body) for each in range(number)]
        started = perf_counter()
        for each in made:
            app.save(each)
        return (perf_counter() - started) / number

    return sample
