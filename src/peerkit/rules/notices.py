"""How people are reached: it is theirs to say, to stop, and to confirm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peerkit.acts import (
    CancelNotice,
    ConfirmSession,
    DeliveryFailed,
    PassOnNotice,
    Remind,
    SetContactPreferences,
    StopNotices,
)
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.model import (
    NOT_THEIRS,
    SUPERVISING,
    Participant,
    Peer,
    PeerStatus,
    Person,
    Phrase,
    Session,
)
from peerkit.rules.missing import unknown
from peerkit.rules.support import own_voice

if TYPE_CHECKING:
    from peerkit.handbook import Book
    from peerkit.model import View

__all__ = ["RULES", "confirms", "noted", "own_ways", "reminded", "stops"]


def own_ways(act: SetContactPreferences, view: View, book: Book) -> Findings:
    """Only the person says how they are reached; others may write down what they said.

    Whoever says it of themself may be anybody: coordinators and guardians are told things too.
    Who only takes part here writes down nobody else's: it could turn their notices elsewhere.
    """
    of = act.person
    if act.by != of and _only_takes_part(act.by, view):
        facts = {"participant": of, "by": act.by}
        return (Finding(book.clause("own-ways"), Verdict.NOT_ALLOWED, facts),)
    if act.by != of and view.get(Person, of) is None and not view.tally(of, SUPERVISING):
        return (unknown(book, Phrase("{id} as a person", id=of), clause="known"),)
    return own_voice(act, view, book)


def _only_takes_part(who: str, view: View) -> bool:
    """Whether somebody takes part, or did, and is no peer and supervises nobody."""
    peer = view.get(Peer, who)
    works = peer is not None and peer.status not in (PeerStatus.LEFT, PeerStatus.FORGOTTEN)
    return view.get(Participant, who) is not None and not works and not view.tally(who, SUPERVISING)


def stops(act: StopNotices, view: View, book: Book) -> Findings:
    """Who wants no notices gets none, at once and without a reason."""
    return (Finding(book.clause("stops"), Verdict.ALLOWED, {"participant": act.person}),)


def confirms(act: ConfirmSession, view: View, book: Book) -> Findings:
    """Who takes part confirms; others may write down that they did."""
    session = view.get(Session, act.id)
    if session is None:
        return ()  # the rule of its steps says so
    there = act.participant in {*session.peers, *session.participants}
    verdict = Verdict.ALLOWED if there else Verdict.NEEDS_FACTS
    facts = {"other": act.participant, "id": act.id}
    return (Finding(book.clause("confirms"), verdict, facts), *own_voice(act, view, book))


def noted(act: DeliveryFailed | CancelNotice | PassOnNotice, view: View, book: Book) -> Findings:
    """What became of a notice is written down, whatever else is the case.

    A notice that went to somebody else, or to nobody, says nothing about this person's address.
    """
    if not isinstance(act, DeliveryFailed):
        return (Finding(book.clause("not-told"), Verdict.ALLOWED, {"to": act.to}),)
    theirs = not view.tally(act.person, NOT_THEIRS)
    facts = {"to": act.person} if theirs else {"to": act.person, "id": f"{act.notice}"}
    verdict = Verdict.ALLOWED if theirs else Verdict.NEEDS_FACTS
    return (Finding(book.clause("not-told"), verdict, facts),)


def reminded(act: Remind, view: View, book: Book) -> Findings:
    """People are reminded of what is theirs to look at; before it is told, that is asked again."""
    facts = {"to": ", ".join(act.to), "id": act.noun}
    return (Finding(book.clause("reminder"), Verdict.ALLOWED, facts),)


#: The rules of this subject.
RULES: Final = (
    Rule("own-ways", (SetContactPreferences,), own_ways),
    Rule("stops", (StopNotices,), stops),
    Rule("confirms", (ConfirmSession,), confirms),
    Rule("not-told", (DeliveryFailed, CancelNotice, PassOnNotice), noted),
    Rule("reminder", (Remind,), reminded),
)
