"""Draws the layers: what each sets, changes and cites for, and what nobody has read for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scripts.drawn import activities, clauses
from scripts.drawn.asking import outcomes
from scripts.drawn.citing import (
    LAYERS,
    activity,
    clause,
    layer,
    layer_page,
    number,
    passage,
)
from scripts.drawn.markdown import drawn, esc, folded, table, verdict

from peerkit.handbook import Handbook
from peerkit.handbook import layers as summaries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peerkit.handbook import ActivityEntry, LayerSummary, Passage

__all__ = ["layers"]

#: What the kinds are called as headings.
_KINDS: Final = {"country": "Countries", "state": "States", "board": "Boards"}


def layers() -> dict[str, str]:
    """The page of every layer and the list of them, by their paths."""
    pages = {layer_page(each.id): _page(each) for each in summaries()}
    return {"reference/layers/index.md": _index(), **pages}


def _index() -> str:
    kinds: dict[str, list[LayerSummary]] = {}
    for each in summaries():
        kinds.setdefault(each.of, []).append(each)
    parts = []
    for kind, alike in kinds.items():
        rows = [
            (
                f"[{esc(each.title)}](/{layer_page(each.id)})<br>`{each.id}`",
                f"{len(each.limits)} of {len(each.limits) + len(each.silent)}",
                str(len(each.activities)),
                str(len(each.clauses)),
                str(each.passages),
                str(each.unverified),
                esc(each.unread or "not said"),
            )
            for each in alike
        ]
        headings = ("layer", "limits set", "activities", "clauses", "passages", "unverified")
        parts += [f"## {_KINDS.get(kind, kind)}", table((*headings, "not read yet"), rows)]
    return drawn(
        "Layers",
        f"The {len(summaries())} layers that peerkit ships. A layer is laid over the base with its "
        'id: `Handbook.load("us/nc")` ([how](/how-to/ask-the-handbook.md)); you can '
        "[write your own](/how-to/add-a-limit-or-a-layer.md).",
        "**Silence is not a yes.** Where a layer says nothing of a thing, it was not seen in the "
        "copy that was read, and what lies below it speaks. The tables say how much each layer "
        "speaks of; `peerkit.handbook.layers()` gives the same as data. The passages that are "
        "unverified are known from memory only.",
        *parts,
        hide="toc",
    )


def _page(each: LayerSummary) -> str:
    over = ", ".join(map(layer, each.over)) or "the base"
    below = Handbook.load(*each.over)
    return drawn(
        esc(each.title),
        f"`{each.id}` · {esc(each.of)} · laid over {over}",
        f"It sets {len(each.limits)} of {len(each.limits) + len(each.silent)} limits and cites "
        f"{each.passages} passages"
        + (f"; {each.unverified} of these are known from memory only." if each.unverified else "."),
        '!!! note "Not read yet"\n    '
        + esc(each.unread or "The layer does not say.")
        + " Where this layer is silent, what lies below it speaks: silence means that nothing was "
        "seen in the copy that was read, never that a thing is permitted.",
        *_numbers(each, below),
        *_activities(each, below),
        *_clauses(each, below),
        *_silent(each),
    )


def _numbers(each: LayerSummary, below: Handbook) -> Iterator[str]:
    """The numbers it sets, beside those that stand without it."""
    book = LAYERS[each.id]
    rows = []
    for id_ in each.limits:
        written, under = book.clauses[id_], below.clauses.get(id_)
        before = [] if under is None else [number(one, written.unit) for one in under.values]
        rows += [
            (
                f"{clause(id_)}<br>{esc(written.says)}",
                "<br>".join(before) or "no number",
                number(one, written.unit),
                passage(one.passage),
            )
            for one in written.values
            if one.passage.layer == each.id
        ]
    if rows:
        yield "## Numbers"
        yield table(("limit", "without this layer", "here", "source"), rows)


def _activities(each: LayerSummary, below: Handbook) -> Iterator[str]:
    """The activities it changes, cites for, or brings."""
    book = LAYERS[each.id]
    changed = [book.activities[id_] for id_ in each.activities if id_ in below.activities]
    new = [book.activities[id_] for id_ in each.activities if id_ not in below.activities]
    if changed:
        yield "## Activities"
        rows = [
            (
                activity(one.id, book),
                "<br>".join(_differences(one, below, book)) or "the same answers",
                "<br>".join(map(passage, _cited(one, each.id, book))),
            )
            for one in changed
        ]
        yield table(("activity", "what it changes", "source"), rows)
    if new:
        yield "## Activities of its own"
        for one in new:
            yield activities.described(one, book).replace("## ", "### ", 1)


def _cited(entry: ActivityEntry, layer_id: str, book: Handbook) -> Iterator[Passage]:
    """What the layer cites for an activity, and for the clauses in whose words it is judged."""
    named = dict.fromkeys((entry.clause, *(case.clause for case in entry.cases)))
    places = [*entry.passages, *(place for id_ in named for place in book.clauses[id_].passages)]
    return (place for place in dict.fromkeys(places) if place.layer == layer_id)


def _differences(each: ActivityEntry, below: Handbook, book: Handbook) -> Iterator[str]:
    """Where the answer differs: under which circumstances, before and here."""
    before = [found for _, found in outcomes(each.id, below)]
    for old, (when, new) in zip(before, outcomes(each.id, book), strict=True):
        if (old.verdict, old.clause.id) != (new.verdict, new.clause.id):
            under = "; ".join(
                esc(book.circumstances[name].answers[answer]) for name, answer in when.items()
            )
            yield (
                (f"{under}: " if under else "")
                + f"{verdict(old.verdict)} → {verdict(new.verdict)} {clause(new.clause.id)}"
            )


def _clauses(each: LayerSummary, below: Handbook) -> Iterator[str]:
    """The clauses it cites for, and those it brings."""
    book = LAYERS[each.id]
    cited = [
        (id_, [one for one in book.clauses[id_].passages if one.layer == each.id])
        for id_ in (*each.clauses, *each.limits)
    ]
    known = [(id_, places) for id_, places in cited if id_ in below.clauses and places]
    if known:
        yield "## Clauses it cites for"
        rows = [
            (f"{clause(id_)}<br>{esc(book.clauses[id_].says)}", "<br>".join(map(passage, places)))
            for id_, places in known
        ]
        yield table(("clause", "source"), rows)
    own = [id_ for id_, _ in cited if id_ not in below.clauses]
    if own:
        yield "## Clauses of its own"
        for id_ in own:
            yield clauses.described(book.clauses[id_], level=3, anchor=id_, book=book)


def _silent(each: LayerSummary) -> Iterator[str]:
    """The limits it does not speak of."""
    if each.silent:
        lines = [", ".join(map(clause, each.silent))]
        yield folded("abstract", f"Limits it is silent on: {len(each.silent)}", lines)
