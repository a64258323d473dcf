"""Draws who pays, what for, and what nobody has read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.drawn.citing import activity, found_at, layer, passage
from scripts.drawn.markdown import drawn, esc, table

from peerkit.handbook import Handbook
from peerkit.handbook.funding import funding_sources

if TYPE_CHECKING:
    from peerkit.handbook.funding import FundingSource, NotPaid

__all__ = ["funding"]


def funding() -> str:
    """Draw every funding source."""
    parts = []
    for each in funding_sources():
        parts += [f"## {esc(each.name)} {{#{each.id}}}", *_told(each)]
    return drawn(
        "Funding",
        "Who pays for peer support, as far as anybody has read it. States are dated examples: ask "
        "the payer before you claim. An empty list is never a yes "
        "([how to count a month](/how-to/bill-what-is-billable.md)).",
        *parts,
    )


def _told(of: FundingSource) -> list[str]:
    """What there is to say of one."""
    facts = [f"**Id:** `{of.id}`"]
    if of.layer is not None:
        facts.append(f"**Layer:** {layer(of.layer)}")
    if of.caps:
        facts.append(f"**Caps:** {', '.join(_cap(of, each) for each in of.caps)}")
        facts += [f"**Past `{cap}`:** {esc(says)}" for cap, says in of.beyond.items()]
    if of.asks_goal:
        facts.append("**Asks for a goal** of the participant behind each claim")
    if of.unread is not None:
        facts.append(f"**Unread:** {esc(of.unread)}")
    parts = ["<br>".join(facts)]
    if of.codes:
        rows = [(f"`{x}`", ", ".join(x.forms), passage(x.passage)) for x in of.codes]
        parts.append(table(("code", "forms of session", "source"), rows))
    if of.conditions:
        asked = [(esc(x.says), passage(x.passage)) for x in of.conditions]
        parts.append(table(("the payer asks that", "source"), asked))
    if of.not_paid:
        rows = [
            (
                esc(x.says),
                _told_by(x),
                passage(x.passage),
            )
            for x in of.not_paid
        ]
        parts.append(table(("not paid for", "told by", "source"), rows))
    return [*parts, found_at(of.passages)]


def _cap(of: FundingSource, limit: str) -> str:
    """A cap with its number, and whether somebody has read it at its source."""
    book = Handbook.load(*([] if of.layer is None else [of.layer]))
    found = book.on(of.passages[0].looked).clause(limit)
    memory = "" if found.passages[0].verified else " (from memory)"
    unit = esc(found.unit_for(found.value))
    return f"[`{limit}`](/reference/limits.md#{limit}): {found.value} {unit}{memory}"


def _told_by(of: NotPaid) -> str:
    """What it can be told by."""
    told = [*map(activity, of.activities)]
    told += [f"whoever gave it is a {each} and nothing else" for each in of.roles]
    told += [f"the group is {each}" for each in of.groups]
    return ", ".join(told) or "look yourself"
