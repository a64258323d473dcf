"""Tidy rows become data frames and files of Parquet, and say the same in each."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from weakref import WeakSet

import attrs
import pytest

from peerkit.errors import BadInput, MissingExtra
from peerkit.model import Experience
from peerkit.simulation.engines import simulate
from peerkit.simulation.record import Engine, Run
from peerkit.simulation.results import frames
from peerkit.simulation.results.frames import SYNTHETIC, to_pandas, to_parquet, to_polars
from peerkit.simulation.results.tidy import ROWS
from peerkit.simulation.scenarios.files import hash_of
from peerkit.simulation.scenarios.house import handbook_of
from peerkit.simulation.scenarios.scenario import Arrivals, Lived, Need, Peers, Scenario, Speaks
from peerkit.simulation.studies.running import Failure, Replication
from peerkit.simulation.studies.study import Study
from tests.made_runs import run_of

pytestmark = pytest.mark.once

NEEDS = Arrivals(
    needs=(Need(share=0.5), Need(experience=Experience.BEREAVEMENT, language="es", share=0.5))
)
FIRST = run_of(
    Scenario(name="twelve", days=4, arrivals=NEEDS),
    number=3,
    words={"act": ("asks",), "clause": ("caseload",), "verdict": ("no",), "activity": ("therapy",)},
    people=[
        {"person": 0, "began": "walking", "matched": 0, "ended": 2, "why": "left", "score": -120},
        {"person": 1, "came": 3, "need": 1},
    ],
    sessions=[
        {"person": 0, "seat": 1, "day": 1, "status": "held", "minutes": 45},
        {
            "person": 0,
            "seat": 1,
            "day": 2,
            "status": "held",
            "minutes": 30,
            "asked": 0,
            "beyond": 9,
        },
    ],
    refusals=[
        {"day": 2, "person": 0, "seat": 1, "generation": 2},
        {"day": 3, "person": 1, "seat": -1},
    ],
    peers=[{"seat": 1, "began": -365, "ended": 3}, {"seat": 12, "generation": 1, "began": 2}],
    days=[{"day": 0}],
)
SECOND = run_of(
    Scenario(name="twenty", days=9, begins=date(2027, 2, 1)),
    words={"act": ("asks",), "clause": ("alone", "caseload"), "verdict": ("no",)},
    people=[{"person": 0}],
    refusals=[
        {"day": 0, "person": 0, "seat": 0, "clause": 0},
        {"day": 1, "person": -1, "clause": 1},
    ],
    days=[{"day": 0}],
)
BOTH = (FIRST, SECOND)
STUDY = Study(
    scenarios=(FIRST.scenario,),
    seed=7,
    engine=Engine.FAST,
    replications=2,
    done=(
        Replication("twelve", 0, {"matched": 3.0, "our own": None}),
        Replication("twelve", 1, {"matched": 5.0, "our own": 0.5, "refused.caseload": 2.0}),
    ),
    failures=(),
)

#: Two of the tables, as somebody would write them down.
PEOPLE: list[dict[str, Any]] = [
    {
        "scenario": "twelve",
        "run": 3,
        "person": "person-00000",
        "came": date(2026, 1, 5),
        "began": "walking",
        "need": "any, en",
        "matched": date(2026, 1, 5),
        "ended": date(2026, 1, 7),
        "why": "left",
        "score": -120,
    },
    {
        "scenario": "twelve",
        "run": 3,
        "person": "person-00001",
        "came": date(2026, 1, 8),
        "began": "came",
        "need": "bereavement, es",
        "matched": None,
        "ended": None,
        "why": None,
        "score": 0,
    },
    {
        "scenario": "twenty",
        "run": 0,
        "person": "person-00000",
        "came": date(2027, 2, 1),
        "began": "came",
        "need": "any, en",
        "matched": None,
        "ended": None,
        "why": None,
        "score": 0,
    },
]
REFUSALS: list[dict[str, Any]] = [
    {
        "scenario": scenario,
        "run": run,
        "day": day,
        "act": "asks",
        "clause": clause,
        "verdict": "no",
        "person": person,
        "peer": peer,
    }
    for scenario, run, day, clause, person, peer in (
        ("twelve", 3, date(2026, 1, 7), "caseload", "person-00000", "peer-001.2"),
        ("twelve", 3, date(2026, 1, 8), "caseload", "person-00001", None),
        ("twenty", 0, date(2027, 2, 1), "alone", "person-00000", "peer-000"),
        ("twenty", 0, date(2027, 2, 2), "caseload", None, "peer-000"),
    )
]


def in_pandas(of: Any, table: str, folder: Path) -> list[dict[str, Any]]:
    """The rows of a frame of pandas, with dates as dates and None for what is missing."""
    return plain(to_pandas(of, table))


def plain(frame: Any) -> list[dict[str, Any]]:
    """The rows of a frame of pandas."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [
        {key: each.date() if isinstance(each, datetime) else each for key, each in row.items()}
        for row in rows
    ]


