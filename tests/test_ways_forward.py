"""What opens the way: supplied facts, a wider role, consent to a recipient; and danger."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

import peerkit as pk
from peerkit.acts import Judged, Left
from peerkit.handbook import Handbook
from tests.ordinary import (
    ANA,
    BOOK,
    LIVED,
    NOW,
    TODAY,
    activity,
    asking,
    codes,
    decided,
    empty,
    group,
    opened,
    plan,
    posted,
    report,
    view,
)

ALLOWED, CONSENT, CONSULT, FACTS, NO = pk.Verdict
PAIR: dict[str, Any] = {"peer": "ana", "participant": "p-7"}
GIFT = activity("give-gift")
NONE = activity("give-gift", value="none")
TOKEN = activity("give-gift", value="token")


def supply(facts: pk.Activity = NONE, id_: str = "f-1", **how: Any) -> pk.SupplyFacts:
    """What was asked of a gift, answered."""
    told: dict[str, Any] = {"by": "ana", "id": id_, "activity": facts} | PAIR
    return pk.SupplyFacts(**told | how)


def supplied(status: str = "supplied", **how: Any) -> pk.SuppliedFacts:
    """The answers as they are kept."""
    told: dict[str, Any] = {"id": "f-1", "activity": NONE, "status": pk.FactsStatus(status)}
    return pk.SuppliedFacts(**told | PAIR | how)


def danger(**how: Any) -> pk.DiscloseForSafety:
    """P-7 is in danger, and the crisis team is told."""
    told: dict[str, Any] = {
        "by": "ana",
        "id": "d-1",
        "to": ("crisis-team",),
        "basis": pk.Basis.DANGER_TO_SELF,
    }
    return pk.DiscloseForSafety(**told | PAIR | how)


def of_gift(decision: pk.Decision) -> list[tuple[str, pk.Verdict]]:
    """What the catalogue says of an activity in a decision."""
    return codes(tuple(each for each in decision.findings if each.entry is not None))


def used(program: pk.Program) -> dict[str, str]:
    """The status of all facts that were supplied."""
    return {each.id: str(each.status) for each in program.every(pk.SuppliedFacts)}


class TestSupplyFacts:
    """Answers to what the handbook asked count for one request, and for its report."""

    def test_facts_let_one_request_through_and_its_report(self) -> None:
        """Asked, supplied, allowed once; a second request and its report are asked again."""
        program = opened()
        first = program.do(asking(GIFT))
        assert program.do(supply()).or_raise().number == 8
        assert used(program) == {"f-1": "supplied"}
        second = program.do(asking(GIFT))
        assert used(program) == {"f-1": "used"}
        third = program.do(asking(GIFT))
        told = program.do(report(activities=(GIFT,)))
        assert used(program) == {"f-1": "done"}
        again = program.do(report(id="s-2", activities=(GIFT,)))

        assert [each.verdict for each in (first, second, third)] == [FACTS, ALLOWED, FACTS]
        assert (told.verdict, again.verdict) == (ALLOWED, FACTS)
        assert program.verify().whole

    def test_a_plan_uses_them_like_any_request(self) -> None:
        """And the report of the planned session is the one that takes them up."""
        program = opened()
        program.do(supply()).or_raise()
        planned = plan(activities=(GIFT,))
        assert program.do(planned).allowed
        later = plan(id="s-2", activities=(GIFT,), starts=NOW)
        assert program.do(later).verdict is FACTS
        assert program.do(planned.held(by="ana")).allowed
        assert used(program) == {"f-1": "done"}

    def test_a_correction_says_the_circumstances_itself(self) -> None:
        """What was told for one report is done with: put right, all of it is said."""
        program = opened()
        program.do(supply()).or_raise()
        program.do(report(activities=(GIFT,))).or_raise()
        silent = program.do(report(activities=(GIFT,), minutes=30, corrects=True))
        whole = program.do(report(activities=(NONE,), minutes=45, corrects=True))

        assert of_gift(silent) == [("missing-facts", FACTS)]
        assert whole.allowed
        assert used(program) == {"f-1": "done"}
        assert not program.find(pk.SuppliedFacts).items[0].open
        assert program.verify().whole

    @pytest.mark.parametrize("corrects", [False, True])
    def test_facts_that_are_done_are_not_used_again(self, *, corrects: bool) -> None:
        """Not even by a session of the same id: a host numbers each of its tables from 1."""
        program = opened()
        program.do(supply(id_="1")).or_raise()
        program.do(report(id="1", activities=(GIFT,))).or_raise()
        again = program.do(report(id="1", activities=(GIFT,), minutes=30, corrects=corrects))

        assert of_gift(again) == [("missing-facts", FACTS)]
        assert again.judged().supplied == ()
        assert program.verify().whole

    @pytest.mark.parametrize(
        ("status", "used_for", "fine"),
        [
            ("supplied", None, True),
            ("used", None, True),
            ("used", "s-1", True),
            ("used", "s-2", False),
            ("done", None, False),
            ("done", "s-1", False),
        ],
    )
    def test_used_facts_count_for_the_report_of_what_used_them(
        self, status: str, used_for: str | None, *, fine: bool
    ) -> None:
        """The report of that plan, or of a question, and of no other plan."""
        kept = supplied(status=status, used_for=used_for)
        for corrects in (False, True):
            told = decided(report(activities=(GIFT,), corrects=corrects), kept)
            assert of_gift(told) == [("gifts", ALLOWED) if fine else ("missing-facts", FACTS)]
        planned = decided(plan(activities=(GIFT,)), kept)
        assert planned.allowed is (status == "supplied")

    def test_what_one_plan_used_is_not_for_the_report_of_another(self) -> None:
        """Through the door: it waits for its own."""
        program = opened()
        program.do(supply()).or_raise()
        program.do(plan(activities=(GIFT,))).or_raise()
        (taken,) = program.find(pk.SuppliedFacts)
        other = program.do(report(id="s-2", activities=(GIFT,)))
        own = program.do(report(activities=(GIFT,)))

        assert taken.used_for == "s-1"
        assert (other.verdict, own.verdict) == (FACTS, ALLOWED)
        assert used(program) == {"f-1": "done"}
        assert program.verify().whole

    def test_what_a_question_used_has_no_name(self) -> None:
        """A question makes nothing: whatever report comes first takes its answer up."""
        program = opened()
        program.do(supply()).or_raise()
        program.do(asking(GIFT)).or_raise()
        (taken,) = program.find(pk.SuppliedFacts)
        assert (taken.status, taken.used_for) == (pk.FactsStatus.USED, None)

        program.do(report(id="s-9", activities=(GIFT,))).or_raise()
        (done,) = program.find(pk.SuppliedFacts)
        assert (done.status, done.used_for) == (pk.FactsStatus.DONE, "s-9")

    @pytest.mark.parametrize(
        ("since", "excused"),
        [
            (timedelta(hours=2), False),  # they met after it was asked: that was its time
            (timedelta(hours=-2), True),  # a meeting before it, written down late
            (None, True),
        ],
    )
    def test_what_a_question_used_waits_for_the_next_meeting_and_no_longer(
        self, since: timedelta | None, *, excused: bool
    ) -> None:
        """Weeks and meetings later it excuses nothing."""
        clock = [NOW]
        program = opened(clock=lambda: clock[0])
        program.do(pk.ConsultSupervisor(by="ana", **PAIR, id="c", clause="gifts")).or_raise()
        program.do(pk.GiveAdvice(by="sam", id="c", peer="ana", agreed=True)).or_raise()
        program.do(asking(TOKEN)).or_raise()
        clock[0] = NOW + timedelta(days=2)
        if since is not None:
            program.do(report(id="s-8", starts=NOW + since, minutes=30)).or_raise()
        told = report(id="s-9", starts=clock[0] - timedelta(hours=1), activities=(TOKEN,))

        assert program.do(told).allowed is excused
        assert program.view(pk.pair("ana", "p-7")).nouns == tuple(
            each
            for each in program.view(pk.pair("ana", "p-7")).nouns
            if not isinstance(each, pk.Consultation)
        )
        assert program.verify().whole

    def test_what_was_asked_and_answered_does_not_pile_up(self) -> None:
        """Two hundred times no, two hundred pieces of advice and answers: the view stays small."""
        clock = [NOW]
        program = opened(clock=lambda: clock[0])
        small = len(program.view(*PAIR.values(), pk.pair("ana", "p-7")).nouns)
        for number in range(200):
            clock[0] += timedelta(minutes=1)
            gives = pk.GiveAdvice(by="sam", id=f"n-{number}", peer="ana", agreed=True)
            program.do(pk.ConsultSupervisor(by="ana", id=gives.id, **PAIR, clause="gifts"))
            program.do(gives).or_raise()
            program.do(asking(TOKEN)).or_raise()
            program.do(supply(id_=f"n-{number}")).or_raise()
            program.do(asking(GIFT)).or_raise()
        theirs = pk.pair("ana", "p-7")
        asked = len(program.view(*PAIR.values(), theirs).nouns)
        program.do(pk.EndMatch(by="p-7", id="m-1", **PAIR)).or_raise()
        for number in range(200):
            clock[0] += timedelta(minutes=1)
            program.do(pk.ProposeMatch(by="sam", id=f"d-{number}", **PAIR)).or_raise()
            program.do(pk.DeclineMatch(by="p-7", id=f"d-{number}", **PAIR)).or_raise()
        noes = [each for each in program.view(theirs).all(pk.Match) if each.id != "m-1"]

        assert asked == small + 2
        assert [each.id for each in noes] == ["d-0"]
        assert len(program.view(*PAIR.values(), theirs).nouns) <= small + 3
        assert program.verify().whole

    def test_facts_are_used_for_one_activity_of_an_act(self) -> None:
        """Two gifts are two questions: the second is asked, or has facts of its own."""
        two = plan(activities=(GIFT, GIFT))
        once = decided(two, supplied())
        twice = decided(two, supplied(), supplied(id="f-2", activity=TOKEN))

        assert of_gift(once) == [("gifts", ALLOWED), ("missing-facts", FACTS)]
        assert [each.activity for each in once.findings if each.entry is not None] == [0, 1]
        assert of_gift(twice) == [("gifts", ALLOWED), ("gifts", CONSULT)]
        assert [each.facts["supplied"] for each in twice.findings if each.entry is not None] == [
            ("f-1",),
            ("f-2",),
        ]

    def test_facts_are_of_one_pair_and_not_of_a_group(self) -> None:
        """What p-7 answered says nothing about p-8; said with the activity, it counts."""
        both = (supplied(), supplied(id="f-2", participant="p-8"))
        for make in (plan, report):
            asked = decided(make(**group(2), activities=(GIFT,)), *both)
            said = decided(make(**group(2), activities=(NONE,)), *both)
            alone = decided(make(**group(1), activities=(GIFT,)), *both)

            assert of_gift(asked) == [("missing-facts", FACTS)]
            assert asked.judged().supplied == ()
            assert of_gift(said) == of_gift(alone) == [("gifts", ALLOWED)]
            assert alone.judged().supplied == ("f-1",)

    def test_facts_may_say_whose_it_is_and_who_will_hear(self) -> None:
        """What the act says itself goes first; consent is asked for as if it had said all."""
        told = supplied(activity=activity("confirm-attendance", of="p-8", to="court"))
        agreed = pk.Consent(
            id="k-1",
            participant="p-8",
            scopes=(pk.ConsentScope.ATTENDANCE,),
            to=("court",),
            since=NOW,
        )
        bare = asking(activity("confirm-attendance"))
        elsewhere = asking(activity("confirm-attendance", to="landlord"))
        own = asking(activity("confirm-attendance", of="p-7", to="p-7"))

        assert of_gift(decided(bare, told))[-1] == ("consent", CONSENT)
        opened_ = decided(bare, told, agreed)
        assert opened_.allowed
        assert opened_.judged().supplied == ("f-1",)
        assert of_gift(decided(elsewhere, told, agreed))[-1] == ("consent", CONSENT)
        full = decided(own, told)
        assert full.allowed
        assert full.judged().supplied == ()

    @pytest.mark.parametrize(
        ("facts", "asks"),
        [
            (activity("confirm-attendance"), ("Whose", "Who will")),
            (activity("confirm-attendance", of="p-7"), ("Who will",)),
            (activity("confirm-attendance", to="court"), ("Whose",)),
            (activity("confirm-attendance", of="p-7", to="court"), ()),
            (activity("tell-anothers-story"), ("Whose",)),
            (activity("tell-anothers-story", of="p-8"), ()),
            (activity("share-agreed-fact", of="p-7", to="court"), ("How much",)),
            (activity("share-agreed-fact", how_much="needed"), ("Whose", "Who will")),
        ],
        ids=["nothing", "whose", "whom", "all", "a story", "whose story", "no answer", "nobody"],
    )
    def test_facts_answer_all_that_is_asked_whose_and_whom_as_well(
        self, facts: pk.Activity, asks: tuple[str, ...]
    ) -> None:
        """Where a consent is needed, it must be known of whom and for whom."""
        (found,) = [each for each in decided(supply(facts)).findings if each.entry is not None]

        assert found.clause.id == "missing-facts"
        assert found.verdict is (FACTS if asks else ALLOWED)
        for each in ("Whose", "Who will", "How much"):
            assert (each in found.sentence) is (each in asks)

    def test_a_report_takes_what_its_request_used(self) -> None:
        """Facts that nobody has used yet stay for the next request."""
        program = opened()
        program.do(supply(id_="f-2")).or_raise()
        program.do(asking(GIFT)).or_raise()
        program.do(supply(id_="f-1")).or_raise()
        program.do(report(activities=(GIFT,))).or_raise()

        assert used(program) == {"f-1": "supplied", "f-2": "done"}
        assert program.do(asking(GIFT)).allowed

    def test_of_several_the_first_by_its_id_is_used(self) -> None:
        """In whatever order they were supplied, or are read."""
        program = opened()
        for each in ("f-2", "f-1"):
            program.do(supply(id_=each)).or_raise()
        program.do(asking(GIFT)).or_raise()

        assert used(program) == {"f-1": "used", "f-2": "supplied"}

    @pytest.mark.parametrize(
        "other",
        [
            supplied(participant="p-8"),
            supplied(peer="bo"),
            supplied(activity=activity("accept-gift", value="none")),
            supplied(status="used"),
            supplied(status="used", used_for="s-1"),
            supplied(status="done"),
        ],
        ids=[
            "another participant",
            "another peer",
            "another activity",
            "used",
            "used for a plan",
            "done",
        ],
    )
    def test_what_was_answered_of_something_else_counts_for_nothing(
        self, other: pk.SuppliedFacts
    ) -> None:
        """A hug that one person agreed to says nothing about another."""
        decision = decided(asking(GIFT), other)

        assert ("missing-facts", FACTS) in of_gift(decision)
        assert decision.judged().supplied == ()

    def test_they_are_read_with_the_pair_only(self) -> None:
        """Through the door: facts about p-8 do not open anything for p-7."""
        program = opened()
        program.do(supply(participant="p-8")).or_raise()

        assert program.do(asking(GIFT)).verdict is FACTS
        assert used(program) == {"f-1": "supplied"}

    def test_an_answer_given_with_the_act_wins(self) -> None:
        """What is said now is truer; where all is said, nothing is used up."""
        program = opened()
        program.do(supply(NONE)).or_raise()
        full = program.do(asking(TOKEN))

        assert full.verdict is CONSULT
        assert used(program) == {"f-1": "supplied"}

    def test_answers_of_both_are_put_together(self) -> None:
        """A question that the act answers itself is not overruled by what was supplied."""
        both = BOOK.activities["walk-through-services"].asks
        answers = {
            each: tuple(BOOK.circumstances[each].answers) for each in both
        }  # two questions, each with several answers
        first, second = both
        facts = pk.Activity(
            id="walk-through-services",
            circumstances={first: answers[first][0], second: answers[second][0]},
        )
        own = pk.Activity(id="walk-through-services", circumstances={first: answers[first][1]})
        whole = pk.Activity(
            id="walk-through-services",
            circumstances={first: answers[first][1], second: answers[second][0]},
        )
        stood = supplied(activity=facts)

        assert of_gift(decided(asking(own), stood)) == of_gift(decided(asking(whole)))
        assert decided(asking(own), stood).findings[0].facts["supplied"] == ("f-1",)

    @pytest.mark.parametrize(
        ("facts", "clause"),
        [
            (activity("give-gifts", value="none"), "unknown-activity"),
            (GIFT, "missing-facts"),
            (activity("give-gift", value="huge"), "missing-facts"),
            (activity("give-gift", worth="none"), "missing-facts"),
        ],
        ids=["unknown activity", "no answer", "an answer that is none", "another question"],
    )
    def test_what_does_not_answer_is_refused(self, facts: pk.Activity, clause: str) -> None:
        """It names what is asked, and nothing is kept that could count later."""
        program = opened()
        decision = program.do(supply(facts))

        assert decision.verdict is FACTS
        assert (clause, FACTS) in codes(decision.findings)
        assert program.find(pk.SuppliedFacts).items == ()
        if clause == "missing-facts":
            (asked,) = [each for each in decision.findings if each.clause.id == clause]
            assert BOOK.circumstances["value"].asks in asked.sentence

    def test_an_activity_that_asks_nothing_takes_none(self) -> None:
        """There is nothing to answer; it is kept, and opens nothing that was not open."""
        assert decided(supply(activity("listen"))).allowed
        lent = decided(asking(activity("lend-money")), supplied(activity=activity("lend-money")))

        assert lent.verdict is NO
        assert lent.judged().supplied == ()

    @pytest.mark.parametrize("how", [{"peer": "bo"}, {"participant": "p-99"}])
    def test_the_people_are_known(self, how: dict[str, Any]) -> None:
        """Facts about strangers are nobody's."""
        assert ("known", FACTS) in codes(decided(supply(**how)).findings)

    def test_facts_do_not_open_what_is_closed(self) -> None:
        """They answer a question; what the answer comes to is the book's."""
        program = opened()
        program.do(supply(activity("give-gift", value="significant"))).or_raise()

        assert program.do(asking(GIFT)).verdict is NO
        assert used(program) == {"f-1": "supplied"}
        assert program.do(report(activities=(GIFT,))).verdict is NO
        assert used(program) == {"f-1": "done"}

    def test_facts_and_advice_are_used_up_together(self) -> None:
        """Where the answer leads to a talk, both count once."""
        program = opened()
        program.do(supply(TOKEN)).or_raise()
        assert program.do(asking(GIFT)).verdict is CONSULT
        for act in (
            pk.ConsultSupervisor(by="ana", **PAIR, id="c-1", clause="gifts"),
            pk.GiveAdvice(by="sam", id="c-1", peer="ana", agreed=True),
        ):
            program.do(act).or_raise()
        decision = program.do(asking(GIFT))

        assert decision.allowed
        assert decision.judged() == Judged(day=TODAY, used=("c-1",), supplied=("f-1",))
        assert used(program) == {"f-1": "used"}
        assert program.find(pk.Consultation).items[0].status is pk.ConsultationStatus.USED

    def test_facts_and_advice_may_be_called_the_same(self) -> None:
        """A host numbers each of its tables from 1: using one does not use up the other."""
        program = opened()
        for act in (
            supply(NONE, id_="1"),
            pk.ConsultSupervisor(by="ana", **PAIR, id="1", clause="gifts"),
            pk.GiveAdvice(by="sam", id="1", peer="ana", agreed=True),
            asking(GIFT),
        ):
            program.do(act).or_raise()
        (advice,) = program.find(pk.Consultation)

        assert used(program) == {"1": "used"}
        assert advice.status is pk.ConsultationStatus.AGREED

    def test_facts_are_supplied_once_under_an_id(self) -> None:
        """As with whatever is made."""
        program = opened()
        program.do(supply()).or_raise()

        assert program.do(supply()).verdict is NO

    def test_what_it_leaves(self) -> None:
        """The facts, and nobody is told."""
        assert supply().leaves(view(), Judged(day=TODAY)) == Left(nouns=(supplied(),))
        assert supplied().weighs_on == ("ana+p-7",)
        assert supplied().touches == ("ana", "p-7")


