"""The forty rules in peerkit: forty ``Rule``s, an act class for each act, findings kept.

A rule that permits leaves ``ALLOWED`` where it holds, and otherwise says nothing; a rule that
forbids leaves ``NOT_ALLOWED`` where it holds, and otherwise says nothing. The heaviest finding wins
and silence is no, so the answer is that of the other engines: allowed when something permits and
nothing forbids. The findings are the rules that held, with the numbers their sentences need. (The
rules that peerkit ships also say so when they are content. That way is measured apart, in
``everyday``.)

The request's parts are fields of the act. peerkit's rules are found by the kind of act, and each
looks at the role itself.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar, Final

import attrs

from benchmarks.forty_rules import ACTS, RULES, Written
from benchmarks.rule_requests import (
    Actor,
    Consent,
    Participant,
    Relationship,
    Request,
    Situation,
)
from peerkit.acts import Act, Judged, Left
from peerkit.decisions import Decision, Finding, Rule, Rules, Verdict
from peerkit.handbook import Book, Clause
from peerkit.model import View

__all__ = ["asked", "reasons", "the_rules"]


@attrs.frozen(kw_only=True)
class _Asked(Act):
    """One of the twenty acts. Each has a class of its own below this one."""

    kind: ClassVar[str] = "asked"
    actor: Actor
    participant: Participant
    relationship: Relationship
    consent: Consent
    situation: Situation

    @property
    def about(self) -> tuple[str, ...]:
        """Whoever asks."""
        return (self.actor.id,)

    def leaves(self, view: View, judged: Judged) -> Left:
        """Nothing: these acts are only asked."""
        return Left()


_ACT: Final[dict[str, Any]] = {
    name: attrs.make_class(
        name, {}, bases=(_Asked,), class_body={"kind": name}, frozen=True, kw_only=True
    )
    for name in ACTS
}
_VIEW: Final = View(datetime(2026, 3, 2, 12, tzinfo=UTC))
_BOOK: Final = Book(
    day=date(2026, 3, 2),
    edition="forty rules",
    clauses={
        id_: Clause(
            id=id_,
            says=says,
            sentences={},
            passages=(),
            instead="Ask what is needed.",
            hand_to="the supervisor",
        )
        for id_, says in [
            *((each.id, each.says) for each in RULES),
            ("silence", "no rule permits it"),
            ("unchecked", "a rule could not be checked"),
        ]
    },
    activities={},
    circumstances={},
    reminders={},
)


def _rule(rule: Written) -> Rule:
    """A rule whose check is written out as one would write it by hand."""
    verdict = "ALLOWED" if rule.permits else "NOT_ALLOWED"
    facts = f", {rule.facts}" if rule.facts else ""
    when = f"({rule.holds})"
    if rule.roles is not None:
        when = f"r.actor.role in {set(rule.roles)!r} and {when}"
    names = {
        "Finding": Finding,
        "ALLOWED": Verdict.ALLOWED,
        "NOT_ALLOWED": Verdict.NOT_ALLOWED,
    }
    check = eval(  # noqa: S307 - our own text
        f"lambda r, view, book: (Finding(book.clause({rule.id!r}), {verdict}{facts}),) "
        f"if {when} else ()",
        names,
    )
    speaks_of = (_Asked,) if rule.acts is None else tuple(_ACT[each] for each in rule.acts)
    return Rule(rule.id, speaks_of, check)


def the_rules() -> Rules:
    """All forty."""
    return Rules(*(_rule(each) for each in RULES))


def asked(request: Request, rules: Rules) -> tuple[Act, View, Book, Rules]:
    """What ``peerkit.decide`` is given for a request."""
    act: Act = _ACT[request.act](
        by=request.actor.id,
        actor=request.actor,
        participant=request.participant,
        relationship=request.relationship,
        consent=request.consent,
        situation=request.situation,
    )
    return act, _VIEW, _BOOK, rules


def reasons(decision: Decision) -> tuple[str, ...]:
    """The ids of every rule that held."""
    return tuple(each.clause.id for each in decision.findings if each.clause.id != "silence")
