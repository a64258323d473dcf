"""Peer respite: an open house, a free bed, a short stay, and a peer who is always there."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from peerkit.acts import (
    AskForStay,
    CheckIn,
    CloseHouse,
    DeclineStay,
    ExtendStay,
    OfferStay,
    PlanShift,
    WriteHouseLog,
)
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.model import (
    Guest,
    House,
    HouseStatus,
    Peer,
    Phrase,
    Shift,
    ShiftStatus,
    Stay,
    StayStatus,
    bed_is_free,
    gaps,
    most_nights,
)
from peerkit.model.phrase import listed
from peerkit.rules.limits import measured

if TYPE_CHECKING:
    from peerkit.handbook import Book
    from peerkit.model import View

__all__ = [
    "RULES",
    "bed_free",
    "guest_agreement",
    "guests_first",
    "house_open",
    "nights_in_window",
    "not_alone_at_the_door",
    "one_shift",
    "one_stay",
    "round_the_clock",
]

_A_DAY: Final = timedelta(days=1)
_AN_HOUR: Final = timedelta(hours=1)


def house_open(
    act: AskForStay | OfferStay | CheckIn | ExtendStay | PlanShift, view: View, book: Book
) -> Findings:
    """A stay or a shift is in a house that is open."""
    house = view.get(House, act.house)
    clause = book.clause("house-open")
    is_open = house is not None and house.status is HouseStatus.OPEN
    verdict = Verdict.ALLOWED if is_open else Verdict.NEEDS_FACTS
    return (Finding(clause, verdict, {"id": act.house}),)


def _planned(act: OfferStay | CheckIn | ExtendStay, view: View) -> Stay | None:
    """The stay as the act would have it, or None where there is none to speak of."""
    stay = view.get(Stay, act.id)
    if (
        stay is None
        or not stay.open
        or (stay.participant, stay.house)
        != (
            act.participant,
            act.house,
        )
    ):
        return None
    return act.planned(stay, view.now)


def known_house(act: WriteHouseLog, view: View, book: Book) -> Findings:
    """A line is written into the book of a house that is there; it is kept all the same."""
    if view.get(House, act.house) is not None:
        return ()
    missing = Phrase("{id} as a {kind}", id=act.house, kind=Phrase(House.kind))
    return (Finding(book.clause("known-thing"), Verdict.NEEDS_FACTS, {"missing": missing}),)


def bed_free(act: OfferStay | CheckIn | ExtendStay, view: View, book: Book) -> Findings:
    """A bed is one guest's. Where none is free, people wait in the order in which they asked."""
    stay, house = _planned(act, view), view.get(House, act.house)
    if stay is None or house is None or stay.room is None:
        return ()
    clause = book.clause("bed-free")
    facts = {"id": stay.room, "participant": stay.participant}
    there = stay.room in house.rooms and bed_is_free(view.all(Stay), stay, stay.room, view.now)
    return (Finding(clause, Verdict.ALLOWED if there else Verdict.NOT_ALLOWED, facts),)


def nights_in_window(act: OfferStay | CheckIn | ExtendStay, view: View, book: Book) -> Findings:
    """A stay is short: so many nights in any so many days in a row, in whichever house.

    A night is the date of its evening, where the house is. Nights that are
    planned count beside those that were spent.
    """
    stay = _planned(act, view)
    most = book.clause("respite-nights")
    if stay is None or most.value is None:
        return ()
    around = stay.nights(view.now)
    window = book.clause("respite-window-days").value or (around.until - around.first).days
    guest = view.get(Guest, stay.participant)
    others = (
        *(() if guest is None else guest.nights),
        *(
            each.nights(view.now)
            for each in view.all(Stay)
            if each.participant == stay.participant and each.id != stay.id and each.in_a_bed
        ),
    )
    return measured(book, most.id, most_nights(others, window, around))


