"""Email: letters that give nothing away, handed to a real server over real sockets."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peerkit.errors import BadInput
from peerkit.model import NoticeChannel
from peerkit.notifiers import CouldNotTell, Notice
from peerkit.notifiers.email import EmailNotifier
from peerkit.notifiers.letters import House, letter, mailbox
from peerkit.testing import NotifierConformance
from peerkit.testing.notifiers import notice
from peerkit.testing.overhearing import everything_in, overheard
from tests.mailserver import HERE, Authority, MailServer, read, scripted

SENDER = "notices@house.example"
ANA = "dunlin4714@post.example"


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A real one, without encryption."""
    with MailServer(enable_SMTPUTF8=True) as started:
        yield started


@contextmanager
def to(server: MailServer | int, **settings: Any) -> Iterator[EmailNotifier]:
    """A notifier for this server, or for this port."""
    port = server if isinstance(server, int) else server.port
    plain: dict[str, Any] = {"sender": SENDER, "tls": "none", "timeout": 20}
    with EmailNotifier(HERE, port, **(plain | settings)) as notifier:
        yield notifier


def mail(number: int = 1, text: str | None = None, **fields: Any) -> Notice:
    """A notice that goes by email."""
    return notice(number, text, **({"channel": NoticeChannel.EMAIL, "address": ANA} | fields))


def failure(notifier: EmailNotifier, told: Notice) -> CouldNotTell:
    """How it failed."""
    with pytest.raises(CouldNotTell) as caught:
        notifier.notify(told)
    return caught.value


# -- the promises


class TestEmailNotifier(NotifierConformance):
    """A real server: what it took is what was seen."""

    claims = frozenset({"addressed", "envelope", "safe", "threads"})
    channel = NoticeChannel.EMAIL
    address = ANA
    gaps: ClassVar = {}

    @pytest.fixture
    def notifier(self, server: MailServer) -> Iterator[EmailNotifier]:
        """One that knows its server."""
        self.server = server
        with to(server) as notifier:
            yield notifier

    def seen(self, notifier: EmailNotifier) -> str:
        """The text of every letter, and the mark that it has."""
        return "\n".join(f"{each['Message-ID']}\n{text(each)}" for each in self.server.read())

    def envelope(self, notifier: EmailNotifier) -> str:
        """Every header, and as much of every text as stands beside a subject."""
        return "\n".join(f"{each.items()} {text(each)[:300]}" for each in self.server.read())

    def mark(self, key: str) -> str:
        """A digest, so that not even the number of a message is told."""
        told = sha256(f"{key}\n{SENDER}\n{ANA}".encode()).hexdigest()
        return f"<{told[:32]}@house.example>"

    @contextmanager
    def broken(self, notifier: EmailNotifier) -> Iterator[None]:
        """The server is full."""
        self.server.answers["RCPT"] = [f"452 4.3.1 <{ANA}> must wait"]
        yield
        self.server.answers.clear()

    @contextmanager
    def refusing(self, notifier: EmailNotifier) -> Iterator[None]:
        """Nobody is there."""
        self.server.answers["RCPT"] = [f"550 5.1.1 <{ANA}> is nobody here"]
        yield
        self.server.answers.clear()


def text(letter: Any) -> str:
    """What a person reads."""
    found: str = letter.get_body(("plain",)).get_content()
    return found.replace("\r\n", "\n")


# -- what is written


def test_a_letter_holds_the_outside_and_what_the_house_gave(server: MailServer) -> None:
    """Every header is accounted for, and the text is the outside."""
    at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    with to(server, clock=lambda: at) as notifier:
        notifier.notify(mail(inside=None, outside="You have a note.", key="12/0/email"))

    [letter] = server.read()
    assert letter.items() == [
        ("From", "notices@house.example"),
        ("To", ANA),
        ("Subject", "You have a note."),
        ("Date", "Mon, 02 Mar 2026 09:30:00 +0000"),
        ("Message-ID", "<a3f6f60552138abd89d8091c0260a6b6@house.example>"),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Language", "en"),
        ("Content-Type", 'text/plain; charset="utf-8"'),
        ("Content-Transfer-Encoding", "7bit"),
        ("MIME-Version", "1.0"),
    ]
    assert text(letter) == "You have a note.\n"
    assert server.recipients == [ANA]


def test_a_house_may_give_a_name_and_where_to_answer_and_to_stop(server: MailServer) -> None:
    """What the house gives stands on the letter; its own name is what it says to the server."""
    with to(
        server,
        sender="notices@Häuser.example",
        sender_name="Zoë, at the house",
        reply_to="desk@house.example",
        stop_address="stop@house.example",
    ) as notifier:
        notifier.notify(mail())

    [letter] = server.read()
    [sender] = letter["From"].addresses
    assert sender.display_name == "Zoë, at the house"
    assert sender.addr_spec == "notices@xn--huser-gra.example"
    assert letter["Reply-To"] == "desk@house.example"
    assert letter["List-Unsubscribe"] == "<mailto:stop@house.example?subject=STOP>"
    assert server.greeted == ["xn--huser-gra.example"]


