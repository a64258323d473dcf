"""The best way to give rows to columns: scipy's sparse matching, or the same in plain Python.

Both are given whole numbers and answer with a way whose sum is the least there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from peerkit.errors import MissingExtra

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["least", "least_plain"]

#: Stands where a row cannot have a column: where two people could not walk together. Any other
#: number is 0 or more.
NO: Final = -1


def least_plain(
    table: Sequence[Sequence[int]], slots: Sequence[Sequence[int]], alone: Sequence[int]
) -> list[int | None]:
    """The same as :func:`least`, in plain Python and for lists.

    The shortest augmenting paths of Jonker and Volgenant (1987), row by row.
    """
    seats = [(column, added) for column, some in enumerate(slots) for added in some]
    costs = [[NO if row[each] < 0 else row[each] + added for each, added in seats] for row in table]
    row_of: list[int | None] = [None] * len(seats)
    given: list[int | None] = [None] * len(table)
    duals, rows = [0] * len(seats), [0] * len(table)
    for start in range(len(table)):
        _augment(start, costs, alone, row_of, given, duals, rows)
    return [None if each is None else seats[each][0] for each in given]


def _augment(
    start: int,
    costs: Sequence[Sequence[int]],
    alone: Sequence[int],
    row_of: list[int | None],
    given: list[int | None],
    duals: list[int],
    rows: list[int],
) -> None:
    """Give one more row its column, or none, moving others along the cheapest path."""
    far: dict[int, int] = {}
    came: dict[int, int] = {}
    done: dict[int, int] = {}
    row, so_far = start, 0
    reached = {start: 0}
    end: tuple[int, int, int | None] | None = None
    while True:
        price = so_far + alone[row] - rows[row]
        if end is None or price < end[0]:
            end = (price, row, None)
        for column, cost in enumerate(costs[row]):
            if cost == NO or column in done:
                continue
            length = so_far + cost - rows[row] - duals[column]
            if column not in far or length < far[column]:
                far[column], came[column] = length, row
        open_ = [(length, each) for each, length in far.items() if each not in done]
        if not open_ or min(open_)[0] >= end[0]:
            break
        so_far, column = min(open_)
        done[column] = so_far
        holder = row_of[column]
        if holder is None:
            end = (so_far, came[column], column)
            break
        row = holder
        reached[row] = so_far
    total, last, free = end
    for each, at in reached.items():
        rows[each] += total - at
    for column, at in done.items():
        duals[column] -= total - at
    _hand_on(last, free, start, came, row_of, given)


def _hand_on(
    row: int,
    column: int | None,
    start: int,
    came: dict[int, int],
    row_of: list[int | None],
    given: list[int | None],
) -> None:
    """Move each row of the path to the column that was found for it."""
    while True:
        before, given[row] = given[row], column
        if column is not None:
            row_of[column] = row
        if row == start or before is None:
            return
        column, row = before, came[before]


def least(table: Any, slots: Sequence[Sequence[int]], alone: Sequence[int]) -> list[int | None]:
    """For each row the number of a column, or None, so that the sum is the least there is.

    ``table`` is an array of costs, below 0 where a row cannot have a column; ``slots``
    what is added for the first, second, third … row that a column takes, and so how many it
    may take; ``alone`` is what a row costs without a column. Needs the extra "matching".
    """
    try:
        import numpy as np
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import min_weight_full_bipartite_matching
    except ImportError:
        raise MissingExtra("scipy", "matching") from None
    size = len(alone)
    room = np.fromiter(map(len, slots), np.int32, len(slots))
    first = np.cumsum(room, dtype=np.int32) - room
    added = np.array([each for some in slots for each in some], np.float64)
    rows, columns = np.nonzero(table >= 0)
    often = room[columns]
    ends = np.cumsum(often)
    entry = np.repeat(np.arange(len(rows), dtype=np.int32), often)
    within = np.arange(len(entry), dtype=np.int32) - np.repeat(ends - often, often)
    seat = first[columns][entry] + within
    # Every row may also stay alone, in a column of its own that comes before all others.
    place = np.arange(len(entry), dtype=np.int64) + rows[entry] + 1
    costs = np.empty(len(entry) + size)
    costs[place] = table[rows, columns].astype(np.float64)[entry] + added[seat]
    seats = np.empty(len(entry) + size, np.int32)
    seats[place] = seat + size
    counts = np.bincount(rows, weights=often, minlength=size).astype(np.int64)
    begins = np.concatenate(([0], np.cumsum(counts + 1)))
    costs[begins[:-1]] = alone
    seats[begins[:-1]] = np.arange(size)
    graph = csr_array((costs, seats, begins.astype(np.int32)), shape=(size, size + len(added)))
    _, taken = min_weight_full_bipartite_matching(graph)
    of = np.repeat(np.arange(len(slots)), room)
    return [None if each < size else int(of[each - size]) for each in taken.tolist()]
