"""Acts: what each is about, and what it leaves behind."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import peerkit as pk
from peerkit.acts import ACTS, Judged, Left, Makes, Moves, Saying
from peerkit.acts.act import LATEST_REPORT
from peerkit.model import NOUNS
from peerkit.model.fields import digest_of
from peerkit.testing.strategies import acts
from tests.ordinary import (
    AGREEMENT,
    ANA,
    LIVED,
    MATCH,
    NOW,
    SAID_YES,
    TODAY,
    activity,
    asking,
    codes,
    empty,
    group,
    opened,
    plan,
    report,
    tallies_of,
    view,
)

FINE = Judged(day=TODAY)
SAID = pk.Words("Sleep.")
BY: dict[str, Any] = {"by": "p-7"}
PAIR: dict[str, Any] = {"peer": "ana", "participant": "p-7"}
BOTH = ("ana", "p-7", "ana+p-7")
ASKED = pk.Consultation(id="c-1", peer="ana", participant="p-7", clause="gifts")
AGREED = attrs.evolve(ASKED, status=pk.ConsultationStatus.AGREED)
GIFT = activity("give-gift", value="token")
DISCLOSED = pk.SafetyDisclosure(
    id="d-1", peer="ana", participant="p-7", to=("crisis-team",), basis=pk.Basis.DANGER_TO_SELF
)
CONCERN = pk.Concern(id="n-1", peer="ana", people=("p-7",), clauses=("money",))
PROPOSED = pk.BoundaryAgreement(
    id="ag-2",
    **PAIR,
    topics=(pk.Topic.HOURS,),
    status=pk.AgreementStatus.PROPOSED,
    waits_for="p-7",
)
SINCE, UNTIL = date(2025, 1, 1), date(2027, 1, 1)
SCOPES = (pk.ConsentScope.GOALS,)
#: What was measured, told and given before.
OUTCOMES: tuple[pk.Noun, ...] = (
    pk.Measure(
        id="me-1",
        participant="p-7",
        instrument="ucla-3",
        answers={"item-1": 2},
        on=SINCE,
        filled=pk.FilledIn.ALONE,
    ),
    pk.Milestone(id="mi-1", participant="p-7", of=pk.MilestoneKind.HOUSED, on=SINCE),
    pk.Grant(id="gr-1", funding="path", since=SINCE, cents=5, currency="USD"),
)

#: What belongs to p-7: a plan, a step, a guardian and a permission.
OWN: tuple[pk.Noun, ...] = (
    pk.Plan(id="pl-1", participant="p-7", of=pk.PlanKind.ADVANCE_DIRECTIVE),
    pk.Step(id="st-1", participant="p-7", goal="g-1"),
    pk.Guardian(id="gu-1", participant="p-7", guardian="kim"),
    pk.GuardianPermission(id="pe-1", participant="p-7", guardian="kim", permits="k"),
    pk.Mutuality(id="mu-0", participant="p-7"),
)

DAYS = timedelta(days=2)

#: One Monday morning, a week from now.
ONCE = pk.Timetable(
    repeats=pk.Recurrence(frequency=pk.Frequency.WEEKLY, count=1),
    first=date(2026, 11, 9),
    at=time(9),
    minutes=60,
)
BUSY = ("ana#2026-11-02", "p-7#2026-11-02")
#: What acts about time move a step.
TIMES = (
    pk.Availability(id="av-1", person="p-7", when=ONCE),
    pk.Room(id="r-1"),
    pk.Series(
        id="se-1",
        form=pk.SessionForm.ONE_TO_ONE,
        peer="ana",
        participants=("p-7",),
        when=ONCE,
    ),
)

#: Every tally of minutes that a session adds to.
MINUTES = {
    *("minutes-given", "minutes-given-a-week", "minutes-given-a-month"),
    *("minutes-received", "minutes-received-a-week", "minutes-received-a-year"),
}

#: What the acts on the workforce move.
CARRIED: tuple[pk.Noun, ...] = (
    pk.Credential(id="k-1", peer="ana", since=SINCE, until=UNTIL),
    pk.Debrief(id="d-1", peer="ana", asked=TODAY),
    pk.Drift(id="x-1", peer="ana", cause=pk.DriftCause.PAPERWORK, minutes=30, on=TODAY, to="sam"),
    pk.BiasReport(
        id="b-1",
        of=pk.BiasKind.STIGMA,
        setting="staff-room",
        whose=pk.BiasFrom.COWORKER,
        told_by="bo",
        to="sam",
    ),
    pk.PayRecord(id="pay-0", peer="ana", hourly=1900, currency="USD", since=SINCE),
    pk.Leave(id="l-1", peer="ana", first=TODAY, last=TODAY),
    pk.SelfCarePlan(id="own", peer="ana"),
)
#: The talk of ana with her own supervisor today, whoever tells of it.
TALK = digest_of(f"supervision#ana##{TODAY.isoformat()}#individual")
#: One act of each kind, and the ids that its decision stands on.
ONE_OF_EACH: list[tuple[pk.Act, tuple[str, ...]]] = [
    (
        pk.WelcomePeer(
            **BY, id="bo", role=pk.Role.MENTOR, supervisor="sam", since=SINCE, experiences=LIVED
        ),
        ("bo", "sam", BY["by"]),
    ),
    (pk.WelcomeParticipant(**BY, id="p-9"), ("p-9",)),
    (pk.ChangeService(**BY, id="ana", status=pk.PeerStatus.LEFT), ("ana",)),
    (pk.ChangeParticipation(**BY, id="p-7", status=pk.ParticipantStatus.AWAY), ("p-7",)),
    (pk.RecordCredential(**BY, id="k-1", peer="ana", since=SINCE, until=UNTIL), ("k-1", "ana")),
    (pk.RecordSupervision(**BY, peer="ana", on=TODAY), ("ana", TALK)),
    (pk.DiscloseTie(**BY, **PAIR, id="t-1", of=pk.TieKind.FRIEND), ("t-1", *BOTH)),
    (pk.ProposeMatch(**BY, **PAIR, id="m-2"), ("m-2", *BOTH)),
    (pk.AcceptMatch(**BY, **PAIR, id="m-1"), ("m-1", *BOTH)),
    (pk.DeclineMatch(**BY, **PAIR, id="m-1"), ("m-1", *BOTH)),
    (pk.EndMatch(**BY, **PAIR, id="m-1"), ("m-1", *BOTH)),
    (pk.AgreeBoundaries(**BY, **PAIR, id="ag-2", topics=(pk.Topic.HOURS,)), ("ag-2", *BOTH)),
    (pk.SetGoal(**BY, id="g-1", participant="p-7", words=SAID), ("g-1", "p-7")),
    (
        pk.ChangeGoal(**BY, id="g-1", participant="p-7", status=pk.GoalStatus.ON_HOLD),
        ("g-1", "p-7"),
    ),
    (plan(), ("s-1", *BOTH, "ana#2026-11-02", "p-7#2026-11-02")),
    (pk.CancelSession(**BY, id="s-1"), ("s-1",)),
    (report(), ("s-1", *BOTH, "s-1/concern")),
    (pk.ReportMissedSession(**BY, id="s-1"), ("s-1",)),
    (asking(activity("listen")), BOTH),
    (
        pk.RecordConsent(**BY, id="k", participant="p-7", scopes=SCOPES, to=("x",), since=NOW),
        ("k", "p-7"),
    ),
    (pk.RevokeConsent(**BY, id="k", participant="p-7"), ("k", "p-7")),
    (
        pk.ShareInformation(**BY, id="sh", participant="p-7", scopes=SCOPES, to="x"),
        ("sh", "p-7"),
    ),
    (pk.ConsultSupervisor(**BY, **PAIR, id="c-1", clause="gifts"), ("c-1", *BOTH)),
    (pk.GiveAdvice(**BY, id="c-1", peer="ana", agreed=True), ("c-1", "ana")),
    (pk.SupplyFacts(**BY, **PAIR, id="f-1", activity=GIFT), ("f-1", *BOTH)),
    (
        pk.RaiseConcern(by="bo", id="n-1", peer="ana", people=("p-7",), clauses=("money",)),
        ("n-1", "ana", "bo"),
    ),
    (pk.CloseConcern(**BY, id="n-1", peer="ana"), ("n-1", "ana")),
    (
        pk.DiscloseForSafety(
            by="bo", **PAIR, id="d-1", to=("crisis-team",), basis=pk.Basis.DANGER_TO_SELF
        ),
        ("d-1", "ana", "p-7", "bo"),
    ),
    (pk.ReviewDisclosure(by="sam", id="d-1", peer="ana"), ("d-1", "ana")),
    # -- workforce
    (
        pk.RecordTraining(
            **BY, id="t-1", peer="ana", topic=pk.TrainingTopic.ETHICS, minutes=60, on=TODAY
        ),
        ("t-1", "ana"),
    ),
    (
        pk.RenewCredential(**BY, id="k-2", of="k-1", peer="ana", since=SINCE, until=UNTIL),
        ("k-2", "k-1", "ana"),
    ),
    (pk.AskForDebrief(**BY, id="d-1", peer="ana"), ("d-1", "ana")),
    (pk.ReportDebrief(**BY, id="d-1", peer="ana", on=TODAY), ("d-1", "ana")),
    (
        pk.ReportDrift(
            by="bo", id="x-1", peer="ana", cause=pk.DriftCause.PAPERWORK, minutes=30, on=TODAY
        ),
        ("x-1", "ana", "bo"),
    ),
    (pk.LookAtDrift(by="sam", id="x-1", peer="ana"), ("x-1", "ana")),
    (
        pk.ReportBias(
            by="bo",
            id="b-1",
            of=pk.BiasKind.STIGMA,
            setting="staff-room",
            whose=pk.BiasFrom.COWORKER,
        ),
        ("b-1", "bo"),
    ),
    (pk.AnswerBias(by="sam", id="b-1", status=pk.BiasStatus.CLOSED), ("b-1",)),
    (
        pk.RecordPay(**BY, id="pay-1", peer="ana", hourly=2100, currency="USD", since=SINCE),
        ("pay-1", "ana", "ana#pay"),
    ),
    (pk.AskForLeave(**BY, id="l-1", peer="ana", first=TODAY, last=TODAY), ("l-1", "ana")),
    (
        pk.ChangeLeave(**BY, id="l-1", peer="ana", status=pk.LeaveStatus.GRANTED),
        ("l-1", "ana"),
    ),
    (pk.WriteSelfCarePlan(by="ana", id="own", peer="ana", words=SAID), ("own", "ana")),
    (pk.ShareSelfCarePlan(by="ana", id="own", peer="ana", to=("jo",)), ("own", "ana")),
    (pk.SeeSelfCarePlan(by="jo", id="own", peer="ana"), ("own", "ana")),
    (pk.PutAwaySelfCarePlan(by="ana", id="own", peer="ana"), ("own", "ana")),
    # -- outcomes and money
    (
        pk.RecordMeasure(
            by="ana",
            **PAIR,
            id="me-2",
            instrument="ucla-3",
            answers={"item-1": 2},
            on=TODAY,
            filled=pk.FilledIn.HELPED,
        ),
        ("me-2", "p-7", "ana"),
    ),
    (pk.LookAtMeasure(by="sam", **PAIR, id="me-1"), ("me-1", "p-7", "ana", "sam")),
    (pk.WithdrawMeasure(**BY, id="me-1", participant="p-7"), ("me-1", "p-7")),
    (
        pk.RecordMilestone(
            **BY, id="mi-2", participant="p-7", of=pk.MilestoneKind.HOUSED, on=TODAY
        ),
        ("mi-2", "p-7"),
    ),
    (pk.WithdrawMilestone(**BY, id="mi-1", participant="p-7"), ("mi-1", "p-7")),
    (
        pk.RecordGrant(**BY, id="gr-2", funding="path", since=SINCE, cents=5, currency="USD"),
        ("gr-2",),
    ),
    (pk.EndGrant(**BY, id="gr-1", on=UNTIL), ("gr-1",)),
    # -- people
    (pk.ChangeRoles(by="sam", peer="ana", role=pk.Role.MENTOR), ("ana",)),
    (pk.ChooseMutuality(**BY, id="mu-1", participant="p-7"), ("mu-1", "p-7")),
    (
        pk.NameGuardian(**BY, id="gu-1", participant="p-7", guardian="kim"),
        ("gu-1", "p-7", "p-7+p-7"),
    ),
    (pk.EndGuardianship(**BY, id="gu-1", participant="p-7"), ("gu-1", "p-7", "p-7+p-7")),
    (
        pk.GivePermission(by="c", id="pe-1", participant="p-7", guardian="kim", permits="m-1"),
        ("pe-1", "p-7", "m-1"),
    ),
    (pk.WithdrawPermission(by="kim", id="pe-1", participant="p-7"), ("pe-1", "p-7")),
    (
        pk.SuggestGoal(by="ana", id="g-1", participant="p-7", words=SAID, asked_first=True),
        ("g-1", "p-7"),
    ),
    (
        pk.NoteProgress(**BY, id="g-1", participant="p-7", achievement=pk.Achievement.IMPROVING),
        ("g-1", "p-7"),
    ),
    (
        pk.AddStep(**BY, id="st-1", participant="p-7", goal="g-1", words=SAID),
        ("st-1", "g-1", "p-7"),
    ),
    (
        pk.ChangeStep(**BY, id="st-1", participant="p-7", status=pk.StepStatus.DONE),
        ("st-1", "p-7"),
    ),
    (
        pk.WritePlan(**BY, id="pl-1", participant="p-7", of=pk.PlanKind.WELLNESS),
        ("pl-1", "p-7"),
    ),
    (
        pk.ChangePlan(**BY, id="pl-1", participant="p-7", section=pk.Section.EVERY_DAY, words=SAID),
        ("pl-1", "p-7"),
    ),
    (
        pk.RecordDirective(**BY, id="pl-1", participant="p-7", formalities=pk.Formalities.EXECUTED),
        ("pl-1", "p-7"),
    ),
    (pk.SharePlan(**BY, id="pl-1", participant="p-7", to="ana"), ("pl-1", "p-7")),
    (pk.StopSharing(**BY, id="pl-1", participant="p-7", to="ana"), ("pl-1", "p-7")),
    (pk.ReadPlan(**BY, id="pl-1", participant="p-7"), ("pl-1", "p-7")),
    (pk.SetPlanAside(**BY, id="pl-1", participant="p-7"), ("pl-1", "p-7")),
    (
        pk.PutOnMap(**BY, participant="p-7", entry=pk.MapEntry(id="dog", of=pk.MapKind.ANIMAL)),
        ("p-7", "map/p-7"),
    ),
    (pk.TakeOffMap(**BY, participant="p-7", entry="dog"), ("p-7", "map/p-7")),
    # -- matching
    (pk.DescribeForMatching(**BY, person="p-7"), ("p-7",)),
    (pk.JoinWaitingList(**BY, id="w-1", participant="p-7"), ("w-1", "p-7")),
    (pk.TryToReach(by="x", participant="p-7", reached=True, channel="phone"), ("p-7",)),
    (pk.LeaveWaitingList(**BY, id="w-1", participant="p-7"), ("w-1", "p-7")),
    (
        pk.PlanEnding(**BY, **PAIR, id="m-1", on=UNTIL, why=pk.EndingReason.GOALS_REACHED),
        ("m-1", *BOTH),
    ),
    (
        pk.ReassignMatch(
            **BY,
            id="m-2",
            peer="bo",
            participant="p-7",
            earlier="m-1",
            earlier_peer="ana",
            why=pk.EndingReason.PEER_LEAVES,
        ),
        ("m-2", "bo", "p-7", "bo+p-7", "m-1", "ana", "ana+p-7"),
    ),
    (
        pk.ReadRecord(by="bo", participant="p-7", what=pk.RecordPart.NOTES, peer="ana"),
        ("p-7", "bo", "ana", "bo+p-7", "ana+p-7"),
    ),
    # -- confidentiality
    (pk.ProposeBoundaries(**BY, **PAIR, id="ag-2", topics=(pk.Topic.HOURS,)), ("ag-2", *BOTH)),
    (pk.AnswerBoundaries(**BY, **PAIR, id="ag-2", agreed=True), ("ag-2", *BOTH)),
    (pk.EndConsent(**BY, id="k", participant="p-7"), ("k", "p-7")),
    (
        pk.FollowUpConcern(by="sam", id="n-1", peer="ana", step=pk.FollowUp.TRAINING),
        ("n-1", "ana"),
    ),
    (pk.ReopenConcern(**BY, id="n-1", peer="ana"), ("n-1", "ana")),
    (pk.WantConnection(**BY, id="c-1", participant="p-7", service="x"), ("c-1", "p-7")),
    (pk.Introduce(**BY, **PAIR, id="c-1", to_whom="x"), ("c-1", *BOTH)),
    (pk.GoAlong(**BY, **PAIR, id="c-1"), ("c-1", *BOTH)),
    (pk.WarmHandOver(**BY, **PAIR, id="c-1", to_whom="x"), ("c-1", *BOTH)),
    (
        pk.AskHowItWent(**BY, **PAIR, connection="c-1", whom=pk.WhoIsAsked.SERVICE),
        ("c-1", *BOTH),
    ),
    (
        pk.TellOutcome(**BY, id="c-1", participant="p-7", outcome=pk.WayEnded.USED),
        ("c-1", "p-7"),
    ),
    (
        pk.NameTeamMember(**BY, id="dr-1", participant="p-7", profession=pk.Profession.DOCTOR),
        ("dr-1", "p-7"),
    ),
    (pk.RemoveTeamMember(**BY, id="dr-1", participant="p-7"), ("dr-1", "p-7")),
    (pk.AskForVisit(**BY, **PAIR, id="v-1", setting=pk.VisitSetting.INPATIENT), ("v-1", *BOTH)),
    (pk.PlanVisit(**BY, **PAIR, id="v-1", on=TODAY), ("v-1", *BOTH)),
    (pk.CallOffVisit(**BY, **PAIR, id="v-1"), ("v-1", *BOTH)),
    (pk.ReportVisit(**BY, **PAIR, id="v-1", on=TODAY), ("v-1", *BOTH, "v-1/concern")),
    (pk.AskToSpeak(**BY, **PAIR, id="w-1", to="dr-1", words=SAID), ("w-1", *BOTH, "dr-1")),
    (pk.TakeBackWords(**BY, **PAIR, id="w-1"), ("w-1", "ana", "p-7")),
    (
        pk.ReportSpoken(**BY, **PAIR, id="w-1", spoke=pk.Spoke.MORE),
        ("w-1", "ana", "p-7", "w-1/concern"),
    ),
    # -- groups
    (
        pk.StartGroup(**BY, id="gr", of=pk.GroupKind.RECOVERY, facilitators=("ana", "bo")),
        ("gr", "ana", "bo"),
    ),
    (pk.AgreeGroundRules(**BY, id="gr", rules=(pk.GroundRule.NAMES,)), ("gr",)),
    (pk.ChangeFacilitators(**BY, id="gr", facilitators=("ana",)), ("gr", "ana")),
    (pk.InviteToGroup(**BY, id="pl", group="gr", participant="p-7"), ("pl", "gr", "p-7")),
    (pk.JoinGroup(**BY, id="pl", group="gr", participant="p-7"), ("pl", "gr", "p-7")),
    (pk.LeaveGroup(**BY, id="pl", participant="p-7"), ("pl", "p-7")),
    (pk.EndGroup(**BY, id="gr"), ("gr",)),
    # -- respite
    (pk.OpenHouse(**BY, id="h", rooms=("bed-1",)), ("h",)),
    (pk.CloseHouse(**BY, id="h"), ("h",)),
    (
        pk.AskForStay(**BY, id="st", participant="p-7", house="h", first=TODAY, until=TODAY + DAYS),
        ("st", "p-7", "h"),
    ),
    (pk.OfferStay(**BY, id="st", participant="p-7", house="h", room="bed-1"), ("st", "p-7", "h")),
    (pk.DeclineStay(**BY, **PAIR, id="st", house="h"), ("st", "p-7", "h", "ana", "ana+p-7")),
    (pk.CheckIn(**BY, id="st", participant="p-7", house="h"), ("st", "p-7", "h")),
    (
        pk.ExtendStay(**BY, id="st", participant="p-7", house="h", until=TODAY + DAYS),
        ("st", "p-7", "h"),
    ),
    (pk.LeaveRespite(**BY, id="st", participant="p-7"), ("st", "p-7")),
    (pk.WriteHouseLog(**BY, house="h", about_what=pk.LogKind.REPAIRS), ("h",)),
    (
        pk.PlanShift(**BY, id="sh", peer="ana", house="h", starts=NOW, ends=NOW + DAYS),
        ("sh", "ana", "h"),
    ),
    (pk.CancelShift(**BY, id="sh", peer="ana"), ("sh", "ana")),
    (pk.ReportShift(**BY, id="sh", peer="ana"), ("sh", "ana")),
    # -- time
    (pk.OfferAvailability(**BY, id="av-1", person="p-7", when=ONCE), ("av-1", "p-7")),
    (pk.WithdrawAvailability(**BY, id="av-1", person="p-7"), ("av-1", "p-7")),
    (pk.AddRoom(**BY, id="r-1"), ("r-1",)),
    (pk.CloseRoom(**BY, id="r-1"), ("r-1",)),
    (
        pk.PlanSeries(**BY, id="se-1", peer="ana", participants=("p-7",), when=ONCE),
        ("se-1", *BOTH, "ana#2026-11-09", "p-7#2026-11-09"),
    ),
    (
        pk.MoveOccurrence(
            **BY, id="se-1", peer="ana", participants=("p-7",), occurrence=ONCE.first, starts=NOW
        ),
        (
            *("se-1", "ana", "p-7", "ana+p-7", "ana#2026-11-02", "ana#2026-11-03"),
            *("p-7#2026-11-02", "p-7#2026-11-03"),
        ),
    ),
    (pk.CancelOccurrence(**BY, id="se-1", occurrence=ONCE.first), ("se-1",)),
    (pk.EndSeries(**BY, id="se-1"), ("se-1",)),
    (
        pk.MoveSession(
            **BY, id="s-1", peer="ana", participants=("p-7",), starts=NOW, minutes=60, room="r-1"
        ),
        ("s-1", "ana", "p-7", "r-1", "ana+p-7", *BUSY, "r-1#2026-11-02"),
    ),
    # -- forgetting
    (pk.PlaceLegalHold(**BY, id="h-1", person="p-7"), ("h-1", "p-7")),
    (pk.LiftLegalHold(**BY, id="h-1", person="p-7"), ("h-1", "p-7")),
    (pk.ForgetPerson(**BY, id="p-7", why=pk.WhyForgotten.ASKED), ("p-7",)),
    (pk.ExplainBreak(by="sam", number=5, found=("ab" * 32,), why=pk.Words("A disk.")), ("sam",)),
    # -- notices
    (pk.SetContactPreferences(by="c", person="p-7", zone="UTC"), ("p-7", "c")),
    (pk.StopNotices(**BY, person="p-7", channel=pk.NoticeChannel.TEXT), ("p-7",)),
    (
        pk.DeliveryFailed(
            by="x", person="p-7", channel=pk.NoticeChannel.EMAIL, for_good=True, notice="12/0/email"
        ),
        ("p-7",),
    ),
    (pk.ConfirmSession(by="ana", id="s-1", who="p-7", said_so=True), ("s-1", "p-7")),
    (
        pk.Remind(by="x", of="session.tomorrow", noun="s-1", to=("p-7", "ana")),
        ("s-1", "p-7", "ana"),
    ),
    (
        pk.CancelNotice(
            by="x", notice="12/0", to="p-7", of="match.proposed", why=pk.WhyNotTold.STOPPED
        ),
        ("p-7",),
    ),
    (
        pk.PassOnNotice(
            by="x",
            notice="12/0",
            to="p-7",
            of="match.proposed",
            noun="m-1",
            coordinator="c-1",
            why=pk.WhyNotTold.NO_CHANNEL,
        ),
        ("m-1", "p-7"),
    ),
]


#: What a peer may ask for: forgetting somebody is an act of its own.
SERVICE = [each for each in pk.PeerStatus if each is not pk.PeerStatus.FORGOTTEN]


class TestAbout:
    """The ids a decision stands on."""

    @pytest.mark.parametrize(
        ("act", "about"), [pytest.param(*each, id=each[0].kind) for each in ONE_OF_EACH]
    )
    def test_an_act_is_about_these_ids(self, act: pk.Act, about: tuple[str, ...]) -> None:
        """Everyone named, each pair of them, and the thing itself."""
        assert act.about == about

    def test_no_act_is_left_out_here(self) -> None:
        """A new kind of act must be added to the table above, and to the list of acts."""
        assert {type(each) for each, _ in ONE_OF_EACH} == set(ACTS)
        assert len(ONE_OF_EACH) == len(ACTS)
        assert len({each.kind for each in ACTS}) == len(ACTS)

    @given(acts(*ACTS, id=st.just("7"), peer=st.just("7"), participant=st.just("7")))
    def test_each_id_is_named_once_even_where_names_meet(self, act: pk.Act) -> None:
        """Hosts number each table from 1: a goal and its participant may both be called 7."""
        assert len(set(act.about)) == len(act.about)

    def test_a_group_is_about_everyone_and_each_pair(self) -> None:
        """And about whoever a story belongs to, once."""
        told = (
            activity("tell-anothers-story", of="p-9"),
            activity("tell-anothers-story", of="p-7"),
            activity("listen"),
        )

        assert plan(**group(2), activities=told).about == (
            *("s-1", "ana", "p-7", "p-8", "ana+p-7", "ana+p-8"),
            "p-9",
            *("ana#2026-11-02", "p-7#2026-11-02", "p-8#2026-11-02"),
        )

    def test_asking_to_tell_a_story_is_about_whose_it_is(self) -> None:
        """Their consents are read with the decision."""
        assert asking(activity("tell-anothers-story", of="p-9")).about == (*BOTH, "p-9")
        assert asking(activity("tell-anothers-story", of="p-7")).about == BOTH

    @pytest.mark.parametrize(
        "act",
        [pytest.param(act, id=act.kind) for act, _ in ONE_OF_EACH if isinstance(act, Makes)],
    )
    def test_what_makes_something_needs_an_id_outside_the_door(self, act: Makes) -> None:
        """The program gives one; whoever goes without the program must."""
        unnamed = attrs.evolve(act, id=None)
        with pytest.raises(pk.BadInput) as caught:
            _ = unnamed.about

        assert str(caught.value) == (
            f"{type(act).__name__}.id: give an id, or let the program do it"
        )

    def test_an_act_names_its_peer_and_its_participants(self) -> None:
        """Whatever the field is called, and nobody where nobody is named."""
        assert (plan().peer_named, plan().participants_named) == ("ana", ("p-7",))
        assert asking(activity("listen")).participants_named == ("p-7",)
        shared = pk.ShareInformation(**BY, participant="p-7", scopes=SCOPES, to="x")
        assert (shared.peer_named, shared.participants_named) == (None, ("p-7",))
        assert pk.CancelSession(**BY, id="s").participants_named == ()
        assert pk.CancelSession(**BY, id="s").activities_named == ()
        assert plan().activities_named == plan().activities
        assert asking(activity("listen")).activities_named == (activity("listen"),)

    def test_only_reports_speak_of_what_already_happened(self) -> None:
        """These ten are never refused; every other act is a request."""
        """These are never refused; every other act is a request."""
        assert {each for each in ACTS if each.already} == {
            pk.RecordSupervision,
            pk.DiscloseTie,
            pk.ReportSession,
            pk.ReportMissedSession,
            pk.RaiseConcern,
            pk.DiscloseForSafety,
            # -- workforce
            pk.RecordTraining,
            pk.ReportDebrief,
            pk.ReportDrift,
            pk.ReportBias,
            pk.RecordMeasure,
            pk.RecordMilestone,
            # -- matching
            pk.TryToReach,
            pk.ReportVisit,
            pk.ReportSpoken,
            # -- groups, respite
            pk.LeaveGroup,
            pk.LeaveRespite,
            pk.WriteHouseLog,
            pk.ReportShift,
            # -- notices
            pk.StopNotices,
            pk.DeliveryFailed,
            pk.CancelNotice,
            pk.PassOnNotice,
        }

    def test_a_report_is_judged_by_the_book_of_its_day(self) -> None:
        """Not by a later one, and never by one of the future."""
        week_ago = NOW - timedelta(days=7)

        assert report(starts=week_ago).moment(NOW) == week_ago
        assert report(starts=NOW + timedelta(days=7)).moment(NOW) == NOW
        assert plan(starts=week_ago).moment(NOW) == NOW


class TestWelcome:
    """People are welcomed; what they lived through belongs to the person."""

    def test_a_new_peer_is_a_person_and_a_peer(self) -> None:
        """Their experience is kept with the person; the supervisor looks after one more."""
        act = ONE_OF_EACH[0][0]
        left = act.leaves(pk.View(NOW), FINE)

        assert left == Left(
            nouns=(
                pk.Person(id="bo", experiences=LIVED),
                pk.Peer(id="bo", role=pk.Role.MENTOR, supervisor="sam", since=SINCE),
            ),
            counts=(pk.Count("sam", "supervising", 1),),
        )

    def test_a_known_person_says_how_it_is_now(self) -> None:
        """A second role adds what is new; what they say of an experience now is what stands."""
        illness = pk.LivedExperience(of=pk.Experience.ILLNESS)
        kept_back = pk.LivedExperience(of=pk.Experience.HOMELESSNESS, offered=False)
        act = pk.WelcomeParticipant(**BY, id="ana", experiences=(illness, kept_back))

        assert act.leaves(view(), FINE).nouns == (
            pk.Person(id="ana", experiences=(kept_back, illness)),
            pk.Participant(id="ana"),
        )

    def test_a_known_person_with_nothing_new_is_not_written_again(self) -> None:
        """Only the participant is left."""
        act = pk.WelcomeParticipant(**BY, id="ana", experiences=LIVED)

        assert act.leaves(view(), FINE).nouns == (pk.Participant(id="ana"),)

    def test_a_new_participant_needs_no_experience(self) -> None:
        """Nobody has to tell what they lived through in order to take part."""
        left = pk.WelcomeParticipant(**BY, id="p-9").leaves(pk.View(NOW), FINE)

        assert left.nouns == (pk.Person(id="p-9"), pk.Participant(id="p-9"))


class TestPeersChange:
    """Service, participation, credentials and supervision."""

    @pytest.mark.parametrize("status", SERVICE)
    def test_service_becomes_what_was_asked(self, status: pk.PeerStatus) -> None:
        """It leaves the peer as they now serve; whoever left is looked after no more."""
        act = pk.ChangeService(**BY, id="ana", status=status)
        fewer = (pk.Count("sam", "supervising", -1),) if status is pk.PeerStatus.LEFT else ()

        assert act.leaves(view(), FINE) == Left(
            nouns=(attrs.evolve(ANA, status=status),), counts=fewer
        )

    @pytest.mark.parametrize("status", SERVICE)
    def test_who_comes_back_is_looked_after_again(self, status: pk.PeerStatus) -> None:
        """The supervisor has one more from then on; leaving twice counts once."""
        gone = attrs.evolve(ANA, status=pk.PeerStatus.LEFT)
        act = pk.ChangeService(**BY, id="ana", status=status)
        more = () if status is pk.PeerStatus.LEFT else (pk.Count("sam", "supervising", 1),)

        assert act.leaves(view(gone), FINE).counts == more

    @pytest.mark.parametrize("status", list(pk.ParticipantStatus)[:2])
    def test_participation_becomes_what_was_asked(self, status: pk.ParticipantStatus) -> None:
        """Going away leaves the participant as they now take part."""
        act = pk.ChangeParticipation(**BY, id="p-7", status=status)

        assert act.leaves(view(), FINE).nouns == (pk.Participant(id="p-7", status=status),)

    def test_a_renewal_leaves_the_running_credential_in_force(self) -> None:
        """Recorded ahead of time, it would otherwise take away what still holds today."""
        running = pk.Credential(id="old", peer="ana", since=SINCE, until=UNTIL)
        act = pk.RecordCredential(**BY, id="new", peer="ana", since=UNTIL, until=date(2029, 1, 1))

        assert [each.id for each in act.leaves(view(running), FINE).nouns] == ["new"]

    def test_a_credential_long_over_is_replaced(self) -> None:
        """It leaves the view once no late report can speak of its days."""
        edge = TODAY - LATEST_REPORT
        old = [
            pk.Credential(id=name, peer=peer, since=date(2020, 1, 1), until=until)
            for name, peer, until in (
                ("over", "ana", edge - timedelta(days=1)),
                ("just-over", "ana", edge),
                ("anothers", "bo", edge - timedelta(days=1)),
            )
        ]
        gone = attrs.evolve(old[0], id="gone", status=pk.CredentialStatus.REPLACED)
        act = pk.RecordCredential(**BY, id="new", peer="ana", since=SINCE, until=UNTIL)
        new, *replaced = act.leaves(view(*old, gone), FINE).nouns

        assert new == pk.Credential(id="new", peer="ana", since=SINCE, until=UNTIL)
        assert replaced == [attrs.evolve(old[0], status=pk.CredentialStatus.REPLACED)]

    def test_a_credential_ends_after_it_begins(self) -> None:
        """One that never holds is a mistake of whoever wrote it."""
        with pytest.raises(pk.BadInput, match=r"RecordCredential\.until: must be later than since"):
            pk.RecordCredential(**BY, peer="ana", since=UNTIL, until=UNTIL)

    @pytest.mark.parametrize(
        ("known", "on", "left"),
        [
            (None, date(2026, 1, 1), date(2026, 1, 1)),
            (date(2026, 10, 20), date(2026, 10, 21), date(2026, 10, 21)),
            (date(2026, 10, 20), date(2026, 10, 20), None),
            (date(2026, 10, 20), date(2026, 10, 19), None),
        ],
    )
    def test_only_a_later_supervision_is_news(
        self, known: date | None, on: date, left: date | None
    ) -> None:
        """An earlier day is journalled and changes nothing."""
        peer = attrs.evolve(ANA, supervised=known)
        found = pk.RecordSupervision(**BY, peer="ana", on=on).leaves(view(peer), FINE)

        (talk, *news) = found.nouns
        assert talk == pk.Supervision(id=talk.id, peer="ana", supervisor="sam", on=on)
        assert news == ([] if left is None else [attrs.evolve(peer, supervised=left)])

    def test_supervision_of_somebody_unknown_leaves_nothing(self) -> None:
        """It is a report, so it is journalled, and that is all."""
        assert pk.RecordSupervision(**BY, peer="bo", on=TODAY).leaves(view(), FINE) == Left()


class TestTies:
    """What else two people are to each other."""

    @pytest.mark.parametrize("kind", pk.TieKind)
    @pytest.mark.parametrize("current", [True, False])
    def test_a_tie_is_kept_as_it_stands(self, *, kind: pk.TieKind, current: bool) -> None:
        """Current or past; it does not show what it is."""
        act = pk.DiscloseTie(**BY, **PAIR, id="t-1", of=kind, current=current)
        (tie,) = act.leaves(view(), FINE).nouns

        status = pk.TieStatus.CURRENT if current else pk.TieStatus.PAST
        assert tie == pk.Tie(id="t-1", of=kind, one="ana", other="p-7", status=status)
        assert str(kind) not in repr(tie)
        assert str(kind) not in repr(act)

    def test_two_people_have_one_tie_of_each_kind(self) -> None:
        """Told again, from either side and under another id, it is the same one, as it is now."""
        friends = pk.Tie(id="t-1", of=pk.TieKind.FRIEND, one="ana", other="p-7")
        again = pk.DiscloseTie(
            **BY, id="t-2", peer="p-7", participant="ana", of=pk.TieKind.FRIEND, current=False
        )
        family = pk.DiscloseTie(**BY, **PAIR, id="t-3", of=pk.TieKind.FAMILY)

        assert again.leaves(view(friends), FINE).nouns == (
            attrs.evolve(friends, status=pk.TieStatus.PAST),
        )
        assert family.leaves(view(friends), FINE).nouns == (
            pk.Tie(id="t-3", of=pk.TieKind.FAMILY, one="ana", other="p-7"),
        )

    def test_nobody_has_a_tie_with_themself(self) -> None:
        """It is a mistake; being told, it is journalled, and that is all."""
        act = pk.DiscloseTie(**BY, id="t", peer="ana", participant="ana", of=pk.TieKind.FRIEND)

        assert act.leaves(view(), FINE) == Left()

    def test_a_tie_of_others_is_never_overwritten(self) -> None:
        """Where the id is taken, the new tie gets one of its own: telling is never lost."""
        others = pk.Tie(id="t-1", of=pk.TieKind.FRIEND, one="ana", other="p-9")
        act = pk.DiscloseTie(**BY, **PAIR, id="t-1", of=pk.TieKind.FRIEND)
        (tie,) = act.leaves(view(others), FINE).nouns

        assert tie.id != "t-1"
        assert tie.touches == ("ana", "p-7")

    def test_the_history_of_both_shows_that_a_tie_was_told(self) -> None:
        """Each of the two finds it."""
        program = opened()
        number = program.do(pk.DiscloseTie(**BY, **PAIR, of=pk.TieKind.FRIEND)).number

        for who in ("ana", "p-7"):
            assert number in [each.number for each in program.history(who)]


class TestMatches:
    """The participant decides, and both hear of it."""

    def test_a_proposal_is_told_to_both(self) -> None:
        """The match waits for an answer; nobody is counted yet."""
        left = pk.ProposeMatch(**BY, **PAIR, id="m-2").leaves(view(), FINE)

        assert left.nouns == (pk.Match(id="m-2", peer="ana", participant="p-7"),)
        assert told(left) == [
            ("p-7", "match.proposed", "m-2", "Match m-2 is proposed."),
            ("ana", "match.proposed", "m-2", "Match m-2 is proposed."),
        ]
        assert left.counts == ()

    @pytest.mark.parametrize("when", [None, NOW - timedelta(days=3)])
    def test_an_accepted_match_counts(self, when: datetime | None) -> None:
        """The peer walks with one more from the moment of the yes on, and is told."""
        proposed = attrs.evolve(MATCH, status=pk.MatchStatus.PROPOSED)
        left = pk.AcceptMatch(**BY, **PAIR, id="m-1", when=when).leaves(view(proposed), FINE)

        assert left.nouns == (attrs.evolve(MATCH, since=when or NOW),)
        assert left.counts == (pk.Count("ana", "walking", 1),)
        assert told(left) == [("ana", "match.accepted", "m-1", "Match m-1 is accepted.")]

    @pytest.mark.parametrize("when", [None, NOW - timedelta(days=3)])
    def test_a_declined_match_leaves_no_trace_of_a_reason(self, when: datetime | None) -> None:
        """Nobody is told and nothing is counted; the moment of the no is kept."""
        proposed = attrs.evolve(MATCH, status=pk.MatchStatus.PROPOSED)
        left = pk.DeclineMatch(**BY, **PAIR, id="m-1", when=when).leaves(view(proposed), FINE)

        declined = attrs.evolve(MATCH, status=pk.MatchStatus.DECLINED, ended=when or NOW)
        assert left == Left(nouns=(declined,))

    @pytest.mark.parametrize("when", [None, NOW - timedelta(days=3)])
    def test_ending_an_accepted_match_gives_the_place_back(self, when: datetime | None) -> None:
        """The agreement of the two is over as well; an amended or another pair's is left alone."""
        others = attrs.evolve(AGREEMENT, id="ag-2", participant="p-8")
        amended = attrs.evolve(AGREEMENT, id="ag-3", status=pk.AgreementStatus.AMENDED)
        act = pk.EndMatch(**BY, **PAIR, id="m-1", when=when)
        left = act.leaves(view(others, amended), FINE)

        assert left.nouns == (
            attrs.evolve(MATCH, status=pk.MatchStatus.ENDED, ended=when or NOW),
            attrs.evolve(AGREEMENT, status=pk.AgreementStatus.ENDED),
        )
        assert left.counts == (pk.Count("ana", "walking", -1),)
        assert told(left) == [
            ("p-7", "match.ended", "m-1", "Match m-1 is over."),
            ("ana", "match.ended", "m-1", "Match m-1 is over."),
        ]

    def test_ending_a_proposal_withdraws_it(self) -> None:
        """No place was taken, so none is given back, and no agreement ends."""
        proposed = attrs.evolve(MATCH, status=pk.MatchStatus.PROPOSED)
        left = pk.EndMatch(**BY, **PAIR, id="m-1").leaves(view(proposed), FINE)

        assert left.nouns == (attrs.evolve(MATCH, status=pk.MatchStatus.WITHDRAWN),)
        assert left.counts == ()
        assert len(left.messages) == 2


