"""What is told, over which way and when; what is not; and who hears of that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from threading import Event, Thread
from typing import Any

import attrs
import pytest

import peerkit as pk
from peerkit.notifiers import CouldNotTell
from peerkit.notifiers.memory import MemoryNotifier
from peerkit.stores import HOLDS, Delivery, Settled
from peerkit.stores.memory import MemoryStore
from peerkit.telling.grounds import GROUNDS
from peerkit.telling.retrying import TRIES
from peerkit.telling.ways import Routes
from tests.ordinary import BOOK, HANDBOOK, NOW
from tests.test_wording import left_by_acts

EMAIL, TEXT, APP = pk.NoticeChannel.EMAIL, pk.NoticeChannel.TEXT, pk.NoticeChannel.APP
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LIVED = (pk.LivedExperience(of=pk.Experience.ILLNESS),)


@attrs.define
class Clock:
    """Says what it was set to."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """What it shows."""
        return self.now


@attrs.define
class Post:
    """A channel that says no as often as it is told to, and remembers what it took."""

    fails: list[Exception] = attrs.field(factory=list)
    tried: list[str] = attrs.field(factory=list)
    took: list[pk.Notice] = attrs.field(factory=list)

    def notify(self, notice: pk.Notice) -> None:
        """Take it, or say the next no."""
        self.tried.append(notice.key)
        if self.fails:
            raise self.fails.pop(0)
        self.took.append(notice)


def passing(wait: timedelta | None = None) -> CouldNotTell:
    """A failure that passes."""
    return CouldNotTell("The post office is closed.", wait=wait)


def for_good() -> CouldNotTell:
    """A failure that does not pass."""
    return CouldNotTell("Nobody lives there.", for_good=True)


@pytest.fixture
def clock() -> Clock:
    """Set by the test."""
    return Clock()


@pytest.fixture
def program(clock: Clock) -> Iterator[pk.Program]:
    """Ana, p-7, and a proposed match: two messages wait, for p-7 and for ana."""
    with proposed(MemoryStore(), clock) as made:
        yield made


def proposed(store: pk.Store, clock: Clock) -> pk.Program:
    """Such a program."""
    program = pk.Program(store, handbook=HANDBOOK, clock=clock, coordinator="cora")
    welcome(program, "ana", supervisor="sam")
    program.do(pk.WelcomeParticipant(by="c", id="p-7")).or_raise()
    propose(program)
    return program


def welcome(program: pk.Program, id_: str, supervisor: str) -> None:
    """A peer."""
    program.do(
        pk.WelcomePeer(
            by="c",
            id=id_,
            role=pk.Role.WORKER,
            supervisor=supervisor,
            since=date(2026, 10, 12),
            experiences=LIVED,
        )
    ).or_raise()


def propose(program: pk.Program, id_: str = "m-1") -> None:
    """A match of ana and p-7."""
    program.do(pk.ProposeMatch(by="c", id=id_, peer="ana", participant="p-7")).or_raise()


def accept(program: pk.Program, id_: str = "m-1") -> None:
    """P-7 says yes."""
    program.do(pk.AcceptMatch(by="p-7", id=id_, peer="ana", participant="p-7")).or_raise()


def prefer(program: pk.Program, person: str, *points: pk.ContactPoint, **how: Any) -> None:
    """Somebody says how they are reached."""
    said: dict[str, Any] = {"zone": "UTC"} | how
    program.do(pk.SetContactPreferences(by=person, person=person, points=points, **said)).or_raise()


def point(channel: pk.NoticeChannel = EMAIL, *, safe: bool = False) -> pk.ContactPoint:
    """An address of theirs."""
    return pk.ContactPoint(channel=channel, address=f"there@{channel}.example", safe=safe)


def plan(program: pk.Program, id_: str = "s-1", days: int = 1) -> None:
    """A session of ana and p-7, in so many days."""
    program.do(
        pk.PlanSession(
            by="ana",
            id=id_,
            peer="ana",
            participants=("p-7",),
            starts=NOW + timedelta(days=days),
            minutes=60,
            activities=(pk.Activity(id="listen"),),
        )
    ).or_raise()


def bounce(program: pk.Program, channel: pk.NoticeChannel, notice: str) -> None:
    """A notice to p-7 came back, and nothing arrives there."""
    program.do(
        pk.DeliveryFailed(by="mail", person="p-7", channel=channel, for_good=True, notice=notice)
    ).or_raise()


def kinds(program: pk.Program) -> list[str]:
    """The kinds of all acts in the journal."""
    return [each.act for each in program.journal()]


def became(program: pk.Program) -> dict[str, str]:
    """What became of each message, by whom it is for and its kind."""
    return {
        f"{each.message.to} {each.message.kind}": str(each.delivery)
        for each in program.store.posted()
    }


class TestTheHostsOwnApp:
    """A notifier alone: nothing leaves the house."""

    def test_everybody_has_it_with_the_messages_own_words(self, program: pk.Program) -> None:
        """Nobody has to have said anything, and the key is that of the message."""
        told = MemoryNotifier()

        assert program.tell(told) == pk.Told(told=2, waiting=0)
        assert [(each.key, each.to, each.inside, each.channel) for each in told.told] == [
            ("3/0", "p-7", "Match m-1 is proposed.", APP),
            ("3/1", "ana", "Match m-1 is proposed.", APP),
        ]

    def test_it_minds_neither_quiet_hours_nor_a_stop(self, program: pk.Program) -> None:
        """What waits in an app disturbs nobody."""
        everyday = pk.AgreedHours(days=tuple(pk.Weekday), opens="08:00", closes="20:00")
        prefer(program, "p-7", point(), quiet=(everyday,))
        program.do(pk.StopNotices(by="p-7", person="p-7"))

        assert program.tell(MemoryNotifier()).told == 2


class TestOverTheirOwnChannels:
    """Routes: what leaves the house goes where the person said."""

    def test_the_outside_alone_goes_where_it_is_not_safe(self, program: pk.Program) -> None:
        """A notifier is not given what it must not show."""
        post = Post()
        prefer(program, "p-7", point())
        program.tell(Routes({EMAIL: post}))

        (notice,) = post.took
        assert (notice.key, notice.address, notice.inside) == (
            "3/0/email",
            "there@email.example",
            None,
        )
        assert "m-1" not in notice.outside

    def test_the_inside_goes_where_the_person_said_it_is_safe(self, program: pk.Program) -> None:
        """And only there."""
        post = Post()
        prefer(program, "p-7", point(safe=True))
        program.tell(Routes({EMAIL: post}))

        assert post.took[0].inside

    def test_whoever_said_nothing_is_not_told_and_the_coordinator_calls(
        self, program: pk.Program
    ) -> None:
        """Somebody without a safe channel gets nothing, and somebody learns that."""
        post = Post()
        prefer(program, "cora", point(safe=True))

        assert program.tell(Routes({EMAIL: post})) == pk.Told(2, 0, cancelled=2)
        assert [(each.to, each.kind) for each in post.took] == [("cora", "call.needed")] * 2
        assert kinds(program)[-2:] == ["notice.passed-on"] * 2

    def test_a_channel_without_a_notifier_is_none(self, program: pk.Program) -> None:
        """The person has a telephone, and the house sends no texts."""
        prefer(program, "p-7", point(TEXT))
        program.tell(Routes({EMAIL: Post()}))

        assert became(program)["p-7 match.proposed"] == "cancelled"

    def test_a_coordinator_without_a_channel_is_a_dead_letter(self, program: pk.Program) -> None:
        """Nobody is left who could hear of it; it is kept, and counted."""
        assert program.tell(Routes({EMAIL: Post()})).given_up == 2
        assert [each.message.to for each in program.dead_letters()] == ["cora", "cora"]

    def test_whoever_stopped_is_not_told(self, program: pk.Program) -> None:
        """STOP means stop, also for what was in the outbox by then."""
        post = Post()
        prefer(program, "p-7", point())
        prefer(program, "ana", point())
        program.do(pk.StopNotices(by="p-7", person="p-7"))
        program.tell(Routes({EMAIL: post}))

        assert {each.to for each in post.took} == {"ana"}

    def test_a_failure_for_good_goes_on_to_the_next_channel_at_once(
        self, program: pk.Program
    ) -> None:
        """Under another key: it is another notice."""
        mail, texts = Post([for_good()]), Post()
        prefer(program, "p-7", point(), point(TEXT))
        routes = Routes({EMAIL: mail, TEXT: texts})

        assert program.tell(routes, limit=1).told == 0
        assert program.tell(routes, limit=1).told == 1
        assert (mail.tried, texts.tried) == (["3/0/email"], ["3/0/text"])

    def test_what_worked_is_not_repeated_because_something_else_failed(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Each message has a row of its own: ana's failure is not p-7's."""
        mail = Post([passing()])
        prefer(program, "p-7", point())
        prefer(program, "ana", point())
        program.tell(Routes({EMAIL: mail}))
        clock.now += 10 * MINUTE
        program.tell(Routes({EMAIL: mail}))

        assert sorted(mail.tried) == ["3/0/email", "3/0/email", "3/1/email"]
        assert sorted(each.key for each in mail.took) == ["3/0/email", "3/1/email"]

    def test_a_second_address_of_a_channel_has_a_name_of_its_own(self, program: pk.Program) -> None:
        """Two mailboxes: the second when the first is gone."""
        mail = Post([for_good()])
        prefer(program, "p-7", point(), point())
        prefer(program, "ana", point())
        program.tell(Routes({EMAIL: mail}))

        assert "3/0/email.2" in [each.key for each in mail.took]

    def test_routes_are_notifiers_by_channel(self) -> None:
        """Anything else is refused before anything is told."""
        every: tuple[Any, ...] = ({"email": Post()}, {EMAIL: object()}, [EMAIL])
        for wrong in every:
            with pytest.raises(pk.BadInput, match=r"Routes\.notifiers"):
                Routes(wrong)


