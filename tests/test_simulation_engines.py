"""Two engines, written apart from one text, say the same of every scenario."""

from __future__ import annotations

import os
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from peerkit.model import Experience, Role
from peerkit.simulation.door.year import run_through_the_door
from peerkit.simulation.fast.year import run_fast
from peerkit.simulation.record import TABLES, Run
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

#: How many scenarios are lived by both engines.
ROUNDS = int(os.environ.get("PEERKIT_ENGINES_ROUNDS", "14"))
BEGINS = date(2026, 1, 5)
NEEDS = (
    (Need(),),
    (
        Need(experience=Experience.ILLNESS, share=0.5),
        Need(experience=Experience.MILITARY_SERVICE, language="es", share=0.5),
    ),
    (Need(language="fr", share=0.3), Need(language="en", share=0.7)),
)
LIVED = (
    (),
    (Lived(experience=Experience.ILLNESS, share=0.6), Lived(experience=Experience.ISOLATION)),
    (Lived(experience=Experience.MILITARY_SERVICE, share=0.5),),
)
SPEAKS = ((), (Speaks(language="en", share=0.9), Speaks(language="es", share=0.5)))
LAYERS = ((), ("us/nc",), ("us/tx",), ("us/mo", "us/federal"))
LIMITS: tuple[dict[str, int], ...] = (
    {},
    {"caseload": 3},
    {"caseload": 5, "supervision-weeks": 2, "group-size": 3, "respite-nights": 4},
)


@st.composite
def peers(draw: st.DrawFn) -> Peers:
    """Some peers: over-planned or not, often away, with or without supervision, leaving."""
    leaving = draw(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 3)), max_size=2))
    return Peers(
        count=draw(st.integers(2, 6)),
        places=draw(st.sampled_from((0, 1, 2, 4, 8, 25))),
        role=draw(st.sampled_from((Role.WORKER, Role.SPECIALIST, Role.VOLUNTEER))),
        experiences=draw(st.sampled_from(LIVED)),
        languages=draw(st.sampled_from(SPEAKS)),
        supervision_every=draw(st.sampled_from((7, 14, 35, 50, 366))),
        supervision_missed=draw(st.sampled_from((0.0, 0.5, 1.0))),
        leave_per_year=draw(st.sampled_from((0.0, 6.0, 40.0))),
        turnover=draw(st.sampled_from((0.0, 0.9, 1.0))),
        turnover_load=draw(st.sampled_from((0.0, 1.0))),
        turnover_unsupervised=draw(st.sampled_from((0.0, 2.0))),
        notice=draw(st.sampled_from((0, 1, 14))),
        vacancy=draw(st.sampled_from((1, 10))),
        leaving=tuple(
            Leaving(on=BEGINS + timedelta(days=day), peers=many) for day, many in leaving
        ),
    )


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """A small program in which anything may happen, and much of it goes wrong."""
    return Scenario(
        begins=BEGINS,
        days=draw(st.integers(1, 75)),
        layers=draw(st.sampled_from(LAYERS)),
        limits=draw(st.sampled_from(LIMITS)),
        arrivals=Arrivals(
            per_week=draw(st.sampled_from((0.0, 2.0, 6.0))),
            needs=draw(st.sampled_from(NEEDS)),
            walking=draw(st.sampled_from((0, 3, 25))),
            waiting=draw(st.integers(0, 5)),
        ),
        peers=draw(peers()),
        matching=Matching(
            choosing=draw(st.sampled_from(Choosing)),
            shared=draw(st.booleans()),
            declined=draw(st.sampled_from((0.0, 0.4, 1.0))),
            patience=draw(st.sampled_from((0, 5, 60))),
            stays_after_loss=draw(st.sampled_from((0.0, 0.7, 1.0))),
        ),
        sessions=Sessions(
            every=draw(st.sampled_from((Shares((7, 14), (0.8, 0.2)), Shares((1,), (1.0,))))),
            minutes=draw(st.sampled_from((Shares((30, 60), (0.5, 0.5)), Shares((300,), (1.0,))))),
            no_show=draw(st.sampled_from((0.0, 0.3))),
            cancelled=draw(st.sampled_from((0.0, 0.2))),
            planning=draw(st.sampled_from(Planning)),
            asked_beyond=draw(st.sampled_from((0.0, 0.3, 1.0))),
            drift=draw(st.sampled_from((0.0, 0.4, 1.0))),
            beyond_minutes=draw(st.sampled_from((15, 45))),
        ),
        course=Course(
            dose=draw(st.sampled_from((0.0, 4.0))), hazard=draw(st.sampled_from((0.02, 0.2)))
        ),
        groups=Groups(
            count=draw(st.sampled_from((0, 1, 9))),
            size=draw(st.sampled_from((2, 10))),
            joins=draw(st.sampled_from((0.3, 1.0))),
            comes=draw(st.sampled_from((0.0, 0.5, 1.0))),
            minutes=draw(st.sampled_from((90, 480))),
        ),
        beds=Beds(
            count=draw(st.sampled_from((0, 0, 2))),
            per_week=draw(st.sampled_from((0.0, 6.0))),
            patience=draw(st.integers(0, 3)),
        ),
    )


