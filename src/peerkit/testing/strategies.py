"""Hypothesis strategies for nouns and acts: everything that may be, and nothing that is refused.

Each value is built to fit, field by field, so nothing is drawn and thrown away::

    @given(acts(pk.ProposeMatch, pk.AcceptMatch))
    def test_mine(act: pk.Act) -> None: ...

Needs hypothesis (``pip install 'peerkit[testing]'``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from peerkit.acts import (
    ACTS,
    Act,
)
from peerkit.errors import MissingExtra
from peerkit.model import (
    NOUNS,
    Noun,
)
from peerkit.testing.drawing import (
    activities,
    codes,
    days,
    ids,
    keys,
    moments,
    recurrences,
    times,
    timetables,
    words,
)
from peerkit.testing.fitting import built

try:
    from hypothesis import strategies as st
except ImportError:
    raise MissingExtra("hypothesis", "testing") from None

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


__all__ = [
    "activities",
    "acts",
    "codes",
    "days",
    "ids",
    "keys",
    "moments",
    "nouns",
    "recurrences",
    "times",
    "timetables",
    "words",
]

T = TypeVar("T")
A = TypeVar("A", bound=Act)
N = TypeVar("N", bound=Noun)


def acts(*kinds: type[A], **fields: SearchStrategy[Any]) -> SearchStrategy[A]:
    """Acts of these kinds, or of any. ``fields`` say where a field's value comes from."""
    return _one_of(kinds or cast("tuple[type[A], ...]", ACTS), fields)


def nouns(*kinds: type[N], **fields: SearchStrategy[Any]) -> SearchStrategy[N]:
    """Nouns of these kinds, or of any. ``fields`` say where a field's value comes from."""
    return _one_of(kinds or cast("tuple[type[N], ...]", NOUNS), fields)


def _one_of(
    kinds: tuple[type[T], ...], fields: Mapping[str, SearchStrategy[Any]]
) -> SearchStrategy[T]:
    return st.sampled_from(kinds).flatmap(lambda kind: built(kind, fields))
