"""Reads activities and their circumstances, and lays those of a layer over those below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from peerkit.handbook.asking import combinations
from peerkit.handbook.book import ActivityEntry, BadHandbook, Case, Circumstance, Verdict, sealed
from peerkit.handbook.cited import leads_to, passages, verdict
from peerkit.handbook.table import NO_CODE
from peerkit.model import ConsentScope, Phrase, Role
from peerkit.model.fields import is_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from peerkit.handbook.book import Source
    from peerkit.handbook.table import Table
    from peerkit.handbook.written import Written

__all__ = ["Known", "activity", "circumstance", "over", "settled"]

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
    if not all(map(is_code, answers)):
        raise table.wrong("answers", f"has an answer that is no code; it {NO_CODE}")
    found = Circumstance(id=table.code("id"), asks=table.text("asks"), answers=sealed(answers))
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
        id=table.code("id"),
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
        whatever_stands=table.take("whatever_stands", bool, "true or false", default=False),
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
        own = tuple(_bound(each, below) for each in own)
    closes = floor > below.verdict
    raised = tuple(
        attrs.evolve(each, verdict=floor, clause=clause)
        if closes and each.verdict < floor
        else each
        for each in below.cases
        # A case of the same circumstances stands in the place of the one below.
        if beside or all(each.when != case.when for case in own)
    )
    found = attrs.evolve(
        below,
        verdict=floor,
        clause=clause,
        cases=(*own, *raised),
        passages=(*cited, *below.passages),
        leads_to=leading,
        **closer,
    )
    if not (loosens or beside):
        _not_looser(table.place, found, below, known)
    return found


def settled(entry: ActivityEntry) -> ActivityEntry:
    """The activity, which asks nothing where no answer opens it: that would change nothing."""
    ways = (entry.verdict, *(case.verdict for case in entry.cases))
    if any(each is not Verdict.NOT_ALLOWED for each in ways):
        return entry
    return attrs.evolve(entry, asks=(), cases=())


def _bound(case: Case, below: ActivityEntry) -> Case:
    """A case of a layer that stands beside: where no case below fits too, what lies below binds."""
    if case.verdict >= below.verdict or any(
        set(each.when) <= set(case.when) for each in below.cases
    ):
        return case
    return attrs.evolve(case, verdict=below.verdict, clause=below.clause)


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


def _not_looser(place: str, new: ActivityEntry, below: ActivityEntry, known: Known) -> None:
    """Whatever the circumstances, the layer comes to what lies below it, or to more."""
    for when in combinations(new, known.circumstances):
        now, was = (max(each.outcomes(dict(when)))[0] for each in (new, below))
        if now < was:
            where = " and ".join(f"{name} = {answer}" for name, answer in when)
            raise BadHandbook(
                place,
                f"is looser than the layer below ({now} against {was}"
                f"{f' where {where}' if where else ''}); a layer tightens, or says loosens = true",
            )
