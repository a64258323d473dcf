"""What becomes of people is put in, from both trials; what a run costs is in whole cents."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pytest
from scipy import stats

from peerkit.errors import BadInput
from peerkit.handbook import Handbook
from peerkit.simulation.lives.luck import Luck
from peerkit.simulation.lives.peers import posts
from peerkit.simulation.lives.people import People, named
from peerkit.simulation.measuring.costs import COSTS, KINDS, costs
from peerkit.simulation.measuring.outcomes import OUTCOMES, effects, outcomes
from peerkit.simulation.record import COLUMNS, STATUSES, Engine, Run
from peerkit.simulation.scenarios import evidence
from peerkit.simulation.scenarios.changing import value_at
from peerkit.simulation.scenarios.evidence import NOT_FINDINGS, caution, published, trials
from peerkit.simulation.scenarios.given import ASSUMED, Shares, parameters
from peerkit.simulation.scenarios.scenario import Need, Peers, Scenario

PEERS = {"seat": [0, 1], "began": [-365, 10], "ended": [-1, 19], "talks": [2, 1]}
STAYS = {"began": [5, -1, 68], "nights": [3, 0, 7]}
HELD, MISSED = STATUSES.index("held"), STATUSES.index("missed")
TABLES = ("people", "sessions", "peers", "stays")


def run_of(
    values: Mapping[str, Any], *, number: int = 0, **tables: Mapping[str, Iterable[int]]
) -> Run:
    """A run in which this happened, column by column; what is not given is 0 for everybody."""
    filled = {}
    for name in TABLES:
        told = {column: np.array(list(told)) for column, told in tables.get(name, {}).items()}
        long = max((len(column) for column in told.values()), default=0)
        filled[name] = {
            each.name: told.get(each.name, np.zeros(long)).astype(each.dtype)
            for each in COLUMNS[name]
        }
    scenario = Scenario().but(values)
    return Run(
        scenario=scenario,
        seed=1,
        number=number,
        engine=Engine.FAST,
        edition="",
        tables=filled,
    )


def walked(people: int, sessions: int, values: Mapping[str, Any], number: int = 0) -> Run:
    """A run in which so many people came on the first day and had so many sessions each."""
    everybody = np.repeat(np.arange(people), sessions)
    return run_of(
        values,
        number=number,
        people={"came": [0] * people},
        sessions={"person": everybody, "day": np.tile(np.arange(sessions), people)},
    )


class TestWhoIsFollowed:
    """Nothing is said of those whose follow-up was not reached."""

    def test_a_follow_up_beyond_the_last_day_is_not_guessed(self) -> None:
        """Of 400 days, 365 begin on day 35 at the latest."""
        run = run_of({"days": 400}, people={"came": [0, 35, 36, 399]})

        found = outcomes(run)

        assert found["person"].tolist() == [0, 1]
        assert found["came"].tolist() == [0, 35]
        assert tuple(found) == tuple(each.name for each in OUTCOMES)
        assert [column.dtype.name for column in found.values()] == [each.dtype for each in OUTCOMES]

    def test_only_sessions_that_were_held_before_the_follow_up_count(self) -> None:
        """A missed one does not, nor one on the day after the follow-up."""
        run = run_of(
            {"days": 20, "outcomes.follow_up": 10},
            people={"came": [0, 3]},
            sessions={
                "person": [0, 0, 0, 1, 1],
                "day": [9, 10, 4, 12, 13],
                "status": [HELD, HELD, MISSED, HELD, HELD],
            },
        )

        assert outcomes(run)["sessions"].tolist() == [1, 1]

    def test_a_run_without_anybody_has_no_outcomes(self) -> None:
        """An empty table, with its columns."""
        assert [len(each) for each in outcomes(run_of({})).values()] == [0] * len(OUTCOMES)


class TestWhoseLuckItIs:
    """Everybody brings their own luck, and it does not depend on the others."""

    def test_people_are_named_as_when_they_came(self) -> None:
        """The table of people is enough to know whose luck it is."""
        scenario = Scenario().but(
            {"days": 90, "arrivals.walking": 5, "arrivals.waiting": 7, "arrivals.per_week": 30.0}
        )

        people = People.of(scenario, Luck(seed=3))

        assert len(set(people.who.tolist())) == len(people) > 300
        assert named(people.came, people.began).tolist() == people.who.tolist()

    def test_somebody_comes_to_the_same_however_many_come(self) -> None:
        """The second of day 1 is the second of day 1, also after a fuller day 0."""
        few = outcomes(run_of({"days": 400}, people={"came": [0, 1, 1]}))
        many = outcomes(run_of({"days": 400}, people={"came": [0, 0, 0, 1, 1, 1]}))

        for name in ("readmitted", "housed", "recovery", "hope"):
            assert few[name].tolist() == many[name][[0, 3, 4]].tolist()

    def test_without_sessions_the_trials_make_no_difference(self) -> None:
        """Whoever never met a peer is not moved, whichever trial is drawn from."""
        first, second = (
            outcomes(walked(500, 0, {"outcomes.johnson": weight})) for weight in (0.0, 1.0)
        )

        assert all((first[name] == second[name]).all() for name in first)
        assert 0 < first["readmitted"].sum() < 500

    def test_each_question_has_luck_of_its_own(self) -> None:
        """Who is readmitted does not say who is housed, nor how somebody scores."""
        found = outcomes(walked(4000, 0, {"outcomes.housed": 0.38}))
        several = [found[name] for name in ("readmitted", "housed", "recovery", "hope")]

        apart = np.corrcoef(several)[np.triu_indices(4, 1)]

        # 4 standard errors of a correlation of nothing in 4,000 people.
        assert np.abs(apart).max() < 4 / math.sqrt(4000)


class TestDose:
    """Effects come in full at a full dose, and in proportion below."""

    @pytest.mark.parametrize(
        ("sessions", "moved"), [(0, 0), (1, 25), (4, 100), (8, 200), (20, 200)]
    )
    def test_scores_move_in_proportion(self, sessions: int, moved: int) -> None:
        """An effect of 0.2 sd: 8 sessions make it full, and more make it no fuller."""
        known = {"outcomes.recovery_se": 0.0, "outcomes.hope": 0.2, "outcomes.hope_se": 0.0}
        without, found = (outcomes(walked(50, many, known)) for many in (0, sessions))

        for name in ("recovery", "hope"):
            assert (found[name] - without[name]).tolist() == [moved] * 50

    def test_a_share_of_an_effect_is_rounded_to_the_nearest(self) -> None:
        """One session of three: 66.7 thousandths of 200 are 67, and -33.3 of -100 are -33."""
        sure = {"outcomes.full_dose": 3, "outcomes.recovery_se": 0.0, "outcomes.hope_se": 0.0}
        known = {**sure, "outcomes.recovery": 0.2, "outcomes.hope": -0.1}
        without, found = (outcomes(walked(50, many, known)) for many in (0, 1))

        assert (found["recovery"] - without["recovery"]).tolist() == [67] * 50
        assert (found["hope"] - without["hope"]).tolist() == [-33] * 50

    def test_odds_move_in_proportion(self) -> None:
        """Twice the odds of 80 % are 8 to 1; half a dose multiplies them by the root of two."""
        twice = {"outcomes.housed": 0.8, "outcomes.housed_effect": math.log(2)}

        for sessions, share in ((0, 0.8), (4, 0.84977), (8, 0.88889)):
            housed = int(outcomes(walked(20_000, sessions, twice))["housed"].sum())
            assert stats.binomtest(housed, 20_000, share).pvalue > 1e-4

    def test_what_is_sure_stays_sure(self) -> None:
        """Nobody or everybody is readmitted where the scenario says so, with any effect."""
        for share in (0.0, 1.0):
            found = outcomes(walked(200, 8, {"outcomes.readmitted": share}))
            assert (found["readmitted"] == share).all()

    def test_nobody_is_worse_off_by_chance(self) -> None:
        """A better effect changes the outcome of some, and never the other way."""
        better = {"outcomes.housed_effect": 0.5}
        without, found = (outcomes(walked(2000, 8, each))["housed"] for each in ({}, better))

        assert (found >= without).all()
        assert found.sum() > without.sum()


class TestEffects:
    """The effect on readmission is one trial's or the other's, drawn once for each run."""

    @pytest.mark.parametrize(
        ("weight", "trial", "odds_ratio", "sd"),
        [(1.0, "johnson-2018", 0.66, 0.21), (0.0, "enrich-2022", 1.02, 0.17)],
    )
    def test_each_trial_is_drawn_from_as_widely_as_it_is_known(
        self, weight: float, trial: str, odds_ratio: float, sd: float
    ) -> None:
        """2,000 runs follow the normal law of the trial's log odds ratio."""
        given = Scenario().but({"outcomes.johnson": weight}).outcomes
        drawn = [effects(given, Luck(7, run)) for run in range(2000)]

        assert {each.trial for each in drawn} == {trial}
        log_odds = [each.readmitted / 1000 for each in drawn]
        assert stats.kstest(log_odds, stats.norm(math.log(odds_ratio), sd).cdf).pvalue > 1e-3

    def test_the_weight_is_the_share_of_runs(self) -> None:
        """A quarter from Johnson 2018: between 192 and 311 of 1,000 by a binomial law."""
        given = Scenario().but({"outcomes.johnson": 0.25}).outcomes
        chosen = [effects(given, Luck(7, run)).trial for run in range(1000)]

        assert 192 <= chosen.count("johnson-2018") <= 311
        assert chosen.count("enrich-2022") == 1000 - chosen.count("johnson-2018")

    def test_scores_follow_their_law(self) -> None:
        """Recovery as Normal(0.20, 0.05), hope as Normal(0.17, 0.07), over 2,000 runs."""
        drawn = [effects(Scenario().outcomes, Luck(7, run)) for run in range(2000)]

        for found, mean, sd in (
            ([each.recovery for each in drawn], 200, 50),
            ([each.hope for each in drawn], 170, 70),
        ):
            assert stats.kstest(found, stats.norm(mean, sd).cdf).pvalue > 1e-3

    def test_an_effect_stays_within_its_bounds(self) -> None:
        """Known very badly, recovery is drawn from -0.1 to 0.5, and not heaped at the ends."""
        given = Scenario().but({"outcomes.recovery_se": 1.0}).outcomes
        drawn = [effects(given, Luck(7, run)).recovery for run in range(1000)]

        assert -100 <= min(drawn) < -80
        assert 480 < max(drawn) <= 500
        assert drawn.count(-100) + drawn.count(500) < 10

    def test_runs_and_seeds_have_effects_of_their_own(self) -> None:
        """And the same run has the same ones, however often it is asked."""
        given = Scenario().outcomes
        first, again, run, seed = (
            effects(given, each) for each in (Luck(1, 0), Luck(1, 0), Luck(1, 1), Luck(2, 0))
        )

        assert first == again
        assert len({first, run, seed}) == 3


