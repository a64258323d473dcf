"""What the earlier and the next peer see, by what happened to others who had no rule for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

import peerkit as pk
from peerkit.acts import Judged
from peerkit.errors import BadInput
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.reports import who_read
from tests.ordinary import NOW, TODAY, opened, report, welcome

PAIR: dict[str, Any] = {"peer": "ana", "participant": "p-7"}
NOTES, GOALS, ATTENDANCE = (
    pk.RecordPart.NOTES,
    pk.RecordPart.GOALS,
    pk.RecordPart.ATTENDANCE,
)
OWN = pk.Handover(old=pk.OldPeerReads.OWN_NOTES)


def two_peers() -> pk.Program:
    """Ana walks with p-7; bo serves as well, under another supervisor."""
    program = opened()
    program.do(welcome(id="bo", supervisor="kim")).or_raise()
    return program


def passed_on(handover: pk.Handover = pk.Handover(), **how: Any) -> pk.Program:  # noqa: B008 - frozen
    """p-7 has asked for bo, and said yes to bo."""
    program = two_peers()
    program.do(passing(handover=handover, **how)).or_raise()
    when = NOW - timedelta(hours=2)
    accepted = pk.AcceptMatch(by="p-7", id="m-2", peer="bo", participant="p-7", when=when)
    program.do(accepted).or_raise()
    return program


def passing(**how: Any) -> pk.ReassignMatch:
    """p-7 asks for bo in place of ana."""
    told: dict[str, Any] = {
        "by": "p-7",
        "id": "m-2",
        "peer": "bo",
        "participant": "p-7",
        "earlier": "m-1",
        "earlier_peer": "ana",
        "why": pk.EndingReason.PARTICIPANT_WISHES,
    }
    return pk.ReassignMatch(**told | how)


def reads(program: pk.Program, by: str, what: pk.RecordPart = NOTES, **how: Any) -> bool:
    """Whether somebody may read this part about p-7."""
    return program.do(pk.ReadRecord(**{"by": by, "participant": "p-7", "what": what} | how)).allowed


class TestPassingOn:
    """One act ends the one and proposes the other; the participant asks, and still says yes."""

    def test_the_old_is_over_and_the_new_is_only_proposed(self) -> None:
        """The place of the earlier peer is free; the agreement of boundaries is over."""
        program = two_peers()
        program.do(passing(handover=OWN)).or_raise()
        old, new = program.find(pk.Match)

        assert (old.status, old.ended) == (pk.MatchStatus.ENDED, NOW)
        assert (old.why, old.handover) == (pk.EndingReason.PARTICIPANT_WISHES, OWN)
        assert (new.status, new.after) == (pk.MatchStatus.PROPOSED, "m-1")
        assert new.gains is pk.NewPeerReads.NOTHING
        assert program.view("ana").tally("ana", "walking") == 0
        (agreement,) = program.find(pk.BoundaryAgreement)
        assert agreement.status is pk.AgreementStatus.ENDED
        assert program.verify().whole

    def test_one_that_was_only_proposed_is_withdrawn(self) -> None:
        """It was never a match, so nobody walks with one less."""
        program = two_peers()
        pair: dict[str, Any] = {"id": "m-8", "peer": "ana", "participant": "p-8"}
        program.do(pk.ProposeMatch(by="c", **pair)).or_raise()
        program.do(passing(by="p-8", participant="p-8", earlier="m-8", id="m-9")).or_raise()
        found = {each.id: each.status for each in program.find(pk.Match)}

        assert found["m-8"] is pk.MatchStatus.WITHDRAWN
        assert program.view("ana").tally("ana", "walking") == 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {"by": "c"},
            {"by": "c", "said_so": False},
            {"peer": "zoe"},
            {"earlier": "m-9"},
            {"peer": "ana"},
        ],
    )
    def test_when_the_new_one_is_refused_the_old_one_stands(self, wrong: dict[str, Any]) -> None:
        """All or nothing: nobody loses a peer to a mistake."""
        program = two_peers()
        assert not program.do(passing(**wrong)).allowed
        (match,) = program.find(pk.Match)
        assert match.status is pk.MatchStatus.ACCEPTED

    def test_each_hears_of_their_own(self) -> None:
        """The earlier peer is not told who comes, the next one not who was."""
        program = two_peers()
        program.tell(MemoryNotifier())
        program.do(passing()).or_raise()
        heard = MemoryNotifier()
        program.tell(heard)

        assert sorted((each.to, each.inside) for each in heard.told) == [
            ("ana", "Match m-1 is over."),
            ("bo", "Match m-2 is proposed."),
            ("p-7", "Match m-1 is over."),
            ("p-7", "Match m-2 is proposed."),
        ]

    def test_an_act_without_the_matches_it_speaks_of_leaves_nothing(self) -> None:
        """Under rules of another program, say."""
        view = pk.View(NOW)
        assert not passing().leaves(view, Judged(day=TODAY)).nouns
        plan = pk.PlanEnding(by="p-7", id="m-1", **PAIR, on=TODAY, why=pk.EndingReason.MOVED_AWAY)
        assert not plan.leaves(view, Judged(day=TODAY)).nouns


class TestPlannedEndings:
    """A last day, told to both; the participant may always."""

    def test_both_are_told_and_the_match_goes_on(self) -> None:
        """Planned again, it stands as it was said last."""
        program = opened()
        program.tell(MemoryNotifier())
        plan = pk.PlanEnding(
            by="ana",
            id="m-1",
            **PAIR,
            on=TODAY + timedelta(days=14),
            why=pk.EndingReason.PEER_LEAVES,
        )
        program.do(plan).or_raise()
        program.do(attrs.evolve(plan, by="p-7", on=TODAY, handover=OWN)).or_raise()
        (match,) = program.find(pk.Match)
        heard = MemoryNotifier()
        program.tell(heard)

        assert (match.status, match.ends, match.handover) == (
            pk.MatchStatus.ACCEPTED,
            TODAY,
            OWN,
        )
        assert [(each.to, each.inside) for each in heard.told] == [
            (who, "Match m-1 has a planned last day.") for who in ("p-7", "p-7", "ana", "ana")
        ]
        program.do(pk.EndMatch(by="p-7", id="m-1", **PAIR)).or_raise()
        assert reads(program, "ana")

    def test_a_last_day_goes_with_until_alone(self) -> None:
        """A date without its choice, or the choice without its date, would be a guess."""
        wrong: dict[str, Any]
        for wrong in (
            {"old": pk.OldPeerReads.OWN_NOTES_UNTIL},
            {"until": TODAY},
            {"old": pk.OldPeerReads.OWN_NOTES, "until": TODAY},
        ):
            with pytest.raises(BadInput, match=r"Handover\.until"):
                pk.Handover(**wrong)


class TestWhoReads:
    """The threads of others, each by what happened there."""

    def test_a_peer_who_is_no_longer_assigned_no_longer_sees_what_they_wrote(self) -> None:
        """Elsewhere they still saw every contact they had logged. Here nothing, if left unsaid."""
        program = two_peers()
        assert reads(program, "ana")
        program.do(passing()).or_raise()

        for part in (NOTES, GOALS, ATTENDANCE):
            assert not reads(program, "ana", part)

    def test_or_their_own_notes_for_as_long_as_the_handover_says(self) -> None:
        """For good, or up to and with a day; never the goals."""
        until = pk.Handover(old=pk.OldPeerReads.OWN_NOTES_UNTIL, until=TODAY)
        over = attrs.evolve(until, until=TODAY - timedelta(days=1))

        assert reads(passed_on(OWN), "ana")
        assert reads(passed_on(until), "ana")
        assert not reads(passed_on(over), "ana")
        assert not reads(passed_on(OWN), "ana", GOALS)
        assert not reads(passed_on(OWN), "ana", ATTENDANCE)

    def test_an_earlier_peers_notes_are_hidden_from_the_next_one(self) -> None:
        """Also where a consent stands: the handover decides, and the consent must be there too."""
        to_bo = pk.RecordConsent(
            by="p-7",
            participant="p-7",
            scopes=(pk.ConsentScope.SESSION_NOTES,),
            to=("bo",),
            since=NOW,
        )
        agreed = pk.Handover(new=pk.NewPeerReads.AGREED_NOTES)
        for handover, consents, may in (
            (pk.Handover(), False, False),
            (pk.Handover(), True, False),
            (pk.Handover(new=pk.NewPeerReads.GOALS), True, False),
            (agreed, False, False),
            (agreed, True, True),
        ):
            program = passed_on(handover)
            if consents:
                program.do(to_bo).or_raise()
            assert reads(program, "bo", peer="ana") is may, handover
            assert reads(program, "bo"), "their own"

    def test_the_next_peer_gains_goals_only_where_it_is_said(self) -> None:
        """A first peer has them; one who follows as the handover says, or by consent."""
        assert reads(two_peers(), "ana", GOALS)
        assert not reads(passed_on(), "bo", GOALS)
        assert reads(passed_on(pk.Handover(new=pk.NewPeerReads.GOALS)), "bo", GOALS)
        program = passed_on()
        program.do(
            pk.RecordConsent(
                by="p-7",
                participant="p-7",
                scopes=(pk.ConsentScope.GOALS,),
                to=("bo",),
                since=NOW,
            )
        ).or_raise()
        assert reads(program, "bo", GOALS)

    def test_nobody_reads_before_the_participant_has_said_yes(self) -> None:
        """A proposal opens nothing."""
        program = two_peers()
        program.do(passing(handover=pk.Handover(new=pk.NewPeerReads.GOALS))).or_raise()

        assert not reads(program, "bo", GOALS)
        assert not reads(program, "bo", peer="ana")

    def test_the_next_peers_sessions_are_not_credited_to_the_one_before(self) -> None:
        """Elsewhere a weekly mail gave the new helper's contacts to the old one."""
        program = passed_on()
        program.do(report(id="s-9", peer="bo", by="bo", minutes=30)).or_raise()

        assert program.view("bo").tally("bo", "minutes-given") == 30
        assert program.view("ana").tally("ana", "minutes-given") == 0
        assert not reads(program, "ana", ATTENDANCE, peer="bo")

    def test_a_supervisor_reads_only_about_whom_their_own_peers_walk_with(self) -> None:
        """Elsewhere a weekly mail listed people of another organisation."""
        program = two_peers()

        assert reads(program, "sam", peer="ana")
        assert not reads(program, "kim", peer="ana")
        assert not reads(program, "kim", peer="bo")
        assert not reads(program, "sam")
        program.do(passing()).or_raise()
        assert not reads(program, "sam", peer="ana")

    def test_a_word_to_the_supervisor_reaches_somebody_where_there_is_none(self) -> None:
        """Elsewhere a reminder failed when there was no supervisor to copy."""
        program = passed_on()
        program.tell(MemoryNotifier())
        program.do(pk.RaiseConcern(by="p-7", peer="nobody", people=("p-7",), clauses=("money",)))
        heard = MemoryNotifier()
        program.tell(heard)

        assert [each.to for each in heard.told] == ["p-7"]

    def test_what_is_kept_can_be_read_while_nobody_is_assigned(self) -> None:
        """Elsewhere a report could not be made then. The participant reads, and who they name."""
        program = two_peers()
        program.do(pk.EndMatch(by="p-7", id="m-1", **PAIR)).or_raise()
        for part in pk.RecordPart:
            assert reads(program, "p-7", part, peer="ana")
        assert not reads(program, "clinic-1", ATTENDANCE)
        program.do(
            pk.RecordConsent(
                by="p-7",
                participant="p-7",
                scopes=(pk.ConsentScope.ATTENDANCE,),
                to=("clinic-1",),
                since=NOW,
            )
        ).or_raise()
        assert reads(program, "clinic-1", ATTENDANCE)
        assert not reads(program, "clinic-1", GOALS)

    def test_passing_on_can_be_taken_back_by_passing_on_again(self) -> None:
        """Elsewhere removing somebody could not be undone, and history was lost to both."""
        program = passed_on(OWN)
        program.do(
            passing(id="m-3", peer="ana", earlier="m-2", earlier_peer="bo", handover=OWN)
        ).or_raise()
        program.do(pk.AcceptMatch(by="p-7", id="m-3", peer="ana", participant="p-7")).or_raise()

        assert reads(program, "ana")
        assert reads(program, "bo")
        assert not reads(program, "bo", peer="ana")
        assert [each.after for each in program.find(pk.Match)] == [None, "m-1", "m-2"]

    def test_not_yours_and_not_there_look_the_same(self) -> None:
        """One verdict, one sentence, one way forward, whoever is asked about."""
        program = two_peers()
        told = set()
        for participant in ("p-8", "p-99", "bo"):
            for part in pk.RecordPart:
                ask = pk.ReadRecord(by="ana", participant=participant, what=part)
                told.add(program.do(ask).explain())

        assert len(told) == 1


