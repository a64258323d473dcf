"""The role limits, one by one: every branch, and the numbers on either side of each limit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import peerkit as pk
from peerkit.acts import Judged, Left
from peerkit.handbook import Handbook
from peerkit.rules import activities, advice, answering, matching, named, people, records, support
from peerkit.testing.strategies import activities as any_activity
from peerkit.testing.strategies import codes as any_code
from tests.ordinary import (
    AGREEMENT,
    ANA,
    BOOK,
    EARLIER,
    LIVED,
    MATCH,
    NOW,
    TODAY,
    activity,
    asking,
    codes,
    decided,
    group,
    plan,
    report,
    view,
    welcome,
)

ALLOWED, CONSENT, CONSULT, FACTS, NO = pk.Verdict
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
PROPOSE = pk.ProposeMatch(by="coordinator", id="m-2", peer="ana", participant="p-8")
ACCEPT = pk.AcceptMatch(by="p-7", id="m-1", peer="ana", participant="p-7")
NUMBERLESS = attrs.evolve(
    BOOK,
    clauses={
        name: attrs.evolve(clause, value=None) if clause.value is not None else clause
        for name, clause in BOOK.clauses.items()
    },
)


def agreed(about: str, participant: str = "p-7", peer: str = "ana", **how: Any) -> pk.Consultation:
    """Advice that was given and agreed to; ``how`` changes it."""
    told: dict[str, Any] = {"id": "c-1", "status": pk.ConsultationStatus.AGREED} | how
    return pk.Consultation(peer=peer, participant=participant, clause=about, **told)


def tie(of: pk.TieKind, status: str = "current", one: str = "ana", other: str = "p-7") -> pk.Tie:
    """What else two people are to each other."""
    id_ = f"{one}/{other}/{of}"
    return pk.Tie(id=id_, of=of, one=one, other=other, status=pk.TieStatus(status))


def consent(**how: Any) -> pk.Consent:
    """A consent of p-8 that their story may go to p-7, from now on."""
    told: dict[str, Any] = {
        "id": "k-1",
        "participant": "p-8",
        "scopes": (pk.ConsentScope.STORY,),
        "to": ("p-7",),
        "since": NOW,
    }
    return pk.Consent(**told | how)


def in_role(act: Any, *nouns: pk.Noun, now: datetime = NOW) -> list[tuple[str, pk.Verdict]]:
    """What the catalogue says of an act."""
    return codes(activities.in_role(act, view(*nouns, now=now), BOOK))


class TestInRole:
    """Is this a peer's work? The catalogue answers."""

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            (activity("listen"), [("peer-work", ALLOWED)]),
            (activity("case-management"), [("case-management", NO)]),
            (activity("cover-case-manager"), [("case-management", CONSULT)]),
            (activity("no-such-thing"), [("unknown-activity", FACTS)]),
            (activity("medication-talk"), [("missing-facts", FACTS)]),
            (activity("medication-talk", voice="first-person"), [("medication-advice", ALLOWED)]),
            (activity("medication-talk", voice="directive"), [("medication-advice", NO)]),
            (activity("medication-talk", voice="whispered"), [("missing-facts", FACTS)]),
            (
                activity("hand-out-screening", training_and_protocol="no"),
                [("missing-facts", FACTS), ("screening", CONSULT)],
            ),
            (
                activity("hand-out-screening", training_and_protocol="yes"),
                [("missing-facts", FACTS)],
            ),
            (
                activity("walk-through-services", who_decides="peer", who_keeps_the_plan="peer"),
                [("own-direction", NO), ("case-management", NO)],
            ),
            (
                activity("walk-through-services", who_decides="peer"),
                [("missing-facts", FACTS), ("own-direction", NO)],
            ),
            (activity("listen", voice="directive"), [("peer-work", ALLOWED)]),
        ],
        ids=str,
    )
    def test_the_catalogue_and_the_circumstances_decide(
        self, asked: pk.Activity, found: list[tuple[str, pk.Verdict]]
    ) -> None:
        """Each case that fits speaks; what is not answered is asked for; nothing is guessed.

        While a question is open nothing is called allowed; what is heavier is said already.
        """
        assert in_role(asking(asked)) == found

    def test_a_missing_fact_is_asked_for_by_its_question(self) -> None:
        """With the answers there are, so that it can be given at once; several in one go."""
        (asked,) = activities.in_role(asking(activity("walk-through-services")), view(), BOOK)

        for name in ("who-decides", "who-keeps-the-plan"):
            circumstance = BOOK.circumstances[name]
            assert circumstance.asks in asked.sentence
            assert f" {name} = " in asked.sentence
            for code, words in circumstance.answers.items():
                assert f"{code}: {words}" in asked.sentence

    def test_a_missing_fact_reads_as_a_question_with_its_answers(self) -> None:
        """The question, then each code with the words that stand for it."""
        (asked, *_) = activities.in_role(asking(activity("lead-group")), view(), BOOK)

        assert asked.clause.id == "missing-facts"
        assert "What is the group for? purpose = peer-support: " in asked.sentence
        assert "; education: " in asked.sentence
        assert "Not asked here" not in asked.sentence

    def test_a_misspelt_circumstance_is_told(self) -> None:
        """Only where something is missing: it may be what was meant."""
        wrong = pk.Activity(id="medication-talk", circumstances={"voices": "first-person"})
        (asked, *_) = activities.in_role(asking(wrong), view(), BOOK)
        both = pk.Activity(
            id="medication-talk", circumstances={"voices": "x", "voice": "first-person"}
        )

        assert asked.sentence.endswith(" (Not asked here: voices.)")
        assert in_role(asking(both)) == [("medication-advice", ALLOWED)]

    def test_an_answer_that_is_none_is_named(self) -> None:
        """With its question, so that a typing mistake is seen; a good answer is not."""
        wrong = pk.Activity(
            id="hand-out-screening",
            circumstances={
                "training-and-protocol": "tokn",
                "who-interprets": "clinician",
                "voices": "x",
            },
        )
        (asked,) = activities.in_role(asking(wrong), view(), BOOK)
        all_wrong = activity("hand-out-screening", training_and_protocol="a", who_interprets="b")
        (both,) = activities.in_role(asking(all_wrong), view(), BOOK)

        assert asked.clause.id == "missing-facts"
        assert asked.sentence.endswith(
            " (No answer here: training-and-protocol = tokn.) (Not asked here: voices.)"
        )
        assert "who-interprets" not in asked.sentence
        assert both.sentence.endswith(
            " (No answer here: training-and-protocol = a, who-interprets = b.)"
        )

    def test_among_several_activities_a_question_says_which_it_is_about(self) -> None:
        """Once for each that asks, whatever it asks for; alone, it need not say so."""
        done = (
            activity("listen"),
            activity("give-gift"),
            activity("hand-out-screening"),
            activity("tell-anothers-story"),
        )
        found = activities.in_role(report(activities=done), view(), BOOK)
        asked = [each for each in found if each.clause.id == "missing-facts"]
        (alone,) = activities.in_role(asking(done[1]), view(), BOOK)
        (one,) = activities.in_role(report(activities=done[1:2]), view(), BOOK)

        assert [each.activity for each in asked] == [1, 2, 3]
        for each, begins in zip(
            asked,
            (
                "For giving a gift: What is it worth?",
                "For handing out a screening tool of the program: Is the peer trained",
                "For telling another person's story: Whose story, picture or information is it?",
            ),
            strict=True,
        ):
            assert each.sentence.startswith(f"To answer, please say: {begins}")
            assert each.sentence.count("For ") == 1
        assert one.sentence == alone.sentence
        assert alone.sentence.startswith("To answer, please say: What is it worth?")

    @pytest.mark.parametrize(
        ("id_", "hint"),
        [
            ("lisen", " Did you mean listen?"),
            ("give-gifts", " Did you mean give-gift?"),
            ("reprt-danger", " Did you mean report-danger?"),
            ("gift", ""),
            ("danger", ""),
            ("zzz", ""),
        ],
    )
    def test_a_near_activity_is_named(self, id_: str, hint: str) -> None:
        """A typing mistake is found at once; what is only a little alike is not what was meant."""
        (found,) = activities.in_role(asking(activity(id_)), view(), BOOK)

        assert found.facts == {"activity": id_, "near": hint}
        assert found.sentence.endswith(hint)

    def test_each_activity_of_a_session_is_looked_at(self) -> None:
        """The finding says at which position it stands."""
        done = (activity("listen"), activity("therapy"), activity("no-such-thing"))
        found = activities.in_role(report(activities=done), view(), BOOK)

        assert [(each.activity, each.verdict) for each in found] == [
            (0, ALLOWED),
            (1, NO),
            (2, FACTS),
        ]

    @given(any_code(), st.dictionaries(any_code(), any_code(), max_size=3))
    def test_what_the_book_does_not_know_is_never_allowed(
        self, id_: str, circumstances: dict[str, str]
    ) -> None:
        """Unknown work needs facts, whatever is told about it."""
        unknown = pk.Activity(id=f"x-{id_[:60]}", circumstances=circumstances)

        assert unknown.id not in BOOK.activities
        assert decided(asking(unknown)).verdict is FACTS

    @given(any_activity(BOOK, most=0))
    def test_an_unanswered_question_is_never_a_yes(self, asked: pk.Activity) -> None:
        """For every activity of the catalogue and any answers: asked, or heavier."""
        entry = BOOK.activities[asked.id]
        decision = decided(asking(asked))
        open_questions = [each for each in entry.asks if asked.answer(each) is None]

        if open_questions or (entry.consent and asked.of is None):
            assert decision.verdict >= FACTS
        fitting = [
            case.verdict
            for case in entry.cases
            if all(asked.answer(name) == answer for name, answer in case.when)
        ]
        assert decision.verdict >= max(fitting or [entry.verdict])

    def test_somebody_elses_story_needs_their_say(self) -> None:
        """Whose it is must be told; then they must have agreed that this person hears it."""
        nobody = asking(activity("tell-anothers-story"))
        theirs = asking(activity("tell-anothers-story", of="p-8"))
        own = asking(activity("tell-anothers-story", of="p-7"))

        assert in_role(nobody) == [("anothers-story", ALLOWED), ("missing-facts", FACTS)]
        assert in_role(theirs) == [("anothers-story", ALLOWED), ("consent", CONSENT)]
        assert in_role(theirs, consent()) == [("anothers-story", ALLOWED), ("consent", ALLOWED)]
        assert in_role(own) == [("anothers-story", ALLOWED), ("consent", ALLOWED)]

    @pytest.mark.parametrize("to", [None, "p-7"])
    def test_whose_it_is_is_asked_in_plain_words(self, to: str | None) -> None:
        """A picture is no story: the question has all three in it, and how to answer."""
        *_, asked = activities.in_role(asking(activity("tell-anothers-story", to=to)), view(), BOOK)

        assert asked.sentence == (
            "To answer, please say: Whose story, picture or information is it? (of = their id)"
        )

    @pytest.mark.parametrize(
        "other",
        [
            consent(participant="p-9"),
            consent(to=("p-9",)),
            consent(scopes=(pk.ConsentScope.GOALS,)),
            consent(since=NOW + TICK),
            consent(since=NOW - DAY, until=NOW),
            consent(status=pk.ConsentStatus.REVOKED),
        ],
        ids=[
            "another person",
            "another hearer",
            "another scope",
            "too early",
            "too late",
            "revoked",
        ],
    )
    def test_another_consent_is_none(self, other: pk.Consent) -> None:
        """Narrow on purpose: person, hearer, scope and time must all fit."""
        assert in_role(asking(activity("tell-anothers-story", of="p-8")), other)[-1] == (
            "consent",
            CONSENT,
        )

    def test_in_a_group_everyone_who_hears_it_counts(self) -> None:
        """The person themself may hear it; each other one must be named in the consent."""
        told = (activity("tell-anothers-story", of="p-8"),)
        held = report(**group(3), activities=told)
        found = activities.in_role(held, view(consent(since=EARLIER)), BOOK)

        assert found[-1].verdict is CONSENT
        assert found[-1].facts["to"] == "p-9"
        both = consent(to=("p-7", "p-9"), since=EARLIER)
        assert in_role(held, both)[-1] == ("consent", ALLOWED)

    @pytest.mark.parametrize(
        ("hearers", "missing"),
        [
            (("p-7", "court"), None),
            (("p-7",), "court"),
            (("court",), "p-7"),
            ((), "p-7"),
        ],
    )
    def test_a_story_is_heard_by_those_who_are_there_and_by_whom_it_goes_to(
        self, hearers: tuple[str, ...], missing: str | None
    ) -> None:
        """Naming a hearer sends nobody out of the room."""
        told = asking(activity("tell-anothers-story", of="p-8", to="court"))
        given = (consent(to=hearers),) if hearers else ()
        *_, found = activities.in_role(told, view(*given), BOOK)

        assert found.clause.id == "consent"
        assert found.verdict is (ALLOWED if missing is None else CONSENT)
        assert str(found.facts["to"]) == ("them" if missing is None else missing)

    @pytest.mark.parametrize(
        ("off", "verdict"), [(-TICK, CONSENT), (0 * DAY, ALLOWED), (DAY, ALLOWED)]
    )
    def test_a_planned_session_needs_the_consent_of_its_start(
        self, off: timedelta, verdict: pk.Verdict
    ) -> None:
        """Agreed from the day of the session on is enough; ended by then is not."""
        then = NOW + 3 * DAY
        told = plan(starts=then + off, activities=(activity("tell-anothers-story", of="p-8"),))
        over = consent(since=NOW, until=then)

        assert in_role(told, consent(since=then))[-1] == ("consent", verdict)
        assert in_role(told, over)[-1] == ("consent", CONSENT if verdict is ALLOWED else ALLOWED)

    def test_a_report_is_judged_by_the_consent_of_its_moment(self) -> None:
        """A consent that has run out since then covered what was told; a later one did not."""
        then = NOW - 3 * DAY
        told = report(starts=then, activities=(activity("tell-anothers-story", of="p-8"),))

        assert in_role(told, consent(since=then - DAY, until=then + DAY))[-1][1] is ALLOWED
        assert in_role(told, consent(since=then + TICK))[-1][1] is CONSENT


