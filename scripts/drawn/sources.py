"""Draws the publications that the handbook names."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from scripts.drawn.citing import BASE, LAYERS, SOURCES, activity, clause, layer
from scripts.drawn.markdown import drawn, esc, table

from peerkit.handbook.cues import cues

if TYPE_CHECKING:
    from peerkit.handbook import Source

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
    for written in BASE.clauses.values():
        for place in written.every_passage():
            cited[place.source.id][clause(written.id)] = None
    for entry in BASE.activities.values():
        for place in entry.passages:
            cited[place.source.id][activity(entry.id)] = None
    for id_, book in LAYERS.items():
        places = [each for one in book.clauses.values() for each in one.every_passage()]
        places += [each for one in book.activities.values() for each in one.passages]
        for place in places:
            if place.layer == id_:
                cited[place.source.id][layer(id_)] = None
    for cue in cues():
        for place in cue.passages:
            cited[place.source.id]["[cues](/how-to/review-a-note.md)"] = None
    return cited
