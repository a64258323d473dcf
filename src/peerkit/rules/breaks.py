"""Who may explain a break of the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peerkit.acts import ExplainBreak
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.rules.forgetting import answers

if TYPE_CHECKING:
    from peerkit.handbook import Book
    from peerkit.model import View


def explains_breaks(act: ExplainBreak, view: View, book: Book) -> Findings:
    """What does not fit is explained by whoever answers for the records.

    A cut tail is noticed at the entry behind the last one: no number is higher.
    """
    verdict = Verdict.ALLOWED if answers(view, act.by) else Verdict.NOT_ALLOWED
    if act.number > view.seen + 1:
        verdict = max(verdict, Verdict.NEEDS_FACTS)
    return (Finding(book.clause("explains-breaks"), verdict, {"by": act.by}),)


#: The rules of this subject.
RULES: Final = (Rule("explains-breaks", (ExplainBreak,), explains_breaks),)
