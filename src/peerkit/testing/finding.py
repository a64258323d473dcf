"""What a store finds: nouns of a kind, in an order, behind a place, and how many."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import attrs

from peerkit.model import (
    Goal,
    Match,
    MatchStatus,
    Participant,
    Peer,
    Person,
    Session,
    SessionStatus,
)
from peerkit.stores import Order, Store, Wanted
from peerkit.testing.kit import Conformance
from peerkit.testing.pieces import DAY, NOW, goal, keep, match, peer, session

__all__ = ["Finding"]

#: Sessions of ana with p-1: the first and the third at one moment, the second a day before.
DATED: Final = tuple(
    attrs.evolve(session("p-1", status), id=f"s-{number}", starts=NOW + timedelta(days=days))
    for number, days, status in (
        (1, 0, SessionStatus.PLANNED),
        (2, -1, SessionStatus.HELD),
        (3, 0, SessionStatus.HELD),
        (4, 30, SessionStatus.PLANNED),
    )
)


class Finding(Conformance, kit=True):
    """What is asked for is found: all of it, nothing else, and in its order."""

    def test_find_gives_one_kind_by_id(self, store: Store) -> None:
        """Nouns of one kind come in the order of their ids, whoever came first, in newest form."""
        keep(store, "x", nouns=[goal(3), goal(1), Person(id="g-0002")])
        keep(store, "g-0001", nouns=[goal(2), Participant(id="g-0001")])
        keep(store, "g-0003", nouns=[Goal(id="g-0003", participant="p-1", review=DAY)])

        found = store.find(Wanted(Goal))

        assert found == (goal(1), goal(2), Goal(id="g-0003", participant="p-1", review=DAY))

    def test_find_gives_pages(self, store: Store) -> None:
        """Nouns come at most so many at a time, on from an id, all or those of somebody."""
        keep(store, "x", nouns=map(goal, range(1, 6)))

        for about in (None, "p-1"):
            wanted = Wanted(Goal, about=about)
            assert store.find(wanted, limit=2) == (goal(1), goal(2))
            assert store.find(wanted, after="g-0002", limit=2) == (goal(3), goal(4))
            assert store.find(wanted, after="g-0004", limit=2) == (goal(5),)
            assert store.find(wanted, after="g-0005") == ()

    def test_find_gives_open_and_closed(self, store: Store) -> None:
        """What is closed is found like what is open."""
        keep(store, "m-1", "m-2", nouns=[match("m-1"), match("m-2")])
        keep(store, "m-2", nouns=[match("m-2", MatchStatus.WITHDRAWN)])

        both = (match("m-1"), match("m-2", MatchStatus.WITHDRAWN))
        assert store.find(Wanted(Match)) == both
        assert store.find(Wanted(Match, about="p-1")) == both

    def test_find_about_an_id(self, store: Store) -> None:
        """What touches an id is found with it, and so is the noun of that id itself."""
        keep(store, "x", nouns=[match("m-1"), match("m-2", peer="ben"), Person(id="ana"), peer()])

        assert store.find(Wanted(Match, about="ana")) == (match("m-1"),)
        assert store.find(Wanted(Match, about="p-1")) == (match("m-1"), match("m-2", peer="ben"))
        assert store.find(Wanted(Person, about="ana")) == (Person(id="ana"),)
        for about in ("ana", "sam"):
            assert store.find(Wanted(Peer, about=about)) == (peer(),)
        assert store.find(Wanted(Peer, about="m-1")) == ()

    def test_find_follows_whom_a_noun_touches_now(self, store: Store) -> None:
        """When a noun comes to touch others, it is found with them, and no more with the old."""
        keep(store, "s-1", nouns=[session("p-1")])
        held = session("p-2", SessionStatus.HELD)
        keep(store, "s-1", nouns=[held])

        for about in ("p-2", "ana"):
            assert store.find(Wanted(Session, about=about)) == (held,)
        assert store.find(Wanted(Session, about="p-1")) == ()

    def test_find_in_the_order_of_days(self, store: Store) -> None:
        """Nouns with a day come oldest or newest first, a page at a time; one day, by id."""
        keep(store, "x", nouns=DATED[2:])
        keep(store, "x", nouns=DATED[:2])
        first, second, third, fourth = DATED

        for about in (None, "p-1"):
            for order, found in (
                (Order.OLDEST, (second, first, third, fourth)),
                (Order.NEWEST, (fourth, third, first, second)),
            ):
                wanted = Wanted(Session, about=about, order=order)
                assert store.find(wanted) == found
                for number in range(1, 4):
                    after = wanted.place_of(found[number - 1])
                    assert store.find(wanted, after=after, limit=1) == found[number : number + 1]
                assert store.find(wanted, after=wanted.place_of(found[3])) == ()

    def test_find_between_days(self, store: Store) -> None:
        """Since a day and until before another; what has no day is not between any."""
        keep(store, "x", nouns=[*DATED, goal(1)])
        today, month = NOW.isoformat(), (NOW + timedelta(days=30)).isoformat()
        first, second, third, fourth = DATED

        for about in (None, "p-1"):
            assert store.find(Wanted(Session, about=about, since=today)) == (first, third, fourth)
            assert store.find(Wanted(Session, about=about, until=today)) == (second,)
            between = Wanted(Session, about=about, since=today, until=month)
            assert store.find(between) == (first, third)
            assert store.find(Wanted(Goal, about=about, until="9")) == ()

    def test_find_in_a_status(self, store: Store) -> None:
        """Only nouns in one of the statuses are found, also behind a place."""
        keep(store, "x", nouns=DATED)
        held = frozenset({SessionStatus.HELD.value})

        for about in (None, "p-1"):
            wanted = Wanted(Session, about=about, statuses=held)
            assert store.find(wanted) == (DATED[1], DATED[2])
            assert store.find(wanted, limit=1) == (DATED[1],)
            assert store.find(wanted, after="s-2") == (DATED[2],)
            both = Wanted(Session, about=about, statuses=held | {SessionStatus.PLANNED.value})
            assert store.find(both) == DATED
            none = Wanted(Session, about=about, statuses=frozenset())
            assert (store.find(none), store.count(none)) == ((), 0)

    def test_find_follows_the_day_of_a_noun(self, store: Store) -> None:
        """When a noun moves to another day, it is found there, and no more on the old one."""
        first = DATED[0]
        keep(store, "s-1", nouns=[first])
        later = attrs.evolve(first, starts=NOW + timedelta(days=3))
        keep(store, "s-1", nouns=[later])
        edge = (NOW + timedelta(days=1)).isoformat()

        for about in (None, "p-1", "ana"):
            assert store.find(Wanted(Session, about=about, since=edge)) == (later,)
            assert store.find(Wanted(Session, about=about, until=edge)) == ()

    def test_find_counts(self, store: Store) -> None:
        """As many are counted as would be found."""
        keep(store, "x", nouns=[*DATED, match("m-1"), Person(id="ana"), peer()])

        asked: tuple[tuple[Wanted[Any], int], ...] = (
            (Wanted(Session), 4),
            (Wanted(Session, about="p-1", statuses=frozenset({"held"})), 2),
            (Wanted(Session, about="p-1", since=NOW.isoformat()), 3),
            (Wanted(Session, order=Order.NEWEST), 4),
            (Wanted(Session, about="s-1"), 1),
            (Wanted(Match, about="p-2"), 0),
            (Wanted(Person, about="ana"), 1),
        )
        for wanted, number in asked:
            assert store.count(wanted) == number, wanted