class TestAgreementsAndConsents:
    """What keeps everybody safe."""

    def test_a_new_agreement_amends_the_one_in_force_between_the_two(self) -> None:
        """And nobody else's, even when it stands in the same view."""
        others = attrs.evolve(AGREEMENT, id="ana", participant="p-8")
        act = pk.AgreeBoundaries(**BY, **PAIR, id="ag-2", topics=(pk.Topic.GIFTS,))

        assert act.leaves(view(others), FINE).nouns == (
            pk.BoundaryAgreement(id="ag-2", **PAIR, topics=(pk.Topic.GIFTS,)),
            attrs.evolve(AGREEMENT, status=pk.AgreementStatus.AMENDED),
        )

    def test_a_consent_is_kept_as_it_was_given(self) -> None:
        """Scopes, recipients and dates; and revoking ends it."""
        until = NOW + timedelta(days=90)
        act = pk.RecordConsent(
            **BY, id="k", participant="p-7", scopes=SCOPES, to=("x", "y"), since=NOW, until=until
        )
        (given_,) = act.leaves(view(), FINE).nouns

        assert given_ == pk.Consent(
            id="k", participant="p-7", scopes=SCOPES, to=("x", "y"), since=NOW, until=until
        )
        revoke = pk.RevokeConsent(**BY, id="k", participant="p-7")
        (revoked,) = revoke.leaves(view(given_), FINE).nouns
        assert revoked == attrs.evolve(given_, status=pk.ConsentStatus.REVOKED, ended=NOW)

    def test_a_consent_ends_after_it_begins(self) -> None:
        """The act is refused before anybody could record it."""
        with pytest.raises(pk.BadInput, match=r"RecordConsent\.until: must be later than since"):
            pk.RecordConsent(
                **BY, participant="p-7", scopes=SCOPES, to=("x",), since=NOW, until=NOW
            )

    def test_sharing_leaves_only_the_account_of_it(self) -> None:
        """What went to whom, when, what for and by whose leave; nothing else changes."""
        how: dict[str, Any] = {"participant": "p-7", "to": "x", "scopes": SCOPES}
        act = pk.ShareInformation(**BY, **how, id="sh", purpose=pk.Purpose.HOUSING)
        account = pk.Sharing(
            **how, id="sh", teller="p-7", purpose=pk.Purpose.HOUSING, at=NOW, consents=("k",)
        )

        assert act.leaves(view(*given_consent()), FINE) == Left(nouns=(account,))


