"""Reads activities and their circumstances, and lays those of a layer over those below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from peerkit.handbook.book import ActivityEntry, BadHandbook, Case, Circumstance, Verdict, sealed
from peerkit.handbook.cited import leads_to, passages, verdict
from peerkit.model import ConsentScope, Phrase, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from peerkit.handbook.book import Source
    from peerkit.handbook.table import Table
    from peerkit.handbook.written import Written

__all__ = ["Known", "activity", "circumstance", "over"]

_FEWEST_ANSWERS: Final = 2


@attrs.frozen
class Known:
    """What an entry of the catalogue may name: all that has been read so far."""

    sources: Mapping[str, Source]
    clauses: Mapping[str, Written]
    circumstances: Mapping[str, Circumstance]


def circumstance(table: Table) -> Circumstance:
    """A question with its closed list of answers."""
    answers = table.table("answers")
    if len(answers) < _FEWEST_ANSWERS:
        raise table.wrong("answers", "must give at least two answers")
    found = Circumstance(id=table.text("id"), asks=table.text("asks"), answers=sealed(answers))
    table.done()
    return found


def activity(table: Table, known: Known, layer: str, group: str) -> ActivityEntry:
    """One thing a peer might do, as the lowest layer that knows it describes it."""
    clause = _known_clause(table, table.text("clause"), known)
    asks = table.texts("asks")
    for each in asks:
        if each not in known.circumstances:
            raise table.wrong("asks", f"names {each!r}, which no [[circumstance]] describes")
    found = ActivityEntry(
        id=table.text("id"),
        name=Phrase(_plain(table, "name")),
        looks_like=table.text("looks_like"),
        group=group,
        covers=table.texts("covers"),
        verdict=verdict(table),
        clause=clause,
        asks=asks,
        cases=_cases(table, clause, asks, known),
        consent=_one_of(table, "consent", ConsentScope),
        advice_opens=table.take("advice_opens", bool, "true or false", default=True),
        roles=_roles(table),
        instead=table.text("instead", None),
        hand_to=table.text("hand_to", None),
        leads_to=leads_to(table),
        passages=passages(table, known.sources, layer),
    )
    table.done()
    return found


def over(
    table: Table, below: ActivityEntry, known: Known, layer: str, *, beside: bool
) -> ActivityEntry:
    """A layer's verdict is a floor for the activity; its cases come on top.

    ``beside`` true: there are layers that this one was not written over. Both
    bind, so the heavier verdict stands.
    """
    table.text("id")
    floor = verdict(table) if "verdict" in table.keys else below.verdict
    loosens = table.take("loosens", bool, "true or false", default=False)
    clause = _known_clause(table, table.text("clause", below.clause), known)
    own = _cases(table, clause, below.asks, known)
    cited = passages(table, known.sources, layer)
    closer = {name: table.text(name, getattr(below, name)) for name in ("instead", "hand_to")}
    leading = leads_to(table) or below.leads_to
    table.done()
    if loosens and not cited:
        raise table.wrong("rests_on", "is missing; what loosens cites a passage")
    if beside:
        floor = max(floor, below.verdict)
    elif not loosens:
        _not_looser(table.place, floor, below.verdict)
        for number, case in enumerate(own, 1):
            if not any(set(each.when) <= set(case.when) for each in below.cases):
                _not_looser(f"{table.place}: case {number}", case.verdict, below.verdict)
    closes = floor > below.verdict
    raised = tuple(
        attrs.evolve(each, verdict=floor, clause=clause)
        if closes and each.verdict < floor
        else each
        for each in below.cases
        # A case of the same circumstances stands in the place of the one below.
        if beside or all(each.when != case.when for case in own)
    )
    return attrs.evolve(
        below,
        verdict=floor,
        clause=clause,
        cases=(*own, *raised),
        passages=(*cited, *below.passages),
        leads_to=leading,
        **closer,
    )


def _cases(table: Table, clause: str, asks: tuple[str, ...], known: Known) -> tuple[Case, ...]:
    found = []
    for each in table.tables("case", named=None):
        when = each.table("when")
        if not when:
            raise each.wrong("when", "is missing; say which circumstances make the case")
        for name, answer in when.items():
            if name not in asks:
                raise each.wrong("when", f"speaks of {name!r}, which 'asks' does not list")
            if answer not in known.circumstances[name].answers:
                raise each.wrong("when", f"answers {name!r} with {answer!r}, which is no answer")
        case_clause = _known_clause(each, each.text("clause", clause), known)
        found.append(
            Case(when=tuple(sorted(when.items())), verdict=verdict(each), clause=case_clause)
        )
        each.done()
    return tuple(found)


def _known_clause(table: Table, id_: str, known: Known) -> str:
    if id_ not in known.clauses:
        raise table.wrong("clause", f"names {id_!r}, which no [[clause]] describes")
    return id_


def _plain(table: Table, key: str) -> str:
    """A text that is put into sentences as it is."""
    text: str = table.text(key)
    if "{" in text or "}" in text:
        raise table.wrong(key, "must be without braces")
    return text


def _roles(table: Table) -> tuple[str, ...]:
    roles = table.texts("roles")
    known = [str(each) for each in Role]
    if not set(roles) <= set(known):
        raise table.wrong("roles", "must be of " + ", ".join(known))
    return roles


def _one_of(table: Table, key: str, kinds: Iterable[str]) -> str | None:
    found: str | None = table.text(key, None)
    known = [str(each) for each in kinds]
    if found is not None and found not in known:
        raise table.wrong(key, "must be one of " + ", ".join(known))
    return found


def _not_looser(place: str, new: Verdict, below: Verdict) -> None:
    if new < below:
        raise BadHandbook(
            place,
            f"is looser than the layer below ({new} against {below}); "
            "a layer tightens, or says loosens = true",
        )
