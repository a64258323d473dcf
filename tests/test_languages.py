"""Other languages: phrases that can be said again, and files of words laid over one another."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import peerkit as pk
from peerkit.handbook import ENGLISH, BadHandbook, Handbook, Language, Verdict, language, languages
from peerkit.handbook.languages import texts
from peerkit.model import NOUNS
from peerkit.model.phrase import Phrase, listed, said
from tests.ordinary import BOOK, activity, asking, decided, plan, report

WORDS = {
    "{one} and {other}": "{other} y {one}",
    "cat": "gato",
    "dog": "perro",
    "and": "y",
    "{rest} or {last}": "{rest} o {last}",
    "{rest}, {next}": "{rest}; {next}",
}
BOTH = Phrase("{one} and {other}", one=Phrase("cat"), other=Phrase("dog"))
HEAD = '[language]\nid = "{id}"\nname = "{name}"\n'


def words_file(folder: Path, text: str, *, id_: str = "xx", name: str = "Xish") -> Path:
    """A file of words; gives its path."""
    file = folder / f"{id_}-{len(list(folder.iterdir()))}.toml"
    file.write_text(HEAD.format(id=id_, name=name) + text, encoding="utf-8")
    return file


def say(english: str, other: str) -> str:
    """One text in both languages, as it is written in a file."""
    return f"\n[[say]]\nen = {english!r}\nas = {other!r}\n"


def nested() -> st.SearchStrategy[Phrase]:
    """Phrases in phrases, of words that are known and of ids."""
    return st.recursive(
        st.sampled_from(["cat", "dog", "p-7"]).map(Phrase),
        lambda inner: st.builds(Phrase, st.just("{one} and {other}"), one=inner, other=inner),
        max_leaves=6,
    )


class TestPhrase:
    """English of ours that remembers how it was put together."""

    def test_it_is_its_english_text(self) -> None:
        """Equal to it, found like it in a table, and as long."""
        assert BOTH == "cat and dog"
        assert hash(BOTH) == hash("cat and dog")
        assert {"cat and dog": 1}[BOTH] == 1
        assert isinstance(BOTH, str)
        assert str(BOTH) == "cat and dog"
        assert type(str(BOTH)) is str
        assert f"{BOTH}!" == "cat and dog!"

    def test_it_is_said_again_with_its_parts(self) -> None:
        """Each part in the language; the order of the facts is the other language's."""
        assert BOTH.in_words(WORDS) == "perro y gato"
        assert BOTH.in_words({}) == "cat and dog"
        assert BOTH.in_words({"cat": "gato"}) == "gato and dog"

    def test_what_is_no_phrase_stays_as_it_is(self) -> None:
        """An id is nobody's to translate, even when it is a word."""
        about = Phrase("{one} and {other}", one="cat", other=7)

        assert about.in_words(WORDS) == "7 y cat"

    def test_a_text_without_facts_may_hold_braces(self) -> None:
        """Nothing is put into it, so nothing is looked for."""
        assert Phrase("{not a fact}") == "{not a fact}"
        assert Phrase("{not a fact}").in_words(WORDS) == "{not a fact}"

    @pytest.mark.parametrize("again", [copy.copy, copy.deepcopy])
    def test_a_copy_can_be_said_again(self, again: Callable[[Phrase], Phrase]) -> None:
        """Shallow or deep."""
        other = again(BOTH)

        assert other == BOTH
        assert other.in_words(WORDS) == "perro y gato"

    @pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
    def test_it_travels_between_processes(self, protocol: int) -> None:
        """With its parts, whatever the protocol."""
        other = pickle.loads(pickle.dumps(BOTH, protocol))  # noqa: S301 - our own

        assert (type(other), other) == (Phrase, BOTH)
        assert other.in_words(WORDS) == "perro y gato"

    @given(nested())
    def test_however_deep_it_is_put_together(self, phrase: Phrase) -> None:
        """English stays English, and every word that is known is said."""
        assert phrase.in_words({}) == phrase
        spoken = phrase.in_words(WORDS)
        assert "cat" not in spoken
        assert " and " not in spoken
        assert spoken.count("p-7") == phrase.count("p-7")

    @pytest.mark.parametrize(
        ("parts", "english", "spoken"),
        [
            ((), None, None),
            (("cat",), "cat", "gato"),
            (("cat", "dog"), "cat or dog", "gato o perro"),
            (("cat", "dog", "cat"), "cat, dog or cat", "gato; perro o gato"),
            (("p-7", "dog", "cat", "x"), "p-7, dog, cat or x", "p-7; perro; gato o x"),
        ],
    )
    def test_a_list_reads_as_people_say_it(
        self, parts: tuple[str, ...], english: str | None, spoken: str | None
    ) -> None:
        """With commas, and the last after its joint."""
        found = listed("or", *map(Phrase, parts))

        assert found == english
        assert found is None or found.in_words(WORDS) == spoken

    def test_a_template_without_facts_is_said_as_it_is(self) -> None:
        """Whatever the language."""
        assert said("{x}", {}, WORDS) == "{x}"
        assert said("{x} {y}", {"x": Phrase("cat"), "y": "cat"}, WORDS) == "gato cat"
        assert said("{x}", {"x": Phrase("cat")}) == "cat"

    @pytest.mark.parametrize("words", [{}, WORDS])
    def test_a_fact_that_nobody_gave_is_shown_by_its_name(self, words: dict[str, str]) -> None:
        """A sentence is never lost for one: an old answer is read by a newer book."""
        assert said("{x}, {gone}", {"x": "p-7"}, words) == "p-7, (gone)"
        assert BOTH.in_words({**words, "{one} and {other}": "{one} {gone}"}).endswith(" (gone)")
        clause = BOOK.clause("caseload")
        assert clause.sentence(Verdict.ALLOWED, {"peer": "ana"}) == (
            "ana walks with (now) of at most 20 people."
        )


