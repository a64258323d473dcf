"""On the way to a service, and with a team: through the door, step by step, and no further."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import peerkit as pk
from peerkit.reports import accounting
from tests.ordinary import NOW, TODAY, opened

PAIR: dict[str, Any] = {"peer": "ana", "participant": "p-7"}
MINE: dict[str, Any] = {"by": "p-7", "participant": "p-7"}
HELPING: dict[str, Any] = {"by": "ana", **PAIR}
ASKED: dict[str, Any] = {"by": "p-7", **PAIR}
WISH = pk.WantConnection(**MINE, id="c-1", service="pantry", hope=pk.Words("Bread."))
DOCTOR = pk.NameTeamMember(**MINE, id="dr-1", profession=pk.Profession.DOCTOR)
TO_SAY = pk.AskToSpeak(**ASKED, id="w-1", to="dr-1", words=pk.Words("The window."))
VISIT = pk.AskForVisit(**ASKED, id="v-1", setting=pk.VisitSetting.INPATIENT)


def after(*acts: pk.Act) -> pk.Program:
    """The ordinary program, after these."""
    program = opened()
    for act in acts:
        program.do(act).or_raise()
    return program


def new_messages(program: pk.Program, act: pk.Act) -> list[tuple[str, str]]:
    """To whom this act sends what."""
    decision = program.do(act)
    (entry,) = program.journal(decision.number - 1)
    return sorted((each[0], each[3]) for each in entry.read()["messages"])


class TestConnection:
    """A way to a service is the participant's from its beginning to its end."""

    def test_a_way_goes_on_as_often_as_it_is_wanted(self) -> None:
        """Introduced, gone along twice, handed over, and told by the person how it ended."""
        program = after(
            WISH,
            pk.Introduce(**HELPING, id="c-1", to_whom="desk"),
            pk.GoAlong(**HELPING, id="c-1", invited=True),
            pk.GoAlong(**ASKED, id="c-1"),
            pk.WarmHandOver(**HELPING, id="c-1", to_whom="nurse"),
            pk.TellOutcome(
                **MINE, id="c-1", outcome=pk.WayEnded.USED, told=pk.Words("They were kind.")
            ),
        )

        (way,) = program.find(pk.Connection, about="p-7").items
        assert (way.status, way.service) == (pk.ConnectionStatus.USED, "pantry")
        assert program.words("connection/c-1") == ("Bread.", "They were kind.")
        assert repr(way) == (
            "Connection(id='c-1', status=<ConnectionStatus.USED: 'used'>, participant='p-7')"
        )

    def test_an_ended_way_is_out_of_sight_and_may_be_wanted_anew(self) -> None:
        """Under a new id: the old one is history."""
        program = after(WISH, pk.TellOutcome(**MINE, id="c-1", outcome=pk.WayEnded.LET_GO))

        assert tuple(program.view("p-7").all(pk.Connection)) == ()
        assert program.do(attrs.evolve(WISH, id="c-2")).allowed
        assert not program.do(pk.Introduce(**HELPING, id="c-1", to_whom="desk")).allowed

    def test_open_ways_cost_other_decisions_nothing(self) -> None:
        """However many there are, a decision about the person reads none that it does not name."""
        program = after(*(attrs.evolve(WISH, id=f"c-{number}") for number in range(20)))

        assert tuple(program.view("p-7", "ana", "ana+p-7").all(pk.Connection)) == ()

    def test_what_is_told_on_the_way_is_in_the_account(self) -> None:
        """A hand-over tells nothing; what the peer tells is shared by an act of its own."""
        goals = (pk.ConsentScope.GOALS,)
        yes = pk.RecordConsent(**MINE, id="k-1", scopes=goals, to=("nurse",), since=NOW)
        program = after(WISH, yes)
        over = pk.WarmHandOver(**HELPING, id="c-1", to_whom="nurse")
        told = pk.ShareInformation(by="ana", participant="p-7", id="sh-1", scopes=goals, to="nurse")

        with pytest.raises(TypeError):
            pk.WarmHandOver(**HELPING, id="c-1", to_whom="nurse", scopes=goals)  # type: ignore[call-arg]
        assert program.do(over).allowed
        assert list(accounting(program, "p-7")) == []
        assert program.do(told).allowed
        assert (
            program.do(attrs.evolve(told, id="sh-2", to="desk")).verdict is pk.Verdict.NEEDS_CONSENT
        )
        assert [(each.id, each.to) for each in accounting(program, "p-7")] == [("sh-1", ("nurse",))]

    def test_asking_how_it_went_leaves_no_record_of_the_answer(self) -> None:
        """The journal says that it was asked; there is no field for what was heard."""
        program = after(WISH)
        ask = pk.AskHowItWent(**HELPING, connection="c-1", whom=pk.WhoIsAsked.PARTICIPANT)

        assert program.do(ask).allowed
        (way,) = program.find(pk.Connection).items
        assert way.status is pk.ConnectionStatus.WANTED

    def test_which_service_it_is_is_not_in_the_journal(self) -> None:
        """It is theirs alone; where the service is asked, the reasons do not name it either."""
        program = after(attrs.evolve(WISH, service="canary-clinic"))
        told: dict[str, Any] = {"connection": "c-1", "whom": pk.WhoIsAsked.SERVICE}
        decision = program.do(pk.AskHowItWent(**HELPING, **told, their_wish=True))
        (reason,) = [each for each in decision.findings if each.clause.id == "consent"]

        assert reason.verdict is pk.Verdict.NEEDS_CONSENT
        assert "that service" in reason.sentence
        assert not [each for each in program.journal() if "canary-clinic" in each.body]

    def test_the_way_of_another_is_nobody_elses(self) -> None:
        """Neither to be helped along, nor to be asked after."""
        program = after(attrs.evolve(WISH, by="p-8", participant="p-8"))

        for act in (
            pk.GoAlong(**ASKED, id="c-1"),
            pk.TellOutcome(**MINE, id="c-1", outcome=pk.WayEnded.USED),
            pk.AskHowItWent(**HELPING, connection="c-1", whom=pk.WhoIsAsked.PARTICIPANT),
        ):
            assert program.do(act).verdict is pk.Verdict.NEEDS_FACTS


