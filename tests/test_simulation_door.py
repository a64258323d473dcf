"""A scenario lived through the door of a real program: whatever is refused, the rules refused."""

from __future__ import annotations

import pickle
import re
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

import peerkit as pk
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.simulation.door.answering import NotInTheModel
from peerkit.simulation.door.year import run_through_the_door
from peerkit.simulation.lives.beds import requests, stays
from peerkit.simulation.lives.luck import Luck
from peerkit.simulation.record import ENDS, STATUSES, Engine, Run
from peerkit.simulation.scenarios.scenario import (
    Arrivals,
    Beds,
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
from peerkit.stores.memory import MemoryStore
from tests.test_simulation_engines import unlike

#: A small program in which most things happen.
BUSY = Scenario(
    days=50,
    arrivals=Arrivals(per_week=4, walking=8, waiting=3),
    peers=Peers(
        count=3,
        places=6,
        role=pk.Role.SPECIALIST,
        leave_per_year=12,
        vacancy=5,
        leaving=(Leaving(on=date(2026, 1, 25), peers=1),),
    ),
    matching=Matching(declined=0.3),
    sessions=Sessions(asked_beyond=0.5, drift=0.5),
)


#: A house of its own, whose book the model of a rehearsal does not know.
QUIET = """[layer]
id = "quiet-house"
title = "A house in which nobody listens without a supervisor"

[[activity]]
id = "listen"
verdict = "needs_consultation"
clause = "own-competence"
"""


def kept(store: MemoryStore, *layers: str) -> pk.Program:
    """The program that was lived, to look at."""
    return pk.Program(store, handbook=pk.Handbook.load(*layers))


def words(run: Run, column: str) -> Counter[str]:
    """How often each word stands in a column of the refusals."""
    return Counter(run.words[column][each] for each in run.table("refusals")[column].tolist())


class TestWhatIsKept:
    """The tables tell what the program keeps."""

    def test_every_step_is_an_act(self) -> None:
        """People, matches and sessions are counted alike in the tables and in the program."""
        store = MemoryStore()

        run = run_through_the_door(BUSY, store=store)

        program = kept(store)
        held = [*program.every(pk.Session, status=pk.SessionStatus.HELD)]
        statuses = Counter(run.table("sessions")["status"].tolist())
        matches = [
            each
            for each in program.every(pk.Match)
            if each.status in {pk.MatchStatus.ACCEPTED, pk.MatchStatus.ENDED}
        ]
        assert run.engine is Engine.DOOR
        assert run.edition == program.handbook.edition
        assert len([*program.every(pk.Participant)]) == len(run.table("people")["person"]) > 20
        assert len([*program.every(pk.Peer)]) == len(run.table("peers")["seat"]) == 4
        assert len(matches) == len(run.table("matches")["person"]) > 10
        assert len(held) == statuses[STATUSES.index("held")] > 40
        assert sum(each.minutes for each in held) == run.table("people")["minutes"].sum()
        assert "peer left" in {ENDS[each] for each in run.table("matches")["why"].tolist()}
        assert program.verify().whole

    def test_what_was_done_beyond_the_role_is_written_down_and_looked_at(self) -> None:
        """Its minutes do not count as peer support, and a concern waits for the next talk."""
        store = MemoryStore()

        run = run_through_the_door(BUSY, store=store)

        program = kept(store)
        sessions = program.every(pk.Session, status=pk.SessionStatus.HELD)
        uncounted = sum(each.minutes - each.counted for each in sessions)
        concerns = Counter(each.status for each in program.every(pk.Concern))
        gave_in = run.table("sessions")["beyond"] > 0
        assert uncounted == run.table("peers")["beyond"].sum() > 100
        assert sum(concerns.values()) == gave_in.sum()
        assert concerns[pk.ConcernStatus.CLOSED] > 0

    def test_a_file_keeps_the_same(self, tmp_path: Path) -> None:
        """Kept in a file or in memory, it is the same journal, told the same."""
        memory = MemoryStore()

        one = run_through_the_door(BUSY, 7, store=memory)
        with pk.Program.open(tmp_path / "lived.db") as program:
            other = run_through_the_door(BUSY, 7, store=program.store)
            found = program.verify()

        assert unlike(one, other) == []
        assert found.whole
        assert found.head == kept(memory).verify().head

    def test_notices_are_told_at_the_end_of_each_day(self) -> None:
        """Nothing waits when it is over; what was answered the same day is not told any more."""
        store, notifier = MemoryStore(), MemoryNotifier()

        run_through_the_door(BUSY, store=store, tell=notifier)

        told = Counter(each.kind for each in notifier.told)
        assert told["match.accepted"] > 20
        assert told["concern.opened"] > 10
        assert "session.planned" not in told
        assert kept(store).tell(notifier).waiting == 0

    def test_another_seed_and_another_run_are_another_life(self) -> None:
        """And the same ones are the same."""
        runs = [run_through_the_door(BUSY, *which) for which in ((1, 0), (1, 0), (1, 1), (2, 0))]

        assert unlike(runs[0], runs[1]) == []
        assert unlike(runs[0], runs[2])
        assert unlike(runs[0], runs[3])

    def test_who_walks_together_has_lived_the_same_and_speaks_to_each_other(self) -> None:
        """As they told the program: so a matching of one's own can be tried on it."""
        store = MemoryStore()
        illness, military = pk.Experience.ILLNESS, pk.Experience.MILITARY_SERVICE
        needs = (
            Need(experience=illness, language="es", share=0.5),
            Need(experience=military, share=0.5),
        )
        scenario = BUSY.but(
            {
                "peers.count": 6,
                "arrivals.needs": needs,
                "peers.experiences": (
                    Lived(experience=illness, share=0.7),
                    Lived(experience=military, share=0.7),
                ),
                "peers.languages": (Speaks(language="en"), Speaks(language="es", share=0.6)),
            }
        )

        run_through_the_door(scenario, store=store)

        program = kept(store)
        people = {each.id: each for each in program.every(pk.Person)}
        lived = {id_: {each.of for each in one.experiences} for id_, one in people.items()}
        spoken = {each.id: {*each.languages} for each in program.every(pk.MatchProfile)}
        pairs = [(each.peer, each.participant) for each in program.every(pk.Match)]
        assert len(pairs) > 20
        assert all(lived[peer] & lived[participant] for peer, participant in pairs)
        assert all(spoken[peer] & spoken[participant] for peer, participant in pairs)
        assert {"en"} in spoken.values()
        assert {illness} in lived.values()


class TestWhatIsRefused:
    """Only the program's own answer is a refusal."""

    @pytest.mark.once
    @pytest.mark.parametrize(
        ("layer", "clause"),
        [
            ("us/oh", "minutes-a-day"),
            ("us/ky", "minutes-a-week"),
            ("us/tn", "work-hours-for-each-supervision-hour"),
            ("boards/ncprss", "supervision-sessions-a-month"),
        ],
    )
    def test_limits_that_only_the_door_follows(self, layer: str, clause: str) -> None:
        """Minutes a day or a week, and supervision by the month, are counted by the program."""
        scenario = BUSY.but(
            {
                "layers": (layer,),
                "days": 70,
                "peers.supervision_every": 90,
                "peers.supervision_missed": 1.0,
                "limits.supervision": 12,
                "peers.count": 1,
                "peers.places": 12,
                "arrivals.walking": 12,
                "sessions.every": Shares((1,), (1.0,)),
                "sessions.minutes": Shares((240,), (1.0,)),
                "course.dose": 0.0,
                "groups": Groups(count=1, joins=1.0),
            }
        )

        assert words(run_through_the_door(scenario), "clause")[clause] > 10

    def test_a_full_supervisor_is_followed_by_another(self) -> None:
        """Where the book says how many peers one supervisor has, nobody has more."""
        store = MemoryStore()

        run_through_the_door(
            BUSY.but({"peers.count": 10, "days": 40, "limits.peers-for-one-supervisor": 3}),
            store=store,
        )

        serving = kept(store).every(pk.Peer, status=pk.PeerStatus.SERVING)
        assert max(Counter(each.supervisor for each in serving).values()) == 3

    def test_what_the_model_does_not_know_is_not_swallowed(self, tmp_path: Path) -> None:
        """A house in which listening is asked about first: the error names no person."""
        house = tmp_path / "quiet-house.toml"
        house.write_text(QUIET, encoding="utf-8")

        with pytest.raises(NotInTheModel) as raised:
            run_through_the_door(BUSY.but({"layers": (str(house),)}))

        error = pickle.loads(pickle.dumps(raised.value))  # noqa: S301 - our own
        assert error.act == "session.planned"
        assert date(2026, 1, 5) < error.day < date(2026, 1, 15)
        assert error.clause == "own-competence"
        assert str(error) == str(raised.value)
        assert not re.search("peer-0|person-0", str(error))

    def test_a_program_that_is_not_empty_is_left_alone(self) -> None:
        """Nobody's program is mixed with a made-up one."""
        store = MemoryStore()
        run_through_the_door(BUSY.but({"days": 1}), store=store)
        entries = kept(store).verify().entries

        with pytest.raises(pk.BadInput) as raised:
            run_through_the_door(BUSY.but({"days": 1}), store=store)

        assert raised.value.place == "store"
        assert kept(store).verify().entries == entries

    def test_a_day_with_more_sessions_than_hours_goes_on(self) -> None:
        """Nothing in the model keeps a peer from it; the rules say no of two plans at once."""
        scenario = BUSY.but(
            {
                "peers.count": 1,
                "days": 9,
                "arrivals.walking": 6,
                "arrivals.per_week": 0.0,
                "arrivals.waiting": 0,
                "sessions.every": Shares((1,), (1.0,)),
                "sessions.minutes": Shares((300,), (1.0,)),
                "sessions.no_show": 0.0,
                "sessions.cancelled": 0.0,
                "peers.leave_per_year": 0.0,
                "course": Course(dose=0, hazard=0),
            }
        )

        met = run_through_the_door(scenario).table("sessions")

        last = met["minutes"][met["day"] == 8]
        assert last.tolist() == [300] * 6


class TestGroupsAndBeds:
    """Groups meet, and guests come and go, by acts as well."""

    def test_a_group_that_is_too_large_is_planned_for_fewer(self) -> None:
        """The refusal is told, and those who were not planned for are not expected."""
        store = MemoryStore()
        groups = Groups(count=2, size=10, joins=1.0, comes=0.3)

        run = run_through_the_door(
            BUSY.but({"groups": groups, "limits.group-size": 2}), store=store
        )

        met = run.table("groups")
        held = kept(store).every(pk.Session, status=pk.SessionStatus.HELD)
        came = [len(each.participants) for each in held if each.form is pk.SessionForm.GROUP]
        assert words(run, "clause")["group-size"] > 5
        assert met["expected"].max() == 2
        assert sorted(came) == sorted(each for each in met["came"].tolist() if each)
        assert 0 in met["came"].tolist()
        assert met["minutes"].sum() == 90 * len(came)

    def test_without_plans_whoever_comes_is_there(self) -> None:
        """Nothing is planned, nothing is refused, and only what took place is written down."""
        store = MemoryStore()
        groups = Groups(count=9, size=10, joins=1.0, comes=0.9, minutes=480)
        # One peer leads them all: on the first day of the week there are two.
        alone = {"groups": groups, "sessions.planning": Planning.NONE, "peers.count": 1}
        scenario = BUSY.but({**alone, "peers.leaving": ()})

        run = run_through_the_door(scenario.but({"limits.group-size": 1}), store=store)

        statuses = {each.status for each in kept(store).every(pk.Session)}
        assert run.table("groups")["came"].max() > 1
        assert "group-size" not in words(run, "clause")
        assert statuses == {pk.SessionStatus.HELD}

    def test_guests_come_and_go_round_the_clock(self) -> None:
        """Each stays as long as was worked out for them, and a peer is there on every day."""
        store = MemoryStore()
        beds = Beds(count=2, per_week=5, patience=2)
        scenario = BUSY.but({"beds": beds, "limits.respite-nights": 4, "peers.count": 1})

        run = run_through_the_door(scenario, store=store)

        expected = stays(scenario, requests(scenario, Luck(1)), lambda day: 4)
        found = run.table("stays")
        rows = zip(*(found[each].tolist() for each in ("asked", "began", "nights")), strict=True)
        assert [*rows] == [(each.request.asked, each.began, each.nights) for each in expected]
        assert words(run, "clause")["respite-nights"] == sum(each.refused for each in expected) > 5
        worked = [*kept(store).every(pk.Shift, status=pk.ShiftStatus.WORKED)]
        assert len(worked) == 2 * (scenario.days - 1)
        assert worked[0].ends - worked[0].starts == timedelta(hours=12)

    def test_no_night_is_allowed_at_all(self) -> None:
        """Then nobody stays, and each is refused once."""
        scenario = BUSY.but({"beds": Beds(count=1, per_week=3), "limits.respite-nights": 0})

        run = run_through_the_door(scenario)

        assert set(run.table("stays")["began"].tolist()) == {-1}
        assert words(run, "act")["stay.offered"] == len(run.table("stays")["asked"])


@pytest.mark.parametrize(
    ("make", "place"),
    [
        (lambda: Sessions(every=Shares((0, 7), (0.5, 0.5))), "Sessions.every"),
        (lambda: Sessions(minutes=Shares((0,), (1.0,))), "Sessions.minutes"),
        (lambda: Sessions(minutes=Shares((30, 481), (0.5, 0.5))), "Sessions.minutes"),
        (lambda: Beds(nights=Shares((0,), (1.0,))), "Beds.nights"),
    ],
)
def test_days_minutes_and_nights_that_could_not_be(make: Callable[[], object], place: str) -> None:
    """A rhythm of no days, a session of no time or a working day and more, a stay of no night."""
    with pytest.raises(pk.BadInput) as raised:
        make()

    assert raised.value.place == place
