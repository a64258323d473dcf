"""Checkpoints: what is finished of a study outlives whoever made it."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import pytest

from peerkit.errors import BadInput, StoreError
from peerkit.simulation.record import Engine
from peerkit.simulation.scenarios.scenario import Scenario
from peerkit.simulation.studies.experiment import Experiment, Within
from tests import pretend_runs
from tests.pretend_runs import as_it_is, half_as_many, numbers

few = Scenario(name="few").but({"peers.count": 10})
ours = few.but({"peers.count": 20}, pretend_runs.OURS)
BASE = Experiment((few, ours), replications=6, measures=as_it_is, simulate=numbers)
#: A process that makes a study, and is killed when it has written half of a line.
KILLED = """
import os, signal, sys
from peerkit.simulation.studies import checkpoints, running
from tests.test_checkpoints import BASE

class Cut:
    def __init__(self, file):
        self.file = file
        self.writes = 0
    def __getattr__(self, name):
        return getattr(self.file, name)
    def __enter__(self):
        return self
    def __exit__(self, *why):
        self.file.close()
    def write(self, text):
        self.writes += 1
        if self.writes == 4:
            self.file.write(text[: len(text) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return self.file.write(text)

opened = checkpoints._opened
checkpoints._opened = lambda path: Cut(opened(path))
running._TRIAL = 0.0
BASE.run(checkpoint=sys.argv[1])
"""
#: A process that takes its time, so that it can be killed at any moment.
SLOW = """
import sys
from peerkit.simulation.studies import running
from tests import pretend_runs
from tests.test_checkpoints import BASE
import attrs

running._TRIAL = 0.0
slow = attrs.evolve(BASE, replications=2000, simulate=pretend_runs.slow_numbers)
slow.run(checkpoint=sys.argv[1])
"""


class Counted:
    """Counts how often a run is made."""

    def __init__(self) -> None:
        self.made: list[tuple[str, int]] = []

    def __call__(self, scenario: Scenario, *, seed: int, run: int, engine: Engine) -> Any:
        """A run, like any other."""
        self.made.append((scenario.name, run))
        return numbers(scenario, seed=seed, run=run, engine=engine)


def child(script: str, path: Path) -> subprocess.Popen[bytes]:
    """A process of its own, in the folder of the repository."""
    root = Path(__file__).parents[1]
    paths = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-c", script, str(path)], cwd=root, env={**os.environ, "PYTHONPATH": paths}
    )


def test_a_study_killed_in_the_middle_of_a_line_is_gone_on_with(tmp_path: Path) -> None:
    """What was cut off is made again, what was whole is not, and the study is the same."""
    path = tmp_path / "study.jsonl"
    with child(KILLED, path) as killed:
        assert killed.wait(60) == -signal.SIGKILL
    left = path.read_bytes()
    assert not left.endswith(b"\n"), "the last line was cut off"
    whole = left.count(b"\n") - 1
    assert 0 < whole < 12
    counted = Counted()
    # It binds what simulates by its name, so a counter must go by the same one.
    counted.__dict__.update(__module__=numbers.__module__, __qualname__=numbers.__qualname__)
    study = attrs.evolve(BASE, simulate=counted).run(checkpoint=path)
    assert study == BASE.run()
    assert len(counted.made) == 12 - whole
    lines = path.read_bytes().splitlines()
    assert len(lines) == 13
    assert all(json.loads(line) for line in lines)
    counted.made.clear()
    assert attrs.evolve(BASE, simulate=counted).run(checkpoint=path) == study
    assert counted.made == [], "nothing is left to do"


@pytest.mark.crash
@pytest.mark.once
def test_a_study_killed_at_any_moment_is_gone_on_with(tmp_path: Path) -> None:
    """Killed again and again, it comes nearer to its end each time, and nothing is made up."""
    path = tmp_path / "study.jsonl"
    before = 0
    for round_ in range(int(os.environ.get("PEERKIT_CRASH_ROUNDS", "2"))):
        with child(SLOW, path) as slow:
            for _ in range(2000):
                time.sleep(0.01)
                if path.exists() and path.read_bytes().count(b"\n") > before + 3 + round_:
                    break
            slow.kill()
        now = path.read_bytes().count(b"\n")
        assert now > before
        before = now
    replications = (before - 1) // 2 + 1
    slow_by_name = attrs.evolve(BASE, replications=replications, simulate=pretend_runs.slow_numbers)
    assert slow_by_name.run(checkpoint=path) == attrs.evolve(BASE, replications=replications).run()


def test_more_replications_go_on_from_the_same_file(tmp_path: Path) -> None:
    """How many are asked for is no part of what the file is bound to; fewer take the first."""
    path = tmp_path / "study.jsonl"
    seen: list[tuple[int, int]] = []
    first = BASE.run(checkpoint=path)
    more = attrs.evolve(BASE, replications=9)
    assert more.run(checkpoint=path, progress=lambda *each: seen.append(each)) == more.run()
    assert seen[-1] == (18, 18)
    assert seen[0][0] > 12, "what was finished before is counted as finished"
    assert BASE.run(checkpoint=path) == first
    enough = attrs.evolve(BASE, until=Within("wait", 0.2, most=40))
    assert enough.run(checkpoint=path) == enough.run()


different: list[tuple[str, Callable[[Experiment], Experiment]]] = [
    ("seed", lambda of: attrs.evolve(of, seed=2)),
    ("engine", lambda of: attrs.evolve(of, engine=Engine.DOOR)),
    ("measures", lambda of: attrs.evolve(of, measures=half_as_many)),
    ("simulate", lambda of: attrs.evolve(of, simulate=pretend_runs.slow_numbers)),
    ("scenarios", lambda of: attrs.evolve(of, scenarios=(few.but({"days": 366}), ours))),
    (
        "editions, scenarios",
        lambda of: attrs.evolve(of, scenarios=(few.but({"limits.caseload": 3}), ours)),
    ),
]


@pytest.mark.parametrize(("what", "changed"), different, ids=[what for what, _ in different])
def test_the_file_of_another_study_is_refused(
    tmp_path: Path, what: str, changed: Callable[[Experiment], Experiment]
) -> None:
    """The error names what is different, and the file stays as it was."""
    path = tmp_path / "study.jsonl"
    BASE.run(checkpoint=path)
    before = path.read_bytes()
    with pytest.raises(BadInput, match=f"belongs to another study, which differs in {what}\\."):
        changed(BASE).run(checkpoint=path)
    assert path.read_bytes() == before


def test_another_value_of_a_measure_is_another_measure(tmp_path: Path) -> None:
    """What a partial function was given is part of what a file holds."""
    path = tmp_path / "study.jsonl"
    first, second = (
        attrs.evolve(BASE, measures=partial(pretend_runs.so_many_times, times=times))
        for times in (1, 2)
    )
    first.run(checkpoint=path)
    assert first.run(checkpoint=path) == first.run()
    with pytest.raises(BadInput, match=r"differs in measures\."):
        second.run(checkpoint=path)


@attrs.frozen
class Times:
    """A measure that holds a number."""

    times: int

    def __call__(self, run: Any) -> dict[str, float]:
        """So many."""
        return {"times": float(self.times)}


def test_what_a_measure_holds_makes_it_another(tmp_path: Path) -> None:
    """One of the same class with another number finds other numbers."""
    path = tmp_path / "study.jsonl"
    attrs.evolve(BASE, measures=Times(1)).run(checkpoint=path)
    with pytest.raises(BadInput, match=r"differs in measures\."):
        attrs.evolve(BASE, measures=Times(2)).run(checkpoint=path)


def test_functions_that_have_no_name_of_their_own_are_refused(tmp_path: Path) -> None:
    """Two lambdas have one name: the numbers of one could be taken for those of the other."""
    path = tmp_path / "study.jsonl"
    unnamed = attrs.evolve(BASE, measures=lambda run: {"one": 1.0})

    assert unnamed.run().measures == ("one",)
    with pytest.raises(BadInput, match="checkpoint: needs functions by name: write them with def"):
        unnamed.run(checkpoint=path)
    assert not path.exists()


def test_the_file_of_another_version_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another version of what reckons may reckon otherwise."""
    path = tmp_path / "study.jsonl"
    BASE.run(checkpoint=path)
    monkeypatch.setattr("peerkit.simulation.studies.experiment.version", lambda name: "0")
    with pytest.raises(BadInput, match=r"differs in versions\."):
        BASE.run(checkpoint=path)


@pytest.mark.parametrize(
    "text", ["name,born\nana,1990\n", "name", "[]\n", '{"peerkit": "study", "format": 2}\n']
)
def test_a_file_that_is_no_checkpoint_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    """A wrong name does no harm."""
    path = tmp_path / "people.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match="this file is no checkpoint"):
        BASE.run(checkpoint=path)
    assert path.read_text(encoding="utf-8") == text


def test_a_head_that_was_cut_off_is_written_again(tmp_path: Path) -> None:
    """A process may be killed as soon as it begins."""
    path = tmp_path / "study.jsonl"
    BASE.run(checkpoint=path)
    whole = path.read_bytes()
    path.write_bytes(whole[:40])
    assert BASE.run(checkpoint=path) == BASE.run()
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    "damage",
    [
        "{",
        "[1]",
        '{"scenario": "few", "run": "3"}',
        '{"scenario": "few", "run": 1, "values": {"wait": "long"}}',
        '{"scenario": "few", "run": 1, "values": {"wait": NaN}}',
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_a_damaged_line_is_named(tmp_path: Path, damage: str) -> None:
    """What cannot be read is not left out in silence."""
    path = tmp_path / "study.jsonl"
    BASE.run(checkpoint=path)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[4] = damage
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"checkpoint line 5: is damaged\. Take the line away"):
        BASE.run(checkpoint=path)
    del lines[4]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert BASE.run(checkpoint=path) == BASE.run()


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    """It is an error of ours, and says what failed."""
    with pytest.raises(StoreError, match="could not be opened: No such file") as failed:
        BASE.run(checkpoint=tmp_path / "nowhere" / "study.jsonl")
    assert failed.value.__context__ is None


@pytest.mark.parametrize("wrong", [True, 0, 1, b"study.jsonl"])
def test_what_is_no_path_is_refused(wrong: Any) -> None:
    """A number would be a file that something else has open."""
    with pytest.raises(BadInput, match="checkpoint: give the path of a file"):
        BASE.run(checkpoint=wrong)


def test_a_full_disk_is_said_and_what_was_kept_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The study stops, and goes on later."""
    path = tmp_path / "study.jsonl"
    attrs.evolve(BASE, replications=2).run(checkpoint=path)

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="could not be written: No space left") as failed:
            BASE.run(checkpoint=path)
    assert failed.value.__context__ is None
    assert BASE.run(checkpoint=path) == BASE.run()
