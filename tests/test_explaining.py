"""How a decision is told: as text, Markdown and HTML for people, and as a trace for programs."""

from __future__ import annotations

import json
import re
from datetime import date
from html.parser import HTMLParser
from importlib import import_module
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import peerkit as pk
from peerkit.decisions import TRACE_VERSION, as_html, as_markdown, as_text
from peerkit.handbook import (
    Clause,
    Handbook,
    Language,
    LeadsTo,
    Passage,
    Source,
    Verdict,
    language,
)
from peerkit.testing.situations import situations
from tests.ordinary import BOOK, NOW, activity, asking, decided, opened, plan, report, view

FORMS: Final = ("text", "markdown", "html")
#: What a house may write into its layer to see whether it runs, breaks out or is taken for a sign.
HOSTILE: Final = "<script>alert(1)</script>\" onclick='x' *bold* _it_ [a](b) `code` # | \\ &amp;"
VOID: Final = frozenset({"br", "hr", "img", "input", "link", "meta"})
GIFT = asking(activity("give-gift", value="token"))

BOARD = Source(id="A", title="A code", publisher="A board", year=2020, link="https://example.org/a")
BARE = Source(id="B", title="A book", publisher="Us", year=None, link=None)
RESTS_ON = (
    Passage(
        source=BOARD,
        at="2.1",
        since=date(2026, 1, 1),
        until=date(2028, 1, 1),
        looked=date(2026, 11, 1),
        verified=True,
        layer="us/nc",
    ),
    Passage(
        source=BARE, at="p. 3", since=None, until=None, looked=date(2026, 11, 2), verified=False
    ),
)


def clause(**how: Any) -> Clause:
    """A small clause with everything in it; ``how`` says what is different."""
    told: dict[str, Any] = {
        "id": "tea",
        "says": "Few cups.",
        "sentences": MappingProxyType(
            {
                Verdict.ALLOWED: "{peer} has {now} cups.",
                Verdict.NOT_ALLOWED: "{peer} has {now} of {limit} {unit}.",
            }
        ),
        "passages": RESTS_ON,
        "instead": "Share a cup.",
        "hand_to": "the kitchen",
        "leads_to": (
            LeadsTo(activity="listen"),
            LeadsTo(activity="give-gift", when=(("value", "none"),)),
            LeadsTo(act="supervisor.consulted"),
        ),
        "value": 2,
        "unit": "cups",
        "tighter": "lower",
    }
    return Clause(**told | how)


def said(*findings: pk.Finding, act: pk.Act = GIFT) -> pk.Decision:
    """A decision of these findings."""
    verdict = max(each.verdict for each in findings)
    return pk.Decision(act, findings, verdict, "0" * 64, date(2026, 11, 2))


TOO_MUCH = pk.Finding(clause(), Verdict.NOT_ALLOWED, {"peer": "ana", "now": 3}, 0)
FINE = pk.Finding(clause(passages=()), Verdict.ALLOWED, {"peer": "ana", "now": 1})


