"""Agreements of both, consents that end at once, an account of what was told, and concerns."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

import peerkit as pk
from peerkit.acts import Judged
from peerkit.acts.act import LATEST_REPORT
from peerkit.handbook import Handbook
from peerkit.reports import Telling, accounting
from tests.ordinary import NOW, TODAY, activity, empty, opened, plan, posted, report, welcome

ALLOWED, CONSENT, CONSULT, FACTS, NO = pk.Verdict
PAIR: dict[str, Any] = {"peer": "ana", "participant": "p-7"}
GOALS = (pk.ConsentScope.GOALS,)
TICK = timedelta(microseconds=1)
A_DAY = timedelta(days=1)
PART2 = Handbook.load("us/part2")
EVERY_DAY = tuple(pk.Weekday)
PEOPLE_OF_US = st.sampled_from(["p-7", "p-8"])
FORM = pk.ConsentForm(
    tellers=("ana",),
    revoke_how=pk.RevokeHow.TELL_ANYBODY,
    ends_with=pk.Ending.SUPPORT_ENDS,
    signed=pk.Signature.ON_PAPER,
    signed_by="p-7",
    signed_on=NOW.date(),
)


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """The moment that it shows."""
        return self.now


def record(id_: str = "c-1", **how: Any) -> pk.RecordConsent:
    """P-7 agrees that the office hears of their goals."""
    told: dict[str, Any] = {
        "by": "p-7",
        "id": id_,
        "participant": "p-7",
        "scopes": GOALS,
        "to": ("office",),
        "since": NOW,
    }
    return pk.RecordConsent(**told | how)


def share(**how: Any) -> pk.ShareInformation:
    """Ana tells the office of the goals of p-7."""
    told: dict[str, Any] = {"by": "ana", "participant": "p-7", "scopes": GOALS, "to": "office"}
    return pk.ShareInformation(**told | how)


def revoke(id_: str = "c-1") -> pk.RevokeConsent:
    """P-7 takes it back."""
    return pk.RevokeConsent(by="p-7", id=id_, participant="p-7")


def hours(opens: str = "09:00", closes: str = "17:30", *days: pk.Weekday) -> pk.AgreedHours:
    """A stretch of these days, or of every day."""
    return pk.AgreedHours(days=days or EVERY_DAY, opens=opens, closes=closes)


class TestHours:
    """A stretch of some days, by the clock of the place."""

    @pytest.mark.parametrize(
        ("starts", "minutes", "zone", "kept"),
        [
            ((2026, 11, 2, 9, 0), 60, "UTC", True),
            ((2026, 11, 2, 8, 59), 60, "UTC", False),
            ((2026, 11, 2, 16, 30), 60, "UTC", True),
            ((2026, 11, 2, 16, 30), 61, "UTC", False),
            ((2026, 11, 3, 10, 0), 60, "UTC", False),
            ((2026, 11, 2, 15, 0), 60, "America/Chicago", True),
            ((2026, 11, 2, 14, 59), 60, "America/Chicago", False),
            ((2026, 6, 1, 14, 0), 60, "America/Chicago", True),
        ],
    )
    def test_it_holds_what_lies_in_it_there(
        self, starts: tuple[int, ...], minutes: int, zone: str, *, kept: bool
    ) -> None:
        """From its first minute to its last, on its days, in summer and in winter."""
        year, month, day, hour, minute = starts
        moment = datetime(year, month, day, hour, minute, tzinfo=UTC)

        assert hours("09:00", "17:30", pk.Weekday.MONDAY).hold(moment, minutes, zone) is kept

    def test_a_stretch_may_end_at_midnight_and_not_go_beyond(self) -> None:
        """24:00 is the end of the day; a night is two stretches."""
        late = datetime(2026, 11, 2, 23, tzinfo=UTC)

        assert hours("22:00", "24:00").hold(late, 60, "UTC")
        assert not hours("22:00", "24:00").hold(late, 61, "UTC")
        assert not hours("22:00", "23:59").hold(late, 60, "UTC")

    @pytest.mark.parametrize("clock", ["9:00", "24:01", "12:60", "noon", None, "09:00 "])
    def test_a_time_of_day_is_one_of_a_clock(self, clock: Any) -> None:
        """Written with two digits and two digits."""
        with pytest.raises(
            pk.BadInput, match=r"AgreedHours\.opens: give a time of day, 00:00 to 24:00"
        ):
            hours(clock)

    def test_a_stretch_ends_after_it_begins(self) -> None:
        """The error says how a night is written."""
        with pytest.raises(
            pk.BadInput, match=r"AgreedHours\.closes: must be later than opens; a night"
        ):
            hours("22:00", "06:00")

    def test_terms_speak_of_their_topics(self) -> None:
        """An agreement in codes is about what its codes are about, beside its topics."""
        terms = pk.Terms(hours=(hours(),), gifts=pk.Gifts.NONE)
        program = opened()
        topics = (pk.Topic.GIFTS, pk.Topic.TOUCH)
        program.do(
            pk.AgreeBoundaries(by="p-7", id="ag-2", **PAIR, topics=topics, terms=terms)
        ).or_raise()
        (agreed,) = [each for each in program.every(pk.BoundaryAgreement) if each.open]

        assert agreed.topics == (*topics, pk.Topic.HOURS)
        assert pk.Terms().topics == ()
        assert pk.Terms().keep_hours(NOW, 60, "UTC")


def propose(id_: str = "ag-2", by: str = "p-7") -> pk.ProposeBoundaries:
    """One of the two proposes to talk of gifts."""
    return pk.ProposeBoundaries(by=by, id=id_, **PAIR, topics=(pk.Topic.GIFTS,))


def statuses(program: pk.Program, kind: type[pk.Noun]) -> dict[str, str]:
    """How all of one kind stand."""
    return {each.id: str(each.status) for each in program.every(kind)}


class TestAgreements:
    """One proposes, the other answers; until then all stays as it is."""

    @pytest.mark.parametrize(("by", "other"), [("p-7", "ana"), ("ana", "p-7")])
    def test_a_yes_amends_what_they_had(self, by: str, other: str) -> None:
        """Each is told what waits for them, and what became of it."""
        program = opened()
        program.do(propose(by=by)).or_raise()
        assert statuses(program, pk.BoundaryAgreement) == {"ag-1": "in-force", "ag-2": "proposed"}
        own = program.do(pk.AnswerBoundaries(by=by, id="ag-2", **PAIR, agreed=True))
        program.do(pk.AnswerBoundaries(by=other, id="ag-2", **PAIR, agreed=True)).or_raise()

        assert own.verdict in {NO, FACTS}
        assert statuses(program, pk.BoundaryAgreement) == {"ag-1": "amended", "ag-2": "in-force"}
        told = [each for each in posted(program) if each.about == "ag-2"]
        assert [(each.to, each.inside) for each in told] == [
            (other, "Agreement ag-2 waits for you."),
            (by, "Agreement ag-2 is answered."),
        ]
        assert program.verify().whole

    def test_a_no_leaves_what_they_had(self) -> None:
        """And nothing waits for anybody any more."""
        program = opened()
        program.do(propose()).or_raise()
        program.do(pk.AnswerBoundaries(by="ana", id="ag-2", **PAIR, agreed=False)).or_raise()

        assert statuses(program, pk.BoundaryAgreement) == {"ag-1": "in-force", "ag-2": "declined"}
        assert all(each.waits_for is None for each in program.every(pk.BoundaryAgreement))

    def test_a_pair_has_one_agreement_and_one_proposal_at_most(self) -> None:
        """However often somebody proposes, a decision reads no more than that."""
        program = opened()
        for number in range(5):
            program.do(propose(f"ag-{number + 2}")).or_raise()
        assert [each.id for each in program.view("ana+p-7").all(pk.BoundaryAgreement)] == [
            "ag-1",
            "ag-6",
        ]

        both = pk.AgreeBoundaries(by="p-7", id="ag-9", **PAIR, topics=(pk.Topic.HOURS,))
        program.do(both).or_raise()
        assert [each.id for each in program.view("ana+p-7").all(pk.BoundaryAgreement)] == ["ag-9"]
        assert Counter(statuses(program, pk.BoundaryAgreement).values()) == {
            "amended": 1,
            "withdrawn": 5,
            "in-force": 1,
        }

    def test_a_plan_outside_the_agreed_hours_is_agreed_on_first(self) -> None:
        """What was held is written down all the same, and danger waits for no hour."""
        program = opened()
        terms = pk.Terms(hours=(hours("09:00", "17:00"),))
        program.do(
            pk.AgreeBoundaries(
                by="p-7",
                id="ag-2",
                **PAIR,
                topics=(pk.Topic.CONFIDENTIALITY_LIMITS,),
                terms=terms,
            )
        ).or_raise()
        night = NOW + timedelta(hours=8)

        assert program.do(plan(id="s-9", starts=night)).verdict is CONSENT
        assert program.do(plan(id="s-8", starts=NOW + timedelta(hours=1))).allowed
        assert program.do(report(id="s-7", starts=NOW - timedelta(hours=10))).allowed


class TestConsents:
    """What stands until it is taken back, and what is read of it afterwards."""

    def test_taken_back_it_ends_at_once(self) -> None:
        """At this very moment, and for every moment that is still to come."""
        clock = Clock()
        program = opened(clock=clock)
        program.do(record()).or_raise()
        assert program.do(share()).allowed
        clock.now += A_DAY
        program.do(revoke()).or_raise()

        for step in (timedelta(0), A_DAY, -A_DAY - A_DAY):  # the last is a clock that went back
            clock.now += step
            assert program.do(share()).verdict is CONSENT
        (consent,) = program.every(pk.Consent)
        assert (consent.status, consent.ended) == (pk.ConsentStatus.REVOKED, NOW + A_DAY)
        assert program.verify().whole

    @pytest.mark.parametrize(
        ("before", "verdict"), [(timedelta(minutes=1), ALLOWED), (timedelta(0), CONSENT)]
    )
    def test_a_late_report_is_judged_by_the_consents_of_then(
        self, before: timedelta, verdict: pk.Verdict
    ) -> None:
        """What was told before it was taken back was told with consent."""
        clock = Clock()
        program = opened(clock=clock)
        program.do(record(since=NOW - A_DAY)).or_raise()
        program.do(revoke()).or_raise()
        clock.now += timedelta(hours=5)
        told = activity("share-agreed-fact", of="p-7", to="office", how_much="needed")
        decision = program.do(report(starts=NOW - before, activities=(told,)))

        assert decision.verdict is verdict
        assert program.do(plan(id="s-9", starts=NOW + A_DAY, activities=(told,))).verdict is CONSENT

    def test_what_was_over_long_ago_is_read_no_more(self) -> None:
        """A consent leaves the view once no late report can speak of its days."""
        clock = Clock()
        program = opened(clock=clock)
        until = NOW + A_DAY
        program.do(record("short", until=until)).or_raise()
        program.do(record("open")).or_raise()
        program.do(record("taken-back")).or_raise()
        program.do(revoke("taken-back")).or_raise()
        clock.now = until + LATEST_REPORT
        program.do(record("edge")).or_raise()
        assert statuses(program, pk.Consent)["short"] == "given"
        assert statuses(program, pk.Consent)["taken-back"] == "over"
        clock.now += TICK
        program.do(revoke("edge")).or_raise()

        assert statuses(program, pk.Consent) == {
            "edge": "revoked",
            "open": "given",
            "short": "over",
            "taken-back": "over",
        }
        assert [each.id for each in program.view("p-7").all(pk.Consent)] == ["edge", "open"]
        assert program.verify().whole

    def test_the_consents_of_others_are_left_alone(self) -> None:
        """Whoever stands in the same view: putting away is of one's own."""
        old = pk.Consent(
            id="o",
            participant="p-8",
            scopes=GOALS,
            to=("x",),
            since=NOW - 2 * LATEST_REPORT,
            until=NOW - LATEST_REPORT - A_DAY,
        )
        left = record().leaves(pk.View(NOW, (old,)), Judged(day=TODAY))

        assert [each.id for each in left.nouns] == ["c-1"]

    def test_a_consent_ends_with_its_event(self) -> None:
        """Anyone may tell that it has come; of one that names none, nobody."""
        program = opened()
        program.do(record("with", form=pk.ConsentForm(ends_with=pk.Ending.TOLD_ONCE))).or_raise()
        program.do(record("without")).or_raise()
        ended = program.do(pk.EndConsent(by="ana", id="with", participant="p-7"))
        not_ended = program.do(pk.EndConsent(by="ana", id="without", participant="p-7"))

        assert (ended.verdict, not_ended.verdict) == (ALLOWED, FACTS)
        assert statuses(program, pk.Consent) == {"with": "ended", "without": "given"}

    def test_somebody_hears_it_or_a_class_does(self) -> None:
        """A consent to nobody is a mistake of whoever wrote it."""
        with pytest.raises(pk.BadInput, match=r"RecordConsent\.to: name 1 to 200 ids"):
            record(to=())
        by_class = record(to=(), classes=(pk.Recipients.PAYERS,))
        assert by_class.to == ()
        with pytest.raises(pk.BadInput, match=r"RecordConsent\.to: name 1 to 200 ids"):
            record(to=None, classes=(pk.Recipients.PAYERS,))

    @pytest.mark.parametrize(
        ("given", "asked", "serves"),
        [
            (None, None, True),
            (None, "housing", True),
            ("housing", None, True),
            ("housing", "housing", True),
            ("housing", "work", False),
            ("treatment-payment-operations", "payment", True),
            ("treatment", "treatment-payment-operations", False),
            ("legal-proceedings", None, False),
            (None, "legal-proceedings", False),
            ("legal-proceedings", "legal-proceedings", True),
        ],
    )
    def test_a_consent_serves_what_it_was_given_for(
        self, given: str | None, asked: str | None, *, serves: bool
    ) -> None:
        """One for care does for each part of it; one for a court does for a court alone."""
        program = opened()
        purpose = None if given is None else pk.Purpose(given)
        program.do(record(purpose=purpose)).or_raise()
        wanted = None if asked is None else pk.Purpose(asked)

        assert program.do(share(purpose=wanted)).allowed is serves

    def test_what_is_shared_is_within_what_was_narrowed_down(self) -> None:
        """Nobody says which part it is: then it may be all of it."""
        program = opened()
        program.do(record(items=("day", "place"))).or_raise()

        assert program.do(share(items=("day",))).allowed
        assert program.do(share(items=("day", "name"))).verdict is CONSENT
        assert program.do(share()).verdict is CONSENT


