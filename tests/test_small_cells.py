"""Counts of people that may be shown: nothing small, and nothing that gives a small one away."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peerkit as pk
from peerkit.handbook import Handbook
from peerkit.reports.small_cells import TOTAL, Masked, least_shown, masked


def rows(of: Masked) -> list[list[int | None]]:
    """Row by row, the total last."""
    names = (*of.rows, TOTAL) if of.rows else ()
    return [[of[row, column] for column in (*of.columns, TOTAL)] for row in names]


class TestMasked:
    """Cases by hand."""

    def test_a_table_without_small_counts_is_shown_whole(self) -> None:
        """With its totals; a zero is no small count."""
        found = masked({("a", "x"): 11, ("a", "y"): 0, ("b", "x"): 40}, 11)

        assert rows(found) == [[11, 0, 11], [40, 0, 40], [51, 0, 51]]
        assert found.hidden == 0

    @pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, None), (10, None), (11, 11)])
    def test_one_to_ten_are_hidden(self, count: int, shown: int | None) -> None:
        """The edges of CMS's rule."""
        found = masked({("a", "x"): count, ("a", "y"): 50, ("b", "x"): 60, ("b", "y"): 70}, 11)

        assert found["a", "x"] == shown

    def test_what_would_give_it_away_is_hidden_too(self) -> None:
        """One beside it in its row and in its column, and the one that closes the circle."""
        found = masked({("a", "x"): 5, ("a", "y"): 30, ("b", "x"): 40, ("b", "y"): 50}, 11)

        assert rows(found) == [[None, None, 35], [None, None, 90], [45, 80, 125]]

    def test_rather_a_count_than_a_zero(self) -> None:
        """A zero stays where something else can stand before the small one."""
        found = masked(
            {
                ("a", "x"): 5,
                ("a", "y"): 12,
                ("a", "z"): 0,
                ("b", "x"): 40,
                ("b", "y"): 50,
                ("b", "z"): 60,
            },
            11,
        )

        assert rows(found) == [[None, None, 0, 17], [None, None, 60, 150], [45, 62, 60, 167]]

    def test_one_column_hides_a_second_row(self) -> None:
        """The total of a row with one column says what the column says."""
        found = masked({("a", "n"): 3, ("b", "n"): 12, ("c", "n"): 40}, 11)

        assert rows(found) == [[None, None], [None, None], [40, 40], [55, 55]]

    def test_few_people_in_two_cells_are_still_few(self) -> None:
        """Two hidden counts whose sum is small say as much as one: a third is hidden."""
        found = masked({("a", "n"): 1, ("b", "n"): 1, ("c", "n"): 40}, 11)

        assert rows(found)[:3] == [[None, None]] * 3

    def test_nothing_set_hides_nothing(self) -> None:
        """Where no layer names a number."""
        assert rows(masked({("a", "x"): 1}, None)) == [[1, 1], [1, 1]]
        assert rows(masked({}, 11)) == []

    def test_a_single_small_count_is_not_shown_by_its_totals(self) -> None:
        """Nothing of it is left."""
        assert rows(masked({("a", "x"): 4}, 11)) == [[None, None], [None, None]]

    @pytest.mark.parametrize(
        ("table", "least", "said"),
        [
            ({("a", "x"): -1}, 11, "table: give whole numbers of 0 or more"),
            ({("a", "x"): 1.5}, 11, "table: give whole numbers of 0 or more"),
            (
                {("total", "x"): 1},
                11,
                "table: call no row or column 'total'; totals are made here",
            ),
            ({("a", "x"): 1}, "11", "least: give a whole number, or None"),
        ],
    )
    def test_what_is_no_count_is_refused(
        self, table: dict[tuple[str, str], int], least: int, said: str
    ) -> None:
        """Without repeating it."""
        with pytest.raises(pk.BadInput) as caught:
            masked(table, least)
        assert str(caught.value) == said

    def test_the_number_is_the_books(self) -> None:
        """The base sets none; in the United States it is 11, from memory."""
        day = date(2026, 11, 2)

        assert least_shown(Handbook.load().on(day)) is None
        assert least_shown(Handbook.load("us/federal").on(day)) == 11


LEAST = 4
COUNTS = st.sampled_from([0, 0, 1, 2, 3, 4, 6])
SMALL_TABLES = st.fixed_dictionaries(dict.fromkeys(product("ab", "xy"), COUNTS))


class TestNothingIsGivenAway:
    """What a reader can work out from what is shown."""

    @given(SMALL_TABLES)
    @settings(max_examples=60, deadline=None)
    def test_every_hidden_count_could_be_another(self, table: dict[tuple[str, str], int]) -> None:
        """All ways of filling the hidden ones in, tried out: each can be more than one number."""
        found = masked(table, LEAST)
        hidden = [each for each in table if found[each] is None]
        could: dict[tuple[str, str], set[int]] = {each: set() for each in hidden}
        for numbers in product(range(9), repeat=len(hidden)):
            tried = table | dict(zip(hidden, numbers, strict=True))
            if fits(tried, found):
                for each in hidden:
                    could[each].add(tried[each])

        assert all(len(each) > 1 for each in could.values())
        assert all(found[each] is None for each, n in table.items() if 0 < n < LEAST)

    @given(st.dictionaries(st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz")), COUNTS))
    def test_what_is_shown_is_true(self, table: dict[tuple[str, str], int]) -> None:
        """A count that is shown is the count; a total that is shown is the sum."""
        found = masked(table, LEAST)

        for row, column in found.cells:
            inside = [
                count
                for (one, other), count in table.items()
                if row in {one, TOTAL} and column in {other, TOTAL}
            ]
            assert found[row, column] in {None, sum(inside)}


def fits(tried: dict[tuple[str, str], int], found: Masked) -> bool:
    """Whether these counts have the totals that are shown."""
    return all(
        shown is None
        or sum(
            count
            for (one, other), count in tried.items()
            if row in {one, TOTAL} and column in {other, TOTAL}
        )
        == shown
        for (row, column), shown in found.cells.items()
    )
