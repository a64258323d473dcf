"""The change that an entry once was, read back from the journal so that it can be kept again."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from peerkit.decisions import Verdict
from peerkit.errors import BadInput
from peerkit.model import Count, Message, Noun, View
from peerkit.stores import Apart, Change, Entry, Standing, touched, upcasting
from peerkit.stores.writing.codec import is_forgotten, noun_of, text, write_noun

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MOST_COUNTED", "remade"]

#: What an entry is made of, in this order, behind its number, its link and its form, and what each
#: part must be.
_PARTS: Final[dict[str, type]] = {
    **dict.fromkeys(("at", "day", "edition", "verdict"), str),
    **dict.fromkeys(("findings", "counts", "messages", "apart", "forgets", "removes"), list),
    "touched": list,
    "act": dict,
    "nouns": list,
}
#: The most that one entry moves a tally by. What moves it further was not written by us.
MOST_COUNTED: Final = 2**40
#: What each column of a part must be.
_FINDING: Final[list[set[type]]] = [{str}, {str}, {dict}, {int}]
_COUNT: Final[list[set[type]]] = [{str}, {str}, {int}, {str}]
#: What each row of a part must be. A row of one is not a row.
#: The sixth of a message is the moment it is due, where there is one.
_MESSAGE: Final[tuple[list[type], ...]] = ([str] * 5, [str] * 6)
_APART: Final[list[type]] = [str] * 3
_REMOVED: Final[list[type]] = [str] * 2
#: Nobody decides on what is shown with a change that was decided elsewhere.
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_VERDICTS: Final = Verdict.__members__.keys()
#: A blank beside a mark of JSON, and a nothing that is less than nothing.
_BLANK: Final = re.compile(r" (?:(?<=[{}\[\]:,] )|(?=[{}\[\]:,]))")
_MINUS_NOTHING: Final = re.compile(r"-0[,\]}]")
#: What stands before the nouns of a body, which come last.
_NOUNS: Final = ',"nouns":['
_SPELLED: Final = "is not in the form in which peerkit writes"


class _Unfit(Exception):
    """Something in an entry is not as we write it: says what, and nothing of the value."""


def remade(entry: Entry) -> Change:
    """The change that this entry was, with the texts apart that are still there.

    It stands on the entry before, shows nothing of how things stood then, and is about every
    id that it touched. A noun that was forgotten since is left out. Raises
    :class:`~peerkit.errors.BadInput` for an entry that peerkit cannot have written.
    """
    try:
        return _remade(entry)
    except _Unfit as error:
        what = str(error)
    except BadInput as error:
        what = f"holds something that does not fit: {error}"
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError):
        what = "is not as peerkit writes it"
    raise BadInput(f"entry {entry.number}", what)


def _remade(entry: Entry) -> Change:
    plain = _PARSE(entry.body)
    if not (_has_one_spelling(entry.body) or text(plain) == entry.body):
        raise _Unfit(_SPELLED)
    private = [each for each in entry.apart if each.about.startswith("@")]
    if any(each.sealed for each in private):
        raise _Unfit("holds something private under a key: export the program with its keys")
    old = plain.get("v", 1) != upcasting.FORM
    body = entry.read() if private or old else plain
    if ([*body], [*map(type, body.values())]) != _parts(upcasting.FORM):
        raise _Unfit("lacks a part, or has one of another kind")
    _must_be_kept(plain["apart"], entry.apart)
    _must_be_told(body)
    tables = body["nouns"]
    written = [None] * len(tables) if private or old else _written(entry.body, tables)
    whole = zip(tables, written, strict=True)
    nouns = tuple([_noun(each, as_it_is) for each, as_it_is in whole if not _gone(each)])
    of, what, by, periods = _columns(body["counts"], _COUNT, "has a row of another kind")
    if max(map(abs, by), default=0) > MOST_COUNTED:
        raise _Unfit("moves a tally further than any act does")
    counts = tuple(map(Count, of, what, by, periods))
    removes = tuple([(kind, id_) for kind, id_ in _rows(body["removes"], _REMOVED)])
    left = [*[(noun.kind, noun.id) for noun, _ in nouns], *removes]
    if len({*left}) != len(left):
        raise _Unfit("leaves a noun twice, or takes it away as well")
    about = _texts(body["touched"])
    # A noun may touch more today than it did in an older form.
    if about != touched(about, nouns, counts, removes) and not old:
        raise _Unfit("does not name all that it touches, each once")
    key = body["act"]["key"]
    if key is not None:
        _texts([key])
    link = f'{{"n":{entry.number},"prev":"{body["prev"]}",'
    return Change(
        about=about,
        day=date.fromisoformat(body["day"]),
        stood=Standing(view=View(_NEVER, (), {}, entry.number - 1)),
        key=key,
        entry="{" + entry.body[len(link) :],
        nouns=nouns,
        counts=counts,
        messages=tuple(
            [
                Message(
                    to=to,
                    kind=kind,
                    about=about,
                    inside=inside,
                    outside=outside,
                    due=datetime.fromisoformat(due[0]) if due else None,
                )
                for to, kind, about, inside, outside, *due in _rows(body["messages"], *_MESSAGE)
            ]
        ),
        apart=entry.apart,
        forgets=_texts(body["forgets"]),
        removes=removes,
        touched=about,
    )


@cache
def _parts(form: int) -> tuple[list[str], list[type]]:
    """The names and kinds of the parts, in today's form. The first one is not said."""
    parts = {"n": int, "prev": str, **({} if form == 1 else {"v": int}), **_PARTS}
    return [*parts], [*parts.values()]


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Unfit(_SPELLED)
    return found


