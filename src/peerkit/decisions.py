"""How any verdict is reached: every rule that speaks leaves findings; the heaviest wins.

This room knows no rule. Silence is no, and a rule that cannot be checked is no.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import attrs

from peerkit.acts import Act, Judged
from peerkit.errors import PeerkitError
from peerkit.handbook import Book, Clause, Verdict
from peerkit.model import View

if TYPE_CHECKING:
    from datetime import date

__all__ = ["Decision", "Finding", "Findings", "Refused", "Rule", "Rules", "Verdict", "decide"]

#: The verdicts as `decide` meets them: a name of this module is found faster than one of an enum.
_ALLOWED: Final = Verdict.ALLOWED
_CONSULT: Final = Verdict.NEEDS_CONSULTATION
_NO: Final = Verdict.NOT_ALLOWED


@attrs.frozen
class Finding:
    """What one clause of the handbook says of an act.

    ``facts`` are the ids and numbers it rests on. ``activity`` is the position
    of the activity it is about; -1 when it is about the whole act.
    ``advice_opens`` is false where a supervisor's advice never lets it through.
    """

    clause: Clause
    verdict: Verdict
    facts: Mapping[str, object] = attrs.field(factory=dict)
    activity: int = -1
    advice_opens: bool = True

    @property
    def allowed(self) -> bool:
        """Whether this clause is content."""
        return self.verdict is Verdict.ALLOWED

    @property
    def sentence(self) -> str:
        """What the clause says, in plain words with the numbers in it."""
        return self.clause.sentence(self.verdict, self.facts)

    def lines(self, *, sources: bool = True) -> list[str]:
        """The verdict and sentence, the way forward, and the sources, line by line."""
        lines = [f"{self.verdict}: {self.sentence} [{self.clause.id}]"]
        if not self.allowed:
            lines.append(f"    Instead: {self.clause.instead}")
            lines.append(f"    Hand to: {self.clause.hand_to}")
        if sources:
            lines += [f"    Source: {each}" for each in self.clause.passages]
        return lines

    def __str__(self) -> str:
        return "\n".join(self.lines())


#: What looks at all findings together: see :class:`Rules`.
Heeded: TypeAlias = Callable[["Findings", Act, View], "Findings"]
#: What a rule answers with: none when it has nothing to say, one or several otherwise.
Findings: TypeAlias = tuple[Finding, ...]


class Refused(PeerkitError):
    """An act was not allowed; ``decision`` says why, and what to do instead.

    The message itself gives no reason: a traceback goes to places where the
    reason, a tie between two people perhaps, does not belong.
    """

    def __init__(self, decision: Decision) -> None:
        self.decision: Decision = decision
        super().__init__(
            f"{decision.act.kind}: {decision.verdict}. The decision says why, and what leads on."
        )

    def __reduce__(self) -> tuple[type[Refused], tuple[Decision]]:
        return type(self), (self.decision,)


@attrs.frozen
class Decision:
    """Every finding on one act. ``verdict`` is the heaviest of them.

    ``edition`` is the handbook's and ``day`` the one it was read for.
    ``number`` is the journal's entry, 0 while nothing is kept; ``again`` is
    true when the act's key had been answered before.
    """

    act: Act
    findings: Findings
    verdict: Verdict
    edition: str
    day: date
    number: int = 0
    again: bool = False

    @property
    def allowed(self) -> bool:
        """Whether nothing stands against it."""
        return self.verdict is Verdict.ALLOWED

    def or_raise(self) -> Decision:
        """The decision, or :class:`Refused` when it is not allowed."""
        if not self.allowed:
            raise Refused(self)
        return self

    def kept_as(self, number: int) -> Decision:
        """The decision, once it is the journal's entry of this number."""
        return Decision(
            self.act, self.findings, self.verdict, self.edition, self.day, number, self.again
        )

    def heaviest_first(self) -> Findings:
        """The findings in the order people should read them."""
        return tuple(sorted(self.findings, key=lambda each: -each.verdict))

    def explain(self, *, sources: bool = True) -> str:
        """The whole answer as text: verdict, sentences, the way forward and the sources."""
        told = "It is kept all the same: a report is never refused." if self.act.already else ""
        head = f"{self.act.kind}: {self.verdict}."
        if not self.allowed and told:
            head = f"{head} {told}"
        lines = [line for each in self.heaviest_first() for line in each.lines(sources=sources)]
        return "\n".join([head, *(f"  {each}" for each in lines)])

    def judged(self) -> Judged:
        """What the act itself needs to know of this."""
        used = [each.facts["advice"] for each in self.findings if "advice" in each.facts]
        if self.allowed and not used:
            return _CLEAN
        against = [each for each in self.findings if not each.allowed]
        return Judged(
            allowed=self.allowed,
            whole=any(each.activity < 0 for each in against),
            outside=frozenset(each.activity for each in against if each.activity >= 0),
            clauses=tuple(dict.fromkeys(each.clause.id for each in against)),
            used=tuple(str(each) for ids in used for each in cast("tuple[str, ...]", ids)),
        )

    def __str__(self) -> str:
        return self.explain()

    def __bool__(self) -> bool:
        raise TypeError("A decision is neither true nor false: ask decision.allowed.")


_CLEAN: Final = Judged()


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
