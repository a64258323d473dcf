"""Draws what the code is made of: acts, errors, and what is stored."""

from __future__ import annotations

import inspect
import sqlite3
from importlib import import_module
from pkgutil import walk_packages
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from scripts.drawn.fields import fields
from scripts.drawn.markdown import drawn, esc, first, table, told

import peerkit
from peerkit.acts import ACTS, Act
from peerkit.errors import PeerkitError
from peerkit.program import Program
from peerkit.rules import ROLE_LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["acts", "errors", "store_format"]


def acts() -> str:
    """Draw every act: what it is, its fields, what it is about and what it leaves."""
    rows = [
        (
            f"[`{each.__name__}`](#{each.__name__.lower()})",
            f"`{each.kind}`",
            "report" if each.already else "request",
            first(each),
        )
        for each in ACTS
    ]
    return drawn(
        "Acts",
        f"The {len(rows)} things people can ask to do or report having done. A **request** that is "
        "not allowed changes nothing. A **report** is "
        "[never refused](../explanation/why-a-report-is-never-refused.md).",
        "An act is made with keywords (`pk.ProposeMatch(by=…, peer=…)`) or read from JSON "
        '(`{"act": "match.proposed", "by": …}`), with the same names for the fields. Dates are '
        "texts such as `2026-11-02`, moments texts with an offset, enums one of their values. "
        'Answers may be a table (`{"item-1": 3}`), circumstances are one, and a rule that '
        'comes back may be its RRULE text (`"FREQ=WEEKLY;COUNT=10"`).',
        table(("act", "kind", "", "in one sentence"), rows),
        *(_act_section(each) for each in ACTS),
    )


def _about(act: type[Act]) -> str:
    """What the decision stands on: in words where an act works it out, or its fields."""
    if act.about is not Act.about:
        return first(act.about)
    named = [f"`{each}`".replace("the_id", "id") for each in act.stands_on]
    return ", ".join(each.replace("+", "` with `") for each in named) + "."


def _act_section(act: type[Act]) -> str:
    speaking = ", ".join(f"`{each.id}`" for each in ROLE_LIMITS.speaking_of(act))
    return "\n\n".join(
        [
            f"## {act.__name__} {{#{act.__name__.lower()}}}",
            f"`{act.kind}` · {'a report' if act.already else 'a request'}",
            told(act),
            fields(act),
            "<br>".join(
                (
                    f"**About:** {_about(act)}",
                    f"**Leaves:** {first(act.leaves)}",
                    f"**Rules that speak of it:** {speaking or 'none'}",
                )
            ),
        ]
    )


def errors() -> str:
    """Draw the tree of errors, as the classes have it."""
    for each in walk_packages(peerkit.__path__, "peerkit."):
        if not each.name.startswith(("peerkit.testing.", "peerkit.reports.")):
            import_module(each.name)
    rows = []
    for depth, kind in _below(PeerkitError):
        own = kind.__module__ != "builtins" and "__init__" in vars(kind)
        names = list(inspect.signature(kind.__init__).parameters)[1:] if own else []
        where = "peerkit" if kind.__name__ in peerkit.__all__ else kind.__module__
        rows.append(
            (
                "&emsp;" * depth + f"`{kind.__name__}`",
                f"`{where}`",
                first(kind),
                ", ".join(f"`{name}`" for name in names),
            )
        )
    return drawn(
        "Errors",
        "A refusal is not an error: it is a [decision](../explanation/one-change.md) like any "
        "other. These are raised when something else is wrong. Catch `PeerkitError` to catch them "
        "all. Messages name ids, fields and files; they never hold a name, a word somebody said, "
        "or the value that was refused.",
        table(("error", "import it from", "when", "what it carries"), rows),
    )


def _below(kind: type[Exception], depth: int = 0) -> Iterator[tuple[int, type[Exception]]]:
    yield depth, kind
    for each in sorted(kind.__subclasses__(), key=lambda one: one.__name__):
        if each.__module__.startswith("peerkit") and not each.__name__.startswith("_"):
            yield from _below(each, depth + 1)


