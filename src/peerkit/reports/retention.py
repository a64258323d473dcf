"""Whose time is over: who could be forgotten, under which rule, and what still holds it up."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import attrs

from peerkit.forgetting import past_of
from peerkit.model import HoldStatus, LegalHold, Person, PersonStatus
from peerkit.rules.forgetting import ERASES, KEEPS, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peerkit.handbook import Book, Clause
    from peerkit.program import Program

__all__ = ["Kept", "Years", "retention"]


@attrs.frozen(kw_only=True)
class Years:
    """How long a limit of the book asks to keep somebody's record, and until which day that is.

    ``limit`` is its id, ``years`` its number, ``set_by`` the layer that gives it, and
    ``verified`` whether that was read at the source.
    """

    limit: str
    years: int
    until: date
    set_by: str
    verified: bool


@attrs.frozen(kw_only=True)
class Kept:
    """A person whose record is kept: since when nothing was added, and what asks to keep it.

    ``asks`` are the limits whose years still run on ``day``, the longest first; ``over`` is the
    one after which it is erased, with its day, None where no layer gives it a number; ``holds``
    are the legal holds in force, on them or on somebody with whom they share what is kept.
    ``due`` says whether they can be forgotten without their word.
    """

    person: str
    last: date
    asks: tuple[Years, ...]
    over: Years | None
    holds: tuple[str, ...]
    day: date

    @property
    def due(self) -> bool:
        """Whether the years are over, no other law asks to keep it, and nothing holds it."""
        over = self.over is not None and self.over.until <= self.day
        return over and not self.asks and not self.holds


def retention(program: Program, day: date) -> Iterator[Kept]:
    """Everybody who is not forgotten, as the book of this day judges their records. A dry run.

    Person by person, each with the history of one: nothing of it has to fit into memory.
    What is ``due`` is forgotten one by one, each with a reason of its own::

        for each in retention(program, day):
            if each.due:
                program.do(ForgetPerson(by=…, id=each.person, why=WhyForgotten.TIME_OVER))

    What is left open with somebody the act itself says (its clause ``unfinished``).
    """
    book = program.handbook.on(day)
    for person in program.every(Person):
        if person.status is not PersonStatus.FORGOTTEN:
            yield _kept(program, person.id, day, book)


def _kept(program: Program, person: str, day: date, book: Book) -> Kept:
    past = past_of(program.store, person, program.zone)
    last = past.last or day
    limits = (_years(book.clauses[each], last) for each in KEEPS)
    asks = [each for each in limits if each is not None and each.until > day]
    return Kept(
        person=person,
        last=last,
        asks=tuple(sorted(asks, key=lambda each: each.until, reverse=True)),
        over=_years(book.clauses[ERASES], last),
        holds=tuple(
            each.id
            for who in (person, *past.beside)
            for each in program.every(LegalHold, about=who)
            if each.status is HoldStatus.IN_FORCE
        ),
        day=day,
    )


def _years(clause: Clause, last: date) -> Years | None:
    over = until(clause, last)
    if clause.value is None or over is None:
        return None
    passage = clause.passages[0]
    return Years(
        limit=clause.id,
        years=clause.value,
        until=over,
        set_by=passage.layer,
        verified=passage.verified,
    )
