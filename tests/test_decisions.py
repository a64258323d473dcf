"""How any verdict is reached: the heaviest finding wins, silence is no, a broken rule is no."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable
from itertools import product
from types import MappingProxyType
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import peerkit as pk
from peerkit.acts import ACTS, Judged
from peerkit.decisions import Findings, as_text
from peerkit.testing.situations import situations
from peerkit.testing.strategies import acts
from tests.ordinary import BOOK, NOW, ORDINARY, TODAY, activity, asking, decided, plan, report, view

CANARY = "Zebrafinch"
ASK = asking(activity("listen"))
NO_RULES = pk.Rules()
QUIET = pk.Rules(pk.Rule("quiet", (pk.Act,), lambda *_: ()))


def saying(clause: str, verdict: pk.Verdict) -> pk.Rule:
    """A rule that always says the same."""
    plain = attrs.evolve(BOOK.clause(clause), sentences={})
    found = (pk.Finding(plain, verdict),)
    return pk.Rule(clause, (pk.Act,), lambda act, view, book: found)


def raising(error: BaseException) -> pk.Rule:
    """A rule that cannot be checked."""

    def check(act: pk.Act, view: pk.View, book: pk.Book) -> Findings:
        raise error

    return pk.Rule("broken", (pk.Act,), check)


def verdict_of(*rules: pk.Rule) -> pk.Verdict:
    """What these rules come to."""
    return pk.decide(ASK, view(), BOOK, pk.Rules(*rules)).verdict


class TestTheHeaviestWins:
    """One no outweighs any number of yes."""

    def test_the_verdicts_have_this_order(self) -> None:
        """Lightest to heaviest, and each reads as plain words."""
        assert [str(each) for each in sorted(pk.Verdict)] == [
            "allowed",
            "needs consent",
            "needs consultation",
            "needs facts",
            "not allowed",
        ]

    @pytest.mark.parametrize(("one", "other"), list(product(pk.Verdict, repeat=2)))
    def test_of_two_findings_the_heavier_decides(self, one: pk.Verdict, other: pk.Verdict) -> None:
        """Whichever comes first."""
        rules = saying("money", one), saying("gifts", other)

        assert verdict_of(*rules) is max(one, other)

    @given(st.lists(st.sampled_from(pk.Verdict), min_size=1, max_size=12))
    def test_of_many_findings_the_heaviest_decides(self, verdicts: list[pk.Verdict]) -> None:
        """All of them are kept, in the order of the rules."""
        rules = [saying("money", each) for each in verdicts]
        decision = pk.decide(ASK, view(), BOOK, pk.Rules(*rules))

        assert decision.verdict is max(verdicts)
        assert [each.verdict for each in decision.findings] == verdicts
        assert decision.allowed is all(each is pk.Verdict.ALLOWED for each in verdicts)

    def test_a_decision_knows_its_book(self) -> None:
        """The edition and the day it was read for; no number while nothing is kept."""
        decision = decided(ASK)

        assert (decision.edition, decision.day) == (BOOK.edition, NOW.date())
        assert (decision.number, decision.again) == (0, False)
        assert decision.act is ASK
        assert decision.kept_as(7) == attrs.evolve(decision, number=7)


class TestSilenceIsNo:
    """Where no rule speaks, the answer is no, and it says so."""

    @pytest.mark.parametrize("rules", [NO_RULES, QUIET], ids=["no rules", "quiet rules"])
    def test_no_finding_is_a_no(self, rules: pk.Rules) -> None:
        """Neither no rules nor rules without anything to say let an act through."""
        decision = pk.decide(ASK, view(), BOOK, rules)

        assert decision.verdict is pk.Verdict.NOT_ALLOWED
        assert [each.clause.id for each in decision.findings] == ["silence"]
        assert "silence is not a yes" in decision.explain()

    def test_a_rule_speaks_only_of_its_own_acts(self) -> None:
        """A yes to something else is no yes to this."""
        other = pk.Rule("other", (pk.ProposeMatch,), saying("money", pk.Verdict.ALLOWED).check)

        assert verdict_of(other) is pk.Verdict.NOT_ALLOWED
        assert pk.Rules(other).speaking_of(pk.DoActivity) == ()
        assert pk.Rules(other).speaking_of(pk.ProposeMatch) == (other,)

    @pytest.mark.parametrize("kind", ACTS, ids=lambda kind: kind.kind)
    def test_a_rule_speaks_of_every_act(self, kind: type[pk.Act]) -> None:
        """No act is decided by silence: some role limit speaks of each."""
        assert pk.ROLE_LIMITS.speaking_of(kind)
        assert pk.ROLE_LIMITS.speaking_of(kind) is pk.ROLE_LIMITS.speaking_of(kind)


class TestABrokenRuleIsNo:
    """What cannot be checked is not a yes, and its error tells nobody's words."""

    @pytest.mark.parametrize(
        "error",
        [
            ValueError(f"{CANARY} is not a number"),
            KeyError(CANARY),
            RecursionError(CANARY),
            pk.BadInput("$", CANARY),
            AssertionError(CANARY),
        ],
        ids=lambda error: type(error).__name__,
    )
    def test_a_rule_that_raises_counts_as_no(self, error: Exception) -> None:
        """The finding names the rule and the kind of error, and nothing of its text."""
        rules = pk.Rules(saying("money", pk.Verdict.ALLOWED), raising(error))
        decision = pk.decide(ASK, view(), BOOK, rules)
        broken = decision.findings[-1]

        assert decision.verdict is pk.Verdict.NOT_ALLOWED
        assert broken.clause.id == "unchecked"
        assert broken.facts == {"id": "broken", "error": type(error).__name__}
        assert CANARY not in decision.explain() + repr(decision) + str(decision)

    def test_the_other_rules_are_asked_all_the_same(self) -> None:
        """One broken rule hides no other reason."""
        rules = pk.Rules(raising(ValueError()), saying("money", pk.Verdict.NEEDS_CONSENT))
        decision = pk.decide(ASK, view(), BOOK, rules)

        assert [each.clause.id for each in decision.findings] == ["unchecked", "money"]

    def test_a_rule_that_answers_nothing_at_all_is_broken(self) -> None:
        """Forgetting to return is not a yes."""
        forgetful = pk.Rule("forgetful", (pk.Act,), lambda *_: None)  # type: ignore[arg-type]
        decision = pk.decide(ASK, view(), BOOK, pk.Rules(forgetful))

        assert decision.findings[0].facts["id"] == "forgetful"
        assert not decision.allowed

    def test_who_interrupts_is_heard(self) -> None:
        """Ctrl-C is no finding: it ends the decision."""
        with pytest.raises(KeyboardInterrupt):
            pk.decide(ASK, view(), BOOK, pk.Rules(raising(KeyboardInterrupt())))


