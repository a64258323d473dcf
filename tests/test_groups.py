"""Groups: who leads, who belongs, who came, and who did not have to give a name."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

import peerkit as pk
from peerkit.acts import Judged, Left
from peerkit.handbook import Handbook
from peerkit.model import pair
from peerkit.rules import groups, limits
from peerkit.stores.memory import MemoryStore
from peerkit.stores.sqlite import SQLiteStore
from peerkit.stores.writing.codec import text, write_noun
from tests.ordinary import (
    BOOK,
    EARLIER,
    NOW,
    TODAY,
    activity,
    codes,
    decided,
    empty,
    opened,
    plan,
    report,
    tallies_of,
    view,
    welcome,
)

FINE = Judged(day=TODAY)
GROUP: dict[str, Any] = {"form": pk.SessionForm.GROUP, "group": "gr"}
CIRCLE = pk.Group(id="gr", of=pk.GroupKind.RECOVERY, facilitators=("ana",))
CLOSED = attrs.evolve(CIRCLE, openness=pk.Openness.CLOSED, seats=2)
BO = pk.Peer(
    id="bo",
    role=pk.Role.WORKER,
    supervisor="sam",
    since=NOW.date() - timedelta(days=200),
    supervised=NOW.date() - timedelta(days=7),
)


def started(**how: Any) -> pk.StartGroup:
    """A recovery group that ana leads; ``how`` says what is different."""
    told: dict[str, Any] = {"of": pk.GroupKind.RECOVERY, "facilitators": ("ana",)}
    return pk.StartGroup(by="ana", id="gr", **told | how)


def agreed(**how: Any) -> pk.AgreeGroundRules:
    """Ground rules that the group agreed on."""
    told: dict[str, Any] = {"rules": (pk.GroundRule.NAMES,), "with_the_group": True}
    return pk.AgreeGroundRules(by="ana", id="gr", **told | how)


def place(who: str, status: pk.MembershipStatus = pk.MembershipStatus.MEMBER) -> pk.Membership:
    """Somebody's place in the group."""
    return pk.Membership(id=f"pl-{who}", group="gr", participant=who, status=status)


class TestNouns:
    """What a program knows of a group."""

    def test_a_group_is_found_with_those_who_lead_it(self) -> None:
        """It weighs on nobody, and its kind does not show: it may be a condition."""
        assert CIRCLE.touches == ("ana",)
        assert CIRCLE.weighs_on == ()
        assert "recovery" not in repr(CIRCLE)
        assert "recovery" not in repr(started())

    def test_a_place_is_read_with_its_group_while_it_is_open(self) -> None:
        """And found with its group and with whoever it belongs to."""
        assert place("p-7").weighs_on == place("p-7").touches == ("gr", "p-7")
        assert place("p-7").open
        assert not place("p-7", pk.MembershipStatus.LEFT).open

    @pytest.mark.parametrize("seats", [0, 201, -1, True, "2"])
    def test_seats_are_a_number_of_people(self, seats: Any) -> None:
        """From 1 to 200, or left out."""
        with pytest.raises(pk.BadInput, match=r"Group\.seats: 1 to 200, or left out"):
            attrs.evolve(CIRCLE, seats=seats)


