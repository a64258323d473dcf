"""What happened in one run, as tables: they are the same whichever engine ran it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from peerkit.errors import BadInput
from peerkit.simulation.arrays import numpy
from peerkit.simulation.scenarios.evidence import caution

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from peerkit.simulation.scenarios.scenario import Scenario

    #: A table: its columns by name, all equally long.
    Table: TypeAlias = Mapping[str, NDArray[Any]]

__all__ = ["COLUMNS", "ENDS", "STATUSES", "TABLES", "Column", "Engine", "Run", "Tables", "as_table"]


class Engine(StrEnum):
    """How a run was made: every act through the door of a real program, or by arrays."""

    DOOR = "door"
    FAST = "fast"


#: What becomes of an appointment.
STATUSES: Final = ("held", "missed", "cancelled", "away", "refused")
#: How somebody's walk with a peer, or their waiting, ended. "" goes on.
ENDS: Final = ("", "left", "finished", "gave up", "peer left", "lost peer")


@attrs.frozen
class Column:
    """A column of a table. Where ``words`` are given, the numbers in it stand for them."""

    name: str
    dtype: str
    says: str
    unit: str = ""
    words: tuple[str, ...] = ()


_SEAT: Final = (
    Column("seat", "int32", "the peer's post, from 0"),
    Column("generation", "int16", "how many served in this post before", "peers"),
)
_PERSON: Final = Column("person", "int32", "the person, by the order in which they came, from 0")
_MINUTES: Final = Column("minutes", "int32", "how long it took", "minutes")
#: Every table, with its columns. Days count from 0, the first day of the scenario; -1 is "never".
COLUMNS: Final[Mapping[str, tuple[Column, ...]]] = {
    "people": (
        _PERSON,
        Column("came", "int32", "the day they came", "day"),
        Column("began", "int8", "how they began", words=("came", "walking", "waiting")),
        Column("need", "int16", "which of the scenario's needs they have"),
        Column("matched", "int32", "the day they first began to walk with a peer", "day"),
        Column("ended", "int32", "the day it was over for them", "day"),
        Column("why", "int8", "how it ended", words=ENDS),
        Column("waited", "int32", "days on the waiting list in all", "days"),
        *(Column(each, "int32", f"appointments {each}", "appointments") for each in STATUSES),
        Column("minutes", "int32", "minutes with a peer", "minutes"),
        Column("score", "int32", "how it went at last", "thousandths of a sd"),
    ),
    "matches": (
        _PERSON,
        *_SEAT,
        Column("began", "int32", "the day they agreed to walk together", "day"),
        Column("ended", "int32", "the day it ended", "day"),
        Column("why", "int8", "how it ended", words=ENDS),
    ),
    "sessions": (
        _PERSON,
        *_SEAT,
        Column("day", "int32", "the day of the appointment", "day"),
        Column("status", "int8", "what became of it", words=STATUSES),
        _MINUTES,
        Column("asked", "int16", "which activity beyond the role was asked for; -1 is none"),
        Column("beyond", "int32", "minutes spent on it all the same", "minutes"),
    ),
    "refusals": (
        Column("day", "int32", "the day it was asked", "day"),
        Column("act", "int16", "what was asked for"),
        Column("clause", "int16", "the clause that stood against it"),
        Column("verdict", "int8", "what the book said"),
        _PERSON,
        *_SEAT,
    ),
    "peers": (
        *_SEAT,
        Column("began", "int32", "the first day of service", "day"),
        Column("ended", "int32", "the last day of service", "day"),
        Column("talks", "int32", "talks with the supervisor", "talks"),
        Column("away", "int32", "days away while serving", "days"),
        Column("overdue", "int32", "days on which supervision was overdue", "days"),
        Column("minutes", "int32", "minutes with people", "minutes"),
        Column("beyond", "int32", "minutes beyond the role", "minutes"),
    ),
    "days": (
        Column("day", "int32", "the day", "day"),
        Column("waiting", "int32", "people waiting at its end", "people"),
        Column("walking", "int32", "people walking with a peer at its end", "people"),
        Column("serving", "int32", "peers in service", "peers"),
    ),
    "groups": (
        Column("day", "int32", "the day it met", "day"),
        Column("group", "int16", "which group"),
        *_SEAT,
        Column("expected", "int32", "people expected", "people"),
        Column("came", "int32", "people who came", "people"),
        _MINUTES,
    ),
    "stays": (
        Column("asked", "int32", "the day a bed was asked for", "day"),
        Column("began", "int32", "the first night; -1 where there was none", "day"),
        Column("nights", "int32", "nights stayed", "nights"),
    ),
}
TABLES: Final = tuple(COLUMNS)


class Tables(Mapping[str, "Table"]):
    """Tables by name, to be read only; one that is long is made when it is first read.

    Whatever is changed in a table is changed in a copy of it, or refused by numpy: what is
    measured later is measured in what happened.
    """

    def __init__(
        self, made: Mapping[str, Table], later: Mapping[str, Callable[[], Table]] | None = None
    ) -> None:
        self._made = {name: _read_only(table) for name, table in made.items()}
        self._later = dict(later or {})

    def __getitem__(self, name: str) -> Table:
        if name in self._later:
            self._made[name] = _read_only(self._later.pop(name)())
        return dict(self._made[name])

    def __iter__(self) -> Iterator[str]:
        return (name for name in COLUMNS if name in self._made or name in self._later)

    def __len__(self) -> int:
        return len(self._made) + len(self._later)

    def __reduce__(self) -> tuple[type[Tables], tuple[dict[str, Table]]]:
        # What makes them stays here; the tables travel, and are read only where they arrive.
        return Tables, (dict(self),)


def _read_only(table: Table) -> Table:
    """The same numbers, to which nobody can write."""
    found = {name: values.view() for name, values in table.items()}
    for values in found.values():
        values.flags.writeable = False
    return found


def _tables(given: Mapping[str, Table]) -> Tables:
    return given if isinstance(given, Tables) else Tables(given)


@attrs.frozen(eq=False)
class Run:
    """One replication: the scenario, its luck, and the tables of what happened.

    ``words`` are those of the columns that are a run's own: the clauses, acts and
    activities that its numbers stand for.
    """

    scenario: Scenario = attrs.field(repr=lambda scenario: repr(scenario.name))
    seed: int
    number: int
    engine: Engine
    edition: str
    tables: Mapping[str, Table] = attrs.field(converter=_tables, repr=False)
    words: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict, repr=False)

    @property
    def caution(self) -> str:
        """What stands beside every outcome that is shown: inputs, not findings; both trials."""
        return caution()

    def __str__(self) -> str:
        # What measures a run needs to know what a run is; so it is asked when it is asked for.
        return str(import_module("peerkit.simulation.results.summary").page_of(self).text())

    def _repr_html_(self) -> str:
        """As a notebook shows it: the same half page."""
        return str(import_module("peerkit.simulation.results.summary").page_of(self).html())

    def table(self, name: str) -> Table:
        """One of :data:`TABLES`. Raises :class:`~peerkit.errors.BadInput` for another name."""
        if name not in self.tables:
            raise BadInput("name", f"is no table; there are {', '.join(TABLES)}")
        return self.tables[name]


def as_table(name: str, **columns: Any) -> Table:
    """A table with all its columns, each of its own kind."""
    np = numpy()
    return {each.name: np.asarray(columns[each.name], each.dtype) for each in COLUMNS[name]}
