"""What is measured, told and paid for: the person's own word, a look at danger, a known payer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peerkit.acts import (
    LookAtMeasure,
    RecordGrant,
    RecordMeasure,
    RecordMilestone,
    WithdrawMilestone,
)
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.handbook.funding import funding_sources
from peerkit.handbook.instruments import instruments, known_instrument
from peerkit.model import Area, Milestone, Participant, Peer, Phrase, ToldBy
from peerkit.rules.missing import near, unknown
from peerkit.rules.support import own_voice

if TYPE_CHECKING:
    from peerkit.handbook import Book
    from peerkit.model import View

__all__ = ["RULES", "known_funding", "looked_at", "measured_whole", "own_account", "safety_route"]


def measured_whole(act: RecordMeasure, view: View, book: Book) -> Findings:
    """The instrument is one the book knows; an answer that was left out is nobody's fault."""
    known = known_instrument(act.instrument)
    if known is None:
        told = Phrase("{id} as an instrument of the handbook", id=act.instrument)
        names = [each.id for each in instruments()]
        return (_unknown(told, act.instrument, names, book),)
    given = {each.item for each in act.answers}
    missing = ", ".join(each for each in known.items if each not in given)
    clause = book.clause("measure-left-out" if missing else "measure-kept")
    facts = {"participant": act.participant, "missing": missing}
    return (Finding(clause, Verdict.ALLOWED, facts),)


def safety_route(act: RecordMeasure, view: View, book: Book) -> Findings:
    """A sign of danger goes to somebody who can help at once, whatever the total is."""
    to = act.who_hears(view)
    clause = book.clause("safety-route" if to is not None else "safety-route-alone")
    verdict = Verdict.NEEDS_CONSULTATION if act.danger else Verdict.ALLOWED
    facts = {"participant": act.participant, "by": act.by, "to": to}
    return (Finding(clause, verdict, facts),)


def looked_at(act: LookAtMeasure, view: View, book: Book) -> Findings:
    """Somebody else looks: no participant, and no peer who does not supervise."""
    clause = book.clause("safety-seen")
    peer = None if act.peer is None else view.get(Peer, act.peer)
    supervises = peer is not None and peer.supervisor == act.by
    walks = view.get(Peer, act.by) is not None or view.get(Participant, act.by) is not None
    own = act.by in {act.participant, act.peer} or (walks and not supervises)
    facts = {"by": act.by, "id": act.id}
    return (Finding(clause, Verdict.NOT_ALLOWED if own else Verdict.ALLOWED, facts),)


def from_a_record(told: RecordMilestone | Milestone) -> bool:
    """Whether a record tells of it. Belonging and hope only the person can tell of."""
    return told.told is ToldBy.RECORD and told.of.area not in {Area.BELONGING, Area.HOPE}


def own_account(act: RecordMilestone | WithdrawMilestone, view: View, book: Book) -> Findings:
    """What a person tells of their life is theirs to tell; a record may be read by whoever may."""
    told = act if isinstance(act, RecordMilestone) else view.get(Milestone, act.id)
    if told is None:
        return ()  # what is not there is the rule steps' to say
    if from_a_record(told):
        return (Finding(book.clause("milestone-record"), Verdict.ALLOWED, {"by": act.by}),)
    return own_voice(act, view, book)


def known_funding(act: RecordGrant, view: View, book: Book) -> Findings:
    """Money has a source that the book describes, so that somebody can say what it pays for."""
    names = [each.id for each in funding_sources()]
    if act.funding not in names:
        told = Phrase("{id} as a funding source of the handbook", id=act.funding)
        return (_unknown(told, act.funding, names, book),)
    return (Finding(book.clause("funding"), Verdict.ALLOWED, {"id": act.funding}),)


def _unknown(told: Phrase, id_: str, names: list[str], book: Book) -> Finding:
    """What the book does not know, and what may have been meant."""
    return unknown(book, near(told, id_, names))


#: The rules of this subject.
RULES: Final = (
    Rule("measured-whole", (RecordMeasure,), measured_whole),
    Rule("safety-route", (RecordMeasure,), safety_route),
    Rule("looked-at", (LookAtMeasure,), looked_at),
    Rule("own-account", (RecordMilestone, WithdrawMilestone), own_account),
    Rule("known-funding", (RecordGrant,), known_funding),
)
