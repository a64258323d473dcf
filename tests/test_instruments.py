"""Questionnaires by their numbers: the worked examples, and what no score may say."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import peerkit as pk
from peerkit.handbook import Handbook
from peerkit.handbook.files import here
from peerkit.handbook.instruments import (
    Better,
    Instrument,
    _read,
    instrument,
    instruments,
    known_instrument,
    reliable_from,
)
from peerkit.handbook.scoring import Direction, band, reliable_change, score

BOOK = Handbook.load().on(date(2026, 11, 2))
EVERY = instruments()
IDS = [each.id for each in EVERY]


def answers(*points: int | None) -> dict[str, int]:
    """Answers in the order of the form; None is left out."""
    return {f"item-{n}": each for n, each in enumerate(points, 1) if each is not None}


def filled_in(of: Instrument) -> st.SearchStrategy[dict[str, int]]:
    """Every item answered."""
    return st.fixed_dictionaries({each: st.integers(of.least, of.most) for each in of.items})


class TestDefinitions:
    """What the file says of each."""

    @pytest.mark.parametrize(
        ("id_", "items", "lowest", "highest", "better"),
        [
            ("barc-10", 10, 10, 60, "higher"),
            ("who-5", 5, 0, 100, "higher"),
            ("phq-9", 9, 0, 27, "lower"),
            ("gad-7", 7, 0, 21, "lower"),
            ("ucla-3", 3, 3, 9, "lower"),
            ("herth", 12, 12, 48, "higher"),
            ("ras", 41, 41, 205, "higher"),
            ("ras-r", 24, 24, 120, "higher"),
            ("ras-ds", 38, 38, 152, "higher"),
            ("rosenberg-a", 10, 0, 30, "higher"),
            ("rosenberg-b", 10, 0, 30, "higher"),
        ],
    )
    def test_each_has_its_items_and_its_range(
        self, id_: str, items: int, lowest: int, highest: int, better: str
    ) -> None:
        """As the fact sheet gives them; and every one is here."""
        found = instrument(id_)

        assert (len(found.items), found.lowest, found.highest) == (items, lowest, highest)
        assert found.better is Better(better)
        assert found.passages
        assert found.licence.says
        assert len(IDS) == 11

    def test_no_item_is_worded(self) -> None:
        """Neither a question nor an answer: only ids, and no text of more than a short line."""
        raw = (here() / "instruments.toml").read_text("utf-8")

        assert "?" not in "\n".join(x for x in raw.splitlines() if not x.startswith("#"))
        assert all(re.fullmatch(r"item-\d+", x) for each in EVERY for x in each.items)

    def test_what_is_from_memory_says_so(self) -> None:
        """Which items belong to which part of the RAS nobody has read; nor WHO-5's licence."""
        assert not instrument("who-5").licence.passage.verified
        assert not any(x.passage.verified for x in instrument("ras-r").parts)
        assert instrument("herth").passages[0].verified

    def test_parts_add_up(self) -> None:
        """The five of RAS-R and the four of RAS-DS."""
        assert [each.items for each in instrument("ras-r").parts] == [9, 3, 5, 4, 3]
        assert [each.items for each in instrument("ras-ds").parts] == [6, 18, 7, 7]

    def test_the_published_figures_are_there(self) -> None:
        """Retest and alpha, as somebody published them."""
        assert [(x.kind, x.number, x.people) for x in instrument("herth").published] == [
            ("test-retest", 0.91, 172),
            ("alpha", 0.97, 172),
        ]
        assert [x.number for x in instrument("ras").published] == [0.88, 0.93]

    def test_loinc_is_by_item(self) -> None:
        """The last item of PHQ-9 is the one that does not wait."""
        assert instrument("phq-9").loinc["item-9"] == "44260-8"
        assert instrument("gad-7").loinc == {"panel": "69737-5", "total": "70274-6"}

    def test_safety_agrees_with_the_limit_of_the_book(self) -> None:
        """The route stands in the definition, so that no layer can close it; both say the same."""
        clause = BOOK.clause("phq-9-item-9")
        (least,) = instrument("phq-9").safety.values()

        assert [clause.keeps(each) for each in range(4)] == [each < least for each in range(4)]

    def test_an_unknown_one_is_asked_back(self) -> None:
        """With what may have been meant; or none, where somebody only looks."""
        with pytest.raises(pk.BadInput, match=r"^instrument: did you mean 'phq-9'\? peerkit"):
            instrument("phq9")
        with pytest.raises(pk.BadInput, match=r"^instrument: peerkit knows barc-10, who-5"):
            instrument("x")
        assert known_instrument("x") is None


