"""One word that was asked for is an act; anything else is for a human."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import peerkit as pk
from peerkit.telling.answers import SOON, Answered, act_of, read_answer
from tests.ordinary import opened, plan

NOW = datetime(2026, 11, 2, 17, tzinfo=UTC)
CONFIRM, STOP, START = Answered
TEXT = pk.NoticeChannel.TEXT
WORDS = {
    CONFIRM: ("C", "CONFIRM", "YES", "Y"),
    STOP: (
        *("STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"),
        *("REVOKE", "OPT OUT", "OPT-OUT", "OPTOUT", "REMOVE"),
        *("ALTO", "BAJA", "PARAR", "PARE", "DETENER"),
        *("ARRET", "ARRETE", "ARRÊT", "ARRETT", "TD"),
    ),
    START: ("START", "UNSTOP"),
}
SPANISH = {CONFIRM: ("C", "SI", "SÍ", "CONFIRMO", "CONFIRMAR"), START: ("EMPEZAR", "START")}
EACH = [(word, answer) for answer, words in WORDS.items() for word in words]


def session(id_: str = "s-1", **changed: Any) -> pk.Session:
    """One that is planned for tomorrow."""
    return attrs.evolve(
        pk.Session(
            id=id_,
            peer="ana",
            participants=("p-7",),
            form=pk.SessionForm.ONE_TO_ONE,
            starts=NOW + timedelta(days=1),
            minutes=60,
        ),
        **changed,
    )


def asked(answer: Answered | None, *sessions: pk.Session, **changed: Any) -> pk.Act | None:
    """What becomes of an answer of p-7."""
    told: dict[str, Any] = {"by": "hook", "sessions": sessions, "now": NOW, "channel": TEXT}
    told |= changed
    return act_of(answer, "p-7", **told)


class TestRead:
    """What a text says."""

    @pytest.mark.parametrize(("word", "answer"), EACH)
    def test_a_word_however_it_is_typed(self, word: str, answer: Answered) -> None:
        """Capitals, spaces, signs, and what nobody sees."""
        for typed in (
            word,
            word.lower(),
            word.title(),
            f" {word}. ",
            f"«{word}!»\n",
            f"\ufeff{word}",
        ):
            assert read_answer(typed) is answer

    @pytest.mark.parametrize("language", ["es", "es-MX", "ES-419"])
    def test_in_spanish(self, language: str) -> None:
        """Its own words, with an accent or without; and every stop there is."""
        for answer, words in SPANISH.items():
            for word in words:
                assert read_answer(word, language) is answer
        for word in WORDS[STOP]:
            assert read_answer(word, language) is STOP

    def test_a_word_of_another_language_is_none(self) -> None:
        """Only a stop, a start and C are the same everywhere."""
        assert read_answer("si", "en") is None
        assert read_answer("yes", "es") is None
        assert read_answer("c", "de") is CONFIRM
        assert read_answer("parar", "de") is STOP

    def test_full_width_and_accents_are_letters(self) -> None:
        """As some telephones type them."""
        assert read_answer("ＳＴＯＰ") is STOP
        assert read_answer("Si\u0301", "es") is CONFIRM
        assert read_answer("Pa\u0301rar") is STOP
        assert read_answer("st\u00adop\u200d") is STOP

    @pytest.mark.parametrize(
        "text",
        [
            *("", " ", "?", "👍", "no", "stop it", "please stop", "STOP calling me", "don't stop"),
            *("yes but later", "C you", "c c", "yes yes", "cancel my session", "the end", "stops"),
            *("s t o p", "stop\nyes", "STOP " * 400, "stop" + " " * 1_600, "cancelar", "1", "ok"),
            *("S", "s", "unsub", "stop 2", "sí, pero más tarde", "no C", "C no", "ya no", "n"),
        ],
    )
    def test_nothing_is_guessed(self, text: str) -> None:
        """A sentence, another word, two answers at once, and what is too long."""
        assert read_answer(text) is None
        assert read_answer(text, "es") is None

    @given(text=st.text(st.characters(), max_size=60), language=st.text(max_size=5))
    @example(text="\ud800", language="en")
    @example(text="ß\u0345" * 30, language="es")
    def test_rubbish_is_no_error(self, text: str, language: str) -> None:
        """And no answer, where there is more than a word and the signs around it."""
        found = read_answer(text, language)

        assert found is None or isinstance(found, Answered)
        assert read_answer(f"well {text} hm", language) is None

    @given(
        word=st.sampled_from(EACH),
        before=st.text(" \t\n.,!¡'\"-*_", max_size=9),
        after=st.text(" \t\n.,!¡'\"-*_", max_size=9),
    )
    def test_plain_signs_around_a_word_do_not_matter(
        self, word: tuple[str, Answered], before: str, after: str
    ) -> None:
        """In any number."""
        assert read_answer(before + word[0] + after) is word[1]

    @pytest.mark.parametrize(
        "sign",
        [
            "?",
            "¿",
            " 👎",
            "👍",
            " ❌",
            " :(",
            " :/",
            "+",
            "(",
            " 🙄",
            "？",
            "\u061f",
            "~",
            "=",
            "%",
            "\U0001fae9",  # a face that older Pythons do not know
            "\ue00e",  # a sign of some makers' own
            "\u20e3",
            "\x07",
        ],
    )
    def test_beside_any_other_sign_a_yes_is_none_and_a_stop_is_one(self, sign: str) -> None:
        """Nobody has said yes who asks, or points a thumb down; who says stop means it."""
        for word, answer in EACH:
            for typed in (word + sign, sign + word):
                assert read_answer(typed) is (None if answer is CONFIRM else answer)
        for word in ("Sí", "c", "confirmo"):
            assert read_answer(word + sign, "es") is None

    @pytest.mark.parametrize("text", [None, 3, b"STOP", ["STOP"]])
    def test_it_must_be_a_text(self, text: Any) -> None:
        """A host that hands over bytes hears of it."""
        with pytest.raises(pk.BadInput, match="text of the answer"):
            read_answer(text)
        with pytest.raises(pk.BadInput, match="its tag"):
            read_answer("C", text)


class TestAct:
    """The act an answer asks for."""

    def test_a_yes_confirms_the_one_session(self) -> None:
        """Written down by the host, as what the person said."""
        assert asked(CONFIRM, session()) == pk.ConfirmSession(
            by="hook", id="s-1", who="p-7", said_so=True
        )
        assert asked(CONFIRM, session(), by="p-7") == pk.ConfirmSession(by="p-7", id="s-1")

    def test_a_peer_confirms_too(self) -> None:
        """Whoever takes part may."""
        found = act_of(CONFIRM, "ana", by="ana", sessions=[session()], now=NOW, channel=TEXT)

        assert found == pk.ConfirmSession(by="ana", id="s-1")

    def test_the_same_session_told_twice_is_one(self) -> None:
        """Planned, and then tomorrow."""
        assert asked(CONFIRM, session(), session()) == asked(CONFIRM, session())

    @pytest.mark.parametrize(
        "sessions",
        [
            (),
            (session(), session("s-2")),
            (session(status=pk.SessionStatus.CANCELLED),),
            (session(participants=("p-8",)),),
            (session(confirmed=("p-7",)),),
            (session(starts=NOW),),
            (session(starts=NOW - timedelta(minutes=1)),),
            (session(starts=NOW + SOON + timedelta(seconds=1)),),
        ],
    )
    def test_otherwise_a_human_asks(self, sessions: tuple[pk.Session, ...]) -> None:
        """None, two, one that is off, of others, said yes to, begun, or far away."""
        assert asked(CONFIRM, *sessions) is None

    def test_only_what_can_be_meant_is_counted(self) -> None:
        """Another that was confirmed, or is far away, leaves one."""
        far = session("s-3", starts=NOW + timedelta(days=30))
        sessions = (session("s-2", confirmed=("p-7",)), session(starts=NOW + SOON), far)

        assert asked(CONFIRM, *sessions) == asked(CONFIRM, session())
        assert asked(CONFIRM, *sessions, within=timedelta(days=31)) is None

    def test_a_stop_is_of_the_channel_it_came_over(self) -> None:
        """Whatever sessions there are."""
        channel = pk.NoticeChannel.CHAT

        assert asked(STOP) == pk.StopNotices(by="hook", person="p-7", channel=TEXT)
        assert asked(STOP, session(), channel=channel) == pk.StopNotices(
            by="hook", person="p-7", channel=channel
        )

    @pytest.mark.parametrize(
        ("place", "wrong"),
        [
            ("answer", {"answer": "STOP"}),
            ("answer", {"answer": "stop"}),
            ("answer", {"answer": True}),
            ("channel", {"channel": None}),
            ("channel", {"channel": "text"}),
            ("sessions", {"sessions": ["s-1"]}),
            ("sessions", {"sessions": "s-1"}),
            ("sessions", {"sessions": None}),
            ("now", {"now": datetime(2026, 11, 2, 17)}),  # noqa: DTZ001 - that is the point
            ("now", {"now": NOW.date()}),
        ],
    )
    @pytest.mark.parametrize("answer", [CONFIRM, STOP, START, None])
    def test_what_is_something_else_is_named_by_its_place(
        self, answer: Answered | None, place: str, wrong: dict[str, Any]
    ) -> None:
        """Whatever was answered: the host hears of it before the first yes comes."""
        told: dict[str, Any] = {"by": "hook", "sessions": [session()], "now": NOW, "channel": TEXT}
        with pytest.raises(pk.BadInput) as caught:
            act_of(**{"answer": answer, "person": "p-7"} | told | wrong)

        assert caught.value.place == place

    def test_the_channel_must_be_said(self) -> None:
        """A stop that comes over WhatsApp must not stop the texts and leave WhatsApp as it is."""
        with pytest.raises(TypeError, match="'channel'"):
            act_of(STOP, "p-7", by="hook", sessions=(), now=NOW)  # type: ignore[call-arg]

    def test_a_start_and_no_answer_are_no_act(self) -> None:
        """How somebody is reached is theirs to say anew."""
        assert asked(START, session()) is None
        assert asked(None, session()) is None


class TestThroughTheDoor:
    """The acts are allowed, and do what the person asked for."""

    def test_a_yes_and_a_stop_by_text(self) -> None:
        """The session is confirmed; then no text is sent any more, and what else there is stays."""
        points = tuple(
            pk.ContactPoint(channel=channel, address="x")
            for channel in (pk.NoticeChannel.TEXT, pk.NoticeChannel.EMAIL)
        )
        with opened() as program:
            program.do(
                pk.SetContactPreferences(by="p-7", person="p-7", points=points, zone="UTC")
            ).or_raise()
            program.do(plan(starts=NOW + timedelta(days=1))).or_raise()
            (planned,) = program.every(pk.Session)
            for text in ("c", "Stop."):
                act = asked(read_answer(text), planned)
                assert act is not None
                program.do(act).or_raise()
            (confirmed,) = program.every(pk.Session)
            (left,) = program.every(pk.ContactPreferences)

        assert confirmed.confirmed == ("p-7",)
        assert [each.channel for each in left.points] == [pk.NoticeChannel.EMAIL]
        assert left.status is pk.ContactStatus.WELCOME