def test_a_plain_name_is_written_plainly(server: MailServer) -> None:
    """No quotes and no encoding where a name needs none."""
    with to(server, sender_name="The Library") as notifier:
        notifier.notify(mail())

    assert server.letters[0].startswith(b"From: The Library\r\n <notices@house.example>\r\n")


TEXTS = (
    "Ein Gruß für dich – heute um 15 Uhr",
    "🌊 " * 60 + "🏳️‍🌈",
    "مرحبا بك",
    "  two  blanks  ",
    "=?utf-8?q?One=0D=0ABcc:_eve=40bad.example?=",
    ".",
    "a" * 1200,
)


@pytest.mark.parametrize("words", TEXTS)
def test_every_text_arrives_as_it_was_written(server: MailServer, words: str) -> None:
    """Accents, emoji, other scripts, long lines and lone dots come out as they went in."""
    with to(server) as notifier:
        notifier.notify(mail(outside=f"Outside {words} end", inside=f"{words}\n.\nInside {words}"))

    [letter] = server.read()
    assert letter["Subject"] == f"Outside {words} end"
    assert text(letter).startswith(f"Outside {words} end\n")
    assert text(letter).endswith(f"\n{words}\n.\nInside {words}\n")
    assert server.letters[0].isascii()
    assert max(len(each) for each in server.letters[0].splitlines()) <= 78


@settings(max_examples=50, deadline=None)
@given(
    outside=st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=120),
    inside=st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=120),
)
def test_whatever_can_be_written_is_read_as_it_was(outside: str, inside: str) -> None:
    """Any line of any script comes out of a letter as it went in, in ASCII and in short lines."""
    house = House.of(sender=SENDER, name=None, reply_to=None, stop=None)
    recipient = mailbox(ANA)
    assert recipient is not None
    told = mail(outside=f"Outside {outside}.", inside=f"Inside {inside}.")
    written = letter(told, recipient, house, datetime(2026, 3, 2, tzinfo=UTC))

    assert read(written)["Subject"] == told.outside
    assert text(read(written)).startswith(f"{told.outside}\n\n")
    assert text(read(written)).endswith(f"\n\n{told.inside}\n")
    assert written.isascii()
    assert max(len(each) for each in written.split(b"\r\n")) <= 78
    assert written.count(b"\n") == written.count(b"\r\n")


CANARIES = {
    "kind": "canary.kind",
    "about": "canary-about",
    "to": "canary-to",
    "key": "canary-key",
    "inside": "canary-inside",
}


@pytest.mark.parametrize("without", [(), ("inside",)])
def test_no_private_field_is_in_the_bytes_that_others_see(
    server: MailServer, without: tuple[str, ...]
) -> None:
    """A canary in every private field is in no byte of the envelope, and only the inside within."""
    fields: dict[str, Any] = {**CANARIES, **dict.fromkeys(without)}
    with to(server) as notifier:
        notifier.notify(mail(**fields))
        aside = repr(notifier)

    [letter] = server.letters
    head, _, _ = letter.partition(b"\r\n\r\n")
    preview = text(read(letter))[:300]
    shown = head + preview.encode() + aside.encode()
    everywhere = letter + text(read(letter)).encode()
    assert b"Outside-4716" in head
    for name, canary in CANARIES.items():
        assert canary.encode() not in shown
        assert (canary.encode() in everywhere) is (name == "inside" and not without)


INVITE = "BEGIN:VCALENDAR\r\nMETHOD:{}\r\nSUMMARY:Zeit für dich\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize(
    ("said", "method"), [("REQUEST", "REQUEST"), ("cancel", "CANCEL"), ("ODD", "PUBLISH")]
)
def test_an_invitation_goes_with_the_letter(server: MailServer, said: str, method: str) -> None:
    """It is a part for calendars, under a name that tells nothing, for what it says it is for."""
    with to(server) as notifier:
        notifier.notify(mail(inside=None, invite=INVITE.format(said).encode()))

    [letter] = server.read()
    [part] = letter.iter_attachments()
    assert part.get_content_type() == "text/calendar"
    assert part.get_param("method") == method
    assert part.get_filename() == "invite.ics"
    assert letter["Content-Language"] == "en"
    assert part.get_payload(decode=True) == INVITE.format(said).encode()
    assert text(letter) == "Outside-4716: number 1 of these.\n"


# -- what cannot be written

