"""What a session that was held adds to the tallies, and what is counted of one that was missed."""

from __future__ import annotations

from typing import Final

from peerkit.model import (
    ABSENT,
    ATTENDED,
    EXCUSED,
    MEETINGS,
    MET,
    MINUTES_GIVEN,
    MINUTES_GIVEN_A_MONTH,
    MINUTES_GIVEN_A_WEEK,
    MINUTES_RECEIVED,
    MINUTES_RECEIVED_A_WEEK,
    MINUTES_RECEIVED_A_YEAR,
    MISSED,
    MISSED_A_MONTH,
    MISSED_EXCUSED,
    MISSED_EXCUSED_A_MONTH,
    Count,
    Session,
    pair,
    period,
)

__all__ = ["counted", "counted_missed"]

#: What is counted of a session: for the peer, and for each participant.
_GIVEN: Final = (MINUTES_GIVEN, MINUTES_GIVEN_A_WEEK, MINUTES_GIVEN_A_MONTH)
_RECEIVED: Final = (MINUTES_RECEIVED, MINUTES_RECEIVED_A_WEEK, MINUTES_RECEIVED_A_YEAR)
_MISSED: Final = (MISSED, MISSED_A_MONTH)
_EXCUSED: Final = (MISSED_EXCUSED, MISSED_EXCUSED_A_MONTH)


def counted(session: Session, sign: int) -> tuple[Count, ...]:
    """What a held session adds to the tallies, or, with -1, takes back.

    Who came without a name is in no tally but the group's own.
    """
    peers, participants = session.peers, session.participants
    met = [Count(pair(peer, each), MET, sign) for peer in peers for each in participants]
    met += _attendance(session, sign)
    if session.counted:
        day, minutes = session.day, sign * session.counted
        for people, added in ((peers, _GIVEN), (participants, _RECEIVED)):
            when = [(what, period(day, what)) for what in added]
            met += [Count(each, what, minutes, in_) for each in people for what, in_ in when]
    return tuple(met)


def _attendance(session: Session, sign: int) -> tuple[Count, ...]:
    """Who of a group came, was excused or stayed away, and that the group has met."""
    if session.group is None:
        return ()
    there = ((ATTENDED, session.participants), (EXCUSED, session.excused), (ABSENT, session.absent))
    return (
        Count(session.group, MEETINGS, sign),
        *(Count(who, what, sign) for what, people in there for who in people),
    )


def counted_missed(session: Session, who: str | None, *, excused: bool | None) -> tuple[Count, ...]:
    """What is counted of whoever did not come; nothing where nobody says who it was."""
    if who is None:
        return ()
    what = (*_MISSED, *_EXCUSED) if excused else _MISSED
    return tuple(Count(who, each, 1, period(session.day, each)) for each in what)
