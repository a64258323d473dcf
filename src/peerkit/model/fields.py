"""The kinds of field that nouns and acts are made of: each checks what it is given.

A field that must be said is written ``attrs.field(validator=an_id)``, so that type checkers
see that it must; one that may be left out has a function here, such as ``maybe_id()``.

A value that does not fit raises :class:`~peerkit.errors.BadInput`, naming the
class and field and never the value: the value may be somebody's private word.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache, lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, cast
from zoneinfo import ZoneInfo

import attrs

from peerkit.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Words", "pair"]

#: The longest id we take, in characters.
MOST_ID: Final = 96
_ID: Final = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._:@/-]{{0,{MOST_ID - 1}}}\Z")
_CODE: Final = re.compile(r"[a-z][a-z0-9-]{0,63}\Z")
_KIND: Final = re.compile(r"(?=.{3,96}\Z)[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+\Z")
_CURRENCY: Final = re.compile(r"[A-Z]{3}\Z")
_WALL_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z|24:00\Z")
#: The longest note we take, in characters: a long page, not a file.
MOST_WORDS: Final = 20_000
#: The longest session we take, in minutes: one whole day.
MOST_MINUTES: Final = 24 * 60
#: The largest amount we take: minutes added up, or the smallest coins of a currency.
MOST_AMOUNT: Final = 1_000_000_000
#: The most people or activities one act may name.
MOST_NAMED: Final = 200

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

#: Marks a field that says something of somebody's life: it is kept apart from the journal, where
#: it can be erased. A noun or an act that has one says whose it is, in ``private_to``.
PRIVATE: Final = MappingProxyType({"private": True})

#: Marks a field that came later than what is kept already. Where it holds nothing it is not
#: written, so that what was written before it is written alike today.
NEWER: Final = MappingProxyType({"newer": True})

#: What attrs calls with the instance, the attribute and its value.
Check: TypeAlias = "Callable[[object, attrs.Attribute[Any], Any], None]"


def pair(one: str, other: str) -> str:
    """The id of two people together, whichever is named first: ``"ana+p-7"``."""
    return f"{one}+{other}" if one < other else f"{other}+{one}"


def ids_named(of: object, fields: tuple[str, ...]) -> tuple[str, ...]:
    """The ids that these fields name, each once; two with a plus between them are a pair."""
    found: dict[str, None] = {}
    for one, other in _pairs(fields):
        value = getattr(of, one)
        if other:
            found[pair(value, getattr(of, other))] = None
        elif type(value) is tuple:
            for each in value:
                found[each] = None
        elif value is not None:
            found[value] = None
    return tuple(found)


@cache
def _pairs(fields: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Each field and the one that makes a pair with it, or nothing."""
    return tuple((one, other) for one, _, other in (each.partition("+") for each in fields))


def private(field: Any) -> Any:
    """The same field, private, and shown nowhere: ``private(several(LivedExperience))``.

    A private field that must be said is ``attrs.field(…, repr=False, metadata=PRIVATE)``.
    """
    field.metadata = {**field.metadata, **PRIVATE}
    field.repr = False
    return field


def newer(field: Any) -> Any:
    """The same field, which came later: written only where it holds something."""
    field.metadata = {**field.metadata, **NEWER}
    return field


def private_fields(kind: type[Any]) -> tuple[attrs.Attribute[Any], ...]:
    """The fields of this class that are private, in order."""
    return _private_fields(cast("Any", kind))


@cache
def _private_fields(kind: Any) -> tuple[attrs.Attribute[Any], ...]:
    return tuple(each for each in attrs.fields(kind) if "private" in each.metadata)


def owner_of(of: Any) -> str:
    """Whose the private fields of this noun or act are: an id, or a pair of them."""
    (owner,) = ids_named(of, (of.private_to,))
    return owner


def _is_whole(text: str) -> bool:
    """Whether no letter of it is half of a pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class Words:
    """Free text that somebody said or wrote. It never shows itself.

    ``text`` gives the words; ``repr``, ``str`` and every message give only
    how long they are. Words are kept apart from the journal so that they can
    be erased.
    """

    __slots__ = ("text",)
    text: str

    def __init__(self, text: str) -> None:
        if not isinstance(text, str) or not text.strip():
            raise BadInput("words", "give some text, or leave the words out")
        if len(text) > MOST_WORDS:
            raise BadInput("words", f"at most {MOST_WORDS} characters; this has {len(text)}")
        if "\x00" in text or not _is_whole(text):
            raise BadInput("words", "a NUL or half a character is not text")
        object.__setattr__(self, "text", text)

    def __setattr__(self, name: str, value: object) -> None:
        raise attrs.exceptions.FrozenInstanceError

    def __delattr__(self, name: str) -> None:
        raise attrs.exceptions.FrozenInstanceError

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Words) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"<words, {len(self.text)} characters>"

    def __reduce__(self) -> tuple[type[Words], tuple[str]]:
        return Words, (self.text,)


def _place(instance: object, attribute: attrs.Attribute[Any]) -> str:
    return f"{type(instance).__name__}.{attribute.name}"


def made_of(*parts: str) -> str:
    """An id made of others: their names joined, or a digest of them where that is too long."""
    joined = "/".join(parts)
    return joined if len(joined) <= MOST_ID else digest_of(joined)


def digest_of(*parts: str) -> str:
    """An id made of others that does not show them."""
    return sha256("/".join(parts).encode()).hexdigest()[:32]


def is_id(value: object) -> bool:
    """Whether this can be an id."""
    return type(value) is str and _ID.match(value) is not None


def an_id(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes an id: an opaque pseudonym of up to 96 plain characters. Never a name."""
    if type(value) is not str or _ID.match(value) is None:
        raise BadInput(
            _place(instance, attribute),
            "an id is 1 to 96 letters, digits or . _ : @ / - and starts with a letter or digit; "
            "it is a pseudonym, never a name",
        )


