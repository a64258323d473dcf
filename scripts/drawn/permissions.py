"""Draws who may do what: activities down, roles across."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from scripts.drawn.citing import BASE, activity, clause
from scripts.drawn.markdown import drawn, esc, table, verdict

from peerkit.handbook import Verdict
from peerkit.model import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peerkit.handbook import Permission

__all__ = ["permissions"]

#: What stands in a cell: a verdict in one word.
_SHORT: Final[Mapping[Verdict, str]] = {
    Verdict.ALLOWED: "yes",
    Verdict.NEEDS_CONSENT: "consent",
    Verdict.NEEDS_CONSULTATION: "talk",
    Verdict.NEEDS_FACTS: "facts",
    Verdict.NOT_ALLOWED: "no",
}
#: Titles that take more room than a column has.
_ROLES: Final = {each: str(each).replace("-", " ").removeprefix("peer ") for each in Role}


def permissions() -> str:
    """Draw the table of permissions, group by group."""
    parts = []
    for group, cells in groupby(BASE.permissions(), key=lambda each: each.group):
        rows = [
            _row(list(alike))
            for _, alike in groupby(cells, key=lambda each: (each.activity, each.when))
        ]
        parts += [
            f"## {esc(BASE.groups[group])} {{#{group}}}",
            '<div class="roles" markdown>',
            table(("activity", *_ROLES.values(), "clause"), rows),
            "</div>",
        ]
    legend = [
        (_cell(which), text)
        for which, text in (
            (Verdict.ALLOWED, "allowed"),
            (Verdict.NEEDS_CONSENT, "allowed once the person it belongs to has agreed"),
            (Verdict.NEEDS_CONSULTATION, "the supervisor is asked first"),
            (Verdict.NOT_ALLOWED, "not allowed; the clause says what to do instead"),
        )
    ]
    return drawn(
        "Permissions",
        "Who may do what, as the catalogue has it: activities down, roles across. Where an "
        "activity asks for [circumstances](/reference/circumstances.md), each answer has a row. "
        "`handbook.permissions()` gives the same as data, for any layer too "
        "([how](/how-to/ask-the-handbook.md)).",
        "Other [rules](/reference/rules/index.md) are heard when it is really asked: whether the "
        "two are matched, whether the peer has supervision, and so on.",
        table(("in a cell", "means"), legend),
        *parts,
        hide="toc",
    )


def _row(alike: list[Permission]) -> list[str]:
    """One activity under one set of answers, for every role."""
    first = alike[0]
    asked = ((BASE.circumstances[name], answer) for name, answer in first.when)
    answers = "".join(f"<br>{esc(each.asks)} {esc(each.answers[answer])}" for each, answer in asked)
    clauses = dict.fromkeys(clause(each.clause) for each in alike)
    found = {each.role: _cell(_heard(each)) for each in alike}
    return [
        activity(first.activity) + answers,
        *(found[role] for role in _ROLES),
        "<br>".join(clauses),
    ]


def _heard(each: Permission) -> Verdict:
    """The verdict while nobody has agreed yet."""
    return max(each.verdict, Verdict.ALLOWED if each.consent is None else Verdict.NEEDS_CONSENT)


def _cell(which: Verdict) -> str:
    return verdict(which, _SHORT[which])
