"""Services and places on their way in: what one file says of them is added to the next."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from peerkit.directory import Service, Site
from peerkit.exchange.cells import Refused

__all__ = ["Draft", "add", "whole_service"]

#: What there may be several of, and which of it a file may say of a place instead.
_SEVERAL: Final = ("needs", "hours", "hours_said", "languages", "eligibility", "phones")
_OF_PLACES: Final = frozenset({"hours_said", "languages", "phones"})
#: How many of each. What is said of a place is said of all its services: few rows grow to many.
_MOST: Final = 100
#: The fields of a service or a place that is not whole yet.
Draft: TypeAlias = dict[str, Any]


def add(draft: Draft, field: str, value: object) -> None:
    """One more of several, each once: what differs in capitals alone is the same."""
    key = value.casefold() if isinstance(value, str) else value
    several = draft.setdefault(field, {})
    if len(several) >= _MOST and key not in several:
        raise Refused("", f"is one more than the {_MOST} of its kind that a service may have")
    several.setdefault(key, value)


def whole_service(draft: Draft) -> Service:
    """The whole service. What is said of a place is said of all that is given there."""
    drafts = draft["places"].values()
    fields = {field: value for field, value in draft.items() if field not in _SEVERAL}
    for field in _SEVERAL:
        theirs = dict(draft.get(field, ()))
        if field in _OF_PLACES:
            for place in drafts:
                theirs |= place.get(field, {})
        fields[field] = tuple(theirs.values())
    fields["places"] = tuple(map(_place, drafts))
    return Service(**fields)


def _place(draft: Draft) -> Site:
    fields = {field: value for field, value in draft.items() if field not in _OF_PLACES}
    return Site(**{**fields, "hours": tuple(draft.get("hours", {}).values())})
