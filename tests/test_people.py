"""People and their plans: whose each thing is, and who may change it, in whatever order."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

import peerkit as pk
from peerkit.handbook import Handbook
from peerkit.model import MOST_ON_MAP, MOST_READERS
from peerkit.testing.strategies import nouns
from tests.ordinary import ANA, NOW, TODAY, activity, asking, decided, empty, opened, plan, report
from tests.test_acts import ONE_OF_EACH

OWN: dict[str, Any] = {"by": "p-7", "participant": "p-7"}
SAID = pk.Words("Sleep.")
KIM = pk.Guardian(id="gu-1", participant="p-7", guardian="kim")
PROPOSED = pk.Match(id="m-1", peer="ana", participant="p-7")
YES = pk.AcceptMatch(by="p-7", id="m-1", peer="ana", participant="p-7")
WELLNESS = pk.Plan(id="pl-1", participant="p-7", of=pk.PlanKind.WELLNESS)
C, K, N = pk.Verdict.NEEDS_CONSENT, pk.Verdict.NEEDS_CONSULTATION, pk.Verdict.NOT_ALLOWED


def about(decision: pk.Decision, clause: str) -> pk.Verdict:
    """What one clause says of an act."""
    (found,) = [each.verdict for each in decision.findings if each.clause.id == clause]
    return found


class TestExperiences:
    """What somebody lived through, more closely if they want that."""

    @pytest.mark.parametrize("of", pk.Experience)
    @pytest.mark.parametrize("detail", pk.Detail)
    def test_a_detail_belongs_to_one_experience(self, of: pk.Experience, detail: pk.Detail) -> None:
        """Any other pair is refused, by its place and without what was said."""
        if detail in pk.DETAILS.get(of, ()):
            assert pk.LivedExperience(of=of, detail=detail).detail is detail
            return
        with pytest.raises(pk.BadInput) as caught:
            pk.LivedExperience(of=of, detail=detail)

        assert caught.value.place == "LivedExperience.detail"
        assert str(detail) not in str(caught.value)

    def test_every_detail_has_a_place_and_one_only(self) -> None:
        """Otherwise nobody could say it, or it would say two things."""
        placed = Counter(each for details in pk.DETAILS.values() for each in details)

        assert placed == Counter(pk.Detail)

    def test_a_detail_does_not_show_itself(self) -> None:
        """Nor what it belongs to."""
        lived = pk.LivedExperience(of=pk.Experience.ILLNESS, detail=pk.Detail.CANCER)

        assert repr(lived) == "LivedExperience(offered=True)"

    def test_who_keeps_it_back_keeps_its_details_back(self) -> None:
        """Told as a peer, and kept back as a participant: nothing of it is offered any more."""
        program = empty()
        illness, cancer = pk.Experience.ILLNESS, pk.Detail.CANCER
        told = (
            pk.LivedExperience(of=illness, detail=cancer),
            pk.LivedExperience(of=pk.Experience.INJURY),
        )
        peer: dict[str, Any] = {"by": "c", "id": "bo", "role": pk.Role.MENTOR, "since": TODAY}
        program.do(pk.WelcomePeer(**peer, supervisor="sam", experiences=told)).or_raise()
        back = (pk.LivedExperience(of=illness, offered=False),)
        program.do(pk.WelcomeParticipant(by="c", id="bo", experiences=back)).or_raise()
        (person,) = program.find(pk.Person)

        assert person.offers() == {pk.Experience.INJURY}
        assert {each.detail for each in person.experiences} == {None, cancer}

    def test_one_detail_may_be_kept_back_by_itself(self) -> None:
        """And another of the same experience offered."""
        program = empty()
        mine = (
            pk.LivedExperience(of=pk.Experience.SUBSTANCE_USE, detail=pk.Detail.TOBACCO),
            pk.LivedExperience(
                of=pk.Experience.SUBSTANCE_USE, detail=pk.Detail.DRUGS, offered=False
            ),
        )
        program.do(pk.WelcomeParticipant(by="c", id="p-9", experiences=mine)).or_raise()
        (person,) = program.find(pk.Person)

        assert person.experiences == mine
        assert person.offers() == {pk.Experience.SUBSTANCE_USE}


class TestRoles:
    """One person, several roles."""

    @pytest.mark.parametrize(
        ("also", "what"),
        [
            ((pk.Role.WORKER,), "the same role is named twice"),
            ((pk.Role.TRAINER, pk.Role.TRAINER), "the same role is named twice"),
            (("trainer",), "give further roles, each a Role"),
            ("trainer", "give further roles, each a Role"),
            (None, "give further roles, each a Role"),
        ],
    )
    def test_a_role_is_named_once(self, also: Any, what: str) -> None:
        """On a peer and on an act alike."""
        with pytest.raises(pk.BadInput) as caught:
            attrs.evolve(ANA, also=also)
        assert (caught.value.place, caught.value.what) == ("Peer.also", what)
        with pytest.raises(pk.BadInput, match=r"ChangeRoles\.also"):
            pk.ChangeRoles(by="sam", peer="ana", role=pk.Role.WORKER, also=also)

    def test_new_roles_count_from_now_on(self) -> None:
        """What was a question for the supervisor is the peer's work."""
        program = opened()
        train = asking(activity("train-peers"))
        also = (pk.Role.VOLUNTEER, pk.Role.TRAINER)
        before = program.do(train)
        program.do(pk.ChangeRoles(by="sam", peer="ana", role=pk.Role.WORKER, also=also)).or_raise()

        assert (before.verdict, program.do(train).verdict) == (K, pk.Verdict.ALLOWED)
        (peer,) = program.find(pk.Peer)
        assert peer.roles == (pk.Role.WORKER, pk.Role.VOLUNTEER, pk.Role.TRAINER)

    def test_no_advice_gives_somebody_a_role(self) -> None:
        """The supervisor gives it, and does not merely agree to its being taken."""
        agreed = pk.Consultation(
            id="c",
            peer="ana",
            participant="p-7",
            clause="given-role",
            status=pk.ConsultationStatus.AGREED,
        )
        taken = pk.ChangeRoles(by="ana", peer="ana", role=pk.Role.TRAINER)

        assert decided(taken, agreed).verdict is K

    def test_a_stranger_has_no_roles_to_change(self) -> None:
        """The program says that it does not know them, and nothing more."""
        found = decided(pk.ChangeRoles(by="sam", peer="zoe", role=pk.Role.TRAINER))

        assert [each.clause.id for each in found.findings] == ["known"]


