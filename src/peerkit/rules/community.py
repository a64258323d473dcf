"""On the way to a service, and with a team: as far as the person asked, and no further."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peerkit.acts import (
    AskHowItWent,
    AskToSpeak,
    GoAlong,
    Introduce,
    ReportSpoken,
    ReportVisit,
    WarmHandOver,
)
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.model import (
    Connection,
    Consent,
    ConsentScope,
    Phrase,
    Spoke,
    SpokenFor,
    SpokenForStatus,
    TeamMember,
    TeamMemberStatus,
    Visit,
    VisitStatus,
    WhoIsAsked,
)
from peerkit.rules.missing import unknown

if TYPE_CHECKING:
    from peerkit.handbook import Book
    from peerkit.model import View

#: Whatever else was said in somebody's name, they had not asked for it.
_AS_ASKED: Final = frozenset({Spoke.ONLY_WHAT_WAS_ASKED, Spoke.NOTHING})


def connecting(act: Introduce | WarmHandOver, view: View, book: Book) -> Findings:
    """Introducing is a peer's work. What is told of somebody is shared by an act of its own."""
    facts = {"peer": act.peer, "participant": act.participant}
    return (Finding(book.clause("connecting"), Verdict.ALLOWED, facts),)


def company(act: GoAlong, view: View, book: Book) -> Findings:
    """A peer goes along where somebody asked for company."""
    clause = book.clause("company")
    facts = {"peer": act.peer, "participant": act.participant}
    if act.by == act.participant or act.invited:
        return (Finding(clause, Verdict.ALLOWED, facts),)
    verdict = Verdict.NEEDS_FACTS if act.invited is None else Verdict.NEEDS_CONSENT
    return (Finding(clause, verdict, facts),)


def how_it_went(act: AskHowItWent, view: View, book: Book) -> Findings:
    """The person is asked and may leave it unsaid; a service only where they want it asked."""
    clause = book.clause("how-it-went")
    facts = {"peer": act.peer, "participant": act.participant}
    connection = view.get(Connection, act.connection)
    if connection is None or connection.participant != act.participant:
        missing = Phrase(
            "{id} as a {kind} of the people named",
            id=act.connection,
            kind=Phrase(Connection.kind),
        )
        return (unknown(book, missing),)
    if act.whom is WhoIsAsked.PARTICIPANT:
        return (Finding(clause, Verdict.ALLOWED, facts),)
    if act.their_wish:
        return (_agreed(act.participant, ConsentScope.PRESENCE, connection.service, view, book),)
    verdict = Verdict.NEEDS_FACTS if act.their_wish is None else Verdict.NOT_ALLOWED
    return (Finding(clause, verdict, facts),)


def on_the_team(act: AskToSpeak, view: View, book: Book) -> Findings:
    """Words go to somebody whom the participant has named, and who is still of the team."""
    clause = book.clause("on-the-team")
    facts = {"participant": act.participant, "to": act.to}
    member = view.get(TeamMember, act.to)
    there = (
        member is not None
        and member.participant == act.participant
        and member.status is TeamMemberStatus.CURRENT
    )
    return (Finding(clause, Verdict.ALLOWED if there else Verdict.NEEDS_FACTS, facts),)


def as_asked(act: ReportSpoken, view: View, book: Book) -> Findings:
    """What is said in somebody's name is what they asked to be said, and no more."""
    clause = book.clause("as-asked")
    facts = {"peer": act.peer, "participant": act.participant}
    asked = view.get(SpokenFor, act.id)
    taken_back = (
        asked is not None
        and (asked.peer, asked.participant) == (act.peer, act.participant)
        and asked.status is SpokenForStatus.TAKEN_BACK
        and act.spoke is not Spoke.NOTHING
    )
    fine = act.spoke in _AS_ASKED and not taken_back
    return (Finding(clause, Verdict.ALLOWED if fine else Verdict.NOT_ALLOWED, facts),)


def visit_wanted(act: ReportVisit, view: View, book: Book) -> Findings:
    """Who called a visit off is not visited. What nobody asked for is the rule steps' to say."""
    visit = view.get(Visit, act.id)
    if visit is None or (visit.peer, visit.participant) != (act.peer, act.participant):
        return ()
    clause = book.clause("visit-wanted")
    off = visit.status is VisitStatus.NOT_WANTED
    facts = {"peer": act.peer, "participant": act.participant}
    return (Finding(clause, Verdict.NOT_ALLOWED if off else Verdict.ALLOWED, facts),)


def _agreed(participant: str, scope: ConsentScope, to: str, view: View, book: Book) -> Finding:
    """Whether the participant agreed to this going there, now.

    Which service it is, is theirs alone: it would stay in the journal when they are forgotten.
    """
    facts = {"participant": participant, "scope": Phrase(scope), "to": Phrase("that service")}
    agreed = any(
        each.participant == participant and each.covers(scope, to, view.now)
        for each in view.all(Consent)
    )
    return Finding(
        book.clause("consent"), Verdict.ALLOWED if agreed else Verdict.NEEDS_CONSENT, facts
    )


#: The rules of this subject.
RULES: Final = (
    Rule("connecting", (Introduce, WarmHandOver), connecting),
    Rule("company", (GoAlong,), company),
    Rule("how-it-went", (AskHowItWent,), how_it_went),
    Rule("on-the-team", (AskToSpeak,), on_the_team),
    Rule("as-asked", (ReportSpoken,), as_asked),
    Rule("visit-wanted", (ReportVisit,), visit_wanted),
)
