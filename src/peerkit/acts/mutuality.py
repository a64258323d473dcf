"""Mutuality: a participant chooses how much they want to receive and to give."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from peerkit.acts.act import Judged, Left, Makes
from peerkit.model import Mutuality, MutualityStatus, Noun, SupportForm
from peerkit.model.fields import an_id, maybe, private
from peerkit.model.mutuality import minutes_a_week, some_forms

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = ["ChooseMutuality"]


@attrs.frozen(kw_only=True)
class ChooseMutuality(Makes):
    """Choose how many minutes a week to receive and to give, and in which forms of support.

    None is no limit, and no form named is any. The newest choice stands.
    ``said_so``: the participant said it to whoever writes it down.
    """

    kind: ClassVar[str] = "mutuality.chosen"
    makes: ClassVar[type[Noun]] = Mutuality
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "participant")
    private_to: ClassVar[str] = "participant"
    participant: str = attrs.field(validator=an_id)
    receives: int | None = minutes_a_week()
    gives: int | None = minutes_a_week()
    forms: tuple[SupportForm, ...] = private(some_forms())
    said_so: bool | None = maybe(bool)

    def leaves(self, view: View, judged: Judged) -> Left:
        """The choice; the one before it is replaced."""
        before = tuple(
            attrs.evolve(each, status=MutualityStatus.REPLACED)
            for each in view.all(Mutuality)
            if each.participant == self.participant and each.status is MutualityStatus.CHOSEN
        )
        new = Mutuality(
            id=self.the_id,
            participant=self.participant,
            receives=self.receives,
            gives=self.gives,
            forms=self.forms,
        )
        return Left(nouns=(new, *before))
