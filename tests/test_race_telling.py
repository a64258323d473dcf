"""One takes back what another is just telling: it was told before that, or not at all."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from functools import cache
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from random import Random
from typing import Any

import attrs
import pytest

import peerkit as pk
from peerkit.stores import Delivery, Standing
from peerkit.telling.ways import Routes
from tests.around import Around
from tests.ordinary import LIVED, NOW
from tests.postgres import Postgres

pytestmark = pytest.mark.once

ROUNDS = int(os.environ.get("PEERKIT_RACE_ROUNDS", "120"))
EMAIL = pk.NoticeChannel.EMAIL
#: Nobody waits longer than this for the other.
PATIENCE = 60

_together: list[Barrier] = []


def begin(together: Barrier) -> None:
    """In each process: remember where to wait for the other."""
    _together.append(together)


@cache
def handbook() -> pk.Handbook:
    """The book, once in each process."""
    return pk.Handbook.load()


def opened(address: str) -> pk.Program:
    """The program, in each process."""
    return pk.Program.open(address, handbook=handbook(), clock=lambda: NOW, coordinator="cora")


def welcome(program: pk.Program) -> None:
    """Ana walks with p-7, and both can be told, and the coordinator too."""
    match: dict[str, Any] = {"id": "m", "peer": "ana", "participant": "p-7"}
    acts: tuple[pk.Act, ...] = (
        pk.WelcomePeer(
            by="c",
            id="ana",
            role=pk.Role.WORKER,
            supervisor="sam",
            since=NOW.date(),
            experiences=LIVED,
        ),
        pk.WelcomeParticipant(by="c", id="p-7"),
        pk.ProposeMatch(by="c", **match),
        pk.AcceptMatch(by="p-7", **match),
        *(reached(each) for each in ("ana", "p-7", "cora")),
    )
    for act in acts:
        program.do(act).or_raise()


def reached(who: str) -> pk.Act:
    """Somebody has a mailbox."""
    mailbox = pk.ContactPoint(channel=EMAIL, address=f"{who}@post.example", safe=True)
    return pk.SetContactPreferences(by=who, person=who, points=(mailbox,), zone="UTC")


# -- what is told, and what takes that back

Two = tuple[tuple[pk.Act, ...], pk.Act]


def a_stop(number: int) -> Two:
    """Somebody hears of a match, and wants to hear nothing."""
    who = f"q-{number}"
    told = pk.ProposeMatch(by="c", id=f"m-{number}", peer="ana", participant=who)
    first = (pk.WelcomeParticipant(by="c", id=who), reached(who), told)
    return first, pk.StopNotices(by=who, person=who)


def a_match(number: int) -> Two:
    """A match is proposed, and withdrawn."""
    who = f"q-{number}"
    match: dict[str, Any] = {"id": f"m-{number}", "peer": "ana", "participant": who}
    first = (pk.WelcomeParticipant(by="c", id=who), reached(who), pk.ProposeMatch(by="c", **match))
    return first, pk.EndMatch(by=who, **match)


def a_session(number: int) -> Two:
    """A session is planned, and cancelled."""
    session = f"s-{number}"
    planned = pk.PlanSession(
        by="ana",
        id=session,
        peer="ana",
        participants=("p-7",),
        starts=NOW + timedelta(days=1, hours=number),
        minutes=30,
        activities=(pk.Activity(id="listen"),),
    )
    return (planned,), pk.CancelSession(by="ana", id=session)


def a_plan(number: int) -> Two:
    """A plan is shared with ana, and is not."""
    plan: dict[str, Any] = {"by": "p-7", "id": f"plan-{number}", "participant": "p-7"}
    first = (
        pk.WritePlan(**plan, of=pk.PlanKind.WELLNESS),
        pk.SharePlan(**plan, to="ana"),
    )
    return first, pk.StopSharing(**plan, to="ana")


KINDS: tuple[Callable[[int], Two], ...] = (a_stop, a_match, a_session, a_plan)


@attrs.frozen
class TakenBack:
    """By which entry something was told of, by which it was taken back, and for whom that is."""

    told: int
    back: int
    only: str


def in_turn(number: int) -> str:
    """Who goes first: now and then it is known beforehand, so that both happen."""
    return {0: "back", 1: "tell"}.get(number // len(KINDS) % 8, "")


def take_back(address: str) -> list[TakenBack]:
    """One process: say something, and take it back while the other tells it."""
    found = []
    with opened(address) as program:
        for number in range(ROUNDS):
            first, back = KINDS[number % len(KINDS)](number)
            *_, told = [program.do(act).or_raise() for act in first]
            _together[0].wait(PATIENCE)
            if in_turn(number) == "tell":
                _together[0].wait(PATIENCE)
            time.sleep(Random(number).uniform(0, 0.006))
            done = program.do(back).or_raise()
            if in_turn(number) == "back":
                _together[0].wait(PATIENCE)
            _together[0].wait(PATIENCE)
            only = back.by if isinstance(back, pk.StopNotices) else ""
            found.append(TakenBack(told.number, done.number, only))
            _together[0].wait(PATIENCE)
    return found


@attrs.define
class Watched(Around):
    """A store around a store: remembers at which entry somebody looked last."""

    seen: int = 0

    def view(self, *args: Any, **how: Any) -> Standing:
        """How things stand."""
        standing = self.store.view(*args, **how)
        self.seen = standing.view.seen
        return standing


@attrs.frozen
class Mailbox:
    """Takes every letter, with the entry at which whoever brought it had looked."""

    watched: Watched
    took: list[tuple[str, int]] = attrs.field(factory=list)

    def notify(self, notice: pk.Notice) -> None:
        """Take it."""
        self.took.append((notice.key.removesuffix("/email"), self.watched.seen))


def tell(address: str) -> list[tuple[str, int]]:
    """The other process: tell, and afterwards tell what is left."""
    with opened(address) as inner:
        watched = Watched(inner.store)
        store: Any = watched  # it passes everything else on
        program = pk.Program(store, handbook=handbook(), clock=lambda: NOW, coordinator="cora")
        mailbox = Mailbox(watched)
        routes = Routes({EMAIL: mailbox})
        for number in range(ROUNDS):
            _together[0].wait(PATIENCE)
            if in_turn(number) == "back":
                _together[0].wait(PATIENCE)
            program.tell(routes)
            if in_turn(number) == "tell":
                _together[0].wait(PATIENCE)
            _together[0].wait(PATIENCE)
            assert program.tell(routes).waiting == 0, "Something waits for ever."
            _together[0].wait(PATIENCE)
    return mailbox.took


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where a store is that two processes may open."""
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("server")
        return server.new()
    return str(tmp_path_factory.mktemp("telling") / "program.db")