class TestWhoReadThis:
    """Every asking is in the journal, and the participant reads the list."""

    def test_the_participant_sees_who_asked_what_and_when(self) -> None:
        """Also who was refused; and that they looked themself."""
        program = two_peers()
        reads(program, "ana")
        reads(program, "bo", GOALS)
        reads(program, "sam", ATTENDANCE, peer="ana")
        program.do(pk.ReadRecord(by="p-7", participant="p-8", what=GOALS))
        found = who_read(program, "p-7", by="p-7")

        assert [(each.by, each.what, each.peer, each.allowed) for each in found] == [
            ("ana", NOTES, "ana", True),
            ("bo", GOALS, "bo", False),
            ("sam", ATTENDANCE, "ana", True),
            ("p-7", pk.RecordPart.READERS, "p-7", True),
        ]
        assert {each.at for each in found} == {NOW}
        assert [each.number for each in found] == sorted(each.number for each in found)

    @pytest.mark.parametrize("by", ["ana", "sam", "bo", "stranger"])
    def test_nobody_else_reads_the_list_and_their_asking_is_on_it(self, by: str) -> None:
        """Not the peer, not the supervisor."""
        program = two_peers()
        with pytest.raises(pk.Refused):
            who_read(program, "p-7", by=by)
        first, _ = who_read(program, "p-7", by="p-7")

        assert (first.by, first.what, first.allowed) == (by, pk.RecordPart.READERS, False)
