"""Looking for a peer, handing over, and who reads what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peerkit.acts import (
    DescribeForMatching,
    JoinWaitingList,
    PlanEnding,
    ProposeMatch,
    ReadRecord,
    ReassignMatch,
)
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.model import (
    Consent,
    ConsentScope,
    Match,
    MatchProfile,
    MatchStatus,
    NewPeerReads,
    Peer,
    Person,
    Phrase,
    RecordPart,
    Waiting,
)
from peerkit.rules.missing import unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from peerkit.handbook import Book
    from peerkit.model import View

_RUNNING: Final = frozenset({MatchStatus.PROPOSED, MatchStatus.ACCEPTED})
#: The consent that opens a part to anybody it names.
_SCOPE: Final = {
    RecordPart.GOALS: ConsentScope.GOALS,
    RecordPart.ATTENDANCE: ConsentScope.ATTENDANCE,
    RecordPart.NOTES: ConsentScope.SESSION_NOTES,
}


def own_description(act: DescribeForMatching, view: View, book: Book) -> Findings:
    """Only the person says who and what would suit them; others may write down what they said."""
    facts = {"participant": act.person, "by": act.by}
    clause = book.clause("own-voice")
    if view.get(Person, act.person) is None:
        missing = Phrase("{id} as a person", id=act.person)
        return (Finding(book.clause("known"), Verdict.NEEDS_FACTS, {"missing": missing}),)
    if act.by == act.person or act.said_so is True:
        return (Finding(clause, Verdict.ALLOWED, facts),)
    verdict = Verdict.NEEDS_FACTS if act.said_so is None else Verdict.NOT_ALLOWED
    return (Finding(clause, verdict, facts),)


def both_willing(act: ProposeMatch, view: View, book: Book) -> Findings:
    """Nobody is matched with somebody they do not want; only they themselves may think again."""
    sides = ((act.participant, act.peer), (act.peer, act.participant))
    said = [(view.get(MatchProfile, one), other) for one, other in sides]
    told = [(profile, other) for profile, other in said if profile is not None]
    if not told:
        return ()
    against = any(other in each.not_with and act.by != each.id for each, other in told)
    verdict = Verdict.NEEDS_CONSENT if against else Verdict.ALLOWED
    facts = {"peer": act.peer, "participant": act.participant}
    return (Finding(book.clause("both-willing"), verdict, facts),)


def waits_once(act: JoinWaitingList, view: View, book: Book) -> Findings:
    """A participant has one place on the waiting list: the time they have waited is not lost."""
    clause = book.clause("waits-once")
    for each in view.all(Waiting):
        if each.open and each.participant == act.participant and each.id != act.id:
            facts = {"participant": act.participant, "id": each.id}
            return (Finding(clause, Verdict.NOT_ALLOWED, facts),)
    return (Finding(clause, Verdict.ALLOWED, {"participant": act.participant, "id": act.the_id}),)


def _of_the_people_named(act: PlanEnding, view: View) -> Match | None:
    match = view.get(Match, act.id)
    both = match is not None and (match.peer, match.participant) == (act.peer, act.participant)
    return match if both else None


def planned_ending(act: PlanEnding, view: View, book: Book) -> Findings:
    """A last day is planned ahead, so that both can say goodbye; the participant may name any."""
    clause = book.clause("planned-ending")
    match = _of_the_people_named(act, view)
    if match is None or match.status not in _RUNNING:
        missing = Phrase("{id} as a match of the people named that goes on", id=act.id)
        return (unknown(book, missing),)
    ahead = act.on >= book.day or act.by == act.participant
    facts = {"id": act.id, "until": act.on.isoformat()}
    return (Finding(clause, Verdict.ALLOWED if ahead else Verdict.NEEDS_FACTS, facts),)


def reassigned(act: ReassignMatch, view: View, book: Book) -> Findings:
    """What passes to another peer is a match that goes on, of the people named."""
    old = view.get(Match, act.earlier)
    theirs = old is not None and (old.peer, old.participant) == (act.earlier_peer, act.participant)
    if old is None or not theirs or old.status not in _RUNNING:
        missing = Phrase("{id} as a match of the people named that goes on", id=act.earlier)
        return (unknown(book, missing),)
    facts = {"id": act.earlier, "participant": act.participant}
    return (Finding(book.clause("reassigned"), Verdict.ALLOWED, facts),)


def assigned(act: ReadRecord, view: View, book: Book) -> Findings:
    """What is kept is read by the participant, by who walks with them now, and by their supervisor.

    Beside them by whom a handover or a consent names. What may not be read and
    what is not there have one answer.
    """
    clause = book.clause("assigned")
    may = act.by == act.participant or (
        act.what is not RecordPart.READERS and any(each(act, view, book) for each in _WAYS)
    )
    verdict = Verdict.ALLOWED if may else Verdict.NOT_ALLOWED
    return (Finding(clause, verdict, {"by": act.by}),)


def _matches(act: ReadRecord, view: View, peer: str) -> list[Match]:
    return [
        each
        for each in view.all(Match)
        if each.peer == peer and each.participant == act.participant
    ]


def _walks(act: ReadRecord, view: View, peer: str) -> list[Match]:
    """The match of this peer with the participant that goes on now."""
    found = _matches(act, view, peer)
    return [each for each in found if each.status is MatchStatus.ACCEPTED]


def _own(act: ReadRecord, view: View, book: Book) -> bool:
    """A peer's own part, while they walk together; the goals unless the handover keeps them."""
    return act.of == act.by and any(
        act.what is not RecordPart.GOALS or each.gains is not NewPeerReads.NOTHING
        for each in _walks(act, view, act.by)
    )


