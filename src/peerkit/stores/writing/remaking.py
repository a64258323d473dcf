"""The change that an entry once was, read back from the journal so that it can be kept again."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from peerkit.decisions import Verdict
from peerkit.errors import BadInput
from peerkit.model import Count, Message, Noun, View
from peerkit.stores import Apart, Change, Entry, Standing, touched, upcasting
from peerkit.stores.writing.codec import is_forgotten, noun_of, text, write_noun

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["remade"]

#: What an entry is made of, in this order, and what each part must be.
_PARTS: Final[list[tuple[str, type]]] = [
    ("n", int),
    *((name, str) for name in ("prev", "at", "day", "edition", "verdict")),
    *((name, list) for name in ("findings", "counts", "messages", "apart", "forgets", "removes")),
    ("touched", list),
    ("act", dict),
    ("nouns", list),
]
#: What each row of a part must be. A row of one is not a row.
_COUNT: Final[list[type]] = [str, str, int, str]
#: The sixth of a message is the moment it is due, where there is one.
_MESSAGE: Final[tuple[list[type], ...]] = ([str] * 5, [str] * 6)
_APART: Final[list[type]] = [str] * 3
_REMOVED: Final[list[type]] = [str] * 2
#: Nobody decides on what is shown with a change that was decided elsewhere.
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


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
        what = f"holds something that does not fit: {error.place}"
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError):
        what = "is not as peerkit writes it"
    raise BadInput(f"entry {entry.number}", what)


def _remade(entry: Entry) -> Change:
    plain = json.loads(entry.body)
    written = [text(each) for each in plain["nouns"]]
    if _spelled(plain, written) != entry.body:  # twins, blanks, numbers that are none
        raise _Unfit("is not in the form in which peerkit writes")
    private = [each for each in entry.apart if each.about.startswith("@")]
    if any(each.sealed for each in private):
        raise _Unfit("holds something private under a key: export the program with its keys")
    old = plain.get("v", 1) != upcasting.FORM
    body = entry.read() if private or old else plain
    if [(name, type(part)) for name, part in body.items() if name != "v"] != _PARTS:
        raise _Unfit("lacks a part, or has one of another kind")
    _must_be_kept(plain["apart"], entry.apart)
    _must_be_told(body)
    if private or old:
        nouns = tuple([_noun(each, None) for each in body["nouns"] if not _gone(each)])
    else:
        whole = zip(body["nouns"], written, strict=True)
        nouns = tuple([_noun(each, as_it_is) for each, as_it_is in whole if not _gone(each)])
    about = _texts(body["touched"])
    if about != touched(about, nouns) and not old:  # a noun may touch more than it once did
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
        counts=tuple([Count(*each) for each in _rows(body["counts"], _COUNT)]),
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
        removes=tuple([(kind, id_) for kind, id_ in _rows(body["removes"], _REMOVED)]),
    )


def _spelled(plain: dict[str, Any], nouns: list[str]) -> str:
    """The body as peerkit writes it: the nouns, which come last, are written already."""
    rest = text({**plain, "nouns": 0})
    return f"{rest[:-2]}[{','.join(nouns)}]}}"


def _must_be_told(body: dict[str, Any]) -> None:
    """What reports read of an entry: when, who asked what, and how it was found."""
    at, day = datetime.fromisoformat(body["at"]), date.fromisoformat(body["day"])
    if (at.astimezone(UTC).isoformat(), day.isoformat()) != (body["at"], body["day"]):
        raise _Unfit("has a moment or a day in another form")
    _texts([body["act"]["act"], body["act"]["by"]])
    verdicts = [body["verdict"]]
    for clause, verdict, facts, activity in body["findings"]:
        verdicts.append(verdict)
        if [type(clause), type(facts)] != [str, dict] or type(activity) is not int:
            raise _Unfit("has a finding of another kind")
    if not Verdict.__members__.keys() >= {*verdicts}:
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
