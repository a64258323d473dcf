"""A receiver of HTTP on loopback: real sockets, and answers that are told beforehand."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Event, Lock, Thread
from typing import Final, cast

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@attrs.frozen
class Request:
    """What came in: the line, the headers with small letters, and the body."""

    line: str
    headers: dict[str, str]
    body: bytes
    raw: bytes


#: What a receiver does once a request is in its hands, or before it has read it.
Answer = Callable[["Receiver", socket.socket], None]


def plain(status: int, *headers: str, body: bytes = b"") -> Answer:
    """An ordinary answer."""
    lines = [f"HTTP/1.1 {status} So", *headers, f"Content-Length: {len(body)}", "", ""]
    return raw("\r\n".join(lines).encode() + body)


def raw(answer: bytes) -> Answer:
    """These bytes, and the end."""
    return lambda receiver, line: line.sendall(answer)


def reset(receiver: Receiver, line: socket.socket) -> None:
    """The line is torn down."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def hang(receiver: Receiver, line: socket.socket) -> None:
    """Nothing, until the receiver goes home."""
    receiver.over.wait(60)


def drip(start: bytes, drop: bytes = b"x") -> Answer:
    """A start, and then a drop again and again, for as long as somebody listens."""

    def dripping(receiver: Receiver, line: socket.socket) -> None:
        line.sendall(start)
        while not receiver.over.wait(0.02):
            line.sendall(drop)

    return dripping


def pour(start: bytes, flood: bytes) -> Answer:
    """A start, and then as much as anybody takes: 10 GB, if nobody closes the line."""

    def pouring(receiver: Receiver, line: socket.socket) -> None:
        line.sendall(start)
        for _ in range(10**10 // len(flood)):
            line.sendall(flood)
        receiver.drunk = True

    return pouring


class _Handler(BaseRequestHandler):
    """One line."""

    def handle(self) -> None:
        """Read a request and answer it."""
        receiver = cast("Receiver", self.server)
        receiver.lines += 1
        # Whoever called may have hung up, or may not trust us: that is what is tested.
        with suppress(OSError):
            line = receiver.sealed(self.request)
            with closing(line):
                self._talk(receiver, line)

    def _talk(self, receiver: Receiver, line: socket.socket) -> None:
        answer = receiver.next()
        if answer is not receiver.before:
            got = b""
            while b"\r\n\r\n" not in got:
                got += (part := line.recv(65_536))
                if not part:
                    return
            head, _, body = got.partition(b"\r\n\r\n")
            first, *rest = head.decode("latin-1").split("\r\n")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (each.partition(":") for each in rest)
            }
            while len(body) < int(headers.get("content-length", 0)):
                body += (part := line.recv(65_536))
                if not part:
                    return
            receiver.keep(Request(first, headers, body, head + b"\r\n\r\n" + body))
        answer(receiver, line)


class Receiver(ThreadingTCPServer):
    """Answers 200, or what ``answers`` say one after the other, the last one for ever."""

    allow_reuse_address = True
    daemon_threads = False  # whoever leaves waits for all who talk
    request_queue_size = 64

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        super().__init__((host, port), _Handler)
        self.answers: list[Answer] = [plain(200)]
        self.before: Answer | None = None
        self.requests: list[Request] = []
        self.lines = 0
        self.drunk = False
        self.over = Event()
        self._tls = tls
        self._lock = Lock()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def next(self) -> Answer:
        """What it does now."""
        with self._lock:
            if self.before is not None:
                return self.before
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def keep(self, request: Request) -> None:
        """Remember what came."""
        with self._lock:
            self.requests.append(request)

    def sealed(self, line: socket.socket) -> socket.socket:
        """The line, encrypted where it is to be."""
        return self._tls.wrap_socket(line, server_side=True) if self._tls else line


@contextmanager
def listening(
    host: str = "127.0.0.1", *, port: int = 0, tls: ssl.SSLContext | None = None
) -> Iterator[Receiver]:
    """A receiver that is there, at this port or at any."""
    with Receiver(host, port, tls) as receiver:
        thread = Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield receiver
        finally:
            receiver.over.set()
            receiver.shutdown()
            thread.join()


_DAY: Final = timedelta(days=1)


@attrs.frozen
class Authority:
    """Somebody who signs certificates, and whom only those trust who were told to."""

    folder: Path
    key: ec.EllipticCurvePrivateKey = attrs.field(
        factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def trusted(self) -> ssl.SSLContext:
        """What a sender trusts who trusts this authority alone."""
        certificate = self._certificate("An authority", self.key, ends=_DAY)
        pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
        context = ssl.create_default_context(cadata=pem)
        context.verify_flags |= ssl.VERIFY_X509_STRICT  # as every Python does from 3.13 on
        return context

    def serving(self, name: str, *, ends: timedelta = _DAY) -> ssl.SSLContext:
        """What a receiver of this name serves with."""
        key = ec.generate_private_key(ec.SECP256R1())
        file = self.folder / f"{name}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + self._certificate(name, key, ends=ends).public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _certificate(
        self, name: str, key: ec.EllipticCurvePrivateKey, *, ends: timedelta
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        called = x509.NameAttribute(x509.NameOID.COMMON_NAME, name)
        signer = x509.NameAttribute(x509.NameOID.COMMON_NAME, "An authority")
        is_signer = key is self.key
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([called]))
            .issuer_name(x509.Name([signer]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 3 * _DAY)
            .not_valid_after(now + ends)
            .add_extension(x509.BasicConstraints(ca=is_signer, path_length=None), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False,
            )
        )
        if is_signer:
            signs = x509.KeyUsage(
                digital_signature=False,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=True,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            )
            builder = builder.add_extension(signs, critical=True)
        else:
            alternative = (
                x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
            )
            builder = builder.add_extension(
                x509.SubjectAlternativeName([alternative]), critical=False
            )
        return builder.sign(self.key, hashes.SHA256())
