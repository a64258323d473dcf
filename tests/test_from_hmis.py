"""Who comes, from an HMIS export: counts of people, no small ones, and what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from examples.make_hmis_sample import make

import peerkit as pk
from peerkit.exchange import hmis
from peerkit.exchange.hmis import Client, Enrollment, Export
from peerkit.model import Experience
from peerkit.simulation import Arrivals, Need, Scenario, arrivals_of
from peerkit.simulation.scenarios.from_hmis import NOT_IN_AN_EXPORT

pytestmark = pytest.mark.once
SINCE: Final = date(2025, 1, 1)
UNTIL: Final = date(2026, 1, 1)
#: Services only, so that nothing is said of homelessness; and a shelter, which says it.
SERVICES, SHELTER = 6, 1


def person(number: int, *stays: Enrollment, **more: Any) -> Client:
    """Somebody, with their stays in order."""
    return Client(id=f"c{number}", enrollments=stays, **more)


def stay(entry: date, exit_: date | None = None, kind: int = SERVICES, **more: Any) -> Enrollment:
    """An enrollment."""
    return Enrollment(
        id=f"{entry}{kind}", project="p", project_type=kind, entry=entry, exit=exit_, **more
    )


def export(clients: Iterable[Client]) -> Export:
    """An export of these people."""
    return Export(version="FY2026", clients=tuple(clients), rejects=(), rows={}, deleted=0)


def gone(many: int, on: date = SINCE, **more: Any) -> Iterator[Client]:
    """So many people who came on a day and left the next."""
    yield from (person(at, stay(on, on + timedelta(days=1)), **more) for at in range(many))


def a_year(**in_month: int) -> Export:
    """Twenty people in each month, or as many as are named."""
    return export(
        each
        for month in range(1, 13)
        for each in gone(in_month.get(f"m{month}", 20), date(2025, month, 5))
    )


class TestComing:
    """Each person comes once, on the day of their first enrollment in the period."""

    def test_people_are_counted_and_not_enrollments(self) -> None:
        """78 people in 39 weeks are 2 a week, however often each came back."""
        twice = [
            person(at, stay(date(2025, 3, 1), date(2025, 3, 9)), stay(date(2025, 6, 1), UNTIL))
            for at in range(78)
        ]
        found = arrivals_of(export(twice), SINCE, date(2025, 10, 1))

        assert found.arrivals.per_week == 2
        assert found.explain().startswith("arrivals.per_week is 2, from 78 people who came.\n")

    def test_who_came_before_or_after_does_not_come(self) -> None:
        """Before the period an export knows only those who stayed."""
        people = [
            *gone(15),
            *(
                person(90 + at, stay(date(2024, 12, 31)), stay(date(2025, 4, 1)))
                for at in range(30)
            ),
            person(200),
            person(201, stay(UNTIL)),
        ]
        found = arrivals_of(export(people), SINCE, UNTIL)

        assert found.rests[0].people == 15
        assert found.arrivals.waiting == 30

    def test_a_child_does_not_come_and_who_has_no_date_of_birth_does(self) -> None:
        """Of age is who has their birthday on the very day."""
        people = [
            *gone(11),
            *gone(20, born=date(2007, 1, 1)),
            *gone(40, born=date(2007, 1, 2)),
        ]
        assert arrivals_of(export(people), SINCE, UNTIL).rests[0].people == 31
        assert arrivals_of(export(people), SINCE, UNTIL, age=17).rests[0].people == 71

    def test_only_projects_of_the_types_that_are_named_count(self) -> None:
        """Somebody's first stay in another kind of project is not their coming to this one."""
        people = [person(at, stay(SINCE, kind=SHELTER), stay(date(2025, 5, 1))) for at in range(20)]
        found = arrivals_of(export(people), date(2025, 2, 1), UNTIL, project_types=[SERVICES])

        assert found.rests[0].people == 20
        with pytest.raises(pk.BadInput, match="fewer than 11 people came in these days"):
            arrivals_of(export(people), date(2025, 2, 1), UNTIL)

    def test_who_is_still_there_on_the_day_after_the_last_waits(self) -> None:
        """An exit on that very day is one after the period."""
        people = [
            *gone(10),
            *(person(20 + at, stay(SINCE, UNTIL)) for at in range(6)),
            *(person(40 + at, stay(SINCE)) for at in range(6)),
        ]
        assert arrivals_of(export(people), SINCE, UNTIL).arrivals.waiting == 12

    def test_the_share_that_wants_a_peer_is_said_to_be_an_assumption(self) -> None:
        """It scales who comes and who waits, and stands in the sources of both."""
        people = [person(at, stay(SINCE)) for at in range(78)]
        found = arrivals_of(export(people), SINCE, date(2025, 10, 1), wanted=0.5)

        assert (found.arrivals.per_week, found.arrivals.waiting) == (1, 39)
        assert found.sources["arrivals.waiting"] == (
            "HMIS export, 2025-01-01 to 2025-09-30: 78 people; 0.5 of them would want a peer "
            "(assumption)"
        )


