"""Who may walk with whom: known, supervised, not too many, and nothing else between them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from dateutil.relativedelta import relativedelta

from peerkit.acts import (
    AskForVisit,
    AskToSpeak,
    DoActivity,
    PlanSession,
    ProposeMatch,
    ReportSession,
    WelcomePeer,
)
from peerkit.decisions import Finding, Findings, Verdict
from peerkit.model import (
    WALKING,
    Credential,
    Participant,
    ParticipantStatus,
    Peer,
    PeerStatus,
    Phrase,
    Role,
    Tie,
    TieKind,
    TieStatus,
)
from peerkit.model.phrase import listed
from peerkit.rules.activities import whatever_stands

if TYPE_CHECKING:
    from peerkit.acts import (
        AcceptMatch,
        Act,
        CloseConcern,
        GiveAdvice,
        ReviewDisclosure,
    )
    from peerkit.handbook import Book
    from peerkit.model import View

#: Which clause speaks of which tie; any other tie is a dual relationship.
_CLAUSE_OF_TIE: Final = {TieKind.ROMANTIC: "intimate-contact", TieKind.LANDLORD: "housing"}
_NEVER_WHILE_IT_LASTS: Final = frozenset({TieKind.LANDLORD, TieKind.HOUSEHOLD})
#: The activity of the catalogue that is about serving somebody with this tie.
_SERVING: Final = {TieKind.EMPLOYER: "serve-employer"}
#: A step of time is made once: making it costs more than taking it.
_months: Final = cache(lambda number: relativedelta(months=number))
_weeks: Final = cache(lambda number: relativedelta(weeks=number))
_DUE_EVERY: Final = (("supervision", _months), ("supervision-weeks", _weeks))
_ASKED_BEFORE: Final = (ProposeMatch, PlanSession)
#: Requests about a participant who is away too: somebody in a clinic may ask for company there.
_ALSO_AWAY: Final = (DoActivity, AskForVisit, AskToSpeak)


def known(act: Act, view: View, book: Book) -> Findings:
    """Nobody acts for, with or about people the program does not know.

    A request needs them here now. A report may come after they have gone, and
    so may a question about a participant who is away, and a wish of theirs.
    """
    if whatever_stands(act, book):
        return ()
    clause = book.clause("known")
    strangers = []
    for each in act.participants_named:
        one = view.get(Participant, each)
        if one is None:
            strangers.append(Phrase("{id} as a participant", id=each))
        elif one.status is ParticipantStatus.AWAY and not (
            act.already or isinstance(act, _ALSO_AWAY)
        ):
            strangers.append(Phrase("{id} as a participant who is here and not away", id=each))
    if act.peer_named is not None:
        peer = view.get(Peer, act.peer_named)
        if peer is None or not (act.already or peer.status is PeerStatus.SERVING):
            strangers.append(Phrase("{id} as a serving peer", id=act.peer_named))
        elif isinstance(act, ReportSession) and act.day < peer.since:
            on = act.day.isoformat()
            strangers.append(Phrase("{id} as a peer on {day}", id=act.peer_named, day=on))
    if strangers:
        return (Finding(clause, Verdict.NEEDS_FACTS, {"missing": listed("and", *strangers)}),)
    return (Finding(clause, Verdict.ALLOWED),)


def two_people(act: Act, view: View, book: Book) -> Findings:
    """Support takes two: nobody is their own peer."""
    clause = book.clause("two-people")
    if act.peer_named in act.participants_named:
        return (Finding(clause, Verdict.NOT_ALLOWED, {"peer": act.peer_named}),)
    return (Finding(clause, Verdict.ALLOWED, {"peer": act.peer_named}),)


def own_supervisor(act: WelcomePeer | ProposeMatch, view: View, book: Book) -> Findings:
    """A peer's supervisor is somebody else, and nobody they walk with."""
    clause = book.clause("own-supervisor")
    if isinstance(act, WelcomePeer):
        peer, both = act.the_id, act.supervisor == act.id
    else:
        named = view.get(Peer, act.peer)
        if named is None:
            return ()
        peer, both = act.peer, named.supervisor == act.participant
    return (Finding(clause, Verdict.NOT_ALLOWED if both else Verdict.ALLOWED, {"peer": peer}),)


