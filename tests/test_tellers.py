"""Everybody is told: whoever fell asleep over a message, and whatever the clock says."""

from __future__ import annotations

import signal
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import attrs
import pytest

import peerkit as pk
from peerkit.notifiers import CouldNotTell
from peerkit.stores.sqlite import SQLiteStore
from tests.nursery import nursery
from tests.ordinary import HANDBOOK, NOW, empty
from tests.postgres import Postgres

pytestmark = pytest.mark.once


MINUTE, HOUR, YEAR = timedelta(minutes=1), timedelta(hours=1), timedelta(days=365)


@attrs.define
class Clock:
    """Says what it was set to, and not always what is so."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """What it shows."""
        return self.now


@attrs.define
class Heard:
    """Counts what is delivered, and does something else each time."""

    meanwhile: Callable[[], object] = lambda: None
    times: Counter[str] = attrs.field(factory=Counter)

    def notify(self, notice: pk.Notice) -> None:
        """Deliver it."""
        self.times[notice.key] += 1
        self.meanwhile()


def fail() -> None:
    """As a receiver does who is away."""
    raise CouldNotTell("Nobody is there just now.")


def die() -> None:
    """As a process does whose machine is switched off."""
    raise KeyboardInterrupt


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[pk.Store]:
    """Wherever a program is kept."""
    where = {"memory": ":memory:", "sqlite": str(tmp_path / "program.db")}.get(request.param)
    if where is None:
        server: Postgres = request.getfixturevalue("server")
        where = server.new()
    with closing(pk.Program.open(where).store) as made:
        yield made


def three_wait(store: pk.Store, clock: Clock) -> pk.Program:
    """A program in which three messages wait."""
    program = empty(store, clock=clock)
    for number in range(3):
        raise_concern(program, number)
    return program


def raise_concern(program: pk.Program, number: int) -> pk.Decision:
    """Whoever looks at it is told."""
    concern = pk.RaiseConcern(
        by="bo", id=f"c-{number}", peer="ana", people=("p-7",), clauses=("money",)
    )
    return program.do(concern)


def another(program: pk.Program, now: datetime) -> pk.Program:
    """The same program, to whom another clock shows another time."""
    return pk.Program(program.store, handbook=HANDBOOK, clock=Clock(now))


def in_order(program: pk.Program) -> bool:
    """Whether the entries are numbered without a gap, whole and linked, whatever their hours."""
    numbers = [each.number for each in program.journal()]
    return program.verify().whole and numbers == list(range(1, len(numbers) + 1))


# -- asleep for longer than the lease


@pytest.mark.parametrize("when", ["before", "after"])
def test_who_falls_asleep_over_a_message_does_no_harm(tmp_path: Path, when: str) -> None:
    """A process is stopped while it tells; another takes over; then it wakes up.

    At most the message that it slept over is told twice, and what the other
    noted stands: each message was told once, at the hour of the other.
    """
    path, said = tmp_path / "program.db", tmp_path / "said"
    clock = Clock()
    with three_wait(SQLiteStore(path), clock) as program, nursery() as children:
        sleeper = children.ask("start", "stall", when, path, "full", said, 0)
        assert children.ask("asleep", sleeper) == signal.SIGSTOP

        assert program.tell(heard := Heard()).told == 0, "Its lease is still running."
        clock.now += 10 * MINUTE
        assert program.tell(heard) == pk.Told(3, 0)
        assert children.ask("wake", sleeper) == 0

        assert set(heard.times.values()) == {1}
        assert said.read_text().splitlines() == ["1/0"], "It told more than it slept over."
        assert program.store.outbox() == (3, 0)
        with closing(sqlite3.connect(path)) as db:
            hours = db.execute("SELECT settled FROM peerkit_message").fetchall()
        assert hours == [(clock.now.isoformat(),)] * 3


# -- clocks that are wrong


def test_the_journal_goes_by_number(store: pk.Store) -> None:
    """However the clock jumps, entries follow each other, and nothing is lost or done twice."""
    clock = Clock()
    program = empty(store, clock=clock)
    jumps = (0 * HOUR, -HOUR, -YEAR, 0 * HOUR, 2 * YEAR, -3 * YEAR, HOUR)
    for number, jump in enumerate(jumps):
        clock.now += jump
        assert raise_concern(program, number).number == number + 1

    hours = [datetime.fromisoformat(each.read()["at"]) for each in program.journal()]
    assert hours != sorted(hours)
    assert in_order(program)
    assert program.tell(heard := Heard()) == pk.Told(len(jumps), 0)
    assert set(heard.times.values()) == {1}


def test_a_clock_that_stands_still_stops_nobody(store: pk.Store) -> None:
    """All is told, once, and each act has its number, though no time passes."""
    program = three_wait(store, Clock())
    assert program.tell(heard := Heard(), limit=2).waiting == 1
    assert program.tell(heard, limit=2) == pk.Told(1, 0)
    raise_concern(program, 3)
    assert program.tell(heard) == pk.Told(1, 0)

    assert sorted(heard.times.values()) == [1] * 4
    assert in_order(program)


@pytest.mark.parametrize("back", [MINUTE, HOUR, 20 * HOUR])
def test_a_lease_does_not_end_early_when_a_clock_goes_back(
    store: pk.Store, back: timedelta
) -> None:
    """Whoever is just telling goes on alone, though another is shown an earlier hour."""
    program = three_wait(store, Clock())
    other = Heard()
    heard = Heard(meanwhile=lambda: another(program, NOW - back).tell(other))

    assert program.tell(heard) == pk.Told(3, 0)
    assert other.times == {}


@pytest.mark.parametrize("ahead", [HOUR, 2 * 24 * HOUR, YEAR, 100 * YEAR])
def test_a_clock_that_was_ahead_starves_nobody(store: pk.Store, ahead: timedelta) -> None:
    """Whoever took messages in a year to come, and died, keeps them for a day at most."""
    clock = Clock(NOW)
    program = three_wait(store, clock)
    clock.now = NOW + ahead
    with pytest.raises(KeyboardInterrupt):
        program.tell(Heard(meanwhile=die))

    heard = Heard()
    for hours in range(26):
        clock.now = NOW + hours * HOUR
        program.tell(heard)
    assert heard.times == {"1/0": 1, "2/0": 1, "3/0": 1}


@pytest.mark.parametrize("ahead", [HOUR, 2 * 24 * HOUR, YEAR, 100 * YEAR])
@pytest.mark.parametrize("failures", [1, 5])
def test_what_failed_while_the_clock_was_ahead_starves_nobody(
    store: pk.Store, ahead: timedelta, failures: int
) -> None:
    """It is tried again within two days, and what lay behind it or came since is told as well."""
    clock = Clock()
    program = three_wait(store, clock)
    clock.now = NOW + ahead
    for _ in range(failures):
        program.tell(Heard(meanwhile=fail))
        clock.now += HOUR
    clock.now = NOW
    raise_concern(program, 3)

    heard = Heard()
    for hours in range(50):
        clock.now = NOW + hours * HOUR
        program.tell(heard)
    assert heard.times == {"1/0": 1, "2/0": 1, "3/0": 1, "4/0": 1}


def test_a_clock_that_jumps_ahead_repeats_one_message_at_most(store: pk.Store) -> None:
    """Whoever is shown that their lease is over stops, and another has told the rest by then."""
    clock = Clock()
    program = three_wait(store, clock)
    other = Heard()

    def jump() -> None:
        clock.now += HOUR
        another(program, clock.now).tell(other)

    heard = Heard(meanwhile=jump)

    assert program.tell(heard) == pk.Told(0, 0), "It was the other's by then."
    assert heard.times == {"1/0": 1}
    assert other.times == {"1/0": 1, "2/0": 1, "3/0": 1}


@pytest.mark.parametrize("lease", [-MINUTE, 24 * HOUR + MINUTE])
def test_a_lease_is_no_longer_than_a_day(store: pk.Store, lease: timedelta) -> None:
    """A longer one could not be told from that of a clock which was wrong."""
    with pytest.raises(pk.BadInput, match="lease: from timedelta\\(0\\) to a day"):
        empty(store).tell(Heard(), lease=lease)


def test_a_lease_may_last_a_day(store: pk.Store) -> None:
    """The longest lease is kept to the end of it."""
    program = three_wait(store, Clock())
    with pytest.raises(KeyboardInterrupt):
        program.tell(Heard(meanwhile=die), lease=24 * HOUR)

    day = NOW + 24 * HOUR
    assert another(program, day - timedelta(microseconds=1)).tell(Heard()).told == 0
    assert another(program, day).tell(Heard()).told == 3


def test_an_hour_of_anywhere_is_one_hour(store: pk.Store) -> None:
    """A teller far away reads the same lease, whatever offset its clock shows."""
    program = three_wait(store, Clock(NOW.astimezone(timezone(timedelta(hours=-6)))))
    with pytest.raises(KeyboardInterrupt):
        program.tell(Heard(meanwhile=die))

    assert another(program, NOW.astimezone(UTC) + 4 * MINUTE).tell(Heard()).told == 0
    assert another(program, NOW.astimezone(UTC) + 5 * MINUTE).tell(Heard()).told == 3
