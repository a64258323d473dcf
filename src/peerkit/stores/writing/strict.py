"""Plain values in, ours out: nothing is taken for anything else, and a fault names its place.

No text for a number, no unknown field, no date without its parts, nothing twice; and nothing
that is too long or too deep to be read in bounded time and memory.
"""

from __future__ import annotations

import json
import math
import re
from contextlib import suppress
from datetime import date, datetime, time
from difflib import get_close_matches
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.errors import (
    AttributeValidationNote,
    BaseValidationError,
    ForbiddenExtraKeysError,
    IterableValidationError,
    IterableValidationNote,
)
from cattrs.gen import make_dict_structure_fn, override

from peerkit.acts import RecordMeasure
from peerkit.errors import BadInput
from peerkit.model import Activity, Answer, Recurrence, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["MOST_CHARACTERS", "MOST_DEPTH", "parsed", "structured"]

#: The longest document and the deepest nesting we read.
MOST_CHARACTERS: Final = 256 * 1024
MOST_DEPTH: Final = 12
#: For how many unknown fields we look for a known one: looking takes time.
MOST_GUESSED: Final = 3

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})\Z"
)
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z")

T = TypeVar("T")


class _Unfit(Exception):
    """A value of the wrong shape; says what was wanted and nothing of the value."""


def _exactly(kind: type[T], called: str) -> Callable[[Any, Any], T]:
    def hook(value: Any, _: Any) -> T:
        if type(value) is kind:
            return value
        raise _Unfit(f"must be {called}")

    return hook


