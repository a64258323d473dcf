"""How much somebody wants to receive and to give, which plans respect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peerkit.acts import (
    MoveSession,
    PlanSession,
)
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.model import (
    MINUTES_GIVEN_A_WEEK,
    MINUTES_RECEIVED_A_WEEK,
    Mutuality,
    MutualityStatus,
    SupportForm,
)

if TYPE_CHECKING:
    from peerkit.handbook import Book
    from peerkit.model import View

__all__ = ["RULES", "as_chosen"]


def as_chosen(act: PlanSession | MoveSession, view: View, book: Book) -> Findings:
    """A plan stays within what each person in it chose, unless they ask for it themself.

    Only plans are asked: support that has been given is counted and never refused.
    """
    found: Findings = ()
    for each in view.all(Mutuality):
        who = each.participant
        if each.status is not MutualityStatus.CHOSEN:
            continue
        own_wish = act.by == who
        if who in act.participants:
            received = view.tally(who, MINUTES_RECEIVED_A_WEEK) + act.minutes
            found += _within(book, "chosen-to-receive", (who, each.receives), received, own_wish)
            planned = not each.forms or SupportForm.FORMAL in each.forms or own_wish
            verdict = Verdict.ALLOWED if planned else Verdict.NEEDS_CONSENT
            found += (Finding(book.clause("chosen-form"), verdict, {"participant": who}),)
        if who in act.peers_named:
            given = view.tally(who, MINUTES_GIVEN_A_WEEK) + act.minutes
            found += _within(book, "chosen-to-give", (who, each.gives), given, own_wish)
    return found


def _within(
    book: Book,
    clause: str,
    chosen: tuple[str, int | None],
    now: int,
    own_wish: bool,  # noqa: FBT001 - a verdict's third reason, beside two numbers
) -> Findings:
    """The finding on these minutes; nothing where no limit was chosen."""
    who, most = chosen
    if most is None:
        return ()
    verdict = Verdict.ALLOWED if own_wish or now <= most else Verdict.NEEDS_CONSENT
    return (Finding(book.clause(clause), verdict, {"participant": who, "now": now, "limit": most}),)


#: The rules of this subject.
RULES: Final = (Rule("as-chosen", (PlanSession, MoveSession), as_chosen),)
