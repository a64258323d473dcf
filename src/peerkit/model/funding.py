"""Money that a program was given to do its work with, and from whom."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Final

import attrs

from peerkit.errors import BadInput
from peerkit.model.fields import a, a_code, a_currency, exactly, later_than, maybe
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun

__all__ = ["Grant", "GrantStatus"]

#: The largest amount we take, in the smallest unit of its currency.
MOST_MONEY: Final = 10**15


def some_money(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes an amount in the smallest unit of its currency: cents, not dollars."""
    if type(value) is not int or not 0 <= value <= MOST_MONEY:
        raise BadInput(
            f"{type(instance).__name__}.{attribute.name}",
            "give whole cents, or whatever the smallest unit of the currency is; 0 or more",
        )


class GrantStatus(StrEnum):
    """A grant is active until it ends."""

    ACTIVE = "active"
    ENDED = "ended"


GRANT: Final = Lifecycle(
    begins=frozenset({GrantStatus.ACTIVE}),
    steps={
        GrantStatus.ACTIVE: frozenset({GrantStatus.ENDED}),
        GrantStatus.ENDED: frozenset(),
    },
    closed=frozenset({GrantStatus.ENDED}),
)


@attrs.frozen(kw_only=True)
class Grant(Noun):
    """Money for the days ``since`` ≤ day < ``until``. It does not show how much.

    ``funding`` is the id of a funding source of the handbook, ``cents`` the
    amount in the smallest unit of its ``currency``, ``ended`` the day on which
    it ended before its time.
    """

    kind: ClassVar[str] = "grant"
    lifecycle: ClassVar[Lifecycle[GrantStatus]] = GRANT
    found_with: ClassVar[tuple[str, ...]] = ("funding",)
    dated: ClassVar[str] = "since"
    status: GrantStatus = a(GrantStatus, GrantStatus.ACTIVE)
    funding: str = attrs.field(validator=a_code)
    since: date = attrs.field(validator=exactly(date))
    until: date | None = maybe(date)
    cents: int = attrs.field(validator=some_money, repr=False)
    currency: str = attrs.field(validator=a_currency, repr=False)
    ended: date | None = maybe(date)

    def __attrs_post_init__(self) -> None:
        later_than("since")(self, attrs.fields(Grant).until, self.until)

    def pays_on(self, day: date) -> bool:
        """Whether it is there to be used on this day."""
        ends = [each for each in (self.until, self.ended) if each is not None]
        return self.since <= day < min(ends, default=date.max)
