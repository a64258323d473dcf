"""Email: what servers answer, how they behave, and what a connection is worth."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from peerkit.notifiers import CouldNotTell
from peerkit.notifiers.email import EmailNotifier
from peerkit.testing.overhearing import everything_in, overheard
from tests.mailserver import (
    ANA,
    HERE,
    SENDER,
    Authority,
    MailServer,
    failure,
    mail,
    scripted,
    to,
)


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A real one, without encryption."""
    with MailServer(enable_SMTPUTF8=True) as started:
        yield started


# -- encryption and passwords


@pytest.fixture
def authority() -> Authority:
    """Whom the tests trust."""
    return Authority()


def test_starttls_is_asked_for_and_the_password_travels_inside(
    authority: Authority, tmp_path: Path
) -> None:
    """The server that wants encryption and a password gets both, and takes the letter."""
    with MailServer(
        tls_context=authority.server(tmp_path), require_starttls=True, auth_required=True
    ) as server:
        secret = {"username": "house", "password": "right"}
        with to(server, tls="starttls", context=authority.trusted(), **secret) as notifier:
            notifier.notify(mail(1))
            notifier.notify(mail(2))

    assert len(server.letters) == 2
    assert server.logins == [(b"house", b"right")]


def test_a_connection_may_be_encrypted_from_its_beginning(
    authority: Authority, tmp_path: Path
) -> None:
    """The same on a port where nothing is said in clear."""
    with MailServer(wraps=authority.server(tmp_path), auth_require_tls=False) as server:
        secret = {"username": "house", "password": "right"}
        with to(server, tls="implicit", context=authority.trusted(), **secret) as notifier:
            notifier.notify(mail())

    assert len(server.letters) == 1
    assert server.logins == [(b"house", b"right")]


def test_a_wrong_password_is_our_trouble(authority: Authority, tmp_path: Path) -> None:
    """The address is not given up for it, and the password shows nowhere."""
    with (
        MailServer(tls_context=authority.server(tmp_path), auth_required=True) as server,
        to(
            server,
            tls="starttls",
            context=authority.trusted(),
            username="house",
            password="wrong-4720",  # noqa: S106 - it opens nothing
        ) as notifier,
        overheard() as aside,
    ):
        failed = failure(notifier, mail())

    assert failed.for_good is False
    assert "(AUTH: 535)" in str(failed)
    assert "4720" not in everything_in(failed) + repr(notifier) + aside.getvalue()
    assert server.letters == []


def test_a_server_without_passwords_is_given_none(authority: Authority, tmp_path: Path) -> None:
    """Where the house gave a password and the server takes none, nothing is sent."""
    with (
        MailServer(
            tls_context=authority.server(tmp_path), auth_exclude_mechanism=["LOGIN", "PLAIN"]
        ) as server,
        to(
            server,
            tls="starttls",
            context=authority.trusted(),
            username="house",
            password="right",  # noqa: S106 - of a test
        ) as notifier,
    ):
        failed = failure(notifier, mail())

    assert "(AUTH: SMTPException)" in str(failed)
    assert (server.logins, server.letters) == ([], [])


def test_a_server_that_offers_no_encryption_gets_nothing(server: MailServer) -> None:
    """Asked for STARTTLS, a server that has none is a failure: no letter goes in clear."""
    with to(server, tls="starttls") as notifier:
        failed = failure(notifier, mail())

    assert failed.for_good is False
    assert "(STARTTLS: SMTPNotSupportedError)" in str(failed)
    assert server.letters == []


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("wrong", ["another name", "another authority"])
def test_a_wrong_certificate_is_refused(
    authority: Authority, tmp_path: Path, tls: str, wrong: str
) -> None:
    """A server that is not surely the house's gets neither letter nor password."""
    name = "elsewhere.example" if wrong == "another name" else HERE
    context = authority.server(tmp_path, name)
    trusted = authority.trusted() if wrong == "another name" else None
    settings = {"wraps": context} if tls == "implicit" else {"tls_context": context}
    with MailServer(**settings) as server:
        secret = {"username": "house", "password": "right"}
        with to(server, tls=tls, context=trusted, **secret) as notifier:
            failed = failure(notifier, mail())

    step = "connecting" if tls == "implicit" else "STARTTLS"
    assert failed.for_good is False
    assert f"({step}: SSLCertVerificationError)" in str(failed)
    assert (server.logins, server.letters) == ([], [])


