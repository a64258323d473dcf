"""A report of what has not happened yet: nothing moves by it, and nothing told is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

import peerkit as pk
from peerkit.acts.act import kept_of
from peerkit.model import MET
from peerkit.rules.records import TELLING
from tests.ordinary import NOW, TODAY, decided, opened, plan, posted, report, view

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
LATER = NOW + DAY
NOTE = pk.Words("We sat by the river.")
PAIR: dict[str, Any] = {"peer": "ana", "participant": "p-7"}
ANAS: dict[str, Any] = {"by": "ana", "peer": "ana"}
HOUSE = pk.House(id="h-1", rooms=("bed-1",), agreement=(pk.HouseTopic.COOKING,))
STAY = pk.Stay(
    id="st",
    status=pk.StayStatus.HERE,
    participant="p-7",
    house="h-1",
    first=TODAY - DAY,
    until=TODAY + 5 * DAY,
    asked=NOW - 2 * DAY,
    room="bed-1",
    came=NOW - DAY,
)
SHIFT = pk.Shift(id="sh", peer="ana", house="h-1", starts=LATER, ends=LATER + HOUR)
VISIT = pk.Visit(
    id="v", status=pk.VisitStatus.PLANNED, **PAIR, setting=pk.VisitSetting.INPATIENT, on=TODAY
)
PLANNED = pk.Session(
    id="s-1",
    form=pk.SessionForm.ONE_TO_ONE,
    peer="ana",
    participants=("p-7",),
    starts=LATER,
    zone="UTC",
    minutes=60,
)
WAITING = pk.Waiting(id="w", participant="p-7", since=NOW - DAY)
DANGER = {f"item-{n}": 0 for n in range(1, 9)} | {"item-9": 2}


def phq(**how: Any) -> pk.RecordMeasure:
    """p-7 answers, with ana beside them, that they think of dying."""
    told: dict[str, Any] = {
        "by": "p-7",
        "id": "me-1",
        **PAIR,
        "instrument": "phq-9",
        "answers": DANGER,
        "filled": pk.FilledIn.HELPED,
    }
    return pk.RecordMeasure(**told | how)


#: Each report that names a time, told a day too early, and what stands when it is told.
EARLY: tuple[tuple[pk.Act, tuple[pk.Noun, ...]], ...] = (
    (report(starts=LATER, note=NOTE), ()),
    (report(starts=LATER), (PLANNED,)),
    (pk.ReportMissedSession(by="ana", id="s-1", who="p-7"), (PLANNED,)),
    (pk.RecordSupervision(by="sam", peer="ana", on=TODAY + DAY, minutes=60), ()),
    (
        pk.RecordTraining(
            **ANAS, id="t", topic=pk.TrainingTopic.ETHICS, minutes=60, on=TODAY + DAY
        ),
        (),
    ),
    (
        pk.ReportDebrief(**ANAS, id="d", on=TODAY + DAY),
        (pk.Debrief(id="d", peer="ana", asked=TODAY),),
    ),
    (
        pk.ReportDrift(
            **ANAS, id="x", cause=pk.DriftCause.CLINICAL_TASK, minutes=60, on=TODAY + DAY, what=NOTE
        ),
        (),
    ),
    (pk.LeaveRespite(by="p-7", id="st", participant="p-7", when=LATER), (HOUSE, STAY)),
    (pk.ReportShift(**ANAS, id="sh"), (HOUSE, SHIFT)),
    (phq(on=TODAY + DAY), ()),
    (phq(on=TODAY + DAY, answers=DANGER | {"item-9": 0}), ()),
    (
        pk.RecordMilestone(
            by="p-7", id="mi", participant="p-7", of=pk.MilestoneKind.HOUSED, on=TODAY + DAY
        ),
        (),
    ),
    (
        pk.TryToReach(by="ana", participant="p-7", reached=True, channel="phone", when=LATER),
        (WAITING,),
    ),
    (pk.ReportVisit(by="ana", id="v", **PAIR, on=TODAY + DAY), (VISIT,)),
)


class TestToldEarly:
    """One rule, for every report."""

    def test_every_report_that_names_a_time_is_here(self) -> None:
        """A new one belongs into the table above."""
        assert {type(act) for act, _ in EARLY} == {each for each in TELLING if each.already}

    @pytest.mark.parametrize(("act", "stands"), EARLY, ids=lambda it: getattr(it, "kind", ""))
    def test_nothing_that_stands_is_moved(self, act: pk.Act, stands: tuple[pk.Noun, ...]) -> None:
        """What somebody has to look at now, and the words: these are all that is kept."""
        decision = decided(act, *stands)
        left = kept_of(act, view(*stands), decision.judged())
        unseen = pk.MeasureStatus.UNSEEN

        assert "already-happened" in {each.clause.id for each in decision.findings}
        assert not decision.allowed
        assert left.counts == ()
        assert all(isinstance(each, pk.Concern) or each.status is unseen for each in left.nouns)
        assert {each.about for each in left.messages} <= {each.id for each in left.nouns}
        assert [each.words for each in left.words] == [
            told for told in (getattr(act, "note", None), getattr(act, "what", None)) if told
        ]

    def test_a_note_with_a_wrong_date_is_kept_and_told_again_it_counts(self) -> None:
        """Nobody has met by it, the plan still stands, and the right day needs no correction."""
        program = opened()
        program.do(plan(starts=LATER)).or_raise()
        early = program.do(report(starts=LATER, note=NOTE))
        (kept,) = program.find(pk.Session)
        met = program.view(pk.pair("ana", "p-7")).tally(pk.pair("ana", "p-7"), MET)
        right = program.do(report(starts=NOW - HOUR * 2))
        (held,) = program.find(pk.Session)

        assert early.verdict is pk.Verdict.NEEDS_FACTS
        assert (kept.status, met) == (pk.SessionStatus.PLANNED, 0)
        assert program.words("session/s-1") == (NOTE.text,)
        assert list(program.find(pk.Concern)) == []
        assert (right.allowed, held.status) == (True, pk.SessionStatus.HELD)
        assert program.verify().whole

    def test_advice_is_not_used_up_by_what_is_still_to_come(self) -> None:
        """It waits for the report of what happened."""
        program = opened()
        gift = pk.Activity(id="give-gift", circumstances={"value": "token"})
        program.do(pk.ConsultSupervisor(by="ana", id="c", **PAIR, clause="gifts")).or_raise()
        program.do(pk.GiveAdvice(by="sam", id="c", peer="ana", agreed=True)).or_raise()
        program.do(report(starts=LATER, activities=(gift,)))

        assert program.do(report(activities=(gift,))).allowed

    def test_a_bed_is_not_given_away_before_the_guest_has_left(self) -> None:
        """Told for tomorrow, they are here today."""
        act = pk.LeaveRespite(by="p-7", id="st", participant="p-7", when=LATER)
        early = kept_of(act, view(HOUSE, STAY), decided(act, HOUSE, STAY).judged())
        now = attrs.evolve(act, when=None)
        left = kept_of(now, view(HOUSE, STAY), decided(now, HOUSE, STAY).judged())

        assert early.nouns == ()
        assert left.nouns[0].status is pk.StayStatus.LEFT

    def test_a_sign_of_danger_is_heard_whatever_its_date(self) -> None:
        """The supervisor hears now, it is not counted, and it is there to be looked at."""
        program = opened()
        program.do(phq(on=TODAY + DAY))
        (kept,) = program.find(pk.Measure)
        told = [each for each in posted(program) if each.about == kept.id]

        assert (kept.status, kept.counted) == (pk.MeasureStatus.UNSEEN, False)
        assert [each.to for each in told] == ["sam"]
        assert program.do(pk.LookAtMeasure(by="sam", id="me-1", **PAIR)).allowed
