"""The change that an entry once was, read back from the journal so that it can be kept again."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from peerkit.errors import BadInput
from peerkit.model import Count, Message, Noun, View
from peerkit.stores import Apart, Change, Entry, Standing
from peerkit.stores.codec import noun_of, text, write_noun

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["remade"]

#: What an entry is made of, and what each part must be.
_PARTS: Final[dict[str, type]] = {
    "n": int,
    "prev": str,
    "at": str,
    "day": str,
    "edition": str,
    "verdict": str,
    "findings": list,
    "counts": list,
    "messages": list,
    "apart": list,
    "forgets": list,
    "removes": list,
    "touched": list,
    "act": dict,
    "nouns": list,
}
#: What each row of a part must be. A row of one is not a row.
_COUNT: Final[list[type]] = [str, str, int, str]
_MESSAGE: Final[list[type]] = [str] * 5
_APART: Final[list[type]] = [str] * 3
_REMOVED: Final[list[type]] = [str] * 2
#: Nobody decides on what is shown with a change that was decided elsewhere.
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class _Unfit(Exception):
    """Something in an entry is not as we write it: says what, and nothing of the value."""


def remade(entry: Entry) -> Change:
    """The change that this entry was, with the texts apart that are still there.

    It stands on the entry before and shows nothing of how things stood then. Raises
    :class:`~peerkit.errors.BadInput` for an entry that peerkit cannot have written.
    """
    try:
        return _remade(entry)
    except _Unfit as error:
        what = str(error)
    except BadInput as error:
        what = f"holds something that does not fit: {error.place}"
    except (ValueError, TypeError, LookupError, RecursionError):
        what = "is not as peerkit writes it"
    raise BadInput(f"entry {entry.number}", what)


def _remade(entry: Entry) -> Change:
    plain = json.loads(entry.body)
    if text(plain) != entry.body:  # twins, blanks, numbers that are none
        raise _Unfit("is not in the form in which peerkit writes")
    if any(type(plain.get(name)) is not kind for name, kind in _PARTS.items()):
        raise _Unfit("lacks a part, or has one of another kind")
    _must_be_kept(plain["apart"], entry.apart)
    private = any(each.about.startswith("@") for each in entry.apart)
    body = entry.read() if private else plain
    key = body["act"]["key"]
    if key is not None:
        _texts([key])
    link = f'{{"n":{entry.number},"prev":"{plain["prev"]}",'
    return Change(
        about=_texts(body["touched"]),
        day=date.fromisoformat(body["day"]),
        stood=Standing(view=View(_NEVER, (), {}, entry.number - 1)),
        key=key,
        entry="{" + entry.body[len(link) :],
        nouns=tuple(_noun(each) for each in body["nouns"]),
        counts=tuple(Count(*each) for each in _rows(body["counts"], _COUNT)),
        messages=tuple(
            Message(to=to, kind=kind, about=about, inside=inside, outside=outside)
            for to, kind, about, inside, outside in _rows(body["messages"], _MESSAGE)
        ),
        apart=entry.apart,
        forgets=_texts(body["forgets"]),
        removes=tuple((kind, id_) for kind, id_ in _rows(body["removes"], _REMOVED)),
    )


def _texts(found: list[Any]) -> tuple[str, ...]:
    if any(type(each) is not str for each in found):
        raise _Unfit("has something else where a text must be")
    return tuple(found)


def _rows(found: list[Any], kinds: list[type]) -> list[Any]:
    for row in found:
        if type(row) is not list or [*map(type, row)] != kinds:
            raise _Unfit("has a row of another kind")
    return found


def _noun(table: Any) -> tuple[Noun, str]:
    """A noun, and how it is written."""
    if type(table) is not dict:
        raise _Unfit("has something else where a noun must be")
    noun = noun_of(table)
    return noun, write_noun(noun)


def _must_be_kept(digests: list[Any], texts: tuple[Apart, ...]) -> None:
    """Each text must be one of those whose digests the entry has, in their order."""
    left: Iterator[Any] = iter(_rows(digests, _APART))
    for each in texts:
        name = [each.about, each.owner, each.digest]
        if not any(name == known for known in left):
            raise _Unfit("comes with a text that is not the one that was kept")