class TestHeeded:
    """What looks at all findings together, once, when some of them ask for a talk."""

    @pytest.mark.parametrize("verdict", pk.Verdict)
    def test_findings_are_heeded_together_when_one_asks_for_a_talk(
        self, verdict: pk.Verdict
    ) -> None:
        """It sees every finding; what it gives back is what decides, and it is asked once."""
        seen: list[Findings] = []

        def heeded(findings: Findings, act: pk.Act, view: pk.View) -> Findings:
            seen.append(findings)
            return tuple(attrs.evolve(each, verdict=pk.Verdict.ALLOWED) for each in findings)

        said = saying("money", pk.Verdict.ALLOWED), saying("gifts", verdict)
        decision = pk.decide(ASK, view(), BOOK, pk.Rules(*said, heeded=heeded))
        asks = verdict is pk.Verdict.NEEDS_CONSULTATION

        assert [[each.verdict for each in once] for once in seen] == (
            [[pk.Verdict.ALLOWED, verdict]] if asks else []
        )
        assert decision.verdict is (pk.Verdict.ALLOWED if asks else verdict)

    def test_without_it_advice_opens_nothing(self) -> None:
        """Rules of one's own that do not heed advice leave the question with the supervisor."""
        agreed = pk.Consultation(
            id="c-1",
            peer="ana",
            participant="p-7",
            clause="gifts",
            status=pk.ConsultationStatus.AGREED,
        )
        gift = asking(activity("give-gift", value="token"))
        plain = pk.Rules(*pk.ROLE_LIMITS.rules)

        assert decided(gift, agreed).allowed
        assert pk.decide(gift, view(agreed), BOOK, plain).verdict is pk.Verdict.NEEDS_CONSULTATION


