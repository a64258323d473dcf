"""A notice as a letter: what stands on the envelope, and what in it. Nothing is sent here."""

from __future__ import annotations

import re
from base64 import b64encode
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from unicodedata import category, normalize

import attrs

from peerkit.errors import BadInput

if TYPE_CHECKING:
    from datetime import datetime

    from peerkit.notifiers import Notice

__all__ = ["House", "Mailbox", "covered", "is_one_line", "letter", "mailbox"]

#: No quotes, no comments, no brackets: what is left is one mailbox, however it is read.
_MAILBOX: Final = re.compile(r'([^\s@<>()\[\],;:"\\]{1,64})@([^\s@<>()\[\],;:"\\]{1,253})')
#: What an object for calendars says it is for (RFC 5546).
_METHOD: Final = re.compile(
    rb"^METHOD:(PUBLISH|REQUEST|ADD|CANCEL|REFRESH)\r?$", re.MULTILINE | re.IGNORECASE
)
#: A mail program shows the beginning of a text beside its subject, on a lock screen too. So much
#: that nobody sees or hears stands between the outside and the inside.
_FILL: Final = "\u034f\u2007" * 200
#: What ends a line somewhere, or is no character at all.
_NOT_IN_A_LINE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
#: How long a text in a header may be, to be written as it is; and how many bytes an encoded word
#: may hold, so that no line is longer than 78 characters.
_PLAIN, _WORD = 60, 39
#: A name that needs no quotes.
_PLAIN_NAME: Final = re.compile(r"(?=.{1,60}$)[A-Za-z0-9]+( [A-Za-z0-9]+)*")


def is_one_line(text: str) -> bool:
    """Whether this can stand in a header and begins no other."""
    return not any(category(each) in _NOT_IN_A_LINE for each in text)


@attrs.frozen
class Mailbox:
    """An address of which each part is known. Its domain is written in ASCII (IDNA)."""

    local: str = attrs.field(repr=False)
    domain: str = attrs.field(repr=False)

    @property
    def address(self) -> str:
        """As it is handed to a server."""
        return f"{self.local}@{self.domain}"


def mailbox(address: str) -> Mailbox | None:
    """The mailbox that this address names; None where it names none, or not surely one."""
    found = _MAILBOX.fullmatch(address)
    if found is None or not is_one_line(address):
        return None
    local, domain = found[1], normalize("NFC", found[2].lower())
    try:
        written = domain.encode("idna")
        # The old rules for names write some letters as others (ß as ss). That is another house.
        same = written.decode("idna") == domain or written == domain.encode()
    except UnicodeError:
        return None
    return Mailbox(local, written.decode()) if same else None


def _of_the_house(value: str, place: str) -> Mailbox:
    found = mailbox(value)
    if found is None or not found.local.isascii():
        raise BadInput(place, "give one plain address such as notices@example.org")
    return found


@attrs.frozen(kw_only=True)
class House:
    """Who writes: as it stands on every letter, so it should say nothing of what the house does."""

    sender: Mailbox
    name: str = ""
    reply_to: Mailbox | None = None
    stop: Mailbox | None = None

    @classmethod
    def of(cls, *, sender: str, name: str | None, reply_to: str | None, stop: str | None) -> House:
        """Check what the house gave."""
        if name is not None and not is_one_line(name):
            raise BadInput("sender_name", "give one line, or leave it out")
        return cls(
            sender=_of_the_house(sender, "sender"),
            name=name or "",
            reply_to=None if reply_to is None else _of_the_house(reply_to, "reply_to"),
            stop=None if stop is None else _of_the_house(stop, "stop_address"),
        )

    @property
    def stop_link(self) -> str:
        """Where a mail program writes when somebody wants no more; empty where nobody reads it."""
        return "" if self.stop is None else f"<mailto:{self.stop.address}?subject=STOP>"

    def message_id(self, notice: Notice, to: Mailbox) -> str:
        """The same for the same key, so that a receiver can drop a repeat; it tells nothing."""
        what = f"{notice.key}\n{self.sender.address}\n{to.address}"
        return f"<{sha256(what.encode()).hexdigest()[:32]}@{self.sender.domain}>"


def _words(text: str) -> str:
    """A text as it stands in a header: plain where it can be, else encoded."""
    plain = text.isascii() and len(text) <= _PLAIN and "=?" not in text
    return text if plain and text == " ".join(text.split()) else _encoded(text)


def _encoded(text: str) -> str:
    """A text as encoded words (RFC 2047).

    They are written here, because the library loses or adds blanks where it folds a line.
    """
    words = [b""]
    for each in (char.encode() for char in text):
        if len(words[-1]) + len(each) > _WORD:
            words.append(b"")
        words[-1] += each
    return "\r\n ".join(f"=?utf-8?b?{b64encode(each).decode()}?=" for each in words)


def _from(house: House) -> str:
    if not house.name:
        return house.sender.address
    name = house.name if _PLAIN_NAME.fullmatch(house.name) else _encoded(house.name)
    return f"{name}\r\n <{house.sender.address}>"


def covered(notice: Notice) -> str:
    """The text of a letter: the outside, and the inside too far down to show beside a subject."""
    inside = "" if notice.inside is None else f"\n{_FILL}\n\n{notice.inside}\n"
    return f"{notice.outside}\n{inside}"


def letter(notice: Notice, to: Mailbox, house: House, at: datetime) -> bytes:
    """The notice as it is handed to a mail server.

    Its headers hold the outside and nothing else of the notice: no kind, no id of a person. All
    of it is ASCII, but for an address that leaves no choice.
    """
    headers = {
        "From": _from(house),
        "To": to.address,
        "Subject": _words(notice.outside),
        "Date": format_datetime(at),
        "Message-ID": house.message_id(notice, to),
        "Auto-Submitted": "auto-generated",
        "Content-Language": notice.language,
        "Reply-To": "" if house.reply_to is None else house.reply_to.address,
        "List-Unsubscribe": house.stop_link,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
    body = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    body.set_content(covered(notice))
    if notice.invite is not None:
        method = _METHOD.search(notice.invite)
        body.add_attachment(
            notice.invite.decode(),
            subtype="calendar",
            filename="invite.ics",
            params={"method": "PUBLISH" if method is None else method[1].decode().upper()},
        )
    return head.encode() + body.as_bytes()
