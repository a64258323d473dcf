"""A lifecycle is a table: where each status may go."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

import attrs

from peerkit.model.phrase import Phrase, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Lifecycle"]

S = TypeVar("S", bound=StrEnum)


@attrs.frozen
class Lifecycle(Generic[S]):
    """Where a thing may begin, and where each status may go next.

    What is ``closed`` has left the view that decisions read, unless somebody
    asks for it by its id. The pictures in the documentation are drawn from
    this table.
    """

    begins: frozenset[S]
    steps: Mapping[S, frozenset[S]]
    closed: frozenset[S] = frozenset()

    def allows(self, old: S, new: S) -> bool:
        """Whether ``old`` may become ``new``."""
        return new in self.steps[old]

    def is_open(self, status: S) -> bool:
        """Whether decisions still read a thing with this status."""
        return status not in self.closed

    def says(self, old: S, new: S) -> Phrase:
        """One sentence about this step, for a person to read."""
        if self.allows(old, new):
            return Phrase("{old} may become {new}.", old=Phrase(old), new=Phrase(new))
        rest = listed("or", *map(Phrase, sorted(self.steps[old]))) or Phrase("nothing else")
        return Phrase(
            "{old} cannot become {new}; it may become {rest}.",
            old=Phrase(old),
            new=Phrase(new),
            rest=rest,
        )

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram."""
        lines = ["stateDiagram-v2"]
        lines += [f"    [*] --> {each}" for each in sorted(self.begins)]
        for old, nexts in self.steps.items():
            lines += [f"    {old} --> {new}" for new in sorted(nexts)]
        lines += [f"    {each} --> [*]" for each in sorted(self.closed)]
        return "\n".join(lines)
