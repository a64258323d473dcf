"""What carries those who carry others: hours that renew, talks that count once, and no penalty."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import peerkit as pk
from peerkit.acts import Judged, Left
from peerkit.handbook import Handbook
from peerkit.model import SUPERVISION_MINUTES, SUPERVISION_TALKS
from peerkit.reports import (
    RoleDrift,
    Talks,
    ToHandOver,
    debriefs_overdue,
    in_interval,
    minutes_a_week,
    percent_of_living_wage,
    role_drift,
    talks,
    to_hand_over,
)
from peerkit.rules import credentials, people, workforce
from tests.ordinary import (
    ANA,
    BOOK,
    NOW,
    TODAY,
    activity,
    codes,
    empty,
    opened,
    plan,
    report,
    tallies_of,
    view,
    welcome,
)

ALLOWED, CONSENT, CONSULT, FACTS, NO = pk.Verdict
DAY = timedelta(days=1)
PEER, ETHICS, EQUITY = (
    pk.TrainingTopic.PEER_SUPPORT,
    pk.TrainingTopic.ETHICS,
    pk.TrainingTopic.EQUITY,
)
SUICIDE, ELECTIVE = pk.TrainingTopic.SUICIDE_PREVENTION, pk.TrainingTopic.ELECTIVE
SUPERVISING = pk.TrainingTopic.SUPERVISION
OURS: dict[str, Any] = {"by": "ana", "peer": "ana"}
FINE = Judged(day=TODAY)


def credential(*hours: tuple[pk.TrainingTopic, int], **how: Any) -> pk.Credential:
    """Two years from 2025 on, with so many hours of each topic."""
    told: dict[str, Any] = {
        "id": "k-1",
        "peer": "ana",
        "since": date(2025, 1, 1),
        "until": date(2027, 1, 1),
        "hours": tuple(pk.TopicHours(topic=topic, minutes=60 * each) for topic, each in hours),
    }
    return pk.Credential(**told | how)


def lacks(layer: str, held: pk.Credential, **how: Any) -> dict[str, int]:
    """What is missing under a layer, in minutes by limit."""
    found = pk.renewal(held, Handbook.load(layer).on(TODAY), **how)
    return {each.limit: each.missing for each in found.missing}


class TestRenewal:
    """The arithmetic of a renewal, on the worked cases of the fact sheet (2.6)."""

    @pytest.mark.parametrize(
        ("layer", "hours", "how", "missing"),
        [
            # Washington: 30 hours in two years, of them 14 on peer support and 2 on law and ethics
            ("us/wa", [(PEER, 14), (ETHICS, 2), (ELECTIVE, 14)], {}, {}),
            ("us/wa", [(PEER, 28), (ETHICS, 2)], {}, {}),
            ("us/wa", [(PEER, 30)], {}, {"renewal-hours-ethics": 120}),
            ("us/wa", [(PEER, 13), (ETHICS, 17)], {}, {"renewal-hours-peer": 60}),
            ("us/wa", [(PEER, 14), (ETHICS, 2)], {}, {"renewal-hours": 840}),
            # and whoever supervises, 6 on how to
            (
                "us/wa",
                [(PEER, 28), (ETHICS, 2)],
                {"role": pk.Role.SUPERVISOR},
                {"renewal-hours-supervision": 360},
            ),
            (
                "us/wa",
                [(PEER, 22), (ETHICS, 2), (SUPERVISING, 6)],
                {"role": pk.Role.SUPERVISOR},
                {},
            ),
            # Pennsylvania: 36 hours, 24 on peer support, 3 on ethics, 9 of one's choice
            ("us/pa", [(PEER, 24), (ETHICS, 3), (ELECTIVE, 9)], {}, {}),
            ("us/pa", [(PEER, 33), (ETHICS, 3)], {}, {}),  # what goes beyond is of one's choice
            ("us/pa", [(PEER, 20), (ETHICS, 16)], {}, {"renewal-hours-peer": 240}),
            (
                "us/pa",
                [(PEER, 24), (ETHICS, 3)],
                {},
                {"renewal-hours": 540, "renewal-hours-elective": 540},
            ),
            # California: 20 hours, 6 on law and ethics
            ("us/ca", [(PEER, 14), (ETHICS, 6)], {}, {}),
            ("us/ca", [(PEER, 15), (ETHICS, 5)], {}, {"renewal-hours-ethics": 60}),
            # Texas: 20 units in 24 months
            ("us/tx", [(ELECTIVE, 20)], {}, {}),
            ("us/tx", [(ELECTIVE, 19)], {}, {"renewal-hours": 60}),
            # Tennessee: 50 hours of service and 2 of supervision, which are no training
            ("us/tn", [], {"service": 3000, "supervision": 120}, {}),
            (
                "us/tn",
                [(PEER, 90)],
                {"service": 2999},
                {"renewal-service-hours": 1, "renewal-supervision-hours": 120},
            ),
            # The base asks for nothing: certification is the state's
            ("us/federal", [], {}, {}),
        ],
    )
    def test_what_is_missing(
        self,
        layer: str,
        hours: list[tuple[pk.TrainingTopic, int]],
        how: dict[str, Any],
        missing: dict[str, int],
    ) -> None:
        """In minutes, limit by limit."""
        assert lacks(layer, credential(*hours), **how) == missing

    @pytest.mark.parametrize(
        ("renewals", "before", "missing"),
        [
            (0, (), set[str]()),  # two years: neither the four nor the six are over
            (1, (0,), {"equity-hours"}),
            (1, (120,), set[str]()),
            (2, (60, 120), set[str]()),  # the last four years hold an hour and the six hold three
            (2, (0, 180), {"equity-hours"}),
            (2, (60, 60), {"suicide-prevention-hours"}),
            (3, (0, 0, 180), {"equity-hours", "suicide-prevention-hours"}),
        ],
    )
    def test_what_is_asked_in_a_longer_time_is_asked_when_it_is_over(
        self, renewals: int, before: tuple[int, ...], missing: set[str]
    ) -> None:
        """Washington: suicide prevention 3 hours in six years, equity 2 in four."""
        longer = tuple(
            pk.TopicHours(topic=topic, minutes=now, before=before)
            for topic, now in ((SUICIDE, 0), (EQUITY, 60 if before[:1] == (60,) else 0))
        )
        held = credential((PEER, 28), (ETHICS, 2), renewals=renewals)
        held = attrs.evolve(held, hours=(*held.hours, *longer))

        assert set(lacks("us/wa", held)) == missing

    def test_without_hours_of_a_topic_none_were_had(self) -> None:
        """After six years without a word on suicide prevention three hours are missing."""
        held = credential((PEER, 28), (ETHICS, 2), renewals=2)

        assert lacks("us/wa", held) == {"suicide-prevention-hours": 180, "equity-hours": 120}

    def test_a_longer_time_without_an_interval_is_asked_each_time(self, tmp_path: Path) -> None:
        """A house that names hours and no months asks for them at every renewal."""
        house = tmp_path / "house.toml"
        house.write_text(
            """
