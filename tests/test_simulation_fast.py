"""The fast engine: small programs in which every day can be worked out by hand."""

from __future__ import annotations

import pickle
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from peerkit.errors import BadInput
from peerkit.handbook import BadHandbook
from peerkit.model import Experience
from peerkit.simulation.door.year import run_through_the_door
from peerkit.simulation.engines import simulate
from peerkit.simulation.fast.reading import _reading
from peerkit.simulation.fast.year import run_fast
from peerkit.simulation.lives.luck import Luck
from peerkit.simulation.lives.peers import posts
from peerkit.simulation.lives.people import People
from peerkit.simulation.record import COLUMNS, ENDS, STATUSES, TABLES, Engine, Run
from peerkit.simulation.scenarios.scenario import (
    Arrivals,
    Beds,
    Choosing,
    Course,
    Groups,
    Leaving,
    Lived,
    Matching,
    Need,
    Peers,
    Planning,
    Scenario,
    Sessions,
    Shares,
    Speaks,
)

#: Nothing is left to chance but the day of the first appointment: with this seed, the first
#: three people have it 4, 6 and 6 days after they are matched. Everybody wants three sessions.
SURE = Scenario(
    days=60,
    peers=Peers(count=2, places=1, supervision_every=1),
    arrivals=Arrivals(per_week=0, walking=3),
    matching=Matching(declined=0, patience=0, stays_after_loss=1),
    sessions=Sessions(
        every=Shares((7,), (1,)),
        minutes=Shares((45,), (1,)),
        no_show=0,
        cancelled=0,
        asked_beyond=0,
    ),
    course=Course(dose=3, dose_spread=0, hazard=0),
)
#: Nearly everything goes wrong in it.
ROUGH = Scenario(
    days=300,
    arrivals=Arrivals(
        per_week=6,
        walking=30,
        waiting=10,
        needs=(
            Need(share=0.4, experience=Experience.HOMELESSNESS),
            Need(share=0.3, language="es"),
            Need(share=0.3, experience=Experience.MENTAL_HEALTH),
        ),
    ),
    peers=Peers(
        count=8,
        places=6,
        experiences=(
            Lived(experience=Experience.HOMELESSNESS, share=0.6),
            Lived(experience=Experience.MENTAL_HEALTH, share=0.6),
        ),
        languages=(Speaks(language="en", share=0.9), Speaks(language="es", share=0.4)),
        supervision_every=28,
        supervision_missed=0.3,
        leave_per_year=5,
        turnover=0.6,
        turnover_load=1,
        turnover_unsupervised=1,
        leaving=(Leaving(on=date(2026, 3, 1), peers=2),),
    ),
    matching=Matching(declined=0.3, patience=30),
    sessions=Sessions(asked_beyond=0.2, drift=0.4),
    groups=Groups(count=3),
    beds=Beds(count=2, per_week=5),
)


def rows(run: Run, name: str, *columns: str) -> list[tuple[int, ...]]:
    """The rows of a table, as far as these columns go; all of them where none is named."""
    table = run.table(name)
    return [
        *zip(*(table[each].tolist() for each in columns or [*table]), strict=True),
    ]


def said(run: Run) -> list[tuple[int, str, str, int, int]]:
    """What was refused: the day, the act, the clause, the person and the seat."""
    act, clause = run.words["act"], run.words["clause"]
    return [
        (day, act[at], clause[of], person, seat)
        for day, at, of, _, person, seat, _ in rows(run, "refusals")
    ]


# -- a day, in its order


def test_who_walks_first_has_a_place_and_the_next_one_waits_for_it() -> None:
    """A place freed by an appointment is taken the day after; a week lies between appointments."""
    run = run_fast(SURE)

    assert rows(run, "matches", "person", "seat", "began", "ended") == [
        (0, 0, 0, 18),
        (1, 1, 0, 20),
        (2, 0, 19, 39),
    ]
    assert rows(run, "sessions", "person", "seat", "day") == [
        (0, 0, 4),
        (1, 1, 6),
        (0, 0, 11),
        (1, 1, 13),
        (0, 0, 18),
        (1, 1, 20),
        (2, 0, 25),
        (2, 0, 32),
        (2, 0, 39),
    ]
    assert rows(run, "people", "matched", "ended", "waited", "held", "minutes") == [
        (0, 18, 0, 3, 135),
        (0, 20, 0, 3, 135),
        (19, 39, 19, 3, 135),
    ]
    assert {ENDS[each] for each in run.table("people")["why"].tolist()} == {"finished"}
    assert rows(run, "peers", "seat", "began", "ended", "talks", "minutes") == [
        (0, -365, -1, 60, 270),
        (1, -365, -1, 60, 135),
    ]


