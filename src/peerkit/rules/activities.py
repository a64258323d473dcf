"""Is this a peer's work? The handbook's catalogue answers, activity by activity."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from peerkit.acts import ReportSession
from peerkit.decisions import Finding, Findings, Verdict
from peerkit.model import (
    Activity,
    Consent,
    ConsentScope,
    FactsStatus,
    Peer,
    Phrase,
    SuppliedFacts,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peerkit.acts import DoActivity, PlanSession, SupplyFacts
    from peerkit.handbook import ActivityEntry, Book
    from peerkit.model import View

#: Which supplied facts count, in the order in which they are taken: a report takes what its
#: request used, and a correction what the report took.
_FOR_A_REQUEST: Final = (FactsStatus.SUPPLIED,)
_FOR_A_REPORT: Final = (FactsStatus.USED, FactsStatus.SUPPLIED)
_FOR_A_CORRECTION: Final = (FactsStatus.DONE, *_FOR_A_REPORT)
_WHOSE: Final = Phrase("Whose story or information is it? (of = their id)")
_TO_WHOM: Final = Phrase("Who will see or hear it? (to = their id)")


def in_role(act: DoActivity | PlanSession | ReportSession, view: View, book: Book) -> Findings:
    """Each activity is looked up in the catalogue; what it does not know it does not allow."""
    found: list[Finding] = []
    for position, activity in enumerate(act.activities_named):
        entry = book.activities.get(activity.id)
        if entry is None:
            found.append(_unknown(activity, position, book))
        else:
            found += _of(entry, activity, position, act, view, book)
    return tuple(found)


def asked_of_it(act: SupplyFacts, view: View, book: Book) -> Findings:
    """Facts answer what the book asks of an activity: all of it, in answers that it knows."""
    entry = book.activities.get(act.activity.id)
    if entry is None:
        return (_unknown(act.activity, 0, book),)
    answers = dict(act.activity.circumstances)
    facts = {"peer": act.peer, "activity": entry.name}
    return _questions(entry, answers, facts, 0, book) or (
        Finding(book.clause("missing-facts"), Verdict.ALLOWED, facts, 0, entry),
    )


def _unknown(activity: Activity, position: int, book: Book) -> Finding:
    near = get_close_matches(activity.id, book.activities, 1)
    hint = Phrase(" Did you mean {near}?", near=near[0]) if near else ""
    facts = {"activity": activity.id, "near": hint}
    return Finding(book.clause("unknown-activity"), Verdict.NEEDS_FACTS, facts, position)


def _of(
    entry: ActivityEntry,
    activity: Activity,
    position: int,
    act: DoActivity | PlanSession | ReportSession,
    view: View,
    book: Book,
) -> Findings:
    """What the catalogue says of one activity under its circumstances."""
    facts: dict[str, object] = {"peer": act.peer, "activity": entry.name}
    answers: Mapping[str, str] = dict(activity.circumstances)
    if entry.asks and not answers.keys() >= set(entry.asks):
        answers, facts = _with_supplied(answers, facts, activity, act, view)
    asked = _questions(entry, answers, facts, position, book) if entry.asks else ()
    found = [
        *asked,
        *(
            Finding(book.clause(clause), verdict, facts, position, entry)
            for verdict, clause in entry.outcomes(answers)
        ),
    ]
    if entry.roles:
        found += _wider(entry, position, act, view, book)
    if entry.consent is not None:
        found.append(_agreed(entry, activity, position, act, view, book))
    return tuple(found)


def _with_supplied(
    answers: Mapping[str, str],
    facts: dict[str, object],
    activity: Activity,
    act: DoActivity | PlanSession | ReportSession,
    view: View,
) -> tuple[Mapping[str, str], dict[str, object]]:
    """The answers together with those that somebody supplied for this; they are used up by it."""
    usable = _usable(act)
    fitting = [
        each
        for each in view.all(SuppliedFacts)
        if each.status in usable
        and each.activity.id == activity.id
        and each.peer == act.peer
        and each.participant in act.participants_named
    ]
    if not fitting:
        return answers, facts
    first = min(fitting, key=lambda each: (usable.index(each.status), each.id))
    told = {**dict(first.activity.circumstances), **answers}
    return told, {**facts, "supplied": (first.id,)}


def _usable(act: DoActivity | PlanSession | ReportSession) -> tuple[FactsStatus, ...]:
    if isinstance(act, ReportSession) and act.corrects:
        return _FOR_A_CORRECTION
    return _FOR_A_REPORT if act.already else _FOR_A_REQUEST


def _questions(
    entry: ActivityEntry,
    answers: Mapping[str, str],
    facts: Mapping[str, object],
    position: int,
    book: Book,
) -> Findings:
    """What is still to be said, as one finding; none when all is known."""
    missing = [
        each for each in entry.asks if answers.get(each) not in book.circumstances[each].answers
    ]
    if not missing:
        return ()
    asked = _question(missing[0], book)
    for each in missing[1:]:
        asked = Phrase("{first} {second}", first=asked, second=_question(each, book))
    stray = [each for each in answers if each not in entry.asks]
    if stray:
        asked = Phrase("{asked} (Not asked here: {ids}.)", asked=asked, ids=", ".join(stray))
    told = {**facts, "missing": asked}
    return (Finding(book.clause("missing-facts"), Verdict.NEEDS_FACTS, told, position, entry),)


def _question(circumstance: str, book: Book) -> Phrase:
    """The question, and each answer by its code."""
    asked = book.circumstances[circumstance]
    (first, words), *others = asked.answers.items()
    answers = Phrase("{code}: {words}", code=first, words=Phrase(words))
    for code, words in others:
        answers = Phrase("{rest}; {code}: {words}", rest=answers, code=code, words=Phrase(words))
    return Phrase(
        "{question} {id} = {answers}", question=Phrase(asked.asks), id=circumstance, answers=answers
    )


def _wider(
    entry: ActivityEntry,
    position: int,
    act: DoActivity | PlanSession | ReportSession,
    view: View,
    book: Book,
) -> Findings:
    """Whether this is the work of the role that the peer has; the supervisor may widen it."""
    peer = view.get(Peer, act.peer)
    if peer is None:
        return ()
    verdict = Verdict.ALLOWED if peer.role in entry.roles else Verdict.NEEDS_CONSULTATION
    facts = {"peer": act.peer, "activity": entry.name, "role": Phrase(peer.role)}
    return (Finding(book.clause("wider-roles"), verdict, facts, position, entry),)


def _agreed(
    entry: ActivityEntry,
    activity: Activity,
    position: int,
    act: DoActivity | PlanSession | ReportSession,
    view: View,
    book: Book,
) -> Finding:
    """Whether the person it belongs to has agreed that those who will hear or see it may.

    A story is heard by those who are there; anything else goes to somebody, who is named.
    """
    facts: dict[str, object] = {"peer": act.peer, "activity": entry.name}
    scope = ConsentScope(str(entry.consent))
    hearers = act.participants_named if activity.to is None else (activity.to,)
    if activity.of is None or (activity.to is None and scope is not ConsentScope.STORY):
        asked = _WHOSE if activity.of is None else _TO_WHOM
        told = {**facts, "missing": asked}
        return Finding(book.clause("missing-facts"), Verdict.NEEDS_FACTS, told, position, entry)
    clause = book.clause("consent")
    facts |= {"participant": activity.of, "scope": Phrase(scope)}
    moment = act.moment(view.now)
    for to in hearers:
        if to != activity.of and not any(
            each.participant == activity.of and each.covers(scope, to, moment)
            for each in view.all(Consent)
        ):
            told = {**facts, "to": to}
            return Finding(clause, Verdict.NEEDS_CONSENT, told, position, entry)
    return Finding(clause, Verdict.ALLOWED, {**facts, "to": Phrase("them")}, position, entry)
