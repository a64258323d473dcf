"""Who is reminded: those whose it is now, and nobody who has left.

Most of these are what users of other systems met with; the thread stands in the sentence.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import attrs
import pytest

import peerkit as pk
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.program import Reminded
from peerkit.telling.reminders import still_due
from tests.ordinary import HANDBOOK, LIVED, NOW, opened, plan, report
from tests.test_reminders import Clock, at, given, sweep

#: What p-7 and ana have dated: a session on Thursday, a goal, a consent.
OPEN: Final[tuple[pk.Act, ...]] = (
    plan(starts=datetime(2026, 11, 12, 15, tzinfo=UTC)),
    pk.SetGoal(
        by="p-7",
        id="g-1",
        participant="p-7",
        words=pk.Words("I want to swim."),
        review=date(2026, 11, 18),
    ),
    pk.RecordConsent(
        by="p-7",
        id="c-1",
        participant="p-7",
        scopes=(pk.ConsentScope.ATTENDANCE,),
        to=("housing-office",),
        since=NOW,
        until=datetime(2026, 11, 18, 12, tzinfo=UTC),
    ),
)
BO: Final = pk.WelcomePeer(
    by="coordinator",
    id="bo",
    role=pk.Role.WORKER,
    supervisor="kim",
    since=date(2026, 10, 26),
    supervised=date(2026, 10, 26),
    experiences=LIVED,
)
LOOKED: Final = "2026-11-11"


@pytest.fixture
def clock() -> Clock:
    """A clock that stands until it is set."""
    return Clock()


@pytest.fixture
def program(clock: Clock) -> pk.Program:
    """Ana walks with p-7, and they have plans; bo serves too."""
    program = opened(clock=clock, coordinator="coordinator")
    for act in (*OPEN, BO):
        program.do(act).or_raise()
    return program


def ended(**how: Any) -> pk.EndMatch:
    """The match of ana and p-7 is over."""
    return pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7", **how)


def walks_with_bo(program: pk.Program) -> None:
    """Bo takes over from ana, and p-7 says yes."""
    program.do(
        pk.ReassignMatch(
            by="coordinator",
            id="m-2",
            peer="bo",
            participant="p-7",
            earlier="m-1",
            earlier_peer="ana",
            why=pk.EndingReason.ANOTHER_FITS,
            said_so=True,
        )
    ).or_raise()
    program.do(pk.AcceptMatch(by="p-7", id="m-2", peer="bo", participant="p-7")).or_raise()


def supervised_by(program: pk.Program, supervisor: str) -> None:
    """Ana steps back, and comes back to another supervisor."""
    for status, by in ((pk.PeerStatus.STEPPED_BACK, None), (pk.PeerStatus.SERVING, supervisor)):
        act = pk.ChangeService(by="coordinator", id="ana", status=status, supervisor=by)
        program.do(act).or_raise()


def told(program: pk.Program, clock: Clock, day: str = LOOKED) -> dict[str, Any]:
    """Who hears of what on this day."""
    sweep(program, clock, day)
    return {of: to for _, of, _, to in given(program)}


class TestNobodyWhoLeft:
    """An assignment that is over leads to nobody."""

    def test_those_who_walk_together_are_told(self, program: pk.Program, clock: Clock) -> None:
        """So that what follows means something."""
        assert told(program, clock) == {
            "session.tomorrow": ("p-7", "ana"),
            "goal.review": ("p-7", "ana"),
            "consent.ending": ("p-7", "ana"),
        }

    def test_who_is_no_longer_assigned_hears_nothing_more(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Casa #6199: a volunteer who was no longer assigned still saw what they had logged."""
        program.do(ended())

        found = told(program, clock)
        # A planned session of theirs stays planned until somebody calls it off: the supervisor may.
        assert found["session.tomorrow"] == ("sam",)
        assert found["goal.review"] == found["consent.ending"] == ("p-7", "coordinator")

    def test_the_next_one_hears_of_goals_and_the_earlier_one_of_nothing(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Casa #3338: what was between the earlier two is not shown to the next, nor back."""
        walks_with_bo(program)
        found = told(program, clock)

        assert found["goal.review"] == found["consent.ending"] == ("p-7", "bo")
        # The session was planned with ana, so bo hears nothing of it, nor does p-7 of ana's.
        assert found["session.tomorrow"] == ("sam",)

    def test_what_the_earlier_one_did_does_not_count_for_the_next(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Casa #1732, #1438: a weekly mail credited the contacts of one helper to the other."""
        clock.now = at("2026-11-09")
        program.do(report(id="s-2", starts=at("2026-11-09", 8))).or_raise()
        walks_with_bo(program)
        clock.now = at("2026-11-13")
        met = report(by="bo", id="s-3", peer="bo", starts=at("2026-11-13", 8))
        program.do(met)
        sweep(program, clock, "2026-12-13")
        quiet = [each for each in given(program) if each[1] == "match.quiet"]
        assert quiet == []
        sweep(program, clock, "2026-12-14")

        # 30 days after the 13th, and not after ana's 9th; ana's match is over and nobody's.
        assert [each for each in given(program) if each[1] == "match.quiet"] == [
            ("2026-12-14", "match.quiet", "m-2", ("bo", "kim"))
        ]

    def test_where_nobody_is_assigned_the_coordinator_hears(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Casa #2226: a report could not be made where nobody was assigned."""
        program.do(
            pk.SetGoal(
                by="p-8",
                id="g-8",
                participant="p-8",
                words=pk.Words("Swim."),
                review=date(2026, 11, 11),
            )
        ).or_raise()
        sweep(program, clock, LOOKED)

        assert [to for _, _, noun, to in given(program) if noun == "g-8"] == [
            ("p-8", "coordinator")
        ]

    def test_where_there_is_no_coordinator_either_nobody_is_told_and_nothing_fails(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """What would be told to nobody is not given, and waits until somebody is there."""
        program.do(pk.JoinWaitingList(by="p-8", id="w-1", participant="p-8")).or_raise()
        program.coordinator = None
        sweep(program, clock, "2026-12-04")
        assert "waiting.quiet" not in {each[1] for each in given(program)}
        program.coordinator = "coordinator"
        sweep(program, clock, "2026-12-05")

        assert [each for each in given(program) if each[1] == "waiting.quiet"] == [
            ("2026-12-03", "waiting.quiet", "w-1", ("coordinator",))
        ]

    def test_who_went_away_hears_nothing(self, program: pk.Program, clock: Clock) -> None:
        """A participant who left is not written after."""
        program.do(
            pk.ChangeParticipation(by="p-7", id="p-7", status=pk.ParticipantStatus.AWAY)
        ).or_raise()
        found = told(program, clock)

        assert all("p-7" not in to for to in found.values())
        assert found["goal.review"] == ("ana",)

    def test_a_person_of_a_similar_name_hears_nothing(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Civicrm #13541: notices went to somebody of a similar name, and leaked what it was."""
        for each in ("p-71", "P-7", "p-7.", "ana-2"):
            program.do(pk.WelcomeParticipant(by="coordinator", id=each)).or_raise()
        found = told(program, clock)

        assert {each for to in found.values() for each in to} == {"p-7", "ana"}

    def test_nobody_from_outside_is_found_by_their_relation(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Civicrm #16559, #17764: a role that was looked up by relation led to an outsider."""
        # Whoever supervises others is found with them, and who is asked and said no with p-7.
        program.do(
            pk.ProposeMatch(by="coordinator", id="m-3", peer="bo", participant="p-7")
        ).or_raise()
        asked = told(program, clock)
        assert asked["goal.review"] == ("p-7", "ana")

    def test_who_steps_back_for_a_while_still_hears_of_their_own(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """They have not left; what is planned is theirs to move."""
        back = pk.PeerStatus.STEPPED_BACK
        program.do(pk.ChangeService(by="ana", id="ana", status=back)).or_raise()

        assert told(program, clock)["session.tomorrow"] == ("p-7", "ana")


class TestSupervisors:
    """What a supervisor is told, and who is told in their place."""

    def test_the_supervisor_of_today_is_told(self, program: pk.Program, clock: Clock) -> None:
        """Casa #1732: not the one of the day it began."""
        supervised_by(program, "lee")

        assert told(program, clock, "2026-12-03")["supervision.overdue"] == ("ana", "lee")

    def test_the_supervisor_hears_in_the_place_of_a_peer_who_left(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """What was theirs is looked after."""
        program.do(ended()).or_raise()
        program.do(pk.ChangeService(by="ana", id="ana", status=pk.PeerStatus.LEFT)).or_raise()
        sweep(program, clock, "2026-11-13")
        found = [each for each in given(program) if each[2] == "s-1"]

        assert [to for *_, to in found] == [("sam",)]

    def test_where_the_supervisor_left_the_coordinator_hears(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Casa #2611, #2590: a reminder failed where there was no supervisor to copy."""
        supervised_by(program, "bo")
        program.do(pk.ChangeService(by="bo", id="bo", status=pk.PeerStatus.LEFT)).or_raise()

        assert told(program, clock, "2026-12-03")["supervision.overdue"] == ("ana", "coordinator")

    def test_a_concern_goes_to_whoever_looks_at_it(self, program: pk.Program, clock: Clock) -> None:
        """Where one was named it is theirs, and never that of somebody whom it is about."""
        for id_, looks in (("cn-1", None), ("cn-2", "lee")):
            program.do(
                pk.RaiseConcern(
                    by="p-7",
                    id=id_,
                    peer="ana",
                    people=("p-7",),
                    clauses=("gifts",),
                    looked_at_by=looks,
                )
            ).or_raise()
        sweep(program, clock, "2026-11-04")
        found = {noun: to for _, _, noun, to in given(program)}

        assert (found["cn-1"], found["cn-2"]) == (("sam",), ("lee",))

    def test_a_concern_about_the_supervisor_goes_to_the_coordinator(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Nobody is asked to look at themself."""
        program.do(
            pk.RaiseConcern(
                by="p-7", id="cn-1", peer="ana", people=("p-7", "sam"), clauses=("gifts",)
            )
        )
        sweep(program, clock, "2026-11-04")

        assert [to for *_, noun, to in given(program) if noun == "cn-1"] == [("coordinator",)]

    def test_who_comes_back_to_a_concern_is_told_on_their_day(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Looked at, it no longer waits; on the day that was named, it is remembered."""
        program.do(
            pk.RaiseConcern(by="p-7", id="cn-1", peer="ana", people=("p-7",), clauses=("gifts",))
        ).or_raise()
        program.do(
            pk.FollowUpConcern(
                by="sam", id="cn-1", peer="ana", step=pk.FollowUp.LOOKED_AT, due=date(2026, 11, 5)
            )
        ).or_raise()
        sweep(program, clock, "2026-11-04", "2026-11-05")

        assert [each for each in given(program) if each[2] == "cn-1"] == [
            ("2026-11-05", "concern.due", "cn-1", ("sam",))
        ]

    def test_a_concern_that_is_opened_again_waits_anew(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Since it is open again, as the journal tells: what was told of then is told anew."""
        program.do(
            pk.RaiseConcern(by="p-7", id="cn-1", peer="ana", people=("p-7",), clauses=("gifts",))
        ).or_raise()
        sweep(program, clock, "2026-11-04")
        program.do(pk.CloseConcern(by="sam", id="cn-1", peer="ana")).or_raise()
        sweep(program, clock, "2026-11-05")
        program.do(pk.ReopenConcern(by="p-7", id="cn-1", peer="ana")).or_raise()
        sweep(program, clock, "2026-11-06", "2026-11-09")

        assert [each[:3] for each in given(program) if each[2] == "cn-1"] == [
            ("2026-11-04", "concern.waiting", "cn-1"),
            ("2026-11-09", "concern.waiting", "cn-1"),
        ]

    def test_a_supervisor_who_takes_part_themself_is_not_told(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Who supervises ana may be a participant of hers by now: then the coordinator hears."""
        supervised_by(program, "p-7")

        assert told(program, clock)["goal.review"] == ("p-7", "ana")
        sweep(program, clock, "2026-12-20")
        quiet = [to for _, of, _, to in given(program) if of == "match.quiet"]
        assert quiet == [("ana", "coordinator")]


class TestSessions:
    """What is planned, and what was moved."""

    def test_one_that_was_moved_is_remembered_anew(self, program: pk.Program, clock: Clock) -> None:
        """Of the new time, once; the day it was planned for before says nothing more."""
        assert told(program, clock)["session.tomorrow"] == ("p-7", "ana")
        moved = pk.MoveSession(
            by="p-7",
            id="s-1",
            peer="ana",
            participants=("p-7",),
            starts=datetime(2026, 11, 17, 15, tzinfo=UTC),
            minutes=60,
            said_so=True,
        )
        program.do(moved).or_raise()
        sweep(program, clock, *[f"2026-11-{each}" for each in range(12, 19)])

        assert [each[:2] for each in given(program) if each[2] == "s-1"] == [
            ("2026-11-11", "session.tomorrow"),
            ("2026-11-16", "session.tomorrow"),
            ("2026-11-18", "session.unreported"),
        ]

    def test_one_that_was_called_off_or_reported_is_not(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Nobody is asked for what is done."""
        program.do(pk.CancelSession(by="p-7", id="s-1")).or_raise()
        sweep(program, clock, LOOKED, "2026-11-13")

        assert [each for each in given(program) if each[2] == "s-1"] == []

    def test_the_day_before_is_that_of_the_place_it_is_in(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Early on Friday in Auckland is Thursday here: there it is told from nine on Thursday."""
        program.do(
            plan(
                id="s-2",
                starts=datetime(2026, 11, 26, 19, tzinfo=UTC),
                zone="Pacific/Auckland",
            )
        ).or_raise()
        clock.now = datetime(2026, 11, 25, 10, 59, tzinfo=UTC)
        assert "s-2" not in {each[2] for each in given(program)}
        program.remind()
        assert "s-2" not in {each[2] for each in given(program)}
        clock.now = datetime(2026, 11, 25, 11, tzinfo=UTC)  # Thursday begins there
        program.remind()
        (act,) = [
            each.read()["act"]
            for each in program.journal()
            if each.act == pk.Remind.kind and each.read()["act"]["noun"] == "s-2"
        ]

        assert act["due"] == "2026-11-25T20:00:00+00:00"  # nine o'clock there

    def test_one_that_was_planned_too_late_for_the_day_before_is_not(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Nobody hears of a session tomorrow on the day itself."""
        clock.now = at("2026-11-10", 8)
        program.do(plan(id="s-2", starts=at("2026-11-10", 18))).or_raise()
        sweep(program, clock, "2026-11-10")

        assert "s-2" not in {each[2] for each in given(program)}

    def test_everybody_in_a_group_hears_of_it(self, program: pk.Program, clock: Clock) -> None:
        """They walk with the group: no match is asked for."""
        program.do(
            plan(
                id="s-2",
                form=pk.SessionForm.GROUP,
                participants=("p-7", "p-8"),
                starts=datetime(2026, 11, 12, 18, tzinfo=UTC),
                activities=(pk.Activity(id="listen"),),
            )
        ).or_raise()
        sweep(program, clock, LOOKED)

        assert [to for _, _, noun, to in given(program) if noun == "s-2"] == [("p-7", "p-8", "ana")]


class TestBetweenGivingAndTelling:
    """A reminder lies in the outbox until it is told: what it says must still be so then."""

    def heard(self, program: pk.Program, clock: Clock, at_: datetime) -> list[tuple[str, str]]:
        """What is told at this moment, and to whom."""
        clock.now, notifier = at_, MemoryNotifier()
        program.tell(notifier)
        return [(each.kind, each.to) for each in notifier.told if each.kind in HANDBOOK.reminders]

    def test_what_still_holds_is_told(self, program: pk.Program, clock: Clock) -> None:
        """So that what follows means something."""
        sweep(program, clock, LOOKED)
        found = self.heard(program, clock, at(LOOKED, 11))

        assert sorted(found) == sorted(
            (kind, who)
            for kind in ("session.tomorrow", "goal.review", "consent.ending")
            for who in ("p-7", "ana")
        )

    def test_a_session_that_was_moved_away_is_not_tomorrow(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Nobody is sent to a place on the wrong day."""
        sweep(program, clock, LOOKED)
        moved = pk.MoveSession(
            by="p-7",
            id="s-1",
            peer="ana",
            participants=("p-7",),
            starts=datetime(2026, 11, 17, 15, tzinfo=UTC),
            minutes=60,
            said_so=True,
        )
        program.do(moved).or_raise()
        found = self.heard(program, clock, at(LOOKED, 11))

        assert "session.tomorrow" not in {kind for kind, _ in found}
        assert "goal.review" in {kind for kind, _ in found}

    @pytest.mark.parametrize(("hour", "times"), [(14, 2), (15, 0)])
    def test_what_is_told_late_is_told_until_it_begins(
        self, program: pk.Program, clock: Clock, hour: int, times: int
    ) -> None:
        """Whoever may only be told in the morning hears of it in the morning."""
        sweep(program, clock, LOOKED)
        found = self.heard(program, clock, at("2026-11-12", hour))

        assert [kind for kind, _ in found].count("session.tomorrow") == times

    def test_what_was_done_in_between_is_not_asked_for(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """The supervision was held after all."""
        sweep(program, clock, "2026-11-21")
        held = pk.RecordSupervision(by="sam", peer="ana", supervisor="sam", on=date(2026, 11, 21))
        program.do(held).or_raise()
        found = self.heard(program, clock, at("2026-11-21", 12))

        assert "supervision.overdue" not in {kind for kind, _ in found}
        assert "match.quiet" in {kind for kind, _ in found}

    def test_a_goal_that_has_no_day_any_more_is_not_asked_after(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """The participant took it back."""
        book = HANDBOOK.on(NOW.date())
        reminder = book.reminders["goal.review"]
        (goal,) = program.find(pk.Goal)
        asked = (program.store, book, at(LOOKED), "UTC", reminder)

        assert still_due(*asked, goal)
        assert not still_due(*asked, attrs.evolve(goal, review=None))

    def test_business_days_before_a_date_are_not_counted_again(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Which days were none when it was given is not known when it is told."""
        book = HANDBOOK.on(NOW.date())
        reminder = book.reminders["goal.review"]
        value = attrs.evolve(reminder.value, before=(5,), after=(), business=True)
        (goal,) = program.find(pk.Goal)

        for day, expected in (("2026-11-04", True), ("2026-11-18", True), ("2026-11-19", False)):
            asked = (program.store, book, at(day), "UTC", attrs.evolve(reminder, values=(value,)))
            assert still_due(*asked, goal) is expected


class TestForgotten:
    """Who was forgotten is nobody's any more."""

    def test_nothing_is_told_of_them_nor_to_them(self, program: pk.Program, clock: Clock) -> None:
        """Their own goals and consents are gone with them."""
        program.do(ended())
        away = pk.ParticipantStatus.AWAY
        program.do(pk.ChangeParticipation(by="p-7", id="p-7", status=away))
        clock.now = NOW + timedelta(days=1)
        program.do(pk.CancelSession(by="p-7", id="s-1"))
        forget = pk.ForgetPerson(by="p-7", id="p-7", why=pk.WhyForgotten.ASKED)
        assert program.do(forget).allowed
        found = told(program, clock)

        assert found == {}


def test_a_look_counts_what_it_gave(program: pk.Program, clock: Clock) -> None:
    """Three are due on that day; the second look gives none."""
    assert sweep(program, clock, LOOKED, LOOKED) == [Reminded(3, 0), Reminded(0, 0)]
