"""What comes back again and again: a bounded rule, and its text in RFC 5545.

Only whole days repeat, and only so often: a rule that would take long is refused when it is
written, before anything is counted. What kind of rule is known is a table.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any, Final

import attrs
from dateutil import rrule

from peerkit.errors import BadInput, must_be
from peerkit.model.fields import a, as_tuple, exactly, maybe
from peerkit.model.rule_text import PART_OF, Frequency, MissingDay, bad_part, parsed

__all__ = ["Frequency", "MissingDay", "Recurrence"]

#: The most occurrences of one rule, and the longest it runs, in years.
MOST_OCCURRENCES: Final = 1_000
HORIZON_YEARS: Final = 5
#: The most that a rule may skip between two rounds.
MOST_INTERVAL: Final = 99
#: The latest first day: its horizon must still lie in the calendar.
FIRST_YEARS: Final = (2, 9_990)
_MONTHS: Final = 12
_LONGEST_MONTH: Final = 31
#: Every month has so many days; a later day of the month may be missing.
_SHORTEST_MONTH: Final = 28
#: A month has a weekday at most so often.
_MOST_NTH: Final = 5
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEKDAY: Final = re.compile(r"(-?[1-9])?(MO|TU|WE|TH|FR|SA|SU)\Z")


def _some(least: int, most: int, what: str) -> Any:
    """Different whole numbers from ``-least`` (or 1) to ``most``, 0 never among them."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if (
            type(value) is not tuple
            or not all(type(each) is int and -least <= each <= most and each for each in value)
            or len(set(value)) != len(value)
        ):
            raise BadInput(f"Recurrence.{attribute.name}", what)

    return attrs.field(default=(), converter=as_tuple, validator=check)


