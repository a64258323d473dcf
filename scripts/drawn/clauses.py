"""Draws the clauses: what each says, where it comes from, what leads on, and its situations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.drawn.asking import clauses_of_rules, visits_of_clauses
from scripts.drawn.citing import BASE, found_at, numbers, onward, rule, sentences
from scripts.drawn.markdown import drawn, esc, folded, sentence, verdict

from peerkit.testing.situations import situations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from peerkit.handbook import Handbook, Written
    from peerkit.testing.situations import Situation

__all__ = ["clauses", "dealt", "described"]


def clauses() -> str:
    """Draw every clause of the base."""
    return drawn(
        "Clauses",
        "A clause is a passage of the handbook: what it says, where it comes from, what a peer may "
        "do instead, and who does the rest. [Rules](/reference/rules/index.md) speak in the words "
        f"of clauses. There are {len(BASE.clauses)}, and {len(situations())} "
        "[situations](/how-to/write-a-situation.md) that visit them.",
        f"Edition of this handbook: `{BASE.edition[:16]}…`. The words in *slanted letters* are "
        "filled in with ids and numbers. **[unverified]** marks what is known from memory only "
        "([why](/explanation/the-book.md)).",
        *(
            part
            for each in BASE.clauses.values()
            for part in (
                described(each, level=2, anchor=each.id, spoken=_spoken(each.id)),
                dealt(visits_of_clauses().get(each.id, ())),
            )
        ),
    )


def described(
    each: Written,
    *,
    level: int,
    anchor: str = "",
    spoken: str = "",
    book: Handbook = BASE,
) -> str:
    """Everything about one clause but its situations."""
    parts = [
        f"{'#' * level} {each.id}" + (f" {{#{anchor}}}" if anchor else ""),
        f"> {sentence(each.says)}",
        spoken,
        sentences(each.sentences),
        onward(each.instead, each.hand_to, each.leads_to, book),
    ]
    if each.unit:
        parts.append(f"A {each.tighter} number is tighter.\n\n{numbers(each)}")
    parts.append(found_at(each.passages))
    return "\n\n".join(part for part in parts if part)


def dealt(found: Iterable[Situation]) -> str:
    """Situations, folded away: the verdict, the case, and why."""
    lines = [
        f"- {verdict(each.verdict)} {esc(each.name)}"
        + (f": *{esc(each.because)}*" if each.because else "")
        for each in found
    ]
    return folded("example", f"Situations: {len(lines)}", lines) if lines else ""


def _spoken(id_: str) -> str:
    """Which rules speak in this clause."""
    rules = [rule(each) for each, spoken in clauses_of_rules().items() if id_ in spoken]
    if rules:
        return f"Spoken by: {', '.join(sorted(rules))}."
    if BASE.clauses[id_].unit:
        return "Asked with [`measured`](/how-to/ask-the-handbook.md); no rule asks it by itself."
    return "Spoken by the engine itself, whatever the rules are."