class TestActs:
    """What each act leaves."""

    def test_a_new_group_is_told_to_those_who_lead_it(self) -> None:
        """By its id, and nothing of what it is for."""
        left = started(facilitators=["ana", "bo"]).leaves(view(), FINE)

        assert left.nouns == (attrs.evolve(CIRCLE, facilitators=("ana", "bo")),)
        assert [(each.to, each.inside) for each in left.messages] == [
            ("ana", "Group gr is started."),
            ("bo", "Group gr is started."),
        ]

    def test_who_leads_it_may_change_without_a_step(self) -> None:
        """A group that forms goes on forming."""
        act = pk.ChangeFacilitators(by="ana", id="gr", facilitators=("bo",))

        assert act.leaves(view(CIRCLE), FINE).nouns == (attrs.evolve(CIRCLE, facilitators=("bo",)),)

    def test_an_ending_frees_every_place(self) -> None:
        """Those who belonged to it and those who lead it are told, each once."""
        others = attrs.evolve(place("p-9"), group="another")
        stood = view(CIRCLE, place("p-7"), place("p-8", pk.MembershipStatus.INVITED), others)
        left = pk.EndGroup(by="ana", id="gr").leaves(stood, FINE)

        assert left.nouns == (
            attrs.evolve(CIRCLE, status=pk.GroupStatus.ENDED),
            place("p-7", pk.MembershipStatus.LEFT),
            place("p-8", pk.MembershipStatus.LEFT),
        )
        assert [each.to for each in left.messages] == ["ana", "p-7", "p-8"]

    def test_an_invitation_is_told_to_whoever_is_invited(self) -> None:
        """The group is not named in it."""
        act = pk.InviteToGroup(by="ana", id="pl-p-8", group="gr", participant="p-8")
        left = act.leaves(view(CLOSED), FINE)

        assert left.nouns == (place("p-8", pk.MembershipStatus.INVITED),)
        assert [(each.to, each.inside) for each in left.messages] == [
            ("p-8", "Invitation pl-p-8 is open.")
        ]

    @pytest.mark.parametrize(("known", "told"), [((CLOSED,), ["ana"]), ((), [])])
    def test_who_leads_it_hears_of_a_yes(self, known: tuple[pk.Noun, ...], told: list[str]) -> None:
        """And nobody where the group is not known."""
        act = pk.JoinGroup(by="p-8", id="pl-p-8", group="gr", participant="p-8")
        left = act.leaves(view(*known, place("p-8", pk.MembershipStatus.INVITED)), FINE)

        assert left.nouns == (place("p-8"),)
        assert [each.to for each in left.messages] == told

    def test_nobody_is_told_that_somebody_left(self) -> None:
        """Neither why nor that."""
        act = pk.LeaveGroup(by="p-7", id="pl-p-7", participant="p-7")

        assert act.leaves(view(place("p-7")), FINE) == Left(
            nouns=(place("p-7", pk.MembershipStatus.LEFT),)
        )
        assert act.leaves(view(), Judged(day=TODAY, allowed=False)) == Left()

    def test_whoever_leaves_has_left(self) -> None:
        """Also where they were invited twice; a place in another group stays."""
        again = attrs.evolve(place("p-7", pk.MembershipStatus.INVITED), id="again")
        other = attrs.evolve(place("p-7"), id="other", group="gr-2")
        act = pk.LeaveGroup(by="p-7", id="pl-p-7", participant="p-7")
        left = act.leaves(view(place("p-7"), again, other, place("p-8")), FINE)

        assert [each.id for each in left.nouns] == ["pl-p-7", "again"]
        assert {each.status for each in left.nouns} == {pk.MembershipStatus.LEFT}

    def test_nobody_gives_up_the_place_of_another(self) -> None:
        """The place must be theirs; it is kept as a report, and changes nothing."""
        program = opened()
        program.do(started(openness=pk.Openness.CLOSED)).or_raise()
        program.do(pk.InviteToGroup(by="ana", id="pl", group="gr", participant="p-8")).or_raise()
        left = program.do(pk.LeaveGroup(by="p-7", id="pl", participant="p-7"))

        assert left.verdict is pk.Verdict.NEEDS_FACTS
        assert [each.status for each in program.find(pk.Membership)] == ["invited"]


