"""Draws the publications that the handbook names."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from scripts.drawn.citing import BASE, LAYERS, SOURCES, activity, clause, layer, reminder
from scripts.drawn.markdown import drawn, esc, table

from peerkit.handbook.cues import cues

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peerkit.handbook import Handbook, Passage, Source

__all__ = ["sources"]


def sources() -> str:
    """Draw every publication, and what rests on it."""
    resting = _resting()
    rows = [
        (
            f'<span id="{each.id.lower()}"></span>`{each.id}`',
            _printed(each),
            ", ".join(resting[each.id]) or "not cited yet",
        )
        for each in SOURCES.values()
    ]
    unlinked = [each for each in SOURCES.values() if each.link is None]
    return drawn(
        "Sources",
        f"The {len(rows)} publications that the handbook names. A link leads to the publisher's "
        "page, which is not always the very page that is cited. Where the copy that was read has "
        "no date, there is no year.",
        table(("id", "publication", "what rests on it"), rows),
        "## Without a link",
        f"For {len(unlinked)} of them we have no address. They can be found by their title and "
        "publisher. If you know where one stands, tell us.",
        "\n".join(f"- {_printed(each)} [`{each.id}`](#{each.id.lower()})" for each in unlinked),
    )


def _printed(each: Source) -> str:
    title = esc(each.title) if each.link is None else f"[{esc(each.title)}]({each.link})"
    return f"{title}, {esc(each.publisher)}" + (f", {each.year}" if each.year else "")


def _resting() -> dict[str, dict[str, None]]:
    """What rests on each source: clauses, activities, layers, and cues for reading over a note."""
    cited: dict[str, dict[str, None]] = defaultdict(dict)
    for place, link in _cited():
        cited[place.source.id][link] = None
    return cited


def _cited() -> Iterator[tuple[Passage, str]]:
    """Every passage, and a link to what rests on it."""
    for id_, written in BASE.clauses.items():
        yield from ((each, clause(id_)) for each in written.every_passage())
    for id_, entry in BASE.activities.items():
        yield from ((each, activity(id_)) for each in entry.passages)
    for id_, told in BASE.reminders.items():
        yield from ((each.passage, reminder(id_)) for each in told.values)
    for id_, book in LAYERS.items():
        yield from ((each, layer(id_)) for each in _passages(book) if each.layer == id_)
    for cue in cues():
        yield from ((each, "[cues](/how-to/review-a-note.md)") for each in cue.passages)


def _passages(book: Handbook) -> Iterator[Passage]:
    """Every passage of a handbook."""
    for written in book.clauses.values():
        yield from written.every_passage()
    for entry in book.activities.values():
        yield from entry.passages
    for told in book.reminders.values():
        yield from (each.passage for each in told.values)
