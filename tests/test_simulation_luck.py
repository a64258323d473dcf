"""Luck: a stream for each question, and people whose course is theirs whatever is asked beside."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import numpy as np
import pytest
from scipy.stats import chi2, poisson

from peerkit.errors import BadInput
from peerkit.simulation.fast.year import run_fast
from peerkit.simulation.lives.luck import NORMALS, Luck, counts, normals, steps
from peerkit.simulation.lives.people import FINISHED, GOES_ON, LEFT, People, pick
from peerkit.simulation.record import ENDS
from peerkit.simulation.scenarios.scenario import (
    Arrivals,
    Course,
    Need,
    Peers,
    Planning,
    Scenario,
    Sessions,
    Shares,
)

LUCK = Luck(1)
#: One draw in a million lies beyond this in a chi-square test; the seeds are fixed.
RARE = 1e-6
MANY = np.arange(20_000)


def unlike_chance(observed: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> bool:
    """Whether counts that should be alike are further apart than chance makes them."""
    even = observed.sum() / observed.size
    statistic = float(((observed - even) ** 2 / even).sum())
    return bool(chi2.sf(statistic, observed.size - 1) < RARE)


class TestDraws:
    """Numbers worked out from names."""

    def test_known_answers_are_the_same_on_every_machine(self) -> None:
        """A change here changes every study that was ever run."""
        assert [hex(each) for each in LUCK.bits("appointment", np.arange(3), 2).tolist()] == [
            "0x1d7b0789b20912c3",
            "0x74f88e364175e508",
            "0x272b5d2fb62e612a",
        ]
        assert int(LUCK.bits("need")) == 0xD510290D835A60C5
        assert int(Luck(7, 3).bits("every", (5 << 24) + 9, 1)) == 0x29A6909731E75C1C
        assert int(Luck(-1).bits("x", (1 << 64) - 1, 1)) == 0x235FBC7DA7602E6E
        assert LUCK.chance("need", np.arange(3)).tolist() == [
            0.832277837561699,
            0.03249023616805047,
            0.6503837796942449,
        ]
        assert LUCK.normal("score", np.arange(6)).tolist() == [-46, 275, -260, 471, 1226, 911]

    @pytest.mark.parametrize("seed", [1.0, True, "1", None])
    def test_a_seed_is_a_whole_number(self, seed: Any) -> None:
        """1.0 is written otherwise than 1, and was the same or not by what was asked before."""
        with pytest.raises(BadInput, match="seed: give a whole number"):
            Luck(seed)
        with pytest.raises(BadInput, match="run: give a whole number"):
            Luck(1, seed)
        assert Luck(np.int64(1)).bits("need") == LUCK.bits("need")  # type: ignore[arg-type]

    def test_they_are_splitmix(self) -> None:
        """The same by whole numbers of Python, from the paper's own recipe."""
        drawn = int(LUCK.bits("anything"))
        most = (1 << 64) - 1

        def mixed(x: int) -> int:
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & most
            x = (x ^ (x >> 27)) * 0x94D049BB133111EB & most
            return x ^ (x >> 31)

        def back(x: int) -> int:
            x = x ^ (x >> 31) ^ (x >> 62)
            x = x * pow(0x94D049BB133111EB, -1, 1 << 64) & most
            x = x ^ (x >> 27) ^ (x >> 54)
            x = x * pow(0xBF58476D1CE4E5B9, -1, 1 << 64) & most
            return x ^ (x >> 30) ^ (x >> 60)

        named = back(drawn)
        person, nth = 123_456_789, 17
        moved = named + person * 0x9E3779B97F4A7C15 + nth * 0xD1B54A32D192ED03
        assert int(LUCK.bits("anything", person, nth)) == mixed(moved & most)

    @pytest.mark.once
    def test_another_purpose_seed_or_run_is_another_stream(self) -> None:
        """No two of them share a number."""
        streams = [Luck(seed, run) for seed in (1, 2, 11) for run in (0, 1, 11)]
        found = [each.bits(purpose, MANY) for each in streams for purpose in ("a", "b")]

        assert len(np.unique(np.concatenate(found))) == 18 * len(MANY)

    @pytest.mark.once
    def test_no_two_people_and_times_share_a_number(self) -> None:
        """Half a million draws of one question, of people by day and number as they are named."""
        who = ((np.arange(50)[:, None] + 1) * (1 << 24) + np.arange(100)).ravel()
        found = LUCK.bits("appointment", who[:, None], np.arange(100))

        assert len(np.unique(found)) == found.size == 500_000

    def test_a_table_is_what_each_would_get_alone(self) -> None:
        """A column of people and a row of times: in any order, beside whatever others."""
        table = LUCK.bits("appointment", np.arange(5)[:, None], np.arange(4))

        assert table.tolist() == [
            [int(LUCK.bits("appointment", who, nth)) for nth in range(4)] for who in range(5)
        ]

    @pytest.mark.once
    @pytest.mark.parametrize("shift", [0, 8, 20, 28, 40, 48, 56])
    def test_bits_are_spread_evenly_over_people_and_over_times(self, shift: int) -> None:
        """Eight bits at each place, for one person after another and one time after another."""
        for drawn in (LUCK.bits("appointment", MANY), LUCK.bits("appointment", 77, MANY)):
            eight = (drawn >> np.uint64(shift)).astype(np.int64) & 255
            assert not unlike_chance(np.bincount(eight, minlength=256))

    @pytest.mark.once
    @pytest.mark.parametrize(("who", "nth"), [(1, 0), (0, 1), (1, 1), (1 << 24, 0)])
    def test_neighbours_know_nothing_of_each_other(self, who: int, nth: int) -> None:
        """Of somebody, the next person, the next time, and whoever came on the next day."""
        here = LUCK.bits("appointment", MANY, 3) >> np.uint64(60)
        there = LUCK.bits("appointment", MANY + who, 3 + nth) >> np.uint64(60)
        pairs = (here * np.uint64(16) + there).astype(np.int64)

        assert not unlike_chance(np.bincount(pairs, minlength=256))

    @pytest.mark.once
    def test_two_questions_of_one_person_are_apart(self) -> None:
        """Whatever is asked, and in whichever replication."""
        for one, other in (
            (LUCK.bits("need", MANY), LUCK.bits("every", MANY)),
            (LUCK.bits("need", MANY), Luck(1, 1).bits("need", MANY)),
            (LUCK.bits("need", MANY), Luck(2).bits("need", MANY)),
        ):
            pairs = (one >> np.uint64(60)) * np.uint64(16) + (other >> np.uint64(60))
            assert not unlike_chance(np.bincount(pairs.astype(np.int64), minlength=256))

    @pytest.mark.once
    def test_one_bit_of_a_name_changes_half_of_the_bits(self) -> None:
        """On average 32 of 64, whichever bit it is."""
        for bit in range(40):
            moved = LUCK.bits("x", MANY[:2000]) ^ LUCK.bits("x", MANY[:2000] ^ (1 << bit))
            changed = np.unpackbits(moved.view(np.uint8)).sum() / 2000
            assert 31.4 < changed < 32.6


