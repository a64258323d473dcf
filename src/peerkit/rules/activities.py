"""Is this a peer's work? The handbook's catalogue answers, activity by activity."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from peerkit.decisions import Finding, Findings, Verdict
from peerkit.model import Activity, Consent, ConsentScope

if TYPE_CHECKING:
    from peerkit.acts import DoActivity, PlanSession, ReportSession
    from peerkit.handbook import ActivityEntry, Book
    from peerkit.model import View


def in_role(act: DoActivity | PlanSession | ReportSession, view: View, book: Book) -> Findings:
    """Each activity is looked up in the catalogue; what it does not know it does not allow."""
    found: list[Finding] = []
    for position, activity in enumerate(act.activities_named):
        entry = book.activities.get(activity.id)
        if entry is None:
            near = get_close_matches(activity.id, book.activities, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            facts = {"activity": activity.id, "near": hint}
            clause = book.clause("unknown-activity")
            found.append(Finding(clause, Verdict.NEEDS_FACTS, facts, position))
        else:
            found += _of(entry, activity, position, act, view, book)
    return tuple(found)


def _of(
    entry: ActivityEntry,
    activity: Activity,
    position: int,
    act: DoActivity | PlanSession | ReportSession,
    view: View,
    book: Book,
) -> Findings:
    """What the catalogue says of one activity under its circumstances."""
    found: list[Finding] = []
    facts = {"peer": act.peer, "activity": entry.name}
    answers = dict(activity.circumstances)
    missing = [each for each in entry.asks if not _answered(each, answers, book)]
    if missing:
        questions = " ".join(_question(each, book) for each in missing)
        stray = [each for each in answers if each not in entry.asks]
        hint = f" (Not asked here: {', '.join(stray)}.)" if stray else ""
        asked = {**facts, "missing": questions + hint}
        found.append(Finding(book.clause("missing-facts"), Verdict.NEEDS_FACTS, asked, position))
    fitting = [
        each
        for each in entry.cases
        if all(answers.get(name) == answer for name, answer in each.when.items())
    ]
    verdicts = [(each.verdict, each.clause) for each in fitting] or [(entry.verdict, entry.clause)]
    for verdict, clause in verdicts:
        found.append(Finding(book.clause(clause), verdict, facts, position, entry.advice_opens))
    if entry.consent is not None:
        found.append(
            _agreed(ConsentScope(entry.consent), activity, facts, position, act, view, book)
        )
    return tuple(found)


def _answered(circumstance: str, answers: dict[str, str], book: Book) -> bool:
    return answers.get(circumstance) in book.circumstances[circumstance].answers


def _question(circumstance: str, book: Book) -> str:
    asked = book.circumstances[circumstance]
    answers = "; ".join(f"{code}: {words}" for code, words in asked.answers.items())
    return f"{asked.asks} {circumstance} = {answers}"


def _agreed(
    scope: ConsentScope,
    activity: Activity,
    facts: dict[str, str],
    position: int,
    act: DoActivity | PlanSession | ReportSession,
    view: View,
    book: Book,
) -> Finding:
    """Whether the person it belongs to has agreed that those who will hear it may."""
    if activity.of is None:
        asked = {**facts, "missing": "Whose story or information is it? (of = their id)"}
        return Finding(book.clause("missing-facts"), Verdict.NEEDS_FACTS, asked, position)
    clause = book.clause("consent")
    told = {**facts, "participant": activity.of, "scope": str(scope)}
    moment = act.moment(view.now)
    for to in act.participants_named:
        if to != activity.of and not any(
            each.participant == activity.of and each.covers(scope, to, moment)
            for each in view.all(Consent)
        ):
            return Finding(clause, Verdict.NEEDS_CONSENT, {**told, "to": to}, position)
    return Finding(clause, Verdict.ALLOWED, {**told, "to": "them"}, position)