def in_polars(of: Any, table: str, folder: Path) -> list[dict[str, Any]]:
    """The rows of a frame of polars."""
    return list(to_polars(of, table).to_dicts())


def in_parquet(of: Any, table: str, folder: Path) -> list[dict[str, Any]]:
    """The rows of a file of Parquet, as Arrow reads them."""
    parquet = pytest.importorskip("pyarrow.parquet")
    to_parquet(of, table, folder / "rows.parquet")
    return list(parquet.read_table(folder / "rows.parquet").to_pylist())


@pytest.mark.parametrize("rows", [in_pandas, in_polars, in_parquet])
def test_rows_are_the_same_everywhere(rows: Any, tmp_path: Path) -> None:
    """Dates, words, ids, and what is missing, written out: each library says the same."""
    people = [{key: row[key] for key in PEOPLE[0]} for row in rows(BOTH, "people", tmp_path)]
    assert people == PEOPLE
    assert rows(BOTH, "refusals", tmp_path) == REFUSALS
    assert [each["asked"] for each in rows(FIRST, "sessions", tmp_path)] == [None, "therapy"]
    assert [
        (each["peer"], each["began"], each["ended"]) for each in rows(FIRST, "peers", tmp_path)
    ] == [
        ("peer-001", date(2025, 1, 5), date(2026, 1, 8)),
        ("peer-012.1", date(2026, 1, 7), None),
    ]
    measures = {each["measure"]: each for each in rows(FIRST, "measures", tmp_path)}
    assert (measures["hours"]["value"], measures["hours"]["unit"]) == (1.25, "hours")
    assert measures["refused.caseload"]["value"] == 2
    assert measures["wait_mean"]["value"] is None


def test_pandas_knows_the_types() -> None:
    """Days are datetimes, words categories and ids text; and the frame says it is synthetic."""
    frame = to_pandas(BOTH, "people")
    types = {name: str(dtype) for name, dtype in frame.dtypes.items()}
    assert types["came"] == types["matched"] == "datetime64[s]"
    assert types["why"] == types["scenario"] == "category"
    assert types["person"] == "string"
    assert types["score"] == "int32"
    assert list(frame["why"].cat.categories) == [
        "left",
        "finished",
        "gave up",
        "peer left",
        "lost peer",
    ]
    assert frame.attrs == {"peerkit": SYNTHETIC}


def test_polars_knows_the_types() -> None:
    """Days are dates, words categories, ids text and counts whole numbers."""
    polars = pytest.importorskip("polars")
    schema = to_polars(BOTH, "people").schema
    assert schema["came"] == schema["matched"] == polars.Date
    assert schema["why"] == schema["scenario"] == polars.Categorical
    assert schema["person"] == polars.String
    assert schema["score"] == polars.Int32


def test_a_file_says_what_it_holds(tmp_path: Path) -> None:
    """A Parquet file names its scenarios by hash, their seeds, and that nobody in it is real."""
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "people.parquet"
    to_parquet(BOTH, "people", path)
    metadata = parquet.read_metadata(path).metadata
    assert metadata[b"peerkit"] == SYNTHETIC.encode()
    told = json.loads(metadata[b"peerkit.scenarios"])
    assert list(told) == ["twelve", "twenty"]
    assert told["twelve"] == {
        "hash": hash_of(FIRST.scenario),
        "seeds": [1],
        "editions": ["by hand"],
        "runs": 1,
    }
    schema = parquet.read_schema(path)
    assert str(schema.field("came").type) == "date32[day]"
    assert schema.field("why").type.value_type == "string"
    assert schema.field("score").metadata[b"unit"] == b"thousandths of a sd"
    assert [each.name for each in tmp_path.iterdir()] == ["people.parquet"]


