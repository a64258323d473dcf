"""What is different between two books: two days, two editions, or with and without a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from peerkit.errors import must_be
from peerkit.handbook.asking import combinations
from peerkit.handbook.book import Book

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peerkit.handbook.book import ActivityEntry, Clause, Passage, Reminder

__all__ = ["Difference", "diff"]


@attrs.frozen
class Difference:
    """One thing that is not the same in both books, in words.

    ``what`` is "limit", "clause", "activity" or "reminder", and ``id`` its id.
    """

    what: str
    id: str
    says: str

    def __str__(self) -> str:
        return f"{self.what} {self.id}: {self.says}"


def diff(before: Book, after: Book) -> tuple[Difference, ...]:
    """What changed from one book to the other, clause by clause, then activities and reminders.

    Take two days of one handbook (``handbook.on(a)``, ``handbook.on(b)``), two
    editions, or one with and one without a layer. Nothing when they say the same.
    """
    for place, each in (("before", before), ("after", after)):
        must_be(Book, each, place, "give the book of a day: handbook.on(day)")
    return (
        *(
            Difference("limit" if clause.unit else "clause", clause.id, says)
            for clause, says in _clauses(before, after)
        ),
        *(Difference("activity", id_, says) for id_, says in _activities(before, after)),
        *(Difference("reminder", id_, says) for id_, says in _reminders(before, after)),
    )


def _clauses(before: Book, after: Book) -> Iterator[tuple[Clause, str]]:
    for id_, old in before.clauses.items():
        new = after.clauses.get(id_)
        if new is None:
            yield old, "is gone."
        elif new != old:
            yield from ((new, says) for says in _clause(old, new))
    for id_, new in after.clauses.items():
        if id_ not in before.clauses:
            yield new, f"is new. {new.says}"


def _clause(old: Clause, new: Clause) -> Iterator[str]:
    if old.value != new.value:
        yield f"{_number(old)} becomes {_number(new)}."
    texts = (
        "says",
        "sentences",
        "instead",
        "hand_to",
        "leads_to",
        "time_counts",
        "of_the_record",
        "unit",
        "unit_of_one",
        "tighter",
    )
    changed = [each for each in texts if getattr(old, each) != getattr(new, each)]
    if changed:
        yield f"is written otherwise ({', '.join(changed)})."
    yield from _passages(old.passages, new.passages)


def _number(clause: Clause) -> str:
    if clause.value is None:
        return "no number"
    doubt = "" if clause.passages[0].verified else " [unverified: from memory]"
    return f"{clause.value} {clause.unit_for(clause.value)}{doubt}"


def _passages(old: tuple[Passage, ...], new: tuple[Passage, ...]) -> Iterator[str]:
    before, after = dict.fromkeys(map(str, old)), dict.fromkeys(map(str, new))
    yield from (f"no longer rests on {each}." for each in before if each not in after)
    yield from (f"rests on {each}." for each in after if each not in before)


def _activities(before: Book, after: Book) -> Iterator[tuple[str, str]]:
    for id_, old in before.activities.items():
        new = after.activities.get(id_)
        if new is None:
            yield id_, "is gone."
        elif new != old:
            yield from ((id_, says) for says in _activity(old, new, before, after))
    for id_, new in after.activities.items():
        if id_ not in before.activities:
            yield id_, f"is new: {new.name}."


def _activity(old: ActivityEntry, new: ActivityEntry, before: Book, after: Book) -> Iterator[str]:
    verdicts = {
        when: max(old.outcomes(dict(when))) for when in combinations(old, before.circumstances)
    }
    # What asks nothing any more is compared by the old questions.
    asking, book = (new, after) if new.asks else (old, before)
    for when in combinations(asking, book.circumstances):
        now = max(new.outcomes(dict(when)))
        was = verdicts.get(when)
        if was != now:
            under = ", ".join(f"{name} = {answer}" for name, answer in when)
            became = f"{'not asked before' if was is None else was[0]} becomes {now[0]}"
            yield f"{under}: {became} ({now[1]})." if under else f"{became} ({now[1]})."
    if old.asks != new.asks:
        asked, asks = (", ".join(each.asks) or "nothing" for each in (old, new))
        yield f"asks {asks} instead of {asked}."
    told = (
        "name", "looks_like", "consent", "advice_opens", "roles", "whatever_stands", "instead",
        "hand_to",
    )  # fmt: skip
    changed = [each for each in (*told, "leads_to") if getattr(old, each) != getattr(new, each)]
    if changed:
        yield f"is written otherwise ({', '.join(changed)})."
    yield from _passages(old.passages, new.passages)


def _reminders(before: Book, after: Book) -> Iterator[tuple[str, str]]:
    for id_, old in before.reminders.items():
        new = after.reminders.get(id_)
        if new is None:
            yield id_, "is told no more."
        elif new != old:
            yield from ((id_, says) for says in _reminder(old, new))
    for id_, new in after.reminders.items():
        if id_ not in before.reminders:
            yield id_, f"is new. {new.says} {_told(new)}"


def _reminder(old: Reminder, new: Reminder) -> Iterator[str]:
    if _told(old) != _told(new):
        yield f"{_told(old)} Now: {_told(new)}"
    yield from _passages((old.value.passage,), (new.value.passage,))


def _told(reminder: Reminder) -> str:
    """When it is told, and to whom."""
    value = reminder.value
    days = "business days" if value.business else "days"
    when = ", ".join(f"{each:+}" if each else "0" for each in value.steps)
    late = "" if value.late is None else f", at most {value.late} days late"
    return f"Told at {when} {days} from {reminder.hour}{late}, to {', '.join(reminder.to)}."
