"""Reviewing a note: what is pointed at, what is left in peace, and that a note stays private."""

from __future__ import annotations

import pickle
import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import peerkit as pk
from peerkit import reviewing
from peerkit.handbook.cues import Cue, cues
from peerkit.handbook.wording import GAP, phrase, stretches

NOTES = tomllib.loads((Path(__file__).parent / "notes.toml").read_text("utf-8"))
#: As §1.7 of the fact sheet lists them, in role and out of it.
IN_ROLE = (
    "what matters to you",
    "would you like to hear what helped me",
    "some people find",
    "what would you want me to do",
    "who else could",
)
OUT_OF_ROLE = (
    "you should",
    "you need to",
    "you must",
    "have to",
    "I'd make you",
    "don't take",
    "your diagnosis is",
)
CUE = """
[[cue]]
id = "kettle"
kind = "directive"
says = ["put … kettle on"]
why = "Everybody makes their own tea here."
instead = "Show where the kettle is."
rests_on = [{ source = "R-CASAT", at = "chart", looked = 2026-11-22 }]
"""

#: Pieces that hit, pieces that excuse, and what lies between people's words.
PIECES = st.sampled_from(
    [
        *(" ".join(each).replace(GAP, "it") for cue in cues() for each in (*cue.says, *cue.unless)),
        *("you", "told her", "have", "to", "…", ".", "'", "-", "\n\n", "\x00", "\u200f", "e\u0301"),
    ]
)
NOTE = st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=3))).map(" ".join))


def seen(text: str) -> list[tuple[str, str]]:
    """The cue and the words of each pointer."""
    return [(each.cue, text[each.start : each.end]) for each in pk.review(text)]


def house(folder: Path, text: str) -> tuple[Cue, ...]:
    """The cues of a house's own file."""
    file = folder / "house-cues.toml"
    file.write_text(text, "utf-8")
    return cues(file)


class TestNotes:
    """Sentences from made-up notes: hits, and false alarms that do not sound."""

    @pytest.mark.parametrize("case", NOTES["hit"], ids=lambda each: each["note"])
    def test_a_cue_is_pointed_at(self, case: dict[str, str]) -> None:
        """Once, at exactly these words."""
        assert seen(case["note"]) == [(case["cue"], case["words"])]

    @pytest.mark.parametrize("case", NOTES["quiet"], ids=lambda each: each["note"])
    def test_a_false_alarm_does_not_sound(self, case: dict[str, str]) -> None:
        """No pointer at all."""
        assert case["because"]
        assert seen(case["note"]) == []

    def test_there_are_as_many_false_alarms_as_hits(self) -> None:
        """At least forty of each, none written twice, and every cue is visited."""
        hits, quiet = NOTES["hit"], NOTES["quiet"]
        every = [each["note"] for each in (*hits, *quiet)]

        assert len(hits) >= 40
        assert len(quiet) >= 40
        assert len(set(every)) == len(every)
        assert {each["cue"] for each in hits} == {each.id for each in cues()}

    @pytest.mark.parametrize("said", IN_ROLE)
    def test_words_of_the_role_are_never_pointed_at(self, said: str) -> None:
        """Alone, and beside words that are."""
        assert seen(f"{said.capitalize()}?") == []
        assert seen(f"You must {said} have to") == [
            ("direction", "You must"),
            ("direction", "have to"),
        ]

    @pytest.mark.parametrize("said", OUT_OF_ROLE)
    def test_each_directive_cue_of_the_fact_sheet_is_pointed_at(self, said: str) -> None:
        """Whatever its case and its white space."""
        for text in (said, said.upper(), said.replace(" ", "\u00a0\n"), said.replace("'", "’")):
            assert [words for _, words in seen(text)] == [text]


