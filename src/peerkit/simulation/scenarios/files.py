"""Scenario files: TOML, by the names of the fields. What is not known there is an error.

A table for each part of a scenario, and only what differs from the defaults::

    name = "twelve places"

    [limits]
    caseload = 12

    [arrivals]
    per_week = 5.5

    [sessions]
    every = { 7 = 0.7, 14 = 0.3 }

    [sources]
    arrivals.per_week = "our records, July 2024 to June 2025"
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import UnionType
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

import attrs

from peerkit.errors import BadInput
from peerkit.handbook.table import Table, parsed
from peerkit.rules.limits import COUNTED
from peerkit.simulation.scenarios.checks import meant
from peerkit.simulation.scenarios.given import Parameter, Shares, parameters
from peerkit.simulation.scenarios.scenario import Scenario

__all__ = [
    "NO_SOURCE",
    "hash_of",
    "hints_of",
    "plain",
    "read_scenario",
    "scenario_in",
    "source_of",
    "write_scenario",
]

T = TypeVar("T")
#: Said of a number that somebody set and gave no source for.
NO_SOURCE: Final = "no source given"
_WHOLE: Final = re.compile(r"0|-?[1-9][0-9]{0,17}")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
#: Up to here a number without a fraction is the same number when it is written as a whole one.
_EXACT: Final = 1 << 53


class _OneLine(dict[str, float]):
    """A table that is written on one line: ``{ 7 = 0.8, 14 = 0.2 }``."""


def read_scenario(path: str | os.PathLike[str]) -> Scenario:
    """The scenario that a TOML file describes.

    A layer of your own is looked for from the folder of the file, then from where you are. Raises
    :class:`~peerkit.errors.BadInput`, which names the file, the place in it and what to do.
    """
    file = Path(path)
    try:
        raw = file.read_bytes()
    except OSError:
        raw = None
    if raw is None:
        raise BadInput(str(file), "cannot be read; give the path of a scenario file")
    table = parsed(file.name, raw, BadInput)
    found = scenario_in(table)
    return attrs.evolve(found, layers=[_layer(table, each, file) for each in found.layers])


def _layer(table: Table, name: str, file: Path) -> str:
    """A layer as it is named from where you are."""
    if not name.endswith(".toml"):
        return name
    places = os.path.normpath(file.parent / name), name
    for each in places:
        if Path(each).is_file():
            return each
    neither, nor = places
    raise table.wrong("layers", f"there is neither {neither!r} nor, from where you are, {nor!r}")


def scenario_in(table: Table) -> Scenario:
    """The scenario that a table describes. Raises :class:`~peerkit.errors.BadInput`."""
    for key in table.keys:
        if key in COUNTED:
            raise table.wrong(key, "belongs in [limits]; write it below that line")
    return _part(table, Scenario)


def write_scenario(scenario: Scenario, *, complete: bool = False) -> str:
    """The scenario as TOML: what differs from the defaults, or all of it with what is known of it.

    :func:`read_scenario` reads either back as the same scenario.
    """
    notes = {each.path: _note(scenario, each) for each in parameters(scenario)} if complete else {}
    lines = [*_toml(plain(scenario, complete=complete), "", "", notes)]
    return "\n".join(lines).lstrip("\n") + "\n"


def hash_of(scenario: Scenario) -> str:
    """The SHA-256 of everything a scenario says, its name and sources too, in hexadecimal."""
    written = json.dumps(plain(scenario), default=date.isoformat, separators=(",", ":"))
    return sha256(written.encode()).hexdigest()


def source_of(scenario: Scenario, number: Parameter) -> str:
    """Where a number is from: as the author says, or as the default does."""
    told = dict(scenario.sources).get(number.path)
    return told or (number.given.source if number.is_default else NO_SOURCE)


def plain(of: Any, *, complete: bool = True) -> dict[str, Any]:
    """A scenario or a part as tables, lists, texts, numbers and dates, by the names of its fields.

    What is None is left out; where not everything is asked for, so is what is the default.
    """
    kind: Any = type(of)
    hints = hints_of(kind)
    found = {}
    for field in attrs.fields(kind):
        value = getattr(of, field.name)
        if value is None or (not complete and value == _default(field)):
            continue
        found[field.name] = _plain(value, hints[field.name], complete=complete)
    return found


def _plain(value: Any, hint: Any, *, complete: bool) -> Any:
    if attrs.has(type(value)) and not isinstance(value, Shares):
        return plain(value, complete=complete)
    if isinstance(value, Shares):
        pairs = zip(value.values, value.shares, strict=True)
        return _OneLine({str(each): _short(share) for each, share in pairs})
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]
        if get_origin(inner) is tuple:
            return dict(value)
        return [_plain(each, inner, complete=complete) for each in value]
    return str(value) if isinstance(value, StrEnum) else _short(value)


def _short(value: Any) -> Any:
    """A number without a fraction as a whole one, so that 4 and 4.0 are written alike."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    return value


def _default(field: Any) -> Any:
    default = field.default
    # A part's default is made by its class, and needs nothing.
    return default.factory() if isinstance(default, attrs.Factory) else default  # type: ignore[arg-type]


@cache
def hints_of(kind: Any) -> dict[str, Any]:
    """The types of a part's fields, by their names."""
    return get_type_hints(kind)


def _part(table: Table, kind: Callable[..., T]) -> T:
    """What a table says of a scenario or one of its parts."""
    fields: dict[str, attrs.Attribute[Any]] = attrs.fields_dict(kind)  # type: ignore[arg-type]
    table.read.update(fields)
    hints = hints_of(kind)
    values = {
        name: _reader(hints[name])(table, name)
        for name, field in fields.items()
        if name in table.keys or field.default is attrs.NOTHING
    }
    table.done()
    try:
        return kind(**values)
    except BadInput as error:
        place, what = error.place, error.what
    raise table.wrong(place.rpartition(".")[2], what)


