"""A supervisor's agreed advice lets one request through, and the report of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.acts import ReportSession
from peerkit.decisions import Finding, Findings, Verdict
from peerkit.model import Consultation, ConsultationStatus

if TYPE_CHECKING:
    from peerkit.acts import Act
    from peerkit.model import View

_FOR_A_REQUEST: Final = frozenset({ConsultationStatus.AGREED})
_FOR_A_REPORT: Final = frozenset({ConsultationStatus.AGREED, ConsultationStatus.USED})
_FOR_A_CORRECTION: Final = _FOR_A_REPORT | {ConsultationStatus.DONE}


def heeded(findings: Sequence[Finding], act: Act, view: View) -> Findings:
    """The findings after advice: what was agreed about this clause and these people is allowed.

    Each piece of advice counts for one finding, and each participant of the
    act needs one.
    """
    usable = _usable(act)
    free = [
        each
        for each in sorted(view.all(Consultation), key=lambda each: each.id)
        if each.status in usable and each.peer == act.peer_named
    ]
    if not free:
        return tuple(findings)
    after = []
    for finding in findings:
        advice = _advice(finding, act, free)
        if advice:
            free = [each for each in free if each not in advice]
            used = tuple(each.id for each in advice)
            after.append(
                attrs.evolve(
                    finding, verdict=Verdict.ALLOWED, facts={**finding.facts, "advice": used}
                )
            )
        else:
            after.append(finding)
    return tuple(after)


def _usable(act: Act) -> frozenset[ConsultationStatus]:
    """A report may tell of what a request was advised on, and a correction of it again."""
    if isinstance(act, ReportSession) and act.corrects:
        return _FOR_A_CORRECTION
    return _FOR_A_REPORT if act.already else _FOR_A_REQUEST


def _advice(finding: Finding, act: Act, free: Sequence[Consultation]) -> list[Consultation]:
    """One piece of advice for each participant this finding is about; none when one lacks it."""
    if finding.verdict is not Verdict.NEEDS_CONSULTATION or not finding.advice_opens:
        return []
    about = finding.facts.get("other")
    people = act.participants_named if about is None else (str(about),)
    found = [
        next(
            (x for x in free if x.clause == finding.clause.id and x.participant == each),
            None,
        )
        for each in people
    ]
    return [] if None in found else [each for each in found if each is not None]