class TestWorkedExamples:
    """The fact sheet's, to the point."""

    @pytest.mark.parametrize(
        ("id_", "points", "total", "scaled", "called"),
        [
            ("barc-10", (5, 5, 4, 6, 5, 4, 5, 5, 4, 6), 49, 49, "with-lasting-remission"),
            ("barc-10", (6,) * 10, 60, 60, "with-lasting-remission"),
            ("barc-10", (1,) * 10, 10, 10, "below-the-cut-point"),
            ("barc-10", (5,) * 9 + (2,), 47, 47, "with-lasting-remission"),
            ("barc-10", (5,) * 9 + (1,), 46, 46, "below-the-cut-point"),
            ("who-5", (3, 2, 2, 1, 3), 11, 44, "poor-wellbeing"),
            ("who-5", (3, 3, 2, 2, 2), 12, 48, "poor-wellbeing"),
            ("who-5", (3, 3, 3, 2, 2), 13, 52, "above-the-cut-point"),
            ("who-5", (2, 2, 1, 1, 1), 7, 28, "very-low"),
            ("who-5", (2, 2, 2, 1, 1), 8, 32, "poor-wellbeing"),
            ("phq-9", (1, 2, 2, 1, 0, 1, 1, 0, 1), 9, 9, "mild"),
            ("phq-9", (2,) * 9, 18, 18, "moderately-severe"),
            ("phq-9", (0,) * 9, 0, 0, "minimal"),
            ("phq-9", (3, 1) + (0,) * 7, 4, 4, "minimal"),
            ("phq-9", (3, 2) + (0,) * 7, 5, 5, "mild"),
            ("phq-9", (3, 3, 3, 1) + (0,) * 5, 10, 10, "moderate"),
            ("phq-9", (3, 3, 3, 3, 3) + (0,) * 4, 15, 15, "moderately-severe"),
            ("phq-9", (3, 3, 3, 3, 3, 3, 1, 0, 0), 19, 19, "moderately-severe"),
            ("phq-9", (3, 3, 3, 3, 3, 3, 2, 0, 0), 20, 20, "severe"),
            ("gad-7", (2, 2, 1, 1, 1, 2, 1), 10, 10, "moderate"),
            ("gad-7", (2, 2, 1, 1, 1, 2, 0), 9, 9, "mild"),
            ("gad-7", (3, 3, 3, 3, 3, 0, 0), 15, 15, "severe"),
            ("ucla-3", (2, 3, 2), 7, 7, "lonely"),
            ("ucla-3", (2, 2, 1), 5, 5, "not-lonely"),
            ("ucla-3", (2, 2, 2), 6, 6, "lonely"),
            ("herth", (3, 4, 2, 3, 3, 1, 4, 3, 3, 3, 3, 4), 40, 40, None),
            ("ras-r", (3,) * 24, 72, 72, None),
            ("rosenberg-a", (3, 0, 3, 3, 0, 0, 3, 0, 0, 3), 30, 30, "high"),
            ("rosenberg-b", (3, 3, 0, 3, 0, 3, 3, 0, 0, 0), 30, 30, "high"),
            ("rosenberg-a", (2,) * 10, 15, 15, "normal"),
            ("rosenberg-a", (1, 1) + (2,) * 8, 15, 15, "normal"),
            ("rosenberg-a", (1, 2) + (2,) * 8, 14, 14, "low"),
            ("rosenberg-a", (3, 0, 3, 3, 0, 0, 3, 2, 2, 2), 25, 25, "normal"),
            ("rosenberg-a", (3, 0, 3, 3, 0, 0, 3, 2, 2, 3), 26, 26, "high"),
        ],
    )
    def test_a_total_and_what_its_authors_call_it(
        self, id_: str, points: tuple[int, ...], total: int, scaled: int, called: str | None
    ) -> None:
        """Reversed items turned round, the sum, the scale, the band; on both sides of each cut."""
        found = score(instrument(id_), answers(*points))

        assert (found.total, found.scaled, band(found, BOOK)) == (total, scaled, called)
        assert found.whole

    def test_a_low_total_does_not_hide_an_answer_that_does_not_wait(self) -> None:
        """Nine in all, called mild, and item 9 is not nought."""
        found = score(instrument("phq-9"), answers(1, 2, 2, 1, 0, 1, 1, 0, 1))

        assert found.safety == ("item-9",)
        assert score(instrument("phq-9"), answers(*(3,) * 8, 0)).safety == ()

    def test_it_does_not_wait_for_the_other_answers(self) -> None:
        """Only item 9 was answered: no total, and still the route."""
        found = score(instrument("phq-9"), {"item-9": 1})

        assert (found.total, band(found, BOOK), found.safety) == (None, None, ("item-9",))
        assert len(found.missing) == 8

    def test_all_alike_is_a_sign_and_no_result(self) -> None:
        """Only where some items are reversed, and all are answered."""
        assert score(instrument("rosenberg-a"), answers(*(2,) * 10)).alike
        assert not score(instrument("rosenberg-a"), answers(*(2,) * 9)).alike
        assert not score(instrument("rosenberg-a"), answers(*(2,) * 9, 1)).alike
        assert not score(instrument("phq-9"), answers(*(0,) * 9)).alike

    def test_the_two_forms_of_one_scale_differ(self) -> None:
        """The same ticks in the other form are another score: know which one you hold."""
        ticks = answers(3, 0, 3, 3, 0, 0, 3, 0, 0, 3)

        assert score(instrument("rosenberg-b"), ticks).total == 18

    @pytest.mark.parametrize(
        ("given_", "spread", "index", "least", "direction"),
        [
            ((6.0, 0.91, 28, 38), 2.546, 3.93, 4.99, Direction.GAIN),
            ((8.0, 0.90, 36, 46), 3.578, 2.80, 7.01, Direction.GAIN),
            ((5.0, 0.84, 14, 8), 2.828, -2.12, 5.54, Direction.DROP),
            ((20, 0.85, 40, 56), 10.954, 1.46, 21.47, Direction.NONE),
        ],
    )
    def test_reliable_change(
        self,
        given_: tuple[float, float, int, int],
        spread: float,
        index: float,
        least: float,
        direction: Direction,
    ) -> None:
        """The four worked rows."""
        sd, r, before, after = given_
        found = reliable_change(before, after, sd=sd, reliability=r)

        assert found.spread == pytest.approx(spread, abs=0.0005)
        assert found.index == pytest.approx(index, abs=0.005)
        assert found.least == pytest.approx(least, abs=0.005)
        assert found.direction is direction
        assert found.reliable is (direction is not Direction.NONE)

    def test_reliable_and_meaningful_are_two_questions(self) -> None:
        """Sixteen points of WHO-5 are usually called meaningful, and may still be noise."""
        found = reliable_change(40, 56, sd=20, reliability=0.85, of=instrument("who-5"))

        assert (found.reliable, found.meaningful, found.better) == (False, True, None)
        assert not reliable_change(
            40, 49, sd=20, reliability=0.85, of=instrument("who-5")
        ).meaningful

    def test_less_is_better_where_it_is(self) -> None:
        """Six points fewer: worse of wellbeing, better of depression."""
        down: dict[str, Any] = {"sd": 5, "reliability": 0.84}

        assert reliable_change(14, 8, **down, of=instrument("phq-9")).better is True
        assert reliable_change(14, 8, **down, of=instrument("who-5")).better is False
        assert reliable_change(8, 14, **down, of=instrument("phq-9")).better is False
        assert reliable_change(8, 14, **down).better is True
        assert reliable_change(14, 8, **down, of=instrument("phq-9")).meaningful is None

    def test_the_edge_is_reliable(self) -> None:
        """An index of 1.96 is enough."""
        assert reliable_from() == 1.96

    @pytest.mark.parametrize(
        ("how", "said"),
        [
            ({"sd": 0, "reliability": 0.9}, "sd: give a number above 0"),
            ({"sd": float("nan"), "reliability": 0.9}, "sd: give a number"),
            ({"sd": "5", "reliability": 0.9}, "sd: give a number"),
            (
                {"sd": 5, "reliability": 1},
                "reliability: give a number from 0 up to, but not including, 1",
            ),
            (
                {"sd": 5, "reliability": -0.1},
                "reliability: give a number from 0 up to, but not including, 1",
            ),
        ],
    )
    def test_what_cannot_be_is_refused(self, how: dict[str, Any], said: str) -> None:
        """A scale without spread, or one that never errs."""
        with pytest.raises(pk.BadInput) as caught:
            reliable_change(1, 2, **how)
        assert str(caught.value) == said