class TestPart2:
    """A program under 42 CFR Part 2 says so by its layer."""

    WHOLE = record(purpose=pk.Purpose.HOUSING, form=FORM)

    @pytest.mark.parametrize(
        ("field", "missing"),
        [
            ("tellers", "who may tell it"),
            ("revoke_how", "how it can be taken back"),
            ("ends_with", "the day or event on which it ends"),
            ("signed", "how and by whom it was signed, in writing"),
            ("signed_by", "how and by whom it was signed, in writing"),
            ("signed_on", "the day on which it was signed"),
        ],
    )
    def test_each_element_that_is_missing_is_named(self, field: str, missing: str) -> None:
        """And it alone; elsewhere nobody asks for it."""
        nothing: Any = () if field == "tellers" else None
        act = attrs.evolve(self.WHOLE, form=attrs.evolve(FORM, **{field: nothing}))
        (found,) = [
            each
            for each in opened(handbook=PART2).do(act).findings
            if each.clause.id == "consent-elements"
        ]

        assert found.verdict is FACTS
        assert found.sentence.endswith(f"say. Please add {missing}.")
        assert opened().do(act).allowed
        assert opened(handbook=PART2).do(self.WHOLE).allowed

    def test_what_is_shared_rests_on_the_most_complete_consent(self) -> None:
        """One that says too little does no harm beside one that says all."""
        program = opened(handbook=PART2)
        papers = (pk.Paper.NOTICE_SHORT, pk.Paper.CONSENT_COPY)
        program.do(self.WHOLE).or_raise()
        few = opened(handbook=PART2)
        few.do(attrs.evolve(self.WHOLE, form=None))

        assert program.do(share(papers=papers)).allowed
        assert few.do(share(papers=papers)).verdict is CONSENT

    def test_each_scope_rests_on_a_consent_that_says_all(self) -> None:
        """What one consent lacks is not made good by one about something else."""
        before = opened()
        before.do(self.WHOLE).or_raise()
        both = (*GOALS, pk.ConsentScope.STORY)
        before.do(record("c-2", scopes=(pk.ConsentScope.STORY,))).or_raise()
        program = empty(before.store, handbook=PART2)
        papers = (pk.Paper.NOTICE_LONG, pk.Paper.SCOPE_EXPLAINED)

        assert program.do(share(papers=papers)).allowed
        assert program.do(share(papers=papers, scopes=both)).verdict is FACTS
        assert program.do(share(scopes=both, to="p-7")).allowed

    def test_a_consent_from_before_the_layer_is_asked_to_say_more(self) -> None:
        """The program has become one of Part 2, and the consent was given in few words."""
        before = opened()
        before.do(record()).or_raise()
        now = empty(before.store, handbook=PART2)
        decision = now.do(share(papers=tuple(pk.Paper)))

        assert decision.verdict is FACTS
        assert {each.clause.id for each in decision.findings if not each.allowed} == {
            "consent-elements"
        }


