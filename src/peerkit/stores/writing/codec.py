"""How things are written down: the only file that knows. Strict in, canonical out.

Written things are JSON: no spaces, keys in the order of the fields, UTF-8.
Moments are UTC ISO 8601 with ``+00:00``, days ISO dates, enums their values,
times on the wall ``HH:MM``.
"""

from __future__ import annotations

import json
import math
import re
import sys
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
from cattrs.fns import identity
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from peerkit.acts import ACTS, Act, Left, RecordMeasure
from peerkit.decisions import Decision, Verdict
from peerkit.errors import BadInput, must_be
from peerkit.model import NOUNS, Activity, Answer, Noun, Recurrence, Words
from peerkit.model.fields import owner_of, private_fields
from peerkit.stores import Apart
from peerkit.stores.upcasting import lifted, mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from peerkit.model import Message


__all__ = [
    "act_table",
    "is_forgotten",
    "noun_of",
    "private_parts",
    "read_act",
    "read_noun",
    "text",
    "words_in",
    "write_act",
    "write_entry",
    "write_noun",
]

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
_ACT_NAMED: Final[dict[str, type[Act]]] = {each.kind: each for each in ACTS}
_NOUN_NAMED: Final[dict[str, type[Noun]]] = {each.kind: each for each in NOUNS}

#: Stands for a `by` that was left out. It is told from others by what it is, not what it says.
_AS_WRITTEN: Final = "".join(("as ", "written"))  # noqa: FLY002 - a literal is shared with others

T = TypeVar("T")

#: How the journal names the verdicts.
_NAMED: Final = {each: each.name for each in Verdict}
#: Writes plain values in the canonical form.
text: Final = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False
).encode


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


def _structured(value: Any, kind: type[T], place: str) -> T:
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


def _parsed(document: str | bytes, most: int = MOST_CHARACTERS) -> dict[str, Any]:
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


def _named(value: dict[str, Any], field: str, kinds: dict[str, type[T]]) -> type[T]:
    name = value.pop(field, None)
    kind = kinds.get(name) if type(name) is str else None
    if kind is None:
        raise BadInput(f"$.{field}", "must name one of: " + ", ".join(kinds))
    return kind


def read_act(document: str | bytes, *, by: str = _AS_WRITTEN) -> Act:
    """The act a JSON object describes: ``{"act": "match.proposed", "by": …}``.

    ``by`` is who the host knows to be asking; it stands in place of whatever
    the document says, and is an id: nobody, as ``None``, is a BadInput. Left out,
    the document says it. Nothing is taken for anything else: no text for a number, no
    unknown field, no date without its parts. Raises :class:`~peerkit.errors.BadInput`, which
    names the place and never the value.
    """
    value = _parsed(document)
    if by is not _AS_WRITTEN:
        must_be(str, by, "by", "give the id of whoever is logged in; nobody cannot ask")
        value["by"] = by
    return _structured(value, _named(value, "act", _ACT_NAMED), "$")


def read_noun(document: str | bytes) -> Noun:
    """The noun a JSON object describes: ``{"noun": "match", "id": …}``.

    A noun may be longer than any document that comes in: it is ours.
    """
    return noun_of(_parsed(document, most=sys.maxsize))


def noun_of(table: dict[str, Any]) -> Noun:
    """The noun that a table describes, such as one of those in an entry, in whatever form.

    The table is used up.
    """
    table = lifted(table)
    table.pop("v", None)
    return _structured(table, _named(table, "noun", _NOUN_NAMED), "$")


def is_forgotten(table: dict[str, Any]) -> bool:
    """Whether a noun in an entry cannot be told any more: what is private of it was forgotten."""
    kind = _NOUN_NAMED.get(table["noun"])
    private = () if kind is None else private_fields(kind)
    return any(each.default is attrs.NOTHING and each.name not in table for each in private)


def _is_there(words: Words | None) -> bool:
    return words is not None


def _as_text(value: Any) -> str:
    return value.isoformat()  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def _unstructurer() -> Converter:
    """Makes plain values of ours. Enums of texts and tuples are plain enough for JSON."""
    converter = Converter(unstruct_collection_overrides={tuple: tuple})
    converter.register_unstructure_hook_func(
        lambda kind: isinstance(kind, type) and issubclass(kind, Enum), lambda value: value
    )
    for kind in (str, int, bool):  # nothing is as plain
        converter.register_unstructure_hook(kind | None, identity)
    converter.register_unstructure_hook(datetime, _as_text)
    converter.register_unstructure_hook(date, _as_text)
    converter.register_unstructure_hook(time, lambda value: f"{value:%H:%M}")
    converter.register_unstructure_hook(Words, lambda value: value.text)
    plain = make_dict_unstructure_fn(
        Activity, converter, circumstances=override(unstruct_hook=dict)
    )
    converter.register_unstructure_hook(Activity, plain)
    return converter


