"""What became of the messages of a program, as rows of its file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from peerkit.stores import Delivery, Posted, Settled

__all__ = ["FORM", "OUTBOX", "row_of"]

#: The form of the file. One with a higher number was written by a newer peerkit.
FORM: Final = 2
#: More often nothing is tried, and no channel has a longer name.
_MOST_TRIES: Final = 1_000_000
_MOST_WAY: Final = 100


def row_of(became: Posted | Settled) -> list[str | int | None]:
    """What became of a message, as a row."""
    due = None if became.due is None else became.due.astimezone(UTC).isoformat()
    return [became.key, became.delivery.value, due, became.attempts, became.way]


def _settled(row: Any) -> Settled:
    """What became of a message, by its row. Raises ValueError and its like where it is none."""
    key, delivery, due, attempts, way = row
    settled = Settled(
        key=key,
        delivery=Delivery(delivery),
        due=None if due is None else datetime.fromisoformat(due),
        attempts=attempts,
        way=way,
    )
    if (
        [*map(type, (key, attempts, way))] != [str, int, str]
        or not 0 <= attempts <= _MOST_TRIES
        or not (way.isprintable() and len(way) <= _MOST_WAY)
        or row_of(settled) != row
    ):
        raise ValueError
    return settled


def _waiting(key: Any) -> Settled:
    """The same of the first form, which knows only that it waits."""
    if type(key) is not str:
        raise TypeError
    return Settled(key=key, delivery=Delivery.WAITING)


#: How each form calls what became of the messages, and how it is read.
OUTBOX: Final[Mapping[int, tuple[str, Callable[[Any], Settled]]]] = {
    1: ("waiting", _waiting),
    FORM: ("outbox", _settled),
}