class TestScoring:
    """What holds of every instrument."""

    @given(st.sampled_from(EVERY).flatmap(lambda of: st.tuples(st.just(of), filled_in(of))))
    def test_a_total_lies_in_its_range(self, drawn: tuple[Instrument, dict[str, int]]) -> None:
        """Whatever was ticked."""
        of, given_ = drawn
        found = score(of, given_)

        assert found.scaled is not None
        assert of.lowest <= found.scaled <= of.highest
        assert found.scaled == (found.total or 0) * of.times

    @given(st.sampled_from(EVERY).flatmap(lambda of: st.tuples(st.just(of), filled_in(of))))
    def test_turning_round_twice_changes_nothing(
        self, drawn: tuple[Instrument, dict[str, int]]
    ) -> None:
        """And what is not reversed is not turned."""
        of, given_ = drawn
        for item, points in given_.items():
            assert of.turned(item, of.turned(item, points)) == points
            assert of.least <= of.turned(item, points) <= of.most
            assert item in of.reversed or of.turned(item, points) == points

    @given(st.data())
    def test_a_missing_answer_never_yields_a_total(self, data: st.DataObject) -> None:
        """Nor a band; what is missing is named."""
        of = data.draw(st.sampled_from(EVERY))
        given_ = data.draw(filled_in(of))
        gone = data.draw(st.sets(st.sampled_from(of.items), min_size=1))
        found = score(of, {item: each for item, each in given_.items() if item not in gone})

        assert (found.total, found.scaled, band(found, BOOK)) == (None, None, None)
        assert set(found.missing) == gone
        assert not found.whole

    @pytest.mark.parametrize(
        ("given_", "said"),
        [
            ({"item-10": 1}, "answers: phq-9 has the items item-1 to item-9"),
            ({"item-3": 4}, "answers: item-3 takes a whole number, 0 to 3"),
            ({"item-3": -1}, "answers: item-3 takes a whole number, 0 to 3"),
            ({"item-3": True}, "answers: item-3 takes a whole number, 0 to 3"),
            ({"item-3": 1.0}, "answers: item-3 takes a whole number, 0 to 3"),
        ],
    )
    def test_an_answer_that_cannot_be_is_refused(self, given_: dict[str, int], said: str) -> None:
        """It names the item, and never the answer."""
        with pytest.raises(pk.BadInput) as caught:
            score(instrument("phq-9"), given_)
        assert str(caught.value) == said

    def test_an_id_is_no_instrument(self) -> None:
        """Fetch it first."""
        with pytest.raises(pk.BadInput, match="give an Instrument"):
            score("phq-9", {})  # type: ignore[arg-type]

    def test_a_score_does_not_show_itself(self) -> None:
        """Neither the form, the total nor a sign of danger."""
        shown = repr(score(instrument("phq-9"), answers(*(2,) * 9)))

        assert shown == "Score(missing=(), alike=False)"

    def test_parts_are_scored_by_the_key_of_whoever_holds_the_manual(self) -> None:
        """Sum and mean; a part without all its answers has none."""
        of = instrument("ras-r")
        key = {"willingness-to-ask": ("item-1", "item-2", "item-3")}
        found = score(of, answers(5, 4, 3), parts=key)

        assert [(each.id, each.total, each.mean) for each in found.parts] == [
            ("willingness-to-ask", 12, 4.0)
        ]
        assert score(of, answers(5, 4), parts=key).parts == ()

    @pytest.mark.parametrize(
        ("id_", "key", "said"),
        [
            ("phq-9", {"x": ("item-1",)}, "parts: phq-9 has the parts none"),
            (
                "ras-r",
                {"willingness-to-ask": ("item-1", "item-2")},
                "parts: willingness-to-ask takes 3 different items of ras-r",
            ),
            (
                "ras-r",
                {"willingness-to-ask": ("item-1", "item-2", "x")},
                "parts: willingness-to-ask takes 3 different items of ras-r",
            ),
        ],
    )
    def test_a_key_that_does_not_fit_is_refused(
        self, id_: str, key: dict[str, tuple[str, ...]], said: str
    ) -> None:
        """The number of items of each part is known, so a wrong key is seen."""
        with pytest.raises(pk.BadInput) as caught:
            score(instrument(id_), {}, parts=key)
        assert str(caught.value) == said