class TestDiscloseForSafety:
    """Danger is told at once, without asking first."""

    def test_it_is_allowed_though_nobody_agreed(self) -> None:
        """No consent is needed; it is kept with its basis, and the supervisor is told."""
        program = opened()
        decision = program.do(danger(what=pk.Words("He has pills.")))
        (kept,) = program.find(pk.SafetyDisclosure)
        (message, *_) = [each for each in posted(program) if each.kind == "safety.disclosed"]

        assert decision.allowed
        assert codes(decision.findings) == [("break-glass", ALLOWED), ("once", ALLOWED)]
        assert kept == pk.SafetyDisclosure(
            id="d-1",
            **PAIR,
            to=("crisis-team",),
            basis=pk.Basis.DANGER_TO_SELF,
        )
        assert (message.to, message.about) == ("sam", "d-1")
        assert message.inside == "Disclosure d-1 waits for a review."
        assert message.outside == "You have a new message."
        assert program.words("disclosure/d-1") == ("He has pills.",)
        assert program.verify().whole

    @pytest.mark.parametrize("basis", pk.Basis)
    def test_every_basis_is_as_good(self, basis: pk.Basis) -> None:
        """And it does not show itself where people look over a shoulder."""
        act = danger(basis=basis)
        (kept,) = act.leaves(view(), Judged(day=TODAY)).nouns

        assert decided(act).allowed
        for shown in (repr(act), repr(kept), str(decided(act)), repr(decided(act))):
            assert str(basis) not in shown
            assert basis.name not in shown

    @pytest.mark.parametrize(
        ("nouns", "how"),
        [
            ((pk.Participant(id="p-7", status=pk.ParticipantStatus.AWAY),), {}),
            ((attrs.evolve(ANA, status=pk.PeerStatus.LEFT),), {}),
            ((), {"peer": "stranger"}),
            ((), {"participant": "nobody"}),
            ((), {"by": "neighbour"}),
            ((), {"peer": "p-7"}),
        ],
        ids=["away", "peer has left", "peer unknown", "participant unknown", "anyone", "themself"],
    )
    def test_nothing_stands_in_its_way(
        self, nouns: tuple[pk.Noun, ...], how: dict[str, Any]
    ) -> None:
        """Neither who is away, nor who is unknown, nor who tells."""
        assert decided(danger(**how), *nouns).allowed

    @pytest.mark.parametrize(
        ("peer", "by", "to"),
        [
            ("ana", "ana", "sam"),
            ("ana", "ben", "sam"),
            ("ana", "neighbour", "sam"),
            ("stranger", "ana", "sam"),
            ("stranger", "ben", "sue"),
            ("stranger", "neighbour", "neighbour"),
            ("p-7", "p-7", "p-7"),
        ],
    )
    def test_a_supervisor_hears_of_it_the_peers_or_that_of_whoever_tells(
        self, peer: str, by: str, to: str
    ) -> None:
        """The message must reach somebody: where no supervisor is known, whoever told it."""
        ben = attrs.evolve(ANA, id="ben", supervisor="sue")
        act = danger(peer=peer, by=by)
        left = act.leaves(view(ben), Judged(day=TODAY))
        found = decided(act, ben).findings[0]

        assert [each.to for each in left.messages] == [to]
        alone = to not in {"sam", "sue"}
        assert codes((found,)) == [("break-glass-alone" if alone else "break-glass", ALLOWED)]

    def test_through_the_door_the_supervisor_of_whoever_tells_is_found(self) -> None:
        """Whoever tells it is read with the decision, so that their supervisor is known."""
        program = opened()
        told = program.do(danger(peer="stranger", by="ana"))
        alone = program.do(danger(id="d-2", peer="stranger", by="neighbour"))
        messages = {
            each.about: each.to for each in posted(program) if each.kind == "safety.disclosed"
        }

        assert codes(told.findings)[0] == ("break-glass", ALLOWED)
        assert codes(alone.findings)[0] == ("break-glass-alone", ALLOWED)
        assert messages == {"d-1": "sam", "d-2": "neighbour"}
        assert program.verify().whole

    def test_who_has_no_supervisor_here_is_asked_to_tell_one(self) -> None:
        """It is kept, and the answer says what is still to be done, and for whom."""
        (found, _) = decided(danger(peer="stranger", by="neighbour")).findings

        assert found.sentence == (
            "neighbour tells crisis-team at once, because there is danger or the law asks for it. "
            "It is kept, but no supervisor of stranger is known here. Tell one yourself."
        )

    def test_a_concern_too_reaches_a_supervisor(self) -> None:
        """Of the peer it is about, else of whoever raises it, else whoever raises it."""
        ben = attrs.evolve(ANA, id="ben", supervisor="sue")
        for peer, by, to in (
            ("ana", "ben", "sam"),
            ("stranger", "ben", "sue"),
            ("stranger", "neighbour", "neighbour"),
        ):
            act = pk.RaiseConcern(by=by, id="n", peer=peer, people=("p-7",), clauses=("money",))
            assert [each.to for each in act.leaves(view(ben), Judged(day=TODAY)).messages] == [to]

    def test_told_twice_it_is_there_once(self) -> None:
        """The second telling adds its words, and nobody is told again."""
        program = opened()
        program.do(danger(what=pk.Words("Pills."))).or_raise()
        again = program.do(danger(what=pk.Words("Many.")))

        assert again.allowed
        assert len(program.find(pk.SafetyDisclosure).items) == 1
        assert program.words("disclosure/d-1") == ("Pills.", "Many.")
        assert len([e for e in posted(program) if e.about == "d-1"]) == 1
        assert program.do(danger()).allowed
        assert program.words("disclosure/d-1") == ("Pills.", "Many.")

    def test_told_again_after_its_review_it_is_a_new_one(self) -> None:
        """Danger that is back must be looked at again, under an id that the answer names."""
        program = opened()
        program.do(danger(what=pk.Words("Pills."))).or_raise()
        program.do(pk.ReviewDisclosure(by="sam", id="d-1", peer="ana")).or_raise()
        again = program.do(danger(what=pk.Words("Once more.")))
        first, second = sorted(program.find(pk.SafetyDisclosure), key=lambda each: each.open)

        assert again.allowed
        assert codes(again.findings)[1] == ("kept-apart", ALLOWED)
        assert (first.id, first.status) == ("d-1", pk.DisclosureStatus.REVIEWED)
        assert second.status is pk.DisclosureStatus.MADE
        assert again.findings[1].sentence == f"The id d-1 is taken. This is kept as {second.id}."
        assert program.words("disclosure/d-1") == ("Pills.",)
        assert program.words(f"disclosure/{second.id}") == ("Once more.",)
        told = [each.about for each in posted(program)]
        assert told.count(second.id) == 1
        assert program.verify().whole

    @pytest.mark.parametrize(
        "how",
        [
            {"participant": "p-8"},
            {"to": ("police",)},
            {"basis": pk.Basis.LAW_REQUIRES},
            {"peer": "bo"},
        ],
    )
    def test_another_one_under_a_taken_id_is_kept_as_one_of_its_own(
        self, how: dict[str, Any]
    ) -> None:
        """Nothing that was told is lost, and to tell it is no fault; the answer names its id."""
        program = opened()
        program.do(danger()).or_raise()
        decision = program.do(danger(what=pk.Words("More."), **how))
        kept = program.find(pk.SafetyDisclosure).items

        assert decision.allowed
        assert codes(decision.findings)[1] == ("kept-apart", ALLOWED)
        assert len(kept) == 2
        (new,) = [each.id for each in kept if each.id != "d-1"]
        assert decision.findings[1].sentence == f"The id d-1 is taken. This is kept as {new}."
        assert program.words(f"disclosure/{new}") == ("More.",)
        assert program.verify().whole

    def test_it_is_kept_even_when_a_rule_raises(self) -> None:
        """What cannot be checked is not a yes, and danger is told all the same."""

        def broken(*_: object) -> tuple[pk.Finding, ...]:
            raise LookupError

        rules = pk.Rules(pk.Rule("broken", (pk.Act,), broken), *pk.ROLE_LIMITS.rules)
        program = empty(opened().store, rules=rules)
        decision = program.do(danger())

        assert decision.verdict is NO
        assert "a report is never refused" in decision.explain()
        assert program.find(pk.SafetyDisclosure).items[0].id == "d-1"
        assert "safety.disclosed" in {each.kind for each in posted(program)}

    def test_only_the_supervisor_reviews_it(self) -> None:
        """Once; then it is over, and the outcome is kept apart."""
        program = opened()
        program.do(danger()).or_raise()

        def review(by: str, **how: Any) -> pk.Decision:
            told: dict[str, Any] = {"by": by, "id": "d-1", "peer": "ana"} | how
            return program.do(pk.ReviewDisclosure(**told))

        for other in ("ana", "p-7", "coordinator"):
            assert codes(review(other).findings)[0] == ("supervisor-answers", NO)
        assert review("sam", peer="bo").verdict is FACTS
        assert review("sam", id="d-9").verdict is FACTS
        assert program.find(pk.SafetyDisclosure).items[0].status is pk.DisclosureStatus.MADE
        assert review("sam", outcome=pk.Words("It was right.")).allowed
        (kept,) = program.find(pk.SafetyDisclosure)
        assert (kept.status, kept.open) == (pk.DisclosureStatus.REVIEWED, False)
        assert program.words("disclosure/d-1") == ("It was right.",)
        assert review("sam").verdict is NO
        assert program.verify().whole

    def test_a_review_without_words_keeps_none(self) -> None:
        """The supervisor may have nothing to write down."""
        made = danger().leaves(view(), Judged(day=TODAY)).nouns
        act = pk.ReviewDisclosure(by="sam", id="d-1", peer="ana")

        assert act.leaves(view(*made), Judged(day=TODAY)) == Left(
            nouns=(attrs.evolve(made[0], status=pk.DisclosureStatus.REVIEWED),)
        )

    def test_it_is_found_with_both_people(self) -> None:
        """And weighs on no decision about them."""
        (made,) = danger().leaves(view(), Judged(day=TODAY)).nouns

        assert (made.touches, made.weighs_on) == (("ana", "p-7"), ())

    def test_it_opens_no_later_sharing(self) -> None:
        """What was told in danger may not be told again at leisure."""
        program = opened()
        program.do(danger()).or_raise()
        share = pk.ShareInformation(
            by="ana", participant="p-7", scopes=(pk.ConsentScope.STORY,), to="crisis-team"
        )

        assert program.do(share).verdict is CONSENT