def _reader(hint: Any) -> Callable[[Table, str], Any]:
    """What reads a value of this type."""
    if isinstance(hint, UnionType):
        hint = get_args(hint)[0]
    inner = get_args(hint)[0] if get_origin(hint) is tuple else None
    if hint in _READERS:
        return _READERS[hint]
    if inner is not None:
        return lambda table, key: tuple(
            _part(each, inner) for each in table.tables(key, named=None)
        )
    if issubclass(hint, StrEnum):
        return lambda table, key: _choice(table, key, hint)
    return lambda table, key: _part(_inside(table, key), hint)


def _inside(table: Table, key: str) -> Table:
    return Table(f"{table.place}: {key}", table.take(key, dict, f"a [{key}] table"), bad=table.bad)


def _whole(table: Table, key: str) -> int:
    return table.take(key, int, "a whole number")


def _number(table: Table, key: str) -> float:
    value = table.keys.get(key)
    kind = int if type(value) is int else float
    return table.take(key, kind, "a number")


def _listed(table: Table, key: str) -> tuple[float, ...]:
    value = table.take(key, list, "a list of numbers")
    if any(type(each) not in {int, float} for each in value):
        raise table.wrong(key, "must be a list of numbers")
    return tuple(value)


def _yes(table: Table, key: str) -> bool:
    return table.take(key, bool, "true or false")


def _day(table: Table, key: str) -> date:
    """A date; where there is no other way to write one, as in JSON, in quotes."""
    value = table.take(key, type(table.keys.get(key)), "a date such as 2026-01-05")
    if type(value) is str:
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    if not isinstance(value, date) or isinstance(value, datetime):
        raise table.wrong(key, "must be a date such as 2026-01-05")
    return value


def _choice(table: Table, key: str, among: type[StrEnum]) -> StrEnum:
    value = table.text(key)
    if value in [*among]:
        return among(value)
    near = get_close_matches(value, among, 1)
    hint = f"did you mean {str(near[0])!r}?" if near else f"one of {', '.join(among)}"
    raise table.wrong(key, f"is not known here; {hint}")


def _mix(table: Table, key: str) -> Shares:
    """Whole numbers and their shares: ``{ 7 = 0.8, 14 = 0.2 }``."""
    inside = _inside(table, key)
    for each in inside.keys:
        if not _WHOLE.fullmatch(each):
            raise inside.wrong(each, "must be a whole number, with its share behind it")
    shares = [_number(inside, each) for each in inside.keys]
    try:
        return Shares([int(each) for each in inside.keys], shares)
    except BadInput as error:
        what = error.what
    raise table.wrong(key, what)


def _limits(table: Table, key: str) -> dict[str, int]:
    inside = _inside(table, key)
    for each in inside.keys:
        if each not in COUNTED:
            raise inside.wrong(each, f"is not known here; {meant(each)}")
    return {each: _whole(inside, each) for each in inside.keys}


def _sources(table: Table, key: str) -> dict[str, str]:
    return dict(_flat(_inside(table, key), ""))


def _flat(table: Table, before: str) -> Iterator[tuple[str, str]]:
    """A dotted key without quotes opens tables in tables; they are one path all the same."""
    for key, value in table.keys.items():
        if isinstance(value, dict):
            yield from _flat(_inside(table, key), f"{before}{key}.")
        else:
            yield f"{before}{key}", table.text(key)


_READERS: Final[Mapping[Any, Callable[[Table, str], Any]]] = {
    int: _whole,
    float: _number,
    bool: _yes,
    str: Table.text,
    date: _day,
    Shares: _mix,
    tuple[float, ...]: _listed,
    tuple[str, ...]: Table.texts,
    tuple[tuple[str, int], ...]: _limits,
    tuple[tuple[str, str], ...]: _sources,
}


def _toml(table: dict[str, Any], head: str, path: str, notes: Mapping[str, str]) -> Iterator[str]:
    """The lines of a table: first what stands on one line, then the tables in it."""
    tables = {key: each for key, each in table.items() if _opens(each)}
    for key, value in table.items():
        if key not in tables:
            if path + key in notes:
                yield f"# {notes[path + key]}"
            yield f"{_key(key)} = {_value(value)}"
    for key, value in tables.items():
        if isinstance(value, list):
            for at, each in enumerate(value):
                yield from ("", f"[[{head}{key}]]")
                yield from _toml(each, f"{head}{key}.", f"{path}{key}[{at}].", notes)
        else:
            lines = [*_toml(value, f"{head}{key}.", f"{path}{key}.", notes)]
            # A table that holds nothing but tables needs no line of its own.
            yield from lines if lines[:1] == [""] else ("", f"[{head}{key}]", *lines)


def _opens(value: Any) -> bool:
    """Whether this is written as a table, or several, with a head."""
    if isinstance(value, list):
        return any(isinstance(each, dict) for each in value)
    return isinstance(value, dict) and not isinstance(value, _OneLine)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, _OneLine):
        return f"{{ {', '.join(f'{key} = {each}' for key, each in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return _text(value) if isinstance(value, str) else str(value)


def _text(value: str) -> str:
    # What JSON escapes, TOML reads; the one control character that JSON leaves is escaped too.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _note(scenario: Scenario, number: Parameter) -> str:
    """What is known of a number, on one line."""
    known = number.given
    caution = f" {known.caution}" if known.caution else ""
    return f"… {known.says} ({known.unit}); source: {source_of(scenario, number)}.{caution}"
