"""What older peerkits wrote, lifted to the form of today.

Everything that is kept says in which form it was written: an entry with its act, and each noun,
in ``"v"``. The first form says nothing, so that what says nothing is of the first form. What is
written is always of today's form; what is read is lifted, one form at a time, before anything
else looks at it. Nothing that was written is ever changed for it.

A new form: raise :data:`FORM`, say in :data:`STEPS` what becomes of what, and run
``scripts/freeze_corpus.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from peerkit.errors import BadInput

__all__ = ["FORM", "STEPS", "lifted", "lifted_entry", "mark"]

#: From a table as one form has it to the next.
Step: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]

#: The form in which things are written today.
FORM: Final = 1
#: What has changed: by the kind of a noun or an act, or ``"entry"``, and the form it was in. Acts
#: and nouns are lifted before the entry that holds them. A kind without a step stayed as it was.
STEPS: Final[Mapping[tuple[str, int], Step]] = {}


def mark() -> dict[str, int]:
    """What is written so that the form is known."""
    return {} if FORM == 1 else {"v": FORM}


def lifted(noun: dict[str, Any]) -> dict[str, Any]:
    """A noun as it is written today. Raises BadInput for one of a newer form."""
    form = _form_of(noun)
    if form == FORM:
        return noun
    found = _up(noun, noun["noun"], form)
    return {"noun": found["noun"], **mark()} | found | mark()


def lifted_entry(body: dict[str, Any]) -> dict[str, Any]:
    """An entry as it is written today, with its act and its nouns. Raises like :func:`lifted`."""
    form = _form_of(body)
    if form == FORM:
        return body
    act = _up(body["act"], body["act"]["act"], form)
    found = _up({**body, "act": act, "nouns": [*map(lifted, body["nouns"])]}, "entry", form)
    return {"n": found["n"], "prev": found["prev"], **mark()} | found | mark()


def _form_of(table: dict[str, Any]) -> int:
    form = table.get("v", 1)
    if type(form) is not int or form < 1:
        raise BadInput("$.v", "must be the number of a form")
    if form > FORM:
        raise BadInput("$.v", "is of a newer peerkit; install that one")
    return form


def _up(table: dict[str, Any], kind: str, form: int) -> dict[str, Any]:
    """A table, one form after the other."""
    for number in range(form, FORM):
        step = STEPS.get((kind, number))
        table = table if step is None else step(table)
    return table