TEACH = """
[layer]
id = "house"
title = "House rules"

[[activity]]
id = "teach-house"
name = "teaching the house rules"
looks_like = "A morning for those who are new."
verdict = "allowed"
clause = "peer-work"
asks = ["value"]
roles = ["trainer", "educator"]

[[activity.case]]
when = { value = "significant" }
verdict = "not_allowed"
clause = "money"
"""


class TestWiderRoles:
    """Some work is open to some roles, and to others after a talk."""

    @pytest.fixture
    def book(self, tmp_path: Path) -> pk.Book:
        """A house in which trainers and educators teach."""
        file = tmp_path / "house.toml"
        file.write_text(TEACH, encoding="utf-8")
        return Handbook.load(file).on(TODAY)

    @staticmethod
    def of(book: pk.Book, role: pk.Role, *nouns: pk.Noun, value: str = "none") -> pk.Decision:
        """What a peer with this role is told."""
        ask = asking(activity("teach-house", value=value))
        peer = attrs.evolve(ANA, role=role)
        return pk.decide(ask, view(peer, *nouns), book, pk.ROLE_LIMITS)

    @pytest.mark.parametrize("role", pk.Role)
    def test_own_role_is_allowed_and_another_asks_first(self, book: pk.Book, role: pk.Role) -> None:
        """Whoever has the role does it; for others it is a talk, and says so."""
        decision = self.of(book, role)
        own = role in {pk.Role.TRAINER, pk.Role.EDUCATOR}
        (found,) = [each for each in decision.findings if each.clause.id == "wider-roles"]

        assert decision.verdict is (ALLOWED if own else CONSULT)
        assert found.facts["role"] == str(role)
        assert "teaching the house rules" in found.sentence

    def test_advice_opens_it_once(self, book: pk.Book) -> None:
        """The supervisor may widen the role for this."""
        agreed = pk.Consultation(
            id="c-1", **PAIR, clause="wider-roles", status=pk.ConsultationStatus.AGREED
        )

        assert self.of(book, pk.Role.WORKER, agreed).allowed
        other = attrs.evolve(agreed, clause="gifts")
        assert self.of(book, pk.Role.WORKER, other).verdict is CONSULT

    def test_a_wider_role_opens_nothing_else(self, book: pk.Book) -> None:
        """What is closed stays closed for everybody."""
        assert self.of(book, pk.Role.TRAINER, value="significant").verdict is NO
        assert self.of(book, pk.Role.WORKER, value="significant").verdict is NO

    def test_of_a_peer_nobody_knows_the_role_is_not_asked(self, book: pk.Book) -> None:
        """Another rule says that they are unknown."""
        ask = attrs.evolve(asking(activity("teach-house", value="none")), peer="bo")
        decision = pk.decide(ask, view(), book, pk.ROLE_LIMITS)

        assert decision.verdict is FACTS
        assert "wider-roles" not in {each.clause.id for each in decision.findings}

    def test_a_peer_may_be_welcomed_in_a_wider_role(self) -> None:
        """And still is a peer, with a supervisor and lived experience."""
        act = pk.WelcomePeer(
            by="c", id="bo", role=pk.Role.TRAINER, supervisor="sam", since=TODAY, experiences=LIVED
        )

        assert empty().do(act).or_raise().allowed