def test_the_ports_are_the_usual_ones() -> None:
    """Left out, the port follows from the way to the server."""
    for tls, port in (("starttls", 587), ("implicit", 465), ("none", 25)):
        assert EmailNotifier(HERE, sender=SENDER, tls=tls)._port == port  # type: ignore[arg-type]  # the three words


# -- what the server answers

REPLIES = (
    ("MAIL", "451 4.3.0 later", False),
    ("MAIL", "530 5.7.0 authentication required", False),
    ("MAIL", "550 5.7.1 sender refused", False),
    ("RCPT", "450 4.2.0 greylisted", False),
    ("RCPT", "451 4.7.1 greylisted", False),
    ("RCPT", "452 4.2.2 full", False),
    ("RCPT", "550 5.1.1 nobody", True),
    ("RCPT", "550 nobody here", True),
    ("RCPT", "551 not local", True),
    ("RCPT", "553 no such name", True),
    ("RCPT", "556 no mail there", True),
    ("RCPT", "550 5.1.10 takes no mail", True),
    ("RCPT", "550 5.2.1 switched off", True),
    ("RCPT", "552 5.2.2 full", False),
    ("RCPT", "552 full", False),
    ("RCPT", "550 5.1.8 bad sender", False),
    ("RCPT", "554 5.7.1 Relay access denied", False),
    ("RCPT", "550 relay not permitted", False),
    ("RCPT", "550 Authentication required", False),
    ("RCPT", "550 blocked: your IP is listed", False),
    ("RCPT", "550 Your host is on our blacklist", False),
    ("RCPT", "550 listed at dnsbl.example.org", False),
    ("RCPT", "550 5.0.0 refused for poor reputation", False),
    ("RCPT", "550 5.1.0 sender rejected", False),
    ("RCPT", "550 refused by policy", False),
    ("RCPT", "550 SPF check failed", False),
    ("RCPT", "550 bad HELO", False),
    ("RCPT", "550 access denied", False),
    ("RCPT", "553 that domain is not in my list of allowed hosts", False),
    ("RCPT", "550 mailbox full, try again later", False),
    ("RCPT", "554 Message rejected as spam", False),
    ("RCPT", "554 no thanks", False),
    ("RCPT", "554 5.0.0 no thanks", False),
    ("RCPT", "550 5.0.0 no such user", True),
    ("RCPT", "550 5.1.0 no such user", True),
    ("RCPT", "550 5.1.1 User unknown in relay recipient table", True),
    ("RCPT", "550 Recipient address rejected: User unknown in virtual mailbox table", True),
    ("RCPT", "550 Requested action not taken: mailbox unavailable", True),
    ("DATA", "554 Message rejected as spam", False),
    ("RCPT", "503 5.5.1 out of order", False),
    ("RCPT", "501 syntax", False),
    ("DATA", "451 4.3.0 later", False),
    ("DATA", "550 5.1.1 nobody after all", True),
    ("DATA", "554 refused", False),
    ("DATA", "550 refused", False),
    ("DATA", "554 5.0.0 refused", False),
    ("DATA", "550 5.7.26 we do not trust you", False),
    ("DATA", "552 too long", False),
)


@pytest.mark.parametrize(("step", "answer", "for_good"), REPLIES)
def test_a_reply_means_what_it_says(
    server: MailServer,
    step: str,
    answer: str,
    for_good: bool,  # noqa: FBT001 - a row of the table
) -> None:
    """Only what speaks of the person's address is for good; the connection serves the next one."""
    server.answers[step] = [answer]
    with to(server) as notifier:
        failed = failure(notifier, mail(1))
        server.answers.clear()
        notifier.notify(mail(2))

    assert failed.for_good is for_good
    assert str(failed) == f"The mail server did not take notice 1/0/kit ({step}: {answer[:3]})."
    assert len(server.letters) == 1
    assert server.met == 1


