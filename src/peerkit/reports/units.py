"""Minutes of peer support as the units a payer counts, by a rule that is always named.

Payers differ, and nothing here guesses which one counts how. One unit is 15
minutes (H0038; HCPCS). The eight-minute rule is Medicare's (Claims Processing
Manual, chapter 5, §20.2); Medicaid payers set their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from peerkit.errors import BadInput, must_be
from peerkit.model.fields import a_moment, a_zone, an_id, exactly, in_utc

__all__ = ["Contact", "UnitRule", "navigation_units", "units"]

_UNIT: Final = timedelta(minutes=15)
_MIDPOINT: Final = timedelta(minutes=8)
_NONE: Final = timedelta(0)
_LONGEST: Final = timedelta(days=7)


class UnitRule(StrEnum):
    """How minutes become units. Ask the payer which one holds; there is no default.

    ``EIGHT_MINUTES_POOLED`` (Medicare): all minutes of a day, whatever their
    code, are added up; from eight minutes on a begun unit counts.
    ``EIGHT_MINUTES_PER_CODE`` (midpoint): the same, but each code by itself.
    ``FLOOR_PER_CONTACT``: full units only, each contact by itself.
    ``FLOOR_PER_CODE``: full units only, contacts of one day and code added up.
    ``HALF_UP_PER_CODE``: to the nearest unit, halves (7.5 minutes) up.
    """

    EIGHT_MINUTES_POOLED = "eight-minutes-pooled"
    EIGHT_MINUTES_PER_CODE = "eight-minutes-per-code"
    FLOOR_PER_CONTACT = "floor-per-contact"
    FLOOR_PER_CODE = "floor-per-code"
    HALF_UP_PER_CODE = "half-up-per-code"


@attrs.frozen(kw_only=True)
class Contact:
    """Time that one peer gave one participant under one billing code, such as ``"H0038"``."""

    code: str = attrs.field(validator=an_id)
    starts: datetime = attrs.field(converter=in_utc, validator=a_moment)
    zone: str = a_zone()
    length: timedelta = attrs.field(validator=exactly(timedelta))

    def __attrs_post_init__(self) -> None:
        if not _NONE <= self.length <= _LONGEST:
            raise BadInput("Contact.length", "must not be negative, and at most seven days")

    def by_day(self) -> dict[date, timedelta]:
        """The time on each day, where it took place: a contact may go past midnight."""
        zone, at, ends = ZoneInfo(self.zone), self.starts, self.starts + self.length
        found: dict[date, timedelta] = {}
        while True:
            day = at.astimezone(zone).date()
            midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
            if midnight.astimezone(UTC) <= at:  # a midnight that comes twice, after its first
                midnight = midnight.replace(fold=1)
            until = min(ends, midnight.astimezone(UTC))
            found[day] = found.get(day, _NONE) + until - at
            if until == ends:
                return found
            at = until


def units(contacts: Iterable[Contact], rule: UnitRule) -> dict[date, int]:
    """The units of each day, for one peer with one participant; a group counts once a person.

    Raises :class:`~peerkit.errors.BadInput` when two contacts overlap: nobody
    is with somebody twice at once.
    """
    if not isinstance(rule, UnitRule):
        raise BadInput(
            "rule", "name one: " + ", ".join(f"UnitRule.{each.name}" for each in UnitRule)
        )
    each_day: dict[date, dict[str, list[timedelta]]] = defaultdict(lambda: defaultdict(list))
    for each in _apart(contacts):
        for day, length in each.by_day().items():
            each_day[day][each.code].append(length)
    count = _COUNT[rule]
    return {day: count(codes) for day, codes in sorted(each_day.items())}


def navigation_units(length: timedelta) -> tuple[int, int]:
    """Units of G0140 (the first 60 minutes of a month) and G0146 (each full 30 beyond them).

    Whether a begun half hour counts is payer guidance; here only full ones do.
    """
    must_be(timedelta, length, "length", "give a timedelta, such as timedelta(minutes=70)")
    if length < _NONE:
        raise BadInput("length", "must not be negative")
    first = timedelta(minutes=60)
    return (0, 0) if length < first else (1, (length - first) // timedelta(minutes=30))


def _apart(contacts: Iterable[Contact]) -> list[Contact]:
    every = list(contacts)
    for each in every:
        must_be(Contact, each, "contacts", "give a list of Contact(…)")
    inorder = sorted(every, key=lambda each: each.starts)
    for number, (one, after) in enumerate(pairwise(inorder), 2):
        if one.starts + one.length > after.starts:
            raise BadInput(f"contact {number} in order of time", "overlaps the one before it")
    return inorder


def _begun(length: timedelta) -> int:
    full, rest = divmod(length, _UNIT)
    return full + (rest >= _MIDPOINT)


def _summed(codes: Mapping[str, list[timedelta]]) -> Iterable[timedelta]:
    return (sum(lengths, _NONE) for lengths in codes.values())


_COUNT: Final[Mapping[UnitRule, Callable[[Mapping[str, list[timedelta]]], int]]] = {
    UnitRule.EIGHT_MINUTES_POOLED: lambda codes: _begun(sum(_summed(codes), _NONE)),
    UnitRule.EIGHT_MINUTES_PER_CODE: lambda codes: sum(map(_begun, _summed(codes))),
    UnitRule.FLOOR_PER_CONTACT: lambda codes: sum(
        length // _UNIT for lengths in codes.values() for length in lengths
    ),
    UnitRule.FLOOR_PER_CODE: lambda codes: sum(each // _UNIT for each in _summed(codes)),
    UnitRule.HALF_UP_PER_CODE: lambda codes: sum(
        (each + _UNIT / 2) // _UNIT for each in _summed(codes)
    ),
}
