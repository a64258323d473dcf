"""Who may have somebody forgotten, what holds it up, and what is not begun with them afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from dateutil.relativedelta import relativedelta

from peerkit.acts import (
    Act,
    CancelNotice,
    DeliveryFailed,
    ForgetPerson,
    LiftLegalHold,
    Moves,
    PassOnNotice,
    PlaceLegalHold,
    Remind,
    StopNotices,
)
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.model import (
    DAYS_QUIET,
    KEPT_WITH,
    SUPERVISING,
    HoldStatus,
    LegalHold,
    Participant,
    Peer,
    Person,
    PersonStatus,
    Phrase,
    Role,
    WhyForgotten,
)
from peerkit.model.forgetting import unfinished
from peerkit.model.phrase import listed
from peerkit.rules.support import own_voice

if TYPE_CHECKING:
    from datetime import date

    from peerkit.handbook import Book, Clause
    from peerkit.model import View

#: The limits that ask to keep something for some years, and the one after which it is erased.
KEEPS: Final = ("keep-policies-years", "keep-billing-years", "keep-accounting-years")
ERASES: Final = "erase-unused-years"
#: Roles that answer for records.
_ANSWERS: Final = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})

#: What is begun with nobody: notices that stop, or that were not told, and those to others.
_BEGINS_NOTHING: Final = (
    ForgetPerson,
    StopNotices,
    DeliveryFailed,
    CancelNotice,
    PassOnNotice,
    Remind,
)


def until(clause: Clause, last: date) -> date | None:
    """The day on which the years of this limit are over; None where it has no number."""
    return None if clause.value is None else last + relativedelta(years=clause.value)


def _is_forgotten(view: View, id_: str) -> bool:
    person = view.get(Person, id_)
    return person is not None and person.status is PersonStatus.FORGOTTEN


def own_word(act: ForgetPerson, view: View, book: Book) -> Findings:
    """What is said to be somebody's wish is their own, or was written down when they said so."""
    return own_voice(act, view, book) if act.why is WhyForgotten.ASKED else ()


def answers_for_records(
    act: ForgetPerson | PlaceLegalHold | LiftLegalHold, view: View, book: Book
) -> Findings:
    """Records are erased and held by whoever answers for them; anybody may ask for themself."""
    if act.by == act.participant:
        may = isinstance(act, ForgetPerson) and act.why is WhyForgotten.ASKED
    else:
        may = answers(view, act.by)
    verdict = Verdict.ALLOWED if may else Verdict.NOT_ALLOWED
    return (Finding(book.clause("answers-for-records"), verdict, {"by": act.by}),)


def answers(view: View, by: str) -> bool:
    """Whether they answer for records: an administrator, a supervisor, or nobody's peer here."""
    if view.tally(by, SUPERVISING) > 0:
        return True
    peer = view.get(Peer, by)
    if peer is not None:
        return peer.open and not _ANSWERS.isdisjoint(peer.roles)
    return view.get(Participant, by) is None


def known_person(act: PlaceLegalHold, view: View, book: Book) -> Findings:
    """What is held is kept about somebody the program knows."""
    if view.get(Person, act.person) is not None:
        return (Finding(book.clause("known"), Verdict.ALLOWED),)
    missing = Phrase("{id} as a person", id=act.person)
    return (Finding(book.clause("known"), Verdict.NEEDS_FACTS, {"missing": missing}),)


def held(act: ForgetPerson, view: View, book: Book) -> Findings:
    """What is under a legal hold stays, and so does what is held as somebody else's too."""
    holds = [
        each.id
        for each in view.all(LegalHold)
        if each.status is HoldStatus.IN_FORCE
        and (each.person == act.id or view.tally(each.person, KEPT_WITH) > 0)
    ]
    verdict = Verdict.NOT_ALLOWED if holds else Verdict.ALLOWED
    facts = {"id": act.id, "missing": ", ".join(holds)}
    return (Finding(book.clause("legal-hold"), verdict, facts),)


