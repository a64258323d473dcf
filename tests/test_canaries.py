"""A canary in every word that somebody said: it may be read where it is kept, and nowhere else."""

from __future__ import annotations

import io
import json
import logging
import sqlite3
import traceback
from collections.abc import Iterator
from datetime import date, time, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import attrs
import pytest

import peerkit as pk
from peerkit.acts import ACTS
from peerkit.model import NOUNS
from peerkit.notifiers.console import ConsoleNotifier
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.reports import summary
from peerkit.reports.show import Screen
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sqlite import SQLiteStore
from tests.ordinary import NOW, activity, asking, empty, group, opened, plan, posted, report

PAIR: dict[str, Any] = {"peer": "ana", "participant": "p-7"}
#: Mondays at nine, from next week on.
MONDAYS = pk.Timetable(
    repeats=pk.Recurrence.parse("FREQ=WEEKLY;BYDAY=MO;COUNT=5"),
    first=date(2026, 11, 9),
    at=time(9),
    minutes=60,
)
#: Where each canary sings, by the field it was put into.
CANARIES = {
    "SetGoal.words": "Zebrafinch-goal",
    "ReportSession.note": "Zebrafinch-note",
    "RaiseConcern.what": "Zebrafinch-what",
    "CloseConcern.outcome": "Zebrafinch-outcome",
    "ConsultSupervisor.question": "Zebrafinch-question",
    "GiveAdvice.advice": "Zebrafinch-advice",
    "DiscloseForSafety.what": "Zebrafinch-danger",
    "ReviewDisclosure.outcome": "Zebrafinch-review",
    # -- workforce
    "ExplainBreak.why": "Zebrafinch-break",
    "ReportDrift.what": "Zebrafinch-drift",
    "LookAtDrift.outcome": "Zebrafinch-drift-outcome",
    "ReportBias.what": "Zebrafinch-bias",
    "AnswerBias.outcome": "Zebrafinch-bias-outcome",
    "WriteSelfCarePlan.words": "Zebrafinch-own-plan",
    "LookAtMeasure.outcome": "Zebrafinch-looked",
    # -- people
    "SetGoal.why": "Zebrafinch-why",
    "SetGoal.first_step": "Zebrafinch-first",
    "SetGoal.strengths": "Zebrafinch-strengths",
    "SetGoal.support": "Zebrafinch-support",
    "SuggestGoal.words": "Zebrafinch-idea",
    "ChangeGoal.words": "Zebrafinch-anew",
    "NoteProgress.words": "Zebrafinch-progress",
    "AddStep.words": "Zebrafinch-step",
    "ChangePlan.words": "Zebrafinch-section",
    "PutOnMap.words": "Zebrafinch-map",
    # -- confidentiality
    "AgreeBoundaries.words": "Zebrafinch-agreed",
    "ProposeBoundaries.words": "Zebrafinch-proposed",
    "FollowUpConcern.words": "Zebrafinch-followed",
    "ReopenConcern.why": "Zebrafinch-why",
    "WantConnection.hope": "Zebrafinch-hope",
    "TellOutcome.told": "Zebrafinch-told",
    "AskToSpeak.words": "Zebrafinch-window",
    # -- groups, respite
    "AgreeGroundRules.words": "Zebrafinch-rules",
    "WriteHouseLog.note": "Zebrafinch-tap",
}
#: A condition, a tie and a danger: what may stand in a noun's body and must not show itself.
LIVED = pk.Experience.SUBSTANCE_USE
TIED = pk.TieKind.HOUSEHOLD
DANGER = pk.Basis.DANGER_TO_SELF
CHANGED = pk.MilestoneKind.ADMITTED
#: An instrument, an answer that is a sign of danger, and an amount of money.
MEASURED: dict[str, Any] = {
    "instrument": "phq-9",
    "answers": {"item-9": 3},
    "on": NOW.date(),
    "filled": pk.FilledIn.HELPED,
}
MONEY: dict[str, Any] = {"cents": 7654321, "currency": "USD"}
#: More closely: which substance, and what wears somebody down.
CLOSELY = (pk.Detail.TOBACCO, pk.Pull.WEARS)
#: What a notice says of its message.
NOTICED = ("key", "to", "kind", "about", "outside", "inside")
SHY = (LIVED, TIED, DANGER, CHANGED, *CLOSELY)
CODES = (*map(str, SHY), "phq-9", "7654321")
HIDDEN = (*CANARIES.values(), *CODES, *(each.name for each in SHY))
#: The reason of an ending, and what somebody says of themself: the same holds.
ENDS = pk.EndingReason.TOO_CLOSE
CODES = (str(LIVED), str(TIED), str(DANGER), str(ENDS), "und-Zzzz", "canary-code")
HIDDEN = (*CANARIES.values(), *CODES, LIVED.name, TIED.name, DANGER.name, ENDS.name)
#: Who is around somebody, and where they lie, can say what they live with.
WORKS = pk.Profession.PROBATION_OFFICER
LIES = pk.VisitSetting.INPATIENT
CODES = (str(LIVED), str(TIED), str(DANGER), str(WORKS), str(LIES))
HIDDEN = (*CANARIES.values(), *CODES, LIVED.name, TIED.name, DANGER.name, WORKS.name, LIES.name)
#: Where somebody is reached, and when not.
ADDRESS = "zebrafinch@canary.example"
HIDDEN = (*HIDDEN, ADDRESS, "03:21", "04:32", "05:43")