class TestAccounting:
    """What was told about somebody is there for them to read."""

    @pytest.fixture
    def program(self) -> pk.Program:
        """Something is shared under consent, refused, told for safety, and told of another."""
        clock = Clock()
        program = opened(clock=clock)
        program.do(record(purpose=pk.Purpose.HOUSING)).or_raise()
        program.do(share(id="sh-1", purpose=pk.Purpose.HOUSING)).or_raise()
        program.do(share(id="sh-2", to="landlord"))
        clock.now += A_DAY
        danger = pk.DiscloseForSafety(
            by="ana",
            id="d-1",
            **PAIR,
            to=("crisis-team", "911"),
            basis=pk.Basis.DANGER_TO_SELF,
            what=pk.Words("Zebrafinch"),
        )
        program.do(danger)
        program.do(danger)
        program.do(pk.ReviewDisclosure(by="sam", id="d-1", peer="ana")).or_raise()
        program.do(share(id="sh-3", participant="p-8", to="p-8")).or_raise()
        return program

    def test_each_line_says_what_whom_when_why_and_by_whose_leave(
        self, program: pk.Program
    ) -> None:
        """Consents and danger in one account, in the order of the journal, each once."""
        assert list(accounting(program, "p-7")) == [
            Telling(
                id="sh-1",
                at=NOW,
                teller="ana",
                to=("office",),
                scopes=GOALS,
                purpose=pk.Purpose.HOUSING,
                consents=("c-1",),
            ),
            Telling(
                id="d-1",
                at=NOW + A_DAY,
                teller="ana",
                to=("crisis-team", "911"),
                basis=pk.Basis.DANGER_TO_SELF,
            ),
        ]

    def test_nobody_elses_account_is_in_it(self, program: pk.Program) -> None:
        """Nor that of whoever told it; what went to oneself is in one's own."""
        assert [each.id for each in accounting(program, "p-8")] == ["sh-3"]
        assert list(accounting(program, "ana")) == []
        with pytest.raises(pk.BadInput, match="participant: give an id"):
            list(accounting(program, None))  # type: ignore[arg-type]

    def test_it_shows_no_word_and_no_danger(self, program: pk.Program) -> None:
        """The codes are read where they are kept."""
        shown = repr(list(accounting(program, "p-7"))) + repr(list(program.every(pk.Sharing)))

        assert "Zebrafinch" not in shown
        assert "danger" not in shown
        assert "housing" not in shown

    def test_an_account_weighs_on_nobody(self, program: pk.Program) -> None:
        """However much was shared, a decision reads none of it."""
        for number in range(20):
            program.do(share(id=f"again-{number}")).or_raise()

        assert list(program.view("p-7", "ana", "office").all(pk.Sharing)) == []
        assert len(program.find(pk.Sharing, about="p-7")) == 21
        assert program.verify().whole