class TestAdviceThatCannotBeRead:
    """Looking at advice may let something through; when it fails, it lets through nothing."""

    def test_advice_that_raises_is_no(self) -> None:
        """The finding says the advice could not be checked, and nothing of the error's text."""

        def broken(findings: Findings, act: pk.Act, view: pk.View) -> Findings:
            raise KeyError(CANARY)

        rules = pk.Rules(saying("gifts", pk.Verdict.NEEDS_CONSULTATION), heeded=broken)
        decision = pk.decide(ASK, view(), BOOK, rules)

        assert decision.verdict is pk.Verdict.NOT_ALLOWED
        assert [each.clause.id for each in decision.findings] == ["gifts", "unchecked"]
        assert CANARY not in decision.explain()

    def test_advice_hides_no_finding(self) -> None:
        """Whoever takes findings away, instead of answering each, is not heard."""
        gifts = saying("gifts", pk.Verdict.NEEDS_CONSULTATION)
        rules = pk.Rules(gifts, heeded=lambda findings, act, view: ())

        assert pk.decide(ASK, view(), BOOK, rules).verdict is pk.Verdict.NEEDS_CONSULTATION

    def test_advice_is_looked_at_only_where_some_is_asked_for(self) -> None:
        """It cannot lift what never asked for it."""

        def lifting(findings: Findings, act: pk.Act, view: pk.View) -> Findings:
            return tuple(attrs.evolve(each, verdict=pk.Verdict.ALLOWED) for each in findings)

        for verdict in pk.Verdict:
            decision = pk.decide(
                ASK, view(), BOOK, pk.Rules(saying("money", verdict), heeded=lifting)
            )
            asked = verdict is pk.Verdict.NEEDS_CONSULTATION
            assert decision.verdict is (pk.Verdict.ALLOWED if asked else verdict)


class TestOrderChangesNothing:
    """The rules are a set: whoever is asked first makes no difference."""

    @given(st.permutations(pk.ROLE_LIMITS.rules), st.sampled_from(situations()))
    def test_any_order_of_the_role_limits_finds_the_same(
        self, rules: list[pk.Rule], situation: Any
    ) -> None:
        """The same findings, whatever the order, on any shipped situation."""
        stood = pk.View(NOW, situation.nouns, situation.tallies)
        one = pk.decide(situation.ask, stood, BOOK, pk.ROLE_LIMITS)
        turned = pk.Rules(*rules, heeded=pk.ROLE_LIMITS.heeded)
        other = pk.decide(situation.ask, stood, BOOK, turned)

        assert other.verdict is one.verdict
        key: Callable[[pk.Finding], tuple[Any, ...]] = lambda each: (  # noqa: E731 - said once
            each.clause.id,
            each.verdict,
            each.activity,
            sorted(each.facts.items()),
        )
        assert sorted(map(key, other.findings)) == sorted(map(key, one.findings))

    @given(st.permutations(ORDINARY), acts(pk.ProposeMatch, pk.PlanSession, pk.DoActivity))
    def test_any_order_of_what_stands_finds_the_same(
        self, nouns: list[pk.Noun], act: pk.Act
    ) -> None:
        """A store may answer in any order."""
        one = pk.decide(act, pk.View(NOW, ORDINARY), BOOK, pk.ROLE_LIMITS)
        other = pk.decide(act, pk.View(NOW, tuple(nouns)), BOOK, pk.ROLE_LIMITS)

        assert other == one

    def test_deciding_changes_nothing_it_reads(self) -> None:
        """Pure: asked twice about tables that cannot change, it says the same."""
        stood = view(tallies=MappingProxyType({("ana", "walking"): 1}))

        assert pk.decide(plan(), stood, BOOK, pk.ROLE_LIMITS) == pk.decide(
            plan(), stood, BOOK, pk.ROLE_LIMITS
        )


