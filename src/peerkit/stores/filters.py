"""Turns what somebody asks `find` for into what a store is asked for, or says what does not fit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, TypeVar, cast, get_args

import attrs

from peerkit.errors import BadInput, must_be
from peerkit.model import NOUNS, Noun
from peerkit.model.fields import in_utc, zone_named
from peerkit.stores import Order, Wanted

__all__ = ["ABOUT", "after_of", "place_in", "wanted_of"]

N = TypeVar("N", bound=Noun)

#: What is said of an id that is none.
ABOUT: Final = "give an id, which is a text"
_WHEN: Final = "give a date, or a datetime with its time zone, in the years 1 to 9999 of UTC"


def wanted_of(  # noqa: PLR0913 - what may be asked, each by its name
    kind: type[N],
    zone: str,
    *,
    about: str | None,
    status: StrEnum | Iterable[StrEnum] | None,
    open: bool | None,  # noqa: A002 - the noun's own word
    since: date | None,
    until: date | None,
    order: Order | None = None,
) -> Wanted[N]:
    """What a store is asked for: see :meth:`peerkit.program.Program.find`.

    Without an ``order``, nouns come by id, and those between days oldest first.
    Raises :class:`~peerkit.errors.BadInput`.
    """
    if kind not in NOUNS:
        raise BadInput("kind", "give a class of noun, such as Match or Session")
    must_be(str | None, about, "about", ABOUT)
    if about == "":
        raise BadInput("about", f"{ABOUT}; leave it out for all")
    must_be(Order | None, order, "order", "give an Order, such as Order.NEWEST")
    begins, ends = _edge(kind, zone, "since", since), _edge(kind, zone, "until", until)
    if begins is not None and ends is not None and ends < begins:
        raise BadInput("until", "lies before since; swap the two")
    if order is None:
        order = Order.ID if begins is ends is None else Order.OLDEST
    if order is not Order.ID and not kind.dated:
        raise BadInput("order", f"no {kind.__name__} has a day; leave the order out")
    return Wanted(
        kind,
        about=about,
        statuses=_statuses(kind, status, open),
        since=begins,
        until=ends,
        order=order,
    )


def after_of(wanted: Wanted[N], noun: N) -> str:
    """The ``after`` of a page that ends with this noun. It says its order, but for that by id."""
    place = wanted.place_of(noun)
    return place if wanted.order is Order.ID else f"{wanted.order} {place}"


def place_in(order: Order, after: str) -> str:
    """The place that an ``after`` means, which must be that of a page in the same order."""
    said, _, place = after.partition(" ") if order is not Order.ID else (order.value, "", after)
    if after and (said != order or (" " in place) is (order is Order.ID)):
        raise BadInput("after", "give the after of a page in the same order")
    return place


def _statuses(
    kind: type[Noun],
    status: StrEnum | Iterable[StrEnum] | None,
    is_open: bool | None,  # noqa: FBT001 - what was asked
) -> frozenset[str] | None:
    """The statuses a noun may have; None: any."""
    if status is None and is_open is None:
        return None
    found = frozenset(kind.lifecycle.steps)
    if status is not None:
        found &= _asked(kind, status)
    if is_open is not None:
        if type(is_open) is not bool:
            raise BadInput("open", "true, false, or left out")
        found = frozenset(each for each in found if kind.lifecycle.is_open(each) == is_open)
    return frozenset(each.value for each in found)


def _asked(kind: type[Noun], status: object) -> frozenset[StrEnum]:
    """The statuses that were named: one or several, of the kind's own."""
    own: type[StrEnum] = type(next(iter(kind.lifecycle.steps)))
    several = status if isinstance(status, Iterable) and not isinstance(status, str) else [status]
    found = []
    for each in several:
        if not isinstance(each, own):
            raise BadInput("status", f"give members of {own.__name__}: " + ", ".join(own))
        found.append(each)
    if not found:
        raise BadInput("status", "name one at least, or leave it out for all")
    return frozenset(found)


@lru_cache(maxsize=128)
def _has_hours(kind: Any) -> bool:
    """Whether it is a moment that dates this kind, and not a day."""
    dated: Any = attrs.fields_dict(attrs.resolve_types(kind))[kind.dated].type
    return datetime in (dated, *get_args(dated))


def _edge(kind: type[Noun], zone: str, place: str, value: object) -> str | None:
    """The text that days are compared with. A day is that of the zone, from its first moment."""
    if value is None:
        return None
    if not kind.dated:
        raise BadInput(place, f"no {kind.__name__} has a day; leave it out")
    if not isinstance(value, date):
        raise BadInput(place, _WHEN)
    hours = _has_hours(cast("Any", kind))
    if isinstance(value, datetime):
        if not hours:
            raise BadInput(place, f"a {kind.__name__} has a day and no hour; give a date")
        return _in_utc(place, value)
    begins = datetime.combine(value, time.min, zone_named(zone))
    return _in_utc(place, begins) if hours else value.isoformat()


def _in_utc(place: str, moment: datetime) -> str:
    moment = in_utc(moment)
    if moment.tzinfo is not UTC:
        raise BadInput(place, _WHEN)
    return moment.isoformat()