#: A small good file, and what is wrong when one line of it is another.
GOOD = """
[reliable_change]
from = 1.96
source = "R-RCI"
at = "x"
looked = 2026-11-22
[[instrument]]
id = "a"
name = "A"
of = "x"
items = 2
least = 0
most = 3
better = "lower"
licence = { says = "x", source = "R-PHQ", at = "x", looked = 2026-11-22 }
rests_on = [{ source = "R-PHQ", at = "x", looked = 2026-11-22 }]
"""


CITED = 'source = "R-RAS", at = "x", looked = 2026-11-22'


class TestLoading:
    """A file that cannot be trusted is refused, by file and key."""

    def test_the_small_file_is_good(self) -> None:
        """So that each of the next tests breaks one thing."""
        found, index = _read("a.toml", GOOD.encode())

        assert (list(found), index) == (["a"], 1.96)

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ("items = 2", "items = 0", "a.toml: instrument 'a': key 'items': must be 1 or more"),
            ("most = 3", "most = 0", "key 'most': must be more than 'least'"),
            ("most = 3", "most = 3\ntimes = 0", "key 'times': must be 1 or more"),
            ('"lower"', '"less"', "key 'better': must be one of higher, lower"),
            ("most = 3", 'most = 3\nreversed = ["item-3"]', "key 'reversed': names an item that"),
            (
                "most = 3",
                'most = 3\nsafety = [{ item = "item-0", from = 1 }]',
                "key 'safety': names an item that is not there; they are item-1 to item-2",
            ),
            ("most = 3", 'most = 3\nloinc = { sum = "1" }', "key 'loinc': names what is not there"),
            (
                "most = 3",
                'most = 3\nband = [{ id = "b", past = "nothing" }]',
                "key 'past': names 'nothing', which is no limit of the book",
            ),
            (
                "most = 3",
                'most = 3\nband = [{ id = "b", past = "money" }]',
                "key 'past': names 'money', which is no limit of the book",
            ),
            (
                "most = 3",
                f'most = 3\npart = [{{ id = "p", items = 1, {CITED} }}]',
                "key 'part': must have 2 items together",
            ),
            (
                "most = 3",
                f'most = 3\npublished = [{{ kind = "alpha", is = 1.0, {CITED} }}]',
                "key 'is': must be 0 or more, and less than 1",
            ),
            (
                'rests_on = [{ source = "R-PHQ", at = "x", looked = 2026-11-22 }]',
                "",
                "key 'rests_on': is missing; an instrument cites at least one passage",
            ),
            ("from = 1.96", "from = 0.0", "reliable_change: key 'from': must be more than 0"),
            ("most = 3", "most = 3\nwords = 1", "key 'words': is not known here"),
        ],
    )
    def test_a_mistake_names_its_place(self, old: str, new: str, said: str) -> None:
        """The file, the instrument, the key, and what to do."""
        with pytest.raises(pk.BadHandbook) as caught:
            _read("a.toml", GOOD.replace(old, new, 1).encode())
        assert said in str(caught.value)
