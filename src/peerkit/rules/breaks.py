"""Who may explain a break of the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peerkit.acts import ExplainBreak
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.model import SUPERVISING, Participant, Peer, Role

if TYPE_CHECKING:
    from peerkit.handbook import Book
    from peerkit.model import View

#: Roles that answer for records.
_ANSWERS: Final = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})


def explains_breaks(act: ExplainBreak, view: View, book: Book) -> Findings:
    """What does not fit is explained by whoever answers for the records."""
    verdict = Verdict.ALLOWED if _answers(view, act.by) else Verdict.NOT_ALLOWED
    return (Finding(book.clause("explains-breaks"), verdict, {"by": act.by}),)


def _answers(view: View, by: str) -> bool:
    """Whether they supervise, have a role that answers for records, or are neither peer nor guest.

    Who is no peer and takes no part here is of the office, and the host knows who that is.
    """
    if view.tally(by, SUPERVISING) > 0:
        return True
    peer = view.get(Peer, by)
    if peer is not None and peer.open:
        return not _ANSWERS.isdisjoint(peer.roles)
    return view.get(Participant, by) is None


#: The rules of this subject.
RULES: Final = (Rule("explains-breaks", (ExplainBreak,), explains_breaks),)