class TestAdvice:
    """Agreed advice lets one act through; a no is never advised away."""

    @pytest.mark.parametrize("verdict", pk.Verdict)
    def test_only_what_asks_for_advice_is_lifted_by_it(self, verdict: pk.Verdict) -> None:
        """Everything else stays as heavy as it was; what was lifted names its advice."""
        finding = pk.Finding(BOOK.clause("gifts"), verdict, {"x": 1}, 3)
        (found,) = advice.heeded((finding,), plan(), view(agreed("gifts")))

        lifted = verdict is CONSULT
        assert found.verdict is (ALLOWED if lifted else verdict)
        assert found.facts == ({"x": 1, "advice": ("c-1",)} if lifted else {"x": 1})
        assert found.activity == 3
        assert lifted or found == finding

    @pytest.mark.parametrize(
        "other",
        [
            agreed("gifts", status=pk.ConsultationStatus.ASKED),
            agreed("gifts", status=pk.ConsultationStatus.NOT_AGREED),
            agreed("gifts", status=pk.ConsultationStatus.USED),
            agreed("gifts", status=pk.ConsultationStatus.DONE),
            agreed("touch"),
            agreed("gifts", peer="bo"),
            agreed("gifts", participant="p-8"),
        ],
        ids=[
            "asked",
            "not agreed",
            "used",
            "done",
            "another clause",
            "another peer",
            "another person",
        ],
    )
    def test_other_advice_is_none(self, other: pk.Consultation) -> None:
        """It must be agreed, unused, and about this clause, this peer and this person."""
        finding = asks("gifts")

        assert advice.heeded((finding,), plan(), view(other)) == (finding,)

    @pytest.mark.parametrize("status", pk.ConsultationStatus)
    def test_advice_that_a_request_used_still_covers_its_report(
        self, status: pk.ConsultationStatus
    ) -> None:
        """Planned with advice, it may be reported with it; and after that it is done."""
        given = agreed("gifts", status=status)
        usable = {pk.ConsultationStatus.AGREED, pk.ConsultationStatus.USED}
        (planned,) = advice.heeded((asks("gifts"),), plan(), view(given))
        (reported,) = advice.heeded((asks("gifts"),), report(), view(given))

        assert planned.allowed is (status is pk.ConsultationStatus.AGREED)
        assert reported.allowed is (status in usable)

    @pytest.mark.parametrize(
        ("status", "used_for", "reported", "corrected"),
        [
            ("used", None, True, True),
            ("used", "s-1", True, True),
            ("used", "s-2", False, False),
            ("done", None, False, False),
            ("done", "s-1", False, True),
            ("done", "s-2", False, False),
            ("agreed", None, True, True),
        ],
    )
    def test_used_advice_counts_for_what_used_it(
        self, status: str, used_for: str | None, *, reported: bool, corrected: bool
    ) -> None:
        """The report of that plan, or of a question; and then the correction of that report."""
        given = agreed("gifts", status=pk.ConsultationStatus(status), used_for=used_for)
        told = {
            each: getattr(report(), each) for each in ("peer", "participants", "form", "starts")
        }
        held = pk.Session(
            id="s-1", status=pk.SessionStatus.HELD, zone="UTC", minutes=60,
            activities=report().activities, **told,
        )  # fmt: skip
        for act, fine in ((report(), reported), (report(corrects=True), corrected)):
            (found,) = advice.heeded((asks("gifts"),), act, view(given, held))
            assert found.allowed is fine
        nothing_told = advice.heeded((asks("gifts"),), report(corrects=True), view(given))
        assert nothing_told[0].allowed is reported
        (planned,) = advice.heeded((asks("gifts"),), plan(), view(given))
        assert planned.allowed is (status == "agreed")

    def test_a_report_takes_what_its_plan_used_and_leaves_the_rest(self) -> None:
        """Advice that nobody has used yet stays for the next request, whatever it is called."""
        free = agreed("gifts", id="c-1")
        taken = agreed("gifts", id="c-2", status=pk.ConsultationStatus.USED, used_for="s-1")
        (found,) = advice.heeded((asks("gifts"),), report(), view(free, taken))

        assert found.facts["advice"] == ("c-2",)

    def test_one_piece_of_advice_counts_for_one_finding(self) -> None:
        """Two gifts need two; the lowest id goes first, in whatever order they are kept."""
        two = asks("gifts", 0), asks("gifts", 1)
        for order in (("c-1", "c-2"), ("c-2", "c-1")):
            both = [agreed("gifts", id=each) for each in order]
            once = advice.heeded(two, plan(), view(both[0]))
            twice = advice.heeded(two, plan(), view(*both))

            assert [each.verdict for each in once] == [ALLOWED, CONSULT]
            assert [each.facts["advice"] for each in twice] == [("c-1",), ("c-2",)]

    def test_each_participant_needs_advice_of_their_own(self) -> None:
        """A group is let through when all of it was talked over, and not before."""
        one = agreed("gifts", id="c-1", participant="p-7")
        other = agreed("gifts", id="c-2", participant="p-8")
        gift = asks("gifts")

        assert advice.heeded((gift,), plan(**group(2)), view(one)) == (gift,)
        (found,) = advice.heeded((gift,), plan(**group(2)), view(other, one))
        assert (found.verdict, found.facts["advice"]) == (ALLOWED, ("c-1", "c-2"))

    def test_advice_that_is_not_enough_stays_for_what_comes_after(self) -> None:
        """What could not open a finding about all is not lost for one about a single person."""
        about_one = attrs.evolve(asks("gifts"), facts={"other": "p-7"})
        found = advice.heeded((asks("gifts"), about_one), plan(**group(2)), view(agreed("gifts")))

        assert [each.verdict for each in found] == [CONSULT, ALLOWED]

    def test_some_advice_leads_to_somebody_else(self) -> None:
        """Where the book says so, the talk is needed and does not open the work itself."""
        entries = [each for each in BOOK.activities.values() if not each.advice_opens]

        answers = {
            "cover-case-manager": {},
            "work-outside-training": {},
            "hand-out-screening": {
                "training-and-protocol": "no",
                "who-interprets": "participant",
            },
        }
        assert {each.id for each in entries} == set(answers)
        for entry in entries:
            asked = pk.Activity(id=entry.id, circumstances=answers[entry.id])
            decision = decided(asking(asked), agreed(entry.clause))
            (found,) = [each for each in decision.findings if each.clause.id == entry.clause]
            assert (found.verdict, found.advice_opens) == (CONSULT, False)
            assert "advice" not in found.facts

    def test_advice_about_one_lets_no_other_through(self) -> None:
        """In a group, each person's tie is looked at for itself."""
        ties = [tie(pk.TieKind.FAMILY, other=each) for each in ("p-7", "p-8")]
        decision = decided(plan(**group(2)), *ties, agreed("dual-relationship"))
        found = [each for each in decision.findings if each.clause.id == "dual-relationship"]

        assert {each.facts["other"]: each.verdict for each in found} == {
            "p-7": ALLOWED,
            "p-8": CONSULT,
        }

    def test_an_act_about_no_peer_uses_nobodys_advice(self) -> None:
        """Advice is given to a peer; an act that names none has none."""
        shared = pk.ShareInformation(
            by="ana", participant="p-7", scopes=(pk.ConsentScope.STORY,), to="x"
        )
        finding = asks("gifts")

        assert advice.heeded((finding,), shared, view(agreed("gifts"))) == (finding,)


