"""Shows decisions and reports to people at a terminal. Needs rich."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from peerkit.errors import MissingExtra

try:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.table import Table
    from rich.text import Text
except ImportError:
    raise MissingExtra("rich", "progress") from None

if TYPE_CHECKING:
    from peerkit.decisions import Decision
    from peerkit.reports.summary import Summary

__all__ = ["Screen"]


class Screen:
    """A terminal, or anything else a ``rich`` console writes to."""

    def __init__(self, console: Console | None = None) -> None:
        self.console: Console = Console(highlight=False) if console is None else console

    def say(self, text: str) -> None:
        """One line of text."""
        self.console.print(Text(text))

    def title(self, text: str) -> None:
        """The name of what comes next."""
        self.console.print()
        self.console.print(Text(text, style="bold"))

    def count(self, what: str, items: Iterable[object], total: int | None = None) -> int:
        """Go through the items with a bar that counts those that are done, and say how many."""
        with self._bar() as progress:
            task = progress.add_task(what, total=total)
            done = 0
            for _ in items:
                done += 1
                progress.advance(task)
            progress.update(task, total=done)
        return done

    @contextmanager
    def progress(self, what: str) -> Iterator[Callable[[int, int], None]]:
        """A bar for whatever tells how much is finished, of how much: an export, an experiment.

        ``with screen.progress("Caseloads") as told: experiment.run(progress=told)``.
        """
        with self._bar() as progress:
            task = progress.add_task(what, total=None)
            yield lambda done, of: progress.update(task, completed=done, total=of)

    def _bar(self) -> Progress:
        columns = (TextColumn("{task.description:<34}"), BarColumn(), MofNCompleteColumn())
        return Progress(*columns, console=self.console)

    def table(self, title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A table. Numbers stand to the right."""
        table = Table()
        rows = list(rows)
        for position, heading in enumerate(headings):
            numbers = bool(rows) and all(type(row[position]) is int for row in rows)
            table.add_column(heading, justify="right" if numbers else "left", overflow="fold")
        for row in rows:
            table.add_row(*(Text(_shown(each)) for each in row))
        self.title(title)
        self.console.print(table)

    def decision(self, decision: Decision) -> None:
        """The verdict, and what deserves to be read of it: the heaviest findings in full."""
        style = "bold green" if decision.allowed else "bold red"
        self.console.print()
        self.console.print(Text(f"{decision.act.kind}: {decision.verdict}", style=style))
        for each in decision.heaviest_first():
            if each.verdict is decision.verdict:
                self.console.print(Text(f"  {each.sentence}"))
                if not each.allowed:
                    self.console.print(Text(f"  Instead: {each.clause.instead}"))
                    self.console.print(Text(f"  Hand to: {each.clause.hand_to}"))
                for passage in each.clause.passages:
                    self.console.print(Text(f"  Source: {passage}", style="dim"))

    def summary(self, summary: Summary) -> None:
        """A summary, as four small tables."""
        self.table(
            "The program",
            ("", "count"),
            [
                ("people who serve as peers", summary.peers),
                ("people who take part", summary.participants),
                ("of them, people who do both", summary.both),
                ("goals, in the participants' own words", summary.goals),
                ("minutes of sessions held", summary.minutes),
                ("of them, minutes that count as peer support", summary.counted),
                ("concerns open", summary.concerns),
                ("entries in the journal", summary.entries),
                ("messages", summary.messages),
                ("of them, messages that wait", summary.waiting),
            ],
        )
        self.table("Matches", ("status", "count"), sorted(summary.matches.items()))
        self.table(
            "Sessions",
            ("form", "status", "count"),
            [(*name, count) for name, count in sorted(summary.sessions.items())],
        )
        self._clauses("Asked and not done, by clause", summary.refused)
        self._clauses("Reported and outside the role, by clause", summary.crossed)

    def _clauses(self, title: str, counts: Mapping[str, int]) -> None:
        rows = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        self.table(title, ("clause", "count"), rows)


def _shown(value: object) -> str:
    return f"{value:,}" if type(value) is int else str(value)
