"""What a notice says: discreet outside, plain inside, strict at load, and a house's own on top."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import mean
from string import Formatter
from typing import Any, Final

import attrs
import pytest

import peerkit as pk
from peerkit.handbook import BadHandbook, Handbook
from peerkit.model.message import OUTSIDE
from peerkit.telling.facts import NAMES, WHEN, Facts, facts_of
from peerkit.telling.wording import Said, Wording
from tests.ordinary import opened
from tests.test_canaries import whole_life

NOW = datetime(2026, 11, 2, 17, tzinfo=UTC)
OURS = Wording.load()
FACTS = Facts(
    id="s-1",
    says="Session s-1 is planned.",
    day=date(2026, 11, 2),
    at=datetime(2026, 11, 2, 13, 5, tzinfo=UTC),
    minutes=60,
    days=7,
    who="p-7",
    why="stopped",
    may="may-without-message",
)
#: What may not stand where others can see it, in either language: what this is, and who is in it.
GIVEAWAYS: Final = re.compile(
    r"\b(program\w*|peers?|support\w*|recover\w*|sessions?|match\w*|participant\w*|substance\w*|"
    r"health\w*|mental\w*|condition\w*|clinic\w*|treatment\w*|therap\w*|group\w*|crisis|sober\w*|"
    r"addict\w*|drugs?|alcohol\w*|consent\w*|supervis\w*|visits?|house|stay\w*|goals?|concern\w*|"
    r"programa\w*|par|pares|apoyo|recuperaci\w*|sesi\w+|empareja\w*|salud|cl[ií]nic\w*|terapia\w*|"
    r"tratamiento\w*|grupos?|consumo|adicci\w*|droga\w*|sustancia\w*|meta|metas|inquietud\w*|"
    r"casa|visita\w*|turno\w*|estancia\w*|quien supervisa)\b",
    re.IGNORECASE,
)
#: What leaves no trace in the acts: what they say of a message that could not be told.
BESIDE: Final = frozenset({"call.needed"})


def texts(part: str, language: str) -> dict[str, str]:
    """The insides or outsides of a language, by kind."""
    return {kind: text for (of, kind), text in OURS.words[language].items() if of == part}


def left_by_acts() -> frozenset[str]:
    """The kinds that the source of our acts names, and those that a whole life left."""
    with opened() as program:
        for act in whole_life():
            program.do(act)
        told = frozenset(each.message.kind for each in program.store.posted())
    assert len(told) > 20
    folder = Path(pk.__file__).parent / "acts"
    named: set[str] = set()
    for file in folder.glob("*.py"):
        for block in re.split(r"^class |^def ", file.read_text("utf-8"), flags=re.MULTILINE):
            of = re.search(r'kind: ClassVar\[str\] = "([a-z.-]+)"', block)
            leaves = re.search(
                r"Message\(|to_each\(|_everyone\(|to_the_supervisor\(|_left\(", block
            )
            others = re.findall(r'kind="([a-z-]+\.[a-z-]+)"', block)
            if of and leaves and "messages=" in block and not others:
                named.add(of[1])
            named |= set(others)
    return told | (named - {"notice.passed-on", "reminder.given"})


class TestOurs:
    """What peerkit ships."""

    def test_every_kind_that_acts_and_dates_leave_has_words_in_both_languages(self) -> None:
        """Drawn from the acts and the book: one that is new and has none is named here."""
        kinds = left_by_acts() | Handbook.load().reminders.keys() | BESIDE
        for language in ("en", "es"):
            assert texts("inside", language).keys() == kinds

    def test_both_languages_say_the_same_kinds_with_the_same_names(self) -> None:
        """And each section has the same keys."""
        assert OURS.words.keys() == {"en", "es"}
        assert OURS.words["en"].keys() == OURS.words["es"].keys()
        for key, english in OURS.words["en"].items():
            if isinstance(english, str):
                assert named(english) == named(OURS.words["es"][key]), key

    @pytest.mark.parametrize("language", ["en", "es"])
    def test_no_outside_gives_anything_away(self, language: str) -> None:
        """Nor the line above a digest; and nothing in braces stands there but how many."""
        words = OURS.words[language]
        outsides = {**texts("outside", language), **texts("digest", language)}

        assert outsides
        for kind, text in outsides.items():
            assert not GIVEAWAYS.search(text), kind
            assert named(text) <= ({"count"} if kind == "many" else set())
        assert words["outside", ""] in outsides.values()

    def test_the_list_of_giveaways_finds_some(self) -> None:
        """Otherwise the test above says nothing: most insides do give away."""
        for language in ("en", "es"):
            insides = texts("inside", language).values()
            assert sum(bool(GIVEAWAYS.search(each)) for each in insides) > len(insides) / 2

    def test_the_english_outside_is_the_one_acts_leave(self) -> None:
        """So a host that uses no wording shows the same."""
        assert OURS.said("match.proposed", "en", FACTS).outside == OUTSIDE

    def test_the_names_a_kind_may_use_are_of_kinds_there_are(self) -> None:
        """And every one of them is used somewhere: what nobody needs is not promised."""
        insides = texts("inside", "en")

        assert NAMES.keys() <= insides.keys()
        assert set().union(*NAMES.values()) == set().union(*map(named, insides.values())) - {"id"}
        nameless = {kind for kind, text in insides.items() if "id" not in named(text)}
        assert nameless == {"contact-preferences.set", "notice.returned"}

    def test_every_inside_can_be_said(self) -> None:
        """No brace is left over, whatever stands in the facts."""
        odd = attrs.evolve(FACTS, id="{x}", says="{0}")
        for language in ("en", "es"):
            for kind in texts("inside", language):
                said = OURS.said(kind, language, odd).inside
                assert said.replace("{x}", "").replace("{0}", "").isprintable()
                assert "{" not in said.replace("{x}", "").replace("{0}", "")


def named(template: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


class TestSaid:
    """A notice in words."""

    @pytest.mark.parametrize(
        ("kind", "language", "expected"),
        [
            (
                "session.planned",
                "en",
                "Session s-1 is on Monday, November 2 at 1:05 pm. It takes 60 minutes.",
            ),
            (
                "session.planned",
                "es",
                "La sesión s-1 es el lunes 2 de noviembre. Hora: 1:05 pm. Dura 60 minutos.",
            ),
            ("match.ending", "en", "Match s-1 ends on Monday, November 2. Days left: 7."),
            ("match.ended", "es", "El emparejamiento s-1 ha terminado."),
            (
                "call.needed",
                "en",
                (
                    "Please reach p-7 about s-1. They stopped notices. "
                    "They said that they may be called. Please leave no message."
                ),
            ),
            (
                "call.needed",
                "es",
                (
                    "Hable con esta persona, por favor: p-7. Se trata de s-1. "
                    "Ya no quiere recibir avisos. "
                    "Ha dicho que se le puede llamar. No deje mensaje, por favor."
                ),
            ),
        ],
    )
    def test_in_two_languages(self, kind: str, language: str, expected: str) -> None:
        """Days and times are written as the language does."""
        said = OURS.said(kind, language, FACTS)

        assert said.inside == expected
        assert said.outside == {"en": OUTSIDE, "es": "Tiene un mensaje nuevo."}[language]

    @pytest.mark.parametrize(
        ("hour", "minute", "expected"),
        [(0, 0, "12:00 am"), (11, 59, "11:59 am"), (12, 0, "12:00 pm"), (23, 5, "11:05 pm")],
    )
    def test_hours_of_a_clock_with_twelve(self, hour: int, minute: int, expected: str) -> None:
        """Midnight is twelve, and so is noon."""
        at = datetime(2026, 11, 2, hour, minute, tzinfo=UTC)
        said = OURS.said("shift.planned", "en", attrs.evolve(FACTS, at=at))

        assert said.inside == f"Shift s-1 begins on Monday, November 2 at {expected}."

    @pytest.mark.parametrize("language", ["es-MX", "es-419", "ES", "es-Latn-US"])
    def test_a_form_of_a_language_is_said_in_it(self, language: str) -> None:
        """Its tag is read from the end."""
        assert OURS.said("group.ended", language, FACTS).inside == "El grupo s-1 ha terminado."

    @pytest.mark.parametrize("language", ["de", "pt-BR", "e", "esperanto"])
    def test_another_language_is_said_in_english(self, language: str) -> None:
        """Also one that only begins like ours."""
        assert OURS.said("group.ended", language, FACTS) == Said(
            outside=OUTSIDE, inside="Group s-1 is over."
        )

    def test_a_kind_without_words_is_its_own_inside(self) -> None:
        """In whatever language it was left."""
        assert OURS.said("art.hung", "es", FACTS).inside == "Session s-1 is planned."

    @pytest.mark.parametrize("missing", ["day", "at", "minutes"])
    def test_where_a_fact_is_missing_it_is_the_own_inside(self, missing: str) -> None:
        """A sentence with a hole is not told; one that does not need the fact is."""
        nothing: dict[str, Any] = {missing: None}
        facts = attrs.evolve(FACTS, **nothing)

        assert OURS.said("session.planned", "es", facts).inside == "Session s-1 is planned."
        assert OURS.said("match.ended", "en", facts).inside == "Match s-1 is over."

    def test_a_digest_says_how_many_and_then_each(self) -> None:
        """Its outside is the number alone."""
        assert OURS.digest("en", ["One.", "Two.", "Three."]) == Said(
            outside="You have 3 new messages.",
            inside="You have 3 new messages.\n- One.\n- Two.\n- Three.",
        )
        assert OURS.digest("es-MX", ("Uno.",)) == Said(
            outside="Tiene 1 mensaje nuevo.", inside="Tiene 1 mensaje nuevo.\n- Uno."
        )
        assert OURS.digest("en", ()).outside == "You have 0 new messages."

    def test_no_repr_shows_an_inside(self) -> None:
        """Nor do the facts show what the message says."""
        assert "planned" not in repr(OURS.said("x.y", "en", FACTS)) + repr(FACTS) + repr(OURS)


class TestFacts:
    """What is known of what a message is about, at this moment and by this clock."""

    @staticmethod
    def of(noun: pk.Noun | None, zone: str = "America/New_York") -> Facts:
        """The facts of a message about this, at noon in New York."""
        about = "x" if noun is None else noun.id
        return facts_of(
            pk.Message(to="p-7", kind="x.y", about=about, inside="Look at x."), noun, NOW, zone
        )

    def test_of_a_session_by_the_clock_of_the_person(self) -> None:
        """Half past one at night in UTC is the evening before in New York."""
        starts = datetime(2026, 11, 4, 1, 30, tzinfo=UTC)
        session = pk.Session(
            id="s-1",
            peer="ana",
            participants=("p-7",),
            form=pk.SessionForm.ONE_TO_ONE,
            starts=starts,
            minutes=45,
        )
        found = self.of(session)

        assert (found.id, found.says, found.minutes) == ("s-1", "Look at x.", 45)
        assert found.day == date(2026, 11, 3)
        assert found.at is not None
        assert (found.at.hour, found.at.minute) == (20, 30)
        assert found.days == 1
        assert self.of(session, "UTC").day == date(2026, 11, 4)

    def test_of_a_day(self) -> None:
        """It has no time, and may lie behind: then there are no days left to count."""
        goal = pk.Goal(id="g-1", participant="p-7", review=date(2026, 11, 9))
        late = attrs.evolve(goal, review=date(2026, 11, 1))

        assert (self.of(goal).day, self.of(goal).at, self.of(goal).days) == (
            date(2026, 11, 9),
            None,
            7,
        )
        assert (self.of(late).day, self.of(late).days) == (date(2026, 11, 1), None)

    def test_of_what_has_no_day_or_is_not_kept(self) -> None:
        """There is the id, and what the message says."""
        nothing = (None, None, None, None)
        group = pk.Group(id="g-1", of=pk.GroupKind.RECOVERY, facilitators=("ana",))
        for noun in (None, group, pk.Match(id="m-1", peer="ana", participant="p-7")):
            found = self.of(noun)
            assert (found.day, found.at, found.minutes, found.days) == nothing

    def test_of_every_noun_whose_day_is_named(self) -> None:
        """The fields that are looked for are there."""
        for noun, field in WHEN.items():
            assert field in {each.name for each in attrs.fields(noun)}


HEAD: Final = '[language]\nid = "{}"\nname = "{}"\n'
TIMES: Final = """
[default]
outside = "Sie haben eine Nachricht."
[digest]
one = "Sie haben 1 Nachricht."
many = "Sie haben {count} Nachrichten."
[times]
day = "{weekday}, {number}. {month} {year}"
time = "{hour}:{minute} Uhr"
halves = ["vormittags", "nachmittags"]
weekdays = ["Montag", "Di", "Mi", "Do", "Fr", "Sa", "So"]
months = ["Jan", "Feb", "Mar", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "November", "Dez"]
"""


@pytest.fixture
def house(tmp_path: Path) -> Callable[..., Path]:
    """A folder of a house with these files."""

    def write(*files: str, name: str = "house") -> Path:
        folder = tmp_path / name
        folder.mkdir()
        for number, each in enumerate(files):
            (folder / f"{number}.toml").write_text(each, "utf-8")
        return folder

    return write


def message(kind: str, **parts: str) -> str:
    """One message of a file."""
    told = "".join(f"{key} = {text!r}\n" for key, text in parts.items())
    return f'\n[[message]]\nkind = "{kind}"\n{told}'


class TestHouse:
    """The files of a house, over ours."""

    def test_one_kind_is_said_anew_and_the_rest_stays(self, house: Callable[..., Path]) -> None:
        """Ours is not touched; who loads without the folder has it as it was."""
        own = HEAD.format("en", "English") + message(
            "session.tomorrow", inside="See you at {time}. Send C to confirm."
        )
        wording = Wording.load(house(own))

        assert wording.said("session.tomorrow", "en", FACTS) == Said(
            outside=OUTSIDE, inside="See you at 1:05 pm. Send C to confirm."
        )
        assert wording.said("group.ended", "en", FACTS) == OURS.said("group.ended", "en", FACTS)
        assert Wording.load() == OURS

    def test_an_outside_alone_for_one_kind_or_for_all(self, house: Callable[..., Path]) -> None:
        """The nearest language comes first, then the kind before the default."""
        own = HEAD.format("en", "English") + '[default]\noutside = "News."\n'
        wording = Wording.load(house(own + message("group.ended", outside="Please look.")))

        assert wording.said("group.ended", "en", FACTS) == Said(
            outside="Please look.", inside="Group s-1 is over."
        )
        assert wording.said("group.started", "en", FACTS).outside == "News."
        assert wording.said("group.ended", "es", FACTS).outside == "Tiene un mensaje nuevo."

    def test_a_later_folder_lies_over_an_earlier_one(self, house: Callable[..., Path]) -> None:
        """And a later file of a folder over an earlier one."""
        files = [
            HEAD.format("en", "English") + message("group.ended", inside=f"{each}.")
            for each in "abc"
        ]
        both = house(*files[:2], name="first"), house(files[2], name="second")

        assert Wording.load(both[0]).said("group.ended", "en", FACTS).inside == "b."
        assert Wording.load(*both).said("group.ended", "en", FACTS).inside == "c."
        assert Wording.load(*reversed(both)).said("group.ended", "en", FACTS).inside == "b."

    def test_a_language_of_their_own(self, house: Callable[..., Path]) -> None:
        """What it does not say is said in English, with the days and times of English."""
        own = HEAD.format("de-CH", "Deutsch") + TIMES
        wording = Wording.load(house(own + message("session.moved", inside="{id}: {day}, {time}.")))

        assert wording.said("session.moved", "de-ch", FACTS) == Said(
            outside="Sie haben eine Nachricht.", inside="s-1: Montag, 2. November 2026, 13:05 Uhr."
        )
        assert wording.said("match.ending", "de-CH", FACTS).inside == (
            "Match s-1 ends on Monday, November 2. Days left: 7."
        )
        assert wording.digest("de-CH-1996", ["a", "b"]).outside == "Sie haben 2 Nachrichten."
        assert wording.said("session.moved", "de", FACTS).outside == OUTSIDE

    def test_a_form_of_ours_needs_only_what_it_says(self, house: Callable[..., Path]) -> None:
        """The rest is the language it is a form of."""
        own = HEAD.format("es-mx", "español de México") + '[times]\ntime = "{hour}:{minute} h"\n'
        wording = Wording.load(house(own + message("shift.planned", inside="Turno {id}: {time}")))

        assert wording.said("shift.planned", "es-MX", FACTS).inside == "Turno s-1: 13:05 h"
        assert wording.said("shift.planned", "es", FACTS).inside.endswith("Hora: 1:05 pm.")
        assert wording.said("group.ended", "es-MX", FACTS).inside == "El grupo s-1 ha terminado."

    def test_a_kind_of_an_act_of_their_own(self, house: Callable[..., Path]) -> None:
        """It may use every name; where a fact is missing, it is the message's own inside."""
        own = HEAD.format("en", "English") + message("art.hung", inside="{id}, {minutes}: {{art}}")
        wording = Wording.load(house(own))

        assert wording.said("art.hung", "es", FACTS).inside == "s-1, 60: {art}"
        none = attrs.evolve(FACTS, minutes=None)
        assert wording.said("art.hung", "en", none).inside == "Session s-1 is planned."


