"""Programs that are plainly made up, for those who build services: where each flaw lies is told."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

import peerkit as pk
from peerkit import reports
from peerkit.simulation.door.made_up import FlawKind, Flaws, Pretended, pretend
from peerkit.simulation.record import STATUSES
from peerkit.simulation.scenarios.scenario import Arrivals, Peers, Planning, Scenario, Sessions
from peerkit.stores.memory import MemoryStore

TEXAS = "us/tx"
#: In Texas a session is written down within two business days.
SMALL = Scenario(
    days=40,
    layers=(TEXAS,),
    arrivals=Arrivals(per_week=3, walking=20),
    peers=Peers(count=2, places=16),
    sessions=Sessions(asked_beyond=0.2, drift=0.5),
)
ALL = Flaws(duplicates=0.3, gaps=0.2, late_notes=0.3, overlaps=0.6, days_late=7)


def opened(store: MemoryStore) -> pk.Program:
    """The program that was filled."""
    return pk.Program(store, handbook=pk.Handbook.load(TEXAS))


@pytest.fixture(scope="module")
def flawed() -> tuple[Pretended, pk.Program]:
    """A program with every kind of flaw."""
    store = MemoryStore()
    return pretend(SMALL, store, flaws=ALL), opened(store)


def held(program: pk.Program) -> dict[str, pk.Session]:
    """The sessions that were written down."""
    return {each.id: each for each in program.every(pk.Session, status=pk.SessionStatus.HELD)}


class TestWithoutFlaws:
    """Nothing is wrong unless it is asked for."""

    def test_everything_is_written_down_once(self) -> None:
        """Every session that was held is there, with nobody's name and nobody's words."""
        store = MemoryStore()

        done = pretend(SMALL, store)

        program = opened(store)
        statuses = Counter(done.run.table("sessions")["status"].tolist())
        ids = [each.id for kind in (pk.Peer, pk.Participant) for each in program.every(kind)]
        assert done.flaws == ()
        assert len(held(program)) == statuses[STATUSES.index("held")] > 40
        assert all(re.fullmatch(r"(peer|person)-\d+", each) for each in ids)
        assert program.verify().whole
        assert program.verify().entries == done.acts

    def test_some_have_notes_that_say_what_they_are(self) -> None:
        """A note is made up, and says so; without notes there is none."""
        store, silent = MemoryStore(), MemoryStore()

        pretend(SMALL, store, flaws=Flaws(notes=1.0))
        pretend(SMALL, silent, flaws=Flaws(notes=0.0))

        program = opened(store)
        notes = [*(words for id_ in held(program) for words in program.words(f"session/{id_}"))]
        assert len(notes) == len(held(program))
        assert set(notes) == {"Made up: nobody said or did this."}
        assert not any(opened(silent).words(f"session/{id_}") for id_ in held(opened(silent)))


class TestFlaws:
    """Each flaw that was put in can be found, and is listed."""

    def test_duplicates(self, flawed: tuple[Pretended, pk.Program]) -> None:
        """With its key an act is answered again; without one the rules say what they say."""
        done, program = flawed
        found = done.of(FlawKind.DUPLICATE)
        again = [each for each in found if each.again]
        anew = Counter((each.act, each.clauses) for each in found if not each.again)

        assert len(again) > 20
        assert all(each.key is not None for each in again)
        assert anew["session.planned", ("once",)] > 3
        assert anew["match.accepted", ("steps",)] + anew["match.ended", ("steps",)] > 1
        assert anew["session.reported", ()] > 3
        assert program.verify().entries == done.acts - len(again)

    def test_gaps(self, flawed: tuple[Pretended, pk.Program]) -> None:
        """What was held and never written down is still planned, and the run knows of it."""
        done, program = flawed
        gaps = {each.about for each in done.of(FlawKind.GAP)}
        planned = {each.id for each in program.every(pk.Session, status=pk.SessionStatus.PLANNED)}
        statuses = Counter(done.run.table("sessions")["status"].tolist())

        assert len(gaps) > 5
        assert gaps == planned
        assert len(held(program)) == statuses[STATUSES.index("held")] - len(gaps)

    def test_late_notes(self, flawed: tuple[Pretended, pk.Program]) -> None:
        """They are written down days later; where the book says how soon, it says so of them."""
        done, program = flawed
        late = done.of(FlawKind.LATE_NOTE)
        there = held(program)
        days = [(each.day - there[each.about].day).days for each in late]
        written = {
            each.about: next(
                entry.at
                for entry in program.history(each.about)
                if "session.reported" in entry.body
            )
            for each in late
        }

        assert len(late) > 5
        assert min(days) >= 1
        assert max(days) == 7
        assert any("note-within-business-days" in each.clauses for each in late)
        for each in late:
            assert written[each.about] - there[each.about].starts >= timedelta(hours=14)

    def test_overlaps(self, flawed: tuple[Pretended, pk.Program]) -> None:
        """A plan for an hour that is taken is refused; a report of one is kept, and is found."""
        done, program = flawed
        found = done.of(FlawKind.OVERLAP)
        plans = [each for each in found if each.act == "session.planned"]
        told = {each.about for each in found if each.act == "session.reported"}
        both = [
            {each.id for each in pair}
            for peer in program.every(pk.Peer)
            for pair in reports.overlaps(program, peer.id)
        ]

        assert len(plans) > 5
        assert all("double-booking" in each.clauses for each in plans)
        assert len(told) > 2
        assert told <= set().union(*both)

    def test_the_run_is_the_same_whatever_is_wrong(
        self, flawed: tuple[Pretended, pk.Program]
    ) -> None:
        """Flaws are in the record, not in what happened."""
        done, _ = flawed

        without = pretend(SMALL, MemoryStore()).run

        for name, table in without.tables.items():
            for column, values in table.items():
                assert values.tolist() == done.run.table(name)[column].tolist()

    def test_without_plans_a_gap_leaves_nothing(self) -> None:
        """Where sessions are only written down, what was not is not there at all."""
        store = MemoryStore()
        scenario = SMALL.but({"sessions.planning": Planning.NONE})

        done = pretend(scenario, store, seed=3, flaws=ALL)

        gaps = {each.about for each in done.of(FlawKind.GAP)}
        assert gaps
        assert not gaps.intersection(each.id for each in opened(store).every(pk.Session))
        assert opened(store).verify().whole


def test_a_file_and_the_same_seed(tmp_path: Path) -> None:
    """The same scenario, seed and flaws give the same journal, in a file as in memory."""
    store = MemoryStore()
    unsupervised = SMALL.but({"peers.supervision_missed": 1.0})

    one = pretend(unsupervised, store, seed=5, flaws=ALL)
    with pk.Program.open(tmp_path / "made-up.db") as program:
        other = pretend(unsupervised, program.store, seed=5, flaws=ALL)
    with pk.Program.open(tmp_path / "made-up.db", read_only=True) as program:
        found = program.verify()

    assert one.run.table("people")["refused"].sum() > 10
    assert one.flaws == other.flaws
    assert found.whole
    assert found.head == opened(store).verify().head