#: What each part of a journal entry is. A part that is missing here stops the drawing.
_BODY: Final = {
    "n": "its number, from 1, without a gap",
    "prev": "the hash of the entry before it; 64 zeros for the first",
    "at": "the moment it was kept, in UTC",
    "day": "the day whose handbook judged it",
    "edition": "the edition of that handbook",
    "verdict": "the heaviest verdict",
    "findings": "lists of: clause, verdict, facts, position of the activity (-1: the whole act)",
    "counts": "tallies it moved: of whom, what, by how much, on which day",
    "messages": "messages it put into the outbox: to, kind, about, inside, outside",
    "apart": "texts it kept apart: about, whose, salted digest",
    "forgets": "owners whose texts apart went with it",
    "removes": "nouns that are there no more: kind, id",
    "touched": "the ids whose history it belongs to",
    "act": "the act itself; of its words only whether there are any",
    "nouns": "the nouns it left, as they then stood",
}


def store_format() -> str:
    """Draw what is stored: the parts of an entry, and the tables of an SQLite file."""
    with TemporaryDirectory() as folder:
        where = f"{folder}/drawn.db"
        with Program.open(where) as program:
            program.do(peerkit.WelcomeParticipant(by="coordinator", id="p-7"))
            entry = next(program.journal())
        db = sqlite3.connect(where)
        try:
            found = list(_tables(db))
        finally:
            db.close()
    body = entry.read()
    if list(body) != list(_BODY):
        wrong = sorted(set(body).symmetric_difference(_BODY)) or "their order"
        raise ValueError(f"scripts/draw_docs.py describes another journal entry: {wrong}")
    return drawn(
        "Store format",
        "What peerkit writes, for those who write a store, check a journal with a program of their "
        "own, or read the file years from now.",
        "## An entry of the journal",
        "An entry is one JSON text: UTF-8, no spaces, keys in this order. Its hash is the SHA-256 "
        "of exactly these bytes, in hexadecimal. Whoever checks it hashes the stored text and does "
        "not write it anew. It was written so: within a text, quotes, backslashes and controls "
        "below U+0020 are escaped, and every other letter stands for itself; numbers are whole; "
        "moments are UTC, `2026-11-02T12:00:00+00:00`, with six digits of a second where there are "
        "any; days are `2026-11-02`.",
        "The first entry has the number 1 and is linked to 64 zeros. `tests/vectors` of the "
        "repository holds small journals with their heads, and `scripts/verify_journal.py`, which "
        "shares no code with peerkit, follows them, an SQLite file, or JSON Lines with `n`, `hash` "
        "and `body`.",
        table(("key", "what it holds"), ((f"`{key}`", esc(what)) for key, what in _BODY.items())),
        "The digest of a text apart is the SHA-256 of the salt, a line feed and the text. The salt "
        "lies beside the text and goes with it, so the digest alone says nothing.",
        "## An anchor",
        "One line, its parts between spaces: `peerkit-anchor-1`, the number, the hash, the moment "
        "in UTC, and the first eight digits of the SHA-256 of all that stands before them with "
        "single spaces. A signed one has a sixth part: the Ed25519 signature of the five, in "
        "Base64.",
        "## The tables of an SQLite file",
        "One file holds many programs; `program` is the number of one. The tables are `STRICT`. "
        "Triggers refuse an edited or cut journal, and a change without an entry; who can write to "
        "the file can drop them ([what we promise](../explanation/what-we-promise.md)).",
        *found,
    )


def _tables(db: sqlite3.Connection) -> Iterator[str]:
    names = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")
    for (name,) in names.fetchall():
        columns = db.execute("SELECT name, type, pk FROM pragma_table_info(?)", (name,)).fetchall()
        key = [each for each, _, place in sorted(columns, key=lambda one: one[2]) if place]
        listed = ", ".join(f"`{each}`" for each, *_ in columns)
        yield f"**`{name}`**: {listed}<br>one row for each " + ", ".join(f"`{k}`" for k in key)
