"""Draws what the calendar asks to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.drawn.citing import BASE, anchor, clause, passage
from scripts.drawn.markdown import drawn, esc, table

if TYPE_CHECKING:
    from peerkit.handbook import Reminder

__all__ = ["reminders"]


def reminders() -> str:
    """Draw every reminder of the base."""
    rows = [
        (
            f'<span id="{anchor(each.id)}"></span>`{each.id}`<br>{esc(each.says)}',
            _counted(each),
            "<br>".join(_days(each)),
            ", ".join(each.to),
            "<br>".join(passage(value.passage) for value in each.values),
        )
        for each in BASE.reminders.values()
    ]
    return drawn(
        "Reminders",
        f"The {len(rows)} reminders of the base. Each is told of every noun in one of its "
        "statuses, on the days it names, once. A number of days that the book already has is not "
        "written again: where a limit is named, the days are counted from the day on which it is "
        "reached. Where two are named, from the earlier of both; where none of them has a number, "
        "nothing is told.",
        "A layer gives other days, other recipients or another hour, adds a reminder of its own, "
        "or switches one off: see [Remind people](/how-to/remind-people.md).",
        table(("reminder", "counted from", "told", "to", "source"), rows),
    )


def _counted(each: Reminder) -> str:
    statuses = ", ".join(sorted(each.statuses))
    limits = ", ".join(clause(one) for one in each.limits)
    after = f", and after that {limits}" if limits else ""
    return f"`{each.dated}` of a {each.noun.kind} that is {esc(statuses)}{after}"


def _days(each: Reminder) -> list[str]:
    """The days of each value, in words."""
    found = []
    for value in each.values:
        days = "business days" if value.business else "days"
        told = []
        if value.before:
            told.append(f"{', '.join(map(str, value.before))} {days} before")
        if value.after:
            told.append(f"{', '.join(map(str, value.after))} {days} after")
        late = "" if value.late is None else f", at most {value.late} days late"
        found.append(f"{' and '.join(told) or 'not at all'}, from {each.hour}{late}")
    return found