[layer]
id = "house"
title = "Our house"
of = "house"

[[limit]]
id = "equity-hours"
value = [{ is = 2, source = "HOUSE", at = "ours", looked = 2026-11-22 }]
"""
        )
        book = Handbook.load(house).on(TODAY)

        assert [each.missing for each in pk.renewal(credential(), book).missing] == [120]

    @pytest.mark.parametrize(
        ("since", "until", "due"),
        [
            ("2025-01-01", "2027-01-01", "2027-01-01"),
            ("2025-01-01", "2030-01-01", "2027-01-01"),
            ("2024-02-29", "2030-01-01", "2026-02-28"),
            ("2026-09-01", "2027-03-01", "2027-03-01"),
        ],
    )
    def test_it_is_due_after_the_interval_and_never_after_its_end(
        self, since: str, until: str, due: str
    ) -> None:
        """Issued and interval, in months of the calendar."""
        held = credential(since=date.fromisoformat(since), until=date.fromisoformat(until))
        book = Handbook.load("us/wa").on(TODAY)

        assert pk.renewal(held, book).due == date.fromisoformat(due)
        assert pk.renewal(held, BOOK).due == held.until

    def test_it_asks_for_a_credential_and_a_book(self) -> None:
        """Anything else is a mistake of whoever calls."""
        with pytest.raises(pk.BadInput, match="give a Credential"):
            pk.renewal("k-1", BOOK)  # type: ignore[arg-type]  # on purpose
        with pytest.raises(pk.BadInput, match="give the book of a day"):
            pk.renewal(credential(), "us/wa")  # type: ignore[arg-type]  # on purpose

    def test_half_an_hour_is_said_as_half_an_hour(self) -> None:
        """What is missing is named, in hours."""
        held = attrs.evolve(credential(), hours=(pk.TopicHours(topic=ELECTIVE, minutes=1170),))
        book = Handbook.load("us/tx").on(TODAY)
        act = pk.RenewCredential(
            **OURS, id="k-2", of="k-1", since=held.until, until=date(2029, 1, 1)
        )
        (found,) = credentials.renewal_ready(act, view(held), book)

        assert found.sentence == (
            "To renew the credential of ana by 2027-01-01, this is missing: "
            "0.5 of 20 hours of further training."
        )

    def test_anothers_credential_is_not_renewed(self) -> None:
        """It is not known as one of this peer's."""
        act = pk.RenewCredential(**OURS, id="k-2", of="k-1", since=TODAY, until=TODAY + DAY)
        stood = view(credential(peer="bo"))

        assert codes(credentials.renewal_ready(act, stood, BOOK)) == [("known-thing", FACTS)]
        assert act.leaves(stood, FINE).nouns[0].renewals == 1  # type: ignore[attr-defined]  # a credential


def training(name: str, topic: pk.TrainingTopic, minutes: int, on: date) -> pk.RecordTraining:
    """Ana learned something."""
    return pk.RecordTraining(**OURS, id=name, topic=topic, minutes=minutes, on=on)


class TestTraining:
    """Hours are told, and count in the interval of the credential."""

    def test_through_the_door_hours_renew_a_credential(self) -> None:
        """Told, told twice, too early and outside the interval; then renewed, and none is lost."""
        program = empty(opened().store, handbook=Handbook.load("us/tx"))
        program.do(
            pk.RecordCredential(
                by="c",
                id="k-1",
                peer="ana",
                since=date(2025, 1, 1),
                until=date(2027, 1, 1),
                body="us/tx",
            )
        ).or_raise()
        first = training("t-1", ELECTIVE, 1140, date(2026, 3, 1))
        program.do(first).or_raise()
        program.do(attrs.evolve(first, by="sam")).or_raise()  # the same certificate, told again
        program.do(training("t-2", ELECTIVE, 600, date(2024, 12, 31))).or_raise()  # before
        early = program.do(training("t-3", ELECTIVE, 600, TODAY + DAY))
        renew = pk.RenewCredential(
            **OURS, id="k-2", of="k-1", since=date(2027, 1, 1), until=date(2029, 1, 1)
        )
        refused = program.do(renew)
        program.do(training("t-1", ETHICS, 60, TODAY)).or_raise()  # another under the same number
        renewed = program.do(attrs.evolve(renew, key="again"))

        assert (early.verdict, refused.verdict, renewed.verdict) == (FACTS, FACTS, ALLOWED)
        (old, new) = program.every(pk.Credential, about="ana")
        assert old.hours == (
            pk.TopicHours(topic=ELECTIVE, minutes=1140),
            pk.TopicHours(topic=ETHICS, minutes=60),
        )
        assert new.hours == (
            pk.TopicHours(topic=ELECTIVE, minutes=0, before=(1140,)),
            pk.TopicHours(topic=ETHICS, minutes=0, before=(60,)),
        )
        assert (new.body, new.renewals, new.status) == ("us/tx", 1, pk.CredentialStatus.HELD)
        assert len(tuple(program.every(pk.Training))) == 3
        assert dict(in_interval(program, old).training) == {ELECTIVE: 1140, ETHICS: 60}
        assert program.verify().whole

    def test_only_some_intervals_before_are_remembered(self) -> None:
        """A credential stays small, however often it is renewed."""
        held = credential((ETHICS, 1))
        for _ in range(9):
            held = attrs.evolve(held, hours=held.hours_before())

        assert held.hours[0].before == (0, 0, 0, 0, 0)
        with pytest.raises(pk.BadInput, match=r"TopicHours\.before: at most 5 whole numbers"):
            pk.TopicHours(topic=ETHICS, minutes=0, before=(0,) * 6)
        with pytest.raises(pk.BadInput, match=r"TopicHours\.before: a whole number, 0 to"):
            pk.TopicHours(topic=ETHICS, minutes=0, before=(-1,))

    def test_each_topic_is_named_once(self) -> None:
        """Twice would be two answers to one question."""
        with pytest.raises(pk.BadInput, match="the same topic is named twice"):
            credential((ETHICS, 1), (ETHICS, 2))

    def test_training_of_somebody_unknown_is_kept_and_asked_about(self) -> None:
        """A report is never refused."""
        program = opened()
        act = pk.RecordTraining(by="zoe", id="t", peer="zoe", topic=PEER, minutes=9, on=TODAY)

        assert program.do(act).verdict is FACTS
        assert [each.id for each in program.every(pk.Training)] == ["t"]

    @pytest.mark.parametrize("kind", [pk.RecordCredential, pk.RenewCredential])
    def test_a_credential_ends_after_it_begins(self, kind: Any) -> None:
        """Also the one that follows."""
        how: dict[str, Any] = {"of": "k-1"} if kind is pk.RenewCredential else {}
        with pytest.raises(pk.BadInput, match="must be later than since"):
            kind(**OURS, **how, since=TODAY, until=TODAY)


