"""What stands on the outside of every event in a calendar: a neutral word, and who is answered."""

from __future__ import annotations

import re
from typing import Any, Final, Self

import attrs

from peerkit.errors import BadInput, must_be
from peerkit.program import Program

__all__ = ["AN_ADDRESS", "LEAST_SECRET", "SUMMARIES", "Cover", "is_address", "is_place"]

#: The neutral word, by language.
SUMMARIES: Final = {"en": "Appointment", "es": "Cita"}
#: How many characters a secret has, at least.
LEAST_SECRET: Final = 16
#: What has to be given where an address is.
AN_ADDRESS: Final = "one mail address, such as team@example.org"
_MOST_SUMMARY: Final = 100
_MOST_PLACE: Final = 200
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}\Z")


def is_address(value: object) -> bool:
    """Whether this is one plain mail address, in ASCII."""
    return type(value) is str and _ADDRESS.match(value) is not None


def is_place(value: object) -> bool:
    """Whether this is one line that can say where something takes place."""
    return (
        type(value) is str
        and 0 < len(value) <= _MOST_PLACE
        and not value.isspace()
        and value.isprintable()
    )


def _a_secret(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if type(value) is not str or len(value) < LEAST_SECRET or not value.isascii():
        raise BadInput("Cover.secret", f"{LEAST_SECRET} or more plain characters, kept for good")


def _a_summary(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if (
        type(value) is not str
        or not value.strip()
        or not value.isprintable()
        or len(value) > _MOST_SUMMARY
    ):
        raise BadInput("Cover.summary", f"one line of at most {_MOST_SUMMARY} characters")


def _maybe_an_address(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and not is_address(value):
        raise BadInput("Cover.organizer", AN_ADDRESS)


@attrs.frozen(kw_only=True)
class Cover:
    """What stands on the outside of every event.

    ``summary`` is all that a calendar shows beside the time: words that anybody may read.
    ``organizer`` is the mail address that answers go to; it is shown, so it should say nothing
    either. ``secret`` makes what events are called. Keep it: with another one, a calendar
    takes the same session for a new one.
    """

    secret: str = attrs.field(validator=_a_secret, repr=False)
    summary: str = attrs.field(default=SUMMARIES["en"], validator=_a_summary, repr=False)
    organizer: str | None = attrs.field(default=None, validator=_maybe_an_address, repr=False)

    @classmethod
    def of(
        cls,
        program: Program,
        *,
        summary: str = SUMMARIES["en"],
        organizer: str | None = None,
        secret: str | None = None,
    ) -> Self:
        """The cover of a program. Without a ``secret`` it is the hash of its first entry.

        That stays, and nothing has to be kept. It is a secret only before those who have
        neither the journal, nor a copy of it, nor an anchor that was taken at its first entry.
        """
        must_be(Program, program, "program", "give a Program")
        if secret is None:
            first = next(program.journal(), None)
            if first is None:
                raise BadInput("program", "keeps nothing yet, so nobody is in anything")
            secret = first.hash
        return cls(secret=secret, summary=summary, organizer=organizer)
