"""Who could walk with whom: suggestions in a stable order, and never a condition in words."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import peerkit as pk
from peerkit.matching import Suggestion, suggest
from peerkit.testing.strategies import nouns
from tests.ordinary import ANA

HOME, MIND, WAR = (
    pk.Experience.HOMELESSNESS,
    pk.Experience.MENTAL_HEALTH,
    pk.Experience.MILITARY_SERVICE,
)


def person(id_: str, *lived: pk.Experience, kept: tuple[pk.Experience, ...] = ()) -> pk.Person:
    """A person who offers some of what they lived through, and keeps the rest to themself."""
    offered = [pk.LivedExperience(of=each) for each in lived]
    return pk.Person(
        id=id_,
        experiences=(*offered, *(pk.LivedExperience(of=each, offered=False) for each in kept)),
    )


def peer(id_: str, *lived: pk.Experience) -> tuple[pk.Peer, pk.Person]:
    """Somebody who serves and offers this."""
    return attrs.evolve(ANA, id=id_), person(id_, *lived)


def order(found: tuple[Suggestion, ...]) -> list[str]:
    """The peers, the best first."""
    return [each.peer for each in found]


class TestTheOrder:
    """Shared experience first, then room, then the id."""

    def test_more_shared_experience_comes_first(self) -> None:
        """Also before a peer with more room."""
        peers = [peer("a", HOME), peer("b", HOME, MIND), peer("c")]
        found = suggest(person("p", HOME, MIND), peers, walking={"b": 5}, most=20)

        assert order(found) == ["b", "a", "c"]
        assert [len(each.shared) for each in found] == [2, 1, 0]

    def test_of_equals_the_one_with_more_room_comes_first(self) -> None:
        """And of those with the same room, the first id."""
        peers = [peer("d", HOME), peer("c", HOME), peer("b", HOME), peer("a", HOME)]
        found = suggest(person("p", HOME), peers, walking={"a": 2, "b": 1}, most=20)

        assert order(found) == ["c", "d", "b", "a"]

    def test_what_is_not_offered_is_not_compared(self) -> None:
        """Neither the participant's nor the peer's."""
        quiet = (ANA, person("ana", kept=(HOME,)))
        found = suggest(
            person("p", HOME, kept=(MIND,)), [quiet, peer("b", MIND)], walking={}, most=1
        )

        assert {each.peer: each.shared for each in found} == {"ana": frozenset(), "b": frozenset()}


class TestWhoIsLeftOut:
    """Nobody full, away, unwanted, or oneself."""

    @pytest.mark.parametrize(
        ("walking", "found"),
        [({}, ["ana"]), ({"ana": 1}, ["ana"]), ({"ana": 2}, []), ({"ana": 3}, [])],
    )
    def test_a_peer_at_the_caseload_is_left_out(
        self, walking: Mapping[str, int], found: list[str]
    ) -> None:
        """One below it there is room for one."""
        assert order(suggest(person("p"), [peer("ana")], walking=walking, most=2)) == found

    @pytest.mark.parametrize("status", pk.PeerStatus)
    def test_only_who_serves_is_suggested(self, status: pk.PeerStatus) -> None:
        """Not who has stepped back or left."""
        who = (attrs.evolve(ANA, status=status), person("ana"))
        found = order(suggest(person("p"), [who], walking={}, most=2))

        assert found == (["ana"] if status is pk.PeerStatus.SERVING else [])

    def test_nobody_is_suggested_to_themself_or_to_who_declined_them(self) -> None:
        """A person may be peer and participant, in different pairs."""
        peers = [peer("a"), peer("b"), peer("c")]

        assert order(suggest(person("a"), peers, walking={}, most=2, not_with={"c"})) == ["b"]
        assert suggest(person("p"), [], walking={}, most=2) == ()


class TestWhy:
    """One sentence, with numbers and without a condition."""

    def test_it_says_how_much_and_never_what(self) -> None:
        """Neither the sentence nor repr shows what two people share."""
        (found,) = suggest(person("p-7", HOME), [peer("ana", HOME)], walking={"ana": 3}, most=20)

        assert found.why() == (
            "ana shares 1 lived experience(s) with p-7 and walks with 3 of at most 20 people."
        )
        assert "homeless" not in repr(found).lower()
        assert found.shared == {HOME}

    @given(
        nouns(pk.Person),
        st.lists(st.tuples(nouns(pk.Peer), nouns(pk.Person)), max_size=5),
        st.integers(0, 3),
        st.randoms(use_true_random=False),
    )
    def test_the_answer_is_the_same_in_any_order(
        self, who: pk.Person, peers: list[tuple[pk.Peer, pk.Person]], most: int, luck: object
    ) -> None:
        """Peers may come from a store in any order; each suggestion keeps to the limits."""
        shuffled = sorted(peers, key=lambda _: luck.random())  # type: ignore[attr-defined]
        found = suggest(who, peers, walking={}, most=most)

        assert order(found) == order(suggest(who, shuffled, walking={}, most=most))
        assert all(each.walking < each.most for each in found)
        assert all(each.shared <= who.offers() for each in found)
