"""What a peer works for and rests by: pay, leave, and a plan that is theirs alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar, Final

import attrs

from peerkit.acts.act import Act, Judged, Left, Makes, Moves, once_each, saying
from peerkit.errors import BadInput
from peerkit.model import (
    Benefit,
    Leave,
    LeaveStatus,
    Noun,
    PayRecord,
    PayStatus,
    SelfCarePlan,
    SelfCareStatus,
    Words,
)
from peerkit.model.conditions import paid
from peerkit.model.fields import (
    PRIVATE,
    a,
    a_currency,
    an_amount,
    an_id,
    exactly,
    maybe_ids,
    private,
    several,
)

if TYPE_CHECKING:
    from peerkit.model import View

__all__ = [
    "AskForLeave",
    "ChangeLeave",
    "PutAwaySelfCarePlan",
    "RecordPay",
    "SeeSelfCarePlan",
    "ShareSelfCarePlan",
    "WriteSelfCarePlan",
]

#: How long leave that nobody said was taken is still read.
LONG_OVER: Final = timedelta(days=366)


@attrs.frozen(kw_only=True)
class RecordPay(Makes):
    """Record what a peer is paid for an hour from a day on, and what comes with it.

    ``hourly`` is in the smallest coin of the currency (cents); 0 is unpaid work.
    """

    kind: ClassVar[str] = "pay.recorded"
    makes: ClassVar[type[Noun]] = PayRecord
    private_to: ClassVar[str] = "peer"
    peer: str = attrs.field(validator=an_id)
    hourly: int = attrs.field(validator=an_amount, repr=False, metadata=PRIVATE)
    currency: str = attrs.field(validator=a_currency, repr=False, metadata=PRIVATE)
    since: date = attrs.field(validator=exactly(date))
    benefits: tuple[Benefit, ...] = private(several(Benefit))

    @property
    def about(self) -> tuple[str, ...]:
        """The record, the peer, and what they are paid now."""
        return once_each(self.the_id, self.peer, paid(self.peer))

    def leaves(self, view: View, judged: Judged) -> Left:
        """The new pay; what was in force before ends on its first day.

        What is recorded late holds until the day on which the next pay begins.
        """
        known = [each for each in view.all(PayRecord) if each.peer == self.peer and each.open]
        ended = tuple(
            attrs.evolve(each, status=PayStatus.ENDED, until=_last(each, self.since))
            for each in known
            if each.since <= self.since
        )
        new = PayRecord(
            id=self.the_id,
            peer=self.peer,
            hourly=self.hourly,
            currency=self.currency,
            since=self.since,
            until=min((each.since for each in known if each.since > self.since), default=None),
            benefits=self.benefits,
        )
        return Left(nouns=(new, *ended))


def _last(pay: PayRecord, since: date) -> date:
    """The day on which pay ends where other pay begins: it held on one day at least."""
    ends = max(since, pay.since + timedelta(days=1))
    return ends if pay.until is None else min(pay.until, ends)


@attrs.frozen(kw_only=True)
class AskForLeave(Makes):
    """Ask for days off, ``first`` and ``last`` included. No reason is asked, and none is kept."""

    kind: ClassVar[str] = "leave.asked"
    makes: ClassVar[type[Noun]] = Leave
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "peer")
    peer: str = attrs.field(validator=an_id)
    first: date = attrs.field(validator=exactly(date))
    last: date = attrs.field(validator=exactly(date))
    paid: bool = a(bool, default=False)

    def __attrs_post_init__(self) -> None:
        if self.last < self.first:
            raise BadInput("AskForLeave.last", "must not be earlier than first")

    def leaves(self, view: View, judged: Judged) -> Left:
        """Leave that is asked for. What was over long ago is not read any more."""
        long_ago = judged.day - LONG_OVER
        over = tuple(
            attrs.evolve(each, status=_OVER[each.status])
            for each in view.all(Leave)
            if each.peer == self.peer and each.open and each.last < long_ago
        )
        asked = Leave(
            id=self.the_id, peer=self.peer, first=self.first, last=self.last, paid=self.paid
        )
        return Left(nouns=(asked, *over))


#: What leave becomes when it is long over and nobody said what came of it.
_OVER: Final = {
    LeaveStatus.ASKED: LeaveStatus.CANCELLED,
    LeaveStatus.GRANTED: LeaveStatus.TAKEN,
}


@attrs.frozen(kw_only=True)
class ChangeLeave(Moves):
    """Leave is granted, taken, or cancelled by the peer whose it is."""

    kind: ClassVar[str] = "leave.changed"
    moves: ClassVar[type[Noun]] = Leave
    stands_on: ClassVar[tuple[str, ...]] = ("id", "peer")
    peer: str = attrs.field(validator=an_id)
    status: LeaveStatus = attrs.field(validator=exactly(LeaveStatus))

    def to(self, noun: Leave) -> LeaveStatus:
        """The status that was asked for."""
        return self.status


@attrs.frozen(kw_only=True)
class WriteSelfCarePlan(Makes):
    """A peer writes down what keeps them well. It is theirs alone; writing again adds to it."""

    kind: ClassVar[str] = "self-care-plan.written"
    makes: ClassVar[type[Noun]] = SelfCarePlan
    stands_on: ClassVar[tuple[str, ...]] = ("the_id", "peer")
    peer: str = attrs.field(validator=an_id)
    words: Words = attrs.field(validator=exactly(Words))

    def goes_on(self, before: SelfCarePlan) -> bool:
        """With their own plan, also one that they had put away."""
        return before.peer == self.peer

    def leaves(self, view: View, judged: Judged) -> Left:
        """The plan, shown to nobody new, and the words."""
        before = view.get(SelfCarePlan, self.the_id)
        plan = SelfCarePlan(
            id=self.the_id, peer=self.peer, shown_to=() if before is None else before.shown_to
        )
        said = saying(f"self-care-plan/{plan.id}", self.peer, self.words)
        return Left(nouns=(plan,), words=said)


@attrs.frozen(kw_only=True)
class _WithPlan(Act):
    """What is asked about somebody's own plan."""

    stands_on: ClassVar[tuple[str, ...]] = ("id", "peer")

    id: str = attrs.field(validator=an_id)
    peer: str = attrs.field(validator=an_id)