class Page(HTMLParser):
    """Reads HTML and keeps every tag, text and address; a tag must be closed where it belongs."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(text)
        self.close()
        assert self.open == [], f"These tags are never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag opens."""
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """The tag that was opened last closes."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """What people read, styles apart."""
        if self.open[-1:] != ["style"]:
            self.texts.append(data)

    def values(self, name: str) -> list[str]:
        """What the attributes of this name say."""
        return [value for _, each, value in self.attributes if each == name]


class TestForms:
    """One answer, in three forms."""

    def test_text_says_all_of_it(self) -> None:
        """The head, each finding, what to do instead, who to hand to, and the sources."""
        assert said(FINE, TOO_MUCH).explain() == (
            "activity.asked: not allowed.\n"
            "  not allowed: ana has 3 of 2 cups. [tea]\n"
            "      Instead: Share a cup.\n"
            "      Hand to: the kitchen\n"
            "      Source: A code (A board, 2020), 2.1, in force since 2026-01-01"
            " <https://example.org/a>\n"
            "      Source: A book (Us), p. 3 [unverified: from memory]\n"
            "  allowed: ana has 1 cups. [tea]"
        )

    def test_markdown_says_all_of_it(self) -> None:
        """As a list, with the link in angle brackets."""
        assert said(FINE, TOO_MUCH).explain("markdown") == (
            "**activity.asked: not allowed.**\n\n"
            "- **not allowed**: ana has 3 of 2 cups. `tea`\n"
            "    - **Instead:** Share a cup.\n"
            "    - **Hand to:** the kitchen\n"
            "    - Source: A code (A board, 2020), 2.1, in force since 2026-01-01"
            " <https://example.org/a>\n"
            "    - Source: A book (Us), p. 3 \\[unverified: from memory\\]\n\n"
            "- **allowed**: ana has 1 cups. `tea`"
        )

    def test_html_says_all_of_it(self) -> None:
        """In the order people read it, the sources folded away and counted."""
        page = Page(said(FINE, TOO_MUCH).explain("html"))

        assert " ".join(" ".join(page.texts).split()) == (
            "activity.asked: not allowed. "
            "not allowed ana has 3 of 2 cups. tea "
            "Instead: Share a cup. Hand to: the kitchen "
            "Sources (2) A code (A board, 2020), 2.1, in force since 2026-01-01 "
            "A book (Us), p. 3 [unverified: from memory] "
            "allowed ana has 1 cups. tea"
        )
        assert page.values("href") == ["https://example.org/a"]
        assert page.values("lang") == ["en"]
        assert [each for each in page.values("class") if each != "peerkit-decision"] == [
            "not-allowed",
            "allowed",
        ]

    @pytest.mark.parametrize(
        ("form", "marked"),
        [
            ("text", "ana has 3 of 2 cups. [unverified: from memory] [tea]"),
            ("markdown", "ana has 3 of 2 cups. \\[unverified: from memory\\] `tea`"),
            ("html", "ana has 3 of 2 cups. [unverified: from memory] <code>tea</code>"),
        ],
    )
    @pytest.mark.parametrize("sources", [False, True])
    def test_a_number_from_memory_is_marked_beside_its_sentence(
        self, form: str, marked: str, *, sources: bool
    ) -> None:
        """Where people read the number; another passage that nobody has checked marks nothing."""
        doubt = clause(passages=tuple(reversed(RESTS_ON)))
        wordy = attrs.evolve(doubt, value=None)
        marks, *plain = (
            said(attrs.evolve(TOO_MUCH, clause=each)).explain(form, sources=sources)
            for each in (doubt, clause(), wordy, clause(passages=()))
        )

        assert marked in marks
        assert all("cups. " in each for each in plain)
        assert not any(re.search(r"cups\. \\?\[unverified", each) for each in plain)

    def test_the_mark_is_said_in_the_language(self) -> None:
        """Like every other word of the engine."""
        spoken = Language(id="xx", name="X", words={"unverified: from memory": "DE MEMORIA"})
        doubt = attrs.evolve(TOO_MUCH, clause=clause(passages=tuple(reversed(RESTS_ON))))

        assert "cups. [DE MEMORIA] [tea]" in said(doubt).explain(language=spoken)

    def test_a_shipped_number_from_memory_is_marked(self) -> None:
        """Kentucky's largest group is known from memory, and says so."""
        book = Handbook.load("us/ky").on(date(2026, 11, 2))
        most = book.clause("group-size")
        assert most.value is not None
        people = tuple(f"p-{each}" for each in range(most.value + 1))
        act = plan(form=pk.SessionForm.GROUP, participants=people)
        text = pk.decide(act, view(), book, pk.ROLE_LIMITS).explain(sources=False)

        (line,) = [each for each in text.splitlines() if each.endswith("[group-size]")]
        assert line.endswith(". [unverified: from memory] [group-size]")

    def test_findings_can_be_said_without_a_decision(self) -> None:
        """A few of them, without a head, in the order given."""
        assert as_text([FINE, TOO_MUCH], sources=False) == (
            "allowed: ana has 1 cups. [tea]\n"
            "not allowed: ana has 3 of 2 cups. [tea]\n"
            "    Instead: Share a cup.\n"
            "    Hand to: the kitchen"
        )
        assert as_markdown([FINE]) == "- **allowed**: ana has 1 cups. `tea`"
        assert "<h4>" not in as_html([FINE])
        assert "<h4>a head</h4>" in as_html([FINE], "a head")
        assert as_text([]) == as_markdown([]) == ""
        assert Page(as_html([])).tags == ["style", "section", "ul"]

    @pytest.mark.parametrize("form", FORMS)
    def test_the_sources_may_be_left_out(self, form: str) -> None:
        """In every form; the verdict and the way forward stay."""
        short = said(TOO_MUCH).explain(form, sources=False)

        assert "example.org" not in short
        assert "p. 3" not in short
        for each in ("not allowed", "ana has 3 of 2 cups.", "Share a cup.", "the kitchen"):
            assert each in short

    @pytest.mark.parametrize("form", FORMS)
    @given(order=st.permutations(list(Verdict)))
    def test_people_read_the_heaviest_first(self, form: str, order: list[Verdict]) -> None:
        """Whatever order the rules found it in."""
        names = {each: str(each).replace(" ", "-") for each in Verdict}
        found = [pk.Finding(clause(id=f"id-{names[each]}", sentences={}), each) for each in order]
        told = said(*found).explain(form)
        seen = re.findall(r"(?:\[|`|<code>)id-([a-z-]+)", told)

        assert seen == [names[each] for each in sorted(Verdict, reverse=True)]

    @pytest.mark.parametrize("form", ["", "HTML", "json", "text ", "rst"])
    def test_an_unknown_form_is_bad_input(self, form: str) -> None:
        """It says which there are."""
        with pytest.raises(pk.BadInput) as caught:
            said(FINE).explain(form)

        assert str(caught.value) == "form: one of text, markdown, html"

    @pytest.mark.parametrize("form", FORMS)
    def test_a_report_says_that_it_is_kept(self, form: str) -> None:
        """In each form, and a request does not."""
        bad = (activity("lend-money"),)

        assert "a report is never refused" in decided(report(activities=bad)).explain(form)
        assert "a report is never refused" not in decided(plan(activities=bad)).explain(form)

    def test_a_notebook_shows_the_html(self) -> None:
        """Without being asked for it."""
        decision = said(TOO_MUCH)

        assert decision._repr_html_() == decision.explain("html")

    def test_an_unknown_language_is_an_error_of_ours(self) -> None:
        """It says which are shipped."""
        with pytest.raises(pk.BadHandbook, match="language 'tlh': is not one that peerkit ships"):
            said(FINE).explain(language="tlh")

    @pytest.mark.parametrize("language", [None, 5, ["es"]])
    def test_a_language_is_named_or_given(self, language: Any) -> None:
        """Anything else is an error that says so."""
        for tell in (said(FINE).explain, said(FINE).trace):
            with pytest.raises(pk.BadInput, match=r'^language: give its id, such as "es", or'):
                tell(language=language)

    def test_a_citation_stays_in_the_language_of_the_book(self) -> None:
        """What is said of it is in the other one."""
        text = said(TOO_MUCH).explain("html", language="es")

        assert (
            '<li><a href="https://example.org/a"><span lang="en">A code (A board, 2020), 2.1</span>'
            ", en vigor desde 2026-01-01</a></li>"
        ) in text
        assert '<span lang="en">A book (Us), p. 3</span> [' in text
        assert "<span" not in said(TOO_MUCH).explain("html")

    def test_html_names_its_language(self) -> None:
        """For those who hear it read aloud, and that of what it cites."""
        spoken = Language(id='x"><b>', name="X", words={"not allowed": "NO", "Sources": "Seen in"})
        page = Page(said(TOO_MUCH).explain("html", language=spoken))

        assert page.values("lang") == ['x"><b>', "en", "en"]
        assert page.texts.count("NO") == 1
        assert "Seen in (2)" in page.texts


