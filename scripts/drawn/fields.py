"""Draws the fields of an act or a noun, for a reader of JSON."""

from __future__ import annotations

import re
from contextlib import suppress
from enum import Enum
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

import attrs
from scripts.drawn.markdown import table

import peerkit
from peerkit.acts import Makes

__all__ = ["fields", "with_fields"]

#: Where a page asks for the description of a name of the front door.
_DESCRIBED: Final = re.compile(r"^::: peerkit\.(\w+)$", re.MULTILINE)


def fields(of: type[Any]) -> str:
    """The table of its fields."""
    with suppress(NameError):  # a type that only type checkers know is shown as it is written
        attrs.resolve_types(of)
    rows = [(f"`{each.name}`", _kind(each.type), _left_out(of, each)) for each in attrs.fields(of)]
    return table(("field", "is", "when left out"), rows)


def with_fields(markdown: str) -> str:
    """The same page, each class on it with its fields, each enum with its members."""
    return _DESCRIBED.sub(lambda found: found[0] + _of(getattr(peerkit, found[1])), markdown)


def _of(thing: Any) -> str:
    if isinstance(thing, type) and issubclass(thing, Enum):
        named = ", ".join(f"`{each.name}` ({each})" for each in thing)
        return f"\n\nIts members: {named}."
    if isinstance(thing, type) and attrs.has(thing):
        return f"\n\nIts fields:\n\n{fields(thing)}"
    return ""


def _left_out(of: type[Any], field: attrs.Attribute[Any]) -> str:
    if field.name == "id" and issubclass(of, Makes):
        return "the program gives one"
    return "needed" if field.default is attrs.NOTHING else _default(field.default)


def _default(value: object) -> str:
    if value is None or value == ():
        return "nothing"
    return f"`{value.value if isinstance(value, Enum) else value}`".replace("True", "true")


#: What a field's type is called, for a reader of JSON.
_CALLED: Final = {
    "str": "text",
    "int": "whole number",
    "float": "number",
    "bool": "true or false",
    "date": "day",
    "datetime": "moment",
    "Words": "words",
    "Any": "anything",
    "Mapping": "table",
}


def _kind(kind: Any) -> str:
    """A field's type, for a reader of JSON."""
    if get_origin(kind) in {Union, UnionType}:
        return _kind(next(each for each in get_args(kind) if each is not type(None)))
    if isinstance(kind, str):
        return f"`{kind}`"
    if get_origin(kind) is tuple:
        return "list of: " + _kind(get_args(kind)[0])
    if isinstance(kind, type) and issubclass(kind, Enum):
        return " or ".join(f"`{each.value}`" for each in kind)
    if isinstance(kind, type) and attrs.has(kind):
        inside = ", ".join(f"`{each.name}`" for each in attrs.fields(kind))
        return f"table of {inside}"
    origin = get_origin(kind) or kind
    name = getattr(origin, "__name__", str(kind))
    return _CALLED.get(name, f"`{name}`")