@lru_cache(maxsize=256)
def _writer(kind: Any, *, words: bool) -> Callable[[Any], dict[str, Any]]:
    """What makes a table of this class of act or noun."""
    fields = attrs.fields(attrs.resolve_types(kind))
    how = {each.name: override(omit_if_default=True) for each in fields if "newer" in each.metadata}
    if not words:
        said = (each.name for each in fields if each.type in {Words, Words | None})
        how |= {each: override(unstruct_hook=_is_there) for each in said}
    return make_dict_unstructure_fn(kind, _unstructurer(), **how)  # type: ignore[arg-type]


def act_table(act: Act, *, words: bool) -> dict[str, Any]:
    """An act as a table that JSON can hold. ``words`` false says only whether there are any."""
    return {"act": act.kind, **_writer(cast("Any", type(act)), words=words)(act)}


def write_act(act: Act) -> str:
    """An act as JSON text, words included: what :func:`read_act` reads."""
    must_be(Act, act, "act", "give an act, such as ProposeMatch(…)")
    return text(act_table(act, words=True))


def write_noun(noun: Noun) -> str:
    """A noun as JSON text."""
    return text({"noun": noun.kind, **mark(), **_writer(cast("Any", type(noun)), words=True)(noun)})


def private_parts(
    act: Act, decision: Decision, nouns: tuple[Noun, ...]
) -> list[tuple[str, str, str]]:
    """What is private in an act and in what it leaves: about what, whose, and as which text.

    Where nothing private was said there is none: then the journal holds them whole. With what is
    private in an act go the facts of the findings on it, which may say it again.
    """
    found = []
    named = [("@act", act)] if act.private_to else []
    for about, of in (*named, *((_apart(each), each) for each in nouns if each.private_to)):
        fields = private_fields(type(of))
        if any(getattr(of, each.name) != each.default for each in fields):
            table = _writer(cast("Any", type(of)), words=False)(of)
            private = {each.name: table[each.name] for each in fields}
            found.append((about, owner_of(of), text(private)))
    if found and found[0][0] == "@act":
        facts = text([{**each.facts} for each in decision.findings])
        found.append(("@findings", found[0][1], facts))
    return found


def _apart(noun: Noun) -> str:
    """Under what the private part of a noun lies apart."""
    return f"@{noun.kind}/{noun.id}"


def _public(table: dict[str, Any], of: Act | Noun) -> dict[str, Any]:
    """What the journal holds of a table whose private part lies apart."""
    private = {each.name for each in private_fields(type(of))}
    return {name: value for name, value in table.items() if name not in private}


def _in_the_journal(noun: Noun, body: str, apart: set[str]) -> str:
    """A noun as it is written elsewhere, but for its private part where that lies apart."""
    if not noun.private_to or _apart(noun) not in apart:
        return body
    table = {"noun": noun.kind, **mark(), **_writer(cast("Any", type(noun)), words=True)(noun)}
    return text(_public(table, noun))


def words_in(act: Act) -> tuple[str, ...]:
    """The texts that an act brings along."""
    values = (getattr(act, each.name) for each in attrs.fields(type(act)))
    return tuple(each.text for each in values if type(each) is Words)


def write_entry(
    act: Act,
    touched: tuple[str, ...],
    now: datetime,
    decision: Decision,
    left: Left,
    nouns: tuple[tuple[Noun, str], ...],
    apart: tuple[Apart, ...],
) -> str:
    """The journal's text of a decision, but for its number and link.

    The nouns are put in as they are written elsewhere, byte for byte, but for those of which
    a private part lies apart.
    """
    hidden = {each.about for each in apart}
    table = act_table(act, words=False)
    said = text(
        {
            **mark(),
            "at": now.isoformat(),
            "day": decision.day.isoformat(),
            "edition": decision.edition,
            "verdict": _NAMED[decision.verdict],
            "findings": [
                [
                    each.clause.id,
                    _NAMED[each.verdict],
                    {} if "@findings" in hidden else {**each.facts},
                    each.activity,
                ]
                for each in decision.findings
            ],
            "counts": [[each.of, each.what, each.by, each.period] for each in left.counts],
            "messages": [_message(each) for each in left.messages],
            "apart": [[each.about, each.owner, each.digest] for each in apart],
            "forgets": left.forgets,
            "removes": left.removes,
            "touched": touched,
            "act": _public(table, act) if "@act" in hidden else table,
        }
    )
    written = ",".join([_in_the_journal(each, body, hidden) for each, body in nouns])
    return f'{said[:-1]},"nouns":[{written}]}}'


def _message(message: Message) -> list[str]:
    """A message in the journal; a day it waits for comes last, and only where there is one."""
    texts = [message.to, message.kind, message.about, message.inside, message.outside]
    return texts if message.due is None else [*texts, message.due.isoformat()]
