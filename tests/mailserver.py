"""Mail for tests: a real server with moods, one that plays a scene, and who writes to them."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any, Final, Self

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from peerkit.model import NoticeChannel
from peerkit.notifiers import CouldNotTell, Notice
from peerkit.notifiers.email import EmailNotifier
from peerkit.testing.notifiers import notice

#: Where every server of a test stands.
HERE: Final = "127.0.0.1"
#: Who writes, and to whom.
SENDER: Final = "notices@house.example"
ANA: Final = "dunlin4714@post.example"


def _not_ours(record: logging.LogRecord) -> bool:
    """What a server logs is no word of whoever sent the letter."""
    return False


class MailServer:
    """A real SMTP server on a thread of its own.

    ``answers`` says what it replies to whom instead of taking their letters: a list for each
    step and address, used up from the front; what is left when one answer is there stays.
    """

    def __init__(self, **settings: Any) -> None:
        self.letters: list[bytes] = []
        self.recipients: list[str] = []
        self.answers: dict[str, list[str]] = defaultdict(list)
        self.met = 0
        self.greeted: list[str] = []
        self.logins: list[tuple[bytes, bytes]] = []
        self.drops_after_data = 0
        self._wraps: ssl.SSLContext | None = settings.pop("wraps", None)
        self._settings = settings
        self._loop = asyncio.new_event_loop()
        self._open: list[SMTP] = []

    def __enter__(self) -> Self:
        logging.getLogger("mail.log").addFilter(_not_ours)
        made = self._loop.create_server(self._meet, HERE, 0, ssl=self._wraps)
        self._server = self._loop.run_until_complete(made)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._thread = Thread(target=self._loop.run_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()
        logging.getLogger("mail.log").removeFilter(_not_ours)

    async def _stop(self) -> None:
        self._server.close()
        await self._hang_up()

    def hang_up(self) -> None:
        """Close every connection, as a server does that has waited long enough."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result(30)

    async def _hang_up(self) -> None:
        for each in self._open:
            if each.transport is not None:
                each.transport.close()
        self._open.clear()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.wait(left, timeout=10) if left else None

    def _meet(self) -> SMTP:
        self.met += 1
        one = SMTP(
            self,
            loop=self._loop,
            hostname="mail.example.org",
            authenticator=self.login,
            **self._settings,
        )
        self._open.append(one)
        return one

    def _answer(self, step: str) -> str | None:
        left = self.answers[step]
        return (left.pop(0) if left[1:] else left[0]) or None if left else None

    def login(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        """Whoever knows the word may send."""
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"right", handled=False)

    async def handle_EHLO(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, said: list[str]
    ) -> list[str]:
        """Remember who they said they are."""
        session.host_name = hostname
        self.greeted.append(hostname)
        return said

    async def handle_MAIL(  # noqa: N802 - the same
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the sender, or what is to be answered."""
        answer = self._answer("MAIL")
        if answer is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer or "250 OK"

    async def handle_RCPT(  # noqa: N802 - the same
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the recipient, or what is to be answered to this one, or to everybody."""
        answer = self._answer(address) or self._answer("RCPT")
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(  # noqa: N802 - the same
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take the letter, or what is to be answered; or take it and say nothing more."""
        answer = self._answer("DATA")
        if answer is not None:
            return answer
        assert isinstance(envelope.original_content, bytes)
        self.letters.append(envelope.original_content)
        self.recipients += envelope.rcpt_tos
        if self.drops_after_data:
            self.drops_after_data -= 1
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 OK"

    def read(self) -> list[EmailMessage]:
        """The letters, as a mail program reads them."""
        return [read(each) for each in self.letters]


def read(letter: bytes) -> EmailMessage:
    """One letter, as a mail program reads it."""
    found = message_from_bytes(letter, _class=EmailMessage, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


@contextmanager
def scripted(*scenes: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port where each scene is played to one caller; then nobody answers."""
    with socket.create_server((HERE, 0)) as server:
        server.settimeout(30)

        def play() -> None:
            for scene in scenes:
                caller, _ = server.accept()
                with caller:
                    scene(caller)

        thread = Thread(target=play)
        thread.start()
        yield server.getsockname()[1]
        thread.join(30)


def _usage(*, signs: bool) -> x509.KeyUsage:
    """What a key is for, said as strictly as Python 3.13 wants to hear it."""
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


class Authority:
    """Whoever signs certificates, made for one test."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "A test")])
        self.certificate = self._signed(self._name, self._key.public_key(), ca=True)

    def _signed(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePublicKey,
        *,
        ca: bool = False,
        for_name: x509.GeneralName | None = None,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .add_extension(_usage(signs=ca), critical=True)
        )
        if for_name is not None:
            made = made.add_extension(x509.SubjectAlternativeName([for_name]), critical=False)
        return made.sign(self._key, hashes.SHA256())

    def trusted(self) -> ssl.SSLContext:
        """What a caller needs who trusts this authority and no other."""
        pem = self.certificate.public_bytes(serialization.Encoding.PEM)
        return ssl.create_default_context(cadata=pem.decode())

    def server(self, folder: Path, name: str = HERE) -> ssl.SSLContext:
        """What a server needs that has this name, or another than its own."""
        key = ec.generate_private_key(ec.SECP256R1())
        called = x509.IPAddress(ip_address(name)) if name == HERE else x509.DNSName(name)
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        signed = self._signed(subject, key.public_key(), for_name=called)
        file = folder / f"{name}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + signed.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(file)
        return context


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


def text(letter: Any) -> str:
    """What a person reads."""
    found: str = letter.get_body(("plain",)).get_content()
    return found.replace("\r\n", "\n")
