"""The waiting list: one place each, aging, who was reached, and that a yes ends the waiting."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

import peerkit as pk
from peerkit.errors import BadInput
from peerkit.matching import (
    declined,
    earlier,
    ending,
    in_order,
    promised,
    unmet,
    unreached,
)
from peerkit.model.support import MATCH
from peerkit.reports import last_met
from tests.ordinary import ANA, LIVED, NOW, TODAY, empty, opened, plan, report, tallies_of, welcome

DAYS = timedelta(days=1)
LIMIT = "reached-within-days"


def waiting(id_: str, days: int, *, reached: int | None = None, **how: Any) -> pk.Waiting:
    """Somebody who has waited so many days, reached so many days ago."""
    last = None if reached is None else NOW - reached * DAYS
    told: dict[str, Any] = {"participant": f"p-{id_}", "since": NOW - days * DAYS} | how
    return pk.Waiting(id=id_, reached=last, **told)


def joined(program: pk.Program, **how: Any) -> pk.Waiting:
    """p-8 joins the list."""
    program.do(pk.JoinWaitingList(by="p-8", id="w-1", participant="p-8", **how)).or_raise()
    (found,) = program.find(pk.Waiting)
    return found


class TestThePlaceOnTheList:
    """Through the door: joining, being reached, leaving, and saying yes."""

    def test_it_counts_from_the_day_it_was_said(self) -> None:
        """Now, unless it was said before; and others may wait as well."""
        program = opened()
        joined(program)
        assert program.do(pk.JoinWaitingList(by="p-7", id="w-7", participant="p-7")).allowed
        again = pk.JoinWaitingList(by="p-7", id="w-8", participant="p-7")
        assert program.do(again).verdict is pk.Verdict.NOT_ALLOWED
        assert joined(opened()).since == NOW
        assert joined(opened(), when=NOW - 3 * DAYS).since == NOW - 3 * DAYS

    def test_a_try_is_counted_and_only_the_last_is_kept(self) -> None:
        """However many there were, the place stays as small as it was."""
        program = opened()
        joined(program, when=NOW - 9 * DAYS)
        for ago, reached in ((5, True), (3, False), (7, True)):
            program.do(
                pk.TryToReach(
                    by="c",
                    participant="p-8",
                    reached=reached,
                    channel="phone",
                    when=NOW - ago * DAYS,
                )
            ).or_raise()
        (found,) = program.find(pk.Waiting)

        assert (found.tries, found.tried, found.reached) == (3, NOW - 3 * DAYS, NOW - 5 * DAYS)
        assert found.heard == NOW - 5 * DAYS
        assert program.verify().whole

    def test_a_try_without_a_place_or_ahead_of_time_leaves_only_the_entry(self) -> None:
        """It is kept all the same: a report is never refused."""
        program = opened()
        tried = pk.TryToReach(by="c", participant="p-7", reached=True, channel="phone")
        assert program.do(tried).allowed
        joined(program)
        ahead = attrs.evolve(tried, participant="p-8", when=NOW + DAYS)
        decision = program.do(ahead)
        (found,) = program.find(pk.Waiting)

        assert decision.verdict is pk.Verdict.NEEDS_FACTS
        assert decision.number
        assert found.tries == 0

    def test_saying_yes_to_a_peer_ends_the_waiting(self) -> None:
        """And saying no does not."""
        program = opened()
        joined(program)
        for id_, act in (("m-2", pk.DeclineMatch), ("m-3", pk.AcceptMatch)):
            pair: dict[str, Any] = {"id": id_, "peer": "ana", "participant": "p-8"}
            program.do(pk.ProposeMatch(by="c", **pair)).or_raise()
            program.do(act(by="p-8", **pair)).or_raise()
            (found,) = program.find(pk.Waiting)
            accepted = act is pk.AcceptMatch
            now = pk.WaitingStatus.MATCHED if accepted else pk.WaitingStatus.WAITING
            assert found.status is now

        assert program.do(pk.JoinWaitingList(by="p-8", id="w-2", participant="p-8")).allowed

    def test_leaving_needs_no_reason_and_loses_nothing_else(self) -> None:
        """Only the participant, or whoever writes down what they said."""
        program = opened()
        joined(program)
        by_others = pk.LeaveWaitingList(by="c", id="w-1", participant="p-8")
        assert not program.do(by_others).allowed
        assert program.do(attrs.evolve(by_others, said_so=True)).allowed
        assert program.find(pk.Waiting).items[0].status is pk.WaitingStatus.LEFT

    def test_a_closed_place_leaves_the_view(self) -> None:
        """A decision about the participant does not read how often they waited before."""
        program = opened()
        for number in range(3):
            id_ = f"w-{number}"
            program.do(pk.JoinWaitingList(by="p-8", id=id_, participant="p-8")).or_raise()
            program.do(pk.LeaveWaitingList(by="p-8", id=id_, participant="p-8")).or_raise()

        assert not [*program.view("p-8").all(pk.Waiting)]

    def test_a_description_stands_until_the_next(self) -> None:
        """Said anew, it is there once."""
        program = opened()
        for wants in (60, 30):
            program.do(pk.DescribeForMatching(by="p-8", person="p-8", wants=wants)).or_raise()
        (found,) = program.find(pk.MatchProfile)

        assert (found.id, found.wants) == ("p-8", 30)


class TestWhatMayBeTold:
    """Each field takes what it is for, and the error names no value."""

    @pytest.mark.parametrize(
        "wrong",
        [
            {"languages": ("EN",)},
            {"languages": ("english",)},
            {"languages": ("en", "en")},
            {"languages": ("en-x",)},
            {"tells": ("A woman",)},
            {"prefers": tuple(f"c{number}" for number in range(21))},
            {"not_with": ("ana", "ana")},
            {"not_with": ("Ana B",)},
            {"offers": -1},
            {"wants": 10_081},
            {"place": (1, 2)},
        ],
    )
    def test_what_does_not_fit_is_refused(self, wrong: dict[str, Any]) -> None:
        """For the act and for the noun alike."""
        with pytest.raises(BadInput) as caught:
            pk.DescribeForMatching(by="p", person="p", **wrong)
        assert "english" not in str(caught.value)
        with pytest.raises(BadInput):
            pk.MatchProfile(id="p", **wrong)

    def test_a_place_is_whole_kilometres(self) -> None:
        """And no further than the Earth goes."""
        for east in (0.5, 20_041, True):
            with pytest.raises(BadInput, match=r"Whereabouts\.east"):
                pk.Whereabouts(east=east, north=0)  # type: ignore[arg-type]
        assert "3" not in repr(pk.Whereabouts(east=3, north=33))

    def test_tries_are_counted_from_nought(self) -> None:
        """Less than none is a mistake."""
        with pytest.raises(BadInput, match=r"Waiting\.tries"):
            pk.Waiting(id="w", participant="p", since=NOW, tries=-1)


class TestTheLists:
    """In the order of waiting, and whom nobody has reached or met for long."""

    def test_who_waits_longest_comes_first(self) -> None:
        """Of equals who was heard of longest ago, then the id; who has left is not there."""
        there = [
            waiting("c", 5),
            waiting("b", 9, reached=2),
            waiting("a", 9, reached=4),
            waiting("d", 99, status=pk.WaitingStatus.LEFT),
        ]

        assert [each.id for each in in_order(there)] == ["a", "b", "c"]
        assert in_order(there[::-1]) == in_order(there)

    def test_a_flag_when_nobody_could_reach_somebody(self) -> None:
        """After more whole days than the book has; the sentence is the book's."""
        book = pk.Handbook.load().on(TODAY)
        days = book.clauses[LIMIT].value
        assert days == 30
        there = [
            waiting("a", 31),
            waiting("b", 40, reached=31),
            waiting("c", 40, reached=30),
            waiting("d", 90, status=pk.WaitingStatus.MATCHED),
            waiting("e", 45),
        ]
        found = unreached(there, NOW, days)

        assert [(each.id, gone) for each, gone in found] == [("e", 45), ("a", 31), ("b", 31)]
        for each, gone in found:
            (finding,) = pk.measured(book, LIMIT, gone, participant=each.participant)
            assert finding.sentence == (
                f"Nobody has reached {each.participant} for {gone} days; at most 30 are fine."
            )
        (fine,) = pk.measured(book, LIMIT, 30, participant="p-c")
        assert fine.allowed

    def test_a_flag_when_a_pair_has_not_met(self) -> None:
        """Counted from the last session held, or from the yes; ended matches are left out."""
        yes = datetime(2026, 9, 1, 12, tzinfo=UTC)
        accepted = pk.Match(
            id="m-1",
            peer="ana",
            participant="p-7",
            status=pk.MatchStatus.ACCEPTED,
            since=yes,
        )
        ended = attrs.evolve(accepted, id="m-2", status=pk.MatchStatus.ENDED)
        fresh = attrs.evolve(accepted, id="m-3", participant="p-8", since=NOW)

        assert unmet([accepted, ended, fresh], {}, TODAY, 30) == ((accepted, 62),)
        met = {("ana", "p-7"): date(2026, 10, 3)}
        assert unmet([accepted], met, TODAY, 30) == ()
        assert unmet([accepted], met, TODAY, 29) == ((accepted, 30),)

    def test_the_last_meeting_is_read_from_sessions_held(self) -> None:
        """Planned and missed ones are no meeting."""
        program = opened()
        for id_, ago in (("s-1", 9), ("s-2", 2), ("s-3", 5)):
            program.do(report(id=id_, starts=NOW - ago * DAYS)).or_raise()
        program.do(plan(id="s-9", starts=NOW + DAYS)).or_raise()

        assert last_met(program) == {("ana", "p-7"): TODAY - 2 * DAYS}

    def test_endings_whose_day_has_come(self) -> None:
        """Somebody ends them, or plans another day; nothing ends by itself."""
        match = pk.Match(
            id="m-1",
            peer="ana",
            participant="p-7",
            status=pk.MatchStatus.ACCEPTED,
            ends=TODAY,
        )
        later = attrs.evolve(match, id="m-2", ends=TODAY + DAYS)
        over = attrs.evolve(match, id="m-3", status=pk.MatchStatus.ENDED)
        before = attrs.evolve(match, id="m-4", ends=TODAY - DAYS)

        assert ending([match, later, over, before], TODAY) == (before, match)

    def test_what_matches_say_of_hours_and_of_before(self) -> None:
        """Who walks now has been promised time; who ended is earlier; who was declined stays so."""
        told = (
            ("ana", "p-1", pk.MatchStatus.ACCEPTED),
            ("ana", "p-2", pk.MatchStatus.ACCEPTED),
            ("ana", "p-3", pk.MatchStatus.ENDED),
            ("bo", "p-3", pk.MatchStatus.ENDED),
            ("bo", "p-1", pk.MatchStatus.DECLINED),
            ("bo", "p-2", pk.MatchStatus.PROPOSED),
        )
        matches = [
            pk.Match(id=f"m-{number}", peer=peer, participant=who, status=status)
            for number, (peer, who, status) in enumerate(told)
        ]

        wants = {"p-1": pk.MatchProfile(id="p-1", wants=90), "p-2": pk.MatchProfile(id="p-2")}
        assert promised(matches, wants) == {"ana": 150}
        assert promised(matches, {}) == {"ana": 120}
        assert earlier(matches) == {"p-3": {"ana", "bo"}}
        assert declined(matches) == {"p-1": {"bo"}}

    def test_days_are_whole_and_not_below_nought(self) -> None:
        """Anything else is a mistake."""
        with pytest.raises(BadInput, match="days"):
            unreached([], NOW, -1)
        with pytest.raises(BadInput, match="days"):
            unmet([], {}, TODAY, 1.5)  # type: ignore[arg-type]