def _weekdays(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if (
        type(value) is not tuple
        or not all(_is_weekday(each) for each in value)
        or len(set(value)) != len(value)
    ):
        raise BadInput(
            "Recurrence.weekdays",
            "different weekdays such as MO, or 1MO to 5MO and -1MO to -5MO for the nth of a month",
        )


def _is_weekday(text: object) -> bool:
    found = _WEEKDAY.match(text) if type(text) is str else None
    return found is not None and abs(int(found[1] or 1)) <= _MOST_NTH


def _days_left_out(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if (
        type(value) is not tuple
        or len(value) > MOST_OCCURRENCES
        or not all(type(each) is date for each in value)
    ):
        raise BadInput("Recurrence.exceptions", f"at most {MOST_OCCURRENCES} dates")


def _from(least: int, most: int) -> Any:
    """A whole number in these bounds; ``least`` when left out."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if type(value) is not int or not least <= value <= most:
            raise BadInput(f"Recurrence.{attribute.name}", f"a whole number, {least} to {most}")

    return attrs.field(default=least, validator=check)


def _count(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and (type(value) is not int or not 1 <= value <= MOST_OCCURRENCES):
        raise BadInput("Recurrence.count", f"a whole number, 1 to {MOST_OCCURRENCES}")


def _left_out() -> Any:
    """Days that are left out; none when not said."""
    return attrs.field(default=(), converter=as_tuple, validator=_days_left_out)


@attrs.frozen(kw_only=True)
class Recurrence:
    """Which days come back: a rule of RFC 5545, without its hours and without its traps.

    Daily, weekly, monthly or yearly, every ``interval`` rounds. ``weekdays`` are RFC
    5545's (``MO``; in months also ``2TU``, ``-1FR``), ``month_days`` 1 to 31, or -1 to -28
    from the end, ``months`` 1 to 12. What is left out is that of the first day.
    It ends after ``count`` days, or after the day ``until``, and in any case after
    1,000 days or 5 years. A week begins on Monday. ``exceptions`` are taken out
    after counting, as RFC 5545 does.

    ``missing`` says what becomes of a day that a month does not have: it is left out,
    as RFC 5545 has it, unless the rule says ``LAST_DAY``.
    """

    frequency: Frequency = attrs.field(validator=exactly(Frequency))
    interval: int = _from(1, MOST_INTERVAL)
    weekdays: tuple[str, ...] = attrs.field(default=(), converter=as_tuple, validator=_weekdays)
    month_days: tuple[int, ...] = _some(
        _SHORTEST_MONTH, _LONGEST_MONTH, "different days: 1 to 31, or -1 to -28 from the end"
    )
    months: tuple[int, ...] = _some(-1, _MONTHS, "different months, 1 to 12")
    count: int | None = attrs.field(default=None, validator=_count)
    until: date | None = maybe(date)
    missing: MissingDay = a(MissingDay, MissingDay.SKIP)
    exceptions: tuple[date, ...] = _left_out()

    def __attrs_post_init__(self) -> None:
        for field, what, wrong in _MISFITS:
            if wrong(self):
                raise BadInput(f"Recurrence.{field}", what)

    @classmethod
    def parse(cls, text: str) -> Recurrence:
        """The rule that an RRULE text of RFC 5545 tells, such as ``FREQ=WEEKLY;BYDAY=MO``.

        Strict: a part that is unknown here, said twice or out of bounds is a
        :class:`~peerkit.errors.BadInput` that names the part and never its value.
        ``UNTIL`` is a date. ``RSCALE=GREGORIAN;SKIP=BACKWARD`` (RFC 7529) is ``LAST_DAY``.
        """
        found = parsed(text)
        try:
            return cls(**found)
        except BadInput as error:
            field, what = error.place.rpartition(".")[2], error.what
        raise bad_part(PART_OF[field], what)

    @property
    def text(self) -> str:
        """The rule as an RRULE text. The exceptions are no part of it (EXDATE is a line apart)."""
        parts = [f"FREQ={self.frequency.upper()}"]
        if self.missing is MissingDay.LAST_DAY:
            parts = ["RSCALE=GREGORIAN", *parts, "SKIP=BACKWARD"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        for name, values in (
            ("BYMONTH", self.months),
            ("BYMONTHDAY", self.month_days),
            ("BYDAY", self.weekdays),
        ):
            if values:
                parts.append(f"{name}={','.join(map(str, values))}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        if self.until is not None:
            parts.append(f"UNTIL={self.until.isoformat().replace('-', '')}")
        return ";".join(parts)

    def days(self, first: date) -> tuple[date, ...]:
        """The days of this rule from ``first`` on, in order; ``first`` only if it fits the rule."""
        must_be(date, first, "first", "give a date")
        return _days(self, first)


def _numbered(rule: Recurrence) -> bool:
    return any(len(each) > 2 for each in rule.weekdays)  # noqa: PLR2004 - a weekday has two letters


def _in_months(rule: Recurrence) -> bool:
    return rule.frequency in {Frequency.MONTHLY, Frequency.YEARLY}


def _never(rule: Recurrence) -> bool:
    """Whether every day it names is missing in every month it names: the 30th of February."""
    if not (rule.month_days and rule.months) or rule.missing is MissingDay.LAST_DAY:
        return False
    leap = 2024
    return all(day > monthrange(leap, month)[1] for day in rule.month_days for month in rule.months)


#: What does not go together: the field, what to do, and how to tell.
_MISFITS: Final[tuple[tuple[str, str, Callable[[Recurrence], bool]], ...]] = (
    ("until", "give count or until, not both", lambda it: bool(it.count and it.until)),
    (
        "month_days",
        "days of the month go with monthly and yearly rules",
        lambda it: bool(it.month_days) and not _in_months(it),
    ),
    (
        "month_days",
        "give weekdays or days of the month, not both",
        lambda it: bool(it.month_days and it.weekdays),
    ),
    (
        "month_days",
        "names no day that these months ever have; say missing=LAST_DAY or other days",
        _never,
    ),
    (
        "weekdays",
        "the nth weekday goes with monthly and yearly rules",
        lambda it: _numbered(it) and not _in_months(it),
    ),
    (
        "weekdays",
        "a daily rule with weekdays is a weekly one; say FREQ=WEEKLY",
        lambda it: bool(it.weekdays) and it.frequency is Frequency.DAILY,
    ),
    (
        "months",
        "a yearly rule with weekdays or days of the month says in which months",
        lambda it: (
            it.frequency is Frequency.YEARLY
            and bool(it.weekdays or it.month_days)
            and not it.months
        ),
    ),
)


# -- expansion -------------------------------------------------------------------------------


def horizon(first: date) -> date:
    """The day on which every rule that begins on ``first`` has ended: five years later."""
    year = first.year + HORIZON_YEARS
    return date(year, first.month, min(first.day, monthrange(year, first.month)[1]))


@lru_cache(maxsize=256)
def _days(rule: Recurrence, first: date) -> tuple[date, ...]:
    if not FIRST_YEARS[0] <= first.year <= FIRST_YEARS[1]:
        raise BadInput("first", "a day of the years {} to {}".format(*FIRST_YEARS))
    end = horizon(first) - timedelta(days=1)
    end = end if rule.until is None else min(rule.until, end)
    fitting = (
        each
        for each in _rounds(rule, first, end)
        if first <= each <= end and (not rule.months or each.month in rule.months)
    )
    left_out = frozenset(rule.exceptions)
    counted = islice(fitting, rule.count or MOST_OCCURRENCES)
    return tuple(each for each in counted if each not in left_out)


def _rounds(rule: Recurrence, first: date, end: date) -> Iterator[date]:
    """Every day of every round, in order, some of them too early or in other months.

    dateutil is asked only for what comes in every round, so that it never searches for
    a day that no round has; where it lies in the month is looked at here.
    """
    if rule.frequency is Frequency.DAILY:
        yield from _asked(rule, first, end)
    elif rule.frequency is Frequency.WEEKLY:
        days = [_DAYS.index(each) for each in rule.weekdays] or [first.weekday()]
        yield from _asked(rule, first, end, byweekday=days)
    elif rule.frequency is Frequency.MONTHLY:
        for month in _asked(rule, first.replace(day=1), end, bymonthday=1):
            yield from _in_month(rule, first, month)
    else:
        months, start = rule.months or (first.month,), first.replace(month=1, day=1)
        for month in _asked(rule, start, end, bymonth=months, bymonthday=1):
            yield from _in_month(rule, first, month)


def _in_month(rule: Recurrence, first: date, month: date) -> Iterator[date]:
    """The days that a rule names in one month, in order, each once."""
    began, last = monthrange(month.year, month.month)
    named: set[int] = set()
    if rule.weekdays:
        for each in rule.weekdays:
            there = [*range(1 + (_DAYS.index(each[-2:]) - began) % 7, last + 1, 7)]
            nth = int(each[:-2] or 0)
            from_end = [0, *there[::-1]] if nth < 0 else [0, *there]
            named.update(there if nth == 0 else from_end[abs(nth) : abs(nth) + 1])
    else:
        for day in rule.month_days or (first.day,):
            placed = last + 1 + day if day < 0 else day
            if placed <= last:
                named.add(placed)
            elif rule.missing is MissingDay.LAST_DAY:
                named.add(last)
    return (month.replace(day=each) for each in sorted(named))


def _asked(rule: Recurrence, start: date, end: date, **by: Any) -> Iterator[date]:
    """What dateutil answers: wall days without a zone, from ``start`` up to ``end``."""
    asked = rrule.rrule(
        _ROUND[rule.frequency],
        dtstart=datetime(start.year, start.month, start.day),  # noqa: DTZ001 - a day, no moment
        until=datetime(end.year, end.month, end.day),  # noqa: DTZ001 - the same
        interval=rule.interval,
        wkst=rrule.MO,
        **by,
    )
    return (each.date() for each in asked)


_ROUND: Final[Mapping[Frequency, Any]] = {
    Frequency.DAILY: rrule.DAILY,
    Frequency.WEEKLY: rrule.WEEKLY,
    Frequency.MONTHLY: rrule.MONTHLY,
    Frequency.YEARLY: rrule.YEARLY,
}