def said(field: str) -> pk.Words:
    """The canary of this field."""
    return pk.Words(CANARIES[field])


def _carried() -> tuple[pk.Act, ...]:
    """What carries those who carry others."""
    on = NOW.date()
    ana: dict[str, Any] = {"by": "ana", "peer": "ana"}
    paid: dict[str, Any] = {"peer": "bo", "hourly": 2100, "currency": "USD", "since": on}
    return (
        pk.RecordTraining(
            by="bo", id="t", peer="bo", topic=pk.TrainingTopic.ETHICS, minutes=60, on=on
        ),
        pk.RenewCredential(
            by="bo", id="k-2", of="k", peer="bo", since=on, until=on + timedelta(days=99)
        ),
        pk.AskForDebrief(**ana, id="talk", hard=True),
        pk.ReportDebrief(by="sam", id="talk", peer="ana", on=on),
        pk.ReportDrift(
            **ana,
            id="x",
            cause=pk.DriftCause.PAPERWORK,
            minutes=30,
            on=on,
            what=said("ReportDrift.what"),
        ),
        pk.LookAtDrift(by="sam", id="x", peer="ana", outcome=said("LookAtDrift.outcome")),
        pk.ReportBias(
            by="ana",
            id="b",
            of=pk.BiasKind.STIGMA,
            setting="staff-room",
            whose=pk.BiasFrom.MANAGER,
            what=said("ReportBias.what"),
        ),
        pk.AnswerBias(
            by="sam", id="b", status=pk.BiasStatus.CLOSED, outcome=said("AnswerBias.outcome")
        ),
        pk.RecordPay(by="c", id="pay", **paid),
        pk.AskForLeave(
            **ana, id="rest", first=on + timedelta(days=30), last=on + timedelta(days=30)
        ),
        pk.ChangeLeave(by="sam", id="rest", peer="ana", status=pk.LeaveStatus.GRANTED),
        pk.WriteSelfCarePlan(**ana, id="own", words=said("WriteSelfCarePlan.words")),
        pk.ShareSelfCarePlan(**ana, id="own", to=("jo",)),
        pk.SeeSelfCarePlan(by="sam", id="own", peer="ana"),
        pk.PutAwaySelfCarePlan(**ana, id="own"),
    )


