"""Who could walk with whom: suggestions in a stable order, fair, explained, and never forced."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peerkit as pk
from peerkit.errors import BadInput
from peerkit.matching import (
    Bar,
    Offering,
    Pairing,
    Seeking,
    Weights,
    assign,
    listing,
    pairing,
    suggest,
)
from peerkit.matching.scoring import plain_scores
from peerkit.matching.solving import least_plain
from tests.ordinary import ANA, TODAY

HOME, MIND, WAR = (
    pk.Experience.HOMELESSNESS,
    pk.Experience.MENTAL_HEALTH,
    pk.Experience.MILITARY_SERVICE,
)
#: Only what is shared counts, so that a test can count on its fingers.
PLAIN = Weights(load=0, earlier=0, aging=0)


def seeking(id_: str, *lived: str, **how: Any) -> Seeking:
    """A participant who offers this much of what they lived through."""
    return Seeking(id=id_, lived=frozenset(lived), **how)


def offering(id_: str, *lived: str, most: int = 5, **how: Any) -> Offering:
    """A peer with five places."""
    return Offering(id=id_, lived=frozenset(lived), most=most, **how)


def order(found: tuple[Pairing, ...]) -> list[str]:
    """The peers, the best first."""
    return [each.peer for each in found]


class TestFromNouns:
    """What people say of themselves becomes what matching reads."""

    def test_only_what_is_offered_is_compared(self) -> None:
        """Neither the participant nor the peer shows what they keep to themself."""
        kept = pk.LivedExperience(of=MIND, offered=False)
        person = pk.Person(id="p", experiences=(pk.LivedExperience(of=HOME), kept))

        assert Seeking.of(person).lived == {HOME}
        assert Offering.of(ANA, pk.Person(id="ana", experiences=(kept,))).lived == frozenset()

    def test_a_description_is_read_for_both_roles(self) -> None:
        """Languages without their region, minutes wanted as a participant and offered as a peer."""
        told = pk.MatchProfile(
            id="ana",
            languages=("es-MX", "es", "en"),
            times=(pk.PartOfWeek.MONDAY_EVENING,),
            place=pk.Whereabouts(east=3, north=4),
            tells=("woman",),
            prefers=("veteran",),
            not_with=("bo",),
            offers=240,
            wants=30,
        )
        person = pk.Person(id="ana")
        peer = Offering.of(ANA, person, told, walking=2, promised=60, most=20)
        who = Seeking.of(person, told, since=TODAY, earlier=("zoe",), not_with=("max",))

        assert (peer.languages, peer.minutes, peer.left, peer.walking) == (
            ("es", "en"),
            240,
            180,
            2,
        )
        assert (who.minutes, who.since, set(who.earlier)) == (30, TODAY, {"zoe"})
        assert set(who.not_with) == {"bo", "max"}
        assert [*(who.place or ())] == [3, 4]
        assert set(peer.tells | peer.prefers) == {"woman", "veteran"}

    def test_who_said_nothing_is_taken_to_want_an_hour(self) -> None:
        """And a peer whose minutes nobody counted has no end of them."""
        assert Seeking.of(pk.Person(id="p")).minutes == 60
        assert Offering.of(ANA, pk.Person(id="ana"), pk.MatchProfile(id="ana")).left is None

    @pytest.mark.parametrize("status", pk.PeerStatus)
    def test_only_who_serves_is_suggested(self, status: pk.PeerStatus) -> None:
        """Not who has stepped back or left."""
        peer = Offering.of(attrs.evolve(ANA, status=status), pk.Person(id="ana"), most=2)
        found = order(suggest(seeking("p"), [peer]))

        assert found == (["ana"] if status is pk.PeerStatus.SERVING else [])


class TestBars:
    """Why two people are not suggested to each other, as data."""

    @pytest.mark.parametrize(
        ("who", "peer", "bar"),
        [
            ({"id": "ana"}, {}, Bar.SAME_PERSON),
            ({}, {"serving": False}, Bar.NOT_SERVING),
            ({"not_with": frozenset({"ana"})}, {}, Bar.NOT_WITH),
            ({}, {"not_with": frozenset({"p"})}, Bar.NOT_WITH),
            ({"prefers": frozenset({"woman"})}, {"tells": frozenset({"man"})}, Bar.PREFERENCE),
            ({"prefers": frozenset({"woman"})}, {}, Bar.PREFERENCE),
            ({}, {"prefers": frozenset({"woman"})}, Bar.PREFERENCE),
            ({"languages": ("en",)}, {"languages": ("es",)}, Bar.LANGUAGE),
            ({"times": frozenset({"mon"})}, {"times": frozenset({"tue"})}, Bar.TIME),
            ({"place": (0, 0)}, {"place": (30, 1)}, Bar.TOO_FAR),
            ({"minutes": 60}, {"minutes": 100, "promised": 41}, Bar.NO_HOURS),
            ({}, {"walking": 5}, Bar.CASELOAD),
        ],
    )
    def test_each_bar_stands_alone_and_says_so(
        self, who: dict[str, Any], peer: dict[str, Any], bar: Bar
    ) -> None:
        """And one sentence says it, with numbers, and without anybody's reason."""
        one = Seeking(**{"id": "p", **who})
        other = offering("ana", **peer)
        found = pairing(one, other)

        assert found.bars == (bar,)
        assert not found.possible
        assert found.why().startswith(f"ana is not suggested to {one.id}. ")
        assert "None" not in found.why()
        assert plain_scores([one], [other], PLAIN, None) == [[-1]]

    @pytest.mark.parametrize(
        ("who", "peer"),
        [
            ({"languages": ("en",)}, {}),
            ({}, {"times": frozenset({"tue"})}),
            ({"place": (0, 0)}, {}),
            ({"place": (0, 0)}, {"place": (30, 0)}),
            ({"prefers": frozenset({"woman", "x"})}, {"tells": frozenset({"woman"})}),
            ({"minutes": 60}, {"minutes": 100, "promised": 40}),
            ({}, {"walking": 4}),
        ],
    )
    def test_what_nobody_told_keeps_nobody_apart(
        self, who: dict[str, Any], peer: dict[str, Any]
    ) -> None:
        """Nor does what fits exactly."""
        found = pairing(seeking("p", **who), offering("ana", **peer))

        assert found.possible

    def test_it_says_how_much_and_never_what(self) -> None:
        """Neither the sentence nor repr shows a condition, a language or a place."""
        one = seeking("p-7", HOME, languages=("es",), place=(0, 0), minutes=60, since=TODAY)
        other = offering("ana", HOME, languages=("en", "es"), place=(3, 4), minutes=240, walking=2)
        found = pairing(
            attrs.evolve(one, times=frozenset({"mon"}), earlier=frozenset({"ana"})),
            attrs.evolve(other, times=frozenset({"mon"})),
            on=TODAY + timedelta(days=12),
        )

        assert found.why() == (
            "ana shares 1 lived experience with p-7. They share the language preferred most. "
            "They have 1 part of the week in common. They live near each other. They walked "
            "together before. ana walks with 2 of at most 5 people. 240 minutes a week are free, "
            "and 60 are wanted. p-7 has waited 12 days. Score 2068: 988 for the participant, "
            "950 for the peer, +130 for waiting, an earlier match and places that are taken."
        )
        assert "homeless" not in f"{found!r}{one!r}{other!r}".lower()
        assert "'es'" not in f"{found!r}{one!r}{other!r}"

    @pytest.mark.parametrize(
        ("east", "said"),
        [
            (10, "They live near each other."),
            (10.1, "They live some way apart."),
            (20, "They live some way apart."),
            (20.1, "They live far apart."),
            (30.1, "They live farther apart than people are looked at for each other."),
        ],
    )
    def test_a_distance_is_told_in_bands(self, east: float, said: str) -> None:
        """Kilometres from one's own home would give away another's."""
        found = pairing(seeking("p-7", place=(0, 0)), offering("ana", place=(east, 0)))

        assert said in found.why()
        assert "km" not in found.why()

    def test_one_is_told_as_one(self) -> None:
        """And two as two."""
        one = seeking("p-7", HOME, MIND, minutes=1, since=TODAY)
        other = offering("ana", HOME, MIND, minutes=1, most=1)
        said = pairing(one, other, on=TODAY + timedelta(days=1)).why()

        assert "shares 2 lived experiences with" in said
        assert "ana walks with 0 of at most 1 person. 1 minute a week is free, and 1 is" in said
        assert "p-7 has waited 1 day." in said

    def test_weights_are_numbers_of_nought_or_more(self) -> None:
        """And what is divided by is more than nought."""
        wrong: dict[str, Any]
        for wrong in (
            {"shared": -1},
            {"shared": 100_001},
            {"enough": 0},
            {"span": 0},
            {"load": "much"},
        ):
            with pytest.raises(BadInput, match="Weights"):
                Weights(**wrong)