def asks(clause: str, activity: int = -1) -> pk.Finding:
    """A finding that asks for a talk with the supervisor."""
    return pk.Finding(BOOK.clause(clause), CONSULT, {}, activity)


class TestKnown:
    """Nobody acts for, with or about people the program does not know."""

    @pytest.mark.parametrize(
        ("act", "missing"),
        [
            (plan(), None),
            (plan(peer="bo"), "bo as a serving peer"),
            (plan(participants=("p-9",)), "p-9 as a participant"),
            (
                plan(**group(4), peer="bo"),
                "p-9 as a participant, p-10 as a participant and bo as a serving peer",
            ),
            (pk.SetGoal(by="p-7", id="g", participant="p-7", words=pk.Words("x")), None),
            (
                pk.SetGoal(by="x", id="g", participant="x", words=pk.Words("x")),
                "x as a participant",
            ),
            (pk.RecordSupervision(by="sam", peer="ana", on=TODAY), None),
            (pk.RecordSupervision(by="sam", peer="p-7", on=TODAY), "p-7 as a serving peer"),
        ],
        ids=lambda each: getattr(each, "kind", str(each)),
    )
    def test_everyone_named_must_be_here(self, act: pk.Act, missing: str | None) -> None:
        """The finding names who is not, and as what: a peer is no participant by that alone."""
        (found,) = named.known(act, view(), BOOK)

        assert found.verdict is (ALLOWED if missing is None else FACTS)
        assert missing is None or missing in found.sentence

    @pytest.mark.parametrize("status", pk.PeerStatus)
    def test_a_request_needs_a_peer_who_serves(self, status: pk.PeerStatus) -> None:
        """A late report of what was done before they stepped back is no crossing."""
        stood = view(attrs.evolve(ANA, status=status))
        serving = status is pk.PeerStatus.SERVING

        assert named.known(plan(), stood, BOOK)[0].verdict is (ALLOWED if serving else FACTS)
        assert named.known(report(), stood, BOOK)[0].verdict is ALLOWED

    @pytest.mark.parametrize("status", pk.ParticipantStatus)
    def test_a_request_needs_somebody_who_takes_part(self, status: pk.ParticipantStatus) -> None:
        """And a report may come after they went away."""
        stood = view(pk.Participant(id="p-7", status=status))
        here = status is pk.ParticipantStatus.TAKING_PART

        assert named.known(plan(), stood, BOOK)[0].verdict is (ALLOWED if here else FACTS)
        assert named.known(report(), stood, BOOK)[0].verdict is ALLOWED

    def test_a_question_about_somebody_who_is_away_is_answered(self) -> None:
        """They may come back; of who is away a request is told so, and of nobody known as much."""
        away = view(pk.Participant(id="p-7", status=pk.ParticipantStatus.AWAY))
        ask = asking(activity("give-gift", value="none"))
        (asked,) = named.known(ask, away, BOOK)
        (planned,) = named.known(plan(), away, BOOK)
        (stranger,) = named.known(attrs.evolve(ask, participant="p-9"), away, BOOK)

        assert asked.verdict is ALLOWED
        assert planned.verdict is FACTS
        assert "p-7 as a participant who is here and not away" in planned.sentence
        assert stranger.verdict is FACTS
        assert "p-9 as a participant" in stranger.sentence
        assert "not away" not in stranger.sentence

    @pytest.mark.parametrize(("off", "verdict"), [(-1, FACTS), (0, ALLOWED), (1, ALLOWED)])
    def test_nobody_was_a_peer_before_they_began(self, off: int, verdict: pk.Verdict) -> None:
        """A report of an earlier day names the day on which they were none."""
        act = report(starts=datetime(2026, 1, 5, 18, tzinfo=UTC) + off * DAY)
        (found,) = named.known(act, view(), BOOK)

        assert found.verdict is verdict
        assert verdict is ALLOWED or "ana as a peer on 2026-01-04" in found.sentence


