"""What stood when a decision was made."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeVar

import attrs

from peerkit.model.noun import Noun

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import MappingProxyType

__all__ = ["MET", "MINUTES_GIVEN", "MINUTES_RECEIVED", "WALKING", "Count", "View"]

N = TypeVar("N", bound=Noun)

#: How many accepted matches a peer has now. Standing: it has no day.
WALKING: Final = "walking"
#: How often a pair has met. Standing.
MET: Final = "met"
#: Minutes of peer support on one day, given as a peer.
MINUTES_GIVEN: Final = "minutes-given"
#: Minutes of peer support on one day, received as a participant.
MINUTES_RECEIVED: Final = "minutes-received"


@attrs.frozen
class Count:
    """A tally to be moved: ``of`` whom, ``what``, ``by`` how much, on which ``day``.

    ``day`` is an ISO date, or empty for a standing tally.
    """

    of: str
    what: str
    by: int
    day: str = ""


@attrs.frozen
class View:
    """The open nouns and tallies that an act stands on, and the moment it is decided.

    ``seen`` is the number of the last entry that was in the journal when this
    was read. A view is as large as what still matters between these people: what
    is closed, and every session that was held, is in its tallies only.
    """

    now: datetime
    nouns: tuple[Noun, ...] = ()
    tallies: Mapping[tuple[str, str], int] | MappingProxyType[tuple[str, str], int] = attrs.field(
        factory=dict
    )
    seen: int = 0

    def get(self, kind: type[N], id: str) -> N | None:  # noqa: A002 - the noun's own word
        """The open noun of this kind and id, or None."""
        for noun in self.nouns:
            if type(noun) is kind and noun.id == id:
                return noun
        return None

    def all(self, kind: type[N]) -> Iterator[N]:
        """Every open noun of this kind in the view."""
        for noun in self.nouns:
            if type(noun) is kind:
                yield noun

    def tally(self, of: str, what: str) -> int:
        """How much is counted of somebody: standing, or on the day in question."""
        return self.tallies.get((of, what), 0)
