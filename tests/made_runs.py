"""Runs made by hand, row by row, so that what is measured in them can be counted on fingers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from peerkit.simulation.record import COLUMNS, Engine, Run
from peerkit.simulation.scenarios.scenario import Scenario

if TYPE_CHECKING:
    from peerkit.simulation.record import Table

#: What stands in a column that a row does not name: -1 where it is a day that may never come.
_NEVER = frozenset({"matched", "ended", "asked"})


def table_of(name: str, rows: Iterable[Mapping[str, Any]]) -> Table:
    """A table with these rows. Words are written as words; what is left out is 0, or never."""
    rows = list(rows)
    made = {}
    for column in COLUMNS[name]:
        default = -1 if column.name in _NEVER and name != "stays" else 0
        values = [row.get(column.name, default) for row in rows]
        codes = [column.words.index(each) if isinstance(each, str) else each for each in values]
        made[column.name] = np.array(codes, column.dtype)
    assert not {key for row in rows for key in row} - set(made), "a row has a column of its own"
    return made


def run_of(
    scenario: Scenario | None = None,
    *,
    number: int = 0,
    words: Mapping[str, tuple[str, ...]] | None = None,
    **rows: Iterable[Mapping[str, Any]],
) -> Run:
    """A run with these rows in its tables; the others are empty."""
    return Run(
        scenario=scenario or Scenario(name="by hand", days=4),
        seed=1,
        number=number,
        engine=Engine.FAST,
        edition="by hand",
        tables={name: table_of(name, rows.get(name, ())) for name in COLUMNS},
        words=words or {},
    )