class TestWhateverStands:
    """Danger, one's own wellbeing and telling the supervisor are open about anybody."""

    def test_these_entries_stand_whatever_stands(self) -> None:
        """Telling of danger and being there in it, looking after oneself, reaching out, parting."""
        assert {each.id for each in BOOK.activities.values() if each.whatever_stands} == {
            *("notice-distress", "ask-about-suicide", "reassure", "make-safe-space"),
            "be-there-in-crisis",
            *("give-naloxone", "say-what-must-be-told", "report-danger"),
            *("tell-early-signs", "step-back", "use-own-wellness-plan", "seek-own-support"),
            *("know-own-limits", "use-supervision", "ask-experienced-peer"),
            *("reflect-on-triggers", "look-at-own-values", "keep-learning"),
            *("ask-about-conditions", "name-own-stigma"),
            *("raise-role-drift", "tell-supervisor", "reach-out", "plan-an-ending"),
        }

    @pytest.mark.parametrize(
        "id_", ["report-danger", "use-supervision", "tell-supervisor", "reach-out"]
    )
    @pytest.mark.parametrize(
        ("nouns", "how"),
        [
            ((), {"participant": "nobody"}),
            ((), {"peer": "stranger"}),
            ((pk.Participant(id="p-7", status=pk.ParticipantStatus.AWAY),), {}),
            ((attrs.evolve(ANA, status=pk.PeerStatus.STEPPED_BACK),), {}),
            ((pk.Tie(id="t", of=pk.TieKind.LANDLORD, one="ana", other="p-7"),), {}),
            ((pk.Tie(id="t", of=pk.TieKind.ROMANTIC, one="p-7", other="ana"),), {}),
        ],
        ids=["nobody known", "no peer known", "away", "stepped back", "landlord", "partner"],
    )
    def test_they_are_asked_about_anybody(
        self, id_: str, nouns: tuple[pk.Noun, ...], how: dict[str, Any]
    ) -> None:
        """Neither who is known nor what they are to each other is asked; else it is."""
        decision = decided(attrs.evolve(asking(activity(id_)), **how), *nouns)
        other = decided(attrs.evolve(asking(activity("share-own-story")), **how), *nouns)
        spoken = {each.clause.id for each in decision.findings}

        assert decision.allowed
        assert spoken.isdisjoint({"known", "dual-relationship", "housing", "intimate-contact"})
        assert not other.allowed or nouns == (
            pk.Participant(id="p-7", status=pk.ParticipantStatus.AWAY),
        )

    def test_their_own_circumstances_are_asked_all_the_same(self) -> None:
        """Who was not trained leads to somebody who was, whoever lies there."""
        stranger = attrs.evolve(asking(activity("give-naloxone")), participant="nobody")
        trained = attrs.evolve(stranger, activity=activity("give-naloxone", trained="yes"))

        assert codes(decided(stranger).findings)[0] == ("missing-facts", FACTS)
        assert decided(trained).allowed

    def test_only_a_question_stands_whatever_stands(self) -> None:
        """A session is with somebody who is known here, whatever is done in it."""
        act = plan(participants=("nobody",), activities=(activity("report-danger"),))
        tied = plan(activities=(activity("report-danger"),))

        assert ("known", FACTS) in codes(decided(act).findings)
        assert ("housing", NO) in codes(decided(tied, tie(pk.TieKind.LANDLORD)).findings)

    def test_nobody_does_it_with_themself_all_the_same(self) -> None:
        """It is open about anybody else: two names that are one are a mistake."""
        alone = attrs.evolve(asking(activity("report-danger")), participant="ana")

        assert ("two-people", NO) in codes(decided(alone).findings)


class TestWhoWalksWithWhom:
    """Two people, not too many, credentialed, supervised."""

    def test_nobody_is_their_own_peer(self) -> None:
        """Alone or among others."""
        alone = attrs.evolve(PROPOSE, participant="ana")
        among = plan(**group(2), peer="p-8")

        assert codes(named.two_people(PROPOSE, view(), BOOK)) == [("two-people", ALLOWED)]
        assert codes(named.two_people(alone, view(), BOOK)) == [("two-people", NO)]
        assert codes(named.two_people(among, view(), BOOK)) == [("two-people", NO)]

    @pytest.mark.parametrize(
        "act",
        [
            attrs.evolve(PROPOSE, participant="ana"),
            plan(participants=("ana",)),
            report(participants=("ana",)),
            attrs.evolve(asking(activity("listen")), participant="ana"),
            pk.AgreeBoundaries(
                by="ana", id="ag-2", peer="ana", participant="ana", topics=(pk.Topic.HOURS,)
            ),
            pk.DiscloseTie(by="ana", id="t-1", peer="ana", participant="ana", of=pk.TieKind.FRIEND),
        ],
        ids=lambda each: each.kind,
    )
    def test_alone_is_never_a_pair(self, act: pk.Act) -> None:
        """Whatever is asked or told of two, it is not one person twice."""
        found = codes(decided(act, pk.Participant(id="ana")).findings)

        assert ("two-people", NO) in found

    def test_nobody_supervises_themself(self) -> None:
        """A supervisor is somebody else: nobody serves alone."""
        for supervisor, verdict in (("sam", ALLOWED), ("bo", NO)):
            act = pk.WelcomePeer(
                by="c",
                id="bo",
                role=pk.Role.WORKER,
                supervisor=supervisor,
                since=TODAY,
                experiences=LIVED,
            )
            assert codes(people.own_supervisor(act, view(), BOOK)) == [("own-supervisor", verdict)]

    @pytest.mark.parametrize(
        ("participant", "verdict"), [("sam", NO), ("p-8", ALLOWED), ("bo", ALLOWED)]
    )
    def test_nobody_walks_with_their_supervisor(
        self, participant: str, verdict: pk.Verdict
    ) -> None:
        """Whoever answers for the peer cannot be supported by them."""
        act = attrs.evolve(PROPOSE, participant=participant)
        (found,) = people.own_supervisor(act, view(), BOOK)

        assert (found.clause.id, found.verdict) == ("own-supervisor", verdict)
        assert found.facts == {"peer": "ana"}

    @pytest.mark.parametrize(
        ("rule", "act"),
        [(people.own_supervisor, PROPOSE), (people.caseload, PROPOSE), (people.caseload, ACCEPT)],
    )
    def test_of_a_peer_nobody_knows_no_word_is_said(self, rule: Any, act: Any) -> None:
        """Not even that all is well: another rule says that they are unknown."""
        stood = view(tallies={("bo", "walking"): 10**6})
        for participant in ("p-7", "sam"):
            stranger = attrs.evolve(act, peer="bo", participant=participant)
            assert rule(stranger, stood, BOOK) == ()
            assert ("known", FACTS) in codes(decided(stranger).findings)

    @pytest.mark.parametrize("act", [PROPOSE, ACCEPT], ids=lambda each: each.kind)
    @pytest.mark.parametrize(("off", "verdict"), [(-1, ALLOWED), (0, NO), (1, NO)])
    def test_the_caseload_is_full_at_its_number(
        self, act: Any, off: int, verdict: pk.Verdict
    ) -> None:
        """One below is room for one; the sentence has both numbers in it."""
        most = BOOK.clause("caseload").value or 0
        stood = view(tallies={("ana", "walking"): most + off})
        (found,) = people.caseload(act, stood, BOOK)

        assert found.verdict is verdict
        already = "" if verdict is ALLOWED else "already "
        assert found.sentence == (f"ana {already}walks with {most + off} of at most {most} people.")

    @pytest.mark.parametrize("rule", [people.caseload, people.supervision])
    def test_a_number_that_is_no_longer_in_force_limits_nobody(self, rule: Any) -> None:
        """The rule has nothing to say; it neither allows nor forbids."""
        assert rule(PROPOSE, view(tallies={("ana", "walking"): 10**6}), NUMBERLESS) == ()
        assert support.group_size(plan(**group(100)), view(), NUMBERLESS) == ()

    def test_only_specialists_need_a_credential(self) -> None:
        """A worker needs none, and of a stranger nothing is said."""
        assert people.credential(PROPOSE, view(), BOOK) == ()
        assert people.credential(attrs.evolve(PROPOSE, peer="bo"), view(), BOOK) == ()

    @pytest.mark.parametrize(
        ("since", "until", "verdict"),
        [
            (TODAY, TODAY + DAY, ALLOWED),
            (TODAY - DAY, TODAY, NO),
            (TODAY + DAY, TODAY + 2 * DAY, NO),
            (TODAY - DAY, TODAY + 2 * DAY, ALLOWED),
        ],
    )
    def test_a_credential_is_in_force_from_its_first_day_to_before_its_last(
        self, since: date, until: date, verdict: pk.Verdict
    ) -> None:
        """Half-open, day by day."""
        specialist = attrs.evolve(ANA, role=pk.Role.SPECIALIST)
        held = pk.Credential(id="k", peer="ana", since=since, until=until)
        (found,) = people.credential(PROPOSE, view(specialist, held), BOOK)

        assert found.verdict is verdict
        assert verdict is ALLOWED or until.isoformat() in found.sentence

    @pytest.mark.parametrize(("back", "verdict"), [(0, NO), (1, ALLOWED), (2, ALLOWED), (3, NO)])
    def test_a_credential_counts_on_the_day_of_the_session(
        self, back: int, verdict: pk.Verdict
    ) -> None:
        """Held from the day before yesterday to before today; a plan looks ahead the same way."""
        specialist = attrs.evolve(ANA, role=pk.Role.SPECIALIST)
        held = pk.Credential(id="k", peer="ana", since=TODAY - 2 * DAY, until=TODAY)
        for act in (report(starts=NOW - back * DAY), plan(starts=NOW - back * DAY)):
            assert codes(people.credential(act, view(specialist, held), BOOK)) == [
                ("credential", verdict)
            ]
        late = datetime(2026, 11, 2, 4, tzinfo=UTC)  # still the day before, where it took place
        there = report(starts=late, zone="America/Chicago")
        assert codes(people.credential(there, view(specialist, held), BOOK)) == [
            ("credential", ALLOWED)
        ]

    def test_a_specialist_without_a_credential_is_asked_for_it(self) -> None:
        """Another peer's is none of theirs; of several, one in force is enough."""
        specialist = attrs.evolve(ANA, role=pk.Role.SPECIALIST)
        anothers = pk.Credential(id="x", peer="bo", since=TODAY, until=TODAY + DAY)
        over = pk.Credential(id="o", peer="ana", since=TODAY - 2 * DAY, until=TODAY)
        held = pk.Credential(id="h", peer="ana", since=TODAY, until=TODAY + DAY)

        assert codes(people.credential(PROPOSE, view(specialist, anothers), BOOK)) == [
            ("credential", FACTS)
        ]
        assert codes(people.credential(PROPOSE, view(specialist, over, held), BOOK)) == [
            ("credential", ALLOWED)
        ]

    @pytest.mark.parametrize(
        ("supervised", "since", "day", "verdict"),
        [
            (date(2026, 10, 2), date(2020, 1, 1), date(2026, 11, 2), ALLOWED),
            (date(2026, 10, 2), date(2020, 1, 1), date(2026, 11, 3), CONSULT),
            (None, date(2026, 10, 2), date(2026, 11, 2), ALLOWED),
            (None, date(2026, 10, 2), date(2026, 11, 3), CONSULT),
            (date(2026, 1, 31), date(2020, 1, 1), date(2026, 2, 28), ALLOWED),
            (date(2026, 1, 31), date(2020, 1, 1), date(2026, 3, 1), CONSULT),
            (date(2020, 1, 1), date(2026, 10, 2), date(2026, 11, 2), ALLOWED),
            (date(2020, 1, 1), date(2026, 10, 2), date(2026, 11, 3), CONSULT),
        ],
    )
    def test_supervision_lasts_a_month_to_the_day(
        self, supervised: date | None, since: date, day: date, verdict: pk.Verdict
    ) -> None:
        """A month after the 31st ends with a short month; the later of both days counts."""
        stood = view(attrs.evolve(ANA, supervised=supervised, since=since))
        book = Handbook.load().on(day)
        (found,) = people.supervision(PROPOSE, stood, book)

        assert found.verdict is verdict
        days = (day - max(since, supervised or since)).days
        assert found.facts == {"peer": "ana", "days": days, "limit": 1}
        if verdict is CONSULT:
            assert found.sentence == (
                f"{days} days have passed since ana had supervision or began to serve; "
                "here it is due every 1 month."
            )

    def test_overdue_supervision_gives_way_to_advice(self) -> None:
        """The supervisor agrees to this one match; of a stranger nothing is said."""
        late = attrs.evolve(ANA, supervised=None)
        advised = agreed("supervision", participant="p-8")

        assert codes(people.supervision(PROPOSE, view(late, advised), BOOK)) == [
            ("supervision", CONSULT)
        ]
        assert decided(PROPOSE, late).verdict is CONSULT
        assert decided(PROPOSE, late, advised).verdict is ALLOWED
        assert people.supervision(attrs.evolve(PROPOSE, peer="bo"), view(), BOOK) == ()


