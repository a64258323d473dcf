"""2. Reading an act from JSON: ``peerkit.read_act`` against plain cattrs, into the same class.

The record is a session reported with three activities, their circumstances and a note. Plain
cattrs is told no more than it needs to succeed: what words and circumstances are (and, outside its
JSON converter, what a moment is). It takes what does not fit: a number as text, a field nobody
knows. The checks that the class itself makes run on both sides.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from cattrs import Converter
from cattrs.preconf.json import make_converter

import peerkit as pk
from benchmarks.measuring import Effort, Figure, compared, in_turn, per_call

__all__ = ["CASES"]

MOST: Final = 1.5
_RECORD: Final[dict[str, Any]] = {
    "act": "session.reported",
    "by": "peer-03",
    "key": "report-2026-11-19-03",
    "id": "session-3f6c0a91d27b48e5",
    "peer": "peer-03",
    "participants": ["person-03-07"],
    "form": "one-to-one",
    "starts": "2026-11-19T15:30:00+00:00",
    "zone": "America/Chicago",
    "minutes": 60,
    "activities": [
        {"id": "listen", "circumstances": {}, "of": None, "minutes": 20},
        {
            "id": "walk-through-services",
            "circumstances": {"who-decides": "participant", "who-keeps-the-plan": "participant"},
            "of": None,
            "minutes": 25,
        },
        {
            "id": "medication-talk",
            "circumstances": {"voice": "first-person"},
            "of": None,
            "minutes": 15,
        },
    ],
    "note": "We talked about the week and what helped. The form for the flat is filled in; "
    "the appointment is on Friday and we practised what to ask there.",
}


def _taught(converter: Converter) -> Converter:
    """What cattrs cannot know: words, and circumstances, which JSON holds as a table."""
    converter.register_structure_hook(pk.Words, lambda value, _: pk.Words(value))
    converter.register_structure_hook_func(
        lambda kind: kind == tuple[tuple[str, str], ...],
        lambda value, _: tuple(sorted(value.items())),
    )
    return converter


def _for_json(*, detailed: bool = True) -> Callable[[str], Any]:
    converter = make_converter(detailed_validation=detailed)
    _taught(converter)
    return lambda document: converter.loads(document, pk.ReportSession)


def _plain() -> Callable[[str], Any]:
    converter = _taught(Converter())
    converter.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
    loads = json.loads
    return lambda document: converter.structure(loads(document), pk.ReportSession)


def _takes_rubbish(read: Callable[[str], Any], **changed: object) -> bool:
    try:
        read(json.dumps(_RECORD | changed))
    except Exception:  # noqa: BLE001 - whatever it raises, it does not take it
        return False
    return True


def _against(make: Callable[[], Callable[[str], Any]], name: str, most: float | None) -> Any:
    def case(effort: Effort) -> list[Figure]:
        document = json.dumps(_RECORD)
        theirs = make()
        assert pk.read_act(document) == theirs(document)
        for rubbish in ({"minutes": "60"}, {"minuets": 60}):
            assert _takes_rubbish(theirs, **rubbish)
            assert not _takes_rubbish(pk.read_act, **rubbish)
        ours, plain = in_turn(
            effort,
            per_call(pk.read_act, [(document,)], effort),
            per_call(theirs, [(document,)], effort),
        )
        return [compared(name, ours, plain, most=most)]

    return case


#: What is run, each in a process of its own.
CASES: Final = {
    "json": _against(_for_json, "cattrs' JSON converter as it comes", MOST),
    "plain": _against(_plain, "json.loads and a plain Converter", MOST),
    "fast": _against(
        lambda: _for_json(detailed=False),
        "cattrs' JSON converter without detailed errors",
        None,
    ),
}
