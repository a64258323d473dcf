"""What one clause of the handbook says of an act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import attrs

from peerkit.handbook import ENGLISH, ActivityEntry, Clause, LeadsTo, Passage, Verdict

if TYPE_CHECKING:
    from peerkit.handbook import Language

__all__ = ["Finding", "Findings"]


@attrs.frozen
class Finding:
    """What one clause of the handbook says of an act.

    ``facts`` are the ids and numbers it rests on. ``activity`` is the position
    of the activity it is about; -1 when it is about the whole act. ``entry``
    is what the catalogue says of that activity, where it is in it.
    """

    clause: Clause
    verdict: Verdict
    facts: Mapping[str, object] = attrs.field(factory=dict, repr=False)
    activity: int = -1
    entry: ActivityEntry | None = attrs.field(default=None, repr=False)

    @property
    def allowed(self) -> bool:
        """Whether this clause is content."""
        return self.verdict is Verdict.ALLOWED

    @property
    def advice_opens(self) -> bool:
        """Whether a supervisor's advice may let it through."""
        return self.entry is None or self.entry.advice_opens

    @property
    def sentence(self) -> str:
        """What the clause says, in plain words with the numbers in it."""
        return self.clause.sentence(self.verdict, self.facts)

    def say(self, language: Language = ENGLISH) -> str:
        """The same sentence in a language."""
        return self.clause.sentence(self.verdict, self.facts, language.words)

    @property
    def _closer(self) -> ActivityEntry | None:
        """The entry, where it speaks of the boundary itself and not of what else is missing."""
        entry = self.entry
        if entry is None:
            return None
        named = {entry.clause, *(each.clause for each in entry.cases)}
        agreed = entry.consent is not None and self.clause.id == "consent"
        return entry if agreed or self.clause.id in named else None

    @property
    def instead(self) -> str:
        """What a peer may do instead."""
        entry = self._closer
        return self.clause.instead if entry is None or entry.instead is None else entry.instead

    @property
    def hand_to(self) -> str:
        """Who does the rest."""
        entry = self._closer
        return self.clause.hand_to if entry is None or entry.hand_to is None else entry.hand_to

    @property
    def leads_to(self) -> tuple[LeadsTo, ...]:
        """What leads on, as data: activities, and acts of the library."""
        entry = self._closer
        return self.clause.leads_to if entry is None or not entry.leads_to else entry.leads_to

    @property
    def passages(self) -> tuple[Passage, ...]:
        """What it rests on: the passages of the activity itself first, each once."""
        entry = self._closer
        own = () if entry is None else entry.passages
        return tuple(dict.fromkeys((*own, *self.clause.passages)))

    def __str__(self) -> str:
        return f"{self.verdict}: {self.sentence} [{self.clause.id}]"


#: What a rule answers with: none when it has nothing to say, one or several otherwise.
Findings: TypeAlias = tuple[Finding, ...]
