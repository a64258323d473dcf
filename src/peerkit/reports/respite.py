"""What the records of a peer respite show: hours without a peer, and who waits for a bed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peerkit.model import Shift, ShiftStatus, Stay, gaps, in_line

if TYPE_CHECKING:
    from datetime import datetime

    from peerkit.program import Program

__all__ = ["unstaffed", "waiting_for_a_bed"]

_THERE = frozenset({ShiftStatus.PLANNED, ShiftStatus.WORKED, ShiftStatus.LAPSED})


def unstaffed(
    program: Program, house: str, since: datetime, until: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    """The stretches of ``since`` ≤ moment < ``until`` in which no peer was, or will be, in a house.

    What was planned counts until somebody reports that the peer was not there.
    """
    shifts = (
        each
        for each in program.every(Shift, about=house)
        if each.house == house and each.status in _THERE
    )
    return gaps(shifts, since, until)


def waiting_for_a_bed(program: Program, house: str) -> tuple[Stay, ...]:
    """Who has asked for a bed in a house and has none yet, in the order in which they asked."""
    stays = program.every(Stay, about=house)
    return in_line(each for each in stays if each.house == house)
