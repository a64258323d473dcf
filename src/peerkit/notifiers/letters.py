"""A notice as a letter: what stands on the envelope, and what in it. Nothing is sent here."""

from __future__ import annotations

import re
from email.headerregistry import Address
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

__all__ = ["House", "Mailbox", "is_one_line", "letter", "mailbox"]

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
#: How long a line of a header may be before it is cut or written otherwise.
_LINE: Final = 78


def is_one_line(text: str) -> bool:
    """Whether this can stand in a header, is read there as it is written, and begins no other.

    What looks like an encoded word would be decoded on the way, line ends and all.
    """
    return "=?" not in text and not any(category(each) in _NOT_IN_A_LINE for each in text)


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
        house = cls(
            sender=_of_the_house(sender, "sender"),
            name=name or "",
            reply_to=None if reply_to is None else _of_the_house(reply_to, "reply_to"),
            stop=None if stop is None else _of_the_house(stop, "stop_address"),
        )
        if len(f"List-Unsubscribe: {house.stop_link}") > _LINE:
            raise BadInput("stop_address", "give a shorter one, so that its link fits on a line")
        return house

    @property
    def stop_link(self) -> str:
        """Where a mail program writes when somebody wants no more; empty where nobody reads it."""
        return "" if self.stop is None else f"<mailto:{self.stop.address}?subject=STOP>"

    def message_id(self, notice: Notice, to: Mailbox) -> str:
        """The same for the same key, so that a receiver can drop a repeat; it tells nothing."""
        what = f"{notice.key}\n{self.sender.address}\n{to.address}"
        return f"<{sha256(what.encode()).hexdigest()[:32]}@{self.sender.domain}>"


def letter(notice: Notice, to: Mailbox, house: House, at: datetime) -> bytes:
    """The notice as it is handed to a mail server.

    Its headers hold the outside and nothing else of the notice: no kind, no id of a person. They
    are in UTF-8 only where the address leaves no choice.
    """
    wide = not to.local.isascii()
    mail = EmailMessage(policy=SMTP.clone(cte_type="8bit" if wide else "7bit", utf8=wide))
    mail["From"] = Address(house.name, house.sender.local, house.sender.domain)
    mail["To"] = Address("", to.local, to.domain)
    mail["Subject"] = notice.outside
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = house.message_id(notice, to)
    mail["Auto-Submitted"] = "auto-generated"
    if house.reply_to is not None:
        mail["Reply-To"] = Address("", house.reply_to.local, house.reply_to.domain)
    if house.stop_link:
        mail["List-Unsubscribe"] = house.stop_link
    inside = "" if notice.inside is None else f"\n{_FILL}\n\n{notice.inside}\n"
    mail.set_content(f"{notice.outside}\n{inside}")
    if notice.invite is not None:
        method = _METHOD.search(notice.invite)
        mail.add_attachment(
            notice.invite.decode(),
            subtype="calendar",
            filename="invite.ics",
            params={"method": "PUBLISH" if method is None else method[1].decode().upper()},
        )
    mail["Content-Language"] = notice.language  # last: a new content takes its headers away
    return mail.as_bytes()