class TestEvidence:
    """What was published stands with its design, its interval and its caution."""

    def test_neither_trial_is_quoted_alone(self) -> None:
        """Every way out gives both: the pair, the sentence, and the sentence of a run."""
        assert [each.id for each in trials()] == ["johnson-2018", "enrich-2022"]
        said = caution()
        assert said == run_of({}).caution
        assert said == (
            f"{NOT_FINDINGS} "
            "Johnson 2018: readmitted to acute care within a year: odds ratio 0.66 (0.43 to 0.99); "
            "64 of 218 people with peers, 83 of 216 without. The others got the workbook by post. "
            "ENRICH, a larger trial, found no difference. "
            "ENRICH 2022: readmitted within a year: odds ratio 1.02 (0.73 to 1.42); 136 of 271 "
            "people with peers, 146 of 294 without [unverified: from memory]. No difference was "
            "found."
        )
        assert not {"study", "trial", "figure"} & set(evidence.__all__)

    def test_what_is_known_from_memory_says_so(self) -> None:
        """The figures of ENRICH and the study behind FEANTSA were not looked up again."""
        doubtful = {
            study.id
            for study in published()
            for figure in study.figures
            if not figure.passage.verified
        }
        assert doubtful == {"enrich-2022", "feantsa"}

    def test_a_study_is_a_sentence(self) -> None:
        """With its design, how many people, its figures and its caution."""
        studies = {each.id: str(each) for each in published()}

        assert studies["bean-2013"] == (
            "Bean 2013 (Project H3) (one group without a control: Housing First, harm reduction "
            "and peers together; self-report, 47 people): housed after twelve months: share 0.98 "
            "(0.889 to 0.996); 46 of 47 people. No control, and the parts cannot be told apart: it "
            "cannot be laid to peers."
        )
        assert studies["fuhr-2014"].startswith("Fuhr 2014 (review of 14 trials): hope, in 967")
        assert all(each.caution for each in published())

    def test_every_interval_holds_its_figure(self) -> None:
        """Low, figure, high; and only a ratio of the two trials is drawn."""
        for study in published():
            for figure in study.figures:
                if figure.low is not None:
                    assert figure.high is not None
                    assert figure.low < figure.value < figure.high
                assert (figure.log_sd > 0) == (figure.unit == "odds ratio")