def still_kept(act: ForgetPerson, view: View, book: Book) -> Findings:
    """What a law asks to keep stays so long; a person who asks has somebody look at it at once."""
    if _is_forgotten(view, act.id):
        return ()
    last = _last(act, view, book)
    looked = None if act.why is WhyForgotten.TIME_OVER else act.checked
    late = Verdict.NEEDS_FACTS if act.why is WhyForgotten.ASKED else Verdict.NOT_ALLOWED
    running = {True: Verdict.ALLOWED, False: Verdict.NOT_ALLOWED, None: late}[looked]
    found = []
    for limit in KEEPS:
        clause = book.clauses[limit]
        over = until(clause, last)
        if over is not None:
            verdict = Verdict.ALLOWED if over <= book.day else running
            found.append(Finding(clause, verdict, _years(clause, last, over, book)))
    return tuple(found)


def time_over(act: ForgetPerson, view: View, book: Book) -> Findings:
    """Unasked, somebody is forgotten only when the years are over after which nothing is kept."""
    if act.why is WhyForgotten.ASKED or _is_forgotten(view, act.id):
        return ()
    limit, last = book.clauses[ERASES], _last(act, view, book)
    over = until(limit, last)
    if over is None:
        return (Finding(book.clause("no-years-set"), Verdict.NEEDS_FACTS),)
    verdict = Verdict.ALLOWED if over <= book.day else Verdict.NOT_ALLOWED
    return (Finding(limit, verdict, _years(limit, last, over, book)),)


def _last(act: ForgetPerson, view: View, book: Book) -> date:
    """The last day on which anything was kept about them."""
    return book.day - timedelta(days=view.tally(act.id, DAYS_QUIET))


def _years(clause: Clause, last: date, over: date, book: Book) -> dict[str, object]:
    """What the sentences of a limit of years name."""
    return {
        "now": relativedelta(book.day, last).years,
        "limit": clause.value,
        "until": over.isoformat(),
    }


def finished(act: ForgetPerson, view: View, book: Book) -> Findings:
    """What others still reckon with is ended first."""
    left = [
        Phrase("{kind} {id}", kind=Phrase(each.kind), id=each.id)
        for each in view.nouns
        if unfinished(each, act.id)
    ]
    verdict = Verdict.NEEDS_FACTS if left else Verdict.ALLOWED
    facts = {"id": act.id, "missing": listed("and", *left) or ""}
    return (Finding(book.clause("unfinished"), verdict, facts),)


def forgotten(act: Act, view: View, book: Book) -> Findings:
    """Who was forgotten is not asked for again; what is told of them is kept, and can be ended."""
    gone = [each.id for each in view.all(Person) if each.status is PersonStatus.FORGOTTEN]
    if not gone or isinstance(act, _BEGINS_NOTHING):
        return ()
    named = [each for each in gone if each in act.about and not _ends(act, view, each)]
    verdict = Verdict.NEEDS_FACTS if act.already else Verdict.NOT_ALLOWED
    return tuple(Finding(book.clause("forgotten"), verdict, {"id": each}) for each in named)


def _ends(act: Act, view: View, person: str) -> bool:
    """Whether it goes on with something that was told of them since, and has to be ended too."""
    noun = view.get(act.moves, act.id) if isinstance(act, Moves) else None
    return noun is not None and unfinished(noun, person)


#: The rules of this subject.
RULES: Final = (
    Rule("own-word-to-forget", (ForgetPerson,), own_word),
    Rule(
        "answers-for-records",
        (ForgetPerson, PlaceLegalHold, LiftLegalHold),
        answers_for_records,
    ),
    Rule("known-person", (PlaceLegalHold,), known_person),
    Rule("legal-hold", (ForgetPerson,), held),
    Rule("still-kept", (ForgetPerson,), still_kept),
    Rule("time-over", (ForgetPerson,), time_over),
    Rule("unfinished", (ForgetPerson,), finished),
    Rule("forgotten", (Act,), forgotten),
)