class TestMonths:
    """A factor for each month, where the export shows each month and enough people."""

    def test_a_busy_month_has_a_higher_factor_and_they_are_1_on_average(self) -> None:
        """May has twice as many: 40/31 a day against the mean of twelve paces."""
        found = arrivals_of(a_year(m5=40), SINCE, UNTIL)
        months = found.arrivals.months

        assert months[4] == 1.81
        assert months[4] == pytest.approx(2 * months[0], abs=0.02)
        assert sum(months) / 12 == pytest.approx(1, abs=0.01)
        assert "arrivals.months is 1.81, from 40 people who came in May." in found.explain()

    def test_months_of_few_people_have_one_factor_together(self) -> None:
        """Until eleven people stand behind it; which of them came when is not to be told."""
        found = arrivals_of(a_year(m2=3, m9=8), SINCE, UNTIL)

        assert found.arrivals.months[1] == found.arrivals.months[8]
        assert "from 11 people who came in February and September." in found.explain()

    def test_one_small_month_is_joined_by_the_next_smallest(self) -> None:
        """Alone it would stand on three people."""
        found = arrivals_of(a_year(m2=3, m9=15), SINCE, UNTIL)

        assert "from 18 people who came in February and September." in found.explain()
        assert min(each.people for each in found.rests if each.people) >= 11

    def test_a_month_of_nobody_is_a_zero_and_may_be_shown(self) -> None:
        """It tells of nobody."""
        assert arrivals_of(a_year(m2=0), SINCE, UNTIL).arrivals.months[1] == 0

    @pytest.mark.parametrize(
        ("few", "until"),
        [
            ({f"m{at}": 1 for at in range(1, 13)}, UNTIL),
            ({}, date(2025, 12, 28)),
        ],
    )
    def test_months_are_alike_where_they_are_not_known(
        self, few: dict[str, int], until: date
    ) -> None:
        """Where all are small, and where one of them was not seen for 28 days."""
        found = arrivals_of(a_year(**few), SINCE, until)

        assert found.arrivals.months == (1.0,) * 12
        assert "All months are alike: not every one was seen" in found.explain()