def concern(**how: Any) -> pk.RaiseConcern:
    """P-7 tells of money."""
    told: dict[str, Any] = {
        "by": "p-7",
        "id": "n-1",
        "peer": "ana",
        "people": ("p-7",),
        "clauses": ("money",),
    }
    return pk.RaiseConcern(**told | how)


def follow(step: str, by: str = "sam", **how: Any) -> pk.FollowUpConcern:
    """Something was done about it."""
    return pk.FollowUpConcern(by=by, id="n-1", peer="ana", step=pk.FollowUp(step), **how)


def close(by: str = "sam") -> pk.CloseConcern:
    """It is closed."""
    return pk.CloseConcern(by=by, id="n-1", peer="ana")


def told(program: pk.Program) -> list[tuple[str, str]]:
    """Who is told what of the concern."""
    return [(each.to, each.inside) for each in posted(program) if each.about == "n-1"]


class TestConcerns:
    """A concern is looked at, followed up and closed, and by nobody who is in it."""

    def test_it_goes_step_by_step_and_may_come_back(self) -> None:
        """Each step has a code and, where somebody comes back to it, a day."""
        program = opened()
        program.do(concern()).or_raise()
        seen = []
        for act in (
            follow("looked-at"),
            follow("talked-with-peer", due=date(2026, 12, 1)),
            follow("training"),
            close(),
            pk.ReopenConcern(by="p-7", id="n-1", peer="ana"),
        ):
            program.do(act).or_raise()
            (found,) = program.every(pk.Concern)
            seen.append((str(found.status), found.step, found.due))

        assert seen == [
            ("looked-at", pk.FollowUp.LOOKED_AT, None),
            ("followed-up", pk.FollowUp.TALKED_WITH_PEER, date(2026, 12, 1)),
            ("followed-up", pk.FollowUp.TRAINING, None),
            ("closed", pk.FollowUp.TRAINING, None),
            ("open", pk.FollowUp.TRAINING, None),
        ]
        assert told(program) == [("sam", "Concern n-1 is open.")] * 2
        assert program.verify().whole

    def test_a_concern_about_the_supervisor_waits_for_somebody_else(self) -> None:
        """It is kept, the supervisor hears nothing, and whoever told it is asked for a name."""
        program = opened()
        about_sam = concern(people=("p-7", "sam"))
        first = program.do(about_sam)
        assert (first.verdict, program.do(close()).verdict) == (FACTS, NO)
        again = program.do(about_sam)
        assert (again.verdict, told(program)) == (
            FACTS,
            [("p-7", "Concern n-1 waits for somebody to look at it.")],
        )

        named = program.do(attrs.evolve(about_sam, looked_at_by="kim"))
        assert named.allowed
        assert told(program)[1:] == [("kim", "Concern n-1 is open.")]
        assert [program.do(close(by)).verdict for by in ("sam", "ana", "p-7", "kim")] == [
            *(NO, NO, NO, ALLOWED)
        ]
        assert len(program.find(pk.Concern)) == 1
        assert program.verify().whole

    def test_nobody_takes_it_from_whoever_looks_at_it(self) -> None:
        """Sent again with another name, it stays where it is."""
        program = opened()
        program.do(concern(looked_at_by="kim")).or_raise()
        program.do(concern(looked_at_by="max")).or_raise()
        program.do(concern()).or_raise()
        (found,) = program.every(pk.Concern)

        assert found.looked_at_by == "kim"
        assert found.touches == ("ana", "p-7", "kim")
        assert told(program) == [("kim", "Concern n-1 is open.")]

    def test_who_is_named_must_not_be_in_it_either(self) -> None:
        """A name that does not help may be followed by one that does."""
        program = opened()
        in_it = program.do(concern(looked_at_by="p-7"))
        assert in_it.verdict is FACTS
        assert program.do(concern(looked_at_by="kim")).allowed
        (found,) = program.every(pk.Concern)
        assert found.looked_at_by == "kim"

    def test_the_concern_of_one_peer_is_not_answered_as_anothers(self) -> None:
        """The supervisor of another peer names that peer, and it opens nothing."""
        program = opened()
        program.do(welcome(id="bo", supervisor="sue")).or_raise()
        program.do(concern(looked_at_by="kim")).or_raise()
        act = pk.CloseConcern(by="sue", id="n-1", peer="bo")

        assert program.do(act).verdict is FACTS

    def test_a_concern_about_somebody_unknown_is_kept_too(self) -> None:
        """Nobody is named for it by the book."""
        decision = opened().do(concern(peer="zoe", people=("zoe",)))

        assert decision.allowed