ADDRESSES = (
    "",
    "nobody",
    "@house.example",
    "ana@",
    "ana@a@house.example",
    "ana@house.example\r\nBcc: eve@bad.example",
    "ana@house.example\n",
    "ana@house.example, eve@bad.example",
    "Ana <ana@house.example>",
    '"a b"@house.example',
    "ana@[127.0.0.1]",
    "ana@a..example",
    "ana@straße.example",
    "a\x00na@house.example",
    "ana\u2028@house.example",
    "\ud800@house.example",
    "ana@" + "d" * 64 + ".example",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_no_address_is_refused_for_good(server: MailServer, address: str) -> None:
    """No server is asked, no header is begun, and trying again is in vain."""
    with to(server) as notifier:
        failed = failure(notifier, mail(address=address))

    assert failed.for_good is True
    assert str(failed) == "Notice 1/0/kit has no address that a letter can go to."
    assert server.met == 0


UNWRITABLE: tuple[dict[str, Any], ...] = (
    {"outside": "One\r\nBcc: eve@bad.example"},
    {"outside": "One\nTwo"},
    {"outside": "One\x85Two"},
    {"outside": "One\u2029Two"},
    {"outside": "\udfff"},
    {"language": "españ"},
    {"language": "en\r\nBcc: eve@bad.example"},
    {"inside": "\udfff"},
    {"invite": b"\xff"},
)


@pytest.mark.parametrize("fields", UNWRITABLE)
def test_what_would_begin_another_header_is_not_written(
    server: MailServer, fields: dict[str, Any]
) -> None:
    """The failure says what a letter needs, and is no word about the person's address."""
    with to(server) as notifier:
        failed = failure(notifier, mail(**fields))

    assert failed.for_good is False
    assert "its outside must be one line" in str(failed)
    assert "eve" not in everything_in(failed)
    assert server.met == 0


BAD: tuple[tuple[str, dict[str, Any]], ...] = (
    ("tls", {"tls": "maybe"}),
    ("host", {"host": "a b"}),
    ("host", {"host": "h" * 70 + ".example"}),
    ("port", {"port": 0}),
    ("port", {"port": 1 << 16}),
    ("password", {"username": "house"}),
    ("password", {"password": "right"}),
    ("password", {"username": "house", "password": "right", "tls": "none"}),
    ("password", {"username": "house", "password": "schön"}),
    ("timeout", {"timeout": 0}),
    ("sender", {"sender": "house"}),
    ("sender", {"sender": "zoë@house.example"}),
    ("sender_name", {"sender_name": "One\r\nBcc: eve@bad.example"}),
    ("reply_to", {"reply_to": "desk@house.example\n"}),
    ("stop_address", {"stop_address": "stop"}),
)


@pytest.mark.parametrize(("place", "settings"), BAD)
def test_a_house_is_told_what_does_not_fit(place: str, settings: dict[str, Any]) -> None:
    """What cannot work, or would send a password in clear, is refused before anything is sent."""
    given: dict[str, Any] = {"host": HERE, "sender": SENDER, **settings}
    with pytest.raises(BadInput) as caught:
        EmailNotifier(**given)

    assert caught.value.place == place
    assert not any(each in str(caught.value) for each in ("right", "schön", "eve"))


# -- addresses beyond ASCII


def test_a_domain_beyond_ascii_is_written_in_ascii(server: MailServer) -> None:
    """Any server can take it then, however the letters are put together."""
    written = ("ana@Bücher.example", "ana@bu\u0308cher.example", "ana@xn--bcher-kva.example")
    with to(server) as notifier:
        for number, address in enumerate(written):
            notifier.notify(mail(number, address=address))

    assert server.recipients == ["ana@xn--bcher-kva.example"] * 3


def test_a_name_beyond_ascii_goes_to_servers_that_take_it(server: MailServer) -> None:
    """The letter is in UTF-8 then, and the next one is as ever."""
    with to(server) as notifier:
        notifier.notify(mail(1, address="zoë@bücher.example", outside="Für dich"))
        notifier.notify(mail(2))

    assert server.recipients == ["zoë@xn--bcher-kva.example", ANA]
    assert server.read()[0]["To"] == "zoë@xn--bcher-kva.example"
    assert server.read()[0]["Subject"] == "Für dich"
    assert "zoë".encode() in server.letters[0]


def test_a_name_beyond_ascii_fails_where_the_server_takes_none() -> None:
    """It is our server that cannot, so the address is not given up, and others go on."""
    with MailServer() as server, to(server) as notifier:
        failed = failure(notifier, mail(address="zoë@house.example"))
        notifier.notify(mail())

    assert failed.for_good is False
    assert "MAIL: it takes no addresses beyond ASCII" in str(failed)
    assert server.recipients == [ANA]


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
    ("RCPT", "503 5.5.1 out of order", False),
    ("RCPT", "501 syntax", False),
    ("DATA", "451 4.3.0 later", False),
    ("DATA", "550 5.1.1 nobody after all", True),
    ("DATA", "554 refused", True),
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
