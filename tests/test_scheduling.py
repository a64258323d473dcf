"""Series, rooms and offered times through the door: nobody in two places, everybody told."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from typing import Any, Final

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

import peerkit as pk
from peerkit.model.scheduling import session_of
from peerkit.model.timetable import clash
from peerkit.reports import last_met, overlaps
from peerkit.reports.workforce import minutes_a_week, to_hand_over
from peerkit.rules.advice import heeded
from tests.ordinary import NOW, asking, decided, empty, group, opened, plan, report, tallies_of

ALLOWED, CONSENT, FACTS = pk.Verdict.ALLOWED, pk.Verdict.NEEDS_CONSENT, pk.Verdict.NEEDS_FACTS
NO = pk.Verdict.NOT_ALLOWED
MONDAY: Final = date(2026, 11, 9)


def weekly(first: date = MONDAY, at: int = 17, **how: Any) -> pk.Timetable:
    """Once a week for an hour, in Chicago."""
    repeats = pk.Recurrence(frequency=pk.Frequency.WEEKLY, count=how.pop("count", 4))
    told: dict[str, Any] = {"at": time(at), "zone": "America/Chicago", "minutes": 60}
    return pk.Timetable(repeats=repeats, first=first, **told | how)


def series(**how: Any) -> pk.PlanSeries:
    """Ana and p-7, on Mondays at five."""
    told: dict[str, Any] = {
        "by": "ana",
        "id": "se-1",
        "peer": "ana",
        "participants": ("p-7",),
        "when": weekly(),
    }
    return pk.PlanSeries(**told | how)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def clauses(decision: pk.Decision) -> set[str]:
    """What decided it."""
    return {each.clause.id for each in decision.findings if each.verdict is decision.verdict}


def told(program: pk.Program, kind: str) -> list[tuple[str, str]]:
    """Who was told of acts of this kind, and what."""
    messages = (each for each in program.store.books() if isinstance(each, pk.Message))
    return [(each.to, each.inside) for each in messages if each.kind == kind]


class TestSeries:
    """One intention, and each session of it in its own right."""

    def test_a_series_is_planned_and_everyone_is_told(self) -> None:
        """It is found with its people and its room."""
        program = opened()
        program.do(pk.AddRoom(by="c", id="r-1")).or_raise()
        program.do(series(room="r-1")).or_raise()
        (kept,) = program.find(pk.Series, about="r-1")

        assert [*program.find(pk.Series, about="p-7")] == [kept]
        assert [each.starts for each in kept.occurrences] == [
            at(day, 23) for day in (9, 16, 23, 30)
        ]
        assert told(program, "series.planned") == [
            ("p-7", "Series se-1 is planned."),
            ("ana", "Series se-1 is planned."),
        ]
        assert program.verify().whole

    def test_its_session_has_one_id_and_is_planned_once(self) -> None:
        """The id is made of the series and the day; the series leaves that day to the session."""
        program = opened()
        program.do(series()).or_raise()
        one: dict[str, Any] = {"series": "se-1", "occurrence": MONDAY, "starts": at(9, 23)}
        first = program.do(attrs.evolve(plan(**one), id=None)).or_raise()
        again = program.do(attrs.evolve(plan(**one), id=None))
        other = program.do(plan(**one, id="s-9"))

        assert isinstance(first.act, pk.PlanSession)
        assert first.act.id == session_of("se-1", MONDAY) == "se-1/2026-11-09"
        assert (again.verdict, other.verdict) == (NO, NO)
        assert clauses(again) == {"once", "occurrence"}
        assert clauses(other) == {"double-booking", "occurrence"}
        (kept,) = program.find(pk.Series)
        assert kept.planned == (MONDAY,)
        assert [each.day.day for each in kept.occurrences] == [16, 23, 30]

    def test_a_cancelled_session_of_a_series_is_planned_again(self) -> None:
        """Under its own id, as often as it takes; two at once it never has."""
        program = opened()
        program.do(series()).or_raise()
        one = attrs.evolve(plan(series="se-1", occurrence=MONDAY, starts=at(9, 23)), id=None)
        gone = pk.CancelSession(by="p-7", id=session_of("se-1", MONDAY))
        for act in (one, gone, one):
            program.do(act).or_raise()
        again = program.do(one)
        program.do(gone).or_raise()
        elsewhere = attrs.evolve(one, starts=at(10, 10))
        program.do(elsewhere).or_raise()
        (session,) = program.find(pk.Session)

        assert clauses(again) == {"once", "occurrence"}
        assert (session.status, session.starts) == (pk.SessionStatus.PLANNED, at(10, 10))
        assert program.verify().whole

    def test_a_plan_puts_away_what_has_run_out(self) -> None:
        """Series and offered times that lie behind are read no more; what runs is left alone."""
        program = opened()
        offer = pk.OfferAvailability(by="ana", id="av-1", person="ana", when=weekly())
        long = series(id="se-2", when=weekly(at=9, count=30))
        for act in (series(), long, offer):
            program.do(act).or_raise()
        later = empty(program.store, clock=lambda: NOW + timedelta(days=30))
        talk = pk.RecordSupervision(by="sam", peer="ana", on=date(2026, 12, 2))
        later.do(talk).or_raise()
        later.do(plan(starts=datetime(2026, 12, 3, 10, tzinfo=UTC))).or_raise()

        assert {each.id: each.open for each in later.find(pk.Series)} == {
            "se-1": False,
            "se-2": True,
        }
        assert not later.find(pk.Availability).items[0].open
        assert later.verify().whole

    def test_a_series_whose_days_are_all_planned_goes_on(self) -> None:
        """One of them may be cancelled and planned again, until the last lies behind."""
        program = opened()
        program.do(series(when=weekly(count=1))).or_raise()
        one = attrs.evolve(plan(series="se-1", occurrence=MONDAY, starts=at(9, 23)), id=None)
        for act in (
            one,
            plan(id="other", starts=at(12, 10)),
            pk.CancelSession(by="p-7", id=session_of("se-1", MONDAY)),
            one,
        ):
            program.do(act).or_raise()

        assert program.find(pk.Series).items[0].open

    def test_a_series_keeps_nothing_of_days_far_behind(self) -> None:
        """It stays as small as what is ahead; a day that is gone is not planned anew."""
        program = opened()
        program.do(series(when=weekly(count=20))).or_raise()
        for weeks in (0, 1, 2):
            day = MONDAY + timedelta(weeks=weeks)
            told: dict[str, Any] = {"occurrence": day, "starts": at(9, 23) + timedelta(weeks=weeks)}
            program.do(attrs.evolve(plan(series="se-1", **told), id=None)).or_raise()
        off = pk.CancelOccurrence(by="p-7", id="se-1", occurrence=date(2026, 11, 30))
        program.do(off).or_raise()
        later = empty(program.store, clock=lambda: NOW + timedelta(days=49))
        ahead = date(2026, 12, 28)
        later.do(attrs.evolve(off, occurrence=ahead)).or_raise()
        (kept,) = later.find(pk.Series)
        again = plan(id="x", series="se-1", occurrence=MONDAY, starts=at(9, 23))

        assert (kept.planned, kept.cancelled) == (
            (date(2026, 11, 23),),
            (date(2026, 11, 30), ahead),
        )
        assert kept.occurrences[0].day == date(2026, 12, 7)
        assert "occurrence" in clauses(later.decide(again))
        assert later.verify().whole

    def test_a_day_far_behind_that_was_moved_ahead_is_planned_once(self) -> None:
        """What it is planned as speaks for it, also where the series keeps no more of that day."""
        program = opened()
        program.do(series(when=weekly(count=20))).or_raise()
        later = empty(program.store, clock=lambda: NOW + timedelta(days=49))
        talk = pk.RecordSupervision(by="sam", peer="ana", on=date(2026, 12, 20))
        starts = datetime(2026, 12, 22, 10, tzinfo=UTC)
        one = attrs.evolve(plan(series="se-1", occurrence=MONDAY, starts=starts), id=None)
        for act in (
            talk,
            pk.MoveOccurrence(
                by="p-7",
                id="se-1",
                peer="ana",
                participants=("p-7",),
                occurrence=MONDAY,
                starts=starts,
            ),
            one,
        ):
            later.do(act).or_raise()
        (kept,) = later.find(pk.Series)

        assert kept.on(MONDAY) is None
        assert "occurrence" in clauses(later.do(attrs.evolve(one, id="twice")))
        assert later.verify().whole

    def test_a_cancelled_session_is_not_moved(self) -> None:
        """Whoever wants it again plans it: of a series on its day, else as a new one."""
        program = opened()
        program.do(plan(starts=at(9, 10))).or_raise()
        program.do(pk.CancelSession(by="p-7", id="s-1")).or_raise()
        move = pk.MoveSession(
            by="p-7", id="s-1", peer="ana", participants=("p-7",), starts=at(9, 11), minutes=60
        )

        assert clauses(program.do(move)) == {"steps"}
        assert clauses(program.do(plan(starts=at(9, 10)))) == {"once"}

    @pytest.mark.parametrize("how", ["ended", "passed on"])
    def test_a_series_ends_with_the_match(self, how: str) -> None:
        """That of the pair; a group they are both in goes on, and what is planned stays planned."""
        program = opened()
        program.do(series()).or_raise()
        program.do(series(id="se-2", when=weekly(at=9), **group(2))).or_raise()
        day: dict[str, Any] = {"series": "se-1", "occurrence": MONDAY, "starts": at(9, 23)}
        program.do(attrs.evolve(plan(**day), id=None)).or_raise()
        (match,) = program.find(pk.Match)
        if how == "ended":
            end = pk.EndMatch(by="p-7", id=match.id, peer="ana", participant="p-7")
            program.do(end).or_raise()
        else:
            lived = (pk.LivedExperience(of=pk.Experience.HOMELESSNESS),)
            program.do(
                pk.WelcomePeer(
                    by="c",
                    id="bo",
                    role=pk.Role.WORKER,
                    supervisor="sam",
                    since=NOW.date(),
                    experiences=lived,
                )
            ).or_raise()
            program.do(
                pk.ReassignMatch(
                    by="p-7",
                    peer="bo",
                    participant="p-7",
                    earlier=match.id,
                    earlier_peer="ana",
                    why=pk.EndingReason.ANOTHER_FITS,
                )
            ).or_raise()
        status = {each.id: each.status for each in program.find(pk.Series)}
        (session,) = program.find(pk.Session)

        assert status == {"se-1": pk.SeriesStatus.ENDED, "se-2": pk.SeriesStatus.RUNNING}
        assert session.status is pk.SessionStatus.PLANNED
        assert program.verify().whole

    def test_a_planned_session_moves_without_its_series(self) -> None:
        """What was its hour is free, and its new hour is taken."""
        program = opened()
        program.do(series()).or_raise()
        program.do(
            attrs.evolve(plan(series="se-1", occurrence=MONDAY, starts=at(9, 23)), id=None)
        ).or_raise()
        moved = pk.MoveSession(
            by="p-7",
            id="se-1/2026-11-09",
            peer="ana",
            participants=("p-7",),
            starts=at(11, 9),
            minutes=30,
        )
        program.do(moved).or_raise()

        assert program.do(plan(id="s-2", starts=at(9, 23))).allowed
        assert clauses(program.do(plan(id="s-3", starts=at(11, 9)))) == {"double-booking"}
        assert told(program, "session.moved") == [
            ("p-7", "Session se-1/2026-11-09 is at another time."),
            ("ana", "Session se-1/2026-11-09 is at another time."),
        ]
        assert program.verify().whole

    def test_a_day_is_moved_moved_again_and_cancelled(self) -> None:
        """The last word counts, and a cancelled day does not come back."""
        program = opened()
        program.do(series()).or_raise()
        move: dict[str, Any] = {
            "by": "p-7",
            "id": "se-1",
            "peer": "ana",
            "participants": ("p-7",),
            "occurrence": MONDAY,
        }
        for day in (10, 11):
            program.do(pk.MoveOccurrence(**move, starts=at(day, 9))).or_raise()
        (kept,) = program.find(pk.Series)
        assert kept.moved == (pk.MovedOccurrence(day=MONDAY, starts=at(11, 9)),)
        assert kept.on(MONDAY) == pk.Occurrence(
            day=MONDAY, starts=at(11, 9), minutes=60, zone="America/Chicago"
        )
        program.do(pk.CancelOccurrence(by="p-7", id="se-1", occurrence=MONDAY)).or_raise()
        (kept,) = program.find(pk.Series)

        assert (kept.moved, kept.cancelled) == ((), (MONDAY,))
        assert clauses(program.do(pk.MoveOccurrence(**move, starts=at(12, 9)))) == {"occurrence"}
        assert told(program, "series.occurrence-moved")[0] == (
            "p-7",
            "Series se-1 has one session at another time.",
        )
        assert told(program, "series.occurrence-cancelled")[1] == (
            "ana",
            "One session of series se-1 is cancelled.",
        )

    def test_a_series_is_ended_once(self) -> None:
        """Its hours are free again; what was planned of it stays."""
        program = opened()
        program.do(series()).or_raise()
        program.do(pk.EndSeries(by="p-7", id="se-1")).or_raise()

        assert told(program, "series.ended")[0] == ("p-7", "Series se-1 is over.")
        assert clauses(program.do(pk.EndSeries(by="p-7", id="se-1"))) == {"steps"}
        assert program.do(plan(id="s-2", starts=at(9, 23))).allowed
        gone = plan(id="s-3", starts=at(16, 23), series="se-1", occurrence=date(2026, 11, 16))
        assert clauses(program.do(gone)) == {"occurrence"}

    def test_what_has_run_out_weighs_on_nobody(self) -> None:
        """A new series puts those away that are over, and times that are: views stay small."""
        now = NOW
        program = opened(clock=lambda: now)
        for number in range(3):
            program.do(series(id=f"se-{number}", when=weekly(at=9 + number))).or_raise()
        offer = pk.OfferAvailability(by="ana", id="av-1", person="ana", when=weekly())
        program.do(offer).or_raise()
        now += timedelta(days=60)
        program.do(pk.RecordSupervision(by="sam", peer="ana", on=now.date())).or_raise()
        later = weekly(date(2027, 1, 11))
        program.do(attrs.evolve(offer, id="av-2", when=later)).or_raise()
        program.do(series(id="se-9", when=later)).or_raise()
        open_ = [
            each.id for each in program.view("ana").nouns if each.kind in {"series", "availability"}
        ]

        assert open_ == ["av-2", "se-9"]
        assert program.verify().whole

    @pytest.mark.parametrize(
        ("how", "place"),
        [
            ({"participants": ("p-7", "p-8")}, "PlanSeries.participants"),
            ({"form": pk.SessionForm.AD_HOC}, "PlanSeries.form"),
            ({"agreed_by": ("p-7", "p-7")}, "PlanSeries.agreed_by"),
        ],
    )
    def test_a_series_that_cannot_be_is_refused(self, how: dict[str, Any], place: str) -> None:
        """A group says that it is one; what is planned is not ad hoc."""
        with pytest.raises(pk.BadInput) as caught:
            series(**how)

        assert caught.value.place == place

    def test_a_session_names_its_series_and_the_day_or_neither(self) -> None:
        """And it lies in the calendar."""
        for half in ({"series": "se-1"}, {"occurrence": MONDAY}):
            with pytest.raises(pk.BadInput, match="occurrence"):
                plan(**half)
        last = datetime(9999, 1, 1, tzinfo=UTC)
        with pytest.raises(pk.BadInput, match="years 2 to 9998"):
            pk.MoveSession(
                by="x", id="s-1", peer="ana", participants=("p-7",), starts=last, minutes=60
            )
        with pytest.raises(pk.BadInput, match="seats"):
            pk.AddRoom(by="x", id="r", seats=0)


class TestDoubleBooking:
    """Half-open, in UTC, at the cost of a day and not of a history."""

    @pytest.mark.parametrize(
        ("starts", "minutes", "verdict"),
        [
            (at(9, 9), 60, ALLOWED),
            (at(9, 9), 61, NO),
            (at(9, 10), 60, NO),
            (at(9, 10, 30), 15, NO),
            (at(9, 9), 240, NO),
            (at(9, 11), 60, ALLOWED),
        ],
    )
    def test_what_ends_when_another_begins_does_not_meet_it(
        self, starts: datetime, minutes: int, verdict: pk.Verdict
    ) -> None:
        """Ana has a session from ten to eleven."""
        there = attrs.evolve(planned(), participants=("p-8",))

        assert decided(plan(starts=starts, minutes=minutes, id="s-2"), there).verdict is verdict

    def test_a_peer_is_told_which_and_others_that_there_is_one(self) -> None:
        """What else somebody has is theirs: nobody reads it in a refusal."""
        there = attrs.evolve(
            planned(), peer="bo", participants=("p-7", "ana"), form=pk.SessionForm.GROUP
        )
        found = decided(plan(id="s-2", by="c", starts=at(9, 10)), there)

        assert found.verdict is CONSENT
        assert "s-1" not in found.explain()
        both = plan(id="s-2", by="ana", agreed_by=("p-7",), starts=at(9, 10))
        assert decided(both, there).allowed

    def test_a_view_reads_only_what_is_near(self) -> None:
        """However many sessions are planned, a plan reads those of its own day."""
        program = opened()
        for day in range(3, 29):
            program.do(plan(id=f"s-{day}", starts=at(day, 10))).or_raise()
        near = program.view(*plan(id="x", starts=at(9, 15)).about)

        assert [each.id for each in near.all(pk.Session)] == ["s-9"]
        assert "ana#2026-11-09" not in {
            each for entry in program.journal() for each in entry.read()["touched"]
        }

    def test_a_series_is_compared_with_sessions_of_its_first_eight_weeks(self) -> None:
        """And with every occurrence of another series, as far as both go."""
        program = opened()
        for days in (49, 56):
            program.do(plan(id=f"s-{days}", starts=at(9, 23) + timedelta(days))).or_raise()

        assert clauses(program.do(series(when=weekly(count=8)))) == {"double-booking"}
        program.do(pk.CancelSession(by="ana", id="s-49")).or_raise()
        assert program.do(series(when=weekly(count=200))).allowed
        late = weekly(MONDAY + timedelta(weeks=199))
        assert clauses(program.do(series(id="se-2", when=late))) == {"double-booking"}

    def test_moving_compares_with_everything_but_itself(self) -> None:
        """By half an hour it meets its own old time, and that is no clash."""
        program = opened()
        program.do(plan(id="s-1", starts=at(9, 10))).or_raise()
        program.do(plan(id="s-2", starts=at(9, 12))).or_raise()
        move: dict[str, Any] = {
            "by": "ana",
            "id": "s-1",
            "peer": "ana",
            "participants": ("p-7",),
            "minutes": 60,
        }

        assert program.do(pk.MoveSession(**move, starts=at(9, 10, 30))).allowed
        assert clauses(program.do(pk.MoveSession(**move, starts=at(9, 11, 30)))) == {
            "double-booking"
        }
        move["participants"] = ("p-8",)
        other = program.do(pk.MoveSession(**move, starts=at(9, 15)))
        assert (other.verdict, clauses(other)) == (FACTS, {"known-thing"})

    def test_the_people_may_be_named_in_any_order(self) -> None:
        """A group is the same group."""
        program = opened()
        program.do(plan(**group(2), starts=at(9, 10))).or_raise()
        moved = pk.MoveSession(
            by="p-8",
            id="s-1",
            peer="ana",
            participants=("p-8", "p-7"),
            starts=at(9, 11),
            minutes=60,
        )

        assert program.do(moved).allowed


class TestRooms:
    """A room is added, booked once at a time, and closed."""

    def test_two_peers_do_not_take_one_room(self) -> None:
        """Nor does a series take it; another room is fine."""
        program = opened()
        program.do(pk.AddRoom(by="c", id="r-1", seats=2)).or_raise()
        program.do(plan(starts=at(9, 23), room="r-1")).or_raise()
        apart = {"peer": "ana", "participants": ("p-8",), "form": pk.SessionForm.GROUP}
        taken = program.do(series(**apart, room="r-1", when=weekly(at=17)))

        assert clauses(taken) >= {"room-free"}
        assert [*program.find(pk.Session, about="r-1")]

    def test_a_closed_room_takes_nobody(self) -> None:
        """What was planned in it stays planned, and is found with it."""
        program = opened()
        program.do(pk.AddRoom(by="c", id="r-1")).or_raise()
        program.do(plan(starts=at(9, 23), room="r-1")).or_raise()
        program.do(pk.CloseRoom(by="c", id="r-1")).or_raise()

        assert clauses(program.do(plan(id="s-2", starts=at(9, 9), room="r-1"))) == {"room-free"}
        assert [each.status for each in program.find(pk.Session, about="r-1")] == ["planned"]
        assert clauses(program.do(pk.CloseRoom(by="c", id="r-1"))) == {"steps"}

    def test_a_room_may_be_called_what_a_participant_is_called(self) -> None:
        """A host numbers each of its tables from 1: the room 7 is not the person 7."""
        program = opened()
        program.do(pk.AddRoom(by="c", id="p-8")).or_raise()
        program.do(plan(starts=at(9, 10), room="p-8")).or_raise()
        program.do(pk.WelcomePeer(**newcomer())).or_raise()
        program.do(pk.ProposeMatch(by="c", id="m-9", peer="bo", participant="p-8")).or_raise()
        program.do(pk.AcceptMatch(by="p-8", id="m-9", peer="bo", participant="p-8")).or_raise()

        assert program.do(
            plan(id="s-2", by="bo", peer="bo", participants=("p-8",), starts=at(9, 10))
        ).allowed

    def test_the_room_of_a_series_is_named_again(self) -> None:
        """So that its hours can be compared."""
        program = opened()
        program.do(pk.AddRoom(by="c", id="r-1")).or_raise()
        program.do(series(room="r-1")).or_raise()
        move = pk.MoveOccurrence(
            by="p-7",
            id="se-1",
            peer="ana",
            participants=("p-7",),
            occurrence=MONDAY,
            starts=at(10, 9),
        )

        assert program.do(move).verdict is FACTS
        assert program.do(attrs.evolve(move, room="r-1")).allowed
        assert program.do(attrs.evolve(move, id="se-9")).verdict is FACTS


class TestOfferedHours:
    """A peer's hours are the peer's; without any on record, nothing is asked."""

    def test_offers_that_touch_are_one(self) -> None:
        """A session may lie across the end of one and the beginning of the next."""
        morning = pk.Availability(id="av-1", person="ana", when=weekly(at=9))
        noon = pk.Availability(id="av-2", person="ana", when=weekly(at=10))
        across = plan(by="p-7", starts=at(9, 15, 30))

        assert decided(across, morning, noon).allowed
        assert decided(across, morning).verdict is CONSENT
        assert decided(attrs.evolve(across, agreed_by=("ana",)), morning).allowed
        withdrawn = attrs.evolve(morning, status=pk.AvailabilityStatus.WITHDRAWN)
        assert decided(across, withdrawn).allowed

    def test_times_are_withdrawn_by_whose_they_are(self) -> None:
        """Those of another are not."""
        program = opened()
        program.do(
            pk.OfferAvailability(by="c", id="av-1", person="ana", when=weekly(), said_so=True)
        ).or_raise()
        other = program.do(pk.WithdrawAvailability(by="p-7", id="av-1", person="p-7"))
        mine = program.do(pk.WithdrawAvailability(by="ana", id="av-1", person="ana"))

        assert (other.verdict, mine.verdict) == (FACTS, ALLOWED)
        assert [each.open for each in program.find(pk.Availability, about="ana")] == [False]


class TestMissed:
    """Who did not come, and whether they had told: counted, and held against nobody."""

    def test_it_is_counted_of_who_missed_it(self) -> None:
        """All of them, and those that were excused, standing and by the month it was planned in."""
        program = opened()
        for number, excused in enumerate((True, False, None)):
            program.do(plan(id=f"s-{number}", starts=at(1, 8 + number))).or_raise()
            program.do(
                pk.ReportMissedSession(by="ana", id=f"s-{number}", who="p-7", excused=excused)
            ).or_raise()
        counts = {what[1:]: n for what, n in tallies_of(program).items() if "missed" in what[1]}

        assert counts == {
            ("missed", ""): 3,
            ("missed-a-month", "2026-11"): 3,
            ("missed-excused", ""): 1,
            ("missed-excused-a-month", "2026-11"): 1,
        }
        kept = [(each.no_show, each.no_show_excused) for each in program.find(pk.Session)]
        assert kept == [("p-7", True), ("p-7", False), ("p-7", None)]
        assert program.verify().whole

    def test_a_missed_session_may_name_nobody(self) -> None:
        """Then nobody is counted."""
        program = opened()
        program.do(plan()).or_raise()
        program.do(pk.ReportMissedSession(by="ana", id="s-1")).or_raise()

        assert not [what for _, what, _ in tallies_of(program) if "missed" in what]
        assert program.do(pk.ReportMissedSession(by="ana", id="s-9", who="p-7")).verdict is FACTS

    def test_no_rule_reads_it(self) -> None:
        """Somebody who stayed away a hundred times plans like anybody else."""
        counts = {("p-7", "missed"): 100, ("ana", "walking"): 1}

        assert decided(plan(starts=at(9, 10)), tallies=counts).allowed


#: An act of each way of being asked: what makes something, what moves it, what leaves nothing.
ASKED: Final = (
    series(),
    plan(starts=at(9, 10)),
    report(),
    asking(pk.Activity(id="listen")),
    pk.ProposeMatch(by="sam", id="m-9", peer="ana", participant="p-8"),
    pk.AcceptMatch(by="p-8", id="m-8", peer="ana", participant="p-8"),
    pk.MoveSession(
        by="p-7", id="s-8", peer="ana", participants=("p-7",), starts=at(10, 10), minutes=60
    ),
)


class TestAdvice:
    """Advice that was agreed lets one act through, whatever the act leaves by itself."""

    @pytest.mark.parametrize("act", ASKED, ids=lambda each: each.kind)
    def test_advice_that_opens_an_act_is_used_up_by_it(self, act: pk.Act) -> None:
        """The door keeps that it was used with what the act leaves: no act can forget it."""

        def asks(act: pk.Act, view: pk.View, book: pk.Book) -> tuple[pk.Finding, ...]:
            who = {"other": act.participants_named[0]}
            return (pk.Finding(book.clause("gifts"), pk.Verdict.NEEDS_CONSULTATION, who),)

        rules = pk.Rules(pk.Rule("asks", (type(act),), asks), heeded=heeded)
        store = opened().store
        program = empty(store)
        (who,) = act.participants_named
        program.do(plan(id="s-8", starts=at(9, 15))).or_raise()
        program.do(pk.ProposeMatch(by="sam", id="m-8", peer="ana", participant="p-8")).or_raise()
        for each in (
            pk.ConsultSupervisor(by="ana", id="c-1", peer="ana", participant=who, clause="gifts"),
            pk.GiveAdvice(by="sam", id="c-1", peer="ana", agreed=True),
        ):
            program.do(each).or_raise()
        assert empty(store, rules=rules).do(act).allowed
        (advice,) = program.find(pk.Consultation)

        used = pk.ConsultationStatus.DONE if act.already else pk.ConsultationStatus.USED
        assert advice.status is used
        assert program.verify().whole

    def test_advice_lets_one_series_through(self) -> None:
        """The next one asks again."""
        program = empty(opened().store, clock=lambda: NOW + timedelta(days=35))
        one = series(when=weekly(date(2026, 12, 14)))
        assert clauses(program.do(one)) == {"supervision"}
        for act in (
            pk.ConsultSupervisor(
                by="ana", id="c-1", peer="ana", participant="p-7", clause="supervision"
            ),
            pk.GiveAdvice(by="sam", id="c-1", peer="ana", agreed=True),
            one,
        ):
            program.do(act).or_raise()

        again = program.do(series(id="se-2", when=weekly(date(2026, 12, 14), at=9)))
        assert clauses(again) == {"supervision"}


class TestOverlaps:
    """Reports are kept as they are told; two that overlap are shown to whoever looks."""

    def test_reports_of_one_peer_at_one_hour_are_shown(self) -> None:
        """Both count, and the supervisor sees that they overlap."""
        program = opened()
        for hours, id_ in ((3, "a"), (2.5, "b"), (1.5, "c"), (9, "d")):
            program.do(report(id=id_, starts=NOW - timedelta(hours=hours))).or_raise()
        program.do(plan(id="planned", starts=NOW - timedelta(hours=9))).or_raise()

        found = [(one.id, other.id) for one, other in overlaps(program, "ana")]
        assert found == [("a", "b")]

    def test_a_long_session_overlaps_with_each_in_it(self) -> None:
        """And those in it not with one another."""
        program = empty()
        for id_, hours, minutes in (("long", 6, 300), ("one", 5, 30), ("two", 3, 30)):
            told_ = report(id=id_, starts=NOW - timedelta(hours=hours), minutes=minutes)
            program.do(told_)

        found = [(one.id, other.id) for one, other in overlaps(program, "ana")]
        assert found == [("long", "one"), ("long", "two")]
        assert [*overlaps(program, "p-7")] == []

    def test_whoever_leads_a_session_with_somebody_was_there_too(self) -> None:
        """Their time counts, and every report that names peers says so."""
        program = opened()
        bo: dict[str, Any] = {
            "role": pk.Role.WORKER,
            "supervisor": "sam",
            "since": date(2026, 1, 5),
        }
        lived = (pk.LivedExperience(of=pk.Experience.HOMELESSNESS),)
        both: dict[str, Any] = {**group(2), "with_peers": ("bo",)}
        for act in (
            pk.WelcomePeer(by="c", id="bo", supervised=NOW.date(), experiences=lived, **bo),
            report(id="a", starts=NOW - timedelta(hours=3), **both),
            plan(id="ahead", starts=at(9, 10), **both),
        ):
            program.do(act).or_raise()
        program.do(report(id="b", peer="bo", starts=NOW - timedelta(hours=3)))
        program.do(pk.ChangeService(by="c", id="bo", status=pk.PeerStatus.STEPPED_BACK)).or_raise()

        assert [(one.id, other.id) for one, other in overlaps(program, "bo")] == [("a", "b")]
        assert set(last_met(program)) == {
            *(("ana", "p-7"), ("ana", "p-8"), ("bo", "p-7"), ("bo", "p-8"))
        }
        assert minutes_a_week(program, "bo", NOW.date(), NOW.date() + timedelta(days=1)) == {
            "2026-W45": 60
        }
        (left,) = to_hand_over(program)
        assert (left.peer, left.sessions) == ("bo", ("ahead",))


def planned() -> pk.Session:
    """Ana and p-7, from ten to eleven on the ninth."""
    return pk.Session(
        id="s-1",
        form=pk.SessionForm.ONE_TO_ONE,
        peer="ana",
        participants=("p-7",),
        starts=at(9, 10),
        minutes=60,
    )


def newcomer() -> dict[str, Any]:
    """A second peer."""
    return {
        "by": "c",
        "id": "bo",
        "role": pk.Role.WORKER,
        "supervisor": "sam",
        "since": date(2026, 10, 1),
        "supervised": date(2026, 11, 1),
        "experiences": (pk.LivedExperience(of=pk.Experience.ILLNESS),),
    }


PEERS: Final = st.sampled_from(("ana", "bo"))
PEOPLE: Final = st.sampled_from((("p-7", "p-8"), ("p-8", "p-7"), ("p-7",)))
ROOMS: Final = st.sampled_from((None, None, "r-1", "r-2"))
#: Few of them, so that they meet often.
HOURS: Final = st.sampled_from((9, 10))
DAYS: Final = st.sampled_from((9, 10, 16))
LASTING: Final = st.sampled_from((30, 60, 90))


class SeriesMachine(RuleBasedStateMachine):
    """Two peers, two participants and two rooms over three weeks; whatever is asked of them."""

    @initialize()
    def begins(self) -> None:
        """Everybody is there."""
        self.now = NOW
        self.program = opened(clock=lambda: self.now)
        self.missed: Counter[str] = Counter()
        for act in (
            pk.WelcomePeer(**newcomer()),
            pk.AddRoom(by="c", id="r-1", seats=3),
            pk.AddRoom(by="c", id="r-2", seats=2),
        ):
            self.program.do(act).or_raise()

    @rule(peer=PEERS, people=PEOPLE, room=ROOMS, day=DAYS, hour=HOURS, minutes=LASTING)
    def plans_a_series(
        self,
        peer: str,
        people: tuple[str, ...],
        room: str | None,
        day: int,
        hour: int,
        minutes: int,
    ) -> None:
        """A group, every week, three times."""
        when = weekly(date(2026, 11, day), hour, minutes=minutes, count=3)
        self.program.do(
            pk.PlanSeries(
                by=peer,
                peer=peer,
                participants=people,
                form=pk.SessionForm.GROUP,
                room=room,
                when=when,
                agreed_by=people,
            )
        )

    @rule(peer=PEERS, people=PEOPLE, room=ROOMS, day=DAYS, hour=HOURS, minutes=LASTING)
    def plans_a_session(
        self,
        peer: str,
        people: tuple[str, ...],
        room: str | None,
        day: int,
        hour: int,
        minutes: int,
    ) -> None:
        """A group, once."""
        self.program.do(
            attrs.evolve(
                plan(participants=people, form=pk.SessionForm.GROUP, minutes=minutes),
                id=None,
                peer=peer,
                room=room,
                starts=at(day, hour + 6),
                agreed_by=people,
            )
        )

    def one_of(self, data: st.DataObject) -> tuple[pk.Series, date]:
        """A series and a day of its rule, whatever became of it."""
        found: pk.Series = data.draw(st.sampled_from([*self.program.every(pk.Series)]))
        return found, data.draw(st.sampled_from([each.day for each in found.when.occurrences]))

    def there_is_a(self, kind: type[pk.Noun]) -> bool:
        """Whether there is one of this kind."""
        return bool(self.program.find(kind, limit=1))

    @precondition(lambda self: self.there_is_a(pk.Series))
    @rule(data=st.data())
    def plans_a_day_of_a_series(self, data: st.DataObject) -> None:
        """As its rule has it, or half an hour later."""
        found, day = self.one_of(data)
        starts = next(each.starts for each in found.when.occurrences if each.day == day)
        self.program.do(
            attrs.evolve(
                plan(participants=found.participants, form=found.form),
                id=None,
                peer=found.peer,
                room=found.room,
                starts=starts + data.draw(st.sampled_from((timedelta(0), timedelta(minutes=30)))),
                minutes=found.when.minutes,
                series=found.id,
                occurrence=day,
                agreed_by=found.participants,
            )
        )

    @precondition(lambda self: self.there_is_a(pk.Series))
    @rule(data=st.data(), day=DAYS, hour=HOURS)
    def moves_a_day_of_a_series(self, data: st.DataObject, day: int, hour: int) -> None:
        """To any other time."""
        found, occurrence = self.one_of(data)
        self.program.do(
            pk.MoveOccurrence(
                by=found.peer,
                id=found.id,
                peer=found.peer,
                participants=found.participants,
                room=found.room,
                occurrence=occurrence,
                starts=at(day, hour + 6, 30),
                agreed_by=found.participants,
            )
        )

    @precondition(lambda self: self.there_is_a(pk.Series))
    @rule(data=st.data())
    def cancels_a_day_of_a_series(self, data: st.DataObject) -> None:
        """One of those who take part."""
        found, day = self.one_of(data)
        self.program.do(pk.CancelOccurrence(by=found.participants[0], id=found.id, occurrence=day))

    @precondition(lambda self: self.there_is_a(pk.Series))
    @rule(data=st.data(), by=st.sampled_from(("ana", "bo", "p-7", "c")))
    def ends_a_series(self, data: st.DataObject, by: str) -> None:
        """Somebody, who takes part or not."""
        found, _ = self.one_of(data)
        decision = self.program.do(pk.EndSeries(by=by, id=found.id))
        mine = by in {found.peer, *found.participants}
        assert decision.allowed is (mine and found.open)

    @precondition(lambda self: self.there_is_a(pk.Session))
    @rule(data=st.data(), day=DAYS, hour=HOURS, room=ROOMS)
    def moves_a_session(self, data: st.DataObject, day: int, hour: int, room: str | None) -> None:
        """To any other time and room."""
        found: pk.Session = data.draw(st.sampled_from([*self.program.every(pk.Session)]))
        self.program.do(
            pk.MoveSession(
                by=found.peer,
                id=found.id,
                peer=found.peer,
                participants=found.participants,
                starts=at(day, hour + 6, 15),
                minutes=found.minutes,
                room=room,
                agreed_by=found.participants,
            )
        )

    @precondition(lambda self: self.there_is_a(pk.Session))
    @rule(data=st.data(), missed=st.booleans())
    def a_session_is_over(self, data: st.DataObject, *, missed: bool) -> None:
        """Cancelled, or missed by its first participant when its time has come."""
        found: pk.Session = data.draw(st.sampled_from([*self.program.every(pk.Session)]))
        who = found.participants[0]
        if not missed:
            self.program.do(pk.CancelSession(by=who, id=found.id))
            return
        self.now = max(self.now, found.starts)
        act = pk.ReportMissedSession(by=found.peer, id=found.id, who=who, excused=True)
        self.missed[who] += self.program.do(act).allowed

    @rule()
    def a_room_is_closed(self) -> None:
        """Once; what is in it stays."""
        self.program.do(pk.CloseRoom(by="c", id="r-2"))

    @invariant()
    def nobody_is_in_two_places(self) -> None:
        """Neither a peer nor a room, with whatever is planned and of whatever runs."""
        plans = [
            (each.peer, each.room, [each.span])
            for each in self.program.every(pk.Session)
            if each.status is pk.SessionStatus.PLANNED
        ] + [
            (each.peer, each.room, [one.span])
            for each in self.program.every(pk.Series)
            if each.open
            for one in each.occurrences
        ]
        for one, other in combinations(plans, 2):
            same = one[0] == other[0] or (one[1] is not None and one[1] == other[1])
            assert not (same and clash(one[2], other[2]))

    @invariant()
    def a_day_of_a_series_is_one_thing(self) -> None:
        """Cancelled, planned on its own, or still the series' own; a session for each planned."""
        sessions = {(each.series, each.occurrence) for each in self.program.every(pk.Session)}
        for each in self.program.every(pk.Series):
            days = {one.day for one in each.when.occurrences}
            own = {one.day for one in each.occurrences}
            assert own | {*each.cancelled} | {*each.planned} == days
            assert len(own) + len(each.cancelled) + len(each.planned) == len(days)
            assert {(each.id, day) for day in each.planned} <= sessions

    def teardown(self) -> None:
        """The books are whole, and what was missed adds up."""
        counts = tallies_of(self.program)
        for who, number in self.missed.items():
            assert counts.get((who, "missed-excused", ""), 0) == number
        assert self.program.verify().whole


TestMachine = SeriesMachine.TestCase
TestMachine.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
