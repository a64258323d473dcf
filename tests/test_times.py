"""Nobody is told in a quiet hour, and nobody waits for good: in any zone, when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import peerkit as pk
from peerkit.telling.times import next_digest, next_moment

MINUTE = timedelta(minutes=1)
A_DAY = timedelta(days=1)
EVERY_DAY = tuple(pk.Weekday)
#: All of them by default, as they lie on this machine; `Factory` and `localtime` are of it alone.
ZONES = sorted(available_timezones() - {"Factory", "localtime"})
#: Where the clocks do something that those of the others do not.
ODD = (
    "Africa/Casablanca",  # standard time is the summer's, and Ramadan changes it
    "Antarctica/Troll",  # two hours at once
    "Australia/Lord_Howe",  # half an hour
    "Europe/Dublin",  # winter time is the one that is saved
    "Pacific/Apia",  # no 30 December 2011
    "America/New_York",
    "Asia/Kathmandu",
)


def hours(opens: str, closes: str, *days: pk.Weekday) -> pk.AgreedHours:
    """A stretch of these days, or of every day."""
    return pk.AgreedHours(days=days or EVERY_DAY, opens=opens, closes=closes)


def of(zone: str, **said: object) -> pk.ContactPreferences:
    """What somebody in this zone said."""
    return pk.ContactPreferences(id="p-1", zone=zone, **said)  # type: ignore[arg-type]


def at(zone: str, *wall: int, fold: int = 0) -> datetime:
    """The moment at which the wall there shows this."""
    return datetime(*wall, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)  # type: ignore[arg-type,misc]  # five numbers


def lies_in(stretch: pk.AgreedHours, weekday: int, clock: str) -> bool:
    """Read as a person reads it: the day is named, and the clock is not yet at the end."""
    return EVERY_DAY[weekday] in stretch.days and stretch.opens <= clock < stretch.closes


def may_be_told(preferences: pk.ContactPreferences, moment: datetime) -> bool:
    """The same question for one moment, asked of the two lists one by one."""
    wall = moment.astimezone(ZoneInfo(preferences.zone))
    day, clock = wall.weekday(), f"{wall.hour:02}:{wall.minute:02}"
    if any(lies_in(each, day, clock) for each in preferences.quiet):
        return False
    return not preferences.only or any(lies_in(each, day, clock) for each in preferences.only)


def slowly(preferences: pk.ContactPreferences, now: datetime) -> datetime:
    """The first moment that may be: now, or the first whole minute of the wall that may."""
    if may_be_told(preferences, now):
        return now
    # In our time the clocks of all zones differ by whole minutes from each other.
    moment = now.replace(second=0, microsecond=0)
    for _ in range(16 * 24 * 60):
        moment += MINUTE
        if may_be_told(preferences, moment):
            return moment
    raise AssertionError("nobody waits for 16 days")


@cache
def changes(zone: str, first: int = 1989, last: int = 2037) -> tuple[datetime, ...]:
    """Every moment of these years at which the clocks there are changed."""
    there, found = ZoneInfo(zone), []
    moment, ends = datetime(first, 1, 1, tzinfo=UTC), datetime(last, 12, 31, tzinfo=UTC)
    while moment < ends:
        later = moment + 4 * A_DAY
        if moment.astimezone(there).utcoffset() != later.astimezone(there).utcoffset():
            low, high = moment, later
            while high - low > MINUTE:
                middle = low + (high - low) // MINUTE // 2 * MINUTE
                same = middle.astimezone(there).utcoffset() == moment.astimezone(there).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high)
        moment = later
    return tuple(found)


@st.composite
def stretches(draw: st.DrawFn) -> pk.AgreedHours:
    """Some days, and two times in order; often at the hours at which clocks are changed."""
    clock = st.integers(0, 24 * 60) | st.sampled_from([0, 60, 90, 120, 150, 180, 1380, 1440])
    opens, closes = sorted(draw(st.lists(clock, min_size=2, max_size=2, unique=True)))
    days = draw(st.lists(st.sampled_from(EVERY_DAY), min_size=1, max_size=7, unique=True))
    return pk.AgreedHours(
        days=tuple(days),
        opens=f"{opens // 60:02}:{opens % 60:02}",
        closes=f"{closes // 60:02}:{closes % 60:02}",
    )


@st.composite
def wishes(draw: st.DrawFn) -> pk.ContactPreferences:
    """What somebody may say, as long as it leaves some time."""
    zone = draw(st.sampled_from(ZONES) | st.sampled_from(ODD))
    some = st.lists(stretches(), max_size=4).map(tuple)
    quiet, only = draw(some), draw(some)
    try:
        return of(zone, quiet=quiet, only=only)
    except pk.BadInput:
        return of(zone, quiet=(), only=only)


@st.composite
def questions(draw: st.DrawFn) -> tuple[pk.ContactPreferences, datetime]:
    """What somebody said, and a moment: any, or one up to eight days before the clocks change."""
    said = draw(wishes())
    found = changes(said.zone)
    by_a_change: bool = draw(st.booleans())
    if found and by_a_change:
        seconds = draw(st.integers(-8 * 86_400, 86_400))
        return said, draw(st.sampled_from(found)) + timedelta(seconds=seconds)
    when = st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - as Hypothesis asks for them
    return said, draw(when)


class TestNextMoment:
    """When somebody may be told, next to a reading of every minute."""

    @settings(max_examples=150)
    @given(asked=questions())
    def test_it_is_the_first_that_may_be(
        self, asked: tuple[pk.ContactPreferences, datetime]
    ) -> None:
        """Never in a quiet hour, never later than need be."""
        said, now = asked

        found = next_moment(said, now)

        assert found.tzinfo is UTC
        assert may_be_told(said, found)
        assert found == slowly(said, now)

    @pytest.mark.parametrize("zone", ZONES)
    def test_a_night_is_kept_in_every_zone(self, zone: str) -> None:
        """Around the last two changes of the clocks there, and on a day without one."""
        nights = of(zone, quiet=(hours("21:30", "24:00"), hours("00:00", "08:00")))
        for change in (*changes(zone, 2025, 2027)[-2:], datetime(2026, 11, 2, tzinfo=UTC)):
            for since in range(-30, 31, 6):
                now = change + timedelta(hours=since, minutes=7)
                found = next_moment(nights, now)
                wall = found.astimezone(ZoneInfo(zone))

                assert now <= found <= now + timedelta(hours=13)
                assert "08:00" <= f"{wall:%H:%M}" < "21:30"
                assert found == now or f"{wall:%H:%M:%S.%f}" == "08:00:00.000000"

    @pytest.mark.parametrize(
        ("zone", "opens", "closes", "now", "expected"),
        [
            # The hour from two to three is left out on 8 March 2026.
            ("America/New_York", "02:00", "02:30", (2026, 3, 8, 1, 0), (2026, 3, 9, 2, 0)),
            ("America/New_York", "01:30", "04:00", (2026, 3, 8, 1, 59), (2026, 3, 8, 1, 59)),
            ("America/New_York", "02:30", "04:00", (2026, 3, 8, 1, 59), (2026, 3, 8, 3, 0)),
            # Half an hour is left out on 4 October 2026.
            ("Australia/Lord_Howe", "02:15", "02:45", (2026, 10, 4, 1, 0), (2026, 10, 4, 2, 30)),
            # Two hours are.
            ("Antarctica/Troll", "01:30", "02:30", (2026, 3, 29, 0, 0), (2026, 3, 30, 1, 30)),
            # A whole day is.
            ("Pacific/Apia", "09:00", "10:00", (2011, 12, 29, 10, 0), (2011, 12, 31, 9, 0)),
            ("Europe/Dublin", "01:30", "01:45", (2026, 3, 29, 0, 30), (2026, 3, 30, 1, 30)),
        ],
    )
    def test_hours_that_the_clocks_leave_out(
        self,
        zone: str,
        opens: str,
        closes: str,
        now: tuple[int, ...],
        expected: tuple[int, ...],
    ) -> None:
        """What is left of a stretch is used; where nothing is, it is the next one."""
        said = of(zone, only=(hours(opens, closes),))

        assert next_moment(said, at(zone, *now)) == at(zone, *expected)

    def test_an_hour_that_comes_twice_is_free_twice(self) -> None:
        """New York, 1 November 2026: from one to two, and again."""
        said = of("America/New_York", only=(hours("01:00", "01:30"),))
        between = at("America/New_York", 2026, 11, 1, 1, 45)

        again = at("America/New_York", 2026, 11, 1, 1, 0, fold=1)

        assert next_moment(said, between) == again
        assert next_moment(said, again + timedelta(seconds=7)) == again + timedelta(seconds=7)

    def test_a_quiet_hour_that_comes_twice_is_quiet_twice(self) -> None:
        """From one to two, and again; it is two only once."""
        said = of("America/New_York", quiet=(hours("01:00", "02:00"),))
        first = at("America/New_York", 2026, 11, 1, 1, 45)

        assert next_moment(said, first) - first == timedelta(hours=1, minutes=15)

    @pytest.mark.parametrize(
        ("zone", "day", "now", "expected"),
        [
            ("America/New_York", "sunday", (2026, 3, 2, 0, 0), (2026, 3, 15, 2, 10)),
            ("Pacific/Apia", "friday", (2011, 12, 26, 0, 0), (2012, 1, 6, 2, 10)),
        ],
    )
    def test_there_is_a_next_week(
        self, zone: str, day: str, now: tuple[int, ...], expected: tuple[int, ...]
    ) -> None:
        """The only free minutes of the week do not take place, and nobody waits for good."""
        said = of(zone, only=(hours("02:10", "02:20", pk.Weekday(day)),))

        assert next_moment(said, at(zone, *now)) == at(zone, *expected)

    def test_a_stretch_is_half_open_and_a_day_ends_at_24(self) -> None:
        """Its first moment lies in it, and the moment it ends no more."""
        evenings = of("UTC", only=(hours("20:00", "24:00"),))
        quiet = of("UTC", quiet=(hours("20:00", "24:00"),))
        eight = datetime(2026, 11, 2, 20, tzinfo=UTC)
        last = datetime(2026, 11, 2, 23, 59, 59, 999_999, tzinfo=UTC)
        midnight = datetime(2026, 11, 3, tzinfo=UTC)

        assert next_moment(evenings, eight) == eight
        assert next_moment(evenings, eight - timedelta.resolution) == eight
        assert next_moment(evenings, last) == last
        assert next_moment(evenings, midnight) == eight + A_DAY
        assert next_moment(quiet, eight) == next_moment(quiet, last) == midnight

    def test_who_said_nothing_is_told_now(self) -> None:
        """And the answer is in UTC, whatever the question was in."""
        now = datetime(2026, 11, 2, 3, 4, 5, 6, tzinfo=ZoneInfo("Asia/Tokyo"))

        assert next_moment(of("America/New_York"), now) == now
        assert next_moment(of("America/New_York"), now).tzinfo is UTC

    @pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Adak", "America/New_York"])
    @pytest.mark.parametrize("year", [1, 2, 1883, 1900, 9998, 9999])
    def test_years_far_away(self, zone: str, year: int) -> None:
        """They come from a clock that is wrong, and are no error."""
        said = of(zone, quiet=(hours("00:00", "12:00"),), digest="24:00")
        for month, day in ((1, 1), (12, 31)):
            now = datetime(year, month, day, tzinfo=UTC)

            assert now <= next_moment(said, now) <= next_digest(said, now)
            if year == 9998:
                assert may_be_told(said, next_moment(said, now))
                assert may_be_told(said, next_digest(said, now))
                assert next_digest(said, now) <= now + 2 * A_DAY

    def test_the_calendar_has_an_end(self) -> None:
        """What would lie beyond it is told at its last moment."""
        said = of("Asia/Tokyo", quiet=(hours("00:00", "12:00"),))
        end = datetime.max.replace(tzinfo=UTC)

        assert next_moment(said, end) == next_digest(said, end) == end


class TestNextDigest:
    """Once a day, at a time of the wall there."""

    @pytest.mark.parametrize(
        ("digest", "now", "expected"),
        [
            ("18:00", (2026, 11, 2, 17, 59), (2026, 11, 2, 18, 0)),
            ("18:00", (2026, 11, 2, 18, 0), (2026, 11, 2, 18, 0)),
            ("18:00", (2026, 11, 2, 18, 1), (2026, 11, 3, 18, 0)),
            ("24:00", (2026, 11, 2, 0, 0), (2026, 11, 2, 0, 0)),
            ("24:00", (2026, 11, 2, 0, 1), (2026, 11, 3, 0, 0)),
            ("00:00", (2026, 11, 2, 0, 1), (2026, 11, 3, 0, 0)),
            # Half past two is left out on 8 March: it is half past three.
            ("02:30", (2026, 3, 8, 0, 0), (2026, 3, 8, 3, 30)),
            # Half past one comes twice on 1 November: it is the first.
            ("01:30", (2026, 11, 1, 0, 0), (2026, 11, 1, 1, 30)),
        ],
    )
    def test_it_is_the_next_time_the_clock_shows_it(
        self, digest: str, now: tuple[int, ...], expected: tuple[int, ...]
    ) -> None:
        """In New York, with no quiet hours."""
        zone = "America/New_York"

        assert next_digest(of(zone, digest=digest), at(zone, *now)) == at(zone, *expected)

    def test_a_quiet_time_of_day_is_put_off(self) -> None:
        """The digest of ten at night is told in the morning."""
        said = of("UTC", digest="22:00", quiet=(hours("21:00", "24:00"), hours("00:00", "08:00")))

        assert next_digest(said, datetime(2026, 11, 2, 12, tzinfo=UTC)) == datetime(
            2026, 11, 3, 8, tzinfo=UTC
        )

    def test_without_a_digest_it_is_the_next_moment(self) -> None:
        """So that a caller need not ask which it is."""
        now = datetime(2026, 11, 2, 3, 30, tzinfo=UTC)
        said = of("UTC", quiet=(hours("03:00", "04:00"),))

        assert next_digest(said, now) == next_moment(said, now) == now + timedelta(minutes=30)

    @settings(max_examples=100)
    @given(asked=questions(), digest=st.integers(0, 24 * 60))
    @example(asked=(of("Pacific/Apia"), datetime(2011, 12, 30, 8, tzinfo=UTC)), digest=600)
    def test_it_is_free_and_comes_once_a_day(
        self, asked: tuple[pk.ContactPreferences, datetime], digest: int
    ) -> None:
        """In every zone: at the first moment whose clock, of this day, has reached the time."""
        said, now = asked
        clock = f"{digest // 60:02}:{digest % 60:02}"
        said = attrs.evolve(said, digest=clock)

        found = next_digest(said, now)

        assert found == slowly(said, shown_slowly(said.zone, clock, now))


def shown_slowly(zone: str, clock: str, now: datetime) -> datetime:
    """The first minute from now on that shows the time, read minute by minute.

    Not the second of a time that comes twice; and where the clocks were put forward over it,
    the minute that would have shown it had they not been.
    """
    clock = "00:00" if clock == "24:00" else clock
    there = ZoneInfo(zone)
    moment = now.replace(second=0, microsecond=0)
    near = [each for each in changes(zone) if abs(each - now) < 4 * A_DAY]
    while True:
        wall = moment.astimezone(there)
        shows = not wall.fold and f"{wall:%H:%M}" == clock
        for change in near:
            old = (change - MINUTE).astimezone(there).utcoffset() or timedelta()
            new = change.astimezone(there).utcoffset() or timedelta()
            if change <= moment < change + (new - old):
                shows = shows or f"{moment + old:%H:%M}" == clock
        if shows and moment >= now:
            return moment
        moment += MINUTE


class TestPreferences:
    """What leaves no time at all is no wish about when."""

    @pytest.mark.parametrize(
        ("quiet", "only"),
        [
            ((hours("00:00", "24:00"),), ()),
            ((hours("09:00", "17:00"),), (hours("10:00", "12:00", pk.Weekday.MONDAY),)),
            ((hours("00:00", "12:00"), hours("12:00", "24:00")), (hours("08:00", "20:00"),)),
        ],
    )
    def test_no_free_time_is_refused(
        self, quiet: tuple[pk.AgreedHours, ...], only: tuple[pk.AgreedHours, ...]
    ) -> None:
        """And what to do instead is said."""
        with pytest.raises(pk.BadInput, match="stops them") as refused:
            of("UTC", quiet=quiet, only=only)

        assert refused.value.place == "ContactPreferences.quiet"

    def test_one_minute_is_enough(self) -> None:
        """Sundays, the last of the week."""
        said = of(
            "UTC",
            quiet=(hours("00:00", "23:59"),),
            only=(hours("12:00", "24:00", pk.Weekday.SUNDAY),),
        )

        assert next_moment(said, datetime(2026, 11, 2, tzinfo=UTC)) == datetime(
            2026, 11, 8, 23, 59, tzinfo=UTC
        )
        assert said.free == 1 << 7 * 24 * 60 - 1
