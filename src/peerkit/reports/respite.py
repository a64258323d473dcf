"""What the records of a peer respite show: hours without a peer, and who waits for a bed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from peerkit.errors import BadInput, must_be
from peerkit.model import House, Shift, ShiftStatus, Stay, gaps, in_line

if TYPE_CHECKING:
    from peerkit.program import Program

__all__ = ["unstaffed", "waiting_for_a_bed"]

_THERE = frozenset({ShiftStatus.PLANNED, ShiftStatus.WORKED, ShiftStatus.LAPSED})


def _moment(place: str, given: datetime) -> datetime:
    """A moment with its time zone."""
    if not isinstance(given, datetime) or given.tzinfo is None:
        raise BadInput(place, "give a datetime with its time zone")
    return given.astimezone(UTC)


def _known(program: Program, house: str) -> None:
    """Silence of a house that nobody knows would read as one where nothing is missing."""
    must_be(str, house, "house", "give the id of a house")
    if all(each.id != house for each in program.every(House, about=house)):
        raise BadInput("house", "the program knows no house of this id; find(House) lists them")


def unstaffed(
    program: Program, house: str, since: datetime, until: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    """The stretches of ``since`` ≤ moment < ``until`` in which no peer was, or will be, in a house.

    What was planned counts until somebody reports that the peer was not there.
    """
    since, until = _moment("since", since), _moment("until", until)
    _known(program, house)
    shifts = (
        each
        for each in program.every(Shift, about=house)
        if each.house == house and each.status in _THERE
    )
    return gaps(shifts, since, until)


def waiting_for_a_bed(program: Program, house: str) -> tuple[Stay, ...]:
    """Who has asked for a bed in a house and has none yet, in the order in which they asked."""
    _known(program, house)
    stays = program.every(Stay, about=house)
    return in_line(each for each in stays if each.house == house)
