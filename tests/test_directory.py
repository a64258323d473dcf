"""A directory is searched: by need, place, language, words of who may come, and opening hours."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import peerkit as pk
from peerkit.directory import (
    Directory,
    Found,
    Need,
    OpeningHours,
    Reason,
    Results,
    Search,
    Service,
    Site,
)
from peerkit.directory.words import asked, folded, words_of
from peerkit.exchange import hsds

SAMPLE = Path(__file__).parents[1] / "examples" / "hsds"
FOOD = Need(id="BD-1000.5000", name="Food Pantries", above="B")
SOUP = Need(id="BD-1000.5000-100", name="Soup Kitchens", above="")
READING = Need(id="HD-1", name="Reading Classes", above="H")
#: Midnight to two o'clock on a Saturday belongs to Friday's evening.
LATE = OpeningHours(weekday=4, opens=22 * 60, closes=26 * 60)
OFFICE = tuple(OpeningHours(weekday=day, opens=540, closes=1020) for day in range(5))
SPLIT = (
    OpeningHours(weekday=1, opens=540, closes=720),
    OpeningHours(weekday=1, opens=780, closes=960),
)
SUNDAY = OpeningHours(weekday=6, opens=20 * 60, closes=31 * 60)


def near(id_: str, **more: Any) -> Site:
    """A place in the invented town."""
    return Site(**{"id": id_, "city": "Exampleton", "postal_code": "00501-1234", **more})


KITCHEN = Service(
    id="kitchen",
    name="Alder Kitchen",
    needs=(SOUP,),
    places=(near("1", latitude=1.0, longitude=0.0), near("2", latitude=50.0, longitude=0.0)),
    hours=OFFICE,
    languages=("English", "Español (limited)"),
    eligibility=("Women and children",),
    youngest=18,
)
PANTRY = Service(
    id="pantry",
    name="Beech Pantry",
    needs=(FOOD,),
    places=(near("3", latitude=2.0, longitude=0.0, hours=(LATE,)),),
    languages=("English and Spanish",),
    youngest=5,
    oldest=17,
)
FOODS = Service(id="foods", name="Foods for Families", organization="Cedar Society", hours=SPLIT)
CLASS = Service(
    id="class",
    name="Cookery",
    needs=(READING,),
    places=(Site(id="4", city="Sampleville"),),
    hours=(SUNDAY,),
)
DIRECTORY = Directory(
    services=[CLASS, FOODS, PANTRY, KITCHEN], needs=[Need(id="H", name="Learning")]
)


def ids(**wanted: Any) -> list[str]:
    """The ids of what is found, best first."""
    return [each.service.id for each in search(**wanted).found]


def search(**wanted: Any) -> Results:
    """What the small directory answers."""
    return DIRECTORY.search(Search(**wanted))


def first(**wanted: Any) -> Found:
    """The best that is found."""
    return search(**wanted).found[0]


class TestNeed:
    """By a kind of help, or by words."""

    def test_a_kind_holds_every_kind_below_it(self) -> None:
        """By the form of its id, and by the kind above that it names."""
        assert ids(need="BD-1000.5000-100") == ["kitchen"]
        assert ids(need="BD-1000.5000") == ids(need="BD-1000") == ids(need="BD")
        assert ids(need="BD") == ["kitchen", "pantry"]
        assert ids(need="H") == ["class"]
        assert ids(need="B") == ["kitchen", "pantry"]
        assert ids(need="BD-1") == []

    def test_kinds_come_before_names_and_names_before_words_apart(self) -> None:
        """And each says what it was found by."""
        assert ids(need="food") == ["pantry", "foods"]
        assert ids(need="reading cookery") == ["class"]
        assert [str(each) for each in first(need="food").why] == ["need: Food Pantries"]
        assert [str(each) for each in search(need="food").found[1].why] == [
            "name: Foods for Families"
        ]
        assert first(need="H").why[0].shown == "Reading Classes"
        assert first(need="reading cookery").why[0].reason is Reason.NAME

    @pytest.mark.parametrize("words", ["FOOD", "foods", "foo", "the food", "for food"])
    def test_case_plurals_and_small_words_do_not_matter(self, words: str) -> None:
        """Nor does where a longer word goes on."""
        assert ids(need=words) == ["pantry", "foods"]

    def test_small_words_count_where_there_is_no_other(self) -> None:
        """A search for nothing but them is a search."""
        assert ids(need="for") == ["foods"]
        assert asked("para la comida") == ("comida",)
        assert asked("the") == ("the",)

    def test_words_are_plain(self) -> None:
        """Without accents, in one form."""
        assert folded("  Café – Straße, Ångström_1 ") == "cafe strasse angstrom 1"
        assert words_of("Shelters, shelter; homeless bus") == ("shelter", "homeless", "bus")


class TestPlace:
    """By a town, a postal code, or how far it is."""

    def test_a_town_or_a_code(self) -> None:
        """In any capitals; a long code is in its short one."""
        assert ids(place="EXAMPLETON") == ["kitchen", "pantry"]
        assert ids(place="00501") == ids(place="00501-9999") == ["kitchen", "pantry"]
        assert ids(place="sampleville") == ["class"]
        assert ids(place="nowhere") == []
        assert str(first(place="00501").why[0]) == "place: Exampleton, 00501-1234"
        assert str(first(place="-Sampleville").why[0]) == "place: Sampleville"

    def test_the_nearer_comes_first_and_what_is_on_no_map_last(self) -> None:
        """By the nearest of its places, along the globe."""
        found = search(near=(2.0, 0.0)).found

        assert [each.service.id for each in found] == ["pantry", "kitchen", "class", "foods"]
        assert [each.km for each in found] == [
            *(0.0, pytest.approx(111.195, abs=0.01)),
            *(None, None),
        ]
        assert str(found[1].why[0]) == "distance: 111.2 km"
        assert found[2].why == ()

    def test_within_leaves_out_what_is_farther_or_on_no_map(self) -> None:
        """And says how many are on none."""
        found = search(near=(2, 0), within=100)

        assert [each.service.id for each in found.found] == ["pantry"]
        assert found.unknown == {Reason.DISTANCE: 2}

    def test_what_is_here_is_within_nothing(self) -> None:
        """Zero kilometres is a distance."""
        assert ids(near=(2.0, 0.0), within=0) == ["pantry"]

    def test_the_globe_is_round(self) -> None:
        """Half way round it is as far as it gets, and the day line is no wall."""
        far = Service(id="far", name="Far", places=(Site(id="1", latitude=0.0, longitude=180.0),))
        directory = Directory(services=[far])

        (found,) = directory.search(Search(near=(0.0, 0.0))).found
        assert found.km == pytest.approx(math.pi * 6371.0088)
        assert directory.search(Search(near=(0.0, -179.9), within=12)).total == 1


class TestLanguageAndWhoMayCome:
    """In the words of the directory, which are shown."""

    def test_a_language_is_found_in_what_is_said_of_it(self) -> None:
        """The person reads "limited" themselves."""
        assert ids(language="spanish") == ["pantry"]
        assert str(first(language="espanol").why[0]) == "language: Español (limited)"
        assert search(language="spanish").unknown == {Reason.LANGUAGE: 2}

    def test_words_of_who_may_come_find_and_decide_nothing(self) -> None:
        """The text is shown; those that say nothing are counted."""
        found = search(eligibility="women")

        assert str(found.found[0].why[0]) == "eligibility: Women and children"
        assert (found.total, found.unknown) == (1, {Reason.ELIGIBILITY: 3})

    def test_an_age_leaves_nobody_out(self) -> None:
        """Those that state it come first, those that state another last."""
        assert ids(age=30) == ["kitchen", "class", "foods", "pantry"]
        assert ids(age=17) == ["pantry", "class", "foods", "kitchen"]
        assert str(first(age=17).why[0]) == "age: 5-17"
        assert str(first(age=30).why[0]) == "age: 18+"
        young = Service(id="y", name="Y", oldest=12)
        (found,) = Directory(services=[young]).search(Search(age=11)).found
        assert str(found.why[0]) == "age: 0-12"


class TestOpen:
    """By the clock on the wall of the place."""

    @pytest.mark.parametrize(
        ("moment", "found"),
        [
            (datetime(2026, 11, 23, 8, 59, tzinfo=UTC), []),
            (datetime(2026, 11, 23, 9, 0, tzinfo=UTC), ["kitchen"]),
            (datetime(2026, 11, 23, 16, 59, tzinfo=UTC), ["kitchen"]),
            (datetime(2026, 11, 23, 17, 0, tzinfo=UTC), []),
            (datetime(2026, 11, 24, 12, 30, tzinfo=UTC), ["kitchen"]),
            (datetime(2026, 11, 24, 13, 0, tzinfo=UTC), ["kitchen", "foods"]),
            (datetime(2026, 11, 27, 23, 0, tzinfo=UTC), ["pantry"]),
            (datetime(2026, 11, 28, 1, 59, tzinfo=UTC), ["pantry"]),
            (datetime(2026, 11, 28, 2, 0, tzinfo=UTC), []),
            (datetime(2026, 11, 23, 6, 59, tzinfo=UTC), ["class"]),
        ],
    )
    def test_each_minute_counts(self, moment: datetime, found: list[str]) -> None:
        """From the minute it opens until before it closes; the evening before goes on."""
        assert ids(open_at=moment) == found

    def test_it_says_by_which_hours(self) -> None:
        """Its own, or those of its place."""
        friday = datetime(2026, 11, 27, 23, 0, tzinfo=UTC)
        assert str(first(open_at=friday).why[0]) == "open: Fri 22:00-02:00"

    def test_a_directory_lies_in_a_time_zone(self) -> None:
        """Nine in the morning there, in winter and in summer; the moment may be said anywhere."""
        there = Directory(services=[KITCHEN], zone="America/New_York")

        def open_at(*moment: int, zone: str = "UTC") -> bool:
            when = datetime(*moment, tzinfo=ZoneInfo(zone))  # type: ignore[arg-type,misc]  # five numbers
            return there.search(Search(open_at=when)).total == 1

        assert not open_at(2026, 11, 23, 13, 59)
        assert open_at(2026, 11, 23, 14, 0)
        assert open_at(2026, 7, 6, 13, 0)
        assert open_at(2026, 11, 23, 15, 0, zone="Europe/Berlin")

    def test_hours_show_themselves(self) -> None:
        """A whole day is one."""
        assert str(OpeningHours(weekday=6, opens=0, closes=1440)) == "Sun all day"
        assert str(OpeningHours(weekday=0, opens=600, closes=2040)) == "Mon 10:00-10:00"

    @pytest.mark.parametrize(
        ("weekday", "opens", "closes", "place"),
        [
            (7, 0, 60, "OpeningHours.weekday"),
            (0, -1, 60, "OpeningHours.closes"),
            (0, 60, 60, "OpeningHours.closes"),
            (0, 1440, 1500, "OpeningHours.closes"),
            (0, 60, 1501, "OpeningHours.closes"),
        ],
    )
    def test_what_is_no_opening_is_refused(
        self, weekday: int, opens: int, closes: int, place: str
    ) -> None:
        """With the field, and without the number."""
        with pytest.raises(pk.BadInput) as caught:
            OpeningHours(weekday=weekday, opens=opens, closes=closes)
        assert caught.value.place == place


class TestPages:
    """Page by page, in the same order every time."""

    def test_pages_follow_each_other(self) -> None:
        """The last says that it is."""
        pages = []
        asking: Search | None = Search(most=3)
        while asking:
            page = DIRECTORY.search(asking)
            pages.append([each.service.id for each in page.found])
            asking = None if page.next is None else attrs.evolve(asking, skip=page.next)

        assert pages == [["kitchen", "pantry", "class"], ["foods"]]
        assert search(skip=4).found == ()

    def test_all_that_is_asked_must_hold(self) -> None:
        """What is not said of one thing is counted for that thing alone."""
        found = search(
            place="Exampleton", language="english", open_at=datetime(2026, 11, 23, 12, tzinfo=UTC)
        )

        assert [each.service.id for each in found.found] == ["kitchen"]
        assert [each.reason for each in found.found[0].why] == [
            *(Reason.PLACE, Reason.LANGUAGE, Reason.OPEN),
        ]
        assert found.unknown == dict.fromkeys((Reason.PLACE, Reason.LANGUAGE, Reason.OPEN), 0)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            *(("need", each) for each in ("", " - ", "x" * 201, 7)),
            *(("near", each) for each in ((1,), (91, 0), (0, 181), ("1", "2"), [1, 2], (True, 0))),
            ("near", (math.nan, 0)),
            *(("age", each) for each in (-1, 131, True, math.nan, "7")),
            *(("skip", each) for each in (-1, 1.5, None)),
            *(("most", each) for each in (0, 201)),
            ("open_at", datetime(2026, 1, 1)),  # noqa: DTZ001 - without a zone, which is the point
            ("within", 5),
        ],
    )
    def test_what_is_no_search_is_refused(self, field: str, value: object) -> None:
        """With the field, and without the value."""
        with pytest.raises(pk.BadInput) as caught:
            Search(**{field: value})  # type: ignore[arg-type]  # what does not fit is the point

        assert caught.value.place == f"Search.{'near' if field == 'within' else field}"

    def test_two_services_of_one_id_are_no_directory(self) -> None:
        """An id names one thing."""
        with pytest.raises(pk.BadInput):
            Directory(services=[FOODS, FOODS])

    def test_a_service_is_had_by_its_id(self) -> None:
        """Or it is not there."""
        assert DIRECTORY.get("foods") is FOODS
        assert DIRECTORY.get("zoo") is None


@cache
def sample() -> Directory:
    """The directory the project ships."""
    return hsds.read(SAMPLE, zone="America/Chicago").directory


@given(
    need=st.none() | st.sampled_from(["kitchen", "BD-1000", "L", "recovery", "alder", "street"]),
    place=st.none() | st.sampled_from(["Exampleton", "00502", "port pretend", "00503"]),
    language=st.none() | st.sampled_from(["english", "Spanish", "creole", "Welsh"]),
    eligibility=st.none() | st.sampled_from(["women", "veteran", "18"]),
    hour=st.none() | st.integers(0, 24 * 7 - 1),
)
def test_the_index_finds_what_reading_every_service_finds(
    need: str | None,
    place: str | None,
    language: str | None,
    eligibility: str | None,
    hour: int | None,
) -> None:
    """Bits are quick; going through them all, one after the other, says the same."""
    directory = sample()
    moment = None if hour is None else datetime(2026, 11, 23 + hour // 24, hour % 24, tzinfo=UTC)
    wanted = Search(
        need=need,
        place=place,
        language=language,
        eligibility=eligibility,
        open_at=moment,
        most=200,
    )

    def fits(each: Service) -> bool:
        named = f"{each.name} {each.also_called} {each.organization}".lower()
        kinds = each.needs
        return (
            (
                need is None
                or need in named
                or any(need == it.above or it.id.startswith(need) for it in kinds)
                or any(need in it.name.lower() for it in kinds)
            )
            and (
                place is None
                or any(
                    place.lower() == it.city.lower() or it.postal_code.startswith(place)
                    for it in each.places
                )
            )
            and (language is None or any(language.lower() in it.lower() for it in each.languages))
            and (eligibility is None or any(eligibility in it.lower() for it in each.eligibility))
            and (
                moment is None
                or each.open_at(moment.astimezone(ZoneInfo("America/Chicago"))) is not None
            )
        )

    assert {each.service.id for each in directory.search(wanted).found} == {
        each.id for each in directory.services if fits(each)
    }