def _day(value: Any, _: Any) -> date:
    if type(value) is str and _DAY.match(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise _Unfit("must be a date such as 2026-11-02")


def _moment(value: Any, _: Any) -> datetime:
    if type(value) is str and _MOMENT.match(value):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    raise _Unfit("must be a date and time with its offset, such as 2026-11-02T09:00:00+00:00")


def _wall_time(value: Any, _: Any) -> time:
    if type(value) is str and _TIME.match(value):
        return time.fromisoformat(value)
    raise _Unfit("must be a time on the wall such as 09:30")


def _words(value: Any, _: Any) -> Words:
    if type(value) is str:
        return Words(value)
    raise _Unfit("must be a text")


@lru_cache(maxsize=256)
def _members(kind: Any) -> dict[str, Enum]:
    return {each.value: each for each in kind}


def _text(value: Any, kind: Any) -> Any:
    """A text, or the member of an enum of texts: cattrs asks the same hook for both."""
    if kind is str:
        if type(value) is str:
            return value
        raise _Unfit("must be a text")
    members = _members(kind)
    found = members.get(value) if type(value) is str else None
    if found is None:
        raise _Unfit("must be one of " + ", ".join(members))
    return found


def _a_list(kind: Any, converter: Converter) -> Callable[[Any, Any], tuple[Any, ...]]:
    item = get_args(kind)[0]
    one = converter.get_structure_hook(item)

    def hook(value: Any, _: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            raise _Unfit("must be a list")
        if converter.detailed_validation:
            return tuple(_one_by_one(value, item, one))
        return tuple([one(each, item) for each in value])

    return hook


def _one_by_one(value: list[Any], item: Any, one: Callable[[Any, Any], Any]) -> Iterator[Any]:
    """Stops at the first fault: an error for each of 100,000 items would fill the memory."""
    for number, each in enumerate(value):
        try:
            yield one(each, item)
        except Exception as error:
            error.add_note(IterableValidationNote("", number, item))
            raise cast("Any", IterableValidationError)("", [error], tuple) from error


def _circumstances(value: Any, _: Any) -> tuple[tuple[str, str], ...]:
    if type(value) is not dict:
        raise _Unfit("must be a table of circumstance and answer")
    return tuple(sorted(value.items()))


def _answers(converter: Converter) -> Callable[[Any, Any], tuple[Answer, ...]]:
    """Answers in a list, or as a table of item and points."""
    listed = _a_list(tuple[Answer, ...], converter)

    def hook(value: Any, as_: Any) -> tuple[Answer, ...]:
        if type(value) is dict:
            value = [{"item": item, "points": points} for item, points in value.items()]
        return listed(value, as_)

    return hook


def _rule(value: str) -> Recurrence:
    """A rule that comes back, from its RRULE text."""
    try:
        return Recurrence.parse(value)
    except BadInput as error:
        what = f"{error.place}: {error.what}"
    raise _Unfit(what)


def _special(kind: type[Any], converter: Converter) -> dict[str, Any]:
    """The fields that are also read from a shorter form."""
    if kind is Activity:
        return {"circumstances": override(struct_hook=_circumstances)}
    if kind is RecordMeasure:
        return {"answers": override(struct_hook=_answers(converter))}
    return {}


def _a_class(kind: type[Any], converter: Converter) -> Callable[[Any, Any], Any]:
    special = _special(kind, converter)
    plain = make_dict_structure_fn(
        kind,
        converter,
        _cattrs_forbid_extra_keys=True,
        _cattrs_detailed_validation=converter.detailed_validation,
        **special,
    )

    def hook(value: Any, as_: Any) -> Any:
        if kind is Recurrence and type(value) is str:
            return _rule(value)
        if type(value) is not dict:
            raise _Unfit("must be a table of names and values")
        return plain(value, as_)

    return hook


#: How plain values are read.
_PLAIN: Final[dict[type[Any], Callable[[Any, Any], Any]]] = {
    str: _text,
    int: _exactly(int, "a whole number"),
    bool: _exactly(bool, "true or false"),
    date: _day,
    datetime: _moment,
    time: _wall_time,
    Words: _words,
}


def _strict(*, detailed: bool) -> Converter:
    """A converter that takes nothing for anything else. ``detailed`` ones know the path."""
    converter = Converter(detailed_validation=detailed, forbid_extra_keys=True)
    for kind, hook in _PLAIN.items():
        converter.register_structure_hook(kind, hook)
    converter.register_structure_hook_factory(
        lambda kind: get_origin(kind) is cast("Any", tuple), lambda kind: _a_list(kind, converter)
    )
    converter.register_structure_hook_factory(attrs.has, lambda kind: _a_class(kind, converter))
    return converter


@lru_cache(maxsize=1)
def _quick() -> Converter:
    return _strict(detailed=False)


@lru_cache(maxsize=1)
def _slow() -> Converter:
    return _strict(detailed=True)


@lru_cache(maxsize=256)
def _reader(kind: Any) -> Callable[[Any, Any], Any]:
    return _quick().get_structure_hook(kind)


def structured(value: Any, kind: type[T], place: str) -> T:
    """A value of this kind. On failure it is read again, slowly, to learn the place."""
    with suppress(Exception):  # whatever went wrong in there, the answer is one of ours
        return _reader(cast("Any", kind))(value, kind)  # type: ignore[no-any-return]
    try:
        return _slow().structure(value, kind)
    except Exception as error:  # noqa: BLE001 - only its path and kind are read
        at, what = _fault(error, place)
    raise BadInput(at, what)


#: What each note that cattrs leaves on an error adds to the place.
_STEPS: Final[dict[type, str]] = {
    AttributeValidationNote: ".{0.name}",
    IterableValidationNote: "[{0.index}]",
}


def _fault(error: BaseException, place: str) -> tuple[str, str]:
    """The path of the first fault in a tree of errors, and what is wrong there."""
    while isinstance(error, BaseValidationError):
        error = error.exceptions[0]
        notes = getattr(error, "__notes__", ())
        place += "".join(_STEPS[type(note)].format(note) for note in notes if type(note) in _STEPS)
    if isinstance(error, _Unfit):
        return place, str(error)
    if isinstance(error, BadInput):
        _, dot, field = error.place.rpartition(".")
        nearer = bool(dot) and not place.endswith(f".{field}")
        return f"{place}.{field}" if nearer else place, error.what
    if isinstance(error, ForbiddenExtraKeysError):
        return (
            place,
            f"has {len(error.extra_fields)} field(s) that are not known here{_meant(error)}",
        )
    return place, "is missing" if isinstance(error, KeyError) else "does not fit"


def _meant(error: ForbiddenExtraKeysError) -> str:
    """The fields of ours that are nearest to the first of theirs, which are not repeated."""
    known = [each.name for each in attrs.fields(error.cl)]
    theirs = sorted(error.extra_fields)[:MOST_GUESSED]
    near = dict.fromkeys(it for each in theirs for it in get_close_matches(each, known, 1, 0.7))
    return f"; did you mean {' and '.join(map(repr, near))}?" if near else ""


def _too_deep(document: str) -> bool:
    """Whether brackets nest deeper than we read. Counting them is nearly always enough."""
    if document.count("{") + document.count("[") <= MOST_DEPTH:
        return False
    depth = deepest = 0
    in_text = escaped = False
    for letter in document:
        if in_text:
            in_text = escaped or letter != '"'
            escaped = letter == "\\" and not escaped
        elif letter == '"':
            in_text = True
        elif letter in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "}]":
            depth -= 1
    return deepest > MOST_DEPTH


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Unfit("names the same field twice")
    return found


def _no_constant(_: str) -> Any:
    raise _Unfit("NaN and Infinity are not numbers here")


def _a_number(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _Unfit("a number is too large")
    return number


_PARSE: Final = json.JSONDecoder(
    object_pairs_hook=_no_twins, parse_constant=_no_constant, parse_float=_a_number
).decode


def parsed(document: str | bytes, most: int = MOST_CHARACTERS) -> dict[str, Any]:
    """A JSON object, bounded in size and depth before it is parsed."""
    what = "must be one JSON object"
    if type(document) is bytes:
        try:
            document = document.decode("utf-8")
        except UnicodeDecodeError:
            document = ""
            what = "must be UTF-8 text"
    if type(document) is not str:
        raise BadInput("$", "must be JSON text")
    if len(document) > most or _too_deep(document):
        raise BadInput("$", f"at most {most} characters, {MOST_DEPTH} levels deep")
    try:
        value = _PARSE(document)
    except _Unfit as error:
        what = str(error)
    except (ValueError, RecursionError):
        pass
    else:
        if type(value) is dict:
            return value
    raise BadInput("$", what)