class TestConcernsAndAdvice:
    """A supervisor is told, answers, and closes."""

    @pytest.mark.parametrize("what", [None, pk.Words("He lent me 50.")])
    def test_a_concern_is_opened_and_the_supervisor_is_told(self, what: pk.Words | None) -> None:
        """The words are kept apart; the message names neither a clause nor a word."""
        act = pk.RaiseConcern(
            **BY, id="n-1", peer="ana", people=("p-7",), clauses=("money", "gifts"), what=what
        )
        left = act.leaves(view(), FINE)

        assert left.nouns == (
            pk.Concern(id="n-1", peer="ana", people=("p-7",), clauses=("money", "gifts")),
        )
        assert told(left) == [("sam", "concern.raised", "n-1", "Concern n-1 is open.")]
        assert left.words == (() if what is None else (Saying("concern/n-1", "p-7", what),))

    def test_a_concern_about_somebody_unknown_goes_back_to_who_told_it(self) -> None:
        """Nobody supervises a stranger, and the message must reach somebody."""
        act = pk.RaiseConcern(**BY, id="n-1", peer="x", people=("x",), clauses=("money",))

        assert [each.to for each in act.leaves(view(), FINE).messages] == ["p-7"]

    def test_a_second_telling_of_one_concern_adds_words(self) -> None:
        """While it is open, it opens nothing twice and tells nobody twice."""
        act = pk.RaiseConcern(
            **BY, id="n-1", peer="ana", people=("p-7",), clauses=("money",), what=SAID
        )

        assert act.leaves(view(CONCERN), FINE) == Left(words=(Saying("concern/n-1", "p-7", SAID),))

    @pytest.mark.parametrize(
        "how",
        [{"people": ("p-8",)}, {"clauses": ("gifts",)}, {"peer": "bo"}, {}],
        ids=["other people", "another clause", "another peer", "closed before"],
    )
    def test_another_concern_under_a_taken_id_is_opened_as_one_of_its_own(
        self, how: dict[str, Any]
    ) -> None:
        """Nothing that is told is lost, and no supervisor misses it."""
        before = CONCERN if how else attrs.evolve(CONCERN, status=pk.ConcernStatus.CLOSED)
        told_: dict[str, Any] = {"peer": "ana", "people": ("p-7",), "clauses": ("money",)} | how
        left = pk.RaiseConcern(**BY, id="n-1", what=SAID, **told_).leaves(view(before), FINE)
        (concern,) = left.nouns

        assert concern.id != "n-1"
        assert concern.open
        assert [each.about for each in left.messages] == [concern.id]
        assert [each.about for each in left.words] == [f"concern/{concern.id}"]

    @pytest.mark.parametrize("outcome", [None, pk.Words("We talked.")])
    def test_a_closed_concern_keeps_its_outcome_apart(self, outcome: pk.Words | None) -> None:
        """The supervisor's words belong to the supervisor."""
        act = pk.CloseConcern(by="sam", id="n-1", peer="ana", outcome=outcome)
        left = act.leaves(view(CONCERN), FINE)

        assert left.nouns == (attrs.evolve(CONCERN, status=pk.ConcernStatus.CLOSED),)
        assert left.words == (() if outcome is None else (Saying("concern/n-1", "sam", outcome),))

    @pytest.mark.parametrize("question", [None, pk.Words("May I?")])
    def test_a_consultation_waits_for_the_supervisor(self, question: pk.Words | None) -> None:
        """The supervisor is told the id, never the question nor what it is about."""
        act = pk.ConsultSupervisor(**BY, **PAIR, id="c-1", clause="gifts", question=question)
        left = act.leaves(view(), FINE)

        assert left.nouns == (ASKED,)
        assert told(left) == [
            ("sam", "supervisor.consulted", "c-1", "Consultation c-1 waits for you.")
        ]
        assert left.words == (
            () if question is None else (Saying("consultation/c-1", "ana+p-7", question),)
        )

    def test_a_stranger_has_no_supervisor_to_tell(self) -> None:
        """The consultation is kept, and no message goes nowhere."""
        act = pk.ConsultSupervisor(**BY, id="c", peer="x", participant="p-7", clause="gifts")

        assert act.leaves(view(), FINE).messages == ()

    @pytest.mark.parametrize("advice", [None, pk.Words("A card is fine.")])
    @pytest.mark.parametrize("agreed", [True, False])
    def test_advice_is_told_to_the_peer(self, *, advice: pk.Words | None, agreed: bool) -> None:
        """Agreed or not, the peer hears that there is an answer."""
        act = pk.GiveAdvice(by="sam", id="c-1", peer="ana", agreed=agreed, advice=advice)
        left = act.leaves(view(ASKED), FINE)

        status = pk.ConsultationStatus.AGREED if agreed else pk.ConsultationStatus.NOT_AGREED
        assert left.nouns == (attrs.evolve(ASKED, status=status),)
        assert told(left) == [("ana", "advice.given", "c-1", "Consultation c-1 is answered.")]
        assert left.words == (
            () if advice is None else (Saying("consultation/c-1", "ana+p-7", advice),)
        )

    @pytest.mark.parametrize(
        ("act", "used_for"),
        [
            pytest.param(pk.ProposeMatch(**BY, **PAIR, id="m-2"), "m-2", id="match"),
            pytest.param(plan(), "s-1", id="plan"),
            pytest.param(report(), "s-1", id="report"),
            pytest.param(pk.AcceptMatch(**BY, **PAIR, id="m-1"), "m-1", id="yes"),
            pytest.param(asking(activity("give-gift")), None, id="activity"),
        ],
    )
    def test_advice_that_let_an_act_through_is_used_up(
        self, act: pk.Act, used_for: str | None
    ) -> None:
        """By the request, and then by its report; it keeps for what, and other advice stays."""
        kept = attrs.evolve(AGREED, id="c-2")
        used = act.uses_up(view(AGREED, kept), Judged(day=TODAY, used=("c-1",)))

        status = pk.ConsultationStatus.DONE if act.already else pk.ConsultationStatus.USED
        used_on = NOW if used_for is None else None
        assert used == (attrs.evolve(AGREED, status=status, used_for=used_for, used=used_on),)

    @pytest.mark.parametrize(
        ("act", "used_for"),
        [
            pytest.param(plan(), "s-1", id="plan"),
            pytest.param(report(), "s-1", id="report"),
            pytest.param(asking(activity("give-gift")), None, id="activity"),
        ],
    )
    def test_facts_that_let_an_act_through_are_used_up(
        self, act: pk.Act, used_for: str | None
    ) -> None:
        """As advice is: used by the request, done by the report, and closed then."""
        facts = pk.SuppliedFacts(id="f-1", **PAIR, activity=GIFT)
        kept = attrs.evolve(facts, id="f-2")
        (after,) = act.uses_up(view(facts, kept), Judged(day=TODAY, supplied=("f-1",)))
        assert isinstance(after, pk.SuppliedFacts)

        status = pk.FactsStatus.DONE if act.already else pk.FactsStatus.USED
        used = NOW if used_for is None else None
        assert after == attrs.evolve(facts, status=status, used_for=used_for, used=used)
        assert after.open is not act.already


