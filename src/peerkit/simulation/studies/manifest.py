"""What a study was made from, so that somebody else can make it again, to the last digit.

A manifest holds every scenario in full, the seed, the versions and the edition of each handbook;
and of the results not the numbers, but a mark of each run and of each measure. So it is short,
and says which run differs first when one does.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from hashlib import blake2b, sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from peerkit.errors import BadInput, PeerkitError
from peerkit.handbook.table import Table
from peerkit.simulation.engines import simulate as by_engine
from peerkit.simulation.measuring.measures import REFUSED, measured_in
from peerkit.simulation.record import Engine
from peerkit.simulation.scenarios.files import hash_of, plain, scenario_in
from peerkit.simulation.scenarios.house import handbook_of
from peerkit.simulation.studies.experiment import Experiment

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from peerkit.simulation.record import Run
    from peerkit.simulation.scenarios.scenario import Scenario
    from peerkit.simulation.studies.study import Row, Study

__all__ = [
    "Manifest",
    "NotTheSame",
    "Part",
    "differences",
    "manifest_of",
    "read_manifest",
    "rerun",
    "write_manifest",
]

#: What a manifest is written as; another form has another number.
_FORM: Final = "peerkit manifest 1"
#: The packages that numbers come from, beside Python itself.
_PACKAGES: Final = ("peerkit", "numpy", "scipy")
#: The mark of a run that failed.
_FAILED: Final = "failed"
#: So many measures are named of those that differ.
_NAMED: Final = 5


@attrs.frozen(kw_only=True)
class Part:
    """What is kept of one scenario of a study.

    ``hash`` and ``edition`` are those of the scenario and of its handbook when it was run.
    ``runs`` has a mark of each run in order, ``measures`` one of each measure over all runs.
    """

    scenario: Scenario
    hash: str
    edition: str
    runs: tuple[str, ...]
    measures: Mapping[str, str]


@attrs.frozen(kw_only=True)
class Manifest:
    """What a study was made from, and the marks of what came out. ``digest`` is of all of it."""

    versions: Mapping[str, str]
    system: str
    seed: int
    replications: int
    engine: Engine
    parts: tuple[Part, ...]
    digest: str


class NotTheSame(PeerkitError):
    """A study was made again and is not the same: ``differences`` say where.

    ``study`` is the new one.
    """

    def __init__(self, differences: tuple[str, ...], study: Study) -> None:
        self.differences: tuple[str, ...] = differences
        self.study: Study = study
        super().__init__(" ".join(differences))

    def __reduce__(self) -> tuple[type[NotTheSame], tuple[tuple[str, ...], Study]]:
        return type(self), (self.differences, self.study)


def manifest_of(study: Study) -> Manifest:
    """The manifest of a study that was made here, with what is installed now."""
    parts = tuple(_part(study, each) for each in study.scenarios)
    return Manifest(
        versions={
            "python": platform.python_version(),
            **{each: version(each) for each in _PACKAGES},
        },
        system=f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        seed=study.seed,
        replications=study.replications,
        engine=study.engine,
        parts=parts,
        digest=_digest(parts),
    )


def _part(study: Study, scenario: Scenario) -> Part:
    of_runs: dict[int, list[Row]] = {}
    of_measures: dict[str, list[Row]] = {}
    for row in study.rows():
        if row.scenario == scenario.name and _counts(row):
            of_runs.setdefault(row.run, []).append(row)
            of_measures.setdefault(row.measure, []).append(row)
    failed = {each.run for each in study.failures if each.scenario == scenario.name}
    return Part(
        scenario=scenario,
        hash=hash_of(scenario),
        edition=handbook_of(scenario).edition,
        runs=tuple(
            _FAILED if run in failed else _mark(of_runs.get(run, ()))
            for run in range(study.replications)
        ),
        measures={name: _mark(rows) for name, rows in of_measures.items()},
    )


def _counts(row: Row) -> bool:
    """Nothing refused under a clause is no number: it is only there because another run met it."""
    return bool(row.value) or not row.measure.startswith(REFUSED)


def _mark(rows: Iterable[Row]) -> str:
    """A short mark of these numbers, to their last digit."""
    mark = blake2b(digest_size=8)
    for each in rows:
        value = "" if each.value is None else float(each.value).hex()
        mark.update(f"{each.run} {each.measure} {value}\n".encode())
    return mark.hexdigest()


def _digest(parts: Iterable[Part]) -> str:
    """The SHA-256 of everything that came out."""
    digest = sha256()
    for each in parts:
        digest.update("\n".join((each.hash, each.edition, *each.runs, "")).encode())
    return digest.hexdigest()


def write_manifest(manifest: Manifest) -> str:
    """The manifest as JSON: keep it beside the report."""
    written = {
        "form": _FORM,
        "versions": dict(manifest.versions),
        "system": manifest.system,
        "seed": manifest.seed,
        "replications": manifest.replications,
        "engine": str(manifest.engine),
        "digest": manifest.digest,
        "scenarios": [
            {
                "hash": each.hash,
                "edition": each.edition,
                "scenario": plain(each.scenario),
                "runs": list(each.runs),
                "measures": dict(each.measures),
            }
            for each in manifest.parts
        ],
    }
    return json.dumps(written, indent=1, default=date.isoformat, ensure_ascii=False) + "\n"


def read_manifest(path: str | os.PathLike[str]) -> Manifest:
    """The manifest in a file. Raises :class:`~peerkit.errors.BadInput` where it is not one."""
    file = Path(path)
    table = Table(file.name, _json(file), bad=BadInput)
    if table.text("form") != _FORM:
        raise table.wrong("form", f"must be {_FORM!r}; another version of peerkit reads others")
    _there(table, versions=dict, scenarios=list)
    found = Manifest(
        versions=table.table("versions"),
        system=table.text("system"),
        seed=table.take("seed", int, "a whole number"),
        replications=table.take("replications", int, "a whole number"),
        engine=_engine(table),
        parts=tuple(_read(each) for each in table.tables("scenarios", named=None)),
        digest=table.text("digest"),
    )
    table.done()
    for each in found.parts:
        if len(each.runs) != found.replications:
            raise table.wrong("replications", "is not how many 'runs' each scenario has")
    if found.digest != _digest(found.parts):
        raise table.wrong("digest", "does not fit the runs: somebody has changed this file")
    return found


def _json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_bytes(), object_pairs_hook=_once, parse_constant=_no_number)
    except OSError:
        what = "cannot be read; give the path of a manifest"
    except (ValueError, RecursionError):
        what = "is not JSON, or has a key twice"
    else:
        if isinstance(found, dict):
            return found
        what = "must be a JSON object"
    raise BadInput(file.name, what)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _no_number(_: str) -> None:
    raise ValueError


def _engine(table: Table) -> Engine:
    value = table.text("engine")
    if value not in [*Engine]:
        raise table.wrong("engine", f"must be one of {', '.join(Engine)}")
    return Engine(value)


def _read(table: Table) -> Part:
    _there(table, runs=list, measures=dict)
    inside = table.take("scenario", dict, "a scenario in full")
    found = Part(
        scenario=scenario_in(Table(f"{table.place}: scenario", inside, bad=table.bad)),
        hash=table.text("hash"),
        edition=table.text("edition"),
        runs=table.texts("runs"),
        measures=table.table("measures"),
    )
    table.done()
    return found


def _there(table: Table, **keys: type[Any]) -> None:
    """Refuse a manifest without these, which are empty elsewhere when they are left out."""
    for key, kind in keys.items():
        table.take(key, kind, "what was written there")


def rerun(
    manifest: Manifest,
    executor: Executor | None = None,
    *,
    measures: Callable[[Run], Mapping[str, float]] = measured_in,
    simulate: Callable[..., Run] = by_engine,
) -> Study:
    """The study of a manifest, made again. It is the same to the last digit, however it is run.

    Where the study measured something of its own, bring that too. Raises :class:`NotTheSame`
    when something differs, which says what does, and has the new study.
    """
    study = Experiment(
        tuple(each.scenario for each in manifest.parts),
        replications=manifest.replications,
        seed=manifest.seed,
        engine=manifest.engine,
        measures=measures,
        simulate=simulate,
    ).run(executor)
    found = differences(manifest, study)
    if found:
        raise NotTheSame(found, study)
    return study


def differences(manifest: Manifest, study: Study) -> tuple[str, ...]:
    """What differs between a manifest and a study that was made from it, in sentences.

    For each scenario whether it and its handbook are the same, the first run that differs, and
    which measures do. Where numbers differ, also what else is installed now.
    """
    now = manifest_of(study)
    found = [
        said
        for before, after in zip(manifest.parts, now.parts, strict=True)
        for said in _differ(before, after)
    ]
    same = [each.runs for each in manifest.parts] == [each.runs for each in now.parts]
    if found and same:
        found.append("Every number is the same all the same.")
    elif found:
        found += [
            f"{name} is {now.versions.get(name, 'not named')} here, it was {was}."
            for name, was in manifest.versions.items()
            if now.versions.get(name) != was
        ]
    return tuple(found)


def _differ(before: Part, after: Part) -> Iterable[str]:
    name = f"Scenario {before.scenario.name!r}"
    if before.hash != after.hash:
        yield (f"{name} says something else here: its hash is {after.hash}, it was {before.hash}.")
    if before.edition != after.edition:
        yield (
            f"{name} has another edition of the handbook: {after.edition}, it was {before.edition}."
        )
    runs = [at for at, was in enumerate(before.runs) if after.runs[at] != was]
    if runs:
        first, n = runs[0], len(before.runs)
        how = "; it failed" if after.runs[first] == _FAILED else ""
        yield f"{name}: run {first} differs first, and {len(runs)} of {n} runs in all{how}."
        every = {**before.measures, **after.measures}
        those = [each for each in every if before.measures.get(each) != after.measures.get(each)]
        more = f", and {len(those) - _NAMED} more" if len(those) > _NAMED else ""
        yield f"{name}: what differs is {', '.join(those[:_NAMED])}{more}."
