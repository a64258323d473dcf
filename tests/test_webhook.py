"""A webhook is signed, holds a key and a kind, and no receiver can hold it up or lead it astray."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from traceback import format_exception
from typing import Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerkit.model import NoticeChannel
from peerkit.notifiers import CouldNotTell, Notice
from peerkit.notifiers.signatures import verify_signature
from peerkit.notifiers.webhook import WebhookNotifier, _wait
from peerkit.testing import NotifierConformance
from tests.receiver import (
    Answer,
    Receiver,
    drip,
    hang,
    listening,
    plain,
    pour,
    raw,
    reset,
)

SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - it is published
NOW: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HERE: Final = ("127.0.0.0/8",)
#: Found nowhere else: none of them may leave, or show in an error.
CANARIES: Final = ("grebe", "plover", "dunlin", "curlew", "avocet", "knot")
NOTICE: Final = Notice(
    key="12/0/webhook",
    to="grebe-1",
    kind="session.moved",
    about="plover-2",
    outside="Something dunlin is new.",
    inside="It is about curlew.",
    channel=NoticeChannel.WEBHOOK,
    address="https://avocet.example/knot",
    language="es",
    invite=b"SUMMARY:knot",
)


def notifier(
    receiver: Receiver, *, timeout: float = 20, path: str = "/hook", **other: Any
) -> WebhookNotifier:
    """One that tells this receiver."""
    fields: dict[str, Any] = {"may_reach": HERE, "clock": lambda: NOW, "unencrypted": True} | other
    return WebhookNotifier(
        f"http://127.0.0.1:{receiver.port}{path}",
        [SECRET],
        timeout=timedelta(seconds=timeout),
        **fields,
    )


def failure(of: WebhookNotifier, notice: Notice = NOTICE) -> CouldNotTell:
    """How it failed; and nobody learns from that what was told, or to whom."""
    with pytest.raises(CouldNotTell) as caught:
        of.notify(notice)
    said = "".join(format_exception(caught.value)) + repr(vars(caught.value))
    assert caught.value.__context__ is None
    for each in (*CANARIES, "127.0.0.1", "/hook", SECRET):
        assert each not in said.partition("CouldNotTell:")[2]
    return caught.value


# -- what leaves


def test_where_the_channel_is_not_safe_the_kind_stays_here() -> None:
    """It says what the house does; the receiver asks for it by the key."""
    with listening() as receiver:
        notifier(receiver).notify(attrs.evolve(NOTICE, inside=None))

    assert receiver.requests[0].body == b'{"type":"notice","data":{"id":"12/0/webhook"}}'


def test_the_body_is_the_key_and_the_kind() -> None:
    """Nothing of people, of words or of addresses leaves, in the body or beside it."""
    with listening() as receiver:
        notifier(receiver).notify(NOTICE)

    (request,) = receiver.requests
    assert request.body == b'{"type":"session.moved","data":{"id":"12/0/webhook"}}'
    for each in CANARIES:
        assert each.encode() not in request.raw
    assert request.line == "POST /hook HTTP/1.1"
    assert request.headers | {"webhook-signature": ""} == {
        "host": f"127.0.0.1:{receiver.port}",
        "content-type": "application/json",
        "content-length": str(len(request.body)),
        "accept-encoding": "identity",
        "connection": "close",
        "user-agent": "webhooks",
        "webhook-id": "12/0/webhook",
        "webhook-timestamp": "1772443800",
        "webhook-signature": "",
    }


def test_the_receiver_can_verify_it() -> None:
    """With either of two secrets, while they overlap."""
    other = "whsec_" + "A" * 44
    with listening() as receiver:
        WebhookNotifier(
            f"http://127.0.0.1:{receiver.port}",
            [SECRET, other],
            may_reach=HERE,
            unencrypted=True,
            clock=lambda: NOW,
        ).notify(NOTICE)

    (request,) = receiver.requests
    assert len(request.headers["webhook-signature"].split(" ")) == 2
    for each in (SECRET, other):
        assert verify_signature(request.headers, request.body, [each], NOW) == NOTICE.key


def test_one_secret_may_be_given_as_it_is() -> None:
    """A text is one secret, and not as many as it has letters."""
    with listening() as receiver:
        WebhookNotifier(
            f"http://127.0.0.1:{receiver.port}",
            SECRET,
            may_reach=HERE,
            unencrypted=True,
            clock=lambda: NOW,
        ).notify(NOTICE)

    (request,) = receiver.requests
    assert verify_signature(request.headers, request.body, SECRET, NOW) == NOTICE.key


def test_another_attempt_has_the_same_id_and_its_own_time() -> None:
    """The receiver knows the repeat, and that nobody replayed it."""
    moments = iter([NOW, NOW, NOW + timedelta(hours=1), NOW + timedelta(hours=1)])
    with listening() as receiver:
        receiver.answers = [plain(500), plain(200)]
        sender = notifier(receiver, clock=lambda: next(moments))
        failure(sender)
        sender.notify(NOTICE)

    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == NOTICE.key
    assert first.body == second.body
    assert (
        int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 3600
    )


@pytest.mark.parametrize(
    ("key", "webhook_id"),
    [
        ("12/0/webhook", "12/0/webhook"),
        ("a.1/0/webhook", "a%2E1/0/webhook"),
        ("a%2E1/0/webhook", "a%252E1/0/webhook"),
        ("a b\r\nc: d", "a%20b%0D%0Ac:%20d"),
        ("año", "a%C3%B1o"),
    ],
)
def test_an_id_has_no_dot(key: str, webhook_id: str) -> None:
    """A key that holds one, or what no header holds, is encoded; two keys never become one id."""
    with listening() as receiver:
        notifier(receiver).notify(Notice(key=key, to="ana", kind="k", about="m-1", outside="New."))

    (request,) = receiver.requests
    assert verify_signature(request.headers, request.body, [SECRET], NOW) == webhook_id
    assert json.loads(request.body)["data"]["id"] == key


def test_a_page_and_its_question_are_asked_for_as_given() -> None:
    """Path and query stay letter by letter."""
    with listening() as receiver:
        notifier(receiver, path="/a%20b/?c=d%26e&f").notify(NOTICE)

    assert receiver.requests[0].line == "POST /a%20b/?c=d%26e&f HTTP/1.1"


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a notice goes is decided by the program alone."""
    with listening() as receiver, listening() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setitem(os.environ, name, f"http://127.0.0.1:{proxy.port}")
        notifier(receiver).notify(NOTICE)

    assert (len(receiver.requests), proxy.lines) == (1, 0)