class TestRules:
    """What the situations do not say yet."""

    def test_a_group_that_has_ended_plans_no_meeting(self) -> None:
        """Its id is still read, and it is over."""
        over = attrs.evolve(CIRCLE, status=pk.GroupStatus.ENDED)
        found = decided(plan(**GROUP, participants=("p-7", "p-8")), over)

        assert found.verdict is pk.Verdict.NEEDS_FACTS

    def test_a_session_of_no_group_is_not_asked_for_ground_rules(self) -> None:
        """As it was before there were groups."""
        assert groups.group_meets(plan(), view(CIRCLE), BOOK) == ()

    def test_a_group_without_a_limit_takes_whoever_comes(self) -> None:
        """Where neither the group nor the book has a number."""
        act = pk.InviteToGroup(by="ana", id="x", group="gr", participant="p-8")
        clauses = dict(BOOK.clauses)
        clauses["group-size"] = attrs.evolve(clauses["group-size"], value=None)
        book = attrs.evolve(BOOK, clauses=clauses)

        assert groups.seats(act, view(CIRCLE), book) == ()

    def test_the_tighter_of_two_numbers_counts(self) -> None:
        """The seats of the group, or the size that the book has for one."""
        act = pk.InviteToGroup(by="ana", id="x", group="gr", participant="p-99")
        twelve = tuple(place(f"p-{each}") for each in range(1, 13))
        found = groups.seats(act, view(attrs.evolve(CLOSED, seats=40), *twelve), BOOK)

        assert codes(found) == [("group-seats", pk.Verdict.NOT_ALLOWED)]

    def test_asked_twice_takes_one_seat(self) -> None:
        """A second invitation of the same person changes nothing about the room."""
        act = pk.InviteToGroup(by="ana", id="x", group="gr", participant="p-7")
        found = groups.seats(act, view(CLOSED, place("p-7"), place("p-8")), BOOK)

        assert codes(found) == [("group-seats", pk.Verdict.ALLOWED)]

    def test_one_who_comes_to_a_group_needs_no_match(self) -> None:
        """Only p-8 came, and p-8 has no match with ana."""
        alone = plan(form=pk.SessionForm.GROUP, participants=("p-8",))

        assert decided(alone).verdict is pk.Verdict.NEEDS_CONSENT
        assert decided(attrs.evolve(alone, group="gr"), CIRCLE).allowed
        assert decided(attrs.evolve(alone, anonymous=1)).allowed

    def test_a_tie_of_the_second_peer_counts_too(self) -> None:
        """Whoever leads the group with ana is looked at as ana is."""
        tie = pk.Tie(id="t", of=pk.TieKind.ROMANTIC, one="bo", other="p-8")
        both = plan(form=pk.SessionForm.GROUP, participants=("p-7", "p-8"), with_peers=("bo",))

        assert "bo+p-8" in both.about
        assert decided(both, BO).allowed
        assert decided(both, BO, tie).verdict is pk.Verdict.NOT_ALLOWED

    def test_the_week_of_each_peer_counts(self) -> None:
        """In Kentucky so many minutes a week are paid for; bo has given them all."""
        kentucky = Handbook.load("us/ky").on(NOW.date())
        both = plan(form=pk.SessionForm.GROUP, participants=("p-7", "p-8"), with_peers=("bo",))
        tallies = {("bo", "minutes-given-a-week"): 1800, ("ana", "minutes-given-a-week"): 60}
        found = limits.paid_time(both, view(BO, tallies=tallies), kentucky)

        assert [(each.facts["peer"], each.allowed) for each in found if "peer" in each.facts] == [
            ("ana", True),
            ("bo", False),
        ]


class TestSessions:
    """Who may be named how."""

    @pytest.mark.parametrize(
        ("how", "place_"),
        [
            ({"participants": ()}, "participants"),
            ({"participants": (), "form": pk.SessionForm.GROUP}, "participants"),
            ({"anonymous": 1}, "anonymous"),
            ({"group": "gr"}, "group"),
            ({"excused": ("p-8",)}, "excused"),
            ({"absent": ("p-8",)}, "absent"),
            ({"with_peers": ("ana",)}, "with_peers"),
            ({"with_peers": ("bo", "bo")}, "with_peers"),
            ({"anonymous": -1, "form": pk.SessionForm.GROUP}, "anonymous"),
            ({"anonymous": 201, "form": pk.SessionForm.GROUP}, "anonymous"),
            ({"excused": ("p-7",), "form": pk.SessionForm.GROUP}, "excused"),
            ({"absent": ("p-7",), "form": pk.SessionForm.GROUP}, "absent"),
            (
                {"absent": ("p-8",), "excused": ("p-8",), "form": pk.SessionForm.GROUP},
                "absent",
            ),
        ],
    )
    def test_what_contradicts_itself_is_a_mistake(self, how: dict[str, Any], place_: str) -> None:
        """The error names the field and nobody."""
        with pytest.raises(pk.BadInput) as caught:
            report(**how)

        assert caught.value.place == f"ReportSession.{place_}"
        assert "p-7" not in str(caught.value)
        assert "p-8" not in str(caught.value)

    def test_a_plan_needs_somebody_too(self) -> None:
        """Named, or counted."""
        with pytest.raises(pk.BadInput, match=r"PlanSession\.participants: name 1 to 200 ids, or"):
            plan(participants=())
        assert plan(participants=(), anonymous=4, form=pk.SessionForm.GROUP).size == 4

    def test_a_session_is_found_with_everybody_once(self) -> None:
        """Those who lead it, who came, who did not, and its group."""
        session = pk.Session(
            id="s",
            form=pk.SessionForm.GROUP,
            peer="ana",
            with_peers=("bo",),
            participants=("p-7",),
            excused=("p-8",),
            absent=("p-9",),
            group="ana",
            starts=NOW,
            minutes=60,
        )

        assert session.touches == ("ana", "bo", "p-7", "p-8", "p-9")
        assert session.peers == ("ana", "bo")

    def test_a_report_is_about_those_who_did_not_come(self) -> None:
        """They are looked up, so that a wrong id is noticed; no pair is read for them."""
        act = report(**GROUP, excused=("p-8",), with_peers=("bo",))

        assert act.about == (
            *("s-1", "ana", "bo", "p-7", "ana+p-7", "bo+p-7", "gr", "p-8", "s-1/concern"),
        )
        assert act.others_named == ("p-8",)
        assert act.peers_named == ("ana", "bo")


