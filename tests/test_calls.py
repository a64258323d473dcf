"""A message that asks for a phone call: what it asks for is looked up when it is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import pytest

import peerkit as pk
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.stores import Delivery
from peerkit.stores.memory import MemoryStore
from peerkit.telling.origins import call_of, origin_of
from peerkit.telling.ways import Routes
from tests.ordinary import HANDBOOK
from tests.test_teller import (
    EMAIL,
    HOUR,
    TEXT,
    Clock,
    Post,
    accept,
    for_good,
    leave,
    plan,
    point,
    prefer,
    propose,
    welcome,
)

WHY: Final = pk.WhyNotTold
#: Cora is told nothing before eight in the evening.
QUIET: Final = pk.AgreedHours(days=tuple(pk.Weekday), opens="00:00", closes="20:00")


@pytest.fixture
def clock() -> Clock:
    """Set by the test: it begins at noon."""
    return Clock()


@pytest.fixture
def program(clock: Clock) -> Iterator[pk.Program]:
    """Ana walks with p-7, whom nothing reaches; cora, who calls, is not told before the evening."""
    with pk.Program(MemoryStore(), handbook=HANDBOOK, clock=clock, coordinator="cora") as made:
        welcome(made, "ana", supervisor="sam")
        made.do(pk.WelcomeParticipant(by="c", id="p-7")).or_raise()
        propose(made)
        accept(made)
        made.tell(MemoryNotifier())
        prefer(made, "ana", point())
        prefer(made, "cora", point(safe=True), quiet=(QUIET,))
        yield made


def planned(program: pk.Program) -> Post:
    """A session in two days of which p-7 cannot be told: somebody has to call, and is not told."""
    plan(program, days=2)
    post = Post()
    program.tell(Routes({EMAIL: post}))
    program.tell(Routes({EMAIL: post}))
    assert {each.to for each in post.took} == {"ana"}
    assert len(calls(program, Delivery.WAITING)) == 1
    return Post()


def told(program: pk.Program, clock: Clock, post: Post) -> list[tuple[str, str, str | None]]:
    """Who is told what in the evening, and in which words."""
    clock.now += 9 * HOUR
    for _ in range(3):
        program.tell(Routes({EMAIL: post}))
    return [(each.to, each.kind, each.inside) for each in post.took]


def calls(program: pk.Program, *delivery: Delivery) -> list[str]:
    """Who has, or had, to be told to call."""
    found = program.store.posted(*delivery)
    return [each.message.to for each in found if each.message.kind == "call.needed"]


def last(program: pk.Program) -> dict[str, Any]:
    """The act of the last entry."""
    found: dict[str, Any] = [*program.journal()][-1].read()["act"]
    return found


class TestLookedAtOnceMore:
    """What it asks for may be no longer so, as with all that is told."""

    def test_a_call_that_is_still_needed_is_asked_for(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """So that what follows means something."""
        assert told(program, clock, planned(program)) == [
            (
                "cora",
                "call.needed",
                (
                    "Please reach p-7 about s-1. There is no safe channel to them. "
                    "They have not said that they may be called."
                ),
            )
        ]

    def test_whether_they_may_be_called_is_what_they_say_by_now(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """They said that they may be, and took it back before cora was told."""
        prefer(program, "p-7", may_call=True, may_leave_message=True)
        post = planned(program)
        prefer(program, "p-7")
        ((_, _, inside),) = told(program, clock, post)

        assert f"{inside}".endswith("They have not said that they may be called.")

    @pytest.mark.parametrize(
        ("how", "says"),
        [
            ({"may_call": True}, "They said that they may be called. Please leave no message."),
            (
                {"may_call": True, "may_leave_message": True},
                "They said that they may be called, and that a message may be left.",
            ),
        ],
    )
    def test_what_they_said_of_calls_is_told(
        self, program: pk.Program, clock: Clock, how: dict[str, Any], says: str
    ) -> None:
        """Also where they said it only after the call was asked for."""
        post = planned(program)
        prefer(program, "p-7", **how)
        ((_, _, inside),) = told(program, clock, post)

        assert f"{inside}".endswith(says)

    def test_it_is_not_in_the_journal(self, program: pk.Program, clock: Clock) -> None:
        """What somebody said of calls is theirs to take back: no entry and no message keeps it."""
        prefer(program, "p-7", may_call=True)
        planned(program)
        passed = [each.body for each in program.journal() if each.act == "notice.passed-on"]

        assert len(passed) == 1
        assert "they may be called" not in passed[0]
        assert "leave no message" not in passed[0]

    @pytest.mark.parametrize(("over", "instead"), [("match", 0), ("session", 1), ("gone", 0)])
    def test_nobody_is_called_about_what_is_over(
        self, program: pk.Program, clock: Clock, over: str, instead: int
    ) -> None:
        """The match has ended, or the person takes part no more; of what is off, that it is off."""
        post = planned(program)
        match over:
            case "match":
                ended = pk.EndMatch(by="ana", id="m-1", peer="ana", participant="p-7")
                program.do(ended).or_raise()
            case "session":
                program.do(pk.CancelSession(by="ana", id="s-1")).or_raise()
            case _:
                away = pk.ParticipantStatus.AWAY
                program.do(pk.ChangeParticipation(by="p-7", id="p-7", status=away)).or_raise()
        found = " ".join(f"{inside}" for *_, inside in told(program, clock, post))

        assert found.count("Please reach p-7 about s-1.") == instead
        assert calls(program, Delivery.CANCELLED) == ["cora"]

    def test_whoever_gave_a_channel_hears_it_themself(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Nobody is called, and what was to be told is not lost."""
        post = planned(program)
        prefer(program, "p-7", point(safe=True))
        ((to, kind, inside),) = told(program, clock, post)

        assert (to, kind) == ("p-7", "session.planned")
        assert f"{inside}".startswith("Session s-1 is on Wednesday, November 4 at ")
        assert last(program) == {
            "act": "notice.passed-on",
            "by": "teller",
            "coordinator": "p-7",
            "key": last(program)["key"],
            "notice": last(program)["notice"],
            "noun": "s-1",
            "of": "session.planned",
            "to": "p-7",
            "why": "reachable",
        }
        assert program.verify().whole

    def test_a_channel_that_nobody_serves_is_none(self, program: pk.Program, clock: Clock) -> None:
        """They gave a telephone, and this house sends mails."""
        post = planned(program)
        prefer(program, "p-7", point(TEXT))

        assert [each[:2] for each in told(program, clock, post)] == [("cora", "call.needed")]

    def test_what_failed_is_not_tried_again_in_the_place_of_a_call(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """The address is still there, and took nothing: somebody calls."""
        prefer(program, "p-7", point())
        program.tell(Routes({EMAIL: Post()}))
        plan(program, days=2)
        program.tell(Routes({EMAIL: Post(fails=[for_good(), for_good()])}))
        found = told(program, clock, Post())
        about = [inside for to, _, inside in found if to == "cora"]

        assert any(f"{each}".startswith("Please reach p-7 about s-1. A notice") for each in about)
        assert "p-7" not in {to for to, *_ in found}

    def test_in_the_app_it_says_where_to_look(self, program: pk.Program, clock: Clock) -> None:
        """There are no words in files there: the message's own give nothing away."""
        planned(program)
        clock.now += 9 * HOUR
        told = MemoryNotifier()
        program.tell(told)
        (inside,) = [each.inside for each in told.told if each.kind == "call.needed"]

        assert inside == (
            "Please reach p-7 about s-1. There is no safe channel to them. "
            "See first what they said about being called."
        )


class TestWhoCalls:
    """It is the coordinator of the day, and whoever is to look at a concern looks at it."""

    def test_it_is_said_in_the_language_of_whoever_calls(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """All of it, and not with a half in English."""
        prefer(program, "cora", point(safe=True), quiet=(QUIET,), language="es-MX")
        prefer(program, "p-7", may_call=True)
        ((_, _, inside),) = told(program, clock, planned(program))

        assert inside == (
            "Hable con esta persona, por favor: p-7. Se trata de s-1. "
            "No hay un medio seguro para avisarle. "
            "Ha dicho que se le puede llamar. No deje mensaje, por favor."
        )

    def test_a_call_of_a_coordinator_who_left_is_the_next_ones(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """It says whom to reach and about what, as it did to the first."""
        welcome(program, "cora", supervisor="sam")
        post = planned(program)
        leave(program, "cora")
        program.coordinator = "dora"
        prefer(program, "dora", point(safe=True))
        found = [each for each in told(program, clock, post) if each[1] == "call.needed"]

        assert [(to, f"{inside}"[:27]) for to, _, inside in found] == [
            ("dora", "Please reach p-7 about s-1.")
        ]

    def test_without_another_coordinator_it_is_not_told_to_who_left(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Nor to anybody else: it is cancelled, which the journal says."""
        welcome(program, "cora", supervisor="sam")
        post = planned(program)
        leave(program, "cora")
        with pk.Program(program.store, handbook=HANDBOOK, clock=clock, coordinator="sam") as same:
            same.coordinator = None
            clock.now += 9 * HOUR
            look = same.tell(MemoryNotifier())

        assert look.cancelled == 1
        assert post.took == []

    def test_a_concern_goes_to_who_looks_at_it_by_now(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Sam could not be told and supervises ana no more: tess is told, and nobody calls sam."""
        concern = pk.RaiseConcern(
            by="p-7", id="k-1", peer="ana", people=("p-7",), clauses=("gifts",)
        )
        program.do(concern).or_raise()
        post = Post()
        program.tell(Routes({EMAIL: post}))
        assert calls(program, Delivery.WAITING) == ["cora"]
        for status, by in ((pk.PeerStatus.STEPPED_BACK, None), (pk.PeerStatus.SERVING, "tess")):
            program.do(pk.ChangeService(by="c", id="ana", status=status, supervisor=by)).or_raise()
        prefer(program, "tess", point(safe=True))
        found = told(program, clock, post)

        assert ("tess", "concern.raised") in {each[:2] for each in found}
        assert "call.needed" not in {kind for _, kind, _ in found}

    def test_where_nobody_else_can_look_at_it_somebody_is_called_after_all(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Sam is in it by now, and so is the coordinator: the call stands."""
        for each in ("sam", "cora"):
            program.do(pk.WelcomeParticipant(by="c", id=each)).or_raise()
        program.do(
            pk.PassOnNotice(
                by="teller",
                notice="1/0",
                to="sam",
                of="concern.raised",
                noun="k-1",
                coordinator="cora",
                why=WHY.NO_CHANNEL,
            )
        ).or_raise()
        concern = pk.RaiseConcern(
            by="p-7", id="k-1", peer="ana", people=("sam", "cora"), clauses=("gifts",)
        )
        program.do(concern)
        found = [each for each in told(program, clock, Post()) if each[1] == "call.needed"]

        assert "Please reach sam about k-1." in " ".join(f"{inside}" for *_, inside in found)


class TestOrigins:
    """What a message came of, by its key."""

    def passed(self, program: pk.Program, **how: Any) -> str:
        """The key of a message that was passed on as a host says it."""
        said = {"notice": "1/0", "to": "p-7", "of": "a.b", "noun": "s-1", "coordinator": "cora"}
        act: Any = pk.PassOnNotice(by="host", why=WHY.OVER, **said | how)
        number = program.do(act).or_raise().number
        return f"{number}/0"

    def message(self, key: str) -> pk.Message:
        """A message that asks for a call."""
        return pk.Message(to="cora", kind="call.needed", about="s-1", inside="", key=key)

    @pytest.mark.parametrize("key", ["", "0/0", "01/0", "3", "3/-1", "a/0", "3/9", "999/0", "3/0x"])
    def test_a_key_of_no_message_leads_nowhere(self, program: pk.Program, key: str) -> None:
        """Nothing is guessed."""
        assert origin_of(program.store, key) is None

    @pytest.mark.parametrize("key", ["3/1", "3/1/email.2", "digest/3/1/abc/email"])
    def test_a_notice_leads_to_its_message(self, program: pk.Program, key: str) -> None:
        """Whatever stands behind the key, and in front of it."""
        origin = origin_of(program.store, key)

        assert origin is not None
        assert (origin.number, origin.to, origin.act["act"]) == (3, "ana", "match.proposed")

    @pytest.mark.parametrize("notice", ["call-1", "99/0", "3/0"])
    def test_a_call_of_a_call_that_nobody_knows_is_about_whom_it_names(
        self, program: pk.Program, notice: str
    ) -> None:
        """A host passed it on by hand, with a key of its own."""
        key = self.passed(program, notice=notice, of="call.needed", to="dora")
        call = call_of(program.store, self.message(key))

        assert call is not None
        assert (call.message.to, call.message.about, call.why) == ("dora", "s-1", WHY.OVER)

    def test_what_names_itself_leads_back_to_no_call(self, program: pk.Program) -> None:
        """Nobody is called for ever about a call about itself."""
        number = [*program.journal()][-1].number + 1
        key = self.passed(program, notice=f"{number}/0", of="call.needed")
        call = call_of(program.store, self.message(key))

        assert call is not None
        assert call.message.to == "p-7"

    def test_a_call_that_a_house_asks_for_by_itself_is_told_in_its_own_words(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """It came of no message that was not told: a reminder with that kind."""
        asked = pk.Remind(by="c", of="call.needed", noun="s-9", to=("cora",))
        program.do(asked).or_raise()

        assert told(program, clock, Post()) == [("cora", "call.needed", "Please look at s-9.")]

    def test_why_is_said_where_it_is_another_reason(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """A host passes on what was over for reasons of its own."""
        self.passed(program)
        ((_, _, inside),) = told(program, clock, Post())

        assert f"{inside}".startswith("Please reach p-7 about s-1. They were not told. ")


def test_a_call_is_for_a_clock_that_stands(program: pk.Program, clock: Clock) -> None:
    """A call waits for the coordinator's own hours, and is told once."""
    post = planned(program)
    assert told(program, clock, post)
    clock.now += timedelta(days=1)
    program.tell(Routes({EMAIL: post}))

    assert len(post.took) == 1
