"""Spanish, the second language: whole, faithful, nothing stale, and easy to read."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from statistics import mean
from typing import Any, Final

import pytest

import peerkit as pk
from peerkit.decisions import decision, explaining
from peerkit.handbook import Handbook, language, languages, layers
from peerkit.handbook.languages import texts
from peerkit.model import NOUNS
from peerkit.model.phrase import Phrase
from peerkit.testing.situations import situations
from tests.ordinary import activity, asking, decided

SPANISH = language("es")
SITUATIONS = situations()
PACKAGE = Path(pk.__file__).parent
FILES = sorted((PACKAGE / "handbook" / "languages" / "es").glob("*.toml"))
#: What the explanation itself says, around what the rules found.
FIXED = (
    *(explaining.INSTEAD, explaining.HAND_TO, explaining.SOURCE, explaining.SOURCES),
    *(explaining.SINCE, explaining.UNVERIFIED, decision.KEPT),
)
#: How a list is joined: put together with its joint, so no call of ours holds them whole.
JOINED = ("{rest} and {last}", "{rest} or {last}")
FACT = re.compile(r"\{(\w*)\}")


@lru_cache(maxsize=1)
def book() -> frozenset[str]:
    """Every text of the book: of the base, of each layer over it, and of all together.

    A layer may say something else in place of a text of the base, so one
    handbook alone does not have them all.
    """
    names = tuple(each.id for each in layers())
    read = (Handbook.load(), *map(Handbook.load, names), Handbook.load(*names))
    return frozenset(text for each in read for text in texts(each))


@lru_cache(maxsize=1)
def engine() -> frozenset[str]:
    """Every word of the engine: verdicts, fixed words, names of things, and composed phrases."""
    named = {
        *map(str, pk.Verdict),
        *(noun.kind for noun in NOUNS),
        *(str(status) for noun in NOUNS if (cycle := lifecycle(noun)) for status in cycle.steps),
        *map(str, pk.Role),
        *map(str, pk.ConsentScope),
    }
    return frozenset({*named, *FIXED, *JOINED, *written(), *met()})


def lifecycle(noun: type[pk.Noun]) -> Any:
    """Where the status of a noun may go; None for one without a status."""
    return getattr(noun, "lifecycle", None)


def written() -> Iterator[str]:
    """Every template that a call of ours spells out, whether or not a situation reaches it."""
    for file in PACKAGE.rglob("*.py"):
        for each in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(each, ast.Call) and ast.unparse(each.func) == "Phrase" and each.args:
                first = each.args[0]
                if isinstance(first, ast.Constant):
                    yield str(first.value)


def met() -> Iterator[str]:
    """Every template in the facts of any situation, however deep."""
    for situation in SITUATIONS:
        for found in situation.decision().findings:
            yield from templates(found.facts)


def templates(fact: object) -> Iterator[str]:
    """The templates of a fact and of the facts inside it."""
    if isinstance(fact, Phrase):
        yield str(fact.template)
        yield from templates(fact.facts)
    elif isinstance(fact, Mapping):
        for each in fact.values():
            yield from templates(each)
    elif isinstance(fact, (tuple, list)):
        for each in fact:
            yield from templates(each)


def words_in(text: str) -> str:
    """A template without its facts and its signs: empty where nothing is left to translate."""
    return re.sub(r"\W", "", FACT.sub("", text))


def said() -> Iterator[tuple[str, str, str]]:
    """Every entry of every file: the file's name, the English and the Spanish."""
    for file in FILES:
        for each in tomllib.loads(file.read_text("utf-8"))["say"]:
            yield file.name, each["en"], each["as"]


