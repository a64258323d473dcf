"""Minutes become units by a rule that is named, on the day they belong to, and never twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import peerkit as pk
from peerkit.reports import Contact, UnitRule, navigation_units, units

POOLED, PER_CODE, PER_CONTACT, FLOOR, HALF_UP = UnitRule
NOON = datetime(2026, 11, 2, 17, tzinfo=UTC)
MONDAY = date(2026, 11, 2)


def minutes(number: float) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=number)


def contact(
    length: float, code: str = "H0038", after: float = 0, zone: str = "America/New_York"
) -> Contact:
    """A contact on Monday, so many minutes after noon."""
    return Contact(code=code, starts=NOON + minutes(after), zone=zone, length=minutes(length))


def counted(rule: UnitRule, *contacts: Contact) -> int:
    """The units of Monday."""
    return units(contacts, rule).get(MONDAY, 0)


class TestOneContact:
    """The table of the fact sheet: one contact, one code."""

    @pytest.mark.parametrize(
        ("rule", "expected"),
        [
            (POOLED, (0, 1, 1, 1, 2, 3, 3, 4)),
            (PER_CODE, (0, 1, 1, 1, 2, 3, 3, 4)),
            (PER_CONTACT, (0, 0, 1, 1, 1, 2, 3, 3)),
            (FLOOR, (0, 0, 1, 1, 1, 2, 3, 3)),
            (HALF_UP, (0, 1, 1, 1, 2, 3, 3, 4)),
        ],
    )
    def test_the_worked_examples(self, rule: UnitRule, expected: tuple[int, ...]) -> None:
        """7, 8, 15, 22, 23, 41, 52 and 53 minutes."""
        lengths = (7, 8, 15, 22, 23, 41, 52, 53)

        assert tuple(counted(rule, contact(each)) for each in lengths) == expected

    @pytest.mark.parametrize(
        ("fewest", "most", "expected"),
        [
            (8, 22, 1),
            (23, 37, 2),
            (38, 52, 3),
            (53, 67, 4),
            (68, 82, 5),
            (83, 97, 6),
            (98, 112, 7),
            (113, 127, 8),
        ],
    )
    def test_the_table_of_medicare(self, fewest: int, most: int, expected: int) -> None:
        """Chapter 5, §20.2: each step from its first minute to its last."""
        assert counted(POOLED, contact(fewest)) == expected
        assert counted(POOLED, contact(most)) == expected
        assert counted(POOLED, contact(most + 1)) == expected + 1

    def test_seconds_count(self) -> None:
        """Half up begins at 7 minutes 30 seconds; eight minutes are eight."""
        assert counted(HALF_UP, contact(7.5)) == 1
        assert counted(HALF_UP, contact(7.49)) == 0
        assert counted(POOLED, contact(7.99)) == 0

    def test_no_time_is_no_unit(self) -> None:
        """And a day without contacts is not there."""
        assert [counted(rule, contact(0)) for rule in UnitRule] == [0] * 5
        assert [units([], rule) for rule in UnitRule] == [{}] * 5


class TestSeveralContacts:
    """What is added up before it is counted is the difference between the rules."""

    def test_three_short_contacts(self) -> None:
        """Seven minutes each: pooled they are a unit, alone they are none."""
        three = [contact(7, after=20 * each) for each in range(3)]

        assert [counted(rule, *three) for rule in UnitRule] == [1, 1, 0, 1, 1]

    def test_two_codes(self) -> None:
        """Pooled over codes, or each code by itself."""
        both = contact(7), contact(8, "H2014", after=10)

        assert [counted(rule, *both) for rule in UnitRule] == [1, 1, 0, 0, 1]
        assert counted(PER_CODE, contact(7), contact(7, "H2014", after=10)) == 0
        assert counted(POOLED, contact(7), contact(7, "H2014", after=10)) == 1

    def test_each_day_by_itself(self) -> None:
        """Minutes of Monday and Tuesday are not added up."""
        found = units([contact(7), contact(7, after=24 * 60)], POOLED)

        assert found == {MONDAY: 0, date(2026, 11, 3): 0}

    def test_a_contact_past_midnight_belongs_to_both_days(self) -> None:
        """20 minutes before midnight and 10 after it, where it took place."""
        late = contact(30, after=11 * 60 + 40)

        assert units([late], PER_CODE) == {MONDAY: 1, date(2026, 11, 3): 1}
        assert late.by_day() == {MONDAY: minutes(20), date(2026, 11, 3): minutes(10)}

    def test_what_ends_at_midnight_has_no_next_day(self) -> None:
        """Midnight itself belongs to nobody's contact."""
        assert contact(20, after=11 * 60 + 40).by_day() == {MONDAY: minutes(20)}

    @pytest.mark.parametrize(
        ("zone", "day", "hours"),
        [
            ("America/New_York", date(2026, 11, 1), 25),
            ("America/New_York", date(2026, 3, 8), 23),
            ("America/Santiago", date(2026, 9, 6), 23),
        ],
    )
    def test_a_day_is_as_long_as_it_really_was(self, zone: str, day: date, hours: int) -> None:
        """When clocks change a day has 23 or 25 hours; in Santiago midnight itself is left out."""
        before = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) - timedelta(hours=2)
        whole = Contact(code="H0038", starts=before, zone=zone, length=timedelta(hours=30))

        assert whole.by_day()[day] == timedelta(hours=hours)

    @pytest.mark.parametrize(
        ("minute", "length", "before"),
        [(31, 30, 30), (45, 60, 45), (89, 60, 1), (90, 60, 0)],
    )
    def test_a_midnight_may_come_twice(self, minute: int, length: int, before: int) -> None:
        """In St. John's clocks once went back from 00:01 to 23:01 of the day before."""
        first = datetime(2010, 11, 7, 2, tzinfo=UTC)  # half an hour before the first midnight
        late = Contact(
            code="H0038",
            starts=first + minutes(minute),
            zone="America/St_Johns",
            length=minutes(length),
        )
        days = {date(2010, 11, 6): before, date(2010, 11, 7): length - before}

        assert late.by_day() == {day: minutes(each) for day, each in days.items() if each}

    @pytest.mark.parametrize("minute", range(0, 100, 7))
    def test_no_minute_is_lost_where_midnight_comes_twice(self, minute: int) -> None:
        """Whichever of the two it begins before, the days add up to all of it."""
        first = datetime(2010, 11, 7, 2, tzinfo=UTC)
        whole = Contact(
            code="H0038",
            starts=first + minutes(minute),
            zone="America/St_Johns",
            length=timedelta(hours=30),
        )
        days = whole.by_day()

        assert sum(days.values(), timedelta()) == timedelta(hours=30)
        assert all(each > timedelta() for each in days.values())
        assert set(days) <= {date(2010, 11, day) for day in (6, 7, 8)}

    def test_a_contact_is_at_most_a_week_long(self) -> None:
        """Seven days fit, and not a moment more."""
        week = Contact(code="H0038", starts=NOON, zone="UTC", length=timedelta(days=7))

        assert len(week.by_day()) == 8
        assert sum(week.by_day().values(), timedelta()) == timedelta(days=7)

    def test_nobody_is_with_somebody_twice_at_once(self) -> None:
        """Overlapping contacts are an error that says which; those that touch are none."""
        with pytest.raises(pk.BadInput) as caught:
            units([contact(15, after=14), contact(15)], POOLED)

        assert str(caught.value) == "contact 2 in order of time: overlaps the one before it"
        assert counted(POOLED, contact(15, after=15), contact(15)) == 2