class TestSupervision:
    """A talk counts once, whoever tells of it."""

    def test_told_by_two_people_it_counts_once(self) -> None:
        """The longer telling stands; the supervisor may be named or not."""
        program = opened()
        for by, minutes, supervisor in (
            ("ana", 0, None),
            ("sam", 60, "sam"),
            ("ana", 45, None),
        ):
            told = pk.RecordSupervision(
                by=by, peer="ana", on=TODAY, minutes=minutes, supervisor=supervisor
            )
            program.do(told).or_raise()
        (talk,) = program.every(pk.Supervision)

        assert (talk.supervisor, talk.minutes) == ("sam", 60)
        assert _supervised(program) == {
            ("ana", SUPERVISION_TALKS, "2026-11"): 1,
            ("ana", SUPERVISION_MINUTES, "2026-11"): 60,
        }
        assert program.verify().whole

    def test_another_day_form_or_supervisor_is_another_talk(self) -> None:
        """Two talks on one day are two when they differ in what can be told apart."""
        program = opened()
        talk = pk.RecordSupervision(by="sam", peer="ana", on=TODAY, minutes=30)
        for how in (
            {},
            {"on": TODAY - DAY},
            {"form": pk.SupervisionForm.REFLECTIVE},
            {"supervisor": "kim"},
        ):
            program.do(attrs.evolve(talk, **how)).or_raise()

        assert _supervised(program) == {
            ("ana", SUPERVISION_TALKS, "2026-11"): 4,
            ("ana", SUPERVISION_MINUTES, "2026-11"): 120,
        }
        assert talks(program, "ana", TODAY, TODAY + DAY) == {
            pk.SupervisionForm.INDIVIDUAL: Talks(times=2, minutes=60),
            pk.SupervisionForm.REFLECTIVE: Talks(times=1, minutes=30),
        }
        assert talks(program, "sam", TODAY, TODAY + DAY) == {}

    def test_a_group_counts_for_each_who_was_there(self) -> None:
        """Each peer who is known has a talk; a name that is not known is asked about."""
        program = opened()
        program.do(welcome()).or_raise()
        group = pk.RecordSupervision(
            by="sam",
            peer="ana",
            others=("bo", "ana"),
            form=pk.SupervisionForm.GROUP,
            on=TODAY,
            minutes=90,
        )
        stranger = program.do(attrs.evolve(group, others=("zoe", "bo")))
        assert len(_supervised(program)) == 4
        program.do(group).or_raise()
        program.do(attrs.evolve(group, peer="bo", others=("ana",))).or_raise()

        assert stranger.verdict is FACTS
        assert _supervised(program) == {
            (who, what, "2026-11"): much
            for who in ("ana", "bo")
            for what, much in ((SUPERVISION_TALKS, 1), (SUPERVISION_MINUTES, 90))
        }
        assert program.verify().whole

    def test_a_group_leaves_nothing_for_a_stranger(self) -> None:
        """Outside the door as well."""
        act = pk.RecordSupervision(
            by="sam", peer="ana", others=("zoe",), form=pk.SupervisionForm.GROUP, on=TODAY
        )
        peers = [each for each in act.leaves(view(), FINE).nouns if isinstance(each, pk.Peer)]

        assert [each.id for each in peers] == ["ana"]

    def test_several_peers_are_a_group(self) -> None:
        """Said so that nobody records a talk of two as one of one."""
        with pytest.raises(pk.BadInput, match="say form=GROUP"):
            pk.RecordSupervision(by="sam", peer="ana", others=("bo",), on=TODAY)


def _supervised(program: pk.Program) -> dict[tuple[str, str, str], int]:
    """The tallies of supervision."""
    return {each: by for each, by in tallies_of(program).items() if "supervision" in each[1]}


