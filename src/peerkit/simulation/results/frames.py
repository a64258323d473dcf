"""Tidy rows as a data frame of pandas or polars, or as a file of Parquet: by choice.

Each takes one run or several, and the name of a table: ``people``, ``sessions``, ``refusals``,
``outcomes``, ``measures`` … Several runs stand one below the other, told apart by ``scenario`` and
``run``. Of a study there are its ``measures`` and ``failures``. Everything in it is about people
who were made up, and says so where it can.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Final

from peerkit.simulation.arrays import fetched, numpy
from peerkit.simulation.record import Run
from peerkit.simulation.results.tidy import NOTHING, Kind, Tidy, joined, tables_in
from peerkit.simulation.scenarios.files import hash_of
from peerkit.simulation.scenarios.house import handbook_of
from peerkit.simulation.studies.study import Study

__all__ = ["SYNTHETIC", "to_pandas", "to_parquet", "to_polars"]

#: Said in every frame and file that has a place for it.
SYNTHETIC: Final = "synthetic: nobody in it is a real person"
#: So many rows are written together, or those of one run where it has more.
TOGETHER: Final = 1 << 17


def to_pandas(of: Run | Iterable[Run] | Study, table: str) -> Any:
    """A ``pandas.DataFrame`` of one of the tables, of one run, of several or of a study.

    Dates are datetimes, words are categories; what is not there is missing. ``attrs`` says
    that it is synthetic. Raises :class:`~peerkit.errors.MissingExtra` without the extra
    "pandas".
    """
    pandas = fetched("pandas", "pandas")
    make: Mapping[Kind, Callable[[Tidy], Any]] = {
        Kind.DATE: lambda column: column.values.astype("datetime64[s]"),
        Kind.NUMBER: lambda column: column.values,
        Kind.WORD: lambda column: pandas.Categorical.from_codes(column.values, list(column.words)),
        Kind.NAME: lambda column: pandas.array([*column.words, None], dtype="string").take(
            _places(column)
        ),
    }
    frame = pandas.DataFrame({each.name: make[each.kind](each) for each in _all(of, table)})
    frame.attrs["peerkit"] = SYNTHETIC
    return frame


def to_polars(of: Run | Iterable[Run] | Study, table: str) -> Any:
    """A ``polars.DataFrame`` of one of the tables, of one run, of several or of a study.

    Words are categories; what is not there is null. Raises
    :class:`~peerkit.errors.MissingExtra` without the extra "polars".
    """
    polars = fetched("polars", "polars")
    make: Mapping[Kind, Callable[[Tidy], Any]] = {
        Kind.DATE: lambda column: polars.Series(column.values),
        Kind.NUMBER: lambda column: polars.Series(column.values, nan_to_null=True),
        Kind.WORD: lambda column: polars.Series(
            [*column.words, None], dtype=polars.Categorical
        ).gather(_places(column)),
        Kind.NAME: lambda column: polars.Series([*column.words, None], dtype=polars.String).gather(
            _places(column)
        ),
    }
    return polars.DataFrame({each.name: make[each.kind](each) for each in _all(of, table)})


def to_parquet(of: Run | Iterable[Run] | Study, table: str, path: str | os.PathLike[str]) -> None:
    """A Parquet file of one of the tables, of one run, of several or of a study.

    Runs are taken one after the other and written as they come, so a thousand of them need
    no more memory than a few. The file appears under its name when it is whole. Beside the rows
    it says what each column is, of which scenarios (by hash) and seeds they are, and that they
    are synthetic. Raises :class:`~peerkit.errors.MissingExtra` without the extra "parquet".
    """
    parquet = fetched("pyarrow.parquet", "parquet")
    whole = Path(path)
    part = whole.with_name(f"{whole.name}.part")
    about: dict[str, dict[str, Any]] = {}
    if isinstance(of, Study):
        _note_study(about, of)
    written = map(_arrow, _together(tables_in(of, table, partial(_note_run, about))))
    first = next(written)
    try:
        with parquet.ParquetWriter(part, first.schema, compression="zstd") as writer:
            for each in chain([first], written):
                writer.write_table(each)
            writer.add_key_value_metadata({"peerkit.scenarios": json.dumps(about)})
        part.replace(whole)
    finally:
        part.unlink(missing_ok=True)


def _all(of: Run | Iterable[Run] | Study, table: str) -> tuple[Tidy, ...]:
    return joined(list(tables_in(of, table)))


def _note_run(about: dict[str, dict[str, Any]], run: Run) -> None:
    """Write down where a run is from: its scenario by hash, its seed, its handbook and engine."""
    name = run.scenario.name
    if name not in about:
        about[name] = {"hash": hash_of(run.scenario), "runs": 0, "seeds": [], "editions": []}
    known = about[name]
    known["runs"] += 1
    for what, value in (("seeds", run.seed), ("editions", run.edition)):
        if value not in known[what]:
            known[what].append(value)


def _note_study(about: dict[str, dict[str, Any]], study: Study) -> None:
    for each in study.scenarios:
        about[each.name] = {
            "hash": hash_of(each),
            "runs": sum(done.scenario == each.name for done in study.done),
            "seeds": [study.seed],
            "editions": [handbook_of(each).edition],
        }


def _together(tables: Iterable[tuple[Tidy, ...]]) -> Iterator[tuple[Tidy, ...]]:
    """As many tables as are written together, one below the other."""
    waiting: list[tuple[Tidy, ...]] = []
    rows = 0
    for each in tables:
        waiting.append(each)
        rows += len(each[0].values)
        if rows >= TOGETHER:
            yield joined(waiting)
            waiting, rows = [], 0
    if waiting:
        yield joined(waiting)


def _arrow(table: Iterable[Tidy]) -> Any:
    """A table of Arrow. Each column says what it is, and the whole that it is synthetic."""
    arrow = fetched("pyarrow", "parquet")
    make: Mapping[Kind, Callable[[Tidy], Any]] = {
        Kind.DATE: lambda column: arrow.array(column.values),
        # What is no number, as the mean of nobody, is missing.
        Kind.NUMBER: lambda column: arrow.array(column.values, from_pandas=True),
        Kind.WORD: lambda column: arrow.DictionaryArray.from_arrays(
            arrow.array(column.values, mask=column.values == NOTHING),
            arrow.array(column.words, arrow.string()),
        ),
        Kind.NAME: lambda column: arrow.array([*column.words, None], arrow.string()).take(
            arrow.array(_places(column))
        ),
    }
    columns = [(each, make[each.kind](each)) for each in table]
    fields = [
        arrow.field(each.name, made.type, metadata={"says": each.says, "unit": each.unit})
        for each, made in columns
    ]
    schema = arrow.schema(fields, metadata={"peerkit": SYNTHETIC})
    return arrow.Table.from_arrays([made for _, made in columns], schema=schema)


def _places(column: Tidy) -> Any:
    """Places in the words of a column with nothing after them."""
    values = column.values
    return numpy().where(values == NOTHING, len(column.words), values)