class TestToWhom:
    """What goes to somebody needs their name, and consent to them."""

    CONFIRM = "confirm-attendance"

    @staticmethod
    def agreed(*to: str, scope: pk.ConsentScope = pk.ConsentScope.ATTENDANCE) -> pk.Consent:
        """P-7 agreed that these may know."""
        return pk.Consent(id="k-1", participant="p-7", scopes=(scope,), to=to, since=NOW)

    @pytest.mark.parametrize(
        ("of", "to", "asks"),
        [
            (None, None, "Whose story, picture or information is it? (of = their id)"),
            (None, "court", "Whose story, picture or information is it? (of = their id)"),
            ("p-7", None, "Who will see or hear it? (to = their id)"),
        ],
    )
    def test_what_is_not_said_is_asked(self, of: str | None, to: str | None, asks: str) -> None:
        """Whose it is, and who will see it."""
        decision = decided(asking(activity(self.CONFIRM, of=of, to=to)), self.agreed("court"))
        (found,) = [each for each in decision.findings if each.clause.id == "missing-facts"]

        assert decision.verdict is FACTS
        assert asks in found.sentence

    @pytest.mark.parametrize(
        ("consent", "verdict"),
        [
            ((), CONSENT),
            (("court",), ALLOWED),
            (("landlord", "court"), ALLOWED),
            (("landlord",), CONSENT),
        ],
    )
    def test_consent_is_for_that_recipient(
        self, consent: tuple[str, ...], verdict: pk.Verdict
    ) -> None:
        """That somebody else may know does not open it."""
        nouns = (self.agreed(*consent),) if consent else ()
        decision = decided(asking(activity(self.CONFIRM, of="p-7", to="court")), *nouns)

        assert decision.verdict is verdict
        (found,) = [each for each in decision.findings if each.clause.id == "consent"]
        assert found.facts["participant"] == "p-7"
        assert verdict is ALLOWED or found.facts["to"] == "court"
        assert verdict is ALLOWED or "attendance" in found.sentence

    def test_consent_to_something_else_is_none(self) -> None:
        """Goals are not attendance."""
        other = self.agreed("court", scope=pk.ConsentScope.GOALS)

        assert decided(asking(activity(self.CONFIRM, of="p-7", to="court")), other).verdict is (
            CONSENT
        )

    def test_people_may_be_told_what_is_theirs(self) -> None:
        """Their own attendance needs no consent."""
        assert decided(asking(activity(self.CONFIRM, of="p-7", to="p-7"))).allowed

    def test_through_the_door_consent_is_read_with_whose_it_is(self) -> None:
        """Recorded, it opens; revoked, it closes again."""
        program = opened()
        ask = asking(activity(self.CONFIRM, of="p-8", to="court"))
        assert program.do(ask).verdict is CONSENT
        consent = pk.RecordConsent(
            by="p-8",
            id="k-1",
            participant="p-8",
            scopes=(pk.ConsentScope.ATTENDANCE,),
            to=("court",),
            since=NOW,
        )
        program.do(consent).or_raise()
        assert program.do(ask).allowed
        program.do(pk.RevokeConsent(by="p-8", id="k-1", participant="p-8")).or_raise()
        assert program.do(ask).verdict is CONSENT

    def test_a_story_is_heard_by_those_who_are_there(self) -> None:
        """And by whoever is named besides: each of them must be agreed to."""
        story = pk.ConsentScope.STORY
        since = NOW - timedelta(days=1)
        agreed = pk.Consent(id="k", participant="p-8", scopes=(story,), to=("p-7",), since=since)
        told = activity("tell-anothers-story", of="p-8")
        court = asking(attrs.evolve(told, to="court"))

        assert decided(asking(told), agreed).allowed
        assert decided(asking(attrs.evolve(told, to="p-7")), agreed).allowed
        assert decided(court, agreed).verdict is CONSENT
        assert decided(court, attrs.evolve(agreed, to=("court",))).verdict is CONSENT
        assert decided(court, attrs.evolve(agreed, to=("court", "p-7"))).allowed
        both = report(**group(2), activities=(attrs.evolve(told, of="p-7"),))
        assert decided(both, agreed).verdict is CONSENT
        assert decided(both, attrs.evolve(agreed, participant="p-7", to=("p-8",))).allowed

    def test_a_recipient_is_an_id(self) -> None:
        """Never a name, and never words."""
        with pytest.raises(pk.BadInput, match=r"Activity\.to"):
            activity(self.CONFIRM, of="p-7", to="Judge Smith")
