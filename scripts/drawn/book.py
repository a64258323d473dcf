"""Draws the handbook: rules and clauses, activities, limits, sources."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, time
from itertools import product
from typing import TYPE_CHECKING, Final

from scripts.drawn.markdown import drawn, esc, first, inside, sentence, table, verdict

from peerkit.acts import ACTS, Act, DoActivity
from peerkit.decisions import Decision, Rule, Rules, decide
from peerkit.handbook import Handbook, Verdict, layers
from peerkit.model import Activity, Participant, Peer, Role, View
from peerkit.rules import ROLE_LIMITS
from peerkit.testing.situations import situations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peerkit.handbook import Passage, Value, Written

__all__ = ["activities", "limits", "rules_and_clauses", "sources"]

BOOK: Final = Handbook.load()
#: A rule that speaks in more clauses than these has them from the catalogue.
_MANY: Final = 8


def act_link(kind: type[Act]) -> str:
    """A link to an act."""
    return f"[`{kind.__name__}`](acts.md#{kind.__name__.lower()})"


def source(id_: str) -> str:
    """A link to a source."""
    return f"[{esc(BOOK.sources[id_].title)}](sources.md#{id_.lower()})"


def clause(id_: str) -> str:
    """A link to a clause."""
    return f"[`{id_}`](rules-and-clauses.md#{id_})"


def passage(each: Passage) -> str:
    """A passage: where, since when, and how sure we are."""
    said = f"{source(each.source.id)}, {esc(each.at)}"
    if each.since:
        said += f", from {each.since}"
    if each.until:
        said += f", until {each.until}"
    if not each.verified:
        said += " **[unverified]**"
    return f"{said} (checked {each.looked})"


def rules_and_clauses() -> str:
    """Draw every rule and every clause, with the situations that visit it."""
    visits = defaultdict(list)
    for each in situations():
        for id_ in each.clauses:
            visits[id_].append(f"- {verdict(each.verdict)} {esc(each.name)}")
    found = _clauses_of_rules()
    rules = [_rule(each, found[each.id]) for each in ROLE_LIMITS.rules]
    return drawn(
        "Rules and clauses",
        "A **rule** is a small function: it looks at an act and at what stands, and speaks in the "
        "words of a **clause**. A clause is a passage of the handbook: what it says, where it "
        "comes from, what a peer may do instead, and who does the rest. "
        f"There are {len(rules)} rules and {len(BOOK.clauses)} clauses, and "
        f"{len(situations())} [situations](../how-to/write-a-situation.md) that visit them.",
        f"Edition of this handbook: `{BOOK.edition[:16]}…`. The words in *slanted letters* are "
        "filled in with ids and numbers. **[unverified]** marks what is known from memory only "
        "([why](../explanation/the-book.md)).",
        "## Rules",
        *rules,
        "Silence is no: an act of which no rule speaks gets " + clause("silence") + ". A rule "
        "that raises counts as no: " + clause("unchecked") + ".",
        "## Clauses",
        *(_clause(each, visits[each.id]) for each in BOOK.clauses.values()),
    )


def _rule(rule: Rule, clauses: set[str]) -> str:
    acts = [act_link(kind) for kind in ACTS if issubclass(kind, rule.speaks_of)]
    words = [clause(id_) for id_ in BOOK.clauses if id_ in clauses]
    if len(words) > _MANY:
        words = ["the clauses that the [activities](activities.md) name"]
    return "<br>".join(
        (
            f"**{rule.id}**: {first(rule.check)}",
            f"Speaks of: {', '.join(acts)}.",
            f"In the words of: {', '.join(words)}.",
        )
    )


def _clauses_of_rules() -> dict[str, set[str]]:
    """Which clauses each rule was seen to speak of, in the situations."""
    found: dict[str, set[str]] = defaultdict(set)
    for each in situations():
        view = View(datetime.combine(each.on, time(12), UTC), each.nouns, each.tallies)
        book = Handbook.load(*each.layers).on(each.on)
        for rule in ROLE_LIMITS.speaking_of(type(each.ask)):
            found[rule.id] |= {one.clause.id for one in rule.check(each.ask, view, book)}
    return found


def _clause(each: Written, visits: list[str]) -> str:
    parts = [f"### {each.id} {{#{each.id}}}", f"> {sentence(each.says)}"]
    said = [(verdict(which), sentence(text)) for which, text in sorted(each.sentences.items())]
    parts.append(table(("verdict", "sentence"), said))
    parts.append(f"**Instead:** {esc(each.instead)}<br>**Hand to:** {esc(each.hand_to)}")
    if each.values:
        parts.append(f"The number: {_number(each.values[-1], each.unit)}. See [limits](limits.md).")
    places = [*(value.passage for value in each.values), *each.passages]
    parts.append("\n".join(f"- {passage(one)}" for one in places))
    if visits:
        parts.append(f'??? example "Situations: {len(visits)}"\n' + inside(visits))
    return "\n\n".join(parts)


def _number(value: Value, unit: str) -> str:
    if value.number is None:
        return "none"
    return f"**{value.number} {esc(unit if value.number != 1 else unit.removesuffix('s'))}**"


def activities() -> str:
    """Draw the catalogue of activities, and what becomes of each under its circumstances."""
    rows = [
        (
            f'<span id="{each.id}"></span>**{esc(each.name)}**<br>`{each.id}`',
            esc(each.looks_like),
            "<br>".join(_verdicts(each.id)),
        )
        for each in BOOK.activities.values()
    ]
    asked = [
        (
            f'<span id="circumstance-{each.id}"></span>`{each.id}`',
            esc(each.asks),
            "<br>".join(f"`{name}`: {esc(means)}" for name, means in each.answers.items()),
        )
        for each in BOOK.circumstances.values()
    ]
    return drawn(
        "Activities",
        f"The catalogue has {len(rows)} activities. An activity may ask for "
        "[circumstances](#circumstances): they decide a grey zone. While one is missing the "
        "answer is " + verdict(Verdict.NEEDS_FACTS) + ", and the question is asked back.",
        "The verdicts below are not copied from a file: each is what the role limits answer when "
        "they are asked. The other rules are heard too: whether people are known, whether the "
        "participant said yes, and so on ([rules](rules-and-clauses.md#rules)).",
        table(("activity", "for example", "what the book says"), rows),
        "## Circumstances",
        table(("circumstance", "the question", "answers"), asked),
    )


def _verdicts(id_: str) -> Iterator[str]:
    """What the catalogue's own rule answers, for every combination of circumstances."""
    entry = BOOK.activities[id_]
    answers = [tuple(BOOK.circumstances[each].answers) for each in entry.asks]
    for chosen in product(*answers):
        when = dict(zip(entry.asks, chosen, strict=True))
        decided = _alone(Activity(id=id_, circumstances=tuple(sorted(when.items())), of="p-7"))
        heaviest = decided.heaviest_first()[0]
        said = verdict(decided.verdict) + " " + clause(heaviest.clause.id)
        named = ", ".join(
            f"[`{name}`](#circumstance-{name}) = `{answer}`" for name, answer in when.items()
        )
        yield f"{named}: {said}" if named else said
    if entry.consent is not None:
        needed = verdict(Verdict.NEEDS_CONSENT) + " " + clause("consent")
        yield f"the {esc(entry.consent)} of somebody who has not agreed: {needed}"