class TestMutuality:
    """How much somebody receives and gives is their choice."""

    @pytest.mark.parametrize("bad", [-1, 10_081, True, 1.5, "60"])
    def test_minutes_of_a_week_are_whole_and_fit(self, bad: Any) -> None:
        """None is no limit; there are 10 080 minutes in a week."""
        for field in ("receives", "gives"):
            with pytest.raises(pk.BadInput, match=rf"ChooseMutuality\.{field}"):
                pk.ChooseMutuality(**OWN, **{field: bad})
        assert pk.ChooseMutuality(**OWN, receives=10_080, gives=0).receives == 10_080

    def test_the_newest_choice_stands_alone(self) -> None:
        """However often somebody chooses, one choice weighs on them."""
        program = opened()
        for minutes in (30, 60, None):
            program.do(pk.ChooseMutuality(**OWN, receives=minutes)).or_raise()
        open_ones = [each for each in program.view("p-7").nouns if isinstance(each, pk.Mutuality)]

        assert [each.receives for each in open_ones] == [None]
        assert len(program.find(pk.Mutuality)) == 3

    def test_what_was_received_in_the_week_counts(self) -> None:
        """An hour was held on Monday; another fits into two hours, and a third does not."""
        program = opened()
        program.do(pk.ChooseMutuality(**OWN, receives=120)).or_raise()
        program.do(report()).or_raise()
        later = NOW + timedelta(days=2)

        assert program.view("p-7").tally("p-7", "minutes-received-a-week") == 60
        assert program.decide(plan(id="s-2", starts=later)).allowed
        beyond = program.do(plan(id="s-2", starts=later, minutes=61))
        assert about(beyond, "chosen-to-receive") is C
        assert program.do(plan(id="s-3", starts=NOW + timedelta(days=7), minutes=61)).allowed

    def test_who_asks_themself_has_chosen(self) -> None:
        """Also when nothing planned was their choice before."""
        forms = (pk.SupportForm.INFORMAL,)
        chosen = pk.Mutuality(id="mu", participant="p-7", receives=0, forms=forms)

        assert decided(plan(by="p-7"), chosen).allowed
        assert decided(plan(by="ana"), chosen).verdict is C
        assert decided(report(), chosen).allowed

    def test_the_choice_of_who_is_not_there_says_nothing(self) -> None:
        """A story of p-9 is told: how much p-9 wants to receive is not asked."""
        done = (activity("tell-anothers-story", of="p-9"),)
        chosen = pk.Mutuality(id="mu", participant="p-9", receives=0, gives=0)
        found = decided(plan(activities=done), chosen)

        assert not [each for each in found.findings if each.clause.id.startswith("chosen")]


