"""Lessons: situations are dealt, told in plain words and marked, and the notebooks run."""

from __future__ import annotations

import builtins
import re
import runpy
from collections import Counter
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
from scripts.drawn.lessons import LESSONS, executed, lesson, links_inside

import peerkit as pk
from peerkit.acts import DoActivity
from peerkit.model import ConsentStatus, ConsultationStatus, FactsStatus
from peerkit.testing.lessons import ANSWERS, Marked, Slip, check, deal, titled, told, weak_spots
from peerkit.testing.situations import Situation, is_ordinary, ordinary, situations

ROOT: Final = Path(__file__).parent.parent
#: The lessons in which a learner answers, and those in which a program is rehearsed.
PRACTICE: Final = ("tutorials/is-this-my-role.md",)
REHEARSED: Final = tuple(each for each in LESSONS if each not in PRACTICE)
BY_NAME: Final = {each.name: each for each in situations()}


def about(
    activity: str, *, of: str | None = None, to: str | None = None, **answers: str
) -> DoActivity:
    """The ordinary pair, and an activity under these circumstances."""
    circumstances = {name.replace("_", "-"): answer for name, answer in answers.items()}
    asked = pk.Activity(id=activity, circumstances=circumstances, of=of, to=to)
    return DoActivity(by="ana", peer="ana", participant="p-7", activity=asked)


def situation(ask: pk.Act, *beside: pk.Noun, layers: tuple[str, ...] = ()) -> Situation:
    """An invented case: the ordinary pair, and what stands beside it."""
    usual = BY_NAME["A friend request on a private account"]
    return attrs.evolve(
        usual,
        name="A case",
        ask=ask,
        nouns=(*ordinary(), *beside),
        layers=layers,
        verdict="allowed",
    )


class TestDealing:
    """A handful, mixed, and the same for the same seed."""

    def test_the_same_seed_deals_the_same_and_another_seed_deals_others(self) -> None:
        """A lesson can be taken again, and another one can be taken."""
        assert deal(seed=1) == deal(seed=1)
        assert {each.name for each in deal(seed=1)} != {each.name for each in deal(seed=2)}
        assert len(deal(seed=1)) == 5

    def test_only_the_groups_that_are_named_are_dealt(self) -> None:
        """In whatever order they are named."""
        dealt = deal("own-story", "closeness", seed=4, count=12)
        groups = {check(each, "yes").group for each in dealt}

        assert groups == {"own-story", "closeness"}
        assert dealt == deal("closeness", "own-story", seed=4, count=12)

    @pytest.mark.parametrize("seed", range(20))
    def test_verdicts_are_mixed_and_no_activity_comes_twice(self, seed: int) -> None:
        """Whoever always says no, or always yes, is wrong more often than right."""
        dealt = deal(seed=seed, count=10)
        verdicts = Counter(each.verdict for each in dealt)
        activities = Counter(each.ask.activities_named[0].id for each in dealt)

        assert max(activities.values()) == 1
        assert max(verdicts.values()) <= 3

    def test_when_there_are_fewer_all_are_dealt_once(self) -> None:
        """An activity comes again only when there is no other left."""
        among = [
            BY_NAME["A warm coffee at the drop-in"],
            BY_NAME["A weekend at the home of the peer"],
        ]
        dealt = deal(seed=1, count=9, among=among)

        assert sorted(each.name for each in dealt) == sorted(each.name for each in among)

    def test_situations_under_a_layer_are_dealt_when_it_is_named(self) -> None:
        """A learner elsewhere is not asked about the law of Arkansas."""
        assert not any(each.layers for each in deal(seed=1, count=1000))
        there = deal(seed=1, count=1000, layers=["us/ar"])
        assert {each.layers for each in there} == {(), ("us/ar",)}

    @pytest.mark.parametrize("count", [0, -1, 1001, True, 2.0, "5"])
    def test_a_count_that_is_none_is_refused(self, count: Any) -> None:
        """A whole number from one to a thousand."""
        with pytest.raises(pk.BadInput, match="a whole number from 1 to 1000"):
            deal(seed=1, count=count)

    def test_a_group_that_does_not_exist_is_refused(self) -> None:
        """And those that do are named."""
        with pytest.raises(
            pk.BadInput, match=r"'closenes' has no situation; there are .*closeness"
        ):
            deal("closenes", seed=1)

    def test_what_cannot_be_told_in_words_is_not_dealt(self) -> None:
        """Another act, another count, something unusual in it, a code that nobody knows."""
        usual = situation(about("listen"))
        match = pk.Match(id="m-2", peer="ana", participant="p-8")
        others = [
            situation(
                pk.ConsultSupervisor(by="ana", peer="ana", participant="p-7", clause="gifts")
            ),
            situation(about("listen"), match),
            situation(about("no-such-thing")),
            situation(about("drive", agency_policy="perhaps")),
            situation(about("drive", weather="fine")),
            attrs.evolve(usual, tallies={("ana", "walking"): 20}),
            attrs.evolve(usual, nouns=usual.nouns[1:]),
        ]

        assert deal(seed=1, among=[usual, *others]) == (usual,)
        assert is_ordinary(usual)
        for each in others:
            with pytest.raises(pk.BadInput, match="is not dealt"):
                told(each)
            with pytest.raises(pk.BadInput, match="is not dealt"):
                check(each, "yes")