def whole_life() -> tuple[pk.Act, ...]:
    """Every act, with a canary in each word, a condition in each welcome, a tie and a danger."""
    experiences = (pk.LivedExperience(of=LIVED, offered=False, detail=pk.Detail.TOBACCO),)
    own: dict[str, Any] = {"by": "p-7", "participant": "p-7"}
    consent: dict[str, Any] = {"participant": "p-7", "scopes": (pk.ConsentScope.STORY,)}
    return (
        pk.WelcomePeer(
            by="c",
            id="bo",
            role=pk.Role.SPECIALIST,
            supervisor="sam",
            since=NOW.date(),
            experiences=experiences,
        ),
        pk.WelcomeParticipant(by="c", id="p-9", experiences=experiences),
        pk.RecordCredential(
            by="c", id="k", peer="bo", since=NOW.date(), until=NOW.date() + timedelta(days=9)
        ),
        pk.RecordSupervision(by="sam", peer="bo", on=NOW.date()),
        pk.DiscloseTie(by="ana", peer="ana", participant="p-8", of=TIED),
        pk.ProposeMatch(by="c", id="m-2", peer="ana", participant="p-8"),
        pk.ProposeMatch(by="c", id="m-3", peer="bo", participant="p-9"),
        pk.DeclineMatch(by="p-9", id="m-3", peer="bo", participant="p-9"),
        pk.SetGoal(
            by="p-7",
            id="g",
            participant="p-7",
            words=said("SetGoal.words"),
            why=said("SetGoal.why"),
            first_step=said("SetGoal.first_step"),
            strengths=said("SetGoal.strengths"),
            support=said("SetGoal.support"),
        ),
        pk.SuggestGoal(
            by="ana",
            id="g-4",
            participant="p-7",
            words=said("SuggestGoal.words"),
            asked_first=True,
        ),
        pk.ChangeGoal(**own, id="g-4", status=pk.GoalStatus.ACTIVE, words=said("ChangeGoal.words")),
        pk.NoteProgress(
            **own,
            id="g-4",
            achievement=pk.Achievement.IMPROVING,
            words=said("NoteProgress.words"),
        ),
        pk.AddStep(**own, id="st", goal="g-4", words=said("AddStep.words")),
        pk.ChangeStep(**own, id="st", status=pk.StepStatus.DROPPED),
        pk.WritePlan(**own, id="pl", of=pk.PlanKind.CRISIS),
        pk.ChangePlan(
            **own, id="pl", section=pk.Section.WHO_STAYS_AWAY, words=said("ChangePlan.words")
        ),
        pk.RecordDirective(**own, id="pl", formalities=pk.Formalities.EXECUTED),
        pk.SharePlan(**own, id="pl", to="ana"),
        pk.ReadPlan(by="ana", id="pl", participant="p-7"),
        pk.StopSharing(**own, id="pl", to="ana"),
        pk.SetPlanAside(**own, id="pl"),
        pk.PutOnMap(
            **own,
            entry=pk.MapEntry(id="flat", of=pk.MapKind.PLACE, pull=pk.Pull.WEARS),
            words=said("PutOnMap.words"),
        ),
        pk.TakeOffMap(**own, entry="none"),
        pk.ChangeRoles(by="sam", peer="ana", role=pk.Role.WORKER, also=(pk.Role.VOLUNTEER,)),
        pk.ChooseMutuality(**own, id="mu", receives=6000),
        pk.NameGuardian(by="c", id="gu", participant="p-9", guardian="kim"),
        pk.GivePermission(by="c", id="pe", participant="p-9", guardian="kim", permits="m-9"),
        pk.WithdrawPermission(by="kim", id="pe", participant="p-9"),
        pk.EndGuardianship(by="c", id="gu", participant="p-9"),
        pk.SetGoal(by="ana", id="g-2", participant="p-7", words=said("SetGoal.words")),
        pk.SetGoal(
            by="ana", id="g-3", participant="p-7", words=said("SetGoal.words"), said_so=False
        ),
        pk.ChangeGoal(by="p-7", id="g", participant="p-7", status=pk.GoalStatus.COMPLETED),
        plan(id="planned"),
        plan(id="missed", starts=NOW - timedelta(hours=3)),
        plan(id="cancelled", starts=NOW - timedelta(hours=5)),
        pk.ReportMissedSession(by="ana", id="missed"),
        pk.CancelSession(by="p-7", id="cancelled"),
        report(id="held", note=said("ReportSession.note")),
        report(id="held", note=said("ReportSession.note")),
        report(id="many", note=said("ReportSession.note"), **group(2)),
        report(
            id="crossed",
            note=said("ReportSession.note"),
            activities=(activity("lend-money", 10), activity("tell-anothers-story", of="p-9")),
        ),
        asking(activity("therapy")),
        pk.RecordConsent(by="p-7", id="c", to=("x",), since=NOW, **consent),
        pk.ShareInformation(by="ana", to="x", **consent),
        pk.RevokeConsent(by="p-7", id="c", participant="p-7"),
        pk.ShareInformation(by="ana", to="x", **consent),
        pk.ConsultSupervisor(
            by="ana", id="q", **PAIR, clause="gifts", question=said("ConsultSupervisor.question")
        ),
        pk.GiveAdvice(by="sam", id="q", peer="ana", agreed=True, advice=said("GiveAdvice.advice")),
        pk.GiveAdvice(by="x", id="q", peer="ana", agreed=True, advice=said("GiveAdvice.advice")),
        pk.RaiseConcern(
            by="p-7",
            id="n",
            peer="ana",
            people=("p-7",),
            clauses=("money",),
            what=said("RaiseConcern.what"),
        ),
        pk.CloseConcern(by="sam", id="n", peer="ana", outcome=said("CloseConcern.outcome")),
        pk.CloseConcern(by="x", id="n", peer="ana", outcome=said("CloseConcern.outcome")),
        pk.SupplyFacts(by="ana", id="f", **PAIR, activity=activity("give-gift", value="token")),
        pk.DiscloseForSafety(
            by="ana",
            id="d",
            **PAIR,
            to=("crisis-team",),
            basis=DANGER,
            what=said("DiscloseForSafety.what"),
        ),
        pk.ReviewDisclosure(by="x", id="d", peer="ana", outcome=said("ReviewDisclosure.outcome")),
        pk.ReviewDisclosure(by="sam", id="d", peer="ana", outcome=said("ReviewDisclosure.outcome")),
        *_carried(),
        *on_the_way(),
        # -- matching
        pk.DescribeForMatching(
            by="p-8",
            person="p-8",
            languages=("und-Zzzz",),
            prefers=("canary-code",),
            tells=("canary-code",),
        ),
        pk.JoinWaitingList(by="p-8", id="w", participant="p-8"),
        pk.TryToReach(by="c", participant="p-8", reached=True, channel="phone"),
        pk.JoinWaitingList(by="p-9", id="w-2", participant="p-9"),
        pk.LeaveWaitingList(by="p-9", id="w-2", participant="p-9"),
        pk.PlanEnding(by="ana", id="m-1", **PAIR, on=NOW.date(), why=ENDS),
        pk.ReassignMatch(
            by="p-8",
            id="m-4",
            peer="bo",
            participant="p-8",
            earlier="m-2",
            earlier_peer="ana",
            why=ENDS,
        ),
        pk.ReadRecord(by="ana", participant="p-7", what=pk.RecordPart.NOTES),
        pk.AgreeBoundaries(
            by="p-7",
            id="ag-2",
            **PAIR,
            topics=tuple(pk.Topic),
            words=said("AgreeBoundaries.words"),
        ),
        *confidential(),
        pk.OfferAvailability(by="ana", id="av", person="ana", when=MONDAYS),
        pk.AddRoom(by="c", id="r", seats=2),
        pk.PlanSeries(by="ana", id="se", peer="ana", participants=("p-7",), room="r", when=MONDAYS),
        pk.MoveOccurrence(
            by="ana",
            id="se",
            peer="ana",
            participants=("p-7",),
            room="r",
            occurrence=MONDAYS.first,
            starts=NOW + timedelta(days=8),
        ),
        pk.CancelOccurrence(by="p-7", id="se", occurrence=MONDAYS.first),
        pk.EndSeries(by="p-7", id="se"),
        pk.MoveSession(
            by="p-7",
            id="planned",
            peer="ana",
            participants=("p-7",),
            starts=NOW + timedelta(days=1),
            minutes=30,
        ),
        pk.ExplainBreak(by="sam", number=0, found=("ab" * 32,), why=said("ExplainBreak.why")),
        pk.CloseRoom(by="c", id="r"),
        pk.WithdrawAvailability(by="ana", id="av", person="ana"),
        pk.EndMatch(by="p-7", id="m-1", **PAIR),
        pk.ChangeService(by="ana", id="ana", status=pk.PeerStatus.STEPPED_BACK),
        pk.ChangeParticipation(by="p-7", id="p-7", status=pk.ParticipantStatus.AWAY),
        pk.AcceptMatch(by="p-9", id="m-3", peer="bo", participant="p-9"),
        # -- outcomes and money
        pk.RecordMeasure(by="ana", id="me", **PAIR, **MEASURED),
        pk.LookAtMeasure(by="sam", id="me", **PAIR, outcome=said("LookAtMeasure.outcome")),
        pk.LookAtMeasure(by="ana", id="me", **PAIR, outcome=said("LookAtMeasure.outcome")),
        pk.RecordMeasure(by="p-7", id="me-2", participant="p-7", **MEASURED),
        pk.WithdrawMeasure(by="p-7", id="me", participant="p-7"),
        pk.RecordMilestone(
            by="p-7", id="mi", participant="p-7", of=CHANGED, on=NOW.date() - timedelta(days=9)
        ),
        pk.WithdrawMilestone(by="p-7", id="mi", participant="p-7"),
        pk.RecordGrant(by="c", id="gr", funding="path", since=NOW.date(), **MONEY),
        pk.EndGrant(by="c", id="gr", on=NOW.date()),
        # -- forgetting
        pk.WelcomeParticipant(by="c", id="p-0", experiences=experiences),
        pk.PlaceLegalHold(by="c", id="hold", person="p-0"),
        pk.LiftLegalHold(by="c", id="hold", person="p-0"),
        pk.ForgetPerson(by="p-0", id="p-0", why=pk.WhyForgotten.ASKED),
        *_reached(),
    )