class TestYoungPeople:
    """Their own yes always, and a guardian's permission beside it where there is one."""

    @pytest.mark.parametrize("bad", [date(2027, 6, 2), "2027-06-01", NOW])
    def test_no_birthday_is_kept(self, bad: Any) -> None:
        """Only the first day of a month fits, and it does not show itself."""
        with pytest.raises(pk.BadInput, match=r"^NameGuardian\.until"):
            pk.NameGuardian(by="c", participant="p-7", guardian="kim", until=bad)
        first = pk.NameGuardian(by="c", participant="p-7", guardian="kim", until=date(2027, 6, 1))

        assert "2027" not in repr(first)

    def test_a_permission_counts_from_a_guardian_of_theirs(self) -> None:
        """Not from somebody else's, not for another thing, not once it is withdrawn."""
        given_ = pk.GuardianPermission(id="pe", participant="p-7", guardian="kim", permits="m-1")
        others = (
            attrs.evolve(given_, guardian="lee"),
            attrs.evolve(given_, participant="p-8"),
            attrs.evolve(given_, permits="m-2"),
            attrs.evolve(given_, status=pk.PermissionStatus.WITHDRAWN),
        )

        assert decided(YES, KIM, PROPOSED, given_).allowed
        for each in others:
            assert decided(YES, KIM, PROPOSED, each).verdict is C, each

    @pytest.mark.parametrize(
        ("until", "asked"),
        [(None, True), (TODAY.replace(day=1), False), (date(2026, 12, 1), True)],
    )
    def test_nobody_is_asked_from_the_day_on(self, until: date | None, *, asked: bool) -> None:
        """The day comes by itself: nobody has to remember it."""
        found = decided(YES, attrs.evolve(KIM, until=until), PROPOSED)

        assert found.verdict is (C if asked else pk.Verdict.ALLOWED)

    @pytest.mark.parametrize(
        ("number", "guardians", "given_", "enough"),
        [
            (2, 2, 1, False),
            (2, 2, 2, True),
            (2, 1, 1, True),
            (0, 2, 0, True),
            (1, 2, 1, True),
            (None, 1, 0, True),
        ],
    )
    def test_a_layer_says_how_many_are_asked(
        self, number: int | None, guardians: int, given_: int, *, enough: bool
    ) -> None:
        """Where there are fewer guardians than that, all of them."""
        book = Handbook.load().on(TODAY)
        clauses = dict(book.clauses)
        limit = "guardian-permissions"
        clauses[limit] = attrs.evolve(clauses[limit], value=number)
        names = ("kim", "lee")
        view = pk.View(
            NOW,
            (
                ANA,
                pk.Participant(id="p-7"),
                PROPOSED,
                *(attrs.evolve(KIM, id=each, guardian=each) for each in names[:guardians]),
                *(
                    pk.GuardianPermission(id=each, participant="p-7", guardian=each, permits="m-1")
                    for each in names[:given_]
                ),
            ),
        )
        found = pk.decide(YES, view, attrs.evolve(book, clauses=clauses), pk.ROLE_LIMITS)

        assert found.allowed is enough

    def test_a_consent_ends_with_the_permission_it_stood_on(self) -> None:
        """From then on nothing goes to the school; another consent stays."""
        program = opened()
        program.do(pk.NameGuardian(by="c", participant="p-7", guardian="kim")).or_raise()
        permit: dict[str, Any] = {"by": "c", "participant": "p-7", "guardian": "kim"}
        scopes = (pk.ConsentScope.GOALS,)
        for id_, to in (("k-1", "school"), ("k-2", "clinic")):
            told: dict[str, Any] = {"id": id_, "scopes": scopes, "to": (to,), "since": NOW}
            assert program.do(pk.RecordConsent(**OWN, **told)).verdict is C
            program.do(pk.GivePermission(**permit, id=f"pe-{id_}", permits=id_)).or_raise()
            program.do(pk.RecordConsent(**OWN, **told)).or_raise()
        share: dict[str, Any] = {"by": "ana", "participant": "p-7", "scopes": scopes}
        assert program.do(pk.ShareInformation(**share, to="school")).allowed
        program.do(pk.WithdrawPermission(by="kim", id="pe-k-1", participant="p-7")).or_raise()

        assert program.do(pk.ShareInformation(**share, to="school")).verdict is C
        assert program.do(pk.ShareInformation(**share, to="clinic")).allowed
        assert {each.id: each.ended for each in program.every(pk.Consent)} == {
            "k-1": NOW,
            "k-2": None,
        }
        assert program.verify().whole

    def test_a_guardian_named_again_is_one_guardian(self) -> None:
        """With a day that was put right: the earlier record is over."""
        program = opened()
        for until in (None, date(2026, 12, 1)):
            program.do(
                pk.NameGuardian(by="c", participant="p-7", guardian="kim", until=until)
            ).or_raise()
        program.do(pk.NameGuardian(by="c", participant="p-7", guardian="lee")).or_raise()
        open_ones = [each for each in program.view("p-7").nouns if isinstance(each, pk.Guardian)]

        assert {(each.guardian, each.until) for each in open_ones} == {
            ("kim", date(2026, 12, 1)),
            ("lee", None),
        }

    def test_a_guardian_who_is_the_participant_speaks_for_themself(self) -> None:
        """A record that should not be there takes nobody's voice."""
        own = pk.Guardian(id="gu", participant="p-7", guardian="p-7")
        goal = pk.SetGoal(**OWN, id="g", words=SAID)

        assert decided(goal, own).allowed

    #: A no, and what several people share: here a guardian may bring the word.
    BESIDE = (
        pk.DeclineMatch,
        pk.RevokeConsent,
        pk.WithdrawMeasure,
        pk.WithdrawMilestone,
        pk.LeaveWaitingList,
        pk.RemoveTeamMember,
        pk.CallOffVisit,
        pk.TakeBackWords,
        pk.WithdrawAvailability,
        pk.CancelSession,
        pk.CancelOccurrence,
        pk.EndSeries,
        pk.MoveOccurrence,
        pk.MoveSession,
        # the guardian's own word
        pk.WithdrawPermission,
    )

    @pytest.mark.parametrize(
        "act",
        [
            pytest.param(each, id=each.kind)
            for each, _ in ONE_OF_EACH
            if "said_so" in attrs.fields_dict(type(each))
        ],
    )
    def test_a_guardian_never_brings_the_yes(self, act: pk.Act) -> None:
        """In every act that asks whether somebody said so, unless it is named above."""
        spoken: dict[str, Any] = {"by": "kim", "said_so": True}
        found = decided(attrs.evolve(act, **spoken), KIM)
        asked = {each.verdict for each in found.findings if each.clause.id == "assent"}

        assert asked == (set() if isinstance(act, self.BESIDE) else {C})

    def test_a_no_and_a_record_wait_for_nobody(self) -> None:
        """A guardian who brings a no is heard, and a lease is a lease whoever reads it."""
        no = pk.AnswerBoundaries(by="kim", id="ag", peer="ana", participant="p-7", agreed=False)
        told: dict[str, Any] = {"by": "kim", "participant": "p-7", "id": "mi", "on": TODAY}
        record = pk.ToldBy.RECORD
        lease = pk.RecordMilestone(**told, of=pk.MilestoneKind.HOUSED, told=record)
        hope = next(each for each in pk.MilestoneKind if each.area is pk.Area.HOPE)
        hoped = pk.RecordMilestone(**told, of=hope, told=record, said_so=True)

        assert "assent" not in {each.clause.id for each in decided(no, KIM).findings}
        assert decided(lease, KIM).allowed
        assert about(decided(hoped, KIM), "assent") is C

    @given(nouns(pk.Guardian), st.dates(max_value=date(9998, 12, 31)))
    def test_a_guardian_answers_until_the_day(self, guardian: pk.Guardian, day: date) -> None:
        """For their own young person and nobody else."""
        found = guardian.answers_for(guardian.participant, day)

        assert found is (guardian.open and (guardian.until is None or guardian.until > day))
        assert not guardian.answers_for(guardian.participant + "x", day)


