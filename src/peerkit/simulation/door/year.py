"""A scenario lived day by day in a real program: every step is an act, and every answer its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peerkit.errors import BadInput
from peerkit.simulation.door.days import Days
from peerkit.simulation.door.desk import Desk
from peerkit.simulation.door.rows import tables_of
from peerkit.simulation.lives.luck import Luck
from peerkit.simulation.record import Engine, Run
from peerkit.stores.memory import MemoryStore

if TYPE_CHECKING:
    from peerkit.notifiers import Notifier
    from peerkit.simulation.scenarios.scenario import Scenario
    from peerkit.stores import Store
    from peerkit.telling.ways import Routes

__all__ = ["live", "run_through_the_door"]

#: So many messages are told at once.
_TOLD: Final = 1000


def run_through_the_door(
    scenario: Scenario,
    seed: int = 1,
    run: int = 0,
    store: Store | None = None,
    tell: Routes | Notifier | None = None,
) -> Run:
    """One run, act by act, in a program of its own: kept in ``store``, or in memory.

    With ``tell`` what waits is told at the end of each day. Raises
    :class:`~peerkit.errors.BadInput` for a store that is not empty, and
    :class:`~peerkit.simulation.door.answering.NotInTheModel` where the program refuses what
    the model expects to be allowed.
    """
    luck = Luck(seed, run)
    desk = Desk(scenario, MemoryStore() if store is None else store)
    return live(scenario, luck, desk, tell)


def live(scenario: Scenario, luck: Luck, desk: Desk, tell: Routes | Notifier | None = None) -> Run:
    """One run, written down at this desk. Its program must be empty."""
    if next(iter(desk.program.store.journal()), None) is not None:
        raise BadInput("store", "holds a program already; give a new one")
    days = Days(scenario, luck, desk)
    for day in range(scenario.days):
        with desk.program.store.together():
            days.live(day)
        while tell is not None and desk.program.tell(tell, limit=_TOLD).told:
            pass
    tables, words = tables_of(days.rows())
    edition = desk.program.handbook.edition
    return Run(scenario, luck.seed, luck.run, Engine.DOOR, edition, tables, words)