class TestSteps:
    """A lifecycle explains itself in another language."""

    def test_each_step_can_be_said(self) -> None:
        """The two sentences, and the list of what may come next."""
        lifecycle = pk.Peer.lifecycle
        spoken = {
            "{old} may become {new}.": "{old} → {new}.",
            "{old} cannot become {new}; it may become {rest}.": "{old} ↛ {new}; {rest}.",
            "{rest} or {last}": "{rest} / {last}",
            "serving": "sirve",
            "left": "se fue",
            "stepped-back": "en pausa",
        }
        status = pk.PeerStatus
        fine = lifecycle.says(status.SERVING, status.LEFT)
        wrong = lifecycle.says(status.SERVING, status.SERVING)

        assert fine.in_words(spoken) == "sirve → se fue."
        assert wrong.in_words(spoken) == "sirve ↛ sirve; se fue / en pausa."

    def test_nothing_else_can_be_said_too(self) -> None:
        """Where nothing follows."""
        found = pk.Session.lifecycle.says(pk.SessionStatus.HELD, pk.SessionStatus.PLANNED)

        assert found.endswith("it may become nothing else.")
        assert found.in_words({"nothing else": "nada"}).endswith("it may become nada.")

    def test_every_status_of_every_noun_is_a_part_of_its_own(self) -> None:
        """So that each has its word in each language."""
        for kind in NOUNS:
            for old in kind.lifecycle.steps:
                for new in kind.lifecycle.steps:
                    found = kind.lifecycle.says(old, new)
                    assert str(old) not in found.in_words({str(old): "#"}).split(" ")


