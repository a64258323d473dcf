"""Who read what is kept about somebody, and when two people last met."""

from __future__ import annotations

from datetime import date, datetime
from itertools import product
from typing import TYPE_CHECKING

import attrs

from peerkit.acts import ReadPlan, ReadRecord
from peerkit.model import RecordPart, Session, SessionStatus

if TYPE_CHECKING:
    from peerkit.program import Program

__all__ = ["Reading", "last_met", "who_read"]


#: The acts that ask to read.
_READS = frozenset({ReadRecord.kind, ReadPlan.kind})


@attrs.frozen(kw_only=True)
class Reading:
    """Somebody asked to read a part of what is kept: when, what, and whether they might.

    ``what`` is None where it was a plan of theirs, which ``plan`` names. ``peer`` is
    whose notes or attendance it was about; ``number`` that of the journal's entry.
    """

    number: int
    at: datetime
    by: str
    what: RecordPart | None
    peer: str
    allowed: bool
    plan: str | None = None


def who_read(program: Program, participant: str, *, by: str) -> tuple[Reading, ...]:
    """Who asked to read about this participant, oldest first. Only the participant may look.

    Looking is itself kept, and is the last in the list. Raises
    :class:`~peerkit.decisions.Refused` for anybody else.
    """
    asked = ReadRecord(by=by, participant=participant, what=RecordPart.READERS)
    program.do(asked).or_raise()
    found = []
    for entry in program.history(participant):
        body = entry.read()
        act = body["act"]
        if act["act"] in _READS and act["participant"] == participant:
            plan = act["id"] if act["act"] == ReadPlan.kind else None
            found.append(
                Reading(
                    number=entry.number,
                    at=datetime.fromisoformat(body["at"]),
                    by=act["by"],
                    what=None if plan is not None else RecordPart(act["what"]),
                    peer=act.get("peer") or act["by"],
                    allowed=body["verdict"] == "ALLOWED",
                    plan=plan,
                )
            )
    return tuple(found)


def last_met(program: Program) -> dict[tuple[str, str], date]:
    """The last day on which each peer and participant met; memory grows with pairs alone."""
    found: dict[tuple[str, str], date] = {}
    for each in program.every(Session, status=SessionStatus.HELD):
        for both in product(each.peers, each.participants):
            found[both] = max(found.get(both, date.min), each.day)
    return found