def _alone(activity: Activity) -> Decision:
    """What the catalogue says, with nothing else in the way."""
    day = datetime(2026, 11, 2, 12, tzinfo=UTC)
    people = (
        Peer(id="ana", role=Role.WORKER, supervisor="sam", since=day.date()),
        Participant(id="p-7"),
    )
    act = DoActivity(by="ana", peer="ana", participant="p-7", activity=activity)
    in_role = Rules(*(each for each in ROLE_LIMITS.rules if each.id == "in-role"))
    return decide(act, View(day, people), BOOK.on(day.date()), in_role)


def limits() -> str:
    """Draw every number, with every layer that peerkit ships."""
    parts = []
    for id_, written in BOOK.clauses.items():
        if not written.values:
            continue
        rows = [("the base", *_value(each, written.unit)) for each in written.values]
        for layer in (each.id for each in layers()):
            laid = Handbook.load(layer).clauses[id_].values
            over = laid[: len(laid) - len(written.values)]
            rows += [(f"`{layer}`", *_value(each, written.unit)) for each in over]
        parts += [
            f"## {id_} {{#{id_}}}",
            f"{esc(written.says)} A {written.tighter} number is tighter. Clause: {clause(id_)}.",
            table(("layer", "number", "source"), rows),
        ]
    return drawn(
        "Limits",
        "The numbers a program is run by. Each value carries its source, its place there and the "
        "day somebody last checked it. Where a date is missing, the copy that was read names "
        "none. Which value speaks is decided by the day "
        "([the law of the day](../explanation/decisions/0010-the-law-of-the-day.md)).",
        *parts,
    )


def _value(value: Value, unit: str) -> tuple[str, str]:
    """The number and where it comes from, as two cells."""
    return _number(value, unit), passage(value.passage)


def sources() -> str:
    """Draw every publication, and which clauses rest on it."""
    cited: dict[str, dict[str, None]] = defaultdict(dict)
    for written in BOOK.clauses.values():
        for place in (*(value.passage for value in written.values), *written.passages):
            cited[place.source.id][written.id] = None
    rows = []
    for each in BOOK.sources.values():
        title = esc(each.title)
        if each.link is not None:
            title = f"[{title}]({each.link})"
        rows.append(
            (
                f'<span id="{each.id.lower()}"></span>`{each.id}`',
                f"{title}<br>{esc(each.publisher)}" + (f", {each.year}" if each.year else ""),
                ", ".join(clause(id_) for id_ in cited[each.id]) or "not cited yet",
            )
        )
    return drawn(
        "Sources",
        f"The {len(rows)} publications that the handbook names. A link leads to the publisher's "
        "page, which is not always the very page that is cited. Where the copy that was read has "
        "no date, there is no year.",
        table(("id", "publication", "clauses that rest on it"), rows),
    )