@pytest.fixture
def ships(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place where peerkit seems to ship its languages; gives its folder of words."""
    room = import_module("peerkit.handbook.languages")
    folder = tmp_path / "languages"
    folder.mkdir()
    monkeypatch.setattr(room, "here", lambda: tmp_path)
    room._language.cache_clear()
    yield folder
    room._language.cache_clear()


class TestLanguages:
    """Files of words, shipped and of one's own."""

    def test_english_is_always_there(self, ships: Path) -> None:
        """It needs no file, and says everything as it is."""
        assert language("en") is ENGLISH
        assert languages() == ("en",)
        assert ENGLISH("Instead") == "Instead"
        assert (ENGLISH.id, ENGLISH.name, dict(ENGLISH.words)) == ("en", "English", {})

    def test_a_shipped_language_is_a_folder_of_files(self, ships: Path) -> None:
        """Read in the order of their names; what they lack stays English."""
        (ships / "xx").mkdir()
        words_file(ships / "xx", say("Instead", "Ix"))
        words_file(ships / "xx", say("Source", "Sx") + say("Hand to", "Hx"))
        found = language("xx")

        assert languages() == ("en", "xx")
        assert (found.id, found.name) == ("xx", "Xish")
        assert [found(each) for each in ("Instead", "Source", "Hand to", "Sources")] == [
            *("Ix", "Sx", "Hx"),
            "Sources",
        ]
        assert language("xx") is found

    def test_words_of_a_house_are_laid_over_those_that_are_shipped(
        self, ships: Path, tmp_path: Path
    ) -> None:
        """The last file that says a text is heard; its name for the language too."""
        (ships / "xx").mkdir()
        words_file(ships / "xx", say("Instead", "Ix") + say("Source", "Sx"))
        (tmp_path / "mine").mkdir()
        mine = words_file(tmp_path / "mine", say("Instead", "Mine"), name="Our Xish")
        found = language("xx", mine)

        assert (found("Instead"), found("Source"), found.name) == ("Mine", "Sx", "Our Xish")
        assert language("xx")("Instead") == "Ix"

    def test_a_language_of_ones_own_needs_a_file(self, ships: Path, tmp_path: Path) -> None:
        """One that is not shipped is read from it; English may have house words as well."""
        (tmp_path / "mine").mkdir()
        mine = words_file(tmp_path / "mine", say("Instead", "Yx"), id_="yy")
        plain = words_file(tmp_path / "mine", say("Instead", "Do this"), id_="en", name="English")

        assert language("yy", str(mine))("Instead") == "Yx"
        assert language("en", plain)("Instead") == "Do this"
        with pytest.raises(BadHandbook) as caught:
            language("yy")
        assert str(caught.value) == (
            "language 'yy': is not one that peerkit ships (en); give a file of yours"
        )

    def test_a_file_that_changes_is_read_again(self, ships: Path, tmp_path: Path) -> None:
        """And nothing is read twice while it stays the same."""
        (tmp_path / "mine").mkdir()
        mine = words_file(tmp_path / "mine", say("Instead", "One"))
        before = language("xx", mine)

        assert language("xx", mine) is before
        mine.write_text(HEAD.format(id="xx", name="Xish") + say("Instead", "Two"), encoding="utf-8")
        assert language("xx", mine)("Instead") == "Two"

    def test_nobody_changes_a_language(self) -> None:
        """What was read stays as it was written."""
        with pytest.raises(TypeError):
            ENGLISH.words["Instead"] = "x"  # type: ignore[index]

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("", "key 'language': is missing; give a [language] table"),
            ('[language]\nid = "yy"\nname = "Y"\n', "language: key 'id': must be 'xx'"),
            ('[language]\nid = "xx"\n', "language: key 'name': is missing; give a text in quotes"),
            (
                '[language]\nid = "xx"\nname = "X"\nfrom = "Y"\n',
                "language: key 'from': is not known here; take it out",
            ),
            ('[language]\nid = "xx"\nname = "X"\n[[sai]]\n', "key 'sai': is not known here; did"),
            ("X" + '\n[[say]]\nen = "a"\n', "say 'a': key 'as': is missing; give a text in quotes"),
            ("X" + '\n[[say]]\nas = "a"\n', "say 1: key 'en': is missing; give a text in quotes"),
            ("X" + say("a", "b") * 2, "say 'a': is written twice; keep one"),
            (
                "X" + say("{peer} knits", "teje"),
                "say '{peer} knits': key 'as': must name the same {facts} as 'en': peer",
            ),
            (
                "X" + say("knits", "{peer} teje con {by}"),
                "say 'knits': key 'as': must name the same {facts} as 'en': by, peer",
            ),
            (
                "X" + say("{peer} knits", "{peer teje"),
                "say '{peer} knits': key 'as': has a brace without its partner",
            ),
            (
                "X" + say("peer} knits", "teje"),
                "say 'peer} knits': key 'en': has a brace without its partner",
            ),
            (
                "X" + say("{now} knits", "{now:d} tejen"),
                "say '{now} knits': key 'as': gives the fact 'now' a format; write {now}",
            ),
            (
                "X" + say("{peer} knits", "{peer!r} teje"),
                "say '{peer} knits': key 'as': gives the fact 'peer' a format; write {peer}",
            ),
            (
                "X" + say("{peer} knits", "{peer.__class__} teje"),
                "key 'as': must name the same {facts} as 'en': peer, peer.__class__",
            ),
            ("= no", "is not TOML"),
        ],
    )
    def test_a_broken_file_of_words_says_where_and_what_to_do(
        self, tmp_path: Path, text: str, told: str
    ) -> None:
        """The file, the text, and the key."""
        file = tmp_path / "mine.toml"
        good = HEAD.format(id="xx", name="X")
        file.write_text(text.replace("X\n", good, 1) if text[:1] == "X" else text, "utf-8")
        with pytest.raises(BadHandbook) as caught:
            language("xx", file)
        assert str(caught.value).startswith(str(file))
        assert told in str(caught.value)

    def test_a_file_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        """With what to do."""
        gone = tmp_path / "gone.toml"
        with pytest.raises(BadHandbook) as caught:
            language("xx", gone)

        assert str(caught.value) == f"{gone}: is not there; give the path of a TOML file"


