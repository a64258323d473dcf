"""The directory: services in one order, and a search through them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import nsmallest
from itertools import chain, islice
from types import MappingProxyType
from typing import Final

import attrs

from peerkit.directory.indexing import FARTHEST, Index, all_of, along
from peerkit.directory.search import Found, Reason, Results, Search, Why
from peerkit.directory.services import Need, Service
from peerkit.directory.words import asked, bits, folded, has_all
from peerkit.errors import BadInput, must_be
from peerkit.model.fields import a_zone, zone_named

__all__ = ["Directory"]


def _in_order(services: Iterable[Service]) -> tuple[Service, ...]:
    found = tuple(sorted(services, key=lambda each: (folded(each.name), each.id)))
    if len({each.id for each in found}) != len(found):
        raise BadInput("Directory.services", "two services have the same id; give each its own")
    return found


def _all_of(needs: Iterable[Need]) -> tuple[Need, ...]:
    return tuple(needs)


@attrs.frozen(kw_only=True, repr=False, eq=False)
class Directory:
    """Services of a place, ready to be searched. Made once, and read by as many as like.

    ``needs`` are the kinds of help of its taxonomy, where they are more than the
    services name; ``zone`` is the time zone that the opening hours are meant in.
    """

    services: tuple[Service, ...] = attrs.field(converter=_in_order)
    needs: tuple[Need, ...] = attrs.field(default=(), converter=_all_of)
    zone: str = a_zone()
    _index: Index = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_index", Index(self.services, self.needs))

    def __repr__(self) -> str:
        return f"<directory, {len(self.services)} services>"

    def __len__(self) -> int:
        return len(self.services)

    def get(self, id: str) -> Service | None:  # noqa: A002 - what it is everywhere
        """The service of this id, or None."""
        place = self._index.by_id.get(id)
        return None if place is None else self.services[place]

    def search(self, search: Search) -> Results:
        """The services that answer to all that is asked, page by page, and why.

        Kinds of help come before names, and names before words that stand apart.
        Within that, the nearer comes first where it is asked what is near.
        """
        must_be(Search, search, "search", 'give a Search, such as Search(need="food")')
        asking = _Asking(self._index, search, self.wall(search.open_at))
        total, end = asking.total(), search.skip + search.most
        return Results(
            found=tuple(
                Found(service=self.services[place], why=asking.why(self.services[place], km), km=km)
                for place, km in asking.page()
            ),
            total=total,
            next=end if end < total else None,
            unknown=MappingProxyType(asking.unknown()),
        )

    def wall(self, moment: datetime | None) -> datetime | None:
        """What the clock on the wall shows at a moment, where the directory is."""
        return None if moment is None else moment.astimezone(zone_named(self.zone))


class _Asking:
    """One search on its way through an index."""

    __slots__ = ("_chords", "_groups", "_index", "_kept", "_ranks", "_search", "_wall")

    def __init__(self, index: Index, search: Search, wall: datetime | None) -> None:
        self._index: Final = index
        self._search: Final = search
        self._wall: Final = wall
        reach = FARTHEST if search.within is None else search.within
        self._chords: Final = {} if search.near is None else index.chords(search.near, reach)
        #: For each thing asked, the services that answer to it, and those that may: nobody says.
        self._kept: Final = dict(self._asked())
        self._ranks: Final = self._by_need()
        kept = index.everything
        for mask, _ in self._kept.values():
            kept &= mask
        #: What is found, best first; no service is in two of them.
        self._groups: Final = [kept & age & rank for age in self._by_age() for rank in self._ranks]

    def _asked(self) -> Iterator[tuple[Reason, tuple[int, int]]]:
        index, search = self._index, self._search
        everything = index.everything
        if search.place is not None:
            yield Reason.PLACE, (index.at(search.place), everything & ~index.placed)
        if search.within is not None:
            near = all_of(1 << place for place in self._chords)
            yield Reason.DISTANCE, (near, everything & ~index.on_the_map)
        for reason, texts, text in (
            (Reason.LANGUAGE, index.languages, search.language),
            (Reason.ELIGIBILITY, index.eligibility, search.eligibility),
        ):
            if text is not None:
                yield reason, (texts.having(asked(text)), everything & ~texts.everything)
        if self._wall is not None:
            yield Reason.OPEN, (index.open_at(self._wall), everything & ~index.timed)

    def _by_need(self) -> tuple[int, ...]:
        """Those of a kind of help, those so named, and those that have the words apart."""
        index, need = self._index, self._search.need
        if need is None:
            return (index.everything,)
        words = asked(need)
        kind = index.by_need.get(need.strip(), 0) | index.needs.having(words)
        named = index.names.having(words) & ~kind
        apart = index.everything
        for word in words:
            apart &= index.needs.having((word,)) | index.names.having((word,))
        return kind, named, apart & ~kind & ~named

    def _by_age(self) -> tuple[int, ...]:
        """Those whose ages fit, those that state none, and last those that state others."""
        index, age = self._index, self._search.age
        if age is None:
            return (index.everything,)
        stated = all_of(1 << place for _, place in (*index.youngest, *index.oldest))
        others = all_of(1 << place for least, place in index.youngest if age < least)
        others |= all_of(1 << place for most, place in index.oldest if age > most)
        return stated & ~others, index.everything & ~stated, others

    def total(self) -> int:
        """How many are found, on all pages."""
        return sum(each.bit_count() for each in self._groups)

    def page(self) -> Iterator[tuple[int, float | None]]:
        """The places of what is on the page, each with its distance where that is known."""
        before, wanted = self._search.skip, self._search.most
        for group in self._groups:
            size = group.bit_count()
            if before >= size or not wanted:
                before = max(0, before - size)
                continue
            for found in islice(self._in_order(group, before + wanted), before, before + wanted):
                wanted -= 1
                yield found
            before = 0

    def _in_order(self, group: int, most: int) -> Iterator[tuple[int, float | None]]:
        """The first so many of a group: the nearest, then those of which nobody says where."""
        chords = self._chords
        if self._search.near is None:
            return ((each, None) for each in bits(group))
        near = nsmallest(most, ((chords[each], each) for each in bits(group) if each in chords))
        rest = (each for each in bits(group) if each not in chords)
        return chain(((each, along(chord)) for chord, each in near), ((it, None) for it in rest))

    def unknown(self) -> dict[Reason, int]:
        """How many fit in all else, for each thing of which they do not say."""
        found = {}
        fits = all_of(self._ranks)
        for reason, (_, silent) in self._kept.items():
            rest = fits & silent
            for other, (mask, _) in self._kept.items():
                rest &= mask if other is not reason else -1
            found[reason] = rest.bit_count()
        return found

    def why(self, service: Service, km: float | None) -> tuple[Why, ...]:
        """Why it is there, in the words of the directory."""
        return tuple(Why(*each) for each in self._reasons(service, km))

    def _reasons(self, service: Service, km: float | None) -> Iterator[tuple[Reason, str]]:
        search = self._search
        if search.need is not None:
            yield self._need(service, search.need)
        if search.place is not None:
            there = self._index.is_at(search.place)
            yield Reason.PLACE, next(each.address for each in service.places if there(each))
        if km is not None:
            yield Reason.DISTANCE, f"{km:.1f} km"
        for reason, texts, text in (
            (Reason.LANGUAGE, service.languages, search.language),
            (Reason.ELIGIBILITY, service.eligibility, search.eligibility),
        ):
            if text is not None:
                words = asked(text)
                yield reason, next(each for each in texts if has_all(each, words))
        if search.age is not None and (service.youngest, service.oldest) != (None, None):
            yield Reason.AGE, _ages(service)
        if self._wall is not None:
            yield Reason.OPEN, str(service.open_at(self._wall))

    def _need(self, service: Service, need: str) -> tuple[Reason, str]:
        """The kind of help that has the words, or is below the one asked for; or else the name."""
        words = asked(need)
        for each in service.needs:
            if has_all(each.name, words) or need.strip() in self._index.and_above(each.id):
                return Reason.NEED, each.name
        return Reason.NAME, service.name


def _ages(service: Service) -> str:
    least = 0 if service.youngest is None else service.youngest
    return f"{least:g}+" if service.oldest is None else f"{least:g}-{service.oldest:g}"