class TestGoals:
    """The participant's own, in the participant's own words."""

    def test_the_words_are_kept_apart_from_the_goal(self) -> None:
        """They are the participant's, whoever wrote them down."""
        review = date(2027, 1, 1)
        act = pk.SetGoal(by="ana", id="g", participant="p-7", words=SAID, review=review)

        assert act.leaves(view(), FINE) == Left(
            nouns=(
                pk.Goal(
                    id="g", participant="p-7", review=review, stated_by="p-7", changed_by="ana"
                ),
            ),
            words=(Saying("goal/g", "p-7", SAID),),
        )

    @pytest.mark.parametrize("status", pk.GoalStatus)
    def test_a_goal_becomes_what_was_asked(self, status: pk.GoalStatus) -> None:
        """Held, taken up, completed or dropped."""
        goal = pk.Goal(id="g", participant="p-7")
        act = pk.ChangeGoal(**BY, id="g", participant="p-7", status=status)

        after = attrs.evolve(goal, status=status, changed_by="p-7")
        assert act.leaves(view(goal), FINE).nouns == (after,)


class TestSessions:
    """Planned, held, missed, cancelled."""

    def test_a_plan_is_told_to_everyone_in_it(self) -> None:
        """No minute is counted before it was held."""
        left = plan(**group(2)).leaves(view(), FINE)
        (session,) = left.nouns

        assert isinstance(session, pk.Session)
        assert (session.status, session.counted) == (pk.SessionStatus.PLANNED, 0)
        assert told(left) == [
            (who, "session.planned", "s-1", "Session s-1 is planned.")
            for who in ("p-7", "p-8", "ana")
        ]
        assert left.counts == ()

    def test_a_plan_can_be_held_as_it_was(self) -> None:
        """The report says the same of everything, and who reports it."""
        planned = plan(**group(2), zone="America/Chicago", activities=(activity("listen", 60),))
        held = planned.held(by="bo", key="k", note=SAID)

        assert (held.by, held.key, held.note, held.id) == ("bo", "k", SAID, "s-1")
        for name in ("peer", "participants", "form", "starts", "zone", "minutes", "activities"):
            assert getattr(held, name) == getattr(planned, name)
        assert planned.held(by="ana").key is None

    def test_a_plan_without_an_id_cannot_be_held(self) -> None:
        """Its report would be of another session, and the plan would wait for ever."""
        with pytest.raises(pk.BadInput, match=r"PlanSession\.id: give an id"):
            attrs.evolve(plan(), id=None).held(by="ana")

    def test_what_nobody_planned_cannot_be_planned(self) -> None:
        """An ad hoc session is reported when it has happened."""
        with pytest.raises(pk.BadInput, match=r"PlanSession\.form: an ad hoc session is reported"):
            plan(form=pk.SessionForm.AD_HOC)

    def test_a_cancelled_session_is_told_to_everyone_in_it(self) -> None:
        """No reason is asked."""
        (planned,) = plan(**group(2)).leaves(view(), FINE).nouns
        left = pk.CancelSession(**BY, id="s-1").leaves(view(planned), FINE)

        assert left.nouns == (attrs.evolve(planned, status=pk.SessionStatus.CANCELLED),)
        assert told(left) == [
            (who, "session.cancelled", "s-1", "Session s-1 is cancelled.")
            for who in ("p-7", "p-8", "ana")
        ]

    def test_a_missed_session_is_written_down_without_blame(self) -> None:
        """Where it was planned it is missed; where it was not, only the journal says so."""
        (planned,) = plan().leaves(view(), FINE).nouns
        act = pk.ReportMissedSession(by="ana", id="s-1")

        left = act.leaves(view(planned), FINE)
        assert left.nouns == (attrs.evolve(planned, status=pk.SessionStatus.MISSED),)
        assert told(left) == [
            (
                "p-7",
                "session.missed",
                "s-1",
                "Session s-1 did not take place. A new time can be planned.",
            )
        ]
        assert act.leaves(view(), Judged(day=TODAY, allowed=False)) == Left()

    def test_an_hour_held_counts_for_everyone(self) -> None:
        """The pair met once more; each has an hour on that day, and in the periods around it."""
        late = datetime(2026, 11, 3, 4, tzinfo=UTC)
        left = report(starts=late, zone="America/Chicago").leaves(view(), FINE)
        (held,) = left.nouns

        assert isinstance(held, pk.Session)
        assert (held.status, held.counted, held.minutes) == (pk.SessionStatus.HELD, 60, 60)
        assert left.counts == (
            pk.Count("ana+p-7", "met", 1),
            *hour_given("2026-11-02", "2026-W45", "2026-11"),
            *hour_received("p-7", "2026-11-02", "2026-W45", "2026"),
        )
        assert (left.messages, left.words) == ((), ())

    def test_a_group_held_counts_for_each_pair_and_person(self) -> None:
        """Everyone was there for all of it."""
        left = report(**group(3)).leaves(view(), FINE)

        assert left.counts == (
            *(pk.Count(f"ana+p-{each}", "met", 1) for each in (7, 8, 9)),
            *hour_given("2026-11-02", "2026-W45", "2026-11"),
            *hour_received("p-7", "2026-11-02", "2026-W45", "2026"),
            *hour_received("p-8", "2026-11-02", "2026-W45", "2026"),
            *hour_received("p-9", "2026-11-02", "2026-W45", "2026"),
        )

    @pytest.mark.parametrize(
        ("minutes", "outside", "whole", "counted"),
        [
            ((40, 20), (), False, 60),
            ((40, 20), (1,), False, 40),
            ((40, 20), (0,), False, 20),
            ((40, 20), (0, 1), False, 0),
            ((40, 10), (1,), False, 50),
            ((40, 0), (1,), False, 0),
            ((0, 0), (0,), False, 0),
            ((40, 0), (0,), False, 20),
            ((40, 20), (), True, 0),
            ((40, 20), (1,), True, 0),
        ],
    )
    def test_only_minutes_inside_the_role_count(
        self, *, minutes: tuple[int, int], outside: tuple[int, ...], whole: bool, counted: int
    ) -> None:
        """What fell outside is taken off; where nobody counted it, it spoils the whole hour."""
        done = (activity("listen", minutes[0]), activity("lend-money", minutes[1]))
        bad = bool(outside or whole)
        judged = Judged(
            day=TODAY,
            allowed=not bad,
            whole=whole,
            outside=frozenset(outside),
            clauses=("money",) if bad else (),
            crossed=("money",) if bad else (),
        )
        left = report(activities=done).leaves(view(), judged)
        held = left.nouns[0]

        assert isinstance(held, pk.Session)
        assert held.counted == counted
        per_person = [(each.of, each.by) for each in left.counts if each.what in MINUTES]
        given, received = [("ana", counted)] * 3, [("p-7", counted)] * 3
        assert per_person == (given + received if counted else [])
        assert [each.by for each in left.counts if each.what == "met"] == [1]
        assert len(left.messages) == bad

    def test_a_crossing_opens_a_concern_and_tells_the_supervisor(self) -> None:
        """It names the clauses, everyone who was there, and the session it came from."""
        judged = Judged(
            day=TODAY,
            allowed=False,
            outside=frozenset({0}),
            clauses=("money", "gifts"),
            crossed=("money", "gifts"),
        )
        left = report(**group(2)).leaves(view(), judged)

        assert left.nouns[1] == pk.Concern(
            id="s-1/concern",
            peer="ana",
            people=("p-7", "p-8"),
            clauses=("money", "gifts"),
        )
        assert told(left) == [
            ("sam", "concern.opened", "s-1/concern", "Concern s-1/concern is open.")
        ]

    def test_a_crossing_by_somebody_unknown_goes_back_to_who_told_it(self) -> None:
        """The message must reach somebody."""
        judged = Judged(
            day=TODAY, allowed=False, whole=True, clauses=("known",), crossed=("known",)
        )

        assert [each.to for each in report(peer="x").leaves(view(), judged).messages] == ["ana"]

    def test_a_concern_never_takes_the_place_of_another(self) -> None:
        """Where the id is taken, the new one gets one of its own."""
        judged = Judged(
            day=TODAY, allowed=False, whole=True, clauses=("money",), crossed=("money",)
        )
        taken = attrs.evolve(CONCERN, id="s-1/concern", status=pk.ConcernStatus.CLOSED)
        stood = attrs.evolve(view(taken), seen=41)
        left = report().leaves(stood, judged)

        assert left.nouns[1].id != "s-1/concern"
        assert left.messages[0].about == left.nouns[1].id

    def test_a_crossing_in_a_session_with_the_longest_id_is_kept(self) -> None:
        """A report is never refused, so the concern's id must fit as well."""
        judged = Judged(
            day=TODAY, allowed=False, whole=True, clauses=("money",), crossed=("money",)
        )
        act = report(id="s" * 96)
        held, concern = act.leaves(view(), judged).nouns

        assert (held.id, concern.kind) == ("s" * 96, "concern")
        assert concern.id in act.about

    def test_a_crossing_is_kept_however_many_were_there(self) -> None:
        """Also when the peer is named on both sides: a report is never refused."""
        judged = Judged(
            day=TODAY, allowed=False, whole=True, clauses=("two-people",), crossed=("two-people",)
        )
        for act in (report(**group(200)), report(**group(2), peer="p-7")):
            left = act.leaves(view(), judged)
            assert [each.kind for each in left.nouns] == ["session", "concern"]
            assert len(set(left.nouns[1].touches)) == len(left.nouns[1].touches)

    def test_the_note_of_two_is_the_participants(self) -> None:
        """The note of a group belongs to the peer who wrote it: nobody else can own it alone."""
        alone = report(note=SAID).leaves(view(), FINE)
        many = report(note=SAID, **group(2)).leaves(view(), FINE)

        assert alone.words == (Saying("session/s-1", "p-7", SAID),)
        assert many.words == (Saying("session/s-1", "ana", SAID),)

    @pytest.mark.parametrize("counted", [0, 40, 60])
    def test_a_second_report_of_a_session_adds_words_only(self, counted: int) -> None:
        """However many of its minutes counted the first time, they are counted once."""
        (held,) = report().leaves(view(), FINE).nouns
        assert isinstance(held, pk.Session)
        before = view(attrs.evolve(held, counted=counted))
        crossed = Judged(day=TODAY, allowed=False, whole=True, clauses=("once",), crossed=("once",))

        assert report(note=SAID).leaves(before, crossed) == Left(
            words=(Saying("session/s-1", "p-7", SAID),)
        )
        assert report().leaves(before, crossed) == Left()

    @pytest.mark.parametrize(
        ("before", "how"),
        [
            (pk.SessionStatus.HELD, {"minutes": 45}),
            (pk.SessionStatus.HELD, {"participants": ("p-8",)}),
            (pk.SessionStatus.HELD, {"activities": (activity("lend-money"),)}),
            (pk.SessionStatus.MISSED, {}),
            (pk.SessionStatus.CANCELLED, {}),
            (pk.SessionStatus.CANCELLED, {"corrects": True}),
            (pk.SessionStatus.PLANNED, {"participants": ("p-8",)}),
            (pk.SessionStatus.PLANNED, {"peer": "bo"}),
        ],
    )
    def test_another_session_under_a_taken_id_is_kept_as_one_of_its_own(
        self, before: pk.SessionStatus, how: dict[str, Any]
    ) -> None:
        """Nothing that was told is lost, and nothing that was kept is overwritten."""
        (first,) = report().leaves(view(), FINE).nouns
        crossed = Judged(day=TODAY, allowed=False, whole=True, clauses=("once",), crossed=("once",))
        left = report(note=SAID, **how).leaves(view(attrs.evolve(first, status=before)), crossed)
        held, concern = left.nouns

        assert (held.kind, concern.kind) == ("session", "concern")
        assert held.id != "s-1"
        assert [each.about for each in left.words] == [f"session/{held.id}"]
        assert len(left.messages) == 1

    def test_a_correction_takes_back_what_was_counted(self) -> None:
        """An hour that was said to be with p-7 on Monday was with p-8, and shorter."""
        (wrong,) = report().leaves(view(), FINE).nouns
        right = report(corrects=True, minutes=45, participants=("p-8",))
        left = right.leaves(view(wrong), FINE)
        (held,) = left.nouns
        counts = Counter[tuple[str, str]]()
        for each in left.counts:
            counts[each.of, each.what] += each.by

        assert isinstance(held, pk.Session)
        assert (held.id, held.participants, held.counted) == ("s-1", ("p-8",), 45)
        assert counts == {
            ("ana+p-7", "met"): -1,
            ("ana+p-8", "met"): 1,
            ("ana", "minutes-given"): -15,
            ("ana", "minutes-given-a-week"): -15,
            ("ana", "minutes-given-a-month"): -15,
            ("p-7", "minutes-received"): -60,
            ("p-7", "minutes-received-a-week"): -60,
            ("p-7", "minutes-received-a-year"): -60,
            ("p-8", "minutes-received"): 45,
            ("p-8", "minutes-received-a-week"): 45,
            ("p-8", "minutes-received-a-year"): 45,
        }

    def test_a_planned_group_is_held_by_whoever_came(self) -> None:
        """Two were signed up and one came: it is still that session."""
        (planned,) = plan(**group(2)).leaves(view(), FINE).nouns
        came = report(form=pk.SessionForm.GROUP, participants=("p-8",))
        (held,) = came.leaves(view(planned), FINE).nouns

        assert held.id == "s-1"
        assert held.touches == ("ana", "p-8")

    def test_a_report_of_a_planned_session_takes_its_place(self) -> None:
        """What really happened is what stands."""
        (planned,) = plan().leaves(view(), FINE).nouns
        (held,) = report(minutes=45).leaves(view(planned), FINE).nouns

        assert isinstance(held, pk.Session)
        assert (held.status, held.minutes) == (pk.SessionStatus.HELD, 45)


