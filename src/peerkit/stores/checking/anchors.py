"""A head of the journal, to be kept where whoever can write to the store cannot change it."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final, Self

import attrs

from peerkit.errors import BadInput
from peerkit.model.fields import is_digest
from peerkit.stores import GENESIS

__all__ = ["Anchor"]

#: What an anchor's line begins with: what it is, and the form it has.
_MARK: Final = "peerkit-anchor-1"
#: How many letters of its own digest end a line, so that a slip of the pen is no alarm.
_CHECK: Final = 8
_WHAT: Final = "an anchor is one line of five parts, as str(anchor) writes it"


def _a_number(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if type(value) is not int or value < 0:
        raise BadInput("Anchor.number", "give the number of an entry; 0 before the first")


def _a_hash(instance: Anchor, attribute: attrs.Attribute[Any], value: object) -> None:
    if not is_digest(value):
        raise BadInput("Anchor.hash", "give the hash of an entry: 64 hexadecimal digits")
    if (value == GENESIS) is not (instance.number == 0):
        raise BadInput("Anchor.hash", "64 zeros stand before the first entry, and only there")


def _a_moment(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise BadInput("Anchor.moment", "give a moment with its time zone")


@attrs.frozen
class Anchor:
    """The hash that the entry of this number had at this moment.

    ``str(anchor)`` is one line to print, mail or keep: the mark, the number,
    the hash, the moment in UTC, and the first eight digits of the SHA-256 of
    all that stands before them. :meth:`parse` reads it. Signed ones are made by
    :mod:`peerkit.stores.checking.signing`.
    """

    number: int = attrs.field(validator=_a_number)
    hash: str = attrs.field(validator=_a_hash)
    moment: datetime = attrs.field(validator=_a_moment)

    def __str__(self) -> str:
        said = f"{_MARK} {self.number} {self.hash} {self.moment.astimezone(UTC).isoformat()}"
        return f"{said} {_check(said)}"

    @classmethod
    def parse(cls, line: str) -> Self:
        """The anchor that a line describes. Raises :class:`~peerkit.errors.BadInput`."""
        parts = line.split() if isinstance(line, str) else ()
        if len(parts) != 5 or parts[0] != _MARK:  # noqa: PLR2004 - as the error says
            raise BadInput("anchor", _WHAT)
        *said, check = parts
        if check != _check(" ".join(said)):
            raise BadInput("anchor", "was not copied letter by letter: its last part does not fit")
        _, number, hash_, moment = said
        try:
            found = cls(int(number), hash_, datetime.fromisoformat(moment))
        except ValueError:
            pass
        else:
            return found
        raise BadInput("anchor", _WHAT)


def _check(said: str) -> str:
    return sha256(said.encode(errors="replace")).hexdigest()[:_CHECK]
