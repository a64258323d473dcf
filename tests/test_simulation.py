"""A pretend week: the same acts every time, through the same door as everybody."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import peerkit as pk
from peerkit.simulation import PretendWeek, chance
from peerkit.simulation.week import ALSO_TAKE_PART, PEERS
from tests.ordinary import empty

MONDAY = date(2026, 11, 2)
WEEK = PretendWeek(monday=MONDAY)
#: People from elsewhere, with what they lived through; the pretend peers who take part join them.
GUESTS = tuple(
    pk.WelcomeParticipant(
        by="intake",
        id=f"guest-{number:02}",
        experiences=tuple(
            pk.LivedExperience(of=each) for each in list(pk.Experience)[: number % 4]
        ),
    )
    for number in range(36)
)


class TestChance:
    """One stream for each question."""

    @given(st.integers(), st.lists(st.text() | st.integers(), max_size=3))
    def test_one_question_has_one_answer(self, seed: int, purpose: list[str | int]) -> None:
        """Asked again, and whatever else was asked in between."""
        first = [chance(seed, *purpose).random() for _ in range(2)]
        chance(seed, "another question").random()
        random.random()

        assert first == [chance(seed, *purpose).random()] * 2

    def test_the_answers_are_the_same_on_every_machine(self) -> None:
        """Written down here once, and the same in a process with another hash seed."""
        expected = [0.2765763881806743, 0.04339139478228782]
        code = (
            "from peerkit.simulation import chance; "
            "print([chance(1, 'says yes', 'p-7').random(), chance(2, 'x', 3).random()])"
        )
        told = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            text=True,
            env={"PYTHONHASHSEED": "77"},
        )

        assert [chance(1, "says yes", "p-7").random(), chance(2, "x", 3).random()] == expected
        assert told.stdout.strip() == str(expected)

    def test_questions_do_not_share_their_luck(self) -> None:
        """Neither another seed, nor another purpose, nor the same words split another way."""
        streams = [
            chance(1, "a", "b"),
            chance(2, "a", "b"),
            chance(1, "a"),
            chance(1, "ab"),
            chance(1, "a,b"),
            chance(1, "b", "a"),
            chance(1, "a", 1),
            chance(1, "a", "1"),
        ]
        firsts = [each.random() for each in streams]

        assert len(set(firsts)) == len(firsts)

    def test_a_stream_is_spread_evenly(self) -> None:
        """Over a thousand people about half say yes to an even question."""
        yes = sum(chance(1, "even", number).random() < 0.5 for number in range(1000))

        assert 440 < yes < 560


def walked(program: pk.Program, week: PretendWeek = WEEK) -> Iterator[tuple[pk.Act, pk.Decision]]:
    """The week through the door, act by act, but for what is asked in vain and the crossing."""
    for act in (*GUESTS, *week.welcomes()):
        yield act, program.do(act)
    people = {each.id: each for each in program.every(pk.Person)}
    here = [people[each.id] for each in program.every(pk.Participant)]
    pairs = week.pairs(here)
    for act in (*week.matches(here), *week.sessions(pairs)):
        yield act, program.do(act)


def taking_part() -> list[pk.Person]:
    """The guests, and the pretend peers who take part."""
    guests = [pk.Person(id=str(each.id), experiences=each.experiences) for each in GUESTS]
    return [*guests, *(person for _, person in WEEK.serving()[:ALSO_TAKE_PART])]


class TestThePretendWeek:
    """Obviously fake people in an ordinary week."""

    def test_the_same_week_gives_the_same_acts(self) -> None:
        """Twice over, each act with a key of its own: a broken week can be begun again."""
        weeks = []
        for week in (PretendWeek(monday=MONDAY), PretendWeek(monday=MONDAY)):
            pairs = week.pairs(taking_part())
            weeks.append(
                [
                    *week.welcomes(),
                    *week.matches(taking_part()),
                    *week.sessions(pairs),
                    *week.asks(pairs),
                    week.crossing(pairs),
                ]
            )
        keys = [each.key for each in weeks[0]]

        assert weeks[0] == weeks[1]
        assert None not in keys
        assert len(set(keys)) == len(keys)

    def test_another_seed_is_another_week(self) -> None:
        """Other people say yes."""
        other = PretendWeek(monday=MONDAY, seed=2)

        assert other.pairs(taking_part()) != WEEK.pairs(taking_part())

    def test_one_person_more_changes_nobody_elses_answer(self) -> None:
        """Chance is asked by name, so a newcomer at the end moves nobody."""
        few = WEEK.pairs(taking_part())
        many = WEEK.pairs([*taking_part(), pk.Person(id="newcomer")])

        assert many[: len(few)] == few

    @pytest.mark.parametrize("seed", range(1, 13))
    def test_everything_in_it_is_allowed(self, seed: int) -> None:
        """But for what is asked in vain: the simulation walks through the same door, and may."""
        week = PretendWeek(monday=MONDAY, seed=seed)
        with empty(clock=week.clock) as program:
            refused = [
                (act, decision.explain())
                for act, decision in walked(program, week)
                if not decision.allowed
            ]

            assert refused == []
            assert program.verify().whole
            assert len(program.find(pk.Peer, limit=100)) == PEERS
            assert len(program.find(pk.Session, limit=1000)) > 10

    def test_what_is_asked_in_vain_comes_back_with_these_clauses(self) -> None:
        """Each of them for the reason it is meant to show; and it changes nothing."""
        with empty(clock=WEEK.clock) as program:
            assert all(decision.allowed for _, decision in walked(program))
            pairs = WEEK.pairs(taking_part_of(program))
            before = program.store.outbox(), sorted(map(str, program.every(pk.Goal)))
            told = {
                str(act.key): (str(decision.verdict), decisive(decision))
                for act in WEEK.asks(pairs)
                for decision in [program.do(act)]
            }

            assert told == {
                "ask/case": ("not allowed", ["case-management"]),
                "ask/therapy": ("not allowed", ["therapy"]),
                "ask/story": ("needs consent", ["consent"]),
                "ask/goal": ("not allowed", ["own-voice"]),
                "ask/one-more": ("not allowed", ["caseload"]),
                "ask/share": ("needs consent", ["consent"]),
            }
            assert (program.store.outbox(), sorted(map(str, program.every(pk.Goal)))) == before

    def test_the_crossing_is_kept_and_a_concern_is_opened(self) -> None:
        """Medication advice: 20 of 60 minutes do not count, and the supervisor is told."""
        with empty(clock=WEEK.clock) as program:
            assert all(decision.allowed for _, decision in walked(program))
            pairs = WEEK.pairs(taking_part_of(program))
            decision = program.do(WEEK.crossing(pairs))
            (session,) = [
                each for each in program.every(pk.Session) if each.id == "session/crossing"
            ]
            (concern,) = program.every(pk.Concern)

        assert decisive(decision) == ["medication-advice"]
        assert (session.minutes, session.counted) == (60, 40)
        assert concern.clauses == ("medication-advice",)
        assert concern.peer == pairs[0][0]

    def test_done_twice_it_is_answered_and_not_repeated(self) -> None:
        """The keys see to it."""
        with empty(clock=WEEK.clock) as program:
            first = [decision.number for act, decision in walked(program) if act.key]
            second = [decision for act, decision in walked(program) if act.key]

        assert [each.number for each in second] == first
        assert all(each.again for each in second)

    def test_nobody_there_is_an_empty_week(self) -> None:
        """Peers are welcomed, and nobody is proposed to anybody."""
        assert list(WEEK.matches([])) == []
        assert WEEK.pairs([]) == ()
        assert list(WEEK.sessions([])) == []

    @pytest.mark.parametrize("pairs", [(), (("peer-01", "p-1"), ("peer-02", "p-1"))])
    def test_what_needs_more_people_says_so(self, pairs: tuple[tuple[str, str], ...]) -> None:
        """An answer of ours, not one from inside."""
        with pytest.raises(pk.BadInput, match="pairs: bring two participants or more"):
            list(WEEK.asks(pairs))
        with pytest.raises(pk.BadInput, match="pairs: bring a participant with a peer"):
            WEEK.crossing(pairs[:0])

    def test_nobody_walks_with_more_than_the_caseload(self) -> None:
        """However many come."""
        small = PretendWeek(monday=MONDAY, most=2)
        crowd = [pk.Person(id=f"p-{number}") for number in range(200)]
        pairs = small.pairs(crowd)
        peers = [peer for peer, _ in pairs]

        assert max(map(peers.count, peers)) == 2
        assert len(pairs) == 2 * PEERS
        assert len({who for _, who in pairs}) == len(pairs)

    def test_it_happens_from_monday_to_friday(self) -> None:
        """All of it is asked on Friday evening, and no session starts after that."""
        friday = datetime(2026, 11, 6, 18, tzinfo=UTC)
        starts = [
            act.starts
            for act in WEEK.sessions(WEEK.pairs(taking_part()))
            if isinstance(act, (pk.PlanSession, pk.ReportSession))
        ]

        assert WEEK.clock() == friday
        assert min(starts) >= friday - timedelta(days=4, hours=9)
        assert max(starts) < friday

    def test_the_people_are_obviously_fake(self) -> None:
        """Numbered, never named."""
        assert all(peer.id.startswith("peer-") for peer, _ in WEEK.serving())
        assert {person.id for _, person in WEEK.serving()} == {
            peer.id for peer, _ in WEEK.serving()
        }


def taking_part_of(program: pk.Program) -> list[pk.Person]:
    """Everyone who takes part, in the order of the store."""
    people = {each.id: each for each in program.every(pk.Person)}
    return [people[each.id] for each in program.every(pk.Participant)]


def decisive(decision: pk.Decision) -> list[str]:
    """The clauses the verdict rests on."""
    return [each.clause.id for each in decision.findings if each.verdict is decision.verdict]
