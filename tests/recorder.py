"""Records sessions and tells messages until it is killed: what the crash test starts.

One process loads everything once, and forks a child for each that is to be killed, so that a
child is at work a moment after it is asked for. A child says what is done in a file, which
outlives it.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Event
from typing import Any

import attrs

import peerkit as pk
from peerkit.stores.sqlite import SQLiteStore
from peerkit.telling.ways import Routes

HANDBOOK = pk.Handbook.load()
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
NOTE = "We sat by the river."
LIVED = pk.LivedExperience(of=pk.Experience.HOMELESSNESS)
#: Keyed, so that whoever starts later finds them done.
FIRST: tuple[pk.Act, ...] = (
    pk.WelcomePeer(
        by="coordinator",
        key="first-1",
        id="ana",
        role=pk.Role.WORKER,
        supervisor="sam",
        since=NOW.date(),
        experiences=(LIVED,),
    ),
    pk.WelcomeParticipant(by="coordinator", key="first-2", id="p-7"),
)


#: Three peers who walk with two people each, and all nine have a mailbox.
PEERS = ("ana", "bo", "cleo")
PEOPLE = tuple(f"p-{each}" for each in range(6))
WALKING = dict(zip(PEOPLE, PEERS * 2, strict=True))


def _reached() -> Iterator[pk.Act]:
    """Keyed as well; and nobody hears of anything before they said how."""
    for who in (*PEERS, *PEOPLE):
        mailbox = pk.ContactPoint(channel=EMAIL, address=f"{who}@here.example", safe=True)
        yield pk.SetContactPreferences(
            by=who, key=f"reach-{who}", person=who, points=(mailbox,), zone="UTC"
        )
    for peer in PEERS:
        yield pk.WelcomePeer(
            by="coordinator",
            key=f"welcome-{peer}",
            id=peer,
            role=pk.Role.WORKER,
            supervisor="sam",
            since=NOW.date(),
            experiences=(LIVED,),
        )
    for who, peer in WALKING.items():
        match: dict[str, Any] = {"id": f"m-{who}", "peer": peer, "participant": who}
        yield pk.WelcomeParticipant(by="coordinator", key=f"welcome-{who}", id=who)
        yield pk.ProposeMatch(by="coordinator", key=f"propose-{who}", **match)
        yield pk.AcceptMatch(by=who, key=f"accept-{who}", **match)


EMAIL = pk.NoticeChannel.EMAIL
REACHED: tuple[pk.Act, ...] = tuple(_reached())


def sessions(name: str, group: int) -> list[pk.ReportSession]:
    """One session, and every third time three that are kept as one batch.

    Every other session crosses a boundary: that brings a concern and a message.
    """
    return [
        pk.ReportSession(
            by="ana",
            id=f"{name}.{group}.{each}",
            peer="ana",
            participants=("p-7",),
            form=pk.SessionForm.AD_HOC,
            starts=NOW - timedelta(hours=1),
            minutes=30,
            activities=(pk.Activity(id=("listen", "therapy")[(group + each) % 2]),),
            note=pk.Words(NOTE),
        )
        for each in range(3 if group % 3 == 2 else 1)
    ]


def record(name: str, store: pk.Store, said: int, now: datetime) -> None:
    """Record session after session, and say of each when it is kept."""
    program = pk.Program(store, handbook=HANDBOOK, clock=lambda: now)
    for act in FIRST:
        program.do(act).or_raise()
    for group in count():
        acts = sessions(name, group)
        for act, decision in zip(acts, program.do_all(acts), strict=True):
            os.write(said, f"{decision.number} {act.id}\n".encode())


@attrs.frozen
class Aloud:
    """Says of each message that it is delivered."""

    said: int

    def notify(self, notice: pk.Notice) -> None:
        """Deliver it: from now on it cannot be taken back."""
        os.write(self.said, f"{notice.key}\n".encode())


def tell(name: str, store: pk.Store, said: int, now: datetime) -> None:
    """Tell whatever waits, over and over."""
    program = pk.Program(store, handbook=HANDBOOK, clock=lambda: now)
    while True:
        program.tell(Aloud(said), limit=3)
        time.sleep(0.001)


def plan(name: str, store: pk.Store, said: int, now: datetime) -> None:
    """Plan sessions, each told to two; take every third back, before or after that is told."""
    program = pk.Program(store, handbook=HANDBOOK, clock=lambda: now)
    for act in REACHED:
        program.do(act).or_raise()
    for number in count():
        who = PEOPLE[number % len(PEOPLE)]
        peer, session = WALKING[who], f"{name}.{number}"
        planned = program.do(
            pk.PlanSession(
                by=peer,
                id=session,
                peer=peer,
                participants=(who,),
                starts=NOW + timedelta(days=40, hours=number),
                minutes=30,
                activities=(pk.Activity(id="listen"),),
            )
        )
        if not planned.allowed:  # a writer of a round before has that hour
            continue
        if number % 3 == 2:
            program.do(pk.CancelSession(by=peer, id=session)).or_raise()
        os.write(said, f"{session}\n".encode())
        time.sleep(0.001)


@attrs.frozen
class Mailbox:
    """Where all mail arrives, whoever brings it: one line for each letter, in their order."""

    name: str
    said: int

    def notify(self, notice: pk.Notice) -> None:
        """Put it there: from now on it cannot be taken back."""
        os.write(self.said, f"{self.name} {notice.to} {notice.key}\n".encode())


def route(name: str, store: pk.Store, said: int, now: datetime) -> None:
    """Tell people over their own channels, until somebody puts an end to it."""
    program = pk.Program(store, handbook=HANDBOOK, clock=lambda: now, coordinator="cora")
    routes = Routes({EMAIL: Mailbox(name, said)})
    program.keep_telling(routes, stop=Event(), pause=timedelta(milliseconds=1))


@attrs.define
class Stalling:
    """Stops its own process once, before or after it delivers, and then hears of a later hour."""

    by: pk.Notifier
    now: datetime
    after: bool

    def notify(self, notice: pk.Notice) -> None:
        """Deliver it, and fall asleep over it."""
        if self.after:
            self.by.notify(notice)
        os.kill(os.getpid(), signal.SIGSTOP)
        self.now += timedelta(hours=1)
        if not self.after:
            self.by.notify(notice)


def stall(name: str, store: pk.Store, said: int, now: datetime) -> None:
    """Tell what waits, and be asleep for longer than the lease."""
    stalling = Stalling(Aloud(said), now, after=name == "after")
    program = pk.Program(store, handbook=HANDBOOK, clock=lambda: stalling.now)
    program.tell(stalling)
    program.close()
    os._exit(0)


def oversleep(name: str, store: pk.Store, said: int, now: datetime) -> None:
    """Tell people over their own channels, and be asleep for longer than the lease."""
    stalling = Stalling(Mailbox(name, said), now, after=name == "after")
    with pk.Program(
        store, handbook=HANDBOOK, clock=lambda: stalling.now, coordinator="cora"
    ) as program:
        told = program.tell(Routes({EMAIL: stalling}))
    os._exit(told.told)


WORK = {
    "record": record,
    "tell": tell,
    "stall": stall,
    "plan": plan,
    "route": route,
    "oversleep": oversleep,
}


def started(what: str, name: str, path: str, durability: str, said: str, number: str) -> int:
    """The process that now does this. A lease of one round has ended in the next."""
    if child := os.fork():
        return child
    try:
        now = NOW + int(number) * timedelta(minutes=10)
        store = (
            pk.Program.open(path).store
            if "://" in path
            else SQLiteStore(path, durability=durability)
        )
        file = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        WORK[what](name, store, file, now)
    except BaseException:  # noqa: BLE001 - a child must not go on as if it were its parent
        traceback.print_exc()
    os._exit(1)


def killed(child: str) -> int:
    """SIGKILL, and how the process ended: -9, unless it had ended by itself."""
    return woken(child, signal.SIGKILL)


def asleep(child: str) -> int:
    """Wait until the process has stopped; the signal that stopped it."""
    _, status = os.waitpid(int(child), os.WUNTRACED)
    return os.WSTOPSIG(status) if os.WIFSTOPPED(status) else 0


def woken(child: str, by: signal.Signals = signal.SIGCONT) -> int:
    """Let it go on, and wait until it has ended, and how."""
    os.kill(int(child), by)
    _, status = os.waitpid(int(child), 0)
    return os.waitstatus_to_exitcode(status)


ASKED: dict[str, Callable[..., int]] = {
    "start": started,
    "kill": killed,
    "asleep": asleep,
    "wake": woken,
}


def main() -> None:
    """Do what is asked on each line, and answer with a number."""
    with suppress(ImportError):
        import peerkit.stores.sql.store  # noqa: F401 - or each child would
    with pk.Program.open(":memory:", handbook=HANDBOOK, clock=lambda: NOW) as program:
        list(program.do_all([*FIRST, *sessions("warm", 2)]))  # what it takes is now loaded
    for line in sys.stdin:
        name, *rest = line.split()
        sys.stdout.write(f"{ASKED[name](*rest)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