class TestNoPenalty:
    """Stepping back costs nothing that comes back later."""

    def test_through_the_door_nothing_is_overdue_after_a_return(self) -> None:
        """Half a year away: a new match is proposed on the day of the return."""
        clock = [NOW]
        program = opened(clock=lambda: clock[0])
        program.do(
            pk.ChangeService(by="ana", id="ana", status=pk.PeerStatus.STEPPED_BACK)
        ).or_raise()
        clock[0] = NOW + timedelta(days=180)
        program.do(pk.ChangeService(by="ana", id="ana", status=pk.PeerStatus.SERVING)).or_raise()
        found = program.decide(pk.ProposeMatch(by="c", id="m-2", peer="ana", participant="p-8"))
        (peer,) = program.every(pk.Peer)

        assert found.allowed
        assert peer.returned == clock[0].date()

    @pytest.mark.parametrize("status", pk.PeerStatus)
    def test_whatever_their_status_they_learn_rest_and_are_heard(
        self, status: pk.PeerStatus
    ) -> None:
        """No rule about the peer's own conditions asks whether they serve."""
        stood = view(attrs.evolve(ANA, status=status))
        asks: tuple[pk.Act, ...] = (
            training("t", PEER, 60, TODAY),
            pk.AskForLeave(**OURS, id="l", first=TODAY, last=TODAY),
            pk.AskForDebrief(**OURS, id="d"),
            pk.WriteSelfCarePlan(**OURS, id="own", words=pk.Words("Walk.")),
            pk.RecordPay(by="c", id="p", peer="ana", hourly=0, currency="USD", since=TODAY),
            pk.ReportDrift(**OURS, id="x", cause=pk.DriftCause.OTHER, minutes=5, on=TODAY, to="jo"),
        )

        assert [pk.decide(each, stood, BOOK, pk.ROLE_LIMITS).allowed for each in asks] == [True] * 6

    @pytest.mark.parametrize(
        ("since", "returned", "asked"),
        [
            ("2026-01-05", None, True),
            ("2026-01-05", "2026-10-01", True),
            ("2026-01-05", "2026-10-02", False),
            ("2026-10-02", "2026-01-05", False),
        ],
    )
    def test_last_months_talks_are_asked_of_who_was_there_all_of_it(
        self, *, since: str, returned: str | None, asked: bool
    ) -> None:
        """Two talks a month (NCPRSS): a month that was half away is nobody's debt."""
        peer = attrs.evolve(
            ANA,
            since=date.fromisoformat(since),
            returned=None if returned is None else date.fromisoformat(returned),
            supervised=TODAY,
        )
        act = pk.ProposeMatch(by="c", id="m-2", peer="ana", participant="p-8")
        book = Handbook.load("boards/ncprss").on(TODAY)
        found = pk.decide(act, view(peer), book, pk.ROLE_LIMITS)

        assert ("supervision-sessions-a-month" in {each.clause.id for each in found.findings}) is (
            asked
        )

    def test_a_change_of_supervisor_moves_the_count(self) -> None:
        """From one to the other, also on the way back."""
        program = opened()
        moves = (
            (pk.PeerStatus.STEPPED_BACK, "kim"),
            (pk.PeerStatus.LEFT, None),
            (pk.PeerStatus.SERVING, "sam"),
        )
        seen = []
        for status, supervisor in moves:
            act = pk.ChangeService(by="ana", id="ana", status=status, supervisor=supervisor)
            program.do(act).or_raise()
            seen.append(
                {
                    of: by
                    for (of, what, _), by in tallies_of(program).items()
                    if what == "supervising"
                }
            )

        assert seen == [{"kim": 1}, {}, {"sam": 1}]
        assert program.verify().whole

    def test_what_somebody_away_leaves_open_is_listed(self) -> None:
        """For a handover: matches and planned sessions, without a word of blame."""
        program = opened()
        program.do(plan(id="s-9", starts=NOW + DAY)).or_raise()
        program.do(report(id="s-8")).or_raise()
        before = to_hand_over(program)
        program.do(welcome()).or_raise()
        for who in ("ana", "bo"):
            gone = pk.ChangeService(by=who, id=who, status=pk.PeerStatus.STEPPED_BACK)
            program.do(gone).or_raise()

        assert before == ()
        assert to_hand_over(program) == (
            ToHandOver(peer="ana", matches=("m-1",), sessions=("s-9",)),
        )

    def test_while_new_weekly_supervision_begins_anew_on_a_return(self) -> None:
        """Texas: seven days from the day they came back."""
        held = credential(stage=pk.CredentialStage.INITIAL)
        peer = attrs.evolve(ANA, returned=TODAY - 7 * DAY)
        act = pk.ProposeMatch(by="c", id="m-2", peer="ana", participant="p-8")
        book = Handbook.load("us/tx").on(TODAY)
        anew = credentials.supervision_while_new(act, view(peer, held), book)
        late = credentials.supervision_while_new(act, view(held), book)
        (found,) = people.supervision(act, view(peer), book)

        assert codes(anew) == [("supervision-weeks-first", ALLOWED)]
        assert codes(late) == [("supervision-weeks-first", CONSULT)]
        assert found.facts["days"] == 7


class TestLeave:
    """Leave needs no reason, and nobody plans over it."""

    def test_leave_is_not_undone_by_calling_it_taken_early(self) -> None:
        """It would be open to plans again, and only the peer takes it back."""
        later = TODAY + timedelta(days=9)
        leave = pk.Leave(id="l", peer="ana", first=later, last=later, status=pk.LeaveStatus.GRANTED)
        act = pk.ChangeLeave(by="sam", id="l", peer="ana", status=pk.LeaveStatus.TAKEN)

        (early,) = workforce.own_leave(act, view(leave), BOOK)
        (today,) = workforce.own_leave(act, view(attrs.evolve(leave, first=TODAY)), BOOK)

        assert (early.verdict, today.verdict) == (FACTS, ALLOWED)

    def test_leave_long_over_is_read_no_more(self) -> None:
        """So a view stays as small as what still matters."""
        old = date(2025, 1, 1)
        rest = [
            pk.Leave(id=name, peer=peer, first=first, last=first, status=status)
            for name, peer, first, status in (
                ("asked", "ana", old, pk.LeaveStatus.ASKED),
                ("granted", "ana", old, pk.LeaveStatus.GRANTED),
                ("anothers", "bo", old, pk.LeaveStatus.GRANTED),
                ("lately", "ana", TODAY - DAY, pk.LeaveStatus.GRANTED),
                ("taken", "ana", old, pk.LeaveStatus.TAKEN),
            )
        ]
        act = pk.AskForLeave(**OURS, id="new", first=TODAY, last=TODAY)
        left = {each.id: each.status for each in act.leaves(view(*rest), FINE).nouns}

        assert left == {
            "new": pk.LeaveStatus.ASKED,
            "asked": pk.LeaveStatus.CANCELLED,
            "granted": pk.LeaveStatus.TAKEN,
        }

    @pytest.mark.parametrize("kind", [pk.AskForLeave, pk.Leave])
    def test_leave_ends_when_it_begins_or_later(self, kind: Any) -> None:
        """One day is a leave."""
        how: dict[str, Any] = {"by": "ana"} if kind is pk.AskForLeave else {}
        with pytest.raises(pk.BadInput, match=f"{kind.__name__}.last: must not be earlier"):
            kind(**how, id="l", peer="ana", first=TODAY, last=TODAY - DAY)

    @pytest.mark.parametrize(
        ("by", "status", "verdict"),
        [
            ("ana", pk.LeaveStatus.GRANTED, NO),
            ("sam", pk.LeaveStatus.GRANTED, ALLOWED),
            ("ana", pk.LeaveStatus.TAKEN, ALLOWED),
            ("sam", pk.LeaveStatus.TAKEN, ALLOWED),
            ("ana", pk.LeaveStatus.CANCELLED, ALLOWED),
            ("sam", pk.LeaveStatus.CANCELLED, NO),
        ],
    )
    def test_others_grant_and_the_peer_takes_back(
        self, by: str, status: pk.LeaveStatus, verdict: pk.Verdict
    ) -> None:
        """Nobody takes leave away from anybody."""
        act = pk.ChangeLeave(by=by, id="l", peer="ana", status=status)

        assert [each.verdict for each in workforce.own_leave(act, view(), BOOK)] == [verdict]

    def test_only_the_peers_own_leave_counts(self) -> None:
        """And only what was granted."""
        for other in (
            pk.Leave(id="l", peer="bo", first=TODAY, last=TODAY, status=pk.LeaveStatus.GRANTED),
            pk.Leave(id="l", peer="ana", first=TODAY, last=TODAY),
        ):
            assert workforce.on_leave(plan(), view(other), BOOK) == ()