class TestNeeds:
    """What people have lived through, as far as a code says it and they have not kept it."""

    def test_somebody_counts_once_for_what_fewest_have(self) -> None:
        """Thirty veterans among a hundred people of a shelter; of twenty no code says anything."""
        people = [
            *(person(at, stay(SINCE, UNTIL, SHELTER)) for at in range(70)),
            *(person(at, stay(SINCE, UNTIL, SHELTER), veteran=True) for at in range(30)),
            *gone(20),
        ]
        found = arrivals_of(export(people), SINCE, UNTIL)

        assert found.arrivals.needs == (
            Need(experience=Experience.HOMELESSNESS, share=70 / 120),
            Need(experience=Experience.MILITARY_SERVICE, share=30 / 120),
            Need(share=20 / 120),
        )
        assert "is 0.1667, from 20 people without such a code." in found.explain()

    def test_jail_or_prison_is_not_used(self) -> None:
        """Nobody has asked them whether it may be spoken of."""
        people = [person(at, stay(SINCE, UNTIL, from_prison=True)) for at in range(30)]
        assert arrivals_of(export(people), SINCE, UNTIL).arrivals.needs == (Need(),)

    def test_a_kind_of_few_counts_for_what_else_they_have_lived_through(self) -> None:
        """Ten veterans are not told apart from the shelter they came to."""
        people = [
            *(person(at, stay(SINCE, UNTIL, SHELTER)) for at in range(20)),
            *(person(at, stay(SINCE, UNTIL, SHELTER), veteran=True) for at in range(10)),
        ]
        found = arrivals_of(export(people), SINCE, UNTIL)

        assert found.arrivals.needs == (Need(experience=Experience.HOMELESSNESS),)
        assert "People of a kind that too few are of count for another." in found.missing

    def test_few_of_whom_nothing_is_known_count_for_the_largest_kind(self) -> None:
        """Else their number would be what is left over."""
        people = [
            *(person(at, stay(SINCE, UNTIL, SHELTER)) for at in range(20)),
            *gone(12, veteran=True),
            *gone(4),
        ]
        found = arrivals_of(export(people), SINCE, UNTIL)
        assert [each.share for each in found.arrivals.needs] == [24 / 36, 12 / 36]

    def test_where_every_kind_is_small_any_peer_will_do(self) -> None:
        """Twelve people of two kinds are of none."""
        people = [
            *gone(6, veteran=True),
            *(person(9, stay(SINCE, UNTIL, SHELTER)) for _ in "123456"),
        ]
        assert arrivals_of(export(people), SINCE, UNTIL).arrivals.needs == (Need(),)


class TestSmallCounts:
    """No number rests on fewer people than the book lets be shown."""

    def test_how_many_the_book_says(self) -> None:
        """Eleven under the federal layer; the base sets none, and then one is enough."""
        with pytest.raises(pk.BadInput, match="since: fewer than 11 people came in these days"):
            arrivals_of(export(gone(10)), SINCE, UNTIL)

        book = pk.Handbook.load().on(UNTIL)
        assert arrivals_of(export(gone(1)), SINCE, UNTIL, book=book).rests[0].people == 1

    def test_few_who_are_still_there_are_not_told(self) -> None:
        """Nobody waits then, and it is said why."""
        people = [*gone(20), *(person(at, stay(SINCE)) for at in range(10))]
        found = arrivals_of(export(people), SINCE, UNTIL)

        assert found.arrivals.waiting == 0
        assert "arrivals.waiting" not in found.sources
        assert "Nobody waits: fewer than 11 people were there" in found.explain()

    def test_nobody_is_in_what_is_shown(self) -> None:
        """Neither an id nor a day of anybody."""
        found = arrivals_of(export(gone(20, date(2025, 7, 19))), SINCE, UNTIL)
        for text in (repr(found), found.explain(), repr(found.arrivals)):
            assert "2025-07-19" not in text
            assert "datetime.date(2025, 7, 19)" not in text
            assert "c1" not in text


def test_a_sample_becomes_a_scenario_with_its_sources(tmp_path: Path) -> None:
    """The small export of the examples: a season of it, and what could not be read."""
    make(tmp_path)
    found = arrivals_of(hmis.read(tmp_path), date(2025, 10, 1), UNTIL, wanted=0.5)
    scenario = Scenario(name="ours", arrivals=found.arrivals, sources=found.sources)

    assert scenario.arrivals == Arrivals(
        per_week=1.52, needs=(Need(experience=Experience.HOMELESSNESS),), waiting=12
    )
    assert dict(scenario.sources)["arrivals.per_week"].startswith(
        "HMIS export, 2025-10-01 to 2025-12-31: 40 people; 0.5 of them"
    )
    assert "4 rows could not be read: see export.rejects." in found.explain()
    assert all(f"- {each}" in found.explain() for each in NOT_IN_AN_EXPORT)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"until": SINCE}, "until: give a day after since"),
        ({"wanted": 1.1}, "wanted: give a share from 0 to 1"),
        ({"wanted": -0.1}, "wanted: give a share from 0 to 1"),
        ({"export": "hmis"}, "export: .*bring what peerkit.exchange.hmis.read gives"),
    ],
)
def test_what_is_no_period_and_no_share_is_refused(asked: dict[str, Any], said: str) -> None:
    """Each says what to give."""
    known: dict[str, Any] = {"export": export(gone(20)), "since": SINCE, "until": UNTIL}
    with pytest.raises(pk.BadInput, match=said):
        arrivals_of(**known | asked)
