"""A store that lets itself be looked into, when it is verified."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol, TypeAlias, runtime_checkable

__all__ = ["Card", "Inspected", "Mends", "cards"]

#: One thing by which a store finds what it keeps: see :meth:`Inspected.cards`.
Card: TypeAlias = tuple[str, str, str]
#: Reads a table page by page: its name, the columns of its key, and the others.
Paged: TypeAlias = Callable[[str, str, str], Iterator[tuple[Any, ...]]]


@runtime_checkable
class Inspected(Protocol):
    """A store that can be looked into. What it shows is compared instead of asked for one by one.

    It need not be: whoever verifies another store asks it for everything. That takes
    longer, and what only the store itself can know stays unseen.
    """

    def faults(self) -> Iterator[str]:
        """What is wrong with the place itself, one sentence each: damage, a guard that is gone."""
        ...

    def cards(self) -> Iterator[Card]:
        r"""Everything by which this store finds what it keeps, read a few at a time.

        Of what sort, under what name, and where (behind a tab: what else it says):

        - ``("history", id, "\t7")``: entry 7 belongs to the history of this id
        - ``("key", key, "7")``: this key leads to entry 7
        - ``("noun", "match", "m-1\t7 accepted 2026-11-02")``: the entry that last wrote a
          noun, its status, and its day
        - ``("filed", "ana", "match m-1\t2026-11-02")``: it is found with ana, by this day
        - ``("weighing", "ana", "match m-1")``: it is read in what is decided about ana
        """
        ...


@runtime_checkable
class Mends(Inspected, Protocol):
    """A store whose place has guards: what refuses there whatever goes round the door."""

    def mend_guards(self) -> tuple[str, ...]:
        """Put back what is gone, altered or open of the guards; what was done, in sentences.

        Promises: each guard that :meth:`faults` missed is there again, as it was made, and is
        named; nothing else is mended, and nothing that is kept changes. What is not ours
        is left alone. It is never done by itself.
        """
        ...


def cards(paged: Paged, filed: Iterable[tuple[Any, ...]]) -> Iterator[Card]:
    """The cards of a database with our tables, table by table.

    ``filed``: under what, of which kind, which id and day; one database has them by day,
    the other by id.
    """
    for about, n in paged("touched", "about, n", ""):
        yield "history", about, f"\t{n}"
    for key, n in paged("key", "key", "n"):
        yield "key", key, f"{n}"
    for id_, kind, n, status, day in paged("noun", "id, kind", "n, status, day"):
        yield "noun", kind, f"{id_}\t{n} {status} {day}"
    for under, kind, id_, day in filed:
        yield "filed", under, f"{kind} {id_}\t{day}"
    for under, kind, id_ in paged("weighing", "under, kind, id", ""):
        yield "weighing", under, f"{kind} {id_}"
