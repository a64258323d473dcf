"""A message that could not be told is tried again in good time, and not for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import peerkit as pk
from peerkit.notifiers import CouldNotTell
from peerkit.stores import HOLDS, Delivery, Posted, Settled
from peerkit.telling.retrying import after_failure, delay

NOW = datetime(2026, 11, 2, 17, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
A_DAY = timedelta(days=1)
#: In minutes, without what chance adds.
SCHEDULE = (1, 3, 9, 27, 81, 243, 720, 720, 720, 720, 720, 720)

keys = st.from_regex(r"[1-9][0-9]{0,8}/[0-9]{1,2}", fullmatch=True) | st.text(max_size=20)
waits = st.none() | st.timedeltas(-A_DAY, 400 * A_DAY)
moments = st.datetimes(datetime(1970, 1, 1), datetime(9998, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - as Hypothesis asks for them


def posted(attempts: int, way: str = "email", key: str = "12/0") -> Posted:
    """A message that was taken so many times."""
    message = pk.Message(to="p-1", kind="match.proposed", about="m-1", inside="…", key=key)
    return Posted(message=message, attempts=attempts, way=way)


def passing(wait: timedelta | None = None) -> CouldNotTell:
    """A failure that may be over soon."""
    return CouldNotTell("Not now.", wait=wait)


FOR_GOOD = CouldNotTell("There is nobody.", for_good=True)


def waited(settled: Settled, since: datetime = NOW) -> timedelta:
    """How long it waits now."""
    assert settled.due is not None
    return settled.due - since


class TestDelay:
    """How long after a failure the next try comes."""

    @given(key=keys)
    def test_it_is_that_of_the_table_and_up_to_a_quarter_more(self, key: str) -> None:
        """Never less."""
        for attempts, minutes in enumerate(SCHEDULE, 1):
            assert minutes * MINUTE <= delay(key, attempts) <= minutes * MINUTE * 1.25

    @given(key=keys)
    def test_it_grows_up_to_half_a_day(self, key: str) -> None:
        """Each of the first is longer than the one before, and none is over 15 hours."""
        found = [delay(key, each) for each in range(1, 40)]

        assert found[:7] == sorted(found[:7])
        assert max(found) <= timedelta(hours=15)
        assert min(found[6:]) >= timedelta(hours=12)

    def test_chance_is_of_the_key_and_the_try_alone(self) -> None:
        """Asked again it is the same; of other messages and tries it differs."""
        found = [delay(f"{each}/0", 6) for each in range(1000)]
        tries = {delay("1/0", each) for each in range(7, 13)}

        assert found == [delay(f"{each}/0", 6) for each in range(1000)]
        assert len(set(found)) > 990
        assert len(tries) == 6
        # Spread over the whole quarter: 243 to 303.75 minutes.
        assert min(found) < 245 * MINUTE
        assert max(found) > 301 * MINUTE

    def test_it_is_the_same_on_every_machine(self) -> None:
        """Written out, since two tellers of one program may run different Pythons."""
        assert delay("12/0", 1) == timedelta(seconds=64, microseconds=578_802)


class TestAfterFailure:
    """What becomes of a message that could not be told."""

    def test_the_last_way_has_the_whole_schedule(self) -> None:
        """Thirteen tries over more than three days, and then it is given up where it was."""
        now, tries = NOW, 0
        while True:
            tries += 1
            settled = after_failure(posted(tries), ("email",), passing(), now)
            if settled.delivery is Delivery.GIVEN_UP:
                break
            assert settled.delivery is Delivery.WAITING
            assert settled.way == "email"
            assert settled.attempts == tries
            assert settled.due is not None
            now = settled.due

        assert tries == 13
        assert settled == Settled(
            key="12/0", delivery=Delivery.GIVEN_UP, due=None, attempts=13, way="email"
        )
        assert timedelta(hours=78) <= now - NOW <= timedelta(hours=98)

    @given(key=keys)
    def test_three_days_and_more_whatever_the_key(self, key: str) -> None:
        """The twelve waits of the schedule, added up."""
        waits = [
            waited(after_failure(posted(each, key=key), ("text",), passing(), NOW))
            for each in range(1, 13)
        ]

        assert sum(waits, timedelta()) >= 3 * A_DAY

    def test_a_passing_failure_goes_on_after_three_tries(self) -> None:
        """Where there is a way to go on to: there it is new, and due at once."""
        ways = ("text", "email")
        first, second, third = (
            after_failure(posted(each, "text"), ways, passing(), NOW) for each in (1, 2, 3)
        )

        assert (first.way, second.way) == ("text", "text")
        assert (first.attempts, second.attempts) == (1, 2)
        assert MINUTE <= waited(first) <= 1.25 * MINUTE
        assert 3 * MINUTE <= waited(second) <= 3.75 * MINUTE
        assert third == Settled(key="12/0", delivery=Delivery.WAITING, attempts=0, way="email")
        assert HOLDS == 3

    def test_a_failure_for_good_goes_on_at_once(self) -> None:
        """Also at the first try; and where there is no way left, it is given up."""
        assert after_failure(posted(1, ""), ("text", "app"), FOR_GOOD, NOW) == Settled(
            key="12/0", delivery=Delivery.WAITING, attempts=0, way="app"
        )
        assert after_failure(posted(1, "app"), ("app",), FOR_GOOD, NOW) == Settled(
            key="12/0", delivery=Delivery.GIVEN_UP, attempts=1, way="app"
        )

    def test_with_no_way_at_all_it_is_given_up(self) -> None:
        """Every point of the person has failed meanwhile; the way it was on is kept."""
        assert after_failure(posted(2, "text"), (), passing(), NOW) == Settled(
            key="12/0", delivery=Delivery.GIVEN_UP, attempts=2, way="text"
        )

    @pytest.mark.parametrize(
        ("asked", "least", "most"),
        [
            (timedelta(seconds=5), MINUTE, 1.25 * MINUTE),
            (timedelta(hours=2), timedelta(hours=2), timedelta(hours=2)),
            (400 * A_DAY, A_DAY, A_DAY),
            (-A_DAY, MINUTE, 1.25 * MINUTE),
            (timedelta.max, A_DAY, A_DAY),
        ],
    )
    def test_a_receiver_may_ask_to_be_left_alone(
        self, asked: timedelta, least: timedelta, most: timedelta
    ) -> None:
        """For longer than the schedule says, and for a day at most."""
        settled = after_failure(posted(1), ("email",), passing(asked), NOW)

        assert least <= waited(settled) <= most

    @given(
        key=keys,
        ways=st.lists(st.sampled_from(["app", "email", "text", "push"]), unique=True, max_size=4),
        begun=st.integers(0, 20),
        start=moments,
        failures=st.lists(
            st.tuples(st.booleans(), waits, st.timedeltas(-A_DAY, A_DAY)), min_size=60, max_size=60
        ),
    )
    def test_it_ends_and_waits_neither_too_long_nor_too_short(
        self,
        key: str,
        ways: list[str],
        begun: int,
        start: datetime,
        failures: list[tuple[bool, timedelta | None, timedelta]],
    ) -> None:
        """With any failures, and with a clock that jumps by up to a day between the tries."""
        lies, left, now = posted(begun, "", key), tuple(ways), start
        for for_good, wait, jump in failures:
            lies = attrs.evolve(lies, attempts=lies.attempts + 1)
            failure = CouldNotTell("…", for_good=for_good, wait=wait)
            settled = after_failure(lies, left, failure, now)
            if settled.delivery is Delivery.GIVEN_UP:
                assert settled.attempts == lies.attempts
                assert len(left) <= 1
                break
            assert settled.delivery is Delivery.WAITING
            if settled.way == left[0]:
                assert not for_good
                assert settled.attempts == lies.attempts
                assert MINUTE <= waited(settled, now) <= A_DAY
                assert waited(settled, now) >= min(wait or MINUTE, A_DAY)
            else:
                assert settled.way == left[1]
                assert (settled.due, settled.attempts) == (None, 0)
                left = left[1:]
            now = max(now, settled.due or now) + jump
            lies = attrs.evolve(lies, due=settled.due, attempts=settled.attempts, way=settled.way)
        else:
            pytest.fail("it is given up sometime")