def _handed_over(act: ReadRecord, view: View, book: Book) -> bool:
    """The notes of the peer before, where the handover says so and the participant agrees."""
    return any(
        each.gains is NewPeerReads.AGREED_NOTES for each in _of_the_peer_before(act, view)
    ) and _covered(act, view)


def _kept(act: ReadRecord, view: View, book: Book) -> bool:
    """Own notes after the end, as far as the handover leaves them."""
    return (
        act.of == act.by
        and act.what is RecordPart.NOTES
        and any(
            each.status is MatchStatus.ENDED and each.handover.old_reads(book.day)
            for each in _matches(act, view, act.by)
        )
    )


def _supervises(act: ReadRecord, view: View, book: Book) -> bool:
    """The supervisor of a peer, while the peer walks with the participant."""
    peer = view.get(Peer, act.of)
    return peer is not None and peer.supervisor == act.by and bool(_walks(act, view, act.of))


def _of_the_peer_before(act: ReadRecord, view: View) -> list[Match]:
    """The match by which the reader follows the peer whose notes are asked for."""
    if act.what is not RecordPart.NOTES:
        return []
    before = {each.id for each in _matches(act, view, act.of)}
    return [each for each in _walks(act, view, act.by) if each.after in before]


def _covered(act: ReadRecord, view: View) -> bool:
    return any(
        each.participant == act.participant and each.covers(_SCOPE[act.what], act.by, view.now)
        for each in view.all(Consent)
    )


def _consented(act: ReadRecord, view: View, book: Book) -> bool:
    """Whoever a consent names, for what it covers; who follows a peer has the handover for it."""
    return not _of_the_peer_before(act, view) and _covered(act, view)


#: The ways in which somebody else than the participant may come to read a part.
_WAYS: Final[tuple[Callable[[ReadRecord, View, Book], bool], ...]] = (
    _own,
    _kept,
    _supervises,
    _handed_over,
    _consented,
)


#: The rules of this subject.
RULES: Final = (
    Rule("own-description", (DescribeForMatching,), own_description),
    Rule("waits-once", (JoinWaitingList,), waits_once),
    Rule("planned-ending", (PlanEnding,), planned_ending),
    Rule("reassigned", (ReassignMatch,), reassigned),
    Rule("both-willing", (ProposeMatch,), both_willing),
    Rule("assigned", (ReadRecord,), assigned),
)