class TestThroughTheDoor:
    """A few walks through the program, where acts follow each other."""

    def test_a_report_is_kept_whatever_the_verdict(self) -> None:
        """Refusing to write down a crossed boundary would hide it."""
        program = opened()
        told_ = report(activities=(activity("lend-money", 20), activity("listen", 40)))
        decision = program.do(told_)

        assert not decision.allowed
        assert decision.number == 7
        (held,) = program.find(pk.Session)
        (concern,) = program.find(pk.Concern)
        assert held.counted == 40
        assert concern.clauses == ("money",)
        assert program.view("ana").tally("ana", "minutes-given") == 40
        assert program.verify().whole

    def test_a_request_that_is_refused_changes_nothing(self) -> None:
        """It is journalled, and no noun, tally, message or word is left."""
        program = opened()
        before = everything(program)
        decision = program.do(plan(activities=(activity("lend-money"),)))

        assert not decision.allowed
        assert everything(program) == before
        assert [each.number for each in program.journal()][-1] == decision.number

    def test_every_act_is_about_what_it_leaves(self) -> None:
        """A noun that changes was read for the decision: otherwise two could change it at once."""
        for act, _ in ONE_OF_EACH:
            papers = (*session_and_goal(), *given_consent(), *CARRIED)
            waits = pk.Waiting(id="w-1", participant="p-7", since=NOW)
            held = pk.LegalHold(id="h-1", person="p-7", since=TODAY)
            stood = view(
                *(ASKED, CONCERN, DISCLOSED, PROPOSED, waits, held),
                *(*papers, *OUTCOMES, *OWN, *TIMES),
                *(*on_the_way(), *in_a_group(), *in_a_house()),
            )
            crossed = act.kind == "session.reported"
            left = act.leaves(
                stood,
                Judged(day=TODAY, allowed=not crossed, clauses=("money",), crossed=("money",)),
            )
            read = {(each.kind, each.id) for each in stood.nouns}
            for noun in left.nouns:
                named = noun.id in act.about or (noun.kind, noun.id) in read
                assert named, f"{act.kind} leaves {noun.kind} {noun.id}"

    def test_advice_lets_one_act_through(self) -> None:
        """Asked, agreed, done once and told of once; then the supervisor is asked again."""
        program = opened()
        gift = asking(activity("give-gift", value="token"))
        first = program.do(gift)
        program.do(pk.ConsultSupervisor(by="ana", **PAIR, id="c-1", clause="gifts")).or_raise()
        program.do(pk.GiveAdvice(by="sam", id="c-1", peer="ana", agreed=True)).or_raise()
        second, third = program.do(gift), program.do(gift)
        held = program.do(report(activities=(gift.activity,)))
        again = program.do(report(id="s-2", activities=(gift.activity,)))

        assert (first.verdict, second.verdict, third.verdict) == (
            pk.Verdict.NEEDS_CONSULTATION,
            pk.Verdict.ALLOWED,
            pk.Verdict.NEEDS_CONSULTATION,
        )
        assert (held.verdict, again.verdict) == (
            pk.Verdict.ALLOWED,
            pk.Verdict.NEEDS_CONSULTATION,
        )
        (advice,) = program.find(pk.Consultation)
        assert advice.status is pk.ConsultationStatus.DONE

    def test_advice_goes_with_the_plan_that_used_it(self) -> None:
        """To its report and to the correction of it, and to the report of no other session."""
        program = opened()
        gift = activity("give-gift", value="token")
        for act in (
            pk.ConsultSupervisor(by="ana", **PAIR, id="c-1", clause="gifts"),
            pk.GiveAdvice(by="sam", id="c-1", peer="ana", agreed=True),
            plan(activities=(gift,)),
        ):
            program.do(act).or_raise()
        (used,) = program.find(pk.Consultation)
        other = program.do(report(id="s-2", activities=(gift,)))
        own = program.do(report(activities=(gift,)))
        (done,) = program.find(pk.Consultation)
        wrong = program.do(report(id="s-2", activities=(gift,), minutes=30, corrects=True))
        right = program.do(report(activities=(gift,), minutes=30, corrects=True))

        assert (used.status, used.used_for) == (pk.ConsultationStatus.USED, "s-1")
        assert (done.status, done.used_for) == (pk.ConsultationStatus.DONE, "s-1")
        assert (own.verdict, right.verdict) == (pk.Verdict.ALLOWED, pk.Verdict.ALLOWED)
        assert (other.verdict, wrong.verdict) == (
            pk.Verdict.NEEDS_CONSULTATION,
            pk.Verdict.NEEDS_CONSULTATION,
        )
        assert program.find(pk.Consultation).items == (done,)
        assert program.verify().whole

    def test_advice_of_long_ago_is_not_read_with_the_pair(self) -> None:
        """After ten years a request reads what is still free, and a correction what it had used."""
        program = opened()
        gift = activity("give-gift", value="token")
        for n in range(3):
            id_ = f"c-{n}"
            for act in (
                pk.ConsultSupervisor(by="ana", **PAIR, id=id_, clause="gifts"),
                pk.GiveAdvice(by="sam", id=id_, peer="ana", agreed=True),
                report(id=f"s-{n}", activities=(gift,)),
            ):
                program.do(act).or_raise()

        assert not list(program.view("ana", "p-7", pk.pair("ana", "p-7")).all(pk.Consultation))
        assert [each.id for each in program.view("s-1").all(pk.Consultation)] == ["c-1"]
        assert program.do(report(id="s-1", activities=(gift,), minutes=30, corrects=True)).allowed
        assert program.verify().whole

    def test_the_very_same_report_is_allowed_again_and_changes_nothing(self) -> None:
        """Sent twice by a slow line, an hour is an hour; nobody is told of a concern."""
        program = opened()
        program.do(report()).or_raise()
        before = everything(program)

        assert program.do(report()).allowed
        assert everything(program) == before
        assert program.verify().whole

    def test_another_report_under_a_taken_id_is_found_under_the_id_that_is_named(self) -> None:
        """It is not allowed, and kept; whoever told it can find it and put it right."""
        program = opened()
        program.do(report()).or_raise()
        other = program.do(report(minutes=30))
        (new,) = [each for each in program.find(pk.Session) if each.id != "s-1"]
        (once,) = [each for each in other.findings if each.clause.id == "once"]

        assert other.verdict is pk.Verdict.NOT_ALLOWED
        assert once.sentence == (
            f"The id s-1 already names something that is kept. This is kept as {new.id}."
        )
        assert (new.minutes, new.counted) == (30, 0)
        assert program.do(report(id=new.id, minutes=30, corrects=True)).allowed
        assert program.view("ana").tally("ana", "minutes-given") == 90
        assert program.verify().whole

    def test_people_can_be_called_what_their_records_are_called(self) -> None:
        """A host that numbers each of its tables from 1 loses nothing by it."""
        program = empty()
        for act in (
            pk.WelcomePeer(
                by="c", id="1", role=pk.Role.WORKER, supervisor="s", since=TODAY, experiences=LIVED
            ),
            pk.WelcomeParticipant(by="c", id="2"),
            pk.ProposeMatch(by="c", id="1", peer="1", participant="2"),
            pk.AcceptMatch(by="2", id="1", peer="1", participant="2", when=SAID_YES),
            pk.AgreeBoundaries(by="2", id="1", peer="1", participant="2", topics=AGREEMENT.topics),
            pk.SetGoal(by="2", id="2", participant="2", words=SAID),
            report(by="1", id="1", peer="1", participants=("2",)),
        ):
            program.do(act).or_raise()

        assert program.verify().whole
        assert [each.number for each in program.history("2")] == [2, 3, 4, 5, 6, 7]

    def test_ids_are_given_to_what_has_none(self) -> None:
        """The program names what is made, and the decision says how."""
        program = opened()
        decision = program.do(attrs.evolve(plan(), id=None)).or_raise()

        assert isinstance(decision.act, pk.PlanSession)
        assert program.find(pk.Session).items[0].id == decision.act.id == "session-1"
        assert codes(decision.findings).count(("once", pk.Verdict.ALLOWED)) == 1

    def test_moves_and_makes_name_a_real_kind(self) -> None:
        """What an act makes or moves is one of the nouns."""
        for kind in ACTS:
            if issubclass(kind, Makes):
                assert kind.makes.lifecycle.begins
            elif issubclass(kind, Moves):
                assert any(kind.moves.lifecycle.steps.values())