class TestAttendance:
    """Present, excused, absent, and a number for those without a name."""

    def test_it_is_counted_for_those_who_are_named(self) -> None:
        """The group has met once; who came unnamed is in no tally of anybody."""
        program = opened()
        program.do(welcome()).or_raise()
        program.do(started()).or_raise()
        before = tallies_of(program)
        act = report(**GROUP, with_peers=("bo",), anonymous=5, excused=("p-8",), id="s")
        program.do(act).or_raise()
        more = {name: value for name, value in tallies_of(program).items() if name not in before}

        assert more == {
            ("gr", "meetings", ""): 1,
            ("p-7", "attended", ""): 1,
            ("p-8", "excused", ""): 1,
            ("ana+p-7", "met", ""): 1,
            ("bo+p-7", "met", ""): 1,
            **{
                (peer, f"minutes-given{every}", when): 60
                for peer in ("ana", "bo")
                for every, when in (
                    ("", "2026-11-02"),
                    ("-a-week", "2026-W45"),
                    ("-a-month", "2026-11"),
                )
            },
            ("p-7", "minutes-received", "2026-11-02"): 60,
            ("p-7", "minutes-received-a-week", "2026-W45"): 60,
            ("p-7", "minutes-received-a-year", "2026"): 60,
        }
        assert program.verify().whole

    def test_a_correction_takes_it_back(self) -> None:
        """Who was written down as absent had come after all."""
        program = opened()
        program.do(started()).or_raise()
        act = report(**GROUP, absent=("p-8",), id="s")
        program.do(act).or_raise()
        program.do(act).or_raise()
        right = attrs.evolve(act, participants=("p-7", "p-8"), absent=(), corrects=True)
        program.do(right).or_raise()
        counted = tallies_of(program)

        assert ("p-8", "absent", "") not in counted
        assert counted["p-8", "attended", ""] == counted["p-7", "attended", ""] == 1
        assert counted["gr", "meetings", ""] == 1

    def test_a_plan_becomes_its_report(self) -> None:
        """With the peers and the group it was planned for."""
        act = plan(**GROUP, participants=(), anonymous=6, with_peers=("bo",))
        held = act.held(by="ana")

        assert (held.group, held.anonymous, held.with_peers) == ("gr", 6, ("bo",))
        assert [each.to for each in act.leaves(view(), FINE).messages] == ["ana", "bo"]

    def test_a_boundary_crossed_among_people_without_names_is_still_a_concern(self) -> None:
        """It names the peer, and nobody else."""
        program = opened()
        program.do(started()).or_raise()
        told = report(
            **GROUP, participants=(), anonymous=4, activities=(activity("therapy"),), id="s"
        )
        program.do(told)
        (concern,) = program.find(pk.Concern)
        (session,) = program.find(pk.Session)

        assert (concern.peer, concern.people, concern.clauses) == ("ana", (), ("therapy",))
        assert (session.anonymous, session.counted) == (4, 0)
        assert ("gr", "meetings", "") in tallies_of(program)