#: What each tie comes to while it lasts and when it is past, for whoever asks before they begin.
TIES = {
    pk.TieKind.ROMANTIC: ("intimate-contact", NO, NO),
    pk.TieKind.LANDLORD: ("housing", NO, ALLOWED),
    pk.TieKind.HOUSEHOLD: ("dual-relationship", NO, ALLOWED),
    pk.TieKind.FAMILY: ("dual-relationship", CONSULT, ALLOWED),
    pk.TieKind.FRIEND: ("dual-relationship", CONSULT, ALLOWED),
    pk.TieKind.EMPLOYER: ("dual-relationship", CONSULT, ALLOWED),
    pk.TieKind.BUSINESS: ("dual-relationship", CONSULT, ALLOWED),
    pk.TieKind.COWORKER: ("dual-relationship", CONSULT, ALLOWED),
    pk.TieKind.SPONSOR: ("dual-relationship", CONSULT, ALLOWED),
    pk.TieKind.DISTANT: ("dual-relationship", ALLOWED, ALLOWED),
}


class TestTies:
    """What else two people are to each other."""

    def test_every_kind_of_tie_is_weighed(self) -> None:
        """A new kind must be added to the table above."""
        assert set(TIES) == set(pk.TieKind)

    @pytest.mark.parametrize("of", pk.TieKind)
    @pytest.mark.parametrize("status", pk.TieStatus)
    @pytest.mark.parametrize("turned", [False, True])
    def test_before_they_begin_each_tie_has_its_weight(
        self, *, of: pk.TieKind, status: pk.TieStatus, turned: bool
    ) -> None:
        """From whichever side it was told; the sentence names the two."""
        one, other = ("p-8", "ana") if turned else ("ana", "p-8")
        clause, current, past = TIES[of]
        verdict = current if status is pk.TieStatus.CURRENT else past
        for act in (PROPOSE, plan(participants=("p-8",))):
            (found,) = people.dual_relationship(act, view(tie(of, status, one, other)), BOOK)
            assert (found.clause.id, found.verdict) == (clause, verdict)
            assert found.facts == {"peer": "ana", "other": "p-8"}
            assert "ana" in found.sentence or found.verdict is ALLOWED

    @pytest.mark.parametrize("of", pk.TieKind)
    def test_later_only_what_forbids_is_looked_at_again(self, of: pk.TieKind) -> None:
        """Advice is asked for before they begin, and not again at every step."""
        clause, current, _ = TIES[of]
        expected = (clause, NO) if current is NO else ("dual-relationship", ALLOWED)
        for act in (ACCEPT, report(), asking(activity("listen"))):
            assert codes(people.dual_relationship(act, view(tie(of)), BOOK)) == [expected]

    def test_other_peoples_ties_are_theirs(self) -> None:
        """A tie of two others says nothing, and neither does none."""
        others = tie(pk.TieKind.ROMANTIC, one="p-7", other="p-8")
        allowed = [("dual-relationship", ALLOWED)]

        assert codes(people.dual_relationship(PROPOSE, view(others), BOOK)) == allowed
        assert codes(people.dual_relationship(PROPOSE, view(), BOOK)) == allowed

    def test_ties_of_the_peer_with_others_are_not_of_this_act(self) -> None:
        """That ana is p-9's landlord says nothing about p-7, in a group or alone."""
        elsewhere = tie(pk.TieKind.LANDLORD, other="p-9")
        turned = tie(pk.TieKind.LANDLORD, one="p-9", other="ana")
        allowed = [("dual-relationship", ALLOWED)]

        for act in (PROPOSE, plan(), plan(**group(2)), report(), asking(activity("listen"))):
            for each in (elsewhere, turned):
                assert codes(people.dual_relationship(act, view(each), BOOK)) == allowed
        for each in (elsewhere, turned):
            assert codes(people.dual_relationship(plan(**group(3)), view(each), BOOK)) == [
                ("housing", NO)
            ]

    def test_several_ties_are_several_findings(self) -> None:
        """The heaviest decides, and all are read."""
        ties = tie(pk.TieKind.FAMILY), tie(pk.TieKind.LANDLORD)

        assert codes(people.dual_relationship(plan(), view(*ties), BOOK)) == [
            ("dual-relationship", CONSULT),
            ("housing", NO),
        ]

    def test_advice_does_not_lift_a_no(self) -> None:
        """A supervisor cannot agree to a landlord."""
        stood = view(tie(pk.TieKind.LANDLORD), agreed("housing"))

        assert codes(people.dual_relationship(plan(), stood, BOOK)) == [("housing", NO)]


class TestSupervisorAnswers:
    """Only the peer's own supervisor answers."""

    @pytest.mark.parametrize(
        ("by", "peer", "found"),
        [
            ("sam", "ana", ("supervisor-answers", ALLOWED)),
            ("ana", "ana", ("supervisor-answers", NO)),
            ("sue", "ana", ("supervisor-answers", NO)),
            ("sam", "bo", ("known", FACTS)),
        ],
    )
    def test_who_may_answer(self, by: str, peer: str, found: tuple[str, pk.Verdict]) -> None:
        """Neither the peer, nor another supervisor, nor anybody for a stranger."""
        for act in (
            pk.CloseConcern(by=by, id="n", peer=peer),
            pk.GiveAdvice(by=by, id="c", peer=peer, agreed=True),
        ):
            assert codes(answering.supervisor_answers(act, view(), BOOK)) == [found]