class TestTelling:
    """What a learner reads is made of the book's own words."""

    def test_a_grey_zone_is_told_with_its_question_and_the_answer_in_words(self) -> None:
        """No code of the catalogue is needed to understand it."""
        assert told(BY_NAME["A weekend at the home of the peer"]) == (
            "May ana do this: spending friendly time?",
            "The peer ana walks with the participant p-7.",
            "In which setting? As private friends: own time, own home, own secrets.",
        )

    def test_a_published_case_is_told_without_its_number(self) -> None:
        """The number says nothing to a learner."""
        case = next(each for each in deal(seed=1, count=1000) if each.vignette)
        assert case.name.startswith(f"{case.vignette}: ")
        assert case.name.lower() == f"{case.vignette}: {titled(case)}".lower()

    def test_the_name_of_a_situation_is_not_told_before_the_answer(self) -> None:
        """It often gives the answer away."""
        for each in deal(seed=1, count=1000):
            assert titled(each) not in told(each), each.name

    def test_what_an_activity_looks_like_is_told_where_nothing_else_decides(self) -> None:
        """In a grey zone it shows both sides, and one of them would be untrue."""
        for each in deal(seed=1, count=1000):
            entry = each.book.activities[each.ask.activities_named[0].id]
            shown = any(line.startswith("It can look like this") for line in told(each))
            assert shown is (not entry.asks and entry.consent is None), each.name

    def test_layers_are_a_list(self) -> None:
        """A text would be read letter by letter."""
        with pytest.raises(pk.BadInput, match=r"layers: a list of them: \['us/wa'\]"):
            deal(seed=1, layers="us/wa")

    def test_what_stands_is_told(self) -> None:
        """Advice, consent, another tie, facts said before, whom it is about, and the layer."""
        now = BY_NAME["A friend request on a private account"].view.now
        consent = pk.Consent(
            id="c-1",
            participant="p-8",
            scopes=(pk.ConsentScope.STORY, pk.ConsentScope.CONTACT_DETAILS),
            to=("p-7", "p-9"),
            since=now,
            until=now.replace(year=2027),
            status=ConsentStatus.REVOKED,
        )
        supplied = pk.SuppliedFacts(
            id="f-1",
            peer="ana",
            participant="p-7",
            activity=pk.Activity(id="drive", circumstances={"agency-policy": "yes"}),
        )
        asked = pk.Consultation(id="co-1", peer="ana", participant="p-7", clause="gifts")
        tie = pk.Tie(
            id="t-1", one="ana", other="p-7", of=pk.TieKind.FRIEND, status=pk.TieStatus.PAST
        )
        ask = about("tell-anothers-story", of="p-8", to="p-9")

        *_, of, to, advice, agreed, tied, facts, layer = told(
            situation(ask, asked, consent, tie, supplied, layers=("us/nc",))
        )

        assert of == "It is about the participant p-8."
        assert to == "Who would hear or see it: p-9."
        assert advice.startswith("The supervisor was asked about this boundary: A gift can change")
        assert advice.endswith("They have not answered yet.")
        assert agreed == (
            "The participant p-8 agreed that this may go to p-7 and p-9 from 2026-11-02 until "
            "2027-11-02: story and contact details. It has been taken back."
        )
        assert tied == "Between ana and p-7 there is another tie, past: friend."
        assert facts == (
            "This was said: Does the program have a written policy that covers this? "
            "Yes, it is on file and covers this. That was said for this time."
        )
        assert layer == "This layer of the book holds too: North Carolina Medicaid, Policy 8G."

    @pytest.mark.parametrize("status", ConsultationStatus)
    def test_every_answer_of_a_supervisor_can_be_told(self, status: ConsultationStatus) -> None:
        """Agreed, not agreed, used up: each in a sentence of its own."""
        asked = pk.Consultation(
            id="co-1", peer="ana", participant="p-7", clause="gifts", status=status
        )

        *_, last = told(situation(about("listen"), asked))

        assert re.search(r"They [a-z ,]+\.$", last)

    @pytest.mark.parametrize("status", FactsStatus)
    def test_facts_that_are_used_up_are_told_so(self, status: FactsStatus) -> None:
        """What was said for another time does not count for this one."""
        said = pk.Activity(id="drive", circumstances={"agency-policy": "yes"})
        supplied = pk.SuppliedFacts(
            id="f-1", peer="ana", participant="p-7", activity=said, status=status
        )

        *_, last = told(situation(about("drive"), supplied))

        assert last.endswith("over.") is (status is not FactsStatus.SUPPLIED)

    def test_everything_that_is_dealt_is_told_without_codes(self) -> None:
        """No id of an activity, a circumstance or a clause stands where words belong."""
        book = pk.Handbook.load()
        codes = {each for each in (*book.activities, *book.clauses) if "-" in each}
        codes -= {"check-in", "follow-up", "one-to-one"}  # plain words that are codes as well
        dealt = deal(seed=1, count=1000)

        assert len(dealt) > 150
        for each in dealt:
            words = set(re.findall(r"[\w-]+", " ".join(told(each))))
            assert not words & codes, each.name