def _reached() -> tuple[pk.Act, ...]:
    """How people are reached, with an address, hours and a language that are their own."""
    nights = pk.AgreedHours(days=(pk.Weekday.SUNDAY,), opens="03:21", closes="04:32")
    told: dict[str, Any] = {"by": "teller", "notice": "12/0", "to": "p-7", "of": "match.proposed"}
    return (
        pk.SetContactPreferences(
            by="p-7",
            person="p-7",
            points=(
                pk.ContactPoint(channel=pk.NoticeChannel.EMAIL, address=ADDRESS, safe=True),
                pk.ContactPoint(channel=pk.NoticeChannel.TEXT, address=ADDRESS),
            ),
            quiet=(nights,),
            language="und-Zzzz",
            digest="05:43",
            zone="Asia/Kathmandu",
        ),
        pk.SetContactPreferences(
            by="ana",
            person="p-9",
            points=(pk.ContactPoint(channel=pk.NoticeChannel.TEXT, address=ADDRESS),),
            zone="Asia/Kathmandu",
            said_so=False,
        ),
        pk.DeliveryFailed(
            by="teller",
            person="p-7",
            channel=pk.NoticeChannel.EMAIL,
            for_good=True,
            notice="12/0/email",
        ),
        pk.ConfirmSession(by="p-7", id="planned"),
        pk.Remind(by="teller", of="session.tomorrow", noun="planned", to=("p-7",), due=NOW),
        pk.CancelNotice(**told, why=pk.WhyNotTold.ADVERSE),
        pk.PassOnNotice(**told, noun="m-1", coordinator="c", why=pk.WhyNotTold.NO_CHANNEL),
        pk.StopNotices(by="p-7", person="p-7", channel=pk.NoticeChannel.TEXT),
        pk.StopNotices(by="p-7", person="p-7"),
    )