class TestDefaults:
    """Every default has a source that the handbook describes, or says that it is assumed."""

    def test_every_source_is_one_of_the_book(self) -> None:
        """So that a reader of a report can find it."""
        known = {ASSUMED, *Handbook.load().sources}
        listed = list(parameters(Scenario()))

        assert {each.given.source for each in listed} <= known
        assert all(each.is_default and each.given.says and each.given.unit for each in listed)
        sourced = {each.path for each in listed if each.given.source != ASSUMED}
        assert sourced >= {"course.dose", "beds.nights", "outcomes.housed", "outcomes.recovery"}

    def test_several_numbers_that_say_one_thing_are_listed_as_one(self) -> None:
        """The days between appointments, the length of a session, a stay, an absence."""
        changed = Scenario().but({"sessions.every": Shares((7,), (1.0,))})
        several = {
            each.path: each for each in parameters(changed) if isinstance(each.value, Shares)
        }

        assert sorted(several) == [
            "beds.nights",
            "peers.leave_days",
            "sessions.every",
            "sessions.minutes",
        ]
        assert [each.path for each in several.values() if not each.is_default] == ["sessions.every"]
        with pytest.raises(BadInput, match=r"Sessions.every: give a Shares"):
            Scenario().but({"sessions.every": None})


class TestChanging:
    """Values that fit together are put in together, in any order."""

    def test_two_values_that_fit_only_together(self) -> None:
        """Missed and called off; the shares of two needs; a limit beside them."""
        scenario = Scenario().but({"arrivals.needs": (Need(share=0.5), Need(share=0.5))})

        found = scenario.but(
            {
                "sessions.no_show": 1.0,
                "sessions.cancelled": 0.0,
                "arrivals.needs[0].share": 0.9,
                "limits.caseload": 15,
                "arrivals.needs[1].share": 0.1,
            }
        )

        assert (found.sessions.no_show, found.sessions.cancelled) == (1.0, 0.0)
        assert [each.share for each in found.arrivals.needs] == [0.9, 0.1]
        assert found.limits == (("caseload", 15),)
        assert found.peers == scenario.peers

    def test_a_part_and_a_number_of_it(self) -> None:
        """The part is put there, and then its number."""
        found = Scenario().but({"peers.count": 3, "peers": Peers(count=4, places=5)})

        assert (found.peers.count, found.peers.places) == (3, 5)

    @pytest.mark.parametrize(
        ("path", "what"),
        [
            ("peers.crowd", "leads nowhere in a scenario"),
            ("days.count", "leads nowhere in a scenario"),
            ("peers[0].count", "leads nowhere in this scenario"),
            ("arrivals.needs[1].share", "leads nowhere in this scenario"),
            ("peers count", "is no path, such as peers.count"),
        ],
    )
    def test_a_path_that_leads_nowhere_is_named(self, path: str, what: str) -> None:
        """In changing and in looking alike."""
        for ask in (lambda: Scenario().but({path: 3}), lambda: value_at(Scenario(), path)):
            with pytest.raises(BadInput) as caught:
                ask()
            assert str(caught.value) == f"path: {path!r} {what}"

    def test_what_was_put_there_is_found_there(self) -> None:
        """A number, one of several, and a limit."""
        found = Scenario().but({"arrivals.needs[0].language": "es", "limits.caseload": 9})

        assert value_at(found, "arrivals.needs[0].language") == "es"
        assert value_at(found, "limits.caseload") == 9
        assert value_at(found, "limits.group-size") is None
        assert value_at(found, "peers.count") == 10


