"""The support map: a participant puts down who and what is around them, entry by entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from peerkit.acts.act import Act, Judged, Left, once_each, saying
from peerkit.model import MapEntry, SupportMap, Words, map_of
from peerkit.model.fields import PRIVATE, an_id, exactly, maybe

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = ["PutOnMap", "TakeOffMap"]


@attrs.frozen(kw_only=True)
class _OnMap(Act):
    """What changing a map shares."""

    participant: str = attrs.field(validator=an_id)

    @property
    def about(self) -> tuple[str, ...]:
        """The participant and their map."""
        return once_each(self.participant, map_of(self.participant))

    def drawn(self, view: View) -> SupportMap:
        """The map as it stands; an empty one where there is none yet."""
        id_ = map_of(self.participant)
        return view.get(SupportMap, id_) or SupportMap(id=id_, participant=self.participant)


@attrs.frozen(kw_only=True)
class PutOnMap(_OnMap):
    """Put somebody or something on the map, or say anew what is there under the same id.

    ``words``, when given, are kept under ``map/<participant>/<entry>``.
    ``said_so``: the participant said it to whoever writes it down.
    """

    kind: ClassVar[str] = "map.drawn"
    private_to: ClassVar[str] = "participant"
    entry: MapEntry = attrs.field(validator=exactly(MapEntry), repr=False, metadata=PRIVATE)
    words: Words | None = maybe(Words)
    said_so: bool | None = maybe(bool)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The map with this entry; one of the same id keeps its place."""
        old = self.drawn(view)
        entries = {each.id: each for each in (*old.entries, self.entry)}
        who = self.participant
        said = saying(f"map/{who}/{self.entry.id}", who, self.words)
        return Left(nouns=(attrs.evolve(old, entries=tuple(entries.values())),), words=said)


@attrs.frozen(kw_only=True)
class TakeOffMap(_OnMap):
    """Take something off the map. What is not there is taken off already."""

    kind: ClassVar[str] = "map.cleared"
    entry: str = attrs.field(validator=an_id)
    said_so: bool | None = maybe(bool)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The map without this entry."""
        old = self.drawn(view)
        left = tuple(each for each in old.entries if each.id != self.entry)
        return Left(nouns=(attrs.evolve(old, entries=left),))
