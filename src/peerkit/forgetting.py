"""What forgetting somebody reaches: a decision reads what still matters, and this is all of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

import attrs

from peerkit.model import NOUNS, LegalHold, Person
from peerkit.model.fields import day_of
from peerkit.model.forgetting import UNFINISHED, belongs_to, unfinished
from peerkit.stores import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peerkit.model import Noun
    from peerkit.stores import Store

__all__ = ["Past", "Reach", "past_of", "reached"]

#: How many nouns are read at a time.
_PAGE: Final = 500
#: The view that is read for its number alone is of this moment.
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
#: What is written about a person when records are kept, and not when somebody is supported.
_OF_RECORDS: Final = frozenset({LegalHold.kind, Person.kind})


@attrs.frozen(kw_only=True)
class Past:
    """What the journal says of somebody who may be forgotten.

    ``owners`` are whose texts were kept apart for them: they themself, and each pair they are
    in. ``beside`` are the others of those pairs of which a text is still there. ``last`` is the
    last day on which anything was kept about them, whatever came behind it when a clock went
    back; None where nothing ever was.
    """

    owners: tuple[str, ...]
    beside: tuple[str, ...]
    last: date | None


@attrs.frozen(kw_only=True)
class Reach(Past):
    """What is to be forgotten with somebody, beside what weighs on them.

    ``about`` are the ids of nouns that are theirs or wait to be ended, and of whoever shares a
    text with them: what is held there is held here. ``seen`` is the number of the last entry
    before all this was read: if another came meanwhile, it may have been missed.
    """

    about: tuple[str, ...]
    seen: int

    def quiet(self, day: date) -> int:
        """For how many days nothing had been kept about them on this one."""
        return 0 if self.last is None else max((day - self.last).days, 0)


def reached(store: Store, person: str, zone: str) -> Reach:
    """Everything that forgetting this person reaches."""
    seen = store.view((), date.min, _NEVER).view.seen
    past = past_of(store, person, zone)
    about = dict.fromkeys((*(each.id for each in _nouns(store, person)), *past.beside))
    return Reach(
        about=tuple(about), owners=past.owners, beside=past.beside, last=past.last, seen=seen
    )


def past_of(store: Store, person: str, zone: str) -> Past:
    """Whose texts were kept for this person, and when anything last was: one history, read once."""
    owners = {person: None}
    beside: dict[str, None] = {}
    days: set[date] = set()
    for entry in store.journal(about=person):
        body = entry.read()
        owners |= {whose: None for _, whose, _ in body["apart"] if person in whose.split("+")}
        pairs = [each.owner.split("+") for each in entry.apart]
        beside |= {each: None for pair in pairs if person in pair for each in pair}
        days |= _kept_on(body, zone)
    beside.pop(person, None)
    return Past(owners=tuple(owners), beside=tuple(beside), last=max(days, default=None))


def _kept_on(body: dict[str, Any], zone: str) -> set[date]:
    """The day on which an entry kept anything about support; none where it answered or forgot."""
    kept = any(each["noun"] not in _OF_RECORDS for each in body["nouns"])
    at = datetime.fromisoformat(body["at"])
    return {day_of(at, zone)} if kept and not body["forgets"] else set()


def _nouns(store: Store, person: str) -> Iterator[Noun]:
    """The nouns that belong to them, and those with them that are not finished."""
    for kind in NOUNS:
        if not kind.private_to and kind not in UNFINISHED:
            continue
        statuses = None if kind.private_to else UNFINISHED[kind]
        wanted = Wanted(kind, about=person, statuses=statuses)
        after: str | None = ""
        while after is not None:
            items = store.find(wanted, after=after, limit=_PAGE)
            yield from (
                each for each in items if belongs_to(each, person) or unfinished(each, person)
            )
            after = wanted.place_of(items[-1]) if len(items) == _PAGE else None
