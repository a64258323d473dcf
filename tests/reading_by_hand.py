"""A third reader of calendars, by hand: slow, plain, and strict about what RFC 5545 asks.

It shares no line with the libraries: a rule is read by looking at every day, and a time on a wall
by the table of its zone in the file. What may not be so in a file of ours is an error.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

__all__ = ["Component", "read_by_hand", "tree"]

#: How often each stands in an event: the least and the most.
_OFTEN: Final[Mapping[str, tuple[int, int]]] = {
    **dict.fromkeys(("UID", "DTSTAMP", "DTSTART", "DURATION", "SUMMARY", "SEQUENCE"), (1, 1)),
    **dict.fromkeys(("STATUS", "CLASS", "TRANSP"), (1, 1)),
    **dict.fromkeys(("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "LOCATION"), (0, 1)),
    **dict.fromkeys(("ORGANIZER", "ATTENDEE"), (0, 1)),
}
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_A_DAY: Final = timedelta(days=1)


class Line(NamedTuple):
    """One line: its parameters and its value."""

    name: str
    parameters: Mapping[str, str]
    value: str


class Component(NamedTuple):
    """What stands between a BEGIN and its END."""

    name: str
    lines: list[Line]
    inside: list[Component]

    def all(self, name: str) -> list[Line]:
        """Every line of this name."""
        return [each for each in self.lines if each.name == name]

    def one(self, name: str) -> Line:
        """The one line of this name."""
        (found,) = self.all(name)
        return found


#: A change of the clocks: on the wall when, from which offset, to which.
Onset = tuple[datetime, timedelta, timedelta]


def tree(data: bytes) -> Component:
    """A file as it is nested; its lines are 75 octets at most, and end as they should."""
    raw = data.split(b"\r\n")
    assert raw.pop() == b""
    assert all(len(each) <= 75 and b"\n" not in each and b"\r" not in each for each in raw)
    top = Component("", [], [])
    open_ = [top]
    for line in map(_line, b"\r\n".join(raw).decode().replace("\r\n ", "").split("\r\n")):
        if line.name == "BEGIN":
            open_[-1].inside.append(Component(line.value, [], []))
            open_.append(open_[-1].inside[-1])
        elif line.name == "END":
            assert open_.pop().name == line.value
        else:
            open_[-1].lines.append(line)
    (whole,) = top.inside
    assert (open_, whole.name) == ([top], "VCALENDAR")
    return whole


def _line(text: str) -> Line:
    head, _, value = text.partition(":")  # none of our parameters is quoted
    name, *parameters = head.split(";")
    return Line(name, dict(each.split("=") for each in parameters), value)


def read_by_hand(data: bytes) -> list[tuple[datetime, timedelta]]:
    """Every time in a file, and how long it lasts."""
    whole = tree(data)
    assert {"PRODID", "VERSION", "METHOD"} <= {each.name for each in whole.lines}
    events = [each for each in whole.inside if each.name == "VEVENT"]
    zones = {
        each.one("TZID").value: _onsets(each) for each in whole.inside if each.name == "VTIMEZONE"
    }
    assert {_zone_of(each) for event in events for each in event.lines} <= {None, *zones}
    found: dict[tuple[str, datetime], tuple[datetime, timedelta]] = {}
    for event in sorted(events, key=lambda each: len(each.all("RECURRENCE-ID"))):
        _looked_at(event)
        uid, lasts = event.one("UID").value, _minutes(event.one("DURATION").value)
        starts = _times(event, zones)
        if event.all("RECURRENCE-ID"):
            (of,) = _moments(event.one("RECURRENCE-ID"), zones)
            assert (uid, of) in found, "names a time that the whole does not have"
            assert not any(event.all(each) for each in ("RRULE", "RDATE", "EXDATE"))
            found[uid, of] = (starts[0], lasts)
        else:
            assert not any((uid, each) in found for each in starts)
            found |= {(uid, each): (each, lasts) for each in starts}
    return sorted(found.values())


def _looked_at(event: Component) -> None:
    often = Counter(each.name for each in event.lines)
    assert {*often} <= {*_OFTEN}
    assert all(least <= often[name] <= most for name, (least, most) in _OFTEN.items())
    assert often["ORGANIZER"] == often["ATTENDEE"]
    assert event.one("DTSTAMP").value.endswith("Z")
    form = _form(event.one("DTSTART"))
    repeats = [each for name in ("RDATE", "EXDATE") for each in event.all(name)]
    assert all(_form(each) == form for each in repeats)


def _form(line: Line) -> tuple[str | None, bool]:
    return line.parameters.get("TZID"), line.value.endswith("Z")


def _zone_of(line: Line) -> str | None:
    return line.parameters.get("TZID")


def _minutes(text: str) -> timedelta:
    assert text.startswith("PT")
    assert text.endswith("M")
    return timedelta(minutes=int(text[2:-1]))


def _wall(text: str) -> datetime:
    """A time as it is written, in whatever zone."""
    at = ((0, 4), (4, 6), (6, 8), (9, 11), (11, 13), (13, 15))
    year, month, day, hour, minute, second = (int(text[a:b]) for a, b in at)
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - a wall has no zone


def _offset(text: str) -> timedelta:
    way = -1 if text[0] == "-" else 1
    hours, minutes, seconds = (int(text[at : at + 2] or 0) for at in (1, 3, 5))
    return way * timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _onsets(zone: Component) -> list[Onset]:
    assert {each.name for each in zone.inside} <= {"STANDARD", "DAYLIGHT"}
    assert zone.inside
    return sorted(
        (
            _wall(each.one("DTSTART").value),
            _offset(each.one("TZOFFSETFROM").value),
            _offset(each.one("TZOFFSETTO").value),
        )
        for each in zone.inside
    )


def _placed(wall: datetime, zone: str | None, zones: Mapping[str, Sequence[Onset]]) -> datetime:
    """The moment of a time on a wall; in no zone it is in UTC."""
    if zone is None:
        return wall.replace(tzinfo=UTC)
    before = [becomes for onset, _, becomes in zones[zone] if onset <= wall]
    assert before, "begins before the table of its zone does"
    return (wall - before[-1]).replace(tzinfo=UTC)


def _moments(line: Line, zones: Mapping[str, Sequence[Onset]]) -> list[datetime]:
    zone = _zone_of(line)
    assert all(each.endswith("Z") is (zone is None) for each in line.value.split(","))
    return [_placed(_wall(each), zone, zones) for each in line.value.split(",")]


def _times(event: Component, zones: Mapping[str, Sequence[Onset]]) -> list[datetime]:
    """The times of an event, with its rule or its list, and without what is left out."""
    first = event.one("DTSTART")
    starts = _moments(first, zones)
    for line in event.all("RRULE"):
        rule = dict(each.split("=") for each in line.value.split(";"))
        assert "COUNT" not in rule
        until = rule.pop("UNTIL")
        assert until.endswith("Z"), "where a start has a zone, UNTIL is in UTC (3.3.10)"
        walls = _walls(_wall(first.value), _wall(until) + _A_DAY, rule)
        moments = (_placed(each, _zone_of(first), zones) for each in walls)
        repeated = [each for each in moments if each <= _placed(_wall(until), None, zones)]
        assert repeated[0] == starts[0], "the start fits its rule (3.8.5.3)"
        starts = repeated
    for line in event.all("RDATE"):
        starts += _moments(line, zones)
    for line in event.all("EXDATE"):
        gone = _moments(line, zones)
        assert {*gone} < {*starts}
        assert starts[0] not in gone
        starts = [each for each in starts if each not in gone]
    assert len({*starts}) == len(starts)
    return starts


def _walls(first: datetime, last: datetime, rule: Mapping[str, str]) -> Iterator[datetime]:
    """Each day from the first to the last on which the rule has something, by looking at each."""
    each = first
    while each <= last + _A_DAY:
        if _fits(each.date(), first.date(), rule):
            yield each
        each += _A_DAY


def _fits(day: date, first: date, rule: Mapping[str, str]) -> bool:
    every, rounds = int(rule.get("INTERVAL", 1)), rule["FREQ"]
    months = [int(each) for each in rule.get("BYMONTH", "0").split(",")]
    passed = {
        "DAILY": (day - first).days,
        "WEEKLY": (day - first + timedelta(days=first.weekday() - day.weekday())).days // 7,
        "MONTHLY": (day.year - first.year) * 12 + day.month - first.month,
        "YEARLY": day.year - first.year,
    }[rounds]
    if passed % every or (months != [0] and day.month not in months):
        return False
    if "BYDAY" in rule:
        return any(_is_weekday(day, each) for each in rule["BYDAY"].split(","))
    if "BYMONTHDAY" in rule:
        from_end = day.day - monthrange(day.year, day.month)[1] - 1
        return bool({day.day, from_end} & {int(each) for each in rule["BYMONTHDAY"].split(",")})
    if rounds == "WEEKLY":
        return day.weekday() == first.weekday()
    if rounds == "YEARLY" and months == [0] and day.month != first.month:
        return False
    return rounds == "DAILY" or day.day == first.day


def _is_weekday(day: date, named: str) -> bool:
    nth = int(named[:-2] or 0)
    if _DAYS[day.weekday()] != named[-2:]:
        return False
    left = monthrange(day.year, day.month)[1] - day.day
    return nth in {0, (day.day - 1) // 7 + 1, -(left // 7 + 1)}
