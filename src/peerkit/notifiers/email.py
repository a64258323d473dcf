"""Sends notices as email: one letter to one person, over one connection to the house's server."""

from __future__ import annotations

import re
import smtplib
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, ClassVar, Final, Literal, Self

import attrs

from peerkit.errors import BadInput
from peerkit.notifiers import CouldNotTell
from peerkit.notifiers.letters import House, Mailbox, is_one_line, letter, mailbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from peerkit.notifiers import Notice

__all__ = ["EmailNotifier"]

TLS = Literal["starttls", "implicit", "none"]

#: The port that each way to a server is met on (RFC 8314).
_PORTS: Final = {"starttls": 587, "implicit": 465, "none": 25}
#: The first digit of a reply: taken, not now, or refused.
_TAKEN, _NOT_NOW, _REFUSED = 2, 4, 5
#: A name of labels, or a number of either kind.
_HOST: Final = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63})*|[0-9A-Fa-f:.]{2,45}", re.ASCII)
#: The server closes the connection, whatever it was asked.
_CLOSING: Final = 421
#: Replies to an address that say it is dead, where the server says no more than a number. 554 is
#: the number for everything else, and to a letter each of them may mean the letter.
_DEAD: Final = frozenset({521, 550, 551, 553, 556})
#: The same, where it says more (RFC 3463): no such address, host or mailbox, or no way there.
#: A full mailbox (5.2.2) may be emptied; sender, policy and login (5.1.7, 5.1.8, 5.7) are ours.
_DEAD_AT_LENGTH: Final = frozenset(b"5.1.1 5.1.2 5.1.3 5.1.6 5.1.10 5.2.1 5.4.1 5.4.4".split())
#: These say no more than the number before them: something is wrong, with an address, a mailbox.
_SAYS_NO_MORE: Final = frozenset(b"5.0.0 5.1.0 5.2.0".split())
_AT_LENGTH: Final = re.compile(rb"5\.\d{1,3}\.\d{1,3}(?!\S)")
#: Servers that say no more than a number say the rest in words: that it is us whom they do not
#: trust, or this letter, or that it may pass.
_IN_DOUBT: Final = re.compile(
    rb"relay|authenticat|block|black ?list|deny ?list|listed|spam|bulk|unsolicited|abus|virus"
    rb"|reputation|polic|denied|prohibit|allow|sender|reverse|dkim|dmarc|message|content"
    rb"|\b(from|ips?|helo|ehlo|r?dns|ptr|spf|rbl|dnsbl|rate)\b"
    rb"|too many|limit|quota|full|later|again|temporar",
    re.IGNORECASE,
)


@attrs.frozen
class _Trouble:
    """How far a letter came, and what stopped it there."""

    step: str
    what: str
    for_good: bool = False
    #: Whether the connection is gone.
    gone: bool = False


def _now() -> datetime:
    return datetime.now(UTC)


def _says_it_is_dead(step: str, code: int, text: bytes) -> bool:
    """Whether a refusal speaks of the person's address. In doubt it does not."""
    at_length = _AT_LENGTH.match(text)
    if at_length is not None and at_length[0] not in _SAYS_NO_MORE:
        return at_length[0] in _DEAD_AT_LENGTH
    return step == "RCPT" and code in _DEAD and not _IN_DOUBT.search(text)