class TestOneAtATime:
    """The best first: shared experience, an earlier peer, room, then the id."""

    def test_more_shared_experience_comes_first(self) -> None:
        """Also before a peer with more room."""
        peers = [offering("a", HOME), offering("b", HOME, MIND, walking=3), offering("c")]
        found = suggest(seeking("p", HOME, MIND), peers)

        assert order(found) == ["b", "a", "c"]
        assert [len(each.shared) for each in found] == [2, 1, 0]

    def test_of_equals_the_one_with_more_room_comes_first(self) -> None:
        """And of those with the same room, the first id."""
        peers = [
            offering("d", HOME),
            offering("c", HOME),
            offering("b", HOME, walking=1),
            offering("a", HOME, walking=2),
        ]

        assert order(suggest(seeking("p", HOME), peers)) == ["c", "d", "b", "a"]
        assert order(suggest(seeking("p", HOME), peers, weights=PLAIN)) == ["c", "d", "b", "a"]

    def test_the_earlier_peer_is_preferred_until_their_places_fill(self) -> None:
        """150 for having walked together; a fully used peer loses up to 200: nobody is worn out."""
        who = seeking("p", HOME, earlier=frozenset({"z"}))
        for walking, first in ((0, "z"), (14, "z"), (16, "a"), (19, "a")):
            peers = [offering("a", HOME, most=20), offering("z", HOME, most=20, walking=walking)]
            assert order(suggest(who, peers))[0] == first, walking

    @given(st.permutations(["a", "b", "c", "d"]), st.lists(st.integers(0, 5), min_size=4))
    def test_the_answer_is_the_same_in_any_order(self, ids: list[str], walks: list[int]) -> None:
        """Peers may come from a store in any order."""
        peers = {each: offering(each, HOME, walking=walks[ord(each) - 97]) for each in ids}

        assert suggest(seeking("p", HOME), peers.values()) == suggest(
            seeking("p", HOME), [peers[each] for each in sorted(peers)]
        )