class TestComplete:
    """A person who reads Spanish is never handed half a sentence in English."""

    def test_peerkit_ships_it(self) -> None:
        """Beside English, under its own name."""
        assert languages() == ("en", "es")
        assert (SPANISH.id, SPANISH.name) == ("es", "español")
        assert {each.stem for each in FILES} >= {"catalogue", "clauses", "engine", "limits"}

    def test_every_text_of_the_book_has_spanish_words(self) -> None:
        """Of every clause, limit, activity and question, in every layer that is shipped."""
        assert len(book()) > 700
        assert sorted(each for each in book() - SPANISH.words.keys() if words_in(each)) == []

    def test_every_word_of_the_engine_has_spanish_words(self) -> None:
        """Verdicts, fixed words, statuses, kinds, roles, scopes and what the rules put together."""
        assert "{id} as a participant" in set(met()) & set(written())
        assert sorted(each for each in engine() - SPANISH.words.keys() if words_in(each)) == []

    def test_nothing_is_stale(self) -> None:
        """What is translated is still said by somebody."""
        assert sorted(SPANISH.words.keys() - book() - engine()) == []

    def test_nothing_is_said_twice(self) -> None:
        """Of two translations of one text, one would be silently lost."""
        english = [each for _, each, _ in said()]

        assert len(english) == len(set(english)) == len(SPANISH.words)

    def test_no_situation_is_explained_in_english(self) -> None:
        """No piece of three or more English words is left in what people read."""
        found = [
            (situation.name, piece)
            for situation in SITUATIONS
            for told in [situation.decision().explain(language="es", sources=False)]
            for piece in english_pieces()
            if piece in told
        ]

        assert len(SITUATIONS) >= 300
        assert found == []

    def test_a_piece_of_english_would_be_seen(self) -> None:
        """So that finding none means something."""
        told = decided(asking(activity("therapy"))).explain(sources=False)

        assert "A peer is not a therapist. So this is not for" in english_pieces()
        assert sum(each in told for each in english_pieces()) >= 5


@lru_cache(maxsize=1)
def english_pieces() -> tuple[str, ...]:
    """What stands between the facts of every English text, where it is long enough to be known."""
    pieces = {part.strip(" .,:;()") for each in SPANISH.words for part in FACT.split(each)[::2]}
    return tuple(sorted(each for each in pieces if len(each.split()) >= 3))


class TestFaithful:
    """The Spanish says what the English says, with the same facts and the same codes."""

    @pytest.mark.parametrize(
        "sign",
        [
            lambda text: sorted(FACT.findall(text)),
            lambda text: text.count("?"),
            lambda text: text.endswith("."),
            lambda text: text.startswith(" "),
        ],
        ids=["facts", "questions", "full stop", "space before"],
    )
    def test_the_facts_and_signs_agree(self, sign: Callable[[str], object]) -> None:
        """Each fact as often as in English, and a whole sentence for a whole sentence."""
        assert [each for _, *each in said() if sign(each[0]) != sign(each[1])] == []

    def test_a_small_letter_stays_small(self) -> None:
        """What follows a colon in English follows one in Spanish. A fact may begin either."""
        pairs = [(english, spanish.lstrip("¿")) for _, english, spanish in said()]
        lettered = [each for each in pairs if each[0][0].isalpha() and each[1][0].isalpha()]

        assert len(lettered) > 500
        assert [each for each in lettered if each[0][0].islower() != each[1][0].islower()] == []

    def test_questions_open_as_they_close(self) -> None:
        """Spanish marks both ends."""
        assert [each for _, _, each in said() if each.count("?") != each.count("¿")] == []

    @pytest.mark.parametrize(
        "code", ["said_so = true", "corrects = true", "agree-boundaries", "(of = ", "(to = "]
    )
    def test_codes_stay_as_they_are(self, code: str) -> None:
        """Whoever types them types the same in every language."""
        found = [code in spanish for _, english, spanish in said() if code in english]

        assert found
        assert all(found)

    @pytest.mark.parametrize("name", ["BARC-10", "WHO-5", "PHQ-9", "GAD-7", "UCLA", "Rosenberg"])
    def test_instruments_keep_their_names(self, name: str) -> None:
        """A total belongs to its questionnaire."""
        found = [name in spanish for _, english, spanish in said() if name in english]

        assert found
        assert all(found)