def test_a_greylisted_notice_arrives_when_it_is_told_again(server: MailServer) -> None:
    """Later it is taken, with the same Message-ID that it would have had."""
    server.answers[ANA] = ["450 4.2.0 greylisted", "250 OK"]
    with to(server) as notifier:
        assert failure(notifier, mail()).for_good is False
        server.answers.clear()
        notifier.notify(mail())

    assert len(server.letters) == 1


def test_of_three_recipients_one_is_rejected_and_two_get_theirs(server: MailServer) -> None:
    """One letter goes to one person, so a refusal is about one person."""
    server.answers["b@post.example"] = ["550 5.1.1 nobody"]
    told = {f"{who}@post.example": number for number, who in enumerate("abc")}
    refused = []
    with to(server) as notifier:
        for address, number in told.items():
            try:
                notifier.notify(mail(number, address=address))
            except CouldNotTell as error:
                refused.append((address, error.for_good))

    assert refused == [("b@post.example", True)]
    assert server.recipients == ["a@post.example", "c@post.example"]
    assert [each["To"] for each in server.read()] == server.recipients


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
def test_a_server_that_is_closing_is_met_again(server: MailServer, step: str) -> None:
    """421 on an old connection: the letter goes over a new one, at once and once."""
    with to(server) as notifier:
        notifier.notify(mail(1))
        server.answers[step] = ["421 4.3.2 closing", ""]
        notifier.notify(mail(2))

    assert server.met == 2
    assert len(server.letters) == 2


def test_a_server_that_is_closing_anyway_is_left_alone(server: MailServer) -> None:
    """421 on a new connection is a failure that passes."""
    server.answers["RCPT"] = ["421 4.3.2 closing"]
    with to(server) as notifier:
        failed = failure(notifier, mail())

    assert (failed.for_good, server.met) == (False, 1)
    assert "(RCPT: 421)" in str(failed)


# -- the connection


def test_one_connection_serves_many_notices(server: MailServer) -> None:
    """It is opened with the first, used again, and opened anew after it was closed."""
    with to(server) as notifier:
        for number in range(5):
            notifier.notify(mail(number))
        assert server.met == 1
        notifier.close()
        notifier.close()
        notifier.notify(mail(6))

    assert server.met == 2
    assert len(server.letters) == 6


def test_an_idle_connection_that_was_closed_is_opened_again(server: MailServer) -> None:
    """The notice that finds it closed is handed over all the same, once."""
    with to(server) as notifier:
        notifier.notify(mail(1))
        server.hang_up()
        notifier.notify(mail(2))
        server.hang_up()

    assert server.met == 2
    assert len(server.letters) == 2


def test_a_connection_that_breaks_after_the_text_leaves_a_doubt(server: MailServer) -> None:
    """It may have arrived. It is not sent again at once; told again it has the same Message-ID."""
    with to(server) as notifier:
        notifier.notify(mail(1))
        server.drops_after_data = 1
        failed = failure(notifier, mail(2))
        assert len(server.letters) == 2
        notifier.notify(mail(2))

    assert failed.for_good is False
    assert str(failed).endswith("It may have arrived.")
    first, second, again = (each["Message-ID"] for each in server.read())
    assert second == again != first


def test_threads_take_turns_on_one_connection(server: MailServer) -> None:
    """However many threads tell, the server meets one caller and gets every letter once."""
    with to(server) as notifier, ThreadPoolExecutor(8) as pool:
        list(pool.map(notifier.notify, [mail(number) for number in range(40)]))

    assert server.met == 1
    assert len({each["Message-ID"] for each in server.read()}) == len(server.letters) == 40