class TestInput:
    """Nothing is assumed."""

    def test_the_rule_is_always_named(self) -> None:
        """A text is no rule, and there is no default."""
        with pytest.raises(pk.BadInput, match=r"rule: name one: UnitRule\.EIGHT_MINUTES_POOLED"):
            units([], "floor")  # type: ignore[arg-type]

    @pytest.mark.parametrize("thing", [1, None, "H0038", timedelta(minutes=15)])
    def test_only_contacts_are_counted(self, thing: Any) -> None:
        """A number of minutes does not say when they were."""
        with pytest.raises(pk.BadInput, match=r"contacts: give a list of Contact\(…\)"):
            units([contact(15), thing], UnitRule.FLOOR_PER_CODE)

    @pytest.mark.parametrize(
        ("how", "says"),
        [
            ({"length": minutes(-1)}, "Contact.length: must not be negative"),
            (
                {"length": timedelta(days=7, microseconds=1)},
                "Contact.length: must not be negative, and at most seven days",
            ),
            ({"length": 15}, "Contact.length: must be timedelta"),
            ({"length": timedelta.max}, "Contact.length: must not be negative, and at most seven"),
            ({"code": "self help"}, "Contact.code: "),
            ({"zone": "Mars/Olympus"}, "Contact.zone: "),
            ({"starts": datetime(2026, 11, 2)}, "Contact.starts: "),  # noqa: DTZ001 - that is it
        ],
    )
    def test_what_does_not_fit_is_refused(self, how: dict[str, object], says: str) -> None:
        """By the place it is in."""
        fits: dict[str, object] = {
            "code": "H0038",
            "starts": NOON,
            "zone": "UTC",
            "length": minutes(15),
        }
        with pytest.raises(pk.BadInput) as caught:
            Contact(**fits | how)  # type: ignore[arg-type]

        assert str(caught.value).startswith(says)


class TestNavigation:
    """Principal illness navigation: a first hour a month, then half hours."""

    @pytest.mark.parametrize(
        ("length", "expected"),
        [(0, (0, 0)), (59, (0, 0)), (60, (1, 0)), (89, (1, 0)), (90, (1, 1)), (150, (1, 3))],
    )
    def test_the_worked_examples(self, length: int, expected: tuple[int, int]) -> None:
        """89 minutes are one G0140; 90 are one and a G0146."""
        assert navigation_units(minutes(length)) == expected

    def test_time_does_not_run_back(self) -> None:
        """A negative length is refused."""
        with pytest.raises(pk.BadInput, match="length: must not be negative"):
            navigation_units(minutes(-1))

    @pytest.mark.parametrize("length", [70, 70.5, None, "70"])
    def test_a_length_says_its_unit(self, length: Any) -> None:
        """A number could be minutes or hours."""
        with pytest.raises(pk.BadInput, match="length: give a timedelta, such as timedelta"):
            navigation_units(length)


@given(st.lists(st.integers(0, 100), max_size=6), st.sampled_from(UnitRule))
def test_units_never_exceed_time_rounded_up(lengths: list[int], rule: UnitRule) -> None:
    """Within a day no rule gives more than each begun unit, or less than each full one."""
    starts, contacts = 0, []
    for each in lengths:
        contacts.append(contact(each, after=starts))
        starts += each
    found = sum(units(contacts, rule).values())

    assert found <= sum(-(-each // 15) for each in lengths)
    assert found >= sum(each // 15 for each in lengths)


@given(st.integers(0, 3000), st.integers(0, 47 * 60))
def test_no_minute_is_lost_at_midnight(length: int, after: int) -> None:
    """The days of a contact add up to its length."""
    one = contact(length, after=after)

    assert sum(one.by_day().values(), timedelta()) == one.length