class TestGoals:
    """Goals are the participant's own."""

    def test_a_suggestion_becomes_theirs_when_they_take_it_up(self) -> None:
        """And says until then who stated it."""
        program = opened()
        idea = pk.SuggestGoal(by="ana", id="g", participant="p-7", words=SAID, asked_first=True)
        program.do(idea).or_raise()
        stated = []
        for status in (pk.GoalStatus.PLANNED, pk.GoalStatus.ACTIVE, pk.GoalStatus.ON_HOLD):
            stated.append(program.find(pk.Goal).items[0].stated_by)
            program.do(pk.ChangeGoal(**OWN, id="g", status=status)).or_raise()

        assert [*stated, program.find(pk.Goal).items[0].stated_by] == ["ana", "ana", "p-7", "p-7"]

    def test_progress_keeps_the_day_to_look_again(self) -> None:
        """Unless a new one is said."""
        program = opened()
        first, second = date(2027, 1, 1), date(2027, 2, 1)
        program.do(pk.SetGoal(**OWN, id="g", words=SAID, review=first)).or_raise()
        found = []
        for review in (None, second, None):
            told = pk.NoteProgress(
                **OWN, id="g", achievement=pk.Achievement.NO_CHANGE, review=review
            )
            program.do(told).or_raise()
            found.append(program.find(pk.Goal).items[0].review)

        assert found == [first, second, second]