def unlike(one: Run, other: Run) -> list[str]:
    """Where two runs differ: each table's first row that is not the same."""
    found = [] if one.words == other.words else [f"words: {one.words} {other.words}"]
    for name in TABLES:
        left, right = one.table(name), other.table(name)
        rows = [
            [*zip(*(each.tolist() for each in it.values()), strict=True)] for it in (left, right)
        ]
        if [*left] != [*right]:
            found.append(f"{name}: {[*left]} {[*right]}")
        if rows[0] != rows[1]:
            pairs = ((at, a, b) for at, (a, b) in enumerate(zip(*rows, strict=False)) if a != b)
            where = next(pairs, ("rows", len(rows[0]), len(rows[1])))
            found.append(f"{name} ({', '.join(left)}): {where}")
        found += [
            f"{name}.{each}: {left[each].dtype} {right[each].dtype}"
            for each in left
            if left[each].dtype != right[each].dtype
        ]
    return found


#: Everything at once, for long enough that rare things meet on one day.
CROWDED = Scenario(
    begins=BEGINS,
    days=250,
    limits={"caseload": 5, "group-size": 3, "respite-nights": 4},
    arrivals=Arrivals(per_week=12, needs=NEEDS[1], walking=20, waiting=5),
    peers=Peers(
        count=6,
        places=7,
        experiences=LIVED[1],
        languages=SPEAKS[1],
        supervision_every=20,
        supervision_missed=0.5,
        leave_per_year=12,
        turnover=0.9,
        notice=3,
        vacancy=2,
        leaving=(Leaving(on=BEGINS + timedelta(days=100), peers=2),),
    ),
    matching=Matching(declined=0.3, patience=20),
    sessions=Sessions(
        every=Shares((2, 7), (0.5, 0.5)), asked_beyond=0.8, drift=0.5, drift_load=10.0
    ),
    groups=Groups(count=8, size=5, joins=0.9),
    beds=Beds(count=2, per_week=4, patience=2),
)


@pytest.mark.once
@pytest.mark.parametrize("choosing", Choosing)
def test_they_do_where_everything_happens_at_once(choosing: Choosing) -> None:
    """What is refused, asked for and left on one day stands in one order."""
    scenario = CROWDED.but({"matching.choosing": choosing})
    door, fast = run_through_the_door(scenario), run_fast(scenario)

    assert unlike(door, fast) == []
    assert {*door.words["clause"]} >= {"caseload", "supervision", "group-size", "respite-nights"}


@pytest.mark.once
def test_they_do_where_places_are_free_since_one_day() -> None:
    """A place that was given up and one of a peer who has begun: the lower post is asked first."""
    numbers = {"arrivals.per_week": 2.0, "arrivals.walking": 3, "course.dose": 3.0}
    alike = {"peers.experiences": (), "peers.languages": (), "matching.stays_after_loss": 0.2}
    scenario = CROWDED.but({**numbers, **alike})

    assert unlike(run_through_the_door(scenario), run_fast(scenario)) == []


@pytest.mark.once
@given(scenario=scenarios(), seed=st.integers(0, 1000), run=st.integers(0, 3))
@settings(
    max_examples=ROUNDS,
    deadline=None,
    derandomize=ROUNDS == 14,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_both_engines_fill_the_same_tables(scenario: Scenario, seed: int, run: int) -> None:
    """Row by row and number by number, whatever goes wrong in a program."""
    door = run_through_the_door(scenario, seed, run)
    fast = run_fast(scenario, seed, run)

    note(repr(scenario))
    assert unlike(door, fast) == []
    assert door.edition == fast.edition
