"""When somebody may be told: by the clock where they are, and across its changes."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from peerkit.model.fields import day_of, zone_named
from peerkit.model.timetable import placed

if TYPE_CHECKING:
    from datetime import tzinfo

    from peerkit.model import ContactPreferences

__all__ = ["next_digest", "next_moment"]

A_DAY: Final = timedelta(days=1)
#: No clock is changed twice within this time: in all zones since 1900, the two changes that lie
#: nearest to each other are 95 hours apart.
_STEP: Final = A_DAY
#: Between these moments a week can be looked at without leaving the years 1 to 9999.
_FIRST: Final = datetime.min.replace(tzinfo=UTC) + 3 * A_DAY
_LAST: Final = datetime.max.replace(tzinfo=UTC) - 10 * A_DAY
#: What would be later than that is told at the end of the calendar.
_END: Final = datetime.max.replace(tzinfo=UTC)


def next_moment(preferences: ContactPreferences, now: datetime) -> datetime:
    """The earliest moment, from now on, at which this person may be told.

    It lies within seven days, and within fifteen where the clocks leave out
    the only time of a week that is free.
    """
    there, free = zone_named(preferences.zone), preferences.free
    moment = max(now.astimezone(UTC), _FIRST)
    while moment <= _LAST:
        wall = moment.astimezone(there)
        minute = (wall.weekday() * 24 + wall.hour) * 60 + wall.minute
        ahead = _ahead(free, minute)
        if not ahead:
            return moment
        since = timedelta(seconds=wall.second, microseconds=wall.microsecond)
        reached = moment + timedelta(minutes=ahead) - since
        changed = _change(there, moment, reached)
        if changed is None:
            return reached
        moment = changed  # the wall shows something else from here on, so it is looked at again
    return _END


def next_digest(preferences: ContactPreferences, now: datetime) -> datetime:
    """The first free moment at or after the next time the clock there shows ``digest``.

    Without a digest it is :func:`next_moment`. A time that the clocks leave out is moved
    forward by as much as they are; of a time that comes twice it is the first. Ask it once
    for each message, before it is on any way: the free moment may lie after the time of
    the digest, and whoever asked again would be sent on from day to day.
    """
    moment = max(now.astimezone(UTC), _FIRST)
    if preferences.digest is None or moment > _LAST:
        return next_moment(preferences, moment)
    hours, minutes = map(int, preferences.digest.split(":"))
    at = time(hours % 24, minutes)  # 24:00 is the beginning of another day
    today = day_of(moment, preferences.zone)
    shown = (placed(today + each * A_DAY, at, preferences.zone) for each in range(-1, 3))
    return next_moment(preferences, min(each for each in shown if each >= moment))


def _ahead(free: int, minute: int) -> int:
    """How many minutes of the week lie between this one and the next free one: 0 when it is."""
    later = free >> minute
    if later:
        return _lowest(later)
    return 7 * 24 * 60 - minute + _lowest(free)


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


def _change(there: tzinfo | None, since: datetime, until: datetime) -> datetime | None:
    """The first moment after ``since`` and not after ``until`` at which the clocks are changed."""
    before = since.astimezone(there).utcoffset()
    while since < until:
        later = min(since + _STEP, until)
        if later.astimezone(there).utcoffset() != before:
            whole = since.replace(microsecond=0)  # clocks are changed at a whole second
            return whole + timedelta(
                seconds=bisect_left(
                    range(int(_STEP.total_seconds()) + 1),
                    True,  # noqa: FBT003 - what the key below is looked through for
                    key=lambda seconds: (
                        (whole + timedelta(seconds=seconds)).astimezone(there).utcoffset() != before
                    ),
                )
            )
        since = later
    return None