def confidential() -> tuple[pk.Act, ...]:
    """Agreements are proposed, concerns followed up, and a consent ends with its event."""
    scopes, form = (pk.ConsentScope.GOALS,), pk.ConsentForm(ends_with=pk.Ending.TOLD_ONCE)
    return (
        pk.ProposeBoundaries(
            by="p-7",
            id="ag-3",
            **PAIR,
            topics=(pk.Topic.GIFTS,),
            words=said("ProposeBoundaries.words"),
        ),
        pk.AnswerBoundaries(by="ana", id="ag-3", **PAIR, agreed=True),
        pk.ReopenConcern(by="p-7", id="n", peer="ana", why=said("ReopenConcern.why")),
        pk.FollowUpConcern(
            by="sam",
            id="n",
            peer="ana",
            step=pk.FollowUp.TRAINING,
            words=said("FollowUpConcern.words"),
        ),
        pk.RecordConsent(
            by="p-7", id="c-2", participant="p-7", scopes=scopes, to=("x",), since=NOW, form=form
        ),
        pk.EndConsent(by="ana", id="c-2", participant="p-7"),
    )


def on_the_way() -> tuple[pk.Act, ...]:
    """Every act on the way to a service, and with a team."""
    mine: dict[str, Any] = {"by": "p-7", "participant": "p-7"}
    helping: dict[str, Any] = {"by": "ana", **PAIR}
    asked: dict[str, Any] = {"by": "p-7", **PAIR}
    return (
        pk.WantConnection(**mine, id="way", service="detox", hope=said("WantConnection.hope")),
        pk.Introduce(**helping, id="way", to_whom="desk"),
        pk.GoAlong(**helping, id="way", invited=True),
        pk.WarmHandOver(**helping, id="way", to_whom="nurse"),
        pk.AskHowItWent(**helping, connection="way", whom=pk.WhoIsAsked.PARTICIPANT),
        pk.TellOutcome(
            **mine, id="way", outcome=pk.WayEnded.NOT_FOR_ME, told=said("TellOutcome.told")
        ),
        pk.NameTeamMember(**mine, id="po", profession=WORKS),
        pk.AskForVisit(**asked, id="visit", setting=LIES),
        pk.PlanVisit(**asked, id="visit", on=NOW.date()),
        pk.ReportVisit(**helping, id="visit", on=NOW.date()),
        pk.CallOffVisit(**asked, id="visit"),
        pk.AskToSpeak(**asked, id="say", to="po", words=said("AskToSpeak.words")),
        pk.ReportSpoken(**helping, id="say", spoke=pk.Spoke.OWN_VIEW),
        pk.TakeBackWords(**asked, id="say"),
        pk.RemoveTeamMember(**mine, id="po"),
        *_in_groups(),
        *_in_respite(),
    )


def _in_groups() -> tuple[pk.Act, ...]:
    """A closed group, and somebody who comes and goes."""
    joins: dict[str, Any] = {"by": "p-8", "id": "pl", "participant": "p-8"}
    return (
        pk.ChangeService(by="ana", id="ana", status=pk.PeerStatus.SERVING),
        pk.StartGroup(
            by="ana",
            id="gr",
            of=pk.GroupKind.RECOVERY,
            openness=pk.Openness.CLOSED,
            facilitators=("ana",),
        ),
        pk.AgreeGroundRules(
            by="ana",
            id="gr",
            rules=(pk.GroundRule.NAMES,),
            with_the_group=True,
            words=said("AgreeGroundRules.words"),
        ),
        pk.ChangeFacilitators(by="ana", id="gr", facilitators=("ana", "bo")),
        pk.InviteToGroup(by="ana", id="pl", group="gr", participant="p-8"),
        pk.JoinGroup(**joins, group="gr"),
        pk.LeaveGroup(**joins),
        pk.EndGroup(by="ana", id="gr"),
    )


