"""Every situation of the handbook, and that nothing of the book is left unvisited."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import attrs
import pytest

import peerkit as pk
from peerkit.acts import ACTS
from peerkit.handbook import ActivityEntry, Book, Handbook, layers
from peerkit.handbook.asking import combinations
from peerkit.testing import situations as runner
from peerkit.testing.coverage import Unvisited, coverage
from peerkit.testing.situations import (
    Situation,
    decided_differently,
    disagreements,
    situations,
)
from tests.ordinary import ANA, BOOK, HANDBOOK, NOW, asking, plan, report, view

SITUATIONS = situations()
#: Published cases with the answer their authors expect; they lie beside the project, not in it.
VIGNETTE_FILE = Path(__file__).parents[2] / "shared" / "data" / "vignettes" / "vignettes.json"
SHIPPED = tuple(each.id for each in layers())
#: How many competencies each category of the core competencies has (SAMHSA 2015, I to XII).
COMPETENCIES = {
    "I": 5, "II": 5, "III": 4, "IV": 4, "V": 5, "VI": 5,
    "VII": 6, "VIII": 5, "IX": 6, "X": 6, "XI": 6, "XII": 4,
}  # fmt: skip
#: Everything of the fact sheet that the catalogue carries: acts, duties, grey zones, competencies.
TO_COVER = (
    *(f"A{number:02}" for number in range(1, 49)),
    *(f"D{number}" for number in range(1, 16)),
    *(f"G{number}" for number in range(1, 18)),
    *(f"{cat}.{number}" for cat, most in COMPETENCIES.items() for number in range(1, most + 1)),
)
#: What peers are for: it comes back allowed, whatever else a peer may not do.
FOR_PEERS = tuple(each for each in TO_COVER if not each.startswith(("A", "G")))
VIGNETTES = {
    "allowed": {"allowed"},
    "not_allowed": {"not allowed"},
    "supervisor_consultation": {"needs consultation"},
    "allowed_with_consent": {"needs consent", "allowed"},
}


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.name)
def test_the_rules_agree_with_the_situation(situation: Situation) -> None:
    """The verdict, the clauses it rests on, and the exact sentence."""
    assert list(disagreements(situation)) == []


class TestTheBookIsVisited:
    """A clause, an activity or a verdict that no situation reaches is one nobody has checked."""

    def test_there_are_many_situations_of_all_verdicts(self) -> None:
        """At least three hundred, and many of each verdict."""
        verdicts = Counter(each.verdict for each in SITUATIONS)

        assert len(SITUATIONS) >= 300
        assert set(verdicts) == set(map(str, pk.Verdict))
        assert min(verdicts.values()) >= 20

    def test_nothing_of_the_book_is_left_unvisited(self) -> None:
        """Rules, clauses, activities, cases, limits, dates and layers."""
        assert attrs.asdict(coverage()) == attrs.asdict(Unvisited(**dict.fromkeys(PARTS, ())))

    def test_no_finding_comes_without_a_sentence_of_its_own(self) -> None:
        """A clause is never reached under a verdict for which it has no words."""
        for each in SITUATIONS:
            for found in each.decision().findings:
                assert found.verdict in found.clause.sentences, found.clause.id

    @pytest.mark.parametrize("kind", ACTS, ids=lambda kind: kind.kind)
    def test_every_kind_of_act_is_visited(self, kind: type[pk.Act]) -> None:
        """Whatever can be asked or reported is asked or reported somewhere."""
        assert any(type(each.ask) is kind for each in SITUATIONS)

    @pytest.mark.parametrize("grey", [each for each in TO_COVER if each.startswith("G")])
    def test_every_grey_zone_is_a_pair(self, grey: str) -> None:
        """Both sides of it are situations: one that is allowed, one that is not."""
        zone = {entry.id for entry in BOOK.activities.values() if grey in entry.covers}
        verdicts = {
            each.verdict == "allowed"
            for each in SITUATIONS
            for one in each.ask.activities_named
            if one.id in zone
        }

        assert verdicts == {True, False}

    def test_without_situations_everything_is_unvisited(self) -> None:
        """So that a report of nothing means something."""
        bare = coverage([])

        assert bare
        assert all(attrs.astuple(bare))
        assert set(bare.activities) == set(BOOK.activities)
        assert {each.partition(":")[0] for each in bare.limits} < set(SHIPPED)

    def test_what_one_situation_visits_is_visited(self) -> None:
        """Its activity, its rules and its clauses are left out of the list, and nothing else."""
        (one,) = [each for each in SITUATIONS if each.name == "Diagnosing, or saying it in a note"][
            :1
        ] or SITUATIONS[:1]
        bare, left = coverage([]), coverage([one])

        assert set(left.rules) < set(bare.rules)
        assert set(left.clauses) < set(bare.clauses)


PARTS = [each.name for each in attrs.fields(Unvisited)]


class TestTheFactSheet:
    """The catalogue carries what the fact sheet knows, each under its number."""

    def test_everything_is_covered_and_nothing_invented(self) -> None:
        """Every act, duty, grey zone and competency, and no number that is not there."""
        covered = {each for entry in BOOK.activities.values() for each in entry.covers}

        assert sorted(set(TO_COVER) - covered) == []
        assert sorted(covered - set(TO_COVER)) == []

    @pytest.mark.parametrize("act", [each for each in TO_COVER if each.startswith("A")])
    def test_every_limited_act_is_limited_somewhere(self, act: str) -> None:
        """Under some circumstances it is not simply allowed."""
        worst = [
            verdict
            for each in HANDBOOK.permissions()
            if act in BOOK.activities[each.activity].covers
            for verdict in (each.verdict, pk.Verdict.NEEDS_CONSENT if each.consent else None)
            if verdict is not None
        ]

        assert max(worst) > pk.Verdict.ALLOWED

    @pytest.mark.skipif(not VIGNETTE_FILE.is_file(), reason="the shared vignettes are not here")
    def test_every_shared_vignette_is_a_situation_with_its_answer(self) -> None:
        """Each published case is asked as an act, and comes out as its authors expect."""
        told: dict[str, set[str]] = defaultdict(set)
        for each in SITUATIONS:
            if each.vignette is not None:
                told[each.vignette].add(each.verdict)
        cases = json.loads(VIGNETTE_FILE.read_text("utf-8"))

        assert {each["id"]: VIGNETTES[each["expected"]] for each in cases} == told


class TestOverBlocking:
    """Stopping a peer from doing peer work is as bad as letting them drift out of their role."""

    @pytest.mark.parametrize("layer", [None, *SHIPPED])
    @pytest.mark.parametrize("duty", FOR_PEERS)
    def test_every_duty_and_competency_is_allowed(self, duty: str, layer: str | None) -> None:
        """Asked, planned and reported by the ordinary pair, under every layer."""
        book = _book(layer)
        entries = [each for each in book.activities.values() if duty in each.covers]
        allowed = [
            (entry, when)
            for entry in entries
            for when in combinations(entry, book.circumstances)
            if max(entry.outcomes(dict(when)))[0] is pk.Verdict.ALLOWED
        ]

        assert allowed
        for entry, when in allowed:
            for decision in _done(entry.id, when, book):
                assert decision.allowed, decision.explain(sources=False)

    @pytest.mark.parametrize("layer", [None, *SHIPPED])
    def test_what_we_tell_a_peer_to_do_instead_is_allowed(self, layer: str | None) -> None:
        """Every way that leads on leads somewhere that is open."""
        book = _book(layer)
        leads = {
            (lead.activity, lead.when)
            for entries in (book.clauses, book.activities)
            for entry in entries.values()
            for lead in entry.leads_to
            if lead.activity is not None
        }

        assert len(leads) > 20
        for id_, when in leads:
            for decision in _done(id_, when, book):
                assert decision.allowed, decision.explain(sources=False)

    @pytest.mark.parametrize("layer", [None, *SHIPPED])
    def test_whatever_is_not_allowed_leads_on(self, layer: str | None) -> None:
        """To an activity or an act that there is, with words for it and somebody to hand to."""
        book = _book(layer)
        kinds = {each.kind for each in ACTS}
        for clause in book.clauses.values():
            if set(clause.sentences) <= {pk.Verdict.ALLOWED}:
                continue
            assert clause.leads_to, clause.id
            assert clause.instead, clause.id
            assert clause.hand_to, clause.id
            assert clause.passages or (clause.unit and clause.value is None), clause.id
            assert {each.act for each in clause.leads_to} - {None} <= kinds, clause.id

    @pytest.mark.parametrize(
        "entry",
        [each for each in BOOK.activities.values() if each.verdict is pk.Verdict.ALLOWED],
        ids=lambda each: each.id,
    )
    def test_work_that_is_allowed_by_itself_is_allowed_for_the_ordinary_pair(
        self, entry: ActivityEntry
    ) -> None:
        """With some answer to each of its questions."""
        open_ways = [
            when
            for when in combinations(entry, BOOK.circumstances)
            if max(entry.outcomes(dict(when)))[0] is pk.Verdict.ALLOWED
        ]

        assert open_ways
        for decision in _done(entry.id, open_ways[0], BOOK):
            assert decision.allowed, decision.explain(sources=False)


def _book(layer: str | None) -> Book:
    return HANDBOOK.on(NOW.date()) if layer is None else Handbook.load(layer).on(NOW.date())


def _done(id_: str, when: tuple[tuple[str, str], ...], book: Book) -> Iterator[pk.Decision]:
    """Asked, planned and reported by an ordinary, supervised, consented match."""
    entry = book.activities[id_]
    role = pk.Role(entry.roles[0]) if entry.roles else pk.Role.WORKER
    peer = attrs.evolve(ANA, role=role, supervised=NOW.date())
    consent = pk.Consent(
        id="k-1",
        participant="p-7",
        scopes=tuple(pk.ConsentScope),
        to=("team",),
        since=NOW - timedelta(days=1),
    )
    supervised = {
        ("ana", "walking"): 1,
        ("ana", "supervision-talks-a-month"): 4,
        ("ana", "supervision-minutes-a-month"): 480,
    }
    asked = pk.Activity(
        id=id_,
        circumstances=when,
        of="p-7" if entry.consent else None,
        to="team" if entry.consent not in {None, "story"} else None,
    )
    stood = view(peer, consent, tallies=supervised)
    for act in (asking(asked), plan(activities=(asked,)), report(activities=(asked,))):
        yield pk.decide(act, stood, book, pk.ROLE_LIMITS)


class TestDecidedDifferently:
    """What a layer changes is seen in the situations that it decides otherwise."""

    def test_a_tighter_caseload_is_seen(self) -> None:
        """North Carolina has 15 people for a peer; nothing else of the base changes its verdict."""
        found = list(decided_differently(_book(None), _book("us/nc")))

        assert all(before is not after for _, before, after in found)
        assert all(each.layers == () for each, *_ in found)
        assert any("caseload" in each.clauses for each, *_ in found)
        assert list(decided_differently(_book(None), _book(None))) == []

    def test_some_situations_may_be_named(self) -> None:
        """Each is asked under both books, whatever layers it names itself."""
        (one,) = [
            each for each in SITUATIONS if each.name == "The sixteenth person in North Carolina"
        ]

        assert list(decided_differently(_book(None), _book("us/nc"), [one])) == [
            (one, pk.Verdict.ALLOWED, pk.Verdict.NOT_ALLOWED)
        ]

    def test_every_way_that_is_shown_is_open_where_it_is_shown(self) -> None:
        """In the very view that made the answer; a consent may have to be asked for first."""
        for each in SITUATIONS:
            peer, people = each.ask.peer_named, each.ask.participants_named
            leads = {
                lead
                for found in each.decision().findings
                if not found.allowed
                for lead in found.leads_to
                if lead.activity is not None
            }
            for lead in leads if peer and people else ():
                entry = each.book.activities[str(lead.activity)]
                asked = pk.Activity(
                    id=entry.id,
                    circumstances=lead.when,
                    of=people[0] if entry.consent else None,
                    to="team" if entry.consent not in {None, "story"} else None,
                )
                act = pk.DoActivity(
                    by=str(peer), peer=str(peer), participant=people[0], activity=asked
                )
                verdict = pk.decide(act, each.view, each.book, pk.ROLE_LIMITS).verdict
                assert verdict <= pk.Verdict.NEEDS_CONSENT, (each.name, lead)


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

    def test_a_mark_before_the_first_letter_is_no_part_of_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Some editors put one there when they write UTF-8."""
        (found,) = load("\ufeff" + EMPTY, tmp_path, monkeypatch)

        assert found.name == "x"

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