EN: Final = HEAD.format("en", "English")
GERMAN: Final = HEAD.format("de", "Deutsch")


class TestStrict:
    """What is wrong is said at load, with file and key, and never at two in the morning."""

    @pytest.mark.parametrize(
        ("text", "place", "what"),
        [
            (message("group.ended", inside="x"), "", "'language'|'id'"),
            ('[language]\nid = "en us"\nname = "x"', "language", "tag of a language"),
            ('[language]\nid = "en"', "language", "'name'.*missing"),
            (EN + "[[message]]\nkind = 3", "message", "text in quotes"),
            (EN + message("group.ended"), "group.ended", "'inside'.*missing"),
            (EN + message("art.hung", outside="Look."), "art.hung", "'inside'.*missing"),
            (EN + message("group.ended", inside=" "), "group.ended", "empty"),
            (EN + message("group.ended", outside=""), "group.ended", "empty"),
            (EN + message("group.ended", insight="x"), "group.ended", "did you mean 'inside'"),
            (EN + message("group.ended", inside="{day}"), "group.ended", "{day}.*: {id}$"),
            (EN + message("group.ended", inside="{nam}"), "group.ended", "names {nam}"),
            (EN + message("group.ended", inside="{}"), "group.ended", "names {}"),
            (EN + message("group.ended", inside="{0}"), "group.ended", "names {0}"),
            (EN + message("group.ended", inside="{id.x}"), "group.ended", "names {id.x}"),
            (EN + message("group.ended", inside="{id[0]}"), "group.ended", r"names {id\[0\]}"),
            (EN + message("group.ended", inside="{id!r}"), "group.ended", "a format"),
            (EN + message("group.ended", inside="{id:{id}}"), "group.ended", "a format"),
            (EN + message("group.ended", inside="{id:>9}"), "group.ended", "a format"),
            (EN + message("group.ended", inside="{id"), "group.ended", "brace"),
            (EN + message("group.ended", inside="id}"), "group.ended", "brace"),
            (EN + message("group.ended", outside="{id}"), "group.ended", "braces: none"),
            (EN + message("group.ended", outside="x" * 161), "group.ended", "at most 160"),
            (EN + message("group.ended", inside="x" * 1001), "group.ended", "at most 1000"),
            (EN + message("art.hung", inside="{count}"), "art.hung", "names {count}"),
            (EN + '[[message]]\nkind="a.b"\ninside="a\\nb"', "a.b", "one line"),
            (EN + message("a.b", inside="x") * 2, "a.b", "written twice"),
            (EN + message("session.tomorow", inside="x"), "'kind'", "mean 'session.tomorrow'"),
            (EN + message("sessions.moved", inside="x"), "'kind'", "did you mean 'session.moved'"),
            (EN + "[[massage]]\nkind = 'a.b'", "", "'massage' is not known|'massage'.*not known"),
            (EN + "message = 3", "", "not known|tables"),
            (EN + "[default]\noutside = '{id}'", "default", "braces: none"),
            (EN + "[default]\ninside = 'x'", "default", "not known"),
            (EN + "[digest]\none = '{count}'", "digest", "braces: none"),
            (EN + "[digest]\nmany = '{id}'", "digest", "{count}"),
            (EN + "[digest]\nfew = 'x'", "digest", "not known"),
            (EN + "[times]\nday = '{hour}'", "times", "{weekday}"),
            (EN + "[times]\ntime = '{day}'", "times", "{minute}"),
            (EN + "[times]\nhalves = ['am']", "times", "2 texts"),
            (EN + "[times]\nmonths = []", "times", "12 texts"),
            (EN + "[times]\nweekdays = ['', '', '', '', '', '', '']", "times", "7 texts"),
            (EN + "[times]\nweekdays = 'Monday'", "times", "list of texts"),
            (EN + "[times]\nseconds = 'x'", "times", "not known"),
            (EN + "default = 3", "language", "not known"),
            ("default = 3\n" + EN, "", "default"),
            (GERMAN, "language 'de': default", "'outside'.*missing"),
            (GERMAN + TIMES.replace("one =", "# one ="), "language 'de': digest", "'one'"),
            (GERMAN + TIMES.replace("halves =", "# h ="), "language 'de': times", "'halves'"),
            (GERMAN + TIMES + message("call.needed", inside="{who}"), "'de': call", "'no-channel'"),
            (EN + "[call]\nmaybe = 'x'", "call", "not known"),
            (EN + "[call]\nmay = '{who}'", "call", "braces: none"),
            ("[language", "0.toml", "not TOML"),
        ],
    )
    def test_a_mistake_names_file_and_key(
        self, house: Callable[..., Path], text: str, place: str, what: str
    ) -> None:
        """And what to do about it."""
        with pytest.raises(BadHandbook, match=what) as wrong:
            Wording.load(house(text))

        assert place in str(wrong.value)
        assert "0.toml" in str(wrong.value) or "language 'de'" in str(wrong.value)
        assert wrong.value.__cause__ is None
        assert wrong.value.__context__ is None

    def test_a_kind_of_ones_own_may_be_called_nearly_anything(
        self, house: Callable[..., Path]
    ) -> None:
        """Only what is a letter or two away from one of ours is a slip."""
        for kind in ("session.prepared", "series.begun", "match.looked-for", "art.hung"):
            wording = Wording.load(house(EN + message(kind, inside="Own words."), name=kind))
            assert wording.said(kind, "en", FACTS).inside == "Own words."

    def test_a_folder_must_hold_something(self, tmp_path: Path) -> None:
        """One that is not there, a file, and an empty one."""
        (tmp_path / "a.toml").write_text(EN, "utf-8")
        for each in (tmp_path / "none", tmp_path / "a.toml"):
            with pytest.raises(BadHandbook, match="give the folder of yours"):
                Wording.load(each)