class Confidential(RuleBasedStateMachine):
    """Consents and concerns in any order, under a clock that goes on and back."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.program = opened(clock=self.clock)
        self.stopped: set[str] = set()
        self.shared = 0

    @rule(hours_=st.integers(-30, 60 * 24))
    def time_goes(self, hours_: int) -> None:
        """Mostly on, now and then back."""
        self.clock.now += timedelta(hours=hours_)

    @rule(number=st.integers(1, 4), days_=st.none() | st.integers(1, 40), who=PEOPLE_OF_US)
    def give(self, number: int, days_: int | None, who: str) -> None:
        """Somebody agrees, for some days or until they take it back."""
        since = self.clock.now
        until = None if days_ is None else since + days_ * A_DAY
        form = pk.ConsentForm(ends_with=pk.Ending.TOLD_ONCE)
        act = record(f"c-{number}", by=who, participant=who, since=since, until=until, form=form)
        taken = f"c-{number}" in statuses(self.program, pk.Consent)
        assert self.program.do(act).allowed is not taken

    @rule(number=st.integers(1, 4), who=PEOPLE_OF_US, by_event=st.booleans())
    def stop(self, number: int, who: str, *, by_event: bool) -> None:
        """It is taken back, or its event comes."""
        told_: dict[str, Any] = {"id": f"c-{number}", "participant": who}
        act = pk.EndConsent(by="ana", **told_) if by_event else pk.RevokeConsent(by=who, **told_)
        if self.program.do(act).allowed:
            self.stopped.add(f"c-{number}")

    @rule(who=PEOPLE_OF_US)
    def ask(self, who: str) -> None:
        """It is shared while some consent stands, and never under one that was stopped."""
        now = self.clock.now
        stands = {
            each.id
            for each in self.program.every(pk.Consent)
            if each.participant == who
            and each.status == "given"
            and each.since <= now
            and (each.until is None or now < each.until)
        }
        decision = self.program.do(share(participant=who))
        assert not stands & self.stopped
        assert decision.allowed is bool(stands)
        if decision.allowed:
            self.shared += 1
            (made,) = [
                each
                for each in self.program.every(pk.Sharing)
                if each.id == getattr(decision.act, "id", None)
            ]
            assert set(made.consents) == stands

    @rule(
        act=st.sampled_from(
            [
                concern(),
                concern(people=("p-7", "sam")),
                concern(people=("p-7", "sam"), looked_at_by="kim"),
                follow("looked-at"),
                follow("training"),
                follow("training", "kim"),
                close(),
                close("kim"),
                close("ana"),
                pk.ReopenConcern(by="p-7", id="n-1", peer="ana"),
            ]
        )
    )
    def about_a_concern(self, act: Any) -> None:
        """It moves only when whoever looks at it says so; anyone may raise and reopen it."""
        before = self.program.store.view(("n-1",), NOW.date(), NOW).view.get(pk.Concern, "n-1")
        decision = self.program.do(act)
        after = self.program.store.view(("n-1",), NOW.date(), NOW).view.get(pk.Concern, "n-1")
        if before is not None and after is not None and before.status != after.status:
            looks = before.looked_at_by or "sam"
            assert decision.allowed
            assert isinstance(act, pk.ReopenConcern) or act.by == looks
            assert act.by not in before.people or isinstance(act, pk.ReopenConcern)

    @invariant()
    def a_stopped_consent_never_stands_again(self) -> None:
        """Whatever the clock says; and it keeps the moment at which it ended."""
        for each in self.program.every(pk.Consent):
            if each.id in self.stopped:
                assert each.status in {"revoked", "ended", "over"}
                assert each.ended is not None
                assert not each.covers(GOALS[0], "office", self.clock.now)

    @invariant()
    def the_account_has_every_sharing_once(self) -> None:
        """For each participant what went out about them, and no more."""
        rows = [each for who in ("p-7", "p-8") for each in accounting(self.program, who)]
        assert len(rows) == len({each.id for each in rows}) == self.shared

    def teardown(self) -> None:
        """What is kept follows from the journal."""
        assert self.program.verify().whole


def test_any_order_of_consents_and_concerns() -> None:
    """The machine above."""
    run_state_machine_as_test(
        Confidential, settings=settings(max_examples=25, stateful_step_count=25, deadline=None)
    )