@pytest.mark.once
class TestKinds:
    """Chances, normal draws and counts."""

    def test_chances_are_never_one(self) -> None:
        """From 0 to 1, without 1: the most that 64 bits give."""
        from peerkit.simulation.lives.luck import chances

        ends = chances(np.array([0, (1 << 64) - 1], np.uint64))
        assert ends.tolist() == [0.0, 1 - 2**-53]

    def test_normal_draws_are_whole_numbers_with_the_moments_of_a_normal(self) -> None:
        """Thousandths of a standard deviation, even on both sides."""
        table = normals().astype(np.int64)

        assert table.dtype.kind == "i"
        assert len(table) == NORMALS
        assert (table == -table[::-1]).all()
        assert [int(table[at]) for at in (0, 1, 32768, 49152, 65535)] == [
            -4325,
            -4076,
            0,
            675,
            4325,
        ]
        assert int(np.abs(table).sum()) == 52_290_056
        assert table.std() == pytest.approx(1000, rel=0.001)

    def test_steps_have_their_mean_and_spread(self) -> None:
        """By the same quantiles."""
        assert steps(0.03, 0.25)[[0, 32768, 65535]].tolist() == [-1051, 30, 1111]

    def test_counts_are_poisson(self) -> None:
        """The smallest number that is not too few for the chance; nobody comes at a rate of 0."""
        u = np.array([0, 0.1, 0.5, 0.9, 0.999999, 1 - 2**-53])
        assert counts(u, np.full(6, 2.5)).tolist() == [0, 1, 2, 5, 13, 24]
        assert counts(np.array([0.5, 0.5]), np.array([0.0, 1000.0])).tolist() == [0, 1000]
        u = LUCK.chance("arrivals", MANY)
        assert (counts(u, np.full(len(u), 57.1)) == poisson.ppf(u, 57.1)).all()

    def test_a_higher_rate_never_brings_fewer(self) -> None:
        """So a busier program has the same people, and some more."""
        u = LUCK.chance("arrivals", MANY)
        few, many = (counts(u, np.full(len(u), rate)) for rate in (2.0, 2.2))

        assert (many >= few).all()
        assert (many > few).any()

    def test_values_are_picked_by_their_shares(self) -> None:
        """A chance falls on the value in whose part it lies."""
        among = Shares((7, 14, 28), (0.5, 0.3, 0.2))
        assert pick(among, np.array([0, 0.4999, 0.5, 0.7999, 0.8, 0.9999])).tolist() == [
            7,
            7,
            14,
            14,
            28,
            28,
        ]