class TestHowSupportIsGiven:
    """Freely, in small groups, and in the person's own voice."""

    @pytest.mark.parametrize(("off", "verdict"), [(-1, ALLOWED), (0, ALLOWED), (1, NO)])
    def test_a_group_may_have_as_many_as_its_number(self, off: int, verdict: pk.Verdict) -> None:
        """The limit itself is still small enough."""
        most = BOOK.clause("group-size").value or 0
        for act in (plan(**group(most + off)), report(**group(most + off))):
            assert codes(support.group_size(act, view(), BOOK)) == [("group-size", verdict)]

    def test_only_groups_have_a_size(self) -> None:
        """One to one and ad hoc are two people."""
        assert support.group_size(plan(), view(), BOOK) == ()
        assert support.group_size(report(form=pk.SessionForm.AD_HOC), view(), BOOK) == ()

    def test_groups_need_no_match(self) -> None:
        """Coming is a choice already, and nothing is agreed with each of many."""
        for make in (plan, report):
            assert support.voluntary(make(**group(2), peer="bo"), view(), BOOK) == ()
        assert support.limits_explained(plan(**group(2), peer="bo"), view(), BOOK) == ()

    def test_a_group_of_one_is_one_to_one(self) -> None:
        """Calling it a group is no way around a yes, or around the limits."""
        for make in (plan, report):
            assert codes(support.voluntary(make(**group(1), peer="bo"), view(), BOOK)) == [
                ("voluntary", CONSENT)
            ]
            assert codes(support.voluntary(make(**group(1)), view(), BOOK)) == [
                ("voluntary", ALLOWED)
            ]
        assert codes(support.limits_explained(plan(**group(1)), view(), BOOK)) == [
            ("limits-explained", ALLOWED)
        ]

    @pytest.mark.parametrize(
        ("planned", "fine"),
        [
            (group(2), True),
            (group(1), False),
            ({"participants": ("p-8",)}, False),
        ],
        ids=["a group", "a group of one", "one to one"],
    )
    def test_a_group_to_which_one_came_is_still_a_group(
        self, planned: dict[str, Any], *, fine: bool
    ) -> None:
        """It was planned for several under that id; nobody is at fault that one came."""
        (session,) = plan(**planned).leaves(view(), Judged(day=TODAY)).nouns
        came = report(form=pk.SessionForm.GROUP, participants=("p-8",))

        assert codes(support.voluntary(came, view(session), BOOK)) == (
            [] if fine else [("voluntary", CONSENT)]
        )

    @pytest.mark.parametrize("status", pk.MatchStatus)
    def test_who_said_no_is_not_met_by_chance(self, status: pk.MatchStatus) -> None:
        """A meeting that nobody planned needs no match, unless this pair's was declined."""
        by_chance = report(form=pk.SessionForm.AD_HOC)
        stood = view(attrs.evolve(MATCH, status=status))
        verdict = CONSENT if status is pk.MatchStatus.DECLINED else ALLOWED

        assert codes(support.voluntary(by_chance, stood, BOOK)) == [("voluntary", verdict)]

    def test_a_no_to_somebody_else_is_none(self) -> None:
        """And who said no once and yes later has said yes."""
        no = attrs.evolve(MATCH, status=pk.MatchStatus.DECLINED)
        yes = attrs.evolve(MATCH, id="m-2")
        by_chance = report(form=pk.SessionForm.AD_HOC)
        for match in (attrs.evolve(no, peer="bo"), attrs.evolve(no, participant="p-8")):
            assert codes(support.voluntary(by_chance, view(match), BOOK)) == [
                ("voluntary", ALLOWED)
            ]
        assert codes(support.voluntary(by_chance, view(no, yes), BOOK)) == [("voluntary", ALLOWED)]

    def test_asking_whether_something_is_ones_role_needs_no_match(self) -> None:
        """A question about p-8, with whom ana does not walk, is answered."""
        act = attrs.evolve(asking(activity("listen")), participant="p-8")

        assert decided(act).verdict is ALLOWED

    @pytest.mark.parametrize("status", pk.MatchStatus)
    def test_one_to_one_begins_with_a_yes(self, status: pk.MatchStatus) -> None:
        """Only an accepted match is one."""
        stood = view(attrs.evolve(MATCH, status=status))
        verdict = ALLOWED if status is pk.MatchStatus.ACCEPTED else CONSENT
        for act in (plan(), report()):
            assert codes(support.voluntary(act, stood, BOOK)) == [("voluntary", verdict)]

    @pytest.mark.parametrize(
        ("peer", "participant"), [("bo", "p-7"), ("ana", "p-8")], ids=["peer", "participant"]
    )
    def test_a_yes_to_somebody_else_is_none(self, peer: str, participant: str) -> None:
        """The match must be of these two."""
        act = plan(peer=peer, participants=(participant,))

        assert codes(support.voluntary(act, view(), BOOK)) == [("voluntary", CONSENT)]

    def test_a_late_report_counts_while_the_match_lasted(self) -> None:
        """What happened before the end was right; what happened after it was not."""
        ended = attrs.evolve(MATCH, status=pk.MatchStatus.ENDED, ended=NOW - DAY)
        verdicts = [
            codes(support.voluntary(report(starts=starts), view(ended), BOOK))[0][1]
            for starts in (NOW - DAY - TICK, NOW - DAY, NOW)
        ]

        assert verdicts == [ALLOWED, CONSENT, CONSENT]
        assert codes(support.voluntary(plan(), view(ended), BOOK)) == [("voluntary", CONSENT)]

    @pytest.mark.parametrize("off", [-TICK, 0 * TICK, TICK])
    def test_a_yes_counts_from_the_moment_it_was_said(self, off: timedelta) -> None:
        """What came before it was not yet agreed to."""
        said = NOW - DAY
        since = attrs.evolve(MATCH, since=said)
        verdict = ALLOWED if off >= timedelta() else CONSENT

        assert codes(support.voluntary(report(starts=said + off), view(since), BOOK)) == [
            ("voluntary", verdict)
        ]

    @pytest.mark.parametrize(
        ("met", "agreement", "first", "verdict"),
        [
            (0, None, "listen", ALLOWED),
            (1, None, "listen", FACTS),
            (1, None, "agree-boundaries", ALLOWED),
            (1, AGREEMENT, "listen", ALLOWED),
            (9, attrs.evolve(AGREEMENT, topics=(pk.Topic.HOURS,)), "listen", FACTS),
            (9, attrs.evolve(AGREEMENT, status=pk.AgreementStatus.AMENDED), "listen", FACTS),
            (9, attrs.evolve(AGREEMENT, participant="p-8"), "listen", FACTS),
            (9, attrs.evolve(AGREEMENT, peer="bo"), "listen", FACTS),
        ],
    )
    def test_by_the_second_meeting_the_limits_are_explained(
        self, met: int, agreement: pk.Noun | None, first: str, verdict: pk.Verdict
    ) -> None:
        """By an agreement of the two that is in force, or within this meeting."""
        nouns = tuple(each for each in (ANA, MATCH, agreement) if each is not None)
        stood = pk.View(NOW, nouns, {("ana+p-7", "met"): met})
        (found,) = support.limits_explained(plan(activities=(activity(first),)), stood, BOOK)

        assert (found.clause.id, found.verdict) == ("limits-explained", verdict)
        assert verdict is ALLOWED or f"(times: {met})" in found.sentence

    @pytest.mark.parametrize(
        ("told", "verdict"),
        [
            (consent(to=("housing-office",)), ALLOWED),
            (consent(to=("housing-office",), participant="p-7"), CONSENT),
            (consent(), CONSENT),
            (consent(to=("housing-office",), since=NOW + TICK), CONSENT),
            (None, CONSENT),
        ],
    )
    def test_what_was_told_stays_here_unless_they_agreed(
        self, told: pk.Consent | None, verdict: pk.Verdict
    ) -> None:
        """To this person, this scope, at this time."""
        scopes = (pk.ConsentScope.STORY,)
        act = pk.ShareInformation(by="ana", participant="p-8", scopes=scopes, to="housing-office")
        stood = view() if told is None else view(told)

        assert codes(support.consent(act, stood, BOOK)) == [("consent", verdict)]

    def test_each_scope_is_asked_for(self) -> None:
        """One that is covered carries none of the others."""
        act = pk.ShareInformation(
            by="ana",
            participant="p-8",
            scopes=(pk.ConsentScope.STORY, pk.ConsentScope.GOALS),
            to="p-7",
        )
        found = support.consent(act, view(consent()), BOOK)

        assert [(each.facts["scope"], each.verdict) for each in found] == [
            ("story", ALLOWED),
            ("goals", CONSENT),
        ]

    def test_what_is_theirs_may_be_told_to_themselves(self) -> None:
        """Nobody needs their own consent to hear about themself."""
        act = pk.ShareInformation(
            by="ana", participant="p-8", scopes=(pk.ConsentScope.GOALS,), to="p-8"
        )

        assert codes(support.consent(act, view(), BOOK)) == [("consent", ALLOWED)]

    @pytest.mark.parametrize(
        ("by", "said_so", "verdict"),
        [
            ("p-7", None, ALLOWED),
            ("p-7", False, ALLOWED),
            ("ana", True, ALLOWED),
            ("ana", None, FACTS),
            ("ana", False, NO),
        ],
    )
    def test_only_the_participant_speaks_for_the_participant(
        self, by: str, *, said_so: bool | None, verdict: pk.Verdict
    ) -> None:
        """Others may write down what the person said, and must say that it was said."""
        how: dict[str, Any] = {"by": by, "participant": "p-7", "said_so": said_so}
        for act in (
            pk.AcceptMatch(**how, id="m-1", peer="ana"),
            pk.DeclineMatch(**how, id="m-1", peer="ana"),
            pk.SetGoal(**how, id="g", words=pk.Words("x")),
            pk.ChangeGoal(**how, id="g", status=pk.GoalStatus.COMPLETED),
            pk.AgreeBoundaries(**how, id="ag", peer="ana", topics=(pk.Topic.HOURS,)),
            pk.RecordConsent(**how, id="k", scopes=tuple(pk.ConsentScope), to=("x",), since=NOW),
            pk.RevokeConsent(**how, id="k"),
        ):
            assert codes(support.own_voice(act, view(), BOOK)) == [("own-voice", verdict)]