class TestVisit:
    """Somebody comes, because they were asked."""

    def test_a_visit_is_asked_planned_and_made(self) -> None:
        """The peer hears of the wish, both of the day."""
        program = after()

        assert new_messages(program, VISIT) == [("ana", "Visit v-1 is asked for.")]
        later = pk.PlanVisit(**HELPING, id="v-1", on=TODAY + timedelta(days=2), said_so=True)
        assert new_messages(program, later) == [
            ("ana", "Visit v-1 is planned."),
            ("p-7", "Visit v-1 is planned."),
        ]
        assert new_messages(program, pk.ReportVisit(**HELPING, id="v-1", on=TODAY)) == []
        (visit,) = program.find(pk.Visit, about="ana").items
        assert (visit.status, visit.on) == (pk.VisitStatus.MADE, TODAY)
        assert "inpatient" not in repr(visit)

    def test_calling_off_asks_for_no_reason(self) -> None:
        """And the peer hears of it."""
        program = after(VISIT)

        assert new_messages(program, pk.CallOffVisit(**ASKED, id="v-1")) == [
            ("ana", "Visit v-1 is off.")
        ]
        (visit,) = program.find(pk.Visit).items
        assert visit.status is pk.VisitStatus.NOT_WANTED

    def test_a_visit_that_nobody_asked_for_is_told_all_the_same(self) -> None:
        """The report is kept; it makes nothing that looks as if it had been wanted."""
        program = after()

        decision = program.do(pk.ReportVisit(**HELPING, id="v-9", on=TODAY))

        assert not decision.allowed
        assert decision.act.already
        assert program.find(pk.Visit).items == ()
        assert decision.number == len(tuple(program.journal()))

    def test_a_visit_that_was_called_off_is_a_concern(self) -> None:
        """Kept, and the supervisor is told, once; the visit stays what the person said."""
        program = after(VISIT, pk.CallOffVisit(**ASKED, id="v-1"))
        made = pk.ReportVisit(**HELPING, id="v-1", on=TODAY)

        early = attrs.evolve(made, on=TODAY + timedelta(days=1))
        assert new_messages(program, early) == []
        assert new_messages(program, made) == [("sam", "Concern v-1/concern is open.")]
        assert new_messages(program, made) == []
        (concern,) = program.find(pk.Concern, about="p-7").items
        assert (concern.peer, concern.clauses) == ("ana", ("visit-wanted",))
        (visit,) = program.find(pk.Visit).items
        assert visit.status is pk.VisitStatus.NOT_WANTED

    def test_somebody_who_is_away_may_ask_for_company(self) -> None:
        """Being in hospital is being away."""
        away = pk.ChangeParticipation(by="p-7", id="p-7", status=pk.ParticipantStatus.AWAY)
        program = after(DOCTOR, away)

        assert program.do(VISIT).allowed
        assert program.do(TO_SAY).allowed
        assert not program.do(WISH).allowed


