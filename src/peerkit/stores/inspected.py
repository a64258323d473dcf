"""A store that lets itself be looked into, when it is verified."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeAlias, runtime_checkable

__all__ = ["Card", "Inspected"]

#: One thing by which a store finds what it keeps: see :meth:`Inspected.cards`.
Card: TypeAlias = tuple[str, str, str]


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
