"""Grants: that one is there, and that it has ended."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

import attrs

from peerkit.acts.act import Judged, Left, Makes, Moves
from peerkit.model import Grant, GrantStatus, Noun
from peerkit.model.fields import a_code, a_currency, exactly, later_than, maybe
from peerkit.model.funding import some_money

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = ["EndGrant", "RecordGrant"]


@attrs.frozen(kw_only=True)
class RecordGrant(Makes):
    """Record money for the program, for the days ``since`` ≤ day < ``until``.

    ``funding`` is the id of a funding source of the handbook; ``cents`` the
    amount in the smallest unit of its ``currency``.
    """

    kind: ClassVar[str] = "grant.recorded"
    makes: ClassVar[type[Noun]] = Grant
    stands_on: ClassVar[tuple[str, ...]] = ("the_id",)
    funding: str = attrs.field(validator=a_code)
    since: date = attrs.field(validator=exactly(date))
    until: date | None = maybe(date)
    cents: int = attrs.field(validator=some_money, repr=False)
    currency: str = attrs.field(validator=a_currency, repr=False)

    def __attrs_post_init__(self) -> None:
        later_than("since")(self, attrs.fields(RecordGrant).until, self.until)

    def leaves(self, view: View, judged: Judged) -> Left:
        """An active grant."""
        grant = Grant(
            id=self.the_id,
            funding=self.funding,
            since=self.since,
            until=self.until,
            cents=self.cents,
            currency=self.currency,
        )
        return Left(nouns=(grant,))


@attrs.frozen(kw_only=True)
class EndGrant(Moves):
    """A grant ends on this day, whatever its paper says."""

    kind: ClassVar[str] = "grant.ended"
    moves: ClassVar[type[Noun]] = Grant
    stands_on: ClassVar[tuple[str, ...]] = ("id",)
    on: date = attrs.field(validator=exactly(date))

    def to(self, noun: Grant) -> GrantStatus:
        """Ended."""
        return GrantStatus.ENDED

    def leaves(self, view: View, judged: Judged) -> Left:
        """The grant as it ended."""
        return Left(nouns=(attrs.evolve(self.moved(view), ended=self.on),))
