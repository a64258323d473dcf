"""Who may walk with whom: known, supervised, not too many, and nothing else between them."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from dateutil.relativedelta import relativedelta

from peerkit.acts import (
    AcceptMatch,
    AgreeBoundaries,
    AskForStay,
    AskForVisit,
    AskHowItWent,
    AskToSpeak,
    ChangeFacilitators,
    ChangeRoles,
    ChangeService,
    CheckIn,
    ChooseMutuality,
    CloseConcern,
    ConsultSupervisor,
    DeclineStay,
    DiscloseTie,
    DoActivity,
    FollowUpConcern,
    GiveAdvice,
    GoAlong,
    Introduce,
    InviteToGroup,
    JoinGroup,
    JoinWaitingList,
    MoveSession,
    NameGuardian,
    NameTeamMember,
    OfferStay,
    PlanSeries,
    PlanSession,
    PlanShift,
    ProposeBoundaries,
    ProposeMatch,
    PutOnMap,
    RaiseConcern,
    RecordConsent,
    RecordCredential,
    RecordMeasure,
    RecordMilestone,
    RecordSupervision,
    ReportSession,
    ReviewDisclosure,
    SetGoal,
    ShareInformation,
    StartGroup,
    SuggestGoal,
    SupplyFacts,
    TryToReach,
    WantConnection,
    WarmHandOver,
    WelcomePeer,
    WritePlan,
)
from peerkit.acts.concerns import who_looks
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.model import (
    SUPERVISING,
    WALKING,
    Concern,
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
from peerkit.rules.together import each_peer, goes_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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
_OF_CONCERNS: Final = (CloseConcern, FollowUpConcern)
#: Who looks at a concern while nobody has been named.
_NOBODY: Final = Phrase("somebody who is not in it")
#: When the next supervision is due. Months on a calendar cost more than all else of the rule, so
#: they are counted once for all who were supervised on that day.
_DUE_EVERY: Final[tuple[tuple[str, Callable[[date, int], date]], ...]] = (
    ("supervision", lru_cache(1024)(lambda last, months: last + relativedelta(months=months))),
    ("supervision-weeks", lambda last, weeks: last + timedelta(weeks=weeks)),
)
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
    strangers += [
        Phrase("{id} as a participant", id=each)
        for each in act.others_named
        if view.get(Participant, each) is None
    ]
    strangers += _strange_peers(act, view)
    if strangers:
        return (Finding(clause, Verdict.NEEDS_FACTS, {"missing": listed("and", *strangers)}),)
    return (Finding(clause, Verdict.ALLOWED),)


def _strange_peers(act: Act, view: View) -> Iterator[Phrase]:
    """The peers it names whom the program does not know as such, or not on that day."""
    for each in act.peers_named:
        peer = view.get(Peer, each)
        if peer is None or not (act.already or peer.status is PeerStatus.SERVING):
            yield Phrase("{id} as a serving peer", id=each)
        elif isinstance(act, ReportSession) and act.day < peer.since:
            yield Phrase("{id} as a peer on {day}", id=each, day=act.day.isoformat())


def two_people(act: Act, view: View, book: Book) -> Findings:
    """Support takes two: nobody is their own peer."""
    clause = book.clause("two-people")
    for each in act.peers_named:
        if each in act.participants_named:
            return (Finding(clause, Verdict.NOT_ALLOWED, {"peer": each}),)
    return (Finding(clause, Verdict.ALLOWED, {"peer": act.peer_named}),)


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
    for limit, due in _DUE_EVERY:
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


def supervisor_answers(
    act: CloseConcern | FollowUpConcern | GiveAdvice | ReviewDisclosure, view: View, book: Book
) -> Findings:
    """Only the peer's own supervisor closes, reviews, and gives the advice that counts.

    A concern may name somebody else, and nobody who is in it looks at it.
    """
    peer = view.get(Peer, act.peer)
    if peer is None:
        return (Finding(book.clause("known"), Verdict.NEEDS_FACTS, {"missing": act.peer}),)
    facts: dict[str, object] = {"peer": act.peer, "by": act.by}
    clause, fine = book.clause("supervisor-answers"), act.by == peer.supervisor
    concern = view.get(Concern, act.id) if isinstance(act, _OF_CONCERNS) else None
    if concern is not None and _is_for_another(concern, peer):
        who = who_looks(view, concern)
        clause, fine = book.clause("looked-at"), act.by == who
        facts["other"] = _NOBODY if who is None else who
    return (Finding(clause, Verdict.ALLOWED if fine else Verdict.NOT_ALLOWED, facts),)


def _is_for_another(concern: Concern, peer: Peer) -> bool:
    """Whether somebody else than the supervisor of this peer, whose concern it is, looks at it."""
    another = concern.looked_at_by is not None or concern.is_about(peer.supervisor)
    return concern.peer == peer.id and another


def somebody_looks(act: RaiseConcern, view: View, book: Book) -> Findings:
    """A concern is looked at by somebody who is not in it; where nobody is, one is named."""
    concern = act.concern(view)
    peer = view.get(Peer, act.peer)
    would = concern.looked_at_by or (None if peer is None else peer.supervisor)
    if would is None:
        return ()
    verdict = Verdict.NEEDS_FACTS if concern.is_about(would) else Verdict.ALLOWED
    facts = {"peer": act.peer, "by": act.by, "other": would}
    return (Finding(book.clause("looked-at"), verdict, facts),)


#: The rules of this subject.
RULES: Final = (
    Rule(
        "known",
        (
            ProposeMatch,
            AcceptMatch,
            PlanSession,
            ReportSession,
            DoActivity,
            SetGoal,
            AgreeBoundaries,
            RecordConsent,
            ShareInformation,
            RecordCredential,
            RecordSupervision,
            ConsultSupervisor,
            SupplyFacts,
            StartGroup,
            ChangeFacilitators,
            InviteToGroup,
            JoinGroup,
            AskForStay,
            OfferStay,
            DeclineStay,
            CheckIn,
            PlanShift,
            RecordMeasure,
            RecordMilestone,
            ChangeRoles,
            ChooseMutuality,
            NameGuardian,
            SuggestGoal,
            WritePlan,
            PutOnMap,
            JoinWaitingList,
            TryToReach,
            ProposeBoundaries,
            WantConnection,
            Introduce,
            GoAlong,
            WarmHandOver,
            AskHowItWent,
            NameTeamMember,
            AskForVisit,
            AskToSpeak,
            PlanSeries,
        ),
        known,
    ),
    Rule(
        "two-people",
        (
            ProposeMatch,
            PlanSession,
            ReportSession,
            DoActivity,
            AgreeBoundaries,
            DiscloseTie,
            ProposeBoundaries,
            Introduce,
            GoAlong,
            WarmHandOver,
            AskHowItWent,
            AskForVisit,
            AskToSpeak,
            PlanSeries,
        ),
        two_people,
    ),
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
    Rule(
        "supervisor-answers",
        (CloseConcern, FollowUpConcern, GiveAdvice, ReviewDisclosure),
        supervisor_answers,
    ),
    Rule("given-role", (ChangeRoles,), given_role),
    Rule("given-place", (WelcomePeer, ChangeService), given_place),
    Rule("somebody-looks", (RaiseConcern,), somebody_looks),
)