class TestEverythingCanBeSaid:
    """Whatever an explanation says goes through the language."""

    #: A language in which every text of the book is its own length, in stars.
    STARS = Language(
        id="stars",
        name="Stars",
        words={
            each: "*" + "".join(f"{{{name}}}" for _, name, _, _ in Formatter().parse(each) if name)
            for each in texts(Handbook.load())
        },
    )

    def test_every_text_of_the_book_is_listed_once(self) -> None:
        """Sentences, ways forward, names, questions, answers and units."""
        listed_ = texts(Handbook.load())

        assert len(set(listed_)) == len(listed_)
        assert all(each.strip() for each in listed_)
        clause, entry = BOOK.clause("gifts"), BOOK.activities["give-gift"]
        value = BOOK.circumstances["value"]
        assert {
            *clause.sentences.values(),
            *(clause.instead, clause.hand_to, entry.name, entry.instead),
            *(value.asks, *value.answers.values()),
            BOOK.clause("caseload").unit,
        } - {None} <= set(listed_)

    @pytest.mark.parametrize(
        "act",
        [
            asking(activity("give-gift", value="token")),
            asking(activity("give-gift")),
            asking(activity("lend-money")),
            plan(participants=("p-9",)),
            report(activities=(activity("therapy"),)),
        ],
        ids=lambda act: act.kind,
    )
    def test_no_english_sentence_of_the_book_is_left(self, act: Any) -> None:
        """In no form of the explanation, and not in the trace."""
        decision = decided(act)
        shown = [decision.explain(form, language=self.STARS) for form in ("text", "html")]
        for finding in decision.findings:
            for text in shown:
                assert finding.sentence not in text
                assert finding.allowed or finding.instead not in text
                assert finding.allowed or finding.hand_to not in text
        traced = decision.trace(language=self.STARS)["findings"]
        assert all("*" in each["sentence"] for each in traced)

    def test_the_words_of_the_engine_go_through_it_too(self) -> None:
        """Verdicts, headings, and that a report is kept."""
        loud = Language(
            id="loud",
            name="Loud",
            words={
                "not allowed": "NO",
                "Instead": "RATHER",
                "Hand to": "GIVE TO",
                "Source": "SEEN IN",
                "It is kept all the same: a report is never refused.": "KEPT.",
                "unverified: from memory": "FROM MEMORY",
                "in force since": "SINCE",
            },
        )
        told = decided(report(activities=(activity("lend-money"),))).explain(language=loud)

        assert told.splitlines()[0] == "session.reported: NO. KEPT."
        for each in ("NO: ", "RATHER: ", "GIVE TO: ", "SEEN IN: "):
            assert each in told
        assert "Instead: " not in told

    def test_a_limit_says_its_unit_in_the_language(self) -> None:
        """As a part of its sentence, the number as it is."""
        found = pk.Finding(BOOK.clause("caseload"), Verdict.NOT_ALLOWED, {"peer": "ana", "now": 20})
        spoken = Language(id="xx", name="X", words={"people": "personas"})

        assert found.say() == found.sentence == "ana already walks with 20 of at most 20 people."
        assert found.say(spoken) == "ana already walks with 20 of at most 20 personas."

    def test_an_old_answer_keeps_its_number(self) -> None:
        """The limit that was in force then is among its facts, and goes before the book's."""
        facts = {"peer": "ana", "now": 9, "limit": 10}
        found = pk.Finding(BOOK.clause("caseload"), Verdict.ALLOWED, facts)

        assert found.sentence == "ana walks with 9 of at most 10 people."

    def test_a_language_that_lacks_everything_is_english(self) -> None:
        """Word for word."""
        empty = Language(id="xx", name="X", words={})
        decision = decided(asking(activity("lend-money")))

        assert decision.explain(language=empty) == decision.explain()
        assert decision.trace(language=empty) == decision.trace()

    @pytest.mark.parametrize("id_", [each for each in languages() if each != "en"])
    def test_a_shipped_language_knows_its_own_english(self, id_: str) -> None:
        """Whatever it says names facts that the English names, and is not empty."""
        spoken = language(id_)

        assert spoken.name
        assert spoken.words
        assert all(each.strip() for each in spoken.words.values())


def test_a_fact_that_nobody_gave_is_shown_by_its_name() -> None:
    """A sentence of a house may name a fact that a rule does not give; it is said all the same."""
    assert said("{peer} and {participant}", {"peer": "ana"}) == "ana and (participant)"