class MatchingLife(RuleBasedStateMachine):
    """Two peers and three participants who wait, say yes or no, end and pass on, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.program = empty()
        for peer in ("ana", "bo"):
            self.program.do(welcome(id=peer, since=ANA.since, supervised=TODAY)).or_raise()
        for each in ("p-1", "p-2", "p-3"):
            self.program.do(pk.WelcomeParticipant(by="c", id=each, experiences=LIVED)).or_raise()

    people = st.sampled_from(["p-1", "p-2", "p-3"])
    peers = st.sampled_from(["ana", "bo"])

    def _matches(self, participant: str) -> list[pk.Match]:
        return [*self.program.every(pk.Match, about=participant)]

    @rule(who=people)
    def join(self, who: str) -> None:
        """Join the list; a second place is refused."""
        open_ = [each for each in self.program.every(pk.Waiting, about=who) if each.open]
        allowed = self.program.do(pk.JoinWaitingList(by=who, participant=who)).allowed
        assert allowed is not bool(open_)

    @rule(who=people, reached=st.booleans())
    def reach(self, *, who: str, reached: bool) -> None:
        """Try to reach somebody."""
        act = pk.TryToReach(by="c", participant=who, reached=reached, channel="phone")
        assert self.program.do(act).allowed

    @rule(who=people)
    def leave(self, who: str) -> None:
        """Leave the list."""
        for each in [*self.program.every(pk.Waiting, about=who)]:
            act = pk.LeaveWaitingList(by=who, id=each.id, participant=who)
            assert self.program.do(act).allowed is each.open

    @rule(who=people, peer=peers)
    def propose(self, who: str, peer: str) -> None:
        """Propose a match."""
        self.program.do(pk.ProposeMatch(by="c", peer=peer, participant=who))

    @rule(who=people, yes=st.booleans())
    def answer(self, *, who: str, yes: bool) -> None:
        """Say yes or no to the first that is proposed."""
        for each in self._matches(who):
            if each.status is pk.MatchStatus.PROPOSED:
                kind = pk.AcceptMatch if yes else pk.DeclineMatch
                self.program.do(kind(by=who, id=each.id, peer=each.peer, participant=who))
                return

    @rule(who=people, peer=peers)
    def pass_on(self, who: str, peer: str) -> None:
        """Ask for the other peer; what is running with the first is over then, or nothing is."""
        for each in self._matches(who):
            act = pk.ReassignMatch(
                by=who,
                peer=peer,
                participant=who,
                earlier=each.id,
                earlier_peer=each.peer,
                why=pk.EndingReason.PARTICIPANT_WISHES,
            )
            decision = self.program.do(act)
            (now,) = [one for one in self._matches(who) if one.id == each.id]
            running = now.status in {pk.MatchStatus.PROPOSED, pk.MatchStatus.ACCEPTED}
            assert not (decision.allowed and running)
            assert decision.allowed or now == each
            return

    @rule(who=people, days=st.integers(0, 9))
    def plan(self, who: str, days: int) -> None:
        """Plan the last day of whatever runs."""
        for each in self._matches(who):
            act = pk.PlanEnding(
                by=who,
                id=each.id,
                peer=each.peer,
                participant=who,
                on=TODAY + days * DAYS,
                why=pk.EndingReason.GOALS_REACHED,
            )
            running = bool(MATCH.steps[each.status])
            assert self.program.do(act).allowed is running

    @rule(who=people)
    def end(self, who: str) -> None:
        """End what runs."""
        for each in self._matches(who):
            act = pk.EndMatch(by=who, id=each.id, peer=each.peer, participant=who)
            assert self.program.do(act).allowed is bool(MATCH.steps[each.status])

    @invariant()
    def one_place_each(self) -> None:
        """Nobody waits twice, and nobody waits while a match they accepted afterwards runs."""
        open_ = [each.participant for each in self.program.every(pk.Waiting) if each.open]
        assert len(open_) == len(set(open_))

    @invariant()
    def walking_is_what_the_matches_say(self) -> None:
        """The tally is the number of accepted matches, whoever came from whom."""
        found: dict[tuple[str, str, str], int] = {}
        for each in self.program.every(pk.Match):
            if each.status is pk.MatchStatus.ACCEPTED:
                key = (each.peer, "walking", "")
                found[key] = found.get(key, 0) + 1
        walking = {key: n for key, n in tallies_of(self.program).items() if key[1] == "walking"}
        assert walking == found

    def teardown(self) -> None:
        """Everything kept follows from the journal."""
        assert self.program.verify().whole


MatchingLife.TestCase.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
TestMatchingLife = MatchingLife.TestCase
