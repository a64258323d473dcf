"""Who may walk with whom: known, supervised, not too many, and nothing else between them."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from dateutil.relativedelta import relativedelta

from peerkit.acts import (
    AcceptMatch,
    ChangeRoles,
    ChangeService,
    DoActivity,
    MoveSession,
    PlanSeries,
    PlanSession,
    PlanShift,
    ProposeMatch,
    ReportSession,
    WelcomePeer,
)
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.model import (
    SUPERVISING,
    WALKING,
    Credential,
    Participant,
    Peer,
    Role,
    Tie,
    TieKind,
    TieStatus,
)
from peerkit.rules.activities import whatever_stands
from peerkit.rules.together import each_peer, goes_on

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from peerkit.acts import (
        Act,
    )
    from peerkit.handbook import Book
    from peerkit.model import View

#: Which clause speaks of which tie; any other tie is a dual relationship.
_CLAUSE_OF_TIE: Final = {TieKind.ROMANTIC: "intimate-contact", TieKind.LANDLORD: "housing"}
_NEVER_WHILE_IT_LASTS: Final = frozenset({TieKind.LANDLORD, TieKind.HOUSEHOLD})
#: The activity of the catalogue that is about serving somebody with this tie.
_SERVING: Final = {TieKind.EMPLOYER: "serve-employer"}
_ASKED_BEFORE: Final = (ProposeMatch, PlanSession)
#: When the next supervision is due. Months on a calendar cost more than all else of the rule, so
#: they are counted once for all who were supervised on that day.
DUE_EVERY: Final[tuple[tuple[str, Callable[[date, int], date]], ...]] = (
    ("supervision", lru_cache(1024)(lambda last, months: last + relativedelta(months=months))),
    ("supervision-weeks", lambda last, weeks: last + timedelta(weeks=weeks)),
)


def own_supervisor(
    act: WelcomePeer | ChangeService | ProposeMatch, view: View, book: Book
) -> Findings:
    """A peer's supervisor is somebody else, and nobody they walk with."""
    clause = book.clause("own-supervisor")
    if isinstance(act, WelcomePeer):
        peer, both = act.the_id, act.supervisor == act.id
    elif isinstance(act, ChangeService):
        peer, both = act.id, act.supervisor == act.id
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


def credential(
    act: ProposeMatch | PlanSession | ReportSession | PlanShift | MoveSession,
    view: View,
    book: Book,
) -> Findings:
    """A peer specialist works under a credential in force; other roles need none."""
    return each_peer(act, lambda peer: _credential(peer, act, view, book))


def _credential(id_: str, act: Act, view: View, book: Book) -> Findings:
    """What is found of one peer's credentials."""
    clause = book.clause("credential")
    peer = view.get(Peer, id_)
    if peer is None or Role.SPECIALIST not in peer.roles:
        return ()
    held = [each for each in view.all(Credential) if each.peer == id_]
    facts = {"peer": id_, "until": max((each.until.isoformat() for each in held), default="")}
    day = act.counts_on(book.day)
    if any(each.since <= day < each.until for each in held):
        return (Finding(clause, Verdict.ALLOWED, facts),)
    if held:
        return (Finding(clause, Verdict.NOT_ALLOWED, facts),)
    return (Finding(clause, Verdict.NEEDS_FACTS, facts),)


def given_role(act: ChangeRoles, view: View, book: Book) -> Findings:
    """A further role is given by somebody else; anybody may lay one down."""
    peer = view.get(Peer, act.peer)
    if peer is None:
        return ()
    further = {act.role, *act.also}.difference(peer.roles)
    taken = bool(further) and act.by == act.peer
    verdict = Verdict.NEEDS_CONSULTATION if taken else Verdict.ALLOWED
    return (Finding(book.clause("given-role"), verdict, {"peer": act.peer, "by": act.by}),)


def given_place(act: WelcomePeer | ChangeService, view: View, book: Book) -> Findings:
    """A role and a supervisor are given by somebody else, who is not here as a participant only.

    A peer who comes back may say who supervises them from now on.
    """
    if isinstance(act, ChangeService) and act.supervisor is None:
        return ()
    here = act.the_id if isinstance(act, WelcomePeer) else act.id
    own = isinstance(act, WelcomePeer) and act.by == here
    serves = view.get(Peer, act.by) is not None or view.tally(act.by, SUPERVISING) > 0
    only = view.get(Participant, act.by) is not None and not serves
    verdict = Verdict.NOT_ALLOWED if only or own else Verdict.ALLOWED
    return (Finding(book.clause("given-place"), verdict, {"peer": here, "by": act.by}),)


def supervision(
    act: ProposeMatch | PlanSession | PlanSeries | MoveSession, view: View, book: Book
) -> Findings:
    """Nobody serves alone: the last supervision lies no further back than the limit."""
    if goes_on(act, view):
        return ()
    return each_peer(act, lambda peer: _supervised(peer, view, book))


def _supervised(id_: str, view: View, book: Book) -> Findings:
    """What is found of one peer's last supervision."""
    peer = view.get(Peer, id_)
    if peer is None:
        return ()
    last = max(peer.serves_since, peer.supervised or peer.since)
    found = []
    for limit, due in DUE_EVERY:
        clause = book.clauses[limit]
        if clause.value is not None:
            verdict = Verdict.ALLOWED if book.day <= due(last, clause.value) else clause.past
            facts = {"peer": id_, "days": (book.day - last).days, "limit": clause.value}
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
        for peer in act.peers_named:
            other = tie.other if tie.one == peer else tie.one
            theirs = peer in {tie.one, tie.other} and other in act.participants_named
            if not theirs or not (asking or weight is Verdict.NOT_ALLOWED):
                continue
            clause = book.clause(_CLAUSE_OF_TIE.get(tie.of, "dual-relationship"))
            found.append(Finding(clause, weight, {"peer": peer, "other": other}))
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


#: The rules of this subject.
RULES: Final = (
    Rule("own-supervisor", (WelcomePeer, ChangeService, ProposeMatch), own_supervisor),
    Rule("caseload", (ProposeMatch, AcceptMatch), caseload),
    Rule(
        "credential",
        (ProposeMatch, PlanSession, ReportSession, PlanShift, MoveSession),
        credential,
    ),
    Rule("supervision", (ProposeMatch, PlanSession, PlanSeries, MoveSession), supervision),
    Rule(
        "dual-relationship",
        (ProposeMatch, AcceptMatch, PlanSession, ReportSession, DoActivity, PlanSeries),
        dual_relationship,
    ),
    Rule("given-role", (ChangeRoles,), given_role),
    Rule("given-place", (WelcomePeer, ChangeService), given_place),
)
