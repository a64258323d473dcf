"""Is this a peer's work? The handbook's catalogue answers, activity by activity."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

import attrs

from peerkit.acts import (
    DoActivity,
    PlanSession,
    ReportSession,
    SupplyFacts,
)
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.handbook import ActivityEntry, Book
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
    from peerkit.acts import (
        Act,
    )
    from peerkit.model import View

__all__ = ["RULES", "asked_of_it", "in_role", "whatever_stands"]

_WHOSE: Final = Phrase("Whose story, picture or information is it? (of = their id)")
_TO_WHOM: Final = Phrase("Who will see or hear it? (to = their id)")
_NO_ANSWERS: Final[Mapping[str, str]] = {}
#: How like an activity's code must be to be what was meant: a wrong hint about danger is worse
#: than none.
_LIKE: Final = 0.8


@attrs.frozen
class _Asked:
    """One activity of an act, with what the catalogue says of it.

    ``activity`` has the facts in it that somebody supplied; ``facts`` are what
    every finding about it says.
    """

    activity: Activity
    entry: ActivityEntry
    position: int
    book: Book
    facts: dict[str, object]

    @property
    def answers(self) -> dict[str, str]:
        """What is known of its circumstances."""
        return dict(self.activity.circumstances)

    def finding(self, clause: str, verdict: Verdict, **facts: object) -> Finding:
        """A finding about this activity."""
        told = {**self.facts, **facts} if facts else self.facts
        return Finding(self.book.clause(clause), verdict, told, self.position, self.entry)


def in_role(act: DoActivity | PlanSession | ReportSession, view: View, book: Book) -> Findings:
    """Each activity is looked up in the catalogue; what it does not know it does not allow."""
    found: list[Finding] = []
    supplied = [*view.all(SuppliedFacts)]
    for position, activity in enumerate(act.activities_named):
        entry = book.activities.get(activity.id)
        if entry is None:
            found.append(_unknown(activity, position, book))
        else:
            facts: dict[str, object] = {"peer": act.peer, "activity": entry.name}
            asked = _Asked(activity, entry, position, book, facts)
            if supplied and (entry.asks or entry.consent is not None):
                asked = _with_supplied(asked, act, supplied)
            found += _of(asked, act, view)
    return tuple(found)


def asked_of_it(act: SupplyFacts, view: View, book: Book) -> Findings:
    """Facts answer what the book asks of an activity: all of it, in answers that it knows."""
    entry = book.activities.get(act.activity.id)
    if entry is None:
        return (_unknown(act.activity, 0, book),)
    facts: dict[str, object] = {"peer": act.peer, "activity": entry.name}
    asked = _Asked(act.activity, entry, 0, book, facts)
    missing = [*_questions(asked), *_whom(asked)]
    return _missing(asked, act, missing) or (asked.finding("missing-facts", Verdict.ALLOWED),)


def whatever_stands(act: Act, book: Book) -> bool:
    """Whether what is asked is open about anybody, whatever two people are to each other."""
    if not isinstance(act, DoActivity):
        return False
    entry = book.activities.get(act.activity.id)
    return entry is not None and entry.whatever_stands


def _unknown(activity: Activity, position: int, book: Book) -> Finding:
    near = get_close_matches(activity.id, book.activities, 1, _LIKE)
    hint = Phrase(" Did you mean {near}?", near=near[0]) if near else ""
    facts = {"activity": activity.id, "near": hint}
    return Finding(book.clause("unknown-activity"), Verdict.NEEDS_FACTS, facts, position)


def _of(asked: _Asked, act: DoActivity | PlanSession | ReportSession, view: View) -> Findings:
    """What the catalogue says of one activity under its circumstances.

    While something is still to be said, no part of it is called open.
    """
    entry = asked.entry
    questions = _questions(asked) if entry.asks else []
    found = [*_missing(asked, act, questions)] if questions else []
    for verdict, clause in entry.outcomes(asked.answers if entry.cases else _NO_ANSWERS):
        if verdict is not Verdict.ALLOWED or not questions:
            found.append(asked.finding(clause, verdict))
    if entry.roles:
        found += _wider(asked, act, view)
    if entry.consent is not None:
        found += _missing(asked, act, _whom(asked)) or _agreed(asked, act, view)
    return tuple(found)


def _with_supplied(
    asked: _Asked, act: DoActivity | PlanSession | ReportSession, supplied: list[SuppliedFacts]
) -> _Asked:
    """The activity with what somebody supplied for it, which is used up by it.

    Facts are of one pair. In a group each may differ, so there they are said with the activity.
    What is used is taken from ``supplied``: it does not count for the next activity.
    """
    activity = asked.activity
    if len(act.participants_named) != 1 or not (_questions(asked) or _whom(asked)):
        return asked
    fitting = [
        each
        for each in supplied
        if each.activity.id == activity.id
        and each.peer == act.peer
        and each.participant in act.participants_named
        and _usable(each, act)
    ]
    if not fitting:
        return asked
    first = min(fitting, key=lambda each: (each.status is FactsStatus.SUPPLIED, each.id))
    supplied.remove(first)
    told = first.activity
    whole = attrs.evolve(
        activity,
        circumstances={**dict(told.circumstances), **asked.answers},
        of=activity.of or told.of,
        to=activity.to or told.to,
    )
    return attrs.evolve(asked, activity=whole, facts={**asked.facts, "supplied": (first.id,)})


def _usable(facts: SuppliedFacts, act: Act) -> bool:
    """A request takes what is supplied; its report, first of all what the request took."""
    if facts.status is not FactsStatus.USED:
        return facts.status is FactsStatus.SUPPLIED
    return act.already and facts.used_for in {None, getattr(act, "id", None)}


def _missing(asked: _Asked, act: Act, questions: list[Phrase]) -> Findings:
    """The questions that are open, as one finding; none when all is known.

    Among several activities they say which one they are about.
    """
    if not questions:
        return ()
    whole = questions[0]
    if len(act.activities_named) > 1:
        whole = Phrase("For {activity}: {question}", activity=asked.entry.name, question=whole)
    for each in questions[1:]:
        whole = Phrase("{first} {second}", first=whole, second=each)
    return (asked.finding("missing-facts", Verdict.NEEDS_FACTS, missing=whole),)


def _questions(asked: _Asked) -> list[Phrase]:
    """What of its circumstances is still to be said, and what was said that is no answer."""
    asks, known = asked.entry.asks, asked.book.circumstances
    if not asks:
        return []
    answers = asked.answers
    missing = [each for each in asks if answers.get(each) not in known[each].answers]
    if not missing:
        return []
    found = [_question(each, asked.book) for each in missing]
    wrong = [f"{each} = {answers[each]}" for each in missing if each in answers]
    if wrong:
        found.append(Phrase("(No answer here: {answers}.)", answers=", ".join(wrong)))
    stray = [each for each in answers if each not in asks]
    if stray:
        found.append(Phrase("(Not asked here: {ids}.)", ids=", ".join(stray)))
    return found


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


def _whom(asked: _Asked) -> list[Phrase]:
    """Whose it is and who will hear it, where somebody's consent is needed and it is not said.

    A story is heard by those who are there; anything else goes to somebody, who is named.
    """
    scope, activity = asked.entry.consent, asked.activity
    if scope is None:
        return []
    named = activity.to is not None or scope == ConsentScope.STORY
    return [*([_WHOSE] if activity.of is None else []), *([] if named else [_TO_WHOM])]


def _wider(asked: _Asked, act: Any, view: View) -> Findings:
    """Whether this is the work of a role that the peer has; the supervisor may widen it."""
    peer = view.get(Peer, act.peer)
    if peer is None:
        return ()
    fits = next((each for each in peer.roles if each in asked.entry.roles), None)
    verdict = Verdict.NEEDS_CONSULTATION if fits is None else Verdict.ALLOWED
    return (asked.finding("wider-roles", verdict, role=Phrase(fits or peer.role)),)


def _agreed(asked: _Asked, act: Any, view: View) -> Findings:
    """Whether the person it belongs to has agreed that those who will hear or see it may."""
    activity, scope = asked.activity, ConsentScope(str(asked.entry.consent))
    told = {"participant": activity.of, "scope": Phrase(scope)}
    moment = act.starts if isinstance(act, PlanSession) else act.moment(view.now)
    there = act.participants_named if scope is ConsentScope.STORY else ()
    for to in (*there, *(() if activity.to is None else (activity.to,))):
        if to != activity.of and not any(
            each.participant == activity.of and each.covers(scope, to, moment, late=act.already)
            for each in view.all(Consent)
        ):
            return (asked.finding("consent", Verdict.NEEDS_CONSENT, **told, to=to),)
    return (asked.finding("consent", Verdict.ALLOWED, **told, to=Phrase("them")),)


#: The rules of this subject.
RULES: Final = (
    Rule("in-role", (DoActivity, PlanSession, ReportSession), in_role),
    Rule("asked-of-it", (SupplyFacts,), asked_of_it),
)
