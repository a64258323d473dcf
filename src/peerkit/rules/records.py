"""How records are kept: nothing twice, one step at a time, and anyone may tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from peerkit.acts import (
    AcceptMatch,
    Act,
    ConsultSupervisor,
    DeclineMatch,
    DiscloseTie,
    EndConsent,
    EndMatch,
    JoinWaitingList,
    LeaveGroup,
    LeaveRespite,
    Makes,
    Moves,
    ProposeMatch,
    RaiseConcern,
    RecordMeasure,
    RecordMilestone,
    RecordSupervision,
    RecordTraining,
    ReopenConcern,
    ReportBias,
    ReportDebrief,
    ReportDrift,
    ReportMissedSession,
    ReportSession,
    ReportShift,
    ReportVisit,
    TryToReach,
    WelcomePeer,
    WriteHouseLog,
)
from peerkit.acts.act import free_id
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.model import Match, MatchStatus, Participant, Peer, Person, Phrase, Session, Shift
from peerkit.rules.missing import near, unknown

if TYPE_CHECKING:
    from peerkit.handbook import Book
    from peerkit.model import Noun, View

#: Kinds of nouns that are people: who is not known is welcomed, and a thing is not.
_PEOPLE: Final = frozenset({Person, Peer, Participant})
_RUNNING: Final = frozenset({MatchStatus.PROPOSED, MatchStatus.ACCEPTED})


def once(act: Makes, view: View, book: Book) -> Findings:
    """An id names one thing: making it a second time is not allowed."""
    clause = book.clause("once")
    id_ = act.the_id
    facts = {"id": id_, "near": ""}
    before = view.get(act.makes, id_)
    if before is None or act.goes_on(before):
        return (Finding(clause, Verdict.ALLOWED, facts),)
    if not act.already:
        return (Finding(clause, Verdict.NOT_ALLOWED, facts),)
    kept_as = free_id(view, act.makes, id_)
    if isinstance(act, ReportSession):  # told under another's id, it counts for nobody yet
        facts["near"] = Phrase(" This is kept as {id}.", id=kept_as)
        return (Finding(clause, Verdict.NOT_ALLOWED, facts),)
    facts["other"] = kept_as
    return (Finding(book.clause("kept-apart"), Verdict.ALLOWED, facts),)


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
    if not missing:
        return ()
    told = Phrase("{ids} as a clause of the handbook", ids=", ".join(missing))
    return (unknown(book, near(told, missing[0], book.clauses)),)


def steps(act: Moves, view: View, book: Book) -> Findings:
    """A thing moves one step at a time, along its lifecycle."""
    clause = book.clause("steps")
    noun = view.get(act.moves, act.id)
    if noun is None or not _theirs(noun, act):
        template = "{id} as a {kind}" if noun is None else "{id} as a {kind} of the people named"
        missing = Phrase(template, id=act.id, kind=Phrase(act.moves.kind))
        return (unknown(book, missing, clause="known" if act.moves in _PEOPLE else "known-thing"),)
    to = act.to(noun)
    verdict = Verdict.ALLOWED if noun.lifecycle.allows(noun.status, to) else Verdict.NOT_ALLOWED
    facts = {"id": act.id, "status": noun.lifecycle.says(noun.status, to)}
    return (Finding(clause, verdict, facts),)


#: What a noun and an act about it must name alike.
_WHOSE: Final = (
    "peer",
    "with_peers",
    "participant",
    "participants",
    "person",
    "group",
    "house",
)


def _theirs(noun: Noun, act: Moves) -> bool:
    """Whether it belongs to the people whom the act names: nobody answers another's match."""
    return all(
        _same(getattr(noun, each), getattr(act, each))
        for each in _WHOSE
        if hasattr(act, each) and hasattr(noun, each)
    )


def _same(one: str | tuple[str, ...], other: str | tuple[str, ...]) -> bool:
    """The same person, or the same people in any order."""
    return one == other or (type(one) is type(other) is tuple and set(one) == set(other))


def _missed_early(act: ReportMissedSession, view: View, book: Book) -> bool:
    session = view.get(Session, act.id)
    return session is not None and session.starts > view.now


def _said_early(act: AcceptMatch | DeclineMatch | EndMatch, view: View, book: Book) -> bool:
    if act.when is None:
        return False
    match = view.get(Match, act.id)
    before = None if match is None else match.since
    return act.when > view.now or (before is not None and act.when < before)


def _began_early(act: WelcomePeer, view: View, book: Book) -> bool:
    return max(act.since, act.supervised or act.since) > book.day


def _worked_early(act: ReportShift, view: View, book: Book) -> bool:
    """Who was not there when it began is missed from then on; who was, is there to the end."""
    shift = view.get(Shift, act.id)
    if shift is None:
        return False
    return (shift.ends if act.was_there else shift.starts) > view.now


def _told_early(act: JoinWaitingList | TryToReach, view: View, book: Book) -> bool:
    return act.when is not None and act.when > view.now


#: For each act that tells of something, whether it tells of what is still to come.
_EARLY: Final[Mapping[type[Act], Callable[[Any, View, Book], bool]]] = {
    ReportSession: lambda act, view, book: act.ends > view.now,
    ReportMissedSession: _missed_early,
    AcceptMatch: _said_early,
    DeclineMatch: _said_early,
    EndMatch: _said_early,
    RecordSupervision: lambda act, view, book: act.on > book.day,
    WelcomePeer: _began_early,
    RecordTraining: lambda act, view, book: act.on > book.day,
    ReportDebrief: lambda act, view, book: act.on > book.day,
    ReportDrift: lambda act, view, book: act.on > book.day,
    LeaveRespite: lambda act, view, book: act.when is not None and act.when > view.now,
    ReportShift: _worked_early,
    RecordMeasure: lambda act, view, book: act.on > book.day,
    RecordMilestone: lambda act, view, book: act.on > book.day,
    JoinWaitingList: _told_early,
    TryToReach: _told_early,
    ReportVisit: lambda act, view, book: act.on > book.day,
}
#: The acts that tell of something that must lie behind us.
TELLING: Final = tuple(_EARLY)


def happened(act: Any, view: View, book: Book) -> Findings:
    """A record says what has happened, and never what is still to come."""
    clause = book.clause("already-happened")
    early = _EARLY[type(act)](act, view, book)
    return (Finding(clause, Verdict.NEEDS_FACTS if early else Verdict.ALLOWED, {"by": act.by}),)


def told(act: Act, view: View, book: Book) -> Findings:
    """Telling is always right, whoever does it: who tells is not asked for leave."""
    return (Finding(book.clause("anyone-may-tell"), Verdict.ALLOWED, {"by": act.by}),)


#: The rules of this subject.
RULES: Final = (
    Rule("once", (Makes,), once),
    Rule("one-match", (ProposeMatch,), one_match),
    Rule("known-clauses", (ConsultSupervisor, RaiseConcern), known_clauses),
    Rule("steps", (Moves,), steps),
    Rule("already-happened", TELLING, happened),
    Rule(
        "anyone-may-tell",
        (
            RecordSupervision,
            DiscloseTie,
            RaiseConcern,
            EndMatch,
            ReportDrift,
            ReportBias,
            LeaveGroup,
            LeaveRespite,
            WriteHouseLog,
            TryToReach,
            EndConsent,
            ReopenConcern,
        ),
        told,
    ),
)
