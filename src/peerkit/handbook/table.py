"""Reads one TOML table key by key. Every mistake names the file and the key."""

from __future__ import annotations

import tomllib
from datetime import date
from difflib import get_close_matches
from typing import Any, Final, TypeVar

import attrs

from peerkit.errors import BadInput
from peerkit.handbook.book import BadHandbook
from peerkit.model.fields import is_code

__all__ = ["NO_CODE", "Table", "parsed"]

T = TypeVar("T")
_MISSING: Final = object()
#: The largest whole number that TOML promises to hold.
_MOST: Final = (1 << 63) - 1
NO_CODE: Final = "must be 1 to 64 small letters, digits or -, and begin with a letter"


@attrs.define
class Table:
    """One TOML table, read key by key; what nobody asked for is an error of kind ``bad``."""

    place: str
    keys: dict[str, Any]
    read: set[str] = attrs.field(factory=set)
    bad: type[BadInput] = BadHandbook

    def wrong(self, key: str, what: str) -> BadInput:
        """The error for one key of this table."""
        return self.bad(f"{self.place}: key {key!r}", what)

    def take(self, key: str, kind: type[T], called: str, default: Any = _MISSING) -> T:
        """The value of a key, which must be of this kind."""
        self.read.add(key)
        value = self.keys.get(key, default)
        if value is _MISSING:
            near = get_close_matches(key, self.keys.keys() - self.read, 1)
            hint = f" ({near[0]!r} is not known here)" if near else ""
            raise self.wrong(key, f"is missing; give {called}{hint}")
        if value is not default and type(value) is not kind:
            raise self.wrong(key, f"must be {called}")
        if type(value) is int and abs(value) > _MOST:
            raise self.wrong(key, f"must be {called}, and no larger than {_MOST}")
        return value  # type: ignore[no-any-return]

    def text(self, key: str, default: Any = _MISSING) -> Any:
        """A text that says something."""
        value = self.take(key, str, "a text in quotes", default)
        if value is not default and not value.strip():
            raise self.wrong(key, "is empty; write it or leave the key out")
        return value

    def code(self, key: str) -> str:
        """A code, such as ``case-management``: what acts can name, and what any page can show."""
        value: str = self.text(key)
        if not is_code(value):
            raise self.wrong(key, NO_CODE)
        return value

    def day(self, key: str) -> date | None:
        """A date, or None when the key is left out."""
        day: date | None = self.take(key, date, "a date such as 2025-07-01, without quotes", None)
        return day

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty when the key is left out."""
        value = self.take(key, list, "a list of texts", [])
        if not all(type(each) is str for each in value):
            raise self.wrong(key, "must be a list of texts")
        return tuple(value)

    def table(self, key: str) -> dict[str, str]:
        """A table of texts; empty when the key is left out."""
        value = self.take(key, dict, "a table of texts", {})
        if not all(type(each) is str for each in value.values()):
            raise self.wrong(key, "must be a table of texts")
        return value

    def tables(self, key: str, *, named: str | None = "id") -> list[Table]:
        """The ``[[key]]`` tables, each with its own place; an id may come once."""
        value = self.take(key, list, f"[[{key}]] tables", [])
        found: list[Table] = []
        seen: set[str] = set()
        for number, each in enumerate(value, 1):
            if type(each) is not dict:
                raise self.wrong(key, f"must be [[{key}]] tables")
            name = each.get(named) if named else None
            named_so = type(name) is str and bool(name)
            place = f"{self.place}: {key} {name!r}" if named_so else f"{self.place}: {key} {number}"
            if named_so and name in seen:
                raise self.bad(place, "is written twice; keep one")
            seen.add(str(name) if named_so else "")
            found.append(Table(place, each, bad=self.bad))
        return found

    def done(self) -> None:
        """Refuse every key that was not read."""
        for key in self.keys:
            if key not in self.read:
                near = get_close_matches(key, self.read, 1)
                hint = f"did you mean {near[0]!r}?" if near else "take it out"
                raise self.wrong(key, f"is not known here; {hint}")


def parsed(name: str, raw: bytes, bad: type[BadInput] = BadHandbook) -> Table:
    """A file as one table. Raises an error of kind ``bad`` when it is not TOML."""
    try:
        return Table(name, tomllib.loads(raw.decode("utf-8-sig")), bad=bad)
    except tomllib.TOMLDecodeError as error:
        what = str(error)
    except UnicodeDecodeError:
        what = "is not UTF-8 text"
    except (ValueError, RecursionError):  # the reader lets these out
        what = "a number has thousands of digits, or tables or lists nest very deeply"
    raise bad(name, f"is not TOML: {what}")
