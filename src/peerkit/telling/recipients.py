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
    Peer,
    Series,
    Session,
    pair,
)
from peerkit.stores import Wanted
from peerkit.telling.theirs import is_known, is_theirs, serves, takes_part, walk_together

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from peerkit.model import View
    from peerkit.stores import Store

__all__ = ["every", "recipients"]

N = TypeVar("N", bound=Noun)

#: How many nouns are read at a time.
_PAGE: Final = 500


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
    named = peers = _named(noun, "peers", "peer", Peer)
    if not peers:
        peers = tuple(each for one in taking_part for each in _walking_with(store, one))
    pairs = tuple(pair(one, other) for one in peers for other in taking_part)
    view = _view(store, (*peers, *taking_part, *pairs), day, now)
    if taking_part and not any(is_known(each, view) for each in taking_part):
        return ()
    supervisors = {each: _supervisor(view, noun, each) for each in peers}
    known = _view(store, tuple(filter(None, supervisors.values())), day, now)
    in_it = {*peers, *taking_part, *getattr(noun, "people", ())}
    if coordinator in in_it:
        coordinator = None
    instead = {
        each: to if to is not None and to not in in_it and _is_here(to, known) else coordinator
        for each, to in supervisors.items()
    }
    to: list[str | None] = []
    for role in roles:
        if role == "participants":
            to += [one for one in taking_part if _of_participant(noun, one, named, view)]
        elif role == "coordinator" or not peers:
            to.append(coordinator)
        elif role == "peers":
            to += [
                each if _of_peer(noun, each, taking_part, view) else instead[each] for each in peers
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


def _is_here(who: str, view: View) -> bool:
    """Whether a supervisor is there to be told. One need not be a peer, nor be known here."""
    return is_known(who, view) and (view.get(Peer, who) is None or serves(who, view))


def _of_peer(noun: Noun, peer: str, taking_part: tuple[str, ...], view: View) -> bool:
    """Whether this peer is here, and walks with one of those the noun is about."""
    if isinstance(noun, Session | Series):
        return is_theirs(noun, peer, view, to_do=True)
    walks = any(walk_together(peer, one, view) for one in taking_part)
    return serves(peer, view) and (walks or not taking_part)


def _of_participant(noun: Noun, who: str, peers: tuple[str, ...], view: View) -> bool:
    """Whether this participant is here, and walks with one of the peers the noun names."""
    if isinstance(noun, Session | Series):
        return is_theirs(noun, who, view, to_do=True)
    walks = any(walk_together(peer, who, view) for peer in peers)
    return takes_part(who, view) and (walks or not peers)