def _as_we_write(digits: str) -> float:
    number = float(digits)
    if repr(number) != digits:
        raise _Unfit(_SPELLED)
    return number


def _no_number(_: str) -> Any:
    raise _Unfit(_SPELLED)


#: Reads a body, and refuses twins and numbers that we would write otherwise.
_PARSE: Final = json.JSONDecoder(
    object_pairs_hook=_no_twins, parse_float=_as_we_write, parse_constant=_no_number
).decode


def _has_one_spelling(body: str) -> bool:
    """Whether what was read of this body could not have been written in another way.

    Without a backslash no letter of a text can be written in two ways. Blanks between two parts
    stand beside a mark, and other white space in no text. So most bodies need not be written again
    to be compared, which would take longer than to read them; of the others nothing is said here.
    """
    return not (
        "\\" in body
        or "\n" in body
        or "\r" in body
        or "\t" in body
        or _BLANK.search(body)
        or _MINUS_NOTHING.search(body)
    )


def _written(body: str, tables: list[Any]) -> list[str]:
    """How each noun is written, in a body that is spelled as ours. One alone is the end of it."""
    if len(tables) == 1:
        return [body[body.rindex(_NOUNS) + len(_NOUNS) : -2]]
    return [text(each) for each in tables]


def _must_be_told(body: dict[str, Any]) -> None:
    """What reports read of an entry: when, who asked what, and how it was found."""
    at, day = datetime.fromisoformat(body["at"]), date.fromisoformat(body["day"])
    if (at.astimezone(UTC).isoformat(), day.isoformat()) != (body["at"], body["day"]):
        raise _Unfit("has a moment or a day in another form")
    _texts([body["act"]["act"], body["act"]["by"]])
    _, verdicts, _, _ = _columns(body["findings"], _FINDING, "has a finding of another kind")
    if not {body["verdict"], *verdicts} <= _VERDICTS:
        raise _Unfit("has a verdict that is none")


def _texts(found: list[Any]) -> tuple[str, ...]:
    if not {*map(type, found)} <= {str}:
        raise _Unfit("has something else where a text must be")
    return tuple(found)


def _rows(found: list[Any], *kinds: list[type]) -> list[Any]:
    for row in found:
        if type(row) is not list or [*map(type, row)] not in kinds:
            raise _Unfit("has a row of another kind")
    return found


def _columns(found: list[Any], kinds: list[set[type]], what: str) -> list[tuple[Any, ...]]:
    """Rows of these kinds, column by column: there are many, and each column is looked at once."""
    if not found:
        return [()] * len(kinds)
    columns = [*zip(*found, strict=True)]
    if {*map(type, found)} != {list} or [{*map(type, each)} for each in columns] != kinds:
        raise _Unfit(what)
    return columns


def _gone(table: Any) -> bool:
    """Whether nobody can say any more what the noun was, since somebody was forgotten."""
    return type(table) is dict and type(table.get("noun")) is str and is_forgotten(table)


def _noun(table: Any, written: str | None) -> tuple[Noun, str]:
    """A noun, and how it is written: as it was, or, where something was put in, anew."""
    if type(table) is not dict:
        raise _Unfit("has something else where a noun must be")
    noun = noun_of(table)
    return noun, write_noun(noun) if written is None else written


def _must_be_kept(digests: list[Any], texts: tuple[Apart, ...]) -> None:
    """Each text must be one of those whose digests the entry has, in their order."""
    left: Iterator[Any] = iter(_rows(digests, _APART))
    for each in texts:
        name = [each.about, each.owner, each.digest]
        if not any(name == known for known in left):
            raise _Unfit("comes with a text that is not the one that was kept")