@pytest.mark.parametrize(("runs", "groups"), [(20, [6] * 6 + [4]), (21, [6] * 7)])
def test_runs_are_written_as_they_come(
    runs: int, groups: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No run is held on to; words that differ from run to run are one column at the end."""
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(frames, "TOGETHER", 5)
    alive: WeakSet[Run] = WeakSet()
    most = 0

    def one_by_one() -> Iterator[Run]:
        nonlocal most
        for number in range(runs):
            clause = f"clause {number}"
            run = run_of(
                FIRST.scenario,
                number=number,
                words={"act": ("asks",), "clause": (clause,), "verdict": ("no",)},
                refusals=[{"day": 0}, {"day": 1}],
            )
            alive.add(run)
            most = max(most, len(alive))
            yield run
            del run

    path = tmp_path / "refusals.parquet"
    to_parquet(one_by_one(), "refusals", path)
    # The one that is written, and the next one.
    assert most == 2
    file = parquet.ParquetFile(path)
    there = file.metadata
    assert [there.row_group(at).num_rows for at in range(there.num_row_groups)] == groups
    clauses = parquet.read_table(path).column("clause").to_pylist()
    assert clauses == [f"clause {number}" for number in range(runs) for _ in range(2)]
    read = pytest.importorskip("pandas").read_parquet(path)
    assert read["clause"].dtype == "category"
    assert read["clause"].tolist() == clauses


@pytest.mark.parametrize("rows", [in_pandas, in_polars, in_parquet])
def test_what_a_run_does_not_know_was_refused_0_times(rows: Any, tmp_path: Path) -> None:
    """A clause that only one of two runs knows has a row in both, so that means are right."""
    found = [
        (each["run"], each["value"])
        for each in rows(BOTH, "measures", tmp_path)
        if each["measure"] == "refused.alone"
    ]
    assert found == [(3, 0), (0, 1)]


@pytest.mark.parametrize("rows", [in_pandas, in_polars, in_parquet])
def test_a_study_has_its_measures(rows: Any, tmp_path: Path) -> None:
    """Of a study there are the measures, also somebody's own; of its tables, runs are asked."""
    found = [tuple(each.values()) for each in rows(STUDY, "measures", tmp_path)]
    assert found == [
        ("twelve", 0, "matched", 3.0, "people"),
        ("twelve", 0, "our own", None, ""),
        ("twelve", 0, "refused.caseload", 0.0, "refusals"),
        ("twelve", 1, "matched", 5.0, "people"),
        ("twelve", 1, "our own", 0.5, ""),
        ("twelve", 1, "refused.caseload", 2.0, "refusals"),
    ]
    with pytest.raises(BadInput, match="a study keeps its measures"):
        rows(STUDY, "people", tmp_path)


@pytest.mark.parametrize("rows", [in_pandas, in_polars, in_parquet])
def test_a_study_has_its_failures(rows: Any, tmp_path: Path) -> None:
    """Each with its scenario, its run and what went wrong; of a study without any, no row."""
    failures = (Failure("twelve", 1, "KeyError", "it fell over"),)
    found = rows(attrs.evolve(STUDY, failures=failures), "failures", tmp_path)
    assert found == [{"scenario": "twelve", "run": 1, "error": "KeyError", "says": "it fell over"}]
    assert rows(STUDY, "failures", tmp_path) == []
    with pytest.raises(BadInput, match="is no table"):
        rows(FIRST, "failures", tmp_path)


@pytest.mark.parametrize("engine", [Engine.FAST, Engine.DOOR])
def test_whom_a_peer_can_serve_is_said(engine: Engine) -> None:
    """By the words of the needs; whoever they walked with had one of those."""
    peers = Peers(
        count=8,
        turnover=0.9,
        vacancy=7,
        experiences=(
            Lived(experience=Experience.BEREAVEMENT, share=0.4),
            Lived(experience=Experience.ILLNESS, share=0.4),
        ),
        languages=(Speaks(language="en", share=0.6), Speaks(language="fr", share=0.4)),
    )
    needs = (
        Need(share=0.4),
        Need(experience=Experience.BEREAVEMENT, share=0.3),
        Need(experience=Experience.ILLNESS, share=0.3),
    )
    arrivals = Arrivals(per_week=8.0, needs=needs)
    run = simulate(Scenario(days=120, arrivals=arrivals, peers=peers), engine=engine)
    serves = {each["peer"]: each["serves"] for each in in_polars(run, "peers", Path())}
    assert any("." in peer for peer in serves)
    assert "nobody" in serves.values()
    wanted = {each["person"]: each["need"] for each in in_polars(run, "people", Path())}
    walked = {(each["peer"], wanted[each["person"]]) for each in in_polars(run, "matches", Path())}
    assert len({need for _, need in walked}) == 3
    assert all(need in serves[peer].split("; ") for peer, need in walked)


def test_a_file_of_a_study_says_what_it_is_from(tmp_path: Path) -> None:
    """A Parquet file of a study names hash, seed, edition and how many runs were made."""
    parquet = pytest.importorskip("pyarrow.parquet")
    to_parquet(STUDY, "measures", tmp_path / "study.parquet")
    metadata = parquet.read_metadata(tmp_path / "study.parquet").metadata
    assert json.loads(metadata[b"peerkit.scenarios"]) == {
        "twelve": {
            "hash": hash_of(FIRST.scenario),
            "runs": 2,
            "seeds": [7],
            "editions": [handbook_of(FIRST.scenario).edition],
        }
    }


def test_a_file_that_fails_is_not_there(tmp_path: Path) -> None:
    """Where a run cannot be made half way, no half file is left, and an old one stays."""
    path = tmp_path / "people.parquet"
    path.write_text("an old one")

    def broken() -> Iterator[Run]:
        yield FIRST
        raise KeyError

    with pytest.raises(KeyError):
        to_parquet(broken(), "people", path)
    assert [each.name for each in tmp_path.iterdir()] == ["people.parquet"]
    assert path.read_text() == "an old one"


@pytest.mark.parametrize(
    ("of", "table", "says"),
    [
        ([], "people", "one run or more"),
        ([FIRST, FIRST], "people", "two runs of one number"),
        ([FIRST, run_of(Scenario(name="twelve"))], "people", "two scenarios have one name"),
        (["a run"], "people", "as simulate makes them"),
        (FIRST, "waits", "people, matches"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(of: Any, table: str, says: str) -> None:
    """Runs that a reader of the rows could not tell apart are refused, and so is another table."""
    with pytest.raises(BadInput, match=says):
        to_pandas(of, table)


@pytest.mark.parametrize(
    ("module", "extra", "make"),
    [
        ("pandas", "pandas", lambda path: to_pandas(FIRST, "people")),
        ("polars", "polars", lambda path: to_polars(FIRST, "people")),
        ("pyarrow", "parquet", lambda path: to_parquet(FIRST, "people", path)),
    ],
)
def test_without_the_extra_it_is_named(
    module: str, extra: str, make: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without the library, the error names the extra that brings it."""
    for name in [each for each in sys.modules if each.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=rf"peerkit\[{extra}\]"):
        make(tmp_path / "people.parquet")


def test_every_table_of_a_real_run_fits() -> None:
    """Each table of a run of the engine becomes a frame with a row for each of its own."""
    run = simulate(
        Scenario(days=120, arrivals=NEEDS, peers=Peers(count=3, turnover=0.9)).but(
            {"outcomes.follow_up": 60, "beds.count": 1, "beds.per_week": 2.0}
        )
    )
    for name in ROWS:
        frame = to_polars(run, name)
        assert frame.columns[:2] == ["scenario", "run"]
        if name in run.tables:
            assert len(frame) == len(next(iter(run.table(name).values())))
    assert len(to_polars(run, "costs")) == 4
    assert len(to_polars(run, "outcomes")) > 10