@attrs.frozen(kw_only=True)
class ShareSelfCarePlan(_WithPlan):
    """A peer says who may see their plan from now on: these people and no others."""

    kind: ClassVar[str] = "self-care-plan.shared"
    private_to: ClassVar[str] = "peer"
    to: tuple[str, ...] = private(maybe_ids())

    def leaves(self, view: View, judged: Judged) -> Left:
        """The plan, with those it is shown to."""
        plan = view.get(SelfCarePlan, self.id)
        return Left() if plan is None else Left(nouns=(attrs.evolve(plan, shown_to=self.to),))


@attrs.frozen(kw_only=True)
class SeeSelfCarePlan(_WithPlan):
    """Ask to see a peer's own plan. Whoever it was not shown to learns not even if there is one."""

    kind: ClassVar[str] = "self-care-plan.asked"

    def leaves(self, view: View, judged: Judged) -> Left:
        """Nothing but the journal's entry."""
        return Left()


@attrs.frozen(kw_only=True)
class PutAwaySelfCarePlan(Moves):
    """A peer puts their own plan away."""

    kind: ClassVar[str] = "self-care-plan.put-away"
    moves: ClassVar[type[Noun]] = SelfCarePlan
    stands_on: ClassVar[tuple[str, ...]] = ("id", "peer")
    peer: str = attrs.field(validator=an_id)

    def to(self, noun: SelfCarePlan) -> SelfCareStatus:
        """Put away."""
        return SelfCareStatus.PUT_AWAY

    def leaves(self, view: View, judged: Judged) -> Left:
        """The plan, shown to nobody any more."""
        return Left(nouns=(attrs.evolve(self.moved(view), shown_to=()),))
