"""Draws the catalogue: one page for each group of activities, their list, and circumstances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scripts.drawn.asking import outcomes
from scripts.drawn.citing import BASE, activity, clause, found_at, onward
from scripts.drawn.markdown import drawn, esc, table, verdict

from peerkit.handbook import Verdict

if TYPE_CHECKING:
    from peerkit.handbook import ActivityEntry, Handbook

__all__ = ["activities", "answered", "circumstances", "described"]

_NOT_COPIED: Final = (
    "The verdicts are not copied from a file: each is what the role limits answer when they are "
    "asked. The other [rules](/reference/rules/index.md) are heard too: whether people are known, "
    "whether the participant said yes, and so on."
)


def activities() -> dict[str, str]:
    """The page of every group and the list of all activities, by their paths."""
    groups: dict[str, list[ActivityEntry]] = {}
    for each in BASE.activities.values():
        groups.setdefault(each.group, []).append(each)
    pages = {
        f"reference/activities/{group}.md": drawn(
            BASE.groups[group],
            _NOT_COPIED,
            *(described(each) for each in entries),
        )
        for group, entries in groups.items()
    }
    return {"reference/activities/index.md": _index(groups), **pages}


def _index(groups: dict[str, list[ActivityEntry]]) -> str:
    parts = []
    for group, entries in groups.items():
        rows = [
            (activity(each.id), f"`{each.id}`", esc(each.looks_like), _in_short(each))
            for each in entries
        ]
        parts += [
            f"## [{esc(BASE.groups[group])}](/reference/activities/{group}.md) {{#{group}}}",
            table(("activity", "code", "looks like", "answer"), rows),
        ]
    return drawn(
        "Activities",
        f"The catalogue has {len(BASE.activities)} activities in {len(groups)} groups. An activity "
        "may ask for [circumstances](/reference/circumstances.md): they decide a grey zone. While "
        f"one is missing the answer is {verdict(Verdict.NEEDS_FACTS)}, and the question is asked "
        "back. Who may do what, role by role, is in the table of "
        "[permissions](/reference/permissions.md).",
        _NOT_COPIED,
        *parts,
    )


def _in_short(each: ActivityEntry) -> str:
    """Every verdict it may come to, lightest first."""
    verdicts = {found.verdict for _, found in outcomes(each.id, BASE)}
    if each.consent is not None:
        verdicts.add(Verdict.NEEDS_CONSENT)
    return " ".join(verdict(one) for one in sorted(verdicts))


def described(each: ActivityEntry, book: Handbook = BASE) -> str:
    """Everything about one activity."""
    parts = [
        f"## {esc(each.name[:1].upper() + each.name[1:])} {{#{each.id}}}",
        f"`{each.id}` · {esc(each.looks_like)}",
        answered(each, book),
        *_onward(each, book),
    ]
    if each.roles:
        roles = ", ".join(f"`{one}`" for one in each.roles)
        parts.append(
            f"**Whose work it is:** {roles}. Any other peer talks to the supervisor first "
            f"({clause('wider-roles')})."
        )
    if each.covers:
        parts.append(f"**Carries of the fact sheet:** {', '.join(map(esc, each.covers))}")
    parts.append(found_at(each.passages))
    return "\n\n".join(part for part in parts if part)


def answered(each: ActivityEntry, book: Handbook = BASE) -> str:
    """What the book says of an activity under each combination of its circumstances."""
    rows = []
    for when, found in outcomes(each.id, book):
        cells = [
            f"{esc(book.circumstances[name].answers[answer])} `{answer}`"
            for name, answer in when.items()
        ]
        rows.append([*cells, f"{verdict(found.verdict)} {clause(found.clause.id)}"])
    asked = [
        f"{esc(book.circumstances[name].asks)} [`{name}`](/reference/circumstances.md#{name})"
        for name in each.asks
    ]
    said = table([*asked, "answer"], rows) if asked else f"**Answer:** {rows[0][0]}"
    if each.consent is None:
        return said
    return (
        f"{said}\n\nWhile the person it belongs to has not agreed (`{each.consent}`): "
        f"{verdict(Verdict.NEEDS_CONSENT)} {clause('consent')}"
    )


def _onward(each: ActivityEntry, book: Handbook) -> list[str]:
    """The way forward of every answer that is not a yes, those alike together."""
    ways: dict[str, list[str]] = {}
    for _, found in outcomes(each.id, book):
        if not found.allowed:
            way = onward(found.instead, found.hand_to, found.leads_to, book)
            said = f"{verdict(found.verdict)} {clause(found.clause.id)}"
            if said not in ways.setdefault(way, []):
                ways[way].append(said)
    if len(ways) == 1:
        return [*ways]
    return [f"{', '.join(said)}<br>{way}" for way, said in ways.items()]


def circumstances() -> str:
    """Draw every question that decides a grey zone, with its answers."""
    asking: dict[str, list[str]] = {id_: [] for id_ in BASE.circumstances}
    for each in BASE.activities.values():
        for id_ in each.asks:
            asking[id_].append(activity(each.id))
    rows = [
        (
            f'<span id="{each.id}"></span>`{each.id}`',
            esc(each.asks),
            "<br>".join(f"`{name}`: {esc(means)}" for name, means in each.answers.items()),
            ", ".join(asking[each.id]),
        )
        for each in BASE.circumstances.values()
    ]
    return drawn(
        "Circumstances",
        f"The {len(rows)} questions that decide a grey zone. Each has a closed list of answers: "
        "what is not on it is not understood, and nothing is guessed.",
        table(("code", "the question", "answers", "asked of"), rows),
    )