def test_each_day_says_who_waits_walks_and_serves_at_its_end() -> None:
    """Who is matched that day walks at its end; whose course ends that day does not."""
    days = rows(run_fast(SURE), "days")

    assert days[0] == (0, 1, 2, 2)
    assert [days[at] for at in (17, 18, 19, 20)] == [
        (17, 1, 2, 2),
        (18, 1, 1, 2),
        (19, 0, 2, 2),
        (20, 0, 1, 2),
    ]
    assert days[39] == (39, 0, 0, 2)


def test_an_overplanned_peer_refuses_once_a_day() -> None:
    """The handbook's caseload stands against what the program plans beyond it."""
    run = run_fast(SURE.but({"peers.places": 2, "limits.caseload": 1, "arrivals.waiting": 2}))
    found = said(run)

    assert found[:4] == [
        (0, "match.proposed", "caseload", 2, 0),
        (0, "match.proposed", "caseload", 2, 1),
        (1, "match.proposed", "caseload", 2, 0),
        (1, "match.proposed", "caseload", 2, 1),
    ]
    # On day 19 the first peer takes the third person, and refuses the fourth; the second refused
    # nobody before.
    assert [each for each in found if each[0] == 19] == [
        (19, "match.proposed", "caseload", 3, 1),
        (19, "match.proposed", "caseload", 3, 0),
    ]
    assert run.words["verdict"] == ("not_allowed",)
    # Both refuse on each day until, on day 40, the last one finds a place.
    assert sorted((day, seat) for day, *_, seat in found) == [
        (day, seat) for day in range(40) for seat in (0, 1)
    ]
    assert rows(run, "matches", "person", "seat", "began")[2:] == [
        (2, 0, 19),
        (3, 1, 21),
        (4, 0, 40),
    ]


def test_a_limit_may_change_in_the_middle_of_a_run(tmp_path: Path) -> None:
    """The book of each day is asked, not that of the first."""
    house = tmp_path / "house.toml"
    house.write_text(
        '[layer]\nid = "house"\ntitle = "House"\n'
        '[[source]]\nid = "H"\ntitle = "House"\npublisher = "House"\nyear = 2026\n'
        '[[limit]]\nid = "caseload"\nvalue = [\n'
        '{ is = 2, source = "H", at = "1", looked = 2026-01-01, since = 2026-01-10 },\n'
        '{ is = 1, source = "H", at = "1", looked = 2026-01-01, until = 2026-01-10 },\n]\n',
        encoding="utf-8",
    )
    run = run_fast(SURE.but({"layers": (str(house),), "peers.places": 2}))

    assert rows(run, "matches", "person", "began") == [(0, 0), (1, 0), (2, 5)]
    assert {day for day, *_ in said(run)} == {0, 1, 2, 3, 4}


def test_a_layer_of_ones_own_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    """Whoever writes their rules between two runs gets the new ones, in both engines."""
    house = tmp_path / "house.toml"
    scenario = SURE.but({"layers": (str(house),), "peers.places": 2, "days": 3})
    for most in (2, 1):
        house.write_text(
            '[layer]\nid = "house"\ntitle = "House"\n'
            '[[source]]\nid = "H"\ntitle = "House"\npublisher = "House"\nyear = 2026\n'
            '[[limit]]\nid = "caseload"\nvalue = '
            f'[{{ is = {most}, source = "H", at = "1", looked = 2026-01-01 }}]\n',
            encoding="utf-8",
        )
        for run in (run_fast(scenario), run_through_the_door(scenario)):
            assert len(rows(run, "matches", "person")) == min(3, 2 * most)
    house.unlink()
    with pytest.raises(BadHandbook, match="is not there"):
        run_fast(scenario)


def test_a_run_travels_to_another_process() -> None:
    """With all its tables, also those that nobody has asked for yet."""
    run = run_fast(SURE)
    there = pickle.loads(pickle.dumps(run))  # noqa: S301 - it was made a line before

    assert there.scenario == SURE
    assert {*there.tables} == {*TABLES}
    for name in TABLES:
        assert rows(there, name) == rows(run, name)