class TestPointers:
    """What a pointer says, and what it keeps to itself."""

    def test_a_pointer_says_why_and_shows_another_way(self) -> None:
        """Each with the passages of the book that it rests on."""
        text = "He was quiet. You should eat more."
        (found,) = pk.review(text)

        assert (found.start, found.end, found.cue) == (14, 24, "direction")
        assert found.kind is pk.CueKind.DIRECTIVE
        assert found.why == (
            "This can sound like telling a person what to do. They direct their own recovery."
        )
        assert found.instead.startswith("Ask what matters to them.")
        assert [each.source.id for each in found.passages] == ["R-NPG", "R-IMROC", "R-CASAT"]

    def test_it_never_shows_a_word_of_the_note(self) -> None:
        """Not in repr, not in str, and in no field: it holds places."""
        text = "Zebrafinch, I told her she SHOULD Zebrafinch."
        (found,) = pk.review(text)
        fields = attrs.asdict(found)

        assert (
            repr(found)
            == str(found)
            == ("Pointer(start=14, end=33, cue='told-to', kind=<CueKind.DIRECTIVE: 'directive'>)")
        )
        assert "Zebrafinch" not in repr(fields)
        assert "SHOULD" not in repr(fields)

    def test_it_is_no_verdict(self) -> None:
        """A pointer has no verdict, cannot be changed, and may be kept beside a note."""
        (found,) = pk.review("You must.")

        assert not any(isinstance(each, pk.Verdict) for each in attrs.astuple(found, recurse=False))
        assert not hasattr(found, "allowed")
        assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - it is our own
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            found.start = 1  # type: ignore[misc]

    def test_where_two_overlap_the_one_with_more_words_stands(self) -> None:
        """Of two with as many words, the one that begins first."""
        assert seen("Told her that she has to go.") == [("told-to", "Told her that she has to")]
        assert seen("you must have to go") == [("direction", "you must"), ("direction", "have to")]
        assert seen("I promise you will get housed") == [
            ("outcome", "I promise"),
            ("outcome", "you will get housed"),
        ]
        assert seen("I promised you should") == [
            ("outcome", "I promised"),
            ("direction", "you should"),
        ]

    def test_a_false_alarm_of_one_cue_is_none_for_another(self) -> None:
        """What excuses the longer one leaves the other where it is."""
        assert seen("Her doctor told her your diagnosis is wrong, you must go.") == [
            ("diagnosis", "your diagnosis is"),
            ("direction", "you must"),
        ]


