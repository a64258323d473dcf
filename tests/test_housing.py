"""Returns to homelessness as HUD counts them, and days housed as the milestones tell them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import peerkit as pk
from peerkit.reports.housing import (
    BUCKETS,
    HousingStay,
    LivingPlace,
    days_housed,
    returns,
    stays_of,
)

EXIT = date(2024, 1, 10)
#: A report of one year whose period, two years earlier, holds the exit.
SINCE, UNTIL = date(2025, 10, 1), date(2026, 9, 30)
DAY = timedelta(days=1)
KIND = pk.MilestoneKind


def exits(on: date = EXIT, **how: object) -> HousingStay:
    """p-1 leaves a shelter for a home."""
    told: dict[str, object] = {
        "id": "s-0",
        "person": "p-1",
        "place": LivingPlace.HOMELESS,
        "enters": on - 30 * DAY,
        "leaves": on,
        "to_home": True,
    }
    return HousingStay(**(told | how))  # type: ignore[arg-type]


def enters(
    on: date, place: LivingPlace = LivingPlace.HOMELESS, id_: str = "s-1", **how: object
) -> HousingStay:
    """And enters another project."""
    return HousingStay(id=id_, person="p-1", place=place, enters=on, **how)  # type: ignore[arg-type]


def bucket(*stays: HousingStay) -> str | None:
    """The bucket of the one person who left for a home."""
    (row,) = returns(stays, SINCE, UNTIL).rows
    return row.bucket


class TestReturns:
    """Measure 2, case by case."""

    @pytest.mark.parametrize(
        ("entry", "place", "found"),
        [
            (date(2024, 5, 20), LivingPlace.HOMELESS, "0-180"),
            (date(2024, 1, 20), LivingPlace.PERMANENT, None),
            (EXIT, LivingPlace.HOMELESS, "0-180"),
            (EXIT + 14 * DAY, LivingPlace.PERMANENT, None),
            (EXIT + 15 * DAY, LivingPlace.PERMANENT, "0-180"),
            (EXIT + 180 * DAY, LivingPlace.HOMELESS, "0-180"),
            (EXIT + 181 * DAY, LivingPlace.HOMELESS, "181-365"),
            (EXIT + 365 * DAY, LivingPlace.HOMELESS, "181-365"),
            (EXIT + 366 * DAY, LivingPlace.HOMELESS, "366-730"),
            (EXIT + 730 * DAY, LivingPlace.HOMELESS, "366-730"),
            (EXIT + 731 * DAY, LivingPlace.HOMELESS, None),
            (EXIT - DAY, LivingPlace.HOMELESS, None),
            (EXIT + 40 * DAY, LivingPlace.ELSEWHERE, None),
        ],
    )
    def test_one_entry_after_an_exit(
        self, entry: date, place: LivingPlace, found: str | None
    ) -> None:
        """The fact sheet's cases, and the edges of each bucket."""
        assert bucket(exits(), enters(entry, place)) == found

    def test_the_days_between_are_told(self) -> None:
        """From the exit to the first entry."""
        (row,) = returns([exits(), enters(date(2024, 5, 20))], SINCE, UNTIL).rows

        assert (row.days, row.left, row.came_back) == (131, EXIT, date(2024, 5, 20))

    def test_a_stay_inside_another_in_permanent_housing_is_no_return(self) -> None:
        """From the day after it began until 14 days after its end."""
        other = enters(EXIT + 20 * DAY, LivingPlace.PERMANENT, "s-2", leaves=EXIT + 50 * DAY)
        first = exits(), attrs_before(other)

        assert bucket(*first, enters(EXIT + 30 * DAY, LivingPlace.PERMANENT)) is None
        assert bucket(*first, enters(EXIT + 64 * DAY, LivingPlace.PERMANENT)) is None
        assert bucket(*first, enters(EXIT + 65 * DAY, LivingPlace.PERMANENT)) == "0-180"

    def test_a_stay_that_goes_on_has_no_end(self) -> None:
        """Whoever still lives there comes back to nothing."""
        still = enters(EXIT - 5 * DAY, LivingPlace.PERMANENT, "s-2")

        assert bucket(exits(), still, enters(EXIT + 300 * DAY, LivingPlace.PERMANENT)) is None

    def test_the_first_return_counts(self) -> None:
        """However often somebody came back."""
        later = enters(EXIT + 400 * DAY, id_="s-2")

        assert bucket(exits(), later, enters(EXIT + 200 * DAY)) == "181-365"

    def test_the_first_exit_counts(self) -> None:
        """Of two in the period; the second stay is the return."""
        again = exits(EXIT + 60 * DAY, id="s-9")
        (row,) = returns([again, exits()], SINCE, UNTIL).rows

        assert (row.left, row.days) == (EXIT, 30)

    @pytest.mark.parametrize(
        ("day", "people"),
        [
            (date(2023, 10, 1), 0),
            (date(2023, 10, 2), 1),
            (date(2024, 9, 30), 1),
            (date(2024, 10, 1), 0),
        ],
    )
    def test_the_period_lies_two_years_back(self, day: date, people: int) -> None:
        """730 days before its first and its last day, both included."""
        assert returns([exits(day)], SINCE, UNTIL).people == people

    def test_an_exit_that_leads_to_no_home_is_none(self) -> None:
        """Nor a stay that goes on."""
        assert returns([exits(to_home=False)], SINCE, UNTIL).rows == ()
        assert returns([exits(leaves=None)], SINCE, UNTIL).rows == ()

    def test_people_are_counted_by_bucket(self) -> None:
        """Every bucket has its number, nought among them."""
        found = returns([exits(), enters(EXIT + 200 * DAY)], SINCE, UNTIL)

        assert dict(found.counts) == {"0-180": 0, "181-365": 1, "366-730": 0}

    def test_nobody_leaves_before_they_enter(self) -> None:
        """A stay that ends before it begins is a mistake of whoever wrote it."""
        with pytest.raises(
            pk.BadInput, match=r"^HousingStay\.leaves: must not be earlier than enters$"
        ):
            enters(EXIT, leaves=EXIT - DAY)

    @pytest.mark.parametrize("bad", ["since", "until"])
    def test_the_period_is_two_days(self, bad: str) -> None:
        """Not two texts."""
        days = {"since": SINCE, "until": UNTIL} | {bad: "2026"}
        with pytest.raises(pk.BadInput, match=f"^{bad}: give a date"):
            returns([], **days)  # type: ignore[arg-type]

    @given(st.integers(0, 1000))
    def test_the_buckets_have_no_gap(self, days: int) -> None:
        """Every day of two years is in one of them, and no other is."""
        assert sum(days in each for each in BUCKETS.values()) == (days <= 730)