class TestToday:
    """Today is the program's, wherever the machine stands."""

    def test_what_an_act_keeps_is_of_the_day_the_rules_read(self) -> None:
        """Noon in UTC is the next day already, fourteen hours east of it."""
        program = opened(zone="Pacific/Kiritimati")
        asked = program.do(pk.AskForDebrief(**OURS, id="d"))
        for status in (pk.PeerStatus.STEPPED_BACK, pk.PeerStatus.SERVING):
            program.do(pk.ChangeService(by="ana", id="ana", status=status)).or_raise()
        (debrief,) = program.every(pk.Debrief)
        (peer,) = program.every(pk.Peer)

        assert TODAY + DAY == asked.day == asked.judged().day
        assert debrief.asked == peer.returned == asked.day


class TestPay:
    """Pay is beside a living wage, for those who look after it."""

    def test_pay_that_is_recorded_late_ends_where_the_next_began(self) -> None:
        """And today's goes on; the pay after it ends that and nothing else."""
        program = opened()
        kept: dict[str, Any] = {"by": "c", "peer": "ana", "currency": "USD"}
        now, old, older = date(2026, 2, 1), date(2025, 1, 1), date(2024, 1, 1)
        for name, since in (("now", now), ("old", old), ("older", older), ("next", TODAY)):
            program.do(pk.RecordPay(**kept, id=name, hourly=9, since=since)).or_raise()

        assert {each.id: (each.since, each.until) for each in program.every(pk.PayRecord)} == {
            "older": (older, old),
            "old": (old, now),
            "now": (now, TODAY),
            "next": (TODAY, None),
        }
        assert program.verify().whole

    def test_new_pay_ends_the_old(self) -> None:
        """On its first day, or a day after the old began."""
        program = opened()
        for name, hourly, since in (("a", 1900, 10), ("b", 2100, 20), ("c", 2200, 20)):
            program.do(
                pk.RecordPay(
                    by="c",
                    id=name,
                    peer="ana",
                    hourly=hourly,
                    currency="USD",
                    since=date(2026, 10, since),
                )
            ).or_raise()
        until = {each.id: (each.status, each.until) for each in program.every(pk.PayRecord)}

        assert list(program.view("ana").all(pk.PayRecord)) == []  # no other decision reads it
        assert until == {
            "a": (pk.PayStatus.ENDED, date(2026, 10, 20)),
            "b": (pk.PayStatus.ENDED, date(2026, 10, 21)),
            "c": (pk.PayStatus.IN_FORCE, None),
        }
        assert program.verify().whole

    def test_pay_shows_itself_nowhere(self) -> None:
        """Not the amount, not the benefits, neither of the act nor of the noun."""
        pay: dict[str, Any] = {"peer": "ana", "hourly": 2134, "currency": "USD", "since": TODAY}
        act = pk.RecordPay(by="c", id="p", benefits=(pk.Benefit.SICK_PAY,), **pay)
        (noun,) = act.leaves(view(), FINE).nouns

        assert "2134" not in repr(act) + repr(noun)
        assert "sick" not in repr(act).lower() + repr(noun).lower()

    @pytest.mark.parametrize("currency", ["usd", "US", "USDX", None, 5])
    def test_a_currency_is_three_letters(self, currency: Any) -> None:
        """As ISO 4217 has them."""
        with pytest.raises(pk.BadInput, match="three capital letters, such as USD"):
            pk.RecordPay(by="c", peer="ana", hourly=1, currency=currency, since=TODAY)

    def test_pay_in_percent_of_a_living_wage(self, tmp_path: Path) -> None:
        """The number is the house's own, dated and cited; without it nothing is said."""
        house = tmp_path / "house.toml"
        house.write_text(
            """
[layer]
id = "house"
title = "Our house"
of = "house"

[[limit]]
id = "living-wage"
value = [{ is = 2500, source = "HOUSE", at = "our county", looked = 2026-11-22 }]
"""
        )
        program = empty(opened().store, handbook=Handbook.load(house))
        program.do(welcome()).or_raise()
        for who, hourly, currency, since in (
            ("ana", 1900, "USD", date(2026, 1, 1)),
            ("ana", 2499, "USD", date(2026, 11, 1)),
            ("bo", 2600, "EUR", date(2026, 1, 1)),
        ):
            program.do(
                pk.RecordPay(by="c", peer=who, hourly=hourly, currency=currency, since=since)
            ).or_raise()

        assert percent_of_living_wage(program, TODAY, "USD") == {"ana": 99}
        assert percent_of_living_wage(program, date(2026, 10, 31), "USD") == {"ana": 76}
        assert percent_of_living_wage(program, date(2025, 1, 1), "USD") == {}
        assert percent_of_living_wage(opened(), TODAY, "USD") == {}