class TestWhenTheySaid:
    """Quiet hours, and a digest."""

    def test_a_quiet_hour_is_waited_out_and_does_not_count_as_a_try(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """In their zone: noon in UTC is seven in Chicago's winter."""
        night = pk.AgreedHours(days=tuple(pk.Weekday), opens="00:00", closes="08:00")
        prefer(program, "p-7", point(), quiet=(night,), zone="America/Chicago")
        post = Post()
        program.tell(Routes({EMAIL: post}))
        waits = next(each for each in program.store.posted() if each.key == "3/0")

        assert post.took == []
        assert (waits.due, waits.attempts) == (datetime(2026, 11, 2, 14, tzinfo=UTC), 0)

        clock.now = datetime(2026, 11, 2, 14, tzinfo=UTC)
        program.tell(Routes({EMAIL: post}))
        assert [each.key for each in post.took] == ["3/0/email"]

    def test_a_digest_tells_all_at_once_on_its_hour(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """One notice for both messages, under a key of both."""
        propose_and_more(program)
        prefer(program, "p-7", point(safe=True), digest="18:00")
        post = Post()
        program.tell(Routes({EMAIL: post}))
        assert [each.to for each in post.took if each.to == "p-7"] == []

        clock.now = datetime(2026, 11, 2, 18, tzinfo=UTC)
        program.tell(Routes({EMAIL: post}))
        (notice,) = [each for each in post.took if each.to == "p-7"]
        assert notice.key.startswith("digest/")
        assert notice.kind == "digest"
        assert notice.inside is not None
        assert notice.inside.count("\n- ") == 2
        assert became(program)["p-7 session.planned"] == "told"

    def test_a_digest_that_fails_stays_a_digest(self, program: pk.Program, clock: Clock) -> None:
        """Not two single notices an hour later."""
        propose_and_more(program)
        prefer(program, "p-7", point(), digest="18:00")
        post = Post([passing()])
        program.tell(Routes({EMAIL: post}))
        clock.now = datetime(2026, 11, 2, 18, tzinfo=UTC)
        program.tell(Routes({EMAIL: post}))
        clock.now += 10 * MINUTE
        program.tell(Routes({EMAIL: post}))

        mine = [each for each in post.tried if each.startswith("digest/")]
        assert len(mine) == 2
        assert mine[0] == mine[1]

    def test_what_cannot_wait_is_no_part_of_a_digest(self, program: pk.Program) -> None:
        """A cancelled session is told at once: the day would be over."""
        accept(program)
        plan(program)
        program.tell(MemoryNotifier())
        program.do(pk.CancelSession(by="ana", id="s-1")).or_raise()
        prefer(program, "p-7", point(), digest="18:00")
        post = Post()
        program.tell(Routes({EMAIL: post}))

        assert [each.kind for each in post.took] == ["session.cancelled"]


def propose_and_more(program: pk.Program) -> None:
    """Two messages to p-7 that are still so, and some to others."""
    accept(program)
    plan(program)
    plan(program, "s-2", days=2)


class TestWhatFailed:
    """It is tried again, for three days, and then it is a dead letter."""

    @pytest.fixture
    def program(self, program: pk.Program) -> pk.Program:
        """P-7 has a mailbox, and so has the coordinator; what ana was to hear is told."""
        prefer(program, "cora", point(safe=True))
        prefer(program, "ana", point())
        prefer(program, "p-7", point())
        return program

    def only(self, program: pk.Program, key: str = "3/0") -> Any:
        """The message to p-7 as it lies in the outbox."""
        return next(each for each in program.store.posted() if each.key == key)

    def test_a_failure_that_passes_is_tried_again_a_minute_later(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """And not before; with the same key."""
        post = Post([passing()])
        program.tell(Routes({EMAIL: post}), limit=1)
        assert NOW + MINUTE <= self.only(program).due < NOW + 2 * MINUTE

        program.tell(Routes({EMAIL: post}))
        assert [each for each in post.tried if each.startswith("3/0")] == ["3/0/email"]
        clock.now += 2 * MINUTE
        program.tell(Routes({EMAIL: post}))
        assert [each for each in post.tried if each.startswith("3/0")] == ["3/0/email"] * 2

    def test_a_receiver_that_asks_for_an_hour_is_left_alone_for_an_hour(
        self, program: pk.Program
    ) -> None:
        """Retry-After."""
        program.tell(Routes({EMAIL: Post([passing(HOUR)])}), limit=1)

        assert self.only(program).due >= NOW + HOUR

    def test_what_follows_waits_for_it(self, program: pk.Program, clock: Clock) -> None:
        """The order of what one person hears is kept, and another person's is not held up."""
        propose_and_more(program)
        post = Post()
        first, second = (
            each.key
            for each in program.store.posted()
            if (each.message.to, each.message.kind) == ("p-7", "session.planned")
        )
        post.fails = [passing()]
        program.tell(Routes({EMAIL: post}))
        assert {each.to for each in post.took} == {"ana"}

        clock.now += 2 * MINUTE
        program.tell(Routes({EMAIL: post}))
        assert [each.key for each in post.took if each.to == "p-7"] == [
            f"{first}/email",
            f"{second}/email",
        ]

    def test_it_is_given_up_after_three_days_and_the_coordinator_calls(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Thirteen tries; then it is kept as a dead letter."""
        down = Post()
        routes = Routes({EMAIL: down})
        program.tell(routes)  # ana and cora
        program.do(pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7")).or_raise()
        down.fails = [passing() for _ in range(100)]
        key = next(
            each.key for each in program.store.posted(Delivery.WAITING) if each.message.to == "p-7"
        )
        tries = 0
        since = clock.now
        while self.only(program, key).delivery is Delivery.WAITING:
            due = self.only(program, key).due
            clock.now = max(clock.now, due or clock.now)
            program.tell(routes)
            tries += 1
            assert tries <= 3 * TRIES

        assert clock.now - since >= timedelta(days=3)
        assert self.only(program, key).attempts == TRIES
        assert "call.needed" in {each.message.kind for each in program.store.posted()}

    def test_what_follows_is_held_back_no_more_after_three_tries(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Also where both were taken together: the second does not wait for days with the first."""
        propose_and_more(program)
        first, second = (
            each.key
            for each in program.store.posted()
            if (each.message.to, each.message.kind) == ("p-7", "session.planned")
        )
        post = Post()
        for _ in range(HOLDS + 1):
            post.fails = [passing()]
            program.tell(Routes({EMAIL: post}))
            clock.now = max(clock.now, self.only(program, first).due or clock.now)

        assert post.tried.count(f"{first}/email") == HOLDS + 1
        assert [each.key for each in post.took if each.to == "p-7"] == [f"{second}/email"]

    def test_a_retry_that_their_own_time_puts_off_is_looked_at_daily(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """They are told on Mondays until 12:01; a store takes a week's wait for a clock's error."""
        mondays = pk.AgreedHours(days=(pk.Weekday.MONDAY,), opens="08:00", closes="12:01")
        prefer(program, "p-7", point(), only=(mondays,))
        post, monday = Post([passing()]), datetime(2026, 11, 9, 8, tzinfo=UTC)
        program.tell(Routes({EMAIL: post}), limit=1)
        for days in range(7):
            clock.now = NOW + timedelta(days=days) + 2 * MINUTE
            assert program.tell(Routes({EMAIL: post}), limit=1) == pk.Told(0, waiting=2)
            waits = self.only(program)
            assert (waits.due, waits.attempts) == (min(clock.now + timedelta(days=1), monday), 1)

        clock.now = monday
        program.tell(Routes({EMAIL: post}))
        assert [each for each in post.tried if each.startswith("3/0")] == ["3/0/email"] * 2

    def test_another_way_is_tried_at_once_though_the_clock_was_ahead(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """A failure for good in a year to come; then somebody sets the clock."""
        prefer(program, "p-7", point(), point(TEXT))
        clock.now = NOW + timedelta(days=365)
        routes = Routes({EMAIL: Post([for_good()]), TEXT: (text := Post())})
        program.tell(routes, limit=1)
        clock.now = NOW
        program.tell(routes)

        assert text.tried == ["3/0/text"]

    def test_a_dead_letter_may_wait_again_or_be_let_be(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Somebody mended the address; or nobody needs it any more, which is journalled."""
        post = Post([for_good(), for_good()])
        program.tell(Routes({EMAIL: post}), limit=2)
        assert [each.key for each in program.dead_letters()] == ["3/0", "3/1"]

        assert program.tell_again("3/0", "9/9") == ("3/0",)
        assert program.discard("3/1", "9/9", by="cora") == ("3/1",)
        program.tell(Routes({EMAIL: post}))
        assert [each.key for each in program.dead_letters()] == []
        assert "3/0/email" in [each.key for each in post.took]
        assert "3/1/email" not in [each.key for each in post.took]
        assert "notice.cancelled" in kinds(program)

    def test_only_what_was_let_be_is_journalled_as_cancelled(self, clock: Clock) -> None:
        """Somebody else told it just now: nobody says that it was not told."""

        class Meanwhile(MemoryStore):
            def settle(self, *args: Any, **how: Any) -> tuple[str, ...]:
                told = Settled(key="3/0", delivery=Delivery.TOLD)
                super().settle((told,), NOW)
                return super().settle(*args, **how)

        with proposed(Meanwhile(), clock) as program:
            taken = program.store.take(2, NOW, NOW, "t")
            each = [Settled(key=each.key, delivery=Delivery.GIVEN_UP) for each in taken]
            MemoryStore.settle(program.store, tuple(each), NOW, "t")  # type: ignore[arg-type]  # it is one
            assert [each.key for each in program.dead_letters()] == ["3/0", "3/1"]

            assert program.discard("3/0", "3/1", by="cora") == ("3/1",)
            cancelled = [
                each.read()["act"]["notice"]
                for each in program.journal()
                if each.read()["act"]["act"] == "notice.cancelled"
            ]
            assert cancelled == ["3/1"]

    def test_who_lets_be_is_named_before_anything_is(self, program: pk.Program) -> None:
        """Where it cannot be journalled, nothing is cancelled."""
        program.tell(Routes({EMAIL: Post([for_good()])}), limit=1)
        with pytest.raises(pk.BadInput, match="by"):
            program.discard("3/0", by="")

        assert [each.key for each in program.dead_letters()] == ["3/0"]

    @pytest.mark.parametrize("key", [None, 3, b"3/0", ("3/0",)])
    def test_a_key_is_a_text(self, program: pk.Program, key: Any) -> None:
        """A list of them is none: nothing is let be, or told again, by mistake."""
        with pytest.raises(pk.BadInput, match="keys: give the keys of messages, one by one"):
            program.tell_again(key)
        with pytest.raises(pk.BadInput, match="keys: give the keys of messages, one by one"):
            program.discard("3/0", key, by="cora")

    def test_a_message_that_kills_its_teller_is_given_up_as_well(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """Tries are counted before the message is handed over."""

        class Deadly(Post):
            def notify(self, notice: pk.Notice) -> None:
                if notice.to == "p-7":
                    raise KeyboardInterrupt
                super().notify(notice)

        deadly = Deadly()
        for _ in range(TRIES):
            with pytest.raises(KeyboardInterrupt):
                program.tell(Routes({EMAIL: deadly}))
            clock.now += timedelta(minutes=6)
        program.tell(Routes({EMAIL: deadly}))

        assert self.only(program).delivery is Delivery.GIVEN_UP
        assert sorted(each.to for each in deadly.took) == ["ana", "cora"]

    def test_an_error_of_the_notifiers_own_is_logged_and_the_message_waits(
        self, program: pk.Program, clock: Clock, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A bug in one channel is seen, costs one try, and stops nobody's message.

        What the error says may be an address, so the log says where it happened.
        """
        post = Post([ZeroDivisionError("there@email.example")])
        program.tell(Routes({EMAIL: post}), limit=1)
        assert self.only(program).due > NOW
        assert "3/0/email could not be told: ZeroDivisionError at " in caplog.text
        assert "test_teller.py" in caplog.text
        assert "there@" not in caplog.text

        program.tell(Routes({EMAIL: post}))
        assert [each.to for each in post.took] == ["ana"]
        clock.now += 10 * MINUTE
        program.tell(Routes({EMAIL: post}))
        assert {each.to for each in post.took} == {"ana", "p-7"}

    def test_what_is_not_reached_before_the_lease_ends_has_not_been_tried(
        self, program: pk.Program, clock: Clock
    ) -> None:
        """A slow channel: the rest of what was taken goes back, uncounted."""

        class Slow(Post):
            def notify(self, notice: pk.Notice) -> None:
                super().notify(notice)
                clock.now += timedelta(minutes=6)

        slow = Slow()
        program.tell(Routes({EMAIL: slow}), limit=2)

        assert len(slow.took) == 1
        assert [each.attempts for each in program.store.posted(Delivery.WAITING)] == [0]


class TestWhatIsNoLongerSo:
    """A message whose ground has gone is cancelled, and that is journalled."""

    def told(self, program: pk.Program) -> list[tuple[str, str]]:
        """To whom what kind is told by now."""
        notifier = MemoryNotifier()
        program.tell(notifier)
        return [(each.to, each.kind) for each in notifier.told]

    def test_a_match_that_was_withdrawn_is_not_proposed(self, program: pk.Program) -> None:
        """What is told instead is that it is over."""
        program.do(pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7")).or_raise()

        assert {kind for _, kind in self.told(program)} == {"match.ended"}
        assert kinds(program).count("notice.cancelled") == 2

    def test_the_planning_of_a_cancelled_session_is_not_told_after_its_end(
        self, program: pk.Program
    ) -> None:
        """Whoever slept through both learns the second only."""
        accept(program)
        self.told(program)
        plan(program)
        program.do(pk.CancelSession(by="ana", id="s-1")).or_raise()

        assert self.told(program) == [("p-7", "session.cancelled"), ("ana", "session.cancelled")]

    def test_who_is_no_longer_assigned_is_not_told(self, program: pk.Program) -> None:
        """rubyforgood/casa #6199: ana's match is over; of their session she hears no more."""
        accept(program)
        self.told(program)
        plan(program)
        program.do(pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7")).or_raise()

        told = self.told(program)
        assert sorted(told) == [("ana", "match.ended"), ("p-7", "match.ended")]

    def test_whoever_has_left_is_not_told(self, program: pk.Program) -> None:
        """A peer who left the program hears nothing of the people in it."""
        leave(program, "ana")

        assert ("ana", "match.proposed") not in self.told(program)

    def test_whoever_was_forgotten_is_told_nothing(self, program: pk.Program) -> None:
        """Not even that it is over."""
        program.do(pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7")).or_raise()
        program.do(pk.ForgetPerson(by="p-7", id="p-7", why=pk.WhyForgotten.ASKED)).or_raise()

        assert {to for to, _ in self.told(program)} == {"ana"}

    def test_a_plan_that_is_shared_no_more_is_not_announced(self, program: pk.Program) -> None:
        """The person took back what the message stands on, before it was told."""
        plan_of: dict[str, Any] = {"by": "p-7", "id": "plan-1", "participant": "p-7"}
        program.do(pk.WritePlan(**plan_of, of=pk.PlanKind.WELLNESS)).or_raise()
        program.do(pk.SharePlan(**plan_of, to="ana")).or_raise()
        program.do(pk.StopSharing(**plan_of, to="ana")).or_raise()

        assert ("ana", "plan.shared") not in self.told(program)
        assert [
            each.read()["act"]["why"]
            for each in program.journal()
            if each.act == "notice.cancelled"
        ] == ["no-consent"]

    def test_a_cancellation_is_written_once_whoever_tells(self, program: pk.Program) -> None:
        """A teller that died between writing it down and settling it leaves no second entry."""
        program.do(pk.EndMatch(by="p-7", id="m-1", peer="ana", participant="p-7")).or_raise()
        settle = program.store.settle
        program.store.settle = die  # type: ignore[method-assign, assignment]
        with pytest.raises(KeyboardInterrupt):
            program.tell(MemoryNotifier(), limit=1, lease=timedelta(0))
        program.store.settle = settle  # type: ignore[method-assign]
        self.told(program)

        assert kinds(program).count("notice.cancelled") == 2

    def test_every_kind_that_peerkit_tells_says_what_must_still_be_so(self) -> None:
        """A new message needs its row in the table, but for what goes to whoever calls."""
        of_two_kinds = {"call.needed", "house.closed", "notice.returned"}

        assert left_by_acts() - of_two_kinds - BOOK.reminders.keys() == GROUNDS.keys()
        assert BOOK.reminders.keys() & GROUNDS.keys() == set()


class TestWhatTheyHearOfTheirOwnWays:
    """A change that somebody else wrote down, and a notice that came back."""

    def test_a_change_is_told_over_the_ways_as_they_stand_then(self, program: pk.Program) -> None:
        """In their language, at once although they wanted a digest, and not when it is theirs."""
        post, texts = Post(), Post()
        prefer(program, "p-7", point(safe=True), language="es")
        program.tell(Routes({EMAIL: post}))
        post.took.clear()
        (chosen,) = program.find(pk.ContactPreferences, about="p-7")
        program.do(
            pk.SetContactPreferences.again(
                chosen, by="cora", points=(point(TEXT, safe=True),), digest="23:00", said_so=True
            )
        ).or_raise()
        program.tell(Routes({EMAIL: post, TEXT: texts}))

        assert post.took == []
        assert [(each.kind, each.inside) for each in texts.took] == [
            (
                "contact-preferences.set",
                "Ha cambiado cómo le avisamos. Si usted no lo quería, díganoslo, por favor.",
            )
        ]

    def test_a_change_is_not_told_to_who_has_stopped_since(self, program: pk.Program) -> None:
        """They want none, and nobody calls them for it."""
        act = pk.SetContactPreferences(
            by="cora", person="p-7", points=(point(),), zone="UTC", said_so=True
        )
        program.do(act).or_raise()
        program.do(pk.StopNotices(by="p-7", person="p-7")).or_raise()
        program.tell(Routes({EMAIL: Post()}))

        assert became(program)["p-7 contact-preferences.set"] == "cancelled"
        assert not [
            each
            for each in program.store.posted()
            if each.message.kind == "call.needed" and each.message.about == "p-7"
        ]

    def test_a_bounce_is_told_over_the_ways_that_are_left(self, program: pk.Program) -> None:
        """The first notice was handed over, and came back an hour later."""
        post, texts = Post(), Post()
        routes = Routes({EMAIL: post, TEXT: texts})
        prefer(program, "p-7", point(safe=True), point(TEXT, safe=True))
        program.tell(routes)
        (lost,) = post.took
        assert texts.took == []
        bounce(program, EMAIL, lost.key)
        program.tell(routes)

        assert [(each.kind, each.inside) for each in texts.took] == [
            ("notice.returned", "Something we sent you did not arrive. Please ask us.")
        ]
        assert post.took == [lost]

    def test_where_no_way_is_left_somebody_reaches_them(self, program: pk.Program) -> None:
        """Each bounce is told over the next way; after the last one the coordinator hears."""
        post, texts = Post(), Post()
        routes = Routes({EMAIL: post, TEXT: texts})
        prefer(program, "p-7", point(), point(TEXT), may_call=True)
        prefer(program, "cora", point(safe=True))
        program.tell(routes)
        bounce(program, EMAIL, post.took[0].key)
        program.tell(routes)
        bounce(program, TEXT, texts.took[0].key)
        post.took.clear()
        program.tell(routes)
        program.tell(routes)

        says = "There is no safe channel to them. They said that they may be called."
        assert [(each.to, each.kind, each.inside) for each in post.took] == [
            (
                "cora",
                "call.needed",
                f"Please reach p-7 about p-7. {says} Please leave no message.",
            )
        ]
        assert program.verify().whole

    def test_who_stopped_since_is_reached_by_somebody(self, program: pk.Program) -> None:
        """What came back was sent before they stopped: it is not known to them."""
        post = Post()
        prefer(program, "p-7", point(), point(TEXT))
        program.tell(Routes({EMAIL: post}))
        program.do(pk.StopNotices(by="p-7", person="p-7")).or_raise()
        bounce(program, EMAIL, post.took[0].key)
        program.tell(Routes({EMAIL: post}))

        (told,) = [
            each.message.inside
            for each in program.store.posted()
            if (each.message.kind, each.message.about) == ("call.needed", "p-7")
        ]
        assert told.startswith("Please reach p-7 about p-7. They stopped notices.")


class TestWhoSupervises:
    """What goes to a supervisor goes to whoever supervises when it is told."""

    def told(self, program: pk.Program) -> list[tuple[str, str]]:
        """To whom a concern is told by now, in two rounds: the second is what was passed on."""
        notifier = MemoryNotifier()
        program.tell(notifier)
        return [(each.to, each.kind) for each in notifier.told if each.kind.startswith("concern.")]

    def raise_concern(self, program: pk.Program, peer: str = "ana") -> None:
        """By p-7, who is in it."""
        program.do(
            pk.RaiseConcern(by="p-7", id="k-1", peer=peer, people=("p-7",), clauses=("gifts",))
        ).or_raise()

    def test_the_supervisor_hears_of_it(self, program: pk.Program) -> None:
        """As it was meant."""
        self.raise_concern(program)

        assert self.told(program) == [("sam", "concern.raised")]

    def test_another_supervisor_hears_of_it_by_now(self, program: pk.Program) -> None:
        """Sam supervises ana no more: the open concern is none of theirs."""
        self.raise_concern(program)
        program.do(
            pk.ChangeService(by="c", id="ana", status=pk.PeerStatus.STEPPED_BACK, supervisor="tess")
        ).or_raise()

        assert self.told(program) == [("tess", "concern.raised")]

    def test_a_supervisor_who_has_left_is_missing(self, program: pk.Program) -> None:
        """The coordinator hears of it in their place."""
        welcome(program, "sam", supervisor="tess")
        self.raise_concern(program)
        leave(program, "sam")

        assert self.told(program) == [("cora", "concern.raised")]

    def test_nobody_hears_a_concern_that_they_are_in(self, program: pk.Program) -> None:
        """Sam supervises ana and was in the session that went wrong: the coordinator hears."""
        self.crossed(program)

        assert self.told(program) == [("cora", "concern.opened")]

    def test_without_a_coordinator_somebody_hears_of_it_rather_than_nobody(
        self, program: pk.Program
    ) -> None:
        """A lost concern is worse than one that is read by whoever it is about."""
        self.crossed(program)
        program.coordinator = None

        assert self.told(program) == [("sam", "concern.opened")]

    def crossed(self, program: pk.Program) -> None:
        """Ana reports a session with sam in which a boundary was crossed."""
        program.do(pk.WelcomeParticipant(by="c", id="sam")).or_raise()
        program.do(
            pk.ReportSession(
                by="ana",
                id="s-9",
                peer="ana",
                participants=("sam",),
                form=pk.SessionForm.AD_HOC,
                starts=NOW - 2 * HOUR,
                minutes=60,
                activities=(pk.Activity(id="lead-therapy"),),
            )
        )


class TestLoops:
    """keep_telling: until it is asked to stop."""

    def test_several_threads_tell_everybody_once(self, clock: Clock) -> None:
        """Three tellers, forty people, and an act in between: each message once."""
        stop, post = Event(), Post()
        with pk.Program(MemoryStore(), handbook=HANDBOOK, clock=clock) as program:
            welcome(program, "ana", supervisor="sam")
            for number in range(40):
                program.do(pk.WelcomeParticipant(by="c", id=f"q-{number}"))
                program.do(
                    pk.ProposeMatch(by="c", id=f"n-{number}", peer="ana", participant=f"q-{number}")
                )
            results: list[pk.Told] = []
            tellers = [
                Thread(
                    target=lambda: results.append(
                        program.keep_telling(post, stop=stop, pause=timedelta(milliseconds=5))
                    )
                )
                for _ in range(3)
            ]
            for each in tellers:
                each.start()
            while program.store.outbox()[1]:
                stop.wait(0.005)
            stop.set()
            for each in tellers:
                each.join()

            assert sorted(post.tried) == sorted({*post.tried})
            assert sum(each.told for each in results) == len(post.took) == program.store.outbox()[0]

    def test_what_is_put_off_is_no_reason_to_pause(self, clock: Clock) -> None:
        """Sixty people sleep, more than are taken at a time; who is awake is told at once."""
        night = pk.AgreedHours(days=tuple(pk.Weekday), opens="08:00", closes="20:00")
        people = [f"q-{number}" for number in range(60)]
        with pk.Program(
            MemoryStore(), handbook=HANDBOOK, clock=clock, coordinator="cora"
        ) as program:
            for each in people:
                prefer(program, each, point(), quiet=(night,))
            prefer(program, "awake", point())
            program.do(
                pk.Remind(by="c", of="house.news", noun="n-1", to=(*people, "awake"))
            ).or_raise()
            told = program.keep_telling(Routes({EMAIL: (post := Post())}), stop=FirstPause())

        assert told == pk.Told(1, 60)
        assert [each.to for each in post.took] == ["awake"]

    def test_a_pause_of_nothing_is_refused(self, program: pk.Program) -> None:
        """It would ask the store without end."""
        with pytest.raises(pk.BadInput, match="pause"):
            program.keep_telling(Post(), stop=Event(), pause=timedelta(0))

    def test_what_is_no_notifier_and_no_routes_is_refused(self, program: pk.Program) -> None:
        """Before anything is taken."""
        with pytest.raises(pk.BadInput, match="to"):
            program.tell(object())  # type: ignore[arg-type]
        with pytest.raises(pk.BadInput, match="coordinator"):
            pk.Program(MemoryStore(), coordinator="Cora Smith")


class FirstPause(Event):
    """Puts an end to it as soon as somebody would pause."""

    def wait(self, timeout: float | None = None) -> bool:
        """It is set."""
        return True


def leave(program: pk.Program, peer: str) -> None:
    """A peer leaves the program."""
    program.do(pk.ChangeService(by="c", id=peer, status=pk.PeerStatus.LEFT)).or_raise()


def die(*_: object) -> Any:
    """As a process does whose machine is switched off."""
    raise KeyboardInterrupt