def _in_respite() -> tuple[pk.Act, ...]:
    """A house, a night on duty, a guest who comes, and one who is turned away."""
    stay: dict[str, Any] = {"id": "st", "participant": "p-8", "house": "h"}
    nights: dict[str, Any] = {"first": NOW.date(), "until": NOW.date() + timedelta(days=2)}
    day = timedelta(days=1)
    return (
        pk.OpenHouse(by="c", id="h", rooms=("bed-1",)),
        pk.PlanShift(by="c", id="sh", peer="ana", house="h", starts=NOW - day, ends=NOW),
        pk.ReportShift(by="ana", id="sh", peer="ana"),
        pk.PlanShift(by="c", id="sh-2", peer="ana", house="h", starts=NOW, ends=NOW + day),
        pk.PlanShift(
            by="c", id="sh-3", peer="ana", house="h", starts=NOW + day, ends=NOW + 2 * day
        ),
        pk.CancelShift(by="ana", id="sh-3", peer="ana"),
        pk.AskForStay(by="p-8", **stay, **nights),
        pk.OfferStay(by="c", **stay, room="bed-1"),
        pk.CheckIn(by="p-8", **stay, agreed=tuple(pk.HouseTopic)),
        pk.ExtendStay(by="p-8", **stay, until=NOW.date() + timedelta(days=3)),
        pk.LeaveRespite(by="p-8", id="st", participant="p-8", when=NOW),
        pk.AskForStay(by="p-8", **stay | {"id": "st-2"}, **nights),
        pk.DeclineStay(by="sam", **stay | {"id": "st-2"}, peer="ana"),
        pk.WriteHouseLog(
            by="ana",
            house="h",
            about_what=pk.LogKind.REPAIRS,
            note=said("WriteHouseLog.note"),
        ),
        pk.CloseHouse(by="c", id="h"),
    )


