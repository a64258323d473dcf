"""Draws the rules: one page for each, and the list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scripts.drawn.asking import clauses_of_rules, visits_of_rules
from scripts.drawn.citing import BASE, act_link, clause, rule
from scripts.drawn.clauses import dealt, described
from scripts.drawn.markdown import drawn, esc, first, table

from peerkit.acts import ACTS
from peerkit.rules import ROLE_LIMITS

if TYPE_CHECKING:
    from peerkit.decisions import Rule

__all__ = ["rules"]

#: A rule that speaks in more clauses than these has them from the catalogue, and lists them.
_MANY: Final = 8


def rules() -> dict[str, str]:
    """The page of every rule and the list of them, by their paths."""
    pages = {f"reference/rules/{each.id}.md": _page(each) for each in ROLE_LIMITS.rules}
    return {"reference/rules/index.md": _index(), **pages}


def _index() -> str:
    rows = [
        (rule(each.id), first(each.check), _few(_acts(each), "acts"), str(len(_clauses(each))))
        for each in ROLE_LIMITS.rules
    ]
    return drawn(
        "Rules",
        "A **rule** is a small function: it looks at an act and at what stands, and speaks in the "
        f"words of a [clause](/reference/clauses.md). There are {len(rows)}. Their order changes "
        "nothing: each that has something to say is heard, and the heaviest verdict wins.",
        table(("rule", "what it says", "speaks of", "clauses"), rows),
        f"Silence is no: an act of which no rule speaks gets {clause('silence')}. A rule that "
        f"raises counts as no: {clause('unchecked')}.",
    )


def _page(each: Rule) -> str:
    spoken = _clauses(each)
    decided = visits_of_rules().get(each.id, ())
    if len(spoken) > _MANY:
        said = [(clause(id_), esc(BASE.clauses[id_].says)) for id_ in spoken]
        words = [
            (
                "It speaks in the clauses that the [activities](/reference/activities/index.md) "
                "name. Each stands with its sources on its own page."
            ),
            table(("clause", "says"), said),
        ]
    else:
        words = [described(BASE.clauses[id_], level=3) for id_ in spoken]
    return drawn(
        each.id,
        f"> {first(each.check)}",
        f"**Speaks of:** {', '.join(_acts(each))}.",
        *(["## In the words of", *words] if spoken else []),
        "## What it decides",
        dealt(decided) or "No situation comes to it yet.",
    )


def _acts(each: Rule) -> list[str]:
    return [act_link(kind) for kind in ACTS if issubclass(kind, each.speaks_of)]


def _clauses(each: Rule) -> list[str]:
    spoken = clauses_of_rules().get(each.id, frozenset())
    return [id_ for id_ in BASE.clauses if id_ in spoken]


def _few(links: list[str], called: str) -> str:
    return ", ".join(links) if len(links) <= _MANY else f"{len(links)} {called}"