def test_so_may_those_of_groups_and_of_beds(tmp_path: Path) -> None:
    """What is asked once the book has changed is asked of the new one, by both engines."""
    numbers = "".join(
        f'[[limit]]\nid = "{limit}"\nvalue = [\n'
        f'{{ is = {now}, source = "H", at = "1", looked = 2026-01-01, since = 2026-01-12 }},\n'
        f'{{ is = 3, source = "H", at = "1", looked = 2026-01-01, until = 2026-01-12 }},\n]\n'
        for limit, now in (("group-size", 2), ("respite-nights", 1))
    )
    house = tmp_path / "house.toml"
    house.write_text(
        '[layer]\nid = "house"\ntitle = "House"\n'
        '[[source]]\nid = "H"\ntitle = "House"\npublisher = "House"\nyear = 2026\n' + numbers,
        encoding="utf-8",
    )
    scenario = SURE.but(
        {
            "layers": (str(house),),
            "days": 15,
            "arrivals.walking": 4,
            "peers.places": 4,
            "groups": Groups(count=1, joins=1.0, comes=1.0),
            "beds": Beds(count=9, per_week=14, nights=Shares((5,), (1,))),
        }
    )
    for run in (run_fast(scenario), run_through_the_door(scenario)):
        assert rows(run, "groups", "day", "expected") == [(0, 3), (7, 2), (14, 2)]
        nights = {(began < 7, nights) for _, began, nights in rows(run, "stays") if began >= 0}
        assert nights == {(True, 3), (False, 1)}


def test_who_begins_today_counts_in_the_load_of_their_peer() -> None:
    """At the appointments of the same day, as through the door."""
    scenario = SURE.but(
        {
            "peers.places": 4,
            "arrivals.per_week": 7.0,
            "sessions.asked_beyond": 1.0,
            "sessions.drift": 0.5,
            "sessions.drift_load": 10.0,
            "days": 300,
        }
    )
    found = rows(run_through_the_door(scenario), "sessions", "day", "beyond")
    began = {day for (day,) in rows(run_fast(scenario), "matches", "began")}

    assert rows(run_fast(scenario), "sessions", "day", "beyond") == found
    assert len([day for day, beyond in found if day in began and beyond]) > 10


def test_no_session_is_planned_while_supervision_is_overdue() -> None:
    """A month after the last talk, on 4 January, the rule asks for another first: from day 31."""
    run = run_fast(SURE.but({"peers.supervision_missed": 1.0, "course.dose": 5, "days": 45}))

    refused = STATUSES.index("refused")
    assert rows(run, "sessions", "person", "day", "status")[7:] == [
        (1, 27, STATUSES.index("held")),
        (0, 32, refused),
        (1, 34, refused),
        (0, 39, refused),
        (1, 41, refused),
    ]
    assert said(run) == [
        (32, "session.planned", "supervision", 0, 0),
        (34, "session.planned", "supervision", 1, 1),
        (39, "session.planned", "supervision", 0, 0),
        (41, "session.planned", "supervision", 1, 1),
    ]
    assert run.words["verdict"] == ("needs_consultation",)
    assert rows(run, "people", "held", "refused", "ended") == [(4, 2, -1), (4, 2, -1), (0, 0, -1)]
    assert rows(run, "peers", "overdue", "talks") == [(14, 0), (14, 0)]


def test_nobody_is_matched_while_supervision_is_overdue() -> None:
    """Two weeks after the last talk, where the scenario says so: from day 14."""
    numbers = {"peers.supervision_missed": 1.0, "limits.supervision-weeks": 2, "days": 23}
    run = run_fast(SURE.but({**numbers, "sessions.planning": Planning.NONE}))

    assert len(run.table("matches")["person"]) == 2
    assert said(run) == [
        (19, "match.proposed", "supervision-weeks", 2, 0),
        (20, "match.proposed", "supervision-weeks", 2, 0),
        (21, "match.proposed", "supervision-weeks", 2, 0),
        (21, "match.proposed", "supervision-weeks", 2, 1),
        (22, "match.proposed", "supervision-weeks", 2, 0),
        (22, "match.proposed", "supervision-weeks", 2, 1),
    ]


def test_of_two_clauses_the_heavier_is_told() -> None:
    """Full and without supervision in force: the caseload is not allowed, the other asks advice."""
    numbers = {"peers.supervision_missed": 1.0, "limits.supervision-weeks": 1, "days": 9}
    run = run_fast(SURE.but({**numbers, "peers.places": 2, "limits.caseload": 1}))

    assert {clause for _, _, clause, person, _ in said(run) if person == 2} == {"caseload"}


