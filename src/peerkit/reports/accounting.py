"""What was told about somebody, to whom and why: an account for that person to read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import attrs

from peerkit.acts import ReadRecord
from peerkit.errors import must_be
from peerkit.model import Basis, ConsentScope, Purpose, RecordPart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peerkit.program import Program

__all__ = ["Telling", "accounting"]


@attrs.frozen(kw_only=True)
class Telling:
    """Something that was told about a participant: one line of their account, without words.

    ``basis`` is why it was told without a consent, where it was (42 CFR
    2.12(c), 2.51); then it has no scopes, and what was told is in words kept
    under ``disclosure/<id>``. ``consents`` are the ids of those that let it go.
    """

    id: str
    at: datetime
    teller: str
    to: tuple[str, ...]
    scopes: tuple[ConsentScope, ...] = ()
    purpose: Purpose | None = attrs.field(default=None, repr=False)
    consents: tuple[str, ...] = ()
    basis: Basis | None = attrs.field(default=None, repr=False)


def accounting(program: Program, participant: str, *, by: str | None = None) -> Iterator[Telling]:
    """What was told about this participant, in the order in which it was written down.

    What was shared under their consent, and what was told for safety without
    it. What somebody heard in a session or a meeting is in the record of that
    session. It is read from the journal entry by entry, so that nothing of it
    has to fit into memory. (42 CFR 2.25.)

    ``by`` is who looks: only the participant may, and looking is kept, as
    :func:`who_read` does. :class:`~peerkit.decisions.Refused` is raised for anybody
    else. Without it nothing is asked and nothing kept: for your own service.
    """
    must_be(str, participant, "participant", "give an id, which is a text")
    if by is not None:
        asked = ReadRecord(by=by, participant=participant, what=RecordPart.READERS)
        program.do(asked).or_raise()
    return _tellings(program, participant)


def _tellings(program: Program, participant: str) -> Iterator[Telling]:
    """Line by line."""
    for entry in program.history(participant):
        body = entry.read()
        read = _OF_ACT.get(body["act"]["act"])
        if read is not None:
            about_them = [each for each in body["nouns"] if each["participant"] == participant]
            yield from (read(each, body) for each in about_them)


def _shared(noun: dict[str, Any], body: dict[str, Any]) -> Telling:
    return Telling(
        id=noun["id"],
        at=datetime.fromisoformat(noun["at"]),
        teller=noun["teller"],
        to=(noun["to"],),
        # Of somebody who was forgotten it is known that something was told, and not what.
        scopes=tuple(map(ConsentScope, noun.get("scopes", ()))),
        purpose=None if noun.get("purpose") is None else Purpose(noun["purpose"]),
        consents=tuple(noun["consents"]),
    )


def _for_safety(noun: dict[str, Any], body: dict[str, Any]) -> Telling:
    return Telling(
        id=noun["id"],
        at=datetime.fromisoformat(body["at"]),
        teller=body["act"]["by"],
        to=tuple(noun["to"]),
        basis=None if "basis" not in noun else Basis(noun["basis"]),
    )


#: Whose nouns are accounted for, and how they are read.
_OF_ACT: Final = {"information.shared": _shared, "safety.disclosed": _for_safety}
