"""An entry that somebody wrote anew says no more than an entry of ours can say."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest

import peerkit as pk
from peerkit.stores import Entry
from peerkit.stores.writing.codec import text
from peerkit.stores.writing.remaking import remade
from tests.ordinary import opened, report

NO_TEXT = "has something else where a text must be"
FINDING = ["silence", "NOT_ALLOWED", {}, -1]


def entry() -> Entry:
    """A report, as it was kept."""
    with opened() as program:
        program.do(report())
        return list(program.journal())[-1]


def changed(**parts: Any) -> Entry:
    """The same with other parts."""
    found = entry()
    return attrs.evolve(found, body=text(json.loads(found.body) | parts))


def test_an_entry_of_ours_is_remade() -> None:
    """Or every refusal below would mean nothing."""
    assert remade(entry()).touched == remade(changed(findings=[FINDING])).touched


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        ({"at": "2026-11-02T12:00:00Z"}, "has a moment or a day in another form"),
        ({"at": "2026-11-02T13:00:00+01:00"}, "has a moment or a day in another form"),
        ({"day": "20261102"}, "has a moment or a day in another form"),
        ({"at": "yesterday"}, "is not as peerkit writes it"),
        ({"at": "0001-01-01T00:00:00+12:00"}, "is not as peerkit writes it"),
        ({"verdict": "FINE"}, "has a verdict that is none"),
        ({"act": {"act": [], "by": "ana", "key": None}}, NO_TEXT),
        ({"act": {"act": "goal.set", "by": 1, "key": None}}, NO_TEXT),
        ({"act": {"act": "goal.set", "key": None}}, "is not as peerkit writes it"),
        ({"findings": [["silence", "FINE", {}, -1]]}, "has a verdict that is none"),
        ({"findings": [["silence", 1, {}, -1]]}, "has a verdict that is none"),
        ({"findings": [["silence", [], {}, -1]]}, "is not as peerkit writes it"),
        ({"findings": [FINDING[:3]]}, "is not as peerkit writes it"),
        ({"findings": [[1, *FINDING[1:]]]}, "has a finding of another kind"),
        ({"findings": [[*FINDING[:2], [], -1]]}, "has a finding of another kind"),
        ({"findings": [[*FINDING[:3], None]]}, "has a finding of another kind"),
        ({"touched": ["ana"]}, "does not name all that it touches, each once"),
        ({"touched": ["s-1", "ana", "p-7", "ana"]}, "does not name all that it touches, each once"),
    ],
)
def test_what_no_entry_says_is_refused(parts: dict[str, Any], what: str) -> None:
    """Reports read it, and would break on it long after it came in."""
    with pytest.raises(pk.BadInput) as caught:
        remade(changed(**parts))

    assert caught.value.what == what
    assert caught.value.__context__ is None