class EmailNotifier:
    """Hands each notice to a mail server, as a letter that gives nothing away.

    The connection is encrypted and the server's certificate checked: ``tls`` is ``"starttls"``,
    ``"implicit"``, or ``"none"`` for a server on this machine, which is given no password. A
    server that offers no encryption where it was asked for is a failure. ``context`` is for a
    house with certificates of its own.

    It opens one connection, uses it again, and opens another when the server has closed it.
    Several threads may use it; they take turns. :meth:`close` it, or use it in a ``with`` block.

    ``sender`` and ``sender_name`` stand on every letter, so they should not say what the house
    does. ``stop_address`` is where somebody's mail program writes when they want no more.
    """

    #: It tells people at their own addresses, so `Program.tell` takes it in `Routes` only.
    addressed: ClassVar[bool] = True

    def __init__(  # noqa: PLR0913 - a house says each of these once, by name
        self,
        host: str,
        port: int | None = None,
        *,
        sender: str,
        sender_name: str | None = None,
        username: str | None = None,
        password: str | None = None,
        tls: TLS = "starttls",
        context: ssl.SSLContext | None = None,
        timeout: float = 30,
        reply_to: str | None = None,
        stop_address: str | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        if tls not in _PORTS:
            raise BadInput("tls", f"say one of {', '.join(_PORTS)}")
        if not _HOST.fullmatch(host):
            raise BadInput("host", "give the server's name or number, in ASCII")
        if port is not None and not 0 < port < 1 << 16:
            raise BadInput("port", "give a number from 1 to 65535, or leave it out")
        if (username is None) is not (password is None):
            raise BadInput("password", "give username and password, or neither")
        if username is not None and tls == "none":
            raise BadInput("password", "none may travel unencrypted: choose starttls or implicit")
        if not f"{username}{password}".isascii():
            raise BadInput("password", "give username and password in ASCII")
        if not timeout > 0:
            raise BadInput("timeout", "give the seconds to wait for each answer")
        self._house = House.of(
            sender=sender, name=sender_name, reply_to=reply_to, stop=stop_address
        )
        self._host, self._port, self._tls = host, _PORTS[tls] if port is None else port, tls
        self._login = None if username is None or password is None else (username, password)
        self._context = context
        self._timeout = timeout
        self._clock = clock
        self._one = Lock()
        self._server: smtplib.SMTP | None = None
        self._step = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye to the server. The next notice opens another connection."""
        with self._one:
            server, self._server = self._server, None
            if server is not None:
                with suppress(OSError):
                    server.quit()
                server.close()

    def notify(self, notice: Notice) -> None:
        """Hand this notice to the server, for one person.

        When the connection breaks after the whole letter was sent and before the answer, it may
        have been taken: told again, it has the same Message-ID.
        """
        to = mailbox(notice.address)
        if to is None:
            raise CouldNotTell(
                f"Notice {notice.key} has no address that a letter can go to.", for_good=True
            )
        text = self._written(notice, to)
        if text is None:
            raise CouldNotTell(
                f"Notice {notice.key} cannot be written as a letter: its outside must be one "
                "line, its texts Unicode, and its invitation in UTF-8.",
                for_good=True,
            )
        with self._one:
            used = self._server is not None
            trouble = self._send(text, to)
            if used and trouble is not None and trouble.gone and trouble.step != "DATA":
                trouble = self._send(text, to)  # it had grown old; nothing of this one was sent
        if trouble is not None:
            doubt = " It may have arrived." if trouble.gone and trouble.step == "DATA" else ""
            raise CouldNotTell(
                f"The mail server did not take notice {notice.key} "
                f"({trouble.step}: {trouble.what}).{doubt}",
                for_good=trouble.for_good,
            )

    def _written(self, notice: Notice, to: Mailbox) -> bytes | None:
        if not (notice.language.isascii() and is_one_line(notice.language + notice.outside)):
            return None
        with suppress(ValueError):
            return letter(notice, to, self._house, self._clock())
        return None

    def _send(self, text: bytes, to: Mailbox) -> _Trouble | None:
        """Try once. What stopped it is an answer too, so that no error hangs on to a server's."""
        wide = [] if to.local.isascii() else ["SMTPUTF8"]
        self._step = "connecting"
        try:
            server = self._server = self._server or self._open()
            self._step = "MAIL"
            if wide and not server.has_extn("smtputf8"):
                return _Trouble("MAIL", "it takes no addresses beyond ASCII")
            asked: tuple[tuple[str, Callable[[], tuple[int, bytes]]], ...] = (
                ("MAIL", lambda: server.mail(self._house.sender.address, wide)),
                ("RCPT", lambda: server.rcpt(to.address)),
                ("DATA", lambda: server.data(text)),
            )
            for step, ask in asked:
                self._step = step
                code, said = ask()
                if code // 100 != _TAKEN:
                    return self._refused(code, said)
        except smtplib.SMTPResponseException as error:
            return self._refused(error.smtp_code, error.smtp_error)
        except (OSError, ValueError) as error:  # a challenge that is no base64 is a ValueError
            self._drop()
            return _Trouble(self._step, type(error).__name__, gone=True)
        except BaseException:  # half a letter must not begin the next one
            self._drop()
            raise
        return None

    def _open(self) -> smtplib.SMTP:
        """A new connection, encrypted and logged in as the house asked."""
        name = self._house.sender.domain  # not this machine's: every receiver reads it
        if self._tls == "implicit":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, name, timeout=self._timeout, context=self._checking()
            )
        else:
            server = smtplib.SMTP(self._host, self._port, name, timeout=self._timeout)
        try:
            if self._tls == "starttls":
                self._step = "STARTTLS"
                server.starttls(context=self._checking())
            self._step = "EHLO"
            server.ehlo_or_helo_if_needed()
            if self._login is not None:
                self._step = "AUTH"
                server.login(*self._login)
        except BaseException:
            server.close()
            raise
        return server

    def _checking(self) -> ssl.SSLContext:
        """What certificates are checked by: the house's, or this machine's as they are today."""
        return ssl.create_default_context() if self._context is None else self._context

    def _refused(self, code: int, said: bytes | str) -> _Trouble:
        """What a refusal means; the connection is made ready for the next letter."""
        text = said.encode() if isinstance(said, str) else said
        gone = code // 100 not in {_NOT_NOW, _REFUSED} or code == _CLOSING
        if gone or not self._begins_anew():
            self._drop()
        return _Trouble(
            self._step,
            f"{code}" if code > 0 else "half an answer",
            for_good=self._step in {"RCPT", "DATA"}
            and code // 100 == _REFUSED
            and _says_it_is_dead(self._step, code, text),
            gone=gone,
        )

    def _begins_anew(self) -> bool:
        with suppress(OSError):
            return self._server is not None and self._server.rset()[0] // 100 == _TAKEN
        return False

    def _drop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
