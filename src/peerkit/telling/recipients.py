"""Who is reminded of a noun: those whose it is now, and nobody who has left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from peerkit.acts.concerns import who_looks
from peerkit.model import (
    Concern,
    Match,
    MatchStatus,
    Noun,
    Participant,
    ParticipantStatus,
    Peer,
    PeerStatus,
    Person,
    Series,
    Session,
    SessionForm,
)
from peerkit.model.fields import pair
from peerkit.stores import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from peerkit.model import View
    from peerkit.stores import Store

__all__ = ["every", "recipients"]

N = TypeVar("N", bound=Noun)

#: How many nouns are read at a time.
_PAGE: Final = 500
_HERE: Final = frozenset({PeerStatus.SERVING, PeerStatus.STEPPED_BACK})


def every(store: Store, wanted: Wanted[N]) -> Iterator[N]:
    """Every noun that is asked for, read a page at a time."""
    after = ""
    while page := store.find(wanted, after=after, limit=_PAGE):
        yield from page
        after = wanted.place_of(page[-1])


def recipients(
    store: Store,
    noun: Noun,
    roles: tuple[str, ...],
    *,
    now: datetime,
    day: date,
    coordinator: str | None,
) -> tuple[str, ...]:
    """Who is in these roles of a noun now, each once; nobody where nobody is left to be told.

    A participant who takes part. A peer who has not left and still walks with them; in the
    place of one who has left or does not, the supervisor. In the place of a supervisor who is
    not known, has left or is in it themself, the coordinator. Where a participant walks with
    nobody, the coordinator in the place of the peers. Of somebody who was forgotten nobody is
    told anything. It reads the people of the noun, once more their supervisors, and where a
    noun names no peer the matches of its participant.
    """
    taking_part = _named(noun, "participants", "participant", Participant)
    peers = _named(noun, "peers", "peer", Peer)
    if not peers:
        peers = tuple(each for one in taking_part for each in _walking_with(store, one))
    pairs = tuple(pair(one, other) for one in peers for other in taking_part)
    view = _view(store, (*peers, *taking_part, *pairs), day, now)
    if taking_part and not any(_is_known(view, each) for each in taking_part):
        return ()
    supervisors = {each: _supervisor(view, noun, each) for each in peers}
    known = _view(store, tuple(filter(None, supervisors.values())), day, now)
    in_it = {*peers, *taking_part, *getattr(noun, "people", ())}
    if coordinator in in_it:
        coordinator = None
    instead = {
        each: to if to is not None and to not in in_it and _is_here(known, to) else coordinator
        for each, to in supervisors.items()
    }
    to: list[str | None] = []
    for role in roles:
        if role == "participants":
            to += [one for one in taking_part if _takes_part(view, noun, one, peers)]
        elif role == "coordinator" or not peers:
            to.append(coordinator)
        elif role == "peers":
            to += [
                each if _serves(view, noun, each, taking_part) else instead[each] for each in peers
            ]
        else:
            to += instead.values()
    return tuple(dict.fromkeys(each for each in to if each is not None))


def _named(noun: Any, many: str, one: str, kind: type[Noun]) -> tuple[str, ...]:
    """The people a noun names in a role; a peer or a participant is that one."""
    if isinstance(noun, kind):
        return (noun.id,)
    several: tuple[str, ...] | None = getattr(noun, many, None)
    single: str | None = getattr(noun, one, None)
    return several if several is not None else () if single is None else (single,)


def _view(store: Store, about: tuple[str, ...], day: date, now: datetime) -> View:
    return store.view(tuple(dict.fromkeys(about)), day, now).view


def _walking_with(store: Store, participant: str) -> Iterator[str]:
    """The peers whom this participant has said yes to, and walks with now."""
    wanted = Wanted(Match, about=participant, statuses=frozenset({MatchStatus.ACCEPTED.value}))
    return (each.peer for each in every(store, wanted) if each.participant == participant)


def _supervisor(view: View, noun: Noun, peer: str) -> str | None:
    """Who answers for this: the peer's supervisor, or who looks at a concern."""
    if isinstance(noun, Concern):
        return who_looks(view, noun)
    known = view.get(Peer, peer)
    return None if known is None else known.supervisor


def _is_here(view: View, who: str) -> bool:
    """Whether a supervisor is there to be told. One need not be a peer, nor be known here."""
    serving = view.get(Peer, who)
    return _is_known(view, who) and (serving is None or serving.status in _HERE)


def _is_known(view: View, who: str) -> bool:
    """Whether somebody was not forgotten."""
    person, participant = view.get(Person, who), view.get(Participant, who)
    return (person is None or person.open) and (participant is None or participant.open)


def _serves(view: View, noun: Noun, peer: str, taking_part: tuple[str, ...]) -> bool:
    """Whether this peer is here, and walks with one of those the noun is about."""
    known = view.get(Peer, peer)
    here = known is not None and known.status in _HERE and _is_known(view, peer)
    return here and (
        not taking_part or any(_together(view, noun, peer, one) for one in taking_part)
    )


def _takes_part(view: View, noun: Noun, who: str, peers: tuple[str, ...]) -> bool:
    """Whether this participant is here, and walks with one of the peers the noun names."""
    known = view.get(Participant, who)
    here = known is not None and known.status is ParticipantStatus.TAKING_PART
    named = bool(_named(noun, "peers", "peer", Peer))
    return (
        here
        and _is_known(view, who)
        and (not named or any(_together(view, noun, peer, who) for peer in peers))
    )


def _together(view: View, noun: Noun, peer: str, participant: str) -> bool:
    """Whether the two meet: in a group, as a match that runs, or ad hoc where none was ended."""
    form = noun.form if isinstance(noun, Session | Series) else SessionForm.ONE_TO_ONE
    theirs = [
        each.status
        for each in view.all(Match)
        if (each.peer, each.participant) == (peer, participant)
    ]
    return (
        form is SessionForm.GROUP
        or MatchStatus.ACCEPTED in theirs
        or (form is SessionForm.AD_HOC and not theirs)
    )