class TestExplain:
    """The whole answer as text, heaviest first, with a way forward."""

    @given(st.permutations(list(pk.Verdict)))
    def test_people_read_the_heaviest_first(self, order: list[pk.Verdict]) -> None:
        """Findings of one weight stay in the order they were found."""
        rules = [saying("money", each) for each in order]
        decision = pk.decide(ASK, view(), BOOK, pk.Rules(*rules, *rules))
        read = [each.verdict for each in decision.heaviest_first()]

        assert read == sorted((*order, *order), reverse=True)
        lines = decision.explain().splitlines()
        assert lines[0] == f"activity.asked: {max(order)}."
        headed = [line for line in lines[1:] if line[:3] != "   "]
        assert [line.strip().partition(":")[0] for line in headed] == list(map(str, read))

    @pytest.mark.parametrize("verdict", [each for each in pk.Verdict if each])
    def test_whatever_is_not_allowed_leads_on(self, verdict: pk.Verdict) -> None:
        """What a peer may do instead, who does the rest, and every passage it rests on."""
        decision = pk.decide(ASK, view(), BOOK, pk.Rules(saying("money", verdict)))
        clause = BOOK.clause("money")
        lines = [line.strip() for line in decision.explain().splitlines()]

        assert f"Instead: {clause.instead}" in lines
        assert f"Hand to: {clause.hand_to}" in lines
        assert [each for each in lines if each.startswith("Source: ")] == [
            f"Source: {each}" for each in clause.passages
        ]

    def test_what_is_allowed_names_its_source_and_no_way_out(self) -> None:
        """A yes is explained as well."""
        text = decided(ASK).explain()

        assert "Source: " in text
        assert "Instead: " not in text
        assert "Hand to: " not in text
        assert str(decided(ASK)) == text

    def test_the_sources_may_be_left_out(self) -> None:
        """For a small screen: the verdict and the way forward stay."""
        decision = decided(asking(activity("lend-money")))
        short = decision.explain(sources=False)

        assert "Source: " not in short
        assert short.splitlines() == [
            line for line in decision.explain().splitlines() if "Source: " not in line
        ]

    def test_a_decision_is_no_truth_value(self) -> None:
        """``if program.do(act):`` would always be true: it is an error, and says what to ask."""
        with pytest.raises(TypeError, match=r"ask decision\.allowed"):
            bool(decided(ASK))

    def test_a_report_outside_the_role_says_that_it_is_kept(self) -> None:
        """Nobody who tells of a crossing should think it was thrown away."""
        kept = "It is kept all the same: a report is never refused."
        bad = (activity("lend-money"),)

        assert kept in decided(report(activities=bad)).explain()
        assert kept not in decided(report()).explain()
        assert kept not in decided(plan(activities=bad)).explain()

    @pytest.mark.parametrize("situation", situations(), ids=lambda each: each.name)
    def test_every_finding_of_every_situation_can_be_read(self, situation: Any) -> None:
        """No sentence lacks a fact; what is not allowed has a source, and a way to go on."""
        decision = situation.decision()
        told = decision.explain()

        assert "{" not in told
        for each in decision.findings:
            assert each.sentence.strip()
            assert each.sentence in told
            if not each.allowed:
                assert each.clause.passages
                assert each.clause.instead.strip()
                assert each.clause.hand_to.strip()


