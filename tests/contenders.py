"""What each process does in the test of contention, and what it saw of the others."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache
from multiprocessing.synchronize import Barrier
from random import Random
from typing import Any, Final

import attrs

import peerkit as pk
from peerkit.model import WALKING
from peerkit.stores import Change, Entry, Standing
from tests.around import Around
from tests.histories import Did
from tests.ordinary import LIVED, NOW

#: Whom all of them want to walk with, and for how many each of these peers has a place.
PEERS: Final = ("ana", "bo", "cleo", "dan", "eva")
PLACES: Final = 1
#: How often somebody only looks.
LOOKS: Final = 0.15
#: How often somebody thinks about what they saw.
SLOW: Final = 0.5
#: A house where one person is all that a peer walks with, so that places are always scarce.
HOUSE: Final = f"""
[layer]
id = "house"
title = "A small house"

[[source]]
id = "HOUSE-BOOK"
title = "House book"
publisher = "A small house"
year = 2026

[[limit]]
id = "caseload"
value = [{{ is = {PLACES}, source = "HOUSE-BOOK", at = "page 1", looked = 2026-11-22 }}]
"""

_together: list[Barrier] = []


@attrs.define
class Watched(Around):
    """A store around a store: notes what was read, what was kept on it, and what had moved.

    Now and then it takes its time after a look, so that others come in between.
    """

    chance: Random
    stood: list[Standing] = attrs.field(factory=list)
    kept: list[tuple[Change, Entry]] = attrs.field(factory=list)
    moved: int = 0

    def view(self, *args: Any, **how: Any) -> Standing:
        """How things stand; it is remembered."""
        self.stood = [self.store.view(*args, **how)]
        if self.chance.random() < SLOW:
            time.sleep(self.chance.uniform(0, 0.01))
        return self.stood[0]

    def keep(self, change: Change) -> Entry:
        """Keep it, and note that, or that it had moved."""
        try:
            entry = self.store.keep(change)
        except pk.Moved:
            self.moved += 1
            raise
        self.kept.append((change, entry))
        return entry


@attrs.define
class Saw:
    """What one process did and saw.

    ``entries`` are the numbers under which each transaction was kept; ``walking``
    are tallies, each with the entry it was seen at.
    """

    who: str
    history: list[Did] = attrs.field(factory=list)
    entries: dict[str, tuple[int, ...]] = attrs.field(factory=dict)
    walking: list[tuple[str, int, int]] = attrs.field(factory=list)
    verdicts: dict[str, int] = attrs.field(factory=dict)
    moved: int = 0
    gave_up: int = 0


def program_at(address: str, house: str, who: str) -> tuple[pk.Program, Watched]:
    """The program of this address with a house of its own, watched."""
    watched = Watched(pk.Program.open(address).store, Random(who))
    store: Any = watched  # it passes everything else on
    return pk.Program(store, **how(house)), watched


@cache
def _handbook(house: str) -> pk.Handbook:
    return pk.Handbook.load(house)


def how(house: str) -> dict[str, Any]:
    """What leaves nothing to chance: the same acts in the same order write the same journal."""
    return {"handbook": _handbook(house), "clock": lambda: NOW, "salt": lambda: "salt"}


def first_acts(contenders: int, strangers: int) -> Iterator[pk.Act]:
    """Welcome the peers, and for each of them everybody who will ask for a place."""
    asked = {peer: [f"{peer}-{each}" for each in range(contenders)] for peer in PEERS}
    for each in range(contenders, contenders + strangers):
        who = f"stranger-{each}"
        asked[who] = [f"{who}-{number}" for number in range(len(PEERS))]
    for peer, people in asked.items():
        yield pk.WelcomePeer(
            by="coordinator",
            id=peer,
            role=pk.Role.WORKER,
            supervisor="sam",
            since=NOW.date(),
            experiences=LIVED,
        )
        for person in people:
            yield pk.WelcomeParticipant(by="coordinator", id=person)


@attrs.define
class Wish:
    """One participant who would walk with one peer, as long as somebody else may not."""

    peer: str
    participant: str
    tried: int = 0
    status: str = "none"

    def act(self) -> pk.Act:
        """The next step: be proposed, say yes, and make room again."""
        self.tried += self.status == "none"
        told: dict[str, Any] = {
            "id": f"m-{self.participant}-{self.tried}",
            "peer": self.peer,
            "participant": self.participant,
        }
        if self.status == "none":
            return pk.ProposeMatch(by="coordinator", **told)
        if self.status == "proposed":
            return pk.AcceptMatch(by=self.participant, **told)
        return pk.EndMatch(by=self.participant, **told)

    def answered(self, decision: pk.Decision) -> None:
        """Go on from what was decided. Who gets no place asks again, or goes."""
        if decision.allowed:
            after = {"none": "proposed", "proposed": "accepted"}
            self.status = after.get(self.status, "none")
        elif self.status == "proposed":
            self.status = "refused"


@attrs.define
class Contender:
    """One process: its program, its wishes, and what it saw."""

    program: pk.Program
    watched: Watched
    saw: Saw
    wishes: list[Wish]
    chance: Random

    def look(self) -> None:
        """Read two peers in one moment."""
        self.watched.kept.clear()
        self.program.view(*self.chance.sample([each.peer for each in self.wishes], 2))
        self.note()

    def act(self) -> None:
        """Do the next step of one wish, or of two as one. A place is not held for long."""
        wishes = self.chance.sample(self.wishes, 1 + (self.chance.random() < 0.2))
        for each in self.wishes:
            if each.status == "accepted" and each not in wishes and self.chance.random() < 0.5:
                wishes[0] = each
        acts = [each.act() for each in wishes]
        for wish, decision in zip(wishes, self.done(acts), strict=True):
            wish.answered(decision)
            name = f"{decision.act.kind} {decision.verdict.name}"
            self.saw.verdicts[name] = self.saw.verdicts.get(name, 0) + 1
        self.note()

    def done(self, acts: list[pk.Act]) -> list[pk.Decision]:
        """The answers. Where others were always faster, it is asked again."""
        while True:
            self.watched.kept.clear()
            try:
                return list(self.program.do_all(acts)) if acts[1:] else [self.program.do(acts[0])]
            except pk.Moved:
                self.saw.gave_up += 1

    def note(self) -> None:
        """Add what was just done: all that was kept together is one transaction."""
        reads: dict[str, int] = {}
        writes: dict[str, tuple[int, ...]] = {}
        kept = self.watched.kept
        for stood in [each.stood for each, _ in kept] or self.watched.stood[-1:]:
            view = stood.view
            for kind, id_, number in stood.versions:
                reads.setdefault(f"{kind}/{id_}", number)
            for peer in view.all(pk.Peer):
                reads.setdefault(walking(peer.id), view.seen)
                value = view.tallies.get((peer.id, WALKING), 0)
                self.saw.walking.append((peer.id, view.seen, value))
        for change, entry in kept:
            for noun, _ in change.nouns:
                reads.setdefault(f"{noun.kind}/{noun.id}", 0)
            things = [f"{noun.kind}/{noun.id}" for noun, _ in change.nouns]
            things += [walking(each.of) for each in change.counts if each.what == WALKING]
            for thing in things:
                writes[thing] = (*writes.get(thing, ()), entry.number)
        history = self.saw.history
        name, before = f"{self.saw.who}.{len(history)}", history[-1].name if history else None
        history.append(Did(name, reads, writes, before))
        self.saw.entries[name] = tuple(entry.number for _, entry in kept)


def walking(peer: str) -> str:
    """The thing that two people who want one place both read: how many a peer walks with."""
    return f"{WALKING}/{peer}"


def begin(together: Barrier) -> None:
    """In each process: remember where to wait for the others."""
    _together.append(together)


def contend(address: str, house: str, number: int, operations: int, *, stranger: bool) -> Saw:
    """Ask for places, over and over. A stranger asks for those of a peer nobody else asks."""
    who = f"stranger-{number}" if stranger else f"contender-{number}"
    program, watched = program_at(address, house, who)
    wishes = (
        [Wish(who, f"{who}-{each}") for each in range(len(PEERS))]
        if stranger
        else [Wish(each, f"{each}-{number}") for each in PEERS]
    )
    contender = Contender(program, watched, Saw(who), wishes, Random(who))
    with program:
        _together[0].wait(60)
        for _ in range(operations):
            if contender.chance.random() < LOOKS:
                contender.look()
            else:
                contender.act()
    contender.saw.moved = watched.moved
    return contender.saw