def test_a_peer_who_is_away_delays_an_appointment_and_uses_nothing_up() -> None:
    """Each appointment on a day away is one week later; three are held all the same."""
    scenario = SURE.but({"peers.leave_per_year": 30.0, "days": 200, "arrivals.walking": 2})
    run = run_fast(scenario, seed=3)
    away = posts(scenario, Luck(3), [0, 1]).away

    sessions = rows(run, "sessions", "seat", "day", "status")
    expected = [STATUSES.index("away") if away[seat, day] else 0 for seat, day, _ in sessions]
    assert [status for *_, status in sessions] == expected
    assert rows(run, "people", "held", "away") == [
        (3, sum(away[0, day] for seat, day, _ in sessions if seat == 0)),
        (3, sum(away[1, day] for seat, day, _ in sessions if seat == 1)),
    ]
    assert run.table("people")["away"].sum() > 2
    assert run.table("peers")["away"].tolist() == away.sum(axis=1).tolist()


def test_who_is_away_is_not_proposed() -> None:
    """Nobody is matched with a peer on a day on which the peer is away."""
    scenario = SURE.but({"peers.leave_per_year": 30.0, "peers.count": 4, "arrivals.walking": 30})
    run = run_fast(scenario, seed=4)
    away = posts(scenario, Luck(4), range(4)).away

    matches = rows(run, "matches", "seat", "began")
    assert len(matches) > 4
    assert not any(away[seat, day] for seat, day in matches)
    assert away[:, 0].any()


def test_who_declines_is_asked_once_a_day_and_never_by_the_same_peer_again() -> None:
    """Everybody declines everybody: both peers are proposed on two days, then nobody is."""
    scenario = SURE.but({"matching.declined": 1.0, "arrivals.walking": 0, "arrivals.waiting": 2})
    run = run_fast(scenario)

    assert len(run.table("matches")["person"]) == 0
    assert run.table("days")["waiting"].tolist() == [2] * 60
    assert run.table("people")["waited"].tolist() == [60, 60]


def test_who_declines_one_peer_may_walk_with_another_the_day_after() -> None:
    """Person by person as their luck says: the day of the match is the number of their refusals."""
    numbers = {"matching.declined": 0.5, "peers.count": 8, "peers.places": 20}
    run = run_fast(SURE.but({**numbers, "arrivals.walking": 0, "arrivals.waiting": 12}))
    people, luck = People.of(run.scenario, Luck(1)), Luck(1)

    says = [people.declines(luck, 0.5, np.arange(12), nth).tolist() for nth in range(8)]
    first_yes = [next(day for day in range(8) if not says[day][each]) for each in range(12)]
    assert run.table("people")["matched"].tolist() == first_yes
    assert max(first_yes) > 1


def test_who_walks_already_never_declines() -> None:
    """Walking people have agreed before the first day, also if they have to wait for a place."""
    run = run_fast(SURE.but({"matching.declined": 1.0}))

    assert run.table("people")["matched"].tolist() == [0, 0, 19]


def test_people_give_up_when_their_patience_is_over() -> None:
    """Nobody speaks their language; each waits as long as their own patience, and is gone."""
    scenario = SURE.but(
        {
            "arrivals.walking": 0,
            "arrivals.waiting": 5,
            "matching.patience": 10,
            "peers.languages": (Speaks(language="es"),),
        }
    )
    run = run_fast(scenario)

    assert rows(run, "people", "matched", "ended", "waited") == [
        (-1, 15, 15),
        (-1, 7, 7),
        (-1, 9, 9),
        (-1, 4, 4),
        (-1, 9, 9),
    ]
    assert {ENDS[each] for each in run.table("people")["why"].tolist()} == {"gave up"}
    assert run.table("days")["waiting"].tolist()[:10] == [5, 5, 5, 5, 4, 4, 4, 3, 3, 1]


def test_who_gave_up_is_passed_over() -> None:
    """A place that comes free is for those who still wait."""
    run = run_fast(SURE.but({"arrivals.waiting": 8, "matching.patience": 12}))
    people = run.table("people")

    gave_up = people["why"] == ENDS.index("gave up")
    assert gave_up.any()
    assert (people["matched"][gave_up] == -1).all()
    assert (people["ended"][gave_up] < 60).all()


# -- peers come and go


def test_whose_peer_leaves_may_wait_for_another() -> None:
    """The peer of the last seat is gone on day 7; ten days later somebody new begins there."""
    leaving = (Leaving(on=date(2026, 1, 12)),)
    numbers = {"peers.leaving": leaving, "peers.vacancy": 10, "arrivals.walking": 2}
    run = run_fast(SURE.but(numbers))

    assert rows(run, "matches", "person", "seat", "generation", "began", "ended") == [
        (0, 0, 0, 0, 18),
        (1, 1, 0, 0, 7),
        (1, 1, 1, 17, 27),
    ]
    assert run.table("matches")["why"].tolist()[1] == ENDS.index("peer left")
    assert rows(run, "people", "matched", "ended", "waited", "held")[1] == (0, 27, 10, 3)
    assert rows(run, "peers", "seat", "generation", "began", "ended", "talks") == [
        (0, 0, -365, -1, 60),
        (1, 0, -365, 6, 7),
        (1, 1, 17, -1, 43),
    ]
    assert run.table("days")["serving"].tolist()[5:19] == [2, 2, *[1] * 10, 2, 2]


