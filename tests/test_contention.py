"""Many processes want the same few places: what they did could have been done one by one."""

from __future__ import annotations

import json
import os
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from multiprocessing import get_context

import attrs
import pytest

import peerkit as pk
from peerkit.model import WALKING
from peerkit.stores.memory import MemoryStore
from peerkit.stores.writing.codec import read_act
from tests.contenders import (
    HOUSE,
    PEERS,
    PLACES,
    Saw,
    begin,
    contend,
    first_acts,
    how,
    program_at,
    walking,
)
from tests.histories import Did, anomalies
from tests.postgres import Postgres

pytestmark = pytest.mark.once


PROCESSES = int(os.environ.get("PEERKIT_RACE_PROCESSES", "4"))
OPERATIONS = int(os.environ.get("PEERKIT_RACE_OPERATIONS", "60"))
#: One in so many asks for what nobody else asks for.
STRANGERS = max(1, PROCESSES // 8)


@attrs.frozen
class Raced:
    """What all of them saw, and the program they left."""

    program: pk.Program
    saw: tuple[Saw, ...]
    house: str
    first: int

    @property
    def contenders(self) -> tuple[Saw, ...]:
        """Those who asked for the same."""
        return self.saw[STRANGERS:]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where a store is that several processes may open."""
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("server")
        return server.new()
    return str(tmp_path_factory.mktemp("contention") / "program.db")


@pytest.fixture(scope="module")
def raced(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Raced]:
    """All processes have done all they wanted."""
    file = tmp_path_factory.mktemp("house") / "house.toml"
    file.write_text(HOUSE)
    house = str(file)
    program, _ = program_at(address, house, "first")
    with program:
        first = [each.or_raise() for each in program.do_all(first_acts(PROCESSES, STRANGERS))]
        spawn = get_context("spawn")
        with ProcessPoolExecutor(
            PROCESSES, spawn, initializer=begin, initargs=(spawn.Barrier(PROCESSES),)
        ) as pool:
            running = [
                pool.submit(
                    contend, address, house, number, OPERATIONS, stranger=number < STRANGERS
                )
                for number in range(PROCESSES)
            ]
            saw = tuple(each.result() for each in running)
        yield Raced(program, saw, house, len(first))


def test_they_were_in_each_others_way(raced: Raced) -> None:
    """Places were given, refused and freed, and views moved: otherwise this shows nothing."""
    verdicts = sum((Counter(each.verdicts) for each in raced.contenders), Counter[str]())
    moved, gave_up = (
        sum(getattr(each, what) for each in raced.saw) for what in ("moved", "gave_up")
    )
    print(f"{PROCESSES} times {OPERATIONS}: {moved=}, {gave_up=}, {verdicts}")  # noqa: T201 - with -s

    assert verdicts["match.accepted ALLOWED"] > PLACES * len(PEERS)
    assert verdicts["match.ended ALLOWED"] > 0
    assert verdicts["match.accepted NOT_ALLOWED"] + verdicts["match.proposed NOT_ALLOWED"] > 0
    assert moved > 0


def test_nothing_is_lost_and_no_number_is_missing(raced: Raced) -> None:
    """Every act has an entry of its own, and there is no other."""
    acknowledged = [each for saw in raced.saw for each in chain(*saw.entries.values())]

    assert sorted(acknowledged) == [
        each.number for each in raced.program.journal(after=raced.first)
    ]
    assert raced.program.verify().faults == ()


def test_no_peer_ever_walks_with_more_than_allowed(raced: Raced) -> None:
    """The last place goes to one, each time: at no entry does a tally pass the limit."""
    counted = tallies(raced)

    assert max(value for counts in counted.values() for _, value in counts) == PLACES
    assert min(value for counts in counted.values() for _, value in counts) == 0


def test_what_was_seen_was_one_moment(raced: Raced) -> None:
    """Whoever saw the journal at an entry saw the tallies of that entry, and no others."""
    counted = tallies(raced)
    for each in raced.saw:
        for peer, seen, value in each.walking:
            assert value == as_of(counted[peer], seen)[1], f"{each.who} saw {peer} at {seen}"


def test_the_history_can_be_put_in_a_row(raced: Raced) -> None:
    """No act read what another then wrote over, nor half of it, nor what was never kept."""
    first = Did("first", writes=_first_writes(raced))
    counted = tallies(raced)
    history = [
        complete(each, saw.entries[each.name], counted) for saw in raced.saw for each in saw.history
    ]

    assert len(history) == PROCESSES * OPERATIONS
    assert anomalies([first, *history]) == ()


def test_one_alone_would_have_been_answered_the_same(raced: Raced) -> None:
    """The same acts, done one by one in the order of their entries, write the same journal."""
    alone = pk.Program(MemoryStore(), **how(raced.house))
    for entry in raced.program.journal():
        act = read_act(json.dumps(entry.read()["act"]))
        assert alone.do(act).number == entry.number
    assert alone.verify().head == raced.program.verify().head


def test_strangers_are_not_disturbed(raced: Raced) -> None:
    """Whoever asks for what nobody else asks for never has to read again."""
    assert [each.moved for each in raced.saw[:STRANGERS]] == [0] * STRANGERS


def _first_writes(raced: Raced) -> dict[str, tuple[int, ...]]:
    """What stood before they began."""
    writes: dict[str, tuple[int, ...]] = {}
    for entry in raced.program.journal():
        if entry.number > raced.first:
            break
        for noun in entry.read()["nouns"]:
            thing = f"{noun['noun']}/{noun['id']}"
            writes[thing] = (*writes.get(thing, ()), entry.number)
    return writes


def tallies(raced: Raced) -> dict[str, list[tuple[int, int]]]:
    """With how many each peer walks: after which entry, from the journal alone."""
    changes: defaultdict[str, list[tuple[int, int]]] = defaultdict(lambda: [(0, 0)])
    for entry in raced.program.journal():
        for of, what, by, _ in entry.read()["counts"]:
            if what == WALKING:
                changes[of].append((entry.number, changes[of][-1][1] + by))
    return changes


def as_of(counts: list[tuple[int, int]], seen: int) -> tuple[int, int]:
    """The last of these at this entry."""
    return counts[bisect_left(counts, (seen + 1, 0)) - 1]


def complete(did: Did, entries: tuple[int, ...], counted: dict[str, list[tuple[int, int]]]) -> Did:
    """A tally has no number of its own: it was last changed by an entry, which is its version.

    What is decided on is how many there are. Where others came and went and there are as many
    again, whoever read it before might have read it just now.
    """
    reads = dict(did.reads)
    for peer, counts in counted.items():
        if walking(peer) in reads:
            seen = as_of(counts, reads[walking(peer)])
            kept_on = as_of(counts, min(entries, default=1) - 1)
            reads[walking(peer)] = (kept_on if entries and kept_on[1] == seen[1] else seen)[0]
    return attrs.evolve(did, reads=reads)
