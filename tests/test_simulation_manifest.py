"""A study is made again from its manifest to the last digit, and what differs is said."""

from __future__ import annotations

import json
import math
import pickle
import platform
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import attrs
import pytest

from peerkit.errors import BadInput
from peerkit.simulation.engines import simulate
from peerkit.simulation.record import Engine, Run
from peerkit.simulation.scenarios.files import read_scenario
from peerkit.simulation.studies import running
from peerkit.simulation.studies.experiment import Experiment
from peerkit.simulation.studies.manifest import (
    Manifest,
    NotTheSame,
    differences,
    manifest_of,
    read_manifest,
    rerun,
    write_manifest,
)
from peerkit.simulation.studies.study import Study

KNOWN = read_scenario(Path(__file__).parent / "known_scenario.toml")
OTHER = KNOWN.but({"limits.caseload": 2}, "caseload 2")
RUNS = 3


def sums(run: Run) -> dict[str, float]:
    """Every column of every table, added up: nothing that a run does is left out."""
    return {
        f"{table}.{column}": float(values.sum(dtype="int64"))
        for table, columns in run.tables.items()
        for column, values in columns.items()
    }


def moved(scenario: Any, *, seed: int, run: int, engine: Engine) -> Run:
    """An engine that does something else in one run of one scenario, and fails in another."""
    if scenario.name == "caseload 2" and run == 1:
        return simulate(scenario, seed=seed + 1, run=run, engine=engine)
    if scenario.name == "known" and run == 2:
        raise ValueError
    return simulate(scenario, seed=seed, run=run, engine=engine)


class Counting(ProcessPoolExecutor):
    """Processes that count what they are sent."""

    sent = 0

    def submit(self, *what: Any, **more: Any) -> Any:
        """Count it, and send it."""
        self.sent += 1
        return super().submit(*what, **more)


def experiment(**changes: Any) -> Experiment:
    """A small study of two scenarios."""
    return attrs.evolve(Experiment((KNOWN, OTHER), replications=RUNS), **changes)


@pytest.fixture(scope="module")
def study() -> Study:
    """The study, made once."""
    return experiment().run()


@pytest.fixture(scope="module")
def manifest(study: Study) -> Manifest:
    """Its manifest."""
    return manifest_of(study)