def test_whose_peer_leaves_may_be_lost() -> None:
    """Where nobody stays, it is over for them on that day."""
    leaving = (Leaving(on=date(2026, 1, 12), peers=9),)
    numbers = {"peers.leaving": leaving, "matching.stays_after_loss": 0.0, "arrivals.walking": 2}
    run = run_fast(SURE.but(numbers))

    assert rows(run, "people", "ended", "held") == [(7, 1), (7, 1)]
    assert {ENDS[each] for each in run.table("people")["why"].tolist()} == {"lost peer"}
    assert run.table("days")["walking"].tolist()[6:8] == [2, 0]


def test_who_leaves_after_the_last_day_does_not_leave_in_the_run() -> None:
    """What lies after the run is nothing; who left by the first day was never counted."""
    later = SURE.but({"peers.leaving": (Leaving(on=date(2027, 1, 1)),)})

    assert run_fast(later).table("peers")["ended"].tolist() == [-1, -1]
    for day in (date(2026, 1, 1), SURE.begins):
        with pytest.raises(BadInput, match=r"Peers\.leaving: give a day after the first"):
            SURE.but({"peers.leaving": (Leaving(on=day),)})


def test_who_gives_notice_serves_it_out_and_takes_nobody_new() -> None:
    """At the review on day 28 both give notice; they serve through day 34."""
    numbers = {"peers.turnover": 1.0, "peers.notice": 7, "peers.vacancy": 5, "peers.places": 2}
    run = run_fast(SURE.but({**numbers, "course.dose": 30, "arrivals.walking": 3}))

    assert rows(run, "peers", "seat", "generation", "began", "ended") == [
        (0, 0, -365, 34),
        (0, 1, 40, -1),
        (1, 0, -365, 34),
        (1, 1, 40, -1),
    ]
    assert rows(run, "matches", "person", "seat", "generation", "began", "ended") == [
        (0, 0, 0, 0, 35),
        (1, 1, 0, 0, 35),
        (2, 0, 0, 0, 35),
        (0, 0, 1, 40, -1),
        (1, 1, 1, 40, -1),
        (2, 0, 1, 40, -1),
    ]


def test_during_their_notice_peers_are_not_proposed() -> None:
    """Who waits while both are on notice waits for those who follow."""
    numbers = {"peers.turnover": 1.0, "peers.notice": 20, "peers.vacancy": 1, "course.dose": 1}
    run = run_fast(SURE.but({**numbers, "arrivals.per_week": 5.0}))
    began = {day for _, _, _, day, *_ in rows(run, "matches")}

    assert began & {*range(10, 28)}
    assert not began & {*range(28, 49)}
    assert 49 in began


def test_notice_of_no_days_ends_with_the_day() -> None:
    """The review comes after the start of the day: who gives notice then is gone the day after."""
    run = run_fast(SURE.but({"peers.turnover": 1.0, "peers.notice": 0, "days": 40}))

    assert run.table("peers")["ended"].tolist() == [28, 28]


def test_who_left_before_their_notice_was_over_leaves_once() -> None:
    """A successor in the post does not leave on the day that was another's last."""
    leaving = (Leaving(on=date(2026, 2, 5), peers=2),)
    numbers = {"peers.turnover": 1.0, "peers.notice": 20, "peers.vacancy": 2}
    run = run_fast(SURE.but({**numbers, "peers.leaving": leaving, "days": 55}))

    assert rows(run, "peers", "seat", "generation", "began", "ended") == [
        (0, 0, -365, 30),
        (0, 1, 33, -1),
        (1, 0, -365, 30),
        (1, 1, 33, -1),
    ]


# -- whom a place is for


def test_the_place_that_has_been_free_longest_is_taken_first() -> None:
    """On the first day one of each peer, then the second of each."""
    run = run_fast(SURE.but({"peers.places": 3, "arrivals.walking": 5}))

    assert run.table("matches")["seat"].tolist() == [0, 1, 0, 1, 0]