class TestPlans:
    """A plan is written and shown by its author."""

    @pytest.mark.parametrize("of", [pk.PlanKind.WELLNESS, pk.PlanKind.CRISIS])
    @pytest.mark.parametrize(
        "told", [{"agent": "kim"}, {"formalities": pk.Formalities.EXECUTED}], ids=str
    )
    def test_only_a_directive_has_an_agent(self, of: pk.PlanKind, told: dict[str, Any]) -> None:
        """Of any other plan it is a mistake of whoever wrote it."""
        (field,) = told
        with pytest.raises(pk.BadInput, match=rf"^Plan\.{field}"):
            pk.Plan(id="pl", participant="p-7", of=of, **told)
        with pytest.raises(pk.BadInput, match=rf"^WritePlan\.{field}"):
            pk.WritePlan(**OWN, of=of, **told)
        assert pk.WritePlan(**OWN, of=pk.PlanKind.ADVANCE_DIRECTIVE, **told).of

    @pytest.mark.parametrize(
        ("readers", "what"),
        [
            (("a", "a"), "the same id is named twice"),
            (None, "name at most 60 ids"),
            (
                tuple(f"r-{each}" for each in range(MOST_READERS + 1)),
                f"name at most {MOST_READERS}",
            ),
            (("not an id",), "an id is 1 to 96"),
        ],
    )
    def test_readers_are_ids_and_few(self, readers: Any, what: str) -> None:
        """Each once."""
        with pytest.raises(pk.BadInput, match=what) as caught:
            attrs.evolve(WELLNESS, shared_with=readers)
        assert caught.value.place == "Plan.shared_with"

    def test_a_list_of_readers_that_is_full_takes_no_other(self) -> None:
        """One who is there already may be named again."""
        full = tuple(f"r-{each}" for each in range(MOST_READERS))
        there = attrs.evolve(WELLNESS, shared_with=full)
        share: dict[str, Any] = {**OWN, "id": "pl-1"}

        assert decided(pk.SharePlan(**share, to="r-0"), there).allowed
        assert about(decided(pk.SharePlan(**share, to="ana"), there), "room-left") is N

    def test_every_section_is_usual_somewhere(self) -> None:
        """And each kind of plan has some, so that a form can be drawn of it."""
        usual = [each for sections in pk.SECTIONS.values() for each in sections]

        assert set(pk.SECTIONS) == set(pk.PlanKind)
        assert Counter(usual) == Counter(pk.Section)

    def test_a_section_written_anew_is_there_once(self) -> None:
        """Both wordings are kept, the newest last."""
        program = opened()
        program.do(pk.WritePlan(**OWN, id="pl", of=pk.PlanKind.CRISIS)).or_raise()
        who = pk.Section.WHO_I_WANT
        for words in ("My sister.", "My sister, and Jo."):
            told = pk.ChangePlan(**OWN, id="pl", section=who, words=pk.Words(words))
            program.do(told).or_raise()

        assert program.find(pk.Plan).items[0].sections == (who,)
        assert program.words("plan/pl/who-i-want") == ("My sister.", "My sister, and Jo.")

    def test_a_plan_in_anothers_name_is_not_theirs(self) -> None:
        """Whoever says that they are the author of a plan of somebody else's is not heard."""
        theirs = attrs.evolve(WELLNESS, participant="p-8")

        for act in (
            pk.SharePlan(**OWN, id="pl-1", to="p-7"),
            pk.ReadPlan(**OWN, id="pl-1"),
            pk.SetPlanAside(**OWN, id="pl-1"),
        ):
            assert decided(act, theirs).verdict is pk.Verdict.NEEDS_FACTS