class TestAgain:
    """The same numbers come out again."""

    def test_to_the_last_digit(self, study: Study, manifest: Manifest, tmp_path: Path) -> None:
        """From the file alone, which is read as it was written."""
        file = tmp_path / "manifest.json"
        file.write_text(write_manifest(manifest), encoding="utf-8")
        found = read_manifest(file)
        assert found == manifest
        again = rerun(found)
        assert [*again.rows()] == [*study.rows()]
        assert manifest_of(again).digest == manifest.digest

    def test_by_two_processes(
        self, study: Study, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever makes which run, nothing changes."""
        monkeypatch.setattr(running, "_WORTH", 0.0)  # however little there is, it is sent
        monkeypatch.setattr(running, "_TRIAL", 0.0)
        monkeypatch.setattr(running, "_LEAST", 0.0)
        with Counting(2) as two:
            assert [*rerun(manifest, two).rows()] == [*study.rows()]
        assert two.sent > 1

    def test_on_every_python(self) -> None:
        """The marks of a known study are these, with whatever versions it is made."""
        (part,) = manifest_of(Experiment((KNOWN,), replications=RUNS, measures=sums).run()).parts
        assert part.runs == ("3c1c22f26b59fec9", "71a43eb7b4cd3ad9", "82a77c0134fd7004")

    def test_a_layer_that_was_changed_meanwhile(self, tmp_path: Path) -> None:
        """It is another edition, though the file has its old name."""
        layer = tmp_path / "house.toml"
        layer.write_text('[layer]\nid = "house"\ntitle = "Our house"\n', encoding="utf-8")
        scenario = KNOWN.but({"layers": (str(layer),)})
        before = manifest_of(experiment(scenarios=(scenario,), replications=1).run())
        layer.write_text('[layer]\nid = "house"\ntitle = "Another"\n', encoding="utf-8")
        with pytest.raises(NotTheSame, match="has another edition of the handbook") as raised:
            rerun(before)
        assert raised.value.differences[-1] == "Every number is the same all the same."

    def test_through_the_door(self, manifest: Manifest) -> None:
        """The other engine gives the same numbers, so its marks are the same."""
        door = manifest_of(experiment(engine=Engine.DOOR, replications=1).run())
        for fast, slow in zip(manifest.parts, door.parts, strict=True):
            assert slow.runs == fast.runs[:1]

    def test_what_was_measured_is_brought_again(self) -> None:
        """A measure of one's own is named by nobody else."""
        own = manifest_of(experiment(measures=sums, replications=1).run())
        assert rerun(own, measures=sums).measures == tuple(own.parts[0].measures)
        with pytest.raises(NotTheSame, match=r"what differs is .*, and \d+ more\."):
            rerun(own)


class TestDifferences:
    """What differs is said: where first, and in how much of it."""

    def test_numbers(self, study: Study, manifest: Manifest) -> None:
        """The scenario, the first run, how many, which measures; and whether a run failed."""
        with pytest.raises(NotTheSame) as raised:
            rerun(manifest, simulate=moved)
        first, what, second, more = raised.value.differences
        assert first == (
            "Scenario 'known': run 2 differs first, and 1 of 3 runs in all; it failed."
        )
        assert what.startswith("Scenario 'known': what differs is came, matched, wait_mean, ")
        assert second == "Scenario 'caseload 2': run 1 differs first, and 1 of 3 runs in all."
        assert more.startswith("Scenario 'caseload 2': what differs is ")
        assert raised.value.study.failures[0].run == 2
        assert raised.value.study.values("known", "came")[0] == study.values("known", "came")[0]
        assert str(raised.value) == " ".join(raised.value.differences)

    def test_it_travels(self, study: Study) -> None:
        """From one process to another."""
        error = NotTheSame(("One.", "Two."), study)
        found = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
        assert (found.differences, found.study) == (("One.", "Two."), study)

    def test_editions_and_scenarios(self, study: Study, manifest: Manifest) -> None:
        """Another handbook is named also where the numbers are the same."""
        known, other = manifest.parts
        was = attrs.evolve(
            manifest, parts=(attrs.evolve(known, edition="e1"), attrs.evolve(other, hash="h1"))
        )
        assert differences(was, study) == (
            f"Scenario 'known' has another edition of the handbook: {known.edition}, it was e1.",
            f"Scenario 'caseload 2' says something else here: its hash is {other.hash}, it was h1.",
            "Every number is the same all the same.",
        )

    def test_versions(self, study: Study, manifest: Manifest) -> None:
        """Other versions are named where numbers differ, and only there."""
        older = attrs.evolve(manifest, versions={**manifest.versions, "python": "3.0", "x": "1"})
        assert differences(older, study) == ()
        known, other = manifest.parts
        parts = (attrs.evolve(known, runs=("", *known.runs[1:])), other)
        found = differences(attrs.evolve(older, parts=parts), study)
        assert found[-2:] == (
            f"python is {platform.python_version()} here, it was 3.0.",
            "x is not named here, it was 1.",
        )

    def test_a_clause_that_another_run_met(self, study: Study, manifest: Manifest) -> None:
        """That nothing was refused under it changes no mark."""
        met = attrs.evolve(
            study.done[-1], values={**study.done[-1].values, "refused.a-new-clause": 1.0}
        )
        found = manifest_of(attrs.evolve(study, done=(*study.done[:-1], met)))
        assert found.parts[0] == manifest.parts[0]
        assert found.parts[1].runs[:-1] == manifest.parts[1].runs[:-1]
        assert found.parts[1].runs[-1] != manifest.parts[1].runs[-1]

    @pytest.mark.parametrize("value", [None, math.nextafter(1, 2), 0.0])
    def test_the_last_digit_is_a_difference(self, study: Study, value: float | None) -> None:
        """And so is a number that there is not."""
        marks = set()
        for each in (1.0, value):
            values: Mapping[str, float | None] = {**study.done[0].values, "wait_mean": each}
            done = (attrs.evolve(study.done[0], values=values), *study.done[1:])
            marks.add(manifest_of(attrs.evolve(study, done=done)).digest)
        assert len(marks) == 2


class TestReading:
    """A file that is no manifest, or was changed, is refused."""

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"form": "peerkit manifest 2"}, "key 'form': must be 'peerkit manifest 1'"),
            ({"sede": 1}, "key 'sede': is not known here; did you mean 'seed'?"),
            ({"seed": "1"}, "key 'seed': must be a whole number"),
            ({"engine": "slow"}, "key 'engine': must be one of door, fast"),
            ({"digest": "0"}, "key 'digest': does not fit the runs: somebody has changed"),
            ({"replications": 4}, "key 'replications': is not how many 'runs' each scenario has"),
            ({"scenarios": [3]}, "key 'scenarios': must be [[scenarios]] tables"),
            ({"versions": {"python": 3}}, "key 'versions': must be a table of texts"),
        ],
    )
    def test_what_does_not_fit(
        self, manifest: Manifest, tmp_path: Path, change: dict[str, Any], said: str
    ) -> None:
        """The key is named, and what to do."""
        self.refused(tmp_path, json.dumps(json.loads(write_manifest(manifest)) | change), said)

    def test_what_is_missing_is_named(self, manifest: Manifest, tmp_path: Path) -> None:
        """Every key must be there, also those that hold tables."""
        whole = json.loads(write_manifest(manifest))
        for key in whole:
            less = {each: value for each, value in whole.items() if each != key}
            self.refused(tmp_path, json.dumps(less), f"manifest.json: key '{key}': is missing")
        for key in ("runs", "measures", "hash", "edition", "scenario"):
            less = json.loads(write_manifest(manifest))
            del less["scenarios"][0][key]
            self.refused(tmp_path, json.dumps(less), f"scenarios 1: key '{key}': is missing")

    def test_a_scenario_is_read_as_in_a_scenario_file(
        self, manifest: Manifest, tmp_path: Path
    ) -> None:
        """With the place of what is wrong."""
        written = json.loads(write_manifest(manifest))
        written["scenarios"][1]["scenario"]["peers"]["cuont"] = 3
        said = "scenarios 2: scenario: peers: key 'cuont': is not known here; did you mean 'count'?"
        self.refused(tmp_path, json.dumps(written), said)
        written = json.loads(write_manifest(manifest))
        written["scenarios"][0]["edition"] = "0" * 64
        self.refused(tmp_path, json.dumps(written), "key 'digest': does not fit the runs")
        written = json.loads(write_manifest(manifest))
        written["scenarios"][0]["more"] = 3
        said = "scenarios 1: key 'more': is not known here; take it out"
        self.refused(tmp_path, json.dumps(written), said)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("{", "manifest.json: is not JSON, or has a key twice"),
            ('{"seed": 1, "seed": 2}', "manifest.json: is not JSON, or has a key twice"),
            ('{"seed": NaN}', "manifest.json: is not JSON, or has a key twice"),
            ("[" * 100_000, "manifest.json: is not JSON, or has a key twice"),
            ("[]", "manifest.json: must be a JSON object"),
            ("{}", "manifest.json: key 'form': is missing"),
        ],
    )
    def test_what_is_no_manifest(self, tmp_path: Path, text: str, said: str) -> None:
        """It is said so, and nothing else is let out."""
        self.refused(tmp_path, text, said)

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        """It is named without its folders."""
        with pytest.raises(BadInput, match=r"^none.json: cannot be read") as raised:
            read_manifest(tmp_path / "none.json")
        assert raised.value.__context__ is None

    def refused(self, folder: Path, text: str, said: str) -> None:
        """Nothing is read from a file with this text."""
        file = folder / "manifest.json"
        file.write_text(text, encoding="utf-8")
        with pytest.raises(BadInput) as raised:
            read_manifest(file)
        assert str(raised.value).startswith("manifest.json: ")
        assert said in str(raised.value)
        assert raised.value.__context__ is None
