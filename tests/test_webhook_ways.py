"""A webhook goes to whom the url names and to nobody else: certificates, names, addresses."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from peerkit.errors import BadInput
from peerkit.notifiers.webhook import WebhookNotifier
from tests.receiver import Answer, Authority, Receiver, drip, hang, listening, plain, raw, reset
from tests.test_webhook import HERE, NOTICE, NOW, SECRET, failure

# -- whom it believes


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The one that is trusted here."""
    return Authority(tmp_path_factory.mktemp("certificates"))


def sealed(
    receiver: Receiver, trusted: ssl.SSLContext | None, host: str = "hooks.example"
) -> WebhookNotifier:
    """One that speaks TLS to a name that leads here."""
    return WebhookNotifier(
        f"https://{host}:{receiver.port}/hook",
        [SECRET],
        may_reach=HERE,
        tls=trusted,
        clock=lambda: NOW,
        resolve=lambda *_: ("127.0.0.1",),
    )


def test_a_receiver_with_the_right_certificate_is_told(authority: Authority) -> None:
    """The certificate is for the name, although the connection goes to an address."""
    with listening(tls=authority.serving("hooks.example")) as receiver:
        sealed(receiver, authority.trusted()).notify(NOTICE)

    assert receiver.requests[0].headers["host"] == f"hooks.example:{receiver.port}"


def test_an_address_may_have_a_certificate(authority: Authority) -> None:
    """Where the url names an address, the certificate is for that address."""
    with listening(tls=authority.serving("127.0.0.1")) as receiver:
        sealed(receiver, authority.trusted(), "127.0.0.1").notify(NOTICE)

    assert len(receiver.requests) == 1


@pytest.mark.parametrize("wrong", ["other name", "out of date", "unknown signer", "nobody's"])
def test_a_wrong_certificate_gets_nothing(authority: Authority, tmp_path: Path, wrong: str) -> None:
    """Another name, an old one, or signed by who is not trusted: not a byte of the request."""
    name = "other.example" if wrong == "other name" else "hooks.example"
    ends = timedelta(days=-1 if wrong == "out of date" else 1)
    signer = Authority(tmp_path) if wrong == "unknown signer" else authority
    trusted = None if wrong == "nobody's" else authority.trusted()
    with listening(tls=signer.serving(name, ends=ends)) as receiver:
        failed = failure(sealed(receiver, trusted))

        assert "(SSLCertVerificationError)" in str(failed)
        assert not failed.for_good
        assert receiver.lines == 1
        assert receiver.requests == []


def test_who_speaks_no_tls_gets_nothing(authority: Authority) -> None:
    """There is no going back to plain HTTP."""
    with listening() as receiver:
        receiver.before = plain(200)
        failure(sealed(receiver, authority.trusted()))

    assert receiver.requests == []


@pytest.mark.parametrize(
    "answer",
    [
        hang,
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
        reset,
    ],
)
def test_what_goes_wrong_inside_of_tls(authority: Authority, answer: Answer) -> None:
    """Silence, drops, half an answer and a torn line are the same there."""
    with listening(tls=authority.serving("hooks.example")) as receiver:
        receiver.answers = [answer]
        sender = sealed(receiver, authority.trusted())
        sender._seconds = 0.5
        failed = failure(sender)

    assert not failed.for_good
    assert len(receiver.requests) == 1


def test_a_handshake_that_never_ends_is_left(authority: Authority) -> None:
    """A receiver that is silent before TLS has begun costs the timeout and no more."""
    with listening() as receiver:
        receiver.before = hang
        sender = sealed(receiver, authority.trusted())
        sender._seconds = 0.3
        assert "(TimeoutError)" in str(failure(sender))


# -- where it goes