class TestSpokenFor:
    """What the person asked to be said, once, and no more."""

    def test_it_is_said_and_the_person_hears_of_it(self) -> None:
        """The words lie apart, so that what was asked can be read beside what was said."""
        program = after(DOCTOR)

        assert new_messages(program, TO_SAY) == [("ana", "Words w-1 wait to be said.")]
        said = pk.ReportSpoken(**HELPING, id="w-1", spoke=pk.Spoke.ONLY_WHAT_WAS_ASKED)
        assert new_messages(program, said) == [("p-7", "Words w-1 were said.")]
        (words,) = program.find(pk.SpokenFor, about="p-7").items
        assert words.status is pk.SpokenForStatus.SAID
        assert program.words("spoken-for/w-1") == ("The window.",)
        assert program.find(pk.Concern).items == ()

    def test_nothing_said_is_no_concern(self) -> None:
        """There may be good reasons, and the person hears of it."""
        program = after(DOCTOR, TO_SAY)
        unsaid = pk.ReportSpoken(**HELPING, id="w-1", spoke=pk.Spoke.NOTHING)

        assert new_messages(program, unsaid) == [("p-7", "Words w-1 were not said.")]
        assert program.find(pk.Concern).items == ()

    @pytest.mark.parametrize("spoke", [pk.Spoke.MORE, pk.Spoke.OWN_VIEW])
    def test_saying_more_opens_a_concern_once(self, spoke: pk.Spoke) -> None:
        """It is kept, the supervisor is told; told again, nothing is added."""
        program = after(DOCTOR, TO_SAY)
        more = pk.ReportSpoken(**HELPING, id="w-1", spoke=spoke)

        assert new_messages(program, more) == [
            ("p-7", "Words w-1 were said."),
            ("sam", "Concern w-1/concern is open."),
        ]
        assert new_messages(program, more) == []
        (concern,) = program.find(pk.Concern).items
        assert (concern.people, concern.clauses) == (("p-7",), ("as-asked",))
        looked = pk.FollowUpConcern(by="sam", id=concern.id, peer="ana", step=pk.FollowUp.LOOKED_AT)
        program.do(looked).or_raise()
        assert new_messages(program, more) == []
        closing = pk.CloseConcern(by="sam", id=concern.id, peer="ana")
        program.do(closing).or_raise()
        assert len(new_messages(program, more)) == 1
        assert len(program.find(pk.Concern).items) == 2

    def test_words_that_nobody_asked_for_are_a_concern_too(self) -> None:
        """A peer may tell of it without a wish on record; the words of another stay theirs."""
        program = after(DOCTOR, TO_SAY)
        alone = pk.ReportSpoken(**HELPING, id="w-9", spoke=pk.Spoke.OWN_VIEW)
        other = pk.ReportSpoken(
            by="ana", peer="ana", participant="p-8", id="w-1", spoke=pk.Spoke.NOTHING
        )

        assert new_messages(program, alone) == [("sam", "Concern w-9/concern is open.")]
        assert new_messages(program, other) == []
        (words,) = program.find(pk.SpokenFor).items
        assert words.status is pk.SpokenForStatus.TO_SAY

    def test_words_are_taken_back(self) -> None:
        """The peer hears of it, and cannot say them any more."""
        program = after(DOCTOR, TO_SAY)

        assert new_messages(program, pk.TakeBackWords(**ASKED, id="w-1")) == [
            ("ana", "Words w-1 are taken back.")
        ]
        nothing = pk.ReportSpoken(**HELPING, id="w-1", spoke=pk.Spoke.NOTHING)
        assert new_messages(program, nothing) == []
        late = pk.ReportSpoken(**HELPING, id="w-1", spoke=pk.Spoke.ONLY_WHAT_WAS_ASKED)
        assert new_messages(program, late) == [("sam", "Concern w-1/concern is open.")]
        (concern,) = program.find(pk.Concern, about="p-7").items
        assert concern.clauses == ("as-asked",)

    def test_a_team_is_whom_the_participant_names(self) -> None:
        """Who was removed, or is of another's team, is not spoken to."""
        program = after(DOCTOR, pk.RemoveTeamMember(**MINE, id="dr-1"))
        other = attrs.evolve(DOCTOR, by="p-8", participant="p-8", id="dr-2")
        program.do(other).or_raise()

        for to in ("dr-1", "dr-2", "dr-3"):
            decision = program.do(attrs.evolve(TO_SAY, to=to))
            assert decision.verdict is pk.Verdict.NEEDS_FACTS
        (former, _) = sorted(program.every(pk.TeamMember), key=lambda each: each.id)
        assert former.status is pk.TeamMemberStatus.FORMER


IDS = st.sampled_from(["1", "2"])