class TestOwnPlan:
    """What keeps a peer well is theirs alone."""

    def test_through_the_door_it_is_shown_to_whom_they_choose(self) -> None:
        """Nobody sees it; then one does; then, put away, nobody; and it may be taken up again."""
        program = opened()
        said = pk.Words("Walk.")

        def seen(by: str) -> pk.Verdict:
            return program.do(pk.SeeSelfCarePlan(by=by, id="own", peer="ana")).verdict

        before = [seen(each) for each in ("sam", "jo", "ana")]
        program.do(pk.WriteSelfCarePlan(**OURS, id="own", words=said)).or_raise()
        written = [seen(each) for each in ("sam", "jo", "ana")]
        program.do(pk.ShareSelfCarePlan(**OURS, id="own", to=("jo",))).or_raise()
        program.do(pk.WriteSelfCarePlan(**OURS, id="own", words=pk.Words("Call."))).or_raise()
        shared = [seen(each) for each in ("sam", "jo", "ana")]
        program.do(pk.PutAwaySelfCarePlan(**OURS, id="own")).or_raise()
        away = seen("jo")
        program.do(pk.WriteSelfCarePlan(**OURS, id="own", words=said)).or_raise()

        assert before == [NO, NO, FACTS]
        assert written == [NO, NO, ALLOWED]
        assert shared == [NO, ALLOWED, ALLOWED]
        assert (away, seen("jo")) == (NO, NO)
        assert program.words("self-care-plan/own") == ("Walk.", "Call.", "Walk.")
        assert program.verify().whole

    def test_a_refusal_tells_nobody_whether_there_is_one(self) -> None:
        """The same answer, letter by letter."""
        act = pk.SeeSelfCarePlan(by="sam", id="own", peer="ana")
        there = view(pk.SelfCarePlan(id="own", peer="ana"))
        asked = [pk.decide(act, each, BOOK, pk.ROLE_LIMITS) for each in (view(), there)]

        assert asked[0].explain() == asked[1].explain()

    def test_anothers_plan_is_not_written_over(self) -> None:
        """One id is one peer's."""
        stood = view(pk.SelfCarePlan(id="own", peer="bo"))
        act = pk.WriteSelfCarePlan(**OURS, id="own", words=pk.Words("Walk."))

        assert pk.decide(act, stood, BOOK, pk.ROLE_LIMITS).verdict is NO
        shares = pk.ShareSelfCarePlan(**OURS, id="own", to=())
        assert pk.decide(shares, stood, BOOK, pk.ROLE_LIMITS).verdict is FACTS
        assert shares.leaves(pk.View(NOW), FINE) == Left()


class TestTold:
    """What goes wrong in the work is told, and somebody who had no part in it looks at it."""

    def drift(self, **how: Any) -> pk.ReportDrift:
        """Ana filled in forms."""
        told: dict[str, Any] = {
            **OURS,
            "id": "x-1",
            "cause": pk.DriftCause.PAPERWORK,
            "minutes": 90,
            "on": TODAY,
        }
        return pk.ReportDrift(**told | how)

    @pytest.mark.parametrize(
        ("how", "to"),
        [
            ({}, "sam"),
            ({"by": "p-7"}, "sam"),
            ({"asked_by": "nurse-1"}, "sam"),
            ({"asked_by": "sam"}, "ana"),
            ({"asked_by": "sam", "to": "director-1"}, "director-1"),
            ({"peer": "zoe"}, "sam"),
            ({"by": "x", "peer": "zoe"}, "x"),
            ({"by": "x", "peer": "zoe", "asked_by": "sam"}, "x"),
        ],
    )
    def test_drift_goes_to_the_supervisor_unless_they_asked_for_it(
        self, how: dict[str, Any], to: str
    ) -> None:
        """Or to whoever is named; without anybody it stays with whoever told it."""
        left = self.drift(**how).leaves(view(), FINE)
        (noun,) = left.nouns

        assert isinstance(noun, pk.Drift)
        assert noun.to == to
        assert [(each.to, each.inside) for each in left.messages] == [(to, "Report x-1 is open.")]

    def test_only_who_was_told_hands_it_on(self) -> None:
        """A supervisor who asked for that work cannot take the report to themself."""
        program = opened()
        first = program.do(self.drift(asked_by="sam"))
        program.do(self.drift(asked_by="sam", by="sam", to="sam", what=pk.Words("Mine.")))
        (kept,) = program.every(pk.Drift)
        took = program.do(pk.LookAtDrift(by="sam", id="x-1", peer="ana"))
        program.do(self.drift(asked_by="sam", to="director-1")).or_raise()
        (named,) = program.every(pk.Drift)
        program.do(pk.LookAtDrift(by="director-1", id="x-1", peer="ana")).or_raise()

        assert (first.verdict, took.verdict) == (FACTS, NO)
        assert (kept.to, named.to) == ("ana", "director-1")
        assert program.words("drift/x-1") == ("Mine.",)
        assert program.verify().whole

    def test_another_report_under_the_same_id_is_kept_apart(self) -> None:
        """What is told is never lost, and what was looked at stays looked at."""
        program = opened()
        program.do(self.drift()).or_raise()
        program.do(self.drift(minutes=30)).or_raise()

        assert sorted(each.minutes for each in program.every(pk.Drift)) == [30, 90]

    def test_a_report_of_bias_goes_to_whoever_is_named(self) -> None:
        """Never to the supervisor it came from; told twice it is there once."""
        program = opened()
        tells: dict[str, Any] = {
            "by": "ana",
            "id": "b-1",
            "of": pk.BiasKind.STIGMA,
            "setting": "staff-room",
            "whose": pk.BiasFrom.SUPERVISOR,
        }
        alone = program.do(pk.ReportBias(**tells))
        program.do(pk.ReportBias(**tells, to="director-1")).or_raise()
        (bias,) = program.every(pk.BiasReport)
        answered = [
            program.do(pk.AnswerBias(by=by, id="b-1", status=status)).verdict
            for by, status in (
                ("sam", pk.BiasStatus.CLOSED),
                ("director-1", pk.BiasStatus.LOOKED_AT),
                ("director-1", pk.BiasStatus.CLOSED),
                ("director-1", pk.BiasStatus.CLOSED),
            )
        ]
        program.do(pk.ReportBias(**tells, to="kim")).or_raise()

        assert (alone.verdict, bias.to) == (FACTS, "director-1")
        assert answered == [NO, ALLOWED, ALLOWED, NO]
        assert len(tuple(program.every(pk.BiasReport))) == 2
        assert program.do(pk.AnswerBias(by="x", id="b-9", status=pk.BiasStatus.CLOSED)).verdict is (
            FACTS
        )
        assert program.verify().whole

    def test_drift_is_added_up_by_cause(self) -> None:
        """Beside what did not count in sessions: nobody is named."""
        program = opened()
        for number, cause in enumerate(
            (pk.DriftCause.TRANSPORT, pk.DriftCause.PAPERWORK, pk.DriftCause.TRANSPORT)
        ):
            program.do(self.drift(id=f"x-{number}", cause=cause)).or_raise()
        program.do(self.drift(id="x-8", on=TODAY - DAY)).or_raise()
        early = program.do(self.drift(id="x-9", on=TODAY + DAY))
        parts = (activity("listen", 50), activity("lend-money", 10))
        program.do(report(id="s-1", activities=parts))
        program.do(plan(id="s-2", starts=NOW + timedelta(hours=1))).or_raise()

        assert early.verdict is FACTS
        assert role_drift(program, TODAY, TODAY + DAY) == RoleDrift(
            by_cause={pk.DriftCause.TRANSPORT: 180, pk.DriftCause.PAPERWORK: 90}, in_sessions=10
        )
        assert minutes_a_week(program, "ana", TODAY, TODAY + DAY) == {"2026-W45": 50}
        held = credential()
        assert (in_interval(program, held).service, in_interval(program, held).supervision) == (
            50,
            0,
        )