class TestAnyText:
    """Any text at all may be reviewed, and its time grows with its length only."""

    @pytest.mark.parametrize("text", [None, 7, b"you must", ["you must"], pk.Words("you must")])
    def test_what_is_not_text_is_refused(self, text: Any) -> None:
        """With an error of ours that does not repeat it."""
        with pytest.raises(pk.BadInput, match=r"^text: must be a text$"):
            pk.review(text)

    def test_a_text_has_an_end(self) -> None:
        """A million characters are read, one more is refused."""
        assert pk.review("a" * 1_000_000) == ()
        with pytest.raises(
            pk.BadInput, match="longer than 1,000,000 characters; review it in parts"
        ):
            pk.review("a" * 1_000_001)

    @pytest.mark.parametrize("given", ["house-cues.toml", [None], (7,)])
    def test_what_are_no_cues_is_refused(self, given: Any) -> None:
        """A file is read first."""
        with pytest.raises(pk.BadInput, match=r"^cues: must be cues; read a file of yours with"):
            pk.review("", given)

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("👍🏽you should👍🏽", "you should"),
            ("שלום you should שלום", "you should"),
            ("\u202byou\u200f should\u202c", "you\u200f should"),
            ("\x00you must\x00", "you must"),
            ("\ud800you must\udfff", "you must"),
            ("_you must_ **now**", "you must"),
            ("e\u0301 you must", "you must"),
            ("ßİŉ you must", "you must"),
            ("youʼd better", "youʼd better"),
            ("said—you must—go", "you must"),
            ("either/you must/or", "you must"),
        ],
    )
    def test_a_span_counts_code_points(self, text: str, words: str) -> None:
        """Whatever stands before it."""
        assert seen(text) == [("direction", words)]

    @pytest.mark.parametrize(
        "text", ["you must_not", "you must\u0301", "e\u0301you must", "you must2", "thank-you must"]
    )
    def test_a_part_of_a_longer_word_is_left_in_peace(self, text: str) -> None:
        """An accent, a digit, a hyphen and an underscore belong to the word."""
        assert seen(text) == []

    @pytest.mark.once
    @pytest.mark.parametrize(
        ("piece", "pointers"),
        [
            ("you must ", 1),
            ("told her ", 0),
            ("told her that ", 0),
            ("processed ", 0),
            ("I told him … ", 0),
            ("you'", 0),
            ("'-", 0),
            ("a.b ", 0),
            ("e\u0301", 0),
            ("told me have to ", 0),
        ],
    )
    def test_a_hostile_million_is_read_to_its_end(self, piece: str, pointers: int) -> None:
        """Each piece counts as often as it stands there."""
        often = 1_000_000 // len(piece)

        assert len(pk.review(piece * often)) == pointers * often

    @pytest.mark.parametrize("piece", ["told her ", "processed ", "you have to ", "not told me x "])
    def test_twice_the_text_is_twice_the_work(
        self, piece: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Counted in steps, not by a clock: every step is one look at one word."""
        steps = 0
        spoken = reviewing._spoken

        def counted(*at: Any) -> Any:
            nonlocal steps
            steps += 1
            return spoken(*at)

        def work(often: int) -> int:
            nonlocal steps
            steps = 0
            pk.review(piece * often)
            return steps

        monkeypatch.setattr(reviewing, "_spoken", counted)
        less, once, twice, thrice = (work(often) for often in (99, 100, 200, 300))

        assert twice - once == thrice - twice == 100 * (once - less) > 0

    @given(NOTE)
    def test_spans_lie_in_the_text_and_do_not_overlap(self, text: str) -> None:
        """They are sorted, never empty, begin and end with a word, and nothing raises."""
        found = pk.review(text)

        assert all(0 <= each.start < each.end <= len(text) for each in found)
        assert all(one.end <= other.start for one, other in pairwise(found))
        assert all(words == words.strip() for _, words in seen(text))
        assert pk.review(text) == found

    @given(NOTE, NOTE)
    def test_text_far_away_changes_nothing(self, one: str, other: str) -> None:
        """Two sentences are reviewed as each is alone."""
        moved = [
            attrs.evolve(each, start=each.start + len(one) + 2, end=each.end + len(one) + 2)
            for each in pk.review(other)
        ]

        assert pk.review(f"{one}. {other}") == (*pk.review(one), *moved)

    @given(NOTE)
    def test_case_and_apostrophes_change_nothing(self, text: str) -> None:
        """Nor does the kind of white space."""
        plain = "".join(each for each in text if each.isascii())
        other = plain.swapcase().replace("'", "’").replace(" ", "\u2003")

        assert pk.review(other) == pk.review(plain)

    @given(st.lists(st.tuples(st.text("ab'- .", max_size=6), st.booleans())))
    def test_a_stretch_knows_its_places(self, pieces: list[tuple[str, bool]]) -> None:
        """Each word of a stretch stands where it says; between two is only white space."""
        text = "".join(each.upper() if loud else each for each, loud in pieces)
        for each in stretches(text):
            for number, word in enumerate(each.words):
                assert text[each.starts[number] : each.end(number)].lower() == word
            for number in range(len(each.words) - 1):
                between = text[each.end(number) : each.starts[number + 1]]
                assert between
                assert between.isspace()


class TestTheBook:
    """The cues are data: cited, said in plain sentences, each phrase once."""

    @pytest.mark.parametrize("cue", cues(), ids=lambda each: each.id)
    def test_a_cue_is_whole(self, cue: Cue) -> None:
        """It has sentences and passages that are in force whenever it is read."""
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", cue.id)
        for said in (cue.why, cue.instead):
            assert said.endswith(".")
            assert not re.search(r"\b(client|patient|case)s?\b", said)
        assert cue.passages
        assert all(
            each.source == pk.Handbook.load().sources[each.source.id] for each in cue.passages
        )
        assert all((each.since, each.until) == (None, None) for each in cue.passages)

    def test_every_kind_has_cues_and_no_phrase_stands_under_two(self) -> None:
        """Otherwise it would hang on the order of the file what is pointed at."""
        phrases = [each for cue in cues() for each in cue.says]

        assert {each.kind for each in cues()} == set(pk.CueKind)
        assert len(set(phrases)) == len(phrases)

    @pytest.mark.parametrize("cue", cues(), ids=lambda each: each.id)
    def test_every_phrase_can_be_spoken(self, cue: Cue) -> None:
        """Each is found where it stands alone, unless it is a false alarm by itself."""
        for each in cue.says:
            for gap in ("", "x", "x y z"):
                text = " ".join(" ".join(gap if part == GAP else part for part in each).split())
                assert seen(text) == [(cue.id, text)]
            if GAP in each:
                text = " ".join("w x y z" if part == GAP else part for part in each)
                assert text not in [words for _, words in seen(text)]

    @pytest.mark.parametrize("cue", cues(), ids=lambda each: each.id)
    def test_every_excuse_touches_something(self, cue: Cue) -> None:
        """A phrase of `unless` that shares no word with any of `says` could never be one."""
        said = {part for each in cue.says for part in each}
        for each in cue.unless:
            assert said & set(each) - {GAP}, each


class TestAHouse:
    """A program may bring cues of its own."""

    def test_its_own_file_stands_alone_or_beside_ours(self, tmp_path: Path) -> None:
        """As one asks for it."""
        own = house(tmp_path, CUE)
        text = "You must put the old kettle on."

        assert [each.cue for each in pk.review(text, own)] == ["kettle"]
        assert [each.cue for each in pk.review(text, cues() + own)] == ["direction", "kettle"]
        assert [each.cue for each in pk.review(text, iter(own))] == ["kettle"]
        assert pk.review(text, ()) == ()

    def test_it_may_cite_a_source_of_its_own(self, tmp_path: Path) -> None:
        """Described in the same file, as in a layer; what is not verified says so."""
        source = '[[source]]\nid = "H"\ntitle = "Our rules"\npublisher = "Riverside House"\n'
        text = CUE.replace("R-CASAT", "H").replace("22 }", "22, verified = false }")
        (cue,) = house(tmp_path, source + text)

        assert str(cue.passages[0].source) == "Our rules (Riverside House)"
        assert cue.passages[0].verified is False

    def test_a_changed_file_is_read_anew(self, tmp_path: Path) -> None:
        """And the same file is the same cues, read once."""
        before = house(tmp_path, CUE)

        assert house(tmp_path, CUE) is before
        assert house(tmp_path, CUE.replace("kettle on", "pot on")) != before
        assert cues() is cues()

    @pytest.mark.parametrize(
        ("old", "new", "says"),
        [
            (CUE, "", "key 'cue': is missing; write at least one [[cue]]"),
            (CUE, CUE + CUE, "cue 'kettle': is written twice; keep one"),
            (CUE, "[[cue]", "is not TOML: "),
            (CUE, CUE + "[[clause]]\n", "key 'clause': is not known here"),
            ('id = "kettle"', "", "cue 1: key 'id': is missing"),
            ('"directive"', '"rude"', "key 'kind': must be one of directive, clinical, "),
            ('kind = "directive"', "", "cue 'kettle': key 'kind': is missing"),
            ('says = ["put … kettle on"]', "", "key 'says': is missing; give at least one phrase"),
            ('["put … kettle on"]', "[]", "key 'says': is missing; give at least one phrase"),
            ('["put … kettle on"]', "[7]", "key 'says': must be a list of texts"),
            ("put … kettle on", " ", "key 'says': has a phrase without a word"),
            ("put … kettle on", "put …", "key 'says': has a … that does not stand between"),
            ("put … kettle on", "… on", "key 'says': has a … that does not stand between"),
            ("put … kettle on", "put … … on", "key 'says': has a … that does not stand between"),
            ("put … kettle on", "a … b … c … d", "has a phrase with more than 2 of …"),
            ("put … kettle on", "put…on", "has more than words in it"),
            ("put … kettle on", "put it, on", "has more than words in it"),
            ("put … kettle on", "'put on", "has more than words in it"),
            ('kettle on"]', 'kettle on", "Put … KETTLE on"]', "key 'says': names a phrase twice"),
            ("why = ", 'unless = ["-"]\nwhy = ', "key 'unless': has more than words in it"),
            ('"Everybody makes their own tea here."', '""', "key 'why': is empty"),
            ("instead", "instaed", "key 'instead': is missing"),
            ("R-CASAT", "R-CASTA", "names 'R-CASTA', which no [[source]] describes"),
            ("looked = 2026-11-22", 'looked = "today"', "key 'looked': must be a date"),
            (", looked = 2026-11-22", "", "key 'looked': is missing; give the day"),
            ("22 }", "22, verified = 1 }", "key 'verified': must be true or false"),
            ("22 }", "22, sinse = 2026-11-22 }", "key 'sinse': is not known here"),
            ("rests_on", "rests", "key 'rests_on': is missing; a cue cites at least one passage"),
            (
                CUE,
                '[[source]]\nid = "R-CASAT"\ntitle = "x"\npublisher = "y"\n' + CUE,
                "source 'R-CASAT': is described differently in a file below; keep one",
            ),
        ],
    )
    def test_a_broken_file_says_where_and_what_to_do(
        self, tmp_path: Path, old: str, new: str, says: str
    ) -> None:
        """It names the file, the cue and the key."""
        with pytest.raises(pk.BadHandbook) as caught:
            house(tmp_path, CUE.replace(old, new))

        assert "house-cues.toml: " in str(caught.value)
        assert says in str(caught.value)

    def test_a_file_that_is_not_there_is_said_to_be_missing(self) -> None:
        """By its name."""
        with pytest.raises(pk.BadHandbook, match=r"^nowhere\.toml: is not there; give the path"):
            cues("nowhere.toml")

    def test_a_phrase_is_read_as_a_text_is(self) -> None:
        """Small letters, straight apostrophes, single spaces."""
        assert phrase(" I’d  MAKE\tyou ") == ("i'd", "make", "you")
        assert phrase("told … must-have") == ("told", GAP, "must-have")
