"""Who read what is kept about somebody, and when two people last met."""

from __future__ import annotations

from datetime import date, datetime
from itertools import product
from typing import TYPE_CHECKING

import attrs

from peerkit.acts import ReadRecord
from peerkit.model import RecordPart, Session, SessionStatus

if TYPE_CHECKING:
    from peerkit.program import Program

__all__ = ["Reading", "last_met", "who_read"]


@attrs.frozen(kw_only=True)
class Reading:
    """Somebody asked to read a part of what is kept: when, what, and whether they might.

    ``peer`` is whose notes or attendance it was about; ``number`` that of the
    journal's entry.
    """

    number: int
    at: datetime
    by: str
    what: RecordPart
    peer: str
    allowed: bool


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
        if act["act"] == ReadRecord.kind and act["participant"] == participant:
            found.append(
                Reading(
                    number=entry.number,
                    at=datetime.fromisoformat(body["at"]),
                    by=act["by"],
                    what=RecordPart(act["what"]),
                    peer=act["peer"] or act["by"],
                    allowed=body["verdict"] == "ALLOWED",
                )
            )
    return tuple(found)


def last_met(program: Program) -> dict[tuple[str, str], date]:
    """The last day on which each peer and participant met; memory grows with pairs alone."""
    found: dict[tuple[str, str], date] = {}
    for each in program.every(Session):
        if each.status is SessionStatus.HELD:
            for both in product(each.peers, each.participants):
                found[both] = max(found.get(both, date.min), each.day)
    return found