class TestMaps:
    """Who and what is around somebody."""

    def test_an_entry_said_anew_keeps_its_place(self) -> None:
        """What held somebody may come to wear them."""
        program = opened()
        entries = [pk.MapEntry(id=each, of=pk.MapKind.PERSON) for each in ("jo", "mo")]
        anew = attrs.evolve(entries[0], pull=pk.Pull.WEARS)
        for each in (*entries, anew):
            program.do(pk.PutOnMap(**OWN, entry=each)).or_raise()
        (drawn,) = program.find(pk.SupportMap, about="p-7")

        assert drawn.id == pk.map_of("p-7") == "map/p-7"
        assert drawn.entries == (anew, entries[1])
        assert (drawn.entry("jo"), drawn.entry("nobody")) == (anew, None)

    def test_no_other_decision_reads_the_map(self) -> None:
        """It does not weigh on anybody, however large it is."""
        program = opened()
        program.do(pk.PutOnMap(**OWN, entry=pk.MapEntry(id="jo", of=pk.MapKind.PERSON)))

        assert not [each for each in program.view("p-7").nouns if isinstance(each, pk.SupportMap)]

    @pytest.mark.parametrize(("number", "what"), [(MOST_ON_MAP + 1, "at most"), (2, "twice")])
    def test_a_map_is_bounded_and_names_each_once(self, number: int, what: str) -> None:
        """By the noun itself, whoever builds it."""
        ids = ["jo", "jo"] if what == "twice" else [f"e-{each}" for each in range(number)]
        entries = tuple(pk.MapEntry(id=each, of=pk.MapKind.PERSON) for each in ids)
        with pytest.raises(pk.BadInput, match=what) as caught:
            pk.SupportMap(id="map/p-7", participant="p-7", entries=entries)
        assert caught.value.place == "SupportMap.entries"

    def test_a_full_map_takes_what_is_there_already(self) -> None:
        """Saying it anew takes no more room."""
        entries = tuple(pk.MapEntry(id=f"e-{n}", of=pk.MapKind.PLACE) for n in range(MOST_ON_MAP))
        full = pk.SupportMap(id="map/p-7", participant="p-7", entries=entries)

        assert decided(pk.PutOnMap(**OWN, entry=entries[0]), full).allowed


WHO = st.sampled_from(("p-7", "p-8", "ana", "kim"))
PEOPLE = st.sampled_from(("p-7", "p-8"))
FEW = st.sampled_from(("1", "2", "3"))
SAID_SO = st.sampled_from((None, True, False))


