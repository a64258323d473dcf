"""How acts, nouns and entries are written down, and read again: canonical out, strict in.

Written things are JSON: no spaces, keys in the order of the fields, UTF-8.
Moments are UTC ISO 8601 with ``+00:00``, days ISO dates, enums their values,
times on the wall ``HH:MM``.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, time
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import attrs
from cattrs import Converter
from cattrs.fns import identity
from cattrs.gen import make_dict_unstructure_fn, override

from peerkit.acts import ACTS, Act, Left
from peerkit.decisions import Decision, Verdict
from peerkit.errors import BadInput, must_be
from peerkit.model import NOUNS, Activity, Noun, Words
from peerkit.model.fields import owner_of, private_fields
from peerkit.stores import Apart
from peerkit.stores.upcasting import lifted, mark
from peerkit.stores.writing.strict import parsed, structured

if TYPE_CHECKING:
    from collections.abc import Callable

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
    value = parsed(document)
    if by is not _AS_WRITTEN:
        must_be(str, by, "by", "give the id of whoever is logged in; nobody cannot ask")
        value["by"] = by
    return structured(value, _named(value, "act", _ACT_NAMED), "$")


def read_noun(document: str | bytes) -> Noun:
    """The noun a JSON object describes: ``{"noun": "match", "id": …}``.

    A noun may be longer than any document that comes in: it is ours.
    """
    return noun_of(parsed(document, most=sys.maxsize))


def noun_of(table: dict[str, Any]) -> Noun:
    """The noun that a table describes, such as one of those in an entry, in whatever form.

    The table is used up.
    """
    table = lifted(table)
    table.pop("v", None)
    return structured(table, _named(table, "noun", _NOUN_NAMED), "$")


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
            private = {each.name: table[each.name] for each in fields if each.name in table}
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