def maybe_id() -> Any:
    """An id, or None."""
    return attrs.field(default=None, validator=attrs.validators.optional(an_id))


def _no_text(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if isinstance(value, str):
        raise BadInput(_place(instance, attribute), "a list of ids, not a text")


def some_ids(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes one or more different ids."""
    _no_text(instance, attribute, value)
    if type(value) is not tuple or not 1 <= len(value) <= MOST_NAMED:
        raise BadInput(_place(instance, attribute), f"name 1 to {MOST_NAMED} ids")
    for each in value:
        an_id(instance, attribute, each)
    if len(set(value)) != len(value):
        raise BadInput(_place(instance, attribute), "the same id is named twice")


def any_ids(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes any number of different ids, or none."""
    if type(value) is not tuple or value:
        some_ids(instance, attribute, value)


def maybe_ids(*, most: int = MOST_NAMED, repr: bool = True) -> Any:  # noqa: A002 - attrs' own word
    """Up to so many different ids; none when not said."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if type(value) is not tuple or len(value) > most:
            _no_text(instance, attribute, value)
            raise BadInput(_place(instance, attribute), f"name at most {most} ids")
        if value:
            some_ids(instance, attribute, value)

    return attrs.field(default=(), converter=as_tuple, validator=check, repr=repr)


def how_many() -> Any:
    """A field for how many there were; 0 when not said."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if type(value) is not int or not 0 <= value <= MOST_NAMED:
            raise BadInput(_place(instance, attribute), f"a whole number, 0 to {MOST_NAMED}")

    return attrs.field(default=0, validator=check)


def maybe_seats(*, most: int = MOST_NAMED) -> Any:
    """How many there is room for, from 1, or None."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if value is not None and (type(value) is not int or not 1 <= value <= most):
            raise BadInput(_place(instance, attribute), f"1 to {most}, or left out")

    return attrs.field(default=None, validator=check)


def maybe_codes() -> Any:
    """Any number of codes, which do not show themselves; none when not said."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if value != ():
            some_codes(instance, attribute, value)

    return attrs.field(default=(), converter=as_tuple, validator=check, repr=False)


def as_tuple(value: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """A list as a tuple; anything else as it is, for the check that follows."""
    if type(value) is list:
        return tuple(value)
    return value  # type: ignore[return-value]  # a list of another class is refused there


def several(kind: type[Any], *, least: int = 0, most: int = MOST_NAMED) -> Any:
    """A tuple of ``kind`` with ``least`` to ``most`` items; a list is taken as a tuple.

    One with a ``least`` must be said, though a type checker cannot see it: a converter
    that fits every kind would cost it the kind of the items.
    """

    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if type(value) is not tuple or not least <= len(value) <= most:
            raise BadInput(_place(instance, attribute), f"name {least} to {most} of these")
        for each in value:
            if not isinstance(each, kind):
                raise BadInput(_place(instance, attribute), f"each must be a {kind.__name__}")

    default: Any = attrs.NOTHING if least else ()
    return attrs.field(default=default, converter=as_tuple, validator=check, repr=False)


def a_code(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes a code of the handbook, such as ``case-management``."""
    if not is_code(value):
        raise BadInput(
            _place(instance, attribute),
            "a code of the handbook is 1 to 64 small letters, digits or - and starts with a letter",
        )


def is_code(value: object) -> bool:
    """Whether this could be a code of the handbook: never a sentence, never a name."""
    return type(value) is str and _CODE.match(value) is not None


def a_kind(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes the kind of a message, such as ``match.proposed``: codes with dots between them."""
    if type(value) is not str or _KIND.match(value) is None:
        raise BadInput(
            _place(instance, attribute),
            "the kind of a message is codes with dots between them, such as match.proposed",
        )


def is_digest(value: object) -> bool:
    """Whether this is a SHA-256 in hexadecimal."""
    return type(value) is str and len(value) == 64 and not {*value}.difference("0123456789abcdef")  # noqa: PLR2004 - its length


def some_codes(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes one or more codes of the handbook."""
    if type(value) is not tuple or not 1 <= len(value) <= MOST_NAMED:
        raise BadInput(_place(instance, attribute), f"name 1 to {MOST_NAMED} codes of the handbook")
    for each in value:
        a_code(instance, attribute, each)


def exactly(kind: type[Any]) -> Check:
    """Takes a value of exactly this kind (an enum, a bool, a date …)."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if type(value) is not kind:
            raise BadInput(_place(instance, attribute), f"must be {_called(kind)}")

    return check


def but(never: Enum) -> Check:
    """Takes every value of an enum but this one, which an act of its own brings about."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if value is never:
            raise BadInput(_place(instance, attribute), f"{never.value!r} has an act of its own")

    return check


def a(kind: type[Any], default: Any) -> Any:
    """A value of exactly this kind; ``default`` when not said."""
    return attrs.field(default=default, validator=exactly(kind))


def maybe(kind: type[Any], *, repr: bool = True) -> Any:  # noqa: A002 - attrs' own word
    """A value of exactly this kind, or None."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if value is not None and type(value) is not kind:
            raise BadInput(_place(instance, attribute), f"must be {_called(kind)}, or left out")

    return attrs.field(default=None, validator=check, repr=repr)


def _called(kind: type[Any]) -> str:
    if issubclass(kind, Enum):
        return "one of " + ", ".join(str(each.value) for each in kind)
    return {bool: "true or false", int: "a whole number", date: "a date"}.get(kind, kind.__name__)


def in_utc(value: datetime) -> datetime:
    """An aware moment in UTC; anything else as it is, for the check that follows."""
    if type(value) is datetime and value.tzinfo is not None and value.tzinfo is not UTC:
        try:
            return value.astimezone(UTC)
        except OverflowError:
            return datetime.min  # noqa: DTZ901 - naive, so that the check refuses it
    return value


def a_moment(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes an aware datetime in UTC."""
    if type(value) is not datetime or value.tzinfo is not UTC:
        raise BadInput(
            _place(instance, attribute),
            "give a date and time with its time zone, in the years 1 to 9999",
        )


def maybe_moment() -> Any:
    """A moment, or None."""
    return attrs.field(
        default=None,
        converter=in_utc,
        validator=attrs.validators.optional(a_moment),
    )


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo | None:
    """The IANA time zone of this name, or None where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def day_of(moment: datetime, zone: str) -> date:
    """The day on which a moment falls in a time zone."""
    return moment.astimezone(zone_named(zone)).date()


def the_zone(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes the name of an IANA time zone."""
    if type(value) is not str or zone_named(value) is None:
        raise BadInput(
            _place(instance, attribute), "give an IANA time zone such as America/Chicago"
        )


def a_zone() -> Any:
    """The name of an IANA time zone; UTC when not said."""
    return attrs.field(default="UTC", validator=the_zone)


def a_wall_time(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes what a clock on the wall shows: 00:00 to 24:00."""
    if type(value) is not str or _WALL_TIME.match(value) is None:
        raise BadInput(_place(instance, attribute), "give a time of day, 00:00 to 24:00")


def some_minutes(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes whole minutes, 1 to 1440."""
    if type(value) is not int or not 1 <= value <= MOST_MINUTES:
        raise BadInput(_place(instance, attribute), f"whole minutes, 1 to {MOST_MINUTES}")


def _minutes_or_none_counted(
    instance: object, attribute: attrs.Attribute[Any], value: object
) -> None:
    if type(value) is not int or not 0 <= value <= MOST_MINUTES:
        raise BadInput(_place(instance, attribute), f"whole minutes, 0 to {MOST_MINUTES}")


def whole_minutes() -> Any:
    """A field for whole minutes, 0 to 1440; 0, when left out, means that nobody counted."""
    return attrs.field(default=0, validator=_minutes_or_none_counted)


def an_amount(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes a whole number of 0 or more, up to a thousand million."""
    if type(value) is not int or not 0 <= value <= MOST_AMOUNT:
        raise BadInput(_place(instance, attribute), f"a whole number, 0 to {MOST_AMOUNT}")


def some_amounts(*, most: int) -> Any:
    """A tuple of at most so many whole numbers; empty when not said."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if type(value) is not tuple or len(value) > most:
            raise BadInput(_place(instance, attribute), f"at most {most} whole numbers")
        for each in value:
            an_amount(instance, attribute, each)

    return attrs.field(default=(), converter=as_tuple, validator=check)


def a_currency(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Takes the code of a currency (ISO 4217), such as USD."""
    if type(value) is not str or _CURRENCY.match(value) is None:
        raise BadInput(_place(instance, attribute), "give three capital letters, such as USD")


def later_than(first: str) -> Check:
    """A check that this field, when given, is later than the field ``first``."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
        if value is not None and value <= getattr(instance, first):
            raise BadInput(_place(instance, attribute), f"must be later than {first}")

    return check
