"""A first program: from an HMIS export to a week of peer support, and what a peer may not do."""

import argparse
from datetime import date, timedelta
from pathlib import Path

import peerkit as pk
from peerkit.exchange import hmis
from peerkit.notifiers.console import ConsoleNotifier
from peerkit.reports import summary
from peerkit.reports.show import Screen
from peerkit.simulation import PretendWeek


def first_program(folder: Path, file: Path, screen: Screen) -> None:
    """Read the export in ``folder``, run a week in ``file``, and show it on ``screen``."""
    export = hmis.read(folder)
    week = PretendWeek(monday=date(2026, 11, 2))
    with pk.Program.open(str(file), program=str(folder.resolve()), clock=week.clock) as program:
        screen.title("Welcome")
        people = list(hmis.welcomes(export, by="intake"))
        screen.count("participants from the export", program.do_all(people), len(people))
        screen.count("peers with lived experience", program.do_all(week.welcomes()))
        left_out = [(each.file, each.line, each.column, each.why) for each in export.rejects]
        title = f"Rows of the {export.version} export left out"
        screen.table(title, ("file", "line", "column", "why"), left_out)

        screen.title("A week of peer support")
        known = {each.id: each for each in program.every(pk.Person)}
        taking_part = [known[each.id] for each in program.every(pk.Participant)]
        screen.count("matches proposed and answered", program.do_all(week.matches(taking_part)))
        pairs = week.pairs(taking_part)
        screen.count("boundaries, goals and sessions", program.do_all(week.sessions(pairs)))

        screen.title("Asked of a peer, and not a peer's work")
        for act in week.asks(pairs):
            screen.decision(program.do(act))

        screen.title("A boundary was crossed, and it is written down")
        screen.decision(program.do(week.crossing(pairs)))

        notices = file.with_suffix(".notices.txt")
        with notices.open("a", encoding="utf-8") as stream:
            told = program.tell(ConsoleNotifier(stream), limit=100_000, lease=timedelta(0))
        over = f"{told.cancelled} were no longer so" if told.cancelled else "none was out of date"
        screen.title(
            f"{told.told} notices told, {told.waiting} wait, {over}. They stand in {notices}"
        )

        screen.summary(summary(program))
        found = program.verify()
        screen.say(f"Journal: {found.entries} entries, {'whole' if found.whole else found.faults}.")
        screen.say(f"Its head, to keep somewhere else: {found.head}")
        screen.say(f"The program is kept in {file.resolve()}")


ask = argparse.ArgumentParser(description=__doc__)
ask.add_argument("--hmis", type=Path, default=Path(__file__).parent / "hmis", help="an HMIS export")
ask.add_argument("--file", type=Path, default=Path("first_program.db"), help="where it is kept")

if __name__ == "__main__":
    chosen = ask.parse_args()
    try:
        first_program(chosen.hmis, chosen.file, Screen())
    except hmis.NotHmis as error:
        raise SystemExit(f"Nothing was stored. {error}") from None
    except pk.PeerkitError as error:
        raise SystemExit(str(error)) from None