def attrs_before(stay: HousingStay) -> HousingStay:
    """The same stay, begun before the exit: it is no return by itself."""
    return HousingStay(
        id=stay.id,
        person=stay.person,
        place=stay.place,
        enters=EXIT - 5 * DAY,
        leaves=stay.leaves,
    )


def told(*days: tuple[int, pk.MilestoneKind]) -> list[pk.Milestone]:
    """Milestones of p-1, so many days after the exit."""
    return [
        pk.Milestone(id=f"mi-{n}", participant="p-1", of=of, on=EXIT + after * DAY, counted=True)
        for n, (after, of) in enumerate(days)
    ]


class TestMilestones:
    """What people told of where they live."""

    def test_housed_and_lost_again(self) -> None:
        """A return after 131 days."""
        stays = stays_of(told((0, KIND.HOUSED), (131, KIND.HOME_LOST)))
        (row,) = returns(stays, SINCE, UNTIL).rows

        assert (row.days, row.bucket) == (131, "0-180")

    def test_a_move_is_no_return(self) -> None:
        """From home to home; nor is hospital, nor a job."""
        stays = stays_of(
            told((0, KIND.HOUSED), (40, KIND.MOVED_HOME), (50, KIND.ADMITTED), (60, KIND.JOB_ENDED))
        )

        assert [each.came_back for each in returns(stays, SINCE, UNTIL).rows] == [None]

    def test_a_move_out_of_homelessness_is_an_exit(self) -> None:
        """Whatever word was used for it."""
        stays = stays_of(told((-40, KIND.IN_SHELTER), (0, KIND.MOVED_HOME)))

        assert [each.left for each in returns(stays, SINCE, UNTIL).rows] == [EXIT]

    def test_shelter_after_shelter_is_one_stretch(self) -> None:
        """Homeless from the first day on."""
        stays = stays_of(told((0, KIND.HOME_LOST), (9, KIND.IN_SHELTER)))

        assert [(each.enters, each.leaves) for each in stays] == [(EXIT, None)]

    def test_lost_on_the_day_it_was_won(self) -> None:
        """Of one day, what was won comes first: nought days."""
        stays = stays_of(told((0, KIND.HOME_LOST), (0, KIND.HOUSED)))
        (row,) = returns(stays, SINCE, UNTIL).rows

        assert row.days == 0

    @pytest.mark.parametrize(
        ("days", "housed", "known"),
        [
            ([], 0, 0),
            ([(0, KIND.HOUSED)], 100, 100),
            ([(10, KIND.HOUSED)], 90, 90),
            ([(-50, KIND.HOME_LOST), (10, KIND.HOUSED)], 90, 100),
            ([(-50, KIND.HOUSED), (10, KIND.HOME_LOST), (30, KIND.MOVED_HOME)], 80, 100),
            ([(100, KIND.HOUSED)], 0, 0),
            ([(0, KIND.ADMITTED)], 0, 0),
        ],
    )
    def test_days_housed(
        self, days: list[tuple[int, pk.MilestoneKind]], housed: int, known: int
    ) -> None:
        """Of a hundred; before the first milestone nobody knows."""
        assert days_housed(told(*days), EXIT, EXIT + 100 * DAY) == (housed, known)

    @given(
        st.lists(
            st.tuples(
                st.integers(-400, 400), st.sampled_from([k for k in KIND if k.area == "housing"])
            )
        )
    )
    def test_nobody_is_housed_longer_than_anybody_knows(
        self, days: list[tuple[int, pk.MilestoneKind]]
    ) -> None:
        """Nor longer than the period."""
        housed, known = days_housed(told(*days), EXIT, EXIT + 100 * DAY)

        assert 0 <= housed <= known <= 100