def test_what_was_taken_back_is_told_before_that_or_not_at_all(address: str) -> None:
    """Whoever told it had looked before it was taken back; else it says so in the journal, once."""
    with opened(address) as program:
        welcome(program)
        spawn = get_context("spawn")
        with ProcessPoolExecutor(2, spawn, initializer=begin, initargs=(spawn.Barrier(2),)) as pool:
            taking, telling = pool.submit(take_back, address), pool.submit(tell, address)
            found, took = taking.result(), telling.result()
        posted = {each.key: each for each in program.store.posted()}
        not_told = [
            (each.number, each.read()["act"]["notice"])
            for each in program.journal()
            if each.act in ("notice.cancelled", "notice.passed-on")
        ]
        whole = program.verify().faults == ()

    looked = dict(took)
    journalled = {key: number for number, key in not_told}
    became: Counter[str] = Counter()
    assert whole
    assert len(looked) == len(took), "Told twice."
    assert len(journalled) == len(not_told), "Journalled twice."
    assert {*looked} == {key for key, each in posted.items() if each.delivery is Delivery.TOLD}
    assert {*journalled} == posted.keys() - looked.keys()
    for each in found:
        mine = [key for key in posted if key.startswith(f"{each.told}/")]
        those = [key for key in mine if each.only in ("", posted[key].message.to)]
        assert those
        for key in those:
            became[posted[key].delivery] += 1
            if key in looked:
                assert looked[key] < each.back, f"{key}: told after it was taken back"
            else:
                assert journalled[key] > each.back, f"{key}: not told while it was so"
    print(f"{ROUNDS} rounds: {dict(became)}")  # noqa: T201 - with -s
    assert became.keys() == {Delivery.TOLD, Delivery.CANCELLED}