class TestBefore:
    """A program that was kept before sessions had a group."""

    def test_its_journal_is_still_whole(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What a session did not say then is what it says when nothing is said."""

        def before(noun: pk.Noun) -> str:
            body = json.loads(write_noun(noun))
            for field in ("with_peers", "group", "anonymous", "excused", "absent"):
                body.pop(field, None)
            return text(body)

        monkeypatch.setattr("peerkit.stores.writing.making.write_noun", before)
        with opened(SQLiteStore(tmp_path / "before.db")) as program:
            program.do(report()).or_raise()
        monkeypatch.undo()
        with empty(SQLiteStore(tmp_path / "before.db")) as program:
            (session,) = program.find(pk.Session)

            assert (session.with_peers, session.group, session.anonymous) == ((), None, 0)
            assert program.verify().whole


class Circles(RuleBasedStateMachine):
    """Groups in any order: places never outnumber seats, and the books add up."""

    people = st.sampled_from(("p-1", "p-2", "p-3", "p-4"))
    groups = st.sampled_from(("gr-1", "gr-2"))

    @initialize()
    def begin(self) -> None:
        """Two peers, four people, two closed groups of two."""
        self.program = empty(MemoryStore())
        self.number = 0
        self.held: dict[str, pk.ReportSession] = {}
        for peer in ("ana", "bo"):
            self.program.do(welcome(id=peer)).or_raise()
        for who in ("p-1", "p-2", "p-3", "p-4"):
            self.program.do(pk.WelcomeParticipant(by="c", id=who)).or_raise()
        for group in ("gr-1", "gr-2"):
            act = started(openness=pk.Openness.CLOSED, seats=2)
            self.program.do(attrs.evolve(act, id=group)).or_raise()

    def place_of(self, group: str, who: str) -> pk.Membership | None:
        """The newest place that somebody has in a group."""
        found = [
            each
            for each in self.program.every(pk.Membership, about=who)
            if each.group == group and each.open
        ]
        return found[-1] if found else None

    @rule(group=groups, who=people)
    def invite(self, group: str, who: str) -> None:
        """Allowed where a seat is left, and once for each person."""
        again = self.place_of(group, who) is not None
        taken = {
            each.participant for each in self.program.every(pk.Membership, about=group) if each.open
        } | {who}
        (found,) = [each for each in self.program.find(pk.Group) if each.id == group]
        done = self.program.do(pk.InviteToGroup(by="ana", group=group, participant=who))
        assert done.allowed == (found.open and len(taken) <= 2 and not again)

    @rule(group=groups, who=people, by=st.sampled_from(("own", "ana")))
    def join(self, group: str, who: str, by: str) -> None:
        """Only whoever was invited joins."""
        there = self.place_of(group, who)
        if there is None:
            return
        speaks = who if by == "own" else by
        done = self.program.do(pk.JoinGroup(by=speaks, id=there.id, group=group, participant=who))
        assert not (done.allowed and speaks != who)

    @rule(group=groups, who=people)
    def leave(self, group: str, who: str) -> None:
        """Always works, whoever tells it."""
        there = self.place_of(group, who)
        if there is None:
            return
        assert self.program.do(pk.LeaveGroup(by="bo", id=there.id, participant=who)).allowed
        assert self.place_of(group, who) is None

    @rule(group=groups)
    def agree(self, group: str) -> None:
        """Ground rules may be agreed again and again, until the group has ended."""
        self.program.do(attrs.evolve(agreed(), id=group))

    @rule(group=groups, sure=st.integers(0, 9))
    def end(self, group: str, sure: int) -> None:
        """Now and then a group ends."""
        if sure == 0:
            self.program.do(pk.EndGroup(by="ana", id=group))

    @rule(
        group=groups,
        came=st.sets(people, max_size=3),
        stayed=st.sets(people, max_size=2),
        unnamed=st.integers(0, 3),
        corrects=st.booleans(),
        both=st.booleans(),
    )
    def meet(
        self,
        group: str,
        came: set[str],
        stayed: set[str],
        unnamed: int,
        *,
        corrects: bool,
        both: bool,
    ) -> None:
        """Whoever comes; the last meeting may be put right."""
        if not came and not unnamed:
            return
        again = corrects and bool(self.held)
        id_ = max(self.held) if again else f"s-{self.number:03}"
        self.number += not again
        act = report(
            id=id_,
            form=pk.SessionForm.GROUP,
            group=group,
            participants=tuple(sorted(came)),
            absent=tuple(sorted(stayed - came)),
            anonymous=unnamed,
            with_peers=("bo",) if both else (),
            corrects=again,
            starts=EARLIER,
        )
        self.program.do(act)
        self.held[id_] = act

    @invariant()
    def seats_are_kept(self) -> None:
        """No group has more members than seats; a group that has ended has none."""
        for group in self.program.every(pk.Group):
            places = [
                each for each in self.program.every(pk.Membership, about=group.id) if each.open
            ]
            members = {
                each.participant for each in places if each.status is pk.MembershipStatus.MEMBER
            }
            assert len(members) <= 2
            assert group.open or not places

    @invariant()
    def books_add_up(self) -> None:
        """Attendance is what the last word on each meeting says."""
        counted: Counter[tuple[str, str, str]] = Counter()
        for act in self.held.values():
            counted[str(act.group), "meetings", ""] += 1
            counted.update((who, "attended", "") for who in act.participants)
            counted.update((who, "absent", "") for who in act.absent)
            counted.update(
                (pair(peer, who), "met", "") for peer in act.peers_named for who in act.participants
            )
        kept = {
            name: value
            for name, value in tallies_of(self.program).items()
            if name[1] in {"meetings", "attended", "excused", "absent", "met"}
        }
        assert kept == dict(counted)

    def teardown(self) -> None:
        """Everything follows from the journal."""
        assert self.program.verify().whole


def test_groups_in_any_order() -> None:
    """Any acts of groups, in any order."""
    run_state_machine_as_test(
        Circles,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