#: What people read when nothing but the activity stands in the way.
OPEN = """\
  permitido: Aquí se conoce a todas las personas que se nombran. [known]
  permitido: Nadie aparece aquí en los dos lados. [two-people]
  permitido: No sabemos de nada que se interponga entre ana y las personas nombradas, o quien \
supervisa está de acuerdo. [dual-relationship]"""
THERAPY = f"""\
activity.asked: no permitido.
  no permitido: Un par no es terapeuta. Por eso esto no es para ana: dar terapia. [therapy]
      En su lugar: Escucha, di que tiene sentido, comparte tu propio camino y ayuda a la persona a \
encontrar terapeuta, si lo quiere.
      Pásalo a: una persona terapeuta
{OPEN}"""
GROUP = f"""\
activity.asked: faltan datos.
  faltan datos: Para responder, falta saber: ¿Para qué es el grupo? purpose = peer-support: \
compartir entre todos, con un par que guía y con libertad de ir y venir; education: aprender una \
habilidad o averiguar cosas juntos; therapy: tratamiento: un plan clínico, interpretación, o \
trabajar un trauma (Aquí no se pregunta: voice.) [missing-facts]
      En su lugar: Agrega lo que se pide y vuelve a preguntar. Un informe se manda otra vez con su \
id y con corrects = true.
      Pásalo a: quien lo sepa, y antes que nadie la persona participante
{OPEN}"""
DECLINED = """\
match.declined: no permitido.
  no permitido: m-1: después de «aceptado» no puede seguir «rechazado»; lo que puede seguir: \
terminado. [steps]
      En su lugar: Da uno de los pasos que se nombran, o crea algo nuevo y deja esto como está.
      Pásalo a: quien coordina
  permitido: Estas son las palabras o la decisión de p-7. [own-voice]
  permitido: Lo que cuenta p-7 ya pasó. [already-happened]"""
MISSED = """\
session.missed: faltan datos. Se guarda de todos modos: un informe nunca se rechaza.
  faltan datos: El programa no reconoce esto: s-9 como sesión. [known-thing]
      En su lugar: Revisa el id. La historia de las personas muestra lo que hay.
      Pásalo a: quien coordina
  permitido: Lo que cuenta ana ya pasó. [already-happened]"""
MARKDOWN = """\
**information.shared: necesita consentimiento.**

- **necesita consentimiento**: p-7 no ha aceptado que en este momento llegue a housing-office lo \
siguiente: notas de sesión. `consent`
    - **En su lugar:** Pregúntale a la persona, di quién oiría qué y por qué, y anota lo que \
acepta. Comparte solo lo necesario. La persona puede retirar su sí.
    - **Pásalo a:** la persona participante, que decide
    - Fuente: 42 CFR Part 2, read in sections 2.31, 2.32 and 2.51 (United States, 2024), \
2.31, what a written consent holds
    - Fuente: Peer policy, aligned with New York CORE (4recovery), on confidentiality and its \
exceptions
    - Fuente: 45 CFR Part 164 (United States), 164.502(b), no more than necessary \
\\[sin verificar: de memoria\\]

- **permitido**: Aquí se conoce a todas las personas que se nombran. `known`
    - Fuente: How peerkit decides (peerkit, 2026), what a decision stands on"""
