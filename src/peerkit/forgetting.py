"""What forgetting somebody reaches: a decision reads what still matters, and this is all of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.model import NOUNS, LegalHold, Person
from peerkit.model.fields import day_of
from peerkit.model.forgetting import UNFINISHED, belongs_to, unfinished
from peerkit.stores import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peerkit.model import Noun
    from peerkit.stores import Store

__all__ = ["Reach", "last_kept", "reached"]

#: How many nouns are read at a time.
_PAGE: Final = 500
#: The view that is read for its number alone is of this moment.
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
#: What is written about a person when records are kept, and not when somebody is supported.
_OF_RECORDS: Final = frozenset({LegalHold.kind, Person.kind})


@attrs.frozen(kw_only=True)
class Reach:
    """What is to be forgotten with somebody, beside what weighs on them.

    ``about`` are the ids of nouns that are theirs or wait to be ended, ``owners`` whose texts
    lie apart for them: their own, and those of each pair they are in. ``last`` is the last day
    on which anything was kept about them; None where nothing ever was. ``seen`` is the number of
    the last entry before all this was read: if another came meanwhile, it may have been missed.
    """

    about: tuple[str, ...]
    owners: tuple[str, ...]
    last: date | None
    seen: int

    def quiet(self, day: date) -> int:
        """For how many days nothing had been kept about them on this one."""
        return 0 if self.last is None else max((day - self.last).days, 0)


def reached(store: Store, person: str, zone: str) -> Reach:
    """Everything that forgetting this person reaches."""
    seen = store.view((), date.min, _NEVER).view.seen
    owners: dict[str, None] = {person: None}
    last: date | None = None
    for entry in store.journal(about=person):
        body = entry.read()
        owners.update({whose: None for _, whose, _ in body["apart"] if person in whose.split("+")})
        last = _kept_on(body, zone) or last
    about = dict.fromkeys(each.id for each in _nouns(store, person))
    return Reach(about=tuple(about), owners=tuple(owners), last=last, seen=seen)


def last_kept(store: Store, person: str, zone: str) -> date | None:
    """The last day on which anything was kept about this person."""
    found = (_kept_on(entry.read(), zone) for entry in store.journal(about=person))
    return max((each for each in found if each is not None), default=None)


def _kept_on(body: dict[str, object], zone: str) -> date | None:
    """The day on which an entry kept anything about support; None where it was a mere answer."""
    nouns: object = body["nouns"]
    kept = isinstance(nouns, list) and any(each["noun"] not in _OF_RECORDS for each in nouns)
    return day_of(datetime.fromisoformat(str(body["at"])), zone) if kept else None


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