class TestDebrief:
    """Who asks to talk something over is heard."""

    def test_the_supervisor_hears_of_it_and_not_that_it_was_hard(self) -> None:
        """The message says that somebody asks, and no more."""
        act = pk.AskForDebrief(**OURS, id="d-1", hard=True, session="s-1")
        left = act.leaves(view(), FINE)

        assert [(each.to, each.inside) for each in left.messages] == [
            ("sam", "Debrief d-1 is asked for.")
        ]
        assert "hard" not in repr(act) + repr(left.nouns)
        alone = pk.AskForDebrief(by="zoe", id="d-1", peer="zoe").leaves(view(), FINE)
        assert [each.to for each in alone.messages] == ["zoe"]

    def test_who_waits_too_long_is_listed(self) -> None:
        """Until it is held, late as it is, or not wanted any more; only the peer says the last."""
        clock = [NOW]
        program = opened(clock=lambda: clock[0])
        for name in ("d-1", "d-2", "d-3"):
            program.do(pk.AskForDebrief(**OURS, id=name)).or_raise()
        day = TODAY + 4 * DAY
        in_time = debriefs_overdue(program, TODAY + 3 * DAY)
        clock[0] = NOW + 4 * DAY
        heard: dict[str, Any] = {"peer": "ana", "on": day}
        late = program.do(pk.ReportDebrief(by="sam", id="d-1", **heard))
        early = program.do(pk.ReportDebrief(by="sam", id="d-2", peer="ana", on=day + DAY))
        dropped = program.do(pk.ReportDebrief(by="sam", id="d-2", held=False, **heard))
        waiting = [each.id for each in debriefs_overdue(program, day)]
        program.do(pk.ReportDebrief(by="ana", id="d-2", held=False, **heard)).or_raise()
        unknown = program.do(pk.ReportDebrief(by="sam", id="d-9", **heard))
        anothers = program.do(pk.ReportDebrief(by="sam", id="d-3", peer="bo", on=day))
        statuses = {each.id: (each.status, each.held) for each in program.every(pk.Debrief)}

        assert in_time == ()
        assert [each.verdict for each in (late, early, dropped, unknown, anothers)] == [
            *(CONSULT, FACTS, CONSENT, FACTS, FACTS),
        ]
        assert waiting == ["d-2", "d-3"]
        assert statuses == {
            "d-1": (pk.DebriefStatus.HELD, day),
            "d-2": (pk.DebriefStatus.NOT_WANTED, None),
            "d-3": (pk.DebriefStatus.ASKED, None),
        }
        assert program.verify().whole