def caseload(act: ProposeMatch | AcceptMatch, view: View, book: Book) -> Findings:
    """A peer walks with at most so many people at once."""
    clause = book.clause("caseload")
    if clause.value is None or view.get(Peer, act.peer) is None:
        return ()
    now = view.tally(act.peer, WALKING)
    verdict = Verdict.ALLOWED if clause.keeps(now + 1) else clause.past
    return (Finding(clause, verdict, {"peer": act.peer, "now": now, "limit": clause.value}),)


def credential(act: ProposeMatch | PlanSession | ReportSession, view: View, book: Book) -> Findings:
    """A peer specialist works under a credential in force; other roles need none."""
    clause = book.clause("credential")
    peer = view.get(Peer, act.peer)
    if peer is None or peer.role is not Role.SPECIALIST:
        return ()
    held = [each for each in view.all(Credential) if each.peer == act.peer]
    facts = {"peer": act.peer, "until": max((each.until.isoformat() for each in held), default="")}
    day = act.counts_on(book.day)
    if any(each.since <= day < each.until for each in held):
        return (Finding(clause, Verdict.ALLOWED, facts),)
    if held:
        return (Finding(clause, Verdict.NOT_ALLOWED, facts),)
    return (Finding(clause, Verdict.NEEDS_FACTS, facts),)


def supervision(act: ProposeMatch | PlanSession, view: View, book: Book) -> Findings:
    """Nobody serves alone: the last supervision lies no further back than the limit."""
    peer = view.get(Peer, act.peer)
    if peer is None:
        return ()
    last = max(peer.since, peer.supervised or peer.since)
    found = []
    for limit, gap in _DUE_EVERY:
        clause = book.clauses[limit]
        if clause.value is not None:
            verdict = Verdict.ALLOWED if book.day <= last + gap(clause.value) else clause.past
            facts = {"peer": act.peer, "days": (book.day - last).days, "limit": clause.value}
            found.append(Finding(clause, verdict, facts))
    return tuple(found)


def dual_relationship(
    act: ProposeMatch | AcceptMatch | PlanSession | ReportSession | DoActivity,
    view: View,
    book: Book,
) -> Findings:
    """What else two people are to each other may stand against peer support.

    What needs a supervisor's advice needs it before a match or a session is
    planned, not again at every step that follows.
    """
    if whatever_stands(act, book):
        return ()
    found = []
    asking = isinstance(act, _ASKED_BEFORE)
    for tie in view.all(Tie):
        weight = _weight(tie, book)
        other = tie.other if tie.one == act.peer else tie.one
        theirs = act.peer in {tie.one, tie.other} and other in act.participants_named
        if not theirs or not (asking or weight is Verdict.NOT_ALLOWED):
            continue
        clause = book.clause(_CLAUSE_OF_TIE.get(tie.of, "dual-relationship"))
        facts = {"peer": act.peer, "other": other}
        found.append(Finding(clause, weight, facts))
    if found:
        return tuple(found)
    return (Finding(book.clause("dual-relationship"), Verdict.ALLOWED, {"peer": act.peer}),)


def _weight(tie: Tie, book: Book) -> Verdict:
    """Romance never, current or past; a shared home not while it lasts; for others: ask.

    Where a law says more of a tie, the catalogue says it of serving such a person.
    """
    if tie.of is TieKind.DISTANT:
        return Verdict.ALLOWED
    if tie.of is TieKind.ROMANTIC:
        return Verdict.NOT_ALLOWED
    if tie.status is TieStatus.PAST:
        return Verdict.ALLOWED
    if tie.of in _NEVER_WHILE_IT_LASTS:
        return Verdict.NOT_ALLOWED
    entry = book.activities.get(_SERVING.get(tie.of, ""))
    asked = Verdict.NEEDS_CONSULTATION
    return asked if entry is None else max(asked, entry.verdict)


def supervisor_answers(
    act: CloseConcern | GiveAdvice | ReviewDisclosure, view: View, book: Book
) -> Findings:
    """Only the peer's own supervisor closes, reviews, and gives the advice that counts."""
    clause = book.clause("supervisor-answers")
    peer = view.get(Peer, act.peer)
    facts = {"peer": act.peer, "by": act.by}
    if peer is None:
        return (Finding(book.clause("known"), Verdict.NEEDS_FACTS, {"missing": act.peer}),)
    verdict = Verdict.ALLOWED if act.by == peer.supervisor else Verdict.NOT_ALLOWED
    return (Finding(clause, verdict, facts),)
