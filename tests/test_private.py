"""What says something of somebody's life is private, says whose it is, and can be taken away."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from peerkit.acts import ACTS
from peerkit.model import NOUNS, Words
from peerkit.model.fields import private_fields

CLASSES: tuple[type[Any], ...] = (*NOUNS, *ACTS)

#: What does not show itself and stays in the journal all the same, and why.
STAYS = {
    "activities": "what was done in a session, by its code in the catalogue: the peer's work",
    "topics": "what an agreement speaks of; what was agreed is private",
    "clauses": "what a concern is about, for those who look at it",
    "step": "what the program did about a concern",
    "hours": "what a peer learned, for the board that certifies",
    "rules": "what a group agreed on; it belongs to nobody",
    "agreement": "what a house asks of every guest",
    "agreed": "what a house asks of every guest",
    "moved": "days of a series",
    "cancelled": "days of a series",
    "planned": "days of a series",
    "papers": "which notice went along with what was told",
    "cents": "the program's money",
    "spoke": "what a peer did",
    "whom": "what a peer did",
    "outcome": "the status of the connection says the same",
}
#: Fields that are private in one place and the program's own in another.
OF_A_CLASS = {
    ("Grant", "currency"): "the program's money",
    ("RecordGrant", "currency"): "the program's money",
    ("Group", "of"): "what a program offers; a group belongs to nobody",
    ("StartGroup", "of"): "what a program offers; a group belongs to nobody",
    ("Measure", "status"): "who looks at a sign of danger is told of it; decisions rest on it",
}


def named(kind: type[Any]) -> str:
    """How a test is called."""
    return kind.__name__


@pytest.mark.parametrize("kind", CLASSES, ids=named)
def test_whoever_has_private_fields_says_whose_they_are(kind: type[Any]) -> None:
    """``private_to`` names one field, or two with a plus, exactly where something is private."""
    assert bool(kind.private_to) == bool(private_fields(kind))
    for each in filter(None, kind.private_to.split("+")):
        assert hasattr(kind, each) or each in attrs.fields_dict(kind)


@pytest.mark.parametrize("kind", CLASSES, ids=named)
def test_what_is_hidden_is_private_or_says_why_not(kind: type[Any]) -> None:
    """A field that does not show itself is private, or stands in the table with its reason."""
    fields = attrs.fields(attrs.resolve_types(kind))
    hidden = {each.name for each in fields if not each.repr}
    private = {each.name for each in private_fields(kind)}
    words = {each.name for each in fields if each.type in {Words, Words | None}}
    assert private <= hidden
    assert not private & words
    reasons = {*STAYS, *(name for owner, name in OF_A_CLASS if owner == kind.__name__)}
    assert hidden - private <= reasons


def test_every_reason_is_needed() -> None:
    """A reason for a field that is private, or is not there, is taken out of the table."""
    stays = {
        (kind.__name__, each.name)
        for kind in CLASSES
        for each in attrs.fields(kind)
        if not each.repr and each not in private_fields(kind)
    }
    assert set(STAYS) <= {name for _, name in stays}
    assert set(OF_A_CLASS) <= stays


@pytest.mark.parametrize("kind", CLASSES, ids=named)
def test_nothing_is_found_by_what_is_private(kind: type[Any]) -> None:
    """No private field names the ids under which something is read, found or touched."""
    paths = ("read_with", "found_with", "stands_on")
    by = {one for path in paths for each in getattr(kind, path, ()) for one in each.split("+")}
    assert not by & {each.name for each in private_fields(kind)}