def test_who_walks_with_fewest_is_proposed_first() -> None:
    """Where the scenario says so: after the first two ended, both seats stand alike again."""
    numbers = {"matching.choosing": Choosing.LEAST_LOADED, "peers.places": 3}
    run = run_fast(SURE.but({**numbers, "arrivals.walking": 4, "arrivals.per_week": 4.0}), seed=2)

    load = {0: 0, 1: 0}
    ends = sorted((ended, seat) for seat, ended in rows(run, "matches", "seat", "ended"))
    began = rows(run, "matches", "began", "seat")
    waiting = run.table("people")["waited"].sum()
    for day, seat in began:
        while ends and 0 <= ends[0][0] < day:
            load[ends.pop(0)[1]] -= 1
        assert load[seat] == min(load.values()) or waiting
        load[seat] += 1
    assert [seat for _, seat in began[:4]] == [0, 1, 0, 1]


def test_only_a_peer_who_shares_the_need_is_proposed() -> None:
    """Everybody's peers serve what they need, in every generation."""
    run = run_fast(ROUGH)
    need = run.table("people")["need"]
    serves: dict[tuple[int, int], Any] = {}
    for seat, generation, began, *_ in rows(run, "peers"):
        found = posts(ROUGH, Luck(1), [seat], generation, began)
        serves[seat, generation] = found.serves[0]

    assert not all(each.all() for each in serves.values())
    for person, seat, generation, *_ in rows(run, "matches"):
        assert serves[seat, generation][need[person]]


# -- beyond the role, groups and beds


def test_what_is_asked_beyond_the_role_is_refused_and_may_be_given_in_to() -> None:
    """Always asked, always given in to: a quarter of an hour of each of three sessions."""
    numbers = {"sessions.asked_beyond": 1.0, "sessions.drift": 1.0, "arrivals.walking": 1}
    run = run_fast(SURE.but(numbers))

    assert rows(run, "sessions", "day", "minutes", "beyond") == [
        (4, 45, 15),
        (11, 45, 15),
        (18, 45, 15),
    ]
    assert [run.words["activity"][each] for each in run.table("sessions")["asked"].tolist()] == [
        "case-management",
        "therapy",
        "case-management",
    ]
    assert said(run) == [
        (4, "activity.asked", "case-management", 0, 0),
        (11, "activity.asked", "therapy", 0, 0),
        (18, "activity.asked", "case-management", 0, 0),
    ]
    assert rows(run, "peers", "minutes", "beyond") == [(135, 45), (0, 0)]


def test_a_peer_who_never_gives_in_spends_no_minute_on_it() -> None:
    """It is asked and refused all the same."""
    numbers = {"sessions.asked_beyond": 1.0, "sessions.drift": 0.0, "arrivals.walking": 1}
    run = run_fast(SURE.but(numbers))

    assert run.table("peers")["beyond"].tolist() == [0, 0]
    assert len(said(run)) == 3


def test_no_more_than_the_session_is_spent_beyond_the_role() -> None:
    """Who has 45 minutes spends 45 at most."""
    numbers = {"sessions.asked_beyond": 1.0, "sessions.drift": 1.0, "sessions.beyond_minutes": 90}
    run = run_fast(SURE.but(numbers))

    assert set(run.table("sessions")["beyond"].tolist()) == {45}


