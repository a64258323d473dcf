"""Receivers that misbehave, from the act to the outbox: what waits, for how long, and which way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

import peerkit as pk
from peerkit.notifiers.apprise import AppriseNotifier
from peerkit.notifiers.webhook import WebhookNotifier
from peerkit.stores import Delivery, Posted
from peerkit.telling.retrying import TRIES
from peerkit.telling.ways import Routes
from tests.mailserver import MailServer, to
from tests.ordinary import HANDBOOK, NOW
from tests.receiver import Answer, Receiver, hang, listening, plain, raw, reset

pytestmark = pytest.mark.once

CHAT, EMAIL, WEBHOOK = pk.NoticeChannel.CHAT, pk.NoticeChannel.EMAIL, pk.NoticeChannel.WEBHOOK
MINUTE = timedelta(minutes=1)
THREE: Final = ("ana", "bo", "cleo")
SECRET: Final = "whsec_" + "c2VjcmV0" * 4


@attrs.define
class Clock:
    """Says what it was set to."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """What it shows."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Set by the test."""
    return Clock()


@pytest.fixture
def program(clock: Clock, tmp_path: Path) -> Iterator[pk.Program]:
    """In a file, where nobody has said anything yet."""
    path = str(tmp_path / "program.db")
    with pk.Program.open(path, handbook=HANDBOOK, clock=clock, coordinator="cora") as opened:
        yield opened


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A real HTTP server."""
    with listening() as started:
        yield started


@pytest.fixture
def mail() -> Iterator[MailServer]:
    """A real SMTP server."""
    with MailServer() as started:
        yield started


def news(program: pk.Program, **addresses: tuple[pk.NoticeChannel, str]) -> None:
    """Each says how they are reached, and one message waits for each of them."""
    for person, (channel, address) in addresses.items():
        prefer(program, person, (channel, address))
    program.do(pk.Remind(by="c", of="house.news", noun="n-1", to=tuple(addresses))).or_raise()


def prefer(program: pk.Program, person: str, *ways: tuple[pk.NoticeChannel, str]) -> None:
    """In this order."""
    points = tuple(pk.ContactPoint(channel=channel, address=address) for channel, address in ways)
    program.do(
        pk.SetContactPreferences(by=person, person=person, points=points, zone="UTC")
    ).or_raise()


def webhook(receiver: Receiver) -> WebhookNotifier:
    """One that leaves a receiver soon who says nothing."""
    return WebhookNotifier(
        f"http://127.0.0.1:{receiver.port}/hook",
        [SECRET],
        may_reach=["127.0.0.1/32"],
        unencrypted=True,
        timeout=timedelta(seconds=0.5),
    )


def lies(program: pk.Program, person: str) -> Posted:
    """The one message to this person, as it lies in the outbox."""
    (found,) = [each for each in program.store.posted() if each.message.to == person]
    return found


def state(program: pk.Program, person: str) -> tuple[Any, ...]:
    """What became of it, after how many tries, on which way."""
    found = lies(program, person)
    return found.delivery, found.attempts, found.way


class TestAnHTTPReceiver:
    """A program of the house that listens badly."""

    @pytest.mark.parametrize(
        "answer",
        [
            plain(500),
            plain(503),
            plain(404),
            hang,
            reset,
            raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
            raw(b"HTTP/1.1 20"),
            raw(b""),
        ],
        ids=["500", "503", "404", "hangs", "resets", "half a body", "half a line", "nothing"],
    )
    def test_it_waits_a_minute_and_arrives_once_that_is_mended(
        self, program: pk.Program, clock: Clock, receiver: Receiver, answer: Answer
    ) -> None:
        """On the same way, with the same id, by the second try."""
        receiver.answers = [answer, plain(200)]
        news(program, ana=(WEBHOOK, "her app"))
        routes = Routes({WEBHOOK: webhook(receiver)})

        assert program.tell(routes) == pk.Told(0, 1)
        assert state(program, "ana") == (Delivery.WAITING, 1, "webhook")
        due = lies(program, "ana").due
        assert due is not None
        assert NOW + MINUTE <= due <= NOW + 1.25 * MINUTE

        assert program.tell(routes) == pk.Told(0, 1), "It is not due."
        clock.now = due
        assert program.tell(routes) == pk.Told(1, 0)
        assert state(program, "ana") == (Delivery.TOLD, 2, "webhook")
        ids = [each.headers["webhook-id"] for each in receiver.requests]
        assert ids == [f"{lies(program, 'ana').key}/webhook"] * 2

    @pytest.mark.parametrize(
        ("asked", "waits"), [("3600", 60 * MINUTE), ("999999999", 24 * 60 * MINUTE)]
    )
    def test_it_is_left_alone_for_as_long_as_it_asks_and_a_day_at_most(
        self, program: pk.Program, receiver: Receiver, asked: str, waits: timedelta
    ) -> None:
        """429, with the time to wait."""
        receiver.answers = [plain(429, f"Retry-After: {asked}")]
        news(program, ana=(WEBHOOK, "her app"))
        program.tell(Routes({WEBHOOK: webhook(receiver)}))

        assert state(program, "ana") == (Delivery.WAITING, 1, "webhook")
        assert lies(program, "ana").due == NOW + waits

    def test_one_that_is_gone_is_left_for_the_next_way(
        self, program: pk.Program, receiver: Receiver, mail: MailServer
    ) -> None:
        """410: at once, with a count of its own."""
        receiver.answers = [plain(410)]
        prefer(program, "ana", (WEBHOOK, "her app"), (EMAIL, "ana@post.example"))
        program.do(pk.Remind(by="c", of="house.news", noun="n-1", to=("ana",))).or_raise()
        with to(mail) as notifier:
            routes = Routes({WEBHOOK: webhook(receiver), EMAIL: notifier})
            program.tell(routes, limit=1)
            gone = lies(program, "ana")
            program.tell(routes)

        assert (gone.delivery, gone.attempts, gone.way) == (Delivery.WAITING, 0, "email")
        assert gone.due is None
        assert state(program, "ana") == (Delivery.TOLD, 1, "email")
        assert (len(receiver.requests), mail.recipients) == (1, ["ana@post.example"])

    def test_one_that_stays_away_is_given_up_after_days(
        self, program: pk.Program, clock: Clock, receiver: Receiver, mail: MailServer
    ) -> None:
        """Thirteen tries in more than three days; then somebody is asked to call."""
        receiver.answers = [plain(500)]
        prefer(program, "cora", (EMAIL, "cora@post.example"))
        news(program, ana=(WEBHOOK, "her app"))
        tries = 0
        with to(mail) as notifier:
            routes = Routes({WEBHOOK: webhook(receiver), EMAIL: notifier})
            while lies(program, "ana").delivery is Delivery.WAITING:
                clock.now = lies(program, "ana").due or clock.now
                program.tell(routes)
                tries += 1
            program.tell(routes)

        assert tries == len(receiver.requests) == TRIES
        assert clock.now - NOW > timedelta(days=3)
        assert state(program, "ana") == (Delivery.GIVEN_UP, TRIES, "webhook")
        assert mail.recipients == ["cora@post.example"]
        assert [each.key for each in program.dead_letters()] == [lies(program, "ana").key]


class TestAMailServer:
    """Whoever takes letters, and does not always."""

    def test_a_greylisted_letter_waits_and_arrives(
        self, program: pk.Program, clock: Clock, mail: MailServer
    ) -> None:
        """Come back later: it does, once."""
        mail.answers["RCPT"] = ["450 4.2.0 greylisted"]
        news(program, ana=(EMAIL, "ana@post.example"))
        with to(mail) as notifier:
            program.tell(Routes({EMAIL: notifier}))
            waits = lies(program, "ana")
            mail.answers.clear()
            clock.now = waits.due or NOW
            program.tell(Routes({EMAIL: notifier}))

        assert (waits.delivery, waits.attempts, waits.way) == (Delivery.WAITING, 1, "email")
        assert NOW + MINUTE <= clock.now <= NOW + 1.25 * MINUTE
        assert state(program, "ana") == (Delivery.TOLD, 2, "email")
        assert mail.recipients == ["ana@post.example"]

    def test_a_line_that_breaks_after_the_text_leaves_a_doubt(
        self, program: pk.Program, clock: Clock, mail: MailServer
    ) -> None:
        """Nobody knows whether it arrived: it is told again, as the same letter."""
        mail.drops_after_data = 1
        news(program, ana=(EMAIL, "ana@post.example"))
        with to(mail) as notifier:
            program.tell(Routes({EMAIL: notifier}))
            waits = lies(program, "ana")
            clock.now = waits.due or NOW
            program.tell(Routes({EMAIL: notifier}))

        assert (waits.delivery, waits.attempts, waits.way) == (Delivery.WAITING, 1, "email")
        assert state(program, "ana") == (Delivery.TOLD, 2, "email")
        first, second = (each["Message-ID"] for each in mail.read())
        assert first == second

    def test_of_three_people_two_hear_of_it_when_one_is_rejected(
        self, program: pk.Program, clock: Clock, mail: MailServer
    ) -> None:
        """Three messages are three letters: nobody hears twice because somebody else is gone."""
        mail.answers["bo@post.example"] = ["550 5.1.1 nobody"]
        prefer(program, "cora", (EMAIL, "cora@post.example"))
        news(program, **{each: (EMAIL, f"{each}@post.example") for each in THREE})
        with to(mail) as notifier:
            first = program.tell(Routes({EMAIL: notifier}), limit=3)
            for _ in range(5):
                clock.now += timedelta(days=1)
                program.tell(Routes({EMAIL: notifier}))

        assert first == pk.Told(2, 1, given_up=1)
        assert state(program, "ana") == (Delivery.TOLD, 1, "email")
        assert state(program, "bo") == (Delivery.GIVEN_UP, 1, "email")
        assert state(program, "cleo") == (Delivery.TOLD, 1, "email")
        assert mail.recipients == [f"{each}@post.example" for each in ("ana", "cleo", "cora")]


def test_what_apprise_told_is_not_repeated_because_something_else_failed(
    program: pk.Program, clock: Clock, receiver: Receiver
) -> None:
    """One of three fails: it alone is told again."""
    receiver.answers = [plain(200), plain(500), plain(200)]
    news(program, **{each: (CHAT, f"json://127.0.0.1:{receiver.port}/{each}") for each in THREE})
    routes = Routes({CHAT: AppriseNotifier(schemes=["json"])})
    program.tell(routes)
    waits = lies(program, "bo")
    clock.now = waits.due or NOW
    program.tell(routes)

    assert (waits.delivery, waits.attempts, waits.way) == (Delivery.WAITING, 1, "chat")
    assert [state(program, each) for each in THREE] == [
        (Delivery.TOLD, 1, "chat"),
        (Delivery.TOLD, 2, "chat"),
        (Delivery.TOLD, 1, "chat"),
    ]
    lines = [each.line.split()[1] for each in receiver.requests]
    assert lines == ["/ana", "/bo", "/cleo", "/bo"]
