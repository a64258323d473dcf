"""Points at the parts of the handbook: what it is read from, links, passages and numbers.

A link is written from the root of the documentation (`/reference/…`), wherever it stands;
`draw_docs.pages` makes it lead there from its page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scripts.drawn.markdown import esc, sentence, table, verdict

from peerkit.acts import ACTS
from peerkit.handbook import Handbook, layers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from peerkit.acts import Act
    from peerkit.handbook import LeadsTo, Passage, Source, Value, Verdict, Written

__all__ = [
    "BASE",
    "LAYERS",
    "SOURCES",
    "act_link",
    "activity",
    "anchor",
    "clause",
    "found_at",
    "layer",
    "leads_on",
    "number",
    "numbers",
    "onward",
    "passage",
    "reminder",
    "rule",
    "sentences",
    "so_that",
    "source",
]

BASE: Final = Handbook.load()
#: Every layer that peerkit ships, laid over what it is laid over.
LAYERS: Final = {each.id: Handbook.load(each.id) for each in layers()}
#: Every publication that the base or a layer names.
SOURCES: Final[Mapping[str, Source]] = {
    id_: each for book in (BASE, *LAYERS.values()) for id_, each in book.sources.items()
}
_KINDS: Final = {each.kind: each for each in ACTS}


def act_link(kind: type[Act]) -> str:
    """A link to an act."""
    return f"[`{kind.__name__}`](/reference/acts.md#{kind.__name__.lower()})"


def activity(id_: str, book: Handbook = BASE) -> str:
    """A link to an activity, by its name. One that only a layer knows stands on its page."""
    entry = book.activities[id_]
    if id_ in BASE.activities:
        return f"[{esc(entry.name)}](/reference/activities/{entry.group}.md#{id_})"
    return f"[{esc(entry.name)}](/{layer_page(entry.group)}#{id_})"


def clause(id_: str) -> str:
    """A link to a clause. One that only a layer knows stands on its page."""
    if id_ in BASE.clauses:
        return f"[`{id_}`](/reference/clauses.md#{id_})"
    home = next(name for name, book in LAYERS.items() if id_ in book.clauses)
    return f"[`{id_}`](/{layer_page(home)}#{id_})"


def layer_page(id_: str) -> str:
    """Where the page of a layer is."""
    return f"reference/layers/{id_.replace('/', '-')}.md"


def layer(id_: str) -> str:
    """A link to a layer, by its id; the base has no page of its own."""
    return f"[`{id_}`](/{layer_page(id_)})" if id_ in LAYERS else "the base"


def anchor(id_: str) -> str:
    """Where something stands on its page; a dot is no part of that."""
    return id_.replace(".", "-")


def reminder(id_: str) -> str:
    """A link to a reminder."""
    return f"[`{id_}`](/reference/reminders.md#{anchor(id_)})"


def rule(id_: str) -> str:
    """A link to a rule."""
    return f"[`{id_}`](/reference/rules/{id_}.md)"


def source(id_: str) -> str:
    """A link to a source."""
    return f"[{esc(SOURCES[id_].title)}](/reference/sources.md#{id_.lower()})"


def passage(each: Passage) -> str:
    """A passage: where, since when, and how sure we are."""
    said = f"{source(each.source.id)}, {esc(each.at)}"
    if each.since:
        said += f", from {each.since}"
    if each.until:
        said += f", until {each.until}"
    if not each.verified:
        said += " **[unverified]**"
    return f"{said} (checked {each.looked})"


def found_at(passages: Iterable[Passage]) -> str:
    """Passages as a list, each once."""
    return "\n".join(f"- {passage(each)}" for each in dict.fromkeys(passages))


def so_that(when: Iterable[tuple[str, str]]) -> str:
    """Circumstances with their answers, by their codes."""
    return ", ".join(
        f"[`{name}`](/reference/circumstances.md#{name}) = `{answer}`" for name, answer in when
    )


def leads_on(leads: Iterable[LeadsTo], book: Handbook = BASE) -> str:
    """What somebody may do next: activities and acts, as links."""
    found = []
    for each in leads:
        if each.act is not None:
            found.append(act_link(_KINDS[each.act]))
        elif each.activity is not None:
            answers = f" ({so_that(each.when)})" if each.when else ""
            found.append(activity(each.activity, book) + answers)
    return "; ".join(found)


def onward(instead: str, hand_to: str, leads: Iterable[LeadsTo], book: Handbook = BASE) -> str:
    """The way forward: what a peer may do instead, who does the rest, and what leads on."""
    said = f"**Instead:** {esc(instead)}<br>**Hand to:** {esc(hand_to)}"
    leading = leads_on(leads, book)
    return f"{said}<br>**Leads on to:** {leading}" if leading else said


def sentences(of: Mapping[Verdict, str]) -> str:
    """What a clause says under each verdict."""
    rows = [(verdict(which), sentence(text)) for which, text in sorted(of.items())]
    return table(("verdict", "sentence"), rows) if rows else ""


def number(value: Value, unit: str) -> str:
    """A number with its unit."""
    if value.number is None:
        return "none"
    return f"**{value.number} {esc(unit if value.number != 1 else unit.removesuffix('s'))}**"


def numbers(written: Written) -> str:
    """The numbers of one limit: those of the base and those of every layer that sets one."""
    rows = [
        ("the base", number(each, written.unit), passage(each.passage)) for each in written.values
    ]
    for name, book in LAYERS.items():
        rows += [
            (layer(name), number(each, written.unit), passage(each.passage))
            for each in book.clauses[written.id].values
            if each.passage.layer == name
        ]
    if not rows:
        return "Nobody has set a number yet, neither the base nor a layer."
    return table(("layer", "number", "source"), rows)