@pytest.fixture(params=["memory", "sqlite"])
def program(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[pk.Program]:
    """A new program on each kind of store."""
    memory = request.param == "memory"
    store = MemoryStore() if memory else SQLiteStore(tmp_path / "canaries.db")
    with opened(store) as made:
        yield made


def shown(*values: object) -> str:
    """All the ways in which a value shows itself."""
    return "\n".join(f"{each!r}\n{each!s}" for each in values)


def nowhere(text: str, *, but: tuple[str, ...] = ()) -> None:
    """No canary sings in this text."""
    for each in HIDDEN:
        assert each in but or each not in text, f"{each} in {text[:2000]}"


class TestNowhere:
    """A whole program, with a canary wherever somebody speaks."""

    def test_every_word_there_can_be_carries_a_canary(self) -> None:
        """A new field of words must get a canary here."""
        fields = {
            f"{kind.__name__}.{each.name}"
            for kind in ACTS
            for each in attrs.fields(attrs.resolve_types(kind))
            if "Words" in str(each.type)
        }

        assert fields == set(CANARIES)
        assert {type(each) for each in whole_life()} == set(ACTS)

    def test_acts_decisions_and_errors_show_none(self, program: pk.Program) -> None:
        """Not by repr, not by str, in no form of explanation, in no trace and in no traceback."""
        for act in whole_life():
            decision = program.do(act)
            nowhere(shown(act, decision, *decision.findings, decision.judged()))
            nowhere(json.dumps(decision.trace()))
            for form in ("text", "markdown", "html"):
                nowhere(decision.explain(form))
            try:
                decision.or_raise()
            except pk.Refused as error:
                told = "".join(traceback.format_exception(error))
                nowhere(told + shown(error, error.args))

    def test_nouns_views_and_messages_show_none(self, program: pk.Program) -> None:
        """What is kept is looked at whole: every kind, every view, every entry, every message."""
        kinds: set[type[pk.Noun]] = set()
        for act in whole_life():
            about = program.do(act).act.about
            kinds |= {type(each) for each in program.view(*about).nouns}
            nowhere(shown(program.view(*about)))
            nowhere(shown(program.store.view(about, NOW.date(), NOW)))
        assert kinds == set(NOUNS)
        for kind in kinds:
            nowhere(shown(*program.every(kind)))
        for entry in program.journal():
            nowhere(shown(entry))
        nowhere(shown(*program.store.take(1000, NOW, NOW + timedelta(hours=1), "t-1")))
        nowhere(shown(*program.store.posted()))
        nowhere(shown(*(each for each in program.store.books() if isinstance(each, pk.Count))))

    def test_the_journal_holds_no_word(self, program: pk.Program) -> None:
        """Nor a condition, a tie, a danger or what somebody earns: digests stand in their place."""
        for act in whole_life():
            program.do(act)
        for entry in program.journal():
            nowhere(entry.body)
            body = json.loads(entry.body)
            rest = {name: value for name, value in body.items() if name not in {"act", "nouns"}}
            nowhere(json.dumps(rest))
            assert all(len(each[2]) == 64 for each in body["apart"])

    def test_the_words_are_read_where_they_are_kept(self, program: pk.Program) -> None:
        """By whoever asks for them by what they are about: they are not lost."""
        for act in whole_life():
            program.do(act)
        kept = {
            about: program.words(about)
            for about in (
                *("goal/g", "session/held", "session/many", "session/crossed", "concern/n"),
                *("consultation/q", "disclosure/d"),
                *("drift/x", "bias-report/b", "self-care-plan/own", "break/0"),
                *("consultation/q", "disclosure/d", "measure/me"),
                *("consultation/q", "disclosure/d", "goal/g/why", "goal/g/first-step"),
                *("goal/g/support", "goal/g-4", "goal/g-4/progress", "step/st", "goal/g/strengths"),
                *("plan/pl/who-stays-away", "map/p-7/flat"),
                *("consultation/q", "disclosure/d", "agreement/ag-2", "agreement/ag-3"),
                *("consultation/q", "disclosure/d", "connection/way", "spoken-for/say"),
                *("consultation/q", "disclosure/d", "group/gr", "house/h"),
            )
        }

        assert kept == {
            "goal/g/why": (CANARIES["SetGoal.why"],),
            "goal/g/first-step": (CANARIES["SetGoal.first_step"],),
            "goal/g/strengths": (CANARIES["SetGoal.strengths"],),
            "goal/g/support": (CANARIES["SetGoal.support"],),
            "goal/g-4": (CANARIES["SuggestGoal.words"], CANARIES["ChangeGoal.words"]),
            "goal/g-4/progress": (CANARIES["NoteProgress.words"],),
            "step/st": (CANARIES["AddStep.words"],),
            "plan/pl/who-stays-away": (CANARIES["ChangePlan.words"],),
            "map/p-7/flat": (CANARIES["PutOnMap.words"],),
            "goal/g": (CANARIES["SetGoal.words"],),
            "session/held": (CANARIES["ReportSession.note"],) * 2,
            "session/many": (CANARIES["ReportSession.note"],),
            "session/crossed": (CANARIES["ReportSession.note"],),
            "concern/n": (
                CANARIES["RaiseConcern.what"],
                CANARIES["CloseConcern.outcome"],
                CANARIES["ReopenConcern.why"],
                CANARIES["FollowUpConcern.words"],
            ),
            "consultation/q": (
                CANARIES["ConsultSupervisor.question"],
                CANARIES["GiveAdvice.advice"],
            ),
            "disclosure/d": (
                CANARIES["DiscloseForSafety.what"],
                CANARIES["ReviewDisclosure.outcome"],
            ),
            "drift/x": (CANARIES["ReportDrift.what"], CANARIES["LookAtDrift.outcome"]),
            "bias-report/b": (CANARIES["ReportBias.what"], CANARIES["AnswerBias.outcome"]),
            "break/0": (CANARIES["ExplainBreak.why"],),
            "self-care-plan/own": (CANARIES["WriteSelfCarePlan.words"],),
            "measure/me": (CANARIES["LookAtMeasure.outcome"],),
            # -- confidentiality
            "agreement/ag-2": (CANARIES["AgreeBoundaries.words"],),
            "agreement/ag-3": (CANARIES["ProposeBoundaries.words"],),
            "connection/way": (CANARIES["WantConnection.hope"], CANARIES["TellOutcome.told"]),
            "spoken-for/say": (CANARIES["AskToSpeak.words"],),
            "group/gr": (CANARIES["AgreeGroundRules.words"],),
            "house/h": (CANARIES["WriteHouseLog.note"],),
        }

    def test_what_was_refused_keeps_no_word(self, program: pk.Program) -> None:
        """A goal somebody else chose is journalled without its words, and nothing else of it."""
        for act in whole_life():
            program.do(act)

        assert program.words("goal/g-2") == program.words("goal/g-3") == ()

    def test_messages_tell_none(
        self, program: pk.Program, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Neither on the outside nor on the inside, on no channel."""
        for act in whole_life():
            program.do(act)
        stream, kept = io.StringIO(), MemoryNotifier()
        for message in posted(program):
            texts = {name: getattr(message, name) for name in NOTICED}
            notice = pk.Notice(**texts)
            ConsoleNotifier(stream, safe=True).notify(notice)
            ConsoleNotifier(safe=False).notify(notice)
            kept.notify(notice)
            nowhere(json.dumps(texts))

        assert stream.getvalue().count("\n") == len(kept.told) == program.store.outbox()[0]
        nowhere(stream.getvalue() + capsys.readouterr().out + shown(*kept.told))

    def test_reports_and_verification_tell_none(self, program: pk.Program) -> None:
        """Not the summary, not the screen, not what is found wrong."""
        screen = Screen()
        with screen.console.capture() as captured:
            for act in whole_life():
                screen.decision(program.do(act))
            screen.summary(summary(program))
        nowhere(captured.get() + shown(summary(program), program.verify()))

        assert program.verify().whole

    def test_a_fault_names_ids_and_no_condition(self, tmp_path: Path) -> None:
        """Somebody edits a person and a tie: what is found says which, and not what they hold."""
        path = tmp_path / "edited.db"
        with opened(SQLiteStore(path)) as program:
            for act in whole_life():
                program.do(act)
        with sqlite3.connect(path) as db:
            db.execute("UPDATE peerkit_program SET writing = 1")
            db.execute("UPDATE peerkit_noun SET body = replace(body, 'substance-use', 'illness')")
            db.execute("UPDATE peerkit_noun SET body = replace(body, '\"tobacco\"', 'null')")
            db.execute(
                "UPDATE peerkit_noun SET body = replace(body, '\"household\"', '\"friend\"')"
            )
        db.close()
        with empty(SQLiteStore(path)) as program:
            faults = program.verify().faults

        assert len(faults) >= 3
        nowhere("\n".join(faults))

    def test_logs_tell_none(self, program: pk.Program, caplog: pytest.LogCaptureFixture) -> None:
        """At the lowest level, of whatever logs."""
        with caplog.at_level(logging.DEBUG):
            for act in whole_life():
                program.do(act)

        nowhere(caplog.text)

    def test_a_second_key_tells_none(self, program: pk.Program) -> None:
        """A key that comes with another act is an error that names the key alone."""
        goal = pk.SetGoal(by="p-7", id="g", key="k", participant="p-7", words=said("SetGoal.words"))
        program.do(goal)
        with pytest.raises(pk.KeyReused) as caught:
            program.do(attrs.evolve(goal, words=pk.Words("Something else.")))

        nowhere("".join(traceback.format_exception(caught.value)))
        assert caught.value.__context__ is None


#: What may show itself: how work is called and arranged, and nothing of anybody's life.
SHOWN: tuple[type[Any], ...] = (
    *(pk.Role, pk.SessionForm, pk.SupervisionForm, pk.CredentialStage, pk.TrainingTopic),
    *(pk.Openness, pk.FilledIn, pk.ToldBy, pk.Recipients, pk.HowMuch, pk.RecordPart, pk.LogKind),
    *(pk.DriftCause, pk.NewPeerReads, pk.OldPeerReads, pk.WhyForgotten),
    *(pk.Frequency, pk.MissingDay),
    # Why a message to somebody was not told, and over which line: with ids and no reason.
    *(pk.NoticeChannel, pk.WhyNotTold),
)
#: Fields of text that are no id.
SAID: dict[str, set[str]] = {
    "a zone, a currency, a way to reach somebody": {"zone", "currency", "channel"},
    "a code of the handbook or of a layer": {"body", "funding", "clause", "clauses"},
    "the caller's own": {"key"},
}
OTHERS = {name for names in SAID.values() for name in names}
TEXTS: tuple[Any, ...] = (str, str | None, tuple[str, ...])


def inside(kind: type[Any]) -> Iterator[tuple[str, Any]]:
    """Every field that shows itself, of a class and of the values it is made of: name and type."""
    for each in attrs.fields(attrs.resolve_types(kind)):
        if each.repr is not False and each.name != "status":
            for inner in get_args(each.type) or (each.type,):
                yield each.name, each.type if each.type in TEXTS else inner
                if isinstance(inner, type) and attrs.has(inner):
                    yield from inside(inner)


class TestEveryField:
    """A field that may say something of somebody's life hides itself, in every noun and act."""

    @pytest.mark.parametrize("kind", [*NOUNS, *ACTS], ids=lambda kind: kind.__name__)
    def test_a_field_that_shows_itself_says_nothing_of_anybody(self, kind: type[Any]) -> None:
        """Who adds one gives it ``repr=False``, or says above why it may be seen."""
        for name, of in inside(kind):
            if isinstance(of, type) and issubclass(of, Enum):
                assert of in SHOWN, f"{kind.__name__}.{name} shows a {of.__name__}"
            elif of in TEXTS and name not in OTHERS:
                value = {"id": "n", name: "Zebrafinch and friends"}
                with pytest.raises(pk.BadInput):
                    checked(kind, name, value[name] if of is not TEXTS[2] else (value[name],))


def checked(kind: type[Any], name: str, value: object) -> None:
    """Ask the field's own check: what is no id is refused, so no name and no word gets in."""
    field = getattr(attrs.fields(kind), name, None)
    if field is None:  # of a value inside: it is checked where that value is
        raise pk.BadInput(name, "is checked inside")
    field.validator(object.__new__(kind), field, value)
