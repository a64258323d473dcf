"""What is looked for: one value, which says itself what it takes and in which order."""

from __future__ import annotations

from enum import StrEnum
from typing import Generic, TypeVar

import attrs

from peerkit.model import Noun

__all__ = ["Order", "Wanted"]

N = TypeVar("N", bound=Noun)


class Order(StrEnum):
    """The order in which nouns are found: by id, or by their day. Undated ones have only ids."""

    ID = "id"
    OLDEST = "oldest"
    NEWEST = "newest"


@attrs.frozen
class Wanted(Generic[N]):
    """Which nouns are asked for: all of one kind, or fewer.

    With ``about``, those that touch this id, and the one that has it; with
    ``statuses``, those in one of them; with ``since`` and ``until``, those whose
    day (the ISO text of :attr:`~peerkit.model.Noun.dates`) lies between, the end
    left out.
    """

    kind: type[N]
    about: str | None = attrs.field(default=None, kw_only=True)
    statuses: frozenset[str] | None = attrs.field(default=None, kw_only=True)
    since: str | None = attrs.field(default=None, kw_only=True)
    until: str | None = attrs.field(default=None, kw_only=True)
    order: Order = attrs.field(default=Order.ID, kw_only=True)

    @property
    def dated(self) -> bool:
        """Whether only nouns with a day are asked for."""
        return not (self.since is self.until is None and self.order is Order.ID)

    def takes(self, noun: Noun) -> bool:
        """Whether this noun, which is of the kind and touches the id, is one of them."""
        day = noun.dates
        return (
            (self.statuses is None or noun.status in self.statuses)
            and (not self.dated or bool(day))
            and (self.since is None or day >= self.since)
            and (self.until is None or day < self.until)
        )

    def place_of(self, noun: Noun) -> str:
        """Where this noun stands in the order: what the next page comes ``after``."""
        return noun.id if self.order is Order.ID else f"{noun.dates} {noun.id}"
