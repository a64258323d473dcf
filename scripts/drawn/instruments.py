"""Draws the questionnaires, by their numbers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.drawn.citing import BASE, found_at, passage
from scripts.drawn.markdown import drawn, esc, table

from peerkit.handbook.instruments import instruments as every

if TYPE_CHECKING:
    from peerkit.handbook.instruments import Instrument

__all__ = ["instruments"]


def instruments() -> str:
    """Draw every instrument: items, range, cut points, licence, published figures."""
    parts = [
        table(
            ("id", "measures", "items", "each", "score", "better"),
            [
                (
                    f"[`{each.id}`](#{each.id})",
                    esc(each.of),
                    str(len(each.items)),
                    f"{each.least} to {each.most}",
                    f"{each.lowest} to {each.highest}",
                    str(each.better),
                )
                for each in every()
            ],
        )
    ]
    for each in every():
        parts += [f"## {esc(each.name)} {{#{each.id}}}", *_told(each)]
    return drawn(
        "Instruments",
        "The questionnaires that peerkit can score. No wording of an item stands here or in the "
        "code: whoever uses one brings the form. Items are called `item-1`, `item-2` and so on, in "
        "the order of that form ([how](/how-to/measure-outcomes.md)).",
        "A total needs every answer: no source that was read says how to make up for one.",
        *parts,
    )


def _told(of: Instrument) -> list[str]:
    """What there is to say of one."""
    facts = [
        f"**Licence:** {esc(of.licence.says)} ({passage(of.licence.passage)})",
    ]
    if of.reversed:
        facts.append(f"**Reversed:** {', '.join(of.reversed)}")
    if of.times != 1:
        facts.append(f"**The sum is multiplied by** {of.times}")
    facts += [
        f"**Goes to somebody at once:** {item} from {least} on, whatever the total is"
        for item, least in of.safety.items()
    ]
    if of.meaningful is not None:
        points = of.meaningful
        facts.append(
            f"**Usually called meaningful:** {points.points} points ({passage(points.passage)})"
        )
    facts += [
        f"**{esc(each.kind)}:** {each.number}, {_people(each.people)} ({passage(each.passage)})"
        for each in of.published
    ]
    parts = ["<br>".join(facts)]
    if of.bands:
        rows = [
            (
                f"`{each.id}`",
                "otherwise"
                if each.past is None
                else f"{_past(each.past)} ([`{each.past}`](/reference/limits.md#{each.past}))",
            )
            for each in of.bands
        ]
        parts.append(table(("called", "when the score is"), rows))
    if of.parts:
        parts.append(
            table(
                ("part", "items", "source"),
                [(f"`{x.id}`", str(x.items), passage(x.passage)) for x in of.parts],
            )
        )
    return [*parts, found_at(of.passages)]


def _past(limit: str) -> str:
    """On which side of its number this band lies: "below 47"."""
    (value, *_) = BASE.clauses[limit].values
    return f"{'above' if BASE.clauses[limit].tighter == 'lower' else 'below'} {value.number}"


def _people(many: int | None) -> str:
    return "people not named" if many is None else f"{many} people"
