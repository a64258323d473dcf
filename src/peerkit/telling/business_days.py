"""Counts on from a day: in days, weeks, months, or business days."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from dateutil.relativedelta import SA, relativedelta

from peerkit.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Container

__all__ = ["business_day", "counted"]

#: So many days without one business day between them are no calendar to count on.
_MOST_FREE: Final = 366
_BUSINESS: Final = "business day"


def business_day(day: date, number: int, holidays: Container[date] = ()) -> date:
    """The business day so many after this day; before it, where the number is below 0.

    Business days are Mondays to Fridays that are not among the ``holidays``: any container of
    dates, such as ``holidays.country_holidays("US")``. With 0 it is the day itself, whatever
    day it is. Raises :class:`~peerkit.errors.BadInput` where a year has no business day.
    """
    step = relativedelta(days=1 if number > 0 else -1)
    left, free = abs(number), 0
    while left:
        day += step
        if day.weekday() < SA.weekday and day not in holidays:
            left, free = left - 1, 0
        else:
            free += 1
        if free > _MOST_FREE:
            raise BadInput("holidays", "leave some business days: there is none in a whole year")
    return day


def counted(day: date, number: int, unit: str, holidays: Container[date] = ()) -> date:
    """The day so many days, business days, weeks or months after this one, or before it.

    What would lie beyond the years 1 to 9999 is the first or the last day of them.
    """
    try:
        if unit == _BUSINESS:
            return business_day(day, number, holidays)
        return day + relativedelta(**{f"{unit}s": number})  # type: ignore[arg-type]
    except BadInput:
        raise
    except (OverflowError, ValueError):
        pass
    return date.max if number > 0 else date.min
