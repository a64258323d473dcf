"""Asking about one activity before doing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from peerkit.acts.act import Act, Judged, Left, once_each
from peerkit.model import Activity, pair
from peerkit.model.fields import an_id, exactly

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = ["DoActivity"]


@attrs.frozen(kw_only=True)
class DoActivity(Act):
    """Ask to do one thing with, for or about a participant: "is this my role?"."""

    kind: ClassVar[str] = "activity.asked"
    peer: str = attrs.field(validator=an_id)
    participant: str = attrs.field(validator=an_id)
    activity: Activity = attrs.field(validator=exactly(Activity))

    @property
    def about(self) -> tuple[str, ...]:
        """Both people, the pair, and whoever a story belongs to."""
        of = self.activity.of or self.participant
        return once_each(self.peer, self.participant, pair(self.peer, self.participant), of)

    @property
    def activities_named(self) -> tuple[Activity, ...]:
        """The one thing that is asked."""
        return (self.activity,)

    def leaves(self, view: View, judged: Judged) -> Left:
        """Nothing but the journal's entry, and advice that is used up."""
        return Left()