class TestHtml:
    """It stands alone, whatever it is put into."""

    @pytest.mark.parametrize("situation", situations()[::12], ids=lambda each: each.name)
    def test_it_is_whole_and_fetches_nothing(self, situation: Any) -> None:
        """Balanced tags of a few harmless kinds, and no address but those of links."""
        text = situation.decision().explain("html")
        page = Page(text)

        assert set(page.tags) <= {
            *("style", "section", "h4", "ul", "li", "p", "b", "i", "code"),
            *("details", "summary", "a"),
        }
        assert {name for _, name, _ in page.attributes} <= {"class", "lang", "href"}
        assert {tag for tag, name, _ in page.attributes if name == "href"} <= {"a"}
        assert all(each.startswith(("https://", "http://")) for each in page.values("href"))
        for outside in ("url(", "@import", "src=", "<link", "<script", "javascript:"):
            assert outside not in text

    def test_each_verdict_has_a_colour_in_the_light_and_in_the_dark(self) -> None:
        """Every one that a finding can have."""
        style = as_html([]).partition("</style>")[0]

        for each in Verdict:
            name = str(each).replace(" ", "-")
            assert style.count(f"--{name}:") >= 2
            assert f".peerkit-decision .{name}" in style


def hostile_texts() -> dict[str, str]:
    """A house layer that writes such things wherever it may write."""
    quoted = json.dumps(HOSTILE)
    return {
        "house": (
            '[layer]\nid = "house"\ntitle = "House"\n'
            f'[[source]]\nid = "X"\ntitle = {quoted}\npublisher = {quoted}\n'
            'link = "https://example.org/a?b=1&c=2"\n'
            f'[[clause]]\nid = "x"\nsays = {quoted}\nnot_allowed = {quoted}\n'
            f"instead = {quoted}\nhand_to = {quoted}\n"
            f'rests_on = [{{ source = "X", at = {quoted}, looked = 2026-11-22 }}]\n'
            f'[[activity]]\nid = "y"\nname = {quoted}\nlooks_like = {quoted}\n'
            'verdict = "not_allowed"\nclause = "x"\n'
            f"instead = {quoted}\nhand_to = {quoted}\n"
        ),
        "words": (
            '[language]\nid = "xx"\nname = "X"\n'
            + "".join(
                f"[[say]]\nen = {each!r}\nas = {quoted}\n"
                for each in ("Instead", "Hand to", "Source", "Sources", "not allowed")
            )
        ),
    }


