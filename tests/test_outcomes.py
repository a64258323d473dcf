"""Questionnaires, milestones and grants: through the door, and what reports say of them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

import peerkit as pk
from peerkit.acts import Judged
from peerkit.handbook import Handbook
from peerkit.model import Answer, Lifecycle
from peerkit.reports.outcomes import outcomes, unseen
from peerkit.testing.strategies import acts, nouns
from tests.ordinary import NOW, TODAY, decided, opened, welcome

DAY = timedelta(days=1)
ALLOWED, CONSULT, FACTS = pk.Verdict.ALLOWED, pk.Verdict.NEEDS_CONSULTATION, pk.Verdict.NEEDS_FACTS
NO = pk.Verdict.NOT_ALLOWED
KIND = pk.MilestoneKind
BOTH: dict[str, Any] = {"participant": "p-7", "peer": "ana"}


def measure(**how: Any) -> pk.RecordMeasure:
    """p-7 fills in three questions about loneliness, today and alone."""
    told: dict[str, Any] = {
        "by": "p-7",
        "id": "me-1",
        "participant": "p-7",
        "instrument": "ucla-3",
        "answers": {"item-1": 2, "item-2": 3, "item-3": 2},
        "on": TODAY,
        "filled": pk.FilledIn.ALONE,
    }
    return pk.RecordMeasure(**told | how)


def phq(ninth: int, **how: Any) -> pk.RecordMeasure:
    """PHQ-9, with ana beside p-7; only the last answer differs."""
    given_ = {f"item-{n}": 0 for n in range(1, 9)} | {"item-9": ninth}
    return measure(
        **{"instrument": "phq-9", "answers": given_, "peer": "ana", "filled": pk.FilledIn.HELPED}
        | how
    )


def milestone(of: pk.MilestoneKind = KIND.HOUSED, **how: Any) -> pk.RecordMilestone:
    """p-7 tells that something changed, ten days ago."""
    told: dict[str, Any] = {
        "by": "p-7",
        "id": "mi-1",
        "participant": "p-7",
        "of": of,
        "on": TODAY - 10 * DAY,
    }
    return pk.RecordMilestone(**told | how)


def grant(**how: Any) -> pk.RecordGrant:
    """Money from PATH, from today."""
    told: dict[str, Any] = {
        "by": "c",
        "id": "gr-1",
        "funding": "path",
        "since": TODAY,
        "cents": 500,
        "currency": "USD",
    }
    return pk.RecordGrant(**told | how)


def kept(program: pk.Program, kind: type[Any], id_: str) -> Any:
    """The noun of this id."""
    (found,) = [each for each in program.every(kind) if each.id == id_]
    return found


def messages(program: pk.Program) -> list[tuple[str, str, str]]:
    """Who is told what, about measures."""
    return [
        (to, kind, inside)
        for entry in program.journal()
        for to, kind, about, inside, _ in entry.read()["messages"]
        if about.startswith("me")
    ]


class TestAnswers:
    """How answers come, and how they are kept."""

    def test_a_table_and_a_list_are_the_same_answers(self) -> None:
        """In one order, whatever the order in which they came: item-10 after item-9."""
        many = {f"item-{n}": 3 for n in (10, 2, 9, 1)}
        one = measure(instrument="barc-10", answers=many)
        other = measure(
            instrument="barc-10",
            answers=[Answer(item=item, points=points) for item, points in many.items()],
        )

        assert one == other
        assert [each.item for each in one.answers] == ["item-1", "item-2", "item-9", "item-10"]

    @pytest.mark.parametrize(
        ("given_", "said"),
        [
            ({"item-4": 1}, "RecordMeasure.answers: ucla-3 has the items item-1 to item-3"),
            ({"item-1": 4}, "RecordMeasure.answers: item-1 takes a whole number, 1 to 3"),
            ({"item-1": -1}, "Answer.points: a whole number, 0 to 1000"),
            ({"item-1": "3"}, "Answer.points: a whole number, 0 to 1000"),
            ("2, 3", "RecordMeasure.answers: give a table of item and number"),
            ([3], "RecordMeasure.answers: give a table of item and number"),
            (
                [Answer(item="item-1", points=1)] * 2,
                "RecordMeasure.answers: the same item is answered twice",
            ),
            (
                {f"item-{n}": 1 for n in range(201)},
                "RecordMeasure.answers: at most 200 answers",
            ),
        ],
    )
    def test_what_cannot_be_is_refused(self, given_: Any, said: str) -> None:
        """The item is named where there is one, the answer never."""
        with pytest.raises(pk.BadInput) as caught:
            measure(answers=given_)
        assert str(caught.value) == said

    def test_nothing_of_it_shows(self) -> None:
        """Neither the form nor an answer, nor that one of them is a sign of danger."""
        act = phq(3)
        program = opened()
        program.do(act)
        shown = repr(act) + repr(kept(program, pk.Measure, "me-1")) + repr(act.answers)

        assert "phq" not in shown
        assert "unseen" not in shown.lower()
        assert "points" not in shown
        assert "=3" not in shown


class TestMeasures:
    """Through the door."""

    def test_a_measure_is_kept_with_its_answers(self) -> None:
        """By item, so that it can be scored again; it counts."""
        program = opened()
        decision = program.do(measure())
        found = kept(program, pk.Measure, "me-1")

        assert decision.allowed
        assert found.points == {"item-1": 2, "item-2": 3, "item-3": 2}
        assert (found.status, found.counted) == (pk.MeasureStatus.KEPT, True)
        assert messages(program) == []

    def test_a_measure_weighs_on_nobody(self) -> None:
        """However many there are, a decision about the participant reads none of them."""
        program = opened()
        for n in range(5):
            program.do(measure(id=f"me-{n}")).or_raise()

        assert not [each for each in program.view("p-7").nouns if type(each) is pk.Measure]
        assert len([*program.every(pk.Measure, about="p-7")]) == 5

    def test_the_participant_may_see_the_number(self) -> None:
        """Nothing stands in the way of whose answers they are."""
        assert decided(measure()).allowed
        assert decided(measure(by="ana", peer="ana", said_so=True)).allowed

    @pytest.mark.parametrize(("said_so", "verdict"), [(None, FACTS), (False, NO), (True, ALLOWED)])
    def test_what_others_write_down_counts_with_the_participants_word(
        self, *, said_so: bool | None, verdict: pk.Verdict
    ) -> None:
        """It is a report, so it is kept in any case."""
        program = opened()
        decision = program.do(measure(by="ana", peer="ana", said_so=said_so))

        assert decision.verdict is verdict
        assert kept(program, pk.Measure, "me-1").counted is (verdict is ALLOWED)

    def test_told_again_with_their_word_it_counts(self) -> None:
        """And is there once; told a third time, nothing changes."""
        program = opened()
        program.do(measure(by="ana", peer="ana"))
        program.do(measure(by="ana", peer="ana", said_so=True)).or_raise()
        program.do(measure(by="ana", peer="ana"))

        assert [each.counted for each in program.every(pk.Measure)] == [True]

    def test_another_under_the_same_id_is_kept_apart(self) -> None:
        """What is told is never lost."""
        program = opened()
        program.do(measure())
        program.do(measure(answers={"item-1": 1}))

        assert len([*program.every(pk.Measure)]) == 2

    @pytest.mark.parametrize(
        ("how", "clause"),
        [
            ({"instrument": "nothing"}, "known-thing"),
            ({"participant": "p-9", "by": "p-9"}, "known"),
            ({"peer": "zoe"}, "known"),
        ],
    )
    def test_what_is_doubted_is_kept_and_not_counted(
        self, how: dict[str, Any], clause: str
    ) -> None:
        """An unknown form, somebody nobody knows."""
        program = opened()
        decision = program.do(measure(**how))
        against = {each.clause.id for each in decision.findings if not each.allowed}

        assert (decision.verdict, against) == (FACTS, {clause})
        assert not kept(program, pk.Measure, "me-1").counted

    def test_a_left_out_answer_is_nobodys_fault(self) -> None:
        """It is allowed, named by its id, and there is no total."""
        decision = decided(measure(answers={"item-1": 2}))
        (said,) = [x.sentence for x in decision.findings if x.clause.id == "measure-left-out"]

        assert decision.allowed
        assert said.startswith("p-7 left out item-2, item-3, which is their choice.")

    def test_whoever_takes_it_back_takes_the_answers_along(self) -> None:
        """It is in no report from then on, and stays withdrawn."""
        program = opened()
        program.do(measure())
        back = pk.WithdrawMeasure(by="p-7", id="me-1", participant="p-7")
        program.do(back).or_raise()
        found = kept(program, pk.Measure, "me-1")

        assert (found.answers, found.counted) == ((), False)
        assert outcomes(program, TODAY, TODAY + DAY).measures == ()
        assert program.do(back).verdict is NO

    def test_nobody_takes_back_anothers(self) -> None:
        """It is not of the people who are named."""
        program = opened()
        program.do(measure())
        decision = program.do(pk.WithdrawMeasure(by="p-8", id="me-1", participant="p-8"))

        assert decision.verdict is FACTS


class TestSafetyRoute:
    """A sign of danger does not wait for a total, a word or a day."""

    @pytest.mark.parametrize(("ninth", "verdict"), [(0, ALLOWED), (1, CONSULT), (3, CONSULT)])
    def test_any_answer_but_nought_goes_to_the_supervisor(
        self, ninth: int, verdict: pk.Verdict
    ) -> None:
        """Whatever the total is; the measure counts all the same."""
        program = opened()
        decision = program.do(phq(ninth))
        danger = verdict is not ALLOWED

        assert decision.verdict is verdict
        assert messages(program) == (
            [("sam", "measure.unseen", "Measure me-1 waits for you.")] if danger else []
        )
        assert unseen(program) == (("me-1",) if danger else ())
        assert kept(program, pk.Measure, "me-1").counted

    def test_what_people_read_says_what_to_do_and_not_what_was_ticked(self) -> None:
        """Being there, asking openly, help that comes; no number of an answer."""
        decision = decided(phq(3))
        told = decision.explain()
        (found,) = [each for each in decision.findings if not each.allowed]

        assert "ask openly whether they think of suicide" in told
        assert "crisis team" in told
        assert "3" not in found.sentence
        leads = {each.activity or each.act for each in found.leads_to}
        assert {"be-there-in-crisis", "ask-about-suicide", "safety.disclosed"} <= leads

    def test_no_finding_holds_an_answer(self) -> None:
        """Nor does a message: the journal has it in the act and the noun, and nowhere else."""
        program = opened()
        program.do(phq(2))
        *_, entry = program.journal()
        body = json.loads(entry.body)

        assert "item-9" not in json.dumps([body["findings"], body["messages"]])
        assert "phq" not in json.dumps([body["findings"], body["messages"]])

    @pytest.mark.parametrize(
        "how",
        [
            {"said_so": False, "by": "ana"},
            {"on": TODAY + DAY},
            {"answers": {"item-9": 1}},
            {"peer": "zoe", "by": "ana"},
        ],
    )
    def test_nothing_else_stands_before_it(self, how: dict[str, Any]) -> None:
        """Not whose word it is, not the day, not what is missing, not a wrong id."""
        program = opened()
        program.do(phq(1, **how))

        assert [to for to, _, _ in messages(program)] == ["sam"]

    def test_told_twice_it_is_told_once(self) -> None:
        """The same measure makes no second message."""
        program = opened()
        program.do(phq(1))
        program.do(phq(1))

        assert len(messages(program)) == 1

    def test_advice_does_not_open_it(self) -> None:
        """Even where somebody asked ahead and the supervisor agreed, the message goes out."""
        agreed = pk.Consultation(
            id="c-1",
            peer="ana",
            participant="p-7",
            clause="safety-route",
            status=pk.ConsultationStatus.AGREED,
        )
        act = phq(1)
        decision = decided(act, agreed)
        left = act.leaves(pk.View(NOW, (agreed,)), decision.judged())

        assert len(left.messages) == 1
        assert left.nouns[0].status is pk.MeasureStatus.UNSEEN

    def test_no_layer_switches_it_off(self) -> None:
        """The route stands in the instrument; a house that loosens the limit changes nothing."""
        assert phq(1).danger == ("item-9",)
        assert measure().danger == ()
        assert measure(instrument="nothing", answers={"item-9": 1}).danger == ()

    def test_without_a_supervisor_whoever_tells_it_is_told_to_find_one(self) -> None:
        """Help first; the message is theirs, and the measure waits."""
        program = opened()
        decision = program.do(phq(1, peer=None, filled=pk.FilledIn.ALONE))
        against = {each.clause.id for each in decision.findings if not each.allowed}

        assert against == {"safety-route-alone"}
        assert [to for to, _, _ in messages(program)] == ["p-7"]
        assert unseen(program) == ("me-1",)

    def test_told_again_with_the_peer_named_the_supervisor_hears_of_it(self) -> None:
        """Once; and nothing more when it is told a third time, or after somebody looked."""
        program = opened()
        alone = phq(1, peer=None)
        program.do(alone)
        program.do(phq(1))
        program.do(phq(1))

        assert [to for to, _, _ in messages(program)] == ["p-7", "sam"]
        assert kept(program, pk.Measure, "me-1").peer == "ana"

    def test_what_was_seen_is_told_to_nobody_again(self) -> None:
        """The peer is noted, and that is all."""
        program = opened()
        program.do(phq(1, peer=None))
        program.do(pk.LookAtMeasure(by="sam", id="me-1", participant="p-7")).or_raise()
        program.do(phq(1))

        assert [to for to, _, _ in messages(program)] == ["p-7"]
        assert kept(program, pk.Measure, "me-1").peer == "ana"

    def test_those_who_supervise_somebodys_work_do_not_hear_of_their_answers(self) -> None:
        """Ana takes part too: what she fills in for herself is not told to sam."""
        program = opened()
        program.do(pk.WelcomeParticipant(by="coordinator", id="ana"))
        program.do(phq(1, by="ana", participant="ana", peer=None))
        program.do(phq(1, id="me-2", by="ana", participant="ana", peer="ana"))

        assert [to for to, _, _ in messages(program)] == ["ana", "ana"]

    def test_a_supervisor_who_takes_part_is_not_told_of_themself(self) -> None:
        """Somebody else has to hear it."""
        program = opened()
        program.do(pk.WelcomeParticipant(by="coordinator", id="sam"))
        program.do(phq(1, by="sam", participant="sam"))

        assert [to for to, _, _ in messages(program)] == ["sam"]
        assert not decided(phq(1, by="ana", participant="sam", said_so=True)).allowed

    @pytest.mark.parametrize(
        ("by", "verdict"),
        [("sam", ALLOWED), ("on-call", ALLOWED), ("ana", NO), ("p-7", NO), ("bo", NO)],
    )
    def test_somebody_else_looks(self, by: str, verdict: pk.Verdict) -> None:
        """The supervisor or a clinician: not the participant, the peer, or another peer."""
        program = opened()
        program.do(welcome()).or_raise()
        program.do(phq(1))
        said = pk.Words("Called them.")
        decision = program.do(pk.LookAtMeasure(by=by, id="me-1", **BOTH, outcome=said))

        assert decision.verdict is verdict
        assert unseen(program) == (() if verdict is ALLOWED else ("me-1",))
        assert program.words("measure/me-1") == ((said.text,) if verdict is ALLOWED else ())

    def test_a_peer_who_supervises_may_look(self) -> None:
        """A supervisor may be a peer themself."""
        program = opened()
        program.do(welcome(id="sam", supervisor="kim")).or_raise()
        program.do(phq(1))

        assert program.do(pk.LookAtMeasure(by="sam", id="me-1", **BOTH)).allowed

    def test_what_is_not_there_is_not_looked_at(self) -> None:
        """The id is asked back."""
        decision = decided(pk.LookAtMeasure(by="sam", id="me-9", participant="p-7"))

        assert decision.verdict is FACTS

    def test_it_is_not_taken_back_before_somebody_looked(self) -> None:
        """And then it is."""
        program = opened()
        program.do(phq(1))
        back = pk.WithdrawMeasure(by="p-7", id="me-1", participant="p-7")

        assert program.do(back).verdict is NO
        program.do(pk.LookAtMeasure(by="sam", id="me-1", **BOTH)).or_raise()
        assert program.do(back).allowed

    @given(acts(pk.RecordMeasure))
    @settings(max_examples=100)
    def test_a_sign_of_danger_always_leaves_a_message(self, act: pk.RecordMeasure) -> None:
        """Whatever is known of the people."""
        named = act if act.id is not None else attrs.evolve(act, id="me-1")
        decision = decided(named)
        left = named.leaves(pk.View(NOW), decision.judged())

        assert len(left.messages) == bool(named.danger)
        assert (left.nouns[0].status is pk.MeasureStatus.UNSEEN) is bool(named.danger)


class TestMilestones:
    """Days on which life changed."""

    @pytest.mark.parametrize("of", KIND)
    def test_the_participant_tells_of_any(self, of: pk.MilestoneKind) -> None:
        """It is kept and counts; it does not show what it is."""
        program = opened()
        program.do(milestone(of)).or_raise()
        found = kept(program, pk.Milestone, "mi-1")

        assert (found.of, found.counted) == (of, True)
        assert str(of) not in repr(found)

    def test_each_belongs_to_an_area(self) -> None:
        """Four of housing, two of hospital, four of work, two of belonging, two of hope."""
        areas = [each.area for each in KIND]

        assert [areas.count(each) for each in pk.Area] == [4, 2, 4, 2, 2]

    @pytest.mark.parametrize(
        ("of", "told", "verdict"),
        [
            (KIND.HOUSED, pk.ToldBy.RECORD, ALLOWED),
            (KIND.DISCHARGED, pk.ToldBy.RECORD, ALLOWED),
            (KIND.JOB_STARTED, pk.ToldBy.RECORD, ALLOWED),
            (KIND.BELONGS, pk.ToldBy.RECORD, FACTS),
            (KIND.HOPE_LOST, pk.ToldBy.RECORD, FACTS),
            (KIND.HOUSED, pk.ToldBy.PARTICIPANT, FACTS),
        ],
    )
    def test_a_record_says_what_records_can_say(
        self, of: pk.MilestoneKind, told: pk.ToldBy, verdict: pk.Verdict
    ) -> None:
        """A lease yes, hope no; and what somebody told needs their word."""
        assert decided(milestone(of, by="coordinator", told=told)).verdict is verdict

    def test_told_again_with_their_word_it_counts(self) -> None:
        """And is there once."""
        program = opened()
        program.do(milestone(by="ana"))
        program.do(milestone(by="ana", said_so=True)).or_raise()
        program.do(milestone())

        assert [each.counted for each in program.every(pk.Milestone)] == [True]

    def test_another_under_its_id_is_kept_apart(self) -> None:
        """Another day, or another thing."""
        program = opened()
        program.do(milestone())
        program.do(milestone(KIND.HOME_LOST))

        assert len([*program.every(pk.Milestone)]) == 2

    def test_a_day_to_come_is_not_counted(self) -> None:
        """It is asked back; told again on its day, it counts."""
        program = opened()

        assert program.do(milestone(on=TODAY + DAY)).verdict is FACTS
        assert [*program.every(pk.Milestone)] == []
        assert program.do(milestone(on=TODAY)).allowed
        assert kept(program, pk.Milestone, "mi-1").counted

    def test_what_was_not_so_is_taken_back(self) -> None:
        """Then it is in no report."""
        program = opened()
        program.do(milestone())
        program.do(pk.WithdrawMilestone(by="p-7", id="mi-1", participant="p-7")).or_raise()

        assert outcomes(program, TODAY - 30 * DAY, TODAY).milestones == ()


class TestGrants:
    """Money, and from whom."""

    def test_a_grant_pays_until_it_ends(self) -> None:
        """By its paper, or before."""
        whole = pk.Grant(
            id="gr-1",
            funding="path",
            since=TODAY,
            until=TODAY + 9 * DAY,
            cents=5,
            currency="USD",
        )
        early = attrs.evolve(whole, ended=TODAY + 3 * DAY)

        assert [whole.pays_on(TODAY + n * DAY) for n in (-1, 0, 8, 9)] == [False, True, True, False]
        assert [early.pays_on(TODAY + n * DAY) for n in (2, 3)] == [True, False]
        assert attrs.evolve(whole, until=None).pays_on(date(2099, 1, 1))

    def test_it_does_not_show_how_much(self) -> None:
        """Neither the grant nor the act."""
        act = grant(cents=7654321)

        assert "7654321" not in repr(act) + repr(act.leaves(pk.View(NOW), Judged(day=TODAY)).nouns)

    @pytest.mark.parametrize(
        ("how", "said"),
        [
            ({"cents": 5.0}, "RecordGrant.cents: give whole cents"),
            ({"cents": -1}, "RecordGrant.cents: give whole cents"),
            ({"currency": "usd"}, "RecordGrant.currency: give three capital letters, such as USD"),
            ({"until": TODAY}, "RecordGrant.until: must be later than since"),
        ],
    )
    def test_what_cannot_be_is_refused(self, how: dict[str, Any], said: str) -> None:
        """Whole cents of a currency, for some days."""
        with pytest.raises(pk.BadInput) as caught:
            grant(**how)
        assert str(caught.value).startswith(said)

    def test_it_ends_once(self) -> None:
        """The day is kept."""
        program = opened()
        program.do(grant()).or_raise()
        end = pk.EndGrant(by="c", id="gr-1", on=TODAY + DAY)
        program.do(end).or_raise()

        assert kept(program, pk.Grant, "gr-1").ended == TODAY + DAY
        assert program.do(end).verdict is NO


class TestReport:
    """What the records of some days say."""

    def filled(self) -> pk.Program:
        """Two measures of p-7, one of p-8, a home won and lost, and a day in hospital."""
        program = opened()
        for days, points in ((20, 3), (5, 2)):
            program.do(
                measure(
                    id=f"me-{days}",
                    on=TODAY - days * DAY,
                    answers=dict.fromkeys(("item-1", "item-2", "item-3"), points),
                )
            ).or_raise()
        program.do(
            measure(id="me-8", by="p-8", participant="p-8", answers={"item-1": 2})
        ).or_raise()
        for id_, of, days in (
            ("mi-1", KIND.HOUSED, 20),
            ("mi-2", KIND.HOME_LOST, 5),
            ("mi-3", KIND.ADMITTED, 3),
        ):
            program.do(milestone(of, id=id_, on=TODAY - days * DAY)).or_raise()
        program.do(milestone(id="mi-4", by="ana"))
        return program

    def test_each_measure_is_a_row_beside_the_one_before(self) -> None:
        """The first of the two lies before the period, and is what the second is compared with."""
        found = outcomes(self.filled(), TODAY - 10 * DAY, TODAY + DAY)

        assert [
            (x.participant, x.instrument, x.total, x.scaled, x.missing, x.before, x.change)
            for x in found.measures
        ] == [
            ("p-7", "ucla-3", 6, 6, 0, 9, -3),
            ("p-8", "ucla-3", None, None, 2, None, None),
        ]

    def test_each_milestone_is_a_row(self) -> None:
        """What was left open is not among them."""
        found = outcomes(self.filled(), TODAY - 30 * DAY, TODAY + DAY)

        assert [(x.area, x.of, (TODAY - x.on).days) for x in found.milestones] == [
            (pk.Area.HOUSING, KIND.HOUSED, 20),
            (pk.Area.HOUSING, KIND.HOME_LOST, 5),
            (pk.Area.HOSPITAL, KIND.ADMITTED, 3),
        ]

    def test_days_housed_are_counted_inside_the_period(self) -> None:
        """Fifteen of the twenty that anybody knows of; of p-8 only hospital is known."""
        program = self.filled()
        there = milestone(KIND.DISCHARGED, id="mi-8", by="p-8", participant="p-8")
        program.do(there).or_raise()
        found = outcomes(program, TODAY - 30 * DAY, TODAY)

        assert [(x.participant, x.housed, x.known) for x in found.housed] == [("p-7", 15, 20)]

    def test_counts_of_people_are_shown_where_nothing_hides_them(self) -> None:
        """The base sets no smallest count."""
        found = outcomes(self.filled(), TODAY - 30 * DAY, TODAY)

        assert found.people["housed", "2026-10"] == 1
        assert found.returns["0-180", "people"] == 0

    def test_returns_are_those_of_two_years_before_the_last_day(self) -> None:
        """The period ends before ``until``: an exit 730 days before that day is not in it yet."""
        program = opened()
        program.do(milestone(on=TODAY - 730 * DAY)).or_raise()
        program.do(milestone(KIND.HOME_LOST, id="mi-2", on=TODAY - 700 * DAY)).or_raise()
        back = [outcomes(program, TODAY - DAY, until).returns for until in (TODAY, TODAY + DAY)]

        assert [each["0-180", "people"] for each in back] == [0, 1]

    def test_small_counts_are_hidden_where_the_book_says_so(self) -> None:
        """Under the federal layer, or by a number that is given."""
        federal = Handbook.load("us/federal")
        program = opened(handbook=federal)
        program.do(milestone()).or_raise()
        days = TODAY - 30 * DAY, TODAY

        assert outcomes(program, *days).people["housed", "2026-10"] is None
        assert outcomes(program, *days, least=1).people["housed", "2026-10"] == 1

    def test_a_row_shows_no_form_and_no_score(self) -> None:
        """Nor what changed."""
        found = outcomes(self.filled(), TODAY - 30 * DAY, TODAY + DAY)
        shown = repr(found.measures) + repr(found.milestones)

        assert "ucla" not in shown
        assert "scaled" not in shown
        assert "housing" not in shown.lower()

    def test_the_period_has_a_day_at_least(self) -> None:
        """It ends after it begins."""
        with pytest.raises(pk.BadInput, match=r"^until: must be later than since$"):
            outcomes(opened(), TODAY, TODAY)


def test_every_measure_that_can_be_drawn_can_be_kept() -> None:
    """The strategies draw nouns as well as acts."""

    @given(nouns(pk.Measure, pk.Milestone, pk.Grant))
    @settings(max_examples=50)
    def drawn(noun: pk.Noun) -> None:
        assert noun.touches

    drawn()


class Lives(RuleBasedStateMachine):
    """Measures, milestones and grants in any order; a second, naive book is kept beside."""

    def __init__(self) -> None:
        super().__init__()
        self.program = opened()
        self.status: dict[tuple[str, str], str] = {}
        self.danger = 0
        self.made = 0

    def new(self, kind: str) -> str:
        """An id nobody has."""
        self.made += 1
        return f"{kind}-{self.made}"

    @rule(ninth=st.integers(0, 3), said_so=st.sampled_from([None, True, False]))
    def measures(self, *, ninth: int, said_so: bool | None) -> None:
        """Ana writes one down."""
        id_ = self.new("me")
        self.program.do(phq(ninth, id=id_, by="ana", said_so=said_so))
        self.status["measure", id_] = "unseen" if ninth else "kept"
        self.danger += bool(ninth)

    @rule(of=st.sampled_from(KIND), by=st.sampled_from(["p-7", "ana"]))
    def milestones(self, of: pk.MilestoneKind, by: str) -> None:
        """Somebody tells of a day."""
        id_ = self.new("mi")
        self.program.do(milestone(of, id=id_, by=by))
        self.status["milestone", id_] = "kept"

    @rule()
    def grants(self) -> None:
        """Money comes."""
        id_ = self.new("gr")
        self.program.do(grant(id=id_)).or_raise()
        self.status["grant", id_] = "active"

    @rule(data=st.data(), to=st.sampled_from(["seen", "withdrawn", "ended"]))
    def moves(self, data: st.DataObject, to: str) -> None:
        """Somebody takes a step with something; only those of the table are taken."""
        if not self.status:
            return
        kind, id_ = data.draw(st.sampled_from(sorted(self.status)))
        act = self.step(kind, id_, to)
        if act is None:
            return
        allowed = (kind, self.status[kind, id_], to) in STEPS
        decision = self.program.do(act)
        assert decision.allowed is allowed, decision.explain()
        if allowed:
            self.status[kind, id_] = to

    def step(self, kind: str, id_: str, to: str) -> pk.Act | None:
        """The act that takes this step."""
        whose: dict[str, Any] = {"by": "p-7", "id": id_, "participant": "p-7"}
        made: dict[tuple[str, str], pk.Act] = {
            ("measure", "seen"): pk.LookAtMeasure(by="sam", id=id_, **BOTH),
            ("measure", "withdrawn"): pk.WithdrawMeasure(**whose),
            ("milestone", "withdrawn"): pk.WithdrawMilestone(**whose),
            ("grant", "ended"): pk.EndGrant(by="c", id=id_, on=TODAY),
        }
        return made.get((kind, to))

    @invariant()
    def every_status_is_the_books(self) -> None:
        """What is kept stands where the table says."""
        for kind in (pk.Measure, pk.Milestone, pk.Grant):
            for each in self.program.every(kind):
                lifecycle: Lifecycle[Any] = each.lifecycle
                assert str(each.status) == self.status[each.kind, each.id]
                assert each.open is lifecycle.is_open(each.status)

    @invariant()
    def no_sign_of_danger_is_lost(self) -> None:
        """Each had its message, and waits until somebody looked."""
        assert len(messages(self.program)) == self.danger
        waiting = {id_ for (_, id_), status in self.status.items() if status == "unseen"}
        assert set(unseen(self.program)) == waiting

    @invariant()
    def the_journal_is_whole(self) -> None:
        """Everything follows from it."""
        assert self.program.verify().whole


#: The steps there are.
STEPS = {
    ("measure", "kept", "withdrawn"),
    ("measure", "unseen", "seen"),
    ("measure", "seen", "withdrawn"),
    ("milestone", "kept", "withdrawn"),
    ("grant", "active", "ended"),
}


def test_lives_in_any_order() -> None:
    """Whatever comes first."""
    run_state_machine_as_test(
        Lives, settings=settings(max_examples=15, stateful_step_count=12, deadline=None)
    )
