"""Who tells may be killed at any moment: all are told, and what is told twice has its reason."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import attrs
import pytest

import peerkit as pk
from peerkit.stores import Delivery
from peerkit.telling.ways import Routes
from tests.nursery import Nursery, nursery
from tests.postgres import Postgres
from tests.recorder import EMAIL, NOW, REACHED, Mailbox

pytestmark = pytest.mark.crash

ROUNDS = int(os.environ.get("PEERKIT_CRASH_ROUNDS", "30"))
LANES = 2
#: On a server fewer: each teller has to connect first.
SOME = -(-ROUNDS // 5)
TELLERS = 3
#: After so many rounds a file is told to its end: nobody is killed over one message so often that
#: it is given up.
MOST = 10
#: Later than any lease, and before any session begins.
LATER = NOW + timedelta(days=30)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store is that several processes may open."""
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("server")
        return server.new()
    return str(tmp_path / "program.db")


@attrs.define
class Clock:
    """Says what it was set to."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """What it shows."""
        return self.now


@attrs.frozen
class Arrived:
    """One letter: who brought it, to whom, and with which key."""

    teller: str
    to: str
    key: str

    @property
    def message(self) -> str:
        """The key of the message."""
        return self.key.removesuffix("/email")

    @property
    def round(self) -> str:
        """In which round that was: the name of a teller is that of the round, and a letter."""
        return self.teller[:-1]

    @property
    def place(self) -> tuple[int, ...]:
        """Where the message stands among all of them."""
        return tuple(map(int, self.message.split("/")))


@attrs.define
class Told:
    """One program, the mailbox of all its people, and who was killed while they told.

    A line of the mailbox is written as a whole.
    """

    address: str
    mailbox: Path
    rounds: int = 0
    killed: set[str] = attrs.field(factory=set)

    def arrived(self) -> list[Arrived]:
        """Every letter, in the order of their arrival, repeats too."""
        if not self.mailbox.exists():
            return []
        return [Arrived(*each.split()) for each in self.mailbox.read_text().splitlines()]

    @property
    def repeats(self) -> int:
        """How many letters brought what had arrived before."""
        arrived = self.arrived()
        return len(arrived) - len({each.key for each in arrived})


@attrs.define
class Lane:
    """Some rounds one after another, now in the same program and now in a new one."""

    folder: Path
    rounds: range
    new: Callable[[int], str]
    file: Told = attrs.field(factory=lambda: Told("", Path()))
    arrived: int = 0
    repeated: int = 0
    killed: int = 0

    def run(self) -> Lane:
        """All rounds of this lane."""
        with nursery() as children:
            for each in self.rounds:
                self.round(each, children)
        self.finish()
        return self

    def round(self, number: int, children: Nursery) -> None:
        """A writer and three tellers, each killed at a moment of its own; then look."""
        chance = Random(number)
        if not self.file.rounds or self.file.rounds == MOST or chance.random() < 0.2:
            self.finish()
            self.file = Told(self.new(number), self.folder / f"{number}.mail")
        self.file.rounds += 1
        before = len(self.file.arrived())
        said = self.folder / f"{number}.said"
        durability = chance.choice(("full", "normal"))
        where = (self.file.address, durability)
        tellers = [f"{number}{letter}" for letter in "abc"[:TELLERS]]
        writer = children.ask("start", "plan", f"r{number}", *where, said, number)
        to_kill = [writer] + [
            children.ask("start", "route", each, *where, self.file.mailbox, number)
            for each in tellers
        ]
        wait_for(before + chance.choice((0, 1, 2, 5, 20)), self.file)
        chance.shuffle(to_kill)
        ended = []
        for each in to_kill:
            time.sleep(chance.uniform(0, 0.01))
            ended.append(children.ask("kill", each))
        assert ended == [-signal.SIGKILL] * len(to_kill), "Somebody died by themself."
        self.file.killed |= set(tellers)
        look(self.file, f"round {number}, {self.file.mailbox.name}")

    def finish(self) -> None:
        """Tell what is left in a file: then everybody was told, or it is written why not."""
        file = self.file
        if not file.rounds:
            return
        with opened(file) as program, file.mailbox.open("ab", buffering=0) as mailbox:
            program.tell(Routes({EMAIL: Mailbox("last", mailbox.fileno())}), limit=1_000_000)
            assert program.store.outbox()[1] == 0, "Something is left."
        unsettled = look(file, f"the end of {file.mailbox.name}")
        assert unsettled == set(), "Cancelled, and nobody knows."
        self.arrived += len(file.arrived())
        self.killed += len(file.killed)
        self.repeated += file.repeats


def opened(file: Told) -> pk.Program:
    """The program, after every lease has ended."""
    return pk.Program.open(file.address, clock=lambda: LATER, coordinator="cora")


def wait_for(enough: int, file: Told) -> None:
    """Let so much arrive. Whoever died by themself is found when they are to be killed."""
    for _ in range(4_000):
        if len(file.arrived()) >= enough:
            return
        time.sleep(0.005)


def look(file: Told, where: str) -> set[str]:
    """Compare the outbox with what arrived and with the journal; what was cancelled and waits."""
    with opened(file) as program:
        assert program.verify().faults == (), where
        posted = {each.key: each for each in program.store.posted()}
        cancelled = Counter(
            each.read()["act"]["notice"]
            for each in program.journal()
            if each.act == "notice.cancelled"
        )
    became = {
        what: {each.key for each in posted.values() if each.delivery is what} for what in Delivery
    }
    arrived = file.arrived()
    times = Counter(each.message for each in arrived)
    in_flight = last_words(file, arrived)

    assert times.keys() <= posted.keys(), f"{where}: a message was invented"
    assert became[Delivery.TOLD] <= times.keys(), f"{where}: somebody was never told"
    assert times.keys() - became[Delivery.TOLD] <= in_flight, f"{where}: it was told for nothing"
    assert set(cancelled.values()) <= {1}, f"{where}: written down twice"
    assert became[Delivery.CANCELLED] <= cancelled.keys(), f"{where}: cancelled without a word"
    assert not became[Delivery.TOLD] & cancelled.keys(), f"{where}: told and cancelled"
    assert became[Delivery.GIVEN_UP] == set(), where
    assert_repeats_have_a_reason(file, arrived, where)
    assert_in_order(arrived, where)
    for key in became[Delivery.TOLD]:
        found = posted[key]
        assert times[key] <= found.attempts <= times[key] + len(file.killed), f"{where}: {key}"
        assert found.way == "email", where
    unsettled = cancelled.keys() - became[Delivery.CANCELLED]
    assert len(unsettled) <= len(file.killed), where
    return unsettled


def last_words(file: Told, arrived: list[Arrived]) -> set[str]:
    """The message that each teller who was killed brought last."""
    last = {each.teller: each.message for each in arrived}
    return {message for teller, message in last.items() if teller in file.killed}


def assert_repeats_have_a_reason(file: Told, arrived: list[Arrived], where: str) -> None:
    """Whoever brought first what arrived again was killed over it, and had a lease till then.

    In one round the clock stands and no lease ends, so a repeat comes in a later one.
    """
    last = {each.teller: at for at, each in enumerate(arrived)}
    before: dict[str, tuple[int, Arrived]] = {}
    for at, each in enumerate(arrived):
        if each.key in before:
            earlier, by = before[each.key]
            assert by.teller in file.killed, f"{where}: {each.key}"
            assert last[by.teller] == earlier, f"{where}: {by.teller} went on after {each.key}"
            assert by.round != each.round, f"{where}: {each.key} twice while a lease was running"
        before[each.key] = at, each


def assert_in_order(arrived: list[Arrived], where: str) -> None:
    """Each person hears first what was first, but for what they hear again."""
    heard: dict[str, list[tuple[int, ...]]] = {}
    for each in arrived:
        mine = heard.setdefault(each.to, [])
        if each.place not in mine:
            mine.append(each.place)
    assert all(mine == sorted(mine) for mine in heard.values()), where


def assert_all_were_told(lanes: list[Lane], rounds: int) -> None:
    """Run all lanes. Nothing is lost, and a letter comes twice only where there is a reason."""
    with ThreadPoolExecutor(len(lanes)) as pool:
        done = list(pool.map(Lane.run, lanes))

    arrived, killed, repeated = (
        sum(getattr(each, what) for each in done) for what in ("arrived", "killed", "repeated")
    )
    print(f"{rounds} rounds: {killed=} tellers, {arrived=}, {repeated=}")  # noqa: T201 - with -s
    assert killed == rounds * TELLERS
    assert arrived > rounds, "The tellers were killed before they could tell anything."


def test_all_are_told_however_often_their_tellers_are_killed(tmp_path: Path) -> None:
    """Everybody hears everything, and what comes twice was in the hands of one who was killed."""
    lanes = [
        Lane(tmp_path, range(each, ROUNDS, LANES), lambda number: str(tmp_path / f"{number}.db"))
        for each in range(LANES)
    ]
    assert_all_were_told(lanes, ROUNDS)


@pytest.mark.server
def test_a_server_keeps_what_killed_tellers_left(server: Postgres, tmp_path: Path) -> None:
    """The same on PostgreSQL, where a killed teller's last words may still be on their way."""
    assert_all_were_told([Lane(tmp_path, range(SOME), lambda _: server.new())], SOME)