class TestRecords:
    """Nothing twice, one step at a time, and only what has happened."""

    def test_an_id_names_one_thing(self) -> None:
        """Of one kind: a goal may be called what a match is called."""
        again = attrs.evolve(PROPOSE, id="m-1")
        other = pk.SetGoal(by="p-7", id="m-1", participant="p-7", words=pk.Words("x"))

        assert codes(records.once(PROPOSE, view(), BOOK)) == [("once", ALLOWED)]
        assert codes(records.once(again, view(), BOOK)) == [("once", NO)]
        assert codes(records.once(other, view(), BOOK)) == [("once", ALLOWED)]

    @pytest.mark.parametrize("status", pk.SessionStatus)
    def test_a_report_may_take_the_place_of_its_plan(self, status: pk.SessionStatus) -> None:
        """And of nothing else; a second plan may not even do that."""
        session = pk.Session(
            id="s-1",
            form=pk.SessionForm.ONE_TO_ONE,
            peer="ana",
            participants=("p-7",),
            starts=NOW,
            minutes=60,
            status=status,
        )
        planned = status is pk.SessionStatus.PLANNED

        assert codes(records.once(report(), view(session), BOOK)) == [
            ("once", ALLOWED if planned else NO)
        ]
        assert codes(records.once(plan(), view(session), BOOK)) == [("once", NO)]

    def test_the_very_same_report_may_be_told_again(self) -> None:
        """It is known already, with whatever note; anything else about it is another session."""
        (kept,) = report().leaves(view(), Judged(day=TODAY)).nouns
        same: tuple[dict[str, Any], ...] = ({}, {"by": "p-7"}, {"note": pk.Words("x")})
        for how in same:
            assert codes(records.once(report(**how), view(kept), BOOK)) == [("once", ALLOWED)]
        other: tuple[dict[str, Any], ...] = (
            {"minutes": 59},
            {"starts": EARLIER - TICK},
            {"zone": "America/Chicago"},
            {"participants": ("p-8",)},
            {"peer": "bo"},
            {"activities": (activity("advocate"),)},
            {"form": pk.SessionForm.AD_HOC},
        )
        for how in other:
            assert codes(records.once(report(**how), view(kept), BOOK)) == [("once", NO)]

    def test_another_report_under_a_taken_id_says_what_it_is_kept_as(self) -> None:
        """The name that is given is the name under which it will be found."""
        (kept,) = report().leaves(view(), Judged(day=TODAY)).nouns
        other = report(minutes=30)
        (found,) = records.once(other, view(kept), BOOK)
        (held, *_) = other.leaves(
            view(kept), Judged(day=TODAY, allowed=False, clauses=("once",))
        ).nouns

        assert held.id != "s-1"
        assert found.sentence == (
            f"The id s-1 already names something that is kept. This is kept as {held.id}."
        )
        (planned,) = records.once(plan(), view(kept), BOOK)
        assert planned.sentence == "The id s-1 already names something that is kept."

    @pytest.mark.parametrize(
        ("act", "noun"),
        [
            (
                pk.DiscloseForSafety(
                    by="ana",
                    id="x-1",
                    peer="ana",
                    participant="p-7",
                    to=("crisis-team",),
                    basis=pk.Basis.DANGER_TO_SELF,
                ),
                pk.SafetyDisclosure(
                    id="x-1",
                    peer="ana",
                    participant="p-7",
                    to=("crisis-team",),
                    basis=pk.Basis.DANGER_TO_OTHERS,
                ),
            ),
            (
                pk.RaiseConcern(by="x", id="x-1", peer="ana", people=("p-7",), clauses=("money",)),
                pk.Concern(id="x-1", peer="ana", people=("p-8",), clauses=("money",)),
            ),
            (
                pk.DiscloseTie(
                    by="ana", id="x-1", peer="ana", participant="p-7", of=pk.TieKind.FRIEND
                ),
                pk.Tie(id="x-1", of=pk.TieKind.FRIEND, one="ana", other="p-8"),
            ),
        ],
        ids=lambda each: each.kind,
    )
    def test_what_else_is_told_under_a_taken_id_is_kept_apart(
        self, act: Any, noun: pk.Noun
    ) -> None:
        """It is no fault to tell; the answer names the id that it has from now on."""
        (found,) = records.once(act, view(noun), BOOK)
        (kept, *_) = [
            each
            for each in act.leaves(view(noun), Judged(day=TODAY)).nouns
            if each.kind == noun.kind
        ]

        assert codes((found,)) == [("kept-apart", ALLOWED)]
        assert kept.id != "x-1"
        assert found.sentence == f"The id x-1 is taken. This is kept as {kept.id}."
        assert codes(records.once(act, view(), BOOK)) == [("once", ALLOWED)]
        assert codes(records.once(act, view(kept, attrs.evolve(kept, id="x-1")), BOOK)) == [
            ("once", ALLOWED)
        ]

    @pytest.mark.parametrize("status", pk.MatchStatus)
    def test_two_people_have_one_match_at_a_time(self, status: pk.MatchStatus) -> None:
        """While one is proposed or accepted; when it is over they may try again."""
        again = attrs.evolve(PROPOSE, participant="p-7")
        stood = view(attrs.evolve(MATCH, status=status))
        running = status in {pk.MatchStatus.PROPOSED, pk.MatchStatus.ACCEPTED}

        assert codes(records.one_match(again, stood, BOOK)) == [
            ("one-match", NO if running else ALLOWED)
        ]
        assert codes(records.one_match(PROPOSE, stood, BOOK)) == [("one-match", ALLOWED)]

    def test_roles_turned_round_are_the_same_two_people(self) -> None:
        """Support both ways at once would count them twice."""
        turned = attrs.evolve(PROPOSE, peer="p-7", participant="ana")

        assert codes(records.one_match(turned, view(), BOOK)) == [("one-match", NO)]

    def test_a_thing_moves_along_its_lifecycle(self) -> None:
        """The sentence is the lifecycle's own; what is not there must be named first."""
        ended = attrs.evolve(MATCH, status=pk.MatchStatus.ENDED)
        proposed = attrs.evolve(MATCH, status=pk.MatchStatus.PROPOSED)
        (no,) = records.steps(ACCEPT, view(ended), BOOK)
        (yes,) = records.steps(ACCEPT, view(proposed), BOOK)
        (unknown,) = records.steps(attrs.evolve(ACCEPT, id="m-9"), view(), BOOK)

        assert (no.clause.id, no.verdict) == ("steps", NO)
        assert "ended cannot become accepted; it may become nothing else." in no.sentence
        assert (yes.verdict, yes.facts["status"]) == (ALLOWED, "proposed may become accepted.")
        assert (unknown.clause.id, unknown.verdict) == ("known-thing", FACTS)
        assert "m-9 as a match" in unknown.sentence
        left = pk.ChangeService(by="x", id="bo", status=pk.PeerStatus.LEFT)
        (nobody,) = records.steps(left, view(), BOOK)
        assert (nobody.clause.id, nobody.verdict) == ("known", FACTS)

    @pytest.mark.parametrize(
        ("act", "noun"),
        [
            (attrs.evolve(ACCEPT, by="p-8", participant="p-8"), MATCH),
            (attrs.evolve(ACCEPT, peer="bo"), MATCH),
            (pk.EndMatch(by="x", id="m-1", peer="bo", participant="p-7"), MATCH),
            (
                pk.ChangeGoal(by="p-8", id="g", participant="p-8", status=pk.GoalStatus.ON_HOLD),
                pk.Goal(id="g", participant="p-7"),
            ),
            (pk.RevokeConsent(by="p-7", id="k-1", participant="p-7"), consent()),
            (
                pk.CloseConcern(by="sue", id="n", peer="bo"),
                pk.Concern(id="n", peer="ana", people=("ana",), clauses=("money",)),
            ),
            (
                pk.GiveAdvice(by="sue", id="c-1", peer="bo", agreed=True),
                agreed("gifts", status=pk.ConsultationStatus.ASKED),
            ),
        ],
        ids=lambda each: each.kind,
    )
    def test_nobody_answers_what_is_anothers(self, act: Any, noun: pk.Noun) -> None:
        """Naming oneself beside another person's match, goal or consent opens no way to it."""
        stood = view(attrs.evolve(MATCH, status=pk.MatchStatus.PROPOSED), noun)
        (found,) = records.steps(act, stood, BOOK)

        assert (found.clause.id, found.verdict) == ("known-thing", FACTS)
        assert f"{act.id} as a {noun.kind} of the people named" in found.sentence

    def test_a_record_says_what_has_happened(self) -> None:
        """A session by its last moment, a supervision by the day; what is not said is no fault."""
        hour = timedelta(minutes=60)
        told: list[tuple[Any, pk.Verdict]] = [
            (report(starts=NOW - hour), ALLOWED),
            (report(starts=NOW - hour + TICK), FACTS),
            (report(starts=NOW), FACTS),
            (report(starts=NOW - hour, minutes=61), FACTS),
            (pk.RecordSupervision(by="sam", peer="ana", on=TODAY), ALLOWED),
            (pk.RecordSupervision(by="sam", peer="ana", on=TODAY + DAY), FACTS),
            (welcome(), ALLOWED),
            (welcome(since=TODAY + DAY), FACTS),
            (welcome(supervised=TODAY), ALLOWED),
            (welcome(supervised=TODAY + DAY), FACTS),
        ]
        for act, verdict in told:
            assert codes(records.happened(act, view(), BOOK)) == [("already-happened", verdict)]

    @pytest.mark.parametrize("kind", [pk.AcceptMatch, pk.DeclineMatch, pk.EndMatch])
    @pytest.mark.parametrize(
        ("when", "verdict"),
        [(None, ALLOWED), (NOW - DAY, ALLOWED), (NOW, ALLOWED), (NOW + TICK, FACTS)],
    )
    def test_an_answer_was_said_before_it_is_written_down(
        self, kind: Any, when: datetime | None, verdict: pk.Verdict
    ) -> None:
        """A moment that is left out is now."""
        act = kind(by="p-7", id="m-1", peer="ana", participant="p-7", when=when)

        assert codes(records.happened(act, view(), BOOK)) == [("already-happened", verdict)]

    @pytest.mark.parametrize(
        ("off", "verdict"), [(-TICK, FACTS), (timedelta(0), ALLOWED), (TICK, ALLOWED)]
    )
    def test_nothing_ends_before_it_began(self, off: timedelta, verdict: pk.Verdict) -> None:
        """A match may end in the moment of its yes, and not before it."""
        since = NOW - DAY
        act = pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7", when=since + off)
        stood = view(attrs.evolve(MATCH, since=since))

        assert codes(records.happened(act, stood, BOOK)) == [("already-happened", verdict)]

    @pytest.mark.parametrize(
        ("starts", "verdict"), [(NOW - TICK, ALLOWED), (NOW, ALLOWED), (NOW + TICK, FACTS)]
    )
    def test_nobody_missed_what_has_not_begun(self, starts: datetime, verdict: pk.Verdict) -> None:
        """And of a session that nobody planned nothing is said here."""
        (session,) = plan(starts=starts).leaves(view(), Judged(day=TODAY)).nouns
        missed = pk.ReportMissedSession(by="ana", id="s-1")

        assert codes(records.happened(missed, view(session), BOOK)) == [
            ("already-happened", verdict)
        ]
        assert codes(records.happened(missed, view(), BOOK)) == [("already-happened", ALLOWED)]

    @pytest.mark.parametrize(
        ("act", "missing"),
        [
            (("gifts",), None),
            (("gifts", "money"), None),
            (("gift",), "gift"),
            (("x", "money", "y"), "x, y"),
        ],
    )
    def test_only_what_the_book_has_can_be_asked_about(
        self, act: tuple[str, ...], missing: str | None
    ) -> None:
        """Advice on a clause that is not there would open nothing, and nobody would know why."""
        asked: list[Any] = [
            pk.RaiseConcern(by="x", id="n", peer="ana", people=("p-7",), clauses=act)
        ]
        if len(act) == 1:
            asked.append(
                pk.ConsultSupervisor(by="ana", id="c", peer="ana", participant="p-7", clause=act[0])
            )
        for each in asked:
            found = records.known_clauses(each, view(), BOOK)
            assert codes(found) == ([] if missing is None else [("known-thing", FACTS)])
            if missing is not None:
                assert f"{missing} as a clause of the handbook" in found[0].sentence

    def test_anyone_may_tell(self) -> None:
        """Telling is always right, whoever does it."""
        act = pk.RaiseConcern(
            by="neighbour", id="n", peer="ana", people=("ana",), clauses=("money",)
        )

        assert codes(records.told(act, view(), BOOK)) == [("anyone-may-tell", ALLOWED)]


