"""Every situation of the handbook, and that nothing of the book is left unvisited."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.ordinary import BOOK, NOW, activity, asking, decided, plan, report

import peerkit as pk
from peerkit.acts import ACTS
from peerkit.testing import situations as runner
from peerkit.testing.situations import Situation, disagreements, situations

SITUATIONS = situations()
#: The duties of a peer (founding document 000 and those after it) and the work that answers each.
DUTIES = {
    "D1 share practical knowledge": "share-knowledge",
    "D2 work from strengths": "work-from-strengths",
    "D3 treat each recovery as unique": "honour-uniqueness",
    "D4 tell the own story": "share-own-story",
    "D5 teach goal setting and problem solving": "teach-skills",
    "D6 help people see their strengths": "find-strengths",
    "D7 use recovery tools": "use-recovery-tools",
    "D8 help with plans they direct": "support-wellness-plan",
    "D9 start and keep going groups": "lead-peer-group",
    "D10 listen": "listen",
    "D11 advocate against stigma": "advocate",
    "D12 link to resources": "link-resources",
    "D13 teach everyday skills": "teach-everyday-skills",
    "D14 help to name goals": "support-goal-setting",
    "D15 inspire hope": "inspire-hope",
}
#: What the engine itself says; no situation under all role limits can come to it.
OF_THE_ENGINE = {"silence", "unchecked"}


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.name)
def test_the_rules_agree_with_the_situation(situation: Situation) -> None:
    """The verdict, the clauses it rests on, and the exact sentence."""
    assert list(disagreements(situation)) == []


class TestTheBookIsVisited:
    """A clause, an activity or a verdict that no situation reaches is one nobody has checked."""

    def test_there_are_many_situations_of_all_verdicts(self) -> None:
        """At least sixty, and several of each verdict."""
        verdicts = Counter(each.verdict for each in SITUATIONS)

        assert len(SITUATIONS) >= 60
        assert set(verdicts) == set(map(str, pk.Verdict))
        assert min(verdicts.values()) >= 5

    def test_every_clause_is_visited_under_every_verdict_it_has_words_for(self) -> None:
        """And none is reached under a verdict for which it has no sentence."""
        visited = {
            (found.clause.id, found.verdict)
            for each in SITUATIONS
            for found in each.decision().findings
        }
        written = {
            (clause.id, verdict) for clause in BOOK.clauses.values() for verdict in clause.sentences
        }

        assert {each for each in written - visited if each[0] not in OF_THE_ENGINE} == set()
        assert visited - written == set()

    def test_every_activity_is_visited(self) -> None:
        """The catalogue has no entry that nobody ever asked about."""
        asked = {one.id for each in SITUATIONS for one in each.ask.activities_named}

        assert set(BOOK.activities) - asked == set()

    def test_every_case_and_question_of_an_activity_is_visited(self) -> None:
        """Each case that weighs more than its activity, and each question left open."""
        asked = [one for each in SITUATIONS for one in each.ask.activities_named]
        cases = {
            (entry.id, tuple(sorted(case.when.items())))
            for entry in BOOK.activities.values()
            for case in entry.cases
        }
        visited = {
            (id_, when)
            for id_, when in cases
            if any(one.id == id_ and set(when) <= set(one.circumstances) for one in asked)
        }

        assert cases - visited == set()

    @pytest.mark.parametrize("kind", ACTS, ids=lambda kind: kind.kind)
    def test_every_kind_of_act_is_visited(self, kind: type[pk.Act]) -> None:
        """Whatever can be asked or reported is asked or reported somewhere."""
        assert any(type(each.ask) is kind for each in SITUATIONS)

    def test_every_rule_is_visited(self) -> None:
        """Each of them is asked by some situation and has something to say."""
        silent = {each.id for each in pk.ROLE_LIMITS.rules}
        for each in SITUATIONS:
            stood = pk.View(NOW, each.nouns, each.tallies)
            for rule in pk.ROLE_LIMITS.speaking_of(type(each.ask)):
                if rule.id in silent and rule.check(each.ask, stood, BOOK):
                    silent.discard(rule.id)

        assert silent == set()


class TestDutiesAndOverBlocking:
    """Stopping a peer from doing peer work is as bad as letting them drift out of their role."""

    @pytest.mark.parametrize("duty", DUTIES)
    def test_every_duty_is_allowed(self, duty: str) -> None:
        """Asked, planned and reported by the ordinary pair, each duty comes back allowed."""
        work = (activity(DUTIES[duty]),)
        for act in (asking(work[0]), plan(activities=work), report(activities=work)):
            assert decided(act).allowed, decided(act).explain()

    @pytest.mark.parametrize("duty", DUTIES)
    def test_every_duty_has_an_allowed_situation(self, duty: str) -> None:
        """So that it is shown in the documentation and dealt as an exercise."""
        assert any(
            each.verdict == "allowed"
            and any(one.id == DUTIES[duty] for one in each.ask.activities_named)
            for each in SITUATIONS
        )

    @pytest.mark.parametrize(
        "entry",
        [each for each in BOOK.activities.values() if each.verdict is pk.Verdict.ALLOWED],
        ids=lambda each: each.id,
    )
    def test_allowed_work_is_allowed_for_the_ordinary_pair(self, entry: Any) -> None:
        """With some answer to each of its questions, and the story being the listener's own."""
        answers = {
            name: next(
                answer
                for answer in BOOK.circumstances[name].answers
                if not any(case.when.get(name) == answer for case in entry.cases)
            )
            for name in entry.asks
        }
        of = "p-7" if entry.consent else None
        decision = decided(asking(pk.Activity(id=entry.id, circumstances=answers, of=of)))

        assert decision.allowed, decision.explain()


