"""A service as a directory tells of it: frozen values, and nothing that anybody decides."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import attrs

from peerkit.errors import BadInput
from peerkit.model.fields import an_id, as_tuple

__all__ = ["A_DAY", "Need", "OpeningHours", "Service", "Site"]

#: The minutes of a day.
A_DAY: Final = 24 * 60
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEK: Final = len(_DAYS)


def _line(default: Any = "") -> Any:
    """A text that may be empty; it is not shown by ``repr``, which names things by their id."""
    return attrs.field(default=default, repr=False)


def _several() -> Any:
    """A tuple of anything; a list is taken as one."""
    return attrs.field(default=(), converter=as_tuple, repr=False)


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


@attrs.frozen(kw_only=True)
class OpeningHours:
    """Open on one day of the week, from ``opens`` until before ``closes``.

    ``weekday`` counts from Monday, 0. Both times are minutes after that day's
    midnight on the wall clock of the place; ``closes`` past 1440 is the next
    morning. A whole day is 0 to 1440.
    """

    weekday: int
    opens: int
    closes: int

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.weekday < _WEEK:
            raise BadInput("OpeningHours.weekday", "a day of the week is 0, Monday, to 6, Sunday")
        if not (0 <= self.opens < A_DAY and self.opens < self.closes <= self.opens + A_DAY):
            raise BadInput(
                "OpeningHours.closes", "opens within the day, and closes at most 24 hours on"
            )

    def __str__(self) -> str:
        """Such as ``Mon 09:00-17:00``."""
        if self.closes - self.opens == A_DAY and not self.opens:
            return f"{_DAYS[self.weekday]} all day"
        return f"{_DAYS[self.weekday]} {_clock(self.opens)}-{_clock(self.closes)}"

    def open_at(self, wall: datetime) -> bool:
        """Whether this holds at a time on the wall clock of the place."""
        now = wall.hour * 60 + wall.minute
        if wall.weekday() == self.weekday:
            return self.opens <= now < self.closes
        return wall.weekday() == (self.weekday + 1) % _WEEK and now + A_DAY < self.closes


@attrs.frozen(kw_only=True)
class Need:
    """A kind of help, as a taxonomy names it; ``above`` is the id of the wider kind."""

    id: str
    name: str = _line()
    above: str = _line()


@attrs.frozen(kw_only=True)
class Site:
    """Where a service is given. ``accessible`` is what the directory says of it, in its words."""

    id: str
    name: str = _line()
    street: str = _line()
    city: str = _line()
    region: str = _line()
    postal_code: str = _line()
    latitude: float | None = _line(None)
    longitude: float | None = _line(None)
    accessible: str = _line()
    hours: tuple[OpeningHours, ...] = _several()

    @property
    def address(self) -> str:
        """One line to read, as much of it as is known."""
        town = " ".join(each for each in (self.region, self.postal_code) if each)
        return ", ".join(each for each in (self.street, self.city, town) if each)


@attrs.frozen(kw_only=True)
class Service:
    """A service in the community.

    ``eligibility`` is what the directory says of who may come, in its own words,
    ``youngest`` and ``oldest`` the ages it states. They are there to be shown: who
    may come is for the service to say. ``hours_said`` are opening hours in words,
    where the directory has them. ``id`` is what a connection names.
    """

    id: str = attrs.field(validator=an_id)
    name: str = _line()
    also_called: str = _line()
    organization: str = _line()
    description: str = _line()
    needs: tuple[Need, ...] = _several()
    places: tuple[Site, ...] = _several()
    hours: tuple[OpeningHours, ...] = _several()
    hours_said: tuple[str, ...] = _several()
    languages: tuple[str, ...] = _several()
    eligibility: tuple[str, ...] = _several()
    youngest: float | None = _line(None)
    oldest: float | None = _line(None)
    phones: tuple[str, ...] = _several()
    url: str = _line()
    email: str = _line()
    how_to_apply: str = _line()
    fees: str = _line()
    wait: str = _line()
    status: str = _line()

    @property
    def opening(self) -> tuple[OpeningHours, ...]:
        """When it is open: its own hours, or else those of its places."""
        return self.hours or tuple(hours for place in self.places for hours in place.hours)

    def open_at(self, wall: datetime) -> OpeningHours | None:
        """The hours by which it is open at a time on the wall clock of the place, or None."""
        return _first(each for each in self.opening if each.open_at(wall))


def _first(found: Iterable[OpeningHours]) -> OpeningHours | None:
    return next(iter(found), None)
