"""A block that is over when it is left, also for whoever is interrupted on the way in or out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from contextlib import _GeneratorContextManager

__all__ = ["LOST", "within"]

T = TypeVar("T")

#: What is said of a batch in which a change failed, to whoever goes on in it or ends it.
LOST: Final = (
    "A change before this failed, and the whole batch with it. Nothing was stored; "
    "begin the batch again."
)


def within(block: _GeneratorContextManager[Any], work: Callable[[], T]) -> T:
    """Do this inside the block.

    ``with`` alone leaves a generator as it stands when Ctrl-C comes on the way into the block or
    out of it, and what it holds stays held while anybody looks at the error. Here it is ended
    in any case, before somebody else can come between.
    """
    try:
        with block:
            return work()
    finally:
        block.gen.close()