class Changing:
    """A resolver that says something else each time it is asked, as an attacker's does."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self.answers = iter(answers)
        self.asked = 0

    def __call__(self, host: str, port: int) -> Sequence[str]:
        """The next answer."""
        self.asked += 1
        return next(self.answers)


def named(receiver: Receiver, resolver: Callable[[str, int], Sequence[str]]) -> WebhookNotifier:
    """One that may reach one address of this machine and no other."""
    return WebhookNotifier(
        f"http://hooks.example:{receiver.port}",
        [SECRET],
        may_reach=["127.0.0.2/32"],
        unencrypted=True,
        timeout=timedelta(seconds=5),
        resolve=resolver,
    )


def test_only_the_address_that_was_looked_at_is_connected_to() -> None:
    """A name that means another address a moment later leads nobody there."""
    with listening("127.0.0.2") as receiver, listening("127.0.0.1", port=receiver.port) as trap:
        resolver = Changing(("127.0.0.2",), ("127.0.0.1",))
        named(receiver, resolver).notify(NOTICE)

        assert resolver.asked == 1
        assert (len(receiver.requests), trap.lines) == (1, 0)


def test_each_attempt_looks_again() -> None:
    """What was good yesterday is not believed today."""
    with listening("127.0.0.2") as receiver, listening("127.0.0.1", port=receiver.port) as trap:
        resolver = Changing(("127.0.0.2",), ("127.0.0.1",))
        sender = named(receiver, resolver)
        sender.notify(NOTICE)
        failed = failure(sender)

        assert "(NowhereToGo)" in str(failed)
        assert not failed.for_good
        assert trap.lines == 0


def test_of_several_addresses_the_allowed_one_is_taken() -> None:
    """Wherever it stands among the others."""
    with listening("127.0.0.2") as receiver, listening("127.0.0.1", port=receiver.port) as trap:
        named(receiver, lambda *_: ("127.0.0.1", "10.0.0.1", "127.0.0.2", "::1")).notify(NOTICE)

        assert (len(receiver.requests), trap.lines) == (1, 0)


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"]
)
def test_nothing_inside_is_reached_unless_it_is_allowed(host: str) -> None:
    """Not this machine, under any of its names, with the resolver that it really has."""
    with listening() as receiver:
        sender = WebhookNotifier(
            f"http://{host}:{receiver.port}", [SECRET], unencrypted=True, clock=lambda: NOW
        )
        assert not failure(sender).for_good
        assert receiver.lines == 0


@pytest.mark.parametrize(
    "trouble", [OSError("avocet"), ValueError("avocet"), UnicodeError("avocet")]
)
def test_a_name_that_cannot_be_found(trouble: Exception) -> None:
    """The resolver's own words are not repeated."""

    def resolver(host: str, port: int) -> Sequence[str]:
        raise trouble

    with listening() as receiver:
        assert not failure(named(receiver, resolver)).for_good


def test_advice_is_about_what_went_wrong() -> None:
    """Only what leads inside is told of `may_reach`; a name that is not known has another cure."""

    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "avocet")

    with listening() as receiver:
        name, inside = (
            str(failure(named(receiver, each))) for each in (unknown, lambda *_: ("10.0.0.1",))
        )
    refused = str(failure(named(receiver, lambda *_: ("127.0.0.2",))))

    assert name.endswith("(gaierror). The name in the url could not be looked up.")
    assert inside.endswith("a network inside must be in may_reach.")
    assert refused.endswith("(ConnectionRefusedError). Look at the url and the network.")


def test_a_slow_resolver_leaves_no_time() -> None:
    """What it took is taken from the timeout."""
    with listening("127.0.0.2") as receiver:
        sender = named(receiver, lambda *_: ("127.0.0.2",))
        sender._seconds = 0
        assert "(TimeoutError)" in str(failure(sender))
        assert receiver.lines == 0


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example",
        "http://avocet.example",
        "ftp://avocet.example",
        "file:///etc/avocet",
        "https://",
        "https:///avocet",
        "https://:443/avocet",
        "https://ana:avocet@hooks.example",
        "https://ana@hooks.example",
        "https://hooks.example\\@avocet.example",
        "https://hooks.example/#avocet",
        "https://hooks.example/#",
        "https://hooks.example:99999/avocet",
        "https://hooks.example:0/avocet",
        "https://hooks.example:avocet",
        "https://hooks.example/avo cet",
        "https://hooks.example/avocet\r\nX: y",
        "https://hooks.example/\tavocet",
        "https://hooks.éxample/avocet",
        f"https://{'avocet' * 20}.example",
        "https://[avocet]/",
        7,
        None,
    ],
)
def test_an_address_that_is_none_is_refused_and_not_shown(url: str) -> None:
    """No other scheme, no name or password, no fragment, nothing that some read otherwise."""
    with pytest.raises(BadInput, match="url: give an address with https:") as caught:
        WebhookNotifier(url, [SECRET])

    assert "avocet" not in repr(caught.value)
    assert caught.value.__context__ is None


def test_its_repr_shows_nothing() -> None:
    """Neither where it tells, nor what it signs with."""
    sender = WebhookNotifier("https://hooks.example/avocet", [SECRET])

    assert "avocet" not in repr(sender)
    assert SECRET[6:] not in repr(sender)
