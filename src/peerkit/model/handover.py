"""What stays readable when a match ends: for the peer who goes, and for the one who comes."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import attrs

from peerkit.errors import BadInput
from peerkit.model.fields import a, maybe

__all__ = ["EndingReason", "Handover", "NewPeerReads", "OldPeerReads", "RecordPart"]


class EndingReason(StrEnum):
    """Why a match ends or passes to another peer. The house's own words; none is a fault."""

    GOALS_REACHED = "goals-reached"
    PARTICIPANT_WISHES = "participant-wishes"
    MOVED_AWAY = "moved-away"
    PEER_STEPS_BACK = "peer-steps-back"
    PEER_LEAVES = "peer-leaves"
    ANOTHER_FITS = "another-fits"
    TOO_CLOSE = "too-close"


class OldPeerReads(StrEnum):
    """What the earlier peer still reads. The house's own choices, the most private first."""

    NOTHING = "nothing"
    OWN_NOTES = "own-notes"
    OWN_NOTES_UNTIL = "own-notes-until"


class NewPeerReads(StrEnum):
    """What the next peer gains. The house's own choices, the most private first."""

    NOTHING = "nothing"
    GOALS = "goals"
    AGREED_NOTES = "agreed-notes"


class RecordPart(StrEnum):
    """A part of what is kept about a participant. ``readers`` is the list of who read what."""

    GOALS = "goals"
    ATTENDANCE = "attendance"
    NOTES = "notes"
    READERS = "readers"


@attrs.frozen(kw_only=True)
class Handover:
    """What both peers may read once a match is over. Left out, it is nothing for either.

    ``old`` is the earlier peer's: their own notes for good, or up to and with
    the day ``until``. ``new`` is the next one's: the goals, or also those notes
    whose sharing the participant has agreed to (a consent that covers session
    notes).
    """

    old: OldPeerReads = a(OldPeerReads, OldPeerReads.NOTHING)
    until: date | None = maybe(date)
    new: NewPeerReads = a(NewPeerReads, NewPeerReads.NOTHING)

    def __attrs_post_init__(self) -> None:
        if (self.old is OldPeerReads.OWN_NOTES_UNTIL) != (self.until is not None):
            raise BadInput(
                "Handover.until", "give the last day with own-notes-until, and with nothing else"
            )

    def old_reads(self, day: date) -> bool:
        """Whether the earlier peer may read their own notes on this day."""
        if self.old is OldPeerReads.OWN_NOTES_UNTIL:
            return self.until is not None and day <= self.until
        return self.old is OldPeerReads.OWN_NOTES
