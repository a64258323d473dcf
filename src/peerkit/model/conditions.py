"""What a peer works for and rests by: pay, leave, and a plan that is theirs alone."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

import attrs

from peerkit.errors import BadInput
from peerkit.model.fields import (
    PRIVATE,
    a,
    a_currency,
    an_amount,
    an_id,
    exactly,
    later_than,
    maybe,
    maybe_ids,
    private,
    several,
)
from peerkit.model.lifecycle import Lifecycle
from peerkit.model.noun import Noun

__all__ = [
    "Benefit",
    "Leave",
    "LeaveStatus",
    "PayRecord",
    "PayStatus",
    "SelfCarePlan",
    "SelfCareStatus",
]


class Benefit(StrEnum):
    """What comes with the pay: health cover and paid leave are what peers lack most (seed 000)."""

    HEALTH_COVER = "health-cover"
    PAID_LEAVE = "paid-leave"
    SICK_PAY = "sick-pay"
    RETIREMENT = "retirement"
    PAID_TRAINING = "paid-training"


class PayStatus(StrEnum):
    """Pay is in force until another takes its place, or was, where it is recorded late."""

    IN_FORCE = "in-force"
    ENDED = "ended"


PAY: Final = Lifecycle(
    begins=frozenset({PayStatus.IN_FORCE}),
    steps={PayStatus.IN_FORCE: frozenset({PayStatus.ENDED}), PayStatus.ENDED: frozenset()},
    closed=frozenset({PayStatus.ENDED}),
)


def paid(peer: str) -> str:
    """Under what a peer's pay is read: no decision about their work has to see it."""
    return f"{peer}#pay"


@attrs.frozen(kw_only=True)
class PayRecord(Noun):
    """What a peer is paid for an hour, in cents or whatever is the smallest coin of the currency.

    It holds on the days ``since`` ≤ day < ``until``; 0 is unpaid work. It does not show itself.
    """

    kind: ClassVar[str] = "pay"
    lifecycle: ClassVar[Lifecycle[PayStatus]] = PAY
    found_with: ClassVar[tuple[str, ...]] = ("peer",)
    private_to: ClassVar[str] = "peer"
    dated: ClassVar[str] = "since"
    status: PayStatus = a(PayStatus, PayStatus.IN_FORCE)
    peer: str = attrs.field(validator=an_id)
    hourly: int = attrs.field(validator=an_amount, repr=False, metadata=PRIVATE)
    currency: str = attrs.field(validator=a_currency, repr=False, metadata=PRIVATE)
    since: date = attrs.field(validator=exactly(date))
    until: date | None = maybe(date)
    benefits: tuple[Benefit, ...] = private(several(Benefit))

    def __attrs_post_init__(self) -> None:
        later_than("since")(self, attrs.fields(PayRecord).until, self.until)

    @property
    def weighs_on(self) -> tuple[str, ...]:
        """It is read where pay is recorded and nowhere else: the next one ends it."""
        return (paid(self.peer),)


class LeaveStatus(StrEnum):
    """Leave is asked for, granted and taken, or cancelled. No reason is ever asked."""

    ASKED = "asked"
    GRANTED = "granted"
    TAKEN = "taken"
    CANCELLED = "cancelled"


LEAVE: Final = Lifecycle(
    begins=frozenset({LeaveStatus.ASKED}),
    steps={
        LeaveStatus.ASKED: frozenset({LeaveStatus.GRANTED, LeaveStatus.CANCELLED}),
        LeaveStatus.GRANTED: frozenset({LeaveStatus.TAKEN, LeaveStatus.CANCELLED}),
        LeaveStatus.TAKEN: frozenset(),
        LeaveStatus.CANCELLED: frozenset(),
    },
    closed=frozenset({LeaveStatus.TAKEN, LeaveStatus.CANCELLED}),
)


@attrs.frozen(kw_only=True)
class Leave(Noun):
    """Days off, from ``first`` to ``last``, both included. It holds no reason: none is asked."""

    kind: ClassVar[str] = "leave"
    lifecycle: ClassVar[Lifecycle[LeaveStatus]] = LEAVE
    read_with: ClassVar[tuple[str, ...]] = ("peer",)
    found_with: ClassVar[tuple[str, ...]] = ("peer",)
    dated: ClassVar[str] = "first"
    status: LeaveStatus = a(LeaveStatus, LeaveStatus.ASKED)
    peer: str = attrs.field(validator=an_id)
    first: date = attrs.field(validator=exactly(date))
    last: date = attrs.field(validator=exactly(date))
    paid: bool = a(bool, default=False)

    def __attrs_post_init__(self) -> None:
        if self.last < self.first:
            raise BadInput("Leave.last", "must not be earlier than first")


class SelfCareStatus(StrEnum):
    """A peer keeps their own plan until they put it away."""

    KEPT = "kept"
    PUT_AWAY = "put-away"


SELF_CARE: Final = Lifecycle(
    begins=frozenset({SelfCareStatus.KEPT}),
    steps={
        SelfCareStatus.KEPT: frozenset({SelfCareStatus.PUT_AWAY}),
        SelfCareStatus.PUT_AWAY: frozenset({SelfCareStatus.KEPT}),
    },
    closed=frozenset({SelfCareStatus.PUT_AWAY}),
)


@attrs.frozen(kw_only=True)
class SelfCarePlan(Noun):
    """What keeps a peer well, in their own words, which are kept apart. It is theirs alone.

    ``shown_to`` are the people they chose to show it to: nobody, unless they say so.
    """

    kind: ClassVar[str] = "self-care-plan"
    lifecycle: ClassVar[Lifecycle[SelfCareStatus]] = SELF_CARE
    found_with: ClassVar[tuple[str, ...]] = ("peer",)
    private_to: ClassVar[str] = "peer"
    status: SelfCareStatus = a(SelfCareStatus, SelfCareStatus.KEPT)
    peer: str = attrs.field(validator=an_id)
    shown_to: tuple[str, ...] = private(maybe_ids())
