"""How records are kept: nothing twice, one step at a time, and anyone may tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peerkit.acts import ConsultSupervisor, RecordSupervision, ReportSession
from peerkit.decisions import Finding, Findings, Verdict
from peerkit.model import Match, MatchStatus

if TYPE_CHECKING:
    from peerkit.acts import Act, Makes, Moves, ProposeMatch, RaiseConcern, WelcomePeer
    from peerkit.handbook import Book
    from peerkit.model import Noun, View

_RUNNING: Final = frozenset({MatchStatus.PROPOSED, MatchStatus.ACCEPTED})


def once(act: Makes, view: View, book: Book) -> Findings:
    """An id names one thing: making it a second time is not allowed."""
    clause = book.clause("once")
    facts = {"id": act.the_id}
    before = view.get(act.makes, act.the_id)
    if before is None or (act.already and act.makes.lifecycle.steps[before.status]):
        return (Finding(clause, Verdict.ALLOWED, facts),)
    return (Finding(clause, Verdict.NOT_ALLOWED, facts),)


def one_match(act: ProposeMatch, view: View, book: Book) -> Findings:
    """Two people have one match at a time: nobody is counted twice."""
    clause = book.clause("one-match")
    facts = {"peer": act.peer, "participant": act.participant}
    for each in view.all(Match):
        if each.status in _RUNNING and {each.peer, each.participant} == {act.peer, act.participant}:
            return (Finding(clause, Verdict.NOT_ALLOWED, {**facts, "id": each.id}),)
    return (Finding(clause, Verdict.ALLOWED, facts),)


def known_clauses(act: ConsultSupervisor | RaiseConcern, view: View, book: Book) -> Findings:
    """What is asked or told about names a clause that the book has: else no answer would count."""
    named = (act.clause,) if isinstance(act, ConsultSupervisor) else act.clauses
    missing = [each for each in named if each not in book.clauses]
    if missing:
        facts = {"missing": f"{', '.join(missing)} as a clause of the handbook"}
        return (Finding(book.clause("known"), Verdict.NEEDS_FACTS, facts),)
    return ()


def steps(act: Moves, view: View, book: Book) -> Findings:
    """A thing moves one step at a time, along its lifecycle."""
    clause = book.clause("steps")
    noun = view.get(act.moves, act.id)
    if noun is None or not _theirs(noun, act):
        whose = "" if noun is None else " of the people named"
        missing = {"missing": f"{act.id} as a {act.moves.kind}{whose}"}
        return (Finding(book.clause("known"), Verdict.NEEDS_FACTS, missing),)
    to = act.to(noun)
    verdict = Verdict.ALLOWED if noun.lifecycle.allows(noun.status, to) else Verdict.NOT_ALLOWED
    facts = {"id": act.id, "status": noun.lifecycle.says(noun.status, to)}
    return (Finding(clause, verdict, facts),)


def _theirs(noun: Noun, act: Moves) -> bool:
    """Whether it belongs to the people whom the act names: nobody answers another's match."""
    return all(
        getattr(noun, each) == getattr(act, each)
        for each in ("peer", "participant")
        if hasattr(act, each)
    )


def happened(
    act: ReportSession | RecordSupervision | WelcomePeer, view: View, book: Book
) -> Findings:
    """A record says what has happened, and never what is still to come."""
    clause = book.clause("already-happened")
    if isinstance(act, ReportSession):
        early = act.starts > view.now
    elif isinstance(act, RecordSupervision):
        early = act.on > book.day
    else:
        early = act.supervised is not None and act.supervised > book.day
    return (Finding(clause, Verdict.NEEDS_FACTS if early else Verdict.ALLOWED, {"by": act.by}),)


def told(act: Act, view: View, book: Book) -> Findings:
    """Telling of a supervision, a tie, a concern or an ending is always right."""
    return (Finding(book.clause("anyone-may-tell"), Verdict.ALLOWED, {"by": act.by}),)