def test_what_a_handbook_allows_is_no_drift(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is written that it was asked for; there is no refusal, and no minute beyond the role."""
    for module in ("lives.beyond", "fast.reading", "fast.asks", "fast.tables"):
        monkeypatch.setattr(f"peerkit.simulation.{module}.BEYOND", ("listen",))
    numbers = {"sessions.asked_beyond": 1.0, "sessions.drift": 1.0, "arrivals.walking": 1}
    _reading.cache_clear()
    run = run_fast(SURE.but(numbers))
    _reading.cache_clear()

    assert run.words["activity"] == ("listen",)
    assert run.table("sessions")["asked"].tolist() == [0, 0, 0]
    assert said(run) == []
    assert run.table("peers")["beyond"].tolist() == [0, 0]


def test_a_group_is_planned_with_as_many_as_the_book_allows() -> None:
    """Four are expected, three may come: refused, and planned again with three."""
    numbers = {"arrivals.walking": 4, "peers.places": 4, "limits.group-size": 3, "days": 15}
    groups = {"groups.count": 1, "groups.joins": 1.0, "groups.comes": 1.0}
    run = run_fast(SURE.but({**numbers, **groups}))

    assert rows(run, "groups") == [
        (0, 0, 0, 0, 3, 3, 90),
        (7, 0, 0, 0, 3, 3, 90),
        (14, 0, 0, 0, 3, 3, 90),
    ]
    assert said(run) == [(day, "session.planned", "group-size", -1, 0) for day in (0, 7, 14)]
    # Four sessions of 45 minutes with two people, and three groups.
    assert run.table("peers")["minutes"].tolist()[0] == 450


def test_a_group_does_not_meet_without_supervision_or_its_leader() -> None:
    """Its plan is refused where supervision is overdue; on days away nobody even asks."""
    numbers = {"peers.supervision_missed": 1.0, "limits.supervision-weeks": 1, "days": 22}
    groups = {"groups.count": 1, "groups.joins": 1.0, "course.dose": 30}
    late = run_fast(SURE.but({**numbers, **groups}))
    away = run_fast(SURE.but({**groups, "peers.leave_per_year": 50.0, "days": 57}), seed=4)
    out = posts(away.scenario, Luck(4), [0]).away[0]

    assert [day for day, _, _, person, _ in said(late) if person == -1] == [7, 14, 21]
    assert late.table("groups")["day"].tolist() == [0]
    met = away.table("groups")["day"].tolist()
    assert met
    assert len(met) < 9
    assert not out[met].any()


def test_without_plans_nothing_about_a_group_is_refused() -> None:
    """Groups meet as they are, and are written down."""
    numbers = {"arrivals.walking": 4, "peers.places": 4, "limits.group-size": 3, "days": 8}
    groups = {"groups.count": 1, "groups.joins": 1.0, "groups.comes": 0.0}
    run = run_fast(SURE.but({**numbers, **groups, "sessions.planning": Planning.NONE}))

    assert rows(run, "groups", "expected", "came", "minutes") == [(4, 0, 0), (4, 0, 0)]
    assert said(run) == []


def test_a_stay_longer_than_the_book_allows_is_refused_and_offered_anew() -> None:
    """Five nights were asked for, four may be."""
    beds = Beds(count=1, per_week=3.5, nights=Shares((5,), (1,)))
    run = run_fast(SURE.but({"beds": beds, "limits.respite-nights": 4, "arrivals.walking": 0}))

    stays = [each for each in rows(run, "stays") if each[1] >= 0]
    assert stays
    assert {nights for *_, nights in stays} == {4}
    assert [(day, act, clause) for day, act, clause, *_ in said(run)] == [
        (began, "stay.offered", "respite-nights") for _, began, _ in stays
    ]


def test_where_no_night_is_allowed_every_offer_is_refused() -> None:
    """On the day of the offer; nobody stays."""
    beds = Beds(count=1, per_week=3.5)
    run = run_fast(SURE.but({"beds": beds, "limits.respite-nights": 0, "arrivals.walking": 0}))
    stays = rows(run, "stays")

    assert stays
    assert {each[1:] for each in stays} == {(-1, 0)}
    assert [day for day, *_ in said(run)] == [asked for asked, *_ in stays]


# -- what holds of any run


def test_the_tables_of_a_rough_program_agree_with_each_other() -> None:
    """What is added up in one table is what stands row by row in another."""
    run = run_fast(ROUGH, seed=7, run=2)
    tables = {name: run.table(name) for name in TABLES}
    people, sessions, peers, days = (
        tables[each] for each in ("people", "sessions", "peers", "days")
    )
    count = len(people["person"])

    for at, status in enumerate(STATUSES):
        here = sessions["person"][sessions["status"] == at]
        assert np.bincount(here, minlength=count).tolist() == people[status].tolist()
        assert people[status].sum() > 0
    minutes = np.zeros(count, np.int64)
    np.add.at(minutes, sessions["person"], sessions["minutes"])
    assert minutes.tolist() == people["minutes"].tolist()
    assert people["waited"].sum() == days["waiting"].sum()
    assert peers["minutes"].sum() == sessions["minutes"].sum() + tables["groups"]["minutes"].sum()
    assert peers["beyond"].sum() == sessions["beyond"].sum() > 0
    assert {ENDS[each] for each in people["why"].tolist()} == {*ENDS} - {"peer left"}
    order = sessions["day"].astype(np.int64) * count + sessions["person"]
    assert (np.diff(order) > 0).all()
    assert (np.diff(tables["refusals"]["day"]) >= 0).all()
    asked = [each for each in said(run) if each[1] == "session.planned" and each[3] >= 0]
    assert len(asked) == people["refused"].sum()


def test_every_column_is_there_in_its_own_kind() -> None:
    """Also where a table has no row."""
    run = run_fast(SURE.but({"arrivals.walking": 0, "days": 1}))

    assert [*run.tables] == [*COLUMNS]
    assert len(run.tables) == len(COLUMNS)
    for name, columns in COLUMNS.items():
        assert {each: str(of.dtype) for each, of in run.table(name).items()} == {
            each.name: each.dtype for each in columns
        }
    assert len(run.table("sessions")["day"]) == 0
    assert run.table("days")["serving"].tolist() == [2]


def test_a_table_of_another_name_is_refused() -> None:
    """It says which there are."""
    with pytest.raises(BadInput, match="is no table; there are people, matches, sessions"):
        run_fast(SURE.but({"days": 1})).table("person")


def test_a_run_is_the_same_every_time_and_another_seed_is_another() -> None:
    """Nothing is left between two runs."""
    one, again, other = run_fast(ROUGH, 3, 1), run_fast(ROUGH, 3, 1), run_fast(ROUGH, 4, 1)

    assert all(rows(one, name) == rows(again, name) for name in TABLES)
    assert rows(one, "people") != rows(other, "people")
    assert (one.seed, one.number, one.engine) == (3, 1, Engine.FAST)


def test_a_busy_program_is_as_others_have_simulated_it() -> None:
    """The means of thirty years agree with 300 runs of a plain event loop with a heap."""
    runs = [simulate(BUSY, run=each) for each in range(30)]
    expected = {
        "matched": (908.1, 0.05),
        "held": (41697, 0.02),
        "missed": (10423, 0.03),
        "left": (858.1, 0.05),
        "used": (0.9914, 0.015),
        "days": (379066, 0.03),
    }
    found = [busy(each) for each in runs]

    for name, (mean, far) in expected.items():
        assert np.mean([each[name] for each in found]) == pytest.approx(mean, rel=far)


#: 50 peers with 20 places, nearly all taken, and 20 people who come in a week.
BUSY = Scenario(
    peers=Peers(count=50, places=20),
    arrivals=Arrivals(per_week=20, walking=950),
    matching=Matching(declined=0, patience=0),
    sessions=Sessions(
        every=Shares((7,), (1,)), cancelled=0, asked_beyond=0, planning=Planning.NONE
    ),
    course=Course(dose=0),
)


def busy(run: Run) -> dict[str, float]:
    """What the other simulations of this program tell of a year."""
    people, days = run.table("people"), run.table("days")
    came = people["began"] == 0
    return {
        "matched": int((came & (people["matched"] >= 0)).sum()),
        "held": int(people["held"].sum()),
        "missed": int(people["missed"].sum()),
        "left": int((people["why"] == ENDS.index("left")).sum()),
        "used": float(days["walking"].mean()) / (50 * 20),
        "days": int(days["walking"].sum() + days["waiting"].sum()),
    }


# -- what is not followed


@pytest.mark.parametrize(
    "limit",
    [
        "minutes-a-day",
        "minutes-a-week",
        "minutes-a-year",
        "supervision-minutes-a-month",
        "supervision-sessions-a-month",
        "work-hours-for-each-supervision-hour",
    ],
)
def test_a_limit_that_is_not_followed_is_refused_by_name(limit: str) -> None:
    """It says which, and where it is followed."""
    with pytest.raises(BadInput, match=rf"'{limit}' is not followed here; give engine=Engine.DOOR"):
        run_fast(SURE.but({f"limits.{limit}": 1}))


def test_a_limit_that_nobody_can_reach_is_followed() -> None:
    """One session of 45 minutes a day, and 90 in a group, are no more than 135."""
    numbers: dict[str, Any] = {"limits.minutes-a-day": 135, "limits.minutes-a-year": 50_000}
    scenario = SURE.but({**numbers, "groups.count": 1})

    assert run_fast(scenario).engine is Engine.FAST
    with pytest.raises(BadInput, match="minutes-a-day"):
        run_fast(scenario.but({"limits.minutes-a-day": 134}))


def test_limits_of_plans_say_nothing_where_nothing_is_planned() -> None:
    """Without plans, minutes are not asked for beforehand."""
    numbers = {"limits.minutes-a-week": 1, "sessions.planning": Planning.NONE}

    assert run_fast(SURE.but(numbers)).table("people")["held"].sum() == 9


def test_an_engine_is_one_of_two() -> None:
    """By arrays, or through the door of a program."""
    scenario = SURE.but({"days": 3, "arrivals.walking": 1})

    assert simulate(scenario).engine is Engine.FAST
    assert simulate(scenario, engine=Engine.DOOR).engine is Engine.DOOR
    with pytest.raises(BadInput, match=r"give Engine\.FAST or Engine\.DOOR"):
        simulate(scenario, engine="fast")  # type: ignore[arg-type]  # as a mistake would