class TestOrRaise:
    """For scripts that want an exception."""

    def test_what_is_allowed_is_handed_on(self) -> None:
        """The same decision, so that calls can be chained."""
        decision = decided(ASK)

        assert decision.or_raise() is decision

    def test_what_is_not_allowed_is_raised_with_its_explanation(self) -> None:
        """The error carries the decision; its message gives no reason, for logs go far."""
        decision = decided(asking(activity("lend-money")))
        with pytest.raises(pk.Refused) as caught:
            decision.or_raise()

        assert caught.value.decision is decision
        assert str(caught.value) == (
            "activity.asked: not allowed. The decision says why, and what leads on."
        )
        assert isinstance(caught.value, pk.PeerkitError)

    @pytest.mark.parametrize("name", ["listen", "lend-money", "medication-talk", "no-such-thing"])
    def test_decisions_and_refusals_travel_between_processes(self, name: str) -> None:
        """Pickled, a decision is equal and explains itself in the same words."""
        decision = decided(asking(activity(name)))
        again = pickle.loads(pickle.dumps(decision))  # noqa: S301 - our own
        refused = pickle.loads(pickle.dumps(pk.Refused(decision)))  # noqa: S301 - our own

        assert again == decision
        assert again.explain() == decision.explain()
        assert isinstance(refused, pk.Refused)
        assert refused.decision == decision
        with pytest.raises(TypeError):
            again.findings[0].clause.sentences["x"] = "y"

    @pytest.mark.parametrize(
        "error",
        [
            pk.BadInput("$.minutes", "whole minutes"),
            pk.BadHandbook("x.toml", "is not TOML"),
            pk.KeyReused("k-1", 7),
            pk.Moved(("ana", "p-7"), 12),
            pk.MissingExtra("rich", "progress"),
            pk.StoreError("The file is full."),
            pk.NotAStore("x holds another application's database."),
            pk.CouldNotTell("The stream did not take it."),
        ],
        ids=lambda error: type(error).__name__,
    )
    def test_every_other_error_travels_as_well(self, error: pk.PeerkitError) -> None:
        """With its message and its fields."""
        again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own

        assert type(again) is type(error)
        assert str(again) == str(error)
        assert vars(again) == vars(error)

    def test_errors_say_what_to_do(self) -> None:
        """Ids, numbers and the next step."""
        assert str(pk.KeyReused("k-1", 7)) == (
            "The key 'k-1' already belongs to a different act, kept as entry 7. "
            "Give the new act a key of its own."
        )
        assert str(pk.Moved(("ana", "p-7"), 12)) == (
            "What is kept about ana, p-7 changed after entry 12. Read again and decide again."
        )
        assert str(pk.MissingExtra("rich", "progress")) == (
            "This needs rich. Install it with: pip install 'peerkit[progress]'"
        )
        assert isinstance(pk.MissingExtra("a", "b"), ImportError)
        assert isinstance(pk.BadInput("a", "b"), ValueError)


class TestJudged:
    """What the act itself needs to know of its decision."""

    def test_a_clean_decision_says_nothing(self) -> None:
        """Nothing outside, nothing used."""
        assert decided(report()).judged() == Judged(day=TODAY)

    def test_an_activity_outside_the_role_is_named_by_its_position(self) -> None:
        """The others stay inside."""
        done = (activity("listen"), activity("lend-money"), activity("therapy"))
        judged = decided(report(activities=done)).judged()

        assert judged == Judged(
            day=TODAY,
            allowed=False,
            outside=frozenset({1, 2}),
            clauses=("money", "therapy"),
            crossed=("money", "therapy"),
        )

    def test_a_clause_is_named_once(self) -> None:
        """Twice the same boundary is one clause to look at."""
        done = (activity("lend-money"), activity("keep-benefits-card"))

        assert decided(report(activities=done)).judged().clauses == ("money",)

    def test_something_about_the_whole_act_spoils_it_whole(self) -> None:
        """A person nobody knows is no matter of a single activity."""
        judged = decided(report(participants=("p-99",))).judged()

        assert judged.whole
        assert judged.outside == frozenset()
        assert "known" in judged.clauses

    def test_advice_that_was_used_is_named(self) -> None:
        """So that it lets nothing else through; also when something else stands against it."""
        agreed = pk.Consultation(
            id="c-1",
            peer="ana",
            participant="p-7",
            clause="gifts",
            status=pk.ConsultationStatus.AGREED,
        )
        gift = activity("give-gift", value="token")
        fine = decided(report(activities=(gift,)), agreed).judged()
        mixed = decided(report(activities=(gift, activity("lend-money"))), agreed).judged()

        assert fine == Judged(day=TODAY, used=("c-1",))
        assert mixed == Judged(
            day=TODAY,
            allowed=False,
            outside=frozenset({1}),
            clauses=("money",),
            crossed=("money",),
            used=("c-1",),
        )