CODES = ("x", "y", "z")
some = st.frozensets(st.sampled_from(CODES), max_size=2)
places = st.none() | st.tuples(st.integers(0, 40), st.integers(0, 40))


@st.composite
def people(
    draw: st.DrawFn, minutes: tuple[int, ...] = (60,)
) -> tuple[list[Seeking], list[Offering]]:
    """A short waiting list and a few peers, of all kinds."""
    told: dict[str, st.SearchStrategy[Any]] = {
        "lived": some,
        "languages": st.lists(st.sampled_from(CODES), max_size=2, unique=True).map(tuple),
        "times": some,
        "place": places,
        "tells": st.frozensets(st.sampled_from(("f", "m")), max_size=1),
        "prefers": st.sampled_from([frozenset[str](), frozenset[str](), frozenset({"f"})]),
    }
    ours = [
        Seeking(
            id=f"p{number}",
            minutes=draw(st.sampled_from(minutes)),
            since=draw(st.none() | st.dates(date(2026, 8, 1), TODAY)),
            earlier=draw(st.frozensets(st.sampled_from(("q0", "q1")), max_size=1)),
            not_with=draw(st.frozensets(st.sampled_from(("q0", "q1", "q2")), max_size=1)),
            **{name: draw(each) for name, each in told.items()},
        )
        for number in range(draw(st.integers(0, 5)))
    ]
    theirs = [
        Offering(
            id=f"q{number}",
            most=draw(st.integers(0, 3)),
            walking=draw(st.integers(0, 2)),
            minutes=draw(st.none() | st.integers(0, 200)),
            serving=draw(st.integers(0, 9)) > 0,
            not_with=draw(st.frozensets(st.sampled_from(("p0", "p1")), max_size=1)),
            **{name: draw(each) for name, each in told.items()},
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    return ours, theirs


def best_by_trying(ours: list[Seeking], theirs: list[Offering]) -> tuple[int, int]:
    """As many people as can be, and then the highest total, by trying every way there is."""
    weights = Weights()
    table = plain_scores(ours, theirs, weights, TODAY)
    best = (0, 0)
    for way in itertools.product(range(-1, len(theirs)), repeat=len(ours)):
        total = matched = 0
        for column, other in enumerate(theirs):
            rows = [row for row, each in enumerate(way) if each == column]
            if any(table[row][column] < 0 for row in rows):
                break
            room = other.places(60)
            assert room is not None
            if len(rows) > room:
                break
            for taken, row in enumerate(rows):
                full = other.walking + room
                total += table[row][column] - round(weights.load * (other.walking + taken) / full)
                since = ours[row].since
                total += 0 if since is None else 5 * min((TODAY - since).days, 90)
                matched += 1
        else:
            best = max(best, (matched, total))
    return best


class TestAWholeListAtOnce:
    """As many people as possible, then the best total; stable and explained."""

    @settings(max_examples=60, deadline=None)
    @given(people())
    def test_no_other_way_is_better(self, them: tuple[list[Seeking], list[Offering]]) -> None:
        """Every way is tried; and each pair keeps to what both said and to the places."""
        ours, theirs = them
        found = assign(ours, theirs, on=TODAY)

        assert found.proven
        assert (len(found.pairs), found.total) == best_by_trying(ours, theirs)
        assert {*found.pairs, *found.left} == {each.id for each in ours}
        for participant, peer in found.pairs.items():
            assert found.explain(participant, peer).possible
        for other in theirs:
            walks = [peer for peer in found.pairs.values() if peer == other.id]
            assert len(walks) <= (other.places(60) or 0)

    @settings(max_examples=40, deadline=None)
    @given(people(minutes=(30, 60, 90)), st.randoms(use_true_random=False))
    def test_the_same_people_in_another_order_get_the_same(
        self, them: tuple[list[Seeking], list[Offering]], luck: Any
    ) -> None:
        """However they come out of a store; and the hours of a peer are never exceeded."""
        ours, theirs = them
        found = assign(ours, theirs, on=TODAY)
        again = assign(
            sorted(ours, key=lambda _: luck.random()),
            sorted(theirs, key=lambda _: luck.random()),
            on=TODAY,
        )

        assert (found.pairs, found.left, found.total) == (again.pairs, again.left, again.total)
        for other in theirs:
            wanted = [each.minutes for each in ours if found.pairs.get(each.id) == other.id]
            assert other.left is None or sum(wanted) <= other.left

    @settings(max_examples=40, deadline=None)
    @given(people(minutes=(30, 60)))
    def test_with_numpy_and_scipy_the_total_is_the_same(
        self, them: tuple[list[Seeking], list[Offering]]
    ) -> None:
        """Scores are equal pair by pair, and so is what all come to."""
        pytest.importorskip("scipy", reason='needs the extra "matching"')
        from peerkit.matching.scoring import scores

        ours, theirs = them
        plain = assign(ours, theirs, on=TODAY)
        if ours and theirs:
            table = scores(ours, theirs, Weights()).tolist()
            assert table == plain_scores(ours, theirs, Weights(), TODAY)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(listing, "MOST_PLAIN", -1)
            fast = assign(ours, theirs, on=TODAY)

        assert fast.proven == plain.proven
        if plain.proven:
            assert (len(fast.pairs), fast.total) == (len(plain.pairs), plain.total)

    def test_hours_are_filled_not_heads(self) -> None:
        """A peer with 90 minutes takes one of 60 or of 90, not two; promised minutes are gone."""
        ours = [seeking("p1", minutes=60), seeking("p2", minutes=60), seeking("p3", minutes=30)]
        peer = offering("ana", minutes=150, promised=60)

        found = assign(ours, [peer], weights=PLAIN)
        assert set(found.pairs) == {"p1", "p3"}
        assert not found.proven
        assert assign(ours[:2], [peer], weights=PLAIN).left == ("p2",)
        assert assign(ours, [offering("ana", most=2, minutes=600)], weights=PLAIN).left == ("p3",)

    def test_who_does_not_fit_into_the_hours_may_fit_elsewhere(self) -> None:
        """The list is gone through again until nobody else can be placed."""
        ours = [seeking("p1", HOME, minutes=60), seeking("p2", HOME, minutes=30)]
        theirs = [offering("a", HOME, minutes=60), offering("b", minutes=30)]
        found = assign(ours, theirs, weights=PLAIN)

        assert found.pairs == {"p1": "a", "p2": "b"}

    def test_a_long_list_is_gone_through_again_as_well(self, monkeypatch: Any) -> None:
        """By numpy and scipy: whom the hours of the best peer do not hold goes to the next."""
        pytest.importorskip("scipy", reason='needs the extra "matching"')
        monkeypatch.setattr(listing, "MOST_PLAIN", -1)
        ours = [
            seeking("p1", HOME, MIND, minutes=60),
            seeking("p2", HOME, minutes=60),
            seeking("p3", minutes=30, not_with=frozenset({"b"})),
        ]
        theirs = [
            offering("a", HOME, MIND, minutes=90),
            offering("b", minutes=60, not_with=frozenset({"p1"})),
        ]
        found = assign(ours, theirs, weights=PLAIN)

        assert found.pairs == {"p1": "a", "p2": "b", "p3": "a"}
        tight = [attrs.evolve(theirs[0], minutes=60), theirs[1]]
        again = assign(ours, tight, weights=PLAIN)
        assert (again.pairs, again.left) == ({"p1": "a", "p2": "b"}, ("p3",))
        assert not again.proven

    def test_without_room_for_ties_the_best_total_stays(self, monkeypatch: Any) -> None:
        """In a very long list the order of waiting gives way, and nothing else."""
        monkeypatch.setattr(listing, "_EXACT", 1)
        ours = [seeking("p1"), seeking("p2", HOME), seeking("p3", HOME, MIND)]
        found = assign(ours, [offering("a", HOME, MIND, most=2)], weights=PLAIN)

        assert set(found.pairs) == {"p2", "p3"}

    def test_who_waits_longer_has_the_place(self) -> None:
        """Each day adds to the score up to 90; and where scores are equal, the day decides."""
        long = seeking("z", since=TODAY - timedelta(days=60))
        short = seeking("a", HOME, since=TODAY - timedelta(days=50))
        one = [offering("ana", HOME, most=1)]

        assert assign([short, seeking("b", HOME, since=long.since)], one, on=TODAY).left == ("a",)
        assert assign([long, attrs.evolve(short, lived=long.lived)], one, weights=PLAIN).left == (
            "a",
        )
        # What is shared weighs more than ten days.
        assert assign([long, short], one, on=TODAY).left == ("z",)

    def test_one_free_part_of_the_week_neither_wins_nor_starves(self) -> None:
        """Who offers one slot counts like who offers many, and is placed where only they fit."""
        few = seeking("few", times=frozenset({"mon"}))
        many = seeking("many", times=frozenset({"mon", "tue", "wed", "thu", "fri"}))
        all_week = offering("all", times=many.times, most=1)
        not_monday = offering("late", times=frozenset({"tue", "wed", "thu", "fri"}), most=1)

        assert pairing(few, all_week).score == pairing(many, all_week).score
        assert assign([few, many], [all_week, not_monday]).pairs == {"few": "all", "many": "late"}
        for waits_longer in (few, many):
            both = [few, many]
            told = [
                attrs.evolve(each, since=TODAY - timedelta(days=each is waits_longer))
                for each in both
            ]
            assert [*assign(told, [all_week], on=TODAY).pairs] == [waits_longer.id]
        unfair = Weights(own_times=False)
        assert pairing(few, all_week, unfair).score < pairing(many, all_week, unfair).score

    def test_an_earlier_peer_is_preferred_among_equals(self) -> None:
        """Even where it counts for nothing else."""
        ours = [seeking("p1", earlier=frozenset({"b"})), seeking("p2")]
        theirs = [offering("a", most=1), offering("b", most=1)]

        assert assign(ours, theirs, weights=PLAIN).pairs == {"p1": "b", "p2": "a"}

    def test_a_few_are_not_worn_out(self) -> None:
        """Four who would all like the best peer are spread, unless the load counts for nothing."""
        ours = [seeking(f"p{each}", HOME, MIND, WAR) for each in range(4)]
        theirs = [offering("best", HOME, MIND, WAR, most=4), offering("good", HOME, MIND, most=4)]

        spread = [*assign(ours, theirs, weights=Weights(shared=100, peer_shared=0)).pairs.values()]
        worn = assign(ours, theirs, weights=Weights(load=0, shared=100, peer_shared=0))
        assert sorted(spread) == ["best", "best", "good", "good"]
        assert set(worn.pairs.values()) == {"best"}

    def test_any_pair_explains_itself_afterwards(self) -> None:
        """Why this one, why nobody, and up to three to choose from."""
        ours = [seeking("p1", HOME, MIND), seeking("p2", HOME, MIND), seeking("p3")]
        ours[2] = attrs.evolve(ours[2], languages=("es",))
        theirs = [
            offering("a", HOME, MIND, most=1, languages=("en",)),
            offering("b", HOME, most=1, languages=("en",)),
        ]
        found = assign(ours, theirs)

        assert found.pairs == {"p1": "a", "p2": "b"}
        assert found.why("p1").endswith("Nobody fits better.")
        assert found.why("p2").endswith(
            "1 peer(s) would score higher with p2 alone. Their places are suggested to others, "
            "because all together come to more that way."
        )
        assert found.why("p3") == ("None of 2 peer(s) could walk with p3: no-common-language 2.")
        assert order(found.choices("p2")) == ["b", "a"]
        assert order(found.choices("p2", most=1)) == ["b"]
        assert found.choices("p3") == ()
        crowded = assign([seeking("p1"), seeking("p2")], [offering("a", most=1)])
        assert crowded.why("p2") == (
            "1 peer(s) could walk with p2, and all their places are suggested to others, so that "
            "as many people as possible have somebody."
        )

    def test_what_is_wrong_is_said(self) -> None:
        """Twice the same id, no end of places, and people who are not on the list."""
        with pytest.raises(BadInput, match="twice"):
            assign([seeking("p"), seeking("p")], [])
        with pytest.raises(BadInput, match="how many there is room for"):
            assign([seeking("p")], [Offering(id="a")])
        found = assign([], [])
        assert (found.pairs, found.left, found.total, found.proven) == ({}, (), 0, True)
        with pytest.raises(BadInput, match="of this list"):
            found.explain("p", "a")
        with pytest.raises(BadInput, match="of this list"):
            found.choices("p")

    def test_long_lists_ask_for_the_extra(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """And say how to install it."""
        monkeypatch.setitem(__import__("sys").modules, "numpy", None)
        ours = [seeking(f"p{each}") for each in range(60)]
        theirs = [offering(f"q{each}") for each in range(12)]
        with pytest.raises(pk.MissingExtra, match=r"numpy.*peerkit\[matching\]"):
            assign(ours, theirs)
        monkeypatch.undo()
        pytest.importorskip("numpy", reason='needs the extra "matching"')
        monkeypatch.setitem(__import__("sys").modules, "scipy.sparse", None)
        with pytest.raises(pk.MissingExtra, match=r"scipy.*peerkit\[matching\]"):
            assign(ours, theirs)

    @settings(max_examples=60, deadline=None)
    @given(st.data())
    def test_the_plain_solver_finds_the_least(self, data: st.DataObject) -> None:
        """For any table of costs, against every way there is."""
        rows, columns = data.draw(st.integers(0, 4)), data.draw(st.integers(1, 3))
        cost = st.integers(-1, 9)
        table = [[data.draw(cost) for _ in range(columns)] for _ in range(rows)]
        slots = [
            data.draw(st.lists(st.integers(0, 3), max_size=2).map(sorted)) for _ in range(columns)
        ]
        alone = [data.draw(st.integers(0, 30)) for _ in range(rows)]

        def price(way: Any) -> int | None:
            total = 0
            for column in range(columns):
                mine = [row for row in range(rows) if way[row] == column]
                if len(mine) > len(slots[column]) or any(table[row][column] < 0 for row in mine):
                    return None
                total += sum(table[row][column] for row in mine) + sum(slots[column][: len(mine)])
            return total + sum(alone[row] for row in range(rows) if way[row] is None)

        every = itertools.product([None, *range(columns)], repeat=rows)
        prices = [found for way in every if (found := price(way)) is not None]
        assert price(least_plain(table, slots, alone)) == min(prices)