def told(left: Left) -> list[tuple[str, str, str, str]]:
    """To whom, of what kind, about what, and the inside; the outside is always the same."""
    assert all(each.outside == "You have a new message." for each in left.messages)
    return [(each.to, each.kind, each.about, each.inside) for each in left.messages]


def hour_given(day: str, week: str, month: str) -> tuple[pk.Count, ...]:
    """What an hour adds for ana, who gave it."""
    return (
        pk.Count("ana", "minutes-given", 60, day),
        pk.Count("ana", "minutes-given-a-week", 60, week),
        pk.Count("ana", "minutes-given-a-month", 60, month),
    )


def hour_received(who: str, day: str, week: str, year: str) -> tuple[pk.Count, ...]:
    """What an hour adds for somebody who took part."""
    return (
        pk.Count(who, "minutes-received", 60, day),
        pk.Count(who, "minutes-received-a-week", 60, week),
        pk.Count(who, "minutes-received-a-year", 60, year),
    )


def session_and_goal() -> tuple[pk.Noun, ...]:
    """A planned session and an active goal."""
    return (*plan().leaves(view(), FINE).nouns, pk.Goal(id="g-1", participant="p-7"))


def on_the_way() -> tuple[pk.Noun, ...]:
    """A way to a service, somebody of a team, a visit, and words to be said."""
    return (
        pk.Connection(id="c-1", participant="p-7", service="x"),
        pk.TeamMember(id="dr-1", participant="p-7", profession=pk.Profession.DOCTOR),
        pk.Visit(id="v-1", **PAIR, setting=pk.VisitSetting.INPATIENT),
        pk.SpokenFor(id="w-1", **PAIR, to="dr-1"),
    )