BASE = Scenario(days=200, arrivals=Arrivals(per_week=6, walking=20, waiting=5))


def courses(people: People) -> dict[int, tuple[object, ...]]:
    """Everybody's whole course, by who they are."""
    found: dict[int, tuple[object, ...]] = {}
    for at, who in enumerate(people.who.tolist()):
        first = int(people.start[at])
        until = first + int(min(people.last[at] + 1, (200 - 1 - people.came[at]) // 28 + 1))
        found[who] = (
            int(people.came[at]),
            int(people.need[at]),
            int(people.minutes[at]),
            int(people.before[at]),
            tuple(people.status[first:until].tolist()),
            tuple(people.score[first:until].tolist()),
        )
    return found


@pytest.mark.once
class TestPeople:
    """Who comes, and what each would do."""

    @pytest.mark.parametrize(
        "values",
        [
            {"peers.count": 3, "peers.turnover": 0.5, "limits.caseload": 4},
            {"matching.patience": 0, "matching.declined": 0.9},
            {"sessions.asked_beyond": 0.9, "sessions.planning": Planning.NONE},
            {"groups.count": 3, "beds.per_week": 9.0, "peers.leave_per_year": 9.0},
        ],
        ids=["peers", "matching", "sessions", "groups"],
    )
    def test_what_a_program_does_changes_nobody(self, values: dict[str, object]) -> None:
        """The same people come, and each would do the same."""
        assert courses(People.of(BASE.but(values), LUCK)) == courses(People.of(BASE, LUCK))

    def test_whoever_comes_in_both_is_the_same(self) -> None:
        """With more arrivals, the same people and some more; with others there, the same still."""
        base = courses(People.of(BASE, LUCK))
        busier = courses(People.of(BASE.but({"arrivals.per_week": 9.0}), LUCK))
        fuller = courses(People.of(BASE.but({"arrivals.waiting": 600}), LUCK))

        assert base.items() <= busier.items()
        assert len(busier) > len(base)
        assert {who for who in base if who >= 1 << 24} <= fuller.keys()
        assert all(fuller[who] == base[who] for who in base if who >= 1 << 24)

    def test_a_longer_run_begins_like_a_shorter_one(self) -> None:
        """What somebody does on a day does not depend on when the scenario ends."""
        shorter, longer = (run_fast(BASE.but({"days": days})) for days in (100, 200))
        one, other = shorter.table("sessions"), longer.table("sessions")
        upto = other["day"] < 100

        assert len(one["day"]) > 300
        for name in ("person", "seat", "day", "status", "minutes"):
            assert one[name].tolist() == other[name][upto].tolist()

    def test_a_course_ends_by_leaving_or_by_having_had_enough(self) -> None:
        """Each with its reason; some outlast the scenario."""
        people = People.of(BASE.but({"course.hazard": 0.05}), LUCK)

        assert {*people.why.tolist()} == {GOES_ON, LEFT, FINISHED}
        assert ENDS[LEFT] == "left"
        assert ENDS[FINISHED] == "finished"
        assert (people.last[people.why == GOES_ON] == 1 << 30).all()

    def test_who_wants_three_sessions_has_three(self) -> None:
        """A spread of 0 gives everybody the same; missed ones do not count."""
        course = Course(dose=3, dose_spread=0, hazard=0)
        people = People.of(attrs.evolve(BASE, course=course), LUCK)
        ended = np.flatnonzero(people.why == FINISHED)

        assert len(ended) > 100
        for at in ended.tolist():
            first = int(people.start[at])
            status = people.status[first : first + int(people.last[at]) + 1]
            assert (status == 0).sum() == 3
            assert status[-1] == 0

    def test_who_wants_more_than_anybody_can_have_does_not_stop_at_once(self) -> None:
        """The widest wishes are beyond what a whole number of numpy holds."""
        course = Course(dose=10_000, dose_spread=3, hazard=0)
        arrivals = Arrivals(per_week=0, walking=60_000)
        people = People.of(Scenario(days=30, course=course, arrivals=arrivals), LUCK)
        likely = people.last == 0

        # Nobody but those who want one session is finished after one: 1 in 500 or so.
        wishes = LUCK.normal("dose", people.who)
        assert wishes.max() > 4000
        assert not likely[wishes > 0].any()

    def test_nobody_comes_to_an_empty_program(self) -> None:
        """No arrivals, nobody there: no rows at all."""
        people = People.of(BASE.but({"arrivals": Arrivals(per_week=0)}), LUCK)

        assert len(people) == 0
        assert len(people.status) == 0

    def test_months_weigh_arrivals(self) -> None:
        """Everybody comes in January where the other months have none."""
        months = (12.0, *[0.0] * 11)
        scenario = BASE.but(
            {"arrivals.months": months, "arrivals.walking": 0, "arrivals.waiting": 0}
        )
        came = People.of(scenario, LUCK).came

        assert len(came) > 200
        assert scenario.begins == date(2026, 1, 5)
        assert came.max() <= 26

    def test_needs_and_rhythms_come_in_their_shares(self) -> None:
        """Of two thousand people, as many as the scenario says, give or take chance."""
        needs = (Need(share=0.2), Need(share=0.8, language="es"))
        sessions = Sessions(every=Shares((7, 14), (0.9, 0.1)))
        arrivals = Arrivals(per_week=0, walking=2000, needs=needs)
        people = People.of(Scenario(arrivals=arrivals, sessions=sessions), LUCK)

        assert people.need.mean() == pytest.approx(0.8, abs=0.03)
        assert (people.every == 14).mean() == pytest.approx(0.1, abs=0.03)

    def test_patience_is_exponential_and_at_least_a_day(self) -> None:
        """With a mean of 0 nobody ever gives up."""
        people = People.of(Scenario(arrivals=Arrivals(per_week=0, waiting=5000)), LUCK)
        everybody = np.arange(5000)
        waits = people.patience(LUCK, 20, everybody)

        assert waits.min() == 1
        assert waits.mean() == pytest.approx(20.5, rel=0.05)
        assert (people.patience(LUCK, 0, everybody) > 36600).all()
        assert {*people.first_in(LUCK, everybody).tolist()} == {*range(1, 8)}

    def test_one_person_is_asked_alone_as_among_others(self) -> None:
        """The door asks one at a time, the fast engine all at once; numpy 1.26 told them apart."""
        people = People.of(Scenario(arrivals=Arrivals(per_week=0, waiting=200)), LUCK)

        alone = [int(people.first_in(LUCK, each, 1)) for each in range(200)]
        assert alone == people.first_in(LUCK, np.arange(200), 1).tolist()
        alone = [int(people.patience(LUCK, 20, each, 1)) for each in range(200)]
        assert alone == people.patience(LUCK, 20, np.arange(200), 1).tolist()

    def test_scores_stay_within_bounds(self) -> None:
        """However wide the steps are."""
        people = People.of(BASE.but({"course.sd": 5.0, "course.drift_held": 5.0}), LUCK)

        assert people.score.max() == 30_000

    def test_a_peers_leave_is_theirs_whoever_else_serves(self) -> None:
        """Adding peers moves nobody's days away."""
        few, many = (
            run_fast(Scenario(peers=Peers(count=count, leave_per_year=5))).table("peers")
            for count in (3, 6)
        )
        assert few["away"].tolist() == many["away"].tolist()[:3]
        assert few["talks"].tolist() == many["talks"].tolist()[:3]