class OwnThings(RuleBasedStateMachine):
    """Goals, steps, plans, maps, choices and guardians, changed by anybody in any order.

    ``mine`` is a second, plain account of what must stand.
    """

    def __init__(self) -> None:
        super().__init__()
        self.program = opened()
        self.goals: dict[str, str] = {}
        self.readers: dict[str, set[str]] = {}
        self.guardians: dict[str, set[str]] = {"p-7": set(), "p-8": set()}
        self.chosen: dict[str, int | None] = {}
        self.map: dict[str, set[str]] = {"p-7": set(), "p-8": set()}

    def own(self, by: str, who: str, *, said_so: bool | None) -> bool:
        """Whether this person's word is heard: their own, or written down by no guardian."""
        return by == who or (said_so is True and by not in self.guardians[who])

    def checks(self, by: str, who: str) -> bool:
        """Whether they stand far enough away to say who answers for this person."""
        return by not in {who, "kim"} and (by, who) != ("ana", "p-7")

    def did(self, act: pk.Act, *, expected: bool) -> bool:
        """Does it, and checks that it was allowed as expected."""
        decision = self.program.do(act)
        assert decision.allowed is expected, decision.explain(sources=False)
        return decision.allowed

    @rule(by=WHO, who=PEOPLE, id_=FEW, said_so=SAID_SO)
    def set_goal(self, by: str, who: str, id_: str, *, said_so: bool | None) -> None:
        """A goal of one's own, once."""
        act = pk.SetGoal(by=by, id=id_, participant=who, words=SAID, said_so=said_so)
        heard = self.own(by, who, said_so=said_so) and id_ not in self.goals
        if self.did(act, expected=heard):
            self.goals[id_] = who

    @rule(by=WHO, who=PEOPLE, id_=FEW, asked=SAID_SO)
    def suggest(self, by: str, who: str, id_: str, *, asked: bool | None) -> None:
        """An idea, to whoever wants to hear it."""
        act = pk.SuggestGoal(by=by, id=id_, participant=who, words=SAID, asked_first=asked)
        if self.did(act, expected=asked is True and id_ not in self.goals):
            self.goals[id_] = who

    @rule(by=WHO, who=PEOPLE, id_=FEW, status=st.sampled_from(pk.GoalStatus), said_so=SAID_SO)
    def change_goal(
        self, by: str, who: str, id_: str, status: pk.GoalStatus, *, said_so: bool | None
    ) -> None:
        """A step along its lifecycle, by whose it is."""
        goals = {each.id: each for each in self.program.every(pk.Goal)}
        goal = goals.get(id_)
        goes = (
            goal is not None
            and goal.participant == who
            and status in goal.lifecycle.steps[goal.status]
        )
        act = pk.ChangeGoal(by=by, id=id_, participant=who, status=status, said_so=said_so)
        self.did(act, expected=goes and self.own(by, who, said_so=said_so))

    @rule(by=WHO, who=PEOPLE, id_=FEW, status=st.sampled_from(pk.StepStatus))
    def step(self, by: str, who: str, id_: str, status: pk.StepStatus) -> None:
        """A step of a goal that is open, then along its own lifecycle."""
        goals = {each.id: each for each in self.program.every(pk.Goal)}
        steps = {each.id: each for each in self.program.every(pk.Step)}
        goal, there = goals.get(id_), steps.get(id_)
        if there is None:
            right = goal is not None and goal.open and goal.participant == who
            act: pk.Act = pk.AddStep(by=by, id=id_, participant=who, goal=id_, words=SAID)
        else:
            right = there.participant == who and status in there.lifecycle.steps[there.status]
            act = pk.ChangeStep(by=by, id=id_, participant=who, status=status)
        self.did(act, expected=right and by == who)

    @rule(by=WHO, who=PEOPLE, id_=FEW, said_so=SAID_SO)
    def write(self, by: str, who: str, id_: str, *, said_so: bool | None) -> None:
        """A plan, under an id that says whose it is."""
        id_ = f"{who}/{id_}"
        act = pk.WritePlan(by=by, id=id_, participant=who, of=pk.PlanKind.WELLNESS, said_so=said_so)
        heard = self.own(by, who, said_so=said_so) and id_ not in self.readers
        if self.did(act, expected=heard):
            self.readers[id_] = set()

    @rule(by=WHO, who=PEOPLE, id_=FEW, to=WHO, shows=st.booleans(), said_so=SAID_SO)
    def share(
        self, by: str, who: str, id_: str, to: str, *, shows: bool, said_so: bool | None
    ) -> None:
        """Shown to somebody, or no longer."""
        id_ = f"{who}/{id_}"
        kind = pk.SharePlan if shows else pk.StopSharing
        act = kind(by=by, id=id_, participant=who, to=to, said_so=said_so)
        open_ = any(each.id == id_ and each.open for each in self.program.every(pk.Plan))
        if self.did(act, expected=open_ and self.own(by, who, said_so=said_so)):
            (self.readers[id_].add if shows else self.readers[id_].discard)(to)

    @rule(by=WHO, who=PEOPLE, id_=FEW)
    def read(self, by: str, who: str, id_: str) -> None:
        """By its author, and by whoever it is shown to, also once it is set aside."""
        id_ = f"{who}/{id_}"
        may = id_ in self.readers and (by == who or by in self.readers[id_])
        self.did(pk.ReadPlan(by=by, id=id_, participant=who), expected=may)

    @rule(by=WHO, who=PEOPLE, id_=FEW, again=st.booleans())
    def set_aside(self, by: str, who: str, id_: str, *, again: bool) -> None:
        """And taken up again."""
        id_ = f"{who}/{id_}"
        plans = {each.id: each for each in self.program.every(pk.Plan)}
        right = id_ in plans and plans[id_].open is not again and by == who
        self.did(pk.SetPlanAside(by=by, id=id_, participant=who, again=again), expected=right)

    @rule(by=WHO, who=PEOPLE, minutes=st.none() | st.integers(0, 200), said_so=SAID_SO)
    def choose(self, by: str, who: str, minutes: int | None, *, said_so: bool | None) -> None:
        """How much to receive."""
        act = pk.ChooseMutuality(by=by, participant=who, receives=minutes, said_so=said_so)
        if self.did(act, expected=self.own(by, who, said_so=said_so)):
            self.chosen[who] = minutes

    @rule(by=WHO, who=PEOPLE, id_=FEW, puts=st.booleans(), said_so=SAID_SO)
    def draw(self, by: str, who: str, id_: str, *, puts: bool, said_so: bool | None) -> None:
        """Onto the map, or off it."""
        entry = pk.MapEntry(id=id_, of=pk.MapKind.SKILL)
        told: dict[str, Any] = {"by": by, "participant": who, "said_so": said_so}
        act = pk.PutOnMap(**told, entry=entry) if puts else pk.TakeOffMap(**told, entry=id_)
        if self.did(act, expected=self.own(by, who, said_so=said_so)):
            (self.map[who].add if puts else self.map[who].discard)(id_)

    @rule(by=WHO, who=PEOPLE)
    def name_guardian(self, by: str, who: str) -> None:
        """Kim answers for somebody from now on."""
        act = pk.NameGuardian(by=by, participant=who, guardian="kim")
        if self.did(act, expected=self.checks(by, who)):
            self.guardians[who] = {"kim"}

    @rule(by=WHO, who=PEOPLE)
    def end_guardianship(self, by: str, who: str) -> None:
        """Kim answers no longer, where Kim did."""
        for each in self.program.every(pk.Guardian, about=who):
            act = pk.EndGuardianship(by=by, id=each.id, participant=who)
            if self.did(act, expected=each.open and self.checks(by, who)):
                self.guardians[who] = set()

    @invariant()
    def what_stands_is_what_was_done(self) -> None:
        """Each thing belongs to whose it is; one choice and one guardian weigh on a person."""
        every = self.program.every
        assert {each.id: each.participant for each in every(pk.Goal)} == self.goals
        assert {each.id: {*each.shared_with} for each in every(pk.Plan)} == self.readers
        for who in ("p-7", "p-8"):
            stands = self.program.view(who).nouns
            choices = [each.receives for each in stands if isinstance(each, pk.Mutuality)]
            named = [each.guardian for each in stands if isinstance(each, pk.Guardian)]
            drawn = [each for each in every(pk.SupportMap) if each.participant == who]
            assert choices == ([self.chosen[who]] if who in self.chosen else [])
            assert sorted(named) == sorted(self.guardians[who])
            assert {one.id for each in drawn for one in each.entries} == self.map[who]

    def teardown(self) -> None:
        """Everything kept follows from the journal."""
        assert self.program.verify().whole


def test_no_order_of_acts_breaks_whose_things_are_whose() -> None:
    """Goals, steps, plans, maps, choices and guardians, each by everybody."""
    run_state_machine_as_test(
        OwnThings, settings=settings(max_examples=25, stateful_step_count=30, deadline=None)
    )