class Workforce(RuleBasedStateMachine):
    """Leave, debriefs, reports of bias, talks and renewals, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 11, 2, 12, tzinfo=UTC)
        self.program = empty(handbook=Handbook.load("us/tx"), clock=lambda: self.now)
        for name in ("ana", "bo"):
            self.program.do(welcome(id=name, since=date(2026, 1, 1))).or_raise()
        self.statuses: dict[tuple[str, str], str] = {}
        self.talks: dict[tuple[str, str, str], int] = {}
        self.taken: dict[str, int] = {}
        self.number = 0

    def new(self, kind: str, act: Any, status: str, **how: Any) -> None:
        """Something new, which is allowed and begins so."""
        self.number += 1
        name = f"{kind}-{self.number}"
        self.program.do(act(id=name, **how)).or_raise()
        self.statuses[kind, name] = status

    def move(self, kind: str, number: int, act: Any, steps: dict[str, set[str]], new: str) -> None:
        """A step of something: allowed if the table has it, and only then taken."""
        names = [name for of, name in self.statuses if of == kind]
        name = names[number % len(names)]
        allowed = new in steps[self.statuses[kind, name]]
        assert self.program.do(act(name)).allowed is allowed
        if allowed:
            self.statuses[kind, name] = new

    def has(self, kind: str) -> bool:
        """Whether there is one of this kind."""
        return any(of == kind for of, _ in self.statuses)

    @rule(days=st.integers(1, 40))
    def wait(self, days: int) -> None:
        """Time goes by."""
        self.now += timedelta(days=days)

    @rule(who=st.sampled_from(["ana", "bo"]), days=st.integers(0, 3))
    def ask_for_leave(self, who: str, days: int) -> None:
        """Some days off."""
        first = self.now.date() + timedelta(days=1)
        last = first + timedelta(days=days)
        self.new("leave", pk.AskForLeave, "asked", by=who, peer=who, first=first, last=last)
        for (kind, name), status in list(self.statuses.items()):
            leave = self.program.find(pk.Leave, after=name[:-1] + chr(ord(name[-1]) - 1), limit=1)
            over = kind == "leave" and leave.items[0].last < self.now.date() - timedelta(days=366)
            if over and leave.items[0].peer == who and status in {"asked", "granted"}:
                self.statuses[kind, name] = "cancelled" if status == "asked" else "taken"

    @precondition(lambda self: self.has("leave"))
    @rule(number=st.integers(0, 99), new=st.sampled_from(list(pk.LeaveStatus)))
    def change_leave(self, number: int, new: pk.LeaveStatus) -> None:
        """By whoever may."""
        steps = {"asked": {"granted", "cancelled"}, "granted": {"taken", "cancelled"}}

        def act(name: str) -> pk.Act:
            leave = next(each for each in self.program.every(pk.Leave) if each.id == name)
            by = leave.peer if new is pk.LeaveStatus.CANCELLED else "sam"
            return pk.ChangeLeave(by=by, id=name, peer=leave.peer, status=new)

        names = [name for of, name in self.statuses if of == "leave"]
        leave = next(
            each for each in self.program.every(pk.Leave) if each.id == names[number % len(names)]
        )
        if self.now.date() < leave.first:
            steps["granted"] = {"cancelled"}
        self.move("leave", number, act, {"taken": set(), "cancelled": set()} | steps, new)

    @rule()
    def ask_for_debrief(self) -> None:
        """Something was hard."""
        self.new("debrief", pk.AskForDebrief, "asked", by="ana", peer="ana", hard=True)

    @precondition(lambda self: self.has("debrief"))
    @rule(number=st.integers(0, 99), held=st.booleans())
    def report_debrief(self, number: int, *, held: bool) -> None:
        """Held, or not wanted any more: late or not, it is over."""
        names = [name for of, name in self.statuses if of == "debrief"]
        name = names[number % len(names)]
        self.program.do(
            pk.ReportDebrief(by="ana", id=name, peer="ana", on=self.now.date(), held=held)
        )
        if self.statuses["debrief", name] == "asked":
            self.statuses["debrief", name] = "held" if held else "not-wanted"

    @rule(to=st.sampled_from(["director-1", "kim"]))
    def report_bias(self, to: str) -> None:
        """A rule of the house keeps peers out."""
        self.new(
            "bias-report",
            pk.ReportBias,
            "open",
            by="ana",
            of=pk.BiasKind.INSTITUTIONAL_BIAS,
            setting="hiring",
            whose=pk.BiasFrom.POLICY,
            to=to,
        )

    @precondition(lambda self: self.has("bias-report"))
    @rule(number=st.integers(0, 99), new=st.sampled_from(list(pk.BiasStatus)), own=st.booleans())
    def answer_bias(self, number: int, new: pk.BiasStatus, *, own: bool) -> None:
        """By the one it was told to; anybody else changes nothing."""
        kept = {each.id: each.to for each in self.program.every(pk.BiasReport)}
        steps = {"open": {"looked-at", "closed"}, "looked-at": {"closed"}, "closed": set[str]()}
        none = {status: set[str]() for status in steps}

        def act(name: str) -> pk.Act:
            return pk.AnswerBias(by=kept[name] if own else "sam", id=name, status=new)

        self.move("bias-report", number, act, steps if own else none, new)

    @rule(
        by=st.sampled_from(["ana", "bo", "sam"]),
        group=st.booleans(),
        back=st.integers(0, 2),
        minutes=st.integers(0, 90),
    )
    def supervise(self, by: str, back: int, minutes: int, *, group: bool) -> None:
        """A talk, told by anybody, perhaps again."""
        on = self.now.date() - timedelta(days=back)
        form = pk.SupervisionForm.GROUP if group else pk.SupervisionForm.INDIVIDUAL
        others = ("bo",) if group else ()
        self.program.do(
            pk.RecordSupervision(
                by=by, peer="ana", on=on, minutes=minutes, form=form, others=others
            )
        ).or_raise()
        for who in ("ana", *others):
            name = (who, on.isoformat(), form)
            self.talks[name] = max(self.talks.get(name, 0), minutes)

    @rule(number=st.integers(0, 5), minutes=st.integers(1, 600))
    def learn(self, number: int, minutes: int) -> None:
        """A course, whose certificate has a number: told again it is the same one."""
        name = f"t-{number}"
        act = pk.RecordTraining(
            by="ana",
            id=name,
            peer="ana",
            topic=ELECTIVE,
            minutes=self.taken.get(name, minutes),
            on=date(2026, 11, 1),
        )
        self.program.do(act).or_raise()
        self.taken.setdefault(name, minutes)

    @invariant()
    def everything_stands_as_the_model_has_it(self) -> None:
        """Statuses, and the tallies added up anew from the talks."""
        kinds: dict[str, type[pk.Noun]] = {
            "leave": pk.Leave,
            "debrief": pk.Debrief,
            "bias-report": pk.BiasReport,
        }
        for kind, noun in kinds.items():
            there = {each.id: str(each.status) for each in self.program.every(noun)}
            assert there == {name: at for (of, name), at in self.statuses.items() if of == kind}
        counted: Counter[tuple[str, str, str]] = Counter()
        for (who, on, _), minutes in self.talks.items():
            counted[who, SUPERVISION_TALKS, on[:7]] += 1
            counted[who, SUPERVISION_MINUTES, on[:7]] += minutes
        assert _supervised(self.program) == +counted
        kept = {each.id: each.minutes for each in self.program.every(pk.Training)}
        assert kept == self.taken

    def teardown(self) -> None:
        """What is kept follows from the journal."""
        assert self.program.verify().whole


TestWorkforce = Workforce.TestCase
TestWorkforce.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
