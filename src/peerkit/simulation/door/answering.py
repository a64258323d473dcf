"""What a program answers in a rehearsal: a refusal that the model knows of, or one it does not."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import attrs

from peerkit.errors import PeerkitError

if TYPE_CHECKING:
    from peerkit.decisions import Decision

__all__ = ["NotInTheModel", "Refusal"]


class NotInTheModel(PeerkitError):
    """A real program answered what the model of a rehearsal does not know.

    ``act`` is its kind, ``day`` the date it was asked on, ``clause`` what stood against it.
    """

    def __init__(self, act: str, day: date, clause: str) -> None:
        self.act: str = act
        self.day: date = day
        self.clause: str = clause
        super().__init__(
            f"{act} on {day}: the clause {clause!r} stands against it, and the model of the "
            "rehearsal does not know that. Leave out the layer or the limit that brings it."
        )

    def __reduce__(self) -> tuple[type[NotInTheModel], tuple[str, date, str]]:
        return type(self), (self.act, self.day, self.clause)


@attrs.frozen
class Refusal:
    """What was asked for and not allowed: by the first clause that weighs most."""

    act: str
    clause: str
    verdict: str

    @classmethod
    def of(cls, decision: Decision) -> Refusal:
        """As the decision says it."""
        first = next(each for each in decision.findings if each.verdict is decision.verdict)
        return cls(decision.act.kind, first.clause.id, decision.verdict.name.lower())