class TestMarking:
    """The learner's answer beside the book's, in both directions."""

    @pytest.mark.parametrize(
        ("name", "answer", "slip"),
        [
            ("A weekend at the home of the peer", "talk", Slip.NONE),
            ("A weekend at the home of the peer", " Needs  Consultation ", Slip.NONE),
            ("A weekend at the home of the peer", "YES", Slip.TOO_FREE),
            ("A weekend at the home of the peer", pk.Verdict.NOT_ALLOWED, Slip.TOO_STRICT),
            ("A warm coffee at the drop-in", "no", Slip.TOO_STRICT),
            ("A gift, and nobody says what it is worth", "facts", Slip.NONE),
            ("The story of another, without their leave", "consent", Slip.NONE),
        ],
    )
    def test_an_answer_is_right_too_free_or_too_strict(
        self, name: str, answer: str | pk.Verdict, slip: Slip
    ) -> None:
        """Each is a word, or the name of a verdict; neither direction is the safe one."""
        marked = check(BY_NAME[name], answer)

        assert marked.slip is slip
        assert marked.right is (slip is Slip.NONE)
        assert str(marked.decision.verdict) == BY_NAME[name].verdict

    @pytest.mark.parametrize("answer", ["", "maybe", "allowed?", 0, None])
    def test_another_answer_is_refused(self, answer: Any) -> None:
        """And the words that are understood are named."""
        with pytest.raises(pk.BadInput, match="one of yes, consent, talk, facts, no"):
            check(BY_NAME["A warm coffee at the drop-in"], answer)

    def test_each_verdict_has_a_word(self) -> None:
        """Lightest first, as the verdicts are."""
        assert [verdict for verdict, _ in ANSWERS.values()] == list(pk.Verdict)

    def test_weak_spots_are_the_groups_with_mistakes_weakest_first(self) -> None:
        """Where everything was right there is nothing to look at again."""
        coffee = check(BY_NAME["A warm coffee at the drop-in"], "no")
        weekend = check(BY_NAME["A weekend at the home of the peer"], "talk")
        story = check(BY_NAME["The story of another, without their leave"], "yes")
        gift = check(BY_NAME["A gift, and nobody says what it is worth"], "facts")

        worst, next_ = weak_spots([coffee, weekend, story, gift])

        assert (worst.group, worst.right, worst.asked) == ("own-story", 0, 1)
        assert (worst.too_free, worst.too_strict) == (1, 0)
        assert (next_.group, next_.right, next_.asked) == ("closeness", 1, 2)
        assert (next_.too_free, next_.too_strict) == (0, 1)
        assert weak_spots([]) == ()


