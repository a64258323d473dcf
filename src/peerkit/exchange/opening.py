"""Reads opening hours as directories write them: times of day, days of the week, and both."""

from __future__ import annotations

import re
from typing import Final

from peerkit.directory import OpeningHours
from peerkit.directory.services import A_DAY

__all__ = ["Unclear", "days_of", "hours_of", "weekday_of"]

_TWELVE: Final = re.compile(r"(1[0-2]|0?[1-9])(?::([0-5][0-9]))? ?([ap])\.?m\.?", re.IGNORECASE)
_TWENTY_FOUR: Final = re.compile(
    r"([01][0-9]|2[0-4]):([0-5][0-9])(?::[0-5][0-9])?(?:[+-][0-9]{2}:[0-9]{2})?"
)
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_NAMED: Final = {
    each[:length]: day for day, each in enumerate(_DAYS) for length in (2, 3, len(each))
}
#: The last minute of a day stands for its end, as the specification has it for "24 hours".
_LAST_MINUTE: Final = A_DAY - 1
#: Open past midnight for longer than this is a morning and an evening mixed up.
_MOST_OVERNIGHT: Final = 18 * 60


class Unclear(Exception):
    """What stands there is no time we can be sure of: in which column, and what to do."""

    def __init__(self, column: str, why: str) -> None:
        self.column: str = column
        self.why: str = why
        super().__init__(column, why)


def weekday_of(cell: str) -> int:
    """The day of a week, 0 for Monday: ``Monday``, ``Mon`` or ``MO``."""
    day = _DAY_NAMED.get(cell.lower())
    if day is None:
        raise Unclear("weekday", "is not a day of the week in English, such as Monday")
    return day


def days_of(cell: str) -> tuple[int, ...]:
    """The days of ``MO,WE,FR``, as iCalendar and HSDS 2 and 3 write them."""
    days = tuple(_DAY_NAMED.get(each.strip().lower()) for each in cell.split(","))
    found = tuple(each for each in days if each is not None)
    if len(found) != len(days):
        raise Unclear("byday", "is not a list of days such as MO,WE,FR")
    return tuple(dict.fromkeys(found))


def hours_of(weekday: int, opens: str, closes: str) -> OpeningHours:
    """Open on this day from one cell to the other; what closes earlier closes on the next day.

    ``9:00am``, ``9am``, ``9:00 AM`` and ``09:00`` are times, ``9:00`` is none: it may be
    morning or evening. A whole day is midnight to midnight, or to ``23:59``.
    """
    start, end = _minutes("opens_at", opens) % A_DAY, _minutes("closes_at", closes)
    if end in (0, _LAST_MINUTE):
        end = A_DAY
    if end == start:
        raise Unclear("closes_at", "is the time it opens; a whole day is 00:00 to 23:59")
    if end < start:
        end += A_DAY
        if end - start > _MOST_OVERNIGHT:
            raise Unclear("closes_at", "is before it opens; look at am and pm of both")
    return OpeningHours(weekday=weekday, opens=start, closes=end)


def _minutes(column: str, cell: str) -> int:
    """The minutes after midnight."""
    if not cell:
        raise Unclear(column, "is blank")
    if found := _TWELVE.fullmatch(cell):
        hour, minute, half = found.groups("0")
        return (int(hour) % 12 + 12 * (half in "pP")) * 60 + int(minute)
    if found := _TWENTY_FOUR.fullmatch(cell):
        whole = int(found[1]) * 60 + int(found[2])
        if whole <= A_DAY:
            return whole
    if cell.endswith(("Z", "z")):
        raise Unclear(column, "is in UTC; write the time that the clock on the wall shows")
    raise Unclear(column, "is not a time such as 9:00am or 09:00")
