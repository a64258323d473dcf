"""A supervisor's agreed advice lets one request through, and the report of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from peerkit.acts import ReportSession
from peerkit.decisions import Finding, Findings, Verdict
from peerkit.model import Consultation, ConsultationStatus, Session, SessionStatus

if TYPE_CHECKING:
    from peerkit.acts import Act
    from peerkit.model import View


def heeded(findings: Sequence[Finding], act: Act, view: View) -> Findings:
    """The findings after advice: what was agreed about this clause and these people is allowed.

    Each piece of advice counts for one finding, and each participant of the
    act needs one. A finding on one of several peers takes that peer's advice:
    whoever supervises them answers for them.
    """
    free = [
        each
        for each in sorted(view.all(Consultation), key=_first)
        if each.peer in act.peers_named and _usable(each, act, view)
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


def _first(advice: Consultation) -> tuple[bool, str]:
    """What was used already goes before what is still free: a report leaves that alone."""
    return advice.status is ConsultationStatus.AGREED, advice.id


def _usable(advice: Consultation, act: Act, view: View) -> bool:
    """A request takes what is agreed; its report, what the request took; a correction, its own."""
    if advice.status is ConsultationStatus.AGREED:
        return True
    if advice.status is ConsultationStatus.USED:
        return act.already and advice.used_for in {None, getattr(act, "id", None)}
    return (
        advice.status is ConsultationStatus.DONE
        and isinstance(act, ReportSession)
        and act.corrects
        and any(
            each.id == act.id == advice.used_for and each.status is SessionStatus.HELD
            for each in view.all(Session)
        )
    )


def _advice(finding: Finding, act: Act, free: Sequence[Consultation]) -> list[Consultation]:
    """One piece of advice for each participant this finding is about; none when one lacks it."""
    if finding.verdict is not Verdict.NEEDS_CONSULTATION or not finding.advice_opens:
        return []
    about = finding.facts.get("other")
    peer = finding.facts.get("peer")
    whose = peer if peer in act.peers_named else act.peer_named
    people = act.participants_named if about is None else (str(about),)
    found = [
        next(
            (
                x
                for x in free
                if (x.clause, x.peer, x.participant) == (finding.clause.id, whose, each)
            ),
            None,
        )
        for each in people
    ]
    return [] if None in found else [each for each in found if each is not None]