def in_a_group() -> tuple[pk.Noun, ...]:
    """A group, and somebody who is invited to it."""
    return (
        pk.Group(id="gr", of=pk.GroupKind.RECOVERY, facilitators=("ana",)),
        pk.Membership(id="pl", group="gr", participant="p-7"),
    )


def in_a_house() -> tuple[pk.Noun, ...]:
    """A house, a stay in it and a shift."""
    return (
        pk.House(id="h", rooms=("bed-1",), agreement=(pk.HouseTopic.COOKING,)),
        pk.Stay(
            id="st",
            participant="p-7",
            house="h",
            first=TODAY,
            until=TODAY + DAYS,
            asked=NOW,
            room="bed-1",
            status=pk.StayStatus.EXPECTED,
        ),
        pk.Shift(id="sh", peer="ana", house="h", starts=NOW - DAYS, ends=NOW),
    )


def given_consent() -> tuple[pk.Noun, ...]:
    """A consent in force."""
    return (pk.Consent(id="k", participant="p-7", scopes=SCOPES, to=("x",), since=NOW),)


def everything(program: pk.Program) -> tuple[Any, ...]:
    """All that a program keeps beside its journal."""
    nouns = [each for kind in NOUNS for each in program.every(kind)]
    return (nouns, tallies_of(program), program.store.outbox())
