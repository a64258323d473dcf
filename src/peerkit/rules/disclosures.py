"""What is told to whom: by whose leave, how much of it, and on what papers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from peerkit.acts import (
    EndConsent,
    RecordConsent,
    ShareInformation,
)
from peerkit.decisions import Finding, Findings, Rule, Verdict
from peerkit.model import (
    Consent,
    ConsentScope,
    Ending,
    HowMuch,
    Paper,
    Phrase,
    Purpose,
    Signature,
)
from peerkit.model.disclosures import FOR_CARE
from peerkit.model.phrase import listed
from peerkit.rules.limits import measured

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from peerkit.handbook import Book
    from peerkit.model import View

    Written = Consent | RecordConsent

#: The limits that only a program under 42 CFR Part 2 has a number for.
ELEMENTS: Final = "consent-elements"
PAPERS: Final = "papers-with-what-is-told"
#: Signed in a way that can be shown to somebody later.
_IN_WRITING: Final = frozenset({Signature.ON_PAPER, Signature.ELECTRONIC})
_NOTICES: Final = frozenset({Paper.NOTICE_LONG, Paper.NOTICE_SHORT})
_COVERED: Final = frozenset({Paper.CONSENT_COPY, Paper.SCOPE_EXPLAINED})


def _by_whom_signed(it: Written) -> bool:
    return it.form is not None and it.form.signed in _IN_WRITING and it.form.signed_by is not None


def _with_an_end(it: Written) -> bool:
    event = None if it.form is None else it.form.ends_with
    without = event is Ending.NONE and it.purpose in FOR_CARE
    return it.until is not None or without or event not in {None, Ending.NONE}


#: What a written consent says (42 CFR 2.31(a)), each with how to tell that it is there.
_SAID: Final[Mapping[Phrase, Callable[[Written], bool]]] = {
    Phrase("whose it is"): lambda it: bool(it.participant),
    Phrase("who may tell it"): lambda it: it.form is not None and bool(it.form.tellers),
    Phrase("what is told"): lambda it: bool(it.scopes),
    Phrase("to whom, by name (a class is enough for care only)"): lambda it: (
        bool(it.to) or it.purpose in FOR_CARE
    ),
    Phrase("what it is for"): lambda it: it.purpose is not None,
    Phrase("how it can be taken back"): lambda it: (
        it.form is not None and it.form.revoke_how is not None
    ),
    Phrase("the day or event on which it ends"): _with_an_end,
    Phrase("how and by whom it was signed, in writing"): _by_whom_signed,
    Phrase("the day on which it was signed"): lambda it: (
        it.form is not None and it.form.signed_on is not None
    ),
}


def _lacks(it: Written) -> list[Phrase]:
    return [element for element, there in _SAID.items() if not there(it)]


def consent_elements(act: RecordConsent | ShareInformation, view: View, book: Book) -> Findings:
    """Under 42 CFR Part 2 a consent says all that a written one must, and only such a one counts.

    Each scope that is shared rests on the most complete of the consents that cover it.
    """
    if book.clause(ELEMENTS).value is None:
        return ()
    if isinstance(act, RecordConsent):
        lacks = [_lacks(act)]
    else:
        consents = () if act.to == act.participant else act.covering(view)
        theirs = [
            [_lacks(each) for each in consents if each.holds(scope, act.items)]
            for scope in act.scopes
        ]
        lacks = [min(each, key=len) for each in theirs if each]
    if not lacks:
        return ()
    missing = max(lacks, key=len)
    told = listed("and", *missing) if missing else ""
    return measured(book, ELEMENTS, len(_SAID) - len(missing), missing=told)


def separate_consent(act: RecordConsent, view: View, book: Book) -> Findings:
    """Under 42 CFR Part 2, counselling notes take a consent that is about nothing else."""
    if book.clause(ELEMENTS).value is None or ConsentScope.COUNSELLING_NOTES not in act.scopes:
        return ()
    clause = book.clause("separate-consent")
    verdict = Verdict.ALLOWED if len(act.scopes) == 1 else Verdict.NEEDS_CONSENT
    return (Finding(clause, verdict, {"participant": act.participant}),)


def papers_go_along(act: ShareInformation, view: View, book: Book) -> Findings:
    """Under 42 CFR Part 2, a notice and the consent or what it covers go with what is told."""
    if act.to == act.participant or book.clause(PAPERS).value is None:
        return ()
    needed = {
        Phrase("a notice that it may not be passed on (long or short)"): _NOTICES,
        Phrase("a copy of the consent, or what it covers"): _COVERED,
    }
    missing = [each for each, papers in needed.items() if papers.isdisjoint(act.papers)]
    told = listed("and", *missing) if missing else ""
    return measured(book, PAPERS, len(needed) - len(missing), missing=told, to=act.to)


def no_more_than_needed(act: ShareInformation, view: View, book: Book) -> Findings:
    """More than a purpose needs is told only to the person, or because the person asked for it."""
    if act.how_much is None:
        return ()
    clause = book.clause("no-more-than-needed")
    asked = any(each.purpose is Purpose.OWN_REQUEST for each in act.covering(view))
    fine = act.how_much is HowMuch.NEEDED or act.to == act.participant or asked
    facts = {"participant": act.participant, "to": act.to}
    return (Finding(clause, Verdict.ALLOWED if fine else Verdict.NEEDS_CONSENT, facts),)


def event_came(act: EndConsent, view: View, book: Book) -> Findings:
    """A consent ends with the event that it names; otherwise it is the person who takes it back."""
    consent = view.get(Consent, act.id)
    if consent is None:
        return ()
    event = None if consent.form is None else consent.form.ends_with
    verdict = Verdict.NEEDS_FACTS if event in {None, Ending.NONE} else Verdict.ALLOWED
    facts = {"id": act.id, "participant": act.participant}
    return (Finding(book.clause("consent-event"), verdict, facts),)


#: The rules of this subject.
RULES: Final = (
    Rule("consent-elements", (RecordConsent, ShareInformation), consent_elements),
    Rule("separate-consent", (RecordConsent,), separate_consent),
    Rule("papers-go-along", (ShareInformation,), papers_go_along),
    Rule("no-more-than-needed", (ShareInformation,), no_more_than_needed),
    Rule("consent-event", (EndConsent,), event_came),
)
