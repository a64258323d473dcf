"""Who pays for peer support: for what, under which conditions, and what is no part of it."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from peerkit.errors import BadInput
from peerkit.handbook.cited import passage, passages
from peerkit.handbook.files import here, shipped
from peerkit.handbook.handbook import Handbook
from peerkit.handbook.table import Table, parsed
from peerkit.model import Openness, Role, SessionForm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peerkit.handbook.book import Passage

__all__ = [
    "BillingCode",
    "Condition",
    "FundingSource",
    "NotPaid",
    "funding_source",
    "funding_sources",
]

#: How Medicare counts help with finding the way: by the calendar month.
NAVIGATION: Final = "navigation"
_FORMS: Final = {str(each): each for each in SessionForm}
_ROLES: Final = {str(each): each for each in Role}
_GROUPS: Final = {str(each): each for each in Openness}


@attrs.frozen(kw_only=True)
class BillingCode:
    """A code under which time in these forms of session is claimed, with its modifiers."""

    id: str
    modifiers: tuple[str, ...]
    forms: tuple[SessionForm, ...]
    passage: Passage

    def __str__(self) -> str:
        return "-".join((self.id, *self.modifiers))


@attrs.frozen(kw_only=True)
class Condition:
    """What the payer asks for before it pays. Nobody but you knows whether it is so."""

    id: str
    says: str
    passage: Passage


@attrs.frozen(kw_only=True)
class NotPaid:
    """What is no part of the service, and what it can be told by.

    That is an activity of the catalogue, a role that is the only one of whoever
    gave it, or how open the group was. Without any, somebody has to look.
    """

    id: str
    says: str
    activities: tuple[str, ...]
    passage: Passage
    roles: tuple[Role, ...] = ()
    groups: tuple[Openness, ...] = ()


@attrs.frozen(kw_only=True)
class FundingSource:
    """Somebody who pays: what for, and what they leave out, as far as anybody has read it.

    ``layer`` is the layer of the book with the payer's numbers, ``caps`` the
    limits that are counted against what is claimed. ``counts`` is
    ``navigation`` for G0140 and G0146, where a month is counted; None: nobody
    has read how minutes become units, so ask the payer. ``asks_goal`` is
    true where a claim needs a goal of the participant behind it. ``beyond``
    says what holds past a cap, where it is not that no more is paid.
    ``unread`` says what nobody has read.
    """

    id: str
    name: str
    layer: str | None
    counts: str | None
    caps: tuple[str, ...]
    asks_goal: bool
    codes: tuple[BillingCode, ...]
    conditions: tuple[Condition, ...]
    not_paid: tuple[NotPaid, ...]
    unread: str | None
    passages: tuple[Passage, ...]
    beyond: Mapping[str, str] = attrs.field(factory=lambda: MappingProxyType({}))

    def codes_for(self, form: SessionForm) -> tuple[BillingCode, ...]:
        """The codes under which a session of this form is claimed."""
        return tuple(each for each in self.codes if form in each.forms)

    def leaves_out(self, activity: str) -> NotPaid | None:
        """Why an activity of the catalogue is not paid for; None where it is not left out."""
        return next((each for each in self.not_paid if activity in each.activities), None)


def funding_sources() -> tuple[FundingSource, ...]:
    """Every funding source that peerkit knows, in the order of the file."""
    return tuple(_shipped().values())


def funding_source(id: str) -> FundingSource:  # noqa: A002 - the source's own word
    """The funding source of this id. Raises :class:`~peerkit.errors.BadInput`."""
    known = _shipped()
    if id in known:
        return known[id]
    near = get_close_matches(str(id), known, 1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise BadInput("funding", f"{hint}peerkit knows {', '.join(known)}")


@cache
def _shipped() -> Mapping[str, FundingSource]:
    return _read("funding.toml", (here() / "funding.toml").read_bytes())


@lru_cache(maxsize=4)
def _read(name: str, raw: bytes) -> Mapping[str, FundingSource]:
    file = parsed(name, raw)
    book = Handbook.load()
    found = {}
    # What nobody pays for holds for each payer that has not been read to say otherwise.
    always = tuple(_not_paid(each, book) for each in file.tables("not_paid"))
    for each in file.tables("funding"):
        one = _funding(each, book)
        found[one.id] = _with(one, always) if one.codes else one
    file.done()
    return MappingProxyType(found)


def _with(one: FundingSource, always: tuple[NotPaid, ...]) -> FundingSource:
    """The payer, with what it says nothing of itself."""
    ids = {each.id for each in one.not_paid}
    told = {activity for each in one.not_paid for activity in each.activities}
    more = tuple(
        each
        for each in always
        if each.id not in ids and not (each.activities and told.issuperset(each.activities))
    )
    return attrs.evolve(one, not_paid=one.not_paid + more)


def _funding(table: Table, book: Handbook) -> FundingSource:
    found = FundingSource(
        id=table.code("id"),
        name=table.text("name"),
        layer=table.text("layer", None),
        counts=table.text("counts", None),
        caps=table.texts("caps"),
        asks_goal=table.take("asks_goal", bool, "true or false", default=False),
        codes=tuple(_code(each, book) for each in table.tables("code", named=None)),
        conditions=tuple(_condition(each, book) for each in table.tables("condition")),
        not_paid=tuple(_not_paid(each, book) for each in table.tables("not_paid")),
        unread=table.text("unread", None),
        passages=passages(table, book.sources, "base"),
        beyond=MappingProxyType(table.table("beyond")),
    )
    table.done()
    if not found.passages:
        raise table.wrong("rests_on", "is missing; a funding source cites at least one passage")
    if found.layer is not None and found.layer not in shipped():
        raise table.wrong("layer", f"names {found.layer!r}, which peerkit does not ship")
    if found.counts not in {None, NAVIGATION}:
        raise table.wrong("counts", f"must be {NAVIGATION!r}, or left out")
    for each in found.caps:
        if each not in book.clauses or not book.clauses[each].unit:
            raise table.wrong("caps", f"names {each!r}, which is no limit of the book")
    for each in found.beyond:
        if each not in found.caps:
            raise table.wrong("beyond", f"names {each!r}, which is not among the caps")
    return found


def _code(table: Table, book: Handbook) -> BillingCode:
    forms = table.texts("forms")
    if not forms or not set(forms) <= set(_FORMS):
        raise table.wrong("forms", "must be some of " + ", ".join(_FORMS))
    found = BillingCode(
        id=table.text("id"),
        modifiers=table.texts("modifiers"),
        forms=tuple(_FORMS[each] for each in forms),
        passage=passage(table, book.sources, "base"),
    )
    table.done()
    return found


def _condition(table: Table, book: Handbook) -> Condition:
    found = Condition(
        id=table.code("id"),
        says=table.text("says"),
        passage=passage(table, book.sources, "base"),
    )
    table.done()
    return found


def _not_paid(table: Table, book: Handbook) -> NotPaid:
    activities = table.texts("activities")
    for each in activities:
        if each not in book.activities:
            raise table.wrong("activities", f"names {each!r}, which is no activity of the book")
    roles, groups = table.texts("roles"), table.texts("groups")
    if not set(roles) <= set(_ROLES):
        raise table.wrong("roles", "must be some of " + ", ".join(_ROLES))
    if not set(groups) <= set(_GROUPS):
        raise table.wrong("groups", "must be some of " + ", ".join(_GROUPS))
    found = NotPaid(
        id=table.code("id"),
        says=table.text("says"),
        activities=activities,
        passage=passage(table, book.sources, "base"),
        roles=tuple(_ROLES[each] for each in roles),
        groups=tuple(_GROUPS[each] for each in groups),
    )
    table.done()
    return found
