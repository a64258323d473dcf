"""Whether something is still somebody's: asked of messages, of reminders and of a feed alike."""

from __future__ import annotations

from typing import Final

from peerkit.model import (
    Match,
    MatchStatus,
    Participant,
    ParticipantStatus,
    Peer,
    PeerStatus,
    Person,
    Series,
    SeriesStatus,
    Session,
    SessionForm,
    SessionStatus,
    View,
    pair,
)

__all__ = ["has_left", "is_known", "is_theirs", "pairs_of", "serves", "takes_part", "walk_together"]

_HERE: Final = frozenset({PeerStatus.SERVING, PeerStatus.STEPPED_BACK})
_CALLED_OFF: Final = frozenset({SessionStatus.CANCELLED, SeriesStatus.ENDED})
#: After which answer, or which end, two do not meet by chance either.
_OVER: Final = frozenset({MatchStatus.ENDED, MatchStatus.DECLINED})


def is_theirs(noun: Session | Series, person: str, view: View, *, to_do: bool = False) -> bool:
    """Whether this person is in it, and still is.

    The ``view`` is about them and the pairs of it. What is ahead or could be planned anew is for
    those who are here in the role in which they are in it, and for two alone while they walk
    together. That it was called off, or was held, is for whoever was in it and has not left; what
    is still ``to_do`` about one that was held, such as its note, is not.
    """
    if person not in {*noun.peers, *noun.participants}:
        return False
    if noun.status in _CALLED_OFF or (noun.status is SessionStatus.HELD and not to_do):
        return not has_left(person, view)
    here = (person in noun.peers and serves(person, view)) or (
        person in noun.participants and takes_part(person, view)
    )
    return here and _meet(noun, view)


def pairs_of(noun: Session | Series) -> tuple[str, ...]:
    """The pairs whose matches say whether those who would meet alone still walk together."""
    if noun.form is SessionForm.GROUP:
        return ()
    return tuple(pair(noun.peer, each) for each in noun.participants)


def serves(who: str, view: View) -> bool:
    """Whether this peer is here. Who has stepped back for a while has not left."""
    peer = view.get(Peer, who)
    return peer is not None and peer.status in _HERE and is_known(who, view)


def takes_part(who: str, view: View) -> bool:
    """Whether this participant is here."""
    known = view.get(Participant, who)
    here = known is not None and known.status is ParticipantStatus.TAKING_PART
    return here and is_known(who, view)


def is_known(who: str, view: View) -> bool:
    """Whether somebody was not forgotten."""
    person, participant = view.get(Person, who), view.get(Participant, who)
    return (person is None or person.open) and (participant is None or participant.open)


def has_left(who: str, view: View) -> bool:
    """Whether somebody was a peer here, has left, and does not take part either."""
    peer, participant = view.get(Peer, who), view.get(Participant, who)
    return (
        peer is not None
        and peer.status not in _HERE
        and (participant is None or not participant.open)
    )


def walk_together(peer: str, participant: str, view: View) -> bool:
    """Whether the participant has said yes to this peer, and it is not over."""
    return MatchStatus.ACCEPTED in _statuses(peer, participant, view)


def _meet(noun: Session | Series, view: View) -> bool:
    """Whether those who would meet still do: in a group, in a match that runs, or by chance."""
    if noun.form is SessionForm.GROUP:
        return True
    theirs = _statuses(noun.peer, noun.participants[0], view)
    by_chance = noun.form is SessionForm.AD_HOC and not theirs & _OVER
    return by_chance or MatchStatus.ACCEPTED in theirs


def _statuses(peer: str, participant: str, view: View) -> set[MatchStatus]:
    return {
        each.status
        for each in view.all(Match)
        if (each.peer, each.participant) == (peer, participant)
    }
