"""The text of a rule that comes back, as RFC 5545 writes it: what is read, and what is refused.

It is bounded before it is read, and what is wrong is told by the name of the part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final

from peerkit.errors import BadInput

__all__ = ["PART_OF", "Frequency", "MissingDay", "bad_part", "parsed"]

#: The longest text of a rule we read, in characters.
MOST_TEXT: Final = 500
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,18}\Z")
_DATE: Final = re.compile(r"[0-9]{8}\Z")


class Frequency(StrEnum):
    """How a rule goes round: by days, weeks, months or years (RFC 5545, 3.3.10)."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"


class MissingDay(StrEnum):
    """What becomes of a day that a month does not have: the 31st of April.

    ``skip`` leaves it out, as RFC 5545 does (3.3.10); ``last-day`` takes the last
    day of that month (RFC 7529, 4.1: ``SKIP=BACKWARD``).
    """

    SKIP = "skip"
    LAST_DAY = "last-day"


def bad_part(part: str, what: str) -> BadInput:
    """What is wrong with one part of a text, by its name."""
    return BadInput(f"RRULE {part}", what)


def _whole(part: str, value: str) -> int:
    if _NUMBER.match(value) is None:
        raise bad_part(part, "give a whole number")
    return int(value)


def _numbers(part: str, value: str) -> tuple[int, ...]:
    return tuple(_whole(part, each) for each in value.split(","))


def _frequency(part: str, value: str) -> Frequency:
    if value not in {each.upper() for each in Frequency}:
        raise bad_part(part, "must be DAILY, WEEKLY, MONTHLY or YEARLY")
    return Frequency(value.lower())


def _until(part: str, value: str) -> date:
    if _DATE.match(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise bad_part(part, "give the last day as a date, such as 20271231")


def _only(allowed: Mapping[str, Any]) -> Callable[[str, str], Any]:
    """Takes one of these words; some of them say nothing that is not so anyway."""

    def read(part: str, value: str) -> Any:
        if value not in allowed:
            raise bad_part(part, "must be " + " or ".join(allowed))
        return allowed[value]

    return read


#: The parts we know: the field each one fills, and how it is read.
_PARTS: Final[Mapping[str, tuple[str, Callable[[str, str], Any]]]] = {
    "FREQ": ("frequency", _frequency),
    "INTERVAL": ("interval", _whole),
    "BYMONTH": ("months", _numbers),
    "BYMONTHDAY": ("month_days", _numbers),
    "BYDAY": ("weekdays", lambda _, value: tuple(value.replace("+", "").split(","))),
    "COUNT": ("count", _whole),
    "UNTIL": ("until", _until),
    "WKST": ("", _only({"MO": None})),
    "RSCALE": ("", _only({"GREGORIAN": None})),
    "SKIP": (
        "missing",
        _only({"OMIT": MissingDay.SKIP, "BACKWARD": MissingDay.LAST_DAY}),
    ),
}
#: Which part fills a field.
PART_OF: Final = {field: part for part, (field, _) in _PARTS.items() if field}


def parsed(text: object) -> dict[str, Any]:
    """The fields that a text fills. It is bounded before it is read."""
    if type(text) is not str or len(text) > MOST_TEXT or not text.isascii():
        raise BadInput("RRULE", f"give a text of at most {MOST_TEXT} plain characters")
    found: dict[str, Any] = {}
    said: set[str] = set()
    for each in text.upper().removeprefix("RRULE:").split(";"):
        part, is_, value = each.partition("=")
        if part not in _PARTS:
            raise BadInput("RRULE", f"{_named(part)} is not known here: {', '.join(_PARTS)} are")
        if part in said or not (is_ and value):
            raise bad_part(part, "say it once, with a value")
        said.add(part)
        field, read = _PARTS[part]
        found[field] = read(part, value)
    found.pop("", None)
    if "frequency" not in found:
        raise bad_part("FREQ", "must be said: DAILY, WEEKLY, MONTHLY or YEARLY")
    if "SKIP" in said and "RSCALE" not in said:
        raise bad_part("SKIP", "goes with RSCALE=GREGORIAN (RFC 7529)")
    return found


#: Parts that RFC 5545 knows and we do not: their names may be said, other texts may be anything.
_REFUSED: Final = (*("BYSECOND", "BYMINUTE", "BYHOUR", "BYSETPOS", "BYWEEKNO", "BYYEARDAY"),)


def _named(part: str) -> str:
    return part if part in _REFUSED else "a part of it"
