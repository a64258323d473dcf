"""Who came back to homelessness, and how soon: HUD's System Performance Measure 2.

As the open HMIS Warehouse counts it [R-HMISWH]. Who left for a permanent home in
the report's period, two years earlier, is looked at from their first such exit;
a return is the first later entry into a homeless project, or into permanent
housing when it begins more than 14 days after the exit and outside any other
stay in permanent housing (its first day excepted, and 14 days after its end
included). Each return falls into one of three buckets of days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.errors import BadInput, must_be
from peerkit.model import Area, MilestoneKind
from peerkit.model.fields import a, an_id, exactly, maybe

if TYPE_CHECKING:
    from peerkit.model import Milestone

__all__ = [
    "BUCKETS",
    "HousingStay",
    "LivingPlace",
    "Return",
    "Returns",
    "days_housed",
    "returns",
    "stays_of",
]

#: How many days after an exit a return may come, bucket by bucket.
BUCKETS: Final[Mapping[str, range]] = MappingProxyType(
    {"0-180": range(181), "181-365": range(181, 366), "366-730": range(366, 731)}
)
_LOOKED_BACK: Final = timedelta(days=730)
_BETWEEN_HOMES: Final = timedelta(days=14)
_A_DAY: Final = timedelta(days=1)


class LivingPlace(StrEnum):
    """What a stay is: in a homeless project, in permanent housing, or elsewhere."""

    HOMELESS = "homeless"
    PERMANENT = "permanent"
    ELSEWHERE = "elsewhere"


@attrs.frozen(kw_only=True)
class HousingStay:
    """A stay of one person somewhere. ``to_home`` is true where they left for a permanent home."""

    id: str = attrs.field(validator=an_id)
    person: str = attrs.field(validator=an_id)
    place: LivingPlace = attrs.field(validator=exactly(LivingPlace), repr=False)
    enters: date = attrs.field(validator=exactly(date))
    leaves: date | None = maybe(date)
    to_home: bool = a(bool, default=False)

    def __attrs_post_init__(self) -> None:
        if self.leaves is not None and self.leaves < self.enters:
            raise BadInput("HousingStay.leaves", "must not be earlier than enters")


@attrs.frozen(kw_only=True)
class Return:
    """One person's first exit to a home, and their return; None: none within two years."""

    person: str
    left: date
    came_back: date | None

    @property
    def days(self) -> int | None:
        """How many days lay between."""
        return None if self.came_back is None else (self.came_back - self.left).days

    @property
    def bucket(self) -> str | None:
        """The bucket of days it falls into."""
        return next((name for name, days in BUCKETS.items() if self.days in days), None)


@attrs.frozen(kw_only=True)
class Returns:
    """Everybody who left for a home in the period, two years earlier, one row each."""

    rows: tuple[Return, ...]

    @property
    def people(self) -> int:
        """How many left for a home."""
        return len(self.rows)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many came back, by bucket."""
        found = [each.bucket for each in self.rows]
        return MappingProxyType({name: found.count(name) for name in BUCKETS})


def returns(stays: Iterable[HousingStay], since: date, until: date) -> Returns:
    """Who came back to homelessness after an exit two years before these days, both included."""
    must_be(date, since, "since", "give a date")
    must_be(date, until, "until", "give a date")
    each_person: dict[str, list[HousingStay]] = defaultdict(list)
    for each in stays:
        each_person[each.person].append(each)
    rows = []
    for person, theirs in sorted(each_person.items()):
        left = [
            (each.leaves, each.enters, each.id, each)
            for each in theirs
            if each.to_home
            and each.leaves is not None
            and since - _LOOKED_BACK <= each.leaves <= until - _LOOKED_BACK
        ]
        if left:
            day, _, _, stay = min(left, key=lambda each: each[:3])
            came_back = _came_back(stay, day, theirs, until)
            rows.append(Return(person=person, left=day, came_back=came_back))
    return Returns(rows=tuple(rows))


def _came_back(
    stay: HousingStay, left: date, theirs: list[HousingStay], until: date
) -> date | None:
    """The day of the first return, where there is one within two years."""
    later = [each for each in theirs if each.id != stay.id and each.enters >= left]
    days = [each.enters for each in later if _is_return(each, left, theirs, until)]
    first = min(days, default=None)
    return first if first is not None and first - left <= _LOOKED_BACK else None


def _is_return(entry: HousingStay, left: date, theirs: list[HousingStay], until: date) -> bool:
    if entry.place is not LivingPlace.PERMANENT:
        return entry.place is LivingPlace.HOMELESS
    others = [
        each for each in theirs if each.place is LivingPlace.PERMANENT and each.id != entry.id
    ]
    return entry.enters > left + _BETWEEN_HOMES and not any(
        each.enters + _A_DAY <= entry.enters <= min((each.leaves or until) + _BETWEEN_HOMES, until)
        for each in others
    )


#: Whether somebody has a home from then on. Of one day, what was won comes before what was lost.
_HOME: Final[Mapping[MilestoneKind, bool]] = MappingProxyType(
    {
        MilestoneKind.HOUSED: True,
        MilestoneKind.MOVED_HOME: True,
        MilestoneKind.IN_SHELTER: False,
        MilestoneKind.HOME_LOST: False,
    }
)


def _in_order(milestones: Iterable[Milestone]) -> list[Milestone]:
    of_housing = [each for each in milestones if each.of.area is Area.HOUSING]
    return sorted(of_housing, key=lambda each: (each.on, not _HOME[each.of], each.id))


def stays_of(milestones: Iterable[Milestone]) -> tuple[HousingStay, ...]:
    """What the milestones of housing say of stays: homeless until housed, and when that was.

    A move from one home to another is no exit and no return.
    """
    found: list[HousingStay] = []
    homeless: dict[str, Milestone] = {}
    for each in _in_order(milestones):
        who, on = each.participant, each.on
        if not _HOME[each.of]:
            homeless.setdefault(who, each)
            continue
        began = homeless.pop(who, None)
        if began is None and each.of is MilestoneKind.MOVED_HOME:
            continue
        place = LivingPlace.ELSEWHERE if began is None else LivingPlace.HOMELESS
        entered, name = (on, each.id) if began is None else (began.on, began.id)
        found.append(
            HousingStay(id=name, person=who, place=place, enters=entered, leaves=on, to_home=True)
        )
    found += [
        HousingStay(id=each.id, person=who, place=LivingPlace.HOMELESS, enters=each.on)
        for who, each in homeless.items()
    ]
    return tuple(found)


def days_housed(milestones: Iterable[Milestone], since: date, until: date) -> tuple[int, int]:
    """How many of the days ``since`` ≤ day < ``until`` one person had a home, and of how many.

    Before the first milestone nobody knows, so those days count for neither.
    """
    housed = known = 0
    order = _in_order(milestones)
    ends = [*(each.on for each in order[1:]), until]
    for each, end in zip(order, ends, strict=False):
        days = max((min(end, until) - max(each.on, since)).days, 0)
        known += days
        housed += days if _HOME[each.of] else 0
    return housed, known