def _one_kind_of_break(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


class TestHostileTexts:
    """Texts of a house layer, or of a language, do nothing but be read."""

    @pytest.fixture
    def decision(self, tmp_path: Path) -> pk.Decision:
        """A refusal in which every text is hostile."""
        file = tmp_path / "house.toml"
        file.write_text(hostile_texts()["house"], encoding="utf-8")
        book = Handbook.load(file).on(NOW.date())
        return pk.decide(asking(activity("y")), view(), book, pk.ROLE_LIMITS)

    @pytest.fixture
    def words(self, tmp_path: Path) -> Language:
        """A language of such words."""
        file = tmp_path / "words.toml"
        file.write_text(hostile_texts()["words"], encoding="utf-8")
        return language("xx", file)

    def test_html_shows_them_as_they_are(self, decision: pk.Decision, words: Language) -> None:
        """Escaped, each: no tag and no attribute comes of them."""
        text = decision.explain("html", language=words)
        page = Page(text)

        assert "<script" not in text
        assert "script" not in page.tags
        assert {name for _, name, _ in page.attributes} == {"class", "lang", "href"}
        assert "https://example.org/a?b=1&c=2" in page.values("href")
        assert "".join(page.texts).count("<script>alert(1)</script>") >= 6

    def test_markdown_shows_them_as_they_are(self, decision: pk.Decision, words: Language) -> None:
        """Each sign is escaped: nothing is bold, linked, headed or run that we did not write."""
        text = decision.explain("markdown", language=words)
        ours = re.compile(r"\*\*|`[a-z0-9-]+`|^ *- |^    - |<https?://[^\s<>]+>", re.MULTILINE)
        left = re.sub(r"\\.", "", ours.sub("", re.sub(r"\\.", "", text)))

        assert r"\<script\>" in text
        assert not set(left) & set("`*_{}[]<>#|\\")
        lines = text.splitlines()
        assert all(each.startswith(("**", "- ", "    - ")) for each in lines if each)

    @pytest.mark.parametrize("breaks", ["\n", "\n\n# ", "\r\n- ", "\t"])
    def test_a_line_break_opens_no_new_block(self, breaks: str) -> None:
        """In Markdown a text stays on its line."""
        found = pk.Finding(
            clause(sentences={}, says=f"one{breaks}two", value=None), Verdict.NOT_ALLOWED
        )
        first = as_markdown([found], sources=False).splitlines()[0]

        assert first.startswith("- **not allowed**: one")
        assert "two" in first

    @given(st.text(max_size=60))
    def test_no_text_at_all_escapes(self, text: str) -> None:
        """Whatever is said, HTML reads it back letter by letter."""
        found = pk.Finding(clause(sentences={}, says="x", instead=text, value=None), Verdict(4))
        page = Page(as_html([found], sources=False))

        assert set(page.tags) == {"style", "section", "ul", "li", "p", "b", "i", "code"}
        shown = _one_kind_of_break(text.replace("\x00", "")).strip()
        assert shown in _one_kind_of_break("".join(page.texts)) or "\x00" in text


class TestTrace:
    """The whole answer as data."""

    def test_one_whole_trace(self) -> None:
        """Every key, in its order: another program reads this, so nothing changes in silence."""
        decision = said(FINE, TOO_MUCH)
        expected = {
            "trace": 1,
            "engine": decision.trace()["engine"],
            "edition": "0" * 64,
            "day": "2026-11-02",
            "act": "activity.asked",
            "by": "ana",
            "about": ["ana", "p-7", "ana+p-7"],
            "report": False,
            "verdict": "not_allowed",
            "number": None,
            "again": False,
            "kept": [],
            "findings": [
                {
                    "clause": "tea",
                    "verdict": "not_allowed",
                    "sentence": "ana has 3 of 2 cups.",
                    "facts": {"peer": "ana", "now": 3},
                    "limit": 2,
                    "unit": "cups",
                    "activity": 0,
                    "instead": "Share a cup.",
                    "hand_to": "the kitchen",
                    "leads_to": [
                        {"activity": "listen", "when": {}},
                        {"activity": "give-gift", "when": {"value": "none"}},
                        {"act": "supervisor.consulted"},
                    ],
                    "sources": [
                        {
                            "id": "A",
                            "title": "A code",
                            "publisher": "A board",
                            "year": 2020,
                            "link": "https://example.org/a",
                            "at": "2.1",
                            "since": "2026-01-01",
                            "until": "2028-01-01",
                            "looked": "2026-11-01",
                            "verified": True,
                            "layer": "us/nc",
                        },
                        {
                            "id": "B",
                            "title": "A book",
                            "publisher": "Us",
                            "year": None,
                            "link": None,
                            "at": "p. 3",
                            "since": None,
                            "until": None,
                            "looked": "2026-11-02",
                            "verified": False,
                            "layer": "base",
                        },
                    ],
                },
                {
                    "clause": "tea",
                    "verdict": "allowed",
                    "sentence": "ana has 1 cups.",
                    "facts": {"peer": "ana", "now": 1},
                    "limit": 2,
                    "unit": "cups",
                    "activity": None,
                    "instead": None,
                    "hand_to": None,
                    "leads_to": [],
                    "sources": [],
                },
            ],
        }

        assert json.dumps(decision.trace()) == json.dumps(expected)

    def test_it_is_of_the_first_version(self) -> None:
        """A key that changes its meaning or goes raises it."""
        assert TRACE_VERSION == 1
        assert said(FINE).trace()["trace"] == 1

    @pytest.mark.parametrize("situation", situations(), ids=lambda each: each.name)
    def test_every_situation_can_be_written_as_json(self, situation: Any) -> None:
        """Plain data all through, with the same keys, heaviest finding first."""
        decision = situation.decision()
        trace = decision.trace()

        assert json.loads(json.dumps(trace, allow_nan=False)) == trace
        assert is_plain(trace)
        assert trace.keys() == said(FINE).trace().keys()
        keys = said(FINE).trace()["findings"][0].keys()
        assert all(each.keys() == keys for each in trace["findings"])
        weights = [Verdict[each["verdict"].upper()] for each in trace["findings"]]
        assert weights == sorted(weights, reverse=True)
        assert trace["verdict"] == trace["findings"][0]["verdict"]
        assert len(trace["findings"]) == len(decision.findings)

    def test_a_kept_report_says_so(self) -> None:
        """Its number in the journal, that it is a report, and whether it was answered before."""
        program = opened()
        told = report(key="k")
        first, again = program.do(told).trace(), program.do(told).trace()

        assert (first["number"], first["report"], first["again"]) == (7, True, False)
        assert (again["number"], again["again"]) == (7, True)
        assert program.decide(plan(id="s-9")).trace()["number"] is None
        assert first["findings"] == again["findings"]

    def test_lists_of_ids_become_lists(self) -> None:
        """And texts of ours plain texts."""
        facts = {"advice": ("c-1", "c-2"), "missing": pk.Phrase("{one}", one="x"), "until": None}
        (found,) = said(pk.Finding(clause(sentences={}), Verdict.ALLOWED, facts)).trace()[
            "findings"
        ]

        assert found["facts"] == {"advice": ["c-1", "c-2"], "missing": "x", "until": None}
        assert type(found["facts"]["missing"]) is str

    def test_it_speaks_a_language(self) -> None:
        """Sentences and ways forward; keys, codes and facts stay."""
        words = {"Share a cup.": "Teile.", "{peer} has {now} of {limit} {unit}.": "{unit}!"}
        spoken = Language(id="xx", name="X", words=words | {"cups": "Tassen"})
        (found,) = said(TOO_MUCH).trace(language=spoken)["findings"]

        assert (found["sentence"], found["instead"], found["unit"]) == ("Tassen!", "Teile.", "cups")
        assert found["facts"] == {"peer": "ana", "now": 3}

    def test_an_engine_that_is_not_installed_is_unknown(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where peerkit is run from its folder."""
        tracing = import_module("peerkit.decisions.tracing")

        def missing(name: str) -> str:
            raise PackageNotFoundError(name)

        tracing.engine.cache_clear()
        assert re.match(r"\d+\.\d+", tracing.engine())
        tracing.engine.cache_clear()
        monkeypatch.setattr("importlib.metadata.version", missing)
        assert tracing.engine() == "unknown"
        tracing.engine.cache_clear()

    def test_an_entry_of_the_book_is_traced_with_its_own_words(self) -> None:
        """What the activity says closer than its clause."""
        entry = attrs.evolve(
            BOOK.activities["give-gift"], clause="tea", instead="Sing.", hand_to="the choir"
        )
        (found,) = said(attrs.evolve(TOO_MUCH, entry=entry)).trace()["findings"]

        assert (found["instead"], found["hand_to"]) == ("Sing.", "the choir")


def is_plain(data: Any) -> bool:
    """Whether this is made of the types of JSON and of nothing below them."""
    if type(data) is dict:
        return all(type(name) is str and is_plain(each) for name, each in data.items())
    if type(data) is list:
        return all(map(is_plain, data))
    return data is None or type(data) in {str, int, float, bool}
