"""A supervisor's agreed advice lets one act through, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peerkit.decisions import Finding, Verdict
from peerkit.model import Consultation, ConsultationStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peerkit.acts import Act
    from peerkit.handbook import Clause
    from peerkit.model import View


def weighed(
    clause: Clause,
    verdict: Verdict,
    facts: Mapping[str, object],
    act: Act,
    view: View,
    activity: int = -1,
    other: str | None = None,
) -> Finding:
    """The finding, unless its verdict asks for a consultation that has been had and agreed.

    Advice about ``other`` lets nobody else through; left out, it may be about
    any participant of the act.
    """
    if verdict is Verdict.NEEDS_CONSULTATION:
        for each in view.all(Consultation):
            if (
                each.status is ConsultationStatus.AGREED
                and each.clause == clause.id
                and each.peer == act.peer_named
                and each.participant in (act.participants_named if other is None else (other,))
            ):
                advised = {**facts, "consultation": each.id}
                return Finding(clause, Verdict.ALLOWED, advised, activity)
    return Finding(clause, verdict, facts, activity)