class TestTheWhole:
    """All role limits together."""

    @pytest.mark.parametrize(
        ("act", "verdict"),
        [
            (plan(), ALLOWED),
            (plan(participants=("p-8",)), CONSENT),
            (asking(activity("give-gift", value="token")), CONSULT),
            (asking(activity("give-gift")), FACTS),
            (asking(activity("therapy")), NO),
        ],
        ids=lambda each: getattr(each, "kind", str(each)),
    )
    def test_each_verdict_can_be_reached(self, act: pk.Act, verdict: pk.Verdict) -> None:
        """From yes to no, on one ordinary day."""
        assert decided(act).verdict is verdict

    def test_rules_have_names_of_their_own(self) -> None:
        """Each is named once, speaks of real acts, and is written as a sentence."""
        names = [each.id for each in pk.ROLE_LIMITS.rules]

        assert len(set(names)) == len(names)
        for rule in pk.ROLE_LIMITS.rules:
            assert rule.speaks_of
            assert (rule.check.__doc__ or "").strip().splitlines()[0].endswith((".", "?"))


class TestBounds:
    """Where a rule turns: the moment itself, the first place, the whole of a set."""

    def test_a_no_counts_from_its_moment_on(self) -> None:
        """Who declined at noon is not met by chance at noon."""
        declined = attrs.evolve(
            MATCH, status=pk.MatchStatus.DECLINED, ended=NOW - timedelta(hours=1)
        )
        for minutes, verdict in ((0, CONSENT), (1, ALLOWED)):
            starts = NOW - timedelta(hours=1, minutes=minutes)
            by_chance = report(form=pk.SessionForm.AD_HOC, starts=starts, minutes=5)
            (found,) = support.voluntary(by_chance, view(declined), BOOK)
            assert found.verdict is verdict

    def test_a_group_of_one_was_planned_for_more(self) -> None:
        """All who were planned may come, or one of several; one planned for one is no group."""
        for planned, free in ((("p-7", "p-8"), True), (("p-8",), False)):
            session = pk.Session(
                id="s-1",
                form=pk.SessionForm.GROUP,
                peer="ana",
                participants=planned,
                starts=NOW,
                zone="UTC",
                minutes=60,
                activities=(activity("listen"),),
            )
            came = report(form=pk.SessionForm.GROUP, participants=("p-8",))
            found = support.voluntary(came, view(session), BOOK)
            assert codes(found) == ([] if free else [("voluntary", CONSENT)])
        both = ("p-7", "p-8")
        all_came = report(form=pk.SessionForm.GROUP, participants=both)
        assert support.voluntary(all_came, view(), BOOK) == ()

    def test_a_tie_of_others_does_not_hide_one_that_counts(self) -> None:
        """In whatever order they stand."""
        theirs = tie(pk.TieKind.FRIEND, one="x", other="p-7")
        ours = tie(pk.TieKind.ROMANTIC)
        for ties in ((theirs, ours), (ours, theirs)):
            found = people.dual_relationship(asking(activity("listen")), view(*ties), BOOK)
            assert codes(found) == [("intimate-contact", NO)]

    def test_everybody_who_is_told_of_a_danger_is_named(self) -> None:
        """With a comma between them."""
        told = pk.DiscloseForSafety(
            by="ana",
            id="d-1",
            peer="ana",
            participant="p-7",
            to=("emergency-services", "sam"),
            basis=pk.Basis.DANGER_TO_SELF,
        )
        (found,) = support.safety_first(told, view(), BOOK)

        assert found.sentence.startswith("ana tells emergency-services, sam at once, ")

    def test_a_thing_of_others_is_named_word_by_word(self) -> None:
        """So that whoever mistyped an id sees which."""
        stood = view(attrs.evolve(MATCH, participant="p-8"))
        (found,) = records.steps(ACCEPT, stood, BOOK)

        assert found.sentence == "The program does not know m-1 as a match of the people named."


class TestWhatIsNotThere:
    """A thing that the view does not hold is nobody's."""

    def test_a_session_that_is_not_there_is_not_moved(self) -> None:
        """Outside the door, where no rule has asked: nothing is left."""
        act = pk.MoveSession(
            by="ana", id="s-9", peer="ana", participants=("p-7",), starts=NOW, minutes=60
        )

        assert act.leaves(view(), Judged(day=TODAY)) == Left()

    def test_a_place_on_the_list_that_was_given_up_stands_in_nobodys_way(self) -> None:
        """Nor does that of somebody else."""
        gone = pk.WaitingStatus.LEFT
        stood = view(
            pk.Waiting(id="w-1", participant="p-7", since=NOW, status=gone),
            pk.Waiting(id="w-2", participant="p-8", since=NOW),
        )
        act = pk.JoinWaitingList(by="p-7", id="w-3", participant="p-7")

        assert codes(matching.waits_once(act, stood, BOOK)) == [("waits-once", ALLOWED)]