class TestTheRunner:
    """A situation that is wrong must be seen to be wrong."""

    ONE = next(each for each in SITUATIONS if each.verdict == "not allowed" and each.because)
    FINE = next(each for each in SITUATIONS if each.verdict == "allowed" and each.because)

    def test_it_reports_a_wrong_verdict_with_the_whole_explanation(self) -> None:
        """And nothing else: a wrong verdict makes the rest meaningless."""
        (told,) = disagreements(attrs.evolve(self.ONE, verdict="allowed", because="No."))

        assert told.startswith("expected allowed, and the rules say:\n")
        assert self.ONE.decision().explain() in told

    @pytest.mark.parametrize("clauses", [(), ("money", "no-such-clause"), ("no-such-clause",)])
    def test_it_reports_wrong_clauses_of_a_refusal(self, clauses: tuple[str, ...]) -> None:
        """A refusal rests on exactly these, no more and no fewer."""
        (told,) = disagreements(attrs.evolve(self.ONE, clauses=clauses))

        assert told.startswith(f"expected it to rest on {sorted(clauses)}, and it rests on [")

    def test_it_reports_a_missing_clause_of_a_permission(self) -> None:
        """A permission has at least these, and may have more."""
        (told,) = disagreements(attrs.evolve(self.FINE, clauses=("no-such-clause",)))

        assert told == "expected findings of ['no-such-clause']"
        assert list(disagreements(attrs.evolve(self.FINE, clauses=()))) == []

    def test_it_reports_a_wrong_sentence(self) -> None:
        """Word by word, with the numbers in it; left out, no sentence is compared."""
        (told,) = disagreements(attrs.evolve(self.ONE, because="Because."))

        assert told.startswith("expected the sentence 'Because.' among ['")
        assert list(disagreements(attrs.evolve(self.ONE, because=None))) == []

    @pytest.mark.parametrize(
        ("table", "told"),
        [
            ('start = "odd"', "bad.toml: situation 'x': start is 'ordinary' or 'empty'"),
            (
                'given = [{ noun = "peer", id = "a b" }]',
                "bad.toml: situation 'x': $.role: is missing",
            ),
            (
                'given = [{ noun = "prince", id = "a" }]',
                "bad.toml: situation 'x': $.noun: must name",
            ),
            ('ask = { act = "goal.wished" }', "bad.toml: situation 'x': $.act: must name"),
            ('becuase = "typo"', "bad.toml: situation 'x': does not know the keys ['becuase']"),
        ],
    )
    def test_a_situation_that_does_not_fit_is_named(
        self, table: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """File, name and place, so that whoever wrote it finds it."""
        lines = ['[[situation]]\nname = "x"\non = 2026-11-02\nverdict = "allowed"', table]
        if not table.startswith("ask"):
            lines.append('ask = { act = "session.cancelled", by = "a", id = "s" }')
        with pytest.raises(pk.BadInput) as caught:
            load("\n".join(lines), tmp_path, monkeypatch)

        assert str(caught.value).startswith(told)

    def test_a_name_that_is_given_twice_is_an_error(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A name says which situation failed, so it must be one."""
        with pytest.raises(pk.BadInput, match="these names are given twice: x"):
            load(EMPTY + EMPTY, tmp_path, monkeypatch)

    def test_a_situation_may_start_from_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With the nouns and tallies it names itself; what makes something gets an id."""
        (found,) = load(EMPTY, tmp_path, monkeypatch)

        assert (found.name, found.file, found.layers) == ("x", "bad.toml", ("us/nc",))
        assert found.nouns == (pk.Participant(id="p-1"),)
        assert found.tallies == {("ana", "walking"): 3}
        assert isinstance(found.ask, pk.WelcomeParticipant)
        assert found.ask.id == "new"
        assert list(disagreements(found)) == []


EMPTY = """
[[situation]]
name = "x"
start = "empty"
on = 2026-11-02
layers = ["us/nc"]
given = [{ noun = "participant", id = "p-1" }]
counts = [{ of = "ana", what = "walking", is = 3 }]
ask = { act = "participant.welcomed", by = "a" }
verdict = "allowed"
"""


def load(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Situation, ...]:
    """Situations read from a folder of ours, which also holds a file that is none."""
    (folder / "situations").mkdir()
    (folder / "situations" / "bad.toml").write_text(text, "utf-8")
    (folder / "situations" / "notes.md").write_text("Not a situation.", "utf-8")
    monkeypatch.setattr(runner, "files", lambda _: folder)
    return situations.__wrapped__()