class Community(RuleBasedStateMachine):
    """Any order of steps, beside a model that is only a table of what may follow what."""

    def __init__(self) -> None:
        super().__init__()
        self.program = after(DOCTOR)
        self.ways: dict[str, str] = {}
        self.visits: dict[str, str] = {}
        self.words: dict[str, str] = {}
        self.crossed = 0

    def _does(self, act: pk.Act, *, may: bool) -> None:
        assert self.program.do(act).allowed is may

    @rule(id_=IDS)
    def want(self, id_: str) -> None:
        """An id is taken once."""
        self._does(attrs.evolve(WISH, id=f"c-{id_}"), may=id_ not in self.ways)
        self.ways.setdefault(id_, "wanted")

    @rule(id_=IDS, how=st.sampled_from(["introduced", "gone-along", "handed-over"]))
    def help_along(self, id_: str, how: str) -> None:
        """In any order, as often as it is wanted, until it has ended."""
        told = {**HELPING, "id": f"c-{id_}"}
        act = {
            "introduced": pk.Introduce(**told, to_whom="x"),
            "gone-along": pk.GoAlong(**told, invited=True),
            "handed-over": pk.WarmHandOver(**told, to_whom="x"),
        }[how]
        there = self.ways.get(id_, "") not in {"", "used", "not-for-me", "let-go"}
        self._does(act, may=there)
        if there:
            self.ways[id_] = how

    @rule(
        id_=IDS, outcome=st.sampled_from(pk.WayEnded), said_so=st.sampled_from([None, True, False])
    )
    def end(self, id_: str, outcome: pk.WayEnded, *, said_so: bool | None) -> None:
        """By the participant, or on their word."""
        there = self.ways.get(id_, "") not in {"", "used", "not-for-me", "let-go"}
        act = pk.TellOutcome(
            by="ana", participant="p-7", id=f"c-{id_}", outcome=outcome, said_so=said_so
        )
        self._does(act, may=there and said_so is True)
        if there and said_so:
            self.ways[id_] = outcome.value

    @rule(id_=IDS)
    def ask_for_visit(self, id_: str) -> None:
        """An id is taken once."""
        self._does(attrs.evolve(VISIT, id=f"v-{id_}"), may=id_ not in self.visits)
        self.visits.setdefault(id_, "asked")

    @rule(id_=IDS)
    def plan_visit(self, id_: str) -> None:
        """Once, while it is asked for."""
        may = self.visits.get(id_) == "asked"
        self._does(pk.PlanVisit(**ASKED, id=f"v-{id_}", on=TODAY), may=may)
        if may:
            self.visits[id_] = "planned"

    @rule(id_=IDS, made=st.booleans())
    def end_visit(self, id_: str, *, made: bool) -> None:
        """Made, or not wanted."""
        may = self.visits.get(id_) in {"asked", "planned"}
        told = {**ASKED, "id": f"v-{id_}"}
        self._does(pk.ReportVisit(**told, on=TODAY) if made else pk.CallOffVisit(**told), may=may)
        if may:
            self.visits[id_] = "made" if made else "not-wanted"

    @rule(id_=IDS)
    def ask_to_speak(self, id_: str) -> None:
        """An id is taken once."""
        self._does(attrs.evolve(TO_SAY, id=f"w-{id_}"), may=id_ not in self.words)
        self.words.setdefault(id_, "to-say")

    @precondition(lambda self: self.words)
    @rule(id_=IDS, spoke=st.sampled_from(pk.Spoke))
    def speak(self, id_: str, spoke: pk.Spoke) -> None:
        """Once; what is more than was asked is a concern, also where nothing was to be said."""
        fine = spoke in {pk.Spoke.ONLY_WHAT_WAS_ASKED, pk.Spoke.NOTHING}
        there = self.words.get(id_) == "to-say"
        self._does(pk.ReportSpoken(**HELPING, id=f"w-{id_}", spoke=spoke), may=there and fine)
        if there:
            self.words[id_] = "not-said" if spoke is pk.Spoke.NOTHING else "said"

    @rule(id_=IDS)
    def take_back(self, id_: str) -> None:
        """While it is not said."""
        may = self.words.get(id_) == "to-say"
        self._does(pk.TakeBackWords(**ASKED, id=f"w-{id_}"), may=may)
        if may:
            self.words[id_] = "taken-back"

    @invariant()
    def what_is_kept_is_what_was_done(self) -> None:
        """Each thing stands where its last allowed step took it, and the journal is whole."""
        for kind, letter, table in (
            (pk.Connection, "c", self.ways),
            (pk.Visit, "v", self.visits),
            (pk.SpokenFor, "w", self.words),
        ):
            kept = {each.id: str(each.status) for each in self.program.every(kind)}
            assert kept == {f"{letter}-{id_}": status for id_, status in table.items()}
        assert self.program.verify().whole


TestCommunity = Community.TestCase
TestCommunity.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