def guest_agreement(act: CheckIn, view: View, book: Book) -> Findings:
    """How the house is lived in is talked through before the first night."""
    house = view.get(House, act.house)
    if house is None:
        return ()
    clause = book.clause("guest-agreement")
    left = [Phrase(each) for each in house.agreement if each not in act.agreed]
    facts: dict[str, object] = {"participant": act.participant}
    if left:
        facts["missing"] = listed("and", *left)
        return (Finding(clause, Verdict.NEEDS_FACTS, facts),)
    return (Finding(clause, Verdict.ALLOWED, facts),)


def round_the_clock(act: CheckIn, view: View, book: Book) -> Findings:
    """While somebody stays, a peer is in the house day and night: the next day is looked at."""
    planned = [
        each
        for each in view.all(Shift)
        if each.house == act.house and each.status is ShiftStatus.PLANNED
    ]
    alone = gaps(planned, view.now, view.now + _A_DAY)
    hours = (_A_DAY - sum((end - start for start, end in alone), timedelta())) // _AN_HOUR
    return measured(book, "respite-hours-with-a-peer", hours)


def one_shift(act: PlanShift, view: View, book: Book) -> Findings:
    """Nobody is on duty twice at one time."""
    clause = book.clause("one-shift")
    for each in view.all(Shift):
        if (
            each.peer == act.peer
            and each.id != act.the_id
            and each.status is ShiftStatus.PLANNED
            and each.starts < act.ends
            and act.starts < each.ends
        ):
            return (Finding(clause, Verdict.NOT_ALLOWED, {"peer": act.peer, "id": each.id}),)
    return (Finding(clause, Verdict.ALLOWED, {"peer": act.peer}),)


def one_stay(act: AskForStay, view: View, book: Book) -> Findings:
    """A guest asks once for the same nights in a house, and not where a bed is theirs already.

    Who waits in one house may ask in another.
    """
    clause = book.clause("one-stay")
    for each in view.all(Stay):
        if (
            each.participant == act.participant
            and each.id != act.the_id
            and each.open
            and (each.house == act.house or each.in_a_bed)
            and each.nights(view.now).within(act.first, act.until)
        ):
            facts = {"participant": act.participant, "id": each.id}
            return (Finding(clause, Verdict.NOT_ALLOWED, facts),)
    return (Finding(clause, Verdict.ALLOWED, {"participant": act.participant}),)


def guests_first(act: CloseHouse, view: View, book: Book) -> Findings:
    """A house closes when its guests have gone home or found another place."""
    clause = book.clause("guests-first")
    there = sorted(
        each.participant
        for each in view.all(Stay)
        if each.house == act.id and each.status in {StayStatus.HERE, StayStatus.EXPECTED}
    )
    facts: dict[str, object] = {"id": act.id, "now": len(there)}
    return (Finding(clause, Verdict.NEEDS_FACTS if there else Verdict.ALLOWED, facts),)


def not_alone_at_the_door(act: DeclineStay, view: View, book: Book) -> Findings:
    """No peer decides alone who gets in: the supervisor looks at it first."""
    peer = view.get(Peer, act.peer)
    theirs = peer is not None and peer.supervisor == act.by
    facts = {"peer": act.peer, "participant": act.participant}
    verdict = Verdict.ALLOWED if theirs else Verdict.NEEDS_CONSULTATION
    return (Finding(book.clause("turned-away"), verdict, facts),)


#: The rules of this subject.
RULES: Final = (
    Rule("house-open", (AskForStay, OfferStay, CheckIn, ExtendStay, PlanShift), house_open),
    Rule("known-house", (WriteHouseLog,), known_house),
    Rule("bed-free", (OfferStay, CheckIn, ExtendStay), bed_free),
    Rule("nights-in-window", (OfferStay, CheckIn, ExtendStay), nights_in_window),
    Rule("guest-agreement", (CheckIn,), guest_agreement),
    Rule("round-the-clock", (CheckIn,), round_the_clock),
    Rule("one-shift", (PlanShift,), one_shift),
    Rule("one-stay", (AskForStay,), one_stay),
    Rule("guests-first", (CloseHouse,), guests_first),
    Rule("turned-away", (DeclineStay,), not_alone_at_the_door),
)
