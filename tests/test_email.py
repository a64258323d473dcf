"""Email: letters that give nothing away, handed to a real server over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peerkit.errors import BadInput
from peerkit.model import NoticeChannel
from peerkit.notifiers.email import EmailNotifier
from peerkit.notifiers.letters import House, letter, mailbox
from peerkit.testing import NotifierConformance
from peerkit.testing.overhearing import everything_in
from tests.mailserver import ANA, HERE, SENDER, MailServer, failure, mail, read, text, to


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A real one, without encryption."""
    with MailServer(enable_SMTPUTF8=True) as started:
        yield started


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
    "rain at post",
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
    """The failure says what a letter needs; no other try would write it, and no server is asked."""
    with to(server) as notifier:
        failed = failure(notifier, mail(**fields))

    assert failed.for_good is True
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
