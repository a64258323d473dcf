"""Tells a program of the house over HTTPS, signed as the Standard Webhooks say."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from io import BufferedReader, RawIOBase
from socket import gaierror, socket
from typing import Any, Final, cast
from urllib.parse import quote, urlsplit

from peerkit.errors import BadInput, must_be
from peerkit.notifiers import CouldNotTell, Notice
from peerkit.notifiers.connecting import (
    Deadline,
    NowhereToGo,
    Resolve,
    connected,
    networks,
    resolve,
)
from peerkit.notifiers.signatures import read_secrets, sign

__all__ = ["WebhookNotifier"]

#: How many bytes of an answer are read: its head and body together, and its body alone.
MOST: Final = 65_536
MOST_BODY: Final = 4096

_DIGITS: Final = re.compile(r"[0-9]{1,9}")
_VISIBLE: Final = re.compile(r"[!-\[\]-~]+")  # ASCII without a backslash, which some read as /
_PORTS: Final = {"https": 443, "http": 80}
#: The type of a notice on a channel that nobody marked safe: a kind says what the house does.
_NO_KIND: Final = "notice"


def _now() -> datetime:
    return datetime.now(UTC)


class WebhookNotifier:
    """Posts the key and the kind of each notice to one receiver, and nothing else.

    The receiver is a program; it asks yours for the rest, by the key, behind its own login.
    Where the notice has no inside, its channel is not marked safe: then the kind stays here too,
    and the type of every notice is ``notice``.
    ``webhook-id`` is the key, the same for each attempt: whoever receives a key again has that
    notice already. Where the key holds a dot or what a header cannot, it is percent-encoded.

    ``secrets`` are texts ``whsec_…``, or one of them alone: the notice is signed with each, so
    that an old and a new one overlap. Only ``https`` is spoken, unless ``unencrypted`` says
    otherwise. A name that leads inside (this machine, the house, a cloud's own services) is not
    followed there, unless one of the networks of ``may_reach`` holds the address. No proxy of
    the environment is used. ``timeout`` is for all of one attempt: the connection, the request
    and the answer.

    What an answer means:

    * 2xx, read to its end or to the most that is read: handed over.
    * 410: for good. It is the one answer that says so.
    * Everything else is passing. A receiver that does not know the page, the signature or the
      form of a notice (400, 401, 404, 413, 422) is set up wrongly for every notice alike, and
      somebody mends that. So is one that sends us elsewhere (3xx); we do not go there.
    * ``Retry-After`` is handed on as the wait, where it can be read.
    """

    def __init__(  # noqa: PLR0913 - one receiver, and all that is known of the way there
        self,
        url: str,
        secrets: Iterable[str] | str,
        *,
        may_reach: Iterable[str] = (),
        unencrypted: bool = False,
        timeout: timedelta = timedelta(seconds=20),
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], datetime] = _now,
        resolve: Resolve = resolve,
    ) -> None:
        self._scheme, self._host, self._port, self._head = _read(url, unencrypted=unencrypted)
        self._keys = read_secrets(secrets)
        self._may_reach = networks(may_reach)
        self._seconds = timeout.total_seconds()
        self._tls = ssl.create_default_context() if tls is None else tls
        self._clock = clock
        self._resolve = resolve

    def notify(self, notice: Notice) -> None:
        """Post this notice. Raises :class:`CouldNotTell`."""
        try:
            status, retry_after = self._posted(self._request(notice))
        except (OSError, HTTPException, ValueError) as error:
            failed, advice = type(error).__name__, _advice(error)
        else:
            if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
                return
            raise CouldNotTell(
                f"The webhook's receiver answered {status} to notice {notice.key}.",
                for_good=status == HTTPStatus.GONE,
                wait=_wait(retry_after, self._clock()),
            )
        raise CouldNotTell(
            f"The webhook's receiver did not take notice {notice.key} ({failed}). {advice}"
        )

    def _request(self, notice: Notice) -> bytes:
        kind = _NO_KIND if notice.inside is None else notice.kind
        body = json.dumps(
            {"type": kind, "data": {"id": notice.key}}, separators=(",", ":")
        ).encode()
        webhook_id = quote(notice.key, safe="/:").replace(".", "%2E")
        seconds = str(int(self._clock().timestamp()))
        head = (
            f"{self._head}"
            f"Content-Length: {len(body)}\r\n"
            f"webhook-id: {webhook_id}\r\n"
            f"webhook-timestamp: {seconds}\r\n"
            f"webhook-signature: {sign(self._keys, webhook_id, seconds, body)}\r\n\r\n"
        )
        return head.encode() + body

    def _posted(self, request: bytes) -> tuple[int, str | None]:
        """The status that came back, and how long to wait."""
        deadline = Deadline(self._seconds)
        line = connected(self._host, self._port, self._may_reach, self._resolve, deadline)
        with line:
            line.settimeout(deadline.left())
            if self._scheme == "http":
                return _answered(line, request, deadline)
            with self._tls.wrap_socket(line, server_hostname=self._host) as sealed:
                return _answered(sealed, request, deadline)


class _Answer(RawIOBase):
    """What comes over a line: until a deadline, and no more than the most that is read."""

    def __init__(self, line: socket, deadline: Deadline) -> None:
        self._line = line
        self._deadline = deadline
        self._left = MOST
        self.ended = False

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes; none at the end."""
        self._line.settimeout(self._deadline.left())
        size = self._line.recv_into(buffer, min(len(buffer), self._left)) if self._left else 0
        self._left -= size
        self.ended = self.ended or not size
        return size

    def makefile(self, mode: str) -> BufferedReader:
        """Itself, as the reader of answers asks for it."""
        return BufferedReader(self)


def _answered(line: socket, request: bytes, deadline: Deadline) -> tuple[int, str | None]:
    """Send a request and read the answer to its end, or as far as anybody is to be listened to."""
    line.sendall(request)
    answer = _Answer(line, deadline)
    with HTTPResponse(cast("socket", answer), method="POST") as response:
        response.begin()
        if answer.ended:  # before the head was over: what is missing may say something else
            raise ConnectionResetError
        body = response.read(MOST_BODY)
        if len(body) < MOST_BODY and response.length:
            raise ConnectionResetError
        return response.status, response.getheader("Retry-After")


def _advice(error: Exception) -> str:
    """What can be done about an attempt that came to no answer."""
    if isinstance(error, gaierror):
        return "The name in the url could not be looked up."
    if isinstance(error, NowhereToGo):
        return "The url leads to no address outside; a network inside must be in may_reach."
    return "Look at the url and the network."


def _wait(asked: str | None, now: datetime) -> timedelta | None:
    """How long the receiver asked to be left alone: in seconds, or until a moment."""
    asked = (asked or "").strip()
    if _DIGITS.fullmatch(asked):
        wait = timedelta(seconds=int(asked))
    else:
        try:
            until = parsedate_to_datetime(asked)
        except (ValueError, OverflowError):
            return None
        wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    return wait if wait > timedelta(0) else None


def _read(url: str, *, unencrypted: bool) -> tuple[str, str, int, str]:
    """The scheme, host and port of an address, and the head that every request to it has."""
    schemes = ("https", "http") if unencrypted else ("https",)
    what = f"give an address with {' or '.join(schemes)}: a host, perhaps a port, a path"
    must_be(str, url, "url", what)
    parts, host, port = urlsplit(""), "", None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:
        host = ""
    if not (host and port != 0 and _VISIBLE.fullmatch(url) and parts.scheme in schemes):
        raise BadInput("url", what)
    if "@" in parts.netloc or "#" in url:
        raise BadInput("url", f"{what}; no name, no password and no fragment")
    target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    head = (
        f"POST {target} HTTP/1.1\r\n"
        f"Host: {parts.netloc}\r\n"
        "Content-Type: application/json\r\n"
        "Accept-Encoding: identity\r\n"
        "Connection: close\r\n"
        "User-Agent: webhooks\r\n"
    )
    return parts.scheme, host, port or _PORTS[parts.scheme], head
