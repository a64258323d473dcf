"""Groups: ground rules first, room for everybody, and those who belong to a closed one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peerkit.acts import (
    AgreeGroundRules,
    InviteToGroup,
    JoinGroup,
    PlanSeries,
    PlanSession,
)
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.model import (
    MEETINGS,
    Group,
    GroupStatus,
    Membership,
    MembershipStatus,
    Openness,
    Phrase,
)
from peerkit.model.phrase import listed
from peerkit.rules.missing import unknown

if TYPE_CHECKING:
    from peerkit.handbook import Book
    from peerkit.model import View

__all__ = ["RULES", "ground_rules_together", "group_meets", "one_place", "seats"]

#: The activity in which ground rules are agreed: it may come before they are on record.
_GROUND_RULES: Final = "agree-ground-rules"


def group_meets(act: PlanSession | PlanSeries, view: View, book: Book) -> Findings:
    """A group meets under rules of its own from the second time on; a closed one, among its own.

    A series says when it means to meet: what each meeting needs is asked when that is planned.
    """
    if act.group is None:
        return ()
    group = _running(act.group, view)
    if group is None:
        return (_unknown(act.group, book),)
    if isinstance(act, PlanSeries):
        return _members(act, group, view, book)
    clause = book.clause("ground-rules")
    facts = {"id": group.id, "now": view.tally(group.id, MEETINGS)}
    ready = (
        group.status is GroupStatus.MEETING
        or facts["now"] == 0
        or any(each.id == _GROUND_RULES for each in act.activities)
    )
    verdict = Verdict.ALLOWED if ready else Verdict.NEEDS_FACTS
    return (Finding(clause, verdict, facts), *_members(act, group, view, book))


def _members(act: PlanSession | PlanSeries, group: Group, view: View, book: Book) -> Findings:
    """To a closed group come those who joined it. Nobody is asked at the door of an open one."""
    if group.openness is Openness.OPEN:
        return ()
    clause = book.clause("members-only")
    joined = {
        each.participant
        for each in view.all(Membership)
        if each.group == group.id and each.status is MembershipStatus.MEMBER
    }
    strangers: list[Phrase | str] = [each for each in act.participants if each not in joined]
    if act.anonymous:
        strangers.append(Phrase("{number} without a name", number=act.anonymous))
    if not strangers:
        return (Finding(clause, Verdict.ALLOWED, {"id": group.id}),)
    facts = {"id": group.id, "missing": listed("and", *strangers)}
    return (Finding(clause, Verdict.NEEDS_FACTS, facts),)


def _running(group: str, view: View) -> Group | None:
    """The group, while it has not ended."""
    found = view.get(Group, group)
    return found if found is not None and found.open else None


def _unknown(group: str, book: Book) -> Finding:
    missing = Phrase("{id} as a group that has not ended", id=group)
    return unknown(book, missing)


def seats(act: InviteToGroup | JoinGroup, view: View, book: Book) -> Findings:
    """There is a seat for whoever is invited, and for whoever joins.

    A group has as many as it says itself, and as the handbook has for a group.
    """
    group = _running(act.group, view)
    if group is None:
        return (_unknown(act.group, book),)
    clause = book.clause("group-seats")
    asked = isinstance(act, InviteToGroup)
    taken = {
        each.participant
        for each in view.all(Membership)
        if each.group == group.id
        and each.open
        and (asked or each.status is MembershipStatus.MEMBER)
    } | {act.participant}
    room = [each for each in (group.seats, book.clause("group-size").value) if each is not None]
    if not room:
        return ()
    facts = {"id": group.id, "now": len(taken), "limit": min(room)}
    verdict = Verdict.ALLOWED if len(taken) <= min(room) else Verdict.NOT_ALLOWED
    return (Finding(clause, verdict, facts),)


def one_place(act: InviteToGroup, view: View, book: Book) -> Findings:
    """A person has one place in a group, or one invitation to it: nobody is asked again and again.

    An open group needs none.
    """
    clause = book.clause("one-place")
    for each in view.all(Membership):
        theirs = (each.group, each.participant) == (act.group, act.participant)
        if theirs and each.open and each.id != act.the_id:
            facts = {"participant": act.participant, "id": act.group, "other": each.id}
            return (Finding(clause, Verdict.NOT_ALLOWED, facts),)
    facts = {"participant": act.participant, "id": act.group}
    return (Finding(clause, Verdict.ALLOWED, facts),)


def ground_rules_together(act: AgreeGroundRules, view: View, book: Book) -> Findings:
    """Ground rules are a group's own: somebody writes down what it agreed on."""
    verdict = {
        True: Verdict.ALLOWED,
        False: Verdict.NOT_ALLOWED,
        None: Verdict.NEEDS_FACTS,
    }[act.with_the_group]
    return (Finding(book.clause("ground-rules-together"), verdict, {"id": act.id, "by": act.by}),)


#: The rules of this subject.
RULES: Final = (
    Rule("group-meets", (PlanSession, PlanSeries), group_meets),
    Rule("ground-rules-together", (AgreeGroundRules,), ground_rules_together),
    Rule("one-place", (InviteToGroup,), one_place),
    Rule("group-seats", (InviteToGroup, JoinGroup), seats),
)
