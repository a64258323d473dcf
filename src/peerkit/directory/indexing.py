"""What a directory is searched by: a set of services is a whole number, with a bit for each."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from peerkit.directory.services import Need, Service, Site
from peerkit.directory.words import Texts, folded

__all__ = ["FARTHEST", "Index", "all_of", "along"]

#: The mean radius of the earth in kilometres.
_EARTH: Final = 6371.0088
#: Half way round the earth, and nothing is farther.
FARTHEST: Final = 20_100.0
#: The most kinds of help that one is counted below: a taxonomy has half a dozen levels.
_MOST_ABOVE: Final = 100


class Index:
    """What a directory is searched by."""

    def __init__(self, services: tuple[Service, ...], needs: Iterable[Need]) -> None:
        numbered = tuple(enumerate(services))
        self.everything: Final = (1 << len(services)) - 1
        self.by_id: Final = {each.id: place for place, each in numbered}
        self.names: Final = Texts(
            (f"{each.name} {each.also_called} {each.organization}", place)
            for place, each in numbered
        )
        self.languages: Final = Texts(
            (it, place) for place, each in numbered for it in each.languages
        )
        self.eligibility: Final = Texts(
            (it, place) for place, each in numbered for it in each.eligibility
        )
        named = [(one, place) for place, each in numbered for one in each.needs]
        self.needs: Final = Texts((one.name, place) for one, place in named)
        self.above: Final = {one.id: one.above for one in (*needs, *(one for one, _ in named))}
        self.by_need: Final[dict[str, int]] = defaultdict(int)
        for id_, mask in _masks((one.id, place) for one, place in named).items():
            for each in self.and_above(id_):
                self.by_need[each] |= mask
        places = [(where, place) for place, each in numbered for where in each.places]
        self.towns: Final = _masks((folded(where.city), place) for where, place in places)
        self.codes: Final = _masks((_code(where.postal_code), place) for where, place in places)
        self.placed: Final = all_of((*self.towns.values(), *self.codes.values()))
        self.points: Final = sorted(
            (where.latitude, *_point(where.latitude, where.longitude), place)
            for where, place in places
            if where.latitude is not None and where.longitude is not None
        )
        self.on_the_map: Final = all_of(1 << place for *_, place in self.points)
        self.hours: Final = _masks(
            (hours, place) for place, each in numbered for hours in each.opening
        )
        self.timed: Final = all_of(self.hours.values())
        self.youngest: Final = [
            (it.youngest, place) for place, it in numbered if it.youngest is not None
        ]
        self.oldest: Final = [(it.oldest, place) for place, it in numbered if it.oldest is not None]

    def and_above(self, id_: str) -> Iterator[str]:
        """A kind of help and every wider one: by its parents, and as the AIRS taxonomy counts.

        There ``BH-1800.8500-100`` is below ``BH-1800.8500``, which is below ``BH-1800``.
        At most 100 of them, or a file of parents below parents would take for ever.
        """
        waiting, seen = [id_], {""}
        while waiting and len(seen) <= _MOST_ABOVE:
            each = waiting.pop()
            if each not in seen:
                seen.add(each)
                yield each
                waiting += (
                    self.above.get(each, ""),
                    each[: max(each.rfind("-"), each.rfind("."), 0)],
                )

    def at(self, place: str) -> int:
        """The services in a town, or under a postal code."""
        return self.towns.get(folded(place), 0) | self.codes.get(_code(place), 0)

    def is_at(self, place: str) -> Callable[[Site], bool]:
        """Whether one place of a service is in this town, or under this postal code."""
        town, code = folded(place), _code(place) or None
        return lambda where: folded(where.city) == town or _code(where.postal_code) == code

    def chords(self, near: tuple[float, float], km: float) -> dict[int, float]:
        """The services so near, each with the square of a straight line to its nearest place.

        Straight through the globe, in its radius: that takes no angles and keeps the order;
        :func:`along` says how far it is along the ground.
        """
        latitude = near[0]
        to_x, to_y, to_z = _point(*near)
        reach = math.degrees(km / _EARTH) + 1e-9
        first = bisect_left(self.points, latitude - reach, key=lambda each: each[0])
        last = bisect_right(self.points, latitude + reach, key=lambda each: each[0])
        most = 4 * math.sin(min(km / _EARTH, math.pi) / 2) ** 2 + 1e-15
        found: dict[int, float] = {}
        for _, x, y, z, place in self.points[first:last]:
            line = (x - to_x) ** 2 + (y - to_y) ** 2 + (z - to_z) ** 2
            if line <= most and line < found.get(place, 5.0):
                found[place] = line
        return found

    def open_at(self, wall: datetime) -> int:
        """The services that are open by the clock on the wall."""
        return all_of(mask for hours, mask in self.hours.items() if hours.open_at(wall))


def _code(code: str) -> str:
    """The part of a postal code that says where: ``33128-1930`` is in ``33128``."""
    return folded(code.partition("-")[0])


def _masks(said: Iterable[tuple[Any, int]]) -> dict[Any, int]:
    found: defaultdict[Any, int] = defaultdict(int)
    for key, place in said:
        found[key] |= 1 << place
    found.pop("", None)
    return dict(found)


def all_of(masks: Iterable[int]) -> int:
    """What is in any of these sets."""
    found = 0
    for each in masks:
        found |= each
    return found


def _point(latitude: float, longitude: float) -> tuple[float, float, float]:
    """Where it is on a globe whose radius is 1."""
    north, east = math.radians(latitude), math.radians(longitude)
    flat = math.cos(north)
    return flat * math.cos(east), flat * math.sin(east), math.sin(north)


def along(chord: float) -> float:
    """Kilometres along the ground, of the square of a straight line."""
    return 2 * _EARTH * math.asin(min(1.0, math.sqrt(chord) / 2))