@pytest.mark.parametrize("page", PRACTICE)
class TestNotebooks:
    """A learner's lesson runs, on a page with given answers and in a notebook with asked ones."""

    def test_it_runs_in_a_real_kernel_with_the_given_answers(self, page: str) -> None:
        """Every cell comes to its end, every situation is explained, and nothing is written."""
        _needs_notebooks()
        before = {*(ROOT / LESSONS[page]).parent.iterdir()}
        cells = executed(LESSONS[page]).cells

        given = next(each.metadata["given"] for each in cells if "given" in each.metadata)
        shown = [out for each in cells for out in each.get("outputs", ())]
        explained = [out for out in shown if "peerkit-decision" in str(out.get("data"))]
        assert {out.output_type for out in shown} == {"display_data"}
        assert len(explained) == len(given)
        assert {*(ROOT / LESSONS[page]).parent.iterdir()} == before

    def test_its_page_shows_score_and_weak_spots_and_every_link_leads_on(self, page: str) -> None:
        """The links to built pages become links to what they are built from."""
        _needs_notebooks()
        text = lesson(LESSONS[page], ["how-to/find-the-way-forward.md"])

        assert re.search(r"\*\*\d of \d\*\* as the book has it", text)
        assert re.search(r"\.\./reference/activities/[\w-]+/index\.md\): \d of \d right", text)
        assert "../how-to/find-the-way-forward.md" in text
        assert "/site/" not in re.sub(r"```.*?```", "", text, flags=re.DOTALL)

    def test_a_learner_is_asked_and_asked_again_after_a_slip_of_the_pen(
        self, page: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Without given answers each is asked for, and a word that is none costs nothing."""
        pytest.importorskip(
            "IPython", reason="the lessons are shown with it; make test installs it"
        )
        typed = iter(["perhaps", *["talk"] * 50])
        monkeypatch.setattr(builtins, "input", lambda _: next(typed))

        left = runpy.run_path(str(ROOT / LESSONS[page]))

        marked: list[Marked] = left["marked"]
        assert [each.answer for each in marked] == [pk.Verdict.NEEDS_CONSULTATION] * len(marked)
        assert "one of yes, consent, talk, facts, no" in capsys.readouterr().out


@pytest.mark.once
@pytest.mark.parametrize("page", REHEARSED)
def test_a_rehearsal_is_drawn_with_its_picture_and_both_trials(page: str) -> None:
    """Every cell comes to its end in a real kernel, and nothing is left behind."""
    _needs_notebooks()
    pytest.importorskip("matplotlib", reason="the pictures are drawn with it")
    pytest.importorskip("scipy", reason="intervals need the extra 'simulation'")
    before = {*(ROOT / LESSONS[page]).parent.iterdir()}
    text = lesson(LESSONS[page], ["how-to/from-an-hmis-export-to-a-scenario.md", *LESSONS])

    assert re.search(r'<img [^>]*alt="([^"]*)" src="data:image/png;base64,', text)
    assert re.search(r"\([\d.-]+ to [\d.-]+, 95%\), from (\d+) of \1 runs", text)
    assert "Johnson 2018" in text
    assert "ENRICH 2022" in text
    assert "/site/" not in re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    assert {*(ROOT / LESSONS[page]).parent.iterdir()} == before


def test_links_of_a_notebook_lead_to_what_is_built() -> None:
    """A page by its name where there is one, the list of a folder otherwise."""
    text = "[a](../../site/x/y/index.html#z) [b](../../site/x/index.html) [c](https://example.org)"
    assert links_inside(text, ["x/y.md"]) == (
        "[a](../x/y.md#z) [b](../x/index.md) [c](https://example.org)"
    )


def _needs_notebooks() -> None:
    """The notebooks run where the tools of the documentation are: ``make test`` has them."""
    for each in ("jupytext", "nbclient", "nbconvert", "ipykernel"):
        pytest.importorskip(each, reason="lessons run where the documentation is built")