@pytest.mark.parametrize("when", ["before", "after"])
def test_who_oversleeps_its_lease_repeats_one_letter_at_most(
    address: str, tmp_path: Path, when: str
) -> None:
    """A teller is stopped over a letter, another takes over, and the first wakes up.

    What the other wrote down stands: each message was told once, by the second try.
    """
    mailbox = tmp_path / "mail"
    clock = Clock()
    with (
        pk.Program.open(address, clock=clock, coordinator="cora") as program,
        nursery() as children,
        mailbox.open("ab", buffering=0) as file,
    ):
        for act in REACHED:
            program.do(act).or_raise()
        routes = Routes({EMAIL: Mailbox("other", file.fileno())})
        sleeper = children.ask("start", "oversleep", when, address, "full", mailbox, 0)
        slept = children.ask("asleep", sleeper)
        while_leased = program.tell(routes)
        clock.now += timedelta(minutes=10)
        after = program.tell(routes)
        woken = children.ask("wake", sleeper)

        assert slept == signal.SIGSTOP
        assert while_leased == pk.Told(0, 16), "Two it had cancelled."
        assert after == pk.Told(6, 0, cancelled=10)
        assert woken == 0, "It counts what another has told."
        arrived = [Arrived(*each.split()) for each in mailbox.read_text().splitlines()]
        assert Counter(each.teller for each in arrived) == {"other": 6, when: 1}
        assert len({each.key for each in arrived}) == 6
        told = [*program.store.posted(Delivery.TOLD)]
        assert {each.key for each in told} == {each.message for each in arrived}
        assert {each.attempts for each in told} == {2}
        assert program.verify().faults == ()
        assert sum(each.act == "notice.cancelled" for each in program.journal()) == 12
