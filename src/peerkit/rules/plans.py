"""Goals, plans and maps: whose they are, who may change them, and who may read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from peerkit.acts import (
    AddStep,
    ChangePlan,
    PutOnMap,
    ReadPlan,
    RecordDirective,
    SetPlanAside,
    SharePlan,
    StopSharing,
    SuggestGoal,
    WritePlan,
)
from peerkit.acts.plans import Changes
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.model import MOST_ON_MAP, MOST_READERS, Goal, Phrase, Plan, PlanKind
from peerkit.rules.missing import unknown

if TYPE_CHECKING:
    from peerkit.handbook import Book
    from peerkit.model import Noun, View

__all__ = ["RULES", "asked_first", "own_plan", "room_left", "shown_to", "theirs"]


def own_plan(act: Any, view: View, book: Book) -> Findings:
    """Only its author writes, shows and sets aside a plan; others may hold the pen."""
    facts = {"participant": act.participant, "by": act.by}
    if act.by == act.participant or act.said_so is True:
        verdict = Verdict.ALLOWED
    elif act.said_so is None:
        verdict = Verdict.NEEDS_FACTS
    else:
        verdict = Verdict.NOT_ALLOWED
    return (Finding(book.clause("own-plan"), verdict, facts),)


def theirs(act: AddStep | Changes, view: View, book: Book) -> Findings:
    """What is changed is there, is the participant's own, and is not closed."""
    if isinstance(act, ReadPlan):
        return ()  # what is not there is the rule shown-to's to say, and to whom
    kind, id_ = (Goal, act.goal) if isinstance(act, AddStep) else (act.changes, act.id)
    noun: Any = view.get(kind, id_)
    missing = _missing(act, noun, kind, id_)
    if missing is not None:
        return (unknown(book, missing),)
    verdict = Verdict.ALLOWED if noun.open else Verdict.NOT_ALLOWED
    facts = {"id": id_, "status": Phrase(noun.status)}
    return (Finding(book.clause("still-open"), verdict, facts),)


def _missing(act: AddStep | Changes, noun: Any, kind: type[Noun], id_: str) -> Phrase | None:
    """What the program does not know of it; None where it is there and the participant's."""
    if noun is None:
        return Phrase("{id} as a {kind}", id=id_, kind=Phrase(kind.kind))
    if noun.participant != act.participant:
        return Phrase("{id} as a {kind} of the people named", id=id_, kind=Phrase(kind.kind))
    if isinstance(act, RecordDirective) and noun.of is not PlanKind.ADVANCE_DIRECTIVE:
        return Phrase("{id} as an advance directive", id=id_)
    return None


def shown_to(act: ReadPlan, view: View, book: Book) -> Findings:
    """A plan is read by its author, and by whoever the author shows it to.

    What was not shown and what is not there have one answer; so have, to who asks for
    a plan of their own, one that is not there and one that is another's.
    """
    plan = view.get(Plan, act.id)
    may = plan is not None and plan.participant == act.participant and plan.open_to(act.by)
    if act.by == act.participant and not may:
        missing = Phrase("{id} as a {kind}", id=act.id, kind=Phrase(Plan.kind))
        return (Finding(book.clause("known-thing"), Verdict.NEEDS_FACTS, {"missing": missing}),)
    facts = {"participant": act.participant, "by": act.by}
    verdict = Verdict.ALLOWED if may else Verdict.NEEDS_CONSENT
    return (Finding(book.clause("shown-to"), verdict, facts),)


def asked_first(act: SuggestGoal, view: View, book: Book) -> Findings:
    """A suggestion comes after the question whether somebody wants to hear one."""
    facts = {"participant": act.participant, "by": act.by}
    if act.asked_first is None:
        verdict = Verdict.NEEDS_FACTS
    else:
        verdict = Verdict.ALLOWED if act.asked_first else Verdict.NEEDS_CONSENT
    return (Finding(book.clause("asked-first"), verdict, facts),)


def room_left(act: PutOnMap | SharePlan, view: View, book: Book) -> Findings:
    """A map and a plan's readers stay few enough to be read at once."""
    if isinstance(act, PutOnMap):
        most, id_ = MOST_ON_MAP, act.entry.id
        there = {each.id for each in act.drawn(view).entries}
    else:
        plan = view.get(Plan, act.id)
        most, id_ = MOST_READERS, act.to
        there = set() if plan is None else set(plan.shared_with)
    now = len(there | {id_})
    facts = {"now": now, "limit": most}
    verdict = Verdict.ALLOWED if now <= most else Verdict.NOT_ALLOWED
    return (Finding(book.clause("room-left"), verdict, facts),)


#: The rules of this subject.
RULES: Final = (
    Rule(
        "own-plan",
        (WritePlan, ChangePlan, RecordDirective, SharePlan, StopSharing, SetPlanAside),
        own_plan,
    ),
    Rule("shown-to", (ReadPlan,), shown_to),
    Rule("asked-first", (SuggestGoal,), asked_first),
    Rule("theirs", (AddStep, Changes), theirs),
    Rule("room-left", (PutOnMap, SharePlan), room_left),
)
