"""What every noun shares: an id, a status, and whom it touches."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from peerkit.model.fields import an_id, ids_named
from peerkit.model.lifecycle import Lifecycle

__all__ = ["Noun"]


@attrs.frozen(kw_only=True)
class Noun:
    """Something the program knows. Frozen, and knows nothing of storage.

    A noun is named by its kind and id together: the person, the peer and the
    participant ``"ana"`` are three nouns of one human being.
    """

    kind: ClassVar[str]
    lifecycle: ClassVar[Lifecycle[Any]]
    #: The fields that name the ids, beside its own, under which decisions read it while it is
    #: open. Two of them with a plus between them are a pair.
    read_with: ClassVar[tuple[str, ...]] = ()
    #: The fields that name the ids, beside its own, under which people look for it.
    found_with: ClassVar[tuple[str, ...]] = ()
    #: The field that holds its day or moment, by which people look for it; empty: it has none.
    dated: ClassVar[str] = ""

    #: The field that names whose the private fields are; two with a plus between them are a pair.
    private_to: ClassVar[str] = ""

    id: str = attrs.field(validator=an_id)
    status: Any

    @property
    def open(self) -> bool:
        """Whether decisions still read this noun."""
        return self.lifecycle.is_open(self.status)

    @property
    def weighs_on(self) -> tuple[str, ...]:
        """The ids, beside its own, under which decisions read this noun while it is open."""
        return ids_named(self, self.read_with)

    @property
    def touches(self) -> tuple[str, ...]:
        """The ids, beside its own, under which people look for this noun."""
        return ids_named(self, self.found_with)

    @property
    def dates(self) -> str:
        """Its day, or its moment in UTC, as ISO text that sorts as days do; empty when none."""
        value = getattr(self, self.dated) if self.dated else None
        return "" if value is None else str(value.isoformat())
