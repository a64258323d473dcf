"""What a store shows: views, the journal, nouns, tallies and words."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Event
from typing import Final

from peerkit.model import (
    MET,
    MINUTES_GIVEN,
    NOUNS,
    WALKING,
    Count,
    Goal,
    MatchStatus,
    Message,
    Person,
)
from peerkit.stores import Apart, Delivery, Standing, Store, Wanted
from peerkit.testing.kit import Conformance
from peerkit.testing.pieces import (
    DAY,
    NOW,
    PAIR,
    SOON,
    everything,
    goal,
    keep,
    look,
    match,
    message,
    peer,
    settled,
    tallies,
    words,
)

__all__ = ["Reading"]

#: More than any store hands out in one piece, we hope.
MANY: Final = 1_100
#: One period of each kind, around a turn of the year that falls into the middle of a week.
EACH_PERIOD: Final = (
    *("", "2026-12-31", "2027-01-01", "2026-W53", "2027-W01", "2026-11", "2026-12", "2027-01"),
    *("2026", "2027"),
)
#: What a view shows of them, day by day.
SHOWN_ON: Final[dict[str, tuple[str, ...]]] = {
    "2026-12-30": ("", "2026-W53", "2026-11", "2026"),
    "2026-12-31": ("", "2026-12-31", "2026-W53", "2026-11", "2026"),
    "2027-01-01": ("", "2027-01-01", "2026-W53", "2026-12", "2027"),
    "2027-01-04": ("", "2027-W01", "2026-12", "2027"),
    "2027-02-01": ("", "2027-01", "2027"),
    "2028-02-01": ("",),
}
CANARY: Final = "Grebe-4711"


class Reading(Conformance, kit=True):
    """What can be read is what was kept, all of it, and in its order."""

    # -- what a view shows

    def test_it_has_the_shape_of_a_store(self, store: Store) -> None:
        """A store has every method of the protocol."""
        assert isinstance(store, Store)

    def test_it_starts_empty(self, store: Store) -> None:
        """A new store holds nothing, and its last number is 0."""
        assert look(store, "ana", key="k") == Standing(view=look(store, "ana").view)
        assert look(store, "ana").view.seen == 0
        assert everything(store) == {
            "journal": (),
            "nouns": ((),) * len(NOUNS),
            "books": Counter(),
            "words": (),
            "outbox": (0, 0),
            "posted": (),
        }

    def test_a_view_names_what_was_asked_for(self, store: Store) -> None:
        """A view shows every noun of an id that is named, of each kind, whatever its status."""
        nouns = (Person(id="ana"), peer(), match("ana", MatchStatus.WITHDRAWN))
        keep(store, "ana", nouns=(*nouns, match("m-2")))

        assert set(look(store, "ana").view.nouns) == set(nouns)

    def test_a_view_shows_open_nouns_that_weigh(self, store: Store) -> None:
        """A view shows the open nouns that weigh on a named id, and none that only touch it."""
        keep(store, PAIR, nouns=(match("m-1"), match("m-2", participant="p-2")))

        assert look(store, PAIR).view.nouns == (match("m-1"),)
        assert look(store, "ana", "p-1").view.nouns == ()

    def test_a_view_leaves_out_what_has_closed(self, store: Store) -> None:
        """A noun that has closed weighs no more, and one that closed at birth never did."""
        keep(store, "m-1", nouns=(match(), match("m-2", MatchStatus.WITHDRAWN)))
        keep(store, "m-1", nouns=(match(status=MatchStatus.WITHDRAWN),))

        assert look(store, PAIR).view.nouns == ()

    def test_a_view_shows_each_noun_once_as_it_is_now(self, store: Store) -> None:
        """A noun that is named and weighs too comes once, in its newest form."""
        keep(store, "m-1", nouns=(match(),))
        number = keep(store, "m-1", nouns=(match(status=MatchStatus.ACCEPTED),)).number

        stood = look(store, "m-1", PAIR, "m-1")

        assert stood.view.nouns == (match(status=MatchStatus.ACCEPTED),)
        assert stood.versions == {("match", "m-1", number)}

    def test_a_view_is_in_order(self, store: Store) -> None:
        """Nouns of a view come by kind and id, whoever came first and by whichever way."""
        keep(store, "ana", nouns=[peer(), Person(id="ana"), match("m-2"), match("m-3")])
        keep(store, "m-1", nouns=[match("m-1")])

        nouns = look(store, "m-3", PAIR, "ana").view.nouns

        assert [(each.kind, each.id) for each in nouns] == [
            ("match", "m-1"),
            ("match", "m-2"),
            ("match", "m-3"),
            ("peer", "ana"),
            ("person", "ana"),
        ]

    def test_a_view_shows_the_tallies_of_the_day(self, store: Store) -> None:
        """A view shows the standing tallies of the named ids and those of the day, no others."""
        counts = [
            Count("ana", WALKING, 2),
            Count("ana", MINUTES_GIVEN, 45, "2026-11-02"),
            Count("ana", MINUTES_GIVEN, 60, "2026-11-03"),
            Count("p-1", WALKING, 1),
        ]
        keep(store, "ana", counts=counts)

        assert look(store, "ana").view.tallies == {("ana", WALKING): 2, ("ana", MINUTES_GIVEN): 45}
        assert look(store, "ana", day=date(2026, 11, 4)).view.tallies == {("ana", WALKING): 2}

    def test_a_view_shows_the_tallies_of_each_period(self, store: Store) -> None:
        """A view shows what is standing, and of its day, ISO week, month before and year."""
        keep(store, "ana", counts=[Count("ana", each, 1, each) for each in EACH_PERIOD])

        for day, shown in SHOWN_ON.items():
            tallies = look(store, "ana", day=date.fromisoformat(day)).view.tallies
            assert tallies == {("ana", each): 1 for each in shown}, day

    def test_a_view_knows_the_last_number_and_its_moment(self, store: Store) -> None:
        """A view tells the number of the last entry, whoever it was about, and the moment asked."""
        keep(store, "ana")
        number = keep(store, "ben").number

        view = look(store, "ana").view

        assert (view.seen, view.now) == (number, NOW) == (2, NOW)

    def test_a_view_stays_as_it_was(self, store: Store) -> None:
        """What was read does not change when something is kept later."""
        keep(store, "m-1", "ana", nouns=(match(),), counts=[Count("ana", WALKING, 1)])
        stood = look(store, "m-1", "ana", PAIR)
        ended = match(status=MatchStatus.WITHDRAWN)
        keep(store, "m-1", "ana", nouns=(ended,), counts=[Count("ana", WALKING, -1)])

        assert stood.view.nouns == (match(),)
        assert stood.view.tallies == {("ana", WALKING): 1}
        assert stood.view.seen == 1

    def test_a_view_is_one_moment(self, store: Store) -> None:
        """Nothing is kept between the parts of a view: they agree while somebody else writes."""
        last = 60
        done = Event()

        def write() -> None:
            for number in range(1, last + 1):
                counts = [Count("ana", WALKING, 1), Count("p-1", WALKING, 1)]
                keep(store, PAIR, key=f"k-{number}", nouns=[match(f"m-{number}")], counts=counts)

        def read(number: int) -> None:
            stood = look(store, "ana", PAIR, "p-1", key=f"k-{number}")
            view = stood.view
            parts = {view.tally("ana", WALKING), view.tally("p-1", WALKING), len(view.nouns)}
            assert parts == {view.seen}, "A view mixes two moments."
            assert (stood.earlier is not None) == (number <= view.seen), (
                "The key is older or newer."
            )

        def write_and_say_so() -> None:
            try:
                write()
            finally:
                done.set()

        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(write_and_say_so)
            while not done.is_set():
                read(min(last, look(store, "ana").view.seen + 1))
            writing.result()
        read(last)

    def test_a_view_does_not_grow_with_the_past(self, store: Store) -> None:
        """After 500 matches that are over and 500 days, a view is as small as before."""
        with store.together():
            for number in range(500):
                day = (DAY - timedelta(days=1 + number)).isoformat()
                named = (f"m-{number}", "ana", PAIR)
                keep(store, *named, nouns=[match(f"m-{number}")])
                ended = match(f"m-{number}", MatchStatus.WITHDRAWN)
                keep(store, *named, nouns=[ended], counts=[Count("ana", MINUTES_GIVEN, 1, day)])
        keep(
            store,
            PAIR,
            nouns=[match("m-now")],
            counts=[Count("ana", MINUTES_GIVEN, 9, "2026-11-02")],
        )

        view = look(store, "ana", "p-1", PAIR).view

        assert view.nouns == (match("m-now"),)
        assert view.tallies == {("ana", MINUTES_GIVEN): 9}

    # -- the journal

    def test_the_journal_is_in_order(self, store: Store) -> None:
        """The journal gives every entry, oldest first, as it was when it was kept."""
        kept = tuple(keep(store, who) for who in ("ben", "ana", "ben"))

        assert tuple(store.journal()) == kept

    def test_the_journal_begins_after_a_number(self, store: Store) -> None:
        """The journal can be read on from a number."""
        kept = tuple(keep(store, "ana") for _ in range(4))

        assert tuple(store.journal(2)) == kept[2:]
        assert tuple(store.journal(after=4)) == ()
        assert tuple(store.journal(2**32)) == tuple(store.journal(2**32 + 1)) == ()
        assert tuple(store.journal(-1)) == tuple(store.journal(-9)) == kept

    def test_the_journal_of_one_id(self, store: Store) -> None:
        """The journal about an id gives the entries that touch it, also on from a number."""
        kept = [keep(store, *about) for about in (("ana", "p-1"), ("ben",), ("ana",), ("p-1",))]

        assert tuple(store.journal(about="ana")) == (kept[0], kept[2])
        assert tuple(store.journal(1, about="p-1")) == (kept[3],)
        assert tuple(store.journal(about="nobody")) == ()

    def test_the_journal_of_an_id_follows_what_nouns_touch(self, store: Store) -> None:
        """An entry belongs to whom its nouns touch as well, and to no pair."""
        entry = keep(store, "ana", PAIR, nouns=[match()])

        for each in ("ana", "p-1", "m-1"):
            assert tuple(store.journal(about=each)) == (entry,)
        assert tuple(store.journal(about=PAIR)) == ()

    def test_long_lists_are_complete(self, store: Store) -> None:
        """However many there are, nothing is missing from journal, nouns, books or messages."""
        with store.together():
            for number in range(1, MANY + 1):
                keep(
                    store,
                    "ana",
                    nouns=[goal(number)],
                    counts=[Count(f"p-{number}", MET, number)],
                    messages=[message(number)],
                    said=[words(f"Saying {number}.")],
                )

        every = list(range(1, MANY + 1))
        assert [each.number for each in store.journal()] == every
        assert [each.number for each in store.journal(50, about="ana")] == every[50:]
        assert store.find(Wanted(Goal), limit=MANY + 1) == tuple(map(goal, every))
        assert sorted(tallies(store).values()) == every
        assert Counter(map(type, store.books())) == dict.fromkeys((Count, Message, Apart), MANY)
        assert [each.key for each in store.posted()] == [f"{number}/0" for number in every]
        assert [each.key for each in store.posted(Delivery.WAITING)] == [f"{n}/0" for n in every]
        assert len(store.apart("goal/g-1")) == MANY
        assert len(store.take(MANY + 1, NOW, SOON, "t-1")) == MANY

    # -- tallies and words

    def test_tallies_add_up(self, store: Store) -> None:
        """A tally is the sum of all its counts, and stays apart from those of other days."""
        keep(
            store,
            "x",
            counts=[Count("ana", MINUTES_GIVEN, 30, "2026-11-02"), Count("ana", WALKING, 1)],
        )
        keep(store, "x", counts=[Count("ana", WALKING, 1), Count("ana", WALKING, 1)])
        keep(
            store,
            "x",
            counts=[Count("ana", MINUTES_GIVEN, 45, "2026-11-03"), Count("ana", WALKING, -2)],
        )
        keep(store, "x", counts=[Count("ana", MINUTES_GIVEN, 15, "2026-11-02")])

        assert tallies(store) == {
            ("ana", MINUTES_GIVEN, "2026-11-02"): 45,
            ("ana", MINUTES_GIVEN, "2026-11-03"): 45,
            ("ana", WALKING, ""): 1,
        }

    def test_words_come_oldest_first(self, store: Store) -> None:
        """Words about a thing come as they were kept, in that order; none where there are none."""
        said = [words("Zebra."), words("Ape."), words("Ape."), words("Fox.")]
        keep(store, "x", said=[said[0], words("Other.", about="goal/g-2")])
        keep(store, "x", said=said[1:3])
        keep(store, "x", said=said[3:])

        assert store.apart("goal/g-1") == tuple(said)
        assert store.apart("goal/g-3") == ()

    def test_the_newest_words_are_known(self, store: Store) -> None:
        """The text that was kept last, of those that nobody asked to forget; else none."""
        assert store.newest() is None
        said = [words("Zebra."), words("Ape.", about="goal/a-1"), words("Fox.", owner="p-2")]
        keep(store, "x", said=said[:2])
        keep(store, "x")
        assert store.newest() == said[1]
        keep(store, "x", said=said[2:])
        assert store.newest() == said[2]
        keep(store, "p-2", forgets=["p-2"])
        assert store.newest() == said[1]
        keep(store, "p-1", forgets=["p-1"])
        assert store.newest() is None

    def test_the_books_hold_everything(self, store: Store) -> None:
        """The books give each tally, each message with its key, told or not, and all words."""
        said = [words("Zebra."), words("Ape.", about="goal/g-2")]
        counts = [Count("ana", WALKING, 1), Count("ana", MINUTES_GIVEN, 5, "2026-11-02")]
        keep(store, "x", counts=counts, messages=[message(1), message(2)], said=said)
        given = store.take(2, NOW, SOON, "t-1")
        store.settle((settled(given[0]),), NOW, "t-1")

        kept = [each.message for each in given]
        assert Counter(store.books()) == Counter([*counts, *kept, *said])

    def test_words_stay_out_of_the_journal(self, store: Store) -> None:
        """No word of anybody comes into the journal."""
        keep(store, "x", said=[words(CANARY)])

        assert not any(CANARY in each.body for each in store.journal())