class TestCosts:
    """What a run costs, by kind, in whole cents."""

    def test_every_kind_is_counted_once(self) -> None:
        """80 days of service at 20 hours a week, three talks, five nights within 70 days."""
        found = costs(run_of({"days": 70}, peers=PEERS, stays=STAYS))

        assert [KINDS[kind] for kind in found["kind"]] == list(KINDS)
        assert found["amount"].tolist() == [13_714, 180, 5, 0]
        assert found["cents"].tolist() == [571_417, 13_500, 150_000, 0]
        assert [column.dtype.name for column in found.values()] == [each.dtype for each in COSTS]

    def test_a_readmission_costs_what_the_scenario_says(self) -> None:
        """Of those followed: one who came too late to be followed costs nothing."""
        values = {"days": 400, "outcomes.readmitted": 1.0, "costs.readmission": 12_345}
        found = costs(run_of(values, people={"came": [0, 1, 100]}))

        assert (found["amount"][3], found["cents"][3]) == (2, 24_690)

    def test_the_warm_up_costs_nothing(self) -> None:
        """Service, nights and readmissions are counted from the day after it."""
        values = {"days": 70, "warm_up": 15, "outcomes.follow_up": 20, "outcomes.readmitted": 1.0}
        stays = {"began": [5, 13, -1, 68], "nights": [3, 4, 0, 7]}
        found = costs(run_of(values, peers=PEERS, stays=stays, people={"came": [0, 14, 15, 50]}))

        # 55 and 5 days of service; 2 nights of the second stay and 2 of the last; two people.
        assert found["amount"][[0, 2, 3]].tolist() == [10_286, 4, 2]

    def test_talks_in_the_warm_up_are_left_out(self) -> None:
        """They are asked of the same luck again: peers of two generations, one gone on day 49."""
        values = {"days": 100, "peers.supervision_every": 7, "peers.supervision_missed": 0.3}
        scenario, luck = Scenario().but(values), Luck(1)
        first = posts(scenario, luck, [0, 1]).talks
        later = posts(scenario, luck, [1], 1, 60).talks
        peers = {
            "seat": [0, 1, 1],
            "generation": [0, 0, 1],
            "began": [-365, -365, 60],
            "ended": [-1, 49, -1],
            "talks": [first[0].sum(), first[1, :50].sum(), later.sum()],
        }
        counted = first[0, 30:].sum() + first[1, 30:50].sum() + later.sum()

        whole = costs(run_of(values, peers=peers))["amount"][1]
        after = costs(run_of({**values, "warm_up": 30}, peers=peers))["amount"][1]

        assert after == 60 * counted
        assert 60 * 5 < after < whole == 60 * sum(peers["talks"])
