"""How any verdict is reached: every rule that speaks leaves findings; the heaviest wins.

This room knows no rule. Silence is no, and a rule that cannot be checked is no.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import attrs

from peerkit.acts import Act
from peerkit.decisions.decision import Decision
from peerkit.decisions.finding import Finding, Findings
from peerkit.handbook import Book, Verdict
from peerkit.model import View

__all__ = ["Rule", "Rules", "decide"]

#: The verdicts as `decide` meets them: a name of this module is found faster than one of an enum.
_ALLOWED: Final = Verdict.ALLOWED
_CONSULT: Final = Verdict.NEEDS_CONSULTATION
_NO: Final = Verdict.NOT_ALLOWED

#: What looks at all findings together: see :class:`Rules`.
Heeded: TypeAlias = Callable[[Findings, Act, View], Findings]


@attrs.frozen
class Rule:
    """One limit of the role: which acts it speaks of, and how it checks them."""

    id: str
    speaks_of: tuple[type[Act], ...]
    check: Callable[[Any, View, Book], Findings]


class Rules:
    """Some rules, found by the kind of act they speak of.

    ``heeded`` looks at all findings together when some ask for a consultation:
    it may let through what a supervisor has agreed to.
    """

    __slots__ = ("_by_act", "heeded", "rules")

    def __init__(self, *rules: Rule, heeded: Heeded | None = None) -> None:
        self.heeded: Heeded | None = heeded
        self.rules: tuple[Rule, ...] = rules
        self._by_act: dict[type[Act], tuple[Rule, ...]] = {}

    def speaking_of(self, act: type[Act]) -> tuple[Rule, ...]:
        """The rules that speak of this kind of act."""
        found = self._by_act.get(act)
        if found is None:
            found = tuple(each for each in self.rules if issubclass(act, each.speaks_of))
            self._by_act[act] = found
        return found


def decide(act: Act, view: View, book: Book, rules: Rules) -> Decision:
    """Ask every rule that speaks of this act. The heaviest finding wins; silence is no.

    Pure: it reads the act, the view and the book, and nothing else. A rule
    that raises counts as no.
    """
    findings: list[Finding] = []
    for rule in rules.speaking_of(type(act)):
        try:
            findings += rule.check(act, view, book)
        except Exception as error:  # noqa: BLE001 - a rule that cannot be checked never says yes
            findings.append(_unchecked(rule.id, error, book))
    if not findings:
        findings.append(Finding(book.clause("silence"), _NO))
    heaviest, asks = _ALLOWED, False
    for each in findings:
        verdict = each.verdict
        if verdict > heaviest:  # noqa: PLR1730 - max() would cost a fifth of the whole decision
            heaviest = verdict
        asks = asks or verdict is _CONSULT
    found = tuple(findings)
    if asks and rules.heeded is not None:
        found = _heeded(rules.heeded, found, act, view, book)
        heaviest = max([each.verdict for each in found])
    return Decision(act, found, heaviest, book.edition, book.day)


def _heeded(heeded: Heeded, found: Findings, act: Act, view: View, book: Book) -> Findings:
    """The findings after advice: one for one, or advice that cannot be read is no."""
    try:
        after = heeded(found, act, view)
    except Exception as error:  # noqa: BLE001 - what cannot be checked never says yes
        return (*found, _unchecked("advice", error, book))
    return after if len(after) == len(found) else found


def _unchecked(rule: str, error: Exception, book: Book) -> Finding:
    """Names the rule and the kind of error; its text may hold somebody's words."""
    facts = {"id": rule, "error": type(error).__name__}
    return Finding(book.clause("unchecked"), Verdict.NOT_ALLOWED, facts)