class TestReadingAge:
    """Plain words, measured as those of the book are."""

    #: What stands for each name while a sentence is measured.
    STANDS: Final = {"day": "Monday", "time": "9:30", "days": "9", "minutes": "60", "says": ""}

    def measured(self, language: str, measure: Any) -> dict[str, float]:
        """The measure of each inside and outside."""
        found = (*texts("inside", language).values(), *texts("outside", language).values())
        return {
            text: measure(re.sub(r"\{(\w+)\}", lambda name: self.STANDS.get(name[1], "Sam"), text))
            for text in found
        }

    @pytest.fixture
    def textstat(self) -> Any:
        """The tool that measures; it is set back to English for whoever comes after."""
        tool: Any = pytest.importorskip(
            "textstat", reason="reading age is measured where the tools of development are"
        )
        yield tool
        tool.set_lang("en_US")

    def test_english_reads_at_an_age_of_about_twelve(self, textstat: Any) -> None:
        """Flesch-Kincaid grade: 6 or less on the whole, and none beyond 10."""
        grades = self.measured("en", textstat.flesch_kincaid_grade)
        hardest = sorted(grades, key=lambda each: grades[each])[-5:]

        assert len(grades) > 50
        assert mean(grades.values()) <= 6
        assert max(grades.values()) <= 10, hardest

    def test_spanish_is_plain(self, textstat: Any) -> None:
        """Fernández-Huerta: 80 and more on the whole, and few below 60."""
        textstat.set_lang("es")
        eases = self.measured("es", textstat.fernandez_huerta)
        hardest = sorted(eases, key=lambda each: eases[each])[:5]

        assert mean(eases.values()) >= 80
        assert sum(each < 60 for each in eases.values()) <= len(eases) * 0.05, hardest