class TestShown:
    """What a log line or a traceback shows of a decision is ids and codes."""

    def test_a_decision_shows_the_kind_of_its_act_and_no_finding(self) -> None:
        """Who asked about whom is looked up by its number."""
        decision = decided(asking(activity("give-gift", value="token")))
        shown = repr(decision)

        assert shown.startswith("Decision(act=activity.asked, verdict=<Verdict.NEEDS_CONSULTATION")
        for each in ("ana", "p-7", "give-gift", "token", "gifts", "Finding"):
            assert each not in shown

    def test_a_finding_shows_neither_its_facts_nor_its_entry(self) -> None:
        """The boundary, the verdict and the place: what was told stays inside."""
        (found, *_) = decided(asking(activity("give-gift", value="token"))).findings
        shown = repr(found)

        assert "facts" not in shown
        assert "entry" not in shown
        assert "activity=0" in shown
        assert "peer" in found.facts

    def test_an_activity_shows_no_circumstance(self) -> None:
        """What was answered about somebody is theirs."""
        asked = activity("give-gift", value="token", of="p-8", to="court")

        assert repr(asked) == "Activity(id='give-gift', of='p-8', to='court', minutes=0)"
        assert "token" not in repr(asking(asked)) + repr(decided(asking(asked)))


class TestFinding:
    """One clause and what it says of an act."""

    def test_a_finding_stands_alone(self) -> None:
        """Its facts may be none; it is about the whole act unless it says otherwise."""
        finding = pk.Finding(BOOK.clause("known"), pk.Verdict.ALLOWED)

        assert (finding.facts, finding.activity, finding.allowed) == ({}, -1, True)
        assert str(finding) == "allowed: Everyone who is named is known here. [known]"
        first, second, *_ = as_text([finding]).splitlines()
        assert first == str(finding)
        assert second.startswith("    Source: ")

    def test_a_refusal_in_a_traceback_tells_no_words(self) -> None:
        """The act carries words; the traceback of its refusal must not."""
        words = pk.Words(CANARY)
        goal = pk.SetGoal(by="ana", id="g", participant="p-7", words=words, said_so=False)
        with pytest.raises(pk.Refused) as caught:
            decided(goal).or_raise()
        told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)

        frames = [each for each in told.stack if "test_decisions" not in each.filename]
        assert frames
        assert all(CANARY not in str(each.locals) for each in frames)
        assert CANARY not in str(caught.value)


class TestWhereItStands:
    """What an act learns of the place of what is against it."""

    @pytest.mark.parametrize("position", [0, 1])
    def test_an_activity_outside_the_role_is_known_by_its_place(self, position: int) -> None:
        """The first as well as any other; and then not the whole act is outside."""
        no = pk.Finding(BOOK.clause("money"), pk.Verdict.NOT_ALLOWED, {}, position)
        judged = pk.Decision(plan(), (no,), pk.Verdict.NOT_ALLOWED, "", NOW.date()).judged()

        assert (judged.outside, judged.whole) == (frozenset({position}), False)
        assert judged.clauses == ("money",)

    def test_what_is_about_the_act_is_about_the_whole_of_it(self) -> None:
        """A group that is too large, a match that nobody accepted."""
        no = pk.Finding(BOOK.clause("voluntary"), pk.Verdict.NEEDS_CONSENT)
        judged = pk.Decision(plan(), (no,), pk.Verdict.NEEDS_CONSENT, "", NOW.date()).judged()

        assert (judged.outside, judged.whole) == (frozenset(), True)

    def test_an_answer_that_is_kept_stays_an_answer_given_before(self) -> None:
        """The number is added, and nothing else is lost."""
        again = pk.Decision(plan(), (), pk.Verdict.ALLOWED, "e", NOW.date(), again=True).kept_as(7)

        assert (again.number, again.again, again.edition) == (7, True, "e")
