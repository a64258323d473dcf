"""Two processes at the same moment: the last place goes to one, and a key is answered once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

import attrs
import pytest

import peerkit as pk
from tests.ordinary import ANA, LIVED, NOW

ROUNDS = 20
FULL = 20

_together: list[Barrier] = []


@attrs.frozen
class Answer:
    """What one process was told."""

    allowed: bool
    told: str
    number: int = 0
    again: bool = False


def begin(together: Barrier) -> None:
    """In each process: remember where to wait for the other."""
    _together.append(together)


def do(path: Path, act: pk.Act) -> Answer:
    """In each process: open the file, wait until the other has as well, and do it."""
    with pk.Program.open(str(path), clock=lambda: NOW) as program:
        _together[0].wait(60)
        try:
            decision = program.do(act)
        except pk.KeyReused as error:
            return Answer(allowed=False, told=str(error))
        return Answer(decision.allowed, decision.explain(), decision.number, decision.again)


@pytest.fixture(scope="module")
def two() -> Iterator[ProcessPoolExecutor]:
    """Two processes that start each act together."""
    spawn = get_context("spawn")
    with ProcessPoolExecutor(
        2, mp_context=spawn, initializer=begin, initargs=(spawn.Barrier(2),)
    ) as pool:
        yield pool


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ana walks with 19 people, and two more are proposed."""
    path = tmp_path_factory.mktemp("race") / "prepared.db"
    with pk.Program.open(str(path), clock=lambda: NOW) as program:
        for decision in program.do_all(first_acts()):
            decision.or_raise()
    return path


def first_acts() -> Iterator[pk.Act]:
    """Welcome ana and 21 people, propose them all, and let 19 accept."""
    yield pk.WelcomePeer(
        by="coordinator",
        id="ana",
        role=ANA.role,
        supervisor=ANA.supervisor,
        since=ANA.since,
        supervised=ANA.supervised,
        experiences=LIVED,
    )
    for each in range(1, FULL + 2):
        who, match = f"p-{each}", f"m-{each}"
        yield pk.WelcomeParticipant(by="coordinator", id=who)
        yield pk.ProposeMatch(by="coordinator", id=match, peer="ana", participant=who)
        if each < FULL:
            yield pk.AcceptMatch(by=who, id=match, peer="ana", participant=who)


def at_once(two: ProcessPoolExecutor, path: Path, *acts: pk.Act) -> list[Answer]:
    """What both were told; the one who was allowed first, or who was first, comes first."""
    answers = [each.result(120) for each in [two.submit(do, path, act) for act in acts]]
    return sorted(answers, key=lambda each: (not each.allowed, each.again))


@pytest.mark.parametrize("number", range(ROUNDS))
def test_the_last_place_goes_to_one(
    two: ProcessPoolExecutor, prepared: Path, tmp_path: Path, number: int
) -> None:
    """When two people accept a peer's last place at once, one gets it and one is told why not."""
    path = Path(shutil.copy(prepared, tmp_path))
    accepting = [
        pk.AcceptMatch(by=f"p-{each}", id=f"m-{each}", peer="ana", participant=f"p-{each}")
        for each in (FULL, FULL + 1)
    ]
    first, second = at_once(two, path, *accepting)

    assert first.allowed
    assert not second.allowed
    assert "ana already walks with 20 of at most 20 people." in second.told
    with pk.Program.open(str(path), clock=lambda: NOW) as program:
        assert program.view("ana").tally("ana", "walking") == FULL
        accepted = [each for each in program.every(pk.Match) if each.status == "accepted"]
        assert len(accepted) == FULL
        assert program.verify().faults == ()


@pytest.mark.parametrize("number", range(5))
def test_one_key_is_answered_once(
    two: ProcessPoolExecutor, prepared: Path, tmp_path: Path, number: int
) -> None:
    """When two processes do the same act with the same key, it is done once and answered twice."""
    path = Path(shutil.copy(prepared, tmp_path))
    act = pk.WelcomeParticipant(by="coordinator", key="welcome-1", id="p-new")

    first, second = at_once(two, path, act, act)

    assert (first.allowed, first.again) == (True, False)
    assert second == attrs.evolve(first, again=True)
    with pk.Program.open(str(path), clock=lambda: NOW) as program:
        assert [each.number for each in program.history("p-new")] == [first.number]
        assert program.verify().faults == ()


@pytest.mark.parametrize("number", range(5))
def test_one_key_is_for_one_act(
    two: ProcessPoolExecutor, prepared: Path, tmp_path: Path, number: int
) -> None:
    """When two processes give one key to different acts, one is done and one is an error."""
    path = Path(shutil.copy(prepared, tmp_path))
    acts = [
        pk.WelcomeParticipant(by="coordinator", key="welcome-1", id=each) for each in ("p-a", "p-b")
    ]
    first, second = at_once(two, path, *acts)

    assert first.allowed
    assert "'welcome-1' already belongs to a different act" in second.told
    with pk.Program.open(str(path), clock=lambda: NOW) as program:
        assert len({"p-a", "p-b"} & {each.id for each in program.every(pk.Participant)}) == 1
        assert program.verify().faults == ()