# -- what comes back


@pytest.mark.parametrize(
    "answer",
    [
        plain(200),
        plain(200, body=b"thank you"),
        plain(201),
        plain(202),
        raw(b"HTTP/1.1 204 No Content\r\n\r\n"),
        raw(b"HTTP/1.0 200 OK\r\n\r\nuntil the end"),
        raw(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
        pour(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n", b"x" * 65_536),
        pour(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65_536),
        pour(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"10000\r\n" + b"x" * 65_536 + b"\r\n",
        ),
    ],
)
def test_handed_over(answer: Answer) -> None:
    """A receiver that says 2xx has it, however much it says beside that."""
    with listening() as receiver:
        receiver.answers = [answer]
        notifier(receiver).notify(NOTICE)

    assert len(receiver.requests) == 1
    assert not receiver.drunk, "All of an endless answer was read."


@pytest.mark.parametrize(
    "answer",
    [
        *(plain(status) for status in (101, 103, 300, 304, 400, 401, 403, 404, 405, 408, 409, 413)),
        *(plain(status) for status in (415, 422, 429, 451, 500, 502, 503, 504, 599)),
        raw(b""),
        raw(b"HTTP/1.1 200"),
        raw(b"HTTP/1.1 200 OK\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Le"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal"),
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nrubbish\r\n"),
        raw(b"HTTP/1.1 2000 OK\r\n\r\n"),
        raw(b"SSH-2.0-OpenSSH_9.7\r\n"),
        raw(bytes(range(256)) * 10),
        pour(b"HTTP/1.1 200 OK\r\n", b"X: " + b"x" * 1000 + b"\r\n"),
        pour(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 65_536),
        pour(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
        reset,
    ],
)
def test_not_handed_over_this_time(answer: Answer) -> None:
    """Anything else may go well another time: nobody asked to be left alone for good."""
    with listening() as receiver:
        receiver.answers = [answer]
        failed = failure(notifier(receiver))

        assert (failed.for_good, failed.wait) == (False, None)
        assert "TimeoutError" not in str(failed), "It listened for as long as somebody talked."
        assert len(receiver.requests) == 1
        receiver.answers = [plain(200)]
        notifier(receiver).notify(NOTICE)
    assert not receiver.drunk, "All of an endless answer was read."


def test_gone_is_for_good() -> None:
    """410 is the word for it."""
    with listening() as receiver:
        receiver.answers = [plain(410)]
        failed = failure(notifier(receiver))

    assert failed.for_good
    assert str(failed) == "The webhook's receiver answered 410 to notice 12/0/webhook."


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_is_followed_elsewhere(status: int) -> None:
    """A receiver that points to another one gets no notice there; somebody mends the url."""
    with listening() as elsewhere, listening() as receiver:
        receiver.answers = [plain(status, f"Location: http://127.0.0.1:{elsewhere.port}/")]
        failed = failure(notifier(receiver))

        assert not failed.for_good
        assert elsewhere.lines == 0


@pytest.mark.parametrize(
    "answer",
    [
        hang,
        drip(b""),
        drip(b"HTTP/1.1 200 OK\r\nX: "),
        drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n"),
    ],
)
def test_who_dawdles_is_left(answer: Answer) -> None:
    """The timeout is for all of it: a drop now and then does not buy more."""
    with listening() as receiver:
        receiver.answers = [answer]
        failed = failure(notifier(receiver, timeout=0.3))

    assert "(TimeoutError)" in str(failed)
    assert not failed.for_good


@pytest.mark.parametrize("before", [reset, hang, plain(503)])
def test_a_receiver_that_does_not_listen(before: Answer) -> None:
    """Torn down, silent or answering before the request was read: another time."""
    with listening() as receiver:
        receiver.before = before
        failed = failure(notifier(receiver, timeout=0.5))

    assert not failed.for_good


def test_nobody_is_there() -> None:
    """A closed door is a closed door for now."""
    with listening() as receiver:
        pass
    failed = failure(notifier(receiver))

    assert "(ConnectionRefusedError)" in str(failed)
    assert not failed.for_good


# -- how long to wait


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ("120", timedelta(minutes=2)),
        (" 120 ", timedelta(minutes=2)),
        ("999999999", timedelta(seconds=999_999_999)),
        (format_datetime(NOW + timedelta(hours=2), usegmt=True), timedelta(hours=2)),
        ("Mon, 02 Mar 2026 09:31:00 -0000", timedelta(minutes=1)),
        ("Monday, 02-Mar-26 09:31:00 GMT", timedelta(minutes=1)),
        (format_datetime(NOW - timedelta(hours=2), usegmt=True), None),
        ("0", None),
        ("-5", None),
        ("1.5", None),
        ("9999999999", None),
        ("٣", None),
        ("soon", None),
        ("Mon, 99 Mar 2026 09:31:00 GMT", None),
        ("Mon, 02 Mar 99999 09:31:00 GMT", None),
        ("", None),
    ],
)
def test_the_receiver_says_how_long_to_wait(asked: str, wait: timedelta | None) -> None:
    """In seconds or until a moment; what cannot be read was not said."""
    with listening() as receiver:
        receiver.answers = [raw(f"HTTP/1.1 429 So\r\nRetry-After: {asked}\r\n\r\n".encode())]
        failed = failure(notifier(receiver))

    assert (failed.for_good, failed.wait) == (False, wait)


@pytest.mark.parametrize("status", [302, 404, 500, 502, 503])
def test_the_wait_may_stand_in_any_answer(status: int) -> None:
    """Not in "too many requests" alone."""
    with listening() as receiver:
        receiver.answers = [plain(status, "Retry-After: 120")]
        failed = failure(notifier(receiver))

    assert (failed.for_good, failed.wait) == (False, timedelta(minutes=2))


@given(
    st.text(st.characters(codec="latin-1"))
    | st.from_regex(r"[A-Z][a-z, ]+[0-9 :+-]+", fullmatch=True)
)
def test_whatever_is_asked_is_a_wait_or_nothing(asked: str) -> None:
    """No receiver can break a teller with a header."""
    wait = _wait(asked, NOW)
    assert wait is None or timedelta(0) < wait


# -- the kit


class TestWebhookNotifier(NotifierConformance):
    """A program receives the key, and asks ours for what it may show."""

    claims = frozenset({"kind", "wait", "threads"})
    channel = NoticeChannel.WEBHOOK

    @pytest.fixture
    def receiver(self) -> Iterator[Receiver]:
        """A program that listens."""
        with listening() as receiver:
            yield receiver

    @pytest.fixture
    def notifier(self, receiver: Receiver) -> WebhookNotifier:
        """One that tells it."""
        self.program, self.texts, self.refused = receiver, dict[str, str](), set[int]()
        return notifier(receiver)

    def _notice(self, number: int = 1, text: str | None = None, **fields: Any) -> Notice:
        """One that lies in our outbox, where the receiver may ask for its outside."""
        made = super()._notice(number, text, **fields)
        self.texts[made.key] = made.outside
        return made

    def seen(self, notifier: WebhookNotifier) -> str:
        """All that left, and beside each that was taken what the receiver fetched by its key."""
        seen = []
        for number, each in enumerate(self.program.requests):
            key = json.loads(each.body)["data"]["id"]
            seen += [each.raw.decode(), "" if number in self.refused else self.texts[key]]
        return "\n".join(seen)

    @contextmanager
    def broken(self, notifier: WebhookNotifier) -> Iterator[None]:
        """It answers that it cannot now."""
        with self._answering(plain(503)):
            yield

    @contextmanager
    def refusing(self, notifier: WebhookNotifier) -> Iterator[None]:
        """It wants no more of these."""
        with self._answering(plain(410)):
            yield

    @contextmanager
    def busy(self, notifier: WebhookNotifier, wait: timedelta) -> Iterator[None]:
        """It asks for a pause."""
        with self._answering(plain(429, f"Retry-After: {wait.total_seconds():.0f}")):
            yield

    @contextmanager
    def _answering(self, answer: Answer) -> Iterator[None]:
        program = self.program
        before, program.answers, start = program.answers, [answer], len(program.requests)
        yield
        program.answers = before
        self.refused.update(range(start, len(program.requests)))