HTML = """\
<section class="peerkit-decision" lang="es"><h4>information.shared: necesita consentimiento.</h4>\
<ul><li class="needs-consent"><p><b>necesita consentimiento</b> p-7 no ha aceptado que en este \
momento llegue a housing-office lo siguiente: notas de sesión. <code>consent</code></p>\
<p><i>En su lugar:</i> Pregúntale a la persona, di quién oiría qué y por qué, y anota lo que \
acepta. Comparte solo lo necesario. La persona puede retirar su sí.</p>\
<p><i>Pásalo a:</i> la persona participante, que decide</p>\
<details><summary>Fuentes (3)</summary><ul><li><span lang="en">42 CFR Part 2, read in sections \
2.31, 2.32 and 2.51 (United States, 2024), 2.31, what a written consent holds</span></li>\
<li><span lang="en">Peer policy, aligned with New York CORE (4recovery), on confidentiality and \
its exceptions</span></li><li><span lang="en">45 CFR Part 164 (United States), 164.502(b), no more \
than necessary</span> [sin verificar: de memoria]</li></ul></details>\
</li><li class="allowed"><p><b>permitido</b> Aquí se conoce a todas las personas que se nombran. \
<code>known</code></p><details><summary>Fuentes (1)</summary><ul><li><span lang="en">How peerkit \
decides (peerkit, 2026), what a decision stands on</span></li></ul></details></li></ul></section>"""
SHARING = pk.ShareInformation(
    by="ana",
    participant="p-7",
    to="housing-office",
    scopes=(pk.ConsentScope.SESSION_NOTES,),
)


class TestExplained:
    """Whole explanations, as people read them."""

    @pytest.mark.parametrize(
        ("act", "told"),
        [
            (asking(activity("therapy")), THERAPY),
            (asking(activity("lead-group", voice="directive")), GROUP),
            (pk.DeclineMatch(by="p-7", id="m-1", peer="ana", participant="p-7"), DECLINED),
            (pk.ReportMissedSession(by="ana", id="s-9"), MISSED),
        ],
        ids=lambda each: each.kind if isinstance(each, pk.Act) else "",
    )
    def test_in_plain_text(self, act: pk.Act, told: str) -> None:
        """The verdict, why, what to do instead and who goes on; ids and codes as they are."""
        assert decided(act).explain(language="es", sources=False) == told

    def test_in_markdown_with_sources(self) -> None:
        """The words around a source are Spanish; its title stays as it was printed."""
        assert decided(SHARING).explain("markdown", language="es") == MARKDOWN

    def test_in_html_with_sources(self) -> None:
        """The page says its language, so that it is read aloud as Spanish."""
        found = decided(SHARING).explain("html", language="es")

        assert found.partition("</style>")[2] == HTML


class TestReadingEase:
    """Plain words: Fernández-Huerta measures Spanish as Flesch does English, 60 to 70 is plain.

    The tool misses some syllables and so measures a little high, which is why
    80 is asked of the whole.
    """

    #: What stands for each fact while a sentence is measured.
    STANDS: Final = {"limit": "12", "now": "9", "days": "9", "near": "", "unit": "horas"}

    @pytest.fixture
    def ease(self) -> Iterator[Callable[[str], float]]:
        """The measure; it is set back to English for whoever comes after."""
        textstat: Any = pytest.importorskip(
            "textstat", reason="reading ease is measured where the tools of development are"
        )
        textstat.set_lang("es")
        yield lambda text: float(
            textstat.fernandez_huerta(FACT.sub(lambda fact: self.STANDS.get(fact[1], "Sam"), text))
        )
        textstat.set_lang("en_US")

    def test_the_sentences_are_plain(self, ease: Callable[[str], float]) -> None:
        """On the whole well above 60, and few that are hard."""
        measured = {
            text: ease(SPANISH(text))
            for clause in Handbook.load().clauses.values()
            for text in (clause.instead, *clause.sentences.values())
        }
        hardest = sorted(measured, key=lambda each: measured[each])[:5]

        assert len(measured) > 200
        assert mean(measured.values()) >= 80
        assert sum(each < 60 for each in measured.values()) <= len(measured) * 0.05, hardest

    def test_the_measure_tells_hard_from_easy(self, ease: Callable[[str], float]) -> None:
        """A sentence as policies write them would be seen."""
        policy = (
            "El personal paraprofesional deberá abstenerse de la administración no autorizada de "
            "intervenciones psicoterapéuticas, independientemente del consentimiento manifestado."
        )

        assert ease(policy) < 20
