"""What could still go wrong when a message's moment has come: each was seen once, and is mended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

import peerkit as pk
from peerkit.notifiers.email import EmailNotifier
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.stores import Delivery
from peerkit.stores.memory import MemoryStore
from peerkit.telling.retrying import TRIES
from peerkit.telling.ways import Routes
from tests.ordinary import HANDBOOK, NOW
from tests.test_teller import (
    EMAIL,
    HOUR,
    MINUTE,
    TEXT,
    Clock,
    Post,
    accept,
    for_good,
    kinds,
    leave,
    passing,
    plan,
    point,
    prefer,
    propose,
    welcome,
)

DAY = timedelta(days=1)
#: A house that reminds nobody of tomorrow's session.
OFF = """
[layer]
id = "house"
title = "House rules"

[[reminder]]
id = "session.tomorrow"

[[reminder.value]]
off = true
source = "HOUSE"
at = "people here write it down"
looked = 2026-11-23
"""


@pytest.fixture
def clock() -> Clock:
    """Set by the test."""
    return Clock()


@pytest.fixture
def program(clock: Clock) -> Any:
    """Ana walks with p-7, and all that was to be told so far is told; cora can be reached."""
    with pk.Program(MemoryStore(), handbook=HANDBOOK, clock=clock, coordinator="cora") as made:
        welcome(made, "ana", supervisor="sam")
        made.do(pk.WelcomeParticipant(by="c", id="p-7")).or_raise()
        propose(made)
        accept(made)
        made.tell(MemoryNotifier())
        prefer(made, "cora", point(safe=True))
        yield made


def told(program: pk.Program, routes: Routes | None = None) -> list[tuple[str, str]]:
    """To whom what kind is told by now."""
    notifier = Post()
    program.tell(routes or notifier)
    return [(each.to, each.kind) for each in notifier.took]


def concern(program: pk.Program) -> None:
    """About ana, told by p-7."""
    program.do(
        pk.RaiseConcern(by="p-7", id="k-1", peer="ana", people=("p-7",), clauses=("gifts",))
    ).or_raise()


def lying(program: pk.Program, to: str = "p-7") -> list[Any]:
    """What lies in the outbox for somebody, oldest first."""
    return [each for each in program.store.posted() if each.message.to == to]


class TestInTime:
    """Somebody stands before a closed door when a message comes too late."""

    def test_of_what_is_over_nobody_is_told(self, program: pk.Program, clock: Clock) -> None:
        """A teller that was off for two days does not announce yesterday's session."""
        plan(program)
        clock.now += 2 * DAY

        before = kinds(program).count("notice.cancelled")
        assert told(program) == []
        assert kinds(program).count("notice.cancelled") == before + 2

    def test_a_channel_that_is_down_is_told_of_while_somebody_can_call(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """When the next try would come after the session's beginning, the coordinator hears."""
        prefer(program, "p-7", point())
        plan(program)
        down, cora = Post([passing() for _ in range(99)]), Post()
        prefer(program, "cora", point(TEXT, safe=True))
        routes = Routes({EMAIL: down, TEXT: cora})
        while not any("p-7" in f"{each.inside}" for each in cora.took):
            program.tell(routes)
            clock.now += HOUR

        assert NOW + HOUR < clock.now < NOW + DAY
        assert {each.kind for each in cora.took} == {"call.needed"}

    def test_quiet_hours_that_end_too_late_are_told_of_at_once(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """The session begins before the person may be told."""
        days = tuple(each for each in pk.Weekday if each is not pk.Weekday.FRIDAY)
        prefer(
            program,
            "p-7",
            point(),
            quiet=(pk.AgreedHours(days=days, opens="00:00", closes="24:00"),),
        )
        plan(program)
        post = Post()
        program.tell(Routes({EMAIL: post}))

        assert {(each.to, each.kind) for each in post.took} == {("cora", "call.needed")}

    def test_a_digest_that_comes_too_late_is_not_waited_for(self, program: pk.Program) -> None:
        """A session tomorrow at noon, and a digest tomorrow at eleven in the evening."""
        prefer(program, "p-7", point(), digest="11:00")
        program.do(
            pk.PlanSession(
                by="ana",
                id="s-1",
                peer="ana",
                participants=("p-7",),
                starts=NOW + 20 * HOUR,
                minutes=60,
                activities=(pk.Activity(id="listen"),),
            )
        ).or_raise()
        post = Post()
        program.tell(Routes({EMAIL: post}))

        assert [each.kind for each in post.took if each.to == "p-7"] == ["session.planned"]


class TestOnesOwn:
    """Whose it is, by now."""

    def test_of_a_session_that_cannot_be_neither_hears(self, program: pk.Program) -> None:
        """Their match is over, so nobody comes: both hear of the end, and not of the plan."""
        plan(program)
        program.do(pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7")).or_raise()

        assert sorted(told(program)) == [("ana", "match.ended"), ("p-7", "match.ended")]

    def test_a_concern_is_not_lost_with_a_supervisor_who_was_forgotten(
        self, program: pk.Program
    ) -> None:
        """Whoever supervises by now hears of it."""
        welcome(program, "bo", supervisor="tess")
        program.do(
            pk.ChangeService(by="c", id="ana", status=pk.PeerStatus.STEPPED_BACK, supervisor="bo")
        )
        concern(program)
        program.do(
            pk.ChangeService(by="c", id="ana", status=pk.PeerStatus.SERVING, supervisor="tess")
        ).or_raise()
        leave(program, "bo")
        program.do(pk.ForgetPerson(by="bo", id="bo", why=pk.WhyForgotten.ASKED)).or_raise()

        assert ("tess", "concern.raised") in told(program)

    def test_a_concern_that_the_coordinator_is_in_is_not_theirs(self, program: pk.Program) -> None:
        """It is kept as a dead letter, and they are not told; not even to call."""
        for each in ("sam", "cora"):
            program.do(pk.WelcomeParticipant(by="c", id=each)).or_raise()
        program.do(
            pk.ReportSession(
                by="ana",
                id="s-9",
                peer="ana",
                participants=("sam", "cora"),
                form=pk.SessionForm.GROUP,
                starts=NOW - 2 * HOUR,
                minutes=60,
                activities=(pk.Activity(id="lead-therapy"),),
            )
        )
        post = Post()
        program.tell(Routes({EMAIL: post}))

        assert post.took == []
        assert [each.message.kind for each in program.dead_letters()] == ["concern.opened"]

    def test_a_plan_that_is_shared_no_more_is_not_announced_to_the_coordinator_either(
        self, program: pk.Program
    ) -> None:
        """Consent is the author's, whoever reads."""
        of: dict[str, Any] = {"by": "p-7", "id": "plan-1", "participant": "p-7"}
        program.do(pk.WritePlan(**of, of=pk.PlanKind.WELLNESS)).or_raise()
        program.do(pk.SharePlan(**of, to="cora")).or_raise()
        program.do(pk.StopSharing(**of, to="cora")).or_raise()

        assert told(program) == []

    def test_who_is_away_hears_nothing_of_what_goes_on(self, program: pk.Program) -> None:
        """They take part no more; what waits for them has stopped."""
        plan(program)
        program.do(
            pk.ChangeParticipation(by="p-7", id="p-7", status=pk.ParticipantStatus.AWAY)
        ).or_raise()

        assert "p-7" not in {to for to, _ in told(program)}

    def test_who_is_away_hears_nothing_of_a_question_either(self, program: pk.Program) -> None:
        """A match that waits for their answer can wait until they are back."""
        program.do(pk.WelcomeParticipant(by="c", id="p-8")).or_raise()
        program.do(pk.ProposeMatch(by="c", id="m-8", peer="ana", participant="p-8")).or_raise()
        program.do(
            pk.ChangeParticipation(by="p-8", id="p-8", status=pk.ParticipantStatus.AWAY)
        ).or_raise()

        assert told(program) == [("ana", "match.proposed")]

    def test_a_reminder_that_the_house_has_switched_off_is_not_given(
        self, program: pk.Program, tmp_path: Path
    ) -> None:
        """It was asked for under yesterday's book."""
        plan(program)
        told(program)
        program.do(
            pk.Remind(by="calendar", of="session.tomorrow", noun="s-1", to=("p-7",))
        ).or_raise()
        house = tmp_path / "house.toml"
        house.write_text(OFF, encoding="utf-8")
        program.handbook = pk.Handbook.load(house)

        assert told(program) == []


class TestNoneLost:
    """What was given up, put off or taken along is told in the end, or somebody hears of it."""

    def test_what_waits_for_a_digest_is_told_in_the_app_as_well(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Two messages are two there."""
        prefer(program, "p-7", point(), digest="18:00")
        plan(program, "s-1", days=5)
        plan(program, "s-2", days=6)
        program.tell(Routes({EMAIL: Post()}))
        clock.now += 12 * HOUR

        assert told(program) == [("p-7", "session.planned")] * 2

    def test_a_dead_letter_that_is_told_again_is_given_up_again_and_somebody_hears(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """A day later it is another call."""
        prefer(program, "p-7", point())
        plan(program, days=9)
        gone = Routes({EMAIL: (post := Post([for_good()]))})
        program.tell(gone, limit=1)
        program.tell(gone)
        (key,) = (each.key for each in program.dead_letters() if each.message.to == "p-7")
        clock.now += DAY
        assert program.tell_again(key) == (key,)
        post.fails = [for_good()]
        program.tell(gone)
        program.tell(gone)

        calls = [each for each in post.took if each.kind == "call.needed"]
        assert len([each for each in calls if "p-7" in f"{each.inside}"]) == 2

    def test_who_is_taken_with_a_message_that_kills_is_told(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Two that kill their teller, one person behind one of them, and nine others."""

        class Deadly(Post):
            def notify(self, notice: pk.Notice) -> None:
                if notice.about in {"n-2", "n-7"}:
                    raise KeyboardInterrupt
                super().notify(notice)

        people = tuple(f"q-{number}" for number in range(10))
        for each in people:
            prefer(program, each, point())
        for number, each in enumerate(people):
            program.do(pk.Remind(by="c", of="house.news", noun=f"n-{number}", to=(each,)))
        program.do(pk.Remind(by="c", of="house.news", noun="n-10", to=("q-2",)))
        deadly = Deadly()
        for _ in range(3 * TRIES):
            try:
                program.tell(Routes({EMAIL: deadly}))
            except KeyboardInterrupt:
                clock.now += 6 * MINUTE
        news = {each.about for each in deadly.took if each.kind == "house.news"}

        assert news == {f"n-{number}" for number in (0, 1, 3, 4, 5, 6, 8, 9, 10)}
        assert {each.message.about for each in program.dead_letters()} == {"n-2", "n-7"}

    def test_a_house_that_restarts_all_the_time_loses_no_message(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Twenty tellers die before they have told anybody; nothing was tried."""

        class Dies(Post):
            def notify(self, notice: pk.Notice) -> None:
                raise KeyboardInterrupt

        people = tuple(f"q-{number}" for number in range(30))
        for each in people:
            prefer(program, each, point())
        program.do(pk.Remind(by="c", of="house.news", noun="n-1", to=people)).or_raise()
        for _ in range(20):
            with pytest.raises(KeyboardInterrupt):
                program.tell(Routes({EMAIL: Dies()}))
            clock.now += 6 * MINUTE
        post = Post()
        for _ in range(40):
            program.tell(Routes({EMAIL: post}))

        assert {each.to for each in post.took} >= set(people)
        assert not list(program.dead_letters())


class TestOrderAndHours:
    """In order, in their hours, and once."""

    def test_a_message_that_fails_for_days_steps_aside(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Three times what follows waits for it; then it goes on."""

        class Picky(Post):
            def notify(self, notice: pk.Notice) -> None:
                if notice.about == "n-1":
                    raise passing()
                super().notify(notice)

        prefer(program, "p-7", point())
        for number in (1, 2):
            program.do(pk.Remind(by="c", of="house.news", noun=f"n-{number}", to=("p-7",)))
        picky = Picky()
        since = clock.now
        while not picky.took:
            program.tell(Routes({EMAIL: picky}))
            clock.now += MINUTE

        assert clock.now - since < 2 * HOUR

    def test_a_digest_is_one_however_many_people_have_one(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Thirty people, five messages each, and fifty are taken at a time: thirty notices."""
        people = [f"d-{number}" for number in range(30)]
        for each in people:
            prefer(program, each, point(), digest="18:00")
        for _ in range(5):
            program.do(pk.Remind(by="c", of="house.news", noun="n-1", to=tuple(people))).or_raise()
        post = Post()
        program.tell(Routes({EMAIL: post}))
        clock.now = datetime(2026, 11, 2, 18, tzinfo=UTC)
        program.tell(Routes({EMAIL: post}))

        digests = [each.to for each in post.took if each.kind == "digest"]
        assert sorted(digests) == sorted(people)
        assert {each.outside for each in post.took if each.kind == "digest"} == {
            "You have 5 new messages."
        }

    def test_a_digest_whose_teller_died_is_told_again_under_the_same_key(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Also where more waits for the next one by then: whoever has seen the key drops it."""
        prefer(program, "d-1", point(), digest="18:00")
        for _ in range(3):
            program.do(pk.Remind(by="c", of="house.news", noun="n-1", to=("d-1",))).or_raise()
        post = Post()
        program.tell(Routes({EMAIL: post}))
        clock.now = datetime(2026, 11, 2, 18, tzinfo=UTC)

        class Dies(Post):
            def notify(self, notice: pk.Notice) -> None:
                super().notify(notice)
                raise KeyboardInterrupt

        dies = Dies()
        with pytest.raises(KeyboardInterrupt):
            program.tell(Routes({EMAIL: dies}))
        program.do(pk.Remind(by="c", of="house.news", noun="n-2", to=("d-1",))).or_raise()
        clock.now += timedelta(days=1)
        program.tell(Routes({EMAIL: post}))
        clock.now += timedelta(days=1)
        program.tell(Routes({EMAIL: post}))

        (died,) = dies.took
        assert died.kind == "digest"
        assert [each.key for each in post.took if each.to == "d-1"].count(died.key) == 1
        assert [each.kind for each in post.took if each.to == "d-1"] == ["digest", "house.news"]
        waiting = {each.message.to for each in program.store.posted(Delivery.WAITING)}
        assert "d-1" not in waiting

    def test_a_digest_that_is_tried_again_beside_the_next_keeps_its_key(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """It failed all night, and may have arrived; what came meanwhile is the next one's."""
        prefer(program, "d-1", point(), digest="18:00")
        act = pk.Remind(by="c", of="house.news", noun="n-1", to=("d-1",))
        for _ in range(3):
            program.do(act).or_raise()
        post = Post([passing() for _ in range(5)])
        program.tell(Routes({EMAIL: post}))
        clock.now = datetime(2026, 11, 2, 18, tzinfo=UTC)
        program.tell(Routes({EMAIL: post}))
        program.do(act).or_raise()
        while len(post.tried) < 5:
            clock.now += 10 * MINUTE
            program.tell(Routes({EMAIL: post}))
        clock.now = datetime(2026, 11, 4, 19, tzinfo=UTC)
        program.tell(Routes({EMAIL: post}))

        mine = [each for each in post.tried if each.startswith("digest/")]
        assert len(mine) == 6
        assert len(set(mine)) == 1
        assert [each.kind for each in post.took if each.to == "d-1"] == ["digest", "house.news"]

    def test_a_digest_that_fails_for_hours_stays_one(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """A teller looks every few seconds, and never finds a part of it alone."""
        prefer(program, "d-1", point(), digest="18:00")
        for _ in range(5):
            program.do(pk.Remind(by="c", of="house.news", noun="n-1", to=("d-1",))).or_raise()
        post = Post([passing(), passing(), passing()])
        program.tell(Routes({EMAIL: post}))
        clock.now = datetime(2026, 11, 2, 18, tzinfo=UTC)
        for _ in range(120):
            program.tell(Routes({EMAIL: post}))
            clock.now += MINUTE / 2

        mine = [each for each in post.tried if each.startswith("digest/")]
        assert len(mine) == 4
        assert len(set(mine)) == 1

    def test_a_digest_is_not_told_after_its_lease(self, program: pk.Program, clock: Clock) -> None:
        """What could not wait was slow: the rest may be another's by now."""
        prefer(program, "p-7", point(), digest="18:00")
        plan(program, "s-1", days=5)
        plan(program, "s-2", days=6)
        program.tell(Routes({EMAIL: Post()}))
        clock.now = datetime(2026, 11, 2, 18, tzinfo=UTC)
        program.do(pk.CancelSession(by="ana", id="s-2")).or_raise()
        plan(program, "s-3", days=7)

        class Slow(Post):
            def notify(self, notice: pk.Notice) -> None:
                super().notify(notice)
                clock.now += 6 * MINUTE

        slow = Slow()
        program.tell(Routes({EMAIL: slow}), limit=4)

        assert len(slow.took) == 1

    def test_a_digest_is_not_told_in_a_quiet_hour_that_has_begun(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """It was looked at a minute before."""
        evening = pk.AgreedHours(days=tuple(pk.Weekday), opens="18:01", closes="24:00")
        prefer(program, "p-7", point(), digest="18:00", quiet=(evening,))
        plan(program, "s-1", days=5)
        program.tell(Routes({EMAIL: Post()}))
        clock.now = datetime(2026, 11, 2, 18, 0, 30, tzinfo=UTC)
        program.do(pk.Remind(by="c", of="session.cancelled", noun="s-1", to=("p-7",)))
        look = program._teller(Routes({EMAIL: (post := Post())}), HOUR)

        class Later:
            """A clock that goes on with each look at it."""

            def __call__(self) -> datetime:
                clock.now += timedelta(seconds=20)
                return clock.now

        attrs.evolve(look, clock=Later()).tell(9)

        assert [each.kind for each in post.took if each.to == "p-7"] == []

    def test_two_of_a_digest_that_are_on_two_ways_are_two_notices(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """What failed on one way takes nothing along that was not tried there."""
        prefer(program, "p-7", point(), point(TEXT), digest="18:00")
        for number in (1, 2):
            program.do(pk.Remind(by="c", of="house.news", noun=f"n-{number}", to=("p-7",)))
        mail, texts = Post([for_good()]), Post()
        routes = Routes({EMAIL: mail, TEXT: texts})
        program.tell(routes)
        clock.now = datetime(2026, 11, 2, 18, tzinfo=UTC)
        program.tell(routes)

        (notice,) = texts.took
        assert notice.key.startswith("digest/")
        assert notice.key.endswith("/text")

    def test_an_invitation_goes_alone(self, program: pk.Program, clock: Clock) -> None:
        """Two sessions in a digest: each brings its own."""
        prefer(program, "p-7", point(), digest="18:00")
        plan(program, "s-1", days=5)
        plan(program, "s-2", days=6)
        post = Post()
        routes = Routes({EMAIL: post}, invite=lambda noun, to: f"{noun.id} {to}".encode())
        program.tell(routes)
        clock.now = datetime(2026, 11, 2, 18, tzinfo=UTC)
        program.tell(routes)

        assert [each.invite for each in post.took if each.to == "p-7"] == [
            b"s-1 p-7",
            b"s-2 p-7",
        ]

    def test_an_invitation_that_cannot_be_made_costs_a_try_and_no_teller(
        self, program: pk.Program, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A mistake of the house's is logged, and others are told."""

        def broken(noun: pk.Noun, to: str) -> bytes:
            raise ValueError("there@email.example")

        prefer(program, "p-7", point())
        plan(program)
        program.tell(Routes({EMAIL: Post()}, invite=broken))

        assert [each.attempts for each in lying(program)][-1] == 1
        assert "ValueError at " in caplog.text
        assert "there@" not in caplog.text

    def test_another_address_begins_anew(self, program: pk.Program, clock: Clock) -> None:
        """Twelve tries at the old one are none at the new one."""
        prefer(program, "p-7", point())
        program.do(pk.Remind(by="c", of="house.news", noun="n-1", to=("p-7",)))
        down = Post([passing() for _ in range(99)])
        routes = Routes({EMAIL: down, TEXT: down})
        for _ in range(TRIES - 1):
            program.tell(routes)
            clock.now = lying(program)[-1].due
        prefer(program, "p-7", point(TEXT))
        program.tell(routes)

        assert lying(program)[-1].delivery is Delivery.WAITING
        assert (lying(program)[-1].attempts, lying(program)[-1].way) == (1, "text")

    def test_a_receiver_that_asks_for_a_day_is_left_for_the_next_way(
        self, program: pk.Program
    ) -> None:
        """There is another."""
        prefer(program, "p-7", point(), point(TEXT))
        program.do(pk.Remind(by="c", of="house.news", noun="n-1", to=("p-7",)))
        texts = Post()
        program.tell(Routes({EMAIL: Post([passing(DAY)]), TEXT: texts}))

        assert [each.key.rpartition("/")[2] for each in texts.took] == ["text"]


class TestRefusedAtTheEdge:
    """What would tell nobody is refused before anything is taken."""

    def refused(self, program: pk.Program, to: Any, place: str) -> None:
        """And every message waits as before."""
        plan(program)
        before = list(program.store.posted())
        with pytest.raises(pk.BadInput, match=rf"^{place}: "):
            program.tell(to)

        assert list(program.store.posted()) == before

    def test_a_class_in_place_of_a_notifier(self, program: pk.Program) -> None:
        """It has the method, and nobody to ask."""
        self.refused(program, MemoryNotifier, "to")
        with pytest.raises(pk.BadInput, match=r"Routes\.notifiers"):
            Routes({EMAIL: MemoryNotifier})  # type: ignore[dict-item]

    def test_a_notifier_that_needs_addresses(self, program: pk.Program) -> None:
        """In the app of a house there are none."""
        with EmailNotifier("mail.example", sender="hello@house.example") as mail:
            self.refused(program, mail, "to")

    def test_routes_without_a_coordinator(self, program: pk.Program) -> None:
        """Nobody would hear of what nobody can be told."""
        program.coordinator = None
        self.refused(program, Routes({EMAIL: Post()}), "coordinator")

    def test_routes_that_lead_nowhere(self) -> None:
        """Everybody would have to be called."""
        with pytest.raises(pk.BadInput, match=r"Routes\.notifiers"):
            Routes({})

    def test_words_that_are_none(self) -> None:
        """A path is not yet read."""
        with pytest.raises(pk.BadInput, match=r"Routes\.wording"):
            Routes({EMAIL: Post()}, wording="words")  # type: ignore[arg-type]

    def test_a_stop_that_nobody_can_set(self, program: pk.Program) -> None:
        """It would tell for ever."""
        with pytest.raises(pk.BadInput, match=r"^stop: "):
            program.keep_telling(Post(), stop=True)  # type: ignore[arg-type]


def test_a_plan_that_is_shared_is_announced(program: pk.Program) -> None:
    """To its reader, whom the plan names nowhere else."""
    of: dict[str, Any] = {"by": "p-7", "id": "plan-1", "participant": "p-7"}
    program.do(pk.WritePlan(**of, of=pk.PlanKind.WELLNESS)).or_raise()
    program.do(pk.SharePlan(**of, to="ana")).or_raise()

    assert told(program) == [("ana", "plan.shared")]


def test_what_waits_again_goes_to_whoever_supervises_by_then(program: pk.Program) -> None:
    """A concern was given up, let wait again on the same day, and ana has another supervisor."""
    prefer(program, "sam", point())
    concern(program)
    gone = Routes({EMAIL: Post([for_good()])})
    program.tell(gone, limit=1)
    (letter,) = program.dead_letters()
    program.tell_again(letter.key)
    program.do(
        pk.ChangeService(by="c", id="ana", status=pk.PeerStatus.STEPPED_BACK, supervisor="tess")
    ).or_raise()

    assert ("tess", "concern.raised") in told(program)


class TestWhoseItIs:
    """Also where a message was left by hand, or by a house's own act."""

    def test_of_what_is_not_there_nobody_is_told(self, program: pk.Program) -> None:
        """Neither of a session that is none, nor of a match that is none."""
        for of in ("session.tomorrow", "match.proposed"):
            program.do(pk.Remind(by="c", of=of, noun="nothing", to=("p-7",))).or_raise()

        assert told(program) == []

    def test_who_is_not_in_it_is_not_told(self, program: pk.Program) -> None:
        """Civicrm #13541: somebody else's match was announced to them."""
        program.do(pk.WelcomeParticipant(by="c", id="p-8")).or_raise()
        program.do(pk.Remind(by="c", of="match.accepted", noun="m-1", to=("p-8", "ana")))

        assert told(program) == [("ana", "match.accepted")]

    def test_what_nobody_may_look_at_goes_to_the_coordinator(self, program: pk.Program) -> None:
        """Whoever told of it heard that somebody is needed; now somebody is."""
        program.do(pk.WelcomeParticipant(by="c", id="sam")).or_raise()
        program.do(
            pk.RaiseConcern(by="bea", id="k-2", peer="ana", people=("sam",), clauses=("gifts",))
        )

        assert ("cora", "concern.raised") in told(program)
        assert ("bea", "concern.raised") not in told(program)

    def test_nobody_is_reminded_of_a_concern_that_they_are_in(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Neither the supervisor nor the coordinator, where both are."""
        for each in ("sam", "cora"):
            program.do(pk.WelcomeParticipant(by="c", id=each)).or_raise()
        program.do(
            pk.RaiseConcern(
                by="p-7", id="k-3", peer="ana", people=("sam", "cora"), clauses=("gifts",)
            )
        )
        told(program)
        clock.now += 9 * DAY
        program.remind()

        assert [kind for _, kind in told(program) if kind == "concern.waiting"] == []


class TestTheyMissedEachOther:
    """Whoever did not report it hears that it did not take place, while that helps."""

    @pytest.fixture(autouse=True)
    def missed(self, program: pk.Program, clock: Clock) -> None:
        """The hour of two days ahead is over, and nobody was there."""
        plan(program, "s-1", days=2)
        program.tell(MemoryNotifier())
        clock.now += timedelta(days=3)

    def report(self, program: pk.Program) -> None:
        """Ana says that nobody came."""
        program.do(pk.ReportMissedSession(by="ana", id="s-1")).or_raise()

    def test_the_other_one_is_told(self, program: pk.Program) -> None:
        """And nobody's report of themself comes back to them."""
        self.report(program)

        assert told(program) == [("p-7", "session.missed")]

    def test_whoever_walks_with_somebody_else_by_now_is_not(self, program: pk.Program) -> None:
        """There is no new time to plan with this peer."""
        program.do(pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7")).or_raise()
        program.tell(MemoryNotifier())
        self.report(program)

        assert told(program) == []

    @pytest.mark.parametrize(("days", "news"), [(13, True), (15, False)])
    def test_what_is_long_ago_is_no_news(
        self, program: pk.Program, clock: Clock, days: int, *, news: bool
    ) -> None:
        """A record that is put in order late does not remind anybody of an hour they missed."""
        clock.now = NOW + timedelta(days=2 + days)
        self.report(program)

        assert told(program) == [("p-7", "session.missed")] * news