def test_an_interrupted_letter_does_not_begin_the_next_one(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever stops in the middle of a letter, the next one has a connection of its own."""
    with to(server) as notifier:
        notifier.notify(mail(1))
        connection: Any = notifier._server
        monkeypatch.setattr(connection, "rcpt", interrupted)
        with pytest.raises(KeyboardInterrupt):
            notifier.notify(mail(2))
        notifier.notify(mail(3))

    assert server.met == 2
    assert len(server.letters) == 2


def interrupted(*_: object) -> None:
    """Somebody pressed Ctrl-C."""
    raise KeyboardInterrupt


# -- servers that behave badly


def silent(caller: socket.socket) -> None:
    """Says nothing until the caller has gone."""
    while caller.recv(1024):
        pass


def half_a_line(caller: socket.socket) -> None:
    """Begins to greet."""
    caller.sendall(b"220 mail.exa")
    silent(caller)


def gone(caller: socket.socket) -> None:
    """Closes at once."""


def gibberish(caller: socket.socket) -> None:
    """Is no mail server."""
    caller.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    silent(caller)


def unwelcoming(caller: socket.socket) -> None:
    """Takes no mail today."""
    caller.sendall(b"554 no service\r\n")
    silent(caller)


def hangs_after_greeting(caller: socket.socket) -> None:
    """Greets and falls asleep."""
    caller.sendall(b"220 mail.example.org\r\n")
    silent(caller)


def knows_no_hello(caller: socket.socket) -> None:
    """Greets, and knows neither EHLO nor HELO."""
    caller.sendall(b"220 mail.example.org\r\n")
    while caller.recv(1024):
        caller.sendall(b"502 what?\r\n")


def half_an_answer(caller: socket.socket) -> None:
    """Takes everything but the recipient, to whom it begins to answer and hangs up."""
    caller.sendall(b"220 mail.example.org\r\n")
    while said := caller.recv(1024):
        if said.startswith(b"rcpt"):
            caller.sendall(b"25")
            return
        caller.sendall(b"250 OK\r\n")


def refuses_and_leaves(caller: socket.socket) -> None:
    """Refuses the recipient and hangs up."""
    caller.sendall(b"220 mail.example.org\r\n")
    while said := caller.recv(1024):
        if said.startswith(b"rcpt"):
            caller.sendall(b"550 5.1.1 nobody\r\n")
            return
        caller.sendall(b"250 OK\r\n")


BADLY = (
    (silent, "connecting: SMTPServerDisconnected", False),
    (half_a_line, "connecting: ", False),
    (gone, "connecting: SMTPServerDisconnected", False),
    (gibberish, "connecting: half an answer", False),
    (unwelcoming, "connecting: 554", False),
    (hangs_after_greeting, "EHLO: SMTPServerDisconnected", False),
    (knows_no_hello, "EHLO: 502", False),
    (half_an_answer, "RCPT: ", False),
    (refuses_and_leaves, "RCPT: 550", True),
)


@pytest.mark.parametrize(("scene", "what", "for_good"), BADLY)
def test_a_server_that_behaves_badly_is_a_failure(
    scene: Callable[[socket.socket], None],
    what: str,
    for_good: bool,  # noqa: FBT001 - a row of the table
) -> None:
    """Silence, half a line, nonsense and hanging up are failures that say how far it came."""
    with scripted(scene) as port, to(port, timeout=0.3) as notifier:
        failed = failure(notifier, mail())

    assert failed.for_good is for_good
    assert f"({what}" in str(failed)
    assert ANA not in everything_in(failed)


def test_a_challenge_that_cannot_be_read_is_a_failure(authority: Authority, tmp_path: Path) -> None:
    """A server that asks for the password in nonsense is not believed, and gets no answer."""
    context = authority.server(tmp_path)
    heard: list[bytes] = []

    def nonsense(caller: socket.socket) -> None:
        with context.wrap_socket(caller, server_side=True) as inner:
            inner.sendall(b"220 mail.example.org\r\n")
            while said := inner.recv(1024):
                heard.append(said)
                hello = said.startswith(b"ehlo")
                inner.sendall(b"250-hello\r\n250 AUTH CRAM-MD5\r\n" if hello else b"334 a\r\n")

    secret = {"username": "house", "password": "right"}
    with (
        scripted(nonsense) as port,
        to(port, tls="implicit", context=authority.trusted(), **secret) as notifier,
    ):
        failed = failure(notifier, mail())

    assert failed.for_good is False
    assert "(AUTH: Error)" in str(failed)
    assert heard == [b"ehlo house.example\r\n", b"AUTH CRAM-MD5\r\n"]


def test_a_server_that_is_not_there_is_a_failure_that_passes() -> None:
    """Nobody listens: the address is not to blame."""
    with socket.create_server((HERE, 0)) as taken:
        port = taken.getsockname()[1]
    with to(port) as notifier:
        failed = failure(notifier, mail())

    assert failed.for_good is False
    assert "(connecting: ConnectionRefusedError)" in str(failed)
