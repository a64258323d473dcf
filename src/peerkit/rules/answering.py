"""Who answers: the peer's own supervisor, or somebody who is not in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peerkit.acts import (
    CloseConcern,
    FollowUpConcern,
    GiveAdvice,
    RaiseConcern,
    ReviewDisclosure,
)
from peerkit.acts.concerns import who_looks
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.model import (
    Concern,
    Peer,
    Phrase,
)

if TYPE_CHECKING:
    from peerkit.handbook import Book
    from peerkit.model import View

_OF_CONCERNS: Final = (CloseConcern, FollowUpConcern)
#: Who looks at a concern while nobody has been named.
_NOBODY: Final = Phrase("somebody who is not in it")


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
        "supervisor-answers",
        (CloseConcern, FollowUpConcern, GiveAdvice, ReviewDisclosure),
        supervisor_answers,
    ),
    Rule("somebody-looks", (RaiseConcern,), somebody_looks),
)
